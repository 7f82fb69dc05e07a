//! Folds: over the items of a row one after the other, each term a nest of loops.

use super::numbers::to;
use super::{Emit, Slot, Val, body};
use crate::exact::calls;
use crate::exact::rep::Int;
use crate::kernel::{Binary, Fold, ListId, Term};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value as Ssa, types};
use cranelift_frontend::Variable;

impl Emit<'_> {
    /// Calls `f` at each turn of each term, where its condition holds; the result says whether all conditions have values.
    fn turns(&mut self, terms: &[Term], f: &mut dyn FnMut(&mut Self, &Term)) -> Ssa {
        let known = self.b.declare_var(types::I8);
        let yes = self.flag(true);
        self.b.def_var(known, yes);
        for term in terms {
            let kernel = self.kernel;
            let ids =
                if term.over.is_empty() { Vec::new() } else { body(kernel, term, |l| self.at[l.0 as usize].is_some()) };
            let before: Vec<Option<Slot>> = ids.iter().map(|id| self.slots[id.ix()]).collect();
            self.nest(&term.over, &mut |e| {
                for id in &ids {
                    e.define(*id);
                }
                e.turn(term, known, f);
            });
            for (id, slot) in ids.iter().zip(before) {
                self.slots[id.ix()] = slot;
            }
        }
        self.b.use_var(known)
    }

    fn turn(&mut self, term: &Term, known: Variable, f: &mut dyn FnMut(&mut Self, &Term)) {
        let Some(when) = term.when else { return f(self, term) };
        let (holds, ok) = self.condition(when);
        if let Some(ok) = ok {
            let so_far = self.b.use_var(known);
            let all = self.b.ins().band(so_far, ok);
            self.b.def_var(known, all);
        }
        let (counts, end) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(holds, counts, &[], end, &[]);
        self.b.switch_to_block(counts);
        f(self, term);
        self.b.ins().jump(end, &[]);
        self.b.switch_to_block(end);
    }

    /// Loops over lists, the first outermost.
    fn nest(&mut self, over: &[ListId], inner: &mut dyn FnMut(&mut Self)) {
        let Some((list, rest)) = over.split_first() else { return inner(self) };
        let parent = self.kernel.lists.get(list.0 as usize).copied().flatten();
        let around = parent.and_then(|p| self.at[p.0 as usize]).unwrap_or(self.row);
        let offsets = self.address(self.place.offsets(*list));
        let bytes = self.b.ins().ishl_imm_u(around, 2);
        let at = self.b.ins().iadd(offsets, bytes);
        let first = self.b.ins().load(types::I32, MemFlagsData::trusted(), at, 0);
        let last = self.b.ins().load(types::I32, MemFlagsData::trusted(), at, 4);
        let (first, last) = (self.b.ins().uextend(types::I64, first), self.b.ins().uextend(types::I64, last));
        let (head, turn, end) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let item = self.b.append_block_param(head, types::I64);
        self.b.ins().jump(head, &[BlockArg::Value(first)]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(IntCC::UnsignedLessThan, item, last);
        self.b.ins().brif(more, turn, &[], end, &[]);
        self.b.switch_to_block(turn);
        let before = self.at[list.0 as usize].replace(item);
        self.nest(rest, inner);
        self.at[list.0 as usize] = before;
        let next = self.b.ins().iadd_imm_s(item, 1);
        self.b.ins().jump(head, &[BlockArg::Value(next)]);
        self.b.switch_to_block(end);
    }

    /// A variable with this to begin with.
    fn variable(&mut self, start: Ssa) -> Variable {
        let ty = self.b.func.dfg.value_type(start);
        let v = self.b.declare_var(ty);
        self.b.def_var(v, start);
        v
    }

    fn combine(&mut self, v: Variable, f: impl FnOnce(&mut Self, Ssa) -> Ssa) {
        let so_far = self.b.use_var(v);
        let next = f(self, so_far);
        self.b.def_var(v, next);
    }

    /// Notes that a value may be missing.
    fn demand(&mut self, all: Variable, ok: Option<Ssa>) {
        if let Some(ok) = ok {
            self.combine(all, |e, so_far| e.b.ins().band(so_far, ok));
        }
    }

    /// Sums, counts, the least and the greatest of integers.
    pub(super) fn fold_int(&mut self, kind: Fold, terms: &[Term], own: Int) -> Slot {
        let ty = if own.narrow() { types::I64 } else { types::I128 };
        let zero = self.word(0);
        let zero = if own.narrow() { zero } else { self.b.ins().sextend(ty, zero) };
        let (yes, no) = (self.flag(true), self.flag(false));
        let (acc, ok, any) = (self.variable(zero), self.variable(yes), self.variable(no));
        let known = self.turns(terms, &mut |e, term| {
            if kind == Fold::Count {
                return e.combine(acc, |e, n| e.b.ins().iadd_imm_s(n, 1));
            }
            let (v, v_ok) = e.int(term.value, own);
            e.demand(ok, v_ok);
            match kind {
                Fold::Sum => e.combine(acc, |e, sum| e.b.ins().iadd(sum, v)),
                _ => {
                    let cc = if kind == Fold::Min { IntCC::SignedLessThan } else { IntCC::SignedGreaterThan };
                    let there = e.b.use_var(any);
                    e.combine(acc, |e, best| {
                        let better = e.b.ins().icmp(cc, v, best);
                        let first = e.b.ins().bxor_imm_u(there, 1);
                        let takes = e.b.ins().bor(better, first);
                        e.choose(takes, v, best, own.narrow())
                    });
                    let yes = e.flag(true);
                    e.b.def_var(any, yes);
                }
            }
        });
        let all = self.b.use_var(ok);
        let mut all = self.b.ins().band(all, known);
        if matches!(kind, Fold::Min | Fold::Max) {
            let any = self.b.use_var(any);
            all = self.b.ins().band(all, any);
        }
        Slot { val: Val::Int(self.b.use_var(acc)), ok: Some(all) }
    }

    /// Folds of decimals.
    pub(super) fn fold_decimal(&mut self, kind: Fold, terms: &[Term]) -> [Ssa; 2] {
        match kind {
            Fold::Sum | Fold::Mean => self.summed(kind, terms),
            Fold::Product | Fold::Min | Fold::Max => {
                let op = match kind {
                    Fold::Product => Binary::Mul,
                    Fold::Min => Binary::Min,
                    _ => Binary::Max,
                };
                let (one, scale) = (self.word(1), self.word(0));
                let (low, high) = (self.variable(one), self.variable(scale));
                let first = self.flag(kind != Fold::Product);
                let first = self.variable(first);
                let known = self.turns(terms, &mut |e, term| {
                    let v = e.decimal(term.value);
                    let so_far = (e.b.use_var(low), e.b.use_var(high));
                    let [mut l, mut h] = e.combined(op, so_far, v);
                    if kind != Fold::Product {
                        let is_first = e.b.use_var(first);
                        l = e.b.ins().select(is_first, v.0, l);
                        h = e.b.ins().select(is_first, v.1, h);
                        let no = e.flag(false);
                        e.b.def_var(first, no);
                    }
                    e.b.def_var(low, l);
                    e.b.def_var(high, h);
                });
                let (l, h) = (self.b.use_var(low), self.b.use_var(high));
                let mut ok = known;
                if kind != Fold::Product {
                    let empty = self.b.use_var(first);
                    let some = self.b.ins().bxor_imm_u(empty, 1);
                    ok = self.b.ins().band(ok, some);
                }
                [l, self.unless(ok, h)]
            }
            Fold::Count | Fold::Any | Fold::All => [self.word(0), self.word(calls::FAILED.1 as i64)],
        }
    }

    fn summed(&mut self, kind: Fold, terms: &[Term]) -> [Ssa; 2] {
        if let ([a, b], Fold::Sum) = (terms, kind)
            && [a, b].iter().all(|t| t.over.is_empty() && t.when.is_none())
        {
            let (x, y) = (self.decimal(a.value), self.decimal(b.value));
            return self.combined(Binary::Add, x, y);
        }
        let slot = self.word(self.sums as i64);
        self.sums += 1;
        self.call1(to!(sum_begin), &[slot]);
        let known = self.turns(terms, &mut |e, term| {
            let (low, high) = e.decimal(term.value);
            e.call1(to!(sum_add), &[slot, low, high]);
        });
        let f = if kind == Fold::Sum { to!(sum_finish) } else { to!(sum_mean) };
        let [low, high] = self.call2(f, &[slot]);
        [low, self.unless(known, high)]
    }

    /// Whether some condition holds, or all do; those after the one that decides are not asked for.
    pub(super) fn any_or_all(&mut self, kind: Fold, terms: &[Term]) -> (Ssa, Option<Ssa>) {
        let stop = kind == Fold::Any;
        let (no, yes) = (self.flag(false), self.flag(true));
        let (decided, ok) = (self.variable(no), self.variable(yes));
        let known = self.turns(terms, &mut |e, term| {
            let (holds, holds_ok) = e.condition(term.value);
            let before = e.b.use_var(decided);
            let open = e.b.ins().bxor_imm_u(before, 1);
            if let Some(holds_ok) = holds_ok {
                let fine = e.b.ins().bor(holds_ok, before);
                e.demand(ok, Some(fine));
            }
            let decides = if stop { holds } else { e.b.ins().bxor_imm_u(holds, 1) };
            let decides = e.b.ins().band(decides, open);
            e.combine(decided, |e, d| e.b.ins().bor(d, decides));
        });
        let decided = self.b.use_var(decided);
        let all = self.b.use_var(ok);
        let all = self.b.ins().band(all, known);
        (if stop { decided } else { self.b.ins().bxor_imm_u(decided, 1) }, Some(all))
    }
}
