//! From cells to JSON text, and from places in that text back to cells.
//!
//! Guarantees: each cell becomes one JSON value at its path; what stands twice or leaves a gap is refused here, and
//! everything else by the run time. A finding about a value points at its cell.

use crate::grid::{self, At, Cell};
use crate::model::{Form, Kind, Kinds};
use footrule_diag::{Code, Diagnostic, FileSpan, Label, Text, text};
use footrule_mir::Program;
use footrule_runtime::{Step, steps};
use std::collections::BTreeMap;

/// A filled form as a JSON document.
#[derive(Debug, Clone)]
pub struct Filled {
    /// The document, for `InputDoc::parse` under the name of the form's file.
    pub json: String,
    /// The form as text, if it is a text file: what findings point into.
    pub text: Option<String>,
    file: String,
    places: Vec<(usize, usize, At)>,
}

/// Reads a filled form: a workbook if the name ends in `.xlsx`, else CSV.
///
/// # Errors
/// FR-C001 for a file that is no form, FR-I… for cells that cannot be taken as they are.
pub fn read(program: &Program, file: &str, bytes: &[u8]) -> Result<Filled, Vec<Diagnostic>> {
    let form = Form::new(program);
    let (cells, text) = if is_workbook(file) {
        (grid::workbook(&form, file, bytes)?, None)
    } else {
        let text = grid::decode(file, bytes)?;
        (grid::csv(&form, file, &text)?, Some(text))
    };
    let kinds = form.kinds();
    let mut found = Vec::new();
    let mut root = Node::default();
    for cell in cells {
        insert(&mut root, &kinds, cell, file, &mut found);
    }
    let mut out = Writer { json: String::new(), places: Vec::new(), file, found };
    out.document(&root, &form.top);
    if !out.found.is_empty() {
        return Err(out.found);
    }
    Ok(Filled { json: out.json, text, file: file.to_owned(), places: out.places })
}

/// The text of a form that is a text file.
#[must_use]
pub fn text(file: &str, bytes: &[u8]) -> Option<String> {
    if is_workbook(file) { None } else { grid::decode(file, bytes).ok() }
}

/// True for a name that is a workbook's.
fn is_workbook(file: &str) -> bool {
    file.to_ascii_lowercase().ends_with(".xlsx")
}

impl Filled {
    /// Findings about the JSON document as findings about the form.
    #[must_use]
    pub fn locate(&self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        found.into_iter().map(|d| self.one(d)).collect()
    }

    fn one(&self, mut d: Diagnostic) -> Diagnostic {
        d.secondary.retain(|l| l.at.file != self.file);
        if d.fix.as_ref().is_some_and(|f| f.at.file == self.file) {
            d.fix = None;
        }
        let Some(label) = d.primary.take_if(|l| l.at.file == self.file) else { return d };
        let (start, end) = (label.at.span.start as usize, label.at.span.end as usize);
        let around = self.places.iter().filter(|(a, b, _)| *a <= start && end <= *b);
        match around.min_by_key(|(a, b, _)| b - a) {
            Some((_, _, at)) => point(d, &self.file, at, label.text),
            None => d,
        }
    }
}

/// The finding at a cell: a label in a text, words for a workbook.
pub(crate) fn point(mut d: Diagnostic, file: &str, at: &At, text: Text) -> Diagnostic {
    match at {
        At::Text(span) => {
            d.primary = Some(Label { at: FileSpan { file: file.to_owned(), span: *span }, text });
        }
        At::Sheet { sheet, cell } => {
            let (zh, en) = (&d.message.zh, &d.message.en);
            d.message =
                text!("{file}，工作表 {sheet}，单元格 {cell}：{zh}", "{file}, sheet {sheet}, cell {cell}: {en}");
        }
    }
    d
}

/// What stands at a path.
#[derive(Debug, Default)]
struct Node {
    leaf: Option<(String, At)>,
    children: Vec<(String, Node)>,
    items: BTreeMap<usize, Node>,
    at: Option<At>,
}

fn insert(root: &mut Node, kinds: &Kinds, cell: Cell, file: &str, found: &mut Vec<Diagnostic>) {
    let Some(steps) = steps(cell.path.trim()) else {
        let path = &cell.path;
        let d = Diagnostic::new(Code::I001, text!("键 `{path}` 写法不对", "the key `{path}` cannot be read"));
        found.push(point(d, file, &cell.at, Text::new("此处", "here")));
        return;
    };
    let json = match leaf(kinds, &without_indices(&cell.path), &cell.text) {
        Ok(json) => json,
        Err(message) => {
            found.push(point(Diagnostic::new(Code::I009, message), file, &cell.at, Text::new("此处", "here")));
            return;
        }
    };
    let mut at = root;
    for step in steps {
        at.at.get_or_insert_with(|| cell.at.clone());
        at = match step {
            Step::Key(key) => {
                let i = match at.children.iter().position(|(k, _)| *k == key) {
                    Some(i) => i,
                    None => {
                        at.children.push((key, Node::default()));
                        at.children.len() - 1
                    }
                };
                &mut at.children[i].1
            }
            Step::Index(i) => at.items.entry(i).or_default(),
        };
    }
    at.at.get_or_insert_with(|| cell.at.clone());
    if at.leaf.is_some() {
        let path = &cell.path;
        let d = Diagnostic::new(Code::I011, text!("{path} 给了两次", "{path} is given twice"));
        found.push(point(d, file, &cell.at, Text::new("第二次", "the second time")));
    } else {
        at.leaf = Some((json, cell.at));
    }
}

/// `power[].amount` of `power[3].amount`.
pub(crate) fn without_indices(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in path.trim().chars() {
        inside = (inside || c == '[') && c != ']';
        if !inside || c == '[' {
            out.push(c);
        }
    }
    out
}

/// A cell's text as JSON.
fn leaf(kinds: &Kinds, shape: &str, text: &str) -> Result<String, Text> {
    let kind = match kinds.get(shape) {
        Some(known) => known.kind,
        None if shape.ends_with(".primary") => Kind::Bool,
        None => Kind::Text,
    };
    let text = text.trim();
    match kind {
        Kind::Bool => match text.to_lowercase().as_str() {
            "true" | "是" => return Ok("true".into()),
            "false" | "否" => return Ok("false".into()),
            _ => {}
        },
        Kind::Json if text.starts_with(['[', '{']) => {
            let raw: Result<&serde_json::value::RawValue, _> = serde_json::from_str(text);
            return raw.map(|r| r.get().to_owned()).map_err(|e| text!("不是 JSON：{e}", "not JSON: {e}"));
        }
        Kind::Date => return Ok(quoted(&day(text))),
        _ => {}
    }
    Ok(quoted(text))
}

/// Spreadsheets write `2024/3/1` for a day; the year stands first, so nothing is guessed.
fn day(text: &str) -> String {
    let parts: Vec<&str> = text.split('/').collect();
    match parts[..] {
        [y, m, d] if y.len() == 4 && parts.iter().all(|p| p.bytes().all(|b| b.is_ascii_digit())) => {
            format!("{y}-{m:0>2}-{d:0>2}")
        }
        _ => text.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

struct Writer<'a> {
    json: String,
    places: Vec<(usize, usize, At)>,
    file: &'a str,
    found: Vec<Diagnostic>,
}

impl Writer<'_> {
    fn document(&mut self, root: &Node, top: &[&str]) {
        let is_top = |key: &str| top.contains(&key);
        self.json.push('{');
        for (key, node) in root.children.iter().filter(|(k, _)| is_top(k)) {
            self.member(key, node);
            self.json.push(',');
        }
        self.json.push_str("\"inputs\":{");
        for (i, (key, node)) in root.children.iter().filter(|(k, _)| !is_top(k)).enumerate() {
            if i > 0 {
                self.json.push(',');
            }
            self.member(key, node);
        }
        self.json.push_str("}}");
    }

    fn member(&mut self, key: &str, node: &Node) {
        let start = self.json.len();
        self.json.push_str(&quoted(key));
        self.json.push(':');
        self.node(node);
        self.place(start, node);
    }

    fn place(&mut self, start: usize, node: &Node) {
        if let Some(at) = &node.at {
            self.places.push((start, self.json.len(), at.clone()));
        }
    }

    fn node(&mut self, node: &Node) {
        let start = self.json.len();
        if !node.items.is_empty() {
            self.list(node);
        } else if node.children.is_empty() {
            let leaf = node.leaf.as_ref().map_or("null", |(json, _)| json.as_str());
            self.json.push_str(leaf);
        } else {
            self.json.push('{');
            if let Some((json, at)) = &node.leaf {
                self.json.push_str("\"value\":");
                let value = self.json.len();
                self.json.push_str(json);
                self.places.push((value, self.json.len(), at.clone()));
                self.json.push(',');
            }
            for (i, (key, child)) in node.children.iter().enumerate() {
                if i > 0 {
                    self.json.push(',');
                }
                self.member(key, child);
            }
            self.json.push('}');
        }
        self.place(start, node);
    }

    fn list(&mut self, node: &Node) {
        if let Some((_, at)) = &node.leaf {
            let m = Text::new("列表既整体给出，又逐条给出", "the list is given as a whole and by items");
            let d = Diagnostic::new(Code::I011, m);
            self.found.push(point(d, self.file, at, Text::new("整体", "as a whole")));
        }
        self.json.push('[');
        for (n, (i, item)) in node.items.iter().enumerate() {
            if *i != n
                && let Some(at) = &item.at
            {
                let d = Diagnostic::new(Code::I008, text!("缺少第 [{n}] 条", "item [{n}] is missing"));
                self.found.push(point(d, self.file, at, text!("此处是 [{i}]", "this is [{i}]")));
                break;
            }
            if n > 0 {
                self.json.push(',');
            }
            self.node(item);
        }
        self.json.push(']');
    }
}
