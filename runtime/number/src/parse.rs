//! Strict reading of numbers.
//!
//! Guarantees: the value read is exactly the value written, or there is an error.
//! Must not: accept a leading `+`, `_`, blanks, `NaN`, `.5`, `1.` or leading zeros (`01`); must
//! not round.

use crate::error::ParseError;
use crate::exact::{MAX_COEFFICIENT, MAX_SCALE};
use crate::number::Number;

/// The exponent at which reading stops counting: far beyond any number, far from `i64::MAX`.
const EXPONENT_LIMIT: i64 = 1 << 40;

/// Reads a number; the syntax is documented at [`Number`]'s `FromStr`.
///
/// Errors: `Empty`, `NotANumber`, `TooManyDecimals`, `TooLarge`. A value with both too many
/// decimals and too many digits is `TooManyDecimals`.
pub(crate) fn parse(text: &str) -> Result<Number, ParseError> {
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    let (negative, rest) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let (integer, rest) = split_digits(rest);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => {
            let (fraction, rest) = split_digits(rest);
            if fraction.is_empty() {
                return Err(ParseError::NotANumber);
            }
            (fraction, rest)
        }
        _ => (&[][..], rest),
    };
    if integer.is_empty() || (integer.len() > 1 && integer[0] == b'0') {
        return Err(ParseError::NotANumber);
    }
    let exponent = match rest {
        [] => 0,
        [b'e' | b'E', rest @ ..] => read_exponent(rest)?,
        _ => return Err(ParseError::NotANumber),
    };
    // A slice length fits i64, and the exponent is at most 2^40 in magnitude.
    let exponent = exponent - fraction.len() as i64;
    assemble(negative, integer, fraction, exponent)
}

/// `1.27457E+12`: what a spreadsheet saves in place of the digits that it does not show.
#[must_use]
pub fn shortened(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once('E') else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    exponent.len() >= 3
        && exponent.starts_with(['+', '-'])
        && digits(&exponent[1..])
        && digits(&mantissa.trim_start_matches('-').replacen('.', "", 1))
}

/// The leading ASCII digits, and what follows.
fn split_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| !b.is_ascii_digit()).unwrap_or(bytes.len());
    bytes.split_at(end)
}

/// Reads `[+-]? digits` to the end; magnitudes beyond the limit are cut to it.
fn read_exponent(bytes: &[u8]) -> Result<i64, ParseError> {
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (digits, rest) = split_digits(bytes);
    if digits.is_empty() || !rest.is_empty() {
        return Err(ParseError::NotANumber);
    }
    let magnitude = digits.iter().fold(0i64, |value, b| (value * 10 + i64::from(b - b'0')).min(EXPONENT_LIMIT));
    Ok(if negative { -magnitude } else { magnitude })
}

/// The number `±(integer fraction) × 10^exponent`, where the digits are read as one integer.
fn assemble(negative: bool, integer: &[u8], fraction: &[u8], exponent: i64) -> Result<Number, ParseError> {
    let total = integer.len() + fraction.len();
    let trailing = integer.iter().chain(fraction).rev().take_while(|b| **b == b'0').count();
    if trailing == total {
        return Ok(Number::ZERO);
    }
    // Without its trailing zeros, the fraction's length is what the value really needs.
    let exponent = exponent + trailing as i64;
    if exponent < -i64::from(MAX_SCALE) {
        return Err(ParseError::TooManyDecimals);
    }
    let mut coefficient = 0u128;
    for b in integer.iter().chain(fraction).take(total - trailing) {
        // At most (2^96 - 1) × 10 + 9 before the check: far below 2^128.
        coefficient = coefficient * 10 + u128::from(b - b'0');
        if coefficient > MAX_COEFFICIENT {
            return Err(ParseError::TooLarge);
        }
    }
    for _ in 0..exponent.max(0) {
        coefficient *= 10;
        if coefficient > MAX_COEFFICIENT {
            return Err(ParseError::TooLarge);
        }
    }
    Ok(Number::from_raw(negative, coefficient, exponent.min(0).unsigned_abs() as u32))
}
