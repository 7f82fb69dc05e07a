//! Typing of expressions.
//!
//! Conversions appear only where LANGUAGE says that they happen (`+ −`, comparisons, branches, declared types,
//! arguments), each as one explicit node. After an error a node has type [`Ty::Error`], which fits everything, so
//! that one slip gives one finding.

use super::value_type;
use crate::db::{Db, Diag, Item, Place};
use crate::names::{Entry, Ns, Resolved, resolve};
use crate::report::{ambiguous, misfit, type_mismatch, unknown};
use crate::sigs::{Sig, read_type, sig};
use crate::types::{Binary, EnumRef, LocalId, TBinder, TExpr, TKind, TResult, Ty, Unary};
use crate::units::{Tag, UnitTy, read_unit};
use footrule_diag::{Code, Span, Text, nearest, text};
use footrule_mir::Fold;
use footrule_number::Ratio;
use footrule_syntax::ast::{self, Binder, CmpOp, Expr, ExprKind, Ident, MatchArm, WhenArm};

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
    pub name: String,
    pub id: LocalId,
    pub ty: Ty,
}

/// The state of checking one body.
pub(crate) struct Cx<'db> {
    pub db: &'db dyn Db,
    pub item: &'db Item,
    pub mode: Mode,
    pub locals: Vec<Local>,
    next_local: LocalId,
    /// Optional values known to be there, by path.
    given: Vec<String>,
    diags: Vec<Diag>,
}

impl<'db> Cx<'db> {
    pub fn new(db: &'db dyn Db, item: &'db Item) -> Self {
        Self { db, item, mode: Mode::Plain, locals: Vec::new(), next_local: 0, given: Vec::new(), diags: Vec::new() }
    }

    pub fn finish(self) -> Vec<Diag> {
        self.diags
    }

    pub fn push(&mut self, d: Diag) {
        self.diags.push(d);
    }

    pub fn at(&self, span: Span) -> Place {
        self.item.at(span)
    }

    pub fn error(&mut self, code: Code, span: Span, message: Text, label: Text) -> TExpr {
        let d = Diag::new(code, message).at(self.at(span), label);
        self.push(d);
        TExpr::error(span)
    }

    pub fn local(&mut self, name: &Ident, ty: Ty) -> LocalId {
        if self.locals.iter().any(|l| l.name == name.text)
            || matches!(resolve(self.db, self.item.file, Ns::Value, name.text.clone()), Resolved::One(e) if e.item.file == self.item.file)
        {
            let n = &name.text;
            let d = Diag::new(Code::N002, text!("名称 `{n}` 已经使用", "the name `{n}` is taken"))
                .at(self.at(name.span), text!("再次声明", "declared again"))
                .help(text!("换一个名称；名称不能互相遮蔽", "choose another name; names do not shadow each other"));
            self.push(d);
        }
        let id = self.next_local;
        self.next_local += 1;
        self.locals.push(Local { name: name.text.clone(), id, ty });
        id
    }

    /// The record under construction, for defaults and computed fields: its fields are names.
    pub fn this(&mut self, ty: Ty) -> LocalId {
        let id = self.next_local;
        self.next_local += 1;
        self.locals.push(Local { name: "@".into(), id, ty });
        id
    }

    /// A source's name.
    pub fn source(&mut self, name: &Ident) -> Option<Item> {
        match resolve(self.db, self.item.file, Ns::Source, name.text.clone()) {
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

    /// Reads a unit; tags may follow local values.
    pub fn unit(&mut self, u: &ast::UnitExpr) -> UnitTy {
        let (db, item) = (self.db, self.item);
        let mut diags = Vec::new();
        let unit = read_unit(db, item, u, &mut |path, _| self.follow(path), &mut diags);
        self.diags.extend(diags);
        unit
    }

    pub fn ty(&mut self, t: &ast::Type) -> Ty {
        let (db, item) = (self.db, self.item);
        let mut diags = Vec::new();
        let ty = read_type(db, item, t, &mut |path, _| self.follow(path), &mut diags);
        self.diags.extend(diags);
        ty
    }

    /// The tag that a path of values means, if its first name is a value.
    fn follow(&self, path: &ast::Path) -> Option<Tag> {
        let shown = path.0.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(".");
        let rest: Vec<String> = path.0[1..].iter().map(|i| i.text.clone()).collect();
        let first = &path.0[0].text;
        if let Some(l) = self.locals.iter().rev().find(|l| l.name == *first) {
            return Some(Tag::Follows { root: format!("#{}", l.id), path: rest, shown });
        }
        if let Some(this) = self.locals.iter().find(|l| l.name == "@")
            && let Ty::Record(r) = &this.ty
            && let Sig::Record(fields) = &sig(self.db, r).sig
            && fields.iter().any(|f| f.name == *first && matches!(f.ty, Ty::Enum(_)))
        {
            return Some(Tag::Follows { root: format!("#{}", this.id), path: vec![first.clone()], shown });
        }
        match resolve(self.db, self.item.file, Ns::Value, first.clone()) {
            Resolved::One(e) if e.item.key.keyword == "input" && (!rest.is_empty() || matches!(value_type(self.db, e.item.file, e.item.key.clone()), Ty::Enum(_))) => {
                Some(Tag::Follows { root: first.clone(), path: rest, shown })
            }
            _ => None,
        }
    }

    /// The path by which a value can be named in a tag: root, fields, as written.
    fn path_of(&self, e: &TExpr) -> Option<(String, Vec<String>, String)> {
        match &e.kind {
            TKind::Local(id) => {
                let name = &self.locals.iter().find(|l| l.id == *id)?.name;
                Some((format!("#{id}"), Vec::new(), name.clone()))
            }
            TKind::Item(i) => Some((i.name().to_string(), Vec::new(), i.name().to_string())),
            TKind::Field(base, _, name) => {
                let (root, mut path, shown) = self.path_of(base)?;
                path.push(name.clone());
                let shown = if shown == "@" { name.clone() } else { format!("{shown}.{name}") };
                Some((root, path, shown))
            }
            TKind::Unwrap(x) | TKind::Retag(x) => self.path_of(x),
            _ => None,
        }
    }

    fn path_key(&self, e: &TExpr) -> Option<String> {
        self.path_of(e).map(|(root, path, _)| format!("{root}.{}", path.join(".")))
    }

    /// The tag that a value of an enumeration means.
    pub fn tag_of(&self, e: &TExpr) -> Option<Tag> {
        match &e.kind {
            TKind::Member(EnumRef::Item(item), i) => Some(Tag::Flow(Entry { item: item.clone(), member: Some(*i) })),
            TKind::Gas(item) => Some(Tag::Flow(Entry { item: item.clone(), member: None })),
            _ => self.path_of(e).map(|(root, path, shown)| Tag::Follows { root, path, shown }),
        }
    }

    /// Replaces tags that start at `root` by what `f` says of the path behind it.
    pub fn substitute(ty: &Ty, f: &mut dyn FnMut(&str, &[String]) -> Option<Tag>) -> Ty {
        ty.map_units(&mut |u| {
            u.map_tags(|t| match t {
                Tag::Follows { root, path, .. } => Some(f(root, path).unwrap_or_else(|| t.clone())),
                other => Some(other.clone()),
            })
        })
    }

    // ---- coercion ---------------------------------------------------------------------------------------------

    /// The value as a number: parts of CO2e are given up, which lines may not do.
    pub fn whole(&mut self, e: TExpr) -> TExpr {
        let Ty::Split(u) = &e.ty else { return e };
        if self.mode != Mode::Results {
            let d = Diag::new(
                Code::U015,
                text!("这里会丢失二氧化碳当量的组成（来源、气体、证据）", "this would lose the parts of a CO2e value (origin, gas, evidence)"),
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
    pub fn fit(&mut self, e: TExpr, want: &Ty, bare: bool) -> TExpr {
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
                    .help(text!("用 `x or else 值`，或 `if given x then … else …`", "use `x or else value`, or `if given x then … else …`"));
                self.push(d);
                TExpr::error(span)
            }
            (Ty::Number(w) | Ty::Split(w), Ty::Number(f) | Ty::Split(f)) => {
                let split = matches!(want, Ty::Split(_));
                if (bare && e.is_bare_literal() || e.is_zero_literal()) && !w.is_one() {
                    let e = retag(e, w);
                    return if split { lift(e) } else { e };
                }
                let Some(e) = self.to_unit(e.clone(), w, f) else { return TExpr::error(span) };
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
    fn to_unit(&mut self, e: TExpr, want: &UnitTy, found: &UnitTy) -> Option<TExpr> {
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
        let make = |kind| TExpr { kind, ty: if split { Ty::Split(want.clone()) } else { Ty::Number(want.clone()) }, span };
        let (from, to) = (found.offset(self.db), want.offset(self.db));
        let Some(ratio) = found.factor_to(self.db, want) else {
            let (w, f) = (want.show(), found.show());
            self.error(Code::U011, span, text!("从 `{f}` 到 `{w}` 的换算系数超出 28 位", "the factor from `{f}` to `{w}` exceeds 28 digits"), text!("此处", "here"));
            return None;
        };
        if from.is_some() || to.is_some() {
            let offset = from.unwrap_or_default().sub(to.unwrap_or_default()).ok()?;
            let offset = if to.is_some() && from.is_none() { offset } else { from?.convert(ratio).ok()? };
            return Some(make(TKind::Affine(Box::new(e), ratio, offset)));
        }
        Some(if ratio.is_one() { make(TKind::Retag(Box::new(e))) } else { make(TKind::Convert(Box::new(e), ratio)) })
    }

    /// Brings the right operand to the left one's unit; a literal zero takes the other's.
    fn unify(&mut self, a: TExpr, b: TExpr) -> (TExpr, TExpr) {
        if a.is_zero_literal()
            && let Some(u) = b.ty.unit()
        {
            return (retag(a, u), b);
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

    fn quantity(&mut self, e: TExpr) -> TExpr {
        match &e.ty {
            Ty::Number(_) | Ty::Split(_) | Ty::Error => e,
            Ty::Optional(_) => {
                let ty = Ty::Error;
                self.fit(e, &Ty::Number(UnitTy::one()), false);
                TExpr { kind: TKind::Error, ty, span: Span::default() }
            }
            other => {
                let shown = other.show(self.db);
                self.error(Code::T001, e.span, text!("需要数量，得到 {shown}", "a quantity is needed, {shown} was found"), text!("类型为 {shown}", "this is {shown}"))
            }
        }
    }

    pub fn boolean(&mut self, e: &Expr) -> TExpr {
        let e = self.expr(e, Some(&Ty::Bool));
        if !matches!(e.ty, Ty::Bool | Ty::Error) {
            let shown = e.ty.show(self.db);
            return self.error(Code::T003, e.span, text!("条件须为真假值，得到 {shown}", "a condition is true or false, {shown} was found"), text!("类型为 {shown}", "this is {shown}"));
        }
        e
    }

    /// A value of a declared type, or of its own.
    pub fn declared(&mut self, ty: Option<&ast::Type>, value: &Expr) -> TExpr {
        let Some(t) = ty else { return self.expr(value, None) };
        let want = self.ty(t);
        let e = self.expr(value, Some(&want));
        self.fit_declared(e, &want)
    }

    /// Like [`Cx::fit`]; a dimension that differs altogether is told as a misfit with the declaration.
    pub fn fit_declared(&mut self, e: TExpr, want: &Ty) -> TExpr {
        let before = self.diags.len();
        let out = self.fit(e, want, false);
        for d in &mut self.diags[before..] {
            if d.code == Code::U001 {
                d.code = Code::U013;
            }
        }
        out
    }

    // ---- expressions ------------------------------------------------------------------------------------------

    /// Types an expression. `want` guides enumeration values and record fields; it does not convert.
    pub fn expr(&mut self, e: &Expr, want: Option<&Ty>) -> TExpr {
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
            K::Comprehension { function, body, binders } => self.comprehension(function, body.as_deref(), binders, span),
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
                let mut out: Option<TExpr> = None;
                for y in xs {
                    let one = self.compare(CmpOp::Eq, x, y, span);
                    out = Some(match out {
                        None => one,
                        Some(o) => make(TKind::Or(Box::new(o), Box::new(one)), Ty::Bool),
                    });
                }
                out.unwrap_or_else(|| make(TKind::Bool(false), Ty::Bool))
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
                        let b = self.fit(b, &t, false);
                        make(TKind::OrElse(Box::new(a), Box::new(b)), *t)
                    }
                    Ty::Error => TExpr::error(span),
                    _ => self.error(Code::T005, a.span, text!("`or else` 左边不是可选值", "the left side of `or else` is never absent"), text!("总有值", "always there")),
                }
            }
            K::If(c, a, b) => {
                let c = self.boolean(c);
                let depth = self.given.len();
                self.assume(&c);
                let a = self.expr(a, want);
                self.given.truncate(depth);
                let b = self.expr(b, Some(want.unwrap_or(&a.ty)));
                let (a, b) = self.unify(a, b);
                let ty = a.ty.clone();
                make(TKind::If(Box::new(c), Box::new(a), Box::new(b)), ty)
            }
            K::Match(x, arms) => self.match_(x, arms, span, want),
            K::FirstOf(arms) => self.first_of(arms, span, want),
            K::OneOf(arms) => {
                let (arms, other) = self.arms(arms, want);
                if let Some(o) = other {
                    return self.error(Code::S015, o.span, text!("`one of` 没有 `otherwise`", "`one of` has no `otherwise`"), text!("此处", "here"));
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
                let x = self.whole(x);
                match self.to_unit(x, &unit, &found) {
                    Some(x) => make(TKind::Retag(Box::new(x)), Ty::number()),
                    None => TExpr::error(span),
                }
            }
            K::At(p, at) => self.param_at(p, at, span),
            K::Range(a, b) => {
                let (a, b) = (self.expr(a, None), self.expr(b, None));
                let (a, b) = (self.fit(a, &Ty::number(), false), self.fit(b, &Ty::number(), false));
                make(TKind::Range(Box::new(a), Box::new(b)), Ty::List(Box::new(Ty::number())))
            }
        }
    }

    /// The unit of a literal; its words must not be values at the same time.
    fn literal_unit(&mut self, u: &ast::UnitExpr) -> UnitTy {
        for a in &u.atoms {
            let word = &a.symbol.text;
            if self.locals.iter().any(|l| l.name == *word) {
                let d = Diag::new(Code::N016, text!("`{word}` 既是单位又是此处的值", "`{word}` is a unit and a value here"))
                    .at(self.at(a.symbol.span), text!("读作单位", "read as a unit"))
                    .help(text!("除以变量写作 `5 kg / {word}`，或给变量改名", "to divide by the variable write `5 kg / {word}`, or rename it"));
                self.push(d);
            }
        }
        self.unit(u)
    }

    /// Remembers which optional values a condition makes sure of.
    fn assume(&mut self, c: &TExpr) {
        match &c.kind {
            TKind::Given(x) => {
                if let Some(k) = self.path_key(x) {
                    self.given.push(k);
                }
            }
            TKind::And(a, b) => {
                self.assume(a);
                self.assume(b);
            }
            _ => {}
        }
    }

    /// Unwraps an optional that is known to be there.
    fn narrowed(&self, e: TExpr) -> TExpr {
        if let Ty::Optional(t) = &e.ty
            && self.path_key(&e).is_some_and(|k| self.given.contains(&k))
        {
            let (ty, span) = ((**t).clone(), e.span);
            return TExpr { kind: TKind::Unwrap(Box::new(e)), ty, span };
        }
        e
    }

    fn name(&mut self, n: &Ident, want: Option<&Ty>) -> TExpr {
        let span = n.span;
        let make = |kind, ty| TExpr { kind, ty, span };
        if let Some(l) = self.locals.iter().rev().find(|l| l.name == n.text) {
            let e = make(TKind::Local(l.id), l.ty.clone());
            return self.narrowed(e);
        }
        // A field of the record under construction.
        if let Some((id, Ty::Record(r))) = self.locals.iter().find(|l| l.name == "@").map(|l| (l.id, l.ty.clone()))
            && let Sig::Record(fields) = &sig(self.db, &r).sig
            && fields.iter().any(|f| f.name == n.text)
        {
            let this = make(TKind::Local(id), Ty::Record(r));
            return self.field_of(this, n, span);
        }
        // Where a member of an enumeration is wanted, its name wins over values: `mode: rail`.
        if let Some(Ty::Enum(e)) = want
            && let Some(x) = self.member(e, n)
        {
            return x;
        }
        match resolve(self.db, self.item.file, Ns::Value, n.text.clone()) {
            Resolved::One(e) => return self.value(&e.item, span),
            Resolved::Many(es) => {
                let d = ambiguous(self.db, self.at(span), &n.text, &es);
                self.push(d);
                return TExpr::error(span);
            }
            Resolved::None => {}
        }
        if n.text == "period" {
            return make(TKind::Period, Ty::Period);
        }
        if n.text == "total" {
            return self.result(TResult::Total, span);
        }
        if let Some(x) = self.unique_member(n) {
            return x;
        }
        let mut more: Vec<String> = self.locals.iter().map(|l| l.name.clone()).filter(|n| n != "@").collect();
        more.extend(super::builtin::NAMES.iter().map(|n| (*n).to_string()));
        if let Some(Ty::Enum(e)) = want {
            let members = self.members(e);
            let known = nearest(&n.text, &members);
            let list = members.join(", ");
            let t = Ty::Enum(e.clone()).show(self.db);
            let d = Diag::new(Code::N011, { let n = &n.text; text!("{t} 没有 `{n}` 这个值", "{t} has no value `{n}`") })
                .at(self.at(span), text!("不存在", "no such value"));
            let d = match known {
                Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(self.at(span), k.clone()),
                None => d.help(text!("可用的值：{list}", "values are: {list}")),
            };
            self.push(d);
            return TExpr::error(span);
        }
        let d = unknown(self.db, Code::N001, self.at(span), &n.text, Ns::Value, &more);
        self.push(d);
        TExpr::error(span)
    }

    /// A named value of the file or of a module.
    fn value(&mut self, item: &Item, span: Span) -> TExpr {
        let kind = TKind::Item(item.clone());
        match item.key.keyword.as_str() {
            "table" | "fn" => {
                let n = item.name();
                self.error(Code::T002, span, text!("`{n}` 须带括号与参数使用", "`{n}` is used with arguments in parentheses"), text!("缺少参数", "arguments are missing"))
            }
            "param" => {
                let ty = value_type(self.db, item.file, item.key.clone()).clone();
                let period = TExpr { kind: TKind::Period, ty: Ty::Period, span };
                TExpr { kind: TKind::ParamAt(item.clone(), Box::new(period)), ty, span }
            }
            "report" if self.mode != Mode::Results => self.result_misplaced(span, item.name()),
            _ => {
                let ty = value_type(self.db, item.file, item.key.clone()).clone();
                if let Some(super::BodyKind::Line(l)) = (matches!(item.key.keyword.as_str(), "emission" | "removal" | "credit" | "apart"))
                    .then(|| &super::body_of(self.db, item).kind)
                    && !l.binders.is_empty()
                {
                    let n = item.name();
                    return self.error(Code::T002, span, text!("`{n}` 是列表上的排放行，没有单一数量", "`{n}` is a line over a list and has no single quantity"), text!("用 `total_of({n})`", "use `total_of({n})`"));
                }
                let e = TExpr { kind, ty, span };
                self.narrowed(e)
            }
        }
    }

    pub fn result(&mut self, what: TResult, span: Span) -> TExpr {
        if self.mode != Mode::Results {
            return self.result_misplaced(span, "total");
        }
        let unit = crate::sigs::rule_units(self.db, self.item.file).result.clone();
        TExpr { kind: TKind::Result(what), ty: Ty::Number(unit), span }
    }

    fn result_misplaced(&mut self, span: Span, name: &str) -> TExpr {
        let d = Diag::new(Code::N015, text!("`{name}` 是结果，此处不能读取", "`{name}` is a result and cannot be read here"))
            .at(self.at(span), text!("结果在排放行之后才有", "results come after the lines"))
            .help(text!("只有 report、warn、require、cutoff、expect 可以读取结果", "only report, warn, require, cutoff and expect read results"));
        self.push(d);
        TExpr::error(span)
    }

    /// Names of an enumeration's members.
    pub fn members(&self, e: &EnumRef) -> Vec<String> {
        match e {
            EnumRef::Item(i) => match &sig(self.db, i).sig {
                Sig::Enum(names) => names.clone(),
                _ => Vec::new(),
            },
            EnumRef::Gases => crate::names::gases(self.db, self.item.file).iter().map(|g| g.name().to_string()).collect(),
            EnumRef::Stages => crate::names::stages(self.db, self.item.file).iter().map(|g| g.name().to_string()).collect(),
        }
    }

    pub fn member(&self, e: &EnumRef, n: &Ident) -> Option<TExpr> {
        let ty = Ty::Enum(e.clone());
        let kind = match e {
            EnumRef::Item(_) => TKind::Member(e.clone(), self.members(e).iter().position(|m| *m == n.text)? as u32),
            EnumRef::Gases => TKind::Gas(crate::names::gases(self.db, self.item.file).iter().find(|g| g.name() == n.text)?.clone()),
            EnumRef::Stages => TKind::Stage(crate::names::stages(self.db, self.item.file).iter().find(|g| g.name() == n.text)?.clone()),
        };
        Some(TExpr { kind, ty, span: n.span })
    }

    /// The one enumeration in sight that has this member.
    fn unique_member(&mut self, n: &Ident) -> Option<TExpr> {
        let mut found: Vec<TExpr> = Vec::new();
        for t in crate::names::visible(self.db, self.item.file, Ns::Type) {
            if let Resolved::One(e) = resolve(self.db, self.item.file, Ns::Type, t)
                && e.item.key.keyword != "record"
                && let Some(x) = self.member(&EnumRef::Item(e.item), n)
            {
                found.push(x);
            }
        }
        match found.len() {
            0 => None,
            1 => found.pop(),
            _ => {
                let types = found.iter().map(|f| f.ty.show(self.db)).collect::<Vec<_>>().join(", ");
                let n2 = &n.text;
                let d = Diag::new(Code::N010, text!("`{n2}` 是多个枚举的值：{types}", "`{n2}` is a value of several enumerations: {types}"))
                    .at(self.at(n.span), text!("不知指哪一个", "which one is not said"))
                    .help(text!("写作 `枚举.{n2}`", "write `Enumeration.{n2}`"));
                self.push(d);
                Some(TExpr::error(n.span))
            }
        }
    }

    fn field(&mut self, base: &Expr, field: &Ident, span: Span) -> TExpr {
        // `Enum.member`
        if let ExprKind::Name(n) = &base.kind
            && !self.locals.iter().any(|l| l.name == n.text)
            && resolve(self.db, self.item.file, Ns::Value, n.text.clone()) == Resolved::None
        {
            let e = match n.text.as_str() {
                "Gas" => Some(EnumRef::Gases),
                "Stage" => Some(EnumRef::Stages),
                _ => match resolve(self.db, self.item.file, Ns::Type, n.text.clone()) {
                    Resolved::One(e) if e.item.key.keyword != "record" => Some(EnumRef::Item(e.item)),
                    _ => None,
                },
            };
            if let Some(e) = e {
                if let Some(x) = self.member(&e, field) {
                    return TExpr { span, ..x };
                }
                let want = Ty::Enum(e);
                return self.name(field, Some(&want));
            }
        }
        let base = self.expr(base, None);
        self.field_of(base, field, span)
    }

    fn field_of(&mut self, base: TExpr, field: &Ident, span: Span) -> TExpr {
        let make = |kind, ty| TExpr { kind, ty, span };
        match base.ty.clone() {
            Ty::Error => TExpr::error(span),
            Ty::Record(r) => {
                let Sig::Record(fields) = &sig(self.db, &r).sig else { return TExpr::error(span) };
                let Some(i) = fields.iter().position(|f| f.name == field.text) else {
                    let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
                    return self.no_field(field, r.name(), &names, Some(r.name_place(self.db)));
                };
                let at = self.path_of(&base);
                let fresh = format!("~{}:{}", span.start, span.end);
                let ty = Self::substitute(&fields[i].ty, &mut |root, path| {
                    (root == "@").then(|| match &at {
                        Some((r, p, shown)) => Tag::Follows {
                            root: r.clone(),
                            path: p.iter().chain(path).cloned().collect(),
                            shown: if shown == "@" { path.join(".") } else { format!("{shown}.{}", path.join(".")) },
                        },
                        None => Tag::Follows { root: fresh.clone(), path: path.to_vec(), shown: path.join(".") },
                    })
                });
                let e = make(TKind::Field(Box::new(base), i as u32, field.text.clone()), ty);
                self.narrowed(e)
            }
            Ty::Activity(u) => match field.text.as_str() {
                "amount" => make(TKind::Amount(Box::new(base)), Ty::quantity(u)),
                "factor" => {
                    let f = crate::sigs::factor_unit(self.db, self.item, &u);
                    make(TKind::Factor(Box::new(base)), Ty::quantity(f))
                }
                _ => self.no_field(field, "activity", &["amount".into(), "factor".into()], None),
            },
            Ty::Row(t) => {
                let Sig::Table { keys, columns, .. } = &sig(self.db, &t).sig else { return TExpr::error(span) };
                let all: Vec<&(String, Ty)> = keys.iter().chain(columns).collect();
                let Some(i) = all.iter().position(|(n, _)| *n == field.text) else {
                    let names: Vec<String> = all.iter().map(|(n, _)| n.clone()).collect();
                    return self.no_field(field, t.name(), &names, Some(t.name_place(self.db)));
                };
                // The key's tags were put in place when the row was found; iterated rows follow their own keys.
                let at = self.path_of(&base);
                let ty = Self::substitute(&all[i].1, &mut |root, path| {
                    let key = root.strip_prefix('$')?.parse::<usize>().ok()?;
                    let (r, p, shown) = at.clone()?;
                    let name = keys.get(key)?.0.clone();
                    Some(Tag::Follows {
                        root: r,
                        path: p.into_iter().chain([name.clone()]).chain(path.iter().cloned()).collect(),
                        shown: format!("{shown}.{name}"),
                    })
                });
                let ty = match &base.kind {
                    TKind::Lookup(_, args) => self.by_arguments(&all[i].1, args),
                    _ => ty,
                };
                make(TKind::Column(Box::new(base), i as u32), ty)
            }
            Ty::Optional(_) => {
                let span = base.span;
                self.fit(base, &Ty::Bool, false);
                TExpr::error(span)
            }
            other => {
                let (shown, f) = (other.show(self.db), &field.text);
                self.error(Code::T002, field.span, text!("{shown} 没有成分 `{f}`", "{shown} has no part `{f}`"), text!("此处", "here"))
            }
        }
    }

    fn no_field(&mut self, field: &Ident, of: &str, names: &[String], declared: Option<Place>) -> TExpr {
        let f = &field.text;
        let mut d = Diag::new(Code::N009, text!("`{of}` 没有字段 `{f}`", "`{of}` has no field `{f}`"))
            .at(self.at(field.span), text!("不存在", "no such field"));
        if let Some(p) = declared {
            d = d.also(p, text!("声明在此", "declared here"));
        }
        d = match nearest(f, names) {
            Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(self.at(field.span), n.clone()),
            None => {
                let list = names.join(", ");
                d.help(text!("字段有：{list}", "fields are: {list}"))
            }
        };
        self.push(d);
        TExpr::error(field.span)
    }

    /// A type whose tags follow parameters or keys (`$i`), with the arguments in place.
    pub fn by_arguments(&self, ty: &Ty, args: &[TExpr]) -> Ty {
        Self::substitute(ty, &mut |root, path| {
            let i = root.strip_prefix('$')?.parse::<usize>().ok()?;
            let arg = args.get(i)?;
            match self.tag_of(arg) {
                Some(Tag::Follows { root, path: p, shown }) => {
                    Some(Tag::Follows { root, path: p.into_iter().chain(path.iter().cloned()).collect(), shown })
                }
                Some(t) => Some(t),
                None => Some(Tag::Follows { root: format!("~{}", arg.span.start), path: path.to_vec(), shown: "…".into() }),
            }
        })
    }

    fn retagged(&mut self, x: TExpr, unit: UnitTy, span: Span) -> TExpr {
        let Some(found) = x.ty.unit().cloned() else { return TExpr::error(span) };
        let bare = |u: &UnitTy| u.untagged();
        let x = if unit.is_co2e() { x } else { self.whole(x) };
        if matches!(x.ty, Ty::Error) {
            return x;
        }
        let untagged = TExpr { ty: Ty::Number(bare(&found)), kind: TKind::Retag(Box::new(x)), span };
        match self.to_unit(untagged, &bare(&unit), &bare(&found)) {
            Some(e) => TExpr { ty: Ty::Number(unit), kind: TKind::Retag(Box::new(e)), span },
            None => TExpr::error(span),
        }
    }

    fn binary(&mut self, op: ast::BinOp, a: &Expr, b: &Expr, span: Span) -> TExpr {
        let a = self.expr(a, None);
        let want = matches!(op, ast::BinOp::Add | ast::BinOp::Sub).then(|| a.ty.clone());
        let b = self.expr(b, want.as_ref());
        if a.ty == Ty::Date || b.ty == Ty::Date {
            let f = "date".to_string();
            return self.error(Code::T001, span, text!("日期不能计算：{f}", "no arithmetic on a {f}"), text!("此处", "here"));
        }
        let (a, b) = (self.quantity(a), self.quantity(b));
        if a.ty == Ty::Error || b.ty == Ty::Error {
            return TExpr::error(span);
        }
        for x in [&a, &b] {
            if x.ty.unit().is_some_and(|u| u.offset(self.db).is_some()) {
                return self.error(Code::U014, x.span, text!("温度是点而不是量", "a temperature is a point, not an amount"), text!("先换算为 K：`x as K` 或声明为 K", "declare it in K to compute with it"));
            }
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
                let (a, b) = if matches!((&a.ty, &b.ty), (Ty::Split(_), Ty::Split(_))) { (self.whole(a), self.whole(b)) } else { (a, b) };
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

    fn power(&mut self, a: &Expr, n: &Expr, span: Span) -> TExpr {
        let a = self.expr(a, None);
        let a = self.quantity(a);
        let a = self.whole(a);
        let n = self.expr(n, None);
        let n = self.fit(n, &Ty::number(), false);
        let Some(u) = a.ty.unit() else { return TExpr::error(span) };
        let ty = if u.is_one() {
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
                    return self.error(Code::T006, n.span, text!("有单位的量只能取整数常数次幂", "a quantity takes a constant integer power"), text!("此处须为整数", "an integer is needed here"));
                }
            }
        };
        TExpr { kind: TKind::Binary(Binary::Power, Box::new(a), Box::new(n)), ty, span }
    }

    fn compare(&mut self, op: CmpOp, a: &Expr, b: &Expr, span: Span) -> TExpr {
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
        if matches!(left.ty, Ty::Split(_)) && !right.is_zero_literal() || matches!(right.ty, Ty::Split(_)) && !left.is_zero_literal() {
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
                if left.is_zero_literal() || right.is_zero_literal() || u == v {
                    return make(TKind::Compare(op, Box::new(left), Box::new(right), Ratio::ONE));
                }
                if u.dimension(self.db) != v.dimension(self.db) || u.offset(self.db).is_some() || v.offset(self.db).is_some() {
                    let right = self.fit(right, &Ty::Number(u), false);
                    return if right.ty == Ty::Error { TExpr::error(span) } else { make(TKind::Compare(op, Box::new(left), Box::new(right), Ratio::ONE)) };
                }
                match v.factor_to(self.db, &u) {
                    Some(r) => make(TKind::Compare(op, Box::new(left), Box::new(right), r)),
                    None => self.error(Code::U011, span, text!("换算系数超出 28 位", "the conversion factor exceeds 28 digits"), text!("此处", "here")),
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
                        Diag::new(Code::T001, text!("{shown} 不能这样比较", "{shown} cannot be compared like this")).at(self.at(span), text!("只能用 == 与 !=", "only == and != apply"))
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

    fn match_(&mut self, x: &Expr, arms: &[MatchArm], span: Span, want: Option<&Ty>) -> TExpr {
        let x = self.expr(x, None);
        let e = match &x.ty {
            Ty::Enum(e) => e.clone(),
            Ty::Error => return TExpr::error(span),
            other => {
                let shown = other.show(self.db);
                return self.error(Code::T001, x.span, text!("match 需要枚举值，得到 {shown}", "match takes an enumeration value, {shown} was found"), text!("类型为 {shown}", "this is {shown}"));
            }
        };
        let members = self.members(&e);
        let mut which: Vec<Option<usize>> = vec![None; members.len()];
        let mut bodies: Vec<TExpr> = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            if arm.values.is_empty() {
                for w in &mut which {
                    w.get_or_insert(i);
                }
            }
            for v in &arm.values {
                match members.iter().position(|m| *m == v.text) {
                    Some(m) if which[m].is_some() => {
                        let n = &v.text;
                        let d = Diag::new(Code::N002, text!("`{n}` 已有分支", "`{n}` has an arm already")).at(self.at(v.span), text!("重复", "again"));
                        self.push(d);
                    }
                    Some(m) => which[m] = Some(i),
                    None => {
                        self.name(v, Some(&Ty::Enum(e.clone())));
                    }
                }
            }
            let first = bodies.first().map(|b| b.ty.clone());
            let body = self.expr(&arm.body, want.or(first.as_ref()));
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
        let missing: Vec<&str> = which.iter().zip(&members).filter(|(w, _)| w.is_none()).map(|(_, m)| m.as_str()).collect();
        if !missing.is_empty() {
            let list = missing.join(", ");
            let d = Diag::new(Code::T004, text!("match 缺少：{list}", "match lacks: {list}"))
                .at(self.at(span), text!("没有覆盖全部值", "not every value has an arm"))
                .help(text!("补上 `{list} => …`，或用 `otherwise => …`", "add `{list} => …`, or `otherwise => …`"));
            self.push(d);
            return TExpr::error(span);
        }
        let ty = bodies.first().map_or(Ty::Error, |b| b.ty.clone());
        TExpr { kind: TKind::Match(Box::new(x), which.into_iter().flatten().collect(), bodies), ty, span }
    }

    fn arms(&mut self, arms: &[WhenArm], want: Option<&Ty>) -> (Vec<(TExpr, TExpr)>, Option<TExpr>) {
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

    fn first_of(&mut self, arms: &[WhenArm], span: Span, want: Option<&Ty>) -> TExpr {
        let (arms, other) = self.arms(arms, want);
        let Some(other) = other else {
            let d = Diag::new(Code::T007, text!("`first of` 缺少 `otherwise`", "`first of` lacks `otherwise`"))
                .at(self.at(span), text!("条件都不成立时没有值", "no value if no condition holds"));
            self.push(d);
            return TExpr::error(span);
        };
        let ty = arms.first().map_or_else(|| other.ty.clone(), |(_, b)| b.ty.clone());
        TExpr { kind: TKind::FirstOf(arms, Some(Box::new(other))), ty, span }
    }

    fn given(&mut self, x: &Expr, span: Span) -> TExpr {
        let make = |kind| TExpr { kind, ty: Ty::Bool, span };
        if let ExprKind::Call { callee, args } = &x.kind
            && let ExprKind::Name(n) = &callee.kind
            && let Resolved::One(e) = resolve(self.db, self.item.file, Ns::Value, n.text.clone())
            && e.item.key.keyword == "table"
        {
            let keys = self.table_keys(&e.item, args, span);
            return make(TKind::HasRow(e.item, keys));
        }
        let x = self.expr(x, None);
        match &x.ty {
            Ty::Optional(_) => make(TKind::Given(Box::new(x))),
            Ty::Error => TExpr::error(span),
            _ => self.error(Code::T005, x.span, text!("这个值总是给出的", "this value is always given"), text!("不是可选值", "not optional")),
        }
    }

    fn param_at(&mut self, p: &Expr, at: &Expr, span: Span) -> TExpr {
        if let ExprKind::Name(n) = &p.kind
            && let Resolved::One(e) = resolve(self.db, self.item.file, Ns::Value, n.text.clone())
            && e.item.key.keyword == "param"
        {
            let ty = value_type(self.db, e.item.file, e.item.key.clone()).clone();
            let at = self.expr(at, None);
            if let (TKind::Number(y, _), Ty::Number(u)) = (&at.kind, &at.ty)
                && u.is_one()
            {
                let y = *y;
                self.covered(&e.item, y, at.span);
            } else if !matches!(&at.ty, Ty::Period | Ty::Date | Ty::Error) && at.ty != Ty::number() {
                let d = type_mismatch(self.db, self.at(at.span), &Ty::Period, &at.ty);
                self.push(d);
                return TExpr::error(span);
            }
            return TExpr { kind: TKind::ParamAt(e.item, Box::new(at)), ty, span };
        }
        self.error(Code::T002, p.span, text!("`at` 之前须为参数名", "`at` follows the name of a param"), text!("不是参数", "not a param"))
    }

    /// A literal year must have a value.
    fn covered(&mut self, param: &Item, year: footrule_number::Number, span: Span) {
        let Some(ast::Stmt::Param(p)) = param.ast(self.db).map(|a| &a.stmt) else { return };
        let years: Vec<i64> = p.rows.iter().map(|r| match r.key { ast::DateKey::Year(y) => i64::from(y), ast::DateKey::Day(d) => i64::from(d.year) }).collect();
        let Some(y) = year.to_i64() else { return };
        let (Some(first), Some(last)) = (years.iter().min(), years.iter().max()) else { return };
        let hold = |p: &Option<(ast::Policy, Span)>| matches!(p, Some((ast::Policy::Hold { .. }, _)));
        let days = p.rows.iter().any(|r| matches!(r.key, ast::DateKey::Day(_)));
        let ok = if y < *first { hold(&p.before) } else if y > *last { hold(&p.after) } else { days || years.contains(&y) };
        if !ok {
            let n = param.name();
            let have = years.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            let d = Diag::new(Code::P005, text!("`{n}` 没有 {y} 年的值", "`{n}` has no value for {y}"))
                .at(self.at(span), text!("没有因子覆盖这一年", "no factor covers this year"))
                .also(param.name_place(self.db), text!("有 {have} 年的值", "has values for {have}"));
            self.push(d);
        }
    }

    // ---- loops ------------------------------------------------------------------------------------------------

    /// Types binders; their variables stay in scope until `leave`.
    pub fn binders(&mut self, binders: &[Binder]) -> Vec<TBinder> {
        let mut out = Vec::new();
        for b in binders {
            let list = self.list(&b.list);
            if let Some((_, e)) = &b.series {
                let d = crate::sigs::not_yet(self.item, e.span, "from s");
                self.push(d);
            }
            let ty = match &list.ty {
                Ty::List(t) => (**t).clone(),
                Ty::Error => Ty::Error,
                other => {
                    let shown = other.show(self.db);
                    self.error(Code::T002, list.span, text!("需要列表，得到 {shown}", "a list is needed, {shown} was found"), text!("类型为 {shown}", "this is {shown}"));
                    Ty::Error
                }
            };
            let local = self.local(&b.name, ty.clone());
            let filter = b.filter.as_ref().map(|c| self.boolean(c));
            if let Some(c) = &filter {
                self.assume(c);
            }
            out.push(TBinder { local, ty, list, filter });
        }
        out
    }

    /// A list, an enumeration's members, or a table's rows.
    fn list(&mut self, e: &Expr) -> TExpr {
        if let ExprKind::Name(n) = &e.kind
            && !self.locals.iter().any(|l| l.name == n.text)
        {
            let make = |kind, ty| TExpr { kind, ty: Ty::List(Box::new(ty)), span: e.span };
            match n.text.as_str() {
                "Gas" => return make(TKind::Members(EnumRef::Gases), Ty::Enum(EnumRef::Gases)),
                "Stage" => return make(TKind::Members(EnumRef::Stages), Ty::Enum(EnumRef::Stages)),
                _ => {}
            }
            match resolve(self.db, self.item.file, Ns::Value, n.text.clone()) {
                Resolved::One(x) if x.item.key.keyword == "table" => return make(TKind::Rows(x.item.clone()), Ty::Row(x.item)),
                Resolved::None => {
                    if let Resolved::One(x) = resolve(self.db, self.item.file, Ns::Type, n.text.clone())
                        && x.item.key.keyword != "record"
                    {
                        let r = EnumRef::Item(x.item);
                        return make(TKind::Members(r.clone()), Ty::Enum(r));
                    }
                }
                _ => {}
            }
        }
        self.expr(e, None)
    }

    /// Runs `f` with its own scope.
    pub fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let (locals, given) = (self.locals.len(), self.given.len());
        let out = f(self);
        self.locals.truncate(locals);
        self.given.truncate(given);
        out
    }

    /// Reports a tag that would leave the items of these binders.
    pub fn escape(&mut self, ty: &Ty, binders: &[TBinder], span: Span) {
        let roots: Vec<String> = binders.iter().map(|b| format!("#{}", b.local)).collect();
        let mut found = None;
        ty.each_tag(&mut |t| {
            if let Tag::Follows { root, shown, .. } = t
                && (roots.contains(root) || root.starts_with('~'))
            {
                found = Some(shown.clone());
            }
        });
        if let Some(tag) = found {
            let d = Diag::new(Code::U009, text!("标签 `{tag}` 只在每个条目之内有意义，不能离开它", "the tag `{tag}` means something only within each item and cannot leave it"))
                .at(self.at(span), text!("各条目的物质不同", "each item may be another substance"))
                .help(text!("若要相加，用 `untag(…)` 明示", "to add them up, say so by `untag(…)`"));
            self.push(d);
        }
    }

    pub fn comprehension(&mut self, function: &Ident, body: Option<&Expr>, binders: &[Binder], span: Span) -> TExpr {
        let Some(fold) = super::builtin::fold(&function.text) else {
            let n = &function.text;
            return self.error(Code::N001, function.span, text!("`{n}` 不能作用于列表", "`{n}` does not work on a list"), text!("可用 sum、min、max、mean、count、any、all、product", "use sum, min, max, mean, count, any, all or product"));
        };
        self.scoped(|cx| {
            let binders = cx.binders(binders);
            let body = match body {
                Some(b) if matches!(fold, Fold::Any | Fold::All) => cx.boolean(b),
                Some(b) => {
                    let b = cx.expr(b, None);
                    cx.quantity(b)
                }
                None => TExpr { kind: TKind::Bool(true), ty: Ty::Bool, span },
            };
            let body = if matches!(fold, Fold::Min | Fold::Max | Fold::Product) { cx.whole(body) } else { body };
            if fold == Fold::Product && body.ty != Ty::number() && body.ty != Ty::Error {
                return cx.error(Code::U010, body.span, text!("`product` 只作用于纯数", "`product` works on numbers only"), text!("有单位", "has a unit"));
            }
            let ty = match fold {
                Fold::Count => Ty::number(),
                Fold::Any | Fold::All => Ty::Bool,
                _ => body.ty.clone(),
            };
            cx.escape(&ty, &binders, body.span);
            TExpr { kind: TKind::Fold(fold, binders, Box::new(body)), ty, span }
        })
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
        TKind::Unary(Unary::Neg, x) => TExpr { kind: TKind::Unary(Unary::Neg, Box::new(retag(*x, unit))), ty, span: e.span },
        _ => {
            let span = e.span;
            TExpr { kind: TKind::Retag(Box::new(e)), ty, span }
        }
    }
}
