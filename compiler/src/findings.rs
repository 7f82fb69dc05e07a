//! Everything that is to be said of a file, gathered from the queries.
//!
//! Bodies come first, each with what it reads before it; then the program and its ranges on one thread, lints on another. A
//! lint says nothing that an error makes doubtful, and the ranges are of programs without errors.

use crate::check::{body_of, definitions, value_type};
use crate::db::{Database, Db, Diag, SourceFile, all_items, parsed, resolve_place, split};
use crate::package::Level;
use crate::parallel::both;
use crate::sigs::sig;
use footrule_diag::{Diagnostic, FileSpan, Severity};
use footrule_mir::Program;
use std::sync::Arc;

/// All findings, sorted by place.
pub(crate) fn all(db: &Database, file: SourceFile) -> Vec<Diagnostic<FileSpan>> {
    found(db, file, true)
}

/// The program of a rule file.
///
/// # Errors
/// All errors of the file and of the modules that it uses, if there is one.
pub(crate) fn program(db: &Database, file: SourceFile) -> Result<Arc<Program>, Vec<Diagnostic<FileSpan>>> {
    let errors: Vec<_> = crate::names::reachable(db, file).iter().flat_map(|f| errors(db, *f)).collect();
    if errors.is_empty() { Ok(crate::lower::lower(db, file).program.clone()) } else { Err(errors) }
}

/// What is wrong with a file. Lints cost more than all the rest; they are errors only where its package says so.
fn errors(db: &Database, file: SourceFile) -> Vec<Diagnostic<FileSpan>> {
    let denied = file.package(db).is_some_and(|p| p.lints(db).values().any(|l| *l == Level::Deny));
    if !denied && !crate::lints::is_rule(db, file) {
        return module_errors(db, file).clone();
    }
    only_errors(found(db, file, denied))
}

/// What is wrong with a file without a rule, lints aside: every rule that uses it asks.
#[salsa::tracked(returns(ref))]
fn module_errors(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic<FileSpan>> {
    let Parts { mut diags, tables } = parts(db, file);
    diags.extend(tables);
    only_errors(placed(db, file, diags, Vec::new()))
}

fn only_errors(mut found: Vec<Diagnostic<FileSpan>>) -> Vec<Diagnostic<FileSpan>> {
    found.retain(|d| d.severity == Severity::Error);
    found
}

fn found(db: &Database, file: SourceFile, with_lints: bool) -> Vec<Diagnostic<FileSpan>> {
    let Parts { mut diags, tables } = parts(db, file);
    let refused = diags.iter().any(is_error);
    let unsound = refused || tables.iter().any(is_error) || split(db, file).errors.iter().any(is_error);
    let whole = |db: &Database| {
        if !crate::lints::is_rule(db, file) {
            return (Vec::new(), Vec::new());
        }
        let lowered = crate::lower::lower(db, file);
        // What only the whole rule shows is worth saying only if its parts are right.
        let told = |d: &&Diag| !refused || d.code.as_str().starts_with("FR-R");
        let diags: Vec<Diag> = lowered.diags.iter().filter(told).cloned().collect();
        let ranges = with_lints && !unsound && !diags.iter().any(is_error);
        (diags, if ranges { crate::ranges::always(&lowered.program) } else { Vec::new() })
    };
    let lints = |db: &Database| {
        let mut out = Vec::new();
        crate::lints::lints(db, file, &mut out);
        out
    };
    let ((lowered, ranges), lints) = if with_lints { both(db, whole, lints) } else { (whole(db), Vec::new()) };
    diags.extend(lowered);
    diags.extend(lints);
    diags.extend(tables);
    placed(db, file, diags, ranges)
}

/// What the statements of a file say, one by one and together.
struct Parts {
    diags: Vec<Diag>,
    /// Of the rows of tables: what a lint says of the whole is doubtful if one of them is wrong.
    tables: Vec<Diag>,
}

fn parts(db: &dyn Db, file: SourceFile) -> Parts {
    let mut diags = statements(db, file);
    crate::lints::structure(db, file, &mut diags);
    crate::cases::choices(db, file, &mut diags);
    let mut tables = Vec::new();
    crate::lints::rows(db, file, &mut tables);
    Parts { diags, tables }
}

/// Findings with their places in the file, those of its columns and brackets, and those of ranges; as severe as the package
/// wants them.
fn placed(
    db: &dyn Db,
    file: SourceFile,
    diags: Vec<Diag>,
    ranges: Vec<Diagnostic<FileSpan>>,
) -> Vec<Diagnostic<FileSpan>> {
    let mut out: Vec<Diagnostic<FileSpan>> =
        diags.into_iter().map(|d| d.map_place(|p| resolve_place(db, &p))).collect();
    let name = file.key(db).to_string();
    out.extend(
        split(db, file).errors.iter().cloned().map(|d| d.map_place(|span| FileSpan { file: name.clone(), span })),
    );
    out.extend(ranges);
    if let Some(package) = *file.package(db) {
        let lints = package.lints(db);
        let severity = |d: &Diagnostic<FileSpan>| crate::package::severity(lints, d.code, d.severity);
        out.retain(|d| severity(d).is_some());
        out.iter_mut().for_each(|d| d.severity = severity(d).unwrap_or(d.severity));
    }
    out.sort_by_key(|d| (d.primary.as_ref().map(|p| p.at.clone()), d.code));
    out.dedup();
    out
}

fn is_error<P>(d: &Diagnostic<P>) -> bool {
    d.severity == Severity::Error
}

/// What each statement says of itself.
fn statements(db: &dyn Db, file: SourceFile) -> Vec<Diag> {
    let mut out = Vec::new();
    // What others read comes first, so that no chain of definitions becomes a chain of calls.
    for item in &definitions(db, file).order {
        value_type(db, item.file, item.key.clone());
    }
    for item in all_items(db, file) {
        // What is wrong with the reading of a process is told once, of the whole.
        let unread = match item.key.process {
            None => parsed(db, file, item.key.clone()).errors.as_slice(),
            Some(_) => &[],
        };
        out.extend(unread.iter().cloned().map(|d| d.map_place(|s| item.at(s))));
        out.extend(sig(db, item).diags.iter().cloned());
        out.extend(body_of(db, item).diags.iter().cloned());
    }
    out
}
