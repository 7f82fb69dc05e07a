//! Lowering of what stands in a process that is included over a list: loops around its lines and conditions.
//!
//! Guarantees: a process inside such a process is there once for each item too, and one that is itself included over a
//! list runs inside the loop of the outer one. No value of an item leaves the loop that it belongs to.

use super::Lower;
use crate::check::{At, BodyKind, TLine, body_of};
use crate::db::Item;
use crate::types::{TExpr, TKind};
use footrule_diag::Span;
use footrule_mir::{self as mir, Fold, Level, Loop, NodeId, Op, RegionId};
use std::collections::BTreeSet;

impl Lower<'_> {
    /// The includes over a list on the way to an instance, from the outside, as the instances that they enter.
    fn loops_of(&self, instance: usize) -> Vec<usize> {
        let mut out = Vec::new();
        let mut at = instance;
        while at != 0 {
            let include = self.all.list[at].path.last();
            if let Some(BodyKind::Include(t)) = include.map(|i| &body_of(self.db, i).kind)
                && (t.binder.is_some() || t.list)
            {
                out.insert(0, at);
            }
            at = self.all.list[at].parent;
        }
        out
    }

    /// True if the current instance stands for many: one for each item of a list.
    pub fn is_looped(&self) -> bool {
        !self.loops_of(self.instance).is_empty()
    }

    /// The loops around the current instance that are not entered yet.
    fn loops(&self) -> Vec<usize> {
        let mut list = self.loops_of(self.instance);
        let entered = self.loops_of(self.loop_base);
        list.retain(|i| !entered.contains(i));
        list
    }

    /// True if what stands in the current instance is not single where `loop_base` is.
    pub fn has_loops(&self) -> bool {
        !self.loops().is_empty()
    }

    /// Runs `f` inside the loops of the current instance.
    pub fn here_on<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.loop_base, self.instance);
        let out = f(self);
        self.loop_base = outer;
        out
    }

    /// The levels of the loops around the current instance; their variables are known from here on.
    fn enter_loops(&mut self) -> Vec<Level> {
        self.loops().into_iter().filter_map(|i| self.inside(i, Self::enter_loop)).collect()
    }

    /// The level of the include's own loop.
    fn enter_loop(&mut self) -> Option<Level> {
        let (include, t) = self.include()?;
        let here = self.instance;
        if t.list {
            let parent = self.all.list[here].parent;
            return Some(self.listed_level(&include, parent));
        }
        let binder = t.binder.as_ref()?;
        self.outside(&include, |lo| {
            let level = lo.levels(std::slice::from_ref(binder)).pop();
            let env = lo.env.clone();
            lo.loop_envs.insert(here, env);
            level
        })
    }

    /// What the includes over a list call the item at hand, from the outside.
    pub fn names_by_includes(&mut self) -> Vec<RegionId> {
        self.loops_of(self.instance).into_iter().filter_map(|i| self.inside(i, Self::name_by_include)).collect()
    }

    fn name_by_include(&mut self) -> Option<RegionId> {
        let (include, t) = self.include()?;
        let named = t.named.as_ref()?;
        let parent = self.all.list[self.instance].parent;
        let outer = std::mem::take(&mut self.loop_values);
        let id = self.region(|lo| {
            // The name may read values of the process that the include stands in.
            lo.inside(parent, |lo| {
                if lo.is_looped() {
                    lo.prepare(&[named]);
                }
            });
            lo.outside(&include, |lo| lo.expr(named))
        });
        self.loop_values = outer;
        Some(id)
    }

    /// Makes the values of the process that expressions read, in order, so that none is made twice in one region.
    fn prepare(&mut self, roots: &[&TExpr]) {
        let around = self.loops_of(self.instance);
        let mut needed: BTreeSet<At> = BTreeSet::new();
        let mut queue: Vec<At> = Vec::new();
        let mut see = |x: &TExpr| match &x.kind {
            TKind::Item(i) => queue.push(self.at(i)),
            TKind::Through(t) => queue.extend(self.find(t)),
            _ => {}
        };
        roots.iter().for_each(|e| e.walk(&mut see));
        while let Some(at) = queue.pop() {
            let loops = self.loops_of(at.0);
            // What is single outside stands there; what is many in here has no value to make.
            let single = !loops.is_empty() && loops.iter().all(|l| around.contains(l));
            let many = matches!(&body_of(self.db, &at.1).kind, BodyKind::Line(l) if !l.binders.is_empty());
            if single && !many && at.1.key.process.is_some() && !needed.contains(&at) {
                queue.extend(self.all.reads(self.db, &at));
                needed.insert(at);
            }
        }
        for (at, item) in self.all.order.iter().filter(|x| needed.contains(x)) {
            let n = self.inside(*at, |lo| lo.value(item, Span::default()));
            self.loop_values.insert((*at, item.clone()), n);
        }
    }

    /// A region inside a loop over the include's list.
    pub fn in_loop(&mut self, roots: &[&TExpr], f: impl FnOnce(&mut Self) -> NodeId) -> RegionId {
        let outer = std::mem::take(&mut self.loop_values);
        let id = self.region(|lo| {
            if lo.is_looped() {
                lo.prepare(roots);
            }
            f(lo)
        });
        self.loop_values = outer;
        id
    }

    /// The levels of a line's loop: over the lists of the includes, then over its own. A condition of the line picks
    /// the items.
    pub fn line_levels(&mut self, t: &TLine) -> Vec<Level> {
        let mut levels = self.enter_loops();
        if let (Some(last), Some(when)) = (levels.len().checked_sub(1), &t.when) {
            let own = levels[last].filter;
            levels[last].filter = Some(self.in_loop(&[when], |lo| {
                let when = lo.expr(when);
                match own {
                    // Both must hold; the list's own filter has been found to.
                    Some(filter) => lo.node(Op::And(when, filter), mir::Ty::Bool, Span::default()),
                    None => when,
                }
            }));
        }
        levels.extend(self.levels(&t.binders));
        levels
    }

    /// The loop of a line that stands for many.
    pub fn line_loop(&mut self, item: &Item, t: &TLine) -> Option<Loop> {
        if !self.is_looped() && t.binders.is_empty() {
            return None;
        }
        let levels = self.line_levels(t);
        let item = item.clone();
        let body = self.in_loop(&[&t.value], |lo| lo.excepted(&item, &t.value));
        Some(Loop { levels, body })
    }

    /// A condition that must hold: for every item, in an include over a list.
    pub fn for_all(&mut self, roots: &[&TExpr], f: impl FnOnce(&mut Self) -> NodeId) -> RegionId {
        if !self.is_looped() {
            return self.region(f);
        }
        self.region(|lo| {
            let levels = lo.enter_loops();
            let body = lo.in_loop(roots, f);
            lo.node(Op::Fold(Fold::All, Loop { levels, body }), mir::Ty::Bool, Span::default())
        })
    }
}
