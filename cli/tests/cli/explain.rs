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

#[test]
fn an_allocation_shows_its_bases_and_shares() {
    let rule = "rule r zh \"例\" en \"example\"\nversion 0.1.0\nvalid from 2026-01-01\ngwp AR6\n\
        declared unit 1 kg{milk} of milk_out\nround 1 decimals in kg{CO2e}/kg{milk}\nuse std.gas\nflow milk zh \"奶\" en \"milk\"\n\
        stage farming zh \"养殖\" en \"farming\"\ninput milk_out: kg{milk} where > 0\ninput x: number\n\
        §5.1 allocate herd zh \"牛群\" en \"herd\" by given { milk: 0.9; meat: rest }\n\
        §5.2 except herd as dry when x > 5 by physical { milk: 3; meat: 1 }\n\
        emission direct in farming = 100 kg{CO2}\n";
    let folder = folder("explain_allocation", &[("r.pcr", rule)]);
    let path = folder.join("r.pcr").to_string_lossy().into_owned();
    let o = footrule(&[
        "explain",
        &path,
        "--lang",
        "en",
        "--set",
        "milk_out=10 kg",
        "--set",
        "x=7",
        "--definitions",
        "herd",
    ]);
    ends(&o, 0);
    let text = out(&o);
    for line in [
        "§5.1 herd = (milk: 0.75, meat: 0.25)",
        "  §5.1 base; by given { milk: 0.9; meat: rest } = (milk: 0.9, meat: 0.1)",
        "→ §5.2 except herd (dry) when x > 5: holds; by physical { milk: 3; meat: 1 } = (milk: 0.75, meat: 0.25)",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
}
