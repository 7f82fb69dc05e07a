//! Bodies of tests: inputs set to constants, and expectations on results, lines and reports.

use super::BodyKind;
use super::expr::{Cx, Mode};
use crate::db::{Item, Place, all_items};
use crate::names::{Ns, reach};
use crate::products::products;
use crate::report::unknown;
use crate::types::{EnumRef, TExpr, TKind, TResult, Through, Ty};
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
    pub sets: Vec<(Through, TExpr, Place)>,
    /// `scenario`
    pub scenario: Option<String>,
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
    Value(Through, TNumber),
    /// A report that is no number.
    Constant(Through, TExpr),
    /// Refused with this code.
    Error(String),
    /// This warning.
    Warning(String),
}

/// What a test says once: its period, its file of data, its scenario, its source.
fn once(cx: &mut Cx<'_>, before: &[(TestEntry, Span)], entry: &TestEntry, span: Span) {
    let single =
        matches!(entry, TestEntry::Period(..) | TestEntry::From(_) | TestEntry::Scenario(_) | TestEntry::Source(_));
    let same = |o: &&(TestEntry, Span)| std::mem::discriminant(&o.0) == std::mem::discriminant(entry);
    if single && before.iter().any(|o| same(&o)) {
        let message = text!("这一部分出现两次", "this part is given twice");
        cx.error(Code::S001, span, message, text!("只保留一处", "keep one of them"));
    }
}

pub(super) fn test(cx: &mut Cx<'_>, t: &Test) -> BodyKind {
    cx.mode = Mode::Plain;
    let mut out = TTest::default();
    for (i, (entry, span)) in t.entries.iter().enumerate() {
        once(cx, &t.entries[..i], entry, *span);
        match entry {
            TestEntry::Period(a, b) => out.period = Some((*a, *b)),
            TestEntry::Source(s) => out.source = cx.source(s),
            TestEntry::From(path) => out.from = Some((path.clone(), *span)),
            TestEntry::Scenario(name) => out.scenario = super::scenario::named(cx, name).or(out.scenario.take()),
            TestEntry::Set(path, value) => set(cx, &mut out.sets, path, value, *span),
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
                let known = warning(cx, &name.text);
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

/// An input set to a value, in a test or a scenario.
pub(super) fn set(
    cx: &mut Cx<'_>,
    sets: &mut Vec<(Through, TExpr, Place)>,
    path: &footrule_syntax::ast::Path,
    value: &Expr,
    span: Span,
) {
    let name = &path.0[0];
    let Some((target, depth)) = input_of(cx, path) else {
        let n = path.0.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(".");
        let at = cx.at(name.span.to(path.0.last().map_or(name.span, |p| p.span)));
        let mut d = unknown(cx.db, Code::I001, at, &n, Ns::Value, &[]);
        d.message = text!("没有输入 `{n}`", "no input `{n}`");
        cx.push(d);
        return;
    };
    let input = target.item.clone();
    if !cx.has_outer_type(&input, name.span) {
        return;
    }
    if cx.each(&input).is_some() && path.0.len() == depth + 1 {
        let rest = footrule_syntax::ast::Path(path.0[depth - 1..].to_vec());
        member(cx, sets, &target, &rest, value, span);
        return;
    }
    if sets.iter().any(|(i, _, _)| *i == target) {
        let n = target.name();
        cx.error(
            Code::I011,
            name.span,
            text!("输入 `{n}` 给了两次", "input `{n}` is given twice"),
            text!("重复", "again"),
        );
        return;
    }
    let ty = super::fixed::seen(cx.db, &target);
    let want = match &ty {
        Ty::Optional(t) => (**t).clone(),
        t => t.clone(),
    };
    let e = cx.expr(value, Some(&want));
    let e = cx.fit(e, &ty, true);
    super::constant::given(cx, &e);
    sets.push((target, e, cx.at(span)));
}

/// True if a rule or a process that it includes gives a warning of this name.
fn warning(cx: &Cx<'_>, name: &str) -> bool {
    let mut parts: Vec<&str> = name.split('.').collect();
    let Some(last) = parts.pop() else { return false };
    let mut process: Option<Item> = None;
    for part in parts {
        let include = match &process {
            None => match crate::names::lookup(cx.db, cx.item, Ns::Value, part.to_string()) {
                crate::names::Resolved::One(e) => Some(e.item),
                _ => None,
            },
            Some(p) => crate::names::inside(cx.db, p, Ns::Value, part),
        };
        process = include.and_then(|i| crate::names::included(cx.db, i.file, i.key.clone()));
        if process.is_none() {
            return false;
        }
    }
    let owner = process.map(|p| p.key.clone());
    let own = |i: &Item| i.owner().map(|o| o.key) == owner;
    let file = |f| all_items(cx.db, f).any(|i| i.key.keyword == "warn" && i.name() == last && own(i));
    crate::names::reachable(cx.db, cx.item.file).iter().any(|f| file(*f))
}

/// The input that a path names, and how many of its parts; the last may be the member of values for each.
fn input_of(cx: &Cx<'_>, path: &footrule_syntax::ast::Path) -> Option<(Through, usize)> {
    let parts: Vec<&str> = path.0.iter().map(|i| i.text.as_str()).collect();
    let t = crate::names::reach(cx.db, cx.item, &parts)?;
    let depth = t.path.len() + 1;
    let whole = depth == parts.len() || depth + 1 == parts.len() && cx.each(&t.item).is_some();
    (matches!(t.item.key.keyword.as_str(), "input" | "include") && whole && cx.is_open_input(&t)).then_some((t, depth))
}

fn expectation(
    cx: &mut Cx<'_>,
    what: &Ident,
    path: Option<&Path>,
    value: &Expr,
    within: Option<&Expr>,
) -> Option<TExpect> {
    let (parts, product) = which(cx, what, path)?;
    let name = parts.first().copied();
    let units = products(cx.db, cx.item.file).get(product)?.units.clone();
    let quality = TResult::quality(&what.text).filter(|_| name.is_none());
    let (target, unit): (Result<TResult, Through>, Ty) = match (what.text.as_str(), name) {
        _ if quality.is_some() => (quality.map_or(Ok(TResult::Total), Ok), Ty::number()),
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
        ("line", Some(_)) => {
            let line = cx.line_path(&parts)?;
            let ty = super::fixed::seen(cx.db, &line);
            (Err(line), ty)
        }
        ("report", Some(n)) => {
            match reach(cx.db, cx.item, &parts.iter().map(|i| i.text.as_str()).collect::<Vec<_>>()) {
                Some(t) if t.item.key.keyword == "report" => {
                    let ty = super::fixed::seen(cx.db, &t);
                    (Err(t), ty)
                }
                _ => {
                    let d = unknown(cx.db, Code::N001, cx.at(n.span), &n.text, Ns::Value, &[]);
                    cx.push(d);
                    return None;
                }
            }
        }
        _ => {
            let w = &what.text;
            cx.error(
                Code::N012,
                what.span,
                text!("不能期望 `{w}`", "`{w}` cannot be expected"),
                text!(
                    "可用 total、stage、gas、origin、line、report、error、warning、primary_share、rated_share、dqr",
                    "use total, stage, gas, origin, line, report, error, warning, primary_share, rated_share or dqr"
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

/// The names behind `stage`, `line` …, and the product: `total.urea`, `stage making.urea`.
fn which<'a>(cx: &mut Cx<'_>, what: &Ident, path: Option<&'a Path>) -> Option<(Vec<&'a Ident>, usize)> {
    let mut parts: Vec<&Ident> = path.iter().flat_map(|p| &p.0).collect();
    let names = match what.text.as_str() {
        "total" => 0,
        "stage" | "gas" | "origin" => 1,
        w if TResult::quality(w).is_some() => 0,
        _ => return Some((parts, 0)),
    };
    let product = parts.get(names).copied();
    parts.truncate(names);
    match product {
        Some(p) => Some((parts, cx.named_product(p)?)),
        None if products(cx.db, cx.item.file).len() == 1 => Some((parts, 0)),
        None => {
            let span = parts.first().map_or(what.span, |n| what.span.to(n.span));
            cx.of_which_product(span);
            None
        }
    }
}

/// A total that is expected in a further unit of the product is the figure in that unit.
fn in_its_unit(
    cx: &Cx<'_>,
    product: usize,
    target: Result<TResult, Through>,
    unit: UnitTy,
    e: &TExpr,
) -> (Result<TResult, Through>, UnitTy) {
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
    sets: &mut Vec<(Through, TExpr, Place)>,
    target: &Through,
    path: &footrule_syntax::ast::Path,
    value: &Expr,
    span: Span,
) {
    let input = &target.item;
    let Some((index, want)) = cx.member_path(input, path) else { return };
    let Some((members, _)) = cx.each(input) else { return };
    let e = cx.expr(value, Some(&want));
    let e = cx.fit(e, &want, true);
    super::constant::given(cx, &e);
    if !sets.iter().any(|(i, _, _)| i == target) {
        let kind = crate::types::TKind::Each(input.clone(), vec![None; cx.members(&members).len()]);
        let all = crate::types::TExpr { kind, ty: Ty::Each(input.clone()), span };
        sets.push((target.clone(), all, cx.at(span)));
    }
    let found = sets.iter_mut().find(|(i, _, _)| i == target);
    let Some((_, crate::types::TExpr { kind: crate::types::TKind::Each(_, values), .. }, _)) = found else { return };
    if values.get(index).is_some_and(Option::is_some) {
        let n = path.0.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(".");
        let name = path.0.first().map_or(span, |p| p.span);
        cx.error(Code::I011, name, text!("输入 `{n}` 给了两次", "input `{n}` is given twice"), text!("重复", "again"));
    } else if let Some(slot) = values.get_mut(index) {
        *slot = Some(e);
    }
}
