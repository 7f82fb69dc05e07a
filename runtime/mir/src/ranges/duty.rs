//! What can go wrong at a place, and whether it is proved that it does not.

use super::interval::{Interval, Verdict};
use super::scope::{Analysis, ScopeId};
use crate::{LineId, NodeId, Op, PlaceId, Ty};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// A division by zero, or a negative power of zero.
    DivisionByZero,
    /// A line below zero without `may be negative`.
    NegativeLine,
    /// An argument that a function is not defined for.
    Domain,
    /// A least, greatest or mean value of nothing.
    Empty,
    /// Weights of an allocation that give no shares.
    Weights,
    /// More than the largest number.
    Overflow,
    /// An inexact result below 10^-18.
    TooSmall,
}

impl Risk {
    /// All risks, in the order in which they are reported.
    pub const ALL: [Self; 7] = [
        Self::DivisionByZero,
        Self::NegativeLine,
        Self::Domain,
        Self::Empty,
        Self::Weights,
        Self::Overflow,
        Self::TooSmall,
    ];

    /// The name of the risk for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Risk::DivisionByZero => "division_by_zero",
            Risk::NegativeLine => "negative_line",
            Risk::Domain => "domain",
            Risk::Empty => "empty",
            Risk::Weights => "weights",
            Risk::Overflow => "overflow",
            Risk::TooSmall => "too_small",
        }
    }
}

/// A risk of a node in a scope.
#[derive(Debug, Clone)]
pub(super) struct Duty {
    pub risk: Risk,
    pub verdict: Verdict,
    /// What is at stake: the divisor, the argument, the value of the line.
    pub of: Option<NodeId>,
    pub interval: Option<Interval>,
}

/// A risk of a place, over all the ways in which it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// What can go wrong.
    pub risk: Risk,
    /// Whether it can.
    pub verdict: Verdict,
    /// The line, for what concerns its figures.
    pub line: Option<LineId>,
    /// The node that can fail.
    pub node: Option<NodeId>,
    /// The place that would be blamed.
    pub place: PlaceId,
    /// What is at stake: the divisor, the argument, the value of the line.
    pub of: Option<NodeId>,
    /// What that can be, over all the ways in which it is reached.
    pub interval: Option<Interval>,
    /// Inputs (`power[].amount`) whose declared bounds are the reason, as far as that is known.
    pub inputs: Vec<String>,
}

/// Collects the obligations of everything that is asked for.
#[derive(Default)]
pub(super) struct Asked {
    seen: FxHashSet<(ScopeId, NodeId)>,
    found: BTreeMap<(PlaceId, Option<LineId>, Option<NodeId>, Risk), Obligation>,
}

impl Asked {
    /// Notes a risk of a node or a line.
    pub fn note(
        &mut self,
        place: PlaceId,
        line: Option<LineId>,
        node: Option<NodeId>,
        duty: &Duty,
        inputs: Vec<String>,
    ) {
        let new = Obligation {
            risk: duty.risk,
            verdict: duty.verdict,
            line,
            node,
            place,
            of: duty.of,
            interval: duty.interval,
            inputs,
        };
        match self.found.entry((place, line, node, duty.risk)) {
            std::collections::btree_map::Entry::Vacant(v) => {
                v.insert(new);
            }
            std::collections::btree_map::Entry::Occupied(mut o) => {
                let o = o.get_mut();
                if o.verdict != new.verdict {
                    o.verdict = Verdict::Maybe;
                }
                o.interval = o.interval.zip(new.interval).map(|(a, b)| a.hull(b));
                o.inputs.extend(new.inputs);
                o.inputs.sort();
                o.inputs.dedup();
            }
        }
    }

    /// Follows what is read; notes every risk on the way.
    pub fn follow(&mut self, a: &Analysis<'_>, reads: impl IntoIterator<Item = (ScopeId, NodeId)>) {
        let mut work: Vec<(ScopeId, NodeId)> = reads.into_iter().collect();
        while let Some((s, n)) = work.pop() {
            if !self.seen.insert((s, n)) {
                continue;
            }
            let Some(entry) = a.scope(s).entries.get(&n) else { continue };
            work.extend(entry.reads.iter().copied());
            let place = a.node(n).map(|n| n.place).unwrap_or_default();
            for duty in &entry.duties {
                let inputs = match (duty.verdict, duty.of) {
                    (Verdict::Never, _) | (_, None) => Vec::new(),
                    (_, Some(of)) => a.blamed(of, duty.risk, s),
                };
                self.note(place, None, Some(n), duty, inputs);
            }
        }
    }

    /// The obligations, by place.
    pub fn into_list(self) -> Vec<Obligation> {
        self.found.into_values().collect()
    }

    /// True if nothing can go wrong.
    pub fn is_safe(&self) -> bool {
        self.found.values().all(|o| o.verdict == Verdict::Never)
    }
}

impl Analysis<'_> {
    /// What was found of a node in a scope or around it, without evaluating anything.
    fn found(&self, n: NodeId, s: ScopeId) -> Option<Interval> {
        let held = self.chain(s).into_iter().find_map(|s| self.scope(s).entries.get(&n));
        held.and_then(|e| self.narrow(e.range.clone(), n, s).whole())
    }

    /// The data whose bounds would have to be narrower.
    pub(super) fn blamed(&self, of: NodeId, risk: Risk, s: ScopeId) -> Vec<String> {
        let mut out = Vec::new();
        let mut work = vec![of];
        let mut seen = FxHashSet::default();
        while let Some(n) = work.pop() {
            if !seen.insert(n) || seen.len() > 200 {
                continue;
            }
            let open = self.found(n, s).is_none_or(|i| match risk {
                Risk::DivisionByZero => !i.excludes_zero(),
                Risk::NegativeLine | Risk::Domain => !i.is_not_negative(),
                _ => i.lo.is_none() || i.hi.is_none(),
            });
            if !open {
                continue;
            }
            if let Some(path) = self.path(n) {
                let ty = self.node(n).map(|n| match &n.ty {
                    Ty::Optional(t) => t,
                    t => t,
                });
                if matches!(ty, Some(Ty::Number(_) | Ty::Split(_))) {
                    out.push(path);
                }
                continue;
            }
            let Some(op) = self.op(n) else { continue };
            work.extend(op.operands());
            if let Op::Fold(_, l) = op {
                work.extend(self.value(l.body));
            } else {
                work.extend(op.regions().into_iter().filter_map(|r| self.value(r)));
            }
        }
        out.sort();
        out.dedup();
        out
    }

    /// The datum that a node reads, in words.
    pub(super) fn path(&self, n: NodeId) -> Option<String> {
        match self.op(n)? {
            Op::Input(i) => self.program.inputs.get(i.ix()).map(|i| i.name.id.clone()),
            Op::Bound => self.paths.get(&n).cloned(),
            Op::Unwrap(a) | Op::Present(a) => self.path(*a),
            Op::Amount(a) => self.path(*a).map(|p| format!("{p}.amount")),
            Op::Factor(a) => self.path(*a).map(|p| format!("{p}.factor")),
            Op::Field(a, k) => {
                let Ty::Record(r) = &self.node(*a)?.ty else { return None };
                let field = self.program.records.get(r.ix())?.fields.get(*k as usize)?;
                let path = self.path(*a)?;
                Some(if path.is_empty() { field.name.id.clone() } else { format!("{path}.{}", field.name.id) })
            }
            _ => None,
        }
    }
}
