//! What holds for all rows of a chunk: the keys beside its inputs, and values that are given once, by `--set` or by a scenario.
//!
//! Guarantees: what a scenario assumes stands before what is set, and that before what stands in columns, as in the reference.
//! Must not: take a value whose writing is not understood to the letter.

use super::table::{Table, bare, is_text, same};
use crate::bind::{Bound, Source, Target};
use crate::cell::Leaf;
use crate::check;
use crate::evaluate::Setup;
use crate::place::{Kind, Spot, TOP, around};
use crate::read::Chunk;
use arrow_array::{ArrayRef, StringArray};
use footrule_mir::{Program, ScenarioInfo};
use footrule_runtime::{Conversion, conversion_of, parted, period};
use std::sync::Arc;

/// Keys of a document that say nothing to the calculation.
const FOR_PEOPLE: [&str; 3] = ["product", "company", "note"];

/// Paths of inputs that do not come from the table, or not as it says them.
pub(super) struct Said<'c> {
    /// Set for all rows.
    pub set: Vec<&'c str>,
    /// Assumed by the scenario of all rows.
    assumed: Vec<&'c str>,
}

impl<'c> Said<'c> {
    /// True if what a column says of this path does not count.
    pub(super) fn replaces(&self, path: &str) -> bool {
        self.set.iter().any(|s| around(path, s)) || self.assumes(path)
    }

    /// True if the scenario says what the input of this path is.
    fn assumes(&self, path: &str) -> bool {
        self.assumed.iter().any(|a| around(path, a))
    }

    /// The inputs that the scenario assumes.
    pub(super) fn assumed(&self) -> &[&'c str] {
        &self.assumed
    }

    /// True if something is said inside of what stands at a path.
    pub(super) fn inside(&self, path: &str) -> bool {
        self.set.iter().any(|s| around(s, path))
    }
}

impl<'c> Table<'c> {
    /// What is said of all rows; nothing if the reference has to read it.
    pub(super) fn all_rows(&mut self, setup: Setup<'c>, chunk: &Chunk) -> Option<Said<'c>> {
        let Setup { program, binding, sets, .. } = setup;
        for (key, value) in sets.iter().filter(|(path, _)| TOP.contains(&path.as_str())) {
            self.top(key, value.trim())?;
        }
        for b in binding.columns.iter().filter(|b| !setup.replaced(b)) {
            let Target::Top(key) = b.target else { continue };
            if FOR_PEOPLE.contains(&key) {
                continue;
            }
            let leaf = Leaf::of(chunk.batch.columns(), &b.at)?;
            let Some(text) = same(&leaf, self.rows)? else { continue };
            let own = bare(&b.source, &text);
            // A name that JSON writes as no text.
            if key != "period" && (!is_text(b) || b.source == Source::Json && own.len() == text.len()) {
                return None;
            }
            self.top(key, own.trim())?;
        }
        let scenario = self.layout.scenario.and_then(|s| program.scenarios.get(s));
        let assumed = scenario.iter().flat_map(|s| &s.inputs).map(|(name, ..)| name.as_str()).collect();
        let mut said = Said { set: Vec::new(), assumed };
        for (path, value) in sets.iter().filter(|(path, _)| !TOP.contains(&path.as_str())) {
            // One item of a list.
            if path.contains('[') {
                return None;
            }
            let path = check::given(program, path);
            // Of two values for one place the later one counts, which the reference finds out; and a value inside of what a
            // scenario assumes, or around it.
            let odd = said.assumed.iter().any(|a| *a != path && (around(a, path) || around(path, a)));
            if odd || said.set.iter().any(|s| around(s, path) || around(path, s)) {
                return None;
            }
            if !said.assumes(path) {
                self.value_of_all(path, value.trim())?;
            }
            said.set.push(path);
        }
        Some(said)
    }

    /// A key beside the inputs.
    fn top(&mut self, key: &str, text: &str) -> Option<()> {
        match key {
            "period" => self.layout.period = Some(period(text)?),
            "gwp" => self.layout.gwp = Some(text.to_owned()),
            "scenario" if text.is_empty() => self.layout.scenario = None,
            "scenario" => self.layout.scenario = Some(scenario(self.program, text)?),
            key if FOR_PEOPLE.contains(&key) => {}
            _ => return None,
        }
        Some(())
    }

    /// A value that is the same in all rows.
    fn value_of_all(&mut self, path: &str, text: &str) -> Option<()> {
        // A value that is none.
        if text.is_empty() {
            return None;
        }
        if text.starts_with(['{', '[']) {
            return self.place(path, &vec![Some(text); self.rows], None);
        }
        let spot = Spot::Group(self.program, String::new()).walk(path)?;
        // What stands beside a value: the reference knows whether there is one.
        if matches!(spot, Spot::Text | Spot::Any) || path.ends_with(".primary") {
            return None;
        }
        let kind = spot.kind();
        let (own, unit) = match kind {
            Kind::Number { .. } => parted(text),
            _ => (text, ""),
        };
        let unit = unit.trim_start();
        let program = spot.program().unwrap_or(self.program);
        let conversion = match kind {
            // Digits here belong to a number that is written wrongly.
            _ if unit.starts_with(|c: char| c.is_ascii_digit()) => return None,
            Kind::Number { unit: declared, follows: false } => Some(conversion_of(program, declared, unit).ok()?),
            Kind::Number { .. } if !unit.is_empty() => return None,
            _ => Some(Conversion::Same),
        };
        let target = Target::Input { path: path.to_owned(), own_key: "value" };
        let unit = Some(unit.to_owned()).filter(|u| !u.is_empty());
        let b = Bound { name: path.to_owned(), at: Vec::new(), target, kind, source: Source::Text, unit, conversion };
        let array: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(own, self.rows)));
        self.column(&b, path, &[array], None)
    }
}

/// The scenario that a text names.
fn scenario(program: &Program, text: &str) -> Option<usize> {
    let all = &program.scenarios;
    let labelled = |s: &ScenarioInfo| s.name.labels.zh == text || s.name.labels.en == text;
    all.iter().position(|s| s.name.id == text).or_else(|| all.iter().position(labelled))
}
