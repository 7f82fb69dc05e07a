//! Fitting a value to a type: the only place where conversions, lifts and optionals come about.

use super::expr::{Cx, Mode};
use crate::db::Diag;
use crate::report::{misfit, type_mismatch};
use crate::types::{TExpr, TKind, Ty, Unary};
use crate::units::UnitTy;
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::ast::{self, Expr, Ident};

impl Cx<'_> {
    /// Reports a word that is none of those that may stand here.
    pub(super) fn one_of(&mut self, word: &Ident, words: &[&str]) {
        let n = &word.text;
        if words.contains(&n.as_str()) {
            return;
        }
        let all = words.join(", ");
        let d = Diag::new(Code::N001, text!("`{n}` 未知，可用 {all}", "`{n}` is unknown; it is one of {all}"))
            .at(self.at(word.span), text!("此处", "here"));
        self.push(match nearest(n.as_str(), words.iter().copied()) {
            Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(self.at(word.span), k),
            None => d,
        });
    }

    /// The value as a number: parts of CO2e are given up, which lines may not do.
    pub(super) fn whole(&mut self, e: TExpr) -> TExpr {
        let Ty::Split(u) = &e.ty else { return e };
        if self.mode != Mode::Results {
            let d = Diag::new(
                Code::U015,
                text!(
                    "这里会丢失二氧化碳当量的组成（来源、气体、证据）",
                    "this would lose the parts of a CO2e value (origin, gas, evidence)"
                ),
            )
            .at(self.at(e.span), text!("二氧化碳当量", "CO2 equivalents"))
            .help(text!(
                "排放行里的二氧化碳当量只能相加、相减，或乘除以纯数量",
                "in a line CO2e may only be added, subtracted, or multiplied and divided by other quantities"
            ));
            self.push(d);
            return TExpr::error(e.span);
        }
        let (ty, span) = (Ty::Number(u.clone()), e.span);
        TExpr { kind: TKind::Whole(Box::new(e)), ty, span }
    }

    /// Fits a value to a type: converts units, lifts CO2e numbers, wraps optionals. `bare` lets a bare number take
    /// the wanted unit (bounds, defaults, table cells, parameter rows).
    pub(super) fn fit(&mut self, e: TExpr, want: &Ty, bare: bool) -> TExpr {
        let span = e.span;
        match (want, &e.ty) {
            (Ty::Error, _) | (_, Ty::Error) => e,
            (Ty::Optional(t), Ty::Optional(_)) => {
                if **t != Ty::Error && e.ty != *want {
                    let d = type_mismatch(self.db, self.at(span), want, &e.ty);
                    self.push(d);
                }
                e
            }
            (Ty::Optional(t), _) => {
                let inner = self.fit(e, t, bare);
                TExpr { kind: TKind::Present(Box::new(inner)), ty: want.clone(), span }
            }
            (_, Ty::Optional(_)) => {
                let d = Diag::new(Code::T005, text!("这个值可能没有给出", "this value may be absent"))
                    .at(self.at(span), text!("可选值", "optional"))
                    .help(text!(
                        "用 `x or else 值`，或 `if given x then … else …`",
                        "use `x or else value`, or `if given x then … else …`"
                    ));
                self.push(d);
                TExpr::error(span)
            }
            (Ty::Number(w) | Ty::Split(w), Ty::Number(f) | Ty::Split(f)) => {
                let split = matches!(want, Ty::Split(_));
                if (bare && e.is_bare_literal() || e.is_zero_literal()) && !w.is_one() {
                    if !e.is_zero_literal() && !self.sized(w, span) {
                        return TExpr::error(span);
                    }
                    let e = retag(e, w);
                    return if split { lift(e) } else { e };
                }
                let Some(e) = self.in_unit(e.clone(), w, f) else { return TExpr::error(span) };
                match (split, &e.ty) {
                    (true, Ty::Number(_)) => lift(e),
                    (false, Ty::Split(_)) => self.whole(e),
                    _ => e,
                }
            }
            (Ty::List(w), Ty::List(f)) if matches!(**f, Ty::Error) || w == f => TExpr { ty: want.clone(), ..e },
            (w, f) if w == f => e,
            (w, f) => {
                let d = type_mismatch(self.db, self.at(span), w, f);
                self.push(d);
                TExpr::error(span)
            }
        }
    }

    /// Converts to a unit of the same dimension, or reports why that is impossible.
    pub(super) fn in_unit(&mut self, e: TExpr, want: &UnitTy, found: &UnitTy) -> Option<TExpr> {
        let split = matches!(e.ty, Ty::Split(_));
        if want == found {
            return Some(e);
        }
        let span = e.span;
        if want.dimension(self.db) != found.dimension(self.db) {
            let literal = e.is_bare_literal() && !want.is_one();
            let m = misfit(self.db, want, found, literal);
            let found = crate::units::show_unit(self.db, found);
            let mut d = Diag::new(m.code, m.message).at(self.at(span), text!("单位为 `{found}`", "this is `{found}`"));
            d.help = m.help;
            self.push(d);
            return None;
        }
        let make =
            |kind| TExpr { kind, ty: if split { Ty::Split(want.clone()) } else { Ty::Number(want.clone()) }, span };
        let (from, to) = (found.offset(self.db), want.offset(self.db));
        let Some(ratio) = found.factor_to(self.db, want) else {
            let (w, f) = (want.show(), found.show());
            self.error(
                Code::U011,
                span,
                text!("从 `{f}` 到 `{w}` 的换算系数超出 28 位", "the factor from `{f}` to `{w}` exceeds 28 digits"),
                text!("此处", "here"),
            );
            return None;
        };
        if from.is_some() || to.is_some() {
            // Both zero points are in the coherent unit; the sum is wanted in the target's.
            let between = from.unwrap_or_default().sub(to.unwrap_or_default()).ok()?;
            let offset = between.convert(want.scale(self.db)?.recip()?).ok()?;
            return Some(make(TKind::Affine(Box::new(e), ratio, offset)));
        }
        Some(if ratio.is_one() { make(TKind::Retag(Box::new(e))) } else { make(TKind::Convert(Box::new(e), ratio)) })
    }

    /// Brings the right operand to the left one's unit; a literal zero takes the other's.
    pub(super) fn unify(&mut self, a: TExpr, b: TExpr) -> (TExpr, TExpr) {
        if a.is_zero_literal()
            && let Some(u) = b.ty.unit()
        {
            return (retag(a, u), b);
        }
        if self.bare_beside_unit(&a, &b) || self.bare_beside_unit(&b, &a) {
            return (TExpr::error(a.span), TExpr::error(b.span));
        }
        let want = match &a.ty {
            Ty::Number(u) | Ty::Split(u) => match &b.ty {
                Ty::Split(_) => Ty::Split(u.clone()),
                _ => Ty::Number(u.clone()),
            },
            other => other.clone(),
        };
        let b = self.fit(b, &want, false);
        let (sa, sb) = (matches!(a.ty, Ty::Split(_)), matches!(b.ty, Ty::Split(_)));
        match (sa, sb) {
            (true, false) if matches!(b.ty, Ty::Number(_)) => (a, lift(b)),
            (false, true) if matches!(a.ty, Ty::Number(_)) => (lift(a), b),
            _ => (a, b),
        }
    }

    /// Temperatures are points: they can be compared and subtracted, not added up, negated or multiplied.
    pub(super) fn no_point(&mut self, e: TExpr) -> TExpr {
        if e.ty.unit().is_none_or(|u| u.offset(self.db).is_none()) {
            return e;
        }
        let d = Diag::new(Code::U014, text!("温度是点而不是量", "a temperature is a point, not an amount"))
            .at(
                self.at(e.span),
                text!("摄氏度等不能相加、取负或相乘", "°C and the like are not added up, negated or multiplied"),
            )
            .help(text!("先换算：`x as K`", "convert first: `x as K`"));
        self.push(d);
        TExpr::error(e.span)
    }

    /// A bare number beside a ratio of units, `1 + 3 kg/t`: which of the two scales is meant is not said.
    pub(super) fn bare_beside_unit(&mut self, literal: &TExpr, other: &TExpr) -> bool {
        let Some(u) = other.ty.unit() else { return false };
        let ratio = !u.is_one() && u.dimension(self.db).is_empty();
        if !ratio || !literal.is_bare_literal() || literal.is_zero_literal() {
            return false;
        }
        let shown = crate::units::show_unit(self.db, u);
        let d = Diag::new(
            Code::U007,
            text!("纯数字遇到单位为 `{shown}` 的量", "a bare number meets a quantity in `{shown}`"),
        )
        .at(self.at(literal.span), text!("没有单位", "no unit"))
        .help(text!("写出单位，例如 `1 {shown}`", "write the unit, as in `1 {shown}`"));
        self.push(d);
        true
    }

    pub(super) fn quantity(&mut self, e: TExpr) -> TExpr {
        match &e.ty {
            Ty::Number(_) | Ty::Split(_) | Ty::Error => e,
            Ty::Optional(_) => {
                let ty = Ty::Error;
                self.fit(e, &Ty::Number(UnitTy::one()), false);
                TExpr { kind: TKind::Error, ty, span: Span::default() }
            }
            other => {
                let shown = other.show(self.db);
                self.error(
                    Code::T001,
                    e.span,
                    text!("需要数量，得到 {shown}", "a quantity is needed, {shown} was found"),
                    text!("类型为 {shown}", "this is {shown}"),
                )
            }
        }
    }

    pub(super) fn boolean(&mut self, e: &Expr) -> TExpr {
        let e = self.expr(e, Some(&Ty::Bool));
        if matches!(e.ty, Ty::Optional(_)) {
            return self.fit(e, &Ty::Bool, false);
        }
        if !matches!(e.ty, Ty::Bool | Ty::Error) {
            let shown = e.ty.show(self.db);
            return self.error(
                Code::T003,
                e.span,
                text!("条件须为真假值，得到 {shown}", "a condition is true or false, {shown} was found"),
                text!("类型为 {shown}", "this is {shown}"),
            );
        }
        e
    }

    /// A value of a declared type, or of its own.
    pub(super) fn declared(&mut self, ty: Option<&ast::Type>, value: &Expr) -> TExpr {
        let Some(t) = ty else { return self.expr(value, None) };
        let want = self.ty(t);
        let e = self.expr(value, Some(&want));
        self.fit_declared(e, &want)
    }

    /// Like [`Cx::fit`]; a dimension that differs altogether is told as a misfit with the declaration.
    pub(super) fn fit_declared(&mut self, e: TExpr, want: &Ty) -> TExpr {
        let before = self.diags.len();
        let out = self.fit(e, want, false);
        for d in &mut self.diags[before..] {
            if d.code == Code::U001 {
                d.code = Code::U013;
            }
        }
        out
    }

    pub(super) fn retagged(&mut self, x: TExpr, unit: UnitTy, span: Span) -> TExpr {
        let Some(found) = x.ty.unit().cloned() else { return TExpr::error(span) };
        let bare = |u: &UnitTy| u.untagged();
        let x = if unit.is_co2e() { x } else { self.whole(x) };
        if matches!(x.ty, Ty::Error) {
            return x;
        }
        // CO2e that is said to be of another substance keeps its parts.
        let split = matches!(x.ty, Ty::Split(_));
        let typed = |u| if split { Ty::Split(u) } else { Ty::Number(u) };
        let inner = x.span;
        let untagged = TExpr { ty: typed(bare(&found)), kind: TKind::Retag(Box::new(x)), span: inner };
        match self.in_unit(untagged, &bare(&unit), &bare(&found)) {
            Some(e) => TExpr { ty: typed(unit), kind: TKind::Retag(Box::new(e)), span },
            None => TExpr::error(span),
        }
    }
}

/// A CO2e number as a split.
pub(crate) fn lift(e: TExpr) -> TExpr {
    match &e.ty {
        Ty::Number(u) => {
            let (ty, span) = (Ty::Split(u.clone()), e.span);
            TExpr { kind: TKind::Lift(Box::new(e)), ty, span }
        }
        _ => e,
    }
}

/// The same number under another unit.
pub(crate) fn retag(e: TExpr, unit: &UnitTy) -> TExpr {
    let ty = Ty::Number(unit.clone());
    match e.kind {
        TKind::Number(..) => TExpr { ty, ..e },
        TKind::Unary(Unary::Neg, x) => {
            TExpr { kind: TKind::Unary(Unary::Neg, Box::new(retag(*x, unit))), ty, span: e.span }
        }
        _ => {
            let span = e.span;
            TExpr { kind: TKind::Retag(Box::new(e)), ty, span }
        }
    }
}
