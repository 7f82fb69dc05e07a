//! Where a name is declared, and where it is used.

use crate::at::{called, found, in_prose, member, statements};
use crate::prose;
use footrule_compiler::Session;
use footrule_compiler::check::value_type;
use footrule_compiler::db::{Item, resolve_place};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::{EnumRef, Ty};
use footrule_compiler::uses::{Referent, uses};
use footrule_diag::{FileSpan, Span};
use footrule_syntax::ast::Stmt;

/// A name that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where.
    pub at: FileSpan,
    /// It is where that is declared.
    pub declares: bool,
}

/// Where what stands at an offset is declared. For a module: its first byte.
#[must_use]
pub fn definition(session: &Session, key: &str, offset: u32) -> Option<FileSpan> {
    let found = found(session, key, offset)?;
    declared(session, found.item()?, &found.of)
}

/// Where the record or enumeration of what stands at an offset is declared.
#[must_use]
pub fn type_definition(session: &Session, key: &str, offset: u32) -> Option<FileSpan> {
    let db = session.db();
    let found = found(session, key, offset)?;
    let mut ty = match &found.of {
        Referent::Declared(entry) => value_type(db, entry.item.file, entry.item.key.clone()).clone(),
        Referent::Field(record, name) => match &sig(db, record).sig {
            Sig::Record(fields) => fields.iter().find(|f| f.name == *name)?.ty.clone(),
            _ => return None,
        },
        _ => return None,
    };
    while let Ty::Optional(inner) | Ty::List(inner) = ty {
        ty = *inner;
    }
    match ty {
        Ty::Record(item) | Ty::Enum(EnumRef::Item(item)) => Some(resolve_place(db, &item.name_place(db))),
        _ => None,
    }
}

/// The place of a declaration's name.
pub(crate) fn declared(session: &Session, from: &Item, of: &Referent) -> Option<FileSpan> {
    let db = session.db();
    Some(match of {
        Referent::Declared(entry) => match member(session, entry) {
            Some((_, _, span)) => resolve_place(db, &entry.item.at(span)),
            None => resolve_place(db, &entry.item.name_place(db)),
        },
        Referent::Field(record, name) => {
            let Stmt::Record { fields, .. } = &record.ast(db)?.stmt else { return None };
            resolve_place(db, &record.at(fields.iter().find(|f| f.name.text == *name)?.name.span))
        }
        Referent::Local(span) => resolve_place(db, &from.at(*span)),
        Referent::Module(file) => FileSpan { file: file.key(db).to_string(), span: Span { start: 0, end: 0 } },
    })
}

/// Every place that means what stands at an offset, in order of files and text: in code, and between backticks in the prose of
/// literate files.
#[must_use]
pub fn references(session: &Session, key: &str, offset: u32) -> Vec<Reference> {
    let Some(found) = found(session, key, offset) else { return Vec::new() };
    found.item().map_or_else(Vec::new, |item| all(session, item, &found.of))
}

/// Every place that means a thing.
pub(crate) fn all(session: &Session, from: &Item, of: &Referent) -> Vec<Reference> {
    let db = session.db();
    let mut out = Vec::new();
    if let Referent::Local(_) = of {
        let own = uses(db, from.file, from.key.clone()).iter().filter(|u| u.of == *of);
        out.extend(own.map(|u| Reference { at: resolve_place(db, &from.at(u.span)), declares: u.declares }));
        return out;
    }
    let wanted = called(session, of);
    for file in session.files() {
        session.breathe();
        // A file without the word does not name the thing.
        if wanted.as_ref().is_some_and(|w| !file.text(db).contains(w.as_str())) {
            continue;
        }
        for at in statements(session, file) {
            let own = uses(db, file, at.item.key.clone()).iter().filter(|u| u.of == *of);
            out.extend(own.map(|u| Reference { at: at.absolute(session, u.span), declares: u.declares }));
        }
        for (span, name) in prose::names(session, file) {
            if wanted.as_deref() == Some(name) && in_prose(session, file, name).as_ref() == Some(of) {
                let at = FileSpan { file: file.key(db).to_string(), span };
                out.push(Reference { at, declares: false });
            }
        }
    }
    out.sort_by(|a, b| a.at.cmp(&b.at));
    out.dedup_by(|a, b| a.at == b.at);
    out
}

/// The places of one file that mean what stands at an offset.
#[must_use]
pub fn highlights(session: &Session, key: &str, offset: u32) -> Vec<Reference> {
    references(session, key, offset).into_iter().filter(|r| r.at.file == key).collect()
}
