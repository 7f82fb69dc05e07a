//! Where the body of a declaration stands: the process behind an include, the exceptions from a definition, the scenarios that
//! override it, the includes that bind an input of a process.

use crate::at::{name, statement};
use crate::navigate::all;
use footrule_compiler::Session;
use footrule_compiler::db::{Item, resolve_place};
use footrule_compiler::names::{Entry, included};
use footrule_compiler::uses::Referent;
use footrule_diag::{FileSpan, Span};
use footrule_syntax::ast::Stmt;

/// The places where what stands at an offset is carried out, in order of files and text.
#[must_use]
pub fn implementations(session: &Session, key: &str, offset: u32) -> Vec<FileSpan> {
    let db = session.db();
    let Some((at, found)) = name(session, key, offset) else { return Vec::new() };
    let Referent::Declared(Entry { item, member: None }) = &found.of else { return Vec::new() };
    if item.key.keyword == "include" {
        let process = included(db, item.file, item.key.clone());
        return process.map(|p| resolve_place(db, &p.name_place(db))).into_iter().collect();
    }
    let places = all(session, at.item, &found.of).into_iter().filter(|r| !r.declares).map(|r| r.at);
    places.filter(|p| carries_out(session, item, p)).collect()
}

/// True if the name at a place is the target of an exception, of a scenario, of a binding, or the process of an include.
fn carries_out(session: &Session, item: &Item, place: &FileSpan) -> bool {
    let Some(at) = session.file(&place.file).and_then(|f| statement(session, f, place.span.start)) else {
        return false;
    };
    let Some(start) = place.span.start.checked_sub(at.start) else { return false };
    let here = |span: Span| span.start == start;
    match at.item.ast(session.db()).map(|a| &a.stmt) {
        Some(Stmt::Except { target, .. }) => target.0.iter().any(|n| here(n.span)),
        Some(Stmt::Scenario { entries, .. }) => entries.iter().any(|(p, _)| p.0.iter().any(|n| here(n.span))),
        Some(Stmt::Include(i)) if item.key.keyword == "process" => i.process.0.iter().any(|n| here(n.span)),
        Some(Stmt::Include(i)) => i.bindings.iter().any(|(n, _)| here(n.span)),
        _ => false,
    }
}
