//! Why a request has no answer: words for the user in the editor's language, and a reason for programs.
//!
//! Guarantees: both languages say the same; a reason keeps its name.

use footrule_diag::{Lang, Text, text};
use footrule_ide as ide;
use lsp_server::{ErrorCode, RequestId, Response, ResponseError};
use serde_json::json;

/// A request that has no answer.
#[derive(Debug)]
pub(crate) struct Refused {
    code: ErrorCode,
    reason: &'static str,
    said: Text,
}

impl Refused {
    /// What is asked for cannot be given.
    pub(crate) fn new(reason: &'static str, said: Text) -> Self {
        Self { code: ErrorCode::RequestFailed, reason, said }
    }

    /// There is nothing to evaluate.
    pub(crate) fn not_evaluated(why: &ide::NotEvaluated, called: ide::Called<'_>) -> Self {
        let reason = match why {
            ide::NotEvaluated::NoRule(_) => "noRule",
            ide::NotEvaluated::NoTest(_) => "noTest",
        };
        Self::new(reason, why.said(called))
    }

    /// What is asked for cannot be understood.
    pub(crate) fn unreadable(said: Text) -> Self {
        Self { code: ErrorCode::InvalidParams, reason: "unreadable", said }
    }

    /// There is no such request or command.
    pub(crate) fn unknown(name: &str) -> Self {
        let said = text!("没有 `{name}` 这一请求", "{name} is not offered");
        Self { code: ErrorCode::MethodNotFound, reason: "unknown", said }
    }

    /// The editor took the request back.
    pub(crate) fn taken_back(name: &str) -> Self {
        let said = text!("已撤回 `{name}`", "{name} was taken back");
        Self { code: ErrorCode::RequestCanceled, reason: "takenBack", said }
    }

    /// The editor has said goodbye.
    pub(crate) fn closed(name: &str) -> Self {
        let said = text!("服务器已关闭，不再回答 `{name}`", "{name} after shutdown");
        Self { code: ErrorCode::InvalidRequest, reason: "closed", said }
    }

    /// Something went wrong that should not.
    pub(crate) fn broken(name: &str) -> Self {
        let said = text!("`{name}` 内部出错", "{name} failed");
        Self { code: ErrorCode::InternalError, reason: "broken", said }
    }

    /// The reply.
    pub(crate) fn reply(&self, id: RequestId, lang: Lang) -> Response {
        let mut out = Response::new_err(id, self.code as i32, self.said.get(lang).to_owned());
        if let Err(ResponseError { data, .. }) = &mut out.response_result {
            *data = Some(json!({ "reason": self.reason }));
        }
        out
    }
}

impl From<ide::NotRenamed> for Refused {
    fn from(why: ide::NotRenamed) -> Self {
        Self::new("notRenamed", why.0)
    }
}
