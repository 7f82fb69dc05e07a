//! A rule evaluated on one of its tests or on given data.
//!
//! Guarantees: the evaluation is the reference's, of the text that the session holds now; nothing is kept from one question
//! to the next but what the session keeps itself. What is wrong with a rule that this one does not use does not matter. Must
//! not: decide anything about a value; that is the run time's.

use crate::at::statements;
use crate::hover::Called;
use footrule_compiler::Session;
use footrule_compiler::db::Item;
use footrule_diag::{Diagnostic, FileSpan, Span, Text, text};
use footrule_mir::Program;
use footrule_runtime::{
    Explain, ExplainKind, Inputs, NamedValue, Options, Outcome, ValueKind, evaluate, run_test, test_inputs,
};
use footrule_syntax::ast::{Stmt, TestEntry};

/// What a rule is evaluated on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data<'a> {
    /// One of its tests, by a label or as `#1`.
    Test(&'a str),
    /// Input data: the name under which findings point at it, and its JSON text.
    Json(&'a str, &'a str),
}

/// A `test` of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCase {
    /// Its name: a label, else `#` and its number from 1.
    pub name: String,
    /// Its labels.
    pub labels: Text,
    /// The statement.
    pub at: FileSpan,
    /// It expects an error, and so no result.
    pub expects_error: bool,
}

/// What a test came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRun {
    /// Which.
    pub case: TestCase,
    /// Everything that it expects holds.
    pub passed: bool,
    /// What does not hold; what is wrong with the rule, if it does not compile.
    pub failures: Vec<Diagnostic>,
}

/// One evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// What the test came to, if the data are a test's.
    pub test: Option<TestRun>,
    /// Why there is no result.
    pub refused: Vec<Diagnostic>,
    /// The result, with its derivation.
    pub outcome: Option<Outcome>,
    /// The value of every name that has one, also where there is no result.
    pub values: Vec<NamedValue>,
}

/// Why nothing was evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotEvaluated {
    /// The file of this key is no rule.
    NoRule(String),
    /// The rule has no test of this name.
    NoTest(String),
}

impl NotEvaluated {
    /// Words for the user, with files as they are called.
    #[must_use]
    pub fn said(&self, called: Called<'_>) -> Text {
        match self {
            Self::NoRule(key) => {
                let file = called(key);
                text!("`{file}` 不是规则", "`{file}` is no rule")
            }
            Self::NoTest(name) => text!("没有测试“{name}”", "there is no test `{name}`"),
        }
    }
}

/// The tests of a file in order of text, also of one that does not compile.
#[must_use]
pub fn tests(session: &Session, key: &str) -> Vec<TestCase> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let mut out = Vec::new();
    for at in statements(session, file) {
        let Some(Stmt::Test(test)) = at.item.ast(session.db()).map(|a| &a.stmt) else { continue };
        let labels = test.labels.clone();
        let label = if labels.en.is_empty() { &labels.zh } else { &labels.en };
        let name = if label.is_empty() { format!("#{}", out.len() + 1) } else { label.clone() };
        let end = u32::try_from(at.text.trim_end().len()).unwrap_or(u32::MAX);
        let expects_error = test.entries.iter().any(|(e, _)| matches!(e, TestEntry::Error(_)));
        out.push(TestCase { name, labels, at: at.absolute(session, Span::new(0, end)), expects_error });
    }
    out
}

/// Runs a test of a rule.
///
/// # Errors
/// If there is no such rule or test.
pub fn test(session: &Session, key: &str, name: &str) -> Result<TestRun, NotEvaluated> {
    let (ix, case) = find(session, key, name)?;
    Ok(match session.program(key) {
        Ok(program) => verdict(&program, ix, case),
        Err(failures) => TestRun { case, passed: false, failures },
    })
}

/// Evaluates a rule, with its derivation.
///
/// # Errors
/// If there is no such rule or test. What is wrong with the rule or the data is part of the evaluation.
pub fn evaluation(session: &Session, key: &str, data: Data<'_>) -> Result<Evaluation, NotEvaluated> {
    let asked = match data {
        Data::Test(name) => Some(find(session, key, name)?),
        Data::Json(..) => {
            is_rule(session, key)?;
            None
        }
    };
    let program = match session.program(key) {
        Ok(program) => program,
        Err(refused) => {
            let test = asked.map(|(_, case)| TestRun { case, passed: false, failures: refused.clone() });
            return Ok(Evaluation { test, refused, outcome: None, values: Vec::new() });
        }
    };
    let inputs = match (&asked, data) {
        (Some((ix, _)), _) => test_inputs(&program, *ix),
        (None, Data::Json(name, text)) => Inputs::from_json(&program, name, text),
        (None, Data::Test(_)) => Err(Vec::new()),
    };
    let test = asked.map(|(ix, case)| verdict(&program, ix, case));
    let inputs = match inputs {
        Ok(inputs) => inputs,
        Err(refused) => return Ok(Evaluation { test, refused, outcome: None, values: Vec::new() }),
    };
    let values = footrule_runtime::values(&program, &inputs);
    let (outcome, refused) = match evaluate(&program, &inputs, Options { explain: true }) {
        Ok(mut outcome) => {
            outcome.explain.iter_mut().for_each(|tree| stage_places(session, key, tree));
            (Some(outcome), Vec::new())
        }
        Err(refused) => (None, refused),
    };
    Ok(Evaluation { test, refused, outcome, values })
}

/// The test next to a declaration, and what the declaration is worth in it: several values if it stands in a process that
/// is included several times. Where its own file has no tests, those of the file that names it, next to the place where it does.
#[must_use]
pub fn in_nearest_test(session: &Session, item: &Item, named: &FileSpan) -> Option<(TestCase, Vec<NamedValue>)> {
    let db = session.db();
    let own = footrule_compiler::db::resolve_place(db, &item.name_place(db));
    let wanted = own.file.clone();
    let (near, here) = [own, named.clone()].into_iter().find_map(|at| {
        let tests = tests(session, &at.file);
        (!tests.is_empty() && session.is_rule(&at.file)).then_some((tests, at))
    })?;
    let mut near: Vec<(usize, TestCase)> = near.into_iter().enumerate().collect();
    let program = session.program(&here.file).ok()?;
    near.sort_by_key(|(_, t)| (t.expects_error, t.at.span.start.abs_diff(here.span.start)));
    let param = item.key.keyword == "param";
    near.into_iter().find_map(|(ix, case)| {
        let inputs = test_inputs(&program, ix).ok()?;
        let mut values = footrule_runtime::values(&program, &inputs);
        let is = |v: &NamedValue| {
            names(&v.name.id, item.name())
                && v.place.as_ref().is_none_or(|p| p.file == wanted)
                && param == (v.kind == ValueKind::Parameter)
        };
        values.retain(is);
        (!values.is_empty()).then_some((case, values))
    })
}

/// True if a name of the program is that of a declaration: as it is, or behind that of an included process.
fn names(of: &str, declared: &str) -> bool {
    of.strip_suffix(declared).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn is_rule(session: &Session, key: &str) -> Result<(), NotEvaluated> {
    if session.is_rule(key) {
        return Ok(());
    }
    Err(NotEvaluated::NoRule(key.to_owned()))
}

fn find(session: &Session, key: &str, name: &str) -> Result<(usize, TestCase), NotEvaluated> {
    is_rule(session, key)?;
    let fits = |ix: usize, t: &TestCase| {
        [t.labels.zh.as_str(), t.labels.en.as_str()].contains(&name) || format!("#{}", ix + 1) == name
    };
    let found = tests(session, key).into_iter().enumerate().find(|(ix, t)| fits(*ix, t));
    found.ok_or_else(|| NotEvaluated::NoTest(name.to_owned()))
}

fn verdict(program: &Program, ix: usize, case: TestCase) -> TestRun {
    let found = run_test(program, ix, None);
    TestRun { case, passed: found.passed, failures: found.failures }
}

/// Stages have no place in a program: that of their declaration in the rule, or none.
fn stage_places(session: &Session, key: &str, tree: &mut Explain) {
    let Some(file) = session.file(key) else { return };
    let db = session.db();
    let stage = |id: &str| {
        let found = statements(session, file).find(|s| s.item.key.keyword == "stage" && s.item.name() == id)?;
        Some(footrule_compiler::db::resolve_place(db, &found.item.name_place(db)))
    };
    let totals = if tree.kind == ExplainKind::Rule { tree.children.iter_mut().collect() } else { vec![tree] };
    for node in totals.into_iter().flat_map(|t| &mut t.children).filter(|n| n.kind == ExplainKind::Stage) {
        node.place = stage(&node.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_runtime::Shown;

    const RULE: &str = r#"rule furnace
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{metal} of production
round 1 decimals in kg{CO2e}/t{metal}
use std.gas
flow metal
flow coke
stage making
source book { title "An illustrative source" }
input production: t{metal}
input charge: t{coke}
test en "small" { production = 1 t{metal}; charge = 2 t{coke} }
test en "refused" { production = 0 t{metal}; charge = 5 t{coke}; expect error FR-E001 }
process fire(s: stage) {
    input coke_used: t{coke}
    let burnt = coke_used / 2
    emission flue in s = burnt * factor
}
const factor = 3 t{CO2}/t{coke} source book
include fire as left in making { coke_used = charge }
include fire as right in making { coke_used = charge * 3 }
let spare = charge * 10
test en "large" { production = 1 t{metal}; charge = 4 t{coke} }
"#;

    fn session(text: &str) -> Session {
        let mut s = Session::new();
        s.load_std();
        s.add_source("furnace.pcr", text);
        s
    }

    fn nearest(session: &Session, name: &str) -> Option<(String, Vec<(String, String)>)> {
        let file = session.file("furnace.pcr")?;
        let item = statements(session, file).find(|s| s.item.name() == name)?.item.clone();
        let named = FileSpan { file: "furnace.pcr".to_owned(), span: Span::new(0, 0) };
        let (case, values) = in_nearest_test(session, &item, &named)?;
        let said = |v: &NamedValue| match &v.value {
            Shown::Quantity(q) => (v.name.id.clone(), format!("{} {}", q.value, q.unit)),
            other => (v.name.id.clone(), format!("{other:?}")),
        };
        Some((case.name, values.iter().map(said).collect()))
    }

    #[test]
    fn a_name_has_its_value_in_the_test_that_stands_nearest() {
        let s = session(RULE);
        assert_eq!(s.program("furnace.pcr").err(), None);
        let one = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(nearest(&s, "spare"), Some(("large".to_owned(), vec![one("spare", "40 t{coke}")])));
        assert_eq!(nearest(&s, "charge"), Some(("small".to_owned(), vec![one("charge", "2 t{coke}")])));
        assert_eq!(nearest(&s, "factor"), Some(("large".to_owned(), vec![one("factor", "3 t{CO2}/t{coke}")])));
        // One value for each include; the test that expects an error comes last, however near it is.
        let each = vec![one("left.burnt", "1 t{coke}"), one("right.burnt", "3 t{coke}")];
        assert_eq!(nearest(&s, "burnt"), Some(("small".to_owned(), each)));
        assert_eq!(nearest(&s, "making"), None);
    }

    #[test]
    fn a_value_does_not_wait_for_the_rest_of_the_rule() {
        let s = session(RULE);
        let found = evaluation(&s, "furnace.pcr", Data::Test("refused"));
        let found = found.unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!((found.outcome, found.refused.len()), (None, 1));
        let spare = found.values.iter().find(|v| v.name.id == "spare").map(|v| v.value.clone());
        assert!(matches!(spare, Some(Shown::Quantity(q)) if q.value.to_string() == "50"));
        assert!(found.values.iter().all(|v| v.kind != footrule_runtime::ValueKind::Line));
    }

    #[test]
    fn tests_are_known_where_the_rule_is_broken() {
        let s = session(&RULE.replace("charge * 10", "charg * 10 +"));
        let names: Vec<String> = tests(&s, "furnace.pcr").into_iter().map(|t| t.name).collect();
        assert_eq!(names, ["small", "refused", "large"]);
        assert_eq!(nearest(&s, "burnt"), None);
        let run = test(&s, "furnace.pcr", "large").unwrap_or_else(|e| panic!("{e:?}"));
        assert!(!run.passed && !run.failures.is_empty());
    }
}
