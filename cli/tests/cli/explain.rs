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

/// A rated activity, an input and a parameter that a scenario overrides. Per tonne: 3 × 10 ÷ 2 = 15 kg of rating
/// (1 + 3) ÷ 2 = 2, 10 ÷ 2 = 5 kg and 2 × 2 × 1 ÷ 2 = 2 kg without rating: 22 kg, of which 15 kg are primary.
const TRACED: &str = "rule r zh \"例\" en \"example\"\nversion 0.1.0\nvalid from 2024-01-01\ngwp AR6\n\
    declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nuse std.gas\nflow Al zh \"铝\" en \"Al\"\n\
    flow coal zh \"煤\" en \"coal\"\nstage making zh \"生产\" en \"production\"\ninput production: t{Al} where > 0\n\
    source s { title \"constructed\"; year 2024; gwp AR6; status constructed }\n\
    input coal_use: activity of t{coal}\ninput x: kg{CO2}\n\
    param f: number { 2024 => 7 source s; after last error; before first error }\n\
    emission supply in making = coal_use.amount * coal_use.factor\nemission burning in making = x\n\
    emission other in making = production * f * 1 kg{CO2}/t{Al}\n\
    scenario low zh \"低\" en \"lower\" { x = 10 kg{CO2}; f = 2 }\n";

const TRACED_DATA: &str = r#"{"period": "2024", "inputs": {"production": "2 t", "x": "9", "coal_use":
    {"amount": {"value": "3", "quality": 1}, "factor": {"value": "10", "quality": 3, "primary": true}, "gwp": "AR6"}}}"#;

#[test]
fn scenario_and_quality_stand_where_the_values_are_read() {
    let folder = folder("explain_scenario", &[("r.pcr", TRACED), ("in.json", TRACED_DATA)]);
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (rule, data) = (path("r.pcr"), path("in.json"));
    let ask = |more: &[&str]| {
        let o = footrule(&[&["run", &rule, "--input", &data, "--explain"], more].concat());
        ends(&o, 0);
        out(&o)
    };
    let text = ask(&["--lang", "en", "--scenario", "low"]);
    for line in [
        "22 kg{CO2e}/t{Al}  (scenario lower)",
        "primary data 68.2 %, data quality rating 2 (weight 15)",
        "primary data 100.0 %, data quality rating 2\n",
        "15: amount 1, factor 3",
        "primary data 0.0 %\n",
        "x = 10 kg{CO2}  (scenario lower, in place of the given value)",
        "f[low] = 2  (scenario lower)",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    let text = ask(&["--lang", "zh", "--scenario", "low"]);
    for line in ["（情景 低，替代所填值）", "（情景 低）", "初级数据 68.2 %，数据质量评分 2（权重 15）"]
    {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    assert!(!ask(&["--lang", "en"]).contains("scenario"));
    let json: serde_json::Value = serde_json::from_str(&ask(&["--scenario", "low", "--format", "json"])).expect("JSON");
    let root = &json["explain"];
    assert_eq!((&root["scenario"]["id"], &root["scenario"]["in_place_of_given"]), (&"low".into(), &false.into()));
    assert_eq!(root["rests_on"]["weight"], "22");
    assert_eq!(root["rests_on"]["rated_weight"], "15");
    let lines = &root["children"][0]["children"];
    assert_eq!(lines[0]["rests_on"]["primary_share"], "1");
    assert_eq!(lines[0]["rests_on"]["rating"], "2");
    let term = serde_json::json!({"value": "15", "amount": "1", "factor": "3", "rating": "2"});
    assert_eq!(lines[0]["children"][0]["rests_on"]["terms"], serde_json::json!([term]));
    assert_eq!(lines[1]["rests_on"], serde_json::json!({"primary_share": "0", "weight": "5", "rated_weight": "0"}));
    let x = &lines[1]["children"][1];
    assert_eq!((&x["id"], &x["scenario"]["in_place_of_given"]), (&"x".into(), &true.into()));
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
