//! A row of columns as an input document: what the reference is asked with.
//!
//! Guarantees: numbers stand in the document as they stand in the column, with the unit's factor applied exactly.

use crate::layout::{Datum, datum};
use crate::prepared::Texts;
use footrule_mir::Program;
use footrule_native::columns::Columns;
use footrule_native::kernel::{ColumnId, ListId};
use footrule_native::layout::{Column, Kind, Layout};
use serde_json::{Map, Value};

/// The document of a row.
pub(crate) fn of_row(from: Source<'_>, row: usize) -> Value {
    let mut inputs = Map::new();
    fill(from, None, row, "", &mut inputs);
    for path in &from.layout.empty {
        put(&mut inputs, path, Value::Array(Vec::new()));
    }
    Value::Object(Map::from_iter([("inputs".to_owned(), Value::Object(inputs))]))
}

/// What rows are made of.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub program: &'a Program,
    pub layout: &'a Layout,
    pub columns: &'a Columns,
    pub texts: &'a Texts,
}

/// Everything that stands in the columns of rows (or of the items of one list) at a position.
fn fill(from: Source<'_>, list: Option<ListId>, at: usize, prefix: &str, into: &mut Map<String, Value>) {
    for (i, column) in from.layout.columns.iter().enumerate().filter(|(_, c)| c.list == list) {
        let path = column.path.strip_prefix(prefix).unwrap_or(&column.path);
        if let Some(value) = value(from, column, ColumnId(i as u32), at) {
            put(into, path.trim_start_matches('.'), value);
        }
    }
    for (l, inner) in from.layout.lists.iter().enumerate().filter(|(_, l)| l.parent == list) {
        let id = ListId(l as u32);
        let below = format!("{}[]", inner.path);
        let items = from.columns.items(id, at).map(|k| {
            let mut item = Map::new();
            fill(from, Some(id), k, &below, &mut item);
            // Of a list of plain values the value itself.
            item.remove("").unwrap_or(Value::Object(item))
        });
        let path = inner.path.strip_prefix(prefix).unwrap_or(&inner.path);
        put(into, path.trim_start_matches('.'), Value::Array(items.collect()));
    }
}

fn value(from: Source<'_>, column: &Column, id: ColumnId, at: usize) -> Option<Value> {
    if !from.columns.given(id, at) {
        return None;
    }
    match column.kind {
        Kind::Number { factor, offset } => {
            let x = from.columns.number(id, at)?;
            // What overflows is out of the range of every input.
            let x = x.convert(factor).ok()?;
            let x = offset.map_or(Some(x), |o| x.add(o).ok())?;
            Some(Value::String(x.to_string()))
        }
        Kind::Member => {
            let m = from.columns.member(id, at)?;
            let Some(Datum::Member(e)) = datum(from.program, &column.path) else { return None };
            let known = from.program.enums.get(e.ix())?.members.get(m as usize).map(|m| m.id.clone());
            // One that is not there: the reference says so.
            Some(Value::String(known.unwrap_or_else(|| m.to_string())))
        }
        Kind::Flag => from.columns.flag(id, at).map(Value::Bool),
        Kind::Opaque | Kind::Text | Kind::Day => from.texts.get(&column.path)?.get(at).cloned().map(Value::String),
    }
}

/// Puts a value at a path of keys.
fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(into.insert(path.to_owned(), value)),
        Some((first, rest)) => {
            let below = into.entry(first.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(map) = below {
                put(map, rest, value);
            }
        }
    }
}
