//! Texts with the places of their words, plain and literate; folders on disk.

use crate::editor::Editor;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A text under an address.
pub(crate) struct Source {
    pub uri: String,
    pub text: String,
}

impl Source {
    /// The same statements in `rules/NAME.pcr` and in a fence of `rules/NAME.pcr.md`.
    pub(crate) fn both(name: &str, text: &str) -> [Self; 2] {
        let literate = format!("# 4 说明 · Words\n\nSome prose 前言.\n\n```pcr\n{text}```\n\nMore prose.\n");
        [
            Self { uri: format!("file:///rules/{name}.pcr"), text: text.to_owned() },
            Self { uri: format!("file:///rules/{name}.pcr.md"), text: literate },
        ]
    }

    pub(crate) fn open(&self, e: &mut Editor) {
        e.open(&self.uri, &self.text);
    }

    /// Line and character of the nth place of a word; of its end if `after`.
    pub(crate) fn place(&self, word: &str, nth: usize, after: bool) -> Value {
        let at = self.text.match_indices(word).nth(nth).map(|(i, _)| i).unwrap_or_else(|| panic!("no {word}"));
        let before = &self.text[..if after { at + word.len() } else { at }];
        let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        json!({ "line": before.matches('\n').count(), "character": column })
    }

    pub(crate) fn range(&self, word: &str, nth: usize) -> Value {
        json!({ "start": self.place(word, nth, false), "end": self.place(word, nth, true) })
    }

    pub(crate) fn line(&self, word: &str) -> Value {
        self.place(word, 0, false)["line"].clone()
    }

    pub(crate) fn document(&self) -> Value {
        json!({ "textDocument": { "uri": self.uri } })
    }

    /// The parameters of a request at a word.
    pub(crate) fn on(&self, word: &str, nth: usize) -> Value {
        json!({ "textDocument": { "uri": self.uri }, "position": self.place(word, nth, false) })
    }

    /// The text after edits.
    pub(crate) fn edited(&self, edits: &Value) -> String {
        edited(&self.text, edits)
    }
}

/// A text after edits, whose columns count UTF-16.
pub(crate) fn edited(text: &str, edits: &Value) -> String {
    let offset = |at: &Value| {
        let number = |v: &Value| v.as_u64().unwrap_or_default() as usize;
        let start: usize = text.split_inclusive('\n').take(number(&at["line"])).map(str::len).sum();
        let mut left = number(&at["character"]);
        let line = text[start..].char_indices().find(|(_, c)| {
            let here = left == 0;
            left = left.saturating_sub(c.len_utf16());
            here
        });
        line.map_or(text.len(), |(i, _)| start + i)
    };
    let mut all: Vec<(usize, usize, String)> = edits
        .as_array()
        .into_iter()
        .flatten()
        .map(|e| {
            let new = e["newText"].as_str().unwrap_or_default().to_owned();
            (offset(&e["range"]["start"]), offset(&e["range"]["end"]), new)
        })
        .collect();
    all.sort();
    let mut out = text.to_owned();
    for (from, to, new) in all.into_iter().rev() {
        out.replace_range(from..to, &new);
    }
    out
}

/// The names of things.
pub(crate) fn names(all: &Value, of: &str) -> Vec<String> {
    let name = |v: &Value| v.pointer(of).and_then(Value::as_str).unwrap_or_default().to_owned();
    all.as_array().into_iter().flatten().map(name).collect()
}

/// A folder that goes when the test ends.
pub(crate) struct Folder(PathBuf);

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let name = format!("footrule-lsp-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Self(std::env::temp_dir().join(name));
        files.iter().for_each(|(name, text)| folder.write(name, text));
        folder
    }

    pub(crate) fn root(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}/{name}", self.root())
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.0)).unwrap_or_else(|e| panic!("{e}"));
        fs::write(path, text).unwrap_or_else(|e| panic!("{e}"));
    }

    pub(crate) fn rename(&self, old: &str, new: &str) {
        let new = self.0.join(new);
        fs::create_dir_all(new.parent().unwrap_or(&self.0)).unwrap_or_else(|e| panic!("{e}"));
        fs::rename(self.0.join(old), new).unwrap_or_else(|e| panic!("{e}"));
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.0.join(name)).unwrap_or_else(|e| panic!("{e}"));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
