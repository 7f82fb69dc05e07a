//! Parquet. The columns are shared out among *lanes*: threads that each decode some columns of all rows, a few chunks
//! ahead of where they are joined.
//!
//! Guarantees: lanes need no more memory for larger row groups, and chunks come in the order of the file, whatever the
//! number of lanes; decimals stay in 64 bits, and texts in the file's dictionary, where they are stored so.

use super::guarded::guarded;
use super::{Chunk, How, Rows, damaged, malformed, open_file, unfit, unreadable};
use crate::format::Format;
use crate::normal;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use footrule_diag::{Diagnostic, text};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression, ConvertedType, Type};
use parquet::file::metadata::ParquetMetaData;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::SystemTime;

/// Chunks that a lane may be ahead.
const AHEAD: usize = 4;
/// Most bytes for each value of a column whose texts stay in its dictionary: a longer column repeats little.
const DICTIONARY_BYTES: i64 = 4;
/// Most digits of a decimal of 64 bits.
const SHORT_DIGITS: u8 = 18;

/// The rows of some columns; `Ok(None)` is the end.
type Part = Result<Option<RecordBatch>, Vec<Diagnostic>>;

/// A table in Parquet.
pub(super) struct Table {
    path: String,
    lanes: Vec<Receiver<Part>>,
    schema: SchemaRef,
    next_row: u64,
    total: u64,
}

impl Table {
    pub(super) fn open(path: &str, how: How<'_>) -> Result<Self, Vec<Diagnostic>> {
        let broken = |e: parquet::errors::ParquetError| malformed(path, Format::Parquet, &e);
        let lost = |e: io::Error| unreadable(path, &e);
        let file = open_file(path).map_err(lost)?;
        let opened = state(&file).map_err(lost)?;
        let metadata = narrow(ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()).map_err(broken)?);
        unpackable(path, metadata.metadata())?;
        let schema = normal::schema(metadata.schema(), how.floats);
        let total = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or_default();
        let mut readers = Vec::new();
        for range in shares(metadata.metadata(), schema.fields().len(), how.threads) {
            // A file of its own for each lane: clones share the place at which they read.
            let file = open_file(path).map_err(lost)?;
            if state(&file).map_err(lost)? != opened {
                return Err(lost(io::Error::other("it is being replaced")));
            }
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
            let mask = match range.len() == schema.fields().len() {
                true => ProjectionMask::all(),
                false => ProjectionMask::roots(builder.parquet_schema(), range.clone()),
            };
            let reader = builder.with_projection(mask).with_batch_size(how.rows).build().map_err(broken)?;
            readers.push((reader, Arc::new(Schema::new(Fields::from(&schema.fields()[range])))));
        }
        let mut lanes = Vec::new();
        for (reader, schema) in readers {
            let (to, lane) = sync_channel(AHEAD);
            let name = path.to_owned();
            thread::Builder::new().spawn(move || decode(reader, &schema, &name, &to)).map_err(lost)?;
            lanes.push(lane);
        }
        Ok(Self { path: path.to_owned(), lanes, schema, next_row: 1, total })
    }
}

/// Decodes the columns of a lane until the end, a mistake, or until nobody wants them.
fn decode(mut reader: ParquetRecordBatchReader, schema: &SchemaRef, path: &str, to: &SyncSender<Part>) {
    let broken = |e: arrow_schema::ArrowError| malformed(path, Format::Parquet, &e);
    loop {
        let part = guarded(path, Format::Parquet, || match reader.next().transpose().map_err(broken)? {
            Some(batch) => normal::batch(&batch, schema).map(Some).map_err(broken),
            None => Ok(None),
        });
        let ended = !matches!(part, Ok(Some(_)));
        if to.send(part).is_err() || ended {
            return;
        }
    }
}

/// Refuses columns that are packed in a way that is not read here, before the first row.
fn unpackable(path: &str, metadata: &ParquetMetaData) -> Result<(), Vec<Diagnostic>> {
    let mut all = metadata.row_groups().iter().flat_map(|g| g.columns());
    let Some(column) = all.find(|c| matches!(c.compression(), Compression::BROTLI(_) | Compression::LZO)) else {
        return Ok(());
    };
    let name = if column.compression() == Compression::LZO { "LZO" } else { "Brotli" };
    let (m, help) = (
        text!("以 {name} 压缩，不能读取", "it is packed with {name}, which is not read here"),
        text!("以 snappy、zstd、gzip 或 lz4 压缩，或不压缩", "pack it with snappy, zstd, gzip or lz4, or not at all"),
    );
    let found = unfit(path, Format::Parquet, &m);
    Err(found.into_iter().map(|d| d.help(help.clone())).collect())
}

/// By what a file is told from another of its name.
fn state(file: &File) -> io::Result<(u64, Option<SystemTime>)> {
    let meta = file.metadata()?;
    Ok((meta.len(), meta.modified().ok()))
}

/// Divides columns among lanes by their size, neighbours together, so that the first column that cannot be read is the one
/// that is reported.
fn shares(metadata: &ParquetMetaData, columns: usize, lanes: usize) -> Vec<Range<usize>> {
    let schema = metadata.file_metadata().schema_descr();
    // Columns of Arrow that are not those of Parquet are read together.
    let lanes = if schema.root_schema().get_fields().len() == columns { lanes.clamp(1, columns.max(1)) } else { 1 };
    let mut sizes = vec![0_u128; columns];
    for (leaf, column) in metadata.row_groups().iter().flat_map(|g| g.columns().iter().enumerate()) {
        if let Some(size) = sizes.get_mut(schema.get_column_root_idx(leaf)) {
            *size += u128::try_from(column.uncompressed_size()).unwrap_or(0);
        }
    }
    let all: u128 = sizes.iter().sum();
    let (mut out, mut start, mut sum) = (Vec::new(), 0, 0);
    for (i, size) in sizes.iter().enumerate() {
        sum += size;
        let lanes_behind = lanes - (out.len() + 1);
        let full = sum * lanes as u128 >= all * (out.len() as u128 + 1);
        if lanes_behind > 0 && (full || columns - (i + 1) == lanes_behind) {
            out.push(start..i + 1);
            start = i + 1;
        }
    }
    out.push(start..columns);
    out
}

/// With what is stored in 64 bits or a dictionary read so.
fn narrow(metadata: ArrowReaderMetadata) -> ArrowReaderMetadata {
    let mut leaf = 0;
    let fields: Fields = metadata.schema().fields().iter().map(|f| hint(f, &mut leaf, metadata.metadata())).collect();
    let leaves = metadata.metadata().file_metadata().schema_descr().num_columns();
    if leaf != leaves || fields == *metadata.schema().fields() {
        return metadata;
    }
    let schema = Schema::new_with_metadata(fields, metadata.schema().metadata().clone());
    let options = ArrowReaderOptions::default().with_schema(Arc::new(schema));
    // A hint that is not understood only costs speed.
    ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).unwrap_or(metadata)
}

fn hint(field: &FieldRef, leaf: &mut usize, metadata: &ParquetMetaData) -> FieldRef {
    let with = |ty: DataType| Arc::new(Field::clone(field).with_data_type(ty));
    match field.data_type() {
        DataType::Struct(fields) => with(DataType::Struct(fields.iter().map(|f| hint(f, leaf, metadata)).collect())),
        DataType::List(item) => with(DataType::List(hint(item, leaf, metadata))),
        DataType::LargeList(item) => with(DataType::LargeList(hint(item, leaf, metadata))),
        ty => {
            let ty = stored(ty, *leaf, metadata).unwrap_or_else(|| ty.clone());
            *leaf += 1;
            with(ty)
        }
    }
}

/// The form in which a column is stored, if it is shorter than its type.
fn stored(ty: &DataType, leaf: usize, metadata: &ParquetMetaData) -> Option<DataType> {
    let schema = metadata.file_metadata().schema_descr();
    if leaf >= schema.num_columns() {
        return None;
    }
    let column = schema.column(leaf);
    match (ty, column.physical_type()) {
        (DataType::Decimal128(p, s), Type::INT32 | Type::INT64) if *p <= SHORT_DIGITS => {
            Some(DataType::Decimal64(*p, *s))
        }
        (DataType::Utf8, Type::BYTE_ARRAY) if column.converted_type() == ConvertedType::UTF8 => {
            let repeats = |g: &parquet::file::metadata::RowGroupMetaData| {
                let column = g.column(leaf);
                let most = column.num_values().saturating_mul(DICTIONARY_BYTES);
                column.dictionary_page_offset().is_some() && column.uncompressed_size() <= most
            };
            metadata
                .row_groups()
                .iter()
                .all(repeats)
                .then(|| DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)))
        }
        _ => None,
    }
}

impl Rows for Table {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>> {
        let damaged = || damaged(&self.path, Format::Parquet);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        let (mut rows, mut ended) = (0, 0);
        for lane in &self.lanes {
            // A lane that says nothing has been lost.
            match lane.recv().map_err(|_| damaged())?? {
                Some(part) => {
                    rows = part.num_rows();
                    columns.extend_from_slice(part.columns());
                }
                None => ended += 1,
            }
        }
        if ended == self.lanes.len() {
            return Ok(None);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
            .map_err(|e| malformed(&self.path, Format::Parquet, &e))?;
        let first_row = self.next_row;
        self.next_row += rows as u64;
        let done = (self.total > 0).then(|| (self.next_row - 1) as f64 / self.total as f64);
        Ok(Some(Chunk { first_row, batch, refused: Vec::new(), done }))
    }
}
