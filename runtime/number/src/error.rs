//! The errors of this crate: arithmetic ([`NumError`]) and text input ([`ParseError`]).
//!
//! Guarantees: both are small `Copy` values with stable names ([`NumError::name`],
//! [`ParseError::name`]) that may be stored in files. Must not: carry text for users; wording
//! messages is the business of whoever knows where the number came from.

use std::fmt;

/// Why an arithmetic primitive has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumError {
    /// The result does not fit 96 bits even as an integer.
    Overflow,
    /// Division by zero, or zero raised to a negative power.
    DivisionByZero,
    /// The result is inexact and smaller in magnitude than 10^-18.
    TooSmall,
    /// The argument is outside the function's domain (`sqrt`, `ln`, `pow`).
    Domain,
    /// The mean of no values.
    Empty,
}

impl NumError {
    /// All errors, in order.
    pub const ALL: [NumError; 5] =
        [NumError::Overflow, NumError::DivisionByZero, NumError::TooSmall, NumError::Domain, NumError::Empty];

    /// The stable name of this error, for storage. No errors.
    pub fn name(self) -> &'static str {
        match self {
            NumError::Overflow => "Overflow",
            NumError::DivisionByZero => "DivisionByZero",
            NumError::TooSmall => "TooSmall",
            NumError::Domain => "Domain",
            NumError::Empty => "Empty",
        }
    }

    /// The error with this stable name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<NumError> {
        NumError::ALL.into_iter().find(|e| e.name() == name)
    }
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumError::Overflow => "the result is too large",
            NumError::DivisionByZero => "division by zero",
            NumError::TooSmall => "the result is inexact and smaller than 1e-18",
            NumError::Domain => "the argument is outside the function's domain",
            NumError::Empty => "there are no values",
        })
    }
}

impl std::error::Error for NumError {}

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParseError {
    /// The text is empty.
    Empty,
    /// The text does not follow the number syntax.
    NotANumber,
    /// The value needs more than 28 decimals.
    TooManyDecimals,
    /// The value needs a coefficient of more than 96 bits.
    TooLarge,
}

impl ParseError {
    /// The stable name of this error, for storage. No errors.
    pub fn name(self) -> &'static str {
        match self {
            ParseError::Empty => "Empty",
            ParseError::NotANumber => "NotANumber",
            ParseError::TooManyDecimals => "TooManyDecimals",
            ParseError::TooLarge => "TooLarge",
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParseError::Empty => "no number was given",
            ParseError::NotANumber => "not a number",
            ParseError::TooManyDecimals => "more than 28 decimals",
            ParseError::TooLarge => "more digits than a number can hold (28 to 29)",
        })
    }
}

impl std::error::Error for ParseError {}
