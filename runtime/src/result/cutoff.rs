//! What was left out of a footprint: the flows of each cut-off with the sum of their shares.

use super::assemble;
use super::explain::{Explain, ExplainKind};
use super::outcome::{Cutoff, EvidenceEntry, LeftOut};
use crate::input::Inputs;
use crate::value::Value;
use footrule_mir::{CutoffInfo, Named, Program};
use footrule_number::{NumError, sum};

/// All cut-offs of the rule.
///
/// Errors: a sum of shares that leaves the range.
pub(super) fn cutoffs(program: &Program, inputs: &Inputs) -> Result<Vec<Cutoff>, NumError> {
    let all = program.cutoffs.iter().map(|c| {
        let left_out = flows(program, inputs, c);
        let sum = sum(left_out.iter().map(|f| f.share))?;
        Ok(Cutoff { name: assemble::name(&c.name), each: c.each, total: c.total, sum, left_out })
    });
    all.collect()
}

/// The derivation: each sum with its flows.
///
/// Errors: as for [`cutoffs`].
pub(super) fn explained(program: &Program, inputs: &Inputs) -> Result<Vec<Explain>, NumError> {
    let nodes = program.cutoffs.iter().zip(cutoffs(program, inputs)?).map(|(info, c)| {
        let mut node = Explain::new(ExplainKind::Cutoff, &info.name);
        node.value = Some(c.sum);
        node.formula = format!("each <= {}, total <= {}", c.each, c.total);
        node.children = c
            .left_out
            .into_iter()
            .map(|f| {
                let mut child = Explain::new(ExplainKind::Input, &Named { id: f.name.clone(), ..Named::default() });
                child.value = Some(f.share);
                child.evidence = vec![EvidenceEntry { path: f.name, entries: vec![("reason".to_owned(), f.reason)] }];
                child
            })
            .collect();
        node
    });
    Ok(nodes.collect())
}

/// The flows that are given for a cut-off; with several cut-offs each flow names the one that it is for.
fn flows(program: &Program, inputs: &Inputs, c: &CutoffInfo) -> Vec<LeftOut> {
    let Some(Value::List(items)) = inputs.slots.get(c.input.ix()).map(|s| &s.value) else { return Vec::new() };
    items.iter().filter_map(|item| flow(program, c, item)).collect()
}

fn flow(program: &Program, c: &CutoffInfo, item: &Value) -> Option<LeftOut> {
    let Value::Record(id, values) = item else { return None };
    let fields = &program.records.get(id.ix())?.fields;
    let field = |name: &str| values.get(fields.iter().position(|f| f.name.id == name)?);
    if let Some(Value::Enum(e, m)) = field("basis") {
        let basis = program.enums.get(e.ix())?.members.get(*m as usize)?;
        if basis.id != c.name.id {
            return None;
        }
    }
    match (field("name")?, field("share")?, field("reason")?) {
        (Value::Text(name), Value::Number(share), Value::Text(reason)) => {
            Some(LeftOut { name: name.to_string(), share: *share, reason: reason.to_string() })
        }
        _ => None,
    }
}
