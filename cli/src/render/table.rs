//! Columns that line up, also under wide characters.

use super::paint;
use unicode_width::UnicodeWidthStr as _;

/// Which side of its column a cell keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table of `N` columns without rules.
pub struct Table<const N: usize> {
    align: [Align; N],
    head: Option<[String; N]>,
    rows: Vec<[String; N]>,
    indent: usize,
}

impl<const N: usize> Table<N> {
    /// An empty table.
    pub fn new(align: [Align; N]) -> Self {
        Self { align, head: None, rows: Vec::new(), indent: 0 }
    }

    /// Blanks before each row.
    pub fn indent(mut self, by: usize) -> Self {
        self.indent = by;
        self
    }

    /// Sets the head.
    pub fn head<S: AsRef<str>>(&mut self, cells: [S; N]) {
        self.head = Some(cells.map(|c| c.as_ref().to_owned()));
    }

    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: [S; N]) {
        self.rows.push(cells.map(|c| c.as_ref().to_owned()));
    }

    /// The table as lines; nothing if it has no rows.
    pub fn text(&self, color: bool) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let mut widths = [0; N];
        for row in self.head.iter().chain(&self.rows) {
            for (w, cell) in widths.iter_mut().zip(row) {
                *w = (*w).max(width(cell));
            }
        }
        let mut out = String::new();
        if let Some(head) = &self.head {
            out.push_str(&paint::dim(&self.line(head, &widths), color));
            out.push('\n');
        }
        for row in &self.rows {
            out.push_str(&self.line(row, &widths));
            out.push('\n');
        }
        out
    }

    fn line(&self, row: &[String; N], widths: &[usize; N]) -> String {
        let mut line = " ".repeat(self.indent);
        for (i, cell) in row.iter().enumerate() {
            if i > 0 {
                line.push_str("  ");
            }
            let pad = " ".repeat(widths[i].saturating_sub(width(cell)));
            match self.align[i] {
                Align::Left => line.push_str(&format!("{cell}{pad}")),
                Align::Right => line.push_str(&format!("{pad}{cell}")),
            }
        }
        line.trim_end().to_owned()
    }
}

/// Columns that a text takes on a terminal; colour takes none.
pub fn width(text: &str) -> usize {
    let mut visible = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('\u{1b}') {
        visible.push_str(&rest[..start]);
        rest = rest[start..].find('m').map_or("", |end| &rest[start + end + 1..]);
    }
    visible.push_str(rest);
    visible.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_align() {
        let mut t = Table::new([Align::Left, Align::Right]);
        t.head(["阶段", "kg"]);
        t.row(["电解", "12004.2"]);
        t.row(["transport", "3"]);
        assert_eq!(t.text(false), "阶段            kg\n电解       12004.2\ntransport        3\n");
        assert_eq!(width(&paint::bold("电解", true)), 4);
    }
}
