//! Requests that show something at its place: cards, hints, colours, folds.

use super::{Refused, at, of};
use crate::documents::Documents;
use footrule_ide as ide;
use gen_lsp_types as lsp;

pub(super) fn hover(docs: &Documents, p: lsp::HoverParams) -> Result<Option<lsp::Hover>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, text, offset)| {
        let h = ide::hover(&docs.session, &key, offset, docs.lang, &|key| docs.called(key))?;
        let content = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: h.markdown };
        let range = docs.lines(&text).range(&text, h.at.span);
        Some(lsp::Hover { contents: lsp::Contents::MarkupContent(content), range: Some(range) })
    }))
}

pub(super) fn signature(docs: &Documents, p: lsp::SignatureHelpParams) -> Result<Option<lsp::SignatureHelp>, Refused> {
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

pub(super) fn folds(docs: &Documents, p: lsp::FoldingRangeParams) -> Result<Option<Vec<lsp::FoldingRange>>, Refused> {
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

pub(super) fn selections(
    docs: &Documents,
    p: lsp::SelectionRangeParams,
) -> Result<Option<Vec<lsp::SelectionRange>>, Refused> {
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

pub(super) fn inlays(docs: &Documents, p: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let (from, to) = (lines.offset(&text, p.range.start), lines.offset(&text, p.range.end));
        let here = ide::inlays(&docs.session, &key, from, to, docs.lang);
        here.into_iter()
            .map(|i| {
                // What is known of a value is no type, and so is coloured otherwise.
                let kind = match i.kind {
                    ide::InlayKind::Unit => Some(lsp::InlayHintKind::Type),
                    ide::InlayKind::Factor | ide::InlayKind::Rounding => None,
                };
                let content = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: i.tooltip };
                let tooltip = Some(lsp::Tooltip::MarkupContent(content));
                lsp::InlayHint::new(lines.position(&text, i.at), i.text.into(), kind, None, tooltip, None, None, None)
            })
            .collect()
    }))
}
