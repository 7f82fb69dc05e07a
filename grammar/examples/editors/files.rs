//! The generated files: where each lies in the repository and what it says.
//!
//! Must not: touch the disk. The example writes, the test compares.

#[path = "lists.rs"]
mod lists;
#[path = "textmate.rs"]
mod textmate;
#[path = "tree_sitter.rs"]
mod tree_sitter;
#[path = "words.rs"]
pub mod words;

use serde_json::Value;

/// Path from the root of the repository, text.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("grammar/textmate/footrule.tmLanguage.json", json(&textmate::footrule())),
        ("grammar/textmate/footrule-literate.tmLanguage.json", json(&textmate::literate())),
        ("grammar/textmate/footrule-markdown.tmLanguage.json", json(&textmate::injection())),
        ("grammar/tree-sitter/keywords.json", json(&tree_sitter::keywords())),
        ("grammar/tree-sitter/queries/highlights.scm", tree_sitter::highlights()),
        ("lsp/editors/neovim/syntax/footrule_words.vim", lists::vim()),
        ("lsp/editors/emacs/footrule-keywords.el", lists::emacs()),
        ("lsp/editors/kakoune/footrule-keywords.kak", lists::kakoune()),
    ]
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}
