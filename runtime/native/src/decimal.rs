//! The kernel in the reference's own arithmetic, row by row: what every other evaluator of it is held to.
//!
//! Errors are values: a definition that fails has none, and only what is demanded counts. Where [`Kernel::exact`] does not
//! hold, unrounded figures may differ from the reference's in the last of 28 digits.

use crate::columns::Columns;
use crate::fold::{at as at_index, numbers, power, two, unary};
use crate::kernel::{Def, Fold, Id, Kernel, ListId, Term};
use footrule_number::Number;

/// The value of a definition; none if it fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(Number),
    /// A condition.
    Bool(bool),
    /// An index.
    Index(u32),
    /// It fails.
    Fail,
}

/// What a row comes to: unrounded figures (a condition is 0 or 1), and which warnings hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One for each output.
    pub outputs: Vec<Scalar>,
    /// For each text which one it is.
    pub words: Vec<u32>,
    /// One for each warning: true if its condition holds.
    pub holds: Vec<bool>,
}

/// Evaluates kernels in decimals.
#[derive(Debug)]
pub struct Decimal<'k> {
    kernel: &'k Kernel,
    /// What has one value a row, in order.
    outer: Vec<Id>,
    /// For each fold and term: what is computed at every turn, in order.
    bodies: Vec<Vec<Vec<Id>>>,
    slots: Vec<Scalar>,
    /// The item of each list.
    at: Vec<usize>,
}

impl<'k> Decimal<'k> {
    /// An evaluator of a kernel.
    #[must_use]
    pub fn new(kernel: &'k Kernel) -> Self {
        Self::up_to(kernel, kernel.defs.len())
    }

    /// An evaluator of the first definitions of a kernel.
    pub(crate) fn up_to(kernel: &'k Kernel, end: usize) -> Self {
        let all = || (0..end as u32).map(Id);
        let bodies = kernel.defs.iter().take(end).map(|d| match d {
            Def::Fold(_, terms) => terms.iter().map(|t| body(kernel, t)).collect(),
            _ => Vec::new(),
        });
        Self {
            kernel,
            outer: all().filter(|id| kernel.scope(*id).is_empty()).collect(),
            bodies: bodies.collect(),
            slots: vec![Scalar::Fail; kernel.defs.len()],
            at: vec![0; kernel.lists.len()],
        }
    }

    /// The figures of a row; none if anything demanded fails or a requirement does not hold.
    #[must_use]
    pub fn row(&mut self, columns: &Columns, row: usize) -> Option<Row> {
        let columns = &*columns.for_kernel(self.kernel);
        for i in 0..self.outer.len() {
            let id = self.outer[i];
            self.slots[id.ix()] = self.eval(columns, row, id);
        }
        let kernel = self.kernel;
        if kernel.requires.iter().any(|id| self.slots[id.ix()] != Scalar::Bool(true))
            || kernel.demands.iter().any(|id| self.slots[id.ix()] == Scalar::Fail)
        {
            return None;
        }
        let outputs: Vec<Scalar> = kernel.outputs.iter().map(|o| self.slots[o.value.ix()]).collect();
        if outputs.contains(&Scalar::Fail) {
            return None;
        }
        let holds = kernel.warnings.iter().map(|w| match self.slots[w.holds.ix()] {
            Scalar::Bool(b) => Some(b),
            _ => None,
        });
        let words = kernel.words.iter().map(|w| self.index(w.value)).collect::<Option<_>>()?;
        Some(Row { outputs, words, holds: holds.collect::<Option<_>>()? })
    }

    /// The number that a definition is in each row, or in each item of the innermost list that it depends on; none where it
    /// fails.
    pub(crate) fn each(&mut self, columns: &Columns, id: Id, mut f: impl FnMut(Option<Number>)) {
        let scope = self.kernel.scope(id).to_vec();
        let mut needed = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            // What stands in the turns of a fold is computed there.
            let is_here = self.kernel.scope(id).iter().all(|l| scope.contains(l));
            if is_here && !needed.contains(&id) {
                needed.push(id);
                self.kernel.def(id).each_operand(|o| open.push(o));
            }
        }
        needed.sort_unstable();
        for row in 0..columns.rows {
            self.items_of(columns, row, (&scope, &needed), &mut |d| f(d.number(id)));
        }
    }

    fn items_of(
        &mut self,
        columns: &Columns,
        row: usize,
        (scope, needed): (&[ListId], &[Id]),
        f: &mut dyn FnMut(&Self),
    ) {
        if let Some((list, rest)) = scope.split_first() {
            for item in columns.items(*list, self.around(*list, row)) {
                self.at[list.0 as usize] = item;
                self.items_of(columns, row, (rest, needed), f);
            }
            return;
        }
        for id in needed {
            self.slots[id.ix()] = self.eval(columns, row, *id);
        }
        f(self);
    }

    fn number(&self, id: Id) -> Option<Number> {
        match self.slots[id.ix()] {
            Scalar::Number(x) => Some(x),
            _ => None,
        }
    }

    fn bool(&self, id: Id) -> Option<bool> {
        match self.slots[id.ix()] {
            Scalar::Bool(x) => Some(x),
            _ => None,
        }
    }

    fn index(&self, id: Id) -> Option<u32> {
        match self.slots[id.ix()] {
            Scalar::Index(x) => Some(x),
            _ => None,
        }
    }

    fn eval(&mut self, columns: &Columns, row: usize, id: Id) -> Scalar {
        self.value(columns, row, id).unwrap_or(Scalar::Fail)
    }

    fn value(&mut self, columns: &Columns, row: usize, id: Id) -> Option<Scalar> {
        use Scalar::{Bool, Index, Number as N};
        let kernel = self.kernel;
        // The rows of columns of a list are its items.
        let at = |of: &Self| kernel.scope(id).last().map_or(row, |l| of.at[l.0 as usize]);
        Some(match kernel.def(id) {
            Def::Number(x) => N(*x),
            Def::Column(c) => N(columns.number(*c, at(self))?),
            Def::Unary(op, a) => N(unary(*op, self.number(*a)?).ok()?),
            Def::Binary(op, a, b) => N(two(*op, self.number(*a)?, self.number(*b)?).ok()?),
            Def::Power(a, n) => N(power(self.number(*a)?, *n).ok()?),
            Def::Convert(a, r) => N(self.number(*a)?.convert(*r).ok()?),
            Def::Between(a, s) => N(s.at(self.number(*a)?).ok()?),
            Def::Affine(a, r, offset) => N(self.number(*a)?.affine(*r, *offset).ok()?),
            Def::Round(a, n) => N(self.number(*a)?.round_decimals(*n)),
            Def::Select(c, a, b) => self.slots[if self.bool(*c)? { a } else { b }.ix()],
            Def::Lookup(i, cells) => N(at_index(cells, self.index(*i)?)?),
            Def::Fold(kind, terms) => return self.fold(columns, row, id, *kind, terms),
            Def::Bool(x) => Bool(*x),
            Def::Flag(c) => Bool(columns.flag(*c, at(self))?),
            Def::Given(c) => Bool(columns.given(*c, at(self))),
            Def::Not(a) => Bool(!self.bool(*a)?),
            Def::And(a, b) => Bool(self.bool(*a)? && self.bool(*b)?),
            Def::Or(a, b) => Bool(self.bool(*a)? || self.bool(*b)?),
            Def::Compare(cmp, (a, ra), (b, rb)) => {
                Bool(cmp.holds(self.number(*a)?.cmp_scaled(*ra, self.number(*b)?, *rb)))
            }
            Def::Is(a, k) => Bool(self.index(*a)? == *k),
            Def::Same(a, b) => Bool(self.index(*a)? == self.index(*b)?),
            Def::Index(k) => Index(*k),
            Def::Member(c) => Index(columns.member(*c, at(self))?),
            Def::Pick(i, map) => Index(at_index(map, self.index(*i)?)?),
            Def::Pair(a, b, size) => Index(self.index(*a)?.checked_mul(*size)?.checked_add(self.index(*b)?)?),
            Def::Fail => Scalar::Fail,
        })
    }

    /// Where the items of a list are asked for: a row, or an item of the list around it.
    fn around(&self, list: ListId, row: usize) -> usize {
        let parent = self.kernel.lists.get(list.0 as usize).copied().flatten();
        parent.map_or(row, |l| self.at[l.0 as usize])
    }

    fn fold(&mut self, columns: &Columns, row: usize, id: Id, kind: Fold, terms: &'k [Term]) -> Option<Scalar> {
        let mut found: Vec<Scalar> = Vec::new();
        for (i, term) in terms.iter().enumerate() {
            // A loop around may be at an item of the same list.
            let body = if self.kernel.scope(id).is_empty() { &[][..] } else { &self.bodies[id.ix()][i] };
            let values: Vec<(Id, Scalar)> = body.iter().map(|id| (*id, self.slots[id.ix()])).collect();
            let at: Vec<usize> = term.over.iter().map(|l| self.at[l.0 as usize]).collect();
            let sound = self.turns(columns, row, (id, i), term, 0, &mut found);
            values.into_iter().for_each(|(id, value)| self.slots[id.ix()] = value);
            term.over.iter().zip(at).for_each(|(l, item)| self.at[l.0 as usize] = item);
            sound?;
        }
        if matches!(kind, Fold::Any | Fold::All) {
            let stop = kind == Fold::Any;
            for f in found {
                match f {
                    Scalar::Bool(b) if b == stop => return Some(Scalar::Bool(stop)),
                    Scalar::Bool(_) => {}
                    _ => return None,
                }
            }
            return Some(Scalar::Bool(!stop));
        }
        let numbers_of: Option<Vec<Number>> =
            found.into_iter().map(|f| if let Scalar::Number(x) = f { Some(x) } else { None }).collect();
        numbers(kind, &numbers_of?).ok().map(Scalar::Number)
    }

    /// The values of a term at every turn; none if a condition fails.
    fn turns(
        &mut self,
        columns: &Columns,
        row: usize,
        (id, which): (Id, usize),
        term: &'k Term,
        depth: usize,
        found: &mut Vec<Scalar>,
    ) -> Option<()> {
        if let Some(list) = term.over.get(depth) {
            let around = self.around(*list, row);
            for item in columns.items(*list, around) {
                self.at[list.0 as usize] = item;
                self.turns(columns, row, (id, which), term, depth + 1, found)?;
            }
            return Some(());
        }
        for i in 0..self.bodies[id.ix()][which].len() {
            let inner = self.bodies[id.ix()][which][i];
            self.slots[inner.ix()] = self.eval(columns, row, inner);
        }
        let counts = match term.when {
            Some(w) => self.bool(w)?,
            None => true,
        };
        if counts {
            found.push(self.slots[term.value.ix()]);
        }
        Some(())
    }
}

/// What a term computes at every turn: what it needs that depends on the lists it goes over.
fn body(kernel: &Kernel, term: &Term) -> Vec<Id> {
    let mut needed: Vec<Id> = Vec::new();
    let mut open: Vec<Id> = term.when.into_iter().chain([term.value]).collect();
    while let Some(id) = open.pop() {
        if needed.contains(&id) || !kernel.scope(id).iter().any(|l| term.over.contains(l)) {
            continue;
        }
        needed.push(id);
        kernel.def(id).each_operand(|o| open.push(o));
    }
    needed.sort_unstable();
    needed
}
