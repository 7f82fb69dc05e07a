//! The public General Decimal Arithmetic test vectors (`*.decTest`, by M. Cowlishaw, © IBM), where operands and result fit.
//!
//! The files reserve all rights and state no licence, also where packages carry them (Boost took them out again for that,
//! boostorg/decimal#763). So they are not copied here but read where they are installed: the folder in `FOOTRULE_DECTEST`, else
//! Debian's `libpython3.*-testsuite`. Without them the test passes and says so on the terminal, whatever `cargo test` captures;
//! with `FOOTRULE_DECTEST=required` it fails.
//!
//! A vector says what an operation yields at its precision of `p` digits in its rounding mode. Our result has 28 digits or
//! more. It must be equal to the vector's where that is exact; where it is not, ours, one unit more and one unit less
//! are rounded to `p` digits: if all three come to the same, the vector must say the same. What is left out is counted by
//! reason.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod oracle;

use footrule_number::{NumError, Number, Ratio};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use oracle::{Rational, expect, rnd, ten};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::{env, fs};

const FILES: &[&str] = &[
    "abs",
    "add",
    "base",
    "compare",
    "divide",
    "exp",
    "fma",
    "ln",
    "max",
    "min",
    "minus",
    "multiply",
    "plus",
    "power",
    "powersqrt",
    "quantize",
    "randomBound32",
    "randoms",
    "reduce",
    "rounding",
    "squareroot",
    "subtract",
    "tointegral",
    "ddAdd",
    "ddCompare",
    "ddDivide",
    "ddFMA",
    "ddMultiply",
    "ddQuantize",
    "ddSubtract",
    "ddToIntegral",
    "dqAdd",
    "dqCompare",
    "dqDivide",
    "dqFMA",
    "dqMultiply",
    "dqQuantize",
    "dqSubtract",
    "dqToIntegral",
];

/// The value of `FOOTRULE_DECTEST` with which the files must be there.
const REQUIRED: &str = "required";

fn folder() -> Option<PathBuf> {
    if let Some(own) = env::var_os("FOOTRULE_DECTEST").filter(|v| v != REQUIRED) {
        return Some(own.into());
    }
    let lib = fs::read_dir("/usr/lib").ok()?.filter_map(|e| Some(e.ok()?.path().join("test/decimaltestdata")));
    lib.filter(|p| p.join("add.decTest").exists()).max()
}

/// Precision and rounding in force.
#[derive(Clone)]
struct Context {
    digits: u32,
    mode: String,
}

/// An exact decimal and its exponent; nothing for infinities, NaN and encodings.
fn parse(text: &str) -> Option<(Rational, i64)> {
    let text = text.trim_matches(['\'', '"']);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((n, e)) => (n, e.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{part}");
    if !digits.trim_start_matches(['+', '-']).bytes().all(|b| b.is_ascii_digit()) || exponent.abs() > 200 {
        return None;
    }
    let c: BigInt = digits.trim_start_matches('+').parse().ok()?;
    let exponent = exponent - part.len() as i64;
    let power = ten(u32::try_from(exponent.abs()).ok()?);
    let r = if exponent >= 0 { Rational::new(c * power, 1.into()) } else { Rational::new(c, power) };
    Some((r, exponent))
}

/// The number, if it is one of ours.
fn ours(r: &Rational) -> Option<Number> {
    let x = expect(r).ok()?;
    (Rational::of(x).cmp(r) == Ordering::Equal).then_some(x)
}

/// Rounds to a multiple of 10^-scale, which may be negative.
fn to_scale(r: &Rational, scale: i64, mode: &str) -> Option<Rational> {
    let power = ten(u32::try_from(scale.abs()).ok()?);
    let (p, q) = if scale >= 0 { (r.p.abs() * &power, r.q.clone()) } else { (r.p.abs(), &r.q * &power) };
    let floor = &p / &q;
    let rest = &p - &floor * &q;
    let twice: BigInt = &rest * 2;
    let half = twice.cmp(&q);
    let last: BigInt = &floor % 10;
    let last = last.to_string();
    let up = !rest.is_zero()
        && match mode {
            "half_even" => half.is_gt() || half.is_eq() && "13579".contains(&last),
            "half_up" => half.is_ge(),
            "half_down" => half.is_gt(),
            "up" => true,
            "down" => false,
            "ceiling" => r.p.is_positive(),
            "floor" => r.p.is_negative(),
            "05up" => last == "0" || last == "5",
            _ => return None,
        };
    let c = if up { floor + 1 } else { floor };
    let c = if r.p.is_negative() { -c } else { c };
    Some(if scale >= 0 { Rational::new(c, power) } else { Rational::new(c * power, 1.into()) })
}

/// Rounds to significant digits.
fn to_digits(r: &Rational, context: &Context) -> Option<Rational> {
    if r.p.is_zero() {
        return Some(r.clone());
    }
    // 10^k ≤ |r| < 10^(k + 1)
    let size = |n: &BigInt| n.abs().to_string().len() as i64;
    let mut k = size(&r.p) - size(&r.q);
    let at_least = |k: i64| {
        let power = ten(k.unsigned_abs() as u32);
        if k >= 0 { r.p.abs() >= power * &r.q } else { r.p.abs() * power >= r.q }
    };
    while at_least(k + 1) {
        k += 1;
    }
    while !at_least(k) {
        k -= 1;
    }
    to_scale(r, i64::from(context.digits) - 1 - k, &context.mode)
}

type Answer = Result<Number, NumError>;

/// What we answer, and the exact result where it is rational.
fn answer(op: &str, x: &[Number], mode: &str) -> Option<(Answer, Option<Rational>)> {
    let r = |i: usize| Rational::of(x[i]);
    Some(match (op, x.len()) {
        ("add", 2) => (x[0].add(x[1]), Some(r(0).add(&r(1)))),
        ("subtract", 2) => (x[0].sub(x[1]), Some(r(0).sub(&r(1)))),
        ("multiply", 2) => (x[0].mul(x[1]), Some(r(0).mul(&r(1)))),
        ("divide", 2) => (x[0].div(x[1]), (!x[1].is_zero()).then(|| r(0).div(&r(1)))),
        ("fma", 3) => (x[0].affine(Ratio::from_number(x[1])?, x[2]), Some(r(0).mul(&r(1)).add(&r(2)))),
        ("max", 2) => (Ok(x[0].max(x[1])), None),
        ("min", 2) => (Ok(x[0].min(x[1])), None),
        ("abs", 1) => (Ok(x[0].abs()), None),
        ("minus", 1) => (Ok(x[0].neg()), None),
        ("plus" | "reduce" | "apply", 1) => (Ok(x[0]), None),
        ("compare", 2) => (Ok(Number::from(x[0].cmp(&x[1]) as i64)), None),
        ("squareroot", 1) => (x[0].sqrt(), None),
        ("exp", 1) => (x[0].exp(), None),
        ("ln", 1) => (x[0].ln(), None),
        ("power", 2) if x[1].floor() == x[1] && x[1].abs() <= Number::from(200) => {
            let n = x[1].mantissa() as i64;
            (x[0].powi(n), (!x[0].is_zero() || n > 0).then(|| r(0).powi(n)))
        }
        ("power", 2) => (x[0].pow(x[1]), None),
        ("tointegral" | "tointegralx", 1) => match mode {
            "floor" => (Ok(x[0].floor()), None),
            "ceiling" => (Ok(x[0].ceil()), None),
            "half_even" => (Ok(x[0].round_decimals(0)), None),
            _ => return None,
        },
        _ => return None,
    })
}

/// Why a vector is left out, or that it ran.
fn vector(op: &str, operands: &[&str], want: &str, conditions: &[&str], context: &Context) -> Result<(), &'static str> {
    if !conditions.iter().all(|c| ["inexact", "rounded"].contains(c)) {
        return Err("a condition that we do not have (overflow, subnormal, clamped …)");
    }
    let read: Option<Vec<(Rational, i64)>> = operands.iter().map(|o| parse(o)).collect();
    let (Some(read), Some((want, _))) = (read, parse(want)) else {
        return Err("an infinity, a NaN, or too far an exponent");
    };
    let x: Option<Vec<Number>> = read.iter().map(|(r, _)| ours(r)).collect();
    let Some(x) = x else { return Err("an operand does not fit") };
    if op == "quantize" {
        let scale = -read[1].1;
        if context.mode != "half_even" || !(0..=28).contains(&scale) {
            return Err("another rounding, or places before the point");
        }
        let got = Rational::of(x[0].round_decimals(scale as u32));
        assert_eq!(got.cmp(&want), Ordering::Equal, "quantize {operands:?}: {got:?}");
        return Ok(());
    }
    let Some((got, exact)) = answer(op, &x, &context.mode) else {
        return Err("an operation or a rounding that we do not have");
    };
    // Our own promise first, by rationals.
    if let Some(exact) = &exact {
        assert_eq!(got, expect(exact), "{op} {operands:?}");
    }
    let Ok(got) = got else { return Err("the result does not fit") };
    let mine = Rational::of(got);
    if mine.cmp(&want) == Ordering::Equal {
        return Ok(());
    }
    if ours(&want).is_none() {
        return Err("a result of more digits than ours");
    }
    assert!(conditions.contains(&"inexact"), "{op} {operands:?}: {got}, but {want:?} is exact");
    let (_, scale) = rnd(&mine).unwrap();
    let unit = Rational::new(1.into(), ten(scale.min(28)));
    let around = [mine.sub(&unit), mine.clone(), mine.add(&unit)].map(|v| to_digits(&v, context));
    let [Some(a), Some(b), Some(c)] = around else { return Err("an operation or a rounding that we do not have") };
    if a.cmp(&b).is_ne() || b.cmp(&c).is_ne() {
        return Err("more digits than ours, or next to an edge of its rounding");
    }
    assert_eq!(b.cmp(&want), Ordering::Equal, "{op} {operands:?} at {} digits {}: {got}", context.digits, context.mode);
    Ok(())
}

#[test]
fn general_decimal_arithmetic() {
    let Some(folder) = folder() else {
        let lost = "NOT TESTED: the General Decimal Arithmetic vectors, since they are not installed \
            (apt-get install libpython3.11-testsuite, or a folder in FOOTRULE_DECTEST)";
        assert!(env::var_os("FOOTRULE_DECTEST").is_none_or(|v| v != REQUIRED), "{lost}");
        // Past the capture of the output of tests that pass.
        writeln!(std::io::stderr(), "\n{lost}\n").unwrap();
        return;
    };
    let mut ran: BTreeMap<String, usize> = BTreeMap::new();
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for file in FILES {
        let Ok(text) = fs::read(folder.join(format!("{file}.decTest"))) else { continue };
        let text = String::from_utf8_lossy(&text).to_lowercase();
        let mut context = Context { digits: 9, mode: "half_up".into() };
        for line in text.lines() {
            let line = line.split("--").next().unwrap_or_default().trim();
            if let Some((key, value)) = line.split_once(':') {
                match key.trim() {
                    "precision" => context.digits = value.trim().parse().unwrap(),
                    "rounding" => context.mode = value.trim().to_owned(),
                    _ => {}
                }
                continue;
            }
            let Some((call, result)) = line.split_once("->") else { continue };
            let call: Vec<&str> = call.split_whitespace().collect();
            let result: Vec<&str> = result.split_whitespace().collect();
            let ([_, op, operands @ ..], [want, conditions @ ..]) = (&call[..], &result[..]) else { continue };
            match vector(op, operands, want, conditions, &context) {
                Ok(()) => *ran.entry((*op).to_owned()).or_default() += 1,
                Err(why) => *left.entry(why).or_default() += 1,
            }
        }
    }
    let total: usize = ran.values().sum();
    println!("{total} vectors of {} ran: {ran:?}", folder.display());
    for (why, n) in &left {
        println!("left out {n}: {why}");
    }
    assert!(total > 5_000, "hardly any vector ran");
}
