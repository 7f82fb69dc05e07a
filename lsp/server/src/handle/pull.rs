//! The findings of a file that the editor asks for; those of all files are `survey`'s.

use super::Refused;
use crate::convert;
use crate::documents::Documents;
use crate::survey::name;
use gen_lsp_types as lsp;

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
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id: Some(id), items: found },
        }
        .into()
    })
}
