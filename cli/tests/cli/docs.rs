//! The calls that `docs/reference` and `docs/tutorial` show are made, and must end as the pages say.
//!
//! A block ```` ```console ```` holds calls and what they show. `$ footrule …` is a call, made from the root of the
//! repository in an empty environment. `# exit 3` below it is its exit code; without one the call ends with 0. All other
//! lines are what it shows, exactly: stdout, then stderr, without blanks at line ends. A line `…` stands for any lines.
//! A call with no such line may show anything.

use super::{command, err, out, root};
use std::fs;
use std::path::PathBuf;

const FOLDERS: [&str; 2] = ["docs/reference", "docs/tutorial"];

/// A call of a page.
#[derive(Debug, Default)]
struct Call {
    line: usize,
    words: Vec<String>,
    exit: i32,
    shown: Vec<String>,
}

/// The calls of a page, in order.
fn calls(text: &str) -> Vec<Call> {
    let mut out: Vec<Call> = Vec::new();
    let mut console = false;
    let mut first = 0;
    for (i, line) in text.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            console = !console && info.trim() == "console";
            first = out.len();
        } else if !console {
        } else if let Some(call) = line.strip_prefix("$ ") {
            out.push(Call { line: i + 1, words: words(call), ..Call::default() });
        } else if let Some(call) = out.get_mut(first..).and_then(<[Call]>::last_mut) {
            match line.strip_prefix("# exit ").and_then(|code| code.trim().parse().ok()) {
                Some(code) => call.exit = code,
                None => call.shown.push(line.trim_end().to_owned()),
            }
        } else {
            panic!("line {}: output before the first call of its block", i + 1);
        }
    }
    out
}

/// The words of a call; double quotes hold blanks together.
fn words(call: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in call.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => out.push(String::new()),
            c => out.last_mut().expect("never empty").push(c),
        }
    }
    out.retain(|w| !w.is_empty());
    out
}

/// True if the lines are those expected, where `…` stands for any lines.
fn fits(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((e, rest)) if e == "…" => (0..=found.len()).any(|i| fits(rest, &found[i..])),
        Some((e, rest)) => found.first() == Some(e) && fits(rest, &found[1..]),
    }
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(|l| l.trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// What is wrong with a call, if anything is.
fn wrong(call: &Call) -> Option<String> {
    let Some(("footrule", args)) = call.words.split_first().map(|(name, args)| (name.as_str(), args)) else {
        return Some("is no call of footrule".to_owned());
    };
    let output = command(&args.iter().map(String::as_str).collect::<Vec<_>>())
        .args(["--color", "never"])
        .current_dir(root())
        .output()
        .expect("the command runs");
    let found = out(&output) + &err(&output);
    let (found, shown) = (lines(&found), lines(&call.shown.join("\n")));
    if output.status.code() != Some(call.exit) {
        return Some(format!("ends with {}:\n{}", output.status, found.join("\n")));
    }
    (!shown.is_empty() && !fits(&shown, &found)).then(|| format!("shows:\n{}", found.join("\n")))
}

fn pages() -> Vec<PathBuf> {
    let entries = FOLDERS.iter().flat_map(|f| fs::read_dir(root().join(f)).expect("the folder is there"));
    let mut pages: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    pages.retain(|p| p.extension().is_some_and(|e| e == "md"));
    pages.sort();
    pages
}

#[test]
fn calls_end_as_the_pages_say() {
    let mut problems = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("the page is read");
        for call in calls(&text) {
            count += 1;
            if let Some(problem) = wrong(&call) {
                problems.push(format!("{}:{}: `{}` {problem}", page.display(), call.line, call.words.join(" ")));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(count >= 20, "only {count} calls were found: the pages are not read");
}

#[test]
fn a_page_that_is_wrong_is_found() {
    let call = |block: &str| calls(&format!("```console\n{block}\n```\n")).remove(0);
    assert_eq!(wrong(&call("$ footrule explain-code U002\n…")), None);
    assert!(wrong(&call("$ footrule explain-code U002\n# exit 2")).is_some());
    assert!(wrong(&call("$ footrule explain-code U002\nsomething else\n…")).is_some());
    assert!(wrong(&call("$ ls")).is_some());
}

/// The files that the tutorials run are the last steps of the tutorials.
#[test]
fn the_tutorials_build_the_files_that_they_run() {
    for (page, file) in [("en.md", "lime.pcr"), ("zh.md", "lime_zh.pcr")] {
        let text = fs::read_to_string(root().join("docs/tutorial").join(page)).expect("the tutorial");
        let last = text.rsplit_once("```pcr whole\n").and_then(|(_, rest)| rest.split_once("```")).map(|(b, _)| b);
        let file = fs::read_to_string(root().join("docs/tutorial").join(file)).expect("the rule");
        assert_eq!(last, Some(file.as_str()), "{page}");
    }
}
