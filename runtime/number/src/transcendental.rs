//! Correctly rounded roots, powers, `exp` and `ln`.
//!
//! Guarantees: every result is `rnd` of the exact mathematical value. Rational results (roots and
//! powers that come out even) are found first and rounded exactly. All others are irrational, or
//! rationals with too many digits to be a rounding boundary, and go through Ziv's strategy: an
//! interval around the value, computed with guard digits and proven error bounds; when both ends
//! round to the same result, that is the result, otherwise the precision is doubled. As the value
//! is never itself a boundary, that ends.
//!
//! Must not: use floating point, or decide anything by an unproven tolerance.

use num_bigint::{BigInt, BigUint};
use num_integer::{Integer, Roots};
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::error::NumError;
use crate::exact::{MAX_SCALE, Tail, big_pow10, pow10, round_at_max_scale, round_ratio};
use crate::number::Number;
use crate::ratio::Ratio;
use crate::series::{Approx, exp_fixed, ln_ratio};

/// The precision of the first attempt, in bits: 96 for the result and 32 to spare.
const FIRST_PRECISION: u32 = 128;
/// Above this integer exponent a power with a fraction in it is never a rounding boundary (the
/// proof needs more than 29), and below it exact powers are cheap.
const MAX_EXACT_EXPONENT: u128 = 200;
/// `exp` of more than this overflows: e^67 > 2^96.
const EXP_OVERFLOW: i32 = 67;
/// `exp` of less than this is too small: e^-42 < 10^-18.
const EXP_TOO_SMALL: i32 = -42;

/// See [`Number::sqrt`].
pub(crate) fn sqrt(x: Number) -> Result<Number, NumError> {
    if x.is_negative() {
        return Err(NumError::Domain);
    }
    // floor(sqrt(x × 10^56)) is the root at scale 28.
    let radicand = big_pow10(2 * MAX_SCALE - x.scale()) * x.coefficient();
    let root = radicand.sqrt();
    let rem = radicand - &root * &root;
    // The root of an integer is an integer or irrational, so the tail is never exactly one half:
    // it is above when radicand > (root + 1/2)^2, that is rem > root.
    let tail = if rem.is_zero() {
        Tail::Zero
    } else if rem > root {
        Tail::AboveHalf
    } else {
        Tail::BelowHalf
    };
    round_at_max_scale(false, &root, tail)
}

/// See [`Number::exp`].
pub(crate) fn exp(x: Number) -> Result<Number, NumError> {
    if x.is_zero() {
        return Ok(Number::ONE);
    }
    let div = BigInt::from(pow10(x.scale()));
    ziv_exp(false, |w| Approx { value: (BigInt::from(x.mantissa()) << w) / &div, error: BigInt::one() })
}

/// See [`Number::ln`].
pub(crate) fn ln(x: Number) -> Result<Number, NumError> {
    if !x.is_positive() {
        return Err(NumError::Domain);
    }
    if x == Number::ONE {
        return Ok(Number::ZERO);
    }
    let (p, q) = (x.coefficient(), pow10(x.scale()));
    let mut w = FIRST_PRECISION;
    loop {
        let approx = ln_ratio(p, q, w);
        let (low, high) = (&approx.value - &approx.error, &approx.value + &approx.error);
        if low.sign() == high.sign() && !low.is_zero() {
            let unit = BigUint::one() << w;
            let negative = low.is_negative();
            let result = round_ratio(negative, low.magnitude(), &unit);
            if result == round_ratio(negative, high.magnitude(), &unit) {
                return result;
            }
        }
        w *= 2;
    }
}

/// See [`Number::powi`].
pub(crate) fn powi(x: Number, exponent: i64) -> Result<Number, NumError> {
    match exponent {
        0 => Ok(Number::ONE),
        1 => Ok(x),
        2 => x.mul(x),
        -1 => Number::ONE.div(x),
        _ => power(x, i128::from(exponent), 1),
    }
}

/// See [`Number::pow`].
pub(crate) fn pow(x: Number, exponent: Number) -> Result<Number, NumError> {
    if let Some(exponent) = exponent.to_i64() {
        return powi(x, exponent);
    }
    match Ratio::from_number(exponent) {
        Some(y) => power(x, y.numer(), y.denom().unsigned_abs()),
        None => Err(NumError::Domain),
    }
}

/// `x^(a/b)` with `a/b` in lowest terms, `b > 0`.
fn power(x: Number, a: i128, b: u128) -> Result<Number, NumError> {
    if a == 0 {
        return Ok(Number::ONE);
    }
    if x.is_zero() {
        return if a > 0 { Ok(Number::ZERO) } else { Err(NumError::DivisionByZero) };
    }
    if x.is_negative() && b != 1 {
        return Err(NumError::Domain);
    }
    let negative = x.is_negative() && a & 1 == 1;
    let (p, q) = (x.coefficient(), pow10(x.scale()));
    let g = p.gcd(&q);
    let (p, q) = if a > 0 { (p / g, q / g) } else { (q / g, p / g) };
    let n = a.unsigned_abs();
    if p == q {
        return Ok(Number::from_raw(negative, 1, 0));
    }
    // p/q is in lowest terms, so (p/q)^(n/b) is rational only when p and q are b-th powers.
    match (exact_root(p, b), exact_root(q, b)) {
        (Some(p), Some(q)) => rational_power(negative, p, q, n),
        _ => ziv_power(negative, p, q, n, b),
    }
}

/// The `b`-th root of `v > 0`, when it is an integer.
fn exact_root(v: u128, b: u128) -> Option<u128> {
    if b == 1 || v == 1 {
        return Some(v);
    }
    let b = b.to_u32().filter(|b| *b < 128)?;
    let root = v.nth_root(b);
    (root.checked_pow(b) == Some(v)).then_some(root)
}

/// `(p/q)^n` for `p/q` in lowest terms and not 1, `n > 0`.
fn rational_power(negative: bool, p: u128, q: u128, n: u128) -> Result<Number, NumError> {
    if let Some(small) = n.to_u32().filter(|_| n <= MAX_EXACT_EXPONENT) {
        return round_ratio(negative, &BigUint::from(p).pow(small), &BigUint::from(q).pow(small));
    }
    if q == 1 {
        // p ≥ 2 and n > 200.
        return Err(NumError::Overflow);
    }
    // q ≥ 2, so q^n has a prime to a power above 200, while the denominator of a number or of a
    // midpoint between two numbers divides 2 × 10^28: the power is neither.
    ziv_power(negative, p, q, n, 1)
}

/// `(p/q)^(n/b)` where the value is known not to be a number or a midpoint.
fn ziv_power(negative: bool, p: u128, q: u128, n: u128, b: u128) -> Result<Number, NumError> {
    // The logarithm is multiplied by n/b: have as many bits more.
    let extra = 136 - (n / b).leading_zeros();
    let n = BigInt::from(n);
    ziv_exp(negative, |w| {
        let log = ln_ratio(p, q, w + extra);
        let div = BigInt::from(b) << extra;
        Approx { value: (log.value * &n) / &div, error: (log.error * &n) / &div + 2 }
    })
}

/// `rnd(±exp(t))`, where `t(w)` gives `t` in fixed point and `exp(t)` is neither a number nor a
/// midpoint between numbers.
fn ziv_exp(negative: bool, t: impl Fn(u32) -> Approx) -> Result<Number, NumError> {
    let mut w = FIRST_PRECISION;
    loop {
        let t = t(w);
        if &t.value - &t.error > BigInt::from(EXP_OVERFLOW) << w {
            return Err(NumError::Overflow);
        }
        if &t.value + &t.error < BigInt::from(EXP_TOO_SMALL) << w {
            return Err(NumError::TooSmall);
        }
        let (approx, shift) = exp_fixed(&t, w);
        let (low, high) = (&approx.value - &approx.error, &approx.value + &approx.error);
        if low.is_positive() {
            let result = round_dyadic(negative, low.magnitude(), shift);
            if result == round_dyadic(negative, high.magnitude(), shift) {
                return result;
            }
        }
        w *= 2;
    }
}

/// `rnd(±v × 2^shift)`.
fn round_dyadic(negative: bool, v: &BigUint, shift: i64) -> Result<Number, NumError> {
    let bits = shift.unsigned_abs();
    if shift >= 0 {
        round_ratio(negative, &(v << bits), &BigUint::one())
    } else {
        round_ratio(negative, v, &(BigUint::one() << bits))
    }
}
