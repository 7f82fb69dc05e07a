//! Comparisons: which way they go, and whether that is decided beyond the errors of both sides.

use super::{Emit, MAGIC, ROUNDABLE};
use crate::bound::{U, grid, near_ratio, pow10};
use crate::kernel::Id;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use footrule_mir::Cmp;
use footrule_number::Ratio;

/// Most decimals at which differences are found without doubt.
const MAX_GRID: u32 = 15;

impl Emit<'_> {
    pub(super) fn compare(&mut self, cmp: Cmp, a: (Id, Ratio), b: (Id, Ratio)) -> Value {
        let (x, y) = (self.scaled(a.0, a.1), self.scaled(b.0, b.1));
        let cc = match cmp {
            Cmp::Eq => FloatCC::Equal,
            Cmp::Ne => FloatCC::NotEqual,
            Cmp::Lt => FloatCC::LessThan,
            Cmp::Le => FloatCC::LessThanOrEqual,
            Cmp::Gt => FloatCC::GreaterThan,
            Cmp::Ge => FloatCC::GreaterThanOrEqual,
        };
        let (kx, ky) = (self.bounds.side(a), self.bounds.side(b));
        let Some(s) = grid(kx, ky) else {
            let plain = self.b.ins().fcmp(cc, x, y);
            let Some((found, near)) = self.on_grid(a, b) else { return plain };
            let zero = self.float_const(0.0);
            let there = self.b.ins().fcmp(cc, near, zero);
            return self.select_mask(found, there, plain);
        };
        // Both are exact decimals: their difference is found without doubt.
        let p = self.float_const(pow10(s));
        let d = self.b.ins().fsub(x, y);
        let d = self.b.ins().fmul(d, p);
        let magic = self.float_const(MAGIC);
        let d = self.b.ins().fadd(d, magic);
        self.b.ins().fcmp(cc, d, magic)
    }

    /// Two sides are further apart than their errors, or both are exact decimals and so little wrong that their difference
    /// is known.
    pub(super) fn apart(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Value {
        let (x, y) = (self.scaled(a.0, a.1), self.scaled(b.0, b.1));
        let d = self.b.ins().fsub(x, y);
        let d = self.b.ins().fabs(d);
        let margin = self.margin(a, b);
        let apart = self.b.ins().fcmp(FloatCC::GreaterThan, d, margin);
        match self.on_grid(a, b) {
            Some((found, _)) => self.b.ins().bor(apart, found),
            None => apart,
        }
    }

    /// How far the difference of two sides may be from the reference's.
    fn margin(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Value {
        let (kx, ky) = (self.bounds.side(a), self.bounds.side(b));
        let fixed = |k: crate::bound::Known| if k.is_running() { 0.0 } else { k.abs };
        let constant = (fixed(kx) + fixed(ky)) * self.slack * 1.000_001 + 1e-300;
        let mut margin = self.float_const(constant);
        for (side, k) in [(a, kx), (b, ky)] {
            let v = self.scaled(side.0, side.1);
            let size = self.b.ins().fabs(v);
            // What is computed has its relative part in it, but for the conversion.
            let rel = if k.is_running() { 4.0 * U } else { k.rel };
            let rel = self.float_const((rel + 1.2e-16) * self.slack * 1.000_001);
            let error = self.b.ins().fmul(size, rel);
            margin = self.b.ins().fadd(margin, error);
            if k.is_running() {
                let e = self.error(side.0);
                let f = self.float_const(near_ratio(side.1).abs() * self.slack * 1.000_001);
                let e = self.b.ins().fmul(e, f);
                margin = self.b.ins().fadd(margin, e);
            }
        }
        margin
    }

    /// Of two exact decimals with errors that are computed: whether their difference is known, and what it is in units of
    /// the last decimal.
    fn on_grid(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Option<(Value, Value)> {
        let (kx, ky) = (self.bounds.side(a), self.bounds.side(b));
        if !kx.is_running() && !ky.is_running() {
            return None;
        }
        let s = kx.scale?.max(ky.scale?);
        if s > MAX_GRID {
            return None;
        }
        let p = self.float_const(pow10(s));
        let (x, y) = (self.scaled(a.0, a.1), self.scaled(b.0, b.1));
        let d = self.b.ins().fsub(x, y);
        let d = self.b.ins().fmul(d, p);
        let magic = self.float_const(MAGIC);
        let near = self.b.ins().fadd(d, magic);
        let near = self.b.ins().fsub(near, magic);
        let margin = self.margin(a, b);
        let error = self.b.ins().fmul(margin, p);
        let limit = self.float_const(0.2);
        let known = self.b.ins().fcmp(FloatCC::LessThan, error, limit);
        let size = self.b.ins().fabs(d);
        let limit = self.float_const(ROUNDABLE);
        let fits = self.b.ins().fcmp(FloatCC::LessThan, size, limit);
        Some((self.b.ins().band(known, fits), near))
    }
}
