//! Declared units: of the header, of products, further ones; and how results are rounded.

use super::BodyKind;
use super::expr::Cx;
use crate::db::{Diag, Item};
use crate::products::{products, rule_units};
use crate::report::misfit;
use crate::sigs::factor_unit;
use crate::types::{TExpr, Ty};
use crate::units::UnitTy;
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_syntax::ast::{DeclaredUnit, Round};

/// A declared unit with its further units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TProduct {
    /// The reference flow.
    pub of: Option<TExpr>,
    /// The flow of each `also unit`; `None` where none is written.
    pub also: Vec<Option<TExpr>>,
}

/// `product NAME declared unit …`
pub(super) fn product(cx: &mut Cx<'_>, unit: &DeclaredUnit, also: &[DeclaredUnit], round: Option<&Round>) -> BodyKind {
    let of = declared(cx, unit);
    let also = also.iter().map(|u| declared(cx, u)).collect();
    if let Some(r) = round {
        let mut quiet = Vec::new();
        let declared = crate::units::read_unit(cx.db, cx.item, &unit.unit, &mut |_, _| None, &mut quiet);
        rounding(cx, r, quiet.is_empty().then_some(&declared));
    }
    BodyKind::Product(Box::new(TProduct { of, also }))
}

/// `declared unit …` in the header.
pub(super) fn header_unit(cx: &mut Cx<'_>, unit: &DeclaredUnit) -> BodyKind {
    let of = declared(cx, unit);
    BodyKind::Product(Box::new(TProduct { of, also: Vec::new() }))
}

/// `also unit …` in the header.
pub(super) fn header_also(cx: &mut Cx<'_>, unit: &DeclaredUnit) -> BodyKind {
    let also = vec![declared(cx, unit)];
    BodyKind::Product(Box::new(TProduct { of: None, also }))
}

/// The reference flow of a declared unit.
fn declared(cx: &mut Cx<'_>, u: &DeclaredUnit) -> Option<TExpr> {
    cx.unit(&u.unit);
    if u.amount <= footrule_number::Number::ZERO {
        let n = u.amount;
        cx.error(
            Code::T001,
            u.span,
            text!("声明单位的数量须大于零，得到 {n}", "the declared amount is above zero, {n} was found"),
            text!("此处", "here"),
        );
    }
    let of = u.of.as_ref()?;
    if let Some(line) = crate::products::rests_on_line(cx.db, cx.item) {
        return Some(on_line(cx, of.span, &line));
    }
    let e = cx.expr(of, None);
    if !matches!(e.ty, Ty::Number(_) | Ty::Error) {
        let shown = e.ty.show(cx.db);
        return Some(cx.error(
            Code::T001,
            e.span,
            text!("参考流须为数量，得到 {shown}", "the reference flow is a quantity, {shown} was found"),
            text!("类型为 {shown}", "this is {shown}"),
        ));
    }
    Some(e)
}

/// A reference flow that rests on a line, which is counted per that flow.
fn on_line(cx: &mut Cx<'_>, span: Span, line: &Item) -> TExpr {
    let n = line.name();
    let d = Diag::new(
        Code::N003,
        text!(
            "参考流取决于排放行 `{n}`，而排放行按参考流计",
            "the reference flow rests on the line `{n}`, and lines are counted per reference flow"
        ),
    )
    .at(cx.at(span), text!("参考流", "the reference flow"))
    .also(line.name_place(cx.db), text!("排放行在此", "the line"))
    .help(text!(
        "写成不读取排放行的数量，例如产量的输入或由输入算出的 `let`",
        "write a quantity that reads no line, such as the input of the output or a `let` made of inputs"
    ));
    cx.push(d);
    TExpr::error(span)
}

/// `round …` in the header.
pub(super) fn header_rounding(cx: &mut Cx<'_>, r: &Round) -> BodyKind {
    let units = rule_units(cx.db, cx.item.file);
    let one = products(cx.db, cx.item.file).len() == 1;
    let declared = (one && units.given && !units.broken).then_some(&units.declared);
    rounding(cx, r, declared);
    BodyKind::None
}

/// How figures are rounded, and the unit that they are in.
fn rounding(cx: &mut Cx<'_>, r: &Round, declared: Option<&UnitTy>) {
    if r.digits > 28 {
        let n = r.digits;
        cx.error(
            Code::T006,
            r.span,
            text!("小数位数须在 0 到 28 之间，得到 {n}", "decimals are 0 to 28, {n} was found"),
            text!("此处", "here"),
        );
    }
    let (Some(u), Some(declared)) = (&r.unit, declared) else { return };
    let unit = cx.unit(u);
    let want = factor_unit(cx.db, cx.item, declared);
    if unit.dimension(cx.db) != want.dimension(cx.db) {
        wrong_unit(cx, u.span, &want, &unit);
    }
}

fn wrong_unit(cx: &mut Cx<'_>, span: Span, want: &UnitTy, unit: &UnitTy) {
    let m = misfit(cx.db, want, unit, false);
    let shown = crate::units::show_unit(cx.db, unit);
    let mut d = Diagnostic::new(m.code, m.message).at(cx.at(span), text!("单位为 `{shown}`", "this is `{shown}`"));
    d.help = m.help;
    cx.push(d);
}
