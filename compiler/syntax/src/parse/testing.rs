//! `test` and `scenario`, and messages with values in them.

use super::{Node, Reader, no_name};
use crate::ast::{DateKey, Expr, ExprKind, Labels, Message, Path, Piece, Stmt, Test, TestEntry};
use crate::head::span;
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_grammar::Rule;
use pest::iterators::Pair;

impl<'i> Reader<'i> {
    pub(super) fn test_statement(&mut self, node: Node<'i>) -> Stmt {
        if node.as_rule() == Rule::scenario_decl {
            return self.scenario(node);
        }
        let mut test = Test { labels: Labels::default(), entries: Vec::new() };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::label => self.label(&mut test.labels, part),
                Rule::test_body => {
                    test.entries = self.entries(part, Rule::test_only, |r, n| {
                        let place = r.span(&n);
                        n.into_inner().next().map(|inner| (r.test_entry(inner), place))
                    });
                }
                _ => {}
            }
        }
        Stmt::Test(test)
    }

    fn test_entry(&mut self, node: Node<'i>) -> TestEntry {
        match node.as_rule() {
            Rule::test_period => {
                let mut keys = node.into_inner().filter(|n| n.as_rule() == Rule::date_key);
                let from = keys.next().map_or(DateKey::Year(0), |n| self.date_key(n).0);
                TestEntry::Period(from, keys.next().map(|n| self.date_key(n).0))
            }
            Rule::source_ref => TestEntry::Source(self.source(node).unwrap_or_else(no_name)),
            Rule::test_scenario => {
                let name = node.into_inner().find(|n| n.as_rule() == Rule::name);
                TestEntry::Scenario(name.map_or_else(no_name, |n| self.ident(&n)))
            }
            Rule::test_from => {
                let file = node.into_inner().find(|n| n.as_rule() == Rule::string);
                TestEntry::From(file.map_or_else(String::new, |n| self.string(&n)))
            }
            Rule::test_expect => match node.into_inner().find(|n| n.as_rule() != Rule::kw_expect) {
                Some(inner) => self.expectation(inner),
                None => TestEntry::Error(no_name()),
            },
            _ => {
                let (path, value) = self.setting(node);
                TestEntry::Set(path, value)
            }
        }
    }

    fn setting(&mut self, node: Node<'i>) -> (Path, Expr) {
        let path = node.clone().into_inner().find(|n| n.as_rule() == Rule::path);
        let path = path.map_or_else(|| Path(vec![no_name()]), |n| self.path(n));
        (path, self.child(node, Rule::expr))
    }

    fn expectation(&mut self, node: Node<'i>) -> TestEntry {
        let place = self.span(&node);
        match node.as_rule() {
            Rule::expect_error => {
                let code = node.into_inner().find(|n| n.as_rule() == Rule::code);
                TestEntry::Error(code.map_or_else(no_name, |n| self.ident(&n)))
            }
            Rule::expect_warning => {
                let path = node.into_inner().find(|n| n.as_rule() == Rule::path);
                TestEntry::Warning(path.map_or_else(no_name, |n| self.ident(&n)))
            }
            _ => {
                let (mut what, mut name, mut within) = (no_name(), None, None);
                let mut value = Expr { kind: ExprKind::Error, span: place };
                for part in node.into_inner() {
                    match part.as_rule() {
                        Rule::path => name = Some(self.path(part)),
                        Rule::total_of => {
                            let product = part.into_inner().find(|n| n.as_rule() == Rule::name);
                            name = product.map(|n| Path(vec![self.ident(&n)]));
                        }
                        Rule::expr => value = self.expr(part),
                        Rule::within_tol => within = Some(self.child(part, Rule::sum_expr)),
                        Rule::eq => {}
                        Rule::quality_result => {
                            what = part.into_inner().next().map_or_else(no_name, |n| self.result_name(&n));
                        }
                        _ => what = self.word(&part),
                    }
                }
                if what.text == "origin"
                    && let Some(Path(parts)) = &mut name
                {
                    self.options(parts);
                }
                TestEntry::Value { what, name, value, within }
            }
        }
    }

    fn scenario(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut labels, mut entries) = (no_name(), Labels::default(), Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::label => self.label(&mut labels, part),
                Rule::scenario_body => entries = self.entries(part, Rule::scenario_only, |r, n| Some(r.setting(n))),
                _ => {}
            }
        }
        Stmt::Scenario { name, entries, labels }
    }

    /// A label that is a message: `{expr}` shows a value, `{{` and `}}` are braces.
    pub(super) fn message(&mut self, message: &mut Message, node: Node<'i>) {
        let place = self.span(&node);
        let mut chinese = false;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::kw_zh => chinese = true,
                Rule::string => {
                    let pieces = self.pieces(&part);
                    let slot = if chinese { &mut message.zh } else { &mut message.en };
                    if slot.is_empty() {
                        *slot = pieces;
                    } else {
                        self.label_twice(chinese, place);
                    }
                }
                _ => {}
            }
        }
    }

    fn pieces(&mut self, node: &Node<'i>) -> Vec<Piece> {
        let quoted = node.as_str().trim_end();
        // The text between the quotes and where it begins.
        let start = node.as_span().start() + 1;
        let raw = quoted.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(quoted);
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = raw[at..].chars().next() {
            let rest = &raw[at..];
            let escape = ["\\\\", "\\\"", "{{", "}}"].iter().find(|e| rest.starts_with(**e));
            if let Some(escape) = escape {
                plain.extend(escape.chars().next_back());
                at += 2;
            } else if c == '{' {
                let len = value_len(rest);
                let Some(len) = len else {
                    self.brace(start + at, "{");
                    plain.push(c);
                    at += 1;
                    continue;
                };
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Value(self.embedded(&rest[1..len - 1], start + at + 1)));
                at += len;
            } else {
                if c == '}' {
                    self.brace(start + at, "}");
                }
                plain.push(c);
                at += c.len_utf8();
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        pieces
    }

    fn brace(&mut self, at: usize, brace: &str) {
        let at = span(self.base + at, self.base + at + 1);
        self.error(
            Diagnostic::new(
                Code::S002,
                text!("消息中的 `{brace}` 没有配对", "`{brace}` in a message without its partner"),
            )
            .at(at, text!("没有配对", "no partner"))
            .help(text!("要显示花括号本身，写两个", "to show a brace, write it twice"))
            .fix(at, brace.repeat(2)),
        );
    }

    /// The expression inside `{…}`, which begins at `at` of this reader's text.
    fn embedded(&mut self, text: &'i str, at: usize) -> Expr {
        let place = span(self.base + at, self.base + at + text.len());
        let by = span(self.base + at, 0).start;
        match footrule_grammar::parse(Rule::expr_only, text) {
            Ok(pairs) => {
                let expr = pairs.flat_map(Pair::into_inner).find(|n| n.as_rule() == Rule::expr);
                let mut reader = Reader::new(self.source, text, self.base + at);
                reader.level = self.level;
                let expr = expr.map_or(Expr { kind: ExprKind::Error, span: place }, |n| reader.expr(n));
                self.errors.append(&mut reader.errors);
                expr
            }
            Err(_) => {
                let error = super::message::explain(text, Rule::expr_only);
                self.error(error.map_place(|s: Span| s.shift(by)));
                Expr { kind: ExprKind::Error, span: place }
            }
        }
    }
}

/// Length of `{…}` at the start of `text`, tags inside included.
fn value_len(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}
