//! Types, and expressions with their types: what name resolution and type checking leave for lowering.

use crate::db::{Db, Item, Place};
use crate::units::UnitTy;
use footrule_diag::Span;
use footrule_mir::{Fold, Origin};
use footrule_number::{Number, Ratio};
use footrule_syntax::ast::{CmpOp, Date, SeriesBound};

/// An enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EnumRef {
    /// A declared one.
    Item(Item),
    /// All gases in reach.
    Gases,
    /// The stages of the rule.
    Stages,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ty {
    /// An error was reported; fits everything, so that nothing follows from it.
    Error,
    /// True or false.
    Bool,
    /// A text.
    Text,
    /// A calendar day.
    Date,
    /// The calculation period.
    Period,
    /// A number in a unit.
    Number(UnitTy),
    /// CO2e that keeps its parts, in a unit.
    Split(UnitTy),
    /// A member of an enumeration.
    Enum(EnumRef),
    /// A record.
    Record(Item),
    /// A list.
    List(Box<Ty>),
    /// A value that may be absent.
    Optional(Box<Ty>),
    /// An activity with its amount's unit.
    Activity(UnitTy),
    /// A row of a table.
    Row(Item),
    /// One value for each member of an enumeration: the input that declares them.
    Each(Item),
    /// The shares of an allocation.
    Shares(Item),
}

impl Ty {
    /// The number or CO2e type of a unit: linear CO2e keeps its parts.
    #[must_use]
    pub fn quantity(unit: UnitTy) -> Self {
        if unit.is_co2e() { Self::Split(unit) } else { Self::Number(unit) }
    }

    /// A pure number.
    #[must_use]
    pub fn number() -> Self {
        Self::Number(UnitTy::one())
    }

    /// The unit of a quantity.
    #[must_use]
    pub fn unit(&self) -> Option<&UnitTy> {
        match self {
            Self::Number(u) | Self::Split(u) => Some(u),
            _ => None,
        }
    }

    /// The same type with other units (tags substituted).
    #[must_use]
    pub fn map_units(&self, f: &mut dyn FnMut(&UnitTy) -> UnitTy) -> Self {
        match self {
            Self::Number(u) => Self::Number(f(u)),
            Self::Split(u) => Self::Split(f(u)),
            Self::Activity(u) => Self::Activity(f(u)),
            Self::List(t) => Self::List(Box::new(t.map_units(f))),
            Self::Optional(t) => Self::Optional(Box::new(t.map_units(f))),
            other => other.clone(),
        }
    }

    /// Calls `f` with every tag of its units.
    pub fn each_tag(&self, f: &mut dyn FnMut(&crate::units::Tag)) {
        match self {
            Self::Number(u) | Self::Split(u) | Self::Activity(u) => {
                u.atoms.iter().filter_map(|(a, _)| a.tag.as_ref()).for_each(f)
            }
            Self::List(t) | Self::Optional(t) => t.each_tag(f),
            _ => {}
        }
    }

    /// As authors write it.
    pub fn show(&self, db: &dyn Db) -> String {
        match self {
            Self::Error => "?".into(),
            Self::Bool => "bool".into(),
            Self::Text => "text".into(),
            Self::Date => "date".into(),
            Self::Period => "period".into(),
            Self::Number(u) | Self::Split(u) if u.is_one() => "number".into(),
            Self::Number(u) | Self::Split(u) => crate::units::show_unit(db, u),
            Self::Enum(EnumRef::Item(i)) | Self::Record(i) | Self::Row(i) => i.name().to_string(),
            Self::Each(i) => match &crate::sigs::sig(db, i).each {
                Some((e, t)) => format!("{} for each {}", t.show(db), Self::Enum(e.clone()).show(db)),
                None => "?".into(),
            },
            Self::Shares(i) => format!("shares of {}", i.name()),
            Self::Enum(EnumRef::Gases) => "Gas".into(),
            Self::Enum(EnumRef::Stages) => "Stage".into(),
            Self::List(t) => format!("list of {}", t.show(db)),
            Self::Optional(t) => format!("optional {}", t.show(db)),
            Self::Activity(u) => format!("activity of {}", crate::units::show_unit(db, u)),
        }
    }
}

/// A typed expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TExpr {
    /// What it is.
    pub kind: TKind,
    /// Its type.
    pub ty: Ty,
    /// Its place in the statement.
    pub span: Span,
}

/// A local variable: unique inside one body.
pub type LocalId = u32;

/// One `for x in LIST where COND`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TBinder {
    /// Variable.
    pub local: LocalId,
    /// Its type.
    pub ty: Ty,
    /// The list.
    pub list: TExpr,
    /// Which part of it.
    pub series: Option<TSeries>,
    /// Filter.
    pub filter: Option<TExpr>,
}

/// `from s`, `after s`, `before s`, `to s`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TSeries {
    /// Which part.
    pub bound: SeriesBound,
    /// Position of `s` in the list, from 0.
    pub at: TExpr,
}

impl TBinder {
    /// The expressions of the binder.
    pub fn expressions<'a>(&'a self, f: &mut dyn FnMut(&'a TExpr)) {
        f(&self.list);
        self.series.iter().for_each(|s| f(&s.at));
        self.filter.iter().for_each(f);
    }
}

/// A statement by way of includes: `plant.boiler.co2`. Without includes it is the statement itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Through {
    /// The includes, from the outside.
    pub path: Vec<Item>,
    /// The statement.
    pub item: Item,
}

impl From<Item> for Through {
    fn from(item: Item) -> Self {
        Self { path: Vec::new(), item }
    }
}

impl Through {
    /// As authors write it.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.iter().map(Item::name).chain([self.item.name()]).collect::<Vec<_>>().join(".")
    }
}

/// A figure of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TResult {
    /// `total`
    Total,
    /// `stage_total(s)`
    Stage(Item),
    /// `gas_total(g)`
    Gas(Item),
    /// `origin_total(o)`
    Origin(Origin),
    /// `total_of(a, b)`
    Lines(Vec<Through>),
    /// The footprint in a further unit (only expected): its number among those of the product.
    Also(usize),
    /// `primary_share`
    PrimaryShare,
    /// `rated_share`
    RatedShare,
    /// `dqr`
    Dqr,
}

impl TResult {
    /// A result that is a plain number on data quality and read by this name.
    #[must_use]
    pub fn quality(name: &str) -> Option<Self> {
        Some(match name {
            "primary_share" => Self::PrimaryShare,
            "rated_share" => Self::RatedShare,
            "dqr" => Self::Dqr,
            _ => return None,
        })
    }

    /// The name that a result on data quality is read by.
    #[must_use]
    pub fn quality_name(&self) -> Option<&'static str> {
        match self {
            Self::PrimaryShare => Some("primary_share"),
            Self::RatedShare => Some("rated_share"),
            Self::Dqr => Some("dqr"),
            _ => None,
        }
    }

    /// True for results that are no CO2e.
    #[must_use]
    pub fn is_quality(&self) -> bool {
        self.quality_name().is_some()
    }
}

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// An operation on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    Power,
    Pow,
}

/// What a typed expression is. Conversions are explicit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TKind {
    /// An error was reported.
    Error,
    /// A number in the unit of its type. `decimals` as written.
    Number(Number, u32),
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A day.
    Date(Date),
    /// Member of a declared enumeration, or a gas or stage by its item.
    Member(EnumRef, u32),
    /// A gas as a member of `Gas`.
    Gas(Item),
    /// A stage as a member of `Stage`.
    Stage(Item),
    /// A local variable.
    Local(LocalId),
    /// A named value of the file or of a module.
    Item(Item),
    /// A value of an included process.
    Through(Through),
    /// A figure of a balance.
    Balance(Item, crate::check::BalanceSide),
    /// The calculation period.
    Period,
    /// Field of a record.
    Field(Box<TExpr>, u32, String),
    /// `.amount`
    Amount(Box<TExpr>),
    /// `.factor`
    Factor(Box<TExpr>),
    /// Column of a table's row; keys first.
    Column(Box<TExpr>, u32),
    /// One number.
    Unary(Unary, Box<TExpr>),
    /// Two numbers.
    Binary(Binary, Box<TExpr>, Box<TExpr>),
    /// Times an exact ratio.
    Convert(Box<TExpr>, Ratio),
    /// `x × ratio + offset`.
    Affine(Box<TExpr>, Ratio, Number),
    /// The same number under another unit of the same size (tags changed, `bare`).
    Retag(Box<TExpr>),
    /// `round(x, n)`
    Round(Box<TExpr>, u32),
    /// Comparison of numbers, exact.
    Compare(CmpOp, Box<TExpr>, Box<TExpr>, Ratio),
    /// Equality of other values.
    Same(Box<TExpr>, Box<TExpr>),
    /// Order of dates.
    Before(Box<TExpr>, Box<TExpr>),
    /// `not`
    Not(Box<TExpr>),
    /// `and`
    And(Box<TExpr>, Box<TExpr>),
    /// `or`
    Or(Box<TExpr>, Box<TExpr>),
    /// `given x`
    Given(Box<TExpr>),
    /// `given table(keys)`
    HasRow(Item, Vec<TExpr>),
    /// The value of an optional that is known to be there.
    Unwrap(Box<TExpr>),
    /// `x or else d`
    OrElse(Box<TExpr>, Box<TExpr>),
    /// A value where an optional is wanted.
    Present(Box<TExpr>),
    /// The absent optional.
    Absent,
    /// `if`
    If(Box<TExpr>, Box<TExpr>, Box<TExpr>),
    /// `match`: the arm of each member.
    Match(Box<TExpr>, Vec<usize>, Vec<TExpr>),
    /// `first of`
    FirstOf(Vec<(TExpr, TExpr)>, Option<Box<TExpr>>),
    /// `one of`
    OneOf(Vec<(TExpr, TExpr)>),
    /// A fold.
    Fold(Fold, Vec<TBinder>, Box<TExpr>),
    /// A list.
    List(Vec<TExpr>),
    /// All members of an enumeration.
    Members(EnumRef),
    /// `a .. b`
    Range(Box<TExpr>, Box<TExpr>),
    /// All rows of a table.
    Rows(Item),
    /// The position of a loop variable in its list, from 0.
    Position(LocalId),
    /// The position of a member in its enumeration, or of a row in its table, from 0.
    Ordinal(Box<TExpr>),
    /// A record.
    Record(Item, Vec<Option<TExpr>>),
    /// An activity: amount, factor, source, year, region, primary.
    Activity(Box<TExpr>, Option<Box<TExpr>>, Option<String>, Option<i32>, Option<String>, bool),
    /// The value of a member, of values for each.
    MemberValue(Box<TExpr>, Box<TExpr>),
    /// Values for each member (in tests).
    Each(Item, Vec<Option<TExpr>>),
    /// A call of a function; what its variables stand for.
    Call(Item, Vec<TExpr>, crate::generics::Binding),
    /// A look-up in a table; a row if it has several columns.
    Lookup(Item, Vec<TExpr>),
    /// A dated parameter at a period, a year or a day.
    ParamAt(Item, Box<TExpr>),
    /// A number of CO2e as a split.
    Lift(Box<TExpr>),
    /// The number of a split.
    Whole(Box<TExpr>),
    /// `co2e(mass)` of a gas: its tag.
    Characterise(Box<TExpr>, GasTag),
    /// A figure of the result of a product.
    Result(TResult, usize),
    /// `absolute(r)`: times the reference flow.
    Absolute(Box<TExpr>),
}

/// Which gas a mass is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GasTag {
    /// This.
    Static(Item),
    /// What this value says.
    Follows(Box<TExpr>),
}

impl TExpr {
    /// An expression that stands for one that could not be typed.
    #[must_use]
    pub fn error(span: Span) -> Self {
        Self { kind: TKind::Error, ty: Ty::Error, span }
    }

    /// True for a literal zero.
    #[must_use]
    pub fn is_zero_literal(&self) -> bool {
        matches!(&self.kind, TKind::Number(n, _) if n.is_zero()) && matches!(&self.ty, Ty::Number(u) if u.is_one())
    }

    /// True for a bare literal, possibly negated.
    #[must_use]
    pub fn is_bare_literal(&self) -> bool {
        match &self.kind {
            TKind::Number(..) => matches!(&self.ty, Ty::Number(u) if u.is_one()),
            TKind::Unary(Unary::Neg, x) => x.is_bare_literal(),
            _ => false,
        }
    }

    /// Calls `f` on this expression and on every one inside it.
    pub fn walk(&self, f: &mut dyn FnMut(&TExpr)) {
        f(self);
        self.children(&mut |c| c.walk(f));
    }

    /// Calls `f` on every expression directly inside this one.
    pub(crate) fn children(&self, f: &mut dyn FnMut(&TExpr)) {
        use TKind as K;
        match &self.kind {
            K::Error
            | K::Number(..)
            | K::Text(_)
            | K::Bool(_)
            | K::Date(_)
            | K::Member(..)
            | K::Gas(_)
            | K::Stage(_)
            | K::Local(_)
            | K::Position(_)
            | K::Item(_)
            | K::Through(_)
            | K::Balance(..)
            | K::Period
            | K::Absent
            | K::Members(_)
            | K::Rows(_)
            | K::Result(..) => {}
            K::Field(a, ..)
            | K::Amount(a)
            | K::Ordinal(a)
            | K::Factor(a)
            | K::Column(a, _)
            | K::Unary(_, a)
            | K::Convert(a, _)
            | K::Affine(a, ..)
            | K::Retag(a)
            | K::Round(a, _)
            | K::Not(a)
            | K::Given(a)
            | K::Unwrap(a)
            | K::Present(a)
            | K::ParamAt(_, a)
            | K::Lift(a)
            | K::Whole(a)
            | K::Absolute(a) => f(a),
            K::Characterise(a, g) => {
                f(a);
                if let GasTag::Follows(g) = g {
                    f(g);
                }
            }
            K::Binary(_, a, b)
            | K::Compare(_, a, b, _)
            | K::Same(a, b)
            | K::Before(a, b)
            | K::And(a, b)
            | K::Or(a, b)
            | K::OrElse(a, b)
            | K::MemberValue(a, b)
            | K::Range(a, b) => {
                f(a);
                f(b);
            }
            K::If(a, b, c) => {
                f(a);
                f(b);
                f(c);
            }
            K::Match(a, _, arms) => {
                f(a);
                arms.iter().for_each(f);
            }
            K::Each(_, values) => values.iter().flatten().for_each(f),
            K::FirstOf(arms, last) => {
                for (c, b) in arms {
                    f(c);
                    f(b);
                }
                if let Some(l) = last {
                    f(l);
                }
            }
            K::OneOf(arms) => {
                for (c, b) in arms {
                    f(c);
                    f(b);
                }
            }
            K::Fold(_, binders, body) => {
                binders.iter().for_each(|b| b.expressions(f));
                f(body);
            }
            K::List(xs) | K::HasRow(_, xs) | K::Lookup(_, xs) => xs.iter().for_each(f),
            K::Call(_, xs, binding) => {
                for (_, b) in binding {
                    if let crate::generics::Bound::Tag(_, Some(GasTag::Follows(g))) = b {
                        f(g);
                    }
                }
                xs.iter().for_each(f);
            }
            K::Record(_, xs) => xs.iter().flatten().for_each(f),
            K::Activity(a, b, ..) => {
                f(a);
                if let Some(b) = b {
                    f(b);
                }
            }
        }
    }
}

/// A bound on an input, in its declared unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TConstraint {
    /// `> 0`
    Compare(CmpOp, Number, Place),
    /// `0 .. 1`
    Range(Number, Number, Place),
    /// `count >= 1`
    Count(CmpOp, u32, Place),
    /// `unique name`
    Unique(u32, Place),
    /// `sum(share) = 1`
    Sum(Option<u32>, Number, Place),
    /// `sum = 1 within 0.001 scaled`: field, sum, tolerance, scaled.
    SumWithin(Option<u32>, Number, Number, bool, Place),
    /// `integer`
    Integer(Place),
}
