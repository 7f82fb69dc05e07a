//! One function for each request and notification.
//!
//! `complete` (what can be written) · `navigate` (places) · `calls` (contributions, implementations) · `show` (what stands beside the text) · `tokens` (colours) ·
//! `lens` · `write` (what ends in an edit) · `edit` (while typing) · `pull` (findings) · `files` (files and folders); here is what
//! sends each request to its function, and what all of them need.

mod calls;
mod complete;
mod edit;
mod files;
mod lens;
mod navigate;
mod pull;
mod show;
mod tokens;
mod write;

use crate::documents::{Documents, path_of};
use crate::refused::Refused;
use footrule_diag::text;
use gen_lsp_types as lsp;
use lsp::{Notification as _, Request as _};
use lsp_server::{Notification, Request, Response};
use serde::Serialize;
use std::sync::Arc;

/// The reply to a request.
pub(crate) fn request(docs: &Documents, r: Request) -> Response {
    macro_rules! dispatch {
        ($($request:ident => $handler:path),* $(,)?) => {
            match r.method.as_str() {
                $(m if m == lsp::$request::METHOD.as_str() => reply(docs, r, $handler),)*
                _ => Refused::unknown(&r.method).reply(r.id, docs.lang),
            }
        };
    }
    dispatch! {
        HoverRequest => show::hover,
        SignatureHelpRequest => show::signature,
        DefinitionRequest => navigate::definition,
        TypeDefinitionRequest => navigate::type_definition,
        ReferencesRequest => navigate::references,
        DocumentHighlightRequest => navigate::highlights,
        DocumentSymbolRequest => navigate::document_symbols,
        WorkspaceSymbolRequest => navigate::workspace_symbols,
        PrepareRenameRequest => write::prepare_rename,
        RenameRequest => write::rename,
        CompletionRequest => complete::complete,
        CompletionResolveRequest => complete::resolve,
        FoldingRangeRequest => show::folds,
        SelectionRangeRequest => show::selections,
        InlayHintRequest => show::inlays,
        DocumentLinkRequest => navigate::links,
        DocumentFormattingRequest => write::formatting,
        CodeActionRequest => write::code_actions,
        ExecuteCommandRequest => crate::commands::execute,
        SemanticTokensRequest => tokens::full,
        SemanticTokensDeltaRequest => tokens::delta,
        SemanticTokensRangeRequest => tokens::range,
        DocumentDiagnosticRequest => pull::of_file,
        CallHierarchyPrepareRequest => calls::prepare,
        CallHierarchyIncomingCallsRequest => calls::incoming,
        CallHierarchyOutgoingCallsRequest => calls::outgoing,
        ImplementationRequest => calls::implementation,
        CodeLensRequest => lens::lenses,
        CodeLensResolveRequest => lens::resolve,
        LinkedEditingRangeRequest => edit::linked,
        DocumentRangeFormattingRequest => edit::format_range,
        DocumentOnTypeFormattingRequest => edit::format_typed,
        WillRenameFilesRequest => files::will_rename,
        TextDocumentContentRequest => files::content,
    }
}

fn reply<P: serde::de::DeserializeOwned, R: Serialize>(
    docs: &Documents,
    r: Request,
    f: impl FnOnce(&Documents, P) -> Result<R, Refused>,
) -> Response {
    let Request { id, params, .. } = r;
    let read = serde_json::from_value(params)
        .map_err(|e| Refused::unreadable(text!("无法读取请求的参数：{e}", "the parameters cannot be read: {e}")));
    match read.and_then(|params| f(docs, params)) {
        Ok(result) => Response::new_ok(id, result),
        Err(why) => why.reply(id, docs.lang),
    }
}

/// Takes note of what the editor says; the addresses whose findings go.
pub(crate) fn notification(docs: &mut Documents, n: Notification) -> Vec<lsp::Uri> {
    let method = n.method.clone();
    let mut gone = Vec::new();
    // What cannot be read is nonsense, and is let go.
    macro_rules! dispatch {
        ($($kind:ident => $handler:expr),* $(,)?) => {
            match method.as_str() {
                $(m if m == lsp::$kind::METHOD.as_str() => {
                    if let Ok(p) = n.extract::<<lsp::$kind as lsp::Notification>::Params>(&method) {
                        let handler: &mut dyn FnMut(<lsp::$kind as lsp::Notification>::Params) = &mut $handler;
                        handler(p);
                    }
                })*
                _ => {}
            }
        };
    }
    dispatch! {
        DidOpenTextDocumentNotification =>
            |p| docs.open(p.text_document.uri, p.text_document.version, &p.text_document.text),
        DidChangeTextDocumentNotification => |p| changed(docs, p),
        DidCloseTextDocumentNotification => |p| gone.extend(docs.close(&p.text_document.uri)),
        DidChangeWatchedFilesNotification => |p| changed_files(docs, p.changes.iter().map(|c| &c.uri)),
        DidCreateFilesNotification => |p| changed_files(docs, p.files.iter().map(|f| &f.uri)),
        DidDeleteFilesNotification => |p| changed_files(docs, p.files.iter().map(|f| &f.uri)),
        DidRenameFilesNotification => |p| files::renamed(docs, &p),
        DidChangeWorkspaceFoldersNotification => |p| files::folders(docs, &p),
    }
    gone
}

fn changed_files<'a>(docs: &mut Documents, uris: impl Iterator<Item = &'a lsp::Uri>) {
    let paths: Vec<String> = uris.filter_map(|uri| path_of(&uri.0)).collect();
    docs.changed_on_disk(&paths);
}

fn changed(docs: &mut Documents, p: lsp::DidChangeTextDocumentParams) {
    let uri = p.text_document.text_document_identifier.uri;
    docs.change(uri, p.text_document.version, p.content_changes);
}

/// Key, text and offset of a position.
fn at(docs: &Documents, p: &lsp::TextDocumentPositionParams) -> Option<(String, Arc<str>, u32)> {
    let (key, text) = of(docs, &p.text_document)?;
    let offset = docs.lines(&text).offset(&text, p.position);
    Some((key, text, offset))
}

fn of(docs: &Documents, d: &lsp::TextDocumentIdentifier) -> Option<(String, Arc<str>)> {
    let key = docs.key(&d.uri)?;
    let text = docs.text(&key)?;
    Some((key, text))
}
