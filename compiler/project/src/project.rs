//! Packages that were found, and the loading of files.

use crate::files::Files;
use crate::manifest::{Dependency, MANIFEST, Manifest, Reader};
use crate::path::{below, is_absolute, join, parent, root};
use footrule_compiler::{PackageInfo, Root, Session, is_source};
use footrule_diag::{Code, Diagnostic, FileSpan, Span, text};
use std::collections::BTreeMap;
use std::io;

/// Why nothing was opened.
#[derive(Debug)]
pub enum Failure {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// What is wrong with the packages.
    Refused(Vec<Diagnostic>),
}

/// A package that was read.
#[derive(Debug, Clone)]
struct Package {
    /// Its folder, absolute.
    folder: String,
    root: Root,
    manifest: Manifest,
    /// What is wrong with it, or with what it depends on.
    found: Vec<Diagnostic>,
}

/// The packages of a call, or of an editor.
#[derive(Debug)]
pub struct Project<F> {
    files: F,
    /// By real folder.
    packages: BTreeMap<String, Package>,
    /// Manifests, for diagnostics: text by key.
    texts: BTreeMap<String, String>,
}

impl<F: Files> Project<F> {
    /// A project without packages.
    pub fn new(files: F) -> Self {
        Self { files, packages: BTreeMap::new(), texts: BTreeMap::new() }
    }

    /// Forgets what was read of packages, because a manifest changed: files that are opened again read it anew.
    pub fn forget(&mut self) {
        self.packages.clear();
        self.texts.clear();
    }

    /// The text of a manifest that was read.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The keys of the manifests that were read.
    pub fn manifests(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// What is wrong with the packages that were read, each finding once.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        let mut out: Vec<Diagnostic> = Vec::new();
        for d in self.packages.values().flat_map(|p| &p.found) {
            if !out.contains(d) {
                out.push(d.clone());
            }
        }
        out
    }

    /// What the packages that were read depend on, with the key and the text of the manifest that says so.
    pub fn dependencies(&self) -> impl Iterator<Item = (&str, &str, &Dependency)> {
        self.packages.values().flat_map(|p| {
            let text = self.texts.get_key_value(&*p.root.key(MANIFEST));
            let all = text.map(|(key, text)| (key.as_str(), text.as_str()));
            all.into_iter().flat_map(|(key, text)| p.manifest.dependencies.iter().map(move |d| (key, text, d)))
        })
    }

    /// The folder of the package around a file or folder, as the caller would write it.
    #[must_use]
    pub fn around(&self, path: &str) -> Option<String> {
        let current = self.files.current();
        let folder = self.folder_of(&join(&current, path))?;
        let shown = root(&folder, &current, is_absolute(path)).prefix;
        Some(if shown.is_empty() { ".".into() } else { shown.trim_end_matches('/').into() })
    }

    /// The description of the package around a file or folder.
    ///
    /// # Errors
    /// What is wrong with it or with what it depends on.
    pub fn manifest(&mut self, session: &mut Session, path: &str) -> Result<Option<Manifest>, Vec<Diagnostic>> {
        let absolute = join(&self.files.current(), path);
        match self.package_of(session, &absolute, is_absolute(path)) {
            None => Ok(None),
            Some(p) if p.found.is_empty() => Ok(Some(p.manifest)),
            Some(p) => Err(p.found),
        }
    }

    /// Opens a file, what it uses and the package around it; returns its key. What cannot be read of the files that it
    /// names is left out; the compiler says so.
    ///
    /// # Errors
    /// If the file itself cannot be read, or its package cannot be used.
    pub fn open(&mut self, session: &mut Session, path: &str) -> Result<String, Failure> {
        let absolute = join(&self.files.current(), path);
        let package = self.package_of(session, &absolute, is_absolute(path));
        if let Some(p) = package.as_ref().filter(|p| !p.found.is_empty()) {
            return Err(Failure::Refused(p.found.clone()));
        }
        let text = self.files.read(&absolute).map_err(Failure::Unreadable)?;
        let key = match &package {
            Some(p) => p.root.key(below(&absolute, &p.folder).unwrap_or(path)).to_string(),
            None => path.strip_prefix("./").unwrap_or(path).to_owned(),
        };
        add(session, package.as_ref(), &key, text);
        let mut queue = vec![key.clone()];
        while let Some(from) = queue.pop() {
            for key in session.references(&from) {
                if !session.has(&key) && !key.starts_with("std:") && self.load(session, &from, &key) && is_source(&key)
                {
                    queue.push(key);
                }
            }
        }
        Ok(key)
    }

    /// Loads a file that `from` names; true if it was.
    fn load(&mut self, session: &mut Session, from: &str, key: &str) -> bool {
        let current = self.files.current();
        let path = join(&current, key);
        if !self.files.is_file(&path) {
            return false;
        }
        let package = self.package_of(session, &path, is_absolute(key));
        // Nothing outside the package is read; of a file without one, nothing outside its folder.
        let bound = match &package {
            Some(p) => p.folder.clone(),
            None => parent(&join(&current, from)).unwrap_or("/").to_owned(),
        };
        if below(&self.files.real(&path), &self.files.real(&bound)).is_none() {
            session.add_stray(key);
            return false;
        }
        let Ok(text) = self.files.read(&path) else { return false };
        add(session, package.as_ref(), key, text);
        true
    }

    /// The nearest folder with a manifest, at or above a path.
    fn folder_of(&self, path: &str) -> Option<String> {
        let mut at = Some(path);
        while let Some(folder) = at {
            if self.files.is_file(&join(folder, MANIFEST)) {
                return Some(folder.to_owned());
            }
            at = parent(folder);
        }
        None
    }

    fn package_of(&mut self, session: &mut Session, path: &str, absolute: bool) -> Option<Package> {
        let folder = self.folder_of(path)?;
        let real = self.package(session, &folder, absolute, &mut Vec::new());
        self.packages.get(&real).cloned()
    }

    /// Reads a package and what it depends on, each once. `open` holds the packages that wait for this one.
    fn package(&mut self, session: &mut Session, folder: &str, absolute: bool, open: &mut Vec<Step>) -> String {
        let real = self.files.real(folder);
        if self.packages.contains_key(&real) {
            return real;
        }
        let root = root(folder, &self.files.current(), absolute);
        let key = root.key(MANIFEST).to_string();
        let (manifest, mut found) = match self.files.read(&join(folder, MANIFEST)) {
            Ok(text) => {
                let read = Reader::read(&key, &text);
                self.texts.insert(key.clone(), text);
                read
            }
            Err(e) => {
                let message = text!("`{key}` 无法读取：{e}", "`{key}` cannot be read: {e}");
                (Manifest::default(), vec![Diagnostic::new(Code::C006, message)])
            }
        };
        let mut dependencies = BTreeMap::new();
        for d in &manifest.dependencies {
            let at = |span: Span| FileSpan { file: key.clone(), span };
            let n = &d.name;
            if *n == manifest.name {
                found.push(
                    Diagnostic::new(
                        Code::C012,
                        text!("包 `{n}` 依赖同名的包", "the package `{n}` depends on its own name"),
                    )
                    .at(at(d.name_span), text!("与本包同名", "the name of this package")),
                );
                continue;
            }
            let target = join(folder, &d.path);
            if is_absolute(&d.path) || !self.files.is_file(&join(&target, MANIFEST)) {
                found.push(unusable(d, at(d.path_span)));
                continue;
            }
            let real_target = self.files.real(&target);
            let step = Step { folder: real.clone(), name: manifest.name.clone(), at: at(d.name_span) };
            if let Some(i) = open.iter().chain([&step]).position(|s| s.folder == real_target) {
                let ring: Vec<&Step> = open.iter().chain([&step]).skip(i).collect();
                found.push(cycle(&ring));
                continue;
            }
            open.push(step);
            self.package(session, &target, absolute, open);
            open.pop();
            let Some(p) = self.packages.get(&real_target) else { continue };
            if !p.found.is_empty() {
                // What is wrong there is said once, at its own place.
                found.extend(p.found.iter().filter(|f| !found.contains(f)).cloned().collect::<Vec<_>>());
            } else if p.manifest.name == *n {
                dependencies.insert(n.clone(), p.root.clone());
            } else {
                let other = &p.manifest.name;
                found.push(
                    Diagnostic::new(
                        Code::C012,
                        text!("依赖 `{n}` 的包名是 `{other}`", "the dependency `{n}` is a package named `{other}`"),
                    )
                    .at(at(d.name_span), text!("名称不一致", "another name"))
                    .also(
                        FileSpan { file: p.root.key(MANIFEST).to_string(), span: p.manifest.name_span },
                        text!("包名声明在此", "the package's name is declared here"),
                    )
                    .help(text!("以包名 `{other}` 声明依赖", "declare the dependency by its name, `{other}`"))
                    .fix(at(d.name_span), other.clone()),
                );
            }
        }
        if found.is_empty() {
            let lints = manifest.lints.clone();
            session.set_package(&root, PackageInfo { name: manifest.name.clone(), dependencies, lints });
        }
        self.packages.insert(real.clone(), Package { folder: folder.to_owned(), root, manifest, found });
        real
    }
}

/// A package on the way to another, and where it names the next one.
#[derive(Debug, Clone)]
struct Step {
    folder: String,
    name: String,
    at: FileSpan,
}

fn add(session: &mut Session, package: Option<&Package>, key: &str, text: String) {
    match package.filter(|p| p.found.is_empty()) {
        Some(p) => session.add_to(&p.root, key, text),
        None => session.add_source(key, text),
    }
}

fn unusable(d: &Dependency, at: FileSpan) -> Diagnostic {
    let (n, path) = (&d.name, &d.path);
    if is_absolute(path) {
        return Diagnostic::new(
            Code::C010,
            text!("依赖 `{n}` 的路径是绝对路径", "the path of the dependency `{n}` is absolute"),
        )
        .at(at, text!("只在这台机器上成立", "it holds on this machine only"))
        .help(text!(
            "从 `footrule.toml` 所在文件夹写起，如 `../{n}`",
            "write it from the folder of `footrule.toml`: `../{n}`"
        ));
    }
    Diagnostic::new(Code::C010, text!("`{path}` 不是包", "`{path}` is no package"))
        .at(at, text!("那里没有 `footrule.toml`", "there is no `footrule.toml`"))
        .help(text!(
            "路径从本 `footrule.toml` 所在的文件夹算起；被依赖的文件夹也要有 `footrule.toml`",
            "the path begins at the folder of this `footrule.toml`; the folder that it names needs one, too"
        ))
}

fn cycle(ring: &[&Step]) -> Diagnostic {
    let names = ring.iter().chain(ring.first()).map(|s| s.name.as_str()).collect::<Vec<_>>().join(" → ");
    let mut d = Diagnostic::new(
        Code::C011,
        text!("包的依赖成环：{names}", "packages depend on each other in a cycle: {names}"),
    );
    for (i, step) in ring.iter().enumerate() {
        d = match i {
            0 => d.at(step.at.clone(), text!("环从这里开始", "the cycle starts here")),
            _ => d.also(step.at.clone(), text!("经过这里", "through here")),
        };
    }
    d.help(text!("把共用的部分放进第三个包", "put what both share into a third package"))
}
