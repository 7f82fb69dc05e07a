//! What must not depend on data: constants, and the values that a test or a scenario gives to inputs.

use super::cycles::value_deps;
use super::expr::Cx;
use crate::db::{Db, Item};
use crate::types::{TExpr, TKind};
use footrule_diag::{Code, Span, text};
use rustc_hash::FxHashSet;

/// A `const` is one number for ever: it reads no input, no dated value, no result, by way of functions neither.
pub(super) fn independent(cx: &mut Cx<'_>, value: &TExpr) {
    let dated = |k: &TKind| matches!(k, TKind::ParamAt(..) | TKind::Period | TKind::Result(..) | TKind::Balance(..));
    let fixed = |i: &Item| matches!(i.key.keyword.as_str(), "const" | "fn" | "table");
    if let Some(span) = depends(cx.db, value, &dated, &|i| !fixed(i)) {
        cx.error(
            Code::T006,
            span,
            text!("常数不能依赖输入、参数或结果", "a constant depends on no input, param or result"),
            text!("会随数据变化", "changes with the data"),
        );
    }
}

/// What a test or a scenario gives to an input is known before any input is.
pub(super) fn given(cx: &mut Cx<'_>, value: &TExpr) {
    let datum = |i: &Item| matches!(i.key.keyword.as_str(), "input" | "include");
    if let Some(span) = depends(cx.db, value, &|_| false, &datum) {
        cx.error(
            Code::T006,
            span,
            text!("这里给出的值不能依赖输入", "a value that is given here depends on no input"),
            text!("依赖输入", "depends on inputs"),
        );
    }
}

/// The first part of an expression that is such a one, that reads a value of an include, or that names such a statement,
/// by way of others too.
fn depends(db: &dyn Db, value: &TExpr, part: &dyn Fn(&TKind) -> bool, such: &dyn Fn(&Item) -> bool) -> Option<Span> {
    let mut reads = None;
    value.walk(&mut |x| {
        let found = || match &x.kind {
            TKind::Through(_) => true,
            kind => part(kind) || named(kind).is_some_and(|i| reaches(db, i, such)),
        };
        if reads.is_none() && found() {
            reads = Some(x.span);
        }
    });
    reads
}

/// The statement that an expression names.
fn named(kind: &TKind) -> Option<&Item> {
    match kind {
        TKind::Item(i) | TKind::Call(i, ..) => Some(i),
        _ => None,
    }
}

/// Whether a statement is such a one, or reads one, by way of others too.
fn reaches(db: &dyn Db, from: &Item, such: &dyn Fn(&Item) -> bool) -> bool {
    let mut seen: FxHashSet<Item> = FxHashSet::default();
    let mut work = vec![from.clone()];
    while let Some(item) = work.pop() {
        if such(&item) {
            return true;
        }
        if seen.insert(item.clone()) {
            work.extend(value_deps(db, item.file, item.key.clone()).iter().cloned());
        }
    }
    false
}
