//! Files and folders: renamed, made, deleted, changed; packages.

use crate::editor::Editor;
use crate::source::{Folder, edited, names};
use serde_json::{Value, json};

const DATA: &str = "grade,value\nfirst,1\nsecond,2\n";
const TABLE: &str = "source book { title \"An illustrative source\" }\nenum Grade { first; second }\n\
                     table bonus(grade: Grade) -> number source book from \"bonus.csv\"\n";

fn package(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n")
}

fn errors(found: &[Value]) -> Vec<&str> {
    found.iter().filter(|d| d["severity"] == json!(1)).filter_map(|d| d["code"].as_str()).collect()
}

/// Waits until the findings of a file are these errors.
fn settle(e: &mut Editor, uri: &str, want: &[&str]) {
    loop {
        let now = e.findings.get(uri).map(|p| p["diagnostics"].as_array().cloned().unwrap_or_default());
        if now.is_some_and(|now| errors(&now) == want) {
            return;
        }
        let m = e.receive();
        e.note(m);
    }
}

fn renamed(folder: &Folder, moves: &[(&str, &str)]) -> Value {
    let files: Vec<Value> =
        moves.iter().map(|(a, b)| json!({ "oldUri": folder.uri(a), "newUri": folder.uri(b) })).collect();
    json!({ "files": files })
}

#[test]
pub(crate) fn will_rename_files() {
    let main = "use shared.words, shared.{x}\nconst a = 1 t{pulp}\n".replace(", shared.{x}", "");
    let literate = format!("# 1 One\n\n```pcr\n{main}```\n");
    let folder = Folder::new(&[
        ("footrule.toml", &package("mine")),
        ("main.pcr", &main),
        ("sub/prose.pcr.md", &literate),
        ("shared/words.pcr", "flow pulp\n"),
        ("shared/tables.pcr", TABLE),
        ("shared/bonus.csv", DATA),
    ]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    e.open(&folder.uri("main.pcr"), &main);
    assert_eq!(errors(&e.found(&folder.uri("main.pcr"), 1)), [""; 0]);
    // A module: every file that uses it, open or not.
    let edit = e.ask("workspace/willRenameFiles", renamed(&folder, &[("shared/words.pcr", "shared/terms.pcr")]));
    let new = |edit: &Value, name: &str, text: &str| edited(text, &edit["changes"][folder.uri(name)]);
    assert_eq!(new(&edit, "main.pcr", &main), main.replace("shared.words", "shared.terms"));
    assert_eq!(new(&edit, "sub/prose.pcr.md", &literate), literate.replace("shared.words", "shared.terms"));
    assert_eq!(edit["changes"].as_object().map(serde_json::Map::len), Some(2), "{edit}");
    // A data file; a file with data; the folder of both.
    let edit = e.ask("workspace/willRenameFiles", renamed(&folder, &[("shared/bonus.csv", "data/grades.csv")]));
    assert_eq!(new(&edit, "shared/tables.pcr", TABLE), TABLE.replace("bonus.csv", "../data/grades.csv"));
    let edit = e.ask("workspace/willRenameFiles", renamed(&folder, &[("shared/tables.pcr", "tables.pcr")]));
    assert_eq!(new(&edit, "shared/tables.pcr", TABLE), TABLE.replace("bonus.csv", "shared/bonus.csv"));
    let edit = e.ask("workspace/willRenameFiles", renamed(&folder, &[("shared", "common/base")]));
    assert_eq!(new(&edit, "main.pcr", &main), main.replace("shared.words", "common.base.words"));
    assert_eq!(new(&edit, "shared/tables.pcr", TABLE), TABLE);
    // What no path can name is left to the checker.
    let odd = renamed(&folder, &[("shared/words.pcr", "shared/with blank.pcr")]);
    assert_eq!(e.ask("workspace/willRenameFiles", odd), Value::Null);
}

#[test]
pub(crate) fn did_rename_files() {
    let main = "use words\nconst a = 1 t{pulp}\n";
    let folder = Folder::new(&[("main.pcr", main), ("words.pcr", "flow pulp\n")]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    let uri = folder.uri("main.pcr");
    e.open(&uri, main);
    settle(&mut e, &uri, &[]);
    folder.rename("words.pcr", "terms.pcr");
    e.tell("workspace/didRenameFiles", renamed(&folder, &[("words.pcr", "terms.pcr")]));
    settle(&mut e, &uri, &["FR-N004", "FR-N005"]);
    let change = json!([{ "text": main.replace("use words", "use terms") }]);
    e.tell("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": change }));
    settle(&mut e, &uri, &[]);
    let all = e.ask("workspace/symbol", json!({ "query": "pulp" }));
    assert_eq!(names(&all, "/location/uri"), [folder.uri("terms.pcr")]);
}

#[test]
pub(crate) fn did_create_files() {
    let folder = Folder::new(&[("main.pcr", TABLE)]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    let uri = folder.uri("main.pcr");
    e.open(&uri, TABLE);
    let lacking = e.found(&uri, 1);
    assert_eq!(errors(&lacking).len(), 1, "{lacking:?}");
    folder.write("bonus.csv", DATA);
    e.tell("workspace/didCreateFiles", json!({ "files": [{ "uri": folder.uri("bonus.csv") }] }));
    settle(&mut e, &uri, &[]);
    // Data that change are read again, and what is wrong with them is told.
    folder.write("bonus.csv", "grade,value\nfirst,1\n");
    e.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": folder.uri("bonus.csv"), "type": 2 }] }));
    settle(&mut e, &uri, &["FR-P001"]);
}

#[test]
pub(crate) fn did_delete_files() {
    let main = "use words.one\nconst a = 1 t{pulp}\n";
    let folder = Folder::new(&[("main.pcr", main), ("words/one.pcr", "flow pulp\n"), ("words/two.pcr", "flow rags\n")]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    let uri = folder.uri("main.pcr");
    e.open(&uri, main);
    settle(&mut e, &uri, &[]);
    folder.rename("words", "elsewhere");
    e.tell("workspace/didDeleteFiles", json!({ "files": [{ "uri": folder.uri("words") }] }));
    settle(&mut e, &uri, &["FR-N004", "FR-N005"]);
    assert_eq!(e.ask("workspace/symbol", json!({ "query": "rags" })), json!([]));
}

#[test]
pub(crate) fn workspace_folders() {
    let (one, two) = (Folder::new(&[("one.pcr", "flow alpha_x\n")]), Folder::new(&[("two.pcr", "flow beta_x\n")]));
    let mut e = Editor::new(json!({}), Some(&one.root()));
    let known = |e: &mut Editor| names(&e.ask("workspace/symbol", json!({ "query": "a_x" })), "/name");
    assert_eq!(known(&mut e), ["alpha_x"]);
    let change = |added: &[&Folder], removed: &[&Folder]| {
        let all = |fs: &[&Folder]| fs.iter().map(|f| json!({ "uri": f.uri(""), "name": "x" })).collect::<Vec<_>>();
        json!({ "event": { "added": all(added), "removed": all(removed) } })
    };
    e.tell("workspace/didChangeWorkspaceFolders", change(&[&two], &[]));
    let mut both = known(&mut e);
    both.sort();
    assert_eq!(both, ["alpha_x", "beta_x"]);
    e.tell("workspace/didChangeWorkspaceFolders", change(&[], &[&one]));
    assert_eq!(known(&mut e), ["beta_x"]);
}

/// Two packages side by side: each file is read as one of its own, and a description that changes counts at once.
#[test]
fn several_packages_in_one_workspace() {
    let needs = format!("{}\n[dependencies]\nbase = {{ path = \"../base\" }}\n", package("rules"));
    let main = "use base.words\nconst a = 1 t{pulp}\n";
    let folder = Folder::new(&[
        ("base/footrule.toml", &package("base")),
        ("base/words.pcr", "flow pulp\n"),
        ("rules/footrule.toml", &package("rules")),
        ("rules/main.pcr", main),
        ("loose.pcr", "use base.words\n"),
    ]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    let uri = folder.uri("rules/main.pcr");
    e.open(&uri, main);
    settle(&mut e, &uri, &["FR-N004", "FR-N005"]);
    // A file outside of any package reads no package's files.
    let loose = folder.uri("loose.pcr");
    e.open(&loose, "use base.words\nconst a = 1 t{pulp}\n");
    let found = e.found(&loose, 1);
    assert!(errors(&found).contains(&"FR-N023"), "{found:?}");
    folder.write("rules/footrule.toml", &needs);
    let changes = json!([{ "uri": folder.uri("rules/footrule.toml"), "type": 2 }]);
    e.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    settle(&mut e, &uri, &[]);
    let home = e.ask(
        "textDocument/definition",
        json!({ "textDocument": { "uri": uri }, "position": { "line": 1, "character": 14 } }),
    );
    assert_eq!(home["uri"], folder.uri("base/words.pcr"));
    // A package that moves is found by those that depend on it; names in its files have its name, not its folder's.
    let edit = e.ask("workspace/willRenameFiles", renamed(&folder, &[("base", "common/ground")]));
    let moved = edited(&needs, &edit["changes"][folder.uri("rules/footrule.toml")]);
    assert_eq!(moved, needs.replace("../base", "../common/ground"));
    assert!(edit["changes"][&uri].is_null(), "{edit}");
}

/// What is wrong with the description of a package is told where it is written, pushed or pulled, open or not.
#[test]
fn descriptions_of_packages_have_findings() {
    let wrong = package("mine").replace("version", "verison");
    let folder = Folder::new(&[("footrule.toml", &wrong), ("main.pcr", "flow coke\n")]);
    let uri = folder.uri("footrule.toml");
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    settle(&mut e, &uri, &["FR-C007"]);
    assert_eq!(e.findings[&uri]["diagnostics"][0]["range"]["start"], json!({ "line": 2, "character": 0 }));
    folder.write("footrule.toml", &package("mine"));
    e.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    settle(&mut e, &uri, &[]);
    // While it is typed.
    e.open(&uri, &wrong);
    settle(&mut e, &uri, &["FR-C007"]);
    e.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    settle(&mut e, &uri, &[]);
    // Pulled with all files.
    folder.write("footrule.toml", &wrong);
    let mut e = Editor::new(json!({ "textDocument": { "diagnostic": {} } }), Some(&folder.root()));
    let all = e.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert_eq!(names(&all["items"], "/items/0/code"), ["", "FR-C007"]);
}

/// A client that can watch files is asked to.
#[test]
fn files_are_watched_where_the_editor_can() {
    for offered in [true, false] {
        let watched = json!({ "dynamicRegistration": offered });
        let mut e = Editor::new(json!({ "workspace": { "didChangeWatchedFiles": watched } }), None);
        assert_eq!(e.was_asked("client/registerCapability"), offered);
        if let Some((_, params)) = e.asked.first() {
            let registration = &params["registrations"][0];
            assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
            let globs = names(&registration["registerOptions"]["watchers"], "/globPattern");
            assert!(globs.iter().any(|g| g.contains("pcr.md")) && globs.iter().any(|g| g.contains("footrule.toml")));
        }
    }
}

/// What is open wins over what changes on disk, until it is closed.
#[test]
fn files_that_change_on_disk() {
    let main = "use words\nconst a = 1 t{pulp}\n";
    let folder = Folder::new(&[("main.pcr", main), ("words.pcr", "flow pulp\n")]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    let (uri, words) = (folder.uri("main.pcr"), folder.uri("words.pcr"));
    e.open(&uri, main);
    settle(&mut e, &uri, &[]);
    e.open(&words, "flow pulp\n");
    folder.write("words.pcr", "flow rags\n");
    let changed = json!({ "changes": [{ "uri": words, "type": 2 }] });
    e.tell("workspace/didChangeWatchedFiles", changed.clone());
    let known = |e: &mut Editor, name: &str| names(&e.ask("workspace/symbol", json!({ "query": name })), "/name");
    assert_eq!(known(&mut e, "rags"), [""; 0]);
    e.tell("textDocument/didClose", json!({ "textDocument": { "uri": words } }));
    settle(&mut e, &uri, &["FR-N005"]);
    assert_eq!(known(&mut e, "rags"), ["rags"]);
    folder.write("words.pcr", "flow pulp\n");
    e.tell("workspace/didChangeWatchedFiles", changed);
    settle(&mut e, &uri, &[]);
}

/// An editor that can show it sees how far the files of a folder are read.
#[test]
fn reading_many_files_is_shown() {
    let files: Vec<String> = (0..60).map(|i| format!("m{i}.pcr")).collect();
    let folder = Folder::new(&files.iter().map(|n| (n.as_str(), "flow coke\n")).collect::<Vec<_>>());
    for able in [true, false] {
        let mut e = Editor::new(json!({ "window": { "workDoneProgress": able } }), Some(&folder.root()));
        while able && e.progress.iter().all(|p| p["value"]["kind"] != "end") {
            let m = e.receive();
            e.note(m);
        }
        assert_eq!(e.was_asked("window/workDoneProgress/create"), able);
        assert_eq!(
            e.progress.first().map(|p| p["value"].clone()),
            able.then(|| { json!({ "kind": "begin", "title": "reading rules", "percentage": 0 }) })
        );
        assert_eq!(e.progress.last().map(|p| p["value"]["message"].clone()), able.then(|| json!("60 files")));
    }
}
