//! The form as JSON: the input document with placeholders, guidance in its `note`.
//!
//! Guarantees: the document has the shape that `run` reads; what is left `null` and must be given is refused by name.
//! An input with a constant default shows it; one that may be left out is `null`, its shape stands in the note.

use crate::csv_form::allowed;
use crate::model::{Form, Kind, List, Slot};
use footrule_diag::{Lang, Text};
use serde_json::{Map, Value, json};

/// The form as text.
#[must_use]
pub fn write(form: &Form) -> String {
    let mut notes = Map::new();
    let mut inputs = Map::new();
    let (top, slots): (Vec<&Slot>, Vec<&Slot>) = form.slots.iter().partition(|s| form.top.contains(&s.path.as_str()));
    let scenario = top.iter().find(|s| s.path == "scenario");
    // An activity that may be left out, and stays so, is null as a whole.
    let idle = |s: &Slot| !s.required && s.default.is_none();
    let activity_of = |s: &Slot| s.activity.then(|| s.path.trim_end_matches(".amount").to_owned());
    let left: Vec<String> = slots.iter().filter(|s| idle(s)).filter_map(|s| activity_of(s)).collect();
    let whole: Vec<String> = slots.iter().filter_map(|s| activity_of(s)).collect();
    for slot in &slots {
        notes.insert(slot.path.clone(), note(form, slot));
        let (around, own) = slot.path.rsplit_once('.').map_or(("", slot.path.as_str()), |(a, b)| (a, b));
        if left.iter().any(|p| p == around) {
            place(&mut inputs, around, Value::Null);
        } else if whole.iter().any(|p| p == around) {
            let value = if own == "amount" && !slot.unit.is_empty() { measured(slot) } else { Value::Null };
            place(&mut inputs, &slot.path, value);
            if own == "amount" {
                for (key, value) in evidence() {
                    place(&mut inputs, &format!("{around}.{key}"), value);
                }
            }
        } else if slot.kind == Kind::Number && slot.required {
            let mut value = measured(slot);
            if let Value::Object(m) = &mut value {
                m.extend(evidence());
            }
            place(&mut inputs, &slot.path, value);
        } else {
            place(&mut inputs, &slot.path, default(slot));
        }
    }
    for list in &form.lists {
        notes.insert(list.path.clone(), list_note(form, list));
        place(&mut inputs, &list.path, if list.required { json!([item(list)]) } else { json!([]) });
    }
    let mut note = json!({
        "zh": "把 null 换成数据；数可写成 \"1000 t\"；不用的可选项可删去或留 null。本说明可删。",
        "en": "Replace null by data; a number may be written \"1000 t\"; what may be left out can stay null. This note may go.",
        "rule": form.rule,
        "version": form.version,
        "inputs": notes,
    });
    let mut doc = json!({ "period": null, "gwp": null, "inputs": inputs });
    if let Some(slot) = scenario {
        note["scenario"] = self::note(form, slot);
        doc["scenario"] = Value::Null;
    }
    doc["note"] = note;
    serde_json::to_string_pretty(&doc).unwrap_or_default() + "\n"
}

fn measured(slot: &Slot) -> Value {
    let value = default(slot);
    if slot.unit.is_empty() { json!({ "value": value }) } else { json!({ "value": value, "unit": slot.unit }) }
}

fn evidence() -> Vec<(String, Value)> {
    ["source", "year", "region", "primary"].map(|k| (k.to_owned(), Value::Null)).to_vec()
}

fn default(slot: &Slot) -> Value {
    match (&slot.default, slot.kind) {
        (Some(d), Kind::Bool) => Value::Bool(d == "true"),
        (Some(d), Kind::Number) if !slot.unit.is_empty() => Value::from(format!("{d} {}", slot.unit)),
        (Some(d), _) => Value::from(d.clone()),
        (None, _) => Value::Null,
    }
}

/// Sets a value at a path of keys.
fn place(map: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            map.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = map.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                place(inner, rest, value);
            }
        }
    }
}

/// An item with placeholders.
fn item(list: &List) -> Value {
    let mut map = Map::new();
    for column in &list.columns {
        if column.path.is_empty() {
            return default(column);
        }
        // What may be left out is left out: null fits only optional fields.
        if column.required || column.default.is_some() {
            place(&mut map, &column.path, default(column));
        }
    }
    Value::Object(map)
}

fn note(form: &Form, slot: &Slot) -> Value {
    let mut map = labels(&Text::new(slot.label(Lang::Zh), slot.label(Lang::En)));
    if !slot.unit.is_empty() {
        map.insert("unit".into(), slot.unit.clone().into());
    }
    let allowed = allowed(form, slot);
    if !allowed.is_empty() {
        map.insert("allowed".into(), allowed.into());
    }
    Value::Object(map)
}

fn labels(text: &Text) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("zh".into(), text.zh.clone().into());
    map.insert("en".into(), text.en.clone().into());
    map
}

fn list_note(form: &Form, list: &List) -> Value {
    let mut map = labels(&list.labels);
    if !list.allowed.en.is_empty() {
        map.insert("allowed".into(), format!("{} / {}", list.allowed.zh, list.allowed.en).into());
    }
    let fields = list.columns.iter().map(|c| {
        let key = if c.path.is_empty() { "value" } else { &c.path };
        (key.to_owned(), note(form, c))
    });
    map.insert("each".into(), Value::Object(fields.collect()));
    Value::Object(map)
}
