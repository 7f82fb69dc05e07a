//! `footrule explain` as a caller sees it.

use std::process::{Command, Output, Stdio};

fn footrule(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_footrule"));
    command.args(args).env_clear().stdin(Stdio::null()).output().expect("the command runs")
}

fn out(o: &Output) -> String {
    String::from_utf8_lossy(&o.stdout).into_owned()
}

fn err(o: &Output) -> String {
    String::from_utf8_lossy(&o.stderr).into_owned()
}

#[track_caller]
fn ends(o: &Output, code: i32) {
    assert_eq!(o.status.code(), Some(code), "stdout:\n{}\nstderr:\n{}", out(o), err(o));
}

/// A rule with exceptions, and an input for which the second of them is in force.
const EXCEPTIONS: &str = "rule r zh \"例\" en \"example\"\nversion 0.1.0\nvalid from 2026-01-01\ngwp AR6\n\
    declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nuse std.gas\nflow Al zh \"铝\" en \"Al\"\n\
    stage making zh \"生产\" en \"production\"\ninput production: t{Al} where > 0\ninput x: number\n\
    §7.1 let share = 0.4\n§7.2 except share as big when x > 5 = 0.5\n§7.3 except share.big when x > 9 = 0.9\n\
    emission direct in making = share * 10 kg{CO2}/t{Al} * production\n";

#[test]
fn a_definition_shows_its_base_and_exceptions() {
    let folder = std::env::temp_dir().join(format!("footrule_explain_{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("r.pcr");
    std::fs::write(&file, EXCEPTIONS).expect("a file");
    let path = file.to_string_lossy().into_owned();
    let call = ["explain", &path, "--lang", "en", "--set", "production=1 t", "--set", "period=2026"];
    let ask = |more: &[&str]| footrule(&[&call[..], more].concat());
    let o = ask(&["--set", "x=7", "--definitions", "share"]);
    ends(&o, 0);
    let text = out(&o);
    for line in [
        "§7.1 share = 0.5",
        "  §7.1 base; 0.4 = 0.4",
        "→ §7.2 except share (big) when x > 5: holds; 0.5 = 0.5",
        "  §7.3 except share.big when x > 9: does not hold; 0.9",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    let o = ask(&["--set", "x=1", "--definitions", "share", "--format", "json"]);
    ends(&o, 0);
    let json = out(&o);
    assert!(json.contains("\"applies\": \"not_considered\"") && json.contains("\"applies\": \"base\""), "{json}");
    let o = ask(&["--set", "x=1", "--definitions", "shar"]);
    ends(&o, 1);
    assert!(err(&o).contains("is `share` meant?"), "{}", err(&o));
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn inputs_are_read_as_run_reads_them() {
    // A filled form in CSV, too: `explain` and `run` prepare an evaluation in one place.
    let file = std::env::temp_dir().join(format!("footrule_explain_{}.csv", std::process::id()));
    let path = file.to_string_lossy().into_owned();
    let form = footrule(&["template", "std:cement", "--format", "csv"]);
    ends(&form, 0);
    std::fs::write(&file, &form.stdout).expect("a file");
    let o = footrule(&["explain", "std:cement", "--lang", "en", "--input", &path]);
    std::fs::remove_file(&file).expect("the file goes");
    ends(&o, 3);
    assert!(err(&o).contains("FR-I002") && !err(&o).contains("FR-I009"), "{}", err(&o));
}
