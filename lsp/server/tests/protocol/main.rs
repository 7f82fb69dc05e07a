//! The server as an editor sees it: each capability is asked for over the protocol.

mod edits;

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::thread::JoinHandle;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(60);

/// An editor.
struct Editor {
    connection: Connection,
    server: Option<JoinHandle<()>>,
    next: i32,
    offered: Value,
    /// Findings by address.
    findings: BTreeMap<String, Value>,
}

impl Editor {
    fn new(capabilities: Value, folder: Option<&str>) -> Self {
        let (ours, theirs) = Connection::memory();
        let server = std::thread::spawn(move || {
            footrule_lsp::serve(&theirs, footrule_diag::Lang::En).unwrap_or_else(|e| panic!("{e}"));
        });
        let mut editor =
            Self { connection: ours, server: Some(server), next: 0, offered: Value::Null, findings: BTreeMap::new() };
        let folders = folder.map(|f| json!([{ "uri": format!("file://{f}"), "name": "rules" }]));
        let params = json!({
            "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders
        });
        editor.offered = editor.ask("initialize", params)["capabilities"].clone();
        editor.tell("initialized", json!({}));
        editor
    }

    fn tell(&self, method: &str, params: Value) {
        let n = Notification { method: method.to_owned(), params };
        self.connection.sender.send(n.into()).unwrap_or_else(|e| panic!("{e}"));
    }

    fn response(&mut self, method: &str, params: Value) -> Response {
        self.next += 1;
        let id = RequestId::from(self.next);
        let r = Request { id: id.clone(), method: method.to_owned(), params };
        self.connection.sender.send(r.into()).unwrap_or_else(|e| panic!("{e}"));
        loop {
            match self.receive() {
                Message::Response(r) if r.id == id => return r,
                other => self.note(other),
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let r = self.response(method, params);
        r.response_result.unwrap_or_else(|e| panic!("{method}: {}", e.message))
    }

    fn receive(&self) -> Message {
        self.connection.receiver.recv_timeout(WAIT).unwrap_or_else(|e| panic!("{e}"))
    }

    fn note(&mut self, m: Message) {
        if let Message::Notification(n) = m
            && n.method == "textDocument/publishDiagnostics"
        {
            let uri = n.params["uri"].as_str().unwrap_or_default().to_owned();
            self.findings.insert(uri, n.params);
        }
    }

    fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "footrule", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Waits for findings of a version.
    fn found(&mut self, uri: &str, version: i32) -> Vec<Value> {
        loop {
            if let Some(p) = self.findings.get(uri)
                && p["version"] == json!(version)
            {
                return p["diagnostics"].as_array().cloned().unwrap_or_default();
            }
            let m = self.receive();
            self.note(m);
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

const URI: &str = "file:///rules/%E9%93%9D.pcr";

const RULE: &str = r#"//! An illustrative rule.
// Two lines
// of comment.
rule demo zh "示例" en "demo"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{metal} of production
round 1 decimals in kg{CO2e}/t{metal}
use std.gas
flow metal zh "金属" en "metal"
stage making zh "生产" en "making"
source book { title "An illustrative source"; url "https://example.org/book" }
enum Grade { first; second }
record Batch {
    mass: t{metal}
    grade: Grade
}
input production: t{metal} where > 0 zh "产量" en "production"
input batches: list of Batch
/// What each tonne emits.
§5.2 const factor = 2 t{CO2}/t{metal} source book
table bonus(grade: Grade) -> number source book { first => 1; second => 2 }
let 装载量 = sum(b.mass * bonus(b.grade) for b in batches)
emission smelting in making = 装载量 * factor
report share = 装载量 / production round 2 decimals
"#;

/// Line and character of the nth place of a text, from the end of the word if `after`.
fn place(word: &str, nth: usize, after: bool) -> Value {
    let at = RULE.match_indices(word).nth(nth).map(|(i, _)| i).unwrap_or_else(|| panic!("no {word}"));
    let at = if after { at + word.len() } else { at };
    let before = &RULE[..at];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    json!({ "line": line, "character": column })
}

fn on(word: &str, nth: usize) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": place(word, nth, false) })
}

fn editor() -> Editor {
    let e = Editor::new(json!({}), None);
    e.open(URI, RULE);
    e
}

fn lines(locations: &Value) -> Vec<u64> {
    let all = locations.as_array().cloned().unwrap_or_default();
    all.iter().map(|l| l["range"]["start"]["line"].as_u64().unwrap_or_default()).collect()
}

/// Each capability, and the test that asks for it.
const TESTED: [(&str, fn()); 19] = [
    ("positionEncoding", position_encodings),
    ("textDocumentSync", findings_follow_what_is_typed),
    ("hoverProvider", hover),
    ("definitionProvider", definition),
    ("referencesProvider", references),
    ("documentHighlightProvider", highlights),
    ("documentSymbolProvider", document_symbols),
    ("workspaceSymbolProvider", workspace_symbols),
    ("renameProvider", rename),
    ("completionProvider", completion),
    ("foldingRangeProvider", folding),
    ("documentFormattingProvider", formatting),
    ("codeActionProvider", code_actions),
    ("semanticTokensProvider", semantic_tokens),
    ("signatureHelpProvider", signature_help),
    ("typeDefinitionProvider", type_definition),
    ("selectionRangeProvider", selection_ranges),
    ("inlayHintProvider", inlay_hints),
    ("documentLinkProvider", document_links),
];

#[test]
fn every_capability_has_a_test() {
    let offered = footrule_lsp::capabilities(false);
    let names: Vec<&String> = offered.as_object().map(|o| o.keys().collect()).unwrap_or_default();
    for name in names {
        let tested = TESTED.iter().any(|(n, _)| n == name);
        assert!(tested, "{name} is offered, and no test asks for it");
    }
}

#[test]
fn position_encodings() {
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
fn findings_follow_what_is_typed() {
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

#[test]
fn hover() {
    let mut e = editor();
    let card = e.ask("textDocument/hover", on("factor\n", 0));
    let text = card["contents"]["value"].as_str().unwrap_or_default();
    for part in ["2 t{CO2}/t{metal} source book", "§5.2", "What each tonne emits."] {
        assert!(text.contains(part), "{text}");
    }
    let inferred = e.ask("textDocument/hover", on("装载量 /", 0));
    assert!(inferred["contents"]["value"].as_str().is_some_and(|t| t.contains("`t{metal}`")), "{inferred}");
    assert_eq!(e.ask("textDocument/hover", on("= 装载量", 0)), Value::Null);
}

#[test]
fn definition() {
    let mut e = editor();
    let line = |e: &mut Editor, word: &str, nth: usize| {
        e.ask("textDocument/definition", on(word, nth))["range"]["start"]["line"].clone()
    };
    let of = |word: &str| place(word, 0, false)["line"].clone();
    assert_eq!(line(&mut e, "batches)", 0), of("input batches"));
    assert_eq!(line(&mut e, "grade) for", 0), of("grade: Grade"));
    assert_eq!(line(&mut e, "b.mass", 0), of("for b in"));
    assert_eq!(line(&mut e, "book {", 1), of("source book"));
    assert_eq!(line(&mut e, "first =>", 0), of("enum Grade"));
    assert_eq!(line(&mut e, "making =", 0), of("stage making"));
    let gas = e.ask("textDocument/definition", on("gas", 0));
    assert_eq!(gas["uri"], "footrule-std:/gas.pcr");
}

#[test]
fn references() {
    let mut e = editor();
    let mut params = on("metal zh", 0);
    params["context"] = json!({ "includeDeclaration": true });
    let all = e.ask("textDocument/references", params.clone());
    assert_eq!(lines(&all).len(), RULE.matches("{metal}").count() + 1, "{all}");
    params["context"] = json!({ "includeDeclaration": false });
    let used = e.ask("textDocument/references", params);
    assert_eq!(lines(&used).len(), RULE.matches("{metal}").count());
}

#[test]
fn highlights() {
    let mut e = editor();
    let all = e.ask("textDocument/documentHighlight", on("装载量 =", 0));
    assert_eq!(lines(&all).len(), 3, "{all}");
}

#[test]
fn document_symbols() {
    let mut e = editor();
    let all = e.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
    let names: Vec<&str> = all.as_array().into_iter().flatten().filter_map(|s| s["name"].as_str()).collect();
    let want = [
        "demo",
        "metal",
        "making",
        "book",
        "Grade",
        "Batch",
        "production",
        "batches",
        "factor",
        "bonus",
        "装载量",
        "smelting",
        "share",
    ];
    assert_eq!(names, want);
    assert_eq!(all[8]["detail"], "§5.2");
    assert_eq!(all[5]["children"][1]["name"], "grade");
}

#[test]
fn workspace_symbols() {
    let mut e = editor();
    for query in ["产量", "produc", "§5.2"] {
        let all = e.ask("workspace/symbol", json!({ "query": query }));
        assert!(all.as_array().is_some_and(|a| a.iter().any(|s| s["location"]["uri"] == URI)), "{query}: {all}");
    }
}

#[test]
fn rename() {
    let mut e = editor();
    let ready = e.ask("textDocument/prepareRename", on("装载量 =", 0));
    assert_eq!(ready["placeholder"], "装载量");
    let mut params = on("装载量 =", 0);
    params["newName"] = json!("loaded");
    let edit = e.ask("textDocument/rename", params.clone());
    assert_eq!(edit["changes"][URI].as_array().map(Vec::len), Some(3), "{edit}");
    for (taken, why) in [("production", "already"), ("1x", "cannot be a name"), ("a b", "cannot be a name")] {
        params["newName"] = json!(taken);
        let refused = e.response("textDocument/rename", params.clone()).response_result;
        assert!(refused.as_ref().is_err_and(|e| e.message.contains(why)), "{taken}: {refused:?}");
    }
    // What the library declares stays.
    let gas = on("CO2}", 0);
    assert!(e.response("textDocument/prepareRename", gas).response_result.is_err());
}

#[test]
fn completion() {
    let mut e = editor();
    let offered = |e: &mut Editor, word: &str, nth: usize| -> Vec<Value> {
        let params = json!({ "textDocument": { "uri": URI }, "position": place(word, nth, true) });
        e.ask("textDocument/completion", params).as_array().cloned().unwrap_or_default()
    };
    let has = |all: &[Value], name: &str| all.iter().any(|c| c["label"] == name);
    let fields = offered(&mut e, "sum(b.", 0);
    assert!(has(&fields, "mass") || has(&fields, "production"), "{fields:?}");
    let tags = offered(&mut e, "list of Batch", 0);
    assert!(!tags.is_empty());
    let flows = offered(&mut e, "production: t{", 0);
    assert!(has(&flows, "metal") && !has(&flows, "production"), "{flows:?}");
    let sources = offered(&mut e, "t{metal} source ", 0);
    assert!(has(&sources, "book") && sources.iter().all(|s| s["label"] != "metal"));
    let stages = offered(&mut e, "smelting in ", 0);
    assert_eq!(stages.iter().filter_map(|s| s["label"].as_str()).collect::<Vec<_>>(), ["making"]);
    let values = offered(&mut e, "report share = ", 0);
    let production = values.iter().find(|c| c["label"] == "production").cloned().unwrap_or_default();
    // Found by its Chinese label, by pinyin and by initials.
    let filter = production["filterText"].as_str().unwrap_or_default();
    for word in ["production", "产量", "chanliang", "cl"] {
        assert!(filter.split(' ').any(|w| w == word), "{filter}");
    }
    assert_eq!(production["detail"], "t{metal}");
}

#[test]
fn folding() {
    let mut e = editor();
    let all = e.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": URI } }));
    let from: Vec<u64> = all.as_array().into_iter().flatten().filter_map(|f| f["startLine"].as_u64()).collect();
    assert!(from.contains(&0), "the comments at the head: {all}");
    let record = place("record Batch", 0, false)["line"].as_u64().unwrap_or_default();
    assert!(from.contains(&record), "{all}");
}

#[test]
fn formatting() {
    let mut e = editor();
    let untidy = "flow   a\nflow b";
    e.open("file:///rules/untidy.pcr", untidy);
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": "file:///rules/untidy.pcr" }, "options": options });
    let edits = e.ask("textDocument/formatting", params);
    assert_eq!(edits[0]["newText"], "flow a\nflow b\n", "{edits}");
}

#[test]
fn code_actions() {
    let mut e = editor();
    let uri = "file:///rules/slip.pcr";
    e.open(uri, &RULE.replace("装载量 * factor", "装载量 * facter"));
    let found = e.found(uri, 1);
    let slip = found.iter().find(|d| d["code"] == "FR-N001").unwrap_or_else(|| panic!("{found:?}"));
    let params = json!({
        "textDocument": { "uri": uri }, "range": slip["range"], "context": { "diagnostics": [slip] }
    });
    let actions = e.ask("textDocument/codeAction", params);
    let edit = &actions[0]["edit"]["changes"][uri][0];
    assert_eq!(edit["newText"], "factor", "{actions}");
    assert_eq!(edit["range"], slip["range"]);
}

#[test]
fn semantic_tokens() {
    let mut e = editor();
    let legend = e.offered["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let all = e.ask("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": URI } }));
    let data: Vec<u64> = all["data"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let (mut line, mut column, mut found) = (0, 0, Vec::new());
    for t in data.chunks(5) {
        column = if t[0] == 0 { column + t[1] } else { t[1] };
        line += t[0];
        let text: Vec<u16> = RULE.lines().nth(line as usize).unwrap_or_default().encode_utf16().collect();
        let word = String::from_utf16_lossy(&text[column as usize..(column + t[2]) as usize]);
        found.push((word, legend[t[3] as usize].as_str().unwrap_or_default().to_owned(), t[4]));
    }
    let role = |word: &str| found.iter().find(|(w, ..)| w == word).map(|(_, r, _)| r.as_str());
    for (word, want) in [
        ("rule", "keyword"),
        ("metal", "typeParameter"),
        ("making", "namespace"),
        ("production", "parameter"),
        ("bonus", "interface"),
        ("装载量", "variable"),
        ("first", "enumMember"),
        ("mass", "property"),
        ("§5.2", "decorator"),
        ("smelting", "event"),
    ] {
        assert_eq!(role(word), Some(want), "{word}: {found:?}");
    }
    let range = json!({ "start": place("let 装载量", 0, false), "end": place("emission", 0, false) });
    let some = e.ask("textDocument/semanticTokens/range", json!({ "textDocument": { "uri": URI }, "range": range }));
    let n = some["data"].as_array().map_or(0, Vec::len);
    assert!(n > 0 && n < data.len());
}

#[test]
fn signature_help() {
    let mut e = editor();
    let help = e.ask(
        "textDocument/signatureHelp",
        json!({ "textDocument": { "uri": URI }, "position": place("bonus(b", 0, true) }),
    );
    assert_eq!(help["signatures"][0]["label"], "bonus(grade: Grade) -> number");
    assert_eq!(help["signatures"][0]["parameters"][0]["label"], json!([6, 18]));
    assert_eq!(help["activeParameter"], 0);
    assert_eq!(e.ask("textDocument/signatureHelp", on("rule", 1)), Value::Null);
}

#[test]
fn type_definition() {
    let mut e = editor();
    for (word, home) in [("batches)", "record Batch"), ("grade) for", "enum Grade")] {
        let found = e.ask("textDocument/typeDefinition", on(word, 0));
        assert_eq!(found["range"]["start"]["line"], place(home, 0, false)["line"], "{word}: {found}");
    }
}

#[test]
fn selection_ranges() {
    let mut e = editor();
    let at = place("grade) for", 0, false);
    let all = e.ask("textDocument/selectionRange", json!({ "textDocument": { "uri": URI }, "positions": [at] }));
    let (mut range, mut widths) = (all[0].clone(), Vec::new());
    while range.is_object() {
        widths.push((range["range"]["start"].clone(), range["range"]["end"].clone()));
        range = range["parent"].clone();
    }
    // The word, what stands in the inner and the outer parentheses, with them, the statement, the file.
    assert_eq!(widths.len(), 7, "{all}");
    assert_eq!(widths[0], (place("grade) for", 0, false), place("b.grade", 0, true)));
    assert_eq!(widths[6].0, json!({ "line": 0, "character": 0 }));
}

#[test]
fn inlay_hints() {
    let mut e = editor();
    let range = json!({ "start": place("//!", 0, false), "end": place("round 2 decimals", 0, true) });
    let all = e.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": URI }, "range": range }));
    assert_eq!(all[0]["label"], ": t{metal}", "{all}");
    assert_eq!(all[0]["position"], place("let 装载量", 0, true));
    assert_eq!(all[1]["label"], ": number");
}

#[test]
fn document_links() {
    let mut e = editor();
    let all = e.ask("textDocument/documentLink", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(all[0]["target"], "https://example.org/book", "{all}");
}

/// A client that sends nonsense leaves the server sound.
#[test]
fn nonsense_is_answered() {
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

/// Files of a folder that were never opened are known.
#[test]
fn references_lead_into_files_that_are_not_open() {
    let folder = std::env::temp_dir().join(format!("footrule-lsp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("{e}"));
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap_or_else(|e| panic!("{e}"));
    write("shared.pcr", "flow pulp\n");
    write("closed.pcr", "use shared\nconst a = 1 t{pulp}\n");
    let root = folder.to_string_lossy().into_owned();
    let mut e = Editor::new(json!({}), Some(&root));
    let uri = format!("file://{root}/shared.pcr");
    e.open(&uri, "flow pulp\n");
    let at = json!({ "line": 0, "character": 6 });
    let params = json!({ "textDocument": { "uri": uri }, "position": at, "context": { "includeDeclaration": false } });
    let all = e.ask("textDocument/references", params);
    assert_eq!(all[0]["uri"], format!("file://{root}/closed.pcr"), "{all}");
    let _ = std::fs::remove_dir_all(&folder);
}
