//! Another name or label for a thing, everywhere.

use crate::at::{called, found, statement, statements};
use crate::hover::Called;
use crate::navigate::{all, declared};
use footrule_compiler::Session;
use footrule_compiler::db::SourceFile;
use footrule_compiler::names::reachable;
use footrule_compiler::uses::Referent;
use footrule_diag::{FileSpan, Span, Text, text};
use footrule_grammar::keywords::{KEYWORDS, Place, is_word_char};
use footrule_syntax::ast::Stmt;

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
    if let Some(label) = label(session, key, offset) {
        return library(&label.0.file).map_or(Ok(label), Err);
    }
    let found = found(session, key, offset).ok_or_else(nothing)?;
    if let Referent::Module(_) = found.of {
        return Err(NotRenamed(text!("模块名随文件名而定", "a module has the name of its file")));
    }
    if let Referent::Declared(entry) = &found.of
        && entry.item.is_built_in()
    {
        return Err(NotRenamed(text!(
            "此名称随取舍而来，不能改",
            "this name comes with the cut-off and cannot be changed"
        )));
    }
    let home = found.item().and_then(|item| declared(session, item, &found.of)).ok_or_else(nothing)?;
    library(&home.file).map_or(Ok((found.at, found.text)), Err)
}

/// Why a name that is declared in a file stays.
fn library(file: &str) -> Option<NotRenamed> {
    let why = || NotRenamed(text!("标准库中的名称不能改", "names of the standard library cannot be changed"));
    file.starts_with("std:").then(why)
}

/// The label of a declaration, of a member or of a field at an offset: the place between its quotes, and what stands there.
fn label(session: &Session, key: &str, offset: u32) -> Option<(FileSpan, String)> {
    let file = session.file(key)?;
    let at = statement(session, file, offset)?;
    let inside = (offset - at.start) as usize;
    let line = at.text[..inside].rfind('\n').map_or(0, |i| i + 1);
    // Which quotes open and which close is told from the start of the line.
    let quotes: Vec<usize> = at.text[line..].match_indices('"').map(|(i, _)| line + i).collect();
    let [open, close] = *quotes.chunks(2).find(|q| q.len() == 2 && q[0] < inside && inside <= q[1])? else {
        return None;
    };
    let text = &at.text[open + 1..close];
    let word = at.text[..open].trim_end().rsplit(|c| !is_word_char(c)).next()?;
    if !["zh", "en", "中文", "英文"].contains(&word) {
        return None;
    }
    let stmt = &at.item.ast(session.db())?.stmt;
    labels(stmt).iter().any(|l| l.zh == text || l.en == text).then_some(())?;
    let span = Span::new(u32::try_from(open + 1).ok()?, u32::try_from(close).ok()?);
    Some((at.absolute(session, span), text.to_owned()))
}

/// Another label: where it is declared, and between backticks in the prose of its file and of those that read it.
fn rename_label(session: &Session, (at, old): (FileSpan, String), new: &str) -> Result<Vec<Edit>, NotRenamed> {
    if new.trim().is_empty() || new.contains(['"', '\n', '\r']) {
        return Err(NotRenamed(text!(
            "标签不能为空，也不能含引号和换行",
            "a label is not empty and has no quotes and no line ends"
        )));
    }
    let db = session.db();
    let mut out = vec![Edit { at: at.clone(), text: new.to_owned() }];
    let home = session.file(&at.file);
    for file in session.files().filter(|f| !f.key(db).starts_with("std:")) {
        let own = Some(file) == home;
        let prose = crate::prose::names(session, file).into_iter().filter(|(_, name)| *name == old);
        let places: Vec<Span> = prose.map(|(span, _)| span).collect();
        // Where something else has the same label, the words there may mean that.
        let reads = || home.is_some_and(|home| reachable(db, file).contains(&home));
        let other = || reachable(db, file).iter().any(|f| Some(*f) != home && has_label(session, *f, &old));
        if places.is_empty() || !own && (!reads() || other()) {
            continue;
        }
        let key = file.key(db);
        out.extend(
            places.into_iter().map(|span| Edit { at: FileSpan { file: key.to_string(), span }, text: new.to_owned() }),
        );
    }
    out.sort_by(|a, b| a.at.cmp(&b.at));
    Ok(out)
}

/// The labels of a statement, of its members and of its fields.
fn labels(stmt: &Stmt) -> Vec<&Text> {
    let mut labels: Vec<&Text> = stmt.labels().into_iter().collect();
    match stmt {
        Stmt::Enum { variants, .. } => labels.extend(variants.iter().map(|v| &v.labels)),
        Stmt::Record { fields, .. } => labels.extend(fields.iter().map(|f| &f.labels)),
        _ => {}
    }
    labels
}

fn has_label(session: &Session, file: SourceFile, label: &str) -> bool {
    file.text(session.db()).contains(label)
        && statements(session, file)
            .filter_map(|s| s.item.ast(session.db()))
            .any(|ast| labels(&ast.stmt).iter().any(|l| l.zh == label || l.en == label))
}

/// Everything that changes when what stands at an offset is called otherwise.
///
/// # Errors
/// [`NotRenamed`] if it cannot be, or if the new name is no name or is taken.
pub fn rename(
    session: &Session,
    key: &str,
    offset: u32,
    new: &str,
    file_called: Called<'_>,
) -> Result<Vec<Edit>, NotRenamed> {
    prepare_rename(session, key, offset)?;
    if let Some(label) = label(session, key, offset) {
        return rename_label(session, label, new);
    }
    let starts = new.chars().next().is_some_and(|c| is_word_char(c) && !c.is_ascii_digit());
    let reserved = KEYWORDS.iter().any(|k| k.place.has(Place::INSIDE) && (k.english == new || k.chinese == new));
    if !starts || !new.chars().all(is_word_char) || reserved {
        return Err(NotRenamed(text!("`{new}` 不能作名称", "`{new}` cannot be a name")));
    }
    let Some(found) = found(session, key, offset) else { return Ok(Vec::new()) };
    let places = found.item().map_or_else(Vec::new, |item| all(session, item, &found.of));
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
                let file = file_called(&place.at.file);
                return Err(NotRenamed(text!("`{file}` 中已有 `{new}`", "`{file}` has a `{new}` already")));
            }
        }
    }
    Ok(places.into_iter().map(|r| Edit { at: r.at, text: new.to_owned() }).collect())
}
