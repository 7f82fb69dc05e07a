//! Chunks by native code: rows that it is sure of have the reference's figures; the others go to the reference, one by one.
//!
//! Guarantees: the same results and findings as [`Reference`], row for row. A column that native code does not understand
//! only costs speed. Must not: say what is wrong with a row.

mod table;

use crate::evaluate::{Evaluated, Evaluator, Reference, Rows, Setup};
use crate::output::{Cell, Filling, Form, OutColumn, What};
use crate::read::Chunk;
use footrule_native::certified::{Answers, Certified, Marks, Work};
use footrule_native::columns::Columns;
use footrule_native::kernel::Kernel;
use footrule_native::layout::Layout;
use footrule_native::plan;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use table::Table;

/// Most layouts (one for each set of columns with gaps), and most hulls for which there is code in one of them.
const MAX_VARIANTS: usize = 24;

/// Native code with the reference behind it.
pub struct Native<'a> {
    setup: Setup<'a>,
    reference: Reference<'a>,
    /// Names of the figures that each column of the results needs; `None` if some column is none of native code's.
    wanted: Option<Vec<String>>,
    known: Mutex<Vec<Known>>,
    /// Rows that native code was sure of.
    sure: Arc<AtomicU64>,
}

/// A layout that came up; no kernel if there is none for it.
struct Known {
    layout: Layout,
    kernel: Option<Arc<Planned>>,
}

/// A kernel, and code for the hulls that came up.
struct Planned {
    kernel: Arc<Kernel>,
    marks: Marks,
    /// `None` when it has turned out that there is no code.
    codes: Mutex<Option<Vec<Arc<Certified>>>>,
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
        Self { setup, reference: Reference::new(setup), wanted, known: Mutex::default(), sure }
    }

    /// What native code says of a chunk, with the kernel whose outputs the figures are, and which rows it must not answer.
    fn answers(&self, chunk: &Chunk) -> Option<(Arc<Kernel>, Answers, Vec<bool>)> {
        let table = Table::new(self.setup, chunk, self.wanted.clone()?)?;
        let planned = self.planned(&table.layout).filter(|p| p.codes().is_some())?;
        let (columns, left) = table.columns()?;
        columns.fit(&table.layout).ok()?;
        let code = planned.code(&columns)?;
        Some((planned.kernel.clone(), code.run(&columns, &mut Work::default()), left))
    }

    /// The kernel of a layout.
    fn planned(&self, layout: &Layout) -> Option<Arc<Planned>> {
        {
            let known = self.known.lock().ok()?;
            if let Some(k) = known.iter().find(|k| k.layout == *layout) {
                return k.kernel.clone();
            }
            if known.len() >= MAX_VARIANTS {
                return None;
            }
        }
        // Nobody waits meanwhile; of two threads that come here at once, the work of one is lost.
        let kernel = plan(self.setup.program, layout).ok().map(|kernel| {
            let marks = Marks::of(&kernel);
            Arc::new(Planned { kernel: Arc::new(kernel), marks, codes: Mutex::new(Some(Vec::new())) })
        });
        let mut known = self.known.lock().ok()?;
        if let Some(k) = known.iter().find(|k| k.layout == *layout) {
            return k.kernel.clone();
        }
        known.push(Known { layout: layout.clone(), kernel: kernel.clone() });
        kernel
    }
}

impl Planned {
    /// The code that there is.
    fn codes(&self) -> Option<Vec<Arc<Certified>>> {
        self.codes.lock().ok()?.clone()
    }

    /// Code for columns; it is made where there is none yet.
    fn code(&self, columns: &Columns) -> Option<Arc<Certified>> {
        let hull = self.marks.hull(columns);
        let codes = self.codes()?;
        if let Some(code) = codes.iter().find(|c| c.covers(&hull)) {
            return Some(code.clone());
        }
        if codes.len() >= MAX_VARIANTS {
            return None;
        }
        let made = Certified::new(self.kernel.clone(), hull).ok().map(Arc::new);
        let mut codes = self.codes.lock().ok()?;
        match &made {
            Some(code) => codes.as_mut()?.push(code.clone()),
            None => *codes = None,
        }
        made
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
        // A warning that fires is put into words by the reference.
        let quiet = |i: usize| answers.holds.iter().all(|h| h[i]);
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
