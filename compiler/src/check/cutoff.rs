//! Cut-offs: two shares that make sense together, of a known basis, once for each basis.

use super::expr::Cx;
use crate::cutoff::{BASES, limit};
use crate::db::{Item, items};
use footrule_diag::{Code, Diagnostic, text};
use footrule_number::Number;
use footrule_syntax::ast::{Expr, ExprKind, Ident, Stmt};

pub(super) fn cutoff(cx: &mut Cx<'_>, each: &Expr, total: &Expr, by: &Ident) {
    cx.one_of(by, &BASES.map(|(b, ..)| b));
    let shares = (share(cx, each), share(cx, total));
    if let (Some(of_each), Some(of_all)) = shares
        && of_all < of_each
    {
        let d = Diagnostic::new(
            Code::R023,
            text!(
                "合计 {of_all} 小于单项 {of_each}，单项的限值不起作用",
                "the total {of_all} is below {of_each} for each, which could never be reached"
            ),
        )
        .at(cx.at(total.span), text!("合计", "in total"))
        .also(cx.at(each.span), text!("单项", "each"))
        .help(text!("合计的限值不小于单项的", "the limit in total is at least that for each"));
        cx.push(d);
    }
    let first = items(cx.db, cx.item.file).iter().take_while(|i| *i != cx.item).find(|i| same_basis(cx, i, by));
    if let Some(first) = first {
        let b = &by.text;
        let d =
            Diagnostic::new(Code::R024, text!("按 `{b}` 的取舍准则写了两次", "the cut-off by `{b}` is given twice"))
                .at(cx.at(by.span), text!("再次", "again"))
                .also(first.name_place(cx.db), text!("先写在此", "first here"))
                .help(text!("每个依据一条取舍准则", "write one cut-off for each basis"));
        cx.push(d);
    }
}

fn same_basis(cx: &Cx<'_>, other: &Item, by: &Ident) -> bool {
    matches!(other.ast(cx.db).map(|a| &a.stmt), Some(Stmt::Cutoff { by: b, .. }) if b.text == by.text)
}

/// A share from 0 to 1, written as a number.
fn share(cx: &mut Cx<'_>, e: &Expr) -> Option<Number> {
    if matches!(e.kind, ExprKind::Error) {
        return None;
    }
    let found = limit(e);
    if let Some(n) = found
        && !n.is_negative()
        && n <= Number::ONE
    {
        return Some(n);
    }
    let d = Diagnostic::new(
        Code::R023,
        text!("取舍的限值是 0 到 1 之间的份额", "the limit of a cut-off is a share between 0 and 1"),
    )
    .at(cx.at(e.span), text!("此处", "here"))
    .help(text!("写一个数，如 `1%`", "write a number, such as `1%`"));
    cx.push(d);
    None
}
