//! Lists that are gone through once more: in a loop inside a loop over them, and in a choice that rests on one of their items.
//!
//! The items at hand of a list are those of one loop. Where a second loop goes over it meanwhile, it is a list of another name, with
//! columns of its own. Guarantees: a value through [`through`] is that of the item of the list once more; what does not depend on
//! the list stays what it is. Must not: rename the list in what is said of the outer loop's item.

use super::Plan;
use super::marks::{Mark, Marks};
use super::sym::{Gas, Key, Part, Parts, Segment, Sym, and};
use super::terms::{Rated, Rating};
use crate::kernel::{Again, Builder, Id, ListId};
use std::rc::Rc;

impl Plan<'_> {
    /// A list whose items are not those of a loop at hand: where they are, by another name. None if that cannot be said.
    pub(super) fn not_again(&mut self, list: Rc<[Segment]>) -> Option<Rc<[Segment]>> {
        let twice = |p: &Self, s: &Segment| s.over.iter().any(|l| p.active.contains(l));
        if !list.iter().any(|s| twice(self, s)) {
            return Some(list);
        }
        let mut out = Vec::with_capacity(list.len());
        for s in list.iter() {
            out.push(if twice(self, s) { once_more(&mut self.b, s)? } else { s.clone() });
        }
        Some(out.into())
    }
}

/// The items of a list where a condition holds. It may say something of the item at hand of the very list, in a loop around:
/// then the list's own items are gone through by another name.
pub(super) fn items_where(b: &mut Builder, c: Id, list: &[Segment]) -> Option<Vec<Segment>> {
    let mut out = Vec::with_capacity(list.len());
    for s in list {
        let own = b.scope(c).iter().any(|l| s.over.contains(l));
        let s = if own { once_more(b, s)? } else { s.clone() };
        out.push(Segment { when: and(b, Some(c), s.when), ..s });
    }
    Some(out)
}

/// Items of a list by another name, and lists in them.
pub(super) fn once_more(b: &mut Builder, segment: &Segment) -> Option<Segment> {
    let [list] = segment.over[..] else { return None };
    let mut again = b.once_more(list);
    let when = match segment.when {
        Some(w) => Some(b.through(w, &mut again)?),
        None => None,
    };
    Some(Segment { over: vec![again.new], when, value: through(b, &segment.value, &mut again)? })
}

/// A value with a list once more in place of the list.
fn through(b: &mut Builder, value: &Sym, again: &mut Again) -> Option<Sym> {
    Some(match value {
        Sym::Number(x) => Sym::Number(b.through(*x, again)?),
        Sym::Bool(x) => Sym::Bool(b.through(*x, again)?),
        Sym::Index(x) => Sym::Index(b.through(*x, again)?),
        Sym::Text(x) => Sym::Text(b.through(*x, again)?),
        Sym::Date(x) => Sym::Date(b.through(*x, again)?),
        Sym::Row(t, x) => Sym::Row(*t, b.through(*x, again)?),
        Sym::Split(parts) => Sym::Split(parts_through(b, parts, again)?),
        Sym::Record(fields) => Sym::Record(fields.iter().map(|f| through(b, f, again)).collect::<Option<_>>()?),
        Sym::Activity { amount, factor, given, rests } => Sym::Activity {
            amount: b.through(*amount, again)?,
            factor: match factor {
                Some(f) => Some(parts_through(b, f, again)?),
                None => None,
            },
            given: match given {
                Some(g) => Some(b.through(*g, again)?),
                None => None,
            },
            rests: marks_through(b, rests, again)?,
        },
        Sym::Maybe(p, v) => Sym::Maybe(b.through(*p, again)?, Rc::new(through(b, v, again)?)),
        Sym::List(list) => {
            let mut out = Vec::with_capacity(list.len());
            for s in list.iter() {
                let over: Vec<ListId> = s.over.iter().map(|l| b.inside(*l, again)).collect();
                // Here the items are those of the list's own loop.
                if over.contains(&again.new) {
                    out.push(s.clone());
                    continue;
                }
                let when = match s.when {
                    Some(w) => Some(b.through(w, again)?),
                    None => None,
                };
                out.push(Segment { over, when, value: through(b, &s.value, again)? });
            }
            Sym::List(out.into())
        }
        Sym::Period(..) | Sym::Absent | Sym::Fail(_) => value.clone(),
    })
}

fn marks_through(b: &mut Builder, marks: &Marks, again: &mut Again) -> Option<Marks> {
    let one = |(mark, c): &(Mark, Option<Id>)| {
        let mark = match *mark {
            Mark::Given(score) => Mark::Given(b.through(score, again)?),
            Mark::Data(score) => Mark::Data(b.through(score, again)?),
            other => other,
        };
        match c {
            Some(c) => Some((mark, Some(b.through(*c, again)?))),
            None => Some((mark, None)),
        }
    };
    marks.iter().map(one).collect()
}

fn parts_through(b: &mut Builder, parts: &Parts, again: &mut Again) -> Option<Parts> {
    let one = |p: &Part| {
        let gas = match p.key.gas {
            Gas::Of(index) => Gas::Of(b.through(index, again)?),
            known => known,
        };
        let there = match p.there {
            Some(t) => Some(b.through(t, again)?),
            None => None,
        };
        Some(Part { key: Key { gas, ..p.key }, value: b.through(p.value, again)?, there })
    };
    let found: Parts = parts.iter().map(one).collect::<Option<_>>()?;
    let mut terms = Vec::new();
    for t in parts.terms().iter().flat_map(|t| t.iter()) {
        let on = Rating { amount: b.through(t.on.amount, again)?, factor: b.through(t.on.factor, again)? };
        terms.push(Rated { on, value: b.through(t.value, again)? });
    }
    Some(found.with(parts.terms().as_ref().map(|_| terms.into())))
}
