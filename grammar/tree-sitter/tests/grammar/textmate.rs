//! The TextMate grammar sees the statements that the compiler sees: its patterns, tried as an editor tries them at the
//! beginning of every line at the margin, find the same heads and names.

use crate::outline::{Entry, accepted, compilers};
use fancy_regex::Regex;
use footrule_grammar::keywords::{Place, lookup};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The patterns of statements, in the order of the grammar.
fn patterns() -> Vec<Regex> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../textmate/footrule.tmLanguage.json");
    let grammar: Value = serde_json::from_str(&fs::read_to_string(path).expect("the grammar")).expect("JSON");
    let repository = &grammar["repository"];
    let statements = repository["statement"]["patterns"].as_array().expect("patterns").iter().map(|p| &p["match"]);
    let texts = std::iter::once(&repository["source"]["begin"]).chain(statements);
    texts.map(|p| Regex::new(p.as_str().expect("a pattern")).expect("a regular expression")).collect()
}

/// Keyword, name and line of every head at the margin.
fn heads(patterns: &[Regex], text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    for (row, line) in text.lines().enumerate().filter(|(_, l)| !l.starts_with([' ', '\t'])) {
        // The first pattern that matches at the beginning has the line.
        let found = patterns
            .iter()
            .find_map(|p| p.captures(line).expect("in bounds").filter(|c| c.get(0).is_some_and(|m| m.start() == 0)));
        if let Some(found) = found {
            let of = |group| found.get(group).map(|m| m.as_str());
            let words: Vec<&str> = of(2).unwrap_or("").split_whitespace().collect();
            let word = words.join(" ");
            let keyword = lookup(&word, Place::HEAD).map_or(word.as_str(), |k| k.english);
            out.push((keyword.to_owned(), of(3).map(str::to_owned), row + 1));
        }
    }
    out
}

/// What a pattern cannot say of a statement: names that are more than a word, and those without one.
fn comparable((keyword, name, line): Entry) -> Entry {
    let name = match keyword.as_str() {
        "include" | "except" | "require" | "unit" | "version" | "use" => None,
        _ => name,
    };
    (keyword, name, line)
}

#[test]
fn heads_and_names_are_the_compilers() {
    let patterns = patterns();
    let mut wrong = Vec::new();
    let mut statements = 0;
    for source in accepted() {
        let margin = |line: usize| source.text.lines().nth(line - 1).is_some_and(|l| !l.starts_with([' ', '\t']));
        let mut theirs: Vec<Entry> = compilers(&source.text).into_iter().filter(|e| margin(e.2)).collect();
        // Of several statements in a line the first is looked at.
        theirs.dedup_by_key(|e| e.2);
        statements += theirs.len();
        let theirs: Vec<Entry> = theirs.into_iter().map(comparable).collect();
        let ours: Vec<Entry> = heads(&patterns, &source.text)
            .into_iter()
            .map(|(keyword, name, line)| (if keyword == "open let" { "let".to_owned() } else { keyword }, name, line))
            .map(comparable)
            .collect();
        if let Some((a, b)) = theirs.iter().zip(&ours).find(|(a, b)| a != b) {
            wrong.push(format!("{}: the compiler has {a:?}, the pattern {b:?}", source.name));
        } else if theirs.len() != ours.len() {
            wrong.push(format!("{}: {} statements, by patterns {}", source.name, theirs.len(), ours.len()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(statements > 8_000, "{statements} statements only");
}
