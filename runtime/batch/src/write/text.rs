//! Results as text: CSV and JSON Lines.
//!
//! Guarantees: decimals stand with all their decimals; in JSON they are texts, as in the result record.

use crate::bind::UNIT;
use crate::cell;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};

/// The name of a column with its unit.
fn name(field: &Field) -> String {
    match field.metadata().get(UNIT) {
        Some(unit) => format!("{} [{unit}]", field.name()),
        None => field.name().clone(),
    }
}

fn broken(e: impl std::error::Error + Send + Sync + 'static) -> ArrowError {
    ArrowError::ExternalError(Box::new(e))
}

/// The first row of CSV.
pub(super) fn header(schema: &Schema) -> Result<Vec<u8>, ArrowError> {
    let mut w = csv::Writer::from_writer(Vec::new());
    w.write_record(schema.fields().iter().map(|f| name(f))).map_err(broken)?;
    w.into_inner().map_err(|e| broken(e.into_error()))
}

/// Rows of CSV.
pub(super) fn csv(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut w = csv::Writer::from_writer(Vec::new());
    for i in 0..batch.num_rows() {
        w.write_record(batch.columns().iter().map(|c| cell::shown(c, i, false))).map_err(broken)?;
    }
    w.into_inner().map_err(|e| broken(e.into_error()))
}

/// Lines of JSON.
pub(super) fn jsonl(batch: &RecordBatch) -> Vec<u8> {
    let schema = batch.schema();
    let names: Vec<String> = schema.fields().iter().map(|f| name(f)).collect();
    let mut out = Vec::new();
    for i in 0..batch.num_rows() {
        let mut line = serde_json::Map::new();
        for (name, column) in names.iter().zip(batch.columns()) {
            let text = || cell::shown(column, i, false);
            let value = match column.data_type() {
                _ if column.is_null(i) => serde_json::Value::Null,
                DataType::Int64 | DataType::Boolean => serde_json::from_str(&text()).unwrap_or_default(),
                _ => text().into(),
            };
            line.insert(name.clone(), value);
        }
        out.extend(serde_json::Value::Object(line).to_string().into_bytes());
        out.push(b'\n');
    }
    out
}
