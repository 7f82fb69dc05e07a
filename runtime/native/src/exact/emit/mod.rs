//! From a kernel and its representations to machine code: one pass over the rows of a block.
//!
//! Every definition that a root needs is computed, and whether it has a value; a choice hands on only what it chose. No
//! instruction traps; every address is within its table, whatever the data are.

mod folds;
mod numbers;

use super::calls;
use super::rep::Rep;
use super::{Place, STRIDE};
use crate::jit::{CodeError, Image, Site};
use crate::kernel::{ColumnId, Def, Id, Kernel, ListId, Output, Term};
use crate::tiers::Tier;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, BlockArg, InstBuilder, MemFlagsData, SigRef, Signature, Type, Value as Ssa, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::Module;
use std::collections::HashMap;

/// A value as code holds it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Val {
    /// As its representation says, in 64 or 128 bits.
    Int(Ssa),
    Decimal(Ssa, Ssa),
    Bool(Ssa),
    Index(Ssa),
}

/// A value, and whether there is one; always, if that is not said. A decimal says it itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub val: Val,
    pub ok: Option<Ssa>,
}

/// Compiles a kernel; the second number is how many sums are under way at once.
///
/// # Errors
/// [`CodeError`] for a bug of ours, or a machine that this code is not made for.
pub(super) fn compile(kernel: &Kernel, reps: &[Rep], place: &Place) -> Result<(Image, usize), CodeError> {
    if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")) {
        return Err(CodeError("two words do not come back in registers on this machine".to_owned()));
    }
    let mut site = Site::new(Tier::Settled)?;
    let config = site.module.target_config();
    let default = site.module.isa().default_call_conv();
    let convention = if cfg!(target_arch = "x86_64") { CallConv::SystemV } else { default };
    let mut frame = FunctionBuilderContext::new();
    let (tables, sums);
    {
        let mut b = FunctionBuilder::new(&mut site.context.func, &mut frame);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let params = b.block_params(entry).to_vec();
        let mut e = Emit {
            kernel,
            reps,
            place,
            convention,
            signatures: HashMap::new(),
            slots: vec![None; kernel.defs.len()],
            row: params[1],
            columns: params[3],
            at: vec![None; kernel.lists.len()],
            tables: Vec::new(),
            sums: 0,
            b,
        };
        e.function(params[1], params[2]);
        e.b.seal_all_blocks();
        (tables, sums) = (e.tables, e.sums);
        e.b.finalize(config);
    }
    Ok((site.finish((0, place.out_len()), tables)?, sums))
}

pub(super) struct Emit<'a> {
    kernel: &'a Kernel,
    reps: &'a [Rep],
    place: &'a Place,
    convention: CallConv,
    signatures: HashMap<(usize, usize), SigRef>,
    slots: Vec<Option<Slot>>,
    /// The row at hand.
    row: Ssa,
    /// Addresses of columns.
    columns: Ssa,
    /// The item of each list.
    at: Vec<Option<Ssa>>,
    tables: Vec<Box<[u64]>>,
    /// Sums so far.
    sums: usize,
    b: FunctionBuilder<'a>,
}

impl Emit<'_> {
    fn function(&mut self, rows: Ssa, out: Ssa) {
        let (head, body, end) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let i = self.b.append_block_param(head, types::I64);
        let zero = self.word(0);
        self.b.ins().jump(head, &[BlockArg::Value(zero)]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(IntCC::UnsignedLessThan, i, rows);
        self.b.ins().brif(more, body, &[], end, &[]);
        self.b.switch_to_block(body);
        let list = self.address(self.place.rows());
        let bytes = self.b.ins().ishl_imm_u(i, 2);
        let at = self.b.ins().iadd(list, bytes);
        let row = self.b.ins().load(types::I32, MemFlagsData::trusted(), at, 0);
        self.row = self.b.ins().uextend(types::I64, row);
        for id in needed(self.kernel) {
            self.define(id);
        }
        let bytes = self.b.ins().ishl_imm_u(i, 3);
        let at = self.b.ins().iadd(out, bytes);
        self.publish(at);
        let next = self.b.ins().iadd_imm_s(i, 1);
        self.b.ins().jump(head, &[BlockArg::Value(next)]);
        self.b.switch_to_block(end);
        self.b.ins().return_(&[]);
    }

    /// Writes what is known of a row: figures, conditions of warnings, whether it is sure.
    fn publish(&mut self, at: Ssa) {
        let kernel = self.kernel;
        let mut sure = self.flag(true);
        let mut column = 0;
        let store = |e: &mut Self, v: Ssa, column: &mut usize| {
            e.b.ins().store(MemFlagsData::trusted(), v, at, (*column * STRIDE * 8) as i32);
            *column += 1;
        };
        for output in &kernel.outputs {
            let (coefficient, decimals, ok) = self.figure(output);
            store(self, coefficient, &mut column);
            store(self, decimals, &mut column);
            sure = self.b.ins().band(sure, ok);
        }
        for warning in &kernel.warnings {
            let (holds, ok) = self.condition(warning.holds);
            let wide = self.b.ins().uextend(types::I64, holds);
            store(self, wide, &mut column);
            sure = self.and_ok(sure, ok);
        }
        for words in &kernel.words {
            let (index, ok) = self.index(words.value);
            store(self, index, &mut column);
            sure = self.and_ok(sure, ok);
        }
        for required in &kernel.requires {
            let (holds, ok) = self.condition(*required);
            sure = self.b.ins().band(sure, holds);
            sure = self.and_ok(sure, ok);
        }
        for demanded in &kernel.demands {
            let ok = self.has_value(*demanded);
            sure = self.and_ok(sure, ok);
        }
        let wide = self.b.ins().uextend(types::I64, sure);
        store(self, wide, &mut column);
    }

    /// The published integer of a figure, its decimals, and whether there is one.
    fn figure(&mut self, output: &Output) -> (Ssa, Ssa, Ssa) {
        let id = output.value;
        let none = self.word(0);
        match (self.reps[id.ix()], output.round) {
            (Rep::Bool, _) => {
                let (holds, ok) = self.condition(id);
                let wide = self.b.ins().uextend(types::I64, holds);
                let coefficient = self.b.ins().ineg(wide);
                let ok = ok.unwrap_or_else(|| self.flag(true));
                (coefficient, none, ok)
            }
            (Rep::Int(_) | Rep::Decimal, Some(round)) if round.significant => {
                let (low, high) = self.decimal(id);
                let digits = self.word(i64::from(round.digits));
                let [coefficient, more] =
                    self.call2(calls::publish_significant as *const () as usize, &[low, high, digits]);
                let ok = self.b.ins().icmp_imm_s(IntCC::NotEqual, more, 0);
                let decimals = self.b.ins().iadd_imm_s(more, -1);
                (coefficient, decimals, ok)
            }
            (Rep::Int(own), Some(round)) if own.narrow() => {
                let (v, ok) = self.int(id, own);
                let shown = own.rounded(round.digits.min(own.scale)).and_then(|i| i.at(round.digits));
                let shown = shown.filter(|i| i.narrow());
                let Some(shown) = shown else { return self.published(id, round.digits) };
                let v = self.rounded(v, own.scale.saturating_sub(round.digits));
                let v = self.rescaled(v, own.rounded(round.digits.min(own.scale)).unwrap_or(own), shown);
                let ok = ok.unwrap_or_else(|| self.flag(true));
                (v, none, ok)
            }
            (Rep::Int(_) | Rep::Decimal, Some(round)) => self.published(id, round.digits),
            _ => (none, none, self.flag(false)),
        }
    }

    fn published(&mut self, id: Id, digits: u32) -> (Ssa, Ssa, Ssa) {
        let (low, high) = self.decimal(id);
        let (digits, none) = (self.word(i64::from(digits)), self.word(0));
        let [coefficient, fits] = self.call2(calls::publish as *const () as usize, &[low, high, digits]);
        let ok = self.b.ins().icmp_imm_s(IntCC::NotEqual, fits, 0);
        (coefficient, none, ok)
    }

    // Whether there is a value.

    fn and_ok(&mut self, sure: Ssa, ok: Option<Ssa>) -> Ssa {
        ok.map_or(sure, |ok| self.b.ins().band(sure, ok))
    }

    fn both(&mut self, a: Option<Ssa>, b: Option<Ssa>) -> Option<Ssa> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.b.ins().band(a, b)),
            (a, b) => a.or(b),
        }
    }

    /// Of what is chosen.
    fn chosen_ok(&mut self, c: Ssa, a: Option<Ssa>, b: Option<Ssa>) -> Option<Ssa> {
        if a.is_none() && b.is_none() {
            return None;
        }
        let (a, b) = (a.unwrap_or_else(|| self.flag(true)), b.unwrap_or_else(|| self.flag(true)));
        Some(self.b.ins().select(c, a, b))
    }

    fn has_value(&mut self, id: Id) -> Option<Ssa> {
        match self.slots[id.ix()] {
            Some(Slot { val: Val::Decimal(_, high), .. }) => Some(self.decimal_ok(high)),
            Some(slot) => slot.ok,
            None => Some(self.flag(false)),
        }
    }

    fn decimal_ok(&mut self, high: Ssa) -> Ssa {
        let mark = self.b.ins().ushr_imm_u(high, i64::from(calls::FAILED_AT));
        let mark = self.b.ins().band_imm_u(mark, 1);
        self.b.ins().icmp_imm_s(IntCC::Equal, mark, 0)
    }

    // Constants, memory, calls.

    fn word(&mut self, x: i64) -> Ssa {
        self.b.ins().iconst(types::I64, x)
    }

    fn flag(&mut self, x: bool) -> Ssa {
        self.b.ins().iconst(types::I8, i64::from(x))
    }

    fn address(&mut self, slot: usize) -> Ssa {
        self.b.ins().load(types::I64, MemFlagsData::trusted().with_readonly(), self.columns, (slot * 8) as i32)
    }

    fn call(&mut self, f: usize, args: &[Ssa], returns: usize) -> &[Ssa] {
        let convention = self.convention;
        let b = &mut self.b;
        let signature = *self.signatures.entry((args.len(), returns)).or_insert_with(|| {
            let mut s = Signature::new(convention);
            s.params = vec![AbiParam::new(types::I64); args.len()];
            s.returns = vec![AbiParam::new(types::I64); returns];
            b.import_signature(s)
        });
        let address = self.b.ins().iconst(types::I64, f as i64);
        let call = self.b.ins().call_indirect(signature, address, args);
        self.b.inst_results(call)
    }

    fn call1(&mut self, f: usize, args: &[Ssa]) -> Ssa {
        self.call(f, args, 1)[0]
    }

    fn call2(&mut self, f: usize, args: &[Ssa]) -> [Ssa; 2] {
        let results = self.call(f, args, 2);
        [results[0], results[1]]
    }

    /// The item or row at which a column is read.
    fn at(&self, column: ColumnId) -> Ssa {
        let list = self.kernel.columns.get(column.0 as usize).copied().flatten();
        list.and_then(|l| self.at[l.0 as usize]).unwrap_or(self.row)
    }

    /// The value of a column in memory.
    fn load(&mut self, column: ColumnId, ty: Type) -> Ssa {
        let start = self.address(self.place.values(column));
        let at = self.at(column);
        let bytes = self.b.ins().ishl_imm_u(at, i64::from(ty.bytes().trailing_zeros()));
        let at = self.b.ins().iadd(start, bytes);
        let v = self.b.ins().load(ty, MemFlagsData::trusted(), at, 0);
        if ty == types::I32 { self.b.ins().uextend(types::I64, v) } else { v }
    }

    /// Whether a column has a value; `None` if it always has.
    fn given(&mut self, column: ColumnId) -> Option<Ssa> {
        if !self.kernel.nullable.get(column.0 as usize).copied().unwrap_or(true) {
            return None;
        }
        let start = self.address(self.place.given(column));
        let at = self.at(column);
        let at = self.b.ins().iadd(start, at);
        Some(self.b.ins().load(types::I8, MemFlagsData::trusted(), at, 0))
    }

    /// Words of a table by index, `width` for each; `None` if there is none at the index.
    fn gather(&mut self, index: Ssa, words: Vec<u64>, width: usize) -> (Vec<Ssa>, Ssa) {
        // The last cell stands for all beyond; without cells there is nothing.
        let some = self.flag(!words.is_empty());
        let words = if words.is_empty() { vec![0; width] } else { words };
        let last = (words.len() / width) as i64 - 1;
        let words = words.into_boxed_slice();
        let table = self.word(words.as_ptr() as i64);
        self.tables.push(words);
        let last = self.word(last);
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, index, last);
        let index = self.b.ins().select(inside, index, last);
        let bytes = self.b.ins().imul_imm_s(index, 8 * width as i64);
        let at = self.b.ins().iadd(table, bytes);
        let flags = MemFlagsData::trusted().with_readonly();
        let found = (0..width).map(|k| self.b.ins().load(types::I64, flags, at, (8 * k) as i32)).collect();
        (found, some)
    }

    // Conditions and indices.

    fn condition(&mut self, id: Id) -> (Ssa, Option<Ssa>) {
        match self.slots[id.ix()] {
            Some(Slot { val: Val::Bool(v), ok }) => (v, ok),
            _ => (self.flag(false), Some(self.flag(false))),
        }
    }

    fn index(&mut self, id: Id) -> (Ssa, Option<Ssa>) {
        match self.slots[id.ix()] {
            Some(Slot { val: Val::Index(v), ok }) => (v, ok),
            _ => (self.word(0), Some(self.flag(false))),
        }
    }

    /// Defines a value whose operands are defined.
    fn define(&mut self, id: Id) {
        let slot = match self.reps[id.ix()] {
            Rep::Never => None,
            Rep::Int(own) => Some(self.define_int(id, own)),
            Rep::Decimal => Some(self.define_decimal(id)),
            Rep::Bool => self.define_bool(id).map(|(v, ok)| Slot { val: Val::Bool(v), ok }),
            Rep::Index => self.define_index(id).map(|(v, ok)| Slot { val: Val::Index(v), ok }),
        };
        self.slots[id.ix()] = slot;
    }

    fn define_bool(&mut self, id: Id) -> Option<(Ssa, Option<Ssa>)> {
        let kernel = self.kernel;
        Some(match kernel.def(id) {
            Def::Bool(x) => (self.flag(*x), None),
            Def::Flag(c) => {
                let v = self.load(*c, types::I8);
                (v, self.given(*c))
            }
            Def::Given(c) => (self.given(*c).unwrap_or_else(|| self.flag(true)), None),
            Def::Not(a) => {
                let (v, ok) = self.condition(*a);
                (self.b.ins().bxor_imm_u(v, 1), ok)
            }
            Def::And(a, b) | Def::Or(a, b) => {
                let is_and = matches!(kernel.def(id), Def::And(..));
                let ((x, x_ok), (y, y_ok)) = (self.condition(*a), self.condition(*b));
                let v = if is_and { self.b.ins().band(x, y) } else { self.b.ins().bor(x, y) };
                // The right side counts only where the left leaves it open.
                let y_ok = y_ok.map(|y_ok| {
                    let closed = if is_and { self.b.ins().bxor_imm_u(x, 1) } else { x };
                    self.b.ins().bor(y_ok, closed)
                });
                (v, self.both(x_ok, y_ok))
            }
            Def::Compare(cmp, a, b) => self.compare(*cmp, *a, *b),
            Def::Is(i, k) => {
                let (v, ok) = self.index(*i);
                (self.b.ins().icmp_imm_s(IntCC::Equal, v, i64::from(*k)), ok)
            }
            Def::Same(a, b) => {
                let ((x, x_ok), (y, y_ok)) = (self.index(*a), self.index(*b));
                (self.b.ins().icmp(IntCC::Equal, x, y), self.both(x_ok, y_ok))
            }
            Def::Select(c, a, b) => {
                let ((c, c_ok), (x, x_ok), (y, y_ok)) = (self.condition(*c), self.condition(*a), self.condition(*b));
                let ok = self.chosen_ok(c, x_ok, y_ok);
                (self.b.ins().select(c, x, y), self.both(c_ok, ok))
            }
            Def::Fold(kind, terms) => self.any_or_all(*kind, terms),
            _ => return None,
        })
    }

    fn define_index(&mut self, id: Id) -> Option<(Ssa, Option<Ssa>)> {
        let kernel = self.kernel;
        Some(match kernel.def(id) {
            Def::Index(k) => (self.word(i64::from(*k)), None),
            Def::Member(c) => {
                let v = self.load(*c, types::I32);
                (v, self.given(*c))
            }
            Def::Pick(i, map) => {
                if map.is_empty() {
                    return None;
                }
                let (i, ok) = self.index(*i);
                let (found, inside) = self.gather(i, map.iter().map(|c| c.map_or(u64::MAX, u64::from)).collect(), 1);
                let there = self.b.ins().icmp_imm_s(IntCC::NotEqual, found[0], -1);
                let there = self.b.ins().band(there, inside);
                (found[0], Some(self.and_ok(there, ok)))
            }
            Def::Pair(a, b, size) => {
                let ((x, x_ok), (y, y_ok)) = (self.index(*a), self.index(*b));
                let first = self.b.ins().imul_imm_s(x, i64::from(*size));
                (self.b.ins().iadd(first, y), self.both(x_ok, y_ok))
            }
            Def::Select(c, a, b) => {
                let ((c, c_ok), (x, x_ok), (y, y_ok)) = (self.condition(*c), self.index(*a), self.index(*b));
                let ok = self.chosen_ok(c, x_ok, y_ok);
                (self.b.ins().select(c, x, y), self.both(c_ok, ok))
            }
            _ => return None,
        })
    }
}

/// What the roots need that has one value a row, operands first.
fn needed(kernel: &Kernel) -> Vec<Id> {
    closure(kernel, kernel.roots().collect(), |id| kernel.scope(id).is_empty())
}

/// What a term computes at every turn, operands first, where the items of these lists are known.
fn body(kernel: &Kernel, term: &Term, known: impl Fn(ListId) -> bool) -> Vec<Id> {
    let mut open: Vec<Id> = term.when.into_iter().collect();
    open.push(term.value);
    closure(kernel, open, |id| {
        let scope = kernel.scope(id);
        scope.iter().any(|l| term.over.contains(l)) && scope.iter().all(|l| known(*l) || term.over.contains(l))
    })
}

fn closure(kernel: &Kernel, mut open: Vec<Id>, within: impl Fn(Id) -> bool) -> Vec<Id> {
    let mut seen = vec![false; kernel.defs.len()];
    let mut all = Vec::new();
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut seen[id.ix()], true) {
            continue;
        }
        if within(id) {
            all.push(id);
        }
        kernel.def(id).each_operand(|o| open.push(o));
    }
    all.sort_unstable();
    all
}
