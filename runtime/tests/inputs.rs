//! Reading inputs: every type, every way of being refused, and that nothing is lost or guessed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(missing_docs, reason = "tests")]

mod common;

use common::*;
use footrule_diag::{Diagnostic, Text};
use footrule_mir::*;
use footrule_runtime::{InputDoc, Inputs, Options, Request, Shown, evaluate};

/// A rule with one input `x` of a unit, reported as `r`.
fn scalar(unit: &str) -> B {
    let mut b = B::new();
    b.gas("CO2", &[(None, "1")]);
    let ty = b.num(unit);
    let x = b.input("x", ty);
    b.report("r", x);
    b
}

fn x(b: &B, json: &str) -> String {
    answer(&b.with(&format!(r#""x": {json}"#)))
}

#[test]
fn quantities() {
    for (unit, json, expected) in [
        ("t{Al}", "1000", "1000"),
        ("t{Al}", "\"1000\"", "1000"),
        ("t{Al}", "\"1000 t\"", "1000"),
        ("t{Al}", "\"1000t\"", "1000"),
        ("t{Al}", "\"1500 kg\"", "1.5"),
        ("t{Al}", "\"1500 kg{Al}\"", "1.5"),
        ("t{Al}", "\"1500 kg{Cu}\"", "I006"),
        ("t{Al}", "\"1 MJ\"", "I005"),
        ("t{Al}", "\"1 to\"", "I005"),
        ("t{Al}", "\"5%\"", "I005"),
        ("t{Al}", "\"1 000 t\"", "I004"),
        ("t{Al}", "\"1,000 t\"", "I004"),
        ("t{Al}", "\"1_000 t\"", "I004"),
        ("t{Al}", "\"+1 t\"", "I004"),
        ("t{Al}", "\".5 t\"", "I004"),
        ("t{Al}", "\"NaN\"", "I004"),
        ("t{Al}", "\"\"", "I004"),
        ("t{Al}", "\"-\"", "I004"),
        ("t{Al}", "true", "I008"),
        ("t{Al}", "[1]", "I008"),
        ("t{Al}", "null", "I008"),
        ("t{Al}", "{\"value\": \"420 t\", \"source\": \"meter\", \"year\": 2024}", "420"),
        ("t{Al}", "{\"value\": 420, \"unit\": \"kg\"}", "0.42"),
        ("t{Al}", "{\"value\": \"420 t\", \"unit\": \"t\"}", "420"),
        ("t{Al}", "{\"value\": \"420 kg\", \"unit\": \"t\"}", "I004"),
        ("t{Al}", "{\"source\": \"meter\"}", "I008"),
        ("t{Al}", "{\"value\": 1, \"sorce\": \"meter\"}", "I001"),
        ("", "0.05", "0.05"),
        ("", "\"5%\"", "0.05"),
        ("", "\"5 %\"", "0.05"),
        ("", "\"5 kg\"", "I005"),
        ("", "\"5 kg/t\"", "0.005"),
        ("", "\"5 kg{Al}/t{Al}\"", "0.005"),
        ("", "\"5 kg{Al}/t{Cu}\"", "I006"),
        ("", "\"5 kg{Al}/t\"", "I006"),
        ("kg{Al}/t{Al}", "\"5%\"", "I005"),
        ("kg{CO2e}/t{Al}/km", "\"0.0978 kg/t/km\"", "0.0978"),
        ("kg{CO2e}/t{Al}/km", "\"0.0978 kg/(t·km)\"", "0.0978"),
        ("kg{CO2e}/t{Al}/km", "\"0.0978 kg/(t.km)\"", "0.0978"),
        ("kg{CO2e}/t{Al}/km", "\"0.0978 kg·t^-1·km^-1\"", "0.0978"),
        ("kg{CO2e}/t{Al}/km", "\"0.0978 kg/t·km\"", "I005"),
        ("kg{CO2e}/kWh{el}", "\"0.5703 kgCO2e/kWh\"", "0.5703"),
        ("kg{CO2e}/kWh{el}", "\"0.5703 tCO2e/kWh\"", "570.3"),
        ("kg{CO2e}/kWh{el}", "\"0.36 kgCO2e/MJ\"", "1.296"),
        ("kg{CO2e}/kWh{el}", "\"0.5703 kgCO2/kWh\"", "I006"),
        ("kg{CO2e}/kWh{el}", "\"0.5703 kgCH9/kWh\"", "I005"),
        ("kg{CO2e}/t{Al}", "\"1 t{Al}/kg{CO2e}\"", "I006"),
        ("kg{CO2e}/t{Al}", "\"1 kg{}/t\"", "I006"),
        ("kWh", "\"1 MJ\"", "0.2777777777777777777777777778"),
        ("kWh", "\"1 kW.h\"", "I005"),
        ("kg", "\"1 [lb_av]\"", "0.45359237"),
        ("degC", "\"25\"", "25"),
        ("degC", "\"298.15 K\"", "25"),
        ("degC", "\"144.075 degX\"", "25"),
        ("K", "\"25 degC\"", "I005"),
        ("kg", "\"1 (kg\"", "I005"),
        ("kg", "\"1 kg^\"", "I005"),
        ("kg", "\"1 kg^999999999999\"", "I005"),
        ("kg", "\"1 kg^2\"", "I005"),
        ("kg", "\"1 /kg\"", "I005"),
        ("kg", "\"1 1\"", "I004"),
        ("kg", "\"1 kg kg\"", "I005"),
        ("d", "\"0.05 1/d\"", "I005"),
        ("km/d/km", "\"0.05 1/d\"", "0.05"),
        ("km/d/km", "\"3 1/min\"", "4320"),
        ("km/d/km", "\"31/min\"", "I005"),
        ("kg", "\"1 kg{\"", "I005"),
        ("kg", "\"1 ｋｇ\"", "I005"),
        ("kg", "1e400", "I004"),
        ("kg", "79228162514264337593543950336", "I004"),
    ] {
        assert_eq!(x(&scalar(unit), json), expected, "{json} for {unit}");
    }
}

#[test]
fn long_numbers_survive() {
    for digits in [
        "0.1234567890123456789012345678",
        "79228162514264337593543950335",
        "7922816251426433759354395033.5",
        "-0.0000000000000000000000000001",
        "9007199254740993",
        "0.1",
        "1.10",
    ] {
        for json in [digits.to_owned(), format!("\"{digits}\""), format!("\"{digits} kg\"")] {
            let shown = n(digits).to_string();
            assert_eq!(x(&scalar("kg"), &json), shown, "{json}");
        }
    }
    for refused in ["0.12345678901234567890123456789", "1e-29"] {
        assert_eq!(x(&scalar("kg"), refused), "I004", "{refused}");
    }
}

#[test]
fn help_names_the_nearest() {
    let help = |result: Result<_, Vec<Diagnostic>>| -> Option<String> {
        let d: Vec<Diagnostic> = result.map(|_: footrule_runtime::Outcome| ()).unwrap_err();
        d[0].help.as_ref().map(|h| h.en.clone())
    };
    let b = scalar("kWh");
    assert_eq!(help(b.with(r#""x": "1 kwh""#)).as_deref(), Some("did you mean kWh?"));
    let mut b = B::new();
    let ty = b.num("kg");
    b.input("net_anode", ty);
    b.p.inputs[0].name.labels = Text::new("净阳极消耗", "net anode use");
    assert_eq!(help(b.with(r#""net_anod": 1, "net_anode": 1"#)).as_deref(), Some("did you mean net_anode?"));
    assert_eq!(help(b.with(r#""净阳极消费": 1, "net_anode": 1"#)).as_deref(), Some("did you mean net_anode?"));
}

#[test]
fn scalars_of_other_types() {
    let mut b = B::new();
    let e = b.enumeration("Tech", &["CWPB", "SWPB"]);
    b.p.enums[0].members[0].labels = Text::new("中间下料", "centre worked");
    for (ty, cases) in [
        (Ty::Bool, vec![("true", "true"), ("\"true\"", "I008"), ("1", "I008")]),
        (Ty::Text, vec![("\"x\"", "x"), ("1", "I008")]),
        (Ty::Date, vec![("\"2024-02-29\"", "2024-02-29"), ("\"2023-02-29\"", "I008"), ("20240229", "I008")]),
        (
            Ty::Enum(e),
            vec![
                ("\"SWPB\"", "SWPB"),
                ("\"中间下料\"", "CWPB"),
                ("\"centre worked\"", "CWPB"),
                ("\"swpb\"", "I007"),
                ("0", "I008"),
            ],
        ),
    ] {
        for (json, expected) in cases {
            let mut b2 = B::new();
            b2.p.enums = b.p.enums.clone();
            let node = b2.input("x", ty.clone());
            b2.report("r", node);
            assert_eq!(x(&b2, json), expected, "{json} as {ty:?}");
        }
    }
}

#[test]
fn optional_default_and_missing() {
    let number = Ty::Number(UnitId(0));
    let given = |b: &mut B| {
        let x = b.input("x", Ty::Optional(Box::new(number.clone())));
        let nine = b.region(|b| b.c("9"));
        let r = b.op(Op::OrElse(x, nine));
        b.report("r", r);
    };
    for (json, expected) in [("", "9"), ("\"x\": null", "9"), ("\"x\": 3", "3")] {
        let mut b = B::new();
        given(&mut b);
        assert_eq!(answer(&b.with(json)), expected, "{json}");
    }
    // `y` defaults to twice `x`, declared before it.
    for (json, expected) in [("\"x\": 3", "6"), ("\"x\": 3, \"y\": 1", "1"), ("\"y\": 1", "I002")] {
        let mut b = B::new();
        let y = b.input("y", number.clone());
        let x = b.input("x", number.clone());
        let two = b.c("2");
        let twice = b.op(Op::Mul(x, two));
        b.p.inputs[0].default = Some(b.region(|_| twice));
        b.report("r", y);
        assert_eq!(answer(&b.with(json)), expected, "{json}");
    }
    // A default that fails counts only where it is read.
    let mut b = B::new();
    let x = b.input("x", number.clone());
    b.p.inputs[0].default = Some(b.region(|b| b.boom()));
    let one = b.c("1");
    b.report("r", one);
    assert_eq!(answer(&b.with("")), "1");
    b.p.reports[0].value = x;
    assert_eq!(answer(&b.with("")), "E001");
}

#[test]
fn missing_says_label_unit_and_clause() {
    let mut b = B::new();
    let ty = b.num("t{Al}");
    b.input("production", ty);
    b.p.inputs[0].name.labels = Text::new("铝液产量", "hot metal");
    b.p.inputs[0].name.clause = "6.2".into();
    let d = b.with("").unwrap_err();
    assert_eq!(d[0].message.en, "input production (hot metal), §6.2, t{Al} is missing");
    assert_eq!(d[0].message.zh, "缺少输入 production（铝液产量），§6.2, t{Al}");
    assert_eq!(d[0].primary.as_ref().unwrap().at.file, "rule.pcr");
}

#[test]
fn constraints() {
    let number = Ty::Number(UnitId(0));
    let list = Ty::List(Box::new(number.clone()));
    let p = PlaceId(0);
    for (ty, c, json, expected) in [
        (&number, Constraint::Compare(Cmp::Gt, n("0"), p), "0", "I003"),
        (&number, Constraint::Compare(Cmp::Gt, n("0"), p), "1e-28", ""),
        (&number, Constraint::Range(n("0"), n("1"), p), "1", ""),
        (&number, Constraint::Range(n("0"), n("1"), p), "1.0000000000000000000000000001", "I003"),
        (&number, Constraint::Integer(p), "1.5", "I003"),
        (&number, Constraint::Integer(p), "2.0", ""),
        (&list, Constraint::Count(Cmp::Ge, 2, p), "[1]", "I012"),
        (&list, Constraint::Count(Cmp::Ge, 2, p), "[1, 1]", ""),
        (&list, Constraint::Sum(None, n("1"), p), "[0.3, 0.7]", ""),
        (&list, Constraint::Sum(None, n("1"), p), "[0.3, 0.6]", "I012"),
        (&list, Constraint::Unique(0, p), "[1, 2, 1.0]", "I012"),
        (&list, Constraint::Unique(0, p), "[123456789.123456, 123456789.123457]", ""),
        (&list, Constraint::Compare(Cmp::Ge, n("0"), p), "[1, -1]", "I003"),
    ] {
        let mut b = B::new();
        b.input("x", ty.clone());
        b.place();
        b.p.inputs[0].constraints.push(c.clone());
        let result = b.with(&format!(r#""x": {json}"#));
        assert_eq!(codes(&result).join(" "), expected, "{c:?} {json}");
    }
    let mut b = scalar("t{Al}");
    let bound = b.place();
    b.p.inputs[0].constraints.push(Constraint::Compare(Cmp::Gt, n("0"), bound));
    let d = b.with(r#""x": "-1 kg""#).unwrap_err();
    assert_eq!(d[0].message.en, "x: -0.001 t{Al} is not > 0 t{Al}");
    assert_eq!(d[0].secondary[0].at, b.p.places[bound.ix()]);
}

#[test]
fn carets_point_into_the_file() {
    let b = scalar("t{Al}");
    let text = "{ \"period\": \"2024\",\n  \"注\": 1, \"inputs\": { \"x\": \"5 铝\", \"y\": 2, \"x\": 3 } }";
    let errors = Inputs::from_json(b.verified(), "in.json", text).unwrap_err();
    let at: Vec<(&str, &str)> = errors
        .iter()
        .map(|d| {
            let span = d.primary.as_ref().unwrap().at.span;
            (d.code.as_str(), &text[span.start as usize..span.end as usize])
        })
        .collect();
    let expected = [("FR-I001", "\"注\""), ("FR-I005", "\"5 铝\""), ("FR-I001", "\"y\""), ("FR-I011", "\"x\"")];
    assert_eq!(at, expected);
    let again = Inputs::from_json(&b.p, "in.json", text).unwrap_err();
    assert_eq!(errors, again);
}

#[test]
fn all_errors_come_together_and_nothing_is_evaluated() {
    let mut b = B::new();
    let ty = b.num("t");
    let nodes = ["a", "b", "c", "d"].map(|name| b.input(name, ty.clone()));
    let zero = b.cu("0", "t");
    let bad = b.op(Op::Div(nodes[0], zero));
    b.report("r", bad);
    let result = b.with(r#""a": "1 MJ", "b": "x", "e": 1, "d": {"value": 1, "value": 2}"#);
    assert_eq!(codes(&result), ["I005", "I004", "I001", "I011", "I002"]);
}

#[test]
fn top_level() {
    let mut b = scalar("kg");
    for (json, expected) in [
        (r#"{"inputs": {"x": 1}}"#, "1"),
        (r#"{"inputs": {"x": 1}, "note": "n", "product": {}, "company": 1, "scenario": ""}"#, "1"),
        (r#"{"inputs": {"x": 1}, "perod": "2024"}"#, "I001"),
        (r#"{"input": {"x": 1}}"#, "I001 I002"),
        (r#"{"inputs": [1]}"#, "I008 I002"),
        (r#"[]"#, "I008 I002"),
        (r#"{"inputs": {"x": 1}, "inputs": {"x": 1}}"#, "I011"),
        (r#"{"inputs": {"x": 1}} x"#, "I009"),
        (r#"{"inputs": {"x": 01}}"#, "I009"),
        (r#"{"inputs": {"x": 1}, "period": "24"}"#, "I010"),
        (r#"{"inputs": {"x": 1}, "period": 2024}"#, "1"),
        (r#"{"inputs": {"x": 1}, "period": "2024-03-01/2024-02-01"}"#, "I010"),
    ] {
        assert_eq!(answer(&b.run(json)), expected, "{json}");
    }
    b.node(Op::Period, Ty::Period);
    assert_eq!(answer(&b.run(r#"{"inputs": {"x": 1}}"#)), "I010", "needed here");
}

#[test]
fn groups_and_set() {
    let mut b = B::new();
    let ty = b.num("t");
    let x = b.input("boiler.mass", ty.clone());
    let y = b.input("kiln.mass", ty);
    let r = b.op(Op::Add(x, y));
    // The sum of two masses is a mass.
    b.p.nodes[r.ix()].ty = b.p.nodes[x.ix()].ty.clone();
    b.report("r", r);
    for (json, expected) in [
        (r#""boiler": {"mass": 1}, "kiln": {"mass": 2}"#, "3"),
        (r#""boiler.mass": 1, "kiln": {"mass": 2}"#, "3"),
        (r#""boiler": {"mas": 1}, "kiln": {"mass": 2}"#, "I001 I002"),
        (r#""boiler": 1, "kiln": {"mass": 2}"#, "I008 I002"),
        (r#""boiler": {"mass": 1}, "boiler.mass": 1, "kiln": {"mass": 2}"#, "I011"),
    ] {
        assert_eq!(answer(&b.with(json)), expected, "{json}");
    }
    let mut doc = InputDoc::parse("in.json", r#"{"inputs": {"boiler": {"mass": "1 t"}}}"#).unwrap();
    doc.set("kiln.mass", "2500 kg").unwrap();
    doc.set("boiler.mass", "2").unwrap();
    doc.set("period", "2024").unwrap();
    let inputs = Inputs::read(b.verified(), Request { document: Some(&doc), ..Request::default() }).unwrap();
    let o = evaluate(&b.p, &inputs, Options::default()).unwrap();
    assert_eq!(report(&o, "r"), "4.5");
    assert_eq!(o.period.unwrap().to, "2024-12-31");
    for bad in ["", "a..b", "boiler.mass.x", "a[", "a[x]", "a[1]", ".a"] {
        let d = doc.clone().set(bad, "1").unwrap_err();
        assert_eq!(d.code.as_str(), "FR-C004", "{bad}");
    }
    let mut doc = InputDoc::empty("args");
    doc.set("power[0].amount", "1").unwrap();
    doc.set("power[1].amount", "2").unwrap();
    assert_eq!(doc.set("power[3].amount", "2").unwrap_err().code.as_str(), "FR-C004");
    assert_eq!(doc.set("x", "{\"a\": 1").unwrap_err().code.as_str(), "FR-I009");
}

/// record Leg { name: text; kind: Kind; mass: t{kind} where > 0; distance: km default 10; let work = mass*distance;
/// require work < 100 }
fn legs() -> B {
    let mut b = B::new();
    let kind = b.enumeration("Kind", &["ore", "coke"]);
    let (mass, km, work) = (b.num("t{kind}"), b.num("km"), b.num("t{kind}·km"));
    let leg = Ty::Record(RecordId(0));
    let this = b.loose(Op::Bound, leg.clone());
    let distance = b.region(|b| b.cu("10", "km"));
    let m = mass.clone();
    let k = km.clone();
    let w = work.clone();
    let computed = b.region(|b| {
        let x = b.node(Op::Field(this, 2), m);
        let y = b.node(Op::Field(this, 3), k);
        b.node(Op::Mul(x, y), w)
    });
    let place = b.place();
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
    let fields = vec![
        field("name", Ty::Text),
        field("kind", Ty::Enum(kind)),
        FieldInfo {
            constraints: vec![Constraint::Compare(Cmp::Gt, n("0"), place)],
            tag_field: Some(1),
            ..field("mass", mass)
        },
        FieldInfo { default: Some(distance), ..field("distance", km) },
        FieldInfo { computed: Some(computed), ..field("work", work.clone()) },
    ];
    let condition = b.region(|b| {
        let x = b.node(Op::Field(this, 4), work.clone());
        let y = b.cu("100", "t{kind}·km");
        let one = footrule_number::Ratio::ONE;
        b.node(Op::Compare { cmp: Cmp::Lt, a: x, ra: one, b: y, rb: one }, Ty::Bool)
    });
    let shown = b.region(|b| b.node(Op::Field(this, 4), work.clone()));
    let place = b.place();
    let require = CheckInfo {
        name: named(""),
        warn: false,
        condition,
        zh: vec![Piece::Text("运输量 ".into()), Piece::Value(shown)],
        en: vec![Piece::Text("work is ".into()), Piece::Value(shown)],
        formula: "work < 100".into(),
        place,
    };
    b.p.records.push(RecordInfo {
        name: "Leg".into(),
        fields,
        requires: vec![require],
        this,
        order: (0..5).collect(),
        each: false,
    });
    let list = b.input("legs", Ty::List(Box::new(leg.clone())));
    let w = work.clone();
    let l = b.over(leg, |_| list, None, |b, x| b.node(Op::Field(x, 4), w));
    let sum = b.node(Op::Fold(Fold::Sum, l), work);
    b.report("r", sum);
    b
}

#[test]
fn records() {
    let b = legs();
    for (json, expected) in [
        (r#"[]"#, "0"),
        (r#"[{"name": "a", "kind": "ore", "mass": 2, "distance": "3000 km"}]"#, "E006"),
        (
            r#"[{"name": "a", "kind": "ore", "mass": 2}, {"name": "b", "kind": "coke", "mass": "500 kg", "distance": 4}]"#,
            "22",
        ),
        (r#"[{"name": "a", "kind": "ore", "mass": "2 t{ore}"}]"#, "20"),
        (r#"[{"name": "a", "kind": "ore", "mass": "2 t{coke}"}]"#, "I006"),
        (r#"[{"mass": "2 t{coke}", "name": "a", "kind": "coke"}]"#, "20"),
        (r#"[{"name": "a", "kind": "ore", "mass": "2 t", "work": 3}]"#, "I001"),
        (r#"[{"name": "a", "kind": "ore", "mass": "2 t", "mas": 3}]"#, "I001"),
        (r#"[{"name": "a", "kind": "ore", "mass": -1}]"#, "I003"),
        (r#"[{"name": "a", "mass": -1, "distance": "x"}]"#, "I002 I003 I004"),
        (r#"[{"name": "a", "name": "b", "kind": "ore", "mass": 1}]"#, "I011"),
        (r#"[{"name": {"value": "a", "source": "s"}, "kind": "ore", "mass": 1}]"#, "10"),
        (r#"{"name": "a"}"#, "I008"),
        (r#"[1]"#, "I008"),
    ] {
        let result = b.with(&format!(r#""legs": {json}"#));
        assert_eq!(answer(&result), expected, "{json}");
    }
    let d = b.with(r#""legs": [{"name": "a", "kind": "ore", "mass": 20}]"#).unwrap_err();
    assert_eq!(d[0].message.en, "legs[0]: work is 200 t{kind}·km");
    let o = b.with(r#""legs": [{"name": "a", "kind": "ore", "mass": 2}]"#).unwrap();
    let Shown::List(items) = &o.inputs[0].value else { panic!("a list") };
    let Shown::Fields(fields) = &items[0] else { panic!("a record") };
    assert_eq!(
        fields.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>(),
        ["name", "kind", "mass", "distance", "work"]
    );
}

#[test]
fn records_of_the_program_obey_the_same_rules() {
    for (mass, expected) in [("2", "20"), ("-1", "I003"), ("20", "E006")] {
        let mut b = legs();
        b.p.inputs[0].default = None;
        let leg = Ty::Record(RecordId(0));
        let region = b.region(|b| {
            let name = b.text("a");
            let kind = b.node(Op::Const(Const::Enum(EnumId(0), 0), None), Ty::Enum(EnumId(0)));
            let mass = b.cu(mass, "t{kind}");
            let one =
                b.node(Op::Record(RecordId(0), vec![Some(name), Some(kind), Some(mass), None, None]), leg.clone());
            b.node(Op::List(vec![one]), Ty::List(Box::new(leg.clone())))
        });
        let place = b.place();
        let sets = vec![("legs".to_owned(), region, place)];
        let inputs = Inputs::read(b.verified(), Request { assignments: &sets, ..Request::default() });
        let result = inputs.and_then(|i| evaluate(&b.p, &i, Options::default()));
        assert_eq!(answer(&result), expected, "{mass}");
    }
}

/// input power: activity of kWh{el}, its CO2e reported as `r`, and as a line.
fn power() -> B {
    let mut b = B::new();
    let s = b.stage("s");
    let ty = b.activity("kWh{el}", "kg{CO2e}/kWh{el}");
    let x = b.input("power", ty);
    let (kwh, factor, co2e) = (b.num("kWh{el}"), b.split("kg{CO2e}/kWh{el}"), b.split("kg{CO2e}"));
    let amount = b.node(Op::Amount(x), kwh);
    let factor = b.node(Op::Factor(x), factor);
    let product = b.node(Op::Mul(amount, factor), co2e);
    let number = b.num("kg{CO2e}");
    let whole = b.node(Op::Whole(product), number);
    b.line("l", s, LineGas::Split, product);
    b.report("r", whole);
    b
}

fn with_default(mut b: B, fixed: bool) -> B {
    let ty = b.split("kg{CO2e}/kWh{el}");
    let number = b.num("kg{CO2e}/kWh{el}");
    let f = b.factor("grid[2024]", "0.6", "kg{CO2e}/kWh{el}");
    let value = b.region(|b| {
        let value = b.node(Op::Const(Const::Number(n("0.6")), Some(f)), number);
        b.node(Op::Split { value, origin: Origin::Fossil, evidence: Evidence::Primary }, ty)
    });
    b.p.inputs[0].factor = Some(FactorDefault { fixed, value });
    b
}

#[test]
fn activities() {
    let plain = power();
    let default = with_default(power(), false);
    let fixed = with_default(power(), true);
    for (json, in_plain, in_default, in_fixed) in [
        (r#"{"amount": 10, "factor": 0.5, "gwp": "AR6"}"#, "5", "5", "I008"),
        (r#"{"amount": "10 MJ", "factor": "1 t/MJ", "gwp": "AR6"}"#, "10000", "10000", "I008"),
        (r#"{"amount": 10, "factor": 0.5}"#, "I013", "I013", "I013"),
        (r#"{"amount": 10, "factor": 0.5, "gwp": "AR5"}"#, "I013", "I013", "I013"),
        (r#"{"amount": 10, "factor": {"value": "0.5 kg/kWh", "gwp": "AR6", "source": "s"}}"#, "5", "5", "I008"),
        (r#"{"amount": 10, "factor": {"fossil": "0.3 kg/kWh", "biogenic": 0.2, "gwp": "AR6"}}"#, "5", "5", "I008"),
        (r#"{"amount": 10, "factor": {"fossil": 1, "value": 1, "gwp": "AR6"}}"#, "I008", "I008", "I008"),
        (r#"{"amount": 10, "factor": {"fosil": 1, "gwp": "AR6"}}"#, "I008 I001", "I008 I001", "I008 I001"),
        (r#"{"amount": 10, "factor": {"gwp": "AR6"}}"#, "I008", "I008", "I008"),
        (r#"{"amount": 10, "factor": "0.5 kgCO2e/t", "gwp": "AR6"}"#, "I005", "I005", "I005"),
        (r#"{"amount": 10, "factor": 0.5, "gwp": "AR6", "origin": "wood"}"#, "I007", "I007", "I007"),
        (r#"{"amount": 10}"#, "I014", "6", "6"),
        (r#"{"amount": 10, "factor": null}"#, "I014", "6", "6"),
        (r#""10 kWh""#, "I014", "6", "6"),
        (r#"10"#, "I014", "6", "6"),
        (r#"{"value": 10, "source": "meter"}"#, "I014", "6", "6"),
        (r#"{"factor": 0.5, "gwp": "AR6"}"#, "I002", "I002", "I002"),
        (r#"{"amount": 10, "factr": 0.5}"#, "I001", "I001", "I001"),
        (r#"{"amount": 10, "primary": "yes"}"#, "I014 I008", "I008", "I008"),
        (r#"[]"#, "I008", "I008", "I008"),
    ] {
        for (b, expected) in [(&plain, in_plain), (&default, in_default), (&fixed, in_fixed)] {
            assert_eq!(answer(&b.with(&format!(r#""power": {json}"#))), expected, "{json}");
        }
    }
}

#[test]
fn co2e_that_stands_alone() {
    for (json, gwp, expected) in [
        (r#""82 kg/t""#, r#""gwp": "AR6","#, "82"),
        (r#""82 kg/t""#, "", "I013"),
        (r#""82 kg/t""#, r#""gwp": "AR5","#, "I013"),
        (r#"{"value": "82 kg/t", "gwp": "AR6", "source": "s"}"#, "", "82"),
        (r#"{"value": "82 kg/t", "gwp": "AR5"}"#, r#""gwp": "AR6","#, "I013"),
        (r#"{"fossil": 80, "biogenic": "2 kgCO2e/t", "gwp": "AR6"}"#, "", "82"),
        (r#"-1"#, r#""gwp": "AR6","#, "I003"),
        (r#"true"#, r#""gwp": "AR6","#, "I008"),
    ] {
        let mut b = B::new();
        let ty = b.split("kg{CO2e}/t{Al}");
        let x = b.input("x", ty);
        let place = b.place();
        b.p.inputs[0].constraints.push(Constraint::Compare(Cmp::Ge, n("0"), place));
        let number = b.num("kg{CO2e}/t{Al}");
        let whole = b.node(Op::Whole(x), number);
        b.report("r", whole);
        assert_eq!(answer(&b.run(&format!(r#"{{{gwp} "inputs": {{"x": {json}}}}}"#))), expected, "{gwp} {json}");
    }
}

#[test]
fn the_datum_decides_origin_and_evidence() {
    for (json, origin, share) in [
        (r#"{"amount": 1, "factor": 1, "gwp": "AR6"}"#, Origin::Undivided, "0.0000"),
        (r#"{"amount": 1, "factor": 1, "gwp": "AR6", "origin": "fossil"}"#, Origin::Fossil, "0.0000"),
        (r#"{"amount": 1, "factor": 1, "gwp": "AR6", "primary": true}"#, Origin::Undivided, "1.0000"),
        (r#"{"amount": 1, "factor": {"land_use": 1, "gwp": "AR6", "primary": true}}"#, Origin::LandUse, "1.0000"),
        (r#"{"amount": 1, "primary": true}"#, Origin::Fossil, "0.0000"),
    ] {
        let o = with_default(power(), false).with(&format!(r#""power": {json}"#)).unwrap();
        assert_eq!(o.footprints[0].origins.iter().map(|o| o.origin).collect::<Vec<_>>(), [origin], "{json}");
        assert_eq!(o.footprints[0].primary_data_share.as_deref(), Some(share), "{json}");
    }
    let o = with_default(power(), false).with(r#""power": 1"#).unwrap();
    assert_eq!(
        o.factors.iter().map(|f| (f.id.as_str(), f.used_by.clone())).collect::<Vec<_>>(),
        [("grid[2024]", vec!["line l".to_owned(), "report r".to_owned()])]
    );
    let json = r#""power": {"amount": {"value": 1, "source": "meter"}, "factor": 2, "gwp": "AR6"}"#;
    let o = with_default(power(), false).with(json).unwrap();
    assert!(o.factors.is_empty(), "the default is not read");
    assert_eq!(o.evidence[0].path, "power.amount");
    assert_eq!(o.evidence[0].entries, [("source".to_owned(), "meter".to_owned())]);
}

#[test]
fn hostile_documents() {
    let b = legs();
    let many = format!(r#"{{"period": "2024", "inputs": {{"legs": [{}]}}}}"#, vec!["1"; 5000].join(","));
    let errors = Inputs::from_json(&b.p, "f", &many).unwrap_err();
    assert_eq!(errors.len(), 1000);
    assert_eq!(errors[999].help.as_ref().unwrap().en, "and 4000 more");
    for text in
        ["{\"inputs\": {\"legs\": {}}}", "{\"inputs\": {\"\": 1, \".\": 2, \"legs.\": {}}}", "{\"inputs\": null}"]
    {
        assert!(Inputs::from_json(&b.p, "f", text).is_err(), "{text}");
    }
    let deep = format!("{{\"inputs\": {}1{}}}", "{\"legs\": ".repeat(100), "}".repeat(100));
    assert_eq!(Inputs::from_json(&b.p, "f", &deep).unwrap_err()[0].code.as_str(), "FR-I009");
}

#[test]
fn a_scenario_that_the_rule_does_not_have_is_refused() {
    let b = power();
    let document = InputDoc::parse("in.json", r#"{"inputs": {}}"#).unwrap();
    let request = Request { document: Some(&document), scenario: Some("green"), ..Request::default() };
    let found = Inputs::read(&b.p, request).unwrap_err();
    assert!(found.iter().any(|d| d.code.as_str() == "FR-I021"), "{found:?}");
}
