//! Findings that the editor asks for.
//!
//! An answer is named by a hash of itself, so that nothing need be remembered to say that it is the same as before.

use super::Refused;
use crate::convert;
use crate::documents::Documents;
use gen_lsp_types as lsp;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The findings of a file.
pub(super) fn of_file(
    docs: &Documents,
    p: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReport, Refused> {
    let found = docs.key(&p.text_document.uri).map(|key| convert::diagnostics(docs, &key)).unwrap_or_default();
    let id = name(&found);
    Ok(if p.previous_result_id.as_ref() == Some(&id) {
        lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id: id },
        }
        .into()
    } else {
        lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: full(id, found),
        }
        .into()
    })
}

/// The findings of all files in the folders, open or not.
pub(super) fn of_workspace(
    docs: &Documents,
    p: lsp::WorkspaceDiagnosticParams,
) -> Result<lsp::WorkspaceDiagnosticReport, Refused> {
    let mut known: HashMap<lsp::Uri, String> = p.previous_result_ids.into_iter().map(|i| (i.uri, i.value)).collect();
    let mut items: Vec<lsp::WorkspaceDocumentDiagnosticReport> = Vec::new();
    for key in docs.in_folders() {
        let (uri, version) = (docs.uri(&key), docs.version(&key));
        let found = convert::diagnostics(docs, &key);
        let id = name(&found);
        items.push(if known.remove(&uri).as_ref() == Some(&id) {
            let report = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
            lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: report,
            }
            .into()
        } else {
            let report = full(id, found);
            lsp::WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: report }.into()
        });
    }
    // What the editor still shows of files that are gone, goes.
    items.extend(known.into_keys().map(|uri| {
        let report = full(name(&[]), Vec::new());
        lsp::WorkspaceFullDocumentDiagnosticReport { uri, version: None, full_document_diagnostic_report: report }
            .into()
    }));
    Ok(lsp::WorkspaceDiagnosticReport { items })
}

fn full(id: String, items: Vec<lsp::Diagnostic>) -> lsp::FullDocumentDiagnosticReport {
    lsp::FullDocumentDiagnosticReport { result_id: Some(id), items }
}

/// A name for findings; equal findings have equal names.
fn name(found: &[lsp::Diagnostic]) -> String {
    let mut hash = DefaultHasher::new();
    serde_json::to_string(found).unwrap_or_default().hash(&mut hash);
    format!("{:016x}", hash.finish())
}
