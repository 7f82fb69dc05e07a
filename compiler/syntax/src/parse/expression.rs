//! Expressions.
//!
//! The grammar has no recursion per operator, and neither has the tree builder: chains become left-deep trees in a
//! loop. Whoever walks or drops a tree does recurse, so its depth is limited to [`MAX_LEVEL`] here.

use super::{Node, Reader};
use crate::ast::{BinOp, CmpOp, Expr, ExprKind, UnitExpr};
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_grammar::Rule;

/// Depth of an expression tree. Later stages spend some kilobytes of stack on a level, and a thread may have 2 MiB.
pub(super) const MAX_LEVEL: usize = 256;

/// Operators of one precedence in a flat chain.
struct Level {
    operators: &'static [Rule],
    build: Build,
}

enum Build {
    Prefix(fn(Box<Expr>) -> ExprKind),
    Infix(fn(Rule, Box<Expr>, Box<Expr>) -> ExprKind),
}

/// Loosest first.
const LOGIC: &[Level] = &[
    Level { operators: &[Rule::kw_or_else], build: Build::Infix(|_, a, b| ExprKind::OrElse(a, b)) },
    Level { operators: &[Rule::kw_or], build: Build::Infix(|_, a, b| ExprKind::Or(a, b)) },
    Level { operators: &[Rule::kw_and], build: Build::Infix(|_, a, b| ExprKind::And(a, b)) },
    Level { operators: &[Rule::kw_not], build: Build::Prefix(ExprKind::Not) },
];

/// Loosest first.
const ARITHMETIC: &[Level] = &[
    Level { operators: &[Rule::plus, Rule::minus], build: Build::Infix(binary) },
    Level { operators: &[Rule::star, Rule::slash], build: Build::Infix(binary) },
    Level { operators: &[Rule::sign], build: Build::Prefix(ExprKind::Neg) },
];

fn binary(operator: Rule, left: Box<Expr>, right: Box<Expr>) -> ExprKind {
    let operator = match operator {
        Rule::plus => BinOp::Add,
        Rule::minus => BinOp::Sub,
        Rule::star => BinOp::Mul,
        _ => BinOp::Div,
    };
    ExprKind::Binary(operator, left, right)
}

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
            return self.deep(self.span(&node));
        }
        self.level += 1;
        let expr = self.expr_node(node);
        self.level -= 1;
        expr
    }

    pub(super) fn deep(&mut self, span: Span) -> Expr {
        if !self.errors.iter().any(|e| e.code == Code::S004) {
            self.too_deep(span);
        }
        Expr { kind: ExprKind::Error, span }
    }

    fn expr_node(&mut self, node: Node<'i>) -> Expr {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::quantity => return self.quantity(node),
            Rule::expr => return self.chain(&node.into_inner().collect::<Vec<_>>(), LOGIC),
            Rule::sum_expr | Rule::exponent => return self.chain(&node.into_inner().collect::<Vec<_>>(), ARITHMETIC),
            Rule::cmp_expr => self.comparison(node),
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

    /// A flat chain of operands and operators, which the levels fold from the loosest to the tightest.
    fn chain(&mut self, parts: &[Node<'i>], levels: &[Level]) -> Expr {
        let Some((level, tighter)) = levels.split_first() else {
            return self.raised(parts);
        };
        let is_op = |p: &Node<'i>| level.operators.contains(&p.as_rule());
        let operators: Vec<Rule> = parts.iter().map(Node::as_rule).filter(|r| level.operators.contains(r)).collect();
        if operators.is_empty() {
            return self.chain(parts, tighter);
        }
        let depth = operators.len();
        if self.level + depth > MAX_LEVEL {
            return self.deep(self.place(parts));
        }
        self.level += depth;
        let expr = match level.build {
            // All of them stand in front: looser levels have cut the chain at everything else.
            Build::Prefix(build) => {
                let (signs, operand) = parts.split_at(depth);
                let (inner, end) = (self.chain(operand, tighter), self.place(parts));
                let wrap = |e, at: &Node<'i>| Expr { kind: build(Box::new(e)), span: self.span(at).to(end) };
                signs.iter().rev().fold(inner, wrap)
            }
            // From left to right: the first operand is the deepest one.
            Build::Infix(build) => {
                let mut operands = parts.split(is_op);
                let mut left = self.operand(operands.next().unwrap_or_default(), tighter);
                for (operator, operand) in operators.into_iter().zip(operands) {
                    let right = self.operand(operand, tighter);
                    self.level -= 1;
                    let span = left.span.to(right.span);
                    left = Expr { kind: build(operator, Box::new(left), Box::new(right)), span };
                }
                self.level += depth;
                left
            }
        };
        self.level -= depth;
        expr
    }

    /// An operand of a chain, whose place covers its parentheses.
    fn operand(&mut self, parts: &[Node<'i>], levels: &[Level]) -> Expr {
        Expr { span: self.place(parts), ..self.chain(parts, levels) }
    }

    /// From the first part to the last one.
    fn place(&self, parts: &[Node<'i>]) -> Span {
        match parts {
            [] => Span::default(),
            [only] => self.span(only),
            [first, .., last] => self.span(first).to(self.span(last)),
        }
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

    /// `a ^ b`, or an operand alone.
    fn raised(&mut self, parts: &[Node<'i>]) -> Expr {
        let span = self.place(parts);
        let mut tails = parts.iter().filter(|p| p.as_rule() == Rule::exponent);
        let Some(base) = parts.first().map(|p| self.expr(p.clone())) else {
            return Expr { kind: ExprKind::Error, span };
        };
        let Some(power) = tails.next().map(|p| self.expr(p.clone())) else {
            return base;
        };
        if let Some(second) = tails.next() {
            self.error(
                Diagnostic::new(Code::S012, text!("`^` 不能连写", "`^` does not chain"))
                    .at(self.span(second), text!("第二个幂次", "a second power"))
                    .help(text!("用括号写明先后", "use parentheses")),
            );
        }
        Expr { kind: ExprKind::Power(Box::new(base), Box::new(power)), span }
    }
}

/// True for rules that only pass on their single child.
fn is_layer(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expr | Rule::cmp_expr | Rule::sum_expr | Rule::postfix | Rule::range_expr | Rule::exponent | Rule::at_arg
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
