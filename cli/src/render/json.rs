//! Diagnostics for programs: schema `footrule.diagnostics/1`.
//!
//! Lines and columns count from 1, columns in Unicode scalar values; bytes count from 0. Both languages are given.

use super::Source;
use footrule_diag::{Diagnostic, FileSpan, Label, Position, Severity};
use serde_json::{Value, json};

/// All diagnostics as one object.
pub fn report(diagnostics: &[Diagnostic], source: Source<'_>, files: usize) -> String {
    format!("{:#}", object(diagnostics, source, files))
}

/// All diagnostics as one object, with what is proved of each rule.
pub fn report_with_ranges(diagnostics: &[Diagnostic], source: Source<'_>, files: usize, rules: Vec<Value>) -> String {
    let mut report = object(diagnostics, source, files);
    report["ranges"] = Value::Array(rules);
    format!("{report:#}")
}

fn object(diagnostics: &[Diagnostic], source: Source<'_>, files: usize) -> Value {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let all: Vec<Value> = diagnostics.iter().map(|d| one(d, source)).collect();
    json!({
        "schema": "footrule.diagnostics/1",
        "files": files,
        "errors": errors,
        "warnings": diagnostics.len() - errors,
        "diagnostics": all,
    })
}

/// One diagnostic.
pub fn one(d: &Diagnostic, source: Source<'_>) -> Value {
    let labels = d.primary.iter().map(|l| (l, true)).chain(d.secondary.iter().map(|l| (l, false)));
    let labels: Vec<Value> = labels.map(|(l, primary)| label(l, primary, source)).collect();
    let fix = d.fix.as_ref().map(|fix| {
        let mut place = place(&fix.at, source);
        place["replacement"] = json!(fix.replacement);
        place
    });
    json!({
        "code": d.code,
        "severity": d.severity,
        "message": d.message,
        "labels": labels,
        "help": d.help,
        "fix": fix,
    })
}

fn label(label: &Label, primary: bool, source: Source<'_>) -> Value {
    let mut value = place(&label.at, source);
    value["text"] = json!(label.text);
    value["primary"] = json!(primary);
    value
}

/// A place with its positions.
pub fn place(at: &FileSpan, source: Source<'_>) -> Value {
    let (start, end) = match source(&at.file) {
        Some(text) => (json!(Position::of(&text, at.span.start)), json!(Position::of(&text, at.span.end))),
        // Without the text only the bytes are known.
        None => (json!({ "byte": at.span.start }), json!({ "byte": at.span.end })),
    };
    json!({ "file": at.file, "start": start, "end": end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_diag::{Code, Span, Text};

    #[test]
    fn places_have_lines_columns_and_bytes() {
        let at = FileSpan { file: "a.pcr".to_owned(), span: Span::new(7, 13) };
        let d = Diagnostic::new(Code::N001, Text::new("未知", "unknown")).at(at.clone(), Text::default()).fix(at, "铝");
        let value = one(&d, &|_| Some("x = 1\n\t阳极\n".to_owned()));
        assert_eq!(value["labels"][0]["start"], json!({ "line": 2, "column": 2, "byte": 7 }));
        assert_eq!(value["labels"][0]["end"], json!({ "line": 2, "column": 4, "byte": 13 }));
        assert_eq!(value["labels"][0]["primary"], json!(true));
        assert_eq!(value["message"], json!({ "zh": "未知", "en": "unknown" }));
        assert_eq!(value["fix"]["replacement"], json!("铝"));
        assert_eq!(value["severity"], json!("error"));
        assert_eq!(value["help"], Value::Null);
    }
}
