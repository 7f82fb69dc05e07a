//! Lines and columns of the protocol, and byte offsets.
//!
//! Guarantees: a position beyond a line is its end, one beyond the text is the text's end; an offset inside a character is that
//! character's start; lines that are written into a text end as its own do.

use footrule_diag::Span;
use footrule_syntax::format::end_of_line;
use gen_lsp_types::{Position, Range, TextEdit};

/// What columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    starts: Vec<u32>,
    /// What ends them.
    end: &'static str,
    encoding: Encoding,
}

impl Lines {
    pub(crate) fn new(text: &str, encoding: Encoding) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        Self { starts: std::iter::once(0).chain(ends).collect(), end: end_of_line(text), encoding }
    }

    /// The text of a line without its end.
    fn line<'t>(&self, text: &'t str, line: usize) -> (usize, &'t str) {
        let Some(start) = self.starts.get(line).map(|s| *s as usize) else { return (text.len(), "") };
        let end = self.starts.get(line + 1).map_or(text.len(), |e| *e as usize);
        let line = text.get(start..end).unwrap_or_default();
        (start, line.strip_suffix('\n').map_or(line, |l| l.strip_suffix('\r').unwrap_or(l)))
    }

    pub(crate) fn offset(&self, text: &str, at: Position) -> u32 {
        let (start, line) = self.line(text, at.line as usize);
        let mut column = 0;
        for (i, c) in line.char_indices() {
            let width = match self.encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Utf16 => c.len_utf16(),
            } as u32;
            if column + width > at.character {
                return (start + i) as u32;
            }
            column += width;
        }
        (start + line.len()) as u32
    }

    pub(crate) fn position(&self, text: &str, offset: u32) -> Position {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|s| *s as usize <= offset).saturating_sub(1);
        let before = text.get(self.starts[line] as usize..offset).unwrap_or_default();
        let character = match self.encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
        };
        Position { line: line as u32, character: character as u32 }
    }

    pub(crate) fn range(&self, text: &str, span: Span) -> Range {
        Range { start: self.position(text, span.start), end: self.position(text, span.end) }
    }

    /// What is written into the text, with the text's ends of lines.
    pub(crate) fn written(&self, new: String) -> String {
        if self.end == "\n" || !new.contains('\n') {
            return new;
        }
        new.replace("\r\n", "\n").replace('\n', self.end)
    }

    /// A replacement in the text.
    pub(crate) fn edit(&self, text: &str, span: Span, new: String) -> TextEdit {
        TextEdit { range: self.range(text, span), new_text: self.written(new) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_what_was_agreed() {
        let text = "铝 = 1\r\n// 𝄞 x\n";
        for (encoding, al, x) in [(Encoding::Utf8, 3, 8), (Encoding::Utf16, 1, 6)] {
            let lines = Lines::new(text, encoding);
            assert_eq!(lines.position(text, 3), Position { line: 0, character: al });
            let at = text.find('x').unwrap_or_default() as u32;
            assert_eq!(lines.position(text, at), Position { line: 1, character: x });
            assert_eq!(lines.offset(text, Position { line: 1, character: x }), at);
            // Beyond the line: its end, before the carriage return.
            assert_eq!(lines.offset(text, Position { line: 0, character: 99 }), 7);
            assert_eq!(lines.offset(text, Position { line: 9, character: 9 }) as usize, text.len());
            // Inside a character: its start.
            assert_eq!(lines.position(text, 1), Position { line: 0, character: 0 });
        }
    }
}
