//! How far a number computed in binary floating point can be from the reference's: an a-priori bound for each definition.
//!
//! Every definition has a value `v` (what the native code computes in f64) and `A` (what the reference computes). The
//! analysis yields for each number `lo ≤ A ≤ hi`, a lower bound `least` on `|A|` where `A ≠ 0`, and `rel`, `abs` with
//!
//! ```text
//! |v − A| ≤ rel · |v| + abs
//! ```
//!
//! from the hull of the columns (the least and greatest value of each). The derivation of each rule is in
//! `docs/native.md`. What the hull does not prove (a divisor may be zero, a product may be too small) becomes a [`Test`]
//! that the code carries out for the row; a row that fails one goes to the reference.
//!
//! Where such a bound is too wide, the code computes one beside the value ([`Method::Running`], `emit/running.rs`): the
//! analysis then finds ranges and tests only, and `abs` is infinite, so that nobody takes it for a bound.
//!
//! Guarantees: sound for every row within the hull that passes the tests. Must not: round a bound downwards: each is
//! inflated by a billionth of itself, far more than the few roundings of its own computation.

use crate::demand::always;
use crate::kernel::{Binary, Def, Fold, Id, Kernel, Segment, Term, Unary};
use footrule_mir::{Cmp, MAX_POWER};
use footrule_number::{Number, Ratio};

mod folds;
mod ops;
mod running;

pub use running::best;

/// Unit roundoff of f64, a little enlarged.
pub(crate) const U: f64 = 1.12e-16;
/// What the reference's own rounding adds: half a unit of the 28th decimal.
pub(crate) const TINY: f64 = 5.1e-29;
/// Outward factor for computed bounds.
const UP: f64 = 1.0 + 1e-9;
/// Above this the reference overflows.
const LARGE: f64 = 7.9e28;
/// Below this an inexact result is refused.
pub(crate) const SMALL: f64 = 1e-18;
/// An absolute error that a static bound may have where there are running ones.
const WIDE: f64 = 1e-21;
/// How far, relatively, `exp`, `ln` and `pow` of the machine's library may be from the exact value: see docs/native.md.
pub(crate) const LIBRARY: f64 = 2.842_170_943_040_401e-14;
/// Most decimals that the code scales by: a power of ten up to there is exact.
const MAX_SCALE: u32 = 22;
/// Largest integer that the code holds exactly, with room.
pub(crate) const INTEGER: f64 = 2_251_799_813_685_248.0;

/// The least and greatest value of a column, and its decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Least.
    pub lo: Number,
    /// Greatest.
    pub hi: Number,
    /// Decimals.
    pub scale: u32,
}

/// What is known of the columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hull {
    /// Numeric columns; `None` for others.
    pub columns: Vec<Option<Span>>,
    /// The most items that a row (or an item around) has of each list.
    pub items: Vec<u32>,
}

impl Hull {
    /// True if all values within the other lie within this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let inside = |(mine, other): (&Option<Span>, &Option<Span>)| match (mine, other) {
            (Some(m), Some(o)) => m.lo <= o.lo && o.hi <= m.hi && o.scale <= m.scale,
            (None, None) => true,
            _ => false,
        };
        self.columns.len() == other.columns.len()
            && self.columns.iter().zip(&other.columns).all(inside)
            && self.items.iter().zip(&other.items).all(|(m, o)| o <= m)
    }

    /// The least hull that holds this and another of the same columns.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let both = |(a, b): (&Option<Span>, &Option<Span>)| {
            let (a, b) = ((*a)?, (*b)?);
            Some(Span { lo: a.lo.min(b.lo), hi: a.hi.max(b.hi), scale: a.scale.max(b.scale) })
        };
        Self {
            columns: self.columns.iter().zip(&other.columns).map(both).collect(),
            items: self.items.iter().zip(&other.items).map(|(a, b)| *a.max(b)).collect(),
        }
    }
}

/// What is known of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// Lower bound of the reference's value.
    pub lo: f64,
    /// Upper bound.
    pub hi: f64,
    /// If it is not zero, its magnitude is at least this.
    pub least: f64,
    /// Error relative to the computed value.
    pub rel: f64,
    /// Absolute error.
    pub abs: f64,
    /// The reference computes it without any rounding, and it has at most so many decimals.
    pub scale: Option<u32>,
}

impl Known {
    /// Its error is computed with it: here stand its range and its decimals only.
    pub(crate) fn is_running(&self) -> bool {
        self.abs == f64::INFINITY
    }

    /// Its error is to be computed with it.
    fn running(self) -> Self {
        Self { rel: 0.0, abs: f64::INFINITY, ..self }
    }

    /// Largest magnitude of the reference's value, and of the computed one where its error is bounded.
    fn reach(&self) -> f64 {
        if self.is_running() { self.lo.abs().max(self.hi.abs()) * UP } else { self.most() }
    }

    /// Largest magnitude of the computed value.
    pub(crate) fn most(&self) -> f64 {
        (self.lo.abs().max(self.hi.abs()) * (1.0 + 2.0 * self.rel) + self.abs) * UP
    }

    /// Largest distance from the reference's value.
    pub(crate) fn error(&self) -> f64 {
        if self.is_running() {
            return f64::INFINITY;
        }
        (self.rel * self.most() + self.abs) * UP
    }

    /// Zero in every row, in the code as in the reference.
    fn is_zero(&self) -> bool {
        self.lo == 0.0 && self.hi == 0.0 && self.abs == 0.0
    }

    fn sign(&self) -> i8 {
        if self.lo >= 0.0 {
            1
        } else if self.hi <= 0.0 {
            -1
        } else {
            0
        }
    }

    /// Not exact, with the reference's rounding counted in, and bounds widened.
    fn settled(mut self) -> Self {
        self.rel *= UP;
        self.abs *= UP;
        self.lo -= self.lo.abs() * 1e-15;
        self.hi += self.hi.abs() * 1e-15;
        // A nonzero value that lies away from zero is at least its nearer end.
        let near = if self.lo > 0.0 {
            self.lo
        } else if self.hi < 0.0 {
            -self.hi
        } else {
            0.0
        };
        self.least = self.least.max(near) * (1.0 - 1e-9);
        if self.scale.is_some_and(|s| s > 28 || self.reach() * pow10(s) >= LARGE) {
            self.scale = None;
        }
        match self.scale {
            Some(s) => self.least = self.least.max(0.999_999 / pow10(s)),
            None => self.abs += TINY,
        }
        self
    }
}

/// What is known of a definition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fact {
    /// A number.
    Number(Known),
    /// A condition, if it is the same in every row.
    Bool(Option<bool>),
    /// An index.
    Index,
}

/// What must hold of a row for the bounds to hold: a test of the code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test {
    /// The magnitude of a definition is above this.
    Above(Id, f64),
    /// The magnitude of a definition is below this.
    Below(Id, f64),
    /// A cell of a table is there.
    There(Id),
    /// A comparison is decided beyond the errors of its sides.
    Decided(Id),
    /// Rounding is decided: the value is not within its error of a boundary.
    Rounded(Id),
    /// It must not be asked for.
    Never(Id),
    /// With its running error it is further from zero than what the reference refuses, or it is zero without any error.
    Small(Id),
    /// Its running error is finite.
    Bounded(Id),
}

/// How errors are bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Once for all rows of the hull.
    Static,
    /// Row by row, where once for all rows is too wide.
    Running,
}

impl Test {
    /// The definition that asks for it: the test counts where this is demanded.
    #[must_use]
    pub fn of(&self) -> Id {
        match self {
            Self::Above(id, _) | Self::Below(id, _) => *id,
            Self::There(id) | Self::Decided(id) | Self::Rounded(id) | Self::Never(id) => *id,
            Self::Small(id) | Self::Bounded(id) => *id,
        }
    }
}

/// The facts of a kernel over a hull.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// One for each definition.
    pub facts: Vec<Option<Fact>>,
    /// For each test: where it counts, and what it looks at.
    pub tests: Vec<(Id, Test)>,
    /// Comparisons and figures that stand on an edge are decided where that can be known of exact decimals.
    pub careful: bool,
    /// What has no bound, and why: a row that asks for it is not sure.
    pub without: Vec<(Id, &'static str)>,
}

/// Why a kernel cannot be bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbounded(pub &'static str);

/// Analyses a kernel over a hull.
///
/// # Errors
/// [`Unbounded`] if every row asks for something that has no bound.
pub fn bounds(kernel: &Kernel, hull: &Hull, method: Method) -> Result<Bounds, Unbounded> {
    let mut b = Analysis {
        kernel,
        hull,
        method,
        may_be_small: false,
        out: Bounds { facts: vec![None; kernel.defs.len()], careful: method == Method::Running, ..Bounds::default() },
    };
    for i in 0..kernel.defs.len() {
        let id = Id(i as u32);
        let fact = b.fact(id).unwrap_or_else(|Unbounded(why)| {
            b.out.without.push((id, why));
            b.test(id, Test::Never(id));
            Fact::Number(NOTHING)
        });
        if let Some(slot) = b.out.facts.get_mut(i) {
            *slot = Some(fact);
        }
    }
    let out = b.out;
    let always = always(kernel, &out);
    match out.without.iter().find(|(id, _)| always[id.ix()]) {
        Some((_, why)) => Err(Unbounded(why)),
        None => Ok(out),
    }
}

/// `10^n` as f64; exact up to 22.
pub(crate) fn pow10(n: u32) -> f64 {
    10f64.powi(n as i32)
}

/// The nearest f64 of a decimal.
pub(crate) fn nearest(x: Number) -> f64 {
    x.to_string().parse().unwrap_or(f64::NAN)
}

/// An f64 near a rational, within two roundings and a half.
pub(crate) fn near_ratio(r: Ratio) -> f64 {
    r.numer() as f64 / r.denom() as f64
}

/// A line as the code computes it, `y + slope · (scale · x + start)`, each constant within three roundings and a half.
pub(crate) struct Line {
    pub scale: f64,
    pub start: f64,
    pub slope: f64,
    pub y: f64,
}

/// The line of a segment; NaN, and so no error bound, where there is none.
pub(crate) fn line(s: &Segment) -> Line {
    let less = |a: Number, b: Number| a.sub(b).map_or(f64::NAN, nearest);
    let slope = less(s.to.1, s.from.1) / less(s.to.0, s.from.0);
    Line { scale: near_ratio(s.scale), start: less(s.offset, s.from.0), slope, y: nearest(s.from.1) }
}

struct Analysis<'k> {
    kernel: &'k Kernel,
    hull: &'k Hull,
    method: Method,
    /// The definition at hand may be too small.
    may_be_small: bool,
    out: Bounds,
}

impl Analysis<'_> {
    fn number(&self, id: Id) -> Known {
        self.out.number(id).unwrap_or(NOTHING)
    }

    fn bool(&self, id: Id) -> Option<bool> {
        match self.out.facts.get(id.ix()).copied().flatten() {
            Some(Fact::Bool(b)) => b,
            _ => None,
        }
    }

    fn test(&mut self, at: Id, test: Test) {
        self.out.tests.push((at, test));
    }

    fn fact(&mut self, id: Id) -> Result<Fact, Unbounded> {
        let kernel = self.kernel;
        self.may_be_small = false;
        let known = match kernel.def(id) {
            Def::Bool(x) => return Ok(Fact::Bool(Some(*x))),
            Def::Flag(_) | Def::Given(_) => return Ok(Fact::Bool(None)),
            Def::Is(..) | Def::Same(..) => return Ok(Fact::Bool(None)),
            Def::Not(a) => return Ok(Fact::Bool(self.bool(*a).map(|b| !b))),
            Def::And(a, b) => {
                return Ok(Fact::Bool(match (self.bool(*a), self.bool(*b)) {
                    (Some(false), _) => Some(false),
                    (Some(true), b) => b,
                    // The left may fail where the right is known: then the row is not sure anyway.
                    (None, Some(false)) => Some(false),
                    _ => None,
                }));
            }
            Def::Or(a, b) => {
                return Ok(Fact::Bool(match (self.bool(*a), self.bool(*b)) {
                    (Some(true), _) => Some(true),
                    (Some(false), b) => b,
                    (None, Some(true)) => Some(true),
                    _ => None,
                }));
            }
            Def::Compare(cmp, a, b) => return Ok(self.compare(id, *cmp, *a, *b)),
            Def::Index(_) | Def::Member(_) => return Ok(Fact::Index),
            Def::Pick(_, map) => {
                if map.iter().any(Option::is_none) {
                    self.test(id, Test::There(id));
                }
                return Ok(Fact::Index);
            }
            Def::Pair(..) => return Ok(Fact::Index),
            Def::Fail => {
                self.test(id, Test::Never(id));
                return Ok(Fact::Bool(None));
            }
            Def::Select(c, a, b) => {
                let known = self.bool(*c);
                let of = |id: &Id| self.out.facts.get(id.ix()).copied().flatten();
                match (known, of(a), of(b)) {
                    (Some(true), Some(a), _) => return Ok(a),
                    (Some(false), _, Some(b)) => return Ok(b),
                    (_, Some(Fact::Number(_)), _) | (_, _, Some(Fact::Number(_))) => self.hull_of(&[*a, *b]),
                    (_, Some(Fact::Index), _) | (_, _, Some(Fact::Index)) => return Ok(Fact::Index),
                    (_, Some(Fact::Bool(a)), Some(Fact::Bool(b))) => {
                        return Ok(Fact::Bool(if a == b { a } else { None }));
                    }
                    _ => return Ok(Fact::Bool(None)),
                }
            }
            Def::Number(x) => return Ok(Fact::Number(constant(*x))),
            Def::Column(c) => match self.hull.columns.get(c.0 as usize).copied().flatten() {
                // Beyond that a power of ten is no f64.
                Some(s) if s.scale > MAX_SCALE => return Err(Unbounded("columns with so many decimals")),
                Some(s) => {
                    let (lo, hi) = (constant(s.lo).lo, constant(s.hi).hi);
                    let scale = Some(s.scale);
                    let near = if lo > 0.0 { lo } else { 0.0 };
                    let least = near.max(0.999_999 / pow10(s.scale));
                    return Ok(Fact::Number(Known { lo, hi, least, rel: 3.0 * U, abs: 0.0, scale }));
                }
                None => return Err(Unbounded("a column of another kind")),
            },
            Def::Unary(op, a) => self.unary(id, *op, *a)?,
            Def::Binary(op, a, b) => self.binary(id, *op, *a, *b)?,
            Def::Power(a, n) => self.power(id, *a, *n)?,
            Def::Convert(a, r) => self.convert(*a, *r, None),
            Def::Between(a, s) => self.between(*a, s),
            Def::Affine(a, r, offset) => self.convert(*a, *r, Some(*offset)),
            Def::Round(_, n) if *n > MAX_SCALE => return Err(Unbounded("rounding at so many decimals")),
            Def::Round(a, n) => self.round(id, *a, *n),
            Def::Lookup(_, cells) => {
                if cells.iter().any(Option::is_none) {
                    self.test(id, Test::There(id));
                }
                cells.iter().flatten().map(|x| constant(*x)).reduce(joined).unwrap_or(constant(Number::ZERO))
            }
            Def::Fold(kind, terms) => match self.fold(id, *kind, terms)? {
                Fact::Number(k) => k,
                other => return Ok(other),
            },
        };
        let may_be_small = std::mem::take(&mut self.may_be_small);
        // Whether a value is zero, or only small, is known from its operands.
        let narrow = known.abs <= WIDE && !may_be_small;
        let known = if self.method == Method::Static || narrow { known } else { known.running() };
        let known = known.settled();
        if may_be_small {
            let small = Test::Above(id, SMALL * 1.01 + known.abs * 1.01);
            self.test(id, if known.is_running() { Test::Small(id) } else { small });
        }
        if known.reach() >= LARGE {
            self.test(id, Test::Below(id, LARGE / 2.0));
        }
        Ok(Fact::Number(Known { lo: known.lo.max(-LARGE), hi: known.hi.min(LARGE), ..known }))
    }

    fn hull_of(&self, ids: &[Id]) -> Known {
        let known = ids.iter().filter(|id| !matches!(self.kernel.def(**id), Def::Fail)).map(|id| self.number(*id));
        known.reduce(joined).unwrap_or(constant(Number::ZERO))
    }

    /// A result that is inexact may be nearer to zero than the reference admits.
    fn small(&mut self, least: f64, exact: bool) {
        self.may_be_small |= !exact && least <= SMALL * 1.001;
    }
}

/// The number of decimals at which the difference of two exact decimals is found without doubt.
pub(crate) fn grid(x: Known, y: Known) -> Option<u32> {
    let s = x.scale?.max(y.scale?);
    let p = pow10(s);
    let fits = s <= 15 && (x.most() + y.most()) * p < INTEGER;
    (fits && (x.error() + y.error() + 4.0 * U * (x.most() + y.most())) * p < 0.2).then_some(s)
}

impl Bounds {
    /// What is known of a number.
    #[must_use]
    pub fn number(&self, id: Id) -> Option<Known> {
        match self.facts.get(id.ix()).copied().flatten() {
            Some(Fact::Number(k)) => Some(k),
            _ => None,
        }
    }

    /// The condition, if it is the same in every row.
    #[must_use]
    pub fn bool(&self, id: Id) -> Option<bool> {
        match self.facts.get(id.ix()).copied().flatten() {
            Some(Fact::Bool(b)) => b,
            _ => None,
        }
    }

    /// A side of a comparison, converted.
    pub(crate) fn side(&self, (id, r): (Id, Ratio)) -> Known {
        let k = self.number(id).unwrap_or(NOTHING);
        if r.is_one() {
            return k;
        }
        let f = near_ratio(r);
        let (x, y) = (k.lo * f, k.hi * f);
        let scale = k.scale.zip(r.as_number().map(Number::scale)).map(|(s, t)| s + t);
        let (lo, hi) = (x.min(y), x.max(y));
        Known { lo, hi, least: 0.0, rel: k.rel + 4.0 * U, abs: k.abs * f.abs(), scale }.settled()
    }
}

/// Of a failure: whatever is made of it is not asked for.
const NOTHING: Known = Known { lo: 0.0, hi: 0.0, least: 0.0, rel: 0.0, abs: 0.0, scale: Some(0) };

fn constant(x: Number) -> Known {
    let v = nearest(x);
    let exact = x.is_integer() && v.abs() < INTEGER;
    Known {
        lo: v - v.abs() * U,
        hi: v + v.abs() * U,
        // Nothing is known to be nearer to zero where there is only zero.
        least: if v == 0.0 { 1e300 } else { v.abs() * (1.0 - U) },
        rel: if exact { 0.0 } else { U },
        abs: 0.0,
        scale: Some(x.scale()),
    }
}

/// What is known of a value that is one of two.
fn joined(a: Known, b: Known) -> Known {
    let least = match (a.lo == 0.0 && a.hi == 0.0, b.lo == 0.0 && b.hi == 0.0) {
        (true, _) => b.least,
        (_, true) => a.least,
        _ => a.least.min(b.least),
    };
    Known {
        lo: a.lo.min(b.lo),
        hi: a.hi.max(b.hi),
        least,
        rel: a.rel.max(b.rel),
        abs: a.abs.max(b.abs),
        scale: a.scale.zip(b.scale).map(|(s, t)| s.max(t)),
    }
}

fn product(a: Known, b: Known) -> (f64, f64) {
    let all = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
    let lo = all.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (lo, hi)
}
