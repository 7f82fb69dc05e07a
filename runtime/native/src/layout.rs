//! What a rule is specialised to: the columns that are given, and what holds for every row.
//!
//! Paths are those of the input document: `production`, `boiler.mass`, `alumina_use.factor`; `[]` stands for the items
//! of a list: `deliveries[].mass`. What is said of a datum stands below it: its rating (`production.quality`, or indicators such
//! as `production.quality.ter`), and whether it is primary (`production.primary`). What a footprint is computed from stands
//! below it, too: `slab.inputs.mass`. A column `slab.rule` ([`Kind::Opaque`]) says where the rule of a footprint is named;
//! whoever fills it sees to it that it is that rule.

use crate::kernel::ListId;
use footrule_mir::{Cell, Const, Day, Op, Program};
use footrule_number::{Number, Ratio};
use std::collections::BTreeSet;

/// The columns of a batch, and what holds for all its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// First and last day of the period.
    pub period: Option<(Day, Day)>,
    /// First and last day of the period of footprints that are computed, by their paths, where it is another.
    pub periods: Vec<(String, (Day, Day))>,
    /// How records of a data exchange are to be read, by footprint.
    pub exchanged: Vec<Exchanged>,
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
    /// No column can be made of others: code reads the caller's arrays as they are.
    pub plain: bool,
    /// The figures that are wanted, by name; all if `None`. Warnings and requirements always count.
    pub outputs: Option<Vec<String>>,
}

/// Footprints that are records of a data exchange: their fields stand in columns under `slab.pcf`, by their names in version
/// 3. Whoever fills the columns sees to it that the records are of a version, a unit and a GWP set that count, and not marked
/// as deprecated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// Path of the footprint.
    pub path: String,
    /// From kg CO2e per unit of the records, or per kg, to the unit of the footprint.
    pub factor: Ratio,
    /// Per kg: the mass of the declared unit counts.
    pub by_mass: bool,
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
    /// A text by its code: its place among [`texts`], or a number beyond them that no other text of the rows has.
    Text,
    /// A day by its running number ([`footrule_runtime::day_number`]).
    Day,
    /// Evidence, or a text that is not looked at: given (and not empty), but not read here.
    Opaque,
}

/// The texts that a program knows, in order: its constants, what stands in its tables, and those of its upstream rules.
#[must_use]
pub fn texts(program: &Program) -> Vec<String> {
    let mut all = BTreeSet::new();
    own_texts(program, &mut all);
    all.into_iter().collect()
}

fn own_texts(program: &Program, all: &mut BTreeSet<String>) {
    let nodes = program.nodes.iter().filter_map(|n| if let Op::Const(c, _) = &n.op { Some(c) } else { None });
    let rows = program.tables.iter().flat_map(|t| &t.rows);
    let cells = rows.flat_map(|r| {
        let values = r.values.iter().filter_map(|v| if let Cell::Const(c) = v { Some(c) } else { None });
        r.keys.iter().flatten().chain(values)
    });
    let texts = nodes.chain(cells).filter_map(|c| if let Const::Text(t) = c { Some(t.clone()) } else { None });
    all.extend(texts);
    program.upstream.iter().for_each(|u| own_texts(&u.program, all));
}

impl Layout {
    /// The same columns as a program names them whose inputs stand below this path; the others have no name.
    #[must_use]
    pub(crate) fn below(&self, path: &str) -> Self {
        let own = |p: &String| p.strip_prefix(path).unwrap_or_default().to_owned();
        Self {
            period: self.period_of(path.trim_end_matches(".inputs.")).or(self.period),
            periods: self.periods.iter().map(|(p, days)| (own(p), *days)).collect(),
            exchanged: self.exchanged.iter().map(|e| Exchanged { path: own(&e.path), ..e.clone() }).collect(),
            scenario: None,
            gwp: self.gwp.clone(),
            lists: self.lists.iter().map(|l| List { path: own(&l.path), parent: l.parent }).collect(),
            empty: self.empty.iter().map(own).filter(|p| !p.is_empty()).collect(),
            columns: self.columns.iter().map(|c| Column { path: own(&c.path), ..c.clone() }).collect(),
            plain: self.plain,
            outputs: Some(Vec::new()),
        }
    }

    /// The number of the column of a datum.
    #[must_use]
    pub fn column(&self, path: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.path == path)
    }

    /// The period of a footprint that is computed, where it has its own.
    #[must_use]
    pub fn period_of(&self, path: &str) -> Option<(Day, Day)> {
        self.periods.iter().find(|(p, _)| p == path).map(|(_, days)| *days)
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
