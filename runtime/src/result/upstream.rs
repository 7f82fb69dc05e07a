//! A rule's footprint as the input of another rule.
//!
//! Guarantees: what passes on is the published figure, rounded by the upstream rule; its parts by origin, gas and
//! evidence add up to it. What rounding takes or gives is put to the largest part.

use super::{Options, assemble, found};
use crate::diagnose;
use crate::input::Inputs;
use crate::value::{FailKind, Split, SplitSum};
use footrule_diag::Diagnostic;
use footrule_mir::{PlaceId, Program};
use footrule_number::{NumError, Number, Ratio, Sum};

/// The record of an upstream evaluation, and the parts of its unrounded total.
///
/// Errors: those of [`super::evaluate`].
pub(crate) fn as_input(program: &Program, inputs: &Inputs) -> Result<(super::Outcome, Split), Vec<Diagnostic>> {
    let (mut it, findings) = found(program, inputs, None)?;
    let mut parts = SplitSum::default();
    let lines = program.lines.iter().zip(&findings.lines);
    // A rule with several products is not taken as an upstream rule: there is one.
    for (_, result) in lines.filter(|(l, _)| program.counts(l)) {
        for item in result.products.iter().take(1).flat_map(|p| p.items.iter().flatten()) {
            for (key, value) in &item.parts {
                parts.add(&Split::one(*key, *value));
            }
        }
    }
    let built = assemble::outcome(&mut it, inputs, &findings).and_then(|o| Ok((o, parts.finish()?)));
    built.map_err(|e| {
        let e = it.fail_at(PlaceId(0), None, 0, FailKind::Num(e, Vec::new()));
        diagnose::diagnostics(program, &[e])
    })
}

/// The parts of a published figure in another unit: the difference of rounding goes to the largest part.
///
/// Errors: arithmetic.
pub(crate) fn published_parts(parts: &Split, published: Number, scale: Ratio) -> Result<Split, NumError> {
    let target = published.convert(scale)?;
    let parts = parts.each(|v| v.convert(scale))?;
    let mut rest = Sum::new();
    rest.add(target);
    parts.parts().iter().for_each(|(_, v)| rest.sub(*v));
    let rest = rest.finish()?;
    // The first of several that are equally large.
    let mut largest = None;
    for (key, value) in parts.parts() {
        if largest.is_none_or(|(_, v): (_, Number)| value.abs() > v) {
            largest = Some((*key, value.abs()));
        }
    }
    match largest {
        Some((key, _)) => parts.add(&Split::one(key, rest)),
        // Nothing was emitted; so nothing was published.
        None => Ok(parts),
    }
}

/// The derivation of a footprint that was computed from inputs of its rule.
///
/// Errors: those of the evaluation, which did not occur when it was read.
pub(crate) fn derivation(program: &Program, inputs: &Inputs) -> Option<super::Explain> {
    super::evaluate(program, inputs, Options { explain: true }).ok()?.explain
}
