//! What is told and changed across files: labels in prose, exceptions from what a module declares. All values are illustrative.

use crate::editor::Editor;
use crate::source::Folder;
use serde_json::{Value, json};

const HEADER: &str = "rule r zh \"例\" en \"example\"\nversion 0.1.0\nvalid from 2026-01-01\ngwp AR6\n\
    declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nuse std.gas, burners\n\
    flow Al zh \"铝\" en \"aluminium\"\nstage making zh \"生产\" en \"making\"\ninput production: t{Al} where > 0\n\
    input x: number default 0\n";

const BURNERS: &str = "use std.gas\nflow coal zh \"煤\" en \"coal\"\nprocess burner(spot: stage) {\n    input mass: t{coal}\n    \
    §8.1 open let share = 0.5\n    §8.2 except share as heated when mass > 9 t{coal} = 0.8\n    \
    emission co2 in spot = mass * share * 2 t{CO2}/t{coal}\n}\n";

fn open(e: &mut Editor, folder: &Folder, files: &[(&str, &str)]) {
    files.iter().for_each(|(name, text)| e.open(&folder.uri(name), text));
}

/// Line and character of the nth place of a word.
fn place(text: &str, word: &str, nth: usize) -> Value {
    let at = text.match_indices(word).nth(nth).map(|(i, _)| i).unwrap_or_else(|| panic!("no {word}"));
    let column = text[..at].rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    json!({ "line": text[..at].matches('\n').count(), "character": column })
}

#[test]
fn exceptions_in_other_files_are_counted() {
    let rule = format!(
        "{HEADER}include burner as a in making\ninclude burner as b in making\n\
         §9.1 except a.share when x > 5 = 0.75\n§9.2 except b.share.heated when x > 5 = 0.9\n"
    );
    let elsewhere = "let share = 1\nexcept share when share > 2 = 3\n";
    let files = [("burners.pcr", BURNERS), ("rule.pcr", rule.as_str()), ("other.pcr", elsewhere)];
    let folder = Folder::new(&files);
    let options = json!({ "commands": ["footrule.showReferences"] });
    let params = json!({ "capabilities": {}, "initializationOptions": options });
    let mut e = Editor::with(params, &[&folder.root()]);
    open(&mut e, &folder, &files);
    let document = json!({ "textDocument": { "uri": folder.uri("burners.pcr") } });
    let lenses = e.ask("textDocument/codeLens", document);
    let shown: Vec<&Value> = lenses
        .as_array()
        .into_iter()
        .flatten()
        .filter(|l| l["command"]["command"] == "footrule.showReferences")
        .collect();
    // The definition has one in its process and one in the rule; that in its process has the other one of the rule.
    let titles: Vec<&Value> = shown.iter().map(|l| &l["command"]["title"]).collect();
    assert_eq!(titles, ["2 exceptions", "1 exception"], "{lenses}");
    let places = |lens: &Value| lens["command"]["arguments"][2].as_array().cloned().unwrap_or_default();
    let of_share = places(shown[0]);
    assert_eq!(of_share[0]["uri"], json!(folder.uri("burners.pcr")));
    assert_eq!(of_share[0]["range"]["start"], place(BURNERS, "share as heated", 0));
    assert_eq!(of_share[1]["uri"], json!(folder.uri("rule.pcr")));
    assert_eq!(of_share[1]["range"]["start"], place(&rule, "share when x", 0));
    let of_heated = places(shown[1]);
    assert_eq!(of_heated[0]["range"]["start"], place(&rule, "share.heated", 0));
}

#[test]
fn labels_are_renamed_where_their_files_are_read() {
    let words = "# Words\n\n`焦炭` is coke.\n\n```pcr\nflow coke zh \"焦炭\" en \"coke\"\n```\n";
    let reads =
        "# 1 Reads\n\n`焦炭` is that of the words, 焦炭 is prose.\n\n```pcr\nuse words\nconst a = 1 t{coke}\n```\n";
    let far = "# 1 Reads it through another\n\nOf `焦炭`.\n\n```pcr\nuse reads\n```\n";
    let stranger = "# 1 Reads nothing\n\n`焦炭`\n\n```pcr\nflow other\n```\n";
    let own = "# 1 Has its own\n\n`焦炭`\n\n```pcr\nuse words\nflow char zh \"焦炭\" en \"char\"\n```\n";
    let files = [
        ("words.pcr.md", words),
        ("reads.pcr.md", reads),
        ("far.pcr.md", far),
        ("stranger.pcr.md", stranger),
        ("own.pcr.md", own),
    ];
    let folder = Folder::new(&files);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    open(&mut e, &folder, &files[..1]);
    let params = json!({
        "textDocument": { "uri": folder.uri("words.pcr.md") },
        "position": place(words, "焦炭\"", 0),
        "newName": "冶金焦",
    });
    let edit = e.ask("textDocument/rename", params);
    let at = |name: &str| -> Vec<Value> {
        let edits = edit["changes"][folder.uri(name)].as_array().cloned().unwrap_or_default();
        assert!(edits.iter().all(|e| e["newText"] == "冶金焦"), "{edit}");
        edits.iter().map(|e| e["range"]["start"].clone()).collect()
    };
    assert_eq!(at("words.pcr.md"), [place(words, "焦炭`", 0), place(words, "焦炭\"", 0)]);
    assert_eq!(at("reads.pcr.md"), [place(reads, "焦炭`", 0)]);
    assert_eq!(at("far.pcr.md"), [place(far, "焦炭`", 0)]);
    // What cannot mean it, or may mean something else, stays.
    assert_eq!((at("stranger.pcr.md"), at("own.pcr.md")), (vec![], vec![]));
}
