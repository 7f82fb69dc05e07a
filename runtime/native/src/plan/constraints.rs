//! Constraints on given values: what must hold of them, as a condition.

use super::Plan;
use super::sym::{Sym, binary, compare, fold, sum, unary, whole};
use crate::kernel::{Binary, Builder, Def, Fold, Id, Term, Unary};
use footrule_mir::{Cmp, Constraint};
use footrule_number::Number;
use std::rc::Rc;

impl Plan<'_> {
    /// What must hold of a value where it applies.
    pub(super) fn constrained(&mut self, sym: &Sym, constraints: &[Constraint], applies: Option<Id>) -> Id {
        let holds = self.holding(sym, constraints);
        match applies {
            Some(c) => {
                let not = self.b.add(Def::Not(c));
                self.b.add(Def::Or(not, holds))
            }
            None => holds,
        }
    }

    /// What must hold of a value.
    fn holding(&mut self, sym: &Sym, constraints: &[Constraint]) -> Id {
        let mut holds = self.b.bool(true);
        if let Sym::Maybe(p, v) = sym {
            let of = self.holding(v, constraints);
            let not = self.b.add(Def::Not(*p));
            return self.b.add(Def::Or(not, of));
        }
        if matches!(sym, Sym::Absent) {
            return holds;
        }
        for c in constraints {
            let fine = match c {
                Constraint::Compare(cmp, bound, _) => self.all_of(sym, *cmp, *bound),
                Constraint::Range(low, high, _) => {
                    let (low, high) = (self.all_of(sym, Cmp::Ge, *low), self.all_of(sym, Cmp::Le, *high));
                    self.b.add(Def::And(low, high))
                }
                Constraint::Integer(_) => self.integers(sym),
                Constraint::Count(cmp, n, _) => {
                    let one = self.b.number(Number::ONE);
                    let terms = segments(sym, |_| Some(one));
                    let count = fold(&mut self.b, Fold::Count, terms.unwrap_or_default());
                    let n = self.b.number(Number::from(*n));
                    compare(&mut self.b, *cmp, count, n)
                }
                Constraint::Unique(field, _) => self.distinct(sym, *field),
                Constraint::Sum(field, expected, _) => match self.summed(sym, *field) {
                    Some(total) => {
                        let expected = self.b.number(*expected);
                        compare(&mut self.b, Cmp::Eq, total, expected)
                    }
                    None => self.b.add(Def::Fail),
                },
                Constraint::SumWithin { field, sum: expected, within, scaled, .. } => match self.summed(sym, *field) {
                    Some(total) => self.within(total, *expected, *within, *scaled),
                    None => self.b.add(Def::Fail),
                },
            };
            holds = self.b.add(Def::And(holds, fine));
        }
        holds
    }

    fn within(&mut self, total: Id, expected: Number, within: Number, scaled: bool) -> Id {
        let (e, w) = (self.b.number(expected), self.b.number(within));
        let gap = binary(&mut self.b, Binary::Sub, total, e);
        let gap = unary(&mut self.b, Unary::Abs, gap);
        let near = compare(&mut self.b, Cmp::Le, gap, w);
        if !scaled || expected.is_zero() {
            return near;
        }
        // Nothing cannot be scaled to something.
        let zero = self.b.number(Number::ZERO);
        let some = compare(&mut self.b, Cmp::Ne, total, zero);
        self.b.add(Def::And(near, some))
    }

    fn integers(&mut self, sym: &Sym) -> Id {
        let whole = |b: &mut Builder, x: Id| {
            let floor = b.add(Def::Unary(Unary::Floor, x));
            compare(b, Cmp::Eq, floor, x)
        };
        match sym {
            Sym::Number(x) => whole(&mut self.b, *x),
            Sym::Activity { amount, .. } => whole(&mut self.b, *amount),
            Sym::List(list) => {
                let list = Rc::clone(list);
                let mut terms = Vec::new();
                for s in list.iter() {
                    let value = self.integers(&s.value);
                    terms.push(Term { over: s.over.clone(), when: s.when, value });
                }
                fold(&mut self.b, Fold::All, terms)
            }
            Sym::Fail(_) => self.b.add(Def::Fail),
            _ => self.b.bool(true),
        }
    }

    /// The exact sum of the items of a list, or of the fields of a record.
    pub(super) fn summed(&mut self, sym: &Sym, field: Option<u32>) -> Option<Id> {
        if let Sym::Record(fields) = sym {
            let fields: Option<Vec<Id>> = fields.iter().map(|f| self.amount(f)).collect();
            return fields.map(|f| sum(&mut self.b, f));
        }
        let terms = {
            let Sym::List(list) = sym else { return None };
            let list = Rc::clone(list);
            let mut terms = Vec::new();
            for s in list.iter() {
                let item = match (&s.value, field) {
                    (Sym::Record(fields), Some(k)) => fields.get(k as usize).cloned()?,
                    (other, _) => other.clone(),
                };
                let value = self.amount(&item)?;
                terms.push(Term { over: s.over.clone(), when: s.when, value });
            }
            terms
        };
        Some(fold(&mut self.b, Fold::Sum, terms))
    }

    fn amount(&mut self, sym: &Sym) -> Option<Id> {
        match sym {
            Sym::Number(x) => Some(*x),
            Sym::Activity { amount, .. } => Some(*amount),
            Sym::Split(parts) => Some(whole(&mut self.b, parts)),
            _ => None,
        }
    }
}

/// One term for each item of a list.
fn segments(sym: &Sym, value: impl Fn(&Sym) -> Option<Id>) -> Option<Vec<Term>> {
    let Sym::List(list) = sym else { return None };
    list.iter().map(|s| Some(Term { over: s.over.clone(), when: s.when, value: value(&s.value)? })).collect()
}
