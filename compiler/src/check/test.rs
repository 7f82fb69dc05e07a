//! Bodies of tests: inputs set to constants, and expectations on results, lines and reports.

use super::BodyKind;
use super::expr::{Cx, Mode};
use crate::db::{Item, Place};
use crate::names::{Ns, Resolved, resolve};
use crate::products::products;
use crate::report::unknown;
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, TExpr, TKind, TResult, Ty};
use crate::units::UnitTy;
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_number::{Number, Ratio};
use footrule_syntax::ast::{DateKey, Expr, Ident, Path, Test, TestEntry};

/// A test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TTest {
    /// Period.
    pub period: Option<(DateKey, Option<DateKey>)>,
    /// Inputs.
    pub sets: Vec<(Item, TExpr, Place)>,
    /// `from`
    pub from: Option<(String, Span)>,
    /// Expectations.
    pub expects: Vec<(TExpect, Place)>,
    /// Source.
    pub source: Option<Item>,
}

/// The expected number: value, decimals, tolerance, ratio from the figure's unit, unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TNumber {
    /// Expected.
    pub value: Number,
    /// Decimals written.
    pub decimals: u32,
    /// Largest difference.
    pub within: Option<Number>,
    /// From the figure's unit to `unit`.
    pub scale: Ratio,
    /// Unit of the expectation.
    pub unit: UnitTy,
    /// A bare number: in the published unit, the declared amount included.
    pub bare: bool,
}

/// An expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TExpect {
    /// A figure of the result of a product.
    Result(TResult, usize, TNumber),
    /// A line's own quantity or a report.
    Value(Item, TNumber),
    /// A report that is no number.
    Constant(Item, TExpr),
    /// Refused with this code.
    Error(String),
    /// This warning.
    Warning(String),
}

pub(super) fn test(cx: &mut Cx<'_>, t: &Test) -> BodyKind {
    cx.mode = Mode::Plain;
    let mut out = TTest::default();
    for (entry, span) in &t.entries {
        match entry {
            TestEntry::Period(a, b) => out.period = Some((*a, *b)),
            TestEntry::Source(s) => out.source = cx.source(s),
            TestEntry::From(path) => out.from = Some((path.clone(), *span)),
            TestEntry::Set(path, value) => set(cx, &mut out, path, value, *span),
            TestEntry::Value { what, name, value, within } => {
                if let Some(e) = expectation(cx, what, name.as_ref(), value, within.as_ref()) {
                    out.expects.push((e, cx.at(*span)));
                }
            }
            TestEntry::Error(code) => match Code::parse(&code.text) {
                Some(c) => out.expects.push((TExpect::Error(c.as_str().to_string()), cx.at(*span))),
                None => {
                    let c = &code.text;
                    cx.error(
                        Code::N001,
                        code.span,
                        text!("没有诊断码 `{c}`", "no diagnostic code `{c}`"),
                        text!("未知", "unknown"),
                    );
                }
            },
            TestEntry::Warning(name) => {
                let known = crate::db::items(cx.db, cx.item.file)
                    .iter()
                    .any(|i| i.key.keyword == "warn" && i.name() == name.text);
                if known {
                    out.expects.push((TExpect::Warning(name.text.clone()), cx.at(*span)));
                } else {
                    let n = &name.text;
                    cx.error(
                        Code::N001,
                        name.span,
                        text!("没有名为 `{n}` 的提示", "no warning named `{n}`"),
                        text!("未知", "unknown"),
                    );
                }
            }
        }
    }
    BodyKind::Test(Box::new(out))
}

fn set(cx: &mut Cx<'_>, out: &mut TTest, path: &footrule_syntax::ast::Path, value: &Expr, span: Span) {
    let name = &path.0[0];
    let input = match resolve(cx.db, cx.item.file, Ns::Value, name.text.clone()) {
        Resolved::One(e) if e.item.key.keyword == "input" && path.0.len() == 1 => e.item,
        Resolved::One(e) if cx.each(&e.item).is_some() && path.0.len() == 2 => {
            member(cx, out, &e.item, path, value, span);
            return;
        }
        _ => {
            let mut d = unknown(cx.db, Code::I001, cx.at(name.span), &name.text, Ns::Value, &[]);
            let n = &name.text;
            d.message = text!("没有输入 `{n}`", "no input `{n}`");
            cx.push(d);
            return;
        }
    };
    if out.sets.iter().any(|(i, _, _)| *i == input) {
        let n = &name.text;
        cx.error(
            Code::I011,
            name.span,
            text!("输入 `{n}` 给了两次", "input `{n}` is given twice"),
            text!("重复", "again"),
        );
        return;
    }
    let Sig::Value(ty) = &sig(cx.db, &input).sig else { return };
    let want = match ty {
        Ty::Optional(t) => (**t).clone(),
        t => t.clone(),
    };
    let e = cx.expr(value, Some(&want));
    let e = cx.fit(e, ty, true);
    out.sets.push((input, e, cx.at(span)));
}

fn expectation(
    cx: &mut Cx<'_>,
    what: &Ident,
    path: Option<&Path>,
    value: &Expr,
    within: Option<&Expr>,
) -> Option<TExpect> {
    let (name, product) = which(cx, what, path)?;
    let units = products(cx.db, cx.item.file).get(product)?.units.clone();
    let (target, unit): (Result<TResult, Item>, Ty) = match (what.text.as_str(), name) {
        ("total", None) => (Ok(TResult::Total), Ty::Number(units.result)),
        ("stage", Some(n)) => (Ok(TResult::Stage(cx.stage(n)?)), Ty::Number(units.result)),
        ("gas", Some(n)) => match cx.member(&EnumRef::Gases, n)?.kind {
            TKind::Gas(g) => (Ok(TResult::Gas(g)), Ty::Number(units.result)),
            _ => return None,
        },
        ("origin", Some(n)) => match super::builtin::origin(&n.text) {
            Some(o) => (Ok(TResult::Origin(o)), Ty::Number(units.result)),
            None => {
                cx.bad_origin(n);
                return None;
            }
        },
        ("line", Some(n)) => {
            let line = cx.line(n)?;
            let ty = super::value_type(cx.db, line.file, line.key.clone()).clone();
            (Err(line), ty)
        }
        ("report", Some(n)) => match resolve(cx.db, cx.item.file, Ns::Value, n.text.clone()) {
            Resolved::One(e) if e.item.key.keyword == "report" => {
                let ty = super::value_type(cx.db, e.item.file, e.item.key.clone()).clone();
                (Err(e.item), ty)
            }
            _ => {
                let d = unknown(cx.db, Code::N001, cx.at(n.span), &n.text, Ns::Value, &[]);
                cx.push(d);
                return None;
            }
        },
        _ => {
            let w = &what.text;
            cx.error(
                Code::N012,
                what.span,
                text!("不能期望 `{w}`", "`{w}` cannot be expected"),
                text!(
                    "可用 total、stage、gas、origin、line、report、error、warning",
                    "use total, stage, gas, origin, line, report, error or warning"
                ),
            );
            return None;
        }
    };
    let unit = match unit {
        Ty::Number(u) | Ty::Split(u) => u,
        Ty::Error => return None,
        other => {
            let e = cx.expr(value, Some(&other));
            let e = cx.fit(e, &other, false);
            return match target {
                Err(item) => Some(TExpect::Constant(item, e)),
                Ok(_) => None,
            };
        }
    };
    let e = cx.expr(value, None);
    let bare = e.is_bare_literal();
    let (target, unit) = in_its_unit(cx, product, target, unit, &e);
    let own = if bare { unit.clone() } else { e.ty.unit()?.clone() };
    // The figure is brought to the unit written, so that the decimals written mean what they say.
    if own.dimension(cx.db) != unit.dimension(cx.db) {
        cx.fit(e, &Ty::Number(unit), false);
        return None;
    }
    let scale = unit.factor_to(cx.db, &own)?;
    let Some(number) = super::decl::literal(&e) else {
        let d = Diagnostic::new(Code::T006, text!("期望值须为常量", "an expected value is a constant"))
            .at(cx.at(e.span), text!("此处", "here"));
        cx.push(d);
        return None;
    };
    let decimals = decimals(&e);
    let within = match within {
        Some(w) => {
            let t = cx.expr(w, None);
            let t = cx.fit(t, &Ty::Number(own.clone()), true);
            Some(super::decl::literal(&t)?)
        }
        None => None,
    };
    let n = TNumber { value: number, decimals, within, scale, unit: own, bare };
    Some(match target {
        Ok(r) => TExpect::Result(r, product, n),
        Err(item) => TExpect::Value(item, n),
    })
}

/// The name behind `stage`, `gas` …, and the product: `total.urea`, `stage making.urea`.
fn which<'a>(cx: &mut Cx<'_>, what: &Ident, path: Option<&'a Path>) -> Option<(Option<&'a Ident>, usize)> {
    let parts = path.map_or(&[][..], |p| p.0.as_slice());
    let (name, product) = match what.text.as_str() {
        "total" => (None, parts.first()),
        "stage" | "gas" | "origin" => (parts.first(), parts.get(1)),
        _ => return Some((parts.first(), 0)),
    };
    match product {
        Some(p) => Some((name, cx.named_product(p)?)),
        None if products(cx.db, cx.item.file).len() == 1 => Some((name, 0)),
        None => {
            let span = name.map_or(what.span, |n| what.span.to(n.span));
            cx.of_which_product(span);
            None
        }
    }
}

/// A total that is expected in a further unit of the product is the figure in that unit.
fn in_its_unit(
    cx: &Cx<'_>,
    product: usize,
    target: Result<TResult, Item>,
    unit: UnitTy,
    e: &TExpr,
) -> (Result<TResult, Item>, UnitTy) {
    let (Ok(TResult::Total), Some(own)) = (&target, e.ty.unit()) else { return (target, unit) };
    if own.dimension(cx.db) == unit.dimension(cx.db) {
        return (target, unit);
    }
    let all = &super::also_units(cx.db, cx.item.file).list;
    let mut mine = all.iter().filter(|a| a.product == product).enumerate();
    match mine.find(|(_, a)| a.result.dimension(cx.db) == own.dimension(cx.db)) {
        Some((i, a)) => (Ok(TResult::Also(i)), a.result.clone()),
        None => (target, unit),
    }
}

fn decimals(e: &TExpr) -> u32 {
    match &e.kind {
        TKind::Number(_, d) => *d,
        TKind::Unary(_, x) | TKind::Retag(x) => decimals(x),
        _ => 28,
    }
}

/// `share.lagoon = 0.4`: one entry for each member makes up the input.
fn member(
    cx: &mut Cx<'_>,
    out: &mut TTest,
    input: &crate::db::Item,
    path: &footrule_syntax::ast::Path,
    value: &Expr,
    span: Span,
) {
    let Some((index, want)) = cx.member_path(input, path) else { return };
    let Some((members, _)) = cx.each(input) else { return };
    let e = cx.expr(value, Some(&want));
    let e = cx.fit(e, &want, true);
    if !out.sets.iter().any(|(i, _, _)| i == input) {
        let kind = crate::types::TKind::Each(input.clone(), vec![None; cx.members(&members).len()]);
        let all = crate::types::TExpr { kind, ty: Ty::Each(input.clone()), span };
        out.sets.push((input.clone(), all, cx.at(span)));
    }
    let found = out.sets.iter_mut().find(|(i, _, _)| i == input);
    let Some((_, crate::types::TExpr { kind: crate::types::TKind::Each(_, values), .. }, _)) = found else { return };
    if values.get(index).is_some_and(Option::is_some) {
        let n = path.0.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(".");
        let name = path.0.first().map_or(span, |p| p.span);
        cx.error(Code::I011, name, text!("输入 `{n}` 给了两次", "input `{n}` is given twice"), text!("重复", "again"));
    } else if let Some(slot) = values.get_mut(index) {
        *slot = Some(e);
    }
}
