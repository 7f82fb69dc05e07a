//! Series: part of an ordered list (`for t in steps from s`), and ranges of whole numbers (`for y in 0 .. n`).
//!
//! Guarantees: `s` is an item of the very list that is cut, so that it has one position in it; a range has a bound
//! that the declarations prove, so that every loop ends. Must not: search a list for an equal item.

use super::expr::Cx;
use crate::db::{Db, Diag, Item, SourceFile};
use crate::sigs::{Sig, is_integer, sig};
use crate::types::{Binary, EnumRef, TExpr, TKind, TSeries, Ty, Unary};
use footrule_diag::{Code, Span, text};
use footrule_syntax::Key;
use footrule_syntax::ast::{self, CmpOp, Constraint, Expr, ExprKind, SeriesBound, Stmt};

/// The most steps from the first to the last number of a range.
const LONGEST: i64 = 10_000;

/// What is known of a whole number: its least and greatest value, where they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whole {
    /// Least.
    pub low: Option<i64>,
    /// Greatest.
    pub high: Option<i64>,
}

/// The list that a loop variable runs over.
#[derive(Debug, Clone)]
pub(crate) struct Over {
    /// By what name the list can be named again; `None` for a list that has none.
    path: Option<String>,
    /// Where it stands.
    span: Span,
    /// The bounds of the numbers of a range.
    pub(super) whole: Option<Whole>,
}

impl Whole {
    fn one(n: i64) -> Self {
        Self { low: Some(n), high: Some(n) }
    }

    fn union(self, other: Self) -> Self {
        let both = |a: Option<i64>, b: Option<i64>, f: fn(i64, i64) -> i64| Some(f(a?, b?));
        Self { low: both(self.low, other.low, i64::min), high: both(self.high, other.high, i64::max) }
    }

    fn neg(self) -> Self {
        Self { low: self.high.and_then(i64::checked_neg), high: self.low.and_then(i64::checked_neg) }
    }

    fn add(self, other: Self) -> Self {
        let sum = |a: Option<i64>, b: Option<i64>| a?.checked_add(b?);
        Self { low: sum(self.low, other.low), high: sum(self.high, other.high) }
    }

    fn mul(self, other: Self) -> Self {
        let corners = || {
            let mut all = Vec::with_capacity(4);
            for a in [self.low?, self.high?] {
                for b in [other.low?, other.high?] {
                    all.push(a.checked_mul(b)?);
                }
            }
            Some(all)
        };
        let all = corners().unwrap_or_default();
        Self { low: all.iter().min().copied(), high: all.iter().max().copied() }
    }

    /// The least or greatest of the two.
    fn choose(self, other: Self, least: bool) -> Self {
        let pick = |a: Option<i64>, b: Option<i64>, f: fn(i64, i64) -> i64, one: bool| match (a, b) {
            (Some(a), Some(b)) => Some(f(a, b)),
            // One known bound is enough on the side that it limits.
            (a, b) if one => a.or(b),
            _ => None,
        };
        if least {
            Self { low: pick(self.low, other.low, i64::min, false), high: pick(self.high, other.high, i64::min, true) }
        } else {
            Self { low: pick(self.low, other.low, i64::max, true), high: pick(self.high, other.high, i64::max, false) }
        }
    }
}

impl Cx<'_> {
    /// What a loop variable over `list` is known to run over.
    pub(super) fn over(&self, list: &TExpr) -> Over {
        let path = matches!(list.ty, Ty::List(_)).then(|| self.path_key(list)).flatten();
        let whole = match &list.kind {
            TKind::Range(a, b) => {
                let (a, b) = (self.whole_number(a).unwrap_or_default(), self.whole_number(b).unwrap_or_default());
                Some(Whole { low: a.low, high: b.high })
            }
            _ => None,
        };
        Over { path, span: list.span, whole }
    }

    /// `from s` and its like behind a list; `None` after a finding.
    pub(super) fn series(&mut self, list: &TExpr, bound: SeriesBound, s: &Expr) -> Option<TSeries> {
        let at = match &list.kind {
            TKind::Error => return None,
            TKind::Members(EnumRef::Gases | EnumRef::Stages) => {
                let shown = list.ty.show(self.db);
                let d = Diag::new(Code::T024, text!("{shown} 没有先后次序", "{shown} has no order of its own"))
                    .at(self.at(list.span), text!("语句的次序没有意义", "the order of statements means nothing"))
                    .help(text!(
                        "有先后的步骤写成 `enum`，或写成列表",
                        "write steps that follow each other as an `enum`, or as a list"
                    ));
                self.push(d);
                return None;
            }
            TKind::Range(..) => {
                let d = Diag::new(
                    Code::T024,
                    text!("整数范围不用 `from` 等截取", "a range of numbers is not cut by `from` and its like"),
                )
                .at(self.at(s.span), text!("此处", "here"))
                .help(text!("直接写范围，例如 `s .. n`", "write the range itself, as in `s .. n`"));
                self.push(d);
                return None;
            }
            TKind::Members(_) | TKind::Rows(_) => {
                let Ty::List(item) = &list.ty else { return None };
                let e = self.expr(s, Some(item));
                if e.ty == Ty::Error {
                    return None;
                }
                if e.ty != **item {
                    return self.no_item(list, &e);
                }
                let span = e.span;
                TExpr { kind: TKind::Ordinal(Box::new(e)), ty: Ty::number(), span }
            }
            _ => {
                let e = self.expr(s, None);
                if e.ty == Ty::Error || list.ty == Ty::Error {
                    return None;
                }
                let TKind::Local(id) = e.kind else { return self.no_item(list, &e) };
                let own = self.locals.iter().find(|l| l.id == id).and_then(|l| l.over.as_ref()?.path.clone());
                if own.is_none() || own != self.path_key(list) {
                    return self.no_item(list, &e);
                }
                TExpr { kind: TKind::Position(id), ty: Ty::number(), span: e.span }
            }
        };
        Some(TSeries { bound, at })
    }

    /// What stands behind `from` is no item of the list.
    fn no_item<T>(&mut self, list: &TExpr, e: &TExpr) -> Option<T> {
        let over = match &e.kind {
            TKind::Local(id) => self.locals.iter().find(|l| l.id == *id).and_then(|l| l.over.as_ref()).map(|o| o.span),
            _ => None,
        };
        let word = self.item.slice(self.db, list.span).to_string();
        let shown = e.ty.show(self.db);
        let mut d = Diag::new(
            Code::T023,
            text!("这不是 `{word}` 的条目，没有在其中的位置", "this is no item of `{word}` and has no place in it"),
        )
        .at(self.at(e.span), text!("类型为 {shown}", "this is {shown}"));
        d = match over {
            Some(span) => d.also(self.at(span), text!("它是这个列表的条目", "it is an item of this list")),
            None => d.also(self.at(list.span), text!("被截取的列表", "the list that is cut")),
        };
        let d = match &list.kind {
            TKind::Members(_) => d.help(text!("给出该枚举的一个值", "give a value of that enumeration")),
            _ => d.help(text!(
                "先循环同一列表：`for s in {word}`，再写 `for t in {word} from s`",
                "loop over the same list first: `for s in {word}`, then `for t in {word} from s`"
            )),
        };
        self.push(d);
        None
    }

    /// `a .. b`: a list of whole numbers whose length the declarations bound.
    pub(super) fn range(&mut self, a: &Expr, b: &Expr, span: Span) -> TExpr {
        let (a, b) = (self.expr(a, None), self.expr(b, None));
        let (a, b) = (self.fit(a, &Ty::number(), false), self.fit(b, &Ty::number(), false));
        if a.ty == Ty::Error || b.ty == Ty::Error {
            return TExpr::error(span);
        }
        let mut ends = Vec::new();
        for e in [&a, &b] {
            let Some(w) = self.whole_number(e) else {
                let d = Diag::new(Code::T025, text!("范围的端点须为整数", "the ends of a range are whole numbers"))
                    .at(self.at(e.span), text!("不能证明是整数", "not known to be whole"))
                    .help(text!(
                        "把输入声明为 `integer where 0 .. 50`，或用 `floor(…)` 取整",
                        "declare the input `integer where 0 .. 50`, or make it whole by `floor(…)`"
                    ));
                self.push(d);
                return TExpr::error(span);
            };
            ends.push(w);
        }
        let open = [(&a, ends[0].low, ">= 0"), (&b, ends[1].high, "<= 50")].into_iter().find(|(_, n, _)| n.is_none());
        if let Some((e, _, want)) = open {
            let mut d = Diag::new(
                Code::T025,
                text!("范围没有界限：循环次数须能证明", "the range has no bound: the number of rounds must be proved"),
            )
            .at(self.at(e.span), text!("没有声明界限", "no bound is declared"))
            .help(text!(
                "声明界限，例如 `integer where {want}`（至多 10 000 步）",
                "declare a bound, as in `integer where {want}` (10 000 steps at most)"
            ));
            if let TKind::Item(i) = &e.kind {
                d = d.also(i.name_place(self.db), text!("声明在此", "declared here"));
            }
            self.push(d);
            return TExpr::error(span);
        }
        let length = ends[1].high.zip(ends[0].low).map(|(b, a)| b.saturating_sub(a)).unwrap_or_default();
        if length > LONGEST {
            let d = Diag::new(
                Code::T025,
                text!("范围可达 {length} 步，至多 10 000 步", "the range may take {length} steps; 10 000 is the most"),
            )
            .at(self.at(span), text!("太长", "too long"))
            .help(text!("声明更窄的界限", "declare a narrower bound"));
            self.push(d);
            return TExpr::error(span);
        }
        TExpr { kind: TKind::Range(Box::new(a), Box::new(b)), ty: Ty::List(Box::new(Ty::number())), span }
    }

    /// What the declarations say of a whole number; `None` if it may be no whole number.
    pub(super) fn whole_number(&self, e: &TExpr) -> Option<Whole> {
        if let TKind::Local(id) = &e.kind {
            return self.locals.iter().find(|l| l.id == *id)?.over.as_ref()?.whole;
        }
        whole(self.db, e, &|e| self.whole_number(e))
    }
}

/// `inner` says what is known of a part, with the local variables in sight.
fn whole(db: &dyn Db, e: &TExpr, inner: &dyn Fn(&TExpr) -> Option<Whole>) -> Option<Whole> {
    match &e.kind {
        TKind::Number(n, _) => n.is_integer().then(|| n.to_i64().map_or_else(Whole::default, Whole::one)),
        TKind::Unary(Unary::Neg, x) => inner(x).map(Whole::neg),
        TKind::Unary(Unary::Floor | Unary::Ceil, x) => Some(inner(x).unwrap_or_default()),
        TKind::Binary(Binary::Add, a, b) => Some(inner(a)?.add(inner(b)?)),
        TKind::Binary(Binary::Sub, a, b) => Some(inner(a)?.add(inner(b)?.neg())),
        TKind::Binary(Binary::Mul, a, b) => Some(inner(a)?.mul(inner(b)?)),
        TKind::Binary(op @ (Binary::Min | Binary::Max), a, b) => Some(inner(a)?.choose(inner(b)?, *op == Binary::Min)),
        TKind::If(_, a, b) | TKind::OrElse(a, b) => Some(inner(a)?.union(inner(b)?)),
        TKind::Unwrap(x) | TKind::Present(x) => inner(x),
        TKind::MemberValue(x, _) => inner(x),
        TKind::Fold(footrule_mir::Fold::Count, ..) => Some(Whole { low: Some(0), high: None }),
        TKind::Item(i) => whole_numbers(db, i.file, i.key.clone()).first().copied().flatten(),
        TKind::Field(x, i, _) => match &x.ty {
            Ty::Record(r) => whole_numbers(db, r.file, r.key.clone()).get(*i as usize).copied().flatten(),
            _ => None,
        },
        _ => None,
    }
}

/// What is known of an input, a definition (one entry) or the fields of a record. Of inputs and fields only the
/// declaration is read, so that the body of any statement may ask; a definition is read through its body.
#[salsa::tracked(returns(ref))]
pub(crate) fn whole_numbers(db: &dyn Db, file: SourceFile, key: Key) -> Vec<Option<Whole>> {
    let item = Item { file, key };
    match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Input(i)) => vec![declared(&i.ty, &i.constraints, i.default.as_ref())],
        Some(Stmt::Record { fields, .. }) => {
            let Sig::Record(sigs) = &sig(db, &item).sig else { return Vec::new() };
            let given = |f: &ast::Field| declared(f.ty.as_ref()?, &f.constraints, f.default.as_ref());
            fields.iter().zip(sigs).map(|(f, s)| if s.computed { None } else { given(f) }).collect()
        }
        Some(Stmt::Let { .. } | Stmt::Const { .. }) => {
            // What is left open may have exceptions wherever the process is included.
            let excepted = !super::except_index::exceptions_of(db, &item).is_empty()
                || item.key.process.is_some() && *super::is_open(db, file, item.key.clone());
            if excepted || *super::is_cyclic(db, file, item.key.clone()) {
                return vec![None];
            }
            match &super::body_of(db, &item).kind {
                super::BodyKind::Value(e) => vec![Cx::new(db, &item).whole_number(e)],
                _ => vec![None],
            }
        }
        _ => Vec::new(),
    }
}

/// The bounds of `integer where …`.
fn declared(ty: &ast::Type, constraints: &[Constraint], default: Option<&Expr>) -> Option<Whole> {
    let one = match ty {
        ast::Type::Optional(t, _) => t,
        t => t,
    };
    if !is_integer(one) {
        return None;
    }
    let mut out = Whole::default();
    let mut narrow = |low: Option<i64>, high: Option<i64>| {
        out.low = out.low.into_iter().chain(low).max();
        out.high = out.high.into_iter().chain(high).min();
    };
    for c in constraints {
        match c {
            Constraint::Range(a, b) => narrow(number(a), number(b)),
            Constraint::Compare(CmpOp::Eq, e) => narrow(number(e), number(e)),
            Constraint::Compare(CmpOp::Gt | CmpOp::Ge, e) => narrow(number(e), None),
            Constraint::Compare(CmpOp::Lt | CmpOp::Le, e) => narrow(None, number(e)),
            _ => {}
        }
    }
    Some(match default {
        // A default stands for itself, whatever the bounds say.
        Some(d) => number(d).map_or_else(Whole::default, |n| out.union(Whole::one(n))),
        None => out,
    })
}

/// A whole number as written; one with a fraction is rounded outwards by neither side, and bounds nothing.
fn number(e: &Expr) -> Option<i64> {
    match &e.kind {
        ExprKind::Number { value, unit: None, .. } => value.to_i64(),
        ExprKind::Neg(x) => number(x)?.checked_neg(),
        _ => None,
    }
}
