//! Commands: a test is run, a rule is evaluated.

use crate::editor::Editor;
use serde_json::{Value, json};

const URI: &str = "file:///rules/furnace.pcr";

// 4 t of coke, half of it burnt, 3 t CO2 for each t: 6 t CO2 for 8 t of metal are 750 kg for 1 t.
const RULE: &str = r#"rule furnace zh "炉" en "furnace"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{metal} of production
round 1 decimals in kg{CO2e}/t{metal}
use std.gas
flow metal
flow coke
stage making zh "冶炼" en "making"
source book { title "An illustrative source" }
input production: t{metal} where > 0
input charge: t{coke} where >= 0
const factor = 3 t{CO2}/t{coke} source book
let burnt = charge / 2
§5.2 emission smelting in making = burnt * factor
report intensity = burnt / production round 2 decimals in t{coke}/t{metal}
test zh "小炉" en "small furnace" { production = 8 t{metal}; charge = 4 t{coke}; expect total = 750.0 kg{CO2e}/t{metal} }
test zh "错" en "wrong" {
    production = 8 t{metal}
    charge = 4 t{coke}
    expect total = 751.0 kg{CO2e}/t{metal}
}
test { production = 0 t{metal}; charge = 4 t{coke}; expect error FR-I003 }
"#;

fn editor() -> Editor {
    let mut e = Editor::new(json!({}), None);
    e.open(URI, RULE);
    e
}

fn line_of(word: &str) -> usize {
    let at = RULE.find(word).unwrap_or_else(|| panic!("no {word}"));
    RULE[..at].matches('\n').count()
}

fn command(e: &mut Editor, command: &str, arguments: Value) -> Value {
    e.ask("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
}

/// Message, code and reason of a refusal.
fn refusal(e: &mut Editor, command: &str, arguments: Value) -> (String, i32, Value) {
    let r = e.response("workspace/executeCommand", json!({ "command": command, "arguments": arguments }));
    let why = r.response_result.err().unwrap_or_else(|| panic!("{command} is not refused"));
    (why.message, why.code, why.data.unwrap_or_default()["reason"].clone())
}

fn value_of(answer: &Value, name: &str) -> Value {
    let all = answer["values"].as_array().into_iter().flatten();
    all.filter(|v| v["id"] == name).map(|v| v["value"].clone()).next().unwrap_or(Value::Null)
}

#[test]
pub(crate) fn execute_command() {
    let mut e = editor();
    let commands = json!(["footrule.runTest", "footrule.evaluate", "footrule.tests"]);
    assert_eq!(e.offered["executeCommandProvider"]["commands"], commands);
    tests_are_run(&mut e);
    tests_are_evaluated(&mut e);
    tests_are_told(&mut e);
    data_are_evaluated(&mut e);
    a_broken_rule_says_why(&mut e);
    nonsense_is_refused(&mut e);
}

fn tests_are_run(e: &mut Editor) {
    for name in ["小炉", "small furnace", "#1"] {
        let run = command(e, "footrule.runTest", json!([URI, name]));
        assert_eq!((&run["passed"], &run["failures"]), (&json!(true), &json!([])), "{run}");
        assert_eq!((&run["name"], &run["label"]), (&json!("small furnace"), &json!("small furnace")));
        assert_eq!(run["location"]["range"]["start"]["line"], line_of("test zh \"小炉\""));
    }
    let wrong = command(e, "footrule.runTest", json!([URI, "wrong"]));
    assert_eq!(wrong["passed"], false);
    let failure = &wrong["failures"][0];
    assert_eq!(failure["code"], "FR-R006");
    assert!(failure["message"].as_str().is_some_and(|m| m.contains("751.0") && m.contains("750.0")), "{failure}");
    assert_eq!(failure["location"]["range"]["start"]["line"], line_of("expect total = 751.0"));
    let refused = command(e, "footrule.runTest", json!([URI, "#3"]));
    assert_eq!((&refused["passed"], &refused["expectsError"]), (&json!(true), &json!(true)), "{refused}");
}

fn tests_are_evaluated(e: &mut Editor) {
    // Nothing said: the first test.
    for on in [json!({ "test": "小炉" }), json!({}), Value::Null] {
        let got = command(e, "footrule.evaluate", json!([URI, on]));
        assert_eq!(got["test"]["passed"], true, "{got}");
        assert_eq!(got["errors"], json!([]));
        let names: Vec<&Value> = got["tests"].as_array().into_iter().flatten().map(|t| &t["name"]).collect();
        assert_eq!(names, ["small furnace", "wrong", "#3"]);
        assert_eq!(got["result"]["total"]["value"], "750.0", "{got}");
        assert_eq!(value_of(&got, "burnt"), json!({ "value": "2", "unit": "t{coke}" }));
        assert_eq!(value_of(&got, "smelting"), json!({ "value": "6", "unit": "t{CO2}" }));
        assert_eq!(value_of(&got, "intensity"), json!({ "value": "0.25", "unit": "t{coke}/t{metal}" }));
        let stage = &got["derivation"]["children"][0];
        assert_eq!((&stage["id"], &stage["value"]), (&json!("making"), &json!("750 kg{CO2e}/t{metal}")), "{stage}");
        assert_eq!(stage["location"]["range"]["start"]["line"], line_of("stage making"));
        let line = &stage["children"][0];
        assert_eq!((&line["clause"], &line["details"][0]), (&json!("5.2"), &json!("= burnt * factor")));
        assert_eq!(line["location"]["uri"], URI);
        assert_eq!(line["location"]["range"]["start"]["line"], line_of("§5.2"));
        let read = |kind: &str| line["children"].as_array().into_iter().flatten().find(|c| c["kind"] == kind).cloned();
        let (burnt, factor) = (read("let").unwrap_or_default(), read("factor").unwrap_or_default());
        assert_eq!(burnt["location"]["range"]["start"]["line"], line_of("let burnt"));
        assert_eq!(factor["source"], "An illustrative source (book)", "{factor}");
        assert_eq!(factor["location"]["range"]["start"]["line"], line_of("const factor"));
    }
    // A test that is to fail has no result, and what can be computed all the same has its value.
    let failing = command(e, "footrule.evaluate", json!([URI, { "test": "#3" }]));
    assert_eq!((&failing["test"]["passed"], &failing["result"]), (&json!(true), &Value::Null), "{failing}");
    assert_eq!(failing["errors"][0]["code"], "FR-I003");
}

fn tests_are_told(e: &mut Editor) {
    let tests = command(e, "footrule.tests", json!([URI]));
    assert_eq!(tests[1]["label"], "wrong", "{tests}");
    assert_eq!(tests[1]["location"]["range"]["start"]["line"], line_of("test zh \"错\""));
}

fn data_are_evaluated(e: &mut Editor) {
    let data = r#"{"inputs": {"production": "8 t", "charge": "8 t"}}"#;
    let got = command(e, "footrule.evaluate", json!([URI, { "input": data }]));
    assert_eq!((&got["result"]["total"]["value"], &got["test"]), (&json!("1500.0"), &Value::Null), "{got}");
    // What is wrong with the data is told in the data.
    let slip = "{\"inputs\": {\n  \"production\": \"8 t\", \"charg\": \"8 t\"}}";
    let uri = "file:///rules/%E7%82%89.json";
    let got = command(e, "footrule.evaluate", json!([URI, { "input": slip, "inputUri": uri }]));
    assert_eq!(got["result"], Value::Null);
    let all = got["errors"].as_array().cloned().unwrap_or_default();
    assert!(all.iter().any(|d| d["location"]["uri"] == uri && d["location"]["range"]["start"]["line"] == 1), "{got}");
    // Another file of the folder that is broken changes nothing.
    e.open("file:///rules/broken.pcr", "rule broken\nlet = (\n");
    assert_eq!(command(e, "footrule.evaluate", json!([URI]))["result"]["total"]["value"], "750.0");
}

fn a_broken_rule_says_why(e: &mut Editor) {
    let edit = |version: u32, text: &str| json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [{ "text": text }] });
    e.tell("textDocument/didChange", edit(2, &RULE.replace("charge / 2", "charg / 2")));
    let got = command(e, "footrule.evaluate", json!([URI]));
    assert_eq!((&got["result"], &got["values"]), (&Value::Null, &json!([])));
    assert_eq!(got["errors"][0]["code"], "FR-N001", "{got}");
    assert_eq!(got["errors"][0]["location"]["range"]["start"]["line"], line_of("let burnt"));
    assert_eq!(got["tests"].as_array().map(Vec::len), Some(3));
    let run = command(e, "footrule.runTest", json!([URI, "小炉"]));
    assert_eq!((&run["passed"], &run["failures"][0]["code"]), (&json!(false), &json!("FR-N001")));
    // Whoever follows an edit sees what it gives: all of the coke is burnt.
    e.tell("textDocument/didChange", edit(3, &RULE.replace("charge / 2", "charge")));
    assert_eq!(command(e, "footrule.evaluate", json!([URI]))["result"]["total"]["value"], "1500.0");
}

fn nonsense_is_refused(e: &mut Editor) {
    let mut chinese = Editor::with_locale("zh-CN");
    chinese.open(URI, RULE);
    let untested = RULE.split("test zh").next().unwrap_or_default();
    for e in [&mut *e, &mut chinese] {
        e.open("file:///rules/untested.pcr", untested);
    }
    // Requests that cannot be understood are told from those that cannot be fulfilled.
    let (unreadable, failed, unknown) = (-32602, -32803, -32601);
    for (name, arguments, code, reason, english, words) in [
        (
            "footrule.runTest",
            json!([URI, "no such"]),
            failed,
            "noTest",
            "there is no test `no such`",
            "没有测试“no such”",
        ),
        ("footrule.runTest", json!([URI]), unreadable, "unreadable", "is the name of a test", "应是测试的名称"),
        ("footrule.runTest", json!([]), unreadable, "unreadable", "is the address of a file", "应是文件的地址"),
        ("footrule.evaluate", json!(["file:///rules/missing.pcr"]), failed, "noFile", "there is no file", "没有文件"),
        (
            "footrule.evaluate",
            json!([URI, { "test": "wrong", "input": "{}" }]),
            unreadable,
            "unreadable",
            "exclude each other",
            "只可给出一个",
        ),
        ("footrule.evaluate", json!([URI, { "tset": "wrong" }]), unreadable, "unreadable", "nothing else", "只可有"),
        (
            "footrule.evaluate",
            json!(["file:///rules/untested.pcr"]),
            failed,
            "noData",
            "input data are needed",
            "请给出",
        ),
        ("footrule.evaluate", json!(["footrule-std:/gas.pcr"]), failed, "noRule", "is no rule", "不是规则"),
        ("footrule.delete", json!([URI]), unknown, "unknown", "is not offered", "没有 `footrule.delete`"),
    ] {
        for (e, want) in [(&mut *e, english), (&mut chinese, words)] {
            let (said, at, why) = refusal(e, name, arguments.clone());
            assert!(said.contains(want), "{name}: {said}");
            assert_eq!((at, why), (code, json!(reason)), "{said}");
            // Nothing of the machinery in the user's words.
            assert!(!said.contains("invalid type") && !said.contains("unknown field"), "{said}");
        }
    }
}
