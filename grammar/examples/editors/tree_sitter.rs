//! What the tree-sitter grammar and its colours take from the keyword table.

use super::words::Class;
use footrule_grammar::Rule;
use footrule_grammar::keywords::{KEYWORDS, Keyword};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The rows that are tokens of the grammar, under the token's name.
pub fn keywords() -> Value {
    tokens().map(|k| json!({ "token": format!("{:?}", k.rule), "english": k.english, "chinese": k.chinese })).collect()
}

fn tokens() -> impl Iterator<Item = &'static Keyword> {
    KEYWORDS.iter().filter(|k| k.rule != Rule::name)
}

/// Colours: of names as written beside this file, of words by class.
///
/// A word stands in the tree under its English spelling, a phrase as its words or as the Chinese word. A word of
/// several classes has the first.
pub fn highlights() -> String {
    let mut out = String::from("; Generated: `cargo run -p footrule-grammar --example editors`.\n\n");
    out.push_str(include_str!("highlights.scm"));
    let mut seen = BTreeSet::new();
    for (class, capture) in [
        (Class::Head, "keyword"),
        (Class::Control, "keyword.conditional"),
        (Class::Operator, "keyword.operator"),
        (Class::Clause, "keyword.modifier"),
    ] {
        out.push_str("\n[\n");
        for k in tokens().filter(|k| class.has(k)) {
            let phrase = k.english.contains(' ').then_some(k.chinese);
            for word in k.english.split(' ').chain(phrase).filter(|w| seen.insert(*w)) {
                let _ = writeln!(out, "  \"{word}\"");
            }
        }
        let _ = writeln!(out, "] @{capture}");
    }
    for (class, node, capture) in [
        (Class::Function, "name", "function.builtin"),
        (Class::Type, "unit_name", "type.builtin"),
        (Class::Option, "raw", "constant.builtin"),
    ] {
        let words: Vec<String> = class.spellings().iter().map(|w| format!("\"{w}\"")).collect();
        let _ = writeln!(out, "\n(({node}) @{capture}\n  (#any-of? @{capture} {}))", words.join(" "));
    }
    out
}
