//! From source to a rule: a file with its package, or a text.

use crate::{Rule, bundle};
use footrule_compiler::Session;
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::Program;
use footrule_project::{Disk, Failure, Files as _, Project, join};
use std::collections::HashMap;
use std::sync::Arc;

/// Compiles a rule: a path, or `std:NAME` of the library. Files in its findings and in its bundle are named from its
/// package's folder, or from its own without a package.
///
/// # Errors
/// Everything that keeps it from being compiled.
///
/// ```
/// let rule = footrule_embed::compile("std:primary_aluminium").expect("the library compiles");
/// assert_eq!(rule.name(), "primary_aluminium");
/// ```
pub fn compile(path: &str) -> Result<Rule, Vec<Diagnostic>> {
    let mut session = Session::new();
    session.load_std();
    if path.starts_with("std:") {
        if session.source(path).is_none() {
            let message = text!("没有规则 `{path}`", "there is no rule `{path}`");
            return Err(vec![Diagnostic::new(Code::C002, message)]);
        }
        return program(&session, path).map(Rule::new);
    }
    let mut project = Project::new(Disk);
    let key = project.open(&mut session, path).map_err(|failure| match failure {
        Failure::Refused(found) => found,
        Failure::Unreadable(e) => {
            let message = text!("`{path}` 无法读取：{e}", "`{path}` cannot be read: {e}");
            vec![Diagnostic::new(Code::C001, message)]
        }
    })?;
    let program = program(&session, &key)?;
    Ok(Rule::new(placed(&program, path)))
}

/// A program with its files named from its package's folder, or from its own: the same wherever that folder lies. `path`
/// is the rule's file, as the program was compiled from it.
#[must_use]
pub fn placed(program: &Program, path: &str) -> Program {
    let mut program = program.clone();
    let current = Disk.current();
    let folder = match Project::new(Disk).around(path) {
        Some(package) => join(&current, &package),
        None => join(&join(&current, path), ".."),
    };
    bundle::relative(&mut program, &current, &folder);
    program
}

/// Compiles a rule from its text; it may use the library only. `name` stands for it in findings.
///
/// # Errors
/// Everything that keeps it from being compiled.
///
/// ```
/// let text = r#"
/// rule box zh "纸箱" en "Cardboard box"
/// version 1.0.0
/// valid from 2026-01-01
/// gwp AR6
/// declared unit 1 t{box} of production
/// round 1 decimals in kg{CO2e}/t{box}
/// use std.gas
/// flow box zh "纸箱" en "cardboard box"
/// stage making zh "生产" en "production"
/// input production: t{box} where > 0
/// input burnt: t{CO2} where >= 0
/// emission burning in making = burnt
/// "#;
/// let rule = footrule_embed::compile_source("box.pcr", text).map_err(|found| found[0].message.en.clone())?;
/// let outcome = rule.evaluate(r#"{"inputs": {"production": "40 t", "burnt": "11.25 t"}}"#).expect("it evaluates");
/// assert_eq!(outcome.footprints[0].total.value, "281.2");
/// # Ok::<(), String>(())
/// ```
pub fn compile_source(name: &str, text: &str) -> Result<Rule, Vec<Diagnostic>> {
    named(name)?;
    let mut session = Session::new();
    session.load_std();
    session.add_source(name, text);
    program(&session, name).map(Rule::new)
}

/// A text may have this name: it is none of the library, which all rules use.
fn named(name: &str) -> Result<(), Vec<Diagnostic>> {
    if !name.starts_with("std:") {
        return Ok(());
    }
    let message = text!("`{name}` 是规则库的名称", "`{name}` is a name of the library");
    let help = text!(
        "`std:` 开头的名称属于规则库，请另取名称",
        "names that begin with `std:` are the library's; take another"
    );
    Err(vec![Diagnostic::new(Code::C014, message).help(help)])
}

/// Compiles many rules from their texts on as many threads as the machine has; the library is read once. Each text has a name
/// of its own, and may use the library only.
///
/// # Errors
/// For each everything that keeps it from being compiled. Of texts with one name none is compiled.
///
/// ```
/// let text = std::fs::read_to_string("../../examples/embed/carton.pcr").expect("the example is there");
/// let two = [("a.pcr", text.as_str()), ("b.pcr", "flow box")];
/// let rules = footrule_embed::compile_sources(&two);
/// assert_eq!(rules[0].as_ref().map(|r| r.name()).ok(), Some("carton"));
/// assert!(rules[1].as_ref().is_err_and(|found| found[0].code.to_string() == "FR-C003"));
/// ```
pub fn compile_sources(sources: &[(&str, &str)]) -> Vec<Result<Rule, Vec<Diagnostic>>> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    sources.iter().for_each(|(name, _)| *times.entry(name).or_default() += 1);
    let fit = |name: &str| match times.get(name) {
        Some(1) => named(name),
        n => {
            let n = n.copied().unwrap_or_default();
            let message = text!("有 {n} 个文本名为 `{name}`", "{n} texts are named `{name}`");
            let help = text!("每个文本须有自己的名称", "give each text a name of its own");
            Err(vec![Diagnostic::new(Code::C013, message).help(help)])
        }
    };
    let fits: Vec<Result<(), Vec<Diagnostic>>> = sources.iter().map(|(name, _)| fit(name)).collect();
    let mut session = Session::new();
    session.load_std();
    let sound = || sources.iter().zip(&fits).filter(|(_, fit)| fit.is_ok()).map(|(source, _)| *source);
    sound().for_each(|(name, text)| session.add_source(name, text));
    let keys: Vec<String> = sound().map(|(name, _)| name.to_owned()).collect();
    let programs = session.programs(&keys);
    let rule = |(key, program): (&String, Result<Arc<Program>, _>)| rule(&session, key, program).map(Rule::new);
    let mut rules = keys.iter().zip(programs).map(rule);
    // A text that fits has a rule, or findings, in the order of the texts.
    let nothing = || Err(vec![Diagnostic::new(Code::C005, text!("没有编译", "it was not compiled"))]);
    fits.into_iter().map(|fit| fit.and_then(|()| rules.next().unwrap_or_else(nothing))).collect()
}

fn program(session: &Session, key: &str) -> Result<Arc<Program>, Vec<Diagnostic>> {
    rule(session, key, session.program(key))
}

/// What was compiled, if it is a rule.
fn rule(
    session: &Session,
    key: &str,
    program: Result<Arc<Program>, Vec<Diagnostic>>,
) -> Result<Arc<Program>, Vec<Diagnostic>> {
    if program.is_ok() && !session.is_rule(key) {
        let message = text!("`{key}` 是模块，不是规则", "`{key}` is a module and not a rule");
        return Err(vec![Diagnostic::new(Code::C003, message)]);
    }
    program
}
