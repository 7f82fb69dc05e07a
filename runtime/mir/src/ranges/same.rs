//! Nodes that compute the same: a condition on one tells of all.

use crate::{NodeId, Op, Program};
use rustc_hash::FxHashMap;

/// For each node the first that computes the same. Operations with regions and bound nodes stand for themselves.
pub(super) fn same(program: &Program) -> Vec<NodeId> {
    let mut rep: Vec<NodeId> = (0..program.nodes.len() as u32).map(NodeId).collect();
    let mut first: FxHashMap<Op, NodeId> = FxHashMap::default();
    for (i, node) in program.nodes.iter().enumerate() {
        let mut op = node.op.clone();
        // The same number is the same whatever its source.
        if let Op::Const(_, factor) = &mut op {
            *factor = None;
        }
        if !is_function(&op) {
            continue;
        }
        op.each_operand(&mut |n| *n = rep.get(n.ix()).copied().unwrap_or(*n));
        let id = NodeId(i as u32);
        // Units differ between equal numbers; their ranges are those of the numbers.
        rep[i] = *first.entry(op).or_insert(id);
    }
    rep
}

/// True for operations that are a function of their operands alone.
fn is_function(op: &Op) -> bool {
    let stateful = matches!(
        op,
        Op::Bound
            | Op::Position(_)
            | Op::Ordinal(_)
            | Op::Record(..)
            | Op::List(_)
            | Op::Activity { .. }
            | Op::Interpolate { .. }
            | Op::Shares { .. }
            | Op::Result(..)
    );
    !stateful && op.regions().is_empty()
}
