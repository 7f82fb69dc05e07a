//! Colours by role: of a file, of a part of it, and what changed since they were told last.

use super::{Refused, of};
use crate::convert;
use crate::documents::Documents;
use footrule_ide as ide;
use gen_lsp_types as lsp;

pub(super) fn full(docs: &Documents, p: lsp::SemanticTokensParams) -> Result<Option<lsp::SemanticTokens>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let mut all = convert::semantic_tokens(docs, &text, &ide::tokens(&docs.session, &key));
        all.result_id = docs.kept.tokens(&key, &all.data, None).0;
        all
    }))
}

pub(super) fn delta(
    docs: &Documents,
    p: lsp::SemanticTokensDeltaParams,
) -> Result<Option<lsp::SemanticTokensDeltaResponse>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let mut all = convert::semantic_tokens(docs, &text, &ide::tokens(&docs.session, &key));
        let (id, before) = docs.kept.tokens(&key, &all.data, Some(&p.previous_result_id));
        all.result_id = id;
        match before {
            Some(old) => lsp::SemanticTokensDelta { result_id: all.result_id, edits: edit(&old, &all.data) }.into(),
            None => all.into(),
        }
    }))
}

pub(super) fn range(
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

/// The one stretch in which two lists differ; none if they are equal. The protocol counts five numbers for a word.
fn edit(old: &[lsp::SemanticToken], new: &[lsp::SemanticToken]) -> Vec<lsp::SemanticTokensEdit> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (gone, come) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    if gone.is_empty() && come.is_empty() {
        return Vec::new();
    }
    let numbers =
        |t: &lsp::SemanticToken| [t.delta_line, t.delta_start, t.length, t.token_type, t.token_modifiers_bitset];
    vec![lsp::SemanticTokensEdit {
        start: 5 * head as u32,
        delete_count: 5 * gone.len() as u32,
        data: Some(come.iter().flat_map(numbers).collect()),
    }]
}
