//! Rounding of exact values: the definition of `rnd` for arbitrarily large rationals.
//!
//! Guarantees: [`round_ratio`] is `rnd(±p/q)` with the `TooSmall` rule, for any `p` and any
//! `q > 0`. Must not: be on the fast path of `+ − × ÷` or sums; it allocates.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use crate::error::NumError;
use crate::number::Number;

/// The largest scale.
pub(crate) const MAX_SCALE: u32 = 28;
/// The largest coefficient, 2^96 − 1.
pub(crate) const MAX_COEFFICIENT: u128 = (1 << 96) - 1;
/// 10^28 × 10^-18: inexact results whose value times 10^28 is below this are too small.
pub(crate) const SMALL_AT_28: u128 = 10_000_000_000;

/// The most zeros of a power of ten that fits.
pub(crate) const MOST: usize = 38;
/// The powers of ten that fit.
static POWERS: [u128; MOST + 1] = {
    let mut all = [1; MOST + 1];
    let mut n = 1;
    while n < all.len() {
        all[n] = all[n - 1] * 10;
        n += 1;
    }
    all
};

/// `10^n` for `n ≤ 38`.
pub(crate) fn pow10(n: u32) -> u128 {
    POWERS[n as usize]
}

/// `10^n` for any `n`.
pub(crate) fn big_pow10(n: u32) -> BigUint {
    BigUint::from(10u32).pow(n)
}

/// `coefficient / 10^drop`, half to even; `drop ≤ 38`.
pub(crate) fn drop_digits(coefficient: u128, drop: u32) -> u128 {
    let div = pow10(drop);
    let (kept, rem) = (coefficient / div, coefficient % div);
    let up = match rem.cmp(&(div - rem)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => kept & 1 == 1,
        std::cmp::Ordering::Greater => true,
    };
    kept + u128::from(up)
}

/// A lower bound for how many digits of a value of so many bits have to go for it to fit 96 bits:
/// it is at least 2^(bits − 1), and 30102/100000 is just below log10(2).
pub(crate) fn digits_to_drop(bits: u64) -> u64 {
    bits.saturating_sub(97).saturating_mul(30_102) / 100_000
}

/// `rnd(±v × 10^-scale)` for `scale ≤ 28`: the fast path for sums. A value with no more than 28
/// decimals is never too small.
///
/// Errors: `Overflow`.
pub(crate) fn round_near(negative: bool, v: u128, scale: u32) -> Result<Number, NumError> {
    let start = digits_to_drop(u64::from(u128::BITS - v.leading_zeros())) as u32;
    (start..=scale)
        .map(|drop| (drop_digits(v, drop), scale - drop))
        .find(|(rounded, _)| *rounded <= MAX_COEFFICIENT)
        .map(|(rounded, scale)| Number::from_raw(negative, rounded, scale))
        .ok_or(NumError::Overflow)
}

/// What lies below the last kept digit: a fraction `f` with `0 ≤ f < 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// `f = 0`
    Zero,
    /// `0 < f < 1/2`
    BelowHalf,
    /// `f = 1/2`
    Half,
    /// `f > 1/2`
    AboveHalf,
}

impl Tail {
    /// The tail `rem / div`, where `rem < div`.
    pub(crate) fn of(rem: &BigUint, div: &BigUint) -> Tail {
        if rem.is_zero() {
            return Tail::Zero;
        }
        match (rem << 1u32).cmp(div) {
            std::cmp::Ordering::Less => Tail::BelowHalf,
            std::cmp::Ordering::Equal => Tail::Half,
            std::cmp::Ordering::Greater => Tail::AboveHalf,
        }
    }

    /// The tail of a rest, against the half of what it is a rest of; `odd` if that half was rounded down.
    pub(crate) fn of_halves(rest: u128, half: u128, odd: bool) -> Tail {
        match rest.cmp(&half) {
            _ if rest == 0 => Tail::Zero,
            std::cmp::Ordering::Less => Tail::BelowHalf,
            std::cmp::Ordering::Equal if odd => Tail::BelowHalf,
            std::cmp::Ordering::Equal => Tail::Half,
            std::cmp::Ordering::Greater => Tail::AboveHalf,
        }
    }

    /// The tail once a further, lower fraction that may be non-zero is taken into account.
    pub(crate) fn with_sticky(self, below: bool) -> Tail {
        match self {
            Tail::Zero if below => Tail::BelowHalf,
            Tail::Half if below => Tail::AboveHalf,
            other => other,
        }
    }

    /// Whether half-even rounds up, given whether the kept part is odd.
    pub(crate) fn rounds_up(self, odd: bool) -> bool {
        self == Tail::AboveHalf || (self == Tail::Half && odd)
    }
}

/// `rnd(±(v + tail) × 10^-28)`.
///
/// Errors: `Overflow`; `TooSmall` when the value is not a multiple of 10^-28 and below 10^-18.
pub(crate) fn round_at_max_scale(negative: bool, v: &BigUint, tail: Tail) -> Result<Number, NumError> {
    let bits = v.bits();
    if bits <= 96 {
        let kept = v.to_u128().unwrap_or(u128::MAX);
        if tail != Tail::Zero && kept < SMALL_AT_28 {
            return Err(NumError::TooSmall);
        }
        let rounded = kept + u128::from(tail.rounds_up(kept & 1 == 1));
        if rounded <= MAX_COEFFICIENT {
            return Ok(Number::from_raw(negative, rounded, MAX_SCALE));
        }
    }
    let Ok(start) = u32::try_from(digits_to_drop(bits).max(1)) else {
        return Err(NumError::Overflow);
    };
    for drop in start..=MAX_SCALE {
        let div = big_pow10(drop);
        let (kept, rem) = v.div_rem(&div);
        let Some(kept) = kept.to_u128() else { continue };
        let tail = Tail::of(&rem, &div).with_sticky(tail != Tail::Zero);
        let rounded = kept.saturating_add(u128::from(tail.rounds_up(kept & 1 == 1)));
        if rounded <= MAX_COEFFICIENT {
            return Ok(Number::from_raw(negative, rounded, MAX_SCALE - drop));
        }
    }
    Err(NumError::Overflow)
}

/// `rnd(±p/q)`; `q = 0` is `DivisionByZero`.
///
/// Errors: `Overflow`, `TooSmall` (inexact and below 10^-18), `DivisionByZero`.
pub(crate) fn round_ratio(negative: bool, p: &BigUint, q: &BigUint) -> Result<Number, NumError> {
    if q.is_zero() {
        return Err(NumError::DivisionByZero);
    }
    let scaled = p * pow10(MAX_SCALE);
    if q.is_one() {
        return round_at_max_scale(negative, &scaled, Tail::Zero);
    }
    let (v, rem) = scaled.div_rem(q);
    round_at_max_scale(negative, &v, Tail::of(&rem, q))
}
