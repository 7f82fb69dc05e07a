//! Editors without a screen, with the shipped configuration and the real server; skipped where one is not installed.

use super::{command, ends, folder, root};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A package of a rule of the standard library and a module of it, which the rule uses instead of the library's.
fn package(name: &str) -> PathBuf {
    let package = folder(name, &[("footrule.toml", "[package]\nname = \"shop\"\n")]);
    let library = root().join("stdlib-rules");
    let rule = fs::read_to_string(library.join("textiles/garment.pcr")).expect("the rule");
    let own = rule.replace("std.fuel, std.transport", "std.fuel, transport");
    assert_ne!(rule, own, "the rule uses std.transport");
    fs::write(package.join("rule.pcr"), own).expect("rule.pcr");
    fs::copy(library.join("std/transport.pcr"), package.join("transport.pcr")).expect("transport.pcr");
    package
}

/// True if the program can be started; prints a line if not.
fn installed(program: &str, arguments: &[&str]) -> bool {
    let found = Command::new(program).args(arguments).output().is_ok_and(|o| o.status.success());
    if !found {
        println!("skipped: `{program}` is not installed");
    }
    found
}

/// What an editor wrote can be checked, and has the new name in both files.
fn is_renamed(package: &Path) {
    ends(&command(&["check"]).current_dir(package).output().expect("the command runs"), 0);
    for file in ["rule.pcr", "transport.pcr"] {
        let text = fs::read_to_string(package.join(file)).expect(file);
        assert!(text.contains("freight_factor(") && !text.contains("freight("), "{file}");
    }
}

#[test]
fn neovim_finds_completes_renames_and_formats() {
    if !installed("nvim", &["--version"]) {
        return;
    }
    let package = package("neovim");
    let plugin = root().join("lsp/editors/neovim");
    let o = Command::new("nvim")
        .args(["--headless", "--clean", "-n"])
        .args(["--cmd", &format!("set rtp^={}", plugin.display())])
        .args(["--cmd", &format!("let g:footrule_command = '{}'", env!("CARGO_BIN_EXE_footrule"))])
        .arg("-S")
        .arg(root().join("cli/tests/editors/neovim.lua"))
        .current_dir(&package)
        .env("HOME", &package)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("nvim runs");
    assert!(ends(&o, 0).contains("done"), "{o:?}");
    is_renamed(&package);
}

#[test]
fn emacs_finds_completes_renames_and_formats() {
    emacs("eglot", "emacs");
}

#[test]
fn emacs_finds_completes_renames_and_formats_with_lsp_mode() {
    emacs("lsp-mode", "emacs_lsp_mode");
}

/// Runs a script in Emacs with a client of language servers.
fn emacs(client: &str, script: &str) {
    if !installed("emacs", &["--batch", "--eval", "(package-initialize)", "--eval", &format!("(require '{client})")]) {
        return;
    }
    let package = package(script);
    let o = Command::new("emacs")
        .args(["--batch", "--eval", "(package-initialize)", "-L"])
        .arg(root().join("lsp/editors/emacs"))
        .args(["--eval", &format!("(setq footrule-command \"{}\")", env!("CARGO_BIN_EXE_footrule")), "-l"])
        .arg(root().join("cli/tests/editors/drive.el"))
        .arg("-l")
        .arg(root().join(format!("cli/tests/editors/{script}.el")))
        .current_dir(&package)
        .env("HOME", &package)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("emacs runs");
    assert!(ends(&o, 0).contains("done"), "{o:?}");
    is_renamed(&package);
}

/// The parser as `docs/editors.md` says to build it, and the queries, where an editor looks for both.
fn grammar(parser: &Path, queries: &Path) {
    let own = root().join("grammar/tree-sitter");
    fs::create_dir_all(parser.parent().expect("a folder")).expect("a folder");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-I"])
        .arg(own.join("src"))
        .args([own.join("src/parser.c"), own.join("src/scanner.c")])
        .arg("-o")
        .arg(parser)
        .status();
    assert!(built.expect("cc runs").success());
    fs::create_dir_all(queries).expect("a folder");
    for query in fs::read_dir(own.join("queries")).expect("queries").map_while(Result::ok) {
        fs::copy(query.path(), queries.join(query.file_name())).expect("a query");
    }
}

#[test]
fn neovim_colours_and_folds_by_the_tree() {
    let new = ["--headless", "--clean", "--cmd", "if !has('nvim-0.9') | cquit | endif", "+qall!"];
    if !installed("nvim", &new) || !installed("cc", &["--version"]) {
        return;
    }
    let package = package("neovim_tree");
    let runtime = package.join("runtime");
    grammar(&runtime.join("parser/footrule.so"), &runtime.join("queries/footrule"));
    let o = Command::new("nvim")
        .args(["--headless", "--clean", "-n"])
        .args(["--cmd", &format!("set rtp^={}", runtime.display())])
        .args(["--cmd", &format!("set rtp^={}", root().join("lsp/editors/neovim").display())])
        .args(["--cmd", &format!("let g:footrule_command = '{}'", env!("CARGO_BIN_EXE_footrule"))])
        .arg("-S")
        .arg(root().join("cli/tests/editors/neovim_tree.lua"))
        .current_dir(&package)
        .env("HOME", &package)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("nvim runs");
    assert!(ends(&o, 0).contains("done"), "{o:?}");
}

#[test]
fn helix_finds_completes_renames_and_formats() {
    if !installed("hx", &["--version"]) || !installed("tmux", &["-V"]) || !installed("cc", &["--version"]) {
        return;
    }
    let package = package("helix");
    let own = package.join(".config/helix");
    grammar(&own.join("runtime/grammars/footrule.so"), &own.join("runtime/queries/footrule"));
    fs::copy(root().join("lsp/editors/helix/languages.toml"), own.join("languages.toml")).expect("languages.toml");
    let binary = Path::new(env!("CARGO_BIN_EXE_footrule")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let o = Command::new("sh")
        .arg(root().join("cli/tests/editors/helix.sh"))
        .arg(format!("footrule{}", std::process::id()))
        .current_dir(&package)
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("HOME", &package)
        .env("TERM", "xterm-256color")
        .env_remove("COLORTERM")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("sh runs");
    assert!(ends(&o, 0).contains("done"), "{o:?}");
    is_renamed(&package);
}

#[test]
fn kakoune_finds_renames_and_formats() {
    if !installed("kak", &["-version"]) || !installed("kak-lsp", &["--version"]) {
        return;
    }
    let package = package("kakoune");
    let binary = Path::new(env!("CARGO_BIN_EXE_footrule")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let o = Command::new("sh")
        .arg(root().join("cli/tests/editors/kakoune.sh"))
        .arg(root().join("lsp/editors/kakoune"))
        .arg(format!("footrule{}", std::process::id()))
        .current_dir(&package)
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("HOME", &package)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("sh runs");
    assert!(ends(&o, 0).contains("done"), "{o:?}");
    is_renamed(&package);
}

#[test]
fn kakoune_colours_words_in_both_languages() {
    if !installed("kak", &["-version"]) {
        return;
    }
    let text = "§8.4 emission power in melting = sum(e.total for e in power)\n输入 输入产量: t{铝} 须 > 0 // 输入\n";
    let folder = folder("kakoune_colours", &[("a.pcr", text)]);
    let own = root().join("lsp/editors/kakoune").display().to_string();
    let set_up = format!(
        "source {own}/footrule-keywords.kak; source {own}/footrule.kak; set-face global keyword red; set-face global comment blue; set-face global function green"
    );
    let mut editor = Command::new("timeout")
        .args(["20", "kak", "-n", "-ui", "json", "-E", &set_up, "a.pcr"])
        .current_dir(&folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("kak runs");
    let mut input = editor.stdin.take().expect("stdin");
    let size = json!({ "jsonrpc": "2.0", "method": "resize", "params": [20, 100] });
    writeln!(input, "{size}").expect("kak reads");
    let mut seen = Vec::new();
    for line in BufReader::new(editor.stdout.take().expect("stdout")).lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if message["method"] != "draw" {
            continue;
        }
        seen.clear();
        for part in message["params"][0].as_array().into_iter().flatten().filter_map(Value::as_array).flatten() {
            if let (Some(text), Some(colour)) = (part["contents"].as_str(), part["face"]["fg"].as_str())
                && ["red", "blue", "green"].contains(&colour)
            {
                seen.push(format!("{colour} {text}"));
            }
        }
        if seen.iter().any(|s| s.starts_with("blue")) {
            break;
        }
    }
    drop(input);
    // It goes on until its time is up otherwise; what it says then is of no interest.
    let _ = editor.kill();
    let _ = editor.wait();
    assert_eq!(
        seen,
        ["red emission", "red in", "green sum", "red for", "red in", "red 输入", "red 须", "blue // 输入"]
    );
}
