//! Loops that may end before their last turn (`any`, `all`): which turns they come to.
//!
//! The reference notes what it really evaluates, and of such a loop that is what stands up to the turn that decides. Guarantees: in a
//! row that has an answer the condition holds exactly if the reference comes to the turn. It asks for what comes before the turn
//! only, from left to right, as the reference does.

use super::Plan;
use super::loops::{Step, Turn};
use super::marks::{Mark, Marks};
use super::sym::{and, compare, fold};
use crate::kernel::{Def, Fold, Id, ListId, Term};
use footrule_mir::{Cmp, Fold as Over};
use std::collections::{BTreeMap, HashMap};

/// Most pairs of a turn and one before it that are looked at.
const MAX_PAIRS: usize = 100_000;

/// A turn of a loop, and where the loop ends with it.
pub(super) type End = (Turn, Id);

/// What a loop met in a turn, where the condition holds.
pub(super) type Met = (Turn, Option<Id>);

/// What is known of a loop's turns: whether one before a turn ends it, and whether some of those do that share steps with it.
#[derive(Debug, Default)]
pub(super) struct Known {
    before: HashMap<(Vec<Step>, Vec<ListId>), Option<Id>>,
    some: HashMap<(usize, usize, bool, Vec<ListId>), Option<Id>>,
}

impl Plan<'_> {
    /// Where a fold ends with each of its turns; none if it goes through all of them.
    pub(super) fn ends(&mut self, kind: Over, turns: &[(Turn, super::sym::Sym)]) -> Option<Vec<End>> {
        if !self.tracker.on || !matches!(kind, Over::Any | Over::All) {
            return None;
        }
        let mut ends = Vec::with_capacity(turns.len());
        // A loop with a turn that fails has no result.
        for (turn, value) in turns.iter().filter(|(t, _)| !t.fails) {
            let value = value.bool(&mut self.b);
            let ends_here = if kind == Over::Any { value } else { self.b.add(Def::Not(value)) };
            ends.push((turn.clone(), ends_here));
        }
        Some(ends)
    }

    /// The turns in which a mark was met, each where the loop comes to it; `of_items` if it is another for each item.
    pub(super) fn come_to(&mut self, met: Vec<Met>, ends: &[End], known: &mut Known, of_items: bool) -> Vec<Met> {
        if !of_items && self.in_every_turn(&met, ends) {
            return met;
        }
        let mut out = Vec::with_capacity(met.len());
        let pairs = met.len() * ends.len();
        for (turn, c) in met {
            let key = (turn.steps.clone(), turn.over.clone());
            let before = match known.before.get(&key) {
                Some(before) => *before,
                None if pairs > MAX_PAIRS => None,
                None => {
                    let before = self.ended_before(&turn, ends, known);
                    known.before.insert(key, before);
                    before
                }
            };
            let open = match before {
                Some(before) => self.b.add(Def::Not(before)),
                None => {
                    self.b.gap("what a loop that may end early rests on");
                    self.b.add(Def::Fail)
                }
            };
            let open = Some(open).filter(|o| self.b.known_bool(*o) != Some(true));
            let when = and(&mut self.b, open, turn.when);
            out.push((Turn { when, ..turn }, c));
        }
        out
    }

    /// True if a mark is met, under one condition, in each turn that the loop comes to: then the first one has it, or none.
    fn in_every_turn(&self, met: &[Met], ends: &[End]) -> bool {
        let Some((_, first)) = met.first() else { return true };
        let of_turn = |t: &Turn| first.is_some_and(|c| self.b.scope(c).iter().any(|l| t.over.contains(l)));
        let meets = |end: &Turn| met.iter().any(|(t, _)| end.steps.starts_with(&t.steps));
        met.iter().all(|(t, c)| c == first && !of_turn(t)) && ends.iter().all(|(end, _)| meets(end))
    }

    /// Some turn before this one ends the loop; none if that cannot be said.
    fn ended_before(&mut self, turn: &Turn, ends: &[End], known: &mut Known) -> Option<Id> {
        let mut ended = self.b.bool(false);
        for (i, end) in ends.iter().enumerate() {
            for (k, (own, other)) in turn.steps.iter().zip(&end.0.steps).enumerate() {
                if other.segment > own.segment {
                    break;
                }
                let sooner = other.segment < own.segment;
                if sooner || !own.over.is_empty() {
                    let later = end.0.steps.iter().skip(k).flat_map(|s| &s.over);
                    let at_hand: Vec<ListId> = later.copied().filter(|l| turn.over.contains(l)).collect();
                    let key = (i, k, sooner, at_hand);
                    let here = match known.some.get(&key) {
                        Some(here) => *here,
                        None => {
                            let here = self.ends_from(turn, end, k, !sooner);
                            known.some.insert(key, here);
                            here
                        }
                    };
                    ended = self.b.add(Def::Or(ended, here?));
                }
                if sooner {
                    break;
                }
            }
        }
        Some(ended)
    }

    /// A turn ends the loop whose items are those at hand up to a step, and from there on any; `sooner` asks for an
    /// earlier item of the step's list than that at hand.
    fn ends_from(&mut self, turn: &Turn, (end, ends_here): &End, step: usize, sooner: bool) -> Option<Id> {
        let lists: Vec<ListId> = end.steps.iter().skip(step).flat_map(|s: &Step| s.over.iter().copied()).collect();
        let both = and(&mut self.b, end.when, Some(*ends_here));
        let mut value = both.unwrap_or(*ends_here);
        let mut over = Vec::with_capacity(lists.len());
        let mut when = None;
        let mut left = lists.as_slice();
        while let [list, rest @ ..] = left {
            left = rest;
            // The items at hand of a list in the turn are not those that are gone through here.
            if !turn.over.contains(list) {
                over.push(*list);
                continue;
            }
            let mut again = self.b.once_more(*list);
            value = self.b.through(value, &mut again)?;
            if sooner && over.is_empty() {
                let (own, at) = (self.b.position(again.new), self.b.position(*list));
                when = Some(compare(&mut self.b, Cmp::Lt, own, at));
            }
            over.push(again.new);
            // Lists in its items.
            while let [inner, rest @ ..] = left {
                let new = self.b.inside(*inner, &mut again);
                if new == *inner {
                    break;
                }
                over.push(new);
                left = rest;
            }
        }
        if over.is_empty() {
            return Some(value);
        }
        Some(fold(&mut self.b, Fold::Any, vec![Term { over, when, value }]))
    }
}

/// Turns and conditions, by mark.
pub(super) fn by_mark(met: Vec<(Turn, Marks)>) -> Vec<(Mark, Vec<Met>)> {
    let mut all = BTreeMap::<Mark, Vec<Met>>::new();
    for (turn, marks) in met {
        for (mark, c) in marks.iter() {
            all.entry(*mark).or_default().push((turn.clone(), *c));
        }
    }
    all.into_iter().collect()
}
