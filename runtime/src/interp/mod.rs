//! The reference interpreter: evaluates regions node by node.
//!
//! Guarantees: every node gets a value or the set of failures that prevent it; strict operations unite the sets
//! of their operands, lazy ones count only what they chose. Nothing recurses except the nesting of regions (at
//! most [`MAX_DEPTH`] deep). A malformed program yields `FailKind::Bug`, never a panic.
//! Must not: report anything to a user, or depend on the order in which nodes are asked for.

mod except;
mod fold;
mod ops;
mod param;
mod points;
mod record;
mod shares;

pub(crate) use except::ExceptTrace;
pub(crate) use ops::gas_key;
pub(crate) use record::{Problem, scaled, unit_of, violations};

use crate::coverage::Recorder;
use crate::given::Tree;
use crate::quality::{Rating, Score};
use crate::result::Figures;
use crate::touch::{Touch, Touches};
use crate::value::{Errs, FailKind, Failure, Value};
use crate::walk::{self, Closure, Refs};
use footrule_mir::{Cell, Const, Day, InputId, Node, NodeId, Op, PlaceId, Program, RegionId, ScenarioInfo};
use footrule_number::{NumError, Number};
use std::collections::HashMap;
use std::sync::Arc;

/// How deeply regions may nest.
pub(crate) const MAX_DEPTH: u32 = 256;

/// A value and what it was computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub value: Value,
    pub touches: Touches,
}

impl Slot {
    pub(crate) fn new(value: Value) -> Self {
        Self { value, touches: Touches::NONE }
    }
}

/// Memo of table look-ups: the row, or how many rows tie (0 for none).
type Found = Result<u32, u32>;

/// The state of one evaluation.
pub(crate) struct Interp<'p> {
    pub program: &'p Program,
    slots: Vec<Option<Slot>>,
    /// Position of a node in the root region, from 1; 0 for all others.
    root_position: Vec<u32>,
    /// Items of the enclosing loops.
    pub indices: Vec<u32>,
    /// Where in its list the item stands that a bound node holds.
    positions: HashMap<NodeId, u32>,
    depth: u32,
    pub period: Option<(Day, Day)>,
    pub inputs: Vec<Option<Slot>>,
    /// Figures of each product, once the lines are known.
    pub figures: Option<Result<Vec<Figures>, Errs>>,
    /// The reference flow of each product that has one, once they are known.
    pub references: Vec<Option<Number>>,
    /// A node that takes its value from this region, to learn what another basis of an allocation would give.
    pub forced: Option<(NodeId, RegionId)>,
    found: HashMap<(u32, Vec<param::Key>), Found>,
    /// Which sourced numbers are rows of parameters or tables: secondary data, unlike constants of nature.
    data: Vec<bool>,
    /// The rating of each sourced number that is a datum, by its source.
    ratings: Vec<Score>,
    /// The given data.
    pub given: Arc<Tree>,
    /// The scenario at hand.
    pub scenario: Option<&'p ScenarioInfo>,
    /// What definitions with exceptions came to, by node and items of the enclosing loops.
    pub excepted: HashMap<(NodeId, Vec<u32>), ExceptTrace>,
    /// Notes what is evaluated, if someone wants to know.
    pub seen: Option<&'p Recorder>,
}

impl<'p> Interp<'p> {
    pub(crate) fn new(program: &'p Program, period: Option<(Day, Day)>) -> Self {
        let mut root_position = vec![0; program.nodes.len()];
        let root = program.root.and_then(|r| program.regions.get(r.ix()));
        for (i, n) in root.iter().flat_map(|r| &r.nodes).enumerate() {
            if let Some(slot) = root_position.get_mut(n.ix()) {
                *slot = i as u32 + 1;
            }
        }
        Self {
            program,
            slots: vec![None; program.nodes.len()],
            root_position,
            indices: Vec::new(),
            positions: HashMap::new(),
            depth: 0,
            period,
            inputs: vec![None; program.inputs.len()],
            figures: None,
            references: vec![None; program.products.len()],
            forced: None,
            found: HashMap::new(),
            data: data(program),
            ratings: program.factors.iter().map(|f| rating(program, f)).collect(),
            given: Arc::default(),
            scenario: None,
            excepted: HashMap::new(),
            seen: None,
        }
    }

    /// True if a parameter or table was read.
    pub(crate) fn rests_on_data(&self, touches: &Touches) -> bool {
        touches.factors().any(|f| self.data.get(f.ix()).copied().unwrap_or(false))
    }

    /// What a number rests on that was computed from these.
    pub(crate) fn rating(&self, touches: &Touches) -> Rating {
        let of = |f: footrule_mir::FactorId| match self.data.get(f.ix()) {
            Some(true) => self.ratings.get(f.ix()).copied().unwrap_or(Score::Unrated),
            _ => Score::Nothing,
        };
        Rating { amount: self.given.score(touches), factor: touches.factors().map(of).max().unwrap_or_default() }
    }

    /// True if only primary data were read: given ones, and nothing that the rule assumes or brings along.
    pub(crate) fn rests_on_primary(&self, touches: &Touches) -> bool {
        self.given.primary(touches) && !self.rests_on_data(touches)
    }

    /// A failure of a node.
    pub(crate) fn fail(&self, id: NodeId, kind: FailKind) -> Errs {
        let place = self.program.nodes.get(id.ix()).map(|n| n.place).unwrap_or_default();
        self.fail_at(place, Some(id), 0, kind)
    }

    /// A failure at a place.
    pub(crate) fn fail_at(&self, place: PlaceId, node: Option<NodeId>, sub: u32, kind: FailKind) -> Errs {
        Errs::one(Failure { place, node, sub, indices: self.indices.clone(), kind })
    }

    /// An arithmetic failure of a node with operands `of`.
    pub(crate) fn num_fail(&mut self, id: NodeId, error: NumError, of: &[NodeId]) -> Value {
        let shown = of
            .iter()
            .map(|n| {
                let number = match self.get(*n).value {
                    Value::Number(x) => Some(x),
                    Value::Split(s) => s.whole().ok(),
                    _ => None,
                };
                (*n, number)
            })
            .collect();
        Value::Err(self.fail(id, FailKind::Num(error, shown)))
    }

    pub(crate) fn bug(&self, id: NodeId, what: &'static str) -> Value {
        Value::Err(self.fail(id, FailKind::Bug(what)))
    }

    /// The slot of a node that was evaluated before; root nodes are evaluated on demand.
    pub(crate) fn get(&mut self, id: NodeId) -> Slot {
        if let Some(Some(slot)) = self.slots.get(id.ix()) {
            return slot.clone();
        }
        if self.root_position.get(id.ix()).is_some_and(|p| *p > 0) {
            self.demand(id);
            if let Some(Some(slot)) = self.slots.get(id.ix()) {
                return slot.clone();
            }
        }
        Slot::new(self.bug(id, "a node is read before it is evaluated"))
    }

    pub(crate) fn set(&mut self, id: NodeId, slot: Slot) {
        if let Some(place) = self.slots.get_mut(id.ix()) {
            *place = Some(slot);
        }
    }

    /// Takes what a node holds, to be put back with [`Interp::restore`].
    pub(crate) fn take(&mut self, id: NodeId) -> Option<Slot> {
        self.slots.get_mut(id.ix()).and_then(Option::take)
    }

    pub(crate) fn restore(&mut self, id: NodeId, slot: Option<Slot>) {
        if let Some(place) = self.slots.get_mut(id.ix()) {
            *place = slot;
        }
    }

    /// Evaluates the root nodes that this one needs, in order.
    fn demand(&mut self, id: NodeId) {
        let mut closure = Closure::default();
        let start = Refs { nodes: vec![id], ..Refs::default() };
        closure.extend(self.program, start, |n| matches!(self.slots.get(n.ix()), Some(Some(_))));
        let position = |n: &NodeId| self.root_position.get(n.ix()).copied().unwrap_or(0);
        let mut order: Vec<(u32, NodeId)> =
            closure.nodes.iter().map(|n| (position(n), *n)).filter(|(p, _)| *p > 0).collect();
        order.sort_unstable();
        // Loops around the asker are no part of a root node's place.
        let indices = std::mem::take(&mut self.indices);
        for (_, n) in order {
            if matches!(self.slots.get(n.ix()), Some(None)) {
                self.step(n);
            }
        }
        self.indices = indices;
    }

    /// Evaluates one node of the region at hand.
    fn step(&mut self, id: NodeId) {
        let program = self.program;
        let Some(node) = program.nodes.get(id.ix()) else {
            return;
        };
        if matches!(node.op, Op::Bound) {
            return;
        }
        let slot = match self.forced {
            Some((forced, region)) if forced == id => self.region(region),
            _ => self.eval(id, node),
        };
        if let Some(seen) = self.seen {
            seen.node(id, &slot.value);
        }
        self.set(id, slot);
    }

    /// Evaluates the nodes of the root or results region; those evaluated on demand before are kept.
    pub(crate) fn run(&mut self, id: Option<RegionId>) {
        let program = self.program;
        let Some(region) = id.and_then(|r| program.regions.get(r.ix())) else {
            return;
        };
        for n in &region.nodes {
            if matches!(self.slots.get(n.ix()), Some(None)) {
                self.step(*n);
            }
        }
    }

    /// Evaluates a region and yields its value.
    pub(crate) fn region(&mut self, id: RegionId) -> Slot {
        let program = self.program;
        let Some(region) = program.regions.get(id.ix()) else {
            return Slot::new(Value::Err(self.fail_at(PlaceId(0), None, 0, FailKind::Bug("no such region"))));
        };
        if self.depth >= MAX_DEPTH {
            return Slot::new(Value::Err(self.fail_at(PlaceId(0), None, 0, FailKind::Bug("regions nest too deeply"))));
        }
        if let Some(seen) = self.seen {
            seen.region(id);
        }
        self.depth += 1;
        for n in &region.nodes {
            self.step(*n);
        }
        self.depth -= 1;
        match region.value {
            Some(n) => self.get(n),
            None => Slot::new(Value::Err(self.fail_at(PlaceId(0), None, 0, FailKind::Bug("region without a value")))),
        }
    }

    /// A region as a condition.
    pub(crate) fn condition(&mut self, id: RegionId) -> (Result<bool, Errs>, Touches) {
        let slot = self.region(id);
        let value = match slot.value {
            Value::Bool(b) => Ok(b),
            Value::Err(e) => Err(e),
            _ => Err(self.fail_at(PlaceId(0), None, 0, FailKind::Bug("condition is not true or false"))),
        };
        (value, slot.touches)
    }

    fn eval(&mut self, id: NodeId, node: &'p Node) -> Slot {
        match &node.op {
            Op::Const(c, factor) => {
                Slot { value: constant(c), touches: factor.map(|f| Touches::one(Touch::Factor(f))).unwrap_or_default() }
            }
            Op::Input(i) => self.input(id, *i),
            Op::Period => Slot::new(match self.period {
                Some((a, b)) => Value::Period(a, b),
                None => self.bug(id, "the period is not known"),
            }),
            Op::Bound => self.get(id),
            Op::Record(record, given) => self.record(id, *record, given),
            Op::List(items) => self.list(items),
            Op::And(..) | Op::Or(..) | Op::OrElse(..) | Op::If(..) | Op::Match(..) => self.choose(id, &node.op),
            Op::FirstOf(arms, rest) => self.first_of(id, arms, *rest),
            Op::OneOf(arms) => self.one_of(id, arms),
            Op::Except(base, cases) => self.except(id, *base, cases),
            Op::Fold(fold, l) => self.fold(id, *fold, l, &node.ty),
            Op::ParamAt(param, at) => self.param_at(id, *param, *at),
            Op::Lookup { table, keys, column } => self.lookup(id, *table, keys, *column),
            Op::Interpolate { table, keys, column, scale, offset } => {
                self.interpolate(id, *table, keys, *column, points::Axis { scale: *scale, offset: *offset })
            }
            Op::HasRow { table, keys } => self.has_row(id, *table, keys),
            Op::Column(row, column) => self.column(id, *row, *column),
            Op::Rows(table) => self.rows(id, *table),
            Op::Position(item) => self.position(id, *item),
            Op::Ordinal(of) => self.ordinal(id, *of),
            Op::Characterise { mass, gas, origin } => self.characterise(id, *mass, *gas, *origin),
            Op::Activity { .. } => self.activity(id, &node.op),
            Op::Shares { given, weights } => self.shares(id, *given, weights),
            Op::Result(product, what) => Slot::new(match &self.figures {
                Some(Ok(figures)) => match figures.get(product.ix()).map(|f| f.get(what)) {
                    Some(Ok(Some(x))) => Value::Number(x),
                    Some(Ok(None)) => Value::Err(self.fail(id, FailKind::NotRated(what.clone()))),
                    Some(Err(e)) => self.num_fail(id, e, &[]),
                    None => self.bug(id, "no such product"),
                },
                Some(Err(e)) => Value::Err(e.clone()),
                None => self.bug(id, "a result is read before the lines are known"),
            }),
            Op::Reference(product) => Slot::new(match &self.figures {
                Some(Err(e)) => Value::Err(e.clone()),
                _ => Value::Number(self.references.get(product.ix()).copied().flatten().unwrap_or(Number::ONE)),
            }),
            op => self.strict(id, op),
        }
    }

    fn input(&mut self, id: NodeId, input: InputId) -> Slot {
        match self.inputs.get(input.ix()) {
            Some(Some(slot)) => slot.clone(),
            _ => Slot::new(self.bug(id, "an input is read before it is known")),
        }
    }

    /// Operands of a strict operation: the values, or the union of their failures; and the union of what was read.
    pub(crate) fn operands<const N: usize>(&mut self, ids: [NodeId; N]) -> (Result<[Value; N], Errs>, Touches) {
        let mut touches = Touches::NONE;
        let values = ids.map(|n| {
            let slot = self.get(n);
            touches.absorb(&slot.touches);
            slot.value
        });
        let touches = touches.settled();
        match Errs::union(values.iter().filter_map(Value::errs)) {
            Some(e) => (Err(e), touches),
            None => (Ok(values), touches),
        }
    }
}

pub(crate) fn data(program: &Program) -> Vec<bool> {
    let mut data = vec![false; program.factors.len()];
    let rows = program.params.iter().flat_map(|p| &p.rows).map(|r| r.factor);
    let cells = program.tables.iter().flat_map(|t| &t.rows).flat_map(|r| &r.values).filter_map(|c| match c {
        Cell::Factor(f) => Some(*f),
        Cell::Const(_) => None,
    });
    let scenarios = program.scenarios.iter().flat_map(|s| &s.params).map(|(_, f, _)| *f);
    for f in rows.chain(cells).chain(scenarios) {
        if let Some(is) = data.get_mut(f.ix()) {
            *is = true;
        }
    }
    data
}

/// The rating that the source of a number states.
pub(crate) fn rating(program: &Program, factor: &footrule_mir::FactorInfo) -> Score {
    let source = factor.source.and_then(|s| program.sources.get(s.ix()));
    let entries = source.map(|s| s.entries.as_slice()).unwrap_or_default();
    // In a source the indicators stand under their own names.
    let named = entries.iter().map(|(k, v)| match k.as_str() {
        "quality" => (k.clone(), v.as_str()),
        k => (format!("quality.{k}"), v.as_str()),
    });
    let named: Vec<(String, &str)> = named.collect();
    let stated = footrule_mir::quality::rating(named.iter().map(|(k, v)| (k.as_str(), *v))).ok().flatten();
    stated.map_or(Score::Unrated, Score::Rated)
}

/// The value of a constant.
pub(crate) fn constant(c: &Const) -> Value {
    match c {
        Const::Number(x) => Value::Number(*x),
        Const::Bool(b) => Value::Bool(*b),
        Const::Text(t) => Value::text(t),
        Const::Date { year, month, day } => Value::Date((*year, *month, *day)),
        Const::Enum(e, m) => Value::Enum(*e, *m),
        Const::Absent => Value::Absent,
    }
}

/// The order in which inputs can be decoded: those that defaults of others read come first.
#[must_use]
pub fn input_order(program: &Program) -> Vec<usize> {
    let needs: Vec<Vec<usize>> = program
        .inputs
        .iter()
        .map(|input| {
            let mut start = Refs::default();
            start.regions.extend(input.default.iter().copied().chain(input.factor.as_ref().map(|f| f.value)));
            start.regions.extend(input.when.as_ref().map(|w| w.region));
            start.records.extend(walk::records_of(&input.ty));
            let mut closure = Closure::default();
            closure.extend(program, start, |_| false);
            let inputs = closure.nodes.iter().filter_map(|n| match program.nodes.get(n.ix()).map(|n| &n.op) {
                Some(Op::Input(i)) => Some(i.ix()),
                _ => None,
            });
            inputs.collect()
        })
        .collect();
    let mut done = vec![false; needs.len()];
    let mut order = Vec::with_capacity(needs.len());
    loop {
        let before = order.len();
        for i in 0..needs.len() {
            if !done[i] && needs[i].iter().all(|j| done.get(*j).copied().unwrap_or(true)) {
                done[i] = true;
                order.push(i);
            }
        }
        if order.len() == before {
            break;
        }
    }
    order.extend((0..needs.len()).filter(|i| !done[*i]));
    order
}
