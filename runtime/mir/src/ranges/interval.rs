//! Intervals of numbers, and what the primitives of `footrule_number` make of them.
//!
//! Sound without any outward rounding: a primitive is the exact result rounded once, and rounding is monotone, so the
//! primitive at the ends of an interval bounds the primitive inside it. Rounding never makes zero out of what is not
//! zero (it fails as too small instead), so `nonzero` and the signs survive every primitive; no other open end does.

use footrule_number::{NumError, Number, Ratio};
use std::cmp::Ordering;

/// An end of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Where it is.
    pub value: Number,
    /// The value itself does not belong to the interval.
    pub open: bool,
}

/// All numbers between two ends; a missing end is the largest number that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// The lower end.
    pub lo: Option<End>,
    /// The upper end.
    pub hi: Option<End>,
    /// Zero does not belong to it, although it may lie between the ends.
    pub nonzero: bool,
}

/// Whether something can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It never does: proved.
    Never,
    /// Not proved.
    Maybe,
    /// It always does.
    Always,
}

/// What an operation makes of intervals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    pub interval: Interval,
    pub overflow: Verdict,
    pub small: Verdict,
}

/// Below this an inexact result is refused.
const SMALL: u32 = 18;

fn small() -> Number {
    Number::from_parts(1, SMALL).unwrap_or(Number::ONE)
}

/// A corner: what the least and the greatest of it can be; `None` beyond all numbers.
#[derive(Clone, Copy)]
struct Corner {
    low: Option<Number>,
    high: Option<Number>,
}

/// A finite end or what lies beyond.
#[derive(Clone, Copy, PartialEq)]
enum Ext {
    Below,
    At(Number),
    Above,
}

impl Ext {
    fn sign(self) -> i8 {
        match self {
            Ext::Below => -1,
            Ext::Above => 1,
            Ext::At(x) => i8::from(x.is_positive()) - i8::from(x.is_negative()),
        }
    }
}

impl Interval {
    /// Every number.
    pub const ANY: Self = Self { lo: None, hi: None, nonzero: false };

    /// One number.
    #[must_use]
    pub fn point(x: Number) -> Self {
        Self::between(x, x)
    }

    /// From one number to another, both included.
    #[must_use]
    pub fn between(lo: Number, hi: Number) -> Self {
        Self { lo: Some(End { value: lo, open: false }), hi: Some(End { value: hi, open: false }), nonzero: false }
    }

    /// Zero and above.
    #[must_use]
    pub fn not_negative() -> Self {
        Self { lo: Some(End { value: Number::ZERO, open: false }), ..Self::ANY }
    }

    /// Above zero.
    #[must_use]
    pub fn positive() -> Self {
        Self { lo: Some(End { value: Number::ZERO, open: true }), ..Self::ANY }
    }

    /// True if no number belongs to it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match (self.lo, self.hi) {
            (Some(a), Some(b)) => {
                a.value > b.value || a.value == b.value && (a.open || b.open || self.nonzero && a.value.is_zero())
            }
            _ => false,
        }
    }

    /// True if the number belongs to it.
    #[must_use]
    pub fn contains(&self, x: Number) -> bool {
        self.lo.is_none_or(|e| if e.open { e.value < x } else { e.value <= x })
            && self.hi.is_none_or(|e| if e.open { x < e.value } else { x <= e.value })
            && !(self.nonzero && x.is_zero())
    }

    /// The one number that it holds.
    #[must_use]
    pub fn single(&self) -> Option<Number> {
        self.lo.zip(self.hi).filter(|(a, b)| a.value == b.value && !a.open && !b.open).map(|(a, _)| a.value)
    }

    /// True if zero does not belong to it.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        !self.contains(Number::ZERO)
    }

    /// True if nothing below zero belongs to it.
    #[must_use]
    pub fn is_not_negative(&self) -> bool {
        self.lo.is_some_and(|e| !e.value.is_negative())
    }

    /// True if nothing above zero belongs to it.
    #[must_use]
    pub fn is_not_positive(&self) -> bool {
        self.hi.is_some_and(|e| !e.value.is_positive())
    }

    /// True if only numbers below zero belong to it.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.is_not_positive() && self.excludes_zero()
    }

    /// An end at zero is open if zero is excluded.
    fn tidy(mut self) -> Self {
        let end = |e: Option<End>, nonzero: bool| e.map(|e| End { open: e.open || nonzero && e.value.is_zero(), ..e });
        self.lo = end(self.lo, self.nonzero);
        self.hi = end(self.hi, self.nonzero);
        self.nonzero = self.nonzero
            && self.lo.is_none_or(|e| e.value.is_negative())
            && self.hi.is_none_or(|e| e.value.is_positive());
        self
    }

    /// Without zero.
    #[must_use]
    pub fn without_zero(self) -> Self {
        Self { nonzero: true, ..self }.tidy()
    }

    /// What belongs to both.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        let pick = |a: Option<End>, b: Option<End>, above: bool| match (a, b) {
            (Some(x), Some(y)) => Some(match x.value.cmp(&y.value) {
                Ordering::Equal => End { value: x.value, open: x.open || y.open },
                o if (o == Ordering::Greater) == above => x,
                _ => y,
            }),
            (x, y) => x.or(y),
        };
        Self {
            lo: pick(self.lo, other.lo, true),
            hi: pick(self.hi, other.hi, false),
            nonzero: self.nonzero || other.nonzero,
        }
        .tidy()
    }

    /// The least interval around both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let nonzero = self.excludes_zero() && other.excludes_zero();
        let pick = |a: Option<End>, b: Option<End>, below: bool| {
            let (x, y) = a.zip(b)?;
            Some(match x.value.cmp(&y.value) {
                Ordering::Equal => End { value: x.value, open: x.open && y.open },
                o if (o == Ordering::Less) == below => x,
                _ => y,
            })
        };
        Self { lo: pick(self.lo, other.lo, true), hi: pick(self.hi, other.hi, false), nonzero }.tidy()
    }

    /// The negated numbers.
    #[must_use]
    pub fn negated(self) -> Self {
        let flip = |e: Option<End>| e.map(|e| End { value: e.value.neg(), ..e });
        Self { lo: flip(self.hi), hi: flip(self.lo), nonzero: self.nonzero }
    }

    fn ext(self) -> [Ext; 2] {
        [self.lo.map_or(Ext::Below, |e| Ext::At(e.value)), self.hi.map_or(Ext::Above, |e| Ext::At(e.value))]
    }

    /// The interval around corners; closed but for zero.
    fn around(corners: impl IntoIterator<Item = Corner>, nonzero: bool) -> Self {
        let mut lo: Option<Option<Number>> = None;
        let mut hi: Option<Option<Number>> = None;
        for c in corners {
            lo = Some(match lo {
                None => c.low,
                Some(x) => x.zip(c.low).map(|(x, y)| x.min(y)),
            });
            hi = Some(match hi {
                None => c.high,
                Some(x) => x.zip(c.high).map(|(x, y)| x.max(y)),
            });
        }
        let end = |x: Option<Option<Number>>| x.flatten().map(|value| End { value, open: false });
        Self { lo: end(lo), hi: end(hi), nonzero }.tidy()
    }

    fn done(self, small: Verdict) -> Done {
        let beyond = |e: Option<End>| e.is_none();
        let overflow = if beyond(self.lo) || beyond(self.hi) { Verdict::Maybe } else { Verdict::Never };
        Done { interval: self, overflow, small }
    }

    /// The least magnitude of a number of it that is not zero.
    fn least(self) -> Number {
        let tiny = Number::from_parts(1, 28).unwrap_or(Number::ONE);
        match (self.lo, self.hi) {
            (Some(e), _) if e.value.is_positive() => e.value,
            (_, Some(e)) if e.value.is_negative() => e.value.abs(),
            _ => tiny,
        }
    }

    /// True if all of it lies on one side of zero, where nothing inexact is too small.
    pub(super) fn is_far_from_zero(self) -> bool {
        self.least() >= small()
    }

    /// True if no magnitude of it is below one.
    pub(super) fn is_one_or_more(self) -> bool {
        self.least() >= Number::ONE
    }

    fn most(self) -> Option<Number> {
        self.lo.zip(self.hi).map(|(a, b)| a.value.abs().max(b.value.abs()))
    }

    /// The sum.
    pub(super) fn add(self, other: Self) -> Done {
        let end = |a: Option<End>, b: Option<End>| {
            let (a, b) = a.zip(b)?;
            a.value.add(b.value).ok().map(|value| End { value, open: (a.open || b.open) && value.is_zero() })
        };
        let lo = end(self.lo, other.lo);
        let hi = end(self.hi, other.hi);
        let mut done = Self { lo, hi, nonzero: false }.done(Verdict::Never);
        // Both ends beyond the numbers on one side.
        let beyond = |a: Option<End>, b: Option<End>, up: bool| {
            a.zip(b).is_some_and(|(a, b)| a.value.add(b.value).is_err() && a.value.is_positive() == up)
        };
        if beyond(self.lo, other.lo, true) || beyond(self.hi, other.hi, false) {
            done.overflow = Verdict::Always;
        }
        done
    }

    /// The product.
    pub(super) fn mul(self, other: Self) -> Done {
        let corner = |a: Ext, b: Ext| {
            let sign = a.sign() * b.sign();
            match (a, b) {
                _ if sign == 0 => Corner { low: Some(Number::ZERO), high: Some(Number::ZERO) },
                (Ext::At(x), Ext::At(y)) => primitive(x.mul(y), sign),
                _ => beyond(sign),
            }
        };
        let corners = self.ext().into_iter().flat_map(|a| other.ext().into_iter().map(move |b| corner(a, b)));
        let interval = Self::around(corners, self.excludes_zero() && other.excludes_zero());
        let plain = |i: Self| i.single().is_some_and(Number::is_integer);
        let fits = plain(self) || plain(other) || self.least().mul(other.least()).is_ok_and(|x| x >= small());
        let mut done = interval.done(if fits { Verdict::Never } else { Verdict::Maybe });
        if self.least().mul(other.least()) == Err(NumError::Overflow) && interval.excludes_zero() {
            done.overflow = Verdict::Always;
        }
        done
    }

    /// The quotient by what of the divisor is not zero.
    pub(super) fn div(self, other: Self) -> Done {
        let corner = |a: Ext, b: Ext, side: i8| {
            let sign = a.sign() * side;
            match (a, b) {
                _ if a.sign() == 0 => Corner { low: Some(Number::ZERO), high: Some(Number::ZERO) },
                (Ext::At(x), Ext::At(y)) if !y.is_zero() => primitive(x.div(y), sign),
                // By what is near zero; by what is beyond all bounds.
                (_, Ext::At(_)) => beyond(sign),
                (Ext::At(_), _) => Corner { low: Some(Number::ZERO), high: Some(Number::ZERO) },
                _ => {
                    let far = beyond(sign);
                    Corner { low: far.low.map(|_| Number::ZERO), high: far.high.map(|_| Number::ZERO) }
                }
            }
        };
        let above = Self::positive();
        let mut corners = Vec::new();
        for (part, side) in [(other.meet(above), 1), (other.meet(above.negated()), -1)] {
            if !part.is_empty() {
                for a in self.ext() {
                    corners.extend(part.ext().map(|b| corner(a, b, side)));
                }
            }
        }
        let interval = Self::around(corners, self.excludes_zero());
        let whole =
            self.single().is_some_and(Number::is_zero) || other.single().is_some_and(|x| x.abs() == Number::ONE);
        let fits =
            whole || other.most().is_some_and(|m| !m.is_zero() && self.least().div(m).is_ok_and(|x| x >= small()));
        interval.done(if fits { Verdict::Never } else { Verdict::Maybe })
    }

    /// Times an exact rational.
    pub(super) fn convert(self, ratio: Ratio) -> Done {
        let sign = ratio.numer().signum() as i8;
        let corner = |a: Ext| match a {
            _ if a.sign() * sign == 0 => Corner { low: Some(Number::ZERO), high: Some(Number::ZERO) },
            Ext::At(x) => primitive(x.convert(ratio), a.sign() * sign),
            _ => beyond(a.sign() * sign),
        };
        let interval = Self::around(self.ext().map(corner), self.excludes_zero() && sign != 0);
        let fits = ratio.denom() == 1 || self.least().convert(ratio).is_ok_and(|x| x.abs() >= small());
        interval.done(if fits { Verdict::Never } else { Verdict::Maybe })
    }

    /// Through a function that never falls; `None` beyond all numbers.
    pub(super) fn rising(self, f: impl Fn(Number) -> Result<Number, NumError>) -> Done {
        let end = |e: Option<End>, up: bool| {
            e.and_then(|e| match f(e.value) {
                Ok(value) => Some(End { value, open: false }),
                // Next to zero, on either side of it.
                Err(NumError::TooSmall) => Some(End { value: if up { small() } else { small().neg() }, open: false }),
                Err(_) => None,
            })
        };
        Self { lo: end(self.lo, false), hi: end(self.hi, true), nonzero: false }.done(Verdict::Maybe)
    }

    /// The magnitudes.
    pub(super) fn abs(self) -> Self {
        if self.is_not_negative() {
            return self;
        }
        if self.is_not_positive() {
            return self.negated();
        }
        let hi = self.most().map(|value| End { value, open: false });
        Self { lo: Some(End { value: Number::ZERO, open: false }), hi, nonzero: self.nonzero }.tidy()
    }

    /// The lesser (or greater) of two.
    pub(super) fn least_of(self, other: Self) -> Self {
        // Lower end: the lower one; upper end: the lower one too, where a missing end is above all.
        let lo = self.hull(other).lo;
        let hi = match (self.hi, other.hi) {
            (Some(_), Some(_)) => Self { hi: self.hi, ..Self::ANY }.meet(Self { hi: other.hi, ..Self::ANY }).hi,
            (x, y) => x.or(y),
        };
        Self { lo, hi, nonzero: self.excludes_zero() && other.excludes_zero() }.tidy()
    }

    /// The greater of two.
    pub(super) fn greatest_of(self, other: Self) -> Self {
        self.negated().least_of(other.negated()).negated()
    }

    /// The exact sum, rounded once, of `count.0` to `count.1` numbers of it.
    pub(super) fn times(self, count: (u64, Option<u64>)) -> Done {
        let many = |e: End, n: Option<u64>| -> Option<Number> { e.value.mul(Number::from(n?)).ok() };
        let end = |e: Option<End>, down: bool| -> Option<Number> {
            let e = match e {
                None if count.1 == Some(0) => return Some(Number::ZERO),
                None => return None,
                Some(e) => e,
            };
            let away = if down { e.value.is_negative() } else { e.value.is_positive() };
            // Further from zero with every number, or further inside.
            if away { many(e, count.1) } else { many(e, Some(count.0)) }
        };
        let corner = |x: Option<Number>| x.map(|value| End { value, open: false });
        let nonzero = count.0 > 0 && self.excludes_zero() && (self.is_not_negative() || self.is_not_positive());
        Self { lo: corner(end(self.lo, true)), hi: corner(end(self.hi, false)), nonzero }.tidy().done(Verdict::Never)
    }
}

fn primitive(found: Result<Number, NumError>, sign: i8) -> Corner {
    match found {
        Ok(x) => Corner { low: Some(x), high: Some(x) },
        Err(NumError::TooSmall) if sign > 0 => Corner { low: Some(Number::ZERO), high: Some(small()) },
        Err(NumError::TooSmall) => Corner { low: Some(small().neg()), high: Some(Number::ZERO) },
        Err(_) => beyond(sign),
    }
}

/// Beyond all numbers on one side: the largest number bounds it on the other.
fn beyond(sign: i8) -> Corner {
    if sign > 0 { Corner { low: Some(Number::MAX), high: None } } else { Corner { low: None, high: Some(Number::MIN) } }
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
