//! The typing of exceptions, and what is said of those that lead nowhere.

use super::except_index::{aim, arrange, may_have, own, seen_from};
use super::expr::{Cx, Mode};
use super::{BodyKind, is_open};
use crate::db::{Diag, Item, inner_items, items};
use crate::names::{Ns, included, inside};
use crate::types::{TExpr, Through, Ty};
use footrule_diag::{Code, Span, Text, nearest, text};
use footrule_syntax::ast::{ExceptValue, Expr, Ident, Path, Stmt};

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

/// Types an exception.
pub(super) fn except(
    cx: &mut Cx<'_>,
    target: &Path,
    name: Option<&Ident>,
    when: &Expr,
    value: &ExceptValue,
) -> BodyKind {
    let Some(target) = definition(cx, target) else { return BodyKind::None };
    let item = target.item.clone();
    let allocation = item.key.keyword == "allocate";
    if let Some(name) = name {
        twice(cx, &target, name);
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
    // The text of a definition is no part of what an exception to it depends on; its type is.
    if item.key.keyword != "let"
        && let Some(Stmt::Line(l)) = item.ast(cx.db).map(|a| &a.stmt)
    {
        // The line's own loop variables, with the identities that they have in the line.
        let before = cx.diags.len();
        cx.binders(&l.loops);
        cx.diags.truncate(before);
    }
    let when = cx.boolean(when);
    cx.assume(&when);
    let ty = cx.type_of(&target);
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
fn definition(cx: &mut Cx<'_>, Path(path): &Path) -> Option<Through> {
    let first = path.first()?;
    let found = own(cx.db, cx.item, &first.text);
    let Some(item) = found.filter(|i| may_have(&i.key.keyword) || i.key.keyword == "include") else {
        let n = &first.text;
        let message = text!(
            "没有可例外的中间量、排放行或分配 `{n}`",
            "there is no `let` and no line `{n}`, and no allocation, to be an exception to"
        );
        let names = candidates(cx, cx.item.owner().as_ref(), false);
        let other = text!("例外只能改写 let、排放行与分配", "only a `let`, a line or an allocation has exceptions");
        dangles(cx, first, message, &names, other);
        return None;
    };
    let Some((target, rest)) = aim(cx.db, cx.item, path) else {
        nothing_there(cx, &item, path);
        return None;
    };
    let n = target.name();
    if !target.path.is_empty() || item.key.keyword == "include" {
        let at = path.get(path.len() - rest.len() - 1).unwrap_or(first);
        if !is_left_open(cx, &target, at) {
            return None;
        }
    }
    let seen = seen_from(cx.db, cx.item, &target);
    if let Some(of) = rest.first()
        && !seen.iter().any(|e| e.name.as_ref() == Some(&of.text))
    {
        let (e, names) = (&of.text, seen.iter().filter_map(|e| e.name.clone()).collect::<Vec<_>>());
        let other =
            text!("给那个例外命名：`except {n} as {e} when …`", "name the other exception: `except {n} as {e} when …`");
        dangles(cx, of, text!("`{n}` 没有例外 `{e}`", "`{n}` has no exception `{e}`"), &names, other);
        return None;
    }
    if let (Some(e), Some(more)) = (rest.first(), rest.get(1)) {
        let e = &e.text;
        let d = Diag::new(
            Code::N001,
            text!(
                "例外的路径在 `{n}` 之后至多一节",
                "behind `{n}` the path of an exception has at most one part, the name of another exception"
            ),
        )
        .at(cx.at(more.span), text!("多余", "too much"))
        .help(text!("只写 `{n}.{e}`", "write `{n}.{e}`"));
        cx.push(d);
        return None;
    }
    let tree = arrange(seen.into_iter().map(|e| ((), e)).collect());
    if let (false, Some(of)) = (tree.iter().any(|(_, e)| e.item == *cx.item), rest.first()) {
        ring(cx, &target, of);
        return None;
    }
    Some(target)
}

/// The names that may stand in an exception: of the file, of a process, or what a process leaves open.
fn candidates(cx: &Cx<'_>, process: Option<&Item>, open: bool) -> Vec<String> {
    let list = match process {
        None => items(cx.db, cx.item.file),
        Some(p) => inner_items(cx.db, p.file, p.key.clone()),
    };
    let fits = |i: &&Item| match open {
        true => i.key.keyword == "include" || *is_open(cx.db, i.file, i.key.clone()),
        false => may_have(&i.key.keyword),
    };
    list.iter().filter(fits).map(|i| i.name().to_string()).collect()
}

fn dangles(cx: &mut Cx<'_>, name: &Ident, message: Text, names: &[String], other: Text) {
    let d = Diag::new(Code::N001, message).at(cx.at(name.span), text!("例外没有依托", "the exception dangles"));
    cx.push(match nearest(name.text.as_str(), names) {
        Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(cx.at(name.span), k.clone()),
        None => d.help(other),
    });
}

/// A path that leads into an included process and ends there.
fn nothing_there(cx: &mut Cx<'_>, first: &Item, path: &[Ident]) {
    let mut include = first.clone();
    for part in &path[1..] {
        // An include of nothing was told where it stands.
        let Some(process) = included(cx.db, include.file, include.key.clone()) else { return };
        match inside(cx.db, &process, Ns::Value, &part.text) {
            Some(next) => include = next,
            None => {
                let (p, n) = (process.name(), &part.text);
                let names = candidates(cx, Some(&process), true);
                let list = names.join(", ");
                let other = if names.is_empty() {
                    text!(
                        "过程没有 `open let`，没有可例外的",
                        "the process has no `open let`: nothing in it has exceptions from outside"
                    )
                } else {
                    text!("可例外的有：{list}", "what it leaves open: {list}")
                };
                let message = text!("过程 `{p}` 没有 `{n}`", "the process `{p}` has no `{n}`");
                return dangles(cx, part, message, &names, other);
            }
        }
    }
}

/// True for what a process leaves open to those that include it.
fn is_left_open(cx: &mut Cx<'_>, target: &Through, at: &Ident) -> bool {
    let item = &target.item;
    if *is_open(cx.db, item.file, item.key.clone()) {
        return true;
    }
    let n = target.name();
    let own = item.name();
    let open = item.owner().map(|p| candidates(cx, Some(&p), true)).unwrap_or_default().join(", ");
    let (message, help) = match item.key.keyword.as_str() {
        "include" => (
            text!("`{n}` 是包含的过程，没有例外", "`{n}` is an included process and has no exceptions itself"),
            text!(
                "写明其中的一个 `open let`：`except {n}.名称 when …`",
                "name an `open let` of it: `except {n}.NAME when …`"
            ),
        ),
        "let" => (
            text!("过程没有把 `{n}` 留给例外", "the process does not leave `{n}` open to exceptions"),
            text!(
                "允许包含它的规则改写时，在过程里写 `open let {own} = …`",
                "if rules may change it, write `open let {own} = …` in the process"
            ),
        ),
        "input" => (
            text!("`{n}` 是过程的输入，不用例外改写", "`{n}` is an input of the process, which no exception changes"),
            text!(
                "在包含处绑定：`{{ {own} = 值 }}`，值可用 `first of` 分情况",
                "bind it in the include, `{{ {own} = VALUE }}`; `first of` tells cases apart"
            ),
        ),
        _ if open.is_empty() => (
            text!("过程没有把 `{n}` 留给例外", "the process does not leave `{n}` open to exceptions"),
            text!(
                "在过程里把要改写的量写成 `open let`，例外写给它",
                "make what is to change an `open let` of the process, and write the exception to that"
            ),
        ),
        _ => (
            text!("过程没有把 `{n}` 留给例外", "the process does not leave `{n}` open to exceptions"),
            text!("可例外的有：{open}", "what it leaves open: {open}"),
        ),
    };
    let d = Diag::new(Code::T035, message)
        .at(cx.at(at.span), text!("不能从外改写", "not changed from outside"))
        .also(item.name_place(cx.db), text!("声明在此", "declared here"))
        .help(help);
    cx.push(d);
    false
}

/// Exceptions that are exceptions to each other.
fn ring(cx: &mut Cx<'_>, target: &Through, of: &Ident) {
    let n = target.name();
    let mut d = Diag::new(
        Code::N003,
        text!("`{n}` 的例外互为例外，没有着落", "exceptions to `{n}` are exceptions to each other"),
    )
    .at(cx.at(of.span), text!("追溯不到 `{n}`", "does not lead back to `{n}`"));
    let siblings = seen_from(cx.db, cx.item, target);
    if let Some(other) = siblings.iter().find(|e| e.name.as_ref() == Some(&of.text) && e.item != *cx.item) {
        let place = other.item.at(other.item.ast(cx.db).map_or(Span::default(), |a| a.span));
        d = d.also(place, text!("经过这里", "through here"));
    }
    cx.push(d);
}

/// A name that another exception of the same definition has already.
fn twice(cx: &mut Cx<'_>, target: &Through, name: &Ident) {
    let mine = cx.item.clone();
    let n = &name.text;
    let siblings = seen_from(cx.db, cx.item, target);
    let first = siblings.iter().find(|e| e.name.as_ref() == Some(n)).map(|e| &e.item);
    let Some(first) = first.filter(|i| **i != mine) else { return };
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
