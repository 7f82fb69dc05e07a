//! Statements of rules: header, lines, checks, reports, exceptions, includes, allocation and the like.

use super::literal::zero;
use super::{Node, Reader, no_name};
use crate::ast::{
    Allocate, BalanceRow, Check, DeclaredUnit, ExceptValue, Expr, ExprKind, Header, Ident, Include, Labels, Line,
    LineKind, Message, Origin, Path, Round, Stmt, UnitExpr,
};
use footrule_diag::Span;
use footrule_grammar::Rule;
use footrule_grammar::keywords::{self, Place};

impl<'i> Reader<'i> {
    pub(super) fn rule_statement(&mut self, node: Node<'i>) -> Stmt {
        match node.as_rule() {
            Rule::rule_decl => {
                let (name, labels) = self.named(node);
                Stmt::Rule { name, labels }
            }
            Rule::line_decl => Stmt::Line(self.line(node)),
            Rule::check_decl => Stmt::Check(self.check(node)),
            Rule::evidence_decl => {
                let path = node.into_inner().find(|n| n.as_rule() == Rule::path);
                Stmt::RequireEvidence { of: path.map_or_else(|| Path(vec![no_name()]), |n| self.path(n)) }
            }
            Rule::report_decl => self.report(node),
            Rule::accept_decl => self.accept(node),
            Rule::except_decl => self.except(node),
            Rule::include_decl => Stmt::Include(self.include(node)),
            Rule::product_decl => self.product(node),
            Rule::allocate_decl => Stmt::Allocate(self.allocate(node)),
            Rule::cutoff_decl => self.cutoff(node),
            Rule::balance_decl => self.balance(node),
            _ => self.header(node),
        }
    }

    fn header(&mut self, node: Node<'i>) -> Stmt {
        let rule = node.as_rule();
        if let Rule::ref_unit | Rule::also_unit = rule {
            let unit = self.declared_unit(node);
            return Stmt::Header(if rule == Rule::also_unit { Header::AlsoUnit(unit) } else { Header::Unit(unit) });
        }
        let whole = self.span(&node);
        let mut name = no_name();
        let mut texts = Vec::new();
        let mut dates = Vec::new();
        let mut round = Round { digits: 0, significant: false, unit: None, span: whole };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = if rule == Rule::biogenic_co2 { self.word(&part) } else { self.ident(&part) },
                Rule::version_text => name = self.ident(&part),
                Rule::string => texts.push(self.string(&part)),
                Rule::date => dates.push((self.date(&part), self.span(&part))),
                Rule::rounding => round = self.rounding(part),
                _ => {}
            }
        }
        let mut dates = dates.into_iter();
        Stmt::Header(match (rule, dates.next()) {
            (Rule::cites, _) => Header::Cites(texts),
            (Rule::sector, _) => Header::Sector(name),
            (Rule::version, _) => Header::Version(name),
            (Rule::valid, Some(from)) => Header::Valid { from, until: dates.next() },
            (Rule::boundary, _) => Header::Boundary(name),
            (Rule::gwp, _) => Header::Gwp(name),
            (Rule::round_decl, _) => Header::Round(round),
            (Rule::biogenic_co2, _) => Header::BiogenicCo2(name),
            (Rule::credits_apart, _) => Header::CreditsApart,
            // The grammar has no other statement; if it gets one, it must not pass unnoticed.
            _ => {
                return Stmt::Broken { keyword: None, name: None };
            }
        })
    }

    fn declared_unit(&mut self, node: Node<'i>) -> DeclaredUnit {
        let span = self.span(&node);
        let mut unit = no_unit(span);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::kw_functional_unit => unit.functional = true,
                Rule::unit_amount => (unit.amount, unit.unit) = self.unit_amount(part),
                Rule::of_clause => unit.of = Some(self.child(part, Rule::expr)),
                _ => {}
            }
        }
        unit
    }

    fn rounding(&mut self, node: Node<'i>) -> Round {
        let mut round = Round { digits: 0, significant: false, unit: None, span: self.span(&node) };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::integer => round.digits = self.small(&part),
                Rule::kw_significant => round.significant = true,
                Rule::unit => round.unit = Some(self.unit(part)),
                _ => {}
            }
        }
        round
    }

    fn line(&mut self, node: Node<'i>) -> Line {
        let mut line = Line {
            kind: LineKind::Emission,
            name: no_name(),
            stage: None,
            loops: Vec::new(),
            named: None,
            origin: None,
            to: None,
            when: None,
            may_be_negative: None,
            value: Expr { kind: ExprKind::Error, span: self.span(&node) },
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::line_kind => {
                    line.kind = match part.into_inner().next().map(|n| n.as_rule()) {
                        Some(Rule::kw_removal) => LineKind::Removal,
                        Some(Rule::kw_credit) => LineKind::Credit,
                        Some(Rule::kw_apart) => LineKind::Apart,
                        _ => LineKind::Emission,
                    };
                }
                Rule::name => line.name = self.value_name(&part),
                Rule::line_stage => {
                    let stage = part.into_inner().find(|n| n.as_rule() == Rule::path).map(|n| self.dotted(n));
                    if let Some(stage) = stage {
                        self.once(&mut line.stage, place, stage);
                    }
                }
                Rule::line_for => line.loops.extend(self.binders(part)),
                Rule::named_clause => {
                    let value = self.child(part, Rule::expr);
                    self.once(&mut line.named, place, value);
                }
                Rule::origin_clause => {
                    if let Some(origin) = self.origin(part) {
                        self.once(&mut line.origin, place, origin);
                    }
                }
                Rule::to_clause => {
                    if let Some(name) = part.into_inner().find(|n| n.as_rule() == Rule::name) {
                        let name = self.ident(&name);
                        self.once(&mut line.to, place, name);
                    }
                }
                Rule::when_clause => {
                    let value = self.child(part, Rule::expr);
                    self.once(&mut line.when, place, value);
                }
                Rule::may_be_negative => {
                    let why = self.reason(part);
                    self.once(&mut line.may_be_negative, place, why);
                }
                Rule::assign => line.value = self.child(part, Rule::expr),
                Rule::label => self.label(&mut line.labels, part),
                _ => {}
            }
        }
        line
    }

    /// A dotted path as an expression.
    fn dotted(&mut self, node: Node<'i>) -> Expr {
        let mut parts = self.path(node).0.into_iter();
        let first = parts.next().unwrap_or_else(no_name);
        let mut expr = Expr { span: first.span, kind: ExprKind::Name(first) };
        for part in parts {
            let span = expr.span.to(part.span);
            expr = Expr { kind: ExprKind::Field(Box::new(expr), part), span };
        }
        expr
    }

    fn origin(&mut self, node: Node<'i>) -> Option<Origin> {
        node.into_inner().find_map(|part| match part.as_rule() {
            Rule::name => Some(Origin::One(self.word(&part))),
            Rule::weights => {
                let mut shares = self.weights(part);
                for (name, _) in &mut shares {
                    self.options(std::slice::from_mut(name));
                }
                Some(Origin::Split(shares))
            }
            _ => None,
        })
    }

    /// Names that are words of a fixed set, in English.
    pub(super) fn options(&self, names: &mut [Ident]) {
        for name in names {
            name.text = keywords::english(&name.text, Place::OPTION).to_owned();
        }
    }

    /// A text that is the same in both languages, or labels.
    fn reason(&mut self, node: Node<'i>) -> Labels {
        let mut labels = Labels::default();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::string => labels = Labels::same(self.string(&part)),
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        labels
    }

    /// `{ milk: w1; meat: rest }`.
    fn weights(&mut self, node: Node<'i>) -> Vec<(Ident, Option<Expr>)> {
        self.entries(node, Rule::weight_only, |r, n| {
            let mut name = None;
            let mut weight = None;
            for part in n.into_inner() {
                match part.as_rule() {
                    Rule::name => name = Some(r.ident(&part)),
                    Rule::expr => weight = Some(r.expr(part)),
                    _ => {}
                }
            }
            name.map(|name| (name, weight))
        })
    }

    pub(super) fn check(&mut self, node: Node<'i>) -> Check {
        let mut check = Check {
            warn: false,
            name: None,
            condition: Expr { kind: ExprKind::Error, span: self.span(&node) },
            message: Message::default(),
        };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::kw_warn => check.warn = true,
                Rule::name => check.name = Some(self.ident(&part)),
                Rule::expr => check.condition = self.expr(part),
                Rule::label => self.message(&mut check.message, part),
                _ => {}
            }
        }
        check
    }

    fn report(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut ty, mut round, mut labels) = (no_name(), None, None, Labels::default());
        let mut value = Expr { kind: ExprKind::Error, span: self.span(&node) };
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::name => name = self.value_name(&part),
                Rule::type_clause => ty = self.type_clause(part),
                Rule::assign => value = self.child(part, Rule::expr),
                Rule::rounding => {
                    let rounding = self.rounding(part);
                    self.once(&mut round, place, rounding);
                }
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        Stmt::Report { name, ty, value, round, labels }
    }

    fn accept(&mut self, node: Node<'i>) -> Stmt {
        let (mut gwp, mut source, mut because) = (no_name(), no_name(), Labels::default());
        let mut footprint = false;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => gwp = self.ident(&part),
                Rule::source_ref => source = self.source(part).unwrap_or_else(no_name),
                Rule::footprint_ref => {
                    footprint = true;
                    source = self.source(part).unwrap_or_else(no_name);
                }
                Rule::because => because = self.reason(part),
                Rule::label => self.label(&mut because, part),
                _ => {}
            }
        }
        Stmt::Accept { gwp, source, footprint, because }
    }

    fn except(&mut self, node: Node<'i>) -> Stmt {
        let error = Expr { kind: ExprKind::Error, span: self.span(&node) };
        let (mut target, mut name, mut labels) = (Path(Vec::new()), None, Labels::default());
        let (mut when, mut value, mut by, mut weights) = (error.clone(), error, None, Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::path => target = self.path(part),
                Rule::name => name = Some(self.ident(&part)),
                Rule::when_clause => when = self.child(part, Rule::expr),
                Rule::assign => value = self.child(part, Rule::expr),
                Rule::by_clause => by = Some(self.basis(part)),
                Rule::weights => weights = self.weights(part),
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        let value = match by {
            Some(by) => ExceptValue::Allocation { by, weights },
            None => ExceptValue::Value(value),
        };
        Stmt::Except { target, name, when, value, labels }
    }

    /// `by mass`.
    fn basis(&mut self, node: Node<'i>) -> Ident {
        let word = node.into_inner().find(|n| matches!(n.as_rule(), Rule::name | Rule::kw_given));
        word.map_or_else(no_name, |n| self.word(&n))
    }

    fn include(&mut self, node: Node<'i>) -> Include {
        let mut include = Include {
            process: Path(Vec::new()),
            args: Vec::new(),
            name: no_name(),
            binder: None,
            list: false,
            named: None,
            stages: Vec::new(),
            bindings: Vec::new(),
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::path => include.process = self.path(part),
                Rule::include_args => {
                    let units = part.into_inner().filter(|n| n.as_rule() == Rule::unit);
                    include.args = units.map(|n| self.unit(n)).collect();
                }
                Rule::name => include.name = self.ident(&part),
                Rule::include_for => include.binder = self.binders(part).into_iter().next(),
                Rule::kw_list => include.list = true,
                Rule::named_clause => {
                    let place = self.span(&part);
                    let value = self.child(part, Rule::expr);
                    self.once(&mut include.named, place, value);
                }
                Rule::include_stages => {
                    for stage in part.into_inner().filter(|n| n.as_rule() == Rule::include_stage) {
                        let mut names: Vec<Ident> =
                            stage.into_inner().filter(|n| n.as_rule() == Rule::name).map(|n| self.ident(&n)).collect();
                        if let Some(stage) = names.pop() {
                            include.stages.push((names.pop(), stage));
                        }
                    }
                }
                Rule::bindings => {
                    include.bindings = self.entries(part, Rule::binding_only, |r, n| {
                        let name = n.clone().into_inner().find(|n| n.as_rule() == Rule::name).map(|n| r.ident(&n))?;
                        Some((name, r.child(n, Rule::expr)))
                    });
                }
                Rule::label => self.label(&mut include.labels, part),
                _ => {}
            }
        }
        include
    }

    fn product(&mut self, node: Node<'i>) -> Stmt {
        let span = self.span(&node);
        let (mut name, mut labels) = (no_name(), Labels::default());
        let (mut unit, mut also, mut round) = (no_unit(span), Vec::new(), None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::ref_unit => unit = self.declared_unit(part),
                Rule::also_unit => also.push(self.declared_unit(part)),
                Rule::rounding => {
                    let place = self.span(&part);
                    let rounding = self.rounding(part);
                    self.once(&mut round, place, rounding);
                }
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        Stmt::Product { name, unit, also, round, labels }
    }

    fn allocate(&mut self, node: Node<'i>) -> Allocate {
        let mut allocate = Allocate {
            name: no_name(),
            over: Vec::new(),
            by: no_name(),
            weights: Vec::new(),
            compare: Vec::new(),
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => allocate.name = self.value_name(&part),
                Rule::over_clause => {
                    let names = part.into_inner().filter(|n| n.as_rule() == Rule::name).map(|n| self.ident(&n));
                    allocate.over.extend(names);
                }
                Rule::by_clause => allocate.by = self.basis(part),
                Rule::weights => allocate.weights = self.weights(part),
                Rule::compare_clause => {
                    let (mut by, mut weights) = (no_name(), Vec::new());
                    for inner in part.into_inner() {
                        match inner.as_rule() {
                            Rule::by_clause => by = self.basis(inner),
                            Rule::weights => weights = self.weights(inner),
                            _ => {}
                        }
                    }
                    allocate.compare.push((by, weights));
                }
                Rule::label => self.label(&mut allocate.labels, part),
                _ => {}
            }
        }
        allocate
    }

    fn cutoff(&mut self, node: Node<'i>) -> Stmt {
        let span = self.span(&node);
        let (mut exprs, mut by, mut labels) = (Vec::new(), no_name(), Labels::default());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::expr => exprs.push(self.expr(part)),
                Rule::by_clause => by = self.basis(part),
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        let mut exprs = exprs.into_iter();
        let mut next = || exprs.next().unwrap_or(Expr { kind: ExprKind::Error, span });
        Stmt::Cutoff { each: next(), total: next(), by, labels }
    }

    fn balance(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut within, mut rows, mut message) = (no_name(), None, Vec::new(), Labels::default());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.value_name(&part),
                Rule::balance_within => {
                    let side =
                        part.clone().into_inner().find(|n| matches!(n.as_rule(), Rule::balance_in | Rule::balance_out));
                    let side = side.map_or_else(no_name, |n| self.word(&n));
                    within = Some((self.child(part, Rule::sum_expr), side));
                }
                Rule::balance_body => rows = self.entries(part, Rule::balance_only, |r, n| Some(r.balance_row(n))),
                Rule::label => self.label(&mut message, part),
                _ => {}
            }
        }
        Stmt::Balance { name, within, rows, message }
    }

    fn balance_row(&mut self, node: Node<'i>) -> BalanceRow {
        let mut row = BalanceRow {
            input: true,
            name: no_name(),
            value: Expr { kind: ExprKind::Error, span: self.span(&node) },
            labels: Labels::default(),
        };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::balance_out => row.input = false,
                Rule::name => row.name = self.ident(&part),
                Rule::expr => row.value = self.expr(part),
                Rule::label => self.label(&mut row.labels, part),
                _ => {}
            }
        }
        row
    }
}

/// A declared unit before its parts are read.
fn no_unit(span: Span) -> DeclaredUnit {
    DeclaredUnit { functional: false, amount: zero(), unit: UnitExpr { atoms: Vec::new(), span }, of: None, span }
}
