//! What an operation refers to: its operands and the regions it may evaluate.
//!
//! Guarantees: covers every operation, so that an evaluation on demand (defaults of inputs) finds all it needs.

use footrule_mir::{GasRef, NodeId, Op, Program, RecordId, RegionId, Ty};
use std::collections::HashSet;

/// What an operation reads.
#[derive(Default)]
pub(crate) struct Refs {
    pub nodes: Vec<NodeId>,
    pub regions: Vec<RegionId>,
    pub records: Vec<RecordId>,
}

/// The operands and regions of an operation.
pub(crate) fn refs(op: &Op) -> Refs {
    let mut r = Refs::default();
    match op {
        Op::Const(..) | Op::Input(_) | Op::Period | Op::Bound | Op::Members(_) | Op::Rows(_) => {}
        Op::Result(..) | Op::Reference(_) => {}
        Op::Shares { weights, .. } => r.nodes.extend(weights.iter().filter_map(|(_, w)| *w)),
        Op::Field(a, _) | Op::Amount(a) | Op::Factor(a) | Op::Neg(a) | Op::Convert(a, _) => r.nodes.push(*a),
        Op::Affine(a, ..) | Op::Abs(a) | Op::Floor(a) | Op::Ceil(a) | Op::Sqrt(a) | Op::Exp(a) => r.nodes.push(*a),
        Op::Ln(a) | Op::Round(a, _) | Op::Not(a) | Op::Given(a) | Op::Unwrap(a) | Op::Present(a) => r.nodes.push(*a),
        Op::ParamAt(_, a) | Op::Column(a, _) | Op::Whole(a) => r.nodes.push(*a),
        Op::Position(a) | Op::Ordinal(a) => r.nodes.push(*a),
        Op::Split { value, .. } => r.nodes.push(*value),
        Op::Record(id, fields) => {
            r.records.push(*id);
            r.nodes.extend(fields.iter().flatten());
        }
        Op::List(items) => r.nodes.extend(items),
        Op::Activity { amount, factor, .. } => {
            r.nodes.push(*amount);
            r.nodes.extend(factor.iter());
        }
        Op::Range(a, b) | Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) | Op::Div(a, b) => r.nodes.extend([*a, *b]),
        Op::Power(a, b) | Op::Pow(a, b) | Op::Min(a, b) | Op::Max(a, b) => r.nodes.extend([*a, *b]),
        Op::Same(a, b) | Op::Before(a, b) | Op::Compare { a, b, .. } => r.nodes.extend([*a, *b]),
        Op::And(a, x) | Op::Or(a, x) | Op::OrElse(a, x) => {
            r.nodes.push(*a);
            r.regions.push(*x);
        }
        Op::If(a, x, y) => {
            r.nodes.push(*a);
            r.regions.extend([*x, *y]);
        }
        Op::Match(a, arms) => {
            r.nodes.push(*a);
            r.regions.extend(arms);
        }
        Op::FirstOf(arms, rest) => {
            r.regions.extend(arms.iter().flat_map(|(c, v)| [*c, *v]));
            r.regions.extend(rest);
        }
        Op::OneOf(arms) => r.regions.extend(arms.iter().flat_map(|(c, v, _)| [*c, *v])),
        Op::Except(base, cases) => {
            r.regions.push(*base);
            r.regions.extend(cases.iter().flat_map(|c| [c.when, c.value]));
        }
        Op::Fold(_, l) => {
            for level in &l.levels {
                r.regions.extend([level.list, level.head]);
                r.regions.extend(level.series.map(|s| s.at).into_iter().chain(level.filter));
            }
            r.regions.push(l.body);
        }
        Op::Lookup { keys, .. } | Op::Interpolate { keys, .. } | Op::HasRow { keys, .. } => r.nodes.extend(keys),
        Op::Characterise { mass, gas, .. } => {
            r.nodes.push(*mass);
            if let GasRef::Node(n) = gas {
                r.nodes.push(*n);
            }
        }
    }
    r
}

/// The record types in a type.
pub(crate) fn records_of(ty: &Ty) -> Option<RecordId> {
    match ty {
        Ty::Record(id) => Some(*id),
        Ty::List(inner) | Ty::Optional(inner) => records_of(inner),
        _ => None,
    }
}

/// All nodes that may be needed for these regions, nodes and records (regions nested in them included).
#[derive(Default)]
pub(crate) struct Closure {
    pub nodes: HashSet<NodeId>,
    regions: HashSet<RegionId>,
    records: HashSet<RecordId>,
}

impl Closure {
    /// Adds what is reachable; `stop` says which nodes are known already and need no look.
    pub(crate) fn extend(&mut self, program: &Program, start: Refs, stop: impl Fn(NodeId) -> bool) {
        let mut work = vec![start];
        while let Some(refs) = work.pop() {
            for n in refs.nodes {
                if !stop(n) && self.nodes.insert(n) {
                    work.extend(program.nodes.get(n.ix()).map(|node| self::refs(&node.op)));
                }
            }
            for id in refs.regions {
                let Some(region) = program.regions.get(id.ix()).filter(|_| self.regions.insert(id)) else {
                    continue;
                };
                let nodes = region.nodes.iter().copied().chain(region.value).collect();
                work.push(Refs { nodes, ..Refs::default() });
            }
            for id in refs.records {
                let Some(record) = program.records.get(id.ix()).filter(|_| self.records.insert(id)) else {
                    continue;
                };
                let mut inner = Refs::default();
                for field in &record.fields {
                    inner.regions.extend(field.default.iter().chain(&field.computed));
                    inner.regions.extend(field.factor.as_ref().map(|f| f.value));
                    inner.regions.extend(field.when.as_ref().map(|w| w.region));
                    inner.records.extend(records_of(&field.ty));
                }
                inner.regions.extend(record.requires.iter().map(|c| c.condition));
                work.push(inner);
            }
        }
    }
}
