//! Comparisons and choices.

use super::coerce::lift;
use super::conditional::Known;
use super::expr::{Cx, Mode};
use crate::db::Diag;
use crate::report::type_mismatch;
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_number::Ratio;
use footrule_syntax::ast::{CmpOp, Expr, ExprKind, MatchArm, WhenArm};
use rustc_hash::FxHashMap;

impl Cx<'_> {
    pub(super) fn compare(&mut self, op: CmpOp, a: &Expr, b: &Expr, span: Span) -> TExpr {
        let mut left = self.expr(a, None);
        let mut right = self.expr(b, Some(&left.ty));
        // A member's name on the left takes its enumeration from the right.
        if matches!(left.ty, Ty::Error)
            && let (ExprKind::Name(n), Ty::Enum(e)) = (&a.kind, &right.ty)
            && let Some(x) = self.member(e, n)
        {
            self.diags.pop();
            left = x;
        }
        let make = |kind| TExpr { kind, ty: Ty::Bool, span };
        if matches!(left.ty, Ty::Split(_)) && !right.is_zero_literal()
            || matches!(right.ty, Ty::Split(_)) && !left.is_zero_literal()
        {
            left = self.whole(left);
            right = self.whole(right);
        } else {
            // The sign of CO2e is that of its whole.
            let mode = std::mem::replace(&mut self.mode, Mode::Results);
            left = self.whole(left);
            right = self.whole(right);
            self.mode = mode;
        }
        match (left.ty.clone(), right.ty.clone()) {
            (Ty::Error, _) | (_, Ty::Error) => TExpr::error(span),
            (Ty::Number(u), Ty::Number(v)) => {
                if self.bare_beside_unit(&left, &right) || self.bare_beside_unit(&right, &left) {
                    return TExpr::error(span);
                }
                if left.is_zero_literal() || right.is_zero_literal() || u == v {
                    return make(TKind::Compare(op, Box::new(left), Box::new(right), Ratio::ONE));
                }
                if u.dimension(self.db) != v.dimension(self.db)
                    || u.offset(self.db).is_some()
                    || v.offset(self.db).is_some()
                {
                    let right = self.fit(right, &Ty::Number(u), false);
                    return if right.ty == Ty::Error {
                        TExpr::error(span)
                    } else {
                        make(TKind::Compare(op, Box::new(left), Box::new(right), Ratio::ONE))
                    };
                }
                match v.factor_to(self.db, &u) {
                    Some(r) => make(TKind::Compare(op, Box::new(left), Box::new(right), r)),
                    None => self.error(
                        Code::U011,
                        span,
                        text!("换算系数超出 28 位", "the conversion factor exceeds 28 digits"),
                        text!("此处", "here"),
                    ),
                }
            }
            (Ty::Date, Ty::Date) => {
                let (l, r) = (Box::new(left), Box::new(right));
                match op {
                    CmpOp::Eq => make(TKind::Same(l, r)),
                    CmpOp::Ne => make(TKind::Not(Box::new(make(TKind::Same(l, r))))),
                    CmpOp::Lt => make(TKind::Before(l, r)),
                    CmpOp::Gt => make(TKind::Before(r, l)),
                    CmpOp::Le => make(TKind::Not(Box::new(make(TKind::Before(r, l))))),
                    CmpOp::Ge => make(TKind::Not(Box::new(make(TKind::Before(l, r))))),
                }
            }
            (l, r) => {
                if l != r || !matches!(l, Ty::Bool | Ty::Text | Ty::Enum(_)) || !matches!(op, CmpOp::Eq | CmpOp::Ne) {
                    let right_span = right.span;
                    let d = if l == r {
                        let shown = l.show(self.db);
                        Diag::new(Code::T001, text!("{shown} 不能这样比较", "{shown} cannot be compared like this"))
                            .at(self.at(span), text!("只能用 == 与 !=", "only == and != apply"))
                    } else {
                        type_mismatch(self.db, self.at(right_span), &l, &r)
                    };
                    self.push(d);
                    return TExpr::error(span);
                }
                let same = make(TKind::Same(Box::new(left), Box::new(right)));
                if op == CmpOp::Eq { same } else { make(TKind::Not(Box::new(same))) }
            }
        }
    }

    pub(super) fn match_(&mut self, x: &Expr, arms: &[MatchArm], span: Span, want: Option<&Ty>) -> TExpr {
        let x = self.expr(x, None);
        let e = match &x.ty {
            Ty::Enum(e) => e.clone(),
            Ty::Error => return TExpr::error(span),
            Ty::Optional(_) => return self.fit(x, &Ty::Bool, false),
            other => {
                let shown = other.show(self.db);
                return self.error(
                    Code::T001,
                    x.span,
                    text!("match 需要枚举值，得到 {shown}", "match takes an enumeration value, {shown} was found"),
                    text!("类型为 {shown}", "this is {shown}"),
                );
            }
        };
        let members = self.members(&e);
        let numbers: FxHashMap<&str, usize> = members.iter().enumerate().rev().map(|(i, m)| (m.as_str(), i)).collect();
        let mut which: Vec<Option<usize>> = vec![None; members.len()];
        let mut bodies: Vec<TExpr> = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            let mut mine: Vec<u32> = Vec::new();
            if arm.values.is_empty() {
                for (m, w) in (0..).zip(&mut which).filter(|(_, w)| w.is_none()) {
                    *w = Some(i);
                    mine.push(m);
                }
            }
            for v in &arm.values {
                match numbers.get(v.text.as_str()).copied() {
                    Some(m) if which[m].is_some() => {
                        let n = &v.text;
                        let d = Diag::new(Code::N002, text!("`{n}` 已有分支", "`{n}` has an arm already"))
                            .at(self.at(v.span), text!("重复", "again"));
                        self.push(d);
                    }
                    Some(m) => {
                        which[m] = Some(i);
                        mine.push(m as u32);
                    }
                    None => {
                        self.name(v, Some(&Ty::Enum(e.clone())));
                    }
                }
            }
            let first = bodies.first().map(|b| b.ty.clone());
            let depth = self.given.len();
            mine.sort_unstable();
            self.given.push(Known::Among(x.clone(), mine));
            let body = self.expr(&arm.body, want.or(first.as_ref()));
            self.given.truncate(depth);
            let body = match bodies.first().cloned() {
                Some(f) => self.unify(f, body).1,
                None => body,
            };
            bodies.push(body);
        }
        // If one arm keeps parts, all do.
        if bodies.iter().any(|b| matches!(b.ty, Ty::Split(_))) {
            bodies = bodies.into_iter().map(|b| if matches!(b.ty, Ty::Number(_)) { lift(b) } else { b }).collect();
        }
        let missing: Vec<&str> =
            which.iter().zip(&members).filter(|(w, _)| w.is_none()).map(|(_, m)| m.as_str()).collect();
        if !missing.is_empty() {
            let list = crate::report::listed(&missing);
            let d = Diag::new(Code::T004, text!("match 缺少：{list}", "match lacks: {list}"))
                .at(self.at(span), text!("没有覆盖全部值", "not every value has an arm"))
                .help(text!("补上 `{list} => …`，或用 `otherwise => …`", "add `{list} => …`, or `otherwise => …`"));
            self.push(d);
            return TExpr::error(span);
        }
        let ty = bodies.first().map_or(Ty::Error, |b| b.ty.clone());
        TExpr { kind: TKind::Match(Box::new(x), which.into_iter().flatten().collect(), bodies), ty, span }
    }

    pub(super) fn arms(&mut self, arms: &[WhenArm], want: Option<&Ty>) -> (Vec<(TExpr, TExpr)>, Option<TExpr>) {
        let mut out: Vec<(TExpr, TExpr)> = Vec::new();
        let mut other = None;
        for arm in arms {
            let c = arm.when.as_ref().map(|c| self.boolean(c));
            let depth = self.given.len();
            c.iter().for_each(|c| self.assume(c));
            let first = out.first().map(|(_, b)| b.clone());
            let body = self.expr(&arm.body, want.or(first.as_ref().map(|f| &f.ty)));
            let body = match first {
                Some(f) => self.unify(f, body).1,
                None => body,
            };
            self.given.truncate(depth);
            match c {
                Some(c) => out.push((c, body)),
                None => other = Some(body),
            }
        }
        if out.iter().map(|(_, b)| b).chain(&other).any(|b| matches!(b.ty, Ty::Split(_))) {
            let up = |b: TExpr| if matches!(b.ty, Ty::Number(_)) { lift(b) } else { b };
            out = out.into_iter().map(|(c, b)| (c, up(b))).collect();
            other = other.map(up);
        }
        (out, other)
    }

    pub(super) fn first_of(&mut self, arms: &[WhenArm], span: Span, want: Option<&Ty>) -> TExpr {
        let (arms, other) = self.arms(arms, want);
        // Without `otherwise` the conditions must cover every case: `crate::cases` looks at that.
        let ty = arms.first().map(|(_, b)| b).or(other.as_ref()).map_or(Ty::Error, |b| b.ty.clone());
        TExpr { kind: TKind::FirstOf(arms, other.map(Box::new)), ty, span }
    }

    pub(super) fn given(&mut self, x: &Expr, span: Span) -> TExpr {
        let make = |kind| TExpr { kind, ty: Ty::Bool, span };
        if let ExprKind::Call { callee, args } = &x.kind
            && let Some(table) = self.table_called(callee)
        {
            if let Some(refused) = self.no_row_between(&table, span) {
                return refused;
            }
            let keys = self.table_keys(&table, args, span);
            return make(TKind::HasRow(table, keys));
        }
        let x = self.expr(x, None);
        match &x.ty {
            Ty::Optional(_) => make(TKind::Given(Box::new(x))),
            Ty::Error => TExpr::error(span),
            _ => self.error(
                Code::T005,
                x.span,
                text!("这个值总是给出的", "this value is always given"),
                text!("不是可选值", "not optional"),
            ),
        }
    }
}
