//! `template`, `schema`, `new`, and `run` on filled forms, as a caller sees them.

use super::{ends, err, folder, footrule, out};

#[test]
fn a_new_rule_passes_its_own_tests() {
    let base = folder("new", &[]);
    let demo = base.join("demo").to_string_lossy().into_owned();
    ends(&footrule(&["new", &demo]), 0);
    let o = footrule(&["check", &demo]);
    ends(&o, 0);
    assert!(out(&o).is_empty(), "{}", out(&o));
    let o = footrule(&["test", &demo]);
    ends(&o, 0);
    assert!(err(&o).contains("2 tests passed, 0 failed"), "{}", err(&o));
    let o = footrule(&["run", &format!("{demo}/demo.pcr"), "--input", &format!("{demo}/example.json")]);
    ends(&o, 0);
    assert!(out(&o).contains("883.2"), "{}", out(&o));
    // Nothing is overwritten.
    ends(&footrule(&["new", &demo]), 2);
    for bad in ["Demo", "a-b", "2x"] {
        ends(&footrule(&["new", &base.join(bad).to_string_lossy()]), 2);
        assert!(!base.join(bad).exists());
    }
}

#[test]
fn a_filled_form_is_read_back() {
    let base = folder("forms", &[]);
    let demo = base.join("demo").to_string_lossy().into_owned();
    ends(&footrule(&["new", &demo]), 0);
    let rule = format!("{demo}/demo.pcr");
    let form = format!("{demo}/form.csv");
    ends(&footrule(&["template", &rule, "--output", &form]), 0);
    // A form that exists may be filled in already.
    ends(&footrule(&["template", &rule, "--output", &form]), 2);
    ends(&footrule(&["run", &rule, "--input", &form]), 3);
    let text = std::fs::read_to_string(&form).expect("the form");
    let cells = [
        ("period", "2024"),
        ("gwp", "AR6"),
        ("production", "1000"),
        ("material_use.amount", "1050"),
        ("material_use.factor", "800 kg/t"),
        ("gas_use", "20000"),
    ];
    let filled = |slip: &str| -> String {
        let line = |l: &str| {
            let mut fields: Vec<String> = l.split(',').map(str::to_owned).collect();
            if let Some((_, v)) = cells.iter().find(|(k, _)| *k == fields[0]) {
                fields[4] = if fields[0] == slip { "much".into() } else { (*v).to_owned() };
            }
            fields.join(",")
        };
        text.lines().map(line).collect::<Vec<_>>().join("\r\n")
    };
    std::fs::write(&form, filled("")).expect("it is written");
    let o = footrule(&["run", &rule, "--input", &form]);
    ends(&o, 0);
    assert!(out(&o).contains("883.2"), "{}", out(&o));
    // `--set` stands over the form.
    let o = footrule(&["run", &rule, "--input", &form, "--set", "gas_use=0"]);
    assert!(out(&o).contains("840.0"), "{}", out(&o));
    std::fs::write(&form, filled("production")).expect("it is written");
    let o = footrule(&["run", &rule, "--input", &form]);
    ends(&o, 3);
    assert!(err(&o).contains("FR-I004") && err(&o).contains("form.csv:") && err(&o).contains("much"), "{}", err(&o));
    ends(&footrule(&["run", &rule, "--input", &format!("{demo}/none.xlsx")]), 2);
}

#[test]
fn templates_of_every_form_go_to_stdout() {
    let o = footrule(&["template", "std:cement"]);
    ends(&o, 0);
    let form: serde_json::Value = serde_json::from_str(&out(&o)).expect("JSON");
    assert!(form["inputs"]["production"]["value"].is_null() && form["note"]["inputs"]["production"]["zh"].is_string());
    let o = footrule(&["template", "std:cement", "--format", "csv"]);
    assert!(o.stdout.starts_with(b"\xef\xbb\xbfkey "));
    let o = footrule(&["template", "std:cement", "--format", "xlsx"]);
    assert!(o.stdout.starts_with(b"PK"));
    ends(&footrule(&["template", "std:no_such_rule_at_all"]), 2);
}

#[test]
fn schemas_are_printed() {
    for args in [&["schema"][..], &["schema", "std:cement"]] {
        let o = footrule(args);
        ends(&o, 0);
        let schema: serde_json::Value = serde_json::from_str(&out(&o)).expect("JSON");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    ends(&footrule(&["schema", "nowhere.pcr"]), 2);
}

/// A rule with an input of a process, and a list of them.
const PLANT: &str = "rule plant zh \"厂\" en \"plant\"
version 0.1.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{Al} of production
round 1 decimals in kg{CO2e}/t{Al}
use std.gas
flow Al
flow coal
stage making zh \"生产\" en \"production\"
input production: t{Al} where > 0
process stove(spot: stage) {
    input mass: t{coal} where >= 0 zh \"用煤\" en \"coal use\"
    open let doubled = mass * 2
    emission co2 in spot = doubled * 1 t{CO2}/t{coal}
}
include stove as boiler in making
include stove as kilns list in making
scenario more { boiler.mass = 2 t{coal} }
";

#[test]
fn inputs_of_processes_have_their_place_in_every_form() {
    let data = "{\"period\": \"2024\", \"inputs\": {\"production\": \"10 t\", \"boiler\": {\"mass\": \"1 t\"}, \
                \"kilns\": [{\"mass\": \"2 t\"}, {\"mass\": \"3 t\"}]}}";
    let base = folder("plant", &[("plant.pcr", PLANT), ("in.json", data)]);
    let at = |name: &str| base.join(name).to_string_lossy().into_owned();
    let (rule, input) = (at("plant.pcr"), at("in.json"));
    // 12 t CO2 in 10 t.
    let o = footrule(&["run", &rule, "--input", &input]);
    ends(&o, 0);
    assert!(out(&o).contains("1200.0"), "{}", out(&o));
    // The boiler burns 3 t instead: 4 t CO2 more.
    let o = footrule(&["run", &rule, "--input", &input, "--set", "boiler.mass=3 t"]);
    ends(&o, 0);
    assert!(out(&o).contains("1600.0"), "{}", out(&o));
    let o = footrule(&["run", &rule, "--input", &input, "--scenario", "more"]);
    ends(&o, 0);
    assert!(out(&o).contains("1400.0"), "{}", out(&o));
    let o = footrule(&["explain", &rule, "--input", &input, "--definitions", "boiler.doubled"]);
    ends(&o, 0);
    assert!(out(&o).contains("boiler.doubled"), "{}", out(&o));
    let schema = footrule(&["schema", &rule]);
    ends(&schema, 0);
    let schema = out(&schema);
    assert!(schema.contains("\"boiler\"") && schema.contains("\"kilns\""), "{schema}");
    let form = at("form.csv");
    ends(&footrule(&["template", &rule, "--output", &form]), 0);
    let text = std::fs::read_to_string(&form).expect("the form");
    assert!(text.contains("boiler.mass") && text.contains("kilns"), "{text}");
}
