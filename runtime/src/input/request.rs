//! What an evaluation is asked with.

use super::InputDoc;
use crate::coverage::Recorder;
use footrule_mir::{Day, PlaceId, RegionId};

/// Everything that the inputs of one evaluation are read from; [`Inputs::read`](super::Inputs::read) reads them.
///
/// Every field may be left out: an input that is given nowhere takes its default, and is reported as missing if it
/// has none.
///
/// ```
/// # use footrule_runtime::{InputDoc, Inputs, Request};
/// # fn read(program: &footrule_mir::Program) -> Result<Inputs, Vec<footrule_diag::Diagnostic>> {
/// let mut document = InputDoc::parse("mine.json", r#"{"inputs": {"production": "1000 t"}}"#).map_err(|d| vec![d])?;
/// document.set("boiler.mass", "30 t").map_err(|d| vec![d])?;
/// Inputs::read(program, Request { document: Some(&document), scenario: Some("green_power"), ..Request::default() })
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The data. A number without a unit is in the unit that the input declares; one with a unit is converted to it.
    pub document: Option<&'a InputDoc>,
    /// First and last day that the calculation is for, both included; over the document's `period`.
    pub period: Option<(Day, Day)>,
    /// A scenario of the rule, by identifier or label; over the document's `scenario`. One that the rule does not
    /// have is refused (FR-I021).
    pub scenario: Option<&'a str>,
    /// Inputs from regions of the program itself (a test in the source), over the document's: name, region that yields
    /// the value in the input's type, place of the assignment.
    pub assignments: &'a [(String, RegionId, PlaceId)],
    /// Notes which inputs are given and what is evaluated on the way; it changes no value.
    pub recorder: Option<&'a Recorder>,
}
