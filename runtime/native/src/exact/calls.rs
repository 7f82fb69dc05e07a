//! What code calls for decimals whose scale is not known beforehand.
//!
//! A decimal is two words: the low 64 bits of its coefficient, and above them 32 more bits of it, its scale, and at the
//! top its sign; [`FAILED`] stands for no value, and every operation hands it on. Guarantees: the operations of
//! [`Scaled`], which are the reference's; nothing panics, so that nothing unwinds through native code.

use crate::kernel::Segment;
use footrule_number::{Number, Ratio, Scaled, Sum};
use std::cell::RefCell;
use std::cmp::Ordering;

/// Where the scale stands in the upper word.
pub(super) const SCALE_AT: u32 = 32;
/// Where the mark of no value stands in the upper word.
pub(super) const FAILED_AT: u32 = 62;
/// Where the sign stands in the upper word.
pub(super) const SIGN_AT: u32 = 63;

/// Two words in two registers.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Words(pub u64, pub u64);

/// No value.
pub(super) const FAILED: Words = Words(0, 1 << FAILED_AT);

/// Declares functions with the calling convention in which two words come back in two registers.
macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: u64),*) -> $out:ty $body:block)*) => {$(
        $(#[$doc])*
        #[cfg(target_arch = "x86_64")]
        pub(super) extern "sysv64" fn $name($($arg: u64),*) -> $out $body
        $(#[$doc])*
        #[cfg(not(target_arch = "x86_64"))]
        pub(super) extern "C" fn $name($($arg: u64),*) -> $out $body
    )*};
}

fn read(low: u64, high: u64) -> Option<Scaled> {
    if high >> FAILED_AT & 1 == 1 {
        return None;
    }
    let coefficient = u128::from(high as u32) << 64 | u128::from(low);
    Scaled::new(high >> SIGN_AT == 1, coefficient, (high >> SCALE_AT) as u32 & 31)
}

fn write(x: Scaled) -> Words {
    let (negative, coefficient, scale) = x.parts();
    let high = (coefficient >> 64) as u64 | u64::from(scale) << SCALE_AT | u64::from(negative) << SIGN_AT;
    Words(coefficient as u64, high)
}

/// The words of a constant.
pub(super) fn words(x: Number) -> Words {
    write(x.into())
}

fn result<E>(x: Option<Result<Scaled, E>>) -> Words {
    x.and_then(Result::ok).map_or(FAILED, write)
}

/// An operation of [`Number`].
fn number<E>(x: Option<Scaled>, f: impl FnOnce(Number) -> Result<Number, E>) -> Words {
    result(x.map(|x| f(x.into()).map(Scaled::from)))
}

fn ratio(p0: u64, p1: u64, q0: u64, q1: u64) -> Option<Ratio> {
    let wide = |low: u64, high: u64| (u128::from(high) << 64 | u128::from(low)) as i128;
    Ratio::new(wide(p0, p1), wide(q0, q1))
}

/// −1, 0, 1; 2 where there is none.
fn order(o: Option<Ordering>) -> i64 {
    o.map_or(2, |o| o as i64)
}

thread_local! {
    /// Sums under way: one for each fold of the code that this thread runs, and whether a term has no value.
    static SUMS: RefCell<Vec<(Sum, bool)>> = const { RefCell::new(Vec::new()) };
}

fn with_sum<T: Default>(slot: u64, f: impl FnOnce(&mut (Sum, bool)) -> T) -> T {
    SUMS.with_borrow_mut(|all| all.get_mut(slot as usize).map(f)).unwrap_or_default()
}

/// Makes room for the sums of the code that is about to run.
pub(super) fn make_room(sums: usize) {
    SUMS.with_borrow_mut(|all| {
        if all.len() < sums {
            all.resize_with(sums, Default::default);
        }
    });
}

impl Default for Words {
    fn default() -> Self {
        FAILED
    }
}

calls! {
    fn add(a0: u64, a1: u64, b0: u64, b1: u64) -> Words {
        result(read(a0, a1).zip(read(b0, b1)).map(|(a, b)| a.add(b)))
    }

    fn mul(a0: u64, a1: u64, b0: u64, b1: u64) -> Words {
        result(read(a0, a1).zip(read(b0, b1)).map(|(a, b)| a.mul(b)))
    }

    fn div(a0: u64, a1: u64, b0: u64, b1: u64) -> Words {
        result(read(a0, a1).zip(read(b0, b1)).map(|(a, b)| a.div(b)))
    }

    fn pow(a0: u64, a1: u64, b0: u64, b1: u64) -> Words {
        let (a, b) = (read(a0, a1), read(b0, b1));
        b.map_or(FAILED, |b| number(a, |a| a.pow(b.into())))
    }

    /// To an integer power.
    fn power(a0: u64, a1: u64, n: u64) -> Words {
        number(read(a0, a1), |a| crate::fold::power(a, n as i64))
    }

    fn convert(a0: u64, a1: u64, p0: u64, p1: u64, q0: u64, q1: u64) -> Words {
        result(read(a0, a1).zip(ratio(p0, p1, q0, q1)).map(|(a, r)| a.convert(r)))
    }

    fn affine(a0: u64, a1: u64, p0: u64, p1: u64, q0: u64, q1: u64, b0: u64, b1: u64) -> Words {
        let offset = ratio(p0, p1, q0, q1).zip(read(b0, b1));
        offset.map_or(FAILED, |(r, b)| number(read(a0, a1), |a| a.affine(r, b.into())))
    }

    /// On the line through two points.
    fn between(
        a0: u64, a1: u64, p0: u64, p1: u64, q0: u64, q1: u64, b0: u64, b1: u64,
        x0: u64, x1: u64, y0: u64, y1: u64, u0: u64, u1: u64, v0: u64, v1: u64
    ) -> Words {
        let number_of = |low: u64, high: u64| read(low, high).map(Number::from);
        let line = || {
            let from = (number_of(x0, x1)?, number_of(y0, y1)?);
            let to = (number_of(u0, u1)?, number_of(v0, v1)?);
            Some(Segment { scale: ratio(p0, p1, q0, q1)?, offset: number_of(b0, b1)?, from, to })
        };
        line().map_or(FAILED, |s| number(read(a0, a1), |a| s.at(a)))
    }

    fn floor(a0: u64, a1: u64) -> Words {
        number(read(a0, a1), |a| Ok::<_, ()>(a.floor()))
    }

    fn ceil(a0: u64, a1: u64) -> Words {
        number(read(a0, a1), |a| Ok::<_, ()>(a.ceil()))
    }

    fn sqrt(a0: u64, a1: u64) -> Words {
        number(read(a0, a1), Number::sqrt)
    }

    fn exp(a0: u64, a1: u64) -> Words {
        number(read(a0, a1), Number::exp)
    }

    fn ln(a0: u64, a1: u64) -> Words {
        number(read(a0, a1), Number::ln)
    }

    /// To so many decimals.
    fn round(a0: u64, a1: u64, n: u64) -> Words {
        read(a0, a1).map_or(FAILED, |a| write(a.round_decimals(n as u32)))
    }

    /// Which of two is larger.
    fn order_of(a0: u64, a1: u64, b0: u64, b1: u64) -> i64 {
        order(read(a0, a1).zip(read(b0, b1)).map(|(a, b)| a.cmp(b)))
    }

    /// Which of two is larger, the first times a ratio.
    fn order_of_scaled(a0: u64, a1: u64, p0: u64, p1: u64, q0: u64, q1: u64, b0: u64, b1: u64) -> i64 {
        let sides = read(a0, a1).zip(read(b0, b1)).zip(ratio(p0, p1, q0, q1));
        order(sides.map(|((a, b), r)| Number::from(a).cmp_scaled(r, b.into(), Ratio::ONE)))
    }

    /// To so many decimals, as an integer, and 1; 0 if it does not fit.
    fn publish(a0: u64, a1: u64, n: u64) -> Words {
        match read(a0, a1).and_then(|a| a.published(n as u32)) {
            Some(v) => Words(v as u64, 1),
            None => Words(0, 0),
        }
    }

    /// To so many significant digits, as an integer, and one more than its decimals; 0 if it does not fit.
    fn publish_significant(a0: u64, a1: u64, n: u64) -> Words {
        let rounded = read(a0, a1).and_then(|a| Number::from(a).round_significant(n as u32).ok());
        match rounded.and_then(|(x, decimals)| Some((Scaled::from(x).published(decimals)?, decimals))) {
            Some((v, decimals)) => Words(v as u64, u64::from(decimals) + 1),
            None => Words(0, 0),
        }
    }

    /// Begins a sum.
    fn sum_begin(slot: u64) -> u64 {
        with_sum(slot, |s| *s = Default::default());
        0
    }

    /// Adds a term.
    fn sum_add(slot: u64, a0: u64, a1: u64) -> u64 {
        with_sum(slot, |s| match read(a0, a1) {
            Some(a) => s.0.add_scaled(a),
            None => s.1 = true,
        });
        0
    }

    /// The sum, rounded once.
    fn sum_finish(slot: u64) -> Words {
        with_sum(slot, |s| if s.1 { FAILED } else { result(Some(s.0.finish_scaled())) })
    }

    /// The sum divided by the number of terms, rounded once.
    fn sum_mean(slot: u64) -> Words {
        with_sum(slot, |s| if s.1 { FAILED } else { result(Some(s.0.mean().map(Scaled::from))) })
    }
}
