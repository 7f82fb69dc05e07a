//! Lists of integers: known ones are written out, and so are short computed ones, each integer where it is there. Longer ones
//! are lists of their own, counted before the code runs.
//!
//! Guarantees: a row whose list is longer than what is written out, or not as long as was counted, or whose ends are no integers,
//! has no answer from a loop over it. How many are written out follows from what is required of the ends.

use super::Plan;
use super::sym::{NO_LIST, Segment, Sym, binary, compare, fold, unary};
use crate::kernel::{Binary, Def, Fold, Id, Term, Unary};
use footrule_mir::{Cmp, NodeId};
use footrule_number::Number;

/// Longest known list that is written out.
const MAX_KNOWN: i64 = 1_000;
/// Longest computed list that is written out.
const MAX_COMPUTED: i64 = 120;
/// How much of a list is written out of which nothing says how long it may be.
const USUAL: i64 = 32;
/// Larger integers than the reference's lists may begin or end with are not told apart.
const FAR: i64 = 1_000_000_000_000_000;
/// How deeply definitions are looked into.
const MAX_DEPTH: u32 = 12;

/// The least and greatest value of a definition, as far as they are known.
pub(super) type Reach = (Option<Number>, Option<Number>);

impl Plan<'_> {
    pub(super) fn range(&mut self, x: NodeId, y: NodeId) -> Sym {
        let (x, y) = (self.get(x).number(&mut self.b), self.get(y).number(&mut self.b));
        let known = |p: &Self, id| p.b.constant(id).and_then(Number::to_i64);
        match (known(self, x), known(self, y)) {
            (Some(x), Some(y)) if y.saturating_sub(x) < MAX_KNOWN => {
                self.listed((x..=y).map(|i| Def::Number(Number::from(i))), Sym::Number)
            }
            (Some(_), Some(_)) => self.fail("a list of so many integers"),
            _ => self.computed(x, y),
        }
    }

    fn computed(&mut self, x: Id, y: Id) -> Sym {
        let (from, to) = (self.reach(x, 0), self.reach(y, 0));
        let most = from.0.zip(to.1).and_then(|(from, to)| to.floor().sub(from.ceil()).ok()?.to_i64());
        let most = most.map(|m| m.saturating_add(1).max(0));
        if most.is_none_or(|m| m > MAX_COMPUTED)
            && !self.layout.plain
            && let Some(list) = self.counted([(x, from), (y, to)])
        {
            return list;
        }
        let written = most.unwrap_or(USUAL).min(MAX_COMPUTED);
        let mut items = Vec::new();
        for k in 0..written {
            let k = self.b.number(Number::from(k));
            let value = self.b.add(Def::Binary(Binary::Add, x, k));
            let there = compare(&mut self.b, Cmp::Le, value, y);
            match self.b.known_bool(there) {
                Some(false) => break,
                known => {
                    let when = known.is_none().then_some(there);
                    items.push(Segment { over: Vec::new(), when, value: Sym::Number(value) });
                }
            }
        }
        let mut odd = self.odd_ends([(x, from), (y, to)]);
        if most.is_none_or(|m| m > written) {
            let n = self.b.number(Number::from(written));
            let next = self.b.add(Def::Binary(Binary::Add, x, n));
            let more = compare(&mut self.b, Cmp::Le, next, y);
            odd = self.b.add(Def::Or(odd, more));
        }
        if self.b.known_bool(odd) != Some(false) {
            items.insert(0, Segment { over: Vec::new(), when: Some(odd), value: Sym::Fail(NO_LIST) });
        }
        Sym::List(items.into())
    }

    /// Ends that are no integers, or so large that the reference has no list of them.
    fn odd_ends(&mut self, ends: [(Id, Reach); 2]) -> Id {
        let mut odd = self.b.bool(false);
        for (end, reach) in ends {
            if !self.is_integer(end, 0) {
                let floor = unary(&mut self.b, Unary::Floor, end);
                let part = compare(&mut self.b, Cmp::Ne, floor, end);
                odd = self.b.add(Def::Or(odd, part));
            }
            let far = Number::from(FAR);
            if reach.0.is_none_or(|l| l < far.neg()) || reach.1.is_none_or(|h| h > far) {
                let far = self.b.number(far);
                let size = unary(&mut self.b, Unary::Abs, end);
                let beyond = compare(&mut self.b, Cmp::Gt, size, far);
                odd = self.b.add(Def::Or(odd, beyond));
            }
        }
        odd
    }

    /// A list of its own, of as many items as there are integers; none if these are not counted before.
    fn counted(&mut self, ends: [(Id, Reach); 2]) -> Option<Sym> {
        let [(x, _), (y, _)] = ends;
        let (zero, one) = (self.b.number(Number::ZERO), self.b.number(Number::ONE));
        let gap = binary(&mut self.b, Binary::Sub, y, x);
        let steps = binary(&mut self.b, Binary::Add, gap, one);
        let count = binary(&mut self.b, Binary::Max, steps, zero);
        let list = self.b.counted(count)?;
        let at = self.b.position(list);
        let value = binary(&mut self.b, Binary::Add, x, at);
        // What was not counted rightly is no list: a longer one than the language has.
        let items = fold(&mut self.b, Fold::Count, vec![Term { over: vec![list], when: None, value: one }]);
        let other = compare(&mut self.b, Cmp::Ne, items, count);
        let ends = self.odd_ends(ends);
        let odd = self.b.add(Def::Or(ends, other));
        let wrong = Segment { over: Vec::new(), when: Some(odd), value: Sym::Fail(NO_LIST) };
        let items = Segment { over: vec![list], when: None, value: Sym::Number(value) };
        Some(Sym::List([wrong, items].into()))
    }

    /// What is known of a number, from how it is made and what is required.
    pub(super) fn reach(&self, id: Id, depth: u32) -> Reach {
        if depth > MAX_DEPTH {
            return (None, None);
        }
        let of = |id: &Id| self.reach(*id, depth + 1);
        let sum = |x: Option<Number>, y: Option<Number>| x?.add(y?).ok();
        let both = |x: Option<Number>, y: Option<Number>, f: fn(Number, Number) -> Number| Some(f(x?, y?));
        let one = |x: Option<Number>, y: Option<Number>, f: fn(Number, Number) -> Number| match (x, y) {
            (Some(x), Some(y)) => Some(f(x, y)),
            (x, y) => x.or(y),
        };
        let (low, high) = match self.b.def(id) {
            Def::Number(x) => (Some(*x), Some(*x)),
            Def::Binary(Binary::Add, x, y) => {
                let (x, y) = (of(x), of(y));
                (sum(x.0, y.0), sum(x.1, y.1))
            }
            Def::Binary(Binary::Sub, x, y) => {
                let (x, y) = (of(x), of(y));
                (sum(x.0, y.1.map(Number::neg)), sum(x.1, y.0.map(Number::neg)))
            }
            Def::Binary(Binary::Mul, x, y) => {
                let (x, y) = (of(x), of(y));
                let corner = |x: Option<Number>, y: Option<Number>| x?.mul(y?).ok();
                let all = [corner(x.0, y.0), corner(x.0, y.1), corner(x.1, y.0), corner(x.1, y.1)];
                let all: Option<Vec<Number>> = all.into_iter().collect();
                let all = all.unwrap_or_default();
                (all.iter().min().copied(), all.iter().max().copied())
            }
            Def::Binary(Binary::Min, x, y) => {
                let (x, y) = (of(x), of(y));
                (both(x.0, y.0, Number::min), one(x.1, y.1, Number::min))
            }
            Def::Binary(Binary::Max, x, y) => {
                let (x, y) = (of(x), of(y));
                (one(x.0, y.0, Number::max), both(x.1, y.1, Number::max))
            }
            Def::Unary(Unary::Floor, x) => (of(x).0.map(Number::floor), of(x).1.map(Number::floor)),
            Def::Unary(Unary::Ceil, x) => (of(x).0.map(Number::ceil), of(x).1.map(Number::ceil)),
            Def::Select(_, x, y) => {
                let (x, y) = (of(x), of(y));
                (both(x.0, y.0, Number::min), both(x.1, y.1, Number::max))
            }
            Def::Lookup(_, cells) => (cells.iter().flatten().min().copied(), cells.iter().flatten().max().copied()),
            Def::Fold(Fold::Count, _) => (Some(Number::ZERO), None),
            _ => (None, None),
        };
        let (mut low, mut high) = (low, high);
        self.each_required(|cmp, a, bound| {
            if a != id {
                return;
            }
            match cmp {
                Cmp::Le | Cmp::Lt => high = one(high, Some(bound), Number::min),
                Cmp::Ge | Cmp::Gt => low = one(low, Some(bound), Number::max),
                Cmp::Eq => (low, high) = (Some(bound), Some(bound)),
                Cmp::Ne => {}
            }
        });
        (low, high)
    }

    /// Comparisons with a constant that hold in every row that has an answer.
    fn each_required(&self, mut f: impl FnMut(Cmp, Id, Number)) {
        let mut open: Vec<Id> = self.b.requires().to_vec();
        while let Some(id) = open.pop() {
            match self.b.def(id) {
                Def::And(x, y) => open.extend([*x, *y]),
                Def::Fold(Fold::All, terms) => {
                    open.extend(terms.iter().filter(|t| t.when.is_none()).map(|t| t.value));
                }
                Def::Compare(cmp, (a, ra), (b, rb)) if ra.is_one() && rb.is_one() => {
                    if let Some(bound) = self.b.constant(*b) {
                        f(*cmp, *a, bound);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a number is an integer in every row that has an answer.
    fn is_integer(&self, id: Id, depth: u32) -> bool {
        let of = |id: &Id| self.is_integer(*id, depth + 1);
        depth <= MAX_DEPTH
            && match self.b.def(id) {
                Def::Number(x) => x.is_integer(),
                Def::Unary(Unary::Floor | Unary::Ceil, _) | Def::Round(_, 0) | Def::Fold(Fold::Count, _) => true,
                Def::Binary(Binary::Add | Binary::Sub | Binary::Min | Binary::Max, x, y) => of(x) && of(y),
                Def::Select(_, x, y) => of(x) && of(y),
                Def::Lookup(_, cells) => cells.iter().flatten().all(|x| x.is_integer()),
                _ => self.is_required_integer(id),
            }
    }

    fn is_required_integer(&self, id: Id) -> bool {
        let is = |id: Id, of: Id| *self.b.def(id) == Def::Unary(Unary::Floor, of);
        let mut open: Vec<Id> = self.b.requires().to_vec();
        while let Some(required) = open.pop() {
            match self.b.def(required) {
                Def::And(x, y) => open.extend([*x, *y]),
                Def::Fold(Fold::All, terms) => {
                    open.extend(terms.iter().filter(|t| t.when.is_none()).map(|t| t.value));
                }
                Def::Compare(Cmp::Eq, (a, _), (b, _)) if *b == id && is(*a, id) => return true,
                _ => {}
            }
        }
        false
    }
}
