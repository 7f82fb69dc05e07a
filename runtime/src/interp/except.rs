//! Definitions with exceptions (default logic).
//!
//! Guarantees: the order of the exceptions cannot be observed; every condition that is considered counts for
//! failures, only the values that apply do. What was found is kept for the explanation.

use super::{Interp, Slot};
use crate::touch::Touches;
use crate::value::{Errs, FailKind, Value};
use footrule_mir::{Case, ExceptionId, NodeId, RegionId};

/// What one exception came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseTrace {
    pub exception: ExceptionId,
    /// Whether the condition holds; `None` where the parent does not apply.
    pub holds: Option<bool>,
    /// Its value, if it is (one of) those in force.
    pub value: Option<Value>,
}

/// What a definition with exceptions came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ExceptTrace {
    /// The base's value if it is in force.
    pub base: Option<Value>,
    pub cases: Vec<CaseTrace>,
}

impl Interp<'_> {
    #[inline(never)]
    pub(super) fn except(&mut self, id: NodeId, base: RegionId, cases: &[Case]) -> Slot {
        let mut touches = Touches::NONE;
        let mut errs: Vec<Errs> = Vec::new();
        let mut holds: Vec<Option<bool>> = Vec::with_capacity(cases.len());
        for case in cases {
            let parent = case.parent.map_or(Some(true), |p| holds.get(p as usize).copied().flatten());
            if parent != Some(true) {
                holds.push(None);
                continue;
            }
            let (found, read) = self.condition(case.when);
            touches.absorb(&read);
            holds.push(match found {
                Ok(b) => Some(b),
                Err(e) => {
                    errs.push(e);
                    None
                }
            });
        }
        if let Some(e) = Errs::union(&errs) {
            return Slot { value: Value::Err(e), touches };
        }
        let mut overridden = vec![false; cases.len()];
        for (case, h) in cases.iter().zip(&holds) {
            if let (Some(true), Some(of)) = (h, case.parent.and_then(|p| overridden.get_mut(p as usize))) {
                *of = true;
            }
        }
        let mut trace = ExceptTrace::default();
        let mut found: Vec<(ExceptionId, Value)> = Vec::new();
        for (i, case) in cases.iter().enumerate() {
            let mut value = None;
            if holds[i] == Some(true) && !overridden[i] {
                let slot = self.region(case.value);
                touches.absorb(&slot.touches);
                value = Some(slot.value.clone());
                found.push((case.exception, slot.value));
            }
            trace.cases.push(CaseTrace { exception: case.exception, holds: holds[i], value });
        }
        let value = match found.as_slice() {
            [] => {
                let slot = self.region(base);
                touches.absorb(&slot.touches);
                trace.base = Some(slot.value.clone());
                slot.value
            }
            [(_, first), rest @ ..] => match Errs::union(found.iter().filter_map(|(_, v)| v.errs())) {
                Some(e) => Value::Err(e),
                None if rest.iter().all(|(_, v)| v == first) => first.clone(),
                None => Value::Err(self.fail(id, FailKind::Disagree(found))),
            },
        };
        self.excepted.insert((id, self.indices.clone()), trace);
        Slot { value, touches }
    }
}
