//! Data quality: scores of data, and what contributions rest on.
//!
//! A datum has a rating from 1 (best) to 5: the mean of four indicators, or the rating itself as its source states it.
//! Every CO2e value carries, beside its parts, its *terms*: how much of it rests on an amount of which rating and a
//! factor of which rating. Guarantees: terms never change a figure and never fail an evaluation; nothing is rated that
//! rests on unrated data. Must not: know levels (excellent, good …), which are a rule's.

use footrule_number::{NumError, Number, Sum};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a number rests on, as far as its quality is concerned. In order from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Score {
    /// No datum at all.
    #[default]
    Nothing,
    /// Data of which this is the worst rating.
    Rated(Number),
    /// Data of which at least one has no rating.
    Unrated,
}

/// What a contribution rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rating {
    /// Given data.
    pub amount: Score,
    /// Factors: given ones, parameters, tables.
    pub factor: Score,
}

impl Rating {
    /// The data quality rating: the mean of amount and factor, or of the one that there is. Nothing if a datum is
    /// unrated, or if there is no datum.
    #[must_use]
    pub fn dqr(self) -> Option<Number> {
        match (self.amount, self.factor) {
            (Score::Rated(a), Score::Rated(b)) => a.add(b).and_then(|s| s.div(Number::from(2))).ok(),
            (Score::Rated(x), Score::Nothing) | (Score::Nothing, Score::Rated(x)) => Some(x),
            _ => None,
        }
    }

    /// Resting on both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { amount: self.amount.max(other.amount), factor: self.factor.max(other.factor) }
    }

    /// A factor of this score.
    #[must_use]
    pub fn factor(score: Score) -> Self {
        Self { amount: Score::Nothing, factor: score }
    }
}

/// A CO2e value by what it rests on; unknown where it could not be followed.
#[derive(Debug, Clone)]
pub(crate) struct Terms(Option<Arc<[(Rating, Number)]>>);

impl Terms {
    pub(crate) fn one(rating: Rating, value: Result<Number, NumError>) -> Self {
        Self(value.ok().map(|v| Arc::from([(rating, v)])))
    }

    /// The terms; `None` if they are not known.
    pub(crate) fn list(&self) -> Option<&[(Rating, Number)]> {
        self.0.as_deref()
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        let mut sum = TermSum::default();
        sum.add(self);
        sum.add(other);
        sum.finish()
    }

    /// Every term through `f`.
    pub(crate) fn each(&self, mut f: impl FnMut(Number) -> Result<Number, NumError>) -> Self {
        let f = |(r, v): &(Rating, Number)| match f(*v) {
            // What is too small to be told counts nothing.
            Err(NumError::TooSmall) => Some((*r, Number::ZERO)),
            x => x.ok().map(|x| (*r, x)),
        };
        Self(self.0.as_ref().and_then(|t| t.iter().map(f).collect()))
    }

    /// Every term resting on this, too.
    pub(crate) fn resting_on(&self, rating: Rating) -> Self {
        if rating == Rating::default() {
            return self.clone();
        }
        let mut sum = TermSum::default();
        match &self.0 {
            Some(terms) => terms.iter().for_each(|(r, v)| sum.put(r.with(rating), *v)),
            None => return self.clone(),
        }
        sum.finish()
    }
}

/// Sums terms exactly, rating by rating.
#[derive(Debug, Default)]
pub(crate) struct TermSum {
    sums: BTreeMap<Rating, Sum>,
    unknown: bool,
}

impl TermSum {
    fn put(&mut self, rating: Rating, value: Number) {
        self.sums.entry(rating).or_default().add(value);
    }

    pub(crate) fn add(&mut self, terms: &Terms) {
        match &terms.0 {
            Some(list) => list.iter().for_each(|(r, v)| self.put(*r, *v)),
            None => self.unknown = true,
        }
    }

    pub(crate) fn finish(&self) -> Terms {
        if self.unknown {
            return Terms(None);
        }
        Terms(self.sums.iter().map(|(r, s)| s.finish().ok().map(|x| (*r, x))).collect())
    }
}
