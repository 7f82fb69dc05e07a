//! Linear reasoning: sums and differences under linear conditions, such as `1 - a - b` where `a + b <= 1` is required.
//!
//! Guarantees: exact. A form stands for a value only if that value is not rounded (sums and differences up to 7.9 are
//! multiples of 10^-28 and fit); anything else is an atom. Bounds of a form are found by subtracting multiples of
//! known facts, at most two of them; what that does not find is not known.

use super::interval::{End, Interval};
use super::scope::{Analysis, ScopeId};
use crate::{Cmp, Const, NodeId, Op};
use footrule_number::{Number, Ratio};
use std::collections::BTreeMap;

/// A linear form over atoms: the exact value of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    terms: BTreeMap<NodeId, Ratio>,
    constant: Ratio,
}

/// A form that is not negative, or (strict) above zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    form: Form,
    strict: bool,
}

/// A lower bound.
type Low = Option<(Ratio, bool)>;

/// How many terms a form may have.
const MAX_TERMS: usize = 12;
/// How many facts are tried.
const MAX_FACTS: usize = 24;
/// How many facts may be combined.
const COMBINED: u32 = 2;

fn plus(a: Ratio, b: Ratio) -> Option<Ratio> {
    let p = a.numer().checked_mul(b.denom())?.checked_add(b.numer().checked_mul(a.denom())?)?;
    Ratio::new(p, a.denom().checked_mul(b.denom())?)
}

fn minus(a: Ratio) -> Option<Ratio> {
    Ratio::new(a.numer().checked_neg()?, a.denom())
}

impl Form {
    fn constant(x: Ratio) -> Self {
        Self { terms: BTreeMap::new(), constant: x }
    }

    fn atom(n: NodeId) -> Self {
        Self { terms: [(n, Ratio::ONE)].into(), constant: Ratio::ZERO }
    }

    /// `self + by × other`
    fn plus(&self, by: Ratio, other: &Self) -> Option<Self> {
        let mut out = self.clone();
        out.constant = plus(out.constant, by.mul(other.constant)?)?;
        for (n, c) in &other.terms {
            let c = plus(out.terms.get(n).copied().unwrap_or(Ratio::ZERO), by.mul(*c)?)?;
            if c.is_zero() {
                out.terms.remove(n);
            } else {
                out.terms.insert(*n, c);
            }
        }
        (out.terms.len() <= MAX_TERMS).then_some(out)
    }

    fn scaled(&self, by: Ratio) -> Option<Self> {
        Self::constant(Ratio::ZERO).plus(by, self)
    }
}

impl Analysis<'_> {
    /// The exact value of a node as a form.
    fn form(&mut self, n: NodeId, s: ScopeId, depth: u32) -> Option<Form> {
        let atom = Some(Form::atom(self.rep(n)));
        self.stands.insert(self.rep(n), n);
        if depth == 0 {
            return atom;
        }
        match self.op(n)? {
            Op::Const(Const::Number(x), _) => Ratio::from_number(*x).map(Form::constant),
            Op::Neg(a) => self.form(*a, s, depth - 1)?.scaled(minus(Ratio::ONE)?),
            // Times a power of ten is exact, or overflows.
            Op::Convert(a, r) if r.denom() == 1 && is_power_of_ten(r.numer()) => {
                self.form(*a, s, depth - 1)?.scaled(*r)
            }
            op @ (Op::Add(a, b) | Op::Sub(a, b)) if self.exact(n, s) => self.combined(op, *a, *b, s, depth),
            _ => atom,
        }
    }

    fn combined(&mut self, op: &Op, a: NodeId, b: NodeId, s: ScopeId, depth: u32) -> Option<Form> {
        let sign = if matches!(op, Op::Sub(..)) { minus(Ratio::ONE)? } else { Ratio::ONE };
        let (a, b) = (self.form(a, s, depth - 1)?, self.form(b, s, depth - 1)?);
        a.plus(sign, &b)
    }

    /// True if a sum or difference is so small that it cannot have been rounded.
    fn exact(&mut self, n: NodeId, s: ScopeId) -> bool {
        // Not `range`: the node may be the one that is being evaluated.
        let Some(Op::Add(a, b) | Op::Sub(a, b)) = self.op(n) else { return false };
        let limit = Number::from_parts(39, 1).unwrap_or(Number::ONE);
        let bounds = Interval::between(limit.neg(), limit);
        [a, b].into_iter().all(|x| self.range(*x, s).number().is_some_and(|i| bounds.meet(i) == i && i.lo.is_some()))
    }

    /// What a comparison that holds tells.
    pub(super) fn facts(&mut self, cmp: Cmp, a: (NodeId, Ratio), b: (NodeId, Ratio), s: ScopeId) -> Vec<Fact> {
        let found = (|| {
            let (fa, fb) = (self.form(a.0, s, 8)?.scaled(a.1)?, self.form(b.0, s, 8)?.scaled(b.1)?);
            let m = minus(Ratio::ONE)?;
            Some((fa.plus(m, &fb)?, fb.plus(m, &fa)?))
        })();
        let Some((over, under)) = found else { return Vec::new() };
        if over.terms.len() < 2 {
            return Vec::new();
        }
        match cmp {
            Cmp::Gt | Cmp::Ge => vec![Fact { form: over, strict: cmp == Cmp::Gt }],
            Cmp::Lt | Cmp::Le => vec![Fact { form: under, strict: cmp == Cmp::Lt }],
            Cmp::Eq => vec![Fact { form: over, strict: false }, Fact { form: under, strict: false }],
            Cmp::Ne => Vec::new(),
        }
    }

    /// Adds facts to a scope.
    pub(super) fn learn(&mut self, facts: Vec<Fact>, s: ScopeId) {
        let scope = self.scope_mut(s);
        for fact in facts {
            scope.touch(fact.form.terms.keys().copied());
            scope.facts.push(fact);
        }
    }

    /// The bounds that facts give to a sum or a difference of two nodes.
    pub(super) fn linear(&mut self, op: &Op, s: ScopeId) -> Interval {
        let (Op::Add(a, b) | Op::Sub(a, b)) = op else { return Interval::ANY };
        let mut facts: Vec<Fact> = Vec::new();
        let mut at = Some(s);
        while let Some(scope) = at {
            facts.extend(self.scope(scope).facts.iter().cloned());
            at = self.scope(scope).parent;
        }
        facts.truncate(MAX_FACTS);
        if facts.is_empty() {
            return Interval::ANY;
        }
        let Some(form) = self.combined(op, *a, *b, s, 8) else { return Interval::ANY };
        // The node is its form rounded once, and rounding is monotone; zero is exact.
        let end = |low: Low, flip: bool| {
            let (at, open) = low?;
            let at = if flip { minus(at)? } else { at };
            let value = Number::ONE.convert(at).ok()?;
            Some(End { value, open: open && value.is_zero() && at.is_zero() })
        };
        let low = self.low(&form, &facts, s, COMBINED);
        let high = minus(Ratio::ONE).and_then(|m| form.scaled(m)).and_then(|f| self.low(&f, &facts, s, COMBINED));
        Interval { lo: end(low, false), hi: end(high, true), nonzero: false }
    }

    /// The greatest lower bound found; the flag says that the form is above it.
    fn low(&mut self, form: &Form, facts: &[Fact], s: ScopeId, depth: u32) -> Low {
        let mut best = self.plain(form, s);
        if depth == 0 {
            return best;
        }
        for fact in facts {
            for (n, c) in &fact.form.terms {
                let Some(by) = form.terms.get(n).and_then(|x| x.div(*c)).filter(|by| by.numer() > 0) else { continue };
                let Some(rest) = minus(by).and_then(|m| form.plus(m, &fact.form)) else { continue };
                let Some((at, open)) = self.low(&rest, facts, s, depth - 1) else { continue };
                let found = (at, open || fact.strict);
                if best.is_none_or(|(x, o)| at > x || at == x && found.1 && !o) {
                    best = Some(found);
                }
            }
        }
        best
    }

    /// The lower bound by the ranges of the atoms alone.
    fn plain(&mut self, form: &Form, s: ScopeId) -> Low {
        let mut at = form.constant;
        let mut open = false;
        for (n, c) in &form.terms {
            let at_hand = self.stands.get(n).copied().unwrap_or(*n);
            let i = self.range(at_hand, s).number()?;
            let end = if c.numer() > 0 { i.lo } else { i.hi }?;
            at = plus(at, c.mul(Ratio::from_number(end.value)?)?)?;
            open |= end.open;
        }
        Some((at, open))
    }
}

fn is_power_of_ten(mut x: i128) -> bool {
    while x > 1 && x % 10 == 0 {
        x /= 10;
    }
    x == 1
}
