//! Requests that the editor takes back.

use crate::editor::Editor;
use crate::source::Folder;
use crate::{RULE, URI, editor, on};
use serde_json::{Value, json};

/// Rules in the workspace: as many as the library is meant to have.
const RULES: usize = 111;
/// The reply to what was taken back.
const CANCELLED: i32 = -32800;

/// A request that is taken back while another is answered has one reply, which says so.
#[test]
fn what_waits_can_be_taken_back() {
    let mut e = editor();
    e.found(URI, 1);
    // Asks for every file of the library.
    let first = e.request("workspace/symbol", json!({ "query": "e" }));
    let hovers: Vec<_> = (0..20).map(|_| e.request("textDocument/hover", on("factor\n", 0))).collect();
    for id in &hovers[1..] {
        e.take_back(id);
    }
    assert!(e.reply(&first).response_result.is_ok());
    assert!(e.reply(&hovers[0]).response_result.is_ok());
    let last = e.reply(&hovers[19]).response_result;
    assert!(last.as_ref().is_err_and(|e| e.code == CANCELLED), "{last:?}");
    assert!(e.ask("textDocument/hover", on("factor\n", 0)).is_object());
}

/// Rules that all use one module, so that whoever asks for a name of that asks for all of them.
fn workspace() -> Folder {
    let folder = Folder::new(&[("shared.pcr", "const shared_yield = 0.5\n")]);
    for n in 0..RULES {
        let rule = RULE.replace("rule demo", &format!("rule demo_{n}")).replace("use std.gas", "use std.gas, shared");
        folder
            .write(&format!("rule_{n}.pcr"), &format!("{rule}report halved = shared_yield * share round 2 decimals\n"));
    }
    folder
}

/// What looks through all files is stopped while it does, and can be asked again.
#[test]
fn what_is_being_answered_can_be_taken_back() {
    let folder = workspace();
    let place =
        json!({ "textDocument": { "uri": folder.uri("shared.pcr") }, "position": { "line": 0, "character": 8 } });
    let with = |more: Value| {
        let mut params = place.clone();
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        params
    };
    let requests = [
        ("textDocument/references", with(json!({ "context": { "includeDeclaration": true } }))),
        ("textDocument/rename", with(json!({ "newName": "other" }))),
        ("textDocument/implementation", place.clone()),
        ("workspace/symbol", json!({ "query": "no such name anywhere" })),
    ];
    let mut e = Editor::with(json!({ "capabilities": {} }), &[&folder.root()]);
    for (n, (method, params)) in requests.iter().enumerate() {
        // New texts, of which nothing is known yet.
        for rule in 0..RULES {
            let uri = folder.uri(&format!("rule_{rule}.pcr"));
            let text = std::fs::read_to_string(uri.trim_start_matches("file://")).expect("it was written");
            e.open_version(&uri, &format!("{text}// {n}\nconst more_{n} = shared_yield\n"), 1);
        }
        let token = format!("work {n}");
        let mut shown = params.clone();
        shown["workDoneToken"] = json!(token);
        let id = e.request(method, shown);
        let told = |e: &Editor, kind: &str| {
            e.progress.iter().any(|p| p["token"] == json!(token) && p["value"]["kind"] == json!(kind))
        };
        // It is being answered: nothing can take it out of those that wait.
        while !told(&e, "begin") {
            let m = e.receive();
            e.note(m);
        }
        e.take_back(&id);
        let reply = e.reply(&id).response_result;
        assert!(reply.as_ref().is_err_and(|why| why.code == CANCELLED), "{method}: {reply:?}");
        assert!(told(&e, "end"), "{method}");
        // Asked again it answers as a server does of which nothing was ever taken back.
        let again = e.ask(method, params.clone());
        let mut fresh = Editor::with(json!({ "capabilities": {} }), &[&folder.root()]);
        for rule in 0..RULES {
            let uri = folder.uri(&format!("rule_{rule}.pcr"));
            let text = std::fs::read_to_string(uri.trim_start_matches("file://")).expect("it was written");
            fresh.open_version(&uri, &format!("{text}// {n}\nconst more_{n} = shared_yield\n"), 1);
        }
        assert_eq!(again, fresh.ask(method, params.clone()), "{method}");
    }
}
