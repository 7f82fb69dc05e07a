//! Ratios: lowest terms, limits, exact arithmetic and order.
#![allow(clippy::unwrap_used)]

mod oracle;

use footrule_number::{NumError, Number, Ratio};
use oracle::{Rational, numbers, ratios};
use proptest::prelude::*;

const LIMIT: i128 = 1 << 96;

fn r(p: i128, q: i128) -> Ratio {
    Ratio::new(p, q).unwrap()
}

#[test]
fn lowest_terms_and_limits() {
    assert_eq!(r(6, 4), r(3, 2));
    assert_eq!(r(-6, -4), r(3, 2));
    assert_eq!(r(6, -4), r(-3, 2));
    assert_eq!((r(6, -4).numer(), r(6, -4).denom()), (-3, 2));
    assert_eq!(r(0, -7), Ratio::ZERO);
    assert_eq!(r(5, 5), Ratio::ONE);
    assert!(r(5, 5).is_one() && !r(5, 4).is_one() && !r(-1, 1).is_one());
    assert_eq!(Ratio::new(1, 0), None);
    assert_eq!(Ratio::new(0, 0), None);
    assert_eq!(Ratio::new(LIMIT, 1), None);
    assert_eq!(Ratio::new(1, LIMIT), None);
    assert_eq!(Ratio::new(LIMIT, 2), Some(r(LIMIT / 2, 1)));
    assert!(Ratio::new(LIMIT - 1, LIMIT - 2).is_some());
    assert_eq!(Ratio::new(i128::MIN, i128::MIN), Some(Ratio::ONE));
    assert_eq!(Ratio::new(i128::MIN, 1), None);
    assert_eq!(Ratio::default(), Ratio::ONE);
}

#[test]
fn arithmetic() {
    assert_eq!(r(2, 3).mul(r(3, 2)), Some(Ratio::ONE));
    assert_eq!(r(2, 3).div(r(-4, 3)), Some(r(-1, 2)));
    assert_eq!(r(2, 3).div(Ratio::ZERO), None);
    assert_eq!(Ratio::ZERO.recip(), None);
    assert_eq!(r(-2, 3).recip(), Some(r(-3, 2)));
    assert_eq!(r(2, 3).powi(3), Some(r(8, 27)));
    assert_eq!(r(-2, 3).powi(-3), Some(r(-27, 8)));
    assert_eq!(r(-2, 3).powi(2), Some(r(4, 9)));
    assert_eq!(r(-2, 3).powi(0), Some(Ratio::ONE));
    assert_eq!(Ratio::ZERO.powi(0), Some(Ratio::ONE));
    assert_eq!(Ratio::ZERO.powi(-1), None);
    assert_eq!(Ratio::ZERO.powi(3), Some(Ratio::ZERO));
    assert_eq!(r(-1, 1).powi(i32::MIN), Some(Ratio::ONE));
    assert_eq!(r(2, 1).powi(96), None);
    assert_eq!(r(2, 1).powi(95), Some(r(LIMIT / 2, 1)));
    assert_eq!(r(1, 2).powi(i32::MAX), None);
    // Only the product's lowest terms have to fit.
    assert_eq!(r(LIMIT - 1, 7).mul(r(7, LIMIT - 1)), Some(Ratio::ONE));
    assert_eq!(r(LIMIT - 1, 1).mul(r(2, 1)), None);
}

#[test]
fn decimals() {
    let n = |t: &str| t.parse::<Number>().unwrap();
    assert_eq!(r(1, 8).as_number(), Some(n("0.125")));
    assert_eq!(r(-3, 1).as_number(), Some(n("-3")));
    assert_eq!(r(1, 3).as_number(), None);
    assert_eq!(r(0, 1).as_number(), Some(Number::ZERO));
    assert_eq!(r(1, 10i128.pow(28)).as_number(), Some(n("1e-28")));
    assert_eq!(r(1, 1 << 28).as_number(), Some(n("3.7252902984619140625e-9")));
    assert_eq!(r(1, 1 << 29).as_number(), None);
    assert!(r(1, 1 << 29).is_finite_decimal());
    assert!(r(7, 40).is_finite_decimal() && !r(7, 30).is_finite_decimal());
    assert_eq!(r(LIMIT - 1, 2).as_number(), None);
    assert_eq!(Ratio::from_number(n("-1.50")), Some(r(-3, 2)));
    assert_eq!(Ratio::from_number(n("1e-28")), Some(r(1, 10i128.pow(28))));
    assert_eq!(Ratio::from_number(Number::MAX), Some(r(LIMIT - 1, 1)));
    assert_eq!(r(3, 2).to_string(), "3/2");
    assert_eq!(r(-3, 2).to_string(), "-3/2");
    assert_eq!(r(4, 2).to_string(), "2");
    assert_eq!(Ratio::ZERO.to_string(), "0");
}

#[test]
fn conversion() {
    let n = |t: &str| t.parse::<Number>().unwrap();
    assert_eq!(n("10").convert(Ratio::ONE), Ok(n("10")));
    assert_eq!(n("10").convert(Ratio::ZERO), Ok(Number::ZERO));
    assert_eq!(n("1").convert(r(1, 3)), Ok(n("0.3333333333333333333333333333")));
    assert_eq!(n("3.6").convert(r(1000, 3600)), Ok(n("1")));
    assert_eq!(n("-2").convert(r(-1, 4)), Ok(n("0.5")));
    assert_eq!(Number::MAX.convert(r(3, 3)), Ok(Number::MAX));
    assert_eq!(Number::MAX.convert(r(7, 6)), Err(NumError::Overflow));
    assert_eq!(Number::MAX.convert(r(LIMIT - 3, LIMIT - 1)), Ok(n("79228162514264337593543950333")));
    // Two roundings would differ from one.
    assert_eq!(Number::MAX.convert(r(2, 3)), Ok(n("52818775009509558395695966890")));
    assert!(n("1").cmp_scaled(r(1000, 1), n("1000"), Ratio::ONE).is_eq());
    assert!(n("0.3333333333333333333333333333").cmp_scaled(r(3, 1), n("1"), Ratio::ONE).is_lt());
    assert!(n("1").cmp_scaled(r(-1, 3), n("1"), r(-1, 2)).is_gt());
    assert!(n("-1").cmp_scaled(r(1, 3), n("0"), r(1, 2)).is_lt());
    assert!(n("5").cmp_scaled(Ratio::ZERO, n("0"), r(1, 2)).is_eq());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn arithmetic_is_exact(a in ratios(), b in ratios(), e in -4i32..5) {
        let (ra, rb) = (Rational::of_ratio(a), Rational::of_ratio(b));
        let check = |got: Option<Ratio>, want: Rational| {
            let g = num_integer::Integer::gcd(&want.p, &want.q);
            let (p, q) = (i128::try_from(&want.p / &g).ok(), i128::try_from(&want.q / &g).ok());
            let fits = |v: Option<i128>| v.filter(|v| v.abs() < LIMIT);
            let want = fits(p).zip(fits(q));
            assert_eq!(got.map(|r| (r.numer(), r.denom())), want);
        };
        check(Some(a), ra.clone());
        check(a.mul(b), ra.mul(&rb));
        check(a.div(b), ra.div(&rb));
        check(a.recip(), ra.powi(-1));
        check(a.powi(e), ra.powi(e.into()));
        prop_assert_eq!(a.cmp(&b), ra.cmp(&rb));
        prop_assert_eq!(a == b, ra.cmp(&rb).is_eq());
    }

    #[test]
    fn numbers_are_ratios(x in numbers()) {
        let q = Ratio::from_number(x).unwrap();
        prop_assert_eq!(q.as_number(), Some(x));
        prop_assert!(q.is_finite_decimal());
        prop_assert!(Rational::of_ratio(q).cmp(&Rational::of(x)).is_eq());
    }

    #[test]
    fn as_number_is_exact_or_none(r in ratios()) {
        match r.as_number() {
            Some(x) => prop_assert!(Rational::of(x).cmp(&Rational::of_ratio(r)).is_eq()),
            None => {
                // No scale up to 28 holds it exactly in 96 bits.
                let fits = (0..=28).any(|s| {
                    let scaled = Rational::of_ratio(r).mul(&Rational::new(oracle::ten(s), 1.into()));
                    let whole = &scaled.p % &scaled.q == 0.into();
                    whole && num_traits::Signed::abs(&(&scaled.p / &scaled.q)) < LIMIT.into()
                });
                prop_assert!(!fits);
            }
        }
    }
}
