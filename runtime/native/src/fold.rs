//! What needs no column is computed when the kernel is built, by the reference's own arithmetic.
//!
//! Guarantees: a simplified definition has the value of the given one and is demanded in the same rows; nothing is
//! reordered or reassociated. An operation that fails on constants becomes [`Def::Fail`], which counts only where it is
//! demanded.

use crate::kernel::{Binary, Builder, Def, Fold, Id, Unary};
use footrule_mir::{Cmp, MAX_POWER};
use footrule_number::{NumError, Number, Ratio, Sum};
use std::sync::Arc;

/// An existing definition with the same meaning, or the definition to add.
pub(crate) fn simplify(b: &mut Builder, def: Def) -> Result<Id, Def> {
    match &def {
        Def::Unary(op, a) => {
            if let Some(x) = b.constant(*a) {
                return Err(number(unary(*op, x)));
            }
        }
        Def::Binary(op, x, y) => return binary(b, *op, *x, *y).unwrap_or(Err(def)),
        Def::Power(a, n) => {
            if let Some(x) = b.constant(*a) {
                return Err(number(power(x, *n)));
            }
        }
        Def::Convert(a, r) => {
            if r.is_one() {
                return Ok(*a);
            }
            if let Some(x) = b.constant(*a) {
                return Err(number(x.convert(*r)));
            }
        }
        Def::Affine(a, r, offset) => {
            if let Some(x) = b.constant(*a) {
                return Err(number(x.affine(*r, *offset)));
            }
        }
        Def::Between(a, s) => {
            if let Some(x) = b.constant(*a) {
                return Err(number(s.at(x)));
            }
        }
        Def::Round(a, n) => {
            if let Some(x) = b.constant(*a) {
                return Err(Def::Number(x.round_decimals(*n)));
            }
        }
        Def::Select(c, yes, no) => return select(b, *c, *yes, *no).ok_or(def),
        Def::Lookup(i, values) => return lookup(b, *i, values).unwrap_or(Err(def)),
        Def::Pick(i, map) => return pick(b, *i, map).unwrap_or(Err(def)),
        Def::Pair(x, y, size) => {
            if let (Some(x), Some(y)) = (b.known_index(*x), b.known_index(*y)) {
                return Err(Def::Index(x * size + y));
            }
        }
        Def::Not(a) => match b.def(*a) {
            Def::Bool(x) => return Err(Def::Bool(!x)),
            Def::Not(inner) => return Ok(*inner),
            _ => {}
        },
        Def::And(x, y) => match (b.known_bool(*x), b.known_bool(*y)) {
            (Some(true), _) => return Ok(*y),
            (Some(false), _) | (_, Some(true)) => return Ok(*x),
            _ if x == y => return Ok(*x),
            _ => {}
        },
        Def::Or(x, y) => match (b.known_bool(*x), b.known_bool(*y)) {
            (Some(false), _) => return Ok(*y),
            (Some(true), _) | (_, Some(false)) => return Ok(*x),
            _ if x == y => return Ok(*x),
            _ => {}
        },
        Def::Compare(cmp, (x, rx), (y, ry)) => {
            if let (Some(x), Some(y)) = (b.constant(*x), b.constant(*y)) {
                return Err(Def::Bool(cmp.holds(x.cmp_scaled(*rx, y, *ry))));
            }
        }
        Def::Is(i, k) => {
            if let Some(i) = b.known_index(*i) {
                return Err(Def::Bool(i == *k));
            }
        }
        Def::Same(x, y) => {
            if let (Some(x), Some(y)) = (b.known_index(*x), b.known_index(*y)) {
                return Err(Def::Bool(x == y));
            }
            if let Some(k) = b.known_index(*y) {
                return Err(Def::Is(*x, k));
            }
            if let Some(k) = b.known_index(*x) {
                return Err(Def::Is(*y, k));
            }
        }
        Def::Fold(kind, _) => {
            if let Some(done) = constant_fold(b, *kind, &def) {
                return done;
            }
        }
        Def::Number(_) | Def::Column(_) | Def::Bool(_) | Def::Flag(_) | Def::Given(_) => {}
        Def::Index(_) | Def::Member(_) | Def::Fail => {}
    }
    Err(def)
}

fn number(x: Result<Number, NumError>) -> Def {
    x.map_or(Def::Fail, Def::Number)
}

/// One operand, as the reference computes it.
pub(crate) fn unary(op: Unary, x: Number) -> Result<Number, NumError> {
    match op {
        Unary::Neg => Ok(x.neg()),
        Unary::Abs => Ok(x.abs()),
        Unary::Floor => Ok(x.floor()),
        Unary::Ceil => Ok(x.ceil()),
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => x.exp(),
        Unary::Ln => x.ln(),
    }
}

/// Two operands, as the reference computes them.
pub(crate) fn two(op: Binary, x: Number, y: Number) -> Result<Number, NumError> {
    match op {
        Binary::Add => x.add(y),
        Binary::Sub => x.sub(y),
        Binary::Mul => x.mul(y),
        Binary::Div => x.div(y),
        Binary::Min => Ok(x.min(y)),
        Binary::Max => Ok(x.max(y)),
        Binary::Pow => x.pow(y),
    }
}

/// An integer power, as the reference computes it.
pub(crate) fn power(x: Number, n: i64) -> Result<Number, NumError> {
    if n.unsigned_abs() > MAX_POWER { Err(NumError::Domain) } else { x.powi(n) }
}

/// Operations on constants, and on one value of a small table.
fn binary(b: &mut Builder, op: Binary, x: Id, y: Id) -> Option<Result<Id, Def>> {
    match (b.constant(x), b.constant(y)) {
        (Some(x), Some(y)) => return Some(Err(number(two(op, x, y)))),
        // Exact, and it cannot fail.
        (Some(k), None) if (op == Binary::Mul && k == Number::ONE) || (op == Binary::Add && k.is_zero()) => {
            return Some(Ok(y));
        }
        (None, Some(k))
            if (matches!(op, Binary::Mul | Binary::Div) && k == Number::ONE)
                || (matches!(op, Binary::Add | Binary::Sub) && k.is_zero()) =>
        {
            return Some(Ok(x));
        }
        _ => {}
    }
    // What is divided by itself is one, and zero divided is zero, where the divisor is not zero: without an error of its own.
    if op == Binary::Div && (x == y || b.constant(x).is_some_and(Number::is_zero)) {
        let (zero, fail) = (b.number(Number::ZERO), b.add(Def::Fail));
        let quotient = if x == y { b.number(Number::ONE) } else { zero };
        let divides = b.add(Def::Compare(Cmp::Ne, (y, Ratio::ONE), (zero, Ratio::ONE)));
        return Some(Ok(b.add(Def::Select(divides, quotient, fail))));
    }
    // Over the rows of a table: an operation on one row's values is a value of the row.
    let (index, left, right) = match (b.def(x), b.def(y)) {
        (Def::Lookup(i, v), Def::Lookup(j, w)) if i == j => (*i, Cells::Row(v.clone()), Cells::Row(w.clone())),
        (Def::Lookup(i, v), Def::Number(k)) => (*i, Cells::Row(v.clone()), Cells::One(*k)),
        (Def::Number(k), Def::Lookup(i, v)) => (*i, Cells::One(*k), Cells::Row(v.clone())),
        _ => return None,
    };
    let n = left.len().max(right.len());
    let cells: Arc<[Option<Number>]> = (0..n).map(|r| two(op, left.get(r)?, right.get(r)?).ok()).collect();
    Some(Err(Def::Lookup(index, cells)))
}

/// A value for each row, or one for all.
enum Cells {
    One(Number),
    Row(Arc<[Option<Number>]>),
}

impl Cells {
    fn len(&self) -> usize {
        if let Self::Row(v) = self { v.len() } else { 0 }
    }

    fn get(&self, row: usize) -> Option<Number> {
        match self {
            Self::One(x) => Some(*x),
            Self::Row(v) => v.get(row).copied().flatten(),
        }
    }
}

fn select(b: &mut Builder, c: Id, yes: Id, no: Id) -> Option<Id> {
    match b.known_bool(c) {
        Some(true) => Some(yes),
        Some(false) => Some(no),
        None => None,
    }
}

fn lookup(b: &mut Builder, i: Id, values: &Arc<[Option<Number>]>) -> Option<Result<Id, Def>> {
    if let Some(k) = b.known_index(i) {
        return Some(Err(at(values, k).map_or(Def::Fail, Def::Number)));
    }
    if let Some(first) = values.first().copied().flatten()
        && values.iter().all(|v| *v == Some(first))
        && !matches!(b.def(i), Def::Pick(..))
    {
        return Some(Err(Def::Number(first)));
    }
    if let Def::Pick(j, map) = b.def(i) {
        let (j, cells) = (*j, map.iter().map(|r| r.and_then(|r| at(values, r))).collect());
        return Some(Err(Def::Lookup(j, cells)));
    }
    None
}

fn pick(b: &mut Builder, i: Id, map: &Arc<[Option<u32>]>) -> Option<Result<Id, Def>> {
    if let Some(k) = b.known_index(i) {
        return Some(Err(at(map, k).map_or(Def::Fail, Def::Index)));
    }
    if let Def::Pick(j, inner) = b.def(i) {
        let (j, map) = (*j, inner.iter().map(|r| r.and_then(|r| at(map, r))).collect());
        return Some(Err(Def::Pick(j, map)));
    }
    None
}

/// What stands at an index; the last stands for all beyond.
pub(crate) fn at<T: Copy>(cells: &[Option<T>], index: u32) -> Option<T> {
    cells.get(index as usize).or(cells.last()).copied().flatten()
}

/// Folds of constants; a sum of one term without lists is the term.
fn constant_fold(b: &Builder, kind: Fold, def: &Def) -> Option<Result<Id, Def>> {
    let Def::Fold(_, terms) = def else { return None };
    if let ([only], Fold::Sum | Fold::Product | Fold::Min | Fold::Max | Fold::Mean | Fold::Any | Fold::All) =
        (terms.as_slice(), kind)
        && only.over.is_empty()
        && only.when.is_none()
    {
        return Some(Ok(only.value));
    }
    if terms.iter().any(|t| !t.over.is_empty() || t.when.is_some()) {
        return None;
    }
    if kind == Fold::Count {
        return Some(Err(Def::Number(Number::from(terms.len() as u64))));
    }
    if matches!(kind, Fold::Any | Fold::All) {
        let stop = kind == Fold::Any;
        let known: Option<Vec<bool>> = terms.iter().map(|t| b.known_bool(t.value)).collect();
        return known.map(|k| Err(Def::Bool(if k.contains(&stop) { stop } else { !stop })));
    }
    let known: Option<Vec<Number>> = terms.iter().map(|t| b.constant(t.value)).collect();
    known.map(|k| Err(number(numbers(kind, &k))))
}

/// A fold of numbers, as the reference computes it.
pub(crate) fn numbers(kind: Fold, terms: &[Number]) -> Result<Number, NumError> {
    let sum = || terms.iter().copied().collect::<Sum>();
    match kind {
        Fold::Sum => sum().finish(),
        Fold::Mean => sum().mean(),
        Fold::Product => terms.iter().try_fold(Number::ONE, |p, x| p.mul(*x)),
        Fold::Min => terms.iter().copied().min().ok_or(NumError::Empty),
        Fold::Max => terms.iter().copied().max().ok_or(NumError::Empty),
        Fold::Count | Fold::Any | Fold::All => Ok(Number::from(terms.len() as u64)),
    }
}
