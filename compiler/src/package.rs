//! Packages as the compiler sees them: where a package's files are found, what it depends on, how grave its lints are.
//!
//! Nothing is read here. Whoever loads files says which package each belongs to; a key of a file in a package is
//! [`Root::key`] of its path in the package, so that one file has one key however it is reached.

use crate::db::{Db, SourceFile};
use footrule_diag::{Class, Code, Severity};
use footrule_syntax::ast::Path;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a package treats a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Not reported.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

/// Where a package stands, seen from the current folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Root {
    /// What its keys begin with: empty, `rules/`, `../`, `/home/me/rules/`.
    pub prefix: Arc<str>,
    /// The current folder as a path in the package with `/` behind it, if it is inside; keys below it are short.
    pub here: Arc<str>,
}

impl Root {
    /// The key of a file by its path in the package.
    #[must_use]
    pub fn key(&self, path: &str) -> Arc<str> {
        match path.strip_prefix(&*self.here) {
            Some(short) if !self.here.is_empty() => short.into(),
            _ => format!("{}{path}", self.prefix).into(),
        }
    }

    /// The path in the package of a file by its key.
    #[must_use]
    pub fn path(&self, key: &str) -> String {
        match key.strip_prefix(&*self.prefix) {
            Some(path) if !self.prefix.is_empty() => path.to_string(),
            _ => format!("{}{key}", self.here),
        }
    }
}

/// A package.
#[salsa::input(debug)]
pub struct Package {
    /// Its name.
    #[returns(ref)]
    pub name: Arc<str>,
    /// Where it stands.
    #[returns(ref)]
    pub root: Root,
    /// The packages that its files may name.
    #[returns(ref)]
    pub dependencies: BTreeMap<String, Package>,
    /// Lints that are not treated as usual.
    #[returns(ref)]
    pub lints: BTreeMap<Code, Level>,
}

/// What a loader tells of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageInfo {
    /// Its name.
    pub name: String,
    /// Dependencies: name and where the package stands.
    pub dependencies: BTreeMap<String, Root>,
    /// Lints that are not treated as usual.
    pub lints: BTreeMap<Code, Level>,
}

/// A file that a module path may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its key.
    pub key: Arc<str>,
    /// The package that it must belong to.
    pub package: Option<Package>,
}

/// The files that a module path means, seen from `file`, the first first. More than one that exists is an error.
pub(crate) fn candidates(db: &dyn Db, file: SourceFile, path: &Path) -> Vec<Candidate> {
    let parts: Vec<&str> = path.0.iter().map(|i| i.text.as_str()).collect();
    if parts.first() == Some(&"std") {
        return vec![Candidate { key: format!("std:{}", parts[1..].join(".")).into(), package: None }];
    }
    let own = *file.package(db);
    let mut out = Vec::new();
    let mut add = |package: Option<Package>, key: &dyn Fn(&str) -> Arc<str>, parts: &[&str]| {
        for ending in ["pcr", "pcr.md"] {
            out.push(Candidate { key: key(&format!("{}.{ending}", parts.join("/"))), package });
        }
    };
    match own {
        Some(p) => {
            let dependency = parts.first().and_then(|d| p.dependencies(db).get(*d)).filter(|_| parts.len() > 1);
            if let Some(d) = dependency {
                add(Some(*d), &|path| d.root(db).key(path), &parts[1..]);
            }
            add(own, &|path| p.root(db).key(path), &parts);
        }
        None => {
            let key = file.key(db);
            let folder = key.rfind('/').map_or("", |i| &key[..=i]);
            add(None, &|path| format!("{folder}{path}").into(), &parts);
        }
    }
    out
}

/// A module path as authors write it, for a file that this one could name.
pub(crate) fn spelled(db: &dyn Db, file: SourceFile, key: &str) -> Option<String> {
    if let Some(name) = key.strip_prefix("std:") {
        return footrule_stdlib::is_source(key).then(|| format!("std.{name}"));
    }
    let named = crate::names::module(db, key)?;
    spelled_at(db, (file, file.key(db)), (named, key))
}

/// A module path as authors write it once both files have these keys; `None` if there is none, be it that the file left its
/// package or that its new name cannot stand in a path.
#[must_use]
pub fn spelled_at(db: &dyn Db, (file, own): (SourceFile, &str), (named, key): (SourceFile, &str)) -> Option<String> {
    let stem = |path: &str| {
        let stem = path.strip_suffix(".md").unwrap_or(path).strip_suffix(".pcr")?;
        Some(stem.replace('/', "."))
    };
    let in_package = |p: Package, key: &str| {
        let path = p.root(db).path(key);
        (*p.root(db).key(&path) == *key).then_some(path)
    };
    match (*file.package(db), *named.package(db)) {
        (Some(own), Some(other)) if own == other => stem(&in_package(own, key)?),
        (Some(own), Some(other)) => {
            let (name, _) = own.dependencies(db).iter().find(|(_, p)| **p == other)?;
            Some(format!("{name}.{}", stem(&in_package(other, key)?)?))
        }
        (None, None) => stem(key.strip_prefix(own.rfind('/').map_or("", |i| &own[..=i]))?),
        _ => None,
    }
}

/// A path that leads out of where a file may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outside;

/// The key of a data file that `file` names: relative to its folder, and inside its package. Outside of any package
/// the folder of the file is the bound.
pub fn data_key(db: &dyn Db, file: SourceFile, path: &str) -> Result<Arc<str>, Outside> {
    let key = file.key(db);
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.contains('\\') || drive {
        return Err(Outside);
    }
    let folder = |key: &str| key.rfind('/').map_or(String::new(), |i| key[..=i].to_string());
    if let Some(name) = key.strip_prefix("std:") {
        return Ok(format!("std:{}", inside(&folder(name), path)?).into());
    }
    match *file.package(db) {
        Some(p) => {
            let root = p.root(db);
            Ok(root.key(&inside(&folder(&root.path(key)), path)?))
        }
        None => Ok(format!("{}{}", folder(key), inside("", path)?).into()),
    }
}

/// A path from a folder, without `.` and `..`.
fn inside(folder: &str, path: &str) -> Result<String, Outside> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(Outside)?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The severity that a package gives a finding; `None` if it is not reported.
pub(crate) fn severity(lints: &BTreeMap<Code, Level>, code: Code, usual: Severity) -> Option<Severity> {
    if code.class() != Class::Lint {
        return Some(usual);
    }
    match lints.get(&code) {
        None => Some(usual),
        Some(Level::Allow) => None,
        Some(Level::Warn) => Some(Severity::Warning),
        Some(Level::Deny) => Some(Severity::Error),
    }
}

/// True for a name that can stand in a `use`, as the grammar reads it.
#[must_use]
pub fn is_name(text: &str) -> bool {
    use footrule_syntax::ast::Stmt;
    let split = footrule_syntax::split(&format!("use {text}.x"), false);
    let [chunk] = split.chunks.as_slice() else { return false };
    let parsed = footrule_syntax::parse_chunk(chunk);
    let read = parsed.items.first().map(|i| &i.stmt);
    parsed.errors.is_empty()
        && split.errors.is_empty()
        && matches!(read, Some(Stmt::Use(paths)) if matches!(paths.as_slice(), [p] if p.names.is_none()
            && matches!(p.module.0.as_slice(), [a, _] if a.text == text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_key() {
        let below = Root { prefix: "../../".into(), here: "a/b/".into() };
        assert_eq!(&*below.key("a/b/x.pcr"), "x.pcr");
        assert_eq!(&*below.key("a/c.pcr"), "../../a/c.pcr");
        for path in ["a/b/x.pcr", "a/c.pcr", "d.pcr"] {
            assert_eq!(below.path(&below.key(path)), path);
        }
        let beside = Root { prefix: "../shared/".into(), here: "".into() };
        assert_eq!(beside.path(&beside.key("x/y.pcr")), "x/y.pcr");
        let at = Root::default();
        assert_eq!(at.path(&at.key("x/y.pcr")), "x/y.pcr");
    }

    #[test]
    fn paths_stay_inside() {
        assert_eq!(inside("a/b/", "../x.csv"), Ok("a/x.csv".into()));
        assert_eq!(inside("a/", "./b//x.csv"), Ok("a/b/x.csv".into()));
        assert_eq!(inside("a/", "../../x.csv"), Err(Outside));
        assert_eq!(inside("", "b/../../b/x.csv"), Err(Outside));
    }

    #[test]
    fn names() {
        for good in ["shared", "共用", "a1_b"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "a-b", "a.b", "1a", "a b", "a,b", "a.{x}, b", "a\n"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
