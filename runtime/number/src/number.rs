//! The type [`Number`] and its cheap operations.
//!
//! Guarantees: a `Number` is always normalised (no trailing zeros in the fraction, no `-0`), so
//! equality, ordering and hashing are those of the value. `add`, `sub`, `mul`, `div` are
//! `rust_decimal`'s, which round the exact result once; a property test holds it to that.
//! Must not: use any other arithmetic of `rust_decimal` (its powers, roots and significant-digit
//! rounding are not correctly rounded), or let a `Decimal` out.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use num_bigint::BigUint;
use rust_decimal::Decimal;

use crate::error::{NumError, ParseError};
use crate::exact::{MAX_COEFFICIENT, MAX_SCALE, pow10, round_ratio};
use crate::ratio::Ratio;
use crate::{parse, transcendental};

/// A decimal number `±m × 10^-s`, `m < 2^96`, `0 ≤ s ≤ 28`, in normal form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Number(Decimal);

impl Number {
    /// Zero.
    pub const ZERO: Number = Number(Decimal::ZERO);
    /// One.
    pub const ONE: Number = Number(Decimal::ONE);
    /// The largest number, 2^96 − 1.
    pub const MAX: Number = Number(Decimal::MAX);
    /// The smallest number, −(2^96 − 1).
    pub const MIN: Number = Number(Decimal::MIN);

    /// Normalises: strips trailing zeros of the fraction and the sign of zero.
    fn from_decimal(d: Decimal) -> Number {
        let coefficient = d.mantissa().unsigned_abs();
        if coefficient == 0 {
            return Number::ZERO;
        }
        if d.scale() == 0 || coefficient & 1 == 1 {
            return Number(d);
        }
        Number::from_raw(d.is_sign_negative(), coefficient, d.scale())
    }

    /// The number `±coefficient × 10^-scale`. The caller guarantees `coefficient < 2^96` and
    /// `scale ≤ 28`.
    pub(crate) fn from_raw(negative: bool, mut coefficient: u128, mut scale: u32) -> Number {
        debug_assert!(coefficient <= MAX_COEFFICIENT && scale <= MAX_SCALE);
        if coefficient == 0 {
            return Number::ZERO;
        }
        while scale > 0 && coefficient & 1 == 0 && coefficient.is_multiple_of(10) {
            coefficient /= 10;
            scale -= 1;
        }
        Number(Decimal::from_parts(
            coefficient as u32,
            (coefficient >> 32) as u32,
            (coefficient >> 64) as u32,
            negative,
            scale,
        ))
    }

    /// Reads a number strictly; see [`Number::from_str`] for the syntax.
    ///
    /// Errors: [`ParseError`]; a value that cannot be held exactly is refused, never rounded.
    pub fn parse(text: &str) -> Result<Number, ParseError> {
        parse::parse(text)
    }

    /// The number `mantissa × 10^-scale`.
    ///
    /// Errors: `Overflow` when, after trailing zeros of the fraction are dropped, the coefficient
    /// needs more than 96 bits or the scale is more than 28. Nothing is rounded.
    pub fn from_parts(mantissa: i128, scale: u32) -> Result<Number, NumError> {
        let mut coefficient = mantissa.unsigned_abs();
        let mut scale = scale;
        if coefficient == 0 {
            return Ok(Number::ZERO);
        }
        while scale > 0 && coefficient.is_multiple_of(10) {
            coefficient /= 10;
            scale -= 1;
        }
        if coefficient > MAX_COEFFICIENT || scale > MAX_SCALE {
            return Err(NumError::Overflow);
        }
        Ok(Number::from_raw(mantissa < 0, coefficient, scale))
    }

    /// The signed coefficient of the normal form. No errors.
    pub fn mantissa(self) -> i128 {
        self.0.mantissa()
    }

    /// The number of decimals of the normal form, `0..=28`. No errors.
    pub fn scale(self) -> u32 {
        self.0.scale()
    }

    /// The unsigned coefficient of the normal form.
    pub(crate) fn coefficient(self) -> u128 {
        self.0.mantissa().unsigned_abs()
    }

    /// Whether this is zero. No errors.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is below zero. No errors.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative()
    }

    /// Whether this is above zero. No errors.
    pub fn is_positive(self) -> bool {
        !self.is_zero() && !self.is_negative()
    }

    /// Whether this has no fraction. No errors.
    pub fn is_integer(self) -> bool {
        self.scale() == 0
    }

    /// The value as an `i64`; `None` when it has a fraction or does not fit.
    pub fn to_i64(self) -> Option<i64> {
        if self.is_integer() { i64::try_from(self.mantissa()).ok() } else { None }
    }

    /// An approximation, for drawing (bars, charts) only. No errors.
    pub fn to_f64(self) -> f64 {
        self.mantissa() as f64 / 10f64.powi(self.scale() as i32)
    }

    /// `self + other`, rounded once.
    ///
    /// Errors: `Overflow`. (Never `TooSmall`: a sum below 10^-18 is always exact.)
    #[allow(clippy::should_implement_trait)]
    pub fn add(self, other: Number) -> Result<Number, NumError> {
        self.0.checked_add(other.0).map(Number::from_decimal).ok_or(NumError::Overflow)
    }

    /// `self − other`, rounded once.
    ///
    /// Errors: `Overflow`. (Never `TooSmall`, as for [`Number::add`].)
    #[allow(clippy::should_implement_trait)]
    pub fn sub(self, other: Number) -> Result<Number, NumError> {
        self.0.checked_sub(other.0).map(Number::from_decimal).ok_or(NumError::Overflow)
    }

    /// `self × other`, rounded once.
    ///
    /// Errors: `Overflow`, `TooSmall`.
    #[allow(clippy::should_implement_trait)]
    pub fn mul(self, other: Number) -> Result<Number, NumError> {
        if self.is_zero() || other.is_zero() {
            return Ok(Number::ZERO);
        }
        let product = self.0.checked_mul(other.0).ok_or(NumError::Overflow)?;
        let product = Number::from_decimal(product);
        if product.may_be_too_small() {
            return round_ratio(
                self.is_negative() != other.is_negative(),
                &(BigUint::from(self.coefficient()) * other.coefficient()),
                &BigUint::from(10u32).pow(self.scale() + other.scale()),
            );
        }
        Ok(product)
    }

    /// `self ÷ other`, rounded once.
    ///
    /// Errors: `DivisionByZero`, `Overflow`, `TooSmall`.
    #[allow(clippy::should_implement_trait)]
    pub fn div(self, other: Number) -> Result<Number, NumError> {
        if other.is_zero() {
            return Err(NumError::DivisionByZero);
        }
        if self.is_zero() {
            return Ok(Number::ZERO);
        }
        let quotient = self.0.checked_div(other.0).ok_or(NumError::Overflow)?;
        let quotient = Number::from_decimal(quotient);
        if quotient.may_be_too_small() {
            return round_ratio(
                self.is_negative() != other.is_negative(),
                &(BigUint::from(self.coefficient()) * pow10(other.scale())),
                &(BigUint::from(other.coefficient()) * pow10(self.scale())),
            );
        }
        Ok(quotient)
    }

    /// Whether the rounded result of a non-zero exact value is at most 10^-18 in magnitude, so
    /// that the `TooSmall` rule has to be decided on the exact value.
    fn may_be_too_small(self) -> bool {
        self.is_zero() || (self.scale() >= 18 && self.coefficient() <= pow10(self.scale().saturating_sub(18)))
    }

    /// `−self`. No errors.
    #[allow(clippy::should_implement_trait)]
    pub fn neg(self) -> Number {
        if self.is_zero() { self } else { Number(-self.0) }
    }

    /// `|self|`. No errors.
    pub fn abs(self) -> Number {
        Number(self.0.abs())
    }

    /// `self` to an integer power, rounded once. `x^0` is 1 for every `x`, also for 0.
    ///
    /// Errors: `DivisionByZero` (zero to a negative power), `Overflow`, `TooSmall`.
    pub fn powi(self, exponent: i64) -> Result<Number, NumError> {
        transcendental::powi(self, exponent)
    }

    /// The square root, rounded once.
    ///
    /// Errors: `Domain` for a negative number. (Never `TooSmall`: the root of the smallest
    /// positive number is 10^-14.)
    pub fn sqrt(self) -> Result<Number, NumError> {
        transcendental::sqrt(self)
    }

    /// `e` to the power `self`, rounded once.
    ///
    /// Errors: `Overflow`, `TooSmall`.
    pub fn exp(self) -> Result<Number, NumError> {
        transcendental::exp(self)
    }

    /// The natural logarithm, rounded once.
    ///
    /// Errors: `Domain` for zero and negative numbers, `TooSmall` (next to 1).
    pub fn ln(self) -> Result<Number, NumError> {
        transcendental::ln(self)
    }

    /// `self` to the power `exponent`, rounded once. With an integer exponent this is
    /// [`Number::powi`], also for negative bases. `0^0` is 1.
    ///
    /// Errors: `Domain` (negative base, exponent not an integer), `DivisionByZero` (zero to a
    /// negative power), `Overflow`, `TooSmall`.
    pub fn pow(self, exponent: Number) -> Result<Number, NumError> {
        transcendental::pow(self, exponent)
    }

    /// `self × factor`, rounded once.
    ///
    /// Errors: `Overflow`, `TooSmall`.
    pub fn convert(self, factor: Ratio) -> Result<Number, NumError> {
        factor.apply(self)
    }

    /// `self × factor + offset`, rounded once (point units such as °C).
    ///
    /// Errors: `Overflow`, `TooSmall`.
    pub fn affine(self, factor: Ratio, offset: Number) -> Result<Number, NumError> {
        factor.apply_affine(self, offset)
    }

    /// Compares `self × factor` with `other × other_factor`, exactly. No errors.
    pub fn cmp_scaled(self, factor: Ratio, other: Number, other_factor: Ratio) -> Ordering {
        Ratio::cmp_products(self, factor, other, other_factor)
    }
}

macro_rules! from_integer {
    ($($t:ty),*) => {$(
        impl From<$t> for Number {
            fn from(value: $t) -> Number {
                Number(Decimal::from(value))
            }
        }
    )*};
}
from_integer!(i32, i64, u32, u64);

impl fmt::Display for Number {
    /// Plain notation without exponent, trailing zeros or `-0`. Width and fill are honoured.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad_integral(!self.is_negative(), "", &self.abs().to_fixed(self.scale()))
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Number {
    type Err = ParseError;

    /// Reads `-? digits ( . digits )? ( [eE] [+-]? digits )?`, where the integer part is `0` or
    /// does not start with `0`, and digits are ASCII.
    ///
    /// Errors: [`ParseError`]; a value that cannot be held exactly is refused, never rounded.
    fn from_str(text: &str) -> Result<Number, ParseError> {
        parse::parse(text)
    }
}
