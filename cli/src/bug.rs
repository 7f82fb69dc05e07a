//! Bugs of ours: a panic becomes a report with version, phase and address, and exit code 70.

use crate::exit::Exit;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

thread_local! {
    static PHASE: Cell<&'static str> = const { Cell::new("start") };
}

/// Says what is being done, for the report of a panic.
pub fn phase(name: &'static str) {
    PHASE.set(name);
}

/// Runs the program; a panic ends with a report instead of a backtrace.
pub fn guard(run: impl FnOnce() -> Exit) -> Exit {
    panic::set_hook(Box::new(report));
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or(Exit::Bug)
}

fn report(info: &PanicHookInfo<'_>) {
    // A damaged file; the reader says so.
    if footrule_batch::reading() {
        return;
    }
    let message = info.payload().downcast_ref::<&str>().copied();
    let message = message.or_else(|| info.payload().downcast_ref::<String>().map(String::as_str)).unwrap_or("panic");
    let place = info.location().map_or_else(String::new, |l| format!(" ({}:{})", l.file(), l.line()));
    let (version, phase) = (env!("CARGO_PKG_VERSION"), PHASE.get());
    eprintln!("FR-C005 Footrule 的程序缺陷 · a bug of Footrule, not of the rule or the data");
    eprintln!("  {message}{place}");
    eprintln!("  footrule {version}, {}, phase: {phase}", std::env::consts::OS);
    eprintln!(
        "  请把以上内容与触发它的规则文件一并报告 · please report the lines above with the rule that triggers it"
    );
    if std::env::var_os("RUST_BACKTRACE").is_some() {
        eprintln!("{}", std::backtrace::Backtrace::force_capture());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_bug_of_ours_and_not_a_crash() {
        // FR-C005: reported, exit code 70.
        assert_eq!(guard(|| panic!("no such thing")), Exit::Bug);
    }
}
