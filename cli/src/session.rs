//! The only door to the compiler and the run time: loading, checking, evaluating.
//!
//! It owns the session, reads files, and turns what cannot be read into diagnostics.

use footrule_compiler::Session;
use footrule_diag::{Code, Diagnostic, Severity, nearest, text};
use footrule_mir::Program;
use footrule_project::{Disk, Failure, Project};
use footrule_runtime::{InputDoc, Inputs, Options, Request};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use footrule_compiler::RuleSummary;
pub use footrule_project::utf8;
pub use footrule_runtime::{Coverage, Outcome, Part, PartKind, Recorder, covered};

/// What stands before the name of a library module.
const STD: &str = "std:";
/// How the name of a bundle ends.
pub const BUNDLE: &str = ".fbundle";

/// A session with the library and the files that were opened.
pub struct Workbench {
    session: Session,
    project: Project<Disk>,
    /// Texts that are no sources: input data, for their diagnostics.
    kept: BTreeMap<String, String>,
    /// Rules that were loaded from bundles.
    bundles: BTreeMap<String, Arc<Program>>,
}

impl Workbench {
    /// A session that knows the library.
    pub fn new() -> Self {
        let mut session = Session::new();
        session.load_std();
        Self { session, project: Project::new(Disk), kept: BTreeMap::new(), bundles: BTreeMap::new() }
    }

    /// The rules of the library.
    pub fn rules(&self) -> Vec<RuleSummary> {
        self.session.rules().into_iter().filter(|r| r.key.starts_with(STD)).collect()
    }

    /// Everything found in each file.
    pub fn check(&self, keys: &[String]) -> Vec<Vec<Diagnostic>> {
        self.session.check_all(keys)
    }

    /// The compiled rule of a file.
    pub fn program(&self, key: &str) -> Result<Arc<Program>, Vec<Diagnostic>> {
        if let Some(program) = self.bundles.get(key) {
            return Ok(program.clone());
        }
        let program = self.session.program(key)?;
        // Every evaluator takes the verifier's rules for granted; in a release the compiler's tests stand for it.
        debug_assert_eq!(footrule_mir::verify(&program), Ok(()), "the compiled program is malformed");
        Ok(program)
    }

    /// The text of a source or of input data.
    pub fn source(&self, key: &str) -> Option<String> {
        let kept = || self.kept.get(key).map(String::as_str).or_else(|| self.project.text(key)).map(str::to_owned);
        kept().or_else(|| self.session.source(key).map(|s| s.to_string()))
    }

    /// True if a file is a rule and not a module.
    pub fn is_rule(&self, key: &str) -> bool {
        self.session.is_rule(key)
    }

    /// Keeps a text that diagnostics may point at.
    pub fn keep(&mut self, key: &str, text: &str) {
        self.kept.insert(key.to_owned(), text.to_owned());
    }

    /// The files on disk that these keys name: themselves, the modules and the data that they use, their packages.
    pub fn files(&self, keys: &[String]) -> Vec<String> {
        let mut files: Vec<String> = keys.to_vec();
        let mut next = 0;
        while let Some(key) = files.get(next).cloned() {
            next += 1;
            for used in self.session.references(&key) {
                if !files.contains(&used) {
                    files.push(used);
                }
            }
        }
        files.extend(self.project.manifests().map(str::to_owned));
        files.retain(|f| !f.starts_with(STD));
        files
    }

    /// Runs one test of a program; nothing is what it should find. A recorder notes what the test reaches.
    pub fn test(&self, program: &Program, ix: usize, seen: Option<&Recorder>) -> Vec<Diagnostic> {
        let verdict = footrule_runtime::run_test(program, ix, seen);
        debug_assert_eq!(verdict.passed, verdict.failures.is_empty());
        verdict.failures
    }

    /// Opens files, folders (all rules and modules below them), `std` and `std:NAME`; the keys in order.
    pub fn open_all(&mut self, paths: &[String]) -> Result<Vec<String>, Vec<Diagnostic>> {
        let mut keys = Vec::new();
        let mut refused: Vec<Diagnostic> = Vec::new();
        for path in &asked(paths) {
            let found = if path == "std" {
                Ok(footrule_stdlib::sources().map(|(key, _)| key.to_owned()).collect())
            } else if Path::new(path).is_dir() {
                let mut files = Vec::new();
                match sources_below(Path::new(path), &mut files) {
                    Ok(()) if files.is_empty() => Err(vec![empty_folder(path)]),
                    Ok(()) => self.open_each(&files),
                    Err(e) => Err(vec![unreadable(path, &e)]),
                }
            } else {
                self.open(path).map(|key| vec![key])
            };
            match found {
                Ok(found) => keys.extend(found),
                Err(found) => refused.extend(found.into_iter().filter(|d| !refused.contains(d)).collect::<Vec<_>>()),
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        keys.retain(|k| seen.insert(k.clone()));
        if refused.is_empty() { Ok(keys) } else { Err(refused) }
    }

    /// Opens files; all that is wrong is found together, what is wrong with their package once.
    fn open_each(&mut self, files: &[String]) -> Result<Vec<String>, Vec<Diagnostic>> {
        let (mut keys, mut refused) = (Vec::new(), Vec::new());
        for file in files {
            match self.open(file) {
                Ok(key) => keys.push(key),
                Err(found) => refused.extend(found.into_iter().filter(|d| !refused.contains(d)).collect::<Vec<_>>()),
            }
        }
        if refused.is_empty() { Ok(keys) } else { Err(refused) }
    }

    /// Opens one file or library module and what it uses; returns its key.
    pub fn open(&mut self, path: &str) -> Result<String, Vec<Diagnostic>> {
        if path.starts_with(STD) {
            return match self.session.source(path) {
                Some(_) => Ok(path.to_owned()),
                None => Err(vec![no_such_rule(path)]),
            };
        }
        // A file that cannot be read is the caller's slip; one that it uses is a finding of the compiler's.
        self.project.open(&mut self.session, path).map_err(|failure| match failure {
            Failure::Unreadable(e) => vec![unreadable(&shown(path), &e)],
            Failure::Refused(found) => found,
        })
    }

    /// Opens a file that must be a rule.
    pub fn open_rule(&mut self, path: &str) -> Result<String, Vec<Diagnostic>> {
        let known = path.starts_with(STD) || Path::new(path).exists();
        if !known && !path.contains(['/', '\\', '.']) {
            // `primary_aluminium` without `std:`
            return Err(vec![no_such_rule(path)]);
        }
        if path.ends_with(BUNDLE) {
            let bytes = std::fs::read(path).map_err(|e| vec![unreadable(path, &e)])?;
            let program = footrule_embed::bundle::read(&bytes).map_err(|e| vec![refused_bundle(path, &e)])?;
            self.bundles.insert(path.to_owned(), Arc::new(program));
            return Ok(path.to_owned());
        }
        let key = self.open(path)?;
        let broken = || self.session.check(&key).iter().any(|d| d.severity == Severity::Error);
        if self.is_rule(&key) || broken() {
            return Ok(key);
        }
        let message = text!("`{key}` 是模块，不是规则", "`{key}` is a module and not a rule");
        let help = text!(
            "规则文件以 `rule 名称` 开头；`footrule list` 列出规则库",
            "a rule file begins with `rule NAME`; `footrule list` shows those of the library"
        );
        Err(vec![Diagnostic::new(Code::C003, message).help(help)])
    }
}

/// A bundle that is not taken.
fn refused_bundle(path: &str, e: &footrule_embed::BundleError) -> Diagnostic {
    use footrule_embed::BundleError::{Damaged, Malformed, NoBundle, TooLarge, Truncated, Version};
    let zh = match e {
        NoBundle => "不是规则包".to_owned(),
        Version(v) => format!("格式版本 {v} 与本程序的不同"),
        TooLarge => "过大".to_owned(),
        Truncated => "不完整".to_owned(),
        Damaged => "内容与其哈希不符".to_owned(),
        Malformed(why) => format!("结构有误：{why}"),
    };
    Diagnostic::new(Code::C021, text!("`{path}` 不能使用：{zh}", "`{path}` cannot be used: {e}")).help(text!(
        "用 `footrule build 规则 --emit bundle` 重新生成",
        "make it again: `footrule build RULE --emit bundle`"
    ))
}

/// Reads input data; each of `sets` overrides them. All that is wrong is found together.
pub fn inputs(program: &Program, file: &str, data: &str, sets: &[(String, String)]) -> Result<Inputs, Vec<Diagnostic>> {
    let mut doc = InputDoc::parse(file, data).map_err(|d| vec![d])?;
    let refused: Vec<Diagnostic> = sets.iter().filter_map(|(name, value)| doc.set(name, value).err()).collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    Inputs::read(program, Request { document: Some(&doc), ..Request::default() })
}

/// Reads a filled form, as [`inputs`] reads JSON; findings point into the form.
pub fn form(
    bench: &mut Workbench,
    program: &Program,
    path: &str,
    sets: &[(String, String)],
) -> Result<Inputs, Vec<Diagnostic>> {
    let bytes = std::fs::read(path).map_err(|e| vec![unreadable(path, &e)])?;
    let filled = match footrule_forms::read(program, path, &bytes) {
        Ok(filled) => filled,
        Err(found) => {
            // What was found may point into the text, if it is one.
            if let Some(text) = footrule_forms::text(path, &bytes) {
                bench.keep(path, &text);
            }
            return Err(found);
        }
    };
    if let Some(text) = &filled.text {
        bench.keep(path, text);
    }
    inputs(program, path, &filled.json, sets).map_err(|found| filled.locate(found))
}

/// Calculates.
pub fn evaluate(program: &Program, inputs: &Inputs, explain: bool) -> Result<Outcome, Vec<Diagnostic>> {
    footrule_runtime::evaluate(program, inputs, Options { explain })
}

// ---- files ----

/// The text of a file.
pub fn read(path: &str) -> io::Result<String> {
    utf8(std::fs::read(path)?)
}

/// The paths of a call; without any, the package around the current folder, or else that folder.
pub fn asked(paths: &[String]) -> Vec<String> {
    if paths.is_empty() { vec![Project::new(Disk).around(".").unwrap_or_else(|| ".".into())] } else { paths.to_vec() }
}

/// The files that a formatter is to work on: files as given, and all sources below folders.
pub fn files(paths: &[String]) -> Result<Vec<String>, Vec<Diagnostic>> {
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for path in &asked(paths) {
        if !Path::new(path).is_dir() {
            found.push(shown(path));
            continue;
        }
        let mut below = Vec::new();
        match sources_below(Path::new(path), &mut below) {
            Ok(()) if below.is_empty() => refused.push(empty_folder(path)),
            Ok(()) => found.extend(below.iter().map(|p| shown(p))),
            Err(e) => refused.push(unreadable(path, &e)),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|f| seen.insert(f.clone()));
    if refused.is_empty() { Ok(found) } else { Err(refused) }
}

/// A path as it is shown: as given, without `./`.
pub fn shown(path: &str) -> String {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

/// The sources that a path of the call names now; a file is named whether it is there or not.
pub fn files_of(path: &str) -> Vec<String> {
    if path == "std" || path.starts_with(STD) {
        return Vec::new();
    }
    if !Path::new(path).is_dir() {
        return vec![path.to_owned()];
    }
    let mut files = Vec::new();
    // A folder that cannot be listed has no files for now.
    let _ = sources_below(Path::new(path), &mut files);
    files
}

/// `*.pcr` and `*.pcr.md` below a folder, sorted; hidden folders and `target` are left out.
fn sources_below(folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type()?;
        if kind.is_dir() && !name.starts_with('.') && name != "target" {
            sources_below(&path, files)?;
        } else if !kind.is_dir() && (name.ends_with(".pcr") || name.ends_with(".pcr.md")) {
            files.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// A file that cannot be read.
pub fn unreadable(path: &str, e: &io::Error) -> Diagnostic {
    if e.kind() == io::ErrorKind::InvalidData {
        let message = text!("`{path}` 不是 UTF-8 文本：{e}", "`{path}` is not UTF-8 text: {e}");
        return Diagnostic::new(Code::S007, message)
            .help(text!("用编辑器另存为 UTF-8", "save it as UTF-8 in an editor"));
    }
    let message = match e.kind() {
        io::ErrorKind::NotFound => text!("没有文件 `{path}`", "there is no file `{path}`"),
        _ => text!("`{path}` 无法读取：{e}", "`{path}` cannot be read: {e}"),
    };
    let d = Diagnostic::new(Code::C001, message);
    match beside(path) {
        Some(near) => d.help(text!("相近的有 `{near}`", "near it: `{near}`")),
        None => d,
    }
}

/// The file of the nearest name in the same folder.
fn beside(path: &str) -> Option<String> {
    let path = Path::new(path);
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let names = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let mut names: Vec<String> = names.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    let near = nearest(name, names)?;
    Some(folder.map_or(near.clone(), |f| f.join(&near).to_string_lossy().into_owned()))
}

fn empty_folder(path: &str) -> Diagnostic {
    Diagnostic::new(Code::C001, text!("`{path}` 下没有规则文件", "there is no rule below `{path}`"))
        .help(text!("规则文件的后缀是 `.pcr` 或 `.pcr.md`", "rules are files `*.pcr` or `*.pcr.md`"))
}

fn no_such_rule(asked: &str) -> Diagnostic {
    let name = asked.strip_prefix(STD).unwrap_or(asked);
    let d = Diagnostic::new(Code::C002, text!("没有规则 `{asked}`", "there is no rule `{asked}`"));
    let names = footrule_stdlib::sources().map(|(key, _)| key.strip_prefix(STD).unwrap_or(key));
    match nearest(name, names) {
        Some(near) => d.help(text!("规则库中有 `{STD}{near}`", "the library has `{STD}{near}`")),
        None => d.help(text!("`footrule list` 列出规则库", "`footrule list` shows the library")),
    }
}
