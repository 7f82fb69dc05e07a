//! Rounding for publication, after GB/T 8170: half to even, to decimals or significant digits;
//! and fixed-point text.
//!
//! Guarantees: one rounding of the exact stored value. Must not: go through text or floats.

use crate::error::NumError;
use crate::exact::{MAX_COEFFICIENT, drop_digits, pow10};
use crate::number::Number;

/// The number of decimal digits of a positive integer.
fn digits(coefficient: u128) -> u32 {
    coefficient.checked_ilog10().map_or(1, |n| n + 1)
}

impl Number {
    /// Rounds half-even to `n` decimals. A number that has no more than `n` decimals is
    /// returned as it is. No errors.
    pub fn round_decimals(self, n: u32) -> Number {
        if self.scale() <= n {
            return self;
        }
        Number::from_raw(self.is_negative(), drop_digits(self.coefficient(), self.scale() - n), n)
    }

    /// Rounds half-even to `n` significant digits, and says how many decimals show them: 9.995
    /// to 3 gives 10 and one decimal, to be printed "10.0" with [`Number::to_fixed`].
    ///
    /// `n = 0` counts as 1. The significant digits of zero are taken to start at the units: zero
    /// to 3 shows two decimals, "0.00".
    ///
    /// Errors: `Overflow` when rounding an integer up passes 2^96 − 1.
    pub fn round_significant(self, n: u32) -> Result<(Number, u32), NumError> {
        let n = n.max(1);
        if self.is_zero() {
            return Ok((self, n - 1));
        }
        let have = digits(self.coefficient());
        if have < n {
            // Nothing to drop; show the missing zeros.
            return Ok((self, self.scale().saturating_add(n - have)));
        }
        let drop = have - n;
        let mut kept = drop_digits(self.coefficient(), drop);
        let mut drop = drop;
        if digits(kept) > n {
            // 9.995 → 1000: the last zero is one digit too many.
            kept /= 10;
            drop += 1;
        }
        if drop <= self.scale() {
            let decimals = self.scale() - drop;
            return Ok((Number::from_raw(self.is_negative(), kept, decimals), decimals));
        }
        // The power is at most 10^29, and the product near the coefficient: no digit is lost.
        match kept.checked_mul(pow10(drop - self.scale())) {
            Some(value) if value <= MAX_COEFFICIENT => Ok((Number::from_raw(self.is_negative(), value, 0), 0)),
            _ => Err(NumError::Overflow),
        }
    }

    /// The largest integer not above `self`. No errors.
    pub fn floor(self) -> Number {
        self.to_integer(self.is_negative())
    }

    /// The smallest integer not below `self`. No errors.
    pub fn ceil(self) -> Number {
        self.to_integer(!self.is_negative())
    }

    /// The integer next to `self`, away from zero or towards it; `self` when it is an integer.
    fn to_integer(self, away_from_zero: bool) -> Number {
        if self.is_integer() {
            return self;
        }
        let kept = self.coefficient() / pow10(self.scale()) + u128::from(away_from_zero);
        Number::from_raw(self.is_negative(), kept, 0)
    }

    /// Text with exactly `decimals` decimals, rounded half-even when there are more, padded with
    /// zeros when there are fewer; never `-0`. No errors.
    pub fn to_fixed(self, decimals: u32) -> String {
        let rounded = self.round_decimals(decimals);
        let scale = rounded.scale() as usize;
        let decimals = decimals as usize;
        let mut text = format!("{:0>width$}", rounded.coefficient(), width = scale + 1);
        let point = text.len() - scale;
        if decimals > 0 {
            text.insert(point, '.');
            text.extend(std::iter::repeat_n('0', decimals - scale));
        }
        if rounded.is_negative() {
            text.insert(0, '-');
        }
        text
    }
}
