//! What the tests share.

#![allow(dead_code, reason = "each test file uses its part")]

use footrule_diag::{Diagnostic, Span};
use footrule_syntax::ast::Item;
use footrule_syntax::{Chunk, parse_chunk, split};

/// A file, parsed.
pub struct File {
    pub chunks: Vec<Chunk>,
    pub items: Vec<Item>,
    /// `CODE «text at the primary label» English message`
    pub errors: Vec<String>,
}

/// Parses a text and checks what must hold for every text.
pub fn parse(text: &str, literate: bool) -> File {
    let out = split(text, literate);
    let mut file = File { chunks: Vec::new(), items: Vec::new(), errors: Vec::new() };
    for error in &out.errors {
        check_places(text, error);
        file.errors.push(show(text, error));
    }
    let mut end = 0;
    for chunk in &out.chunks {
        let start = chunk.start as usize;
        assert!(start >= end, "chunks overlap");
        end = start + chunk.text.len();
        assert_eq!(text[start..end], *chunk.text);
        assert_eq!(chunk.layout.len(), chunk.text.len());
        let parsed = parse_chunk(chunk);
        assert!(!parsed.items.is_empty(), "a chunk without an item: {:?}", chunk.text);
        for error in &parsed.errors {
            check_places(&chunk.text, error);
            file.errors.push(show(&chunk.text, error));
        }
        for item in &parsed.items {
            check_tree(&chunk.text, item, !parsed.errors.is_empty());
        }
        file.items.extend(parsed.items);
    }
    file.chunks = out.chunks;
    file
}

fn show(text: &str, error: &Diagnostic<Span>) -> String {
    let at = error.primary.as_ref().map_or("", |l| &text[l.at.start as usize..l.at.end as usize]);
    format!("{} «{at}» {}", error.code, error.message.en)
}

fn check_places(text: &str, error: &Diagnostic<Span>) {
    let labels = error.primary.iter().chain(&error.secondary).map(|l| l.at).chain(error.fix.iter().map(|f| f.at));
    for at in labels {
        assert!(text.get(at.start as usize..at.end as usize).is_some(), "{error:?} in {text:?}");
    }
    assert!(error.primary.is_some() && !error.message.zh.is_empty() && !error.message.en.is_empty(), "{error:?}");
}

/// Every place of a tree lies in its chunk; nothing is broken without an error.
fn check_tree(text: &str, item: &Item, errors: bool) {
    let debug = format!("{item:?}");
    let mut rest = debug.as_str();
    while let Some(i) = rest.find("Span { start: ") {
        rest = &rest[i + 14..];
        let numbers: Vec<usize> =
            rest.split([',', ' ', '}']).filter_map(|n| n.trim_start_matches("end:").parse().ok()).take(2).collect();
        assert!(text.get(numbers[0]..numbers[1]).is_some(), "{numbers:?} in {text:?}");
    }
    if debug.contains("kind: Error") || debug.contains("Broken") {
        assert!(errors, "{item:?} without an error");
    }
}

/// The tree without places.
pub fn bare(value: &impl std::fmt::Debug) -> String {
    let debug = format!("{value:#?}");
    let mut out = String::new();
    let mut skip = 0;
    for line in debug.lines() {
        if line.trim_start().starts_with("span: Span {")
            || line.trim() == "Span {"
            || line.trim_end().ends_with("span: Span {")
        {
            skip = 4;
        }
        if skip > 0 {
            skip -= 1;
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
