//! The abstract syntax tree of one statement chunk.
//!
//! The whole language has a tree here, whether or not a later stage already gives it meaning. Keywords are gone:
//! a Chinese and an English source of the same rule have equal trees up to spans. Every span is relative to the
//! start of its chunk, so that an edit above a chunk changes nothing in it.

use footrule_diag::{Span, Text};
use footrule_number::Number;

/// A name with its place. The text is NFC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A dotted name, `std.gas` or `boiler.mass`; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Ident>);

/// `zh "…" en "…"` behind a declaration.
pub type Labels = Text;

/// One chunk: doc comments, clause, statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Text of the `///` lines above the statement, joined by newlines.
    pub docs: String,
    /// `§8.2.3 b)` before the statement: the text behind `§`, without quotes.
    pub clause: Option<Ident>,
    /// The statement.
    pub stmt: Stmt,
    /// The whole statement, without docs.
    pub span: Span,
}

/// A statement of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stmt {
    /// `rule NAME labels`
    Rule { name: Ident, labels: Labels },
    /// One line of the header (`cites`, `sector`, `version` …).
    Header(Header),
    /// `use std.gas, std.electricity.{grid_cn}`
    Use(Vec<UsePath>),
    /// `flow NAME`
    Flow { name: Ident, labels: Labels },
    /// `flow enum NAME { a; b }` (`flow = true`) or `enum NAME { A; B }`
    Enum { flow: bool, name: Ident, variants: Vec<Variant>, labels: Labels },
    /// `gas CH4 { AR5 28; AR6 27.9; AR6 fossil 29.8 source … }`
    Gas { name: Ident, gwps: Vec<GasRow>, labels: Labels },
    /// `unit wNm3 = 10_000 Nm3` or `unit piece` (a new base dimension)
    Unit { name: Ident, codes: Vec<(Ident, String)>, definition: Option<UnitDef>, labels: Labels },
    /// `stage NAME`
    Stage { name: Ident, labels: Labels },
    /// `input NAME: TYPE …`
    Input(Input),
    /// `param NAME: UNIT { 2023 => … }`
    Param(Param),
    /// `table NAME(keys) -> columns { rows }`
    Table(Table),
    /// `record NAME { fields }`
    Record { name: Ident, fields: Vec<Field>, requires: Vec<Check>, labels: Labels },
    /// `const NAME = EXPR`
    Const { name: Ident, ty: Option<Type>, value: Expr, labels: Labels, source: Option<Ident> },
    /// `fn NAME<G>(params) -> TYPE = EXPR`
    Fn { name: Ident, generics: Vec<Generic>, params: Vec<(Ident, Type)>, result: Type, body: Expr, labels: Labels },
    /// `let NAME: TYPE = EXPR`; `open let` in a process
    Let { open: bool, name: Ident, ty: Option<Type>, value: Expr, labels: Labels },
    /// `emission | removal | credit | apart NAME … = EXPR`
    Line(Line),
    /// `require COND else labels` (`warn = false`) or `warn NAME: COND else labels`
    Check(Check),
    /// `require evidence x`
    RequireEvidence { of: Path },
    /// `report NAME: UNIT = EXPR round …`
    Report { name: Ident, ty: Option<Type>, value: Expr, round: Option<Round>, labels: Labels },
    /// `source ID { title "…" publisher "…" year 2024 … }`
    Source { name: Ident, entries: Vec<SourceEntry> },
    /// `test labels { … }`
    Test(Test),
    /// `accept gwp AR5 from source s zh "…" en "…"` / `because "…"`
    Accept { gwp: Ident, source: Ident, footprint: bool, because: Labels },
    /// `except PATH as NAME when COND = EXPR`, or `except ALLOCATION when COND by BASIS { … }`
    Except { target: Path, name: Option<Ident>, when: Expr, value: ExceptValue, labels: Labels },
    /// `process NAME<G>(burn: stage) { statements }`
    Process { name: Ident, generics: Vec<Generic>, params: Vec<(Ident, Ident)>, body: Vec<Item>, labels: Labels },
    /// `include PROCESS[<ARGS>] as NAME [for x in list | list] in STAGES { bindings }`
    Include(Include),
    /// `product NAME declared unit 1 U of EXPR [also unit …] [round …]`
    Product { name: Ident, unit: DeclaredUnit, also: Vec<DeclaredUnit>, round: Option<Round>, labels: Labels },
    /// `allocate NAME over LINES by BASIS { … }`
    Allocate(Allocate),
    /// `cutoff each 1% total 5% by BASIS`
    Cutoff { each: Expr, total: Expr, by: Ident, labels: Labels },
    /// `balance NAME within 2% of in { in coal: …; out slag: … }`
    Balance { name: Ident, within: Option<(Expr, Ident)>, rows: Vec<BalanceRow>, message: Labels },
    /// `scenario NAME { x = … }`
    Scenario { name: Ident, entries: Vec<(Path, Expr)>, labels: Labels },
    /// The text could not be read; errors were reported. `name` is what the splitter could still see.
    Broken { keyword: Option<Ident>, name: Option<Ident> },
}

impl Stmt {
    /// The labels, if a statement of this kind has some.
    #[must_use]
    pub fn labels(&self) -> Option<&Labels> {
        match self {
            Self::Rule { labels, .. }
            | Self::Flow { labels, .. }
            | Self::Enum { labels, .. }
            | Self::Gas { labels, .. }
            | Self::Unit { labels, .. }
            | Self::Stage { labels, .. }
            | Self::Record { labels, .. }
            | Self::Const { labels, .. }
            | Self::Fn { labels, .. }
            | Self::Let { labels, .. }
            | Self::Report { labels, .. }
            | Self::Except { labels, .. }
            | Self::Process { labels, .. }
            | Self::Product { labels, .. }
            | Self::Scenario { labels, .. } => Some(labels),
            Self::Input(i) => Some(&i.labels),
            Self::Param(p) => Some(&p.labels),
            Self::Table(t) => Some(&t.labels),
            Self::Line(l) => Some(&l.labels),
            Self::Test(t) => Some(&t.labels),
            Self::Include(i) => Some(&i.labels),
            Self::Allocate(a) => Some(&a.labels),
            _ => None,
        }
    }
}

/// A line of the rule header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// `cites "…", "…"`
    Cites(Vec<String>),
    /// `sector NAME`
    Sector(Ident),
    /// `version 1.0.0`
    Version(Ident),
    /// `valid from DATE [until DATE]`
    Valid { from: (Date, Span), until: Option<(Date, Span)> },
    /// `boundary NAME`
    Boundary(Ident),
    /// `gwp AR6`
    Gwp(Ident),
    /// `declared unit 1 t{Al} of production` / `functional unit …`
    Unit(DeclaredUnit),
    /// `also unit 1 piece{pack} of packs`
    AlsoUnit(DeclaredUnit),
    /// `round 1 decimals in kg{CO2e}/t{Al}`
    Round(Round),
    /// `biogenic_co2 counted|neutral`
    BiogenicCo2(Ident),
    /// `credits apart`
    CreditsApart,
}

/// `declared unit AMOUNT UNIT of EXPR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredUnit {
    /// True for `functional unit`.
    pub functional: bool,
    /// Number of units, usually 1.
    pub amount: Number,
    /// The unit.
    pub unit: UnitExpr,
    /// The reference flow; without it every line is already per unit.
    pub of: Option<Expr>,
    /// Where.
    pub span: Span,
}

/// `round 1 decimals in UNIT` or `round 3 significant`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// How many digits.
    pub digits: u32,
    /// Significant digits instead of decimals.
    pub significant: bool,
    /// The unit in which the rounding happens.
    pub unit: Option<UnitExpr>,
    /// Where.
    pub span: Span,
}

/// `std.gas` or `std.electricity.{grid_cn, x}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsePath {
    /// The module.
    pub module: Path,
    /// Only these names; `None` means all.
    pub names: Option<Vec<Ident>>,
}

/// A member of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Clause before it.
    pub clause: Option<Ident>,
    /// Name.
    pub name: Ident,
    /// Labels.
    pub labels: Labels,
}

/// `AR6 fossil 29.8 source s`: the GWP-100 of a gas in a set, for one origin or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasRow {
    /// Name of the set.
    pub set: Ident,
    /// `fossil` or `biogenic`, if the set distinguishes them.
    pub origin: Option<Ident>,
    /// kg CO2e per kg.
    pub value: Number,
    /// Place of the value.
    pub span: Span,
    /// Source.
    pub source: Option<Ident>,
}

/// Right-hand side of a `unit` declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitDef {
    /// Factor.
    pub factor: Number,
    /// `/ NUMBER` behind it.
    pub divisor: Option<Number>,
    /// Unit that the factor counts.
    pub unit: UnitExpr,
    /// `offset 273.15`: a point unit such as °C (value in `unit` = value × factor + offset).
    pub offset: Option<Number>,
}

/// `input NAME: TYPE [for each E] [factor …] [when C] [where …] [default …] labels`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Name.
    pub name: Ident,
    /// Declared type.
    pub ty: Type,
    /// `for each ENUM`: one value for each member.
    pub for_each: Option<Path>,
    /// `factor default p` / `factor fixed p` of an activity.
    pub factor: Option<FactorRule>,
    /// `when COND`
    pub when: Option<Expr>,
    /// `where …`
    pub constraints: Vec<Constraint>,
    /// `default EXPR`
    pub default: Option<Expr>,
    /// Labels.
    pub labels: Labels,
}

/// `factor default EXPR` or `factor fixed EXPR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorRule {
    /// True for `fixed`: the user may not give another one.
    pub fixed: bool,
    /// The factor.
    pub value: Expr,
}

/// A condition behind `where`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// `> 0`
    Compare(CmpOp, Expr),
    /// `0 .. 1`
    Range(Expr, Expr),
    /// `count >= 1`
    Count(CmpOp, Expr),
    /// `unique name`
    Unique(Ident),
    /// `sum = 1` (per enum member) or `sum(share) = 1`, `within 0.001 scaled`
    Sum { field: Option<Ident>, value: Expr, within: Option<Expr>, scaled: bool },
}

/// Field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Clause before it.
    pub clause: Option<Ident>,
    /// Name.
    pub name: Ident,
    /// Type; `None` only for computed fields.
    pub ty: Option<Type>,
    /// `let NAME: TYPE = EXPR`: a computed field.
    pub computed: Option<Expr>,
    /// `factor default p` of an activity.
    pub factor: Option<FactorRule>,
    /// `where …`
    pub constraints: Vec<Constraint>,
    /// `default EXPR`
    pub default: Option<Expr>,
    /// `when COND`
    pub when: Option<Expr>,
    /// Labels.
    pub labels: Labels,
}

/// A dated parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Name.
    pub name: Ident,
    /// Declared type.
    pub ty: Type,
    /// Rows, in order of text.
    pub rows: Vec<ParamRow>,
    /// `after last …`
    pub after: Option<(Policy, Span)>,
    /// `before first …`
    pub before: Option<(Policy, Span)>,
    /// `review by DATE`
    pub review: Option<(Date, Span)>,
    /// `at start|end|by days`: for values that change inside the period.
    pub at: Option<Ident>,
    /// `source s` for all rows without their own.
    pub source: Option<Ident>,
    /// Labels.
    pub labels: Labels,
}

/// `2023 => 0.6205 source a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamRow {
    /// Clause before it.
    pub clause: Option<Ident>,
    /// A year (valid in that year) or a date (valid from it).
    pub key: DateKey,
    /// Place of the key.
    pub key_span: Span,
    /// The value.
    pub value: Expr,
    /// Its source.
    pub source: Option<Ident>,
}

/// What holds outside the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// Refuse.
    Error,
    /// Use the nearest row.
    Hold {
        /// Report it.
        warning: bool,
        /// Only until this date, then refuse.
        until: Option<Date>,
    },
}

/// A year or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateKey {
    /// `2024`
    Year(i32),
    /// `2024-03-01`
    Day(Date),
}

/// A calendar day, proleptic Gregorian; valid by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

impl Date {
    /// The day that is written as `2024-02-29`, if there is one.
    #[must_use]
    pub fn read(written: &str) -> Option<Self> {
        let mut parts = written.split('-');
        let mut next = |digits: usize| {
            let p = parts.next().filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))?;
            p.parse::<u32>().ok()
        };
        let (year, month, day) = (i32::try_from(next(4)?).ok()?, next(2)?, next(2)?);
        let exists = parts.next().is_none() && 0 < day && day <= days_in(year, month);
        exists.then_some(Self { year, month, day })
    }
}

fn days_in(year: i32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name.
    pub name: Ident,
    /// Key columns.
    pub keys: Vec<TableKey>,
    /// Value columns; one without a name for `-> kg{CO2e}/kg`.
    pub columns: Vec<(Option<Ident>, Type)>,
    /// `partial`
    pub partial: bool,
    /// `source s` for all rows without their own.
    pub source: Option<Ident>,
    /// `outside error|hold` for interpolation.
    pub outside: Option<Ident>,
    /// `from "file.csv"`
    pub from: Option<(String, Span)>,
    /// Rows, in order of text.
    pub rows: Vec<TableRow>,
    /// Labels.
    pub labels: Labels,
}

/// `d: km in brackets`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableKey {
    /// Name.
    pub name: Ident,
    /// Type.
    pub ty: Type,
    /// How a value finds its row.
    pub mode: KeyMode,
}

/// How a key finds its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMode {
    /// Equality.
    Exact,
    /// `in brackets`
    Brackets,
    /// `interpolate linear`
    Linear,
}

/// `CWPB, etch => 0.1, 0.2 source s`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Clause before it.
    pub clause: Option<Ident>,
    /// One cell for each key.
    pub keys: Vec<KeyCell>,
    /// One expression for each column.
    pub values: Vec<Expr>,
    /// Its source.
    pub source: Option<Ident>,
    /// The whole row.
    pub span: Span,
}

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyCell {
    /// An enumeration value.
    Name(Ident),
    /// A quoted text.
    Text(String, Span),
    /// A number (years, points).
    Number(Number, Span),
    /// A date.
    Date(Date, Span),
    /// `_`
    Any(Span),
    /// `<= 500` in a bracket table.
    Bracket(CmpOp, Expr, Span),
    /// `otherwise`
    Otherwise(Span),
}

/// `U: unit`, `F: flow`, `G: gas`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generic {
    /// Variable.
    pub name: Ident,
    /// `unit`, `flow` or `gas`.
    pub kind: Ident,
}

/// Which way a line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// A line of the footprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which way it counts.
    pub kind: LineKind,
    /// Name.
    pub name: Ident,
    /// `in STAGE` or `in x.stage`
    pub stage: Option<Expr>,
    /// `for x in LIST [where C], y in LIST [where C]`
    pub loops: Vec<Binder>,
    /// `named EXPR`: what names a sub-line.
    pub named: Option<Expr>,
    /// `origin …`
    pub origin: Option<Origin>,
    /// `to PRODUCT`
    pub to: Option<Ident>,
    /// `when COND`
    pub when: Option<Expr>,
    /// `may be negative "why"`
    pub may_be_negative: Option<Labels>,
    /// The quantity.
    pub value: Expr,
    /// Labels.
    pub labels: Labels,
}

/// `x in LIST where COND`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binder {
    /// Variable.
    pub name: Ident,
    /// A list, an enumeration, `a .. b`, or a table.
    pub list: Expr,
    /// `from s`, `after s`, `before s`, `to s` behind an ordered list.
    pub series: Option<(SeriesBound, Expr)>,
    /// Filter.
    pub filter: Option<Expr>,
}

/// Which part of an ordered list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesBound {
    /// s and later.
    From,
    /// later than s.
    After,
    /// earlier than s.
    Before,
    /// s and earlier.
    To,
}

/// `origin biogenic` or `origin split { biogenic: f.share; fossil: rest }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// One origin.
    One(Ident),
    /// Shares; `None` is `rest`.
    Split(Vec<(Ident, Option<Expr>)>),
}

/// `require COND else labels` or `warn NAME: COND else labels`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// True for `warn`.
    pub warn: bool,
    /// Name, for `expect warning NAME`.
    pub name: Option<Ident>,
    /// Must hold.
    pub condition: Expr,
    /// Message; `{expr}` inside shows a value.
    pub message: Message,
}

/// A bilingual message with embedded expressions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Chinese pieces.
    pub zh: Vec<Piece>,
    /// English pieces.
    pub en: Vec<Piece>,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// A value to show.
    Value(Expr),
}

/// `title "…"`, `year 2024`, `gwp AR6`, `origin fossil` …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEntry {
    /// `title`, `publisher`, `year`, `url`, `licence`, `gwp`, `region`, `origin`, `note`, `accessed`, `status`.
    pub key: Ident,
    /// Text of the value, unquoted.
    pub value: String,
    /// Place of the value.
    pub span: Span,
}

/// A test block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Labels name the test.
    pub labels: Labels,
    /// Entries in order.
    pub entries: Vec<(TestEntry, Span)>,
}

/// An entry of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestEntry {
    /// `scenario high`
    Scenario(Ident),
    /// `period = 2024` or `period = 2024-03-01 .. 2024-12-31`
    Period(DateKey, Option<DateKey>),
    /// `production = 1000 t{Al}`
    Set(Path, Expr),
    /// `source annex_c`
    Source(Ident),
    /// `from "case.json"`
    From(String),
    /// `expect total = …`, `expect stage s = …`, `expect line l = …`, `expect report r = …`, `expect gas g = …`,
    /// `expect origin o = …`, with `within TOL`
    Value { what: Ident, name: Option<Path>, value: Expr, within: Option<Expr> },
    /// `expect error FR-E006`
    Error(Ident),
    /// `expect warning NAME`
    Warning(Ident),
}

/// Right-hand side of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExceptValue {
    /// `= EXPR`
    Value(Expr),
    /// `by BASIS { … }`
    Allocation { by: Ident, weights: Vec<(Ident, Option<Expr>)> },
}

/// `include fuel_combustion as boiler in burn: production { mass = x }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The process.
    pub process: Path,
    /// `<coal, kWh{electricity}>`: what its variables stand for.
    pub args: Vec<UnitExpr>,
    /// Its name here.
    pub name: Ident,
    /// `for x in LIST`
    pub binder: Option<Binder>,
    /// `list`
    pub list: bool,
    /// `named EXPR`: what an item of the list is called.
    pub named: Option<Expr>,
    /// `in burn: production, supply: raw_materials` (no parameter name for a single stage)
    pub stages: Vec<(Option<Ident>, Ident)>,
    /// Bound inputs.
    pub bindings: Vec<(Ident, Expr)>,
    /// Labels.
    pub labels: Labels,
}

/// Names with their weights; `None` is `rest`.
pub type Weights = Vec<(Ident, Option<Expr>)>;

/// An allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocate {
    /// Name.
    pub name: Ident,
    /// `over feed, herd`: stages or lines; empty for all.
    pub over: Vec<Ident>,
    /// `mass`, `energy`, `economic`, `physical`, `given`
    pub by: Ident,
    /// Weight of each product.
    pub weights: Weights,
    /// `compare by economic { … }`: other bases, for comparison only.
    pub compare: Vec<(Ident, Weights)>,
    /// Labels.
    pub labels: Labels,
}

/// `in coal: EXPR` or `out slag: EXPR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    /// True for `in`.
    pub input: bool,
    /// Name.
    pub name: Ident,
    /// Quantity.
    pub value: Expr,
    /// Labels.
    pub labels: Labels,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A name (`number`, `integer`, `bool`, `text`, `date`, an enum, a record) or a unit; which one is decided by
    /// name resolution. A single word without tag arrives as a unit of one atom.
    Unit(UnitExpr),
    /// `combustion.Fuel`: a type that a process declares.
    Inner(Path),
    /// `list of T`
    List(Box<Type>, Span),
    /// `optional T`
    Optional(Box<Type>, Span),
    /// `activity of U`
    Activity(UnitExpr, Span),
    /// `footprint of U` or `footprint of RULE`
    Footprint(UnitExpr, Span),
}

/// A unit as written: a product of atoms with exponents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitExpr {
    /// Atoms in order of text; exponents of atoms behind `/` are negative.
    pub atoms: Vec<UnitAtom>,
    /// Where.
    pub span: Span,
}

/// `kg{alumina}^2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitAtom {
    /// Unit symbol. `1` for a literal one, as in `1/yr`.
    pub symbol: Ident,
    /// Tag; dotted for `kg{g.gas}`.
    pub tag: Option<Path>,
    /// Exponent, not zero.
    pub power: i32,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// A binary operator on values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CmpOp {
    /// `==` (also `=` in `where sum = 1`)
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `5`, `5 kg{coal}`, `5%` (already divided by 100). `decimals` is how many the author wrote.
    Number { value: Number, decimals: u32, unit: Option<UnitExpr> },
    /// `"text"`
    Text(String),
    /// `true`, `false`
    Bool(bool),
    /// `2026-01-26`
    Date(Date),
    /// A name.
    Name(Ident),
    /// `e.field`
    Field(Box<Expr>, Ident),
    /// `f(args)`
    Call { callee: Box<Expr>, args: Vec<Arg> },
    /// `sum(body for x in xs where c, y in ys)`; `function` is `sum`, `min`, `count`, `any` …
    Comprehension { function: Ident, body: Option<Box<Expr>>, binders: Vec<Binder> },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `-e`
    Neg(Box<Expr>),
    /// `not e`
    Not(Box<Expr>),
    /// `a + b`
    Binary(BinOp, Box<Expr>, Box<Expr>),
    /// `a ^ n`
    Power(Box<Expr>, Box<Expr>),
    /// `a < b`
    Compare(CmpOp, Box<Expr>, Box<Expr>),
    /// `x within a .. b`
    Within(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `x in { a, b }`
    InSet(Box<Expr>, Vec<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `a or else b`
    OrElse(Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match e { A => …; B, C => … }`
    Match(Box<Expr>, Vec<MatchArm>),
    /// `first of { … }`
    FirstOf(Vec<WhenArm>),
    /// `one of { … }`
    OneOf(Vec<WhenArm>),
    /// `given x`, `given table(a, b)`
    Given(Box<Expr>),
    /// `e as kg{cargo}`
    As(Box<Expr>, UnitExpr),
    /// `bare(x in g/m2)`
    Bare(Box<Expr>, UnitExpr),
    /// `p at 2023`
    At(Box<Expr>, Box<Expr>),
    /// `a .. b` as a list of integers
    Range(Box<Expr>, Box<Expr>),
    /// `rest`, `period`, `total` and the other words are plain names; this is what could not be read.
    Error,
}

/// `expr` or `name: expr`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    /// Name of the argument.
    pub name: Option<Ident>,
    /// Value.
    pub value: Expr,
}

/// `A, B => e`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchArm {
    /// Clause before it.
    pub clause: Option<Ident>,
    /// Enumeration values; empty for `otherwise`.
    pub values: Vec<Ident>,
    /// Result.
    pub body: Expr,
}

/// `§6.4.2 when c => e` or `otherwise => e`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhenArm {
    /// Clause before it.
    pub clause: Option<Ident>,
    /// Condition; `None` for `otherwise`.
    pub when: Option<Expr>,
    /// Result.
    pub body: Expr,
}
