//! What stands above a statement: a test to run, how far tests reach its clause, its exceptions.

use crate::at::{clause, statements};
use crate::evaluate::{TestCase, tests};
use crate::excepted::exceptions_anywhere;
use footrule_compiler::Session;
use footrule_compiler::db::resolve_place;
use footrule_diag::{FileSpan, Span};
use std::collections::BTreeSet;

/// Something above a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The start of the statement.
    pub at: Span,
    /// What is shown.
    pub kind: LensKind,
}

/// What a lens shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensKind {
    /// A test that can be run.
    Test(TestCase),
    /// How far the tests reach this clause: [`crate::reach`] tells, at some cost.
    Clause(String),
    /// The exceptions from a definition or another exception: its name, and where they are.
    Exceptions(FileSpan, Vec<FileSpan>),
}

/// The lenses of a file, in order of text. A clause has one, at its first statement that a test can reach.
#[must_use]
pub fn lenses(session: &Session, key: &str) -> Vec<Lens> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let db = session.db();
    let at = |start: u32| Span { start, end: start };
    let tests = tests(session, key).into_iter().filter(|_| session.is_rule(key));
    let mut out: Vec<Lens> = tests.map(|t| Lens { at: at(t.at.span.start), kind: LensKind::Test(t) }).collect();
    let exceptions = exceptions_anywhere(session, file);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for s in statements(session, file) {
        let word = s.item.key.keyword.as_str();
        let reached = matches!(
            word,
            "input" | "let" | "emission" | "removal" | "credit" | "apart" | "require" | "warn" | "report"
        );
        if reached
            && s.item.owner().is_none()
            && session.is_rule(key)
            && let Some(clause) = clause(session, s.item)
            && seen.insert(clause.clone())
        {
            out.push(Lens { at: at(s.start), kind: LensKind::Clause(clause) });
        }
        let own = exceptions.iter().filter(|e| e.base == *s.item);
        let places: Vec<FileSpan> = own.map(|e| e.place(session)).collect();
        if !places.is_empty() {
            let name = resolve_place(db, &s.item.name_place(db));
            out.push(Lens { at: at(s.start), kind: LensKind::Exceptions(name, places) });
        }
    }
    out.sort_by_key(|l| l.at.start);
    out
}
