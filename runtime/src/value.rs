//! What a node is worth: a value, or the set of failures that it has instead.
//!
//! Guarantees: a [`Split`]'s parts are merged and sorted by key; an [`Errs`] is sorted and without doubles, so
//! that a union does not depend on its order. A present optional is simply its value, an absent one is
//! [`Value::Absent`]. Containers are lazy: a record or list may hold a failed element, which counts only when it
//! is read. Must not: know how anything is displayed.

use crate::quality::{Rating, TermSum, Terms};
use crate::touch::Touches;
use footrule_diag::Text;
use footrule_mir::{
    Day, EnumId, Evidence, ExceptionId, GasId, LineId, NodeId, Origin, ParamId, PlaceId, RecordId, ResultRef, TableId,
};
use footrule_number::{NumError, Number, Sum};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one part of a CO2e value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartKey {
    /// Where the gas comes from.
    pub origin: Origin,
    /// Which gas; `None` for CO2e that is not known by gas.
    pub gas: Option<GasId>,
    /// What it rests on.
    pub evidence: Evidence,
    /// The evidence was settled where the part was computed, by the rule of an upstream footprint: a line that takes
    /// it leaves it as it is. Parts of items have lost this mark.
    pub settled: bool,
}

impl PartKey {
    /// A part whose evidence the line that it enters may still change.
    #[must_use]
    pub fn new(origin: Origin, gas: Option<GasId>, evidence: Evidence) -> Self {
        Self { origin, gas, evidence, settled: false }
    }
}

/// CO2e by origin, gas and evidence. Keys are distinct and in order. Beside the parts it carries what they rest on,
/// which is no part of its value: two splits with the same parts are equal.
#[derive(Debug, Clone)]
pub struct Split {
    parts: Arc<[(PartKey, Number)]>,
    terms: Terms,
}

impl PartialEq for Split {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Split {}

impl Split {
    /// One part.
    #[must_use]
    pub fn one(key: PartKey, value: Number) -> Self {
        Self { parts: Arc::from([(key, value)]), terms: Terms::one(Rating::default(), Ok(value)) }
    }

    /// The parts, in order of their keys.
    #[must_use]
    pub fn parts(&self) -> &[(PartKey, Number)] {
        &self.parts
    }

    /// By what it rests on.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The same parts with these terms.
    pub(crate) fn with_terms(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// The same, all of it resting on this.
    pub(crate) fn rated(self, rating: Rating) -> Self {
        let terms = Terms::one(rating, self.whole());
        self.with_terms(terms)
    }

    /// The same, resting on this, too.
    pub(crate) fn resting_on(self, rating: Rating) -> Self {
        let terms = self.terms.resting_on(rating);
        self.with_terms(terms)
    }

    /// A split from parts in any order; parts with one key are added from left to right.
    ///
    /// Errors: `Overflow`.
    pub fn from_parts(parts: impl IntoIterator<Item = (PartKey, Number)>) -> Result<Self, NumError> {
        let mut map: BTreeMap<PartKey, Number> = BTreeMap::new();
        for (key, value) in parts {
            match map.entry(key) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(value);
                }
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    let sum = slot.get().add(value)?;
                    slot.insert(sum);
                }
            }
        }
        let parts: Arc<[(PartKey, Number)]> = map.into_iter().collect();
        let terms = Terms::one(Rating::default(), footrule_number::sum(parts.iter().map(|(_, v)| *v)));
        Ok(Self { parts, terms })
    }

    /// The union of parts; equal keys are added.
    ///
    /// Errors: `Overflow`.
    pub fn add(&self, other: &Self) -> Result<Self, NumError> {
        let sum = Self::from_parts(self.parts.iter().chain(other.parts.iter()).copied())?;
        Ok(sum.with_terms(self.terms.add(&other.terms)))
    }

    /// Every part through `f`.
    ///
    /// Errors: those of `f`.
    pub fn each(&self, mut f: impl FnMut(Number) -> Result<Number, NumError>) -> Result<Self, NumError> {
        let parts = self.parts.iter().map(|(k, v)| Ok((*k, f(*v)?))).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { parts: parts.into(), terms: self.terms.each(f) })
    }

    /// Every key through `f`; keys that become equal are added.
    ///
    /// Errors: `Overflow`.
    pub fn rekey(&self, f: impl Fn(PartKey) -> PartKey) -> Result<Self, NumError> {
        let same = Self::from_parts(self.parts.iter().map(|(k, v)| (f(*k), *v)))?;
        Ok(same.with_terms(self.terms.clone()))
    }

    /// The exact sum of the parts, rounded once.
    ///
    /// Errors: `Overflow`.
    pub fn whole(&self) -> Result<Number, NumError> {
        footrule_number::sum(self.parts.iter().map(|(_, v)| *v))
    }
}

/// Sums splits exactly, key by key, rounded once at the end.
#[derive(Debug, Default)]
pub(crate) struct SplitSum {
    parts: BTreeMap<PartKey, Sum>,
    terms: TermSum,
}

impl SplitSum {
    pub(crate) fn add(&mut self, split: &Split) {
        for (key, value) in split.parts() {
            self.parts.entry(*key).or_default().add(*value);
        }
        self.terms.add(split.terms());
    }

    pub(crate) fn finish(&self) -> Result<Split, NumError> {
        let parts = self.parts.iter().map(|(k, s)| Ok((*k, s.finish()?))).collect::<Result<Vec<_>, _>>()?;
        Ok(Split { parts: parts.into(), terms: self.terms.finish() })
    }
}

/// Where an activity's factor comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Datum {
    /// Source.
    pub source: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// Region.
    pub region: Option<String>,
    /// Primary data.
    pub primary: bool,
    /// The factor is the rule's default or fixed one.
    pub default_factor: bool,
    /// What the default factor was read from.
    pub touches: Touches,
}

/// An amount with its factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Amount in its declared unit.
    pub amount: Number,
    /// Factor per unit of amount; `None` until a default is filled in.
    pub factor: Option<Result<Split, Errs>>,
    /// The datum's record.
    pub datum: Datum,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// In the node's unit.
    Number(Number),
    /// In the node's unit.
    Split(Split),
    /// True or false.
    Bool(bool),
    /// A text.
    Text(Arc<str>),
    /// A day.
    Date(Day),
    /// First and last day.
    Period(Day, Day),
    /// A member.
    Enum(EnumId, u32),
    /// A record with all its fields.
    Record(RecordId, Arc<[Value]>),
    /// A list.
    List(Arc<[Value]>),
    /// An optional value that is not there.
    Absent,
    /// An activity.
    Activity(Arc<Activity>),
    /// A row of a table.
    Row(TableId, u32),
    /// No value, and why.
    Err(Errs),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// The failures, if it has no value.
    #[must_use]
    pub fn errs(&self) -> Option<&Errs> {
        match self {
            Self::Err(e) => Some(e),
            _ => None,
        }
    }
}

/// Why a node has no value of its own. Values are carried for the message, in the units of their nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailKind {
    /// Arithmetic; with the operands.
    Num(NumError, Vec<(NodeId, Option<Number>)>),
    /// No value of a parameter for a day.
    NoValue(ParamId, Day),
    /// A parameter changes inside the period.
    Changes(ParamId, Day, Day),
    /// No row for these keys (already in words).
    NoRow(TableId, Vec<String>),
    /// Several rows fit equally well.
    AmbiguousRow(TableId, Vec<String>),
    /// A value outside the points of a table: the value and the range.
    Outside(TableId, Number, Number, Number),
    /// `one of`: these conditions hold (none, or several).
    NotOne(Vec<PlaceId>),
    /// Exceptions that hold together, with their values.
    Disagree(Vec<(ExceptionId, Value)>),
    /// A balance that does not close: which one, in, out, gap.
    Balance(u32, Number, Number, Number),
    /// A requirement inside a record.
    Require(Text),
    /// A constraint on a field of a record that the program builds.
    Constraint {
        /// A list's constraint.
        list: bool,
        /// What is wrong.
        message: Text,
    },
    /// A field of a record without value and default.
    MissingField(RecordId, u32),
    /// A field that is given although its condition does not hold.
    NotApplicable(RecordId, u32),
    /// An activity without a factor.
    NoFactor,
    /// An activity with a factor where the rule fixes it.
    FixedFactor,
    /// A line below zero.
    Negative(LineId, Number),
    /// Shares of origins do not make up the whole; their sum.
    Shares(LineId, Number),
    /// Weights of an allocation (by field of its record) that give no shares: one is negative, none is above zero, or
    /// given shares are not the whole.
    Weights(Vec<(u32, Option<Number>)>),
    /// The reference flow is negative.
    NegativeReference(NodeId, Number),
    /// A gas without GWP in the rule's set.
    NoGwp(GasId),
    /// A figure on data quality that there is not: nothing is rated, or nothing contributes.
    NotRated(ResultRef),
    /// The program or this crate is wrong.
    Bug(&'static str),
}

/// One failure: where, at which items of the enclosing loops, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The place to blame.
    pub place: PlaceId,
    /// The node, if one failed.
    pub node: Option<NodeId>,
    /// Distinguishes several failures of one node.
    pub sub: u32,
    /// Items of the enclosing loops, from 0.
    pub indices: Vec<u32>,
    /// Why.
    pub kind: FailKind,
}

impl Failure {
    fn key(&self) -> (PlaceId, Option<NodeId>, u32, &[u32]) {
        (self.place, self.node, self.sub, &self.indices)
    }
}

/// A non-empty set of failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errs(Arc<[Arc<Failure>]>);

impl Errs {
    /// One failure.
    #[must_use]
    pub fn one(failure: Failure) -> Self {
        Self(Arc::from([Arc::new(failure)]))
    }

    /// The failures, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Failure> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The union of sets; `None` if there are none.
    pub fn union<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut sets = sets.into_iter();
        let first = sets.next()?;
        let mut all: Vec<Arc<Failure>> = Vec::new();
        for set in sets {
            if !Arc::ptr_eq(&set.0, &first.0) {
                all.extend(set.0.iter().cloned());
            }
        }
        if all.is_empty() {
            return Some(first.clone());
        }
        all.extend(first.0.iter().cloned());
        all.sort_by(|a, b| a.key().cmp(&b.key()));
        all.dedup_by(|a, b| a.key() == b.key());
        Some(Self(all.into()))
    }
}
