//! `batch` over footprints of other products: given as the inputs of their rule, in columns of their own or in JSON.
//!
//! Figures by hand. The slab: coal × 2 t/t or wood × 0.5 t/t of fuel, by t of slab, published with one decimal. The sheet:
//! 11 t of slab for 10 t.

use super::plant::{Alike, Plant, parquet};
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{Array as _, ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::Field;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SLAB: &str = "rule slab_rule en \"slab\"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{slab} of cast
round 1 decimals in kg{CO2e}/t{slab}
use std.units, std.gas
flow slab en \"slab\"
flow fuel en \"fuel\"
stage casting en \"casting\"
enum Fuel { wood zh \"木\" en \"wood\"; coal zh \"煤\" en \"coal\" }
record Load { name: text default \"\"; burnt: t{fuel} where >= 0 }
input cast: t{slab} where > 0
input kind: Fuel default coal
input burnt: t{fuel} where >= 0
input leak: kg{CH4} where >= 0 default 0
input loads: list of Load default []
emission burning in casting = burnt * (if kind == coal then 2 t{CO2}/t{fuel} else 0.5 t{CO2}/t{fuel})
emission leaking in casting = leak
emission loading in casting for l in loads = l.burnt * (if l.name == \"old\" then 4 t{CO2}/t{fuel} else 2 t{CO2}/t{fuel})
warn much: burnt <= 50 t{fuel} else en \"much fuel\"
";

const SHEET: &str = "rule sheet en \"sheet\"
version 0.1.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{sheet} of rolled
round 2 decimals in kg{CO2e}/t{sheet}
use slab_rule.{slab}
use std.units
flow sheet en \"sheet\"
enum Shade { light; dark; coal }
stage metal en \"metal\"
input rolled: t{sheet} where > 0
input shade: Shade default light
input slab_use: t{slab} where >= 0
input slab_pcf: optional footprint of slab_rule
emission slab in metal = if given slab_pcf then slab_use * slab_pcf else 0 t{CO2e}
";

fn plant(name: &str, files: &[(&str, &str)]) -> Plant {
    Plant::new(name, &[&[("plant.pcr", SHEET), ("slab_rule.pcr", SLAB)], files].concat())
}

#[test]
fn inputs_of_a_footprint_are_columns() {
    // 1000 kg of fuel are 1 t: 2 t of CO2 over 3 t, 666.7 kg/t, × 11 / 10.
    let table = "id,rolled,slab_use,slab_pcf.rule,slab_pcf.inputs.cast,slab_pcf.inputs.burnt [kg],slab_pcf.inputs.kind\n\
        a,10,11,slab_rule,3,1000,coal\nb,10,11,slab_rule.pcr,3,1000,wood\nc,10,11,,3,1000,煤\nd,10,11,steel_rule,3,1000,coal\n\
        e,10,11,slab_rule,0,1000,coal\nf,10,11,,,,\ng,10,11,slab_rule,,,\nh,10,11,slab_rule,3,1 t,coal\n\
        i,10,11,slab_rule,3,60000,coal\n";
    let p = plant("footprints", &[("in.csv", table)]);
    let Alike { out, native, .. } = p.alike("in.csv", &["--id", "id", "--columns", "total,warnings"], 1);
    let want = "id,total [kg{CO2e}/t{sheet}],warnings\na,733.37,\nb,183.37,\nc,733.37,\nf,0.00,\n\
        i,44000.00,slab_pcf.much: much fuel\n";
    assert_eq!(out, want);
    assert!(native >= 3, "{native}");
}

#[test]
fn inputs_of_a_footprint_in_json() {
    let line = |i: usize| {
        let loads = if i.is_multiple_of(3) { "" } else { "{\"burnt\": 0}, {\"name\": \"old\", \"burnt\": 0.25}" };
        let own = format!("\"cast\": {}, \"burnt\": {}.5, \"loads\": [{loads}]", i % 7 + 1, i % 11);
        let pcf = match i % 40 {
            0 => "\"700\"".to_owned(),
            1 => "null".to_owned(),
            2 => format!("{{\"rule\": \"other\", \"inputs\": {{{own}}}}}"),
            3 => format!("{{\"inputs\": {{{own}, \"unknown\": 1}}}}"),
            4 => format!("{{\"inputs\": {{{own}}}, \"value\": 3}}"),
            5 => "{\"inputs\": {}}".to_owned(),
            6 => "{\"inputs\": {\"cast\": 1, \"burnt\": 2}}".to_owned(),
            7 => format!("{{\"inputs\": {{{own}, \"leak\": \"{i} kg\"}}}}"),
            8 => format!("{{\"inputs\": {{{own}, \"leak\": {i}}}, \"period\": \"2025\"}}"),
            9 => format!("{{\"inputs\": {{{own}, \"kind\": \"wood\"}}, \"note\": \"x\"}}"),
            10 => format!("{{\"rule\": \"slab\\u005frule\", \"inputs\": {{{own}}}}}"),
            11 => "{\"value\": 700, \"source\": \"a supplier\"}".to_owned(),
            _ => format!("{{\"rule\": \"std:slab_rule\", \"inputs\": {{{own}, \"leak\": {i}}}}}"),
        };
        format!("{{\"gwp\": \"AR6\", \"rolled\": {}, \"slab_use\": {}, \"slab_pcf\": {pcf}}}\n", i % 5 + 1, i % 13)
    };
    let text: String = (0..4_000).map(line).collect();
    let p = plant("footprint_lines", &[("in.jsonl", &text), ("odd.jsonl", &(0..40).map(line).collect::<String>())]);
    let args = ["--set", "period=2025", "--columns", "total,warnings"];
    let Alike { out, native, .. } = p.alike("in.jsonl", &args, 1);
    // Line 55: 10.5 t of coal at 2 t/t and 54 kg of methane at 29.8 (IPCC AR6, table 7.SM.7) over 6 t are 3768.2 kg/t, of which
    // 2 t are in 5 t of sheet. Line 53 takes no slab.
    assert!(out.contains("\n53,0.00,\n") && out.contains("\n55,1507.28,\n"), "{}", &out[..600]);
    assert!(native > 2_700, "{native}");
    p.alike("odd.jsonl", &args, 1);
}

/// A record of a data exchange, most of them plain, some told of, some refused.
fn record(i: usize) -> String {
    let fossil = format!("{}.5", i % 17);
    let total = format!("{}.75", i % 17);
    let with = format!("{}.625", i % 17);
    let sets = "\"ipccCharacterizationFactors\": [\"AR6\"]";
    let parts = format!(
        "\"pcfExcludingBiogenicUptake\": \"{total}\", \"pcfIncludingBiogenicUptake\": \"{with}\", \"fossilGhgEmissions\": {fossil}, \
        \"landUseChangeGhgEmissions\": \"0.25\", \"biogenicCO2Uptake\": \"-0.125\""
    );
    let unit = "\"declaredUnitOfMeasurement\": \"kilogram\", \"declaredUnitAmount\": \"2\"";
    let of =
        |version: &str, pcf: &str| format!("{{\"id\": \"a\", \"specVersion\": \"{version}\", \"pcf\": {{{pcf}}}}}");
    let days = |year: usize| {
        format!(
            "\"referencePeriodStart\": \"{year}-01-01T00:00:00Z\", \"referencePeriodEnd\": \"{year}-12-31T23:59:59Z\""
        )
    };
    match i % 40 {
        0 => of("3.0.0", &format!("{unit}, {sets}, {parts}, \"landCarbonLeakage\": \"1\"")),
        1 => of("3.0.0", &format!("{unit}, {sets}, \"pcfExcludingBiogenicUptake\": \"{total}\"")),
        2 => of(
            "2.3.0",
            &format!(
                "\"declaredUnit\": \"kilogram\", \"unitaryProductAmount\": \"2\", \"characterizationFactors\": \"AR6\", \
                \"pCfExcludingBiogenic\": \"{total}\", \"fossilGhgEmissions\": \"{fossil}\", \"dLucGhgEmissions\": \"0.25\", \
                \"primaryDataShare\": 12.5"
            ),
        ),
        3 => of("3.0.0", &format!("{unit}, \"ipccCharacterizationFactors\": [\"AR6\", \"AR5\"], {parts}")),
        4 => of("3.0.0", &format!("{unit}, {sets}, {parts}")).replace("\"id\"", "\"status\": \"Deprecated\", \"id\""),
        // Aircraft inside the fossil emissions, and beside them.
        5 => of(
            "3.0.0",
            &format!(
                "{unit}, {sets}, {parts}, \"aircraftGhgEmissions\": \"0.5\", \"landManagementFossilGhgEmissions\": 0"
            ),
        ),
        6 => of(
            "3.0.0",
            &format!(
                "{unit}, {sets}, \"pcfExcludingBiogenicUptake\": \"{total}\", \"fossilGhgEmissions\": {}, \
                \"aircraftGhgEmissions\": \"0.25\", \"landManagementFossilGhgEmissions\": \"0.5\"",
                i % 17
            ),
        ),
        7 => of("3.0.0", &format!("{unit}, {sets}, {parts}, {}", days(2022))),
        8 => of("3.0.0", &format!("{unit}, {sets}, {parts}, \"primaryDataShare\": \"120\"")),
        9 => of("3.0.0", &format!("{unit}, {sets}")),
        10 => {
            of("3.0.0", &format!("{sets}, {parts}, \"declaredUnitOfMeasurement\": \"hour\", \"declaredUnitAmount\": 1"))
        }
        11 => of("3.0.0", &format!("{unit}, {sets}, {parts}")).replace("\"2\"", "\"0\""),
        12 => of("3.0.0", &format!("{unit}, {sets}, \"pcfExcludingBiogenicUptake\": {{\"value\": {i}}}")),
        13 => of("3.0.0", &format!("{unit}, {sets}, {parts}, \"primaryDataShare\": null, \"boundary\": [1, 2]")),
        14 => of("3.0.0", &format!("{unit}, {sets}, {parts}")).replace("-0.125", "-0.25"),
        15 => of(
            "3.0.0",
            &format!(
                "{sets}, {parts}, \"declaredUnitOfMeasurement\": \"piece\", \"declaredUnitAmount\": 1, \
                \"productMassPerDeclaredUnit\": \"7\""
            ),
        ),
        16 => {
            let share = ["0.3", "\"30%\"", "\"0.3 t\"", "\"0.3 kg\""][i / 40 % 4];
            format!("{{\"value\": {i}, \"primary_data_share\": {share}}}")
        }
        17 => format!("{{\"value\": {i}, \"primary_data_share\": {{\"value\": 0.3}}}}"),
        18 => format!("{{\"value\": {i}, \"primary_data_share\": 1.3}}"),
        19 => format!("\"{i}\""),
        20 => "{\"pcf\": {}}".to_owned(),
        _ => of("3.0.2", &format!("{unit}, {sets}, {parts}, \"primaryDataShare\": \"{}\", {}", i % 101, days(2025))),
    }
}

#[test]
fn records_of_a_data_exchange() {
    let line = |i: usize| {
        let (rolled, used, pcf) = (i % 5 + 1, i % 13, record(i));
        format!("{{\"gwp\": \"AR6\", \"rolled\": {rolled}, \"slab_use\": {used}, \"slab_pcf\": {pcf}}}\n")
    };
    let text: String = (0..4_000).map(line).collect();
    let pieces: String = (0..400).map(|i| line(40 * i + 15)).collect();
    let p = plant("exchange", &[("in.jsonl", &text), ("pieces.jsonl", &pieces)]);
    let args = ["--set", "period=2025"];
    let Alike { out, native, .. } = p.alike("in.jsonl", &args, 1);
    // Line 65: 13.5 and 0.25 kg, less 0.125 kg that are taken up, by 2 kg: 6812.5 kg/t; 12 t of slab are in 5 t of sheet.
    assert!(out.contains("\n65,16350.00,"), "{}", &out[..600]);
    assert!(native > 2_200, "{native}");
    // By pieces of 7 kg.
    let Alike { out, native, .. } = p.alike("pieces.jsonl", &args, 0);
    // Line 2: the 55th: 4.5 and 0.25 less 0.125 kg by 7 kg, 660.714… kg/t; 3 t of slab are in 1 t of sheet.
    assert!(out.contains("\n2,1982.14,"), "{}", &out[..600]);
    assert!(native > 300, "{native}");
}

#[test]
fn a_share_is_a_pure_number() {
    let lines = |share: &str| {
        let line = |i: usize| {
            format!(
                "{{\"gwp\": \"AR6\", \"rolled\": 1, \"slab_use\": 2, \
                \"slab_pcf\": {{\"value\": {i}, \"primary_data_share\": \"{share}\"}}}}\n"
            )
        };
        (1..=40).map(line).collect::<String>()
    };
    let p = plant("shares", &[("share.jsonl", &lines("30%")), ("mass.jsonl", &lines("0.3 t"))]);
    let args = ["--set", "period=2025"];
    assert_eq!(p.alike("share.jsonl", &args, 0).native, 40);
    // The first unit of the program is t, which is none of a share.
    let refused = p.alike("mass.jsonl", &args, 1);
    assert_eq!((refused.native, refused.errors.lines().count()), (0, 41));
}

/// A cell of CSV.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The fields of a record by their paths, texts without their quotation marks and lists as they are.
fn fields(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(all) => all.iter().for_each(|(key, v)| fields(&format!("{path}.{key}"), v, out)),
        Value::Null => {}
        Value::String(text) => {
            out.insert(path.to_owned(), text.clone());
        }
        other => {
            out.insert(path.to_owned(), other.to_string());
        }
    }
}

#[test]
fn records_in_cells_and_columns_of_csv() {
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("a record");
    let all: Vec<BTreeMap<String, String>> = (0..2_000)
        .map(|i| {
            let mut out = BTreeMap::new();
            match parse(&record(i)) {
                Value::Object(all) => fields("slab_pcf", &Value::Object(all), &mut out),
                plain => fields("slab_pcf.value", &plain, &mut out),
            }
            out
        })
        .collect();
    let names: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let rest = |i: usize| format!("{i},{},{}", i % 5 + 1, i % 13);
    let mut apart = "id,rolled,slab_use".to_owned();
    names.iter().for_each(|n| apart += &format!(",{n}"));
    let mut whole = "id,rolled,slab_use,slab_pcf".to_owned();
    for (i, own) in all.iter().enumerate() {
        apart += &format!("\n{}", rest(i));
        names.iter().for_each(|n| apart += &format!(",{}", own.get(*n).map_or_else(String::new, |t| cell(t))));
        let odd = [
            "{\"value\": 700, \"sauce\": 1}",
            "{\"pcf\": ",
            "0.7 t/t",
            "",
            "[700]",
            "{\"inputs\": {\"cast\": 3, \"burnt\": 1}}",
        ];
        let text = if i % 50 < 40 { record(i) } else { odd[i % 6].to_owned() };
        whole += &format!("\n{},{}", rest(i), if text.is_empty() { text } else { cell(&text) });
    }
    let p = plant("exchange_csv", &[("apart.csv", &apart), ("whole.csv", &whole)]);
    let args = ["--id", "id", "--set", "period=2025", "--set", "gwp=AR6"];
    for input in ["apart.csv", "whole.csv"] {
        let Alike { out, native, errors } = p.alike(input, &args, 1);
        // As line 65 of the records above, which is row 64: 6812.5 kg/t; 12 t of slab are in 5 t of sheet.
        assert!(out.contains("\n64,16350.00,"), "{input}: {}", &out[..600]);
        assert!(native > 900, "{input}: {native}");
        assert!(errors.contains("FR-I013") && errors.contains("FR-I016"), "{input}");
    }
    // Rows of the same file, without what makes them native: the same figures.
    let args = [&args[..3], &["period=2025", "--set", "gwp=AR5"]].concat();
    p.alike("whole.csv", &args, 1);
}

/// As the sheet, with parts that each have a footprint.
const PARTS: &str = "record Part { name: text default \"\"; used: t{slab} where >= 0; pcf: footprint of slab_rule }
input parts: list of Part default []
emission others in metal for p in parts = p.used * p.pcf
";

#[test]
fn footprints_of_the_items_of_a_list() {
    let rule = format!("{SHEET}{PARTS}");
    let rows: String = (0..500).map(|i| format!("{i},{},0\n", i % 5 + 1)).collect();
    let item = |i: usize, k: usize| match (i + k) % 5 {
        0 => format!("{i},0.5,,,,,,700"),
        1 => format!("{i},0.5,2.0.0,kilogram,1,AR6,0.7,"),
        _ => format!("{i},{k}.5,3.0.0,kilogram,2,AR6,{}.75,", i % 17),
    };
    let items: String = (0..500).flat_map(|i| (0..i % 4).map(move |k| item(i, k) + "\n")).collect();
    let of =
        ["specVersion", "pcf.declaredUnitOfMeasurement", "pcf.declaredUnitAmount", "pcf.ipccCharacterizationFactors"];
    let head = of.map(|k| format!("pcf.{k}")).join(",");
    let items = format!("id,used,{head},pcf.pcf.pcfExcludingBiogenicUptake,pcf.value\n{items}");
    let rows = format!("id,rolled,slab_use\n{rows}");
    let p = plant("parts", &[("plant.pcr", &rule), ("in.csv", &rows), ("parts.csv", &items)]);
    let args =
        ["--id", "id", "--list", "parts=parts.csv", "--set", "period=2025", "--set", "gwp=AR6", "--columns", "total"];
    let Alike { out, native, .. } = p.alike("in.csv", &args, 1);
    // Row 8 has no parts; row 2 has, for 3 t, 0.5 t and 1.5 t at 2.75 / 2 t/t; row 1 has a record of version 2 by the names of
    // version 3.
    assert!(out.contains("\n8,0.00\n") && out.contains("\n2,916.67\n") && !out.contains("\n1,"), "{}", &out[..300]);
    assert!(native > 200, "{native}");
}

#[test]
fn records_nested_in_parquet() {
    let text =
        |of: fn(usize) -> String| -> ArrayRef { Arc::new((0..200).map(|i| Some(of(i))).collect::<StringArray>()) };
    let mut sets = ListBuilder::new(StringBuilder::new());
    (0..200).for_each(|i| {
        sets.values().append_value(if i == 7 { "AR5" } else { "AR6" });
        sets.append(true);
    });
    let fossil = Decimal128Array::from((0..200).map(|i| Some(i * 10 + 5)).collect::<Vec<_>>());
    let of = |fields: Vec<(&str, ArrayRef)>| -> ArrayRef {
        let fields = fields.into_iter().map(|(n, a)| (Arc::new(Field::new(n, a.data_type().clone(), true)), a));
        Arc::new(StructArray::from(fields.collect::<Vec<_>>()))
    };
    let pcf = of(vec![
        ("declaredUnitOfMeasurement", text(|_| "kilogram".to_owned())),
        ("declaredUnitAmount", text(|_| "1".to_owned())),
        ("ipccCharacterizationFactors", Arc::new(sets.finish())),
        ("pcfExcludingBiogenicUptake", Arc::new(fossil.with_precision_and_scale(9, 1).expect("fits"))),
    ]);
    let record = of(vec![("specVersion", text(|_| "3.0.0".to_owned())), ("pcf", pcf)]);
    let tonnes: ArrayRef = Arc::new(Int64Array::from(vec![10; 200]));
    let p = plant("exchange_parquet", &[]);
    let columns = [("rolled", tonnes.clone()), ("slab_use", tonnes), ("slab_pcf", record)];
    parquet(&p.path("in.parquet"), &RecordBatch::try_from_iter(columns).expect("a batch"));
    let Alike { out, native, errors } = p.alike("in.parquet", &["--set", "period=2025", "--columns", "total"], 1);
    // 2.5 kg by kg is 2500 kg by t.
    assert!(out.contains("\n3,2500.00\n") && native == 199, "{native}: {out}");
    assert!(errors.contains("8,") && errors.contains("FR-I013") && errors.lines().count() == 2, "{errors}");
}
