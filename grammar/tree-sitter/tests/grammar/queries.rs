//! The queries fit the grammar, and every keyword of the table has a colour.

use crate::sources::sources;
use crate::tree;
use footrule_grammar::keywords::{KEYWORDS, Place};
use footrule_syntax::format::Keywords;
use footrule_tree_sitter as grammar;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tree_sitter::{Query, QueryCursor, StreamingIterator as _};

fn query(text: &str) -> Query {
    Query::new(&grammar::LANGUAGE.into(), text).expect("the query fits the grammar")
}

/// The text of every capture with the names of its captures.
fn captures(query: &Query, text: &str, out: &mut BTreeMap<String, BTreeSet<String>>) {
    let tree = tree(text);
    let mut cursor = QueryCursor::new();
    let mut found = cursor.captures(query, tree.root_node(), text.as_bytes());
    while let Some((one, index)) = found.next() {
        let capture = one.captures()[*index];
        let name = query.capture_names()[capture.index as usize].to_owned();
        out.entry(text[capture.node.byte_range()].to_owned()).or_default().insert(name);
    }
}

#[test]
fn all_queries_fit() {
    let source = "rule r\nenum A {\n    b\n}\n/// Text\nlet x = sum(y.m for y in ys)\ntest en \"t\" { x = 5 }\n";
    let zeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lsp/editors/zed/languages/footrule");
    let zeds: Vec<String> = ["outline", "brackets", "indents"]
        .map(|name| fs::read_to_string(zeds.join(name).with_extension("scm")).expect(name))
        .into();
    let own = [grammar::FOLDS, grammar::INDENTS, grammar::LOCALS, grammar::TAGS, grammar::INJECTIONS];
    for text in own.into_iter().chain(zeds.iter().map(String::as_str)) {
        let mut found = BTreeMap::new();
        captures(&query(text), source, &mut found);
        assert!(!found.is_empty(), "{text}");
    }
}

#[test]
fn every_keyword_has_a_colour() {
    let query = query(grammar::HIGHLIGHTS);
    let mut found = BTreeMap::new();
    for source in sources() {
        for text in [Keywords::Chinese, Keywords::English].into_iter().filter_map(|k| source.with(k)) {
            captures(&query, &text.text, &mut found);
        }
    }
    let coloured = |word: &str, scope: &[&str]| {
        found.get(word).is_some_and(|names| names.iter().any(|n| scope.iter().any(|s| n.starts_with(s))))
    };
    let mut plain = Vec::new();
    for k in KEYWORDS {
        let scope: &[&str] = if k.place.has(Place::HEAD) || k.place.has(Place::INSIDE) {
            &["keyword", "constant.builtin"]
        } else if k.place.has(Place::NAME) {
            &["function.builtin", "type.builtin"]
        } else {
            &["constant.builtin", "property", "keyword"]
        };
        let words = k.english.split(' ').chain([k.chinese]);
        plain.extend(words.filter(|w| !coloured(w, scope)));
    }
    assert!(plain.is_empty(), "without a colour: {plain:?}");
}
