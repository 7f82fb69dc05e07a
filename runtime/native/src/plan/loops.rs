//! Loops: what is known is written out, what stands in columns becomes a fold.

use super::Plan;
use super::sym::{Gas, Key, Segment, Sym, and, compare, fold, merged};
use crate::kernel::{Def, Fold, Id, ListId, Term};
use footrule_mir::{Cmp, Fold as Over, Loop, NodeId, Part, Ty};
use footrule_number::Number;
use std::rc::Rc;

/// Most combinations of known items that are written out.
const MAX_TURNS: usize = 20_000;

/// One turn of a loop, which may stand for many.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    pub over: Vec<ListId>,
    pub when: Option<Id>,
}

impl<'p> Plan<'p> {
    /// Calls `visit` for each turn of a loop. A condition that fails is a failure of what is made of the turns.
    pub(super) fn each_turn(&mut self, l: &'p Loop, visit: &mut dyn FnMut(&mut Self, &Turn)) -> bool {
        let mut left = MAX_TURNS;
        self.level(l, 0, &Turn::default(), &mut left, visit)
    }

    /// False if the loop cannot be followed.
    fn level(
        &mut self,
        l: &'p Loop,
        depth: usize,
        turn: &Turn,
        left: &mut usize,
        visit: &mut dyn FnMut(&mut Self, &Turn),
    ) -> bool {
        let Some(level) = l.levels.get(depth) else {
            *left = left.saturating_sub(1);
            visit(self, turn);
            return *left > 0;
        };
        let list = self.region(level.list);
        let Sym::List(segments) = list else {
            self.fail("a loop over what is no list of columns");
            return false;
        };
        let known = segments.iter().all(|s| s.over.is_empty() && s.when.is_none());
        let part = match &level.series {
            None => 0..segments.len(),
            Some(series) => {
                let at = self.region(series.at).number(&mut self.b);
                let at = self.b.constant(at).and_then(Number::to_i64).and_then(|i| usize::try_from(i).ok());
                match at.filter(|i| known && *i < segments.len()) {
                    Some(at) => match series.part {
                        Part::From => at..segments.len(),
                        Part::After => at + 1..segments.len(),
                        Part::Before => 0..at,
                        Part::To => 0..at + 1,
                    },
                    None => {
                        self.fail("part of a list in columns");
                        return false;
                    }
                }
            }
        };
        let outer = self.take(level.bound);
        let mut ok = true;
        for i in part {
            let Some(segment) = segments.get(i) else { break };
            // Two loops over one list would not know whose item is meant.
            if segment.over.iter().any(|l| self.active.contains(l)) {
                self.fail("a loop inside another over the same list");
                ok = false;
                break;
            }
            let before = self.active.len();
            self.active.extend(&segment.over);
            self.set(level.bound, segment.value.clone());
            self.positions.insert(level.bound, known.then_some(i as u64));
            let when = and(&mut self.b, turn.when, segment.when);
            ok = self.item(l, depth, &Turn { over: joined(&turn.over, &segment.over), when }, left, visit);
            self.active.truncate(before);
            if !ok {
                break;
            }
        }
        if let Some(slot) = self.slots.get_mut(level.bound.ix()) {
            *slot = outer;
        }
        ok
    }

    fn item(
        &mut self,
        l: &'p Loop,
        depth: usize,
        turn: &Turn,
        left: &mut usize,
        visit: &mut dyn FnMut(&mut Self, &Turn),
    ) -> bool {
        let program = self.program;
        let Some(level) = l.levels.get(depth) else { return false };
        for n in program.regions.get(level.head.ix()).iter().flat_map(|r| &r.nodes) {
            self.step(*n);
        }
        let Some(filter) = level.filter else {
            return self.level(l, depth + 1, turn, left, visit);
        };
        let holds = self.condition(filter);
        match self.b.known_bool(holds) {
            Some(false) => true,
            Some(true) => self.level(l, depth + 1, turn, left, visit),
            None => {
                let when = and(&mut self.b, turn.when, Some(holds));
                self.level(l, depth + 1, &Turn { when, over: turn.over.clone() }, left, visit)
            }
        }
    }

    /// The position of an item in a list of known items.
    pub(super) fn position(&mut self, item: NodeId) -> Sym {
        match self.positions.get(&item) {
            Some(Some(i)) => Sym::Number(self.b.number(Number::from(*i))),
            _ => self.fail("the position in a list in columns"),
        }
    }

    pub(super) fn fold(&mut self, kind: Over, l: &'p Loop, ty: &Ty) -> Sym {
        let mut turns: Vec<(Turn, Sym)> = Vec::new();
        let ok = self.each_turn(l, &mut |p, turn| {
            let value = if kind == Over::Count { Sym::Absent } else { p.region(l.body) };
            turns.push((turn.clone(), value));
        });
        if !ok {
            return Sym::Fail("a loop that cannot be followed");
        }
        let one = self.b.number(Number::ONE);
        let terms = |p: &mut Self, of: fn(&Sym, &mut crate::kernel::Builder) -> Id| -> Vec<Term> {
            turns.iter().map(|(t, v)| term(t, of(v, &mut p.b))).collect()
        };
        let kind = match kind {
            Over::List => {
                return Sym::List(
                    turns.into_iter().map(|(t, value)| Segment { over: t.over, when: t.when, value }).collect(),
                );
            }
            Over::Sum if matches!(ty, Ty::Split(_)) => {
                // A sum over no item has no parts.
                if turns.iter().any(|(t, _)| !t.over.is_empty() || t.when.is_some()) {
                    self.b.varying();
                }
                return self.sum_parts(&turns);
            }
            Over::Any | Over::All => {
                let kind = if kind == Over::Any { Fold::Any } else { Fold::All };
                let terms = terms(self, |v, b| v.bool(b));
                return Sym::Bool(fold(&mut self.b, kind, terms));
            }
            Over::Count => {
                let terms = turns.iter().map(|(t, _)| term(t, one)).collect();
                return Sym::Number(fold(&mut self.b, Fold::Count, terms));
            }
            Over::Sum => Fold::Sum,
            Over::Product => Fold::Product,
            Over::Min => Fold::Min,
            Over::Max => Fold::Max,
            Over::Mean => Fold::Mean,
        };
        let terms = terms(self, |v, b| v.number(b));
        Sym::Number(fold(&mut self.b, kind, terms))
    }

    /// The exact sum of parts, key by key. Gases that are not known are told apart.
    fn sum_parts(&mut self, turns: &[(Turn, Sym)]) -> Sym {
        let mut sums: Vec<(Key, Vec<Term>)> = Vec::new();
        for (turn, value) in turns {
            let parts = value.parts(&mut self.b);
            for (key, value) in parts.iter() {
                let cases = self.known_gases(*key, *value, &turn.over);
                for (key, value) in cases {
                    let term = term(turn, value);
                    match sums.iter_mut().find(|(k, _)| *k == key) {
                        Some((_, terms)) => terms.push(term),
                        None => sums.push((key, vec![term])),
                    }
                }
            }
        }
        let parts: Vec<(Key, Id)> =
            sums.into_iter().map(|(k, terms)| (k, fold(&mut self.b, Fold::Sum, terms))).collect();
        Sym::Split(merged(&mut self.b, parts))
    }

    /// A part whose gas depends on items of these lists cannot leave them: one part for each gas instead.
    fn known_gases(&mut self, key: Key, value: Id, over: &[ListId]) -> Vec<(Key, Id)> {
        let Gas::Of(index) = key.gas else { return vec![(key, value)] };
        if !self.b.scope(index).iter().any(|l| over.contains(l)) {
            return vec![(key, value)];
        }
        self.by_gas(key, index, value)
    }

    /// One part for each gas: the value where it is the gas, 0 elsewhere.
    fn by_gas(&mut self, key: Key, index: Id, value: Id) -> Vec<(Key, Id)> {
        let zero = self.b.number(Number::ZERO);
        let gases = 0..self.program.gases.len() as u32;
        gases
            .map(|g| {
                let is = self.b.add(Def::Is(index, g));
                let part = self.b.add(Def::Select(is, value, zero));
                (Key { gas: Gas::Known(footrule_mir::GasId(g)), ..key }, part)
            })
            .collect()
    }

    /// Every number of a value (below lists) compared with a bound.
    pub(super) fn all_of(&mut self, value: &Sym, cmp: Cmp, bound: Number) -> Id {
        let bound_id = self.b.number(bound);
        match value {
            Sym::List(segments) => {
                let segments = Rc::clone(segments);
                let mut terms = Vec::new();
                for s in segments.iter() {
                    let value = self.all_of(&s.value, cmp, bound);
                    terms.push(Term { over: s.over.clone(), when: s.when, value });
                }
                fold(&mut self.b, Fold::All, terms)
            }
            Sym::Number(x) => compare(&mut self.b, cmp, *x, bound_id),
            Sym::Activity { amount, .. } => compare(&mut self.b, cmp, *amount, bound_id),
            Sym::Split(parts) => {
                let whole = super::sym::whole(&mut self.b, parts);
                compare(&mut self.b, cmp, whole, bound_id)
            }
            Sym::Maybe(p, v) => {
                let inner = self.all_of(v, cmp, bound);
                let not = self.b.add(Def::Not(*p));
                self.b.add(Def::Or(not, inner))
            }
            Sym::Fail(_) => self.b.add(Def::Fail),
            _ => self.b.bool(true),
        }
    }
}

/// A term of a fold.
fn term(turn: &Turn, value: Id) -> Term {
    Term { over: turn.over.clone(), when: turn.when, value }
}

fn joined(a: &[ListId], b: &[ListId]) -> Vec<ListId> {
    a.iter().chain(b).copied().collect()
}
