//! JSON Lines: one object for each row. A line is an input document, or its inputs without anything around them; keys may
//! also be paths and carry units, as the columns of CSV do.
//!
//! The columns are all inputs of the rule, and what else the first line names. A line need not have all of them, and may
//! not have others.

use super::{Chunk, How, Input, Progress, Rows, unreadable};
use crate::bind::{BELOW, BESIDE, JSON, below_inputs};
use crate::encoding::Utf8;
use crate::place::TOP;
use crate::row::RowError;
use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use footrule_diag::{Code, Diagnostic, nearest, text};
use footrule_mir::Program;
use footrule_runtime::{INPUTS, has_input};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read as _};
use std::sync::Arc;

/// Longest line.
const MAX_LINE: u64 = 64 << 20;

/// A line is longer than that.
#[derive(Debug)]
pub(super) struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a line is too long")
    }
}

impl std::error::Error for TooLong {}

/// A table in JSON Lines.
pub(super) struct Table {
    path: String,
    reader: BufReader<Utf8<Input>>,
    progress: Progress,
    schema: SchemaRef,
    columns: HashMap<String, usize>,
    /// Keys of the document that are names of inputs, too.
    twice: Vec<&'static str>,
    /// Keys to pass over.
    ignore: Vec<String>,
    rows: usize,
    next_row: u64,
    /// The first line, which was read for its keys.
    first: Option<Vec<u8>>,
}

impl Table {
    pub(super) fn open(program: &Program, path: &str, input: Input, how: How<'_>) -> Result<Self, Vec<Diagnostic>> {
        let (mut reader, progress) = input.text(how.encoding);
        let first = line(&mut reader).map_err(|e| unreadable(path, &e))?;
        let twice: Vec<&str> = TOP.into_iter().filter(|t| has_input(program, t)).collect();
        let mut names: Vec<String> = how.id.into_iter().chain(TOP).map(str::to_owned).collect();
        let heads = program.inputs.iter().map(|i| i.name.id.split('.').next().unwrap_or_default());
        names.extend(heads.map(|h| if twice.contains(&h) { format!("{INPUTS}.{h}") } else { h.to_owned() }));
        if let Some(text) = &first
            && let Ok(keys) = pairs(text, &twice, names.iter().any(|n| n == INPUTS))
        {
            names.extend(keys.into_iter().map(|(k, _)| k.into_owned()).filter(|k| !how.ignore.contains(k)));
        }
        let (mut fields, mut columns) = (Vec::new(), HashMap::new());
        for name in names {
            columns.entry(name).or_insert_with_key(|name| {
                let mut marked = HashMap::from([(JSON.to_owned(), "1".to_owned())]);
                let mark = match below_inputs(name) {
                    _ if twice.contains(&name.as_str()) => Some(BESIDE),
                    Some(own) if twice.contains(&own) => Some(BELOW),
                    _ => None,
                };
                marked.extend(mark.map(|mark| (mark.to_owned(), "1".to_owned())));
                fields.push(Field::new(name, DataType::Utf8, true).with_metadata(marked));
                fields.len() - 1
            });
        }
        let schema = Arc::new(Schema::new(fields));
        let ignore = how.ignore.to_vec();
        Ok(Self {
            path: path.to_owned(),
            reader,
            progress,
            schema,
            columns,
            twice,
            ignore,
            rows: how.rows,
            next_row: 1,
            first,
        })
    }

    /// The cells of a line, and what is wrong with it.
    fn cells<'a>(&self, text: &'a [u8]) -> (Vec<Option<&'a str>>, Option<RowError>) {
        let mut cells = vec![None; self.columns.len()];
        let wrong = self.fill(text, &mut cells).err();
        (cells, wrong)
    }

    fn fill<'a>(&self, text: &'a [u8], cells: &mut [Option<&'a str>]) -> Result<(), RowError> {
        for (key, value) in pairs(text, &self.twice, self.columns.contains_key(INPUTS))? {
            let Some(place) = self.columns.get(key.as_ref()) else {
                if self.ignore.iter().any(|i| *i == key) {
                    continue;
                }
                let near = nearest(&key, self.columns.keys().map(String::as_str));
                let help = near.map_or_else(Default::default, |n| text!("是否指 {n}？", "did you mean {n}?"));
                let m = text!("没有 `{key}` 对应的输入", "there is no input for the key `{key}`");
                return Err(RowError::new(Code::B001, &key, m).help(&help));
            };
            let cell = &mut cells[*place];
            if cell.is_some() {
                return Err(RowError::new(Code::I011, &key, text!("{key} 给了两次", "{key} is given twice")));
            }
            *cell = Some(value.get()).filter(|v| *v != "null");
        }
        Ok(())
    }
}

/// The next line that is not blank, as bytes of UTF-8; `None` at the end.
fn line(reader: &mut BufReader<Utf8<Input>>) -> std::io::Result<Option<Vec<u8>>> {
    loop {
        let mut text = Vec::new();
        if reader.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        if text.len() as u64 > MAX_LINE {
            return Err(std::io::Error::other(TooLong));
        }
        if !text.trim_ascii().is_empty() {
            return Ok(Some(text));
        }
    }
}

/// Keys and values of a line; those below `inputs` stand with the others. What is a name of an input and a key of the document
/// (`twice`) is the input inside `inputs`, and in a line without it; `named`: a rule has an input called `inputs`.
fn pairs<'a>(text: &'a [u8], twice: &[&str], named: bool) -> Result<Vec<(Cow<'a, str>, &'a RawValue)>, RowError> {
    let broken = |e: serde_json::Error| {
        let m = text!("不是 JSON 对象：{e}", "not a JSON object: {e}");
        let whole = matches!(text.trim_ascii().first(), Some(b'[')) || e.is_eof();
        let help = text!("每行写一个完整的 JSON 对象", "write one whole JSON object on each line");
        let e = RowError::new(Code::I009, "", m);
        if whole { e.help(&help) } else { e }
    };
    let all: Pairs<'_> = serde_json::from_slice(text).map_err(broken)?;
    let document = all.0.iter().any(|(key, value)| key == INPUTS && value.get().starts_with('{'));
    let input = |key: Cow<'a, str>| match twice.iter().find(|t| **t == key) {
        Some(t) => Cow::Owned(format!("{INPUTS}.{t}")),
        None => key,
    };
    let mut out = Vec::with_capacity(all.0.len());
    for (key, value) in all.0 {
        if key == INPUTS && value.get().starts_with('{') {
            let inner: Pairs<'_> = serde_json::from_str(value.get()).map_err(broken)?;
            out.extend(inner.0.into_iter().map(|(k, v)| (input(k), v)));
        } else if key == INPUTS && !named {
            let m = text!("inputs 应为对象", "inputs: an object is wanted");
            return Err(RowError::new(Code::I008, INPUTS, m));
        } else {
            out.push((if document { key } else { input(key) }, value));
        }
    }
    Ok(out)
}

/// The keys and values of an object, in order, those given twice, too.
pub(crate) struct Pairs<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    pairs.push((Cow::Owned(key), value));
                }
                Ok(pairs)
            }
        }
        d.deserialize_map(V).map(Pairs)
    }
}

impl Rows for Table {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn open(&self) -> bool {
        true
    }

    fn next(&mut self) -> Result<Option<Chunk>, Vec<Diagnostic>> {
        let mut columns: Vec<StringBuilder> = self.columns.iter().map(|_| StringBuilder::new()).collect();
        let (mut refused, mut n) = (Vec::new(), 0);
        while n < self.rows {
            let text = match self.first.take() {
                Some(first) => first,
                None => match line(&mut self.reader).map_err(|e| unreadable(&self.path, &e))? {
                    Some(text) => text,
                    None => break,
                },
            };
            let (cells, wrong) = self.cells(&text);
            refused.extend(wrong.map(|e| (n, e)));
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.append_option(cell));
            n += 1;
        }
        if n == 0 {
            return Ok(None);
        }
        let columns: Vec<ArrayRef> = columns.iter_mut().map(|c| Arc::new(c.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(|e| super::malformed(&self.path, crate::format::Format::Jsonl, &e))?;
        let first_row = self.next_row;
        self.next_row += n as u64;
        Ok(Some(Chunk { first_row, batch, refused, done: self.progress.done() }))
    }
}
