//! Balances: `balance carbon within 2% of in { in coal: …; out slag: … }` and what is read of them.
//!
//! Guarantees: every row is in the unit of the first one; the tolerance is a constant; both sides have a row.

use super::BodyKind;
use super::expr::{Cx, Mode};
use crate::db::{Diag, Item};
use crate::names::{Ns, Resolved, resolve};
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_number::Number;
use footrule_syntax::ast::{BalanceRow, Expr, ExprKind, Ident};

/// A figure of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The sum of what enters.
    In,
    /// The sum of what leaves.
    Out,
    /// What enters less what leaves.
    Gap,
}

/// A balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TBalance {
    /// True for what enters; the amount.
    pub rows: Vec<(bool, TExpr)>,
    /// The unit of all figures.
    pub ty: Ty,
    /// Largest gap as a share of a side; true for `of in`.
    pub within: Option<(Number, bool)>,
}

pub(super) fn balance(cx: &mut Cx<'_>, name: &Ident, within: Option<&(Expr, Ident)>, rows: &[BalanceRow]) -> BodyKind {
    cx.mode = Mode::Line;
    let mut out: Vec<(bool, TExpr)> = Vec::new();
    let mut ty: Option<Ty> = None;
    for (first, row) in super::repeated(rows, |r| (&r.name.text, r.input)) {
        let n = &row.name.text;
        let d = Diag::new(Code::N002, text!("`{n}` 列了两次", "`{n}` is listed twice"))
            .at(cx.at(row.name.span), text!("再次", "again"))
            .also(cx.at(first.name.span), text!("先列在此", "first listed here"));
        cx.push(d);
    }
    for row in rows {
        let e = cx.expr(&row.value, None);
        let e = cx.quantity(e);
        let e = cx.no_point(e);
        let e = cx.whole(e);
        let e = match &ty {
            None => {
                if e.ty != Ty::Error {
                    ty = Some(e.ty.clone());
                }
                e
            }
            Some(t) => cx.fit(e, t, false),
        };
        out.push((row.input, e));
    }
    let missing = [(true, "in"), (false, "out")].into_iter().find(|(side, _)| rows.iter().all(|r| r.input != *side));
    // A row that could not be read may be the missing one.
    let read = crate::db::parsed(cx.db, cx.item.file, cx.item.key.clone()).errors.is_empty();
    if let (Some((_, word)), true) = (missing, read) {
        let d = Diag::new(Code::T029, text!("平衡没有 `{word}` 行", "the balance has no `{word}` row"))
            .at(cx.at(name.span), text!("不完整", "incomplete"))
            .help(text!("投入与产出各至少一行", "what enters and what leaves has a row each, at least"));
        cx.push(d);
    }
    let within = within.and_then(|(e, side)| {
        let x = cx.expr(e, None);
        let x = cx.fit(x, &Ty::number(), false);
        match super::decl::literal(&x) {
            Some(n) if !n.is_negative() => Some((n, side.text == "in")),
            _ if x.ty == Ty::Error => None,
            _ => {
                cx.error(
                    Code::T006,
                    e.span,
                    text!("容许的差额须为不小于零的常量", "the tolerance is a constant, zero or above"),
                    text!("此处", "here"),
                );
                None
            }
        }
    });
    BodyKind::Balance(Box::new(TBalance { rows: out, ty: ty.unwrap_or(Ty::Error), within }))
}

impl Cx<'_> {
    /// `carbon.gap`, if the base names a balance.
    pub(super) fn balance_figure(&mut self, base: &Expr, field: &Ident, span: Span) -> Option<TExpr> {
        let ExprKind::Name(n) = &base.kind else { return None };
        if self.locals.iter().any(|l| l.name == n.text) {
            return None;
        }
        let Resolved::One(e) = resolve(self.db, self.item.file, Ns::Value, n.text.clone()) else { return None };
        if e.item.key.keyword != "balance" {
            return None;
        }
        let side = match field.text.as_str() {
            "in" => Side::In,
            "out" => Side::Out,
            "gap" => Side::Gap,
            _ => {
                let names = ["in", "out", "gap"].map(str::to_string);
                return Some(self.no_field(field, &n.text, &names, Some(e.item.name_place(self.db))));
            }
        };
        let ty = super::value_type(self.db, e.item.file, e.item.key.clone()).clone();
        Some(TExpr { kind: TKind::Balance(e.item, side), ty, span })
    }

    /// A balance is no single value.
    pub(super) fn whole_balance(&mut self, item: &Item, span: Span) -> TExpr {
        let n = item.name();
        let d = Diag::new(Code::T002, text!("`{n}` 是平衡，不是单个数值", "`{n}` is a balance, not a single value"))
            .at(self.at(span), text!("缺少成分", "a part is missing"))
            .help(text!("读 `{n}.in`、`{n}.out` 或 `{n}.gap`", "read `{n}.in`, `{n}.out` or `{n}.gap`"));
        self.push(d);
        TExpr::error(span)
    }
}
