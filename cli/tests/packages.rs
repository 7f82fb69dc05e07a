//! Packages over the real command and a real file system: which package a call means, links, exit codes, formats.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RULE: &str = "rule r zh \"例\" en \"example\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\n\
                    declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nuse std.gas\n\
                    flow Al zh \"铝\" en \"aluminium\"\nstage making zh \"生产\" en \"production\"\n\
                    input production: t{Al} where > 0\nemission direct in making = 5 kg{CO2}/t{Al} * production\n";

/// A folder of its own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder is made");
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
    fs::write(path, text).expect("the file is written");
}

#[track_caller]
fn call(folder: &Path, args: &[&str], exit: i32) -> (String, String) {
    let o: Output = Command::new(env!("CARGO_BIN_EXE_footrule"))
        .args(args)
        .env_clear()
        .current_dir(folder)
        .output()
        .expect("the command runs");
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    let (out, err) = (text(&o.stdout), text(&o.stderr));
    assert_eq!(o.status.code(), Some(exit), "{args:?}\nstdout:\n{out}\nstderr:\n{err}");
    (out, err)
}

/// `plant` uses `shared`; the rule stands in a folder of its package.
fn two(name: &str, lints: &str) -> PathBuf {
    let at = folder(name);
    let manifest = format!("[package]\nname = \"plant\"\n[dependencies]\nshared = {{ path = \"../shared\" }}\n{lints}");
    write(&at, "plant/footrule.toml", &manifest);
    write(&at, "plant/lib/one.pcr", "const one = 1\n");
    let rule = format!("{RULE}use lib.one, shared.numbers\nreport a = one + two\nlet unread = 1\n");
    write(&at, "plant/rules/r.pcr", &rule);
    write(&at, "shared/footrule.toml", "[package]\nname = \"shared\"\n");
    write(&at, "shared/numbers.pcr", "const two = 2\n");
    at
}

#[test]
fn the_package_is_found_upward() {
    let at = two("upward", "");
    for (from, args, files) in [
        ("plant", &["check"][..], "2 files checked"),
        ("plant/rules", &["check"], "2 files checked"),
        ("plant/rules", &["check", "r.pcr"], "1 file checked"),
        ("plant/rules", &["check", "."], "1 file checked"),
        (".", &["check", "plant", "shared"], "3 files checked"),
        (".", &["check", "plant/rules/r.pcr"], "1 file checked"),
        ("shared", &["check", "../plant", "numbers.pcr"], "3 files checked"),
    ] {
        let (out, err) = call(&at.join(from), args, 0);
        assert!(err.starts_with(files), "{from} {args:?}: {err}");
        assert_eq!(out.matches("FR-L003").count(), 1, "{from} {args:?}: {out}");
    }
    // One file has one name, however it is reached.
    let (out, _) = call(&at.join("plant/rules"), &["check"], 0);
    assert!(out.contains("[r.pcr:"), "{out}");
    let (out, _) = call(&at.join("plant/lib"), &["check", "../rules/r.pcr"], 0);
    assert!(out.contains("[../rules/r.pcr:"), "{out}");
    call(&at.join("plant/lib"), &["run", "../rules/r.pcr", "--set", "production=1 t"], 0);
    call(&at.join("plant/lib"), &["fmt", "--check"], 0);
}

#[test]
fn levels_reach_every_format_and_the_exit_code() {
    let at = two("levels", "[lints]\nL003 = \"deny\"\n");
    let plant = at.join("plant");
    let (out, err) = call(&plant, &["check"], 1);
    assert!(out.contains("FR-L003") && err.contains("1 error, 0 warnings"), "{err}");
    let (out, _) = call(&plant, &["check", "--format", "json"], 1);
    assert!(out.contains("\"severity\": \"error\""), "{out}");
    let (out, _) = call(&plant, &["check", "--format", "sarif"], 1);
    assert!(out.contains("\"ruleId\": \"FR-L003\"") && out.contains("\"level\": \"error\""), "{out}");
    let (out, _) = call(&plant, &["check", "--format", "github"], 1);
    assert!(out.starts_with("::error "), "{out}");
    call(&plant, &["run", "rules/r.pcr", "--set", "production=1 t"], 1);
    let at = two("allowed", "[lints]\nFR-L003 = \"allow\"\n");
    let (out, err) = call(&at.join("plant"), &["check"], 0);
    assert!(out.is_empty() && err.contains("nothing found"), "{out}{err}");
}

#[test]
fn a_broken_manifest_ends_the_call() {
    let at = two("broken", "[lint]\n");
    for args in [&["check"][..], &["test"], &["run", "rules/r.pcr"]] {
        let (_, err) = call(&at.join("plant"), args, 2);
        assert_eq!(err.matches("FR-C007").count(), 1, "{args:?}: {err}");
        assert!(err.contains("footrule.toml:5:2") && err.contains("is `lints` meant?"), "{err}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_package_is_not_read() {
    let at = two("links", "");
    write(&at, "secret.pcr", "const one = 1\n");
    fs::remove_file(at.join("plant/lib/one.pcr")).expect("removed");
    std::os::unix::fs::symlink("../../secret.pcr", at.join("plant/lib/one.pcr")).expect("a link is made");
    let (out, _) = call(&at.join("plant"), &["check", "rules/r.pcr"], 1);
    assert!(out.contains("FR-N021"), "{out}");
}

#[test]
fn a_new_package_passes_its_tests() {
    let at = folder("new");
    call(&at, &["new", "glass"], 0);
    let glass = at.join("glass");
    assert!(fs::read_to_string(glass.join("footrule.toml")).expect("a manifest").contains("name = \"glass\""));
    call(&glass, &["test"], 0);
    let (out, err) = call(&glass, &["check"], 0);
    assert!(out.is_empty(), "{out}{err}");
    call(&glass, &["run", "glass.pcr", "--input", "example.json"], 0);
}
