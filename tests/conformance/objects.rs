//! Every rule of the library as an object file: how many there are, and why the others are none.

use footrule_compiler::Session;
use footrule_embed::{Fixed, NoObject, ObjectOptions, Rule};
use footrule_mir::{Day, Op};
use footrule_tests::fuzz::library;
use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Built {
    /// All its figures.
    Whole,
    /// Its total alone.
    Total(String),
    /// None.
    Nothing(String),
}

/// Builds every rule of the library; the page on native evaluation says how many are objects.
pub fn of_the_library() -> Result<(), String> {
    let keys: Vec<String> = library().rules().into_iter().map(|r| r.key).collect();
    let next = AtomicUsize::new(0);
    let all: Mutex<BTreeMap<String, Built>> = Mutex::default();
    let work = || -> Result<(), String> {
        let s = library();
        while let Some(key) = keys.get(next.fetch_add(1, Ordering::Relaxed)) {
            let built = build(&s, key).map_err(|e| format!("{key}: {e}"))?;
            all.lock().map_err(|_| "a panic")?.insert(key.clone(), built);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..2).filter_map(|_| thread::Builder::new().stack_size(1 << 28).spawn_scoped(scope, work).ok()).collect();
        threads.into_iter().try_for_each(|t| t.join().map_err(|_| "a panic".to_owned())?)
    })?;
    let all = all.into_inner().map_err(|_| "a panic")?;
    for (key, built) in all.iter().filter(|(_, b)| **b != Built::Whole) {
        println!("{key}: {built:?}");
    }
    let count = |f: fn(&Built) -> bool| all.values().filter(|b| f(b)).count();
    let whole = count(|b| *b == Built::Whole);
    let total = count(|b| matches!(b, Built::Total(_)));
    println!("objects: {whole} of {} rules with all figures, {total} more with their total", all.len());
    let page = fs::read_to_string(crate::root().join("docs/native.md")).map_err(|e| e.to_string())?;
    let said = format!("{whole} of the {} rules of the library", all.len());
    if page.contains(&said) { Ok(()) } else { Err(format!("docs/native.md does not say “{said}”")) }
}

fn build(s: &Session, key: &str) -> Result<Built, String> {
    let program = s.program(key).map_err(|e| format!("{e:?}"))?;
    // The period of the rule's own cases.
    let show = |(y, m, d): Day| format!("{y:04}-{m:02}-{d:02}");
    let known = program.tests.iter().find_map(|t| t.period).map(|(a, b)| format!("{}/{}", show(a), show(b)));
    let reads = program.nodes.iter().any(|n| matches!(n.op, Op::Period));
    let period = reads.then(|| known.unwrap_or_else(|| "2025".to_owned()));
    let rule = Rule::new(program);
    let object = |figures: Option<Vec<String>>| {
        let fixed = Fixed { period: period.clone(), figures, ..Fixed::default() };
        rule.object(&ObjectOptions { fixed, ..ObjectOptions::default() })
    };
    let why = match object(None) {
        Ok(object) => {
            let whole = !object.bytes.is_empty() && object.header.contains(&object.symbol);
            return if whole { Ok(Built::Whole) } else { Err("an empty object".into()) };
        }
        // It is for a caller to name other options.
        Err(NoObject::Option(why)) => return Err(why),
        Err(why) => why.to_string(),
    };
    match object(Some(vec!["total".to_owned()])) {
        Ok(_) => Ok(Built::Total(why)),
        Err(_) => Ok(Built::Nothing(why)),
    }
}
