//! The generated files: where each lies in the repository and what it says.
//!
//! Must not: touch the disk. The example writes, the test compares.

#[path = "textmate.rs"]
mod textmate;
#[path = "words.rs"]
pub mod words;

use serde_json::Value;

/// Path from the root of the repository, text.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("grammar/textmate/footrule.tmLanguage.json", json(&textmate::footrule())),
        ("grammar/textmate/footrule-literate.tmLanguage.json", json(&textmate::literate())),
        ("grammar/textmate/footrule-markdown.tmLanguage.json", json(&textmate::injection())),
    ]
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}
