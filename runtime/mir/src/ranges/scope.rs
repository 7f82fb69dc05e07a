//! Scopes: where a node is evaluated under which assumptions.
//!
//! The base scope assumes nothing. A scope below another adds what a condition tells: narrower ranges of values (by
//! the node that stands for all equal computations) and linear facts. A node that rests on what a scope narrowed is
//! evaluated anew there. What a node reads is noted, so that obligations count only where a value is really asked for.
//!
//! Guarantees: work and nesting are bounded; beyond the bounds the range of an outer scope is taken, which is wider.

use super::affine::Fact;
use super::duty::Duty;
use super::interval::Interval;
use super::range::{Kind, Range};
use crate::{Node, NodeId, Op, Program, RegionId};
use rustc_hash::{FxHashMap, FxHashSet};

/// A scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ScopeId(pub u32);

impl ScopeId {
    pub const BASE: Self = Self(0);
}

/// What came of a node in a scope.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub range: Range,
    pub duties: Vec<Duty>,
    pub reads: Vec<(ScopeId, NodeId)>,
}

#[derive(Debug, Default)]
pub(super) struct Scope {
    pub parent: Option<ScopeId>,
    pub entries: FxHashMap<NodeId, Entry>,
    pub narrowed: FxHashMap<NodeId, Range>,
    pub facts: Vec<Fact>,
    /// What is narrowed or stands in a fact.
    pub touched: FxHashSet<NodeId>,
    /// Whether a node rests on what is touched.
    rests: FxHashMap<NodeId, bool>,
}

impl Scope {
    /// Notes that more is known of these.
    pub fn touch(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        self.touched.extend(nodes);
        self.rests.clear();
    }
}

/// How many nodes may be looked at to decide what is evaluated anew.
const MAX_LOOKS: usize = 3_000_000;
/// How many nodes may be evaluated anew.
const MAX_ANEW: usize = 300_000;
/// How deeply evaluations anew may nest.
const MAX_NESTED: u32 = 24;

/// The state of an analysis.
pub(super) struct Analysis<'p> {
    pub program: &'p Program,
    /// The node that stands for all that compute the same.
    pub same: Vec<NodeId>,
    /// Nodes of the root and the results region.
    outer: Vec<bool>,
    pub scopes: Vec<Scope>,
    looks: usize,
    anew: usize,
    nested: u32,
    busy: FxHashSet<NodeId>,
    /// Where a loop's item or a record comes from, in words: `power[]`.
    pub paths: FxHashMap<NodeId, String>,
    /// A node that is at hand for the one that stands for it.
    pub stands: FxHashMap<NodeId, NodeId>,
    /// Inputs that were looked at.
    pub inputs: FxHashMap<u32, (Range, Vec<(ScopeId, NodeId)>)>,
    /// Record types that were looked at, as inputs give them.
    pub records: FxHashMap<u32, (Range, Vec<(ScopeId, NodeId)>)>,
    /// What each line adds to the total.
    pub figures: Vec<Interval>,
}

impl<'p> Analysis<'p> {
    pub fn new(program: &'p Program) -> Self {
        let mut outer = vec![false; program.nodes.len()];
        for region in [program.root, program.results].into_iter().flatten() {
            for n in program.regions.get(region.ix()).iter().flat_map(|r| &r.nodes) {
                if let Some(o) = outer.get_mut(n.ix()) {
                    *o = true;
                }
            }
        }
        Self {
            program,
            same: super::same::same(program),
            outer,
            scopes: vec![Scope::default()],
            looks: 0,
            anew: 0,
            nested: 0,
            busy: FxHashSet::default(),
            paths: FxHashMap::default(),
            stands: FxHashMap::default(),
            inputs: FxHashMap::default(),
            records: FxHashMap::default(),
            figures: Vec::new(),
        }
    }

    pub fn node(&self, n: NodeId) -> Option<&'p Node> {
        self.program.nodes.get(n.ix())
    }

    pub fn op(&self, n: NodeId) -> Option<&'p Op> {
        self.node(n).map(|n| &n.op)
    }

    /// The node that stands for all that compute the same.
    pub fn rep(&self, n: NodeId) -> NodeId {
        self.same.get(n.ix()).copied().unwrap_or(n)
    }

    /// A scope below another.
    pub fn below(&mut self, parent: ScopeId) -> ScopeId {
        self.scopes.push(Scope { parent: Some(parent), ..Scope::default() });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    pub fn scope(&self, s: ScopeId) -> &Scope {
        &self.scopes[(s.0 as usize).min(self.scopes.len() - 1)]
    }

    pub fn scope_mut(&mut self, s: ScopeId) -> &mut Scope {
        let last = self.scopes.len() - 1;
        &mut self.scopes[(s.0 as usize).min(last)]
    }

    /// The scope and those around it, innermost first.
    pub fn chain(&self, s: ScopeId) -> Vec<ScopeId> {
        let mut out = vec![s];
        while let Some(p) = out.last().and_then(|s| self.scope(*s).parent) {
            out.push(p);
        }
        out
    }

    /// Narrows a range by all that is known of the node in a scope and around it.
    pub fn narrow(&self, range: Range, n: NodeId, s: ScopeId) -> Range {
        let rep = self.rep(n);
        let mut range = range;
        let mut at = Some(s);
        while let Some(s) = at {
            let scope = self.scope(s);
            if let Some(known) = scope.narrowed.get(&rep) {
                range = range.meet(known);
            }
            at = scope.parent;
        }
        range
    }

    /// The innermost scope in which the node was evaluated.
    fn held(&self, n: NodeId, s: ScopeId) -> Option<ScopeId> {
        let mut at = Some(s);
        while let Some(s) = at {
            let scope = self.scope(s);
            if scope.entries.contains_key(&n) {
                return Some(s);
            }
            at = scope.parent;
        }
        None
    }

    /// What the node can be in a scope, and the scope in which it was evaluated.
    pub fn get(&mut self, n: NodeId, s: ScopeId) -> (Range, ScopeId) {
        let mut found = self.held(n, s);
        if found != Some(s) && !matches!(self.op(n), Some(Op::Bound)) && self.stale(n, s, found) {
            self.again(n, s);
            found = self.held(n, s);
        }
        let Some(at) = found else {
            return (self.narrow(self.any(n), n, s), s);
        };
        let range = self.scope(at).entries.get(&n).map_or(Range::NEVER, |e| e.range.clone());
        (self.narrow(range, n, s), at)
    }

    /// Only the range.
    pub fn range(&mut self, n: NodeId, s: ScopeId) -> Range {
        self.get(n, s).0
    }

    /// Anything of the node's type.
    pub fn any(&self, n: NodeId) -> Range {
        self.node(n).map_or(Range::from(Kind::Other), |node| super::given::any(self.program, &node.ty))
    }

    /// True if the node was not evaluated yet (and can be), or rests on what a scope further inside tells.
    fn stale(&mut self, n: NodeId, s: ScopeId, found: Option<ScopeId>) -> bool {
        let Some(found) = found else {
            return self.outer.get(n.ix()).copied().unwrap_or(false) && !self.busy.contains(&n);
        };
        if self.nested >= MAX_NESTED || self.anew >= MAX_ANEW || self.busy.contains(&n) {
            return false;
        }
        let mut at = Some(s);
        while let Some(scope) = at.filter(|at| *at != found) {
            if !self.scope(scope).touched.is_empty() && self.rests(n, scope) {
                return true;
            }
            at = self.scope(scope).parent;
        }
        false
    }

    /// Whether the node rests on what this scope touches.
    fn rests(&mut self, n: NodeId, s: ScopeId) -> bool {
        let mut stack = vec![(n, false)];
        while let Some((n, seen)) = stack.pop() {
            if self.scope(s).rests.contains_key(&n) {
                continue;
            }
            if self.looks >= MAX_LOOKS {
                return false;
            }
            self.looks += 1;
            let refs = self.refs(n);
            if !seen && !self.scope(s).touched.contains(&self.rep(n)) {
                stack.push((n, true));
                stack.extend(refs.into_iter().map(|r| (r, false)));
                continue;
            }
            let scope = self.scope(s);
            let rests = scope.touched.contains(&self.rep(n))
                || refs.iter().any(|r| scope.rests.get(r).copied().unwrap_or(false));
            self.scope_mut(s).rests.insert(n, rests);
        }
        self.scope(s).rests.get(&n).copied().unwrap_or(false)
    }

    /// What a node refers to, by its regions too.
    fn refs(&self, n: NodeId) -> Vec<NodeId> {
        let Some(op) = self.op(n) else { return Vec::new() };
        let mut out = op.operands();
        for r in op.regions() {
            if let Some(region) = self.program.regions.get(r.ix()) {
                out.extend(region.nodes.iter().copied().chain(region.value));
            }
        }
        out
    }

    /// Evaluates a node anew in a scope, and before it what it rests on.
    fn again(&mut self, n: NodeId, s: ScopeId) {
        self.nested += 1;
        self.busy.insert(n);
        // What it rests on, deepest first; nodes inside its regions belong to scopes of their own.
        let mut order = Vec::new();
        let mut seen = FxHashSet::default();
        let mut stack = vec![(n, false)];
        while let Some((m, done)) = stack.pop() {
            if done {
                order.push(m);
                continue;
            }
            if !seen.insert(m) || self.looks >= MAX_LOOKS {
                continue;
            }
            self.looks += 1;
            let found = self.held(m, s);
            let own = m == n || found != Some(s) && !matches!(self.op(m), Some(Op::Bound)) && self.stale(m, s, found);
            if own {
                stack.push((m, true));
            }
            if own || found.is_none() {
                stack.extend(self.refs(m).into_iter().map(|r| (r, false)));
            }
        }
        for m in order {
            self.anew += 1;
            self.step(m, s);
        }
        self.busy.remove(&n);
        self.nested -= 1;
    }

    /// Evaluates a node in a scope.
    pub fn step(&mut self, n: NodeId, s: ScopeId) {
        if matches!(self.op(n), Some(Op::Bound)) {
            return;
        }
        let mut entry = self.eval(n, s);
        entry.range = self.narrow(entry.range, n, s);
        self.scope_mut(s).entries.insert(n, entry);
    }

    /// Evaluates the nodes of a region in a scope.
    pub fn nodes(&mut self, r: RegionId, s: ScopeId) {
        let program = self.program;
        for n in program.regions.get(r.ix()).iter().flat_map(|r| &r.nodes) {
            self.step(*n, s);
        }
    }

    /// The node that is the value of a region.
    pub fn value(&self, r: RegionId) -> Option<NodeId> {
        self.program.regions.get(r.ix()).and_then(|r| r.value)
    }

    /// The value of a region and where it was read.
    pub fn read_region(&mut self, r: RegionId, s: ScopeId, reads: &mut Vec<(ScopeId, NodeId)>) -> Range {
        self.nodes(r, s);
        match self.value(r) {
            Some(v) => {
                let (range, at) = self.get(v, s);
                reads.push((at, v));
                range
            }
            None => Range::from(Kind::Other),
        }
    }

    /// Sets what a bound node is in a scope.
    pub fn bind(&mut self, n: NodeId, s: ScopeId, range: Range) {
        self.scope_mut(s).entries.insert(n, Entry { range, duties: Vec::new(), reads: Vec::new() });
    }
}
