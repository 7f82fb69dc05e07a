//! The incrementality contract: which queries run after an edit.

use footrule_compiler::Session;
use footrule_compiler::db::QueryLog;

const RULE: &str = "rule r zh \"例\" en \"example\"
version 0.1.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{Al} of production
round 1 decimals in kg{CO2e}/t{Al}
use std.gas
flow Al
stage making zh \"生产\" en \"production\"
input production: t{Al} where > 0
let rate = 5 kg{CO2}/t{Al}
let other = 2 kg{CO2}/t{Al}
emission direct in making = rate * production
emission second in making = other * production
";

/// A session after a first check, and its log.
fn checked() -> Session {
    let mut s = Session::with_log(Some(QueryLog::default()));
    s.load_std();
    s.add_source("r.pcr", RULE);
    assert_eq!(s.check("r.pcr"), []);
    let _first = s.take_log();
    s
}

/// How often a query ran since the last look.
fn ran(log: &[String], query: &str) -> usize {
    log.iter().filter(|l| l.starts_with(&format!("{query}("))).count()
}

#[test]
fn nothing_runs_when_nothing_changed() {
    let s = checked();
    assert_eq!(s.check("r.pcr"), []);
    assert_eq!(s.take_log(), Vec::<String>::new());
}

#[test]
fn a_new_number_in_one_body_types_that_body_only() {
    let mut s = checked();
    s.add_source("r.pcr", RULE.replace("rate = 5", "rate = 7"));
    assert_eq!(s.check("r.pcr"), []);
    let log = s.take_log();
    assert_eq!(ran(&log, "parsed"), 1, "{log:#?}");
    assert_eq!(ran(&log, "body"), 1, "{log:#?}");
    assert_eq!(ran(&log, "signature"), 1, "{log:#?}");
}

/// In the library's own rules, with all of them checked: a digit typed behind the first number of a constant.
#[test]
fn a_digit_in_a_rule_of_the_library_types_one_statement() {
    let mut s = Session::with_log(Some(QueryLog::default()));
    s.load_std();
    let rules: Vec<String> = s.rules().into_iter().map(|r| r.key).collect();
    let _first = s.check_all(&rules);
    let mut typed = 0;
    for key in &rules {
        let text = s.source(key).map(|t| t.to_string()).unwrap_or_default();
        let Some(start) = text.find("\nconst ").or_else(|| text.find(" const ")) else { continue };
        let Some(number) = text[start..].find("= ").map(|i| start + i + 2) else { continue };
        let end = text[number..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |i| number + i);
        let _before = s.take_log();
        s.set_text(key, format!("{}1{}", &text[..end], &text[end..]));
        let _found = s.check(key);
        let log = s.take_log();
        assert_eq!(ran(&log, "parsed"), 1, "{key}: {}\n{log:#?}", &text[start..end]);
        assert_eq!(ran(&log, "body"), 1, "{key}: {}\n{log:#?}", &text[start..end]);
        typed += 1;
    }
    assert!(typed > rules.len() / 2, "{typed} of {} rules", rules.len());
}

#[test]
fn a_comment_above_moves_everything_and_parses_nothing() {
    let mut s = checked();
    s.add_source("r.pcr", format!("// 说明\n{RULE}"));
    assert_eq!(s.check("r.pcr"), []);
    let log = s.take_log();
    assert_eq!((ran(&log, "parsed"), ran(&log, "body"), ran(&log, "signature")), (0, 0, 0), "{log:#?}");
    assert_eq!(ran(&log, "split"), 1);
}

#[test]
fn a_new_statement_parses_and_types_that_statement() {
    let mut s = checked();
    s.add_source(
        "r.pcr",
        format!("{RULE}let third = 1 kg{{CO2}}/t{{Al}}\nemission last in making = third * production\n"),
    );
    assert_eq!(s.check("r.pcr"), []);
    let log = s.take_log();
    assert_eq!(ran(&log, "parsed"), 2, "{log:#?}");
    assert_eq!(ran(&log, "body"), 2, "{log:#?}");
}

#[test]
fn a_changed_unit_types_its_readers() {
    let mut s = checked();
    s.add_source("r.pcr", RULE.replace("rate = 5 kg{CO2}", "rate = 5 t{CO2}"));
    assert_eq!(s.check("r.pcr"), []);
    let log = s.take_log();
    // The `let` and the one line that reads it.
    assert_eq!(ran(&log, "body"), 2, "{log:#?}");
}

#[test]
fn a_label_types_no_reader() {
    let mut s = checked();
    s.add_source("r.pcr", RULE.replace("stage making zh \"生产\"", "stage making zh \"制造\""));
    assert_eq!(s.check("r.pcr"), []);
    let log = s.take_log();
    assert!(ran(&log, "body") <= 1, "{log:#?}");
}

const WITH_PROCESS: &str = "process burner(burn: stage) {
    input mass: t{Al}
    let rate_inside = 2 kg{CO2}/t{Al}
    let other_inside = 3 kg{CO2}/t{Al}
    emission co2 in burn = mass * rate_inside
    emission more in burn = mass * other_inside
}
include burner as boiler in making
";

#[test]
fn an_edit_inside_a_process_types_that_statement_only() {
    let text = format!("{RULE}{WITH_PROCESS}");
    let mut s = Session::with_log(Some(QueryLog::default()));
    s.load_std();
    s.add_source("r.pcr", text.as_str());
    assert_eq!(s.check("r.pcr"), []);
    let _first = s.take_log();
    // Longer than before: the statements behind it move.
    s.add_source("r.pcr", text.replace("rate_inside = 2", "rate_inside = 2222"));
    assert_eq!(s.check("r.pcr"), []);
    let log = s.take_log();
    // The process as a whole, and the statement.
    assert_eq!(ran(&log, "parsed"), 2, "{log:#?}");
    // The same two; no other statement of the process, no line, not the include.
    assert_eq!(ran(&log, "body"), 2, "{log:#?}");
}

const WITH_INCLUDES: &str = "process stove(burn: stage) {
    input mass: t{Al}
    input hot: bool
    let closed = 2 kg{CO2}/t{Al}
    let apart = 3 kg{CO2}/t{Al}
    open let rate = closed
    open let spare = apart
    emission co2 in burn = mass * rate
    emission more in burn = mass * spare
}
process plant(burn: stage) {
    input all: t{Al}
    include stove as first in burn { mass = all }
    open let carbon = first.co2
}
include plant as works in making
include stove as kiln in making { mass = production }
except kiln.rate when production > 5 t{Al} = 1 kg{CO2}/t{Al}
let again = kiln.rate
report one = again / 1 kg{CO2}/t{Al}
report two = works.carbon / 1 kg{CO2}
report three = total_of(kiln.co2, works.first.co2)
";

/// The log of the check after an edit, which leaves the rule right.
fn after(from: &str, to: &str) -> Vec<String> {
    let text = format!("{RULE}{WITH_INCLUDES}");
    let mut s = Session::with_log(Some(QueryLog::default()));
    s.load_std();
    s.add_source("r.pcr", text.as_str());
    let before = s.check("r.pcr");
    let _first = s.take_log();
    assert!(text.contains(from));
    s.add_source("r.pcr", text.replace(from, to));
    assert_eq!(s.check("r.pcr").len(), before.len());
    s.take_log()
}

/// How many statements were typed.
fn typed(log: &[String]) -> usize {
    ran(log, "body")
}

#[test]
fn an_edit_inside_an_included_process_types_no_includer() {
    // The process as a whole, and the statement: not the include, its exception, or what reads the include.
    let log = after("closed = 2 kg", "closed = 2222 kg");
    assert_eq!(typed(&log), 2, "{log:#?}");
    let log = after("co2 in burn = mass * rate", "co2 in burn = mass * rate * 2");
    assert_eq!(typed(&log), 2, "{log:#?}");
}

#[test]
fn an_open_definition_is_firewalled_by_its_type() {
    let log = after("open let rate = closed", "open let rate = closed * 2");
    assert_eq!(typed(&log), 2, "{log:#?}");
}

#[test]
fn a_changed_interface_types_those_that_read_it() {
    // The process; `closed`, `rate`, its line and the exception to it; `again` and its report; `carbon`, which reads
    // the line through an include, and its report. No include, and nothing of `apart`.
    let log = after("closed = 2 kg{CO2}", "closed = 2 t{CO2}");
    assert_eq!(typed(&log), 9, "{log:#?}");
}

#[test]
fn an_exception_types_nothing_of_the_process() {
    let log = after("= 1 kg{CO2}/t{Al}\nlet again", "= 7 kg{CO2}/t{Al}\nlet again");
    assert_eq!(typed(&log), 1, "{log:#?}");
    assert_eq!(ran(&log, "parsed"), 1, "{log:#?}");
}

#[test]
fn a_binding_types_its_include_only() {
    let log = after("{ mass = production }", "{ mass = production * 2 }");
    assert_eq!(typed(&log), 1, "{log:#?}");
}
