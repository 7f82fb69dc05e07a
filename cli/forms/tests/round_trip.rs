//! A form filled in with the data of each example gives the outcome of the example; cells that are not certain are
//! refused; the schemas accept what runs and refuse what does not.

mod schema;

use footrule_compiler::Session;
use footrule_diag::{Code, Diagnostic};
use footrule_forms::{Column, Form, csv, input_schema, json, read, xlsx};
use footrule_mir::Program;
use footrule_runtime::{Inputs, Options, Outcome, evaluate};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use std::sync::Arc;

const RULES: [&str; 3] = ["primary_aluminium", "cement", "lithium_ion_battery"];

fn program(rule: &str) -> Arc<Program> {
    let mut session = Session::new();
    session.load_std();
    session.program(&format!("std:{rule}")).expect("the rule compiles")
}

fn example(rule: &str) -> String {
    let path = format!("{}/../../examples/{rule}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the example")
}

fn outcome(program: &Program, file: &str, json: &str) -> Result<Outcome, Vec<Diagnostic>> {
    evaluate(program, &Inputs::from_json(program, file, json)?, Options { explain: true })
}

fn from_form(program: &Program, file: &str, bytes: &[u8]) -> Result<Outcome, Vec<Diagnostic>> {
    let filled = read(program, file, bytes)?;
    outcome(program, file, &filled.json).map_err(|found| filled.locate(found))
}

/// As a user would type it.
fn typed(value: &Value) -> String {
    match value {
        Value::String(t) => t.clone(),
        other => other.to_string(),
    }
}

/// Copies the example into the form, cell by cell.
fn fill(form: &mut Form, example: &Value) {
    for key in ["period", "gwp"] {
        assert!(form.set(key, Column::Value, &typed(&example[key])));
    }
    for (name, value) in example["inputs"].as_object().expect("inputs") {
        match value {
            Value::Array(items) => fill_list(form, name, items),
            Value::Object(m) => {
                let activity = m.contains_key("amount");
                for (key, v) in m {
                    let (path, column) = match key.as_str() {
                        "value" => (name.clone(), Column::Value),
                        "unit" => (name.clone(), Column::Unit),
                        "source" => (name.clone(), Column::Source),
                        "year" => (name.clone(), Column::Year),
                        "region" => (name.clone(), Column::Region),
                        "primary" => (name.clone(), Column::Primary),
                        part => (format!("{name}.{part}"), Column::Value),
                    };
                    let path = if activity && path == *name { format!("{name}.amount") } else { path };
                    assert!(form.set(&path, column, &typed(v)), "{path}");
                }
            }
            scalar => assert!(form.set(name, Column::Value, &typed(scalar)), "{name}"),
        }
    }
}

fn fill_list(form: &mut Form, name: &str, items: &[Value]) {
    if items.is_empty() {
        assert!(form.set(name, Column::Value, "[]"), "{name}");
    }
    for (i, item) in items.iter().enumerate() {
        for (field, v) in item.as_object().expect("a record") {
            assert!(form.set_item(name, i, field, &typed(v)), "{name}[{i}].{field}");
        }
    }
}

#[test]
fn filled_forms_give_the_outcome_of_the_example() {
    for rule in RULES {
        let program = program(rule);
        let text = example(rule);
        let expected = outcome(&program, "example", &text).expect("the example evaluates");
        let mut form = Form::new(&program);
        fill(&mut form, &serde_json::from_str(&text).expect("JSON"));

        let book = xlsx(&form).expect("a workbook");
        let got = from_form(&program, "form.xlsx", &book).unwrap_or_else(|e| panic!("{rule} xlsx: {e:#?}"));
        assert_eq!(got, expected, "{rule} xlsx");

        let table = csv(&form).expect("CSV");
        assert!(table.starts_with(b"\xef\xbb\xbf"));
        let got = from_form(&program, "form.csv", &table).unwrap_or_else(|e| panic!("{rule} csv: {e:#?}"));
        assert_eq!(got, expected, "{rule} csv");

        // Without the mark, in GB18030 and in UTF-16 it says the same.
        let text = std::str::from_utf8(&table[3..]).expect("UTF-8");
        let (gb, _, lossy) = encoding_rs::GB18030.encode(text);
        assert!(!lossy);
        let wide: Vec<u8> = [0xFEFF_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), &gb, &wide] {
            assert_eq!(from_form(&program, "form.csv", bytes).ok().as_ref(), Some(&expected), "{rule}");
        }
    }
}

/// A filled JSON form: each placeholder takes what the example gives; what it does not give is removed.
fn merge(template: Value, example: &Value) -> Value {
    match (template, example) {
        (Value::Object(t), Value::Object(e)) => {
            let known: Vec<String> = t.keys().cloned().collect();
            let extra = e.keys().filter(|k| !known.contains(k));
            assert_eq!(extra.collect::<Vec<_>>(), Vec::<&String>::new());
            t.into_iter().filter_map(|(k, v)| e.get(&k).map(|x| (k, merge(v, x)))).collect()
        }
        (_, e) => e.clone(),
    }
}

#[test]
fn the_json_form_is_filled_in_place() {
    for rule in RULES {
        let program = program(rule);
        let text = example(rule);
        let expected = outcome(&program, "example", &text).expect("the example evaluates");
        let mut form: Value = serde_json::from_str(&json(&Form::new(&program))).expect("JSON");
        let given: Value = serde_json::from_str(&text).expect("JSON");
        for name in given["inputs"].as_object().expect("inputs").keys() {
            assert!(form["inputs"].get(name).is_some(), "{rule} lacks {name}");
        }
        // Numbers may stand without their object.
        for key in ["period", "gwp"] {
            form[key] = given[key].clone();
        }
        let inputs = form["inputs"].take();
        form["inputs"] = merge(inputs, &given["inputs"]);
        let got = outcome(&program, "form.json", &form.to_string()).unwrap_or_else(|e| panic!("{rule}: {e:#?}"));
        assert_eq!(got, expected, "{rule}");
    }
}

#[test]
fn empty_forms_are_refused_by_name() {
    for rule in RULES {
        let program = program(rule);
        let form = Form::new(&program);
        let codes = |r: Result<Outcome, Vec<Diagnostic>>| -> Vec<Code> {
            r.expect_err("nothing is filled in").iter().map(|d| d.code).collect()
        };
        for (file, bytes) in [("f.csv", csv(&form).expect("CSV")), ("f.xlsx", xlsx(&form).expect("XLSX"))] {
            let found = codes(from_form(&program, file, &bytes));
            assert!(
                found.contains(&Code::I002) && found.iter().all(|c| [Code::I002, Code::I010].contains(c)),
                "{found:?}"
            );
        }
        let found = codes(outcome(&program, "f.json", &json(&form)));
        assert!(!found.contains(&Code::I001) && !found.contains(&Code::I009), "{rule}: {found:?}");
    }
}

#[test]
fn a_workbook_is_the_same_each_time() {
    let form = Form::new(&program("cement"));
    assert_eq!(xlsx(&form), xlsx(&form));
}

#[test]
fn conditional_inputs_may_be_left_out() {
    let mut session = Session::new();
    session.load_std();
    let source = SMALL.replace("input day:", "input burnt: bool\ninput fuel: t{Al} when burnt\ninput day:")
        + "emission more in making = if burnt then 1 kg{CO2}/t{Al} * fuel else 0 kg{CO2}\n";
    session.add_source("r.pcr", source);
    let program = session.program("r.pcr").unwrap_or_else(|e| panic!("{e:#?}"));
    let schema = input_schema(&program);
    for (inputs, runs) in [
        (json!({ "production": 1, "burnt": false }), true),
        (json!({ "production": 1, "burnt": true, "fuel": 2 }), true),
        (json!({ "production": 1, "burnt": true }), false),
    ] {
        let doc = json!({ "inputs": inputs });
        assert_eq!(schema::check(&schema, &doc), Ok(()));
        assert_eq!(outcome(&program, "f", &doc.to_string()).is_ok(), runs, "{doc}");
    }
    let form = Form::new(&program);
    let fuel = form.slots.iter().find(|s| s.path == "fuel").expect("a slot");
    assert!(!fuel.required && fuel.allowed.en.contains("only if burnt"), "{fuel:?}");
}

// ---- decimals ----

const SMALL: &str = "rule r zh \"例\" en \"example\"\nversion 0.1.0\nvalid from 2026-01-01\ngwp AR6\n\
declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nuse std.units, std.gas\n\
flow Al zh \"铝\" en \"aluminium\"\nstage making zh \"生产\" en \"production\"\n\
input production: t{Al} where > 0\ninput day: optional date\ninput flag: optional bool\n\
emission direct in making = 5 kg{CO2}/t{Al} * production\n";

fn small() -> Arc<Program> {
    let mut session = Session::new();
    session.load_std();
    session.add_source("r.pcr", SMALL);
    session.program("r.pcr").unwrap_or_else(|e| panic!("{e:#?}"))
}

/// The production that arrives, or the codes.
fn arrives(file: &str, bytes: &[u8]) -> Result<String, Vec<(Code, String)>> {
    let program = small();
    let out = from_form(&program, file, bytes)
        .map_err(|e| e.into_iter().map(|d| (d.code, d.message.en)).collect::<Vec<_>>())?;
    let shown = serde_json::to_value(&out.inputs[0].value).expect("JSON");
    Ok(shown["value"].as_str().expect("a number").to_owned())
}

#[test]
fn decimals_arrive_exactly() {
    for (text, want) in [
        ("0.1", "0.1"),
        ("1e-7", "0.0000001"),
        ("12345678901234567890.12", "12345678901234567890.12"),
        ("0.3000000000000000000000000001", "0.3000000000000000000000000001"),
        ("300 kg", "0.3"),
    ] {
        let mut form = Form::new(&small());
        assert!(form.set("production", Column::Value, text));
        assert_eq!(arrives("f.csv", &csv(&form).expect("CSV")).as_deref(), Ok(want));
        assert_eq!(arrives("f.xlsx", &xlsx(&form).expect("XLSX")).as_deref(), Ok(want));
    }
    for bad in ["1,000", "1.27457E+12", "x"] {
        let mut form = Form::new(&small());
        assert!(form.set("production", Column::Value, bad));
        let found = arrives("f.csv", &csv(&form).expect("CSV")).expect_err(bad);
        assert_eq!(found[0].0, Code::I004, "{bad}");
    }
}

/// What a user may put in a cell.
enum Put {
    Text(&'static str),
    Number(f64, &'static str),
    Day(u16, u8, u8),
    Bool(bool),
}

fn book(rows: &[(&str, Put)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "key").expect("a cell");
    sheet.write_string(0, 1, "value").expect("a cell");
    for ((key, value), r) in rows.iter().zip(1_u32..) {
        sheet.write_string(r, 0, *key).expect("a cell");
        match value {
            Put::Text(t) => sheet.write_string(r, 1, *t),
            Put::Number(x, f) => sheet.write_number_with_format(r, 1, *x, &Format::new().set_num_format(*f)),
            Put::Day(y, m, d) => {
                let day = rust_xlsxwriter::ExcelDateTime::from_ymd(*y, *m, *d).expect("a day");
                sheet.write_datetime_with_format(r, 1, &day, &Format::new().set_num_format("yyyy-mm-dd"))
            }
            Put::Bool(b) => sheet.write_boolean(r, 1, *b),
        }
        .expect("a cell");
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn numbers_in_cells_arrive_as_shown_or_are_refused() {
    let cell = |x: f64, format: &'static str| book(&[("production", Put::Number(x, format))]);
    assert_eq!(arrives("f.xlsx", &cell(0.1, "General")).as_deref(), Ok("0.1"));
    assert_eq!(arrives("f.xlsx", &cell(1e-7, "General")).as_deref(), Ok("0.0000001"));
    assert_eq!(arrives("f.xlsx", &cell(1234.5, "#,##0.00")).as_deref(), Ok("1234.5"));
    for (x, format) in [(0.1 + 0.2, "General"), (12_345_678_901_234_567_890.12, "General"), (0.333, "0.00")] {
        let found = arrives("f.xlsx", &cell(x, format)).expect_err("not certain");
        assert_eq!(found[0].0, Code::I004);
        assert!(found[0].1.contains("sheet Sheet1, cell B2"), "{}", found[0].1);
    }
    // A share where tonnes are wanted.
    assert_eq!(arrives("f.xlsx", &cell(0.5, "0%")).expect_err("no share")[0].0, Code::I005);
}

#[test]
fn days_and_truth_values_in_cells() {
    let rows = [("production", Put::Text("1")), ("day", Put::Day(2024, 3, 1)), ("flag", Put::Bool(true))];
    let out = from_form(&small(), "f.xlsx", &book(&rows)).unwrap_or_else(|e| panic!("{e:#?}"));
    let shown = serde_json::to_value(&out.inputs).expect("JSON");
    assert_eq!((&shown[1]["value"], &shown[2]["value"]), (&json!("2024-03-01"), &json!(true)));
    let out = from_form(&small(), "f.csv", "key,value\nproduction,1\nday,2024/3/1\nflag,FALSE\n".as_bytes());
    let shown = serde_json::to_value(&out.unwrap_or_else(|e| panic!("{e:#?}")).inputs).expect("JSON");
    assert_eq!((&shown[1]["value"], &shown[2]["value"]), (&json!("2024-03-01"), &json!(false)));
}

// ---- findings ----

#[test]
fn findings_point_into_the_form() {
    let text = "key;value;unit\nproduction;5;kg\nprodution;6;\n";
    let found = from_form(&small(), "f.csv", text.as_bytes()).expect_err("an unknown key");
    let at = found[0].primary.as_ref().expect("a place");
    assert_eq!(found[0].code, Code::I001);
    assert_eq!(&text[at.at.span.start as usize..at.at.span.end as usize], "6");
    for (bad, code) in [
        ("value\n1\n", Code::I008),
        ("key,value,colour\nproduction,1,red\n", Code::I001),
        ("key,value\nproduction,1\nproduction,2\n", Code::I011),
        ("key,value\n,1\n", Code::I008),
        ("key,value\nproduction,1,2\n", Code::I008),
        ("key,value,value\nproduction,1,2\n", Code::I011),
        ("key,value\nproduction,-1\n", Code::I003),
        ("key,value\nproduction..x,1\n", Code::I001),
    ] {
        let found = from_form(&small(), "f.csv", bad.as_bytes()).expect_err(bad);
        assert_eq!(found[0].code, code, "{bad}: {found:#?}");
    }
    let found = from_form(&small(), "f.csv", &[0xff, 0x00, 0x80]).expect_err("no text");
    assert_eq!(found[0].code, Code::C001);
    let found = from_form(&small(), "f.xlsx", b"PK no workbook").expect_err("no workbook");
    assert_eq!(found[0].code, Code::C001);
}

#[test]
fn nothing_in_a_workbook_is_passed_over() {
    let program = program("primary_aluminium");
    let mut form = Form::new(&program);
    fill(&mut form, &serde_json::from_str(&example("primary_aluminium")).expect("JSON"));
    assert!(form.set_item("power", 0, "amount", "-1 kWh"));
    assert!(form.set_item("power", 1, "source", "sun"));
    let found = from_form(&program, "f.xlsx", &xlsx(&form).expect("XLSX")).expect_err("two slips");
    let words: Vec<&str> = found.iter().map(|d| d.message.en.as_str()).collect();
    assert!(words.iter().any(|w| w.starts_with("f.xlsx, sheet power, cell C6: ")), "{words:#?}");
    assert!(words.iter().any(|w| w.starts_with("f.xlsx, sheet power, cell D7: ")), "{words:#?}");
    // A sheet that belongs to no list.
    let mut other = Workbook::new();
    other.add_worksheet().write_string(0, 0, "key").and_then(|s| s.write_string(0, 1, "value")).expect("cells");
    other.add_worksheet().set_name("powr").and_then(|s| s.write_string(0, 0, "x")).expect("a sheet");
    let found = from_form(&program, "f.xlsx", &other.save_to_buffer().expect("bytes")).expect_err("a stray sheet");
    assert_eq!(found[0].code, Code::I001);
}

// ---- schemas ----

#[test]
fn the_input_schema_accepts_what_runs() {
    for rule in RULES {
        let program = program(rule);
        let schema = input_schema(&program);
        let good: Value = serde_json::from_str(&example(rule)).expect("JSON");
        assert_eq!(schema::check(&schema, &good), Ok(()), "{rule}");
        type Slip = fn(&mut Value);
        let slips: [(&str, Slip); 6] = [
            ("unknown key", |v| v["inputs"]["no_such_input"] = json!(1)),
            ("unknown top key", |v| v["colour"] = json!("red")),
            ("missing input", |v| drop(v["inputs"].as_object_mut().map(|m| m.remove("production")))),
            ("out of range", |v| v["inputs"]["production"] = json!(-1)),
            ("no number", |v| v["inputs"]["production"] = json!("1,000")),
            ("another kind", |v| v["inputs"]["production"] = json!([1])),
        ];
        for (what, slip) in slips {
            let mut bad = good.clone();
            slip(&mut bad);
            // What the schema refuses, the run time refuses, too.
            let text = bad.to_string();
            if what == "missing input" && Inputs::from_json(&program, "f", &text).is_ok() {
                continue;
            }
            assert!(schema::check(&schema, &bad).is_err(), "{rule}: {what}");
            assert!(Inputs::from_json(&program, "f", &text).is_err(), "{rule}: {what}");
        }
    }
    let program = program("primary_aluminium");
    let schema = input_schema(&program);
    let good: Value = serde_json::from_str(&example("primary_aluminium")).expect("JSON");
    for (path, value) in [
        ("/inputs/technology", json!("XYZ")),
        ("/inputs/power", json!([])),
        ("/inputs/power/0/source", json!("sun")),
        ("/inputs/power/0/colour", json!("red")),
        ("/inputs/deliveries/0/mass", Value::Null),
        ("/inputs/alumina_use/amont", json!("1 t")),
        ("/inputs/production/primary", json!("yes")),
        ("/period", json!("twenty")),
    ] {
        let mut bad = good.clone();
        let (parent, key) = path.rsplit_once('/').expect("a path");
        bad.pointer_mut(parent).expect("it is there")[key] = value;
        assert!(schema::check(&schema, &bad).is_err(), "{path}");
        assert!(Inputs::from_json(&program, "f", &bad.to_string()).is_err(), "{path}");
    }
}

#[test]
fn the_result_schema_describes_the_results() {
    let schema: Value = serde_json::from_str(footrule_forms::RESULT).expect("JSON");
    for rule in RULES {
        let out = outcome(&program(rule), "example", &example(rule)).expect("the example evaluates");
        let good = serde_json::to_value(&out).expect("JSON");
        assert_eq!(schema::check(&schema, &good), Ok(()), "{rule}");
        for (path, value) in [
            ("/schema", json!("footrule-result/0")),
            ("/total/value", json!(1.5)),
            ("/stages/0/figure/unrounded", json!("1e5")),
            ("/rule/meaning_hash", json!("x")),
            ("/lines/0/kind", json!("other")),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(path).expect("it is there") = value;
            assert!(schema::check(&schema, &bad).is_err(), "{rule} {path}");
        }
    }
}

/// Two products that share a line three ways: the record has an entry for each, it fits the schema, and what the
/// products and the co-product get is the line.
#[test]
fn a_result_of_several_products() {
    let rule = r#"rule r zh "例" en "example"
version 0.1.0
valid from 2026-01-01
gwp AR6
round 2 decimals
use std.units, std.gas
flow a zh "甲" en "a"
flow b zh "乙" en "b"
stage making zh "生产" en "making"
input a_out: kg{a} where > 0
input b_out: kg{b} where > 0
input c_out: kg where >= 0
product a declared unit 1 kg{a} of a_out
product b declared unit 1 kg{b} of b_out
emission burning in making = 700 kg{CO2}
allocate plant by mass { a: a_out; b: b_out; c: c_out } compare by given { a: 0.5; b: 0.25; c: rest }
"#;
    let mut session = Session::new();
    session.load_std();
    session.add_source("r.pcr", rule);
    let program = session.program("r.pcr").expect("the rule compiles");
    let schema: Value = serde_json::from_str(footrule_forms::RESULT).expect("JSON");
    for [a, b, c] in [[3_u64, 5, 7], [1, 1, 1], [2, 9, 0], [999, 1, 6], [1, 1, 97]] {
        let inputs = json!({"period": "2026", "inputs": {
            "a_out": a.to_string(), "b_out": b.to_string(), "c_out": c.to_string()}});
        let out = outcome(&program, "i", &inputs.to_string()).expect("it evaluates");
        let record = serde_json::to_value(&out).expect("JSON");
        assert_eq!(schema::check(&schema, &record), Ok(()));
        assert!(record.get("total").is_none());
        // In units of the 28th decimal, with integers only.
        let units = |text: &Value| {
            let text = text.as_str().expect("a decimal");
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            format!("{whole}{part:0<28}").parse::<i128>().expect("digits")
        };
        let shares: Vec<i128> =
            (0..3).map(|i| units(&record["allocations"][0]["in_force"]["shares"][i]["share"])).collect();
        assert_eq!(shares.iter().sum::<i128>(), 10_i128.pow(28), "{a} {b} {c}");
        // Product figure × its flow is its part of 700 kg; the last digits are rounded.
        for (i, flow) in [a, b].into_iter().enumerate() {
            let total = units(&record["products"][i]["total"]["unrounded"]) * i128::from(flow);
            assert!((total - shares[i] * 700).abs() < 10_i128.pow(6), "{a} {b} {c}");
        }
    }
}
