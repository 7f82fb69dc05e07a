//! From a program and a layout to a kernel: the program is evaluated once with columns in place of values.
//!
//! As the reference does: inputs, root region, lines, figures, results region, checks, reports. Guarantees: where the
//! kernel has outputs for a row, they are those of the reference; what is not understood becomes [`Def::Fail`], so that
//! rows that ask for it go to the reference. Must not: assume anything of the values in a column.

mod again;
mod constraints;
mod distinct;
mod early;
mod evidence;
mod exchange;
mod footprint;
mod given;
mod inputs;
mod lines;
mod loops;
mod marks;
mod nodes;
mod points;
mod primary;
mod ranges;
mod rating;
mod rests;
mod scaled;
mod series;
mod settle;
mod sym;
mod tables;
mod terms;

use crate::kernel::{Builder, Def, Id, Kernel, ListId, Output, Told, Warning, Words};
use crate::layout::{Kind, Layout, texts};
use footrule_mir::{NodeId, Op, Program, RegionId, Ty, UnitId};
use lines::Figures;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use sym::Sym;

/// How a value is shown that is not there.
const NOTHING: &str = "–";

/// Largest kernel.
const MAX_DEFS: usize = 200_000;

/// How deeply regions and demanded root nodes may nest.
const MAX_DEPTH: u32 = 200;

/// Why there is no kernel: every row would go to the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotNative(pub String);

impl fmt::Display for NotNative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotNative {}

/// Plans the kernel of a program that the verifier accepts.
///
/// # Errors
/// [`NotNative`] if no row could have a result without the reference.
pub fn plan(program: &Program, layout: &Layout) -> Result<Kernel, NotNative> {
    let (found, open) = attempt(program, layout, false);
    // What values rest on decides about a figure: once more, following it.
    if open { attempt(program, layout, true).0 } else { found }
}

/// A kernel, and whether it would have to follow what values rest on.
fn attempt(program: &Program, layout: &Layout, follow: bool) -> (Result<Kernel, NotNative>, bool) {
    let mut plan = Plan::new(program, layout, follow);
    let done = plan.all();
    let open = plan.tracker.open;
    (done.and_then(|()| plan.finish()), open)
}

impl Plan<'_> {
    fn all(&mut self) -> Result<(), NotNative> {
        self.inputs()?;
        self.root();
        self.lines();
        self.results();
        self.checks();
        self.outputs();
        self.tell_held();
        Ok(())
    }
}

/// The state of planning.
struct Plan<'p> {
    program: &'p Program,
    layout: &'p Layout,
    b: Builder,
    /// What each node is worth, where it was evaluated last.
    slots: Vec<Option<Sym>>,
    /// Nodes of the root region.
    is_root: Vec<bool>,
    inputs: Vec<Option<Sym>>,
    /// Columns that some input takes.
    taken: Vec<bool>,
    /// The list in whose items the inputs of the program stand: those of a footprint of an item.
    within: Option<ListId>,
    /// That list after those around it.
    base: Vec<ListId>,
    /// Lists whose items are being looked at.
    active: Vec<ListId>,
    /// Where the item stands that a bound node holds.
    positions: HashMap<NodeId, series::Place>,
    /// What must hold for the lists of the loop at hand to be there.
    missing: Option<Id>,
    depth: u32,
    figures: Vec<Figures>,
    references: Vec<Option<Id>>,
    /// The texts of the program; a text is known by its place here.
    texts: Vec<String>,
    /// What values rest on.
    tracker: marks::Tracker,
    /// The first thing that was not understood.
    why: Option<&'static str>,
}

impl<'p> Plan<'p> {
    fn new(program: &'p Program, layout: &'p Layout, follow: bool) -> Self {
        let mut is_root = vec![false; program.nodes.len()];
        let root = program.root.and_then(|r| program.regions.get(r.ix()));
        for n in root.iter().flat_map(|r| &r.nodes) {
            if let Some(is) = is_root.get_mut(n.ix()) {
                *is = true;
            }
        }
        Self {
            program,
            layout,
            b: Builder::new(layout),
            slots: vec![None; program.nodes.len()],
            is_root,
            inputs: vec![None; program.inputs.len()],
            taken: vec![false; layout.columns.len()],
            within: None,
            base: Vec::new(),
            active: Vec::new(),
            positions: HashMap::new(),
            missing: None,
            depth: 0,
            figures: Vec::new(),
            references: Vec::new(),
            texts: texts(program),
            tracker: marks::Tracker::new(program, follow),
            why: None,
        }
    }

    /// No value, and why.
    fn fail(&mut self, why: &'static str) -> Sym {
        self.why.get_or_insert(why);
        self.b.gap(why);
        Sym::Fail(why)
    }

    /// What a node is worth that was evaluated before; root nodes are evaluated on demand.
    fn get(&mut self, n: NodeId) -> Sym {
        if let Some(Some(sym)) = self.slots.get(n.ix()) {
            return sym.clone();
        }
        if !self.is_root.get(n.ix()).copied().unwrap_or(false) || self.depth >= MAX_DEPTH {
            return self.fail("a value that is read before it is known");
        }
        // A root node stands in no loop of its program.
        let active = std::mem::replace(&mut self.active, self.base.clone());
        self.depth += 1;
        self.step(n);
        self.depth -= 1;
        self.active = active;
        self.slots.get(n.ix()).cloned().flatten().unwrap_or(Sym::Fail("no such node"))
    }

    fn set(&mut self, n: NodeId, sym: Sym) {
        if let Some(slot) = self.slots.get_mut(n.ix()) {
            *slot = Some(sym);
        }
    }

    fn take(&mut self, n: NodeId) -> Option<Sym> {
        self.slots.get_mut(n.ix()).and_then(Option::take)
    }

    fn step(&mut self, n: NodeId) {
        let program = self.program;
        let Some(node) = program.nodes.get(n.ix()) else { return };
        if matches!(node.op, Op::Bound) {
            return;
        }
        let sym = if self.b.len() > MAX_DEFS { self.fail("too large a rule") } else { self.eval(node) };
        // A number of what fails, where it would be CO2e.
        let lost = matches!((&node.ty, &sym), (Ty::Split(_), Sym::Number(_)));
        self.set(n, if lost { Sym::Fail("CO2e that is not known") } else { sym });
        self.mark(n, node);
        self.rate(n, node);
    }

    /// Evaluates a region.
    fn region(&mut self, r: RegionId) -> Sym {
        let program = self.program;
        let Some(region) = program.regions.get(r.ix()) else { return self.fail("no such region") };
        if self.depth >= MAX_DEPTH {
            return self.fail("regions nest too deeply");
        }
        self.depth += 1;
        for n in &region.nodes {
            self.step(*n);
        }
        let value = match region.value {
            Some(n) => self.get(n),
            None => self.fail("a region without a value"),
        };
        self.depth -= 1;
        value
    }

    /// A region as a condition.
    fn condition(&mut self, r: RegionId) -> Id {
        let sym = self.region(r);
        sym.bool(&mut self.b)
    }

    /// Evaluates the nodes of the root region.
    fn root(&mut self) {
        self.nodes_of(self.program.root);
    }

    /// Evaluates the nodes of the results region.
    fn results(&mut self) {
        self.nodes_of(self.program.results);
    }

    fn nodes_of(&mut self, r: Option<RegionId>) {
        let program = self.program;
        for n in r.and_then(|r| program.regions.get(r.ix())).iter().flat_map(|r| &r.nodes) {
            if matches!(self.slots.get(n.ix()), Some(None)) {
                self.step(*n);
            }
        }
    }

    fn checks(&mut self) {
        let program = self.program;
        for (i, check) in program.checks.iter().enumerate() {
            let holds = self.condition(check.condition);
            let marks = self.of_region(check.condition);
            self.trace(None, &marks);
            if check.warn {
                let told = Told::Check(i as u32);
                self.b.warning(Warning { name: check.name.id.clone(), told, holds });
            } else {
                self.b.require(holds);
            }
        }
        for balance in &program.balances {
            for n in balance.rows.iter().map(|r| r.value).chain([balance.ins, balance.outs, balance.gap]) {
                let amount = self.get(n).number(&mut self.b);
                self.b.demand(amount);
                let marks = self.tracker.get(n);
                self.trace(None, &marks);
            }
            if let Some(check) = &balance.check {
                let holds = self.get(check.holds).bool(&mut self.b);
                self.b.require(holds);
            }
        }
    }

    fn outputs(&mut self) {
        let program = self.program;
        let rounding = program.rule.round;
        for (i, product) in program.products.iter().enumerate() {
            let Some(figures) = self.figures.get(i) else { continue };
            let prefix = if product.name.id.is_empty() { String::new() } else { format!("{}.", product.name.id) };
            let round = Some(product.round.unwrap_or(rounding));
            let unit = self.unit(product.result_unit);
            let figures = figures.clone();
            let mut out = vec![(format!("{prefix}total"), figures.total)];
            let stages = program.stages.iter().zip(&figures.stages);
            out.extend(stages.map(|(s, x)| (format!("{prefix}stage.{}", s.id), *x)));
            for (name, value) in out {
                self.output(Output { name, unit: unit.clone(), value, round });
            }
            for (also, value) in product.also.iter().zip(figures.also) {
                let (name, unit) = (format!("{prefix}total_per.{}", self.unit(also.unit)), self.unit(also.result_unit));
                self.output(Output { name, unit, value, round });
            }
            let gases = program.gases.iter().map(|g| g.name.id.as_str()).zip(figures.gases);
            for (gas, (value, there)) in gases.chain([("other", figures.no_gas)]) {
                let name = format!("{prefix}gas.{gas}");
                self.output(Output { name: format!("{name}?"), unit: String::new(), value: there, round: None });
                self.output(Output { name, unit: unit.clone(), value, round });
            }
        }
        for report in &program.reports {
            let ty = program.nodes.get(report.value.ix()).map(|n| &n.ty);
            let sym = match ty {
                Some(Ty::Optional(_)) => self.get(report.value),
                _ => self.present(report.value),
            };
            let marks = self.tracker.get(report.value);
            self.trace(None, &marks);
            let name = format!("report.{}", report.name.id);
            match (&sym, ty) {
                (Sym::Number(x), Some(Ty::Number(u))) => {
                    let (unit, round) = (self.unit(*u), Some(report.round.unwrap_or(rounding)));
                    self.output(Output { name, unit, value: *x, round });
                }
                (Sym::Split(parts), Some(Ty::Split(u))) => {
                    let (unit, round) = (self.unit(*u), Some(report.round.unwrap_or(rounding)));
                    let value = sym::whole(&mut self.b, parts);
                    self.output(Output { name, unit, value, round });
                }
                (Sym::Bool(x), _) => self.output(Output { name, unit: String::new(), value: *x, round: None }),
                (sym, ty) => {
                    let found = ty.and_then(|ty| self.words(sym, ty));
                    let (value, of) = found.unwrap_or_else(|| {
                        self.fail("a report of such a value");
                        (self.b.add(Def::Fail), Arc::from([]))
                    });
                    if self.layout.wants(&name) {
                        self.b.words(Words { name, value, of });
                    } else {
                        self.b.demand(value);
                    }
                }
            }
        }
    }

    /// A value that is reported as a text: which of these it is.
    fn words(&mut self, sym: &Sym, ty: &Ty) -> Option<(Id, Arc<[String]>)> {
        match (sym, ty) {
            (Sym::Index(i), Ty::Enum(e)) => {
                let members = &self.program.enums.get(e.ix())?.members;
                Some((*i, members.iter().map(|m| m.id.clone()).collect()))
            }
            (Sym::Text(code), Ty::Text) => {
                // A text that the program does not know is the reference's to tell.
                let known = (0..self.texts.len() as u32).map(Some).chain([None]).collect();
                Some((self.b.add(Def::Pick(*code, known)), self.texts.clone().into()))
            }
            (Sym::Date(day), Ty::Date) => {
                let day = self.b.constant(*day).and_then(footrule_number::Number::to_i64)?;
                let text = footrule_runtime::day_text(footrule_runtime::day_of(day));
                Some((self.b.add(Def::Index(0)), Arc::from([text])))
            }
            (Sym::Absent, Ty::Optional(_)) => Some((self.b.add(Def::Index(0)), Arc::from([NOTHING.to_owned()]))),
            (Sym::Maybe(p, v), Ty::Optional(inner)) => {
                let (i, of) = self.words(v, inner)?;
                let none = self.b.add(Def::Index(of.len() as u32));
                let i = self.b.add(Def::Select(*p, i, none));
                Some((i, of.iter().cloned().chain([NOTHING.to_owned()]).collect()))
            }
            (sym, Ty::Optional(inner)) => self.words(sym, inner),
            _ => None,
        }
    }

    /// A figure if it is wanted; else it must still not fail.
    fn output(&mut self, output: Output) {
        if self.layout.wants(&output.name) {
            self.b.output(output);
        } else {
            self.b.demand(output.value);
        }
    }

    fn unit(&self, u: UnitId) -> String {
        self.program.units.get(u.ix()).map_or_else(String::new, |u| u.text.clone())
    }

    /// The kernel, if some row can have a result.
    fn finish(self) -> Result<Kernel, NotNative> {
        let why = self.why;
        // What is given and not looked at would be passed over silently.
        let passed = self.layout.columns.iter().zip(&self.taken).find(|(c, taken)| c.kind != Kind::Opaque && !**taken);
        if let Some((column, _)) = passed {
            return Err(NotNative(format!("the column {} is read by the reference only", column.path)));
        }
        let kernel = self.b.finish();
        let never = |id: &Id| *kernel.def(*id) == Def::Bool(false);
        let hopeless = kernel.roots().any(|id| *kernel.def(id) == Def::Fail) || kernel.requires.iter().any(never);
        if hopeless || kernel.defs.len() > MAX_DEFS {
            return Err(NotNative(why.unwrap_or("no row of these columns can have a result").to_owned()));
        }
        Ok(kernel)
    }
}
