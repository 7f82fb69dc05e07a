//! A million evaluations: every native evaluator against the truth on the library's rules, the suite's rules and generated
//! ones, on rows at limits, tiny, huge, and next to half a unit of the last digit. And proofs that a wrong evaluator is
//! noticed.

use footrule_compiler::Session;
use footrule_mir::Program;
use footrule_native::Kernel;
use footrule_native::bound::Method;
use footrule_native::certified::{Certified, Work, hull};
use footrule_native::columns::Columns;
use footrule_runtime::{Inputs, Options, evaluate};
use footrule_tests::case::read;
use footrule_tests::differential::{Effort, NATIVES, Native, Run, Tally, batch, variant};
use footrule_tests::fuzz::{Rng, library};
use footrule_tests::generate::{self, rows};
use footrule_tests::native::{Case, case_of, cases, varied};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::{fs, thread};

/// Evaluations that a run makes at least.
const LEAST: usize = 1_000_000;
/// Generated programs.
const PROGRAMS: u64 = 200;

/// A run ends after so many findings.
const MOST_WRONG: usize = 10;

/// Rules of one source, for one thread.
#[derive(Debug, Clone)]
enum Job {
    Library(String, u64),
    Suite(PathBuf),
    Generated(u64),
}

/// A million evaluations, none of them wrong.
pub fn agree() -> Result<(), String> {
    let mut jobs: Vec<Job> = (0..PROGRAMS).map(Job::Generated).collect();
    jobs.extend(["tests/spec", "tests/published"].into_iter().flat_map(crate::pages).map(Job::Suite));
    jobs.extend(library().rules().into_iter().zip(11..).map(|(r, seed)| Job::Library(r.key, seed)));
    // The longest last would keep one thread waiting.
    jobs.reverse();
    let tally = run(&jobs, NATIVES)?;
    for (source, [programs, kernels, checked, left]) in &tally.sources {
        println!(
            "{source}: {programs} programs, {kernels} kernels planned, {checked} rows by the reference, {left} of them without a kernel's answer"
        );
    }
    for ((source, name), c) in &tally.counts {
        println!(
            "{source} / {name}: {} rows compared: {} sure, {} fell back, {} refused",
            c.rows, c.sure, c.fell_back, c.refused
        );
    }
    for (why, n) in &tally.why {
        println!("not native: {n} × {why}");
    }
    for ((source, what), n) in &tally.gaps {
        println!("{source}: {n} kernels leave to the reference: {what}");
    }
    println!("met: {:?}", tally.met);
    let n = tally.evaluations();
    println!("{n} evaluations");
    let missing: Vec<&&str> = OPERATIONS.iter().filter(|o| !tally.met.contains_key(**o)).collect();
    if !tally.wrong.is_empty() {
        return Err(tally.wrong.join("\n\n"));
    }
    if !missing.is_empty() {
        return Err(format!("the generator makes no {missing:?}"));
    }
    for ((source, name), c) in &tally.counts {
        if c.sure * 10 < c.rows - c.refused {
            return Err(format!("{name} is sure of hardly anything of {source}: {c:?}"));
        }
    }
    if n < LEAST { Err(format!("only {n} evaluations")) } else { Ok(()) }
}

/// What generated programs and their kernels are made of. `Activity` stands in tests only, `Bound` in every loop.
const OPERATIONS: &[&str] = &[
    "Op::Const",
    "Op::Input",
    "Op::Period",
    "Op::Bound",
    "Op::Field",
    "Op::Amount",
    "Op::Factor",
    "Op::List",
    "Op::Members",
    "Op::Range",
    "Op::Rows",
    "Op::Position",
    "Op::Ordinal",
    "Op::Add",
    "Op::Sub",
    "Op::Mul",
    "Op::Div",
    "Op::Neg",
    "Op::Convert",
    "Op::Affine",
    "Op::Abs",
    "Op::Floor",
    "Op::Ceil",
    "Op::Power",
    "Op::Sqrt",
    "Op::Exp",
    "Op::Ln",
    "Op::Pow",
    "Op::Min",
    "Op::Max",
    "Op::Round",
    "Op::Compare",
    "Op::Same",
    "Op::Before",
    "Op::Not",
    "Op::And",
    "Op::Or",
    "Op::Given",
    "Op::Unwrap",
    "Op::OrElse",
    "Op::If",
    "Op::Match",
    "Op::FirstOf",
    "Op::OneOf",
    "Op::Except",
    "Op::Fold",
    "Op::ParamAt",
    "Op::Lookup",
    "Op::Interpolate",
    "Op::HasRow",
    "Op::Column",
    "Op::Characterise",
    "Op::Split",
    "Op::Whole",
    "Op::Result",
    "Op::Reference",
];

fn run(jobs: &[Job], natives: &[Native]) -> Result<Tally, String> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Tally::default());
    let work = || {
        let mut s = library();
        loop {
            let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let mut tally = Tally::default();
            let done = one(&mut s, job, natives, &mut tally);
            tally.wrong.extend(done.err());
            let Ok(mut all) = all.lock() else { return };
            all.add(tally);
            if all.wrong.len() >= MOST_WRONG {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..2).filter_map(|_| thread::Builder::new().stack_size(1 << 29).spawn_scoped(scope, work).ok()).collect();
        threads.into_iter().try_for_each(|t| t.join().map_err(|_| "a panic".to_owned()))
    })?;
    all.into_inner().map_err(|_| "a panic".to_owned())
}

fn one(s: &mut Session, job: &Job, natives: &[Native], tally: &mut Tally) -> Result<(), String> {
    match job {
        Job::Library(key, seed) => rule_of_library(s, key, *seed, natives, tally).map_err(|e| format!("{key}: {e}")),
        Job::Suite(page) => suite(page, natives, tally).map_err(|e| format!("{}: {e}", page.display())),
        Job::Generated(seed) => generated(s, *seed, natives, tally),
    }
}

fn seen(source: &'static str, program: &Program, tally: &mut Tally) {
    tally.sources.entry(source).or_default()[0] += 1;
    if source == "generated" {
        for node in &program.nodes {
            *tally.met.entry(format!("Op::{}", variant(&node.op))).or_default() += 1;
        }
    }
}

fn rule_of_library(s: &Session, key: &str, seed: u64, natives: &[Native], tally: &mut Tally) -> Result<(), String> {
    let program = s.program(key).map_err(|e| format!("{e:?}"))?;
    seen("library", &program, tally);
    let mut rng = Rng::new(seed);
    let effort = Effort { rows: 1500, checked: 12 };
    for case in cases(&program).into_iter().take(if program.nodes.len() > 1500 { 1 } else { 4 }) {
        let mut rows = vec![case.clone()];
        rows.extend((0..12).map(|_| varied(&program, &case, &mut rng)));
        batch("library", &program, &rows, effort, natives, &mut rng, tally)?;
        // Parameters that end before the period are held, with a warning.
        if case.period.is_some() && program.nodes.len() <= 1500 {
            rows.truncate(4);
            rows.iter_mut().for_each(|r| r.period = Some(((2026, 1, 1), (2026, 12, 31))));
            let effort = Effort { rows: 300, checked: 8 };
            batch("library", &program, &rows, effort, natives, &mut rng, tally)?;
        }
    }
    Ok(())
}

/// The rules of a page with what it gives them, and with inputs that are drawn.
fn suite(page: &PathBuf, natives: &[Native], tally: &mut Tally) -> Result<(), String> {
    let text = fs::read_to_string(page).map_err(|e| e.to_string())?;
    let mut s = library();
    let mut rng = Rng::new(text.len() as u64);
    for case in read("", &text) {
        // A file of one case is not there for the next.
        if case.blocks.iter().any(|b| b.get("file").is_some()) {
            s = library();
        }
        for (k, block) in case.blocks.iter().enumerate() {
            if block.language != "pcr" || block.get("file").is_some() || block.has("later") {
                continue;
            }
            for b in case.blocks.iter().filter(|b| b.get("file").is_some()) {
                s.add_source(b.get("file").unwrap_or_default(), b.text.as_str());
            }
            let text = if block.has("whole") { block.text.clone() } else { format!("{}{}", case.prelude, block.text) };
            s.add_source("case.pcr", text);
            let Some(program) = s.is_rule("case.pcr").then(|| s.program("case.pcr").ok()).flatten() else { continue };
            seen("suite", &program, tally);
            let mut given = cases(&program);
            for b in case.blocks[k + 1..].iter().take_while(|b| b.language != "pcr") {
                if b.language == "json" && b.has("input") {
                    given.extend(given_by(&program, &b.text));
                }
            }
            given.extend((0..3).map(|_| rows::draw(&program, rows::Regime::Usual, &mut rng)));
            // One period for all rows.
            let period = given.first().and_then(|c| c.period);
            given.iter_mut().for_each(|c| c.period = period);
            let effort = Effort { rows: 150, checked: 2 };
            batch("suite", &program, &given, effort, natives, &mut rng, tally)
                .map_err(|e| format!("{}, line {}: {e}", case.name, block.line))?;
        }
    }
    Ok(())
}

fn given_by(program: &Program, json: &str) -> Option<Case> {
    let inputs = Inputs::from_json(program, "input", json).ok()?;
    let outcome = evaluate(program, &inputs, Options::default()).ok()?;
    let mut case = case_of(program, &outcome, inputs.period);
    let doc: Json = serde_json::from_str(json).ok()?;
    for (info, of) in program.inputs.iter().filter_map(|i| Some((i, i.footprint?))) {
        // A footprint that its rule computes is given by the inputs of that rule.
        let (Some(given), Some(upstream)) = (doc["inputs"].get(&info.name.id), program.upstream_of(of)) else {
            continue;
        };
        if let Some(own) = given.get("inputs").filter(|_| given.get("period").is_none()) {
            let below = json!({ "gwp": program.rule.gwp, "inputs": own, "period": doc.get("period") });
            let inner = given_by(&upstream.program, &below.to_string())?;
            case.inputs.insert(info.name.id.clone(), json!({ "inputs": inner.inputs }));
        }
    }
    Some(case)
}

fn generated(s: &mut Session, seed: u64, natives: &[Native], tally: &mut Tally) -> Result<(), String> {
    let text = generate::program(seed);
    let told = |e: String| format!("generated program {seed}: {e}\n{text}");
    if text.contains("use cast.") {
        s.add_source("cast.pcr", generate::UPSTREAM);
    }
    s.add_source("g.pcr", text.as_str());
    let program = s.program("g.pcr").map_err(|e| told(format!("does not compile: {e:?}")))?;
    seen("generated", &program, tally);
    let mut rng = Rng::new(seed ^ 0x5eed);
    for regime in [rows::Regime::Usual, rows::Regime::Tiny, rows::Regime::Huge] {
        let seeds: Vec<Case> = (0..12).map(|_| rows::draw(&program, regime, &mut rng)).collect();
        let effort = Effort { rows: 700, checked: 4 };
        batch("generated", &program, &seeds, effort, natives, &mut rng, tally).map_err(told)?;
    }
    Ok(())
}

/// A wrong evaluator is noticed: one for each way to be wrong.
pub fn sabotage() -> Result<(), String> {
    let jobs: Vec<Job> = (0..30).map(Job::Generated).collect();
    for (what, make) in [
        (
            "off by one in the last digit of one row in a thousand",
            off as fn(&Arc<Kernel>, &Columns) -> Result<Run, String>,
        ),
        ("error bounds a million times too small", narrow),
        ("running error bounds a million times too small", narrow_running),
        ("sure of every row", bold),
        ("a warning that never fires", silent),
    ] {
        let tally = run(&jobs, &[Native { name: "sabotaged", make }])?;
        let caught = tally.wrong.iter().filter(|e| e.contains("sabotaged is sure and wrong")).count();
        println!("{what}: caught in {caught} batches of {} evaluations", tally.evaluations());
        if caught == 0 || caught < tally.wrong.len() {
            return Err(format!("{what}: {:?}", tally.wrong));
        }
    }
    Ok(())
}

fn certified(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Certified, String> {
    Certified::new(kernel.clone(), hull(kernel, columns)).map_err(|e| e.to_string())
}

fn off(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    let code = certified(kernel, columns)?;
    Ok(Box::new(move |columns| {
        let mut answers = code.run(columns, &mut Work::default());
        for f in &mut answers.figures {
            f.coefficients.iter_mut().step_by(1000).for_each(|c| *c += 1);
        }
        answers
    }))
}

fn narrow(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    too_narrow(kernel, columns, Method::Static)
}

fn narrow_running(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    too_narrow(kernel, columns, Method::Running)
}

fn too_narrow(kernel: &Arc<Kernel>, columns: &Columns, method: Method) -> Result<Run, String> {
    let code = Certified::with(kernel.clone(), hull(kernel, columns), method, 1e-6).map_err(|e| e.to_string())?;
    Ok(Box::new(move |columns| code.run(columns, &mut Work::default())))
}

fn bold(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    let code = certified(kernel, columns)?;
    Ok(Box::new(move |columns| {
        let mut answers = code.run(columns, &mut Work::default());
        answers.sure.iter_mut().for_each(|s| *s = true);
        answers
    }))
}

fn silent(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    let code = certified(kernel, columns)?;
    Ok(Box::new(move |columns| {
        let mut answers = code.run(columns, &mut Work::default());
        answers.holds.iter_mut().flatten().for_each(|h| *h = true);
        answers
    }))
}
