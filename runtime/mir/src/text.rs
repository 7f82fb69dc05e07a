//! placeholder until written
use crate::Program;
/// Canonical text.
pub fn canonical_text(_p: &Program) -> String { String::new() }
/// Print.
pub fn print(_p: &Program) -> String { String::new() }
