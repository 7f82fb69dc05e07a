//! Footrule's diagnostics as plain values.
//!
//! A [`Diagnostic`] is data: a stable [`Code`], a bilingual message, a primary label on the author's mistake,
//! secondary labels on the cause, at most one help and one fix. It knows nothing of terminals, salsa, miette or
//! the language server; renderers turn it into those forms. It is generic over the kind of place it points at:
//! inside the compiler a place is relative to a declaration, outside it is a byte range in a file.
//!
//! Invariant: every [`Code`] stands in the registry, has a page and a test.

mod position;
mod registry;
mod text;

pub use position::Position;
pub use registry::{Class, Code, CodeInfo, REGISTRY, info};
pub use text::{Lang, Text, Vocabulary, nearest};

use serde::{Deserialize, Serialize};

/// A byte range, `start <= end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` in bytes.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The same range moved by `by` bytes.
    #[must_use]
    pub const fn shift(self, by: u32) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A byte range in a named file. The name is the key under which the source is known (a path, or `std:units`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileSpan {
    /// Key of the file.
    pub file: String,
    /// Byte range in it.
    pub span: Span,
}

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program or the data is refused.
    Error,
    /// Accepted, and worth a look (lints).
    Warning,
}

/// A place with a few words on why it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label<L = FileSpan> {
    /// Where.
    pub at: L,
    /// Why it is shown.
    pub text: Text,
}

/// Replacement of text that keeps the meaning, or repairs the obvious slip.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fix<L = FileSpan> {
    /// What to replace.
    pub at: L,
    /// With what.
    pub replacement: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic<L = FileSpan> {
    /// Stable code, key of the registry and of the page.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence that states the fact.
    pub message: Text,
    /// Where the author's mistake is; `None` for findings about the call or the input as a whole.
    pub primary: Option<Label<L>>,
    /// Where the cause is: declaration, table row, clause.
    pub secondary: Vec<Label<L>>,
    /// The one best next step.
    pub help: Option<Text>,
    /// Machine-applicable repair.
    pub fix: Option<Fix<L>>,
}

impl<L> Diagnostic<L> {
    /// A finding with the severity that the registry gives its code.
    pub fn new(code: Code, message: Text) -> Self {
        let severity = info(code).severity;
        Self { code, severity, message, primary: None, secondary: Vec::new(), help: None, fix: None }
    }

    /// Sets the primary label.
    #[must_use]
    pub fn at(mut self, at: L, text: Text) -> Self {
        self.primary = Some(Label { at, text });
        self
    }

    /// Adds a secondary label.
    #[must_use]
    pub fn also(mut self, at: L, text: Text) -> Self {
        self.secondary.push(Label { at, text });
        self
    }

    /// Sets the help.
    #[must_use]
    pub fn help(mut self, text: Text) -> Self {
        self.help = Some(text);
        self
    }

    /// Sets the repair.
    #[must_use]
    pub fn fix(mut self, at: L, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { at, replacement: replacement.into() });
        self
    }

    /// The same finding with every place translated.
    pub fn map_place<M>(self, mut f: impl FnMut(L) -> M) -> Diagnostic<M> {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            message: self.message,
            primary: self.primary.map(|l| Label { at: f(l.at), text: l.text }),
            secondary: self.secondary.into_iter().map(|l| Label { at: f(l.at), text: l.text }).collect(),
            help: self.help,
            fix: self.fix.map(|x| Fix { at: f(x.at), replacement: x.replacement }),
        }
    }
}
