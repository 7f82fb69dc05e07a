//! The tree of contributions, implementations, lenses.

use crate::editor::Editor;
use crate::source::{Source, names};
use serde_json::{Value, json};

pub(crate) const TREE: &str = r#"rule tree zh "树" en "tree"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{metal} of production
round 1 decimals in kg{CO2e}/t{metal}
use std.gas
flow metal
flow coke
stage making zh "冶炼" en "making"
stage supply zh "供应" en "supply"
source book { title "An illustrative source" }
input production: t{metal} where > 0
input charge: t{coke} where >= 0
input dirty: bool
const factor = 3 t{CO2}/t{coke} source book
§5.1 let burnt = charge / 2
§5.1 except burnt as foul when dirty = charge
§5.1 except burnt.foul when dirty and charge > 1000 t{coke} = charge / 4
process fire(spot: stage) {
    input coke_used: t{coke}
    open let lost = coke_used / 10
    emission flue in spot = (coke_used - lost) * factor
}
§5.2 emission smelting in making = burnt * factor
§5.3 emission dust in making when dirty = charge * factor
§5.4 emission never in making when charge > 500 t{coke} = charge * factor
§5.5 include fire as boiler in supply { coke_used = charge }
report share = boiler.flue / smelting round 2 decimals
report most = total_of(smelting) / total round 2 decimals
scenario rich zh "富" en "rich" { charge = 9 t{coke} }
test zh "净" en "clean" { production = 8 t{metal}; charge = 4 t{coke}; dirty = false }
test zh "脏" en "dirty" { production = 8 t{metal}; charge = 4 t{coke}; dirty = true }
test { production = 0 t{metal}; charge = 4 t{coke}; dirty = true; expect error FR-I003 }
"#;

fn prepared(e: &mut Editor, s: &Source, word: &str, nth: usize) -> Value {
    let found = e.ask("textDocument/prepareCallHierarchy", s.on(word, nth));
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{word}: {found}");
    found[0].clone()
}

fn down(e: &mut Editor, item: &Value) -> Value {
    e.ask("callHierarchy/outgoingCalls", json!({ "item": item }))
}

fn up(e: &mut Editor, item: &Value) -> Value {
    e.ask("callHierarchy/incomingCalls", json!({ "item": item }))
}

fn sound(e: &mut Editor, s: &Source) {
    s.open(e);
    let errors: Vec<Value> = e.found(&s.uri, 1).into_iter().filter(|d| d["severity"] == json!(1)).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
pub(crate) fn contribution_tree() {
    for s in Source::both("tree", TREE) {
        let mut e = Editor::new(json!({}), None);
        sound(&mut e, &s);
        // From the total down to sources.
        let total = prepared(&mut e, &s, "total round", 0);
        assert_eq!((&total["name"], &total["selectionRange"]), (&json!("tree"), &s.range("tree", 0)));
        let stages = down(&mut e, &total);
        assert_eq!(names(&stages, "/to/name"), ["production", "making", "supply"]);
        assert_eq!(stages[0]["fromRanges"], json!([s.range("production", 0)]));
        let lines = down(&mut e, &stages[1]["to"]);
        assert_eq!(names(&lines, "/to/name"), ["smelting", "dust", "never"]);
        assert!(lines[0]["to"]["detail"].as_str().is_some_and(|d| d.starts_with("§5.2")), "{lines}");
        let parts = down(&mut e, &lines[0]["to"]);
        assert_eq!(names(&parts, "/to/name"), ["burnt", "factor"]);
        assert_eq!(parts[1]["fromRanges"], json!([s.range("factor", 2)]));
        let burnt = down(&mut e, &parts[0]["to"]);
        assert_eq!(names(&burnt, "/to/name"), ["charge", "except burnt"]);
        let exception = down(&mut e, &burnt[1]["to"]);
        assert_eq!(names(&exception, "/to/name"), ["dirty", "charge", "except burnt.foul"]);
        assert_eq!(names(&up(&mut e, &exception[2]["to"]), "/from/name"), ["except burnt"]);
        assert_eq!(names(&down(&mut e, &parts[1]["to"]), "/to/name"), ["book"]);
        let charge = prepared(&mut e, &s, "charge:", 0);
        assert_eq!(down(&mut e, &charge), json!([]));
        // A stage has the processes that are included in it.
        let supply = down(&mut e, &stages[2]["to"]);
        assert_eq!(names(&supply, "/to/name"), ["boiler"]);
        let boiler = down(&mut e, &supply[0]["to"]);
        assert_eq!(names(&boiler, "/to/name"), ["flue", "coke_used", "charge"]);
        assert_eq!(names(&down(&mut e, &boiler[0]["to"]), "/to/name"), ["coke_used", "lost", "factor"]);
        // And back up.
        let flue = prepared(&mut e, &s, "flue", 1);
        assert_eq!(flue["selectionRange"], s.range("flue", 0));
        assert_eq!(names(&up(&mut e, &flue), "/from/name"), ["boiler", "share"]);
        let above = up(&mut e, &lines[0]["to"]);
        assert_eq!(names(&above, "/from/name"), ["making", "share", "most"]);
        assert_eq!(above[1]["fromRanges"], json!([s.range("smelting", 1)]));
        assert_eq!(names(&up(&mut e, &stages[1]["to"]), "/from/name"), ["tree"]);
        assert_eq!(names(&up(&mut e, &total), "/from/name"), ["most"]);
        let production = prepared(&mut e, &s, "production:", 0);
        assert_eq!(names(&up(&mut e, &production), "/from/name"), ["tree"]);
        // A unit contributes nothing.
        assert_eq!(e.ask("textDocument/prepareCallHierarchy", s.on("t{coke}", 0)), Value::Null);
    }
}

#[test]
pub(crate) fn implementation() {
    for s in Source::both("bodies", TREE) {
        let mut e = Editor::new(json!({}), None);
        sound(&mut e, &s);
        let mut lead = |word: &str, nth: usize| -> Vec<Value> {
            let all = e.ask("textDocument/implementation", s.on(word, nth));
            all.as_array().into_iter().flatten().map(|l| l["range"].clone()).collect()
        };
        // A definition is carried out by its exceptions, an input by scenarios, a process by its includes.
        assert_eq!(lead("burnt =", 0), [s.range("burnt", 1), s.range("burnt", 2)]);
        assert_eq!(
            lead("charge:", 0),
            [s.range("charge", TREE[..TREE.find("{ charge = 9").unwrap_or(0)].matches("charge").count())]
        );
        assert_eq!(lead("fire(", 0), [s.range("fire", 1)]);
        assert_eq!(lead("coke_used:", 0), [s.range("coke_used", 3)]);
        // An include leads to its process.
        assert_eq!(lead("boiler", 0), [s.range("fire", 0)]);
        assert_eq!(lead("boiler.flue", 0), [s.range("fire", 0)]);
        assert!(lead("factor", 0).is_empty());
    }
}

/// Behind an include stand the names of its process.
#[test]
fn names_of_an_included_process_are_followed() {
    for s in Source::both("through", TREE) {
        let mut e = Editor::new(json!({}), None);
        sound(&mut e, &s);
        let home = e.ask("textDocument/definition", s.on("flue /", 0));
        assert_eq!(home["range"], s.range("flue", 0));
        let mut params = s.on("flue in", 0);
        params["newName"] = json!("smoke");
        let edit = e.ask("textDocument/rename", params);
        let text = s.edited(&edit["changes"][&s.uri]);
        assert_eq!(text, s.text.replace("flue", "smoke"));
    }
}

#[test]
pub(crate) fn code_lenses() {
    for s in Source::both("lenses", TREE) {
        let commands = json!(["footrule.showReferences"]);
        let options = json!({ "commands": commands });
        let mut e = Editor::with(json!({ "capabilities": {}, "initializationOptions": options }), &[]);
        sound(&mut e, &s);
        let all = e.ask("textDocument/codeLens", s.document());
        let all = all.as_array().cloned().unwrap_or_default();
        let tests: Vec<&Value> = all.iter().filter(|l| l["command"]["command"] == "footrule.runTest").collect();
        assert_eq!(tests.len(), 3);
        assert_eq!(tests[0]["command"]["title"], "run test");
        assert_eq!(tests[0]["range"]["start"], s.place("test zh", 0, false));
        // The arguments are those of the command.
        for (lens, name) in tests.iter().zip(["clean", "dirty", "#3"]) {
            assert_eq!(lens["command"]["arguments"], json!([s.uri, name]));
            let run = json!({ "command": "footrule.runTest", "arguments": lens["command"]["arguments"] });
            assert_eq!(e.ask("workspace/executeCommand", run)["passed"], json!(true), "{name}");
        }
        let exceptions = all.iter().find(|l| l["command"]["command"] == "footrule.showReferences");
        let exceptions = exceptions.unwrap_or_else(|| panic!("{all:?}"))["command"].clone();
        assert_eq!(exceptions["title"], "1 exception");
        let places = &exceptions["arguments"][2];
        assert_eq!(places[0]["range"], s.range("burnt", 1), "{exceptions}");
        // Coverage is found out when the lens is seen.
        let later: Vec<&Value> = all.iter().filter(|l| l["command"] == Value::Null).collect();
        let clauses: Vec<&Value> = later.iter().map(|l| &l["data"]["clause"]).collect();
        let mut want = vec!["5.1", "5.2", "5.3", "5.4"];
        // Outside of clauses of their own, statements of a literate file belong to the heading.
        if s.uri.ends_with(".md") {
            want.insert(0, "4");
        }
        assert_eq!(clauses, want.iter().map(|c| json!(c)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
        let mut said = |clause: &str| {
            let lens = later.iter().find(|l| l["data"]["clause"] == clause).copied().cloned().unwrap_or_default();
            e.ask("codeLens/resolve", lens)["command"]["title"].clone()
        };
        assert_eq!(said("5.2"), "§5.2: 2 of 3 tests reach 1 of 1 statements");
        assert_eq!(said("5.3"), "§5.3: 1 of 3 tests reach 1 of 1 statements");
        assert_eq!(said("5.4"), "§5.4: no test reaches it");
    }
}

/// A client that has no command for a lens gets the words, in its language, and nothing that it cannot do.
#[test]
fn lenses_in_chinese_and_of_a_broken_rule() {
    let s = &Source::both("zh", &TREE.replace("burnt * factor", "burnt * factr"))[0];
    let mut e = Editor::with(json!({ "capabilities": {}, "locale": "zh-CN" }), &[]);
    s.open(&mut e);
    let all = e.ask("textDocument/codeLens", s.document());
    let titles = names(&all, "/command/title");
    assert_eq!(titles.iter().filter(|t| *t == "运行测试").count(), 3, "{titles:?}");
    // The definition has one, and so has that one.
    assert_eq!(titles.iter().filter(|t| *t == "1 个例外").count(), 2, "{titles:?}");
    let commands = names(&all, "/command/command");
    assert!(commands.iter().all(|c| c.is_empty() || c == "footrule.runTest"), "{commands:?}");
    let later = all.as_array().and_then(|a| a.iter().find(|l| l["command"] == Value::Null)).cloned();
    let told = e.ask("codeLens/resolve", later.unwrap_or_default());
    assert_eq!(told["command"]["title"], "§5.1");
}
