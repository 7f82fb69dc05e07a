//! The figures of an evaluation without the record around them: what a table of many results holds.
//!
//! Guarantees: the same figures, digit by digit, and the same failures as [`super::evaluate`]. It leaves out what is
//! the same for every row (hashes of the rule) and what no table shows (factors, checks, balances, inputs).

use super::{Finding, Footprint, Report, assemble, found};
use crate::diagnose;
use crate::input::Inputs;
use crate::value::FailKind;
use footrule_diag::Diagnostic;
use footrule_mir::{PlaceId, Program};

/// The figures of one evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// The footprint of each product, in order of the rule.
    pub footprints: Vec<Footprint>,
    /// Reports in order of the rule.
    pub reports: Vec<Report>,
    /// Findings of `warn`, of parameters read outside their years, and of what was done to the data.
    pub warnings: Vec<Finding>,
}

/// Evaluates a program for its figures alone.
///
/// # Errors
/// As for [`super::evaluate`].
pub fn evaluate_brief(program: &Program, inputs: &Inputs) -> Result<Brief, Vec<Diagnostic>> {
    let (mut it, findings) = found(program, inputs, None)?;
    assemble::brief(&mut it, inputs, &findings).map_err(|e| {
        let e = it.fail_at(PlaceId(0), None, 0, FailKind::Num(e, Vec::new()));
        diagnose::diagnostics(program, &[e])
    })
}
