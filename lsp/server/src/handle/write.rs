//! Requests that end in an edit: renaming, formatting, quick fixes.

use super::{Refused, at, of};
use crate::convert;
use crate::documents::Documents;
use footrule_diag::{FileSpan, Severity};
use footrule_ide as ide;
use footrule_syntax::format::{Options, format};
use gen_lsp_types as lsp;

pub(super) fn prepare_rename(
    docs: &Documents,
    p: lsp::PrepareRenameParams,
) -> Result<Option<lsp::PrepareRenameResult>, Refused> {
    let Some((key, text, offset)) = at(docs, &p.text_document_position_params) else { return Ok(None) };
    let (place, old) = ide::prepare_rename(&docs.session, &key, offset).map_err(|e| e.0.get(docs.lang).to_owned())?;
    let range = docs.lines(&text).range(&text, place.span);
    let found = lsp::PrepareRenamePlaceholder { range, placeholder: old };
    Ok(Some(lsp::PrepareRenameResult::PrepareRenamePlaceholder(found)))
}

pub(super) fn rename(docs: &Documents, p: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>, Refused> {
    let Some((key, _, offset)) = at(docs, &p.text_document_position_params) else { return Ok(None) };
    let edits = ide::rename(&docs.session, &key, offset, &p.new_name).map_err(|e| e.0.get(docs.lang).to_owned())?;
    Ok(Some(convert::workspace_edit(docs, edits)))
}

pub(super) fn formatting(
    docs: &Documents,
    p: lsp::DocumentFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>, Refused> {
    let Some((key, text)) = of(docs, &p.text_document) else { return Ok(None) };
    // A file with errors stays as it is; its findings say why.
    let Ok(new_text) = format(&text, key.ends_with(".md"), Options::default()) else { return Ok(Some(Vec::new())) };
    if *new_text == *text {
        return Ok(Some(Vec::new()));
    }
    let all = footrule_diag::Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    Ok(Some(vec![lsp::TextEdit { range: docs.lines(&text).range(&text, all), new_text }]))
}

pub(super) fn code_actions(
    docs: &Documents,
    p: lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>, Refused> {
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
