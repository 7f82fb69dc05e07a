//! From the lines to the figures of the result.
//!
//! For each item: value → share of its origin → (gas: × GWP) → × `to_result` → ÷ reference flow, each one rounding.
//! An item is the exact sum of its parts rounded once, a line (in a stage) of its items, a stage of its lines, the
//! total of its stages; gases and origins are the exact sums of the parts. Removals and credits count negative.
//!
//! Guarantees: no figure depends on the order of items, lines or stages. Must not: round for publication.

use super::quality::{Quality, quality};
use crate::interp::{Interp, Slot, gas_key};
use crate::quality::Terms;
use crate::touch::{Touch, Touches};
use crate::value::{Errs, FailKind, Failure, PartKey, Split, Value};
use footrule_diag::Text;
use footrule_mir::{
    Evidence, GasId, Line, LineGas, LineId, LineKind, LineOrigin, NodeId, Origin, RegionId, ResultRef, StageId,
    StageRef,
};
use footrule_number::{NumError, Number, Sum, sum};
use std::ops::ControlFlow;

/// One item of a line (a line without a loop has one).
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub indices: Vec<u32>,
    pub name: Text,
    /// Own quantity in the line's unit, before the sign.
    pub own: Number,
    pub gas: Option<GasId>,
    pub stage: Option<StageId>,
    /// Per declared unit, with the sign.
    pub parts: Vec<(PartKey, Number)>,
    pub total: Number,
    /// The total by what it rests on.
    pub terms: Terms,
    pub touches: Touches,
}

/// A line with its items.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineResult {
    pub applicable: bool,
    pub items: Vec<Item>,
    /// Own quantity in the line's unit; `None` if the items are of different gases.
    pub own: Option<Number>,
    /// CO2e per declared unit, with the sign.
    pub total: Number,
    /// The same by stage, in order of stages.
    pub in_stage: Vec<(StageId, Number)>,
    pub touches: Touches,
}

/// All figures, in the result's unit.
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
            ResultRef::PrimaryShare => return Ok(self.quality.primary),
            ResultRef::RatedShare => return Ok(self.quality.rated),
            ResultRef::Dqr => return Ok(self.quality.dqr),
        }))
    }
}

/// True if the line is part of the total.
pub(crate) fn counts(line: &Line, credits_apart: bool) -> bool {
    match line.kind {
        LineKind::Emission | LineKind::Removal => true,
        LineKind::Credit => !credits_apart,
        LineKind::Apart => false,
    }
}

/// Evaluates all lines. The figures are missing if any line fails; all failures are returned.
pub(crate) fn lines(it: &mut Interp<'_>) -> Result<(Vec<LineResult>, Figures), Errs> {
    let program = it.program;
    let mut errs = Vec::new();
    let reference = reference(it).map_err(|e| errs.push(e)).ok().flatten();
    it.reference = reference;
    let mut results = Vec::with_capacity(program.lines.len());
    for (i, line) in program.lines.iter().enumerate() {
        match evaluate(it, LineId(i as u32), line, reference) {
            Ok(result) => results.push(result),
            Err(e) => errs.push(e),
        }
    }
    if let Some(e) = Errs::union(&errs) {
        return Err(e);
    }
    let credits_apart = program.rule.credits_apart;
    figures(it, &results, |l| counts(l, credits_apart)).map(|f| (results, f))
}

/// The reference flow; above zero.
fn reference(it: &mut Interp<'_>) -> Result<Option<Number>, Errs> {
    let Some(node) = it.program.rule.reference else {
        return Ok(None);
    };
    match it.get(node).value {
        Value::Number(x) if x.is_positive() => Ok(Some(x)),
        Value::Number(x) if x.is_zero() => {
            Err(it.fail(node, FailKind::Num(NumError::DivisionByZero, vec![(node, Some(x))])))
        }
        Value::Number(x) => Err(it.fail(node, FailKind::NegativeReference(node, x))),
        Value::Err(e) => Err(e),
        _ => Err(it.fail(node, FailKind::Bug("the reference flow is no number"))),
    }
}

fn evaluate(it: &mut Interp<'_>, id: LineId, line: &'_ Line, reference: Option<Number>) -> Result<LineResult, Errs> {
    let program = it.program;
    let mut touches = Touches::NONE;
    if let Some(when) = line.when {
        let (holds, read) = it.condition(when);
        touches.absorb(&read);
        if !holds? {
            return Ok(LineResult { touches, ..LineResult::default() });
        }
    }
    let mut items = Vec::new();
    let mut errs = Vec::new();
    match (&program.lines[id.ix()].over, line.value) {
        (Some(l), _) => {
            let node = program.regions.get(l.body.ix()).and_then(|r| r.value).unwrap_or_default();
            let run = it.each(l, false, &mut |it| {
                let slot = it.region(l.body);
                match item(it, id, line, node, slot, reference) {
                    Ok(item) => items.push(item),
                    Err(e) => errs.push(e),
                }
                ControlFlow::Continue(())
            });
            touches.absorb(&run.touches);
            errs.extend(run.errs);
        }
        (None, Some(node)) => {
            let slot = it.get(node);
            items.push(item(it, id, line, node, slot, reference)?);
        }
        (None, None) => {
            return Err(it.fail_at(line.place, None, 0, FailKind::Bug("a line without a value")));
        }
    }
    if let Some(e) = Errs::union(&errs) {
        return Err(e);
    }
    let overflow = |e| Errs::one(failure(id, line, line.value, FailKind::Num(e, Vec::new())));
    let total = sum(items.iter().map(|i| i.total)).map_err(overflow)?;
    let mut stages: Vec<StageId> = items.iter().filter_map(|i| i.stage).collect();
    stages.sort_unstable();
    stages.dedup();
    let mut by_stage: Vec<Sum> = stages.iter().map(|_| Sum::new()).collect();
    for i in &items {
        if let Some(k) = i.stage.and_then(|s| stages.binary_search(&s).ok()) {
            by_stage[k].add(i.total);
        }
    }
    let in_stage = stages.into_iter().zip(&by_stage).map(|(s, x)| Ok((s, x.finish().map_err(overflow)?)));
    let in_stage = in_stage.collect::<Result<Vec<_>, Errs>>()?;
    let one_gas = items.windows(2).all(|w| w[0].gas == w[1].gas);
    let own = if one_gas { Some(sum(items.iter().map(|i| i.own)).map_err(overflow)?) } else { None };
    for i in &items {
        touches.absorb(&i.touches.factors_only());
    }
    Ok(LineResult { applicable: true, items, own, total, in_stage, touches })
}

fn failure(id: LineId, line: &Line, node: Option<NodeId>, kind: FailKind) -> Failure {
    // `sub` keeps two lines with one value node apart.
    Failure { place: line.place, node, sub: id.0 + 1, indices: Vec::new(), kind }
}

/// One item from its value.
fn item(
    it: &mut Interp<'_>,
    id: LineId,
    line: &Line,
    node: NodeId,
    value: Slot,
    reference: Option<Number>,
) -> Result<Item, Errs> {
    let indices = it.indices.clone();
    let fail = |kind| Errs::one(Failure { indices: indices.clone(), ..failure(id, line, Some(node), kind) });
    let arithmetic = |e| fail(FailKind::Num(e, Vec::new()));
    let rests_on = it.rating(&value.touches);
    let primary = it.rests_on_primary(&value.touches);
    let mut touches = value.touches;
    let mut region = |it: &mut Interp<'_>, r: RegionId| {
        let slot = it.region(r);
        touches.absorb(&slot.touches);
        match slot.value {
            Value::Err(e) => Err(e),
            v => Ok(v),
        }
    };
    let own = match &value.value {
        Value::Number(x) => *x,
        Value::Split(s) => s.whole().map_err(arithmetic)?,
        Value::Err(e) => return Err(e.clone()),
        _ => return Err(fail(FailKind::Bug("a line that is no quantity"))),
    };
    if let Some(seen) = it.seen {
        seen.line(id);
    }
    if own.is_negative() && line.may_be_negative.is_none() {
        return Err(fail(FailKind::Negative(id, own)));
    }
    let gas = match &line.gas {
        LineGas::Split => None,
        LineGas::Static(g) => Some(*g),
        LineGas::Region(r) => match region(it, *r)? {
            Value::Enum(_, g) => Some(GasId(g)),
            _ => return Err(fail(FailKind::Bug("the gas of a line is no gas"))),
        },
    };
    let stage = match &line.stage {
        StageRef::Static(s) => Some(*s),
        StageRef::Region(r) => match region(it, *r)? {
            Value::Enum(_, s) => Some(StageId(s)),
            _ => return Err(fail(FailKind::Bug("the stage of a line is no stage"))),
        },
        StageRef::None if line.kind == LineKind::Apart => None,
        StageRef::None => return Err(fail(FailKind::Bug("a line without a stage"))),
    };
    let name = match line.named {
        None => Text::default(),
        Some(r) => match region(it, r)? {
            Value::Text(t) => Text::same(&*t),
            Value::Enum(e, m) => member_text(it, e, m),
            v => Text::same(crate::show::value(it.program, &v, None)),
        },
    };
    let shares: Option<Vec<(Origin, Option<Value>)>> = match &line.origin {
        LineOrigin::One(_) => None,
        LineOrigin::Split(shares) => {
            let values = shares.iter().map(|(o, r)| Ok((*o, r.map(|r| region(it, r)).transpose()?)));
            Some(values.collect::<Result<_, Errs>>()?)
        }
    };
    let shares = match shares {
        None => None,
        Some(list) => Some(complete_shares(list, id).map_err(&fail)?),
    };
    // Parts in the line's CO2e unit.
    let parts: Vec<(PartKey, Number)> = match (gas, &value.value) {
        (Some(gas), Value::Number(mass)) => {
            let masses: Vec<(Origin, Number)> = match (&shares, &line.origin) {
                (Some(shares), _) => shares
                    .iter()
                    .map(|(o, share)| Ok((*o, mass.mul(*share).map_err(arithmetic)?)))
                    .collect::<Result<_, Errs>>()?,
                (None, LineOrigin::One(Some(o))) => vec![(*o, *mass)],
                (None, _) => vec![(Origin::Fossil, *mass)],
            };
            let parts = masses.into_iter().map(|(origin, mass)| {
                let (gwp, factor) = it.gwp(gas, origin).map_err(&fail)?;
                touches.absorb(&factor.map(|f| Touches::one(Touch::Factor(f))).unwrap_or_default());
                Ok((gas_key(gas, origin), mass.mul(gwp).map_err(arithmetic)?))
            });
            parts.collect::<Result<_, Errs>>()?
        }
        (None, Value::Split(s)) => match (&shares, &line.origin) {
            (Some(shares), _) => {
                let parts = shares.iter().flat_map(|(o, share)| {
                    s.parts().iter().map(move |(k, v)| Ok((PartKey { origin: *o, ..*k }, v.mul(*share)?)))
                });
                parts.collect::<Result<_, NumError>>().map_err(arithmetic)?
            }
            (None, LineOrigin::One(Some(o))) => {
                s.parts().iter().map(|(k, v)| (PartKey { origin: *o, ..*k }, *v)).collect()
            }
            (None, _) => s.parts().to_vec(),
        },
        _ => return Err(fail(FailKind::Bug("a line's value does not fit its gas"))),
    };
    let merged = Split::from_parts(parts).map_err(arithmetic)?;
    let merged = match &value.value {
        Value::Split(s) => merged.with_terms(s.terms().clone()),
        _ => merged.rated(rests_on),
    };
    let negative = matches!(line.kind, LineKind::Removal | LineKind::Credit);
    let result = merged.each(|v| {
        let v = v.convert(line.to_result)?;
        let v = match reference {
            Some(r) => v.div(r)?,
            None => v,
        };
        Ok(if negative { v.neg() } else { v })
    });
    let mut result = result.map_err(arithmetic)?;
    if !primary {
        // A mass of gas is primary if it was computed from given data only. All gas parts of an item change alike, so
        // no keys meet and no figure changes.
        let secondary = |k: PartKey| if k.gas.is_some() { PartKey { evidence: Evidence::Secondary, ..k } } else { k };
        result = result.rekey(secondary).map_err(arithmetic)?;
    }
    let total = result.whole().map_err(arithmetic)?;
    let (parts, terms) = (result.parts().to_vec(), result.terms().clone());
    Ok(Item { indices: indices.clone(), name, own, gas, stage, parts, total, terms, touches })
}

fn member_text(it: &Interp<'_>, e: footrule_mir::EnumId, m: u32) -> Text {
    let named = it.program.enums.get(e.ix()).and_then(|info| info.members.get(m as usize));
    named.map_or_else(Text::default, |n| if n.labels.is_empty() { Text::same(n.id.clone()) } else { n.labels.clone() })
}

/// Shares with the rest filled in; each at least 0 and all together exactly 1.
fn complete_shares(list: Vec<(Origin, Option<Value>)>, line: LineId) -> Result<Vec<(Origin, Number)>, FailKind> {
    let mut given = Sum::new();
    let mut rest = Sum::new();
    rest.add(Number::ONE);
    let mut open = 0;
    for (_, value) in &list {
        match value {
            None => open += 1,
            Some(Value::Number(x)) => {
                given.add(*x);
                rest.sub(*x);
                if x.is_negative() {
                    return Err(FailKind::Shares(line, *x));
                }
            }
            Some(_) => return Err(FailKind::Bug("a share that is no number")),
        }
    }
    let overflow = |e| FailKind::Num(e, Vec::new());
    let (total, rest) = (given.finish().map_err(overflow)?, rest.finish().map_err(overflow)?);
    let complete = if open == 1 { !rest.is_negative() } else { open == 0 && rest.is_zero() };
    if !complete {
        return Err(FailKind::Shares(line, total));
    }
    Ok(list.into_iter().map(|(o, v)| (o, if let Some(Value::Number(x)) = v { x } else { rest })).collect())
}

fn figures(it: &Interp<'_>, results: &[LineResult], counted: impl Fn(&Line) -> bool) -> Result<Figures, Errs> {
    let program = it.program;
    let overflow = |e| it.fail_at(footrule_mir::PlaceId(0), None, 0, FailKind::Num(e, Vec::new()));
    let mut stages: Vec<Sum> = program.stages.iter().map(|_| Sum::new()).collect();
    let mut gases: Vec<Sum> = program.gases.iter().map(|_| Sum::new()).collect();
    let mut no_gas = Sum::new();
    let mut origins: Vec<Sum> = Origin::ALL.iter().map(|_| Sum::new()).collect();
    for (line, result) in program.lines.iter().zip(results).filter(|(l, _)| counted(l)) {
        for (stage, value) in &result.in_stage {
            match stages.get_mut(stage.ix()) {
                Some(s) => s.add(*value),
                None => {
                    return Err(it.fail_at(line.place, None, 0, FailKind::Bug("no such stage")));
                }
            }
        }
        for (key, value) in result.items.iter().flat_map(|i| &i.parts) {
            match key.gas.map(|g| gases.get_mut(g.ix())) {
                Some(Some(s)) => s.add(*value),
                _ => no_gas.add(*value),
            }
            if let Some(s) = Origin::ALL.iter().position(|o| *o == key.origin).and_then(|i| origins.get_mut(i)) {
                s.add(*value);
            }
        }
    }
    let finish = |sums: &[Sum]| sums.iter().map(|s| s.finish().map_err(overflow)).collect::<Result<Vec<_>, Errs>>();
    let stages = finish(&stages)?;
    let total = sum(stages.iter().copied()).map_err(overflow)?;
    let origins = Origin::ALL.into_iter().zip(finish(&origins)?).collect();
    let counting = program.lines.iter().zip(results).filter(|(l, _)| counted(l));
    let quality = quality(counting.flat_map(|(_, r)| &r.items));
    Ok(Figures {
        total,
        stages,
        gases: finish(&gases)?,
        no_gas: no_gas.finish().map_err(overflow)?,
        origins,
        lines: results.iter().map(|r| r.total).collect(),
        quality,
    })
}
