//! The derivation tree: total → stages → lines → items → parts, and what the formulas read.
//!
//! Guarantees: the value of a total, stage, line or item is the exact sum, rounded once, of the values of its
//! children that are stages, lines, items or parts ([`Explain::verify_sums`]). A definition is unfolded where it is
//! met first, and stands alone elsewhere (`repeated`).

use super::assemble::{origin_name, source, unit};
use super::definition::{Alternative, alternatives, line_node};
use super::lines::{Item, To};
use super::outcome::{EvidenceEntry, Shown, Source};
use super::products::{self, ItemFigures};
use super::rests_on::{self, ByScenario, RestsOn};
use super::{Findings, LineResult, publish};
use crate::diagnose;
use crate::input::Inputs;
use crate::interp::{Interp, unit_of};
use crate::show;
use crate::touch::Touches;
use crate::value::Value;
use footrule_diag::{FileSpan, Text, text};
use footrule_mir::{Cell, DefId, FactorId, Line, Named, NodeId, Program, Read, StageId, Ty};
use footrule_number::{NumError, Number, sum};
use serde::Serialize;
use std::collections::HashSet;

/// How deeply definitions are unfolded.
const MAX_DEPTH: u32 = 64;

/// What a node of the tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExplainKind {
    /// The rule, above the totals of its products if there are several.
    Rule,
    /// The footprint, per declared unit.
    Total,
    /// A stage, per declared unit.
    Stage,
    /// A line in a stage, per declared unit.
    Line,
    /// An item of a line, per declared unit.
    Item,
    /// A line that is shown apart and adds to nothing.
    Apart,
    /// A part of an item by origin, gas and evidence, per declared unit.
    Part,
    /// A definition.
    Let,
    /// An input.
    Input,
    /// A sourced number.
    Factor,
    /// The own quantity of a line, read by another formula.
    Quantity,
    /// The share of a product in what a line gives, by an allocation.
    Share,
    /// A report.
    Report,
    /// The footprint of another product, computed by its rule: below it stands its own tree.
    Upstream,
    /// What was left out by a cut-off: the sum of the shares of the flows below it.
    Cutoff,
}

impl ExplainKind {
    /// True for what adds up to the node above.
    #[must_use]
    pub fn is_summand(self) -> bool {
        matches!(self, Self::Stage | Self::Line | Self::Item | Self::Part)
    }
}

/// A node of the derivation tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explain {
    /// Identifier; of a part its origin, gas and evidence.
    pub id: String,
    /// What it is.
    pub kind: ExplainKind,
    /// Clause, without `§`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// Labels.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub labels: Text,
    /// The formula as written.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub formula: String,
    /// Unrounded value, if it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Number>,
    /// What it is, if it is no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// Unit of the value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Rounded for publication, where it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Where a factor comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// What the user said about an input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceEntry>,
    /// True if this definition is unfolded elsewhere in the tree.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// Of a definition with exceptions: its base, its exceptions, and which of them is in force.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// Of a total, stage, line or item: how much of it is primary data, and its rating, with their weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<RestsOn>,
    /// Of the root: the scenario that was applied. Of an input or a parameter: the value is the scenario's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ByScenario>,
    /// Where it stands in the sources, as far as the program says it. Not part of the record: it is for editors.
    #[serde(skip)]
    pub place: Option<FileSpan>,
    /// Summands first, then what the formula reads.
    pub children: Vec<Explain>,
}

impl Explain {
    pub(super) fn new(kind: ExplainKind, n: &Named) -> Self {
        Self {
            id: n.id.clone(),
            kind,
            clause: n.clause.clone(),
            labels: n.labels.clone(),
            formula: String::new(),
            value: None,
            shown: None,
            unit: String::new(),
            published: None,
            source: None,
            evidence: Vec::new(),
            repeated: false,
            alternatives: Vec::new(),
            rests_on: None,
            scenario: None,
            place: None,
            children: Vec::new(),
        }
    }

    /// Checks that every sum of the tree adds up exactly: the path of the first node that does not.
    ///
    /// # Errors
    /// The identifiers from the root to the node whose value is not the sum of its summands.
    pub fn verify_sums(&self) -> Result<(), String> {
        let summands: Vec<Number> =
            self.children.iter().filter(|c| c.kind.is_summand()).filter_map(|c| c.value).collect();
        let sums = self.kind == ExplainKind::Total || (self.kind.is_summand() && self.kind != ExplainKind::Part);
        if sums && sum(summands).ok() != self.value {
            return Err(self.id.clone());
        }
        self.children.iter().try_for_each(|c| c.verify_sums().map_err(|path| format!("{}/{path}", self.id)))
    }
}

struct Tree<'a, 'p> {
    it: &'a mut Interp<'p>,
    inputs: &'a Inputs,
    found: &'a Findings,
    seen: HashSet<Read>,
}

/// The tree of a whole evaluation.
///
/// Errors: those of rounding for publication.
pub(super) fn tree(it: &mut Interp<'_>, inputs: &Inputs, found: &Findings) -> Result<Explain, NumError> {
    let program = it.program;
    let mut tree = Tree { it, inputs, found, seen: HashSet::new() };
    let mut totals = Vec::with_capacity(program.products.len());
    for of in 0..program.products.len() {
        totals.push(tree.total(of)?);
    }
    let mut root = match totals.pop() {
        Some(only) if totals.is_empty() => only,
        last => {
            totals.extend(last);
            let mut root = Explain::new(ExplainKind::Rule, &program.rule.name);
            root.children = totals;
            root
        }
    };
    root.scenario = rests_on::scenario(program, inputs);
    for (info, (value, touches)) in program.reports.iter().zip(&found.reports) {
        let mut node = Explain::new(ExplainKind::Report, &info.name);
        let ty = program.nodes.get(info.value.ix()).map(|n| &n.ty);
        set_value(&mut node, program, value, ty.and_then(unit_of));
        node.published = node.value.map(|x| publish(x, info.round.unwrap_or(program.rule.round))).transpose()?;
        node.formula.clone_from(&info.formula);
        node.place = diagnose::place(program, info.place);
        node.children = tree.reads(&info.reads, touches, 0)?;
        root.children.push(node);
    }
    root.children.extend(super::cutoff::explained(program, inputs)?);
    Ok(root)
}

/// The derivations of single definitions and lines, each unfolded on its own.
///
/// Errors: those of rounding for publication.
pub(super) fn definitions(
    it: &mut Interp<'_>,
    inputs: &Inputs,
    found: &Findings,
    reads: &[Read],
) -> Result<Vec<Explain>, NumError> {
    let mut out = Vec::new();
    for read in reads {
        let mut tree = Tree { it: &mut *it, inputs, found, seen: HashSet::new() };
        match read {
            Read::Line(l) => {
                let program = tree.it.program;
                if let (Some(line), Some(result)) = (program.lines.get(l.ix()), found.lines.get(l.ix())) {
                    for (of, f) in result.products.iter().enumerate().filter(|(_, f)| f.concerned) {
                        out.push(tree.line(line, result, ExplainKind::Apart, f.total, (of, None))?);
                    }
                }
            }
            read => tree.read(*read, &Touches::NONE, 0, &mut out)?,
        }
    }
    Ok(out)
}

fn number(node: &mut Explain, program: &Program, of: usize, x: Number) -> Result<(), NumError> {
    let Some(product) = program.products.get(of) else { return Ok(()) };
    let f = products::figure(program, product, x)?;
    node.value = Some(x);
    node.unit = f.unit;
    node.published = Some(f.value);
    Ok(())
}

fn set_value(node: &mut Explain, program: &Program, value: &Value, u: Option<footrule_mir::UnitId>) {
    node.value = match value {
        Value::Number(x) => Some(*x),
        Value::Split(s) => s.whole().ok(),
        _ => None,
    };
    if let Value::Record(r, _) = value {
        node.shown = Some(super::assemble::shown(program, value, &Ty::Record(*r)));
    } else if node.value.is_some() {
        node.unit = u.map_or_else(String::new, |u| unit(program, u));
    } else {
        node.shown = Some(Shown::Text(show::value(program, value, u)));
    }
}

impl Tree<'_, '_> {
    /// The footprint of a product, from its stages.
    fn total(&mut self, of: usize) -> Result<Explain, NumError> {
        let (program, found) = (self.it.program, self.found);
        let rule = &program.rule;
        let product = program.products.get(of).map(|p| &p.name).filter(|n| !n.id.is_empty());
        let name = match product {
            Some(product) => Named { id: format!("total.{}", product.id), ..product.clone() },
            None => Named { id: "total".to_owned(), ..rule.name.clone() },
        };
        let mut root = Explain::new(ExplainKind::Total, &name);
        let Some(figures) = found.figures.get(of) else { return Ok(root) };
        number(&mut root, program, of, figures.total)?;
        root.rests_on = rests_on::rests_on(self.counted(of, None));
        for (i, (stage, value)) in program.stages.iter().zip(&figures.stages).enumerate() {
            let mut node = Explain::new(ExplainKind::Stage, stage);
            number(&mut node, program, of, *value)?;
            let stage = StageId(i as u32);
            node.rests_on = rests_on::rests_on(self.counted(of, Some(stage)));
            for (line, result) in program.lines.iter().zip(&found.lines) {
                let Some(f) = result.products.get(of) else { continue };
                let here = f.in_stage.iter().find(|(s, _)| *s == stage);
                if let (true, Some((_, value))) = (program.counts(line), here) {
                    node.children.push(self.line(line, result, ExplainKind::Line, *value, (of, Some(stage)))?);
                }
            }
            root.children.push(node);
        }
        for (line, result) in program.lines.iter().zip(&found.lines).filter(|(_, r)| r.applicable) {
            if let (false, Some(f)) = (program.counts(line), result.products.get(of))
                && f.concerned
            {
                root.children.push(self.line(line, result, ExplainKind::Apart, f.total, (of, None))?);
            }
        }
        Ok(root)
    }

    /// The items that count for a product (in one stage of it).
    fn counted(&self, of: usize, stage: Option<StageId>) -> impl Iterator<Item = &ItemFigures> {
        let program = self.it.program;
        let lines = program.lines.iter().zip(&self.found.lines);
        lines.filter(move |(l, _)| program.counts(l)).flat_map(move |(_, r)| shown(r, of, stage)).map(|(_, f)| f)
    }

    /// The share by which an item goes to a product, if it is shared out.
    fn share(&mut self, to: To, of: usize) -> Option<Explain> {
        let To::Allocation(a) = to else { return None };
        let info = self.it.program.allocations.get(a.ix())?;
        let i = info.sharers.iter().position(|(_, p)| p.is_some_and(|p| p.ix() == of))?;
        let Value::Record(_, shares) = self.it.get(info.shares).value else { return None };
        let Value::Number(x) = shares.get(i)? else { return None };
        let (named, _) = info.sharers.get(i)?;
        let mut node = Explain::new(
            ExplainKind::Share,
            &Named { id: format!("{}.{}", info.name.id, named.id), clause: info.name.clause.clone(), ..named.clone() },
        );
        node.value = Some(*x);
        Some(node)
    }

    /// A line in a stage (all of it if there is none) of a product.
    fn line(
        &mut self,
        line: &Line,
        result: &LineResult,
        kind: ExplainKind,
        value: Number,
        (of, stage): (usize, Option<StageId>),
    ) -> Result<Explain, NumError> {
        let program = self.it.program;
        let mut node = Explain::new(kind, &line.name);
        number(&mut node, program, of, value)?;
        node.formula.clone_from(&line.formula);
        node.place = diagnose::place(program, line.place);
        let mut touches = Touches::NONE;
        node.rests_on = rests_on::rests_on(shown(result, of, stage).map(|(_, f)| f));
        for (item, figures) in shown(result, of, stage) {
            touches.absorb(&item.touches);
            let index: Vec<String> = item.indices.iter().map(|i| i.saturating_add(1).to_string()).collect();
            let id =
                if index.is_empty() { line.name.id.clone() } else { format!("{}[{}]", line.name.id, index.join(",")) };
            let mut child =
                Explain::new(ExplainKind::Item, &Named { id, labels: item.name.clone(), clause: String::new() });
            number(&mut child, program, of, figures.total)?;
            child.place.clone_from(&node.place);
            child.rests_on = rests_on::item(figures);
            if let Some(node) = line_node(program, line) {
                let said = (line.name.id.as_str(), line.name.clause.as_str(), line.formula.as_str());
                child.alternatives = alternatives(self.it, node, &item.indices, said);
            }
            for (key, value) in &figures.parts {
                let gas = key.gas.and_then(|g| program.gases.get(g.ix())).map_or("CO2e", |g| g.name.id.as_str());
                let evidence = match key.evidence {
                    footrule_mir::Evidence::Primary => "primary",
                    footrule_mir::Evidence::Secondary => "secondary",
                };
                let id = format!("{} {gas} {evidence}", origin_name(key.origin));
                let mut part = Explain::new(ExplainKind::Part, &Named { id, ..Named::default() });
                number(&mut part, program, of, *value)?;
                child.children.push(part);
            }
            let mut own = Explain::new(ExplainKind::Quantity, &Named { id: "quantity".to_owned(), ..Named::default() });
            own.value = Some(item.own);
            own.unit = unit(program, line.unit);
            child.children.push(own);
            child.children.extend(self.share(item.to, of));
            node.children.push(child);
        }
        node.children.append(&mut self.reads(&line.reads, &touches, 0)?);
        // The allocation stands in no formula of the line.
        let shared: Vec<NodeId> =
            line.target.allocations().filter_map(|a| program.allocations.get(a.ix())).map(|a| a.shares).collect();
        for (i, def) in program.defs.iter().enumerate() {
            let read = Read::Def(DefId(i as u32));
            if shared.contains(&def.node) && !line.reads.contains(&read) {
                self.read(read, &touches, 0, &mut node.children)?;
            }
        }
        // The global warming potentials that were applied stand in no formula.
        let gwp: HashSet<FactorId> = program.gases.iter().flat_map(|g| &g.gwp).map(|(.., f)| *f).collect();
        node.children.extend(touches.factors().filter(|f| gwp.contains(f)).filter_map(|f| factor(program, f)));
        Ok(node)
    }

    fn reads(&mut self, reads: &[Read], touches: &Touches, depth: u32) -> Result<Vec<Explain>, NumError> {
        let mut out = Vec::new();
        for read in reads {
            self.read(*read, touches, depth, &mut out)?;
        }
        Ok(out)
    }

    fn read(&mut self, read: Read, touches: &Touches, depth: u32, out: &mut Vec<Explain>) -> Result<(), NumError> {
        let program = self.it.program;
        match read {
            Read::Def(d) => {
                let Some(def) = program.defs.get(d.ix()) else {
                    return Ok(());
                };
                let slot = self.it.get(def.node);
                let mut node = Explain::new(ExplainKind::Let, &def.name);
                let ty = program.nodes.get(def.node.ix()).map(|n| &n.ty);
                set_value(&mut node, program, &slot.value, ty.and_then(unit_of));
                node.formula.clone_from(&def.formula);
                node.place = diagnose::place(program, def.place);
                let said = (def.name.id.as_str(), def.name.clause.as_str(), def.formula.as_str());
                node.alternatives = alternatives(self.it, def.node, &[], said);
                node.repeated = !self.seen.insert(read) || depth >= MAX_DEPTH;
                if !node.repeated {
                    node.children = self.reads(&def.reads, &slot.touches, depth + 1)?;
                }
                out.push(node);
            }
            Read::Input(i) => {
                let (Some(info), Some(slot)) = (program.inputs.get(i.ix()), self.inputs.slots.get(i.ix())) else {
                    return Ok(());
                };
                let mut node = Explain::new(ExplainKind::Input, &info.name);
                node.place = diagnose::place(program, info.place);
                set_value(&mut node, program, &slot.value, unit_of(&info.ty));
                if let Value::List(items) = &slot.value {
                    let n = items.len();
                    let t: Text = text!("{n} 条", "{n} items");
                    node.shown = Some(Shown::Text(t.en));
                } else if node.value.is_none() {
                    node.shown = Some(super::assemble::shown(program, &slot.value, &info.ty));
                }
                node.evidence = self.inputs.evidence_of(&info.name.id);
                node.scenario = rests_on::of_input(program, self.inputs, i);
                // The tree of an upstream rule stands once, as that of a definition does.
                let computed = self.inputs.upstream_of(&info.name.id).any(|t| t.inputs.is_some());
                node.repeated = computed && !self.seen.insert(read);
                if !node.repeated {
                    let taken = self.inputs.upstream_of(&info.name.id);
                    node.children = taken.filter_map(|t| upstream(program, t)).collect();
                }
                out.push(node);
            }
            Read::Line(l) => {
                let (Some(line), Some(result)) = (program.lines.get(l.ix()), self.found.lines.get(l.ix())) else {
                    return Ok(());
                };
                let mut node = Explain::new(ExplainKind::Quantity, &line.name);
                node.value = result.own;
                node.unit = unit(program, line.unit);
                node.formula.clone_from(&line.formula);
                node.place = diagnose::place(program, line.place);
                node.repeated = !self.seen.insert(read) || depth >= MAX_DEPTH;
                if !node.repeated {
                    node.children = self.reads(&line.reads, &result.touches, depth + 1)?;
                }
                out.push(node);
            }
            Read::Param(p) => {
                let rows = program.params.get(p.ix()).map(|p| p.rows.as_slice()).unwrap_or_default();
                let own: HashSet<FactorId> = rows.iter().map(|r| r.factor).collect();
                out.extend(touches.factors().filter(|f| own.contains(f)).filter_map(|f| factor(program, f)));
                let instead = rests_on::of_param(program, self.inputs, p);
                let instead = instead.filter(|f| touches.factors().any(|t| t == *f)).and_then(|f| factor(program, f));
                let scenario = rests_on::scenario(program, self.inputs);
                out.extend(instead.map(|node| Explain { scenario, ..node }));
            }
            Read::Table(t) => {
                let rows = program.tables.get(t.ix()).map(|t| t.rows.as_slice()).unwrap_or_default();
                let cells = rows.iter().flat_map(|r| &r.values);
                let own: HashSet<FactorId> = cells
                    .filter_map(|c| match c {
                        Cell::Factor(f) => Some(*f),
                        Cell::Const(_) => None,
                    })
                    .collect();
                out.extend(touches.factors().filter(|f| own.contains(f)).filter_map(|f| factor(program, f)));
            }
            Read::Factor(f) => out.extend(factor(program, f)),
        }
        Ok(())
    }
}

/// The items of a line that go to a product (in one stage), with what they add.
fn shown(result: &LineResult, of: usize, stage: Option<StageId>) -> impl Iterator<Item = (&Item, &ItemFigures)> {
    let figures = result.products.get(of).map_or(&[][..], |f| &f.items);
    let all = result.items.iter().zip(figures).filter_map(|(i, f)| Some((i, f.as_ref()?)));
    all.filter(move |(i, _)| stage.is_none() || i.stage == stage)
}

fn factor(program: &Program, id: FactorId) -> Option<Explain> {
    let info = program.factors.get(id.ix())?;
    let mut node = Explain::new(ExplainKind::Factor, &name_of(&info.id));
    node.value = Some(info.value);
    node.unit = unit(program, info.unit);
    node.source = source(program, info.source);
    node.place = diagnose::place(program, info.place);
    Some(node)
}

/// An upstream footprint that was computed here: its rule, what it published, and its own tree.
fn upstream(program: &Program, taken: &crate::input::Taken) -> Option<Explain> {
    let (footprint, inputs) = taken.inputs.as_ref()?;
    let rule = taken.shown.rule.as_ref()?;
    let above = &program.upstream_of(*footprint)?.program;
    let mut node = Explain::new(ExplainKind::Upstream, &name_of(&taken.shown.input));
    node.labels.clone_from(&rule.name.labels);
    node.value = Some(taken.shown.value.value);
    node.unit.clone_from(&taken.shown.value.unit);
    node.published = taken.shown.published.as_ref().map(|p| p.value.clone());
    let hash = rule.meaning_hash.clone().unwrap_or_default();
    let entries = vec![("version".to_owned(), rule.version.clone()), ("meaning_hash".to_owned(), hash)];
    node.source = Some(Source { id: rule.name.id.clone(), entries });
    node.children = super::upstream::derivation(above, inputs).into_iter().collect();
    Some(node)
}

fn name_of(id: &str) -> Named {
    Named { id: id.to_owned(), ..Named::default() }
}
