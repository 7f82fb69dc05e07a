//! `footrule test`

use super::Context;
use crate::args::Test;
use crate::exit::Exit;
use crate::render::{self, paint, terminal};
use crate::session::Workbench;
use crate::{bug, output};
use footrule_diag::{Diagnostic, Lang};

/// Runs the tests of files; one line for each, the failures below it.
pub fn run(cx: &Context, args: &Test) -> Exit {
    bug::phase("load");
    let mut bench = Workbench::new();
    let keys = match bench.open_all(&args.paths) {
        Ok(keys) => keys,
        Err(refused) => return cx.refuse(&refused, &|key| bench.source(key)),
    };
    let (mut passed, mut failed, mut broken) = (0, 0, Vec::new());
    for key in keys.iter().filter(|k| bench.is_rule(k)) {
        bug::phase("compile");
        let program = match bench.program(key) {
            Ok(program) => program,
            Err(found) => {
                output::line(&format!(
                    "{} {key}  {}",
                    paint::red("✗", cx.colors.stdout),
                    cx.word("有错误", "has errors")
                ));
                output::print(&terminal::all(&found, &|k| bench.source(k), cx.stdout()));
                broken.extend(found);
                continue;
            }
        };
        bug::phase("test");
        for (ix, test) in program.tests.iter().enumerate() {
            let findings = bench.test(key, &program, ix);
            let ok = findings.is_empty();
            let mark = if ok { paint::green("✓", cx.colors.stdout) } else { paint::red("✗", cx.colors.stdout) };
            let label = test.name.labels.get(cx.lang);
            let label = if label.is_empty() { format!("#{}", ix + 1) } else { label.to_owned() };
            output::line(&format!("{mark} {key}  {label}"));
            if ok {
                passed += 1;
            } else {
                failed += 1;
                output::print(&terminal::all(&findings, &|k| bench.source(k), cx.stdout()));
            }
        }
    }
    output::note(&summary(cx, passed, failed, &broken));
    if failed > 0 { Exit::Findings.max(Exit::of(&broken)) } else { Exit::of(&broken) }
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
