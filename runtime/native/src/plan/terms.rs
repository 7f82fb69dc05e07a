//! What CO2e rests on, as far as its quality is told: how much of it on amounts and on factors of which ratings.
//!
//! As the reference's terms. Scores are numbers: 0 for no datum, a rating from 1 (best) to 5, [`UNRATED`] where a datum has none;
//! so the worst of several is the largest, and a score may differ from row to row like any number. Guarantees: in each row terms
//! that rest on the same are one, summed exactly and rounded once, as the reference sums them; of the others at most one in a
//! row is not zero. Must not: say what is not followed, which is `None`.

use super::sym::{binary, compare, fold};
use crate::kernel::{Binary, Builder, Def, Fold, Id, Term};
use footrule_mir::Cmp;
use footrule_number::Number;
use std::rc::Rc;

/// The score of data of which at least one has no rating.
pub(crate) const UNRATED: i64 = 6;

/// Most terms of one value whose ratings may become the same in some row.
const MAX_TERMS: usize = 12;

/// The worst ratings of the data behind a contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rating {
    pub amount: Id,
    pub factor: Id,
}

impl Rating {
    /// Resting on no datum.
    pub(crate) fn nothing(b: &mut Builder) -> Self {
        let zero = b.number(Number::ZERO);
        Self { amount: zero, factor: zero }
    }

    /// A factor of this score.
    pub(crate) fn factor(b: &mut Builder, score: Id) -> Self {
        Self { factor: score, ..Self::nothing(b) }
    }

    /// Resting on both.
    pub(crate) fn with(self, b: &mut Builder, other: Self) -> Self {
        Self { amount: worst(b, self.amount, other.amount), factor: worst(b, self.factor, other.factor) }
    }

    /// Both are the same.
    fn same(self, b: &mut Builder, other: Self) -> Id {
        let [x, y] = [(self.amount, other.amount), (self.factor, other.factor)].map(|(x, y)| match x == y {
            true => b.bool(true),
            false => compare(b, Cmp::Eq, x, y),
        });
        b.add(Def::And(x, y))
    }

    /// Whether it is a rating, and which: the mean of amount and factor, or the one that there is.
    pub(crate) fn dqr(self, b: &mut Builder) -> (Id, Id) {
        let (zero, two, none) = (b.number(Number::ZERO), b.number(Number::from(2)), b.number(Number::from(UNRATED)));
        let [no_amount, no_factor] = [self.amount, self.factor].map(|x| compare(b, Cmp::Eq, x, zero));
        let [amount, factor] = [self.amount, self.factor].map(|x| compare(b, Cmp::Ne, x, none));
        let rated = b.add(Def::And(amount, factor));
        let nothing = b.add(Def::And(no_amount, no_factor));
        let some = b.add(Def::Not(nothing));
        let rated = b.add(Def::And(rated, some));
        let both = binary(b, Binary::Add, self.amount, self.factor);
        let mean = binary(b, Binary::Div, both, two);
        let value = b.add(Def::Select(no_factor, self.amount, mean));
        (rated, b.add(Def::Select(no_amount, self.factor, value)))
    }
}

/// The worst of two scores.
pub(crate) fn worst(b: &mut Builder, x: Id, y: Id) -> Id {
    let known = |b: &Builder, id: Id| b.constant(id).and_then(Number::to_i64);
    match (known(b, x), known(b, y)) {
        _ if x == y => x,
        (Some(0), _) | (_, Some(UNRATED)) => y,
        (_, Some(0)) | (Some(UNRATED), _) => x,
        _ => binary(b, Binary::Max, x, y),
    }
}

/// How much rests on this.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rated {
    pub on: Rating,
    pub value: Id,
}

/// A value by what it rests on; none if that is not followed.
pub(crate) type Terms = Option<Rc<[Rated]>>;

/// All of it resting on this.
pub(crate) fn resting(on: Rating, value: Id) -> Terms {
    Some(Rc::from([Rated { on, value }]))
}

/// Every term through `f`.
pub(crate) fn each_term(b: &mut Builder, terms: &Terms, mut f: impl FnMut(&mut Builder, Id) -> Id) -> Terms {
    terms.as_ref().map(|t| t.iter().map(|t| Rated { value: f(b, t.value), ..*t }).collect())
}

/// Terms under either arm; one that an arm does not have is 0 there.
pub(crate) fn select_terms(b: &mut Builder, c: Id, x: &Terms, y: &Terms) -> Terms {
    let (x, y) = (x.as_ref()?, y.as_ref()?);
    let zero = b.number(Number::ZERO);
    let of = |t: &[Rated], on: Rating| t.iter().find(|t| t.on == on).map_or(zero, |t| t.value);
    let mut out: Vec<Rated> = Vec::with_capacity(x.len().max(y.len()));
    for Rated { on, .. } in x.iter().chain(y.iter()) {
        if out.iter().all(|t| t.on != *on) {
            let (l, r) = (of(x, *on), of(y, *on));
            let value = if l == r { l } else { b.add(Def::Select(c, l, r)) };
            out.push(Rated { on: *on, value });
        }
    }
    Some(out.into())
}

/// Sums terms exactly, rating by rating.
#[derive(Debug, Default)]
pub(crate) struct TermSum {
    sums: Vec<(Rating, Vec<Term>)>,
    unknown: bool,
}

impl TermSum {
    /// Adds a term of a fold; its rating depends on no item that it is a fold over.
    pub(crate) fn put(&mut self, b: &Builder, on: Rating, term: Term) {
        if b.constant(term.value).is_some_and(Number::is_zero) {
            return;
        }
        match self.sums.iter_mut().find(|(r, _)| *r == on) {
            Some((_, terms)) => terms.push(term),
            None => self.sums.push((on, vec![term])),
        }
    }

    /// Adds terms.
    pub(crate) fn add(&mut self, b: &Builder, terms: &Terms) {
        match terms {
            Some(list) => list.iter().for_each(|t| self.put(b, t.on, alone(t.value))),
            None => self.unknown = true,
        }
    }

    /// What it rests on is not followed.
    pub(crate) fn lose(&mut self) {
        self.unknown = true;
    }

    /// The sums. Where ratings are the same in some rows, the first has the whole sum there.
    pub(crate) fn finish(self, b: &mut Builder) -> Terms {
        if self.unknown {
            return None;
        }
        let n = self.sums.len();
        let mut same: Vec<Vec<Id>> = Vec::with_capacity(n);
        let mut doubtful = false;
        for (i, (on, _)) in self.sums.iter().enumerate() {
            let row: Vec<Id> = self.sums[..i].iter().map(|(other, _)| on.same(b, *other)).collect();
            doubtful |= row.iter().any(|c| b.known_bool(*c) != Some(false));
            same.push(row);
        }
        if doubtful && n > MAX_TERMS {
            b.gap("ratings of so many terms");
            return None;
        }
        let zero = b.number(Number::ZERO);
        let mut out = Vec::with_capacity(n);
        for (i, (on, terms)) in self.sums.iter().enumerate() {
            let mut all = terms.clone();
            for (j, (_, others)) in self.sums.iter().enumerate().skip(i + 1) {
                let is = same[j][i];
                if b.known_bool(is) == Some(false) {
                    continue;
                }
                for t in others {
                    let value = b.add(Def::Select(is, t.value, zero));
                    all.push(Term { value, ..t.clone() });
                }
            }
            let mut value = match &all[..] {
                [Term { over, when: None, value }] if over.is_empty() => *value,
                _ => fold(b, Fold::Sum, all),
            };
            // One before it has the sum.
            for is in &same[i] {
                value = b.add(Def::Select(*is, zero, value));
            }
            out.push(Rated { on: *on, value });
        }
        Some(out.into())
    }
}

/// Every term resting on this, too.
pub(crate) fn resting_on(b: &mut Builder, terms: &Terms, rating: Rating) -> Terms {
    if rating == Rating::nothing(b) {
        return terms.clone();
    }
    let mut sum = TermSum::default();
    match terms {
        Some(list) => {
            for t in list.iter() {
                let on = t.on.with(b, rating);
                sum.put(b, on, alone(t.value));
            }
        }
        None => sum.lose(),
    }
    sum.finish(b)
}

fn alone(value: Id) -> Term {
    Term { over: Vec::new(), when: None, value }
}
