//! Which statement and which name stand at an offset.

use footrule_compiler::Session;
use footrule_compiler::db::{Item, SourceFile, all_items, chunk, chunk_start};
use footrule_compiler::names::Entry;
use footrule_compiler::uses::{Referent, Use, uses};
use footrule_diag::{FileSpan, Span};
use footrule_syntax::ast::Stmt;

/// A statement, and where it begins in its file.
pub(crate) struct Statement<'a> {
    pub item: &'a Item,
    pub start: u32,
    pub text: &'a str,
}

impl Statement<'_> {
    /// A place in the statement as a place in its file.
    pub(crate) fn absolute(&self, session: &Session, span: Span) -> FileSpan {
        FileSpan { file: self.item.file.key(session.db()).to_string(), span: span.shift(self.start) }
    }
}

/// Every statement of a file, those inside processes behind their process.
pub(crate) fn statements(session: &Session, file: SourceFile) -> impl Iterator<Item = Statement<'_>> {
    let db = session.db();
    all_items(db, file).filter_map(move |item| {
        let text = &chunk(db, file, item.key.clone()).as_ref()?.text;
        Some(Statement { item, start: *chunk_start(db, file, item.key.clone()), text })
    })
}

/// A statement by its identity; `None` if it has no text of its own.
pub(crate) fn of_item<'a>(session: &'a Session, item: &'a Item) -> Option<Statement<'a>> {
    let db = session.db();
    let text = &chunk(db, item.file, item.key.clone()).as_ref()?.text;
    Some(Statement { item, start: *chunk_start(db, item.file, item.key.clone()), text })
}

/// The clause of a statement: its own, else that of the heading above.
pub(crate) fn clause(session: &Session, item: &Item) -> Option<String> {
    let db = session.db();
    let own = item.ast(db)?.clause.as_ref().map(|c| c.text.clone());
    own.or_else(|| chunk(db, item.file, item.key.clone()).as_ref().and_then(|c| c.heading_clause.clone()))
}

/// The innermost statement around an offset.
pub(crate) fn statement(session: &Session, file: SourceFile, offset: u32) -> Option<Statement<'_>> {
    let around = |s: &Statement<'_>| s.start <= offset && offset as usize <= s.start as usize + s.text.len();
    statements(session, file).filter(around).min_by_key(|s| s.text.len())
}

/// The name at an offset, with its statement.
pub(crate) fn name<'a>(session: &'a Session, key: &str, offset: u32) -> Option<(Statement<'a>, &'a Use)> {
    let file = session.file(key)?;
    let at = statement(session, file, offset)?;
    let inside = offset - at.start;
    let all = uses(session.db(), file, at.item.key.clone());
    let found = all.iter().find(|u| u.span.start <= inside && inside <= u.span.end)?;
    Some((at, found))
}

/// The name by which a thing is called.
pub(crate) fn called(session: &Session, of: &Referent) -> Option<String> {
    match of {
        Referent::Declared(entry) => Some(member(session, entry).map_or_else(|| entry.item.name().to_owned(), |m| m.0)),
        Referent::Field(_, name) => Some(name.clone()),
        Referent::Local(_) | Referent::Module(_) => None,
    }
}

/// Name, labels and place of a member of an enumeration.
pub(crate) fn member(session: &Session, entry: &Entry) -> Option<(String, footrule_diag::Text, Span)> {
    let Stmt::Enum { variants, .. } = &entry.item.ast(session.db())?.stmt else { return None };
    let v = variants.get(entry.member? as usize)?;
    Some((v.name.text.clone(), v.labels.clone(), v.name.span))
}
