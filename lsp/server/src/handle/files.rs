//! Files that are renamed, made, deleted; folders that are opened and closed; texts of what is no file.

use super::Refused;
use crate::convert;
use crate::documents::{Documents, path_of};
use footrule_diag::{Code, Lang, text};
use footrule_ide as ide;
use gen_lsp_types as lsp;

/// What changes in all files when some get another name: paths in sources, and the folders of packages in descriptions.
pub(super) fn will_rename(docs: &Documents, p: lsp::RenameFilesParams) -> Result<Option<lsp::WorkspaceEdit>, Refused> {
    let moves = moves(&p);
    let mut edit = convert::workspace_edit(docs, ide::move_files(&docs.session, &moves));
    let changes = edit.changes.get_or_insert_default();
    for (key, text, dependency) in docs.dependencies() {
        let Some(new) = ide::moved_dependency(&moves, key, &dependency.path) else { continue };
        let range = docs.lines(text).range(text, dependency.path_span);
        let new_text = format!("\"{new}\"");
        changes.entry(docs.uri(key)).or_default().push(lsp::TextEdit { range, new_text });
    }
    Ok((!changes.is_empty()).then_some(edit))
}

pub(super) fn renamed(docs: &mut Documents, p: &lsp::RenameFilesParams) {
    let paths: Vec<String> = moves(p).into_iter().flat_map(|(old, new)| [old, new]).collect();
    docs.changed_on_disk(&paths);
}

fn moves(p: &lsp::RenameFilesParams) -> Vec<ide::Move> {
    p.files.iter().filter_map(|f| Some((path_of(&f.old_uri.0)?, path_of(&f.new_uri.0)?))).collect()
}

pub(super) fn folders(docs: &mut Documents, p: &lsp::DidChangeWorkspaceFoldersParams) {
    let paths = |all: &[lsp::WorkspaceFolder]| all.iter().filter_map(|f| path_of(&f.uri.0)).collect::<Vec<_>>();
    paths(&p.event.removed).iter().for_each(|f| docs.remove_folder(f));
    paths(&p.event.added).iter().for_each(|f| docs.add_folder(f));
}

/// A source of the library, or the page of a code: `footrule-std:/gas.pcr`, `footrule-code:/zh/FR-U002.md`.
pub(super) fn content(
    docs: &Documents,
    p: lsp::TextDocumentContentParams,
) -> Result<lsp::TextDocumentContentResult, Refused> {
    let uri = p.uri.0.as_str();
    let page = uri.strip_prefix("footrule-code:/").and_then(|rest| {
        let (lang, name) = rest.split_once('/')?;
        let lang = if lang == "zh" { Lang::Zh } else { Lang::En };
        ide::page(Code::parse(name.trim_end_matches(".md"))?, lang)
    });
    let source = || uri.starts_with("footrule-std:/").then(|| docs.text(&docs.key(&p.uri)?)).flatten();
    match page.or_else(|| source().map(|t| t.to_string())) {
        Some(text) => Ok(lsp::TextDocumentContentResult { text }),
        None => Err(Refused::new("noFile", text!("没有 {uri}", "there is no {uri}"))),
    }
}
