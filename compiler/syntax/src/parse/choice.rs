//! Choosing: `if`, `match`, `first of`, `one of`.

use super::expression::MAX_LEVEL;
use super::{Node, Reader};
use crate::ast::{Expr, ExprKind, MatchArm, WhenArm};
use footrule_diag::Span;
use footrule_grammar::Rule;

impl<'i> Reader<'i> {
    pub(super) fn match_(&mut self, node: Node<'i>) -> ExprKind {
        let mut subject = None;
        let arms = self.entries(node, Rule::arm_only, |r, n| match n.as_rule() {
            Rule::arm => Some(r.arm(n)),
            Rule::expr => {
                subject = Some(r.expr(n));
                None
            }
            _ => None,
        });
        subject.map_or(ExprKind::Error, |e| ExprKind::Match(Box::new(e), arms))
    }

    pub(super) fn conditional(&mut self, node: Node<'i>) -> ExprKind {
        let whole = node.clone();
        let end = self.span(&whole);
        let parts: Vec<Node<'i>> = node.into_inner().filter(|n| n.as_rule() == Rule::expr).collect();
        let pairs = parts.len() / 2;
        if self.level + pairs > MAX_LEVEL {
            return self.deep(self.span(&whole)).kind;
        }
        let mut exprs = Vec::new();
        for (i, part) in parts.into_iter().enumerate() {
            self.level += i / 2;
            exprs.push(self.expr(part));
            self.level -= i / 2;
        }
        let Some(mut last) = exprs.pop() else {
            return ExprKind::Error;
        };
        while let (Some(then), Some(cond)) = (exprs.pop(), exprs.pop()) {
            let span = Span::new(cond.span.start, end.end);
            last = Expr { kind: ExprKind::If(Box::new(cond), Box::new(then), Box::new(last)), span };
        }
        last.kind
    }

    fn arm(&mut self, node: Node<'i>) -> MatchArm {
        let span = self.span(&node);
        let mut arm = MatchArm { clause: None, values: Vec::new(), body: Expr { kind: ExprKind::Error, span } };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::clause => arm.clause = Some(self.clause(&part)),
                Rule::arm_name => arm.values.push(self.ident(&part)),
                Rule::expr => arm.body = self.expr(part),
                _ => {}
            }
        }
        arm
    }

    pub(super) fn when_arms(&mut self, node: Node<'i>) -> Vec<WhenArm> {
        self.entries(node, Rule::when_only, |r, n| (n.as_rule() == Rule::when_arm).then(|| r.when_arm(n)))
    }

    fn when_arm(&mut self, node: Node<'i>) -> WhenArm {
        let span = self.span(&node);
        let mut arm = WhenArm { clause: None, when: None, body: Expr { kind: ExprKind::Error, span } };
        let otherwise = node.clone().into_inner().any(|n| n.as_rule() == Rule::kw_otherwise);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::clause => arm.clause = Some(self.clause(&part)),
                Rule::expr if arm.when.is_none() && !otherwise => arm.when = Some(self.expr(part)),
                Rule::expr => arm.body = self.expr(part),
                _ => {}
            }
        }
        arm
    }
}
