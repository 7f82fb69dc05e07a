//! What stands beside the text.

use crate::editor::Editor;
use crate::{RULE, URI, editor, on, place};
use serde_json::{Value, json};

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

/// The hints of a rule: text and what stands behind the word in question, by kind.
fn hints(e: &mut Editor, uri: &str, text: &str) -> Vec<Value> {
    e.open(uri, text);
    let end = json!({ "line": text.lines().count(), "character": 0 });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": end });
    let all = e.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": uri }, "range": range }));
    all.as_array().cloned().unwrap_or_default()
}

#[test]
pub(crate) fn inlay_hints() {
    let mut e = editor();
    let range = json!({ "start": place("//!", 0, false), "end": place("round 2 decimals", 0, true) });
    let all = e.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": URI }, "range": range }));
    let units: Vec<&Value> = all.as_array().into_iter().flatten().filter(|h| h["kind"] == 1).collect();
    assert_eq!(units[0]["label"], ": t{metal}", "{all}");
    assert_eq!(units[0]["position"], place("let 装载量", 0, true));
    assert_eq!(units[1]["label"], ": number");
    // A part of the file has its own hints only.
    let line = place("emission", 0, false)["line"].clone();
    let range = json!({ "start": { "line": line, "character": 0 }, "end": { "line": line, "character": 99 } });
    let some = e.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": URI }, "range": range }));
    assert_eq!(some.as_array().map(Vec::len), Some(1), "{some}");
}

#[test]
fn hints_tell_factors_and_rounding() {
    let rule = format!(
        "{}{}",
        RULE.replace("title \"An illustrative source\"", "title \"An illustrative source\"; year 2021"),
        "param grid: kg{CO2}/t{metal} { 2023 => 2.5 source book; 2024 => 2.4 source book; after last hold; before first error }\n\
         emission power in making = production * grid + production * (grid at 2023)\n\
         let twice = 2 * bonus(second)\n\
         report doubled = twice\n"
    );
    for (locale, latest, rounding, tip) in [
        (
            "en",
            "chosen by the period: 2023: 2.5 kg{CO2}/t{metal}; 2024: 2.4 kg{CO2}/t{metal}",
            " round 1 decimals",
            "the header's holds",
        ),
        (
            "zh",
            "按核算期取值：2023: 2.5 kg{CO2}/t{metal}；2024: 2.4 kg{CO2}/t{metal}",
            " 修约 1 位小数",
            "按规则头修约",
        ),
    ] {
        for (uri, text) in [
            ("file:///rules/hints.pcr", rule.clone()),
            ("file:///rules/hints.pcr.md", format!("# A\n\n```pcr\n{}\n```\n", rule.trim_end())),
        ] {
            let mut e = Editor::with_locale(locale);
            let all = hints(&mut e, uri, &text);
            let labels: Vec<&str> = all.iter().filter_map(|h| h["label"].as_str()).collect();
            for want in [
                " = 2 t{CO2}/t{metal} (2021)",
                " ≈ 2.4 kg{CO2}/t{metal} (2024)",
                " = 2.5 kg{CO2}/t{metal} (2023)",
                " = 2 (2021)",
                rounding,
            ] {
                assert!(labels.contains(&want), "{want}: {labels:?}");
            }
            let tooltip = |label: &str| {
                let hint = all.iter().find(|h| h["label"] == label);
                hint.and_then(|h| h["tooltip"]["value"].as_str()).unwrap_or_default().to_owned()
            };
            let dated = tooltip(" ≈ 2.4 kg{CO2}/t{metal} (2024)");
            assert!(dated.contains(latest) && dated.contains("An illustrative source"), "{dated}");
            assert!(tooltip(rounding).contains(tip));
            // Each kind has words of its own.
            let mut told: Vec<String> = [": number", " = 2 (2021)", rounding].iter().map(|l| tooltip(l)).collect();
            told.dedup();
            assert_eq!(told.len(), 3, "{told:?}");
        }
    }
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
