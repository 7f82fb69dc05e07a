//! What a rule is specialised to: the columns that are given, and what holds for every row.
//!
//! Paths are those of the input document: `production`, `boiler.mass`, `alumina_use.factor`; `[]` stands for the items
//! of a list: `deliveries[].mass`.

use crate::kernel::ListId;
use footrule_mir::Day;
use footrule_number::{Number, Ratio};

/// The columns of a batch, and what holds for all its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// First and last day of the period.
    pub period: Option<(Day, Day)>,
    /// Number of the scenario.
    pub scenario: Option<usize>,
    /// The GWP set that is stated for all given CO2e.
    pub gwp: Option<String>,
    /// Lists that are given; each after the list that it stands in.
    pub lists: Vec<List>,
    /// Lists that are given and empty in every row.
    pub empty: Vec<String>,
    /// Columns.
    pub columns: Vec<Column>,
    /// The figures that are wanted, by name; all if `None`. Warnings and requirements always count.
    pub outputs: Option<Vec<String>>,
}

/// A list with its items in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// `deliveries`; `plants[].deliveries` inside another.
    pub path: String,
    /// The list around it.
    pub parent: Option<ListId>,
}

/// A column: the same datum of every row, or of every item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Path of the datum.
    pub path: String,
    /// What stands in it.
    pub kind: Kind,
    /// The list whose items it describes.
    pub list: Option<ListId>,
    /// In some rows it has no value.
    pub nullable: bool,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number: `× factor + offset` is in the declared unit.
    Number {
        /// From the unit of the column.
        factor: Ratio,
        /// Zero point, in the declared unit.
        offset: Option<Number>,
    },
    /// The position of a member in its enumeration.
    Member,
    /// True or false.
    Flag,
    /// A text, a day, evidence: given, but not read here.
    Opaque,
}

impl Layout {
    /// The number of the column of a datum.
    #[must_use]
    pub fn column(&self, path: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.path == path)
    }

    /// True if a figure is wanted.
    #[must_use]
    pub fn wants(&self, output: &str) -> bool {
        self.outputs.as_ref().is_none_or(|all| all.iter().any(|o| o == output.trim_end_matches('?')))
    }

    /// True if anything of a datum is given.
    #[must_use]
    pub fn gives(&self, path: &str) -> bool {
        let below = |p: &str| p.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        self.columns.iter().any(|c| below(&c.path))
            || self.lists.iter().any(|l| below(&l.path))
            || self.empty.iter().any(|l| below(l))
    }
}
