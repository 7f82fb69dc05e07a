//! Comparisons: which way they go, and whether that is decided beyond the errors of both sides.

use super::{Emit, MAGIC, ROUNDABLE};
use crate::bound::{Known, U, grid, near_ratio, pow10};
use crate::kernel::{Binary, Def, Id};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use footrule_mir::Cmp;
use footrule_number::{Number, Ratio};

/// Most decimals at which differences are found without doubt.
pub(super) const MAX_GRID: u32 = 15;

/// Errors up to this are not worth computing in a row: so few values lie so near to each other.
const NARROW: f64 = 1e-7;

/// A sign that is known where a condition holds: that of a number.
struct Sign {
    known: Value,
    sign: Value,
}

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
            let mut found = self.b.ins().fcmp(cc, x, y);
            let zero = self.float_const(0.0);
            for Sign { known, sign } in self.signs(a, b) {
                let there = self.b.ins().fcmp(cc, sign, zero);
                found = self.select_mask(known, there, found);
            }
            return found;
        };
        // Both are exact decimals: their difference is found without doubt.
        let p = self.float_const(pow10(s));
        let d = self.b.ins().fsub(x, y);
        let d = self.b.ins().fmul(d, p);
        let magic = self.float_const(MAGIC);
        let d = self.b.ins().fadd(d, magic);
        self.b.ins().fcmp(cc, d, magic)
    }

    /// Two sides are further apart than their errors, or their difference is known without any.
    pub(super) fn apart(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Value {
        let (x, y) = (self.scaled(a.0, a.1), self.scaled(b.0, b.1));
        let d = self.b.ins().fsub(x, y);
        let d = self.magnitude(d);
        let margin = self.margin(a, b);
        let mut decided = self.b.ins().fcmp(FloatCC::GreaterThan, d, margin);
        for Sign { known, .. } in self.signs(a, b) {
            decided = self.b.ins().bor(decided, known);
        }
        decided
    }

    /// How far the difference of two sides may be from the reference's.
    fn margin(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Value {
        let (kx, ky) = (self.bounds.side(a), self.bounds.side(b));
        if self.bounds.careful {
            return self.careful_margin(a, b);
        }
        let constant = (kx.abs + ky.abs) * self.slack * 1.000_001 + 1e-300;
        // Where sides are not large, the error of the largest does for all.
        let most = [kx, ky].map(|k| (k.rel + 1.2e-16) * k.most());
        if most.iter().all(|e| *e < NARROW) {
            return self.float_const(constant + most.iter().sum::<f64>() * self.slack * 1.000_001);
        }
        let mut margin = self.float_const(constant);
        for (side, k) in [(a, kx), (b, ky)] {
            let v = self.scaled(side.0, side.1);
            let size = self.b.ins().fabs(v);
            let rel = k.rel;
            let rel = self.float_const((rel + 1.2e-16) * self.slack * 1.000_001);
            let error = self.b.ins().fmul(size, rel);
            margin = self.b.ins().fadd(margin, error);
        }
        margin
    }

    /// The same from the errors of the row: none where both sides are zero without an error.
    fn careful_margin(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Value {
        let mut margin = self.float_const(0.0);
        for side in [a, b] {
            let v = self.scaled(side.0, side.1);
            let e = self.error(side.0);
            let factor = if side.1.is_one() { 1.0 } else { near_ratio(side.1).abs() };
            let own = [(self.b.ins().fabs(v), if factor == 1.0 { 1.2e-16 } else { 6e-16 }), (e, factor)];
            for (size, f) in own {
                let f = self.float_const(f * self.slack * 1.000_001);
                let own = self.b.ins().fmul(size, f);
                margin = self.b.ins().fadd(margin, own);
            }
        }
        margin
    }

    /// Ways to know the sign of a difference that is as small as its error: of exact decimals, of a quotient of such, and
    /// of what is zero or not so small.
    fn signs(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Vec<Sign> {
        if !self.bounds.careful {
            return Vec::new();
        }
        let mut all = Vec::new();
        let (kx, ky) = (self.bounds.side(a), self.bounds.side(b));
        if let (Some(s), Some(t)) = (kx.scale, ky.scale)
            && s.max(t) <= MAX_GRID
        {
            let (x, y) = (self.scaled(a.0, a.1), self.scaled(b.0, b.1));
            let d = self.b.ins().fsub(x, y);
            let margin = self.margin(a, b);
            let (known, sign) = self.on_grid(d, margin, s.max(t));
            all.push(Sign { known, sign });
        }
        let margin = self.margin(a, b);
        let (x, y) = (self.scaled(a.0, a.1), self.scaled(b.0, b.1));
        let difference = self.b.ins().fsub(x, y);
        let zero = self.float_const(0.0);
        // Without an error the difference is what it is.
        let known = self.b.ins().fcmp(FloatCC::Equal, margin, zero);
        all.push(Sign { known, sign: difference });
        let is_zero = |k: Known| k.lo == 0.0 && k.hi == 0.0;
        for (side, other) in [(kx, ky), (ky, kx)] {
            if is_zero(other) && side.least > 0.0 {
                let size = self.b.ins().fabs(difference);
                let most = self.b.ins().fadd(size, margin);
                let least = self.float_const(side.least * 0.999);
                let known = self.b.ins().fcmp(FloatCC::LessThan, most, least);
                all.push(Sign { known, sign: zero });
            }
        }
        all.extend(self.of_quotient(a, b));
        if let Some(Sign { known, sign }) = self.of_quotient(b, a) {
            let sign = self.b.ins().fneg(sign);
            all.push(Sign { known, sign });
        }
        all
    }

    /// The sign of `p / q − c` for exact decimals: that of `(p − c·q) / q`. The reference rounds a quotient by far less than
    /// the least that it can be away from `c`, where `p` and `q` are so many units of the last decimal. Sides in other
    /// units are `p / q` and `c` times a rational: it counts as a factor of `p` if it is an integer there, else of `c` if it
    /// is a decimal there, so that the product is a decimal, too.
    fn of_quotient(&mut self, quotient: (Id, Ratio), c: (Id, Ratio)) -> Option<Sign> {
        let Def::Binary(Binary::Div, p, q) = *self.kernel.def(quotient.0) else { return None };
        let positive = quotient.1.numer() > 0 && c.1.numer() > 0;
        let decimal = |r: Option<Ratio>| r.filter(|_| positive)?.as_number();
        let (k, factor) = match decimal(quotient.1.div(c.1)) {
            Some(n) if n.is_integer() => (0, n),
            _ => (2, decimal(c.1.div(quotient.1))?),
        };
        let mut scales = [self.known(p).scale?, self.known(q).scale?, self.known(c.0).scale?];
        scales[k] = (scales[k] + factor.scale()).saturating_sub(trailing_zeros(factor));
        let s = scales[0].max(scales[1] + scales[2]);
        if s > MAX_GRID {
            return None;
        }
        let mut values = [p, q, c.0].map(|id| self.number(id));
        let mut errors = [p, q, c.0].map(|id| self.error(id));
        if factor != Number::ONE {
            let by = self.float_const(factor.to_f64());
            values[k] = self.b.ins().fmul(values[k], by);
            // The factor and the product are rounded.
            let size = self.b.ins().fabs(values[k]);
            let error = self.b.ins().fmul(errors[k], by);
            let own = self.float_const(3.0 * U);
            let own = self.b.ins().fmul(size, own);
            errors[k] = self.b.ins().fadd(error, own);
        }
        let (known, sign) = self.of_division(values, errors, s);
        let sign = self.b.ins().fmul(sign, values[1]);
        Some(Sign { known, sign })
    }

    /// Whether `p − c·q` is known, and what it is in units of the last of `s` decimals.
    pub(super) fn of_division(&mut self, values: [Value; 3], errors: [Value; 3], s: u32) -> (Value, Value) {
        let [p, q, c] = values;
        let [ep, eq, ec] = errors;
        let product = self.b.ins().fmul(c, q);
        let d = self.b.ins().fsub(p, product);
        let [p, q, c, product] = [p, q, c, product].map(|v| self.b.ins().fabs(v));
        let terms = [(c, eq), (q, ec), (ec, eq)].map(|(x, y)| self.b.ins().fmul(x, y));
        let mut margin = ep;
        for t in terms {
            margin = self.b.ins().fadd(margin, t);
        }
        let sizes = self.b.ins().fadd(p, product);
        let own = self.float_const(3.0 * U);
        let own = self.b.ins().fmul(sizes, own);
        let margin = self.b.ins().fadd(margin, own);
        let slack = self.float_const(self.slack * 1.000_001);
        let margin = self.b.ins().fmul(margin, slack);
        let (known, near) = self.on_grid(d, margin, s);
        // Both sides of the division in so many units.
        let all = self.b.ins().fadd(p, q);
        let unit = self.float_const(pow10(s));
        let all = self.b.ins().fmul(all, unit);
        let limit = self.float_const(ROUNDABLE);
        let fits = self.b.ins().fcmp(FloatCC::LessThan, all, limit);
        (self.b.ins().band(known, fits), near)
    }

    /// Of a multiple of `10^-s` that is computed as `d`, up to an error: whether it is known, and how many units it is.
    pub(super) fn on_grid(&mut self, d: Value, margin: Value, s: u32) -> (Value, Value) {
        let p = self.float_const(pow10(s));
        let d = self.b.ins().fmul(d, p);
        let near = self.nearest_integer(d);
        let error = self.b.ins().fmul(margin, p);
        let limit = self.float_const(0.2);
        let known = self.b.ins().fcmp(FloatCC::LessThan, error, limit);
        let size = self.b.ins().fabs(d);
        let limit = self.float_const(ROUNDABLE);
        let fits = self.b.ins().fcmp(FloatCC::LessThan, size, limit);
        (self.b.ins().band(known, fits), near)
    }

    /// An exact decimal as a number of units of its last decimal: where that is known, and what it is.
    pub(super) fn in_units(&mut self, id: Id) -> Option<(Value, Value, u32)> {
        let s = self.known(id).scale.filter(|s| *s <= MAX_GRID)?;
        let (v, e) = (self.number(id), self.error(id));
        let slack = self.float_const(self.slack * 1.000_001);
        let margin = self.b.ins().fmul(e, slack);
        let (known, units) = self.on_grid(v, margin, s);
        Some((known, units, s))
    }
}

/// How many decimals of a factor become none by a number: the zeros at the end of an integer.
fn trailing_zeros(x: Number) -> u32 {
    let mut n = x.mantissa();
    if x.scale() > 0 || n == 0 {
        return 0;
    }
    let mut zeros = 0;
    while n % 10 == 0 {
        n /= 10;
        zeros += 1;
    }
    zeros
}
