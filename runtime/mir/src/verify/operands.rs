//! What an operation reads: nodes directly, and regions that it evaluates.

use crate::{GasRef, NodeId, Op, RegionId};

impl Op {
    /// The nodes that the operation reads directly, in order.
    #[must_use]
    pub fn operands(&self) -> Vec<NodeId> {
        let mut out = Vec::new();
        self.clone().each_operand(&mut |n| out.push(*n));
        out
    }

    /// Calls `f` for each node that the operation reads directly, in order.
    pub fn each_operand(&mut self, f: &mut dyn FnMut(&mut NodeId)) {
        match self {
            Op::Const(..)
            | Op::Input(_)
            | Op::Period
            | Op::Bound
            | Op::Members(_)
            | Op::Rows(_)
            | Op::FirstOf(..)
            | Op::OneOf(_)
            | Op::Except(..)
            | Op::Fold(..)
            | Op::Result(..)
            | Op::Reference(_) => {}
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
            | Op::And(a, _)
            | Op::Or(a, _)
            | Op::Given(a)
            | Op::Unwrap(a)
            | Op::OrElse(a, _)
            | Op::Present(a)
            | Op::If(a, ..)
            | Op::Match(a, _)
            | Op::ParamAt(_, a)
            | Op::Column(a, _)
            | Op::Split { value: a, .. }
            | Op::Position(a)
            | Op::Ordinal(a)
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
            Op::Record(_, fields) => fields.iter_mut().flatten().for_each(f),
            Op::List(items) => items.iter_mut().for_each(f),
            Op::Activity { amount, factor, .. } => {
                f(amount);
                factor.iter_mut().for_each(f);
            }
            Op::Lookup { keys, .. } | Op::Interpolate { keys, .. } | Op::HasRow { keys, .. } => {
                keys.iter_mut().for_each(f)
            }
            Op::Characterise { mass, gas, .. } => {
                f(mass);
                if let GasRef::Node(n) = gas {
                    f(n);
                }
            }
            Op::Shares { weights, .. } => weights.iter_mut().filter_map(|(_, w)| w.as_mut()).for_each(f),
        }
    }

    /// The regions that the operation evaluates, in order; for a fold level by level, then the body.
    #[must_use]
    pub fn regions(&self) -> Vec<RegionId> {
        match self {
            Op::And(_, r) | Op::Or(_, r) | Op::OrElse(_, r) => vec![*r],
            Op::If(_, a, b) => vec![*a, *b],
            Op::Match(_, arms) => arms.clone(),
            Op::FirstOf(arms, otherwise) => arms.iter().flat_map(|(c, v)| [*c, *v]).chain(*otherwise).collect(),
            Op::OneOf(arms) => arms.iter().flat_map(|(c, v, _)| [*c, *v]).collect(),
            Op::Except(base, cases) => {
                std::iter::once(*base).chain(cases.iter().flat_map(|c| [c.when, c.value])).collect()
            }
            Op::Fold(_, l) => {
                let levels = l
                    .levels
                    .iter()
                    .flat_map(|l| [Some(l.list), l.series.map(|s| s.at), Some(l.head), l.filter])
                    .flatten();
                levels.chain([l.body]).collect()
            }
            _ => Vec::new(),
        }
    }
}
