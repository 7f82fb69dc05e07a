//! The readers of Arrow and Parquet panic on some damaged files: here that becomes a finding.

use super::{Chunk, Rows, damaged};
use crate::format::Format;
use arrow_schema::SchemaRef;
use footrule_diag::Diagnostic;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// True while this thread is in a reader of Arrow or Parquet: a panic there says that a file is damaged, is reported as
/// FR-B008, and is none of ours.
#[must_use]
pub fn reading() -> bool {
    READING.get()
}

/// A table whose reader may panic.
pub(super) struct Guarded {
    path: String,
    format: Format,
    table: Box<dyn Rows>,
}

impl Guarded {
    /// Opens a table.
    pub(super) fn open<T: Rows + 'static>(
        path: &str,
        format: Format,
        open: impl FnOnce() -> Result<T, Vec<Diagnostic>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let table = Box::new(guarded(path, format, open)?);
        Ok(Self { path: path.to_owned(), format, table })
    }
}

/// What comes of reading, and FR-B008 if it panics.
pub(super) fn guarded<T>(
    path: &str,
    format: Format,
    read: impl FnOnce() -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    READING.set(true);
    let done = catch_unwind(AssertUnwindSafe(read));
    READING.set(false);
    done.unwrap_or_else(|_| Err(damaged(path, format)))
}

impl Rows for Guarded {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>> {
        // After a panic the table is not read again.
        guarded(&self.path, self.format, || self.table.next())
    }
}
