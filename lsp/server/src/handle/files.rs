//! Files that are renamed, made, deleted; folders that are opened and closed; texts of what is no file.

use super::Refused;
use crate::convert;
use crate::documents::{Documents, path_of};
use footrule_diag::{Code, Lang, text};
use footrule_ide as ide;
use gen_lsp_types as lsp;

/// What changes in all files when some get another name.
pub(super) fn will_rename(docs: &Documents, p: lsp::RenameFilesParams) -> Result<Option<lsp::WorkspaceEdit>, Refused> {
    let edits = ide::move_files(&docs.session, &moves(&p));
    Ok((!edits.is_empty()).then(|| convert::workspace_edit(docs, edits)))
}

pub(super) fn renamed(docs: &mut Documents, p: &lsp::RenameFilesParams) {
    for (old, new) in moves(p) {
        docs.changed_on_disk(&old);
        docs.changed_on_disk(&new);
    }
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
        None => Err(text!("没有 {uri}", "there is no {uri}").get(docs.lang).to_owned()),
    }
}
