//! Requests that lead to places: definitions, references, symbols, links.

use super::{Refused, at, of};
use crate::convert;
use crate::documents::Documents;
use footrule_ide as ide;
use gen_lsp_types as lsp;

/// Most symbols of the workspace that are told at once.
const MOST_SYMBOLS: usize = 500;

pub(super) fn definition(
    docs: &Documents,
    p: lsp::DefinitionParams,
) -> Result<Option<lsp::DefinitionResponse>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, _, offset)| {
        let found = docs.location(&ide::definition(&docs.session, &key, offset)?)?;
        Some(lsp::DefinitionResponse::Definition(lsp::Definition::Location(found)))
    }))
}

pub(super) fn type_definition(
    docs: &Documents,
    p: lsp::TypeDefinitionParams,
) -> Result<Option<lsp::DefinitionResponse>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, _, offset)| {
        let found = docs.location(&ide::type_definition(&docs.session, &key, offset)?)?;
        Some(lsp::DefinitionResponse::Definition(lsp::Definition::Location(found)))
    }))
}

pub(super) fn references(docs: &Documents, p: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>, Refused> {
    let with_declaration = p.context.include_declaration;
    Ok(at(docs, &p.text_document_position_params).map(|(key, _, offset)| {
        let all = ide::references(&docs.session, &key, offset);
        all.iter().filter(|r| with_declaration || !r.declares).filter_map(|r| docs.location(&r.at)).collect()
    }))
}

pub(super) fn highlights(
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

pub(super) fn document_symbols(
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

pub(super) fn workspace_symbols(
    docs: &Documents,
    p: lsp::WorkspaceSymbolParams,
) -> Result<Option<lsp::WorkspaceSymbolResponse>, Refused> {
    let all = ide::workspace_symbols(&docs.session, &p.query, MOST_SYMBOLS);
    let all = all.iter().filter_map(|s| convert::symbol(docs, s)).collect();
    Ok(Some(lsp::WorkspaceSymbolResponse::SymbolInformationList(all)))
}

pub(super) fn links(docs: &Documents, p: lsp::DocumentLinkParams) -> Result<Option<Vec<lsp::DocumentLink>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let lines = docs.lines(&text);
        let one = |(span, url): (footrule_diag::Span, String)| {
            lsp::DocumentLink::new(lines.range(&text, span), Some(url.into()), None, None)
        };
        ide::links(&docs.session, &key).into_iter().map(one).collect()
    }))
}
