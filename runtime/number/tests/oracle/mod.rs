//! An independent oracle: big rationals, rounding by its definition, and slow elementary
//! functions with 120 decimals. It shares no code with the crate and uses other algorithms.
#![allow(dead_code)]

use footrule_number::{NumError, Number, Ratio};
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;

/// A rational; the denominator is positive; not reduced.
#[derive(Clone, Debug)]
pub struct Rational {
    pub p: BigInt,
    pub q: BigInt,
}

pub fn ten(n: u32) -> BigInt {
    let mut value = BigInt::one();
    for _ in 0..n {
        value *= 10;
    }
    value
}

impl Rational {
    pub fn new(p: BigInt, q: BigInt) -> Rational {
        assert!(!q.is_zero());
        if q.is_negative() { Rational { p: -p, q: -q } } else { Rational { p, q } }
    }
    pub fn of(n: Number) -> Rational {
        Rational::new(n.mantissa().into(), ten(n.scale()))
    }
    pub fn of_ratio(r: Ratio) -> Rational {
        Rational::new(r.numer().into(), r.denom().into())
    }
    pub fn add(&self, o: &Rational) -> Rational {
        Rational::new(&self.p * &o.q + &o.p * &self.q, &self.q * &o.q)
    }
    pub fn sub(&self, o: &Rational) -> Rational {
        Rational::new(&self.p * &o.q - &o.p * &self.q, &self.q * &o.q)
    }
    pub fn mul(&self, o: &Rational) -> Rational {
        Rational::new(&self.p * &o.p, &self.q * &o.q)
    }
    pub fn div(&self, o: &Rational) -> Rational {
        Rational::new(&self.p * &o.q, &self.q * &o.p)
    }
    pub fn cmp(&self, o: &Rational) -> std::cmp::Ordering {
        (&self.p * &o.q).cmp(&(&o.p * &self.q))
    }
    pub fn powi(&self, n: i64) -> Rational {
        let mut r = Rational::new(1.into(), 1.into());
        for _ in 0..n.unsigned_abs() {
            r = r.mul(self);
        }
        if n < 0 { Rational::new(r.q, r.p) } else { r }
    }
}

/// floor(p/q) and whether the fraction is below, at or above one half, for p ≥ 0.
fn floor_and_half(p: &BigInt, q: &BigInt) -> (BigInt, std::cmp::Ordering) {
    let floor = p / q;
    let rem = p - &floor * q;
    let twice: BigInt = rem * 2;
    let half = twice.cmp(q);
    (floor, half)
}

/// `rnd` by its definition, with the too-small rule: the signed coefficient and the scale.
pub fn rnd(r: &Rational) -> Result<(BigInt, u32), NumError> {
    let limit = BigInt::one() << 96;
    let magnitude = r.p.abs();
    for scale in (0..=28).rev() {
        let (mut c, half) = floor_and_half(&(&magnitude * ten(scale)), &r.q);
        let odd = &c % 2 == BigInt::one();
        if half == std::cmp::Ordering::Greater || (half == std::cmp::Ordering::Equal && odd) {
            c += 1;
        }
        if c < limit {
            let exact = &c * &r.q == &magnitude * ten(scale);
            if !exact && &magnitude * ten(18) < r.q {
                return Err(NumError::TooSmall);
            }
            return Ok((if r.p.is_negative() { -c } else { c }, scale));
        }
    }
    Err(NumError::Overflow)
}

/// The oracle's result as a `Number`, checked to be normalised by the crate.
pub fn expect(r: &Rational) -> Result<Number, NumError> {
    let (c, s) = rnd(r)?;
    let number = Number::from_parts(i128::try_from(c.clone()).unwrap(), s).unwrap();
    // The conversion itself must not lose anything.
    assert_eq!(BigInt::from(number.mantissa()) * ten(s - number.scale()), c);
    Ok(number)
}

// ---- elementary functions: fixed point with DIGITS decimals --------------------------------

pub const DIGITS: u32 = 130;
/// Digits that are trusted; the rest is guard.
pub const TRUSTED: u32 = 95;

pub fn unit() -> BigInt {
    ten(DIGITS)
}

fn fmul(a: &BigInt, b: &BigInt) -> BigInt {
    a * b / unit()
}

/// exp of a fixed-point value: halve until tiny, series, square back.
pub fn fexp(t: &BigInt) -> BigInt {
    let mut t = t.clone();
    let mut halvings = 0;
    while t.abs() > unit() / 1000 {
        t /= 2;
        halvings += 1;
    }
    // Halving drops half an ulp each time; the squarings multiply that by the result.
    let mut term = unit();
    let mut sum = unit();
    let mut n = 1;
    while !term.is_zero() {
        term = fmul(&term, &t) / n;
        sum += &term;
        n += 1;
    }
    for _ in 0..halvings {
        sum = fmul(&sum, &sum);
    }
    sum
}

/// ln of a positive rational, by Halley's iteration on exp.
pub fn fln(x: &Rational) -> BigInt {
    // Bring x to [1/2, 2] by powers of two; each one is ln 2, itself by the same iteration.
    let mut x = x.clone();
    let mut k = 0i64;
    while x.p > (&x.q * 2) {
        x.q *= 2;
        k += 1;
    }
    while &x.p * 2 < x.q {
        x.p *= 2;
        k -= 1;
    }
    let core = |v: &BigInt| {
        let mut y = (v - unit()) * 2 * unit() / (v + unit());
        for _ in 0..7 {
            let e = fexp(&y);
            y += (v - &e) * 2 * unit() / (v + &e);
        }
        y
    };
    let ln2 = core(&(unit() * 2));
    core(&(&x.p * unit() / &x.q)) + ln2 * k
}

/// The rounding of a fixed-point approximation, or `None` when it cannot be decided from the
/// trusted digits (relative to the value): the value may be a number or a midpoint.
pub fn expect_fixed(value: &BigInt) -> Option<Result<Number, NumError>> {
    let slack = value.abs() / ten(60) + ten(DIGITS - TRUSTED);
    let (low, high) = (value - &slack, value + &slack);
    // A multiple of 10^-28 in the interval: if small, it is exact or too small.
    let step = ten(DIGITS - 28);
    let steps = |v: &BigInt| num_integer::Integer::div_floor(v, &step);
    let may_be_exact = steps(&(&low - 1)) != steps(&high);
    let low = expect(&Rational::new(low, unit()));
    let high = expect(&Rational::new(high, unit()));
    (low == high && !(may_be_exact && low == Err(NumError::TooSmall))).then_some(low)
}

// ---- strategies ------------------------------------------------------------------------------

/// Numbers with a bias to the edges: few digits, full coefficients, powers of two and ten.
pub fn numbers() -> impl Strategy<Value = Number> {
    let coefficient = prop_oneof![
        4 => 0u128..1000,
        3 => any::<u32>().prop_map(u128::from),
        3 => any::<u64>().prop_map(u128::from),
        4 => any::<u128>().prop_map(|v| v >> 32),
        2 => (0u128..50).prop_map(|d| ((1 << 96) - 1) - d),
        2 => (0u32..96, 0u128..3).prop_map(|(b, d)| (1u128 << b).saturating_sub(d)),
        2 => (0u32..28, 0u128..3).prop_map(|(e, d)| 10u128.pow(e) + d),
        1 => (0u32..28, 0u128..10).prop_map(|(e, d)| (5 + 10 * d) * 10u128.pow(e) % (1 << 96)),
        3 => (any::<u128>(), 32u32..128).prop_map(|(v, s)| v >> s),
    ];
    let scale = prop_oneof![3 => 0u32..=28, 1 => Just(0u32), 1 => Just(28u32), 2 => 0u32..6];
    (coefficient, scale, any::<bool>()).prop_map(|(c, s, negative)| {
        let c = c as i128;
        Number::from_parts(if negative { -c } else { c }, s).unwrap()
    })
}

/// Numbers that often lie near powers of ten or near one another after an operation.
pub fn moderate() -> impl Strategy<Value = Number> {
    (-1_000_000i64..1_000_000, 0u32..8).prop_map(|(m, s)| Number::from_parts(m.into(), s).unwrap())
}

pub fn ratios() -> impl Strategy<Value = Ratio> {
    let part = prop_oneof![
        3 => 1i128..200,
        2 => (0u32..28).prop_map(|e| 10i128.pow(e)),
        2 => any::<u32>().prop_map(|v| i128::from(v).max(1)),
        2 => any::<u128>().prop_map(|v| (v >> 32).max(1) as i128),
        1 => (0i128..5).prop_map(|d| (1 << 96) - 1 - d),
    ];
    (part.clone(), part, any::<bool>())
        .prop_map(|(p, q, negative)| Ratio::new(if negative { -p } else { p }, q).unwrap())
}

pub fn big(n: u128) -> BigInt {
    BigInt::from_biguint(Sign::Plus, BigUint::from(n))
}
