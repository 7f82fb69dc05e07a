//! Factors without a source.
//!
//! Every value of a parameter, a table or a gas is asked for its source, whatever it says. A number of a constant is a
//! factor if it relates two kinds of thing: emissions to electricity, heat to coal, carbon to anodes, mass to volume;
//! one kind stands above the line of its unit, another one below. In a line, only CO2e for something is one.
//!
//! No factors are: pure arithmetic of units (`1000 kg/t`, `24 h/d`) and rates of time alone (`80 km/h`); 0, and 1, which
//! says that one thing is counted as another; a quotient of two quantities, `44 kg{CO2} / 12 kg{C}`, whose parts relate
//! nothing; and a constant of a rule that only its checks read, which is a threshold.

use super::unused::mentioned;
use crate::check::{BodyKind, body_of, expressions};
use crate::db::{Db, Diag, Item, SourceFile, all_items};
use crate::types::{TExpr, TKind, Ty};
use crate::units::{Tag, UnitTy, unit_info};
use footrule_diag::{Code, Span, text};
use footrule_number::Number;
use footrule_syntax::ast::Stmt;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// Factors without a source.
pub(super) fn bare(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let compared = only_compared(db, file);
    for item in all_items(db, file).filter(|i| !compared.contains(i)) {
        bare_factors(db, item, &body_of(db, item).kind, out);
    }
}

/// Constants of a rule that its checks alone read: thresholds. Those of a module are for others.
fn only_compared(db: &dyn Db, file: SourceFile) -> FxHashSet<&Item> {
    if !super::is_rule(db, file) {
        return FxHashSet::default();
    }
    let (mut checked, mut read) = (FxHashSet::default(), FxHashSet::default());
    for item in all_items(db, file) {
        let kind = &body_of(db, item).kind;
        let by = if matches!(kind, BodyKind::Check(_)) { &mut checked } else { &mut read };
        expressions(kind, &mut |e| {
            mentioned(e, &mut |i| {
                by.insert(i.clone());
            })
        });
    }
    let threshold = |i: &&Item| i.key.keyword == "const" && checked.contains(*i) && !read.contains(*i);
    all_items(db, file).filter(threshold).collect()
}

fn bare_factors(db: &dyn Db, item: &Item, kind: &BodyKind, out: &mut Vec<Diag>) {
    let name = item.name();
    let mut lint = |span: Span| {
        out.push(
            Diag::new(Code::L002, text!("`{name}` 的数值没有来源", "a value of `{name}` has no source"))
                .at(item.at(span), text!("缺 `source`", "no `source`"))
                .help(text!(
                    "用 `source 名称 {{ title …; year … }}` 声明来源，在 `const`、`param` 或 `table` 引用",
                    "declare it by `source NAME {{ title …; year … }}` and cite it at a `const`, `param` or `table`"
                )),
        );
    };
    match kind {
        BodyKind::Param(p) => {
            if let Some(r) = p.rows.iter().find(|r| r.source.is_none()) {
                lint(r.span);
            }
        }
        BodyKind::Table(t) => {
            if let Some(r) = t.rows.iter().find(|r| r.source.is_none()) {
                lint(r.span);
            }
        }
        BodyKind::Value(e) if item.key.keyword == "const" && !is_cited(db, item) => {
            factors(e, &|u| relates(db, u), &mut lint);
        }
        BodyKind::Line(_) => expressions(kind, &mut |e| {
            factors(e, &|u| u.is_co2e() && u.atoms.len() > 1, &mut lint);
        }),
        _ => {
            // Global warming potentials relate every gas to CO2.
            if let Some(Stmt::Gas { gwps, .. }) = item.ast(db).map(|a| &a.stmt)
                && let Some(row) = gwps.iter().find(|r| r.source.is_none())
            {
                lint(row.span);
            }
        }
    }
}

/// True for a constant that names its source.
fn is_cited(db: &dyn Db, item: &Item) -> bool {
    matches!(item.ast(db).map(|a| &a.stmt), Some(Stmt::Const { source: Some(_), .. }))
}

/// Calls `f` with the place of every number of an expression that is a factor by its unit.
fn factors(e: &TExpr, is_factor: &dyn Fn(&UnitTy) -> bool, f: &mut dyn FnMut(Span)) {
    e.walk(&mut |x| {
        if let (TKind::Number(n, _), Ty::Number(u)) = (&x.kind, &x.ty)
            && !n.is_zero()
            && (*n != Number::ONE || u.is_co2e())
            && is_factor(u)
        {
            f(x.span);
        }
    });
}

/// A kind of thing: the base dimensions of a unit and its tag.
type Kind<'a> = (&'a [(Item, i32)], &'a Option<Tag>);

/// True if a unit has a kind of thing above the line and another one below it.
fn relates(db: &dyn Db, u: &UnitTy) -> bool {
    if u.atoms.len() < 2 || u.dimension(db).is_empty() {
        return false;
    }
    let mut kinds: BTreeMap<Kind<'_>, i32> = BTreeMap::new();
    for (atom, power) in &u.atoms {
        let info = unit_info(db, atom.unit.file, atom.unit.key.clone());
        *kinds.entry((&info.dimension, &atom.tag)).or_default() += power;
    }
    let is_time = |dimension: &[(Item, i32)], tag: &Option<Tag>| {
        tag.is_none() && matches!(dimension, [(base, 1)] if matches!(base.name(), "s" | "month" | "yr"))
    };
    let side = |above: bool| kinds.iter().any(|((d, tag), p)| *p != 0 && (*p > 0) == above && !is_time(d, tag));
    side(true) && side(false)
}
