//! One run over a table: reading, evaluating on all threads, writing in order.

use crate::bind::{self, Wanted};
use crate::cell::{self, Leaf};
use crate::check;
use crate::evaluate::{Evaluated, Evaluator, Setup};
use crate::format::Format;
use crate::output::Output;
use crate::read::{self, Chunk, How, List, Rows, WithLists};
use crate::write::{Done, Finding, Findings, Part, Stop, To, render};
use arrow_array::{ArrayRef, Int64Array, StringArray};
use footrule_diag::{Code, Diagnostic, Lang, text};
use footrule_mir::{Program, canonical_text};
use footrule_runtime::InputDoc;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::UNIX_EPOCH;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Job {
    /// The table; `-` is stdin.
    pub input: String,
    /// Its format, if its name does not say.
    pub from: Option<Format>,
    /// Its encoding, if the caller knows it: `utf-8`, `gb18030` …
    pub encoding: Option<String>,
    /// Lists in files of their own.
    pub lists: Vec<List>,
    /// The results; `-` is stdout.
    pub output: String,
    /// Their format, if the name does not say.
    pub to: Option<Format>,
    /// Findings about rows; else they stand beside the results, or on stderr if those go to stdout.
    pub errors: Option<String>,
    /// Groups of columns; all if empty.
    pub columns: Vec<String>,
    /// The column that identifies rows.
    pub id: Option<String>,
    /// Columns to pass over.
    pub ignore: Vec<String>,
    /// Binary floating-point numbers are taken by their shortest decimal.
    pub floats: bool,
    /// Given for all rows, over what the table says.
    pub sets: Vec<(String, String)>,
    /// How many threads evaluate; 0 for one on each core.
    pub threads: usize,
    /// Goes on with an interrupted run, if there is one.
    pub resume: bool,
    /// Existing files are replaced.
    pub overwrite: bool,
    /// Files of the rule, which are not to be written over.
    pub sources: Vec<String>,
    /// Language of texts in the results and findings.
    pub lang: Lang,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Rows that are done.
    pub rows: u64,
    /// Rows without a result among them.
    pub refused: u64,
    /// How much of the table is done, 0 to 1, if that is known.
    pub done: Option<f64>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Rows of the table.
    pub rows: u64,
    /// Rows without a result.
    pub refused: u64,
    /// Rows that an interrupted run had done before.
    pub resumed: u64,
    /// The file of findings; `None` if there is none.
    pub errors: Option<String>,
    /// A finding is a bug of Footrule.
    pub bug: bool,
}

/// Why there is no output.
#[derive(Debug)]
pub enum Refused {
    /// Who reads stdout has gone.
    Gone,
    /// These findings.
    Found(Vec<Diagnostic>),
    /// An evaluator panicked; the panic has been reported.
    Panicked,
}

impl From<Stop> for Refused {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Gone => Self::Gone,
            Stop::Found(d) => Self::Found(vec![*d]),
        }
    }
}

impl From<Vec<Diagnostic>> for Refused {
    fn from(found: Vec<Diagnostic>) -> Self {
        Self::Found(found)
    }
}

impl From<Diagnostic> for Refused {
    fn from(d: Diagnostic) -> Self {
        Self::Found(vec![d])
    }
}

/// Makes an evaluator for a run.
pub type Make = dyn for<'a> Fn(Setup<'a>) -> Box<dyn Evaluator + 'a>;

/// A chunk that was evaluated, ready to be written.
struct Ready {
    rows: Vec<u8>,
    findings: Vec<u8>,
    done: Done,
    read: Option<f64>,
    bug: bool,
}

/// Carries out a job. `rows` is how many rows a chunk has.
///
/// # Errors
/// What keeps the run from being carried out, or the table from being read. What has been written stays for a later
/// run with `resume`, unless the table is refused.
pub fn run(
    program: &Program,
    job: &Job,
    rows: usize,
    make: &Make,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, Refused> {
    let from = job.from.map_or_else(|| of_name(&job.input), Ok)?;
    let to = job.to.map_or_else(|| of_name(&job.output), Ok)?;
    let encoding = job.encoding.as_deref().map(encoding).transpose()?;
    if job.resume && (job.output == "-" || job.input == "-") {
        let m = text!("标准输入、标准输出不能续算", "a run from stdin or to stdout cannot be resumed");
        return Err(Diagnostic::new(Code::B022, m).into());
    }
    let mut empty = InputDoc::empty("--set");
    for (path, value) in &job.sets {
        empty.set(path, value)?;
    }
    check::sets(program, &empty)?;
    for list in &job.lists {
        bind::list_item(program, &list.input)?;
    }
    let output = Output::new(program, &job.columns, job.id.as_deref())?;
    let (id, ignore, threads) = (job.id.as_deref(), &job.ignore, threads(job.threads));
    let how = How { rows: rows.max(1), encoding, floats: job.floats, id, ignore, threads };
    let mut table = read::open(program, &job.input, from, how)?;
    if !job.lists.is_empty() {
        table = Box::new(WithLists::open(table, &job.lists, how)?);
    }
    let given: Vec<String> = job.sets.iter().map(|(p, _)| check::given(program, p).to_owned()).collect();
    let wanted = Wanted { id: job.id.as_deref(), ignore: &job.ignore, given: &given, open: table.open() };
    let binding = bind::bind(program, table.schema().fields(), &wanted)?;
    let setup = Setup { program, binding: &binding, output: &output, sets: &job.sets, lang: job.lang };
    let evaluator = make(setup);

    let errors = match &job.errors {
        Some(path) => Some((path.clone(), true)),
        None if job.output == "-" => None,
        None => Some((format!("{}.errors.csv", job.output), false)),
    };
    check::files(job, errors.as_ref().map(|(path, _)| path.as_str()))?;
    let errors_format = match &job.errors {
        Some(path) => check::findings(path)?,
        None => Format::Csv,
    };
    let mut part = Part::begin(To {
        output: &job.output,
        format: to,
        schema: output.schema(),
        errors,
        errors_format,
        overwrite: job.overwrite,
        resume: job.resume,
        run: fingerprint(program, job, rows),
    })?;
    let before = part.done;
    let work = Work { evaluator: evaluator.as_ref(), setup, to, errors_format };
    let ended = work.pipeline(table, before.chunks, threads, &mut part, progress);
    match ended {
        Ok(bug) => {
            let (done, errors) = part.finish()?;
            Ok(Summary { rows: done.rows, refused: done.refused, resumed: before.rows, errors, bug })
        }
        Err(Refused::Found(found)) if !found.iter().any(|d| d.code == Code::B021 || d.code == Code::C001) => {
            part.discard();
            Err(Refused::Found(found))
        }
        Err(other) => {
            // What is complete stays for a run that goes on; if even that cannot be saved, an older state does.
            let _ = part.save();
            Err(other)
        }
    }
}

/// By the name of a file; stdin and stdout have none.
fn of_name(path: &str) -> Result<Format, Vec<Diagnostic>> {
    if path == "-" {
        let m = text!("标准输入、标准输出的格式要写明", "the format of stdin or stdout must be given");
        return Err(vec![Diagnostic::new(Code::B020, m).help(text!("写 --from、--to", "give --from or --to"))]);
    }
    Format::of(path)
}

fn encoding(name: &str) -> Result<&'static encoding_rs::Encoding, Vec<Diagnostic>> {
    // GBK is a part of GB18030.
    let known = encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(|| {
        let m = text!("编码 `{name}` 未知", "the encoding `{name}` is unknown");
        vec![Diagnostic::new(Code::B023, m).help(text!("写 utf-8 或 gb18030", "write utf-8 or gb18030"))]
    })?;
    Ok(if known == encoding_rs::GBK { encoding_rs::GB18030 } else { known })
}

fn threads(asked: usize) -> usize {
    if asked > 0 { asked } else { thread::available_parallelism().map_or(1, usize::from) }
}

/// What must be the same for a run to go on: rule, table, and all that decides what is written.
fn fingerprint(program: &Program, job: &Job, rows: usize) -> Map<String, Value> {
    let file = |path: &str| {
        let meta = std::fs::metadata(path).ok();
        let modified = meta.as_ref().and_then(|m| m.modified().ok()).and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        json!([path, meta.map(|m| m.len()), modified.map(|m| m.as_nanos().to_string())])
    };
    let hash: String = Sha256::digest(canonical_text(program)).iter().map(|b| format!("{b:02x}")).collect();
    let lists: Vec<Value> = job.lists.iter().map(|l| json!([l.input, file(&l.path)])).collect();
    let sets: Vec<Value> = job.sets.iter().map(|(k, v)| json!([k, v])).collect();
    let format = |f: Option<Format>| f.map(Format::name);
    let entries = [
        ("rule", json!(hash)),
        ("--input", file(&job.input)),
        ("--from", json!(format(job.from))),
        ("--to", json!(format(job.to))),
        ("--encoding", json!(job.encoding)),
        ("--list", json!(lists)),
        ("--errors", json!(job.errors)),
        ("--columns", json!(job.columns)),
        ("--id", json!(job.id)),
        ("--ignore", json!(job.ignore)),
        ("--floats", json!(job.floats)),
        ("--set", json!(sets)),
        ("--lang", json!(job.lang)),
        // Each evaluator has chunks of its own size.
        ("--evaluator", json!(rows)),
    ];
    entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

/// What each thread needs.
#[derive(Clone, Copy)]
struct Work<'a> {
    evaluator: &'a dyn Evaluator,
    setup: Setup<'a>,
    to: Format,
    errors_format: Format,
}

/// What a thread hands on: the number of a chunk and what came of it.
type Sent = (u64, Result<Ready, Refused>);

impl Work<'_> {
    /// Reads, evaluates and writes all chunks but the first `skip`; true if a finding is a bug of ours.
    fn pipeline(
        self,
        table: Box<dyn Rows>,
        skip: u64,
        threads: usize,
        part: &mut Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<bool, Refused> {
        // So many chunks may be between reader and writer.
        let window = 2 * threads + 2;
        let (to_workers, chunks) = sync_channel::<(u64, Chunk)>(window);
        let (to_writer, ready) = sync_channel::<Sent>(window);
        let (credit, credits) = sync_channel::<()>(window);
        for _ in 0..window {
            // There is room for all of them.
            let _ = credit.send(());
        }
        let chunks = Arc::new(Mutex::new(chunks));
        let stopped = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..threads {
                let (chunks, to_writer, stopped) = (chunks.clone(), to_writer.clone(), &stopped);
                scope.spawn(move || self.worker(&chunks, &to_writer, stopped));
            }
            drop(chunks);
            let stop = &stopped;
            scope.spawn(move || reader(table, skip, &credits, &to_workers, &to_writer, stop));
            let written = write(&ready, &credit, part, progress);
            // Whoever waits to hand something on, or for something, is released.
            stopped.store(true, Ordering::Relaxed);
            drop((ready, credit));
            written
        })
    }

    fn worker(self, chunks: &Mutex<Receiver<(u64, Chunk)>>, to_writer: &SyncSender<Sent>, stopped: &AtomicBool) {
        loop {
            let next = match chunks.lock() {
                Ok(chunks) => chunks.recv(),
                Err(_) => return,
            };
            let Ok((number, chunk)) = next else { return };
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            let ready = catch_unwind(AssertUnwindSafe(|| self.ready(&chunk))).unwrap_or(Err(Refused::Panicked));
            if to_writer.send((number, ready)).is_err() {
                return;
            }
        }
    }

    /// Evaluates a chunk and puts it into the form in which it is written.
    fn ready(self, chunk: &Chunk) -> Result<Ready, Refused> {
        let Setup { binding, output, lang, .. } = self.setup;
        let Evaluated { rows, columns, refused } = self.evaluator.evaluate(chunk);
        let id = binding
            .id()
            .and_then(|b| Some((Leaf::of(chunk.batch.columns(), &b.at)?.array, b.source == bind::Source::Json)));
        let id_of = |i: usize| id.as_ref().map_or_else(String::new, |(a, json)| cell::shown(a, i, *json));
        let key: ArrayRef = match id {
            Some(_) => Arc::new(StringArray::from_iter_values(rows.iter().map(|i| id_of(*i)))),
            None => Arc::new(Int64Array::from_iter_values(rows.iter().map(|i| (chunk.first_row + *i as u64) as i64))),
        };
        let broken = |e: arrow_schema::ArrowError| {
            let m = text!("程序缺陷：{e}", "a bug of Footrule: {e}");
            Refused::Found(vec![Diagnostic::new(Code::C005, m)])
        };
        let text = match rows.is_empty() {
            true => Vec::new(),
            false => render(self.to, &output.batch(key, columns).map_err(broken)?).map_err(broken)?,
        };
        let mut findings = Findings::new(self.errors_format);
        let mut bad = 0;
        let mut last = None;
        for (i, e) in &refused {
            findings.add(&Finding::new(chunk.first_row + *i as u64, &id_of(*i), e, lang));
            bad += u64::from(last != Some(*i));
            last = Some(*i);
        }
        let done = Done { chunks: 1, rows: chunk.batch.num_rows() as u64, refused: bad };
        let bug = refused.iter().any(|(_, e)| e.code == Code::C005);
        Ok(Ready { rows: text, findings: findings.text(), done, read: chunk.done, bug })
    }
}

/// Reads all chunks; each takes a credit, which comes back when it is written.
fn reader(
    mut table: Box<dyn Rows>,
    skip: u64,
    credits: &Receiver<()>,
    to_workers: &SyncSender<(u64, Chunk)>,
    to_writer: &SyncSender<Sent>,
    stopped: &AtomicBool,
) {
    let mut number = 0;
    while !stopped.load(Ordering::Relaxed) {
        match table.next() {
            Ok(None) => return,
            Ok(Some(_)) if number < skip => {}
            Ok(Some(chunk)) => {
                if credits.recv().is_err() || to_workers.send((number, chunk)).is_err() {
                    return;
                }
            }
            Err(found) => {
                // Behind the chunks before it. Nobody hears it if the writer has stopped.
                let _ = to_writer.send((number, Err(found.into())));
                return;
            }
        }
        number += 1;
    }
}

/// Writes chunks in order.
fn write(
    ready: &Receiver<Sent>,
    credit: &SyncSender<()>,
    part: &mut Part,
    progress: &mut dyn FnMut(Progress),
) -> Result<bool, Refused> {
    let mut waiting: BTreeMap<u64, Result<Ready, Refused>> = BTreeMap::new();
    let mut next = part.done.chunks;
    let mut bug = false;
    while let Ok((number, came)) = ready.recv() {
        waiting.insert(number, came);
        while let Some(came) = waiting.remove(&next) {
            let came = came?;
            part.append(came.rows, &came.findings, came.done)?;
            bug |= came.bug;
            next += 1;
            progress(Progress { rows: part.done.rows, refused: part.done.refused, done: came.read });
            // The reader may have come to the end.
            let _ = credit.send(());
        }
    }
    // A chunk that never came is one whose thread was lost.
    if waiting.is_empty() { Ok(bug) } else { Err(Refused::Panicked) }
}
