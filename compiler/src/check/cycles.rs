//! Definition cycles, found on names before any type is computed. Only values that are computed can be part of one.

use crate::db::{Db, Item, SourceFile};
use crate::names::{Ns, Resolved, index, resolve};
use footrule_syntax::ChunkKey;
use footrule_syntax::ast::{Binder, ExceptValue, Expr, ExprKind, Header, Line, Origin, Stmt};
use std::collections::{BTreeMap, BTreeSet};
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

/// Calls `f` with every name that the right-hand side of an exception mentions.
pub(crate) fn value_names(value: &ExceptValue, f: &mut dyn FnMut(&str)) {
    match value {
        ExceptValue::Value(e) => names(e, f),
        ExceptValue::Allocation { weights, .. } => {
            weights.iter().filter_map(|(_, w)| w.as_ref()).for_each(|e| names(e, f));
        }
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
        Some(Stmt::Let { value, .. } | Stmt::Const { value, .. } | Stmt::Report { value, .. }) => {
            names(value, &mut add)
        }
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
        Some(Stmt::Input(i)) => {
            i.default.iter().chain(&i.when).chain(i.factor.iter().map(|f| &f.value)).for_each(|e| names(e, &mut add))
        }
        Some(Stmt::Header(Header::Unit(u))) => u.of.iter().for_each(|e| names(e, &mut add)),
        Some(Stmt::Allocate(a)) => {
            let compared = a.compare.iter().flat_map(|(_, w)| w);
            a.weights.iter().chain(compared).filter_map(|(_, w)| w.as_ref()).for_each(|e| names(e, &mut add));
        }
        Some(Stmt::Param(p)) => p.rows.iter().for_each(|r| names(&r.value, &mut add)),
        Some(Stmt::Table(t)) => t.rows.iter().flat_map(|r| &r.values).for_each(|e| names(e, &mut add)),
        _ => {}
    }
    for e in super::except::exceptions_of(db, &item) {
        if let Some(Stmt::Except { when, value, .. }) = e.item.ast(db).map(|a| &a.stmt) {
            names(when, &mut add);
            value_names(value, &mut add);
        }
    }
    out.into_iter().collect()
}

/// The graph of a file's definitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definitions {
    /// Every definition after those that it reads: typed and lowered in this order, no chain of definitions, however
    /// long, becomes a chain of calls.
    pub order: Vec<Item>,
    /// Definitions that read themselves by way of each other.
    pub rings: Vec<Vec<Item>>,
    /// The ring that a definition stands in.
    ring_of: BTreeMap<Item, usize>,
}

/// Orders the definitions of a file and finds its cycles, by depth-first search with an explicit stack.
#[salsa::tracked(returns(ref))]
pub fn definitions(db: &dyn Db, file: SourceFile) -> Definitions {
    let mut out = Definitions::default();
    let mut done: BTreeSet<Item> = BTreeSet::new();
    let here = index(db, file);
    let value = |i: &&Item| {
        here.names.get(&(Ns::Value, i.name().to_string())).is_some_and(|es| es.iter().any(|e| e.item == **i))
    };
    let starts: Vec<Item> = crate::db::items(db, file).iter().filter(value).cloned().collect();
    for start in &starts {
        let mut path: BTreeSet<Item> = [start.clone()].into();
        let mut stack: Vec<(Item, usize)> = vec![(start.clone(), 0)];
        while let Some((item, next)) = stack.last_mut() {
            let dep = if done.contains(item) { None } else { value_deps(db, item.file, item.key.clone()).get(*next) };
            *next += 1;
            match dep {
                Some(dep) if path.contains(dep) => {
                    let from = stack.iter().position(|(i, _)| i == dep).unwrap_or(0);
                    let mut ring: Vec<Item> = stack[from..].iter().map(|(i, _)| i.clone()).collect();
                    // Told from the definition that stands first in the text.
                    let first = starts.iter().position(|s| ring.contains(s)).map(|s| &starts[s]);
                    let turn = ring.iter().position(|i| Some(i) == first).unwrap_or(0);
                    ring.rotate_left(turn);
                    for i in &ring {
                        out.ring_of.entry(i.clone()).or_insert(out.rings.len());
                    }
                    out.rings.push(ring);
                }
                Some(dep) if !done.contains(dep) => {
                    path.insert(dep.clone());
                    stack.push((dep.clone(), 0));
                }
                Some(_) => {}
                None => {
                    if done.insert(item.clone()) {
                        out.order.push(item.clone());
                    }
                    path.remove(&item.clone());
                    stack.pop();
                }
            }
        }
    }
    out
}

/// True if a definition stands in a cycle.
#[salsa::tracked]
pub fn is_cyclic(db: &dyn Db, file: SourceFile, key: Arc<ChunkKey>) -> bool {
    definitions(db, file).ring_of.contains_key(&Item { file, key })
}
