//! Parsing, printing, serialising, equality and hashing.
#![allow(clippy::unwrap_used)]

mod oracle;

use std::collections::HashSet;

use footrule_number::{NumError, Number, ParseError, Ratio};
use oracle::{Rational, moderate, numbers};
use proptest::prelude::*;

fn n(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn parse_accepts() {
    for (text, printed) in [
        ("0", "0"),
        ("-0", "0"),
        ("0.0", "0"),
        ("-0.000", "0"),
        ("0e5", "0"),
        ("0e-999999999999999999999", "0"),
        ("0e999999999999999999999", "0"),
        ("0.0000000000000000000000000000000000000", "0"),
        ("1", "1"),
        ("-12.50", "-12.5"),
        ("100", "100"),
        ("1.00000000000000000000000000000000000000", "1"),
        ("10000000000000000000000000000000000000000e-40", "1"),
        ("1e2", "100"),
        ("1E+2", "100"),
        ("1e02", "100"),
        ("1.5e-3", "0.0015"),
        ("12e-1", "1.2"),
        ("0.001e3", "1"),
        ("1e28", "10000000000000000000000000000"),
        ("1e-28", "0.0000000000000000000000000001"),
        ("0.0000000000000000000000000000000000001e20", "0.00000000000000001"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("-7.9228162514264337593543950335", "-7.9228162514264337593543950335"),
    ] {
        assert_eq!(n(text).to_string(), printed, "{text}");
    }
}

#[test]
fn parse_refuses() {
    for (text, error) in [
        ("", ParseError::Empty),
        (" ", ParseError::NotANumber),
        (" 1", ParseError::NotANumber),
        ("1 ", ParseError::NotANumber),
        ("1\n", ParseError::NotANumber),
        ("+1", ParseError::NotANumber),
        ("-", ParseError::NotANumber),
        ("--1", ParseError::NotANumber),
        (".5", ParseError::NotANumber),
        ("-.5", ParseError::NotANumber),
        ("5.", ParseError::NotANumber),
        ("5.e1", ParseError::NotANumber),
        ("01", ParseError::NotANumber),
        ("00", ParseError::NotANumber),
        ("-01.5", ParseError::NotANumber),
        ("1_000", ParseError::NotANumber),
        ("1,5", ParseError::NotANumber),
        ("1.2.3", ParseError::NotANumber),
        ("NaN", ParseError::NotANumber),
        ("inf", ParseError::NotANumber),
        ("0x10", ParseError::NotANumber),
        ("1e", ParseError::NotANumber),
        ("1e+", ParseError::NotANumber),
        ("1e1.5", ParseError::NotANumber),
        ("1e 5", ParseError::NotANumber),
        ("e5", ParseError::NotANumber),
        ("1e5e5", ParseError::NotANumber),
        ("１", ParseError::NotANumber),
        ("−1", ParseError::NotANumber),
        ("1e-29", ParseError::TooManyDecimals),
        ("1e-99999999999999999999", ParseError::TooManyDecimals),
        ("0.00000000000000000000000000001", ParseError::TooManyDecimals),
        ("1.00000000000000000000000000001", ParseError::TooManyDecimals),
        ("79228162514264337593543950336", ParseError::TooLarge),
        ("-79228162514264337593543950336", ParseError::TooLarge),
        ("7922816251426433759354395033.6", ParseError::TooLarge),
        ("8e28", ParseError::TooLarge),
        ("1e29", ParseError::TooLarge),
        ("1e99999999999999999999", ParseError::TooLarge),
        ("123456789012345678901234567890", ParseError::TooLarge),
    ] {
        assert_eq!(Number::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn scale_and_sign_of_zero_cannot_be_seen() {
    let parts = |m, s| Number::from_parts(m, s).unwrap();
    assert_eq!(parts(10, 1), parts(100, 2));
    assert_eq!(parts(100, 2).scale(), 0);
    assert_eq!(parts(1_000, 2).mantissa(), 10);
    assert_eq!(parts(-1_200, 3).to_string(), "-1.2");
    let zeros = [
        n("0"),
        n("-0.00"),
        Number::ZERO.neg(),
        n("1").sub(n("1.00")).unwrap(),
        n("-1").mul(n("0")).unwrap(),
        n("0").mul(n("-1")).unwrap(),
        n("0").div(n("-3")).unwrap(),
        n("-0.4").round_decimals(0),
        n("-0.4").ceil(),
        Number::ZERO.abs(),
        Number::default(),
        Number::from(0i64),
    ];
    for zero in zeros {
        assert_eq!(zero, Number::ZERO);
        assert!(!zero.is_negative() && zero.is_zero() && !zero.is_positive());
        assert_eq!((zero.mantissa(), zero.scale()), (0, 0));
        assert_eq!(zero.to_string(), "0");
    }
    assert_eq!(zeros.into_iter().collect::<HashSet<_>>().len(), 1);
    let ones = [n("1"), n("1.00"), n("0.5").add(n("0.5")).unwrap(), n("0.25").mul(n("4")).unwrap()];
    assert_eq!(ones.into_iter().collect::<HashSet<_>>().len(), 1);
}

#[test]
fn from_parts_is_exact_or_refused() {
    assert_eq!(Number::from_parts(1 << 96, 0), Err(NumError::Overflow));
    assert_eq!(Number::from_parts(-(1 << 96), 0), Err(NumError::Overflow));
    assert_eq!(Number::from_parts((1 << 96) - 1, 0), Ok(Number::MAX));
    assert_eq!(Number::from_parts(1, 29), Err(NumError::Overflow));
    assert_eq!(Number::from_parts(10, 29), Ok(n("1e-28")));
    assert_eq!(Number::from_parts(0, 4_000_000_000), Ok(Number::ZERO));
    assert_eq!(Number::from_parts(i128::MIN, 0), Err(NumError::Overflow));
    assert_eq!(Number::from_parts(10i128.pow(38), 38), Ok(Number::ONE));
}

#[test]
fn printing_honours_width() {
    assert_eq!(format!("[{:>8}]", n("-1.5")), "[    -1.5]");
    assert_eq!(format!("[{:<6}]", n("1.5")), "[1.5   ]");
    assert_eq!(format!("{:?}", n("1.50")), "1.5");
}

#[test]
fn error_names_are_stable() {
    let names: Vec<_> = NumError::ALL.into_iter().map(NumError::name).collect();
    assert_eq!(names, ["Overflow", "DivisionByZero", "TooSmall", "Domain", "Empty"]);
    for error in NumError::ALL {
        assert_eq!(NumError::from_name(error.name()), Some(error));
    }
    assert_eq!(NumError::from_name("overflow"), None);
}

/// Serialises to the text a human reads, and back, strictly.
#[test]
fn serde_round_trip() {
    use serde::de::value::{Error, StrDeserializer};
    use serde::{Deserialize, Serialize, de::IntoDeserializer};

    struct Shown<T>(T);
    impl<T: Serialize> std::fmt::Display for Shown<T> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.serialize(f)
        }
    }
    fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Error> {
        let from: StrDeserializer<'a, Error> = text.into_deserializer();
        T::deserialize(from)
    }
    for (text, written) in [("-1.50", "-1.5"), ("1e-28", "0.0000000000000000000000000001")] {
        assert_eq!(Shown(n(text)).to_string(), written);
        assert_eq!(read::<Number>(text), Ok(n(written)));
    }
    for text in ["", "+1", "1_0", "1e-29", "NaN"] {
        assert!(read::<Number>(text).is_err(), "{text}");
    }
    for (text, p, q) in [("-3/2", -3, 2), ("7", 7, 1), ("0", 0, 1), ("6/-4", -3, 2)] {
        let ratio = Ratio::new(p, q).unwrap();
        assert_eq!(read::<Ratio>(text), Ok(ratio));
        assert_eq!(read::<Ratio>(&Shown(ratio).to_string()), Ok(ratio));
    }
    for text in ["", "1/0", "1/", "/2", "1/2/3", "0.5", "79228162514264337593543950336"] {
        assert!(read::<Ratio>(text).is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn text_round_trip(x in numbers()) {
        let text = x.to_string();
        prop_assert_eq!(Number::parse(&text), Ok(x));
        prop_assert!(!text.contains('e') && (!text.contains('.') || !text.ends_with('0')));
        prop_assert_eq!(x.to_fixed(x.scale()), text.clone());
        prop_assert_eq!(x.to_fixed(30).parse::<Number>(), Ok(x));
        let scientific = format!("{}e-{}", x.mantissa(), x.scale());
        prop_assert_eq!(Number::parse(&scientific), Ok(x));
        prop_assert_eq!(Number::from_parts(x.mantissa(), x.scale()), Ok(x));
    }

    #[test]
    fn parsing_never_panics(text in "[-+0-9.eE_ ]{0,12}|-?[0-9]{1,40}(\\.[0-9]{1,40})?(e-?[0-9]{1,3})?") {
        if let Ok(x) = Number::parse(&text) {
            prop_assert_eq!(Number::parse(&x.to_string()), Ok(x));
        }
    }

    /// Equal values are equal, whatever they were made from; equal implies equal hashes.
    #[test]
    fn equality(m in -1_000_000i128..1_000_000, s in 0u32..10, extra in 0u32..18, y in moderate()) {
        let x = Number::from_parts(m, s).unwrap();
        let same = Number::from_parts(m * 10i128.pow(extra), s + extra).unwrap();
        prop_assert_eq!(x, same);
        let hash = |v: Number| {
            use std::hash::{DefaultHasher, Hash, Hasher};
            let mut h = DefaultHasher::new();
            v.hash(&mut h);
            h.finish()
        };
        prop_assert_eq!(hash(x), hash(same));
        prop_assert_eq!(x == y, Rational::of(x).cmp(&Rational::of(y)).is_eq());
        // Through arithmetic.
        let back = x.add(y).unwrap().sub(y).unwrap();
        prop_assert_eq!(hash(back), hash(x));
        prop_assert_eq!(back.to_string(), x.to_string());
    }
}

#[test]
fn what_a_spreadsheet_shortened() {
    for text in ["1.27457E+12", "-1.5E-07", " 2E+10 "] {
        assert!(footrule_number::shortened(text), "{text}");
    }
    for text in ["1e-7", "1.27457", "PE+10", "E+12", "1E+1x", ""] {
        assert!(!footrule_number::shortened(text), "{text}");
    }
}
