//! Each operation's value and error, and the laws of errors as values.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(missing_docs, reason = "tests")]

mod common;

use common::*;
use footrule_diag::FileSpan;
use footrule_mir::*;
use footrule_number::Ratio;

/// The answer of a program whose report `r` is what `f` makes.
fn of(f: impl FnOnce(&mut B) -> NodeId) -> String {
    let mut b = B::new();
    let value = f(&mut b);
    b.report("r", value);
    answer(&b.plain())
}

fn two(op: fn(NodeId, NodeId) -> Op, x: &str, y: &str) -> String {
    of(|b| {
        let (x, y) = (b.c(x), b.c(y));
        b.op(op(x, y))
    })
}

fn one(op: &dyn Fn(NodeId) -> Op, x: &str) -> String {
    of(|b| {
        let x = b.c(x);
        b.op(op(x))
    })
}

#[test]
fn binary_numbers() {
    let max = "79228162514264337593543950335";
    for (op, x, y, expected) in [
        (Op::Add as fn(NodeId, NodeId) -> Op, "0.1", "0.2", "0.3"),
        (Op::Add, max, "1", "E002"),
        (Op::Sub, "1", "1e-28", "0.9999999999999999999999999999"),
        (Op::Mul, "1e-14", "1e-14", "0.0000000000000000000000000001"),
        (Op::Mul, "1e-14", "1.00000000000001e-14", "E003"),
        (Op::Mul, max, "2", "E002"),
        (Op::Div, "1", "3", "0.3333333333333333333333333333"),
        (Op::Div, "1", "0", "E001"),
        (Op::Power, "2", "10", "1024"),
        (Op::Power, "2", "-1", "0.5"),
        (Op::Power, "2", "0.5", "E004"),
        (Op::Power, "1", "10001", "E004"),
        (Op::Power, "1", "-10000", "1"),
        (Op::Power, "0", "-1", "E001"),
        (Op::Pow, "4", "0.5", "2"),
        (Op::Pow, "-4", "0.5", "E004"),
        (Op::Min, "2", "-3", "-3"),
        (Op::Max, "2", "-3", "2"),
    ] {
        assert_eq!(two(op, x, y), expected, "{:?} of {x} and {y}", op(NodeId(0), NodeId(1)));
    }
}

#[test]
fn unary_numbers() {
    let third = Ratio::new(1, 3).unwrap();
    for (op, x, expected) in [
        (&Op::Neg as &dyn Fn(NodeId) -> Op, "2", "-2"),
        (&|a| Op::Convert(a, third), "1", "0.3333333333333333333333333333"),
        (&|a| Op::Affine(a, Ratio::ONE, n("273.15")), "25", "298.15"),
        (&|a| Op::Affine(a, third, n("0.6666666666666666666666666667")), "1", "1"),
        (&Op::Abs, "-2.5", "2.5"),
        (&Op::Floor, "-2.5", "-3"),
        (&Op::Ceil, "-2.5", "-2"),
        (&Op::Sqrt, "2", "1.4142135623730950488016887242"),
        (&Op::Sqrt, "-1", "E004"),
        (&Op::Exp, "100", "E002"),
        (&Op::Ln, "0", "E004"),
        (&Op::Ln, "1", "0"),
        (&|a| Op::Round(a, 1), "0.25", "0.2"),
        (&|a| Op::Round(a, 1), "0.35", "0.4"),
    ] {
        assert_eq!(one(op, x), expected, "{:?} of {x}", op(NodeId(0)));
    }
}

#[test]
fn affine_rounds_once() {
    // 1/3 + 0.66…67 is 1.00…0033…, which rounds to 1 only if the third is not rounded first in the other way.
    let x = n("1").affine(Ratio::new(1, 3).unwrap(), n("0.0000000000000000000000000001")).unwrap();
    assert_eq!(x, n("0.3333333333333333333333333334"));
    let x = n("5").affine(Ratio::new(1, 10).unwrap(), n("-0.5")).unwrap();
    assert!(x.is_zero());
}

#[test]
fn comparisons_are_exact() {
    let third = Ratio::new(1, 3).unwrap();
    for (cmp, ra, rb, x, y, expected) in [
        (Cmp::Lt, Ratio::ONE, third, "0.3333333333333333333333333333", "1", true),
        (Cmp::Eq, third, Ratio::ONE, "3", "1", true),
        (Cmp::Ne, third, Ratio::ONE, "1", "0.3333333333333333333333333333", true),
        (Cmp::Ge, Ratio::ONE, Ratio::ONE, "1.0", "1", true),
        (Cmp::Gt, Ratio::ONE, Ratio::ONE, "1.0", "1", false),
        (Cmp::Le, Ratio::ONE, Ratio::ONE, "-1", "1", true),
    ] {
        let got = of(|b| {
            let (a, c) = (b.c(x), b.c(y));
            b.node(Op::Compare { cmp, a, ra, b: c, rb }, Ty::Bool)
        });
        assert_eq!(got, expected.to_string(), "{x} {cmp:?} {y}");
    }
}

/// Folds of lists; `boom` is an item that fails with E001.
#[test]
fn folds() {
    let huge = "79228162514264337593543950335";
    for (fold, items, expected) in [
        (Fold::Sum, vec!["1", "2", "3.5"], "6.5"),
        (Fold::Sum, vec![], "0"),
        (Fold::Sum, vec![huge, "1", "-1"], huge),
        (Fold::Sum, vec![huge, "1"], "E002"),
        (Fold::Sum, vec!["1", "boom", "2", "boom"], "E001 E001"),
        (Fold::Product, vec!["2", "3"], "6"),
        (Fold::Product, vec![], "1"),
        (Fold::Min, vec!["2", "-3"], "-3"),
        (Fold::Min, vec![], "E005"),
        (Fold::Max, vec!["2", "-3"], "2"),
        (Fold::Max, vec![], "E005"),
        (Fold::Mean, vec!["1", "2"], "1.5"),
        (Fold::Mean, vec!["1", "0", "0"], "0.3333333333333333333333333333"),
        (Fold::Mean, vec![], "E005"),
        (Fold::Count, vec!["1", "2"], "2"),
        (Fold::Count, vec!["boom"], "1"),
    ] {
        let got = of(|b| {
            let l = b.over(Ty::Number(UnitId(0)), |b| b.list(&items), None, |_, x| x);
            b.op(Op::Fold(fold, l))
        });
        assert_eq!(got, expected, "{fold:?} of {items:?}");
    }
}

#[test]
fn any_and_all_stop_where_they_are_decided() {
    for (fold, items, expected) in [
        (Fold::Any, vec!["1", "boom"], "true"),
        (Fold::Any, vec!["-1", "boom", "1"], "E001"),
        (Fold::Any, vec![], "false"),
        (Fold::All, vec!["-1", "boom"], "false"),
        (Fold::All, vec!["1", "boom", "-1"], "E001"),
        (Fold::All, vec![], "true"),
    ] {
        let got = of(|b| {
            let positive = |b: &mut B, x: NodeId| {
                let zero = b.c("0");
                b.node(Op::Compare { cmp: Cmp::Gt, a: x, ra: Ratio::ONE, b: zero, rb: Ratio::ONE }, Ty::Bool)
            };
            let l = b.over(Ty::Number(UnitId(0)), |b| b.list(&items), None, positive);
            b.node(Op::Fold(fold, l), Ty::Bool)
        });
        assert_eq!(got, expected, "{fold:?} of {items:?}");
    }
}

#[test]
fn filters_and_nested_loops() {
    // sum(x * y for x in 1..4 where x > 2, y in 1..x)
    let got = of(|b| {
        let number = Ty::Number(UnitId(0));
        let numbers = Ty::List(Box::new(number.clone()));
        let range = |b: &mut B, to: NodeId, ty: Ty| {
            let from = b.c("1");
            b.node(Op::Range(from, to), ty)
        };
        let list = b.region(|b| {
            let to = b.c("4");
            range(b, to, numbers.clone())
        });
        let (mut x, mut y) = (NodeId(0), NodeId(0));
        let head = b.region(|b| {
            x = b.node(Op::Bound, number.clone());
            x
        });
        let filter = b.region(|b| {
            let two = b.c("2");
            b.node(Op::Compare { cmp: Cmp::Gt, a: x, ra: Ratio::ONE, b: two, rb: Ratio::ONE }, Ty::Bool)
        });
        let inner = b.region(|b| range(b, x, numbers.clone()));
        let inner_head = b.region(|b| {
            y = b.node(Op::Bound, number.clone());
            y
        });
        let body = b.region(|b| b.op(Op::Mul(x, y)));
        let levels = vec![
            Level { list, bound: x, head, series: None, filter: Some(filter) },
            Level { list: inner, bound: y, head: inner_head, series: None, filter: None },
        ];
        b.op(Op::Fold(Fold::Sum, Loop { levels, body }))
    });
    // 3 × (1+2+3) + 4 × (1+2+3+4)
    assert_eq!(got, "58");
}

#[test]
fn parts_of_a_list() {
    // The sum over x of the y in that part of 1 .. 4; and a position that no item has.
    for (part, at, expected) in [
        (Part::From, None, "30"),
        (Part::After, None, "20"),
        (Part::Before, None, "10"),
        (Part::To, None, "20"),
        // Each of the four x fails on its own.
        (Part::From, Some("4"), "C005 C005 C005 C005"),
        (Part::To, Some("0"), "4"),
    ] {
        let number = Ty::Number(UnitId(0));
        let got = of(|b| {
            let list = |b: &mut B| {
                let (from, to) = (b.c("1"), b.c("4"));
                b.node(Op::Range(from, to), Ty::List(Box::new(Ty::Number(UnitId(0)))))
            };
            let l = b.over(number.clone(), list, None, |b, x| {
                let mut inner = b.over(Ty::Number(UnitId(0)), list, None, |_, y| y);
                let at = b.region(|b| match at {
                    Some(at) => b.c(at),
                    None => b.op(Op::Position(x)),
                });
                inner.levels[0].series = Some(Series { part, at });
                b.op(Op::Fold(Fold::Sum, inner))
            });
            b.op(Op::Fold(Fold::Sum, l))
        });
        assert_eq!(got, expected, "{part:?} {at:?}");
    }
}

#[test]
fn ranges() {
    for (from, to, expected) in [("1", "3", "3"), ("3", "1", "0"), ("0.5", "3", "E004"), ("0", "9000000", "E002")] {
        let got = of(|b| {
            let list = |b: &mut B| {
                let (x, y) = (b.c(from), b.c(to));
                b.node(Op::Range(x, y), Ty::List(Box::new(Ty::Number(UnitId(0)))))
            };
            let l = b.over(Ty::Number(UnitId(0)), list, None, |_, x| x);
            b.op(Op::Fold(Fold::Count, l))
        });
        assert_eq!(got, expected, "{from} .. {to}");
    }
}

#[test]
fn only_the_chosen_arm_counts() {
    type Make = fn(&mut B) -> NodeId;
    fn ok(b: &mut B) -> NodeId {
        b.c("7")
    }
    fn bad(b: &mut B) -> NodeId {
        b.boom()
    }
    fn yes(b: &mut B) -> NodeId {
        b.flag(true)
    }
    fn no(b: &mut B) -> NodeId {
        b.flag(false)
    }
    fn broken(b: &mut B) -> NodeId {
        let (x, y) = (b.boom(), b.c("1"));
        b.node(Op::Compare { cmp: Cmp::Lt, a: x, ra: Ratio::ONE, b: y, rb: Ratio::ONE }, Ty::Bool)
    }
    for (condition, yes_arm, no_arm, expected) in [
        (yes as Make, ok as Make, bad as Make, "7"),
        (no, ok, bad, "E001"),
        (no, bad, ok, "7"),
        (broken, ok, ok, "E001"),
        (broken, bad, bad, "E001"),
    ] {
        let got = of(|b| {
            let c = condition(b);
            let (x, y) = (b.region(yes_arm), b.region(no_arm));
            b.op(Op::If(c, x, y))
        });
        assert_eq!(got, expected);
        // The same choice by `first of`.
        let got = of(|b| {
            let (c, x, y) = (b.region(condition), b.region(yes_arm), b.region(no_arm));
            b.op(Op::FirstOf(vec![(c, x)], Some(y)))
        });
        assert_eq!(got, expected);
    }
    for (left, right, and, or) in [
        (yes as Make, yes as Make, "true", "true"),
        (yes, broken, "E001", "true"),
        (no, broken, "false", "E001"),
        (broken, yes, "E001", "E001"),
    ] {
        let both = |f: fn(NodeId, RegionId) -> Op| {
            of(|b| {
                let l = left(b);
                let r = b.region(right);
                b.node(f(l, r), Ty::Bool)
            })
        };
        assert_eq!((both(Op::And).as_str(), both(Op::Or).as_str()), (and, or));
    }
    for (conditions, expected) in [
        (vec![yes as Make, no], "7"),
        (vec![no, yes], "7"),
        (vec![no, no], "E009"),
        (vec![yes, yes], "E009"),
        (vec![yes, broken], "E001"),
    ] {
        let got = of(|b| {
            let arms = conditions
                .iter()
                .map(|c| {
                    let (c, v) = (b.region(c), b.region(ok));
                    (c, v, b.place())
                })
                .collect();
            b.op(Op::OneOf(arms))
        });
        assert_eq!(got, expected);
    }
}

#[test]
fn optionals_and_matches() {
    let number = Ty::Number(UnitId(0));
    let optional = Ty::Optional(Box::new(number.clone()));
    for (given, expected) in [(true, "3"), (false, "9")] {
        let got = of(|b| {
            let x = if given {
                let x = b.c("3");
                b.node(Op::Present(x), optional.clone())
            } else {
                b.node(Op::Const(Const::Absent, None), optional.clone())
            };
            let other = b.region(|b| if given { b.boom() } else { b.c("9") });
            b.op(Op::OrElse(x, other))
        });
        assert_eq!(got, expected);
    }
    for (member, expected) in [(0, "7"), (1, "E001")] {
        let got = of(|b| {
            let e = b.enumeration("E", &["a", "b"]);
            let x = b.node(Op::Const(Const::Enum(e, member), None), Ty::Enum(e));
            let arms = vec![b.region(|b| b.c("7")), b.region(|b| b.boom())];
            b.op(Op::Match(x, arms))
        });
        assert_eq!(got, expected);
    }
}

#[test]
fn an_unused_failure_is_none_and_operands_unite() {
    let mut b = B::new();
    let unused = b.boom();
    b.def("unused", unused);
    let seven = b.c("7");
    b.report("r", seven);
    assert_eq!(answer(&b.plain()), "7");

    let mut b = B::new();
    let (x, y) = (b.boom(), b.boom());
    let sum = b.op(Op::Add(y, x));
    let again = b.op(Op::Mul(sum, x));
    b.report("r", again);
    b.report("s", sum);
    let errors = b.plain().unwrap_err();
    let at = |d: &footrule_diag::Diagnostic| d.primary.as_ref().map(|l| l.at.clone());
    let place = |n: NodeId| Some(b.p.places[b.p.nodes[n.ix()].place.ix()].clone());
    let found: Vec<Option<FileSpan>> = errors.iter().map(at).collect();
    assert_eq!(found, [place(x), place(y)], "each origin once, by place");
}

#[test]
fn messages_name_the_operands_with_values_and_units() {
    let mut b = B::new();
    let (ty_a, ty_p) = (b.num("t"), b.num("t{Al}"));
    let (a, p) = (b.input("net_anode", ty_a), b.input("production", ty_p));
    let ratio = b.op(Op::Div(a, p));
    b.report("r", ratio);
    let errors = b.with(r#""net_anode": 3, "production": "0 t""#).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message.en, "net_anode / production: division by zero; production is 0 t{Al}");
    assert_eq!(errors[0].message.zh, "net_anode / production：除数为零，production 为 0 t{Al}");
    assert_eq!(errors[0].secondary.len(), 1, "where production is declared");
}

#[test]
fn item_of_a_loop_is_named() {
    let mut b = B::new();
    let body = |b: &mut B, x: NodeId| {
        let one = b.c("1");
        b.op(Op::Div(one, x))
    };
    let l = b.over(Ty::Number(UnitId(0)), |b| b.list(&["1", "0", "2", "0"]), None, body);
    let sum = b.op(Op::Fold(Fold::Sum, l));
    b.report("r", sum);
    let messages: Vec<String> = b.plain().unwrap_err().into_iter().map(|d| d.message.en).collect();
    assert!(messages[0].ends_with("(item 2)") && messages[1].ends_with("(item 4)"), "{messages:?}");
}

#[test]
fn deep_and_long_programs() {
    // A chain of 50 000 operations, and 200 nested choices.
    let mut b = B::new();
    let one = b.c("1");
    let mut x = b.c("0");
    for _ in 0..50_000 {
        x = b.op(Op::Add(x, one));
    }
    b.report("r", x);
    assert_eq!(answer(&b.plain()), "50000");

    fn nest(b: &mut B, depth: u32) -> NodeId {
        if depth == 0 {
            return b.c("7");
        }
        let c = b.flag(true);
        let (x, y) = (b.region(|b| nest(b, depth - 1)), b.region(|b| b.boom()));
        b.op(Op::If(c, x, y))
    }
    fn folds(b: &mut B, depth: u32) -> NodeId {
        if depth == 0 {
            return b.c("7");
        }
        let l = b.over(Ty::Number(UnitId(0)), |b| b.list(&["1"]), None, |b, _| folds(b, depth - 1));
        b.op(Op::Fold(Fold::Sum, l))
    }
    assert_eq!(of(|b| folds(b, 250)), "7");
    assert_eq!(of(|b| nest(b, 200)), "7");
    assert_eq!(of(|b| nest(b, 400)), "C005", "refused, not a crash");
}
