//! Decimals that are not in normal form: the arithmetic of native code.
//!
//! Guarantees: each operation returns a decimal of the same value as the operation of [`Number`], or fails as it does; what is
//! skipped is only the normal form, and whatever would allocate. Must not: be compared by its parts.

use crate::error::NumError;
use crate::exact::{MAX_COEFFICIENT, MAX_SCALE, SMALL_AT_28, Tail, digits_to_drop, pow10};
use crate::number::Number;
use crate::ratio::Ratio;
use crate::wide::Wide;
use std::cmp::Ordering;

/// A decimal `±coefficient × 10^-scale`, `coefficient < 2^96`, `scale ≤ 28`, perhaps with trailing zeros.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    negative: bool,
    coefficient: u128,
    scale: u32,
}

impl From<Number> for Scaled {
    fn from(x: Number) -> Scaled {
        Scaled { negative: x.is_negative(), coefficient: x.coefficient(), scale: x.scale() }
    }
}

impl From<Scaled> for Number {
    fn from(x: Scaled) -> Number {
        Number::from_raw(x.negative, x.coefficient, x.scale)
    }
}

impl Scaled {
    /// Zero.
    pub const ZERO: Scaled = Scaled { negative: false, coefficient: 0, scale: 0 };

    /// The decimal with these parts; `None` when they pass 96 bits or 28 decimals.
    #[inline]
    pub fn new(negative: bool, coefficient: u128, scale: u32) -> Option<Scaled> {
        (coefficient <= MAX_COEFFICIENT && scale <= MAX_SCALE).then_some(Scaled { negative, coefficient, scale })
    }

    /// Sign, coefficient and scale. No errors.
    #[inline]
    pub fn parts(self) -> (bool, u128, u32) {
        (self.negative, self.coefficient, self.scale)
    }

    /// The magnitude in units of `10^-scale`, for a scale that is no smaller, if 126 bits hold it.
    fn near(self, scale: u32) -> Option<u128> {
        // 10^n has at most 3.33 n + 1 bits.
        let zeros = scale - self.scale;
        let fits = self.coefficient.leading_zeros() > zeros * 333 / 100 + 2;
        fits.then(|| self.coefficient.wrapping_mul(pow10(zeros)))
    }

    /// The same, however large.
    fn far(self, scale: u32) -> Wide {
        Wide::product(self.coefficient, pow10(scale - self.scale))
    }

    /// `self + other`, rounded once.
    ///
    /// Errors: `Overflow`.
    #[allow(clippy::should_implement_trait)]
    pub fn add(self, other: Scaled) -> Result<Scaled, NumError> {
        let scale = self.scale.max(other.scale);
        if let (Some(x), Some(y)) = (self.near(scale), other.near(scale)) {
            let (negative, v) = if self.negative == other.negative {
                (self.negative, x + y)
            } else {
                (if x >= y { self.negative } else { other.negative }, x.abs_diff(y))
            };
            if v <= MAX_COEFFICIENT {
                return Ok(Scaled { negative, coefficient: v, scale });
            }
            return settle(negative, v.into(), Tail::Zero, scale);
        }
        let (x, y) = (self.far(scale), other.far(scale));
        if self.negative == other.negative {
            return settle(self.negative, x.plus(y), Tail::Zero, scale);
        }
        match x.cmp(y) {
            Ordering::Less => settle(other.negative, y.minus(x), Tail::Zero, scale),
            _ => settle(self.negative, x.minus(y), Tail::Zero, scale),
        }
    }

    /// `−self`. No errors.
    #[allow(clippy::should_implement_trait)]
    pub fn neg(self) -> Scaled {
        Scaled { negative: !self.negative, ..self }
    }

    /// `self × other`, rounded once.
    ///
    /// Errors: `Overflow`, `TooSmall`.
    #[allow(clippy::should_implement_trait)]
    pub fn mul(self, other: Scaled) -> Result<Scaled, NumError> {
        let (negative, scale) = (self.negative != other.negative, self.scale + other.scale);
        if (self.coefficient | other.coefficient) >> 48 == 0 && scale <= MAX_SCALE {
            return Ok(Scaled { negative, coefficient: self.coefficient * other.coefficient, scale });
        }
        settle(negative, Wide::product(self.coefficient, other.coefficient), Tail::Zero, scale)
    }

    /// `self ÷ other`, rounded once.
    ///
    /// Errors: `DivisionByZero`, `Overflow`, `TooSmall`.
    #[allow(clippy::should_implement_trait)]
    pub fn div(self, other: Scaled) -> Result<Scaled, NumError> {
        if other.coefficient == 0 {
            return Err(NumError::DivisionByZero);
        }
        let scale = self.scale as i32 - other.scale as i32;
        let quotient = quotient(self.negative != other.negative, self.coefficient.into(), other.coefficient, scale);
        quotient.unwrap_or_else(|| Number::from(self).div(other.into()).map(Scaled::from))
    }

    /// `self × factor`, rounded once.
    ///
    /// Errors: `Overflow`, `TooSmall`.
    pub fn convert(self, factor: Ratio) -> Result<Scaled, NumError> {
        let (p, q) = factor.parts();
        let negative = self.negative != (factor.numer() < 0);
        let quotient = quotient(negative, Wide::product(self.coefficient, p), q, self.scale as i32);
        quotient.unwrap_or_else(|| Number::from(self).convert(factor).map(Scaled::from))
    }

    /// Which is larger. No errors.
    #[allow(clippy::should_implement_trait)]
    pub fn cmp(self, other: Scaled) -> Ordering {
        let sign = |x: Scaled| i32::from(x.coefficient != 0) * if x.negative { -1 } else { 1 };
        if sign(self) != sign(other) || sign(self) == 0 {
            return sign(self).cmp(&sign(other));
        }
        let magnitudes = self.magnitude_cmp(other);
        if self.negative { magnitudes.reverse() } else { magnitudes }
    }

    /// Which is farther from zero; neither is zero.
    fn magnitude_cmp(self, other: Scaled) -> Ordering {
        // Just above the decimal logarithm, in 1/100000, and less than a bit above: 30103/100000 is just above log10(2).
        let above =
            |x: Scaled| (128 - i64::from(x.coefficient.leading_zeros())) * 30_103 - i64::from(x.scale) * 100_000;
        let apart = above(self) - above(other);
        if apart.abs() > 30_104 {
            return apart.cmp(&0);
        }
        let scale = self.scale.max(other.scale);
        match (self.near(scale), other.near(scale)) {
            (Some(x), Some(y)) => x.cmp(&y),
            _ => self.far(scale).cmp(other.far(scale)),
        }
    }

    /// Rounded half-even to `n` decimals. No errors.
    pub fn round_decimals(self, n: u32) -> Scaled {
        if self.scale <= n {
            return self;
        }
        let (kept, tail) = Wide::from(self.coefficient).drop_digits(self.scale - n);
        let kept = kept.to_u128().unwrap_or(MAX_COEFFICIENT);
        Scaled { coefficient: kept + u128::from(tail.rounds_up(kept & 1 == 1)), scale: n, ..self }
    }

    /// `self` rounded half-even to `n` decimals, as a multiple of `10^-n`; `None` when that does not fit.
    pub fn published(self, n: u32) -> Option<i64> {
        let rounded = self.round_decimals(n);
        let v = i128::try_from(rounded.coefficient.checked_mul(10_u128.checked_pow(n - rounded.scale)?)?).ok()?;
        i64::try_from(if self.negative { -v } else { v }).ok()
    }
}

/// `rnd(±(v + tail) × 10^-scale)`.
///
/// Errors: `Overflow`, `TooSmall`.
fn settle(negative: bool, v: Wide, tail: Tail, scale: u32) -> Result<Scaled, NumError> {
    let most = |v: u128| (v <= MAX_COEFFICIENT).then_some(v);
    if scale <= MAX_SCALE
        && tail == Tail::Zero
        && let Some(coefficient) = v.to_u128().and_then(most)
    {
        return Ok(Scaled { negative, coefficient, scale });
    }
    let least = scale.saturating_sub(MAX_SCALE).max(digits_to_drop(u64::from(v.bits())) as u32);
    for drop in least..=scale {
        let (kept, tail) = match drop {
            0 => (v, tail),
            _ => {
                let (kept, dropped) = v.drop_digits(drop);
                (kept, dropped.with_sticky(tail != Tail::Zero))
            }
        };
        let Some(kept) = kept.to_u128() else { continue };
        if scale - drop == MAX_SCALE && tail != Tail::Zero && kept < SMALL_AT_28 {
            return Err(NumError::TooSmall);
        }
        if let Some(coefficient) = most(kept.saturating_add(u128::from(tail.rounds_up(kept & 1 == 1)))) {
            return Ok(Scaled { negative, coefficient, scale: scale - drop });
        }
    }
    Err(NumError::Overflow)
}

/// `rnd(±n/d × 10^-scale)` for `d > 0`; `None` where that takes more than 256 bits.
fn quotient(negative: bool, n: Wide, d: u128, scale: i32) -> Option<Result<Scaled, NumError>> {
    let bits = n.bits() as i32;
    if bits == 0 {
        return Some(Ok(Scaled::ZERO));
    }
    // So many zeros behind `n` that the quotient has all the digits that can be kept, and few more: it is at least
    // 2^(bits − 1) of d, and 30103/100000 is just above log10(2).
    let over = bits - (128 - d.leading_zeros() as i32);
    let digits = ((98 - over) * 30_103).div_euclid(100_000);
    let zeros = digits.min(MAX_SCALE as i32 - scale).max(-scale).max(0);
    // log2(10) is below 3.33.
    let grown = zeros * 333 / 100 + 1;
    if over + grown > 126 || bits + grown > 255 {
        return None;
    }
    let (q, rest) = n.times_pow10(zeros.unsigned_abs()).div(d);
    let scale = (scale + zeros).unsigned_abs();
    if rest != 0 {
        return Some(settle(negative, q.into(), Tail::of_halves(rest, d / 2, d & 1 == 1), scale));
    }
    // A quotient that ends: without its zeros, so that what follows stays short.
    let (mut q, mut scale) = (q, scale);
    for step in [16, 8, 4, 2, 1] {
        if scale >= step && q.trailing_zeros() >= step && q.is_multiple_of(pow10(step)) {
            q /= pow10(step);
            scale -= step;
        }
    }
    Some(settle(negative, q.into(), Tail::Zero, scale))
}
