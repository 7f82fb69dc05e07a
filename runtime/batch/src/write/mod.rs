//! Writing results and findings: text that grows, or frames of Arrow that become one file at the end.

mod assembly;
mod errors;
mod part;
mod text;

pub(crate) use errors::{Finding, Findings};
pub(crate) use part::{Done, Part, Stop, To, names};

use crate::format::Format;
use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType, FieldRef, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use std::io::{self, Read, Write};

/// Rows of a row group in Parquet: what is in the making of one stands in memory.
const GROUP_ROWS: usize = 1 << 18;

/// A batch in the form in which it is appended to a part: text, or a frame (its length, then a stream of Arrow IPC).
pub(crate) fn render(format: Format, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    match format {
        Format::Csv => text::csv(batch),
        Format::Jsonl => Ok(text::jsonl(batch)),
        Format::Parquet | Format::Arrow => {
            let mut out = vec![0; 8];
            let mut writer = StreamWriter::try_new(&mut out, &batch.schema())?;
            writer.write(batch)?;
            writer.finish()?;
            drop(writer);
            let length = (out.len() - 8) as u64;
            out[..8].copy_from_slice(&length.to_le_bytes());
            Ok(out)
        }
    }
}

/// What stands before the first rows.
pub(crate) fn head(format: Format, schema: &SchemaRef) -> Result<Vec<u8>, ArrowError> {
    if format == Format::Csv { text::header(schema) } else { Ok(Vec::new()) }
}

/// The batches of a frame.
pub(crate) fn batches(frame: &[u8]) -> Result<Vec<RecordBatch>, ArrowError> {
    StreamReader::try_new(frame.get(8..).unwrap_or_default(), None)?.collect()
}

/// A table of Arrow that is written batch by batch.
pub(crate) enum Table<W: Write + Send> {
    /// A file of Arrow IPC.
    File(FileWriter<W>),
    /// A stream of Arrow IPC.
    Stream(StreamWriter<W>),
    /// Parquet.
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> Table<W> {
    /// Begins a table; `seekable` is false for a pipe.
    pub(crate) fn new(format: Format, schema: &SchemaRef, to: W, seekable: bool) -> io::Result<Self> {
        Ok(match format {
            Format::Parquet => {
                let properties = properties(schema);
                Self::Parquet(Box::new(
                    ArrowWriter::try_new(to, schema.clone(), Some(properties)).map_err(io::Error::other)?,
                ))
            }
            _ if seekable => Self::File(FileWriter::try_new(to, schema).map_err(of_arrow)?),
            _ => Self::Stream(StreamWriter::try_new(to, schema).map_err(of_arrow)?),
        })
    }

    /// Adds the rows of a frame.
    pub(crate) fn frame(&mut self, frame: &[u8]) -> io::Result<()> {
        for batch in batches(frame).map_err(of_arrow)? {
            match self {
                Self::File(w) => w.write(&batch).map_err(of_arrow)?,
                Self::Stream(w) => {
                    w.write(&batch).map_err(of_arrow)?;
                    w.flush().map_err(of_arrow)?;
                }
                Self::Parquet(w) => w.write(&batch).map_err(of_parquet)?,
            }
        }
        Ok(())
    }

    /// Ends the table.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::File(mut w) => w.finish().map_err(of_arrow),
            Self::Stream(mut w) => w.finish().map_err(of_arrow),
            Self::Parquet(w) => w.close().map(|_| ()).map_err(of_parquet),
        }
    }
}

/// How results are written: what costs time and brings nothing is left out, a dictionary of row numbers (which are all
/// different) and the least and greatest figures.
fn properties(schema: &SchemaRef) -> WriterProperties {
    let all =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_max_row_group_row_count(Some(GROUP_ROWS));
    let column = |all: WriterPropertiesBuilder, field: &FieldRef| {
        let path = ColumnPath::new(vec![field.name().clone()]);
        match field.data_type() {
            DataType::Int64 => all
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            DataType::Decimal128(..) => all.set_column_statistics_enabled(path, EnabledStatistics::None),
            _ => all,
        }
    };
    schema.fields().iter().fold(all, column).build()
}

/// The error of the disk inside one of Arrow.
fn of_arrow(e: ArrowError) -> io::Error {
    match e {
        ArrowError::IoError(_, e) => e,
        e => io::Error::other(e),
    }
}

fn of_parquet(e: parquet::errors::ParquetError) -> io::Error {
    match e {
        parquet::errors::ParquetError::External(e) => match e.downcast::<io::Error>() {
            Ok(e) => *e,
            Err(e) => io::Error::other(e),
        },
        e => io::Error::other(e),
    }
}

/// The next frame of a part; `None` at its end.
pub(crate) fn next_frame(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let size = u64::from_le_bytes(length);
    let mut frame = length.to_vec();
    from.take(size).read_to_end(&mut frame)?;
    if frame.len() as u64 != size + 8 {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    Ok(Some(frame))
}
