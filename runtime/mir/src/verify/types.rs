//! Operand types of each operation, as one table.

use super::{Check, Verifier, ensure, fail};
use crate::{Const, EnumId, Fold, GasRef, Node, NodeId, Op, RecordId, TableId, Ty, UnitId};

impl Verifier<'_> {
    /// Checks that a type names only what exists.
    pub(super) fn known_ty(&self, ty: &Ty) -> Check {
        let p = self.p;
        let known = match ty {
            Ty::Number(u) | Ty::Split(u) => return self.unit(*u),
            Ty::Activity { amount, factor } => return self.unit(*amount).and_then(|()| self.unit(*factor)),
            Ty::List(t) | Ty::Optional(t) => return self.known_ty(t),
            Ty::Enum(e) => e.ix() < p.enums.len(),
            Ty::Record(r) => r.ix() < p.records.len(),
            Ty::Row(t) => t.ix() < p.tables.len(),
            Ty::Bool | Ty::Text | Ty::Date | Ty::Period => true,
        };
        ensure(known, || format!("type {ty:?} names nothing that exists"))
    }

    pub(super) fn same_unit(&self, a: UnitId, b: UnitId) -> bool {
        let (Some(x), Some(y)) = (self.p.units.get(a.ix()), self.p.units.get(b.ix())) else { return a == b };
        // The order of factors has no meaning.
        x == y || !x.atoms.is_empty() && x.atoms.len() == y.atoms.len() && x.atoms.iter().all(|f| y.atoms.contains(f))
    }

    /// Equal types; units are compared by what they are, not by id.
    pub(super) fn same(&self, a: &Ty, b: &Ty) -> bool {
        match (a, b) {
            (Ty::Number(x), Ty::Number(y)) | (Ty::Split(x), Ty::Split(y)) => self.same_unit(*x, *y),
            (Ty::List(x), Ty::List(y)) | (Ty::Optional(x), Ty::Optional(y)) => self.same(x, y),
            (Ty::Activity { amount: a, factor: f }, Ty::Activity { amount: b, factor: g }) => {
                self.same_unit(*a, *b) && self.same_unit(*f, *g)
            }
            _ => a == b,
        }
    }

    /// Equal but for tags: where a tag follows data, the unit at the use may name it in another way.
    fn same_but_tags(&self, a: &Ty, b: &Ty) -> bool {
        let bare = |u: UnitId| {
            let atoms = self.p.units.get(u.ix()).map_or(&[][..], |u| &u.atoms);
            let mut atoms: Vec<_> = atoms.iter().map(|(symbol, _, exponent)| (*symbol, *exponent)).collect();
            atoms.sort_unstable();
            atoms
        };
        match (a, b) {
            (Ty::Number(x), Ty::Number(y)) | (Ty::Split(x), Ty::Split(y)) => bare(*x) == bare(*y),
            (Ty::List(x), Ty::List(y)) | (Ty::Optional(x), Ty::Optional(y)) => self.same_but_tags(x, y),
            (Ty::Activity { amount: a, factor: f }, Ty::Activity { amount: b, factor: g }) => {
                bare(*a) == bare(*b) && bare(*f) == bare(*g)
            }
            _ => self.same(a, b),
        }
    }

    fn of(&self, id: NodeId) -> &Ty {
        // Operands were found to exist before their types are asked for.
        self.p.nodes.get(id.ix()).map_or(&Ty::Bool, |n| &n.ty)
    }

    fn all(&self, regions: &[crate::RegionId], ty: &Ty) -> Result<bool, super::VerifyError> {
        for r in regions {
            if !self.same(self.value_ty(*r)?, ty) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Checks one node: operands exist and are visible already.
    pub(super) fn fits(&self, node: &Node) -> Check {
        let p = self.p;
        let ty = &node.ty;
        let of = |id: &NodeId| self.of(*id);
        let is_number = |t: &Ty| matches!(t, Ty::Number(_));
        let number = |id: &NodeId| is_number(of(id));
        let flag = |id: &NodeId| *of(id) == Ty::Bool;
        let as_ty = |id: &NodeId| self.same(of(id), ty);
        let yields = |regions: &[crate::RegionId]| self.all(regions, ty);
        let asks = |regions: &[crate::RegionId]| self.all(regions, &Ty::Bool);
        let fits = match &node.op {
            Op::Const(c, factor) => {
                let known = factor.is_none_or(|f| f.ix() < p.factors.len());
                known && self.constant(c, ty)
            }
            Op::Input(i) => p.inputs.get(i.ix()).is_some_and(|i| self.same(&i.ty, ty)),
            Op::Period => *ty == Ty::Period,
            // The loop or record that owns it decides.
            Op::Bound => true,
            Op::Field(n, k) => self.field(of(n), *k, ty),
            Op::Amount(n) => match (of(n), ty) {
                (Ty::Activity { amount, .. }, Ty::Number(u)) => self.same_unit(*amount, *u),
                _ => false,
            },
            Op::Factor(n) => match (of(n), ty) {
                (Ty::Activity { factor, .. }, Ty::Split(u)) => self.same_unit(*factor, *u),
                _ => false,
            },
            Op::Record(r, fields) => *ty == Ty::Record(*r) && self.record(*r, fields),
            Op::List(items) => matches!(ty, Ty::List(t) if items.iter().all(|i| self.same(of(i), t))),
            Op::Activity { amount, factor, .. } => match ty {
                Ty::Activity { amount: a, factor: f } => {
                    self.same(of(amount), &Ty::Number(*a))
                        && factor.is_none_or(|n| {
                            let found = self.of(n);
                            self.same(found, &Ty::Split(*f)) || self.same(found, &Ty::Number(*f))
                        })
                }
                _ => false,
            },
            Op::Members(e) => self.list_of(ty, &Ty::Enum(*e)) && e.ix() < p.enums.len(),
            Op::Range(a, b) => number(a) && number(b) && matches!(ty, Ty::List(t) if is_number(t)),
            Op::Rows(t) => self.list_of(ty, &Ty::Row(*t)) && t.ix() < p.tables.len(),
            Op::Position(n) => {
                let item = p.nodes.get(n.ix()).is_some_and(|n| n.op == Op::Bound);
                item && p.records.iter().all(|r| r.this != *n) && is_number(ty)
            }
            Op::Ordinal(n) => matches!(of(n), Ty::Enum(_) | Ty::Row(_)) && is_number(ty),
            Op::Add(a, b) | Op::Sub(a, b) => as_ty(a) && as_ty(b) && matches!(ty, Ty::Number(_) | Ty::Split(_)),
            Op::Mul(a, b) => match (of(a), of(b)) {
                (Ty::Number(_), Ty::Number(_)) => is_number(ty),
                (Ty::Split(_), Ty::Number(_)) | (Ty::Number(_), Ty::Split(_)) => matches!(ty, Ty::Split(_)),
                _ => false,
            },
            Op::Div(a, b) => match (of(a), of(b)) {
                (Ty::Number(_), Ty::Number(_)) => is_number(ty),
                (Ty::Split(_), Ty::Number(_)) => matches!(ty, Ty::Split(_)),
                _ => false,
            },
            Op::Neg(a) => as_ty(a) && matches!(ty, Ty::Number(_) | Ty::Split(_)),
            Op::Convert(a, _) => match of(a) {
                Ty::Number(_) => is_number(ty),
                Ty::Split(_) => matches!(ty, Ty::Split(_)),
                _ => false,
            },
            Op::Affine(a, ..) | Op::Sqrt(a) | Op::Exp(a) | Op::Ln(a) => number(a) && is_number(ty),
            Op::Abs(a) | Op::Floor(a) | Op::Ceil(a) | Op::Round(a, _) => is_number(ty) && as_ty(a),
            Op::Power(a, b) | Op::Pow(a, b) => number(a) && number(b) && is_number(ty),
            Op::Min(a, b) | Op::Max(a, b) => is_number(ty) && as_ty(a) && as_ty(b),
            Op::Compare { a, b, .. } => number(a) && number(b) && *ty == Ty::Bool,
            Op::Same(a, b) => {
                let plain = matches!(of(a), Ty::Bool | Ty::Text | Ty::Date | Ty::Enum(_));
                plain && self.same(of(a), of(b)) && *ty == Ty::Bool
            }
            Op::Before(a, b) => *of(a) == Ty::Date && *of(b) == Ty::Date && *ty == Ty::Bool,
            Op::Not(a) => flag(a) && *ty == Ty::Bool,
            Op::And(a, r) | Op::Or(a, r) => flag(a) && *ty == Ty::Bool && yields(&[*r])?,
            Op::Given(a) => matches!(of(a), Ty::Optional(_)) && *ty == Ty::Bool,
            Op::Unwrap(a) => matches!(of(a), Ty::Optional(t) if self.same(t, ty)),
            Op::OrElse(a, r) => matches!(of(a), Ty::Optional(t) if self.same(t, ty)) && yields(&[*r])?,
            Op::Present(a) => matches!(ty, Ty::Optional(t) if self.same(of(a), t)),
            Op::If(c, a, b) => flag(c) && yields(&[*a, *b])?,
            Op::Match(n, arms) => match of(n) {
                Ty::Enum(e) => self.members(*e) == Some(arms.len()) && yields(arms)?,
                _ => false,
            },
            Op::FirstOf(arms, otherwise) => {
                let (conditions, mut values): (Vec<_>, Vec<_>) = arms.iter().copied().unzip();
                values.extend(*otherwise);
                !values.is_empty() && asks(&conditions)? && yields(&values)?
            }
            Op::OneOf(arms) => {
                let (conditions, values): (Vec<_>, Vec<_>) = arms.iter().map(|(c, v, _)| (*c, *v)).unzip();
                !values.is_empty() && asks(&conditions)? && yields(&values)?
            }
            Op::Except(base, cases) => {
                let ordered = cases
                    .iter()
                    .enumerate()
                    .all(|(i, c)| c.parent.is_none_or(|p| (p as usize) < i) && c.exception.ix() < p.exceptions.len());
                let conditions: Vec<_> = cases.iter().map(|c| c.when).collect();
                let values: Vec<_> = std::iter::once(*base).chain(cases.iter().map(|c| c.value)).collect();
                ordered && asks(&conditions)? && yields(&values)?
            }
            Op::Fold(fold, l) => self.fold(*fold, self.value_ty(l.body)?, ty),
            Op::ParamAt(t, n) => {
                let when = matches!(of(n), Ty::Period | Ty::Number(_) | Ty::Date);
                when && p.params.get(t.ix()).is_some_and(|t| self.same(&t.ty, ty))
            }
            Op::Lookup { table, keys, column } => {
                let columns = p.tables.get(table.ix()).map_or(&[][..], |t| &t.columns);
                let value = match column {
                    Some(c) => columns.get(*c as usize).is_some_and(|(_, t)| self.same_but_tags(t, ty)),
                    None => *ty == Ty::Row(*table),
                };
                value && self.keys(*table, keys)
            }
            Op::Interpolate { table, keys, column, .. } => p.tables.get(table.ix()).is_some_and(|t| {
                let column = t.columns.get(*column as usize).is_some_and(|(_, t)| self.same_but_tags(t, ty));
                column && t.interpolate.is_some_and(|i| self.points(*table, keys, i.key as usize))
            }),
            Op::HasRow { table, keys } => *ty == Ty::Bool && self.keys(*table, keys),
            Op::Column(n, c) => match of(n) {
                Ty::Row(t) => p.tables.get(t.ix()).is_some_and(|t| {
                    t.keys.iter().chain(&t.columns).nth(*c as usize).is_some_and(|(_, t)| self.same_but_tags(t, ty))
                }),
                _ => false,
            },
            Op::Characterise { mass, gas, .. } => {
                let gas = match gas {
                    GasRef::Static(g) => g.ix() < p.gases.len(),
                    GasRef::Node(n) => matches!(of(n), Ty::Enum(_)),
                };
                gas && number(mass) && matches!(ty, Ty::Split(_))
            }
            Op::Split { value, .. } => {
                matches!((of(value), ty), (Ty::Number(a), Ty::Split(b)) if self.same_unit(*a, *b))
            }
            Op::Whole(n) => matches!((of(n), ty), (Ty::Split(a), Ty::Number(b)) if self.same_unit(*a, *b)),
            Op::Shares { given, weights } => self.shares(*given, weights, ty),
            Op::Result(product, what) => {
                self.figure(*product, what)?;
                let plain = matches!(
                    what,
                    crate::ResultRef::PrimaryShare | crate::ResultRef::RatedShare | crate::ResultRef::Dqr
                );
                is_number(ty)
                    && (!plain
                        || matches!(ty, Ty::Number(u) if p.units.get(u.ix()).is_some_and(|u| u.atoms.is_empty())))
            }
            Op::Reference(product) => {
                let product = p.products.get(product.ix());
                is_number(ty) && product.is_some_and(|p| p.reference.is_none_or(|n| self.same(self.of(n), ty)))
            }
        };
        if fits { Ok(()) } else { fail(format!("types do not fit: {} of type {ty:?}", word(&node.op))) }
    }

    fn constant(&self, c: &Const, ty: &Ty) -> bool {
        match (c, ty) {
            (Const::Number(_), Ty::Number(_))
            | (Const::Bool(_), Ty::Bool)
            | (Const::Text(_), Ty::Text)
            | (Const::Absent, Ty::Optional(_)) => true,
            (Const::Date { month, day, .. }, Ty::Date) => (1..=12).contains(month) && (1..=31).contains(day),
            (Const::Enum(e, m), Ty::Enum(t)) => e == t && self.members(*e).is_some_and(|n| (*m as usize) < n),
            _ => false,
        }
    }

    fn members(&self, id: EnumId) -> Option<usize> {
        self.p.enums.get(id.ix()).map(|e| e.members.len())
    }

    /// Weights in one unit, one for each field of a record of numbers; a rest only among shares.
    fn shares(&self, given: bool, weights: &[(u32, Option<NodeId>)], ty: &Ty) -> bool {
        let Ty::Record(r) = ty else { return false };
        let Some(record) = self.p.records.get(r.ix()) else { return false };
        let mut fields: Vec<u32> = weights.iter().map(|(k, _)| *k).collect();
        fields.sort_unstable();
        let known: Vec<&Ty> = weights.iter().filter_map(|(_, n)| *n).map(|n| self.of(n)).collect();
        fields.into_iter().eq(0..record.fields.len() as u32)
            && record.fields.iter().all(|f| matches!(f.ty, Ty::Number(_)))
            && weights.len() - known.len() <= usize::from(given)
            && known.windows(2).all(|w| self.same(w[0], w[1]))
            && known.iter().all(|t| matches!(t, Ty::Number(_)))
    }

    fn list_of(&self, ty: &Ty, item: &Ty) -> bool {
        matches!(ty, Ty::List(t) if self.same(t, item))
    }

    fn field(&self, of: &Ty, k: u32, ty: &Ty) -> bool {
        let Ty::Record(r) = of else { return false };
        let field = self.p.records.get(r.ix()).and_then(|r| r.fields.get(k as usize));
        field.is_some_and(|f| match f.tag_field {
            Some(_) => self.same_but_tags(&f.ty, ty),
            None => self.same(&f.ty, ty),
        })
    }

    fn record(&self, id: RecordId, given: &[Option<NodeId>]) -> bool {
        self.p.records.get(id.ix()).is_some_and(|r| {
            r.fields.len() == given.len()
                && r.fields.iter().zip(given).enumerate().all(|(k, (f, g))| match g {
                    Some(n) => f.computed.is_none() && self.field(&Ty::Record(id), k as u32, self.of(*n)),
                    None => {
                        let absent = f.when.is_some() || matches!(f.ty, Ty::Optional(_));
                        absent || f.default.is_some() || f.computed.is_some()
                    }
                })
        })
    }

    fn fold(&self, fold: Fold, body: &Ty, ty: &Ty) -> bool {
        let same = self.same(body, ty);
        match fold {
            Fold::Sum => same && matches!(ty, Ty::Number(_) | Ty::Split(_)),
            Fold::Product | Fold::Min | Fold::Max | Fold::Mean => same && matches!(ty, Ty::Number(_)),
            Fold::Count => matches!(ty, Ty::Number(_)),
            Fold::Any | Fold::All => same && *ty == Ty::Bool,
            Fold::List => self.list_of(ty, body),
        }
    }

    /// The keys of an interpolation: the one along which it goes has any unit, and is converted.
    fn points(&self, table: TableId, keys: &[NodeId], along: usize) -> bool {
        self.p.tables.get(table.ix()).is_some_and(|t| {
            t.keys.len() == keys.len()
                && t.keys.iter().zip(keys).enumerate().all(|(i, ((_, ty), n))| {
                    let found = self.of(*n);
                    if i == along { matches!(found, Ty::Number(_)) } else { self.same(ty, found) }
                })
        })
    }

    fn keys(&self, table: TableId, keys: &[NodeId]) -> bool {
        self.p.tables.get(table.ix()).is_some_and(|t| {
            t.keys.len() == keys.len() && t.keys.iter().zip(keys).all(|((_, ty), n)| self.same(ty, self.of(*n)))
        })
    }
}

/// The name of an operation.
fn word(op: &Op) -> String {
    let text = format!("{op:?}");
    text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}
