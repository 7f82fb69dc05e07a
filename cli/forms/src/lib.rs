//! Forms to fill in, read back as input data; JSON Schemas of input and result.
//!
//! ```text
//! Program → Form → JSON | CSV | XLSX        filled CSV | XLSX → grids → JSON text + places → InputDoc
//! ```
//!
//! Guarantees: a filled form becomes the JSON document that says the same, so every check and message is that of JSON
//! input; a finding names the line or the sheet and cell. A decimal arrives with the digits it is written with, or is
//! refused: a cell that holds a binary number counts only if its shortest decimal text has at most 15 digits.
//! Nothing filled in is passed over: unknown columns, sheets and keys are refused.
//!
//! Must not: check data (that is the run time's), print, or touch files.
//!
//! # Layout
//!
//! `model` (what a rule asks for) · `json_form`, `csv_form`, `workbook` (writing) · `grid` (reading cells), `tree`
//! (cells to JSON with places) · `schema`.

mod csv_form;
mod grid;
mod json_form;
mod model;
mod schema;
mod tree;
mod workbook;

pub use csv_form::write as csv;
pub use json_form::write as json;
pub use model::{Column, Enums, Form, Kind, List, Slot};
pub use schema::{RESULT, input as input_schema};
pub use tree::{Filled, read, text};
pub use workbook::write as xlsx;
