//! The formatter: one style, and keywords in one language.
//!
//! Guarantees: only blanks, line ends inside the rules below, full-width punctuation, redundant `;`, the order of two
//! labels and, if asked, keywords change; every other character of the source is printed as it was read. Formatting
//! twice equals formatting once. The style is a function of the tokens and of the author's line breaks alone, never of
//! the width of a line, so that keywords can be rewritten there and back without loss.
//!
//! The style: statements at the margin; entries of a block four blanks deeper; a line that continues a statement or an
//! entry, four blanks deeper than it; one blank between tokens; a block is either on one line or has its braces at the
//! ends of lines; at most one blank line in a row; runs of like one-line entries in columns (`align`).
//!
//! Must not: print a tree. What is printed are the tokens that the grammar read (`tokens`), so nothing can be lost.

mod align;
mod layout;
mod tokens;

use crate::parse_chunk;
use crate::split::{Chunk, Split, split};
use align::Line;
use footrule_diag::{Code, Diagnostic, Span};

/// What may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Write every keyword in this language; else each stays as it is.
    pub keywords: Option<Keywords>,
}

/// The language of keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keywords {
    /// 中文
    Chinese,
    /// English
    English,
}

/// Formats a file; `literate`: only what stands in ```` ```pcr ```` fences.
///
/// # Errors
/// The syntax errors of the file, places relative to it. Odd blanks in an indentation are repaired, not reported.
pub fn format(text: &str, literate: bool, options: Options) -> Result<String, Vec<Diagnostic<Span>>> {
    let file = split(text, literate);
    let mut errors = file.errors.clone();
    for chunk in &file.chunks {
        let found = parse_chunk(chunk).errors;
        errors.extend(found.into_iter().map(|e| e.map_place(|s| s.shift(chunk.start))));
    }
    errors.retain(|e| e.code != Code::S008);
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(print(text, literate, options, &file, &[]))
}

/// Formats what can be read of a file that is being written: a statement with syntax errors keeps its lines, and so does what
/// shares a line with it. A file with other errors stays as it is.
#[must_use]
pub fn format_sound(text: &str, literate: bool, options: Options) -> String {
    let file = split(text, literate);
    if file.errors.iter().any(|e| e.code != Code::S008) {
        return text.to_owned();
    }
    let broken = |chunk: &&Chunk| parse_chunk(chunk).errors.iter().any(|e| e.code != Code::S008);
    let lines = |chunk: &Chunk| {
        let (start, end) = (chunk.start as usize, chunk.start as usize + chunk.text.len());
        let from = text[..start].rfind('\n').map_or(0, |i| i + 1);
        (from, text[end..].find('\n').map_or(text.len(), |i| end + i + 1))
    };
    let mut kept: Vec<(usize, usize)> = file.chunks.iter().filter(broken).map(lines).collect();
    // A neighbour on a kept line is kept whole, with its own lines.
    loop {
        let more = file.chunks.iter().map(lines).find(|(from, to)| {
            let touches = |(a, b): &(usize, usize)| from < b && a < to && !(a <= from && to <= b);
            kept.iter().any(touches) && !kept.iter().any(|(a, b)| a <= from && to <= b)
        });
        match more {
            Some(lines) => kept.push(lines),
            None => break,
        }
    }
    kept.sort_unstable();
    print(text, literate, options, &file, &kept)
}

/// What ends the lines of a text: whatever is written into it ends its lines so.
#[must_use]
pub fn end_of_line(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The text in the one style, but for the lines that are kept.
fn print(text: &str, literate: bool, options: Options, file: &Split, kept: &[(usize, usize)]) -> String {
    let mark = if text.starts_with('\u{FEFF}') && !literate { '\u{FEFF}'.len_utf8() } else { 0 };
    let regions: Vec<(usize, usize, usize)> = if literate {
        file.fences.iter().map(|(at, margin)| (at.start as usize, at.end as usize, *margin as usize)).collect()
    } else {
        vec![(mark, text.len(), 0)]
    };
    let end_of_line = end_of_line(text);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut done = mark;
    for (start, end, margin) in regions {
        for (start, end) in stretches(text, (start, end), kept) {
            out.push_str(&text[done..start]);
            let from = file.chunks.partition_point(|c| (c.start as usize) < start);
            let to = file.chunks.partition_point(|c| (c.start as usize) < end);
            match region(text, (start, end), margin, file.chunks.get(from..to).unwrap_or_default(), options) {
                Some(lines) => align::print(&mut out, &lines, margin, end_of_line),
                // The grammar read a token that this module does not see: better untouched than damaged.
                None => out.push_str(&text[start..end]),
            }
            done = end;
        }
    }
    out.push_str(&text[done..]);
    out
}

/// A stretch of source without the lines that are kept; blank lines beside them are kept, too.
fn stretches(text: &str, (start, end): (usize, usize), kept: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let inside: Vec<(usize, usize)> = kept.iter().copied().filter(|(a, b)| *a < end && start < *b).collect();
    if inside.is_empty() {
        return vec![(start, end)];
    }
    let mut out = Vec::new();
    let mut from = start;
    for (a, b) in inside.into_iter().chain([(end, end)]) {
        let piece = text.get(from..a.min(end)).unwrap_or_default();
        if !piece.trim().is_empty() {
            let first = piece.len() - piece.trim_start().len();
            let first = piece[..first].rfind('\n').map_or(0, |i| i + 1);
            let used = piece.trim_end().len();
            let last = piece[used..].find('\n').map_or(piece.len(), |i| used + i + 1);
            out.push((from + first, from + last));
        }
        from = from.max(b);
    }
    out
}

/// The lines of one stretch of source.
fn region(
    text: &str,
    (start, end): (usize, usize),
    margin: usize,
    chunks: &[Chunk],
    options: Options,
) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    let mut at = start;
    for (i, chunk) in chunks.iter().enumerate() {
        let first = chunk.start as usize;
        let joined = between(&mut lines, &text[at..first], margin, i > 0);
        at = first + chunk.text.len();
        let next = chunks.get(i + 1).map_or(end, |c| c.start as usize);
        let alone = !joined && text[at..next].contains('\n') || next == end;
        let mut toks = tokens::tokens(&chunk.text, &chunk.layout, options.keywords)?;
        toks.order_labels();
        layout::chunk(&mut lines, &chunk.text, &toks, margin, joined, alone);
    }
    between(&mut lines, &text[at..end], margin, !chunks.is_empty());
    while lines.last().is_some_and(Line::is_blank) {
        lines.pop();
    }
    Some(lines)
}

/// Comments and blank lines between two statements. `after`: a statement stands before. True if the next statement
/// stands on the same line.
fn between(lines: &mut Vec<Line>, gap: &str, margin: usize, after: bool) -> bool {
    let gap = Gap::of(gap, margin, after);
    if after && !gap.breaks {
        return true;
    }
    if let (Some(comment), Some(last)) = (gap.trailing, lines.last_mut()) {
        last.comment = Some(comment);
    }
    for own in gap.own {
        if own.blank {
            Line::blank(lines);
        }
        // Only at the margin is `///` a doc comment, so a comment never gets there nor leaves.
        lines.push(Line::comment(if own.column == 0 { 0 } else { layout::STEP }, own.text));
    }
    if gap.blank {
        Line::blank(lines);
    }
    false
}

/// What stands between two tokens: blanks, line ends, comments, separators.
#[derive(Debug, Default)]
struct Gap {
    /// There is a line end.
    breaks: bool,
    /// A blank line before what follows.
    blank: bool,
    /// The comment behind the token before.
    trailing: Option<String>,
    /// Comments on lines of their own.
    own: Vec<Own>,
}

/// A comment on a line of its own.
#[derive(Debug)]
struct Own {
    text: String,
    /// Its column, the margin taken off.
    column: usize,
    /// A blank line above.
    blank: bool,
}

impl Gap {
    /// Reads a gap; `behind`: its first line continues one that has a token.
    fn of(text: &str, margin: usize, behind: bool) -> Self {
        let mut gap = Self { breaks: text.contains('\n'), ..Self::default() };
        let pieces: Vec<&str> = text.split('\n').collect();
        for (i, piece) in pieces.iter().enumerate() {
            let rest = piece.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ';' | '\u{FEFF}'));
            if rest.starts_with("//") {
                let comment = rest.trim_end().to_owned();
                if i == 0 && behind {
                    gap.trailing = Some(comment);
                } else {
                    let column = piece.chars().count() - rest.chars().count();
                    gap.own.push(Own { text: comment, column: column.saturating_sub(margin), blank: gap.blank });
                    gap.blank = false;
                }
            } else if i + 1 < pieces.len() && (i > 0 || !behind) {
                gap.blank = true;
            }
        }
        gap
    }
}

/// True if a gap holds what a gap may hold.
fn is_gap(text: &str) -> bool {
    text.split('\n').all(|piece| {
        let rest = piece.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ';' | '\u{FEFF}'));
        rest.is_empty() || rest.starts_with("//")
    })
}
