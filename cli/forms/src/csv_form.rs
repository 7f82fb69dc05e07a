//! The form as CSV: one row for each scalar; UTF-8 with a byte order mark, so that spreadsheets read it as such.
//!
//! Items of a list are rows `power[0].amount`, `power[1].amount` …; the row `power` may say `[]` for "none".

use crate::grid::HEADER;
use crate::model::{Form, Kind, Slot, join};
use footrule_diag::Lang;

/// The form as text.
///
/// # Errors
/// Never in practice: writing to memory.
pub fn write(form: &Form) -> Result<Vec<u8>, String> {
    let mut w = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    let broken = |e: csv::Error| e.to_string();
    w.write_record(HEADER.map(|(key, zh)| format!("{key} {zh}"))).map_err(broken)?;
    for slot in &form.slots {
        w.write_record(row(form, slot, &slot.path, &slot.cells)).map_err(broken)?;
    }
    for list in &form.lists {
        let head = list_slot(list);
        w.write_record(row(form, &head, &list.path, &head.cells)).map_err(broken)?;
        let blank = vec![vec![String::new(); list.columns.len()]];
        for (i, item) in (if list.items.is_empty() { &blank } else { &list.items }).iter().enumerate() {
            for (column, value) in list.columns.iter().zip(item) {
                let path = join(&format!("{}[{i}]", list.path), &column.path);
                let cells = [value.clone(), String::new(), String::new(), String::new(), String::new(), String::new()];
                w.write_record(row(form, column, &path, &cells)).map_err(broken)?;
            }
        }
    }
    w.into_inner().map_err(|e| e.to_string())
}

/// The row of a list as a whole.
pub(crate) fn list_slot(list: &crate::model::List) -> Slot {
    let none = if list.required { ("没有则填 []", "write [] for none") } else { ("可不填", "may be left out") };
    let (zh, en) = (&list.allowed.zh, &list.allowed.en);
    let sep = |t: &str, s: &str| if t.is_empty() { String::new() } else { format!("{t}{s}") };
    let mut cells: [String; 6] = Default::default();
    if list.none {
        cells[0] = "[]".to_owned();
    }
    Slot {
        path: list.path.clone(),
        labels: list.labels.clone(),
        clause: String::new(),
        unit: String::new(),
        kind: Kind::Json,
        required: list.required,
        default: None,
        allowed: footrule_diag::Text::new(sep(zh, "；") + none.0, sep(en, "; ") + none.1),
        activity: false,
        bounds: Vec::new(),
        cells,
    }
}

/// A row in the order of [`HEADER`].
pub(crate) fn row(form: &Form, slot: &Slot, path: &str, cells: &[String; 6]) -> [String; 11] {
    let [value, unit, source, year, region, primary] = cells.clone();
    [
        path.to_owned(),
        slot.label(Lang::Zh).to_owned(),
        slot.label(Lang::En).to_owned(),
        if unit.is_empty() { slot.unit.clone() } else { unit },
        value,
        source,
        year,
        region,
        primary,
        slot.default.clone().unwrap_or_default(),
        allowed(form, slot),
    ]
}

/// What may be filled in, in both languages.
pub(crate) fn allowed(form: &Form, slot: &Slot) -> String {
    let mut parts: Vec<String> = Vec::new();
    match slot.kind {
        Kind::Enum(e) => {
            let names = form.enums.get(&e).map(|(_, m)| m.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>());
            parts.push(names.unwrap_or_default().join(" | "));
        }
        Kind::Bool => parts.push("true | false".into()),
        Kind::Date => parts.push("YYYY-MM-DD".into()),
        Kind::Json => parts.push("JSON".into()),
        Kind::Number | Kind::Text => {}
    }
    if slot.allowed.zh == slot.allowed.en {
        parts.push(slot.allowed.zh.clone());
    } else {
        parts.push(format!("{} / {}", slot.allowed.zh, slot.allowed.en));
    }
    if !slot.required && slot.default.is_none() && slot.kind != Kind::Json {
        parts.push("可不填 / may be left out".into());
    }
    if !slot.clause.is_empty() {
        parts.push(format!("§{}", slot.clause));
    }
    parts.retain(|p| !p.is_empty());
    parts.join("; ")
}
