//! What can be written at a place: by scope, by what stands before, by the unit and kind that fit, reachable by name, label and
//! pinyin.
//!
//! Guarantees: no work over all files but what queries remember. Dear text, such as the card of a declaration, is left for
//! [`crate::hover`].
//!
//! # Layout
//!
//! `spot` and `want` (which part of which statement is being written, and of what type) · `offer` (what there is, and how well
//! it fits), `kinds` (what each slot takes) · `clauses` (numbers behind `§`) · `snippets` (whole statements) · `words` (pinyin, language of keywords).

mod clauses;
mod kinds;
mod offer;
mod snippets;
mod spot;
mod want;
mod words;

pub(crate) use words::{in_words, language, word};

use crate::at::{Statement, statement, statements};
use footrule_compiler::Session;
use footrule_compiler::db::{Item, SourceFile};
use footrule_compiler::types::Ty;
use footrule_diag::{FileSpan, Lang, Span, Text};
use footrule_grammar::keywords::is_word_char;
use offer::Offers;

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What it is called.
    pub name: String,
    /// What is replaced: the word so far.
    pub at: Span,
    /// What is inserted.
    pub text: String,
    /// The same with places to fill in, as the protocol writes them, for what has such places.
    pub snippet: Option<String>,
    /// What it is.
    pub kind: CompletionKind,
    /// Unit, type, value, year, source.
    pub detail: String,
    /// Labels.
    pub labels: Text,
    /// Words under which it is found.
    pub filter: String,
    /// How well it fits; the best is 0.
    pub rank: u8,
    /// Where it is declared: what [`crate::hover()`] explains.
    pub declared: Option<FileSpan>,
}

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CompletionKind {
    Keyword,
    Snippet,
    Clause,
    Value,
    Function,
    Table,
    Unit,
    Flow,
    Stage,
    Type,
    Member,
    Field,
    Source,
    Process,
    Module,
}

/// What can be written at an offset.
#[must_use]
pub fn complete(session: &Session, key: &str, offset: u32, lang: Lang) -> Vec<Completion> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let text = file.text(session.db());
    let Some(before) = text.get(..offset as usize) else { return Vec::new() };
    let word = before
        .rfind(|c: char| !is_word_char(c))
        .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    let at = Span::new(u32::try_from(word).unwrap_or(offset), offset);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let left = &before[..word];
    if key.ends_with(".md") && !in_fence(session, file, offset) {
        // In prose, names stand between backticks.
        let mut out = Offers::new(session, file, None, at, lang);
        if line.matches('`').count() % 2 == 1 {
            out.everything();
        }
        return out.all;
    }
    if quiet(line) {
        return Vec::new();
    }
    let around = statement(session, file, offset);
    if let Some(clause) = clauses::begun(line) {
        let at = Span::new(offset - u32::try_from(clause.len()).unwrap_or(0), offset);
        return clauses::clauses(session, file, at, lang);
    }
    let from = around.or_else(|| statements(session, file).take_while(|s| s.start <= offset).last());
    let mut out = Offers::new(session, file, from.as_ref().map(|s| s.item), at, lang);
    if at_head(line, at, offset, from.as_ref()) {
        out.statements();
        return out.all;
    }
    if let Some(path) = used(left, from.as_ref()) {
        out.modules(&path);
        return out.all;
    }
    let here = from.as_ref().and_then(|s| {
        let inside = (offset as usize).checked_sub(s.start as usize)?;
        // Behind the end of a statement: what stands there continues it.
        let text = if inside <= s.text.len() { s.text } else { text.get(s.start as usize..offset as usize)? };
        spot::spot(session, s.item, text, inside)
    });
    match here {
        Some(spot) => out.fill(spot),
        None => out.fallback(left),
    }
    out.all
}

/// The type that is wanted where an expression of a statement stands.
pub(crate) fn wanted(session: &Session, item: &Item, text: &str, span: Span) -> Option<Ty> {
    let (before, after) = (text.get(..span.start as usize)?, text.get(span.end as usize..)?);
    let at = before.len();
    match spot::spot(session, item, &format!("{before} {after}"), at)?.slot {
        spot::Slot::Value(want) => want,
        _ => None,
    }
}

fn in_fence(session: &Session, file: SourceFile, offset: u32) -> bool {
    let fences = &footrule_compiler::db::split(session.db(), file).fences;
    fences.iter().any(|(f, _)| f.start <= offset && offset <= f.end)
}

/// True in a comment or in a text.
fn quiet(line: &str) -> bool {
    let mut quoted = false;
    let mut last = ' ';
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '/' if last == '/' && !quoted => return true,
            _ => {}
        }
        last = c;
    }
    quoted
}

/// True where a statement begins: at the margin, behind a clause, or in the block of a process.
fn at_head(line: &str, at: Span, offset: u32, from: Option<&Statement<'_>>) -> bool {
    let word = (offset - at.start) as usize;
    let left = &line[..line.len().saturating_sub(word)];
    let behind = match left.trim_start().strip_prefix('§') {
        Some(rest) => rest.split_once(' ').map(|(_, rest)| rest),
        None => Some(left.trim_start()),
    };
    if behind != Some("") {
        return false;
    }
    let margin = left.trim_start().len() == left.len();
    let in_process = from.is_some_and(|s| {
        let process = s.item.key.keyword == "process" || s.item.key.process.is_some();
        let inside = (offset as usize).checked_sub(s.start as usize + word).and_then(|i| s.text.get(..i));
        let depth = inside.map_or(0, |t| t.matches('{').count() as i64 - t.matches('}').count() as i64);
        process
            && (s.item.key.keyword != "process" || depth == 1)
            && (s.item.key.keyword == "process" || inside.is_none() || inside == Some(""))
    });
    margin || in_process
}

/// What stands behind `use`: the path before the word, and its names if they are listed.
fn used(left: &str, from: Option<&Statement<'_>>) -> Option<String> {
    if from.is_none_or(|s| s.item.key.keyword != "use") {
        return None;
    }
    Some(left.rsplit(|c: char| c == ',' || c == '，' || c.is_whitespace()).next().unwrap_or_default().to_owned()).map(
        |path| {
            // `std.gas.{a, b`: the names follow their module.
            let open = left.rfind('{').filter(|i| left[*i..].find('}').is_none());
            open.map_or(path, |i| {
                let module = left[..i].rsplit(|c: char| c == ',' || c.is_whitespace()).next().unwrap_or_default();
                format!("{module}{{")
            })
        },
    )
}
