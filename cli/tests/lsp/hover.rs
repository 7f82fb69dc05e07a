//! Cards beside the cursor, in both languages, in code and in prose.

use crate::editor::Editor;
use crate::source::{Folder, Source};
use crate::{RULE, URI, editor, on};
use serde_json::{Value, json};

/// Illustrative; a literate file.
const LITERATE: &str = r#"# 示意 · Illustrative

## 5 Data

```pcr
rule demo zh "示例" en "demo"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{metal} of production
round 1 decimals in kg{CO2e}/t{metal}
use std.gas
flow metal zh "金属" en "metal"
flow coal zh "煤" en "coal"
flow electricity
stage making zh "生产" en "making"
source book { title "A handbook"; publisher "A publisher"; year 2024; region CN; url "https://example.org/book"; gwp AR6 }
enum Kiln { old zh "旧窑" en "old kiln"; new }
input production: t{metal} where > 0 zh "产量" en "output"
input coal_use: t{coal} where 1 .. 50 zh "用煤" en "coal used"
```

## 6.2 Factors

Take the factor of `coal_use` from the handbook.

```pcr
param coal_factor: kg{CO2e}/kg{coal} zh "煤因子" en "factor of coal" {
    2023 => 2.5 source book
    2024 => 2.4 source book
    after last hold
    before first error
}
const grid: t{CO2e}/MWh{electricity} = 0.5 t{CO2e}/MWh{electricity} source book
table efficiency(kiln: Kiln) -> (heat: GJ/t{coal}, share: number) source book { old => 20, 0.5; new => 25, 90% }
```

## 8 Calculation

Text of clause eight.

```pcr
let doubled = (coal_use + 2 t{coal}) / 2 zh "折算" en "converted"
emission burning in making = doubled * coal_factor
emission leak in making = 2 kg{CH4}/t{metal} * production
test zh "算例" en "worked example" {
    period = 2024
    production = 1 t{metal}
    coal_use = 4 t{coal}
    expect line burning = 7.2 t{CO2e}
}
```
"#;

/// The card at the nth place of a word.
fn card(e: &mut Editor, uri: &str, word: &str, nth: usize) -> String {
    let at = LITERATE.match_indices(word).nth(nth).map(|(i, _)| i).unwrap_or_else(|| panic!("no {word}"));
    let before = &LITERATE[..at];
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    let position = json!({ "line": before.matches('\n').count(), "character": column });
    let found = e.ask("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }));
    found["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[track_caller]
fn says(card: &str, parts: &[&str]) {
    for part in parts {
        assert!(card.contains(part), "{part} is missing in:\n{card}");
    }
}

#[test]
pub(crate) fn hover() {
    let mut e = editor();
    let card = e.ask("textDocument/hover", on("factor\n", 0));
    let text = card["contents"]["value"].as_str().unwrap_or_default();
    says(text, &["2 t{CO2}/t{metal} source book", "§5.2", "What each tonne emits.", "An illustrative source"]);
    let inferred = e.ask("textDocument/hover", on("装载量 /", 0));
    assert!(inferred["contents"]["value"].as_str().is_some_and(|t| t.contains("`t{metal}`")), "{inferred}");
    let local = e.ask("textDocument/hover", on("b.mass", 0));
    assert_eq!(local["contents"]["value"], "```pcr\nb: Batch\n```");
    // Between words there is nothing to say.
    assert_eq!(e.ask("textDocument/hover", on("= 装载量", 0)), Value::Null);
    assert_eq!(RULE.matches("file:").count() + URI.matches("file:").count(), 1);
}

#[test]
fn a_definition_tells_formula_range_value_and_clause() {
    for (locale, formula, test, coal) in [
        ("en", "(coal used + 2 t coal) / 2", "in the test “worked example”: `3 t{coal}`", "coal used"),
        ("zh", "(用煤 + 2 t coal) / 2", "算例“算例”中：`3 t{coal}`", "用煤"),
    ] {
        let mut e = Editor::with_locale(locale);
        let uri = "file:///rules/hover.pcr.md";
        e.open(uri, LITERATE);
        // 1 to 50 t of coal: (1 + 2) / 2 to (50 + 2) / 2.
        let definition = card(&mut e, uri, "doubled * coal", 0);
        says(&definition, &[formula, test, "`1.5 .. 26 t{coal}`", "§8", "**8 Calculation**", "Text of clause eight."]);
        let input = card(&mut e, uri, "coal_use + 2", 0);
        says(&input, &["`1 .. 50 t{coal}`", "`4 t{coal}`", coal]);
        let line = card(&mut e, uri, "burning = 7.2", 0);
        // 3 t of coal at 2.4 kg/kg.
        says(&line, &["×", "7200 kg{CO2e}"]);
    }
}

#[test]
fn factors_tell_their_source() {
    let mut e = Editor::new(json!({}), None);
    let uri = "file:///rules/hover.pcr.md";
    e.open(uri, LITERATE);
    let source = "[A handbook](<https://example.org/book>) · A publisher · 2024 · CN · GWP set AR6";
    says(&card(&mut e, uri, "coal_factor\n", 0), &[source, "2.4 kg{CO2e}/kg{coal} · 2024 · CN · book", "§6.2"]);
    // A row of a parameter and of a table: key, value with unit, source.
    says(&card(&mut e, uri, "2.5 source", 0), &["`coal_factor` 2023 → 2.5 kg{CO2e}/kg{coal}", source]);
    says(&card(&mut e, uri, "20, 0.5", 0), &["`efficiency(old)` → heat = 20 GJ/t{coal}, share = 0.5", source]);
    says(&card(&mut e, uri, "new => 25", 0), &["`efficiency(new)` → heat = 25 GJ/t{coal}, share = 90%", "Kiln.new"]);
    says(&card(&mut e, uri, "book\n    2024", 0), &[source]);
    // In prose, too.
    says(&card(&mut e, uri, "coal_use` from", 0), &["input coal_use", "`4 t{coal}`"]);
}

/// A clause that a statement names: its prose, and what else belongs to it.
#[test]
fn clauses_are_explained() {
    let mut e = Editor::new(json!({}), None);
    let text = LITERATE.replace("let doubled", "§6.2 let doubled");
    e.open("file:///rules/clause.pcr.md", &text);
    let line = text.lines().position(|l| l.starts_with("§6.2")).unwrap_or_default();
    let at = json!({ "line": line, "character": 2 });
    let params = json!({ "textDocument": { "uri": "file:///rules/clause.pcr.md" }, "position": at });
    let found = e.ask("textDocument/hover", params);
    let card = found["contents"]["value"].as_str().unwrap_or_default();
    says(
        card,
        &["§6.2", "**6.2 Factors**", "Take the factor of", "- `coal_factor` factor of coal", "- `doubled` converted"],
    );
    assert!(!card.contains("burning"), "{card}");
}

#[test]
fn units_gases_and_words_are_explained() {
    let mut e = Editor::new(json!({}), None);
    let uri = "file:///rules/hover.pcr.md";
    e.open(uri, LITERATE);
    // 1 t is 1000 kg, 1 MWh is 3.6e9 J: 1000 / 3.6e9 has no finite decimal.
    let unit = card(&mut e, uri, "MWh{electricity} = 0.5", 0);
    says(
        &unit,
        &[
            "`t{CO2e}/MWh{electricity}`: mass of CO2e / energy of electricity",
            "= 1/3600000 kg{CO2e} / J{electricity}",
            "`MWh`: energy = 3600000000 J",
        ],
    );
    let gas = card(&mut e, uri, "CH4}", 0);
    // The values of the sixth report, which the rule takes, come first.
    says(&gas, &["**AR6**", "29.8", "This rule takes AR6.", "IPCC"]);
    assert!(gas.find("| **AR6**") < gas.find("| AR5"), "{gas}");
    says(&card(&mut e, uri, "declared unit", 0), &["`声明单位`", "the reference flow"]);
    says(&card(&mut e, uri, "after last", 0), &["`末值之后`"]);
    says(&card(&mut e, uri, "old zh", 0), &["Kiln.old", "old kiln · 旧窑"]);
    assert_eq!(card(&mut e, uri, "Text of", 0), "");
}

/// A parameter has the value of the test's period, or of its scenario; also one of a module, in the tests of the rule that names
/// it. Files are called by their path in the folder that is open.
#[test]
fn parameters_have_values_in_tests() {
    let module = "use std.gas\nflow coal zh \"煤\" en \"coal\"\nsource book { title \"Illustrative\"; gwp AR6 }\n\
        param far: kg{CO2e}/kg{coal} source book { 2023 => 1.5; 2024 => 1.25; after last hold with warning; before first error }\n";
    let rule = "rule demo zh \"示例\" en \"demo\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\n\
        declared unit 1 t{metal} of production\nround 1 decimals in kg{CO2e}/t{metal}\nuse std.gas, words.fuels\n\
        flow metal\nstage making zh \"生产\" en \"making\"\nsource own { title \"Illustrative\"; gwp AR6 }\n\
        input production: t{metal} where > 0\ninput coal_use: t{coal}\n\
        param near: kg{CO2e}/kg{coal} source own { 2023 => 2.5; 2024 => 2.25; after last hold with warning; before first error }\n\
        emission a in making = coal_use * near\nemission b in making = coal_use * far\n\
        test en \"first\" { period = 2023; production = 1 t{metal}; coal_use = 1 t{coal} }\n\
        scenario clean { near = 0.5 kg{CO2e}/kg{coal} }\n\
        test en \"second\" { period = 2026; scenario clean; production = 1 t{metal}; coal_use = 1 t{coal} }\n";
    let folder = Folder::new(&[("words/fuels.pcr", module), ("rule.pcr", rule)]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    let s = Source { uri: folder.uri("rule.pcr"), text: rule.to_owned() };
    s.open(&mut e);
    let found = e.found(&s.uri, 1);
    assert!(found.iter().all(|d| d["severity"] != json!(1)), "{found:?}");
    let mut card = |word: &str, nth: usize| {
        let found = e.ask("textDocument/hover", s.on(word, nth));
        found["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    // The tests stand below the declaration: the nearest is the first.
    says(&card("near: kg", 0), &["in the test “first”: `2.5 kg{CO2e}/kg{coal}`", "\n\n`rule.pcr`"]);
    // Of the module the rule's test is told; by its name in the scenario, that test is the nearest that stands there.
    says(&card("far\n", 0), &["in the test “first”: `1.5 kg{CO2e}/kg{coal}`", "\n\n`words/fuels.pcr`"]);
    assert!(!card("far\n", 0).contains(&folder.root()));
    // What is held is a value, too: 2026 is after the last row; the scenario gives the other one its own.
    let swapped = rule.replace("period = 2023", "period = 2026; scenario clean");
    e.open_version(&s.uri, &swapped, 2);
    let s = Source { uri: s.uri, text: swapped };
    let mut card = |word: &str| {
        let found = e.ask("textDocument/hover", s.on(word, 0));
        found["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    says(&card("near: kg"), &["in the test “first”: `0.5 kg{CO2e}/kg{coal}`"]);
    says(&card("far\n"), &["in the test “first”: `1.25 kg{CO2e}/kg{coal}`"]);
}

/// In several folders the folder is named; what stands in none is called by its package, else by its path.
#[test]
fn files_are_called_as_people_know_them() {
    let words = "flow pulp\n";
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
    let folder = Folder::new(&[
        ("one/base.pcr", words),
        ("one/main.pcr", "use base\nconst a = 1 t{pulp}\n"),
        ("two/x.pcr", words),
        ("far/footrule.toml", &package("distant")),
        ("far/deep/base.pcr", words),
        ("far/deep/main.pcr", "use deep.base\nconst a = 1 t{pulp}\n"),
        ("loose.pcr", "flow pulp\nconst a = 1 t{pulp}\n"),
    ]);
    let root = folder.root();
    let called = |folders: &[&str], file: &str| {
        let folders: Vec<String> = folders.iter().map(|f| format!("{root}/{f}")).collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let mut e = Editor::with(json!({ "capabilities": {} }), &folders);
        let path = format!("{root}/{file}");
        let s = Source { uri: folder.uri(file), text: std::fs::read_to_string(path).expect("it was written") };
        s.open(&mut e);
        let found = e.ask("textDocument/hover", s.on("pulp}", 0));
        let card = found["contents"]["value"].as_str().unwrap_or_default().to_owned();
        card.rsplit("\n\n").next().unwrap_or_default().to_owned()
    };
    assert_eq!(called(&["one"], "one/main.pcr"), "`base.pcr`");
    assert_eq!(called(&["one", "two"], "one/main.pcr"), "`one/base.pcr`");
    assert_eq!(called(&["one"], "far/deep/main.pcr"), "`distant/deep/base.pcr`");
    assert_eq!(called(&[], "loose.pcr"), format!("`{root}/loose.pcr`"));
}

/// Types are told in the words of the reader, and beside the text in those of the file.
#[test]
fn types_are_told_in_words() {
    let chinese =
        "规则 甲 中文 \"甲\" 英文 \"a\"\n物质 铝 中文 \"铝\"\n输入 各批: 列表 数\n令 和 = 求和(x 对 x 于 各批)\n";
    for (locale, types) in [("zh-CN", ["列表 Batch", "列表 数"]), ("en", ["list of Batch", "list of number"])] {
        let mut e = Editor::with_locale(locale);
        e.open(URI, RULE);
        let s = Source { uri: "file:///rules/zh.pcr".to_owned(), text: chinese.to_owned() };
        s.open(&mut e);
        for (at, ty) in [on("batches:", 0), s.on("各批:", 0)].into_iter().zip(types) {
            let card = e.ask("textDocument/hover", at);
            says(card["contents"]["value"].as_str().unwrap_or_default(), &[&format!("`{ty}`")]);
        }
        let whole = json!({ "start": s.place("规则", 0, false), "end": s.place("求和", 0, true) });
        let hints = e.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": s.uri }, "range": whole }));
        assert!(hints.as_array().is_some_and(|all| all.iter().any(|h| h["label"] == ": 数")), "{hints}");
    }
}
