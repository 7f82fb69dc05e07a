//! What an evaluator says of rows.

use crate::kernel::Kernel;
use footrule_number::Number;

/// Figures of one output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Coefficients: the figure of a row is `coefficient × 10^-decimals`; a condition is -1 where it holds, else 0.
    pub coefficients: Vec<i64>,
    /// The same for all rows.
    pub decimals: u32,
    /// Of each row, for figures with significant digits.
    pub each: Option<Vec<u32>>,
}

impl Figures {
    /// The figure of a row.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<Number> {
        let decimals = self.each.as_ref().map_or(Some(self.decimals), |e| e.get(row).copied())?;
        Number::from_parts(i128::from(*self.coefficients.get(row)?), decimals).ok()
    }
}

/// What is known of some rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Which rows are sure; the others say nothing.
    pub sure: Vec<bool>,
    /// For each output.
    pub figures: Vec<Figures>,
    /// For each warning whether its condition holds.
    pub holds: Vec<Vec<bool>>,
    /// For each text which one it is.
    pub words: Vec<Vec<u32>>,
}

impl Answers {
    /// Nothing yet, with room for so many rows.
    pub(crate) fn of(kernel: &Kernel, rows: usize) -> Self {
        let figures = kernel.outputs.iter().map(|o| {
            let round = o.round.unwrap_or_default();
            let each = round.significant.then(|| Vec::with_capacity(rows));
            Figures { coefficients: Vec::with_capacity(rows), decimals: round.digits, each }
        });
        Self {
            sure: Vec::with_capacity(rows),
            figures: figures.collect(),
            holds: kernel.warnings.iter().map(|_| Vec::with_capacity(rows)).collect(),
            words: kernel.words.iter().map(|_| Vec::with_capacity(rows)).collect(),
        }
    }

    /// Nothing of so many rows.
    pub(crate) fn unsure(kernel: &Kernel, rows: usize) -> Self {
        let mut out = Self::of(kernel, rows);
        out.sure.resize(rows, false);
        for figures in &mut out.figures {
            figures.coefficients.resize(rows, 0);
            figures.each.iter_mut().for_each(|e| e.resize(rows, 0));
        }
        out.holds.iter_mut().for_each(|h| h.resize(rows, false));
        out.words.iter_mut().for_each(|w| w.resize(rows, 0));
        out
    }

    /// Takes over what another evaluator of the same kernel is sure of: its `k`th row is `rows[k]` here.
    pub(crate) fn complete(&mut self, rows: &[u32], other: &Self) {
        for (k, row) in rows.iter().enumerate().filter(|(k, _)| other.sure.get(*k) == Some(&true)) {
            let row = *row as usize;
            self.sure[row] = true;
            for (own, from) in self.figures.iter_mut().zip(&other.figures) {
                own.coefficients[row] = from.coefficients[k];
                if let (Some(own), Some(from)) = (&mut own.each, &from.each) {
                    own[row] = from[k];
                }
            }
            self.holds.iter_mut().zip(&other.holds).for_each(|(own, from)| own[row] = from[k]);
            self.words.iter_mut().zip(&other.words).for_each(|(own, from)| own[row] = from[k]);
        }
    }
}
