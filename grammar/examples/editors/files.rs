//! The generated files: where each lies in the repository and what it says.
//!
//! Must not: touch the disk. The example writes, the test compares.

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
    ]
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}
