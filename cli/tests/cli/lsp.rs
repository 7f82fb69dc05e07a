//! The language server as an editor starts it. What it offers is asked for in `lsp/server/tests`.

use crate::{command, feed};
use serde_json::{Value, json};

/// Messages as they go over the wire.
fn wire(messages: &[Value]) -> String {
    messages.iter().map(|m| m.to_string()).map(|m| format!("Content-Length: {}\r\n\r\n{m}", m.len())).collect()
}

fn request(id: u32, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

#[test]
fn an_editor_is_served_until_it_says_goodbye() {
    let document =
        json!({ "uri": "file:///r/a.pcr", "languageId": "footrule", "version": 1, "text": "flow 铝 zh \"铝\"\n" });
    let session = wire(&[
        request(1, "initialize", json!({ "capabilities": {}, "processId": null, "rootUri": null })),
        notification("initialized", json!({})),
        notification("textDocument/didOpen", json!({ "textDocument": document })),
        request(2, "textDocument/documentSymbol", json!({ "textDocument": { "uri": "file:///r/a.pcr" } })),
        request(3, "shutdown", Value::Null),
        notification("exit", Value::Null),
    ]);
    let out = feed(command(&["lsp"]), &session);
    assert!(out.status.success(), "{out:?}");
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(said.contains("\"hoverProvider\":true") && said.contains("\"name\":\"铝\""), "{said}");
    assert!(out.stderr.is_empty(), "{out:?}");
}

#[test]
fn what_is_no_editor_is_told_so() {
    for nonsense in ["", "hello\n", "Content-Length: 2\r\n\r\n{}"] {
        let out = feed(command(&["lsp", "--lang", "en"]), nonsense);
        assert_eq!(out.status.code(), Some(2), "{nonsense:?}: {out:?}");
        assert!(String::from_utf8_lossy(&out.stderr).contains("the connection to the editor broke"), "{out:?}");
    }
}
