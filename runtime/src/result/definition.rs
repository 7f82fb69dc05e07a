//! How a definition with exceptions came to its value: base, exceptions, and which of them is in force.
//!
//! Guarantees: says what the evaluation found; nothing is decided here. Must not: fail an evaluation; a value that
//! cannot be computed is simply not shown.

use super::outcome::Shown;
use super::{Explain, assemble, explain};
use crate::diagnose;
use crate::input::Inputs;
use crate::interp::Interp;
use crate::value::Value;
use footrule_diag::{Code, Diagnostic, Text, nearest, text};
use footrule_mir::{DefId, Line, LineId, Node, NodeId, Op, Program, Read, RegionId};
use serde::Serialize;

/// What became of a base or an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// The base: it needs no condition.
    Base,
    /// The condition holds.
    Holds,
    /// The condition does not hold.
    DoesNotHold,
    /// What it is an exception to does not apply.
    NotConsidered,
}

/// The base of a definition, or one of its exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alternative {
    /// Name of the exception; empty for the base and for one without a name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// What it is an exception to, as written; empty for the base.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// Clause, without `§`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// Labels.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub labels: Text,
    /// The condition as written.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// The formula as written.
    pub formula: String,
    /// Whether it applies.
    pub applies: Applies,
    /// True if the definition has its value from here.
    pub in_force: bool,
    /// Its value in the definition's unit: of the base, and of exceptions whose condition holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
}

/// The `except` operation of a definition, if it has one of its own.
fn own<'p>(program: &'p Program, node: NodeId, name: &str) -> Option<(NodeId, &'p Node)> {
    let found = program.nodes.get(node.ix())?;
    match &found.op {
        Op::Except(_, cases) => {
            let info = program.exceptions.get(cases.first()?.exception.ix())?;
            // `share`, `share.big`; of a process `boiler.share`, `boiler.share.big`.
            let of = info.of.strip_prefix(name)?;
            (of.is_empty() || of.starts_with('.')).then_some((node, found))
        }
        // A line that does not apply is zero to its readers.
        Op::If(_, value, _) => {
            let inner = program.regions.get(value.ix())?.value.filter(|n| n.0 < node.0)?;
            own(program, inner, name)
        }
        _ => None,
    }
}

/// The alternatives of a definition: none if it has no exceptions or was not evaluated.
pub(super) fn alternatives(
    it: &mut Interp<'_>,
    node: NodeId,
    indices: &[u32],
    (name, clause, formula): (&str, &str, &str),
) -> Vec<Alternative> {
    let program = it.program;
    let Some((id, node)) = own(program, node, name) else { return Vec::new() };
    let Op::Except(base, cases) = &node.op else { return Vec::new() };
    let Some(trace) = it.excepted.get(&(id, indices.to_vec())).cloned() else { return Vec::new() };
    // What is not in force can be computed afterwards, but not inside a loop that is over.
    let mut value = |known: &Option<Value>, region: RegionId| {
        let found = match known {
            Some(v) => Some(v.clone()),
            None if indices.is_empty() => Some(it.region(region).value),
            None => None,
        };
        found.filter(|v| v.errs().is_none()).map(|v| assemble::shown(program, &v, &node.ty))
    };
    let mut out = vec![Alternative {
        id: String::new(),
        of: String::new(),
        clause: clause.to_owned(),
        labels: Text::default(),
        condition: String::new(),
        formula: formula.to_owned(),
        applies: Applies::Base,
        in_force: trace.base.is_some(),
        value: value(&trace.base, *base),
    }];
    for (case, found) in cases.iter().zip(&trace.cases) {
        let Some(info) = program.exceptions.get(found.exception.ix()) else { continue };
        let applies = match found.holds {
            Some(true) => Applies::Holds,
            Some(false) => Applies::DoesNotHold,
            None => Applies::NotConsidered,
        };
        out.push(Alternative {
            id: info.name.id.clone(),
            of: info.of.clone(),
            clause: info.name.clause.clone(),
            labels: info.name.labels.clone(),
            condition: info.condition.clone(),
            formula: info.formula.clone(),
            applies,
            in_force: found.value.is_some(),
            value: (applies == Applies::Holds).then(|| value(&found.value, case.value)).flatten(),
        });
    }
    out
}

/// The node that holds the value of a line, for each item.
pub(super) fn line_node(program: &Program, line: &Line) -> Option<NodeId> {
    match &line.over {
        Some(over) => program.regions.get(over.body.ix()).and_then(|r| r.value),
        None => line.value,
    }
}

/// The derivation of named definitions and lines (of all definitions if no name is given).
///
/// # Errors
/// The failures of the evaluation; a name that the rule does not define.
pub fn definitions(program: &Program, inputs: &Inputs, names: &[String]) -> Result<Vec<Explain>, Vec<Diagnostic>> {
    let mut reads = Vec::new();
    let mut refused = Vec::new();
    for name in names {
        let def = program.defs.iter().position(|d| d.name.id == *name).map(|i| Read::Def(DefId(i as u32)));
        let line = || program.lines.iter().position(|l| l.name.id == *name).map(|i| Read::Line(LineId(i as u32)));
        match def.or_else(line) {
            Some(read) => reads.push(read),
            None => {
                let known = program.defs.iter().map(|d| &d.name).chain(program.lines.iter().map(|l| &l.name));
                let d = Diagnostic::new(
                    Code::N001,
                    text!("规则没有中间量或排放行 `{name}`", "the rule has no definition and no line `{name}`"),
                );
                refused.push(match nearest(name.as_str(), known.map(|n| n.id.clone())) {
                    Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")),
                    None => d,
                });
            }
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    if names.is_empty() {
        reads.extend((0..program.defs.len()).map(|i| Read::Def(DefId(i as u32))));
    }
    let (mut it, findings) = super::found(program, inputs, None)?;
    explain::definitions(&mut it, inputs, &findings, &reads).map_err(|e| {
        let fail = crate::value::FailKind::Num(e, Vec::new());
        diagnose::diagnostics(program, &[it.fail_at(footrule_mir::PlaceId(0), None, 0, fail)])
    })
}
