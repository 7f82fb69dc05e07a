//! Editors without a screen, with the shipped configuration and the real server; skipped where one is not installed.

use super::{command, ends, folder, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    if !installed("emacs", &["--batch", "--eval", "(package-initialize)", "--eval", "(require 'eglot)"]) {
        return;
    }
    let package = package("emacs");
    let o = Command::new("emacs")
        .args(["--batch", "--eval", "(package-initialize)", "-L"])
        .arg(root().join("lsp/editors/emacs"))
        .args(["--eval", &format!("(setq footrule-command \"{}\")", env!("CARGO_BIN_EXE_footrule")), "-l"])
        .arg(root().join("cli/tests/editors/emacs.el"))
        .current_dir(&package)
        .env("HOME", &package)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("emacs runs");
    assert!(ends(&o, 0).contains("done"), "{o:?}");
    is_renamed(&package);
}
