//! The reference lists every keyword in both languages.

use footrule_grammar::keywords::KEYWORDS;
use std::fs;
use std::path::Path;

#[test]
fn the_reference_lists_every_keyword() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/grammar.md");
    let text = fs::read_to_string(page).expect("the page is read");
    let missing: Vec<String> = KEYWORDS
        .iter()
        .map(|k| format!("| `{}` | `{}` |", k.english, k.chinese))
        .filter(|row| !text.contains(row.as_str()))
        .collect();
    assert!(missing.is_empty(), "docs/reference/grammar.md lacks:\n{}", missing.join("\n"));
}
