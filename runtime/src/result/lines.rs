//! The lines, item by item: value → share of its origin → (gas: × GWP), each one rounding.
//!
//! What an item adds to the figures of each product is the next step's business ([`super::products`]).
//!
//! Guarantees: no figure depends on the order of items or lines. Must not: round for publication.

use super::products::{self, Figures, LineFigures};
use crate::interp::{Interp, Slot, gas_key};
use crate::touch::{Touch, Touches};
use crate::value::{Errs, FailKind, Failure, PartKey, Split, Value};
use footrule_diag::{Lang, Text};
use footrule_mir::{
    AllocationId, Evidence, GasId, Line, LineGas, LineId, LineKind, LineOrigin, NodeId, Origin, ProductId, RegionId,
    StageId, StageRef, Target,
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
    /// Where it goes.
    pub to: To,
    /// In the line's CO2e unit, before allocation and before the sign; with what it rests on.
    pub co2e: Split,
    pub touches: Touches,
}

/// Where an item goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    Product(ProductId),
    Allocation(AllocationId),
    Nowhere,
}

/// A line with its items.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineResult {
    pub applicable: bool,
    pub items: Vec<Item>,
    /// Own quantity in the line's unit; `None` if the items are of different gases.
    pub own: Option<Number>,
    /// What it adds to each product.
    pub products: Vec<LineFigures>,
    pub touches: Touches,
}

/// Evaluates all lines. The figures of the products are missing if any line fails; all failures are returned.
pub(crate) fn lines(it: &mut Interp<'_>) -> Result<(Vec<LineResult>, Vec<Figures>), Errs> {
    let program = it.program;
    let mut errs = Vec::new();
    for (i, product) in program.products.iter().enumerate() {
        match reference(it, product.reference) {
            Ok(found) => it.references[i] = found,
            Err(e) => errs.push(e),
        }
    }
    let mut results = Vec::with_capacity(program.lines.len());
    for (i, line) in program.lines.iter().enumerate() {
        match evaluate(it, LineId(i as u32), line) {
            Ok(result) => results.push(result),
            Err(e) => errs.push(e),
        }
    }
    let shares = products::shares(it, results.iter().flat_map(|r| &r.items).map(|i| i.to), &mut errs);
    if let Some(e) = Errs::union(&errs) {
        return Err(e);
    }
    products::figures(it, &mut results, &shares).map(|f| (results, f))
}

/// A reference flow; above zero.
pub(super) fn reference(it: &mut Interp<'_>, node: Option<NodeId>) -> Result<Option<Number>, Errs> {
    let Some(node) = node else {
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

fn evaluate(it: &mut Interp<'_>, id: LineId, line: &Line) -> Result<LineResult, Errs> {
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
                match item(it, id, line, node, slot) {
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
            items.push(item(it, id, line, node, slot)?);
        }
        (None, None) => {
            return Err(it.fail_at(line.place, None, 0, FailKind::Bug("a line without a value")));
        }
    }
    if let Some(e) = Errs::union(&errs) {
        return Err(e);
    }
    let overflow = |e| Errs::one(failure(id, line, line.value, FailKind::Num(e, Vec::new())));
    let one_gas = items.windows(2).all(|w| w[0].gas == w[1].gas);
    let own = if one_gas { Some(sum(items.iter().map(|i| i.own)).map_err(overflow)?) } else { None };
    for i in &items {
        touches.absorb(&i.touches.factors_only());
    }
    Ok(LineResult { applicable: true, items, own, products: Vec::new(), touches })
}

pub(super) fn failure(id: LineId, line: &Line, node: Option<NodeId>, kind: FailKind) -> Failure {
    // `sub` keeps two lines with one value node apart.
    Failure { place: line.place, node, sub: id.0 + 1, indices: Vec::new(), kind }
}

/// One item from its value.
fn item(it: &mut Interp<'_>, id: LineId, line: &Line, node: NodeId, value: Slot) -> Result<Item, Errs> {
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
    let mut names: Vec<Text> = Vec::with_capacity(line.named.len());
    for &r in &line.named {
        names.push(match region(it, r)? {
            Value::Text(t) => Text::same(&*t),
            Value::Enum(e, m) => member_text(it, e, m),
            v => Text::same(crate::show::value(it.program, &v, None)),
        });
    }
    names.retain(|n| !n.is_empty());
    let joined = |lang| names.iter().map(|n| n.get(lang)).collect::<Vec<_>>().join(" · ");
    // One name is taken as it is, in one language or both.
    let name = match names.len() {
        0 | 1 => names.pop().unwrap_or_default(),
        _ => Text::new(joined(Lang::Zh), joined(Lang::En)),
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
    let co2e = Split::from_parts(parts).map_err(arithmetic)?;
    let mut co2e = match &value.value {
        Value::Split(s) => co2e.with_terms(s.terms().clone()),
        _ => co2e.rated(rests_on),
    };
    // A mass of gas is primary if it was computed from given data only; what an upstream rule said of its own stays.
    let settle = |k: PartKey| match k.gas {
        Some(_) if !primary && !k.settled => PartKey { evidence: Evidence::Secondary, ..k },
        _ => PartKey { settled: false, ..k },
    };
    if co2e.parts().iter().any(|(k, _)| settle(*k) != *k) {
        co2e = co2e.rekey(settle).map_err(arithmetic)?;
    }
    let to = match &line.target {
        Target::Product(p) => To::Product(*p),
        Target::Allocation(a) => To::Allocation(*a),
        Target::ByStage(list) => match stage.and_then(|s| list.get(s.ix()).copied().flatten()) {
            Some(a) => To::Allocation(a),
            None => To::Product(ProductId(0)),
        },
        Target::Nowhere => To::Nowhere,
    };
    Ok(Item { indices: indices.clone(), name, own, gas, stage, to, co2e, touches })
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
