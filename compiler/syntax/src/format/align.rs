//! Lines into text: columns of runs of like lines, trailing comments.
//!
//! A run is two or more neighbouring lines, each a whole entry of one kind: its columns begin at the labels of
//! `flow`, `stage` and members of an enumeration, and at the `=>` of rows and arms. Widths are those of a terminal (a
//! Chinese character takes two). A column whose texts differ by more than [`MAX_PAD`] is left ragged.

use footrule_grammar::Rule;
use unicode_width::UnicodeWidthStr as _;

/// Wider gaps than this tear a line apart.
const MAX_PAD: usize = 24;

/// A line of the result.
#[derive(Debug)]
pub(super) struct Line {
    /// Blanks before it.
    pub(super) indent: usize,
    /// Its text, cut where columns begin; without blanks at the cuts.
    pub(super) cells: Vec<String>,
    /// The comment behind it.
    pub(super) comment: Option<String>,
    /// Which lines it may be aligned with.
    pub(super) run: Option<Rule>,
}

impl Line {
    /// A line of text, empty so far.
    pub(super) fn new(indent: usize) -> Self {
        Self { indent, cells: vec![String::new()], comment: None, run: None }
    }

    /// A comment on a line of its own.
    pub(super) fn comment(indent: usize, text: String) -> Self {
        Self { cells: vec![text], ..Self::new(indent) }
    }

    /// Adds an empty line, but never two in a row nor one at the beginning.
    pub(super) fn blank(lines: &mut Vec<Self>) {
        if lines.last().is_some_and(|l| !l.is_blank()) {
            lines.push(Self { cells: Vec::new(), ..Self::new(0) });
        }
    }

    /// True for an empty line.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.is_empty()
    }

    /// Writes a token.
    pub(super) fn push(&mut self, space: bool, text: &str) {
        if let Some(cell) = self.cells.last_mut() {
            if space && !cell.is_empty() {
                cell.push(' ');
            }
            cell.push_str(text);
        }
    }
}

/// Prints the lines behind `margin` blanks.
pub(super) fn print(out: &mut String, lines: &[Line], margin: usize, end_of_line: &str) {
    let mut texts: Vec<String> = Vec::with_capacity(lines.len());
    for run in lines.chunk_by(|a, b| a.run.is_some() && a.run == b.run && a.indent == b.indent) {
        columns(&mut texts, run);
    }
    let commented = |line: &Line| line.comment.is_some();
    let mut at = 0;
    for run in lines.chunk_by(|a, b| commented(a) && commented(b)) {
        let here = at..at + run.len();
        at = here.end;
        let width = |i: usize| lines[i].indent + texts[i].width();
        let (least, most) = here.clone().map(width).fold((usize::MAX, 0), |(a, b), w| (a.min(w), b.max(w)));
        for i in here {
            if !lines[i].is_blank() {
                out.extend(std::iter::repeat_n(' ', margin + lines[i].indent));
                out.push_str(&texts[i]);
            }
            if let Some(comment) = &lines[i].comment {
                let pad = if most - least > MAX_PAD { 0 } else { most - width(i) };
                out.extend(std::iter::repeat_n(' ', 2 + pad));
                out.push_str(comment);
            }
            out.push_str(end_of_line);
        }
    }
}

/// The texts of a run, its cells in columns.
fn columns(texts: &mut Vec<String>, run: &[Line]) {
    let first = texts.len();
    texts.extend(run.iter().map(|l| l.cells.first().cloned().unwrap_or_default()));
    let most = run.iter().map(|l| l.cells.len()).max().unwrap_or(0);
    let mut ragged = false;
    for column in 1..most {
        let with = || run.iter().zip(first..).filter(|(l, _)| l.cells.len() > column);
        let widths = |texts: &[String]| {
            with().map(|(_, i)| texts[i].width()).fold((usize::MAX, 0), |(a, b), w| (a.min(w), b.max(w)))
        };
        let (least, widest) = widths(texts);
        ragged |= widest - least > MAX_PAD;
        for (line, i) in with() {
            let pad = if ragged { 0 } else { widest - texts[i].width() };
            texts[i].extend(std::iter::repeat_n(' ', pad + 1));
            texts[i].push_str(&line.cells[column]);
        }
    }
}
