//! Bytes to lines and columns, and spans that fit their text: what all renderers share.

use crate::Span;
use serde::Serialize;

/// A place as people and editors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values (a CJK character and a tab count one each).
    pub column: u32,
    /// Offset in bytes, from 0.
    pub byte: u32,
}

impl Position {
    /// The position of a byte of `text`. A byte inside a character stands for its first, one behind the end for the end.
    #[must_use]
    pub fn of(text: &str, byte: u32) -> Self {
        let byte = floor(text, byte as usize);
        let before = &text[..byte];
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
        Self { line, column: before[start..].chars().count() as u32 + 1, byte: byte as u32 }
    }
}

impl Span {
    /// The span cut to `text` and widened to whole characters.
    #[must_use]
    pub fn clamp_to(self, text: &str) -> Self {
        let start = floor(text, self.start as usize);
        let mut end = (self.end as usize).clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Self::new(start as u32, end as u32)
    }

    /// Like [`Span::clamp_to`]; an empty span behind the last line becomes the last visible character, because
    /// nothing can be marked behind the end of a text.
    #[must_use]
    pub fn visible_in(self, text: &str) -> Self {
        let span = self.clamp_to(text);
        if span.start < span.end || !text[span.start as usize..].trim().is_empty() {
            return span;
        }
        let kept = text[..span.start as usize].trim_end();
        match kept.chars().next_back() {
            // Behind the last character of a line there is room for a mark; on a line below there is none.
            Some(_) if kept.len() == span.start as usize && text.len() > kept.len() => span,
            Some(c) => Self::new((kept.len() - c.len_utf8()) as u32, kept.len() as u32),
            None => span,
        }
    }
}

fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a\n铝\tx\n";
        assert_eq!(Position::of(text, 6), Position { line: 2, column: 3, byte: 6 });
        assert_eq!(Position::of(text, 3), Position { line: 2, column: 1, byte: 2 });
        assert_eq!(Position::of(text, 99), Position { line: 3, column: 1, byte: 8 });
    }

    #[test]
    fn spans_fit_their_text() {
        let text = "铝 = 1\n\n";
        assert_eq!(Span::new(1, 2).clamp_to(text), Span::new(0, 3));
        assert_eq!(Span::new(9, 99).clamp_to(text), Span::new(9, 9));
        assert_eq!(Span::new(9, 9).visible_in(text), Span::new(6, 7));
        assert_eq!(Span::new(4, 4).visible_in(text), Span::new(4, 4));
        assert_eq!(Span::new(0, 0).visible_in(""), Span::new(0, 0));
    }
}
