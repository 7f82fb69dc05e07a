//! `footrule test`

use super::{Context, watch};
use crate::args::{Format, Test};
use crate::exit::Exit;
use crate::render::{self, coverage, json, paint, terminal};
use crate::session::{Coverage, Recorder, Workbench};
use crate::{bug, output};
use footrule_diag::{Diagnostic, Lang};
use serde_json::{Value, json};

/// What one run of the tests came to.
pub struct Round {
    /// How the call would end.
    pub exit: Exit,
    /// The files that were read.
    pub files: Vec<String>,
}

/// What is counted and, for programs, collected.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    broken: Vec<Diagnostic>,
    tests: Vec<Value>,
    coverage: Vec<Value>,
}

/// Runs the tests of files; one line for each, the failures below it.
pub fn run(cx: &Context, args: &Test) -> Exit {
    if args.watch {
        watch::run(cx, args);
    }
    round(cx, args).exit
}

/// Runs all tests once.
pub fn round(cx: &Context, args: &Test) -> Round {
    bug::phase("load");
    let mut bench = Workbench::new();
    let keys = match bench.open_all(&args.paths) {
        Ok(keys) => keys,
        Err(refused) => return Round { exit: cx.refuse(&refused, &|key| bench.source(key)), files: bench.files(&[]) },
    };
    let mut tally = Tally::default();
    for key in keys.iter().filter(|k| bench.is_rule(k)) {
        rule(cx, args, &bench, key, &mut tally);
    }
    if args.format == Format::Json {
        let source: render::Source<'_> = &|k| bench.source(k);
        let errors: Vec<Value> = tally.broken.iter().map(|d| json::one(d, source)).collect();
        let mut report = json!({
            "schema": "footrule.tests/1",
            "passed": tally.passed,
            "failed": tally.failed,
            "tests": tally.tests,
            "errors": errors,
        });
        if args.coverage {
            report["coverage"] = json!(tally.coverage);
        }
        output::line(&format!("{report:#}"));
    }
    output::note(&summary(cx, tally.passed, tally.failed, &tally.broken));
    let exit = Exit::of(&tally.broken);
    let exit = if tally.failed > 0 { Exit::Findings.max(exit) } else { exit };
    Round { exit, files: bench.files(&keys) }
}

/// Runs the tests of one rule.
fn rule(cx: &Context, args: &Test, bench: &Workbench, key: &str, tally: &mut Tally) {
    let human = args.format == Format::Human;
    let source: render::Source<'_> = &|k| bench.source(k);
    bug::phase("compile");
    let program = match bench.program(key) {
        Ok(program) => program,
        Err(found) => {
            if human {
                let mark = paint::red("✗", cx.colors.stdout);
                output::line(&format!("{mark} {key}  {}", cx.word("有错误", "has errors")));
                output::print(&terminal::all(&found, source, cx.stdout()));
            }
            tally.broken.extend(found);
            return;
        }
    };
    bug::phase("test");
    let recorder = args.coverage.then(|| Recorder::new(&program));
    for (ix, test) in program.tests.iter().enumerate() {
        let findings = bench.test(&program, ix, recorder.as_ref());
        let ok = findings.is_empty();
        tally.passed += usize::from(ok);
        tally.failed += usize::from(!ok);
        if !human {
            let failures: Vec<Value> = findings.iter().map(|d| json::one(d, source)).collect();
            let name = &test.name.labels;
            tally.tests.push(json!({ "rule": key, "name": name, "passed": ok, "failures": failures }));
            continue;
        }
        let mark = if ok { paint::green("✓", cx.colors.stdout) } else { paint::red("✗", cx.colors.stdout) };
        let label = test.name.labels.get(cx.lang);
        let label = if label.is_empty() { format!("#{}", ix + 1) } else { label.to_owned() };
        output::line(&format!("{mark} {key}  {label}"));
        output::print(&terminal::all(&findings, source, cx.stdout()));
    }
    if let Some(recorder) = recorder {
        let found = Coverage::of(&program, &recorder, key);
        if human {
            output::print(&coverage::text(key, &found, source, cx.stdout()));
        } else {
            tally.coverage.push(coverage::json(key, &found, source));
        }
    }
}

fn summary(cx: &Context, passed: usize, failed: usize, broken: &[Diagnostic]) -> String {
    let mut text = match cx.lang {
        Lang::Zh => format!("{passed} 个测试通过，{failed} 个不通过"),
        Lang::En => format!("{} passed, {failed} failed", render::count(passed, "test")),
    };
    if !broken.is_empty() {
        text.push_str(cx.word("；有规则不能编译", "; some rules have errors"));
    }
    text + "\n"
}
