//! `footrule explain` as a caller sees it.

use super::{ends, err, folder, footrule, out};

/// A rule with exceptions, and an input for which the second of them is in force.
const EXCEPTIONS: &str = "rule r zh \"例\" en \"example\"\nversion 0.1.0\nvalid from 2026-01-01\ngwp AR6\n\
    declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nuse std.gas\nflow Al zh \"铝\" en \"Al\"\n\
    stage making zh \"生产\" en \"production\"\ninput production: t{Al} where > 0\ninput x: number\n\
    §7.1 let share = 0.4\n§7.2 except share as big when x > 5 = 0.5\n§7.3 except share.big when x > 9 = 0.9\n\
    emission direct in making = share * 10 kg{CO2}/t{Al} * production\n";

#[test]
fn a_definition_shows_its_base_and_exceptions() {
    let folder = folder("explain", &[("r.pcr", EXCEPTIONS)]);
    let path = folder.join("r.pcr").to_string_lossy().into_owned();
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
}

#[test]
fn exceptions_to_a_process_are_shown_with_those_that_it_has_itself() {
    let head = EXCEPTIONS.split("§7.1").next().unwrap_or_default();
    let rule = format!(
        "{head}process burner(spot: stage) {{\n    input hot: bool\n    §8.1 open let share = 0.4\n    \
         §8.2 except share as heated when hot = 0.5\n    emission co2 in spot = share * 10 kg{{CO2}}\n}}\n\
         include burner as boiler in making\n§9.1 except boiler.share.heated when x > 5 = 0.9\n"
    );
    let folder = folder("explain_process", &[("r.pcr", &rule)]);
    let path = folder.join("r.pcr").to_string_lossy().into_owned();
    let call = ["explain", &path, "--lang", "en", "--set", "production=1 t", "--set", "period=2026"];
    let more = ["--set", "boiler.hot=true", "--set", "x=7", "--definitions", "boiler.share"];
    let o = footrule(&[&call[..], &more].concat());
    ends(&o, 0);
    let text = out(&o);
    for line in [
        "§8.1 boiler.share = 0.9",
        "  §8.1 base; 0.4",
        "  §8.2 except boiler.share (heated) when hot: holds; 0.5",
        "→ §9.1 except boiler.share.heated when x > 5: holds; 0.9",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
}

#[test]
fn inputs_are_read_as_run_reads_them() {
    // A filled form in CSV, too: `explain` and `run` prepare an evaluation in one place.
    let file = folder("explain_form", &[]).join("form.csv");
    let path = file.to_string_lossy().into_owned();
    let form = footrule(&["template", "std:cement", "--format", "csv"]);
    ends(&form, 0);
    std::fs::write(&file, &form.stdout).expect("a file");
    let o = footrule(&["explain", "std:cement", "--lang", "en", "--input", &path]);
    ends(&o, 3);
    assert!(err(&o).contains("FR-I002") && !err(&o).contains("FR-I009"), "{}", err(&o));
}
