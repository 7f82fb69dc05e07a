//! The one test binary of the suite: literate cases, the library's own tests, and whole-repository checks.

mod differential;
mod formatting;
mod hostile;
mod invariance;
mod limits;
mod native;
mod native_constructs;
mod native_edges;
mod objects;
mod operations;
mod properties;
mod ranges;
mod repository;
mod upstream;

use footrule_tests::case::read;
use libtest_mimic::{Arguments, Trial};
use std::path::{Path, PathBuf};
use std::{fs, thread};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Markdown files of a folder, sorted.
fn pages(folder: &str) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = fs::read_dir(root().join(folder))
        .map(|d| {
            d.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|e| e == "md")).collect()
        })
        .unwrap_or_default();
    out.sort();
    out
}

fn literate(folder: &str, trials: &mut Vec<Trial>) {
    for page in pages(folder) {
        let name = format!("{folder}/{}", page.file_name().unwrap_or_default().to_string_lossy());
        let text = fs::read_to_string(&page).unwrap_or_default();
        for case in read(&name, &text) {
            trials.push(Trial::test(case.name.clone(), move || in_big_stack(move || footrule_tests::run::run(&case))));
        }
    }
}

/// Checks recurse over definitions; the command line gives them the same stack.
fn in_big_stack(f: impl FnOnce() -> Result<(), String> + Send + 'static) -> Result<(), libtest_mimic::Failed> {
    let handle = thread::Builder::new().stack_size(1 << 30).spawn(f).map_err(|e| e.to_string())?;
    match handle.join() {
        Ok(r) => r.map_err(Into::into),
        Err(_) => Err("panic".into()),
    }
}

fn main() {
    let args = Arguments::from_args();
    let mut trials = Vec::new();
    literate("tests/spec", &mut trials);
    literate("tests/published", &mut trials);
    literate("docs/diagnostics", &mut trials);
    literate("docs/reference", &mut trials);
    literate("docs/tutorial", &mut trials);
    type Check = fn() -> Result<(), String>;
    let whole: &[(&str, Check)] = &[
        ("a million evaluations agree with the reference", differential::agree),
        ("limits: no leak over ten thousand kernels", limits::no_leak),
        ("limits: a million items", limits::a_million_items),
        ("limits: a long table", limits::a_long_table),
        ("limits: size and depth", limits::size_and_depth),
        ("operations by every evaluator", operations::pages),
        ("every operation has a page", operations::every_operation_has_a_page),
        ("a sabotaged evaluator is caught", differential::sabotage),
        ("layers", repository::layers),
        ("native evaluators agree with the reference on the library", native::library),
        ("every rule of the library as an object", objects::of_the_library),
        ("native evaluators understand each construct", native_constructs::constructs),
        ("a bound that is too small is caught", native::edges),
        ("each kind of error next to an edge", native_edges::edges),
        ("exact decimals on an edge are decided", native_edges::exactly),
        ("quotients on a tie are decided", native_edges::ties),
        ("columns that do not fit are not read", native::misfits),
        ("standard library", repository::standard_library),
        ("examples", repository::examples),
        ("order is unobservable", invariance::order_is_unobservable),
        ("names are unobservable", invariance::names_are_unobservable),
        ("shares sum to one", properties::shares_sum_to_one),
        ("units convert back", properties::units_convert_back),
        ("every code is tested", repository::every_code_is_tested),
        ("every code is listed", repository::every_code_is_listed),
        ("robust", repository::robust),
        ("the library's meaning survives fmt", formatting::library_keeps_its_meaning),
        ("the suite's meaning survives fmt", formatting::suite_keeps_its_meaning),
        ("small files", repository::small_files),
        ("hostile edits", hostile::edits),
        ("hostile layouts", hostile::layouts),
        ("large texts", hostile::large_texts),
        ("work grows with the text", hostile::work_is_in_proportion),
        ("one style", formatting::one_style),
        ("ranges of the library are sound", ranges::library_is_sound),
        ("ranges of the suite are sound", ranges::suite_is_sound),
        ("a wrong range is caught", ranges::sabotage_is_caught),
    ];
    for &(name, check) in whole {
        trials.push(Trial::test(format!("repository :: {name}"), move || in_big_stack(check)));
    }
    libtest_mimic::run(&args, trials).exit();
}
