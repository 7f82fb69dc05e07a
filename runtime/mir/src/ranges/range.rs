//! What a value can be: the abstract values of the analysis.

use super::interval::{Done, Interval};
use crate::TableId;
use std::sync::Arc;

/// What a value can be, if it has one (an evaluation may fail instead).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// An optional value or a conditional input that may be absent.
    pub absent: bool,
    /// What it is if it is there.
    pub kind: Kind,
}

/// What a value that is there can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// There is none: it always fails, or is never asked for.
    Never,
    /// A number in the node's unit.
    Number(Interval),
    /// CO2e.
    Split(Parts),
    /// A truth value.
    Bool {
        /// It may be true.
        yes: bool,
        /// It may be false.
        no: bool,
    },
    /// One of these members, in order.
    Enum(Arc<[u32]>),
    /// A record: its fields.
    Record(Arc<[Range]>),
    /// A list.
    List {
        /// Each of its items.
        item: Arc<Range>,
        /// At least and at most how many.
        count: (u64, Option<u64>),
    },
    /// An activity.
    Activity {
        /// Its amount.
        amount: Interval,
        /// Its factor.
        factor: Parts,
    },
    /// One of these rows of a table.
    Row(TableId, Arc<[u32]>),
    /// A text, a date, a period: nothing is known of it.
    Other,
}

/// What CO2e that keeps its parts can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Each part.
    pub part: Interval,
    /// At least and at most how many parts.
    pub count: (u64, u64),
}

impl Parts {
    /// One part.
    #[must_use]
    pub fn one(part: Interval) -> Self {
        Self { part, count: (1, 1) }
    }

    /// The exact sum of the parts, rounded once.
    pub(super) fn whole(self) -> Done {
        self.part.times((self.count.0, Some(self.count.1)))
    }

    /// Each part through a function.
    pub(super) fn each(self, f: impl Fn(Interval) -> Done) -> (Self, Done) {
        let done = f(self.part);
        (Self { part: done.interval, ..self }, done)
    }

    /// The union of parts; equal keys are added. `most`: how many keys there are.
    pub(super) fn add(self, other: Self, most: u64) -> (Self, Done) {
        let both = self.part.add(other.part);
        let part = self.part.hull(other.part).hull(both.interval);
        let count = (self.count.0.max(other.count.0), (self.count.1 + other.count.1).min(most));
        (Self { part, count }, both)
    }

    fn hull(self, other: Self) -> Self {
        let count = (self.count.0.min(other.count.0), self.count.1.max(other.count.1));
        Self { part: self.part.hull(other.part), count }
    }
}

impl From<Kind> for Range {
    fn from(kind: Kind) -> Self {
        Self { absent: false, kind }
    }
}

impl From<Interval> for Range {
    fn from(i: Interval) -> Self {
        if i.is_empty() { Self::NEVER } else { Kind::Number(i).into() }
    }
}

impl Range {
    /// No value at all.
    pub const NEVER: Self = Self { absent: false, kind: Kind::Never };

    /// A truth value.
    #[must_use]
    pub fn truth(yes: bool, no: bool) -> Self {
        if yes || no { Kind::Bool { yes, no }.into() } else { Self::NEVER }
    }

    /// True if there is no value.
    #[must_use]
    pub fn is_never(&self) -> bool {
        !self.absent && self.kind == Kind::Never
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> Option<Interval> {
        match self.kind {
            Kind::Number(i) => Some(i),
            _ => None,
        }
    }

    /// A number, or the number of a CO2e value.
    #[must_use]
    pub fn whole(&self) -> Option<Interval> {
        match self.kind {
            Kind::Number(i) => Some(i),
            Kind::Split(p) => Some(p.whole().interval),
            _ => None,
        }
    }

    /// Whether it may be true, may be false.
    #[must_use]
    pub fn bools(&self) -> (bool, bool) {
        match self.kind {
            Kind::Bool { yes, no } => (yes, no),
            Kind::Never => (false, false),
            _ => (true, true),
        }
    }

    /// The value if it is there.
    #[must_use]
    pub fn present(&self) -> Self {
        Self { absent: false, kind: self.kind.clone() }
    }

    /// The least range around both.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        let kind = match (&self.kind, &other.kind) {
            (Kind::Never, k) | (k, Kind::Never) => k.clone(),
            (Kind::Number(a), Kind::Number(b)) => Kind::Number(a.hull(*b)),
            (Kind::Split(a), Kind::Split(b)) => Kind::Split(a.hull(*b)),
            (Kind::Bool { yes: a, no: b }, Kind::Bool { yes: c, no: d }) => Kind::Bool { yes: *a || *c, no: *b || *d },
            (Kind::Enum(a), Kind::Enum(b)) => Kind::Enum(union(a, b)),
            (Kind::Row(t, a), Kind::Row(u, b)) if t == u => Kind::Row(*t, union(a, b)),
            (Kind::Record(a), Kind::Record(b)) if a.len() == b.len() => {
                Kind::Record(a.iter().zip(b.iter()).map(|(x, y)| x.hull(y)).collect())
            }
            (Kind::List { item: a, count: m }, Kind::List { item: b, count: n }) => {
                Kind::List { item: Arc::new(a.hull(b)), count: (m.0.min(n.0), m.1.zip(n.1).map(|(x, y)| x.max(y))) }
            }
            (Kind::Activity { amount: a, factor: f }, Kind::Activity { amount: b, factor: g }) => {
                Kind::Activity { amount: a.hull(*b), factor: f.hull(*g) }
            }
            _ => Kind::Other,
        };
        Self { absent: self.absent || other.absent, kind }
    }

    /// What belongs to both; the first where that is not known.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let absent = self.absent && other.absent;
        let kind = match (&self.kind, &other.kind) {
            (Kind::Never, _) | (_, Kind::Never) => Kind::Never,
            (Kind::Number(a), Kind::Number(b)) => {
                let i = a.meet(*b);
                if i.is_empty() { Kind::Never } else { Kind::Number(i) }
            }
            (Kind::Bool { yes: a, no: b }, Kind::Bool { yes: c, no: d }) => match (*a && *c, *b && *d) {
                (false, false) => Kind::Never,
                (yes, no) => Kind::Bool { yes, no },
            },
            (Kind::Enum(a), Kind::Enum(b)) => {
                let both: Arc<[u32]> = a.iter().copied().filter(|m| b.contains(m)).collect();
                if both.is_empty() { Kind::Never } else { Kind::Enum(both) }
            }
            (k, _) => k.clone(),
        };
        Self { absent, kind }
    }
}

fn union(a: &[u32], b: &[u32]) -> Arc<[u32]> {
    let mut all: Vec<u32> = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}
