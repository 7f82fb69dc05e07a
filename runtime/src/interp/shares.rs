//! The shares of an allocation.
//!
//! Guarantees: shares are at least 0 and sum to exactly 1. Each is its weight over the exact sum of all weights, rounded
//! once; what rounding leaves over goes to the last one whose weight is not zero, so a zero weight gets exactly 0.

use super::{Interp, Slot};
use crate::touch::Touches;
use crate::value::{Errs, FailKind, Value};
use footrule_mir::{NodeId, Ty};
use footrule_number::{NumError, Number, Sum};

impl Interp<'_> {
    #[inline(never)]
    pub(super) fn shares(&mut self, id: NodeId, given: bool, weights: &[(u32, Option<NodeId>)]) -> Slot {
        let mut touches = Touches::NONE;
        let mut errs: Vec<Errs> = Vec::new();
        let mut list: Vec<(u32, Option<Number>)> = Vec::with_capacity(weights.len());
        for (field, node) in weights {
            let Some(node) = node else {
                list.push((*field, None));
                continue;
            };
            let slot = self.get(*node);
            touches.absorb(&slot.touches);
            match slot.value {
                Value::Number(x) => list.push((*field, Some(x))),
                Value::Err(e) => errs.push(e),
                _ => return Slot::new(self.bug(id, "a weight that is no number")),
            }
        }
        if let Some(e) = Errs::union(&errs) {
            return Slot { value: Value::Err(e), touches };
        }
        let shares = match list.iter().find(|(_, w)| w.is_some_and(Number::is_negative)) {
            Some(_) => Err(FailKind::Weights(list.clone())),
            None if given => given_shares(&list),
            None => by_weight(&list),
        };
        let value = match (shares, self.program.nodes.get(id.ix()).map(|n| &n.ty)) {
            (Ok(mut shares), Some(Ty::Record(r))) => {
                shares.sort_unstable_by_key(|(field, _)| *field);
                Value::Record(*r, shares.into_iter().map(|(_, x)| Value::Number(x)).collect())
            }
            (Ok(_), _) => self.bug(id, "shares that are no record"),
            (Err(kind), _) => Value::Err(self.fail(id, kind)),
        };
        Slot { value, touches }
    }
}

type Weights = [(u32, Option<Number>)];

/// One minus these, which is exact: no number has more than 28 decimals.
fn rest(of: impl Iterator<Item = Number>) -> Result<Number, NumError> {
    let mut left = Sum::new();
    left.add(Number::ONE);
    of.for_each(|x| left.sub(x));
    left.finish()
}

fn arithmetic(e: NumError) -> FailKind {
    FailKind::Num(e, Vec::new())
}

fn given_shares(list: &Weights) -> Result<Vec<(u32, Number)>, FailKind> {
    let left = rest(list.iter().filter_map(|(_, w)| *w)).map_err(arithmetic)?;
    let open = list.iter().filter(|(_, w)| w.is_none()).count();
    let whole = if open == 1 { !left.is_negative() } else { open == 0 && left.is_zero() };
    if !whole {
        return Err(FailKind::Weights(list.to_vec()));
    }
    Ok(list.iter().map(|(field, w)| (*field, w.unwrap_or(left))).collect())
}

fn by_weight(list: &Weights) -> Result<Vec<(u32, Number)>, FailKind> {
    let weights: Vec<(u32, Number)> = list.iter().map(|(field, w)| (*field, w.unwrap_or_default())).collect();
    let mut sum = Sum::new();
    weights.iter().for_each(|(_, w)| sum.add(*w));
    let sum = sum.finish().map_err(arithmetic)?;
    let Some(last) = weights.iter().rposition(|(_, w)| !w.is_zero()) else {
        return Err(FailKind::Weights(list.to_vec()));
    };
    let divide = |(field, w): &(u32, Number)| Ok((*field, w.div(sum)?));
    let mut shares = weights.iter().map(divide).collect::<Result<Vec<_>, NumError>>().map_err(arithmetic)?;
    let others = shares.iter().enumerate().filter(|(i, _)| *i != last).map(|(_, (_, x))| *x);
    let left = rest(others).map_err(arithmetic)?;
    if left.is_negative() {
        // Only a share of a few units in the last digit can come to this.
        return Err(arithmetic(NumError::TooSmall));
    }
    shares[last].1 = left;
    Ok(shares)
}
