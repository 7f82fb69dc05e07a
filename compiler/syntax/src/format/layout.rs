//! Tokens of one chunk into lines: where lines break, how far they are indented, where blanks stand.
//!
//! Lines break where the author broke them; besides, a block that does not fit one line has its first entry and its
//! closing brace on lines of their own, because the column of the first entry decides which lines are entries.

use super::Gap;
use super::align::Line;
use super::tokens::{Entry, Tok, Toks};
use footrule_grammar::Rule;

/// One level of indentation.
pub(super) const STEP: usize = 4;

/// An open bracket.
struct Frame {
    /// Indentation that a closing bracket at the beginning of a line gets; what is inside is one step deeper.
    indent: usize,
    /// A block `{ }` and no parenthesis.
    block: bool,
}

/// Adds the lines of a chunk. `joined`: it goes on behind `;` on the last line; `alone`: no other statement stands on
/// its last line.
pub(super) fn chunk(lines: &mut Vec<Line>, text: &str, toks: &Toks, margin: usize, joined: bool, alone: bool) {
    let all = &toks.all;
    let mut gaps = gaps(text, all, margin);
    break_blocks(all, &mut gaps);
    let mut frames: Vec<Frame> = Vec::new();
    let mut cuts: &[usize] = &[];
    for (i, tok) in all.iter().enumerate() {
        let gap = &gaps[i];
        let closes = matches!(tok.rule, Rule::rparen | Rule::rbracket | Rule::rbrace);
        let starts = if i == 0 { !joined } else { gap.breaks };
        if starts {
            if i > 0 {
                comments(lines, gap, &frames, tok.entry != Entry::No && !closes);
            }
            cuts = begin(lines, toks, i, &frames, closes, alone, &gaps);
        }
        if closes {
            frames.pop();
        }
        let Some(line) = lines.last_mut() else { return };
        if cuts.contains(&i) {
            line.cells.push(String::new());
        }
        let before = i.checked_sub(1).map(|p| &all[p]);
        if !starts {
            let separated = i == 0 && joined
                || tok.entry == Entry::Separator
                    && !closes
                    && before.is_some_and(|b| !matches!(b.rule, Rule::lbrace | Rule::comma));
            if separated {
                line.push(false, ";");
            }
            line.push(separated || before.is_some_and(|b| space(b, tok)), &tok.text);
        } else {
            line.push(false, &tok.text);
        }
        let indent = line.indent;
        match tok.rule {
            Rule::lparen | Rule::lbracket => frames.push(Frame { indent, block: false }),
            Rule::lbrace => {
                let expression = matches!(
                    tok.parent,
                    Rule::set_tail | Rule::use_names | Rule::match_expr | Rule::first_of | Rule::one_of
                );
                let indent = if expression { indent } else { entry_indent(&frames) };
                frames.push(Frame { indent, block: true });
            }
            _ => {}
        }
    }
    // The comment behind the last token.
    let rest = all.last().map_or(text, |t| &text[t.end..]);
    let gap = Gap::of(rest, margin, true);
    if let (Some(comment), Some(line)) = (gap.trailing, lines.last_mut()) {
        line.comment = Some(comment);
    }
}

/// What stands before each token.
fn gaps(text: &str, all: &[Tok], margin: usize) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::with_capacity(all.len());
    for (i, tok) in all.iter().enumerate() {
        let from = i.checked_sub(1).map_or(tok.start, |p| all[p].end);
        let mut gap = Gap::of(&text[from..tok.start], margin, true);
        if let Some(kept) = i.checked_sub(1).map(|p| &all[p].comments)
            && !kept.is_empty()
        {
            // Comments between the words of one keyword stand behind it now.
            gap.breaks = true;
            let own = gap.trailing.take().into_iter();
            let mut texts = kept.iter().cloned().chain(own);
            gap.trailing = texts.next();
            let moved = texts.map(|text| super::Own { text, column: STEP, blank: false });
            gap.own = moved.chain(std::mem::take(&mut gap.own)).collect();
        }
        gaps.push(gap);
    }
    gaps
}

/// Puts the braces of a block with line ends in it at the ends of lines.
fn break_blocks(all: &[Tok], gaps: &mut [Gap]) {
    let mut open = Vec::new();
    for i in 0..all.len() {
        match all[i].rule {
            Rule::lbrace => open.push(i),
            Rule::rbrace => {
                let Some(from) = open.pop() else { continue };
                let empty = i == from + 1;
                if empty && gaps[i].own.is_empty() && gaps[i].trailing.is_none() {
                    gaps[i].breaks = false;
                } else if gaps[from + 1..=i].iter().any(|g| g.breaks) {
                    gaps[from + 1].breaks = true;
                    gaps[i].breaks = true;
                }
            }
            _ => {}
        }
    }
}

/// Comments before a token that begins a line.
fn comments(lines: &mut Vec<Line>, gap: &Gap, frames: &[Frame], entry: bool) {
    if let (Some(comment), Some(line)) = (&gap.trailing, lines.last_mut()) {
        line.comment = Some(comment.clone());
    }
    // Blank lines group entries; inside one entry they say nothing.
    let grouped = entry && frames.last().is_some_and(|f| f.block);
    for own in &gap.own {
        if own.blank && grouped {
            Line::blank(lines);
        }
        // At the margin `///` belongs to the next statement.
        let indent = if own.column == 0 && own.text.starts_with("///") { 0 } else { inner_indent(frames) };
        lines.push(Line::comment(indent, own.text.clone()));
    }
    if gap.blank && grouped {
        Line::blank(lines);
    }
}

/// Opens the line of token `i`; the tokens at which its columns begin.
fn begin<'t>(
    lines: &mut Vec<Line>,
    toks: &'t Toks,
    i: usize,
    frames: &[Frame],
    closes: bool,
    alone: bool,
    gaps: &[Gap],
) -> &'t [usize] {
    let entry = toks.all[i].entry != Entry::No || i > 0 && toks.all[i - 1].rule == Rule::lbrace;
    let indent = match frames.last() {
        _ if i == 0 => 0,
        Some(frame) if closes => frame.indent,
        Some(Frame { block: true, indent }) if !entry => indent + 2 * STEP,
        _ => inner_indent(frames),
    };
    let mut line = Line::new(indent);
    let whole = toks.marks.binary_search_by_key(&i, |m| m.first).ok().map(|at| &toks.marks[at]).filter(|m| {
        let ends = if m.last + 1 == toks.all.len() { alone } else { gaps[m.last + 1].breaks };
        ends && !gaps[m.first + 1..=m.last].iter().any(|g| g.breaks)
    });
    line.run = whole.map(|m| m.rule);
    lines.push(line);
    whole.map_or(&[], |m| m.cuts.as_slice())
}

/// Indentation of what stands directly inside the innermost bracket.
fn inner_indent(frames: &[Frame]) -> usize {
    frames.last().map_or(STEP, |f| f.indent + STEP)
}

/// Indentation of the statement or entry that is being written.
fn entry_indent(frames: &[Frame]) -> usize {
    frames.iter().rev().find(|f| f.block).map_or(0, |f| f.indent + STEP)
}

/// True if a blank stands between two tokens of a line.
fn space(before: &Tok, tok: &Tok) -> bool {
    match (before.rule, tok.rule) {
        (_, Rule::rparen | Rule::rbracket | Rule::comma | Rule::colon | Rule::percent | Rule::dot)
        | (Rule::lparen | Rule::lbracket | Rule::dot, _)
        | (Rule::langle, _)
        | (_, Rule::langle | Rule::rangle)
        | (Rule::lbrace, Rule::rbrace) => false,
        (_, Rule::lparen) => {
            !matches!(tok.parent, Rule::call | Rule::table_decl | Rule::fn_decl | Rule::process_params | Rule::sum_is)
        }
        (Rule::lbrace, _) => before.parent != Rule::use_names,
        (_, Rule::rbrace) => tok.parent != Rule::use_names,
        (Rule::sign, _) => false,
        (Rule::minus, _) => !matches!(before.parent, Rule::number_cell | Rule::unit_def),
        _ => true,
    }
}
