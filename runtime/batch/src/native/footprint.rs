//! Footprints in JSON that are computed from the inputs of their rule, as columns.
//!
//! Guarantees: a row in which one has another form, or names another rule, is marked as left. Must not: say what is wrong with
//! it.

use super::json::{Texts, apart};
use super::table::Table;
use crate::place::Kind;
use crate::read::Pairs;
use footrule_mir::{Footprint, Ty};
use footrule_native::kernel::ListId;
use footrule_native::layout::Kind as Held;
use footrule_runtime::names_rule;

/// Keys of a footprint that is computed; those behind the third say nothing to the calculation.
const KEYS: [&str; 6] = ["rule", "inputs", "period", "product", "company", "note"];

/// True for an object that gives the inputs of a rule.
pub(super) fn is_computed(text: &str) -> bool {
    let pairs = Some(text).filter(|t| t.starts_with('{')).and_then(|t| serde_json::from_str::<Pairs<'_>>(t).ok());
    pairs.is_some_and(|p| p.0.iter().any(|(k, v)| (k == "inputs" || k == "rule") && v.get() != "null"))
}

impl Table<'_> {
    /// Footprints of which some are computed.
    pub(super) fn footprint(
        &mut self,
        path: &str,
        ty: &Ty,
        of: Footprint,
        values: &Texts<'_>,
        list: Option<ListId>,
    ) -> Option<()> {
        let program = self.program;
        let upstream = &program.upstream_of(of)?.program;
        let pick = |computed: bool| -> Vec<Option<&str>> {
            values.iter().map(|v| v.filter(|v| is_computed(v) == computed)).collect()
        };
        let (objects, others) = (apart(&pick(true)).0, pick(false));
        self.value(path, ty, None, &others, list)?;
        let parts = self.members(&objects, &KEYS.map(str::to_owned), list);
        let [rules, inputs, periods, ..] = <[_; 6]>::try_from(parts).ok()?;
        for (i, rule) in rules.iter().enumerate() {
            let text = rule.map(|t| t.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or_default());
            // What JSON writes in another way is the reference's to read.
            if text.is_some_and(|t| t.contains('\\') || !names_rule(t, &upstream.rule.name.id)) {
                self.leave(list, i);
            }
        }
        // That there is one, whatever it gives.
        self.push(&format!("{path}.rule"), Kind::Text, Held::Opaque, &objects, list);
        let said: Vec<Option<String>> =
            periods.iter().map(|p| p.map(|t| t.trim_matches('"').trim().to_owned())).collect();
        self.period_of(path, &said, list)?;
        self.program = upstream;
        let done = self.json(&format!("{path}.inputs."), "", &inputs, list);
        self.program = program;
        done
    }
}
