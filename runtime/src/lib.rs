//! Footrule's run time: inputs, the reference interpreter, results and their explanation.
//!
//! ```text
//! Program ─┐
//! Request ─┴→ Inputs::read ─→ Inputs ─→ evaluate → Outcome (typed, serialisable) or every diagnostic
//! ```
//!
//! Guarantees: the reference semantics of a [`footrule_mir::Program`]. Every number is exact, rounded once per
//! operation; errors are values, so the order of evaluation cannot be observed; input errors come all together
//! and before everything else. Nothing panics on any program that the MIR's verifier accepts, nor on any input.
//!
//! Must not: know of syntax, salsa, terminals, files or clocks. Text for people is data ([`footrule_diag::Text`]).
//!
//! # Layout
//!
//! `value`, `touch` (values, failures, trace) · `quality`, `given` (what numbers rest on) · `interp` (operations, folds, parameters and tables, records) ·
//! `input`, `json`, `units` (reading data) · `result` (lines, figures, record, explanation) · `testing` (tests in
//! the source) · `coverage` (what tests reach) · `constant` (what needs no inputs) · `diagnose`, `show` (failures and values in words) · `words` (a derivation in words) · `days`, `walk` (small helpers).

mod constant;
mod coverage;
mod days;
mod diagnose;
mod given;
mod input;
mod interp;
mod json;
mod quality;
mod result;
mod show;
mod testing;
mod touch;
mod units;
mod value;
mod walk;
pub mod words;

pub use constant::{
    Reading, data, day, day_number, day_of, day_text, held, holds_number, operands, parameter, period, rating_of, years,
};
pub use coverage::{Clause, Coverage, Part, PartKind, Recorder, covered};
pub use input::{
    DOCUMENT_KEYS, EVIDENCE, EXCHANGE_DOUBTFUL, EXCHANGE_PARTS, INPUTS, InputDoc, Inputs, MAX_LIST, Request, Step,
    exchange_field, exchange_unit, has_input, names_rule, steps,
};
pub use interp::input_order;
pub use quality::{Rating, Score};
pub use result::*;
pub use testing::{TestVerdict, run_test, test_inputs};
pub use touch::{Touch, Touches};
pub use units::{Conversion, conversion_of, parted};
pub use value::{Activity, Datum, Errs, FailKind, Failure, PartKey, Split, Value};
