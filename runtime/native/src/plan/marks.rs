//! What values rest on, as far as a result tells it: parameters that were held with a warning, and whether masses of gases are
//! primary data.
//!
//! The reference keeps with each value what it was computed from, and follows what it really evaluates: of a choice the arm
//! that was taken, of a definition with exceptions what is in force. Here each mark has the condition under which a value has
//! it. Guarantees: in a row that has an answer a mark's condition holds exactly if the reference's value has the mark; where that
//! is not known the condition fails. Must not: do anything where nothing is told of it.

use super::Plan;
use super::early::{End, Known, by_mark};
use super::given::Datum;
use super::loops::Turn;
use super::rating::reads_rating;
use super::sym::{Sym, and, fold};
use crate::kernel::{Builder, Def, Fold, Id, Term, Told, Warning};
use footrule_mir::{Case, Day, Node, NodeId, Op, ParamId, Policy, Program, RegionId, ResultRef};
use footrule_number::Number;
use std::collections::BTreeMap;
use std::rc::Rc;

/// One thing that a value rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// A parameter whose value was held: which, of which row, and for which day if that is the same in all rows.
    Held(ParamId, u32, Option<Day>),
    /// A parameter or a table, of this score.
    Data(Id),
    /// Given numbers, of this score.
    Given(Id),
    /// Given numbers that are said to be secondary data.
    Secondary,
    /// What nobody gave.
    Assumed,
    /// The value is this datum itself, so that a part of it is a part of the datum.
    Datum(u32),
    /// What it rests on is not known.
    Unknown,
}

/// Marks, each where its condition holds; everywhere if there is none.
pub(super) type Marks = Rc<[(Mark, Option<Id>)]>;

/// Marks while they are collected.
#[derive(Debug, Clone, Default)]
pub(super) struct Found(BTreeMap<Mark, Option<Id>>);

impl Found {
    /// Adds marks where a condition holds.
    pub(super) fn add(&mut self, b: &mut Builder, when: Option<Id>, marks: &Marks) {
        for (mark, own) in marks.iter() {
            let c = and(b, when, *own);
            match c.and_then(|c| b.known_bool(c)) {
                Some(true) => self.put(b, *mark, None),
                Some(false) => {}
                None => self.put(b, *mark, c),
            }
        }
    }

    fn put(&mut self, b: &mut Builder, mark: Mark, when: Option<Id>) {
        match (self.0.get_mut(&mark), when) {
            (None, when) => drop(self.0.insert(mark, when)),
            (Some(slot), None) => *slot = None,
            (Some(Some(c)), Some(when)) if *c != when => *c = b.add(Def::Or(*c, when)),
            (Some(_), Some(_)) => {}
        }
    }

    pub(super) fn done(self) -> Marks {
        self.0.into_iter().collect()
    }
}

/// What is known of marks while a program is planned.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    /// Something is told of it.
    pub on: bool,
    /// Some parameter may be held with a warning.
    held: bool,
    /// Given data, parameters and tables are followed: something asks what they are.
    pub follows: bool,
    /// The share of primary data is read.
    pub primary: bool,
    /// A rating of the result is read.
    pub rated: bool,
    /// What masses of gases rest on decides about a figure, and is not followed.
    pub open: bool,
    /// The given data of which values may be a part.
    pub data: Vec<Datum>,
    /// Of each node, where it was evaluated last.
    of: Vec<Option<Marks>>,
    /// Of each input.
    pub inputs: Vec<Option<Marks>>,
    /// What the loops at hand met, the innermost last: in which turns, and what.
    met: Vec<Vec<(Turn, Marks)>>,
    /// Of what has just been evaluated, where that is not the union of the operands'.
    pub last: Option<Marks>,
    /// What the records of the input at hand took their defaults from.
    given: Found,
    /// Of all that a result tells of.
    pub traces: Found,
}

impl Tracker {
    pub(super) fn new(program: &Program, follow: bool) -> Self {
        let warns = |p: &Policy| matches!(p, Policy::Hold { warning: true, .. });
        let held = program.params.iter().any(|p| warns(&p.before) || warns(&p.after));
        let rated = program.nodes.iter().any(|n| reads_rating(&n.op));
        let primary = program.nodes.iter().any(|n| matches!(n.op, Op::Result(_, ResultRef::PrimaryShare)));
        Self {
            on: held || primary || rated || follow,
            held,
            follows: primary || rated || follow,
            primary,
            rated,
            of: vec![None; program.nodes.len()],
            inputs: vec![None; program.inputs.len()],
            ..Self::default()
        }
    }

    /// The marks of a node.
    pub(super) fn get(&self, n: NodeId) -> Marks {
        self.of.get(n.ix()).cloned().flatten().unwrap_or_default()
    }

    pub(super) fn set(&mut self, n: NodeId, marks: Marks) {
        if let Some(slot) = self.of.get_mut(n.ix()).filter(|_| self.on) {
            *slot = Some(marks);
        }
    }
}

impl<'p> Plan<'p> {
    /// Notes what a node rests on that has just been evaluated.
    pub(super) fn mark(&mut self, n: NodeId, node: &'p Node) {
        if !self.tracker.on {
            return;
        }
        let last = self.tracker.last.take();
        let marks = self.marks(node, last);
        self.tracker.set(n, marks);
    }

    fn marks(&mut self, node: &'p Node, last: Option<Marks>) -> Marks {
        let mut found = Found::default();
        for n in footrule_runtime::operands(&node.op) {
            let marks = match &node.op {
                Op::Field(a, k) => {
                    let marks = self.tracker.get(*a);
                    self.part(&marks, *k)
                }
                op if keeps(op) => self.tracker.get(n),
                _ => {
                    let marks = self.tracker.get(n);
                    self.settled(&marks)
                }
            };
            found.add(&mut self.b, None, &marks);
        }
        if self.tracker.follows {
            self.reads_data(&node.op, &mut found);
        }
        match &node.op {
            Op::Input(i) => return self.tracker.inputs.get(i.ix()).cloned().flatten().unwrap_or_default(),
            // A record is what its fields and defaults rest on, a loop what it met.
            Op::Record(..) | Op::Fold(..) => return last.unwrap_or_default(),
            Op::ParamAt(..) => found.add(&mut self.b, None, &last.unwrap_or_default()),
            Op::Factor(a) => {
                let value = self.get(*a);
                self.default_marks(&value, &mut found);
            }
            Op::And(a, r) => {
                let c = self.get(*a).bool(&mut self.b);
                self.mark_under(Some(c), *r, &mut found);
            }
            Op::Or(a, r) => {
                let c = self.get(*a).bool(&mut self.b);
                let not = self.b.add(Def::Not(c));
                self.mark_under(Some(not), *r, &mut found);
            }
            Op::OrElse(a, r) => match self.get(*a) {
                Sym::Absent => self.mark_under(None, *r, &mut found),
                Sym::Maybe(p, _) => {
                    let not = self.b.add(Def::Not(p));
                    self.mark_under(Some(not), *r, &mut found);
                }
                _ => {}
            },
            Op::If(c, yes, no) => {
                let c = self.get(*c).bool(&mut self.b);
                let not = self.b.add(Def::Not(c));
                self.mark_under(Some(c), *yes, &mut found);
                self.mark_under(Some(not), *no, &mut found);
            }
            Op::Match(a, arms) => {
                let index = self.get(*a).index(&mut self.b);
                for (k, r) in arms.iter().enumerate() {
                    let is = self.b.add(Def::Is(index, k as u32));
                    self.mark_under(Some(is), *r, &mut found);
                }
            }
            Op::FirstOf(arms, rest) => {
                let mut open = None;
                for (condition, value) in arms {
                    self.mark_under(open, *condition, &mut found);
                    let c = self.said(*condition);
                    let here = and(&mut self.b, open, Some(c));
                    self.mark_under(here, *value, &mut found);
                    let not = self.b.add(Def::Not(c));
                    open = and(&mut self.b, open, Some(not));
                    if self.b.known_bool(c) == Some(true) {
                        break;
                    }
                }
                if let Some(r) = rest {
                    self.mark_under(open, *r, &mut found);
                }
            }
            Op::OneOf(arms) => {
                for (condition, value, _) in arms {
                    self.mark_under(None, *condition, &mut found);
                    let c = self.said(*condition);
                    self.mark_under(Some(c), *value, &mut found);
                }
            }
            Op::Except(base, cases) => self.excepted(*base, cases, &mut found),
            _ => {}
        }
        found.done()
    }

    /// The marks of a region that has just been evaluated.
    pub(super) fn of_region(&self, r: RegionId) -> Marks {
        let value = self.program.regions.get(r.ix()).and_then(|r| r.value);
        value.map(|n| self.tracker.get(n)).unwrap_or_default()
    }

    /// Adds the marks of a region that is evaluated where a condition holds.
    pub(super) fn mark_under(&mut self, when: Option<Id>, r: RegionId, found: &mut Found) {
        // What is never evaluated has the marks of some other time.
        if when.and_then(|c| self.b.known_bool(c)) != Some(false) {
            let marks = self.of_region(r);
            found.add(&mut self.b, when, &marks);
        }
    }

    /// What a condition that has just been evaluated says.
    fn said(&mut self, r: RegionId) -> Id {
        match self.program.regions.get(r.ix()).and_then(|r| r.value) {
            Some(n) => self.get(n).bool(&mut self.b),
            None => self.b.add(Def::Fail),
        }
    }

    fn excepted(&mut self, base: RegionId, cases: &[Case], found: &mut Found) {
        let yes = self.b.bool(true);
        let mut applies: Vec<Id> = Vec::with_capacity(cases.len());
        for case in cases {
            let parent = case.parent.and_then(|p| applies.get(p as usize).copied()).unwrap_or(yes);
            self.mark_under(Some(parent), case.when, found);
            let holds = match self.b.known_bool(parent) {
                Some(false) => parent,
                _ => {
                    let c = self.said(case.when);
                    self.b.add(Def::And(parent, c))
                }
            };
            applies.push(holds);
        }
        let mut none = yes;
        for (i, (case, holds)) in cases.iter().zip(&applies).enumerate() {
            let mut free = *holds;
            for (_, inner) in cases.iter().zip(&applies).filter(|(c, _)| c.parent == Some(i as u32)) {
                let not = self.b.add(Def::Not(*inner));
                free = self.b.add(Def::And(free, not));
            }
            self.mark_under(Some(free), case.value, found);
            let not = self.b.add(Def::Not(free));
            none = self.b.add(Def::And(none, not));
        }
        self.mark_under(Some(none), base, found);
    }

    /// A loop begins.
    pub(super) fn begin_loop(&mut self) {
        self.tracker.met.push(Vec::new());
    }

    /// A loop met this in these turns.
    pub(super) fn meet(&mut self, turn: &Turn, marks: Marks) {
        if let (false, Some(met)) = (marks.is_empty(), self.tracker.met.last_mut()) {
            met.push((turn.clone(), marks));
        }
    }

    /// A loop ends: all that it met, under `when`. Of one that may end early, that is what it came to.
    pub(super) fn end_loop(&mut self, when: Option<Id>, ends: Option<&[End]>) -> Marks {
        let met = self.tracker.met.pop().unwrap_or_default();
        let settled = met.into_iter().map(|(turn, marks)| (turn, self.settled(&marks))).collect();
        let (mut found, mut known) = (Found::default(), Known::default());
        for (mark, mut turns) in by_mark(settled) {
            // A score of its own for each item that the loop comes to.
            let of_items = turns.iter().any(|(t, _)| self.of_item(mark, t));
            if let Some(ends) = ends {
                turns = self.come_to(turns, ends, &mut known, of_items);
            }
            if of_items {
                let all = self.gathered(turns.into_iter().map(|(turn, c)| (turn, mark, c)).collect());
                found.add(&mut self.b, when, &all);
                continue;
            }
            let yes = self.b.bool(true);
            let mut terms = Vec::with_capacity(turns.len());
            for (turn, c) in turns {
                terms.push(Term { over: turn.over, when: turn.when, value: c.unwrap_or(yes) });
            }
            let any = fold(&mut self.b, Fold::Any, terms);
            found.add(&mut self.b, when, &Marks::from([(mark, Some(any))]));
        }
        found.done()
    }

    /// A score that differs among the items of a turn.
    fn of_item(&self, mark: Mark, turn: &Turn) -> bool {
        matches!(mark, Mark::Given(s) | Mark::Data(s) if self.b.scope(s).iter().any(|l| turn.over.contains(l)))
    }

    /// What turns rest on together: each mark where some turn has it; of scores that differ among items the worst.
    pub(super) fn gathered(&mut self, of: Vec<(Turn, Mark, Option<Id>)>) -> Marks {
        let mut found = Found::default();
        let (yes, zero) = (self.b.bool(true), self.b.number(Number::ZERO));
        for (turn, mark, c) in of {
            let when = and(&mut self.b, turn.when, c);
            let any = Term { over: turn.over.clone(), when: None, value: when.unwrap_or(yes) };
            let any = fold(&mut self.b, Fold::Any, vec![any]);
            let mut own = mark;
            if let (true, Mark::Given(score) | Mark::Data(score)) = (self.of_item(mark, &turn), mark) {
                let worst = fold(&mut self.b, Fold::Max, vec![Term { over: turn.over, when, value: score }]);
                let score = self.b.add(Def::Select(any, worst, zero));
                own = if matches!(mark, Mark::Given(_)) { Mark::Given(score) } else { Mark::Data(score) };
            }
            found.add(&mut self.b, Some(any), &Marks::from([(own, None)]));
        }
        found.done()
    }

    /// Adds what the factor of an activity rests on.
    fn default_marks(&mut self, value: &Sym, found: &mut Found) {
        let value = match value {
            Sym::Maybe(_, v) => &**v,
            v => v,
        };
        if let Sym::Activity { rests, .. } = value {
            found.add(&mut self.b, None, rests);
        }
    }

    /// What the record at hand that is given took its defaults from, in the items of the lists at hand.
    pub(super) fn mark_given(&mut self, there: Id, marks: Marks) {
        let turn = Turn { over: self.active.clone(), when: Some(there), ..Turn::default() };
        let all = self.gathered(marks.iter().map(|(mark, c)| (turn.clone(), *mark, *c)).collect());
        let mut given = std::mem::take(&mut self.tracker.given);
        given.add(&mut self.b, None, &all);
        self.tracker.given = given;
    }

    /// What an input rests on: what its records took their defaults from, and its own default where it took that.
    pub(super) fn mark_input(
        &mut self,
        number: usize,
        applies: Option<Id>,
        own: &[(Option<Id>, RegionId)],
        datum: &Marks,
    ) {
        let given = std::mem::take(&mut self.tracker.given).done();
        let mut found = Found::default();
        found.add(&mut self.b, applies, &given);
        found.add(&mut self.b, applies, datum);
        for (when, r) in own {
            let when = and(&mut self.b, applies, *when);
            self.mark_under(when, *r, &mut found);
        }
        if let Some(slot) = self.tracker.inputs.get_mut(number).filter(|_| self.tracker.on) {
            *slot = Some(found.done());
        }
    }

    /// A result tells of this.
    pub(super) fn trace(&mut self, when: Option<Id>, marks: &Marks) {
        if !self.tracker.held {
            return;
        }
        let marks: &Marks = &marks.iter().filter(|(m, _)| matches!(m, Mark::Held(..))).copied().collect();
        let mut traces = std::mem::take(&mut self.tracker.traces);
        traces.add(&mut self.b, when, marks);
        self.tracker.traces = traces;
    }

    /// The warnings of parameters that are held, as the reference lists them.
    pub(super) fn tell_held(&mut self) {
        let traces = std::mem::take(&mut self.tracker.traces).done();
        let mut by_row: BTreeMap<(ParamId, u32), (Option<Day>, Found)> = BTreeMap::new();
        for (mark, c) in traces.iter() {
            let Mark::Held(param, row, day) = *mark else { continue };
            let slot = by_row.entry((param, row)).or_insert_with(|| (day, Found::default()));
            // Which of several days it is told for differs from row to row.
            slot.0 = slot.0.filter(|d| Some(*d) == day);
            slot.1.add(&mut self.b, None, &Marks::from([(Mark::Held(param, row, None), *c)]));
        }
        for ((param, row), (day, found)) in by_row {
            let Some(info) = self.program.params.get(param.ix()) else { continue };
            for (_, c) in found.done().iter() {
                let holds = match c {
                    Some(c) => self.b.add(Def::Not(*c)),
                    None => self.b.bool(false),
                };
                let told = Told::Held(param.0, row, day);
                self.b.warning(Warning { name: info.name.id.clone(), told, holds });
            }
        }
    }
}

/// Marks of one value where a condition holds, those of another elsewhere.
pub(super) fn either(b: &mut Builder, c: Id, yes: &Marks, no: &Marks) -> Marks {
    if yes.is_empty() && no.is_empty() {
        return Marks::default();
    }
    let (mut found, not) = (Found::default(), b.add(Def::Not(c)));
    found.add(b, Some(c), yes);
    found.add(b, Some(not), no);
    found.done()
}

/// Operations whose value may be a datum that they read, or a part of it.
fn keeps(op: &Op) -> bool {
    let part = matches!(op, Op::Amount(_) | Op::Factor(_) | Op::Unwrap(_) | Op::Present(_) | Op::Position(_));
    let choice = matches!(op, Op::And(..) | Op::Or(..) | Op::OrElse(..) | Op::If(..) | Op::Match(..));
    let by_key = matches!(op, Op::Lookup { .. } | Op::HasRow { .. } | Op::Interpolate { .. } | Op::Shares { .. });
    part || choice || by_key
}
