//! Exact rationals: the factors between units.
//!
//! Guarantees: a [`Ratio`] is in lowest terms with a positive denominator and both parts below
//! 2^96, so equal values are equal and hash equally. Applying one is a single rounding; comparing
//! through them is exact. Must not: round, ever: what does not fit is `None`.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;

use crate::error::NumError;
use crate::exact::{MAX_COEFFICIENT, MAX_SCALE, pow10, round_ratio};
use crate::number::Number;
use crate::sum::widening_mul;

/// An exact rational `p/q` in lowest terms, `|p| < 2^96`, `0 < q < 2^96`. Zero is `0/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    numer: i128,
    denom: i128,
}

impl Ratio {
    /// One.
    pub const ONE: Ratio = Ratio { numer: 1, denom: 1 };
    /// Zero.
    pub const ZERO: Ratio = Ratio { numer: 0, denom: 1 };

    /// The rational `p/q`; `None` when `q` is zero or the lowest terms do not fit.
    pub fn new(p: i128, q: i128) -> Option<Ratio> {
        if q == 0 {
            return None;
        }
        Ratio::from_unsigned((p < 0) != (q < 0), p.unsigned_abs(), q.unsigned_abs())
    }

    /// `±p/q`, reduced; `q > 0`.
    fn from_unsigned(negative: bool, p: u128, q: u128) -> Option<Ratio> {
        let g = p.gcd(&q);
        let (p, q) = (p / g, q / g);
        if p > MAX_COEFFICIENT || q > MAX_COEFFICIENT {
            return None;
        }
        let (p, denom) = (i128::try_from(p).ok()?, i128::try_from(q).ok()?);
        Some(Ratio { numer: if negative { -p } else { p }, denom })
    }

    /// The same value as a number. Every number has one, so this is never `None`.
    pub fn from_number(number: Number) -> Option<Ratio> {
        Ratio::from_unsigned(number.is_negative(), number.coefficient(), pow10(number.scale()))
    }

    /// The numerator, with the sign. No errors.
    pub fn numer(self) -> i128 {
        self.numer
    }

    /// The denominator, above zero. No errors.
    pub fn denom(self) -> i128 {
        self.denom
    }

    /// The magnitudes of numerator and denominator.
    pub(crate) fn parts(self) -> (u128, u128) {
        (self.numer.unsigned_abs(), self.denom.unsigned_abs())
    }

    /// Whether this is one. No errors.
    pub fn is_one(self) -> bool {
        self == Ratio::ONE
    }

    /// Whether this is zero. No errors.
    pub fn is_zero(self) -> bool {
        self.numer == 0
    }

    /// The exact product; `None` when it does not fit.
    #[allow(clippy::should_implement_trait)]
    pub fn mul(self, other: Ratio) -> Option<Ratio> {
        let (p1, q1) = self.parts();
        let (p2, q2) = other.parts();
        // Reducing crosswise first gives the lowest terms before multiplying.
        let (g1, g2) = (p1.gcd(&q2), p2.gcd(&q1));
        let p = (p1 / g1).checked_mul(p2 / g2)?;
        let q = (q1 / g2).checked_mul(q2 / g1)?;
        Ratio::from_unsigned((self.numer < 0) != (other.numer < 0), p, q)
    }

    /// The exact quotient; `None` when `other` is zero or the quotient does not fit.
    #[allow(clippy::should_implement_trait)]
    pub fn div(self, other: Ratio) -> Option<Ratio> {
        self.mul(other.recip()?)
    }

    /// One divided by this; `None` for zero.
    pub fn recip(self) -> Option<Ratio> {
        Ratio::new(self.denom, self.numer)
    }

    /// The exact power; `None` when it does not fit, or for zero to a negative power.
    pub fn powi(self, exponent: i32) -> Option<Ratio> {
        let base = if exponent < 0 { self.recip()? } else { self };
        let (p, q) = base.parts();
        let n = exponent.unsigned_abs();
        // Powers of lowest terms are in lowest terms.
        let negative = base.numer < 0 && n % 2 == 1;
        Ratio::from_unsigned(negative, p.checked_pow(n)?, q.checked_pow(n)?)
    }

    /// Whether the decimal expansion ends, however long it is. No errors.
    pub fn is_finite_decimal(self) -> bool {
        self.decimals().is_some()
    }

    /// The number of decimals of the expansion, when it ends.
    fn decimals(self) -> Option<u32> {
        let mut q = self.denom.unsigned_abs();
        let twos = q.trailing_zeros();
        q >>= twos;
        let mut fives = 0;
        while q.is_multiple_of(5) {
            q /= 5;
            fives += 1;
        }
        (q == 1).then_some(twos.max(fives))
    }

    /// The same value as a number; `None` when the expansion does not end or does not fit.
    pub fn as_number(self) -> Option<Number> {
        let scale = self.decimals().filter(|s| *s <= MAX_SCALE)?;
        let (p, q) = self.parts();
        let coefficient = p.checked_mul(pow10(scale) / q)?;
        (coefficient <= MAX_COEFFICIENT).then(|| Number::from_raw(self.numer < 0, coefficient, scale))
    }

    /// `rnd(x × self)`.
    pub(crate) fn apply(self, x: Number) -> Result<Number, NumError> {
        if x.is_zero() || self.numer == 0 {
            return Ok(Number::ZERO);
        }
        let (p, q) = self.parts();
        let negative = self.numer < 0;
        if q == 1 {
            return x.mul(Number::from_raw(negative, p, 0));
        }
        // When x × p is exact, dividing it by q is the only rounding.
        let product = x.coefficient().checked_mul(p).filter(|m| *m <= MAX_COEFFICIENT);
        if let Some(product) = product {
            let product = Number::from_raw(negative != x.is_negative(), product, x.scale());
            return product.div(Number::from_raw(false, q, 0));
        }
        if let Some(factor) = self.as_number() {
            return x.mul(factor);
        }
        round_ratio(
            negative != x.is_negative(),
            &(BigUint::from(x.coefficient()) * p),
            &(BigUint::from(q) * pow10(x.scale())),
        )
    }

    /// `rnd(x × self + offset)`.
    pub(crate) fn apply_affine(self, x: Number, offset: Number) -> Result<Number, NumError> {
        let power = |n: Number| BigInt::from(pow10(n.scale()));
        let value = BigInt::from(x.mantissa()) * self.numer * power(offset)
            + BigInt::from(offset.mantissa()) * self.denom * power(x);
        let unit = power(x) * power(offset) * self.denom;
        round_ratio(value.sign() == Sign::Minus, value.magnitude(), unit.magnitude())
    }

    /// Compares `a × ra` with `b × rb`.
    pub(crate) fn cmp_products(a: Number, ra: Ratio, b: Number, rb: Ratio) -> Ordering {
        let (sa, sb) = (sign(a) * ra.numer.signum(), sign(b) * rb.numer.signum());
        if sa != sb || sa == 0 {
            return sa.cmp(&sb);
        }
        let magnitudes = if ra == rb {
            a.abs().cmp(&b.abs())
        } else {
            let ((pa, qa), (pb, qb)) = (ra.parts(), rb.parts());
            let left = BigUint::from(a.coefficient()) * pa * qb * pow10(b.scale());
            let right = BigUint::from(b.coefficient()) * pb * qa * pow10(a.scale());
            left.cmp(&right)
        };
        if sa < 0 { magnitudes.reverse() } else { magnitudes }
    }
}

/// −1, 0 or 1.
fn sign(x: Number) -> i128 {
    x.mantissa().signum()
}

impl Ord for Ratio {
    /// Compares the values, exactly.
    fn cmp(&self, other: &Ratio) -> Ordering {
        let signs = self.numer.signum().cmp(&other.numer.signum());
        if signs != Ordering::Equal {
            return signs;
        }
        let ((p1, q1), (p2, q2)) = (self.parts(), other.parts());
        let (l_low, l_high) = widening_mul(p1, q2);
        let (r_low, r_high) = widening_mul(p2, q1);
        let magnitudes = (l_high, l_low).cmp(&(r_high, r_low));
        if self.numer < 0 { magnitudes.reverse() } else { magnitudes }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for Ratio {
    /// One: the factor that changes nothing.
    fn default() -> Ratio {
        Ratio::ONE
    }
}

impl fmt::Display for Ratio {
    /// `p/q`, or `p` when the denominator is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denom == 1 { write!(f, "{}", self.numer) } else { write!(f, "{}/{}", self.numer, self.denom) }
    }
}
