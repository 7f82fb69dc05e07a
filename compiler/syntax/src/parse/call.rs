//! What follows a primary expression: calls, comprehensions, fields, `as`, `at`; and the binders of loops.

use super::expression::MAX_LEVEL;
use super::{Node, Reader, no_name};
use crate::ast::{Arg, Binder, Expr, ExprKind, Ident, SeriesBound, UnitExpr};
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_grammar::Rule;
use footrule_grammar::keywords::{self, Place};

impl<'i> Reader<'i> {
    /// `primary` with calls, fields, `as` and `at` behind it.
    pub(super) fn postfix(&mut self, node: Node<'i>) -> Expr {
        let whole = node.clone();
        let parts: Vec<Node<'i>> = node.into_inner().collect();
        let depth = parts.len().saturating_sub(1);
        if self.level + depth > MAX_LEVEL {
            return self.deep(self.span(&whole));
        }
        let called = parts.get(1).is_some_and(|n| n.as_rule() == Rule::call);
        let mut left = Expr { kind: ExprKind::Error, span: self.span(&whole) };
        self.level += depth;
        for part in parts {
            let place = self.span(&part);
            let span = left.span.to(place);
            left = match part.as_rule() {
                Rule::call => Expr { span, kind: self.call(left, part) },
                Rule::field => {
                    let name = part.into_inner().find(|n| n.as_rule() == Rule::field_name);
                    let name = name.map_or_else(no_name, |n| self.ident(&n));
                    Expr { span, kind: ExprKind::Field(Box::new(left), name) }
                }
                Rule::as_tail => Expr { span, kind: ExprKind::As(Box::new(left), self.child_unit(part)) },
                Rule::at_tail => {
                    let at = self.child(part, Rule::at_arg);
                    Expr { span, kind: ExprKind::At(Box::new(left), Box::new(at)) }
                }
                // A function's name: the only place where every built-in word counts.
                Rule::name if called => Expr { span: place, kind: ExprKind::Name(self.value_name(&part)) },
                _ => Expr { span: place, ..self.expr(part) },
            };
        }
        self.level -= depth;
        left
    }

    fn call(&mut self, callee: Expr, node: Node<'i>) -> ExprKind {
        let mut args: Vec<Arg> = Vec::new();
        let mut loops: Option<(Vec<Binder>, Span)> = None;
        let mut bare: Option<(UnitExpr, Span)> = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::arg => {
                    let name =
                        part.clone().into_inner().find(|n| n.as_rule() == Rule::field_name).map(|n| self.ident(&n));
                    args.push(Arg { name, value: self.child(part, Rule::expr) });
                }
                Rule::call_for => {
                    let place = self.span(&part);
                    loops = Some((self.binders(part), place));
                }
                Rule::call_in => {
                    let place = self.span(&part);
                    bare = Some((self.child_unit(part), place));
                }
                _ => {}
            }
        }
        if let Some((unit, place)) = bare {
            return self.bare(&callee, args, unit, place);
        }
        let Some((binders, place)) = loops else {
            return ExprKind::Call { callee: Box::new(callee), args };
        };
        match (callee.kind, args.pop()) {
            (ExprKind::Name(function), body) if body.as_ref().is_none_or(|b| b.name.is_none()) => {
                ExprKind::Comprehension { function, body: body.map(|b| Box::new(b.value)), binders }
            }
            _ => {
                self.error(
                    Diagnostic::new(
                        Code::S001,
                        text!(
                            "`for` 只用在函数的唯一参数之后",
                            "`for` stands only behind the one argument of a function"
                        ),
                    )
                    .at(place, text!("如 `sum(x for x in xs)`", "as in `sum(x for x in xs)`")),
                );
                ExprKind::Error
            }
        }
    }

    /// `bare(x in g/m2)`; the grammar lets `in` stand behind the first argument of any function.
    fn bare(&mut self, callee: &Expr, args: Vec<Arg>, unit: UnitExpr, place: Span) -> ExprKind {
        let ours = matches!(&callee.kind, ExprKind::Name(name) if name.text == "bare");
        match args.into_iter().next() {
            Some(Arg { name: None, value }) if ours => ExprKind::Bare(Box::new(value), unit),
            _ => {
                self.error(
                    Diagnostic::new(
                        Code::S001,
                        text!("`in` 只用在 `bare` 的参数之后", "`in` with a unit stands only in `bare`"),
                    )
                    .at(place, text!("如 `bare(x in g/m2)`", "as in `bare(x in g/m2)`")),
                );
                ExprKind::Error
            }
        }
    }

    /// The binders among the children.
    pub(super) fn binders(&mut self, node: Node<'i>) -> Vec<Binder> {
        node.into_inner()
            .filter(|n| matches!(n.as_rule(), Rule::binder | Rule::line_binder))
            .map(|n| self.binder(n))
            .collect()
    }

    pub(super) fn binder(&mut self, node: Node<'i>) -> Binder {
        let span = self.span(&node);
        let mut binder =
            Binder { name: no_name(), list: Expr { kind: ExprKind::Error, span }, series: None, filter: None };
        let mut bound = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => binder.name = self.ident(&part),
                Rule::range_expr => binder.list = self.expr(part),
                Rule::series | Rule::line_series => bound = part.into_inner().next().map(|n| n.as_rule()),
                Rule::postfix => {
                    let bound = match bound {
                        Some(Rule::kw_after) => SeriesBound::After,
                        Some(Rule::kw_before) => SeriesBound::Before,
                        Some(Rule::kw_to) => SeriesBound::To,
                        _ => SeriesBound::From,
                    };
                    binder.series = Some((bound, self.expr(part)));
                }
                Rule::filter => binder.filter = Some(self.child(part, Rule::expr)),
                _ => {}
            }
        }
        binder
    }

    /// A name in an expression. Of the built-in words only the results that are read without a call count here, so
    /// that a field or an input may be called `最小`.
    pub(super) fn result_name(&self, node: &Node<'i>) -> Ident {
        let ident = self.ident(node);
        match keywords::english(&ident.text, Place::NAME) {
            english @ ("total" | "period" | "primary_share" | "rated_share" | "dqr") => {
                Ident { text: english.to_owned(), span: ident.span }
            }
            _ => ident,
        }
    }
}
