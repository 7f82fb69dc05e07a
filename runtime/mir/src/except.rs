//! Exceptions to a definition: default logic without any order of text.

use crate::{ExceptionId, Named, PlaceId, RegionId};
use serde::{Deserialize, Serialize};

/// One exception in [`crate::Op::Except`].
///
/// An exception is considered only where its parent applies (the base always does), and applies if it is considered
/// and its condition holds. Those that apply and have no applying child are evaluated: none leaves the base; one is
/// the value; several must be exactly equal, else the operation fails. All conditions considered count for failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Case {
    /// Yields a Bool.
    pub when: RegionId,
    /// Yields the value in the base's type.
    pub value: RegionId,
    /// The case that this is an exception to, an earlier one of the list; `None` for the base.
    pub parent: Option<u32>,
    /// What is said of it.
    pub exception: ExceptionId,
}

/// What explanations and messages say of an exception.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionInfo {
    /// Name (may be empty), labels, clause.
    pub name: Named,
    /// What it is an exception to, as written: `share` or `share.big`.
    pub of: String,
    /// The condition as text.
    pub condition: String,
    /// The formula as text.
    pub formula: String,
    /// Place of the value.
    pub place: PlaceId,
}
