//! The splitter: a file into chunks, one per statement, by columns and brackets alone.
//!
//! Guarantees: linear time; every byte of a statement lies in exactly one chunk; a line at the margin always begins a
//! new chunk unless it begins with a closing bracket, so an unclosed bracket costs one statement. The layout copy
//! of a chunk has the byte length of its text, so places need no translation. In it
//! - the newline that ends an entry of a block is U+001E, comments and all kinds of blanks are blanks;
//! - brackets without partner and unclosed quotes are U+001F, which no token matches, so that what the parser skips
//!   is always balanced.
//!
//! Must not: know statements beyond their heads. Which characters have no business here is `lexical`'s.

mod scan;

use crate::ast::{Item, Stmt};
use crate::head::{clause_len, head, nfc, span};
use crate::key::{ChunkKey, Key};
use footrule_diag::{Code, Diagnostic, Span, text};
use rustc_hash::FxHashMap;
use scan::Open;
use std::sync::Arc;

/// How deep brackets may nest.
pub const MAX_DEPTH: usize = 64;
/// How large a file may be, in bytes.
pub const MAX_FILE: usize = 4 << 20;
/// More errors than this in one chunk say nothing new.
const MAX_ERRORS: usize = 20;

/// The statements inside a process as chunks of their own. `start` counts from the start of the process; errors of
/// reading are those of the process, which is read as a whole too.
#[must_use]
pub fn inner_chunks(chunk: &Chunk, process: &Item) -> Vec<Chunk> {
    let Stmt::Process { body, .. } = &process.stmt else { return Vec::new() };
    let Some(name) = chunk.key.name.clone() else { return Vec::new() };
    let mut seen: FxHashMap<(String, Option<String>), u32> = FxHashMap::default();
    // A statement without a clause of its own belongs to that of the process.
    let clause = process.clause.as_ref().map(|c| c.text.clone());
    let mut out = Vec::new();
    for item in body {
        let (from, to) = (item.span.start as usize, item.span.end as usize);
        let (Some(text), Some(layout)) = (chunk.text.get(from..to), chunk.layout.get(from..to)) else { continue };
        let (mut keyword, own) = identity(layout);
        // Opening a definition does not make it another one.
        if keyword == "open let" {
            keyword = "let".into();
        }
        let next = seen.entry((keyword.clone(), own.clone())).or_default();
        let process = Some((name.clone(), chunk.key.occurrence));
        out.push(Chunk {
            key: Key::new(ChunkKey { keyword, name: own, occurrence: *next, process }),
            start: item.span.start,
            text: text.into(),
            layout: layout.into(),
            docs: item.docs.clone(),
            heading_clause: clause.clone(),
            errors: Vec::new(),
        });
        *next += 1;
    }
    out
}

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chunk {
    /// Identity.
    pub key: Key,
    /// Offset of `text` in the file, in bytes.
    pub start: u32,
    /// The text from the clause or head to the end of the last line, without the comments above.
    pub text: Arc<str>,
    /// The text as the grammar wants it, of the same length.
    pub layout: Arc<str>,
    /// Text of the `///` lines above, joined by newlines.
    pub docs: String,
    /// Clause of the numbered heading above, in literate files.
    pub heading_clause: Option<String>,
    /// What is wrong with brackets, quotes, indentation, characters; relative to `text`. `parse_chunk` repeats them.
    pub errors: Vec<Diagnostic<Span>>,
}

/// A file in chunks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Split {
    /// In order of text.
    pub chunks: Vec<Chunk>,
    /// Text of the `//!` lines, joined by newlines.
    pub module_docs: String,
    /// What is wrong with the file as a whole, relative to it; nothing that a chunk reports.
    pub errors: Vec<Diagnostic<Span>>,
    /// Where source stands in a literate file: the lines between the marks of each fence, and their margin.
    pub fences: Vec<(Span, u32)>,
}

/// Cuts a file into chunks. `literate`: Markdown with ```` ```pcr ```` fences.
#[must_use]
pub fn split(text: &str, literate: bool) -> Split {
    if text.len() > MAX_FILE {
        let size = text.len() / (1 << 20);
        let error = Diagnostic::new(
            Code::S014,
            text!("文件约 {size} MiB，上限为 4 MiB", "the file has about {size} MiB; the limit is 4 MiB"),
        )
        .at(Span::new(0, 0), text!("拆成几个模块", "split it into modules"));
        return Split { errors: vec![error], ..Split::default() };
    }
    let mut splitter = Splitter::new(text);
    if literate {
        splitter.literate()
    } else {
        splitter.plain()
    }
    splitter.out.chunks.shrink_to_fit();
    splitter.out
}

/// The chunk being read; places are absolute.
struct Current {
    start: usize,
    end: usize,
    docs: String,
    clause: Option<String>,
    open: Vec<Open>,
    errors: Vec<Diagnostic<Span>>,
    too_deep: bool,
}

struct Splitter<'a> {
    text: &'a str,
    layout: Vec<u8>,
    current: Option<Current>,
    docs: Vec<&'a str>,
    clause: Option<String>,
    /// No `”` stands from where one was looked for last up to here.
    no_curly_before: usize,
    seen: FxHashMap<(String, Option<String>), u32>,
    out: Split,
}

impl<'a> Splitter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            layout: text.as_bytes().to_vec(),
            current: None,
            docs: Vec::new(),
            clause: None,
            no_curly_before: 0,
            seen: FxHashMap::default(),
            out: Split::default(),
        }
    }

    fn plain(&mut self) {
        let mut start = if self.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        for line in self.text[start..].split_inclusive('\n') {
            let end = start + line.len();
            self.line(start, start + line.trim_end_matches('\n').len(), 0);
            start = end;
        }
        self.finish();
    }

    fn literate(&mut self) {
        /// The fence that is open: its mark, whether its text is ours, its indentation, its place.
        struct Fence {
            mark: char,
            length: usize,
            ours: bool,
            indent: usize,
            at: Span,
        }
        let mut fence: Option<Fence> = None;
        // Level and number of the heading that counts.
        let mut heading: Option<(usize, String)> = None;
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let (at, end) = (start, start + line.trim_end_matches('\n').len());
            start += line.len();
            let body = line.trim();
            let indent = line.chars().take_while(|c| *c == ' ').count();
            let mark = body.chars().next().filter(|c| matches!(c, '`' | '~'));
            let length = mark.map_or(0, |m| body.chars().take_while(|c| *c == m).count());
            match &fence {
                Some(open) if mark == Some(open.mark) && length >= open.length && body.len() == length => {
                    self.finish();
                    if open.ours {
                        let first = (open.at.end as usize + 1).min(at);
                        self.out.fences.push((span(first, at), span(open.indent, 0).start));
                    }
                    fence = None;
                }
                Some(open) if open.ours => {
                    let indent = open.indent;
                    self.line(at, end, indent);
                }
                Some(_) => {}
                None => {
                    if let Some(mark) = mark.filter(|_| length >= 3) {
                        let info = body[length..].trim();
                        let ours = info == "pcr" || info.starts_with("pcr ");
                        self.clause = heading.as_ref().map(|(_, clause)| clause.clone());
                        fence = Some(Fence { mark, length, ours, indent, at: span(at, end) });
                    } else if let Some((level, number)) = heading_of(body) {
                        match number {
                            Some(number) => heading = Some((level, number)),
                            // A heading without a number below the numbered one still belongs to its clause.
                            None if heading.as_ref().is_some_and(|(above, _)| level <= *above) => heading = None,
                            None => {}
                        }
                    }
                }
            }
        }
        self.finish();
        if let Some(open) = fence.filter(|f| f.ours) {
            let error = Diagnostic::new(Code::S002, text!("代码块没有结束", "the code block is not closed"))
                .at(open.at, text!("从这里开始", "opened here"));
            self.out.errors.push(error);
        }
    }

    /// One line `start..end` of ours, without its newline; `margin` is the column that counts as 0.
    fn line(&mut self, start: usize, end: usize, margin: usize) {
        let source = self.text;
        let mut column = 0_usize;
        let mut content = start;
        let mut odd = false;
        for c in source[start..end].chars() {
            match c {
                ' ' => column += 1,
                // The widths of the repair.
                '\t' => column += 4,
                '\u{3000}' => column += 2,
                '\r' => {}
                _ => break,
            }
            odd |= matches!(c, '\t' | '\u{3000}');
            content += c.len_utf8();
        }
        let rest = source[content..end].trim_end();
        self.layout[start..content].fill(b' ');
        self.layout[content + rest.len()..end].fill(b' ');
        let Some(first) = rest.chars().next() else {
            return;
        };
        let column = column.saturating_sub(margin);
        if let Some(comment) = rest.strip_prefix("//") {
            self.layout[content..end].fill(b' ');
            if let Some(doc) = comment.strip_prefix('!') {
                if !self.out.module_docs.is_empty() {
                    self.out.module_docs.push('\n');
                }
                self.out.module_docs.push_str(doc.strip_prefix(' ').unwrap_or(doc));
            } else if let Some(doc) = comment.strip_prefix('/').filter(|_| column == 0) {
                self.docs.push(doc.strip_prefix(' ').unwrap_or(doc));
            }
            return;
        }
        let closer = matches!(first, ')' | '）' | ']' | '}');
        if self.current.is_none() || (column == 0 && !closer) {
            self.finish();
            self.begin(content, content);
            if column > 0 {
                self.error(
                    Diagnostic::new(
                        Code::S001,
                        text!("语句没有从行首开始", "the statement does not begin at the margin"),
                    )
                    .at(span(content, content + first.len_utf8()), text!("移到行首", "move it to the margin")),
                );
            }
        } else if !closer {
            self.entry(start, content, column);
        }
        if odd {
            self.indentation(start, content);
        }
        if let Some(current) = &mut self.current {
            current.end = content + rest.len();
        }
        self.scan(content, content + rest.len(), column);
    }

    /// Opens a chunk at `start`, with the doc comments read so far.
    fn begin(&mut self, start: usize, end: usize) {
        let docs = std::mem::take(&mut self.docs).join("\n");
        let clause = self.clause.clone();
        self.current =
            Some(Current { start, end, docs, clause, open: Vec::new(), errors: Vec::new(), too_deep: false });
    }

    /// Ends the entry above if this line begins another one.
    fn entry(&mut self, start: usize, content: usize, column: usize) {
        let Some(current) = &mut self.current else {
            return;
        };
        let Some(Open { block: true, column: Some(block), .. }) = current.open.last() else {
            return;
        };
        let block = *block;
        if column <= block && start > 0 {
            self.layout[start - 1] = footrule_grammar::END as u8;
        }
        if column < block {
            self.error(
                Diagnostic::new(
                    Code::S001,
                    text!("这一项比本块第一项更靠左", "this entry begins left of the first entry of its block"),
                )
                .at(span(content, content), text!("与第一项对齐", "align it with the first entry")),
            );
        }
    }

    fn indentation(&mut self, start: usize, content: usize) {
        let blanks: String = self.text[start..content]
            .chars()
            .map(|c| match c {
                '\t' => "    ",
                '\u{3000}' => "  ",
                _ => " ",
            })
            .collect();
        // The first line of a chunk has its indentation outside the chunk.
        let from = self.current.as_ref().map_or(start, |c| c.start.max(start)).min(content);
        let at = span(from, content);
        let error = Diagnostic::new(
            Code::S008,
            text!("缩进中有制表符或全角空格", "the indentation holds a tab or an ideographic space"),
        )
        .at(at, text!("只用半角空格缩进", "indent with blanks only"));
        self.error(if from == start { error.fix(at, blanks) } else { error });
    }

    fn error(&mut self, error: Diagnostic<Span>) {
        if let Some(current) = &mut self.current
            && current.errors.len() < MAX_ERRORS
        {
            current.errors.push(error);
        }
    }

    /// Closes the current chunk.
    fn finish(&mut self) {
        while let Some(open) = self.current.as_mut().and_then(|c| c.open.pop()) {
            self.unclosed(&open);
        }
        let Some(current) = self.current.take() else {
            return;
        };
        let text = self.text[current.start..current.end].to_owned();
        let layout =
            String::from_utf8(self.layout[current.start..current.end].to_vec()).unwrap_or_else(|_| text.clone());
        let by = span(current.start, current.start).start;
        let relative = |s: Span| Span::new(s.start.saturating_sub(by), s.end.saturating_sub(by));
        let mut errors: Vec<_> = current.errors.into_iter().map(|e| e.map_place(relative)).collect();
        errors.sort_by_key(|e| e.primary.as_ref().map(|l| l.at));
        let (keyword, name) = identity(&layout);
        let occurrence = self.seen.entry((keyword.clone(), name.clone())).or_default();
        let key = Key::new(ChunkKey { keyword, name, occurrence: *occurrence, process: None });
        *occurrence += 1;
        let (start, docs, heading_clause) = (by, current.docs, current.clause);
        self.out.chunks.push(Chunk {
            key,
            start,
            text: text.into(),
            layout: layout.into(),
            docs,
            heading_clause,
            errors,
        });
    }
}

/// Level of a Markdown heading and its number, if it begins with one.
fn heading_of(line: &str) -> Option<(usize, Option<String>)> {
    let level = line.chars().take_while(|c| *c == '#').count();
    if level == 0 || level > 6 || !line[level..].starts_with([' ', '\u{3000}']) {
        return None;
    }
    let word = line[level..].split_whitespace().next().unwrap_or("").trim_start_matches('§');
    let mut parts = word.trim_end_matches('.').split('.');
    let first = parts.next().unwrap_or("");
    let digits = |p: &str| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit());
    let letter = first.len() == 1 && first.chars().all(|c| c.is_ascii_uppercase());
    let more: Vec<&str> = parts.collect();
    let numbered = (digits(first) || letter && !more.is_empty()) && more.iter().all(|p| digits(p));
    Some((level, numbered.then(|| word.trim_end_matches('.').to_owned())))
}

/// Keyword and name of a chunk for its key.
fn identity(layout: &str) -> (String, Option<String>) {
    let head = head(layout);
    let Some(keyword) = head.keyword else {
        return ("?".to_owned(), Some(hash(layout)));
    };
    let rest = layout[head.rest..].trim_start();
    let name = match keyword.text.as_str() {
        // The labels name a test, so that an edit of its entries keeps it.
        "test" => Some(hash(rest.split('{').next().unwrap_or(rest).trim())),
        "use" | "require" | "accept" => Some(hash(rest)),
        // `include burner as boiler`: the name that it has here.
        "include" => {
            let mut words = rest.split_whitespace().skip_while(|w| !matches!(*w, "as" | "作为")).skip(1);
            words.next().map(nfc).or_else(|| head.name.map(|n| n.text))
        }
        // A path and perhaps a name of its own: `a.b as c`.
        "except" => {
            let mut words = rest.split_whitespace();
            let path = words.next().unwrap_or("");
            let own = words.next().filter(|w| matches!(*w, "as" | "作为")).and_then(|_| words.next());
            Some(own.map_or_else(|| nfc(path), |own| nfc(&format!("{path} as {own}"))))
        }
        "warn" if head.name.is_none() => Some(hash(rest)),
        _ => head.name.map(|n| n.text),
    };
    (keyword.text, name)
}

/// FNV-1a, short: stable across runs and platforms, which `std`'s hashers do not promise.
fn hash(text: &str) -> String {
    let full = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("#{:08x}", (full >> 32) ^ (full & 0xffff_ffff))
}

/// Length of the clause token that begins `text`.
fn clause_token(text: &str) -> usize {
    clause_len(text).max('§'.len_utf8())
}
