//! Sums and means of any number of terms.
//!
//! Guarantees: [`Sum`] holds the exact sum; it is rounded once, at the end, so the order of the
//! terms never matters and intermediate sums may exceed the range of [`Number`]. Must not:
//! allocate while adding, or lose a term's last digit.
//!
//! The sum is held in two parts: an `i128` at the largest scale seen so far (nearly always
//! enough), and 256 bits at scale 28 that take over whatever the first part cannot hold. A term is
//! below 2^96 × 10^28 < 2^190 there, so 2^64 terms fit.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::Signed;

use crate::error::NumError;
use crate::exact::{MAX_COEFFICIENT, MAX_SCALE, pow10, round_near, round_ratio};
use crate::number::Number;
use crate::scaled::Scaled;

/// An exact accumulator for sums, differences and means.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    /// The part in `i128`, times `10^scale`.
    near: i128,
    scale: u32,
    /// The part at scale 28: 256-bit two's complement, least significant half first.
    far: (u128, u128),
    count: u64,
}

impl Sum {
    /// The empty sum. No errors.
    pub fn new() -> Sum {
        Sum::default()
    }

    /// Adds a term. No errors.
    pub fn add(&mut self, term: Number) {
        self.count += 1;
        self.accumulate(term.mantissa(), term.scale());
    }

    /// Adds a term in any form. No errors.
    pub fn add_scaled(&mut self, term: Scaled) {
        let (negative, coefficient, scale) = term.parts();
        self.count += 1;
        self.accumulate(if negative { -(coefficient as i128) } else { coefficient as i128 }, scale);
    }

    /// Subtracts a term; it counts as a term for [`Sum::count`]. No errors.
    pub fn sub(&mut self, term: Number) {
        self.count += 1;
        self.accumulate(-term.mantissa(), term.scale());
    }

    /// How many terms were added or subtracted. No errors.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum, rounded once; 0 when there are no terms.
    ///
    /// Errors: `Overflow`. (Never `TooSmall`: the sum is a multiple of 10^-28.)
    pub fn finish(&self) -> Result<Number, NumError> {
        if self.far == (0, 0) {
            return round_near(self.near < 0, self.near.unsigned_abs(), self.scale);
        }
        self.divided_by(1)
    }

    /// [`Sum::finish`] without the normal form.
    ///
    /// Errors: `Overflow`.
    pub fn finish_scaled(&self) -> Result<Scaled, NumError> {
        let near =
            if self.far == (0, 0) { Scaled::new(self.near < 0, self.near.unsigned_abs(), self.scale) } else { None };
        near.map_or_else(|| self.finish().map(Scaled::from), Ok)
    }

    /// The sum divided by the number of terms, rounded once.
    ///
    /// Errors: `Empty` when there are no terms; `Overflow` (cannot happen unless terms were
    /// subtracted), `TooSmall`.
    pub fn mean(&self) -> Result<Number, NumError> {
        if self.count == 0 {
            return Err(NumError::Empty);
        }
        match self.as_number() {
            Some(number) => number.div(Number::from(self.count)),
            None => self.divided_by(self.count),
        }
    }

    /// The sum, when it is held in the near part and needs no rounding.
    fn as_number(&self) -> Option<Number> {
        let coefficient = self.near.unsigned_abs();
        if self.far == (0, 0) && coefficient <= MAX_COEFFICIENT {
            Some(Number::from_raw(self.near < 0, coefficient, self.scale))
        } else {
            None
        }
    }

    /// `rnd(sum / n)` for `n > 0`.
    fn divided_by(&self, n: u64) -> Result<Number, NumError> {
        let total = self.total_at_max_scale();
        round_ratio(total.is_negative(), total.magnitude(), &(BigUint::from(pow10(MAX_SCALE)) * n))
    }

    /// The whole sum times 10^28.
    fn total_at_max_scale(&self) -> BigInt {
        let (low, high) = self.far;
        let (sign, low, high) = if high >> 127 == 1 {
            let (low, carry) = (!low).overflowing_add(1);
            (Sign::Minus, low, (!high).wrapping_add(u128::from(carry)))
        } else {
            (Sign::Plus, low, high)
        };
        let far = BigInt::from_biguint(sign, (BigUint::from(high) << 128u32) + low);
        far + BigInt::from(self.near) * pow10(MAX_SCALE - self.scale)
    }

    fn accumulate(&mut self, mantissa: i128, scale: u32) {
        if let Some((near, scale)) = self.near_with(mantissa, scale) {
            self.near = near;
            self.scale = scale;
            return;
        }
        let (near, near_scale) = (self.near, self.scale);
        self.spill(near, near_scale);
        self.near = mantissa;
        self.scale = scale;
    }

    /// The near part with a term added, and its scale; `None` when it does not fit.
    fn near_with(&self, mantissa: i128, scale: u32) -> Option<(i128, u32)> {
        let common = self.scale.max(scale);
        let near = rescale(self.near, common - self.scale)?;
        let term = rescale(mantissa, common - scale)?;
        Some((near.checked_add(term)?, common))
    }

    /// Moves `mantissa × 10^-scale` into the far part.
    fn spill(&mut self, mantissa: i128, scale: u32) {
        let (low, high) = widening_mul(mantissa.unsigned_abs(), pow10(MAX_SCALE - scale));
        let (low, high) = if mantissa < 0 {
            let (low, carry) = (!low).overflowing_add(1);
            (low, (!high).wrapping_add(u128::from(carry)))
        } else {
            (low, high)
        };
        let (sum, carry) = self.far.0.overflowing_add(low);
        self.far = (sum, self.far.1.wrapping_add(high).wrapping_add(u128::from(carry)));
    }
}

/// `value × 10^digits`, when it fits.
fn rescale(value: i128, digits: u32) -> Option<i128> {
    if digits == 0 || value == 0 {
        return Some(value);
    }
    value.checked_mul(pow10(digits) as i128)
}

/// The 256-bit product, least significant half first.
pub(crate) fn widening_mul(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0) = (a >> 64, a & LOW);
    let (b1, b0) = (b >> 64, b & LOW);
    let p00 = a0 * b0;
    let p01 = a0 * b1;
    let p10 = a1 * b0;
    let middle = (p00 >> 64) + (p01 & LOW) + (p10 & LOW);
    let low = (p00 & LOW) | (middle << 64);
    let high = a1 * b1 + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
    (low, high)
}

/// The exact sum of all terms, rounded once; 0 when there are none.
///
/// Errors: `Overflow`.
pub fn sum<I: IntoIterator<Item = Number>>(terms: I) -> Result<Number, NumError> {
    terms.into_iter().collect::<Sum>().finish()
}

/// The exact sum of all terms divided by their number, rounded once.
///
/// Errors: `Empty` when there are none, `TooSmall`.
pub fn mean<I: IntoIterator<Item = Number>>(terms: I) -> Result<Number, NumError> {
    terms.into_iter().collect::<Sum>().mean()
}

impl Extend<Number> for Sum {
    fn extend<I: IntoIterator<Item = Number>>(&mut self, terms: I) {
        for term in terms {
            self.add(term);
        }
    }
}

impl FromIterator<Number> for Sum {
    fn from_iter<I: IntoIterator<Item = Number>>(terms: I) -> Sum {
        let mut sum = Sum::new();
        sum.extend(terms);
        sum
    }
}
