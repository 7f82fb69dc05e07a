//! What a condition tells where it holds, or where it does not.

use super::given::compared;
use super::interval::{End, Interval};
use super::range::{Kind, Range};
use super::scope::{Analysis, ScopeId};
use crate::{Cmp, NodeId, Op, RegionId};
use footrule_number::{NumError, Number, Ratio};

/// How deeply what is known of a result is carried to its operands.
const DEPTH: u32 = 8;

impl Analysis<'_> {
    /// A scope in which a condition holds (or not); nothing if it cannot be so.
    pub(super) fn branch(&mut self, condition: NodeId, truth: bool, s: ScopeId) -> Option<ScopeId> {
        let (yes, no) = self.range(condition, s).bools();
        if !(if truth { yes } else { no }) {
            return None;
        }
        let inner = self.below(s);
        self.tell(condition, truth, inner);
        self.settled(inner)
    }

    /// As [`Analysis::branch`], of a region that was evaluated in the scope.
    pub(super) fn branch_region(&mut self, condition: RegionId, truth: bool, s: ScopeId) -> Option<ScopeId> {
        match self.value(condition) {
            Some(n) => self.branch(n, truth, s),
            None => Some(s),
        }
    }

    /// Evaluates a region in a scope and adds to it what follows if it holds (or does not).
    pub(super) fn suppose(&mut self, condition: RegionId, truth: bool, s: ScopeId) {
        let Some(n) = self.value(condition) else { return };
        // What was evaluated before more was known is evaluated anew.
        self.scope_mut(s).entries.clear();
        self.nodes(condition, s);
        self.tell(n, truth, s);
        self.scope_mut(s).entries.clear();
    }

    /// The scope without what was evaluated while it was filled; nothing if it contradicts itself.
    fn settled(&mut self, s: ScopeId) -> Option<ScopeId> {
        let scope = self.scope_mut(s);
        scope.entries.clear();
        (!scope.narrowed.values().any(Range::is_never)).then_some(s)
    }

    /// Adds to a scope that a node lies in this range.
    fn know(&mut self, n: NodeId, known: Range, s: ScopeId) {
        let rep = self.rep(n);
        let scope = self.scope_mut(s);
        let known = match scope.narrowed.get(&rep) {
            Some(before) => before.meet(&known),
            None => known,
        };
        scope.narrowed.insert(rep, known);
        scope.touch([rep]);
    }

    /// Adds what follows from a condition.
    pub(super) fn tell(&mut self, n: NodeId, truth: bool, s: ScopeId) {
        self.know(n, Range::truth(truth, !truth), s);
        let Some(op) = self.op(n) else { return };
        match op {
            Op::Not(a) => self.tell(*a, !truth, s),
            Op::And(a, r) | Op::Or(a, r) => {
                // Both decided as `and` true and `or` false do; otherwise the right one if the left one is known.
                let both = matches!(op, Op::And(..)) == truth;
                let (yes, no) = self.range(*a, s).bools();
                let left = matches!(op, Op::And(..));
                if both {
                    self.tell(*a, truth, s);
                }
                if both || (yes, no) == (left, !left) {
                    self.nodes(*r, s);
                    if let Some(v) = self.value(*r) {
                        self.tell(v, truth, s);
                    }
                }
            }
            Op::Given(a) => {
                let now = self.range(*a, s);
                let known = if truth { now.present() } else { Range { absent: now.absent, kind: Kind::Never } };
                self.know(*a, known, s);
            }
            Op::Same(a, b) => self.equal(*a, *b, truth, s),
            Op::Compare { cmp, a, ra, b, rb } => {
                let cmp = if truth { *cmp } else { opposite(*cmp) };
                let facts = self.facts(cmp, (*a, *ra), (*b, *rb), s);
                self.learn(facts, s);
                self.bound(*a, cmp, *b, *ra, *rb, s);
                self.bound(*b, mirrored(cmp), *a, *rb, *ra, s);
            }
            _ => {}
        }
    }

    /// Adds that a value is this member.
    pub(super) fn is_member(&mut self, n: NodeId, member: u32, s: ScopeId) {
        self.know(n, Kind::Enum([member].into()).into(), s);
    }

    fn equal(&mut self, a: NodeId, b: NodeId, truth: bool, s: ScopeId) {
        let (x, y) = (self.range(a, s), self.range(b, s));
        if truth {
            self.know(a, y, s);
            self.know(b, x, s);
            return;
        }
        for (n, mine, other) in [(a, &x, &y), (b, &y, &x)] {
            match (&mine.kind, &other.kind) {
                (Kind::Enum(set), Kind::Enum(one)) if one.len() == 1 => {
                    let rest: Vec<u32> = set.iter().copied().filter(|m| !one.contains(m)).collect();
                    let kind = if rest.is_empty() { Kind::Never } else { Kind::Enum(rest.into()) };
                    self.know(n, kind.into(), s);
                }
                (Kind::Bool { .. }, Kind::Bool { yes, no }) if yes != no => {
                    self.know(n, Range::truth(*no, *yes), s);
                }
                _ => {}
            }
        }
    }

    /// `a × ra ? b × rb` bounds `a`.
    fn bound(&mut self, a: NodeId, cmp: Cmp, b: NodeId, ra: Ratio, rb: Ratio, s: ScopeId) {
        let Some(other) = self.range(b, s).number() else { return };
        let Some(scale) = rb.div(ra).filter(|r| r.numer() > 0 && ra.numer() > 0) else { return };
        // `a` is a number, so that rounding the bound loses nothing; it stays open only where it was not rounded.
        let tiny = || Number::from_parts(1, 18).unwrap_or(Number::ONE);
        let end = |e: Option<End>, strict: bool, up: bool| {
            let e = e?;
            let open = e.open || strict;
            match e.value.convert(scale) {
                Ok(value) => {
                    let exact = value.cmp_scaled(ra, e.value, rb).is_eq();
                    Some(End { value, open: open && exact })
                }
                Err(NumError::TooSmall) if e.value.is_positive() == up => {
                    Some(End { value: if up { tiny() } else { tiny().neg() }, open: false })
                }
                // Beyond what is too small there is nothing on this side of zero but zero is out of reach.
                Err(NumError::TooSmall) => Some(End { value: Number::ZERO, open: true }),
                Err(_) => None,
            }
        };
        let known = match cmp {
            Cmp::Lt | Cmp::Le => Interval { hi: end(other.hi, cmp == Cmp::Lt, true), ..Interval::ANY },
            Cmp::Gt | Cmp::Ge => Interval { lo: end(other.lo, cmp == Cmp::Gt, false), ..Interval::ANY },
            Cmp::Eq => {
                let zero = other.excludes_zero();
                Interval { lo: end(other.lo, false, false), hi: end(other.hi, false, true), nonzero: zero }
            }
            Cmp::Ne => match other.single() {
                Some(x) if x.is_zero() => compared(Cmp::Ne, x),
                _ => return,
            },
        };
        self.carry(a, known, s, DEPTH);
    }

    /// Adds that a number lies in an interval, and what follows for its operands.
    fn carry(&mut self, n: NodeId, known: Interval, s: ScopeId, depth: u32) {
        let Some(now) = self.range(n, s).number() else { return };
        let now = now.meet(known);
        self.know(n, now.into(), s);
        let Some(op) = self.op(n).filter(|_| depth > 0 && !now.is_empty()) else { return };
        let nonzero = Interval { nonzero: true, ..Interval::ANY };
        match op {
            Op::Neg(a) => self.carry(*a, now.negated(), s, depth - 1),
            Op::Unwrap(a) | Op::Present(a) => {
                let rest = self.range(*a, s);
                self.know(*a, Range { absent: rest.absent, kind: Kind::Number(now) }, s);
            }
            Op::Convert(a, r) if r.numer() > 0 => self.carry(*a, signs(now), s, depth - 1),
            Op::Abs(a) if now.excludes_zero() => self.carry(*a, nonzero, s, depth - 1),
            Op::Min(a, b) => {
                let known = Interval { lo: now.lo, ..Interval::ANY };
                self.carry(*a, known, s, depth - 1);
                self.carry(*b, known, s, depth - 1);
            }
            Op::Max(a, b) => {
                let known = Interval { hi: now.hi, ..Interval::ANY };
                self.carry(*a, known, s, depth - 1);
                self.carry(*b, known, s, depth - 1);
            }
            Op::Mul(a, b) if now.excludes_zero() => {
                for (x, y) in [(*a, *b), (*b, *a)] {
                    let same = now.is_not_negative() && self.range(y, s).number().is_some_and(|i| i.is_not_negative());
                    self.carry(x, if same { Interval::positive() } else { nonzero }, s, depth - 1);
                }
            }
            Op::Div(a, b) => {
                let above = self.range(*b, s).number().is_some_and(|i| i.is_not_negative());
                let known = if above { signs(now) } else { Interval { nonzero: now.excludes_zero(), ..Interval::ANY } };
                self.carry(*a, known, s, depth - 1);
                // It has a value, so its divisor is not zero.
                self.carry(*b, nonzero, s, depth - 1);
            }
            _ => {}
        }
    }
}

/// Only the signs of an interval.
fn signs(i: Interval) -> Interval {
    let mut out = Interval { nonzero: i.excludes_zero(), ..Interval::ANY };
    if i.is_not_negative() {
        out = out.meet(Interval::not_negative());
    }
    if i.is_not_positive() {
        out = out.meet(Interval::not_negative().negated());
    }
    out
}

fn opposite(cmp: Cmp) -> Cmp {
    match cmp {
        Cmp::Eq => Cmp::Ne,
        Cmp::Ne => Cmp::Eq,
        Cmp::Lt => Cmp::Ge,
        Cmp::Le => Cmp::Gt,
        Cmp::Gt => Cmp::Le,
        Cmp::Ge => Cmp::Lt,
    }
}

fn mirrored(cmp: Cmp) -> Cmp {
    match cmp {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        same => same,
    }
}
