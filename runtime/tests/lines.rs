//! From lines to the result: sums, signs, origins, evidence, rounding, checks, the derivation.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(missing_docs, reason = "tests")]

mod common;

use common::*;
use footrule_diag::Text;
use footrule_mir::*;
use footrule_number::Ratio;
use footrule_runtime::{Explain, ExplainKind, Outcome, Verdict};

fn figures(o: &Outcome) -> Vec<(String, String)> {
    let mut all = vec![("total".to_owned(), o.footprints[0].total.unrounded.to_string())];
    all.extend(o.footprints[0].stages.iter().map(|s| (s.name.id.clone(), s.figure.unrounded.to_string())));
    all
}

/// Adds a CO2e line.
fn co2e_line(b: &mut B, name: &str, stage: StageId, value: &str, origin: Origin, evidence: Evidence) {
    let node = b.co2e(value, origin, evidence);
    b.line(name, stage, LineGas::Split, node);
}

#[test]
fn signs_and_kinds() {
    let build = |credits_apart: bool| {
        let mut b = B::new();
        b.p.rule.credits_apart = credits_apart;
        let s = b.stage("smelting");
        for (name, value, kind) in [
            ("e", "10", LineKind::Emission),
            ("r", "2", LineKind::Removal),
            ("c", "3", LineKind::Credit),
            ("a", "100", LineKind::Apart),
        ] {
            co2e_line(&mut b, name, s, value, Origin::Fossil, Evidence::Secondary);
            b.p.lines.last_mut().unwrap().kind = kind;
        }
        b.plain().unwrap()
    };
    let o = build(false);
    assert_eq!(o.footprints[0].total.unrounded, n("5"));
    assert_eq!(
        o.footprints[0].lines.iter().map(|l| l.figure.value.clone()).collect::<Vec<_>>(),
        ["10.00", "-2.00", "-3.00"]
    );
    assert_eq!(o.footprints[0].apart.iter().map(|l| l.figure.value.clone()).collect::<Vec<_>>(), ["100.00"]);
    assert_eq!(o.footprints[0].lines[1].quantity.as_ref().unwrap().value, n("2"), "the own quantity has no sign");
    let o = build(true);
    assert_eq!(o.footprints[0].total.unrounded, n("8"));
    assert_eq!(o.footprints[0].apart.iter().map(|l| l.name.id.as_str()).collect::<Vec<_>>(), ["c", "a"]);
}

#[test]
fn the_order_of_roundings_of_a_gas_line() {
    // 1 kg ÷ 3 per t: × 29.8, × 1/1000 × 1, ÷ 7
    let mut b = B::new();
    let s = b.stage("s");
    let g = b.gas("CH4", &[(None, "29.8")]);
    let mass = b.cu("0.3333333333333333333333333333", "kg{CH4}");
    b.line("ch4", s, LineGas::Static(g), mass).to_result = vec![Ratio::new(1, 1000).unwrap()];
    let p = b.cu("7", "t{Al}");
    b.p.products[0].reference = Some(p);
    let o = b.plain().unwrap();
    let by_hand = n("0.3333333333333333333333333333")
        .mul(n("29.8"))
        .and_then(|x| x.convert(Ratio::new(1, 1000).unwrap()))
        .and_then(|x| x.div(n("7")))
        .unwrap();
    assert_eq!(o.footprints[0].total.unrounded, by_hand);
    assert_eq!(o.footprints[0].gases.len(), 1);
    assert_eq!(o.footprints[0].gases[0].figure.unrounded, by_hand);
    assert_eq!(o.footprints[0].reference_flow.as_ref().unwrap().value, n("7"));
}

#[test]
fn splits_keep_origin_gas_and_evidence() {
    let mut b = B::new();
    let s = b.stage("s");
    let ch4 = b.gas("CH4", &[(None, "28")]);
    let ty = b.split("kg{CO2e}");
    let x = b.co2e("6", Origin::Biogenic, Evidence::Primary);
    let y = b.co2e("4", Origin::Fossil, Evidence::Secondary);
    let mass = b.cu("1", "kg{CH4}");
    let z = b.node(Op::Characterise { mass, gas: GasRef::Static(ch4), origin: Origin::LandUse }, ty.clone());
    let sum = b.node(Op::Add(x, y), ty.clone());
    let sum = b.node(Op::Sub(sum, z), ty.clone());
    let half = b.c("0.5");
    let scaled = b.node(Op::Mul(half, sum), ty.clone());
    let two = b.c("2");
    let back = b.node(Op::Div(scaled, two), ty.clone());
    let thousand = b.node(Op::Convert(back, Ratio::new(4, 1).unwrap()), ty);
    b.line("l", s, LineGas::Split, thousand).may_be_negative = Some(Text::same("test"));
    let o = b.plain().unwrap();
    let origins: Vec<_> = o.footprints[0].origins.iter().map(|x| (x.origin, x.figure.unrounded.to_string())).collect();
    assert_eq!(
        origins,
        [(Origin::Fossil, "4".into()), (Origin::Biogenic, "6".into()), (Origin::LandUse, "-28".into())]
    );
    let gases: Vec<_> =
        o.footprints[0].gases.iter().map(|g| (g.name.as_ref().map(|n| n.id.clone()), g.figure.value.clone())).collect();
    assert_eq!(gases, [(Some("CH4".to_owned()), "-28.00".to_owned()), (None, "10.00".to_owned())]);
    // |6| of 38 is primary; the gas was computed from a constant, which nobody gave.
    assert_eq!(o.footprints[0].primary_data_share.as_deref(), Some("0.1579"));
}

#[test]
fn gas_lines_without_given_data_are_secondary() {
    for constant in [true, false] {
        let mut b = B::new();
        let s = b.stage("s");
        let g = b.gas("CH4", &[(None, "28")]);
        let f = b.factor("f", "2", "kg{CH4}");
        let kg = b.num("kg{CH4}");
        let mass = if constant {
            b.node(Op::Const(Const::Number(n("2")), Some(f)), kg)
        } else {
            let place = b.place();
            let row = TableRow { keys: vec![None], values: vec![Cell::Factor(f)], origin: Origin::Fossil, place };
            b.p.tables.push(TableInfo {
                name: named("t"),
                keys: vec![("k".into(), Ty::Bool)],
                columns: vec![("v".into(), kg.clone())],
                rows: vec![row],
                partial: false,
                interpolate: None,
                place,
            });
            let key = b.flag(true);
            b.node(Op::Lookup { table: TableId(0), keys: vec![key], column: Some(0) }, kg)
        };
        b.line("l", s, LineGas::Static(g), mass);
        let o = b.plain().unwrap();
        assert_eq!(
            (o.footprints[0].total.value.as_str(), o.footprints[0].primary_data_share.as_deref()),
            ("56.00", Some("0.0000"))
        );
    }
}

#[test]
fn division_of_a_split_by_zero() {
    let mut b = B::new();
    let s = b.stage("s");
    let ty = b.split("kg{CO2e}");
    let x = b.co2e("6", Origin::Biogenic, Evidence::Primary);
    let zero = b.c("0");
    let y = b.node(Op::Div(x, zero), ty);
    b.line("l", s, LineGas::Split, y);
    assert_eq!(codes(&b.plain()), ["E001"]);
}

/// A line over a list of numbers, each kg{CO2e}.
fn loop_line(values: &[&str]) -> B {
    let mut b = B::new();
    let s = b.stage("s");
    let ty = b.split("kg{CO2e}");
    let number = b.num("kg{CO2e}");
    let list = Ty::List(Box::new(number.clone()));
    let l = b.over(
        number,
        |b| {
            let items = values.iter().map(|v| b.cu(v, "kg{CO2e}")).collect();
            b.node(Op::List(items), list)
        },
        None,
        |b, x| b.node(Op::Split { value: x, origin: Origin::Fossil, evidence: Evidence::Primary }, ty),
    );
    let any = b.co2e("0", Origin::Fossil, Evidence::Primary);
    let line = b.line("l", s, LineGas::Split, any);
    line.value = None;
    line.over = Some(l);
    b
}

#[test]
fn sums_do_not_depend_on_order() {
    let values =
        ["79228162514264337593543950335", "0.0000000000000000000000000001", "-79228162514264337593543950334", "0.5"];
    let mut seen = Vec::new();
    for turn in 0..values.len() {
        let mut order = values;
        order.rotate_left(turn);
        let mut b = loop_line(&order);
        b.p.lines[0].may_be_negative = Some(Text::same("test"));
        seen.push(b.plain().unwrap().footprints[0].total.unrounded);
        // The same as lines of several stages.
        let mut b = B::new();
        for (i, v) in order.iter().enumerate() {
            let s = b.stage(&format!("s{i}"));
            co2e_line(&mut b, &format!("l{i}"), s, v, Origin::Fossil, Evidence::Primary);
            b.p.lines[i].may_be_negative = Some(Text::same("test"));
        }
        seen.push(b.plain().unwrap().footprints[0].total.unrounded);
    }
    assert_eq!(seen, vec![n("1.5000000000000000000000000001"); 8]);
}

#[test]
fn items_have_index_name_and_figure() {
    let mut b = loop_line(&["1", "2.005", "3"]);
    let name = b.region(|b| b.text("part"));
    b.p.lines[0].named = vec![name];
    let o = b.plain().unwrap();
    let items: Vec<_> = o.footprints[0].lines[0]
        .items
        .iter()
        .map(|i| (i.index.clone(), i.figure.value.as_str(), i.name.en.as_str()))
        .collect();
    assert_eq!(items, [(vec![1], "1.00", "part"), (vec![2], "2.00", "part"), (vec![3], "3.00", "part")]);
    assert_eq!(o.footprints[0].lines[0].quantity.as_ref().unwrap().value, n("6.005"));
}

#[test]
fn negative_lines_name_the_item() {
    let b = loop_line(&["1", "-2", "-3"]);
    let errors = b.plain().unwrap_err();
    let messages: Vec<&str> = errors.iter().map(|d| d.message.en.as_str()).collect();
    assert_eq!(messages, ["l is negative: -2 kg{CO2e} (item 2)", "l is negative: -3 kg{CO2e} (item 3)"]);
    assert_eq!(codes(&b.plain()), ["E011", "E011"]);
}

#[test]
fn stage_and_gas_from_data() {
    // Items (gas, stage): (CH4, b), (CO2, a), (CH4, a), mass 1, 2, 3.
    let mut b = B::new();
    for s in ["a", "b"] {
        b.stage(s);
    }
    let stages = b.enumeration("Stage", &["a", "b"]);
    let gases = b.enumeration("Gas", &["CO2", "CH4"]);
    b.gas("CO2", &[(None, "1")]);
    b.gas("CH4", &[(None, "28")]);
    let kg = b.num("kg");
    let this = b.loose(Op::Bound, Ty::Record(RecordId(0)));
    let field = |name: &str, ty: Ty| FieldInfo {
        name: named(name),
        ty,
        tag_field: None,
        constraints: vec![],
        default: None,
        computed: None,
        factor: None,
        when: None,
        footprint: None,
    };
    b.p.records.push(RecordInfo {
        name: "Use".into(),
        fields: vec![field("gas", Ty::Enum(gases)), field("stage", Ty::Enum(stages)), field("mass", kg.clone())],
        requires: vec![],
        this,
        order: vec![0, 1, 2],
        each: false,
    });
    let list = b.input("uses", Ty::List(Box::new(Ty::Record(RecordId(0)))));
    let mut item = NodeId(0);
    let l = b.over(
        Ty::Record(RecordId(0)),
        |_| list,
        None,
        |b, x| {
            item = x;
            b.node(Op::Field(x, 2), kg.clone())
        },
    );
    let gas = b.region(|b| b.node(Op::Field(item, 0), Ty::Enum(gases)));
    let stage = b.region(|b| b.node(Op::Field(item, 1), Ty::Enum(stages)));
    let any = b.cu("0", "kg");
    let line = b.line("l", StageId(0), LineGas::Region(gas), any);
    line.value = None;
    line.over = Some(l);
    line.stage = StageRef::Region(stage);
    let uses = r#""uses": [
        {"gas": "CH4", "stage": "b", "mass": "1 kg"},
        {"gas": "CO2", "stage": "a", "mass": 2},
        {"gas": "CH4", "stage": "a", "mass": "0.003 t"}]"#;
    let o = b.with(uses).unwrap();
    assert_eq!(figures(&o), [("total".into(), "114".into()), ("a".into(), "86".into()), ("b".into(), "28".into())]);
    assert_eq!(o.footprints[0].lines[0].stages, ["a", "b"]);
    assert_eq!(o.footprints[0].lines[0].quantity, None, "kilograms of different gases are no one quantity");
    assert_eq!(o.footprints[0].gases.iter().map(|g| g.figure.unrounded.to_string()).collect::<Vec<_>>(), ["2", "112"]);
    o.explain.unwrap().verify_sums().unwrap();
}

#[test]
fn conditions_and_origins_of_lines() {
    for (holds, expected, applicable) in [(true, "28", true), (false, "0", false)] {
        let mut b = B::new();
        let s = b.stage("s");
        let g = b.gas("CH4", &[(None, "28")]);
        let mass = if holds { b.cu("1", "kg{CH4}") } else { b.boom() };
        let unit = b.num("kg{CH4}");
        let mass = b.node(Op::Convert(mass, Ratio::ONE), unit);
        let when = b.region(|b| b.flag(holds));
        b.line("l", s, LineGas::Static(g), mass).when = Some(when);
        let o = b.plain().unwrap();
        assert_eq!(
            (o.footprints[0].total.unrounded.to_string().as_str(), o.footprints[0].lines[0].applicable),
            (expected, applicable)
        );
    }
    let shares = |list: &[(Origin, Option<&str>)]| {
        let mut b = B::new();
        let s = b.stage("s");
        let g = b.gas("CH4", &[(None, "28"), (Some(Origin::Biogenic), "27")]);
        let mass = b.cu("10", "kg{CH4}");
        let parts = list.iter().map(|(o, v)| (*o, v.map(|v| b.region(|b| b.c(v))))).collect();
        b.line("l", s, LineGas::Static(g), mass).origin = LineOrigin::Split(parts);
        let result = b.plain();
        match result {
            Ok(o) => {
                o.footprints[0].origins.iter().map(|x| x.figure.unrounded.to_string()).collect::<Vec<_>>().join(" ")
            }
            Err(_) => codes(&result).join(" "),
        }
    };
    for (list, expected) in [
        (vec![(Origin::Biogenic, Some("0.25")), (Origin::Fossil, None)], "210 67.5"),
        (vec![(Origin::Biogenic, Some("0.25")), (Origin::Fossil, Some("0.75"))], "210 67.5"),
        (vec![(Origin::Biogenic, Some("0.25")), (Origin::Fossil, Some("0.5"))], "E004"),
        (vec![(Origin::Biogenic, Some("1.25")), (Origin::Fossil, None)], "E004"),
        (vec![(Origin::Biogenic, Some("-0.25")), (Origin::Fossil, None)], "E004"),
    ] {
        assert_eq!(shares(&list), expected, "{list:?}");
    }
}

#[test]
fn reference_flows() {
    for (value, expected) in [("4", "2.5"), ("0", "E001"), ("-4", "E004")] {
        let mut b = B::new();
        let s = b.stage("s");
        co2e_line(&mut b, "l", s, "10", Origin::Fossil, Evidence::Primary);
        co2e_line(&mut b, "m", s, "0", Origin::Fossil, Evidence::Primary);
        let p = b.cu(value, "t{Al}");
        b.p.products[0].reference = Some(p);
        let result = b.plain();
        match &result {
            Ok(o) => assert_eq!(o.footprints[0].total.unrounded.to_string(), expected),
            Err(_) => assert_eq!(codes(&result), [expected], "once, not for each line"),
        }
    }
}

#[test]
fn results_feed_reports_and_checks() {
    let mut b = B::new();
    let (s, t) = (b.stage("s"), b.stage("t"));
    co2e_line(&mut b, "x", s, "1", Origin::Fossil, Evidence::Primary);
    co2e_line(&mut b, "y", t, "2", Origin::Biogenic, Evidence::Primary);
    let ty = b.num("kg{CO2e}/t{Al}");
    for (name, what) in [
        ("total", ResultRef::Total),
        ("stage", ResultRef::Stage(t)),
        ("origin", ResultRef::Origin(Origin::Biogenic)),
        ("lines", ResultRef::Lines(vec![LineId(0), LineId(1)])),
    ] {
        let node = b.results(|b| b.node(Op::Result(ProductId(0), what), ty.clone()));
        b.report(name, node);
    }
    let share = b.results(|b| {
        let x = b.node(Op::Result(ProductId(0), ResultRef::Stage(s)), ty.clone());
        let y = b.node(Op::Result(ProductId(0), ResultRef::Total), ty.clone());
        b.op(Op::Div(x, y))
    });
    b.report("share", share);
    b.p.reports[4].round = Some(Rounding { digits: 3, significant: true });
    let limit = |b: &mut B, bound: &str| {
        b.region(|b| {
            let x = b.node(Op::Result(ProductId(0), ResultRef::Total), ty.clone());
            let y = b.c(bound);
            b.node(Op::Compare { cmp: Cmp::Le, a: x, ra: Ratio::ONE, b: y, rb: Ratio::ONE }, Ty::Bool)
        })
    };
    let (tight, wide) = (limit(&mut b, "2"), limit(&mut b, "9"));
    let shown = b.region(|b| b.node(Op::Result(ProductId(0), ResultRef::Total), ty.clone()));
    b.check("high", true, tight, vec![Piece::Text("total ".into()), Piece::Value(shown)]);
    b.check("fine", false, wide, vec![]);
    let o = b.plain().unwrap();
    for (name, expected) in [("total", "3"), ("stage", "2"), ("origin", "2"), ("lines", "3")] {
        assert_eq!(report(&o, name), expected, "{name}");
    }
    let footrule_runtime::ReportValue::Figure(f) = &o.reports[4].value else { panic!("a number") };
    assert_eq!((f.value.as_str(), f.unrounded.to_string().as_str()), ("0.333", "0.3333333333333333333333333333"));
    assert_eq!(o.warnings.len(), 1);
    assert_eq!(o.warnings[0].message.en, "total 3 kg{CO2e}/t{Al}");
    assert_eq!(o.checks.iter().map(|c| c.verdict).collect::<Vec<_>>(), [Verdict::Warning, Verdict::Passed]);

    // The same as a requirement: refused, before the arithmetic.
    b.p.checks[0].warn = false;
    let bad = b.boom();
    b.report("bad", bad);
    let result = b.plain();
    assert_eq!(codes(&result), ["E006", "E001"]);
    assert_eq!(result.unwrap_err()[0].message.en, "total 3 kg{CO2e}/t{Al}");
}

#[test]
fn a_failing_line_fails_its_results_once() {
    let mut b = B::new();
    let s = b.stage("s");
    let bad = b.boom();
    let ty = b.split("kg{CO2e}");
    let bad = b.node(Op::Split { value: bad, origin: Origin::Fossil, evidence: Evidence::Primary }, ty);
    // Repair the unit: the quotient is a number.
    let co2e = b.num("kg{CO2e}");
    let Op::Split { value, .. } = b.p.nodes[bad.ix()].op else { panic!("a split") };
    b.p.nodes[value.ix()].ty = co2e;
    b.line("x", s, LineGas::Split, bad);
    let ty = b.num("kg{CO2e}/t{Al}");
    let total = b.results(|b| b.node(Op::Result(ProductId(0), ResultRef::Total), ty));
    b.report("r", total);
    assert_eq!(codes(&b.plain()), ["E001"]);
}

#[test]
fn published_is_unrounded_rounded_once() {
    for (value, round, expected) in [
        ("0.125", (2, false), "0.12"),
        ("0.135", (2, false), "0.14"),
        ("0.1349999999999999999999999999", (2, false), "0.13"),
        ("12228.44", (1, false), "12228.4"),
        ("9.995", (3, true), "10.0"),
        ("12345", (2, true), "12000"),
        ("0", (2, false), "0.00"),
    ] {
        let mut b = B::new();
        b.p.rule.round = Rounding { digits: round.0, significant: round.1 };
        let s = b.stage("s");
        co2e_line(&mut b, "l", s, value, Origin::Fossil, Evidence::Primary);
        let o = b.plain().unwrap();
        assert_eq!(o.footprints[0].total.value, expected, "{value} to {round:?}");
        assert_eq!(o.footprints[0].total.unrounded, n(value));
        assert_eq!(o.footprints[0].stages[0].figure.value, expected);
    }
}

#[test]
fn the_derivation_adds_up_and_can_fail_to() {
    let mut b = B::new();
    let (s, t) = (b.stage("s"), b.stage("t"));
    co2e_line(&mut b, "x", s, "0.1", Origin::Fossil, Evidence::Primary);
    co2e_line(&mut b, "y", t, "0.2", Origin::Biogenic, Evidence::Primary);
    co2e_line(&mut b, "z", t, "7", Origin::Biogenic, Evidence::Primary);
    b.p.lines[2].kind = LineKind::Apart;
    let two = b.c("2");
    let inner = b.def("inner", two);
    let outer = b.def("outer", two);
    b.p.defs[outer.ix()].reads = vec![Read::Def(inner)];
    b.p.lines[0].reads = vec![Read::Def(outer), Read::Def(inner), Read::Line(LineId(1))];
    let o = b.plain().unwrap();
    let mut tree = o.explain.unwrap();
    tree.verify_sums().unwrap();
    fn flat<'a>(e: &'a Explain, out: &mut Vec<(ExplainKind, &'a str, bool)>) {
        out.push((e.kind, &e.id, e.repeated));
        e.children.iter().for_each(|c| flat(c, out));
    }
    let mut all = Vec::new();
    flat(&tree, &mut all);
    use ExplainKind::{Apart, Item, Let, Line, Part, Quantity, Stage, Total};
    let of_y = [
        (Stage, "t", false),
        (Line, "y", false),
        (Item, "y", false),
        (Part, "biogenic CO2e primary", false),
        (Quantity, "quantity", false),
        (Apart, "z", false),
        (Item, "z", false),
        (Part, "biogenic CO2e primary", false),
        (Quantity, "quantity", false),
    ];
    let mut expected = vec![
        (Total, "total", false),
        (Stage, "s", false),
        (Line, "x", false),
        (Item, "x", false),
        (Part, "fossil CO2e primary", false),
        (Quantity, "quantity", false),
        (Let, "outer", false),
        (Let, "inner", false),
        (Let, "inner", true),
        (Quantity, "y", false),
    ];
    expected.extend(of_y);
    assert_eq!(all, expected);
    tree.children[1].children[0].children[0].value = Some(n("0.3"));
    assert_eq!(tree.verify_sums(), Err("total/t/y".to_owned()));
}

#[test]
fn the_record_as_json() {
    let mut b = B::new();
    let s = b.stage("s");
    co2e_line(&mut b, "l", s, "1.005", Origin::Fossil, Evidence::Primary);
    let o = b.plain().unwrap();
    let json = serde_json::to_value(&o).unwrap();
    assert_eq!(json["schema"], "footrule-result/1");
    assert_eq!(json["rule"]["id"], "rule");
    assert_eq!(json["rule"]["factor_set_hash"].as_str().unwrap().len(), 64);
    assert_eq!(json["total"], serde_json::json!({"value": "1.00", "unit": "kg{CO2e}/t{Al}", "unrounded": "1.005"}));
    assert_eq!(json["stages"][0]["share"], "1.0000");
    assert_eq!(json["lines"][0]["quantity"], serde_json::json!({"value": "1.005", "unit": "kg{CO2e}"}));
    fn no_floats(v: &serde_json::Value) -> bool {
        match v {
            serde_json::Value::Number(x) => x.is_u64(),
            serde_json::Value::Array(a) => a.iter().all(no_floats),
            serde_json::Value::Object(o) => o.values().all(no_floats),
            _ => true,
        }
    }
    assert!(no_floats(&json));
}
