//! Requests that end in an edit: renaming, formatting, repairs, refactorings.

use super::{Refused, at, of};
use crate::convert;
use crate::documents::Documents;
use footrule_diag::Span;
use footrule_ide as ide;
use footrule_syntax::format::{Options, format};
use gen_lsp_types as lsp;

/// Most data files that a test is offered for.
const MOST_FILES: usize = 5;
/// Larger files, in bytes, are no worked examples.
const MOST_DATA: u64 = 1 << 18;

pub(super) fn prepare_rename(
    docs: &Documents,
    p: lsp::PrepareRenameParams,
) -> Result<Option<lsp::PrepareRenameResult>, Refused> {
    let Some((key, text, offset)) = at(docs, &p.text_document_position_params) else { return Ok(None) };
    let (place, old) = ide::prepare_rename(&docs.session, &key, offset)?;
    let range = docs.lines(&text).range(&text, place.span);
    let found = lsp::PrepareRenamePlaceholder { range, placeholder: old };
    Ok(Some(lsp::PrepareRenameResult::PrepareRenamePlaceholder(found)))
}

pub(super) fn rename(docs: &Documents, p: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>, Refused> {
    let Some((key, _, offset)) = at(docs, &p.text_document_position_params) else { return Ok(None) };
    let edits = ide::rename(&docs.session, &key, offset, &p.new_name, &|key| docs.called(key))?;
    Ok(Some(convert::workspace_edit(docs, edits)))
}

pub(super) fn formatting(
    docs: &Documents,
    p: lsp::DocumentFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>, Refused> {
    let Some((key, text)) = of(docs, &p.text_document) else { return Ok(None) };
    // A file with errors stays as it is; its findings say why.
    let Ok(new) = format(&text, key.ends_with(".md"), Options::default()) else { return Ok(Some(Vec::new())) };
    if *new == *text {
        return Ok(Some(Vec::new()));
    }
    let all = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    Ok(Some(vec![docs.lines(&text).edit(&text, all, new)]))
}

pub(super) fn code_actions(
    docs: &Documents,
    p: lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>, Refused> {
    let Some((key, text)) = of(docs, &p.text_document) else { return Ok(None) };
    let lines = docs.lines(&text);
    let (from, to) = (lines.offset(&text, p.range.start), lines.offset(&text, p.range.end));
    let mut all = ide::actions(&docs.session, &key, Span::new(from, to.max(from)), docs.lang);
    if ide::offers_tests(&docs.session, &key, from) {
        let beside = data_beside(&key, &text);
        all.extend(beside.iter().filter_map(|(n, data)| ide::test_from(&docs.session, &key, n, data, docs.lang)));
    }
    // The editor may ask for some kinds only; a kind stands for those below it.
    let wanted = |kind: &lsp::CodeActionKind| {
        let kind = kind.as_str();
        p.context.only.as_ref().is_none_or(|only| {
            only.iter()
                .map(lsp::CodeActionKind::as_str)
                .any(|o| o.is_empty() || kind == o || kind.strip_prefix(o).is_some_and(|rest| rest.starts_with('.')))
        })
    };
    let out = all.into_iter().filter(|a| wanted(&action_kind(a.kind))).map(|a| {
        let finding = a.finding.as_ref().and_then(|d| convert::diagnostic(docs, (&key, &text, &lines), d));
        lsp::CodeActionResponse::CodeAction(lsp::CodeAction {
            title: a.title.get(docs.lang).to_owned(),
            kind: Some(action_kind(a.kind)),
            diagnostics: finding.map(|d| vec![d]),
            is_preferred: a.preferred.then_some(true),
            edit: Some(convert::workspace_edit(docs, a.edits)),
            ..lsp::CodeAction::default()
        })
    });
    Ok(Some(out.collect()))
}

fn action_kind(kind: ide::ActionKind) -> lsp::CodeActionKind {
    match kind {
        ide::ActionKind::QuickFix => lsp::CodeActionKind::QuickFix,
        ide::ActionKind::Extract => lsp::CodeActionKind::RefactorExtract,
        ide::ActionKind::Inline => lsp::CodeActionKind::RefactorInline,
        ide::ActionKind::Rewrite => lsp::CodeActionKind::RefactorRewrite,
        ide::ActionKind::FixAll => lsp::CodeActionKind::SourceFixAll,
    }
}

/// Input data in the folder of a rule that none of its tests names yet: file names and texts.
fn data_beside(key: &str, text: &str) -> Vec<(String, String)> {
    let folder = std::path::Path::new(key).parent().and_then(|f| std::fs::read_dir(f).ok());
    let mut names: Vec<_> = folder.into_iter().flatten().filter_map(Result::ok).map(|e| e.path()).collect();
    names.sort();
    let json = names.into_iter().filter(|p| p.extension().is_some_and(|e| e == "json"));
    let one = |path: std::path::PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        let small = std::fs::metadata(&path).is_ok_and(|m| m.len() <= MOST_DATA);
        let data = (small && !text.contains(&format!("\"{name}\""))).then(|| std::fs::read_to_string(&path).ok())??;
        data.contains("\"inputs\"").then_some((name, data))
    };
    json.filter_map(one).take(MOST_FILES).collect()
}
