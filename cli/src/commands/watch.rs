//! `footrule test --watch`: the tests again whenever a file changes, until Ctrl-C.
//!
//! Modification times are asked for; that works on every file system, and a rule has few files. Folders are listed
//! anew each time, so new files count. A file that was written while it was being read counts as changed.

use super::Context;
use super::test::{self, Round};
use crate::args::Test;
use crate::{output, session};
use std::collections::BTreeMap;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// How often files are looked at.
const EVERY: Duration = Duration::from_millis(300);
/// Editors write in several steps; the tests wait for the last.
const SETTLE: Duration = Duration::from_millis(50);

/// File systems stamp with a clock that may lag behind by a tick; less than [`SETTLE`], so nothing runs for ever.
const CLOCK: Duration = Duration::from_millis(20);

/// When a file was last written and how long it is; `None` if it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// Runs the tests for ever.
pub fn run(cx: &Context, args: &Test) -> ! {
    loop {
        let started = SystemTime::now() - CLOCK;
        let round: Round = test::round(cx, args);
        let mut before = stamps(&args.paths, &round.files);
        before.retain(|_, s| s.is_none_or(|(written, _)| written < started));
        let known = before.values().flatten().count();
        output::note(&match cx.lang {
            footrule_diag::Lang::Zh => format!("正在监视 {known} 个文件，Ctrl-C 结束\n"),
            footrule_diag::Lang::En => {
                format!("watching {}, Ctrl-C ends\n", crate::render::count(known, "file"))
            }
        });
        let changed = loop {
            sleep(EVERY);
            let now = stamps(&args.paths, &round.files);
            if now != before {
                break first_difference(&before, &now);
            }
        };
        sleep(SETTLE);
        output::note(&format!("\n{} {changed}\n", cx.word("已改动：", "changed:")));
    }
}

/// The files named in the call, those below its folders, and those that they use.
fn stamps(paths: &[String], used: &[String]) -> BTreeMap<String, Stamp> {
    let mut files: Vec<String> = used.to_vec();
    for path in session::asked(paths) {
        files.extend(session::files_of(&path));
    }
    files.into_iter().map(|file| (session::shown(&file), stamp(&file))).collect()
}

fn stamp(file: &str) -> Stamp {
    let data = std::fs::metadata(Path::new(file)).ok()?;
    Some((data.modified().ok()?, data.len()))
}

fn first_difference(before: &BTreeMap<String, Stamp>, now: &BTreeMap<String, Stamp>) -> String {
    let differs = |(file, stamp): &(&String, &Stamp)| before.get(*file) != Some(stamp);
    let gone = || before.keys().find(|f| !now.contains_key(*f));
    now.iter().find(differs).map(|(file, _)| file).or_else(gone).cloned().unwrap_or_default()
}
