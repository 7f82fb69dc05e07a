//! `test` statements: what passes, what fails, and how it says so.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(missing_docs, reason = "tests")]

mod common;

use common::*;
use footrule_mir::*;
use footrule_number::{Number, Ratio};
use footrule_runtime::run_test;

/// input x: kg{CO2e} where >= 0, input p: t{Al}; emission l = x of p; report r = x / p; warn high: x < 5.
fn rule() -> B {
    let mut b = B::new();
    let s = b.stage("s");
    let (co2e, al) = (b.num("kg{CO2e}"), b.num("t{Al}"));
    let x = b.input("x", co2e.clone());
    let p = b.input("p", al);
    let place = b.place();
    b.p.inputs[0].constraints.push(Constraint::Compare(Cmp::Ge, n("0"), place));
    let split = b.split("kg{CO2e}");
    let value = b.node(Op::Split { value: x, origin: Origin::Fossil, evidence: Evidence::Primary }, split);
    b.line("l", s, LineGas::Split, value);
    b.p.products[0].reference = Some(p);
    let ty = b.num("kg{CO2e}/t{Al}");
    let ratio = b.node(Op::Div(x, p), ty);
    b.report("r", ratio);
    b.def("d", ratio);
    let condition = b.region(|b| {
        let five = b.node(Op::Const(Const::Number(n("5")), None), co2e);
        b.node(Op::Compare { cmp: Cmp::Lt, a: x, ra: Ratio::ONE, b: five, rb: Ratio::ONE }, Ty::Bool)
    });
    b.check("high", true, condition, vec![]);
    b
}

fn test(b: &mut B, sets: &[(&str, &str, &str)], from: Option<&str>, expects: Vec<Expect>) {
    let sets = sets
        .iter()
        .map(|(name, value, unit)| ((*name).to_owned(), b.region(|b| b.cu(value, unit)), b.place()))
        .collect();
    let expects = expects.into_iter().map(|e| (e, b.place())).collect();
    let place = b.place();
    let key = |text: &str| if text.trim_start().starts_with('{') { "case.json" } else { text }.to_owned();
    let from = from.map(|text| (key(text), text.to_owned()));
    b.p.tests.push(TestInfo {
        name: named("t"),
        period: None,
        sets,
        scenario: None,
        from,
        expects,
        source: None,
        place,
    });
}

fn total(value: &str, decimals: u32, within: Option<&str>) -> Expect {
    result(ResultRef::Total, value, decimals, within, Ratio::ONE)
}

fn result(what: ResultRef, value: &str, decimals: u32, within: Option<&str>, scale: Ratio) -> Expect {
    Expect::Result {
        product: ProductId(0),
        what,
        value: n(value),
        decimals,
        within: within.map(n),
        scale,
        unit: UnitId(0),
    }
}

fn value(name: &str, line: bool, value: &str) -> Expect {
    let value: Number = n(value);
    Expect::Value {
        name: name.into(),
        line,
        value,
        decimals: value.scale(),
        within: None,
        scale: Ratio::ONE,
        unit: UnitId(0),
    }
}

#[test]
fn expectations() {
    let good = [("x", "10", "kg{CO2e}"), ("p", "3", "t{Al}")];
    let zero = [("x", "10", "kg{CO2e}"), ("p", "0", "t{Al}")];
    let negative = [("x", "-1", "kg{CO2e}"), ("p", "3", "t{Al}")];
    let thousandth = Ratio::new(1, 1000).unwrap();
    for (sets, expects, passes) in [
        (&good[..], vec![total("3.3", 1, None)], true),
        (&good, vec![total("3.4", 1, None)], false),
        (&good, vec![total("3.33", 2, None), total("3", 0, None)], true),
        (&good, vec![total("3.30", 2, None)], false),
        (&good, vec![total("3.4", 1, Some("0.1"))], true),
        (&good, vec![total("3.4", 1, Some("0.06"))], false),
        (&good, vec![result(ResultRef::Stage(StageId(0)), "0.0033", 4, None, thousandth)], true),
        (&good, vec![result(ResultRef::Lines(vec![LineId(0)]), "3.3", 1, None, Ratio::ONE)], true),
        (&good, vec![result(ResultRef::Origin(Origin::Biogenic), "0", 0, None, Ratio::ONE)], true),
        (&good, vec![value("l", true, "10"), value("r", false, "3.333")], true),
        (&good, vec![value("d", false, "3.333")], true),
        (&good, vec![value("d", false, "3.334")], false),
        (&good, vec![value("l", false, "10")], false),
        (&good, vec![value("m", true, "10")], false),
        (&good, vec![Expect::Warning("high".into())], true),
        (&good, vec![Expect::Warning("low".into())], false),
        (&good, vec![Expect::Error("FR-E001".into())], false),
        (&good, vec![], true),
        (&zero, vec![Expect::Error("FR-E001".into())], true),
        (&zero, vec![Expect::Error("E001".into())], true),
        (&zero, vec![Expect::Error("FR-E002".into())], false),
        (&zero, vec![Expect::Error("FR-E001".into()), total("1", 0, None)], false),
        (&zero, vec![total("1", 0, None)], false),
        (&zero, vec![], false),
        (&negative, vec![Expect::Error("FR-I003".into())], true),
        (&good[..1], vec![Expect::Error("FR-I002".into())], true),
    ] {
        let mut b = rule();
        let said = format!("{sets:?} {expects:?}");
        test(&mut b, sets, None, expects);
        let verdict = run_test(b.verified(), 0, None);
        assert_eq!(verdict.passed, passes, "{said}: {:?}", verdict.failures);
        assert_eq!(verdict.failures.is_empty(), passes);
    }
}

#[test]
fn failures_show_both_figures() {
    let mut b = rule();
    test(&mut b, &[("x", "10", "kg{CO2e}"), ("p", "3", "t{Al}")], None, vec![total("3.40", 2, None)]);
    let verdict = run_test(b.verified(), 0, None);
    assert_eq!(verdict.failures[0].code.as_str(), "FR-R006");
    assert_eq!(
        verdict.failures[0].message.en.replace("  ", " "),
        "total: 3.40 is expected; it is 3.33 (unrounded 3.3333333333333333333333333333)"
    );
    assert!(verdict.outcome.is_some());
}

#[test]
fn inputs_from_files_and_sets() {
    let case = r#"{"period": "2024", "inputs": {"x": "10 kg", "p": 3}}"#;
    for (sets, from, passes) in [
        (vec![], case, true),
        (vec![], "case.json", false),
        (vec![], "3", false),
        (vec![("x", "9", "kg{CO2e}")], case, false),
        (vec![("p", "3", "t{Al}"), ("p", "3", "t{Al}")], case, false),
        (vec![("q", "3", "t{Al}")], case, false),
    ] {
        let mut b = rule();
        test(&mut b, &sets, Some(from), vec![total("3.33", 2, None)]);
        let verdict = run_test(b.verified(), 0, None);
        assert_eq!(verdict.passed, passes, "{sets:?} {from}: {:?}", verdict.failures);
    }
    assert!(!run_test(rule().verified(), 0, None).passed, "there is no test");
}
