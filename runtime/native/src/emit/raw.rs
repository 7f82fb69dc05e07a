//! Rows in arrays of the caller's: integers as they are, and every value is held against the hull.
//!
//! A value outside the hull makes its row unsure, and stands for one inside from there on, so that every bound holds of
//! what is computed.

use super::Emit;
use crate::bound::pow10;
use crate::kernel::{ColumnId, ListId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::Variable;

/// Where the arrays are: their places in an array of pointers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    /// For each column: its values, their presence, what they may be.
    pub columns: Vec<(usize, Option<usize>, Limit)>,
    /// For each list: its offsets, and the most items.
    pub lists: Vec<(usize, u32)>,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    /// Units of `10^-scale`, both ends included; `int64_t`.
    Units {
        /// Least.
        lo: i64,
        /// Greatest.
        hi: i64,
        /// Decimals.
        scale: u32,
    },
    /// Below this; `uint32_t`.
    Member(u32),
    /// None: the position of the item at hand, which stands in no array.
    Position,
    /// Zero or not; `uint8_t`.
    Flag,
}

impl Access {
    pub(super) fn offsets(&self, list: ListId) -> usize {
        self.lists.get(list.0 as usize).map_or(0, |(slot, _)| *slot)
    }
}

impl Emit<'_> {
    /// What stands in an array at the row, or at the item at hand.
    fn raw(&mut self, access: &Access, column: ColumnId, slot: usize, ty: Type) -> Value {
        let start = self.b.ins().load(types::I64, MemFlagsData::trusted(), self.base, (slot * 8) as i32);
        let list = self.kernel.columns.get(column.0 as usize).copied().flatten();
        debug_assert!(access.columns.len() == self.kernel.columns.len());
        let at = list.and_then(|l| self.at[l.0 as usize]).unwrap_or(self.row);
        let bytes = match ty.bytes() {
            8 => self.b.ins().ishl_imm_u(at, 3),
            4 => self.b.ins().ishl_imm_u(at, 2),
            _ => at,
        };
        let at = self.b.ins().iadd(start, bytes);
        self.b.ins().load(ty, MemFlagsData::trusted(), at, 0)
    }

    fn raw_byte(&mut self, access: &Access, column: ColumnId, slot: usize) -> Value {
        let byte = self.raw(access, column, slot, types::I8);
        self.b.ins().icmp_imm_s(IntCC::NotEqual, byte, 0)
    }

    /// A value that is there must be inside.
    fn held(&mut self, access: &Access, column: ColumnId, inside: Value) {
        let given = access.columns[column.0 as usize].1;
        let fine = match given {
            None => inside,
            Some(slot) => {
                let there = self.raw_byte(access, column, slot);
                let absent = self.not(there);
                self.b.ins().bor(inside, absent)
            }
        };
        self.require(fine);
    }

    pub(super) fn raw_number(&mut self, access: &Access, column: ColumnId) -> Value {
        let (slot, _, limit) = access.columns[column.0 as usize];
        let (lo, hi, scale) = match limit {
            Limit::Units { lo, hi, scale } => (lo, hi, scale),
            Limit::Position => return self.raw_position(column),
            _ => return self.float_const(f64::NAN),
        };
        let v = self.raw(access, column, slot, types::I64);
        let (low, high) = (self.int_const(lo), self.int_const(hi));
        let above = self.b.ins().icmp(IntCC::SignedGreaterThanOrEqual, v, low);
        let below = self.b.ins().icmp(IntCC::SignedLessThanOrEqual, v, high);
        let inside = self.b.ins().band(above, below);
        self.held(access, column, inside);
        let v = self.b.ins().select(inside, v, low);
        let v = self.b.ins().fcvt_from_sint(types::F64, v);
        if scale == 0 {
            return v;
        }
        let step = self.float_const(1.0 / pow10(scale));
        self.b.ins().fmul(v, step)
    }

    /// The position of the item at hand of the column's list.
    fn raw_position(&mut self, column: ColumnId) -> Value {
        let list = self.kernel.columns.get(column.0 as usize).copied().flatten().map(|l| l.0 as usize);
        let (at, first) = (list.and_then(|l| self.at[l]), list.and_then(|l| self.first[l]));
        let Some((at, first)) = at.zip(first) else { return self.float_const(f64::NAN) };
        let position = self.b.ins().isub(at, first);
        self.b.ins().fcvt_from_sint(types::F64, position)
    }

    pub(super) fn raw_member(&mut self, access: &Access, column: ColumnId) -> Value {
        let (slot, _, limit) = access.columns[column.0 as usize];
        let Limit::Member(members) = limit else { return self.int_const(0) };
        let v = self.raw(access, column, slot, types::I32);
        let v = self.b.ins().uextend(types::I64, v);
        let members = self.int_const(i64::from(members));
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, v, members);
        self.held(access, column, inside);
        let first = self.int_const(0);
        self.b.ins().select(inside, v, first)
    }

    /// A truth value, or whether there is a value.
    pub(super) fn raw_mask(&mut self, access: &Access, column: ColumnId, given: bool) -> Value {
        let (values, there, _) = access.columns[column.0 as usize];
        match (given, there) {
            (false, _) => self.raw_byte(access, column, values),
            (true, Some(slot)) => self.raw_byte(access, column, slot),
            (true, None) => self.mask_const(true),
        }
    }

    /// A list may not have more items than the hull says.
    pub(super) fn raw_count(&mut self, access: &Access, list: ListId, first: Value, last: Value) {
        let most = access.lists.get(list.0 as usize).map_or(0, |(_, most)| *most);
        let count = self.b.ins().isub(last, first);
        let most = self.int_const(i64::from(most));
        let fine = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, count, most);
        self.require(fine);
    }

    /// Writes the figures of a row: zeros if it is not sure.
    pub(super) fn store_raw(&mut self, out: Value, sure: Variable) {
        let kernel = self.kernel;
        let mut stored = Vec::with_capacity(kernel.outputs.len() + kernel.warnings.len());
        for output in &kernel.outputs {
            stored.push(match output.round {
                Some(round) => self.publish(output.value, round.digits),
                None => self.mask(output.value),
            });
        }
        for w in &kernel.warnings {
            let holds = self.mask(w.holds);
            stored.push(self.not(holds));
        }
        let ok = self.b.use_var(self.ok);
        for v in &mut stored {
            let ty = self.b.func.dfg.value_type(*v);
            let zero = self.b.ins().iconst(ty, 0);
            *v = self.b.ins().select(ok, *v, zero);
        }
        stored.push(ok);
        for (slot, v) in stored.into_iter().enumerate() {
            let start = self.b.ins().load(types::I64, MemFlagsData::trusted(), out, (slot * 8) as i32);
            let wide = self.b.func.dfg.value_type(v) == types::I64;
            let bytes = if wide { self.b.ins().ishl_imm_u(self.row, 3) } else { self.row };
            let at = self.b.ins().iadd(start, bytes);
            self.b.ins().store(MemFlagsData::trusted(), v, at, 0);
        }
        let one = self.b.ins().uextend(types::I64, ok);
        let so_far = self.b.use_var(sure);
        let count = self.b.ins().iadd(so_far, one);
        self.b.def_var(sure, count);
    }
}
