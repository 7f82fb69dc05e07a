//! Places of items in lists, and the parts of a list that lie on one side of an item (`from s`, `before s`).
//!
//! A list is made of segments, one after the other: of columns, of written items, of the arms of a choice. The place of an
//! item is how many items the segments before its own have in the row, and its position in its own. Guarantees: a part has the items
//! that the reference's has; where the item is none of the list the loop fails, as the reference's does.

use super::Plan;
use super::loops::Turn;
use super::sym::{Segment, Sym, compare, fold, sum, unary};
use crate::kernel::{Builder, Def, Fold, Id, ListId, Term, Unary};
use footrule_mir::{Cmp, NodeId, Op, Part as Which, Series, Ty};
use footrule_number::Number;
use std::rc::Rc;

/// Where an item stands: in this segment of this list.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub list: Rc<[Segment]>,
    pub which: usize,
}

impl<'p> Plan<'p> {
    /// Which part of a list a series is, and the place of its item.
    pub(super) fn part_of(
        &mut self,
        series: &'p Series,
        list: &Rc<[Segment]>,
        turn: &Turn,
        visit: &mut dyn FnMut(&mut Self, &Turn),
    ) -> (Which, Id) {
        let at = self.region(series.at).number(&mut self.b);
        let marks = self.of_region(series.at);
        self.meet(turn, marks);
        if !self.is_item(series, list) {
            let end = Place { list: Rc::clone(list), which: list.len() };
            let length = self.before(&end);
            let (zero, floor) = (self.b.number(Number::ZERO), unary(&mut self.b, Unary::Floor, at));
            let whole = compare(&mut self.b, Cmp::Eq, floor, at);
            let (low, high) = (compare(&mut self.b, Cmp::Ge, at, zero), compare(&mut self.b, Cmp::Lt, at, length));
            let inside = self.b.add(Def::And(low, high));
            let inside = self.b.add(Def::And(whole, inside));
            let none = self.b.add(Def::Not(inside));
            self.no_list(turn, none, visit);
        }
        (series.part, at)
    }

    /// Whether an item lies in a part; none if its place is not known.
    pub(super) fn in_part(&mut self, (part, at): (Which, Id), place: &Place) -> Option<Id> {
        let cmp = match part {
            Which::From => Cmp::Ge,
            Which::After => Cmp::Gt,
            Which::Before => Cmp::Lt,
            Which::To => Cmp::Le,
        };
        let Some(own) = self.place(place) else {
            self.fail("part of a list that loops made");
            return None;
        };
        Some(compare(&mut self.b, cmp, own, at))
    }

    /// True if what a series starts from is an item of this very list, or a member or row of one that is all of them.
    fn is_item(&self, series: &Series, list: &Rc<[Segment]>) -> bool {
        let value = self.program.regions.get(series.at.ix()).and_then(|r| r.value);
        match value.and_then(|n| self.program.nodes.get(n.ix())).map(|n| &n.op) {
            Some(Op::Position(item)) => self.positions.get(item).is_some_and(|of| self.alike(&of.list, list)),
            Some(Op::Ordinal(of)) => {
                let size = self.program.nodes.get(of.ix()).and_then(|n| self.size(&n.ty));
                let known = list.iter().all(|s| s.over.is_empty() && s.when.is_none());
                known && size == Some(list.len())
            }
            _ => false,
        }
    }

    /// True if two lists have the same items, although one of them may be gone through once more.
    fn alike(&self, a: &Rc<[Segment]>, b: &Rc<[Segment]>) -> bool {
        let one = |l: &ListId, m: &ListId| l == m || self.b.is_again(*l, *m);
        let lists = |a: &[ListId], b: &[ListId]| a.len() == b.len() && a.iter().zip(b).all(|(l, m)| one(l, m));
        let same = |(s, t): (&Segment, &Segment)| s.when == t.when && lists(&s.over, &t.over);
        Rc::ptr_eq(a, b) || a.len() == b.len() && a.iter().zip(b.iter()).all(same)
    }

    /// How many values a type has: of an enumeration or a table.
    pub(super) fn size(&self, ty: &Ty) -> Option<usize> {
        match ty {
            Ty::Enum(e) => self.program.enums.get(e.ix()).map(|e| e.members.len()),
            Ty::Row(t) => self.program.tables.get(t.ix()).map(|t| t.rows.len()),
            _ => None,
        }
    }

    /// The place of an item in a list.
    pub(super) fn position(&mut self, item: NodeId) -> Sym {
        let place = self.positions.get(&item).cloned();
        match place.and_then(|p| self.place(&p)) {
            Some(at) => Sym::Number(at),
            None => self.fail("the position in a list that loops made"),
        }
    }

    /// The place of the item at hand of a segment, from 0.
    fn place(&mut self, place: &Place) -> Option<Id> {
        let before = self.before(place);
        let segment = place.list.get(place.which)?;
        let own = match segment.over[..] {
            [] => return Some(before),
            [l] if !segment.when.is_some_and(|w| self.b.scope(w).contains(&l)) => self.b.position(l),
            _ => return None,
        };
        Some(sum(&mut self.b, [before, own]))
    }

    /// How many items the segments before one have.
    fn before(&mut self, place: &Place) -> Id {
        let own = place.list.get(place.which).and_then(|s| s.when);
        let (mut known, mut terms) = (0_u64, Vec::new());
        for s in place.list.iter().take(place.which) {
            // Where there is no list the loop fails anyway.
            if matches!(s.value, Sym::Fail(super::sym::NO_LIST)) || never_both(&self.b, s.when, own) {
                continue;
            }
            if s.over.is_empty() && s.when.is_none() {
                known += 1;
            } else {
                let one = self.b.number(Number::ONE);
                terms.push(Term { over: s.over.clone(), when: s.when, value: one });
            }
        }
        let known = self.b.number(Number::from(known));
        if terms.is_empty() {
            return known;
        }
        let counted = fold(&mut self.b, Fold::Count, terms);
        sum(&mut self.b, [known, counted])
    }
}

/// True if the two cannot hold at once: arms of one choice.
pub(super) fn never_both(b: &Builder, x: Option<Id>, y: Option<Id>) -> bool {
    let (x, y) = (conjuncts(b, x), conjuncts(b, y));
    let denies = |c: &Id, d: &Id| *b.def(*c) == Def::Not(*d) || *b.def(*d) == Def::Not(*c);
    x.iter().any(|c| y.iter().any(|d| denies(c, d)))
}

/// What a condition is made of that must hold all at once.
fn conjuncts(b: &Builder, c: Option<Id>) -> Vec<Id> {
    let (mut open, mut all): (Vec<Id>, Vec<Id>) = (c.into_iter().collect(), Vec::new());
    while let Some(c) = open.pop() {
        match b.def(c) {
            Def::And(x, y) => open.extend([*x, *y]),
            _ => all.push(c),
        }
    }
    all
}
