//! What a node of the program is worth when the columns are known but not their values.
//!
//! Guarantees: a [`Sym`] has the value that the reference's value of the node has, row by row. What cannot be said is
//! [`Sym::Fail`]: rows that ask for it go to the reference.

use crate::kernel::{Binary, Builder, Def, Fold, Id, ListId, Term, Unary};
use footrule_mir::{Day, Evidence, GasId, Origin, TableId};
use footrule_number::{Number, Ratio};
use std::rc::Rc;
use std::sync::Arc;

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
}

/// CO2e with its parts; keys are distinct.
pub(crate) type Parts = Rc<[(Key, Id)]>;

/// Some items of a list.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub over: Vec<ListId>,
    pub when: Option<Id>,
    pub value: Sym,
}

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
    },
    Row(TableId, Id),
    Text(Arc<str>),
    Date(Day),
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
            _ => b.add(Def::Fail),
        }
    }

    /// The condition.
    pub(crate) fn bool(&self, b: &mut Builder) -> Id {
        match self {
            Self::Bool(id) => *id,
            _ => b.add(Def::Fail),
        }
    }

    /// The index.
    pub(crate) fn index(&self, b: &mut Builder) -> Id {
        match self {
            Self::Index(id) | Self::Row(_, id) => *id,
            _ => b.add(Def::Fail),
        }
    }

    /// The parts; a value that fails has one part that does.
    pub(crate) fn parts(&self, b: &mut Builder) -> Parts {
        match self {
            Self::Split(p) => p.clone(),
            _ => {
                let key = Key { origin: Origin::Undivided, gas: Gas::None, evidence: Evidence::Secondary };
                Rc::from([(key, b.add(Def::Fail))])
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
    parts.iter().map(|(k, v)| (*k, f(b, *v))).collect()
}

/// Parts in any order; those with one key are added from left to right.
pub(crate) fn merged(b: &mut Builder, parts: impl IntoIterator<Item = (Key, Id)>) -> Parts {
    let mut out: Vec<(Key, Id)> = Vec::new();
    for (key, value) in parts {
        match out.iter_mut().find(|(k, _)| *k == key) {
            Some((_, sum)) => *sum = binary(b, Binary::Add, *sum, value),
            None => out.push((key, value)),
        }
    }
    out.into()
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
    sum(b, parts.iter().map(|(_, v)| *v))
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
        (Sym::Row(t, x), Sym::Row(u, y)) if t == u => Sym::Row(*t, scalar(b, *x, *y)),
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
        (Sym::List(x), Sym::List(y)) => {
            let not = b.add(Def::Not(c));
            let arm = |b: &mut Builder, list: &Rc<[Segment]>, c: Id| {
                let kept = list.iter().map(|s| Segment { when: and(b, Some(c), s.when), ..s.clone() });
                kept.collect::<Vec<_>>()
            };
            let mut all = arm(b, x, c);
            all.extend(arm(b, y, not));
            Sym::List(all.into())
        }
        (Sym::Activity { amount: x, factor: f }, Sym::Activity { amount: y, factor: g }) => {
            let factor = match (f, g) {
                (Some(f), Some(g)) => Some(select_parts(b, c, f, g)),
                _ => None,
            };
            Sym::Activity { amount: scalar(b, *x, *y), factor }
        }
        (Sym::Text(x), Sym::Text(y)) if x == y => yes.clone(),
        (Sym::Date(x), Sym::Date(y)) if x == y => yes.clone(),
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
        _ => Sym::Fail("a choice between values of different shapes"),
    }
}

/// Parts under either arm; a part that an arm does not have is 0 there.
fn select_parts(b: &mut Builder, c: Id, x: &Parts, y: &Parts) -> Parts {
    let zero = b.number(Number::ZERO);
    let of = |p: &Parts, key: &Key| p.iter().find(|(k, _)| k == key).map(|(_, v)| *v);
    let mut out: Vec<(Key, Id)> = Vec::new();
    for (key, _) in x.iter().chain(y.iter()) {
        if out.iter().any(|(k, _)| k == key) {
            continue;
        }
        if of(x, key).is_none() || of(y, key).is_none() {
            b.varying();
        }
        let (l, r) = (of(x, key).unwrap_or(zero), of(y, key).unwrap_or(zero));
        let value = if l == r { l } else { b.add(Def::Select(c, l, r)) };
        out.push((*key, value));
    }
    out.into()
}
