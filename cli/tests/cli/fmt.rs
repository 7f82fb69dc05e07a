//! `footrule fmt` as a caller sees it.

use super::{command, ends, err, feed, folder, out};
use std::fs;
use std::process::Output;

const UGLY: &str = "flow a\n\n\nenum E {\n  A; B\n  }\n";
const NEAT: &str = "flow a\n\nenum E {\n    A; B\n}\n";

fn footrule(args: &[&str], stdin: &str) -> Output {
    feed(command(&[&["--lang", "en"], args].concat()), stdin)
}

#[test]
fn files_are_formatted_in_place() {
    let literate = format!("# 1  A\n\n```pcr\n{UGLY}```\n");
    let folder = folder("fmt_in_place", &[("a.pcr", UGLY), ("b.pcr", NEAT), ("c.pcr.md", &literate), ("d.txt", UGLY)]);
    let path = folder.to_string_lossy();
    let o = footrule(&["fmt", &path], "");
    ends(&o, 0);
    assert!(err(&o).contains("2 files formatted, 1 unchanged") && o.stdout.is_empty(), "{}", err(&o));
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a file");
    assert_eq!(read("a.pcr"), NEAT);
    assert_eq!(read("c.pcr.md"), literate.replace(UGLY, NEAT));
    assert_eq!(read("d.txt"), UGLY);
    let o = footrule(&["fmt", "--check", &path], "");
    ends(&o, 0);
    assert!(o.stdout.is_empty());
}

#[test]
fn check_lists_and_writes_nothing() {
    let folder = folder("fmt_check", &[("a.pcr", UGLY), ("b.pcr", NEAT)]);
    let o = footrule(&["fmt", "--check", &folder.to_string_lossy()], "");
    ends(&o, 1);
    assert_eq!(out(&o), format!("{}\n", folder.join("a.pcr").display()));
    assert_eq!(fs::read_to_string(folder.join("a.pcr")).expect("a file"), UGLY);
}

#[test]
fn diff_shows_and_writes_nothing() {
    let folder = folder("fmt_diff", &[("a.pcr", UGLY)]);
    let path = folder.join("a.pcr");
    let o = footrule(&["fmt", "--diff", &path.to_string_lossy()], "");
    ends(&o, 0);
    let shown = out(&o);
    assert!(shown.starts_with(&format!("--- {0}\n+++ {0}\n@@", path.display())), "{shown}");
    assert!(shown.contains("-  A; B\n") && shown.contains("+    A; B\n") && !shown.contains('\u{1b}'), "{shown}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), UGLY);
    let o = footrule(&["fmt", "--diff", "--check", &path.to_string_lossy()], "");
    ends(&o, 1);
}

#[test]
fn stdin_goes_to_stdout() {
    let o = footrule(&["fmt", "-"], UGLY);
    ends(&o, 0);
    assert_eq!(out(&o), NEAT);
    assert!(o.stderr.is_empty());
    let o = footrule(&["fmt", "-", "--keywords", "zh"], UGLY);
    assert_eq!(out(&o), NEAT.replace("flow", "物质").replace("enum", "枚举"));
    let back = footrule(&["fmt", "-", "--keywords", "en"], &out(&o));
    assert_eq!(out(&back), NEAT);
    let o = footrule(&["fmt", "-"], &format!("text  x\n```pcr\n{UGLY}```\n"));
    assert_eq!(out(&o), format!("text  x\n```pcr\n{NEAT}```\n"));
}

#[test]
fn a_broken_file_is_left_alone() {
    let broken = "flow  a\nlet x = (\n";
    let folder = folder("fmt_broken", &[("a.pcr", broken), ("b.pcr", UGLY)]);
    let o = footrule(&["fmt", &folder.to_string_lossy()], "");
    ends(&o, 1);
    assert!(err(&o).contains("FR-S002") && err(&o).contains("1 with errors left alone"), "{}", err(&o));
    assert_eq!(fs::read_to_string(folder.join("a.pcr")).expect("a file"), broken);
    assert_eq!(fs::read_to_string(folder.join("b.pcr")).expect("a file"), NEAT);
    ends(&footrule(&["fmt", "nowhere.pcr"], ""), 2);
    ends(&footrule(&["fmt", "-", "--keywords", "fr"], ""), 2);
}
