//! Edits while typing: linked places, formatting of parts.

use super::{Refused, at, of};
use crate::documents::Documents;
use footrule_diag::Span;
use footrule_ide as ide;
use gen_lsp_types as lsp;

pub(super) fn linked(
    docs: &Documents,
    p: lsp::LinkedEditingRangeParams,
) -> Result<Option<lsp::LinkedEditingRanges>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, text, offset)| {
        let lines = docs.lines(&text);
        let ranges: Vec<_> = ide::linked(&docs.session, &key, offset).iter().map(|s| lines.range(&text, *s)).collect();
        (!ranges.is_empty()).then_some(lsp::LinkedEditingRanges { ranges, word_pattern: None })
    }))
}

pub(super) fn format_range(
    docs: &Documents,
    p: lsp::DocumentRangeFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let range = Span::new(lines.offset(&text, p.range.start), lines.offset(&text, p.range.end));
        edits(docs, &text, ide::format_range(&text, key.ends_with(".md"), range))
    }))
}

pub(super) fn format_typed(
    docs: &Documents,
    p: lsp::DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let offset = docs.lines(&text).offset(&text, p.position);
        edits(docs, &text, ide::format_typed(&text, key.ends_with(".md"), offset, &p.ch))
    }))
}

fn edits(docs: &Documents, text: &str, changes: Vec<ide::Change>) -> Vec<lsp::TextEdit> {
    let lines = docs.lines(text);
    changes.into_iter().map(|(span, new)| lines.edit(text, span, new)).collect()
}
