//! What a selection grows to: the word, what stands in brackets, the brackets, the statement, the file.

use crate::at::statement;
use footrule_compiler::Session;
use footrule_diag::Span;
use footrule_grammar::keywords::is_word_char;

/// Stretches around an offset, the smallest first; each lies in the next.
#[must_use]
pub fn selections(session: &Session, key: &str, offset: u32) -> Vec<Span> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let text = file.text(session.db());
    let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let mut out = Vec::new();
    if let Some(at) = statement(session, file, offset) {
        out.extend(inside(at.text, (offset - at.start) as usize).into_iter().map(|s| s.shift(at.start)));
        let end = u32::try_from(at.text.trim_end().len()).unwrap_or(0);
        out.push(Span::new(at.start, at.start + end));
    }
    out.push(whole);
    out.sort_by_key(|s| s.end - s.start);
    // Each in the next: of those that do not nest, the smaller stays.
    out.dedup_by(|later, earlier| later.start > earlier.start || later.end < earlier.end || later == earlier);
    out
}

fn inside(text: &str, offset: usize) -> Vec<Span> {
    let span = |a: usize, b: usize| Span::new(u32::try_from(a).unwrap_or(0), u32::try_from(b).unwrap_or(0));
    let mut out = Vec::new();
    let (before, after) = (text.get(..offset).unwrap_or(text), text.get(offset..).unwrap_or(""));
    let from =
        before.rfind(|c| !is_word_char(c)).map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    let to = offset + after.find(|c| !is_word_char(c)).unwrap_or(after.len());
    if from < to {
        out.push(span(from, to));
    }
    let mut open: Vec<usize> = Vec::new();
    let mut quoted = None;
    for (i, c) in text.char_indices() {
        match (c, quoted) {
            ('"', None) => quoted = Some(i),
            ('"', Some(start)) => {
                if start <= offset && offset <= i {
                    out.push(span(start, i + 1));
                }
                quoted = None;
            }
            (_, Some(_)) => {}
            ('(' | '[' | '{' | '（', None) => open.push(i),
            (')' | ']' | '}' | '）', None) => {
                if let Some(start) = open.pop()
                    && start < offset
                    && offset <= i
                {
                    let width = text[start..].chars().next().map_or(1, char::len_utf8);
                    out.push(span(start + width, i));
                    out.push(span(start, i + c.len_utf8()));
                }
            }
            _ => {}
        }
    }
    out
}
