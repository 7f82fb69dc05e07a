//! Intervals against the primitives: whatever a primitive yields inside lies in the interval.

use super::*;

fn n(text: &str) -> Number {
    Number::parse(text).expect("a number")
}

/// Ends that matter, smallest and largest numbers included.
const ENDS: [&str; 14] = [
    "-79228162514264337593543950335",
    "-1000.5",
    "-3",
    "-1",
    "-0.0000000001",
    "-0.0000000000000000000000000001",
    "0",
    "0.0000000000000000000000000001",
    "0.0000000003",
    "0.7",
    "1",
    "7",
    "1000000000000000000000",
    "79228162514264337593543950335",
];

fn intervals() -> Vec<Interval> {
    let ends: Vec<Number> = ENDS.iter().map(|e| n(e)).collect();
    let mut out = vec![Interval::ANY, Interval::positive(), Interval::not_negative(), Interval::positive().negated()];
    out.push(Interval { nonzero: true, ..Interval::ANY });
    for (i, a) in ends.iter().enumerate() {
        for b in &ends[i..] {
            out.push(Interval::between(*a, *b));
            let open = Interval { lo: Some(End { value: *a, open: true }), ..Interval::between(*a, *b) };
            if !open.is_empty() {
                out.push(open.without_zero());
            }
        }
    }
    out.retain(|i| !i.is_empty());
    out
}

fn inside(i: Interval) -> Vec<Number> {
    ENDS.iter().map(|e| n(e)).filter(|x| i.contains(*x)).collect()
}

fn check(what: &str, done: Done, found: Result<Number, NumError>, of: &dyn std::fmt::Debug) {
    match found {
        Ok(x) => assert!(done.interval.contains(x), "{what} {of:?}: {x} is not in {}", done.interval),
        Err(NumError::Overflow) => assert_ne!(done.overflow, Verdict::Never, "{what} {of:?} overflows"),
        Err(NumError::TooSmall) => assert_ne!(done.small, Verdict::Never, "{what} {of:?} is too small"),
        Err(_) => {}
    }
    if found.is_ok() {
        assert_ne!(done.overflow, Verdict::Always, "{what} {of:?} does not overflow");
    }
}

#[test]
fn operations_stay_inside() {
    let all = intervals();
    let ratio = |p, q| Ratio::new(p, q).expect("a ratio");
    for a in &all {
        for x in inside(*a) {
            for r in [ratio(1, 3), ratio(1000, 1), ratio(-1, 7), ratio(1, 1_000_000_000_000)] {
                check("convert", a.convert(r), x.convert(r), &(a, r, x));
            }
            assert!(a.abs().contains(x.abs()), "abs {a} {x}");
            check("floor", a.rising(|x| Ok(x.floor())), Ok(x.floor()), &(a, x));
        }
    }
    for a in all.iter().step_by(3) {
        for b in all.iter().step_by(2) {
            let (add, mul, div) = (a.add(*b), a.mul(*b), a.div(*b));
            let (least, greatest) = (a.least_of(*b), a.greatest_of(*b));
            let (hull, meet) = (a.hull(*b), a.meet(*b));
            for x in inside(*a) {
                assert!(hull.contains(x) && meet.contains(x) == b.contains(x), "{a} {b} {x}");
                for y in inside(*b) {
                    check("add", add, x.add(y), &(a, b, x, y));
                    check("mul", mul, x.mul(y), &(a, b, x, y));
                    check("div", div, x.div(y), &(a, b, x, y));
                    assert!(least.contains(x.min(y)) && greatest.contains(x.max(y)), "{a} {b} {x} {y}");
                }
            }
        }
    }
}

#[test]
fn sums_of_many() {
    for a in intervals() {
        let inner = inside(a);
        for x in &inner {
            for y in &inner {
                let sum = footrule_number::sum([*x, *y, *y]);
                check("sum", a.times((1, Some(4))), sum, &(a, x, y));
                check("sum", a.times((0, None)), sum, &(a, x, y));
            }
        }
        assert!(a.times((0, Some(3))).interval.contains(Number::ZERO), "{a}");
    }
}

#[test]
fn in_words() {
    let words = |i: Interval| i.to_string();
    assert_eq!(words(Interval::positive()), "> 0");
    assert_eq!(words(Interval::ANY), "any");
    assert_eq!(words(Interval::between(n("0"), n("1"))), "0 .. 1");
    assert_eq!(words(Interval::between(n("0"), n("1")).without_zero()), "> 0 and <= 1");
    assert_eq!(words(Interval { nonzero: true, ..Interval::ANY }), "!= 0");
    assert_eq!(words(Interval::point(n("2"))), "= 2");
}
