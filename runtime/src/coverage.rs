//! Which parts of a rule its tests evaluate: statements and their clauses, arms of choices, rows of data.
//!
//! Guarantees: a recorder changes no value and no order of evaluation; without one nothing is recorded and an
//! evaluation costs what it did before (one test of an absent option for each region). Parts that only a test reads
//! are no part of the rule. A choice inside a function counts once, wherever the function is called.
//!
//! Must not: judge. How much is enough is the reader's question.

use crate::value::Value;
use crate::walk::{Closure, Refs, records_of};
use footrule_diag::FileSpan;
use footrule_mir::{Cell, LineGas, LineId, LineOrigin, NodeId, Op, Piece, PlaceId, Program, RegionId, StageRef, Ty};
use serde::Serialize;
use std::cell::{Cell as Flag, RefCell};
use std::collections::{BTreeMap, HashMap};

/// What the evaluations of a program touched so far.
#[derive(Debug, Clone)]
pub struct Recorder {
    nodes: Vec<Flag<bool>>,
    regions: Vec<Flag<bool>>,
    lines: Vec<Flag<bool>>,
    inputs: Vec<Flag<bool>>,
    tables: Vec<Vec<Flag<bool>>>,
    params: Vec<Vec<Flag<bool>>>,
    /// Every value of a node, in order, if someone wants them.
    values: Option<RefCell<Vec<(NodeId, Value)>>>,
}

fn mark(flags: &[Flag<bool>], ix: usize) {
    if let Some(flag) = flags.get(ix) {
        flag.set(true);
    }
}

fn marked(flags: &[Flag<bool>], ix: usize) -> bool {
    flags.get(ix).is_some_and(Flag::get)
}

impl Recorder {
    /// A recorder for one program, in which nothing is touched.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let flags = |n: usize| vec![Flag::new(false); n];
        Self {
            nodes: flags(program.nodes.len()),
            regions: flags(program.regions.len()),
            lines: flags(program.lines.len()),
            inputs: flags(program.inputs.len()),
            tables: program.tables.iter().map(|t| flags(t.rows.len())).collect(),
            params: program.params.iter().map(|p| flags(p.rows.len())).collect(),
            values: None,
        }
    }

    /// A recorder that also keeps every value of every node: for checks of what is claimed of a program.
    #[must_use]
    pub fn with_values(program: &Program) -> Self {
        Self { values: Some(RefCell::default()), ..Self::new(program) }
    }

    /// The values that were kept, in order of evaluation; they are kept no longer.
    #[must_use]
    pub fn take_values(&self) -> Vec<(NodeId, Value)> {
        self.values.as_ref().map(RefCell::take).unwrap_or_default()
    }

    /// A node was evaluated; one without a value does not count.
    pub(crate) fn node(&self, id: NodeId, value: &Value) {
        if !matches!(value, Value::Err(_)) {
            mark(&self.nodes, id.ix());
            if let Some(values) = &self.values {
                values.borrow_mut().push((id, value.clone()));
            }
        }
    }

    pub(crate) fn region(&self, id: RegionId) {
        mark(&self.regions, id.ix());
    }

    /// A line has an item with a value.
    pub(crate) fn line(&self, id: LineId) {
        mark(&self.lines, id.ix());
    }

    /// A test gives this input.
    pub(crate) fn input(&self, ix: usize) {
        mark(&self.inputs, ix);
    }

    pub(crate) fn table_row(&self, table: usize, row: u32) {
        if let Some(rows) = self.tables.get(table) {
            mark(rows, row as usize);
        }
    }

    pub(crate) fn param_row(&self, param: usize, row: u32) {
        if let Some(rows) = self.params.get(param) {
            mark(rows, row as usize);
        }
    }
}

/// What a part of a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// An input: covered if a test gives it, not by its default.
    Input,
    /// A definition: covered if it got a value.
    Definition,
    /// A line: covered if it applied and had an item.
    Line,
    /// A requirement or a warning: covered if its condition was decided.
    Check,
    /// A report: covered if it got a value.
    Report,
    /// An arm of `if`, `match`, `first of`, `one of`: covered if it was chosen.
    Arm,
    /// A row of a table: covered if it was read.
    TableRow,
    /// A value of a parameter: covered if it was read.
    ParamRow,
}

/// A part of a rule that tests reach or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// What it is called: an identifier, `if: else`, `grid_cn[2024]`.
    pub name: String,
    /// Clause, without `§`; empty if it has none.
    pub clause: String,
    /// Where it stands.
    #[serde(skip)]
    pub at: FileSpan,
    /// A test reaches it.
    pub covered: bool,
}

/// A clause, covered if all its statements are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// Without `§`.
    pub clause: String,
    /// How many statements it has.
    pub statements: usize,
    /// How many of them tests reach.
    pub covered: usize,
}

/// What all tests of a rule reach together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Clauses of the rule's own file, in order of text.
    pub clauses: Vec<Clause>,
    /// Statements of the rule's own file.
    pub statements: Vec<Part>,
    /// Arms of choices, in the rule's own file.
    pub branches: Vec<Part>,
    /// Rows of tables and parameters, in the rule's own file.
    pub rows: Vec<Part>,
    /// Arms and rows in the modules that the rule uses.
    pub modules: Vec<Part>,
}

/// How many of these parts are covered.
#[must_use]
pub fn covered(parts: &[Part]) -> usize {
    parts.iter().filter(|p| p.covered).count()
}

impl Coverage {
    /// Sums up what was recorded; `own` is the key of the rule's file.
    #[must_use]
    pub fn of(program: &Program, seen: &Recorder, own: &str) -> Self {
        let mut all = Self::default();
        let statements = statements(program, seen).into_iter().filter(|p| p.at.file == own);
        all.statements = sorted(statements.collect());
        for part in all.statements.iter().filter(|p| !p.clause.is_empty()) {
            let at = all.clauses.iter().position(|c| c.clause == part.clause).unwrap_or_else(|| {
                all.clauses.push(Clause { clause: part.clause.clone(), statements: 0, covered: 0 });
                all.clauses.len() - 1
            });
            all.clauses[at].statements += 1;
            all.clauses[at].covered += usize::from(part.covered);
        }
        let (mine, theirs): (Vec<Part>, Vec<Part>) = arms(program, seen).into_iter().partition(|p| p.at.file == own);
        let (rows, foreign): (Vec<Part>, Vec<Part>) = rows(program, seen).into_iter().partition(|p| p.at.file == own);
        all.branches = sorted(mine);
        all.rows = sorted(rows);
        all.modules = sorted(theirs.into_iter().chain(foreign).collect());
        all
    }
}

/// In order of text. The sort is stable: parts of one place keep their order.
fn sorted(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by(|a, b| (&a.at.file, a.at.span.start).cmp(&(&b.at.file, b.at.span.start)));
    parts
}

fn at(program: &Program, place: PlaceId) -> FileSpan {
    let nowhere = || FileSpan { file: String::new(), span: footrule_diag::Span::new(0, 0) };
    program.places.get(place.ix()).cloned().unwrap_or_else(nowhere)
}

fn statements(program: &Program, seen: &Recorder) -> Vec<Part> {
    let part = |kind, name: &footrule_mir::Named, place: PlaceId, covered| Part {
        kind,
        name: name.id.clone(),
        clause: name.clause.clone(),
        at: at(program, place),
        covered,
    };
    let mut out = Vec::new();
    for (i, x) in program.inputs.iter().enumerate() {
        out.push(part(PartKind::Input, &x.name, x.place, marked(&seen.inputs, i)));
    }
    for x in &program.defs {
        out.push(part(PartKind::Definition, &x.name, x.place, marked(&seen.nodes, x.node.ix())));
    }
    for (i, x) in program.lines.iter().enumerate() {
        out.push(part(PartKind::Line, &x.name, x.place, marked(&seen.lines, i)));
    }
    for x in &program.checks {
        let mut check = part(PartKind::Check, &x.name, x.place, marked(&seen.regions, x.condition.ix()));
        if check.name.is_empty() {
            check.name.clone_from(&x.formula);
        }
        out.push(check);
    }
    for x in &program.reports {
        out.push(part(PartKind::Report, &x.name, x.place, marked(&seen.nodes, x.value.ix())));
    }
    out
}

/// The nodes that the rule itself may evaluate: all but those that only its tests read.
fn of_the_rule(program: &Program) -> Closure {
    let mut start = Refs::default();
    start.regions.extend(program.root.iter().chain(&program.results));
    for input in &program.inputs {
        start.regions.extend(input.default.iter().copied().chain(input.factor.as_ref().map(|f| f.value)));
        start.regions.extend(input.when.as_ref().map(|w| w.region));
        start.records.extend(records_of(&input.ty));
    }
    for line in &program.lines {
        start.nodes.extend(line.value);
        start.regions.extend(line.named.iter().chain(&line.when));
        for level in line.over.iter().flat_map(|l| &l.levels) {
            start.regions.extend([level.list, level.head].into_iter().chain(level.filter));
            start.regions.extend(level.series.map(|s| s.at));
        }
        start.regions.extend(line.over.as_ref().map(|l| l.body));
        if let StageRef::Region(r) = line.stage {
            start.regions.push(r);
        }
        if let LineGas::Region(r) = line.gas {
            start.regions.push(r);
        }
        if let LineOrigin::Split(shares) = &line.origin {
            start.regions.extend(shares.iter().filter_map(|(_, r)| *r));
        }
    }
    for check in program.checks.iter().chain(program.records.iter().flat_map(|r| &r.requires)) {
        start.regions.push(check.condition);
        start.regions.extend(check.zh.iter().chain(&check.en).filter_map(|p| match p {
            Piece::Value(r) => Some(*r),
            Piece::Text(_) => None,
        }));
    }
    start.nodes.extend(program.reports.iter().map(|r| r.value));
    let mut closure = Closure::default();
    closure.extend(program, start, |_| false);
    closure
}

/// An arm: its name, its region, and the region whose text marks it.
type Arm = (String, RegionId, RegionId);

fn arms(program: &Program, seen: &Recorder) -> Vec<Part> {
    let mut nodes: Vec<NodeId> = of_the_rule(program).nodes.into_iter().collect();
    nodes.sort_unstable();
    // By the choice's place and the arm's number: a function that is called twice has its choices once.
    let mut found: BTreeMap<(PlaceId, usize), Part> = BTreeMap::new();
    for id in nodes {
        let Some(node) = program.nodes.get(id.ix()) else { continue };
        let (word, arms) = match &node.op {
            // Lines that apply under a condition are zero elsewhere; nobody wrote that choice.
            Op::If(_, _, no) if place_of(program, *no) == Some(node.place) => continue,
            Op::If(_, yes, no) => ("if", vec![("then".to_owned(), *yes, *yes), ("else".to_owned(), *no, *no)]),
            Op::Match(of, regions) => ("match", match_arms(program, *of, regions)),
            Op::FirstOf(arms, rest) => {
                let arms = arms.iter().enumerate().map(|(i, (c, v))| (format!("arm {}", i + 1), *v, *c));
                ("first of", arms.chain(rest.map(|r| ("otherwise".to_owned(), r, r))).collect())
            }
            Op::OneOf(arms) => {
                let arms = arms.iter().enumerate().map(|(i, (c, v, _))| (format!("arm {}", i + 1), *v, *c));
                ("one of", arms.collect())
            }
            _ => continue,
        };
        let choice = at(program, node.place);
        for (i, (name, region, shown)) in arms.into_iter().enumerate() {
            let covered = marked(&seen.regions, region.ix());
            let part = found.entry((node.place, i)).or_insert_with(|| Part {
                kind: PartKind::Arm,
                name: format!("{word}: {name}"),
                clause: String::new(),
                at: inside(program, &choice, shown),
                covered: false,
            });
            part.covered |= covered;
        }
    }
    found.into_values().collect()
}

/// Members that share an arm share its region.
fn match_arms(program: &Program, of: NodeId, regions: &[RegionId]) -> Vec<Arm> {
    let members = program.nodes.get(of.ix()).and_then(|n| match &n.ty {
        Ty::Enum(e) => program.enums.get(e.ix()),
        _ => None,
    });
    let mut arms: Vec<Arm> = Vec::new();
    let mut known: HashMap<RegionId, usize> = HashMap::new();
    for (i, region) in regions.iter().enumerate() {
        let member = members.and_then(|e| e.members.get(i)).map_or_else(|| format!("#{i}"), |m| m.id.clone());
        match known.get(region) {
            Some(&k) => {
                arms[k].0.push_str(", ");
                arms[k].0.push_str(&member);
            }
            None => {
                known.insert(*region, arms.len());
                arms.push((member, *region, *region));
            }
        }
    }
    arms
}

fn place_of(program: &Program, region: RegionId) -> Option<PlaceId> {
    let value = program.regions.get(region.ix())?.value?;
    program.nodes.get(value.ix()).map(|n| n.place)
}

/// The place of a region's value if it stands inside the choice, else the choice's.
fn inside(program: &Program, choice: &FileSpan, region: RegionId) -> FileSpan {
    let place = place_of(program, region).map(|p| at(program, p));
    let within =
        |p: &FileSpan| p.file == choice.file && choice.span.start <= p.span.start && p.span.end <= choice.span.end;
    place.filter(within).unwrap_or_else(|| choice.clone())
}

fn rows(program: &Program, seen: &Recorder) -> Vec<Part> {
    let part = |kind, name, place, covered| Part { kind, name, clause: String::new(), at: at(program, place), covered };
    let mut out = Vec::new();
    for (table, flags) in program.tables.iter().zip(&seen.tables) {
        for (i, row) in table.rows.iter().enumerate() {
            let id = row.values.iter().find_map(|c| match c {
                Cell::Factor(f) => program.factors.get(f.ix()).map(|f| f.id.as_str()),
                Cell::Const(_) => None,
            });
            // `pfc_slope[CWPB].cf4` names a cell; the row is what stands before the column.
            let name = id.and_then(|id| id.rfind(']').map(|end| id[..=end].to_owned()));
            let name = name.unwrap_or_else(|| format!("{}[#{}]", table.name.id, i + 1));
            out.push(part(PartKind::TableRow, name, row.place, marked(flags, i)));
        }
    }
    for (param, flags) in program.params.iter().zip(&seen.params) {
        for (i, row) in param.rows.iter().enumerate() {
            let Some(factor) = program.factors.get(row.factor.ix()) else { continue };
            out.push(part(PartKind::ParamRow, factor.id.clone(), factor.place, marked(flags, i)));
        }
    }
    out
}
