//! One evaluation: inputs in, the result record or all its failures out.
//!
//! Order: root region, lines, figures, results region, checks, reports; then, if nothing failed, the record.
//! Guarantees: every published figure is rounded once from its unrounded value.

mod allocation;
pub(crate) mod assemble;
mod brief;
mod cutoff;
mod definition;
mod explain;
mod footprint;
mod lines;
mod of_product;
mod outcome;
mod products;
mod quality;
mod rests_on;
mod scenario;
mod upstream;
mod values;

pub use assemble::origin_name;
pub use brief::{Brief, evaluate_brief};
pub use definition::{Alternative, Applies, definitions};
pub use explain::{Explain, ExplainKind};
pub use footprint::{
    Allocation, AllocationBasis, AlsoFigure, BasisRole, Footprint, Footprints, ProductTotal, Sensitivity, ShareOf,
};
pub(crate) use lines::LineResult;
pub use outcome::*;
pub(crate) use products::Figures;
pub use rests_on::{ByScenario, RatedTerm, RestsOn};
pub(crate) use upstream::{as_input, published_parts};
pub use values::{NamedValue, ValueKind, values};

use crate::coverage::Recorder;
use crate::diagnose;
use crate::input::Inputs;
use crate::interp::Interp;
use crate::touch::Touches;
use crate::value::{Errs, FailKind, Value};
use footrule_diag::{Diagnostic, Text};
use footrule_mir::{Program, Rounding};
use footrule_number::{NumError, Number};

/// What an evaluation is to return besides the figures.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The derivation tree.
    pub explain: bool,
}

/// Rounds for publication: the rounded number and its text.
///
/// Errors: `Overflow`, when rounding up to significant digits leaves the range.
pub(crate) fn publish(x: Number, round: Rounding) -> Result<String, NumError> {
    let digits = round.digits.min(MAX_DIGITS);
    if round.significant {
        let (rounded, decimals) = x.round_significant(digits)?;
        return Ok(rounded.to_fixed(decimals));
    }
    Ok(x.to_fixed(digits))
}

/// No number has more decimals.
pub(crate) const MAX_DIGITS: u32 = 28;

/// A check and what it came to.
pub(crate) struct Checked {
    pub holds: bool,
    pub message: Text,
    pub touches: Touches,
}

/// A balance and what it came to.
pub(crate) struct Balanced {
    pub rows: Vec<Number>,
    pub ins: Number,
    pub outs: Number,
    pub gap: Number,
    pub touches: Touches,
}

/// All that was found, before it is put into words.
pub(crate) struct Findings {
    pub lines: Vec<LineResult>,
    /// Of each product.
    pub figures: Vec<Figures>,
    pub checks: Vec<Checked>,
    pub balances: Vec<Balanced>,
    /// Value and trace of each report.
    pub reports: Vec<(Value, Touches)>,
}

/// Evaluates a program.
///
/// # Errors
/// All distinct failures, requirements first, then by place and item. Nothing is returned besides them.
pub fn evaluate(program: &Program, inputs: &Inputs, options: Options) -> Result<Outcome, Vec<Diagnostic>> {
    run(program, inputs, options, None).map(|(outcome, _)| outcome)
}

/// [`evaluate`], noting what the evaluation reaches; the result is the same.
///
/// # Errors
/// As for [`evaluate`].
pub fn evaluate_recorded(
    program: &Program,
    inputs: &Inputs,
    options: Options,
    seen: &Recorder,
) -> Result<Outcome, Vec<Diagnostic>> {
    run(program, inputs, options, Some(seen)).map(|(outcome, _)| outcome)
}

/// [`evaluate`], with the state after it (for the values of definitions); `seen` notes what is evaluated.
pub(crate) fn run<'p>(
    program: &'p Program,
    inputs: &Inputs,
    options: Options,
    seen: Option<&'p Recorder>,
) -> Result<(Outcome, Interp<'p>), Vec<Diagnostic>> {
    let (mut it, findings) = found(program, inputs, seen)?;
    let built = assemble::outcome(&mut it, inputs, &findings).and_then(|mut outcome| {
        if options.explain {
            outcome.explain = Some(explain::tree(&mut it, inputs, &findings)?);
        }
        Ok(outcome)
    });
    match built {
        Ok(outcome) => Ok((outcome, it)),
        Err(e) => {
            let e = it.fail_at(footrule_mir::PlaceId(0), None, 0, FailKind::Num(e, Vec::new()));
            Err(diagnose::diagnostics(program, &[e]))
        }
    }
}

/// The lines of a rule with the figures of its products, or why there are none.
type Lines = Result<(Vec<LineResult>, Vec<Figures>), Errs>;

/// Evaluates definitions and lines, and whatever reads their results.
fn started<'p>(program: &'p Program, inputs: &Inputs, seen: Option<&'p Recorder>) -> (Interp<'p>, Lines) {
    let mut it = Interp::new(program, inputs.period);
    it.seen = seen;
    it.inputs = inputs.slots.iter().cloned().map(Some).collect();
    it.given = inputs.tree.clone();
    it.scenario = inputs.scenario.as_ref().and_then(|(i, _)| program.scenarios.get(*i));
    it.run(program.root);
    let lines = lines::lines(&mut it);
    it.figures = Some(lines.as_ref().map(|(_, figures)| figures.clone()).map_err(Clone::clone));
    it.run(program.results);
    (it, lines)
}

/// Evaluates everything; what was found, or all failures.
pub(crate) fn found<'p>(
    program: &'p Program,
    inputs: &Inputs,
    seen: Option<&'p Recorder>,
) -> Result<(Interp<'p>, Findings), Vec<Diagnostic>> {
    let (mut it, lines) = started(program, inputs, seen);
    let mut roots: Vec<Errs> = lines.as_ref().err().cloned().into_iter().collect();
    let mut checks = Vec::with_capacity(program.checks.len());
    for check in &program.checks {
        let (holds, touches) = it.condition(check.condition);
        match holds {
            Err(e) => roots.push(e),
            Ok(holds) => {
                let message = if holds { Text::default() } else { it.message(check) };
                if !holds && !check.warn {
                    roots.push(it.fail_at(check.place, None, 0, FailKind::Require(message.clone())));
                }
                checks.push(Checked { holds, message, touches });
            }
        }
    }
    let mut balances = Vec::with_capacity(program.balances.len());
    for (i, b) in program.balances.iter().enumerate() {
        match balanced(&mut it, i, b) {
            Ok(b) => balances.push(b),
            Err(e) => roots.push(e),
        }
    }
    let mut reports = Vec::with_capacity(program.reports.len());
    for report in &program.reports {
        let slot = it.get(report.value);
        match slot.value {
            Value::Err(e) => roots.push(e),
            v => reports.push((v, slot.touches)),
        }
    }
    match lines {
        Ok((lines, figures)) if roots.is_empty() => Ok((it, Findings { lines, figures, checks, balances, reports })),
        _ => Err(diagnose::diagnostics(program, &roots)),
    }
}

/// The figures of a balance, which must close if it says so.
fn balanced(it: &mut Interp<'_>, which: usize, b: &footrule_mir::BalanceInfo) -> Result<Balanced, Errs> {
    let mut errs: Vec<Errs> = Vec::new();
    let mut touches = Touches::NONE;
    let mut number = |it: &mut Interp<'_>, node| {
        let slot = it.get(node);
        touches.absorb(&slot.touches);
        match slot.value {
            Value::Number(x) => x,
            Value::Err(e) => {
                errs.push(e);
                Number::ZERO
            }
            _ => {
                errs.push(it.fail(node, FailKind::Bug("an amount of a balance is no number")));
                Number::ZERO
            }
        }
    };
    let rows = b.rows.iter().map(|r| number(it, r.value)).collect();
    let [ins, outs, gap] = [b.ins, b.outs, b.gap].map(|n| number(it, n));
    if let Some(e) = Errs::union(&errs) {
        return Err(e);
    }
    if let Some(c) = &b.check {
        match it.get(c.holds).value {
            Value::Bool(true) => {}
            Value::Err(e) => return Err(e),
            _ => {
                let kind = FailKind::Balance(u32::try_from(which).unwrap_or(u32::MAX), ins, outs, gap);
                return Err(it.fail_at(b.place, None, 0, kind));
            }
        }
    }
    Ok(Balanced { rows, ins, outs, gap, touches })
}
