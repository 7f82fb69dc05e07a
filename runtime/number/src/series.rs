//! `exp` and `ln` to any precision, with proven error bounds.
//!
//! Fixed-point values are integers times `2^-w`; an "ulp" is `2^-w`.
//!
//! Guarantees: the true value lies within `error` ulps of `value`, at every precision. Must not:
//! round a result; that is `transcendental`'s business.

use std::sync::OnceLock;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// A fixed-point value and a bound on its error, in ulps.
#[derive(Debug)]
pub(crate) struct Approx {
    /// The value, in ulps.
    pub(crate) value: BigInt,
    /// The true value differs by at most this, in ulps.
    pub(crate) error: BigInt,
}

/// `exp(t)` as `value × 2^shift`, the error in units of `2^shift`. `|t|` must be moderate.
pub(crate) fn exp_fixed(t: &Approx, w: u32) -> (Approx, i64) {
    let ln2 = ln2(w);
    let twice = &ln2 << 1u32;
    // t = k ln 2 + f with |f| ≤ ln 2 / 2 + 2 ulp.
    let k: BigInt = ((&t.value << 1u32) + &ln2).div_floor(&twice);
    let f = &t.value - &k * &ln2;
    // Taylor series. Each term's error: the one before × 0.35 / i, and at most 2 for the two
    // divisions, hence below 4 ulp. The series ends when a term is 0, so that the next ones sum
    // to less than 4 + 2 ulp.
    let mut term = BigInt::one() << w;
    let mut sum = term.clone();
    let mut terms = 0u32;
    while !term.is_zero() {
        terms += 1;
        term = ((term * &f) >> w) / terms;
        if term == -BigInt::one() {
            // Shifting right rounds down: a vanishing negative term would stay at −1 ulp.
            term = BigInt::zero();
        }
        sum += &term;
    }
    // The error of f, |f_true − f| ≤ t.error + 2|k|, is multiplied by exp(f) < 1.5.
    let error = BigInt::from(4 * terms + 16) + (&t.error + k.abs() * 2) * 2;
    let shift = k.to_i64().unwrap_or(0) - i64::from(w);
    (Approx { value: sum, error }, shift)
}

/// `ln(p/q)` for positive `p` and `q`.
pub(crate) fn ln_ratio(p: u128, q: u128, w: u32) -> Approx {
    let (mut p, mut q) = (BigUint::from(p), BigUint::from(q));
    // p/q = 2^k × y with 0.7 ≤ y ≤ 1.4; for p/q near 1, k = 0, so nothing cancels.
    let mut k = p.bits() as i64 - q.bits() as i64;
    if k >= 0 {
        q <<= k.unsigned_abs();
    } else {
        p <<= k.unsigned_abs();
    }
    if &p * 5u32 > &q * 7u32 {
        q <<= 1u32;
        k += 1;
    } else if &p * 10u32 < &q * 7u32 {
        p <<= 1u32;
        k -= 1;
    }
    // ln y = 2 artanh((y − 1)/(y + 1)), where the argument is at most 3/17 in magnitude.
    let (p, q) = (BigInt::from(p), BigInt::from(q));
    let z = ((&p - &q) << w) / (&p + &q);
    let square = (&z * &z) >> w;
    // A power's error: the one before × 0.04, 2 ulp × 0.2 for the square, 1 for the shift: below
    // 2 ulp. A term's: below 3. When a power is 0 the rest sums to less than 4 ulp.
    let mut power = z.clone();
    let mut sum = z;
    let mut i = 1u32;
    while !power.is_zero() && power != -BigInt::one() {
        power = (power * &square) >> w;
        i += 2;
        sum += &power / i;
    }
    let error = BigInt::from(8 * u64::from(i) + 32 + 2 * k.unsigned_abs());
    Approx { value: sum * 2 + ln2(w) * k, error }
}

/// `ln 2`, within 2 ulp.
fn ln2(w: u32) -> BigInt {
    const CACHED: u32 = 512;
    static LN2: OnceLock<BigInt> = OnceLock::new();
    if w < CACHED { LN2.get_or_init(|| compute_ln2(CACHED)) >> (CACHED - w) } else { compute_ln2(w) }
}

/// `ln 2` within 1 ulp, as 18 artanh(1/26) − 2 artanh(1/4801) + 8 artanh(1/8749).
fn compute_ln2(w: u32) -> BigInt {
    // Each of fewer than w series terms is within 2 ulp, times 28 in all: 60 w ulp at the inner
    // precision, far below 2^32 for any w that can be reached.
    let inner = w + 32;
    let artanh_inverse = |n: u32| {
        let square = n * n;
        let mut power = (BigInt::one() << inner) / n;
        let mut sum = power.clone();
        let mut i = 1u32;
        while !power.is_zero() {
            power /= square;
            i += 2;
            sum += &power / i;
        }
        sum
    };
    let value = artanh_inverse(26) * 18 - artanh_inverse(4801) * 2 + artanh_inverse(8749) * 8;
    value >> 32u32
}

#[cfg(test)]
mod tests {
    //! The error bounds hold: an interval of low precision contains one of high precision. (Any
    //! bound that is too small shows here long before it could make a result wrong.)
    use super::*;

    const HIGH: u32 = 700;
    const PRECISIONS: [u32; 9] = [4, 8, 13, 32, 64, 97, 128, 160, 520];

    /// Whether `[a ± error]·2^-wa` contains `[b ± error]·2^-wb`, for `wa ≤ wb`.
    fn contains(a: &Approx, wa: i64, b: &Approx, wb: i64) -> bool {
        let shift = (wb - wa) as u64;
        let ends = |x: &Approx| (&x.value - &x.error, &x.value + &x.error);
        let ((a_low, a_high), (b_low, b_high)) = (ends(a), ends(b));
        a_low << shift <= b_low && b_high <= a_high << shift
    }

    fn samples() -> Vec<(u128, u128)> {
        let limit = (1u128 << 96) - 1;
        let mut all = vec![
            (1, 1),
            (2, 1),
            (1, 2),
            (7, 5),
            (7, 10),
            (1_400_001, 1_000_000),
            (699_999, 1_000_000),
            (98, 100),
            (limit, 1),
            (1, limit),
            (limit, limit - 1),
            (limit - 1, limit),
            (10_000_000_000_000_001, 10_000_000_000_000_000),
        ];
        let mut state = 1u128;
        for i in 0..300 {
            state = state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645) + 12_345;
            all.push(((state >> (32 + i % 60)).max(1), (state << 7 >> (32 + i % 41)).max(1)));
        }
        all
    }

    #[test]
    fn ln_bounds_hold() {
        for (p, q) in samples() {
            let high = ln_ratio(p, q, HIGH);
            for w in PRECISIONS {
                let low = ln_ratio(p, q, w);
                assert!(contains(&low, w.into(), &high, HIGH.into()), "ln({p}/{q}) at {w}");
                // And they are not so wide as to be useless.
                assert!(low.error.bits() < 14);
            }
        }
        assert!(ln_ratio(1, 1, 128).value.is_zero());
    }

    #[test]
    fn exp_bounds_hold() {
        for (p, q) in samples() {
            // t between −64 and 64, exact in 24 bits so that it is the same at every precision
            // from there on; below, it has an error of its own.
            let t = BigInt::from(p % (1 << 30)) - BigInt::from(q % (1 << 30));
            let at = |w: u32| {
                if w >= 24 {
                    Approx { value: &t << (w - 24), error: BigInt::zero() }
                } else {
                    Approx { value: &t >> (24 - w), error: BigInt::one() }
                }
            };
            let (high, high_shift) = exp_fixed(&at(HIGH), HIGH);
            for w in PRECISIONS {
                let (low, shift) = exp_fixed(&at(w), w);
                assert!(contains(&low, -shift, &high, -high_shift), "exp({t}/2^24) at {w}");
                assert!(low.error.bits() < 14);
                // The argument's own error is carried over.
                for (w, off) in [(w, 5_000), (w, -5_000)].into_iter().filter(|(w, _)| *w > 24) {
                    let t = Approx { value: at(w).value + off, error: BigInt::from(5_000) };
                    let (low, shift) = exp_fixed(&t, w);
                    assert!(contains(&low, -shift, &high, -high_shift), "exp({t:?}) at {w}");
                }
            }
        }
    }

    #[test]
    fn ln2_is_known() {
        // ln 2 × 2^256, from its published hexadecimal expansion.
        let hex = b"b17217f7d1cf79abc9e3b39803f2f6af40f343267298b62d8a0d175b8baafa2b";
        let known = BigInt::parse_bytes(hex, 16).unwrap_or_default();
        assert!((ln2(256) - &known).abs() <= BigInt::from(2));
        assert!((compute_ln2(600) - (known << 344u32)).abs() < BigInt::one() << 345u32);
    }
}
