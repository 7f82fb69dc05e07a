//! Reading a table chunk by chunk, from CSV, JSON Lines, Parquet and Arrow.
//!
//! Guarantees: a chunk has a bounded number of rows; rows come in the order of the file; a row that cannot be read is
//! reported in its chunk and keeps its number. Must not: know what columns mean, but for the names that JSON Lines may use.

mod arrow;
mod csv;
mod guarded;
mod jsonl;
mod parquet;
mod side;
mod signature;

use crate::encoding::{NotText, Utf8};
use crate::format::Format;
use crate::row::RowError;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use encoding_rs::Encoding;
use footrule_diag::{Code, Diagnostic, Text, text};
use footrule_mir::Program;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use guarded::reading;
pub(crate) use jsonl::Pairs;
pub use side::List;
pub(crate) use side::WithLists;

/// Some rows of the table.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Number of the first row, from 1.
    pub first_row: u64,
    /// The columns, in the forms that a binding's sources name.
    pub batch: RecordBatch,
    /// Rows that cannot be read, by position in the chunk, ascending: they are not to be evaluated.
    pub refused: Vec<(usize, RowError)>,
    /// How much of the file has been read, 0 to 1, if that is known.
    pub done: Option<f64>,
}

/// A table.
pub(crate) trait Rows: Send {
    /// Its columns.
    fn schema(&self) -> SchemaRef;

    /// Rows differ in the columns that they have.
    fn open(&self) -> bool {
        false
    }

    /// The next rows, in the form of [`Rows::schema`].
    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>>;
}

/// How a table is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How<'a> {
    /// Rows of a chunk.
    pub rows: usize,
    /// The encoding of text, if the caller knows it.
    pub encoding: Option<&'static Encoding>,
    /// Binary floating-point numbers are taken by their shortest decimal.
    pub floats: bool,
    /// The column that identifies rows.
    pub id: Option<&'a str>,
    /// Columns to pass over.
    pub ignore: &'a [String],
    /// Threads that may decode at once.
    pub threads: usize,
}

/// Opens a table; `-` is stdin.
pub(crate) fn open(
    program: &Program,
    path: &str,
    format: Format,
    how: How<'_>,
) -> Result<Box<dyn Rows>, Vec<Diagnostic>> {
    if path != "-" {
        signature::check(path, format)?;
    }
    if format == Format::Parquet {
        if path == "-" {
            let m = text!("Parquet 不能从标准输入读取", "Parquet cannot be read from stdin");
            return Err(vec![Diagnostic::new(Code::B020, m)]);
        }
        return Ok(Box::new(guarded::Guarded::open(path, format, || parquet::Table::open(path, how))?));
    }
    let input = Input::open(path).map_err(|e| unreadable(path, &e))?;
    Ok(match format {
        Format::Csv => Box::new(csv::Table::open(path, input, how)?),
        Format::Jsonl => Box::new(jsonl::Table::open(program, path, input, how)?),
        Format::Parquet | Format::Arrow => {
            Box::new(guarded::Guarded::open(path, format, || arrow::Table::open(path, input, how))?)
        }
    })
}

/// A file or stdin, and how far it was read.
pub(crate) struct Input {
    reader: Box<dyn Read + Send>,
    progress: Progress,
}

/// How far a file was read.
#[derive(Clone)]
pub(crate) struct Progress {
    read: Arc<AtomicU64>,
    size: Option<u64>,
}

impl Progress {
    /// From 0 to 1.
    pub(crate) fn done(&self) -> Option<f64> {
        let size = self.size.filter(|s| *s > 0)?;
        Some((self.read.load(Ordering::Relaxed) as f64 / size as f64).min(1.0))
    }
}

impl Input {
    pub(crate) fn open(path: &str) -> io::Result<Self> {
        let read = Arc::new(AtomicU64::new(0));
        if path == "-" {
            return Ok(Self { reader: Box::new(io::stdin()), progress: Progress { read, size: None } });
        }
        let file = open_file(path)?;
        let meta = file.metadata()?;
        let size = meta.is_file().then_some(meta.len());
        Ok(Self { reader: Box::new(file), progress: Progress { read, size } })
    }

    /// The text of the file, and how far it is read.
    fn text(self, encoding: Option<&'static Encoding>) -> (BufReader<Utf8<Self>>, Progress) {
        let progress = self.progress.clone();
        (BufReader::with_capacity(64 << 10, Utf8::new(self, encoding)), progress)
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(out)?;
        self.progress.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Opens what is no folder.
fn open_file(path: &str) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    Ok(file)
}

/// Why a file cannot be read on.
pub(crate) fn unreadable(path: &str, e: &io::Error) -> Vec<Diagnostic> {
    if let Some(NotText { encoding, named }) = e.get_ref().and_then(|e| e.downcast_ref::<NotText>()) {
        let m = match *encoding {
            // Taken where it cannot be UTF-8.
            "gb18030" if !named => {
                text!(
                    "`{path}` 的文字既不是 UTF-8，也不是 GB18030",
                    "the text of `{path}` is neither UTF-8 nor GB18030"
                )
            }
            _ => text!("`{path}` 的文字不是 {encoding} 编码", "the text of `{path}` is not in {encoding}"),
        };
        let help =
            text!("用 --encoding 指明编码：utf-8 或 gb18030", "name the encoding with --encoding: utf-8 or gb18030");
        return vec![Diagnostic::new(Code::B009, m).help(help)];
    }
    if e.get_ref().is_some_and(|e| e.is::<jsonl::TooLong>()) {
        let m = text!("`{path}` 有一行超过 64 MiB", "`{path}` has a line of more than 64 MiB");
        return vec![Diagnostic::new(Code::B008, m)];
    }
    let m = match e.kind() {
        io::ErrorKind::NotFound => text!("没有文件 `{path}`", "there is no file `{path}`"),
        _ => text!("`{path}` 无法读取：{e}", "`{path}` cannot be read: {e}"),
    };
    vec![Diagnostic::new(Code::C001, m)]
}

/// The file is not of its format, as its reader says.
pub(crate) fn malformed(path: &str, format: Format, e: &dyn std::fmt::Display) -> Vec<Diagnostic> {
    unfit(path, format, &Text::same(e.to_string()))
}

/// The file is not of its format.
pub(crate) fn unfit(path: &str, format: Format, why: &Text) -> Vec<Diagnostic> {
    let (name, zh, en) = (format.name(), &why.zh, &why.en);
    let m = text!("`{path}` 不是合格的 {name}：{zh}", "`{path}` is no valid {name}: {en}");
    vec![Diagnostic::new(Code::B008, m)]
}

/// The file cannot be read to its end.
pub(crate) fn damaged(path: &str, format: Format) -> Vec<Diagnostic> {
    unfit(path, format, &text!("已损坏", "it is damaged"))
}
