//! What can be folded: statements of several lines, blocks inside them, runs of comments.

use crate::at::statements;
use footrule_compiler::Session;
use footrule_diag::Span;

/// Stretches of more than one line, in order of text.
#[must_use]
pub fn folds(session: &Session, key: &str) -> Vec<Span> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let mut out: Vec<Span> = Vec::new();
    for at in statements(session, file) {
        let text = at.text.trim_end();
        if text.contains('\n') {
            out.push(Span { start: at.start, end: at.start + u32::try_from(text.len()).unwrap_or(0) });
        }
    }
    out.extend(comments(file.text(session.db())));
    out.sort_unstable_by_key(|s| (s.start, s.end));
    out.dedup();
    out
}

/// Runs of at least two lines of comments.
fn comments(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut run: Option<(usize, usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.trim_end().len();
        if line.trim_start().starts_with("//") {
            let (start, _, n) = run.unwrap_or((at, end, 0));
            run = Some((start, end, n + 1));
        } else {
            out.extend(run.take());
        }
        at += line.len();
    }
    out.extend(run);
    let span = |(start, end, n): (usize, usize, usize)| {
        (n > 1).then(|| Some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })).flatten()
    };
    out.into_iter().filter_map(span).collect()
}
