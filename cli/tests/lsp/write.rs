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

/// Tables, members, fields and labels have other names, too: in rows, in tests, and in the prose of a literate file.
#[test]
fn rename_reaches_rows_tests_and_prose() {
    let rule = RULE.replace("enum Grade { first; second }", "enum Grade { first zh \"一级\"; second }")
        + "test en \"x\" { production = 1 t{metal}; batches = [Batch(mass: 2 t{metal}, grade: first)] }\n";
    let text = format!(
        "# Words\n\nThe table `bonus` has a row for `first` (`一级`); `b` is a letter, `first thing` are two words.\n\n\
         ```text\nnot `first`\n```\n\n```pcr\n{}\n```\n\nMore on `first`, `产量` and `metal`.\n",
        rule.trim_end()
    );
    let uri = "file:///rules/words.pcr.md";
    let mut e = editor();
    e.open(uri, &text);
    let at = |word: &str, skip: usize| {
        let found = text.match_indices(word).nth(skip).map(|(i, _)| i).unwrap_or_else(|| panic!("no {word}"));
        let column = text[..found].rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        json!({ "line": text[..found].matches('\n').count(), "character": column })
    };
    let mut renamed = |position: serde_json::Value, new: &str| -> usize {
        let params = json!({ "textDocument": { "uri": uri }, "position": position, "newName": new });
        let edit = e.ask("textDocument/rename", params);
        let all = edit["changes"][uri].as_array().cloned().unwrap_or_default();
        assert!(all.iter().all(|e| e["newText"] == new));
        all.len()
    };
    // A member: its declaration, a row, a test, twice in prose; asked for in prose and in code.
    for position in [at("first` (", 0), at("first =>", 0)] {
        assert_eq!(renamed(position, "prime"), 5);
    }
    // A table: its declaration, its look-up, its name in prose. A label: where it stands, and in prose.
    assert_eq!(renamed(at("bonus(grade", 0), "extra"), 3);
    assert_eq!(renamed(at("一级\"", 0), "优等"), 2);
    assert_eq!(renamed(at("产量\" en", 0), "产出"), 2);
    assert_eq!(renamed(at("grade: Grade", 0), "quality"), 3);
    let label = json!({ "textDocument": { "uri": uri }, "position": at("产量\" en", 0) });
    assert_eq!(e.ask("textDocument/prepareRename", label.clone())["placeholder"], "产量");
    let mut bad = label;
    bad["newName"] = json!("a \" b");
    assert!(e.response("textDocument/rename", bad).response_result.is_err());
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
