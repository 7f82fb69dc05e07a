//! One function for each request and notification.

use crate::convert;
use crate::documents::Documents;
use footrule_diag::{FileSpan, Severity};
use footrule_ide as ide;
use footrule_syntax::format::{Options, format};
use gen_lsp_types as lsp;
use lsp::{Notification as _, Request as _};
use lsp_server::{ErrorCode, ExtractError, Notification, Request, Response};
use serde::Serialize;
use std::sync::Arc;

/// Most symbols of the workspace that are told at once.
const MOST_SYMBOLS: usize = 500;

/// The reply to a request.
pub(crate) fn request(docs: &Documents, r: Request) -> Response {
    let id = r.id.clone();
    macro_rules! dispatch {
        ($($request:ident => $handler:path),* $(,)?) => {
            match r.method.as_str() {
                $(m if m == lsp::$request::METHOD.as_str() => reply(docs, r, $handler),)*
                _ => Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("{} is not offered", r.method)),
            }
        };
    }
    dispatch! {
        HoverRequest => hover,
        SignatureHelpRequest => signature,
        DefinitionRequest => definition,
        TypeDefinitionRequest => type_definition,
        ReferencesRequest => references,
        DocumentHighlightRequest => highlights,
        DocumentSymbolRequest => document_symbols,
        WorkspaceSymbolRequest => workspace_symbols,
        PrepareRenameRequest => prepare_rename,
        RenameRequest => rename,
        CompletionRequest => complete,
        FoldingRangeRequest => folds,
        SelectionRangeRequest => selections,
        InlayHintRequest => inlays,
        DocumentLinkRequest => links,
        DocumentFormattingRequest => formatting,
        CodeActionRequest => code_actions,
        SemanticTokensRequest => semantic_tokens,
        SemanticTokensRangeRequest => semantic_tokens_range,
    }
}

/// Why a request has no answer: words for the user.
type Refused = String;

fn reply<P: serde::de::DeserializeOwned, R: Serialize>(
    docs: &Documents,
    r: Request,
    f: impl FnOnce(&Documents, P) -> Result<R, Refused>,
) -> Response {
    let (id, method) = (r.id.clone(), r.method.clone());
    match r.extract::<P>(&method) {
        Ok((id, params)) => match f(docs, params) {
            Ok(result) => Response::new_ok(id, result),
            Err(why) => Response::new_err(id, ErrorCode::RequestFailed as i32, why),
        },
        Err(ExtractError::JsonError { error, .. }) => {
            Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string())
        }
        Err(ExtractError::MethodMismatch(_)) => {
            Response::new_err(id, ErrorCode::InternalError as i32, "another method".to_owned())
        }
    }
}

/// Takes note of what the editor says; the addresses whose findings go.
pub(crate) fn notification(docs: &mut Documents, n: Notification) -> Vec<lsp::Uri> {
    let method = n.method.clone();
    macro_rules! with {
        ($kind:ident) => {
            n.extract::<<lsp::$kind as lsp::Notification>::Params>(&method).ok()
        };
    }
    let is = |m: &str| method == m;
    if is(lsp::DidOpenTextDocumentNotification::METHOD.as_str()) {
        if let Some(p) = with!(DidOpenTextDocumentNotification) {
            docs.set(p.text_document.uri, p.text_document.version, &p.text_document.text);
        }
    } else if is(lsp::DidChangeTextDocumentNotification::METHOD.as_str()) {
        if let Some(p) = with!(DidChangeTextDocumentNotification) {
            changed(docs, p);
        }
    } else if is(lsp::DidCloseTextDocumentNotification::METHOD.as_str()) {
        let closed = with!(DidCloseTextDocumentNotification).and_then(|p| docs.close(&p.text_document.uri));
        return closed.into_iter().collect();
    } else if is(lsp::DidChangeWatchedFilesNotification::METHOD.as_str())
        && let Some(p) = with!(DidChangeWatchedFilesNotification)
    {
        p.changes.iter().for_each(|c| docs.changed_on_disk(&c.uri));
    }
    Vec::new()
}

fn changed(docs: &mut Documents, p: lsp::DidChangeTextDocumentParams) {
    let uri = p.text_document.text_document_identifier.uri;
    let Some(key) = docs.key(&uri) else { return };
    let mut text = docs.text(&key).map(|t| t.to_string()).unwrap_or_default();
    for change in p.content_changes {
        match change {
            lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(c) => {
                let lines = docs.lines(&text);
                let (from, to) = (lines.offset(&text, c.range.start), lines.offset(&text, c.range.end));
                text.replace_range(from as usize..to.max(from) as usize, &c.text);
            }
            lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(c) => text = c.text,
        }
    }
    docs.set(uri, p.text_document.version, &text);
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

fn hover(docs: &Documents, p: lsp::HoverParams) -> Result<Option<lsp::Hover>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, text, offset)| {
        let h = ide::hover(&docs.session, &key, offset, docs.lang)?;
        let content = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: h.markdown };
        let range = docs.lines(&text).range(&text, h.at.span);
        Some(lsp::Hover { contents: lsp::Contents::MarkupContent(content), range: Some(range) })
    }))
}

fn definition(docs: &Documents, p: lsp::DefinitionParams) -> Result<Option<lsp::DefinitionResponse>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, _, offset)| {
        let found = docs.location(&ide::definition(&docs.session, &key, offset)?)?;
        Some(lsp::DefinitionResponse::Definition(lsp::Definition::Location(found)))
    }))
}

fn type_definition(docs: &Documents, p: lsp::TypeDefinitionParams) -> Result<Option<lsp::DefinitionResponse>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, _, offset)| {
        let found = docs.location(&ide::type_definition(&docs.session, &key, offset)?)?;
        Some(lsp::DefinitionResponse::Definition(lsp::Definition::Location(found)))
    }))
}

fn signature(docs: &Documents, p: lsp::SignatureHelpParams) -> Result<Option<lsp::SignatureHelp>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, _, offset)| {
        let s = ide::signature(&docs.session, &key, offset)?;
        let units = |at: usize| s.label[..at].encode_utf16().count() as u32;
        let parameters = s.parameters.iter().map(|(a, b)| lsp::ParameterInformation {
            label: lsp::ParameterInformationLabel::from((units(*a), units(*b))),
            documentation: None,
        });
        let information = lsp::SignatureInformation {
            parameters: Some(parameters.collect()),
            label: s.label.clone(),
            ..lsp::SignatureInformation::default()
        };
        Some(lsp::SignatureHelp {
            signatures: vec![information],
            active_signature: Some(0),
            active_parameter: Some((s.active as u32).into()),
        })
    }))
}

fn references(docs: &Documents, p: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>, Refused> {
    let with_declaration = p.context.include_declaration;
    Ok(at(docs, &p.text_document_position_params).map(|(key, _, offset)| {
        let all = ide::references(&docs.session, &key, offset);
        all.iter().filter(|r| with_declaration || !r.declares).filter_map(|r| docs.location(&r.at)).collect()
    }))
}

fn highlights(
    docs: &Documents,
    p: lsp::DocumentHighlightParams,
) -> Result<Option<Vec<lsp::DocumentHighlight>>, Refused> {
    Ok(at(docs, &p.text_document_position_params).map(|(key, text, offset)| {
        let lines = docs.lines(&text);
        let one = |r: &ide::Reference| {
            let kind = if r.declares { lsp::DocumentHighlightKind::Write } else { lsp::DocumentHighlightKind::Read };
            lsp::DocumentHighlight { range: lines.range(&text, r.at.span), kind: Some(kind) }
        };
        ide::highlights(&docs.session, &key, offset).iter().map(one).collect()
    }))
}

fn document_symbols(
    docs: &Documents,
    p: lsp::DocumentSymbolParams,
) -> Result<Option<lsp::DocumentSymbolResponse>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let all = ide::document_symbols(&docs.session, &key);
        let lines = docs.lines(&text);
        let all = all.iter().map(|s| convert::document_symbol(docs, &text, &lines, s)).collect();
        lsp::DocumentSymbolResponse::DocumentSymbolList(all)
    }))
}

fn workspace_symbols(
    docs: &Documents,
    p: lsp::WorkspaceSymbolParams,
) -> Result<Option<lsp::WorkspaceSymbolResponse>, Refused> {
    let all = ide::workspace_symbols(&docs.session, &p.query, MOST_SYMBOLS);
    let all = all.iter().filter_map(|s| convert::symbol(docs, s)).collect();
    Ok(Some(lsp::WorkspaceSymbolResponse::SymbolInformationList(all)))
}

fn prepare_rename(docs: &Documents, p: lsp::PrepareRenameParams) -> Result<Option<lsp::PrepareRenameResult>, Refused> {
    let Some((key, text, offset)) = at(docs, &p.text_document_position_params) else { return Ok(None) };
    let (place, old) = ide::prepare_rename(&docs.session, &key, offset).map_err(|e| e.0.get(docs.lang).to_owned())?;
    let range = docs.lines(&text).range(&text, place.span);
    let found = lsp::PrepareRenamePlaceholder { range, placeholder: old };
    Ok(Some(lsp::PrepareRenameResult::PrepareRenamePlaceholder(found)))
}

fn rename(docs: &Documents, p: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>, Refused> {
    let Some((key, _, offset)) = at(docs, &p.text_document_position_params) else { return Ok(None) };
    let edits = ide::rename(&docs.session, &key, offset, &p.new_name).map_err(|e| e.0.get(docs.lang).to_owned())?;
    Ok(Some(convert::workspace_edit(docs, edits)))
}

fn complete(docs: &Documents, p: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>, Refused> {
    Ok(at(docs, &p.text_document_position_params).map(|(key, text, offset)| {
        let lines = docs.lines(&text);
        let all = ide::complete(&docs.session, &key, offset, docs.lang).into_iter();
        lsp::CompletionResponse::CompletionItemList(all.map(|c| convert::completion(docs, &text, &lines, c)).collect())
    }))
}

fn folds(docs: &Documents, p: lsp::FoldingRangeParams) -> Result<Option<Vec<lsp::FoldingRange>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let one = |span| {
            let range = lines.range(&text, span);
            let comment = text.get(span.start as usize..).is_some_and(|t| t.trim_start().starts_with("//"));
            lsp::FoldingRange {
                start_line: range.start.line,
                end_line: range.end.line,
                kind: comment.then_some(lsp::FoldingRangeKind::Comment),
                ..lsp::FoldingRange::default()
            }
        };
        ide::folds(&docs.session, &key).into_iter().map(one).collect()
    }))
}

fn selections(docs: &Documents, p: lsp::SelectionRangeParams) -> Result<Option<Vec<lsp::SelectionRange>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let nest = |position: &lsp::Position| {
            let all = ide::selections(&docs.session, &key, lines.offset(&text, *position));
            let outer = all.into_iter().rev().fold(None, |parent, span| {
                let parent: Option<lsp::SelectionRange> = parent;
                Some(lsp::SelectionRange { range: lines.range(&text, span), parent: parent.map(Box::new) })
            });
            let here = lsp::Range { start: *position, end: *position };
            outer.unwrap_or(lsp::SelectionRange { range: here, parent: None })
        };
        p.positions.iter().map(nest).collect()
    }))
}

fn inlays(docs: &Documents, p: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let (from, to) = (lines.offset(&text, p.range.start), lines.offset(&text, p.range.end));
        let here = ide::inlays(&docs.session, &key).into_iter().filter(|i| from <= i.at && i.at <= to);
        here.map(|i| {
            lsp::InlayHint::new(
                lines.position(&text, i.at),
                i.text.into(),
                Some(lsp::InlayHintKind::Type),
                None,
                None,
                None,
                None,
                None,
            )
        })
        .collect()
    }))
}

fn links(docs: &Documents, p: lsp::DocumentLinkParams) -> Result<Option<Vec<lsp::DocumentLink>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let one = |(span, url): (footrule_diag::Span, String)| {
            lsp::DocumentLink::new(lines.range(&text, span), Some(url.into()), None, None)
        };
        ide::links(&docs.session, &key).into_iter().map(one).collect()
    }))
}

fn formatting(docs: &Documents, p: lsp::DocumentFormattingParams) -> Result<Option<Vec<lsp::TextEdit>>, Refused> {
    let Some((key, text)) = of(docs, &p.text_document) else { return Ok(None) };
    // A file with errors stays as it is; its findings say why.
    let Ok(new_text) = format(&text, key.ends_with(".md"), Options::default()) else { return Ok(Some(Vec::new())) };
    if *new_text == *text {
        return Ok(Some(Vec::new()));
    }
    let all = footrule_diag::Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    Ok(Some(vec![lsp::TextEdit { range: docs.lines(&text).range(&text, all), new_text }]))
}

fn code_actions(docs: &Documents, p: lsp::CodeActionParams) -> Result<Option<Vec<lsp::CodeActionResponse>>, Refused> {
    let Some((key, text)) = of(docs, &p.text_document) else { return Ok(None) };
    let lines = docs.lines(&text);
    let (from, to) = (lines.offset(&text, p.range.start), lines.offset(&text, p.range.end));
    let found = docs.session.check(&key);
    let edit = |at: &FileSpan, text: &str| ide::Edit { at: at.clone(), text: text.to_owned() };
    let mut out = Vec::new();
    let mut everything = Vec::new();
    for d in &found {
        let Some(fix) = &d.fix else { continue };
        everything.push(edit(&fix.at, &fix.replacement));
        let here = d.primary.as_ref().filter(|l| l.at.file == key && l.at.span.start <= to && from <= l.at.span.end);
        if here.is_none() {
            continue;
        }
        let title = d.help.as_ref().map_or(&d.message, |h| h).get(docs.lang).to_owned();
        out.push(lsp::CodeActionResponse::CodeAction(lsp::CodeAction {
            title,
            kind: Some(lsp::CodeActionKind::QuickFix),
            diagnostics: convert::diagnostic(docs, (&key, &text, &lines), d).map(|d| vec![d]),
            is_preferred: Some(d.severity == Severity::Error),
            edit: Some(convert::workspace_edit(docs, [edit(&fix.at, &fix.replacement)])),
            ..lsp::CodeAction::default()
        }));
    }
    // Repairs that overlap are left for another turn.
    everything.sort_by(|a, b| a.at.cmp(&b.at));
    everything.dedup_by(|b, a| a.at.file == b.at.file && b.at.span.start < a.at.span.end.max(a.at.span.start + 1));
    if everything.len() > 1 {
        let title = footrule_diag::text!("修复本文件中的全部问题", "Fix everything in this file that can be fixed");
        out.push(lsp::CodeActionResponse::CodeAction(lsp::CodeAction {
            title: title.get(docs.lang).to_owned(),
            kind: Some(lsp::CodeActionKind::SourceFixAll),
            edit: Some(convert::workspace_edit(docs, everything)),
            ..lsp::CodeAction::default()
        }));
    }
    Ok(Some(out))
}

fn semantic_tokens(docs: &Documents, p: lsp::SemanticTokensParams) -> Result<Option<lsp::SemanticTokens>, Refused> {
    Ok(of(docs, &p.text_document)
        .map(|(key, text)| convert::semantic_tokens(docs, &text, &ide::tokens(&docs.session, &key))))
}

fn semantic_tokens_range(
    docs: &Documents,
    p: lsp::SemanticTokensRangeParams,
) -> Result<Option<lsp::SemanticTokens>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let (from, to) = (lines.offset(&text, p.range.start), lines.offset(&text, p.range.end));
        let mut all = ide::tokens(&docs.session, &key);
        all.retain(|t| t.span.start < to && from < t.span.end);
        convert::semantic_tokens(docs, &text, &all)
    }))
}
