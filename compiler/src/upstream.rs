//! Footprints of other products: what `footprint of …` means, and which rules a rule rests on.
//!
//! `footprint of RULE` names a rule whose file is brought in by `use`; it is CO2e per declared unit of that rule. Any
//! other word is a unit: `footprint of kg{steel}`. Invariant: nothing here reads a body, so rules that rest on each
//! other are found as a cycle and never become a cycle of queries.

use crate::db::{Db, Diag, Item, SourceFile, Workspace, items_of};
use crate::names::{Ns, Resolved, index, resolve};
use crate::sigs::{Follow, factor_unit};
use crate::types::Ty;
use crate::units::{UnitTy, read_unit};
use footrule_diag::{Code, Span, nearest, text};
use footrule_number::Number;
use footrule_syntax::ast::{self, Header, Ident, Stmt, UnitExpr};

/// Whose footprint an input takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FootprintOf {
    /// Any product in this unit.
    Unit,
    /// The product of this rule.
    Rule(SourceFile),
}

/// The footprint in a type, below `list of` and `optional`.
fn leaf(ty: &ast::Type) -> Option<(&UnitExpr, Span)> {
    match ty {
        ast::Type::Footprint(u, span) => Some((u, *span)),
        ast::Type::List(t, _) | ast::Type::Optional(t, _) => leaf(t),
        ast::Type::Unit(_) | ast::Type::Inner(_) | ast::Type::Activity(..) => None,
    }
}

/// The single word of a unit without tag and power.
fn word(u: &UnitExpr) -> Option<&Ident> {
    match u.atoms.as_slice() {
        [a] if a.tag.is_none() && a.power == 1 => Some(&a.symbol),
        _ => None,
    }
}

/// The rules that a file brings in by `use`, with their identifiers.
pub(crate) fn rules_in_use(db: &dyn Db, file: SourceFile) -> Vec<(String, SourceFile)> {
    let used = index(db, file).uses.iter().filter_map(|u| u.file(db));
    used.filter_map(|f| Some((crate::lints::rule_id(db, f)?.0, f))).collect()
}

/// The rule in use with this identifier.
pub(crate) fn rule_named(db: &dyn Db, file: SourceFile, name: &str) -> Option<SourceFile> {
    rules_in_use(db, file).into_iter().find(|(id, _)| id == name).map(|(_, f)| f)
}

/// Whose footprint a type takes, if it takes one.
pub(crate) fn footprint_of(db: &dyn Db, file: SourceFile, ty: &ast::Type) -> Option<FootprintOf> {
    let (u, _) = leaf(ty)?;
    let rule = word(u).and_then(|w| rule_named(db, file, &w.text));
    Some(rule.map_or(FootprintOf::Unit, FootprintOf::Rule))
}

/// What a rule's results are per: the declared amount and unit, and the unit of `round … in UNIT`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// How many declared units.
    pub amount: Option<Number>,
    /// The declared unit.
    pub unit: UnitTy,
    /// The unit that results are rounded in, if the rule names it; it is per one declared unit then.
    pub rounded_in: Option<UnitTy>,
    /// The rule has several products: there is no footprint of the rule.
    pub several: bool,
}

/// The declared unit of a rule, read from its header or the head of its product alone.
#[salsa::tracked(returns(ref))]
pub fn declared(db: &dyn Db, file: SourceFile) -> Declared {
    let mut out = Declared::default();
    let mut quiet = Vec::new();
    let mut unit = |item: &Item, u: &UnitExpr| read_unit(db, item, u, &mut |_, _| None, &mut quiet);
    for (item, h) in crate::names::headers(db, file) {
        match h {
            Header::Unit(u) => {
                out.amount = Some(u.amount);
                out.unit = unit(item, &u.unit);
            }
            Header::Round(r) => out.rounded_in = r.unit.as_ref().map(|u| unit(item, u)),
            _ => {}
        }
    }
    let mut products = 0;
    for item in items_of(db, file, &["product"]) {
        if let Some(Stmt::Product { unit: u, round, .. }) = item.ast(db).map(|a| &a.stmt) {
            products += 1;
            out.amount = Some(u.amount);
            out.unit = unit(item, &u.unit);
            if let Some(r) = round {
                out.rounded_in = r.unit.as_ref().map(|u| unit(item, u));
            }
        }
    }
    out.several = products > 1;
    out
}

/// Reads `footprint of …`: CO2e per unit of the product.
pub(crate) fn read_footprint(db: &dyn Db, item: &Item, u: &UnitExpr, follow: Follow<'_>, diags: &mut Vec<Diag>) -> Ty {
    if let Some(w) = word(u) {
        if let Some(rule) = rule_named(db, item.file, &w.text) {
            let Declared { unit, several, .. } = declared(db, rule);
            if *several {
                diags.push(of_several(db, item, w, rule));
                return Ty::Error;
            }
            // A header without a declared unit is reported where the rule is checked.
            return if unit.is_one() { Ty::Error } else { Ty::Split(factor_unit(db, item, unit)) };
        }
        if resolve(db, item.file, Ns::Unit, w.text.clone()) == Resolved::None {
            diags.push(no_rule(db, item, w));
            return Ty::Error;
        }
    }
    let before = diags.len();
    let unit = read_unit(db, item, u, follow, diags);
    if diags.len() > before {
        return Ty::Error;
    }
    if unit.is_one() || unit.atoms.iter().any(|(a, _)| a.tag == Some(crate::units::Tag::Co2e)) {
        diags.push(
            Diag::new(
                Code::T017,
                text!(
                    "足迹是某种产品的，不是二氧化碳当量的",
                    "a footprint is that of a product, not of CO2 equivalents"
                ),
            )
            .at(item.at(u.span), text!("此处写产品的单位", "the product's unit stands here"))
            .help(text!("例如 `footprint of kg{{steel}}`", "such as `footprint of kg{{steel}}`")),
        );
        return Ty::Error;
    }
    Ty::Split(factor_unit(db, item, &unit))
}

/// The footprint of a rule that has several products.
fn of_several(db: &dyn Db, item: &Item, w: &Ident, rule: SourceFile) -> Diag {
    let (n, list) = (&w.text, crate::products::names(db, rule).join(", "));
    let mut d = Diag::new(
        Code::T017,
        text!(
            "规则 `{n}` 有多个产品（{list}），不能取规则的足迹",
            "the rule `{n}` makes several products ({list}): it has no footprint of its own"
        ),
    )
    .at(item.at(w.span), text!("不是一种产品", "not one product"));
    if let Some(rule) = &index(db, rule).rule {
        d = d.also(rule.name_place(db), text!("规则在此", "the rule"));
    }
    d.help(text!(
        "按产品的单位取足迹，例如 `footprint of kg{{steel}}`，给出该产品的结果",
        "take it by the product's unit, such as `footprint of kg{{steel}}`, and give the result of that product"
    ))
}

/// A word that is neither a unit nor a rule in use.
pub(crate) fn no_rule(db: &dyn Db, item: &Item, w: &Ident) -> Diag {
    let n = &w.text;
    let d = Diag::new(
        Code::R017,
        text!("`{n}` 既不是单位，也不是已引用的规则", "`{n}` is neither a unit nor a rule in use"),
    )
    .at(item.at(w.span), text!("没有这条规则", "no such rule"));
    // A rule that only has to be brought in.
    let known = Workspace::try_get(db).map(|w| w.files(db).clone()).unwrap_or_default();
    let there = known.iter().find(|(_, f)| crate::lints::rule_id(db, **f).is_some_and(|(id, _)| id == *n));
    if let Some((key, _)) = there {
        let path = match key.strip_prefix("std:") {
            Some(m) => format!("std.{m}"),
            None => key.trim_end_matches(".md").trim_end_matches(".pcr").to_string(),
        };
        return d.help(text!("先写 `use {path}`", "write `use {path}` first"));
    }
    let rules: Vec<String> = rules_in_use(db, item.file).into_iter().map(|(id, _)| id).collect();
    match nearest(n, rules.iter().map(String::as_str)) {
        Some(near) => d.help(text!("是否指 `{near}`？", "is `{near}` meant?")).fix(item.at(w.span), near),
        None => d.help(text!(
            "用 `use` 引用那条规则的文件，或写产品的单位，例如 `footprint of kg{{steel}}`",
            "bring the rule's file in by `use`, or write the product's unit, such as `footprint of kg{{steel}}`"
        )),
    }
}

/// A footprint where none is read: parameters, tables and functions hold factors.
pub(crate) fn refuse(item: &Item, ty: &ast::Type, diags: &mut Vec<Diag>) {
    if let Some((_, span)) = leaf(ty) {
        diags.push(
            Diag::new(
                Code::T018,
                text!(
                    "`footprint of` 只能是输入或记录字段的类型",
                    "`footprint of` is the type of an input or of a record's field"
                ),
            )
            .at(item.at(span), text!("此处不读取数据", "no data are read here"))
            .help(text!(
                "写因子的单位，例如 `kg{{CO2e}}/kg{{steel}}`",
                "write the factor's unit, such as `kg{{CO2e}}/kg{{steel}}`"
            )),
        );
    }
}

/// The rules whose footprints a rule takes, itself or in records of its modules, with the first place of each.
#[salsa::tracked(returns(ref))]
pub fn upstreams(db: &dyn Db, file: SourceFile) -> Vec<(SourceFile, Item)> {
    let mut out: Vec<(SourceFile, Item)> = Vec::new();
    let mut files = vec![file];
    let mut next = 0;
    while next < files.len() {
        let f = files[next];
        next += 1;
        for u in &index(db, f).uses {
            if let Some(m) = u.file(db).filter(|m| index(db, *m).rule.is_none() && !files.contains(m)) {
                files.push(m);
            }
        }
        for item in items_of(db, f, &["input", "record"]) {
            let types: Vec<&ast::Type> = match item.ast(db).map(|a| &a.stmt) {
                Some(Stmt::Input(i)) => vec![&i.ty],
                Some(Stmt::Record { fields, .. }) => fields.iter().filter_map(|f| f.ty.as_ref()).collect(),
                _ => Vec::new(),
            };
            for ty in types {
                if let Some(FootprintOf::Rule(r)) = footprint_of(db, f, ty)
                    && !out.iter().any(|(x, _)| *x == r)
                {
                    out.push((r, item.clone()));
                }
            }
        }
    }
    out
}

/// The shortest way from a rule back to itself, if its footprint is needed for itself: the rules on it, this one first.
#[salsa::tracked(returns(ref))]
pub fn ring(db: &dyn Db, file: SourceFile) -> Vec<SourceFile> {
    let mut paths: Vec<Vec<SourceFile>> = vec![vec![file]];
    let mut seen: Vec<SourceFile> = Vec::new();
    let mut next = 0;
    while next < paths.len() {
        let path = paths[next].clone();
        next += 1;
        for (up, _) in path.last().map(|f| upstreams(db, *f)).into_iter().flatten() {
            if *up == file {
                return path;
            }
            if !seen.contains(up) {
                seen.push(*up);
                paths.push(path.iter().copied().chain([*up]).collect());
            }
        }
    }
    Vec::new()
}

/// True if some rule that this one rests on, however far up, needs its own footprint: then nothing can be evaluated.
pub(crate) fn endless(db: &dyn Db, file: SourceFile) -> bool {
    let mut files = vec![file];
    let mut next = 0;
    while next < files.len() {
        let f = files[next];
        next += 1;
        if !ring(db, f).is_empty() {
            return true;
        }
        for (up, _) in upstreams(db, f) {
            if !files.contains(up) {
                files.push(*up);
            }
        }
    }
    false
}

/// Rules that need their own footprint.
pub(crate) fn cycles(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let ring = ring(db, file);
    let Some(first) = ring.get(1).or(ring.first()) else { return };
    let Some((_, item)) = upstreams(db, file).iter().find(|(f, _)| f == first) else { return };
    let name = |f: &SourceFile| crate::lints::rule_id(db, *f).map_or_else(String::new, |(id, _)| id);
    let path = ring.iter().chain(ring.first()).map(name).collect::<Vec<_>>().join(" → ");
    let mut d = Diag::new(
        Code::R018,
        text!("规则的足迹要用到它自己的足迹：{path}", "the footprint of a rule needs itself: {path}"),
    )
    .at(item.name_place(db), text!("此输入在环上", "this input is part of the cycle"));
    for f in ring.iter().skip(1) {
        if let Some((_, i)) = upstreams(db, *f).iter().find(|(u, _)| ring.contains(u)) {
            d = d.also(i.name_place(db), text!("经过这里", "through here"));
        }
    }
    out.push(d.help(text!(
        "其中一处改为按单位给出的足迹，例如 `footprint of kg{{steel}}`",
        "take one of them as a number, by its unit: `footprint of kg{{steel}}`"
    )));
}
