//! What the author did not write and the checker found: the unit of a `let`.

use crate::at::statements;
use footrule_compiler::Session;
use footrule_compiler::check::value_type;
use footrule_syntax::ast::Stmt;

/// A text beside the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inlay {
    /// Behind this byte.
    pub at: u32,
    /// What is shown.
    pub text: String,
}

/// The inferred units of a file, in order of text.
#[must_use]
pub fn inlays(session: &Session, key: &str) -> Vec<Inlay> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let db = session.db();
    let mut out = Vec::new();
    for at in statements(session, file) {
        let name = match at.item.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Let { name, ty: None, .. } | Stmt::Report { name, ty: None, .. }) => name,
            _ => continue,
        };
        let shown = value_type(db, file, at.item.key.clone()).show(db);
        if shown != "?" {
            out.push(Inlay { at: at.start + name.span.end, text: format!(": {shown}") });
        }
    }
    out
}
