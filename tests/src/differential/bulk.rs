//! Many rows made of a few, column by column, and back to documents.
//!
//! A row is made of one that is there: some of its values are exchanged, moved by a little, put at a limit, or aimed so
//! that a figure comes to lie at half a unit of its last published digit.

use crate::fuzz::Rng;
use crate::native::Case;
use footrule_mir::{Footprint, Program, Ty};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::decimal::{Decimal, Scalar};
use footrule_native::kernel::{Def, Kernel, ListId};
use footrule_native::{Layout, layout};
use footrule_number::Number;
use footrule_runtime::{day_of, day_text};
use serde_json::{Map, Value as Json};

/// Ways to make rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Values of other rows, and values near them.
    Near,
    /// Values at limits, tiny and huge.
    Wide,
    /// Figures at half a unit of their last digit.
    Halves,
}

/// All ways.
pub const KINDS: &[Kind] = &[Kind::Near, Kind::Wide, Kind::Halves];

/// Largest magnitude of a number in a column.
const MOST: i64 = 100_000_000_000_000_000;

/// Rows made of these.
#[must_use]
pub fn make(kernel: &Kernel, layout: &Layout, of: &Columns, kind: Kind, rows: usize, rng: &mut Rng) -> Columns {
    // Aiming takes several evaluations of a row.
    let rows = if kind == Kind::Halves { rows / 6 + 1 } else { rows };
    if of.rows == 0 {
        return of.clone();
    }
    let mut out = Columns { rows, ..Columns::default() };
    // Where each row, and each item, comes from.
    let from: Vec<usize> = (0..rows).map(|_| rng.below(of.rows)).collect();
    let mut items: Vec<Vec<usize>> = Vec::new();
    for (l, parent) in layout.lists.iter().map(|l| l.parent).enumerate() {
        let around = parent.map_or(&from, |p| &items[p.0 as usize]);
        let (mut sources, mut offsets) = (Vec::new(), vec![0_u32]);
        for a in around {
            let mut those: Vec<usize> = of.items(ListId(l as u32), *a).collect();
            match rng.below(16) {
                0 => drop(those.pop()),
                1 if those.len() < 8 => those.extend(those.last().copied()),
                _ => {}
            }
            sources.extend(those);
            offsets.push(sources.len() as u32);
        }
        items.push(sources);
        out.offsets.push(offsets);
    }
    // What is wide, or has many decimals, in every column at once leaves little that could be certain.
    let special: Vec<usize> = (0..2).map(|_| rng.below(of.columns.len())).collect();
    for (c, column) in of.columns.iter().enumerate() {
        let sources = kernel.columns[c].map_or(&from, |l| &items[l.0 as usize]);
        let special = special.contains(&c);
        let kind = if kind == Kind::Wide && !special { Kind::Near } else { kind };
        let day = layout.columns[c].kind == layout::Kind::Day;
        let how = How { kind, special, day };
        out.columns.push(column_of(kernel, c, column, sources, how, rng));
    }
    if kind == Kind::Halves {
        aim(kernel, &mut out, &special, rng);
    }
    out
}

/// How the values of a column are made.
#[derive(Clone, Copy)]
struct How {
    kind: Kind,
    /// It may be wide, have many decimals, or be aimed.
    special: bool,
    /// Days are only exchanged.
    day: bool,
}

fn column_of(kernel: &Kernel, c: usize, of: &Column, sources: &[usize], how: How, rng: &mut Rng) -> Column {
    let How { kind, special, day } = how;
    let n = length(of);
    // Now and then a value of another row.
    let sources: Vec<usize> = sources.iter().map(|s| if rng.below(12) == 0 { rng.below(n) } else { *s }).collect();
    let values = match &of.values {
        Values::Decimal { units, scale } if day => {
            Values::Decimal { units: sources.iter().map(|s| units[*s]).collect(), scale: *scale }
        }
        Values::Decimal { units, scale } => {
            let marks = marks(kernel, c);
            let largest = units.iter().map(|u| u.unsigned_abs()).max().unwrap_or(0);
            // More decimals than were given, if there is room for them.
            let more = if special { [2, 4, 6, 8][rng.below(4)] } else { 0 };
            let more = (0..=more.min(28 - scale)).rev().find(|m| largest < (MOST as u64) / 10_u64.pow(*m)).unwrap_or(0);
            let (scale, step) = (scale + more, 10_i64.pow(more));
            let of = |s: &usize| number(units[*s] * step, step, scale, &marks, kind, rng);
            Values::Decimal { units: sources.iter().map(of).collect(), scale }
        }
        Values::Member(v) => Values::Member(sources.iter().map(|s| v[*s]).collect()),
        Values::Flag(v) => Values::Flag(sources.iter().map(|s| v[*s]).collect()),
        Values::Opaque => Values::Opaque,
    };
    // What stands for a missing day is none.
    let flips = |rng: &mut Rng| !day && rng.below(20) == 0;
    let given = of.given.as_ref().map(|g| sources.iter().map(|s| g[*s] ^ flips(rng)).collect());
    Column { values, given }
}

fn length(c: &Column) -> usize {
    match &c.values {
        Values::Decimal { units, .. } => units.len(),
        Values::Member(v) => v.len(),
        Values::Flag(v) => v.len(),
        Values::Opaque => c.given.as_ref().map_or(1, Vec::len),
    }
}

/// A number made of another; `step` is one unit of what was given.
fn number(u: i64, step: i64, scale: u32, marks: &[Number], kind: Kind, rng: &mut Rng) -> i64 {
    let wide = kind == Kind::Wide;
    // A rule has many inputs, and most rows should have a result.
    if rng.below(if wide { 8 } else { 12 }) > 0 {
        return u;
    }
    let digit = rng.below(step as usize) as i64;
    let x = match rng.below(if wide { 9 } else { 4 }) {
        0 => u + digit,
        1 => u + (rng.below(7) as i64 - 3) * step,
        2 => (i128::from(u) * (80 + rng.below(41) as i128) / 100) as i64,
        3 => match marks.get(rng.below(marks.len())) {
            Some(m) => at(*m, scale).unwrap_or(u).saturating_add(rng.below(3) as i64 - 1),
            None => u - digit,
        },
        4 => 0,
        5 => 1 + rng.below(9) as i64,
        6 => 10_i64.pow(rng.below(16) as u32) * (1 + rng.below(9) as i64),
        7 => -u,
        _ => 10_i64.pow(rng.below(8) as u32).saturating_mul(u % 1000),
    };
    x.clamp(-MOST, MOST)
}

/// A limit in units of a column.
fn at(mark: Number, scale: u32) -> Option<i64> {
    let more = 10_i128.checked_pow(scale.checked_sub(mark.scale())?)?;
    i64::try_from(mark.mantissa().checked_mul(more)?).ok()
}

/// Constants with which a rule compares a column.
fn marks(kernel: &Kernel, c: usize) -> Vec<Number> {
    let is = |id| match kernel.def(id) {
        Def::Column(x) => x.0 as usize == c,
        Def::Convert(of, _) => matches!(kernel.def(*of), Def::Column(x) if x.0 as usize == c),
        _ => false,
    };
    let constant = |id| if let Def::Number(k) = kernel.def(id) { Some(*k) } else { None };
    let of = |d: &Def| match d {
        Def::Compare(_, (a, ra), (b, rb)) if is(*a) => constant(*b)?.convert(rb.div(*ra)?).ok(),
        Def::Compare(_, (a, ra), (b, rb)) if is(*b) => constant(*a)?.convert(ra.div(*rb)?).ok(),
        _ => None,
    };
    kernel.defs.iter().filter_map(of).collect()
}

/// Changes one number of each row so that one figure comes next to half a unit of its last digit: twice the secant through
/// the value and one near it.
fn aim(kernel: &Kernel, columns: &mut Columns, special: &[usize], rng: &mut Rng) {
    let free: Vec<usize> = special
        .iter()
        .copied()
        .filter(|c| {
            *c < columns.columns.len()
                && kernel.columns[*c].is_none()
                && matches!(columns.columns[*c].values, Values::Decimal { .. })
        })
        .collect();
    let rounded: Vec<(usize, u32)> = kernel
        .outputs
        .iter()
        .enumerate()
        .filter_map(|(k, o)| o.round.filter(|r| !r.significant && r.digits <= 12).map(|r| (k, r.digits)))
        .collect();
    if free.is_empty() || rounded.is_empty() {
        return;
    }
    let mut decimal = Decimal::new(kernel);
    for row in 0..columns.rows {
        let (k, digits) = rounded[rng.below(rounded.len())];
        let mut figure = |columns: &Columns| match decimal.row(columns, row)?.outputs.get(k) {
            Some(Scalar::Number(x)) => Some(*x),
            _ => None,
        };
        // A column that the figure depends on.
        let c = free[rng.below(free.len())];
        let Some(before) = unit(columns, c, row) else { continue };
        let mut x = before;
        for _ in 0..2 {
            let Some(y) = figure(columns) else { break };
            set(columns, c, row, x + (x.abs() / 1024).max(1024));
            let moved = figure(columns);
            set(columns, c, row, x);
            let Some(slope) = moved.and_then(|m| m.sub(y).ok()).map(Number::to_f64) else { break };
            let slope = slope / (x.abs() / 1024).max(1024) as f64;
            let half = Number::from_parts(5, digits + 1).unwrap_or_default();
            let down = y.sub(half).map(|z| z.round_decimals(digits)).and_then(|z| z.add(half));
            let Some(gap) = down.and_then(|d| d.sub(y)).ok().map(Number::to_f64) else { break };
            let to = x as f64 + gap / slope;
            // Near where it was, else a limit of the rule lies between.
            if !to.is_finite() || (to - x as f64).abs() > (x.abs() / 2 + 1_000_000) as f64 {
                break;
            }
            x += (gap / slope).round() as i64;
            set(columns, c, row, x);
        }
        if figure(columns).is_none() {
            set(columns, c, row, before);
        }
    }
}

fn unit(columns: &Columns, c: usize, row: usize) -> Option<i64> {
    match &columns.columns[c].values {
        Values::Decimal { units, .. } => units.get(row).copied(),
        _ => None,
    }
}

fn set(columns: &mut Columns, c: usize, row: usize, x: i64) {
    if let Values::Decimal { units, .. } = &mut columns.columns[c].values {
        units[row] = x.clamp(-MOST, MOST);
    }
}

/// A row as a document. Texts that the program does not know, and evidence, are made up.
#[must_use]
pub fn case(program: &Program, layout: &Layout, columns: &Columns, row: usize) -> Option<Case> {
    let back = Back { program, layout, columns, texts: layout::texts(program) };
    let mut inputs = Map::new();
    for info in &program.inputs {
        if let Some(v) = back.value(&info.name.id, &info.ty, info.footprint, row, false) {
            inputs.insert(info.name.id.clone(), v);
        }
    }
    Some(Case { period: layout.period, inputs })
}

/// From columns to documents.
struct Back<'a> {
    program: &'a Program,
    layout: &'a Layout,
    columns: &'a Columns,
    texts: Vec<String>,
}

impl Back<'_> {
    /// The value at a path with the evidence beside it; `asked` if its place in a list or a record must be taken.
    fn value(&self, path: &str, ty: &Ty, footprint: Option<Footprint>, at: usize, asked: bool) -> Option<Json> {
        if let Ty::Optional(inner) = ty {
            return self.value(path, inner, footprint, at, asked);
        }
        if let Some(computed) = footprint.and_then(|of| self.computed(path, of, at)) {
            return Some(computed);
        }
        let value = self.bare(path, ty, footprint, at, asked);
        self.with_evidence(path, value, at)
    }

    /// A value with its source and its rating; a rating without a value is refused.
    fn with_evidence(&self, path: &str, value: Option<Json>, at: usize) -> Option<Json> {
        let mut beside = Map::new();
        if value.is_some() && self.scalar(&format!("{path}.source"), at).is_some() {
            beside.insert("source".to_owned(), Json::String("a meter".into()));
        }
        beside.extend(self.rating(path, at).map(|q| ("quality".to_owned(), q)));
        beside.extend(self.scalar(&format!("{path}.primary"), at).map(|p| ("primary".to_owned(), p)));
        match value {
            value if beside.is_empty() => value,
            None => Some(Json::Object(beside)),
            Some(Json::Object(m)) => Some(Json::Object(m.into_iter().chain(beside).collect())),
            Some(value) => {
                Some(Json::Object(Map::from_iter([("value".to_owned(), value)]).into_iter().chain(beside).collect()))
            }
        }
    }

    /// The rating of a datum: one number, or its indicators.
    fn rating(&self, path: &str, at: usize) -> Option<Json> {
        let whole = format!("{path}.quality");
        let below = self.layout.columns.iter().filter_map(|c| c.path.strip_prefix(&whole)?.strip_prefix('.'));
        let found: Map<String, Json> =
            below.filter_map(|k| Some((k.to_owned(), self.scalar(&format!("{whole}.{k}"), at)?))).collect();
        match (self.scalar(&whole, at), found.is_empty()) {
            (own, true) => own,
            (None, false) => Some(Json::Object(found)),
            // No document says both.
            (Some(_), false) => None,
        }
    }

    /// A footprint with the inputs of its rule, and with the number that stands beside them.
    fn computed(&self, path: &str, of: Footprint, at: usize) -> Option<Json> {
        let program = &self.program.upstream_of(of)?.program;
        let inner = Back { program, texts: self.texts.clone(), ..*self };
        let mut inputs = Map::new();
        for info in &program.inputs {
            let path = format!("{path}.inputs.{}", info.name.id);
            if let Some(v) = inner.value(&path, &info.ty, info.footprint, at, false) {
                inputs.insert(info.name.id.clone(), v);
            }
        }
        let named = self.scalar(&format!("{path}.rule"), at).is_some();
        if inputs.is_empty() && !named {
            return None;
        }
        let mut out = Map::from_iter([("inputs".to_owned(), Json::Object(inputs))]);
        if let Some(value) = self.bare(path, &Ty::Split(footrule_mir::UnitId(0)), None, at, false) {
            out.insert("value".to_owned(), value);
        }
        Some(Json::Object(out))
    }

    fn bare(&self, path: &str, ty: &Ty, footprint: Option<Footprint>, at: usize, asked: bool) -> Option<Json> {
        match ty {
            Ty::Split(_) if self.column(path).is_none() => self.parts(path, at),
            Ty::Activity { .. } if self.column(path).is_some() => self.scalar(path, at),
            Ty::Activity { .. } => {
                let mut out = Map::new();
                for key in ["amount", "factor"] {
                    let path = format!("{path}.{key}");
                    let own = self.scalar(&path, at).or_else(|| self.parts(&path, at));
                    if let Some(v) = self.with_evidence(&path, own, at) {
                        out.insert(key.to_owned(), v);
                    }
                }
                (!out.is_empty()).then_some(Json::Object(out))
            }
            Ty::Enum(e) => {
                let Json::Number(k) = self.scalar(path, at)? else { return None };
                let members = &self.program.enums.get(e.ix())?.members;
                Some(Json::String(members.get(k.as_u64()? as usize)?.id.clone()))
            }
            Ty::Record(r) => {
                let mut out = Map::new();
                for f in self.program.records.get(r.ix())?.fields.iter().filter(|f| f.computed.is_none()) {
                    if let Some(v) = self.value(&format!("{path}.{}", f.name.id), &f.ty, f.footprint, at, false) {
                        out.insert(f.name.id.clone(), v);
                    }
                }
                (asked || !out.is_empty()).then_some(Json::Object(out))
            }
            Ty::List(inner) => {
                if self.layout.empty.iter().any(|e| e == path) {
                    return Some(Json::Array(Vec::new()));
                }
                let l = self.layout.lists.iter().position(|l| l.path == path)?;
                let inside = format!("{path}[]");
                let items = self.columns.items(ListId(l as u32), at);
                let of = |i| self.value(&inside, inner, footprint, i, true).unwrap_or(Json::Null);
                Some(Json::Array(items.map(of).collect()))
            }
            Ty::Date => match self.scalar(path, at)? {
                Json::String(number) => Some(Json::String(day_text(day_of(number.parse().ok()?)))),
                other => Some(other),
            },
            Ty::Text => match self.scalar(path, at)? {
                Json::Number(code) => {
                    let known = self.texts.get(code.as_u64()? as usize).cloned();
                    Some(Json::String(known.unwrap_or_else(|| format!("text {code}"))))
                }
                other => Some(other),
            },
            _ => self.scalar(path, at),
        }
    }

    fn column(&self, path: &str) -> Option<&Column> {
        self.columns.columns.get(self.layout.column(path)?)
    }

    fn scalar(&self, path: &str, at: usize) -> Option<Json> {
        let column = self.column(path)?;
        if column.given.as_ref().is_some_and(|g| !g[at]) {
            return None;
        }
        Some(match &column.values {
            Values::Decimal { units, scale } => {
                Json::String(Number::from_parts(i128::from(units[at]), *scale).ok()?.to_string())
            }
            Values::Member(v) => Json::from(v[at]),
            Values::Flag(v) => Json::from(v[at]),
            Values::Opaque => Json::String(format!("t{at}")),
        })
    }

    /// CO2e by origin.
    fn parts(&self, path: &str, at: usize) -> Option<Json> {
        let below = |c: &layout::Column| c.path.strip_prefix(path)?.strip_prefix('.').map(str::to_owned);
        let mut out = Map::new();
        let origins = |k: &String| !k.contains(['.', '[']) && !["rule", "quality", "primary"].contains(&k.as_str());
        for key in self.layout.columns.iter().filter_map(below).filter(origins) {
            if let Some(v) = self.scalar(&format!("{path}.{key}"), at) {
                out.insert(key, v);
            }
        }
        (!out.is_empty()).then_some(Json::Object(out))
    }
}
