//! One page for each family of operations under `tests/operations`: a small rule and rows of inputs with what they come
//! to, executed by the reference, by the kernel in decimals and by every native evaluator.
//!
//! A page says `Operations: Add, Sub` below its title. A case is a heading, a `pcr` block, and `rows` blocks: a header
//! `a | b => r` names inputs and a report, each line gives values and the published figure, or the code of the refusal. An
//! empty value is not given. `rows sure` demands that every native evaluator is sure of the rows that have a result.

use footrule_native::decimal::Decimal;
use footrule_native::plan;
use footrule_runtime::{Inputs, Options, ReportValue, evaluate};
use footrule_tests::case::{Block, read};
use footrule_tests::differential::{NATIVES, agrees};
use footrule_tests::fuzz::library;
use footrule_tests::native::{Case, columns};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

/// What stands in front of every rule of these pages.
const HEAD: &str = "rule r en \"operation\"\nversion 1.0.0\nvalid from 2020-01-01\ngwp AR6\ndeclared unit 1 kg{P} of out\nround 2 decimals in kg{CO2e}/kg{P}\n\
use std.units, std.gas, std.bases\nflow P en \"product\"\nstage s en \"stage\"\nsource src { title \"constructed\"; year 2024; gwp AR6; status constructed }\n\
input out: kg{P} where > 0 default 1 kg{P}\nemission base in s = 1 kg{CO2}\n";

/// Operations without a page of their own, and why.
const WITHOUT: &[&str] = &[
    // Stands in tests of rules only.
    "Activity",
];

/// Every page, every row, every evaluator.
pub fn pages() -> Result<(), String> {
    let mut all: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut rows = 0;
    let mut wrong = Vec::new();
    for page in crate::pages("tests/operations") {
        let text = fs::read_to_string(&page).map_err(|e| e.to_string())?;
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for case in read(&name, &text) {
            let Some(rule) = case.blocks.iter().find(|b| b.language == "pcr") else { continue };
            for block in case.blocks.iter().filter(|b| b.language == "rows") {
                match run(&rule.text, block, &mut all) {
                    Ok(n) => rows += n,
                    Err(e) => wrong.push(format!("{}, line {}: {e}", case.name, block.line)),
                }
            }
        }
    }
    println!("{rows} rows; sure of, unsure of: {all:?}");
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    if rows > 100 { Ok(()) } else { Err(format!("only {rows} rows")) }
}

fn run(rule: &str, block: &Block, all: &mut BTreeMap<&'static str, [usize; 2]>) -> Result<usize, String> {
    let mut s = library();
    s.add_source("o.pcr", format!("{HEAD}{rule}"));
    let program =
        s.program("o.pcr").map_err(|e| format!("{:?}", e.iter().map(|d| &d.message.en).collect::<Vec<_>>()))?;
    let mut lines = block.text.lines().filter(|l| !l.trim().is_empty());
    let cells = |l: &str| -> Result<(Vec<String>, String), String> {
        let (left, right) = l.split_once("=>").ok_or("no `=>`")?;
        Ok((left.split('|').map(|c| c.trim().to_owned()).collect(), right.trim().to_owned()))
    };
    let (names, report) = cells(lines.next().ok_or("no header")?)?;
    let mut cases = Vec::new();
    let mut want = Vec::new();
    for line in lines {
        let (values, expected) = cells(line)?;
        let given = names.iter().zip(values).filter(|(n, v)| !n.is_empty() && !v.is_empty());
        let value =
            |v: String| serde_json::from_str(&v).ok().filter(|v: &Json| !v.is_number()).unwrap_or(Json::String(v));
        let inputs: Map<String, Json> = given.map(|(n, v)| (n.clone(), value(v))).collect();
        cases.push(Case { period: Some(((2024, 1, 1), (2024, 12, 31))), inputs });
        want.push(expected);
    }
    let (layout, columns) = columns(&program, &cases)?;
    for (case, want) in cases.iter().zip(&want) {
        let doc = json!({ "inputs": case.inputs, "gwp": "AR6", "period": "2024" });
        let outcome = Inputs::from_json(&program, "row", &doc.to_string())
            .and_then(|inputs| evaluate(&program, &inputs, Options::default()));
        let found = match &outcome {
            Err(e) => e.first().map_or_else(String::new, |d| d.code.as_str().to_owned()),
            Ok(o) => match o.reports.iter().find(|r| r.name.id == report).map(|r| &r.value) {
                Some(ReportValue::Figure(f)) => f.value.clone(),
                Some(ReportValue::Bool(b)) => b.to_string(),
                Some(ReportValue::Text(t)) => t.clone(),
                None => String::new(),
            },
        };
        if found != *want {
            return Err(format!("{:?}: the reference says {found}, not {want}", case.inputs));
        }
    }
    let kernel = match plan(&program, &layout) {
        Ok(k) => Arc::new(k),
        Err(e) if block.has("sure") => return Err(format!("not planned: {e}")),
        Err(_) => {
            NATIVES.iter().for_each(|n| all.entry(n.name).or_default()[1] += want.len());
            return Ok(want.len());
        }
    };
    let mut decimal = Decimal::new(&kernel);
    let truth: Vec<_> = (0..cases.len()).map(|r| decimal.row(&columns, r)).collect();
    for ((case, want), row) in cases.iter().zip(&want).zip(&truth) {
        if want.starts_with("FR-") && row.is_some() {
            return Err(format!("{:?}: the kernel has a result", case.inputs));
        }
    }
    for native in NATIVES {
        let run = match (native.make)(&kernel, &columns) {
            Ok(run) => run,
            Err(e) if block.has("sure") => return Err(format!("{}: {e}", native.name)),
            Err(_) => {
                all.entry(native.name).or_default()[1] += want.len();
                continue;
            }
        };
        let answers = run(&columns);
        for (r, (case, want)) in cases.iter().zip(&want).enumerate() {
            let sure = answers.sure[r];
            all.entry(native.name).or_default()[usize::from(!sure)] += 1;
            if sure {
                agrees(&kernel, &answers, r, truth[r].as_ref())
                    .map_err(|e| format!("{:?}: {}: {e}", case.inputs, native.name))?;
            } else if block.has("sure") && !want.starts_with("FR-") {
                return Err(format!("{:?}: {} is not sure", case.inputs, native.name));
            }
        }
    }
    Ok(want.len())
}

/// Every operation of the MIR stands on a page.
pub fn every_operation_has_a_page() -> Result<(), String> {
    let source = fs::read_to_string(crate::root().join("runtime/mir/src/op.rs")).map_err(|e| e.to_string())?;
    let body = source.split_once("pub enum Op {").and_then(|(_, b)| b.split_once("\n}\n")).ok_or("no `enum Op`")?.0;
    let variant = |l: &str| l.strip_prefix("    ").filter(|l| l.starts_with(char::is_uppercase)).map(str::to_owned);
    let word = |l: String| l.split(['(', ',', ' ', '{']).next().unwrap_or_default().to_owned();
    let all: Vec<String> = body.lines().filter_map(variant).map(word).collect();
    let mut named: Vec<String> = WITHOUT.iter().map(|w| (*w).to_owned()).collect();
    for page in crate::pages("tests/operations") {
        let text = fs::read_to_string(&page).map_err(|e| e.to_string())?;
        let line = text
            .lines()
            .find_map(|l| l.strip_prefix("Operations: "))
            .ok_or_else(|| format!("{} names no operations", page.display()))?;
        named.extend(line.trim_end_matches('.').split(", ").map(str::to_owned));
    }
    let without: Vec<&String> = all.iter().filter(|o| !named.contains(o)).collect();
    let unknown: Vec<&String> = named.iter().filter(|o| !all.contains(o)).collect();
    if all.len() < 50 || !without.is_empty() || !unknown.is_empty() {
        return Err(format!("{} operations; without a page: {without:?}; unknown: {unknown:?}", all.len()));
    }
    Ok(())
}
