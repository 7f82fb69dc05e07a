//! The scenario in forms: it is filled in, comes back, and fits the schema.

mod schema;

use footrule_compiler::Session;
use footrule_diag::Diagnostic;
use footrule_forms::{Column, Form, csv, input_schema, json, read, xlsx};
use footrule_mir::Program;
use footrule_runtime::{Inputs, Options, Outcome, evaluate};
use serde_json::{Value, json};
use std::sync::Arc;

const HEAD: &str = r#"
rule r zh "例" en "example"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{Al} of production
round 1 decimals in kg{CO2e}/t{Al}
use std.gas
flow Al zh "铝" en "aluminium"
stage making zh "生产" en "making"
input production: t{Al} where > 0
input out: kg{CO2}
emission burning in making = out
"#;

fn program(rest: &str) -> Arc<Program> {
    let mut session = Session::new();
    session.load_std();
    session.add_source("r.pcr", format!("{HEAD}{rest}"));
    session.program("r.pcr").expect("a program")
}

fn run(program: &Program, file: &str, json: &str) -> Result<Outcome, Vec<Diagnostic>> {
    evaluate(program, &Inputs::from_json(program, file, json)?, Options::default())
}

/// The outcome of a filled form, and the form as a document.
fn filled(program: &Program, file: &str, form: &Form) -> (Result<Outcome, Vec<Diagnostic>>, Value) {
    let bytes = if file == "f.csv" { csv(form) } else { xlsx(form) }.expect("a form");
    let filled = read(program, file, &bytes).expect("it can be read");
    let got = run(program, file, &filled.json).map_err(|found| filled.locate(found));
    (got, serde_json::from_str(&filled.json).expect("JSON"))
}

#[test]
fn a_scenario_comes_back_from_every_form() {
    let program =
        program("scenario low zh \"低\" en \"lower\" { out = 15 kg{CO2} }\nscenario high { out = 60 kg{CO2} }");
    let schema = input_schema(&program);
    // 15, 15, 60 and (no scenario) 30 kg over 3 t; the workbook's cell and the document take a label, too.
    for (name, given, total) in [("low", "", "5.0"), ("低", "30", "5.0"), ("high", "30", "20.0"), ("", "30", "10.0")] {
        let mut form = Form::new(&program);
        assert!(form.set("scenario", Column::Value, name));
        assert!(form.set("production", Column::Value, "3"));
        assert!(form.set("out", Column::Value, given));
        for file in ["f.csv", "f.xlsx"] {
            let (got, document) = filled(&program, file, &form);
            let got = got.unwrap_or_else(|e| panic!("{file} {name}: {e:#?}"));
            assert_eq!(got.footprints[0].total.value, total, "{file} {name}");
            assert_eq!(got.scenario.is_some(), !name.is_empty());
            assert_eq!(schema::check(&schema, &document), Ok(()), "{file} {name}");
        }
        let mut document: Value = serde_json::from_str(&json(&Form::new(&program))).expect("JSON");
        assert_eq!(document["scenario"], Value::Null);
        document["scenario"] = json!(name);
        document["inputs"]["production"]["value"] = json!("3");
        document["inputs"]["out"] = if given.is_empty() { Value::Null } else { json!(given) };
        let got = run(&program, "f.json", &document.to_string()).unwrap_or_else(|e| panic!("{name}: {e:#?}"));
        assert_eq!(got.footprints[0].total.value, total, "{name}");
        if !given.is_empty() {
            assert_eq!(schema::check(&schema, &document), Ok(()), "{name}");
        }
    }
}

#[test]
fn an_unknown_scenario_is_refused_at_its_cell() {
    let program = program("scenario low { out = 15 kg{CO2} }");
    let mut form = Form::new(&program);
    for (path, value) in [("scenario", "lwo"), ("production", "3"), ("out", "30")] {
        assert!(form.set(path, Column::Value, value));
    }
    let (got, document) = filled(&program, "f.csv", &form);
    let found = got.expect_err("there is no such scenario");
    assert_eq!(found.iter().map(|d| d.code.as_str()).collect::<Vec<_>>(), ["FR-I021"]);
    assert!(found[0].primary.is_some());
    assert!(schema::check(&input_schema(&program), &document).is_err());
    let (got, _) = filled(&program, "f.xlsx", &form);
    let message = got.expect_err("there is no such scenario")[0].message.en.clone();
    assert!(message.contains("cell E3"), "{message}");
}

#[test]
fn a_form_asks_for_a_scenario_only_where_there_is_one() {
    let none = program("");
    assert!(!Form::new(&none).set("scenario", Column::Value, "low"));
    assert!(!json(&Form::new(&none)).contains("scenario"));
}

#[test]
fn an_input_keeps_its_name() {
    // `company` and `scenario` are keys of the document; inputs of these names are inputs all the same.
    let program = program(
        "input company: number default 2\ninput scenario: number default 3\n\
         scenario low { out = 15 kg{CO2} }\nreport a = company\nreport b = scenario",
    );
    let mut form = Form::new(&program);
    for (path, value) in [("company", "7"), ("scenario", "8"), ("production", "3"), ("out", "30")] {
        assert!(form.set(path, Column::Value, value), "{path}");
    }
    for file in ["f.csv", "f.xlsx"] {
        let (got, document) = filled(&program, file, &form);
        got.unwrap_or_else(|e| panic!("{file}: {e:#?}"));
        assert_eq!((&document["inputs"]["company"], &document["inputs"]["scenario"]), (&json!("7"), &json!("8")));
    }
}
