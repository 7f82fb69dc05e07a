//! What stands beside the text.

use crate::{RULE, URI, editor, on, place};
use serde_json::{Value, json};

#[test]
pub(crate) fn hover() {
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
pub(crate) fn signature_help() {
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
pub(crate) fn folding() {
    let mut e = editor();
    let all = e.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": URI } }));
    let from: Vec<u64> = all.as_array().into_iter().flatten().filter_map(|f| f["startLine"].as_u64()).collect();
    assert!(from.contains(&0), "the comments at the head: {all}");
    let record = place("record Batch", 0, false)["line"].as_u64().unwrap_or_default();
    assert!(from.contains(&record), "{all}");
}

#[test]
pub(crate) fn selection_ranges() {
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
pub(crate) fn inlay_hints() {
    let mut e = editor();
    let range = json!({ "start": place("//!", 0, false), "end": place("round 2 decimals", 0, true) });
    let all = e.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": URI }, "range": range }));
    assert_eq!(all[0]["label"], ": t{metal}", "{all}");
    assert_eq!(all[0]["position"], place("let 装载量", 0, true));
    assert_eq!(all[1]["label"], ": number");
}

#[test]
pub(crate) fn semantic_tokens() {
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
