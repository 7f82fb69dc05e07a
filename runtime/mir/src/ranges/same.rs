//! Nodes that compute the same: a condition on one tells of all.

use crate::{GasRef, NodeId, Op, Program};
use std::collections::HashMap;

/// For each node the first that computes the same. Operations with regions and bound nodes stand for themselves.
pub(super) fn same(program: &Program) -> Vec<NodeId> {
    let mut rep: Vec<NodeId> = (0..program.nodes.len() as u32).map(NodeId).collect();
    let mut first: HashMap<Op, NodeId> = HashMap::new();
    for (i, node) in program.nodes.iter().enumerate() {
        let mut op = node.op.clone();
        // The same number is the same whatever its source.
        if let Op::Const(_, factor) = &mut op {
            *factor = None;
        }
        if !operands(&mut op, &mut |n| {
            *n = rep.get(n.ix()).copied().unwrap_or(*n);
        }) {
            continue;
        }
        let id = NodeId(i as u32);
        // Units differ between equal numbers; their ranges are those of the numbers.
        rep[i] = *first.entry(op).or_insert(id);
    }
    rep
}

/// Calls `f` for each operand; false for operations that are not a function of their operands alone.
fn operands(op: &mut Op, f: &mut dyn FnMut(&mut NodeId)) -> bool {
    match op {
        Op::Const(..) | Op::Input(_) | Op::Period | Op::Members(_) | Op::Rows(_) | Op::Reference(_) => {}
        Op::Field(a, _)
        | Op::Amount(a)
        | Op::Factor(a)
        | Op::Neg(a)
        | Op::Convert(a, _)
        | Op::Affine(a, ..)
        | Op::Abs(a)
        | Op::Floor(a)
        | Op::Ceil(a)
        | Op::Sqrt(a)
        | Op::Exp(a)
        | Op::Ln(a)
        | Op::Round(a, _)
        | Op::Not(a)
        | Op::Given(a)
        | Op::Unwrap(a)
        | Op::Present(a)
        | Op::ParamAt(_, a)
        | Op::Column(a, _)
        | Op::Split { value: a, .. }
        | Op::Whole(a) => f(a),
        Op::Range(a, b)
        | Op::Add(a, b)
        | Op::Sub(a, b)
        | Op::Mul(a, b)
        | Op::Div(a, b)
        | Op::Power(a, b)
        | Op::Pow(a, b)
        | Op::Min(a, b)
        | Op::Max(a, b)
        | Op::Compare { a, b, .. }
        | Op::Same(a, b)
        | Op::Before(a, b) => {
            f(a);
            f(b);
        }
        Op::Lookup { keys, .. } | Op::HasRow { keys, .. } => keys.iter_mut().for_each(f),
        Op::Characterise { mass, gas, .. } => {
            f(mass);
            if let GasRef::Node(n) = gas {
                f(n);
            }
        }
        _ => return false,
    }
    true
}
