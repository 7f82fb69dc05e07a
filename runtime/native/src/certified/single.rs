//! One record in one call: its values are written into a block of one row, and nothing is allocated.

use super::{Certified, STRIDE, significant};
use crate::bound::pow10;
use crate::kernel::ColumnId;
use crate::layout::Kind;
use footrule_number::Number;
use std::sync::Arc;

/// The value of a column in one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// There is none.
    Missing,
    /// `units × 10^-scale`, in the unit of the column.
    Decimal {
        /// Integer.
        units: i64,
        /// Decimals.
        scale: u32,
    },
    /// The position of a member.
    Member(u32),
    /// A truth value.
    Flag(bool),
}

/// What a column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Number,
    Member,
    Flag,
    Opaque,
}

/// A column: small, since all of them are gone through for each record.
#[derive(Debug, Clone, Copy)]
struct Takes {
    what: What,
    nullable: bool,
    /// Its values, and their presence, are read.
    read: (bool, bool),
    /// Where its value and its presence stand in the block.
    at: (usize, usize),
    /// Least and greatest number, in units of `10^-scale`; members of its enumeration.
    lo: i64,
    hi: i64,
    scale: u32,
    /// `10^-scale` as the code multiplies by it.
    step: f64,
    members: u32,
}

/// Room for one record, and what is made of it.
#[derive(Debug, Clone)]
pub struct Single {
    code: Arc<Certified>,
    takes: Vec<Takes>,
    block: Vec<f64>,
    out: Vec<i64>,
    figures: Vec<(i64, u32)>,
    holds: Vec<bool>,
}

/// What native code says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It has its figures.
    Sure,
    /// Nothing.
    Unsure,
    /// Nothing: a value does not fit its column, or lies outside the hull.
    Outside,
}

/// What is known of a record of which native code is sure.
#[derive(Debug, Clone, Copy)]
pub struct Sure<'a> {
    /// Coefficient and decimals of each output; a condition is -1 where it holds, else 0.
    pub figures: &'a [(i64, u32)],
    /// For each warning whether its condition holds.
    pub holds: &'a [bool],
}

impl Sure<'_> {
    /// The figure of an output.
    #[must_use]
    pub fn number(&self, output: usize) -> Option<Number> {
        let (coefficient, decimals) = self.figures.get(output)?;
        Number::from_parts(i128::from(*coefficient), *decimals).ok()
    }
}

impl Single {
    /// Room for records of a layout, and code for it; nothing if it has lists. `members` are the sizes of the
    /// enumerations of its columns.
    #[must_use]
    pub fn new(code: Arc<Certified>, layout: &crate::Layout, members: &[u32]) -> Option<Self> {
        if !layout.lists.is_empty() || layout.columns.len() != code.kernel.columns.len() {
            return None;
        }
        let mut takes = Vec::with_capacity(layout.columns.len());
        for (i, column) in layout.columns.iter().enumerate() {
            let (lo, hi, scale) = match code.hull.columns.get(i).copied().flatten() {
                Some(s) => (crate::object::units(s.lo, s.scale)?, crate::object::units(s.hi, s.scale)?, s.scale),
                None => (0, 0, 0),
            };
            let what = match column.kind {
                Kind::Number { .. } => What::Number,
                Kind::Member => What::Member,
                Kind::Flag => What::Flag,
                Kind::Opaque => What::Opaque,
                Kind::Text | Kind::Day => return None,
            };
            let c = ColumnId(i as u32);
            let at = (code.plan.slot(c, false) * STRIDE, code.plan.slot(c, true) * STRIDE);
            let step = 1.0 / pow10(scale);
            let (read, members) = (code.plan.read[i], members.get(i).copied().unwrap_or(0));
            takes.push(Takes { what, nullable: column.nullable, read, at, lo, hi, scale, step, members });
        }
        let (block, out) = (vec![0.0; code.plan.block_len()], vec![0; code.plan.out_len()]);
        Some(Self { code, takes, block, out, figures: Vec::new(), holds: Vec::new() })
    }

    /// Evaluates a record, one cell for each column.
    pub fn evaluate(&mut self, cells: &[Cell]) -> Said {
        if self.fill(cells).is_none() {
            return Said::Outside;
        }
        self.code.image(1).call(&self.block, 1, &mut self.out, &[]);
        if self.answer().is_some() { Said::Sure } else { Said::Unsure }
    }

    /// The figures of the last record, if it was sure.
    #[must_use]
    pub fn sure(&self) -> Sure<'_> {
        Sure { figures: &self.figures, holds: &self.holds }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &Arc<Certified> {
        &self.code
    }

    fn fill(&mut self, cells: &[Cell]) -> Option<()> {
        if cells.len() != self.takes.len() {
            return None;
        }
        for (cell, takes) in cells.iter().zip(&self.takes) {
            let v = match *cell {
                // Most columns are numbers, of the decimals that the code was made for.
                Cell::Decimal { units, scale } if scale == takes.scale && takes.what == What::Number => {
                    if units < takes.lo || units > takes.hi {
                        return None;
                    }
                    units as f64 * takes.step
                }
                _ => self.value(*cell, takes)?,
            };
            if takes.read.0 {
                self.block[takes.at.0] = v;
            }
            if takes.read.1 {
                self.block[takes.at.1] = f64::from_bits(if *cell == Cell::Missing { 0 } else { u64::MAX });
            }
        }
        Some(())
    }

    /// A value as the code reads it; nothing for one that it is not made for.
    fn value(&self, cell: Cell, takes: &Takes) -> Option<f64> {
        Some(match (cell, takes.what) {
            // What stands for a missing value lies within the hull.
            (Cell::Missing, _) if takes.nullable => takes.lo as f64 * takes.step,
            (Cell::Decimal { units, scale }, What::Number) => {
                let widened = units.checked_mul(10_i64.checked_pow(takes.scale.checked_sub(scale)?)?)?;
                if widened < takes.lo || widened > takes.hi {
                    return None;
                }
                units as f64 * (1.0 / pow10(scale))
            }
            (Cell::Member(m), What::Member) if m < takes.members => f64::from_bits(u64::from(m)),
            (Cell::Flag(b), What::Flag) => f64::from_bits(if b { u64::MAX } else { 0 }),
            // It is given, and not read.
            (_, What::Opaque) => 0.0,
            _ => return None,
        })
    }

    fn answer(&mut self) -> Option<()> {
        let kernel = &self.code.kernel;
        let outputs = kernel.outputs.len();
        if self.out[(outputs + kernel.warnings.len()) * STRIDE] == 0 {
            return None;
        }
        self.figures.clear();
        for (k, output) in kernel.outputs.iter().enumerate() {
            let round = output.round.unwrap_or_default();
            let bits = self.out[k * STRIDE];
            self.figures.push(if round.significant {
                let v = f64::from_bits(bits as u64);
                significant(v, self.code.error(k, output.value, v, &self.out), round.digits)?
            } else {
                (bits, round.digits)
            });
        }
        self.holds.clear();
        self.holds.extend((0..kernel.warnings.len()).map(|k| self.out[(outputs + k) * STRIDE] != 0));
        Some(())
    }
}
