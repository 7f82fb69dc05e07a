//! Linear interpolation between points: exact rational arithmetic, one rounding.
//!
//! Guarantees: where a value lies between two points is decided exactly, also when it has to be converted to their
//! unit first; the result is the exact one rounded once. Must not: round the converted value or a slope.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

use crate::error::NumError;
use crate::exact::{pow10, round_ratio};
use crate::number::Number;
use crate::ratio::Ratio;

/// A place on the axis of a table, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abscissa {
    numer: BigInt,
    /// Above zero.
    denom: BigInt,
}

fn power(scale: u32) -> BigInt {
    BigInt::from(pow10(scale))
}

/// The coefficient at this scale, which is not below the number's own.
fn at_scale(x: Number, scale: u32) -> BigInt {
    BigInt::from(x.mantissa()) * power(scale - x.scale())
}

impl Abscissa {
    /// `x × factor + offset`. No errors.
    #[must_use]
    pub fn new(x: Number, factor: Ratio, offset: Number) -> Self {
        let numer = BigInt::from(x.mantissa()) * factor.numer() * power(offset.scale())
            + BigInt::from(offset.mantissa()) * factor.denom() * power(x.scale());
        Self { numer, denom: power(x.scale()) * power(offset.scale()) * factor.denom() }
    }

    /// Compares with a point, exactly. No errors.
    #[must_use]
    pub fn cmp_to(&self, point: Number) -> Ordering {
        (&self.numer * power(point.scale())).cmp(&(BigInt::from(point.mantissa()) * &self.denom))
    }

    /// The number nearest to it.
    ///
    /// Errors: `Overflow`, `TooSmall`.
    pub fn rounded(&self) -> Result<Number, NumError> {
        round_ratio(self.numer.sign() == Sign::Minus, self.numer.magnitude(), self.denom.magnitude())
    }

    /// `rnd(y0 + (y1 − y0) × (self − x0) / (x1 − x0))` for the points `(x0, y0)` and `(x1, y1)`, `x0 < x1`.
    ///
    /// Errors: `Overflow`, `TooSmall`; `DivisionByZero` for points at one place.
    pub fn between(&self, (x0, y0): (Number, Number), (x1, y1): (Number, Number)) -> Result<Number, NumError> {
        let (sx, sy) = (x0.scale().max(x1.scale()), y0.scale().max(y1.scale()));
        let (a, b) = (at_scale(y0, sy), at_scale(y1, sy));
        let (from, to) = (at_scale(x0, sx), at_scale(x1, sx));
        let width = &to - &from;
        let along = &self.numer * power(sx) - &from * &self.denom;
        let numer = &a * &width * &self.denom + (b - &a) * along;
        let denom = width * power(sy) * &self.denom;
        let negative = (numer.sign() == Sign::Minus) != (denom.sign() == Sign::Minus);
        round_ratio(negative, numer.magnitude(), denom.magnitude())
    }
}
