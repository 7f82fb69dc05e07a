//! `check --format sarif|github`, `test --coverage`, `test --watch`, as a caller sees them.

use super::{command, ends, folder, out, write};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Six statements, five of them in two clauses; a choice of three arms, an `if`, a table and a parameter.
const RULE: &str = "\
rule r zh \"例\" en \"example\"
cites \"X\"
sector test
version 1.0.0
valid from 2020-01-01
boundary cradle_to_gate
gwp AR6
declared unit 1 t{Al} of production
round 1 decimals
use std.gas
flow Al zh \"铝\" en \"aluminium\"
stage s zh \"阶段\" en \"stage\"
enum Kind { a; b; c }
source own { title \"t\"; status constructed }
table slope(k: Kind) -> number source own {
    a => 1
    b => 2
    c => 3
}
param p: number { 2024 => 1 source own; 2025 => 2 source own; after last error; before first error }
§6 input production: t{Al} where > 0
§6 input kind: Kind
§6 input bonus: number default 0
§8.1 let f = match kind { a => 1; b, c => 2 }
§8.1 let g = if bonus > 0 then 2 else 1
§8.2 emission co2 in s = production * slope(kind) * p * f * g * 1 t{CO2}/t{Al}
§8.3 emission extra in s when bonus > 0 = production * 1 t{CO2}/t{Al}
test zh \"甲\" en \"first\" {
    period = 2024
    production = 2 t{Al}
    kind = b
    expect total = 4000.0 kg{CO2e}/t{Al}
}
";

fn run(folder: &Path, args: &[&str]) -> Output {
    command(args).current_dir(folder).output().expect("the command runs")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

#[test]
fn sarif_and_github_name_the_place() {
    let folder = folder("check_formats", &[]);
    write(&folder, "r.pcr", &RULE.replace("production * slope", "output * slope"));
    let log = json(&ends(&run(&folder, &["check", "--format", "sarif", "r.pcr"]), 1));
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let wrong = results.iter().find(|r| r["ruleId"] == "FR-N001").expect("the unknown name");
    let place = &wrong["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "r.pcr");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&26.into(), &26.into()));
    let commands = ends(&run(&folder, &["check", "--format", "github", "r.pcr"]), 1);
    let line = commands.lines().find(|l| l.contains("FR-N001")).expect("the unknown name");
    assert!(line.starts_with("::error file=r.pcr,line=26,col=26,title=FR-N001 "), "{line}");
}

#[test]
fn a_sound_rule_yields_an_empty_log() {
    let folder = folder("check_sound", &[]);
    write(&folder, "r.pcr", RULE);
    let log = json(&ends(&run(&folder, &["check", "--format", "sarif", "r.pcr"]), 0));
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().all(|r| r["level"] == "warning"), "{results:?}");
}

/// Names of the items of a group, those that are covered or not.
fn names(group: &Value, covered: bool) -> Vec<&str> {
    let items = group["items"].as_array().expect("items");
    items.iter().filter(|i| i["covered"] == covered).filter_map(|i| i["name"].as_str()).collect()
}

#[test]
fn coverage_counts_clauses_branches_and_rows() {
    let folder = folder("coverage", &[]);
    write(&folder, "r.pcr", RULE);
    let report = json(&ends(&run(&folder, &["test", "--coverage", "--format", "json"]), 0));
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &0.into()));
    let c = &report["coverage"][0];
    assert_eq!(c["rule"], "r.pcr");
    // `bonus` is only ever its default, and the line that applies above zero never does.
    assert_eq!(names(&c["statements"], false), ["bonus", "extra"]);
    assert_eq!(names(&c["statements"], true), ["production", "kind", "f", "g", "co2"]);
    let clauses: Vec<(&str, u64, u64)> = c["clauses"]["items"]
        .as_array()
        .expect("clauses")
        .iter()
        .map(|c| {
            let n = |k: &str| c[k].as_u64().expect("a number");
            (c["clause"].as_str().expect("text"), n("covered"), n("statements"))
        })
        .collect();
    assert_eq!(clauses, [("6", 2, 3), ("8.1", 2, 2), ("8.2", 1, 1), ("8.3", 0, 1)]);
    assert_eq!((&c["clauses"]["covered"], &c["clauses"]["all"]), (&2.into(), &4.into()));
    assert_eq!(names(&c["branches"], true), ["match: b, c", "if: else"]);
    assert_eq!(names(&c["branches"], false), ["match: a", "if: then"]);
    assert_eq!(names(&c["rows"], true), ["slope[b]", "p[2024]"]);
    assert_eq!(names(&c["rows"], false), ["slope[a]", "slope[c]", "p[2025]"]);
    let arm = c["branches"]["items"][0]["start"]["line"].as_u64();
    assert_eq!(arm, Some(24));
}

#[test]
fn a_second_test_covers_the_rest() {
    let folder = folder("coverage_more", &[]);
    let more = "\
test en \"second\" {
    period = 2025
    production = 2 t{Al}
    kind = a
    bonus = 1
    expect total = 5000.0 kg{CO2e}/t{Al}
}
test en \"refused\" {
    period = 2025
    production = 2 t{Al}
    kind = c
    bonus = 1
    expect error FR-I001
}
";
    write(&folder, "r.pcr", &format!("{RULE}{more}"));
    // The last test fails (nothing is refused), and what it evaluates counts all the same.
    let shown = ends(&run(&folder, &["--lang", "en", "test", "--coverage"]), 1);
    for line in ["  clauses           4/4  100 %", "  branches          4/4  100 %", "  rows              5/5  100 %"] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("not reached"), "{shown}");
    let zh = out(&run(&folder, &["--lang", "zh", "test", "--coverage"]));
    assert!(zh.contains("覆盖率 r.pcr") && zh.contains("条款"), "{zh}");
}

#[test]
fn what_is_not_reached_is_listed_with_its_place() {
    let folder = folder("coverage_text", &[]);
    write(&folder, "r.pcr", RULE);
    let shown = ends(&run(&folder, &["--lang", "en", "test", "--coverage"]), 0);
    assert!(shown.contains("\n    27:43    §8.3 line extra\n"), "{shown}");
    assert!(
        shown.contains("branch if: then\n") && shown.contains("row slope[a]\n") && shown.contains("value p[2025]\n")
    );
    // Without the option nothing is said of it.
    assert!(!ends(&run(&folder, &["--lang", "en", "test"]), 0).contains("coverage"));
}

/// A function with a choice that is called twice, choices in order and of one, a module, and a choice that only the
/// test makes.
const CHOICES: &str = "\
use more
input x: number
fn least(a: number) -> number = if a > 1 then a else 1
table pairs(k: Kind) -> (u: number, v: number) source own { a => 1, 2; b => 3, 4; c => 5, 6 }
let v_sum = sum(row.v for row in pairs where row.k != b)
let once = least(x)
let twice = least(x + 1)
let band = first of {
    when x > 100 => 3
    when x > 10  => 2
    otherwise    => 1
}
let side = one of {
    when x >= 5 => 2
    when x < 5  => 1
}
§8.4 report r = once + twice + band + side + far(x)
§8.5 require x < 1000 else zh \"过大\" en \"too large\"
test en \"choices\" {
    period = 2024
    production = 2 t{Al}
    kind = b
    x = if 1 > 2 then 5 else 1
    expect report r = 6
}
";

const MODULE: &str = "fn far(a: number) -> number = if a > 50 then 2 else 1\n";

#[test]
fn choices_count_where_they_are_written() {
    let folder = folder("coverage_choices", &[]);
    write(&folder, "r.pcr", &format!("{RULE}{CHOICES}").replace("input x: number", "input x: number default 0"));
    write(&folder, "more.pcr", MODULE);
    let report = json(&ends(&run(&folder, &["test", "--coverage", "--format", "json", "r.pcr"]), 0));
    let c = &report["coverage"][0];
    // least(1) takes the second arm and least(2) the first: one choice, both arms.
    let here = ["match: b, c", "if: else", "if: then", "if: else", "first of: otherwise", "one of: arm 2"];
    assert_eq!(names(&c["branches"], true), here);
    let left = ["match: a", "if: then", "first of: arm 1", "first of: arm 2", "one of: arm 1"];
    assert_eq!(names(&c["branches"], false), left);
    assert_eq!(names(&c["modules"], true), ["if: else"]);
    assert_eq!(names(&c["modules"], false), ["if: then"]);
    assert_eq!(c["modules"]["items"][0]["file"], "more.pcr");
    // The filter leaves `b` out: its key is read, its values are not.
    assert_eq!(names(&c["rows"], true), ["slope[b]", "p[2024]", "pairs[a]", "pairs[c]"]);
    let reached = names(&c["statements"], true);
    assert!(["x", "once", "twice", "band", "side", "r"].iter().all(|n| reached.contains(n)), "{reached:?}");
}

/// A running command; it is ended with the test, also with one that fails.
struct Watcher(Child);

impl Drop for Watcher {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watching_runs_again_after_each_change() {
    let folder = folder("watch", &[]);
    write(&folder, "r.pcr", RULE);
    let mut child = command(&["--lang", "en", "test", "--watch"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts");
    let out = child.stdout.take().expect("stdout");
    let mut child = Watcher(child);
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let wait = |what: &str| loop {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) if line.contains(what) => break,
            Ok(_) => {}
            Err(e) => panic!("waiting for {what}: {e}"),
        }
    };
    wait("✓ r.pcr  first");
    write(&folder, "r.pcr", &RULE.replace("= 4000.0", "= 4001.0"));
    wait("✗ r.pcr  first");
    // A file that appears in the folder counts, and so does the repair.
    write(&folder, "q.pcr", &RULE.replace("rule r ", "rule q "));
    wait("✓ q.pcr  first");
    write(&folder, "r.pcr", RULE);
    wait("✓ r.pcr  first");
    assert!(child.0.try_wait().expect("its state").is_none(), "it goes on");
}
