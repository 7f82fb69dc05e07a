//! What a row must pass to be sure: beyond the range of the reference's errors, decided in every condition.
//!
//! What fails a test is in *doubt*, and so is all that asks for it: a choice hands on the doubt of what it chose. A row
//! with a root in doubt is not sure.

use super::Emit;
use crate::bound::{Bounds, SMALL, Test};
use crate::kernel::{Def, Id};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::collections::HashMap;

/// The tests of each definition.
pub(super) fn by_definition(bounds: &Bounds) -> HashMap<Id, Vec<Test>> {
    let mut all: HashMap<Id, Vec<Test>> = HashMap::new();
    for (at, test) in &bounds.tests {
        all.entry(*at).or_default().push(*test);
    }
    all
}

impl Emit<'_> {
    /// Where a definition is in doubt: by its own tests, or by what it asks for.
    pub(super) fn doubt(&mut self, id: Id) -> Option<Value> {
        let kernel = self.kernel;
        let asked = match kernel.def(id) {
            // What its terms ask for is known by now.
            Def::Fold(..) => self.doubts[id.ix()],
            Def::Select(c, a, b) => {
                let own = self.doubts[c.ix()];
                let (a, b) = (self.doubts[a.ix()], self.doubts[b.ix()]);
                let arm = match self.bounds.bool(*c) {
                    Some(known) => {
                        if known {
                            a
                        } else {
                            b
                        }
                    }
                    None if a.is_none() && b.is_none() => None,
                    None => {
                        let m = self.mask(*c);
                        let not = self.not(m);
                        let a = self.both(Some(m), a);
                        let b = self.both(Some(not), b);
                        self.either(a, b)
                    }
                };
                self.either(own, arm)
            }
            Def::And(a, b) | Def::Or(a, b) => {
                let goes_on = matches!(kernel.def(id), Def::And(..));
                let (own, right) = (self.doubts[a.ix()], self.doubts[b.ix()]);
                let right = match (self.bounds.bool(*a), right) {
                    (Some(known), _) if known != goes_on => None,
                    (Some(_), right) | (None, right @ None) => right,
                    (None, right) => {
                        let m = self.mask(*a);
                        let reached = if goes_on { m } else { self.not(m) };
                        self.both(Some(reached), right)
                    }
                };
                self.either(own, right)
            }
            def => {
                let mut operands = Vec::new();
                def.each_operand(|o| operands.push(o));
                operands.into_iter().fold(None, |all, o| {
                    let own = self.doubts[o.ix()];
                    self.either(all, own)
                })
            }
        };
        let tests = self.tests.get(&id).cloned().unwrap_or_default();
        tests.into_iter().fold(asked, |all, test| {
            let passed = self.passed(test);
            let failed = self.not(passed);
            self.either(all, Some(failed))
        })
    }

    pub(super) fn either(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.b.ins().bor(a, b)),
            (a, None) => a,
            (None, b) => b,
        }
    }

    /// Both, where nothing is false.
    pub(super) fn both(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        Some(self.b.ins().band(a?, b?))
    }

    /// Whether a test is passed whose operands are defined.
    fn passed(&mut self, test: Test) -> Value {
        match test {
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
        }
    }

    /// The size of a number, made larger or smaller by its error if that is computed.
    fn size(&mut self, id: Id, larger: bool) -> Value {
        let x = self.number(id);
        let x = self.magnitude(x);
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
