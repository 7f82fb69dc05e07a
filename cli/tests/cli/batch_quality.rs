//! `batch` over rated data: ratings in columns of their own or in JSON, the same with native code as without.
//!
//! Figures by hand; all values are illustrative. Coal: amount × factor. A leak of methane: kg × 29.8 (IPCC AR6, table 7.SM.7).

use super::plant::{Alike, Plant};

const RULE: &str = "rule bars en \"bars\"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{bar} of made
round 1 decimals in kg{CO2e}/t{bar}
use std.units, std.gas
flow bar en \"bar\"
flow coal en \"coal\"
stage making en \"making\"
record Leak { mass: kg{CH4} where >= 0 }
input made: t{bar} where > 0
input coal_use: activity of t{coal}
input leak: kg{CH4} where >= 0 default 0
input leaks: list of Leak default []
emission burning in making = coal_use.amount * coal_use.factor
emission leaking in making = leak
emission more in making for l in leaks = l.mass
report rating = if rated_share > 10% then dqr else 0 round 2 decimals
report covered = rated_share round 3 decimals
report measured = primary_share round 3 decimals
";

#[test]
fn ratings_are_columns() {
    let table = "id,gwp,made,coal_use.amount,coal_use.factor,coal_use.quality,coal_use.factor.quality,leak,leak.quality.ter,\
        leak.quality.gr,leak.quality.tir,leak.quality.p\n\
        a,AR6,1,3,10,2,4,,,,,\nb,AR6,1,3,10,2,,1,1,2,2,3\nc,AR6,1,3,10,,,10,2,2,3,2\nd,AR6,1,3,10,6,,,,,,\n\
        e,AR6,1,3,10,2,,,2,2,3,2\nf,AR6,1,3,10,2,,1,2,,,\ng,AR6,1,3,10,2e0,,,,,,\nh,AR6,1,3,10,02,,,,,,\ni,AR6,1,3,10,,,,,,,\n";
    let p = Plant::new("ratings", &[("plant.pcr", RULE), ("in.csv", table)]);
    let columns = ["--id", "id", "--columns", "reports"];
    let Alike { out, native, .. } = p.alike("in.csv", &columns, 1);
    // a: the mean of 2 and 4. b: all of it 2. c: 298 of 328 kg, rated 9 / 4. i: nobody rated it.
    let want = ["a,3.00,1.000,", "b,2.00,1.000,", "c,2.25,0.909,", "g,2.00,1.000,", "i,0.00,0.000,"];
    assert!(want.iter().all(|w| out.contains(&format!("\n{w}"))), "{out}");
    assert!(!out.contains("\nd,") && !out.contains("\ne,") && !out.contains("\nf,"), "{out}");
    assert!(native >= 4, "{native}");
}

#[test]
fn what_is_primary_is_said_in_columns() {
    let table = "id,gwp,made,coal_use.amount,coal_use.factor,coal_use.primary,leak,leak.primary\n\
        a,AR6,1,3,10,true,1,\nb,AR6,1,3,10,,1,false\nc,AR6,1,3,10,false,1,true\nd,AR6,1,3,10,,,true\n\
        e,AR6,1,3,10,yes,1,\nf,AR6,1,3,10,TRUE,1,\n";
    let p = Plant::new("primary_data", &[("plant.pcr", RULE), ("in.csv", table)]);
    let Alike { out, native, .. } = p.alike("in.csv", &["--id", "id", "--columns", "reports"], 1);
    // 30 kg of coal and 29.8 kg of methane.
    let want = ["a,0.00,0.000,1.000\n", "b,0.00,0.000,0.000\n", "c,0.00,0.000,0.498\n", "f,0.00,0.000,1.000\n"];
    assert!(want.iter().all(|w| out.contains(w)), "{out}");
    assert!(!out.contains("\nd,") && !out.contains("\ne,"), "{out}");
    assert!(native >= 3, "{native}");
}

#[test]
fn ratings_in_json() {
    let line = |i: usize| {
        let four = format!("{{\"ter\": {}, \"geographical\": 2, \"tir\": \"3\", \"p\": 1.5}}", i % 5 + 1);
        let coal = match i % 30 {
            0 => "{\"amount\": 3, \"factor\": 10}".to_owned(),
            1 => "{\"amount\": {\"value\": 3, \"quality\": 7}, \"factor\": 10}".to_owned(),
            2 => "{\"amount\": 3, \"factor\": {\"value\": 10, \"quality\": {\"ter\": 1}}}".to_owned(),
            3 => {
                let rating = ["null", "\"200%\"", "\"2 t\"", "\"2\""][i / 30 % 4];
                format!("{{\"amount\": 3, \"factor\": 10, \"quality\": {rating}}}")
            }
            4 => "{\"amount\": 3, \"factor\": {\"quality\": 2}}".to_owned(),
            k if k < 15 => format!(
                "{{\"amount\": {{\"value\": {k}, \"quality\": {four}}}, \"factor\": {{\"value\": 10, \"quality\": \"{}.25\"}}}}",
                i % 4 + 1
            ),
            k => format!(
                "{{\"amount\": {k}.5, \"factor\": 10, \"quality\": {}, \"primary\": {}}}",
                i % 5 + 1,
                i.is_multiple_of(2)
            ),
        };
        let leak = match i % 7 {
            0 => "null".to_owned(),
            1 => format!("{i}"),
            2 => "{\"quality\": 3}".to_owned(),
            3 => format!("{{\"value\": {i}, \"primary\": {}}}", ["true", "false", "null", "\"true\""][i % 4]),
            _ => format!("{{\"value\": {}.125, \"quality\": {four}}}", i % 9),
        };
        let leaks = match i % 3 {
            0 => String::new(),
            1 => "{\"mass\": {\"value\": 2, \"quality\": 1}}, {\"mass\": 3}".to_owned(),
            _ => format!("{{\"mass\": {{\"value\": {i}, \"quality\": 4}}}}"),
        };
        format!(
            "{{\"gwp\": \"AR6\", \"made\": {}, \"coal_use\": {coal}, \"leak\": {leak}, \"leaks\": [{leaks}]}}\n",
            i % 5 + 1
        )
    };
    let text: String = (0..4_000).map(line).collect();
    let p = Plant::new("rating_lines", &[("plant.pcr", RULE), ("in.jsonl", &text)]);
    let Alike { native, .. } = p.alike("in.jsonl", &["--columns", "reports"], 1);
    assert!(native > 2_500, "{native}");
}
