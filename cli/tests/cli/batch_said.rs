//! `batch`: what is said once for all rows (`--set`), what stands beside the inputs (period, scenario, GWP set), and names that
//! an input shares with such a key. Native code answers all of it, with the reference's figures.

use super::plant::{Alike, Plant, many};
use super::{command, ends, err};

/// Electricity at 0.6 kg/kWh in 2023 and 0.5 in 2024, held in 2025 with a warning, and fuel at a factor that data state; by t of
/// product. The figures are illustrative.
const DATED: &str = "rule dated zh \"逐年\" en \"dated\"
version 0.1.0
valid from 2023-01-01
gwp AR6
declared unit 1 t{Al} of production
round 2 decimals in kg{CO2e}/t{Al}
use std.units
flow Al zh \"铝\" en \"aluminium\"
source own { title \"illustrative\"; gwp AR6 }
stage making zh \"生产\" en \"production\"
param grid: kg{CO2e}/kWh {
    2023 => 0.6 source own
    2024 => 0.5 source own
    after last hold with warning until 2026-12-31
    before first error
}
enum Kind { new zh \"新\" en \"new one\"; old zh \"旧\" en \"old one\" }
input production: t{Al} where > 0
input power: kWh where >= 0 default 0
input kind: Kind default new
input fuel: optional activity of kWh
emission electricity in making = power * grid
emission burning in making = if given fuel then co2e(fuel) else 0 kg{CO2e}
emission wear in making = if kind == old then 10 kg{CO2e} else 0 kg{CO2e}
scenario busy zh \"满负荷\" { power = 1000 kWh }
";

/// An input for each key of a document that may also be the name of an input.
const NAMED: &str = "rule named zh \"名\" en \"named\"
version 0.1.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{Al} of made
round 0 decimals in kg{CO2e}/t{Al}
use std.units, std.gas
flow Al zh \"铝\" en \"aluminium\"
stage making zh \"生产\" en \"production\"
input made: t{Al} where > 0
input gwp: number default 1
input scenario: number default 1
input company: number default 1
input inputs: number default 1
emission direct in making = made * 1 t{CO2}/t{Al} * gwp * scenario * company * inputs
";

#[test]
fn every_key_of_a_document_can_be_said_for_all_rows() {
    let rows: String = (0..100).map(|i| format!("{},{},0.25\n", i + 1, i * 3)).collect();
    let table = format!("production,fuel.amount,fuel.factor\n{rows}");
    let p = Plant::new("said", &[("plant.pcr", DATED), ("in.csv", &table)]);
    // Without a GWP set nothing says what the factors rest on, and with another one they do not fit.
    assert_eq!(p.alike("in.csv", &["--set", "period=2024"], 1).errors.matches("FR-I013").count(), 100);
    let wrong = p.alike("in.csv", &["--set", "period=2024", "--set", "gwp=AR5"], 1);
    assert_eq!(wrong.errors.matches("FR-I013").count(), 100);
    let all = ["--set", "gwp=AR6", "--set", "note=June", "--set", "company=Acme", "--set", "product=ingot"];
    let args = [&["--set", "period=2024", "--columns", "total"][..], &all].concat();
    let Alike { out, native, .. } = p.alike("in.csv", &args, 0);
    // 3 kWh at 0.25 kg in 2 t.
    assert!(out.contains("\n2,0.38\n") && native == 100, "{native}: {out}");
    // One document, likewise.
    let run = ["run", "plant.pcr", "--set", "production=2", "--set", "fuel.amount=3", "--set", "fuel.factor=0.25"];
    let one = |more: &[&str]| command(&[&run[..], more].concat()).current_dir(p.base()).output().expect("it runs");
    assert!(ends(&one(&args[..2].iter().chain(&all).copied().collect::<Vec<_>>()), 0).contains("0.38"));
    let o = one(&["--set", "period=2024"]);
    assert!(ends(&o, 3).is_empty() && err(&o).contains("FR-I013"), "{}", err(&o));
}

#[test]
fn values_for_all_rows_are_native() {
    let p = Plant::new("said_values", &[("in.csv", &many(400))]);
    let args = |more: &[&'static str]| [&["--id", "id", "--columns", "total,reports"][..], more].concat();
    // Row 40: 2 MWh and 1.5 t of coal in 41 t.
    for (set, total) in [
        (&["electricity=2 MWh"][..], "1024.4"),
        (&["electricity=2000"], "1024.4"),
        (&["electricity=2000", "furnaces=[{\"burnt\": 1}, {\"burnt\": \"0.5\"}]"], "1097.6"),
        (&["electricity={\"value\": 2000, \"source\": \"a meter\"}", "cell=自焙槽"], "1024.4"),
        (&["cell=soderberg", "furnaces=[]", "production=41 t"], "1003.4"),
    ] {
        let sets = set.iter().flat_map(|s| ["--set", s]).collect::<Vec<_>>();
        let code = if set.iter().any(|s| s.starts_with("production")) { 0 } else { 1 };
        let Alike { out, native, .. } = p.alike("in.csv", &args(&sets), code);
        assert!(out.contains(&format!("\n40,{total},")), "{set:?}: {out}");
        assert!(native >= 360, "{set:?}: {native}");
    }
    // Over what a column says, with what stands beside it; the reference reads one item of a list.
    let p = Plant::new("said_over", &[("in.csv", "production,electricity,electricity.quality\n10,x,9\n20,,\n")]);
    assert_eq!(
        p.alike("in.csv", &["--set", "electricity=100", "--columns", "total"], 0).out.lines().nth(1),
        Some("1,1005.0")
    );
    p.alike("in.csv", &["--set", "furnaces[0].burnt=1", "--set", "electricity=0"], 0);
    p.alike("in.csv", &["--set", "electricity.source=meter", "--ignore", "electricity.quality"], 1);
}

#[test]
fn what_is_said_for_all_rows_is_read_before_any() {
    let p = Plant::new("said_wrong", &[("in.csv", "production\n10\n")]);
    for (set, code, exit) in [
        ("electricity=much", "FR-I004", 3),
        ("electricity=5 kg", "FR-I005", 3),
        ("production=5 t{coal}", "FR-I006", 3),
        ("cell=prebaked", "FR-I007", 3),
        ("period=2024/25", "FR-I010", 3),
        ("furnaces=[{\"burnt\": ]", "FR-I009", 3),
        ("electrcity=5", "FR-I001", 3),
        ("gwp=", "", 0),
    ] {
        for lang in ["zh", "en"] {
            let o = p.call(&["--input", "in.csv", "--output", "-", "--to", "csv", "--set", set, "--lang", lang]);
            let printed = ends(&o, exit);
            assert!(err(&o).contains(code), "{set}: {}", err(&o));
            assert_eq!(printed.is_empty(), exit != 0, "{set}: {printed}");
        }
    }
}

#[test]
fn rows_of_many_periods_and_scenarios_are_native() {
    let row = |i: usize| {
        let period = ["2023", "2024", "2025", "2023-07-01/2024-06-30", "2022", ""][i * 7 % 6];
        let scenario = ["", "busy", "满负荷", "idle"][i / 50 % 4];
        format!(
            "{i},{period},{scenario},{},{}\n",
            i % 9 + 1,
            if i % 40 == 7 { "?".to_owned() } else { (i * 10).to_string() }
        )
    };
    let text = "id,period,scenario,production,power\n".to_owned() + &(0..6_000).map(row).collect::<String>();
    let p = Plant::new("periods", &[("plant.pcr", DATED), ("in.csv", &text)]);
    let Alike { out, native, .. } = p.alike("in.csv", &["--id", "id"], 1);
    // Rows 0, 4 and 5 are of 2023, of the year across, and of 2022; 2025 is told. By hand: 120 kWh in 4 t, 0.5 kg each.
    let starts = |text: &str| out.lines().any(|l| l.starts_with(text));
    assert!(starts("0,0.00,") && !starts("5,"), "{}", &out[..900]);
    assert!(out.lines().any(|l| l.starts_with("8,") && l.contains("grid")), "{}", &out[..900]);
    assert!(native > 1_800, "{native}");
    // Few rows of a kind, and one that cannot be read among them.
    let few: String = text.lines().step_by(97).map(|l| format!("{l}\n")).collect();
    let torn = few.replacen("\n9", "\n1,2,3\n9", 1);
    super::write(p.base(), "few.csv", &torn);
    p.alike("few.csv", &["--id", "id"], 1);
    // For all rows, over what the table says.
    let Alike { out, native, .. } =
        p.alike("in.csv", &["--id", "id", "--set", "period=2024", "--scenario", "满负荷"], 0);
    // 500 kg by 1 t, whatever the table says of the power.
    assert!(out.contains("\n0,500.00,") && out.contains("\n9,500.00,") && native == 6_000, "{native}");
    let label = p.alike("in.csv", &["--id", "id", "--set", "period=2024", "--set", "kind=旧", "--scenario", "busy"], 0);
    assert!(label.out.contains("\n9,510.00,") && label.native == 6_000, "{}", label.native);
}

#[test]
fn an_input_may_have_the_name_of_a_key() {
    let lines = "{\"made\": 10, \"gwp\": 2, \"inputs\": 3}\n{\"inputs\": {\"made\": 10, \"gwp\": 2, \"inputs\": 3}, \"gwp\": \"AR6\", \
        \"company\": \"Acme\", \"scenario\": null}\n{\"made\": 10, \"company\": 5, \"note\": \"flat\"}\n{\"made\": 10, \"gwp\": \"AR6\"}\n";
    let p = Plant::new(
        "named",
        &[
            ("plant.pcr", NAMED),
            ("in.csv", "made,gwp,scenario,company,inputs\n10,2,3,5,7\n10,,,,\n"),
            ("in.jsonl", lines),
        ],
    );
    let total = |a: Alike| {
        a.out.lines().skip(1).map(|l| l.split(',').nth(1).unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    // 1000 kg times the product of the others.
    assert_eq!(total(p.alike("in.csv", &["--columns", "total"], 0)), ["210000", "1000"]);
    let found = p.alike("in.jsonl", &["--columns", "total"], 1);
    assert!(found.errors.contains("4,,inputs.gwp,FR-I004"), "{}", found.errors);
    assert_eq!(total(found), ["6000", "6000", "5000"]);
    let set = ["--columns", "total", "--set", "gwp=11", "--set", "inputs=2", "--set", "scenario=1"];
    assert_eq!(total(p.alike("in.csv", &set, 0)), ["110000", "22000"]);
    // The path of an input may begin with `inputs` in any rule.
    let p = Plant::new(
        "inputs",
        &[("in.csv", "inputs.production,inputs.cell\n10,prebake\n"), ("in.jsonl", "{\"inputs\": 3}\n")],
    );
    assert_eq!(total(p.alike("in.csv", &["--columns", "total", "--set", "inputs.electricity=100"], 0)), ["1005.0"]);
    assert!(p.alike("in.jsonl", &[], 1).errors.contains("1,,inputs,FR-I008"));
}
