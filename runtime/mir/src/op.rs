//! The operations. Numbers follow one rule: an operation yields the exact result rounded once
//! (`footrule_number`), or one of that crate's errors.

use footrule_number::{Number, Ratio};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
            pub struct $name(pub u32);

            impl $name {
                /// The index as `usize`.
                #[must_use]
                pub const fn ix(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// A node of the program.
    NodeId;
    /// A region of the program.
    RegionId;
    /// A unit type.
    UnitId;
    /// An enumeration.
    EnumId;
    /// A record type.
    RecordId;
    /// A table.
    TableId;
    /// A dated parameter.
    ParamId;
    /// An input.
    InputId;
    /// A line.
    LineId;
    /// A stage.
    StageId;
    /// A gas.
    GasId;
    /// A source.
    SourceId;
    /// A number that came from a table row, a parameter row or a constant.
    FactorId;
    /// A place in the source text.
    PlaceId;
    /// A named definition (for explanations).
    DefId;
    /// An exception.
    ExceptionId;
    /// A product of the rule.
    ProductId;
    /// An allocation.
    AllocationId;
    /// A rule whose footprint is an input.
    UpstreamId;
}

/// The type of a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ty {
    /// A number in a unit (dimensionless included).
    Number(UnitId),
    /// CO2e that keeps its parts by origin, gas and evidence, in a unit. `+ -` unite parts; scaling by a number and
    /// conversion act on each part.
    Split(UnitId),
    /// True or false.
    Bool,
    /// A text.
    Text,
    /// A calendar day.
    Date,
    /// The calculation period.
    Period,
    /// A member of an enumeration.
    Enum(EnumId),
    /// A record.
    Record(RecordId),
    /// A list.
    List(Box<Ty>),
    /// A value that may be absent.
    Optional(Box<Ty>),
    /// An activity: an amount and a factor (a split per unit of amount).
    Activity {
        /// Unit of the amount.
        amount: UnitId,
        /// Unit of the factor.
        factor: UnitId,
    },
    /// A row of a table with several columns.
    Row(TableId),
}

/// Largest magnitude of the exponent of [`Op::Power`].
pub const MAX_POWER: u64 = 10_000;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Cmp {
    /// Whether it holds for things in this order.
    #[must_use]
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

/// Where a greenhouse gas comes from, as reported apart. The set follows the split of PACT 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Fossil and other geological carbon, and industrial gases.
    Fossil,
    /// Biogenic.
    Biogenic,
    /// Land use and land-use change.
    LandUse,
    /// Aircraft.
    Aircraft,
    /// Given as one number whose source does not say.
    Undivided,
}

impl Origin {
    /// All origins in the order in which they are reported.
    pub const ALL: [Self; 5] = [Self::Fossil, Self::Biogenic, Self::LandUse, Self::Aircraft, Self::Undivided];
}

/// Whether a part rests on data of the product system itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Primary (site-specific) data.
    Primary,
    /// Secondary data.
    Secondary,
}

/// Which gas a mass is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GasRef {
    /// Known when compiled.
    Static(GasId),
    /// The value of this node, a member of the enumeration of gases; member `i` is gas `i`.
    Node(NodeId),
}

/// Operators over a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fold {
    /// Exact sum rounded once; 0 for none. Works on numbers and on splits.
    Sum,
    /// Product from left to right; 1 for none.
    Product,
    /// Least; error `Empty` for none.
    Min,
    /// Greatest; error `Empty` for none.
    Max,
    /// Exact sum divided by the count, rounded once; error `Empty` for none.
    Mean,
    /// How many passed the filters.
    Count,
    /// Left to right, stops at the first true.
    Any,
    /// Left to right, stops at the first false.
    All,
    /// The list of the bodies' values.
    List,
}

/// Which part of an ordered list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// The item and all later ones.
    From,
    /// All later ones.
    After,
    /// All earlier ones.
    Before,
    /// All earlier ones and the item.
    To,
}

/// Part of a list, as seen from one of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Series {
    /// Which part.
    pub part: Part,
    /// Yields the position of the item, from 0; evaluated inside the levels before.
    pub at: RegionId,
}

/// One `for x in LIST where COND`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Level {
    /// Yields the list; evaluated inside the levels before.
    pub list: RegionId,
    /// The [`Op::Bound`] node that holds the item; it is the first node of `head`.
    pub bound: NodeId,
    /// Region evaluated for each item before the filter; its first node is `bound`.
    pub head: RegionId,
    /// Only this part of the list; positions stay those of the whole list.
    pub series: Option<Series>,
    /// Yields a Bool; an item with false is skipped.
    pub filter: Option<RegionId>,
}

/// A loop: levels, outermost first, around a body.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Loop {
    /// Levels, outermost first.
    pub levels: Vec<Level>,
    /// Evaluated for each combination that passes the filters.
    pub body: RegionId,
}

/// A figure of the result; CO2e, after allocation, per declared unit, unrounded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResultRef {
    /// The footprint.
    Total,
    /// Of one stage.
    Stage(StageId),
    /// Of one gas.
    Gas(GasId),
    /// Of one origin.
    Origin(Origin),
    /// Of these lines.
    Lines(Vec<LineId>),
    /// The footprint in the product's further unit of this number.
    Also(u32),
    /// Share of primary data by absolute contribution (a number). Error `NotRated` if nothing contributes.
    PrimaryShare,
    /// Share of the absolute contributions that are rated (a number). Error `NotRated` if nothing contributes.
    RatedShare,
    /// Data quality rating of what is rated (a number). Error `NotRated` if nothing is.
    Dqr,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Const {
    /// A number in the node's unit.
    Number(Number),
    /// True or false.
    Bool(bool),
    /// A text.
    Text(String),
    /// A calendar day, `YYYY-MM-DD` order.
    Date {
        /// Year.
        year: i32,
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
    /// A member of an enumeration.
    Enum(EnumId, u32),
    /// The absent value of an optional type.
    Absent,
}

/// What a node does. `Number` below also stands for `Split` where the text says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// A constant. With a factor id if it is a sourced datum.
    Const(Const, Option<FactorId>),
    /// An input, decoded, converted and checked.
    Input(InputId),
    /// The calculation period.
    Period,
    /// The item of the enclosing loop level, or the record under construction in a default or computed field.
    Bound,
    /// Field `1` of a record.
    Field(NodeId, u32),
    /// Amount of an activity (Number).
    Amount(NodeId),
    /// Factor of an activity (Split).
    Factor(NodeId),
    /// A record from its given fields; the others come from defaults and computations.
    Record(RecordId, Vec<Option<NodeId>>),
    /// A list of these.
    List(Vec<NodeId>),
    /// An activity (in tests): amount, factor unless the input has a default, and its datum.
    Activity {
        /// Amount.
        amount: NodeId,
        /// Factor.
        factor: Option<NodeId>,
        /// Where the factor comes from.
        source: Option<String>,
        /// Year of the datum.
        year: Option<i32>,
        /// Region of the datum.
        region: Option<String>,
        /// Primary or secondary.
        primary: bool,
    },
    /// All members of an enumeration.
    Members(EnumId),
    /// Integers from a to b inclusive; none if a > b.
    Range(NodeId, NodeId),
    /// All rows of a table.
    Rows(TableId),
    /// The position of the item that a [`Op::Bound`] node of a loop level holds, from 0.
    Position(NodeId),
    /// The position of a member in its enumeration, or of a row in its table, from 0.
    Ordinal(NodeId),
    /// Exact sum rounded once (numbers); union of parts (splits).
    Add(NodeId, NodeId),
    /// Difference; splits: the right parts are negated.
    Sub(NodeId, NodeId),
    /// Product; at most one operand is a split.
    Mul(NodeId, NodeId),
    /// Quotient; only the left may be a split. Error `DivisionByZero`.
    Div(NodeId, NodeId),
    /// Negation.
    Neg(NodeId),
    /// Times an exact rational, one rounding.
    Convert(NodeId, Ratio),
    /// `x × factor + offset`, point units such as °C → K: exact rational arithmetic, one rounding.
    Affine(NodeId, Ratio, Number),
    /// Absolute value.
    Abs(NodeId),
    /// Largest integer not above.
    Floor(NodeId),
    /// Smallest integer not below.
    Ceil(NodeId),
    /// Integer power; exponent is an integer-valued number. Error `Domain` if it is not, or beyond ±[`MAX_POWER`].
    Power(NodeId, NodeId),
    /// Square root.
    Sqrt(NodeId),
    /// e to the power.
    Exp(NodeId),
    /// Natural logarithm.
    Ln(NodeId),
    /// Real power of a positive number.
    Pow(NodeId, NodeId),
    /// The lesser, operands in one unit.
    Min(NodeId, NodeId),
    /// The greater, operands in one unit.
    Max(NodeId, NodeId),
    /// Rounds half to even at this many decimals.
    Round(NodeId, u32),
    /// Compares numbers exactly: `a × ra ? b × rb`.
    Compare {
        /// How.
        cmp: Cmp,
        /// Left operand.
        a: NodeId,
        /// Its scale.
        ra: Ratio,
        /// Right operand.
        b: NodeId,
        /// Its scale.
        rb: Ratio,
    },
    /// Equality of bools, texts, dates, enumeration values.
    Same(NodeId, NodeId),
    /// Order of dates.
    Before(NodeId, NodeId),
    /// Negation of a Bool.
    Not(NodeId),
    /// Right side only if the left is true.
    And(NodeId, RegionId),
    /// Right side only if the left is false.
    Or(NodeId, RegionId),
    /// True if an optional value is there.
    Given(NodeId),
    /// The value of an optional known to be there. Error `Absent` (a bug) otherwise.
    Unwrap(NodeId),
    /// The value, or the region's if it is absent.
    OrElse(NodeId, RegionId),
    /// Wraps a value as a present optional.
    Present(NodeId),
    /// `if`.
    If(NodeId, RegionId, RegionId),
    /// Arms by member of the enumeration of the scrutinee: `arms[i]` belongs to member `i`.
    Match(NodeId, Vec<RegionId>),
    /// First condition that holds, in order; else the last region.
    FirstOf(Vec<(RegionId, RegionId)>, Option<RegionId>),
    /// The one condition that holds. Error `NotOne` for none or several.
    OneOf(Vec<(RegionId, RegionId, PlaceId)>),
    /// A value with exceptions (default logic). See [`crate::Case`]. Error `Disagree`.
    Except(RegionId, Vec<crate::Case>),
    /// A fold over a loop.
    Fold(Fold, Loop),
    /// A dated parameter at a period, a year (integer number) or a date. Error `NoValue`, `Changes`.
    ParamAt(ParamId, NodeId),
    /// Column `column` of the row found by the keys; a whole [`Ty::Row`] if `column` is `None`. Error `NoRow`.
    Lookup {
        /// Which table.
        table: TableId,
        /// One node for each key.
        keys: Vec<NodeId>,
        /// Which column.
        column: Option<u32>,
    },
    /// Column `column` between the points of a table: exact, rounded once. The interpolated key counts as
    /// `key × scale + offset`, exactly. Errors `NoRow`, `Outside`.
    Interpolate {
        /// Which table.
        table: TableId,
        /// One node for each key.
        keys: Vec<NodeId>,
        /// Which column.
        column: u32,
        /// From the unit of the key to that of the points.
        scale: Ratio,
        /// Zero point, in the unit of the points.
        offset: Number,
    },
    /// True if the (partial) table has the row.
    HasRow {
        /// Which table.
        table: TableId,
        /// One node for each key.
        keys: Vec<NodeId>,
    },
    /// Column of a row: keys first (from 0), then values.
    Column(NodeId, u32),
    /// CO2e of a mass of gas by the rule's GWP set: a split with one part of that gas.
    Characterise {
        /// The mass, in the mass unit that the result keeps.
        mass: NodeId,
        /// Of which gas.
        gas: GasRef,
        /// Its origin.
        origin: Origin,
    },
    /// A number of CO2e as a split of one part without gas.
    Split {
        /// The number.
        value: NodeId,
        /// Its origin.
        origin: Origin,
        /// What it rests on.
        evidence: Evidence,
    },
    /// The number of a split: exact sum of its parts, rounded once.
    Whole(NodeId),
    /// The shares of an allocation: each weight (of a field of the record) over their exact sum, one rounding; the last
    /// one that is not zero is what the others leave of 1, so that they sum to exactly 1. With `given` the weights are
    /// the shares, and one may be the rest. Error `Weights`.
    Shares {
        /// The weights are the shares themselves.
        given: bool,
        /// Field and weight, in the order written; `None` is the rest.
        weights: Vec<(u32, Option<NodeId>)>,
    },
    /// A figure of the result of a product (only in the results region).
    Result(ProductId, ResultRef),
    /// The reference flow of a product (only in the results region).
    Reference(ProductId),
}

/// A node: what it does, its type, and the place that is to blame if it fails.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Node {
    /// What it does.
    pub op: Op,
    /// Its type.
    pub ty: Ty,
    /// Its place.
    pub place: PlaceId,
}

/// A list of nodes evaluated together, and the one that is its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub struct Region {
    /// Own nodes in topological order.
    pub nodes: Vec<NodeId>,
    /// The value; may be a node of an enclosing region. `None` for the root and the results region.
    pub value: Option<NodeId>,
}
