//! Broken text: no panic, and a broken statement costs itself.

use crate::sources::sources;
use crate::tree;
use tree_sitter::Node;

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
