//! Range analysis: which values can occur in a program, and what can go wrong nowhere.
//!
//! An abstract interpretation with intervals of exact decimals. [`analyse`] needs only the program; it knows the
//! declared constraints of inputs and fields, the numbers of tables and parameters, the conditions of branches, filters
//! and requirements, and linear relations between values.
//!
//! # What is claimed
//!
//! * **Values.** Whenever an evaluation yields a value for a node, it lies in the node's range ([`Ranges::node`]): for
//!   every input that is not refused, whether requirements hold or not. Lines and definitions ([`Ranges::line`],
//!   [`Ranges::def`]) are claimed for every evaluation with a result: there all requirements hold.
//! * **Obligations.** A proved one ([`Verdict::Never`]) is never what refuses an evaluation of admitted inputs: either
//!   the operation does not fail, or a requirement is violated and reported. So requirements may be assumed where a
//!   value is published. The conditions of requirements themselves assume only those requirements of which nothing can
//!   go wrong; otherwise `require 1 / x > 0` would prove itself.
//! * An obligation that is refuted ([`Verdict::Always`]) fails whenever it is asked for.
//!
//! What is not asked for by a line, a check or a report has no obligations.
//!
//! Must not: report anything to a user, or depend on the order of statements.

mod affine;
mod choose;
mod compare;
mod duty;
mod eval;
mod given;
mod interval;
mod lines;
mod range;
mod same;
mod scope;
mod show;
mod suppose;

pub use duty::{Obligation, Risk};
pub use interval::{End, Interval, Verdict};
pub use lines::LineRange;
pub use range::{Kind, Parts, Range};

use crate::{DefId, LineId, NodeId, Piece, Program, RegionId};
use duty::{Asked, Duty};
use scope::{Analysis, ScopeId};

/// What is known of a program.
#[derive(Debug, Clone, Default)]
pub struct Ranges {
    nodes: Vec<Option<Range>>,
    lines: Vec<LineRange>,
    defs: Vec<Option<Range>>,
    obligations: Vec<Obligation>,
}

impl Ranges {
    /// What the value of a node can be, in its unit, at every turn of its loops; nothing if it is never evaluated.
    #[must_use]
    pub fn node(&self, n: NodeId) -> Option<&Range> {
        self.nodes.get(n.ix()).and_then(Option::as_ref)
    }

    /// The same with another range of a node, by one who knows better; nothing is drawn from it.
    #[must_use]
    pub fn with(mut self, n: NodeId, range: Range) -> Self {
        if let Some(slot) = self.nodes.get_mut(n.ix()) {
            *slot = Some(range);
        }
        self
    }

    /// What a line can be.
    #[must_use]
    pub fn line(&self, l: LineId) -> Option<&LineRange> {
        self.lines.get(l.ix())
    }

    /// What a definition can be in a published result.
    #[must_use]
    pub fn def(&self, d: DefId) -> Option<&Range> {
        self.defs.get(d.ix()).and_then(Option::as_ref)
    }

    /// What can go wrong, by place.
    #[must_use]
    pub fn obligations(&self) -> &[Obligation] {
        &self.obligations
    }
}

/// Analyses a program that the verifier accepts.
#[must_use]
pub fn analyse(program: &Program) -> Ranges {
    let mut a = Analysis::new(program);
    if let Some(root) = program.root {
        a.nodes(root, ScopeId::BASE);
    }
    for i in 0..program.inputs.len() as u32 {
        a.input(i);
    }
    a.figures = program.lines.iter().map(|l| a.line(l, ScopeId::BASE).range.sign).collect();
    if let Some(results) = program.results {
        a.nodes(results, ScopeId::BASE);
    }
    let (safe, all) = requirements(&mut a);
    let mut asked = Asked::default();
    for (i, input) in program.inputs.iter().enumerate() {
        if input.when.is_some() {
            let (_, reads) = a.input(i as u32);
            asked.follow(&a, reads);
        }
    }
    let mut lines = Vec::with_capacity(program.lines.len());
    for (i, line) in program.lines.iter().enumerate() {
        let looked = a.line(line, all);
        lines::ask(&mut asked, &a, LineId(i as u32), line, &looked, all);
        lines.push(looked.range);
    }
    references(&mut a, all, &mut asked);
    for allocation in &program.allocations {
        let (_, at) = a.get(allocation.shares, all);
        asked.follow(&a, [(at, allocation.shares)]);
    }
    for (i, check) in program.checks.iter().enumerate() {
        let s = if check.warn {
            all
        } else if safe.1.contains(&i) {
            ScopeId::BASE
        } else {
            safe.0
        };
        let s = a.below(s);
        let reads = read(&mut a, check.condition, s);
        asked.follow(&a, reads);
    }
    for report in &program.reports {
        let (_, at) = a.get(report.value, all);
        asked.follow(&a, [(at, report.value)]);
    }
    let defs = program.defs.iter().map(|d| Some(a.range(d.node, all))).collect();
    let mut nodes: Vec<Option<Range>> = vec![None; program.nodes.len()];
    for scope in &a.scopes {
        for (n, entry) in &scope.entries {
            if let Some(slot) = nodes.get_mut(n.ix()) {
                *slot = Some(slot.as_ref().map_or_else(|| entry.range.clone(), |r| r.hull(&entry.range)));
            }
        }
    }
    Ranges { nodes, lines, defs, obligations: asked.into_list() }
}

fn read(a: &mut Analysis<'_>, r: RegionId, s: ScopeId) -> Vec<(ScopeId, NodeId)> {
    let mut reads = Vec::new();
    a.read_region(r, s, &mut reads);
    reads
}

/// The scope in which the requirements hold of which nothing can go wrong, with their numbers; and the one in which
/// all hold.
fn requirements(a: &mut Analysis<'_>) -> ((ScopeId, Vec<usize>), ScopeId) {
    let program = a.program;
    let mut safe = Vec::new();
    for (i, check) in program.checks.iter().enumerate() {
        let s = a.below(ScopeId::BASE);
        let reads = read(a, check.condition, s);
        // A message is put into words where the condition does not hold; it can show a failure, but not cause one.
        for piece in check.zh.iter().chain(&check.en) {
            if let Piece::Value(region) = piece {
                let shown = a.below(ScopeId::BASE);
                read(a, *region, shown);
            }
        }
        let mut asked = Asked::default();
        asked.follow(a, reads);
        if !check.warn && asked.is_safe() {
            safe.push(i);
        }
    }
    let first = a.below(ScopeId::BASE);
    suppose(a, &safe, first);
    let all = a.below(first);
    let rest: Vec<usize> =
        (0..program.checks.len()).filter(|i| !program.checks[*i].warn && !safe.contains(i)).collect();
    suppose(a, &rest, all);
    ((first, safe), all)
}

/// Twice, so that no order matters for what one tells of another.
fn suppose(a: &mut Analysis<'_>, checks: &[usize], s: ScopeId) {
    for i in checks.iter().chain(checks) {
        if let Some(check) = a.program.checks.get(*i) {
            a.suppose(check.condition, true, s);
        }
    }
}

/// The reference flows, those of further units too, must be above zero.
fn references(a: &mut Analysis<'_>, s: ScopeId, asked: &mut Asked) {
    let program = a.program;
    for p in &program.products {
        p.reference.into_iter().chain(p.also.iter().map(|x| x.reference)).for_each(|n| reference(a, s, asked, n));
    }
}

fn reference(a: &mut Analysis<'_>, s: ScopeId, asked: &mut Asked, n: NodeId) {
    let (range, at) = a.get(n, s);
    asked.follow(a, [(at, n)]);
    let Some(i) = range.number() else { return };
    let verdict = match (i.is_not_negative() && i.excludes_zero(), i.is_not_positive()) {
        (true, _) => Verdict::Never,
        (_, true) => Verdict::Always,
        _ => Verdict::Maybe,
    };
    let place = a.node(n).map(|n| n.place).unwrap_or_default();
    let duty = Duty { risk: Risk::DivisionByZero, verdict, of: Some(n), interval: Some(i) };
    let inputs = if verdict == Verdict::Never { Vec::new() } else { a.path(n).into_iter().collect() };
    asked.note(place, None, Some(n), &duty, inputs);
}
