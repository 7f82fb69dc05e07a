//! Broken text: no panic, and a broken statement costs itself.

use crate::sources::sources;
use crate::tree;
use footrule_tree_sitter::LANGUAGE;
use tree_sitter::{InputEdit, Node, Parser, Point};

#[test]
fn deliberate_errors_are_read_to_their_end() {
    for source in sources().iter().filter(|s| !s.is_accepted()) {
        assert_eq!(tree(&source.text).root_node().end_byte(), source.text.len(), "{}", source.name);
    }
}

/// The names of the inputs at the margin.
fn inputs(node: Node<'_>, text: &str) -> Vec<String> {
    let of = |item: Node<'_>| {
        let statement = item.named_child(item.named_child_count().checked_sub(1)?.try_into().ok()?)?;
        let name = statement.child_by_field_name("name")?;
        (statement.kind() == "input_statement" && item.start_position().column == 0)
            .then(|| text[name.byte_range()].to_owned())
    };
    node.named_children(&mut node.walk()).filter(|n| n.kind() == "item").filter_map(of).collect()
}

#[test]
fn a_broken_statement_costs_itself() {
    for broken in [
        "let x = a +",
        "let x = sum(e.mass for e in",
        "let x = (a + b",
        "let",
        "emission",
        "bogus words here",
        "enum Kind { a; b",
        "test en \"x\" {\n    period = 2024\n    a = 5 +",
        "table t(a: Kind) -> kg {\n    x => 5\n    y =>",
        "emission e in making for l in legs where",
        "let x = match k {\n    a => first of {\n        when b => 1",
        "report r = \"no end",
    ] {
        let text = format!("input 前: kg zh \"前\"\n{broken}\ninput 后: t{{Al}} where > 0\ninput last: number\n");
        let tree = tree(&text);
        assert_eq!(inputs(tree.root_node(), &text), ["前", "后", "last"], "{text}{}", tree.root_node());
    }
}

#[test]
fn a_half_written_file_is_read() {
    let sample = sources().into_iter().find(|s| s.name.ends_with("accepted.pcr")).expect("the sample");
    for (at, _) in sample.text.char_indices().step_by(37) {
        for part in [&sample.text[..at], &sample.text[at..]] {
            assert_eq!(tree(part).root_node().end_byte(), part.len());
        }
    }
}

/// Row and column, in bytes, of an offset.
fn point(text: &str, at: usize) -> Point {
    let row = text[..at].matches('\n').count();
    Point { row, column: at - text[..at].rfind('\n').map_or(0, |n| n + 1) }
}

#[test]
fn whatever_is_typed_is_read_to_its_end() {
    let sample = sources().into_iter().find(|s| s.name.ends_with("std/transport.pcr")).expect("the sample");
    let mut parser = Parser::new();
    parser.set_language(&LANGUAGE.into()).expect("the grammar fits the library");
    let mut text = sample.text;
    let mut tree = parser.parse(&text, None).expect("nothing cancels the parser");
    let pieces = ["{", "}", "\n", "\n    ", " in ", "/", "//", "\"", "(", ")", "let x = 5\n", "量", ";", "§", "if "];
    let mut random = 7_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).expect("31 bits") % below
    };
    for step in 0..300 {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let start = places[next(places.len())];
        // As much goes as comes.
        let gone = text[start..].char_indices().nth(next(4)).map_or(text.len() - start, |(n, _)| n);
        let piece = pieces[next(pieces.len())];
        let old_end = point(&text, start + gone);
        let begin = point(&text, start);
        text.replace_range(start..start + gone, piece);
        tree.edit(&InputEdit {
            start_byte: start,
            old_end_byte: start + gone,
            new_end_byte: start + piece.len(),
            start_position: begin,
            old_end_position: old_end,
            new_end_position: point(&text, start + piece.len()),
        });
        tree = parser.parse(&text, Some(&tree)).expect("nothing cancels the parser");
        assert_eq!(tree.root_node().end_byte(), text.len(), "step {step}");
    }
}

#[test]
fn an_undone_edit_leaves_the_tree_as_it_was() {
    let sample = sources().into_iter().find(|s| s.name.ends_with("std/transport.pcr")).expect("the sample");
    let text = sample.text;
    let fresh = tree(&text).root_node().to_sexp();
    let mut parser = Parser::new();
    parser.set_language(&LANGUAGE.into()).expect("the grammar fits the library");
    for (n, (at, _)) in text.char_indices().enumerate().filter(|(n, _)| n % 97 == 0) {
        let piece = ["{", "\n", "}", "/", " in {"][n / 97 % 5];
        let mut edited = text.clone();
        edited.insert_str(at, piece);
        let before = parser.parse(&edited, None).expect("nothing cancels the parser");
        let mut old = before;
        old.edit(&InputEdit {
            start_byte: at,
            old_end_byte: at + piece.len(),
            new_end_byte: at,
            start_position: point(&text, at),
            old_end_position: point(&edited, at + piece.len()),
            new_end_position: point(&text, at),
        });
        let tree = parser.parse(&text, Some(&old)).expect("nothing cancels the parser");
        assert_eq!(tree.root_node().to_sexp(), fresh, "{piece:?} at {at}");
    }
}
