//! Completion: what can be written, and the card of what was chosen.

use super::{Refused, at};
use crate::documents::Documents;
use crate::position::Lines;
use footrule_diag::FileSpan;
use footrule_ide as ide;
use gen_lsp_types as lsp;
use serde_json::{Value, json};

/// A list is complete: the editor filters what it has while the word grows.
pub(super) fn complete(docs: &Documents, p: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>, Refused> {
    Ok(at(docs, &p.text_document_position_params).map(|(key, text, offset)| {
        let lines = docs.lines(&text);
        let all = ide::complete(&docs.session, &key, offset, docs.lang).into_iter();
        lsp::CompletionResponse::CompletionItemList(all.map(|c| item(docs, &text, &lines, c)).collect())
    }))
}

/// The card of what is declared elsewhere, for the one item that the editor shows.
pub(super) fn resolve(docs: &Documents, mut item: lsp::CompletionItem) -> Result<lsp::CompletionItem, Refused> {
    let place = item.data.as_ref().and_then(|d| {
        let offset = d.get("at").and_then(Value::as_u64).and_then(|o| u32::try_from(o).ok())?;
        Some((d.get("file")?.as_str()?, offset))
    });
    if let Some((file, offset)) = place
        && let Some(card) = ide::hover(&docs.session, file, offset, docs.lang, &|key| docs.called(key))
    {
        let content = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: card.markdown };
        item.documentation = Some(lsp::Documentation::MarkupContent(content));
    }
    Ok(item)
}

fn item(docs: &Documents, text: &str, lines: &Lines, c: ide::Completion) -> lsp::CompletionItem {
    let label = c.labels.get(docs.lang).to_owned();
    let snippet = c.snippet.filter(|_| docs.client.snippets);
    let data = c.declared.map(|FileSpan { file, span }| json!({ "file": file, "at": span.start }));
    lsp::CompletionItem {
        label: c.name.clone(),
        label_details: (!label.is_empty())
            .then_some(lsp::CompletionItemLabelDetails { detail: None, description: Some(label) }),
        kind: Some(kind(c.kind)),
        detail: Some(c.detail).filter(|d| !d.is_empty()),
        sort_text: Some(format!("{}{}", c.rank, c.name)),
        filter_text: Some(c.filter),
        insert_text_format: snippet.is_some().then_some(lsp::InsertTextFormat::Snippet),
        text_edit: Some(lsp::CompletionItemTextEdit::TextEdit(lines.edit(text, c.at, snippet.unwrap_or(c.text)))),
        data,
        ..lsp::CompletionItem::default()
    }
}

fn kind(kind: ide::CompletionKind) -> lsp::CompletionItemKind {
    use ide::CompletionKind as K;
    match kind {
        K::Keyword => lsp::CompletionItemKind::Keyword,
        K::Snippet => lsp::CompletionItemKind::Snippet,
        K::Clause => lsp::CompletionItemKind::Text,
        K::Value => lsp::CompletionItemKind::Variable,
        K::Function => lsp::CompletionItemKind::Function,
        K::Table => lsp::CompletionItemKind::Interface,
        K::Unit => lsp::CompletionItemKind::Unit,
        K::Flow => lsp::CompletionItemKind::TypeParameter,
        K::Stage => lsp::CompletionItemKind::Module,
        K::Type => lsp::CompletionItemKind::Class,
        K::Member => lsp::CompletionItemKind::EnumMember,
        K::Field => lsp::CompletionItemKind::Field,
        K::Source => lsp::CompletionItemKind::Reference,
        K::Process => lsp::CompletionItemKind::Class,
        K::Module => lsp::CompletionItemKind::File,
    }
}
