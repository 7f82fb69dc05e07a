//! What each operation makes of the ranges of its operands, and what can go wrong there.
//!
//! Each case says of the operation what the reference interpreter does; whatever is not known is anything of its type.

use super::duty::{Duty, Risk};
use super::given::{any_parts, constant, most_parts};
use super::interval::{Done, Interval, Verdict};
use super::range::{Kind, Parts, Range};
use super::scope::{Analysis, Entry, ScopeId};
use crate::{GasRef, NodeId, Op, Origin, ProductId, ResultRef, Ty};
use footrule_number::{Number, Ratio};
use std::sync::Arc;

/// One evaluation: what is read, and what can go wrong.
pub(super) struct Step<'a, 'p> {
    pub a: &'a mut Analysis<'p>,
    pub s: ScopeId,
    pub entry: Entry,
    /// An operand has no value.
    pub never: bool,
}

/// Whether something always, never or perhaps holds: `good` of every value, `bad` of every value.
fn verdict(good: bool, bad: bool) -> Verdict {
    match (good, bad) {
        (true, _) => Verdict::Never,
        (_, true) => Verdict::Always,
        _ => Verdict::Maybe,
    }
}

impl<'p> Analysis<'p> {
    /// Evaluates a node in a scope.
    pub(super) fn eval(&mut self, n: NodeId, s: ScopeId) -> Entry {
        let Some(node) = self.node(n) else {
            return Entry { range: Kind::Other.into(), duties: Vec::new(), reads: Vec::new() };
        };
        let entry = Entry { range: Range::NEVER, duties: Vec::new(), reads: Vec::new() };
        let mut step = Step { a: self, s, entry, never: false };
        let range = step.op(n, &node.op);
        let mut entry = step.entry;
        let never = step.never;
        entry.range = match range {
            _ if never => Range::NEVER,
            Some(r) => r,
            None => self.any(n),
        };
        entry
    }
}

impl<'p> Step<'_, 'p> {
    /// What an operand can be.
    pub fn read(&mut self, n: NodeId) -> Range {
        let (range, at) = self.a.get(n, self.s);
        self.entry.reads.push((at, n));
        self.never |= range.is_never();
        range
    }

    pub fn number(&mut self, n: NodeId) -> Interval {
        self.read(n).number().unwrap_or(Interval::ANY)
    }

    pub fn duty(&mut self, risk: Risk, verdict: Verdict, of: Option<NodeId>, interval: Option<Interval>) {
        self.never |= verdict == Verdict::Always && !self.never;
        self.entry.duties.push(Duty { risk, verdict, of, interval });
    }

    /// The result of arithmetic, with its risks.
    fn done(&mut self, n: NodeId, done: Done) -> Interval {
        if !self.never {
            self.duty(Risk::Overflow, done.overflow, Some(n), Some(done.interval));
            self.duty(Risk::TooSmall, done.small, Some(n), Some(done.interval));
        }
        done.interval
    }

    /// The shares of an allocation: from 0 to 1 each, if the weights give any.
    fn shares(&mut self, n: NodeId, given: bool, weights: &[(u32, Option<NodeId>)]) -> Range {
        let mut known = Vec::with_capacity(weights.len());
        for (_, w) in weights {
            known.extend(w.map(|w| self.number(w)));
        }
        let good = !given
            && known.iter().all(Interval::is_not_negative)
            && known.iter().any(|w| w.is_not_negative() && w.excludes_zero());
        let bad = known.iter().any(Interval::is_negative);
        self.duty(Risk::Weights, verdict(good, bad), Some(n), None);
        if !given {
            let (mut sum, mut risk) = (Interval::point(Number::ZERO), plain(Interval::ANY));
            (risk.overflow, risk.small) = (Verdict::Never, Verdict::Never);
            for w in &known {
                let done = sum.add(w.meet(Interval::not_negative()));
                (sum, risk.overflow) = (done.interval, risk.overflow.max(done.overflow));
            }
            for w in &known {
                let done = w.meet(Interval::not_negative()).div(sum.meet(Interval::positive()));
                risk.small = risk.small.max(done.small);
            }
            self.duty(Risk::Overflow, risk.overflow, Some(n), Some(sum));
            self.duty(Risk::TooSmall, risk.small, Some(n), Some(sum));
        }
        let share = Interval::between(Number::ZERO, Number::ONE);
        Kind::Record(weights.iter().map(|_| share.into()).collect()).into()
    }

    /// Two numbers, or nothing if one is missing.
    fn pair(&mut self, a: NodeId, b: NodeId) -> Option<(Interval, Interval)> {
        let (x, y) = (self.number(a), self.number(b));
        (!self.never).then_some((x, y))
    }

    fn op(&mut self, n: NodeId, op: &'p Op) -> Option<Range> {
        Some(match op {
            Op::Const(c, _) => constant(c),
            Op::Input(i) => {
                let (range, reads) = self.a.input(i.0);
                self.entry.reads.extend(reads);
                range
            }
            Op::Period | Op::Before(..) | Op::HasRow { .. } | Op::Bound => {
                op.operands().into_iter().for_each(|n| {
                    self.read(n);
                });
                return None;
            }
            Op::Field(a, k) => match self.read(*a).kind {
                Kind::Record(fields) => fields.get(*k as usize).cloned()?,
                _ => return None,
            },
            Op::Amount(a) => match self.read(*a).kind {
                Kind::Activity { amount, .. } => amount.into(),
                _ => return None,
            },
            Op::Factor(a) => match self.read(*a).kind {
                Kind::Activity { factor, .. } => Kind::Split(factor).into(),
                _ => return None,
            },
            Op::Record(id, given) => {
                let given: Vec<Option<Range>> = given
                    .iter()
                    .map(|n| {
                        n.map(|n| {
                            let (range, at) = self.a.get(n, self.s);
                            self.entry.reads.push((at, n));
                            range
                        })
                    })
                    .collect();
                let mut reads = Vec::new();
                let range = self.a.record(*id, Some(&given), self.s, &mut reads);
                self.entry.reads.extend(reads);
                range
            }
            Op::List(items) => {
                let mut item = Range::NEVER;
                for n in items {
                    let (range, at) = self.a.get(*n, self.s);
                    self.entry.reads.push((at, *n));
                    item = item.hull(&range);
                }
                let count = items.len() as u64;
                Kind::List { item: Arc::new(item), count: (count, Some(count)) }.into()
            }
            Op::Activity { amount, factor, .. } => {
                let amount = self.number(*amount);
                let factor = match factor.map(|f| self.read(f).kind) {
                    Some(Kind::Number(i)) => Parts::one(i),
                    // Parts that differ in evidence only are added.
                    Some(Kind::Split(p)) if p.count.1 > 1 => p.add(p, most_parts(self.a.program)).0,
                    Some(Kind::Split(p)) => p,
                    _ => any_parts(self.a.program),
                };
                Kind::Activity { amount, factor }.into()
            }
            Op::Members(e) => {
                let count = self.a.program.enums.get(e.ix()).map_or(0, |e| e.members.len() as u32);
                let item = Arc::new(Kind::Enum((0..count).collect()).into());
                Kind::List { item, count: (u64::from(count), Some(u64::from(count))) }.into()
            }
            Op::Rows(t) => {
                let count = self.a.program.tables.get(t.ix()).map_or(0, |t| t.rows.len() as u32);
                let item = Arc::new(Kind::Row(*t, (0..count).collect()).into());
                Kind::List { item, count: (u64::from(count), Some(u64::from(count))) }.into()
            }
            Op::Range(a, b) => {
                let (x, y) = self.pair(*a, *b)?;
                let whole = |i: Interval| i.single().filter(|x| x.is_integer()).and_then(Number::to_i64);
                let count = match whole(x).zip(whole(y)) {
                    Some((a, b)) => u64::try_from(b.saturating_sub(a).saturating_add(1)).unwrap_or(0),
                    None => {
                        self.duty(Risk::Domain, Verdict::Maybe, Some(*b), Some(y));
                        let item = Arc::new(Interval { lo: x.lo, hi: y.hi, nonzero: false }.into());
                        return Some(Kind::List { item, count: (0, Some(1_000_000)) }.into());
                    }
                };
                let item = Arc::new(Interval { lo: x.lo, hi: y.hi, nonzero: false }.into());
                Kind::List { item, count: (count, Some(count)) }.into()
            }
            Op::Position(a) | Op::Ordinal(a) => {
                self.read(*a);
                Interval::not_negative().into()
            }
            Op::Add(a, b) | Op::Sub(a, b) => return self.sum(n, op, *a, *b),
            Op::Mul(a, b) => return self.product(n, *a, *b),
            Op::Div(a, b) => return self.quotient(n, *a, *b),
            Op::Neg(a) => return self.each(*a, n, |i| plain(i.negated())),
            Op::Convert(a, r) => return self.each(*a, n, |i| i.convert(*r)),
            Op::Affine(a, r, offset) => {
                let i = self.number(*a);
                let done = affine(i, *r, *offset);
                self.done(n, done).into()
            }
            Op::Abs(a) => self.number(*a).abs().into(),
            Op::Floor(a) => self.number(*a).rising(|x| Ok(x.floor())).interval.into(),
            Op::Ceil(a) => self.number(*a).rising(|x| Ok(x.ceil())).interval.into(),
            Op::Round(a, d) => self.number(*a).rising(|x| Ok(x.round_decimals(*d))).interval.into(),
            Op::Min(a, b) => {
                let (x, y) = self.pair(*a, *b)?;
                x.least_of(y).into()
            }
            Op::Max(a, b) => {
                let (x, y) = self.pair(*a, *b)?;
                x.greatest_of(y).into()
            }
            Op::Power(a, b) => {
                let (x, y) = self.pair(*a, *b)?;
                self.power(n, (*a, x), (*b, y))
            }
            Op::Pow(a, b) => {
                let (x, y) = self.pair(*a, *b)?;
                self.real_power(n, (*a, x), y)
            }
            Op::Sqrt(a) | Op::Exp(a) | Op::Ln(a) => {
                let x = self.number(*a);
                if self.never {
                    return None;
                }
                self.transcendental(n, op, *a, x)
            }
            Op::Compare { cmp, a, ra, b, rb } => {
                let (x, y) = self.pair(*a, *b)?;
                let (yes, no) = super::compare::holds(*cmp, (x, *ra), (y, *rb));
                Range::truth(yes, no)
            }
            Op::Same(a, b) => {
                let (x, y) = (self.read(*a), self.read(*b));
                let (yes, no) = super::compare::same(&x, &y);
                Range::truth(yes, no)
            }
            Op::Not(a) => {
                let (yes, no) = self.read(*a).bools();
                Range::truth(no, yes)
            }
            Op::Given(a) => {
                let (range, at) = self.a.get(*a, self.s);
                self.entry.reads.push((at, *a));
                Range::truth(range.kind != Kind::Never, range.absent)
            }
            Op::Unwrap(a) => self.optional(*a).present(),
            Op::Present(a) => self.optional(*a),
            Op::ParamAt(p, at) => {
                self.read(*at);
                self.a.param(*p)
            }
            Op::Lookup { table, keys, column } => {
                let keys: Vec<Range> = keys.iter().map(|k| self.read(*k)).collect();
                let rows = self.a.rows_for(*table, &keys);
                match column {
                    Some(c) => self.a.cells(*table, &rows, *c, false),
                    None if rows.is_empty() => Range::NEVER,
                    None => Kind::Row(*table, rows.into()).into(),
                }
            }
            Op::Interpolate { table, keys, column, .. } => {
                // A value between two points lies between theirs: every row may be one of the two.
                let info = self.a.program.tables.get(table.ix())?;
                let between = info.interpolate.map(|i| i.key as usize);
                let keys: Vec<Range> = keys.iter().map(|k| self.read(*k)).collect();
                let others = keys
                    .into_iter()
                    .enumerate()
                    .map(|(i, range)| if Some(i) == between { Interval::ANY.into() } else { range });
                if matches!(info.columns.get(*column as usize), Some((_, Ty::Split(_)))) {
                    return Some(Kind::Split(any_parts(self.a.program)).into());
                }
                let rows = self.a.rows_for(*table, &others.collect::<Vec<_>>());
                // Two points on either side of zero have zero between them.
                match self.a.cells(*table, &rows, *column, false).kind {
                    Kind::Number(i) => Interval { nonzero: false, ..i }.into(),
                    _ => return None,
                }
            }
            Op::Column(row, c) => match self.read(*row).kind {
                Kind::Row(t, rows) => self.a.cells(t, &rows, *c, true),
                _ => return None,
            },
            Op::Characterise { mass, gas, origin } => {
                let mass = self.number(*mass);
                let gwp = match gas {
                    GasRef::Static(g) => self.a.gwp(&[g.0], *origin),
                    GasRef::Node(g) => match self.read(*g).kind {
                        Kind::Enum(set) => self.a.gwp(&set, *origin),
                        _ => Interval::ANY,
                    },
                };
                let done = mass.mul(gwp);
                Kind::Split(Parts::one(self.done(n, done))).into()
            }
            Op::Split { value, .. } => Kind::Split(Parts::one(self.number(*value))).into(),
            Op::Whole(a) => match self.read(*a).kind {
                Kind::Split(p) => {
                    let done = p.whole();
                    self.done(n, done).into()
                }
                _ => return None,
            },
            Op::Shares { given, weights } => self.shares(n, *given, weights),
            Op::Result(product, what) => self.a.figure(*product, what).into(),
            Op::Reference(product) => {
                let flow = self.a.program.products.get(product.ix()).and_then(|p| p.reference);
                let known = flow.and_then(|r| self.a.range(r, self.s).number());
                known.unwrap_or(Interval::ANY).meet(Interval::positive()).into()
            }
            Op::And(..) | Op::Or(..) | Op::OrElse(..) | Op::If(..) | Op::Match(..) => return self.choice(op),
            Op::FirstOf(arms, rest) => self.first_of(arms, *rest),
            Op::OneOf(arms) => self.one_of(arms),
            Op::Except(base, cases) => self.except(*base, cases),
            Op::Fold(fold, l) => return self.fold(n, *fold, l),
        })
    }

    /// An optional value: absent is no failure.
    pub fn optional(&mut self, n: NodeId) -> Range {
        let (range, at) = self.a.get(n, self.s);
        self.entry.reads.push((at, n));
        range
    }

    /// A number, or each part of CO2e, through a function.
    fn each(&mut self, a: NodeId, n: NodeId, f: impl Fn(Interval) -> Done) -> Option<Range> {
        match self.read(a).kind {
            Kind::Number(i) => {
                let done = f(i);
                Some(self.done(n, done).into())
            }
            Kind::Split(p) => {
                let (parts, done) = p.each(f);
                self.done(n, done);
                Some(Kind::Split(parts).into())
            }
            _ => None,
        }
    }

    fn sum(&mut self, n: NodeId, op: &Op, a: NodeId, b: NodeId) -> Option<Range> {
        let minus = matches!(op, Op::Sub(..));
        let turn = |i: Interval| if minus { i.negated() } else { i };
        match (self.read(a).kind, self.read(b).kind) {
            (Kind::Number(x), Kind::Number(y)) => {
                let mut done = x.add(turn(y));
                done.interval = done.interval.meet(self.a.linear(op, self.s));
                if minus && self.a.rep(a) == self.a.rep(b) {
                    done.interval = done.interval.meet(Interval::point(Number::ZERO));
                }
                if done.interval.lo.is_some() && done.interval.hi.is_some() && done.overflow == Verdict::Maybe {
                    done.overflow = Verdict::Never;
                }
                Some(self.done(n, done).into())
            }
            (Kind::Split(x), Kind::Split(y)) => {
                let y = Parts { part: turn(y.part), ..y };
                let (parts, done) = x.add(y, most_parts(self.a.program));
                self.done(n, done);
                Some(Kind::Split(parts).into())
            }
            _ => None,
        }
    }

    fn product(&mut self, n: NodeId, a: NodeId, b: NodeId) -> Option<Range> {
        match (self.read(a).kind, self.read(b).kind) {
            (Kind::Number(x), Kind::Number(y)) => {
                let mut done = x.mul(y);
                if self.a.rep(a) == self.a.rep(b) {
                    done.interval = done.interval.meet(Interval::not_negative());
                }
                Some(self.done(n, done).into())
            }
            (Kind::Split(p), Kind::Number(x)) | (Kind::Number(x), Kind::Split(p)) => {
                let (parts, done) = p.each(|i| i.mul(x));
                self.done(n, done);
                Some(Kind::Split(parts).into())
            }
            _ => None,
        }
    }

    fn quotient(&mut self, n: NodeId, a: NodeId, b: NodeId) -> Option<Range> {
        let left = self.read(a);
        let by = self.number(b);
        if self.never {
            return None;
        }
        let zero = by.single().is_some_and(Number::is_zero);
        self.duty(Risk::DivisionByZero, verdict(by.excludes_zero(), zero), Some(b), Some(by));
        match left.kind {
            Kind::Number(x) => {
                let done = x.div(by);
                Some(self.done(n, done).into())
            }
            Kind::Split(p) => {
                let (parts, done) = p.each(|i| i.div(by));
                self.done(n, done);
                Some(Kind::Split(parts).into())
            }
            _ => None,
        }
    }

    fn power(&mut self, n: NodeId, (a, x): (NodeId, Interval), (b, y): (NodeId, Interval)) -> Range {
        let whole = y.single().and_then(Number::to_i64).filter(|k| k.unsigned_abs() <= 10_000);
        self.duty(Risk::Domain, verdict(whole.is_some(), whole.is_none() && y.single().is_some()), Some(b), Some(y));
        let zero = x.single().is_some_and(Number::is_zero);
        let falls = y.hi.is_some_and(|e| e.value.is_negative());
        self.duty(
            Risk::DivisionByZero,
            verdict(x.excludes_zero() || y.is_not_negative(), zero && falls),
            Some(a),
            Some(x),
        );
        let nonzero = |i: Interval| if x.excludes_zero() { i.without_zero() } else { i };
        let interval = match whole {
            Some(0) => Interval::point(Number::ONE),
            Some(k) if k > 0 => {
                let base = if k % 2 == 0 { x.abs() } else { x };
                nonzero(base.rising(|v| v.powi(k)).interval)
            }
            Some(k) if x.is_not_negative() => {
                // Falls as its base grows.
                let up = x.meet(Interval::positive());
                let lo = up.hi.and_then(|e| e.value.powi(k).ok());
                let hi = up.lo.and_then(|e| e.value.powi(k).ok());
                let end = |v: Option<Number>| v.map(|value| super::interval::End { value, open: false });
                Interval { lo: end(lo), hi: end(hi), nonzero: false }.meet(Interval::positive())
            }
            _ if x.is_not_negative() && x.excludes_zero() => Interval::positive(),
            _ if x.is_not_negative() => Interval::not_negative(),
            _ => nonzero(Interval::ANY),
        };
        let overflow = verdict(interval.lo.is_some() && interval.hi.is_some(), false);
        let small = verdict(x.is_one_or_more() && whole.is_some_and(|k| k >= 0), false);
        self.done(n, Done { interval, overflow, small }).into()
    }

    fn real_power(&mut self, n: NodeId, (a, x): (NodeId, Interval), y: Interval) -> Range {
        self.duty(Risk::Domain, verdict(x.is_not_negative(), false), Some(a), Some(x));
        self.duty(Risk::DivisionByZero, verdict(x.excludes_zero() || y.is_not_negative(), false), Some(a), Some(x));
        let interval = match (x.is_not_negative(), x.excludes_zero()) {
            (true, true) => Interval::positive(),
            (true, false) => Interval::not_negative(),
            _ => Interval::ANY,
        };
        // It rises or falls in each argument, so that its corners bound it.
        let ends = |i: Interval| i.lo.zip(i.hi).map(|(a, b)| [a.value, b.value]);
        let corners = ends(x).zip(ends(y)).and_then(|(xs, ys)| {
            let all = xs.into_iter().flat_map(|a| ys.map(|b| a.pow(b)));
            all.collect::<Result<Vec<Number>, _>>().ok()
        });
        let positive = x.is_not_negative() && x.excludes_zero();
        let bounded = corners.filter(|_| positive).and_then(|c| Some((*c.iter().min()?, *c.iter().max()?)));
        let fits = verdict(bounded.is_some(), false);
        let interval = bounded.map_or(interval, |(lo, hi)| interval.meet(Interval::between(lo, hi)));
        self.done(n, Done { interval, overflow: fits, small: fits }).into()
    }

    fn transcendental(&mut self, n: NodeId, op: &Op, a: NodeId, x: Interval) -> Range {
        let done = match op {
            Op::Sqrt(_) => {
                self.duty(Risk::Domain, verdict(x.is_not_negative(), x.is_negative()), Some(a), Some(x));
                let inside = x.meet(Interval::not_negative());
                let mut i = inside.rising(Number::sqrt).interval.meet(Interval::not_negative());
                i = if inside.excludes_zero() { i.without_zero() } else { i };
                plain(i)
            }
            Op::Exp(_) => {
                let mut done = x.rising(Number::exp);
                done.interval = done.interval.meet(Interval::positive());
                done.overflow = verdict(done.interval.hi.is_some(), false);
                done.small = verdict(x.lo.is_some_and(|e| e.value >= Number::from(-41)), false);
                done
            }
            _ => {
                let outside = x.is_not_positive();
                self.duty(Risk::Domain, verdict(x.is_not_negative() && x.excludes_zero(), outside), Some(a), Some(x));
                let tiny = Number::from_parts(1, 28).unwrap_or(Number::ONE);
                let inside = x.meet(Interval::between(tiny, Number::MAX));
                let near = Interval::between(Number::from_parts(9, 1).unwrap_or(Number::ONE), Number::from(2));
                let mut done = inside.rising(Number::ln);
                done.overflow = Verdict::Never;
                done.small = verdict(inside.meet(near).is_empty(), false);
                done
            }
        };
        self.done(n, done).into()
    }
}

/// A result that is exact and fits.
fn plain(interval: Interval) -> Done {
    Done { interval, overflow: Verdict::Never, small: Verdict::Never }
}

fn affine(i: Interval, r: Ratio, offset: Number) -> Done {
    let f = |x: Number| x.affine(r, offset);
    let mut done = if r.numer() < 0 { i.negated().rising(|x| f(x.neg())) } else { i.rising(f) };
    // Whole multiples and an offset are exact near zero.
    done.small = verdict(r.denom() == 1, false);
    done
}

impl Analysis<'_> {
    /// The potentials of these gases.
    pub(super) fn gwp(&self, gases: &[u32], origin: Origin) -> Interval {
        let mut out: Option<Interval> = None;
        for g in gases {
            let Some(info) = self.program.gases.get(*g as usize) else { continue };
            let of = |o: Option<Origin>| info.gwp.iter().find(|(x, ..)| *x == o).map(|(_, v, _)| *v);
            let neutral = self.program.rule.biogenic_neutral && origin == Origin::Biogenic && info.name.id == "CO2";
            let value = if neutral { Some(Number::ZERO) } else { of(Some(origin)).or_else(|| of(None)) };
            // A gas without a potential fails.
            if let Some(v) = value {
                out = Some(out.map_or(Interval::point(v), |o| o.hull(Interval::point(v))));
            }
        }
        out.unwrap_or(Interval::ANY)
    }

    /// The potentials of a gas for any origin.
    pub(super) fn gwp_of_any_origin(&self, gases: &[u32]) -> Interval {
        let all = Origin::ALL.map(|o| self.gwp(gases, o));
        all.into_iter().reduce(Interval::hull).unwrap_or(Interval::ANY)
    }

    /// A figure of a product's result.
    fn figure(&self, product: ProductId, what: &ResultRef) -> Interval {
        super::lines::figure(self.program, &self.figures, product, what)
    }
}
