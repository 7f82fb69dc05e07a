//! `footrule batch`

use super::Context;
use super::run::{said, split};
use crate::args::{Batch, By, Floats, TableFormat};
use crate::exit::Exit;
use crate::session::Workbench;
use crate::{bug, output};
use footrule_batch::{Format, Job, List, Native, Progress, Reference, Refused, Summary};
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::Program;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Steps of the progress bar.
const STEPS: u64 = 1000;

/// Calculates a table of products.
pub fn run(cx: &Context, args: &Batch) -> Exit {
    bug::phase("load");
    let mut bench = Workbench::new();
    let (program, job) = match prepare(cx, &mut bench, args) {
        Ok(prepared) => prepared,
        Err(refused) => return cx.refuse(&refused, &|key| bench.source(key)),
    };
    bug::phase("batch");
    let bar = bar(cx);
    let mut shown = |p: Progress| show(cx, &bar, p);
    let sure = Arc::new(AtomicU64::new(0));
    let (make, rows): (Box<footrule_batch::Make>, usize) = match args.evaluator {
        By::Reference => (Box::new(|setup| Box::new(Reference::new(setup))), Reference::CHUNK_ROWS),
        By::Native => {
            let sure = sure.clone();
            (Box::new(move |setup| Box::new(Native::new(setup, sure.clone()))), Native::CHUNK_ROWS)
        }
    };
    let ended = footrule_batch::run(&program, &job, rows, &*make, &mut shown);
    bar.finish_and_clear();
    match ended {
        Ok(summary) => {
            output::note(&told(cx, &summary, sure.load(Ordering::Relaxed)));
            match summary {
                Summary { bug: true, .. } => Exit::Bug,
                Summary { refused: 0, .. } => Exit::Fine,
                _ => Exit::Findings,
            }
        }
        Err(Refused::Gone) => Exit::Fine,
        Err(Refused::Panicked) => Exit::Bug,
        Err(Refused::Found(found)) => cx.refuse(&found, &|key| bench.source(key)),
    }
}

fn prepare(cx: &Context, bench: &mut Workbench, args: &Batch) -> Result<(Arc<Program>, Job), Vec<Diagnostic>> {
    let sets = args.set.iter().map(|s| split(s)).collect::<Result<Vec<_>, _>>()?;
    let lists = args.list.iter().map(|l| list(l)).collect::<Result<Vec<_>, _>>()?;
    let key = bench.open_rule(&args.rule)?;
    bug::phase("compile");
    let program = bench.program(&key)?;
    let sets = said(&program, sets, args.scenario.as_deref());
    let job = Job {
        input: args.input.clone(),
        from: args.from.map(format),
        encoding: args.encoding.clone(),
        lists,
        output: args.output.clone(),
        to: args.to.map(format),
        errors: args.errors.clone(),
        columns: args.columns.iter().map(|c| c.trim().to_owned()).collect(),
        id: args.id.clone(),
        ignore: args.ignore.iter().map(|c| c.trim().to_owned()).collect(),
        floats: args.floats == Floats::Shortest,
        sets,
        threads: args.threads,
        resume: args.resume,
        overwrite: args.overwrite,
        sources: bench.files(&[key]),
        lang: cx.lang,
    };
    Ok((program, job))
}

fn format(f: TableFormat) -> Format {
    match f {
        TableFormat::Csv => Format::Csv,
        TableFormat::Jsonl => Format::Jsonl,
        TableFormat::Parquet => Format::Parquet,
        TableFormat::Arrow => Format::Arrow,
    }
}

/// `name=file`
fn list(text: &str) -> Result<List, Vec<Diagnostic>> {
    match text.split_once('=') {
        Some((input, path)) if !input.trim().is_empty() && !path.trim().is_empty() => {
            Ok(List { input: input.trim().to_owned(), path: path.trim().to_owned() })
        }
        _ => {
            let m =
                text!("`--list {text}` 应写成 `--list 名称=文件`", "`--list {text}` should read `--list name=file`");
            let help = text!("例如 `--list fuels=fuels.csv`", "for example `--list fuels=fuels.csv`");
            Err(vec![Diagnostic::new(Code::B023, m).help(help)])
        }
    }
}

/// A progress bar, on a terminal only.
fn bar(cx: &Context) -> ProgressBar {
    if !std::io::stderr().is_terminal() || std::env::var_os("CI").is_some() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
    let template = cx.word("{bar:30} {percent:>3} % {msg}  剩余 {eta}", "{bar:30} {percent:>3} % {msg}  {eta} left");
    // Without a style of ours the bar has its own.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn show(cx: &Context, bar: &ProgressBar, p: Progress) {
    if let Some(done) = p.done {
        bar.set_position((done * STEPS as f64) as u64);
    }
    let (rows, refused) = (p.rows, p.refused);
    bar.set_message(match refused {
        0 => format!("{rows} {}", cx.word("行", "rows")),
        n => format!("{rows} {}", cx.word("行", "rows")) + &format!(", {n} {}", cx.word("行有错", "with errors")),
    });
}

/// What came of it.
fn told(cx: &Context, s: &Summary, sure: u64) -> String {
    let (rows, refused, fine) = (s.rows, s.refused, s.rows - s.refused);
    let mut out = match refused {
        0 if rows == 0 => text!("没有行", "no rows"),
        0 if rows == 1 => text!("1 行，已算出", "1 row, calculated"),
        0 => text!("{rows} 行，全部算出", "{rows} rows, all calculated"),
        _ if rows == 1 => text!("1 行，有错", "1 row, with errors"),
        _ => text!("{rows} 行：算出 {fine}，有错 {refused}", "{rows} rows: {fine} calculated, {refused} with errors"),
    };
    if sure > 0 {
        out.zh += &format!("；原生代码算出 {sure}");
        out.en += &if rows == 1 { "; by native code".to_owned() } else { format!("; {sure} of them by native code") };
    }
    if s.resumed > 0 {
        let resumed = s.resumed;
        out.zh += &format!("；其中 {resumed} 行此前已算");
        out.en += &format!("; {resumed} of them before the interruption");
    }
    if let Some(path) = s.errors.as_ref().filter(|_| refused > 0) {
        out.zh += &format!("；见 {path}");
        out.en += &format!("; see {path}");
    }
    out.get(cx.lang).to_owned() + "\n"
}
