//! A compiled rule keeps its meaning when it is formatted or its keywords change language: the canonical text, from
//! which the meaning hash is taken, is the same to the byte. Every rule of the library and of the suite is a case.

use footrule_compiler::Session;
use footrule_syntax::format::{Keywords, Options, format};
use footrule_tests::case::{Case, read};
use std::fs;
use std::path::PathBuf;

use crate::root;

const KEY: &str = "case.pcr";
const WAYS: [(&str, Option<Keywords>); 3] =
    [("fmt", None), ("fmt --keywords zh", Some(Keywords::Chinese)), ("fmt --keywords en", Some(Keywords::English))];

fn rewritten(text: &str, keywords: Option<Keywords>) -> Result<String, String> {
    format(text, false, Options { keywords }).map_err(|e| format!("{e:?}"))
}

fn meaning(session: &mut Session, key: &str, text: &str) -> Option<String> {
    session.add_source(key, text);
    let program = session.program(key).ok()?;
    Some(footrule_mir::canonical_text(&program))
}

/// Rules of the library, formatted together with the modules that they use.
pub fn library_keeps_its_meaning() -> Result<(), String> {
    let mut session = Session::new();
    session.load_std();
    let rules = session.rules();
    let meaning = |s: &Session, key: &str| {
        let program = s.program(key).map_err(|e| format!("{key}: {e:?}"))?;
        Ok::<_, String>(footrule_mir::canonical_text(&program))
    };
    let before = rules.iter().map(|r| meaning(&session, &r.key)).collect::<Result<Vec<_>, _>>()?;
    for (way, keywords) in WAYS {
        for (key, text) in footrule_stdlib::sources() {
            session.add_source(key, rewritten(text, keywords)?);
        }
        for (rule, before) in rules.iter().zip(&before) {
            if meaning(&session, &rule.key)? != *before {
                return Err(format!("{way} changes the meaning of {}", rule.key));
            }
        }
    }
    Ok(())
}

/// Rules of the literate suite.
pub fn suite_keeps_its_meaning() -> Result<(), String> {
    let mut session = Session::new();
    session.load_std();
    let mut compared = 0;
    for folder in ["tests/spec", "tests/published", "docs/diagnostics"] {
        for page in crate::pages(folder) {
            let text = fs::read_to_string(&page).map_err(|e| e.to_string())?;
            for case in read(&page.display().to_string(), &text) {
                compared += one(&mut session, &case)?;
            }
        }
    }
    println!("{compared} rules compared");
    if compared > 150 { Ok(()) } else { Err(format!("only {compared} rules were compared")) }
}

/// The number of rules compared. Programs that use another file of their page are left to the tree's comparison in
/// `footrule-syntax`.
fn one(session: &mut Session, case: &Case) -> Result<usize, String> {
    if case.blocks.iter().any(|b| b.get("file").is_some()) {
        return Ok(0);
    }
    let mut compared = 0;
    for block in case.blocks.iter().filter(|b| b.language == "pcr" && b.get("error").is_none()) {
        let text = if block.has("whole") { block.text.clone() } else { format!("{}{}", case.prelude, block.text) };
        let Some(before) = meaning(session, KEY, &text) else { continue };
        // Rewriting formats as well; that formatting alone keeps the tree is shown in `footrule-syntax`.
        for (way, keywords) in WAYS.into_iter().filter(|(_, k)| k.is_some()) {
            let made = rewritten(&text, keywords).map_err(|e| format!("{}, line {}: {e}", case.name, block.line))?;
            if meaning(session, KEY, &made).as_ref() != Some(&before) {
                return Err(format!("{}, line {}: {way} changes the meaning:\n{made}", case.name, block.line));
            }
        }
        compared += 1;
    }
    Ok(compared)
}

/// Every source that a reader may take as a pattern is in the one style: rules and modules, the examples of the pages,
/// the tutorials, the published cases, what `footrule new` writes.
pub fn one_style() -> Result<(), String> {
    let mut other = Vec::new();
    let mut look = |name: String, text: &str, literate: bool| match format(text, literate, Options { keywords: None }) {
        Ok(made) if made != text => other.push(name),
        // What is shown as wrong has no style.
        _ => {}
    };
    let mut folders: Vec<PathBuf> =
        ["stdlib-rules", "examples", "docs", "cli/src/commands/new"].map(|f| root().join(f)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
            let (path, name) = (entry.path(), entry.path().display().to_string());
            if path.is_dir() {
                folders.push(path);
            } else if footrule_stdlib::is_source(&name) {
                look(name.clone(), &fs::read_to_string(&path).map_err(|e| e.to_string())?, name.ends_with(".md"));
            }
        }
    }
    for page in ["tests/published", "docs/tutorial"].into_iter().flat_map(crate::pages) {
        let text = fs::read_to_string(&page).map_err(|e| e.to_string())?;
        for case in read(&page.display().to_string(), &text) {
            for block in case.blocks.iter().filter(|b| b.language == "pcr" && b.get("error").is_none()) {
                look(format!("{}, line {}", page.display(), block.line), &block.text, false);
            }
        }
    }
    if other.is_empty() { Ok(()) } else { Err(format!("not as `footrule fmt` writes it: {}", other.join("; "))) }
}
