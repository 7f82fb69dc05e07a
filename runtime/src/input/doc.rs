//! The input document: a JSON text, and what `--set` changes in it.

use super::path::{Step, steps};
use crate::json::{self, Json, Kind, Member};
use footrule_diag::{Code, Diagnostic, Text, text};

/// An input document before it meets a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputDoc {
    pub(crate) file: String,
    pub(crate) root: Json,
}

impl InputDoc {
    /// A document without inputs, to be filled by [`InputDoc::set`].
    #[must_use]
    pub fn empty(file_name: &str) -> Self {
        Self { file: file_name.to_owned(), root: object() }
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// FR-I009, with the place.
    #[expect(clippy::result_large_err, reason = "made once for a document, and never in a loop")]
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Diagnostic> {
        let root = json::parse(file_name, text)?;
        Ok(Self { file: file_name.to_owned(), root })
    }

    /// Sets an input: `production`, `boiler.mass`, `power[0].amount`; `period` sets the period,
    /// `scenario` the scenario. Objects and the next
    /// item of a list are made where they are missing. The value is a text (`1000 t`, `true`, a member's name), or
    /// JSON if it begins with `{` or `[`.
    ///
    /// # Errors
    /// FR-C004 if the path cannot be read or does not fit what is there; FR-I009 for malformed JSON.
    #[expect(clippy::result_large_err, reason = "made once for a document, and never in a loop")]
    pub fn set(&mut self, path: &str, value: &str) -> Result<(), Diagnostic> {
        let steps = steps(path).ok_or_else(|| malformed(path, Text::new("路径写法不对", "the path cannot be read")))?;
        let mut new = match value.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => json::parse(&self.file, value)?,
            _ => Json { span: None, kind: Kind::Argument(value.to_owned()) },
        };
        forget(&mut new);
        let mut at = &mut self.root;
        if path != "period" && path != "scenario" {
            at = member(at, "inputs").ok_or_else(|| shape(path, "inputs"))?;
        }
        for step in &steps {
            at = match step {
                Step::Key(key) => member(at, key).ok_or_else(|| shape(path, key))?,
                Step::Index(i) => item(at, *i).ok_or_else(|| shape(path, &format!("[{i}]")))?,
            };
        }
        *at = new;
        Ok(())
    }
}

fn malformed(path: &str, why: Text) -> Diagnostic {
    let (zh, en) = (&why.zh, &why.en);
    Diagnostic::new(Code::C004, text!("--set {path}：{zh}", "--set {path}: {en}"))
}

fn shape(path: &str, step: &str) -> Diagnostic {
    malformed(path, text!("{step} 处的数据结构不符", "the data at {step} have another shape"))
}

fn object() -> Json {
    Json { span: None, kind: Kind::Object(Vec::new()) }
}

/// Ranges of a text that is not the document's.
fn forget(json: &mut Json) {
    json.span = None;
    match &mut json.kind {
        Kind::List(items) => items.iter_mut().for_each(forget),
        Kind::Object(members) => {
            for m in members {
                m.key_span = None;
                forget(&mut m.value);
            }
        }
        _ => {}
    }
}

fn member<'a>(json: &'a mut Json, key: &str) -> Option<&'a mut Json> {
    if matches!(json.kind, Kind::Null) {
        json.kind = Kind::Object(Vec::new());
    }
    let Kind::Object(members) = &mut json.kind else {
        return None;
    };
    let at = match members.iter().rposition(|m| m.key == key) {
        Some(i) => i,
        None => {
            let value = Json { span: None, kind: Kind::Null };
            members.push(Member { key: key.to_owned(), key_span: None, value });
            members.len() - 1
        }
    };
    members.get_mut(at).map(|m| &mut m.value)
}

fn item(json: &mut Json, index: usize) -> Option<&mut Json> {
    if matches!(json.kind, Kind::Null) {
        json.kind = Kind::List(Vec::new());
    }
    let Kind::List(items) = &mut json.kind else {
        return None;
    };
    if items.len() == index {
        items.push(Json { span: None, kind: Kind::Null });
    }
    items.get_mut(index)
}
