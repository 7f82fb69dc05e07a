//! Items of a list that must differ in a field (`where unique field`).
//!
//! As the reference tells values apart, by how they are written: a value that is absent is the same as another that is. What
//! stands in a column is told apart there, if columns can be made of others; what is computed, or missing in some items, pair by pair. Guarantees: a row in which
//! two items are the same breaks what is required; what is not told apart here fails.

use super::again::once_more;
use super::series::never_both;
use super::sym::{NO_LIST, Segment, Sym, and, compare, fold};
use super::{NOTHING, Plan};
use crate::kernel::{ColumnId, Def, Fold, Id, ListId, Term};
use footrule_mir::Cmp;
use footrule_number::Number;
use std::rc::Rc;

/// Most written items that are compared with each other.
const MAX_WRITTEN: usize = 64;

impl Plan<'_> {
    /// No two items have the same value of a field.
    pub(super) fn distinct(&mut self, sym: &Sym, field: u32) -> Id {
        let Sym::List(list) = sym else { return self.b.add(Def::Fail) };
        if let [s @ Segment { when: None, .. }] = &list[..] {
            let value = of_item(&s.value, field);
            match (self.layout.plain, &value) {
                (true, Sym::Index(id)) => return self.each_once(&s.over, *id),
                (true, _) => {}
                (false, value) => {
                    if let Some(column) = self.in_a_column(value) {
                        return self.b.distinct(column);
                    }
                }
            }
        }
        let list = Rc::clone(list);
        self.pairs(&list, field).unwrap_or_else(|| {
            self.fail("items that must differ in what is told apart in words");
            self.b.add(Def::Fail)
        })
    }

    /// The column that tells a value apart.
    fn in_a_column(&self, value: &Sym) -> Option<ColumnId> {
        match value {
            Sym::Index(id) | Sym::Text(id) => match self.b.def(*id) {
                Def::Member(c) => Some(*c),
                _ => None,
            },
            Sym::Number(id) | Sym::Date(id) => self.column_of(*id),
            _ => None,
        }
    }

    /// The column of a number of which different values stay different when they are converted.
    fn column_of(&self, id: Id) -> Option<ColumnId> {
        match self.b.def(id) {
            Def::Column(c) => Some(*c),
            Def::Convert(a, r) => match self.b.def(*a) {
                // The reference rounds at the 28th decimal; columns with more than 15 are not told apart.
                Def::Column(c) if r.numer() as f64 / r.denom() as f64 > 1e-9 => Some(*c),
                _ => None,
            },
            _ => None,
        }
    }

    /// Each member is that of one item at most: counted one by one, where no column can say it.
    fn each_once(&mut self, over: &[ListId], member: Id) -> Id {
        let most = self.program.enums.iter().map(|e| e.members.len() as u32).max().unwrap_or(0);
        let (one, mut holds) = (self.b.number(Number::ONE), self.b.bool(true));
        for m in 0..most {
            let is = self.b.add(Def::Is(member, m));
            let term = Term { over: over.to_vec(), when: Some(is), value: one };
            let count = fold(&mut self.b, Fold::Count, vec![term]);
            let once = compare(&mut self.b, Cmp::Le, count, one);
            holds = self.b.add(Def::And(holds, once));
        }
        holds
    }

    /// Every two items differ; none if that cannot be said.
    fn pairs(&mut self, list: &[Segment], field: u32) -> Option<Id> {
        if list.iter().filter(|s| s.over.is_empty()).count() > MAX_WRITTEN {
            return None;
        }
        let mut terms = Vec::new();
        for (i, s) in list.iter().enumerate() {
            if matches!(s.value, Sym::Fail(NO_LIST)) {
                let value = self.b.add(Def::Fail);
                terms.push(Term { over: s.over.clone(), when: s.when, value });
                continue;
            }
            if !s.over.is_empty() {
                let other = once_more(&mut self.b, s)?;
                let ([l], [m]) = (&s.over[..], &other.over[..]) else { return None };
                let (later, earlier) = (self.b.position(*l), self.b.position(*m));
                let earlier = compare(&mut self.b, Cmp::Lt, earlier, later);
                terms.push(self.differ((s, &other), field, Some(earlier))?);
            }
            for other in &list[..i] {
                if matches!(other.value, Sym::Fail(NO_LIST)) || never_both(&self.b, s.when, other.when) {
                    continue;
                }
                let apart = !other.over.iter().any(|l| s.over.contains(l));
                let other = if apart { other.clone() } else { once_more(&mut self.b, other)? };
                terms.push(self.differ((s, &other), field, None)?);
            }
        }
        Some(fold(&mut self.b, Fold::All, terms))
    }

    /// The items of two segments differ, where both are there.
    fn differ(&mut self, (x, y): (&Segment, &Segment), field: u32, only: Option<Id>) -> Option<Term> {
        let same = self.written_alike(&of_item(&x.value, field), &of_item(&y.value, field))?;
        let value = self.b.add(Def::Not(same));
        let both = and(&mut self.b, x.when, y.when);
        let when = and(&mut self.b, only, both);
        Some(Term { over: x.over.iter().chain(&y.over).copied().collect(), when, value })
    }

    /// Two values of one type are written in the same way; none of what is told apart in words only.
    fn written_alike(&mut self, x: &Sym, y: &Sym) -> Option<Id> {
        Some(match (x, y) {
            (Sym::Number(x), Sym::Number(y)) | (Sym::Date(x), Sym::Date(y)) => compare(&mut self.b, Cmp::Eq, *x, *y),
            (Sym::Activity { amount: x, .. }, Sym::Activity { amount: y, .. }) => compare(&mut self.b, Cmp::Eq, *x, *y),
            (Sym::Bool(x), Sym::Bool(y)) => {
                let not = self.b.add(Def::Not(*y));
                self.b.add(Def::Select(*x, *y, not))
            }
            (Sym::Index(x), Sym::Index(y)) | (Sym::Text(x), Sym::Text(y)) => self.b.add(Def::Same(*x, *y)),
            (Sym::Maybe(..) | Sym::Absent, _) | (_, Sym::Maybe(..) | Sym::Absent) => {
                let (p, q) = (self.there(x), self.there(y));
                let (v, w) = (given(x), given(y));
                let yes = self.b.bool(true);
                let both = match (v, w) {
                    (Some(v), Some(w)) => self.written_alike(v, w)?,
                    _ => yes,
                };
                let (x_only, y_only) = (self.as_nothing(v), self.as_nothing(w));
                let with_x = self.b.add(Def::Select(q, both, x_only));
                let without_x = self.b.add(Def::Select(q, y_only, yes));
                self.b.add(Def::Select(p, with_x, without_x))
            }
            (Sym::Fail(_), _) | (_, Sym::Fail(_)) => self.b.add(Def::Fail),
            _ => return None,
        })
    }

    /// A value is written like one that is not there. Only a text may be; of one that the program does not know it is not known.
    fn as_nothing(&mut self, value: Option<&Sym>) -> Id {
        let Some(Sym::Text(code)) = value else { return self.b.bool(false) };
        let cells = self.texts.iter().map(|t| Some(u32::from(t == NOTHING))).chain([None]).collect();
        let is = self.b.add(Def::Pick(*code, cells));
        self.b.add(Def::Is(is, 1))
    }
}

/// The field of an item.
fn of_item(item: &Sym, field: u32) -> Sym {
    match item {
        Sym::Record(fields) => fields.get(field as usize).cloned().unwrap_or(Sym::Fail("no such field")),
        other => other.clone(),
    }
}

/// A value where it is there.
fn given(x: &Sym) -> Option<&Sym> {
    match x {
        Sym::Absent => None,
        Sym::Maybe(_, v) => Some(v),
        v => Some(v),
    }
}
