//! The exact evaluator: the reference's decimals in native code.
//!
//! Code is made for a hull, as the certified evaluator's is. Within it the decimals of many definitions are known
//! beforehand, and fit: they are integers of 64 or 128 bits, and nothing is rounded. Other numbers carry their own scale, and
//! code calls [`footrule_number::Scaled`] for them. A row is sure unless something that it demands has no value, or a published
//! figure does not fit 64 bits: ties and figures next to a limit are no harder than others.

mod calls;
mod emit;
mod rep;

use crate::answers::Answers;
use crate::bound::Hull;
use crate::certified::{ROWS, STRIDE};
use crate::columns::{Columns, Values};
use crate::jit::{Apart, CodeError, Image};
use crate::kernel::{ColumnId, Kernel, ListId};
use std::sync::Arc;

/// Where code finds its columns, and where it writes.
struct Place {
    columns: usize,
    lists: usize,
    out: usize,
}

impl Place {
    fn new(kernel: &Kernel) -> Self {
        let out = 2 * kernel.outputs.len() + kernel.warnings.len() + kernel.words.len() + 1;
        Self { columns: kernel.columns.len(), lists: kernel.lists.len(), out }
    }

    /// Numbers of the rows to evaluate.
    fn rows(&self) -> usize {
        0
    }

    /// What brings the units of each column to the scale of the hull.
    fn steps(&self) -> usize {
        1
    }

    fn values(&self, c: ColumnId) -> usize {
        2 + (c.0 as usize).min(self.columns)
    }

    fn given(&self, c: ColumnId) -> usize {
        2 + self.columns + (c.0 as usize).min(self.columns)
    }

    fn offsets(&self, l: ListId) -> usize {
        2 + 2 * self.columns + (l.0 as usize).min(self.lists)
    }

    fn out_len(&self) -> usize {
        self.out * STRIDE
    }
}

/// An exact evaluator of a kernel over a hull.
#[derive(Debug)]
pub struct Exact {
    kernel: Arc<Kernel>,
    /// Decimals of each column.
    scales: Vec<u32>,
    image: Image,
    out_len: usize,
    sums: usize,
}

impl Exact {
    /// Compiles a kernel over a hull.
    ///
    /// # Errors
    /// [`CodeError`] for a bug of ours, or a machine that code is not made for.
    pub fn new(kernel: Arc<Kernel>, hull: &Hull) -> Result<Self, CodeError> {
        let place = Place::new(&kernel);
        let reps = rep::reps(&kernel, hull);
        let (image, sums) = emit::compile(&kernel, &reps, &place)?;
        let scales = hull.columns.iter().map(|s| s.map_or(0, |s| s.scale)).collect();
        Ok(Self { kernel, scales, image, out_len: place.out_len(), sums })
    }

    /// Evaluates rows, in this order, of columns that lie within the hull; nothing is sure of columns that do not fit the
    /// layout.
    #[must_use]
    pub fn run(&self, columns: &Columns, rows: &[u32]) -> Answers {
        let kernel = &*self.kernel;
        let columns = &*columns.for_kernel(kernel);
        if !columns.shaped(kernel) || rows.iter().any(|r| *r as usize >= columns.rows) {
            return Answers::unsure(kernel, rows.len());
        }
        let mut answers = Answers::of(kernel, rows.len());
        let scale = |i: usize| match &columns.columns[i].values {
            Values::Decimal { scale, .. } => self.scales[i].saturating_sub(*scale),
            _ => 0,
        };
        let steps: Vec<i64> = (0..columns.columns.len()).map(|i| 10_i64.checked_pow(scale(i)).unwrap_or(0)).collect();
        // A column without values, or without gaps, is not read.
        let values = columns.columns.iter().map(|c| match &c.values {
            Values::Decimal { units, .. } => Apart::Units(units),
            Values::Member(m) => Apart::Offsets(m),
            Values::Flag(f) => Apart::Flags(f),
            Values::Opaque => Apart::Flags(&[]),
        });
        let ones = vec![true; if kernel.nullable.contains(&true) { longest(columns) } else { 0 }];
        let given = columns.columns.iter().map(|c| Apart::Flags(c.given.as_ref().unwrap_or(&ones)));
        let mut apart = vec![Apart::Offsets(&[]), Apart::Units(&steps)];
        apart.extend(values);
        apart.extend(given);
        apart.extend(columns.offsets.iter().map(|o| Apart::Offsets(o)));
        let mut out = vec![0; self.out_len];
        calls::make_room(self.sums);
        for block in rows.chunks(ROWS) {
            apart[0] = Apart::Offsets(block);
            self.image.call(&[], block.len(), &mut out, &apart);
            self.answer(&out, block.len(), &mut answers);
        }
        answers
    }

    fn answer(&self, out: &[i64], rows: usize, answers: &mut Answers) {
        let mut columns = out.chunks(STRIDE).map(|c| &c[..rows]);
        let mut next = || columns.next().unwrap_or_default();
        for figures in &mut answers.figures {
            figures.coefficients.extend_from_slice(next());
            let decimals = next();
            if let Some(each) = &mut figures.each {
                each.extend(decimals.iter().map(|d| *d as u32));
            }
        }
        for holds in &mut answers.holds {
            holds.extend(next().iter().map(|x| *x != 0));
        }
        for words in &mut answers.words {
            words.extend(next().iter().map(|x| *x as u32));
        }
        answers.sure.extend(next().iter().map(|x| *x != 0));
    }
}

fn longest(columns: &Columns) -> usize {
    let items = columns.offsets.iter().filter_map(|o| o.last()).map(|n| *n as usize);
    items.fold(columns.rows, usize::max)
}
