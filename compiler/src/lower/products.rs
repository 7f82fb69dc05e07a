//! Lowering of products and of where lines go.

use super::Lower;
use crate::check::{At, BodyKind, LineTarget, TProduct, also_units, body_of, line_targets};
use crate::db::{Diag, Item};
use crate::products::{RuleUnits, products};
use crate::types::TExpr;
use crate::units::{UnitTy, show_unit};
use footrule_diag::{Code, Span, text};
use footrule_mir::{self as mir, NodeId, ProductId, Rounding, Target, UnitId};
use footrule_number::{Number, Ratio};
use footrule_syntax::ast::{Header, Stmt};

impl Lower<'_> {
    /// The products without their flows, which are nodes and come later.
    pub fn products(&mut self) {
        for product in products(self.db, self.file) {
            let mut info = mir::ProductInfo { amount: Number::ONE, ..mir::ProductInfo::default() };
            let ast = product.item.as_ref().and_then(|i| i.ast(self.db)).map(|a| &a.stmt);
            if let Some(Stmt::Product { unit, .. } | Stmt::Header(Header::Unit(unit))) = ast {
                info.amount = unit.amount;
                info.functional = unit.functional;
            }
            if let Some(Stmt::Product { round: Some(r), .. }) = ast {
                info.round = Some(Rounding { digits: r.digits, significant: r.significant });
            }
            if let (Some(item), false) = (&product.item, product.name.is_empty()) {
                info.name = self.named(item);
            }
            info.unit = self.unit(&product.units.declared);
            info.result_unit = if product.units.explicit {
                self.unit(&product.units.result)
            } else {
                self.per_amount(&product.units.result, &product.units.declared, info.amount)
            };
            self.program.products.push(info);
        }
    }

    /// The unit of figures per several declared units: `kg{CO2e}/(1000 piece)`.
    fn per_amount(&mut self, result: &UnitTy, declared: &UnitTy, amount: Number) -> UnitId {
        let id = self.unit(result);
        if amount == Number::ONE {
            return id;
        }
        let per = show_unit(self.db, declared);
        let mut published = self.program.units[id.ix()].clone();
        published.text = published.text.replacen(&format!("/{per}"), &format!("/({amount} {per})"), 1);
        self.program.units.push(published);
        UnitId(self.program.units.len() as u32 - 1)
    }

    /// The reference flows of the products and of their further units.
    pub fn references(&mut self) {
        for (p, product) in products(self.db, self.file).iter().enumerate() {
            let Some(item) = &product.item else { continue };
            if let BodyKind::Product(body) = &body_of(self.db, item).kind
                && let Some(of) = &body.of
            {
                self.program.products[p].reference = Some(self.flow(item, of));
            }
        }
        for also in &also_units(self.db, self.file).list {
            let (item, k) = &also.at;
            let body = match &body_of(self.db, item).kind {
                BodyKind::Product(body) => body.as_ref().clone(),
                _ => TProduct::default(),
            };
            let Some(Some(of)) = body.also.get(*k) else { continue };
            let reference = self.flow(item, of);
            let result_unit = self.per_amount(&also.result, &also.unit, also.amount);
            let unit = self.unit(&also.unit);
            let info = mir::AlsoUnit { amount: also.amount, unit, reference, result_unit, factor: also.factor };
            self.program.products[also.product].also.push(info);
        }
    }

    fn flow(&mut self, item: &Item, of: &TExpr) -> NodeId {
        self.within(self.root, item, |lo| lo.expr(of))
    }

    /// Where a line goes.
    pub fn target(&self, item: &Item) -> Target {
        match line_targets(self.db, self.file).lines.get(&self.at(item)) {
            Some(LineTarget::Nowhere) => Target::Nowhere,
            Some(LineTarget::Product(p)) => Target::Product(ProductId(*p as u32)),
            Some(LineTarget::Allocation(a)) => {
                self.allocations.get(a).map_or_else(Target::default, |a| Target::Allocation(*a))
            }
            Some(LineTarget::ByStage(list)) => Target::ByStage(
                list.iter().map(|a| a.as_ref().and_then(|a| self.allocations.get(a).copied())).collect(),
            ),
            None => Target::default(),
        }
    }

    /// A line that goes to no product has no figure in any.
    pub fn has_target(&mut self, line: &At, span: Span) {
        if line_targets(self.db, self.file).lines.get(line) != Some(&LineTarget::Nowhere) {
            return;
        }
        let n = self.inside(line.0, |lo| lo.full_name(&line.1).id);
        self.diags.push(
            Diag::new(
                Code::R012,
                text!(
                    "`{n}` 属于过程的产品，不归规则的任何产品，没有每声明单位的数值",
                    "`{n}` belongs to the product of a process and to no product of the rule: it has no figure per declared unit"
                ),
            )
            .at(self.here.at(span), text!("读取在此", "read here"))
            .help(text!("读取过程的产品或排放行本身的数量", "read the product of the process, or the quantity of the line itself")),
        );
    }

    /// For each product: the factor from a line's CO2e over the reference flow to the result unit, times the declared
    /// amount unless the rule names the unit of its results.
    pub fn result_factors(&mut self, item: &Item, of: &TExpr, co2e: &UnitTy) -> Vec<Ratio> {
        let amounts: Vec<Number> = self.program.products.iter().map(|p| p.amount).collect();
        let all = products(self.db, self.file).iter().zip(amounts);
        let list: Vec<Option<Ratio>> = all.map(|(p, amount)| self.to_result(&p.units, amount, co2e)).collect();
        if list.iter().any(Option::is_none) && of.ty != crate::types::Ty::Error {
            self.diags.push(
                Diag::new(
                    Code::U011,
                    text!(
                        "排放行到结果单位的换算系数超出 28 位",
                        "the factor from the line to the result unit exceeds 28 digits"
                    ),
                )
                .at(item.at(of.span), text!("此处", "here")),
            );
        }
        list.into_iter().map(|r| r.unwrap_or(Ratio::ONE)).collect()
    }

    fn to_result(&self, units: &RuleUnits, amount: Number, co2e: &UnitTy) -> Option<Ratio> {
        let per = units.reference.clone().unwrap_or_else(UnitTy::one);
        let factor = co2e.times(&per, -1).factor_to(self.db, &units.result)?;
        factor.mul(if units.explicit { Ratio::ONE } else { Ratio::from_number(amount)? })
    }
}
