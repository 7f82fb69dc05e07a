//! What files say of other files, once some of them have another name or place.
//!
//! Guarantees: a path is changed only where it names a file that moves, or stands in one; a file that could not be named at its
//! new place is left for the checker to tell. Must not: touch a disk.

use crate::rename::Edit;
use footrule_compiler::db::{Item, SourceFile, items};
use footrule_compiler::names::index;
use footrule_compiler::{Session, data_key, is_name, spelled_at};
use footrule_diag::{FileSpan, Span};
use footrule_syntax::ast::{Stmt, TestEntry};

/// A file or folder with its old key and its new one.
pub type Move = (String, String);

/// The key that a file has after the moves; those of folders take what is inside along.
fn moved(moves: &[Move], key: &str) -> Option<String> {
    moves.iter().find_map(|(old, new)| {
        let rest = key.strip_prefix(old.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{new}{rest}"))
    })
}

/// Everything that changes in the files that name what moves, and in the files that move.
#[must_use]
pub fn move_files(session: &Session, moves: &[Move]) -> Vec<Edit> {
    let mut out = Vec::new();
    for file in session.files() {
        let key = file.key(session.db());
        if !key.starts_with("std:") {
            of_file(session, file, moves, &mut out);
        }
    }
    out.sort_by(|a, b| a.at.cmp(&b.at));
    out
}

/// The path from a package's description to the folder of another package, after the moves; `None` if it stays, or if it is
/// written in a way that is not read here.
#[must_use]
pub fn moved_dependency(moves: &[Move], manifest: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = manifest.split('/').collect();
    parts.pop();
    for part in path.split('/').filter(|p| !matches!(*p, "" | ".")) {
        match part {
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    let old = parts.join("/");
    let (here, there) = (moved(moves, manifest), moved(moves, &old));
    if path.starts_with('/') || here.is_none() && there.is_none() {
        return None;
    }
    let new = relative(&here.unwrap_or_else(|| manifest.to_owned()), &there.unwrap_or(old));
    (new.trim_end_matches('/') != path.trim_end_matches('/') && !new.contains(['"', '\\'])).then_some(new)
}

fn of_file(session: &Session, file: SourceFile, moves: &[Move], out: &mut Vec<Edit>) {
    let db = session.db();
    let own = file.key(db).to_string();
    let now = moved(moves, &own).unwrap_or_else(|| own.clone());
    for u in &index(db, file).uses {
        let Some(named) = u.file(db) else { continue };
        let old = named.key(db).to_string();
        let new = moved(moves, &old).unwrap_or_else(|| old.clone());
        if old.starts_with("std:") || (new == old && now == own) {
            continue;
        }
        let Some(path) = spelled_at(db, (file, &now), (named, &new)) else { continue };
        if path != u.path(db) && path.split('.').all(is_name) {
            out.push(edit(session, &u.item, u.span, path));
        }
    }
    for item in items(db, file) {
        let spans: Vec<(&str, Span)> = match item.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Table(t)) => t.from.iter().map(|(p, s)| (p.as_str(), *s)).collect(),
            Some(Stmt::Test(t)) => {
                let from = |(e, s): &(TestEntry, Span)| match e {
                    TestEntry::From(p) => Some((p.clone(), *s)),
                    _ => None,
                };
                let all: Vec<(String, Span)> = t.entries.iter().filter_map(from).collect();
                all.iter().for_each(|(p, s)| data(session, (file, &own, &now), item, (p, *s), moves, out));
                continue;
            }
            _ => continue,
        };
        spans.into_iter().for_each(|from| data(session, (file, &own, &now), item, from, moves, out));
    }
}

/// The path of a data file: relative to the folder of the file that names it.
fn data(
    session: &Session,
    (file, own, now): (SourceFile, &str, &str),
    item: &Item,
    (path, span): (&str, Span),
    moves: &[Move],
    out: &mut Vec<Edit>,
) {
    let db = session.db();
    let Ok(old) = data_key(db, file, path) else { return };
    let new = moved(moves, &old).unwrap_or_else(|| old.to_string());
    if *new == *old && now == own {
        return;
    }
    let path_now = relative(now, &new);
    let text = item.slice(db, span);
    let (Some(open), Some(close)) = (text.find('"'), text.rfind('"')) else { return };
    let inside = Span::new(span.start + open as u32 + 1, span.start + close as u32);
    if path_now != path && close > open && !path_now.contains(['"', '\\', '{', '\n']) {
        out.push(edit(session, item, inside, path_now));
    }
}

fn edit(session: &Session, item: &Item, span: Span, text: String) -> Edit {
    let at: FileSpan = footrule_compiler::db::resolve_place(session.db(), &item.at(span));
    Edit { at, text }
}

/// The way from the folder of a file to another file.
fn relative(from: &str, to: &str) -> String {
    let folder: Vec<&str> = from.split('/').collect();
    let folder = &folder[..folder.len() - 1];
    let target: Vec<&str> = to.split('/').collect();
    let common = folder.iter().zip(&target[..target.len() - 1]).take_while(|(a, b)| a == b).count();
    let up = folder.len() - common;
    let mut parts = vec![".."; up];
    parts.extend(&target[common..]);
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_files() {
        assert_eq!(relative("/a/b/x.pcr", "/a/b/d.csv"), "d.csv");
        assert_eq!(relative("/a/b/x.pcr", "/a/c/d.csv"), "../c/d.csv");
        assert_eq!(relative("/a/x.pcr", "/a/b/c/d.csv"), "b/c/d.csv");
    }

    #[test]
    fn packages_that_move() {
        let moves = [("/w/base".to_owned(), "/w/common/base".to_owned())];
        let to = |manifest: &str, path: &str| moved_dependency(&moves, manifest, path);
        assert_eq!(to("/w/rules/footrule.toml", "../base").as_deref(), Some("../common/base"));
        assert_eq!(to("/w/base/footrule.toml", "../words").as_deref(), Some("../../words"));
        assert_eq!(to("/w/rules/footrule.toml", "../words"), None);
        assert_eq!(to("/w/rules/footrule.toml", "/w/base"), None);
    }

    #[test]
    fn folders_take_along_what_is_inside() {
        let moves = [("/a/b".to_owned(), "/a/c".to_owned())];
        assert_eq!(moved(&moves, "/a/b/x.pcr").as_deref(), Some("/a/c/x.pcr"));
        assert_eq!(moved(&moves, "/a/bb/x.pcr"), None);
    }
}
