//! Edits while typing: linked places, formatting of parts; colours that change.

use crate::editor::Editor;
use crate::edits::Random;
use crate::source::{Source, edited};
use serde_json::{Value, json};

#[test]
pub(crate) fn linked_editing() {
    let text = "flow coke\nfn twice(x: t{coke}) -> t{coke} = x + x\nconst all = sum(k * 2 for k in [1, 2])\n";
    for s in Source::both("linked", text) {
        let mut e = Editor::new(json!({}), None);
        s.open(&mut e);
        let mut linked = |word: &str, nth: usize| e.ask("textDocument/linkedEditingRange", s.on(word, nth));
        // A parameter and the variable of a loop, from where they are bound, with all that reads them.
        let places: Vec<Value> = ["x: t", "x + x", "x\n"].map(|w| s.place(w, 0, false)).to_vec();
        let starts = |found: &Value| -> Vec<Value> {
            found["ranges"].as_array().into_iter().flatten().map(|r| r["start"].clone()).collect()
        };
        assert_eq!(starts(&linked("x: t", 0)), places);
        assert_eq!(starts(&linked("k in", 0)), [s.place("k * 2", 0, false), s.place("k in", 0, false)]);
        // Who edits a use may mean another name; a name that others use is renamed.
        for (word, nth) in [("x + x", 0), ("k * 2", 0), ("coke\n", 0), ("twice", 0)] {
            assert_eq!(linked(word, nth), Value::Null, "{word}");
        }
    }
}

/// What only its rule can name is linked, in its prose, too; what data or other files may name is not.
#[test]
fn linked_names_of_a_rule() {
    let text = crate::RULE.replace("report share = ", "report share = 0 + ");
    let [plain, literate] = Source::both("names", &text);
    let literate = Source { text: format!("{}\nOn `factor` and `factors`.\n", literate.text), ..literate };
    for (s, more) in [(plain, 0), (literate, 1)] {
        let mut e = Editor::new(json!({}), None);
        s.open(&mut e);
        let mut linked = |word: &str| -> Vec<Value> {
            let found = e.ask("textDocument/linkedEditingRange", s.on(word, 0));
            found["ranges"].as_array().into_iter().flatten().map(|r| r["start"].clone()).collect()
        };
        let mut places = vec![s.place("factor = 2", 0, false), s.place("factor\nreport", 0, false)];
        places.extend((more == 1).then(|| s.place("factor` and", 0, false)));
        assert_eq!(linked("factor = 2"), places);
        assert_eq!(
            linked("装载量 ="),
            ["装载量 =", "装载量 * factor", "装载量 / production"].map(|w| s.place(w, 0, false))
        );
        assert_eq!(linked("bonus(grade").len(), 2);
        for word in ["production: t", "first;", "metal zh", "making zh", "share =", "mass: t", "factor\nreport"] {
            assert_eq!(linked(word), Vec::<Value>::new(), "{word}");
        }
    }
}

fn options() -> Value {
    json!({ "tabSize": 4, "insertSpaces": true })
}

#[test]
pub(crate) fn range_formatting() {
    for s in Source::both("part", "flow   a\nflow   b\nlet x = (1   +\nflow   c\n") {
        let mut e = Editor::new(json!({}), None);
        s.open(&mut e);
        let mut format = |range: Value| {
            let mut params = s.document();
            params["range"] = range;
            params["options"] = options();
            s.edited(&e.ask("textDocument/rangeFormatting", params))
        };
        // One line; then all of them, of which one cannot be read.
        assert_eq!(format(s.range("b", 0)), s.text.replace("flow   b", "flow b"));
        let all = json!({ "start": s.place("flow   a", 0, false), "end": s.place("flow   c", 0, true) });
        assert_eq!(format(all), s.text.replace("flow   ", "flow "));
    }
}

#[test]
pub(crate) fn on_type_formatting() {
    for s in Source::both("typed", "flow   a\n\nenum E {\n  one\n  }\n\nflow   b\n") {
        let mut e = Editor::new(json!({}), None);
        s.open(&mut e);
        let mut typed = |position: Value, what: &str| {
            let params = json!({
                "textDocument": { "uri": s.uri }, "position": position, "ch": what, "options": options()
            });
            s.edited(&e.ask("textDocument/onTypeFormatting", params))
        };
        // A line end formats the statement before it, a brace the statement that it ends; others stay.
        let below = s.place("flow   a\n", 0, true);
        assert_eq!(typed(below, "\n"), s.text.replace("flow   a", "flow a"));
        let enumeration = s.text.replace("  one\n  }", "    one\n}");
        assert_eq!(typed(s.place("}", 0, true), "}"), enumeration);
    }
}

/// Lines end as they did.
#[test]
fn carriage_returns_stay() {
    let mut e = Editor::new(json!({}), None);
    let uri = "file:///rules/crlf.pcr";
    let text = "flow   金属\r\nlet x = nothing\r\n";
    e.open(uri, text);
    let found = e.found(uri, 1);
    let slip = found.iter().find(|d| d["code"] == "FR-N001").unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!(slip["range"]["start"], json!({ "line": 1, "character": 8 }));
    assert_eq!(slip["range"]["end"], json!({ "line": 1, "character": 15 }));
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 2, "character": 0 } });
    let document = json!({ "uri": uri });
    let params = json!({ "textDocument": document, "range": range, "options": options() });
    let edits = e.ask("textDocument/rangeFormatting", params);
    assert_eq!(edited(text, &edits), "flow 金属\r\nlet x = nothing\r\n");
    let change = json!({ "range": { "start": { "line": 0, "character": 9 }, "end": { "line": 1, "character": 0 } }, "text": "\r\n" });
    e.tell(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [change] }),
    );
    let again = e.found(uri, 2);
    assert!(again.iter().any(|d| d["range"] == slip["range"]), "{again:?}");
}

#[test]
pub(crate) fn semantic_token_delta() {
    for s in Source::both("delta", "flow coke\nconst a = 1 t{coke}\nconst b = 2 t{coke}\n") {
        let mut e = Editor::new(json!({}), None);
        s.open(&mut e);
        let ask = |e: &mut Editor, id: Option<&Value>| match id {
            None => e.ask("textDocument/semanticTokens/full", s.document()),
            Some(id) => {
                let mut params = s.document();
                params["previousResultId"] = id.clone();
                e.ask("textDocument/semanticTokens/full/delta", params)
            }
        };
        let numbers =
            |v: &Value| -> Vec<u64> { v.as_array().into_iter().flatten().filter_map(Value::as_u64).collect() };
        let full = ask(&mut e, None);
        let same = ask(&mut e, Some(&full["resultId"]));
        assert_eq!(same["edits"], json!([]), "{same}");
        // A statement between the two: what comes back is small, and makes of the old list the new one.
        let at = s.place("const b", 0, false);
        let change = json!({ "range": { "start": at, "end": at }, "text": "const c = 3 t{coke}\n" });
        let document = json!({ "uri": s.uri, "version": 2 });
        e.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        let delta = ask(&mut e, Some(&same["resultId"]));
        let edit = &delta["edits"][0];
        let mut data = numbers(&full["data"]);
        let (start, gone) = (edit["start"].as_u64().unwrap_or(0), edit["deleteCount"].as_u64().unwrap_or(0));
        data.splice(start as usize..(start + gone) as usize, numbers(&edit["data"]));
        assert_eq!(data, numbers(&ask(&mut e, None)["data"]));
        assert!(numbers(&edit["data"]).len() < data.len() / 2, "{delta}");
        // A list that is not known any more is told whole.
        assert!(ask(&mut e, Some(&full["resultId"]))["data"].is_array());
    }
}

/// Whatever is broken, there is an answer at every place.
#[test]
fn every_request_is_answered_in_broken_files() {
    let mut random = Random(5);
    let mut e = Editor::new(json!({}), None);
    let whole: Vec<char> = crate::calls::TREE.chars().collect();
    for round in 0..60 {
        let mut text = whole.clone();
        for _ in 0..3 {
            let from = random.below(text.len());
            let to = (from + random.below(12)).min(text.len());
            let new = ["", "}", "{", "\"", "except ", "\r\n", "铝", "in ", "§5 "][random.below(9)];
            text.splice(from..to, new.chars());
        }
        let text: String = text.into_iter().collect();
        let ending = if round % 2 == 0 { "pcr" } else { "pcr.md" };
        let text = if round % 2 == 0 { text } else { format!("# 1 A\n\n```pcr\n{text}```\n") };
        let uri = format!("file:///rules/broken{round}.{ending}");
        e.open(&uri, &text);
        let mut ask = |method: &str, more: Value| {
            let mut params = json!({ "textDocument": { "uri": uri } });
            for (name, value) in more.as_object().into_iter().flatten() {
                params[name] = value.clone();
            }
            let reply = e.response(method, params).response_result;
            reply.unwrap_or_else(|why| panic!("{method}: {}\n{text}", why.message))
        };
        ask("textDocument/diagnostic", json!({}));
        let lenses = ask("textDocument/codeLens", json!({}));
        let lines = text.lines().count();
        for _ in 0..6 {
            let at = json!({ "line": random.below(lines), "character": random.below(40) });
            let end = json!({ "line": random.below(lines), "character": random.below(40) });
            let position = json!({ "position": at });
            ask("textDocument/linkedEditingRange", position.clone());
            ask("textDocument/implementation", position.clone());
            let range = json!({ "range": { "start": at, "end": end }, "options": options() });
            ask("textDocument/rangeFormatting", range);
            for ch in ["\n", "}"] {
                ask("textDocument/onTypeFormatting", json!({ "position": at, "ch": ch, "options": options() }));
            }
            let nodes = ask("textDocument/prepareCallHierarchy", position);
            if let Some(item) = nodes.as_array().and_then(|n| n.first()) {
                ask("callHierarchy/outgoingCalls", json!({ "item": item }));
                ask("callHierarchy/incomingCalls", json!({ "item": item }));
            }
        }
        for lens in lenses.as_array().into_iter().flatten().filter(|l| l["command"].is_null()).take(1) {
            ask("codeLens/resolve", lens.clone());
        }
    }
}
