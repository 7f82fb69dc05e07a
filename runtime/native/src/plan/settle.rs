//! What the gases of an item rest on: primary data, if the item was computed from given data alone.
//!
//! As the reference settles it, item by item: a part of a gas that does not rest on primary data alone becomes secondary, and
//! is added to what is secondary already; what the rule of an upstream footprint settled stays. Where it differs from row to row
//! there is a part for each, with the condition. Guarantees: additions are the reference's, in its order. Must not: guess;
//! where it decides about a figure and is not followed, the plan is to be made anew ([`super::marks::Tracker::open`]).

use super::Plan;
use super::sym::{Gas, Key, Part, Parts, and, merged};
use crate::kernel::{Def, Id};
use footrule_mir::{Evidence, Line};
use footrule_number::Number;

impl Plan<'_> {
    /// The parts of an item of a line, settled, and whether each rests on what it says in every row; `primary` says whether
    /// the item rests on primary data, where that is followed.
    pub(super) fn settle(&mut self, line: &Line, parts: &Parts, primary: Option<Id>) -> (Parts, bool) {
        let gases = self.program.gases.len();
        let open = |p: &Part| p.key.gas != Gas::None && p.key.evidence == Evidence::Primary && !p.key.settled;
        let as_it_is = |p: &Part| Part { key: Key { settled: false, ..p.key }, ..*p };
        if !parts.iter().any(open) {
            return (merged(&mut self.b, gases, parts.iter().map(as_it_is)).with(parts.terms().clone()), true);
        }
        let known = primary.and_then(|c| self.b.known_bool(c)).or_else(|| self.primary(line));
        let condition = match (known, primary) {
            (Some(is), _) => self.b.bool(is),
            (None, Some(c)) => c,
            (None, None) => {
                // Parts that may become one are added where they do.
                let alike = |p: &Part, q: &Part| (p.key.origin, p.key.gas) == (q.key.origin, q.key.gas);
                let mut others = parts.iter().enumerate();
                let twice = |(i, p): (usize, &Part)| {
                    parts[..i].iter().any(|q| p.key.gas != Gas::None && alike(p, q) && (open(p) || open(q)))
                };
                self.tracker.open |= others.any(twice);
                return (merged(&mut self.b, gases, parts.iter().map(as_it_is)).with(parts.terms().clone()), false);
            }
        };
        let mut out = Vec::with_capacity(2 * parts.len());
        for p in parts.iter() {
            if open(p) {
                out.extend(self.either(p, condition));
            } else {
                out.push(as_it_is(p));
            }
        }
        (merged(&mut self.b, gases, out).with(parts.terms().clone()), true)
    }

    /// A part that is primary where a condition holds, and secondary elsewhere: both, or the one that there is.
    pub(super) fn either(&mut self, p: &Part, condition: Id) -> Vec<Part> {
        let zero = self.b.number(Number::ZERO);
        let not = self.b.add(Def::Not(condition));
        let mut out = Vec::with_capacity(2);
        for (evidence, is) in [(Evidence::Primary, condition), (Evidence::Secondary, not)] {
            let key = Key { evidence, settled: false, ..p.key };
            match self.b.known_bool(is) {
                Some(true) => out.push(Part { key, ..*p }),
                Some(false) => {}
                None => {
                    let value = self.b.add(Def::Select(is, p.value, zero));
                    out.push(Part { key, value, there: and(&mut self.b, p.there, Some(is)) });
                }
            }
        }
        out
    }
}
