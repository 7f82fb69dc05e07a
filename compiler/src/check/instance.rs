//! The processes that a rule includes, each include an instance of its own, and the order of all their values.
//!
//! Guarantees: finite, whatever includes whatever (a process that includes itself is not entered again, and the
//! number of instances is bounded); a value comes after those that it reads, by way of bindings too.

use super::cycles::{binder, is_counted, paths, search, value_reads};
use crate::db::{Db, Item, SourceFile, inner_items, items};
use crate::names::{included, inside, reach};
use crate::types::Through;
use footrule_syntax::ast::{Include, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// More includes than this in one rule say that something is wrong.
pub const MAX_INSTANCES: usize = 4096;

/// One include, entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The includes that lead to it, from the outside; empty for the rule itself.
    pub path: Vec<Item>,
    /// Where the last include of the path stands.
    pub parent: usize,
    /// The process; `None` for the rule itself.
    pub process: Option<Item>,
}

/// A statement in an instance. The statements of files are all in instance 0.
pub type At = (usize, Item);

/// The instances of a rule. The first is the rule itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instances {
    /// In order of text, depth first.
    pub list: Vec<Instance>,
    /// By parent and include.
    pub child: BTreeMap<(usize, Item), usize>,
    /// Every value after those that it reads.
    pub order: Vec<At>,
    /// Values that read themselves by way of each other.
    pub rings: Vec<Vec<At>>,
    /// All members of rings.
    pub cyclic: BTreeSet<At>,
    /// An include that leads back into a process that it stands in.
    pub endless: Vec<Item>,
    /// There are more than [`MAX_INSTANCES`].
    pub too_many: bool,
}

impl Instances {
    /// The instance that a value, read in `from`, belongs to.
    #[must_use]
    pub fn find(&self, from: usize, t: &Through) -> Option<At> {
        let of = |i: &Item, at: usize| if i.key.process.is_some() { at } else { 0 };
        let Some(first) = t.path.first() else { return Some((of(&t.item, from), t.item.clone())) };
        let mut at = of(first, from);
        for include in &t.path {
            at = *self.child.get(&(at, include.clone()))?;
        }
        Some((at, t.item.clone()))
    }
}

impl Instances {
    /// The stage that a stage or a stage parameter, read in `from`, is.
    pub(crate) fn actual_stage(&self, db: &dyn Db, from: usize, item: &Item) -> Item {
        let (mut at, mut item) = (from, item.clone());
        while item.key.process.is_some() {
            let instance = &self.list[at];
            let bound = instance.path.last().and_then(|i| match &super::body_of(db, i).kind {
                super::BodyKind::Include(t) => t.stages.iter().find(|(n, _)| n == item.name()).map(|(_, s)| s.clone()),
                _ => None,
            });
            match bound {
                Some(s) if at != 0 => (at, item) = (instance.parent, s),
                _ => break,
            }
        }
        item
    }

    /// True if what stands in an instance belongs to the product of a process: lines there leave the rule's total and
    /// come back with what is consumed.
    pub(crate) fn is_of_product(&self, db: &dyn Db, from: usize) -> bool {
        let mut at = from;
        while at != 0 {
            let process = self.list[at].process.as_ref();
            let inner = process.map_or(&[][..], |p| inner_items(db, p.file, p.key.clone()));
            if inner.iter().any(|i| i.key.keyword == "product") {
                return true;
            }
            at = self.list[at].parent;
        }
        false
    }

    /// All statements of the rule in order of text, those of a process behind each include.
    pub(crate) fn expanded(&self, db: &dyn Db, file: SourceFile) -> Vec<At> {
        let mut out = Vec::new();
        self.expand(db, 0, items(db, file), &mut out);
        out
    }

    fn expand(&self, db: &dyn Db, at: usize, list: &[Item], out: &mut Vec<At>) {
        for item in list {
            out.push((at, item.clone()));
            if let Some(&child) = self.child.get(&(at, item.clone()))
                && let Some(p) = &self.list[child].process
            {
                self.expand(db, child, inner_items(db, p.file, p.key.clone()), out);
            }
        }
    }
}

/// The tree of an `include`.
fn include<'db>(db: &'db dyn Db, item: &Item) -> Option<&'db Include> {
    match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Include(i)) => Some(i),
        _ => None,
    }
}

fn enter(db: &dyn Db, out: &mut Instances, at: usize, within: &[Item], process: &[Item]) {
    for item in within.iter().filter(|i| i.key.keyword == "include") {
        let Some(p) = included(db, item.file, item.key.clone()) else { continue };
        if process.contains(&p) {
            out.endless.push(item.clone());
            continue;
        }
        if out.list.len() >= MAX_INSTANCES {
            out.too_many = true;
            return;
        }
        let child = out.list.len();
        let mut path = out.list[at].path.clone();
        path.push(item.clone());
        out.list.push(Instance { path, parent: at, process: Some(p.clone()) });
        out.child.insert((at, item.clone()), child);
        let inner = inner_items(db, p.file, p.key.clone());
        let process: Vec<Item> = process.iter().cloned().chain([p]).collect();
        enter(db, out, child, inner, &process);
    }
}

impl Instances {
    /// What a value reads directly.
    pub(crate) fn reads(&self, db: &dyn Db, at: &At) -> Vec<At> {
        reads(db, self, at)
    }
}

fn reads(db: &dyn Db, all: &Instances, (at, item): &At) -> Vec<At> {
    let instance = &all.list[*at];
    let found = |from: usize, t: &Through| all.find(from, t);
    if let (Some(last), "input") =
        (instance.path.last().filter(|_| item.key.process.is_some()), item.key.keyword.as_str())
        && let Some(i) = include(db, last)
        && let Some((_, bound)) = i.bindings.iter().find(|(n, _)| n.text == item.name())
    {
        // A bound input is what stands in the include, read where the include stands.
        let mut out = BTreeSet::new();
        let mut add = |parts: &[&str]| out.extend(reach(db, last, parts).and_then(|t| found(instance.parent, &t)));
        paths(bound, &mut add);
        i.binder.iter().for_each(|b| binder(b, &mut add));
        return out.into_iter().collect();
    }
    let mut out: BTreeSet<At> =
        value_reads(db, item.file, item.key.clone()).iter().filter_map(|t| found(*at, t)).collect();
    if item.key.keyword == "product" && *at != 0 {
        out.extend(all.product_lines(db, *at));
    }
    for (from, e) in all.outer_exceptions(db, *at, item) {
        super::cycles::exception(db, &e.item, &mut |t| out.extend(found(from, &t)));
    }
    out.into_iter().collect()
}

/// Enters all includes of a rule and orders the values of all instances.
#[salsa::tracked(returns(ref))]
pub fn instances(db: &dyn Db, file: SourceFile) -> Instances {
    let root = Instance { path: Vec::new(), parent: 0, process: None };
    let mut out = Instances { list: vec![root], ..Instances::default() };
    enter(db, &mut out, 0, items(db, file), &[]);
    let mut starts: Vec<At> = Vec::new();
    for (at, instance) in out.list.iter().enumerate() {
        let own = match &instance.process {
            None => items(db, file),
            Some(p) => inner_items(db, p.file, p.key.clone()),
        };
        let value = |i: &&Item| {
            matches!(i.key.keyword.as_str(), "let" | "input" | "const" | "product" | "apart" | "balance" | "allocate")
                || is_counted(i)
        };
        starts.extend(own.iter().filter(value).map(|i| (at, i.clone())));
    }
    let found = search(&starts, |a| reads(db, &out, a));
    (out.order, out.rings, out.cyclic) = (found.order, found.rings, found.cyclic);
    out
}

/// The input of a process that a binding names.
pub(super) fn bound_input(db: &dyn Db, process: &Item, name: &str) -> Option<Item> {
    inside(db, process, crate::names::Ns::Value, name).filter(|i| i.key.keyword == "input")
}
