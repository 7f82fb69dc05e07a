//! A row as an input document.
//!
//! Guarantees: decimals stand in the document as they are displayed in the table; what is null or an empty cell is left
//! out; a finding about the document leads back to its column. Must not: check values, that is the run time's.

use crate::bind::{Bound, Source, Target};
use crate::cell::{self, Leaf};
use crate::place::Kind;
use crate::row::RowError;
use arrow_array::cast::AsArray as _;
use arrow_array::{Array, ArrayRef, ListArray};
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::Program;
use footrule_number::shortened;
use serde_json::value::RawValue;

/// How documents are called in diagnostics.
pub(crate) const FILE: &str = "row";

/// The shape of the documents of a table.
pub(crate) struct Shape {
    top: Vec<(&'static str, Vec<Own>)>,
    inputs: Node,
    blank: Vec<usize>,
}

/// An object: what stands at its path itself, and what below it.
#[derive(Default)]
struct Node {
    own: Vec<Own>,
    own_key: &'static str,
    members: Vec<(String, Node)>,
}

/// A column, by its position among those bound; of a list the shape of its items.
struct Own {
    column: usize,
    items: Option<Box<Node>>,
}

impl Shape {
    /// The shape, without columns that do not count.
    pub(crate) fn new(columns: &[Bound], replaced: impl Fn(&Bound) -> bool) -> Self {
        let counts = |b: &Bound| !replaced(b);
        let mut shape = Self { top: Vec::new(), inputs: node(columns, &counts), blank: Vec::new() };
        for (i, b) in columns.iter().enumerate().filter(|(_, b)| counts(b)) {
            match &b.target {
                Target::Top(key) => {
                    let own = Own { column: i, items: None };
                    match shape.top.iter_mut().find(|(k, _)| k == key) {
                        Some((_, all)) => all.push(own),
                        None => shape.top.push((key, vec![own])),
                    }
                }
                Target::Blank => shape.blank.push(i),
                _ => {}
            }
        }
        shape
    }
}

fn node(columns: &[Bound], counts: &dyn Fn(&Bound) -> bool) -> Node {
    let mut root = Node::default();
    for (i, b) in columns.iter().enumerate().filter(|(_, b)| counts(b)) {
        let Target::Input { path, own_key } = &b.target else { continue };
        let mut at = &mut root;
        for key in path.split('.').filter(|k| !k.is_empty()) {
            let k = at.members.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
                at.members.push((key.to_owned(), Node::default()));
                at.members.len() - 1
            });
            at = &mut at.members[k].1;
        }
        let items = if let Source::List(below) = &b.source { Some(Box::new(node(below, &|_| true))) } else { None };
        at.own_key = own_key;
        at.own.push(Own { column: i, items });
    }
    root
}

/// The columns of a chunk, as they were bound.
pub(crate) struct Columns<'b> {
    all: Vec<(&'b Bound, Leaf, Columns<'b>)>,
}

impl<'b> Columns<'b> {
    /// The columns of a batch.
    pub(crate) fn of(bounds: &'b [Bound], batch: &[ArrayRef]) -> Self {
        Self::below(bounds, &|at| Leaf::of(batch, at))
    }

    fn of_items(bounds: &'b [Bound], values: &ArrayRef) -> Self {
        // As if the items were the one column of a batch.
        let values = [values.clone()];
        Self::below(bounds, &|at| Leaf::of(&values, &[&[0], at].concat()))
    }

    fn below(bounds: &'b [Bound], leaf: &dyn Fn(&[usize]) -> Option<Leaf>) -> Self {
        let all = bounds.iter().filter_map(|b| {
            let own = leaf(&b.at)?;
            let items = match (&b.source, own.array.as_list_opt::<i32>()) {
                (Source::List(items), Some(list)) => Self::of_items(items, list.values()),
                _ => Self { all: Vec::new() },
            };
            Some((b, own, items))
        });
        Self { all: all.collect() }
    }
}

/// The JSON at a place of a row, if there is any; or what is wrong with it.
pub(crate) type Made = Result<Option<String>, Vec<RowError>>;

/// Parts of the documents of a chunk, for whoever reads one place in all rows.
pub(crate) struct Places<'b> {
    root: Node,
    columns: Columns<'b>,
    rows: usize,
}

impl<'b> Places<'b> {
    /// Of rows.
    pub(crate) fn of_rows(bounds: &'b [Bound], batch: &[ArrayRef], rows: usize) -> Self {
        Self { root: node(bounds, &|_| true), columns: Columns::of(bounds, batch), rows }
    }

    /// Of the items of lists.
    pub(crate) fn of_items(bounds: &'b [Bound], values: &ArrayRef) -> Self {
        Self { root: node(bounds, &|_| true), columns: Columns::of_items(bounds, values), rows: values.len() }
    }

    /// The JSON at a path in each row; nothing if nothing is given there, an error if something is wrong with it.
    pub(crate) fn texts(&self, path: &str) -> Vec<Made> {
        let at = path
            .split('.')
            .filter(|k| !k.is_empty())
            .try_fold(&self.root, |node, key| node.members.iter().find(|(k, _)| k == key).map(|(_, below)| below));
        let text = |i: usize| {
            let mut doc = Document { text: String::new(), marks: Vec::new(), wrong: Vec::new() };
            let given = at.is_some_and(|node| doc.object(node, &self.columns, i));
            if doc.wrong.is_empty() { Ok(given.then_some(doc.text)) } else { Err(doc.wrong) }
        };
        (0..self.rows).map(text).collect()
    }
}

/// A document, and which column each part of it comes from.
pub(crate) struct Document {
    pub text: String,
    /// Start, end, and the name of the column.
    marks: Vec<(usize, usize, String)>,
    /// What is wrong already.
    pub wrong: Vec<RowError>,
}

impl Document {
    /// The document of row `i`.
    pub(crate) fn of(shape: &Shape, columns: &Columns<'_>, i: usize) -> Self {
        let mut doc = Self { text: String::from("{"), marks: Vec::new(), wrong: Vec::new() };
        for (key, own) in &shape.top {
            let start = doc.key(key);
            if !doc.single(own, columns, i) {
                doc.text.truncate(start);
            }
        }
        let start = doc.key("inputs");
        if !doc.object(&shape.inputs, columns, i) {
            doc.text.truncate(start);
        }
        doc.text.push('}');
        for (b, leaf, _) in shape.blank.iter().filter_map(|k| columns.all.get(*k)) {
            if cell::filled(leaf, i) {
                let m = text!("有内容，但该列没有列名", "there is something in a column without a name");
                doc.wrong.push(RowError::new(Code::B007, &b.name, m));
            }
        }
        doc
    }

    /// Writes a key; where the text is to be cut if there is no value.
    fn key(&mut self, key: &str) -> usize {
        let start = self.text.len();
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
        cell::quote(&mut self.text, key);
        self.text.push(':');
        start
    }

    /// What stands at a place; false if nothing does.
    fn object(&mut self, node: &Node, columns: &Columns<'_>, i: usize) -> bool {
        if node.members.is_empty() {
            return self.single(&node.own, columns, i);
        }
        let (start, marks, wrong) = (self.text.len(), self.marks.len(), self.wrong.len());
        self.text.push('{');
        let at = self.key(node.own_key);
        let value = self.text.len();
        if !self.single(&node.own, columns, i) {
            self.text.truncate(at);
        } else if node.own_key == "value" && self.text[value..].starts_with(MEASURED) {
            // `{"value": x, "unit": u}` and its evidence are one object.
            let own = self.text.split_off(value);
            self.text.truncate(at);
            self.text.push_str(&own[1..own.len() - 1]);
        }
        let own = self.text.len();
        for (key, below) in &node.members {
            let at = self.key(key);
            if !self.object(below, columns, i) {
                self.text.truncate(at);
            }
        }
        if self.text.len() > own {
            self.text.push('}');
            return true;
        }
        // Nothing beside the value itself.
        self.text.truncate(start);
        self.marks.truncate(marks);
        self.wrong.truncate(wrong);
        self.single(&node.own, columns, i)
    }

    /// The one column of several for the same place that has a value; false if none has.
    fn single(&mut self, own: &[Own], columns: &Columns<'_>, i: usize) -> bool {
        let mut given = own.iter().filter_map(|o| {
            let (bound, leaf, items) = columns.all.get(o.column)?;
            (!leaf.is_null(i)).then_some((o, *bound, leaf, items))
        });
        let Some((own, bound, leaf, items)) = given.next() else { return false };
        if let Some((_, other, ..)) = given.next() {
            let (a, b) = (&bound.name, &other.name);
            let m = text!("`{a}` 与 `{b}` 是同一项", "`{a}` and `{b}` are the same");
            self.wrong.push(RowError::new(Code::I011, b, m));
        }
        let start = self.text.len();
        match (&own.items, leaf.array.as_list_opt::<i32>()) {
            (Some(node), Some(list)) => self.list(node, items, list, i),
            _ => self.scalar(bound, leaf, i),
        }
        self.marks.push((start, self.text.len(), bound.name.clone()));
        true
    }

    fn list(&mut self, node: &Node, items: &Columns<'_>, list: &ListArray, i: usize) {
        let range = list.value_offsets()[i] as usize..list.value_offsets()[i + 1] as usize;
        self.text.push('[');
        for k in range {
            if !self.text.ends_with('[') {
                self.text.push(',');
            }
            if list.values().is_null(k) || !self.object(node, items, k) {
                self.text.push_str(if node.members.is_empty() || list.values().is_null(k) { "null" } else { "{}" });
            }
        }
        self.text.push(']');
    }

    fn scalar(&mut self, b: &Bound, leaf: &Leaf, i: usize) {
        if b.source == Source::Nested {
            return cell::json(&leaf.array, i, &mut self.text);
        }
        let value = cell::text(&leaf.array, i).unwrap_or_default();
        let out = &mut self.text;
        let trimmed = value.trim();
        let raw = match b.source {
            Source::Json | Source::Int | Source::Decimal | Source::Wide | Source::Bool => true,
            Source::Date | Source::List(_) | Source::Nested => false,
            Source::Text | Source::Dictionary => match b.kind {
                Kind::Text => false,
                // An object or a list in a cell.
                _ if trimmed.starts_with(['{', '[']) && !matches!(b.target, Target::Top(_)) => {
                    serde_json::from_str::<&RawValue>(trimmed).is_ok()
                }
                Kind::Bool | Kind::Any => trimmed.eq_ignore_ascii_case("true") || trimmed.eq_ignore_ascii_case("false"),
                Kind::Number { .. } if shortened(trimmed) => {
                    let m = text!(
                        "`{trimmed}` 像是电子表格缩短显示的数",
                        "`{trimmed}` looks like a number that a spreadsheet shortened"
                    );
                    let help =
                        text!("把单元格设为文本格式后重填全部数字", "format the cell as text and enter all its digits");
                    self.wrong.push(RowError::new(Code::I004, &b.name, m).help(&help));
                    out.push_str("null");
                    return;
                }
                _ => false,
            },
        };
        let unit = b.unit.as_ref().filter(|_| b.conversion != Some(footrule_runtime::Conversion::Same));
        let object = trimmed.starts_with(['{', '[']) && raw;
        match unit {
            Some(u) if object => {
                let m =
                    text!("列名已写单位 {u}，格中须是数", "the column names the unit {u}: a number is wanted in it");
                self.wrong.push(RowError::new(Code::I008, &b.name, m));
                out.push_str("null");
            }
            Some(u) => {
                out.push_str(MEASURED);
                put(out, trimmed, raw);
                out.push_str(",\"unit\":");
                cell::quote(out, u);
                out.push('}');
            }
            // A boolean of a spreadsheet is in capitals.
            None if raw && !object && b.source != Source::Json => out.push_str(&trimmed.to_ascii_lowercase()),
            None if raw => out.push_str(trimmed),
            None => cell::quote(out, if b.kind == Kind::Text { &value } else { trimmed }),
        }
    }

    /// A finding of the run time, with its column.
    pub(crate) fn finding(&self, program: &Program, d: &Diagnostic) -> RowError {
        let column = match &d.primary {
            Some(l) if l.at.file == FILE => {
                let at = l.at.span.start as usize;
                let inside = self.marks.iter().filter(|(a, b, _)| *a <= at && at < *b);
                inside.min_by_key(|(a, b, _)| b - a).map_or("", |(.., name)| name.as_str())
            }
            Some(l) => {
                let of = |i: &&footrule_mir::InputInfo| program.places.get(i.place.ix()) == Some(&l.at);
                program.inputs.iter().find(of).map_or("", |i| i.name.id.as_str())
            }
            None => "",
        };
        let found = RowError::new(d.code, column, d.message.clone());
        match &d.help {
            Some(help) => found.help(help),
            None => found,
        }
    }
}

/// What a number with its unit begins with.
const MEASURED: &str = "{\"value\":";

/// A value: raw JSON, or a text in quotes.
fn put(out: &mut String, value: &str, raw: bool) {
    if raw { out.push_str(value) } else { cell::quote(out, value) }
}
