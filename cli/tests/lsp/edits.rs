//! Random edits: what the server knows after them is what a server knows that never saw anything else.

use crate::editor::Editor;
use crate::{RULE, URI};
use serde_json::{Value, json};

/// Edits of a run.
const EDITS: i32 = 10_000;
/// Edits between two comparisons.
const EVERY: i32 = 500;

/// A generator whose seed is part of the test.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// Everything that the server says of the file, but for where it says it.
fn everything(e: &mut Editor, version: i32) -> Vec<Value> {
    let file = json!({ "textDocument": { "uri": URI } });
    let found = e.found(URI, version);
    let mut all = vec![json!(found)];
    for method in ["textDocument/documentSymbol", "textDocument/semanticTokens/full", "textDocument/foldingRange"] {
        all.push(e.ask(method, file.clone()));
    }
    all
}

#[test]
fn ten_thousand_edits_end_where_a_cold_start_does() {
    let mut random = Random(20_261_122);
    let mut e = Editor::new(json!({}), None);
    let mut text: Vec<char> = RULE.chars().collect();
    let pieces =
        ["", "", "x", "}", "{", "(", "\n", "let ", " + 1 kg", "铝", "\"", "§5 ", "= ", "metal", "\r\n", "𝄞", "//"];
    e.open(URI, RULE);
    let mut compared = 0;
    for version in 2..EDITS + 2 {
        // Now and then all is well again, so that not everything is broken for ever.
        let heal = random.below(40) == 0;
        let (from, to, new) = if heal {
            (0, text.len(), RULE)
        } else {
            let from = random.below(text.len() + 1);
            (from, (from + random.below(4)).min(text.len()), pieces[random.below(pieces.len())])
        };
        let position = |at: usize| {
            let line = text[..at].iter().filter(|c| **c == '\n').count();
            let start = text[..at].iter().rposition(|c| *c == '\n').map_or(0, |i| i + 1);
            json!({ "line": line, "character": text[start..at].iter().map(|c| c.len_utf16()).sum::<usize>() })
        };
        // A place between a carriage return and its line feed cannot be said.
        let between = |at: usize| at > 0 && text[at - 1] == '\r' && text.get(at) == Some(&'\n');
        if between(from) || between(to) {
            let document = json!({ "uri": URI, "version": version });
            e.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [] }));
            continue;
        }
        let change = json!({ "range": { "start": position(from), "end": position(to) }, "text": new });
        let document = json!({ "uri": URI, "version": version });
        e.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        text.splice(from..to, new.chars());
        if version % EVERY == 0 {
            let whole: String = text.iter().collect();
            let warm = everything(&mut e, version);
            let mut cold = Editor::new(json!({}), None);
            cold.open_version(URI, &whole, version);
            assert_eq!(warm, everything(&mut cold, version), "after {version} edits:\n{whole}");
            compared += 1;
        }
    }
    assert_eq!(compared, EDITS / EVERY);
}
