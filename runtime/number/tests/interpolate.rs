//! Linear interpolation against values worked out by hand.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(missing_docs, reason = "tests")]

use footrule_number::{Abscissa, NumError, Number, Ratio};
use std::cmp::Ordering;

fn n(text: &str) -> Number {
    text.parse().unwrap()
}

fn at(x: &str) -> Abscissa {
    Abscissa::new(n(x), Ratio::ONE, Number::ZERO)
}

#[test]
fn one_rounding() {
    for (x, from, to, expected) in [
        ("5", ("0", "1"), ("10", "2"), "1.5"),
        ("0", ("0", "1"), ("10", "2"), "1"),
        ("10", ("0", "1"), ("10", "2"), "2"),
        // 1 + 1/3 and 2/3, rounded once.
        ("1", ("0", "1"), ("3", "2"), "1.3333333333333333333333333333"),
        ("2", ("0", "0"), ("3", "1"), "0.6666666666666666666666666667"),
        // Downwards, through negative places and values.
        ("-5", ("-10", "4"), ("10", "-4"), "2"),
        ("5", ("-10", "4"), ("10", "-4"), "-2"),
        // The difference of the values has more digits than a number holds; the result does not.
        (
            "0.5",
            ("0", "79228162514264337593543950335"),
            ("1", "0.0000000000000000000000000002"),
            "39614081257132168796771975168",
        ),
    ] {
        let y = at(x).between((n(from.0), n(from.1)), (n(to.0), n(to.1)));
        assert_eq!(y, Ok(n(expected)), "{x}");
    }
}

#[test]
fn conversion_is_exact() {
    // 10 min are 1/6 h: 6/6 of the way from 0 to 1/6 has no decimal, but the result does.
    let x = Abscissa::new(n("10"), Ratio::new(1, 60).unwrap(), Number::ZERO);
    assert_eq!(x.between((n("0"), n("0")), (n("1"), n("6"))), Ok(n("1")));
    assert_eq!(x.cmp_to(n("0.1666666666666666666666666667")), Ordering::Less);
    assert_eq!(x.cmp_to(n("0.1666666666666666666666666666")), Ordering::Greater);
    assert_eq!(x.rounded(), Ok(n("0.1666666666666666666666666667")));
    // 25 °C on an axis in K.
    let k = Abscissa::new(n("25"), Ratio::ONE, n("273.15"));
    assert_eq!(k.cmp_to(n("298.15")), Ordering::Equal);
    assert_eq!(k.between((n("273.15"), n("0")), (n("373.15"), n("1"))), Ok(n("0.25")));
}

#[test]
fn points_at_one_place() {
    assert_eq!(at("1").between((n("1"), n("2")), (n("1"), n("3"))), Err(NumError::DivisionByZero));
}
