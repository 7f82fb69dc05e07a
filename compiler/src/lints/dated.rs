//! Years for which a rule may ask and a dated value that it reads has none.
//!
//! A rule may ask for the year in which it becomes valid, for the years of its tests, and for those between. A year
//! counts as covered if there is a value on any of its days.

use crate::check::{BodyKind, TExpect, TParam, body_of, expressions};
use crate::db::{Db, Diag, Item, SourceFile, all_items};
use crate::names::{headers, index};
use crate::sigs::{Sig, sig};
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::{DateKey, Header, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// Gaps of the params that a rule reads at its period.
pub(super) fn uncovered(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    if index(db, file).rule.is_none() {
        return;
    }
    let Some((first, last)) = asked(db, file) else { return };
    let mut told: BTreeSet<Item> = BTreeSet::new();
    let mut known: BTreeMap<Item, BTreeSet<Item>> = BTreeMap::new();
    for item in all_items(db, file) {
        let kind = &body_of(db, item).kind;
        if matches!(kind, BodyKind::Test(_)) {
            continue;
        }
        let mut reads: Vec<(Item, Span)> = Vec::new();
        expressions(kind, &mut |e| e.walk(&mut |x| direct(db, x, &mut known, &mut |p| reads.push((p, x.span)))));
        if let (BodyKind::Input(_), Sig::Value(ty)) = (kind, &sig(db, item).sig) {
            let mut params = BTreeSet::new();
            of_type(db, ty, &mut known, &mut params);
            let at = item.name_place(db).span;
            reads.extend(params.into_iter().map(|p| (p, at)));
        }
        for (param, span) in reads {
            let BodyKind::Param(p) = &body_of(db, &param).kind else { continue };
            let missing: Vec<String> = (first..=last).filter(|y| !covers(p, *y)).map(|y| y.to_string()).collect();
            if missing.is_empty() || p.rows.is_empty() || !told.insert(param.clone()) {
                continue;
            }
            let (n, list) = (param.name(), missing.join(", "));
            let have = p.rows.iter().map(|r| year(r.key).to_string()).collect::<Vec<_>>().join(", ");
            out.push(
                Diag::new(Code::L011, text!("`{n}` 没有 {list} 年的值", "`{n}` has no value for {list}"))
                    .at(
                        item.at(span),
                        text!("规则可能要 {first} 至 {last} 年的值", "the rule may ask for {first} to {last}"),
                    )
                    .also(param.name_place(db), text!("有 {have} 年的值", "has values for {have}"))
                    .help(text!(
                        "补上这些年份的行，或声明 `after last hold with warning until 日期`",
                        "add rows for these years, or declare `after last hold with warning until DATE`"
                    )),
            );
        }
    }
}

/// The first and the last year in question.
fn asked(db: &dyn Db, file: SourceFile) -> Option<(i32, i32)> {
    let mut years: Vec<i32> = headers(db, file)
        .filter_map(|(_, h)| match h {
            Header::Valid { from, .. } => Some(from.0.year),
            _ => None,
        })
        .collect();
    for item in all_items(db, file) {
        if let BodyKind::Test(t) = &body_of(db, item).kind
            && let Some((from, to)) = t.period
            // What a test expects to fail, the rule does not ask for.
            && !t.expects.iter().any(|(e, _)| matches!(e, TExpect::Error(_)))
        {
            years.extend([year(from), year(to.unwrap_or(from))]);
        }
    }
    Some((*years.iter().min()?, *years.iter().max()?)).filter(|(a, b)| b - a < 100)
}

fn year(key: DateKey) -> i32 {
    match key {
        DateKey::Year(y) => y,
        DateKey::Day(d) => d.year,
    }
}

/// True if the param has a value on some day of a year.
fn covers(p: &TParam, asked: i32) -> bool {
    let start = |k: DateKey| match k {
        DateKey::Year(y) => (y, 1, 1),
        DateKey::Day(d) => (d.year, d.month, d.day),
    };
    let mut keys: Vec<DateKey> = p.rows.iter().map(|r| r.key).collect();
    keys.sort_by_key(|k| start(*k));
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return true };
    let within = keys.iter().enumerate().any(|(i, k)| match k {
        DateKey::Year(y) => *y == asked,
        // A day's value holds until the next row begins.
        DateKey::Day(d) => d.year <= asked && keys.get(i + 1).is_none_or(|n| start(*n) > (asked, 1, 1)),
    });
    within
        || year(*first) > asked && matches!(p.before, Policy::Hold { .. })
        || year(*last) < asked
            && matches!(&p.after, Policy::Hold { until, .. } if until.is_none_or(|u| u.year >= asked))
}

/// The params that an expression reads at the period: itself, or by way of a function or a computed field.
fn direct(db: &dyn Db, x: &TExpr, known: &mut BTreeMap<Item, BTreeSet<Item>>, f: &mut dyn FnMut(Item)) {
    match &x.kind {
        TKind::Item(i) if i.key.keyword == "param" => f(i.clone()),
        TKind::ParamAt(i, at) if matches!(at.kind, TKind::Period) => f(i.clone()),
        TKind::Call(i, ..) => of_body(db, i, known).into_iter().for_each(f),
        _ => {}
    }
}

/// The params that a body reads, by way of what it calls.
fn of_body(db: &dyn Db, item: &Item, known: &mut BTreeMap<Item, BTreeSet<Item>>) -> BTreeSet<Item> {
    if let Some(params) = known.get(item) {
        return params.clone();
    }
    // What is being looked at is not looked at again.
    known.insert(item.clone(), BTreeSet::new());
    let mut out = BTreeSet::new();
    expressions(&body_of(db, item).kind, &mut |e| {
        e.walk(&mut |x| {
            direct(db, x, known, &mut |p| {
                out.insert(p);
            });
        });
    });
    known.insert(item.clone(), out.clone());
    out
}

/// The params that the records of an input's type read.
fn of_type(db: &dyn Db, ty: &Ty, known: &mut BTreeMap<Item, BTreeSet<Item>>, out: &mut BTreeSet<Item>) {
    match ty {
        Ty::List(t) | Ty::Optional(t) => of_type(db, t, known, out),
        Ty::Record(r) if !known.contains_key(r) => {
            out.extend(of_body(db, r, known));
            if let Sig::Record(fields) = &sig(db, r).sig {
                fields.iter().for_each(|f| of_type(db, &f.ty, known, out));
            }
        }
        _ => {}
    }
}
