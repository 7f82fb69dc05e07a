//! Diagnostics for a terminal, drawn by miette.
//!
//! The snippets are miette's; help and fix are ours, because miette's words are English only. Labels in another file
//! than the primary one follow as snippets of their own. Spans are cut to their text first: miette drops a mark
//! behind the end of a file, and gives up a whole snippet for a span out of range.

use super::{Source, paint, word};
use footrule_diag::{Diagnostic, FileSpan, Fix, Label, Lang, Position, Severity};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use std::fmt;

/// How text for people looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Language of the messages.
    pub lang: Lang,
    /// Colour.
    pub color: bool,
    /// Width of the terminal.
    pub width: usize,
}

/// How many diagnostics a person is shown at once. Each snippet is looked up in its file from the beginning, so that
/// without a limit a large broken file would be drawn in quadratic time; the machine formats have all of them.
const SHOWN: usize = 200;

/// Each diagnostic, and a blank line after it; of very many the first, and how many follow.
pub fn all(diagnostics: &[Diagnostic], source: Source<'_>, style: Style) -> String {
    let shown = diagnostics.iter().take(SHOWN).map(|d| one(d, source, style) + "\n");
    let rest = diagnostics.len().saturating_sub(SHOWN);
    let more = match (rest, style.lang) {
        (0, _) => String::new(),
        (n, Lang::Zh) => format!("… 还有 {n} 项；`--format json` 列出全部\n\n"),
        (n, Lang::En) => format!("… and {n} more; `--format json` lists all of them\n\n"),
    };
    shown.chain([more]).collect()
}

/// One diagnostic.
pub fn one(d: &Diagnostic, source: Source<'_>, style: Style) -> String {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(style.width).tab_width(4);
    let mut out = String::new();
    for part in parts(d, source, style.lang) {
        // Writing to a string does not fail; what miette could not draw is missing from its text.
        let _ = handler.render_report(&mut out, &part);
    }
    out.push_str(&footer(d, source, style));
    out
}

/// What miette draws: a message with the labels of one file.
struct Part {
    code: Option<String>,
    message: String,
    severity: miette::Severity,
    source: Option<File>,
    labels: Vec<LabeledSpan>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Part {}

impl miette::Diagnostic for Part {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|c| Box::new(c) as Box<dyn fmt::Display>)
    }
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() { None } else { Some(Box::new(self.labels.iter().cloned())) }
    }
}

/// A named text whose columns count characters; miette's own count bytes.
struct File {
    name: String,
    text: String,
}

impl SourceCode for File {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, before, after)?;
        let at = Position::of(&self.text, found.span().offset() as u32);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            found.data(),
            *found.span(),
            found.line(),
            at.column as usize - 1,
            found.line_count(),
        )))
    }
}

fn parts(d: &Diagnostic, source: Source<'_>, lang: Lang) -> Vec<Part> {
    let mut files: Vec<(&str, Vec<(&Label, bool)>)> = Vec::new();
    let labels = d.primary.iter().map(|l| (l, true)).chain(d.secondary.iter().map(|l| (l, false)));
    for (label, primary) in labels {
        match files.iter_mut().find(|(file, _)| *file == label.at.file) {
            Some((_, list)) => list.push((label, primary)),
            None => files.push((&label.at.file, vec![(label, primary)])),
        }
    }
    let severity = match d.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    };
    let mut parts = vec![Part {
        code: Some(d.code.to_string()),
        message: d.message.get(lang).to_owned(),
        severity,
        source: None,
        labels: Vec::new(),
    }];
    for (i, (file, labels)) in files.into_iter().enumerate() {
        if i > 0 {
            let message = format!("{} {file}", word(lang, "另见", "see also"));
            parts.push(Part {
                code: None,
                message,
                severity: miette::Severity::Advice,
                source: None,
                labels: Vec::new(),
            });
        }
        let Some(part) = parts.last_mut() else { continue };
        let text = source(file).filter(|text| !text.trim().is_empty());
        match text.clone().filter(|text| labels.iter().all(|(l, _)| drawable(l, text))) {
            Some(text) => {
                part.labels = labels.iter().map(|(l, primary)| labeled(l, *primary, &text, lang)).collect();
                part.source = Some(File { name: file.to_owned(), text });
            }
            // Nothing to draw: the words must do.
            None => {
                for (label, _) in labels {
                    let at = text.as_ref().map_or_else(String::new, |text| {
                        let at = Position::of(text, label.at.span.clamp_to(text).start);
                        format!(":{}:{}", at.line, at.column)
                    });
                    let words = label.text.get(lang);
                    let colon = if words.is_empty() { "" } else { ": " };
                    part.message.push_str(&format!("\n{file}{at}{colon}{words}"));
                }
            }
        }
    }
    parts
}

/// Longest line that is shown, in bytes: a form on one line of a megabyte explains nothing.
const LONGEST_LINE: usize = 2_000;

/// True if the lines that miette would show, one above to one below the label, are short enough to be read.
fn drawable(label: &Label, text: &str) -> bool {
    let span = label.at.span.clamp_to(text);
    let (start, end) = (span.start as usize, span.end as usize);
    let above = text[..start].rsplit('\n').take(2).map(str::len).max().unwrap_or(0);
    let inside = text[start..end].split('\n').map(str::len).max().unwrap_or(0);
    let below = text[end..].split('\n').take(2).map(str::len).max().unwrap_or(0);
    above + inside + below <= LONGEST_LINE
}

fn labeled(label: &Label, primary: bool, text: &str, lang: Lang) -> LabeledSpan {
    let span = label.at.span;
    debug_assert!(span.end as usize <= text.len(), "span {span:?} is outside of {}", label.at.file);
    let span = span.visible_in(text);
    let (start, length) = (span.start as usize, (span.end - span.start) as usize);
    let words = Some(label.text.get(lang)).filter(|t| !t.is_empty()).map(str::to_owned);
    if primary {
        LabeledSpan::new_primary_with_span(words, (start, length))
    } else {
        LabeledSpan::new_with_span(words, (start, length))
    }
}

fn footer(d: &Diagnostic, source: Source<'_>, style: Style) -> String {
    let mut out = String::new();
    let mut line = |zh, en, text: &str| {
        let head = format!("{}{}", word(style.lang, zh, en), word(style.lang, "：", ": "));
        let indent = " ".repeat(2 + super::table::width(&head));
        let text = text.trim().replace('\n', &format!("\n{indent}"));
        out.push_str(&format!("  {}{text}\n", paint::cyan(&head, style.color)));
    };
    if let Some(help) = &d.help {
        line("帮助", "help", help.get(style.lang));
    }
    if let Some(fix) = &d.fix {
        line("修正", "fix", &fix_text(fix, source, style.lang));
    }
    out
}

/// The repair in words, on one line where it is short.
fn fix_text(fix: &Fix<FileSpan>, source: Source<'_>, lang: Lang) -> String {
    let old = source(&fix.at.file).map(|text| {
        let span = fix.at.span.clamp_to(&text);
        text[span.start as usize..span.end as usize].to_owned()
    });
    let new = &fix.replacement;
    match (old.as_deref(), lang) {
        (Some("") | None, Lang::Zh) => format!("插入 `{new}`"),
        (Some("") | None, Lang::En) => format!("insert `{new}`"),
        (Some(old), Lang::Zh) if new.is_empty() => format!("删去 `{old}`"),
        (Some(old), Lang::En) if new.is_empty() => format!("remove `{old}`"),
        (Some(old), Lang::Zh) => format!("把 `{old}` 换成 `{new}`"),
        (Some(old), Lang::En) => format!("replace `{old}` by `{new}`"),
    }
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
