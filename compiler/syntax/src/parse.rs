//! One chunk into trees: entry point, recovery, and what all areas of the language share.
//!
//! Guarantees: never fails, never panics; what cannot be read becomes [`Stmt::Broken`], a missing entry or
//! [`ExprKind::Error`], each with an error that says why; places lie in the chunk on character boundaries. pest is
//! hidden behind this module: no type of it leaves the crate.
//!
//! How: the grammar has a `bad_…` alternative behind every entry of a block, which skips it. A skipped entry is read
//! once more alone, only to learn where and why it fails (`message`).

mod call;
mod choice;
mod declaration;
mod expression;
mod input;
mod literal;
mod message;
mod rule;
mod table;
mod testing;
mod unit;

use crate::ast::{Ident, Item, Labels, Path, Stmt};
use crate::head::{head, head_error, nfc, span};
use crate::split::Chunk;
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_grammar::Rule;
use footrule_grammar::keywords::{self, Place};
use pest::iterators::Pair;

pub(crate) type Node<'i> = Pair<'i, Rule>;

/// What a chunk says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// Normally one; more if `;` separates statements.
    pub items: Vec<Item>,
    /// The errors of the chunk (as the splitter found them) and those of its grammar.
    pub errors: Vec<Diagnostic<Span>>,
}

/// Parses a chunk.
#[must_use]
pub fn parse_chunk(chunk: &Chunk) -> Parsed {
    let mut reader = Reader::new(&chunk.text, &chunk.layout, 0);
    reader.errors.clone_from(&chunk.errors);
    // Whatever follows from an odd character or an open bracket has been said.
    reader.muted = chunk.errors.iter().any(|e| e.code != Code::S008);
    let mut items = if chunk.errors.iter().any(|e| e.code == Code::S004) {
        vec![reader.broken(0, &chunk.layout)]
    } else {
        reader.chunk()
    };
    if let Some(first) = items.first_mut() {
        first.docs.clone_from(&chunk.docs);
    }
    if let Some(clause) = &chunk.heading_clause {
        for item in items.iter_mut().filter(|i| i.clause.is_none()) {
            item.clause = Some(Ident { text: clause.clone(), span: Span::default() });
        }
    }
    // Lists grow with room to spare, and trees are kept for long: a copy has none.
    Parsed { items: items.clone(), errors: reader.errors }
}

/// Turns pairs into trees and collects errors.
pub(crate) struct Reader<'i> {
    /// Text of the chunk, on whose character boundaries all places lie.
    source: &'i str,
    /// Layout copy that the pairs point into.
    text: &'i str,
    /// Offset of `text` in the chunk.
    base: usize,
    pub(crate) errors: Vec<Diagnostic<Span>>,
    /// Grammar errors would only repeat what is known.
    muted: bool,
    /// Depth of the expression tree at the current place.
    level: usize,
}

impl<'i> Reader<'i> {
    pub(crate) fn new(source: &'i str, text: &'i str, base: usize) -> Self {
        Self { source, text, base, errors: Vec::new(), muted: false, level: 0 }
    }

    fn chunk(&mut self) -> Vec<Item> {
        let text = self.text;
        let mut items = Vec::new();
        match footrule_grammar::parse(Rule::chunk, text) {
            Ok(pairs) => {
                for node in pairs.flat_map(Pair::into_inner) {
                    match node.as_rule() {
                        Rule::item => items.push(self.item(node)),
                        Rule::bad_item => items.push(self.bad_item(&node)),
                        _ => {}
                    }
                }
            }
            // The chunk rule accepts everything; what is left is pest's guard of the stack.
            Err(_) => {
                self.too_deep(span(0, text.len().min(text.chars().next().map_or(0, char::len_utf8))));
                items.push(self.broken(0, text));
            }
        }
        if items.is_empty() {
            items.push(self.broken(0, text));
            if self.errors.is_empty() {
                self.nothing_here();
            }
        }
        items
    }

    /// A clause without a statement, or separators only.
    fn nothing_here(&mut self) {
        self.error(
            Diagnostic::new(Code::S001, text!("这里没有语句", "there is no statement here"))
                .at(span(0, 0), text!("应为一条语句", "a statement is expected")),
        );
    }

    pub(crate) fn item(&mut self, node: Node<'i>) -> Item {
        let place = self.span(&node);
        let mut clause = None;
        let mut stmt = Stmt::Broken { keyword: None, name: None };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::clause => clause = Some(self.clause(&child)),
                _ => stmt = self.statement(child),
            }
        }
        Item { docs: String::new(), clause, stmt, span: place }
    }

    fn statement(&mut self, node: Node<'i>) -> Stmt {
        match node.as_rule() {
            Rule::use_decl
            | Rule::flow_decl
            | Rule::flow_enum
            | Rule::enum_decl
            | Rule::gas_decl
            | Rule::unit_decl
            | Rule::record_decl
            | Rule::source_decl
            | Rule::const_decl
            | Rule::fn_decl
            | Rule::process_decl
            | Rule::stage_decl
            | Rule::input_decl
            | Rule::let_decl => self.declaration(node),
            Rule::param_decl | Rule::table_decl => self.table_statement(node),
            Rule::test_decl | Rule::scenario_decl => self.test_statement(node),
            _ => self.rule_statement(node),
        }
    }

    /// A statement that was skipped; also inside a process.
    pub(crate) fn bad_item(&mut self, node: &Node<'i>) -> Item {
        let start = node.as_span().start();
        let text = node.as_str();
        match head_error(text) {
            Some(error) if !self.muted => {
                let by = self.offset(start);
                self.error(error.map_place(|s| s.shift(by)));
            }
            _ => self.bad(node, Rule::item_only),
        }
        self.broken(start, text)
    }

    fn broken(&self, start: usize, text: &str) -> Item {
        let by = self.offset(start);
        let moved = |i: Ident| Ident { text: i.text, span: self.snap(i.span.shift(by)) };
        let head = head(text);
        let stmt = Stmt::Broken { keyword: head.keyword.map(moved), name: head.name.map(moved) };
        Item { docs: String::new(), clause: None, stmt, span: self.snap(span(0, text.trim_end().len()).shift(by)) }
    }

    /// Says what is wrong with a skipped entry by reading it alone.
    pub(crate) fn bad(&mut self, node: &Node<'i>, rule: Rule) {
        if self.muted {
            return;
        }
        let start = node.as_span().start();
        let entry = node.as_str().trim_end();
        let error = message::explain(entry, rule);
        let by = self.offset(start);
        self.error(error.map_place(|s| s.shift(by)));
    }

    /// Reads the entries of a block: `good` each entry, `only` explains the skipped ones.
    pub(crate) fn entries<T>(
        &mut self,
        node: Node<'i>,
        only: Rule,
        mut good: impl FnMut(&mut Self, Node<'i>) -> Option<T>,
    ) -> Vec<T> {
        let mut out = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::bad_entry | Rule::bad_weight => self.bad(&child, only),
                Rule::lbrace | Rule::rbrace | Rule::end | Rule::semi | Rule::comma | Rule::EOI => {}
                _ => out.extend(good(self, child)),
            }
        }
        out
    }

    pub(crate) fn error(&mut self, error: Diagnostic<Span>) {
        let error = error.map_place(|s| self.snap(s));
        self.errors.push(error);
    }

    /// Widens a place to whole characters: where the layout copy holds ASCII for a wide character, a token may end
    /// in its middle.
    fn snap(&self, at: Span) -> Span {
        let (mut start, mut end) = (at.start as usize, at.end as usize);
        while !self.source.is_char_boundary(start) && start > 0 {
            start -= 1;
        }
        while !self.source.is_char_boundary(end) && end < self.source.len() {
            end += 1;
        }
        span(start, end)
    }

    pub(crate) fn too_deep(&mut self, at: Span) {
        self.error(
            Diagnostic::new(Code::S004, text!("表达式过深或过长", "the expression is too deep or too long"))
                .at(at, text!("用 `令` 拆成几步", "split it into steps with `let`")),
        );
    }

    fn offset(&self, at: usize) -> u32 {
        span(self.base + at, 0).start
    }

    pub(crate) fn span(&self, node: &Node<'i>) -> Span {
        let place = node.as_span();
        // A rule may end with skipped blanks; the place is the text that is seen.
        let end = place.start() + node.as_str().trim_end().len();
        self.snap(span(self.base + place.start(), self.base + end.max(place.start())))
    }

    /// The text at a place; the layout copy has plain blanks where it may have others.
    pub(crate) fn written(&self, at: Span) -> &'i str {
        self.source.get(at.start as usize..at.end as usize).unwrap_or("")
    }

    /// A name as written.
    pub(crate) fn ident(&self, node: &Node<'i>) -> Ident {
        Ident { text: nfc(node.as_str().trim()), span: self.span(node) }
    }

    /// A keyword or a word of a fixed set, in English.
    pub(crate) fn word(&self, node: &Node<'i>) -> Ident {
        let inner = node.clone().into_inner().next().unwrap_or_else(|| node.clone());
        let text = match keywords::by_rule(inner.as_rule()) {
            Some(keyword) => keyword.english.to_owned(),
            None => keywords::english(&nfc(inner.as_str().trim()), Place::OPTION).to_owned(),
        };
        Ident { text, span: self.span(node) }
    }

    /// A declared value: a Chinese word for a built-in is that built-in, which name resolution then refuses.
    pub(crate) fn value_name(&self, node: &Node<'i>) -> Ident {
        let ident = self.ident(node);
        Ident { text: keywords::english(&ident.text, Place::NAME).to_owned(), span: ident.span }
    }

    pub(crate) fn path(&self, node: Node<'i>) -> Path {
        let own = self.ident(&node);
        let parts: Vec<Ident> =
            node.into_inner().filter(|n| n.as_rule() == Rule::name).map(|n| self.ident(&n)).collect();
        Path(if parts.is_empty() { vec![own] } else { parts })
    }

    /// The clause behind `§`, without quotes.
    pub(crate) fn clause(&self, node: &Node<'i>) -> Ident {
        let text = node.as_str().trim_start_matches('§').trim();
        let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
        Ident { text: nfc(text), span: self.span(node) }
    }

    /// The text of a quoted string: `\"` and `\\` are the only escapes.
    pub(crate) fn string(&self, node: &Node<'i>) -> String {
        let raw = node.as_str().trim();
        let inner = raw.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(raw);
        inner.replace("\\\"", "\"").replace("\\\\", "\\")
    }

    /// `source NAME`.
    pub(crate) fn source(&self, node: Node<'i>) -> Option<Ident> {
        node.into_inner().find(|n| n.as_rule() == Rule::name).map(|n| self.ident(&n))
    }

    /// `zh "…"` or `en "…"`, added to the labels of a declaration.
    pub(crate) fn label(&mut self, labels: &mut Labels, node: Node<'i>) {
        let place = self.span(&node);
        let mut chinese = false;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::kw_zh => chinese = true,
                Rule::string => {
                    let text = self.string(&child);
                    let slot = if chinese { &mut labels.zh } else { &mut labels.en };
                    if slot.is_empty() {
                        *slot = text;
                    } else {
                        self.label_twice(chinese, place);
                    }
                }
                _ => {}
            }
        }
    }

    pub(crate) fn label_twice(&mut self, chinese: bool, place: Span) {
        let word = if chinese { "zh" } else { "en" };
        self.error(
            Diagnostic::new(Code::S001, text!("`{word}` 出现两次", "`{word}` is given twice"))
                .at(place, text!("每种语言一条", "one for each language")),
        );
    }

    /// An optional part of a statement, which may come once: a second one is an error, the first one stays.
    pub(crate) fn once<T>(&mut self, slot: &mut Option<T>, place: Span, value: T) {
        if slot.is_none() {
            *slot = Some(value);
        } else {
            self.error(
                Diagnostic::new(Code::S001, text!("这一部分出现两次", "this part is given twice"))
                    .at(place, text!("只保留一处", "keep one of them")),
            );
        }
    }
}

/// A name where the grammar promises one; empty only if grammar and reader disagree.
pub(crate) fn no_name() -> Ident {
    Ident { text: String::new(), span: Span::default() }
}
