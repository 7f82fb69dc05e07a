//! What a row must pass to be sure: beyond the range of the reference's errors, decided in every condition.

use super::Emit;
use crate::bound::Test;
use crate::demand::Demand;
use crate::kernel::{Def, Id};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};
use footrule_number::Ratio;

impl Emit<'_> {
    /// Where a definition is demanded, as a mask; nothing if everywhere.
    pub(super) fn demanded(&mut self, at: Id) -> Option<Value> {
        let Demand::When(paths) = self.demands[at.ix()].clone() else { return None };
        let mut any = self.mask_const(false);
        for path in paths {
            let mut all = self.mask_const(true);
            for (c, polarity) in path {
                let m = self.mask(c);
                let m = if polarity { m } else { self.not(m) };
                all = self.b.ins().band(all, m);
            }
            any = self.b.ins().bor(any, all);
        }
        Some(any)
    }

    /// Carries out tests whose operands are defined.
    pub(super) fn tests(&mut self, tests: &[(Id, Test)]) {
        for (at, test) in tests.iter().copied() {
            let passed = match test {
                Test::Above(id, low) => {
                    let x = self.number(id);
                    let x = self.b.ins().fabs(x);
                    let low = self.float_const(low);
                    self.b.ins().fcmp(FloatCC::GreaterThan, x, low)
                }
                Test::Below(id, high) => {
                    let x = self.number(id);
                    let x = self.b.ins().fabs(x);
                    let high = self.float_const(high);
                    self.b.ins().fcmp(FloatCC::LessThan, x, high)
                }
                Test::There(id) if self.bounds.number(id).is_some() => {
                    let x = self.number(id);
                    self.b.ins().fcmp(FloatCC::Equal, x, x)
                }
                Test::There(id) => {
                    let i = self.index(id);
                    let zero = self.int_const(0);
                    self.b.ins().icmp(IntCC::SignedGreaterThanOrEqual, i, zero)
                }
                Test::Decided(id) => match self.kernel.def(id) {
                    Def::Compare(_, a, b) => self.apart(*a, *b),
                    _ => self.mask_const(false),
                },
                Test::Rounded(id) => match self.rounded.get(&id) {
                    Some(m) => *m,
                    None => self.mask_const(false),
                },
                Test::Never(_) => self.mask_const(false),
            };
            let counts = match self.demanded(at) {
                None => passed,
                Some(m) => {
                    let not = self.not(m);
                    self.b.ins().bor(passed, not)
                }
            };
            self.require(counts);
        }
    }

    /// Two sides are further apart than their errors.
    pub(super) fn apart(&mut self, a: (Id, Ratio), b: (Id, Ratio)) -> Value {
        let (x, y) = (self.scaled(a.0, a.1), self.scaled(b.0, b.1));
        let (kx, ky) = (self.bounds.side(a), self.bounds.side(b));
        let d = self.b.ins().fsub(x, y);
        let d = self.b.ins().fabs(d);
        let constant = (kx.abs + ky.abs) * self.slack * 1.000_001 + 1e-300;
        let mut margin = self.float_const(constant);
        for (v, k) in [(x, kx), (y, ky)] {
            let size = self.b.ins().fabs(v);
            let rel = self.float_const((k.rel + 1.2e-16) * self.slack * 1.000_001);
            let error = self.b.ins().fmul(size, rel);
            margin = self.b.ins().fadd(margin, error);
        }
        self.b.ins().fcmp(FloatCC::GreaterThan, d, margin)
    }
}
