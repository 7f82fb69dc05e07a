//! `footrule check`

use super::Context;
use crate::args::{Check, CheckFormat};
use crate::exit::Exit;
use crate::render::{self, github, json, ranges, sarif, terminal};
use crate::session::Workbench;
use crate::{bug, output};
use footrule_diag::{Diagnostic, Severity};
use std::collections::HashSet;

/// Checks files; prints what was found on stdout and a summary on stderr.
pub fn run(cx: &Context, args: &Check) -> Exit {
    bug::phase("check");
    if args.ranges && matches!(args.format, CheckFormat::Sarif | CheckFormat::Github) {
        output::note(
            cx.word("--ranges 只与 --format human 或 json 同用\n", "--ranges goes with --format human or json only\n"),
        );
        return Exit::Call;
    }
    let mut bench = Workbench::new();
    let keys = match bench.open_all(&args.paths) {
        Ok(keys) => keys,
        Err(refused) => return cx.refuse(&refused, &|key| bench.source(key)),
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut told: HashSet<Diagnostic> = HashSet::new();
    for all in bench.check(&keys) {
        // A module that several files use reports once.
        found.extend(all.into_iter().filter(|d| told.insert(d.clone())));
    }
    let source: render::Source<'_> = &|key| bench.source(key);
    match args.format {
        CheckFormat::Human => output::print(&terminal::all(&found, source, cx.stdout())),
        CheckFormat::Json if args.ranges => {}
        CheckFormat::Json => output::line(&json::report(&found, source, keys.len())),
        CheckFormat::Sarif => output::line(&sarif::report(&found, source, cx.lang)),
        CheckFormat::Github => output::print(&github::report(&found, source, cx.lang)),
    }
    if args.ranges {
        let rules: Vec<_> =
            keys.iter().filter(|k| bench.is_rule(k)).filter_map(|k| Some((k, bench.program(k).ok()?))).collect();
        if args.format == CheckFormat::Json {
            let rules: Vec<_> = rules.iter().map(|(k, p)| ranges::json(k, p, source)).collect();
            output::line(&json::report_with_ranges(&found, source, keys.len(), rules));
        } else {
            rules.iter().for_each(|(k, p)| output::print(&ranges::text(k, p, source, cx.stdout())));
        }
    }
    output::note(&summary(cx, &found, keys.len()));
    Exit::of(&found)
}

fn summary(cx: &Context, found: &[Diagnostic], files: usize) -> String {
    let errors = found.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = found.len() - errors;
    let text = match (cx.lang, errors, warnings) {
        (footrule_diag::Lang::Zh, 0, 0) => format!("✓ {files} 个文件，没有发现问题"),
        (footrule_diag::Lang::Zh, ..) => format!("{files} 个文件：{errors} 个错误，{warnings} 个警告"),
        (footrule_diag::Lang::En, 0, 0) => format!("✓ {} checked, nothing found", render::count(files, "file")),
        (footrule_diag::Lang::En, ..) => format!(
            "{} checked: {}, {}",
            render::count(files, "file"),
            render::count(errors, "error"),
            render::count(warnings, "warning")
        ),
    };
    format!("{text}\n")
}
