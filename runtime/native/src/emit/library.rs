//! Powers, and functions of the machine's library: how far they are off is written in docs/native.md.

use super::{Emit, Reads};
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Value, types};

impl Emit<'_> {
    /// An integer power by repeated squaring: at most as many roundings as the exponent's magnitude, and one.
    pub(super) fn power(&mut self, x: Value, n: i64) -> Value {
        let mut result: Option<Value> = None;
        let (mut square, mut left) = (x, n.unsigned_abs());
        while left > 0 {
            if left & 1 == 1 {
                result = Some(result.map_or(square, |r| self.b.ins().fmul(r, square)));
            }
            left >>= 1;
            if left > 0 {
                square = self.b.ins().fmul(square, square);
            }
        }
        let one = self.float_const(1.0);
        let positive = result.unwrap_or(one);
        if n < 0 { self.b.ins().fdiv(one, positive) } else { positive }
    }

    /// A function of the machine's library, lane by lane; no number in an object file, which calls nothing.
    pub(super) fn library(&mut self, function: usize, of: &[Value]) -> Value {
        if let Reads::Raw(_) = self.reads {
            return self.float_const(f64::NAN);
        }
        let mut signature = Signature::new(self.b.func.signature.call_conv);
        signature.params = vec![AbiParam::new(types::F64); of.len()];
        signature.returns = vec![AbiParam::new(types::F64)];
        let signature = self.b.import_signature(signature);
        let address = self.b.ins().iconst(types::I64, function as i64);
        let call = |e: &mut Self, of: &[Value]| {
            let inst = e.b.ins().call_indirect(signature, address, of);
            e.b.inst_results(inst)[0]
        };
        if !self.vector {
            return call(self, of);
        }
        let lane = |e: &mut Self, k: u8| {
            let of: Vec<Value> = of.iter().map(|v| e.b.ins().extractlane(*v, k)).collect();
            call(e, &of)
        };
        let (first, second) = (lane(self, 0), lane(self, 1));
        let both = self.b.ins().splat(types::F64X2, first);
        self.b.ins().insertlane(both, second, 1)
    }
}

pub(super) extern "C" fn exp(x: f64) -> f64 {
    x.exp()
}

pub(super) extern "C" fn ln(x: f64) -> f64 {
    x.ln()
}

pub(super) extern "C" fn pow(x: f64, y: f64) -> f64 {
    // Of a number below zero the reference has no real power.
    if x > 0.0 { x.powf(y) } else { f64::NAN }
}
