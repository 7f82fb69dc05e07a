//! The program: what surrounds the nodes.

use crate::{
    Cmp, Const, DefId, FactorId, GasId, LineId, Loop, Node, NodeId, Origin, ParamId, PlaceId, Region, RegionId,
    ResultRef, SourceId, StageId, TableId, Ty, UnitId,
};
use footrule_diag::{FileSpan, Text};
use footrule_number::{Number, Ratio};
use serde::{Deserialize, Serialize};

/// One rule, ready to be evaluated.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Program {
    /// The header.
    pub rule: RuleInfo,
    /// The products, at least one.
    pub products: Vec<crate::ProductInfo>,
    /// The units in scope, for reading inputs.
    pub unit_symbols: Vec<UnitSymbol>,
    /// The unit types of the nodes.
    pub units: Vec<Unit>,
    /// Enumerations.
    pub enums: Vec<EnumInfo>,
    /// Record types.
    pub records: Vec<RecordInfo>,
    /// Sources.
    pub sources: Vec<SourceInfo>,
    /// Sourced numbers.
    pub factors: Vec<FactorInfo>,
    /// Gases, with the GWP of the rule's set.
    pub gases: Vec<GasInfo>,
    /// Parameters.
    pub params: Vec<ParamInfo>,
    /// Tables.
    pub tables: Vec<TableInfo>,
    /// Stages in order of text.
    pub stages: Vec<Named>,
    /// Inputs in order of text.
    pub inputs: Vec<InputInfo>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Regions.
    pub regions: Vec<Region>,
    /// Evaluated first.
    pub root: Option<RegionId>,
    /// Evaluated after the lines; may read results.
    pub results: Option<RegionId>,
    /// Lines in order of text.
    pub lines: Vec<Line>,
    /// Allocations in order of text.
    pub allocations: Vec<crate::AllocationInfo>,
    /// Requirements and warnings in order of text.
    pub checks: Vec<CheckInfo>,
    /// Reports in order of text.
    pub reports: Vec<ReportInfo>,
    /// Evidence that inputs must carry, in order of text.
    pub evidence: Vec<EvidenceInfo>,
    /// Scenarios in order of text.
    pub scenarios: Vec<ScenarioInfo>,
    /// Tests in order of text.
    pub tests: Vec<TestInfo>,
    /// Named definitions, for explanations.
    pub defs: Vec<Def>,
    /// Balances.
    pub balances: Vec<BalanceInfo>,
    /// Cut-offs in order of text.
    pub cutoffs: Vec<crate::CutoffInfo>,
    /// Exceptions, by [`crate::ExceptionId`].
    pub exceptions: Vec<crate::ExceptionInfo>,
    /// Deviations that the rule accepts.
    pub accepted: Vec<Accepted>,
    /// Rules whose footprints are inputs, by [`crate::UpstreamId`].
    pub upstream: Vec<crate::Upstream>,
    /// Places, by [`PlaceId`].
    pub places: Vec<FileSpan>,
}

/// An identifier with its labels and clause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Identifier.
    pub id: String,
    /// Labels.
    pub labels: Text,
    /// Clause, without `§`.
    pub clause: String,
}

/// The header of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// Identifier and labels.
    pub name: Named,
    /// `version`
    pub version: String,
    /// `cites`
    pub cites: Vec<String>,
    /// `sector`
    pub sector: String,
    /// `boundary`
    pub boundary: String,
    /// `valid from`, `YYYY-MM-DD`
    pub valid_from: String,
    /// `valid … until`
    pub valid_until: Option<String>,
    /// `gwp`
    pub gwp: String,
    /// `biogenic_co2 neutral`: biogenic CO2 counts 0 instead of ±1.
    pub biogenic_neutral: bool,
    /// `credits apart`
    pub credits_apart: bool,
    /// How results are rounded.
    pub round: Rounding,
    /// SHA-256 of the source text, hex.
    pub text_hash: String,
}

/// How a published figure is rounded (GB/T 8170, half to even).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounding {
    /// How many.
    pub digits: u32,
    /// Significant digits instead of decimals.
    pub significant: bool,
}

/// A unit symbol for reading inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitSymbol {
    /// Symbol.
    pub symbol: String,
    /// UCUM code, if any.
    pub ucum: Option<String>,
    /// Exponents of base dimensions.
    pub dimension: Vec<(String, i32)>,
    /// How many coherent units it is.
    pub scale: Ratio,
    /// Zero point of a point unit, in the coherent unit.
    pub offset: Option<Number>,
}

/// A unit type: what is displayed and what inputs are converted to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// As written, `kg{CO2e}/t{Al}`; empty for a number.
    pub text: String,
    /// Symbol index, tag, exponent. `None` in place of a tag for untagged atoms.
    pub atoms: Vec<(u32, Option<String>, i32)>,
}

/// An enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumInfo {
    /// Name.
    pub name: String,
    /// Members.
    pub members: Vec<Named>,
}

/// A record type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordInfo {
    /// Name.
    pub name: String,
    /// Fields in order.
    pub fields: Vec<FieldInfo>,
    /// Requirements inside the record.
    pub requires: Vec<CheckInfo>,
    /// The [`crate::Op::Bound`] node through which the regions of the fields and requirements read the record.
    pub this: NodeId,
    /// The order in which the fields are completed: each after those that its condition, default or computation reads.
    pub order: Vec<u32>,
    /// Values for each member of an enumeration: the fields are its members, and data may name them by label.
    pub each: bool,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldInfo {
    /// Name, labels, clause.
    pub name: Named,
    /// Type.
    pub ty: Ty,
    /// Tags that follow data: `kg{material}` names the field whose member is the tag.
    pub tag_field: Option<u32>,
    /// Constraints on given values.
    pub constraints: Vec<Constraint>,
    /// Value if not given. Reads earlier fields.
    pub default: Option<RegionId>,
    /// Computed, never given.
    pub computed: Option<RegionId>,
    /// Default factor of an activity.
    pub factor: Option<FactorDefault>,
    /// Given only if this holds; absent otherwise.
    pub when: Option<When>,
    /// The value (below lists and optionals) is a footprint.
    pub footprint: Option<crate::Footprint>,
}

/// The condition of a conditional input or field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Yields a Bool from inputs (or from fields of the record).
    pub region: RegionId,
    /// As written.
    pub formula: String,
    /// Its place.
    pub place: PlaceId,
}

/// `factor default p`, `factor fixed p`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorDefault {
    /// The user may not give another one.
    pub fixed: bool,
    /// Yields the factor.
    pub value: RegionId,
}

/// A condition on an input, in its declared unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Constraint {
    /// `> 0`
    Compare(Cmp, Number, PlaceId),
    /// `0 .. 1`
    Range(Number, Number, PlaceId),
    /// `count >= 1`
    Count(Cmp, u32, PlaceId),
    /// `unique name`
    Unique(u32, PlaceId),
    /// `sum(field) = 1`; the field is `None` for values for each member.
    Sum(Option<u32>, Number, PlaceId),
    /// `sum(field) = 1 within 0.001 scaled`
    SumWithin {
        /// As for `Sum`.
        field: Option<u32>,
        /// The sum.
        sum: Number,
        /// Largest difference.
        within: Number,
        /// The values are divided by their sum (times `sum`), which is reported.
        scaled: bool,
        /// Place.
        place: PlaceId,
    },
    /// `integer`
    Integer(PlaceId),
}

/// An input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputInfo {
    /// Name, labels, clause.
    pub name: Named,
    /// Type.
    pub ty: Ty,
    /// Constraints.
    pub constraints: Vec<Constraint>,
    /// Value if not given.
    pub default: Option<RegionId>,
    /// Default factor of an activity.
    pub factor: Option<FactorDefault>,
    /// Given only if this holds; absent otherwise.
    pub when: Option<When>,
    /// The value (below lists and optionals) is a footprint.
    pub footprint: Option<crate::Footprint>,
    /// Its declaration.
    pub place: PlaceId,
}

/// A source of data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Identifier.
    pub id: String,
    /// Entries in order: `title`, `publisher`, `year`, `region`, `url`, `gwp`, `status` …
    pub entries: Vec<(String, String)>,
}

impl SourceInfo {
    /// The value of an entry.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
}

/// A sourced number: what an auditor must be able to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorInfo {
    /// `grid_cn[2024]`, `pfc_slope[CWPB].cf4`, `c_to_co2`.
    pub id: String,
    /// Value.
    pub value: Number,
    /// Unit.
    pub unit: UnitId,
    /// Source.
    pub source: Option<SourceId>,
    /// Row or declaration.
    pub place: PlaceId,
}

/// A gas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GasInfo {
    /// Name and labels.
    pub name: Named,
    /// GWP-100 in the rule's set by origin (`None`: all others), kg CO2e per kg; empty if the set has none.
    pub gwp: Vec<(Option<Origin>, Number, FactorId)>,
}

/// A dated parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamInfo {
    /// Name and labels.
    pub name: Named,
    /// Type: `Number`, or `Split` for CO2e.
    pub ty: Ty,
    /// Rows by date.
    pub rows: Vec<ParamRow>,
    /// Before the first row.
    pub before: Policy,
    /// After the last row.
    pub after: Policy,
    /// `review by`, `YYYY-MM-DD`
    pub review: Option<Day>,
    /// `at start|end|by days`, if declared.
    pub at: Option<PeriodRule>,
    /// Declaration.
    pub place: PlaceId,
}

/// How a value that changes inside the period is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeriodRule {
    /// The value at its first day.
    Start,
    /// The value at its last day.
    End,
    /// Mean weighted by days.
    Days,
}

/// A calendar day as (year, month, day).
pub type Day = (i32, u32, u32);

/// A row of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamRow {
    /// First day on which it holds.
    pub from: Day,
    /// First day on which it holds no longer; `None` if only the next row ends it.
    pub to: Option<Day>,
    /// The value, its source and place.
    pub factor: FactorId,
    /// Origin of a CO2e value.
    pub origin: Origin,
}

/// What holds outside the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// Error.
    Error,
    /// The nearest row.
    Hold {
        /// With a finding.
        warning: bool,
        /// Only until this day.
        until: Option<Day>,
    },
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// Name and labels.
    pub name: Named,
    /// Key columns.
    pub keys: Vec<(String, Ty)>,
    /// Value columns; `Split` for CO2e.
    pub columns: Vec<(String, Ty)>,
    /// Rows.
    pub rows: Vec<TableRow>,
    /// Missing rows are allowed.
    pub partial: bool,
    /// Between the rows values are interpolated.
    pub interpolate: Option<Interpolation>,
    /// Declaration.
    pub place: PlaceId,
}

/// Linear interpolation along one key. The rows of each combination of the other keys ascend in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpolation {
    /// Which key.
    pub key: u32,
    /// Outside the points the nearest one holds; else it is an error.
    pub hold: bool,
}

impl TableInfo {
    /// The row with the fewest wildcards among those whose keys fit, cell by cell: `fits` compares key `k` of the look-up
    /// with a cell that is no wildcard.
    ///
    /// # Errors
    /// How many rows fit equally well: 0 for none.
    pub fn find(&self, keys: usize, fits: impl Fn(usize, &Const) -> bool) -> Result<u32, u32> {
        let mut best: Option<(usize, u32)> = None;
        let mut ties = 0;
        for (i, row) in self.rows.iter().enumerate() {
            let all = |(k, c): (usize, &Option<Const>)| c.as_ref().is_none_or(|c| fits(k, c));
            if row.keys.len() != keys || !row.keys.iter().enumerate().all(all) {
                continue;
            }
            let wild = row.keys.iter().filter(|c| c.is_none()).count();
            match best {
                Some((w, _)) if w < wild => {}
                Some((w, _)) if w == wild => ties += 1,
                _ => {
                    best = Some((wild, i as u32));
                    ties = 0;
                }
            }
        }
        match best {
            Some((_, row)) if ties == 0 => Ok(row),
            Some(_) => Err(ties + 1),
            None => Err(0),
        }
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRow {
    /// One cell for each key; `None` is the wildcard. The most specific row wins.
    pub keys: Vec<Option<Const>>,
    /// One value for each column: a sourced number, or a constant of another type.
    pub values: Vec<Cell>,
    /// Origin of CO2e values.
    pub origin: Origin,
    /// Place.
    pub place: PlaceId,
}

/// A value cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// A number.
    Factor(FactorId),
    /// Another constant.
    Const(Const),
}

/// Which way a line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// Added.
    Emission,
    /// Subtracted.
    Removal,
    /// Subtracted, listed as credit.
    Credit,
    /// Shown, never in the total.
    Apart,
}

impl LineKind {
    /// True if the line counts negative.
    #[must_use]
    pub fn subtracts(self) -> bool {
        matches!(self, Self::Removal | Self::Credit)
    }
}

/// Which stage an item of a line belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StageRef {
    /// Known when compiled.
    Static(StageId),
    /// The region's value, a member of the enumeration of stages; member `i` is stage `i`.
    Region(RegionId),
    /// None (`apart` lines only).
    None,
}

/// What a line's value is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineGas {
    /// CO2e with parts.
    Split,
    /// A mass of one gas.
    Static(GasId),
    /// A mass of the gas that this region yields, a member of the enumeration of gases.
    Region(RegionId),
}

/// The origin of a gas line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineOrigin {
    /// One origin; for CO2e lines: `None` keeps the parts' origins, `Some` overrides them.
    One(Option<Origin>),
    /// Shares by region; the last may be the rest (`None`).
    Split(Vec<(Origin, Option<RegionId>)>),
}

/// A line of the footprint.
///
/// Its figure per declared unit of a product, for each item: value → (gas: `× GWP`, rounded) → (allocated: × share,
/// rounded) → `× to_result` (one rounding; unit conversion and the declared amount) → `÷ reference` (one rounding). An item is the exact sum of its parts,
/// a line of its items, a stage of its lines, the total of its stages, each rounded once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Name, labels, clause.
    pub name: Named,
    /// Which way it counts.
    pub kind: LineKind,
    /// Its stage.
    pub stage: StageRef,
    /// The loop, for a line over lists; its body yields the value. `stage`, `gas`, `named`, `origin` regions are
    /// evaluated inside it.
    pub over: Option<Loop>,
    /// Yields the value, if there is no loop (a node of the root region).
    pub value: Option<NodeId>,
    /// Yield texts or enumeration members that together name an item, from the outermost list in.
    pub named: Vec<RegionId>,
    /// Yields a Bool; false makes the line not applicable.
    pub when: Option<RegionId>,
    /// Unit of the value.
    pub unit: UnitId,
    /// Unit of the value in CO2e (`t{CF4}` → `t{CO2e}`).
    pub co2e_unit: UnitId,
    /// What the value is.
    pub gas: LineGas,
    /// Its origin.
    pub origin: LineOrigin,
    /// Where it goes.
    pub target: crate::Target,
    /// For each product: the factor from `co2e_unit` over the unit of the reference flow to the result unit, times the
    /// declared amount unless the rule names the unit of its results.
    pub to_result: Vec<Ratio>,
    /// A negative value is allowed, and why.
    pub may_be_negative: Option<Text>,
    /// The formula as text.
    pub formula: String,
    /// Named things that the formula reads.
    pub reads: Vec<Read>,
    /// Place of the value.
    pub place: PlaceId,
}

/// A named thing that a formula reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Read {
    /// A definition.
    Def(DefId),
    /// An input.
    Input(crate::InputId),
    /// A line.
    Line(LineId),
    /// A parameter.
    Param(ParamId),
    /// A table.
    Table(TableId),
    /// A sourced constant.
    Factor(FactorId),
}

/// A named definition: `let`, `const`, or a named part of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Def {
    /// Name, labels, clause.
    pub name: Named,
    /// Its node, in the root region (or in the results region for what reads results).
    pub node: NodeId,
    /// The formula as text.
    pub formula: String,
    /// What it reads.
    pub reads: Vec<Read>,
    /// Place.
    pub place: PlaceId,
}

/// A balance: what enters and what leaves, in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceInfo {
    /// Name, clause.
    pub name: Named,
    /// Unit of all figures.
    pub unit: UnitId,
    /// Rows in order of text.
    pub rows: Vec<BalanceRow>,
    /// The exact sum of what enters, rounded once (a node of the root region, as the others).
    pub ins: NodeId,
    /// The exact sum of what leaves, rounded once.
    pub outs: NodeId,
    /// What enters less what leaves.
    pub gap: NodeId,
    /// What the gap must not exceed.
    pub check: Option<BalanceCheck>,
    /// Declaration.
    pub place: PlaceId,
}

/// A row of a balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceRow {
    /// It enters.
    pub input: bool,
    /// Name and labels.
    pub name: Named,
    /// Its amount.
    pub value: NodeId,
    /// The formula as text.
    pub formula: String,
    /// Place.
    pub place: PlaceId,
}

/// `within 2% of in`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceCheck {
    /// Largest gap as a share.
    pub tolerance: Number,
    /// A share of what enters; else of what leaves.
    pub of_in: bool,
    /// Yields a Bool: |gap| ≤ tolerance × side, exactly.
    pub holds: NodeId,
    /// What the rule says if it does not.
    pub message: Text,
}

/// A requirement or a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInfo {
    /// Name (empty if it has none) and clause.
    pub name: Named,
    /// A finding, not an error.
    pub warn: bool,
    /// Yields a Bool.
    pub condition: RegionId,
    /// Message in Chinese.
    pub zh: Vec<Piece>,
    /// Message in English.
    pub en: Vec<Piece>,
    /// The condition as text.
    pub formula: String,
    /// Place of the condition.
    pub place: PlaceId,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Text.
    Text(String),
    /// The value of a region, shown with its unit.
    Value(RegionId),
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportInfo {
    /// Name, labels, clause.
    pub name: Named,
    /// Its value: `Number` (or `Bool`, `Text`, `Enum`), in the results region.
    pub value: NodeId,
    /// How it is rounded; numbers without it are rounded as the rule's results.
    pub round: Option<Rounding>,
    /// The formula as text.
    pub formula: String,
    /// What it reads.
    pub reads: Vec<Read>,
    /// Place.
    pub place: PlaceId,
}

/// A deviation that the rule accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The GWP set.
    pub gwp: String,
    /// Of this source.
    pub source: String,
    /// Why.
    pub because: Text,
    /// Clause.
    pub clause: String,
}

/// Evidence that given values must carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceInfo {
    /// Clause.
    pub name: Named,
    /// Of which input.
    pub input: crate::InputId,
    /// Of which part of it; lists on the way stand for all their items.
    pub fields: Vec<String>,
    /// Place.
    pub place: PlaceId,
}

impl EvidenceInfo {
    /// `boiler.mass`
    #[must_use]
    pub fn path(&self, program: &Program) -> String {
        let input = program.inputs.get(self.input.ix()).map_or("?", |i| i.name.id.as_str());
        self.fields.iter().fold(input.to_owned(), |path, f| format!("{path}.{f}"))
    }
}

/// A scenario: values in place of given inputs and of parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioInfo {
    /// Name, labels, clause.
    pub name: Named,
    /// Inputs: name and the region that yields the value (already in the input's type).
    pub inputs: Vec<(String, RegionId, PlaceId)>,
    /// Parameters: the one value for all dates, and the origin of a CO2e value.
    pub params: Vec<(ParamId, FactorId, Origin)>,
    /// Place.
    pub place: PlaceId,
}

/// A test in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestInfo {
    /// Labels and clause.
    pub name: Named,
    /// First and last day.
    pub period: Option<(Day, Day)>,
    /// Inputs: name and the region that yields the value (already in the input's type).
    pub sets: Vec<(String, RegionId, PlaceId)>,
    /// The scenario that it is evaluated in.
    pub scenario: Option<String>,
    /// `from "case.json"`: key and text of the file.
    pub from: Option<(String, String)>,
    /// Expectations.
    pub expects: Vec<(Expect, PlaceId)>,
    /// Where the numbers come from.
    pub source: Option<SourceId>,
    /// Place.
    pub place: PlaceId,
}

/// An expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expect {
    /// A figure of the result. `value` is in the unit `unit`; the figure is converted by `scale` first. Without
    /// `within`, the unrounded figure rounded half to even to `decimals` must equal `value`.
    Result {
        /// Of which product.
        product: crate::ProductId,
        /// Which figure.
        what: ResultRef,
        /// Expected.
        value: Number,
        /// Decimals written.
        decimals: u32,
        /// Largest difference, in `unit`.
        within: Option<Number>,
        /// From the figure's unit to `unit`.
        scale: Ratio,
        /// Unit of the expectation.
        unit: UnitId,
    },
    /// The own quantity of a line (`line: true`) or a report or definition's value.
    Value {
        /// Name of the line or report.
        name: String,
        /// True for a line.
        line: bool,
        /// Expected, as for results.
        value: Number,
        /// Decimals written.
        decimals: u32,
        /// Largest difference.
        within: Option<Number>,
        /// Conversion.
        scale: Ratio,
        /// Unit of the expectation.
        unit: UnitId,
    },
    /// A report that is not a number.
    Constant {
        /// Name of the report.
        name: String,
        /// Expected.
        value: Const,
    },
    /// The evaluation is refused with this code.
    Error(String),
    /// This warning fires.
    Warning(String),
}
