//! Reading dated parameters.

use super::expr::Cx;
use super::value_type;
use crate::db::{Diag, Item};
use crate::names::{Ns, Resolved, lookup};
use crate::report::type_mismatch;
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::{self, Expr, ExprKind};

impl Cx<'_> {
    pub(super) fn param_at(&mut self, p: &Expr, at: &Expr, span: Span) -> TExpr {
        let named = match &p.kind {
            ExprKind::Name(n) => match lookup(self.db, self.item, Ns::Value, n.text.clone()) {
                Resolved::One(e) => Some(e.item),
                _ => None,
            },
            ExprKind::Field(base, part) => match self.inner_item(base, part) {
                Some(None) => return TExpr::error(span),
                found => found.flatten(),
            },
            _ => None,
        };
        if let Some(item) = named.filter(|i| i.key.keyword == "param") {
            let ty = value_type(self.db, item.file, item.key.clone()).clone();
            let at = self.expr(at, None);
            if let (TKind::Number(y, _), Ty::Number(u)) = (&at.kind, &at.ty)
                && u.is_one()
            {
                let y = *y;
                self.covered(&item, y, at.span);
            } else if !matches!(&at.ty, Ty::Period | Ty::Date | Ty::Error) && at.ty != Ty::number() {
                let d = type_mismatch(self.db, self.at(at.span), &Ty::Period, &at.ty);
                self.push(d);
                return TExpr::error(span);
            }
            return TExpr { kind: TKind::ParamAt(item, Box::new(at)), ty, span };
        }
        self.error(
            Code::T002,
            p.span,
            text!("`at` 之前须为参数名", "`at` follows the name of a param"),
            text!("不是参数", "not a param"),
        )
    }

    /// A literal year must have a value.
    pub(super) fn covered(&mut self, param: &Item, year: footrule_number::Number, span: Span) {
        let Some(ast::Stmt::Param(p)) = param.ast(self.db).map(|a| &a.stmt) else { return };
        let years: Vec<i64> = p
            .rows
            .iter()
            .map(|r| match r.key {
                ast::DateKey::Year(y) => i64::from(y),
                ast::DateKey::Day(d) => i64::from(d.year),
            })
            .collect();
        let Some(y) = year.to_i64() else { return };
        let (Some(first), Some(last)) = (years.iter().min(), years.iter().max()) else { return };
        let hold = |p: &Option<(ast::Policy, Span)>| matches!(p, Some((ast::Policy::Hold { .. }, _)));
        let days = p.rows.iter().any(|r| matches!(r.key, ast::DateKey::Day(_)));
        let ok = if y < *first {
            hold(&p.before)
        } else if y > *last {
            hold(&p.after)
        } else {
            days || years.contains(&y)
        };
        if !ok {
            let n = param.name();
            let have = years.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            let d = Diag::new(Code::P005, text!("`{n}` 没有 {y} 年的值", "`{n}` has no value for {y}"))
                .at(self.at(span), text!("没有因子覆盖这一年", "no factor covers this year"))
                .also(param.name_place(self.db), text!("有 {have} 年的值", "has values for {have}"));
            self.push(d);
        }
    }
}
