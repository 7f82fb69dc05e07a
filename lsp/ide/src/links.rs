//! Addresses of sources.

use crate::at::statements;
use footrule_compiler::Session;
use footrule_diag::Span;
use footrule_syntax::ast::Stmt;

/// The places of addresses in a file, and where they lead.
#[must_use]
pub fn links(session: &Session, key: &str) -> Vec<(Span, String)> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let mut out = Vec::new();
    for at in statements(session, file) {
        let Some(Stmt::Source { entries, .. }) = at.item.ast(session.db()).map(|a| &a.stmt) else { continue };
        let urls = entries.iter().filter(|e| e.key.text == "url" && e.value.starts_with("http"));
        out.extend(urls.map(|e| (e.span.shift(at.start), e.value.clone())));
    }
    out
}
