//! The declarations of a file as a tree, and those of all files by name, label or clause.

use crate::at::{Statement, clause, statements};
use footrule_compiler::Session;
use footrule_compiler::db::SourceFile;
use footrule_diag::{FileSpan, Span, Text};
use footrule_syntax::ast::Stmt;

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SymbolKind {
    Rule,
    Flow,
    Enum,
    Member,
    Unit,
    Stage,
    Record,
    Field,
    Input,
    Param,
    Table,
    Const,
    Function,
    Value,
    Line,
    Report,
    Source,
    Test,
    Process,
    Other,
}

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name; the label of a test.
    pub name: String,
    /// Its labels.
    pub labels: Text,
    /// Its clause; empty if it has none.
    pub clause: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole statement.
    pub at: FileSpan,
    /// Its name.
    pub selection: Span,
    /// What stands inside.
    pub children: Vec<Symbol>,
}

/// The declarations of a file, in order of text.
#[must_use]
pub fn document_symbols(session: &Session, key: &str) -> Vec<Symbol> {
    let Some(file) = session.file(key) else { return Vec::new() };
    of_file(session, file)
}

fn of_file(session: &Session, file: SourceFile) -> Vec<Symbol> {
    let mut out: Vec<Symbol> = Vec::new();
    for at in statements(session, file) {
        let Some(symbol) = symbol(session, &at) else { continue };
        let inside = at.item.owner().is_some_and(|o| out.last().is_some_and(|p| p.name == o.name()));
        match out.last_mut() {
            Some(process) if inside => process.children.push(symbol),
            _ => out.push(symbol),
        }
    }
    out
}

pub(crate) fn symbol(session: &Session, at: &Statement<'_>) -> Option<Symbol> {
    use SymbolKind as K;
    let ast = at.item.ast(session.db())?;
    let kind = match &ast.stmt {
        Stmt::Rule { .. } => K::Rule,
        Stmt::Flow { .. } | Stmt::Gas { .. } => K::Flow,
        Stmt::Enum { .. } => K::Enum,
        Stmt::Unit { .. } => K::Unit,
        Stmt::Stage { .. } => K::Stage,
        Stmt::Record { .. } => K::Record,
        Stmt::Input(_) => K::Input,
        Stmt::Param(_) => K::Param,
        Stmt::Table(_) => K::Table,
        Stmt::Const { .. } => K::Const,
        Stmt::Fn { .. } => K::Function,
        Stmt::Let { .. } => K::Value,
        Stmt::Line(_) => K::Line,
        Stmt::Report { .. } => K::Report,
        Stmt::Source { .. } => K::Source,
        Stmt::Test(_) => K::Test,
        Stmt::Process { .. } | Stmt::Include(_) => K::Process,
        Stmt::Product { .. } | Stmt::Scenario { .. } | Stmt::Allocate(_) | Stmt::Check(_) | Stmt::Balance { .. } => {
            K::Other
        }
        _ => return None,
    };
    let labels = ast.stmt.labels().cloned().unwrap_or_default();
    let place = at.item.name_place(session.db());
    let label = |t: &Text| if t.en.is_empty() { t.zh.clone() } else { t.en.clone() };
    let name = match &ast.stmt {
        Stmt::Test(t) => label(&t.labels),
        Stmt::Check(c) => c.name.as_ref().map(|n| n.text.clone())?,
        _ => at.item.name().to_owned(),
    };
    if name.is_empty() {
        return None;
    }
    let child = |kind, name: &footrule_syntax::ast::Ident, labels: &Text| Symbol {
        name: name.text.clone(),
        labels: labels.clone(),
        clause: String::new(),
        kind,
        at: at.absolute(session, name.span),
        selection: name.span.shift(at.start),
        children: Vec::new(),
    };
    let children = match &ast.stmt {
        Stmt::Enum { variants, .. } => variants.iter().map(|v| child(K::Member, &v.name, &v.labels)).collect(),
        Stmt::Record { fields, .. } => fields.iter().map(|f| child(K::Field, &f.name, &f.labels)).collect(),
        _ => Vec::new(),
    };
    let end = at.text.trim_end().len();
    Some(Symbol {
        name,
        labels,
        clause: clause(session, at.item).unwrap_or_default(),
        kind,
        at: at.absolute(session, Span { start: 0, end: u32::try_from(end).unwrap_or(u32::MAX) }),
        selection: place.span.shift(at.start),
        children,
    })
}

/// Declarations of all files whose name, label or clause has the query; at most `most`.
#[must_use]
pub fn workspace_symbols(session: &Session, query: &str, most: usize) -> Vec<Symbol> {
    let wanted = query.trim().trim_start_matches('§').to_lowercase();
    let fits = |s: &Symbol| {
        let has = |t: &str| t.to_lowercase().contains(&wanted);
        has(&s.name) || has(&s.labels.zh) || has(&s.labels.en) || (!wanted.is_empty() && s.clause.starts_with(&wanted))
    };
    let mut out = Vec::new();
    // The user's files come before the library's.
    let mut files: Vec<SourceFile> = session.files().collect();
    files.sort_by_key(|f| f.key(session.db()).starts_with("std:"));
    for file in files {
        for symbol in of_file(session, file) {
            let inner: Vec<Symbol> = symbol.children.iter().filter(|c| fits(c)).cloned().collect();
            out.extend(fits(&symbol).then(|| Symbol { children: Vec::new(), ..symbol }));
            out.extend(inner);
            if out.len() >= most {
                out.truncate(most);
                return out;
            }
        }
    }
    out
}
