//! Chunks by native code: rows that it is sure of have the reference's figures; the others go to the reference, one by one.
//!
//! Guarantees: the same results and findings as [`Reference`], row for row. A column that native code does not understand
//! only costs speed. Must not: say what is wrong with a row.

use crate::bind::{Bound, Source, Target};
use crate::cell::{self, Leaf};
use crate::evaluate::{Evaluated, Evaluator, Reference, Rows, Setup};
use crate::output::{Cell, Filling, Form, OutColumn, What};
use crate::place::Kind;
use crate::read::Chunk;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{Array as _, ArrayRef};
use footrule_mir::Program;
use footrule_native::certified::{Answers, Certified, Work, hull};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::kernel::{Kernel, ListId};
use footrule_native::layout::{self, Kind as Held, Layout, List};
use footrule_native::plan;
use footrule_number::{Number, Ratio};
use footrule_runtime::{Conversion, period};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Most variants of code: one for each set of columns with gaps, and for each hull.
const MAX_VARIANTS: usize = 24;

/// Keys of texts beside a value that the reference must see.
const DECIDES: [&str; 9] =
    ["gwp", "origin", "unit", "year", "primary", "quality", "evidence", "certificate", "uncertainty"];

/// Native code with the reference behind it.
pub struct Native<'a> {
    setup: Setup<'a>,
    reference: Reference<'a>,
    /// Names of the figures that each column of the results needs; `None` if some column is none of native code's.
    wanted: Option<Vec<String>>,
    variants: Mutex<Vec<Arc<Variant>>>,
    /// Rows that native code was sure of.
    sure: Arc<AtomicU64>,
}

/// Code for one layout and hull; no code if there is none for the layout.
struct Variant {
    layout: Layout,
    code: Option<(Arc<Kernel>, Certified)>,
}

/// A chunk in columns, and which rows are not in them as they are.
struct Table {
    layout: Layout,
    columns: Columns,
    left: Vec<bool>,
}

impl<'a> Native<'a> {
    /// Rows of a chunk: enough for native code to be worth it.
    pub const CHUNK_ROWS: usize = 4096;

    /// An evaluator; `sure` counts the rows that native code answers.
    #[must_use]
    pub fn new(setup: Setup<'a>, sure: Arc<AtomicU64>) -> Self {
        let name = |c: &OutColumn| match c.what {
            What::Also(..) => None,
            What::Warnings => Some(String::new()),
            _ => Some(c.name.clone()),
        };
        let wanted = setup.output.columns.iter().map(name).collect();
        Self { setup, reference: Reference::new(setup), wanted, variants: Mutex::default(), sure }
    }

    /// What native code says of a chunk, with the kernel whose outputs the figures are.
    fn answers(&self, chunk: &Chunk) -> Option<(Arc<Kernel>, Answers, Vec<bool>)> {
        let outputs = self.wanted.clone()?;
        let mut table = Table::new(self.setup, chunk, outputs)?;
        table.columns.fit(&table.layout).ok()?;
        let variant = self.variant(&mut table)?;
        let (kernel, code) = variant.code.as_ref()?;
        Some((kernel.clone(), code.run(&table.columns, &mut Work::default()), table.left))
    }

    /// The code for a table; it is made where there is none yet.
    fn variant(&self, table: &mut Table) -> Option<Arc<Variant>> {
        let mut variants = self.variants.lock().ok()?;
        let mut known = None;
        for v in variants.iter().filter(|v| v.layout == table.layout) {
            let Some((kernel, code)) = &v.code else { return None };
            if code.covers(&hull(kernel, &table.columns)) {
                return Some(v.clone());
            }
            known = Some(kernel.clone());
        }
        if variants.len() >= MAX_VARIANTS {
            return None;
        }
        let kernel = known.or_else(|| plan(self.setup.program, &table.layout).ok().map(Arc::new));
        let code = kernel.and_then(|k| Some((k.clone(), Certified::new(k.clone(), hull(&k, &table.columns)).ok()?)));
        let variant = Arc::new(Variant { layout: table.layout.clone(), code });
        variants.push(variant.clone());
        Some(variant)
    }
}

impl Evaluator for Native<'_> {
    fn evaluate(&self, chunk: &Chunk) -> Evaluated {
        let Setup { program, output, lang, .. } = self.setup;
        let Some((kernel, answers, left)) = self.answers(chunk) else { return self.reference.evaluate(chunk) };
        let at = |name: &str| kernel.outputs.iter().position(|o| o.name == name);
        let places: Option<Vec<_>> = output.columns.iter().map(|c| place(c, &at)).collect();
        let Some(places) = places else { return self.reference.evaluate(chunk) };
        let mut filling = Filling::new(program, output, lang);
        let mut out = Evaluated::default();
        let mut skip = chunk.refused.iter().peekable();
        let mut rows: Option<Rows<'_>> = None;
        let mut sure = 0;
        for i in 0..chunk.batch.num_rows() {
            if let Some((_, e)) = skip.next_if(|(k, _)| *k == i) {
                out.refused.push((i, e.clone()));
                continue;
            }
            // A warning that fires is put into words by the reference.
            let quiet = answers.holds.iter().all(|h| h[i]);
            if answers.sure[i] && quiet && !left[i] {
                sure += 1;
                let cells = output.columns.iter().zip(&places).map(|(c, p)| p.cell(c, &answers, i));
                filling.push_cells(cells.collect());
                out.rows.push(i);
                continue;
            }
            let reference = rows.get_or_insert_with(|| self.reference.rows(chunk));
            match reference.row(i).and_then(|brief| filling.push(&brief).map_err(|e| vec![e])) {
                Ok(()) => out.rows.push(i),
                Err(found) => out.refused.extend(found.into_iter().map(|e| (i, e))),
            }
        }
        self.sure.fetch_add(sure, Ordering::Relaxed);
        out.columns = filling.finish();
        out
    }
}

/// Where the results of a column stand among the outputs of a kernel.
enum Place {
    /// No warning fires in rows that are sure.
    Quiet,
    Figure(usize),
    /// A gas, and whether it occurs.
    Gas(usize, usize),
    Condition(usize),
}

fn place(c: &OutColumn, at: &dyn Fn(&str) -> Option<usize>) -> Option<Place> {
    Some(match (&c.what, c.form) {
        (What::Warnings, _) => Place::Quiet,
        (What::Gas(..), _) => Place::Gas(at(&c.name)?, at(&format!("{}?", c.name))?),
        (What::Report(_), Form::Bool) => Place::Condition(at(&c.name)?),
        _ => Place::Figure(at(&c.name)?),
    })
}

impl Place {
    fn cell(&self, c: &OutColumn, answers: &Answers, i: usize) -> Cell {
        let figure = |k: usize, there: bool| {
            let figures = &answers.figures[k];
            match c.form {
                Form::Decimal(_) => Cell::Decimal(there.then(|| i128::from(figures.coefficients[i]))),
                _ => {
                    let decimals = figures.each.as_ref().map_or(figures.decimals, |e| e[i]);
                    Cell::Text(figures.number(i).filter(|_| there).map(|x| x.to_fixed(decimals)))
                }
            }
        };
        match self {
            Self::Quiet => Cell::Text(None),
            Self::Figure(k) => figure(*k, true),
            Self::Gas(k, there) => figure(*k, answers.figures[*there].coefficients[i] != 0),
            Self::Condition(k) => Cell::Bool(Some(answers.figures[*k].coefficients[i] != 0)),
        }
    }
}

impl Table {
    /// The columns of a chunk; nothing if one of them is none of native code's.
    fn new(setup: Setup<'_>, chunk: &Chunk, outputs: Vec<String>) -> Option<Self> {
        let rows = chunk.batch.num_rows();
        if rows == 0 {
            return None;
        }
        let layout = Layout { outputs: Some(outputs), ..Layout::default() };
        let mut t = Self { layout, columns: Columns { rows, ..Columns::default() }, left: vec![false; rows] };
        for (path, value) in setup.sets {
            let text = value.trim();
            match path.as_str() {
                _ if text == "[]" => t.layout.empty.push(path.clone()),
                key => t.top(setup.program, key, text)?,
            }
        }
        // What is said once for all rows stands before what stands in columns.
        let said = setup.sets.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>();
        let whole: Vec<usize> = (0..rows).collect();
        for b in &setup.binding.columns {
            match &b.target {
                Target::Id | Target::Blank => {}
                Target::Top(key) if said.contains(key) || ["product", "company", "note"].contains(key) => {}
                Target::Top(key) => {
                    let leaf = Leaf::of(chunk.batch.columns(), &b.at)?;
                    let text = same(&leaf, rows)?;
                    if let Some(text) = text {
                        t.top(setup.program, key, bare(&b.source, &text))?;
                    }
                }
                Target::Input { path, .. } => {
                    t.column(setup.program, b, path, chunk.batch.columns(), None, &whole)?;
                }
            }
        }
        Some(t)
    }

    /// What holds for all rows.
    fn top(&mut self, program: &Program, key: &str, text: &str) -> Option<()> {
        match key {
            "period" => self.layout.period = Some(period(text)?),
            "gwp" => self.layout.gwp = Some(text.to_owned()),
            "scenario" => self.layout.scenario = Some(program.scenarios.iter().position(|s| s.name.id == text)?),
            "product" | "company" | "note" => {}
            _ => return None,
        }
        Some(())
    }

    /// A column of rows, or of the items of a list; `row` says which row each value belongs to.
    fn column(
        &mut self,
        program: &Program,
        b: &Bound,
        path: &str,
        arrays: &[ArrayRef],
        list: Option<ListId>,
        row: &[usize],
    ) -> Option<()> {
        let leaf = if b.at.is_empty() { Leaf::whole(arrays.first()?) } else { Leaf::of(arrays, &b.at)? };
        // The value stands where evidence may stand beside it.
        let path = path.strip_suffix(".value").unwrap_or(path);
        if let Source::List(below) = &b.source {
            return self.list(program, path, below, &leaf, list, row);
        }
        let values = match &b.kind {
            Kind::Number { .. } if b.conversion.is_some() => self.numbers(b, &leaf, row)?,
            Kind::Bool => self.flags(&leaf, row)?,
            Kind::Enum(e) => {
                let members: Vec<&str> = program.enums.get(e.ix())?.members.iter().map(|m| m.id.as_str()).collect();
                self.members(&b.source, &leaf, row, &members)
            }
            // What decides about a value stands in texts beside it.
            Kind::Text if DECIDES.contains(&path.rsplit('.').next().unwrap_or_default()) => return None,
            // What is only said beside a value, and texts that are not looked at.
            Kind::Text => {
                for (i, r) in row.iter().enumerate() {
                    self.left[*r] |= text(&leaf, i).is_none_or(|t| bare(&b.source, &t).trim().is_empty());
                }
                Values::Opaque
            }
            _ => return None,
        };
        let kind = match (&values, b.conversion) {
            (Values::Decimal { .. }, Some(Conversion::Factor(factor))) => Held::Number { factor, offset: None },
            (Values::Decimal { .. }, Some(Conversion::Point(factor, shift))) => {
                Held::Number { factor, offset: Some(shift) }
            }
            (Values::Decimal { .. }, _) => Held::Number { factor: Ratio::ONE, offset: None },
            (Values::Member(_), _) => Held::Member,
            (Values::Flag(_), _) => Held::Flag,
            (Values::Opaque, _) => Held::Opaque,
        };
        let empty = |i: usize| leaf.is_null(i) || is_text(b) && text(&leaf, i).is_none_or(|t| t.is_empty());
        let may_be = leaf.nulls.is_some() || is_text(b);
        let gaps = may_be && !matches!(values, Values::Opaque) && (0..row.len()).any(empty);
        let given = gaps.then(|| (0..row.len()).map(|i| !empty(i)).collect());
        self.layout.columns.push(layout::Column { path: path.to_owned(), kind, list, nullable: gaps });
        self.columns.columns.push(Column { values, given });
        Some(())
    }

    fn list(
        &mut self,
        program: &Program,
        path: &str,
        below: &[Bound],
        leaf: &Leaf,
        parent: Option<ListId>,
        row: &[usize],
    ) -> Option<()> {
        if leaf.nulls.as_ref().is_some_and(|n| n.null_count() > 0) {
            return None;
        }
        let lists = leaf.array.as_list_opt::<i32>()?;
        let from = *lists.value_offsets().first()?;
        let offsets: Vec<u32> =
            lists.value_offsets().iter().map(|o| u32::try_from(o - from).ok()).collect::<Option<_>>()?;
        let items = *offsets.last()? as usize;
        if items == 0 {
            self.layout.empty.push(path.to_owned());
            return Some(());
        }
        let values = lists.values().slice(usize::try_from(from).ok()?, items);
        let of: Vec<usize> =
            offsets.windows(2).zip(row).flat_map(|(w, r)| std::iter::repeat_n(*r, (w[1] - w[0]) as usize)).collect();
        let id = ListId(u32::try_from(self.layout.lists.len()).ok()?);
        self.layout.lists.push(List { path: path.to_owned(), parent });
        self.columns.offsets.push(offsets);
        let arrays: Vec<ArrayRef> = match values.as_struct_opt() {
            // A missing item is the reference's to tell.
            Some(s) if s.null_count() == 0 => s.columns().to_vec(),
            Some(_) => return None,
            None => vec![values],
        };
        for b in below {
            let Target::Input { path: own, .. } = &b.target else { return None };
            let path = if own.is_empty() { format!("{path}[]") } else { format!("{path}[].{own}") };
            self.column(program, b, &path, &arrays, Some(id), &of)?;
        }
        Some(())
    }

    /// Decimals with the most decimals that one of them has; those that do not fit are left to the reference.
    fn numbers(&mut self, b: &Bound, leaf: &Leaf, row: &[usize]) -> Option<Values> {
        let n = row.len();
        if let (Source::Decimal, None, Some(array)) =
            (&b.source, &leaf.nulls, leaf.array.as_primitive_opt::<Decimal128Type>())
        {
            let units: Option<Vec<i64>> = array.values().iter().map(|x| i64::try_from(*x).ok()).collect();
            if let (Some(units), Ok(scale)) = (units, u32::try_from(array.scale())) {
                return Some(Values::Decimal { units, scale });
            }
        }
        let mut read: Vec<(i64, u32)> = vec![(0, 0); n];
        for (i, slot) in read.iter_mut().enumerate() {
            if leaf.is_null(i) {
                continue;
            }
            let found = match &b.source {
                Source::Int => Some((leaf.array.as_primitive::<Int64Type>().value(i), 0)),
                Source::Decimal => {
                    let array = leaf.array.as_primitive_opt::<Decimal128Type>()?;
                    let scale = u32::try_from(array.scale()).ok()?;
                    i64::try_from(array.value(i)).ok().map(|u| (u, scale))
                }
                Source::Text | Source::Json | Source::Dictionary => match text(leaf, i) {
                    Some(t) if t.is_empty() => continue,
                    t => t.and_then(|t| plain(bare(&b.source, &t))),
                },
                _ => return None,
            };
            match found {
                Some(x) => *slot = x,
                None => self.left[row[i]] = true,
            }
        }
        let scale = read.iter().map(|(_, s)| *s).max().unwrap_or(0);
        let mut units = Vec::with_capacity(n);
        for (i, (u, s)) in read.into_iter().enumerate() {
            let unit = 10_i64.checked_pow(scale - s).and_then(|p| u.checked_mul(p));
            self.left[row[i]] |= unit.is_none();
            units.push(unit.unwrap_or(0));
        }
        Some(Values::Decimal { units, scale })
    }

    fn flags(&mut self, leaf: &Leaf, row: &[usize]) -> Option<Values> {
        let mut flags = Vec::with_capacity(row.len());
        for (i, r) in row.iter().enumerate() {
            let read = text(leaf, i);
            flags.push(read.as_deref() == Some("true"));
            self.left[*r] |= read.is_some_and(|t| !["true", "false", ""].contains(&&*t));
        }
        Some(Values::Flag(flags))
    }

    fn members(&mut self, source: &Source, leaf: &Leaf, row: &[usize], members: &[&str]) -> Values {
        let mut out = Vec::with_capacity(row.len());
        let mut last = 0;
        for (i, r) in row.iter().enumerate() {
            let read = text(leaf, i).unwrap_or_default();
            let read = bare(source, &read);
            let same = members.get(last).is_some_and(|m| *m == read);
            let found = if same { Some(last) } else { members.iter().position(|m| *m == read) };
            // A label, or a slip: the reference knows.
            self.left[*r] |= found.is_none() && !read.is_empty();
            last = found.unwrap_or(0);
            out.push(last as u32);
        }
        Values::Member(out)
    }
}

/// True for columns in which an empty text is no value.
fn is_text(b: &Bound) -> bool {
    matches!(b.source, Source::Text | Source::Json | Source::Dictionary)
}

/// A value as text; nothing for null.
fn text(leaf: &Leaf, i: usize) -> Option<Cow<'_, str>> {
    if leaf.is_null(i) { None } else { cell::text(&leaf.array, i) }
}

/// The text that a JSON text stands for, if it is a string without escapes; a text of another form stands for itself.
fn bare<'t>(source: &Source, text: &'t str) -> &'t str {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|t| !t.contains(['"', '\\']));
    inner.filter(|_| *source == Source::Json).unwrap_or(text)
}

/// The one text of all rows; `Some(None)` if none has one.
fn same(leaf: &Leaf, rows: usize) -> Option<Option<String>> {
    let first = text(leaf, 0).filter(|t| !t.is_empty());
    (1..rows).all(|i| text(leaf, i).filter(|t| !t.is_empty()) == first).then(|| first.map(Cow::into_owned))
}

/// A number written in digits alone, such as `-12.50`: units and decimals.
fn plain(text: &str) -> Option<(i64, u32)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let x = Number::parse(text).ok()?;
    Some((i64::try_from(x.mantissa()).ok()?, x.scale()))
}
