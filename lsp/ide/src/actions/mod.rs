//! Edits that are offered at a place: repairs of findings, and other forms of what stands there.
//!
//! Guarantees: what is offered can be read and, applied to a file without findings, leaves one without findings; what would
//! not is not offered, but for what the author must fill in, which the checker refuses until then. Must not: choose a number for
//! the author.
//!
//! # Layout
//!
//! `repair` (of findings) · `declare` (unknown names) · `rows` (of tables) · `sources` · `units` (another unit) · `extract`, `inline` (definitions) ·
//! `except` · `tests`.

mod declare;
mod except;
mod extract;
mod inline;
mod repair;
mod rows;
mod sources;
mod tests;
mod units;

pub use tests::{offers_tests, test_from};

use crate::at::{Statement, statement};
use crate::complete::language;
use crate::rename::Edit;
use footrule_compiler::Session;
use footrule_compiler::db::SourceFile;
use footrule_compiler::names::{Ns, Resolved, lookup, names_inside, visible};
use footrule_diag::{Diagnostic, FileSpan, Lang, Severity, Span, Text, text};

/// What kind of edit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ActionKind {
    QuickFix,
    Extract,
    Inline,
    Rewrite,
    FixAll,
}

/// An edit that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: Text,
    /// What kind it is.
    pub kind: ActionKind,
    /// Replacements; those of one file do not overlap.
    pub edits: Vec<Edit>,
    /// The finding that it repairs.
    pub finding: Option<Diagnostic>,
    /// The one best repair.
    pub preferred: bool,
}

/// What actions are made of: a selection in a statement.
pub(crate) struct Place<'a> {
    pub session: &'a Session,
    pub file: SourceFile,
    pub key: &'a str,
    /// The selection, in the file.
    pub span: Span,
    /// The statement around its start.
    pub at: Statement<'a>,
    /// The language of the file's keywords.
    pub words: Lang,
}

impl Place<'_> {
    /// The selection in the statement.
    pub(crate) fn inside(&self) -> Span {
        let end = self.span.end.max(self.at.start);
        Span::new(self.span.start - self.at.start, end - self.at.start)
    }

    /// A replacement of a part of the statement.
    pub(crate) fn replace(&self, span: Span, text: impl Into<String>) -> Edit {
        Edit { at: self.at.absolute(self.session, span), text: text.into() }
    }

    /// Text before the statement, its comments and its clause: with its indentation.
    pub(crate) fn before(&self, text: &str) -> Edit {
        let all = self.file.text(self.session.db());
        let mut start = line_start(all, self.at.start as usize);
        // Comments right above belong to the statement.
        while start > 0 {
            let above = line_start(all, start - 1);
            if !all[above..start].trim_start().starts_with("///") {
                break;
            }
            start = above;
        }
        let margin: String = all[start..].chars().take_while(|c| *c == ' ').collect();
        let text: String = text.lines().map(|l| format!("{margin}{l}\n")).collect();
        let at = u32::try_from(start).unwrap_or(self.at.start);
        Edit { at: FileSpan { file: self.key.to_owned(), span: Span::new(at, at) }, text }
    }

    /// Text on a line of its own behind the statement.
    pub(crate) fn behind(&self, text: &str) -> Edit {
        let all = self.file.text(self.session.db());
        let margin: String = all[line_start(all, self.at.start as usize)..].chars().take_while(|c| *c == ' ').collect();
        let end = self.at.start + u32::try_from(self.at.text.trim_end().len()).unwrap_or(0);
        let text: String = text.lines().map(|l| format!("\n{margin}{l}")).collect();
        Edit { at: FileSpan { file: self.key.to_owned(), span: Span::new(end, end) }, text }
    }

    /// `§5.2 ` if the statement names a clause itself.
    pub(crate) fn clause(&self) -> &str {
        match self.at.text.starts_with('§') {
            true => self.at.text.split_inclusive(' ').next().unwrap_or_default(),
            false => "",
        }
    }

    /// A name that nothing has yet.
    pub(crate) fn unused_name(&self, base: &str) -> String {
        let db = self.session.db();
        let spaces = [Ns::Value, Ns::Flow, Ns::Unit, Ns::Stage, Ns::Type, Ns::Source, Ns::Process, Ns::Scenario];
        let taken = |name: &str| {
            let word = |c: char| footrule_grammar::keywords::is_word_char(c);
            let text = self.file.text(db);
            let written = text.match_indices(name).any(|(i, _)| {
                !text[..i].chars().next_back().is_some_and(word)
                    && !text[i + name.len()..].chars().next().is_some_and(word)
            });
            written || spaces.iter().any(|ns| lookup(db, self.at.item, *ns, name.to_owned()) != Resolved::None)
        };
        if !taken(base) {
            return base.to_owned();
        }
        (2..).map(|n| format!("{base}_{n}")).find(|n| !taken(n)).unwrap_or_else(|| base.to_owned())
    }

    /// The names of a namespace that the statement sees, sorted.
    pub(crate) fn visible(&self, ns: Ns) -> Vec<String> {
        let db = self.session.db();
        let mut all = visible(db, self.file, ns);
        all.extend(names_inside(db, self.at.item, ns).cloned());
        all.into_iter().collect()
    }
}

/// A name that nothing has, for what the author must fill in: the checker refuses it.
fn hole(place: &Place<'_>) -> String {
    let name = match place.words {
        Lang::Zh => "待填",
        Lang::En => "to_be_filled_in",
    };
    match place.visible(Ns::Value).iter().any(|n| n == name) {
        true => place.unused_name(name),
        false => name.to_owned(),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |i| i + 1)
}

fn refactoring(title: Text, kind: ActionKind, edits: Vec<Edit>) -> Action {
    Action { title, kind, edits, finding: None, preferred: false }
}

/// What is offered for a selection.
#[must_use]
pub fn actions(session: &Session, key: &str, span: Span, lang: Lang) -> Vec<Action> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let found = session.check(key);
    let mut out = Vec::new();
    let here = |d: &&Diagnostic| {
        d.primary
            .as_ref()
            .is_some_and(|l| l.at.file == key && l.at.span.start <= span.end && span.start <= l.at.span.end)
    };
    for d in found.iter().filter(here) {
        if let Some(fix) = &d.fix {
            out.push(Action {
                title: d.help.clone().unwrap_or_else(|| d.message.clone()),
                kind: ActionKind::QuickFix,
                edits: vec![Edit { at: fix.at.clone(), text: fix.replacement.clone() }],
                finding: Some(d.clone()),
                preferred: d.severity == Severity::Error,
            });
        }
        let start = d.primary.as_ref().map_or(span.start, |l| l.at.span.start);
        if let Some(at) = statement(session, file, start) {
            let words = language(session, file, lang);
            let mut place = Place { session, file, key, span, at, words };
            place.span = d.primary.as_ref().map_or(span, |l| l.at.span);
            let repairs = repair::repairs(&place, d);
            out.extend(repairs.into_iter().map(|a| Action { finding: Some(d.clone()), ..a }));
        }
    }
    if let Some(at) = statement(session, file, span.start) {
        let words = language(session, file, lang);
        let place = Place { session, file, key, span, at, words };
        // What is broken is repaired first: its types are not known.
        let broken = found.iter().any(|d| {
            d.severity == Severity::Error
                && d.primary.as_ref().is_some_and(|l| {
                    l.at.file == key
                        && l.at.span.start >= place.at.start
                        && (l.at.span.start as usize) <= place.at.start as usize + place.at.text.len()
                })
        });
        if !broken {
            out.extend(units::convert(&place));
            out.extend(extract::extract(&place));
            out.extend(inline::inline(&place));
            out.extend(except::skeleton(&place));
        }
        out.extend(tests::skeleton(&place, found.iter().any(|d| d.severity == Severity::Error)));
    }
    out.extend(everything(&found));
    out
}

/// All repairs of a file at once; those that overlap are left for another turn.
fn everything(found: &[Diagnostic]) -> Option<Action> {
    let fixes = found.iter().filter_map(|d| d.fix.as_ref());
    let mut edits: Vec<Edit> = fixes.map(|f| Edit { at: f.at.clone(), text: f.replacement.clone() }).collect();
    edits.sort_by(|a, b| a.at.cmp(&b.at));
    edits.dedup_by(|b, a| a.at.file == b.at.file && b.at.span.start < a.at.span.end.max(a.at.span.start + 1));
    let title = text!("修复本文件中的全部问题", "Fix everything in this file that can be fixed");
    (edits.len() > 1).then(|| refactoring(title, ActionKind::FixAll, edits))
}
