//! Integers of 256 bits, as far as one operation on decimals needs them.
//!
//! Guarantees: exact; nothing allocates. Must not: be used where a result may pass 256 bits (callers prove that it does not).

use crate::exact::{MOST, Tail, pow10};
use crate::sum::widening_mul;

/// An unsigned integer, least significant limb first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wide([u64; 4]);

/// Digits that go in one step: a power of ten up to there fits a limb.
const STEP: u32 = 19;

impl From<u128> for Wide {
    fn from(v: u128) -> Wide {
        Wide([v as u64, (v >> 64) as u64, 0, 0])
    }
}

impl Wide {
    /// `a × b`.
    pub(crate) fn product(a: u128, b: u128) -> Wide {
        let (low, high) = widening_mul(a, b);
        Wide([low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64])
    }

    /// `self × 10^n`, which fits; `n ≤ 56`.
    pub(crate) fn times_pow10(self, n: u32) -> Wide {
        if let Some(v) = self.to_u128()
            && n as usize <= MOST
        {
            return Wide::product(v, pow10(n));
        }
        let step = n.min(STEP);
        let mut v = self;
        let mut carry = 0_u128;
        for limb in &mut v.0 {
            carry += u128::from(*limb) * pow10(step);
            *limb = carry as u64;
            carry >>= 64;
        }
        if n == step { v } else { v.times_pow10(n - step) }
    }

    /// The number of bits; 0 for zero.
    pub(crate) fn bits(self) -> u32 {
        self.0.iter().rposition(|l| *l != 0).map_or(0, |i| 64 * i as u32 + 64 - self.0[i].leading_zeros())
    }

    /// The value, if it fits.
    pub(crate) fn to_u128(self) -> Option<u128> {
        let [a, b, 0, 0] = self.0 else { return None };
        Some(u128::from(b) << 64 | u128::from(a))
    }

    /// `self + other`, which fits.
    pub(crate) fn plus(self, other: Wide) -> Wide {
        let mut out = self;
        let mut carry = false;
        for (a, b) in out.0.iter_mut().zip(other.0) {
            let (sum, c1) = a.overflowing_add(b);
            let (sum, c2) = sum.overflowing_add(u64::from(carry));
            *a = sum;
            carry = c1 || c2;
        }
        out
    }

    /// `self − other`, which is not below zero.
    pub(crate) fn minus(self, other: Wide) -> Wide {
        let mut out = self;
        let mut borrow = false;
        for (a, b) in out.0.iter_mut().zip(other.0) {
            let (rest, b1) = a.overflowing_sub(b);
            let (rest, b2) = rest.overflowing_sub(u64::from(borrow));
            *a = rest;
            borrow = b1 || b2;
        }
        out
    }

    /// Which is larger.
    pub(crate) fn cmp(self, other: Wide) -> std::cmp::Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }

    /// Quotient and remainder; `d > 0`.
    fn div_limb(self, d: u64) -> (Wide, u64) {
        let mut out = self.0;
        let mut rest = 0;
        for limb in out.iter_mut().rev() {
            // Mostly the upper limbs are zero, or below the divisor.
            if rest == 0 && *limb < d {
                (*limb, rest) = (0, *limb);
            } else if rest == 0 {
                (*limb, rest) = (*limb / d, *limb % d);
            } else {
                (*limb, rest) = two_by_one(rest, *limb, d);
            }
        }
        (Wide(out), rest)
    }

    /// `self / 10^n` without its fraction, and the fraction; `n ≤ 38`.
    pub(crate) fn drop_digits(self, n: u32) -> (Wide, Tail) {
        let first = n.min(STEP);
        let (kept, low) = self.div_limb(pow10(first) as u64);
        let (kept, rest) = if n <= STEP {
            (kept, u128::from(low))
        } else {
            let (kept, high) = kept.div_limb(pow10(n - STEP) as u64);
            (kept, u128::from(high) * pow10(STEP) + u128::from(low))
        };
        (kept, Tail::of_halves(rest, pow10(n) / 2, n == 0))
    }

    /// Quotient and remainder; `d > 0`, and the quotient is below 2^127.
    pub(crate) fn div(self, d: u128) -> (u128, u128) {
        if let Ok(limb) = u64::try_from(d) {
            let (q, r) = self.div_limb(limb);
            return (q.to_u128().unwrap_or(u128::MAX), u128::from(r));
        }
        // Long division by two limbs, the upper one with its top bit set (Knuth, The Art of Computer Programming 4.3.1,
        // algorithm D): since the quotient has two limbs, what is shifted has four.
        let shift = d.leading_zeros();
        let d = d << shift;
        let [n0, n1, n2, n3] = self.shifted(shift).0;
        let (q1, rest) = three_by_two(u128::from(n3) << 64 | u128::from(n2), n1, d);
        let (q0, rest) = three_by_two(rest, n0, d);
        (u128::from(q1) << 64 | u128::from(q0), rest >> shift)
    }

    /// `self × 2^n` for `n < 64`, which fits.
    fn shifted(self, n: u32) -> Wide {
        if n == 0 {
            return self;
        }
        let [a, b, c, d] = self.0;
        Wide([a << n, b << n | a >> (64 - n), c << n | b >> (64 - n), d << n | c >> (64 - n)])
    }
}

/// `(high × 2^64 + low) / d` and the rest, for `high < d`.
fn two_by_one(high: u64, low: u64, d: u64) -> (u64, u64) {
    let q = ((u128::from(high) << 64 | u128::from(low)) / u128::from(d)) as u64;
    (q, low.wrapping_sub(q.wrapping_mul(d)))
}

/// `(high × 2^64 + low) / d` and the rest, for `high < d` and the top bit of `d` set.
fn three_by_two(high: u128, low: u64, d: u128) -> (u64, u128) {
    let (d1, d0) = ((d >> 64) as u64, d as u64);
    let top = (high >> 64) as u64;
    let mut q = if top >= d1 { u64::MAX } else { two_by_one(top, high as u64, d1).0 };
    // high − q × d1, at most two limbs; the estimate is at most two too large.
    let mut rest = high.wrapping_sub(u128::from(q) * u128::from(d1));
    while rest >> 64 == 0 && u128::from(q) * u128::from(d0) > (rest << 64 | u128::from(low)) {
        q -= 1;
        rest += u128::from(d1);
    }
    (q, (rest << 64 | u128::from(low)).wrapping_sub(u128::from(q) * u128::from(d0)))
}
