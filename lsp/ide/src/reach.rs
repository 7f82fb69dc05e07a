//! How far the tests of a rule reach: for each clause, how many tests evaluate a statement of it.
//!
//! What counts is the run time's (`footrule test --coverage`). Guarantees: of the text that the session holds now; what was found
//! before is given again as long as the program is the same. Must not: judge.

use footrule_compiler::Session;
use footrule_mir::Program;
use footrule_runtime::{Coverage, Recorder, run_test};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the tests of a rule reach.
#[derive(Debug)]
pub struct Reach {
    program: Arc<Program>,
    /// How many tests the rule has.
    pub tests: usize,
    /// By clause.
    pub clauses: BTreeMap<String, ClauseReach>,
}

/// How far tests reach into a clause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClauseReach {
    /// Tests that evaluate at least one of its statements.
    pub tests: usize,
    /// Its statements.
    pub statements: usize,
    /// Those that at least one test evaluates.
    pub covered: usize,
}

/// What the tests of a rule reach; `kept` is what was found last. `None` if the rule does not compile.
#[must_use]
pub fn reach(session: &Session, key: &str, kept: Option<Arc<Reach>>) -> Option<Arc<Reach>> {
    let program = session.program(key).ok()?;
    if let Some(kept) = kept.filter(|k| Arc::ptr_eq(&k.program, &program)) {
        return Some(kept);
    }
    let tests = program.tests.len();
    let mut clauses: BTreeMap<String, ClauseReach> = BTreeMap::new();
    // The statements with a clause; a program lists them in the same order every time.
    let mut reached: Vec<(String, bool)> = statements(&program, &Recorder::new(&program), key);
    for test in 0..tests {
        session.breathe();
        let seen = Recorder::new(&program);
        // Whether what it expects holds is another question.
        let _ = run_test(&program, test, Some(&seen));
        let now = statements(&program, &seen, key);
        reached.iter_mut().zip(&now).for_each(|(all, one)| all.1 |= one.1);
        let by_this: BTreeSet<String> = now.into_iter().filter(|(_, covered)| *covered).map(|(c, _)| c).collect();
        by_this.into_iter().for_each(|clause| clauses.entry(clause).or_default().tests += 1);
    }
    for (clause, covered) in reached {
        let of = clauses.entry(clause).or_default();
        of.statements += 1;
        of.covered += usize::from(covered);
    }
    Some(Arc::new(Reach { program, tests, clauses }))
}

/// The clauses of the statements that have one, and whether each was evaluated.
fn statements(program: &Program, seen: &Recorder, key: &str) -> Vec<(String, bool)> {
    let all = Coverage::of(program, seen, key).statements.into_iter();
    all.filter(|p| !p.clause.is_empty()).map(|p| (p.clause, p.covered)).collect()
}
