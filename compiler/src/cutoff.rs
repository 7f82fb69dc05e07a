//! `cutoff each 1% total 5% by mass`: what a rule with it has without writing it.
//!
//! A cut-off is an ordinary input, `left_out`, of an ordinary record, `LeftOut`, with ordinary requirements. They are
//! written here as text, once for the file, and read like any other statement; only their places are those of the
//! `cutoff` that brings them. Guarantees: they carry identities that no statement of a file has.

use crate::db::{Db, Item, SourceFile, parsed, split};
use footrule_number::Number;
use footrule_syntax::Key;
use footrule_syntax::ast::{Expr, ExprKind, Stmt};
use footrule_syntax::{Chunk, ChunkKey};
use std::fmt::Write as _;

/// The input that a cut-off asks for.
pub(crate) const INPUT: &str = "left_out";
/// What a share may be of, with its names.
pub(crate) const BASES: [(&str, &str, &str); 3] =
    [("mass", "质量", "mass"), ("energy", "能量", "energy"), ("footprint", "碳足迹", "footprint")];
/// The occurrence that marks what no file says: no file has so many statements.
const BUILT_IN: u32 = u32::MAX;

/// A statement that a cut-off brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BuiltIn {
    /// The statement.
    pub chunk: Chunk,
    /// The cut-off.
    pub of: Key,
}

/// True for what a cut-off brings.
pub(crate) fn is_built_in(key: &ChunkKey) -> bool {
    key.occurrence == BUILT_IN
}

/// A limit or tolerance written as a number without a unit.
pub(crate) fn limit(e: &Expr) -> Option<Number> {
    match &e.kind {
        ExprKind::Number { value, unit: None, .. } => Some(*value),
        _ => None,
    }
}

/// The identity of `left_out` in a file.
pub(crate) fn input_item(db: &dyn Db, file: SourceFile) -> Option<Item> {
    let found = built_in(db, file).iter().find(|b| b.chunk.key.keyword == "input")?;
    Some(Item { file, key: found.chunk.key.clone() })
}

/// What the cut-offs of a rule bring, in order.
#[salsa::tracked(returns(ref))]
pub(crate) fn built_in(db: &dyn Db, file: SourceFile) -> Vec<BuiltIn> {
    let chunks = &split(db, file).chunks;
    let of_rule = chunks.iter().any(|c| c.key.keyword == "rule");
    let cutoffs: Vec<Key> =
        chunks.iter().filter(|c| of_rule && c.key.keyword == "cutoff").map(|c| c.key.clone()).collect();
    let Some(first) = cutoffs.first() else { return Vec::new() };
    let read: Vec<Cutoff> = cutoffs.iter().map(|key| cutoff(db, file, key)).collect();
    let mut bases: Vec<_> = BASES.iter().filter(|(b, ..)| read.iter().any(|c| c.basis == *b)).collect();
    bases.dedup();
    let several = bases.len() > 1;
    let mut out = Vec::new();
    let mut add = |text: &str, of: &Key, clause: &str| {
        for mut chunk in split_text(&format!("{clause}{text}")) {
            let mut key = ChunkKey { occurrence: BUILT_IN, ..ChunkKey::clone(&chunk.key) };
            if key.keyword == "require" {
                key.name = Some(format!("#cutoff {}", out.len()));
            }
            chunk.key = Key::new(key);
            chunk.start = 0;
            chunk.heading_clause = of_heading(db, file, of);
            out.push(BuiltIn { chunk, of: of.clone() });
        }
    };
    add(&declarations(bases.iter().copied().filter(|_| several)), first, "");
    add(&format!("input {INPUT}: list of LeftOut zh \"略去的流\" en \"flows left out\"\n"), first, &read[0].clause);
    for (key, c) in cutoffs.iter().zip(&read) {
        add(&requirements(c, several), key, &c.clause);
    }
    out
}

fn split_text(text: &str) -> Vec<Chunk> {
    footrule_syntax::split(text, false).chunks
}

fn of_heading(db: &dyn Db, file: SourceFile, of: &Key) -> Option<String> {
    crate::db::chunk(db, file, of.clone()).as_ref().and_then(|c| c.heading_clause.clone())
}

/// A `cutoff` as far as it can be read.
#[derive(Default)]
struct Cutoff {
    /// `§4.4 `, or nothing.
    clause: String,
    basis: String,
    each: Option<Number>,
    total: Option<Number>,
}

fn cutoff(db: &dyn Db, file: SourceFile, key: &Key) -> Cutoff {
    let Some(ast) = parsed(db, file, key.clone()).items.first() else { return Cutoff::default() };
    let clause = ast.clause.as_ref().map_or_else(String::new, |c| format!("§\"{}\" ", c.text));
    match &ast.stmt {
        Stmt::Cutoff { each, total, by, .. } => {
            Cutoff { clause, basis: by.text.clone(), each: limit(each), total: limit(total) }
        }
        _ => Cutoff { clause, ..Cutoff::default() },
    }
}

/// The record of a flow that was left out; it says of which basis its share is where there are several.
fn declarations<'a>(bases: impl Iterator<Item = &'a (&'a str, &'a str, &'a str)>) -> String {
    let members: String = bases.map(|(b, zh, en)| format!("{b} zh \"{zh}\" en \"{en}\"; ")).collect();
    let mut out = String::new();
    let mut basis = "";
    if !members.is_empty() {
        let _ = writeln!(out, "enum CutoffBasis zh \"取舍依据\" en \"basis of a cut-off\" {{ {members}}}");
        basis = "basis: CutoffBasis zh \"取舍依据\" en \"share of what\"; ";
    }
    let _ = writeln!(
        out,
        "record LeftOut zh \"略去的流\" en \"flow left out\" {{ name: text zh \"名称\" en \"name\"; {basis}\
         share: number where 0 .. 1 zh \"占比\" en \"share\"; reason: text zh \"理由\" en \"reason\" }}"
    );
    out
}

/// What one cut-off requires.
fn requirements(c: &Cutoff, several: bool) -> String {
    let (Some(each), Some(total)) = (c.each, c.total) else { return String::new() };
    let Some((basis, zh, en)) = BASES.iter().find(|(b, ..)| *b == c.basis) else { return String::new() };
    let only = if several { format!(" where flow_out.basis == CutoffBasis.{basis}") } else { String::new() };
    let these = format!("for flow_out in {INPUT}{only}");
    let largest = format!("max(flow_out.share {these})");
    let sum = format!("sum(flow_out.share {these})");
    format!(
        "require all(flow_out.share <= {each} {these}) \
         else zh \"略去的流中占比最大的为 {{{largest}}}，按{zh}单项不得超过 {each}\" \
         en \"the largest flow left out has the share {{{largest}}} by {en}; at most {each} each is allowed\"\n\
         {clause}require {sum} <= {total} \
         else zh \"略去的流合计占 {{{sum}}}，按{zh}合计不得超过 {total}\" \
         en \"the flows left out make up {{{sum}}} by {en}; at most {total} in total is allowed\"\n",
        clause = c.clause
    )
}
