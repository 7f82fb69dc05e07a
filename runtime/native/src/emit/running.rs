//! Error bounds that are computed beside their values: for numbers whose static bound is too wide.
//!
//! The error of a definition is an f64 `e` with `|v − A| ≤ e` where the row passes the tests of what is demanded. It is
//! computed from the values and errors of the operands (docs/native.md has the derivation); each is enlarged by far more
//! than the roundings of its own computation. A guard that does not hold makes an error infinite. Infinite errors and NaN
//! stay what they are in all that is computed from them, and pass no test.
//!
//! Must not: take an error for smaller than it is where a value is zero, infinite or NaN.

use super::{Emit, nearest};
use crate::bound::{LIBRARY, SMALL, TINY, U, line, near_ratio};
use crate::kernel::{Binary, Def, Fold, Id, Unary};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value};

/// Enlarges an error by more than some hundred roundings.
const ENLARGED: f64 = 1.0 + 1e-12;
/// Enlarges a sum of errors by more than the roundings of one turn.
const TURN: f64 = 1.0 + 1e-15;
/// More than what is lost of a value that is nearer to zero than an f64 can be.
const UNSEEN: f64 = 1e-300;
/// Half of what the reference holds: a partial product beyond it may overflow.
const LARGE: f64 = 3.9e28;
/// No logarithm of a number that the reference holds is larger than this.
const LOGARITHM: f64 = 67.0;

/// An error: a part relative to the value, and what comes on top of it.
#[derive(Clone, Copy)]
struct Parts {
    rel: f64,
    more: Option<Value>,
}

impl Emit<'_> {
    /// Whether the error of a number is computed with it.
    pub(super) fn runs(&self, id: Id) -> bool {
        self.bounds.number(id).is_some_and(|k| k.is_running())
    }

    /// What is known of the items of a turn does not hold for the next.
    pub(super) fn forget(&mut self, id: Id) {
        self.values[id.ix()] = None;
        self.errors[id.ix()] = None;
        self.doubts[id.ix()] = None;
    }

    fn parts(&mut self, id: Id) -> Parts {
        let k = self.known(id);
        if k.is_running() {
            // One that is not there makes nothing sure.
            let e = self.errors[id.ix()].unwrap_or_else(|| self.float_const(f64::INFINITY));
            return Parts { rel: 0.0, more: Some(e) };
        }
        if k.abs == 0.0 {
            return Parts { rel: k.rel, more: None };
        }
        let v = self.number(id);
        let abs = self.float_const(k.abs);
        if k.least <= 2.0 * k.abs {
            return Parts { rel: k.rel, more: Some(abs) };
        }
        // A computed zero is the reference's zero, since its value is zero or not so small; others are not so small, or wrong
        // by what they are.
        let size = self.b.ins().fabs(v);
        let near = self.times(size, (3.0 * k.abs / k.least).max(2.0));
        Parts { rel: k.rel, more: Some(self.lesser(near, abs)) }
    }

    /// How far a number may be from the reference's.
    pub(super) fn error(&mut self, id: Id) -> Value {
        let parts = self.parts(id);
        let v = self.number(id);
        let sum = self.add_error(None, v, parts);
        sum.unwrap_or_else(|| self.float_const(0.0))
    }

    fn times(&mut self, x: Value, factor: f64) -> Value {
        let f = self.float_const(factor);
        self.b.ins().fmul(x, f)
    }

    fn size_times(&mut self, x: Value, factor: f64) -> Value {
        let size = self.b.ins().fabs(x);
        self.times(size, factor)
    }

    /// The lesser of a number and one that is none of NaN: the second where the first is NaN.
    fn lesser(&mut self, x: Value, limit: Value) -> Value {
        let less = self.b.ins().fcmp(FloatCC::LessThan, x, limit);
        self.select_float(less, x, limit)
    }

    fn plus(&mut self, sum: Option<Value>, x: Value) -> Value {
        match sum {
            Some(sum) => self.b.ins().fadd(sum, x),
            None => x,
        }
    }

    /// Adds the error of a value.
    fn add_error(&mut self, sum: Option<Value>, v: Value, parts: Parts) -> Option<Value> {
        let mut sum = sum;
        if parts.rel > 0.0 {
            let own = self.size_times(v, parts.rel);
            sum = Some(self.plus(sum, own));
        }
        match parts.more {
            Some(more) => Some(self.plus(sum, more)),
            None => sum,
        }
    }

    /// An error where a guard holds; elsewhere there is none.
    fn guarded(&mut self, guard: Value, e: Value) -> Value {
        let none = self.float_const(f64::INFINITY);
        self.select_float(guard, e, none)
    }

    /// True where a value is further from zero than four times its error (above zero, if it must be).
    fn clear(&mut self, v: Value, e: Value, positive: bool) -> Value {
        let far = self.times(e, 4.0);
        let v = if positive { v } else { self.b.ins().fabs(v) };
        self.b.ins().fcmp(FloatCC::GreaterThan, v, far)
    }

    /// The error of a definition whose value has just been computed as `v`.
    pub(super) fn running(&mut self, id: Id, v: Value) -> Value {
        let kernel = self.kernel;
        let raw = match kernel.def(id) {
            // What is chosen has the error that it had.
            Def::Unary(Unary::Neg | Unary::Abs | Unary::Floor | Unary::Ceil, a) | Def::Round(a, _) => {
                return self.error(*a);
            }
            Def::Binary(Binary::Min | Binary::Max, a, b) => {
                let (a, b) = (self.error(*a), self.error(*b));
                return self.b.ins().fmax(a, b);
            }
            Def::Select(c, a, b) => {
                let m = self.mask(*c);
                let (a, b) = (self.error(*a), self.error(*b));
                return self.select_float(m, a, b);
            }
            Def::Unary(Unary::Sqrt, a) => {
                let (x, e) = (self.number(*a), self.error(*a));
                let own = self.b.ins().fdiv(e, v);
                let all = self.rounded_to(own, v, U);
                let guard = self.clear(x, e, true);
                self.guarded(guard, all)
            }
            Def::Unary(Unary::Ln, a) => {
                let (x, e) = (self.number(*a), self.error(*a));
                let left = self.b.ins().fsub(x, e);
                let own = self.b.ins().fdiv(e, left);
                let all = self.rounded_to(own, v, LIBRARY);
                let guard = self.clear(x, e, true);
                self.guarded(guard, all)
            }
            Def::Unary(Unary::Exp, a) => {
                let e = self.error(*a);
                self.grown(e, v)
            }
            Def::Binary(Binary::Pow, a, b) => {
                let (x, ex) = (self.number(*a), self.error(*a));
                let (y, ey) = (self.number(*b), self.error(*b));
                let left = self.b.ins().fsub(x, ex);
                let log = self.b.ins().fdiv(ex, left);
                let y = self.b.ins().fabs(y);
                let of_base = self.b.ins().fmul(y, log);
                let of_exponent = self.times(ey, LOGARITHM);
                let e = self.b.ins().fadd(of_base, of_exponent);
                let all = self.grown(e, v);
                let guard = self.clear(x, ex, true);
                self.guarded(guard, all)
            }
            Def::Binary(Binary::Mul, a, b) => self.product_error(*a, *b, v),
            Def::Binary(Binary::Div, a, b) => self.quotient_error(*a, *b, v),
            Def::Binary(_, a, b) => self.sum_error(&[*a, *b], v),
            Def::Power(a, n) => self.power_error(*a, *n),
            Def::Convert(a, r) => {
                let e = self.error(*a);
                let scaled = self.times(e, near_ratio(*r).abs());
                self.rounded_to(scaled, v, 4.0 * U)
            }
            Def::Affine(a, r, offset) => {
                let e = self.error(*a);
                let scaled = self.times(e, near_ratio(*r).abs());
                let x = self.scaled(*a, *r);
                let own = self.size_times(x, 4.0 * U);
                let all = self.b.ins().fadd(scaled, own);
                let of_offset = self.float_const(U * nearest(*offset).abs());
                let all = self.b.ins().fadd(all, of_offset);
                self.rounded_to(all, v, U)
            }
            Def::Between(a, s) => {
                let l = line(s);
                let (place, rise, _) = self.between(*a, s);
                let e = self.error(*a);
                let e = self.times(e, l.scale.abs());
                let x = self.number(*a);
                let x = self.times(x, l.scale);
                let e = self.rounded_to(e, x, 5.0 * U);
                let start = self.float_const(4.0 * U * l.start.abs());
                let e = self.b.ins().fadd(e, start);
                let e = self.rounded_to(e, place, U);
                let e = self.times(e, l.slope.abs() * 1.001);
                let e = self.rounded_to(e, rise, 8.0 * U);
                let y = self.float_const(U * l.y.abs());
                let e = self.b.ins().fadd(e, y);
                self.rounded_to(e, v, U)
            }
            // Nothing else has such an error.
            _ => return self.float_const(f64::INFINITY),
        };
        self.settled(id, v, raw)
    }

    /// The error enlarged, with the reference's own rounding where there is one: none of an exact zero.
    pub(super) fn settled(&mut self, id: Id, v: Value, raw: Value) -> Value {
        let e = self.times(raw, ENLARGED);
        if self.known(id).scale.is_some() {
            return e;
        }
        let size = self.b.ins().fabs(v);
        let all = self.b.ins().fadd(size, e);
        let near = self.times(all, 1e30);
        let tiny = self.float_const(TINY);
        let own = self.lesser(near, tiny);
        self.b.ins().fadd(e, own)
    }

    fn rounded_to(&mut self, error: Value, v: Value, rel: f64) -> Value {
        let own = self.size_times(v, rel);
        self.b.ins().fadd(error, own)
    }

    /// The error of an exponential whose exponent is wrong by `e`: `eᵉ − 1 ≤ e·(1 + e)` for what is so small.
    fn grown(&mut self, e: Value, v: Value) -> Value {
        let one = self.float_const(1.001);
        let more = self.b.ins().fadd(e, one);
        let more = self.b.ins().fmul(more, e);
        let own = self.float_const(LIBRARY * 1.001);
        let rel = self.b.ins().fadd(more, own);
        let size = self.b.ins().fabs(v);
        let all = self.b.ins().fmul(size, rel);
        // An exponential is never zero, although it may be too small to be seen.
        let unseen = self.float_const(UNSEEN);
        let all = self.b.ins().fadd(all, unseen);
        let limit = self.float_const(0.01);
        let small = self.b.ins().fcmp(FloatCC::LessThan, e, limit);
        self.guarded(small, all)
    }

    fn sum_error(&mut self, of: &[Id], v: Value) -> Value {
        let mut sum = Some(self.size_times(v, U));
        for id in of {
            let (x, parts) = (self.number(*id), self.parts(*id));
            sum = self.add_error(sum, x, parts);
        }
        sum.unwrap_or(v)
    }

    fn product_error(&mut self, a: Id, b: Id, v: Value) -> Value {
        let (x, y) = (self.number(a), self.number(b));
        let (pa, pb) = (self.parts(a), self.parts(b));
        let mut sum = self.size_times(v, pa.rel + pb.rel + pa.rel * pb.rel + U);
        for (other, rel, more) in [(x, pa.rel, pb.more), (y, pb.rel, pa.more)] {
            if let Some(more) = more {
                let size = self.size_times(other, 1.0 + rel);
                let own = self.b.ins().fmul(size, more);
                sum = self.b.ins().fadd(sum, own);
            }
        }
        if let (Some(p), Some(q)) = (pa.more, pb.more) {
            let both = self.b.ins().fmul(p, q);
            sum = self.b.ins().fadd(sum, both);
        }
        sum
    }

    /// `(|v|·δb + δa) / (|b| − δb)`, and the two roundings of the quotient, or of an inverse and a product.
    fn quotient_error(&mut self, a: Id, b: Id, v: Value) -> Value {
        let (x, y) = (self.number(a), self.number(b));
        let (pa, pb) = (self.parts(a), self.parts(b));
        let Some(_) = pb.more else {
            // The divisor has a relative error only: zero divided by makes the value infinite or NaN, and so the error.
            let mut sum = self.size_times(v, (pa.rel + pb.rel) * (1.0 + 2.0 * pb.rel) + 2.01 * U);
            if let Some(more) = pa.more {
                let size = self.b.ins().fabs(y);
                let own = self.b.ins().fdiv(more, size);
                let own = self.times(own, 1.0 + 2.0 * pb.rel);
                sum = self.b.ins().fadd(sum, own);
            }
            return sum;
        };
        let eb = self.add_error(None, y, pb).unwrap_or(y);
        let size = self.b.ins().fabs(v);
        let of_divisor = self.b.ins().fmul(size, eb);
        let above = self.add_error(Some(of_divisor), x, pa).unwrap_or(of_divisor);
        let divisor = self.b.ins().fabs(y);
        let left = self.b.ins().fsub(divisor, eb);
        let own = self.b.ins().fdiv(above, left);
        let all = self.rounded_to(own, v, 2.01 * U);
        let guard = self.clear(y, eb, false);
        self.guarded(guard, all)
    }

    /// By the same squarings as the value: the error of a product at each of them.
    fn power_error(&mut self, a: Id, n: i64) -> Value {
        let (x, e) = (self.number(a), self.error(a));
        let mut result: Option<(Value, Value)> = None;
        let (mut square, mut left) = ((x, e), n.unsigned_abs());
        while left > 0 {
            if left & 1 == 1 {
                result = Some(match result {
                    Some(r) => self.times_with_error(r, square),
                    None => square,
                });
            }
            left >>= 1;
            if left > 0 {
                square = self.times_with_error(square, square);
            }
        }
        let Some((p, ep)) = result else { return self.float_const(0.0) };
        if n > 0 {
            // The power of what is not zero may be too small to be seen.
            let base = self.b.ins().fabs(x);
            let base = self.b.ins().fadd(base, e);
            let base = self.times(base, 1e30);
            let unseen = self.float_const(UNSEEN);
            let own = self.lesser(base, unseen);
            return self.b.ins().fadd(ep, own);
        }
        let one = self.float_const(1.0);
        let v = self.b.ins().fdiv(one, p);
        let size = self.b.ins().fabs(v);
        let above = self.b.ins().fmul(size, ep);
        let divisor = self.b.ins().fabs(p);
        let left = self.b.ins().fsub(divisor, ep);
        let own = self.b.ins().fdiv(above, left);
        let all = self.rounded_to(own, v, 2.01 * U);
        let guard = self.clear(p, ep, false);
        self.guarded(guard, all)
    }

    fn times_with_error(&mut self, (x, ex): (Value, Value), (y, ey): (Value, Value)) -> (Value, Value) {
        let v = self.b.ins().fmul(x, y);
        let (sx, sy) = (self.b.ins().fabs(x), self.b.ins().fabs(y));
        let terms = [(sx, ey), (sy, ex), (ex, ey)].map(|(p, q)| self.b.ins().fmul(p, q));
        let sum = terms.into_iter().fold(None, |sum, t| Some(self.plus(sum, t)));
        let e = self.rounded_to(sum.unwrap_or(v), v, U);
        (v, self.times(e, TURN))
    }

    /// The error of a product that takes up one more factor, each with its own. The reference rounds each partial product,
    /// and refuses one that is too small or too large: then there is none.
    pub(super) fn factor_error(&mut self, id: Id, so_far: (Value, Value), factor: (Value, Value)) -> Value {
        let (v, raw) = self.times_with_error(so_far, factor);
        let e = self.settled(id, v, raw);
        let size = self.b.ins().fabs(v);
        let all = self.b.ins().fadd(size, e);
        let most = self.float_const(LARGE);
        let mut sound = self.b.ins().fcmp(FloatCC::LessThan, all, most);
        if self.known(id).scale.is_none() {
            let none = self.float_const(0.0);
            let zero = self.b.ins().fcmp(FloatCC::Equal, all, none);
            let least = self.float_const(SMALL);
            let least = self.b.ins().fadd(e, least);
            let least = self.times(least, 1.01);
            let seen = self.b.ins().fcmp(FloatCC::GreaterThan, size, least);
            let fine = self.b.ins().bor(zero, seen);
            sound = self.b.ins().band(sound, fine);
        }
        self.guarded(sound, e)
    }

    /// The error of a fold that takes up one more term: `own` is the term's error, nothing where it does not count.
    pub(super) fn turn_error(&mut self, kind: Fold, so_far: Value, own: Value, sum: Value) -> Value {
        if matches!(kind, Fold::Min | Fold::Max) {
            return self.b.ins().fmax(so_far, own);
        }
        let e = self.b.ins().fadd(so_far, own);
        let e = self.rounded_to(e, sum, U);
        self.times(e, TURN)
    }

    /// The error of a fold from that of all its terms.
    pub(super) fn fold_error(&mut self, id: Id, kind: Fold, value: (Value, Value), count: Option<Value>) -> Value {
        let (v, e) = value;
        match (kind, count) {
            (Fold::Sum, _) => self.settled(id, v, e),
            (Fold::Mean, Some(n)) => {
                let e = self.b.ins().fdiv(e, n);
                let e = self.rounded_to(e, v, 2.01 * U);
                self.settled(id, v, e)
            }
            // A product's was settled at each factor.
            (Fold::Min | Fold::Max | Fold::Product, _) => e,
            _ => self.float_const(f64::INFINITY),
        }
    }
}
