//! What a row must pass to be sure: beyond the range of the reference's errors, decided in every condition.

use super::Emit;
use crate::bound::{SMALL, Test};
use crate::demand::Demand;
use crate::kernel::{Def, Id};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};

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
                    let x = self.size(id, false);
                    let low = self.float_const(low);
                    self.b.ins().fcmp(FloatCC::GreaterThan, x, low)
                }
                Test::Below(id, high) => {
                    let x = self.size(id, true);
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
                Test::Small(id) => {
                    let x = self.number(id);
                    let x = self.b.ins().fabs(x);
                    let e = self.slack_error(id, 1.01);
                    let least = self.float_const(SMALL * 1.01);
                    let least = self.b.ins().fadd(e, least);
                    let clear = self.b.ins().fcmp(FloatCC::GreaterThan, x, least);
                    // What is zero without an error is the reference's zero.
                    let all = self.b.ins().fadd(x, e);
                    let zero = self.float_const(0.0);
                    let nothing = self.b.ins().fcmp(FloatCC::Equal, all, zero);
                    self.b.ins().bor(clear, nothing)
                }
                Test::Bounded(id) => {
                    let e = self.error(id);
                    let most = self.float_const(f64::MAX);
                    self.b.ins().fcmp(FloatCC::LessThan, e, most)
                }
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

    /// The size of a number, made larger or smaller by its error if that is computed.
    fn size(&mut self, id: Id, larger: bool) -> Value {
        let x = self.number(id);
        let x = self.b.ins().fabs(x);
        if !self.runs(id) {
            return x;
        }
        let e = self.slack_error(id, 1.0);
        if larger { self.b.ins().fadd(x, e) } else { self.b.ins().fsub(x, e) }
    }

    fn slack_error(&mut self, id: Id, factor: f64) -> Value {
        let e = self.error(id);
        let factor = self.float_const(self.slack * factor);
        self.b.ins().fmul(e, factor)
    }
}
