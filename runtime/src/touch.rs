//! The dynamic trace: which data a value was computed from.
//!
//! Guarantees: a set, sorted; unions share memory where one side adds nothing. It follows what was really
//! evaluated: an arm that was not taken leaves nothing. Reading a list or record counts as reading all of it.

use footrule_mir::{Day, FactorId, ParamId};
use std::sync::Arc;

/// One thing that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Touch {
    /// A sourced number.
    Factor(FactorId),
    /// A parameter read outside its rows by a policy that asks for a finding: which row, for which day.
    Held(ParamId, u32, Day),
    /// Given data, from the first to the last number of the tree of given data. Exact if the value at hand is that
    /// datum itself, so that a field or item of it is a part of the datum.
    Given {
        /// The datum.
        first: u32,
        /// The last one that it contains.
        last: u32,
        /// The value is the datum.
        exact: bool,
    },
    /// A value that nobody gave: a default of the rule, or a value of a scenario.
    Assumed,
}

impl Touch {
    /// True for data that are read as a whole.
    fn is_whole(&self) -> bool {
        matches!(self, Self::Given { exact: false, .. })
    }

    /// True if it is all of `other` and more.
    fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Given { first: a, last: b, exact: false }, Self::Given { first: c, last: d, .. }) => {
                a <= c && d <= b
            }
            _ => false,
        }
    }
}

/// A set of [`Touch`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touches(Option<Arc<[Touch]>>);

impl Touches {
    /// The empty set.
    pub const NONE: Self = Self(None);

    /// A set of these.
    #[must_use]
    pub fn of(mut items: Vec<Touch>) -> Self {
        items.sort_unstable();
        items.dedup();
        if items.is_empty() { Self(None) } else { Self(Some(items.into())) }
    }

    /// A set of one.
    #[must_use]
    pub fn one(item: Touch) -> Self {
        Self(Some(Arc::from([item])))
    }

    /// The members, in order.
    #[must_use]
    pub fn items(&self) -> &[Touch] {
        self.0.as_deref().unwrap_or(&[])
    }

    /// The sourced numbers, in order.
    pub fn factors(&self) -> impl Iterator<Item = FactorId> + '_ {
        self.items().iter().filter_map(|t| match t {
            Touch::Factor(f) => Some(*f),
            _ => None,
        })
    }

    /// Adds the members of `other`.
    pub fn absorb(&mut self, other: &Self) {
        let Some(b) = &other.0 else { return };
        let Some(a) = &self.0 else {
            self.0 = Some(b.clone());
            return;
        };
        if Arc::ptr_eq(a, b) {
            return;
        }
        let wholes = |set: &[Touch]| -> Vec<Touch> { set.iter().filter(|t| t.is_whole()).copied().collect() };
        let (in_a, in_b) = (wholes(a), wholes(b));
        let new = |t: &&Touch| a.binary_search(t).is_err() && !in_a.iter().any(|x| x.contains(t));
        if !b.iter().any(|t| new(&t)) {
            return;
        }
        // What is the same on both sides stays.
        let kept = a.iter().filter(|t| !in_b.iter().any(|x| x != *t && x.contains(t)));
        *self = Self::of(kept.chain(b.iter().filter(new)).copied().collect());
    }

    /// The same for a value that was computed from the data, and is not itself one of them.
    #[must_use]
    pub fn settled(&self) -> Self {
        if !self.items().iter().any(|t| matches!(t, Touch::Given { exact: true, .. })) {
            return self.clone();
        }
        let settle = |t: &Touch| match t {
            Touch::Given { first, last, .. } => Touch::Given { first: *first, last: *last, exact: false },
            other => *other,
        };
        Self::of(self.items().iter().map(settle).collect())
    }

    /// The given data, and the mark of what was assumed.
    pub fn given(&self) -> impl Iterator<Item = Touch> + '_ {
        self.items().iter().filter(|t| matches!(t, Touch::Given { .. } | Touch::Assumed)).copied()
    }

    /// Without the given data.
    #[must_use]
    pub fn factors_only(&self) -> Self {
        if self.given().next().is_none() {
            return self.clone();
        }
        let given = |t: &&Touch| matches!(t, Touch::Given { .. } | Touch::Assumed);
        Self::of(self.items().iter().filter(|t| !given(t)).copied().collect())
    }

    /// The union.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.absorb(other);
        self
    }
}
