//! `include … list`: the inputs that the include leaves unbound are a list of records which the user gives.
//!
//! Guarantees: such an include has the signature of a record, and as a value it is the list of them. What an item
//! must satisfy, its defaults and conditions are those of the process.

use super::TBinding;
use super::conditional::conditions;
use super::expr::Cx;
use crate::db::{Db, Diag, Item, SourceFile, inner_items};
use crate::names::included;
use crate::sigs::{FieldSig, Sig, sig};
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::{Code, text};
use footrule_syntax::ChunkKey;
use footrule_syntax::ast::{Include, Stmt};
use std::sync::Arc;

/// The inputs of the process that an `include … list` does not bind, in order of text: the fields of an item.
#[salsa::tracked(returns(ref))]
pub fn listed_inputs(db: &dyn Db, file: SourceFile, include: Arc<ChunkKey>) -> Vec<Item> {
    let item = Item { file, key: include };
    let Some(Stmt::Include(i)) = item.ast(db).map(|a| &a.stmt) else { return Vec::new() };
    let Some(process) = included(db, item.file, item.key.clone()).filter(|_| i.list) else { return Vec::new() };
    inner_items(db, process.file, process.key.clone())
        .iter()
        .filter(|x| x.key.keyword == "input" && !i.bindings.iter().any(|(n, _)| n.text == x.name()))
        .cloned()
        .collect()
}

/// The fields of an item.
pub(crate) fn listed_fields(db: &dyn Db, include: &Item) -> Vec<FieldSig> {
    let field = |i: &Item| {
        let s = sig(db, i);
        let ty = match &s.sig {
            Sig::Value(t) => t.clone(),
            _ => Ty::Error,
        };
        let free = match i.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Input(x)) => x.default.is_some() || x.when.is_some(),
            _ => false,
        };
        FieldSig {
            name: i.name().to_string(),
            optional: free || matches!(ty, Ty::Optional(_)),
            computed: false,
            integer: s.integer,
            footprint: s.footprint.clone(),
            ty,
        }
    };
    listed_inputs(db, include.file, include.key.clone()).iter().map(field).collect()
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
        let Some(Some(c)) = conditions(db, input.file, input.key.clone()).first() else { continue };
        let mut found: Option<&TBinding> = None;
        c.walk(&mut |x| {
            if let TKind::Item(read) = &x.kind {
                found = found.or(bindings.iter().find(|b| b.input == *read && !is_constant(&b.value)));
            }
        });
        if let Some(b) = found {
            let (n, bound) = (input.name(), b.input.name());
            let d = Diag::new(
                Code::T011,
                text!(
                    "输入 `{n}` 的条件取决于 `{bound}`，而 `{bound}` 绑定为计算值",
                    "the input `{n}` has a condition on `{bound}`, which is bound to a computed value"
                ),
            )
            .at(
                cx.at(b.value.span),
                text!("列表的条目在计算之前读入", "items of a list are read before anything is computed"),
            )
            .also(input.at(c.span), text!("条件", "its condition"))
            .help(text!("把 `{bound}` 绑定为常量，或不绑定它", "bind `{bound}` to a constant, or leave it unbound"));
            cx.push(d);
        }
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
