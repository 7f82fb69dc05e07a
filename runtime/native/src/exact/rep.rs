//! How each number of a kernel is held: as an integer of a known scale wherever the hull proves that it fits, else as a
//! decimal of its own scale.
//!
//! Guarantees: within the hull, an integer's value is the reference's, which rounds nothing on the way to it.

use crate::bound::Hull;
use crate::kernel::{Binary, Def, Fold, Id, Kernel, Term, Unary};
use footrule_number::{Number, Ratio};

/// Most decimals of a number.
const MAX_SCALE: u32 = 28;
/// Largest coefficient of a number.
const MAX: i128 = (1 << 96) - 1;
/// Integers below this are held in 64 bits.
const NARROW: i128 = 1 << 62;

/// An integer times `10^-scale`, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Int {
    pub scale: u32,
    pub lo: i128,
    pub hi: i128,
}

/// How a definition is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rep {
    Int(Int),
    /// Coefficient and scale.
    Decimal,
    Bool,
    Index,
    /// It has no value.
    Never,
}

impl Int {
    fn new(scale: u32, lo: i128, hi: i128) -> Option<Self> {
        (scale <= MAX_SCALE && lo >= -MAX && hi <= MAX).then_some(Self { scale, lo, hi })
    }

    fn constant(x: Number) -> Self {
        Self { scale: x.scale(), lo: x.mantissa(), hi: x.mantissa() }
    }

    /// True if 64 bits hold it.
    pub(super) fn narrow(self) -> bool {
        self.lo > -NARROW && self.hi < NARROW
    }

    /// The same at no fewer decimals.
    pub(super) fn at(self, scale: u32) -> Option<Self> {
        let factor = 10_i128.checked_pow(scale.checked_sub(self.scale)?)?;
        Self::new(scale, self.lo.checked_mul(factor)?, self.hi.checked_mul(factor)?)
    }

    /// Both at the same scale.
    fn aligned(self, other: Self) -> Option<(Self, Self)> {
        let scale = self.scale.max(other.scale);
        Some((self.at(scale)?, other.at(scale)?))
    }

    /// A range that has both.
    fn joined(self, other: Self) -> Option<Self> {
        let (a, b) = self.aligned(other)?;
        Self::new(a.scale, a.lo.min(b.lo), a.hi.max(b.hi))
    }

    fn negated(self) -> Self {
        Self { lo: -self.hi, hi: -self.lo, ..self }
    }

    fn plus(self, other: Self) -> Option<Self> {
        let (a, b) = self.aligned(other)?;
        Self::new(a.scale, a.lo + b.lo, a.hi + b.hi)
    }

    fn times(self, other: Self) -> Option<Self> {
        let corner = |x: i128, y: i128| x.checked_mul(y);
        let all = [
            corner(self.lo, other.lo)?,
            corner(self.lo, other.hi)?,
            corner(self.hi, other.lo)?,
            corner(self.hi, other.hi)?,
        ];
        let (lo, hi) = all.iter().fold((all[0], all[0]), |(lo, hi), x| (lo.min(*x), hi.max(*x)));
        Self::new(self.scale + other.scale, lo, hi)
    }

    /// Without the last decimals, rounded in any way.
    pub(super) fn rounded(self, scale: u32) -> Option<Self> {
        let step = 10_i128.checked_pow(self.scale.checked_sub(scale)?)?;
        Self::new(scale, self.lo.div_euclid(step), self.hi.div_euclid(step) + 1)
    }
}

/// What a number is multiplied by for it to be in another unit or divided, if that is a decimal.
pub(super) fn factor(r: Ratio) -> Option<Number> {
    r.as_number()
}

/// How each definition is held, for columns within a hull.
pub(super) fn reps(kernel: &Kernel, hull: &Hull) -> Vec<Rep> {
    let mut r = Reps { hull, all: Vec::with_capacity(kernel.defs.len()) };
    for def in &kernel.defs {
        let rep = r.rep(def);
        r.all.push(rep);
    }
    r.all
}

struct Reps<'a> {
    hull: &'a Hull,
    all: Vec<Rep>,
}

impl Reps<'_> {
    fn int(&self, id: Id) -> Option<Int> {
        match self.all.get(id.ix()) {
            Some(Rep::Int(i)) => Some(*i),
            _ => None,
        }
    }

    fn rep(&self, def: &Def) -> Rep {
        let held = |i: Option<Int>| i.map_or(Rep::Decimal, Rep::Int);
        match def {
            Def::Number(x) => Rep::Int(Int::constant(*x)),
            Def::Column(c) => match self.hull.columns.get(c.0 as usize).copied().flatten() {
                Some(span) => {
                    // The ends may have more decimals than the values between them.
                    let at = |x: Number| {
                        let own = Int::constant(x);
                        own.at(span.scale).or_else(|| own.rounded(span.scale))
                    };
                    held(at(span.lo).zip(at(span.hi)).and_then(|(lo, hi)| Int::new(span.scale, lo.lo, hi.hi)))
                }
                None => Rep::Never,
            },
            Def::Unary(op, a) => held(self.int(*a).and_then(|a| match op {
                Unary::Neg => Some(a.negated()),
                Unary::Abs => Some(Int { lo: 0, hi: a.hi.max(-a.lo), ..a }),
                Unary::Floor | Unary::Ceil if a.scale == 0 => Some(a),
                Unary::Floor | Unary::Ceil | Unary::Sqrt | Unary::Exp | Unary::Ln => None,
            })),
            Def::Binary(op, a, b) => held(self.int(*a).zip(self.int(*b)).and_then(|(a, b)| match op {
                Binary::Add => a.plus(b),
                Binary::Sub => a.plus(b.negated()),
                Binary::Mul => a.times(b),
                Binary::Div => a.times(Int::constant(self.inverse(b)?)),
                Binary::Min | Binary::Max => a.joined(b),
                Binary::Pow => None,
            })),
            Def::Power(a, n) => held(self.int(*a).filter(|_| (1..=8).contains(n)).and_then(|a| {
                let mut power = a;
                for _ in 1..*n {
                    power = power.times(a)?;
                }
                Some(power)
            })),
            Def::Convert(a, r) => held(self.scaled(*a, *r)),
            Def::Affine(a, r, offset) => held(self.scaled(*a, *r).and_then(|x| x.plus(Int::constant(*offset)))),
            Def::Between(..) => Rep::Decimal,
            Def::Round(a, n) => match self.int(*a) {
                Some(a) if a.scale <= *n => Rep::Int(a),
                Some(a) if a.narrow() => held(a.rounded(*n)),
                _ => Rep::Decimal,
            },
            Def::Select(_, a, b) => self.either(*a, *b),
            Def::Lookup(_, cells) => {
                let mut ints = cells.iter().flatten().map(|x| Int::constant(*x));
                let Some(first) = ints.next() else { return Rep::Never };
                held(ints.try_fold(first, Int::joined))
            }
            Def::Fold(kind, terms) => self.fold(*kind, terms),
            Def::Bool(_) | Def::Flag(_) | Def::Given(_) | Def::Not(_) | Def::And(..) | Def::Or(..) => Rep::Bool,
            Def::Compare(..) | Def::Is(..) | Def::Same(..) => Rep::Bool,
            Def::Index(_) | Def::Member(_) | Def::Pick(..) | Def::Pair(..) => Rep::Index,
            Def::Fail => Rep::Never,
        }
    }

    /// One divided by a constant, if that is a decimal.
    fn inverse(&self, b: Int) -> Option<Number> {
        let number = Number::from_parts(b.lo, b.scale).ok().filter(|_| b.lo == b.hi)?;
        factor(Ratio::from_number(number)?.recip()?)
    }

    fn scaled(&self, a: Id, r: Ratio) -> Option<Int> {
        self.int(a)?.times(Int::constant(factor(r)?))
    }

    fn either(&self, a: Id, b: Id) -> Rep {
        match (self.all.get(a.ix()).copied(), self.all.get(b.ix()).copied()) {
            (Some(Rep::Int(a)), Some(Rep::Int(b))) => a.joined(b).map_or(Rep::Decimal, Rep::Int),
            (Some(Rep::Never), Some(r)) | (Some(r), Some(Rep::Never)) => r,
            (Some(Rep::Int(_)), Some(_)) => Rep::Decimal,
            (Some(r), _) => r,
            (None, _) => Rep::Never,
        }
    }

    fn fold(&self, kind: Fold, terms: &[Term]) -> Rep {
        let held = |i: Option<Int>| i.map_or(Rep::Decimal, Rep::Int);
        let turns = |t: &Term| {
            let items = t.over.iter().map(|l| self.hull.items.get(l.0 as usize).copied().unwrap_or(0));
            items.map(i128::from).try_fold(1_i128, i128::checked_mul)
        };
        let start = Int { scale: 0, lo: 0, hi: 0 };
        match kind {
            Fold::Any | Fold::All => Rep::Bool,
            Fold::Count => held(terms.iter().try_fold(start, |n, t| Int::new(0, 0, n.hi.checked_add(turns(t)?)?))),
            Fold::Sum => held(terms.iter().try_fold(start, |sum, t| {
                let (own, n) = (self.int(t.value)?, turns(t)?);
                // Any number of the turns may count.
                sum.plus(Int::new(own.scale, own.lo.min(0).checked_mul(n)?, own.hi.max(0).checked_mul(n)?)?)
            })),
            Fold::Min | Fold::Max => {
                let mut ints = terms.iter().map(|t| self.int(t.value));
                let Some(Some(first)) = ints.next() else { return Rep::Decimal };
                held(ints.try_fold(first, |all, i| all.joined(i?)))
            }
            Fold::Mean | Fold::Product => Rep::Decimal,
        }
    }
}
