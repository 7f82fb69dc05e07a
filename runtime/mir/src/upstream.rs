//! Footprints of other products as inputs: whose they are, and the programs of the rules that can compute them.
//!
//! Guarantees (checked by `verify`): the programs are correct themselves. They cannot nest
//! without end, since a program holds its upstream programs by value. Must not: say how data are read.

use crate::{Program, UpstreamId};
use footrule_number::Ratio;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A rule whose footprint is an input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upstream {
    /// The rule. One program is held once, however many rules read it.
    #[serde(with = "shared")]
    pub program: Arc<Program>,
    /// From its published figure to kg CO2e per one declared unit.
    pub scale: Ratio,
}

/// An input or field takes a footprint: besides a number, a record of a data exchange, or the inputs of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// The rule of the product; `None` for any product in the unit.
    pub rule: Option<UpstreamId>,
}

impl Program {
    /// The rule of a footprint.
    #[must_use]
    pub fn upstream_of(&self, footprint: Footprint) -> Option<&Upstream> {
        footprint.rule.and_then(|u| self.upstream.get(u.ix()))
    }

    /// True if footprints of this rule by the GWP set `set` may enter: it is the rule's own, or accepted by name.
    #[must_use]
    pub fn takes_gwp(&self, set: &str, footprint: Option<Footprint>) -> bool {
        if set.eq_ignore_ascii_case(&self.rule.gwp) {
            return true;
        }
        let upstream = footprint.and_then(|f| self.upstream_of(f));
        let Some(id) = upstream.map(|u| accepted_name(&u.program.rule.name.id)) else { return false };
        self.accepted.iter().any(|a| a.gwp.eq_ignore_ascii_case(set) && a.source == id)
    }
}

/// A program that is shared in memory and stands by value in a file.
mod shared {
    use crate::Program;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(program: &Arc<Program>, s: S) -> Result<S::Ok, S::Error> {
        program.as_ref().serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Arc<Program>, D::Error> {
        Program::deserialize(d).map(Arc::new)
    }
}

/// How an acceptance names the footprints of a rule.
#[must_use]
pub fn accepted_name(rule: &str) -> String {
    format!("footprint of {rule}")
}
