//! Findings of all files that the editor asks for: found file by file while nothing else is to be done, and told as they come if
//! the editor takes them so.
//!
//! Guarantees: one reply to each request, at the latest when the editor takes it back or says goodbye; whatever is typed or asked
//! meanwhile comes first. A file that changes after it was looked at is told the next time.

use crate::convert;
use crate::documents::Documents;
use crate::inbox::cancelled;
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Serialize;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The method of the requests.
pub(crate) const METHOD: &str = "workspace/diagnostic";

/// Requests that wait for their answer.
#[derive(Debug, Default)]
pub(crate) struct Surveys(VecDeque<Survey>);

#[derive(Debug)]
struct Survey {
    id: RequestId,
    /// What the editor knows of files that were not looked at yet.
    known: HashMap<lsp::Uri, String>,
    /// Files that are still to be looked at, the next one last; `None` before the first step.
    left: Option<Vec<String>>,
    /// Where findings are told as they come.
    token: Option<lsp::ProgressToken>,
    items: Vec<lsp::WorkspaceDocumentDiagnosticReport>,
}

impl Surveys {
    /// Takes a request; the reply, if it cannot be read.
    pub(crate) fn ask(&mut self, request: Request) -> Option<Response> {
        let id = request.id.clone();
        match serde_json::from_value::<lsp::WorkspaceDiagnosticParams>(request.params) {
            Ok(p) => {
                let known = p.previous_result_ids.into_iter().map(|i| (i.uri, i.value)).collect();
                let token = p.partial_result_params.partial_result_token;
                self.0.push_back(Survey { id, known, left: None, token, items: Vec::new() });
                None
            }
            Err(e) => Some(Response::new_err(id, ErrorCode::InvalidParams as i32, e.to_string())),
        }
    }

    /// True if something is still to be found.
    pub(crate) fn wait(&self) -> bool {
        !self.0.is_empty()
    }

    /// Looks at one file; what is to be told then.
    pub(crate) fn step(&mut self, docs: &Documents) -> Option<Message> {
        let survey = self.0.front_mut()?;
        let found = catch_unwind(AssertUnwindSafe(|| survey.step(docs)));
        match found {
            Ok(Step::Told(message)) => Some(message),
            Ok(Step::Kept) => None,
            Ok(Step::Done) => {
                let Survey { id, items, .. } = self.0.pop_front()?;
                Some(Response::new_ok(id, lsp::WorkspaceDiagnosticReport { items }).into())
            }
            // A file that cannot be looked at is passed over.
            Err(_) => None,
        }
    }

    /// The reply to a request that the editor takes back.
    pub(crate) fn cancel(&mut self, n: &Notification) -> Option<Response> {
        let id = cancelled(n)?;
        let at = self.0.iter().position(|s| s.id == id)?;
        self.0.remove(at).map(Survey::cancelled)
    }

    /// The replies to all requests, when the editor says goodbye.
    pub(crate) fn end(&mut self) -> impl Iterator<Item = Response> {
        self.0.drain(..).map(Survey::cancelled)
    }
}

/// What a step came to.
enum Step {
    Told(Message),
    Kept,
    Done,
}

impl Survey {
    fn step(&mut self, docs: &Documents) -> Step {
        let left = self.left.get_or_insert_with(|| docs.in_folders().into_iter().rev().collect());
        let report = match left.pop() {
            Some(key) => report(docs, &key, &mut self.known),
            None => {
                // What the editor still shows of files that are gone, goes.
                let Some(uri) = self.known.keys().next().cloned() else { return Step::Done };
                self.known.remove(&uri);
                full(uri, None, Vec::new())
            }
        };
        let Some(token) = &self.token else {
            self.items.push(report);
            return Step::Kept;
        };
        let value = lsp::WorkspaceDiagnosticReport { items: vec![report] };
        let progress = json!({ "token": token, "value": value });
        Step::Told(Notification { method: "$/progress".to_owned(), params: progress }.into())
    }

    fn cancelled(self) -> Response {
        Response::new_err(self.id, ErrorCode::RequestCanceled as i32, format!("{METHOD} was taken back"))
    }
}

/// The findings of a file, or that they are those that the editor knows.
fn report(
    docs: &Documents,
    key: &str,
    known: &mut HashMap<lsp::Uri, String>,
) -> lsp::WorkspaceDocumentDiagnosticReport {
    let (uri, version) = (docs.uri(key), docs.version(key));
    let found = convert::diagnostics(docs, key);
    let id = name(&found);
    if known.remove(&uri).as_ref() != Some(&id) {
        return full(uri, version, found);
    }
    let unchanged_document_diagnostic_report = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
    lsp::WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report }.into()
}

fn full(uri: lsp::Uri, version: Option<i32>, items: Vec<lsp::Diagnostic>) -> lsp::WorkspaceDocumentDiagnosticReport {
    let report = lsp::FullDocumentDiagnosticReport { result_id: Some(name(&items)), items };
    lsp::WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: report }.into()
}

/// A name for an answer: equal answers have equal names, so that nothing need be remembered to say that it is the same as before.
pub(crate) fn name(found: &impl Serialize) -> String {
    let mut hash = DefaultHasher::new();
    serde_json::to_string(found).unwrap_or_default().hash(&mut hash);
    format!("{:016x}", hash.finish())
}
