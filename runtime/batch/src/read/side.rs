//! Lists in files of their own: rows of CSV, each with the key of the row of the table that it belongs to.
//!
//! Guarantees: the files are read side by side, so that their rows stand in one order (a hash of each key is all that is
//! kept); a row that belongs to none, or could belong to several, is an error and never passed over.

use super::{Chunk, How, Input, Rows, csv, unreadable};
use crate::cell;
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use footrule_diag::{Code, Diagnostic, nearest, text};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

/// A list and its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Path of the input.
    pub input: String,
    /// The file.
    pub path: String,
}

/// The file of a list, as far as it was read.
struct Side {
    path: String,
    table: csv::Table,
    /// The column of the keys.
    key: usize,
    /// The columns of the items.
    fields: Fields,
    chunk: Option<Chunk>,
    at: usize,
}

/// A table with lists from other files.
pub(crate) struct WithLists {
    main: Box<dyn Rows>,
    sides: Vec<Side>,
    schema: SchemaRef,
    /// The column of the table that the keys name, and if it holds JSON; without one they are row numbers.
    id: Option<(usize, bool)>,
    /// Hashes of the keys so far: a key that two rows have would say nothing.
    seen: HashSet<u64>,
}

impl WithLists {
    pub(crate) fn open(main: Box<dyn Rows>, lists: &[List], how: How<'_>) -> Result<Self, Vec<Diagnostic>> {
        let own = main.schema();
        let id = how.id.and_then(|id| {
            own.fields().iter().position(|f| f.name() == id || crate::bind::split_unit(f.name()).0 == id)
        });
        let id = id.map(|i| (i, own.field(i).metadata().contains_key(crate::bind::JSON)));
        let mut fields: Vec<_> = own.fields().iter().cloned().collect();
        let mut sides = Vec::new();
        for list in lists {
            let side = Side::open(list, how)?;
            let item = Field::new_list_field(DataType::Struct(side.fields.clone()), true);
            fields.push(Arc::new(Field::new(&list.input, DataType::List(Arc::new(item)), true)));
            sides.push(side);
        }
        Ok(Self { main, sides, schema: Arc::new(Schema::new(fields)), id, seen: HashSet::new() })
    }
}

impl Rows for WithLists {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn open(&self) -> bool {
        self.main.open()
    }

    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>> {
        let Some(chunk) = self.main.next()? else {
            for side in &mut self.sides {
                if let Some((key, row)) = side.peek()? {
                    return Err(side.stray(&key, row));
                }
            }
            return Ok(None);
        };
        let rows = chunk.batch.num_rows();
        let keys: Vec<String> = match self.id {
            Some((id, json)) => (0..rows).map(|i| cell::shown(chunk.batch.column(id), i, json)).collect(),
            None => (0..rows as u64).map(|i| (chunk.first_row + i).to_string()).collect(),
        };
        if self.id.is_some() {
            for (key, row) in keys.iter().zip(chunk.first_row..) {
                let mut hash = DefaultHasher::new();
                key.trim().hash(&mut hash);
                if !self.seen.insert(hash.finish()) {
                    let m = text!(
                        "第 {row} 行的标识 `{key}` 前面已有，不知列表的各行属于哪一行",
                        "row {row} has the key `{key}` of an earlier row: which of them the rows of a list belong to is not said"
                    );
                    let help = text!("各行的标识不得相同", "give each row a key of its own");
                    return Err(vec![Diagnostic::new(Code::B010, m).help(help)]);
                }
            }
        }
        let mut columns = chunk.batch.columns().to_vec();
        for side in &mut self.sides {
            columns.push(side.items(&keys)?);
        }
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(|e| broken("list", &e))?;
        Ok(Some(Chunk { batch, ..chunk }))
    }
}

fn broken(path: &str, e: &ArrowError) -> Vec<Diagnostic> {
    super::malformed(path, crate::format::Format::Csv, e)
}

impl Side {
    fn open(list: &List, how: How<'_>) -> Result<Self, Vec<Diagnostic>> {
        let path = &list.path;
        let input = Input::open(path).map_err(|e| unreadable(path, &e))?;
        let table = csv::Table::open(path, input, how)?;
        let schema = table.schema();
        let name = how.id.unwrap_or("row");
        let names = || schema.fields().iter().map(|f| f.name().as_str());
        let Some(key) = names().position(|n| n == name) else {
            let m = text!(
                "`{path}` 没有列 `{name}`，不知各行属于哪一行",
                "`{path}` has no column `{name}` that says which row each belongs to"
            );
            let d = Diagnostic::new(Code::B002, m);
            return Err(vec![match nearest(name, names()) {
                Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
                None => d,
            }]);
        };
        let fields = schema.fields().iter().enumerate().filter(|(i, _)| *i != key).map(|(_, f)| f.clone()).collect();
        Ok(Self { path: path.clone(), table, key, fields, chunk: None, at: 0 })
    }

    /// The key of the next item, and its row in the file.
    fn peek(&mut self) -> Result<Option<(String, u64)>, Vec<Diagnostic>> {
        loop {
            match &self.chunk {
                Some(chunk) if self.at < chunk.batch.num_rows() => {
                    let row = chunk.first_row + self.at as u64;
                    if let Some((_, e)) = chunk.refused.iter().find(|(i, _)| *i == self.at) {
                        let path = &self.path;
                        let (zh, en) = (&e.message.zh, &e.message.en);
                        let m = text!("`{path}`：{zh}", "`{path}`: {en}");
                        return Err(vec![Diagnostic::new(e.code, m)]);
                    }
                    let key = cell::shown(chunk.batch.column(self.key), self.at, false);
                    if key.trim().is_empty() {
                        let path = &self.path;
                        let m = text!(
                            "`{path}` 第 {row} 行没有写明属于哪一行",
                            "row {row} of `{path}` does not say which row it belongs to"
                        );
                        return Err(vec![Diagnostic::new(Code::B010, m)]);
                    }
                    return Ok(Some((key.trim().to_owned(), row)));
                }
                _ => {
                    self.chunk = self.table.next()?;
                    self.at = 0;
                    if self.chunk.is_none() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The items of rows with these keys.
    fn items(&mut self, keys: &[String]) -> Result<ArrayRef, Vec<Diagnostic>> {
        let mut columns: Vec<StringBuilder> = self.fields.iter().map(|_| StringBuilder::new()).collect();
        let mut lengths = Vec::with_capacity(keys.len());
        for key in keys {
            let mut n = 0;
            while let Some((found, _)) = self.peek()?.filter(|(found, _)| found == key.trim()) {
                debug_assert_eq!(found, key.trim());
                if let Some(chunk) = &self.chunk {
                    let cells = chunk.batch.columns().iter().enumerate().filter(|(i, _)| *i != self.key);
                    for (column, (_, cells)) in columns.iter_mut().zip(cells) {
                        let cells = cells.as_string::<i32>();
                        column.append_option((!cells.is_null(self.at)).then(|| cells.value(self.at)));
                    }
                }
                self.at += 1;
                n += 1;
            }
            lengths.push(n);
        }
        let count = lengths.iter().sum();
        let columns = columns.iter_mut().map(|c| Arc::new(c.finish()) as ArrayRef).collect();
        let items = StructArray::try_new_with_length(self.fields.clone(), columns, None, count);
        let item = Field::new_list_field(DataType::Struct(self.fields.clone()), true);
        let offsets = OffsetBuffer::from_lengths(lengths);
        let list = items.and_then(|items| ListArray::try_new(Arc::new(item), offsets, Arc::new(items), None));
        list.map(|l| Arc::new(l) as ArrayRef).map_err(|e| broken(&self.path, &e))
    }

    fn stray(&self, key: &str, row: u64) -> Vec<Diagnostic> {
        let path = &self.path;
        let m = text!(
            "`{path}` 第 {row} 行属于 `{key}`，主文件中没有这一行，或次序不同",
            "row {row} of `{path}` belongs to `{key}`: the table has no such row, or in another order"
        );
        let help = text!("两个文件按同一次序排列", "bring both files into the same order");
        vec![Diagnostic::new(Code::B010, m).help(help)]
    }
}
