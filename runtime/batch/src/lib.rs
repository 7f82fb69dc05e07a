//! Footrule over tables: CSV, JSON Lines, Parquet and Arrow in, figures out, in constant memory.
//!
//! ```text
//! file → reader → chunk ┬→ evaluator → results + findings ┬→ in order → part → output
//!                       ├→ evaluator → …                  │
//! columns → binding ────┘   (one for each thread)         └→ state, from which an interrupted run goes on
//! ```
//!
//! Guarantees: which input a column holds, and in which unit, is decided before any row is read; a row has a result or
//! findings, never neither; results come in the order of the rows, whatever the threads; a file under its final name is
//! complete. Must not: decide about values (the run time does), or print.
//!
//! # Layout
//!
//! `run` (the pipeline) · `check` (the call) · `place`, `bind` (columns and inputs) · `read`, `encoding`, `normal`, `cell` (tables in) ·
//! `document`, `evaluate` (rows to results) · `native` (chunks to results) · `output`, `write` (results out) · `row`, `format`.

mod bind;
mod cell;
mod check;
mod document;
mod encoding;
mod evaluate;
mod format;
mod native;
mod normal;
mod output;
mod place;
mod read;
mod row;
mod run;
mod write;

pub use bind::{Binding, Bound, Source, Target};
pub use cell::Leaf;
pub use evaluate::{Evaluated, Evaluator, Reference, Rows, Setup};
pub use format::Format;
pub use native::Native;
pub use output::{Cell, Filling, Form, GROUPS, OutColumn, Output, What};
pub use place::{Kind, TOP};
pub use read::{Chunk, List, reading};
pub use row::RowError;
pub use run::{Job, Make, Progress, Refused, Summary, run};
