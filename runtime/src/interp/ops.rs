//! Strict operations on numbers, splits, truth values, texts and dates; and the lazy choices.

use super::{Interp, Slot};
use crate::touch::Touches;
use crate::value::{Errs, FailKind, PartKey, Split, Value};
use footrule_mir::{Evidence, MAX_POWER, NodeId, Op, Origin, PlaceId, RegionId};
use footrule_number::{NumError, Number};

/// Longest list that `Range` yields.
const MAX_RANGE: i64 = 1_000_000;

/// What an operation yields, or why it does not.
enum Fault {
    Num(NumError),
    Shape,
}

impl From<NumError> for Fault {
    fn from(e: NumError) -> Self {
        Self::Num(e)
    }
}

impl Interp<'_> {
    /// Operations that need all their operands.
    #[inline(never)]
    pub(super) fn strict(&mut self, id: NodeId, op: &Op) -> Slot {
        match op {
            Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) | Op::Div(a, b) | Op::Power(a, b) => {
                self.binary(id, op, *a, *b)
            }
            Op::Pow(a, b) | Op::Min(a, b) | Op::Max(a, b) | Op::Range(a, b) => self.binary(id, op, *a, *b),
            Op::Same(a, b) | Op::Before(a, b) | Op::Compare { a, b, .. } => self.binary(id, op, *a, *b),
            Op::Field(a, _) | Op::Amount(a) | Op::Factor(a) | Op::Neg(a) | Op::Convert(a, _) => self.unary(id, op, *a),
            Op::Affine(a, ..) | Op::Abs(a) | Op::Floor(a) | Op::Ceil(a) | Op::Sqrt(a) => self.unary(id, op, *a),
            Op::Exp(a) | Op::Ln(a) | Op::Round(a, _) | Op::Not(a) | Op::Given(a) => self.unary(id, op, *a),
            Op::Unwrap(a) | Op::Present(a) | Op::Whole(a) => self.unary(id, op, *a),
            Op::Split { value, .. } => self.unary(id, op, *value),
            Op::Members(e) => {
                let count = self.program.enums.get(e.ix()).map_or(0, |info| info.members.len() as u32);
                Slot::new(Value::List((0..count).map(|m| Value::Enum(*e, m)).collect()))
            }
            _ => Slot::new(self.bug(id, "operation without an evaluator")),
        }
    }

    fn unary(&mut self, id: NodeId, op: &Op, a: NodeId) -> Slot {
        let slot = self.get(a);
        // A part of a datum is a datum, and so is a value that was optional.
        let mut touches = match op {
            Op::Field(_, k) => self.given.part(&slot.touches, *k),
            Op::Amount(_) | Op::Factor(_) | Op::Unwrap(_) | Op::Present(_) => slot.touches,
            _ => slot.touches.settled(),
        };
        let values = match slot.value {
            Value::Err(e) => Err(e),
            v => Ok([v]),
        };
        let value = match values {
            Err(e) => Value::Err(e),
            Ok([Value::Activity(activity)]) if matches!(op, Op::Factor(_)) => {
                touches.absorb(&activity.datum.touches);
                match &activity.factor {
                    Some(Ok(split)) => Value::Split(split.clone()),
                    Some(Err(e)) => Value::Err(e.clone()),
                    None => Value::Err(self.fail(id, FailKind::NoFactor)),
                }
            }
            Ok([v]) => match unary_value(op, v) {
                Ok(v) => v,
                Err(Fault::Num(e)) => self.num_fail(id, e, &[a]),
                Err(Fault::Shape) => self.bug(id, "operand of an unexpected type"),
            },
        };
        Slot { value, touches }
    }

    fn binary(&mut self, id: NodeId, op: &Op, a: NodeId, b: NodeId) -> Slot {
        let (values, touches) = self.operands([a, b]);
        let value = match values {
            Err(e) => Value::Err(e),
            Ok([x, y]) => match binary_value(op, x, y) {
                // What scales CO2e is its amount: it rests on that, too.
                Ok(Value::Split(s)) if matches!(op, Op::Mul(..) | Op::Div(..)) => {
                    let scale = [a, b].map(|n| self.get(n)).into_iter().find(|s| matches!(s.value, Value::Number(_)));
                    let rating = scale.map(|s| self.rating(&s.touches)).unwrap_or_default();
                    Value::Split(s.resting_on(rating))
                }
                Ok(v) => v,
                Err(Fault::Num(e)) => self.num_fail(id, e, &[a, b]),
                Err(Fault::Shape) => self.bug(id, "operands of unexpected types"),
            },
        };
        Slot { value, touches }
    }

    pub(super) fn list(&mut self, items: &[NodeId]) -> Slot {
        let mut touches = Touches::NONE;
        let values = items
            .iter()
            .map(|n| {
                let slot = self.get(*n);
                touches.absorb(&slot.touches);
                slot.value
            })
            .collect();
        Slot { value: Value::List(values), touches: touches.settled() }
    }

    /// Lazy operations with one scrutinee.
    #[inline(never)]
    pub(super) fn choose(&mut self, id: NodeId, op: &Op) -> Slot {
        let (Op::And(a, _) | Op::Or(a, _) | Op::OrElse(a, _) | Op::If(a, ..) | Op::Match(a, _)) = op else {
            return Slot::new(self.bug(id, "no choice"));
        };
        let head = self.get(*a);
        let chosen = match (op, &head.value) {
            (_, Value::Err(_)) => return head,
            (Op::And(_, r), Value::Bool(true)) | (Op::Or(_, r), Value::Bool(false)) => *r,
            (Op::And(..) | Op::Or(..), Value::Bool(_)) => return head,
            (Op::OrElse(_, r), Value::Absent) => *r,
            (Op::OrElse(..), _) => return head,
            (Op::If(_, yes, _), Value::Bool(true)) => *yes,
            (Op::If(_, _, no), Value::Bool(false)) => *no,
            (Op::Match(_, arms), Value::Enum(_, m)) => match arms.get(*m as usize) {
                Some(r) => *r,
                None => return Slot::new(self.bug(id, "match without an arm for a member")),
            },
            _ => return Slot::new(self.bug(id, "scrutinee of an unexpected type")),
        };
        let slot = self.region(chosen);
        Slot { value: slot.value, touches: head.touches.with(&slot.touches) }
    }

    #[inline(never)]
    pub(super) fn first_of(&mut self, id: NodeId, arms: &[(RegionId, RegionId)], rest: Option<RegionId>) -> Slot {
        let mut touches = Touches::NONE;
        let mut chosen = rest;
        for (condition, value) in arms {
            let (holds, read) = self.condition(*condition);
            touches.absorb(&read);
            match holds {
                Ok(true) => {
                    chosen = Some(*value);
                    break;
                }
                Ok(false) => {}
                Err(e) => {
                    return Slot { value: Value::Err(e), touches };
                }
            }
        }
        match chosen {
            Some(region) => {
                let slot = self.region(region);
                Slot { value: slot.value, touches: touches.with(&slot.touches) }
            }
            None => Slot { value: Value::Err(self.fail(id, FailKind::NotOne(Vec::new()))), touches },
        }
    }

    #[inline(never)]
    pub(super) fn one_of(&mut self, id: NodeId, arms: &[(RegionId, RegionId, PlaceId)]) -> Slot {
        let mut touches = Touches::NONE;
        let mut errs: Vec<Errs> = Vec::new();
        let mut holding: Vec<(RegionId, PlaceId)> = Vec::new();
        for (condition, value, place) in arms {
            let (holds, read) = self.condition(*condition);
            touches.absorb(&read);
            match holds {
                Ok(true) => holding.push((*value, *place)),
                Ok(false) => {}
                Err(e) => errs.push(e),
            }
        }
        let value = match (Errs::union(&errs), holding.as_slice()) {
            (Some(e), _) => Value::Err(e),
            (None, [(region, _)]) => {
                let slot = self.region(*region);
                touches.absorb(&slot.touches);
                slot.value
            }
            (None, several) => Value::Err(self.fail(id, FailKind::NotOne(several.iter().map(|(_, p)| *p).collect()))),
        };
        Slot { value, touches }
    }
}

fn unary_value(op: &Op, v: Value) -> Result<Value, Fault> {
    use Value::{Bool, Number as N, Split as S};
    Ok(match (op, v) {
        (Op::Field(_, k), Value::Record(_, fields)) => fields.get(*k as usize).cloned().ok_or(Fault::Shape)?,
        (Op::Amount(_), Value::Activity(a)) => N(a.amount),
        (Op::Neg(_), N(x)) => N(x.neg()),
        (Op::Neg(_), S(s)) => S(s.each(|x| Ok(x.neg()))?),
        (Op::Convert(_, r), N(x)) => N(x.convert(*r)?),
        (Op::Convert(_, r), S(s)) => S(s.each(|x| x.convert(*r))?),
        (Op::Affine(_, r, offset), N(x)) => N(x.affine(*r, *offset)?),
        (Op::Abs(_), N(x)) => N(x.abs()),
        (Op::Floor(_), N(x)) => N(x.floor()),
        (Op::Ceil(_), N(x)) => N(x.ceil()),
        (Op::Sqrt(_), N(x)) => N(x.sqrt()?),
        (Op::Exp(_), N(x)) => N(x.exp()?),
        (Op::Ln(_), N(x)) => N(x.ln()?),
        (Op::Round(_, n), N(x)) => N(x.round_decimals(*n)),
        (Op::Not(_), Bool(b)) => Bool(!b),
        (Op::Given(_), v) => Bool(v != Value::Absent),
        (Op::Unwrap(_), Value::Absent) => return Err(Fault::Shape),
        (Op::Unwrap(_) | Op::Present(_), v) => v,
        (Op::Whole(_), S(s)) => N(s.whole()?),
        (Op::Split { origin, evidence, .. }, N(x)) => S(Split::one(PartKey::new(*origin, None, *evidence), x)),
        _ => return Err(Fault::Shape),
    })
}

fn binary_value(op: &Op, x: Value, y: Value) -> Result<Value, Fault> {
    use Value::{Bool, Number as N, Split as S};
    Ok(match (op, x, y) {
        (Op::Add(..), N(x), N(y)) => N(x.add(y)?),
        (Op::Add(..), S(x), S(y)) => S(x.add(&y)?),
        (Op::Sub(..), N(x), N(y)) => N(x.sub(y)?),
        (Op::Sub(..), S(x), S(y)) => S(x.add(&y.each(|v| Ok(v.neg()))?)?),
        (Op::Mul(..), N(x), N(y)) => N(x.mul(y)?),
        (Op::Mul(..), S(s), N(x)) | (Op::Mul(..), N(x), S(s)) => S(s.each(|v| v.mul(x))?),
        (Op::Div(..), N(x), N(y)) => N(x.div(y)?),
        (Op::Div(..), S(_), N(y)) if y.is_zero() => return Err(NumError::DivisionByZero.into()),
        (Op::Div(..), S(s), N(y)) => S(s.each(|v| v.div(y))?),
        (Op::Power(..), N(x), N(n)) => {
            N(x.powi(n.to_i64().filter(|n| n.unsigned_abs() <= MAX_POWER).ok_or(NumError::Domain)?)?)
        }
        (Op::Pow(..), N(x), N(y)) => N(x.pow(y)?),
        (Op::Min(..), N(x), N(y)) => N(x.min(y)),
        (Op::Max(..), N(x), N(y)) => N(x.max(y)),
        (Op::Compare { cmp, ra, rb, .. }, N(x), N(y)) => Bool(cmp.holds(x.cmp_scaled(*ra, y, *rb))),
        (Op::Range(..), N(x), N(y)) => {
            let (a, b) = x.to_i64().zip(y.to_i64()).ok_or(NumError::Domain)?;
            if b.saturating_sub(a) >= MAX_RANGE {
                return Err(NumError::Overflow.into());
            }
            Value::List((a..=b).map(|i| N(Number::from(i))).collect())
        }
        (Op::Same(..), Bool(x), Bool(y)) => Bool(x == y),
        (Op::Same(..), Value::Text(x), Value::Text(y)) => Bool(x == y),
        (Op::Same(..), Value::Date(x), Value::Date(y)) => Bool(x == y),
        (Op::Same(..), Value::Enum(e, x), Value::Enum(f, y)) if e == f => Bool(x == y),
        (Op::Before(..), Value::Date(x), Value::Date(y)) => Bool(x < y),
        _ => return Err(Fault::Shape),
    })
}

/// The evidence of CO2e that was characterised from a mass of gas: the product system's own elementary flow. An item
/// that was computed with parameters or tables is secondary all the same (`result::lines`).
pub(crate) const GAS_EVIDENCE: Evidence = Evidence::Primary;

/// The key of a part of one gas.
pub(crate) fn gas_key(gas: footrule_mir::GasId, origin: Origin) -> PartKey {
    PartKey::new(origin, Some(gas), GAS_EVIDENCE)
}
