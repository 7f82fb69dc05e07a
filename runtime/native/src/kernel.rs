//! The kernel: one rule, specialised to its columns, as a flat list of scalar operations.
//!
//! A kernel has numbers, conditions and indices (members of enumerations, rows of tables), and loops over the lists of
//! a record; no records, no optional values, no CO2e with parts. What the columns do not decide is decided when it is
//! planned: the period, parameters, which inputs are given, which gases a line has.
//!
//! # Meaning
//!
//! A definition is a pure function of earlier ones in the reference's arithmetic: every number is the exact result
//! rounded once. It is *demanded* if a root asks for it: the roots, the operands of what is demanded; of
//! [`Def::Select`], [`Def::And`] and [`Def::Or`] only the arms that the conditions reach; of a [`Term`] its value where
//! its condition holds. A row has its outputs if no demanded definition fails and all `requires` hold; they then are
//! what the reference gives. Otherwise the kernel says nothing of the row.
//!
//! Guarantees (of [`Builder`]): operands come before; equal definitions are one; what is constant is folded by the
//! reference's arithmetic. Must not: know of MIR, or of how it is evaluated.

use crate::layout::Layout;
use footrule_mir::{Cmp, Day, Rounding};
use footrule_number::{Abscissa, NumError, Number, Ratio};
use std::collections::HashMap;
use std::sync::Arc;

/// A definition of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u32);

impl Id {
    /// The index as `usize`.
    #[must_use]
    pub const fn ix(self) -> usize {
        self.0 as usize
    }
}

/// A column of the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub u32);

/// A list of the layout; its items stand in columns of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub u32);

/// Operations on one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unary {
    Neg,
    Abs,
    Floor,
    Ceil,
    Sqrt,
    Exp,
    Ln,
}

/// Operations on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    /// Real power.
    Pow,
}

/// What becomes of the terms of a fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fold {
    /// The exact sum rounded once; 0 for none.
    Sum,
    /// The exact sum divided by the count, rounded once; fails for none.
    Mean,
    /// How many terms.
    Count,
    /// The product from left to right; 1 for none.
    Product,
    /// Fails for none.
    Min,
    /// Fails for none.
    Max,
    /// Some condition holds, from left to right: those after it are not demanded.
    Any,
    /// No condition fails to hold, from left to right.
    All,
}

/// Some values of a fold: one for each combination of items of these lists that meets the condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Lists, outermost first.
    pub over: Vec<ListId>,
    /// Only where this holds.
    pub when: Option<Id>,
    /// The value.
    pub value: Id,
}

/// A straight line through two points, along an axis that the value is brought to first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Segment {
    /// From the value to the axis: times this, and
    pub scale: Ratio,
    /// plus this.
    pub offset: Number,
    /// The lower point: its place on the axis, and its value.
    pub from: (Number, Number),
    /// The upper point.
    pub to: (Number, Number),
}

impl Segment {
    /// The exact value at a place, rounded once.
    ///
    /// # Errors
    /// As for [`Abscissa::between`].
    pub fn at(&self, x: Number) -> Result<Number, NumError> {
        Abscissa::new(x, self.scale, self.offset).between(self.from, self.to)
    }
}

/// A definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Def {
    /// A constant number.
    Number(Number),
    /// The decimal that stands in a column, before any conversion.
    Column(ColumnId),
    /// One operand.
    Unary(Unary, Id),
    /// Two operands.
    Binary(Binary, Id, Id),
    /// An integer power.
    Power(Id, i64),
    /// Times an exact rational.
    Convert(Id, Ratio),
    /// `x × factor + offset`.
    Affine(Id, Ratio, Number),
    /// On the line through two points, which it lies between.
    Between(Id, Arc<Segment>),
    /// Half to even at so many decimals.
    Round(Id, u32),
    /// Second operand where the first holds, third elsewhere; numbers, conditions or indices.
    Select(Id, Id, Id),
    /// A number by index, of which the last stands for all beyond; fails where there is none.
    Lookup(Id, Arc<[Option<Number>]>),
    /// A fold over terms.
    Fold(Fold, Vec<Term>),

    /// A constant condition.
    Bool(bool),
    /// The condition in a column.
    Flag(ColumnId),
    /// The column has a value in this row.
    Given(ColumnId),
    /// Negation.
    Not(Id),
    /// Right side only where the left holds.
    And(Id, Id),
    /// Right side only where the left does not hold.
    Or(Id, Id),
    /// `a × ra ? b × rb`, exactly.
    Compare(Cmp, (Id, Ratio), (Id, Ratio)),
    /// The index is this.
    Is(Id, u32),
    /// Both indices are the same.
    Same(Id, Id),

    /// A constant index.
    Index(u32),
    /// The member, or the code of the text, in a column.
    Member(ColumnId),
    /// An index by index, of which the last stands for all beyond; fails where there is none.
    Pick(Id, Arc<[Option<u32>]>),
    /// `first × size + second`, where the second is below the size.
    Pair(Id, Id, u32),

    /// A failure, if it is demanded.
    Fail,
}

impl Def {
    /// Calls `f` with each operand that a definition has, whether demanded or not.
    pub fn each_operand(&self, mut f: impl FnMut(Id)) {
        match self {
            Self::Number(_) | Self::Column(_) | Self::Bool(_) | Self::Flag(_) | Self::Given(_) => {}
            Self::Index(_) | Self::Member(_) | Self::Fail => {}
            Self::Unary(_, a) | Self::Power(a, _) | Self::Convert(a, _) | Self::Affine(a, ..) | Self::Between(a, _) => {
                f(*a)
            }
            Self::Round(a, _) | Self::Lookup(a, _) | Self::Not(a) | Self::Is(a, _) | Self::Pick(a, _) => f(*a),
            Self::Binary(_, a, b) | Self::And(a, b) | Self::Or(a, b) | Self::Same(a, b) | Self::Pair(a, b, _) => {
                f(*a);
                f(*b);
            }
            Self::Compare(_, (a, _), (b, _)) => {
                f(*a);
                f(*b);
            }
            Self::Select(c, a, b) => {
                f(*c);
                f(*a);
                f(*b);
            }
            Self::Fold(_, terms) => {
                for t in terms {
                    t.when.into_iter().for_each(&mut f);
                    f(t.value);
                }
            }
        }
    }

    /// Calls `f` with each operand, to be replaced.
    pub(crate) fn each_operand_mut(&mut self, mut f: impl FnMut(&mut Id)) {
        match self {
            Self::Number(_) | Self::Column(_) | Self::Bool(_) | Self::Flag(_) | Self::Given(_) => {}
            Self::Index(_) | Self::Member(_) | Self::Fail => {}
            Self::Unary(_, a) | Self::Power(a, _) | Self::Convert(a, _) | Self::Affine(a, ..) | Self::Between(a, _) => {
                f(a)
            }
            Self::Round(a, _) | Self::Lookup(a, _) | Self::Not(a) | Self::Is(a, _) | Self::Pick(a, _) => f(a),
            Self::Binary(_, a, b) | Self::And(a, b) | Self::Or(a, b) | Self::Same(a, b) | Self::Pair(a, b, _) => {
                f(a);
                f(b);
            }
            Self::Compare(_, (a, _), (b, _)) => {
                f(a);
                f(b);
            }
            Self::Select(c, a, b) => {
                f(c);
                f(a);
                f(b);
            }
            Self::Fold(_, terms) => {
                for t in terms {
                    t.when.iter_mut().for_each(&mut f);
                    f(&mut t.value);
                }
            }
        }
    }
}

/// A list that is gone through once more, with those in its items.
#[derive(Debug)]
pub(crate) struct Again {
    list: ListId,
    pub(crate) new: ListId,
    /// Which list stands for which.
    lists: HashMap<ListId, ListId>,
    columns: HashMap<ColumnId, ColumnId>,
    done: HashMap<Id, Id>,
}

/// A column that is made of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// The same, of the same list once more.
    Again(ColumnId),
    /// The position of each item of a list among those of the item around it, from 0.
    Position(ListId),
    /// For each row, or item of the list around: no two items of the column's list have the same member or text.
    Distinct(ColumnId),
}

/// What a kernel reads of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Read {
    Number,
    Member,
    Flag,
}

/// A figure of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// `total`, `stage.smelting`, `gas.CO2`, `report.share`, `milk.total` …
    pub name: String,
    /// Its unit; empty for a number.
    pub unit: String,
    /// The unrounded figure, or a condition.
    pub value: Id,
    /// How a figure is published; `None` for a condition.
    pub round: Option<Rounding>,
}

/// A text of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// `report.option`
    pub name: String,
    /// Which of the texts, by index.
    pub value: Id,
    /// The texts.
    pub of: Arc<[String]>,
}

/// What a warning tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// What a check of the rule says, by its number.
    Check(u32),
    /// The values of an input were scaled: by its number.
    Scaled(u32),
    /// A parameter was read outside its rows: its number, and that of the row whose value was held. The day for which it was
    /// read if it is the same in all rows.
    Held(u32, u32, Option<Day>),
}

/// A named condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The warning's name; empty if it has none.
    pub name: String,
    /// What it tells.
    pub told: Told,
    /// It fires where this does not hold.
    pub holds: Id,
}

/// A rule, specialised.
#[derive(Debug, Clone, Default)]
pub struct Kernel {
    /// Definitions; operands come first.
    pub defs: Vec<Def>,
    /// The lists on whose items each definition depends, ascending; none for one value a row.
    pub scopes: Vec<Arc<[ListId]>>,
    /// The list that each column belongs to.
    pub columns: Vec<Option<ListId>>,
    /// What is read of each column.
    pub reads: Vec<Option<Read>>,
    /// Columns that have no value in some rows.
    pub nullable: Vec<bool>,
    /// The list around each list.
    pub lists: Vec<Option<ListId>>,
    /// Lists that stand for one before them once more, in a loop inside a loop over it; after those of the layout.
    pub again: Vec<ListId>,
    /// Columns that are made of others, after those of the layout ([`crate::columns::Columns::for_kernel`]).
    pub derived: Vec<Derived>,
    /// Conditions that must hold.
    pub requires: Vec<Id>,
    /// What must not fail, although no output needs it.
    pub demands: Vec<Id>,
    /// Figures.
    pub outputs: Vec<Output>,
    /// Texts.
    pub words: Vec<Words>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Operations and roundings are those of the reference, one by one. Otherwise figures agree before rounding only up
    /// to a few units in the last of 28 digits: for an evaluator that brackets them that is the same.
    pub exact: bool,
    /// What the plan did not understand, in words: rows that ask for it go to the reference.
    pub gaps: Vec<&'static str>,
}

impl Kernel {
    /// The definition.
    #[must_use]
    pub fn def(&self, id: Id) -> &Def {
        self.defs.get(id.ix()).unwrap_or(&Def::Fail)
    }

    /// The lists on whose items a definition depends.
    #[must_use]
    pub fn scope(&self, id: Id) -> &[ListId] {
        self.scopes.get(id.ix()).map_or(&[], |s| s)
    }

    /// A list and those around it, ascending.
    #[must_use]
    pub fn around(&self, list: Option<ListId>) -> Vec<ListId> {
        let mut all: Vec<ListId> =
            std::iter::successors(list, |l| self.lists.get(l.0 as usize).copied().flatten()).collect();
        all.sort_unstable();
        all
    }

    /// Every root: requirements, outputs, warnings.
    pub fn roots(&self) -> impl Iterator<Item = Id> + '_ {
        let outputs = self.outputs.iter().map(|o| o.value).chain(self.words.iter().map(|w| w.value));
        let asked = self.requires.iter().chain(&self.demands).copied();
        asked.chain(outputs).chain(self.warnings.iter().map(|w| w.holds))
    }
}

/// What a kernel is asked for.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    pub requires: Vec<Id>,
    pub demands: Vec<Id>,
    pub outputs: Vec<Output>,
    pub words: Vec<Words>,
    pub warnings: Vec<Warning>,
}

/// Builds a kernel: equal definitions are one, constants are folded.
#[derive(Debug, Default)]
pub struct Builder {
    kernel: Kernel,
    known: HashMap<Def, Id>,
}

impl Builder {
    /// A builder over the columns and lists of a layout.
    #[must_use]
    pub fn new(layout: &Layout) -> Self {
        let columns = layout.columns.iter().map(|c| c.list).collect();
        let nullable = layout.columns.iter().map(|c| c.nullable).collect();
        let lists = layout.lists.iter().map(|l| l.parent).collect();
        Self {
            kernel: Kernel {
                reads: vec![None; layout.columns.len()],
                columns,
                nullable,
                lists,
                exact: true,
                ..Kernel::default()
            },
            known: HashMap::new(),
        }
    }

    /// The definition.
    #[must_use]
    pub fn def(&self, id: Id) -> &Def {
        self.kernel.def(id)
    }

    /// The constant number that a definition is.
    #[must_use]
    pub fn constant(&self, id: Id) -> Option<Number> {
        match self.def(id) {
            Def::Number(x) => Some(*x),
            _ => None,
        }
    }

    /// The constant condition that a definition is.
    #[must_use]
    pub fn known_bool(&self, id: Id) -> Option<bool> {
        match self.def(id) {
            Def::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The constant index that a definition is.
    #[must_use]
    pub fn known_index(&self, id: Id) -> Option<u32> {
        match self.def(id) {
            Def::Index(i) => Some(*i),
            _ => None,
        }
    }

    /// The lists on whose items a definition depends.
    #[must_use]
    pub fn scope(&self, id: Id) -> &[ListId] {
        self.kernel.scope(id)
    }

    fn derive(&mut self, of: Derived, list: Option<ListId>, nullable: bool) -> ColumnId {
        let k = &mut self.kernel;
        k.derived.push(of);
        k.columns.push(list);
        k.nullable.push(nullable);
        k.reads.push(None);
        ColumnId(k.columns.len() as u32 - 1)
    }

    /// The column that has been made in this way.
    fn derived(&self, of: Derived) -> Option<ColumnId> {
        let first = self.kernel.columns.len() - self.kernel.derived.len();
        let at = self.kernel.derived.iter().position(|d| *d == of)?;
        Some(ColumnId((first + at) as u32))
    }

    fn parent(&self, list: ListId) -> Option<ListId> {
        self.kernel.lists.get(list.0 as usize).copied().flatten()
    }

    /// The position of the item at hand of a list.
    pub(crate) fn position(&mut self, list: ListId) -> Id {
        let of = Derived::Position(list);
        let column = self.derived(of).unwrap_or_else(|| self.derive(of, Some(list), false));
        self.add(Def::Column(column))
    }

    /// The list whose item's position a definition is.
    pub(crate) fn position_of(&self, id: Id) -> Option<ListId> {
        let Def::Column(c) = self.def(id) else { return None };
        let first = self.kernel.columns.len() - self.kernel.derived.len();
        match self.kernel.derived.get((c.0 as usize).checked_sub(first)?)? {
            Derived::Position(l) => Some(*l),
            _ => None,
        }
    }

    /// No two items of the column's list have the same member or text.
    pub(crate) fn distinct(&mut self, column: ColumnId) -> Id {
        let list = self.kernel.columns.get(column.0 as usize).copied().flatten();
        let around = list.and_then(|l| self.parent(l));
        let of = Derived::Distinct(column);
        let column = self.derived(of).unwrap_or_else(|| self.derive(of, around, false));
        self.add(Def::Flag(column))
    }

    /// The same list once more, with columns of its own.
    pub(crate) fn once_more(&mut self, list: ListId) -> Again {
        let new = self.list_again(list, self.parent(list));
        let lists = HashMap::from([(list, new)]);
        Again { list, new, lists, columns: HashMap::new(), done: HashMap::new() }
    }

    fn list_again(&mut self, list: ListId, parent: Option<ListId>) -> ListId {
        let new = ListId(self.kernel.lists.len() as u32);
        self.kernel.lists.push(parent);
        self.kernel.again.push(list);
        new
    }

    /// The list that stands for one in the items of a list that is gone through once more; others stand for themselves.
    pub(crate) fn inside(&mut self, list: ListId, again: &mut Again) -> ListId {
        if let Some(new) = again.lists.get(&list) {
            return *new;
        }
        let Some(parent) = self.parent(list) else { return list };
        let around = self.inside(parent, again);
        if around == parent {
            return list;
        }
        let new = self.list_again(list, Some(around));
        again.lists.insert(list, new);
        new
    }

    /// The column once more that describes items of such a list.
    fn column_again(&mut self, c: ColumnId, again: &mut Again) -> Option<ColumnId> {
        if let Some(known) = again.columns.get(&c) {
            return Some(*known);
        }
        let list = self.kernel.columns.get(c.0 as usize).copied().flatten()?;
        let new = self.inside(list, again);
        let nullable = self.kernel.nullable.get(c.0 as usize) == Some(&true);
        let made = self.derive(Derived::Again(c), Some(new), nullable);
        again.columns.insert(c, made);
        Some(made)
    }

    /// The list of the layout that a list stands for.
    pub(crate) fn source(&self, list: ListId) -> ListId {
        let layout = self.kernel.lists.len() - self.kernel.again.len();
        let again = |l: &ListId| self.kernel.again.get((l.0 as usize).checked_sub(layout)?).copied();
        std::iter::successors(Some(list), again).last().unwrap_or(list)
    }

    /// A definition with the list once more in place of the list; none if it goes through the list itself as well.
    pub(crate) fn through(&mut self, id: Id, again: &mut Again) -> Option<Id> {
        if !self.scope(id).contains(&again.list) {
            return Some(id);
        }
        if let Some(done) = again.done.get(&id) {
            return Some(*done);
        }
        let def = match self.def(id).clone() {
            Def::Column(c) => Def::Column(self.column_again(c, again)?),
            Def::Flag(c) => Def::Flag(self.column_again(c, again)?),
            Def::Given(c) => Def::Given(self.column_again(c, again)?),
            Def::Member(c) => Def::Member(self.column_again(c, again)?),
            Def::Fold(kind, terms) => {
                let mut out = Vec::with_capacity(terms.len());
                for t in terms {
                    if t.over.contains(&again.list) {
                        return None;
                    }
                    let over = t.over.iter().map(|l| self.inside(*l, again)).collect();
                    let when = match t.when {
                        Some(w) => Some(self.through(w, again)?),
                        None => None,
                    };
                    out.push(Term { over, when, value: self.through(t.value, again)? });
                }
                Def::Fold(kind, out)
            }
            mut def => {
                let mut sound = true;
                def.each_operand_mut(|o| match self.through(*o, again) {
                    Some(new) => *o = new,
                    None => sound = false,
                });
                if !sound {
                    return None;
                }
                def
            }
        };
        let new = self.add(def);
        again.done.insert(id, new);
        Some(new)
    }

    /// From here on, figures agree with the reference's up to their last digits only.
    pub fn inexact(&mut self) {
        self.kernel.exact = false;
    }

    /// Notes what is not understood.
    pub(crate) fn gap(&mut self, why: &'static str) {
        if !self.kernel.gaps.contains(&why) {
            self.kernel.gaps.push(why);
        }
    }

    /// A number.
    pub fn number(&mut self, x: Number) -> Id {
        self.add(Def::Number(x))
    }

    /// A condition.
    pub fn bool(&mut self, b: bool) -> Id {
        self.add(Def::Bool(b))
    }

    /// Adds a definition, simplified.
    pub fn add(&mut self, def: Def) -> Id {
        let def = match crate::fold::simplify(self, def) {
            Ok(same) => return same,
            Err(def) => def,
        };
        if let Some(id) = self.known.get(&def) {
            return *id;
        }
        let scope = self.scope_of(&def);
        let read = match &def {
            Def::Column(c) => Some((c, Read::Number)),
            Def::Member(c) => Some((c, Read::Member)),
            Def::Flag(c) => Some((c, Read::Flag)),
            _ => None,
        };
        if let Some((c, read)) = read
            && let Some(slot) = self.kernel.reads.get_mut(c.0 as usize)
        {
            *slot = Some(read);
        }
        let id = Id(u32::try_from(self.kernel.defs.len()).unwrap_or(u32::MAX));
        self.kernel.defs.push(def.clone());
        self.kernel.scopes.push(scope);
        self.known.insert(def, id);
        id
    }

    fn scope_of(&self, def: &Def) -> Arc<[ListId]> {
        let mut scope: Vec<ListId> = match def {
            Def::Column(c) | Def::Flag(c) | Def::Given(c) | Def::Member(c) => {
                self.kernel.around(self.kernel.columns.get(c.0 as usize).copied().flatten())
            }
            Def::Fold(_, terms) => {
                let of = |t: &Term| {
                    let mut all: Vec<ListId> = t.over.iter().flat_map(|l| self.kernel.around(Some(*l))).collect();
                    t.when.iter().chain([&t.value]).for_each(|id| all.extend(self.scope(*id)));
                    all.retain(|l| !t.over.contains(l));
                    all
                };
                terms.iter().flat_map(of).collect()
            }
            def => {
                let mut all = Vec::new();
                def.each_operand(|id| all.extend_from_slice(self.scope(id)));
                all
            }
        };
        scope.sort_unstable();
        scope.dedup();
        scope.into()
    }

    /// A condition that must hold.
    pub fn require(&mut self, holds: Id) {
        if self.known_bool(holds) != Some(true) && !self.kernel.requires.contains(&holds) {
            self.kernel.requires.push(holds);
        }
    }

    /// What has been required so far.
    pub(crate) fn requires(&self) -> &[Id] {
        &self.kernel.requires
    }

    /// What must not fail.
    pub fn demand(&mut self, id: Id) {
        if !self.kernel.demands.contains(&id) {
            self.kernel.demands.push(id);
        }
    }

    /// How many definitions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kernel.defs.len()
    }

    /// True if there is no definition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kernel.defs.is_empty()
    }

    /// A figure.
    pub fn output(&mut self, output: Output) {
        self.kernel.outputs.push(output);
    }

    /// A text.
    pub fn words(&mut self, words: Words) {
        self.kernel.words.push(words);
    }

    /// A warning.
    pub fn warning(&mut self, warning: Warning) {
        self.kernel.warnings.push(warning);
    }

    /// Puts these roots in the place of those that there are.
    pub(crate) fn exchange(&mut self, with: Roots) -> Roots {
        let k = &mut self.kernel;
        Roots {
            requires: std::mem::replace(&mut k.requires, with.requires),
            demands: std::mem::replace(&mut k.demands, with.demands),
            outputs: std::mem::replace(&mut k.outputs, with.outputs),
            words: std::mem::replace(&mut k.words, with.words),
            warnings: std::mem::replace(&mut k.warnings, with.warnings),
        }
    }

    /// The kernel.
    #[must_use]
    pub fn finish(self) -> Kernel {
        self.kernel
    }
}
