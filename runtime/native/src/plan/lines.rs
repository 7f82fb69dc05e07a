//! Lines, shares and figures, in the reference's order of operations.
//!
//! value → CO2e parts → × share → × `to_result` → ÷ reference flow, each one rounding; an item is the exact sum of its
//! parts, a line (in a stage) of its items, a stage of its lines, the total of its stages, each rounded once.

use super::Plan;
use super::loops::Turn;
use super::marks::Marks;
use super::rating::Weights;
use super::sym::{Gas, Key, Part, Parts, Sym, and, binary, compare, each, fold, merged, sum, unary, whole};
use crate::kernel::{Binary, Builder, Def, Fold, Id, ListId, Term, Unary};
use footrule_mir::{
    AllocationId, AlsoUnit, Cmp, Evidence, GasId, Line, LineGas, LineOrigin, NodeId, Origin, ProductId, StageId,
    StageRef, Target,
};
use footrule_number::{Number, Ratio};
use std::rc::Rc;

/// The figures of a product.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    pub total: Id,
    pub stages: Vec<Id>,
    /// Of each gas, and of CO2e that is not known by gas: the figure, and whether it occurs.
    pub gases: Vec<(Id, Id)>,
    pub no_gas: (Id, Id),
    pub origins: Vec<(Origin, Id)>,
    pub lines: Vec<Id>,
    pub also: Vec<Id>,
    /// The share of primary data, if it is read.
    pub primary: Option<Id>,
    /// The rating, and the share that is rated, if one of them is read.
    pub dqr: Option<Id>,
    pub rated: Option<Id>,
    /// What the total is made of.
    pub parts: Vec<Contribution>,
}

/// A part of an item of a line that counts.
#[derive(Debug, Clone)]
pub(super) struct Contribution {
    pub part: Part,
    pub over: Vec<ListId>,
    pub when: Option<Id>,
    /// Its evidence is what is said, in every row.
    pub known: bool,
}

/// Items of a line: one for each turn.
struct Item {
    turn: Turn,
    /// CO2e before allocation and sign.
    co2e: Parts,
    stage: Place,
    /// What its gases rest on is known.
    known: bool,
}

/// The stage of an item.
#[derive(Clone, Copy)]
enum Place {
    None,
    Known(StageId),
    /// The stage with this index.
    Of(Id),
}

/// Where an item goes.
#[derive(Clone, Copy)]
enum To {
    Whole,
    Share(AllocationId),
}

impl<'p> Plan<'p> {
    pub(super) fn lines(&mut self) {
        let program = self.program;
        for product in &program.products {
            let reference = product.reference.map(|n| self.reference(n));
            self.references.push(reference);
        }
        let items: Vec<Vec<Item>> = program.lines.iter().map(|l| self.items(l)).collect();
        let used = |a: usize| {
            let of = program.lines.iter().flat_map(|l| l.target.allocations());
            of.into_iter().any(|x| x.ix() == a)
        };
        // The share of each product in each allocation.
        let mut shares: Vec<Vec<Id>> = Vec::with_capacity(program.allocations.len());
        for (a, info) in program.allocations.iter().enumerate() {
            let zero = self.b.number(Number::ZERO);
            let mut of = vec![zero; program.products.len()];
            if used(a) {
                let record = self.present(info.shares);
                for (k, (_, product)) in info.sharers.iter().enumerate() {
                    let share = match &record {
                        Sym::Record(fields) => fields.get(k).cloned().unwrap_or(Sym::Fail("no such share")),
                        _ => Sym::Fail("shares that are not known"),
                    };
                    let share = share.number(&mut self.b);
                    match product.and_then(|p| of.get_mut(p.ix())) {
                        Some(slot) => *slot = share,
                        None => self.b.demand(share),
                    }
                }
            }
            shares.push(of);
        }
        for p in 0..program.products.len() {
            let figures = self.product(p, &items, &shares);
            self.figures.push(figures);
        }
    }

    /// A reference flow; above zero.
    fn reference(&mut self, n: NodeId) -> Id {
        let x = self.get(n).number(&mut self.b);
        let zero = self.b.number(Number::ZERO);
        let positive = compare(&mut self.b, Cmp::Gt, x, zero);
        self.b.require(positive);
        x
    }

    fn items(&mut self, line: &'p Line) -> Vec<Item> {
        let mut items = Vec::new();
        let when = line.when.map(|r| self.condition(r));
        if let Some(r) = line.when {
            let marks = self.of_region(r);
            self.trace(None, &marks);
        }
        if let Some(w) = when
            && self.b.known_bool(w) == Some(false)
        {
            return items;
        }
        let start = Turn { when, ..Turn::default() };
        match (&line.over, line.value) {
            (Some(l), _) => {
                let mut found = Vec::new();
                let sound = self.each_turn(l, &mut |p, met| {
                    let turn = met;
                    let when = and(&mut p.b, start.when, turn.when);
                    let turn = Turn { when, ..turn.clone() };
                    if turn.fails {
                        let fail = p.b.add(Def::Fail);
                        p.require_at(&turn, fail);
                        return;
                    }
                    let value = p.region(l.body);
                    let marks = p.of_region(l.body);
                    let item = p.line_item(line, turn, &value, &marks);
                    found.push(item);
                    p.meet_line(line, met, marks);
                });
                items = found;
                let marks = self.end_loop(start.when, None);
                self.trace(None, &marks);
                // Where the line applies its list must be there.
                let sound = sound.unwrap_or_else(|| self.b.add(Def::Fail));
                self.require_at(&start, sound);
            }
            (None, Some(n)) => {
                let value = self.present(n);
                self.begin_loop();
                let marks = self.tracker.get(n);
                items.push(self.line_item(line, start.clone(), &value, &marks));
                self.meet_line(line, &start, marks);
                let marks = self.end_loop(None, None);
                self.trace(None, &marks);
            }
            (None, None) => {}
        }
        items
    }

    /// What an item of a line rests on, in the turn at hand of the loops: its value, and what else is read for it.
    fn meet_line(&mut self, line: &'p Line, turn: &Turn, value: Marks) {
        if !self.tracker.on {
            return;
        }
        self.meet(turn, value);
        let mut regions = line.named.clone();
        for r in &line.named {
            self.region(*r);
        }
        regions.extend(if let LineGas::Region(r) = line.gas { Some(r) } else { None });
        regions.extend(if let StageRef::Region(r) = line.stage { Some(r) } else { None });
        if let LineOrigin::Split(list) = &line.origin {
            regions.extend(list.iter().filter_map(|(_, r)| *r));
        }
        for r in regions {
            let marks = self.of_region(r);
            self.meet(turn, marks);
        }
    }

    fn line_item(&mut self, line: &'p Line, turn: Turn, value: &Sym, marks: &Marks) -> Item {
        let primary = self.tracker.follows.then(|| self.is_primary(marks));
        let value = &self.held(value.clone());
        let own = match value {
            Sym::Split(parts) => whole(&mut self.b, parts),
            other => other.number(&mut self.b),
        };
        let zero = self.b.number(Number::ZERO);
        let one = self.b.bool(true);
        let sound = if line.may_be_negative.is_none() { compare(&mut self.b, Cmp::Ge, own, zero) } else { one };
        self.require_at(&turn, sound);
        let gas = match &line.gas {
            LineGas::Split => Gas::None,
            LineGas::Static(g) => Gas::Known(*g),
            LineGas::Region(r) => {
                let index = self.region(*r).index(&mut self.b);
                self.b.known_index(index).map_or(Gas::Of(index), |g| Gas::Known(GasId(g)))
            }
        };
        let stage = match &line.stage {
            StageRef::Static(s) => Place::Known(*s),
            StageRef::Region(r) => {
                let index = self.region(*r).index(&mut self.b);
                self.b.known_index(index).map_or(Place::Of(index), |s| Place::Known(StageId(s)))
            }
            StageRef::None => Place::None,
        };
        let shares = match &line.origin {
            LineOrigin::One(_) => None,
            LineOrigin::Split(list) => Some(self.origins(&turn, list)),
        };
        let key = |origin, gas| Key::new(origin, gas, Evidence::Primary);
        let parts: Vec<Part> = match (gas, value) {
            (Gas::None, value) => {
                let parts = value.parts(&mut self.b);
                match (&shares, &line.origin) {
                    (Some(shares), _) => {
                        let mut out = Vec::new();
                        for (origin, share) in shares {
                            for p in parts.iter() {
                                let value = binary(&mut self.b, Binary::Mul, p.value, *share);
                                out.push(Part { key: Key { origin: *origin, ..p.key }, value, ..*p });
                            }
                        }
                        out
                    }
                    (None, LineOrigin::One(Some(o))) => {
                        parts.iter().map(|p| Part { key: Key { origin: *o, ..p.key }, ..*p }).collect()
                    }
                    (None, _) => parts.to_vec(),
                }
            }
            (gas, value) => {
                let mass = value.number(&mut self.b);
                let masses = match (&shares, &line.origin) {
                    (Some(shares), _) => {
                        shares.iter().map(|(o, share)| (*o, binary(&mut self.b, Binary::Mul, mass, *share))).collect()
                    }
                    (None, LineOrigin::One(Some(o))) => vec![(*o, mass)],
                    (None, _) => vec![(Origin::Fossil, mass)],
                };
                masses.into_iter().map(|(o, m)| Part::new(key(o, gas), self.equivalents(m, gas, o))).collect()
            }
        };
        let gases = self.program.gases.len();
        let co2e = merged(&mut self.b, gases, parts);
        let terms = match value {
            _ if !self.tracker.rated => None,
            Sym::Split(parts) => parts.terms().clone(),
            _ => {
                let rating = self.rating(marks);
                self.rated_as(rating, &co2e)
            }
        };
        let co2e = co2e.with(terms);
        let (co2e, known) = self.settle(line, &co2e, primary);
        Item { turn, co2e, stage, known }
    }

    /// What must hold for an item.
    fn require_at(&mut self, turn: &Turn, holds: Id) {
        let term = Term { over: turn.over.clone(), when: turn.when, value: holds };
        let all = fold(&mut self.b, Fold::All, vec![term]);
        self.b.require(all);
    }

    /// Shares of origins with the rest filled in: each at least 0, all together exactly 1.
    fn origins(&mut self, turn: &Turn, list: &[(Origin, Option<footrule_mir::RegionId>)]) -> Vec<(Origin, Id)> {
        let mut out: Vec<(Origin, Option<Id>)> = Vec::with_capacity(list.len());
        let (zero, one) = (self.b.number(Number::ZERO), self.b.number(Number::ONE));
        for (origin, region) in list {
            let share = region.map(|r| self.region(r).number(&mut self.b));
            if let Some(share) = share {
                let sound = compare(&mut self.b, Cmp::Ge, share, zero);
                self.require_at(turn, sound);
            }
            out.push((*origin, share));
        }
        let mut terms = vec![one];
        for (_, share) in &out {
            if let Some(share) = share {
                terms.push(unary(&mut self.b, Unary::Neg, *share));
            }
        }
        let rest = sum(&mut self.b, terms);
        let cmp = if out.iter().any(|(_, s)| s.is_none()) { Cmp::Ge } else { Cmp::Eq };
        let sound = compare(&mut self.b, cmp, rest, zero);
        self.require_at(turn, sound);
        out.into_iter().map(|(o, s)| (o, s.unwrap_or(rest))).collect()
    }

    /// Where the items of a line go, as far as this product is concerned; with a condition for each way.
    fn ways(&mut self, line: &Line, stage: Place, product: ProductId) -> Vec<(Option<Id>, To)> {
        // Not even zero, of a gas or an origin, where the product has no part in the allocation.
        if !self.program.concerns(line, product) {
            return Vec::new();
        }
        match &line.target {
            Target::Product(p) if *p == product => vec![(None, To::Whole)],
            Target::Product(_) | Target::Nowhere => Vec::new(),
            Target::Allocation(a) => vec![(None, To::Share(*a))],
            Target::ByStage(list) => {
                let way = |a: Option<AllocationId>| match a {
                    Some(a) => Some(To::Share(a)),
                    None => (product == ProductId(0)).then_some(To::Whole),
                };
                match stage {
                    Place::Known(s) => {
                        way(list.get(s.ix()).copied().flatten()).map(|w| (None, w)).into_iter().collect()
                    }
                    Place::None => way(None).map(|w| (None, w)).into_iter().collect(),
                    Place::Of(index) => {
                        let mut out = Vec::new();
                        for (s, a) in list.iter().enumerate() {
                            if let Some(w) = way(*a) {
                                out.push((Some(self.b.add(Def::Is(index, s as u32))), w));
                            }
                        }
                        out
                    }
                }
            }
        }
    }

    fn product(&mut self, p: usize, items: &[Vec<Item>], shares: &[Vec<Id>]) -> Figures {
        let program = self.program;
        let product = ProductId(p as u32);
        let reference = self.references.get(p).copied().flatten();
        let mut stages: Vec<Vec<Id>> = vec![Vec::new(); program.stages.len()];
        let mut gases: Vec<(Vec<Term>, bool)> = vec![(Vec::new(), false); program.gases.len()];
        let mut no_gas: Vec<Term> = Vec::new();
        let (mut all, mut primary): (Vec<Term>, Vec<Term>) = (Vec::new(), Vec::new());
        let mut origins: Vec<(Origin, Vec<Term>)> = Origin::ALL.into_iter().map(|o| (o, Vec::new())).collect();
        let mut lines = Vec::with_capacity(items.len());
        let mut contributions = Vec::new();
        let mut weights = Weights::default();
        for (line, items) in program.lines.iter().zip(items) {
            let negative = line.kind.subtracts();
            let counted = program.counts(line);
            let factor = line.to_result.get(p).copied().unwrap_or(Ratio::ONE);
            // A line of one gas shows it whether or not it applies.
            if let (true, LineGas::Static(g)) = (counted && program.concerns(line, product), &line.gas)
                && let Some((_, always)) = gases.get_mut(g.ix())
            {
                *always = true;
            }
            let mut totals: Vec<Term> = Vec::new();
            let mut by_stage: Vec<(StageId, Vec<Term>)> = Vec::new();
            for item in items {
                for (condition, to) in self.ways(line, item.stage, product) {
                    let share = match to {
                        To::Whole => None,
                        To::Share(a) => shares.get(a.ix()).and_then(|s| s.get(p)).copied(),
                    };
                    let parts = each(&mut self.b, &item.co2e, |b, v| {
                        let v = share.map_or(v, |s| binary(b, Binary::Mul, v, s));
                        let v = b.add(Def::Convert(v, factor));
                        let v = reference.map_or(v, |r| binary(b, Binary::Div, v, r));
                        if negative { unary(b, Unary::Neg, v) } else { v }
                    });
                    let total = whole(&mut self.b, &parts);
                    let when = and(&mut self.b, item.turn.when, condition);
                    let term = |value| Term { over: item.turn.over.clone(), when, value };
                    totals.push(term(total));
                    match item.stage {
                        Place::None => {}
                        Place::Known(s) => in_stage(&mut by_stage, s, term(total)),
                        Place::Of(index) => {
                            for s in 0..program.stages.len() as u32 {
                                let here = self.b.add(Def::Is(index, s));
                                let when = and(&mut self.b, when, Some(here));
                                in_stage(&mut by_stage, StageId(s), Term { when, ..term(total) });
                            }
                        }
                    }
                    if counted {
                        self.weigh_terms(parts.terms(), &Term { when, ..term(total) }, &mut weights);
                        let (over, known) = (&item.turn.over, item.known);
                        let one = |p: &Part| Contribution { part: *p, over: over.clone(), when, known };
                        contributions.extend(parts.iter().map(one));
                        for Part { key, value, there } in parts.iter().copied() {
                            let when = and(&mut self.b, when, there);
                            let term = Term { when, ..term(value) };
                            if self.tracker.primary {
                                self.weigh(key, &term, (&mut all, &mut primary));
                            }
                            if let Some((_, list)) = origins.iter_mut().find(|(o, _)| *o == key.origin) {
                                list.push(term.clone());
                            }
                            match key.gas {
                                Gas::None => no_gas.push(term),
                                Gas::Known(g) => {
                                    if let Some((list, _)) = gases.get_mut(g.ix()) {
                                        list.push(term);
                                    }
                                }
                                Gas::Of(index) => {
                                    for (g, (list, _)) in gases.iter_mut().enumerate() {
                                        let is = self.b.add(Def::Is(index, g as u32));
                                        let when = and(&mut self.b, when, Some(is));
                                        list.push(Term { when, ..term.clone() });
                                    }
                                }
                            }
                        }
                    }
                }
            }
            let total = fold(&mut self.b, Fold::Sum, totals);
            self.b.demand(total);
            lines.push(total);
            for (s, terms) in by_stage {
                let value = fold(&mut self.b, Fold::Sum, terms);
                if let (true, Some(list)) = (counted, stages.get_mut(s.ix())) {
                    list.push(value);
                }
            }
        }
        let stages: Vec<Id> = stages.into_iter().map(|s| sum(&mut self.b, s)).collect();
        let total = sum(&mut self.b, stages.iter().copied());
        let gases: Vec<(Id, Id)> = gases.into_iter().map(|(t, always)| self.by_terms(t, always)).collect();
        let no_gas = self.by_terms(no_gas, false);
        let origins: Vec<(Origin, Id)> =
            origins.into_iter().map(|(o, t)| (o, fold(&mut self.b, Fold::Sum, t))).collect();
        for id in gases.iter().chain([&no_gas]).map(|(x, _)| x).chain(origins.iter().map(|(_, x)| x)) {
            self.b.demand(*id);
        }
        let of = program.products.get(p).map_or(&[][..], |p| &p.also);
        let also = of.iter().map(|unit| self.in_also_unit(total, reference, unit)).collect();
        let primary = self.tracker.primary.then(|| self.share_of(all, primary));
        let quality = self.quality_of(weights);
        let (dqr, rated) = (quality.map(|q| q.0), quality.map(|q| q.1));
        Figures { total, stages, gases, no_gas, origins, lines, also, primary, dqr, rated, parts: contributions }
    }

    /// Adds a part to what the share of primary data is of, and to what is primary.
    fn weigh(&mut self, key: Key, part: &Term, (all, primary): (&mut Vec<Term>, &mut Vec<Term>)) {
        let value = unary(&mut self.b, Unary::Abs, part.value);
        all.push(Term { value, ..part.clone() });
        if key.evidence == Evidence::Primary {
            primary.push(Term { value, ..part.clone() });
        }
    }

    /// The share of primary data; where there is none it fails.
    fn share_of(&mut self, all: Vec<Term>, primary: Vec<Term>) -> Id {
        let (all, primary) = (fold(&mut self.b, Fold::Sum, all), fold(&mut self.b, Fold::Sum, primary));
        binary(&mut self.b, Binary::Div, primary, all)
    }

    /// The sum of terms, and whether there is one.
    fn by_terms(&mut self, terms: Vec<Term>, always: bool) -> (Id, Id) {
        let yes = self.b.bool(true);
        let there = terms.iter().map(|t| Term { value: yes, ..t.clone() }).collect();
        let sum = fold(&mut self.b, Fold::Sum, terms);
        (sum, if always { yes } else { fold(&mut self.b, Fold::Any, there) })
    }

    /// The total in a further unit.
    fn in_also_unit(&mut self, total: Id, reference: Option<Id>, unit: &AlsoUnit) -> Id {
        let flow = self.reference(unit.reference);
        let whole = reference.map_or(total, |r| binary(&mut self.b, Binary::Mul, total, r));
        let per = binary(&mut self.b, Binary::Div, whole, flow);
        let figure = self.b.add(Def::Convert(per, unit.factor));
        self.b.demand(figure);
        figure
    }

    /// Shares of an allocation: each weight over the exact sum; the last that is not zero takes the remainder.
    pub(super) fn shares(&mut self, given: bool, weights: &[(u32, Option<NodeId>)]) -> Sym {
        let (zero, one) = (self.b.number(Number::ZERO), self.b.number(Number::ONE));
        let mut list: Vec<(u32, Option<Id>)> = Vec::with_capacity(weights.len());
        let mut sound = self.b.bool(true);
        for (field, node) in weights {
            let weight = node.map(|n| self.get(n).number(&mut self.b));
            if let Some(w) = weight {
                let positive = compare(&mut self.b, Cmp::Ge, w, zero);
                sound = self.b.add(Def::And(sound, positive));
            }
            list.push((*field, weight));
        }
        let rest = |p: &mut Self, of: Vec<Id>| {
            let mut terms = vec![one];
            for x in of {
                terms.push(unary(&mut p.b, Unary::Neg, x));
            }
            sum(&mut p.b, terms)
        };
        let mut out: Vec<(u32, Id)> = Vec::with_capacity(list.len());
        if given {
            let left = rest(self, list.iter().filter_map(|(_, w)| *w).collect());
            let cmp = if list.iter().any(|(_, w)| w.is_none()) { Cmp::Ge } else { Cmp::Eq };
            let complete = compare(&mut self.b, cmp, left, zero);
            sound = self.b.add(Def::And(sound, complete));
            out.extend(list.iter().map(|(f, w)| (*f, w.unwrap_or(left))));
        } else {
            let weights: Vec<(u32, Id)> = list.iter().map(|(f, w)| (*f, w.unwrap_or(zero))).collect();
            let all = sum(&mut self.b, weights.iter().map(|(_, w)| *w));
            let some = compare(&mut self.b, Cmp::Gt, all, zero);
            sound = self.b.add(Def::And(sound, some));
            // Nothing is nothing of what is above zero, without an error of a quotient.
            let divide = |b: &mut Builder, w: Id| if w == zero { zero } else { binary(b, Binary::Div, w, all) };
            let divided: Vec<(u32, Id)> = weights.iter().map(|(f, w)| (*f, divide(&mut self.b, *w))).collect();
            // Which one takes the remainder depends on which weights are zero.
            let mut later = self.b.bool(false);
            let mut last: Vec<Id> = vec![zero; weights.len()];
            for (i, (_, w)) in weights.iter().enumerate().rev() {
                let is = compare(&mut self.b, Cmp::Ne, *w, zero);
                let not = self.b.add(Def::Not(later));
                last[i] = self.b.add(Def::And(is, not));
                later = self.b.add(Def::Or(later, is));
            }
            for (i, (field, own)) in divided.iter().enumerate() {
                let others = divided.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, (_, x))| *x).collect();
                let left = rest(self, others);
                let share = self.b.add(Def::Select(last[i], left, *own));
                let positive = compare(&mut self.b, Cmp::Ge, left, zero);
                let fine = self.b.add(Def::Not(last[i]));
                let fine = self.b.add(Def::Or(fine, positive));
                sound = self.b.add(Def::And(sound, fine));
                out.push((*field, share));
            }
        }
        out.sort_unstable_by_key(|(field, _)| *field);
        let fail = self.b.add(Def::Fail);
        let of = |p: &mut Self, x: Id| Sym::Number(p.b.add(Def::Select(sound, x, fail)));
        let fields: Vec<Sym> = out.into_iter().map(|(_, x)| of(self, x)).collect();
        Sym::Record(Rc::from(fields))
    }
}

fn in_stage(list: &mut Vec<(StageId, Vec<Term>)>, stage: StageId, term: Term) {
    match list.iter_mut().find(|(s, _)| *s == stage) {
        Some((_, terms)) => terms.push(term),
        None => list.push((stage, vec![term])),
    }
}
