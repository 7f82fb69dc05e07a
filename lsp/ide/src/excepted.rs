//! Exceptions, and what they are exceptions from.
//!
//! Guarantees: an exception whose target cannot be resolved is not there.

use crate::at::{Statement, statements};
use footrule_compiler::Session;
use footrule_compiler::db::{Item, SourceFile};
use footrule_compiler::names::reachable;
use footrule_compiler::uses::{Referent, uses};
use footrule_diag::{FileSpan, Span};
use footrule_grammar::keywords::KEYWORDS;
use footrule_syntax::ast::Stmt;

/// An exception.
pub(crate) struct Excepted {
    /// The `except`.
    pub item: Item,
    /// What it is directly an exception from: a definition or another exception.
    pub base: Item,
    /// The definition.
    root: Item,
    /// Where the name of the definition stands, in the file.
    pub at: Span,
    /// The name of the definition's exception that it is one from, or the part of the definition that is meant.
    of: Option<String>,
    /// Its own name.
    name: Option<String>,
}

impl Excepted {
    /// The place of the name of the definition.
    pub(crate) fn place(&self, session: &Session) -> FileSpan {
        FileSpan { file: self.item.file.key(session.db()).to_string(), span: self.at }
    }
}

/// The exceptions that a file states, in order of text.
pub(crate) fn exceptions(session: &Session, file: SourceFile) -> Vec<Excepted> {
    let mut all: Vec<Excepted> = statements(session, file).filter_map(|s| excepted(session, s)).collect();
    let mut homes: Vec<SourceFile> = Vec::new();
    for home in all.iter().map(|e| e.root.file).filter(|f| *f != file) {
        if !homes.contains(&home) {
            homes.push(home);
        }
    }
    let there = homes.into_iter().flat_map(|f| statements(session, f).filter_map(|s| excepted(session, s)));
    let there: Vec<Excepted> = there.collect();
    // What stands behind the dot may be a part of the value instead of another exception.
    let bases: Vec<Option<Item>> = all
        .iter()
        .map(|e| {
            let mut known = all.iter().chain(&there);
            known.find(|o| e.of.is_some() && o.root == e.root && o.name == e.of).map(|o| o.item.clone())
        })
        .collect();
    for (e, base) in all.iter_mut().zip(bases) {
        e.base = base.unwrap_or_else(|| e.base.clone());
    }
    all
}

/// The exceptions from what a file declares: its own, then those of files that include its processes.
pub(crate) fn exceptions_anywhere(session: &Session, file: SourceFile) -> Vec<Excepted> {
    let db = session.db();
    let mut out = exceptions(session, file);
    if !statements(session, file).any(|s| s.item.key.keyword == "process") {
        return out;
    }
    let word = KEYWORDS.iter().find(|k| k.english == "except").map(|k| [k.english, k.chinese]);
    for other in session.files().filter(|f| *f != file) {
        let says = word.is_some_and(|words| words.iter().any(|w| other.text(db).contains(w)));
        if says && reachable(db, other).contains(&file) {
            out.extend(exceptions(session, other).into_iter().filter(|e| e.base.file == file));
        }
    }
    out
}

fn excepted(session: &Session, s: Statement<'_>) -> Option<Excepted> {
    if s.item.key.keyword != "except" {
        return None;
    }
    let db = session.db();
    let Stmt::Except { target, name, .. } = &s.item.ast(db)?.stmt else { return None };
    let own = uses(db, s.item.file, s.item.key.clone());
    // The last part of the path that is a declaration: those before it are includes.
    let (i, span, base) = target.0.iter().enumerate().rev().find_map(|(i, n)| {
        own.iter().find(|u| u.span == n.span).and_then(|u| match &u.of {
            Referent::Declared(e) => Some((i, n.span, e.item.clone())),
            _ => None,
        })
    })?;
    let of = target.0.get(i + 1).map(|n| n.text.clone());
    let name = name.as_ref().map(|n| n.text.clone());
    Some(Excepted { item: s.item.clone(), root: base.clone(), base, at: span.shift(s.start), of, name })
}
