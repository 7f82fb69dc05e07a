//! CSV: the first row names the columns; every cell is a text, an empty one is not given.

use super::{Chunk, How, Input, Progress, Rows, malformed, unfit, unreadable};
use crate::encoding::Utf8;
use crate::format::Format;
use crate::row::RowError;
use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use csv::{Reader, ReaderBuilder, StringRecord};
use footrule_diag::{Code, Diagnostic, text};
use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

/// A table in CSV.
pub(super) struct Table {
    path: String,
    reader: Reader<BufReader<Utf8<Input>>>,
    progress: Progress,
    schema: SchemaRef,
    rows: usize,
    next_row: u64,
    record: StringRecord,
}

impl Table {
    pub(super) fn open(path: &str, input: Input, how: How<'_>) -> Result<Self, Vec<Diagnostic>> {
        let (mut source, progress) = input.text(how.encoding);
        let start = source.fill_buf().map_err(|e| unreadable(path, &e))?;
        let delimiter = delimiter(start);
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(source);
        let mut record = StringRecord::new();
        if !reader.read_record(&mut record).map_err(|e| broken(path, e))? {
            let why = text!("文件是空的，没有列名", "it is empty, and names no columns");
            return Err(unfit(path, Format::Csv, &why));
        }
        let fields: Vec<Field> = record.iter().map(|n| Field::new(n.trim(), DataType::Utf8, true)).collect();
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { path: path.to_owned(), reader, progress, schema, rows: how.rows, next_row: 1, record })
    }
}

/// What separates the cells of the first row.
fn delimiter(start: &[u8]) -> u8 {
    let mut quoted = false;
    for b in start {
        match b {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            b',' | b';' | b'\t' if !quoted => return *b,
            _ => {}
        }
    }
    b','
}

fn broken(path: &str, e: csv::Error) -> Vec<Diagnostic> {
    match e.kind() {
        csv::ErrorKind::Io(e) => unreadable(path, e),
        _ => malformed(path, Format::Csv, &e),
    }
}

impl Rows for Table {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>> {
        let width = self.schema.fields().len();
        let mut columns: Vec<StringBuilder> = (0..width).map(|_| StringBuilder::new()).collect();
        let (mut refused, mut n) = (Vec::new(), 0);
        while n < self.rows && self.reader.read_record(&mut self.record).map_err(|e| broken(&self.path, e))? {
            let cells = self.record.len();
            // Spreadsheets leave separators behind the last column.
            let fits = cells == width || (cells > width && self.record.iter().skip(width).all(|c| c.trim().is_empty()));
            if !fits {
                let line = self.record.position().map_or(0, csv::Position::line);
                let m = text!(
                    "第 {line} 行有 {cells} 格，首行有 {width} 格",
                    "line {line} has {cells} cells, the first row has {width}"
                );
                // A quotation mark without its end takes in the lines behind it.
                let open = cells < width && self.record.iter().next_back().is_some_and(|c| c.contains('\n'));
                let help = text!("可能有引号没有成对", "a quotation mark may lack its other one");
                let e = RowError::new(Code::B007, "", m);
                refused.push((n, if open { e.help(&help) } else { e }));
            }
            for (i, column) in columns.iter_mut().enumerate() {
                column.append_option(self.record.get(i).filter(|c| !c.trim().is_empty()));
            }
            n += 1;
        }
        if n == 0 {
            return Ok(None);
        }
        let columns: Vec<ArrayRef> = columns.iter_mut().map(|c| Arc::new(c.finish()) as ArrayRef).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(n));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
            .map_err(|e| malformed(&self.path, Format::Csv, &e))?;
        let first_row = self.next_row;
        self.next_row += n as u64;
        Ok(Some(Chunk { first_row, batch, refused, done: self.progress.done() }))
    }
}
