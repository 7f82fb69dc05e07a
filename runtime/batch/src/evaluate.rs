//! From rows to results. An evaluator takes a chunk as columns; the reference one makes an input document of each row.

use crate::bind::{Binding, Bound, Target};
use crate::check;
use crate::document::{Columns, Document, FILE, Shape};
use crate::output::{Filling, Output};
use crate::place::{TOP, around};
use crate::read::Chunk;
use crate::row::RowError;
use arrow_array::ArrayRef;
use footrule_diag::{Diagnostic, Lang};
use footrule_mir::Program;
use footrule_runtime::{Brief, InputDoc, Inputs, Request, evaluate_brief};

/// What is the same for all chunks of a run.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The rule.
    pub program: &'a Program,
    /// What the columns of a chunk are.
    pub binding: &'a Binding,
    /// What the columns of the results are.
    pub output: &'a Output,
    /// What is given for all rows, over what the table says: paths and texts as `--set` takes them.
    pub sets: &'a [(String, String)],
    /// Language of texts in the results.
    pub lang: Lang,
}

impl Setup<'_> {
    /// True if what is given for all rows stands in the place of a column.
    pub(crate) fn replaced(&self, b: &Bound) -> bool {
        self.sets.iter().any(|(said, _)| match &b.target {
            Target::Top(key) => said == key,
            // One item of a list is no column.
            Target::Input { path, .. } if !TOP.contains(&said.as_str()) && !said.contains('[') => {
                around(path, check::given(self.program, said))
            }
            _ => false,
        })
    }
}

/// The results of a chunk.
#[derive(Debug, Clone, Default)]
pub struct Evaluated {
    /// Positions in the chunk of the rows that have results, ascending.
    pub rows: Vec<usize>,
    /// Their results, one array for each column of [`Output::columns`].
    pub columns: Vec<ArrayRef>,
    /// What is wrong with the other rows, by position in the chunk, ascending.
    pub refused: Vec<(usize, RowError)>,
}

/// Evaluates chunks. Every row of a chunk has a result or at least one finding.
pub trait Evaluator: Sync {
    /// Evaluates the rows of a chunk, but for those that [`Chunk::refused`] names, whose findings it passes on.
    fn evaluate(&self, chunk: &Chunk) -> Evaluated;
}

/// The reference interpreter.
pub struct Reference<'a> {
    setup: Setup<'a>,
    shape: Shape,
}

impl<'a> Reference<'a> {
    /// Chunks of the reference interpreter: small, so that work is shared out and little is lost at an interruption.
    pub const CHUNK_ROWS: usize = 256;

    /// An evaluator.
    #[must_use]
    pub fn new(setup: Setup<'a>) -> Self {
        Self { setup, shape: Shape::new(&setup.binding.columns, |b| setup.replaced(b)) }
    }

    /// The rows of a chunk, to be evaluated one by one: for an evaluator that leaves some of them to this one.
    #[must_use]
    pub fn rows<'r>(&'r self, chunk: &Chunk) -> Rows<'r> {
        Rows { reference: self, columns: Columns::of(&self.setup.binding.columns, chunk.batch.columns()) }
    }

    fn row(&self, columns: &Columns<'_>, i: usize) -> Result<Brief, Vec<RowError>> {
        let doc = Document::of(&self.shape, columns, i);
        if !doc.wrong.is_empty() {
            return Err(doc.wrong);
        }
        let program = self.setup.program;
        let of_one = |d: Diagnostic| vec![doc.finding(program, &d)];
        let of_all = |all: Vec<Diagnostic>| all.iter().map(|d| doc.finding(program, d)).collect::<Vec<_>>();
        let mut input = InputDoc::parse(FILE, &doc.text).map_err(of_one)?;
        for (path, value) in self.setup.sets {
            input.set(path, value).map_err(of_one)?;
        }
        let request = Request { document: Some(&input), ..Request::default() };
        let inputs = Inputs::read(program, request).map_err(of_all)?;
        evaluate_brief(program, &inputs).map_err(of_all)
    }
}

/// The rows of one chunk.
pub struct Rows<'r> {
    reference: &'r Reference<'r>,
    columns: Columns<'r>,
}

impl Rows<'_> {
    /// Evaluates the row at a position of the chunk.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn row(&self, i: usize) -> Result<Brief, Vec<RowError>> {
        self.reference.row(&self.columns, i)
    }
}

impl Evaluator for Reference<'_> {
    fn evaluate(&self, chunk: &Chunk) -> Evaluated {
        let Setup { program, output, lang, .. } = self.setup;
        let rows = self.rows(chunk);
        let mut filling = Filling::new(program, output, lang);
        let mut out = Evaluated::default();
        let mut skip = chunk.refused.iter().peekable();
        for i in 0..chunk.batch.num_rows() {
            if let Some((_, e)) = skip.next_if(|(k, _)| *k == i) {
                out.refused.push((i, e.clone()));
                continue;
            }
            match rows.row(i).and_then(|brief| filling.push(&brief).map_err(|e| vec![e])) {
                Ok(()) => out.rows.push(i),
                Err(found) => out.refused.extend(found.into_iter().map(|e| (i, e))),
            }
        }
        out.columns = filling.finish();
        out
    }
}
