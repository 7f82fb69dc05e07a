//! What leads to places.

use crate::editor::Editor;
use crate::source::{Source, names};
use crate::{RULE, URI, editor, lines, on, place};
use serde_json::json;

#[test]
pub(crate) fn definition() {
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
pub(crate) fn type_definition() {
    let mut e = editor();
    for (word, home) in [("batches)", "record Batch"), ("grade) for", "enum Grade")] {
        let found = e.ask("textDocument/typeDefinition", on(word, 0));
        assert_eq!(found["range"]["start"]["line"], place(home, 0, false)["line"], "{word}: {found}");
    }
}

#[test]
pub(crate) fn references() {
    let mut e = editor();
    let mut params = on("metal zh", 0);
    params["context"] = json!({ "includeDeclaration": true });
    let all = e.ask("textDocument/references", params.clone());
    assert_eq!(lines(&all).len(), RULE.matches("{metal}").count() + 1, "{all}");
    params["context"] = json!({ "includeDeclaration": false });
    let used = e.ask("textDocument/references", params);
    assert_eq!(lines(&used).len(), RULE.matches("{metal}").count());
}

/// Files of a folder that were never opened are known.
#[test]
pub(crate) fn references_lead_into_files_that_are_not_open() {
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

/// Rows of tables, tests and prose name things, too.
#[test]
fn references_in_rows_tests_and_prose() {
    let rule = format!("{}test en \"x\" {{ production = 1 t{{metal}}; expect line smelting = 1 t{{CO2}} }}\n", RULE);
    let text = format!("# A\n\nUses `production` and `smelting`.\n\n```pcr\n{rule}```\n");
    let uri = "file:///rules/named.pcr.md";
    let mut e = editor();
    e.open(uri, &text);
    let position = json!({ "line": 2, "character": 7 });
    let here = json!({ "textDocument": { "uri": uri }, "position": position });
    let mut params = here.clone();
    params["context"] = json!({ "includeDeclaration": true });
    let all = e.ask("textDocument/references", params);
    // As often as the word stands in the text.
    assert_eq!(lines(&all).len(), text.matches("production").count() - text.matches("\"production\"").count(), "{all}");
    let declared = e.ask("textDocument/definition", here.clone());
    let line = text.lines().position(|l| l.starts_with("input production"));
    assert_eq!(declared["range"]["start"]["line"], json!(line));
    assert_eq!(lines(&e.ask("textDocument/documentHighlight", here)).len(), lines(&all).len());
    let smelting = json!({ "textDocument": { "uri": uri }, "position": { "line": 2, "character": 25 }, "context": { "includeDeclaration": false } });
    assert_eq!(lines(&e.ask("textDocument/references", smelting)).len(), 2);
}

#[test]
pub(crate) fn highlights() {
    let mut e = editor();
    let all = e.ask("textDocument/documentHighlight", on("装载量 =", 0));
    assert_eq!(lines(&all).len(), 3, "{all}");
}

#[test]
pub(crate) fn document_symbols() {
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
pub(crate) fn workspace_symbols() {
    let mut e = editor();
    for query in ["产量", "produc", "§5.2"] {
        let all = e.ask("workspace/symbol", json!({ "query": query }));
        assert!(all.as_array().is_some_and(|a| a.iter().any(|s| s["location"]["uri"] == URI)), "{query}: {all}");
    }
}

#[test]
pub(crate) fn document_links() {
    let mut e = editor();
    let all = e.ask("textDocument/documentLink", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(all[0]["target"], "https://example.org/book", "{all}");
}

/// What a cut-off brings stands in no line: the lines of the file are told as they are told without it.
#[test]
fn what_a_cutoff_brings_has_no_lines() {
    let rule = RULE.replace("input production", "§4 input production");
    let more = "cutoff each 1% total 5% by mass\nreport left = count(left_out)\n";
    let [without, with] = [&rule, &format!("{rule}{more}")].map(|text| Source::both("brought", text));
    for (plain, brought) in without.into_iter().zip(with) {
        let answers = [&plain, &brought].map(|s| {
            let mut e = Editor::new(json!({}), None);
            s.open(&mut e);
            let whole = json!({ "start": s.place("", 0, false), "end": s.place("report share", 0, false) });
            let hint = json!({ "textDocument": { "uri": s.uri }, "range": whole });
            [
                e.ask("textDocument/semanticTokens/full", s.document())["data"].clone(),
                e.ask("textDocument/codeLens", s.document()),
                e.ask("textDocument/documentSymbol", s.document()),
                e.ask("textDocument/inlayHint", hint),
                e.ask("textDocument/foldingRange", s.document()),
                e.ask("textDocument/hover", s.on("An illustrative rule", 0)),
            ]
        });
        for (without, with) in answers[0].iter().zip(&answers[1]) {
            match (without.as_array(), with.as_array()) {
                (Some(a), Some(b)) => assert_eq!(&b[..a.len().min(b.len())], &a[..]),
                _ => assert_eq!(without, with),
            }
        }
        let mut e = Editor::new(json!({}), None);
        brought.open(&mut e);
        let symbols = e.ask("textDocument/documentSymbol", brought.document());
        assert!(!names(&symbols, "/name").contains(&"left_out".to_owned()), "{symbols}");
        // It leads to the cut-off, and cannot be called otherwise.
        let at = brought.on("left_out", 0);
        let definition = e.ask("textDocument/definition", at.clone());
        assert_eq!(definition["range"]["start"]["line"], brought.line("cutoff each"));
        let refused = e.response("textDocument/prepareRename", at).response_result;
        assert!(refused.as_ref().is_err_and(|why| why.message.contains("cut-off")), "{refused:?}");
    }
}
