//! Bounds of inputs and of fields: constants in the declared unit, and what they bound has a size.

use super::expr::Cx;
use crate::sigs::{Sig, sig};
use crate::types::{TConstraint, Ty};
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_number::Number;
use footrule_syntax::ast::{self, Constraint, Expr, ExprKind};

/// Literal bounds in the declared unit.
pub(super) fn constraints(cx: &mut Cx<'_>, list: &[Constraint], ty: &Ty, integer: bool, at: Span) -> Vec<TConstraint> {
    let scalar = match ty {
        Ty::Optional(t) => (**t).clone(),
        Ty::Activity(u) => Ty::Number(u.clone()),
        Ty::Each(i) => match cx.each(i) {
            Some((_, Ty::Activity(u))) => Ty::Number(u),
            Some((_, t)) => t,
            None => Ty::Error,
        },
        t => t.clone(),
    };
    no_period(cx, &scalar, at);
    // A range on a list concerns its items.
    let item = match &scalar {
        Ty::List(t) => (**t).clone(),
        t => t.clone(),
    };
    let mut out = Vec::new();
    if integer {
        out.push(TConstraint::Integer(cx.at(at)));
    }
    let bound = |cx: &mut Cx<'_>, e: &Expr| {
        if item == Ty::Error {
            return None;
        }
        if !matches!(item, Ty::Number(_) | Ty::Split(_)) {
            let shown = item.show(cx.db);
            cx.error(
                Code::T001,
                e.span,
                text!("{shown} 没有大小范围", "{shown} has no range"),
                text!("只有数量有范围", "only quantities have one"),
            );
            return None;
        }
        let want = Ty::Number(item.unit()?.clone());
        let x = cx.expr(e, None);
        let x = cx.fit(x, &want, true);
        let n = super::decl::literal(&x);
        if n.is_none() && x.ty != Ty::Error {
            cx.error(
                Code::T006,
                e.span,
                text!("范围须为常量", "a bound is a constant"),
                text!("依赖其他值", "depends on other values"),
            );
        }
        n
    };
    for c in list {
        match c {
            Constraint::Compare(op, e) => {
                if let Some(n) = bound(cx, e) {
                    out.push(TConstraint::Compare(*op, n, cx.at(e.span)));
                }
            }
            Constraint::Range(a, b) => {
                if let (Some(lo), Some(hi)) = (bound(cx, a), bound(cx, b)) {
                    if lo > hi {
                        cx.error(
                            Code::T001,
                            a.span.to(b.span),
                            text!("范围的下限大于上限", "the lower bound is above the upper"),
                            text!("永远不能满足", "nothing fits"),
                        );
                    }
                    out.push(TConstraint::Range(lo, hi, cx.at(a.span.to(b.span))));
                }
            }
            Constraint::Count(op, e) => match (&e.kind, &scalar) {
                (ExprKind::Number { value, unit: None, .. }, Ty::List(_)) if let Some(n) = whole(*value) => {
                    out.push(TConstraint::Count(*op, n, cx.at(e.span)));
                }
                _ => {
                    cx.error(
                        Code::T006,
                        e.span,
                        text!("`count` 用于列表，界限为整数", "`count` bounds a list by an integer"),
                        text!("此处", "here"),
                    );
                }
            },
            Constraint::Unique(field) => {
                if let Some(i) = list_field(cx, &scalar, field) {
                    out.push(TConstraint::Unique(i, cx.at(field.span)));
                }
            }
            Constraint::Sum { field, value, within, scaled } => {
                let i = match field {
                    Some(f) => match list_field(cx, &scalar, f) {
                        Some(i) => Some(i),
                        None => continue,
                    },
                    None if matches!(ty, Ty::Each(_) | Ty::List(_) | Ty::Error) => None,
                    None => {
                        let shown = ty.show(cx.db);
                        cx.error(
                            Code::T002,
                            value.span,
                            text!("{shown} 没有合计", "{shown} has no sum"),
                            text!("此处", "here"),
                        );
                        continue;
                    }
                };
                if !summed(cx, &scalar, i) {
                    let span = field.as_ref().map_or(value.span, |f| f.span);
                    cx.error(
                        Code::T001,
                        span,
                        text!("只有数量有合计", "only quantities have a sum"),
                        text!("此处", "here"),
                    );
                    continue;
                }
                let Some(n) = cx.tolerance(value) else { continue };
                let within = match within {
                    Some(w) => match cx.tolerance(w) {
                        Some(w) => Some(w),
                        None => continue,
                    },
                    None => None,
                };
                if let (true, Some(f), Ty::List(t)) = (*scaled, field, &scalar)
                    && let Ty::Record(r) = &**t
                    && super::each::read_inside(cx.db, r, &f.text)
                {
                    let n = &f.text;
                    cx.error(
                        Code::T006,
                        f.span,
                        text!(
                            "记录内部读取了 `{n}`，不能按比例调整",
                            "`{n}` is read inside its record; it cannot be scaled"
                        ),
                        text!("须无人读取", "nothing may read it"),
                    );
                    continue;
                }
                out.push(match (within, scaled) {
                    (None, false) => TConstraint::Sum(i, n, cx.at(value.span)),
                    (w, s) => TConstraint::SumWithin(i, n, w.unwrap_or_default(), *s, cx.at(value.span)),
                });
            }
        }
    }
    out
}

fn list_field(cx: &mut Cx<'_>, ty: &Ty, field: &ast::Ident) -> Option<u32> {
    if let Ty::List(t) = ty
        && let Ty::Record(r) = &**t
        && let Sig::Record(fields) = &sig(cx.db, r).sig
        && let Some(i) = fields.iter().position(|f| f.name == field.text)
    {
        if let Some(Some(c)) = super::conditional::conditions(cx.db, r.file, r.key.clone()).get(i) {
            let (n, when) = (&field.text, r.at(c.span));
            let d = Diagnostic::new(
                Code::T008,
                text!("不是每一条目都有 `{n}`，不能对它提要求", "not every item has `{n}`; no requirement rests on it"),
            )
            .at(cx.at(field.span), text!("有条件的字段", "a conditional field"))
            .also(when, text!("条件", "its condition"));
            cx.push(d);
            return None;
        }
        return Some(i as u32);
    }
    let n = &field.text;
    cx.error(
        Code::N009,
        field.span,
        text!("列表条目没有字段 `{n}`", "the items have no field `{n}`"),
        text!("不存在", "no such field"),
    );
    None
}

/// The period is the document's: it is no datum of its own.
fn no_period(cx: &mut Cx<'_>, ty: &Ty, at: Span) {
    match ty {
        Ty::List(t) | Ty::Optional(t) => no_period(cx, t, at),
        Ty::Period => {
            cx.error(
                Code::T001,
                at,
                text!(
                    "核算期不是输入项，数据文档的 `period` 给出它",
                    "a period is no datum: `period` of the document says it"
                ),
                text!("类型为 period", "this is a period"),
            );
        }
        _ => {}
    }
}

/// A number of items.
fn whole(n: Number) -> Option<u32> {
    n.to_i64().and_then(|v| u32::try_from(v).ok())
}

/// Whether the items of a list, or this field of theirs, have a sum.
fn summed(cx: &Cx<'_>, list: &Ty, field: Option<u32>) -> bool {
    let item = match list {
        Ty::List(t) => t.as_ref(),
        t => t,
    };
    let number = |t: &Ty| {
        let inner = match t {
            Ty::Optional(t) => t.as_ref(),
            t => t,
        };
        matches!(inner, Ty::Number(_) | Ty::Split(_) | Ty::Activity(_) | Ty::Error)
    };
    match (field, item) {
        (None, t) => number(t),
        (Some(i), Ty::Record(r)) => match &sig(cx.db, r).sig {
            Sig::Record(fields) => fields.get(i as usize).is_none_or(|f| number(&f.ty)),
            _ => true,
        },
        _ => true,
    }
}
