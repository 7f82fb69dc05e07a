//! What plans understand, construct by construct: small rules over columns, with rows that have a result and rows that are
//! refused. The figures are worked out by hand.
//!
//! Each row that the reference accepts must be sure in the kernel, with the figure that stands here; each that it refuses must
//! not. What the certified and the exact evaluator say of a row is compared as well.

use super::native::{Compared, batch};
use super::upstream::{CAST, UPSTREAM};
use footrule_compiler::Session;
use footrule_native::decimal::Decimal;
use footrule_native::{Layout, plan};
use footrule_number::Number;
use footrule_tests::native::{Case, columns};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Before each rule.
const PRELUDE: &str = "rule c en \"construct\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\nuse std.gas\n\
    flow Al en \"Al\"\ndeclared unit 1 t{Al} of made\nround 3 decimals in kg{CO2e}/t{Al}\nstage s en \"s\"\n\
    input made: t{Al} where > 0 default 1 t{Al}\n\
    source s1 { title \"constructed\"; year 2026; gwp AR6; status constructed }\n\
    source s2 { title \"constructed\"; year 2026; gwp AR6; origin fossil; status constructed }\n\
    source s3 { title \"constructed\"; year 2026; gwp AR6; origin biogenic; status constructed }\n\
    emission own in s = 0 kg{CO2}\n";

/// A rule, and rows with the figure `report.y`, or nothing where the row is refused.
struct Construct {
    name: &'static str,
    rule: &'static str,
    rows: &'static [(&'static str, Option<&'static str>)],
}

#[rustfmt::skip]
const CONSTRUCTS: &[Construct] = &[
    Construct {
        name: "a text compared with known ones, and with another column",
        rule: "record Part { name: text; mass: number }\ninput parts: list of Part\ninput first: text\n\
            report y = sum(p.mass for p in parts where p.name == first) + (if first == \"steel\" then 100 else 0)\n",
        rows: &[
            (r#"{"first": "steel", "parts": [{"name": "steel", "mass": "2"}, {"name": "zinc", "mass": "3"}]}"#, Some("102")),
            (r#"{"first": "zinc", "parts": [{"name": "steel", "mass": "2"}, {"name": "zinc", "mass": "3"}]}"#, Some("3")),
            (r#"{"first": "lead", "parts": [{"name": "tin", "mass": "2"}, {"name": "lead", "mass": "5"}]}"#, Some("5")),
        ],
    },
    Construct {
        name: "a table by a text",
        rule: "table share(n: text) -> number source s1 { \"steel\" => 2; \"zinc\" => 3; _ => 7 }\ninput n: text\nreport y = share(n)\n",
        rows: &[(r#"{"n": "steel"}"#, Some("2")), (r#"{"n": "zinc"}"#, Some("3")), (r#"{"n": "lead"}"#, Some("7"))],
    },
    Construct {
        name: "days are ordered",
        rule: "input from: date\ninput x: number\nreport y = if from < 2025-03-01 then x else if from == 2025-03-01 then 2 * x else 3 * x\n",
        rows: &[
            (r#"{"from": "2025-02-28", "x": "1.5"}"#, Some("1.5")),
            (r#"{"from": "2025-03-01", "x": "1.5"}"#, Some("3")),
            (r#"{"from": "2026-01-01", "x": "1.5"}"#, Some("4.5")),
        ],
    },
    Construct {
        name: "items that must differ",
        rule: "record Part { name: text; mass: number }\ninput parts: list of Part where unique name\nreport y = sum(p.mass for p in parts)\n",
        rows: &[
            (r#"{"parts": [{"name": "a", "mass": "1"}, {"name": "b", "mass": "2"}]}"#, Some("3")),
            (r#"{"parts": [{"name": "a", "mass": "1"}, {"name": "a", "mass": "2"}]}"#, None),
            (r#"{"parts": [{"name": "a", "mass": "4"}]}"#, Some("4")),
        ],
    },
    Construct {
        name: "items that must differ in a member",
        rule: "enum Part { frame; wheel; seat }\nrecord Use { part: Part; mass: number }\ninput parts: list of Use where unique part\n\
            report y = sum(p.mass for p in parts)\n",
        rows: &[
            (r#"{"parts": [{"part": "wheel", "mass": "1"}, {"part": "seat", "mass": "2"}, {"part": "frame", "mass": "4"}]}"#, Some("7")),
            (r#"{"parts": [{"part": "wheel", "mass": "1"}, {"part": "seat", "mass": "2"}, {"part": "wheel", "mass": "4"}]}"#, None),
            (r#"{"parts": [{"part": "frame", "mass": "3"}]}"#, Some("3")),
            (r#"{"parts": []}"#, Some("0")),
        ],
    },
    Construct {
        name: "evidence beside a value",
        rule: "input x: number\nrequire evidence x\nreport y = 2 * x\n",
        rows: &[
            (r#"{"x": {"value": "3", "source": "a meter"}}"#, Some("6")),
            (r#"{"x": {"value": "5"}}"#, None),
            (r#"{"x": {"value": "4", "source": "a meter"}}"#, Some("8")),
        ],
    },
    Construct {
        name: "CO2e by origins that some rows do not have",
        rule: "input use: activity of kg\nemission e in s = use.amount * use.factor\nreport y = total + (if origin_total(biogenic) > 0 kg{CO2e}/t{Al} then 1000 else 0) * 1 kg{CO2e}/t{Al}\n",
        rows: &[
            (r#"{"use": {"amount": "2", "factor": {"fossil": "3", "biogenic": "1"}}}"#, Some("1008")),
            (r#"{"use": {"amount": "2", "factor": {"fossil": "3"}}}"#, Some("6")),
        ],
    },
    Construct {
        name: "a footprint of another product",
        rule: "input slab: footprint of kg\nemission e in s = slab * 2 kg\nreport y = total\n",
        rows: &[(r#"{"slab": "1.5"}"#, Some("3")), (r#"{"slab": "-1"}"#, None), (r#"{"slab": "0.25"}"#, Some("0.5"))],
    },
    // 100 kg of coal at 3, over 3 t: 300 / 3; with 1 kg of methane 329.8 / 3 = 109.933…, published as 109.9; × 2 t.
    Construct {
        name: "a footprint by the inputs of its rule",
        rule: "use up.{slab}\ninput slab: footprint of up\nemission e in s = slab * 2 t{slab}\nreport y = total\n",
        rows: &[
            (r#"{"slab": {"inputs": {"cast": "3", "burnt": "100", "fuel": "coal"}}}"#, Some("200")),
            (r#"{"slab": {"inputs": {"cast": "3", "burnt": "100", "fuel": "coal", "leak": "1"}}}"#, Some("219.8")),
            (r#"{"slab": {"inputs": {"cast": "3", "burnt": "100", "fuel": "wood"}}}"#, Some("133.4")),
            (r#"{"slab": {"inputs": {"cast": "0", "burnt": "100", "fuel": "coal"}}}"#, None),
            (r#"{"slab": {"inputs": {"cast": "3", "burnt": "1001", "fuel": "coal"}}}"#, None),
            (r#"{"slab": {"inputs": {"cast": "3", "burnt": "100"}}}"#, None),
        ],
    },
    Construct {
        name: "a footprint by inputs or by a number",
        rule: "use up.{slab}\ninput slab: optional footprint of up\nemission e in s = (if given slab then slab * 2 t{slab} else 2 kg{CO2e})\nreport y = total\n",
        rows: &[
            (r#"{"slab": {"inputs": {"cast": "3", "burnt": "100", "fuel": "coal"}}}"#, Some("200")),
            (r#"{"slab": "55"}"#, Some("110")),
            (r#"{}"#, Some("2")),
        ],
    },
    Construct {
        name: "footprints of items, by lists of their own",
        rule: "use up.{slab}\nrecord Part { mass: t{slab}; pcf: footprint of up where >= 0 }\ninput parts: list of Part\n\
            emission e in s for p in parts = p.mass * p.pcf\nreport y = total\n",
        // (10 + 2 · 4) / 2 = 9, × 3; 7 / 1, × 1.
        rows: &[
            (
                r#"{"parts": [{"mass": "3", "pcf": {"inputs": {"cast": "2", "burnt": "0", "fuel": "coal", "loads": [{"name": "near", "mass": "10"}, {"name": "far", "mass": "4"}]}}},
                    {"mass": "1", "pcf": {"inputs": {"cast": "1", "burnt": "0", "fuel": "coal", "loads": [{"name": "near", "mass": "7"}]}}}]}"#,
                Some("34"),
            ),
            (
                r#"{"parts": [{"mass": "3", "pcf": {"inputs": {"cast": "0", "burnt": "0", "fuel": "coal", "loads": []}}}]}"#,
                None,
            ),
        ],
    },
    Construct {
        name: "a default of a conditional input",
        rule: "input wet: bool\ninput x: number when wet default 7\nreport y = if wet then x else 0\n",
        rows: &[
            (r#"{"wet": true, "x": "2"}"#, Some("2")),
            (r#"{"wet": true}"#, Some("7")),
            (r#"{"wet": false}"#, Some("0")),
            (r#"{"wet": false, "x": "2"}"#, None),
        ],
    },
    Construct {
        name: "parts of a list",
        rule: "record Step { loss: number where 0 .. 1 }\ninput steps: list of Step\n\
            report y = sum(36 / product(1 - t.loss for t in steps from s) for s in steps)\n",
        rows: &[
            (r#"{"steps": [{"loss": "0.1"}, {"loss": "0.2"}, {"loss": "0.5"}]}"#, Some("262")),
            (r#"{"steps": [{"loss": "0.1"}]}"#, Some("40")),
            (r#"{"steps": [{"loss": "0.1"}, {"loss": "1"}]}"#, None),
        ],
    },
    Construct {
        name: "pairs of items",
        rule: "record Part { mass: number }\ninput parts: list of Part\nreport y = sum(p.mass * q.mass for p in parts, q in parts)\n",
        rows: &[
            (r#"{"parts": [{"mass": "1"}, {"mass": "2"}, {"mass": "3"}]}"#, Some("36")),
            (r#"{"parts": [{"mass": "5"}]}"#, Some("25")),
        ],
    },
    Construct {
        name: "pairs of items that hold lists",
        rule: "record Part { mass: number; tags: list of number }\ninput parts: list of Part\n\
            report y = sum(p.mass * sum(k for k in q.tags) for p in parts, q in parts) + \
            100 * sum(k * j for p in parts, k in p.tags, q in parts after p, j in q.tags)\n",
        rows: &[
            // (1 + 2) · (1 + 2 + 3), and 1 · 3 + 2 · 3.
            (r#"{"parts": [{"mass": "1", "tags": ["1", "2"]}, {"mass": "2", "tags": ["3"]}]}"#, Some("918")),
            (r#"{"parts": [{"mass": "5", "tags": ["1", "2"]}]}"#, Some("15")),
            (r#"{"parts": [{"mass": "5", "tags": []}, {"mass": "1", "tags": ["7"]}]}"#, Some("42")),
        ],
    },
    Construct {
        name: "lists in the items of a list",
        rule: "record Leg { km: number where >= 0 }\nrecord Truck { load: number; legs: list of Leg }\ninput trucks: list of Truck\n\
            report y = sum(t.load * sum(l.km for l in t.legs) for t in trucks)\n",
        rows: &[
            (r#"{"trucks": [{"load": "2", "legs": [{"km": "10"}, {"km": "5"}]}, {"load": "3", "legs": [{"km": "7"}]}]}"#, Some("51")),
            (r#"{"trucks": [{"load": "4", "legs": []}, {"load": "1", "legs": [{"km": "6"}, {"km": "1"}]}]}"#, Some("7")),
            (r#"{"trucks": [{"load": "4", "legs": [{"km": "-1"}]}]}"#, None),
        ],
    },
    Construct {
        name: "products, means and extremes",
        rule: "record Part { x: number }\ninput parts: list of Part\n\
            report y = product(p.x for p in parts) + 10 * mean(p.x for p in parts) + 100 * min(p.x for p in parts) + 1000 * max(p.x for p in parts)\n",
        rows: &[
            (r#"{"parts": [{"x": "2"}, {"x": "3"}, {"x": "4"}]}"#, Some("4254")),
            (r#"{"parts": [{"x": "5"}]}"#, Some("5555")),
            (r#"{"parts": []}"#, None),
        ],
    },
    Construct {
        name: "exponentials and logarithms",
        rule: "input x: number where > 0\nreport y = exp(ln(x)) * 2 + sqrt(x) ^ 2\n",
        rows: &[(r#"{"x": "4"}"#, Some("12")), (r#"{"x": "9"}"#, Some("27")), (r#"{"x": "0"}"#, None)],
    },
    Construct {
        name: "exponents that are computed",
        rule: "input x: number\ninput n: integer\nreport y = x ^ n\n",
        rows: &[
            (r#"{"x": "2", "n": "10"}"#, Some("1024")),
            (r#"{"x": "0.5", "n": "-3"}"#, Some("8")),
            (r#"{"x": "7", "n": "0"}"#, Some("1")),
            (r#"{"x": "0", "n": "-1"}"#, None),
        ],
    },
    Construct {
        name: "exponents that are computed, within stated limits",
        rule: "input x: number\ninput n: integer where -20 .. 60\nreport y = x ^ n\n",
        rows: &[
            (r#"{"x": "2", "n": "45"}"#, Some("35184372088832")),
            (r#"{"x": "0.5", "n": "-18"}"#, Some("262144")),
            (r#"{"x": "2", "n": "61"}"#, None),
        ],
    },
    Construct {
        name: "a parameter on a day",
        rule: "param price: number source s1 { 2024-01-01 => 5; 2025-07-01 => 8; after last hold; before first error }\ninput d: date\nreport y = price at d\n",
        rows: &[
            (r#"{"d": "2024-03-01"}"#, Some("5")),
            (r#"{"d": "2025-06-30"}"#, Some("5")),
            (r#"{"d": "2025-07-01"}"#, Some("8")),
            (r#"{"d": "2020-01-01"}"#, None),
        ],
    },
    Construct {
        name: "a parameter in a year",
        rule: "param price: number source s1 { 2024 => 5; 2025 => 8; after last error; before first error }\ninput n: integer\nreport y = price at n\n",
        rows: &[(r#"{"n": "2024"}"#, Some("5")), (r#"{"n": "2025"}"#, Some("8")), (r#"{"n": "2026"}"#, None)],
    },
    Construct {
        name: "a record that some rows do not have",
        rule: "record Extra { a: number default 3; b: number default 4 }\ninput extra: optional Extra\ninput x: number\n\
            report y = x + (if given extra then 100 + extra.a * extra.b else 0)\n",
        rows: &[
            (r#"{"x": "1", "extra": {"a": "2"}}"#, Some("109")),
            (r#"{"x": "2"}"#, Some("2")),
            (r#"{"x": "3", "extra": {"b": "5"}}"#, Some("118")),
        ],
    },
    Construct {
        name: "a gas that each item names",
        rule: "record Leak { gas: Gas; mass: kg{gas} where >= 0 }\ninput leaks: list of Leak\nemission e in s for l in leaks = l.mass\nreport y = total\n",
        // IPCC AR6, table 7.SM.7: N2O 273, CH4 of fossil origin 29.8.
        rows: &[
            (r#"{"leaks": [{"gas": "N2O", "mass": "2"}, {"gas": "CH4", "mass": "10"}]}"#, Some("844")),
            (r#"{"leaks": [{"gas": "N2O", "mass": "1"}, {"gas": "N2O", "mass": "0.5"}]}"#, Some("409.5")),
            (r#"{"leaks": [{"gas": "N2O", "mass": "-1"}]}"#, None),
        ],
    },
    Construct {
        name: "table rows of several origins",
        rule: "enum Fuel { coal; wood }\ntable factor(f: Fuel) -> kg{CO2e}/kg { coal => 3 source s2; wood => 2 source s3 }\n\
            input f: Fuel\ninput m: kg\nemission e in s = m * factor(f)\nreport y = origin_total(biogenic) * 10 + total\n",
        rows: &[(r#"{"f": "coal", "m": "2"}"#, Some("6")), (r#"{"f": "wood", "m": "3"}"#, Some("66"))],
    },
    Construct {
        name: "a range whose end is computed",
        rule: "input n: integer where 0 .. 40\ninput x: number\nreport y = sum(x * k for k in 1 .. n)\n",
        rows: &[
            (r#"{"n": "3", "x": "2"}"#, Some("12")),
            (r#"{"n": "0", "x": "2"}"#, Some("0")),
            (r#"{"n": "40", "x": "1"}"#, Some("820")),
            (r#"{"n": "41", "x": "1"}"#, None),
        ],
    },
    Construct {
        name: "a range for each item",
        rule: "record Part { n: integer where 0 .. 6; mass: number }\ninput parts: list of Part\n\
            report y = sum(p.mass * k for p in parts, k in 1 .. p.n)\n",
        rows: &[
            (r#"{"parts": [{"n": "2", "mass": "2"}, {"n": "1", "mass": "5"}]}"#, Some("11")),
            (r#"{"parts": [{"n": "0", "mass": "2"}]}"#, Some("0")),
        ],
    },
    Construct {
        name: "values that are scaled, and said to be",
        rule: "record Part { p: number where >= 0 }\ninput parts: list of Part where sum(p) = 1 within 50% scaled\n\
            report y = min(q.p for q in parts)\n",
        rows: &[
            (r#"{"parts": [{"p": "0.2"}, {"p": "0.6"}]}"#, Some("0.25")),
            (r#"{"parts": [{"p": "0.4"}, {"p": "0.6"}]}"#, Some("0.4")),
            (r#"{"parts": [{"p": "0.1"}, {"p": "0.1"}]}"#, None),
        ],
    },
    Construct {
        name: "a total in a further unit",
        rule: "unit ingot en \"ingot\"\ninput ingots: ingot where > 0 default 4 ingot\nalso unit 1 ingot of ingots\n\
            emission e in s = made * 3 kg{CO2}/t{Al}\nreport y = total\n",
        rows: &[(r#"{"made": "2"}"#, Some("3")), (r#"{"ingots": "0.25"}"#, Some("3"))],
    },
    Construct {
        name: "a parameter that is held on a day",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning until 2024-06-30; before first hold with warning }\n\
            input d: date\nreport y = late at d\n",
        rows: &[
            (r#"{"d": "2022-12-31"}"#, Some("8")),
            (r#"{"d": "2023-01-01"}"#, Some("8")),
            (r#"{"d": "2024-06-30"}"#, Some("8")),
            (r#"{"d": "2024-07-01"}"#, None),
            (r#"{"d": "2020-12-31"}"#, Some("5")),
            (r#"{"d": "2021-01-01"}"#, Some("5")),
        ],
    },
    Construct {
        name: "a parameter that is held in a year, in one arm",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            input n: integer\ninput x: number\nreport y = if x > 1 then late at n else 3\n",
        rows: &[
            (r#"{"n": "2022", "x": "2"}"#, Some("8")),
            (r#"{"n": "2023", "x": "2"}"#, Some("8")),
            (r#"{"n": "2023", "x": "1"}"#, Some("3")),
            (r#"{"n": "2020", "x": "1"}"#, Some("3")),
            (r#"{"n": "2020", "x": "2"}"#, None),
        ],
    },
    Construct {
        name: "a parameter that is held in the period, wherever it may be read",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            param later: kg{CO2e}/kWh source s2 { 2022 => 0.5; after last hold with warning; before first error }\n\
            enum Way { plain; odd; held }\n\
            record Part { mass: number; share: number default late; note: optional number }\n\
            input way: Way\ninput x: number default late\ninput parts: list of Part default []\n\
            input use: kWh default 0 kWh\n\
            let other = late * 2\n\
            let base = match way { plain => 1; odd => 2; held => late }\n\
            §1 let chosen = 4\n§2 except chosen when way == odd and x > 5 = other\n\
            emission e in s when use > 10 kWh = use * later\n\
            emission f in s for p in parts where p.mass > (if way == odd then late else 0) = p.mass * 1 kg{CO2}\n\
            report y = base + x + chosen\nreport z = sum(p.share for p in parts)\n\
            report some = any(p.mass > 3 for p in parts)\nreport told = all(x > 0 for p in parts)\n",
        rows: &[
            (r#"{"way": "plain", "x": "1", "parts": []}"#, Some("6")),
            (r#"{"way": "held", "x": "1", "parts": []}"#, Some("13")),
            (r#"{"way": "plain", "parts": []}"#, Some("13")),
            (r#"{"way": "odd", "x": "1", "parts": []}"#, Some("7")),
            (r#"{"way": "odd", "x": "6", "parts": []}"#, Some("24")),
            (r#"{"way": "plain", "x": "1", "use": "5", "parts": []}"#, Some("6")),
            (r#"{"way": "plain", "x": "1", "use": "20", "parts": []}"#, Some("6")),
            (r#"{"way": "plain", "x": "1", "parts": [{"mass": "2", "share": "1"}]}"#, Some("6")),
            (r#"{"way": "plain", "x": "1", "parts": [{"mass": "2"}]}"#, Some("6")),
            (r#"{"way": "odd", "x": "1", "parts": [{"mass": "2", "share": "1"}]}"#, Some("7")),
        ],
    },
    Construct {
        name: "a factor that the rule completes, held or not",
        rule: "param later: kg{CO2e}/kWh source s2 { 2022 => 0.5; after last hold with warning; before first error }\n\
            input use: activity of kWh factor default later\ninput x: number\n\
            emission e in s = if x > 1 then use.amount * use.factor else use.amount * 1 kg{CO2e}/kWh\nreport y = total\n",
        rows: &[
            (r#"{"use": {"amount": "4"}, "x": "2"}"#, Some("2")),
            (r#"{"use": {"amount": "4", "factor": "3"}, "x": "2"}"#, Some("12")),
            (r#"{"use": {"amount": "4"}, "x": "0"}"#, Some("4")),
        ],
    },
    Construct {
        name: "the share of primary data",
        rule: "input out: kg{CO2}\ninput leak: kg{CO2} default 20\ninput back: kg{CO2} default 0\n\
            emission a in s = out\nemission b in s = leak\ncredit c in s = back\nreport y = primary_share\n",
        rows: &[
            (r#"{"out": "10"}"#, Some("0.333")),
            (r#"{"out": "10", "leak": "30"}"#, Some("1")),
            // 20 of 10 + 20 + 10, by magnitude.
            (r#"{"out": "10", "back": "10"}"#, Some("0.5")),
            (r#"{"out": "0", "leak": "0"}"#, None),
        ],
    },
    Construct {
        name: "primary data in the items of a list",
        rule: "record Leak { mass: kg{CO2} where >= 0; share: number default 0.5; let net: kg{CO2} = mass * share }\n\
            input leaks: list of Leak\ninput use: activity of kWh factor default later\n\
            param later: kg{CO2e}/kWh source s2 { 2024 => 3; after last hold; before first error }\n\
            emission a in s for l in leaks = l.mass\nemission b in s for l in leaks = l.net\n\
            emission c in s = use.amount * use.factor\nreport y = primary_share\n",
        rows: &[
            // 4 + 2 and 4 · 0.5 of 4 + 2 + 2 + 1 + 3.
            (r#"{"leaks": [{"mass": "4", "share": "0.5"}, {"mass": "2"}], "use": {"amount": "1"}}"#, Some("0.667")),
            // All of 4 + 4 + 6.
            (r#"{"leaks": [{"mass": "4", "share": "1"}], "use": {"amount": "2"}}"#, Some("0.571")),
        ],
    },
    Construct {
        name: "primary data as a whole, in an arm, and read from a table",
        rule: "record Leak { mass: kg{CO2} where >= 0; share: number default 0.5 }\ninput leaks: list of Leak\n\
            enum E { plain; odd }\ntable times(e: E) -> number source s1 { plain => 2; odd => 4 }\n\
            input way: E\ninput x: number default 1\ninput out: kg{CO2}\n\
            emission a in s = sum(l.mass for l in leaks)\n\
            emission b in s = match way { plain => out; odd => out * x }\n\
            emission c in s = if x > 5 then out * times(way) else 3 kg{CO2}\nreport y = primary_share\n",
        rows: &[
            // The list is read as a whole: a share that is assumed makes all of it secondary. 2 and 3 of 4 + 2 + 3.
            (r#"{"leaks": [{"mass": "4"}], "way": "plain", "out": "2", "x": "1"}"#, Some("0.556")),
            (r#"{"leaks": [{"mass": "4", "share": "1"}], "way": "plain", "out": "2", "x": "1"}"#, Some("1")),
            // Nobody gave x: 2 of 2 + 3, then none of 2 + 3.
            (r#"{"leaks": [], "way": "plain", "out": "2"}"#, Some("0.4")),
            (r#"{"leaks": [], "way": "odd", "out": "2"}"#, Some("0")),
            // 2 · 6 of it and of 2 · 4 from the table.
            (r#"{"leaks": [], "way": "odd", "out": "2", "x": "6"}"#, Some("0.6")),
        ],
    },
    // What is held is told where a loop that may end early comes to it, and not where an earlier turn decides.
    Construct {
        name: "a parameter that some turns of `any` read",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            record Part { mass: number; old: bool }\ninput parts: list of Part\n\
            report y = if any(p.mass > (if p.old then late else 3) for p in parts) then 1 else 2\n",
        rows: &[
            (r#"{"parts": []}"#, Some("2")),
            (r#"{"parts": [{"mass": "4", "old": false}, {"mass": "1", "old": true}]}"#, Some("1")),
            (r#"{"parts": [{"mass": "1", "old": true}, {"mass": "4", "old": false}]}"#, Some("1")),
            (r#"{"parts": [{"mass": "1", "old": false}, {"mass": "1", "old": true}]}"#, Some("2")),
            (r#"{"parts": [{"mass": "1", "old": false}, {"mass": "9", "old": false}, {"mass": "9", "old": true}]}"#, Some("1")),
            (r#"{"parts": [{"mass": "9", "old": true}, {"mass": "9", "old": false}]}"#, Some("1")),
        ],
    },
    Construct {
        name: "a parameter that some turns of `all` read, in filters and behind them",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            record Part { mass: number; old: bool; odd: bool }\ninput parts: list of Part\n\
            report y = if all(p.mass > (if p.odd then late else 3) for p in parts where p.mass < (if p.old then late else 7)) then 1 else 2\n",
        rows: &[
            (r#"{"parts": [{"mass": "9", "old": false, "odd": true}]}"#, Some("1")),
            (r#"{"parts": [{"mass": "9", "old": true, "odd": true}]}"#, Some("1")),
            (r#"{"parts": [{"mass": "1", "old": false, "odd": false}, {"mass": "4", "old": true, "odd": true}]}"#, Some("2")),
            (r#"{"parts": [{"mass": "4", "old": false, "odd": false}, {"mass": "4", "old": false, "odd": true}]}"#, Some("2")),
            (r#"{"parts": [{"mass": "9", "old": false, "odd": false}, {"mass": "4", "old": true, "odd": false}]}"#, Some("1")),
        ],
    },
    Construct {
        name: "a parameter that some turns over a list in a list read",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            record Run { hours: number; old: bool }\nrecord Engine { rate: number; old: bool; runs: list of Run }\n\
            input engines: list of Engine\ninput xs: list of number\n\
            report y = (if any(q.hours > (if q.old then late else 3) * e.rate for e in engines where e.rate > (if e.old then late else 1), q in e.runs) then 1 else 2)\n\
            report z = any(x * e.rate > (if e.rate > 5 then late else 10) for x in xs, e in engines)\n",
        rows: &[
            (r#"{"engines": [{"rate": "2", "old": false, "runs": [{"hours": "7", "old": false}]}, {"rate": "9", "old": true, "runs": [{"hours": "1", "old": true}]}], "xs": ["6", "0"]}"#, Some("1")),
            (r#"{"engines": [{"rate": "2", "old": false, "runs": [{"hours": "5", "old": false}]}, {"rate": "3", "old": true, "runs": [{"hours": "1", "old": true}]}], "xs": ["1", "2"]}"#, Some("2")),
            (r#"{"engines": [{"rate": "2", "old": false, "runs": [{"hours": "5", "old": false}, {"hours": "7", "old": false}]}, {"rate": "3", "old": true, "runs": [{"hours": "1", "old": true}]}], "xs": []}"#, Some("1")),
            (r#"{"engines": [{"rate": "2", "old": false, "runs": [{"hours": "5", "old": true}, {"hours": "7", "old": false}]}, {"rate": "6", "old": false, "runs": []}], "xs": ["6"]}"#, Some("1")),
            (r#"{"engines": [{"rate": "2", "old": false, "runs": [{"hours": "5", "old": false}]}, {"rate": "6", "old": false, "runs": [{"hours": "50", "old": false}, {"hours": "5", "old": true}]}], "xs": ["0", "6"]}"#, Some("1")),
            (r#"{"engines": [{"rate": "2", "old": false, "runs": []}, {"rate": "6", "old": false, "runs": []}], "xs": ["2", "0"]}"#, Some("2")),
            (r#"{"engines": [{"rate": "2", "old": false, "runs": []}], "xs": ["2", "0"]}"#, Some("2")),
        ],
    },
    Construct {
        name: "a parameter that one of several written turns reads",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            enum Way { plain; odd; old }\ninput x: number\ninput xs: list of number\n\
            fn beyond(w: Way, v: number) -> bool = match w { plain => v > 1; odd => v < -1; old => v > late / 100 }\n\
            report y = (if any(beyond(w, x) for w in Way) then 1 else 2)\n\
            report z = all(x < 3 for w in [plain, old, odd], t in (if w == old then xs else [x]) where t > (if w == old then late else 0))\n",
        rows: &[
            (r#"{"x": "2", "xs": []}"#, Some("1")),
            (r#"{"x": "0.5", "xs": []}"#, Some("1")),
            (r#"{"x": "0", "xs": ["2"]}"#, Some("2")),
            (r#"{"x": "-3", "xs": []}"#, Some("1")),
            (r#"{"x": "4", "xs": ["9", "8"]}"#, Some("1")),
        ],
    },
    Construct {
        name: "a parameter that turns over one of two lists read",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            input xs: list of number\ninput ys: list of number\ninput c: bool\n\
            let zs = if c then xs else ys\n\
            report y = (if any(s * t > (if t > 4 then late else 6) for s in zs, t in zs after s) then 1 else 2)\n",
        rows: &[
            (r#"{"c": true, "xs": ["2", "4", "5"], "ys": []}"#, Some("1")),
            (r#"{"c": true, "xs": ["1", "5", "1"], "ys": []}"#, Some("2")),
            (r#"{"c": false, "xs": ["1", "5", "2"], "ys": ["1", "2", "3"]}"#, Some("2")),
            (r#"{"c": false, "xs": [], "ys": ["3", "9"]}"#, Some("1")),
            (r#"{"c": false, "xs": [], "ys": ["3", "3", "9"]}"#, Some("1")),
        ],
    },
    // 3 of 3 + 1 is primary if nothing but given numbers was looked at.
    Construct {
        name: "primary data that some turns of `any` leave",
        rule: "param late: number source s1 { 2021 => 5; 2022 => 8; after last hold with warning; before first error }\n\
            record Part { mass: number; old: bool }\ninput parts: list of Part\ninput x: kg{CO2} where >= 0\ninput one: kg{CO2} default 1\n\
            emission e in s = (if any(p.mass > (if p.old then late else 3) for p in parts) then x else 3 * x)\n\
            emission f in s = one\nreport y = primary_share\n",
        rows: &[
            (r#"{"x": "3", "parts": [{"mass": "4", "old": false}, {"mass": "1", "old": true}]}"#, Some("0.75")),
            (r#"{"x": "3", "parts": [{"mass": "1", "old": true}, {"mass": "4", "old": false}]}"#, Some("0")),
            (r#"{"x": "3", "parts": [{"mass": "1", "old": false}]}"#, Some("0.9")),
        ],
    },
    // Of a choice between activities the factor of the one that was chosen is told.
    Construct {
        name: "factors that the rule completes, in a choice between activities",
        rule: "param later: kg{CO2e}/kWh source s2 { 2022 => 0.5; after last hold with warning; before first error }\n\
            input day: activity of kWh factor default later\ninput night: activity of kWh factor default 2 kg{CO2e}/kWh\ninput x: number\n\
            let one = if x > 1 then day else night\nlet use = if x > 5 then night else one\n\
            emission e in s = use.amount * use.factor\nreport y = total\n",
        rows: &[
            (r#"{"day": {"amount": "4"}, "night": {"amount": "1"}, "x": "2"}"#, Some("2")),
            (r#"{"day": {"amount": "4", "factor": "3"}, "night": {"amount": "1"}, "x": "2"}"#, Some("12")),
            (r#"{"day": {"amount": "4"}, "night": {"amount": "1"}, "x": "0"}"#, Some("2")),
            (r#"{"day": {"amount": "4", "factor": "3"}, "night": {"amount": "1", "factor": "5"}, "x": "0"}"#, Some("5")),
        ],
    },
    Construct {
        name: "parts of one gas of a footprint by inputs, given or assumed",
        rule: "use cast.{ingot}\ninput ingot: footprint of cast\nemission e in s = ingot * 2 t{ingot}\nreport y = primary_share\n",
        rows: &[
            (r#"{"ingot": {"inputs": {"made": "1", "leak": "1", "vent": "3"}}}"#, Some("1")),
            // Nobody said what was vented, 2 kg: 1 of 3.
            (r#"{"ingot": {"inputs": {"made": "1", "leak": "1"}}}"#, Some("0.333")),
            (r#"{"ingot": {"inputs": {"made": "1", "vent": "6"}}}"#, Some("1")),
            (r#"{"ingot": {"inputs": {"made": "1"}}}"#, Some("0")),
        ],
    },
    Construct {
        name: "a line of two parts of one gas, of which one was settled upstream",
        rule: "use cast.{ingot}\ninput ingot: footprint of cast\ninput leak: kg{CH4} default 1 kg{CH4}\n\
            emission e in s = ingot * 2 t{ingot} + co2e(leak)\nreport y = primary_share\n",
        rows: &[
            (r#"{"leak": "1", "ingot": {"inputs": {"made": "1", "leak": "1", "vent": "2"}}}"#, Some("1")),
            // By mass: 2 of 2 + 4 + 1, then 3 of it.
            (r#"{"ingot": {"inputs": {"made": "1", "leak": "1"}}}"#, Some("0.286")),
            (r#"{"leak": "1", "ingot": {"inputs": {"made": "1", "leak": "1"}}}"#, Some("0.429")),
            (r#"{"leak": "1", "ingot": {"inputs": {"made": "1"}}}"#, Some("0.2")),
        ],
    },
    Construct {
        name: "the figure of a gas whose parts rest on different data",
        rule: "use cast.{ingot}\ninput ingot: footprint of cast\ninput leak: kg{CH4} default 1 kg{CH4}\n\
            emission e in s = (ingot * 2 t{ingot} + co2e(leak)) / 3\nreport y = gas_total(CH4)\n",
        rows: &[
            // 29.8 · (2 · 3 + 1) / 3, and published upstream at one decimal: 89.4.
            (r#"{"leak": "1", "ingot": {"inputs": {"made": "1", "leak": "1", "vent": "2"}}}"#, Some("69.533")),
            (r#"{"ingot": {"inputs": {"made": "1", "leak": "1"}}}"#, Some("69.533")),
            (r#"{"leak": "4", "ingot": {"inputs": {"made": "1"}}}"#, Some("79.467")),
        ],
    },
];

/// Every construct, on its rows.
pub fn constructs() -> Result<(), String> {
    let mut all = Compared::default();
    for c in CONSTRUCTS {
        one(c, &mut all).map_err(|e| format!("{}: {e}", c.name))?;
    }
    println!("constructs: {} rules, {all:?}", CONSTRUCTS.len());
    Ok(())
}

fn one(c: &Construct, all: &mut Compared) -> Result<(), String> {
    let mut s = Session::new();
    s.load_std();
    s.add_source("up.pcr", UPSTREAM.to_owned());
    s.add_source("cast.pcr", CAST.to_owned());
    s.add_source("c.pcr", format!("{PRELUDE}{}", c.rule));
    let program = s.program("c.pcr").map_err(|e| format!("{e:?}"))?;
    let mut rows = Vec::new();
    for (text, _) in c.rows {
        let Ok(Json::Object(inputs)) = serde_json::from_str(text) else { return Err(format!("no object: {text}")) };
        rows.push(Case { period: Some(((2024, 1, 1), (2024, 12, 31))), inputs });
    }
    let (mut n, mut why) = (Compared::default(), BTreeSet::new());
    batch(&program, &rows, &mut n, &mut why)?;
    let accepted = c.rows.iter().filter(|(_, y)| y.is_some()).count();
    if (n.sure, n.refused, n.left) != (accepted, c.rows.len() - accepted, 0) {
        return Err(format!("{n:?} {why:?}, but {accepted} rows have a result"));
    }
    all.add(&n);
    // The figures themselves.
    let (layout, columns) = columns(&program, &rows)?;
    let kernel = plan(&program, &layout).map_err(|e| e.to_string())?;
    let y = kernel.outputs.iter().position(|o| o.name == "report.y").ok_or("no figure y")?;
    let mut decimal = Decimal::new(&kernel);
    // As code without columns made of others has it, where there can be such.
    let plain = plan(&program, &Layout { plain: true, ..layout.clone() }).map_err(|e| e.to_string())?;
    if c.name.contains("a member") && !plain.derived.is_empty() {
        return Err("a column that is made of others".into());
    }
    let mut plain_decimal = Decimal::new(&plain);
    if let Some(i) = (0..c.rows.len()).find(|i| plain_decimal.row(&columns, *i) != decimal.row(&columns, *i)) {
        return Err(format!("{}: another result without columns that are made of others", c.rows[i].0));
    }
    for (i, (text, want)) in c.rows.iter().enumerate() {
        let found = decimal.row(&columns, i).map(|r| r.outputs[y]);
        let found = match found {
            Some(footrule_native::decimal::Scalar::Number(x)) => Some(x.round_decimals(3)),
            _ => None,
        };
        let want = want.map(|w| Number::parse(w).unwrap_or_default());
        if found != want {
            return Err(format!("{text}: {found:?}, not {want:?}"));
        }
    }
    Ok(())
}
