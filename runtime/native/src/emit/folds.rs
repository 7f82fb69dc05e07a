//! Folds: over the items of a row one after the other, each term a nest of loops.
//!
//! What does not change in a loop is computed before it; what a test inside needs is computed where the test is.

use super::{Emit, Reads, in_loops};
use crate::kernel::{Binary, Def, Fold, Id, ListId, Term};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::Variable;

/// What a fold has come to, and how many terms there were (for a mean).
#[derive(Clone, Copy)]
struct Sums {
    acc: Variable,
    count: Option<Variable>,
    /// The error of what it has come to, if that is computed.
    error: Option<Variable>,
    /// Whether some term is in doubt, if one may be.
    doubt: Option<Variable>,
}

impl Emit<'_> {
    pub(super) fn fold(&mut self, id: Id, kind: Fold, terms: &[Term]) -> Value {
        let boolean = matches!(kind, Fold::Any | Fold::All);
        let start = match kind {
            Fold::Any => self.mask_const(false),
            Fold::All => self.mask_const(true),
            Fold::Product => self.float_const(1.0),
            Fold::Min => self.float_const(f64::INFINITY),
            Fold::Max => self.float_const(f64::NEG_INFINITY),
            _ => self.float_const(0.0),
        };
        let ty = if boolean { self.b.func.dfg.value_type(start) } else { self.float() };
        let acc = self.b.declare_var(ty);
        self.b.def_var(acc, start);
        let count = (kind == Fold::Mean).then(|| self.b.declare_var(ty));
        if let Some(count) = count {
            self.b.def_var(count, start);
        }
        let error = self.runs(id).then(|| self.b.declare_var(ty));
        if let Some(error) = error {
            let none = self.float_const(0.0);
            self.b.def_var(error, none);
        }
        let doubt = terms.iter().any(|t| self.may_doubt(t)).then(|| {
            let none = self.mask_const(false);
            let doubt = self.b.declare_var(self.b.func.dfg.value_type(none));
            self.b.def_var(doubt, none);
            doubt
        });
        let acc = Sums { acc, count, error, doubt };
        for term in terms {
            if term.over.is_empty() {
                self.accumulate((id, kind), term, acc);
            } else {
                let roots: Vec<Id> = term.when.into_iter().chain([term.value]).collect();
                let body = self.closure(&roots);
                let (body, outer): (Vec<Id>, Vec<Id>) =
                    body.into_iter().partition(|id| in_loops(self.kernel, *id, term));
                for id in outer {
                    // What depends on a list of a fold inside is defined there.
                    if self.stands(id) {
                        self.define(id);
                    }
                }
                let before = self.inverse.clone();
                for id in &body {
                    if let Def::Binary(Binary::Div, _, d) = self.kernel.def(*id)
                        && self.stands(*d)
                        && !in_loops(self.kernel, *d, term)
                        && !self.inverse.contains_key(d)
                    {
                        let (one, d_value) = (self.float_const(1.0), self.number(*d));
                        let inverse = self.b.ins().fdiv(one, d_value);
                        self.inverse.insert(*d, inverse);
                    }
                }
                self.over((id, kind), term, 0, &body, acc);
                self.inverse = before;
                for id in &body {
                    self.forget(*id);
                }
            }
        }
        self.doubts[id.ix()] = acc.doubt.map(|doubt| self.b.use_var(doubt));
        let sum = self.b.use_var(acc.acc);
        let count = acc.count.map(|count| self.b.use_var(count));
        let value = count.map_or(sum, |n| self.b.ins().fdiv(sum, n));
        if let Some(error) = acc.error {
            let e = self.b.use_var(error);
            self.errors[id.ix()] = Some(self.fold_error(id, kind, (value, e), count));
        }
        value
    }

    fn may_doubt(&self, term: &Term) -> bool {
        term.when.into_iter().chain([term.value]).any(|id| self.doubtful[id.ix()])
    }

    /// Notes the doubts of a term where it is asked for.
    fn take_up_doubt(&mut self, kind: Fold, term: &Term, so_far: Value, doubt: Variable) {
        let of_value = self.doubts[term.value.ix()];
        let own = match term.when {
            None => of_value,
            Some(w) => {
                let m = self.mask(w);
                let where_counted = self.both(Some(m), of_value);
                self.either(self.doubts[w.ix()], where_counted)
            }
        };
        // What comes after a term that decides is not asked for.
        let own = match kind {
            Fold::Any => {
                let open = self.not(so_far);
                self.both(Some(open), own)
            }
            Fold::All => self.both(Some(so_far), own),
            _ => own,
        };
        if let Some(own) = own {
            let before = self.b.use_var(doubt);
            let all = self.b.ins().bor(before, own);
            self.b.def_var(doubt, all);
        }
    }

    /// True if the items that a definition depends on are those at hand.
    fn stands(&self, id: Id) -> bool {
        self.kernel.scope(id).iter().all(|l| self.at[l.0 as usize].is_some())
    }

    /// The loop over the list at a depth, with what depends on it.
    fn over(&mut self, fold: (Id, Fold), term: &Term, depth: usize, inside: &[Id], acc: Sums) {
        let Some(list) = term.over.get(depth).copied() else {
            self.accumulate(fold, term, acc);
            return;
        };
        let parent = self.kernel.lists.get(list.0 as usize).copied().flatten();
        let around = parent.and_then(|p| self.at[p.0 as usize]).unwrap_or(self.row);
        let (first, last) = self.range(list, around);
        let (head, inner, end) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let j = self.b.append_block_param(head, types::I64);
        self.b.ins().jump(head, &[BlockArg::Value(first)]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(IntCC::UnsignedLessThan, j, last);
        self.b.ins().brif(more, inner, &[], end, &[]);
        self.b.switch_to_block(inner);
        let before = self.at[list.0 as usize].replace(j);
        let first_before = self.first[list.0 as usize].replace(first);
        // What depends on later lists, or on those of folds inside, is defined there.
        let is_here = |id: Id| self.kernel.scope(id).contains(&list) && self.stands(id);
        let here: Vec<Id> = inside.iter().copied().filter(|id| is_here(*id)).collect();
        for id in &here {
            self.define(*id);
        }
        self.over(fold, term, depth + 1, inside, acc);
        let next = self.b.ins().iadd_imm_s(j, 1);
        self.b.ins().jump(head, &[BlockArg::Value(next)]);
        self.b.switch_to_block(end);
        self.at[list.0 as usize] = before;
        self.first[list.0 as usize] = first_before;
        for id in here {
            self.forget(id);
        }
    }

    /// Where the items of a row (or of an item of the list around) begin and end.
    fn range(&mut self, list: ListId, around: Value) -> (Value, Value) {
        let slot = match self.reads {
            Reads::Blocks(plan) => plan.offsets(list),
            Reads::Raw(access) => access.offsets(list),
        };
        let columns = self.lists;
        let offsets = self.b.ins().load(types::I64, MemFlagsData::trusted(), columns, (slot * 8) as i32);
        let bytes = self.b.ins().ishl_imm_u(around, 2);
        let at = self.b.ins().iadd(offsets, bytes);
        let first = self.b.ins().load(types::I32, MemFlagsData::trusted(), at, 0);
        let last = self.b.ins().load(types::I32, MemFlagsData::trusted(), at, 4);
        let (first, last) = (self.b.ins().uextend(types::I64, first), self.b.ins().uextend(types::I64, last));
        if let Reads::Raw(access) = self.reads {
            self.raw_count(access, list, first, last);
        }
        (first, last)
    }

    fn accumulate(&mut self, (id, kind): (Id, Fold), term: &Term, acc: Sums) {
        let so_far = self.b.use_var(acc.acc);
        if let Some(doubt) = acc.doubt {
            self.take_up_doubt(kind, term, so_far, doubt);
        }
        let boolean = matches!(kind, Fold::Any | Fold::All);
        let when = term.when.filter(|w| self.bounds.bool(*w) != Some(true)).map(|w| self.mask(w));
        let next = if boolean {
            let own = self.mask(term.value);
            match (kind, when) {
                (Fold::Any, None) => self.b.ins().bor(so_far, own),
                (Fold::Any, Some(w)) => {
                    let both = self.b.ins().band(w, own);
                    self.b.ins().bor(so_far, both)
                }
                (_, None) => self.b.ins().band(so_far, own),
                (_, Some(w)) => {
                    let not = self.not(w);
                    let fine = self.b.ins().bor(not, own);
                    self.b.ins().band(so_far, fine)
                }
            }
        } else {
            let own = if kind == Fold::Count { self.float_const(1.0) } else { self.number(term.value) };
            let counts = |e: &mut Self, own: Value, none: f64| match when {
                None => own,
                Some(w) => {
                    let none = e.float_const(none);
                    e.select_float(w, own, none)
                }
            };
            let next = match kind {
                Fold::Product => {
                    let own = counts(self, own, 1.0);
                    let next = self.b.ins().fmul(so_far, own);
                    if let Some(error) = acc.error {
                        let wrong = self.error(term.value);
                        let wrong = counts(self, wrong, 0.0);
                        let before = self.b.use_var(error);
                        let all = self.factor_error(id, (so_far, before), (own, wrong));
                        self.b.def_var(error, all);
                    }
                    next
                }
                Fold::Min | Fold::Max => {
                    let least = kind == Fold::Min;
                    let own = counts(self, own, if least { f64::INFINITY } else { f64::NEG_INFINITY });
                    // A NaN stays one.
                    if least { self.b.ins().fmin(so_far, own) } else { self.b.ins().fmax(so_far, own) }
                }
                _ => {
                    if let Some(count) = acc.count {
                        let one = self.float_const(1.0);
                        let one = counts(self, one, 0.0);
                        let n = self.b.use_var(count);
                        let n = self.b.ins().fadd(n, one);
                        self.b.def_var(count, n);
                    }
                    let own = counts(self, own, 0.0);
                    self.b.ins().fadd(so_far, own)
                }
            };
            if let (Some(error), true) = (acc.error, kind != Fold::Product) {
                let own = self.error(term.value);
                let own = counts(self, own, 0.0);
                let so_far = self.b.use_var(error);
                let all = self.turn_error(kind, so_far, own, next);
                self.b.def_var(error, all);
            }
            next
        };
        self.b.def_var(acc.acc, next);
    }
}
