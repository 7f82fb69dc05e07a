//! Hostile texts: fixed seeds of what the fuzz targets do, and large texts. None panics, hangs or takes the square of
//! its length.

use footrule_compiler::Session;
use footrule_compiler::db::QueryLog;
use footrule_syntax::format::{Options, format};
use footrule_tests::fuzz::{self, big};
use std::fs;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::root;

/// Hostile edits of the library's rules, with fixed seeds: no panic, places in the text, incremental equals cold.
pub fn edits() -> Result<(), String> {
    let rules = ["std:cement", "std:lithium_ion_battery", "std:primary_aluminium", "std:electricity"];
    for (i, key) in rules.into_iter().enumerate() {
        let (_, text) = footrule_stdlib::FILES.iter().find(|(k, _)| *k == key).ok_or(key)?;
        fuzz::run(text, 42 + i as u64, 60).map_err(|e| format!("{key}: {e}"))?;
    }
    Ok(())
}

/// Splitter and formatter on hostile pieces of every rule and module, and of literate pages.
pub fn layouts() -> Result<(), String> {
    let mut accepted = 0;
    let mut seed = 1;
    for (key, text) in footrule_stdlib::sources() {
        seed += 1;
        accepted += fuzz::run_layout(text, false, seed, 20).map_err(|e| format!("{key}: {e}"))?;
    }
    for page in ["docs/reference/examples/steel.pcr.md", "docs/tutorial/zh.md", "tests/published/lime.md"] {
        seed += 1;
        let text = fs::read_to_string(root().join(page)).map_err(|e| e.to_string())?;
        accepted += fuzz::run_layout(&text, true, seed, 60).map_err(|e| format!("{page}: {e}"))?;
    }
    if accepted > 100 { Ok(()) } else { Err(format!("only {accepted} pieces were formatted")) }
}

/// Long enough that only what would never end takes longer, however busy the machine is.
const NEVER: Duration = Duration::from_secs(300);

/// Checks and formats each large text; ends at the first that does not end.
pub fn large_texts() -> Result<(), String> {
    for &(name, make, size) in big::CASES {
        let (told, answer) = mpsc::channel();
        let work = move || {
            let text = make(size);
            let mut session = Session::new();
            let found = fuzz::survives(&mut session, &text);
            // Refused or not: it ends.
            let _ = format(&text, false, Options { keywords: None });
            let _ = told.send(found.map(|_| ()));
        };
        thread::Builder::new().stack_size(1 << 28).spawn(work).map_err(|e| e.to_string())?;
        match answer.recv_timeout(NEVER) {
            Ok(ended) => ended.map_err(|e| format!("{name}: {e}"))?,
            Err(mpsc::RecvTimeoutError::Timeout) => return Err(format!("{name}: does not end")),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(format!("{name}: panics")),
        }
    }
    Ok(())
}

/// Of a text four times as long, the compiler asks itself four times as many questions.
pub fn work_is_in_proportion() -> Result<(), String> {
    let asked = |make: big::Make, size: usize| {
        let mut session = Session::with_log(Some(QueryLog::default()));
        let _ = fuzz::survives(&mut session, &make(size));
        session.take_log().len()
    };
    for &(name, make, _) in big::CASES {
        let (small, large) = (asked(make, 2_000), asked(make, 8_000));
        if large > 5 * small + 100 {
            return Err(format!("{name}: {small} queries become {large}"));
        }
    }
    Ok(())
}
