//! The front door: add sources, check them, get programs.

use crate::check::body_of;
use crate::db::{Database, Diag, QueryLog, SourceFile, Workspace, all_items, items, parsed, resolve_place, split};
use crate::sigs::sig;
use footrule_diag::{Diagnostic, FileSpan, Severity, Text};
use footrule_mir::Program;
use salsa::Setter;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// A compiler with its sources. Cheap to ask again: only what changed is computed anew.
pub struct Session {
    db: Database,
    workspace: Workspace,
}

/// What a list of rules shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSummary {
    /// Key of its file.
    pub key: String,
    /// Identifier.
    pub id: String,
    /// Labels.
    pub labels: Text,
    /// Sector.
    pub sector: String,
    /// Version.
    pub version: String,
    /// Declared unit.
    pub declared_unit: String,
    /// Boundary.
    pub boundary: String,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// An empty session.
    #[must_use]
    pub fn new() -> Self {
        Self::with_log(None)
    }

    /// An empty session that records every executed query.
    #[must_use]
    pub fn with_log(log: Option<QueryLog>) -> Self {
        let db = Database::new(log);
        let workspace = Workspace::new(&db, BTreeMap::new());
        Self { db, workspace }
    }

    /// The names of the queries executed since the last call.
    #[must_use]
    pub fn take_log(&self) -> Vec<String> {
        self.db.take_log()
    }

    /// Adds a source, or replaces its text.
    pub fn add_source(&mut self, key: &str, text: impl Into<Arc<str>>) {
        self.add_all([(key.to_string(), text.into())]);
    }

    fn add_all(&mut self, sources: impl IntoIterator<Item = (String, Arc<str>)>) {
        let mut files = self.workspace.files(&self.db).clone();
        let mut grown = false;
        for (key, text) in sources {
            match files.get(key.as_str()) {
                Some(f) => {
                    if *f.text(&self.db) != text {
                        f.set_text(&mut self.db).to(text);
                    }
                }
                None => {
                    let key: Arc<str> = key.into();
                    files.insert(key.clone(), SourceFile::new(&self.db, key, text));
                    grown = true;
                }
            }
        }
        if grown {
            self.workspace.set_files(&mut self.db).to(files);
        }
    }

    /// Adds the embedded library: `std:units`, `std:primary_aluminium` …
    pub fn load_std(&mut self) {
        self.add_all(footrule_stdlib::FILES.iter().map(|(k, t)| ((*k).to_string(), Arc::from(*t))));
    }

    fn file(&self, key: &str) -> Option<SourceFile> {
        self.workspace.files(&self.db).get(key).copied()
    }

    /// The text of a source.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<Arc<str>> {
        self.file(key).map(|f| f.text(&self.db).clone())
    }

    /// Everything that is to be said of a file, sorted by place.
    #[must_use]
    pub fn check(&self, key: &str) -> Vec<Diagnostic<FileSpan>> {
        let Some(file) = self.file(key) else { return Vec::new() };
        let db = &self.db;
        let mut diags: Vec<Diag> = Vec::new();
        // What others read comes first, so that no chain of definitions becomes a chain of calls.
        for item in &crate::check::definitions(db, file).order {
            crate::check::value_type(db, item.file, item.key.clone());
        }
        for item in all_items(db, file) {
            // What is wrong with the reading of a process is told once, of the whole.
            let unread = match item.key.process {
                None => parsed(db, file, item.key.clone()).errors.as_slice(),
                Some(_) => &[],
            };
            diags.extend(unread.iter().cloned().map(|d| d.map_place(|s| item.at(s))));
            diags.extend(sig(db, item).diags.iter().cloned());
            diags.extend(body_of(db, item).diags.iter().cloned());
        }
        crate::lints::structure(db, file, &mut diags);
        crate::cases::choices(db, file, &mut diags);
        if crate::lints::is_rule(db, file) {
            let refused = diags.iter().any(|d| d.severity == Severity::Error);
            let lowered = crate::lower::lower(db, file);
            // What only the whole rule shows is worth saying only if its parts are right.
            diags.extend(lowered.diags.iter().filter(|d| !refused || d.code.as_str().starts_with("FR-R")).cloned());
        }
        crate::lints::unused(db, file, &mut diags);
        let mut out: Vec<Diagnostic<FileSpan>> =
            diags.into_iter().map(|d| d.map_place(|p| resolve_place(db, &p))).collect();
        let name = file.key(db).to_string();
        out.extend(
            split(db, file).errors.iter().cloned().map(|d| d.map_place(|span| FileSpan { file: name.clone(), span })),
        );
        if crate::lints::is_rule(db, file) && out.iter().all(|d| d.severity != Severity::Error) {
            out.extend(crate::ranges::always(&crate::lower::lower(db, file).program));
        }
        out.sort_by_key(|d| (d.primary.as_ref().map(|p| p.at.clone()), d.code));
        out.dedup();
        out
    }

    /// The program of a rule file. The errors of the modules that it uses count.
    ///
    /// # Errors
    /// All errors, if there is one.
    pub fn program(&self, key: &str) -> Result<Arc<Program>, Vec<Diagnostic<FileSpan>>> {
        let Some(file) = self.file(key) else { return Err(Vec::new()) };
        let mut errors = Vec::new();
        for f in crate::names::reachable(&self.db, file) {
            let key = f.key(&self.db).to_string();
            errors.extend(self.check(&key).into_iter().filter(|d| d.severity == Severity::Error));
        }
        if errors.is_empty() { Ok(crate::lower::lower(&self.db, file).program.clone()) } else { Err(errors) }
    }

    /// True if the file begins with a `rule` header.
    #[must_use]
    pub fn is_rule(&self, key: &str) -> bool {
        self.file(key).is_some_and(|f| crate::lints::is_rule(&self.db, f))
    }

    /// All rules, sorted by sector and identifier.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleSummary> {
        let db = &self.db;
        let mut out: Vec<RuleSummary> = self
            .workspace
            .files(db)
            .iter()
            .filter(|(k, _)| is_source(k))
            .filter_map(|(key, &f)| {
                let (id, labels) = crate::lints::rule_id(db, f)?;
                let word = |w| crate::lints::header_word(db, f, w);
                Some(RuleSummary {
                    key: key.to_string(),
                    id,
                    labels,
                    sector: word("sector"),
                    version: word("version"),
                    declared_unit: crate::lints::declared_unit(db, f),
                    boundary: word("boundary"),
                })
            })
            .collect();
        out.sort_by(|a, b| (&a.sector, &a.id).cmp(&(&b.sector, &b.id)));
        out
    }

    /// The keys that a file names: modules and data files.
    #[must_use]
    pub fn references(&self, key: &str) -> Vec<String> {
        use footrule_syntax::ast::{Stmt, TestEntry};
        let Some(file) = self.file(key) else { return Vec::new() };
        let db = &self.db;
        let mut out: Vec<String> = crate::names::index(db, file).uses.iter().map(|u| u.module.to_string()).collect();
        for item in items(db, file) {
            match item.ast(db).map(|a| &a.stmt) {
                Some(Stmt::Table(t)) => {
                    out.extend(t.from.iter().map(|(p, _)| crate::data::data_key(key, p).to_string()))
                }
                Some(Stmt::Test(t)) => {
                    for (e, _) in &t.entries {
                        if let TestEntry::From(p) = e {
                            out.push(crate::data::data_key(key, p).to_string());
                        }
                    }
                }
                _ => {}
            }
        }
        out
    }
}

/// True if a key names Footrule source rather than data.
fn is_source(key: &str) -> bool {
    key.starts_with("std:") && !key.contains(".csv") || key.ends_with(".pcr") || key.ends_with(".pcr.md")
}

/// Loads a file and all that it names. Modules and data that cannot be read are left out; `check` says so.
///
/// # Errors
/// If the file itself cannot be read.
pub fn load(session: &mut Session, path: &str, read: &dyn Fn(&str) -> io::Result<String>) -> io::Result<()> {
    session.add_source(path, read(path)?);
    let mut queue = vec![path.to_string()];
    while let Some(key) = queue.pop() {
        for reference in session.references(&key) {
            if session.file(&reference).is_some() || reference.starts_with("std:") {
                continue;
            }
            if let Ok(text) = read(&reference) {
                session.add_source(&reference, text);
                if is_source(&reference) {
                    queue.push(reference);
                }
            }
        }
    }
    Ok(())
}
