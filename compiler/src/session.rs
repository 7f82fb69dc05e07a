//! The front door: add sources, check them, get programs.

use crate::db::{Database, QueryLog, SourceFile, Workspace, items};
use crate::findings;
use crate::package::{Package, PackageInfo, Root};
use crate::parallel::each;
use footrule_diag::{Diagnostic, FileSpan, Text};
use footrule_mir::Program;
use footrule_stdlib::is_source;
use salsa::{Durability, Setter};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A compiler with its sources. Cheap to ask again: only what changed is computed anew.
pub struct Session {
    db: Database,
    workspace: Workspace,
    packages: BTreeMap<Root, Package>,
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
        let workspace = Workspace::builder(BTreeMap::new(), BTreeSet::new()).durability(Durability::MEDIUM).new(&db);
        Self { db, workspace, packages: BTreeMap::new() }
    }

    /// The names of the queries executed since the last call.
    #[must_use]
    pub fn take_log(&self) -> Vec<String> {
        self.db.take_log()
    }

    /// Adds a source that belongs to no package, or replaces its text.
    pub fn add_source(&mut self, key: &str, text: impl Into<Arc<str>>) {
        self.add_all([(key.to_string(), text.into())], None, Durability::LOW);
    }

    /// Adds a source of a package that is known, or replaces its text.
    pub fn add_to(&mut self, package: &Root, key: &str, text: impl Into<Arc<str>>) {
        let package = self.packages.get(package).copied();
        self.add_all([(key.to_string(), text.into())], package, Durability::LOW);
    }

    /// Replaces the text of a source that is there; its package stays.
    pub fn set_text(&mut self, key: &str, text: impl Into<Arc<str>>) {
        let package = self.file(key).and_then(|f| *f.package(&self.db));
        self.add_all([(key.to_string(), text.into())], package, Durability::LOW);
    }

    /// Adds a package, or replaces what is known of it. What it depends on must be known.
    pub fn set_package(&mut self, root: &Root, info: PackageInfo) {
        let dependencies: BTreeMap<String, Package> =
            info.dependencies.into_iter().filter_map(|(n, r)| Some((n, *self.packages.get(&r)?))).collect();
        let name: Arc<str> = info.name.into();
        match self.packages.get(root).copied() {
            Some(p) => {
                // Only what changed is set, so that nothing else is computed anew.
                if *p.name(&self.db) != name {
                    p.set_name(&mut self.db).with_durability(Durability::MEDIUM).to(name);
                }
                if *p.dependencies(&self.db) != dependencies {
                    p.set_dependencies(&mut self.db).with_durability(Durability::MEDIUM).to(dependencies);
                }
                if *p.lints(&self.db) != info.lints {
                    p.set_lints(&mut self.db).with_durability(Durability::MEDIUM).to(info.lints);
                }
            }
            None => {
                let p = Package::builder(name, root.clone(), dependencies, info.lints)
                    .durability(Durability::MEDIUM)
                    .new(&self.db);
                self.packages.insert(root.clone(), p);
            }
        }
    }

    /// Notes a file that is not read because a symbolic link leads out of its package.
    pub fn add_stray(&mut self, key: &str) {
        let mut strays = self.workspace.strays(&self.db).clone();
        if strays.insert(key.into()) {
            self.workspace.set_strays(&mut self.db).with_durability(Durability::MEDIUM).to(strays);
        }
    }

    /// Takes a file out: whoever names it finds nothing.
    pub fn remove(&mut self, key: &str) {
        let mut files = self.workspace.files(&self.db).clone();
        if files.remove(key).is_some() {
            self.workspace.set_files(&mut self.db).with_durability(Durability::MEDIUM).to(files);
        }
    }

    /// True if a source of this key is there.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.file(key).is_some()
    }

    /// What comes of the library is durable: an edit elsewhere does not make salsa look through it. What an editor changes is
    /// not, from the beginning: what becomes less durable is computed anew.
    fn add_all(
        &mut self,
        sources: impl IntoIterator<Item = (String, Arc<str>)>,
        package: Option<Package>,
        durability: Durability,
    ) {
        let mut new = Vec::new();
        for (key, text) in sources {
            match self.file(&key) {
                Some(f) => {
                    if *f.text(&self.db) != text {
                        f.set_text(&mut self.db).to(text);
                    }
                    if *f.package(&self.db) != package {
                        f.set_package(&mut self.db).with_durability(Durability::MEDIUM).to(package);
                    }
                }
                None => new.push((key, text)),
            }
        }
        if new.is_empty() {
            return;
        }
        // Taken out and put back: a copy for each file that comes would make many files slow.
        let mut files = self.workspace.set_files(&mut self.db).with_durability(Durability::MEDIUM).to(BTreeMap::new());
        for (key, text) in new {
            let key: Arc<str> = key.into();
            let file = SourceFile::builder(key.clone(), text, package).durability(durability).new(&self.db);
            files.insert(key, file);
        }
        self.workspace.set_files(&mut self.db).with_durability(Durability::MEDIUM).to(files);
    }

    /// Adds the embedded library: `std:units`, `std:primary_aluminium` …
    pub fn load_std(&mut self) {
        self.add_all(
            footrule_stdlib::FILES.iter().map(|(k, t)| ((*k).to_string(), Arc::from(*t))),
            None,
            Durability::HIGH,
        );
    }

    /// The database, for editors.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.db
    }

    /// A source by its key.
    #[must_use]
    pub fn file(&self, key: &str) -> Option<SourceFile> {
        self.workspace.files(&self.db).get(key).copied()
    }

    /// All sources.
    pub fn files(&self) -> impl Iterator<Item = SourceFile> + '_ {
        self.workspace.files(&self.db).values().copied()
    }

    /// The text of a source.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<Arc<str>> {
        self.file(key).map(|f| f.text(&self.db).clone())
    }

    /// Everything that is to be said of a file, sorted by place.
    #[must_use]
    pub fn check(&self, key: &str) -> Vec<Diagnostic<FileSpan>> {
        self.file(key).map(|file| findings::all(&self.db, file)).unwrap_or_default()
    }

    /// The same of several files, on as many threads as the machine has.
    #[must_use]
    pub fn check_all(&self, keys: &[String]) -> Vec<Vec<Diagnostic<FileSpan>>> {
        let files: Vec<_> = keys.iter().map(|k| self.file(k)).collect();
        each(&self.db, &files, |db, file| file.map(|f| findings::all(db, f)).unwrap_or_default())
    }

    /// The program of a rule file. The errors of the modules that it uses count.
    ///
    /// # Errors
    /// All errors, if there is one.
    pub fn program(&self, key: &str) -> Result<Arc<Program>, Vec<Diagnostic<FileSpan>>> {
        self.file(key).map_or(Err(Vec::new()), |file| findings::program(&self.db, file))
    }

    /// The programs of several rule files, on as many threads as the machine has.
    ///
    /// # Errors
    /// For each its own, as [`Self::program`].
    pub fn programs(&self, keys: &[String]) -> Vec<Result<Arc<Program>, Vec<Diagnostic<FileSpan>>>> {
        let files: Vec<_> = keys.iter().map(|k| self.file(k)).collect();
        each(&self.db, &files, |db, file| file.map_or(Err(Vec::new()), |f| findings::program(db, f)))
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

    /// The keys that a file may name: modules and data files, whether they are there or not.
    #[must_use]
    pub fn references(&self, key: &str) -> Vec<String> {
        use footrule_syntax::ast::{Stmt, TestEntry};
        let Some(file) = self.file(key) else { return Vec::new() };
        let db = &self.db;
        let mut out: Vec<String> = crate::names::index(db, file)
            .uses
            .iter()
            .flat_map(|u| u.candidates.iter().map(|c| c.key.to_string()))
            .collect();
        let data = |path: &str| crate::package::data_key(db, file, path).ok().map(|k| k.to_string());
        for item in items(db, file) {
            match item.ast(db).map(|a| &a.stmt) {
                Some(Stmt::Table(t)) => {
                    out.extend(t.from.iter().filter_map(|(p, _)| data(p)));
                }
                Some(Stmt::Test(t)) => {
                    for (e, _) in &t.entries {
                        if let TestEntry::From(p) = e {
                            out.extend(data(p));
                        }
                    }
                }
                _ => {}
            }
        }
        out
    }
}
