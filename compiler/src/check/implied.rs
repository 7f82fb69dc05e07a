//! What a condition that is written here implies of the conditions of inputs, of fields, and of inputs of included
//! processes.
//!
//! Guarantees: implication is syntactic: the same condition, a conjunct of it, a set of members inside another. A bound
//! input of a process stands for what it is bound to.
//! Must not: prove anything by arithmetic; an author who has to repeat the condition shows it to the reader too.

use super::conditional::Known;
use super::expr::Cx;
use super::{BodyKind, body_of, listed_inputs};
use crate::db::{Db, Item};
use crate::types::{TExpr, TKind, Ty};

/// The local variable of the record in the conditions of its fields.
const THIS: u32 = 0;

/// From where a condition is seen: what the names in it are called here.
#[derive(Clone, Copy)]
pub(super) enum Seen<'a> {
    /// As they stand.
    Here,
    /// The record whose fields have the conditions.
    Record(&'a TExpr),
    /// Inputs of a process, by way of these includes.
    Through(&'a [Item]),
    /// Inputs of a process as the fields of an item of an `include … list`.
    Item(&'a Item, &'a TExpr),
}

/// What the last include on the way binds an input to, and from where that is seen.
fn bound<'a>(db: &'a dyn Db, input: &Item, seen: Seen<'a>) -> Option<(&'a TExpr, Seen<'a>)> {
    let (include, outer) = match seen {
        Seen::Here | Seen::Record(_) => return None,
        Seen::Through(path) => {
            let (last, before) = path.split_last()?;
            (last, if before.is_empty() { Seen::Here } else { Seen::Through(before) })
        }
        Seen::Item(include, base) => (
            include,
            match &base.kind {
                TKind::Field(item, ..) => match &item.ty {
                    Ty::Record(r) if r.key.keyword == "include" => Seen::Item(r, item),
                    _ => Seen::Here,
                },
                _ => Seen::Here,
            },
        ),
    };
    match &body_of(db, include).kind {
        BodyKind::Include(t) => t.bindings.iter().find(|b| b.input == *input).map(|b| (&b.value, outer)),
        _ => None,
    }
}

/// True if `a`, written here, says the same as `b`, which is seen from here.
fn same(db: &dyn Db, a: &TExpr, b: &TExpr, seen: Seen<'_>) -> bool {
    use TKind as K;
    if let K::Item(i) = &b.kind
        && i.key.keyword == "input"
    {
        if let Some((value, outer)) = bound(db, i, seen) {
            return same(db, a, value, outer);
        }
        match seen {
            Seen::Through(path) if i.key.process.is_some() => {
                return matches!(&a.kind, K::Through(t) if t.path == path && t.item == *i);
            }
            Seen::Item(include, base) if i.key.process.is_some() => {
                let fields = listed_inputs(db, include.file, include.key.clone());
                let Some(k) = fields.iter().position(|f| f == i) else { return false };
                return matches!(&a.kind, K::Field(x, j, _) if *j as usize == k && same(db, x, base, Seen::Here));
            }
            _ => {}
        }
    }
    let one = |x: &TExpr, y: &TExpr| same(db, x, y, seen);
    let both = |x: &TExpr, y: &TExpr, v: &TExpr, w: &TExpr| one(x, v) && one(y, w);
    match (&a.kind, &b.kind) {
        (_, K::Local(THIS)) if matches!(seen, Seen::Record(_)) => {
            matches!(seen, Seen::Record(t) if same(db, a, t, Seen::Here))
        }
        (K::Number(x, _), K::Number(y, _)) => x == y && a.ty == b.ty,
        (K::Text(x), K::Text(y)) => x == y,
        (K::Bool(x), K::Bool(y)) => x == y,
        (K::Date(x), K::Date(y)) => x == y,
        (K::Member(e, i), K::Member(f, j)) => e == f && i == j,
        (K::Gas(x), K::Gas(y)) | (K::Stage(x), K::Stage(y)) | (K::Item(x), K::Item(y)) => x == y,
        (K::Through(x), K::Through(y)) => {
            let before = if let Seen::Through(path) = seen { path } else { &[] };
            x.item == y.item && x.path.iter().eq(before.iter().chain(&y.path))
        }
        (K::Local(x), K::Local(y)) => x == y,
        (K::Period, K::Period) => true,
        (K::Field(x, i, _), K::Field(y, j, _)) | (K::Column(x, i), K::Column(y, j)) => i == j && one(x, y),
        (K::Unary(o, x), K::Unary(p, y)) => o == p && one(x, y),
        (K::MemberValue(x, y), K::MemberValue(v, w)) => both(x, y, v, w),
        (K::Binary(o, x, y), K::Binary(p, v, w)) => o == p && both(x, y, v, w),
        (K::Convert(x, r), K::Convert(y, s)) => r == s && one(x, y),
        (K::Compare(o, x, y, r), K::Compare(p, v, w, s)) => o == p && r == s && both(x, y, v, w),
        (K::Same(x, y), K::Same(v, w)) => both(x, y, v, w) || both(y, x, v, w),
        (K::And(x, y), K::And(v, w)) | (K::Or(x, y), K::Or(v, w)) | (K::Before(x, y), K::Before(v, w)) => {
            both(x, y, v, w)
        }
        (K::Not(x), K::Not(y))
        | (K::Given(x), K::Given(y))
        | (K::Unwrap(x), K::Unwrap(y))
        | (K::Present(x), K::Present(y))
        | (K::Amount(x), K::Amount(y))
        | (K::Factor(x), K::Factor(y))
        | (K::Whole(x), K::Whole(y))
        | (K::Retag(x), K::Retag(y)) => one(x, y),
        _ => false,
    }
}

/// `x == A`, `x in { A, B }` as x and its members.
fn among<'a>(db: &dyn Db, c: &'a TExpr) -> Option<(&'a TExpr, Vec<u32>)> {
    match &c.kind {
        TKind::Same(x, y) => match (&x.kind, &y.kind) {
            (_, TKind::Member(_, i)) => Some((x, vec![*i])),
            (TKind::Member(_, i), _) => Some((y, vec![*i])),
            _ => None,
        },
        TKind::Or(a, b) => {
            let ((x, mut set), (y, more)) = (among(db, a)?, among(db, b)?);
            set.extend(more);
            same(db, x, y, Seen::Here).then_some((x, set))
        }
        _ => None,
    }
}

/// True if what an include binds its inputs to settles that the condition holds.
fn is_settled(db: &dyn Db, c: &TExpr, seen: Seen<'_>) -> bool {
    if let TKind::Item(i) = &c.kind {
        let Some((value, outer)) = bound(db, i, seen) else { return false };
        return matches!(value.kind, TKind::Bool(true)) || is_settled(db, value, outer);
    }
    let Some((x, wants)) = among(db, c) else { return false };
    let (mut x, mut seen) = (x, seen);
    while let TKind::Item(i) = &x.kind {
        let Some((value, outer)) = bound(db, i, seen) else { return false };
        (x, seen) = (value, outer);
    }
    matches!(&x.kind, TKind::Member(_, i) if wants.contains(i))
}

impl Cx<'_> {
    /// True if what is known here implies a condition.
    pub(super) fn implied(&self, c: &TExpr, seen: Seen<'_>) -> bool {
        if let TKind::And(a, b) = &c.kind {
            return self.implied(a, seen) && self.implied(b, seen);
        }
        let db = self.db;
        let wanted = among(db, c);
        let within = |x: &TExpr, has: &[u32]| {
            let wants = |(y, wants): &(&TExpr, Vec<u32>)| same(db, x, y, seen) && has.iter().all(|i| wants.contains(i));
            wanted.as_ref().is_some_and(wants)
        };
        let known = self.given.iter().any(|k| match k {
            Known::Given(_) => false,
            Known::Holds(f) => same(db, f, c, seen) || among(db, f).is_some_and(|(x, has)| within(x, &has)),
            Known::Among(x, has) => within(x, has),
        });
        known || is_settled(db, c, seen)
    }
}
