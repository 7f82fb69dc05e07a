//! Loops: what is known is written out, what stands in columns becomes a fold.

use super::Plan;
use super::series::Place;
use super::sym::{Gas, Key, NO_LIST, Part, Segment, Sym, and, by_gas, compare, fold, merged, mixed, select};
use super::terms::TermSum;
use crate::kernel::{Builder, Def, Fold, Id, ListId, Term};
use footrule_mir::{Cmp, Fold as Over, Loop, Ty};
use footrule_number::Number;
use std::rc::Rc;

/// Most combinations of known items that are written out.
const MAX_TURNS: usize = 20_000;

/// A level of a loop in one of its turns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Step {
    /// Which segment of the level's list.
    pub segment: usize,
    /// The lists whose items it has.
    pub over: Vec<ListId>,
}

/// One turn of a loop, which may stand for many.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    pub over: Vec<ListId>,
    pub when: Option<Id>,
    /// It is none: where there is such a turn, the loop fails.
    pub fails: bool,
    /// Where it stands among the turns, level by level.
    pub steps: Vec<Step>,
}

impl Turn {
    /// The same with further lists, and a further condition.
    fn further(&self, b: &mut Builder, over: &[ListId], when: Option<Id>) -> Self {
        let when = and(b, self.when, when);
        Self { over: joined(&self.over, over), when, fails: self.fails, steps: self.steps.clone() }
    }

    /// The same with an item of a further level.
    fn at(mut self, segment: usize, over: &[ListId]) -> Self {
        self.steps.push(Step { segment, over: over.to_vec() });
        self
    }
}

impl<'p> Plan<'p> {
    /// Calls `visit` for each turn of a loop. A condition that fails is a failure of what is made of the turns, and so is a
    /// turn that fails. Where what is yielded does not hold, the loop fails; none if it cannot be followed. The caller ends the loop
    /// ([`Plan::end_loop`]).
    pub(super) fn each_turn(&mut self, l: &'p Loop, visit: &mut dyn FnMut(&mut Self, &Turn)) -> Option<Id> {
        let mut left = MAX_TURNS;
        self.begin_loop();
        let outer = self.missing.take();
        let ok = self.level(l, 0, &Turn::default(), &mut left, visit);
        let sound = std::mem::replace(&mut self.missing, outer);
        match sound {
            _ if !ok => None,
            None => Some(self.b.bool(true)),
            sound => sound,
        }
    }

    /// In a turn there is no list: the loop fails there. Inside an item of another list that is a turn of its own.
    pub(super) fn no_list(&mut self, turn: &Turn, gone: Id, visit: &mut dyn FnMut(&mut Self, &Turn)) {
        if turn.over.is_empty() && turn.when.is_none() {
            let there = self.b.add(Def::Not(gone));
            self.missing = and(&mut self.b, self.missing, Some(there));
        } else if self.b.known_bool(gone) != Some(false) {
            let turn = turn.further(&mut self.b, &[], Some(gone));
            visit(self, &Turn { fails: true, ..turn });
        }
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
        let rests_on = self.of_region(level.list);
        self.meet(turn, rests_on.clone());
        let (list, turn) = match list {
            // Where there is no list the loop fails, whatever is made of its turns.
            Sym::Maybe(p, list) => {
                let gone = self.b.add(Def::Not(p));
                self.no_list(turn, gone, visit);
                ((*list).clone(), &turn.further(&mut self.b, &[], Some(p)))
            }
            list => (list, turn),
        };
        if matches!(list, Sym::Absent) {
            // Nothing is looked at that is not there.
            let gone = self.b.bool(true);
            self.no_list(turn, gone, visit);
            return true;
        }
        let Sym::List(segments) = list else {
            self.fail("a loop over what is no list of columns");
            return false;
        };
        let named = Rc::clone(&segments);
        let Some(segments) = self.not_again(segments) else {
            self.fail("a loop inside another over the same list");
            return false;
        };
        let part = level.series.as_ref().map(|series| self.part_of(series, &named, turn, visit));
        let outer = self.take(level.bound);
        let mut ok = true;
        for (i, segment) in segments.iter().enumerate() {
            if matches!(segment.value, Sym::Fail(NO_LIST)) {
                let gone = match segment.when {
                    Some(w) => w,
                    None => self.b.bool(true),
                };
                self.no_list(turn, gone, visit);
                continue;
            }
            let place = Place { list: Rc::clone(&segments), which: i };
            let in_part = match part {
                None => None,
                Some(part) => match self.in_part(part, &place) {
                    Some(holds) => Some(holds),
                    None => {
                        ok = false;
                        break;
                    }
                },
            };
            let known = in_part.and_then(|c| self.b.known_bool(c));
            if known == Some(false) {
                continue;
            }
            let when = and(&mut self.b, segment.when, in_part.filter(|_| known.is_none()));
            let before = self.active.len();
            self.active.extend(&segment.over);
            self.set(level.bound, segment.value.clone());
            let marks = self.item_marks(&rests_on, &segment.over);
            self.tracker.set(level.bound, marks);
            self.positions.insert(level.bound, place);
            let inner = turn.further(&mut self.b, &segment.over, when).at(i, &segment.over);
            ok = self.item(l, depth, &inner, left, visit);
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
        let marks = self.of_region(filter);
        self.meet(turn, marks);
        match self.b.known_bool(holds) {
            Some(false) => true,
            Some(true) => self.level(l, depth + 1, turn, left, visit),
            None => {
                let inner = turn.further(&mut self.b, &[], Some(holds));
                self.level(l, depth + 1, &inner, left, visit)
            }
        }
    }

    pub(super) fn fold(&mut self, kind: Over, l: &'p Loop, ty: &Ty) -> Sym {
        let mut turns: Vec<(Turn, Sym)> = Vec::new();
        let sound = self.each_turn(l, &mut |p, turn| {
            let value = match kind {
                _ if turn.fails => Sym::Fail(NO_LIST),
                Over::Count => Sym::Absent,
                _ => {
                    let value = p.region(l.body);
                    let marks = p.of_region(l.body);
                    p.meet(turn, marks);
                    value
                }
            };
            turns.push((turn.clone(), value));
        });
        let ends = self.ends(kind, &turns);
        self.tracker.last = Some(self.end_loop(None, ends.as_deref()));
        // Nothing that decides comes before a failure.
        if matches!(kind, Over::Any | Over::All) {
            turns.sort_by_key(|(t, _)| !t.fails);
        }
        let Some(sound) = sound else { return Sym::Fail("a loop that cannot be followed") };
        let found = self.folded(kind, turns, ty);
        select(&mut self.b, sound, &found, &Sym::Fail(NO_LIST))
    }

    fn folded(&mut self, kind: Over, turns: Vec<(Turn, Sym)>, ty: &Ty) -> Sym {
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
                return self.sum_parts(&turns);
            }
            Over::Any | Over::All => {
                let kind = if kind == Over::Any { Fold::Any } else { Fold::All };
                let terms = terms(self, |v, b| v.bool(b));
                return Sym::Bool(fold(&mut self.b, kind, terms));
            }
            Over::Count => {
                let fail = self.b.add(Def::Fail);
                let terms = turns.iter().map(|(t, _)| term(t, if t.fails { fail } else { one })).collect();
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

    /// The exact sum of parts, key by key; a sum over no item has no parts. Gases that are not known are told apart where
    /// an item has another one, or one that another part may have, too.
    fn sum_parts(&mut self, turns: &[(Turn, Sym)]) -> Sym {
        let mut all: Vec<(&Turn, Part)> = Vec::new();
        let mut terms = TermSum::default();
        for (turn, value) in turns {
            let parts = value.parts(&mut self.b);
            all.extend(parts.iter().map(|p| (turn, *p)));
            self.sum_terms(turn, parts.terms(), &mut terms);
        }
        let terms = terms.finish(&mut self.b);
        let mixed = mixed(all.iter().map(|(_, p)| p));
        let gases = self.program.gases.len();
        let yes = self.b.bool(true);
        let mut sums: Vec<(Key, Vec<Term>, Vec<Term>)> = Vec::new();
        for (turn, part) in all {
            let inner = matches!(part.key.gas, Gas::Of(g) if self.b.scope(g).iter().any(|l| turn.over.contains(l)));
            let told = if mixed || inner { by_gas(&mut self.b, gases, part) } else { vec![part] };
            for part in told {
                let value = term(turn, part.value);
                let when = and(&mut self.b, turn.when, part.there);
                let there = Term { when, ..term(turn, yes) };
                match sums.iter_mut().find(|(k, ..)| *k == part.key) {
                    Some((_, values, theres)) => {
                        values.push(value);
                        theres.push(there);
                    }
                    None => sums.push((part.key, vec![value], vec![there])),
                }
            }
        }
        let mut parts = Vec::with_capacity(sums.len());
        for (key, values, theres) in sums {
            let value = fold(&mut self.b, Fold::Sum, values);
            let there = fold(&mut self.b, Fold::Any, theres);
            parts.push(Part { key, value, there: (there != yes).then_some(there) });
        }
        Sym::Split(merged(&mut self.b, gases, parts).with(terms))
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
