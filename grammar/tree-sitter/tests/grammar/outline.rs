//! The outline, keyword by keyword and name by name, is the compiler's.

use crate::sources::{Source, sources};
use crate::tree;
use footrule_grammar::keywords::{KEYWORDS, Place};
use footrule_syntax::ast::{Item, Stmt};
use footrule_syntax::{Chunk, inner_chunks, parse_chunk, split};
use tree_sitter::Node;

/// Keyword in English, name, line from 1.
pub type Entry = (String, Option<String>, usize);

/// What the compiler reads. Where it has a hash for a name there is none.
pub fn compilers(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    for chunk in split(text, false).chunks {
        out.push(entry(text, &chunk, 0));
        if chunk.key.keyword != "process" {
            continue;
        }
        for item in parse_chunk(&chunk).items {
            if let Item { stmt: Stmt::Process { .. }, .. } = &item {
                out.extend(inner_chunks(&chunk, &item).iter().map(|inner| entry(text, inner, chunk.start)));
            }
        }
    }
    out
}

fn entry(text: &str, chunk: &Chunk, base: u32) -> Entry {
    let start = (base + chunk.start) as usize;
    let name = chunk.key.name.clone().filter(|n| !n.starts_with('#'));
    let keyword = match chunk.key.keyword.as_str() {
        // Inside a process both are one definition to the compiler.
        "open let" => "let".to_owned(),
        keyword => keyword.to_owned(),
    };
    (keyword, name, text[..start].matches('\n').count() + 1)
}

/// What the tree says.
fn trees(text: &str) -> Vec<Entry> {
    let tree = tree(text);
    let mut out = Vec::new();
    walk(tree.root_node(), text, &mut out);
    out
}

fn walk(node: Node<'_>, text: &str, out: &mut Vec<Entry>) {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        if child.kind() == "item"
            && let Some(statement) = child.named_children(&mut child.walk()).find(|n| n.kind() != "clause")
        {
            out.push(of_statement(child, statement, text));
        }
        walk(child, text, out);
    }
}

fn of_statement(item: Node<'_>, statement: Node<'_>, text: &str) -> Entry {
    let of = |n: Node<'_>| text[n.byte_range()].replace('°', "deg").replace('℃', "degC");
    let words: Vec<&str> = statement
        .children(&mut statement.walk())
        .map(|n| n.kind())
        .map(|word| KEYWORDS.iter().find(|k| k.chinese == word).map_or(word, |k| k.english))
        .take(2)
        .collect();
    let phrase = words.join(" ");
    let heads = KEYWORDS.iter().filter(|k| k.place.has(Place::HEAD));
    let keyword = heads.map(|k| k.english).find(|head| *head == phrase).unwrap_or(words[0]);
    let name = statement.child_by_field_name("name").map(of);
    let name = match keyword {
        "require" => None,
        "except" => {
            let own = statement.child_by_field_name("alias").map(of);
            name.map(|path| own.map_or_else(|| path.clone(), |own| format!("{path} as {own}")))
        }
        _ => name,
    };
    let keyword = if keyword == "open let" { "let" } else { keyword };
    (keyword.to_owned(), name, item.start_position().row + 1)
}

/// Every source that the compiler reads without a syntax error, as it is and in both languages of keywords.
pub fn accepted() -> Vec<Source> {
    use footrule_syntax::format::Keywords::{Chinese, English};
    let mut out = Vec::new();
    for source in sources() {
        // What has an error cannot be formatted.
        let (Some(chinese), Some(english)) = (source.with(Chinese), source.with(English)) else { continue };
        out.extend([source, chinese, english]);
    }
    out
}

#[test]
fn what_the_compiler_accepts_has_no_error_and_its_outline() {
    let mut wrong = Vec::new();
    let mut statements = 0;
    for source in accepted() {
        let root = tree(&source.text);
        if root.root_node().has_error() {
            wrong.push(format!("{}: {}", source.name, first_error(root.root_node(), &source.text)));
        }
        let (theirs, ours) = (compilers(&source.text), trees(&source.text));
        statements += theirs.len();
        if let Some((a, b)) = theirs.iter().zip(&ours).find(|(a, b)| a != b) {
            wrong.push(format!("{}: the compiler has {a:?}, the tree {b:?}", source.name));
        } else if theirs.len() != ours.len() {
            wrong.push(format!("{}: {} statements, in the tree {}", source.name, theirs.len(), ours.len()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(statements > 10_000, "{statements} statements only");
}

fn first_error(node: Node<'_>, text: &str) -> String {
    if node.is_error() || node.is_missing() {
        let at = node.start_position();
        return format!("{}:{} {:?}", at.row + 1, at.column + 1, &text[node.byte_range()]);
    }
    let mut cursor = node.walk();
    let bad = node.children(&mut cursor).find(|n| n.has_error() || n.is_missing());
    bad.map_or_else(String::new, |n| first_error(n, text))
}
