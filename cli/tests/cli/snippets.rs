//! The snippets of the editor package are Footrule, in the one style.

use super::{command, feed, out, root};
use serde_json::Value;

/// The text that a snippet inserts if nothing is filled in: each hole holds its default or its first choice.
fn inserted(body: &str) -> String {
    let (mut text, mut rest, mut open) = (String::new(), body, 0);
    while let Some(at) = rest.find(['$', '\\', '}']) {
        text.push_str(&rest[..at]);
        let here = &rest[at..];
        rest = match here.strip_prefix("${") {
            Some(hole) => {
                let digits = hole.find(|c: char| !c.is_ascii_digit()).expect("a hole ends");
                match hole.as_bytes()[digits] {
                    b'|' => {
                        let end = hole.find("|}").expect("choices end");
                        text.push_str(hole[digits + 1..end].split(',').next().unwrap_or_default());
                        &hole[end + 2..]
                    }
                    // The default follows as text, up to the brace that ends the hole.
                    _ => {
                        open += 1;
                        &hole[digits + 1..]
                    }
                }
            }
            None if here.starts_with('\\') => {
                text.push_str(&here[1..2]);
                &here[2..]
            }
            None if here.starts_with('$') => here[1..].trim_start_matches(|c: char| c.is_ascii_digit()),
            None => {
                text.push_str(if open == 0 { "}" } else { "" });
                open = i32::max(open - 1, 0);
                &here[1..]
            }
        };
    }
    text + rest
}

#[test]
fn a_hole_holds_its_default() {
    assert_eq!(
        inserted("x ${1:a}: ${2:kg{CO2e\\}/t} ${3|AR6,AR5|} ${4:\"{${1:a}\\}\"}$0\n"),
        "x a: kg{CO2e}/t AR6 \"{a}\"\n"
    );
}

#[test]
fn snippets_are_well_formed_statements() {
    let path = root().join("lsp/editors/vscode/snippets/footrule.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the snippets")).expect("JSON");
    let all = all.as_object().expect("snippets by name");
    assert!(all.len() > 30, "{}", all.len());
    let mut wrong = String::new();
    for (name, snippet) in all {
        let lines: Vec<&str> = snippet["body"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let text = inserted(&lines.join("\n")).trim_end().to_owned() + "\n";
        let formatted = feed(command(&["fmt", "-", "--lang", "en"]), &text);
        if !formatted.status.success() || out(&formatted) != text {
            wrong += &format!("{name}:\n{text}{formatted:?}\n{}\n", out(&formatted));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
