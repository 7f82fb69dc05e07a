//! Bodies of rule statements: lines, checks, inputs, reports, the declared unit and the rounding.

use super::BodyKind;
use super::coerce::lift;
use super::constraints::constraints;
use super::expr::{Cx, Mode};
use crate::db::Item;
use crate::products::{RuleUnits, rule_units};
use crate::report::misfit;
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, GasTag, TBinder, TConstraint, TExpr, Ty};
use crate::units::{Dimension, Generator, Tag, UnitTy};
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_mir::Origin;
use footrule_syntax::ast::{self, CmpOp, Expr, ExprKind, Line, Piece, Round};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TLine {
    /// Loop variables.
    pub binders: Vec<TBinder>,
    /// The stage: known, or a value.
    pub stage: Option<Result<Item, TExpr>>,
    /// What names an item.
    pub named: Option<TExpr>,
    /// `when`
    pub when: Option<TExpr>,
    /// Origin.
    pub origin: TOrigin,
    /// The quantity.
    pub value: TExpr,
    /// The gas; `None` for CO2e.
    pub gas: Option<GasTag>,
}

/// The origin of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TOrigin {
    /// Not said.
    Default,
    /// One.
    One(Origin),
    /// Shares; `None` is the rest.
    Split(Vec<(Origin, Option<TExpr>)>),
}

impl TLine {
    /// Every expression of the line.
    pub fn expressions<'a>(&'a self, f: &mut dyn FnMut(&'a TExpr)) {
        self.binders.iter().for_each(|b| b.expressions(f));
        if let Some(Err(e)) = &self.stage {
            f(e);
        }
        self.named.iter().chain(&self.when).for_each(&mut *f);
        if let TOrigin::Split(parts) = &self.origin {
            parts.iter().filter_map(|(_, e)| e.as_ref()).for_each(&mut *f);
        }
        f(&self.value);
    }
}

/// A requirement or a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TCheck {
    /// Name.
    pub name: String,
    /// A warning.
    pub warn: bool,
    /// Condition.
    pub condition: TExpr,
    /// Message.
    pub zh: Vec<TPiece>,
    /// Message.
    pub en: Vec<TPiece>,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TPiece {
    /// Text.
    Text(String),
    /// A value.
    Value(TExpr),
}

impl TCheck {
    /// Every expression of the check.
    pub fn expressions<'a>(&'a self, f: &mut dyn FnMut(&'a TExpr)) {
        f(&self.condition);
        for p in self.zh.iter().chain(&self.en) {
            if let TPiece::Value(e) = p {
                f(e);
            }
        }
    }
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TReport {
    /// Value.
    pub value: TExpr,
    /// Rounding.
    pub round: Option<(u32, bool)>,
}

/// An input's bounds and defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TInput {
    /// Bounds.
    pub constraints: Vec<TConstraint>,
    /// `default`
    pub default: Option<TExpr>,
    /// `factor default|fixed`
    pub factor: Option<(bool, TExpr)>,
    /// `when`
    pub when: Option<TExpr>,
}

pub(super) fn input(cx: &mut Cx<'_>, i: &ast::Input) -> BodyKind {
    let s = sig(cx.db, cx.item);
    let Sig::Value(ty) = &s.sig else { return BodyKind::None };
    let when = i.when.as_ref().map(|w| cx.condition(w));
    // What stands in the declaration is read only if the input applies.
    when.iter().for_each(|c| cx.assume(c));
    // Bounds, default and factor are those of one value.
    let one = s.each.as_ref().map(|(_, t)| t.clone());
    let declared = ty;
    let ty = one.as_ref().unwrap_or(ty);
    let constraints = constraints(cx, &i.constraints, declared, s.integer, i.name.span);
    let default = i.default.as_ref().map(|d| {
        let want = match ty {
            Ty::Optional(t) => (**t).clone(),
            t => t.clone(),
        };
        let e = cx.expr(d, Some(&want));
        cx.fit(e, ty, true)
    });
    let factor = match (&i.factor, ty) {
        (Some(f), Ty::Activity(u)) => {
            let want = Ty::Split(crate::sigs::factor_unit(cx.db, cx.item, u));
            let e = cx.expr(&f.value, Some(&want));
            Some((f.fixed, cx.fit(e, &want, false)))
        }
        (Some(f), _) => {
            cx.error(
                Code::T002,
                f.value.span,
                text!("只有活动有因子", "only an activity has a factor"),
                text!("此处", "here"),
            );
            None
        }
        _ => None,
    };
    BodyKind::Input(Box::new(TInput { constraints, default, factor, when }))
}

pub(super) fn check(cx: &mut Cx<'_>, c: &ast::Check) -> TCheck {
    let condition = cx.boolean(&c.condition);
    let mut pieces = |list: &[Piece]| {
        list.iter()
            .map(|p| match p {
                Piece::Text(t) => TPiece::Text(t.clone()),
                Piece::Value(e) => {
                    let e = cx.expr(e, None);
                    let mode = std::mem::replace(&mut cx.mode, Mode::Results);
                    let e = cx.whole(e);
                    cx.mode = mode;
                    TPiece::Value(e)
                }
            })
            .collect::<Vec<_>>()
    };
    let (zh, en) = (pieces(&c.message.zh), pieces(&c.message.en));
    TCheck { name: c.name.as_ref().map_or_else(String::new, |n| n.text.clone()), warn: c.warn, condition, zh, en }
}

pub(super) fn report(cx: &mut Cx<'_>, ty: Option<&ast::Type>, value: &Expr, round: Option<&Round>) -> BodyKind {
    cx.mode = Mode::Results;
    let e = cx.declared(ty, value);
    let e = cx.whole(e);
    let e = match round.and_then(|r| r.unit.as_ref()) {
        Some(u) => {
            let unit = cx.unit(u);
            cx.fit(e, &Ty::Number(unit), false)
        }
        None => e,
    };
    let rounded = cx.rounded(&e);
    if let (Some(r), Ty::Bool | Ty::Text | Ty::Enum(_) | Ty::Date | Ty::Period) = (round, &e.ty) {
        let shown = e.ty.show(cx.db);
        cx.error(
            Code::T001,
            r.span,
            text!("只有数修约，{shown} 不修约", "only a number is rounded, {shown} is not"),
            text!("此处", "here"),
        );
    }
    if let (Some(r), Some(_)) = (round, rounded) {
        cx.error(
            Code::R004,
            r.span,
            text!("已修约的数不能再修约（GB/T 8170）", "a rounded number must not be rounded again (GB/T 8170)"),
            text!("再次修约", "rounded again"),
        );
    }
    if matches!(e.ty, Ty::List(_) | Ty::Record(_) | Ty::Row(_) | Ty::Activity(_) | Ty::Optional(_) | Ty::Shares(_)) {
        let shown = e.ty.show(cx.db);
        cx.error(
            Code::T001,
            e.span,
            text!("报告项须为单个值，得到 {shown}", "a report is a single value, {shown} was found"),
            text!("类型为 {shown}", "this is {shown}"),
        );
    }
    BodyKind::Report(Box::new(TReport {
        value: e,
        round: round.map(|r| (r.digits, r.significant)).or(rounded.map(|n| (n, false))),
    }))
}

/// The GWP set: a known assessment report, or a set that a gas in reach has values for.
pub(super) fn gwp(cx: &mut Cx<'_>, set: &ast::Ident) -> BodyKind {
    let mut known: Vec<String> = ["AR4", "AR5", "AR6"].map(str::to_string).into();
    for g in crate::names::gases(cx.db, cx.item.file) {
        if let Some(ast::Stmt::Gas { gwps, .. }) = g.ast(cx.db).map(|a| &a.stmt) {
            known.extend(gwps.iter().map(|r| r.set.text.clone()));
        }
    }
    known.sort();
    known.dedup();
    let words: Vec<&str> = known.iter().map(String::as_str).collect();
    cx.one_of(set, &words);
    BodyKind::None
}

/// The units that lines rest on. A process does not know its rule: its lines are plain masses of a gas or of CO2e, and
/// whether they fit the rule's basis is asked where it is included.
fn basis(cx: &Cx<'_>) -> RuleUnits {
    if cx.item.key.process.is_some() { RuleUnits::default() } else { rule_units(cx.db, cx.item.file).clone() }
}

/// What is left of a line's dimension when the product's share is taken out: must be a mass of gas or CO2e.
fn residual(cx: &Cx<'_>, unit: &UnitTy) -> Dimension {
    let u = basis(cx);
    let mut d = unit.dimension(cx.db);
    let mut subtract = |v: &UnitTy, sign: i32| {
        for (g, e) in v.dimension(cx.db) {
            *d.entry(g).or_insert(0) += e * sign;
        }
    };
    if let Some(r) = &u.reference {
        subtract(r, -1);
    }
    subtract(&u.declared, 1);
    d.retain(|_, e| *e != 0);
    d
}

pub(super) fn line(cx: &mut Cx<'_>, l: &Line) -> BodyKind {
    cx.mode = Mode::Line;
    // The line applies or not as a whole: its condition knows no item, and holds where the lists are read.
    let when = l.when.as_ref().map(|c| cx.boolean(c));
    when.iter().for_each(|c| cx.assume(c));
    let binders = cx.binders(&l.loops);
    let stage = match &l.stage {
        Some(Expr { kind: ExprKind::Name(n), .. }) if !cx.locals.iter().any(|x| x.name == n.text) => {
            cx.stage(n).map(Ok)
        }
        Some(e) => {
            let want = Ty::Enum(EnumRef::Stages);
            let x = cx.expr(e, Some(&want));
            Some(Err(cx.fit(x, &want, false)))
        }
        None => {
            if l.kind != ast::LineKind::Apart {
                let n = &l.name.text;
                cx.error(
                    Code::N006,
                    l.name.span,
                    text!("排放行 `{n}` 没有写阶段", "line `{n}` names no stage"),
                    text!("写 `in 阶段`", "write `in STAGE`"),
                );
            }
            None
        }
    };
    let named = l.named.as_ref().map(|e| {
        if l.loops.is_empty() {
            cx.error(
                Code::S015,
                e.span,
                text!("`named` 只用于按清单的行", "`named` belongs to a line over a list"),
                text!("此行没有 `for`", "this line has no `for`"),
            );
        }
        item_name(cx, e)
    });
    let origin = match &l.origin {
        None => TOrigin::Default,
        Some(ast::Origin::One(i)) => match super::builtin::origin(&i.text) {
            Some(o) => TOrigin::One(o),
            None => {
                cx.bad_origin(i);
                TOrigin::Default
            }
        },
        Some(ast::Origin::Split(parts)) => {
            let mut out = Vec::new();
            for (k, (i, e)) in parts.iter().enumerate() {
                let again = |(j, f): &(ast::Ident, Option<Expr>)| j.text == i.text || f.is_none() && e.is_none();
                if parts[..k].iter().any(again) {
                    cx.error(
                        Code::S001,
                        i.span,
                        text!("成因和 `rest` 各写一次", "an origin is given twice, and so is `rest`"),
                        text!("只保留一处", "keep one of them"),
                    );
                }
                let Some(o) = super::builtin::origin(&i.text) else {
                    cx.bad_origin(i);
                    continue;
                };
                let e = e.as_ref().map(|e| {
                    let x = cx.expr(e, None);
                    cx.fit(x, &Ty::number(), false)
                });
                out.push((o, e));
            }
            TOrigin::Split(out)
        }
    };
    let value = cx.expr(&l.value, None);
    let (value, gas) = quantity(cx, l, value);
    if let TOrigin::Split(_) = origin
        && gas.is_none()
        && value.ty != Ty::Error
    {
        cx.error(
            Code::U015,
            l.name.span,
            text!("二氧化碳当量已有来源组成，不能再分", "CO2e carries its origins already and is not split again"),
            text!("`origin split` 用于气体质量", "`origin split` is for masses of a gas"),
        );
    }
    let roots_escape = gas.as_ref().map_or_else(|| value.ty.clone(), |_| Ty::Error);
    cx.escape(&roots_escape, &binders, value.span);
    BodyKind::Line(Box::new(TLine { binders, stage, named, when, origin, value, gas }))
}

/// What names an item of a list.
pub(super) fn item_name(cx: &mut Cx<'_>, e: &Expr) -> TExpr {
    let x = cx.expr(e, None);
    if !matches!(x.ty, Ty::Text | Ty::Enum(_) | Ty::Error) {
        let shown = x.ty.show(cx.db);
        cx.error(
            Code::T001,
            x.span,
            text!(
                "条目名称须为文字或枚举值，得到 {shown}",
                "an item is named by a text or an enumeration value, {shown} was found"
            ),
            text!("类型为 {shown}", "this is {shown}"),
        );
    }
    x
}

/// Checks that a line's value is a mass of a gas or of CO2e on the rule's basis.
fn quantity(cx: &mut Cx<'_>, l: &Line, value: TExpr) -> (TExpr, Option<GasTag>) {
    let span = value.span;
    let unit = match &value.ty {
        Ty::Error => return (value, None),
        _ if basis(cx).broken => return (TExpr::error(span), None),
        Ty::Number(u) | Ty::Split(u) => u.clone(),
        other => {
            let shown = other.show(cx.db);
            return (
                cx.error(
                    Code::T001,
                    span,
                    text!("排放行须为质量，得到 {shown}", "a line is a mass, {shown} was found"),
                    text!("类型为 {shown}", "this is {shown}"),
                ),
                None,
            );
        }
    };
    let mass: Vec<(Item, i32)> = match crate::names::lookup(cx.db, cx.item, crate::names::Ns::Unit, "kg".into()) {
        crate::names::Resolved::One(e) => {
            crate::units::unit_info(cx.db, e.item.file, e.item.key.clone()).dimension.clone()
        }
        _ => Vec::new(),
    };
    let left = residual(cx, &unit);
    if left.len() == 1
        && let Some((Generator::Kind(dim, tag), 1)) = left.iter().next()
        && *dim == mass
    {
        if *tag == Tag::Co2e {
            let value = own_unit(cx, value, tag);
            return (lift(value), None);
        }
        if let Some(g) = cx.gas_of(tag, span) {
            return (own_unit(cx, value, tag), Some(g));
        }
    }
    // Say what a right line would look like, with the substance that the author came nearest to.
    let units = basis(cx);
    let per = match &units.reference {
        Some(r) => r.times(&units.declared, -1),
        None => UnitTy::one().times(&units.declared, -1),
    };
    let wanted = crate::sigs::factor_unit(cx.db, cx.item, &UnitTy::one()).times(&per, 1);
    let m = misfit(cx.db, &wanted, &unit, value.is_bare_literal());
    let code = if matches!(m.code, Code::U001 | Code::U007) || m.code == Code::U002 && forgotten_factor(&left) {
        Code::U006
    } else {
        m.code
    };
    let (w, f, n) = (crate::units::show_unit(cx.db, &wanted), crate::units::show_unit(cx.db, &unit), &l.name.text);
    let message = if code == Code::U006 {
        text!(
            "排放行 `{n}` 的单位 `{f}` 不是气体或二氧化碳当量的质量（需要 `{w}` 或某种气体）",
            "line `{n}` has the unit `{f}`, which is no mass of a gas or of CO2e (`{w}` or a gas is needed)"
        )
    } else {
        m.message
    };
    let mut d = Diagnostic::new(code, message).at(cx.at(span), text!("单位为 `{f}`", "this is `{f}`"));
    d.help = m.help;
    if let Some(h) = crate::products::products(cx.db, cx.item.file).first().and_then(|p| p.item.as_ref())
        && code == Code::U006
        && cx.item.key.process.is_none()
    {
        let place = h.at(h.ast(cx.db).map_or(Span::default(), |i| i.span));
        d = d.also(place, text!("声明单位决定排放行的单位", "the declared unit decides the unit of lines"));
    }
    cx.push(d);
    (TExpr::error(span), None)
}

/// A line's own quantity is a mass on the rule's basis: what the formula left uncancelled, `t{C}·kg{CO2}/kg{C}`, is
/// converted once to the mass unit that the author used, `kg{CO2}`.
fn own_unit(cx: &mut Cx<'_>, value: TExpr, tag: &Tag) -> TExpr {
    let Some(found) = value.ty.unit().cloned() else { return value };
    let mut masses = found.atoms.iter().filter(|(a, p)| a.tag.as_ref() == Some(tag) && *p == 1);
    let (Some((mass, _)), None) = (masses.next(), masses.next()) else { return value };
    let units = basis(cx);
    let reference = units.reference.clone().unwrap_or_else(UnitTy::one);
    let own = UnitTy { atoms: vec![(mass.clone(), 1)] }.times(&reference, 1).times(&units.declared, -1);
    if own == found || own.dimension(cx.db) != found.dimension(cx.db) {
        return value;
    }
    let span = value.span;
    cx.in_unit(value, &own, &found).unwrap_or_else(|| TExpr::error(span))
}

/// A plain mass, of whatever kind: what is missing is the factor, not another kind.
fn forgotten_factor(d: &Dimension) -> bool {
    d.len() == 1 || d.keys().all(|g| matches!(g, Generator::Base(_)))
}

/// A comparison in MIR's terms.
pub(crate) fn cmp(op: CmpOp) -> footrule_mir::Cmp {
    match op {
        CmpOp::Eq => footrule_mir::Cmp::Eq,
        CmpOp::Ne => footrule_mir::Cmp::Ne,
        CmpOp::Lt => footrule_mir::Cmp::Lt,
        CmpOp::Le => footrule_mir::Cmp::Le,
        CmpOp::Gt => footrule_mir::Cmp::Gt,
        CmpOp::Ge => footrule_mir::Cmp::Ge,
    }
}
