//! Lowering of look-ups: a key in brackets becomes the ordinal of its bracket, a key between points keeps its own unit
//! and is converted exactly where it is read.

use super::Lower;
use crate::check::{BodyKind, body_of};
use crate::db::Item;
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::Span;
use footrule_mir::{self as mir, Cmp, Const, NodeId, Op};
use footrule_number::{Number, Ratio};

impl Lower<'_> {
    /// A look-up of a column, or of a whole row.
    pub fn look_up(&mut self, table: &Item, keys: &[TExpr], column: Option<u32>, span: Span) -> Op {
        let Some((key, column)) = crate::check::linear_key(self.db, table).zip(column) else {
            let keys = self.look_up_keys(table, keys);
            return Op::Lookup { table: self.read_table(table, span), keys, column };
        };
        // The conversion to the unit of the points becomes part of the look-up: it rounds nothing there.
        let (mut scale, mut offset) = (Ratio::ONE, Number::ZERO);
        let mut keys = keys.to_vec();
        if let Some(k) = keys.get_mut(key) {
            let inner = match &k.kind {
                TKind::Convert(x, r) => Some(((**x).clone(), *r, Number::ZERO)),
                TKind::Affine(x, r, o) => Some(((**x).clone(), *r, *o)),
                _ => None,
            };
            if let Some((x, r, o)) = inner {
                (scale, offset) = (r, o);
                *k = x;
            }
        }
        let keys = self.look_up_keys(table, &keys);
        Op::Interpolate { table: self.read_table(table, span), keys, column, scale, offset }
    }

    /// The keys of a look-up.
    pub fn look_up_keys(&mut self, table: &Item, keys: &[TExpr]) -> Vec<NodeId> {
        let body = &body_of(self.db, table).kind;
        let mut out = Vec::with_capacity(keys.len());
        for (i, k) in keys.iter().enumerate() {
            let node = self.expr(k);
            let ends = match body {
                BodyKind::Table(t) => t.brackets.get(i).filter(|e| !e.is_empty()),
                _ => None,
            };
            out.push(match ends {
                Some(ends) => self.bracket(node, ends, k.span),
                None => node,
            });
        }
        out
    }

    fn bracket(&mut self, key: NodeId, ends: &[(Number, bool)], span: Span) -> NodeId {
        let unit = self.program.nodes[key.ix()].ty.clone();
        let number = self.ty(&Ty::number());
        let ordinal = |lo: &mut Self, i: usize| {
            let n = Const::Number(Number::from(i as u64));
            lo.region(|lo| lo.node(Op::Const(n, None), number.clone(), span))
        };
        let mut arms = Vec::new();
        for (i, (end, closed)) in ends.iter().enumerate() {
            let below = self.region(|lo| {
                let b = lo.node(Op::Const(Const::Number(*end), None), unit.clone(), span);
                let cmp = if *closed { Cmp::Le } else { Cmp::Lt };
                lo.node(Op::Compare { cmp, a: key, ra: Ratio::ONE, b, rb: Ratio::ONE }, mir::Ty::Bool, span)
            });
            arms.push((below, ordinal(self, i)));
        }
        let above = ordinal(self, ends.len());
        self.node(Op::FirstOf(arms, Some(above)), number, span)
    }
}
