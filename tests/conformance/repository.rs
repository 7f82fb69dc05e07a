//! Checks of the repository as a whole: layers, the library, the pages.

use footrule_compiler::Session;
use footrule_diag::{CodeInfo, Diagnostic, REGISTRY, Severity};
use footrule_runtime::{Inputs, Options, evaluate};
use footrule_tests::case::read;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::root;

/// Which crates of the workspace a crate may use: those before it, as docs/architecture.md lists them.
const LAYERS: &[(&str, &str)] = &[
    ("footrule-number", "runtime/number"),
    ("footrule-diag", "compiler/diag"),
    ("footrule-grammar", "grammar"),
    ("footrule-syntax", "compiler/syntax"),
    ("footrule-tree-sitter", "grammar/tree-sitter"),
    ("footrule-mir", "runtime/mir"),
    ("footrule-stdlib", "stdlib-rules"),
    ("footrule-compiler", "compiler"),
    ("footrule-project", "compiler/project"),
    ("footrule-runtime", "runtime"),
    ("footrule-native", "runtime/native"),
    ("footrule-embed", "runtime/embed"),
    ("footrule-batch", "runtime/batch"),
    ("footrule-forms", "cli/forms"),
    ("footrule-ide", "lsp/ide"),
    ("footrule-lsp", "lsp/server"),
    ("footrule", "cli"),
    ("footrule-tests", "tests"),
];

/// Crates that only some layers may know.
const CONFINED: &[(&str, &[&str])] = &[
    ("miette", &["footrule"]),
    ("salsa", &["footrule-compiler"]),
    ("pest", &["footrule-grammar", "footrule-syntax"]),
    ("tree-sitter-language", &["footrule-tree-sitter"]),
    ("clap", &["footrule"]),
    ("toml", &["footrule-project"]),
    ("cranelift-codegen", &["footrule-native"]),
    ("cranelift-jit", &["footrule-native"]),
    ("cranelift-object", &["footrule-native"]),
    ("arrow-array", &["footrule-batch"]),
    ("parquet", &["footrule-batch"]),
    ("indicatif", &["footrule"]),
    ("lsp-server", &["footrule-lsp"]),
    ("gen-lsp-types", &["footrule-lsp"]),
    ("calamine", &["footrule-forms"]),
    ("rust_xlsxwriter", &["footrule-forms"]),
];

pub fn layers() -> Result<(), String> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).map_err(|e| e.to_string())?;
    for (i, (name, folder)) in LAYERS.iter().enumerate() {
        if !page.contains(&format!("| `{name}` | `{folder}` |")) {
            return Err(format!("docs/architecture.md does not list `{name}` in `{folder}`"));
        }
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).map_err(|e| e.to_string())?;
        let used = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for line in used.lines() {
            let dependency = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if let Some(j) = LAYERS.iter().position(|(n, _)| *n == dependency)
                && j >= i
                && *name != "footrule-runtime"
            {
                return Err(format!("{name} must not use {dependency}"));
            }
            if *name == "footrule-runtime" && dependency == "footrule-compiler" {
                return Err("the run time must not use the compiler".into());
            }
            if let Some((_, who)) = CONFINED.iter().find(|(c, _)| *c == dependency)
                && !who.contains(name)
            {
                return Err(format!("{name} must not use {dependency}"));
            }
        }
    }
    Ok(())
}

fn library() -> Session {
    let mut s = Session::new();
    s.load_std();
    s
}

fn list(found: &[Diagnostic]) -> String {
    found.iter().map(|d| format!("{} {}\n", d.code, d.message.en)).collect()
}

/// The whole library is free of findings, lints included, and its tests pass.
pub fn standard_library() -> Result<(), String> {
    let s = library();
    for (key, _) in footrule_stdlib::sources() {
        let found = s.check(key);
        if !found.is_empty() {
            return Err(format!("{key}:\n{}", list(&found)));
        }
    }
    for rule in s.rules() {
        let program = s.program(&rule.key).map_err(|e| list(&e))?;
        footrule_mir::verify(&program).map_err(|e| format!("{}: {e:?}", rule.id))?;
        if program.tests.len() < 3 {
            return Err(format!("{} has {} tests", rule.id, program.tests.len()));
        }
        for i in 0..program.tests.len() {
            let verdict = footrule_runtime::run_test(&program, i, None);
            if !verdict.passed {
                return Err(format!("{} test {i}:\n{}", rule.id, list(&verdict.failures)));
            }
        }
    }
    Ok(())
}

/// Each rule's example input evaluates; every node of its derivation is the exact sum of its parts; every published
/// figure is the unrounded one rounded once.
pub fn examples() -> Result<(), String> {
    let s = library();
    for rule in s.rules() {
        let path = root().join("examples").join(format!("{}.json", rule.id));
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let program = s.program(&rule.key).map_err(|e| list(&e))?;
        let inputs =
            Inputs::from_json(&program, "example", &text).map_err(|e| format!("{}:\n{}", rule.id, list(&e)))?;
        let out = evaluate(&program, &inputs, Options { explain: true }).map_err(|e| list(&e))?;
        out.explain.as_ref().ok_or("no derivation")?.verify_sums().map_err(|e| format!("{}: {e:?}", rule.id))?;
        let digits = program.rule.round.digits;
        for f in out.footprints.iter().flat_map(|p| p.stages.iter().map(|s| &s.figure).chain([&p.total])) {
            if !program.rule.round.significant && f.unrounded.round_decimals(digits).to_fixed(digits) != f.value {
                return Err(format!("{}: {} is not {} rounded once", rule.id, f.value, f.unrounded));
            }
        }
    }
    Ok(())
}

/// Every code of the registry has a page with an executed example, or a page of calls (classes C and B, unreadable files).
pub fn every_code_is_tested() -> Result<(), String> {
    let mut tested: BTreeMap<String, usize> = BTreeMap::new();
    let folders = ["tests/spec", "docs/diagnostics"];
    for folder in folders {
        for page in crate::pages(folder) {
            let text = fs::read_to_string(&page).map_err(|e| e.to_string())?;
            for case in read("", &text) {
                for block in &case.blocks {
                    if let Some(code) = block.get("error") {
                        *tested.entry(code.to_string()).or_default() += 1;
                    }
                    if matches!(block.language.as_str(), "diagnostics" | "output") {
                        for word in block.text.split_whitespace().filter(|w| w.starts_with("FR-")) {
                            *tested.entry(word.to_string()).or_default() += 1;
                        }
                    }
                }
            }
        }
    }
    // Calls and unreadable files are tested over the real command in cli/tests, calls of the embedding library by its tests.
    let over_the_command = |c: &str| {
        ["FR-S007", "FR-S014", "FR-C013", "FR-C014", "FR-C020", "FR-C021"].contains(&c)
            || ("FR-C001"..="FR-C005").contains(&c)
            || c.starts_with("FR-B")
    };
    let call = |file: &str| fs::read_to_string(root().join(file)).map_err(|e| e.to_string());
    let calls = call("cli/tests/cli/call.rs")?
        + &call("cli/tests/cli/batch.rs")?
        + &call("cli/tests/cli/build.rs")?
        + &call("cli/src/bug.rs")?
        + &call("runtime/embed/tests/sources.rs")?;
    let missing: Vec<&str> = REGISTRY
        .iter()
        .map(|i| i.code.as_str())
        .filter(|c| !tested.contains_key(*c) && (!over_the_command(c) || !calls.contains(&c[3..])))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case for {missing:?}")) }
}

/// `docs/diagnostics/README.md` lists every code with its titles.
pub fn every_code_is_listed() -> Result<(), String> {
    let page = fs::read_to_string(root().join("docs/diagnostics/README.md")).map_err(|e| e.to_string())?;
    let line = |i: &CodeInfo| format!("- [{0}]({0}.md) {1} · {2}\n", i.code, i.zh, i.en);
    let missing: Vec<String> = REGISTRY.iter().map(line).filter(|l| !page.contains(l)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("docs/diagnostics/README.md lacks\n{}", missing.concat())) }
}

/// Hostile texts are answered, not survived: no panic, findings in place.
pub fn robust() -> Result<(), String> {
    let lines: String = (0..20_000)
        .map(|i| format!("let v{i} = {}\n", if i == 0 { "1".into() } else { format!("v{} + 1", i - 1) }))
        .collect();
    let header = "rule r en \"r\"\nversion 1.0.0\ngwp AR6\n";
    let mut random = String::new();
    let mut state: u64 = 42;
    for _ in 0..20_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        random.push(char::from_u32((state >> 40) as u32 % 0x3000).unwrap_or('\u{fffd}'));
    }
    let texts = [
        ("20,000 lines", format!("{header}{lines}")),
        ("10,000 brackets", format!("{header}let x = {}1{}\n", "(".repeat(10_000), ")".repeat(10_000))),
        ("10,000 open brackets", format!("{header}let x = {}\n", "([{".repeat(3_334))),
        ("random", random),
        ("empty", String::new()),
        ("only a newline", "\n".into()),
        ("5,000 terms", format!("{header}let x = {}1\n", "1 + ".repeat(5_000))),
        ("a cycle of 20,000", format!("{header}let a = b\nlet b = a\n{lines}")),
    ];
    for (name, text) in texts {
        let mut s = library();
        s.add_source("r.pcr", text.clone());
        for d in s.check("r.pcr") {
            let Some(p) = &d.primary else { continue };
            if text.get(p.at.span.start as usize..p.at.span.end as usize).is_none() {
                return Err(format!("{name}: {} points outside the text", d.code));
            }
        }
        if !name.contains("lines")
            && s.check("r.pcr").iter().all(|d| d.severity != Severity::Error)
            && !text.trim().is_empty()
        {
            return Err(format!("{name}: nothing was found"));
        }
    }
    Ok(())
}

/// Files stay small: a hand-written source of more than 900 lines is a smell.
pub fn small_files() -> Result<(), String> {
    let mut stack: Vec<PathBuf> =
        ["grammar", "compiler", "runtime", "cli", "tests"].iter().map(|f| root().join(f)).collect();
    let mut long = Vec::new();
    while let Some(folder) = stack.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    stack.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs") {
                let lines = fs::read_to_string(&path).unwrap_or_default().lines().count();
                if lines > 900 {
                    long.push(format!("{} has {lines} lines", path.display()));
                }
            }
        }
    }
    if long.is_empty() { Ok(()) } else { Err(long.join("\n")) }
}
