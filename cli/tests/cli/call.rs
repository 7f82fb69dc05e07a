//! The command as a caller sees it: exit codes, streams, languages.

use super::{command, ends, err, feed, footrule, out};
use std::process::Output;

fn run(args: &[&str], env: &[(&str, &str)], stdin: &str) -> Output {
    let mut command = command(args);
    command.envs(env.iter().copied());
    feed(command, stdin)
}

#[test]
fn unusable_calls_end_with_2() {
    for args in [
        &["frobnicate"][..],
        &["run"],
        &["run", "nowhere.pcr"],
        &["run", "std:nothing_like_it"],
        &["run", "nothing_like_it"],
        &["run", "std:primary_aluminium", "--set", "x"],
        &["check", "nowhere.pcr"],
        &["list", "--sector", "no_such_sector"],
        &["explain-code", "FR-U999"],
    ] {
        let o = footrule(args);
        ends(&o, 2);
        assert!(o.stdout.is_empty() && !o.stderr.is_empty(), "{args:?}: {}", out(&o));
    }
}

#[test]
fn the_nearest_is_named() {
    let o = footrule(&["explain-code", "FR-U0O2"]);
    ends(&o, 2);
    assert!(err(&o).contains("near it: FR-U002"), "{}", err(&o));
    let o = footrule(&["run", "std:primary_aluminum"]);
    assert!(err(&o).contains("std:primary_aluminium"), "{}", err(&o));
}

#[test]
fn pages_come_in_the_language_of_the_locale() {
    let zh = run(&["explain-code", "u002"], &[("LC_ALL", "zh_CN.UTF-8")], "");
    ends(&zh, 0);
    assert!(out(&zh).contains("## 中文") && !out(&zh).contains("## English"));
    let en = run(&["--lang", "en", "explain-code", "FR-U002"], &[("LANG", "zh_CN.UTF-8")], "");
    assert!(out(&en).contains("## English") && !out(&en).contains("## 中文"));
}

#[test]
fn help_and_completions_go_to_stdout() {
    for args in [&["--help"][..], &["run", "--help"], &["--version"], &["completions", "bash"]] {
        let o = footrule(args);
        ends(&o, 0);
        assert!(!o.stdout.is_empty() && o.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn output_that_is_no_terminal_has_no_colour() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let path = format!("{folder}/broken.pcr");
    std::fs::write(&path, "broken\n").expect("the file is written");
    let o = footrule(&["check", &path]);
    ends(&o, 1);
    assert!(out(&o).contains("FR-S") && !out(&o).contains('\u{1b}'), "{}", out(&o));
    let o = footrule(&["--color", "always", "check", &path]);
    assert!(out(&o).contains('\u{1b}'));
    let o = footrule(&["check", "--format", "json", &path]);
    ends(&o, 1);
    let value: serde_json::Value = serde_json::from_str(&out(&o)).expect("JSON");
    assert_eq!(value["schema"], "footrule.diagnostics/1");
    assert_eq!(value["diagnostics"][0]["labels"][0]["start"]["line"], 1);
}

#[test]
fn a_file_in_another_encoding_is_refused() {
    let path = format!("{}/gbk.pcr", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, [b'r', 0xC2, 0xC1, b'\n']).expect("the file is written");
    let o = footrule(&["check", &path]);
    ends(&o, 1);
    assert!(err(&o).contains("FR-S007"), "{}", err(&o));
}

#[test]
fn each_refused_call_has_its_code() {
    for (args, code) in [
        (&["run", "nowhere.pcr"][..], "FR-C001"),
        (&["run", "std:nothing_like_it"], "FR-C002"),
        (&["run", "std:units"], "FR-C003"),
        (&["run", "std:primary_aluminium", "--set", "x"], "FR-C004"),
    ] {
        let o = footrule(args);
        ends(&o, 2);
        assert!(err(&o).contains(code), "{args:?}: {}", err(&o));
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let path = format!("{}/large.pcr", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, "// a comment line of a file that never ends\n".repeat(120_000))
        .expect("the file is written");
    let o = footrule(&["check", &path]);
    ends(&o, 1);
    assert!(out(&o).contains("FR-S014"), "{}", out(&o));
}

#[test]
fn refused_data_end_with_3_and_refused_evaluations_with_1() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let rule = format!("{folder}/r.pcr");
    let text = "rule r en \"r\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\n\
                declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nuse std.gas\nflow Al\n\
                stage making\ninput production: t{Al}\nemission direct in making = 5 kg{CO2}\n";
    std::fs::write(&rule, text).expect("the file is written");
    for (json, code, exit) in [
        (r#"{"inputs": {"productoin": "5 t"}}"#, "FR-I001", 3),
        (r#"{"inputs": {"production": "5 kWh"}}"#, "FR-I005", 3),
        (r#"{"inputs": {"production": "0 t"}}"#, "FR-E001", 1),
        ("", "FR-I009", 3),
    ] {
        let o = run(&["run", &rule, "--input", "-"], &[], json);
        ends(&o, exit);
        assert!(err(&o).contains(code) && o.stdout.is_empty(), "{json}: {}", err(&o));
    }
    let o = run(&["run", &rule, "--input", "-"], &[], r#"{"inputs": {"production": "5 t"}}"#);
    ends(&o, 0);
}

#[test]
fn a_line_too_long_to_be_read_is_told_and_not_shown() {
    let json = format!(r#"{{"inputs": {{"production": "5 t", "note{}": 1}}}}"#, "x".repeat(5_000));
    let o = run(&["run", "std:cement", "--input", "-"], &[], &json);
    ends(&o, 3);
    assert!(err(&o).contains(":1:") && err(&o).lines().all(|l| l.len() < 6_000), "{}", err(&o).len());
    let path = format!("{}/one_line.pcr", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, "a".repeat(5_000_000)).expect("the file is written");
    let o = footrule(&["check", &path]);
    ends(&o, 1);
    assert!(out(&o).contains("FR-S014") && out(&o).len() < 1_000, "{}", out(&o).len());
}

#[test]
fn of_very_many_findings_the_first_are_drawn_and_the_rest_counted() {
    let text: String = "rule r\n".to_owned() + &"let a = 1\n".repeat(2_000);
    let folder = super::folder("many_findings", &[("r.pcr", &text)]);
    let path = folder.join("r.pcr").to_string_lossy().into_owned();
    let o = footrule(&["--lang", "en", "check", &path]);
    let shown = ends(&o, 1);
    assert_eq!(shown.matches("FR-").count(), 200, "{}", err(&o));
    assert!(shown.contains("… and ") && shown.contains("--format json"));
    let o = footrule(&["check", "--format", "json", &path]);
    assert!(ends(&o, 1).matches("\"FR-N002\"").count() >= 1_999);
}
