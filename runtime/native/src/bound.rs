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
//! Guarantees: sound for every row within the hull that passes the tests. Must not: round a bound downwards: each is
//! inflated by a billionth of itself, far more than the few roundings of its own computation.

use crate::kernel::{Binary, Def, Fold, Id, Kernel, Term, Unary};
use footrule_mir::Cmp;
use footrule_number::{Number, Ratio};

/// Unit roundoff of f64, a little enlarged.
const U: f64 = 1.12e-16;
/// What the reference's own rounding adds: half a unit of the 28th decimal.
const TINY: f64 = 5.1e-29;
/// Outward factor for computed bounds.
const UP: f64 = 1.0 + 1e-9;
/// Above this the reference overflows.
const LARGE: f64 = 7.9e28;
/// Below this an inexact result is refused.
const SMALL: f64 = 1e-18;
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
    /// Largest magnitude of the computed value.
    pub(crate) fn most(&self) -> f64 {
        (self.lo.abs().max(self.hi.abs()) * (1.0 + 2.0 * self.rel) + self.abs) * UP
    }

    /// Largest distance from the reference's value.
    pub(crate) fn error(&self) -> f64 {
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
        if self.scale.is_some_and(|s| s > 28 || self.most() * pow10(s) >= LARGE) {
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
}

impl Test {
    /// The definition that asks for it: the test counts where this is demanded.
    #[must_use]
    pub fn of(&self) -> Id {
        match self {
            Self::Above(id, _) | Self::Below(id, _) => *id,
            Self::There(id) | Self::Decided(id) | Self::Rounded(id) | Self::Never(id) => *id,
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
}

/// Why a kernel cannot be bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbounded(pub &'static str);

/// Analyses a kernel over a hull.
///
/// # Errors
/// [`Unbounded`] if an operation has no bound (exponentials, logarithms, real powers of what is not constant).
pub fn bounds(kernel: &Kernel, hull: &Hull) -> Result<Bounds, Unbounded> {
    let mut b = Analysis {
        kernel,
        hull,
        may_be_small: false,
        out: Bounds { facts: vec![None; kernel.defs.len()], tests: Vec::new() },
    };
    for i in 0..kernel.defs.len() {
        let id = Id(i as u32);
        let fact = b.fact(id)?;
        if let Some(slot) = b.out.facts.get_mut(i) {
            *slot = Some(fact);
        }
    }
    Ok(b.out)
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

struct Analysis<'k> {
    kernel: &'k Kernel,
    hull: &'k Hull,
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
            Def::Flag(_) | Def::Given(_) | Def::Is(..) | Def::Same(..) => return Ok(Fact::Bool(None)),
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
            Def::Power(a, n) => self.power(*a, *n)?,
            Def::Convert(a, r) => self.convert(*a, *r, None),
            Def::Affine(a, r, offset) => self.convert(*a, *r, Some(*offset)),
            Def::Round(_, n) if *n > MAX_SCALE => return Err(Unbounded("rounding at so many decimals")),
            Def::Round(a, n) => self.round(id, *a, *n),
            Def::Lookup(_, cells) => {
                if cells.iter().any(Option::is_none) {
                    self.test(id, Test::There(id));
                }
                cells.iter().flatten().map(|x| constant(*x)).reduce(joined).unwrap_or(constant(Number::ZERO))
            }
            Def::Fold(kind, terms) => match self.fold(*kind, terms)? {
                Fact::Number(k) => k,
                other => return Ok(other),
            },
        };
        let known = known.settled();
        if std::mem::take(&mut self.may_be_small) {
            self.test(id, Test::Above(id, SMALL * 1.01 + known.abs * 1.01));
        }
        if known.most() >= LARGE {
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

    fn unary(&mut self, id: Id, op: Unary, a: Id) -> Result<Known, Unbounded> {
        let k = self.number(a);
        Ok(match op {
            Unary::Neg => Known { lo: -k.hi, hi: -k.lo, ..k },
            Unary::Abs => {
                let most = k.lo.abs().max(k.hi.abs());
                let lo = if k.sign() == 0 { 0.0 } else { k.lo.abs().min(k.hi.abs()) };
                Known { lo, hi: most, ..k }
            }
            Unary::Floor | Unary::Ceil => {
                if k.scale == Some(0) {
                    return Ok(k);
                }
                self.test(id, Test::Rounded(id));
                let (lo, hi) = (k.lo.floor() - 1.0, k.hi.ceil() + 1.0);
                Known { lo, hi, least: 1.0, rel: U, abs: 0.0, scale: Some(0) }
            }
            Unary::Sqrt => {
                // sqrt(v(1+d)) with |d| ≤ rel + abs/low: half of that, and a rounding.
                let low = if k.lo > 0.0 { k.lo } else { k.least.max(1e-12) };
                if k.lo <= 0.0 {
                    self.test(id, Test::Above(a, low * 0.999));
                    // No number, of a negative one: also where no figure shows it.
                    self.test(id, Test::There(id));
                }
                let rel = k.rel + k.abs / low;
                let hi = k.hi.max(0.0).sqrt();
                Known { lo: k.lo.max(0.0).sqrt(), hi, least: low.sqrt(), rel: rel + U, abs: 0.0, scale: None }
            }
            Unary::Exp | Unary::Ln => return Err(Unbounded("exponentials and logarithms")),
        })
    }

    fn binary(&mut self, id: Id, op: Binary, x: Id, y: Id) -> Result<Known, Unbounded> {
        let (a, b) = (self.number(x), self.number(y));
        Ok(match op {
            Binary::Add => self.sum(&[(a, 1.0), (b, 1.0)]),
            Binary::Sub => {
                let minus = Known { lo: -b.hi, hi: -b.lo, ..b };
                self.sum(&[(a, 1.0), (minus, 1.0)])
            }
            Binary::Mul if a.is_zero() || b.is_zero() => constant(Number::ZERO),
            Binary::Mul => {
                let (lo, hi) = product(a, b);
                let scale = a.scale.zip(b.scale).map(|(s, t)| s + t);
                let exact = scale.is_some_and(|s| s <= 28 && lo.abs().max(hi.abs()) * pow10(s) < LARGE * 0.99);
                let rel = (a.rel + b.rel) * (1.0 + a.rel) + U;
                let abs = a.abs * b.most() + b.abs * a.most() + a.abs * b.abs;
                let least = a.least * b.least;
                self.small(least, exact);
                Known { lo, hi, least, rel, abs, scale: scale.filter(|_| exact) }
            }
            Binary::Div => {
                // The least magnitude of a divisor that the code lets pass.
                let away = if b.lo > 0.0 { b.lo } else { -b.hi };
                let away = (away - b.abs) / (1.0 + b.rel) * (1.0 - 1e-9);
                let low = if away > b.abs * 1e6 {
                    away
                } else {
                    // A relative error needs no more than that it is not zero; an absolute one, that it is not small.
                    let low = if b.abs <= TINY * 2.0 && b.least > 0.0 { b.least * 0.99 } else { b.most() * 1e-6 };
                    self.test(id, Test::Above(y, low));
                    low
                };
                let relb = b.rel + b.abs / low;
                if relb >= 0.1 {
                    return Err(Unbounded("a divisor that is hardly known"));
                }
                // A divisor that does not change in a loop is inverted once: two roundings.
                if a.is_zero() {
                    return Ok(constant(Number::ZERO));
                }
                let rel = (a.rel + relb) / (1.0 - relb) + 2.01 * U;
                let abs = a.abs / low * (1.0 + 3.0 * relb);
                let most = a.most() / low;
                let (lo, hi) = match (a.sign(), b.sign()) {
                    (1, 1) | (-1, -1) => (0.0, most),
                    (1, -1) | (-1, 1) => (-most, 0.0),
                    _ => (-most, most),
                };
                let least = a.least / b.most().max(low);
                self.small(least, false);
                Known { lo, hi, least, rel, abs, scale: None }
            }
            Binary::Min | Binary::Max => {
                let max = op == Binary::Max;
                let pick = |p: f64, q: f64| if max { p.max(q) } else { p.min(q) };
                let (lo, hi) = (pick(a.lo, b.lo), pick(a.hi, b.hi));
                let least = a.least.min(b.least);
                let scale = a.scale.zip(b.scale).map(|(s, t)| s.max(t));
                if a.sign() >= 0 && b.sign() >= 0 && a.lo >= 0.0 && b.lo >= 0.0 {
                    Known { lo, hi, least, rel: a.rel.max(b.rel), abs: a.abs.max(b.abs), scale }
                } else {
                    Known { lo, hi, least, rel: 0.0, abs: a.error().max(b.error()), scale }
                }
            }
            Binary::Pow => return Err(Unbounded("real powers")),
        })
    }

    /// A sum of so many values of each kind.
    fn sum(&self, of: &[(Known, f64)]) -> Known {
        let total: f64 = of.iter().map(|(_, n)| n).sum();
        let (mut lo, mut hi, mut abs, mut rel) = (0.0, 0.0, 0.0, 0.0_f64);
        let mut scale = Some(0);
        for (k, n) in of {
            lo += k.lo.min(if *n > 1.0 { 0.0 } else { f64::INFINITY }) * n;
            hi += k.hi.max(if *n > 1.0 { 0.0 } else { f64::NEG_INFINITY }) * n;
            abs += k.abs * n;
            rel = rel.max(k.rel);
            scale = scale.zip(k.scale).map(|(s, t): (u32, u32)| s.max(t));
        }
        let adds = (total - 1.0).max(0.0) * U * 1.01;
        let one_sign = of.iter().all(|(k, _)| k.lo >= 0.0) || of.iter().all(|(k, _)| k.hi <= 0.0);
        let least = if one_sign { of.iter().map(|(k, _)| k.least).fold(f64::INFINITY, f64::min) } else { 0.0 };
        if one_sign {
            // Partial sums are no larger than the sum.
            return Known { lo, hi, least, rel: rel * (1.0 + adds) + adds, abs, scale };
        }
        let most: f64 = of.iter().map(|(k, n)| k.most() * n).sum();
        let errors: f64 = of.iter().map(|(k, n)| k.rel * k.most() * n).sum();
        Known { lo, hi, least, rel: 0.0, abs: (abs + errors + adds * most), scale }
    }

    fn power(&mut self, a: Id, n: i64) -> Result<Known, Unbounded> {
        let k = self.number(a);
        if !(1..=64).contains(&n) {
            return Err(Unbounded("powers with such an exponent"));
        }
        let times = n as f64;
        let most = k.most().powi(n as i32);
        let lo = if k.lo >= 0.0 { 0.0 } else { -most };
        let scale = k.scale.map(|s| s * n as u32).filter(|s| *s <= 28 && most * pow10(*s) < LARGE * 0.99);
        let least = k.least.powi(n as i32);
        self.small(least, scale.is_some());
        // With an absolute error the relative one is bounded only away from zero.
        let away = k.lo.max(-k.hi) - k.abs;
        let own = match k.abs {
            0.0 => k.rel,
            abs if away > abs * 1e3 => k.rel + abs / away * UP,
            _ => return Err(Unbounded("powers of a difference")),
        };
        let rel = times * own * (1.0 + times * own) + times * U;
        Ok(Known { lo, hi: most, least, rel, abs: 0.0, scale })
    }

    fn convert(&mut self, a: Id, r: Ratio, offset: Option<Number>) -> Known {
        let k = self.number(a);
        if k.is_zero() && offset.is_none() {
            return k;
        }
        let f = near_ratio(r);
        let (x, y) = (k.lo * f, k.hi * f);
        let decimals = r.as_number().map(Number::scale);
        let scale = k.scale.zip(decimals).map(|(s, t)| s + t);
        let most = x.abs().max(y.abs());
        let exact = scale.is_some_and(|s| s <= 28 && most * pow10(s) < LARGE * 0.99);
        let scaled = Known {
            lo: x.min(y),
            hi: x.max(y),
            least: k.least * f.abs() * (1.0 - 1e-9),
            rel: k.rel + 4.0 * U,
            abs: k.abs * f.abs() * UP,
            scale: scale.filter(|_| exact),
        };
        match offset {
            None => {
                self.small(scaled.least, exact);
                scaled
            }
            Some(offset) => {
                let sum = self.sum(&[(scaled, 1.0), (constant(offset), 1.0)]);
                self.small(sum.least, sum.scale.is_some_and(|s| s <= 28));
                sum
            }
        }
    }

    fn round(&mut self, id: Id, a: Id, n: u32) -> Known {
        let k = self.number(a);
        if k.scale.is_some_and(|s| s <= n) {
            return k;
        }
        self.test(id, Test::Rounded(id));
        let step = 1.0 / pow10(n);
        Known { lo: k.lo - step, hi: k.hi + step, least: step * 0.999, rel: 3.0 * U, abs: 0.0, scale: Some(n) }
    }

    fn fold(&mut self, kind: Fold, terms: &[Term]) -> Result<Fact, Unbounded> {
        let turns = |t: &Term| {
            t.over.iter().map(|l| f64::from(self.hull.items.get(l.0 as usize).copied().unwrap_or(0))).product::<f64>()
        };
        let counted: Vec<f64> = terms.iter().map(turns).collect();
        let most: f64 = counted.iter().sum();
        let values: Vec<Known> = terms.iter().map(|t| self.number(t.value)).collect();
        // A term that may be missing, or be there often, may add nothing.
        let known = terms.iter().zip(&values).zip(&counted).map(|((t, k), n)| {
            let may_be_missing = t.when.is_some() || !t.over.is_empty();
            let k = if may_be_missing { Known { lo: k.lo.min(0.0), hi: k.hi.max(0.0), ..*k } } else { *k };
            (k, n.max(1.0))
        });
        let known: Vec<(Known, f64)> = known.collect();
        Ok(Fact::Number(match kind {
            Fold::Any | Fold::All => {
                let stop = kind == Fold::Any;
                let of: Vec<Option<bool>> = terms.iter().map(|t| self.bool(t.value)).collect();
                let sure =
                    terms.iter().zip(&of).any(|(t, b)| *b == Some(stop) && t.when.is_none() && t.over.is_empty());
                return Ok(Fact::Bool(if sure {
                    Some(stop)
                } else if of.iter().all(|b| *b == Some(!stop)) {
                    Some(!stop)
                } else {
                    None
                }));
            }
            Fold::Sum if terms.is_empty() => constant(Number::ZERO),
            Fold::Sum => self.sum(&known),
            Fold::Mean | Fold::Min | Fold::Max if terms.iter().any(|t| !t.over.is_empty() || t.when.is_some()) => {
                return Err(Unbounded("means and extremes over lists"));
            }
            Fold::Count => {
                let hi = most.max(terms.len() as f64);
                Known { lo: 0.0, hi, least: 1.0, rel: 0.0, abs: 0.0, scale: Some(0) }
            }
            Fold::Mean => {
                let sum = self.sum(&known);
                self.small(0.0, false);
                let each = values.iter().copied().reduce(joined).unwrap_or(constant(Number::ZERO));
                Known { lo: each.lo, hi: each.hi, least: 0.0, rel: sum.rel + 2.0 * U, abs: sum.abs, scale: None }
            }
            Fold::Min | Fold::Max => {
                let each = values.iter().copied().reduce(joined).unwrap_or(constant(Number::ZERO));
                if each.lo >= 0.0 { each } else { Known { rel: 0.0, abs: each.error(), ..each } }
            }
            Fold::Product => return Err(Unbounded("products over lists")),
        }))
    }

    /// Which way a comparison goes, if that is the same in every row; else it must be decided row by row.
    fn compare(&mut self, id: Id, cmp: Cmp, a: (Id, Ratio), b: (Id, Ratio)) -> Fact {
        if let Some(known) = self.in_column(cmp, a, b) {
            return Fact::Bool(Some(known));
        }
        let (x, y) = (self.out.side(a), self.out.side(b));
        let less = x.hi < y.lo;
        let more = x.lo > y.hi;
        let (no_more, no_less) = (x.hi <= y.lo, x.lo >= y.hi);
        let known = match cmp {
            Cmp::Lt if less => Some(true),
            Cmp::Lt if no_less => Some(false),
            Cmp::Le if no_more => Some(true),
            Cmp::Le if more => Some(false),
            Cmp::Gt if more => Some(true),
            Cmp::Gt if no_more => Some(false),
            Cmp::Ge if no_less => Some(true),
            Cmp::Ge if less => Some(false),
            Cmp::Eq if less || more => Some(false),
            Cmp::Ne if less || more => Some(true),
            _ => None,
        };
        if known.is_none() && grid(x, y).is_none() {
            self.test(id, Test::Decided(id));
        }
        Fact::Bool(known)
    }

    /// A column compared with a constant: by the exact ends of its span.
    fn in_column(&self, cmp: Cmp, a: (Id, Ratio), b: (Id, Ratio)) -> Option<bool> {
        let (Def::Column(c), Def::Number(k)) = (self.kernel.def(a.0), self.kernel.def(b.0)) else { return None };
        if !a.1.is_one() || !b.1.is_one() {
            return None;
        }
        let s = self.hull.columns.get(c.0 as usize).copied().flatten()?;
        let both = |f: fn(&Number, &Number) -> bool| (f(&s.lo, k) == f(&s.hi, k)).then(|| f(&s.lo, k));
        match cmp {
            Cmp::Lt => both(|x, k| x < k),
            Cmp::Le => both(|x, k| x <= k),
            Cmp::Gt => both(|x, k| x > k),
            Cmp::Ge => both(|x, k| x >= k),
            Cmp::Eq | Cmp::Ne if s.hi < *k || s.lo > *k => Some(cmp == Cmp::Ne),
            Cmp::Eq | Cmp::Ne => None,
        }
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
