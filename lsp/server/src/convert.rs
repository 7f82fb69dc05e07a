//! Answers as the protocol wants them.

use crate::documents::Documents;
use crate::position::Lines;
use footrule_diag::{Diagnostic, FileSpan, Lang, Severity};
use footrule_ide as ide;
use gen_lsp_types as lsp;
use std::collections::HashMap;

/// The findings of a file.
pub(crate) fn diagnostics(docs: &Documents, key: &str) -> Vec<lsp::Diagnostic> {
    let Some(text) = docs.text(key) else { return Vec::new() };
    let lines = docs.lines(&text);
    docs.check(key).iter().filter_map(|d| diagnostic(docs, (key, &text, &lines), d)).collect()
}

/// A finding of a file, with its text and lines; `None` if it is told at another file.
pub(crate) fn diagnostic(
    docs: &Documents,
    (key, text, lines): (&str, &str, &Lines),
    d: &Diagnostic<FileSpan>,
) -> Option<lsp::Diagnostic> {
    let range = match &d.primary {
        Some(p) if p.at.file == key => lines.range(text, p.at.span),
        Some(_) => return None,
        None => lsp::Range::default(),
    };
    let mut message = d.message.get(docs.lang).to_owned();
    let label = d.primary.as_ref().map(|p| p.text.get(docs.lang)).filter(|t| !t.is_empty());
    for more in label.into_iter().chain(d.help.as_ref().map(|h| h.get(docs.lang))) {
        message.push('\n');
        message.push_str(more);
    }
    let related = d.secondary.iter().filter_map(|l| {
        let location = docs.location(&l.at)?;
        Some(lsp::DiagnosticRelatedInformation { location, message: l.text.get(docs.lang).to_owned() })
    });
    let related: Vec<_> = related.collect();
    let unneeded =
        ["FR-L001", "FR-L003", "FR-L004", "FR-L008", "FR-L012", "FR-L014", "FR-L015"].contains(&d.code.as_str());
    let lang = if docs.lang == Lang::Zh { "zh" } else { "en" };
    let page = |code: &str| lsp::Uri(format!("footrule-code:/{lang}/{code}.md"));
    Some(lsp::Diagnostic {
        range,
        severity: Some(match d.severity {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
        }),
        code: Some(lsp::Code::String(d.code.as_str().to_owned())),
        // Only the server knows the page, so it is named to whoever asks the server for texts.
        code_description: docs.client.contents.then(|| lsp::CodeDescription { href: page(d.code.as_str()) }),
        source: Some("footrule".to_owned()),
        message: lsp::Message::String(message),
        tags: unneeded.then(|| vec![lsp::DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        ..lsp::Diagnostic::default()
    })
}

/// Replacements in any number of files.
pub(crate) fn workspace_edit(docs: &Documents, edits: impl IntoIterator<Item = ide::Edit>) -> lsp::WorkspaceEdit {
    let mut changes: HashMap<lsp::Uri, Vec<lsp::TextEdit>> = HashMap::new();
    for edit in edits {
        if let Some(text) = docs.text(&edit.at.file) {
            let edits = changes.entry(docs.uri(&edit.at.file)).or_default();
            edits.push(docs.lines(&text).edit(&text, edit.at.span, edit.text));
        }
    }
    lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }
}

/// A declaration with what stands inside.
pub(crate) fn document_symbol(docs: &Documents, text: &str, lines: &Lines, s: &ide::Symbol) -> lsp::DocumentSymbol {
    let children: Vec<_> = s.children.iter().map(|c| document_symbol(docs, text, lines, c)).collect();
    #[expect(deprecated, reason = "the protocol's structure still has the field")]
    lsp::DocumentSymbol {
        name: s.name.clone(),
        detail: Some(shown(docs, s)).filter(|d| !d.is_empty()),
        kind: symbol_kind(s.kind),
        tags: None,
        deprecated: None,
        range: lines.range(text, s.at.span),
        selection_range: lines.range(text, s.selection),
        children: (!children.is_empty()).then_some(children),
    }
}

/// Clause and label of a declaration.
fn shown(docs: &Documents, s: &ide::Symbol) -> String {
    let clause = if s.clause.is_empty() { String::new() } else { format!("§{} ", s.clause) };
    format!("{clause}{}", s.labels.get(docs.lang)).trim_end().to_owned()
}

/// A declaration in a list.
pub(crate) fn symbol(docs: &Documents, s: &ide::Symbol) -> Option<lsp::SymbolInformation> {
    let at = FileSpan { file: s.at.file.clone(), span: s.selection };
    #[expect(deprecated, reason = "the protocol's structure still has the field")]
    Some(lsp::SymbolInformation {
        deprecated: None,
        location: docs.location(&at)?,
        base_symbol_information: lsp::BaseSymbolInformation {
            name: s.name.clone(),
            kind: symbol_kind(s.kind),
            tags: None,
            container_name: Some(shown(docs, s)).filter(|d| !d.is_empty()),
        },
    })
}

/// A node of the tree of contributions.
pub(crate) fn call_item(docs: &Documents, s: &ide::Symbol) -> Option<lsp::CallHierarchyItem> {
    let whole = docs.location(&s.at)?;
    let name = docs.location(&FileSpan { file: s.at.file.clone(), span: s.selection })?;
    Some(lsp::CallHierarchyItem {
        name: s.name.clone(),
        kind: symbol_kind(s.kind),
        tags: None,
        detail: Some(shown(docs, s)).filter(|d| !d.is_empty()),
        uri: whole.uri,
        range: whole.range,
        selection_range: name.range,
        data: None,
    })
}

fn symbol_kind(kind: ide::SymbolKind) -> lsp::SymbolKind {
    use ide::SymbolKind as K;
    match kind {
        K::Rule => lsp::SymbolKind::Module,
        K::Flow => lsp::SymbolKind::TypeParameter,
        K::Enum => lsp::SymbolKind::Enum,
        K::Member => lsp::SymbolKind::EnumMember,
        K::Unit => lsp::SymbolKind::Number,
        K::Stage => lsp::SymbolKind::Namespace,
        K::Record => lsp::SymbolKind::Struct,
        K::Field => lsp::SymbolKind::Field,
        K::Input => lsp::SymbolKind::Property,
        K::Param | K::Const => lsp::SymbolKind::Constant,
        K::Table => lsp::SymbolKind::Array,
        K::Function => lsp::SymbolKind::Function,
        K::Value => lsp::SymbolKind::Variable,
        K::Line => lsp::SymbolKind::Operator,
        K::Report => lsp::SymbolKind::Key,
        K::Source => lsp::SymbolKind::File,
        K::Test => lsp::SymbolKind::Event,
        K::Process => lsp::SymbolKind::Class,
        K::Other => lsp::SymbolKind::Object,
    }
}

/// What the protocol calls the roles of words, in the order of [`ide::Role::ALL`].
pub(crate) fn token_names() -> Vec<&'static str> {
    use ide::Role as R;
    let name = |role: &R| match role {
        R::Keyword => "keyword",
        R::Number => "number",
        R::Text => "string",
        R::Comment => "comment",
        R::Clause => "decorator",
        R::Unit => "type",
        R::Flow => "typeParameter",
        R::Stage => "namespace",
        R::Type => "class",
        R::Member => "enumMember",
        R::Field => "property",
        R::Input => "parameter",
        R::Parameter => "macro",
        R::Table => "interface",
        R::Function => "function",
        R::Value => "variable",
        R::Line => "event",
        R::Local => "modifier",
        R::Source => "label",
        R::Process => "struct",
        R::Module => "enum",
    };
    R::ALL.iter().map(name).collect()
}

/// Words as differences from one to the next; a word of several lines is cut at their ends.
pub(crate) fn semantic_tokens(docs: &Documents, text: &str, tokens: &[ide::Token]) -> lsp::SemanticTokens {
    let lines = docs.lines(text);
    let mut data = Vec::with_capacity(tokens.len());
    let mut last = lsp::Position::default();
    for t in tokens {
        let range = lines.range(text, t.span);
        if range.start.line != range.end.line {
            continue;
        }
        let delta_line = range.start.line - last.line;
        let from = if delta_line == 0 { last.character } else { 0 };
        let role = ide::Role::ALL.iter().position(|r| *r == t.role).unwrap_or_default();
        data.push(lsp::SemanticToken {
            delta_line,
            delta_start: range.start.character - from,
            length: range.end.character - range.start.character,
            token_type: role as u32,
            token_modifiers_bitset: u32::from(t.declares) | u32::from(t.library) << 1,
        });
        last = range.start;
    }
    lsp::SemanticTokens { result_id: None, data }
}
