//! How the two talk: positions, findings, nonsense.

use crate::editor::Editor;
use crate::{URI, editor, on, place};
use serde_json::{Value, json};

#[test]
pub(crate) fn position_encodings() {
    for (offer, want, column) in [(json!(["utf-8", "utf-16"]), "utf-8", 6), (json!(["utf-16"]), "utf-16", 2)] {
        let mut e = Editor::new(json!({ "general": { "positionEncodings": offer } }), None);
        assert_eq!(e.offered["positionEncoding"], want);
        e.open(URI, "flow 金属");
        let symbols = e.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
        let range = &symbols[0]["selectionRange"];
        assert_eq!(range["end"]["character"], json!(5 + column), "{symbols}");
    }
}

#[test]
pub(crate) fn findings_follow_what_is_typed() {
    let mut e = editor();
    let first = e.found(URI, 1);
    assert!(first.iter().all(|d| d["severity"] != json!(1)), "{first:?}");
    // A wrong unit, typed into the middle of a line.
    let at = place("装载量 * factor", 0, true);
    let edit = json!({ "range": { "start": at, "end": at }, "text": " + 1 kWh" });
    let document = json!({ "uri": URI, "version": 2 });
    e.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [edit] }));
    let found = e.found(URI, 2);
    let errors: Vec<&Value> = found.iter().filter(|d| d["severity"] == json!(1)).collect();
    assert_eq!(errors.len(), 1, "{found:?}");
    assert_eq!(errors[0]["source"], "footrule");
    assert!(errors[0]["code"].as_str().is_some_and(|c| c.starts_with("FR-U")), "{errors:?}");
    e.tell("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    while e.findings[URI]["diagnostics"] != json!([]) {
        let m = e.receive();
        e.note(m);
    }
}

/// A client that sends nonsense leaves the server sound.
#[test]
pub(crate) fn nonsense_is_answered() {
    let mut e = editor();
    for (method, params) in [
        ("textDocument/hover", json!({ "wrong": true })),
        ("no/such/method", json!([1, 2])),
        ("textDocument/rename", Value::Null),
    ] {
        assert!(e.response(method, params).response_result.is_err(), "{method}");
    }
    e.tell("textDocument/didChange", json!({ "textDocument": 7 }));
    e.tell("$/cancelRequest", json!({ "id": 99 }));
    e.tell("textDocument/didOpen", json!("?"));
    let beyond = json!({ "line": 9999, "character": 9999 });
    assert_eq!(e.ask("textDocument/hover", json!({ "textDocument": { "uri": URI }, "position": beyond })), Value::Null);
    assert!(e.ask("textDocument/hover", on("factor\n", 0)).is_object());
}

/// Changes that come in another order than that of their versions are made in that of their versions.
#[test]
fn changes_that_come_late_stand_where_they_were_made() {
    let mut e = Editor::new(json!({}), None);
    e.open(URI, "flow \nflow b\n");
    let mut change = |version: i32, line: u32, column: u32, text: &str| {
        let at = json!({ "line": line, "character": column });
        let edit = json!({ "range": { "start": at, "end": at }, "text": text });
        let document = json!({ "uri": URI, "version": version });
        e.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [edit] }));
    };
    // `coke` and a second line above the others, typed one by one.
    for (version, line, column, text) in [
        (2, 0, 5, "c"),
        (4, 0, 7, "k"),
        (5, 0, 8, "e"),
        (3, 0, 6, "o"),
        (7, 1, 5, "x"),
        (6, 0, 0, "flow a\n"),
        (8, 2, 6, "y"),
    ] {
        change(version, line, column, text);
    }
    e.found(URI, 8);
    let symbols = e.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
    let names: Vec<&Value> = symbols.as_array().into_iter().flatten().map(|s| &s["name"]).collect();
    assert_eq!(names, ["a", "xcoke", "by"], "{symbols}");
    // What is opened again is new.
    e.open_version(URI, "flow new\n", 1);
    let at = json!({ "line": 0, "character": 8 });
    let edit = json!({ "range": { "start": at, "end": at }, "text": "er" });
    e.tell("textDocument/didChange", json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [edit] }));
    let symbols = e.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(symbols[0]["name"], "newer");
}
