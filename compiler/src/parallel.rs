//! Questions to the database on several threads: each has a handle of its own, and what one computes all others know.

use crate::db::Database;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, ScopedJoinHandle, available_parallelism, scope};

/// Stack of a thread, in bytes: as much as a process has for its first.
const STACK: usize = 8 << 20;

/// Asks the same of many, on as many threads as the machine has; the answers in the order of the questions.
pub(crate) fn each<I: Sync, T: Send>(db: &Database, of: &[I], ask: impl Fn(&Database, &I) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = |db: Database| {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = of.get(at) else { return done };
            done.push((at, ask(&db, one)));
        }
    };
    let others = available_parallelism().map_or(1, usize::from).min(of.len()).saturating_sub(1);
    let mut done = scope(|s| {
        let spawned: Vec<_> = (0..others)
            .filter_map(|_| {
                let db = db.clone();
                // A thread that cannot be had is work for the others.
                Builder::new().stack_size(STACK).spawn_scoped(s, || work(db)).ok()
            })
            .collect();
        let mut done = work(db.clone());
        spawned.into_iter().for_each(|t| done.extend(answer(t)));
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, t)| t).collect()
}

/// Asks two questions at the same time.
pub(crate) fn both<A: Send, B>(
    db: &Database,
    one: impl Fn(&Database) -> A + Sync,
    other: impl FnOnce(&Database) -> B,
) -> (A, B) {
    scope(|s| {
        let (handle, one) = (db.clone(), &one);
        let thread = Builder::new().stack_size(STACK).spawn_scoped(s, move || one(&handle));
        let b = other(db);
        // Without a thread, one after the other.
        (thread.map_or_else(|_| one(db), answer), b)
    })
}

fn answer<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
