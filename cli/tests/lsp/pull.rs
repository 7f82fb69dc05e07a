//! Findings that the editor asks for.

use crate::editor::Editor;
use crate::source::{Folder, Source};
use serde_json::{Value, json};

/// A client that asks for findings.
fn pulling(folders: &[&str]) -> Editor {
    let diagnostics = json!({ "refreshSupport": true });
    let capabilities = json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": diagnostics } });
    Editor::with(json!({ "capabilities": capabilities }), folders)
}

fn pull(e: &mut Editor, uri: &str, previous: Option<&Value>) -> Value {
    let mut params = json!({ "textDocument": { "uri": uri } });
    if let Some(id) = previous {
        params["previousResultId"] = id.clone();
    }
    e.ask("textDocument/diagnostic", params)
}

#[test]
pub(crate) fn pulled_diagnostics() {
    for source in Source::both("pulled", "flow coke\nconst a = 1 kWh + 1 t{coke}\n") {
        let mut e = pulling(&[]);
        source.open(&mut e);
        let first = pull(&mut e, &source.uri, None);
        assert_eq!(
            (&first["kind"], &first["items"][0]["range"]["start"]["line"]),
            (&json!("full"), &source.line("const a"))
        );
        assert!(first["items"][0]["code"].as_str().is_some_and(|c| c.starts_with("FR-U")), "{first}");
        let again = pull(&mut e, &source.uri, Some(&first["resultId"]));
        assert_eq!((&again["kind"], &again["resultId"]), (&json!("unchanged"), &first["resultId"]));
        // What is typed elsewhere moves the finding; what is put right takes it away.
        let change = |e: &mut Editor, version: i32, text: String| {
            let document = json!({ "uri": source.uri, "version": version });
            let whole = json!([{ "text": text }]);
            e.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": whole }));
        };
        change(&mut e, 2, source.text.replace("flow coke\n", "flow coke\n\n"));
        let moved = pull(&mut e, &source.uri, Some(&first["resultId"]));
        assert_eq!(moved["kind"], "full", "{moved}");
        change(&mut e, 3, source.text.replace("1 kWh", "1 t{coke}"));
        let right = pull(&mut e, &source.uri, Some(&moved["resultId"]));
        let errors = right["items"].as_array().into_iter().flatten().filter(|d| d["severity"] == json!(1)).count();
        assert_eq!((&right["kind"], errors), (&json!("full"), 0), "{right}");
        // Who asks is not told unasked.
        assert!(!e.was_asked("textDocument/publishDiagnostics"));
        assert!(e.findings.is_empty(), "{:?}", e.findings);
    }
}

#[test]
fn all_files_of_the_folders_are_checked_also_those_that_are_not_open() {
    let folder = Folder::new(&[
        ("closed.pcr", "const a = nothing_of_the_kind\n"),
        ("words.pcr.md", "# 1 A\n\n```pcr\nconst b = nor_this\n```\n"),
        ("fine.pcr", "flow coke\n"),
    ]);
    let mut e = pulling(&[&folder.root()]);
    e.open(&folder.uri("fine.pcr"), "flow coke\n");
    let all = e.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let of = |all: &Value, name: &str| {
        let items = all["items"].as_array().cloned().unwrap_or_default();
        items.into_iter().find(|i| i["uri"] == folder.uri(name)).unwrap_or_else(|| panic!("no {name}: {all}"))
    };
    assert_eq!(all["items"].as_array().map(Vec::len), Some(3), "{all}");
    assert_eq!((&of(&all, "closed.pcr")["version"], &of(&all, "fine.pcr")["version"]), (&Value::Null, &json!(1)));
    for (name, line) in [("closed.pcr", 0), ("words.pcr.md", 3)] {
        let first = &of(&all, name)["items"][0];
        assert_eq!((&first["code"], &first["range"]["start"]["line"]), (&json!("FR-N001"), &json!(line)));
    }
    // Asked again: what did not change is not said again, also of files that changed on disk meanwhile.
    let known = |all: &Value| -> Vec<Value> {
        let items = all["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|i| json!({ "uri": i["uri"], "value": i["resultId"] })).collect()
    };
    folder.write("closed.pcr", "const a = 1\n");
    folder.remove("words.pcr.md");
    let changes = ["closed.pcr", "words.pcr.md"].map(|n| json!({ "uri": folder.uri(n), "type": 2 }));
    e.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    let next = e.ask("workspace/diagnostic", json!({ "previousResultIds": known(&all) }));
    assert_eq!(of(&next, "fine.pcr")["kind"], "unchanged");
    assert_eq!(of(&next, "words.pcr.md")["items"], json!([]));
    let errors = of(&next, "closed.pcr")["items"]
        .as_array()
        .map_or(9, |a| a.iter().filter(|d| d["severity"] == json!(1)).count());
    assert_eq!(errors, 0, "{next}");
    // The editor is asked to look again at what it shows.
    assert!(e.was_asked("workspace/diagnostic/refresh"));
}

/// What is asked for all files keeps nobody waiting: it can be taken back, comes file by file, and ends when the server does.
#[test]
fn findings_of_all_files_come_when_nothing_else_is_to_be_done() {
    let files: Vec<(String, String)> =
        (0..40).map(|i| (format!("m{i}.pcr"), format!("flow f{i}\nconst a = nothing{i}\n"))).collect();
    let folder = Folder::new(&files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
    let ask = |e: &mut Editor| e.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    // The server may be done before it hears that it need not be, but not every time.
    let taken_back = || {
        let mut e = pulling(&[&folder.root()]);
        let (first, second) = (ask(&mut e), ask(&mut e));
        e.tell("$/cancelRequest", json!({ "id": second }));
        let items = |all: &Value| all["items"].as_array().map(Vec::len);
        assert!(e.reply(&first).response_result.is_ok_and(|all| items(&all) == Some(40)));
        match e.reply(&second).response_result {
            Ok(all) => {
                assert_eq!(items(&all), Some(40));
                false
            }
            Err(why) => why.code == -32800,
        }
    };
    assert!((0..20).any(|_| taken_back()));
    let mut e = pulling(&[&folder.root()]);
    let params = json!({ "previousResultIds": [], "partialResultToken": "by file" });
    let id = e.request("workspace/diagnostic", params);
    let mut told = 0;
    let end = loop {
        match e.receive() {
            lsp_server::Message::Notification(n) if n.method == "$/progress" => {
                assert_eq!(n.params["token"], "by file");
                told += n.params["value"]["items"].as_array().map_or(0, Vec::len);
            }
            lsp_server::Message::Response(r) if r.id == id => break r,
            other => e.note(other),
        }
    };
    assert_eq!((told, end.response_result.ok()), (40, Some(json!({ "items": [] }))));
    // Whoever is still waiting when the editor leaves is answered.
    let left_waiting = || {
        let mut e = pulling(&[&folder.root()]);
        let last = ask(&mut e);
        let shutdown = e.request("shutdown", Value::Null);
        let waited = e.reply(&last).response_result.is_err();
        assert!(e.reply(&shutdown).response_result.is_ok());
        e.left = true;
        waited
    };
    assert!((0..20).any(|_| left_waiting()));
}

/// The page of a code is a text that the server gives: it is linked where the client can ask for it.
#[test]
pub(crate) fn text_document_content() {
    let text = "const a = nothing_of_the_kind\nenum Unused { one }\n";
    for (options, linked) in [(json!({ "contents": true }), true), (Value::Null, false)] {
        let mut e =
            Editor::with(json!({ "capabilities": {}, "initializationOptions": options, "locale": "zh-CN" }), &[]);
        e.open("file:///rules/page.pcr", text);
        let found = e.found("file:///rules/page.pcr", 1);
        let slip = found.iter().find(|d| d["code"] == "FR-N001").unwrap_or_else(|| panic!("{found:?}"));
        let page = slip["codeDescription"]["href"].clone();
        assert_eq!(page == json!("footrule-code:/zh/FR-N001.md"), linked, "{slip}");
        if linked {
            let text = e.ask("workspace/textDocumentContent", json!({ "uri": page }))["text"].clone();
            let text = text.as_str().unwrap_or_default();
            assert!(
                text.starts_with("# FR-N001") && text.contains("## 中文") && !text.contains("## English"),
                "{text}"
            );
        }
    }
    let mut e = Editor::new(json!({}), None);
    let gas = e.ask("workspace/textDocumentContent", json!({ "uri": "footrule-std:/gas.pcr" }));
    assert!(gas["text"].as_str().is_some_and(|t| t.contains("gas CH4")), "{gas}");
    for wrong in ["footrule-std:/nothing.pcr", "footrule-code:/en/FR-Z999.md", "file:///etc/hostname"] {
        assert!(
            e.response("workspace/textDocumentContent", json!({ "uri": wrong })).response_result.is_err(),
            "{wrong}"
        );
    }
}

/// Tags: what is not needed is shown so, and nothing else is.
#[test]
fn what_is_not_needed_is_tagged() {
    let mut e = Editor::new(json!({}), None);
    let text = crate::RULE
        .replace("enum Grade", "flow spare\nenum Grade")
        .replace("list of Batch", "list of Batch\ninput idle: t{metal}");
    e.open("file:///rules/tags.pcr", &text);
    let found = e.found("file:///rules/tags.pcr", 1);
    let tags = |code: &str| found.iter().find(|d| d["code"] == code).map(|d| d["tags"].clone());
    assert_eq!((tags("FR-L001"), tags("FR-L015")), (Some(json!([1])), Some(json!([1]))), "{found:?}");
    assert!(found.iter().all(|d| d["severity"] != json!(1) || d["tags"] == Value::Null));
}
