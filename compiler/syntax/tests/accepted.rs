//! What the language accepts: the example of the language page in both keyword languages, and one sample of every
//! statement.

mod common;

use common::{bare, parse};
use std::collections::BTreeSet;

const ENGLISH: &str = include_str!("data/aluminium.pcr");
const CHINESE: &str = include_str!("data/aluminium.zh.pcr");
const ACCEPTED: &str = include_str!("data/accepted.pcr");

#[test]
fn the_example_parses() {
    let file = parse(ENGLISH, false);
    assert_eq!(file.errors, Vec::<String>::new());
    assert_eq!(file.items.len(), 39);
}

#[test]
fn both_keyword_languages_give_one_tree() {
    let (english, chinese) = (parse(ENGLISH, false), parse(CHINESE, false));
    assert_eq!(chinese.errors, Vec::<String>::new());
    assert_eq!(english.items.len(), chinese.items.len());
    for (e, c) in english.items.iter().zip(&chinese.items) {
        assert_eq!(bare(e), bare(c));
    }
}

#[test]
fn every_statement_is_accepted() {
    let file = parse(ACCEPTED, false);
    assert_eq!(file.errors, Vec::<String>::new());
    let kinds: BTreeSet<String> = file
        .items
        .iter()
        .map(|i| format!("{:?}", i.stmt))
        .map(|d| d.split([' ', '(']).next().unwrap_or("").to_owned())
        .collect();
    let all = "Accept Allocate Balance Check Const Cutoff Enum Except Flow Fn Gas Header Include Input Let Line Param \
               Process Product Record Report RequireEvidence Rule Scenario Source Stage Table Test Unit Use";
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), all.split_whitespace().collect::<Vec<_>>());
}
