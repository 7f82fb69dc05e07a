//! Diagnostics as workflow commands of GitHub Actions: one line each, shown beside the changed text.
//!
//! Columns count Unicode scalar values from 1. A place in the library is no file of the repository, so it stands in
//! the message. Must not: decide what is reported.

use super::Source;
use footrule_diag::{Diagnostic, Lang, Position, Severity, info};

/// A line for each diagnostic.
pub fn report(diagnostics: &[Diagnostic], source: Source<'_>, lang: Lang) -> String {
    diagnostics.iter().map(|d| one(d, source, lang) + "\n").collect()
}

fn one(d: &Diagnostic, source: Source<'_>, lang: Lang) -> String {
    let command = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut message = d.message.get(lang).to_owned();
    let mut place = String::new();
    if let Some(label) = &d.primary {
        let file = &label.at.file;
        let start = source(file).map(|text| Position::of(&text, label.at.span.start));
        let line = start.map(|p| format!(",line={},col={}", p.line, p.column)).unwrap_or_default();
        if file.starts_with("std:") {
            let line = start.map(|p| format!(":{}:{}", p.line, p.column)).unwrap_or_default();
            message = format!("{file}{line}: {message}");
        } else {
            place = format!("file={}{line},", property(file));
        }
        let why = label.text.get(lang);
        if !why.is_empty() {
            message = format!("{message}\n{why}");
        }
    }
    if let Some(help) = &d.help {
        message = format!("{message}\n{}", help.get(lang));
    }
    let info = info(d.code);
    let title = format!("{} {}", d.code, super::word(lang, info.zh, info.en));
    format!("::{command} {place}title={}::{}", property(&title), data(&message))
}

/// Text behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_diag::{Code, FileSpan, Span, Text};

    fn at(file: &str) -> FileSpan {
        FileSpan { file: file.to_owned(), span: Span::new(7, 13) }
    }

    fn source(_: &str) -> Option<String> {
        Some("x = 1\n\t阳极\n".to_owned())
    }

    #[test]
    fn one_line_with_place_and_title() {
        let d = Diagnostic::new(Code::U002, Text::new("差 5%", "5% off\nreally"))
            .at(at("a,b.pcr"), Text::new("这里", "here"))
            .help(Text::new("改", "repair"));
        let title = super::super::word(Lang::En, info(Code::U002).zh, info(Code::U002).en);
        assert_eq!(
            report(std::slice::from_ref(&d), &source, Lang::En),
            format!("::error file=a%2Cb.pcr,line=2,col=2,title=FR-U002 {title}::5%25 off%0Areally%0Ahere%0Arepair\n")
        );
        assert!(report(&[d], &source, Lang::Zh).ends_with("::差 5%25%0A这里%0A改\n"));
    }

    #[test]
    fn places_in_the_library_and_none() {
        let d = Diagnostic::new(Code::L001, Text::same("unused"));
        let found = report(&[d.clone(), d.at(at("std:gas"), Text::default())], &source, Lang::En);
        let lines: Vec<&str> = found.lines().collect();
        assert!(lines[0].starts_with("::warning title=FR-L001 ") && lines[0].ends_with("::unused"));
        assert!(lines[1].starts_with("::warning title=") && lines[1].ends_with("::std:gas:2:2: unused"), "{found}");
    }
}
