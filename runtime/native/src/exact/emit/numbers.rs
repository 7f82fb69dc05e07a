//! Numbers: integers where their scale is known, calls where it is not.

use super::{Emit, Slot, Val};
use crate::exact::calls;
use crate::exact::rep::{Int, Rep, factor};
use crate::kernel::{Binary, Def, Id, Unary};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value as Ssa, types};
use footrule_mir::Cmp;
use footrule_number::{Number, Ratio};

/// Bits of the magnitude of an integer that 64 bits hold: [`Int::narrow`].
const BITS: u32 = 62;

/// The address of a function that code calls.
macro_rules! to {
    ($name:ident) => {
        calls::$name as *const () as usize
    };
}
pub(super) use to;

impl Emit<'_> {
    // Integers.

    /// An integer of a definition, as it is held, and how.
    pub(super) fn own_int(&mut self, id: Id) -> Option<(Ssa, Int, Option<Ssa>)> {
        match (self.reps[id.ix()], self.slots[id.ix()]) {
            (Rep::Int(own), Some(Slot { val: Val::Int(v), ok })) => Some((v, own, ok)),
            _ => None,
        }
    }

    /// The integer of a definition as another representation that has room for it.
    pub(super) fn int(&mut self, id: Id, to: Int) -> (Ssa, Option<Ssa>) {
        match self.own_int(id) {
            Some((v, own, ok)) => (self.rescaled(v, own, to), ok),
            None => {
                let none = self.constant(0, to.narrow());
                (none, Some(self.flag(false)))
            }
        }
    }

    /// An integer with more decimals.
    pub(super) fn rescaled(&mut self, v: Ssa, own: Int, to: Int) -> Ssa {
        let v = self.resized(v, own.narrow(), to.narrow());
        self.times_power(v, to.scale.saturating_sub(own.scale), to.narrow())
    }

    fn times_power(&mut self, v: Ssa, zeros: u32, narrow: bool) -> Ssa {
        if zeros == 0 {
            return v;
        }
        let factor = self.constant(10_i128.pow(zeros), narrow);
        self.b.ins().imul(v, factor)
    }

    fn resized(&mut self, v: Ssa, narrow: bool, to_narrow: bool) -> Ssa {
        match (narrow, to_narrow) {
            (true, false) => self.b.ins().sextend(types::I128, v),
            (false, true) => self.b.ins().ireduce(types::I64, v),
            _ => v,
        }
    }

    fn constant(&mut self, x: i128, narrow: bool) -> Ssa {
        let low = self.word(x as i64);
        if narrow {
            return low;
        }
        if i64::try_from(x).is_ok() {
            return self.b.ins().sextend(types::I128, low);
        }
        let high = self.word((x >> 64) as i64);
        self.b.ins().iconcat(low, high)
    }

    /// An integer without a value.
    fn no_int(&mut self, own: Int) -> Slot {
        Slot { val: Val::Int(self.constant(0, own.narrow())), ok: Some(self.flag(false)) }
    }

    /// Two integers at the scale of the result, wide if they or the result are; then the result as it is held.
    fn with_ints(&mut self, a: Id, b: Id, own: Int, f: impl FnOnce(&mut Self, Ssa, Ssa) -> Ssa) -> Slot {
        let (Some((x, x_own, x_ok)), Some((y, y_own, y_ok))) = (self.own_int(a), self.own_int(b)) else {
            return self.no_int(own);
        };
        let fits = |i: Int| i.at(own.scale.max(i.scale)).is_some_and(Int::narrow);
        let narrow = own.narrow() && fits(x_own) && fits(y_own);
        let x = self.resized(x, x_own.narrow(), narrow);
        let y = self.resized(y, y_own.narrow(), narrow);
        let x = self.times_power(x, own.scale.saturating_sub(x_own.scale), narrow);
        let y = self.times_power(y, own.scale.saturating_sub(y_own.scale), narrow);
        let v = f(self, x, y);
        let v = self.resized(v, narrow, own.narrow());
        Slot { val: Val::Int(v), ok: self.both(x_ok, y_ok) }
    }

    /// One of two integers.
    pub(super) fn choose(&mut self, c: Ssa, x: Ssa, y: Ssa, narrow: bool) -> Ssa {
        if narrow {
            return self.b.ins().select(c, x, y);
        }
        // Half by half: there is no code for the least or greatest of wide integers, which a choice may turn into.
        let ((x0, x1), (y0, y1)) = (self.b.ins().isplit(x), self.b.ins().isplit(y));
        let (low, high) = (self.b.ins().select(c, x0, y0), self.b.ins().select(c, x1, y1));
        self.b.ins().iconcat(low, high)
    }

    /// An integer times a constant, as the result is held.
    fn times_constant(&mut self, a: Id, k: Number, own: Int) -> (Ssa, Option<Ssa>) {
        let Some((x, x_own, ok)) = self.own_int(a) else {
            let none = self.constant(0, own.narrow());
            return (none, Some(self.flag(false)));
        };
        let narrow = own.narrow() && x_own.narrow();
        let x = self.resized(x, x_own.narrow(), narrow);
        let factor = self.constant(k.mantissa(), narrow);
        let v = self.b.ins().imul(x, factor);
        (self.resized(v, narrow, own.narrow()), ok)
    }

    pub(super) fn define_int(&mut self, id: Id, own: Int) -> Slot {
        let kernel = self.kernel;
        let (v, ok) = match kernel.def(id) {
            Def::Number(x) => (self.constant(x.mantissa(), own.narrow()), None),
            Def::Column(c) => {
                let units = self.load(*c, types::I64);
                let units = self.resized(units, true, own.narrow());
                let step = self.address(self.place.steps());
                let step = self.b.ins().load(
                    types::I64,
                    super::MemFlagsData::trusted().with_readonly(),
                    step,
                    (c.0 * 8) as i32,
                );
                let step = self.resized(step, true, own.narrow());
                (self.b.ins().imul(units, step), self.given(*c))
            }
            Def::Unary(Unary::Neg, a) => {
                let (x, ok) = self.int(*a, own);
                (self.negated(x, own.narrow()), ok)
            }
            Def::Unary(Unary::Abs, a) => {
                let (x, ok) = self.int(*a, own);
                (self.magnitude(x, own.narrow()), ok)
            }
            Def::Unary(_, a) => self.int(*a, own),
            Def::Binary(op, a, b) => return self.binary_int(*op, *a, *b, own),
            Def::Power(a, n) => {
                let Some((x, base, ok)) = self.own_int(*a) else { return self.no_int(own) };
                let x = self.resized(x, base.narrow(), own.narrow());
                ((1..*n).fold(x, |p, _| self.b.ins().imul(p, x)), ok)
            }
            Def::Convert(a, r) => self.times_constant(*a, factor(*r).unwrap_or_default(), own),
            Def::Affine(a, r, offset) => {
                let k = factor(*r).unwrap_or_default();
                // Wide, whatever the sizes: temperatures are few.
                let Some((x, base, ok)) = self.own_int(*a) else { return self.no_int(own) };
                let x = self.resized(x, base.narrow(), false);
                let factor = self.constant(k.mantissa(), false);
                let x = self.b.ins().imul(x, factor);
                let x = self.times_power(x, own.scale.saturating_sub(base.scale + k.scale()), false);
                let shift = offset.mantissa() * 10_i128.pow(own.scale.saturating_sub(offset.scale()));
                let shift = self.constant(shift, false);
                let v = self.b.ins().iadd(x, shift);
                (self.resized(v, false, own.narrow()), ok)
            }
            Def::Round(a, _) => match self.own_int(*a) {
                Some((x, from, ok)) => (self.rounded(x, from.scale.saturating_sub(own.scale)), ok),
                None => self.int(*a, own),
            },
            Def::Select(c, a, b) => {
                let (c, c_ok) = self.condition(*c);
                let ((x, x_ok), (y, y_ok)) = (self.int(*a, own), self.int(*b, own));
                let ok = self.chosen_ok(c, x_ok, y_ok);
                (self.choose(c, x, y, own.narrow()), self.both(c_ok, ok))
            }
            Def::Lookup(i, cells) => {
                let (i, i_ok) = self.index(*i);
                let width = if own.narrow() { 1 } else { 2 };
                let mut words = Vec::with_capacity(cells.len() * 2);
                for cell in cells.iter() {
                    let x = cell.map_or(0, |x| x.mantissa() * 10_i128.pow(own.scale.saturating_sub(x.scale())));
                    words.push(x as u64);
                    words.extend((width == 2).then_some((x >> 64) as u64));
                }
                let (found, inside) = self.gather(i, words, width);
                let v = match found[..] {
                    [low, high] => self.b.ins().iconcat(low, high),
                    _ => found[0],
                };
                let there = if cells.iter().all(Option::is_some) {
                    inside
                } else {
                    let (there, _) = self.gather(i, cells.iter().map(|c| u64::from(c.is_some())).collect(), 1);
                    let there = self.b.ins().icmp_imm_s(IntCC::NotEqual, there[0], 0);
                    self.b.ins().band(there, inside)
                };
                (v, Some(self.and_ok(there, i_ok)))
            }
            Def::Fold(kind, terms) => return self.fold_int(*kind, terms, own),
            _ => return self.no_int(own),
        };
        Slot { val: Val::Int(v), ok }
    }

    fn binary_int(&mut self, op: Binary, a: Id, b: Id, own: Int) -> Slot {
        match op {
            Binary::Add => self.with_ints(a, b, own, |e, x, y| e.b.ins().iadd(x, y)),
            Binary::Sub => self.with_ints(a, b, own, |e, x, y| e.b.ins().isub(x, y)),
            Binary::Min | Binary::Max => {
                let cc = if op == Binary::Min { IntCC::SignedLessThan } else { IntCC::SignedGreaterThan };
                self.with_ints(a, b, own, |e, x, y| {
                    let first = e.b.ins().icmp(cc, x, y);
                    let narrow = e.b.func.dfg.value_type(x) == types::I64;
                    e.choose(first, x, y, narrow)
                })
            }
            Binary::Mul => {
                let (Some((x, x_own, x_ok)), Some((y, y_own, y_ok))) = (self.own_int(a), self.own_int(b)) else {
                    return self.no_int(own);
                };
                let narrow = own.narrow() && x_own.narrow() && y_own.narrow();
                let (x, y) = (self.resized(x, x_own.narrow(), narrow), self.resized(y, y_own.narrow(), narrow));
                let v = self.b.ins().imul(x, y);
                Slot { val: Val::Int(self.resized(v, narrow, own.narrow())), ok: self.both(x_ok, y_ok) }
            }
            Binary::Div | Binary::Pow => {
                let divisor = match self.reps[b.ix()] {
                    Rep::Int(i) => Number::from_parts(i.lo, i.scale).ok(),
                    _ => None,
                };
                let inverse = divisor.and_then(Ratio::from_number).and_then(Ratio::recip).and_then(factor);
                let (v, ok) = self.times_constant(a, inverse.unwrap_or_default(), own);
                let (_, _, b_ok) = self.own_int(b).unwrap_or((v, own, None));
                Slot { val: Val::Int(v), ok: self.both(ok, b_ok) }
            }
        }
    }

    fn negated(&mut self, x: Ssa, narrow: bool) -> Ssa {
        let zero = self.constant(0, narrow);
        self.b.ins().isub(zero, x)
    }

    fn magnitude(&mut self, x: Ssa, narrow: bool) -> Ssa {
        let mask = self.sign_mask(x, narrow);
        let flipped = self.b.ins().bxor(x, mask);
        self.b.ins().isub(flipped, mask)
    }

    /// All ones for what is below zero.
    fn sign_mask(&mut self, x: Ssa, narrow: bool) -> Ssa {
        if narrow {
            return self.b.ins().sshr_imm_u(x, 63);
        }
        let (_, high) = self.b.ins().isplit(x);
        let mask = self.b.ins().sshr_imm_u(high, 63);
        self.b.ins().iconcat(mask, mask)
    }

    /// A narrow integer without its last decimals, half to even. Dividing by an invariant integer is a multiplication
    /// (T. Granlund and P. Montgomery, Division by invariant integers using multiplication, 1994, theorem 4.2).
    pub(super) fn rounded(&mut self, x: Ssa, drop: u32) -> Ssa {
        if drop == 0 {
            return x;
        }
        let zero = self.word(0);
        // All are below half a step.
        let Some(step) = 10_u64.checked_pow(drop).filter(|s| *s < 1 << BITS) else { return zero };
        let shift = step.ilog2() + 1;
        let magic = ((1_u128 << (BITS + shift)) / u128::from(step) + 1) as u64;
        let mask = self.sign_mask(x, true);
        let size = self.magnitude(x, true);
        let magic = self.word(magic as i64);
        let high = self.b.ins().umulhi(size, magic);
        let kept = self.b.ins().ushr_imm_u(high, i64::from(BITS + shift - 64));
        let whole = self.b.ins().imul_imm_s(kept, step as i64);
        let rest = self.b.ins().isub(size, whole);
        // Twice the rest, and one more if what is kept is odd, is above the step.
        let twice = self.b.ins().ishl_imm_u(rest, 1);
        let odd = self.b.ins().band_imm_u(kept, 1);
        let twice = self.b.ins().iadd(twice, odd);
        let step = self.word(step as i64);
        let up = self.b.ins().icmp(IntCC::UnsignedGreaterThan, twice, step);
        let up = self.b.ins().uextend(types::I64, up);
        let size = self.b.ins().iadd(kept, up);
        let flipped = self.b.ins().bxor(size, mask);
        self.b.ins().isub(flipped, mask)
    }

    // Decimals.

    /// A number as a decimal.
    pub(super) fn decimal(&mut self, id: Id) -> (Ssa, Ssa) {
        if let Some(Slot { val: Val::Decimal(low, high), .. }) = self.slots[id.ix()] {
            return (low, high);
        }
        if let Def::Number(x) = self.kernel.def(id) {
            return self.decimal_constant(*x);
        }
        match self.own_int(id) {
            Some((v, own, ok)) => self.packed(v, own, ok),
            None => (self.word(0), self.word(calls::FAILED.1 as i64)),
        }
    }

    fn decimal_constant(&mut self, x: Number) -> (Ssa, Ssa) {
        let words = calls::words(x);
        (self.word(words.0 as i64), self.word(words.1 as i64))
    }

    fn packed(&mut self, v: Ssa, own: Int, ok: Option<Ssa>) -> (Ssa, Ssa) {
        let size = if own.lo < 0 { self.magnitude(v, own.narrow()) } else { v };
        let scale = i64::from(own.scale) << calls::SCALE_AT;
        let (low, mut high) = if own.narrow() {
            (size, self.word(scale))
        } else {
            let (low, high) = self.b.ins().isplit(size);
            (low, self.b.ins().bor_imm_s(high, scale))
        };
        if own.lo < 0 {
            let top = if own.narrow() { v } else { self.b.ins().isplit(v).1 };
            let sign = self.b.ins().band_imm_s(top, i64::MIN);
            high = self.b.ins().bor(high, sign);
        }
        if let Some(ok) = ok {
            high = self.unless(ok, high);
        }
        (low, high)
    }

    /// The upper word of a decimal that is none unless this holds.
    pub(super) fn unless(&mut self, ok: Ssa, high: Ssa) -> Ssa {
        let failed = self.word(calls::FAILED.1 as i64);
        self.b.ins().select(ok, high, failed)
    }

    pub(super) fn define_decimal(&mut self, id: Id) -> Slot {
        let kernel = self.kernel;
        let [low, high] = match kernel.def(id) {
            Def::Unary(op, a) => self.unary_decimal(*op, *a),
            Def::Binary(op, a, b) => self.binary_decimal(*op, *a, *b),
            Def::Power(a, n) => {
                let (low, high) = self.decimal(*a);
                let n = self.word(*n);
                self.call2(to!(power), &[low, high, n])
            }
            Def::Convert(a, r) => {
                let (low, high) = self.decimal(*a);
                let [p0, p1, q0, q1] = self.ratio(*r);
                self.call2(to!(convert), &[low, high, p0, p1, q0, q1])
            }
            Def::Affine(a, r, offset) => {
                let (low, high) = self.decimal(*a);
                let [p0, p1, q0, q1] = self.ratio(*r);
                let (b0, b1) = self.decimal_constant(*offset);
                self.call2(to!(affine), &[low, high, p0, p1, q0, q1, b0, b1])
            }
            Def::Between(a, s) => {
                let (low, high) = self.decimal(*a);
                let mut all = vec![low, high];
                all.extend(self.ratio(s.scale));
                for x in [s.offset, s.from.0, s.from.1, s.to.0, s.to.1] {
                    let (low, high) = self.decimal_constant(x);
                    all.extend([low, high]);
                }
                self.call2(to!(between), &all)
            }
            Def::Round(a, n) => {
                let (low, high) = self.decimal(*a);
                let n = self.word(i64::from(*n));
                self.call2(to!(round), &[low, high, n])
            }
            Def::Select(c, a, b) => {
                let (c, ok) = self.condition(*c);
                let ((x0, x1), (y0, y1)) = (self.decimal(*a), self.decimal(*b));
                let low = self.b.ins().select(c, x0, y0);
                let high = self.b.ins().select(c, x1, y1);
                [low, ok.map_or(high, |ok| self.unless(ok, high))]
            }
            Def::Lookup(i, cells) => {
                let (i, ok) = self.index(*i);
                let words = cells.iter().map(|c| c.map_or(calls::FAILED, calls::words));
                let (found, inside) = self.gather(i, words.flat_map(|w| [w.0, w.1]).collect(), 2);
                let ok = self.and_ok(inside, ok);
                [found[0], self.unless(ok, found[1])]
            }
            Def::Fold(kind, terms) => self.fold_decimal(*kind, terms),
            _ => [self.word(0), self.word(calls::FAILED.1 as i64)],
        };
        Slot { val: Val::Decimal(low, high), ok: None }
    }

    fn unary_decimal(&mut self, op: Unary, a: Id) -> [Ssa; 2] {
        let (low, high) = self.decimal(a);
        let f = match op {
            Unary::Neg => return [low, self.b.ins().bxor_imm_s(high, i64::MIN)],
            Unary::Abs => return [low, self.b.ins().band_imm_s(high, i64::MAX)],
            Unary::Floor => to!(floor),
            Unary::Ceil => to!(ceil),
            Unary::Sqrt => to!(sqrt),
            Unary::Exp => to!(exp),
            Unary::Ln => to!(ln),
        };
        self.call2(f, &[low, high])
    }

    fn binary_decimal(&mut self, op: Binary, a: Id, b: Id) -> [Ssa; 2] {
        let ((x0, x1), (y0, y1)) = (self.decimal(a), self.decimal(b));
        self.combined(op, (x0, x1), (y0, y1))
    }

    pub(super) fn combined(&mut self, op: Binary, (x0, x1): (Ssa, Ssa), (y0, y1): (Ssa, Ssa)) -> [Ssa; 2] {
        let f = match op {
            Binary::Add => to!(add),
            Binary::Sub => {
                let minus = self.b.ins().bxor_imm_s(y1, i64::MIN);
                return self.call2(to!(add), &[x0, x1, y0, minus]);
            }
            Binary::Mul => to!(mul),
            Binary::Div => to!(div),
            Binary::Pow => to!(pow),
            Binary::Min | Binary::Max => {
                let order = self.call1(to!(order_of), &[x0, x1, y0, y1]);
                let first =
                    if op == Binary::Min { IntCC::SignedLessThanOrEqual } else { IntCC::SignedGreaterThanOrEqual };
                let first = self.b.ins().icmp_imm_s(first, order, 0);
                let low = self.b.ins().select(first, x0, y0);
                let high = self.b.ins().select(first, x1, y1);
                let known = self.b.ins().icmp_imm_s(IntCC::NotEqual, order, 2);
                return [low, self.unless(known, high)];
            }
        };
        self.call2(f, &[x0, x1, y0, y1])
    }

    fn ratio(&mut self, r: Ratio) -> [Ssa; 4] {
        let halves = |x: i128| [x as i64, (x >> 64) as i64];
        let ([p0, p1], [q0, q1]) = (halves(r.numer()), halves(r.denom()));
        [p0, p1, q0, q1].map(|x| self.word(x))
    }

    // Comparisons.

    pub(super) fn compare(&mut self, cmp: Cmp, a: (Id, Ratio), b: (Id, Ratio)) -> (Ssa, Option<Ssa>) {
        let cc = match cmp {
            Cmp::Eq => IntCC::Equal,
            Cmp::Ne => IntCC::NotEqual,
            Cmp::Lt => IntCC::SignedLessThan,
            Cmp::Le => IntCC::SignedLessThanOrEqual,
            Cmp::Gt => IntCC::SignedGreaterThan,
            Cmp::Ge => IntCC::SignedGreaterThanOrEqual,
        };
        if let Some((x, y, ok)) = self.comparable(a, b) {
            return (self.b.ins().icmp(cc, x, y), ok);
        }
        let ((x0, x1), (y0, y1)) = (self.decimal(a.0), self.decimal(b.0));
        let order = if a.1 == b.1 && a.1.numer() > 0 {
            self.call1(to!(order_of), &[x0, x1, y0, y1])
        } else {
            let Some(ratio) = a.1.div(b.1).filter(|_| b.1.numer() > 0) else {
                return (self.flag(false), Some(self.flag(false)));
            };
            let [p0, p1, q0, q1] = self.ratio(ratio);
            self.call1(to!(order_of_scaled), &[x0, x1, p0, p1, q0, q1, y0, y1])
        };
        let known = self.b.ins().icmp_imm_s(IntCC::NotEqual, order, 2);
        (self.b.ins().icmp_imm_s(cc, order, 0), Some(known))
    }

    /// Both sides as integers of one scale.
    fn comparable(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Option<(Ssa, Ssa, Option<Ssa>)> {
        let (Rep::Int(x), Rep::Int(y)) = (self.reps[a.0.ix()], self.reps[b.0.ix()]) else { return None };
        let scale = x.scale.max(y.scale);
        // Both sides times both denominators, without what these share.
        let (p, q) = if a.1 == b.1 { (Ratio::ONE, Ratio::ONE) } else { (a.1, b.1) };
        let ratio = p.div(q).filter(|r| r.numer() > 0 && q.numer() > 0)?;
        let side = |i: Int, by: i128| {
            let factor = 10_i128.checked_pow(scale - i.scale)?.checked_mul(by)?;
            let most = i.lo.unsigned_abs().max(i.hi.unsigned_abs()).checked_mul(factor.unsigned_abs())?;
            (most < 1 << 126).then_some((factor, most < 1 << BITS))
        };
        let ((kx, x_narrow), (ky, y_narrow)) = (side(x, ratio.numer())?, side(y, ratio.denom())?);
        let narrow = x_narrow && y_narrow;
        let (x, x_own, x_ok) = self.own_int(a.0)?;
        let (y, y_own, y_ok) = self.own_int(b.0)?;
        let mut sides = [(x, x_own, kx), (y, y_own, ky)].map(|(v, own, k)| {
            let v = self.resized(v, own.narrow(), narrow);
            if k == 1 {
                return v;
            }
            let k = self.constant(k, narrow);
            self.b.ins().imul(v, k)
        });
        let [x, y] = &mut sides;
        Some((*x, *y, self.both(x_ok, y_ok)))
    }
}
