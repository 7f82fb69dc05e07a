//! Lowering of balances: the sums of both sides, exact and rounded once; their gap; the comparison with the tolerance.

use super::Lower;
use crate::check::{BalanceSide, BodyKind, TBalance, body_of};
use crate::db::Item;
use footrule_diag::Span;
use footrule_mir::{self as mir, Const, Fold, Level, Loop, NodeId, Op, Read};
use footrule_number::Ratio;
use footrule_syntax::ast::Stmt;

/// The nodes of one balance.
#[derive(Clone)]
pub(crate) struct BalanceNodes {
    rows: Vec<NodeId>,
    sides: [NodeId; 3],
    /// The definition of the first side; the others follow.
    first: u32,
}

impl Lower<'_> {
    /// A figure of a balance.
    pub fn balance_figure(&mut self, item: &Item, side: BalanceSide) -> NodeId {
        let nodes = self.balance_nodes(item);
        nodes.sides[side as usize]
    }

    /// What a reader of a figure reads.
    pub fn balance_read(&self, item: &Item, side: BalanceSide) -> Option<Read> {
        self.balances.get(item).map(|b| Read::Def(mir::DefId(b.first + side as u32)))
    }

    /// The balances in the order in which their figures were numbered.
    pub fn balances_in_order(&self) -> Vec<Item> {
        let mut all: Vec<(u32, Item)> = self.balances.iter().map(|(i, b)| (b.first, i.clone())).collect();
        all.sort();
        all.into_iter().map(|(_, i)| i).collect()
    }

    fn balance_nodes(&mut self, item: &Item) -> BalanceNodes {
        if let Some(n) = self.balances.get(item) {
            return n.clone();
        }
        let span = Span::default();
        let cyclic = *crate::check::is_cyclic(self.db, item.file, item.key.clone());
        let BodyKind::Balance(t) = &body_of(self.db, item).kind else {
            let n = self.node(Op::Const(Const::Bool(false), None), mir::Ty::Bool, span);
            return BalanceNodes { rows: Vec::new(), sides: [n; 3], first: 0 };
        };
        // The three figures are definitions of their own behind those of the rule.
        let first = (self.defs.len() + 3 * self.balances.len()) as u32;
        let root = self.root;
        let nodes = self.within(root, item, |lo| {
            let rows: Vec<NodeId> = if cyclic { Vec::new() } else { t.rows.iter().map(|(_, e)| lo.expr(e)).collect() };
            let ty = lo.ty(&t.ty);
            let mut side = |input: bool| {
                let own = rows.iter().zip(&t.rows).filter(|(_, (i, _))| *i == input).map(|(n, _)| *n).collect();
                lo.sum_of(own, &ty)
            };
            let (ins, outs) = (side(true), side(false));
            let gap = lo.node(Op::Sub(ins, outs), ty, span);
            BalanceNodes { rows, sides: [ins, outs, gap], first }
        });
        self.balances.insert(item.clone(), nodes.clone());
        nodes
    }

    /// The exact sum of these, rounded once.
    fn sum_of(&mut self, items: Vec<NodeId>, ty: &mir::Ty) -> NodeId {
        let span = Span::default();
        let list_ty = mir::Ty::List(Box::new(ty.clone()));
        let list = self.region(|lo| lo.node(Op::List(items), list_ty, span));
        let head = self.region(|lo| lo.node(Op::Bound, ty.clone(), span));
        let bound = self.program.regions[head.ix()].nodes[0];
        let body = self.region(|_| bound);
        let levels = vec![Level { list, bound, head, series: None, filter: None }];
        self.node(Op::Fold(Fold::Sum, Loop { levels, body }), ty.clone(), span)
    }

    /// A balance of the rule with its table, its figures and its check.
    pub fn balance(&mut self, item: &Item) {
        let Some(Stmt::Balance { rows: asts, message, .. }) = item.ast(self.db).map(|a| &a.stmt) else { return };
        let body = &body_of(self.db, item).kind;
        let BodyKind::Balance(t) = body else { return };
        let nodes = self.balance_nodes(item);
        let mut of_side = |input: bool| {
            let rows = t.rows.iter().filter(|(i, _)| *i == input).cloned().collect();
            self.reads(&BodyKind::Balance(Box::new(TBalance { rows, ..(**t).clone() })))
        };
        let side_reads = [of_side(true), of_side(false)];
        let name = self.named(item);
        let root = self.root;
        let (rows, check, place, unit) = self.within(root, item, |lo| {
            let mut rows = Vec::new();
            for ((ast, (input, e)), value) in asts.iter().zip(&t.rows).zip(&nodes.rows) {
                rows.push(mir::BalanceRow {
                    input: *input,
                    name: mir::Named { id: ast.name.text.clone(), labels: ast.labels.clone(), clause: String::new() },
                    value: *value,
                    formula: item.slice(lo.db, e.span).to_string(),
                    place: lo.place(e.span),
                });
            }
            let place = lo.place(item.name_place(lo.db).span);
            let check = t.within.map(|(tolerance, of_in)| {
                let span = item.name_place(lo.db).span;
                let [ins, outs, gap] = nodes.sides;
                let ty = lo.ty(&t.ty);
                let a = lo.node(Op::Abs(gap), ty, span);
                let rb = Ratio::from_number(tolerance).unwrap_or(Ratio::ZERO);
                let b = if of_in { ins } else { outs };
                let compare = Op::Compare { cmp: mir::Cmp::Le, a, ra: Ratio::ONE, b, rb };
                let holds = lo.node(compare, mir::Ty::Bool, span);
                mir::BalanceCheck { tolerance, of_in, holds, message: message.clone() }
            });
            let unit = t.ty.unit().cloned().unwrap_or_default();
            (rows, check, place, lo.unit(&unit))
        });
        let [ins, outs, gap] = nodes.sides;
        let side = |input: bool| {
            let own = rows.iter().filter(|r| r.input == input).map(|r| r.formula.as_str()).collect::<Vec<_>>();
            own.join(" + ")
        };
        let formulas = [side(true), side(false), format!("{0}.in - {0}.out", name.id)];
        let inner: Vec<Read> =
            [BalanceSide::In, BalanceSide::Out].into_iter().filter_map(|s| self.balance_read(item, s)).collect();
        for (i, ((word, node), formula)) in
            [("in", ins), ("out", outs), ("gap", gap)].into_iter().zip(formulas).enumerate()
        {
            let id = format!("{}.{word}", name.id);
            let name = mir::Named { id, labels: Default::default(), clause: name.clause.clone() };
            let reads = side_reads.get(i).unwrap_or(&inner).clone();
            self.program.defs.push(mir::Def { name, node, formula, reads, place });
        }
        self.program.balances.push(mir::BalanceInfo { name, unit, rows, ins, outs, gap, check, place });
    }
}
