//! Parquet.

use super::{Chunk, How, Rows, malformed, unreadable};
use crate::format::Format;
use crate::normal;
use arrow_schema::SchemaRef;
use footrule_diag::Diagnostic;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::fs::File;

/// A table in Parquet.
pub(super) struct Table {
    path: String,
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
    next_row: u64,
    total: u64,
}

impl Table {
    pub(super) fn open(path: &str, how: How<'_>) -> Result<Self, Vec<Diagnostic>> {
        let file = File::open(path).map_err(|e| unreadable(path, &e))?;
        let broken = |e: parquet::errors::ParquetError| malformed(path, Format::Parquet, &e);
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
        let schema = normal::schema(builder.schema(), how.floats);
        let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
        let reader = builder.with_batch_size(how.rows).build().map_err(broken)?;
        Ok(Self { path: path.to_owned(), reader, schema, next_row: 1, total })
    }
}

impl Rows for Table {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>> {
        let broken = |e: arrow_schema::ArrowError| malformed(&self.path, Format::Parquet, &e);
        let Some(batch) = self.reader.next().transpose().map_err(broken)? else { return Ok(None) };
        let batch = normal::batch(&batch, &self.schema).map_err(broken)?;
        let first_row = self.next_row;
        self.next_row += batch.num_rows() as u64;
        let done = (self.total > 0).then(|| (self.next_row - 1) as f64 / self.total as f64);
        Ok(Some(Chunk { first_row, batch, refused: Vec::new(), done }))
    }
}
