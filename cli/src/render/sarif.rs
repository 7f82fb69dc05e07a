//! Diagnostics as SARIF 2.1.0 (OASIS), for code scanning and editors that read it.
//!
//! Columns count Unicode scalar values from 1, ends are behind the last character, as `columnKind` and the standard
//! say. A finding has the text of one language; the codes' titles stand in the rules of the driver.
//! Must not: decide what is reported.

use super::Source;
use footrule_diag::{Code, Diagnostic, FileSpan, Label, Lang, Position, Severity, info};
use serde_json::{Value, json};

/// The log of one run.
pub fn report(diagnostics: &[Diagnostic], source: Source<'_>, lang: Lang) -> String {
    let mut codes: Vec<Code> = Vec::new();
    for d in diagnostics {
        if !codes.contains(&d.code) {
            codes.push(d.code);
        }
    }
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, &codes, source, lang)).collect();
    let rules: Vec<Value> = codes.iter().map(|c| rule(*c, lang)).collect();
    let driver = json!({ "name": "footrule", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    });
    format!("{log:#}")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code, lang: Lang) -> Value {
    let info = info(code);
    json!({
        "id": code,
        "shortDescription": { "text": super::word(lang, info.zh, info.en) },
        "defaultConfiguration": { "level": level(info.severity) },
    })
}

fn result(d: &Diagnostic, codes: &[Code], source: Source<'_>, lang: Lang) -> Value {
    let mut text = d.message.get(lang).to_owned();
    if let Some(help) = &d.help {
        text = format!("{text}\n{}", help.get(lang));
    }
    let mut value = json!({
        "ruleId": d.code,
        "ruleIndex": codes.iter().position(|c| *c == d.code),
        "level": level(d.severity),
        "message": { "text": text },
        "locations": d.primary.iter().map(|l| location(l, source, lang)).collect::<Vec<_>>(),
    });
    if !d.secondary.is_empty() {
        let related = d.secondary.iter().enumerate().map(|(i, l)| {
            let mut place = location(l, source, lang);
            place["id"] = json!(i + 1);
            place
        });
        value["relatedLocations"] = related.collect();
    }
    if let Some(fix) = &d.fix {
        let change = json!({
            "artifactLocation": { "uri": uri(&fix.at.file) },
            "replacements": [{
                "deletedRegion": region(&fix.at, source),
                "insertedContent": { "text": fix.replacement },
            }],
        });
        value["fixes"] = json!([{ "artifactChanges": [change] }]);
    }
    value
}

fn location(label: &Label, source: Source<'_>, lang: Lang) -> Value {
    let place = json!({
        "artifactLocation": { "uri": uri(&label.at.file) },
        "region": region(&label.at, source),
    });
    let text = label.text.get(lang);
    if text.is_empty() {
        return json!({ "physicalLocation": place });
    }
    json!({ "physicalLocation": place, "message": { "text": text } })
}

fn region(at: &FileSpan, source: Source<'_>) -> Value {
    match source(&at.file) {
        Some(text) => {
            let (start, end) = (Position::of(&text, at.span.start), Position::of(&text, at.span.end));
            json!({
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            })
        }
        // Without the text only the bytes are known.
        None => json!({ "byteOffset": at.span.start, "byteLength": at.span.end - at.span.start }),
    }
}

/// A key as a URI reference: a relative path stays relative, `std:units` is a URI as it is.
fn uri(key: &str) -> String {
    let mut out = String::new();
    if key.starts_with('/') {
        out.push_str("file://");
    }
    for byte in key.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            b':' if key.starts_with("std:") => out.push(':'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_diag::{Span, Text};

    fn at(start: u32, end: u32) -> FileSpan {
        FileSpan { file: "规则/a b.pcr".to_owned(), span: Span::new(start, end) }
    }

    fn source(_: &str) -> Option<String> {
        Some("x = 1\n\t阳极\n".to_owned())
    }

    fn log(diagnostics: &[Diagnostic]) -> Value {
        serde_json::from_str(&report(diagnostics, &source, Lang::En)).expect("JSON")
    }

    /// What SARIF 2.1.0 requires of each object that is written here (§3.13 to §3.58 of the standard).
    fn check(log: &Value) {
        assert_eq!(log["version"], "2.1.0");
        for run in log["runs"].as_array().expect("runs") {
            let driver = &run["tool"]["driver"];
            assert!(driver["name"].is_string());
            let rules = driver["rules"].as_array().expect("rules");
            for (i, rule) in rules.iter().enumerate() {
                assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
                assert!(rules[..i].iter().all(|r| r["id"] != rule["id"]), "rules are distinct");
            }
            for result in run["results"].as_array().expect("results") {
                assert!(result["message"]["text"].as_str().is_some_and(|t| !t.is_empty()));
                let level = result["level"].as_str().expect("level");
                assert!(["none", "note", "warning", "error"].contains(&level));
                let index = result["ruleIndex"].as_u64().expect("ruleIndex") as usize;
                assert_eq!(rules[index]["id"], result["ruleId"]);
                let places = result["locations"].as_array().expect("locations").iter();
                for place in places.chain(result["relatedLocations"].as_array().into_iter().flatten()) {
                    let place = &place["physicalLocation"];
                    let uri = place["artifactLocation"]["uri"].as_str().expect("uri");
                    assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
                    region_is_sound(&place["region"]);
                }
                for fix in result["fixes"].as_array().into_iter().flatten() {
                    for change in fix["artifactChanges"].as_array().expect("artifactChanges") {
                        assert!(change["artifactLocation"]["uri"].is_string());
                        let all = change["replacements"].as_array().expect("replacements");
                        assert!(!all.is_empty());
                        all.iter().for_each(|r| region_is_sound(&r["deletedRegion"]));
                    }
                }
            }
        }
    }

    fn region_is_sound(region: &Value) {
        let n = |key: &str| region[key].as_u64().unwrap_or_else(|| panic!("{key} in {region}"));
        assert!(n("startLine") >= 1 && n("startColumn") >= 1 && n("endLine") >= n("startLine"));
        assert!(n("endLine") > n("startLine") || n("endColumn") >= n("startColumn"));
    }

    #[test]
    fn has_what_the_standard_requires() {
        let first = Diagnostic::new(Code::N001, Text::new("未知", "unknown"))
            .at(at(7, 13), Text::new("没有", "no such name"))
            .also(at(0, 1), Text::default())
            .help(Text::new("声明它", "declare it"))
            .fix(at(7, 13), "铝");
        let second = Diagnostic::new(Code::L001, Text::same("a lint"));
        let log = log(&[first.clone(), second, first]);
        check(&log);
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(2));
        let result = &run["results"][0];
        assert_eq!(result["message"]["text"], "unknown\ndeclare it");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "%E8%A7%84%E5%88%99/a%20b.pcr");
        assert_eq!(place["region"], json!({ "startLine": 2, "startColumn": 2, "endLine": 2, "endColumn": 4 }));
        assert_eq!(run["results"][1]["level"], "warning");
        assert_eq!(run["results"][2]["ruleIndex"], 0);
    }

    #[test]
    fn nothing_found_is_a_log_too() {
        let log = log(&[]);
        check(&log);
        assert_eq!(log["runs"][0]["results"], json!([]));
    }

    #[test]
    fn keys_are_uris() {
        assert_eq!(uri("std:units"), "std:units");
        assert_eq!(uri("/tmp/a%b.pcr"), "file:///tmp/a%25b.pcr");
        assert_eq!(uri("a\\b.pcr"), "a/b.pcr");
    }
}
