//! The footprint of one product in the result record.
//!
//! Guarantees: only lines that go to the product, wholly or shared, and only items of them that do.

use super::assemble::{name, unit};
use super::footprint::{AlsoFigure, Footprint};
use super::lines::LineResult;
use super::outcome::*;
use super::products::{Figures, ItemFigures, LineFigures};
use super::quality::Quality;
use super::{Findings, products};
use crate::interp::{Interp, unit_of};
use crate::value::Value;
use footrule_mir::{GasId, Line, LineGas, NodeId, ProductInfo, Program, StageId, StageRef, UnitId};
use footrule_number::{NumError, Number, Sum};
use std::collections::BTreeSet;

/// Decimals of shares.
pub(super) const SHARE_DECIMALS: u32 = 4;

/// Decimals of a data quality rating.
const RATING_DECIMALS: u32 = 2;

/// A product and what was found for it.
pub(super) struct Of<'a> {
    pub program: &'a Program,
    pub found: &'a Findings,
    pub product: &'a ProductInfo,
    pub index: usize,
    pub figures: &'a Figures,
}

pub(super) fn share(part: Number, whole: Number) -> Option<String> {
    match part.div(whole) {
        Ok(x) => Some(x.to_fixed(SHARE_DECIMALS)),
        Err(NumError::TooSmall) => Some(Number::ZERO.to_fixed(SHARE_DECIMALS)),
        Err(_) => None,
    }
}

fn gas_id(program: &Program, g: GasId) -> String {
    program.gases.get(g.ix()).map_or_else(String::new, |g| g.name.id.clone())
}

fn stage_id(program: &Program, s: StageId) -> String {
    program.stages.get(s.ix()).map_or_else(String::new, |s| s.id.clone())
}

impl Of<'_> {
    fn figure(&self, x: Number) -> Result<Figure, NumError> {
        products::figure(self.program, self.product, x)
    }

    /// The product's lines with what they add to it.
    fn own(&self) -> impl Iterator<Item = (&Line, &LineResult, &LineFigures)> {
        let all = self.program.lines.iter().zip(&self.found.lines);
        all.filter_map(|(l, r)| Some((l, r, r.products.get(self.index)?))).filter(|(.., f)| f.concerned)
    }

    fn counted(&self) -> impl Iterator<Item = (&Line, &LineResult, &LineFigures)> {
        self.own().filter(|(l, ..)| self.program.counts(l))
    }

    pub(super) fn footprint(&self, it: &mut Interp<'_>) -> Result<Footprint, NumError> {
        let program = self.program;
        let mut gross = Sum::new();
        for x in &self.figures.stages {
            gross.add(x.abs());
        }
        // Shares are an extra: where their base overflows there are none.
        let gross = gross.finish().unwrap_or_default();
        let stages = program.stages.iter().zip(&self.figures.stages);
        let stages =
            stages.map(|(n, x)| Ok(Stage { name: name(n), figure: self.figure(*x)?, share: share(*x, gross) }));
        let (mut lines, mut apart) = (Vec::new(), Vec::new());
        for (l, r, f) in self.own() {
            let list = if program.counts(l) { &mut lines } else { &mut apart };
            list.push(self.line(l, r, f)?);
        }
        let declared = |value, u, functional| DeclaredUnit { value, unit: unit(program, u), functional };
        let mut also = Vec::new();
        for (a, x) in self.product.also.iter().zip(&self.figures.also) {
            let reference_flow = quantity(it, a.reference);
            let info = ProductInfo { result_unit: a.result_unit, ..self.product.clone() };
            also.push(AlsoFigure {
                declared_unit: declared(a.amount, a.unit, false),
                reference_flow,
                total: products::figure(program, &info, *x)?,
            });
        }
        let p = self.product;
        Ok(Footprint {
            product: products::name_of(p),
            declared_unit: declared(p.amount, p.unit, p.functional),
            reference_flow: p.reference.map(|n| quantity(it, n)),
            total: self.figure(self.figures.total)?,
            also,
            stages: stages.collect::<Result<_, NumError>>()?,
            gases: self.gases()?,
            origins: self.origins()?,
            lines,
            apart,
            primary_data_share: self.figures.quality.primary.map(|x| x.to_fixed(SHARE_DECIMALS)),
            data_quality: data_quality(&self.figures.quality),
        })
    }

    fn gases(&self) -> Result<Vec<Gas>, NumError> {
        let mut seen: BTreeSet<Option<GasId>> = BTreeSet::new();
        for (l, _, f) in self.counted() {
            if let LineGas::Static(g) = l.gas {
                seen.insert(Some(g));
            }
            seen.extend(f.items.iter().flatten().flat_map(|i| &i.parts).map(|(k, _)| k.gas));
        }
        let mut list = Vec::new();
        for (i, (gas, x)) in self.program.gases.iter().zip(&self.figures.gases).enumerate() {
            if seen.contains(&Some(GasId(i as u32))) {
                list.push(Gas { name: Some(name(&gas.name)), figure: self.figure(*x)? });
            }
        }
        if seen.contains(&None) {
            list.push(Gas { name: None, figure: self.figure(self.figures.no_gas)? });
        }
        Ok(list)
    }

    fn origins(&self) -> Result<Vec<OriginFigure>, NumError> {
        let items = self.counted().flat_map(|(.., f)| f.items.iter().flatten());
        let seen: BTreeSet<_> = items.flat_map(|i| &i.parts).map(|(k, _)| k.origin).collect();
        let occurring = self.figures.origins.iter().filter(|(o, _)| seen.contains(o));
        occurring.map(|(o, x)| Ok(OriginFigure { origin: *o, figure: self.figure(*x)? })).collect()
    }

    fn line(&self, l: &Line, r: &LineResult, f: &LineFigures) -> Result<LineFigure, NumError> {
        let program = self.program;
        let stages = match l.stage {
            StageRef::Static(s) => vec![stage_id(program, s)],
            _ => f.in_stage.iter().map(|(s, _)| stage_id(program, *s)).collect(),
        };
        let gas = match (&l.gas, r.items.first()) {
            (LineGas::Static(g), _) => Some(*g),
            (_, Some(first)) if r.own.is_some() => first.gas,
            _ => None,
        };
        let items = r.items.iter().zip(&f.items).filter(|_| l.over.is_some());
        let items = items.filter_map(|(i, of)| Some(self.item(l.unit, i, of.as_ref()?)));
        Ok(LineFigure {
            name: name(&l.name),
            kind: l.kind,
            stages,
            applicable: r.applicable,
            gas: gas.map(|g| gas_id(program, g)),
            quantity: r.own.map(|x| Quantity { value: x, unit: unit(program, l.unit) }),
            figure: self.figure(f.total)?,
            items: items.collect::<Result<_, NumError>>()?,
        })
    }

    fn item(&self, u: UnitId, i: &super::lines::Item, of: &ItemFigures) -> Result<ItemFigure, NumError> {
        Ok(ItemFigure {
            index: i.indices.iter().map(|x| x.saturating_add(1)).collect(),
            name: i.name.clone(),
            stage: i.stage.map(|s| stage_id(self.program, s)),
            gas: i.gas.map(|g| gas_id(self.program, g)),
            quantity: Quantity { value: i.own, unit: unit(self.program, u) },
            figure: self.figure(of.total)?,
        })
    }
}

/// The rating with the share that it is of.
fn data_quality(q: &Quality) -> Option<DataQuality> {
    let rated = q.rated?;
    Some(DataQuality {
        rating: q.dqr.map(|x| x.to_fixed(RATING_DECIMALS)),
        unrounded: q.dqr,
        rated_share: rated.to_fixed(SHARE_DECIMALS),
        rated,
        primary_share: q.primary,
    })
}

/// A reference flow, which was found to be a number.
fn quantity(it: &mut Interp<'_>, node: NodeId) -> Quantity {
    let u = it.program.nodes.get(node.ix()).and_then(|n| unit_of(&n.ty));
    let value = match it.get(node).value {
        Value::Number(x) => x,
        _ => Number::ONE,
    };
    Quantity { value, unit: u.map_or_else(String::new, |u| unit(it.program, u)) }
}
