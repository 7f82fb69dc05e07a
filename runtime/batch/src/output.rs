//! The columns of the results: which there are, and filling them.
//!
//! Guarantees: the columns follow from the rule alone; a published figure keeps its decimals (`Decimal128` where their
//! number is fixed, text where the rule counts significant digits).

use crate::bind::UNIT;
use crate::row::RowError;
use arrow_array::builder::{BooleanBuilder, Decimal128Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use footrule_diag::{Code, Diagnostic, Lang, Text, nearest, text};
use footrule_mir::{GasRef, LineGas, Op, Program, Rounding, Ty};
use footrule_runtime::{Brief, Figure, Footprint, ReportValue};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Groups of columns that can be asked for.
pub const GROUPS: [&str; 5] = ["total", "stages", "gases", "reports", "warnings"];

/// Most decimals of a figure beside which its digits fit a decimal column.
const MAX_SCALE: u32 = 9;

/// What a column of the results holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The footprint of a product.
    Total(usize),
    /// The footprint of a product in a further unit.
    Also(usize, usize),
    /// A stage of a product.
    Stage(usize, usize),
    /// A gas of a product; `None` for CO2e that is not known by gas.
    Gas(usize, Option<usize>),
    /// A report.
    Report(usize),
    /// All warnings of the row.
    Warnings,
}

/// How a column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `Decimal128(38, n)`.
    Decimal(i8),
    /// `Utf8`.
    Text,
    /// `Boolean`.
    Bool,
}

impl Form {
    fn rounded(round: Rounding) -> Self {
        match i8::try_from(round.digits) {
            Ok(n) if !round.significant && round.digits <= MAX_SCALE => Self::Decimal(n),
            _ => Self::Text,
        }
    }

    fn ty(self) -> DataType {
        match self {
            Self::Decimal(n) => DataType::Decimal128(38, n),
            Self::Text => DataType::Utf8,
            Self::Bool => DataType::Boolean,
        }
    }
}

/// A column of the results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutColumn {
    /// Its name, without the unit.
    pub name: String,
    /// Its unit; empty for none.
    pub unit: String,
    /// What it holds.
    pub what: What,
    /// How it is stored.
    pub form: Form,
}

/// All columns of the results, behind the one that identifies the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// In order.
    pub columns: Vec<OutColumn>,
    /// Name of the column that identifies the row, and if it holds a row number.
    pub key: (String, bool),
    /// There are columns for all gases.
    gases: bool,
}

impl Output {
    /// The columns of these groups; `id` is the column that identifies rows.
    pub(crate) fn new(program: &Program, groups: &[String], id: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        for g in groups {
            if !GROUPS.contains(&g.as_str()) {
                let all = GROUPS.join(", ");
                let m = text!("--columns：没有 `{g}`", "--columns: there is no `{g}`");
                let d = Diagnostic::new(Code::B023, m);
                return Err(vec![match nearest(g, GROUPS) {
                    Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
                    None => d.help(text!("可取：{all}", "it is one of: {all}")),
                }]);
            }
        }
        let has = |g: &str| groups.is_empty() || groups.iter().any(|x| x == g);
        let mut columns = Vec::new();
        for (i, p) in program.products.iter().enumerate() {
            let name =
                |rest: &str| if p.name.id.is_empty() { rest.to_owned() } else { format!("{}.{rest}", p.name.id) };
            let form = Form::rounded(p.round.unwrap_or(program.rule.round));
            let unit = unit(program, p.result_unit);
            let mut push = |name, unit: &str, what| columns.push(OutColumn { name, unit: unit.to_owned(), what, form });
            if has("total") {
                push(name("total"), unit, What::Total(i));
                for (k, a) in p.also.iter().enumerate() {
                    let per = self::unit(program, a.unit);
                    push(name(&format!("total_per.{per}")), self::unit(program, a.result_unit), What::Also(i, k));
                }
            }
            if has("stages") {
                for (k, s) in program.stages.iter().enumerate() {
                    push(name(&format!("stage.{}", s.id)), unit, What::Stage(i, k));
                }
            }
            if has("gases") {
                let (gases, rest) = gases(program);
                for g in gases {
                    let id = program.gases.get(g).map_or("?", |g| g.name.id.as_str());
                    push(name(&format!("gas.{id}")), unit, What::Gas(i, Some(g)));
                }
                if rest {
                    push(name("gas.other"), unit, What::Gas(i, None));
                }
            }
        }
        for (k, r) in program.reports.iter().enumerate().filter(|_| has("reports")) {
            let ty = program.nodes.get(r.value.ix()).map(|n| &n.ty);
            let (unit, form) = match ty {
                Some(Ty::Number(u) | Ty::Split(u)) => {
                    (unit(program, *u), Form::rounded(r.round.unwrap_or(program.rule.round)))
                }
                Some(Ty::Bool) => ("", Form::Bool),
                _ => ("", Form::Text),
            };
            let name = format!("report.{}", r.name.id);
            columns.push(OutColumn { name, unit: unit.to_owned(), what: What::Report(k), form });
        }
        if has("warnings") {
            let (name, unit) = ("warnings".to_owned(), String::new());
            columns.push(OutColumn { name, unit, what: What::Warnings, form: Form::Text });
        }
        let key = (id.unwrap_or("row").to_owned(), id.is_none());
        Ok(Self { columns, key, gases: has("gases") })
    }

    /// The schema of the results.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let (key, number) = &self.key;
        let ty = if *number { DataType::Int64 } else { DataType::Utf8 };
        let columns = self.columns.iter().map(|c| {
            let field = Field::new(&c.name, c.form.ty(), true);
            if c.unit.is_empty() {
                field
            } else {
                field.with_metadata(HashMap::from([(UNIT.to_owned(), c.unit.clone())]))
            }
        });
        Arc::new(Schema::new([Field::new(key, ty, false)].into_iter().chain(columns).collect::<Vec<_>>()))
    }

    /// Rows of results with their keys.
    pub(crate) fn batch(&self, key: ArrayRef, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(self.schema(), [key].into_iter().chain(columns).collect())
    }
}

fn unit(program: &Program, id: footrule_mir::UnitId) -> &str {
    program.units.get(id.ix()).map_or("", |u| u.text.as_str())
}

/// The gases that a result of the rule can know, and whether there can be CO2e that is not known by gas.
fn gases(program: &Program) -> (Vec<usize>, bool) {
    let mut known: BTreeSet<usize> = BTreeSet::new();
    let (mut any, mut rest) = (false, false);
    let mut note = |gas: &GasRef| match gas {
        GasRef::Static(g) => {
            known.insert(g.ix());
        }
        GasRef::Node(_) => any = true,
    };
    for node in &program.nodes {
        if let Op::Characterise { gas, .. } = &node.op {
            note(gas);
        }
    }
    for line in &program.lines {
        match line.gas {
            LineGas::Static(g) => {
                known.insert(g.ix());
            }
            LineGas::Region(_) => any = true,
            LineGas::Split => rest = true,
        }
    }
    // What an upstream footprint knows by gas, it passes on.
    for u in &program.upstream {
        let (theirs, _) = gases(&u.program);
        let names = theirs.iter().filter_map(|g| u.program.gases.get(*g)).map(|g| &g.name.id);
        known.extend(names.filter_map(|n| program.gases.iter().position(|g| g.name.id == *n)));
    }
    if any {
        known.extend(0..program.gases.len());
    }
    (known.into_iter().collect(), rest)
}

/// A column of results while it is filled.
enum Builder {
    Decimal(Decimal128Builder),
    Text(StringBuilder),
    Bool(BooleanBuilder),
}

impl Builder {
    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Decimal(b), Cell::Decimal(x)) => b.append_option(x),
            (Self::Text(b), Cell::Text(t)) => b.append_option(t),
            (Self::Bool(b), Cell::Bool(x)) => b.append_option(x),
            (Self::Decimal(b), _) => b.append_null(),
            (Self::Text(b), _) => b.append_null(),
            (Self::Bool(b), _) => b.append_null(),
        }
    }
}

/// Results, row by row.
pub struct Filling<'a> {
    program: &'a Program,
    output: &'a Output,
    lang: Lang,
    builders: Vec<Builder>,
}

impl<'a> Filling<'a> {
    /// Without rows.
    #[must_use]
    pub fn new(program: &'a Program, output: &'a Output, lang: Lang) -> Self {
        let builder = |c: &OutColumn| match c.form {
            Form::Decimal(_) => Builder::Decimal(Decimal128Builder::new().with_data_type(c.form.ty())),
            Form::Text => Builder::Text(StringBuilder::new()),
            Form::Bool => Builder::Bool(BooleanBuilder::new()),
        };
        Self { program, output, lang, builders: output.columns.iter().map(builder).collect() }
    }

    /// Adds the results of a row.
    ///
    /// # Errors
    /// FR-C005: a figure does not fit its column. Then nothing is added.
    pub fn push(&mut self, brief: &Brief) -> Result<(), RowError> {
        self.all_gases(brief)?;
        let cells = self.output.columns.iter().map(|c| Cell::of(self.program, brief, c, self.lang));
        self.push_cells(cells.collect::<Result<Vec<_>, _>>()?);
        Ok(())
    }

    /// No gas is left out for want of a column.
    fn all_gases(&self, brief: &Brief) -> Result<(), RowError> {
        if !self.output.gases {
            return Ok(());
        }
        for (i, footprint) in brief.footprints.iter().enumerate() {
            for gas in &footprint.gases {
                let id = gas.name.as_ref().map(|n| n.id.as_str());
                let is = |c: &OutColumn| match c.what {
                    What::Gas(p, g) => {
                        p == i && g.and_then(|g| self.program.gases.get(g)).map(|g| g.name.id.as_str()) == id
                    }
                    _ => false,
                };
                if !self.output.columns.iter().any(is) {
                    let id = id.unwrap_or("other");
                    let m =
                        text!("程序缺陷：没有气体 {id} 的列", "a bug of Footrule: there is no column for the gas {id}");
                    return Err(RowError::new(Code::C005, id, m));
                }
            }
        }
        Ok(())
    }

    /// Adds the results of a row, one for each column; one of another form than its column's is null.
    pub fn push_cells(&mut self, cells: Vec<Cell>) {
        self.builders.iter_mut().zip(cells).for_each(|(builder, cell)| builder.push(cell));
    }

    /// Adds results of one column, for rows whose other columns are added likewise.
    pub fn extend(&mut self, column: usize, cells: impl Iterator<Item = Cell>) {
        if let Some(builder) = self.builders.get_mut(column) {
            cells.for_each(|cell| builder.push(cell));
        }
    }

    /// The columns.
    #[must_use]
    pub fn finish(self) -> Vec<ArrayRef> {
        let finish = |b: Builder| -> ArrayRef {
            match b {
                Builder::Decimal(mut b) => Arc::new(b.finish()),
                Builder::Text(mut b) => Arc::new(b.finish()),
                Builder::Bool(mut b) => Arc::new(b.finish()),
            }
        };
        self.builders.into_iter().map(finish).collect()
    }
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// In units of the last decimal that the column's form has.
    Decimal(Option<i128>),
    /// A text.
    Text(Option<String>),
    /// True or false.
    Bool(Option<bool>),
}

impl Cell {
    fn of(program: &Program, brief: &Brief, c: &OutColumn, lang: Lang) -> Result<Self, RowError> {
        let bug = || {
            RowError::new(
                Code::C005,
                &c.name,
                Text::new("程序缺陷：结果与列不符", "a bug of Footrule: a result does not fit its column"),
            )
        };
        let footprint = |i: usize| brief.footprints.get(i).ok_or_else(bug);
        let figure = |f: Option<&Figure>| match (f, c.form) {
            (None, Form::Decimal(_)) => Ok(Self::Decimal(None)),
            (None, _) => Ok(Self::Text(None)),
            (Some(f), Form::Decimal(scale)) => {
                unscaled(&f.value, scale).map(|x| Self::Decimal(Some(x))).ok_or_else(bug)
            }
            (Some(f), _) => Ok(Self::Text(Some(f.value.clone()))),
        };
        match c.what {
            What::Total(p) => figure(Some(&footprint(p)?.total)),
            What::Also(p, k) => figure(footprint(p)?.also.get(k).map(|a| &a.total)),
            What::Stage(p, k) => figure(footprint(p)?.stages.get(k).map(|s| &s.figure)),
            What::Gas(p, gas) => figure(gas_of(program, footprint(p)?, gas)),
            What::Report(k) => match brief.reports.get(k).map(|r| &r.value) {
                Some(ReportValue::Figure(f)) => figure(Some(f)),
                Some(ReportValue::Bool(b)) => Ok(Self::Bool(Some(*b))),
                Some(ReportValue::Text(t)) => Ok(Self::Text(Some(t.clone()))),
                None => Err(bug()),
            },
            What::Warnings => Ok(warnings(brief.warnings.iter().map(|w| told(&w.name, w.message.get(lang))))),
        }
    }
}

/// What is told of a warning.
pub(crate) fn told(name: &str, message: &str) -> String {
    if name.is_empty() { message.to_owned() } else { format!("{name}: {message}") }
}

/// All warnings of a row.
pub(crate) fn warnings(told: impl Iterator<Item = String>) -> Cell {
    Cell::Text(Some(told.collect::<Vec<_>>().join(" | ")).filter(|t| !t.is_empty()))
}

fn gas_of<'a>(program: &Program, footprint: &'a Footprint, gas: Option<usize>) -> Option<&'a Figure> {
    let wanted = gas.map(|g| program.gases.get(g).map_or("", |g| g.name.id.as_str()));
    let found = footprint.gases.iter().find(|g| g.name.as_ref().map(|n| n.id.as_str()) == wanted);
    found.map(|g| &g.figure)
}

/// A decimal as a whole number of its last decimals.
fn unscaled(text: &str, scale: i8) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() != usize::try_from(scale).ok()? {
        return None;
    }
    let digits = format!("{whole}{part}");
    digits.parse().ok().filter(|x: &i128| x.unsigned_abs() < 10_u128.pow(38))
}
