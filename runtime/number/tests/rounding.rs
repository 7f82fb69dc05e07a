//! Published rounding (GB/T 8170), floor, ceil and integers.
#![allow(clippy::unwrap_used)]

mod oracle;

use footrule_number::{NumError, Number};
use oracle::{Rational, moderate, numbers, ten};
use proptest::prelude::*;

fn n(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn gb_t_8170_halves() {
    for (value, decimals, rounded) in [
        ("2.5", 0, "2"),
        ("3.5", 0, "4"),
        ("-2.5", 0, "-2"),
        ("-3.5", 0, "-4"),
        ("0.5", 0, "0"),
        ("-0.5", 0, "0"),
        ("1.5", 0, "2"),
        ("2.5000000000000000000000000001", 0, "3"),
        ("2.4999999999999999999999999999", 0, "2"),
        ("1.050", 1, "1.0"),
        ("1.150", 1, "1.2"),
        ("1.25", 1, "1.2"),
        ("1.35", 1, "1.4"),
        ("1.2501", 1, "1.3"),
        ("9.95", 1, "10.0"),
        ("99.95", 1, "100.0"),
        ("12.34", 4, "12.3400"),
        ("7", 3, "7.000"),
        ("0", 2, "0.00"),
        ("-0.004", 2, "0.00"),
        ("-0.005", 2, "0.00"),
        ("-0.015", 2, "-0.02"),
        ("0.00000000000000000000000000015e1", 27, "0.000000000000000000000000002"),
        ("0.0000000000000000000000000025", 27, "0.000000000000000000000000002"),
        ("7.9228162514264337593543950335", 27, "7.922816251426433759354395034"),
        ("1", 30, "1.000000000000000000000000000000"),
    ] {
        assert_eq!(n(value).to_fixed(decimals), rounded, "{value} to {decimals}");
        assert_eq!(n(value).round_decimals(decimals), n(rounded), "{value} to {decimals}");
    }
}

#[test]
fn significant_digits() {
    for (value, digits, shown) in [
        ("9.995", 3, "10.0"),
        ("9.985", 3, "9.98"),
        ("9.9951", 3, "10.0"),
        ("-9.995", 3, "-10.0"),
        ("0.9995", 3, "1.00"),
        ("0.09996", 3, "0.100"),
        ("99.95", 3, "100"),
        ("999.5", 3, "1000"),
        ("9995", 3, "10000"),
        ("1234", 2, "1200"),
        ("1250", 2, "1200"),
        ("1350", 2, "1400"),
        ("1250.0001", 2, "1300"),
        ("5", 3, "5.00"),
        ("100", 1, "100"),
        ("100", 5, "100.00"),
        ("0.005", 3, "0.00500"),
        ("0.0012345", 3, "0.00123"),
        ("0.0012355", 4, "0.001236"),
        ("0.5", 1, "0.5"),
        ("0.95", 1, "1"),
        ("0.85", 1, "0.8"),
        ("1e-28", 3, "0.000000000000000000000000000100"),
        ("0", 3, "0.00"),
        ("0", 1, "0"),
        ("5", 0, "5"),
        ("55", 0, "60"),
        ("12", 2, "12"),
        ("79228162514264337593543950335", 29, "79228162514264337593543950335"),
        ("79228162514264337593543950335", 3, "79200000000000000000000000000"),
        ("79228162514264337593543950335", 2, "79000000000000000000000000000"),
        ("-79228162514264337593543950335", 30, "-79228162514264337593543950335.0"),
    ] {
        let (rounded, decimals) = n(value).round_significant(digits).unwrap();
        assert_eq!(rounded.to_fixed(decimals), shown, "{value} to {digits} significant");
        assert_eq!(rounded, n(shown));
    }
    for digits in [1, 4, 6, 28] {
        assert_eq!(Number::MAX.round_significant(digits), Err(NumError::Overflow), "{digits}");
        assert_eq!(Number::MIN.round_significant(digits), Err(NumError::Overflow), "{digits}");
    }
}

#[test]
fn integers() {
    for (value, floor, ceil) in [
        ("0", "0", "0"),
        ("0.5", "0", "1"),
        ("-0.5", "-1", "0"),
        ("2", "2", "2"),
        ("-2", "-2", "-2"),
        ("-2.0000000000000000000000000001", "-3", "-2"),
        ("7922816251426433759354395033.5", "7922816251426433759354395033", "7922816251426433759354395034"),
    ] {
        assert_eq!(n(value).floor(), n(floor), "floor {value}");
        assert_eq!(n(value).ceil(), n(ceil), "ceil {value}");
    }
    assert_eq!(n("9223372036854775807").to_i64(), Some(i64::MAX));
    assert_eq!(n("9223372036854775808").to_i64(), None);
    assert_eq!(n("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(n("1.5").to_i64(), None);
    assert_eq!(n("1.0").to_i64(), Some(1));
    assert_eq!(Number::from(i64::MIN).to_string(), "-9223372036854775808");
    assert_eq!(Number::from(u64::MAX).to_string(), "18446744073709551615");
    assert_eq!(Number::from(u32::MAX).to_string(), "4294967295");
    assert_eq!(Number::from(-7i32).to_string(), "-7");
    assert_eq!(n("-1.25").to_f64(), -1.25);
    assert_eq!(n("3").max(n("-4")), n("3"));
    assert_eq!(n("3").min(n("-4")), n("-4"));
    assert_eq!(Number::MAX.to_string(), "79228162514264337593543950335");
    assert_eq!(Number::MIN, Number::MAX.neg());
}

/// `r` rounded half-even to a multiple of `10^-d` (`d` may be negative), as a multiple.
fn nearest_multiple(r: &Rational, d: i64) -> Rational {
    let unit = if d >= 0 {
        Rational::new(1.into(), ten(d as u32))
    } else {
        Rational::new(ten(d.unsigned_abs() as u32), 1.into())
    };
    let steps = r.div(&unit);
    let twice: num_bigint::BigInt = &steps.p * 2;
    let mut floor = num_integer::Integer::div_floor(&steps.p, &steps.q);
    let above: num_bigint::BigInt = twice - &floor * 2 * &steps.q;
    let odd = num_integer::Integer::is_odd(&floor);
    if above > steps.q || (above == steps.q && odd) {
        floor += 1;
    }
    Rational::new(floor, 1.into()).mul(&unit)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn round_decimals(x in prop_oneof![numbers(), moderate()], d in 0u32..30) {
        let expected = nearest_multiple(&Rational::of(x), i64::from(d));
        prop_assert!(Rational::of(x.round_decimals(d)).cmp(&expected).is_eq());
        let text = x.to_fixed(d);
        prop_assert_eq!(text.parse::<Number>().ok(), Some(x.round_decimals(d)));
        prop_assert_eq!(text.split_once('.').map_or(0, |(_, f)| f.len()), d as usize);
        prop_assert!(text == "0" || text.trim_start_matches(['0', '.']).is_empty() || text.starts_with('-') == x.is_negative());
    }

    #[test]
    fn round_significant(x in prop_oneof![numbers(), moderate()], k in 1u32..31) {
        prop_assume!(!x.is_zero());
        // 10^e ≤ |x| < 10^(e+1), found by comparing.
        let r = Rational::of(x.abs());
        let power = |e: i64| nearest_multiple(&Rational::new(ten(40), ten((40 - e) as u32)), 40);
        let e = (-29..30).rev().find(|e| r.cmp(&power(*e)).is_ge()).unwrap();
        let d = i64::from(k) - 1 - e;
        let expected = nearest_multiple(&Rational::of(x), d);
        match x.round_significant(k) {
            Ok((rounded, decimals)) => {
                prop_assert!(Rational::of(rounded).cmp(&expected).is_eq());
                let carried = r.cmp(&power(e + 1)).is_lt() && Rational::of(rounded.abs()).cmp(&power(e + 1)).is_ge();
                prop_assert_eq!(i64::from(decimals), (d - i64::from(carried)).max(0));
            }
            Err(error) => {
                prop_assert_eq!(error, NumError::Overflow);
                prop_assert_eq!(oracle::expect(&expected), Err(NumError::Overflow));
            }
        }
    }

    #[test]
    fn floor_and_ceil(x in prop_oneof![numbers(), moderate()]) {
        let r = Rational::of(x);
        let floor = num_integer::Integer::div_floor(&r.p, &r.q);
        prop_assert!(Rational::of(x.floor()).cmp(&Rational::new(floor.clone(), 1.into())).is_eq());
        let ceil = if x.is_integer() { floor } else { floor + 1 };
        prop_assert!(Rational::of(x.ceil()).cmp(&Rational::new(ceil, 1.into())).is_eq());
        prop_assert!(x.floor().is_integer() && x.ceil().is_integer());
    }
}
