//! Values in words, for messages. For display only: long decimals are cut to a few digits.
//!
//! Must not: be used where two values are compared; that is [`exact`]'s business.

use crate::days;
use crate::value::Value;
use footrule_mir::{Program, UnitId};
use footrule_number::Number;

/// Numbers with more digits than this are shown with [`SHORT`] significant ones.
const LONG: usize = 12;
/// Significant digits of a long number in a message.
const SHORT: u32 = 6;

/// A number in few digits.
pub(crate) fn number(x: Number) -> String {
    let text = x.to_string();
    if text.len() <= LONG {
        return text;
    }
    x.round_significant(SHORT).map_or(text, |(short, _)| short.to_string())
}

/// The text of a unit; empty for a number.
pub(crate) fn unit(program: &Program, id: UnitId) -> &str {
    program.units.get(id.ix()).map_or("", |u| u.text.as_str())
}

/// A number with its unit.
pub(crate) fn quantity(program: &Program, x: Number, id: Option<UnitId>) -> String {
    match id.map(|id| unit(program, id)).unwrap_or_default() {
        "" => number(x),
        unit => format!("{} {unit}", number(x)),
    }
}

/// The name of an enumeration's member.
pub(crate) fn member(program: &Program, e: footrule_mir::EnumId, m: u32) -> String {
    let info = program.enums.get(e.ix()).and_then(|info| info.members.get(m as usize));
    info.map_or_else(|| m.to_string(), |n| n.id.clone())
}

/// A value in words.
pub(crate) fn value(program: &Program, v: &Value, unit: Option<UnitId>) -> String {
    match v {
        Value::Number(x) => quantity(program, *x, unit),
        Value::Split(s) => s.whole().map_or_else(|_| "?".to_owned(), |x| quantity(program, x, unit)),
        Value::Bool(b) => b.to_string(),
        Value::Text(t) => t.to_string(),
        Value::Date(d) => days::show(*d),
        Value::Period(a, b) => days::show_period(*a, *b),
        Value::Enum(e, m) => member(program, *e, *m),
        Value::Record(id, _) => program.records.get(id.ix()).map_or_else(String::new, |r| r.name.clone()),
        Value::List(items) => format!("[{}]", items.len()),
        Value::Absent => "–".to_owned(),
        Value::Activity(a) => quantity(program, a.amount, unit),
        Value::Row(t, i) => {
            let name = program.tables.get(t.ix()).map_or("", |t| t.name.id.as_str());
            format!("{name}[{}]", i + 1)
        }
        Value::Err(_) => "?".to_owned(),
    }
}

/// A text that is the same for equal scalars only.
pub(crate) fn exact(program: &Program, v: &Value) -> String {
    match v {
        Value::Number(x) => x.to_string(),
        Value::Activity(a) => a.amount.to_string(),
        other => value(program, other, None),
    }
}
