//! The certified evaluator: f64 inside, and for every row either the reference's published figures or nothing.
//!
//! Code is made for a hull: the span of each column. Within it an a-priori bound holds for the error of every number
//! ([`crate::bound`]); a figure is published only if it and its error lie inside one rounding cell, a condition counts
//! only if it is decided beyond the errors of its sides.

mod single;

pub use single::{Cell, Said, Single, Sure};

pub use crate::answers::{Answers, Figures};
use crate::bound::{Bounds, Hull, Method, Span, Unbounded, best, bounds, pow10};
use crate::columns::{Columns, Values};
use crate::emit;
use crate::jit::{Apart, CodeError, Image};
use crate::kernel::{ColumnId, Def, Id, Kernel, ListId};
use crate::tiers::{Tier, Tiers};
use footrule_number::Number;
use std::fmt;
use std::sync::Arc;

/// Rows of a block.
pub(crate) const ROWS: usize = 256;
/// From one column of a block to the next; no multiple of a page, so that columns do not share cache lines.
pub(crate) const STRIDE: usize = ROWS + 8;
/// Most decimals of a published figure.
pub(crate) const MAX_DECIMALS: u32 = 12;

/// Why a kernel has no certified evaluator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCertified {
    /// An operation without a bound, or figures with too many decimals.
    Unbounded(&'static str),
    /// A bug of ours.
    Code(CodeError),
}

impl fmt::Display for NotCertified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbounded(why) => f.write_str(why),
            Self::Code(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for NotCertified {}

/// Where columns stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// Slot of the values and of the presence of each column of rows.
    slots: Vec<(usize, usize)>,
    /// List and slots of each column of items.
    apart: Vec<Option<(ListId, usize, usize)>>,
    /// Slot of the offsets of each list.
    offsets: Vec<usize>,
    /// Whether the kernel reads the values, and the presence, of each column.
    read: Vec<(bool, bool)>,
    /// For each output: the slot of its error, where the code computes one for a figure of significant digits.
    errors: Vec<Option<usize>>,
    width: usize,
    outputs: usize,
}

impl Plan {
    fn new(kernel: &Kernel, bounds: &Bounds) -> Self {
        let mut plan =
            Self { outputs: kernel.outputs.len() + kernel.warnings.len() + 1 + kernel.words.len(), ..Self::default() };
        for output in &kernel.outputs {
            let significant = output.round.is_some_and(|r| r.significant);
            let runs = significant && bounds.number(output.value).is_some_and(|k| k.is_running());
            plan.errors.push(runs.then_some(plan.outputs));
            plan.outputs += usize::from(runs);
        }
        plan.read = vec![(false, false); kernel.columns.len()];
        for def in &kernel.defs {
            match def {
                Def::Column(c) | Def::Flag(c) | Def::Member(c) => plan.read[c.0 as usize].0 = true,
                Def::Given(c) => plan.read[c.0 as usize].1 = true,
                _ => {}
            }
        }
        let mut items = kernel.lists.len();
        plan.offsets = (0..items).collect();
        for list in &kernel.columns {
            match list {
                None => {
                    plan.slots.push((plan.width, plan.width + 1));
                    plan.apart.push(None);
                    plan.width += 2;
                }
                Some(l) => {
                    plan.slots.push((0, 0));
                    plan.apart.push(Some((*l, items, items + 1)));
                    items += 2;
                }
            }
        }
        plan
    }

    pub(crate) fn slot(&self, c: ColumnId, given: bool) -> usize {
        self.slots.get(c.0 as usize).map_or(0, |(v, g)| if given { *g } else { *v })
    }

    pub(crate) fn apart(&self, c: ColumnId, given: bool) -> Option<(ListId, usize)> {
        let (list, values, there) = self.apart.get(c.0 as usize).copied().flatten()?;
        Some((list, if given { there } else { values }))
    }

    pub(crate) fn offsets(&self, l: ListId) -> usize {
        self.offsets.get(l.0 as usize).copied().unwrap_or(0)
    }

    /// Where the error of an output goes, if it is computed.
    pub(crate) fn error(&self, output: usize) -> Option<usize> {
        self.errors.get(output).copied().flatten()
    }

    pub(crate) fn block_len(&self) -> usize {
        self.width.max(1) * STRIDE
    }

    pub(crate) fn out_len(&self) -> usize {
        self.outputs * STRIDE
    }
}

/// A certified evaluator of a kernel over a hull.
#[derive(Debug)]
pub struct Certified {
    kernel: Arc<Kernel>,
    hull: Hull,
    bounds: Bounds,
    plan: Plan,
    code: Tiers,
    slack: f64,
}

/// Columns as the code reads them, for rows that are evaluated more than once.
#[derive(Debug, Clone, Default)]
pub struct Blocks {
    blocks: Vec<(usize, Block)>,
}

/// The values of at most [`ROWS`] rows.
#[derive(Debug, Clone, Default)]
struct Block {
    values: Vec<f64>,
    items: Vec<Vec<f64>>,
    offsets: Vec<Vec<u32>>,
}

/// Room for a block and what is made of it.
#[derive(Debug, Clone, Default)]
pub struct Work {
    block: Block,
    out: Vec<i64>,
}

impl Certified {
    /// Compiles a kernel over a hull, with bounds of the kind that suits it.
    ///
    /// # Errors
    /// [`NotCertified`] if an operation has no bound.
    pub fn new(kernel: Arc<Kernel>, hull: Hull) -> Result<Self, NotCertified> {
        let bounds = best(&kernel, &hull);
        Self::of(kernel, hull, bounds, 1.0)
    }

    /// The same with bounds of one kind, and every error bound multiplied, which is unsound below 1: for tests that must
    /// notice.
    ///
    /// # Errors
    /// As for [`Certified::new`].
    pub fn with(kernel: Arc<Kernel>, hull: Hull, method: Method, slack: f64) -> Result<Self, NotCertified> {
        let bounds = bounds(&kernel, &hull, method);
        Self::of(kernel, hull, bounds, slack)
    }

    fn of(
        kernel: Arc<Kernel>,
        hull: Hull,
        bounds: Result<Bounds, Unbounded>,
        slack: f64,
    ) -> Result<Self, NotCertified> {
        let rounds = kernel.outputs.iter().filter_map(|o| o.round);
        if rounds.into_iter().any(|r| r.digits > MAX_DECIMALS) {
            return Err(NotCertified::Unbounded("figures with so many decimals"));
        }
        let bounds = bounds.map_err(|e| NotCertified::Unbounded(e.0))?;
        let plan = Plan::new(&kernel, &bounds);
        let task = emit::Task { kernel: &kernel, bounds: &bounds, slack };
        let code = Tiers::new(|tier| emit::compile(task, &plan, tier)).map_err(NotCertified::Code)?;
        Ok(Self { kernel, hull, bounds, plan, code, slack })
    }

    /// The code for so many more rows and items.
    fn image(&self, more: usize) -> &Image {
        self.code.image(more, |tier| self.compile(tier))
    }

    fn compile(&self, tier: Tier) -> Result<Image, CodeError> {
        emit::compile(emit::Task { kernel: &self.kernel, bounds: &self.bounds, slack: self.slack }, &self.plan, tier)
    }

    /// Compiles the code for many rows now, which happens by itself after some ten thousand.
    pub fn settle(&self) {
        self.code.settle(|tier| self.compile(tier));
    }

    /// What the code was made for.
    #[must_use]
    pub fn hull(&self) -> &Hull {
        &self.hull
    }

    /// How far a figure computed as `v` can be from the reference's; `out` is what the code wrote, from this row on.
    fn error(&self, output: usize, value: Id, v: f64, out: &[i64]) -> f64 {
        if let Some(slot) = self.plan.error(output) {
            return out.get(slot * STRIDE).map_or(f64::NAN, |e| f64::from_bits(*e as u64)) * self.slack;
        }
        self.bounds.number(value).map_or(f64::NAN, |n| (n.rel * v.abs() + n.abs) * self.slack)
    }

    /// Whether errors are computed with some numbers.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.bounds.is_running()
    }

    /// True if the code was made for these columns.
    #[must_use]
    pub fn covers(&self, hull: &Hull) -> bool {
        self.hull.covers(hull)
    }

    /// Evaluates rows whose columns lie within the hull; nothing is sure of columns that do not fit the layout.
    pub fn run(&self, columns: &Columns, work: &mut Work) -> Answers {
        let columns = &*columns.for_kernel(&self.kernel);
        if !columns.shaped(&self.kernel) {
            return Answers::unsure(&self.kernel, columns.rows);
        }
        let mut answers = Answers::of(&self.kernel, columns.rows);
        let image = self.image(columns.rows + items(&columns.offsets));
        for first in (0..columns.rows).step_by(ROWS) {
            let rows = ROWS.min(columns.rows - first);
            self.fill(columns, first, rows, &mut work.block);
            self.call(image, rows, &work.block, &mut work.out, &mut answers);
        }
        answers
    }

    /// Converts columns that lie within the hull; nothing of columns that do not fit the layout.
    #[must_use]
    pub fn blocks(&self, columns: &Columns) -> Blocks {
        let columns = &*columns.for_kernel(&self.kernel);
        if !columns.shaped(&self.kernel) {
            return Blocks::default();
        }
        let blocks = (0..columns.rows).step_by(ROWS).map(|first| {
            let rows = ROWS.min(columns.rows - first);
            let mut block = Block::default();
            self.fill(columns, first, rows, &mut block);
            (rows, block)
        });
        Blocks { blocks: blocks.collect() }
    }

    /// Evaluates converted columns.
    pub fn run_blocks(&self, blocks: &Blocks, work: &mut Work) -> Answers {
        let rows = blocks.blocks.iter().map(|(rows, _)| rows).sum();
        let mut answers = Answers::of(&self.kernel, rows);
        let image = self.image(rows + blocks.blocks.iter().map(|(_, b)| items(&b.offsets)).sum::<usize>());
        for (rows, block) in &blocks.blocks {
            self.call(image, *rows, block, &mut work.out, &mut answers);
        }
        answers
    }

    fn call(&self, image: &Image, rows: usize, block: &Block, out: &mut Vec<i64>, answers: &mut Answers) {
        out.resize(self.plan.out_len(), 0);
        let offsets = block.offsets.iter().map(|o| Apart::Offsets(o));
        let lists: Vec<Apart<'_>> = offsets.chain(block.items.iter().map(|x| Apart::Numbers(x))).collect();
        image.call(&block.values, rows, out, &lists);
        self.answer(out, rows, answers);
    }

    /// Brings the columns of some rows into a block: those that the kernel reads.
    fn fill(&self, columns: &Columns, first: usize, rows: usize, block: &mut Block) {
        block.values.resize(self.plan.block_len(), 0.0);
        block.offsets.clear();
        block.items.clear();
        // Items of the rows at hand, list by list; lists come after those around them.
        let mut ranges: Vec<(usize, usize)> = Vec::with_capacity(self.kernel.lists.len());
        for (l, parent) in self.kernel.lists.iter().enumerate() {
            let (from, to) = match parent {
                None => (first, first + rows),
                Some(p) => ranges[p.0 as usize],
            };
            let all = &columns.offsets[l];
            block.offsets.push(all[from..=to].iter().map(|o| o - all[from]).collect());
            ranges.push((all[from] as usize, all[to] as usize));
        }
        for (i, column) in columns.columns.iter().enumerate() {
            let c = ColumnId(i as u32);
            let (values, given) = self.plan.read[i];
            if let Some((list, ..)) = self.plan.apart.get(i).copied().flatten() {
                let (from, to) = ranges[list.0 as usize];
                let mut of = vec![0.0; if values { to - from } else { 0 }];
                convert(&column.values, from, &mut of);
                block.items.push(of);
                let mut of = vec![0.0; if given { to - from } else { 0 }];
                presence(column, from, &mut of);
                block.items.push(of);
                continue;
            }
            if values {
                let slot = self.plan.slot(c, false) * STRIDE;
                convert(&column.values, first, &mut block.values[slot..slot + rows]);
            }
            if given {
                let slot = self.plan.slot(c, true) * STRIDE;
                presence(column, first, &mut block.values[slot..slot + rows]);
            }
        }
    }

    fn answer(&self, out: &[i64], rows: usize, answers: &mut Answers) {
        let outputs = self.kernel.outputs.len();
        let column = |k: usize| &out[k * STRIDE..k * STRIDE + rows];
        let first = answers.sure.len();
        answers.sure.extend(column(outputs + self.kernel.warnings.len()).iter().map(|x| *x != 0));
        for (k, output) in self.kernel.outputs.iter().enumerate() {
            let figures = &mut answers.figures[k];
            let Some(each) = &mut figures.each else {
                figures.coefficients.extend_from_slice(column(k));
                continue;
            };
            for (i, bits) in column(k).iter().enumerate() {
                let v = f64::from_bits(*bits as u64);
                let figure = significant(v, self.error(k, output.value, v, &out[i..]), figures.decimals);
                answers.sure[first + i] &= figure.is_some();
                let (coefficient, decimals) = figure.unwrap_or_default();
                figures.coefficients.push(coefficient);
                each.push(decimals);
            }
        }
        for k in 0..self.kernel.warnings.len() {
            answers.holds[k].extend(column(outputs + k).iter().map(|x| *x != 0));
        }
        let words = outputs + self.kernel.warnings.len() + 1;
        for k in 0..self.kernel.words.len() {
            answers.words[k].extend(column(words + k).iter().map(|x| *x as u32));
        }
    }
}

/// All items of lists with these offsets.
fn items(offsets: &[Vec<u32>]) -> usize {
    offsets.iter().filter_map(|o| o.last()).map(|n| *n as usize).sum()
}

/// A condition as the code reads it.
fn mask(x: bool) -> f64 {
    f64::from_bits(if x { u64::MAX } else { 0 })
}

/// Which values are there, as masks.
fn presence(column: &crate::columns::Column, first: usize, out: &mut [f64]) {
    for (i, o) in out.iter_mut().enumerate() {
        *o = mask(column.given.as_ref().is_none_or(|g| g[first + i]));
    }
}

/// Values as the code reads them: a decimal is within three units of roundoff.
fn convert(values: &Values, first: usize, out: &mut [f64]) {
    match values {
        Values::Decimal { units, scale } => {
            let step = 1.0 / pow10(*scale);
            for (o, u) in out.iter_mut().zip(&units[first..]) {
                *o = *u as f64 * step;
            }
        }
        Values::Member(v) => {
            for (o, x) in out.iter_mut().zip(&v[first..]) {
                *o = f64::from_bits(u64::from(*x));
            }
        }
        Values::Flag(v) => {
            for (o, x) in out.iter_mut().zip(&v[first..]) {
                *o = mask(*x);
            }
        }
        Values::Opaque => {}
    }
}

/// A figure to significant digits, if its error does not matter: coefficient and decimals.
fn significant(v: f64, error: f64, digits: u32) -> Option<(i64, u32)> {
    if v == 0.0 && error == 0.0 {
        return Some((0, digits.saturating_sub(1)));
    }
    let size = v.abs();
    let clear = size > error * 4.0 && size < 1e15;
    if !clear {
        return None;
    }
    let power = size.log10().floor() as i32;
    let decimals = digits as i32 - 1 - power;
    if !(0..=12).contains(&decimals) {
        return None;
    }
    let p = pow10(decimals as u32);
    let (low, high) = ((size - error) * p, (size + error) * p);
    let k = (size * p).round();
    let margin = 1e-9;
    // Inside one cell, and with as many digits as are asked for.
    let inside = low > k - 0.5 + margin && high < k + 0.5 - margin;
    let whole = pow10(digits - 1) <= k && k < pow10(digits);
    (inside && whole).then(|| (if v < 0.0 { -(k as i64) } else { k as i64 }, decimals as u32))
}

/// The hull of columns, widened to round numbers and to the constants that a rule compares with, so that it holds for
/// later rows, too. Who asks for the hulls of many columns keeps the [`Marks`] of the kernel.
#[must_use]
pub fn hull(kernel: &Kernel, columns: &Columns) -> Hull {
    Marks::of(kernel).hull(&columns.for_kernel(kernel))
}

/// The constants that a kernel compares each column with.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks(Vec<Vec<Number>>);

impl Marks {
    /// The marks of a kernel.
    #[must_use]
    pub fn of(kernel: &Kernel) -> Self {
        let mut marks: Vec<Vec<Number>> = vec![Vec::new(); kernel.columns.len()];
        for def in &kernel.defs {
            if let Def::Compare(_, (a, _), (b, _)) = def
                && let (Def::Column(c), Def::Number(k)) = (kernel.def(*a), kernel.def(*b))
                && let Some(list) = marks.get_mut(c.0 as usize)
            {
                list.push(*k);
            }
        }
        Self(marks)
    }

    /// The hull of columns with those that the kernel makes of others, as [`hull`] gives it.
    #[must_use]
    pub fn hull(&self, columns: &Columns) -> Hull {
        let span = |(i, c): (usize, &crate::columns::Column)| {
            let Values::Decimal { units, scale } = &c.values else { return None };
            let (lo, hi) = units.iter().fold((i64::MAX, i64::MIN), |(lo, hi), u| (lo.min(*u), hi.max(*u)));
            let (lo, hi) = if units.is_empty() { (0, 0) } else { (lo, hi) };
            let number = |u: i64| Number::from_parts(i128::from(u), *scale).unwrap_or_default();
            let marks = self.0.get(i).map_or(&[][..], Vec::as_slice);
            let (lo, hi) = (number(lo), number(hi));
            let below = marks.iter().copied().filter(|m| *m <= lo).max();
            let above = marks.iter().copied().filter(|m| *m >= hi).min();
            let (wide_lo, wide_hi) = (rounded_down(lo), rounded_up(hi));
            Some(Span {
                lo: below.map_or(wide_lo, |b| b.max(wide_lo)),
                hi: above.map_or(wide_hi, |a| a.min(wide_hi)),
                scale: *scale,
            })
        };
        let items = columns.offsets.iter().map(|o| {
            let most = o.windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0);
            most.next_power_of_two()
        });
        Hull { columns: columns.columns.iter().enumerate().map(span).collect(), items: items.collect() }
    }
}

/// A power of ten, or minus one, or zero, not above.
fn rounded_down(x: Number) -> Number {
    if x.is_negative() { rounded_up(x.neg()).neg() } else { floor_power(x) }
}

/// A power of ten not below.
fn rounded_up(x: Number) -> Number {
    if x.is_negative() {
        return floor_power(x.neg()).neg();
    }
    let power = floor_power(x);
    if power == x || x.is_zero() { x } else { power.mul(Number::from(10)).unwrap_or(x) }
}

fn floor_power(x: Number) -> Number {
    if !x.is_positive() {
        return Number::ZERO;
    }
    let digits = x.mantissa().unsigned_abs().ilog10();
    let scale = x.scale();
    let power = if digits >= scale {
        Number::from_parts(10_i128.pow(digits - scale), 0)
    } else {
        Number::from_parts(1, scale - digits)
    };
    power.unwrap_or(Number::ZERO)
}
