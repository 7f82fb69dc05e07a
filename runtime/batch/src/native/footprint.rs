//! Footprints in JSON that are more than a number, as columns: computed from the inputs of their rule, or records of a data
//! exchange.
//!
//! Guarantees: a row in which one has another form, names another rule, or is of another unit or version than most, is marked
//! as left. Must not: say what is wrong with it.

use super::json::{NO_UNIT, Texts, apart};
use super::table::Table;
use crate::place::Kind;
use crate::read::Pairs;
use footrule_mir::{Footprint, Ty};
use footrule_native::kernel::ListId;
use footrule_native::layout::{Exchanged, Kind as Held};
use footrule_number::Ratio;
use footrule_runtime::{
    Conversion, EXCHANGE_DOUBTFUL, EXCHANGE_PARTS, conversion_of, exchange_field, exchange_unit, names_rule,
};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Keys of a footprint that is computed, and whether they may be null; those behind the third say nothing to the calculation.
const KEYS: [(&str, bool); 6] =
    [("rule", true), ("inputs", false), ("period", true), ("product", true), ("company", true), ("note", true)];

/// Numbers of a record beside its parts.
const NUMBERS: [&str; 6] = [
    "pcfExcludingBiogenicUptake",
    "pcfIncludingBiogenicUptake",
    "biogenicCO2Uptake",
    "declaredUnitAmount",
    "productMassPerDeclaredUnit",
    "primaryDataShare",
];

/// First and last day of a record.
const DAYS: [&str; 2] = ["referencePeriodStart", "referencePeriodEnd"];

/// A share of primary data beside a number.
const SHARE: &str = "primary_data_share";

/// How a footprint is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Number,
    Computed,
    Exchanged,
}

fn form(text: &str) -> Form {
    let pairs = Some(text).filter(|t| t.starts_with('{')).and_then(|t| serde_json::from_str::<Pairs<'_>>(t).ok());
    let gives = |keys: &[&str]| {
        let gives = |(k, v): &(_, &RawValue)| keys.iter().any(|key| key == k) && v.get() != "null";
        pairs.as_ref().is_some_and(|p| p.0.iter().any(gives))
    };
    match () {
        () if gives(&["inputs", "rule"]) => Form::Computed,
        () if gives(&["pcf"]) => Form::Exchanged,
        () => Form::Number,
    }
}

/// True for an object that is more than a number with its evidence.
pub(super) fn is_more(text: &str) -> bool {
    form(text) != Form::Number || text.starts_with('{') && text.contains(SHARE)
}

/// A text in JSON that needs no reading.
fn word(json: &str) -> Option<&str> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains(['\\', '"'])).then(|| text.trim())
}

/// What a record gives, by the names of version 3.
struct Record<'t> {
    fields: BTreeMap<&'static str, &'t str>,
    unit: String,
}

impl Table<'_> {
    /// Footprints of which some are more than a number.
    pub(super) fn footprint(
        &mut self,
        path: &str,
        ty: &Ty,
        of: Footprint,
        values: &Texts<'_>,
        list: Option<ListId>,
    ) -> Option<()> {
        let pick =
            |wanted: Form| -> Vec<Option<&str>> { values.iter().map(|v| v.filter(|v| form(v) == wanted)).collect() };
        let mut numbers = pick(Form::Number);
        if numbers.iter().flatten().any(|v| v.starts_with('{') && v.contains(SHARE)) {
            let (objects, plain) = apart(&numbers);
            let [own, shares] = self.datum(path, &objects, [("value", false), (SHARE, true)], list)?;
            self.field(&format!("{path}.{SHARE}"), &Ty::Number(NO_UNIT), &shares, list)?;
            numbers = plain.iter().zip(own).map(|(p, v)| p.or(v)).collect();
        }
        self.value(path, ty, None, &numbers, list)?;
        let (computed, exchanged) = (pick(Form::Computed), pick(Form::Exchanged));
        if computed.iter().any(Option::is_some) {
            self.computed(path, of, &computed, list)?;
        }
        if exchanged.iter().any(Option::is_some) {
            self.exchanged(path, ty, of, &exchanged, list)?;
        }
        Some(())
    }

    /// Bare values, beside which nothing may stand.
    fn field(&mut self, path: &str, ty: &Ty, values: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        if values.iter().all(Option::is_none) { Some(()) } else { self.scalar(path, ty, values, list) }
    }

    fn computed(&mut self, path: &str, of: Footprint, objects: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        let program = self.program;
        let upstream = &program.upstream_of(of)?.program;
        let parts = self.members(objects, &KEYS, list);
        let [rules, inputs, periods, ..] = <[_; 6]>::try_from(parts).ok()?;
        for (i, rule) in rules.iter().enumerate() {
            // What JSON writes in another way is the reference's to read.
            if rule.is_some_and(|r| !word(r).is_some_and(|t| names_rule(t, &upstream.rule.name.id))) {
                self.leave(list, i);
            }
        }
        // That there is one, whatever it gives.
        self.push(&format!("{path}.rule"), Kind::Text, Held::Opaque, objects, list);
        let said: Vec<Option<String>> =
            periods.iter().map(|p| p.map(|t| t.trim_matches('"').trim().to_owned())).collect();
        self.period_of(path, &said, list)?;
        self.program = upstream;
        let done = self.json(&format!("{path}.inputs."), "", &inputs, list);
        self.program = program;
        done
    }

    /// Records of a data exchange; those of another unit than the first are left.
    fn exchanged(
        &mut self,
        path: &str,
        ty: &Ty,
        of: Footprint,
        objects: &Texts<'_>,
        list: Option<ListId>,
    ) -> Option<()> {
        let Ty::Split(unit) = ty else { return None };
        let mut records: Vec<Option<Record<'_>>> = Vec::with_capacity(objects.len());
        for (i, text) in objects.iter().enumerate() {
            let record = text.and_then(|t| self.record(t, of));
            if text.is_some() && record.is_none() {
                self.leave(list, i);
            }
            records.push(record);
        }
        let first = records.iter().flatten().next().map(|r| r.unit.clone());
        let (factor, by_mass) = match &first {
            None => (Ratio::ONE, false),
            Some(first) => {
                let factor = |text: &str| match conversion_of(self.program, *unit, text).ok()? {
                    Conversion::Factor(factor) => Some(factor),
                    Conversion::Same => Some(Ratio::ONE),
                    Conversion::Point(..) => None,
                };
                match factor(&format!("kg/{first}")) {
                    Some(factor) => (factor, false),
                    None => (factor("kg/kg")?, true),
                }
            }
        };
        for (i, record) in records.iter_mut().enumerate() {
            if record.as_ref().is_some_and(|r| Some(&r.unit) != first.as_ref()) {
                self.leave(list, i);
                *record = None;
            }
        }
        self.layout.exchanged.push(Exchanged { path: path.to_owned(), factor, by_mass });
        let parts = EXCHANGE_PARTS.iter().chain(&EXCHANGE_DOUBTFUL).map(|(key, _)| *key);
        for key in NUMBERS.into_iter().chain(parts) {
            let of: Vec<Option<&str>> = records.iter().map(|r| r.as_ref()?.fields.get(key).copied()).collect();
            self.field(&format!("{path}.pcf.{key}"), &Ty::Number(*unit), &of, list)?;
        }
        for key in DAYS {
            let day = |r: &Option<Record<'_>>| {
                let day = word(r.as_ref()?.fields.get(key)?)?;
                let day = day.get(..10).unwrap_or(day);
                footrule_runtime::day(day).map(|_| format!("\"{day}\""))
            };
            let of: Vec<Option<String>> = records.iter().map(day).collect();
            let of: Vec<Option<&str>> = of.iter().map(Option::as_deref).collect();
            self.field(&format!("{path}.pcf.{key}"), &Ty::Date, &of, list)?;
        }
        Some(())
    }

    /// A record that the reference would take without a word, as far as its texts go.
    fn record<'t>(&self, text: &'t str, of: Footprint) -> Option<Record<'t>> {
        let top = once(text)?;
        let get = |key: &str| top.get(key).copied();
        let version = word(get("specVersion")?)?;
        let old = version.starts_with("2.");
        if !old && !version.starts_with("3.")
            || get("status").is_some_and(|s| word(s).is_none_or(|s| s == "Deprecated"))
        {
            return None;
        }
        // Evidence beside it is the reference's to see.
        if ["source", "certificate"].iter().any(|k| top.contains_key(*k)) {
            return None;
        }
        let pcf = once(get("pcf")?)?;
        let field = |key: &str| pcf.get(exchange_field(old, key)).copied();
        let key = "ipccCharacterizationFactors";
        let sets = field(key).or_else(|| pcf.get("characterizationFactors").copied().filter(|_| old))?;
        let sets: Vec<&str> = match serde_json::from_str::<Vec<&'t RawValue>>(sets) {
            Ok(list) => list.into_iter().map(|s| word(s.get())).collect::<Option<_>>()?,
            Err(_) => vec![word(sets)?],
        };
        if sets.is_empty() || !sets.iter().all(|s| self.program.takes_gwp(s, Some(of))) {
            return None;
        }
        let unit = exchange_unit(word(field("declaredUnitOfMeasurement")?)?)?.to_owned();
        let parts = EXCHANGE_PARTS.iter().chain(&EXCHANGE_DOUBTFUL).map(|(key, _)| *key);
        let all = NUMBERS.into_iter().chain(DAYS).chain(parts);
        let fields: BTreeMap<&str, &str> = all.filter_map(|key| Some((key, field(key)?))).collect();
        fields.contains_key(NUMBERS[0]).then_some(Record { fields, unit })
    }
}

/// The members of an object, each once, without those that are null.
fn once(text: &str) -> Option<BTreeMap<String, &str>> {
    let pairs = serde_json::from_str::<Pairs<'_>>(text).ok()?.0;
    let mut out = BTreeMap::new();
    for (key, value) in pairs {
        if out.insert(key.into_owned(), value.get()).is_some() {
            return None;
        }
    }
    out.retain(|_, v| *v != "null");
    Some(out)
}
