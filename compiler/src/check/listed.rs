//! `include … list`: the inputs that the include leaves unbound are a list of records which the user gives.
//!
//! Guarantees: such an include has the signature of a record, and as a value it is the list of them. What an item
//! must satisfy, its defaults and conditions are those of the process.

use super::conditional::conditions;
use super::expr::Cx;
use super::fixed::in_include;
use super::{BodyKind, TBinding, body_of};
use crate::db::{Db, Diag, Item, SourceFile, inner_items};
use crate::names::{included, is_listed};
use crate::sigs::{FieldSig, Sig, sig};
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::Key;
use footrule_syntax::ast::{Include, Stmt};

/// What the user gives for an include: the inputs of the process that it does not bind, in order of text, and the
/// processes inside it for which there is something to give. The fields of an item of an `include … list`.
#[salsa::tracked(returns(ref))]
pub fn listed_inputs(db: &dyn Db, file: SourceFile, include: Key) -> Vec<Item> {
    given(db, &Item { file, key: include }, &mut Vec::new())
}

/// `way`: the processes that stand around; one that includes itself is refused where it does.
fn given(db: &dyn Db, include: &Item, way: &mut Vec<Item>) -> Vec<Item> {
    let Some(Stmt::Include(i)) = include.ast(db).map(|a| &a.stmt) else { return Vec::new() };
    let process = included(db, include.file, include.key.clone());
    let Some(process) = process.filter(|p| i.binder.is_none() && !way.contains(p)) else { return Vec::new() };
    way.push(process.clone());
    let mut out = Vec::new();
    for x in inner_items(db, process.file, process.key.clone()) {
        let asked = match x.key.keyword.as_str() {
            "input" => !i.bindings.iter().any(|(n, _)| n.text == x.name()),
            "include" => !given(db, x, way).is_empty(),
            _ => false,
        };
        if asked {
            out.push(x.clone());
        }
    }
    way.pop();
    out
}

/// The fields of an item.
pub(crate) fn listed_fields(db: &dyn Db, include: &Item) -> Vec<FieldSig> {
    let field = |i: &Item| {
        if i.key.keyword == "include" {
            return inner(db, i);
        }
        let s = sig(db, i);
        let ty = match &s.sig {
            Sig::Value(t) => in_include(db, t, include),
            _ => Ty::Error,
        };
        FieldSig {
            name: i.name().to_string(),
            optional: is_free(db, i),
            computed: false,
            integer: s.integer,
            footprint: s.footprint.clone(),
            ty,
        }
    };
    listed_inputs(db, include.file, include.key.clone()).iter().map(field).collect()
}

/// True for an input that may be left out.
fn is_free(db: &dyn Db, input: &Item) -> bool {
    let optional = matches!(&sig(db, input).sig, Sig::Value(Ty::Optional(_)));
    optional
        || matches!(input.ast(db).map(|a| &a.stmt), Some(Stmt::Input(x)) if x.default.is_some() || x.when.is_some())
}

/// True if there is something that the user must give for an include.
fn is_asked(db: &dyn Db, include: &Item, way: &mut Vec<Item>) -> bool {
    if way.contains(include) {
        return false;
    }
    way.push(include.clone());
    let inputs = listed_inputs(db, include.file, include.key.clone());
    let asked = inputs.iter().any(|i| match i.key.keyword.as_str() {
        "include" => *is_listed(db, i.file, i.key.clone()) || is_asked(db, i, way),
        _ => !is_free(db, i),
    });
    way.pop();
    asked
}

/// A process inside the process, as a field.
fn inner(db: &dyn Db, include: &Item) -> FieldSig {
    let (list, one) = (*is_listed(db, include.file, include.key.clone()), Ty::Record(include.clone()));
    FieldSig {
        name: include.name().to_string(),
        optional: !list && !is_asked(db, include, &mut Vec::new()),
        computed: false,
        integer: false,
        footprint: None,
        ty: if list { Ty::List(Box::new(one)) } else { one },
    }
}

/// What an `include … list` needs: something that the user gives, and conditions that do not wait for the rule.
pub(super) fn listed(cx: &mut Cx<'_>, i: &Include, process: &Item, bindings: &[TBinding]) {
    let (db, p) = (cx.db, process.name());
    let inputs = listed_inputs(db, cx.item.file, cx.item.key.clone());
    if inputs.is_empty() {
        let d = Diag::new(
            Code::T011,
            text!(
                "过程 `{p}` 的输入全部已绑定，没有可列的数据",
                "every input of the process `{p}` is bound: the list has no data"
            ),
        )
        .at(cx.at(i.name.span), text!("没有留给用户的输入", "no input is left to the user"))
        .also(process.name_place(db), text!("过程在此", "the process"))
        .help(text!(
            "去掉 `list`；按规则的列表重复时写 `for x in 列表`",
            "take `list` out; over a list of the rule write `for x in LIST`"
        ));
        cx.push(d);
    }
    for input in inputs {
        cx.has_outer_type(input, i.name.span);
    }
    waiting(cx, inputs, bindings, i.name.span, &mut Vec::new());
}

/// Conditions that wait for what is computed, in the process and in those inside it.
fn waiting(cx: &mut Cx<'_>, inputs: &[Item], bindings: &[TBinding], span: Span, way: &mut Vec<Item>) {
    let db = cx.db;
    for input in inputs {
        if input.key.keyword == "include" {
            if let BodyKind::Include(t) = &body_of(db, input).kind
                && !way.contains(input)
            {
                way.push(input.clone());
                waiting(cx, listed_inputs(db, input.file, input.key.clone()), &t.bindings, span, way);
                way.pop();
            }
            continue;
        }
        let Some(Some(c)) = conditions(db, input.file, input.key.clone()).first() else { continue };
        let mut found: Option<&TBinding> = None;
        c.walk(&mut |x| {
            if let TKind::Item(read) = &x.kind {
                found = found.or(bindings.iter().find(|b| b.input == *read && !is_constant(&b.value)));
            }
        });
        let Some(b) = found else { continue };
        let (n, bound) = (input.name(), b.input.name());
        let d = Diag::new(
            Code::T011,
            text!(
                "输入 `{n}` 的条件取决于 `{bound}`，而 `{bound}` 绑定为计算值",
                "the input `{n}` has a condition on `{bound}`, which is bound to a computed value"
            ),
        );
        let early = text!("列表的条目在计算之前读入", "items of a list are read before anything is computed");
        let d = match way.last() {
            None => d.at(cx.at(b.value.span), early),
            Some(inner) => d.at(cx.at(span), early).also(inner.at(b.value.span), text!("绑定在此", "bound here")),
        };
        cx.push(
            d.also(input.at(c.span), text!("条件", "its condition")).help(text!(
                "把 `{bound}` 绑定为常量，或不绑定它",
                "bind `{bound}` to a constant, or leave it unbound"
            )),
        );
    }
}

/// True if an expression reads no value of the rule.
fn is_constant(e: &TExpr) -> bool {
    let mut constant = true;
    e.walk(&mut |x| {
        constant &= !matches!(
            x.kind,
            TKind::Item(_)
                | TKind::Through(_)
                | TKind::Balance(..)
                | TKind::Period
                | TKind::ParamAt(..)
                | TKind::Local(_)
        );
    });
    constant
}
