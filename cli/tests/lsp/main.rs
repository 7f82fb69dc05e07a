//! The language server as an editor sees it: the command runs, and each capability is asked for over the protocol.
//!
//! `editor` (a client) · `source` (texts and folders) · `talk` (positions, findings, nonsense) · `navigate`, `hover`, `show`,
//! `complete`, `actions`, `write` (requests, as the server groups them) · `across` (files) · `calls` (contributions, lenses) · `typing` (linked places, formatting of parts) · `pull`
//! (findings that are asked for) · `files` · `commands` · `cancel` · `ends` (of lines) · `edits` (ten thousand random ones).

mod across;
mod actions;
mod calls;
mod cancel;
mod commands;
mod complete;
mod editor;
mod edits;
mod ends;
mod files;
mod hover;
mod navigate;
mod pull;
mod show;
mod source;
mod talk;
mod typing;
mod write;

use editor::Editor;
use serde_json::{Value, json};

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
    let mut e = Editor::new(json!({}), None);
    e.open(URI, RULE);
    e
}

fn lines(locations: &Value) -> Vec<u64> {
    let all = locations.as_array().cloned().unwrap_or_default();
    all.iter().map(|l| l["range"]["start"]["line"].as_u64().unwrap_or_default()).collect()
}

/// Each capability, and the test that asks for it.
const TESTED: &[(&str, fn())] = &[
    ("positionEncoding", talk::position_encodings),
    ("textDocumentSync", talk::findings_follow_what_is_typed),
    ("hoverProvider", hover::hover),
    ("definitionProvider", navigate::definition),
    ("referencesProvider", navigate::references),
    ("documentHighlightProvider", navigate::highlights),
    ("documentSymbolProvider", navigate::document_symbols),
    ("workspaceSymbolProvider", navigate::workspace_symbols),
    ("renameProvider", write::rename),
    ("completionProvider", complete::completion),
    ("foldingRangeProvider", show::folding),
    ("documentFormattingProvider", write::formatting),
    ("codeActionProvider", actions::code_actions),
    ("semanticTokensProvider", show::semantic_tokens),
    ("signatureHelpProvider", show::signature_help),
    ("typeDefinitionProvider", navigate::type_definition),
    ("selectionRangeProvider", show::selection_ranges),
    ("inlayHintProvider", show::inlay_hints),
    ("documentLinkProvider", navigate::document_links),
    ("executeCommandProvider", commands::execute_command),
    ("semanticTokensProvider.full.delta", typing::semantic_token_delta),
    ("diagnosticProvider", pull::pulled_diagnostics),
    ("callHierarchyProvider", calls::contribution_tree),
    ("implementationProvider", calls::implementation),
    ("codeLensProvider", calls::code_lenses),
    ("linkedEditingRangeProvider", typing::linked_editing),
    ("documentRangeFormattingProvider", typing::range_formatting),
    ("documentOnTypeFormattingProvider", typing::on_type_formatting),
    ("workspace.workspaceFolders", files::workspace_folders),
    ("workspace.textDocumentContent", pull::text_document_content),
    ("workspace.fileOperations.willRename", files::will_rename_files),
    ("workspace.fileOperations.didRename", files::did_rename_files),
    ("workspace.fileOperations.didCreate", files::did_create_files),
    ("workspace.fileOperations.didDelete", files::did_delete_files),
];

/// The names of capabilities; what only groups others is named with them.
fn offered(of: &Value, before: &str) -> Vec<String> {
    let all = of.as_object().into_iter().flatten();
    all.flat_map(|(name, value)| {
        let name = format!("{before}{name}");
        match name.as_str() {
            "workspace" | "workspace.fileOperations" => offered(value, &format!("{name}.")),
            _ => vec![name],
        }
    })
    .collect()
}

#[test]
fn every_capability_has_a_test() {
    let e = Editor::new(json!({}), None);
    let mut names = offered(&e.offered, "");
    assert!(!names.is_empty());
    if e.offered.pointer("/semanticTokensProvider/full/delta") == Some(&json!(true)) {
        names.push("semanticTokensProvider.full.delta".to_owned());
    }
    for name in names {
        let tested = TESTED.iter().any(|(n, _)| *n == name);
        assert!(tested, "{name} is offered, and no test asks for it");
    }
}
