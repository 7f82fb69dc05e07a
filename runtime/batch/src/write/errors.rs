//! The file of what is wrong with rows: row, id, column, code, message.

use crate::format::Format;
use crate::row::RowError;
use footrule_diag::Lang;
use serde::Serialize;

/// A finding about a row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding<'a> {
    row: u64,
    id: &'a str,
    column: &'a str,
    code: &'static str,
    message: &'a str,
}

impl<'a> Finding<'a> {
    pub(crate) fn new(row: u64, id: &'a str, e: &'a RowError, lang: Lang) -> Self {
        Self { row, id, column: &e.column, code: e.code.as_str(), message: e.message.get(lang) }
    }
}

/// Findings as text in a format.
pub(crate) struct Findings {
    json: bool,
    out: Vec<u8>,
}

impl Findings {
    pub(crate) fn new(format: Format) -> Self {
        Self { json: format == Format::Jsonl, out: Vec::new() }
    }

    /// What stands before the first finding.
    pub(crate) fn head(mut self) -> Vec<u8> {
        if !self.json {
            self.record(&["row", "id", "column", "code", "message"]);
        }
        self.out
    }

    pub(crate) fn add(&mut self, f: &Finding<'_>) {
        if self.json {
            // Texts and a number always serialise.
            self.out.extend(serde_json::to_vec(f).unwrap_or_default());
            self.out.push(b'\n');
        } else {
            self.record(&[&f.row.to_string(), f.id, f.column, f.code, f.message]);
        }
    }

    fn record(&mut self, cells: &[&str]) {
        let mut w = csv::Writer::from_writer(Vec::new());
        // Writing to memory does not fail.
        let _ = w.write_record(cells);
        self.out.extend(w.into_inner().unwrap_or_default());
    }

    pub(crate) fn text(self) -> Vec<u8> {
        self.out
    }
}
