//! Parameters by period and policy, tables, global warming potentials.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(missing_docs, reason = "tests")]

mod common;

use common::*;
use footrule_mir::*;

fn year(y: i32) -> (Day, Option<Day>) {
    ((y, 1, 1), Some((y + 1, 1, 1)))
}

/// A rule whose report `r` is a parameter with these rows at the period.
fn param(rows: &[((Day, Option<Day>), &str)], change: impl FnOnce(&mut ParamInfo)) -> B {
    let mut b = B::new();
    let ty = Ty::Number(UnitId(0));
    let rows = rows
        .iter()
        .map(|((from, to), value)| {
            let id = format!("p[{}]", from.0);
            ParamRow { from: *from, to: *to, factor: b.factor(&id, value, ""), origin: Origin::Fossil }
        })
        .collect();
    let place = b.place();
    let mut info = ParamInfo {
        name: named("p"),
        ty: ty.clone(),
        rows,
        before: Policy::Error,
        after: Policy::Error,
        review: None,
        at: None,
        place,
    };
    change(&mut info);
    b.p.params.push(info);
    let period = b.node(Op::Period, Ty::Period);
    let value = b.node(Op::ParamAt(ParamId(0), period), ty);
    b.report("r", value);
    b
}

fn at(b: &B, period: &str) -> String {
    answer(&b.run(&format!(r#"{{"period": "{period}", "inputs": {{}}}}"#)))
}

#[test]
fn rows_and_policies() {
    let rows = [(year(2022), "1"), (year(2024), "3")];
    let strict = param(&rows, |_| {});
    let held = param(&rows, |p| {
        p.before = Policy::Hold { warning: false, until: None };
        p.after = Policy::Hold { warning: true, until: Some((2027, 6, 30)) };
    });
    for (period, in_strict, in_held) in [
        ("2022", "1", "1"),
        ("2023", "E007", "E007"),
        ("2024", "3", "3"),
        ("2021", "E007", "1"),
        ("2026", "E007", "3"),
        ("2027-01-01/2027-06-30", "E007", "3"),
        ("2027-01-01/2027-07-01", "E007", "E007"),
        ("2022-06-01/2024-01-01", "E007", "E007"),
        ("2024-12-31/2025-01-01", "E007", "3"),
    ] {
        assert_eq!(at(&strict, period), in_strict, "strict {period}");
        assert_eq!(at(&held, period), in_held, "held {period}");
    }
}

#[test]
fn holding_with_warning_is_a_finding_only_where_it_is_used() {
    let rows = [(year(2024), "3")];
    let hold = |p: &mut ParamInfo| p.after = Policy::Hold { warning: true, until: None };
    let mut b = param(&rows, hold);
    let findings = |b: &B, period: &str| {
        let o = b.run(&format!(r#"{{"period": "{period}", "inputs": {{}}}}"#)).unwrap();
        o.warnings.into_iter().map(|w| (w.name, w.message.en)).collect::<Vec<_>>()
    };
    assert_eq!(findings(&b, "2024"), []);
    let expected = "parameter p has no value for 2025-01-01; the value from 2024-01-01 is held";
    assert_eq!(findings(&b, "2025"), [("p".to_owned(), expected.to_owned())]);
    b.p.reports.clear();
    assert_eq!(findings(&b, "2025"), [], "nothing reads it");
}

#[test]
fn changes_inside_the_period() {
    let rows = [(((2024, 1, 1), None), "1"), (((2024, 12, 1), None), "2")];
    for (rule, period, expected) in [
        (None, "2024", "E012"),
        (None, "2024-01-01/2024-11-30", "1"),
        (Some(PeriodRule::Start), "2024", "1"),
        (Some(PeriodRule::End), "2024", "2"),
        // (335 × 1 + 31 × 2) ÷ 366, rounded once
        (Some(PeriodRule::Days), "2024", "1.0846994535519125683060109290"),
        (Some(PeriodRule::Days), "2024-11-30/2024-12-01", "1.5"),
        (Some(PeriodRule::Days), "2023-12-31/2024-01-01", "E007"),
        (Some(PeriodRule::End), "2023-12-31/2024-01-01", "1"),
    ] {
        let b = param(&rows, |p| p.at = rule);
        assert_eq!(at(&b, period), expected.trim_end_matches('0'), "{rule:?} {period}");
    }
    let same = [(year(2023), "1"), (year(2024), "1.0")];
    let b = param(&same, |_| {});
    assert_eq!(at(&b, "2023-06-01/2024-06-01"), "1", "equal values do not change");
}

#[test]
fn at_a_year_or_a_date() {
    let rows = [(year(2023), "1"), (year(2024), "2")];
    for (value, expected) in
        [("2023", "1"), ("2024", "2"), ("2025", "E007"), ("2023.5", "E004"), ("0", "E004"), ("-1", "E004")]
    {
        let mut b = param(&rows, |_| {});
        let y = b.c(value);
        let x = b.op(Op::ParamAt(ParamId(0), y));
        b.p.reports[0].value = x;
        assert_eq!(at(&b, "2024"), expected, "{value}");
    }
    let mut b = param(&rows, |_| {});
    let day = b.node(Op::Const(Const::Date { year: 2023, month: 12, day: 31 }, None), Ty::Date);
    let x = b.op(Op::ParamAt(ParamId(0), day));
    b.p.reports[0].value = x;
    assert_eq!(at(&b, "2024"), "1");
}

/// table t(a: E, b: E) -> (number, kg{CO2e}) with rows `_,_` `y,_` `_,z` `y,z`-like keys.
fn table(rows: &[(Option<u32>, Option<u32>, &str)]) -> (B, EnumId) {
    let mut b = B::new();
    let e = b.enumeration("E", &["x", "y", "z"]);
    let co2e = b.split("kg{CO2e}");
    let rows = rows
        .iter()
        .map(|(k, l, v)| TableRow {
            keys: vec![k.map(|m| Const::Enum(e, m)), l.map(|m| Const::Enum(e, m))],
            values: vec![
                Cell::Factor(b.factor(&format!("t{k:?}{l:?}"), v, "")),
                Cell::Factor(b.factor("c", v, "kg{CO2e}")),
            ],
            origin: Origin::Biogenic,
            place: b.place(),
        })
        .collect();
    let place = b.place();
    b.p.tables.push(TableInfo {
        name: named("t"),
        keys: vec![("a".into(), Ty::Enum(e)), ("b".into(), Ty::Enum(e))],
        columns: vec![("v".into(), Ty::Number(UnitId(0))), ("c".into(), co2e)],
        rows,
        partial: true,
        interpolate: None,
        place,
    });
    (b, e)
}

#[test]
fn the_most_specific_row_wins() {
    let rows = [(None, None, "1"), (Some(0), None, "2"), (None, Some(1), "3"), (Some(2), Some(2), "4")];
    for (a, c, expected) in [(2, 0, "1"), (0, 0, "2"), (2, 1, "3"), (2, 2, "4"), (0, 1, "E008")] {
        let (mut b, e) = table(&rows);
        let k = b.node(Op::Const(Const::Enum(e, a), None), Ty::Enum(e));
        let l = b.node(Op::Const(Const::Enum(e, c), None), Ty::Enum(e));
        let keys = vec![k, l];
        let v = b.op(Op::Lookup { table: TableId(0), keys: keys.clone(), column: Some(0) });
        b.report("r", v);
        assert_eq!(answer(&b.plain()), expected, "{a} {c}");
        // The same through the row.
        let row = b.node(Op::Lookup { table: TableId(0), keys, column: None }, Ty::Row(TableId(0)));
        let v = b.op(Op::Column(row, 2));
        b.p.reports[0].value = v;
        assert_eq!(answer(&b.plain()), expected, "{a} {c} by row");
    }
}

#[test]
fn missing_rows() {
    for (key, has, expected) in [(0, "true", "2"), (1, "false", "E008")] {
        let (mut b, e) = table(&[(Some(0), None, "2")]);
        let k = b.node(Op::Const(Const::Enum(e, key), None), Ty::Enum(e));
        let v = b.op(Op::Lookup { table: TableId(0), keys: vec![k, k], column: Some(0) });
        b.report("r", v);
        let result = b.plain();
        assert_eq!(answer(&result), expected);
        if let Err(d) = result {
            assert_eq!(d[0].message.en, "table t has no row for y, y");
        }
        let h = b.node(Op::HasRow { table: TableId(0), keys: vec![k, k] }, Ty::Bool);
        b.p.reports[0].value = h;
        assert_eq!(answer(&b.plain()), has);
    }
}

#[test]
fn rows_can_be_summed_and_leave_their_trace() {
    let (mut b, _) = table(&[(Some(0), Some(0), "2"), (Some(1), Some(0), "5")]);
    let row = Ty::Row(TableId(0));
    let rows = Ty::List(Box::new(row.clone()));
    let l = b.over(row, |b| b.node(Op::Rows(TableId(0)), rows), None, |b, x| b.op(Op::Column(x, 2)));
    let sum = b.op(Op::Fold(Fold::Sum, l));
    b.report("r", sum);
    let o = b.plain().unwrap();
    assert_eq!(report(&o, "r"), "7");
    assert_eq!(o.factors.iter().map(|f| f.value.to_string()).collect::<Vec<_>>(), ["2", "5"]);
    assert_eq!(o.factors[0].used_by, ["report r"]);
}

#[test]
fn gwp_by_gas_and_origin() {
    for (neutral, gas, origin, expected) in [
        (false, "CH4", Origin::Fossil, "59.6"),
        (false, "CH4", Origin::Biogenic, "54"),
        (false, "CH4", Origin::LandUse, "55.8"),
        (false, "CO2", Origin::Biogenic, "2"),
        (true, "CO2", Origin::Biogenic, "0"),
        (true, "CO2", Origin::Fossil, "2"),
        (true, "CH4", Origin::Biogenic, "54"),
        (false, "SF6", Origin::Fossil, "P008"),
    ] {
        let mut b = B::new();
        b.p.rule.biogenic_neutral = neutral;
        b.gas("CO2", &[(None, "1")]);
        b.gas("CH4", &[(None, "27.9"), (Some(Origin::Fossil), "29.8"), (Some(Origin::Biogenic), "27")]);
        b.gas("SF6", &[]);
        let id = GasId(["CO2", "CH4", "SF6"].iter().position(|g| *g == gas).unwrap() as u32);
        let mass = b.cu("2", "kg");
        let ty = b.split("kg{CO2e}");
        let split = b.node(Op::Characterise { mass, gas: GasRef::Static(id), origin }, ty);
        let number = b.num("kg{CO2e}");
        let whole = b.node(Op::Whole(split), number);
        b.report("r", whole);
        assert_eq!(answer(&b.plain()), expected, "{gas} {origin:?} neutral {neutral}");
    }
}
