//! Inputs and records: typed fields with conditions, defaults and factors.

use super::expression::{cmp_op, cover};
use super::{Node, Reader, no_name};
use crate::ast::{CmpOp, Constraint, Expr, ExprKind, FactorRule, Field, Input, Labels, Stmt, Type, UnitExpr};
use footrule_grammar::Rule;

impl<'i> Reader<'i> {
    pub(super) fn record(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut labels) = (no_name(), Labels::default());
        let (mut fields, mut requires) = (Vec::new(), Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::label => self.label(&mut labels, part),
                Rule::fields => {
                    fields = self.entries(part, Rule::field_only, |r, n| match n.as_rule() {
                        Rule::check_decl => {
                            let check = r.check(n);
                            requires.push(check);
                            None
                        }
                        _ => Some(r.field(n)),
                    });
                }
                _ => {}
            }
        }
        Stmt::Record { name, fields, requires, labels }
    }

    fn field(&mut self, node: Node<'i>) -> Field {
        let mut field = Field {
            clause: None,
            name: no_name(),
            ty: None,
            computed: None,
            factor: None,
            constraints: Vec::new(),
            default: None,
            when: None,
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::clause => field.clause = Some(self.clause(&part)),
                Rule::name => field.name = self.ident(&part),
                Rule::type_clause => field.ty = self.type_clause(part),
                Rule::type_ => field.ty = Some(self.type_(part)),
                Rule::assign => field.computed = Some(self.child(part, Rule::expr)),
                Rule::factor_clause => {
                    let value = self.factor(part);
                    self.once(&mut field.factor, place, value);
                }
                Rule::where_clause => self.constraints(&mut field.constraints, part),
                Rule::default_clause => {
                    let value = self.child(part, Rule::expr);
                    self.once(&mut field.default, place, value);
                }
                Rule::when_clause => {
                    let value = self.child(part, Rule::expr);
                    self.once(&mut field.when, place, value);
                }
                Rule::label => self.label(&mut field.labels, part),
                _ => {}
            }
        }
        field
    }

    pub(super) fn type_clause(&mut self, node: Node<'i>) -> Option<Type> {
        node.into_inner().find(|n| n.as_rule() == Rule::type_).map(|n| self.type_(n))
    }

    fn factor(&mut self, node: Node<'i>) -> FactorRule {
        let fixed = node.clone().into_inner().any(|n| n.as_rule() == Rule::kw_factor_fixed);
        FactorRule { fixed, value: self.child(node, Rule::expr) }
    }

    fn constraints(&mut self, out: &mut Vec<Constraint>, node: Node<'i>) {
        for part in node.into_inner().filter(|n| n.as_rule() == Rule::constraint) {
            if let Some(inner) = part.into_inner().next() {
                let constraint = self.constraint(inner);
                out.push(constraint);
            }
        }
    }

    fn constraint(&mut self, node: Node<'i>) -> Constraint {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut op = CmpOp::Eq;
        let mut name = None;
        let mut scaled = false;
        let mut values = Vec::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::cmp_op => op = cmp_op(part.as_str()),
                Rule::name => name = Some(self.ident(&part)),
                Rule::kw_scaled => scaled = true,
                Rule::sum_expr => values.push(self.expr(part)),
                _ => {}
            }
        }
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or(Expr { kind: ExprKind::Error, span });
        match rule {
            Rule::count_is => Constraint::Count(op, next()),
            Rule::sum_is => Constraint::Sum { field: name, value: next(), within: values.next(), scaled },
            Rule::unique_is => Constraint::Unique(name.unwrap_or_else(no_name)),
            Rule::compare_is => Constraint::Compare(op, next()),
            _ => {
                let (low, high) = (next(), next());
                let (low, high) = cover(low, high);
                Constraint::Range(low, high)
            }
        }
    }

    pub(super) fn input(&mut self, node: Node<'i>) -> Input {
        let mut input = Input {
            name: no_name(),
            ty: Type::Unit(UnitExpr { atoms: Vec::new(), span: self.span(&node) }),
            for_each: None,
            factor: None,
            when: None,
            constraints: Vec::new(),
            default: None,
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::name => input.name = self.value_name(&part),
                Rule::type_ => input.ty = self.type_(part),
                Rule::each_clause => {
                    if let Some(path) = part.into_inner().find(|n| n.as_rule() == Rule::path) {
                        let path = self.path(path);
                        self.once(&mut input.for_each, place, path);
                    }
                }
                Rule::factor_clause => {
                    let value = self.factor(part);
                    self.once(&mut input.factor, place, value);
                }
                Rule::when_clause => {
                    let value = self.child(part, Rule::expr);
                    self.once(&mut input.when, place, value);
                }
                Rule::where_clause => self.constraints(&mut input.constraints, part),
                Rule::default_clause => {
                    let value = self.child(part, Rule::expr);
                    self.once(&mut input.default, place, value);
                }
                Rule::label => self.label(&mut input.labels, part),
                _ => {}
            }
        }
        input
    }
}
