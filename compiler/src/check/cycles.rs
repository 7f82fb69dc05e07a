//! Definition cycles, found on names before any type is computed. Only values that are computed can be part of one.

use crate::db::{Db, Item, SourceFile};
use crate::names::{Ns, Resolved, index, resolve};
use footrule_syntax::ChunkKey;
use footrule_syntax::ast::{Binder, Expr, ExprKind, Header, Line, Origin, Stmt};
use std::collections::BTreeSet;
use std::sync::Arc;

fn binder(b: &Binder, f: &mut dyn FnMut(&str)) {
    names(&b.list, f);
    b.filter.iter().for_each(|e| names(e, f));
    b.series.iter().for_each(|(_, e)| names(e, f));
}

/// Calls `f` with every name that an expression mentions. Local variables are among them; they resolve to nothing.
pub(crate) fn names(e: &Expr, f: &mut dyn FnMut(&str)) {
    use ExprKind as K;
    match &e.kind {
        K::Name(n) => f(&n.text),
        K::Number { .. } | K::Text(_) | K::Bool(_) | K::Date(_) | K::Error => {}
        K::Field(a, _) | K::Neg(a) | K::Not(a) | K::Given(a) | K::As(a, _) | K::Bare(a, _) => names(a, f),
        K::Call { callee, args } => {
            names(callee, f);
            args.iter().for_each(|a| names(&a.value, f));
        }
        K::Comprehension { body, binders, .. } => {
            body.iter().for_each(|b| names(b, f));
            binders.iter().for_each(|b| binder(b, f));
        }
        K::List(xs) => xs.iter().for_each(|x| names(x, f)),
        K::Binary(_, a, b)
        | K::Power(a, b)
        | K::Compare(_, a, b)
        | K::And(a, b)
        | K::Or(a, b)
        | K::OrElse(a, b)
        | K::At(a, b)
        | K::Range(a, b) => {
            names(a, f);
            names(b, f);
        }
        K::Within(a, b, c) | K::If(a, b, c) => {
            names(a, f);
            names(b, f);
            names(c, f);
        }
        K::InSet(a, xs) => {
            names(a, f);
            xs.iter().for_each(|x| names(x, f));
        }
        K::Match(a, arms) => {
            names(a, f);
            arms.iter().for_each(|x| names(&x.body, f));
        }
        K::FirstOf(arms) | K::OneOf(arms) => {
            for arm in arms {
                arm.when.iter().for_each(|c| names(c, f));
                names(&arm.body, f);
            }
        }
    }
}

fn line(l: &Line, f: &mut dyn FnMut(&str)) {
    names(&l.value, f);
    l.loops.iter().for_each(|b| binder(b, f));
    l.when.iter().chain(&l.named).chain(&l.stage).for_each(|e| names(e, f));
    if let Some(Origin::Split(parts)) = &l.origin {
        parts.iter().filter_map(|(_, e)| e.as_ref()).for_each(|e| names(e, f));
    }
}

/// The computed values that a statement reads directly: lets, constants, lines, functions, defaults of inputs.
#[salsa::tracked(returns(ref))]
pub fn value_deps(db: &dyn Db, file: SourceFile, key: Arc<ChunkKey>) -> Vec<Item> {
    let item = Item { file, key };
    let mut out = BTreeSet::new();
    let mut add = |name: &str| {
        if let Resolved::One(e) = resolve(db, file, Ns::Value, name.to_string()) {
            out.insert(e.item);
        }
    };
    match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Let { value, .. } | Stmt::Const { value, .. } | Stmt::Report { value, .. }) => names(value, &mut add),
        Some(Stmt::Fn { body, params, .. }) => {
            // A parameter hides nothing (no shadowing), but its name may be the name of a value of another file.
            let own: BTreeSet<&str> = params.iter().map(|(n, _)| n.text.as_str()).collect();
            names(body, &mut |n| {
                if !own.contains(n) {
                    add(n);
                }
            });
        }
        Some(Stmt::Line(l)) => line(l, &mut add),
        Some(Stmt::Input(i)) => i.default.iter().chain(i.factor.iter().map(|f| &f.value)).for_each(|e| names(e, &mut add)),
        Some(Stmt::Header(Header::Unit(u))) => u.of.iter().for_each(|e| names(e, &mut add)),
        Some(Stmt::Param(p)) => p.rows.iter().for_each(|r| names(&r.value, &mut add)),
        Some(Stmt::Table(t)) => t.rows.iter().flat_map(|r| &r.values).for_each(|e| names(e, &mut add)),
        _ => {}
    }
    out.into_iter().collect()
}

/// The definitions of a file that stand in a cycle, each with the others in order; found by depth-first search.
#[salsa::tracked(returns(ref))]
fn cycles(db: &dyn Db, file: SourceFile) -> Vec<(Item, Vec<Item>)> {
    let mut out = Vec::new();
    let mut done: BTreeSet<Item> = BTreeSet::new();
    let starts: Vec<Item> = index(db, file)
        .names
        .iter()
        .filter(|((ns, _), _)| *ns == Ns::Value)
        .flat_map(|(_, es)| es.iter().map(|e| e.item.clone()))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    for start in starts {
        // An explicit stack: chains of definitions may be as long as the file.
        let mut stack: Vec<(Item, usize)> = vec![(start, 0)];
        let mut path: BTreeSet<Item> = stack.iter().map(|(i, _)| i.clone()).collect();
        while let Some((item, next)) = stack.last_mut() {
            if done.contains(item) {
                path.remove(item);
                stack.pop();
                continue;
            }
            let deps = value_deps(db, item.file, item.key.clone());
            if let Some(dep) = deps.get(*next) {
                *next += 1;
                if path.contains(dep) {
                    let from = stack.iter().position(|(i, _)| i == dep).unwrap_or(0);
                    let ring: Vec<Item> = stack[from..].iter().map(|(i, _)| i.clone()).collect();
                    out.extend(ring.iter().map(|i| (i.clone(), ring.clone())));
                } else if !done.contains(dep) {
                    path.insert(dep.clone());
                    stack.push((dep.clone(), 0));
                }
            } else {
                done.insert(item.clone());
                path.remove(&item.clone());
                stack.pop();
            }
        }
    }
    out.sort();
    out.dedup_by(|a, b| a.0 == b.0);
    out
}

/// The cycle that a definition stands in; empty if in none.
#[salsa::tracked(returns(ref))]
pub fn cycle_of(db: &dyn Db, file: SourceFile, key: Arc<ChunkKey>) -> Vec<Item> {
    let item = Item { file, key };
    cycles(db, file).iter().find(|(i, _)| *i == item).map(|(_, ring)| ring.clone()).unwrap_or_default()
}
