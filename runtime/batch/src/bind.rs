//! Which input each column holds, in which unit: decided once for a file, before any row is read.
//!
//! Guarantees: every column is bound to exactly one place of the input document, or the file is refused with all that is
//! wrong; every input that a row must have has a column; a unit fits its input. The result is plain data for evaluators.

use crate::place::{self, Given, Kind, Spot, TOP, Typed};
use arrow_schema::{DataType, Field, Fields};
use footrule_diag::{Code, Diagnostic, nearest, text};
use footrule_mir::{Op, Program, Ty};
use footrule_runtime::{Conversion, INPUTS, conversion_of, has_input};
use std::collections::BTreeMap;

/// The key of a field's metadata that marks its texts as JSON.
pub(crate) const JSON: &str = "footrule:json";
/// The key of a field's metadata that makes it a key of the document, though an input has its name.
pub(crate) const BESIDE: &str = "footrule:beside";
/// The key of a field's metadata that makes it an input, whatever `inputs` is: its name is `inputs.` and the input's.
pub(crate) const BELOW: &str = "footrule:below";
/// The key of a field's metadata that names its unit.
pub(crate) const UNIT: &str = "unit";

/// Most findings about columns that are told.
const MAX_REPORTED: usize = 32;

/// How the values of a column are stored in a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `Utf8`, as displayed; an empty text is not given.
    Text,
    /// `Utf8`: the JSON text of the value.
    Json,
    /// `Dictionary(Int32, Utf8)`.
    Dictionary,
    /// `Int64`.
    Int,
    /// `Decimal64` or `Decimal128`.
    Decimal,
    /// `Decimal256`.
    Wide,
    /// `Boolean`.
    Bool,
    /// `Date32`.
    Date,
    /// `List`; the columns are those of its items, `at` counting from the values of the list.
    List(Vec<Bound>),
    /// `List`, of what is read as a whole: a field of a record of a data exchange.
    Nested,
}

/// What a column is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Copied to the output, and to what is said of bad rows.
    Id,
    /// A key of the document beside its inputs: `period`, `scenario` …
    Top(&'static str),
    /// A place below `inputs`, or below the item of a list.
    Input {
        /// Its keys, joined by points; empty for the item of a list of scalars.
        path: String,
        /// The key under which the value stands where evidence stands beside it.
        own_key: &'static str,
    },
    /// A column without a name, which must be empty.
    Blank,
}

/// A column of the file, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// As the file names it.
    pub name: String,
    /// The column of the chunk, then the children of its structs.
    pub at: Vec<usize>,
    /// What it is for.
    pub target: Target,
    /// What it holds.
    pub kind: Kind,
    /// How it is stored.
    pub source: Source,
    /// The unit of its numbers, if the file names one.
    pub unit: Option<String>,
    /// From that unit to the declared one; `None` if that depends on the row.
    pub conversion: Option<Conversion>,
}

/// All columns of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Binding {
    /// In order of the file.
    pub columns: Vec<Bound>,
}

impl Binding {
    /// The column that identifies rows.
    #[must_use]
    pub fn id(&self) -> Option<&Bound> {
        self.columns.iter().find(|b| b.target == Target::Id)
    }
}

/// What the caller says of the columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted<'a> {
    /// The column that identifies rows.
    pub id: Option<&'a str>,
    /// Columns to pass over.
    pub ignore: &'a [String],
    /// Paths that are given otherwise, for all rows.
    pub given: &'a [String],
    /// Rows differ in what they give: what is missing shows row by row.
    pub open: bool,
}

/// Chinese names of the keys beside the inputs.
const TOP_ZH: [(&str, &str); 5] =
    [("核算期", "period"), ("情景", "scenario"), ("产品", "product"), ("企业", "company"), ("说明", "note")];

/// Binds the columns of a file.
pub(crate) fn bind(program: &Program, fields: &Fields, wanted: &Wanted<'_>) -> Result<Binding, Vec<Diagnostic>> {
    let asked = place::inputs(program);
    let mut binder = Binder {
        program,
        labels: place::labels(&asked),
        root: Spot::Group(program, String::new()),
        paths: asked.iter().map(|a| a.path.as_str()).chain(TOP).collect(),
        found: Vec::new(),
        columns: Vec::new(),
        wrong: Vec::new(),
        top: true,
    };
    let mut id_seen = wanted.id.is_none();
    for (i, field) in fields.iter().enumerate() {
        let name = field.name().trim();
        let is_id = wanted.id == Some(name) || wanted.id == Some(split_unit(name).0);
        if is_id {
            id_seen = true;
            binder.push(Target::Id, program, Kind::Any, field, name, vec![i], None);
            if binder.resolve(split_unit(name).0).is_err() {
                continue;
            }
        } else if wanted.ignore.iter().any(|n| n == name || n == split_unit(name).0) {
            continue;
        }
        binder.column(field, name, vec![i]);
    }
    if !id_seen {
        let id = wanted.id.unwrap_or_default();
        let d = Diagnostic::new(Code::B002, text!("没有 --id 所指的列 `{id}`", "there is no column `{id}` for --id"));
        binder.found.push(match nearest(id, fields.iter().map(|f| f.name().as_str())) {
            Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
            None => d,
        });
    }
    binder.doubles();
    if !wanted.open {
        binder.missing(wanted);
    }
    if binder.found.is_empty() {
        return Ok(Binding { columns: binder.columns });
    }
    let mut found = binder.found;
    let more = found.len().saturating_sub(MAX_REPORTED);
    found.truncate(MAX_REPORTED);
    if let (true, Some(last)) = (more > 0, found.last_mut()) {
        last.help = Some(text!("另有 {more} 处", "and {more} more"));
    }
    Err(found)
}

/// The items of the list at a path.
pub(crate) fn list_item<'p>(program: &'p Program, list: &str) -> Result<Typed<'p>, Vec<Diagnostic>> {
    let found = match Spot::Group(program, String::new()).walk(list) {
        Some(Spot::Value(t)) => t.item(),
        _ => None,
    };
    found.ok_or_else(|| {
        let d = Diagnostic::new(Code::B023, text!("规则没有列表输入 `{list}`", "the rule has no list `{list}`"));
        let lists = program.inputs.iter().filter(|i| Typed::of(program, &i.ty).item().is_some());
        let names: Vec<&str> = lists.map(|i| i.name.id.as_str()).collect();
        let near = nearest(list, names.iter().copied());
        vec![match near {
            Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
            None if names.is_empty() => d,
            None => {
                let all = names.join(", ");
                d.help(text!("列表有：{all}", "lists are: {all}"))
            }
        }]
    })
}

/// What stands behind `inputs.`.
pub(crate) fn below_inputs(path: &str) -> Option<&str> {
    path.strip_prefix(INPUTS)?.strip_prefix('.')
}

/// A name and the unit in brackets behind it.
pub(crate) fn split_unit(name: &str) -> (&str, Option<&str>) {
    for (open, close) in [('[', ']'), ('［', '］')] {
        if let Some((before, rest)) = name.strip_suffix(close).and_then(|n| n.split_once(open)) {
            return (before.trim(), Some(rest.trim()));
        }
    }
    (name.trim(), None)
}

/// The stored form of a type after [`crate::normal::form`].
fn source_of(ty: &DataType, json: bool) -> Option<Source> {
    Some(match ty {
        DataType::Utf8 if json => Source::Json,
        DataType::Utf8 => Source::Text,
        DataType::Dictionary(..) => Source::Dictionary,
        DataType::Int64 => Source::Int,
        DataType::Decimal64(..) | DataType::Decimal128(..) => Source::Decimal,
        DataType::Decimal256(..) => Source::Wide,
        DataType::Boolean => Source::Bool,
        DataType::Date32 => Source::Date,
        DataType::List(item) if whole(item.data_type()) => Source::Nested,
        _ => return None,
    })
}

/// True if what is nested in a type is of forms that are taken as they are.
fn whole(ty: &DataType) -> bool {
    match ty {
        DataType::List(item) => whole(item.data_type()),
        DataType::Struct(fields) => fields.iter().all(|f| whole(f.data_type())),
        other => source_of(other, false).is_some(),
    }
}

/// True if what is stored so can be a value of this kind.
fn fits(source: &Source, kind: &Kind) -> bool {
    let text = matches!(source, Source::Text | Source::Json | Source::Dictionary);
    let number = matches!(source, Source::Int | Source::Decimal | Source::Wide);
    match kind {
        Kind::Number { .. } => text || number,
        Kind::Bool => text || *source == Source::Bool,
        Kind::Date => text || *source == Source::Date,
        Kind::Text | Kind::Enum(_) => text,
        Kind::List => matches!(source, Source::Text | Source::Json | Source::List(_)),
        Kind::Any => !matches!(source, Source::List(_)),
    }
}

struct Binder<'p, 'a> {
    program: &'p Program,
    labels: BTreeMap<&'a str, Option<&'a str>>,
    root: Spot<'p>,
    paths: Vec<&'a str>,
    found: Vec<Diagnostic>,
    columns: Vec<Bound>,
    /// Paths of columns with which something is wrong, so that nothing follows from their absence.
    wrong: Vec<String>,
    /// Columns of rows, not of items.
    top: bool,
}

/// Where a name leads.
enum Found<'p> {
    Top(&'static str),
    Spot(String, Spot<'p>),
}

impl<'p> Binder<'p, '_> {
    fn resolve(&self, name: &str) -> Result<Found<'p>, Box<Diagnostic>> {
        // An input of such a name is what is meant: what it says must not be lost.
        if let Some(top) = TOP.into_iter().find(|t| self.top && *t == name && !has_input(self.program, t)) {
            return Ok(Found::Top(top));
        }
        let keys = name.split('.').map(str::trim).collect::<Vec<_>>().join(".");
        let keys =
            below_inputs(&keys).filter(|_| self.top && !has_input(self.program, INPUTS)).unwrap_or(&keys).to_owned();
        if let Some(spot) = self.root.walk(&keys).filter(|_| !keys.is_empty() || !self.top) {
            return Ok(Found::Spot(keys, spot));
        }
        // A label, or a label and keys below it.
        let (head, rest) = name.split_once('.').unwrap_or((name, ""));
        for (label, below) in [(name, ""), (head, rest)] {
            match self.labels.get(label.trim()) {
                Some(Some(path)) => {
                    let path = place::join(path, below.trim());
                    if let Some(spot) = self.root.walk(&path) {
                        return Ok(Found::Spot(path, spot));
                    }
                }
                Some(None) => {
                    let d = text!("`{label}` 是多个输入的名称", "`{label}` is the label of several inputs");
                    let help = text!("用标识符写列名", "name the column by its identifier");
                    return Err(Box::new(Diagnostic::new(Code::B005, d).help(help)));
                }
                None => {}
            }
        }
        if let Some((_, top)) = TOP_ZH.into_iter().find(|(zh, _)| self.top && *zh == name) {
            return Ok(Found::Top(top));
        }
        let d = Diagnostic::new(
            Code::B001,
            text!("没有列 `{name}` 对应的输入", "there is no input for the column `{name}`"),
        );
        // `fuels.mass` beside a list `fuels`.
        let list = |head: &str| matches!(self.root.walk(head), Some(Spot::Value(t)) if t.item().is_some());
        let head = head.split('[').next().unwrap_or(head).trim();
        let head = self.labels.get(head).copied().flatten().unwrap_or(head);
        if self.top && !rest.is_empty() && list(head) {
            return Err(Box::new(d.help(text!(
                "{head} 是列表：各项写在另一文件中，--list {head}=文件",
                "{head} is a list: its items stand in a file of their own, --list {head}=FILE"
            ))));
        }
        let names = self.paths.iter().copied().chain(self.labels.keys().copied());
        Err(Box::new(match nearest(name, names) {
            Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
            None => d.help(text!(
                "不用的列写进 --ignore，标识行的列写进 --id",
                "name a column to pass over with --ignore, and one that identifies rows with --id"
            )),
        }))
    }

    /// Binds a column, or the parts of a struct.
    fn column(&mut self, field: &Field, name: &str, at: Vec<usize>) {
        let (bare, in_name) = split_unit(name);
        if bare.is_empty() && self.top {
            self.push(Target::Blank, self.program, Kind::Text, field, name, at, None);
            return;
        }
        let unit = match (in_name, field.metadata().get(UNIT).map(|u| u.trim()).filter(|u| !u.is_empty())) {
            (Some(a), Some(b)) if a != b => {
                let m = text!(
                    "列 `{name}` 的单位有两种说法：{a} 与 {b}",
                    "the column `{name}` states two units: {a} and {b}"
                );
                self.found.push(Diagnostic::new(Code::B003, m));
                return;
            }
            (a, b) => a.or(b).filter(|u| !u.is_empty()).map(str::to_owned),
        };
        if let DataType::Struct(children) = field.data_type() {
            for (i, child) in children.iter().enumerate() {
                let at = at.iter().copied().chain([i]).collect();
                self.column(child, &format!("{bare}.{}", child.name()), at);
            }
            return;
        }
        if let Some(key) = TOP.into_iter().find(|t| *t == bare && field.metadata().contains_key(BESIDE)) {
            self.push(Target::Top(key), self.program, Kind::Any, field, name, at, unit);
            return;
        }
        let bare = below_inputs(bare).filter(|_| field.metadata().contains_key(BELOW)).unwrap_or(bare);
        match self.resolve(bare) {
            Err(d) => {
                let meant = nearest(bare, self.paths.iter().copied().chain(self.labels.keys().copied()));
                let path = meant.map(|m| self.labels.get(m).copied().flatten().unwrap_or(m));
                self.wrong.extend(path.map(str::to_owned));
                self.found.push(*d);
            }
            Ok(Found::Top(key)) => self.push(Target::Top(key), self.program, Kind::Any, field, name, at, unit),
            Ok(Found::Spot(path, spot)) => {
                let kind = spot.kind();
                let (own_key, item) = match &spot {
                    Spot::Value(t) => (t.own_key(), t.item()),
                    _ => ("value", None),
                };
                let program = spot.program().unwrap_or(self.program);
                let (count, claimed) = (self.columns.len(), path.clone());
                let target = Target::Input { path, own_key };
                match (field.data_type(), item) {
                    (DataType::List(inner), Some(item)) => self.list(target, item, inner, name, at),
                    _ => self.push(target, program, kind, field, name, at, unit),
                }
                if self.columns.len() == count {
                    self.wrong.push(claimed);
                }
            }
        }
    }

    fn list(&mut self, target: Target, item: Typed<'p>, inner: &Field, name: &str, at: Vec<usize>) {
        let mut asked = Vec::new();
        place::asked(item.program, "", &footrule_diag::Text::default(), item.ty, &mut asked);
        let mut below = Binder {
            program: item.program,
            labels: place::labels(&asked),
            root: Spot::Value(item),
            paths: asked.iter().map(|a| a.path.as_str()).filter(|p| !p.is_empty()).collect(),
            found: Vec::new(),
            columns: Vec::new(),
            wrong: Vec::new(),
            top: false,
        };
        match inner.data_type() {
            DataType::Struct(children) => {
                for (i, child) in children.iter().enumerate() {
                    below.column(child, child.name(), vec![i]);
                }
            }
            _ => below.column(inner, "", Vec::new()),
        }
        below.doubles();
        for mut d in std::mem::take(&mut below.found) {
            let (zh, en) = (&d.message.zh, &d.message.en);
            d.message = text!("列 `{name}`：{zh}", "column `{name}`: {en}");
            self.found.push(d);
        }
        let mut given = Given(paths(&below.columns));
        given.0.extend(below.wrong.iter().map(String::as_str));
        for path in place::missing(item, "", None, &given) {
            self.found.push(lacks(&format!("{name}.{path}")));
        }
        let source = Source::List(below.columns);
        let name = name.to_owned();
        self.columns.push(Bound { name, at, target, kind: Kind::List, source, unit: None, conversion: None });
    }

    /// A column; `program` is the one whose unit its kind names.
    #[expect(clippy::too_many_arguments, reason = "each is a separate fact of the column")]
    fn push(
        &mut self,
        target: Target,
        program: &Program,
        kind: Kind,
        field: &Field,
        name: &str,
        at: Vec<usize>,
        unit: Option<String>,
    ) {
        let ty = field.data_type();
        let json = field.metadata().contains_key(JSON);
        let Some(source) = source_of(ty, json).filter(|s| fits(s, &kind)) else {
            let d = if matches!(ty, DataType::Float16 | DataType::Float32 | DataType::Float64) {
                let m = text!(
                    "列 `{name}` 是二进制浮点数（{ty}），不能确定原来的十进制数",
                    "the column `{name}` holds binary floating-point numbers ({ty}): which decimals are meant is not certain"
                );
                let help = text!(
                    "以 decimal 或文本类型导出；确要采用最短十进制数时加 `--floats shortest`",
                    "export it as decimal or text; `--floats shortest` takes the shortest decimal of each"
                );
                Diagnostic::new(Code::B004, m).help(help)
            } else {
                let want = wants(&kind);
                let (zh, en) = (want.0, want.1);
                let d = Diagnostic::new(
                    Code::B006,
                    text!("列 `{name}` 的类型是 {ty}，要{zh}", "the column `{name}` is of type {ty}; {en} wanted"),
                );
                match (ty, &kind) {
                    (DataType::Timestamp(..), Kind::Date) => d.help(text!(
                        "时刻不是日期：以 date 类型导出",
                        "a point in time is no day: export it as a date"
                    )),
                    _ => d,
                }
            };
            self.found.push(d);
            return;
        };
        let conversion = match (&kind, &unit) {
            (Kind::Number { .. }, None) => Some(Conversion::Same),
            (Kind::Number { follows: true, .. }, Some(_)) => None,
            (Kind::Number { unit: declared, .. }, Some(u)) => match conversion_of(program, *declared, u) {
                Ok(c) => Some(c),
                Err(d) => {
                    let (zh, en) = (&d.message.zh, &d.message.en);
                    let m = text!("列 `{name}`：{zh}", "column `{name}`: {en}");
                    self.found.push(Diagnostic { help: d.help, ..Diagnostic::new(Code::B003, m) });
                    return;
                }
            },
            (_, Some(u)) => {
                let m = text!(
                    "列 `{name}` 写了单位 {u}，但它不是数",
                    "the column `{name}` names the unit {u}, but it holds no numbers"
                );
                self.found.push(Diagnostic::new(Code::B003, m));
                return;
            }
            (_, None) => None,
        };
        self.columns.push(Bound { name: name.to_owned(), at, target, kind, source, unit, conversion });
    }

    fn given(&self) -> Vec<&str> {
        paths(&self.columns)
    }

    /// Columns for one place.
    fn doubles(&mut self) {
        let mut first: BTreeMap<(bool, &str), &Bound> = BTreeMap::new();
        for b in &self.columns {
            let key = match &b.target {
                Target::Input { path, .. } => (false, path.as_str()),
                Target::Top(key) => (true, *key),
                Target::Id => (true, "--id"),
                Target::Blank => continue,
            };
            match first.insert(key, b) {
                // Of JSON Lines one line may use one name, and another the other.
                Some(other) if other.source != Source::Json => {
                    let (a, b, path) = (&other.name, &b.name, key.1);
                    let m = text!("列 `{a}` 与 `{b}` 都是 {path}", "the columns `{a}` and `{b}` are both {path}");
                    self.found.push(Diagnostic::new(Code::B005, m));
                }
                _ => {}
            }
        }
    }

    /// Inputs without which no row can be calculated.
    fn missing(&mut self, wanted: &Wanted<'_>) {
        let program = self.program;
        let mut given = Given(self.given());
        given.0.extend(wanted.given.iter().chain(&self.wrong).map(String::as_str));
        let tops: Vec<&str> =
            self.columns.iter().filter_map(|b| if let Target::Top(t) = b.target { Some(t) } else { None }).collect();
        let has = |key: &str| tops.contains(&key) || wanted.given.iter().any(|g| g == key);
        let mut lacking = Vec::new();
        if !has("period") && program.nodes.iter().any(|n| matches!(n.op, Op::Period)) {
            let help =
                text!("加一列 period，或写 `--set period=2024`", "add a column `period`, or give `--set period=2024`");
            lacking.push(
                Diagnostic::new(Code::B002, text!("缺少核算期的列 period", "the column `period` is missing"))
                    .help(help),
            );
        }
        let assumed =
            |id: &str| has("scenario") && program.scenarios.iter().any(|s| s.inputs.iter().any(|(n, ..)| n == id));
        for i in &program.inputs {
            let optional =
                i.default.is_some() || i.when.is_some() || matches!(i.ty, Ty::Optional(_)) || assumed(&i.name.id);
            if optional && !given.below(&i.name.id) {
                continue;
            }
            for path in place::missing(place::of_input(program, i), &i.name.id, i.factor.as_ref(), &given) {
                let title =
                    if path == i.name.id { place::titled(&i.name, &path) } else { footrule_diag::Text::same(path) };
                let (zh, en) = (&title.zh, &title.en);
                let d =
                    Diagnostic::new(Code::B002, text!("没有输入 {zh} 的列", "there is no column for the input {en}"));
                let list = Typed::of(program, &i.ty).item().is_some();
                let id = &i.name.id;
                lacking.push(if list {
                    d.help(text!(
                        "列表可在另一文件中：--list {id}=文件",
                        "a list may stand in a file of its own: --list {id}=FILE"
                    ))
                } else {
                    d.help(text!(
                        "对所有行相同的值可写 `--set {id}=值`",
                        "a value that is the same for all rows may be given by `--set {id}=VALUE`"
                    ))
                });
            }
        }
        self.found.extend(lacking);
    }
}

fn paths(columns: &[Bound]) -> Vec<&str> {
    columns
        .iter()
        .filter_map(|b| if let Target::Input { path, .. } = &b.target { Some(path.as_str()) } else { None })
        .collect()
}

fn lacks(path: &str) -> Diagnostic {
    Diagnostic::new(Code::B002, text!("列表缺少 {path} 的列", "the list has no column for {path}"))
}

fn wants(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Number { .. } => ("数（decimal、整数或文本）", "numbers (decimals, integers or text) are"),
        Kind::Bool => ("真假值或文本", "truth values or text are"),
        Kind::Date => ("日期或文本", "dates or text are"),
        Kind::Text | Kind::Enum(_) => ("文本", "text is"),
        Kind::List => ("列表", "a list is"),
        Kind::Any => ("单个的值", "a single value is"),
    }
}
