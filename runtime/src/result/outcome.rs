//! The result record, schema `footrule-result/1`.
//!
//! Guarantees: every decimal serialises as a string; a published figure is its unrounded value rounded once.
//! Must not: hold anything that is not derived from the program and the inputs (no clock, no machine).

use footrule_diag::{FileSpan, Text};
use footrule_mir::{LineKind, Origin};
use footrule_number::Number;
use serde::{Serialize, Serializer};

/// Name and version of the schema.
pub const SCHEMA: &str = "footrule-result/1";

/// A published figure and what it was rounded from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Rounded once by the rule's (or the report's) rounding, with exactly its decimals.
    pub value: String,
    /// Unit; empty for a number.
    pub unit: String,
    /// The unrounded value in the same unit.
    pub unrounded: Number,
}

/// An unrounded number with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quantity {
    /// The number.
    pub value: Number,
    /// Unit; empty for a number.
    pub unit: String,
}

/// An identifier with labels and clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Name {
    /// Identifier.
    pub id: String,
    /// Labels; the identifier is shown where both are empty.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub labels: Text,
    /// Clause, without `§`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clause: String,
}

/// Everything that one evaluation returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The rule.
    pub rule: Rule,
    /// Period, if the rule or the input has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The scenario, if it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Scenario>,
    /// The footprint of each product; that of an only one stands in the record itself.
    #[serde(flatten)]
    pub footprints: super::Footprints,
    /// What allocations came to, and what other bases would give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<super::Allocation>,
    /// Reports in order of the rule.
    pub reports: Vec<Report>,
    /// Findings of `warn`, and of parameters read outside their years.
    pub warnings: Vec<Finding>,
    /// Every requirement and warning with its verdict.
    pub checks: Vec<Check>,
    /// Balances of what enters and what leaves.
    pub balances: Vec<Balance>,
    /// What was left out, by each cut-off of the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cutoffs: Vec<Cutoff>,
    /// Every sourced number that a line, report or check was computed from.
    pub factors: Vec<Factor>,
    /// Deviations that the rule accepts.
    pub accepted: Vec<Accepted>,
    /// Evidence given with inputs.
    pub evidence: Vec<EvidenceEntry>,
    /// Footprints of other products among the inputs, in order of the inputs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<Upstream>,
    /// The inputs as they were read, in declared units.
    pub inputs: Vec<InputValue>,
    /// The derivation, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<super::Explain>,
}

/// In which form a footprint of another product was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UpstreamForm {
    /// A number with its evidence.
    Given,
    /// A record of a data exchange.
    Exchange,
    /// Inputs of its rule, from which it was computed.
    Computed,
}

/// The rule of an upstream footprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpstreamRule {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// Version.
    pub version: String,
    /// SHA-256 of the program's canonical text, hex; only if the footprint was computed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning_hash: Option<String>,
}

/// A figure as it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    /// With its decimals.
    pub value: String,
    /// Unit.
    pub unit: String,
}

/// A footprint of another product that was taken as input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upstream {
    /// Path of the input.
    pub input: String,
    /// How it was given.
    pub form: UpstreamForm,
    /// The rule that the input names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<UpstreamRule>,
    /// Its period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// As published by its rule or its record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// What enters the calculation.
    pub value: Quantity,
    /// Its share of primary data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_data_share: Option<String>,
    /// Its system boundary, as stated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub boundary: String,
    /// Share of emissions that it leaves out, percent, as stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempted_percent: Option<String>,
    /// The footprints that it rests on itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<Upstream>,
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// What it puts in the place of given inputs and of parameters.
    pub overrides: Vec<Override>,
}

/// What a scenario changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Override {
    /// Input or parameter.
    pub kind: OverrideKind,
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// The value of the scenario.
    pub value: Shown,
    /// True for an input that was given, too: the scenario's value was taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub given: bool,
}

/// What a scenario can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OverrideKind {
    /// An input.
    Input,
    /// A parameter.
    Param,
}

/// Data quality of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataQuality {
    /// Mean rating (1 best, 5 worst) of what is rated, weighted by absolute contribution, 2 decimals; absent if
    /// nothing is rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<String>,
    /// The same, unrounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrounded: Option<Number>,
    /// Share of the absolute contributions that are rated, 4 decimals.
    pub rated_share: String,
    /// The same, unrounded.
    #[serde(skip)]
    pub rated: Number,
    /// Share of primary data, unrounded.
    #[serde(skip)]
    pub primary_share: Option<Number>,
}

/// The rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// Version.
    pub version: String,
    /// Standards.
    pub cites: Vec<String>,
    /// Sector.
    pub sector: String,
    /// System boundary.
    pub boundary: String,
    /// GWP set.
    pub gwp: String,
    /// SHA-256 of the program's canonical text, hex.
    pub meaning_hash: String,
    /// SHA-256 of the source text, hex.
    pub text_hash: String,
    /// SHA-256 of the canonical list of all sourced numbers, hex.
    pub factor_set_hash: String,
}

/// A cut-off with what was left out by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cutoff {
    /// The basis (`mass`, `energy`, `footprint`), labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// The largest share of one flow.
    pub each: Number,
    /// The largest share of all of them.
    pub total: Number,
    /// The share of all that was left out.
    pub sum: Number,
    /// The flows, in the order in which they are given.
    pub left_out: Vec<LeftOut>,
}

/// A flow that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What it is.
    pub name: String,
    /// Its share, as the author of the data states it.
    pub share: Number,
    /// Why it was left out.
    pub reason: String,
}

/// A balance, unrounded, in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Identifier, clause.
    #[serde(flatten)]
    pub name: Name,
    /// Unit of all amounts; empty for a number.
    pub unit: String,
    /// Its rows.
    pub rows: Vec<BalanceRow>,
    /// Sum of what enters.
    #[serde(rename = "in")]
    pub ins: Number,
    /// Sum of what leaves.
    #[serde(rename = "out")]
    pub outs: Number,
    /// What enters less what leaves.
    pub gap: Number,
    /// The gap as a share of what enters, 4 decimals; absent if nothing enters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap_share: Option<String>,
    /// The largest gap that the rule allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
}

/// A row of a balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BalanceRow {
    /// Identifier, labels.
    #[serde(flatten)]
    pub name: Name,
    /// It enters or leaves.
    pub side: Side,
    /// Its amount.
    pub value: Number,
    /// The formula.
    pub formula: String,
}

/// A side of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What enters.
    In,
    /// What leaves.
    Out,
}

/// A tolerance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Within {
    /// As a share.
    pub tolerance: Number,
    /// Of this side.
    pub of: Side,
}

/// First and last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// Declared or functional unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclaredUnit {
    /// How many.
    pub value: Number,
    /// Of what.
    pub unit: String,
    /// True for a functional unit.
    pub functional: bool,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Identifier, labels.
    #[serde(flatten)]
    pub name: Name,
    /// Its figure.
    pub figure: Figure,
    /// Its share of the sum of the stages' absolute values, 4 decimals; absent if that is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<String>,
}

/// A gas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gas {
    /// Identifier, labels; `None` for CO2e that is not known by gas.
    pub name: Option<Name>,
    /// Its figure, in CO2e.
    pub figure: Figure,
}

/// An origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OriginFigure {
    /// Which.
    pub origin: Origin,
    /// Its figure.
    pub figure: Figure,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineFigure {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// Kind.
    pub kind: LineKind,
    /// Stages of its items, in order of the rule.
    pub stages: Vec<String>,
    /// False if its condition does not hold; then there are no items.
    pub applicable: bool,
    /// Gas, if it is one for all items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gas: Option<String>,
    /// Own quantity (a mass of gas or CO2e) of the whole reference flow, before the sign; absent if the items are of
    /// different gases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// CO2e per declared unit; removals and credits are negative.
    pub figure: Figure,
    /// Items of a line over a list.
    pub items: Vec<ItemFigure>,
}

/// An item of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemFigure {
    /// Position in each of the line's lists, from 1.
    pub index: Vec<u32>,
    /// Its name, if the line names items.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// Stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Gas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gas: Option<String>,
    /// Own quantity.
    pub quantity: Quantity,
    /// CO2e per declared unit; removals and credits are negative.
    pub figure: Figure,
}

/// The value of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ReportValue {
    /// A number, rounded by the report's rounding or the rule's.
    Figure(Figure),
    /// True or false.
    Bool(bool),
    /// A text, or a member's identifier, or a day.
    Text(String),
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// Its value.
    pub value: ReportValue,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Name of the warning, or of the parameter.
    pub name: String,
    /// Message with its values.
    pub message: Text,
    /// Clause.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// Place of the condition, or of the parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<FileSpan>,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It holds.
    Passed,
    /// A warning that fires.
    Warning,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Name (may be empty) and clause.
    #[serde(flatten)]
    pub name: Name,
    /// `require` or `warn`.
    pub kind: CheckKind,
    /// The condition.
    pub formula: String,
    /// What it came to.
    pub verdict: Verdict,
}

/// Which kind of check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckKind {
    /// An error if it does not hold.
    Require,
    /// A finding.
    Warn,
}

/// A sourced number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Factor {
    /// `grid_cn[2024]`
    pub id: String,
    /// Value.
    pub value: Number,
    /// Unit.
    pub unit: String,
    /// Its source: all entries, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Lines, reports, checks and definitions that were computed from it, as `line cf4`.
    pub used_by: Vec<String>,
    /// Row or declaration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<FileSpan>,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Identifier.
    pub id: String,
    /// Entries, `title`, `year`, `region`, `url`, `gwp`, `status` …
    pub entries: Vec<(String, String)>,
}

impl Source {
    /// The value of an entry.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(
            std::iter::once(("id", self.id.as_str()))
                .chain(self.entries.iter().filter(|(k, _)| k != "id").map(|(k, v)| (k.as_str(), v.as_str()))),
        )
    }
}

/// A deviation that the rule accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// GWP set.
    pub gwp: String,
    /// Of this source.
    pub source: String,
    /// Why.
    pub because: Text,
    /// Clause.
    pub clause: String,
}

/// What the user said about a datum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceEntry {
    /// `power[0].amount`
    pub path: String,
    /// `source`, `year`, `region`, `primary`, `evidence`, `note`, `quality.time` …, in order of the input.
    #[serde(serialize_with = "map")]
    pub entries: Vec<(String, String)>,
}

fn map<S: Serializer>(entries: &[(String, String)], s: S) -> Result<S::Ok, S::Error> {
    s.collect_map(entries.iter().map(|(k, v)| (k, v)))
}

/// An input as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputValue {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// True if the rule's default was taken.
    pub default: bool,
    /// The value.
    pub value: Shown,
}

/// A value in the form of the input file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A text, day, member or unit-free number.
    Text(String),
    /// A number in a unit.
    Quantity(Quantity),
    /// A list.
    List(Vec<Shown>),
    /// A record or activity: fields in order.
    Fields(Vec<(String, Shown)>),
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_none(),
            Self::Bool(b) => s.serialize_bool(*b),
            Self::Text(t) => s.serialize_str(t),
            Self::Quantity(q) => q.serialize(s),
            Self::List(items) => s.collect_seq(items),
            Self::Fields(fields) => s.collect_map(fields.iter().map(|(k, v)| (k, v))),
        }
    }
}
