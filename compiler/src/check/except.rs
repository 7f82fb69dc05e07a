//! Exceptions: which definition each one belongs to, their tree, and the typing of their bodies.
//!
//! The index reads names and syntax only, so that cycles are found before any type is computed. The order of text
//! has no meaning: siblings are listed by name, clause and shape.

use super::expr::{Cx, Mode};
use super::{BodyKind, value_type};
use crate::db::{Db, Diag, Item, SourceFile, items};
use crate::names::{Ns, index};
use crate::types::{TExpr, Ty};
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::ast::{ExceptValue, Expr, Ident, Path, Stmt};
use std::collections::{BTreeMap, HashSet};

/// The body of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TExcept {
    /// When it applies.
    pub when: TExpr,
    /// The value, in the type of what it is an exception to.
    pub value: TExpr,
}

/// The body of an exception to an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TExceptBy {
    /// When it applies.
    pub when: TExpr,
    /// The basis that replaces the allocation's.
    pub basis: super::TBasis,
}

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
}

/// The exceptions of each definition of a file, parents first. What belongs to no tree is left out.
#[salsa::tracked(returns(ref))]
pub fn exceptions(db: &dyn Db, file: SourceFile) -> BTreeMap<String, Vec<Exception>> {
    let mut all: BTreeMap<String, Vec<(Exception, String)>> = BTreeMap::new();
    for item in items(db, file) {
        let Some(ast) = item.ast(db) else { continue };
        let Stmt::Except { target: Path(path), name, when, value, .. } = &ast.stmt else {
            continue;
        };
        let (Some(target), true) = (path.first(), path.len() <= 2) else { continue };
        let clause = ast.clause.as_ref().map_or("", |c| c.text.as_str());
        let own = name.as_ref().map(|n| n.text.clone());
        let key = format!("{}\u{1}{clause}\u{1}{}\u{1}{}", own.as_deref().unwrap_or(""), shape(when), of_value(value));
        let of = path.get(1).map(|n| n.text.clone());
        let exception = Exception { item: item.clone(), name: own, of, parent: None };
        all.entry(target.text.clone()).or_default().push((exception, key));
    }
    all.into_iter().map(|(name, list)| (name, tree(list))).collect()
}

/// The exceptions of one definition level by level; what never finds its parent dangles or stands in a ring.
fn tree(all: Vec<(Exception, String)>) -> Vec<Exception> {
    let mut waiting: BTreeMap<Option<String>, Vec<(Exception, String)>> = BTreeMap::new();
    for (e, key) in all {
        waiting.entry(e.of.clone()).or_default().push((e, key));
    }
    let mut out: Vec<Exception> = Vec::new();
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let mut ready = waiting.remove(&None).unwrap_or_default();
    while !ready.is_empty() {
        ready.sort_by(|(a, x), (b, y)| (x, &a.of).cmp(&(y, &b.of)));
        let mut next = Vec::new();
        for (mut e, _) in ready {
            e.parent = e.of.as_ref().and_then(|o| names.get(o).copied());
            if let Some(n) = &e.name {
                names.entry(n.clone()).or_insert(out.len() as u32);
                next.extend(waiting.remove(&e.name).unwrap_or_default());
            }
            out.push(e);
        }
        ready = next;
    }
    out
}

/// The exceptions that belong to a tree.
#[salsa::tracked(returns(ref))]
fn in_trees(db: &dyn Db, file: SourceFile) -> HashSet<Item> {
    exceptions(db, file).values().flatten().map(|e| e.item.clone()).collect()
}

/// The exceptions of a definition.
pub(crate) fn exceptions_of<'db>(db: &'db dyn Db, item: &Item) -> &'db [Exception] {
    if !may_have(&item.key.keyword) || item.key.process.is_some() {
        return &[];
    }
    exceptions(db, item.file).get(item.name()).map_or(&[], Vec::as_slice)
}

fn may_have(keyword: &str) -> bool {
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

/// Types an exception.
pub(super) fn except(
    cx: &mut Cx<'_>,
    target: &Path,
    name: Option<&Ident>,
    when: &Expr,
    value: &ExceptValue,
) -> BodyKind {
    let Some(item) = definition(cx, target) else { return BodyKind::None };
    let allocation = item.key.keyword == "allocate";
    if let Some(name) = name {
        twice(cx, &item, name);
    }
    cx.mode = Mode::Line;
    let value = match value {
        ExceptValue::Allocation { by, weights } if allocation => {
            let when = cx.boolean(when);
            cx.assume(&when);
            super::allocate::same_names(cx, &item, by, weights);
            return match super::allocate::basis(cx, by, weights) {
                Some(basis) => BodyKind::ExceptBy(Box::new(TExceptBy { when, basis })),
                None => BodyKind::None,
            };
        }
        ExceptValue::Value(value) if !allocation => value,
        ExceptValue::Allocation { by, .. } => {
            return other_form(cx, &item, by.span, false);
        }
        ExceptValue::Value(value) => {
            return other_form(cx, &item, value.span, true);
        }
    };
    if let Some(Stmt::Line(l)) = item.ast(cx.db).map(|a| &a.stmt) {
        // The line's own loop variables, with the identities that they have in the line.
        let before = cx.diags.len();
        cx.binders(&l.loops);
        cx.diags.truncate(before);
    }
    let when = cx.boolean(when);
    cx.assume(&when);
    let ty = value_type(cx.db, item.file, item.key.clone()).clone();
    let value = cx.expr(value, (ty != Ty::Error).then_some(&ty));
    let value = cx.fit(value, &ty, false);
    BodyKind::Except(Box::new(TExcept { when, value }))
}

/// A value where a basis is wanted, or a basis where a value is.
fn other_form(cx: &mut Cx<'_>, item: &Item, at: Span, allocation: bool) -> BodyKind {
    let n = item.name();
    let (message, help) = if allocation {
        (
            text!(
                "`{n}` 是分配，例外须给出依据与权数",
                "`{n}` is an allocation; an exception gives a basis and weights"
            ),
            text!("写 `except {n} when … by 依据 {{ … }}`", "write `except {n} when … by BASIS {{ … }}`"),
        )
    } else {
        (
            text!("`{n}` 不是分配，例外须给出值", "`{n}` is no allocation; an exception gives a value"),
            text!("写 `except {n} when … = 值`", "write `except {n} when … = VALUE`"),
        )
    };
    let d = Diag::new(Code::T016, message)
        .at(cx.at(at), text!("形式不符", "the wrong form"))
        .also(item.name_place(cx.db), text!("声明在此", "declared here"))
        .help(help);
    cx.push(d);
    BodyKind::None
}

/// The definition that a path leads to, if there is one.
fn definition(cx: &mut Cx<'_>, Path(path): &Path) -> Option<Item> {
    let first = path.first()?;
    let here = index(cx.db, cx.item.file);
    let n = &first.text;
    let found = here.names.get(&(Ns::Value, n.clone())).map(|es| es[0].item.clone());
    let Some(item) = found.filter(|i| may_have(&i.key.keyword)) else {
        let message = text!(
            "没有可例外的中间量、排放行或分配 `{n}`",
            "there is no `let` and no line `{n}`, and no allocation, to be an exception to"
        );
        let d = Diag::new(Code::N001, message).at(cx.at(first.span), text!("例外没有依托", "the exception dangles"));
        let own = here.names.iter().filter(|((ns, _), es)| *ns == Ns::Value && may_have(&es[0].item.key.keyword));
        cx.push(match nearest(n.as_str(), own.map(|((_, n), _)| n)) {
            Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(cx.at(first.span), k.clone()),
            None => {
                d.help(text!("例外只能改写 let、排放行与分配", "only a `let`, a line or an allocation has exceptions"))
            }
        });
        return None;
    };
    let siblings = named(cx.db, cx.item.file, n);
    if let Some(of) = path.get(1)
        && !siblings.contains_key(&of.text)
    {
        let e = &of.text;
        let d = Diag::new(Code::N001, text!("`{n}` 没有例外 `{e}`", "`{n}` has no exception `{e}`"))
            .at(cx.at(of.span), text!("例外没有依托", "the exception dangles"));
        cx.push(match nearest(e.as_str(), siblings.keys()) {
            Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(cx.at(of.span), k.clone()),
            None => d.help(text!(
                "给那个例外命名：`except {n} as {e} when …`",
                "name the other exception: `except {n} as {e} when …`"
            )),
        });
        return None;
    }
    if let Some(more) = path.get(2) {
        let (n, e) = (&path[0].text, &path[1].text);
        let d = Diag::new(Code::N001, text!("例外的路径至多两节", "the path of an exception has at most two parts"))
            .at(cx.at(more.span), text!("多余", "too much"))
            .help(text!("只写 `{n}.{e}`", "write `{n}.{e}`"));
        cx.push(d);
        return None;
    }
    if let Some(of) = path.get(1)
        && !in_trees(cx.db, cx.item.file).contains(cx.item)
    {
        ring(cx, n, of, siblings);
        return None;
    }
    Some(item)
}

/// By name, in order of text.
type Named = BTreeMap<String, Vec<Item>>;

/// The named exceptions of each definition, whether or not they belong to its tree.
#[salsa::tracked(returns(ref))]
fn all_named(db: &dyn Db, file: SourceFile) -> BTreeMap<String, Named> {
    let mut out: BTreeMap<String, Named> = BTreeMap::new();
    for i in items(db, file) {
        if let Some(Stmt::Except { target, name: Some(name), .. }) = i.ast(db).map(|a| &a.stmt)
            && let Some(of) = target.0.first()
        {
            out.entry(of.text.clone()).or_default().entry(name.text.clone()).or_default().push(i.clone());
        }
    }
    out
}

/// The named exceptions of a definition.
fn named<'db>(db: &'db dyn Db, file: SourceFile, of: &str) -> &'db Named {
    static NONE: Named = Named::new();
    all_named(db, file).get(of).unwrap_or(&NONE)
}

/// Exceptions that are exceptions to each other.
fn ring(cx: &mut Cx<'_>, target: &str, of: &Ident, siblings: &Named) {
    let mut d = Diag::new(
        Code::N003,
        text!("`{target}` 的例外互为例外，没有着落", "exceptions to `{target}` are exceptions to each other"),
    )
    .at(cx.at(of.span), text!("追溯不到 `{target}`", "does not lead back to `{target}`"));
    if let Some(other) = siblings.get(&of.text).into_iter().flatten().find(|i| *i != cx.item) {
        let place = other.at(other.ast(cx.db).map_or(footrule_diag::Span::default(), |a| a.span));
        d = d.also(place, text!("经过这里", "through here"));
    }
    cx.push(d);
}

/// A name that another exception of the same definition has already.
fn twice(cx: &mut Cx<'_>, item: &Item, name: &Ident) {
    let mine = cx.item.clone();
    let n = &name.text;
    let siblings = named(cx.db, cx.item.file, item.name());
    let Some(first) = siblings.get(n).and_then(|all| all.first()).filter(|i| **i != mine) else { return };
    let first = match first.ast(cx.db).map(|a| &a.stmt) {
        Some(Stmt::Except { name: Some(n), .. }) => first.at(n.span),
        _ => return,
    };
    let d = Diag::new(Code::N002, text!("例外 `{n}` 声明了两次", "the exception `{n}` is declared twice"))
        .at(cx.at(name.span), text!("再次声明", "declared again"))
        .also(first, text!("先声明在此", "first declared here"));
    cx.push(d);
}

/// The definition that an exception statement names, as text.
pub(crate) fn target_text(stmt: &Stmt) -> Option<String> {
    match stmt {
        Stmt::Except { target, .. } => Some(target.0.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(".")),
        _ => None,
    }
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
