//! Every command of the README is run, and prints what the README shows.

use super::root;

/// The `console` blocks of a page: command and shown output; a last line `…` stands for the rest.
fn transcripts(text: &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside {
            match line.strip_prefix("$ ") {
                Some(command) => out.push((command.to_string(), String::new())),
                None => out.iter_mut().next_back().expect("a command comes first").1 += &format!("{line}\n"),
            }
        }
    }
    out
}

#[test]
fn every_command_of_the_readme_runs() {
    let text = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let ci = std::fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    let all = transcripts(&text);
    assert!(all.len() >= 3, "the README shows commands");
    for (command, shown) in all {
        if command.starts_with("cargo test") {
            assert!(ci.lines().any(|l| l == command), "CI does not run `{command}`");
            continue;
        }
        let arguments = command.strip_prefix("cargo run -q -p footrule -- ").expect("a command of the README");
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let o = super::command(&arguments).current_dir(root()).output().expect("the command runs");
        let printed = String::from_utf8_lossy(&o.stdout).into_owned() + &String::from_utf8_lossy(&o.stderr);
        let same = match shown.trim_end().strip_suffix('…') {
            Some(beginning) => printed.starts_with(beginning.trim_end()),
            None => shown.is_empty() || printed.trim_end() == shown.trim_end(),
        };
        assert!(same, "{command}\n{printed}");
        assert!(shown.contains("FR-") || o.status.success(), "{command} ends with {:?}\n{printed}", o.status.code());
    }
}
