//! From the lines to the figures of each product.
//!
//! For each item: CO2e → (allocated: × share) → × `to_result` → ÷ reference flow of the product, each one rounding. An
//! item is the exact sum of its parts rounded once, a line (in a stage) of its items, a stage of its lines, the total
//! of its stages; gases and origins are the exact sums of the parts. Removals and credits count negative.
//!
//! Guarantees: no figure depends on the order of items, lines, stages or products. Must not: round for publication.

use super::assemble::{figure_in, name};
use super::lines::{self, LineResult, To};
use super::outcome::{Figure, Name};
use super::quality::{Quality, quality};
use crate::interp::Interp;
use crate::quality::Terms;
use crate::touch::Touches;
use crate::value::{Errs, FailKind, Failure, PartKey, Value};
use footrule_mir::{AlsoUnit, Line, LineId, Origin, ProductId, ProductInfo, Program, ResultRef, StageId};
use footrule_number::{NumError, Number, Sum, sum};

/// What an item adds to a product.
#[derive(Debug, Clone)]
pub(crate) struct ItemFigures {
    /// Per declared unit, with the sign.
    pub parts: Vec<(PartKey, Number)>,
    pub total: Number,
    /// The total by what it rests on.
    pub terms: Terms,
}

/// What a line adds to a product.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineFigures {
    /// The line goes to this product, wholly or shared.
    pub concerned: bool,
    /// One for each item; `None` for an item that goes elsewhere.
    pub items: Vec<Option<ItemFigures>>,
    /// CO2e per declared unit, with the sign.
    pub total: Number,
    /// The same by stage, in order of stages.
    pub in_stage: Vec<(StageId, Number)>,
}

/// All figures of a product, in its result unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    pub total: Number,
    pub stages: Vec<Number>,
    pub gases: Vec<Number>,
    /// CO2e that is not known by gas.
    pub no_gas: Number,
    pub origins: Vec<(Origin, Number)>,
    /// Of each line; 0 for one that does not apply.
    pub lines: Vec<Number>,
    /// Ratings and the share of primary data.
    pub quality: Quality,
    /// The total in each further unit, in that one's result unit.
    pub also: Vec<Number>,
}

impl Figures {
    /// One figure; nothing for one on data quality that there is not.
    ///
    /// Errors: `Overflow` for a sum of lines.
    pub(crate) fn get(&self, what: &ResultRef) -> Result<Option<Number>, NumError> {
        let at = |list: &[Number], i: usize| list.get(i).copied().unwrap_or_default();
        Ok(Some(match what {
            ResultRef::Total => self.total,
            ResultRef::Stage(s) => at(&self.stages, s.ix()),
            ResultRef::Gas(g) => at(&self.gases, g.ix()),
            ResultRef::Origin(o) => self.origins.iter().find(|(x, _)| x == o).map(|(_, v)| *v).unwrap_or_default(),
            ResultRef::Lines(lines) => sum(lines.iter().map(|l| at(&self.lines, l.ix())))?,
            ResultRef::Also(i) => at(&self.also, *i as usize),
            ResultRef::PrimaryShare => return Ok(self.quality.primary),
            ResultRef::RatedShare => return Ok(self.quality.rated),
            ResultRef::Dqr => return Ok(self.quality.dqr),
        }))
    }
}

/// A figure of a product, rounded as its figures are.
///
/// Errors: those of rounding for publication.
pub(super) fn figure(program: &Program, product: &ProductInfo, x: Number) -> Result<Figure, NumError> {
    figure_in(program, x, product.result_unit, product.round.unwrap_or(program.rule.round))
}

/// The name of a product, if the rule names it.
pub(super) fn name_of(product: &ProductInfo) -> Option<Name> {
    (!product.name.id.is_empty()).then(|| name(&product.name))
}

/// The share of each product in each allocation (empty for one that nothing goes through), and what it was computed
/// from.
pub(crate) type Shares = Vec<(Vec<Number>, Touches)>;

/// The shares of the allocations that items go through.
pub(super) fn shares(it: &mut Interp<'_>, items: impl Iterator<Item = To>, errs: &mut Vec<Errs>) -> Shares {
    let program = it.program;
    let mut used = vec![false; program.allocations.len()];
    for to in items {
        if let To::Allocation(a) = to
            && let Some(u) = used.get_mut(a.ix())
        {
            *u = true;
        }
    }
    let mut all = Vec::with_capacity(used.len());
    for (info, used) in program.allocations.iter().zip(used) {
        let mut of = vec![Number::ZERO; if used { program.products.len() } else { 0 }];
        let mut touches = Touches::NONE;
        if used {
            let slot = it.get(info.shares);
            touches = slot.touches;
            match slot.value {
                Value::Record(_, values) => {
                    for ((_, product), value) in info.sharers.iter().zip(values.iter()) {
                        if let (Some(slot), Value::Number(x)) = (product.and_then(|p| of.get_mut(p.ix())), value) {
                            *slot = *x;
                        }
                    }
                }
                Value::Err(e) => errs.push(e),
                _ => errs.push(it.fail(info.shares, FailKind::Bug("shares that are no record"))),
            }
        }
        all.push((of, touches));
    }
    all
}

/// What each line adds to each product, and the figures of each product.
pub(super) fn figures(it: &mut Interp<'_>, results: &mut [LineResult], shares: &Shares) -> Result<Vec<Figures>, Errs> {
    let program = it.program;
    for result in results.iter_mut() {
        for item in &mut result.items {
            if let To::Allocation(a) = item.to
                && let Some((_, touches)) = shares.get(a.ix())
            {
                item.touches.absorb(touches);
                result.touches.absorb(touches);
            }
        }
    }
    let mut errs = Vec::new();
    for (i, (line, result)) in program.lines.iter().zip(results.iter_mut()).enumerate() {
        for p in 0..program.products.len() {
            match line_figures(it, LineId(i as u32), line, result, ProductId(p as u32), shares) {
                Ok(figures) => result.products.push(figures),
                Err(e) => errs.push(e),
            }
        }
    }
    if let Some(e) = Errs::union(&errs) {
        return Err(e);
    }
    let mut all = Vec::with_capacity(program.products.len());
    for p in 0..program.products.len() {
        match of_product(it, results, p) {
            Ok(figures) => all.push(figures),
            Err(e) => errs.push(e),
        }
    }
    match Errs::union(&errs) {
        Some(e) => Err(e),
        None => Ok(all),
    }
}

fn line_figures(
    it: &Interp<'_>,
    id: LineId,
    line: &Line,
    result: &LineResult,
    product: ProductId,
    shares: &Shares,
) -> Result<LineFigures, Errs> {
    let program = it.program;
    let concerned = program.concerns(line, product);
    if !concerned {
        return Ok(LineFigures { items: vec![None; result.items.len()], ..LineFigures::default() });
    }
    let fail = |node, indices: &[u32], e| {
        let kind = FailKind::Num(e, Vec::new());
        Errs::one(Failure { indices: indices.to_vec(), ..lines::failure(id, line, node, kind) })
    };
    let value = super::definition::line_node(program, line);
    let negative = line.kind.subtracts();
    let factor = line.to_result.get(product.ix()).copied().unwrap_or(footrule_number::Ratio::ONE);
    let reference = it.references.get(product.ix()).copied().flatten();
    let mut items = Vec::with_capacity(result.items.len());
    for item in &result.items {
        let share = match item.to {
            To::Product(p) if p == product => None,
            To::Product(_) | To::Nowhere => {
                items.push(None);
                continue;
            }
            To::Allocation(a) => {
                Some(shares.get(a.ix()).and_then(|(s, _)| s.get(product.ix())).copied().unwrap_or_default())
            }
        };
        let part = item.co2e.each(|v| {
            let v = match share {
                Some(share) => v.mul(share)?,
                None => v,
            };
            let v = v.convert(factor)?;
            let v = match reference {
                Some(r) => v.div(r)?,
                None => v,
            };
            Ok(if negative { v.neg() } else { v })
        });
        let part = part.map_err(|e| fail(value, &item.indices, e))?;
        let total = part.whole().map_err(|e| fail(value, &item.indices, e))?;
        items.push(Some(ItemFigures { parts: part.parts().to_vec(), total, terms: part.terms().clone() }));
    }
    let overflow = |e| fail(line.value, &[], e);
    let counted = || result.items.iter().zip(&items).filter_map(|(i, f)| Some((i, f.as_ref()?)));
    let total = sum(counted().map(|(_, f)| f.total)).map_err(overflow)?;
    let mut stages: Vec<StageId> = counted().filter_map(|(i, _)| i.stage).collect();
    stages.sort_unstable();
    stages.dedup();
    let mut by_stage: Vec<Sum> = stages.iter().map(|_| Sum::new()).collect();
    for (i, f) in counted() {
        if let Some(k) = i.stage.and_then(|s| stages.binary_search(&s).ok()) {
            by_stage[k].add(f.total);
        }
    }
    let in_stage = stages.into_iter().zip(&by_stage).map(|(s, x)| Ok((s, x.finish().map_err(overflow)?)));
    let in_stage = in_stage.collect::<Result<Vec<_>, Errs>>()?;
    Ok(LineFigures { concerned, items, total, in_stage })
}

fn of_product(it: &mut Interp<'_>, results: &[LineResult], product: usize) -> Result<Figures, Errs> {
    let program = it.program;
    let place = footrule_mir::PlaceId(0);
    let overflow = |it: &Interp<'_>, e| it.fail_at(place, None, 0, FailKind::Num(e, Vec::new()));
    let mut stages: Vec<Sum> = program.stages.iter().map(|_| Sum::new()).collect();
    let mut gases: Vec<Sum> = program.gases.iter().map(|_| Sum::new()).collect();
    let mut no_gas = Sum::new();
    let mut origins: Vec<Sum> = Origin::ALL.iter().map(|_| Sum::new()).collect();
    let mut counted: Vec<&ItemFigures> = Vec::new();
    let mut lines = Vec::with_capacity(results.len());
    for (line, result) in program.lines.iter().zip(results) {
        let Some(own) = result.products.get(product) else {
            return Err(it.fail_at(line.place, None, 0, FailKind::Bug("a line without its products")));
        };
        lines.push(own.total);
        if !program.counts(line) {
            continue;
        }
        for (stage, value) in &own.in_stage {
            match stages.get_mut(stage.ix()) {
                Some(s) => s.add(*value),
                None => {
                    return Err(it.fail_at(line.place, None, 0, FailKind::Bug("no such stage")));
                }
            }
        }
        counted.extend(own.items.iter().flatten());
        for (key, value) in own.items.iter().flatten().flat_map(|i| &i.parts) {
            match key.gas.map(|g| gases.get_mut(g.ix())) {
                Some(Some(s)) => s.add(*value),
                _ => no_gas.add(*value),
            }
            if let Some(s) = Origin::ALL.iter().position(|o| *o == key.origin).and_then(|i| origins.get_mut(i)) {
                s.add(*value);
            }
        }
    }
    let finish =
        |sums: &[Sum]| sums.iter().map(|s| s.finish().map_err(|e| overflow(it, e))).collect::<Result<Vec<_>, Errs>>();
    let (stages, gases, origins) = (finish(&stages)?, finish(&gases)?, finish(&origins)?);
    let total = sum(stages.iter().copied()).map_err(|e| overflow(it, e))?;
    let quality = quality(counted);
    let no_gas = no_gas.finish().map_err(|e| overflow(it, e))?;
    let mut also = Vec::new();
    for unit in program.products.get(product).map_or(&[][..], |p| &p.also) {
        also.push(in_also_unit(it, product, total, unit)?);
    }
    Ok(Figures {
        total,
        stages,
        gases,
        no_gas,
        origins: Origin::ALL.into_iter().zip(origins).collect(),
        lines,
        quality,
        also,
    })
}

/// The total in a further unit: × reference flow ÷ the flow in that unit × factor, one rounding each.
fn in_also_unit(it: &mut Interp<'_>, product: usize, total: Number, unit: &AlsoUnit) -> Result<Number, Errs> {
    let flow = lines::reference(it, Some(unit.reference))?.unwrap_or(Number::ONE);
    let reference = it.references.get(product).copied().flatten().unwrap_or(Number::ONE);
    let found = total.mul(reference).and_then(|x| x.div(flow)).and_then(|x| x.convert(unit.factor));
    found.map_err(|e| it.fail(unit.reference, FailKind::Num(e, Vec::new())))
}
