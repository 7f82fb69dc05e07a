//! What a node of the program is worth when the columns are known but not their values.
//!
//! Guarantees: a [`Sym`] has the value that the reference's value of the node has, row by row. What cannot be said is
//! [`Sym::Fail`]: rows that ask for it go to the reference.

use super::again::items_where;
use super::marks::Marks;
use super::terms::{self, Rating, Terms, each_term, select_terms};
use crate::kernel::{Binary, Builder, Def, Fold, Id, ListId, Term, Unary};
use footrule_mir::{Day, Evidence, GasId, Origin, TableId};
use footrule_number::{Number, Ratio};
use std::ops::Deref;
use std::rc::Rc;

/// Which gas a part is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Gas {
    None,
    Known(GasId),
    /// The gas with this index.
    Of(Id),
}

/// What a part of CO2e is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub origin: Origin,
    pub gas: Gas,
    pub evidence: Evidence,
    /// The rule of an upstream footprint settled the evidence; lines leave it as it is.
    pub settled: bool,
}

impl Key {
    /// A part whose evidence a line may still change.
    pub(crate) fn new(origin: Origin, gas: Gas, evidence: Evidence) -> Self {
        Self { origin, gas, evidence, settled: false }
    }

    /// As the reference orders its keys.
    pub(crate) fn order(&self) -> (Origin, Option<u32>, Evidence, bool) {
        let gas = match self.gas {
            Gas::None => None,
            Gas::Known(g) => Some(g.0),
            Gas::Of(_) => Some(0),
        };
        (self.origin, gas, self.evidence, self.settled)
    }
}

/// A part of CO2e; its value is 0 where it is not there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub key: Key,
    pub value: Id,
    /// Where there is such a part; everywhere if `None`.
    pub there: Option<Id>,
}

impl Part {
    /// A part that every row has.
    pub(crate) fn new(key: Key, value: Id) -> Self {
        Self { key, value, there: None }
    }
}

/// CO2e with its parts; keys are distinct and in the reference's order. Beside them what they rest on, where that is followed.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    parts: Rc<[Part]>,
    terms: Terms,
}

impl Parts {
    /// No part.
    pub(crate) fn none() -> Self {
        Self { parts: Rc::from([]), terms: Some(Rc::from([])) }
    }

    /// What they rest on.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The same parts, resting on this.
    pub(crate) fn with(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }
}

impl Deref for Parts {
    type Target = [Part];

    fn deref(&self) -> &[Part] {
        &self.parts
    }
}

impl From<Vec<Part>> for Parts {
    fn from(parts: Vec<Part>) -> Self {
        Self { parts: parts.into(), terms: None }
    }
}

impl From<Part> for Parts {
    fn from(part: Part) -> Self {
        Self { parts: Rc::from([part]), terms: None }
    }
}

impl FromIterator<Part> for Parts {
    fn from_iter<T: IntoIterator<Item = Part>>(parts: T) -> Self {
        Self { parts: parts.into_iter().collect(), terms: None }
    }
}

/// Some items of a list.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub over: Vec<ListId>,
    pub when: Option<Id>,
    pub value: Sym,
}

/// Why there is no list, in place of its items.
pub(crate) const NO_LIST: &str = "a list that is not there";

/// A symbolic value.
#[derive(Debug, Clone)]
pub(crate) enum Sym {
    Number(Id),
    Bool(Id),
    /// A member of an enumeration.
    Index(Id),
    Split(Parts),
    Record(Rc<[Sym]>),
    List(Rc<[Segment]>),
    Activity {
        amount: Id,
        factor: Option<Parts>,
        /// The factor is there where this holds; everywhere if `None`.
        given: Option<Id>,
        /// What the factor rests on where the rule completed it.
        rests: Marks,
    },
    Row(TableId, Id),
    /// A text by its code ([`crate::layout::texts`]).
    Text(Id),
    /// A day by its running number.
    Date(Id),
    Period(Day, Day),
    Absent,
    /// There where this holds.
    Maybe(Id, Rc<Sym>),
    /// No value: the reference is asked.
    Fail(&'static str),
}

impl Sym {
    /// The number.
    pub(crate) fn number(&self, b: &mut Builder) -> Id {
        match self {
            Self::Number(id) => *id,
            Self::Maybe(p, v) => {
                let (v, fail) = (v.number(b), b.add(Def::Fail));
                b.add(Def::Select(*p, v, fail))
            }
            _ => b.add(Def::Fail),
        }
    }

    /// The condition.
    pub(crate) fn bool(&self, b: &mut Builder) -> Id {
        match self {
            Self::Bool(id) => *id,
            Self::Maybe(p, v) => {
                let (v, fail) = (v.bool(b), b.add(Def::Fail));
                b.add(Def::Select(*p, v, fail))
            }
            _ => b.add(Def::Fail),
        }
    }

    /// The index.
    pub(crate) fn index(&self, b: &mut Builder) -> Id {
        match self {
            Self::Index(id) | Self::Row(_, id) | Self::Text(id) => *id,
            Self::Maybe(p, v) => {
                let (v, fail) = (v.index(b), b.add(Def::Fail));
                b.add(Def::Select(*p, v, fail))
            }
            _ => b.add(Def::Fail),
        }
    }

    /// The parts; a value that fails has one part that does.
    pub(crate) fn parts(&self, b: &mut Builder) -> Parts {
        match self {
            Self::Split(p) => p.clone(),
            Self::Maybe(p, v) => {
                let (v, fail) = (v.parts(b), Self::Fail("a value that is not there").parts(b));
                select_parts(b, *p, &v, &fail)
            }
            _ => {
                let key = Key::new(Origin::Undivided, Gas::None, Evidence::Secondary);
                let fail = b.add(Def::Fail);
                let on = Rating::nothing(b);
                Parts::from(Part::new(key, fail)).with(terms::resting(on, fail))
            }
        }
    }
}

/// A unary operation.
pub(crate) fn unary(b: &mut Builder, op: Unary, a: Id) -> Id {
    b.add(Def::Unary(op, a))
}

/// A binary operation.
pub(crate) fn binary(b: &mut Builder, op: Binary, x: Id, y: Id) -> Id {
    b.add(Def::Binary(op, x, y))
}

/// Every part through `f`.
pub(crate) fn each(b: &mut Builder, parts: &Parts, mut f: impl FnMut(&mut Builder, Id) -> Id) -> Parts {
    let found: Parts = parts.iter().map(|p| Part { value: f(b, p.value), ..*p }).collect();
    let terms = each_term(b, parts.terms(), f);
    found.with(terms)
}

/// Parts in any order; those with one key are added from left to right. The result is in the reference's order of keys,
/// which decides what is added first where keys become one. Parts of a gas that differs from row to row stand alone or
/// beside parts without gas; else there is one for each of the `gases`.
pub(crate) fn merged(b: &mut Builder, gases: usize, parts: impl IntoIterator<Item = Part>) -> Parts {
    let mut parts: Vec<Part> = parts.into_iter().collect();
    if mixed(&parts) {
        let told = parts.iter().flat_map(|p| by_gas(b, gases, *p)).collect();
        parts = told;
    }
    let mut out: Vec<Part> = Vec::new();
    for part in parts {
        match out.iter_mut().find(|p| p.key == part.key) {
            Some(p) => {
                p.value = binary(b, Binary::Add, p.value, part.value);
                p.there = match (p.there, part.there) {
                    (Some(x), Some(y)) => Some(b.add(Def::Or(x, y))),
                    _ => None,
                };
            }
            None => out.push(part),
        }
    }
    out.sort_by_key(|p| p.key.order());
    out.into()
}

/// True if which gas a part is of differs from row to row, and others may be of the same.
pub(crate) fn mixed<'a>(parts: impl IntoIterator<Item = &'a Part>) -> bool {
    let (mut first, mut apart, mut differs) = (None, false, false);
    for gas in parts.into_iter().map(|p| p.key.gas).filter(|g| *g != Gas::None) {
        apart |= *first.get_or_insert(gas) != gas;
        differs |= matches!(gas, Gas::Of(_));
    }
    apart && differs
}

/// One part for each gas, if which one it is differs from row to row: the value where it is the gas, 0 elsewhere.
pub(crate) fn by_gas(b: &mut Builder, gases: usize, part: Part) -> Vec<Part> {
    let Gas::Of(index) = part.key.gas else { return vec![part] };
    let zero = b.number(Number::ZERO);
    let one = |g| {
        let is = b.add(Def::Is(index, g));
        let value = b.add(Def::Select(is, part.value, zero));
        Part { key: Key { gas: Gas::Known(GasId(g)), ..part.key }, value, there: and(b, part.there, Some(is)) }
    };
    (0..gases as u32).map(one).collect()
}

/// The exact sum of values, rounded once.
pub(crate) fn sum(b: &mut Builder, values: impl IntoIterator<Item = Id>) -> Id {
    let terms = values.into_iter().map(|value| Term { over: Vec::new(), when: None, value }).collect();
    fold(b, Fold::Sum, terms)
}

/// A fold; terms whose condition never holds are left out.
pub(crate) fn fold(b: &mut Builder, kind: Fold, terms: Vec<Term>) -> Id {
    let mut kept = Vec::with_capacity(terms.len());
    for mut t in terms {
        match t.when.and_then(|w| b.known_bool(w)) {
            Some(false) => continue,
            Some(true) => t.when = None,
            None => {}
        }
        if kind == Fold::Sum && b.constant(t.value).is_some_and(Number::is_zero) {
            continue;
        }
        kept.push(t);
    }
    b.add(Def::Fold(kind, kept))
}

/// The whole of parts: their exact sum, rounded once.
pub(crate) fn whole(b: &mut Builder, parts: &Parts) -> Id {
    sum(b, parts.iter().map(|p| p.value))
}

/// Both conditions.
pub(crate) fn and(b: &mut Builder, x: Option<Id>, y: Option<Id>) -> Option<Id> {
    match (x, y) {
        (Some(x), Some(y)) => Some(b.add(Def::And(x, y))),
        (x, y) => x.or(y),
    }
}

/// A comparison of numbers in one unit.
pub(crate) fn compare(b: &mut Builder, cmp: footrule_mir::Cmp, x: Id, y: Id) -> Id {
    b.add(Def::Compare(cmp, (x, Ratio::ONE), (y, Ratio::ONE)))
}

/// One value where a condition holds, another elsewhere.
pub(crate) fn select(b: &mut Builder, c: Id, yes: &Sym, no: &Sym) -> Sym {
    match b.known_bool(c) {
        Some(true) => return yes.clone(),
        Some(false) => return no.clone(),
        None => {}
    }
    let scalar = |b: &mut Builder, x: Id, y: Id| if x == y { x } else { b.add(Def::Select(c, x, y)) };
    match (yes, no) {
        (Sym::Number(x), Sym::Number(y)) => Sym::Number(scalar(b, *x, *y)),
        (Sym::Bool(x), Sym::Bool(y)) => Sym::Bool(scalar(b, *x, *y)),
        (Sym::Index(x), Sym::Index(y)) => Sym::Index(scalar(b, *x, *y)),
        (Sym::Activity { amount, factor, given, rests }, Sym::Fail(_)) => {
            let fail = b.add(Def::Fail);
            let none = no.parts(b);
            let factor = factor.as_ref().map(|f| select_parts(b, c, f, &none));
            Sym::Activity { amount: scalar(b, *amount, fail), factor, given: *given, rests: rests.clone() }
        }
        (Sym::Fail(_), Sym::Activity { .. }) => {
            let not = b.add(Def::Not(c));
            select(b, not, no, yes)
        }
        (Sym::Date(x), Sym::Fail(_)) => {
            let fail = b.add(Def::Fail);
            Sym::Date(scalar(b, *x, fail))
        }
        (Sym::Fail(_), Sym::Date(y)) => {
            let fail = b.add(Def::Fail);
            Sym::Date(scalar(b, fail, *y))
        }
        (Sym::Row(t, x), Sym::Fail(_)) => {
            let fail = b.add(Def::Fail);
            Sym::Row(*t, scalar(b, *x, fail))
        }
        (Sym::Fail(_), Sym::Row(t, y)) => {
            let fail = b.add(Def::Fail);
            Sym::Row(*t, scalar(b, fail, *y))
        }
        (Sym::Fail(why), Sym::Fail(_)) => Sym::Fail(why),
        // Whether there is a value is a question that fails where the failure is.
        (Sym::Fail(_), Sym::Absent) | (Sym::Absent, Sym::Fail(_)) => {
            let (fail, none) = (b.add(Def::Fail), b.bool(false));
            let (there, value) = match (yes, no) {
                (Sym::Fail(_), _) => (scalar(b, fail, none), yes),
                _ => (scalar(b, none, fail), no),
            };
            Sym::Maybe(there, Rc::new(value.clone()))
        }
        (Sym::Text(x), Sym::Text(y)) => Sym::Text(scalar(b, *x, *y)),
        (Sym::Date(x), Sym::Date(y)) => Sym::Date(scalar(b, *x, *y)),
        (Sym::Row(t, x), Sym::Row(u, y)) if t == u => Sym::Row(*t, scalar(b, *x, *y)),
        (Sym::Text(x), Sym::Fail(_)) => {
            let fail = b.add(Def::Fail);
            Sym::Text(scalar(b, *x, fail))
        }
        (Sym::Fail(_), Sym::Text(y)) => {
            let fail = b.add(Def::Fail);
            Sym::Text(scalar(b, fail, *y))
        }
        (Sym::Number(_), Sym::Fail(_)) | (Sym::Fail(_), Sym::Number(_)) => {
            let (x, y) = (yes.number(b), no.number(b));
            Sym::Number(scalar(b, x, y))
        }
        (Sym::Bool(_), Sym::Fail(_)) | (Sym::Fail(_), Sym::Bool(_)) => {
            let (x, y) = (yes.bool(b), no.bool(b));
            Sym::Bool(scalar(b, x, y))
        }
        (Sym::Index(_), Sym::Fail(_)) | (Sym::Fail(_), Sym::Index(_)) => {
            let (x, y) = (yes.index(b), no.index(b));
            Sym::Index(scalar(b, x, y))
        }
        (Sym::Split(_), Sym::Split(_) | Sym::Fail(_)) | (Sym::Fail(_), Sym::Split(_)) => {
            let (x, y) = (yes.parts(b), no.parts(b));
            Sym::Split(select_parts(b, c, &x, &y))
        }
        (Sym::Record(x), Sym::Record(y)) if x.len() == y.len() => {
            Sym::Record(x.iter().zip(y.iter()).map(|(x, y)| select(b, c, x, y)).collect())
        }
        (Sym::Record(x), Sym::Fail(_)) => Sym::Record(x.iter().map(|x| select(b, c, x, no)).collect()),
        (Sym::Fail(_), Sym::Record(y)) => Sym::Record(y.iter().map(|y| select(b, c, yes, y)).collect()),
        // What is made of a list that fails, fails.
        (Sym::List(x), Sym::Fail(_)) | (Sym::Fail(_), Sym::List(x)) => {
            let not = b.add(Def::Not(c));
            let (there, gone) = if matches!(yes, Sym::List(_)) { (c, not) } else { (not, c) };
            let Some(mut all) = items_where(b, there, x) else { return many_loops(b) };
            all.push(Segment { over: Vec::new(), when: Some(gone), value: Sym::Fail(NO_LIST) });
            Sym::List(all.into())
        }
        (Sym::List(x), Sym::List(y)) => {
            let not = b.add(Def::Not(c));
            match (items_where(b, c, x), items_where(b, not, y)) {
                (Some(x), Some(y)) => Sym::List(x.into_iter().chain(y).collect()),
                _ => many_loops(b),
            }
        }
        (
            Sym::Activity { amount: x, factor: f, given: p, rests: r },
            Sym::Activity { amount: y, factor: g, given: q, rests: s },
        ) => {
            let rests = super::marks::either(b, c, r, s);
            let none = Parts::none();
            let factor = match (f, g) {
                (None, None) => None,
                (f, g) => Some(select_parts(b, c, f.as_ref().unwrap_or(&none), g.as_ref().unwrap_or(&none))),
            };
            let there = |b: &mut Builder, f: &Option<Parts>, p: &Option<Id>| match (f, p) {
                (None, _) => b.bool(false),
                (Some(_), Some(p)) => *p,
                (Some(_), None) => b.bool(true),
            };
            let (p, q) = (there(b, f, p), there(b, g, q));
            let p = scalar(b, p, q);
            let given = (b.known_bool(p) != Some(true)).then_some(p);
            Sym::Activity { amount: scalar(b, *x, *y), factor, given, rests }
        }
        (Sym::Absent, Sym::Absent) => Sym::Absent,
        (Sym::Absent, Sym::Maybe(p, v)) => {
            let not = b.add(Def::Not(c));
            Sym::Maybe(b.add(Def::And(not, *p)), v.clone())
        }
        (Sym::Maybe(p, v), Sym::Absent) => Sym::Maybe(b.add(Def::And(c, *p)), v.clone()),
        (Sym::Maybe(p, v), Sym::Maybe(q, w)) => Sym::Maybe(scalar(b, *p, *q), Rc::new(select(b, c, v, w))),
        (Sym::Maybe(p, v), w) => {
            let yes = b.bool(true);
            Sym::Maybe(scalar(b, *p, yes), Rc::new(select(b, c, v, w)))
        }
        (v, Sym::Maybe(p, w)) => {
            let yes = b.bool(true);
            Sym::Maybe(scalar(b, yes, *p), Rc::new(select(b, c, v, w)))
        }
        (Sym::Absent, v) => Sym::Maybe(b.add(Def::Not(c)), Rc::new(v.clone())),
        (v, Sym::Absent) => Sym::Maybe(c, Rc::new(v.clone())),
        _ => {
            let why = "a choice between values of different shapes";
            b.gap(why);
            Sym::Fail(why)
        }
    }
}

/// No list: its items are those of several loops, and one of these is at hand.
fn many_loops(b: &mut Builder) -> Sym {
    let why = "a choice of a list that loops made, by one of its items";
    b.gap(why);
    Sym::Fail(why)
}

/// Parts under either arm; a part that an arm does not have is 0 there.
pub(crate) fn select_parts(b: &mut Builder, c: Id, x: &Parts, y: &Parts) -> Parts {
    let (zero, yes, no) = (b.number(Number::ZERO), b.bool(true), b.bool(false));
    let of = |p: &Parts, key: &Key| p.iter().find(|p| p.key == *key).copied();
    let mut out: Vec<Part> = Vec::new();
    for Part { key, .. } in x.iter().chain(y.iter()) {
        if out.iter().any(|p| p.key == *key) {
            continue;
        }
        let (l, r) = (of(x, key), of(y, key));
        let either = |b: &mut Builder, l: Id, r: Id| if l == r { l } else { b.add(Def::Select(c, l, r)) };
        let value = either(b, l.map_or(zero, |p| p.value), r.map_or(zero, |p| p.value));
        let there = |p: Option<Part>| p.map_or(no, |p| p.there.unwrap_or(yes));
        let there = either(b, there(l), there(r));
        out.push(Part { key: *key, value, there: (there != yes).then_some(there) });
    }
    out.sort_by_key(|p| p.key.order());
    Parts::from(out).with(select_terms(b, c, x.terms(), y.terms()))
}
