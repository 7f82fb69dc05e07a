//! Tests in the source of a rule: inputs, an evaluation, expectations.
//!
//! Guarantees: a test passes only if every expectation holds and, unless it expects an error, the evaluation
//! succeeds. Every expectation that fails is a FR-R006 with the expected and the actual figure.

use crate::coverage::Recorder;
use crate::diagnose;
use crate::input::{InputDoc, Inputs, Request};
use crate::interp::Interp;
use crate::result::{self, MAX_DIGITS, Options, Outcome, ReportValue};
use crate::value::Value;
use footrule_diag::{Code, Diagnostic, Text, text};
use footrule_mir::{Const, Expect, Origin, PlaceId, ProductId, Program, ResultRef, TestInfo, UnitId};
use footrule_number::{Number, Ratio, sum};

use crate::result::assemble::origin_name;
use crate::show;

/// What a test came to.
#[derive(Debug, Clone)]
pub struct TestVerdict {
    /// All expectations hold.
    pub passed: bool,
    /// What does not hold (FR-R006), and the errors of an evaluation that should not have failed.
    pub failures: Vec<Diagnostic>,
    /// The result, if there is one.
    pub outcome: Option<Outcome>,
}

/// A figure expected: value, decimals written, tolerance, conversion, unit.
struct Figure<'a> {
    value: Number,
    decimals: u32,
    within: Option<Number>,
    scale: &'a Ratio,
    unit: UnitId,
}

/// Runs the test with this index. A test that does not exist fails. A recorder notes what the evaluation reaches; it
/// changes no verdict.
#[must_use]
pub fn run_test(program: &Program, test_index: usize, seen: Option<&Recorder>) -> TestVerdict {
    let Some(test) = program.tests.get(test_index) else {
        return TestVerdict { passed: false, failures: vec![no_such_test(test_index)], outcome: None };
    };
    let read = inputs(program, test, seen);
    let mut result = read.and_then(|i| result::run(program, &i, Options::default(), seen));
    let errors_expected: Vec<&str> = test
        .expects
        .iter()
        .filter_map(|(e, _)| match e {
            Expect::Error(code) => Some(code.as_str()),
            _ => None,
        })
        .collect();
    let mut failures = Vec::new();
    match &mut result {
        Err(errors) => {
            for (expect, place) in &test.expects {
                let Expect::Error(code) = expect else {
                    if !errors_expected.is_empty() {
                        failures.push(failed(program, *place, Text::new("没有结果", "there is no result")));
                    }
                    continue;
                };
                let wanted = Code::parse(code);
                if !errors.iter().any(|d| Some(d.code) == wanted) {
                    let found: Vec<&str> = errors.iter().map(|d| d.code.as_str()).collect();
                    let found = found.join(", ");
                    failures.push(failed(
                        program,
                        *place,
                        text!("应报 {code}，实为 {found}", "{code} is expected; {found} came"),
                    ));
                }
            }
            if errors_expected.is_empty() {
                failures.extend(errors.iter().cloned());
            }
        }
        Ok((outcome, it)) => {
            for (expect, place) in &test.expects {
                if let Err(message) = holds(program, outcome, it, expect) {
                    failures.push(failed(program, *place, message));
                }
            }
        }
    }
    TestVerdict { passed: failures.is_empty(), failures, outcome: result.ok().map(|(o, _)| o) }
}

/// The inputs of the test with this index, for an evaluation beside its verdict.
///
/// # Errors
/// What is wrong with them, as [`Inputs::read`] says it; a test that does not exist.
pub fn test_inputs(program: &Program, test_index: usize) -> Result<Inputs, Vec<Diagnostic>> {
    let test = program.tests.get(test_index).ok_or_else(|| vec![no_such_test(test_index)])?;
    inputs(program, test, None)
}

fn no_such_test(index: usize) -> Diagnostic {
    Diagnostic::new(Code::R006, text!("没有第 {index} 个测试", "there is no test {index}"))
}

fn failed(program: &Program, place: PlaceId, message: Text) -> Diagnostic {
    let label = Text::new("此期望不成立", "this expectation does not hold");
    diagnose::at(Diagnostic::new(Code::R006, message), program, place, label)
}

fn inputs(program: &Program, test: &TestInfo, seen: Option<&Recorder>) -> Result<Inputs, Vec<Diagnostic>> {
    let document = match &test.from {
        Some((key, text)) => Some(InputDoc::parse(key, text).map_err(|d| vec![d])?),
        None => None,
    };
    let request = Request {
        document: document.as_ref(),
        period: test.period,
        scenario: test.scenario.as_deref(),
        assignments: &test.sets,
        recorder: seen,
    };
    Inputs::read(program, request)
}

/// Whether an expectation on a result holds; else why not.
fn holds(program: &Program, outcome: &Outcome, it: &mut Interp<'_>, expect: &Expect) -> Result<(), Text> {
    match expect {
        Expect::Error(code) => {
            let totals = outcome.footprints.iter().map(|f| format!("{} {}", f.total.value, f.total.unit));
            let total = totals.collect::<Vec<_>>().join(", ");
            Err(text!("应报 {code}，却得到 {total}", "{code} is expected; the result is {total}"))
        }
        Expect::Warning(name) => {
            if outcome.warnings.iter().any(|w| w.name == *name) {
                return Ok(());
            }
            Err(text!("警告 {name} 没有出现", "warning {name} does not fire"))
        }
        Expect::Result { product, what, value, decimals, within, scale, unit } => {
            let (name, actual) = figure(program, outcome, *product, what)?;
            let figure = Figure { value: *value, decimals: *decimals, within: *within, scale, unit: *unit };
            compare(program, &name, actual, &figure)
        }
        Expect::Value { name, line, value, decimals, within, scale, unit } => {
            let actual = if *line { line_quantity(outcome, name)? } else { number(program, outcome, it, name)? };
            let figure = Figure { value: *value, decimals: *decimals, within: *within, scale, unit: *unit };
            compare(program, name, actual, &figure)
        }
        Expect::Constant { name, value } => {
            let report = outcome.reports.iter().find(|r| r.name.id == *name);
            let Some(report) = report else {
                return Err(text!("没有报告 {name}", "there is no report {name}"));
            };
            let expected = show::value(program, &crate::interp::constant(value), None);
            let (same, actual) = match (&report.value, value) {
                (ReportValue::Bool(b), Const::Bool(c)) => (b == c, b.to_string()),
                (ReportValue::Bool(b), _) => (false, b.to_string()),
                (ReportValue::Text(t), Const::Bool(_) | Const::Number(_)) => (false, t.clone()),
                (ReportValue::Text(t), _) => (*t == expected, t.clone()),
                (ReportValue::Figure(f), Const::Number(x)) => (f.unrounded == *x, f.unrounded.to_string()),
                (ReportValue::Figure(f), _) => (false, f.unrounded.to_string()),
            };
            if same {
                Ok(())
            } else {
                Err(text!("{name} 应为 {expected}，实为 {actual}", "{name}: {expected} is expected; it is {actual}"))
            }
        }
    }
}

fn compare(program: &Program, name: &str, actual: Number, figure: &Figure<'_>) -> Result<(), Text> {
    let unit = show::unit(program, figure.unit);
    let in_unit = actual.convert(*figure.scale);
    let in_unit = in_unit.map_err(|e| text!("{name}：{e}", "{name}: {e}"))?;
    let decimals = figure.decimals.min(MAX_DIGITS);
    let expected = figure.value.to_fixed(decimals.max(figure.value.scale()));
    match figure.within {
        None if in_unit.round_decimals(decimals) == figure.value => Ok(()),
        None => {
            let rounded = in_unit.to_fixed(decimals);
            Err(text!(
                "{name} 应为 {expected} {unit}，实为 {rounded}（未修约 {in_unit}）",
                "{name}: {expected} {unit} is expected; it is {rounded} (unrounded {in_unit})"
            ))
        }
        Some(within) => {
            let off = in_unit.sub(figure.value).map(Number::abs);
            if off.is_ok_and(|d| d <= within) {
                return Ok(());
            }
            Err(text!(
                "{name} 应为 {expected} ± {within} {unit}，实为 {in_unit}",
                "{name}: {expected} ± {within} {unit} is expected; it is {in_unit}"
            ))
        }
    }
}

fn figure(
    program: &Program,
    outcome: &Outcome,
    product: ProductId,
    what: &ResultRef,
) -> Result<(String, Number), Text> {
    let Some(outcome) = outcome.footprints.get(product.ix()) else {
        return Err(text!("没有此产品", "no such product"));
    };
    let all_lines = || outcome.lines.iter().chain(&outcome.apart);
    let missing = || Text::new("没有可评的贡献", "nothing contributes that could be rated");
    let quality = outcome.data_quality.as_ref();
    let (name, value) = match what {
        ResultRef::PrimaryShare => {
            ("primary_share".to_owned(), quality.and_then(|q| q.primary_share).ok_or_else(missing)?)
        }
        ResultRef::RatedShare => ("rated_share".to_owned(), quality.map(|q| q.rated).ok_or_else(missing)?),
        ResultRef::Dqr => ("dqr".to_owned(), quality.and_then(|q| q.unrounded).ok_or_else(missing)?),
        ResultRef::Total => ("total".to_owned(), outcome.total.unrounded),
        ResultRef::Also(i) => match outcome.also.get(*i as usize) {
            Some(also) => (format!("total ({})", also.total.unit), also.total.unrounded),
            None => return Err(text!("没有此单位", "no such unit")),
        },
        ResultRef::Stage(s) => {
            let stage = outcome.stages.get(s.ix()).ok_or_else(|| Text::new("没有此阶段", "no such stage"))?;
            (stage.name.id.clone(), stage.figure.unrounded)
        }
        ResultRef::Gas(g) => {
            let name = program.gases.get(g.ix()).map(|g| g.name.id.clone()).unwrap_or_default();
            let found = outcome.gases.iter().find(|g| g.name.as_ref().is_some_and(|n| n.id == name));
            let value = found.map(|g| g.figure.unrounded).unwrap_or_default();
            (name, value)
        }
        ResultRef::Origin(o) => {
            let found = outcome.origins.iter().find(|x| x.origin == *o);
            (origin(*o), found.map(|x| x.figure.unrounded).unwrap_or_default())
        }
        ResultRef::Lines(lines) => {
            let names: Vec<&str> =
                lines.iter().filter_map(|l| program.lines.get(l.ix())).map(|l| l.name.id.as_str()).collect();
            let values =
                names.iter().filter_map(|n| all_lines().find(|l| l.name.id == **n)).map(|l| l.figure.unrounded);
            let total = sum(values).map_err(|e| text!("{e}", "{e}"))?;
            (names.join(" + "), total)
        }
    };
    Ok((outcome.product.as_ref().map_or(name.clone(), |p| format!("{name}.{}", p.id)), value))
}

fn origin(o: Origin) -> String {
    origin_name(o).to_owned()
}

fn line_quantity(outcome: &Outcome, name: &str) -> Result<Number, Text> {
    let line = outcome.footprints.iter().flat_map(|f| f.lines.iter().chain(&f.apart)).find(|l| l.name.id == name);
    let Some(line) = line else {
        return Err(text!("没有行 {name}", "there is no line {name}"));
    };
    match &line.quantity {
        Some(q) => Ok(q.value),
        None if !line.applicable => Err(text!("行 {name} 不适用", "line {name} does not apply")),
        None => {
            Err(text!("行 {name} 含多种气体，没有单一数量", "line {name} is of several gases and has no one quantity"))
        }
    }
}

/// The unrounded value of a report, or the value of a definition.
fn number(program: &Program, outcome: &Outcome, it: &mut Interp<'_>, name: &str) -> Result<Number, Text> {
    match outcome.reports.iter().find(|r| r.name.id == name).map(|r| &r.value) {
        Some(ReportValue::Figure(f)) => return Ok(f.unrounded),
        Some(_) => return Err(text!("报告 {name} 不是数", "report {name} is no number")),
        None => {}
    }
    let Some(def) = program.defs.iter().find(|d| d.name.id == name) else {
        return Err(text!("没有报告或定义 {name}", "there is no report or definition {name}"));
    };
    match it.get(def.node).value {
        Value::Number(x) => Ok(x),
        Value::Split(s) => s.whole().map_err(|e| text!("{name}：{e}", "{name}: {e}")),
        Value::Err(_) => Err(text!("{name} 没有值", "{name} has no value")),
        _ => Err(text!("{name} 不是数", "{name} is no number")),
    }
}
