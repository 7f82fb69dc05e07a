//! What an author may change without changing a digit: the order of statements and the names of things.

use footrule_compiler::Session;
use footrule_grammar::keywords::{is_reserved, is_word_char};
use footrule_mir::Program;
use footrule_runtime::run_test;
use footrule_syntax::split;
use footrule_tests::fuzz::library;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The rules of the library with their texts.
fn rules(session: &Session) -> Vec<(String, Arc<str>)> {
    session.rules().into_iter().filter_map(|r| session.source(&r.key).map(|text| (r.key, text))).collect()
}

fn program(session: &Session, key: &str) -> Result<Arc<Program>, String> {
    session.program(key).map_err(|e| format!("{key}: {e:?}"))
}

/// Statements in reverse order have the same meaning hash.
pub fn order_is_unobservable() -> Result<(), String> {
    let mut session = library();
    for (key, text) in rules(&session) {
        let mut statements: Vec<_> = split(&text, false).chunks.into_iter().map(|c| c.text).collect();
        statements[1..].reverse();
        let before = footrule_mir::canonical_text(&*program(&session, &key)?);
        session.add_source(&key, statements.join("\n"));
        if footrule_mir::canonical_text(&*program(&session, &key)?) != before {
            return Err(format!("the order of statements changes the meaning of {key}"));
        }
        session.add_source(&key, text);
    }
    Ok(())
}

/// Renaming whatever a rule declares changes no figure of its tests.
pub fn names_are_unobservable() -> Result<(), String> {
    let mut session = library();
    let mut renamed = 0;
    for (key, text) in rules(&session) {
        let names = own_names(&key, &text);
        renamed += names.len();
        let before = figures(&*program(&session, &key)?)?;
        session.add_source(&key, rename(&text, &names));
        let after = figures(&*program(&session, &key)?)?;
        if before != after {
            return Err(format!("names change a figure of {key}:\n{before:?}\n{after:?}"));
        }
        session.add_source(&key, text);
    }
    if renamed > 500 { Ok(()) } else { Err(format!("only {renamed} names were renamed")) }
}

/// Every unrounded figure of a rule's tests; a test that fails has none.
fn figures(program: &Program) -> Result<Vec<Vec<String>>, String> {
    (0..program.tests.len())
        .map(|i| {
            let verdict = run_test(program, i, None);
            if !verdict.passed {
                return Err(format!("{}: {:?}", program.rule.name.id, verdict.failures));
            }
            let Some(out) = verdict.outcome else { return Ok(Vec::new()) };
            let figures = out.footprints.iter().flat_map(|f| {
                let stages = f.stages.iter().map(|s| &s.figure);
                stages.chain(f.lines.iter().map(|l| &l.figure)).chain([&f.total])
            });
            Ok(figures.map(|f| f.unrounded.to_string()).collect())
        })
        .collect()
}

/// What a rule declares and no module of the library mentions.
fn own_names(key: &str, text: &str) -> BTreeSet<String> {
    let foreign: BTreeSet<&str> = footrule_stdlib::FILES
        .iter()
        .filter(|(k, _)| *k != key)
        .flat_map(|(_, t)| t.split(|c| !is_word_char(c)))
        .collect();
    let declared =
        split(text, false).chunks.into_iter().filter(|c| c.key.keyword != "rule").filter_map(|c| c.key.name.clone());
    declared.filter(|n| n.chars().all(is_word_char) && !is_reserved(n) && !foreign.contains(n.as_str())).collect()
}

/// The text with `名_` before each of these words, outside strings and inside the braces of messages.
fn rename(text: &str, names: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let (mut quoted, mut shown) = (false, false);
    for c in text.chars().chain(['\n']) {
        if is_word_char(c) {
            word.push(c);
            continue;
        }
        if (!quoted || shown) && names.contains(&word) {
            out.push_str("名_");
        }
        out.push_str(&word);
        word.clear();
        match c {
            '"' | '\n' => (quoted, shown) = (c == '"' && !quoted, false),
            '{' | '}' if quoted => shown = c == '{',
            _ => {}
        }
        out.push(c);
    }
    out
}
