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
