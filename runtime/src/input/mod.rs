//! Reading inputs: from JSON, from `--set`, from the tests in the source; one way of checking for all.
//!
//! Guarantees: either every input has a value that fits its declaration, or all that is wrong is reported together,
//! in order. Nothing is coerced, skipped or guessed. Numbers never pass through a float.

mod activity;
mod decode;
mod doc;
mod evidence;
mod footprint;
mod pact;
mod path;
mod problems;
mod request;
mod scalar;
mod scenario;

pub use decode::DOCUMENT_KEYS;
pub use doc::{INPUTS, InputDoc, has_input};
pub(crate) use footprint::Taken;
pub use footprint::names_rule;
pub use pact::{EXCHANGE_DOUBTFUL, EXCHANGE_PARTS, exchange_field, exchange_unit};
pub use path::{Step, steps};
pub use request::Request;
pub use scalar::EVIDENCE;

use crate::diagnose;
use crate::given::{self, Said, Tree};
use crate::interp::{Interp, Slot, input_order};
use crate::result::assemble;
use crate::result::{EvidenceEntry, Finding, InputValue};
use crate::touch::{Touch, Touches};
use crate::value::{Errs, FailKind, Value};
use decode::Decoder;
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::{Day, InputId, InputInfo, Op, PlaceId, Program, RegionId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Longest list.
pub const MAX_LIST: usize = 1_000_000;

/// The inputs of one evaluation, decoded, converted and checked against their declarations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// First and last day of the period.
    pub period: Option<(Day, Day)>,
    /// What the user said about single data.
    pub evidence: Vec<EvidenceEntry>,
    pub(crate) slots: Vec<Slot>,
    given: Vec<bool>,
    /// What is known of the given data.
    pub(crate) tree: Arc<Tree>,
    /// The scenario, and which of its inputs were given all the same.
    pub(crate) scenario: Option<(usize, BTreeSet<usize>)>,
    /// What was done to the data: findings of the result.
    pub(crate) notes: Vec<Finding>,
    /// The footprints of other products among the data.
    pub(crate) upstream: Vec<Taken>,
}

/// What inputs inside another rule's data take from around them.
#[derive(Default)]
pub(crate) struct Outer {
    /// The input whose footprint they make; empty at the top.
    pub path: String,
    /// The GWP set stated for all data of the document.
    pub gwp: Option<crate::json::Json>,
    /// The period of the outer calculation.
    pub period: Option<(Day, Day)>,
}

/// Where a given input comes from.
pub(crate) enum Given<'a> {
    /// A value in the document, with its path.
    Json(&'a crate::json::Json),
    /// A region of a test, with the place of the assignment.
    Set(RegionId, PlaceId),
}

impl Inputs {
    /// Reads inputs from JSON text, without a scenario other than the text's; `file_name` is the key of the text for
    /// diagnostics.
    ///
    /// # Errors
    /// FR-I009 if the text is no JSON; else as [`Inputs::read`].
    pub fn from_json(program: &Program, file_name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let document = InputDoc::parse(file_name, text).map_err(|d| vec![d])?;
        Self::read(program, Request { document: Some(&document), ..Request::default() })
    }

    /// Reads inputs; every value is converted to the unit of its declaration and checked against it.
    ///
    /// # Errors
    /// All that is wrong together, sorted by place: inputs that are unknown, missing or given twice, values that do
    /// not fit, broken constraints, an unknown scenario, failures while a value is computed.
    pub fn read(program: &Program, request: Request<'_>) -> Result<Self, Vec<Diagnostic>> {
        Self::within(program, request, Outer::default())
    }

    /// [`Inputs::read`] inside the data of another rule.
    pub(crate) fn within(program: &Program, request: Request<'_>, outer: Outer) -> Result<Self, Vec<Diagnostic>> {
        let Request { document: doc, period, scenario, assignments, recorder: seen } = request;
        let inherited = outer.period;
        let mut decoder = Decoder::new(program, doc, outer);
        let mut given: HashMap<usize, Given<'_>> = HashMap::new();
        let mut stated = None;
        if let Some(doc) = doc {
            stated = decoder.top(doc, &mut given);
        }
        let mut set_at: HashMap<&str, PlaceId> = HashMap::new();
        for (name, region, place) in assignments {
            if let Some(first) = set_at.insert(name, *place) {
                let d = Diagnostic::new(Code::I011, text!("{name} 给了两次", "{name} is given twice"));
                let d = diagnose::at(d, program, *place, text!("第二次", "the second time"));
                decoder.report(diagnose::also(d, program, first, text!("第一次", "the first time")));
            } else if let Some(i) = program.inputs.iter().position(|i| i.name.id == *name) {
                given.insert(i, Given::Set(*region, *place));
            } else {
                let d = decoder.unknown(name, None);
                decoder.report(diagnose::at(d, program, *place, text!("没有这个输入", "there is no such input")));
            }
        }
        let scenario = match scenario {
            Some(name) => decoder.asked_scenario(name),
            None => decoder.scenario,
        };
        let replaced = scenario.map(|s| decoder.override_inputs(s, &mut given)).unwrap_or_default();
        let period = period.or(stated).or(inherited);
        if period.is_none() && program.nodes.iter().any(|n| matches!(n.op, Op::Period)) {
            decoder.no_period(doc);
        }
        let mut it = Interp::new(program, period);
        it.seen = seen;
        it.scenario = scenario;
        let mut was_given = vec![false; program.inputs.len()];
        for i in input_order(program) {
            let (Some(info), place) = (program.inputs.get(i), given.get(&i)) else {
                continue;
            };
            was_given[i] = place.is_some();
            if let Some(seen) = seen.filter(|_| place.is_some()) {
                seen.input(i);
            }
            let mut slot = decoder.input(&mut it, info, place);
            let touch = match place {
                // Nobody gave it.
                None if slot.value == Value::Absent || !given::numeric(program, &info.ty, 0) => None,
                None => Some(Touch::Assumed),
                // The scenario assumes it.
                Some(Given::Set(..)) if scenario.is_some_and(|s| s.inputs.iter().any(|(n, ..)| *n == info.name.id)) => {
                    Some(Touch::Assumed)
                }
                Some(place) => {
                    let said = Said { program, evidence: decoder.evidence_by_path(&info.name.id) };
                    let json = if let Given::Json(json) = place { Some(*json) } else { None };
                    Arc::make_mut(&mut it.given).add(&said, &info.name.id, &slot.value, &info.ty, json)
                }
            };
            slot.touches.absorb(&touch.map(Touches::one).unwrap_or_default());
            if let Some(place) = it.inputs.get_mut(InputId(i as u32).ix()) {
                *place = Some(slot);
            }
        }
        decoder.required_evidence(&given);
        let notes = std::mem::take(&mut decoder.notes);
        let mut upstream = std::mem::take(&mut decoder.upstream);
        // In order of the inputs, not of their conditions.
        upstream.sort_by_key(|t| program.inputs.iter().position(|i| under(&t.shown.input, &i.name.id)));
        let (diagnostics, evidence) = decoder.finish();
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let tree = it.given.clone();
        let index = scenario.and_then(|s| program.scenarios.iter().position(|x| std::ptr::eq(x, s)));
        let index = index.map(|i| (i, replaced));
        let slots = it.inputs.into_iter().map(|s| s.unwrap_or_else(|| Slot::new(Value::Absent))).collect();
        Ok(Self { period, evidence, slots, given: was_given, tree, scenario: index, notes, upstream })
    }

    /// The value of an input.
    #[must_use]
    pub fn value(&self, id: InputId) -> Option<&Value> {
        self.slots.get(id.ix()).map(|s| &s.value)
    }

    /// True if the input was given, false if its default was taken.
    #[must_use]
    pub fn was_given(&self, id: InputId) -> bool {
        self.given.get(id.ix()).copied().unwrap_or(false)
    }

    /// The evidence under an input.
    pub(crate) fn evidence_of(&self, name: &str) -> Vec<EvidenceEntry> {
        self.evidence.iter().filter(|e| under(&e.path, name)).cloned().collect()
    }

    /// The footprints under an input.
    pub(crate) fn upstream_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Taken> {
        self.upstream.iter().filter(move |t| under(&t.shown.input, name))
    }

    /// The inputs as they were read.
    pub(crate) fn shown(&self, program: &Program) -> Vec<InputValue> {
        // A conditional input whose condition does not hold is no input of this evaluation.
        let applies = |info: &InputInfo, slot: &Slot| info.when.is_none() || slot.value != Value::Absent;
        let all = program.inputs.iter().zip(&self.slots).zip(&self.given).filter(|((i, s), _)| applies(i, s));
        all.map(|((info, slot), given)| InputValue {
            name: assemble::name(&info.name),
            default: !given,
            value: assemble::shown(program, &slot.value, &info.ty),
        })
        .collect()
    }
}

/// True for an input and what stands below it.
fn under(path: &str, name: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Failures anywhere in a value that are the user's: broken constraints and requirements, missing fields and
/// factors. Others count only where they are read.
pub(crate) fn user_errors(value: &Value, out: &mut Vec<Errs>) {
    match value {
        Value::Err(e) => {
            let own = e.iter().filter(|f| {
                matches!(
                    f.kind,
                    FailKind::Constraint { .. }
                        | FailKind::MissingField(..)
                        | FailKind::NotApplicable(..)
                        | FailKind::NoFactor
                        | FailKind::FixedFactor
                        | FailKind::Require(_)
                )
            });
            out.extend(own.map(|f| Errs::one(f.clone())));
        }
        Value::List(items) | Value::Record(_, items) => items.iter().for_each(|v| user_errors(v, out)),
        _ => {}
    }
}

/// What an input is called in a message: label, identifier and clause.
pub(crate) fn title(info: &InputInfo) -> (String, String) {
    let id = &info.name.id;
    let clause = if info.name.clause.is_empty() { String::new() } else { format!("，§{}", info.name.clause) };
    let clause_en = clause.replace('，', ", ");
    let label = |l: &str| {
        if l.is_empty() { id.clone() } else { format!("{id} ({l}") + ")" }
    };
    let zh = if info.name.labels.zh.is_empty() { id.clone() } else { format!("{id}（{}）", info.name.labels.zh) };
    (format!("{zh}{clause}"), format!("{}{clause_en}", label(&info.name.labels.en)))
}
