//! Files whose lines end in a carriage return and a line feed: whatever is written into them ends its lines so.

use crate::RULE;
use crate::editor::Editor;
use crate::source::edited;
use serde_json::{Value, json};

/// Statements at which repairs and refactorings of several lines are offered.
const MORE: &str = r#"table worth(grade: Grade) -> number { first => 1 }
table rate(grade: Grade) -> kg{CO2}/t{metal} {
    first => 1
}
const bare = 3 t{CO2}/t{metal}
emission extra in making = 2 t{CO2}
let worse = 12 kg{CO2} + 1 t{CO2}
let doubled = worse * 2
test en "x" { production = 1 t{metal}; batches = [Batch(mass: 2 t{metal}, grade: first)] }
"#;

const NAME: &str = "file:///rules/ends";

/// The same text in two editors: its lines end in a line feed, and in both characters.
struct Twice {
    uri: String,
    editors: [Editor; 2],
    texts: [String; 2],
}

impl Twice {
    fn new(kind: &str, text: &str) -> Self {
        let capabilities =
            json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
        let mut editors = [0, 1].map(|_| Editor::new(capabilities.clone(), None));
        let texts = [text.to_owned(), text.replace('\n', "\r\n")];
        let uri = format!("{NAME}.{kind}");
        editors.iter_mut().zip(&texts).for_each(|(e, text)| e.open(&uri, text));
        Self { uri, editors, texts }
    }

    /// Both answers to a request.
    fn ask(&mut self, method: &str, more: &Value) -> [Value; 2] {
        let mut params = json!({ "textDocument": { "uri": self.uri } });
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        [0, 1].map(|i| self.editors[i].ask(method, params.clone()))
    }

    /// Checks that edits make the same of both texts; true if they write several lines.
    fn same(&self, what: &str, edits: [&Value; 2]) -> bool {
        let [lf, crlf] = [0, 1].map(|i| edited(&self.texts[i], edits[i]));
        assert!(!crlf.replace("\r\n", "").contains(['\r', '\n']), "{what}: {crlf:?}");
        assert_eq!(crlf, lf.replace('\n', "\r\n"), "{what}");
        edits[0].as_array().into_iter().flatten().any(|e| e["newText"].as_str().is_some_and(|t| t.contains('\n')))
    }

    fn positions(&self) -> Vec<Value> {
        let line = |(n, l): (usize, &str)| {
            (0..=l.encode_utf16().count()).step_by(3).map(move |c| json!({ "line": n, "character": c })).collect()
        };
        self.texts[0].lines().enumerate().flat_map::<Vec<Value>, _>(line).collect()
    }

    /// Each word and what follows it on its line, as selections.
    fn selections(&self) -> Vec<Value> {
        let mut out = Vec::new();
        for (n, line) in self.texts[0].lines().enumerate() {
            let at = |i: usize| json!({ "line": n, "character": line[..i].encode_utf16().count() });
            let starts = line.split(' ').map(|w| w.as_ptr() as usize - line.as_ptr() as usize);
            for start in starts {
                let end = line[start..].find(' ').map_or(line.len(), |i| start + i);
                out.extend([start, end, line.len()].map(|to| json!({ "start": at(start), "end": at(to) })));
            }
        }
        out
    }
}

/// A text as it is, and in a fence.
fn forms(text: &str) -> [(&'static str, String); 2] {
    [("pcr.md", format!("# 5 Words\n\nProse.\n\n```pcr\n{text}```\n\nMore.\n")), ("pcr", text.to_owned())]
}

#[test]
fn actions_end_lines_as_the_file_does() {
    let both = [forms(&format!("{RULE}input hot: bool default false\n")), forms(&format!("{RULE}{MORE}"))].concat();
    let mut several = std::collections::BTreeSet::new();
    for (name, text) in both {
        let mut t = Twice::new(name, &text);
        for range in t.selections() {
            let params = json!({ "range": range, "context": { "diagnostics": [] } });
            let both = t.ask("textDocument/codeAction", &params);
            let [lf, crlf] = both.each_ref().map(|a| a.as_array().cloned().unwrap_or_default());
            assert_eq!(lf.len(), crlf.len(), "{range}");
            for (a, b) in lf.iter().zip(&crlf) {
                let title = a["title"].as_str().unwrap_or_default();
                assert_eq!(title, b["title"]);
                let edits = [a, b].map(|action| action["edit"]["changes"][&t.uri].clone());
                if t.same(title, [&edits[0], &edits[1]]) {
                    several.insert(title.split('`').next().unwrap_or_default().trim().to_owned());
                }
            }
        }
    }
    for title in ["Add the missing row", "Declare a new source", "Extract", "Write a test", "Add an exception"] {
        assert!(several.iter().any(|t| t.starts_with(title)), "no action `{title}` writes lines: {several:?}");
    }
}

#[test]
fn completion_ends_lines_as_the_file_does() {
    for (name, text) in forms(&format!("{RULE}{MORE}")) {
        let mut t = Twice::new(name, &text);
        let mut several = 0;
        for at in t.positions() {
            let [lf, crlf] = t.ask("textDocument/completion", &json!({ "position": at }));
            let texts = |all: &Value| -> Vec<(String, String)> {
                let one = |i: &Value| {
                    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
                    (text(&i["label"]), text(&i["textEdit"]["newText"]))
                };
                all.as_array().into_iter().flatten().map(one).collect()
            };
            let (lf, crlf) = (texts(&lf), texts(&crlf));
            several += crlf.iter().filter(|(_, t)| t.contains("\r\n")).count();
            let lf: Vec<_> = lf.into_iter().map(|(label, text)| (label, text.replace('\n', "\r\n"))).collect();
            assert_eq!(lf, crlf, "{at}");
        }
        assert!(several > 20, "{several}");
    }
}

#[test]
fn formatting_and_renaming_end_lines_as_the_file_does() {
    for (name, text) in forms(&format!("{RULE}{MORE}")) {
        let untidy = text.replace("input production", "\n\n\ninput production").replace("use std.gas", "use   std.gas");
        let mut t = Twice::new(name, &untidy);
        let options = json!({ "tabSize": 4, "insertSpaces": true });
        let [lf, crlf] = t.ask("textDocument/formatting", &json!({ "options": options }));
        assert!(t.same("formatting", [&lf, &crlf]));
        let end = json!({ "line": untidy.lines().count(), "character": 0 });
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": end });
        let [lf, crlf] = t.ask("textDocument/rangeFormatting", &json!({ "range": range, "options": options }));
        assert_ne!(lf, json!([]));
        t.same("range formatting", [&lf, &crlf]);
        let mut typed = 0;
        for at in t.positions() {
            for ch in ["\n", "}"] {
                let params = json!({ "position": at, "ch": ch, "options": options });
                let [lf, crlf] = t.ask("textDocument/onTypeFormatting", &params);
                t.same("on-type formatting", [&lf, &crlf]);
                typed += usize::from(lf != json!([]));
            }
        }
        assert!(typed > 0);
        for word in ["装载量 =", "metal zh", "first;"] {
            let at = untidy.find(word).unwrap_or_else(|| panic!("no {word}"));
            let line = untidy[..at].matches('\n').count();
            let column = untidy[..at].rsplit('\n').next().unwrap_or_default().encode_utf16().count();
            let params = json!({ "position": { "line": line, "character": column }, "newName": "other" });
            let both = t.ask("textDocument/rename", &params);
            let of = |i: usize| both[i]["changes"][&t.uri].clone();
            assert_ne!(of(0), Value::Null, "{word}");
            t.same(word, [&of(0), &of(1)]);
        }
    }
}
