//! What the language refuses: code, the text that the label points at, and the repair.

mod common;

use common::parse;
use footrule_syntax::{parse_chunk, split};

const REFUSED: &str = include_str!("data/refused.txt");

#[test]
fn refused_with_code_place_and_repair() {
    let mut failures = Vec::new();
    let mut wanted: Vec<String> = Vec::new();
    let mut source = String::new();
    let mut cases = 0;
    // `===` lines, then the source up to the next `===` line.
    for line in REFUSED.lines().chain(["=== end"]) {
        let Some(expected) = line.strip_prefix("=== ") else {
            source.push_str(line);
            source.push('\n');
            continue;
        };
        if !source.is_empty() {
            cases += 1;
            let found = errors(source.trim_end_matches('\n'));
            if found != wanted {
                failures.push(format!("{source}  wanted {wanted:?}\n  found  {found:?}"));
            }
            source.clear();
            wanted.clear();
        }
        wanted.push(expected.to_owned());
    }
    assert!(failures.is_empty(), "{} of {cases}\n{}", failures.len(), failures.join("\n\n"));
}

fn errors(source: &str) -> Vec<String> {
    // The checks of `common` on places and trees.
    parse(source, false);
    let mut out = Vec::new();
    for chunk in split(source, false).chunks {
        for error in parse_chunk(&chunk).errors {
            let at = error.primary.as_ref().map_or("", |l| &chunk.text[l.at.start as usize..l.at.end as usize]);
            let fix = error.fix.as_ref().map_or(String::new(), |f| format!(" ; fix `{}`", f.replacement));
            out.push(format!("{} «{at}»{fix}", error.code));
        }
    }
    out
}

#[test]
fn messages_state_the_fact_and_the_expectation() {
    let messages: Vec<String> =
        ["flow a \"铝\"", "let a = b kg", "let a =", "let where = 5", "输入 a t", "table t(a: b) { }"]
            .iter()
            .flat_map(|s| split(s, false).chunks)
            .flat_map(|c| parse_chunk(&c).errors)
            .map(|e| format!("{} / {}", e.message.zh, e.message.en))
            .collect();
    assert_eq!(messages.join("\n"), include_str!("data/messages.txt").trim_end());
}
