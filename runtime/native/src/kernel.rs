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

mod builder;

pub use builder::Builder;
pub(crate) use builder::Roots;

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

/// A list that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// An earlier list once more, in a loop inside a loop over it.
    Again(ListId),
    /// As many items as a number says; none where it is no integer, or too large. The number rests on lists before this one and,
    /// of the columns that are made of others, on the first so many.
    Counted(Id, usize),
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
    /// Lists that are made of others, or of numbers; after those of the layout.
    pub made: Vec<Made>,
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

    /// Which columns some root asks for.
    #[must_use]
    pub fn needed(&self) -> Vec<bool> {
        let mut columns = vec![false; self.columns.len()];
        let mut seen = vec![false; self.defs.len()];
        let mut open: Vec<Id> = self.roots().collect();
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut seen[id.ix()], true) {
                continue;
            }
            if let Def::Column(c) | Def::Flag(c) | Def::Given(c) | Def::Member(c) = self.def(id) {
                columns[c.0 as usize] = true;
            }
            self.def(id).each_operand(|o| open.push(o));
        }
        // What is read of a list once more is read of the list.
        let first = self.columns.len() - self.derived.len();
        for (i, derived) in self.derived.iter().enumerate().rev() {
            if let (true, Derived::Again(c) | Derived::Distinct(c)) = (columns[first + i], derived) {
                columns[c.0 as usize] = true;
            }
        }
        columns
    }

    /// Every root: requirements, outputs, warnings.
    pub fn roots(&self) -> impl Iterator<Item = Id> + '_ {
        let outputs = self.outputs.iter().map(|o| o.value).chain(self.words.iter().map(|w| w.value));
        let asked = self.requires.iter().chain(&self.demands).copied();
        asked.chain(outputs).chain(self.warnings.iter().map(|w| w.holds))
    }
}
