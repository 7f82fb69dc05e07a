//! Every rational primitive against the big-rational oracle. This is also what fails the build
//! if an update of `rust_decimal` changes the rounding of + − × ÷.

#![allow(clippy::unwrap_used)]

mod oracle;

use footrule_number::{NumError, Number, Ratio, Scaled, Sum, mean, sum};
use num_bigint::BigInt;
use oracle::{Rational, expect, moderate, numbers, ratios, ten};
use proptest::prelude::*;

fn n(text: &str) -> Number {
    text.parse().unwrap()
}

/// Zero, ones, extremes, smallest, halves, and neighbours of powers of two and ten.
fn boundaries() -> Vec<Number> {
    let mut all: Vec<Number> = [
        "0",
        "1",
        "2",
        "3",
        "5",
        "7",
        "10",
        "0.5",
        "1.5",
        "2.5",
        "0.25",
        "0.125",
        "9.995",
        "1e-28",
        "2e-28",
        "5e-28",
        "1e-27",
        "1e-18",
        "9.999999999e-19",
        "1.0000000001e-18",
        "1e-14",
        "3e-10",
        "1e10",
        "1e14",
        "1e27",
        "1e28",
        "7e28",
        "0.9999999999999999999999999999",
        "1.0000000000000000000000000001",
        "7.9228162514264337593543950335",
        "7.9228162514264337593543950334",
        "0.79228162514264337593543950335e-0",
        "79228162514264337593543950335",
        "79228162514264337593543950334",
        "39614081257132168796771975168",
        "39614081257132168796771975167.5e0",
        "7922816251426433759354395033.5",
        "7922816251426433759354395033.4",
        "4294967295",
        "4294967296",
        "18446744073709551615",
        "18446744073709551616",
        "1.8446744073709551615",
        "281474976710656",
        "281474976710655.5",
        "0.3333333333333333333333333333",
    ]
    .iter()
    .filter_map(|t| t.parse().ok())
    .collect();
    assert!(all.len() >= 40);
    let negative: Vec<Number> = all.iter().map(|x| x.neg()).collect();
    all.extend(negative);
    all
}

fn check_four(a: Number, b: Number) {
    let (ra, rb) = (Rational::of(a), Rational::of(b));
    assert_eq!(a.add(b), expect(&ra.add(&rb)), "{a} + {b}");
    assert_eq!(a.sub(b), expect(&ra.sub(&rb)), "{a} - {b}");
    assert_eq!(a.mul(b), expect(&ra.mul(&rb)), "{a} * {b}");
    let quotient = if b.is_zero() { Err(NumError::DivisionByZero) } else { expect(&ra.div(&rb)) };
    assert_eq!(a.div(b), quotient, "{a} / {b}");
    assert_eq!(a.cmp(&b), ra.cmp(&rb), "{a} <=> {b}");
    assert_eq!(sum([a, b]), expect(&ra.add(&rb)), "sum {a} {b}");
    let half = Rational::new(1.into(), 2.into());
    assert_eq!(mean([a, b]), expect(&ra.add(&rb).mul(&half)), "mean {a} {b}");
}

/// The same decimal with and without trailing zeros.
fn forms(x: Number) -> Vec<Scaled> {
    let zeros = [0, 1, 7, 20].into_iter().filter_map(|k| {
        let coefficient = x.mantissa().unsigned_abs().checked_mul(10_u128.pow(k))?;
        Scaled::new(x.is_negative(), coefficient, x.scale() + k)
    });
    zeros.collect()
}

/// What native code computes with agrees, whatever form its operands have.
fn check_scaled(a: Number, b: Number) {
    for x in forms(a) {
        for y in forms(b) {
            assert_eq!(x.add(y).map(Number::from), a.add(b), "{a} + {b}");
            assert_eq!(x.add(y.neg()).map(Number::from), a.sub(b), "{a} - {b}");
            assert_eq!(x.mul(y).map(Number::from), a.mul(b), "{a} * {b}");
            assert_eq!(x.div(y).map(Number::from), a.div(b), "{a} / {b}");
            assert_eq!(x.cmp(y), a.cmp(&b), "{a} <=> {b}");
        }
        for n in [0, 1, 3, 12, 27] {
            let rounded = a.round_decimals(n);
            assert_eq!(Number::from(x.round_decimals(n)), rounded, "{a} to {n}");
            let units = rounded.mantissa().checked_mul(10_i128.pow(n - rounded.scale()));
            assert_eq!(x.published(n), units.and_then(|u| i64::try_from(u).ok()), "{a} to {n}");
        }
    }
}

#[test]
fn boundary_pairs() {
    let all = boundaries();
    for a in &all {
        for b in &all {
            check_four(*a, *b);
            check_scaled(*a, *b);
        }
    }
}

#[test]
fn boundary_powers_and_roots() {
    for a in boundaries() {
        for e in -40..=40 {
            let expected =
                if a.is_zero() && e < 0 { Err(NumError::DivisionByZero) } else { expect(&Rational::of(a).powi(e)) };
            assert_eq!(a.powi(e), expected, "{a}^{e}");
            assert_eq!(a.pow(Number::from(e)), expected, "{a}^{e}");
        }
        check_sqrt(a);
    }
}

/// The root by definition: at each scale the integer c with (c − 1/2)^2 ≤ x·10^2s ≤ (c + 1/2)^2.
fn check_sqrt(a: Number) {
    if a.is_negative() {
        assert_eq!(a.sqrt(), Err(NumError::Domain));
        return;
    }
    let got = a.sqrt().unwrap();
    assert!(!got.is_negative());
    let x = Rational::of(a);
    for scale in (0..=28u32).rev() {
        // Bisection for floor(sqrt(p/q) × 10^scale).
        let target = &x.p * ten(2 * scale);
        let (mut low, mut high) = (BigInt::from(0), BigInt::from(1) << 200);
        while &high - &low > 1.into() {
            let middle: BigInt = (&low + &high) / 2;
            if &middle * &middle * &x.q <= target { low = middle } else { high = middle }
        }
        let twice: BigInt = &low * 2 + 1;
        let mut c = low;
        // Never a tie: a root of a decimal is a decimal or irrational, and a decimal with one
        // more digit 5 would need two more digits in its square.
        if &twice * &twice * &x.q < target * 4 {
            c += 1;
        }
        if c < BigInt::from(1) << 96 {
            let c = i128::try_from(c).unwrap();
            assert_eq!(got, Number::from_parts(c, scale).unwrap(), "sqrt {a}");
            return;
        }
    }
    panic!("no scale fits sqrt({a})");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    /// The four operations of `rust_decimal` are the exact result rounded once.
    #[test]
    fn four_operations(a in numbers(), b in numbers()) {
        check_four(a, b);
        check_scaled(a, b);
    }

    #[test]
    fn four_operations_moderate(a in moderate(), b in numbers()) {
        check_four(a, b);
        check_four(b, a);
        check_scaled(a, b);
        check_scaled(b, a);
    }

    /// Quotients and products next to a rounding boundary: (c + 1/2 ± tiny) reached exactly.
    #[test]
    fn near_ties(c in any::<u64>(), d in 1u64..1_000_000, scale in 0u32..=28, up in -1i128..=1) {
        let half = Number::from_parts(i128::from(c) * 10 + 5, scale).unwrap();
        let d = Number::from_parts(i128::from(d) * 1_000_000_000_000 + up, 12).unwrap();
        check_four(half, d);
        check_scaled(half, d);
        if let Ok(quotient) = half.mul(d) {
            check_scaled(quotient, d);
        }
    }

    #[test]
    fn convert(x in numbers(), r in ratios()) {
        let exact = Rational::of(x).mul(&Rational::of_ratio(r));
        prop_assert_eq!(x.convert(r), expect(&exact));
        for form in forms(x) {
            prop_assert_eq!(form.convert(r).map(Number::from), expect(&exact));
        }
    }

    /// x·p/q + offset with one rounding, also where the two nearly cancel.
    #[test]
    fn affine(x in numbers(), r in ratios(), other in numbers(), cancel in any::<bool>()) {
        let offset = match x.convert(r) {
            Ok(product) if cancel => product.neg(),
            _ => other,
        };
        let exact = Rational::of(x).mul(&Rational::of_ratio(r)).add(&Rational::of(offset));
        prop_assert_eq!(x.affine(r, offset), expect(&exact));
    }

    #[test]
    fn compare_scaled(a in numbers(), ra in ratios(), b in numbers(), rb in ratios(), same in any::<bool>()) {
        let rb = if same { ra } else { rb };
        let left = Rational::of(a).mul(&Rational::of_ratio(ra));
        let right = Rational::of(b).mul(&Rational::of_ratio(rb));
        prop_assert_eq!(a.cmp_scaled(ra, b, rb), left.cmp(&right));
        // And equal when it has to be: a × ra against (a·ra) × 1, where that is exact.
        if let Some(product) = Ratio::from_number(a).and_then(|q| q.mul(ra)).and_then(Ratio::as_number) {
            prop_assert_eq!(a.cmp_scaled(ra, product, Ratio::ONE), std::cmp::Ordering::Equal);
        }
    }

    #[test]
    fn powi(x in numbers(), e in -60i64..60) {
        let expected = if x.is_zero() && e < 0 {
            Err(NumError::DivisionByZero)
        } else {
            expect(&Rational::of(x).powi(e))
        };
        prop_assert_eq!(x.powi(e), expected);
    }

    #[test]
    fn sqrt(x in numbers()) {
        check_sqrt(x.abs());
    }

    /// Roots of exact squares and their neighbours.
    #[test]
    fn sqrt_of_squares(r in 0i64..(1 << 47), s in 0u32..14, off in -1i128..=1) {
        let square = i128::from(r) * i128::from(r);
        check_sqrt(Number::from_parts((square + off).max(0), 2 * s).unwrap());
        if off == 0 {
            prop_assert_eq!(Number::from_parts(square, 2 * s).unwrap().sqrt(),
                Ok(Number::from_parts(r.into(), s).unwrap()));
        }
    }

    /// Sum and mean are exact and then rounded once, in any order, however split.
    #[test]
    fn sums(terms in prop::collection::vec(prop_oneof![numbers(), moderate()], 0..12), seed in any::<u64>()) {
        let mut exact = Rational::new(0.into(), 1.into());
        for t in &terms {
            exact = exact.add(&Rational::of(*t));
        }
        prop_assert_eq!(sum(terms.iter().copied()), expect(&exact));
        let expected = if terms.is_empty() {
            Err(NumError::Empty)
        } else {
            expect(&exact.mul(&Rational::new(1.into(), terms.len().into())))
        };
        prop_assert_eq!(mean(terms.iter().copied()), expected);

        let mut shuffled = terms.clone();
        let mut state = seed;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(sum(shuffled.iter().copied()), sum(terms.iter().copied()));
        prop_assert_eq!(mean(shuffled.iter().copied()), expected);

        // Adding terms that are then taken away changes nothing, even beyond the range.
        let mut acc = Sum::new();
        for t in &terms { acc.add(*t); acc.add(Number::MAX); }
        for t in &shuffled { acc.sub(*t); acc.sub(Number::MAX); acc.add(*t); }
        prop_assert_eq!(acc.finish(), expect(&exact));
        prop_assert_eq!(acc.count(), 5 * terms.len() as u64);
    }

    /// Sums of full-width terms at high scales: the 256-bit part, with cancellation.
    #[test]
    fn wide_sums(terms in prop::collection::vec((any::<i128>(), 0u32..=28), 1..30)) {
        let terms: Vec<Number> = terms
            .into_iter()
            .map(|(m, s)| Number::from_parts(m >> 32, s).unwrap())
            .collect();
        let mut exact = Rational::new(0.into(), 1.into());
        for t in &terms {
            exact = exact.add(&Rational::of(*t));
        }
        prop_assert_eq!(sum(terms.iter().copied()), expect(&exact));
        let negated = terms.iter().map(|t| t.neg());
        prop_assert_eq!(sum(terms.iter().copied().chain(negated)), Ok(Number::ZERO));
    }

    /// Results around the too-small limit.
    #[test]
    fn too_small(a in 1i128..100_000_000_000, sa in 15u32..=28, b in 1i128..100_000, sb in 0u32..10) {
        check_four(Number::from_parts(a, sa).unwrap(), Number::from_parts(b, sb).unwrap());
        let r = Ratio::new(b, 7).unwrap();
        let x = Number::from_parts(a, sa).unwrap();
        prop_assert_eq!(x.convert(r), expect(&Rational::of(x).mul(&Rational::of_ratio(r))));
        prop_assert_eq!(mean([x, Number::ZERO, Number::ZERO]),
            expect(&Rational::of(x).div(&Rational::new(3.into(), 1.into()))));
    }
}

#[test]
fn too_small_is_about_inexact_results_only() {
    assert_eq!(n("1e-10").mul(n("1e-18")), Ok(n("1e-28")));
    assert_eq!(n("1e-14").mul(n("1e-15")), Err(NumError::TooSmall));
    assert_eq!(n("1e-28").mul(n("1e-28")), Err(NumError::TooSmall));
    assert_eq!(n("1e-28").div(n("2")), Err(NumError::TooSmall));
    assert_eq!(n("2e-28").div(n("2")), Ok(n("1e-28")));
    assert_eq!(n("1e-18").div(n("3")), Err(NumError::TooSmall));
    assert_eq!(n("4e-18").div(n("3")), Ok(n("1.3333333333e-18")));
    // Below 10^-18, although rounding gives 10^-18 exactly.
    assert_eq!(n("0.99999999999").mul(n("1e-18")), Err(NumError::TooSmall));
    assert_eq!(n("1.00000000001").mul(n("1e-18")), Ok(n("1e-18")));
    assert_eq!(n("0.1").powi(28), Ok(n("1e-28")));
    assert_eq!(n("0.1").powi(29), Err(NumError::TooSmall));
    assert_eq!(n("1e-28").convert(Ratio::new(1, 3).unwrap()), Err(NumError::TooSmall));
    assert_eq!(n("3e-28").convert(Ratio::new(1, 3).unwrap()), Ok(n("1e-28")));
    assert_eq!(mean([n("1e-28"), Number::ZERO]), Err(NumError::TooSmall));
}

#[test]
fn overflow_is_at_the_half() {
    assert_eq!(Number::MAX.add(n("0.4")), Ok(Number::MAX));
    // 2^96 − 1 is odd: the tie goes up, out of range.
    assert_eq!(Number::MAX.add(n("0.5")), Err(NumError::Overflow));
    assert_eq!(Number::MIN.sub(n("0.4999")), Ok(Number::MIN));
    assert_eq!(Number::MAX.mul(n("2")), Err(NumError::Overflow));
    assert_eq!(Number::MAX.div(n("0.9")), Err(NumError::Overflow));
    assert_eq!(n("2").powi(96), Err(NumError::Overflow));
    assert_eq!(n("2").powi(95), Ok(n("39614081257132168796771975168")));
    assert_eq!(n("-2").powi(95), Ok(n("-39614081257132168796771975168")));
}

#[test]
fn sums_are_rounded_once() {
    // 2^96 − 1 and two halves: each alone would round up and overflow; together they do too, but
    // with the compensation they do not.
    let terms = [Number::MAX, n("0.5"), n("0.5"), n("-1")];
    assert_eq!(sum(terms), Ok(Number::MAX));
    assert_eq!(sum([]), Ok(Number::ZERO));
    assert_eq!(mean([]), Err(NumError::Empty));
    assert_eq!(mean([Number::MAX, Number::MAX, Number::MAX]), Ok(Number::MAX));
    assert_eq!(sum([Number::MAX, Number::ONE]), Err(NumError::Overflow));
    assert_eq!(sum([n("1e28"), n("1e-28"), n("-1e28")]), Ok(n("1e-28")));
    assert_eq!(mean([n("1"), n("0"), n("0")]), Ok(n("0.3333333333333333333333333333")));
}

/// The accumulator's wide part when its lower half is zero and it is negative: every step of the
/// two's complement carries.
#[test]
fn wide_sum_carries() {
    let big = Number::from_parts(1 << 95, 0).unwrap();
    let mut acc = Sum::new();
    // −2^100, then a term at scale 28 moves −2^100 × 10^28 = −2^128 × 5^28 to the wide part.
    (0..32).for_each(|_| acc.sub(big));
    acc.add(n("1e-28"));
    acc.sub(n("1e-28"));
    assert_eq!(acc.finish(), Err(NumError::Overflow));
    // Back into range from the narrow part alone.
    (0..32).for_each(|_| acc.add(big));
    assert_eq!(acc.finish(), Ok(Number::ZERO));
    acc.sub(n("5"));
    assert_eq!(acc.finish(), Ok(n("-5")));
    assert_eq!(acc.mean(), expect(&Rational::new((-5).into(), 67.into())));
}
