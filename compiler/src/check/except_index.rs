//! Exceptions: which definition each one belongs to, and their tree.
//!
//! Exceptions to a definition of a process stand beside it, and where the process is included; which of them meet is
//! known of an instance only. The index reads names and syntax only, so that cycles are found before any type is
//! computed. The order of text has no meaning: siblings are listed by name, clause and shape.

use crate::db::{Db, Item, SourceFile, inner_items, items};
use crate::names::{Ns, included, index, inside};
use crate::types::Through;
use footrule_syntax::Key;
use footrule_syntax::ast::{ExceptValue, Expr, Ident, Path, Stmt};
use std::collections::BTreeMap;

/// An exception in the tree of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The statement.
    pub item: Item,
    /// Its name.
    pub name: Option<String>,
    /// The name of the exception that it is an exception to.
    pub of: Option<String>,
    /// The position of that one in the list; it comes earlier.
    pub parent: Option<u32>,
    /// What it is listed by: name, clause and shape.
    key: String,
}

/// The exceptions that the statements of a file, or of a process in it, make to their own definitions and to those of
/// the processes that they include; in order of text, without their trees.
#[salsa::tracked(returns(ref))]
pub fn stated(db: &dyn Db, file: SourceFile, process: Option<Key>) -> BTreeMap<Through, Vec<Exception>> {
    let mut out: BTreeMap<Through, Vec<Exception>> = BTreeMap::new();
    let list = match &process {
        None => items(db, file),
        Some(p) => inner_items(db, file, p.clone()),
    };
    for item in list.iter().filter(|i| i.key.keyword == "except") {
        let Some(ast) = item.ast(db) else { continue };
        let Stmt::Except { target: Path(path), name, when, value, .. } = &ast.stmt else {
            continue;
        };
        let Some((target, of)) = aim(db, item, path).filter(|(_, of)| of.len() <= 1) else { continue };
        let clause = ast.clause.as_ref().map_or("", |c| c.text.as_str());
        let name = name.as_ref().map(|n| n.text.clone());
        let key = format!("{}\u{1}{clause}\u{1}{}\u{1}{}", name.as_deref().unwrap_or(""), shape(when), of_value(value));
        let of = of.first().map(|n| n.text.clone());
        out.entry(target).or_default().push(Exception { item: item.clone(), name, of, parent: None, key });
    }
    out
}

/// The value that a path leads to, through includes, and what is left of the path.
pub(super) fn aim<'a>(db: &dyn Db, from: &Item, path: &'a [Ident]) -> Option<(Through, &'a [Ident])> {
    let (first, mut rest) = path.split_first()?;
    let mut target = Through::from(own(db, from, &first.text)?);
    while let Some((next, more)) = rest.split_first().filter(|_| target.item.key.keyword == "include") {
        let process = included(db, target.item.file, target.item.key.clone())?;
        let inner = inside(db, &process, Ns::Value, &next.text)?;
        target.path.push(std::mem::replace(&mut target.item, inner));
        rest = more;
    }
    Some((target, rest))
}

/// What the file, or the process that a statement stands in, declares under a name.
pub(super) fn own(db: &dyn Db, from: &Item, name: &str) -> Option<Item> {
    match from.owner() {
        Some(process) => inside(db, &process, Ns::Value, name),
        None => index(db, from.file).names.get(&(Ns::Value, name.to_string())).map(|es| es[0].item.clone()),
    }
}

/// Exceptions with what goes with each, level by level. What never finds its parent dangles or stands in a ring, and
/// belongs to no tree.
pub(super) fn arrange<T>(list: Vec<(T, Exception)>) -> Vec<(T, Exception)> {
    let mut waiting: BTreeMap<Option<String>, Vec<(T, Exception)>> = BTreeMap::new();
    for (with, e) in list {
        waiting.entry(e.of.clone()).or_default().push((with, e));
    }
    let mut out: Vec<(T, Exception)> = Vec::new();
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let mut ready = waiting.remove(&None).unwrap_or_default();
    while !ready.is_empty() {
        ready.sort_by(|(_, a), (_, b)| (&a.key, &a.of).cmp(&(&b.key, &b.of)));
        let mut next = Vec::new();
        for (with, mut e) in ready {
            e.parent = e.of.as_ref().and_then(|o| names.get(o).copied());
            if let Some(n) = &e.name {
                names.entry(n.clone()).or_insert(out.len() as u32);
                next.extend(waiting.remove(&e.name).unwrap_or_default());
            }
            out.push((with, e));
        }
        ready = next;
    }
    out
}

/// The exceptions that a file, or a process, makes to its own definitions, parents first.
#[salsa::tracked(returns(ref))]
fn own_exceptions(db: &dyn Db, file: SourceFile, process: Option<Key>) -> BTreeMap<Item, Vec<Exception>> {
    stated(db, file, process)
        .iter()
        .filter(|(t, _)| t.path.is_empty())
        .map(|(t, list)| {
            let list = list.iter().map(|e| ((), e.clone())).collect();
            (t.item.clone(), arrange(list).into_iter().map(|(_, e)| e).collect())
        })
        .collect()
}

/// The exceptions to a definition that stand beside it.
pub(crate) fn exceptions_of<'db>(db: &'db dyn Db, item: &Item) -> &'db [Exception] {
    if !may_have(&item.key.keyword) {
        return &[];
    }
    own_exceptions(db, item.file, item.owner().map(|p| p.key)).get(item).map_or(&[], Vec::as_slice)
}

/// The exceptions to a definition that a statement can see: those beside the definition, then those of each include on
/// the way to it, in order of text.
pub(super) fn seen_from(db: &dyn Db, from: &Item, target: &Through) -> Vec<Exception> {
    let mut out = Vec::new();
    for depth in (0..=target.path.len()).rev() {
        let scope = match depth.checked_sub(1).and_then(|k| target.path.get(k)) {
            None => Some((from.file, from.owner().map(|p| p.key))),
            Some(i) => included(db, i.file, i.key.clone()).map(|p| (p.file, Some(p.key))),
        };
        let Some((file, process)) = scope else { continue };
        let there = Through { path: target.path[depth..].to_vec(), item: target.item.clone() };
        out.extend(stated(db, file, process).get(&there).into_iter().flatten().cloned());
    }
    out
}

impl super::Instances {
    /// The exceptions to a definition of an instance, each with the instance that it stands in, parents first: those of
    /// its process, and those of the processes and of the rule that include it.
    pub(crate) fn exceptions(&self, db: &dyn Db, at: usize, item: &Item) -> Vec<(usize, Exception)> {
        if !may_have(&item.key.keyword) {
            return Vec::new();
        }
        let mut all: Vec<(usize, Exception)> = exceptions_of(db, item).iter().map(|e| (at, e.clone())).collect();
        let own = all.len();
        all.extend(self.outer_exceptions(db, at, item));
        // Those beside the definition are in order already.
        if all.len() == own { all } else { arrange(all) }
    }

    /// The exceptions to a definition of an instance that stand where its process is included.
    pub(crate) fn outer_exceptions(&self, db: &dyn Db, at: usize, item: &Item) -> Vec<(usize, Exception)> {
        let mut out = Vec::new();
        if item.key.keyword != "let" || item.key.process.is_none() {
            return out;
        }
        let (mut here, mut path) = (at, Vec::new());
        while let Some(include) = self.list.get(here).and_then(|i| i.path.last()) {
            path.insert(0, include.clone());
            here = self.list[here].parent;
            let target = Through { path: path.clone(), item: item.clone() };
            let list = stated(db, include.file, include.owner().map(|p| p.key)).get(&target);
            out.extend(list.into_iter().flatten().map(|e| (here, e.clone())));
        }
        out
    }
}

pub(super) fn may_have(keyword: &str) -> bool {
    matches!(keyword, "let" | "emission" | "removal" | "credit" | "apart" | "allocate")
}

/// The right-hand side of an exception without its places.
fn of_value(value: &ExceptValue) -> String {
    match value {
        ExceptValue::Value(e) => shape(e),
        ExceptValue::Allocation { by, weights } => {
            let each =
                |(n, e): &(Ident, Option<Expr>)| format!("{} {}", n.text, e.as_ref().map_or_else(String::new, shape));
            format!("{} {}", by.text, weights.iter().map(each).collect::<Vec<_>>().join(";"))
        }
    }
}

/// An expression without its places: equal for the same formula in either keyword language.
fn shape(e: &Expr) -> String {
    let text = format!("{e:?}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("Span {") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, r)| r);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_diag::Span;
    use footrule_syntax::ast::ExprKind;

    #[test]
    fn a_shape_has_no_places() {
        let name = |at| Expr {
            kind: ExprKind::Neg(Box::new(Expr {
                kind: ExprKind::Name(Ident { text: "x".into(), span: Span::new(at, at + 1) }),
                span: Span::new(at, at + 1),
            })),
            span: Span::new(at, at + 2),
        };
        assert_eq!(shape(&name(3)), shape(&name(30)));
        assert!(shape(&name(3)).contains("\"x\""));
    }
}
