//! The one formatter on part of a file, and while typing.
//!
//! Guarantees: whatever is changed, is changed to what formatting the whole file makes of it; a statement that cannot be read
//! stays; so do the line that is being typed and what stands below it. While typing, lines that change beside the statement change
//! with it: they may share its columns. Must not: have a style of its own.

use footrule_diag::Span;
use footrule_syntax::format::{Options, format_sound};
use similar::{DiffOp, TextDiff};
use std::ops::Range;

/// A replacement in a text.
pub type Change = (Span, String);

/// Lines that change.
struct Hunk {
    old: Range<usize>,
    new: Vec<String>,
}

/// What formatting changes in the lines of a range.
#[must_use]
pub fn format_range(text: &str, literate: bool, range: Span) -> Vec<Change> {
    let lines = Lines::of(text);
    let (first, mut last) = (lines.at(range.start), lines.at(range.end));
    // A selection that ends before the first character of a line does not mean that line.
    if last > first && lines.starts[last] == range.end as usize {
        last -= 1;
    }
    let hunks = hunks(text, &format_sound(text, literate, Options::default()));
    let meant = hunks.iter().filter(|h| h.old.start <= last && first < h.old.end.max(h.old.start + 1));
    meant.flat_map(|h| lines.changes(text, h, first..last + 1, true)).collect()
}

/// What formatting changes in a statement of which a line end or a closing brace was just typed before the offset.
#[must_use]
pub fn format_typed(text: &str, literate: bool, offset: u32, typed: &str) -> Vec<Change> {
    let lines = Lines::of(text);
    let here = lines.at(offset);
    let line = lines.text(text, here);
    let newline = typed == "\n";
    // What was typed stands on this line or ended the one before.
    let back = if newline { lines.starts[here] } else { offset as usize };
    let Some(before) = text.get(..back).map(str::trim_end).filter(|b| !b.is_empty()) else { return Vec::new() };
    let split = footrule_syntax::split(text, literate);
    let around = split.chunks.iter().find(|c| {
        let (start, end) = (c.start as usize, c.start as usize + c.text.len());
        start < before.len() && before.len() <= end
    });
    let Some(statement) = around else { return Vec::new() };
    // A comment holds the place of the line that is being typed: a blank one might go.
    let held = newline && line.trim().is_empty();
    let shown = if held {
        let at = lines.starts[here] + line.len() - line.trim_start_matches([' ', '\t']).len();
        format!("{}//{}", &text[..at], &text[at..])
    } else {
        text.to_owned()
    };
    let (first, last) = (lines.at(statement.start), if newline { here.saturating_sub(1) } else { here });
    let hunks = hunks(&shown, &format_sound(&shown, literate, Options::default()));
    let meant = hunks.iter().filter(|h| h.old.start <= last && first < h.old.end);
    let may = 0..if newline { here } else { lines.starts.len() };
    meant.flat_map(|h| lines.changes(text, h, may.clone(), false)).collect()
}

/// The runs of lines in which two texts differ.
fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let diff = TextDiff::from_lines(old, new);
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let mut out: Vec<Hunk> = Vec::new();
    for op in diff.ops() {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (o, n) = (op.old_range(), op.new_range());
        let lines = new_lines.get(n).unwrap_or_default().iter().map(|l| (*l).to_owned());
        match out.last_mut() {
            Some(last) if last.old.end == o.start => {
                last.old.end = o.end;
                last.new.extend(lines);
            }
            _ => out.push(Hunk { old: o, new: lines.collect() }),
        }
    }
    out
}

/// Where lines start.
struct Lines {
    starts: Vec<usize>,
    end: usize,
}

impl Lines {
    fn of(text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Self { starts, end: text.len() }
    }

    fn at(&self, offset: u32) -> usize {
        self.starts.partition_point(|s| *s <= offset as usize).saturating_sub(1)
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.end)
    }

    /// A line with its end.
    fn text<'t>(&self, text: &'t str, line: usize) -> &'t str {
        text.get(self.start(line)..self.start(line + 1)).unwrap_or_default()
    }

    /// The smallest replacements of a hunk: line by line where as many lines come back, of those that may change. Else `whole`
    /// says whether a hunk that reaches beyond them changes.
    fn changes(&self, text: &str, hunk: &Hunk, may: Range<usize>, whole: bool) -> Vec<Change> {
        if hunk.old.len() == hunk.new.len() {
            let lines = hunk.old.clone().zip(&hunk.new).filter(|(line, _)| may.contains(line));
            return lines.filter_map(|(l, new)| smallest(self.start(l), self.text(text, l), new)).collect();
        }
        if !whole && (hunk.old.start < may.start || may.end < hunk.old.end) {
            return Vec::new();
        }
        let start = self.start(hunk.old.start);
        let old = text.get(start..self.start(hunk.old.end)).unwrap_or_default();
        smallest(start, old, &hunk.new.concat()).into_iter().collect()
    }
}

/// A replacement without what is the same at both ends.
fn smallest(start: usize, old: &str, new: &str) -> Option<Change> {
    if old == new {
        return None;
    }
    let head: usize = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (old, new) = (&old[head..], &new[head..]);
    let tail: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let from = u32::try_from(start + head).ok()?;
    let to = u32::try_from(start + head + old.len() - tail).ok()?;
    Some((Span::new(from, to), new[..new.len() - tail].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, mut changes: Vec<Change>) -> String {
        changes.sort_by_key(|(s, _)| std::cmp::Reverse(s.start));
        let mut out = text.to_owned();
        for (span, new) in changes {
            out.replace_range(span.start as usize..span.end as usize, &new);
        }
        out
    }

    #[test]
    fn only_the_lines_that_are_meant_change() {
        let text = "flow   a\nflow   b\nflow   c\n";
        let two = Span::new(9, 18);
        assert_eq!(applied(text, format_range(text, false, two)), "flow   a\nflow b\nflow   c\n");
        let all = Span::new(0, text.len() as u32);
        assert_eq!(applied(text, format_range(text, false, all)), "flow a\nflow b\nflow c\n");
    }

    /// `|` is the cursor.
    fn typed(marked: &str, what: &str) -> String {
        let at = marked.find('|').unwrap_or_default();
        let text = marked.replace('|', "");
        applied(&text, format_typed(&text, false, at as u32, what))
    }

    #[test]
    fn a_line_that_was_left_is_formatted_and_the_next_one_stays() {
        assert_eq!(typed("flow   a\n|", "\n"), "flow a\n");
        assert_eq!(typed("flow   a\n    |\nflow   b\n", "\n"), "flow a\n    \nflow   b\n");
        assert_eq!(typed("flow   a\r\n|\r\nflow   b\r\n", "\n"), "flow a\r\n\r\nflow   b\r\n");
        // What cannot be read stays, and so does what it stands beside.
        assert_eq!(typed("flow   a\nlet x = (1   +\n    |\n", "\n"), "flow   a\nlet x = (1   +\n    \n");
        assert_eq!(typed("|", "\n"), "");
    }

    #[test]
    fn a_closing_brace_formats_its_statement() {
        let before = "flow   x\n\nenum E {\n  a\n  b\n  }|\n\nflow   y\n";
        assert_eq!(typed(before, "}"), "flow   x\n\nenum E {\n    a\n    b\n}\n\nflow   y\n");
        let literate = "# 1 Title\n\n```pcr\nenum E {\n a\n }\n```\n";
        let at = literate.find('}').map_or(0, |i| i as u32 + 1);
        assert_eq!(applied(literate, format_typed(literate, true, at, "}")), literate.replace(" a\n }", "    a\n}"));
    }

    /// Sources of the library, made untidy.
    fn untidy() -> Vec<String> {
        let mut session = footrule_compiler::Session::new();
        session.load_std();
        let all = session.files().map(|f| f.text(session.db()).replace("\n    ", "\n  ").replace(" = ", "  =  "));
        all.collect()
    }

    #[test]
    fn a_whole_file_is_what_the_formatter_makes_of_it() {
        for text in untidy() {
            let all = Span::new(0, text.len() as u32);
            assert_eq!(applied(&text, format_range(&text, false, all)), format_sound(&text, false, Options::default()));
        }
    }

    #[test]
    fn what_is_being_typed_and_what_stands_below_stay() {
        let mut changed = 0;
        for text in untidy() {
            let ends: Vec<usize> = text.match_indices('\n').map(|(i, _)| i + 1).collect();
            for end in ends.into_iter().step_by(211) {
                let typed = format!("{}    \n{}", &text[..end], &text[end..]);
                let changes = format_typed(&typed, false, end as u32 + 4, "\n");
                assert!(changes.iter().all(|(at, _)| at.end as usize <= end), "{changes:?}");
                changed += changes.len();
            }
        }
        assert!(changed > 20, "{changed}");
    }
}
