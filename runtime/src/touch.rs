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
            Touch::Held(..) => None,
        })
    }

    /// Adds the members of `other`.
    pub fn absorb(&mut self, other: &Self) {
        let Some(b) = &other.0 else { return };
        let Some(a) = &self.0 else {
            self.0 = Some(b.clone());
            return;
        };
        if Arc::ptr_eq(a, b) || b.iter().all(|t| a.binary_search(t).is_ok()) {
            return;
        }
        *self = Self::of(a.iter().chain(b.iter()).copied().collect());
    }

    /// The union.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.absorb(other);
        self
    }
}
