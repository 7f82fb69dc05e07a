//! The shares of allocations, and what other bases would give (ISO 14044, 4.3.4.1: sensitivity to the choice).
//!
//! Guarantees: a comparison is a whole evaluation in which the allocation takes that basis, so that whatever reads the
//! shares follows; it never fails the result, and changes nothing in it.

use super::assemble::{name, unit};
use super::footprint::{Allocation, AllocationBasis, BasisRole, ProductTotal, Sensitivity, ShareOf};
use super::outcome::Quantity;
use super::{lines, products};
use crate::diagnose;
use crate::input::Inputs;
use crate::interp::{Interp, unit_of};
use crate::value::{Errs, Value};
use footrule_diag::{Text, text};
use footrule_mir::{AllocationInfo, BasisInfo, NodeId, Op, Program};
use footrule_number::NumError;

/// The allocations of a rule.
///
/// Errors: those of rounding for publication.
pub(super) fn allocations(it: &mut Interp<'_>, inputs: &Inputs) -> Result<Vec<Allocation>, NumError> {
    let program = it.program;
    let mut out = Vec::with_capacity(program.allocations.len());
    for info in &program.allocations {
        let held = in_force(it, info);
        let mut sensitivity = Vec::new();
        for (i, basis) in info.bases.iter().enumerate() {
            if held != Some(i) {
                sensitivity.push(other(program, inputs, info, basis)?);
            }
        }
        let in_force = held.and_then(|i| info.bases.get(i)).and_then(|b| {
            let shares = shares(it, info, b).ok()?;
            Some(AllocationBasis { shares, ..described(program, info, b) })
        });
        out.push(Allocation { name: name(&info.name), in_force, sensitivity });
    }
    Ok(out)
}

/// The position of the basis that gave the shares.
fn in_force(it: &Interp<'_>, info: &AllocationInfo) -> Option<usize> {
    let trace = it.excepted.get(&(info.shares, Vec::new()))?;
    if trace.base.is_some() {
        return Some(0);
    }
    let case = trace.cases.iter().find(|c| c.value.is_some())?;
    info.bases.iter().position(|b| b.exception == Some(case.exception))
}

/// A basis without its shares.
fn described(program: &Program, info: &AllocationInfo, basis: &BasisInfo) -> AllocationBasis {
    let exception = basis.exception.and_then(|e| program.exceptions.get(e.ix()));
    let base = info.bases.first() == Some(basis);
    AllocationBasis {
        basis: basis.basis,
        role: match exception {
            Some(_) => BasisRole::Exception,
            None if base => BasisRole::Base,
            None => BasisRole::Comparison,
        },
        exception: exception.map(|e| name(&e.name)),
        condition: exception.map_or_else(String::new, |e| e.condition.clone()),
        shares: Vec::new(),
    }
}

/// The weights and shares of a basis, whether or not it is in force.
fn shares(it: &mut Interp<'_>, info: &AllocationInfo, basis: &BasisInfo) -> Result<Vec<ShareOf>, Errs> {
    let program = it.program;
    let found = match it.region(basis.shares).value {
        Value::Record(_, values) => values,
        Value::Err(e) => return Err(e),
        _ => return Ok(Vec::new()),
    };
    let node = program.regions.get(basis.shares.ix()).and_then(|r| r.value).and_then(|n| program.nodes.get(n.ix()));
    let weights = match node.map(|n| &n.op) {
        Some(Op::Shares { weights, .. }) => weights.as_slice(),
        _ => &[],
    };
    let mut out = Vec::with_capacity(info.sharers.len());
    for (i, ((named, product), value)) in info.sharers.iter().zip(found.iter()).enumerate() {
        let Value::Number(share) = value else { continue };
        let weight = weights.iter().find(|(k, _)| *k as usize == i).and_then(|(_, n)| *n);
        out.push(ShareOf {
            name: name(named),
            product: product.is_some(),
            formula: basis.formulas.get(i).cloned().unwrap_or_default(),
            weight: weight.and_then(|n| quantity(it, n)),
            share: *share,
        });
    }
    Ok(out)
}

fn quantity(it: &mut Interp<'_>, node: NodeId) -> Option<Quantity> {
    let u = it.program.nodes.get(node.ix()).and_then(|n| unit_of(&n.ty));
    match it.get(node).value {
        Value::Number(value) => Some(Quantity { value, unit: u.map_or_else(String::new, |u| unit(it.program, u)) }),
        _ => None,
    }
}

/// A whole evaluation in which the allocation takes another basis.
fn other(
    program: &Program,
    inputs: &Inputs,
    info: &AllocationInfo,
    basis: &BasisInfo,
) -> Result<Sensitivity, NumError> {
    let mut it = Interp::new(program, inputs.period);
    it.inputs = inputs.slots.iter().cloned().map(Some).collect();
    it.forced = Some((info.shares, basis.shares));
    it.run(program.root);
    let mut out = Sensitivity { basis: described(program, info, basis), totals: Vec::new(), error: None };
    let found = shares(&mut it, info, basis).and_then(|shares| {
        out.basis.shares = shares;
        lines::lines(&mut it)
    });
    match found {
        Ok((_, figures)) => {
            for (product, figures) in program.products.iter().zip(&figures) {
                let total = products::figure(program, product, figures.total)?;
                out.totals.push(ProductTotal { product: products::name_of(product), total });
            }
        }
        Err(e) => out.error = Some(reason(program, &e)),
    }
    Ok(out)
}

/// The first failure in words.
fn reason(program: &Program, e: &Errs) -> Text {
    let all = diagnose::diagnostics(program, std::slice::from_ref(e));
    all.into_iter().next().map_or_else(|| text!("无法核算", "it cannot be evaluated"), |d| d.message)
}
