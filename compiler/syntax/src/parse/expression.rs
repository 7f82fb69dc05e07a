//! Expressions.
//!
//! The grammar has no recursion per operator, and neither has the tree builder: chains become left-deep trees in a
//! loop. Whoever walks or drops a tree does recurse, so its depth is limited to [`MAX_LEVEL`] here.

use super::{Node, Reader};
use crate::ast::{BinOp, CmpOp, Expr, ExprKind, UnitExpr};
use footrule_diag::{Code, Diagnostic, text};
use footrule_grammar::Rule;

/// Depth of an expression tree. Later stages spend some kilobytes of stack on a level, and a thread may have 2 MiB.
pub(super) const MAX_LEVEL: usize = 256;

impl<'i> Reader<'i> {
    /// An expression from any of the grammar's expression rules.
    pub(super) fn expr(&mut self, node: Node<'i>) -> Expr {
        let mut node = node;
        // Most levels of precedence hold nothing but the next one.
        while is_layer(node.as_rule()) {
            let mut inner = node.clone().into_inner();
            match (inner.next(), inner.next()) {
                (Some(only), None) => node = only,
                _ => break,
            }
        }
        if self.level >= MAX_LEVEL {
            return self.deep(&node);
        }
        self.level += 1;
        let expr = self.expr_node(node);
        self.level -= 1;
        expr
    }

    pub(super) fn deep(&mut self, node: &Node<'i>) -> Expr {
        let span = self.span(node);
        if !self.errors.iter().any(|e| e.code == Code::S004) {
            self.too_deep(span);
        }
        Expr { kind: ExprKind::Error, span }
    }

    fn expr_node(&mut self, node: Node<'i>) -> Expr {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::quantity => return self.quantity(node),
            Rule::or_else_expr => return self.chain(node, |_, a, b| ExprKind::OrElse(a, b)),
            Rule::or_expr => return self.chain(node, |_, a, b| ExprKind::Or(a, b)),
            Rule::and_expr => return self.chain(node, |_, a, b| ExprKind::And(a, b)),
            Rule::sum_expr | Rule::term => {
                return self.chain(node, |op, a, b| {
                    let op = match op {
                        Rule::plus => BinOp::Add,
                        Rule::minus => BinOp::Sub,
                        Rule::star => BinOp::Mul,
                        _ => BinOp::Div,
                    };
                    ExprKind::Binary(op, a, b)
                });
            }
            Rule::not_expr => return self.prefixed(node, Rule::kw_not, ExprKind::Not),
            Rule::unary => return self.prefixed(node, Rule::minus, ExprKind::Neg),
            Rule::exponent => return self.prefixed(node, Rule::minus, ExprKind::Neg),
            Rule::cmp_expr => self.comparison(node),
            Rule::power_expr => self.raised(node),
            Rule::range_expr => match self.two(node, Rule::sum_expr) {
                (Some(a), Some(b)) => {
                    let (a, b) = cover(a, b);
                    ExprKind::Range(Box::new(a), Box::new(b))
                }
                _ => ExprKind::Error,
            },
            Rule::postfix | Rule::at_arg => return self.postfix(node),
            Rule::paren => self.child(node, Rule::expr).kind,
            Rule::name => ExprKind::Name(self.result_name(&node)),
            Rule::string => ExprKind::Text(self.string(&node)),
            Rule::date => ExprKind::Date(self.date(&node)),
            Rule::kw_true => ExprKind::Bool(true),
            Rule::kw_false => ExprKind::Bool(false),
            Rule::list_expr => {
                ExprKind::List(node.into_inner().filter(|n| n.as_rule() == Rule::expr).map(|n| self.expr(n)).collect())
            }
            Rule::if_expr => self.conditional(node),
            Rule::match_expr => self.match_(node),
            Rule::first_of => ExprKind::FirstOf(self.when_arms(node)),
            Rule::one_of => ExprKind::OneOf(self.when_arms(node)),
            Rule::given_expr => ExprKind::Given(Box::new(self.child(node, Rule::postfix))),
            _ => ExprKind::Error,
        };
        Expr { kind, span }
    }

    /// The child of this rule as an expression.
    pub(super) fn child(&mut self, node: Node<'i>, rule: Rule) -> Expr {
        let span = self.span(&node);
        let child = node.into_inner().find(|n| n.as_rule() == rule);
        child.map_or(Expr { kind: ExprKind::Error, span }, |n| self.expr(n))
    }

    pub(super) fn child_unit(&mut self, node: Node<'i>) -> UnitExpr {
        let span = self.span(&node);
        let child = node.into_inner().find(|n| n.as_rule() == Rule::unit);
        child.map_or(UnitExpr { atoms: Vec::new(), span }, |n| self.unit(n))
    }

    fn two(&mut self, node: Node<'i>, rule: Rule) -> (Option<Expr>, Option<Expr>) {
        let mut parts = node.into_inner().filter(|n| n.as_rule() == rule);
        let first = parts.next().map(|n| self.expr(n));
        (first, parts.next().map(|n| self.expr(n)))
    }

    /// `a + b - c`: operands with single operator tokens between them, left to right.
    fn chain(&mut self, node: Node<'i>, build: impl Fn(Rule, Box<Expr>, Box<Expr>) -> ExprKind) -> Expr {
        let whole = node.clone();
        let parts: Vec<Node<'i>> = node.into_inner().collect();
        let mut depth = parts.len() / 2;
        if self.level + depth > MAX_LEVEL {
            return self.deep(&whole);
        }
        let mut left: Option<Expr> = None;
        let mut op = Rule::plus;
        for (i, part) in parts.into_iter().enumerate() {
            if i % 2 == 1 {
                op = part.as_rule();
                continue;
            }
            let place = self.span(&part);
            self.level += depth;
            let right = self.expr(part);
            self.level -= depth;
            depth = depth.saturating_sub(usize::from(i > 0));
            left = Some(match left {
                None => Expr { span: place, ..right },
                Some(l) => {
                    let span = l.span.to(place);
                    Expr { kind: build(op, Box::new(l), Box::new(right)), span }
                }
            });
        }
        left.unwrap_or(Expr { kind: ExprKind::Error, span: self.span(&whole) })
    }

    fn prefixed(&mut self, node: Node<'i>, token: Rule, build: impl Fn(Box<Expr>) -> ExprKind) -> Expr {
        let whole = node.clone();
        let span = self.span(&whole);
        let mut starts = Vec::new();
        let mut expr = Expr { kind: ExprKind::Error, span };
        for part in node.into_inner() {
            if part.as_rule() == token {
                starts.push(self.span(&part));
                continue;
            }
            if self.level + starts.len() > MAX_LEVEL {
                return self.deep(&whole);
            }
            self.level += starts.len();
            expr = self.expr(part);
            self.level -= starts.len();
        }
        for start in starts.into_iter().rev() {
            expr = Expr { kind: build(Box::new(expr)), span: start.to(span) };
        }
        expr
    }

    fn comparison(&mut self, node: Node<'i>) -> ExprKind {
        let place = self.span(&node);
        let mut parts = node.into_inner();
        let Some(first) = parts.next() else {
            return ExprKind::Error;
        };
        let left = Expr { span: self.span(&first), ..self.expr(first) };
        let Some(tail) = parts.next() else {
            return left.kind;
        };
        if let Some(second) = parts.next() {
            let at = self.span(&second);
            self.error(
                Diagnostic::new(Code::S012, text!("比较不能连写", "comparisons do not chain"))
                    .at(at, text!("第二个比较", "a second comparison"))
                    .help(text!("写作 `a < b 且 b < c`，或用 `介于`", "write `a < b and b < c`, or use `within`")),
            );
        }
        let left = Box::new(left);
        match tail.as_rule() {
            Rule::within_tail => match self.two(tail, Rule::sum_expr) {
                (Some(a), Some(b)) => {
                    let (a, b) = cover(a, b);
                    ExprKind::Within(left, Box::new(a), Box::new(b))
                }
                _ => ExprKind::Error,
            },
            Rule::set_tail => {
                let set = tail.into_inner().filter(|n| n.as_rule() == Rule::expr).map(|n| self.expr(n)).collect();
                ExprKind::InSet(left, set)
            }
            _ => {
                let op = tail.clone().into_inner().next().map_or(CmpOp::Eq, |n| cmp_op(n.as_str()));
                let mut right = self.child(tail, Rule::sum_expr);
                if let ExprKind::Error = right.kind {
                    right.span = place;
                }
                ExprKind::Compare(op, left, Box::new(right))
            }
        }
    }

    fn raised(&mut self, node: Node<'i>) -> ExprKind {
        let mut base = None;
        let mut power = None;
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::caret => {}
                Rule::exponent if power.is_some() => {
                    self.error(
                        Diagnostic::new(Code::S012, text!("`^` 不能连写", "`^` does not chain"))
                            .at(place, text!("第二个幂次", "a second power"))
                            .help(text!("用括号写明先后", "use parentheses")),
                    );
                    break;
                }
                Rule::exponent => power = Some(self.expr(part)),
                _ => base = Some(self.expr(part)),
            }
        }
        match (base, power) {
            (Some(base), Some(power)) => ExprKind::Power(Box::new(base), Box::new(power)),
            (Some(base), None) => base.kind,
            _ => ExprKind::Error,
        }
    }
}

/// True for rules that only pass on their single child.
fn is_layer(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expr
            | Rule::or_else_expr
            | Rule::or_expr
            | Rule::and_expr
            | Rule::not_expr
            | Rule::cmp_expr
            | Rule::sum_expr
            | Rule::term
            | Rule::unary
            | Rule::power_expr
            | Rule::postfix
            | Rule::range_expr
            | Rule::exponent
            | Rule::at_arg
    )
}

/// The comparison that a token spells.
pub(super) fn cmp_op(text: &str) -> CmpOp {
    match text.trim() {
        "!=" | "≠" => CmpOp::Ne,
        "<" => CmpOp::Lt,
        "<=" | "≤" => CmpOp::Le,
        ">" => CmpOp::Gt,
        ">=" | "≥" => CmpOp::Ge,
        _ => CmpOp::Eq,
    }
}

/// `380 .. 480 kg{anode}/t{Al}`: the unit of the last bound covers a bare first one, except a zero, which fits all.
pub(super) fn cover(first: Expr, last: Expr) -> (Expr, Expr) {
    let mut first = first;
    if let Some(unit) = unit_of(&last).cloned()
        && let Some((value, slot @ None)) = bare_of(&mut first)
        && !value.is_zero()
    {
        *slot = Some(unit);
    }
    (first, last)
}

fn unit_of(expr: &Expr) -> Option<&UnitExpr> {
    match &expr.kind {
        ExprKind::Number { unit, .. } => unit.as_ref(),
        ExprKind::Neg(inner) => unit_of(inner),
        _ => None,
    }
}

fn bare_of(expr: &mut Expr) -> Option<(footrule_number::Number, &mut Option<UnitExpr>)> {
    match &mut expr.kind {
        ExprKind::Number { value, unit, .. } => Some((*value, unit)),
        ExprKind::Neg(inner) => bare_of(inner),
        _ => None,
    }
}
