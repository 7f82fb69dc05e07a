//! The JSON result of the library's rules, checked by arithmetic of its own: the derivation adds up, and every published
//! figure is the unrounded one rounded once.

use super::{command, root};
use serde_json::Value;

fn result(rule: &str) -> Value {
    let (rule, input) = (format!("std:{rule}"), format!("examples/{rule}.json"));
    let call = ["run", &rule, "--input", &input, "--format", "json", "--explain"];
    let o = command(&call).current_dir(root()).output().expect("the command runs");
    assert!(o.status.success(), "{}", String::from_utf8_lossy(&o.stderr));
    serde_json::from_slice(&o.stdout).expect("JSON")
}

/// A decimal as an integer count of 10⁻²⁸, and how many decimals it was written with.
fn scaled(text: &str) -> (i128, u32) {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<28}");
    (digits.parse().expect("a decimal"), fraction.len() as u32)
}

/// `text` rounded half to even at `decimals`, in units of 10⁻²⁸.
fn half_even(x: i128, decimals: u32) -> i128 {
    let unit = 10_i128.pow(28 - decimals);
    let (mut n, rest) = (x.div_euclid(unit), x.rem_euclid(unit));
    if rest * 2 > unit || rest * 2 == unit && n % 2 != 0 {
        n += 1;
    }
    n * unit
}

fn children<'a>(node: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    node["children"].as_array().into_iter().flatten().filter(move |c| c["kind"] == kind)
}

fn value(node: &Value) -> (i128, u32) {
    scaled(node["value"].as_str().expect("decimals are strings"))
}

/// The node is the exact sum of its children of a kind, rounded once to the digits that fit.
fn adds_up(node: &Value, kind: &str) -> usize {
    let parts: Vec<i128> = children(node, kind).map(|c| value(c).0).collect();
    if !parts.is_empty() {
        let (whole, decimals) = value(node);
        let sum: i128 = parts.iter().sum();
        let slack = 10_i128.pow(28 - decimals) / 2;
        assert!((sum - whole).abs() <= slack, "{} {}: {sum} against {whole}", node["kind"], node["id"]);
    }
    parts.len()
}

fn no_numbers(node: &Value, path: &str) {
    match node {
        // Indices, years and counts are the only numbers.
        Value::Number(n) => assert!(n.is_u64() || n.is_i64(), "{path} is a float"),
        Value::Array(xs) => xs.iter().enumerate().for_each(|(i, x)| no_numbers(x, &format!("{path}[{i}]"))),
        Value::Object(m) => m.iter().for_each(|(k, x)| no_numbers(x, &format!("{path}.{k}"))),
        _ => {}
    }
}

#[test]
fn the_derivation_adds_up_and_is_rounded_once() {
    for (rule, decimals) in [("primary_aluminium", 0), ("cement", 1), ("lithium_ion_battery", 3)] {
        let result = result(rule);
        no_numbers(&result, rule);
        let total = &result["explain"];
        let mut sums = adds_up(total, "stage");
        for stage in children(total, "stage") {
            sums += adds_up(stage, "line");
            for line in children(stage, "line") {
                sums += adds_up(line, "item");
                for item in children(line, "item") {
                    sums += adds_up(item, "part");
                }
            }
        }
        assert!(sums > 30, "{rule}: only {sums} terms were added");
        let figures = result["stages"].as_array().expect("stages").iter().map(|s| &s["figure"]);
        for figure in figures.chain([&result["total"]]) {
            let text = |k: &str| figure[k].as_str().expect("decimals are strings").to_string();
            assert_eq!(scaled(&text("value")).0, half_even(scaled(&text("unrounded")).0, decimals), "{rule}: {figure}");
        }
        assert_eq!(result["total"]["unrounded"], total["value"]);
    }
}
