//! What ends in an edit.

use crate::{RULE, URI, editor, on};
use serde_json::json;

#[test]
pub(crate) fn rename() {
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
pub(crate) fn formatting() {
    let mut e = editor();
    let untidy = "flow   a\nflow b";
    e.open("file:///rules/untidy.pcr", untidy);
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": "file:///rules/untidy.pcr" }, "options": options });
    let edits = e.ask("textDocument/formatting", params);
    assert_eq!(edits[0]["newText"], "flow a\nflow b\n", "{edits}");
}

#[test]
pub(crate) fn code_actions() {
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
