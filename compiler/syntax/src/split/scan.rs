//! One line, character by character: brackets, quotes, comments, clause tokens, odd characters.

use super::{MAX_DEPTH, Splitter, clause_token};
use crate::head::{span, string_len};
use crate::lexical;
use footrule_diag::{Code, Diagnostic, text};
use footrule_grammar::keywords::is_word_char;

/// Stands in the layout copy for what no token may match.
const NOTHING: u8 = 0x1F;

/// An open bracket.
pub(super) struct Open {
    /// Offset of the bracket.
    at: usize,
    /// The bracket.
    mark: char,
    /// It opens a block, not a tag.
    pub(super) block: bool,
    /// Column of the first entry of a block, once there is one.
    pub(super) column: Option<usize>,
}

impl Splitter<'_> {
    /// Scans `start..end`, which begins at `column`.
    pub(super) fn scan(&mut self, start: usize, end: usize, column: usize) {
        let source = self.text;
        let mut at = start;
        let mut column = column;
        while let Some(c) = source[at..end].chars().next() {
            let rest = &source[at..end];
            if !c.is_whitespace() && c != '}' && !rest.starts_with("//") {
                self.first_entry(column);
            }
            let len = match c {
                '"' => match string_len(rest) {
                    Some(len) => len,
                    None => self.unclosed_quote(at, end),
                },
                '“' | '”' => self.curly_quote(at, end),
                '/' if rest.starts_with("//") => {
                    self.layout[at..end].fill(b' ');
                    rest.len()
                }
                ';' if self.current.as_ref().is_some_and(|c| c.open.is_empty() && !c.too_deep && c.start < at) => {
                    self.next_statement(at, end)
                }
                '§' => clause_token(rest).min(rest.len()),
                '(' | '（' | '[' | '{' => {
                    self.open(at, c);
                    c.len_utf8()
                }
                ')' | '）' | ']' | '}' => {
                    self.close(at, c);
                    c.len_utf8()
                }
                _ if c.is_ascii_graphic() || c == ' ' => 1,
                _ => self.odd(at, end, c),
            };
            column += if len == 1 { 1 } else { source[at..at + len].chars().count() };
            at += len;
        }
        // A tag is closed on its line.
        while self.top().is_some_and(|o| o.mark == '{' && !o.block) {
            if let Some(open) = self.current.as_mut().and_then(|c| c.open.pop()) {
                self.unclosed(&open);
            }
        }
    }

    /// A semicolon outside all brackets ends a statement; another one may follow on the line. Yields how far to go on.
    fn next_statement(&mut self, at: usize, end: usize) -> usize {
        let rest = &self.text[at + 1..end];
        let next = end - rest.trim_start().len();
        if let Some(current) = &mut self.current {
            current.end = at;
        }
        self.finish();
        let rest = &self.text[next..end];
        if rest.is_empty() || rest.starts_with("//") {
            self.layout[next..end].fill(b' ');
            return end - at;
        }
        self.begin(next, end);
        next - at
    }

    fn top(&self) -> Option<&Open> {
        self.current.as_ref().and_then(|c| c.open.last())
    }

    fn first_entry(&mut self, column: usize) {
        if let Some(Open { block: true, column: first @ None, .. }) =
            self.current.as_mut().and_then(|c| c.open.last_mut())
        {
            *first = Some(column);
        }
    }

    fn open(&mut self, at: usize, mark: char) {
        let before = self.text[..at].chars().next_back();
        let block = mark == '{' && !before.is_some_and(|c| is_word_char(c) || matches!(c, '℃' | '℉'));
        let Some(current) = &mut self.current else {
            return;
        };
        if current.too_deep {
            return;
        }
        if current.open.len() < MAX_DEPTH {
            current.open.push(Open { at, mark, block, column: None });
            return;
        }
        current.too_deep = true;
        // What is open so far is not the mistake.
        current.open.clear();
        let error = Diagnostic::new(
            Code::S004,
            text!("括号嵌套超过 {MAX_DEPTH} 层", "brackets are nested more than {MAX_DEPTH} deep"),
        )
        .at(span(at, at + mark.len_utf8()), text!("这一层太深", "this one is too deep"));
        current.errors.insert(0, error);
    }

    fn close(&mut self, at: usize, mark: char) {
        let Some(current) = &self.current else { return };
        if current.too_deep {
            return;
        }
        let partner = match mark {
            ']' => '[',
            '}' => '{',
            _ => '(',
        };
        let fits = |o: &Open| o.mark == partner || (partner == '(' && o.mark == '（');
        // A `}` closes its block whatever was left open in it; `)` and `]` never reach out of a block.
        let depth = current
            .open
            .iter()
            .rposition(fits)
            .filter(|d| mark == '}' || current.open[d + 1..].iter().all(|o| !o.block));
        let Some(depth) = depth else {
            self.blank(at, mark);
            self.error(
                Diagnostic::new(Code::S002, text!("`{mark}` 没有与之配对的左括号", "`{mark}` closes nothing"))
                    .at(span(at, at + mark.len_utf8()), text!("没有配对", "no partner")),
            );
            return;
        };
        while self.current.as_ref().is_some_and(|c| c.open.len() > depth) {
            let Some(open) = self.current.as_mut().and_then(|c| c.open.pop()) else {
                return;
            };
            if self.current.as_ref().is_some_and(|c| c.open.len() > depth) || !fits(&open) {
                self.unclosed(&open);
            }
        }
    }

    /// Reports a bracket that was never closed.
    pub(super) fn unclosed(&mut self, open: &Open) {
        let mark = open.mark;
        if !open.block {
            // An unclosed block keeps its brace: its entries can be read all the same.
            self.blank(open.at, mark);
        }
        self.error(
            Diagnostic::new(Code::S002, text!("`{mark}` 没有闭合", "`{mark}` is not closed"))
                .at(span(open.at, open.at + mark.len_utf8()), text!("从这里打开", "opened here")),
        );
    }

    /// Takes a bracket out of the layout copy.
    fn blank(&mut self, at: usize, mark: char) {
        self.layout[at..at + mark.len_utf8()].fill(b' ');
        self.layout[at] = NOTHING;
    }

    fn unclosed_quote(&mut self, at: usize, end: usize) -> usize {
        self.layout[at..end].fill(b' ');
        self.layout[at] = NOTHING;
        self.error(
            Diagnostic::new(Code::S003, text!("引号没有闭合", "the quoted text has no closing quote"))
                .at(span(at, at + 1), text!("从这里开始；文字不跨行", "opened here; a text ends on its line")),
        );
        end - at
    }

    /// `“…”`: read as a text, so that brackets in it do no harm.
    fn curly_quote(&mut self, at: usize, end: usize) -> usize {
        let rest = &self.text[at..end];
        // A line of many opening quotes is searched to its end once.
        let closing = if at < self.no_curly_before { None } else { rest.find('”') };
        if closing.is_none() {
            self.no_curly_before = end;
        }
        let len = closing.map_or('“'.len_utf8(), |i| i + '”'.len_utf8());
        self.layout[at..at + len].fill(b' ');
        self.layout[at] = NOTHING;
        let mut marks = vec![at];
        if len > '“'.len_utf8() {
            marks.push(at + len - '”'.len_utf8());
        }
        for mark in marks {
            let c = self.text[mark..].chars().next().unwrap_or('“');
            self.error(lexical::full_width(c, '"', span(mark, mark + c.len_utf8())));
        }
        len
    }

    /// A character outside ASCII, or a control character.
    fn odd(&mut self, at: usize, end: usize, c: char) -> usize {
        let len = c.len_utf8();
        let place = span(at, at + len);
        if lexical::is_blank(c) {
            self.layout[at..at + len].fill(b' ');
        } else if let Some(ascii) = lexical::ascii_of(c) {
            self.error(lexical::full_width(c, ascii, place));
            self.replace(at, len, ascii);
        } else if let Some(ascii) = lexical::operator_of(c) {
            self.error(lexical::operator(c, ascii, place));
            self.replace(at, len, ascii);
        } else if lexical::script_of(c).is_some() {
            let (error, run) = lexical::scripts(&self.text[..end], at);
            self.error(error);
            return run.max(len);
        } else if c.is_control() {
            self.error(lexical::control(c, place));
            self.replace(at, len, ' ');
        }
        len
    }

    /// Writes what was meant into the layout copy, so that the rest of the statement is still read.
    fn replace(&mut self, at: usize, len: usize, ascii: char) {
        // `｛` would unbalance what was counted; leave brackets and quotes as they are.
        if ascii.is_ascii() && !matches!(ascii, '(' | ')' | '[' | ']' | '{' | '}' | '"') {
            self.layout[at..at + len].fill(b' ');
            self.layout[at] = ascii as u8;
        }
    }
}
