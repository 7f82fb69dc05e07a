//! exp, ln and pow against the slow oracle, known digits, and exact cases.

#![allow(clippy::unwrap_used)]

mod oracle;

use footrule_number::{NumError, Number};
use num_bigint::BigInt;
use oracle::{Rational, expect, expect_fixed, fexp, fln, numbers, unit};
use proptest::prelude::*;

fn n(text: &str) -> Number {
    text.parse().unwrap()
}

fn fixed(x: Number) -> BigInt {
    BigInt::from(x.mantissa()) * unit() / oracle::ten(x.scale())
}

fn exp_oracle(x: Number) -> Option<Result<Number, NumError>> {
    if x > n("70") {
        return Some(Err(NumError::Overflow));
    }
    if x < n("-70") {
        return Some(Err(NumError::TooSmall));
    }
    expect_fixed(&fexp(&fixed(x)))
}

fn pow_oracle(x: Number, y: Number) -> Option<Result<Number, NumError>> {
    let t = fln(&Rational::of(x)) * BigInt::from(y.mantissa()) / oracle::ten(y.scale());
    if t > unit() * 70 {
        return Some(Err(NumError::Overflow));
    }
    if t < unit() * -70 {
        return Some(Err(NumError::TooSmall));
    }
    expect_fixed(&fexp(&t))
}

/// A number within ±80 or so, of any length.
fn exponents() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-70_000i128..70_000, 3u32..20),
        (any::<i128>().prop_map(|m| m >> 32), 27u32..=28),
        (any::<i128>().prop_map(|m| m >> 40), 26u32..=28),
        (any::<i64>().prop_map(i128::from), 18u32..=28),
        (-75i128..75, 0u32..2),
    ]
    .prop_map(|(m, s)| Number::from_parts(m, s).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn exp(x in exponents()) {
        let expected = exp_oracle(x);
        prop_assert!(expected.is_some() || x.abs() < n("1e-9"));
        if let Some(expected) = expected {
            prop_assert_eq!(x.exp(), expected, "exp {}", x);
        }
    }

    #[test]
    fn ln(x in numbers()) {
        let x = x.abs();
        prop_assume!(!x.is_zero());
        match expect_fixed(&fln(&Rational::of(x))) {
            Some(expected) => prop_assert_eq!(x.ln(), expected, "ln {}", x),
            None => prop_assert_eq!(x, Number::ONE),
        }
    }

    #[test]
    fn pow(x in numbers(), y in exponents()) {
        let x = x.abs();
        prop_assume!(!x.is_zero() && !y.is_integer());
        // Undecided only when the power comes out as a number or a midpoint: then it is exact.
        match pow_oracle(x, y) {
            Some(expected) => prop_assert_eq!(x.pow(y), expected, "{}^{}", x, y),
            None => prop_assert!(x.pow(y).is_ok()),
        }
    }

    /// Decay-like powers: base near one, exponents of a few digits.
    #[test]
    fn pow_near_one(d in -99_999i128..99_999, e in 1i128..100_000, s in 1u32..4) {
        let x = Number::from_parts(1_000_000 + d, 6).unwrap();
        let y = Number::from_parts(e, s).unwrap();
        prop_assume!(!y.is_integer());
        match pow_oracle(x, y) {
            Some(expected) => prop_assert_eq!(x.pow(y), expected, "{}^{}", x, y),
            None => prop_assert!(x.pow(y).is_ok()),
        }
    }

    /// Large integer exponents, beyond the exact path.
    #[test]
    fn powi_large(d in -999i128..999, s in 4u32..9, e in prop_oneof![-300_000i64..300_000, -5_000_000_000i64..5_000_000_000]) {
        let x = Number::from_parts(10i128.pow(s) + d, s).unwrap();
        prop_assume!(e.abs() > 200 && d != 0);
        let expected = pow_oracle(x, Number::from(e));
        prop_assert!(expected.is_some());
        prop_assert_eq!(Some(x.powi(e)), expected, "{}^{}", x, e);
        let sign = if e % 2 == 0 { Number::neg(Number::ONE) } else { Number::ONE };
        let negated = x.neg().powi(e).map(|v| v.mul(sign).unwrap().neg());
        prop_assert_eq!(Some(negated), expected);
    }

    /// Rational powers that come out even: (r^4)^(k/4) = r^k, also at full length.
    #[test]
    fn pow_exact(r in 1i128..16_000_000, s in 0u32..7, k in -9i64..10) {
        let root = Number::from_parts(r, s).unwrap();
        let base = Number::from_parts(r.pow(4).min((1 << 96) - 1), 4 * s);
        prop_assume!(r.pow(4) < 1 << 96 && base.is_ok());
        let y = Number::from(k).div(Number::from(4u32)).unwrap();
        let expected = expect(&Rational::of(root).powi(k));
        prop_assert_eq!(base.unwrap().pow(y), expected, "{}^({})", root, k);
    }
}

#[test]
fn known_digits() {
    assert_eq!(n("1").exp(), Ok(n("2.7182818284590452353602874714")));
    assert_eq!(n("60").exp(), Ok(n("114200738981568428366295718.31")));
    assert_eq!(n("-40").exp(), Ok(n("0.0000000000000000042483542553")));
    assert_eq!(n("0.5").exp(), Ok(n("1.6487212707001281468486507878")));
    assert_eq!(n("-1").exp(), Ok(n("0.3678794411714423215955237702")));
    assert_eq!(n("12.5").exp(), Ok(n("268337.28652087445695647967379")));
    assert_eq!(n("66").exp(), Ok(n("46071866343312915426773184428")));
    assert_eq!(n("1e-10").exp(), Ok(n("1.0000000001000000000050000000")));
    assert_eq!(n("-41.4").exp(), Ok(n("0.0000000000000000010476312611")));
    assert_eq!(n("2").ln(), Ok(n("0.6931471805599453094172321215")));
    assert_eq!(n("10").ln(), Ok(n("2.3025850929940456840179914547")));
    assert_eq!(n("0.5").ln(), Ok(n("-0.6931471805599453094172321215")));
    assert_eq!(n("79228162514264337593543950335").ln(), Ok(n("66.542129333754749704054283660")));
    assert_eq!(n("1e-28").ln(), Ok(n("-64.472382603833279152503760731")));
    assert_eq!(n("0.98").ln(), Ok(n("-0.0202027073175194484080453010")));
    assert_eq!(n("1.000001").ln(), Ok(n("0.0000009999995000003333330833")));
    assert_eq!(n("3").ln(), Ok(n("1.0986122886681096913952452369")));
    assert_eq!(n("0.98").pow(n("12.5")), Ok(n("0.7768299233287147960374003564")));
    assert_eq!(n("0.98").pow(n("-12.5")), Ok(n("1.2872830589674015580230549139")));
    assert_eq!(n("2").pow(n("0.5")), Ok(n("1.4142135623730950488016887242")));
    assert_eq!(n("1.05").pow(n("0.1")), Ok(n("1.0048909381985118231085152618")));
    assert_eq!(n("10").pow(n("0.3010299956639811952137388947")), Ok(n("1.9999999999999999999999999999")));
    assert_eq!(n("0.0001").pow(n("1.75")), Ok(n("0.0000001000000000000000000000")));
    assert_eq!(n("123456.789").pow(n("4.321")), Ok(n("10010049298651708468789.210697")));
    assert_eq!(n("2").pow(n("-59.7")), Ok(n("0.0000000000000000010678475581")));
    assert_eq!(n("1.0000001").pow(n("123456789.5")), Ok(n("229964.06411413252178388223601")));
    assert_eq!(n("2").sqrt(), Ok(n("1.4142135623730950488016887242")));
}

#[test]
fn exact_cases_and_domains() {
    assert_eq!(n("0").exp(), Ok(Number::ONE));
    assert_eq!(n("1").ln(), Ok(Number::ZERO));
    assert_eq!(n("1.00").ln(), Ok(Number::ZERO));
    for x in ["0", "-1", "-1e-28"] {
        assert_eq!(n(x).ln(), Err(NumError::Domain));
    }
    assert_eq!(n("-1").sqrt(), Err(NumError::Domain));
    assert_eq!(n("0").sqrt(), Ok(Number::ZERO));
    assert_eq!(n("1e-28").sqrt(), Ok(n("1e-14")));
    assert_eq!(n("0").pow(n("0")), Ok(Number::ONE));
    assert_eq!(n("0").pow(n("0.5")), Ok(Number::ZERO));
    assert_eq!(n("0").pow(n("-0.5")), Err(NumError::DivisionByZero));
    assert_eq!(n("0").pow(n("-2")), Err(NumError::DivisionByZero));
    assert_eq!(n("-8").pow(n("0.5")), Err(NumError::Domain));
    assert_eq!(n("-8").pow(n("3.0")), Ok(n("-512")));
    assert_eq!(n("-1").pow(Number::MAX), Ok(n("-1")));
    assert_eq!(n("-1").powi(i64::MIN), Ok(Number::ONE));
    assert_eq!(n("1").pow(n("0.3333")), Ok(Number::ONE));
    assert_eq!(n("2").pow(Number::MAX), Err(NumError::Overflow));
    assert_eq!(n("2").pow(Number::MIN), Err(NumError::TooSmall));
    assert_eq!(n("0.5").pow(Number::MIN), Err(NumError::Overflow));
    assert_eq!(n("10").powi(-28), Ok(n("1e-28")));
    assert_eq!(n("10").powi(-201), Err(NumError::TooSmall));
    assert_eq!(n("0.1").powi(i64::MIN), Err(NumError::Overflow));
    assert_eq!(n("32").pow(n("0.2")), Ok(n("2")));
    assert_eq!(n("32").pow(n("-0.2")), Ok(n("0.5")));
    assert_eq!(n("0.00032").pow(n("0.2")), Ok(n("0.2")));
    assert_eq!(n("6.25").pow(n("1.5")), Ok(n("15.625")));
    assert_eq!(n("67").exp(), Err(NumError::Overflow));
    assert_eq!(Number::MAX.exp(), Err(NumError::Overflow));
    assert_eq!(Number::MIN.exp(), Err(NumError::TooSmall));
    // The limits are at ln(2^96 − 1/2) and ln(10^-18), to the last digit.
    assert!(n("66.542129333754749704054283659").exp().is_ok());
    assert_eq!(n("66.542129333754749704054283660").exp(), Err(NumError::Overflow));
    // Next to 1 the result is inexact and tiny, or exact to the last digit.
    assert_eq!(n("1.0000000000000000000000000001").ln(), Err(NumError::TooSmall));
    assert_eq!(n("0.9999999999999999999999999999").ln(), Err(NumError::TooSmall));
    assert_eq!(n("1e-28").exp(), Ok(n("1.0000000000000000000000000001")));
    assert_eq!(n("-1e-28").exp(), Ok(n("0.9999999999999999999999999999")));
    // 1 + 10^-14 + 0.5e-28 + 1.7e-43: the tail is a tie but for the 43rd decimal.
    assert_eq!(n("1e-14").exp(), Ok(n("1.0000000000000100000000000001")));
    // 1 − 10^-14 + 0.5e-28 − 1.7e-43: just below the tie.
    assert_eq!(n("-1e-14").exp(), Ok(n("0.99999999999999")));
    // ln(1 + 10^-14) = 10^-14 − 0.5e-28 + 3.3e-43, and its mirror.
    assert_eq!(n("1.00000000000001").ln(), Ok(n("1e-14")));
    assert_eq!(n("0.99999999999999").ln(), Ok(n("-0.0000000000000100000000000001")));
    // A tie but for the 57th decimal, so that more than the first precision is needed:
    // (1 + u)^2.5 = 1 + 2.5u + 1.875u² and (1 − u)^-0.5 = 1 + 0.5u + 0.375u², u = 10^-28.
    let (above, below) = (n("1.0000000000000000000000000001"), n("0.9999999999999999999999999999"));
    assert_eq!(above.pow(n("2.5")), Ok(n("1.0000000000000000000000000003")));
    assert_eq!(below.pow(n("-0.5")), Ok(n("1.0000000000000000000000000001")));
    assert_eq!(above.pow(n("-0.5")), Ok(Number::ONE));
    assert_eq!(below.pow(n("0.5")), Ok(below));
    // Small but exact.
    assert_eq!(n("1e-28").pow(n("0.75")), Ok(n("1e-21")));
    assert_eq!(n("2e-28").pow(n("0.75")), Err(NumError::TooSmall));
    // The same with √: √(1 + 2·10^-14) = 1 + 10^-14 − 0.5e-28 + 0.5e-42.
    assert_eq!(n("1.00000000000002").pow(n("0.5")), n("1.00000000000002").sqrt());
    assert_eq!(n("1.00000000000002").sqrt(), Ok(n("1.00000000000001")));
}

proptest! {
    /// pow(x, 1/2) and sqrt are two algorithms for the same thing.
    #[test]
    fn half_power_is_sqrt(x in numbers()) {
        prop_assert_eq!(x.abs().pow(n("0.5")), x.abs().sqrt());
    }
}
