//! Lowering of what a process makes: its lines as CO2e, with their signs, over its output.
//!
//! Guarantees: origin and gas of every line stay in the value; the lines themselves leave the rule's total, which they
//! enter again through what is consumed.

use super::Lower;
use crate::check::{At, BodyKind, body_of, is_counted};
use crate::db::{Diag, Item, inner_items};
use crate::types::{TExpr, Ty};
use crate::units::UnitTy;
use footrule_diag::{Code, Span, text};
use footrule_mir::{self as mir, Const, Evidence, Fold, Level, Loop, NodeId, Op, Origin};
use footrule_number::{Number, Ratio};
use footrule_syntax::ast::{LineKind, Stmt};
use std::collections::BTreeSet;

impl Lower<'_> {
    /// True if a line of the current instance belongs to the product of a process: it leaves the rule's total and
    /// comes back with what is consumed.
    pub fn is_of_product(&self) -> bool {
        self.all.is_of_product(self.db, self.instance)
    }

    /// CO2e of a process per unit of its product.
    pub fn product_value(&mut self, item: &Item) -> NodeId {
        let (span, false_) = (item.name_place(self.db).span, mir::Ty::Bool);
        let BodyKind::ProcessProduct(p) = &body_of(self.db, item).kind else {
            return self.node(Op::Const(Const::Bool(false), None), false_, span);
        };
        let mass = crate::sigs::factor_unit(self.db, item, &UnitTy::one());
        let ty = self.ty(&Ty::Split(mass.clone()));
        let lines = self.all.product_lines(self.db, self.instance);
        let terms: Vec<NodeId> = self.here_on(|lo| {
            lines.into_iter().filter_map(|(at, line)| lo.inside(at, |lo| lo.term(&line, &mass))).collect()
        });
        let list_ty = mir::Ty::List(Box::new(ty.clone()));
        let list = self.region(|lo| lo.node(Op::List(terms), list_ty, span));
        let head = self.region(|lo| lo.node(Op::Bound, ty.clone(), span));
        let bound = self.program.regions[head.ix()].nodes[0];
        let body = self.region(|_| bound);
        let levels = vec![Level { list, bound, head, series: None, filter: None }];
        let sum = self.node(Op::Fold(Fold::Sum, Loop { levels, body }), ty, span);
        let output = self.expr(&p.of);
        let per = self.ty(&p.ty);
        self.node(Op::Div(sum, output), per, span)
    }

    /// A line as CO2e in `mass`, with its sign.
    fn term(&mut self, item: &Item, mass: &UnitTy) -> Option<NodeId> {
        let Some(Stmt::Line(ast)) = item.ast(self.db).map(|a| &a.stmt) else { return None };
        let BodyKind::Line(t) = &body_of(self.db, item).kind else { return None };
        let span = t.value.span;
        let region = self.region;
        let looped = self.has_loops();
        let n = if t.binders.is_empty() && !looped {
            let value = self.value(item, span);
            self.within(region, item, |lo| lo.as_co2e(value, t, mass))
        } else {
            self.within(region, item, |lo| {
                let levels = lo.line_levels(t);
                let item = item.clone();
                let mut roots: Vec<&TExpr> = Vec::new();
                t.expressions(&mut |e| roots.push(e));
                let body = lo.in_loop(&roots, |lo| {
                    let value = lo.excepted(&item, &t.value);
                    lo.as_co2e(value, t, mass)
                });
                let ty = lo.ty(&Ty::Split(mass.clone()));
                let sum = lo.node(Op::Fold(Fold::Sum, Loop { levels, body }), ty.clone(), span);
                // In an include over a list the condition has picked the items.
                let Some(when) = t.when.as_ref().filter(|_| !looped) else { return sum };
                let when = lo.expr(when);
                let yes = lo.region(|_| sum);
                let no = lo.region(|lo| lo.zero(&Ty::Split(mass.clone()), span));
                lo.node(Op::If(when, yes, no), ty, span)
            })
        };
        let ty = self.program.nodes[n.ix()].ty.clone();
        match ast.kind {
            LineKind::Emission => Some(n),
            _ => Some(self.node(Op::Neg(n), ty, span)),
        }
    }

    fn as_co2e(&mut self, value: NodeId, t: &crate::check::TLine, mass: &UnitTy) -> NodeId {
        use crate::check::TOrigin;
        let span = t.value.span;
        let own = t.value.ty.unit().cloned().unwrap_or_else(UnitTy::one);
        let co2e = super::rule::co2e_unit(&own, t.gas.as_ref());
        let ty = self.ty(&Ty::Split(mass.clone()));
        let ratio = co2e.factor_to(self.db, mass).unwrap_or(Ratio::ONE);
        let Some(gas) = &t.gas else {
            if matches!(t.origin, TOrigin::One(_)) {
                self.diags.push(
                    Diag::new(
                        Code::U015,
                        text!(
                            "有产品的过程里，二氧化碳当量保留其来源组成，不能另写 `origin`",
                            "in a process with a product CO2e keeps its origins; `origin` is not written for it"
                        ),
                    )
                    .at(self.here.at(span), text!("二氧化碳当量", "CO2 equivalents")),
                );
            }
            return self.node(Op::Convert(value, ratio), ty, span);
        };
        let gas = self.gas_ref(gas, span);
        let co2e_ty = self.ty(&Ty::Split(co2e));
        let number = self.ty(&Ty::Number(own));
        let parts: Vec<(Origin, NodeId)> = match &t.origin {
            TOrigin::Default => vec![(Origin::Fossil, value)],
            TOrigin::One(o) => vec![(*o, value)],
            TOrigin::Split(shares) => {
                let one = self.ty(&Ty::number());
                let mut rest = self.node(Op::Const(Const::Number(Number::ONE), None), one.clone(), span);
                let mut out = Vec::new();
                for (o, e) in shares.iter().filter(|(_, e)| e.is_some()) {
                    let Some(e) = e else { continue };
                    let share = self.expr(e);
                    rest = self.node(Op::Sub(rest, share), one.clone(), span);
                    out.push((*o, self.node(Op::Mul(value, share), number.clone(), span)));
                }
                for (o, _) in shares.iter().filter(|(_, e)| e.is_none()) {
                    out.push((*o, self.node(Op::Mul(value, rest), number.clone(), span)));
                }
                out
            }
        };
        let mut sum: Option<NodeId> = None;
        for (origin, mass) in parts {
            let part = self.node(Op::Characterise { mass, gas, origin }, co2e_ty.clone(), span);
            sum = Some(match sum {
                None => part,
                Some(s) => self.node(Op::Add(s, part), co2e_ty.clone(), span),
            });
        }
        let Some(sum) = sum else {
            let zero = self.node(Op::Const(Const::Number(Number::ZERO), None), number, span);
            return self.node(
                Op::Split { value: zero, origin: Origin::Fossil, evidence: Evidence::Secondary },
                co2e_ty,
                span,
            );
        };
        self.node(Op::Convert(sum, ratio), ty, span)
    }

    /// The product as a definition: the sum of the lines over the output.
    pub fn product_definition(&mut self, item: &Item) {
        let BodyKind::ProcessProduct(p) = &body_of(self.db, item).kind else { return };
        let lines = self.all.product_lines(self.db, self.instance);
        let mut formula = String::new();
        for (at, line) in &lines {
            let sign = if line.key.keyword == "emission" { "+" } else { "−" };
            let name = self.inside(*at, |lo| lo.full_name(line).id);
            if formula.is_empty() && sign == "+" {
                formula = name;
            } else {
                formula = format!("{formula} {sign} {name}").trim_start().to_string();
            }
        }
        let formula = format!("({formula}) / ({})", item.slice(self.db, p.of.span));
        let mut reads: BTreeSet<mir::Read> = self.reads_of(&p.of).into_iter().collect();
        reads.extend(lines.iter().filter_map(|l| self.lines.get(l).map(|l| mir::Read::Line(*l))));
        let name = self.full_name(item);
        let node = self.value(item, Span::default());
        let place = self.place_of(item.name_place(self.db));
        self.program.defs.push(mir::Def { name, node, formula, reads: reads.into_iter().collect(), place });
    }
}

impl crate::check::Instances {
    /// The lines whose CO2e the product of an instance carries: its own and those of the processes that it includes,
    /// unless these have products themselves.
    pub fn product_lines(&self, db: &dyn crate::db::Db, at: usize) -> Vec<At> {
        let mut out = Vec::new();
        let Some(p) = &self.list[at].process else { return out };
        for item in inner_items(db, p.file, p.key.clone()) {
            if is_counted(item) {
                out.push((at, item.clone()));
            }
            if let Some(&child) = self.child.get(&(at, item.clone()))
                && let Some(q) = &self.list[child].process
                && !inner_items(db, q.file, q.key.clone()).iter().any(|i| i.key.keyword == "product")
            {
                out.extend(self.product_lines(db, child));
            }
        }
        out
    }
}
