//! Another name for a thing, everywhere.

use crate::at::{called, name};
use crate::navigate::{all, declared};
use footrule_compiler::Session;
use footrule_compiler::uses::Referent;
use footrule_diag::{FileSpan, Text, text};
use footrule_grammar::keywords::{KEYWORDS, Place, is_word_char};

/// A replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub at: FileSpan,
    /// By what.
    pub text: String,
}

/// Why a name stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRenamed(pub Text);

/// The place and the name at an offset that can be renamed.
///
/// # Errors
/// [`NotRenamed`] if nothing stands there that the user declared.
pub fn prepare_rename(session: &Session, key: &str, offset: u32) -> Result<(FileSpan, String), NotRenamed> {
    let nothing = || NotRenamed(text!("此处没有可改的名称", "there is no name here that can be changed"));
    let (at, found) = name(session, key, offset).ok_or_else(nothing)?;
    if let Referent::Module(_) = found.of {
        return Err(NotRenamed(text!("模块名随文件名而定", "a module has the name of its file")));
    }
    let home = declared(session, at.item, &found.of).ok_or_else(nothing)?;
    if home.file.starts_with("std:") {
        return Err(NotRenamed(text!("标准库中的名称不能改", "names of the standard library cannot be changed")));
    }
    let old = at.text.get(found.span.start as usize..found.span.end as usize).unwrap_or_default().to_owned();
    Ok((at.absolute(session, found.span), old))
}

/// Everything that changes when what stands at an offset is called otherwise.
///
/// # Errors
/// [`NotRenamed`] if it cannot be, or if the new name is no name or is taken.
pub fn rename(session: &Session, key: &str, offset: u32, new: &str) -> Result<Vec<Edit>, NotRenamed> {
    prepare_rename(session, key, offset)?;
    let starts = new.chars().next().is_some_and(|c| is_word_char(c) && !c.is_ascii_digit());
    let reserved = KEYWORDS.iter().any(|k| k.place.has(Place::INSIDE) && (k.english == new || k.chinese == new));
    if !starts || !new.chars().all(is_word_char) || reserved {
        return Err(NotRenamed(text!("`{new}` 不能作名称", "`{new}` cannot be a name")));
    }
    let Some((at, found)) = name(session, key, offset) else { return Ok(Vec::new()) };
    let places = all(session, at.item, &found.of);
    if called(session, &found.of).as_deref() != Some(new) {
        let db = session.db();
        for place in &places {
            let Some(file) = session.file(&place.at.file) else { continue };
            let Some(other) = crate::at::statement(session, file, place.at.span.start) else { continue };
            use footrule_compiler::names::{Ns, Resolved, lookup};
            let taken = [Ns::Value, Ns::Flow, Ns::Unit, Ns::Stage, Ns::Type, Ns::Source, Ns::Process, Ns::Scenario]
                .into_iter()
                .any(|ns| lookup(db, other.item, ns, new.to_owned()) != Resolved::None);
            if taken && !matches!(found.of, Referent::Field(..) | Referent::Local(_)) {
                let file = &place.at.file;
                return Err(NotRenamed(text!("`{file}` 中已有 `{new}`", "`{file}` has a `{new}` already")));
            }
        }
    }
    Ok(places.into_iter().map(|r| Edit { at: r.at, text: new.to_owned() }).collect())
}
