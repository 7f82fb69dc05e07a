//! Chunks by native code: rows that it is sure of have the reference's figures; the others go to the reference, one by one.
//!
//! Guarantees: the same results and findings as [`Reference`], row for row. A column that native code does not understand
//! only costs speed. Must not: say what is wrong with a row.

mod composed;
mod footprint;
mod groups;
mod json;
mod measured;
mod said;
mod table;

use crate::evaluate::{Evaluated, Evaluator, Reference, Rows, Setup};
use crate::output::{Cell, Filling, Form, OutColumn, What};
use crate::read::Chunk;
use arrow_schema::ArrowError;
use footrule_diag::Lang;
use footrule_mir::{ParamId, Program};
use footrule_native::answers::Answers;
use footrule_native::kernel::{Kernel, Told, Warning};
use footrule_native::variants::Variants;
use groups::{Groups, groups};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use table::Table;

/// Native code with the reference behind it.
pub struct Native<'a> {
    setup: Setup<'a>,
    reference: Reference<'a>,
    /// Names of the figures that each column of the results needs; `None` if some column is none of native code's.
    wanted: Option<Vec<String>>,
    /// The results tell the warnings of a row.
    tells: bool,
    known: Variants,
    /// Rows that native code was sure of.
    sure: Arc<AtomicU64>,
}

impl<'a> Native<'a> {
    /// Rows of a chunk: enough for native code to be worth it.
    pub const CHUNK_ROWS: usize = 4096;

    /// An evaluator; `sure` counts the rows that native code answers.
    #[must_use]
    pub fn new(setup: Setup<'a>, sure: Arc<AtomicU64>) -> Self {
        let columns = &setup.output.columns;
        // A total in two units of one name is told apart by the reference only.
        let twice = |c: &OutColumn| columns.iter().filter(|d| d.name == c.name).count() > 1;
        let name = |c: &OutColumn| match c.what {
            What::Also(..) if twice(c) => None,
            What::Warnings => Some(String::new()),
            _ => Some(c.name.clone()),
        };
        let wanted = columns.iter().map(name).collect();
        let tells = columns.iter().any(|c| matches!(c.what, What::Warnings));
        Self { setup, reference: Reference::new(setup), wanted, tells, known: Variants::default(), sure }
    }

    /// What native code says of a chunk, with the kernel whose outputs the figures are, and which rows it must not answer.
    fn answers(&self, chunk: &Chunk) -> Option<(Arc<Kernel>, Answers, Vec<bool>)> {
        let table = Table::new(self.setup, chunk, self.wanted.clone()?)?;
        let code = self.known.of(self.setup.program, &table.layout)?;
        let (columns, left) = table.columns()?;
        columns.fit(&table.layout).ok()?;
        let answers = code.answers(&columns, code.hull(&columns), |row| left[row]);
        Some((code.kernel().clone(), answers, left))
    }
}

impl Native<'_> {
    /// Rows that differ in their period or the like, by groups that do not.
    fn by_groups(&self, chunk: &Chunk, groups: &Groups) -> Result<Evaluated, ArrowError> {
        let chunks = groups.chunks(chunk)?;
        let last = chunks.len() - 1;
        let parts = chunks.iter().enumerate().map(|(k, chunk)| match k == last && groups.rest {
            true => self.reference.evaluate(chunk),
            false => self.alike(chunk),
        });
        groups.joined(&parts.collect::<Vec<_>>())
    }

    /// Rows that agree in what stands beside their inputs.
    fn alike(&self, chunk: &Chunk) -> Evaluated {
        let Setup { program, output, lang, .. } = self.setup;
        let Some((kernel, answers, left)) = self.answers(chunk) else { return self.reference.evaluate(chunk) };
        let told: Arc<[Option<String>]> = kernel.warnings.iter().map(|w| told(program, w, lang)).collect();
        let places: Option<Vec<_>> = output.columns.iter().map(|c| place(c, &kernel, &told)).collect();
        let Some(places) = places else { return self.reference.evaluate(chunk) };
        let mut filling = Filling::new(program, output, lang);
        let mut out = Evaluated::default();
        let mut skip = chunk.refused.iter().peekable();
        let mut rows: Option<Rows<'_>> = None;
        let mut sure = 0;
        // A warning that fires is put into words by the reference, where its words are not the same in all rows.
        let quiet = |i: usize| !self.tells || answers.holds.iter().zip(&*told).all(|(h, t)| h[i] || t.is_some());
        let n = chunk.batch.num_rows();
        let mut i = 0;
        while i < n {
            let until = skip.peek().map_or(n, |(k, _)| *k);
            let run = i..(i..until).find(|i| !answers.sure[*i] || left[*i] || !quiet(*i)).unwrap_or(until);
            for (k, (c, p)) in output.columns.iter().zip(&places).enumerate() {
                filling.extend(k, run.clone().map(|i| p.cell(c, &answers, i)));
            }
            sure += run.len() as u64;
            out.rows.extend(run.clone());
            i = run.end + 1;
            if let Some((_, e)) = skip.next_if(|(k, _)| *k == run.end) {
                out.refused.push((run.end, e.clone()));
            } else if run.end < n {
                let reference = rows.get_or_insert_with(|| self.reference.rows(chunk));
                match reference.row(run.end).and_then(|brief| filling.push(&brief).map_err(|e| vec![e])) {
                    Ok(()) => out.rows.push(run.end),
                    Err(found) => out.refused.extend(found.into_iter().map(|e| (run.end, e))),
                }
            }
        }
        self.sure.fetch_add(sure, Ordering::Relaxed);
        out.columns = filling.finish();
        out
    }
}

impl Evaluator for Native<'_> {
    fn evaluate(&self, chunk: &Chunk) -> Evaluated {
        match groups(self.setup, chunk) {
            None => self.alike(chunk),
            // What cannot be put together again is none of native code's.
            Some(groups) => self.by_groups(chunk, &groups).unwrap_or_else(|_| self.reference.evaluate(chunk)),
        }
    }
}

/// Where the results of a column stand among the outputs of a kernel.
enum Place {
    /// What is told of each warning that may fire in rows that are sure.
    Warnings(Arc<[Option<String>]>),
    Figure(usize),
    /// A gas, and whether it occurs.
    Gas(usize, usize),
    Condition(usize),
    /// One of these texts.
    Words(usize, Arc<[String]>),
}

/// What is told of a warning, if that is the same in all rows.
fn told(program: &Program, w: &Warning, lang: Lang) -> Option<String> {
    let Told::Held(param, row, Some(day)) = w.told else { return None };
    let message = footrule_runtime::held(program, ParamId(param), row, day)?;
    Some(crate::output::told(&w.name, message.get(lang)))
}

fn place(c: &OutColumn, kernel: &Kernel, told: &Arc<[Option<String>]>) -> Option<Place> {
    let at = |name: &str| kernel.outputs.iter().position(|o| o.name == name);
    if let Some(k) = kernel.words.iter().position(|w| w.name == c.name) {
        return Some(Place::Words(k, kernel.words[k].of.clone()));
    }
    Some(match (&c.what, c.form) {
        (What::Warnings, _) => Place::Warnings(told.clone()),
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
            Self::Warnings(told) => {
                let fires = |(t, h): (&Option<String>, &Vec<bool>)| t.clone().filter(|_| !h[i]);
                crate::output::warnings(told.iter().zip(&answers.holds).filter_map(fires))
            }
            Self::Words(k, of) => Cell::Text(of.get(answers.words[*k][i] as usize).cloned()),
            Self::Figure(k) => figure(*k, true),
            Self::Gas(k, there) => figure(*k, answers.figures[*there].coefficients[i] != 0),
            Self::Condition(k) => Cell::Bool(Some(answers.figures[*k].coefficients[i] != 0)),
        }
    }
}
