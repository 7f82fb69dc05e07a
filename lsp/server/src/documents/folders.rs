//! Folders and packages of the workspace, and what happens to their files on disk.
//!
//! Guarantees: the text of an open buffer counts, whatever happens on disk; a file that is gone is found by nobody; many changes at
//! once cost one look at who names the files.

use super::{Documents, MAX_FILES, is_manifest};
use footrule_compiler::is_source;
use footrule_compiler::names::reachable;
use footrule_project::{Dependency, Disk, Files as _, below};
use std::collections::BTreeSet;
use std::path::Path;

impl Documents {
    /// Opens a folder.
    pub(crate) fn add_folder(&mut self, folder: &str) {
        let folder = folder.trim_end_matches('/');
        if !self.folders.iter().any(|f| f == folder) {
            self.folders.push(folder.to_owned());
        }
        self.note_sources(folder);
        self.outdated = true;
    }

    /// Closes a folder: what no open file needs is taken out.
    pub(crate) fn remove_folder(&mut self, folder: &str) {
        let folder = folder.trim_end_matches('/');
        self.folders.retain(|f| f != folder);
        self.unread.retain(|path| below(path, folder).is_none());
        let open = self.open.keys().filter_map(|k| self.session.file(k));
        let needed: BTreeSet<String> =
            open.flat_map(|f| reachable(self.session.db(), f)).map(|f| f.key(self.session.db()).to_string()).collect();
        let stays = |key: &String| below(key, folder).is_none() || needed.contains(key) || self.in_a_folder(key);
        let gone: Vec<String> = self.keys().filter(|k| is_source(k) && !stays(k)).collect();
        gone.iter().for_each(|key| self.session.remove(key));
        self.outdated = true;
    }

    fn in_a_folder(&self, key: &str) -> bool {
        self.folders.iter().any(|f| below(key, f).is_some())
    }

    /// The sources and descriptions of packages that are open, or in a folder that is.
    pub(crate) fn in_folders(&self) -> Vec<String> {
        let sources = self.keys().filter(|k| is_source(k));
        let all = sources.chain(self.project.manifests().map(str::to_owned));
        all.filter(|k| self.open.contains_key(k) || self.in_a_folder(k)).collect()
    }

    /// How a file is called where people read it: by the folder that is open and the path in it, else by its package and the path
    /// in that, else by its whole path.
    pub(crate) fn called(&self, key: &str) -> String {
        let inside = |folder: &&String| below(key, folder).is_some_and(|p| !p.is_empty());
        if let Some(folder) = self.folders.iter().filter(inside).max_by_key(|f| f.len()) {
            let path = below(key, folder).unwrap_or(key);
            let name = folder.rsplit('/').next().filter(|_| self.folders.len() > 1);
            return name.map_or_else(|| path.to_owned(), |name| format!("{name}/{path}"));
        }
        let db = self.session.db();
        let package = self.session.file(key).and_then(|f| *f.package(db));
        package.map_or_else(|| key.to_owned(), |p| format!("{}/{}", p.name(db), p.root(db).path(key)))
    }

    /// The packages on which a package that was read depends: the key and text of each description, and what it names.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = (&str, &str, &Dependency)> {
        self.project.dependencies()
    }

    /// Notes the sources below a folder: they are loaded when nothing else is to be done.
    fn note_sources(&mut self, folder: &str) {
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            let mut names: Vec<_> = entries.filter_map(Result::ok).collect();
            names.sort_by_key(std::fs::DirEntry::file_name);
            for entry in names {
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = format!("{folder}/{name}");
                let Ok(kind) = entry.file_type() else { continue };
                if name.starts_with('.') || matches!(name.as_str(), "target" | "node_modules") {
                    continue;
                }
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() && is_source(&path) && self.unread.len() < MAX_FILES {
                    self.unread.push(path);
                }
            }
        }
    }

    /// Files and folders that were made, changed or deleted on disk. The text of an open buffer counts, whatever happened.
    pub(crate) fn changed_on_disk(&mut self, paths: &[String]) {
        let mut changed = false;
        // Who names these found nothing so far.
        let mut others: BTreeSet<&str> = BTreeSet::new();
        for path in paths {
            if self.open.contains_key(path) {
                continue;
            }
            let read = Disk.read(path);
            let known = self.session.source(path);
            if is_manifest(path) {
                self.changed_manifest();
                changed = true;
            } else if Path::new(path).is_dir() {
                self.note_sources(path);
                changed = true;
            } else if let Ok(text) = read {
                match known {
                    Some(known) if *known == *text => {}
                    Some(_) if !is_source(path) => {
                        self.session.set_text(path, text);
                        changed = true;
                    }
                    None if !is_source(path) => drop(others.insert(path)),
                    _ => {
                        self.read(path, &text);
                        changed = true;
                    }
                }
            } else {
                let gone = |k: &String| below(k, path).is_some() && !self.open.contains_key(k);
                let gone: Vec<String> = self.keys().filter(gone).collect();
                gone.iter().for_each(|key| self.session.remove(key));
                changed |= !gone.is_empty();
                others.insert(path);
            }
        }
        if !others.is_empty() {
            let names = |key: &String| self.session.references(key).iter().any(|k| others.contains(k.as_str()));
            let again: Vec<String> = self.keys().filter(|k| is_source(k) && names(k)).collect();
            for key in &again {
                // What cannot be read any more was told when it was opened.
                let _ = self.project.open(&mut self.session, key);
            }
            changed |= !again.is_empty();
        }
        if changed {
            self.outdated = true;
            self.stale.extend(self.open.keys().map(|k| (true, k.clone())));
        }
    }

    /// A package is described otherwise: its files are read again.
    pub(super) fn changed_manifest(&mut self) {
        self.project.forget();
        for key in self.keys().filter(|k| is_source(k)).collect::<Vec<_>>() {
            if let Some(text) = self.session.source(&key) {
                self.read(&key, &text);
            }
        }
        self.note_packages();
        self.stale.extend(self.open.keys().map(|k| (true, k.clone())));
    }

    /// Looks at what is wrong with packages; descriptions of which something else is wrong now are told.
    pub(super) fn note_packages(&mut self) {
        let now = self.project.findings();
        if now == self.packages {
            return;
        }
        let before = std::mem::replace(&mut self.packages, now);
        let places = before.iter().chain(&self.packages).filter_map(|d| d.primary.as_ref());
        self.stale.extend(places.map(|p| (true, p.at.file.clone())));
    }
}
