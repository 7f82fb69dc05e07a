//! Definition cycles, found on names before any type is computed. Only values that are computed can be part of one.

use crate::db::{Db, Item, SourceFile, all_items, items};
use crate::names::{Ns, index, process_index, reach};
use crate::types::Through;
use footrule_syntax::Key;
use footrule_syntax::ast::{Binder, ExceptValue, Expr, ExprKind, Header, Line, Origin, Stmt};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn binder(b: &Binder, f: &mut dyn FnMut(&[&str])) {
    paths(&b.list, f);
    b.filter.iter().for_each(|e| paths(e, f));
    b.series.iter().for_each(|(_, e)| paths(e, f));
}

/// Calls `f` with every name that an expression mentions. Local variables are among them; they resolve to nothing.
pub(crate) fn names(e: &Expr, f: &mut dyn FnMut(&str)) {
    paths(e, &mut |p| f(p[0]));
}

/// The parts of a dotted name.
pub(crate) fn dotted(e: &Expr) -> Option<Vec<&footrule_syntax::ast::Ident>> {
    match &e.kind {
        ExprKind::Name(n) => Some(vec![n]),
        ExprKind::Field(base, part) => {
            let mut parts = dotted(base)?;
            parts.push(part);
            Some(parts)
        }
        _ => None,
    }
}

/// Calls `f` with every dotted name that an expression mentions, in parts; there is at least one.
pub(crate) fn paths(e: &Expr, f: &mut dyn FnMut(&[&str])) {
    use ExprKind as K;
    if let Some(parts) = dotted(e) {
        let parts: Vec<&str> = parts.iter().map(|i| i.text.as_str()).collect();
        return f(&parts);
    }
    match &e.kind {
        K::Name(_) | K::Number { .. } | K::Text(_) | K::Bool(_) | K::Date(_) | K::Error => {}
        K::Field(a, _) | K::Neg(a) | K::Not(a) | K::Given(a) | K::As(a, _) | K::Bare(a, _) => paths(a, f),
        K::Call { callee, args } => {
            paths(callee, f);
            args.iter().for_each(|a| paths(&a.value, f));
        }
        K::Comprehension { body, binders, .. } => {
            body.iter().for_each(|b| paths(b, f));
            binders.iter().for_each(|b| binder(b, f));
        }
        K::List(xs) => xs.iter().for_each(|x| paths(x, f)),
        K::Binary(_, a, b)
        | K::Power(a, b)
        | K::Compare(_, a, b)
        | K::And(a, b)
        | K::Or(a, b)
        | K::OrElse(a, b)
        | K::At(a, b)
        | K::Range(a, b) => {
            paths(a, f);
            paths(b, f);
        }
        K::Within(a, b, c) | K::If(a, b, c) => {
            paths(a, f);
            paths(b, f);
            paths(c, f);
        }
        K::InSet(a, xs) => {
            paths(a, f);
            xs.iter().for_each(|x| paths(x, f));
        }
        K::Match(a, arms) => {
            paths(a, f);
            arms.iter().for_each(|x| paths(&x.body, f));
        }
        K::FirstOf(arms) | K::OneOf(arms) => {
            for arm in arms {
                arm.when.iter().for_each(|c| paths(c, f));
                paths(&arm.body, f);
            }
        }
    }
}

fn line(l: &Line, f: &mut dyn FnMut(&[&str])) {
    paths(&l.value, f);
    l.loops.iter().for_each(|b| binder(b, f));
    l.when.iter().chain(&l.named).chain(&l.stage).for_each(|e| paths(e, f));
    if let Some(Origin::Split(parts)) = &l.origin {
        parts.iter().filter_map(|(_, e)| e.as_ref()).for_each(|e| paths(e, f));
    }
}

/// Calls `f` with every name that the right-hand side of an exception mentions.
pub(crate) fn value_names(value: &ExceptValue, f: &mut dyn FnMut(&str)) {
    value_paths(value, &mut |p| f(p[0]));
}

/// Calls `f` with every path of names that the right-hand side of an exception mentions.
fn value_paths(value: &ExceptValue, f: &mut dyn FnMut(&[&str])) {
    match value {
        ExceptValue::Value(e) => paths(e, f),
        ExceptValue::Allocation { weights, .. } => {
            weights.iter().filter_map(|(_, w)| w.as_ref()).for_each(|e| paths(e, f));
        }
    }
}

/// The computed values that a statement reads directly, by way of includes too: those of lets, constants, lines,
/// functions, defaults of inputs, products of processes.
#[salsa::tracked(returns(ref))]
pub fn value_reads(db: &dyn Db, file: SourceFile, key: Key) -> Vec<Through> {
    let item = Item { file, key };
    let mut out = BTreeSet::new();
    let mut add = |parts: &[&str]| out.extend(reach(db, &item, parts));
    match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Let { value, .. } | Stmt::Const { value, .. } | Stmt::Report { value, .. }) => {
            paths(value, &mut add)
        }
        Some(Stmt::Fn { body, params, .. }) => {
            // A parameter hides nothing (no shadowing), but its name may be the name of a value of another file.
            let own: BTreeSet<&str> = params.iter().map(|(n, _)| n.text.as_str()).collect();
            paths(body, &mut |p| {
                if !own.contains(p[0]) {
                    add(p);
                }
            });
        }
        Some(Stmt::Line(l)) => line(l, &mut add),
        Some(Stmt::Balance { rows, .. }) => rows.iter().for_each(|r| paths(&r.value, &mut add)),
        Some(Stmt::Input(i)) => {
            i.default.iter().chain(&i.when).chain(i.factor.iter().map(|f| &f.value)).for_each(|e| paths(e, &mut add))
        }
        Some(Stmt::Header(Header::Unit(u))) => u.of.iter().for_each(|e| paths(e, &mut add)),
        Some(Stmt::Param(p)) => p.rows.iter().for_each(|r| paths(&r.value, &mut add)),
        Some(Stmt::Table(t)) => t.rows.iter().flat_map(|r| &r.values).for_each(|e| paths(e, &mut add)),
        Some(Stmt::Product { unit, also, .. }) => {
            unit.of.iter().chain(also.iter().flat_map(|u| &u.of)).for_each(|e| paths(e, &mut add));
            if let Some(owner) = item.owner() {
                let lines = crate::db::inner_items(db, owner.file, owner.key).iter().filter(|i| is_counted(i));
                out.extend(lines.cloned().map(Through::from));
            }
        }
        Some(Stmt::Allocate(a)) => {
            let compared = a.compare.iter().flat_map(|(_, w)| w);
            a.weights.iter().chain(compared).filter_map(|(_, w)| w.as_ref()).for_each(|e| paths(e, &mut add));
        }
        _ => {}
    }
    for e in super::except_index::exceptions_of(db, &item) {
        exception(db, &e.item, &mut |t| {
            out.insert(t);
        });
    }
    out.into_iter().collect()
}

/// Calls `f` with every value that an exception reads.
pub(super) fn exception(db: &dyn Db, item: &Item, f: &mut dyn FnMut(Through)) {
    if let Some(Stmt::Except { when, value, .. }) = item.ast(db).map(|a| &a.stmt) {
        let mut add = |parts: &[&str]| reach(db, item, parts).into_iter().for_each(&mut *f);
        paths(when, &mut add);
        value_paths(value, &mut add);
    }
}

/// True for a line that is part of a total, and so of a product's figure.
pub(crate) fn is_counted(item: &Item) -> bool {
    matches!(item.key.keyword.as_str(), "emission" | "removal" | "credit")
}

/// [`value_reads`] without the includes on the way.
#[salsa::tracked(returns(ref))]
pub fn value_deps(db: &dyn Db, file: SourceFile, key: Key) -> Vec<Item> {
    let all: BTreeSet<Item> = value_reads(db, file, key).iter().map(|t| t.item.clone()).collect();
    all.into_iter().collect()
}

/// The graph of a file's definitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definitions {
    /// Every definition after those that it reads: typed and lowered in this order, no chain of definitions, however
    /// long, becomes a chain of calls.
    pub order: Vec<Item>,
    /// Definitions that read themselves by way of each other, as rings that are told.
    pub rings: Vec<Vec<Item>>,
    /// Definitions that read themselves.
    pub cyclic: BTreeSet<Item>,
}

/// Orders the definitions of a file and finds its cycles, by depth-first search with an explicit stack.
#[salsa::tracked(returns(ref))]
pub fn definitions(db: &dyn Db, file: SourceFile) -> Definitions {
    let processes = items(db, file).iter().filter(|i| i.key.keyword == "process");
    let inner = processes.flat_map(|p| process_index(db, file, p.key.clone()));
    let declared = index(db, file).names.iter().chain(inner).filter(|((ns, _), _)| *ns == Ns::Value);
    let values: FxHashSet<&Item> = declared.flat_map(|(_, entries)| entries.iter().map(|e| &e.item)).collect();
    let starts: Vec<Item> = all_items(db, file).filter(|i| values.contains(i)).cloned().collect();
    let Searched { order, rings, cyclic } = search(&starts, |i| value_deps(db, i.file, i.key.clone()).clone());
    Definitions { order, rings, cyclic }
}

/// What [`search`] finds.
pub(super) struct Searched<T> {
    /// Each thing after those that it reads.
    pub(super) order: Vec<T>,
    /// Things that read themselves by way of each other: at least one ring of each knot, but not every way around it.
    pub(super) rings: Vec<Vec<T>>,
    /// What reads itself.
    pub(super) cyclic: BTreeSet<T>,
}

/// A thing whose reads are being followed.
struct Step<T> {
    thing: T,
    reads: Vec<T>,
    next: usize,
    /// The lowest place on the stack that leads back here and that something from here reads.
    low: usize,
}

/// A longer ring is told only if most of it stands in no ring told before, so that telling takes linear time.
const SHORT_RING: usize = 16;

/// Depth-first search with an explicit stack. A ring is told from the one of its members that stands first in `starts`.
pub(super) fn search<T: Clone + Ord>(starts: &[T], reads: impl Fn(&T) -> Vec<T>) -> Searched<T> {
    let rank: BTreeMap<&T, usize> = starts.iter().enumerate().rev().map(|(i, t)| (t, i)).collect();
    let mut out = Searched { order: Vec::new(), rings: Vec::new(), cyclic: BTreeSet::new() };
    let mut done: BTreeSet<T> = BTreeSet::new();
    for start in starts.iter() {
        if done.contains(start) {
            continue;
        }
        // Places on the stack; up to `told` they stand in rings.
        let (mut path, mut told) = (BTreeMap::from([(start.clone(), 0)]), 0);
        let step = |thing: T| Step { reads: reads(&thing), thing, next: 0, low: usize::MAX };
        let mut stack = vec![step(start.clone())];
        while let Some(top) = stack.last_mut() {
            let dep = top.reads.get(top.next).cloned();
            top.next += 1;
            let Some(dep) = dep else {
                let Some(Step { thing, low, .. }) = stack.pop() else { break };
                if low <= stack.len() {
                    out.cyclic.insert(thing.clone());
                }
                if let Some(above) = stack.last_mut() {
                    above.low = above.low.min(low);
                }
                told = told.min(stack.len());
                path.remove(&thing);
                done.insert(thing.clone());
                out.order.push(thing);
                continue;
            };
            if let Some(&from) = path.get(&dep) {
                top.low = top.low.min(from);
                let (length, new) = (stack.len() - from, stack.len() - told.max(from));
                if length <= SHORT_RING || 2 * new >= length {
                    let mut ring: Vec<T> = stack[from..].iter().map(|s| s.thing.clone()).collect();
                    let turn = (0..ring.len()).min_by_key(|i| rank.get(&ring[*i]).copied().unwrap_or(usize::MAX));
                    ring.rotate_left(turn.unwrap_or(0));
                    out.rings.push(ring);
                    told = stack.len();
                }
            } else if !done.contains(&dep) {
                path.insert(dep.clone(), stack.len());
                stack.push(step(dep));
            }
        }
    }
    out
}

/// True if a definition stands in a cycle.
#[salsa::tracked]
pub fn is_cyclic(db: &dyn Db, file: SourceFile, key: Key) -> bool {
    definitions(db, file).cyclic.contains(&Item { file, key })
}
