//! Arrow IPC: a file, or a stream of messages; its first bytes say which.

use super::{Chunk, How, Input, Progress, Rows, malformed, unreadable};
use crate::format::Format;
use crate::normal;
use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};
use footrule_diag::Diagnostic;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};

/// What a file begins with.
const MAGIC: &[u8] = b"ARROW1";

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// A table in Arrow IPC.
pub(super) struct Table {
    path: String,
    batches: Batches,
    /// Of a file: how many batches it has, and how many were read.
    count: Option<(usize, usize)>,
    progress: Progress,
    schema: SchemaRef,
    /// The rest of a batch that is larger than a chunk.
    rest: Option<RecordBatch>,
    rows: usize,
    next_row: u64,
}

impl Table {
    pub(super) fn open(path: &str, mut input: Input, how: How<'_>) -> Result<Self, Vec<Diagnostic>> {
        let broken = |e: ArrowError| malformed(path, Format::Arrow, &e);
        let progress = input.progress.clone();
        let mut start = Vec::new();
        input.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start).map_err(|e| unreadable(path, &e))?;
        let (batches, count, schema): (Batches, _, _) = if start == MAGIC && path != "-" {
            let file = File::open(path).map_err(|e| unreadable(path, &e))?;
            let reader = FileReader::try_new(BufReader::new(file), None).map_err(broken)?;
            let (schema, count) = (reader.schema(), reader.num_batches());
            (Box::new(reader), Some((count, 0)), schema)
        } else {
            let reader = StreamReader::try_new(BufReader::new(Cursor::new(start).chain(input)), None);
            let reader = reader.map_err(broken)?;
            let schema = reader.schema();
            (Box::new(reader), None, schema)
        };
        let schema = normal::schema(&schema, how.floats);
        Ok(Self { path: path.to_owned(), batches, count, progress, schema, rest: None, rows: how.rows, next_row: 1 })
    }
}

impl Rows for Table {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>> {
        let broken = |e: ArrowError| malformed(&self.path, Format::Arrow, &e);
        let batch = loop {
            match self.rest.take().filter(|b| b.num_rows() > 0) {
                Some(batch) => break batch,
                None => match self.batches.next().transpose().map_err(broken)? {
                    None => return Ok(None),
                    Some(batch) => {
                        self.count = self.count.map(|(all, n)| (all, n + 1));
                        self.rest = Some(normal::batch(&batch, &self.schema).map_err(broken)?);
                    }
                },
            }
        };
        let n = batch.num_rows().min(self.rows);
        self.rest = Some(batch.slice(n, batch.num_rows() - n));
        let first_row = self.next_row;
        self.next_row += n as u64;
        let done = match self.count {
            Some((all, n)) if all > 0 => Some(n as f64 / all as f64),
            _ => self.progress.done(),
        };
        Ok(Some(Chunk { first_row, batch: batch.slice(0, n), refused: Vec::new(), done }))
    }
}
