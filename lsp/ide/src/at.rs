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

/// Every statement that a file says, those inside processes behind their process.
pub(crate) fn statements(session: &Session, file: SourceFile) -> impl Iterator<Item = Statement<'_>> {
    let db = session.db();
    all_items(db, file).filter(|item| !item.is_built_in()).filter_map(move |item| {
        let text = &chunk(db, file, item.key.clone()).as_ref()?.text;
        Some(Statement { item, start: *chunk_start(db, file, item.key.clone()), text })
    })
}

/// A statement by its identity; `None` if it has no text of its own in the file.
pub(crate) fn of_item<'a>(session: &'a Session, item: &'a Item) -> Option<Statement<'a>> {
    let db = session.db();
    if item.is_built_in() {
        return None;
    }
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

/// A name that means something, in code or in prose.
pub(crate) struct Found {
    /// Where.
    pub at: FileSpan,
    /// What it means.
    pub of: Referent,
    /// The statement that it stands in; none in prose.
    pub from: Option<Item>,
    /// As it is written.
    pub text: String,
}

impl Found {
    /// The statement by which a place in its own text is told: where it stands, else what it means.
    pub(crate) fn item(&self) -> Option<&Item> {
        self.from.as_ref().or(match &self.of {
            Referent::Declared(entry) => Some(&entry.item),
            _ => None,
        })
    }
}

/// The name at an offset, in code or between backticks in the prose of a literate file.
pub(crate) fn found(session: &Session, key: &str, offset: u32) -> Option<Found> {
    if let Some((at, u)) = name(session, key, offset) {
        let text = at.text.get(u.span.start as usize..u.span.end as usize).unwrap_or_default().to_owned();
        let place = at.absolute(session, u.span);
        return Some(Found { at: place, of: u.of.clone(), from: Some(at.item.clone()), text });
    }
    let file = session.file(key)?;
    let (span, text) =
        crate::prose::names(session, file).into_iter().find(|(s, _)| s.start <= offset && offset <= s.end)?;
    let of = in_prose(session, file, text)?;
    Some(Found { at: FileSpan { file: key.to_owned(), span }, of, from: None, text: text.to_owned() })
}

/// What a name means in the prose of a file: what it means in a statement there.
pub(crate) fn in_prose(session: &Session, file: SourceFile, name: &str) -> Option<Referent> {
    use footrule_compiler::names::{Ns, Resolved, enumerations_in_file, resolve};
    let db = session.db();
    // What an evaluation gives a value comes before what is a kind of thing.
    for ns in [Ns::Value, Ns::Flow, Ns::Stage, Ns::Type, Ns::Source, Ns::Process, Ns::Scenario] {
        if let Resolved::One(entry) = resolve(db, file, ns, name.to_owned()) {
            return Some(Referent::Declared(entry));
        }
    }
    match enumerations_in_file(db, file, name).as_slice() {
        [one] => {
            let footrule_compiler::sigs::Sig::Enum(members) = &footrule_compiler::sigs::sig(db, one).sig else {
                return None;
            };
            let member = u32::try_from(members.iter().position(|m| m == name)?).ok()?;
            Some(Referent::Declared(Entry { item: one.clone(), member: Some(member) }))
        }
        _ => None,
    }
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
