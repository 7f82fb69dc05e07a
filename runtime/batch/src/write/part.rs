//! Output under a temporary name, which becomes the output when all is done; with a state file, from which an
//! interrupted run goes on.
//!
//! `out.csv` grows as `out.csv.part`; `out.csv.state` says how many chunks are complete and how long the parts were
//! then. What a part has beyond that is cut off when a run goes on. Where a file has its directory at the end, what it will
//! be grows beside its part. Guarantees: a file under the final name is complete.

use super::assembly::Assembly;
use super::{Findings, Table, head};
use crate::format::Format;
use arrow_schema::SchemaRef;
use footrule_diag::{Code, Diagnostic, Text, text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the state is brought up to date.
const CHECKPOINT: Duration = Duration::from_millis(250);

/// Why writing stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Who reads our output has gone.
    Gone,
    /// It cannot be written.
    Found(Box<Diagnostic>),
}

/// What has been done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Done {
    /// Complete chunks.
    pub chunks: u64,
    /// Rows of them.
    pub rows: u64,
    /// Rows without a result.
    pub refused: u64,
}

/// The state of a run on disk.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    schema: String,
    /// What must be the same for the run to go on.
    run: Map<String, Value>,
    done: Done,
    output_bytes: u64,
    errors_bytes: u64,
}

const STATE: &str = "footrule-batch/1";

/// Where output goes, and how.
#[derive(Debug, Clone)]
pub(crate) struct To<'a> {
    /// `-` is stdout.
    pub output: &'a str,
    pub format: Format,
    pub schema: SchemaRef,
    /// The file of findings; `None` is stderr. The flag keeps it if there are none.
    pub errors: Option<(String, bool)>,
    pub errors_format: Format,
    pub overwrite: bool,
    pub resume: bool,
    /// What must be the same for a run to go on.
    pub run: Map<String, Value>,
}

/// Output in progress.
pub(crate) struct Part {
    sink: Sink,
    errors: Option<Growing>,
    keep_errors: bool,
    overwrite: bool,
    run: Map<String, Value>,
    pub(crate) done: Done,
    saved: Instant,
}

enum Sink {
    /// With the file that it becomes, where that is of another form.
    File(Growing, Option<Assembly>),
    Text(io::Stdout),
    Table(Box<Table<io::Stdout>>),
}

impl Sink {
    /// Opens the output; `keep` is how much of it is to stay.
    fn open(output: &str, format: Format, schema: &SchemaRef, keep: u64) -> Result<Self, Stop> {
        match (output, format) {
            ("-", Format::Csv | Format::Jsonl) => return Ok(Self::Text(io::stdout())),
            ("-", _) => {
                let table = Table::new(format, schema, io::stdout(), false);
                return Ok(Self::Table(Box::new(table.map_err(|e| unwritable("-", &e))?)));
            }
            _ => {}
        }
        let file = Growing::open(output, keep)?;
        if matches!(format, Format::Csv | Format::Jsonl) {
            return Ok(Self::File(file, None));
        }
        let new = Growing::assembled(output);
        let before = (Growing::temporary(output), keep);
        match Assembly::begin(format, schema.clone(), new.clone(), before) {
            Ok(begun) => Ok(Self::File(file, Some(begun))),
            Err(e) => {
                if keep == 0 {
                    file.discard();
                }
                Err(unwritable(&new, &e))
            }
        }
    }

    fn path(&self) -> &str {
        if let Self::File(file, _) = self { &file.path } else { "-" }
    }
}

/// A file that grows under a temporary name.
struct Growing {
    path: String,
    file: File,
    bytes: u64,
}

impl Growing {
    fn temporary(path: &str) -> String {
        format!("{path}.part")
    }

    fn assembled(path: &str) -> String {
        format!("{path}.new")
    }

    /// Opens the temporary file; `keep` is how much of it is to stay.
    fn open(path: &str, keep: u64) -> Result<Self, Stop> {
        let name = Self::temporary(path);
        let open = OpenOptions::new().write(true).create(true).truncate(false).open(&name);
        let mut file = open.map_err(|e| unwritable(&name, &e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let m = text!("另一次批量核算正在写 `{name}`", "another run is writing `{name}`");
                return Err(Stop::Found(Box::new(Diagnostic::new(Code::B021, m))));
            }
            // Not every file system has locks.
            Err(TryLockError::Error(_)) => {}
        }
        let length = file.metadata().map_err(|e| unwritable(&name, &e))?.len();
        if length < keep {
            let m = text!("`{name}` 比中断时短", "`{name}` is shorter than when the run was interrupted");
            return Err(refused(Code::B022, m, anew()));
        }
        let cut = file.set_len(keep).and_then(|()| file.seek(SeekFrom::End(0)));
        cut.map_err(|e| unwritable(&name, &e))?;
        Ok(Self { path: path.to_owned(), file, bytes: keep })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.file.write_all(bytes).map_err(|e| unwritable(&self.path, &e))?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn sync(&self) -> Result<(), Stop> {
        self.file.sync_data().map_err(|e| unwritable(&self.path, &e))
    }

    /// Takes the file back. What cannot be removed stays under its temporary name.
    fn discard(self) {
        let _ = fs::remove_file(Self::temporary(&self.path));
    }

    /// Gives the file its name.
    fn complete(self) -> Result<(), Stop> {
        self.sync()?;
        rename(&Self::temporary(&self.path), &self.path)
    }
}

fn rename(from: &str, to: &str) -> Result<(), Stop> {
    fs::rename(from, to).map_err(|e| unwritable(to, &e))
}

fn unwritable(path: &str, e: &io::Error) -> Stop {
    if path == "-" && e.kind() == io::ErrorKind::BrokenPipe {
        return Stop::Gone;
    }
    let m = match path {
        "-" => text!("标准输出无法写入：{e}", "stdout cannot be written: {e}"),
        _ => text!("`{path}` 无法写入：{e}", "`{path}` cannot be written: {e}"),
    };
    let d = Diagnostic::new(Code::B021, m);
    Stop::Found(Box::new(match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded if path != "-" => {
            d.help(text!("腾出空间后以 --resume 续算", "make room, then go on with --resume"))
        }
        _ => d,
    }))
}

fn anew() -> Text {
    text!("不加 --resume 则从头算起", "without --resume the run begins anew")
}

fn refused(code: Code, message: Text, help: Text) -> Stop {
    Stop::Found(Box::new(Diagnostic::new(code, message).help(help)))
}

/// The names under which results and findings are written.
pub(crate) fn names(path: &str) -> [String; 5] {
    let state = state_name(path);
    [path.to_owned(), Growing::temporary(path), Growing::assembled(path), format!("{state}.new"), state]
}

fn state_name(output: &str) -> String {
    format!("{output}.state")
}

impl Part {
    /// Begins output, or goes on with it.
    pub(crate) fn begin(to: To<'_>) -> Result<Self, Stop> {
        let To { output, format, schema, errors, errors_format, overwrite, resume, run } = to;
        let (path, keep_errors) = errors.map_or((None, false), |(path, keep)| (Some(path), keep));
        for path in [Some(output).filter(|o| *o != "-"), path.as_deref()].into_iter().flatten() {
            if Path::new(path).is_dir() {
                return Err(unwritable(path, &io::Error::from(io::ErrorKind::IsADirectory)));
            }
            if !overwrite && Path::new(path).exists() {
                let m = text!("`{path}` 已存在", "`{path}` exists");
                return Err(refused(Code::B021, m, text!("加 --overwrite 以覆盖", "give --overwrite to replace it")));
            }
        }
        let state = if resume { Self::state(output, &run)? } else { None };
        let (done, kept) = state.map_or((Done::default(), (0, 0)), |s| (s.done, (s.output_bytes, s.errors_bytes)));
        let fresh = done.chunks == 0;
        // The findings first: without them no results are begun.
        let errors = path.map(|p| Growing::open(&p, kept.1)).transpose()?;
        let sink = match Sink::open(output, format, &schema, kept.0) {
            Ok(sink) => sink,
            Err(stop) => {
                if let Some(errors) = errors.filter(|_| fresh) {
                    errors.discard();
                }
                return Err(stop);
            }
        };
        let saved = Instant::now();
        let mut part = Self { sink, errors, keep_errors, overwrite, run, done, saved };
        if fresh && let Err(stop) = part.head(format, &schema, errors_format) {
            part.discard();
            return Err(stop);
        }
        Ok(part)
    }

    /// What stands before the first rows, and the first state.
    fn head(&mut self, format: Format, schema: &SchemaRef, errors: Format) -> Result<(), Stop> {
        let first = head(format, schema).map_err(|e| unwritable(self.sink.path(), &io::Error::other(e)))?;
        self.append(first, &Findings::new(errors).head(), Done::default())?;
        self.save()
    }

    /// The state of an interrupted run of the same kind; `None` if there is none.
    fn state(output: &str, run: &Map<String, Value>) -> Result<Option<State>, Stop> {
        let name = state_name(output);
        let read = match fs::read_to_string(&name) {
            Ok(text) => serde_json::from_str::<State>(&text).ok().filter(|s| s.schema == STATE),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(_) => None,
        };
        let Some(state) = read else {
            return Err(refused(Code::B022, text!("`{name}` 读不懂", "`{name}` cannot be read"), anew()));
        };
        let changed = run.iter().find(|(k, v)| state.run.get(*k) != Some(*v)).map(|(k, _)| k);
        if let Some(what) = changed {
            let m = text!("自中断以来 {what} 已变", "`{what}` has changed since the run was interrupted");
            return Err(refused(Code::B022, m, anew()));
        }
        // Before its first chunk a run has nothing to go on with.
        Ok(Some(state).filter(|s| s.done.chunks > 0))
    }

    /// Appends what came of a chunk.
    pub(crate) fn append(&mut self, rows: Vec<u8>, findings: &[u8], more: Done) -> Result<(), Stop> {
        match &mut self.sink {
            Sink::File(file, assembly) => {
                file.append(&rows)?;
                if let Some(assembly) = assembly.as_ref().filter(|_| !rows.is_empty()) {
                    assembly.frame(rows);
                }
            }
            Sink::Text(out) => {
                out.write_all(&rows).and_then(|()| out.flush()).map_err(|e| unwritable("-", &e))?;
            }
            Sink::Table(_) if rows.is_empty() => {}
            Sink::Table(table) => table.frame(&rows).map_err(|e| unwritable("-", &e))?,
        }
        match &mut self.errors {
            Some(file) => file.append(findings)?,
            // Without a file they are shown; without findings there is nothing to show.
            None if more.refused > 0 => {
                let _ = io::stderr().lock().write_all(findings);
            }
            None => {}
        }
        self.done.chunks += more.chunks;
        self.done.rows += more.rows;
        self.done.refused += more.refused;
        if self.saved.elapsed() >= CHECKPOINT {
            self.save()?;
        }
        Ok(())
    }

    /// Brings the state up to date.
    pub(crate) fn save(&mut self) -> Result<(), Stop> {
        let Sink::File(file, _) = &self.sink else { return Ok(()) };
        file.sync()?;
        if let Some(errors) = &self.errors {
            errors.sync()?;
        }
        let state = State {
            schema: STATE.to_owned(),
            run: self.run.clone(),
            done: self.done,
            output_bytes: file.bytes,
            errors_bytes: self.errors.as_ref().map_or(0, |e| e.bytes),
        };
        let name = state_name(&file.path);
        let new = format!("{name}.new");
        let text = serde_json::to_string(&state).unwrap_or_default();
        fs::write(&new, text).map_err(|e| {
            // The state before stays.
            let _ = fs::remove_file(&new);
            unwritable(&new, &e)
        })?;
        rename(&new, &name)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// All is written: gives the files their names. The file of findings, if there is one.
    pub(crate) fn finish(mut self) -> Result<(Done, Option<String>), Stop> {
        self.save()?;
        let mut assembled = false;
        if let Sink::File(file, assembly) = &mut self.sink
            && let Some(assembly) = assembly.take()
        {
            assembly.finish().map_err(|e| unwritable(&file.path, &e))?;
            assembled = true;
        }
        let errors = match self.errors {
            Some(file) if self.done.refused == 0 && !self.keep_errors => {
                let name = Growing::temporary(&file.path);
                fs::remove_file(&name).map_err(|e| unwritable(&name, &e))?;
                // Findings of results that are being replaced.
                if self.overwrite && Path::new(&file.path).exists() {
                    fs::remove_file(&file.path).map_err(|e| unwritable(&file.path, &e))?;
                }
                None
            }
            Some(file) => {
                let path = file.path.clone();
                file.complete()?;
                Some(path)
            }
            None => None,
        };
        match self.sink {
            Sink::Text(_) => {}
            Sink::Table(table) => table.finish().map_err(|e| unwritable("-", &e))?,
            Sink::File(file, _) => {
                let path = file.path.clone();
                if assembled {
                    rename(&Growing::assembled(&path), &path)?;
                    let part = Growing::temporary(&path);
                    fs::remove_file(&part).map_err(|e| unwritable(&part, &e))?;
                } else {
                    file.complete()?;
                }
                let state = state_name(&path);
                fs::remove_file(&state).map_err(|e| unwritable(&state, &e))?;
            }
        }
        Ok((self.done, errors))
    }

    /// Takes everything back: the input is refused as a whole.
    pub(crate) fn discard(self) {
        if let Sink::File(file, assembly) = self.sink {
            // Its thread removes what it was making.
            drop(assembly);
            let _ = fs::remove_file(state_name(&file.path));
            file.discard();
        }
        if let Some(errors) = self.errors {
            errors.discard();
        }
    }
}
