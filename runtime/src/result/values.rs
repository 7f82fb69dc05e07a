//! The value of every name of a rule in one evaluation.
//!
//! Guarantees: a name has its value even where the evaluation as a whole fails, as long as nothing that the value needs
//! fails. Must not: round, or decide anything; these are the unrounded values behind the record.

use super::outcome::{Name, Shown};
use super::{assemble, started};
use crate::diagnose;
use crate::input::Inputs;
use crate::value::Value;
use footrule_diag::FileSpan;
use footrule_mir::{ParamId, Program, Ty};
use serde::Serialize;

/// What has a name and a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueKind {
    /// An input.
    Input,
    /// A sourced number: a constant, a row of a parameter or a table.
    Factor,
    /// A parameter over the period of the evaluation, or in its scenario.
    Parameter,
    /// A definition.
    Let,
    /// A line: its own quantity, before allocation.
    Line,
    /// A report.
    Report,
}

/// A name and its value in one evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedValue {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// What it is.
    pub kind: ValueKind,
    /// The value, unrounded, in the unit of the definition.
    pub value: Shown,
    /// Where it is defined.
    #[serde(skip)]
    pub place: Option<FileSpan>,
}

/// The values of inputs, sourced numbers, parameters, definitions, lines and reports, each kind in order of the rule. What fails has
/// none.
#[must_use]
pub fn values(program: &Program, inputs: &Inputs) -> Vec<NamedValue> {
    let (mut it, lines) = started(program, inputs, None);
    let mut out = Vec::new();
    let mut add = |name: Name, kind, value: &Value, ty: &Ty, place| {
        if value.errs().is_none() {
            let value = assemble::shown(program, value, ty);
            out.push(NamedValue { name, kind, value, place: diagnose::place(program, place) });
        }
    };
    for (info, slot) in program.inputs.iter().zip(&inputs.slots) {
        add(assemble::name(&info.name), ValueKind::Input, &slot.value, &info.ty, info.place);
    }
    for f in &program.factors {
        let name = Name { id: f.id.clone(), ..Name::default() };
        add(name, ValueKind::Factor, &Value::Number(f.value), &Ty::Number(f.unit), f.place);
    }
    for (ix, info) in program.params.iter().enumerate() {
        let value = inputs.period.and_then(|p| it.parameter(ParamId(u32::try_from(ix).ok()?), p)).map(|r| r.value);
        // Written as one number; its parts are those of the line that reads it.
        let (value, ty) = match (value, &info.ty) {
            (Some(Value::Split(s)), Ty::Split(unit)) => (s.whole().ok().map(Value::Number), Ty::Number(*unit)),
            (value, ty) => (value, ty.clone()),
        };
        if let Some(value) = value {
            add(assemble::name(&info.name), ValueKind::Parameter, &value, &ty, info.place);
        }
    }
    for def in &program.defs {
        let Some(node) = program.nodes.get(def.node.ix()) else { continue };
        let value = it.get(def.node).value;
        add(assemble::name(&def.name), ValueKind::Let, &value, &node.ty, def.place);
    }
    for (line, found) in program.lines.iter().zip(lines.iter().flat_map(|(found, _)| found)) {
        if let Some(own) = found.own {
            add(assemble::name(&line.name), ValueKind::Line, &Value::Number(own), &Ty::Number(line.unit), line.place);
        }
    }
    for report in &program.reports {
        let Some(node) = program.nodes.get(report.value.ix()) else { continue };
        let value = it.get(report.value).value;
        add(assemble::name(&report.name), ValueKind::Report, &value, &node.ty, report.place);
    }
    out
}
