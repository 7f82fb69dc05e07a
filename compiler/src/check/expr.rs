//! Typing of expressions.
//!
//! Conversions appear only where LANGUAGE says that they happen (`+ −`, comparisons, branches, declared types,
//! arguments), each as one explicit node. After an error a node has type [`Ty::Error`], which fits everything, so
//! that one slip gives one finding.

use super::conditional::Known;
use crate::db::{Db, Diag, Item, Place};
use crate::names::{Ns, Resolved, lookup};
use crate::report::{ambiguous, unknown};
use crate::sigs::read_type;
use crate::types::{Binary, LocalId, TExpr, TKind, Ty, Unary};
use crate::units::{UnitTy, read_unit};
use footrule_diag::{Code, Span, Text, text};
use footrule_syntax::ast::{self, CmpOp, Expr, ExprKind, Ident};

/// What an expression may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Definitions of modules, defaults: no results; CO2e keeps its parts.
    Plain,
    /// Lines and lets: no results; CO2e keeps its parts.
    Line,
    /// Reports, checks, expectations: results may be read, CO2e is a number where it must be.
    Results,
}

/// A local variable.
pub(crate) struct Local {
    pub(super) name: String,
    pub(super) id: LocalId,
    pub(super) ty: Ty,
    /// The list that it runs over, for a loop variable.
    pub(super) over: Option<super::series::Over>,
}

/// The state of checking one body.
pub(crate) struct Cx<'db> {
    pub(super) db: &'db dyn Db,
    pub(super) item: &'db Item,
    pub(super) mode: Mode,
    pub(super) locals: Vec<Local>,
    pub(super) next_local: LocalId,
    /// What is known to hold at this place: optional values that are there, conditions.
    pub(super) given: Vec<Known>,
    /// The conditions of inputs are being typed themselves: nothing asks for them.
    pub(super) trusting: bool,
    /// The product whose result is read, where one was chosen.
    pub(super) product: Option<usize>,
    /// A column is read of the row that the call at hand finds.
    pub(super) column_read: bool,
    pub(super) diags: Vec<Diag>,
}

impl<'db> Cx<'db> {
    pub(super) fn new(db: &'db dyn Db, item: &'db Item) -> Self {
        Self {
            db,
            item,
            mode: Mode::Plain,
            locals: Vec::new(),
            next_local: 0,
            given: Vec::new(),
            trusting: false,
            product: None,
            column_read: false,
            diags: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Diag> {
        self.diags
    }

    pub(super) fn push(&mut self, d: Diag) {
        self.diags.push(d);
    }

    pub(super) fn at(&self, span: Span) -> Place {
        self.item.at(span)
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: Text, label: Text) -> TExpr {
        let d = Diag::new(code, message).at(self.at(span), label);
        self.push(d);
        TExpr::error(span)
    }

    pub(super) fn local(&mut self, name: &Ident, ty: Ty) -> LocalId {
        let hidden = name.text.starts_with('@');
        let taken = !hidden && self.locals.iter().any(|l| l.name == name.text);
        self.bind(name, ty, taken)
    }

    /// The same, for one who knows whether another local has the name.
    pub(super) fn bind(&mut self, name: &Ident, ty: Ty, taken: bool) -> LocalId {
        if taken || lookup(self.db, self.item, Ns::Value, name.text.clone()) != Resolved::None {
            let n = &name.text;
            let d = Diag::new(Code::N002, text!("名称 `{n}` 已经使用", "the name `{n}` is taken"))
                .at(self.at(name.span), text!("再次声明", "declared again"))
                .help(text!("换一个名称；名称不能互相遮蔽", "choose another name; names do not shadow each other"));
            self.push(d);
        }
        if super::builtin::NAMES.contains(&name.text.as_str()) {
            let d = crate::report::reserved(self.at(name.span), &name.text);
            self.push(d);
        }
        let id = self.next_local;
        self.next_local += 1;
        self.locals.push(Local { name: name.text.clone(), id, ty, over: None });
        id
    }

    /// The record under construction, for defaults and computed fields: its fields are names.
    pub(super) fn this(&mut self, ty: Ty) -> LocalId {
        let id = self.next_local;
        self.next_local += 1;
        self.locals.push(Local { name: "@".into(), id, ty, over: None });
        id
    }

    /// A source's name.
    pub(super) fn source(&mut self, name: &Ident) -> Option<Item> {
        match lookup(self.db, self.item, Ns::Source, name.text.clone()) {
            Resolved::One(e) => Some(e.item),
            Resolved::Many(es) => {
                let d = ambiguous(self.db, self.at(name.span), &name.text, &es);
                self.push(d);
                None
            }
            Resolved::None => {
                let d = unknown(self.db, Code::N007, self.at(name.span), &name.text, Ns::Source, &[]);
                self.push(d);
                None
            }
        }
    }

    /// What an acceptance names: a source, or a rule in use.
    pub(super) fn accepted(&mut self, name: &Ident, footprint: bool) {
        if !footprint {
            self.source(name);
        } else if crate::upstream::rule_named(self.db, self.item.file, &name.text).is_none() {
            let d = crate::upstream::no_rule(self.db, self.item, name);
            self.push(d);
        }
    }

    /// Reads a unit; tags may follow local values.
    pub(super) fn unit(&mut self, u: &ast::UnitExpr) -> UnitTy {
        let (db, item) = (self.db, self.item);
        let mut diags = Vec::new();
        let unit = read_unit(db, item, u, &mut |path, _| self.follow(path), &mut diags);
        self.diags.extend(diags);
        unit
    }

    pub(super) fn ty(&mut self, t: &ast::Type) -> Ty {
        let (db, item) = (self.db, self.item);
        let mut diags = Vec::new();
        crate::upstream::refuse(item, t, &mut diags);
        let ty = read_type(db, item, t, &mut |path, _| self.follow(path), &mut diags);
        self.diags.extend(diags);
        ty
    }

    /// Types an expression. `want` guides enumeration values and record fields; it does not convert.
    pub(super) fn expr(&mut self, e: &Expr, want: Option<&Ty>) -> TExpr {
        use ExprKind as K;
        let span = e.span;
        let make = |kind, ty| TExpr { kind, ty, span };
        match &e.kind {
            K::Error => TExpr::error(span),
            K::Number { value, decimals, unit } => {
                let before = self.diags.len();
                let unit = unit.as_ref().map_or_else(UnitTy::one, |u| self.literal_unit(u));
                if self.diags[before..].iter().any(|d| d.code != Code::N016) {
                    return TExpr::error(span);
                }
                make(TKind::Number(*value, *decimals), Ty::Number(unit))
            }
            K::Text(t) => make(TKind::Text(t.clone()), Ty::Text),
            K::Bool(b) => make(TKind::Bool(*b), Ty::Bool),
            K::Date(d) => make(TKind::Date(*d), Ty::Date),
            K::Name(n) => self.name(n, want),
            K::Field(base, field) => self.field(base, field, span),
            K::Call { callee, args } => self.call(callee, args, span, want),
            K::Comprehension { function, body, binders } => {
                self.comprehension(function, body.as_deref(), binders, span)
            }
            K::List(xs) => {
                let item = match want {
                    Some(Ty::List(t)) => Some((**t).clone()),
                    _ => None,
                };
                let mut out: Vec<TExpr> = Vec::new();
                for x in xs {
                    let want = item.clone().or_else(|| out.first().map(|f| f.ty.clone()));
                    let x = self.expr(x, want.as_ref());
                    out.push(match &want {
                        Some(w) => self.fit(x, w, false),
                        None => x,
                    });
                }
                let ty = item.or_else(|| out.first().map(|f| f.ty.clone())).unwrap_or(Ty::Error);
                make(TKind::List(out), Ty::List(Box::new(ty)))
            }
            K::Neg(a) => {
                let a = self.expr(a, want);
                let a = self.quantity(a);
                let a = self.no_point(a);
                let ty = a.ty.clone();
                make(TKind::Unary(Unary::Neg, Box::new(a)), ty)
            }
            K::Not(a) => {
                let a = self.boolean(a);
                make(TKind::Not(Box::new(a)), Ty::Bool)
            }
            K::Binary(op, a, b) => self.binary(*op, a, b, span),
            K::Power(a, n) => self.power(a, n, span),
            K::Compare(op, a, b) => self.compare(*op, a, b, span),
            K::Within(x, lo, hi) => {
                let low = self.compare(CmpOp::Ge, x, lo, span);
                let before = self.diags.len();
                let high = self.compare(CmpOp::Le, x, hi, span);
                if matches!(low.kind, TKind::Error) {
                    self.diags.truncate(before);
                }
                make(TKind::And(Box::new(low), Box::new(high)), Ty::Bool)
            }
            K::InSet(x, xs) => {
                let mut any: Vec<TExpr> = xs.iter().map(|y| self.compare(CmpOp::Eq, x, y, span)).collect();
                // A long list must not become a deep tree.
                while any.len() > 1 {
                    let mut wider: Vec<TExpr> = Vec::with_capacity(any.len() / 64 + 1);
                    for (i, one) in any.into_iter().enumerate() {
                        match wider.last_mut().filter(|_| i % 64 != 0) {
                            Some(o) => {
                                let before = std::mem::replace(o, TExpr::error(span));
                                *o = make(TKind::Or(Box::new(before), Box::new(one)), Ty::Bool);
                            }
                            None => wider.push(one),
                        }
                    }
                    any = wider;
                }
                any.pop().unwrap_or_else(|| make(TKind::Bool(false), Ty::Bool))
            }
            K::And(a, b) => {
                let a = self.boolean(a);
                let depth = self.given.len();
                self.assume(&a);
                let b = self.boolean(b);
                self.given.truncate(depth);
                make(TKind::And(Box::new(a), Box::new(b)), Ty::Bool)
            }
            K::Or(a, b) => {
                let (a, b) = (self.boolean(a), self.boolean(b));
                make(TKind::Or(Box::new(a), Box::new(b)), Ty::Bool)
            }
            K::OrElse(a, b) => {
                let a = self.expr(a, None);
                match a.ty.clone() {
                    Ty::Optional(t) => {
                        let b = self.expr(b, Some(&t));
                        if b.ty == a.ty {
                            // A substitute that may be absent itself.
                            let ty = a.ty.clone();
                            let c = make(TKind::Given(Box::new(a.clone())), Ty::Bool);
                            return make(TKind::If(Box::new(c), Box::new(a), Box::new(b)), ty);
                        }
                        let b = self.fit(b, &t, false);
                        make(TKind::OrElse(Box::new(a), Box::new(b)), *t)
                    }
                    Ty::Error => TExpr::error(span),
                    _ => self.error(
                        Code::T005,
                        a.span,
                        text!("`or else` 左边不是可选值", "the left side of `or else` is never absent"),
                        text!("总有值", "always there"),
                    ),
                }
            }
            K::If(c, a, b) => {
                let c = self.boolean(c);
                let depth = self.given.len();
                self.assume(&c);
                let a = self.expr(a, want);
                self.given.truncate(depth);
                self.refute(&c);
                let b = self.expr(b, Some(want.unwrap_or(&a.ty)));
                self.given.truncate(depth);
                let (a, b) = self.unify(a, b);
                let ty = a.ty.clone();
                make(TKind::If(Box::new(c), Box::new(a), Box::new(b)), ty)
            }
            K::Match(x, arms) => self.match_(x, arms, span, want),
            K::FirstOf(arms) => self.first_of(arms, span, want),
            K::OneOf(arms) => {
                let (arms, other) = self.arms(arms, want);
                if let Some(o) = other {
                    return self.error(
                        Code::S015,
                        o.span,
                        text!("`one of` 没有 `otherwise`", "`one of` has no `otherwise`"),
                        text!("此处", "here"),
                    );
                }
                let ty = arms.first().map_or(Ty::Error, |(_, b)| b.ty.clone());
                make(TKind::OneOf(arms), ty)
            }
            K::Given(x) => self.given(x, span),
            K::As(x, u) => {
                let x = self.expr(x, None);
                let x = self.quantity(x);
                let unit = self.unit(u);
                self.retagged(x, unit, span)
            }
            K::Bare(x, u) => {
                let x = self.expr(x, None);
                let x = self.quantity(x);
                let unit = self.unit(u);
                let Some(found) = x.ty.unit().cloned() else { return TExpr::error(span) };
                if !self.sized(&unit, u.span) {
                    return TExpr::error(span);
                }
                let x = self.whole(x);
                match self.in_unit(x, &unit, &found) {
                    Some(x) => make(TKind::Retag(Box::new(x)), Ty::number()),
                    None => TExpr::error(span),
                }
            }
            K::At(p, at) => self.param_at(p, at, span),
            K::Range(a, b) => self.range(a, b, span),
        }
    }

    pub(super) fn binary(&mut self, op: ast::BinOp, a: &Expr, b: &Expr, span: Span) -> TExpr {
        let a = self.expr(a, None);
        let want = matches!(op, ast::BinOp::Add | ast::BinOp::Sub).then(|| a.ty.clone());
        let b = self.expr(b, want.as_ref());
        if a.ty == Ty::Date || b.ty == Ty::Date {
            let f = "date".to_string();
            return self.error(
                Code::T001,
                span,
                text!("日期不能计算：{f}", "no arithmetic on a {f}"),
                text!("此处", "here"),
            );
        }
        let (a, b) = (self.quantity(a), self.quantity(b));
        if a.ty == Ty::Error || b.ty == Ty::Error {
            return TExpr::error(span);
        }
        let a = self.no_point(a);
        let b = if a.ty == Ty::Error { b } else { self.no_point(b) };
        if a.ty == Ty::Error || b.ty == Ty::Error {
            return TExpr::error(span);
        }
        let make = |op, a: TExpr, b: TExpr, ty| TExpr { kind: TKind::Binary(op, Box::new(a), Box::new(b)), ty, span };
        match op {
            ast::BinOp::Add | ast::BinOp::Sub => {
                let (a, b) = self.unify(a, b);
                if a.ty == Ty::Error || b.ty == Ty::Error {
                    return TExpr::error(span);
                }
                let ty = a.ty.clone();
                make(if op == ast::BinOp::Add { Binary::Add } else { Binary::Sub }, a, b, ty)
            }
            ast::BinOp::Mul => {
                let (a, b) = if matches!((&a.ty, &b.ty), (Ty::Split(_), Ty::Split(_))) {
                    (self.whole(a), self.whole(b))
                } else {
                    (a, b)
                };
                let (Some(ua), Some(ub)) = (a.ty.unit(), b.ty.unit()) else { return TExpr::error(span) };
                let unit = ua.times(ub, 1);
                let split = matches!(a.ty, Ty::Split(_)) || matches!(b.ty, Ty::Split(_));
                let ty = if split { Ty::Split(unit) } else { Ty::Number(unit) };
                make(Binary::Mul, a, b, ty)
            }
            ast::BinOp::Div => {
                let b = self.whole(b);
                let (Some(ua), Some(ub)) = (a.ty.unit(), b.ty.unit()) else { return TExpr::error(span) };
                let unit = ua.times(ub, -1);
                let ty = if matches!(a.ty, Ty::Split(_)) { Ty::Split(unit) } else { Ty::Number(unit) };
                make(Binary::Div, a, b, ty)
            }
        }
    }

    pub(super) fn power(&mut self, a: &Expr, n: &Expr, span: Span) -> TExpr {
        let a = self.expr(a, None);
        let a = self.quantity(a);
        let a = self.no_point(a);
        let a = self.whole(a);
        let n = self.expr(n, None);
        let n = self.fit(n, &Ty::number(), false);
        let Some(u) = a.ty.unit() else { return TExpr::error(span) };
        let fraction = matches!(&n.kind, TKind::Number(v, _) if !v.is_integer());
        let ty = if u.is_one() && !fraction {
            Ty::number()
        } else {
            let literal = match &n.kind {
                TKind::Number(v, _) => v.to_i64(),
                TKind::Unary(Unary::Neg, x) => match &x.kind {
                    TKind::Number(v, _) => v.to_i64().map(|v| -v),
                    _ => None,
                },
                _ => None,
            };
            match literal.and_then(|v| i32::try_from(v).ok()) {
                Some(v) if v.abs() <= 64 => Ty::Number(u.power(v)),
                _ => {
                    return self.error(
                        Code::T006,
                        n.span,
                        text!(
                            "`^` 的指数须为整数；有单位的量须为整数常数",
                            "the exponent of `^` is an integer; that of a quantity a constant one"
                        ),
                        text!("此处须为整数", "an integer is needed here"),
                    );
                }
            }
        };
        TExpr { kind: TKind::Binary(Binary::Power, Box::new(a), Box::new(n)), ty, span }
    }
}
