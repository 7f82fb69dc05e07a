//! `param` and `table`: values by date and by key.

use super::expression::cmp_op;
use super::literal::zero;
use super::{Node, Reader, no_name};
use crate::ast::{
    CmpOp, DateKey, Expr, ExprKind, Ident, KeyCell, KeyMode, Labels, Param, ParamRow, Policy, Stmt, Table, TableKey,
    TableRow, Type, UnitExpr,
};
use footrule_grammar::Rule;

impl<'i> Reader<'i> {
    pub(super) fn table_statement(&mut self, node: Node<'i>) -> Stmt {
        match node.as_rule() {
            Rule::param_decl => Stmt::Param(self.param(node)),
            _ => Stmt::Table(self.table(node)),
        }
    }

    fn no_type(&self, node: &Node<'i>) -> Type {
        Type::Unit(UnitExpr { atoms: Vec::new(), span: self.span(node) })
    }

    fn param(&mut self, node: Node<'i>) -> Param {
        let mut param = Param {
            name: no_name(),
            ty: self.no_type(&node),
            rows: Vec::new(),
            after: None,
            before: None,
            review: None,
            at: None,
            source: None,
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => param.name = self.value_name(&part),
                Rule::type_ => param.ty = self.type_(part),
                Rule::label => self.label(&mut param.labels, part),
                Rule::source_ref | Rule::param_at => self.param_entry(&mut param, part),
                Rule::param_body => {
                    self.entries(part, Rule::param_only, |r, n| {
                        r.param_entry(&mut param, n);
                        None::<()>
                    });
                }
                _ => {}
            }
        }
        param
    }

    fn param_entry(&mut self, param: &mut Param, node: Node<'i>) {
        let place = self.span(&node);
        match node.as_rule() {
            Rule::param_row => {
                let row = self.param_row(node);
                param.rows.push(row);
            }
            Rule::after_last => {
                let policy = self.policy(node);
                self.once(&mut param.after, place, (policy, place));
            }
            Rule::before_first => {
                let policy = self.policy(node);
                self.once(&mut param.before, place, (policy, place));
            }
            Rule::review_by => {
                if let Some(date) = node.into_inner().find(|n| n.as_rule() == Rule::date) {
                    let date = self.date(&date);
                    self.once(&mut param.review, place, (date, place));
                }
            }
            Rule::source_ref => {
                if let Some(source) = self.source(node) {
                    self.once(&mut param.source, place, source);
                }
            }
            Rule::param_at => {
                if let Some(word) = node.into_inner().find(|n| n.as_rule() != Rule::kw_at) {
                    let word = self.word(&word);
                    self.once(&mut param.at, place, word);
                }
            }
            _ => {}
        }
    }

    fn policy(&mut self, node: Node<'i>) -> Policy {
        let policy = node.into_inner().find(|n| n.as_rule() == Rule::policy);
        let (mut hold, mut warning, mut until) = (false, false, None);
        for part in policy.into_iter().flat_map(Node::into_inner) {
            match part.as_rule() {
                Rule::kw_hold => hold = true,
                Rule::kw_with_warning => warning = true,
                Rule::date => until = Some(self.date(&part)),
                _ => {}
            }
        }
        if hold { Policy::Hold { warning, until } } else { Policy::Error }
    }

    fn param_row(&mut self, node: Node<'i>) -> ParamRow {
        let span = self.span(&node);
        let mut row = ParamRow {
            clause: None,
            key: DateKey::Year(0),
            key_span: span,
            value: Expr { kind: ExprKind::Error, span },
            source: None,
        };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::clause => row.clause = Some(self.clause(&part)),
                Rule::date_key => (row.key, row.key_span) = self.date_key(part),
                Rule::expr => row.value = self.expr(part),
                Rule::source_ref => row.source = self.source(part),
                _ => {}
            }
        }
        row
    }

    fn table(&mut self, node: Node<'i>) -> Table {
        let mut table = Table {
            name: no_name(),
            keys: Vec::new(),
            columns: Vec::new(),
            partial: false,
            source: None,
            outside: None,
            from: None,
            rows: Vec::new(),
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::name => table.name = self.value_name(&part),
                Rule::table_key => {
                    let key = self.table_key(part);
                    table.keys.push(key);
                }
                Rule::table_columns => table.columns = self.columns(part),
                Rule::label => self.label(&mut table.labels, part),
                Rule::kw_partial => table.partial = true,
                Rule::source_ref => {
                    if let Some(source) = self.source(part) {
                        self.once(&mut table.source, place, source);
                    }
                }
                Rule::table_outside => {
                    if let Some(word) = part.into_inner().find(|n| n.as_rule() != Rule::kw_outside) {
                        let word = self.word(&word);
                        self.once(&mut table.outside, place, word);
                    }
                }
                Rule::table_from => {
                    let file = part.into_inner().find(|n| n.as_rule() == Rule::string);
                    table.from = file.map(|n| (self.string(&n), self.span(&n)));
                }
                Rule::table_body => table.rows = self.entries(part, Rule::row_only, |r, n| Some(r.table_row(n))),
                _ => {}
            }
        }
        table
    }

    fn table_key(&mut self, node: Node<'i>) -> TableKey {
        let mut mode = KeyMode::Exact;
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::kw_in_brackets => mode = KeyMode::Brackets,
                Rule::kw_interpolate => mode = KeyMode::Linear,
                _ => {}
            }
        }
        let empty = self.no_type(&node);
        let (name, ty) = self.typed_name(node).unwrap_or_else(|| (no_name(), empty));
        TableKey { name, ty, mode }
    }

    fn columns(&mut self, node: Node<'i>) -> Vec<(Option<Ident>, Type)> {
        let mut columns = Vec::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::type_ => columns.push((None, self.type_(part))),
                Rule::table_column => columns.extend(self.typed_name(part).map(|(name, ty)| (Some(name), ty))),
                _ => {}
            }
        }
        columns
    }

    fn table_row(&mut self, node: Node<'i>) -> TableRow {
        let mut row =
            TableRow { clause: None, keys: Vec::new(), values: Vec::new(), source: None, span: self.span(&node) };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::clause => row.clause = Some(self.clause(&part)),
                Rule::kw_otherwise => row.keys.push(KeyCell::Otherwise(self.span(&part))),
                Rule::cell => {
                    let cell = self.cell(part);
                    row.keys.push(cell);
                }
                Rule::expr => {
                    let value = self.expr(part);
                    row.values.push(value);
                }
                Rule::source_ref => row.source = self.source(part),
                _ => {}
            }
        }
        row
    }

    fn cell(&mut self, node: Node<'i>) -> KeyCell {
        let span = self.span(&node);
        let Some(inner) = node.into_inner().next() else {
            return KeyCell::Any(span);
        };
        match inner.as_rule() {
            Rule::kw_otherwise => KeyCell::Otherwise(span),
            Rule::bracket_cell => {
                let op = inner.clone().into_inner().next().map_or(CmpOp::Eq, |n| cmp_op(n.as_str()));
                KeyCell::Bracket(op, self.child(inner, Rule::sum_expr), span)
            }
            Rule::string => KeyCell::Text(self.string(&inner), span),
            Rule::date => KeyCell::Date(self.date(&inner), span),
            Rule::number_cell => {
                let negative = inner.clone().into_inner().any(|n| n.as_rule() == Rule::minus);
                let number = inner.into_inner().find(|n| n.as_rule() == Rule::number);
                KeyCell::Number(number.map_or_else(zero, |n| self.signed(&n, negative)), span)
            }
            Rule::name => KeyCell::Name(self.ident(&inner)),
            _ => KeyCell::Any(span),
        }
    }
}
