//! Whether a comparison of ranges can hold, can fail.

use super::interval::{End, Interval};
use super::range::{Kind, Range};
use crate::Cmp;
use footrule_number::Ratio;
use std::cmp::Ordering;

/// Whether `x × rx ? y × ry` can hold, can fail.
pub(super) fn holds(cmp: Cmp, x: (Interval, Ratio), y: (Interval, Ratio)) -> (bool, bool) {
    // Scales of units are above zero.
    if x.1.numer() <= 0 || y.1.numer() <= 0 {
        return (true, true);
    }
    match cmp {
        Cmp::Lt => (!always_ge(x, y), !always_gt(y, x)),
        Cmp::Le => (!always_gt(x, y), !always_ge(y, x)),
        Cmp::Gt => holds(Cmp::Lt, y, x),
        Cmp::Ge => holds(Cmp::Le, y, x),
        Cmp::Eq => {
            let apart = always_gt(x, y)
                || always_gt(y, x)
                || zero(x.0) && y.0.excludes_zero()
                || zero(y.0) && x.0.excludes_zero();
            let one = x.0.single().zip(y.0.single()).is_some_and(|(a, b)| a.cmp_scaled(x.1, b, y.1).is_eq());
            (!apart, !one)
        }
        Cmp::Ne => {
            let (yes, no) = holds(Cmp::Eq, x, y);
            (no, yes)
        }
    }
}

fn zero(i: Interval) -> bool {
    i.single().is_some_and(|x| x.is_zero())
}

fn ends(x: (Interval, Ratio), y: (Interval, Ratio)) -> Option<(End, End, Ordering)> {
    let (lo, hi) = x.0.lo.zip(y.0.hi)?;
    Some((lo, hi, lo.value.cmp_scaled(x.1, hi.value, y.1)))
}

/// Every `x` is at least every `y`.
fn always_ge(x: (Interval, Ratio), y: (Interval, Ratio)) -> bool {
    ends(x, y).is_some_and(|(_, _, o)| o.is_ge())
}

/// Every `x` is above every `y`.
fn always_gt(x: (Interval, Ratio), y: (Interval, Ratio)) -> bool {
    ends(x, y).is_some_and(|(lo, hi, o)| o.is_gt() || o.is_eq() && (lo.open || hi.open))
}

/// Whether two values can be equal, can differ.
pub(super) fn same(x: &Range, y: &Range) -> (bool, bool) {
    match (&x.kind, &y.kind) {
        (Kind::Enum(a), Kind::Enum(b)) => (a.iter().any(|m| b.contains(m)), a.len() != 1 || a != b),
        (Kind::Bool { yes, no }, Kind::Bool { yes: y2, no: n2 }) => {
            (*yes && *y2 || *no && *n2, *yes && *n2 || *no && *y2)
        }
        _ => (true, true),
    }
}
