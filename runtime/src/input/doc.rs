//! The input document: a JSON text, and what `--set` changes in it.

use super::decode::DOCUMENT_KEYS;
use super::path::{Step, steps};
use crate::json::{self, Json, Kind, Member};
use footrule_diag::{Code, Diagnostic, Text, text};
use footrule_mir::Program;
use std::borrow::Cow;

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

    /// Sets an input, `production`, `boiler.mass`, `power[0].amount`, or a key beside the inputs: `period`, `gwp` and the
    /// others of [`DOCUMENT_KEYS`]. `inputs.note` is the input of a rule that has one of such a name
    /// ([`InputDoc::path_of`] finds out). Objects and the next
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
        let below = match steps.as_slice() {
            [Step::Key(inputs), below @ ..] if inputs == INPUTS && !below.is_empty() => below,
            all => all,
        };
        let beside = matches!(steps.as_slice(), [Step::Key(key)] if DOCUMENT_KEYS.contains(&key.as_str()));
        if !beside {
            at = member(at, INPUTS).ok_or_else(|| shape(path, INPUTS))?;
        }
        for step in below {
            at = match step {
                Step::Key(key) => member(at, key).ok_or_else(|| shape(path, key))?,
                Step::Index(i) => item(at, *i).ok_or_else(|| shape(path, &format!("[{i}]")))?,
            };
        }
        *at = new;
        Ok(())
    }

    /// True if the document says for which period it is.
    #[must_use]
    pub fn gives_period(&self) -> bool {
        self.root.get("period").is_some_and(|j| j.kind != Kind::Null)
    }

    /// A path as [`InputDoc::set`] takes it: where the rule has an input of a name that the document uses, too, it is the input
    /// that is meant.
    #[must_use]
    pub fn path_of<'p>(program: &Program, path: &'p str) -> Cow<'p, str> {
        let head = path.split(['.', '[']).next().unwrap_or_default();
        let twice = (head == INPUTS || DOCUMENT_KEYS.contains(&head)) && has_input(program, head);
        if twice { Cow::Owned(format!("{INPUTS}.{path}")) } else { Cow::Borrowed(path) }
    }
}

/// The key of a document below which its inputs stand.
pub const INPUTS: &str = "inputs";

/// True if a rule has an input of this name, or several below it.
#[must_use]
pub fn has_input(program: &Program, head: &str) -> bool {
    program.inputs.iter().any(|i| i.name.id.split('.').next() == Some(head))
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
