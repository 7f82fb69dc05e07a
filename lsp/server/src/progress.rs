//! How far the sources of the folders are read, and that a request is being answered: shown by the editor if it can.
//!
//! Guarantees: what is begun is ended; nothing is told before the editor agreed, or without a name that it gave.

use footrule_diag::{Lang, text};
use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// Fewer files than this are read before anybody looks.
const FEW: usize = 20;
/// Percents between two reports.
const STEP: usize = 10;

/// The state of what is shown.
#[derive(Debug, Default)]
pub(crate) enum Progress {
    /// Nothing is shown.
    #[default]
    Off,
    /// The editor was asked to show something; so many files were left then.
    Asked(usize),
    /// It shows something: of so many files, so many percents.
    Shown(usize, usize),
}

const TOKEN: &str = "footrule-reading";
/// The request that asks for it.
const CREATE: &str = "footrule-reading-create";

impl Progress {
    /// What is to be told when so many files are left to read.
    pub(crate) fn left(&mut self, left: usize, lang: Lang) -> Vec<Message> {
        match *self {
            Self::Off if left >= FEW => {
                *self = Self::Asked(left);
                let (id, method) = (RequestId::from(CREATE.to_owned()), "window/workDoneProgress/create".to_owned());
                vec![Request { id, method, params: json!({ "token": TOKEN }) }.into()]
            }
            Self::Shown(all, _) if left == 0 => {
                *self = Self::Off;
                let files = text!("{all} 个文件", "{all} files");
                vec![told(json!({ "kind": "end", "message": files.get(lang) }))]
            }
            Self::Shown(all, told_last) => {
                let percent = all.saturating_sub(left) * 100 / all.max(1);
                if percent < told_last + STEP {
                    return Vec::new();
                }
                *self = Self::Shown(all, percent);
                vec![told(json!({ "kind": "report", "percentage": percent }))]
            }
            _ => Vec::new(),
        }
    }

    /// Takes note of an answer of the editor.
    pub(crate) fn answered(&mut self, response: &Response, lang: Lang) -> Option<Message> {
        let Self::Asked(all) = *self else { return None };
        if response.id != RequestId::from(CREATE.to_owned()) {
            return None;
        }
        if response.response_result.is_err() {
            *self = Self::Off;
            return None;
        }
        *self = Self::Shown(all, 0);
        let title = text!("读取规则", "reading rules");
        Some(told(json!({ "kind": "begin", "title": title.get(lang), "percentage": 0 })))
    }
}

fn told(value: Value) -> Message {
    told_of(&json!(TOKEN), &value)
}

fn told_of(token: &Value, value: &Value) -> Message {
    Notification { method: "$/progress".to_owned(), params: json!({ "token": token, "value": value }) }.into()
}

/// A request whose answer the editor shows as work.
#[derive(Debug)]
pub(crate) struct Task(Value);

impl Task {
    /// The work of a request; `None` if the editor gave it no name.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        request.params.get("workDoneToken").filter(|t| !t.is_null()).map(|t| Self(t.clone()))
    }

    /// It begins; the editor may take it back.
    pub(crate) fn begin(&self, lang: Lang) -> Message {
        let title = text!("查找全部规则", "looking through all rules");
        told_of(&self.0, &json!({ "kind": "begin", "title": title.get(lang), "cancellable": true }))
    }

    /// It is at its end, whatever came of it.
    pub(crate) fn end(&self) -> Message {
        told_of(&self.0, &json!({ "kind": "end" }))
    }
}
