//! Answers that are taken back while they are computed.
//!
//! Guarantees: what is stopped leaves the session sound: what was finished before is kept, and the rest is computed when it is asked
//! for again. A stop concerns one handle of the database, not what it asks of other threads.

use crate::session::Session;
use salsa::{CancellationToken, Cancelled, Database as _};
use std::panic::{AssertUnwindSafe, resume_unwind};

/// Stops, from any thread, what a session runs in [`Session::stoppable`].
#[derive(Debug, Clone)]
pub struct Stop(CancellationToken);

impl Stop {
    /// What runs now ends at its next question to the database.
    pub fn now(&self) {
        self.0.cancel();
    }
}

/// What ran was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl Session {
    /// What stops this session.
    #[must_use]
    pub fn stop(&self) -> Stop {
        Stop(self.db().cancellation_token())
    }

    /// Runs what may be stopped. A stop that comes too late is forgotten at the end.
    ///
    /// # Errors
    /// If it was stopped.
    pub fn stoppable<T>(&self, run: impl FnOnce() -> T) -> Result<T, Stopped> {
        // Salsa forgets a stop where its outermost question ends: all of them are put inside one.
        salsa::attach(self.db(), || match Cancelled::catch(AssertUnwindSafe(run)) {
            Ok(done) => Ok(done),
            Err(Cancelled::Local) => Err(Stopped),
            Err(other) => resume_unwind(Box::new(other)),
        })
    }

    /// Ends here what was asked to stop: for work that asks the database nothing for long.
    pub fn breathe(&self) {
        self.db().unwind_if_revision_cancelled();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "flow coke\nconst a = 1 t{coke}\nconst b = a + nothing\n";

    #[test]
    fn what_is_stopped_can_be_asked_again() {
        let mut session = Session::new();
        session.load_std();
        session.add_source("/a.pcr", RULE);
        let stop = session.stop();
        let stopped = session.stoppable(|| {
            stop.now();
            session.check("/a.pcr")
        });
        assert_eq!(stopped, Err(Stopped));
        let found = session.stoppable(|| session.check("/a.pcr"));
        assert_eq!(found.map(|f| f.len()), Ok(session.check("/a.pcr").len()));
        // Too late, and before anything runs that asks: nothing later is stopped.
        let late = session.stoppable(|| {
            let found = session.check("/a.pcr");
            stop.now();
            found.len()
        });
        assert!(late.is_ok());
        assert!(!session.check("/a.pcr").is_empty());
    }
}
