//! Choices and loops: each arm under its condition.

use super::duty::Risk;
use super::eval::Step;
use super::given::{Reads, most_parts};
use super::interval::{Interval, Verdict};
use super::range::{Kind, Parts, Range};
use super::scope::{Analysis, ScopeId};
use crate::{Case, Fold, Loop, NodeId, Op, Part, PlaceId, RegionId, Series};
use footrule_number::Number;
use std::sync::Arc;

/// The body of a loop, if it is ever reached, and how often.
pub(super) struct Turns {
    pub body: Option<ScopeId>,
    pub count: (u64, Option<u64>),
    /// A list has no value.
    pub never: bool,
}

impl Analysis<'_> {
    /// Opens the levels of a loop.
    pub(super) fn turns(&mut self, l: &Loop, s: ScopeId, reads: &mut Reads) -> Turns {
        let mut turns = Turns { body: None, count: (1, Some(1)), never: false };
        let mut at = s;
        for level in &l.levels {
            let list = self.read_region(level.list, at, reads);
            if list.is_never() {
                turns.never = at == s;
                turns.count = (0, Some(0));
                return turns;
            }
            let (item, count) = match list.kind {
                Kind::List { item, count } => (item, count),
                _ => (Arc::new(self.any(level.bound)), (0, None)),
            };
            if count.1 == Some(0) || item.is_never() {
                // Items that have no value are items.
                turns.count = (0, turns.count.1.zip(count.1).and_then(|(a, b)| a.checked_mul(b)));
                return turns;
            }
            if let Some(path) = self.value(level.list).and_then(|n| self.path(n)) {
                self.paths.insert(level.bound, format!("{path}[]"));
            }
            // A part of a list that follows or precedes an item may be empty.
            let least = match level.series {
                None => count.0,
                Some(Series { part: Part::From | Part::To, .. }) => count.0.min(1),
                Some(Series { part: Part::After | Part::Before, .. }) => 0,
            };
            if let Some(series) = level.series {
                self.read_region(series.at, at, reads);
            }
            turns.count =
                (turns.count.0.saturating_mul(least), turns.count.1.zip(count.1).and_then(|(a, b)| a.checked_mul(b)));
            let inner = self.below(at);
            self.bind(level.bound, inner, (*item).clone());
            self.nodes(level.head, inner);
            at = inner;
            let Some(filter) = level.filter else { continue };
            let (_, no) = self.read_region(filter, at, reads).bools();
            match self.branch_region(filter, true, at) {
                Some(inner) => at = inner,
                None => {
                    turns.count = (0, Some(0));
                    return turns;
                }
            }
            if no {
                turns.count.0 = 0;
            }
        }
        turns.body = Some(at);
        turns
    }
}

impl<'p> Step<'_, 'p> {
    /// The value of a region in a scope.
    fn arm(&mut self, region: RegionId, s: ScopeId) -> Range {
        let mut reads = Vec::new();
        let range = self.a.read_region(region, s, &mut reads);
        self.entry.reads.extend(reads);
        range
    }

    /// The value of a region where a condition holds (or not).
    fn under(&mut self, condition: NodeId, truth: bool, region: RegionId) -> Range {
        match self.a.branch(condition, truth, self.s) {
            Some(s) => self.arm(region, s),
            None => Range::NEVER,
        }
    }

    pub(super) fn choice(&mut self, op: &Op) -> Option<Range> {
        Some(match op {
            Op::And(a, r) | Op::Or(a, r) => {
                let and = matches!(op, Op::And(..));
                let (yes, no) = self.read(*a).bools();
                let (y, n) = self.under(*a, and, *r).bools();
                if and { Range::truth(y, no || n) } else { Range::truth(yes || y, n) }
            }
            Op::OrElse(a, r) => {
                let range = self.optional(*a);
                let s = self.a.below(self.s);
                let rest = if range.absent { self.arm(*r, s) } else { Range::NEVER };
                range.present().hull(&rest)
            }
            Op::If(a, yes, no) => {
                self.read(*a);
                let yes = self.under(*a, true, *yes);
                yes.hull(&self.under(*a, false, *no))
            }
            Op::Match(a, arms) => {
                let Kind::Enum(set) = self.read(*a).kind else { return None };
                let mut range = Range::NEVER;
                for m in set.iter() {
                    let Some(region) = arms.get(*m as usize) else { continue };
                    let s = self.a.below(self.s);
                    self.a.is_member(*a, *m, s);
                    range = range.hull(&self.arm(*region, s));
                }
                range
            }
            _ => return None,
        })
    }

    pub(super) fn first_of(&mut self, arms: &[(RegionId, RegionId)], rest: Option<RegionId>) -> Range {
        let mut range = Range::NEVER;
        let mut at = Some(self.s);
        for (condition, value) in arms {
            let Some(s) = at else { break };
            let asked = self.a.below(s);
            self.arm(*condition, asked);
            if let Some(s) = self.a.branch_region(*condition, true, asked) {
                range = range.hull(&self.arm(*value, s));
            }
            at = self.a.branch_region(*condition, false, asked);
        }
        match (at, rest) {
            (Some(s), Some(r)) => {
                let s = self.a.below(s);
                range.hull(&self.arm(r, s))
            }
            _ => range,
        }
    }

    pub(super) fn one_of(&mut self, arms: &[(RegionId, RegionId, PlaceId)]) -> Range {
        let asked = self.a.below(self.s);
        for (condition, ..) in arms {
            self.arm(*condition, asked);
        }
        let mut range = Range::NEVER;
        for (i, (condition, value, _)) in arms.iter().enumerate() {
            // The others do not hold.
            let mut at = self.a.branch_region(*condition, true, asked);
            for (j, (other, ..)) in arms.iter().enumerate() {
                if i != j {
                    at = at.and_then(|s| self.a.branch_region(*other, false, s));
                }
            }
            if let Some(s) = at {
                range = range.hull(&self.arm(*value, s));
            }
        }
        range
    }

    pub(super) fn except(&mut self, base: RegionId, cases: &[Case]) -> Range {
        let asked = self.a.below(self.s);
        // The scope in which each case holds.
        let mut holds: Vec<Option<ScopeId>> = Vec::new();
        let mut range = Range::NEVER;
        for case in cases {
            let parent = case.parent.map_or(Some(asked), |p| holds.get(p as usize).copied().flatten());
            let Some(parent) = parent else {
                holds.push(None);
                continue;
            };
            let at = self.a.below(parent);
            self.arm(case.when, at);
            holds.push(self.a.branch_region(case.when, true, at));
        }
        // Where a child applies too, its value counts; that only narrows.
        for (case, s) in cases.iter().zip(&holds) {
            if let Some(s) = s {
                let s = self.a.below(*s);
                range = range.hull(&self.arm(case.value, s));
            }
        }
        let mut at = asked;
        for case in cases.iter().filter(|c| c.parent.is_none()) {
            let asked = self.a.below(at);
            self.a.nodes(case.when, asked);
            match self.a.branch_region(case.when, false, asked) {
                Some(s) => at = s,
                None => return range,
            }
        }
        range.hull(&self.arm(base, at))
    }

    pub(super) fn fold(&mut self, n: NodeId, fold: Fold, l: &Loop) -> Option<Range> {
        let mut reads = Vec::new();
        let turns = self.a.turns(l, self.s, &mut reads);
        self.entry.reads.extend(reads);
        if turns.never {
            return Some(Range::NEVER);
        }
        let body = match turns.body {
            Some(s) if fold != Fold::Count => {
                let s = self.a.below(s);
                self.arm(l.body, s)
            }
            _ => Range::NEVER,
        };
        let mut count = turns.count;
        if body.is_never() && fold != Fold::Count {
            // Only without any turn is there a value.
            if count.0 > 0 {
                return Some(Range::NEVER);
            }
            count = (0, Some(0));
        }
        if matches!(fold, Fold::Min | Fold::Max | Fold::Mean) {
            let verdict = match count {
                (1.., _) => Verdict::Never,
                (0, Some(0)) => Verdict::Always,
                _ => Verdict::Maybe,
            };
            self.duty(Risk::Empty, verdict, None, None);
        }
        Some(match fold {
            Fold::Count => {
                let number = |n: u64| super::interval::End { value: Number::from(n), open: false };
                Interval { lo: Some(number(count.0)), hi: count.1.map(number), nonzero: false }.into()
            }
            Fold::List => Kind::List { item: Arc::new(body), count }.into(),
            Fold::Any | Fold::All => {
                let (yes, no) = body.bools();
                if fold == Fold::Any {
                    Range::truth(yes, no || count.0 == 0)
                } else {
                    Range::truth(yes || count.0 == 0, no)
                }
            }
            Fold::Sum => match body.kind {
                Kind::Split(p) => {
                    let each = p.part.times((1, count.1));
                    let part = p.part.hull(each.interval);
                    let least = if count.0 == 0 { 0 } else { p.count.0 };
                    self.sized(n, each.overflow, part);
                    Kind::Split(Parts { part, count: (least, most_parts(self.a.program)) }).into()
                }
                Kind::Number(i) => {
                    let done = i.times(count);
                    self.sized(n, done.overflow, done.interval);
                    done.interval.into()
                }
                Kind::Never => match self.a.any(n).kind {
                    Kind::Split(p) => Kind::Split(Parts { part: p.part, count: (0, 0) }).into(),
                    _ => Interval::point(Number::ZERO).into(),
                },
                _ => return None,
            },
            Fold::Mean | Fold::Min | Fold::Max => {
                let i = body.number()?;
                // A sum of many may exceed what a mean cannot.
                if fold == Fold::Mean {
                    let small = if i.is_far_from_zero() { Verdict::Never } else { Verdict::Maybe };
                    self.duty(Risk::TooSmall, small, Some(n), Some(i));
                }
                // Values on both sides of zero may have a mean of zero.
                let one_side = i.is_not_negative() || i.is_not_positive() || fold != Fold::Mean;
                Interval { nonzero: i.nonzero && one_side, ..i }.into()
            }
            Fold::Product => {
                let i = match body.kind {
                    Kind::Never => return Some(Interval::point(Number::ONE).into()),
                    _ => body.number()?,
                };
                let (zero, one) = (Interval::not_negative(), Interval::point(Number::ONE));
                let below = i.meet(zero) == i && i.hi.is_some_and(|e| e.value <= Number::ONE);
                let above = i.lo.is_some_and(|e| e.value >= Number::ONE);
                let sign = if i.is_not_negative() { zero } else { Interval::ANY };
                let mut out = match (below, above) {
                    (true, _) => Interval { lo: zero.lo, hi: one.hi, nonzero: false },
                    (_, true) => Interval { lo: one.lo, ..Interval::ANY },
                    _ => sign,
                };
                if i.excludes_zero() {
                    out = out.without_zero();
                }
                self.sized(n, if below { Verdict::Never } else { Verdict::Maybe }, out);
                let small = if above { Verdict::Never } else { Verdict::Maybe };
                self.duty(Risk::TooSmall, small, Some(n), Some(out));
                out.into()
            }
        })
    }

    fn sized(&mut self, n: NodeId, overflow: Verdict, i: Interval) {
        self.duty(Risk::Overflow, overflow, Some(n), Some(i));
    }
}
