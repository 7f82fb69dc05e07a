//! Buffers and files: which text the session sees, under which key, and what is still to be told.
//!
//! A key is the absolute path of a file, or `std:NAME`. Guarantees: the text of an open buffer wins over the file; a file that
//! changes on disk is read again unless it is open.

mod folders;

use crate::changes::Changes;
use crate::client::Client;
use crate::convert;
use crate::kept::Kept;
use crate::position::{Encoding, Lines};
use footrule_compiler::Session;
use footrule_compiler::db::SourceFile;
use footrule_compiler::names::reachable;
use footrule_diag::{Diagnostic, FileSpan, Lang};
use footrule_project::{Disk, Files, MANIFEST, Project};
use gen_lsp_types::{
    InitializeParams, Location, PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri, WorkspaceFolders,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Most files that are read of a folder.
const MAX_FILES: usize = 20_000;

/// Files as the editor sees them: buffers over the disk.
#[derive(Debug, Clone, Default)]
struct Buffers(Arc<Mutex<BTreeMap<String, String>>>);

impl Buffers {
    fn get(&self, path: &str) -> Option<String> {
        self.0.lock().ok()?.get(path).cloned()
    }

    fn set(&self, path: &str, text: Option<&str>) {
        if let Ok(mut all) = self.0.lock() {
            match text {
                Some(t) => drop(all.insert(path.to_owned(), t.to_owned())),
                None => drop(all.remove(path)),
            }
        }
    }
}

impl Files for Buffers {
    fn current(&self) -> String {
        Disk.current()
    }

    fn read(&self, path: &str) -> io::Result<String> {
        self.get(path).map_or_else(|| Disk.read(path), Ok)
    }

    fn is_file(&self, path: &str) -> bool {
        self.get(path).is_some() || Disk.is_file(path)
    }

    fn real(&self, path: &str) -> String {
        Disk.real(path)
    }
}

/// An open buffer.
struct Open {
    uri: Uri,
    version: i32,
}

/// Everything that is open or was loaded.
pub(crate) struct Documents {
    pub session: Session,
    pub lang: Lang,
    pub encoding: Encoding,
    project: Project<Buffers>,
    buffers: Buffers,
    /// By key.
    open: BTreeMap<String, Open>,
    /// Keys whose findings are to be published again; what was typed last comes first.
    stale: BTreeSet<(bool, String)>,
    /// Sources of the folders that are open, not loaded yet.
    unread: Vec<String>,
    /// The files that an open one read when its findings were published last. Asking all open files anew at each keystroke
    /// would cost more than the findings.
    reached: BTreeMap<String, Vec<SourceFile>>,
    /// What was published last, by key, and of which version.
    told: BTreeMap<String, (Option<i32>, Vec<gen_lsp_types::Diagnostic>)>,
    /// What was wrong with packages when that was looked at last.
    packages: Vec<Diagnostic>,
    /// What the editor can do.
    pub client: Client,
    /// Answers on which the next ones build.
    pub kept: Kept,
    /// What was typed last.
    changes: Changes,
    /// Folders that are open.
    folders: Vec<String>,
    /// What the editor knows may be out of date, and not because of what was typed.
    outdated: bool,
}

impl Documents {
    pub(crate) fn new(encoding: Encoding, lang: Lang, client: Client) -> Self {
        let mut session = Session::new();
        session.load_std();
        let buffers = Buffers::default();
        Self {
            session,
            lang,
            encoding,
            project: Project::new(buffers.clone()),
            buffers,
            open: BTreeMap::new(),
            stale: BTreeSet::new(),
            unread: Vec::new(),
            reached: BTreeMap::new(),
            told: BTreeMap::new(),
            packages: Vec::new(),
            client,
            kept: Kept::default(),
            changes: Changes::default(),
            folders: Vec::new(),
            outdated: false,
        }
    }

    /// The keys of all files but the library's.
    fn keys(&self) -> impl Iterator<Item = String> {
        let db = self.session.db();
        self.session.files().map(|f| f.key(db).to_string()).filter(|k| !k.starts_with("std:"))
    }

    /// The version of an open buffer.
    pub(crate) fn version(&self, key: &str) -> Option<i32> {
        self.open.get(key).map(|o| o.version)
    }

    /// True once after what the editor knows may have gone out of date without its doing.
    pub(crate) fn outdated(&mut self) -> bool {
        std::mem::take(&mut self.outdated)
    }

    /// Loads one of the sources that were noted; false if there is none left.
    pub(crate) fn load_one(&mut self) -> bool {
        let Some(path) = self.unread.pop() else { return false };
        if !self.session.has(&path) {
            // A package that cannot be used leaves the file by itself; what cannot be read is told when it is opened.
            if self.project.open(&mut self.session, &path).is_err()
                && let Ok(text) = Disk.read(&path)
            {
                self.session.add_source(&path, text);
            }
            self.note_packages();
        }
        true
    }

    /// The key of a file; `None` for addresses that are no files.
    pub(crate) fn key(&self, uri: &Uri) -> Option<String> {
        if let Some(name) = uri.0.strip_prefix("footrule-std:/") {
            return Some(format!("std:{}", name.trim_end_matches(".pcr")));
        }
        path_of(&uri.0)
    }

    /// The address of a file.
    pub(crate) fn uri(&self, key: &str) -> Uri {
        match (self.open.get(key), key.strip_prefix("std:")) {
            (Some(open), _) => open.uri.clone(),
            (None, Some(name)) => Uri(format!("footrule-std:/{name}.pcr")),
            (None, None) => Uri(uri_of(key)),
        }
    }

    /// The text of a file, or of the description of a package.
    pub(crate) fn text(&self, key: &str) -> Option<Arc<str>> {
        self.session.source(key).or_else(|| self.project.text(key).map(Arc::from))
    }

    /// What is wrong with a file, or with the description of a package.
    pub(crate) fn check(&self, key: &str) -> Vec<Diagnostic> {
        if is_manifest(key) {
            let here = |d: &&Diagnostic| d.primary.as_ref().is_some_and(|p| p.at.file == key);
            return self.packages.iter().filter(here).cloned().collect();
        }
        self.session.check(key)
    }

    pub(crate) fn lines(&self, text: &str) -> Lines {
        Lines::new(text, self.encoding)
    }

    /// A place as the protocol says it.
    pub(crate) fn location(&self, at: &FileSpan) -> Option<Location> {
        let text = self.text(&at.file)?;
        Some(Location { uri: self.uri(&at.file), range: self.lines(&text).range(&text, at.span) })
    }

    /// An opened buffer.
    pub(crate) fn open(&mut self, uri: Uri, version: i32, text: &str) {
        if let Some(key) = self.key(&uri) {
            self.changes.forget(&key);
        }
        self.set(uri, version, text);
    }

    /// A changed buffer.
    pub(crate) fn change(&mut self, uri: Uri, version: i32, events: Vec<TextDocumentContentChangeEvent>) {
        let Some(key) = self.key(&uri) else { return };
        let now = self.text(&key).unwrap_or_else(|| Arc::from(""));
        let encoding = self.encoding;
        let (text, version) = self.changes.apply(&key, now, (version, events), |text| Lines::new(text, encoding));
        self.set(uri, version, &text);
    }

    /// A buffer and its text.
    fn set(&mut self, uri: Uri, version: i32, text: &str) {
        let Some(key) = self.key(&uri) else { return };
        self.buffers.set(&key, Some(text));
        self.open.insert(key.clone(), Open { uri, version });
        match is_manifest(&key) {
            true => self.changed_manifest(),
            false => self.read(&key, text),
        }
    }

    /// Brings a text into the session, with what it uses.
    fn read(&mut self, key: &str, text: &str) {
        let known = self.session.has(key);
        if known {
            self.session.set_text(key, text);
        }
        // A package that cannot be used leaves the file by itself.
        if self.project.open(&mut self.session, key).is_err() {
            self.session.add_source(key, text);
        }
        self.note_packages();
        // A file that is new may be what others have been looking for. Nobody has been told anything of the others.
        let edited = self.session.file(key);
        let reads = |k: &String| self.reached.get(k).is_none_or(|all| edited.is_some_and(|e| all.contains(&e)));
        let again: Vec<_> =
            self.open.keys().filter(|k| !known || *k == key || reads(k)).map(|k| (k != key, k.clone())).collect();
        self.stale.extend(again);
    }

    /// A closed buffer: the file counts again. The address whose findings go.
    pub(crate) fn close(&mut self, uri: &Uri) -> Option<Uri> {
        let key = self.key(uri)?;
        self.buffers.set(&key, None);
        let open = self.open.remove(&key)?;
        self.told.remove(&key);
        self.reached.remove(&key);
        self.kept.forget(&key);
        self.changes.forget(&key);
        self.stale.retain(|(_, k)| *k != key);
        match Disk.read(&key) {
            _ if is_manifest(&key) => self.changed_manifest(),
            Ok(text) => self.read(&key, &text),
            Err(_) if key.starts_with("std:") => {}
            // A buffer that never was a file.
            Err(_) => self.session.remove(&key),
        }
        Some(open.uri).filter(|_| !self.client.pulls)
    }

    /// True if sources are not loaded yet.
    pub(crate) fn unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// How many sources are not loaded yet.
    pub(crate) fn unread_files(&self) -> usize {
        self.unread.len()
    }

    /// True if findings wait to be published.
    pub(crate) fn stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// What is to be published next; `None` if neither the findings nor the version have changed.
    pub(crate) fn next_findings(&mut self) -> Option<PublishDiagnosticsParams> {
        let (_, key) = self.stale.pop_first()?;
        if self.client.pulls {
            self.stale.clear();
            return None;
        }
        let version = self.version(&key);
        if version.is_none() && !is_manifest(&key) {
            return None;
        }
        let now = (version, convert::diagnostics(self, &key));
        if let Some(file) = self.session.file(&key) {
            self.reached.insert(key.clone(), reachable(self.session.db(), file).clone());
        }
        if self.told.get(&key) == Some(&now) {
            return None;
        }
        let told = PublishDiagnosticsParams { uri: self.uri(&key), version, diagnostics: now.1.clone() };
        self.told.insert(key, now);
        Some(told)
    }
}

/// True for the description of a package.
fn is_manifest(path: &str) -> bool {
    path.rsplit('/').next() == Some(MANIFEST)
}

/// The folders that an editor opens.
pub(crate) fn folders(params: &InitializeParams) -> Vec<String> {
    let of = params.workspace_folders_initialize_params.workspace_folders.clone();
    let all: Vec<String> = match of {
        Some(WorkspaceFolders::WorkspaceFolderList(all)) => all.iter().filter_map(|f| path_of(&f.uri.0)).collect(),
        _ => Vec::new(),
    };
    #[expect(deprecated, reason = "older editors say nothing else")]
    let root = params.root_uri.as_ref().and_then(|u| path_of(&u.0));
    if all.is_empty() { root.into_iter().collect() } else { all }
}

/// The path of a file address; percent signs are read.
pub(crate) fn path_of(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut bytes = Vec::with_capacity(rest.len());
    let mut chars = rest.bytes();
    while let Some(b) = chars.next() {
        let read = |a: Option<u8>, b: Option<u8>| {
            let text = [a?, b?];
            u8::from_str_radix(std::str::from_utf8(&text).ok()?, 16).ok()
        };
        bytes.push(if b == b'%' { read(chars.next(), chars.next())? } else { b });
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/C:/x` on Windows.
    let drive = path.as_bytes().get(2) == Some(&b':') && path.as_bytes()[1].is_ascii_alphabetic();
    Some(if drive { path[1..].to_owned() } else { path })
}

/// The address of a path.
fn uri_of(path: &str) -> String {
    let mut out =
        String::from(if Path::new(path).is_absolute() && path.starts_with('/') { "file://" } else { "file:///" });
    for b in path.bytes() {
        if b.is_ascii_alphanumeric() || b"/-_.~:".contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_addresses() {
        for path in ["/home/a b/铝.pcr", "/x%y/z.pcr.md"] {
            assert_eq!(path_of(&uri_of(path)).as_deref(), Some(path));
        }
        assert_eq!(path_of("file:///C%3A/rules/a.pcr").as_deref(), Some("C:/rules/a.pcr"));
        assert_eq!(path_of("untitled:1"), None);
        assert_eq!(path_of("file:///a%zz"), None);
    }
}
