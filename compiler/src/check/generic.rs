//! Generic functions: their variables, and calls that say what these stand for.
//!
//! Guarantees: every variable of a function stands alone in some parameter, so that one argument decides it; two
//! arguments that decide it differently are an error; a temperature in °C is no unit to multiply with. The variables of
//! a process are declared alike; an include says what they stand for (`fixed`).

use super::expr::Cx;
use crate::db::{Db, Diag, Item};
use crate::generics::{Binding, Bound, Kind, alone, apply_ty, kind, process_variables};
use crate::names::{Ns, Resolved, inside, lookup};
use crate::types::{TExpr, TKind, Ty};
use crate::units::{Generator, Tag, UnitTy, unit_info};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::{Arg, Generic};

/// The variables of a function or a process, with what is wrong in them; those that stand for something.
pub(super) fn named(db: &dyn Db, f: &Item, list: &[Generic], diags: &mut Vec<Diag>) -> Vec<(Item, Span)> {
    let mut out = Vec::new();
    let around = f.owner().map_or(&[][..], |p| process_variables(db, p.file, p.key));
    for (i, (g, v)) in list.iter().zip(crate::generics::variables(db, f)).enumerate() {
        let n = &g.name.text;
        let at = f.at(g.name.span);
        if !["unit", "flow", "gas"].contains(&g.kind.text.as_str()) {
            let k = &g.kind.text;
            diags.push(
                Diag::new(Code::T026, text!("变量不能是 `{k}`", "a variable of a function or a process is no `{k}`"))
                    .at(f.at(g.kind.span), text!("可用 unit、flow、gas", "it is a unit, a flow or a gas")),
            );
            continue;
        }
        // A type is written as a unit is.
        let spaces = if kind(&v) == Some(Kind::Unit) { &[Ns::Unit, Ns::Type][..] } else { &[Ns::Flow] };
        let again = list[..i].iter().find(|o| o.name.text == *n).map(|o| f.at(o.name.span));
        let declared = || {
            spaces.iter().find_map(|ns| match lookup(db, f, *ns, n.clone()) {
                Resolved::One(e) => Some(e.item.name_place(db)),
                _ => inside(db, f, *ns, n).map(|e| e.name_place(db)),
            })
        };
        let outer = || around.iter().find(|o| o.name() == n).and_then(|_| f.owner()).map(|p| p.name_place(db));
        if let Some(first) = again.or_else(declared).or_else(outer) {
            diags.push(
                Diag::new(Code::N002, text!("名称 `{n}` 已经使用", "the name `{n}` is taken"))
                    .at(at, text!("再次声明", "declared again"))
                    .also(first, text!("先声明在此", "first declared here")),
            );
            continue;
        }
        out.push((v, g.name.span));
    }
    out
}

/// The variables of a function, with what is wrong in them.
pub(crate) fn declared(db: &dyn Db, f: &Item, list: &[Generic], params: &[(String, Ty)], diags: &mut Vec<Diag>) {
    for (v, span) in named(db, f, list, diags) {
        let (n, at) = (v.name().to_string(), f.at(span));
        let broken = params.iter().any(|(_, t)| *t == Ty::Error);
        if !broken && !params.iter().any(|(_, t)| alone(t, &v).is_some()) {
            let example = if kind(&v) == Some(Kind::Unit) { n.clone() } else { format!("t{{{n}}}") };
            diags.push(
                Diag::new(
                    Code::T026,
                    text!(
                        "没有参数单独说明 `{n}`，调用时不知它是什么",
                        "no parameter has `{n}` alone, so that no call says what it stands for"
                    ),
                )
                .at(at, text!("此变量", "this variable"))
                .help(text!("写一个类型为 `{example}` 的参数", "give it a parameter of type `{example}`")),
            );
        }
    }
}

impl Cx<'_> {
    /// A call of a generic function, its arguments in the order of the parameters.
    pub(super) fn generic_call(
        &mut self,
        f: &Item,
        (params, result, variables): (&[(String, Ty)], &Ty, &[Item]),
        args: &[&Arg],
        span: Span,
    ) -> TExpr {
        let typed: Vec<TExpr> = args.iter().map(|a| self.expr(&a.value, None)).collect();
        if typed.iter().any(|e| e.ty == Ty::Error) {
            return TExpr::error(span);
        }
        let mut binding = Binding::new();
        for v in variables {
            match self.decide(f, v, params, &typed) {
                Some(b) => binding.push((v.clone(), b)),
                None => return TExpr::error(span),
            }
        }
        let mut fitted: Vec<TExpr> = Vec::new();
        for ((_, ty), e) in params.iter().zip(typed) {
            let want = self.by_arguments(&apply_ty(ty, &binding), &fitted);
            fitted.push(self.fit(e, &want, false));
        }
        let ty = self.by_arguments(&apply_ty(result, &binding), &fitted);
        TExpr { kind: TKind::Call(f.clone(), fitted, binding), ty, span }
    }

    /// What the arguments say of a variable.
    fn decide(&mut self, f: &Item, v: &Item, params: &[(String, Ty)], typed: &[TExpr]) -> Option<Bound> {
        let mut found: Option<(Bound, &TExpr)> = None;
        let mut zero = None;
        for ((_, ty), e) in params.iter().zip(typed) {
            let Some(unit) = alone(ty, v) else { continue };
            // Zero has every unit: it decides nothing unless nothing else does.
            if e.is_zero_literal() && kind(v) == Some(Kind::Unit) {
                zero = Some(Bound::Unit(UnitTy::one()));
                continue;
            }
            let bound = self.bound(f, v, unit, e)?;
            match &found {
                Some((first, other)) if !self.agree(first, &bound) => {
                    let (n, a, b) = (v.name(), other.ty.show(self.db), e.ty.show(self.db));
                    let d = Diag::new(
                        Code::T027,
                        text!("`{n}` 不能既是 `{a}` 又是 `{b}`", "`{n}` cannot be `{a}` and `{b}` at once"),
                    )
                    .at(self.at(e.span), text!("此处 `{b}`", "`{b}` here"))
                    .also(self.at(other.span), text!("此处 `{a}`", "`{a}` here"))
                    .also(f.name_place(self.db), text!("函数声明在此", "the function is declared here"));
                    self.push(d);
                    return None;
                }
                Some(_) => {}
                None => found = Some((bound, e)),
            }
        }
        found.map(|(b, _)| b).or(zero)
    }

    /// What one argument says.
    fn bound(&mut self, f: &Item, v: &Item, wanted: &UnitTy, e: &TExpr) -> Option<Bound> {
        let mut ty = &e.ty;
        while let Ty::List(t) | Ty::Optional(t) = ty {
            ty = t;
        }
        let unit = match ty {
            Ty::Number(u) | Ty::Split(u) | Ty::Activity(u) => Some(u),
            _ => None,
        };
        let bound = unit.and_then(|u| match kind(v)? {
            Kind::Unit => u.offset(self.db).is_none().then(|| Bound::Unit(u.clone())),
            Kind::Flow => Some(Bound::Tag(self.only_tag(wanted, u)?, None)),
            Kind::Gas => {
                let tag = self.only_tag(wanted, u)?;
                let gas = self.gas_of(&tag, e.span)?;
                Some(Bound::Tag(tag, Some(gas)))
            }
        });
        if bound.is_none() {
            let (n, shown) = (v.name(), e.ty.show(self.db));
            let (want_zh, want_en) = match kind(v) {
                Some(Kind::Unit) => ("单位（温度先换算为 K）", "a unit (a temperature is converted to K first)"),
                Some(Kind::Gas) => ("某种气体的质量", "a mass of some gas"),
                _ => ("某种物质的量", "an amount of some substance"),
            };
            let d = Diag::new(
                Code::T027,
                text!("`{n}` 须是{want_zh}，得到 {shown}", "`{n}` stands for {want_en}, {shown} was found"),
            )
            .at(self.at(e.span), text!("类型为 {shown}", "this is {shown}"))
            .also(f.name_place(self.db), text!("函数声明在此", "the function is declared here"));
            self.push(d);
        }
        bound
    }

    /// The tag of a unit that has the dimension of `wanted` and one tag.
    pub(super) fn only_tag(&self, wanted: &UnitTy, found: &UnitTy) -> Option<Tag> {
        let (atom, _) = wanted.atoms.first()?;
        let dimension = &unit_info(self.db, atom.unit.file, atom.unit.key.clone()).dimension;
        let found = found.dimension(self.db);
        match (found.len(), found.iter().next()?) {
            (1, (Generator::Kind(d, tag), 1)) if d == dimension => Some(tag.clone()),
            _ => None,
        }
    }

    fn agree(&self, a: &Bound, b: &Bound) -> bool {
        match (a, b) {
            (Bound::Unit(a), Bound::Unit(b)) => a.dimension(self.db) == b.dimension(self.db),
            (Bound::Tag(a, _), Bound::Tag(b, _)) => a == b,
            _ => false,
        }
    }

    /// Refuses what depends on the size of a unit that stands for any.
    pub(super) fn sized(&mut self, unit: &UnitTy, span: Span) -> bool {
        if !crate::generics::has_variable_unit(unit) {
            return true;
        }
        let d = crate::report::opaque(self.db, unit)
            .at(self.at(span), text!("须知道单位的大小", "needs the size of the unit"));
        self.push(d);
        false
    }
}

/// The gas of a variable or of a gas.
pub(crate) fn is_gas_item(item: &Item) -> bool {
    item.key.keyword == "gas" || kind(item) == Some(Kind::Gas)
}
