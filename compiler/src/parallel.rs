//! Questions to the database on several threads: each has a handle of its own, and what one computes all others know.
//!
//! Queries themselves start no threads: one that waits for another never waits for itself.

use crate::db::Database;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{LazyLock, Mutex};

/// Threads with as much stack as a process has for its first; none where none can be had.
static THREADS: LazyLock<Option<ThreadPool>> =
    LazyLock::new(|| ThreadPoolBuilder::new().stack_size(8 << 20).build().ok());

/// Asks the same of many; the answers in the order of the questions.
pub(crate) fn each<I: Sync, T: Send>(db: &Database, of: &[I], ask: impl Fn(&Database, &I) -> T + Sync) -> Vec<T> {
    let Some(threads) = &*THREADS else { return of.iter().map(|one| ask(db, one)).collect() };
    let handles = Mutex::new(db.clone());
    // A handle can be given to a thread, but not be shared.
    let handle = || handles.lock().map_or_else(|e| e.into_inner().clone(), |db| db.clone());
    threads.install(|| of.par_iter().map_init(handle, |db, one| ask(db, one)).collect())
}

/// Asks two questions at the same time.
pub(crate) fn both<A: Send, B: Send>(
    db: &Database,
    one: impl FnOnce(&Database) -> A + Send,
    other: impl FnOnce(&Database) -> B + Send,
) -> (A, B) {
    let Some(threads) = &*THREADS else { return (one(db), other(db)) };
    let (first, second) = (db.clone(), db.clone());
    threads.install(move || rayon::join(move || one(&first), move || other(&second)))
}
