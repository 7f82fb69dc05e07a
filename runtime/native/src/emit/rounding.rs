//! Roundings: to an integer, to decimals, and of what is published; and where they are decided beyond the error.
//!
//! A value is decided if it lies inside one rounding cell, error included. On the edge of a cell it is decided only if it is
//! an exact decimal that is known, or a quotient of such.

use super::compare::MAX_GRID;
use super::{Emit, MAGIC, ROUNDABLE};
use crate::bound::{U, pow10};
use crate::kernel::{Binary, Def, Id};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value};

/// Errors up to this are not worth computing in a row: so few figures lie so near to an edge.
const NARROW: f64 = 1e-6;

impl Emit<'_> {
    /// The nearest integer, half to even, of a number that is not too large for it.
    pub(super) fn nearest_integer(&mut self, x: Value) -> Value {
        let magic = self.float_const(MAGIC);
        let shifted = self.b.ins().fadd(x, magic);
        self.b.ins().fsub(shifted, magic)
    }

    /// The integer that is published, at so many decimals.
    pub(super) fn publish(&mut self, id: Id, decimals: u32) -> Value {
        let v = self.number(id);
        let p = self.float_const(pow10(decimals));
        let t = self.b.ins().fmul(v, p);
        let magic = self.float_const(MAGIC);
        let mut shifted = self.b.ins().fadd(t, magic);
        let rounded = self.b.ins().fsub(shifted, magic);
        let mut decided = self.decided(id, t, rounded, pow10(decimals));
        if self.bounds.careful
            && let Some((known, on_edge)) =
                self.rounded_exactly(id, decimals).or_else(|| self.rounded_quotient(id, decimals))
        {
            let there = self.b.ins().fadd(on_edge, magic);
            shifted = self.select_float(known, there, shifted);
            decided = self.b.ins().bor(decided, known);
        }
        self.require(decided);
        let bits = self.bits(shifted);
        let zero = self.int_const(MAGIC.to_bits() as i64);
        self.b.ins().isub(bits, zero)
    }

    /// An exact decimal times `10^n`, rounded: where that is known, and what it is. A number of units below 2⁵⁰ divided by a
    /// power of ten is a half where the quotient is, and else on the same side of one.
    fn rounded_exactly(&mut self, id: Id, n: u32) -> Option<(Value, Value)> {
        let (known, units, s) = self.in_units(id)?;
        let p = self.float_const(pow10(s.abs_diff(n)));
        let t = if s <= n { self.b.ins().fmul(units, p) } else { self.b.ins().fdiv(units, p) };
        let size = self.b.ins().fabs(t);
        let limit = self.float_const(ROUNDABLE);
        let fits = self.b.ins().fcmp(FloatCC::LessThan, size, limit);
        let near = self.nearest_integer(t);
        Some((self.b.ins().band(known, fits), near))
    }

    /// A quotient of exact decimals times `10^n`, rounded: where that is known, and what it is. The halves around it are
    /// decimals, and on which side of the one between it and the next integer it lies is known; it is less than a half away from
    /// what was computed.
    fn rounded_quotient(&mut self, id: Id, n: u32) -> Option<(Value, Value)> {
        let Def::Binary(Binary::Div, p, q) = *self.kernel.def(id) else { return None };
        let s = self.known(p).scale?.max(self.known(q).scale? + n + 1);
        if s > MAX_GRID {
            return None;
        }
        let (v, power) = (self.number(id), self.float_const(pow10(n)));
        let t = self.b.ins().fmul(v, power);
        let near = self.nearest_integer(t);
        let below = self.stepped(true, near, t);
        let half = self.float_const(0.5);
        let middle = self.b.ins().fadd(below, half);
        // In the unit of the quotient: one rounding, which counts as an error.
        let c = self.b.ins().fdiv(middle, power);
        let size = self.b.ins().fabs(c);
        let own = self.float_const(2.0 * U);
        let ec = self.b.ins().fmul(size, own);
        let (x, y) = (self.number(p), self.number(q));
        let (ex, ey) = (self.error(p), self.error(q));
        let (known, units) = self.of_division([x, y, c], [ex, ey, ec], s);
        let zero = self.float_const(0.0);
        let side = self.b.ins().fmul(units, y);
        let (above, under) =
            (self.b.ins().fcmp(FloatCC::GreaterThan, side, zero), self.b.ins().fcmp(FloatCC::LessThan, side, zero));
        let (up, down) = (self.float_const(0.25), self.float_const(-0.25));
        let step = self.select_float(under, down, zero);
        let step = self.select_float(above, up, step);
        let there = self.b.ins().fadd(middle, step);
        let found = self.nearest_integer(there);
        // What was computed is near enough, and of a size that has halves.
        let e = self.error(id);
        let scaled = self.float_const(pow10(n) * self.slack * 1.000_001);
        let e = self.b.ins().fmul(e, scaled);
        let limit = self.float_const(0.4);
        let near_enough = self.b.ins().fcmp(FloatCC::LessThan, e, limit);
        let size = self.b.ins().fabs(t);
        let limit = self.float_const(ROUNDABLE);
        let fits = self.b.ins().fcmp(FloatCC::LessThan, size, limit);
        let fits = self.b.ins().band(fits, near_enough);
        Some((self.b.ins().band(known, fits), found))
    }

    /// A number times a power of ten is within one rounding cell, error included.
    fn decided(&mut self, id: Id, t: Value, rounded: Value, power: f64) -> Value {
        let k = self.known(id);
        let off = self.b.ins().fsub(t, rounded);
        let off = self.magnitude(off);
        let largest = k.most() * power;
        if !k.is_running() && (k.rel + 2.3e-16) * largest < NARROW && largest < ROUNDABLE * 0.5 {
            // The error of the largest figure does for all.
            let error = ((k.rel + 2.3e-16) * largest + k.abs * power) * self.slack * 1.000_001;
            let half = self.float_const(0.5 - (error + 1e-13));
            return self.b.ins().fcmp(FloatCC::LessThan, off, half);
        }
        let size = self.magnitude(t);
        // What is computed has its relative part in it.
        let (rel, abs) = if k.is_running() { (0.0, 0.0) } else { (k.rel, k.abs * power) };
        let rel = self.float_const((rel + 2.3e-16) * self.slack);
        let error = self.b.ins().fmul(size, rel);
        let mut reach = self.b.ins().fadd(off, error);
        if k.is_running() {
            let e = self.error(id);
            let power = self.float_const(power * self.slack * 1.000_001);
            let e = self.b.ins().fmul(e, power);
            reach = self.b.ins().fadd(reach, e);
        }
        let half = self.float_const(0.5 - (abs * self.slack * 1.000_001 + 1e-13));
        let inside = self.b.ins().fcmp(FloatCC::LessThan, reach, half);
        let limit = self.float_const(ROUNDABLE);
        let fits = self.b.ins().fcmp(FloatCC::LessThan, size, limit);
        self.b.ins().band(inside, fits)
    }

    /// A number rounded to so many decimals.
    pub(super) fn round(&mut self, id: Id, a: Id, n: u32) -> Value {
        let k = self.known(a);
        let x = self.number(a);
        if k.scale.is_some_and(|s| s <= n) {
            return x;
        }
        let p = self.float_const(pow10(n));
        let t = self.b.ins().fmul(x, p);
        let mut near = self.nearest_integer(t);
        let mut decided = self.decided(a, t, near, pow10(n));
        if let Some((known, on_edge)) = self.rounded_exactly(a, n).or_else(|| self.rounded_quotient(a, n)) {
            near = self.select_float(known, on_edge, near);
            decided = self.b.ins().bor(decided, known);
        }
        self.rounded.insert(id, decided);
        self.b.ins().fdiv(near, p)
    }

    /// The largest integer that is not larger (or the least that is not smaller).
    pub(super) fn whole(&mut self, id: Id, floor: bool, a: Id) -> Value {
        let x = self.number(a);
        let near = self.nearest_integer(x);
        let off = self.b.ins().fsub(x, near);
        let off = self.b.ins().fabs(off);
        let error = self.error(a);
        let slack = self.float_const(self.slack * 1.000_001);
        let error = self.b.ins().fmul(error, slack);
        let clear = self.b.ins().fcmp(FloatCC::GreaterThan, off, error);
        let size = self.b.ins().fabs(x);
        let limit = self.float_const(ROUNDABLE);
        let fits = self.b.ins().fcmp(FloatCC::LessThan, size, limit);
        let mut decided = self.b.ins().band(clear, fits);
        let mut found = self.stepped(floor, near, x);
        if let Some((known, units, s)) = self.in_units(a) {
            // So many units: the quotient is an integer only where it is one, and else on the same side of it.
            let p = self.float_const(pow10(s));
            let t = self.b.ins().fdiv(units, p);
            let whole = self.nearest_integer(t);
            let there = self.stepped(floor, whole, t);
            found = self.select_float(known, there, found);
            decided = self.b.ins().bor(decided, known);
        } else if let Some((known, sign)) = self.beside(a, near) {
            // It is less than one away from `near`, on the side of the sign.
            let zero = self.float_const(0.0);
            let cc = if floor { FloatCC::LessThan } else { FloatCC::GreaterThan };
            let past = self.b.ins().fcmp(cc, sign, zero);
            let step = self.float_const(if floor { -1.0 } else { 1.0 });
            let next = self.b.ins().fadd(near, step);
            let there = self.select_float(past, next, near);
            found = self.select_float(known, there, found);
            decided = self.b.ins().bor(decided, known);
        }
        self.rounded.insert(id, decided);
        found
    }

    /// One step from the nearest integer if that lies on the other side.
    fn stepped(&mut self, floor: bool, near: Value, x: Value) -> Value {
        let step = self.float_const(if floor { -1.0 } else { 1.0 });
        let next = self.b.ins().fadd(near, step);
        let cc = if floor { FloatCC::GreaterThan } else { FloatCC::LessThan };
        let past = self.b.ins().fcmp(cc, near, x);
        self.select_float(past, next, near)
    }

    /// Of a quotient of exact decimals: where it is known on which side of an integer it lies, and a number of that sign.
    fn beside(&mut self, quotient: Id, near: Value) -> Option<(Value, Value)> {
        let Def::Binary(Binary::Div, p, q) = *self.kernel.def(quotient) else { return None };
        let s = self.known(p).scale?.max(self.known(q).scale?);
        if s > MAX_GRID {
            return None;
        }
        let (x, y) = (self.number(p), self.number(q));
        let (ex, ey) = (self.error(p), self.error(q));
        let none = self.float_const(0.0);
        let (known, units) = self.of_division([x, y, near], [ex, ey, none], s);
        let size = self.b.ins().fabs(y);
        let part = self.float_const(0.75 * pow10(s));
        let most = self.b.ins().fmul(size, part);
        let left = self.b.ins().fabs(units);
        let beside = self.b.ins().fcmp(FloatCC::LessThan, left, most);
        let sign = self.b.ins().fmul(units, y);
        Some((self.b.ins().band(known, beside), sign))
    }
}
