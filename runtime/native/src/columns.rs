//! The values of a batch, column by column.
//!
//! A number is a decimal: so many units of `10^-scale`, one scale for a column. Whoever fills columns leaves out rows
//! whose numbers do not fit.

use crate::decimal::Decimal;
use crate::kernel::{ColumnId, Derived, Id, Kernel, ListId, Made, Read};
use crate::layout::{Kind, Layout};
use footrule_number::Number;
use std::borrow::Cow;
use std::ops::Range;

/// The values of a column: one for each row, or one for each item of its list.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The values.
    pub values: Values,
    /// Which are there; `None` if all are.
    pub given: Option<Vec<bool>>,
}

/// Values of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Decimals: `units × 10^-scale`, `scale ≤ 28`.
    Decimal {
        /// Integers.
        units: Vec<i64>,
        /// Decimals.
        scale: u32,
    },
    /// Positions of members, codes of texts.
    Member(Vec<u32>),
    /// Truth values.
    Flag(Vec<bool>),
    /// Not read here.
    Opaque,
}

/// Most decimals of numbers that are told apart before they are converted.
const MAX_COMPARED: u32 = 15;

/// True if no two values are the same.
fn all_differ<T: Copy + Ord>(of: &[T]) -> bool {
    // Most lists are short.
    if of.len() <= 16 {
        return of.iter().enumerate().all(|(i, x)| !of[..i].contains(x));
    }
    let mut of = of.to_vec();
    of.sort_unstable();
    of.windows(2).all(|w| w[0] != w[1])
}

/// Most items of a list that is counted: more than a range of the language has.
const MAX_COUNTED: i64 = 10_100;
/// Most items of a list that is counted, of all rows at once.
const MAX_ITEMS: u32 = 1 << 23;

/// Offsets of a list with as many items for each row, or item of the list around, as a number says.
fn counted(kernel: &Kernel, columns: &Columns, count: Id) -> Vec<u32> {
    let mut offsets = vec![0];
    let mut last: u32 = 0;
    Decimal::up_to(kernel, count.ix() + 1).each(columns, count, |n| {
        let n = n.and_then(Number::to_i64).filter(|n| (0..=MAX_COUNTED).contains(n)).unwrap_or(0);
        let all = last.saturating_add(n as u32);
        last = if all > MAX_ITEMS { last } else { all };
        offsets.push(last);
    });
    offsets
}

/// The rows of a batch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// How many rows.
    pub rows: usize,
    /// One for each column of the layout.
    pub columns: Vec<Column>,
    /// For each list: where the items of each row (or of each item of the list around it) begin, and where the last
    /// ends.
    pub offsets: Vec<Vec<u32>>,
}

/// What does not fit its layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit(pub String);

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misfit {}

impl Columns {
    /// Checks that these are the columns of a layout.
    ///
    /// # Errors
    /// [`Misfit`] names the first column or list that has another kind or length.
    pub fn fit(&self, layout: &Layout) -> Result<(), Misfit> {
        if self.columns.len() != layout.columns.len() || self.offsets.len() != layout.lists.len() {
            return Err(Misfit("there are more or fewer columns or lists than in the layout".to_owned()));
        }
        for (list, offsets) in layout.lists.iter().zip(&self.offsets) {
            let around = self.length(list.parent);
            let ascending = offsets.windows(2).all(|w| w[0] <= w[1]) && offsets.first() == Some(&0);
            if offsets.len() != around + 1 || !ascending {
                return Err(Misfit(format!("the offsets of {} do not fit", list.path)));
            }
        }
        for (info, column) in layout.columns.iter().zip(&self.columns) {
            let n = self.length(info.list);
            let length = match (&column.values, info.kind) {
                (Values::Decimal { units, scale }, Kind::Number { .. }) if *scale <= 28 => units.len(),
                (Values::Decimal { units, scale: 0 }, Kind::Day) => units.len(),
                (Values::Member(v), Kind::Member | Kind::Text) => v.len(),
                (Values::Flag(v), Kind::Flag) => v.len(),
                (Values::Opaque, Kind::Opaque) => n,
                _ => return Err(Misfit(format!("{} is of another kind", info.path))),
            };
            if length != n || column.given.as_ref().is_some_and(|g| g.len() != n) {
                return Err(Misfit(format!("{} has {length} values, not {n}", info.path)));
            }
            if column.given.is_some() && !info.nullable {
                return Err(Misfit(format!("{} must have all its values", info.path)));
            }
        }
        Ok(())
    }

    /// True if each column has a value for each row or item of its list that code for a kernel may read, of the kind that it
    /// reads, and offsets ascend within their lists.
    pub(crate) fn shaped(&self, kernel: &Kernel) -> bool {
        self.columns.len() == kernel.columns.len()
            && self.offsets.len() == kernel.lists.len()
            && self.shaped_so_far(kernel)
    }

    /// The same of those that there are.
    fn shaped_so_far(&self, kernel: &Kernel) -> bool {
        let fits = |(i, list): (usize, &Option<ListId>)| {
            let n = self.length(*list);
            let Some(column) = self.columns.get(i) else { return false };
            let length = match (&column.values, kernel.reads.get(i).copied().flatten()) {
                (Values::Decimal { units, scale }, Some(Read::Number)) if *scale <= 28 => units.len(),
                (Values::Member(v), Some(Read::Member)) => v.len(),
                (Values::Flag(v), Some(Read::Flag)) => v.len(),
                (_, None) => n,
                _ => return false,
            };
            let gaps = column.given.as_ref();
            length == n && gaps.is_none_or(|g| g.len() == n && kernel.nullable.get(i) == Some(&true))
        };
        let ascends = |(list, parent): (&Vec<u32>, &Option<ListId>)| {
            list.len() == self.length(*parent) + 1 && list.first() == Some(&0) && list.windows(2).all(|w| w[0] <= w[1])
        };
        self.offsets.iter().zip(&kernel.lists).all(ascends)
            && kernel.columns.iter().enumerate().take(self.columns.len()).all(fits)
    }

    /// The columns as a kernel names them: with those that it makes of others. It changes nothing where they are there.
    #[must_use]
    pub fn for_kernel(&self, kernel: &Kernel) -> Cow<'_, Self> {
        let lacking = (self.columns.len() + kernel.derived.len()).saturating_sub(kernel.columns.len());
        if kernel.derived.is_empty() && kernel.made.is_empty() || lacking != 0 {
            return Cow::Borrowed(self);
        }
        let mut all = self.clone();
        for made in &kernel.made {
            let offsets = match made {
                Made::Again(list) => all.offsets.get(list.0 as usize).cloned().unwrap_or_default(),
                Made::Counted(count, derived) => {
                    let there = all.columns.len() - self.columns.len();
                    for of in kernel.derived.iter().take(*derived).skip(there) {
                        let column = all.derived(kernel, *of);
                        all.columns.push(column);
                    }
                    // Columns that do not fit are not read.
                    if all.shaped_so_far(kernel) { counted(kernel, &all, *count) } else { Vec::new() }
                }
            };
            all.offsets.push(offsets);
        }
        let there = all.columns.len() - self.columns.len();
        for derived in kernel.derived.iter().skip(there) {
            let column = all.derived(kernel, *derived);
            all.columns.push(column);
        }
        Cow::Owned(all)
    }

    fn derived(&self, kernel: &Kernel, derived: Derived) -> Column {
        let parent = |l: ListId| kernel.lists.get(l.0 as usize).copied().flatten();
        let values = match derived {
            Derived::Again(c) => {
                return self.column(c).cloned().unwrap_or(Column { values: Values::Opaque, given: None });
            }
            Derived::Position(l) => {
                let around = 0..self.length(parent(l));
                Values::Decimal { units: around.flat_map(|i| 0..self.items(l, i).len() as i64).collect(), scale: 0 }
            }
            Derived::Distinct(c) => match kernel.columns.get(c.0 as usize).copied().flatten() {
                Some(l) => {
                    let around = 0..self.length(parent(l));
                    Values::Flag(around.map(|i| self.distinct(c, self.items(l, i))).collect())
                }
                None => Values::Opaque,
            },
        };
        Column { values, given: None }
    }

    /// How many rows, or items of a list.
    #[must_use]
    pub fn length(&self, list: Option<ListId>) -> usize {
        match list {
            None => self.rows,
            Some(l) => self.offsets.get(l.0 as usize).and_then(|o| o.last()).map_or(0, |n| *n as usize),
        }
    }

    /// The items of a row, or of an item of the list around.
    #[must_use]
    pub fn items(&self, list: ListId, of: usize) -> Range<usize> {
        let at = |i: usize| self.offsets.get(list.0 as usize).and_then(|o| o.get(i)).map_or(0, |n| *n as usize);
        at(of)..at(of + 1)
    }

    /// The decimal in a column.
    #[must_use]
    pub fn number(&self, column: ColumnId, at: usize) -> Option<Number> {
        match &self.column(column)?.values {
            Values::Decimal { units, scale } => Number::from_parts(i128::from(*units.get(at)?), *scale).ok(),
            _ => None,
        }
    }

    /// The member in a column.
    #[must_use]
    pub fn member(&self, column: ColumnId, at: usize) -> Option<u32> {
        match &self.column(column)?.values {
            Values::Member(v) => v.get(at).copied(),
            _ => None,
        }
    }

    /// True if no two of these values of a column are the same; never of numbers with so many decimals that conversion
    /// might make them the same.
    fn distinct(&self, column: ColumnId, items: Range<usize>) -> bool {
        match self.column(column).map(|c| &c.values) {
            Some(Values::Member(v)) => v.get(items).is_some_and(all_differ),
            Some(Values::Decimal { units, scale }) if *scale <= MAX_COMPARED => {
                units.get(items).is_some_and(all_differ)
            }
            _ => false,
        }
    }

    /// The truth value in a column.
    #[must_use]
    pub fn flag(&self, column: ColumnId, at: usize) -> Option<bool> {
        match &self.column(column)?.values {
            Values::Flag(v) => v.get(at).copied(),
            _ => None,
        }
    }

    /// True if there is a value.
    #[must_use]
    pub fn given(&self, column: ColumnId, at: usize) -> bool {
        self.column(column).is_some_and(|c| c.given.as_ref().is_none_or(|g| g.get(at).copied().unwrap_or(false)))
    }

    fn column(&self, column: ColumnId) -> Option<&Column> {
        self.columns.get(column.0 as usize)
    }
}
