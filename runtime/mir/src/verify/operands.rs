//! What an operation reads: nodes directly, and regions that it evaluates.

use crate::{GasRef, NodeId, Op, RegionId};

impl Op {
    /// The nodes that the operation reads directly, in order.
    #[must_use]
    pub fn operands(&self) -> Vec<NodeId> {
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
            | Op::Reference(_) => Vec::new(),
            Op::Shares { weights, .. } => weights.iter().filter_map(|(_, w)| *w).collect(),
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
            | Op::Whole(a) => vec![*a],
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
            | Op::Before(a, b) => vec![*a, *b],
            Op::Record(_, fields) => fields.iter().flatten().copied().collect(),
            Op::List(items) => items.clone(),
            Op::Activity { amount, factor, .. } => std::iter::once(*amount).chain(*factor).collect(),
            Op::Lookup { keys, .. } | Op::Interpolate { keys, .. } | Op::HasRow { keys, .. } => keys.clone(),
            Op::Characterise { mass, gas, .. } => match gas {
                GasRef::Static(_) => vec![*mass],
                GasRef::Node(gas) => vec![*mass, *gas],
            },
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
