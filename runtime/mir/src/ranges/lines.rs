//! Lines: what their values and their contributions to the result can be.

use super::duty::{Asked, Duty, Risk};
use super::given::{Reads, most_parts};
use super::interval::{Interval, Verdict};
use super::range::{Kind, Parts, Range};
use super::scope::{Analysis, ScopeId};
use crate::{Line, LineGas, LineId, LineOrigin, Origin, ProductId, Program, ResultRef, StageRef, Target};
use footrule_number::{Number, Ratio};

/// What is known of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRange {
    /// The value of one item, in the line's unit; nothing if the line never applies.
    pub item: Option<Interval>,
    /// How many items it has.
    pub items: (u64, Option<u64>),
    /// What it adds to the result per declared unit: only its sign is told. Zero if it does not apply.
    pub sign: Interval,
}

/// A line in a scope: what is known, what is read, and the risks of its own arithmetic.
pub(super) struct Looked {
    pub range: LineRange,
    pub reads: Reads,
    pub duties: Vec<Duty>,
}

impl Analysis<'_> {
    /// Looks at a line.
    pub(super) fn line(&mut self, line: &Line, s: ScopeId) -> Looked {
        let mut out = Looked {
            range: LineRange { item: None, items: (0, Some(0)), sign: Interval::point(Number::ZERO) },
            reads: Vec::new(),
            duties: Vec::new(),
        };
        let mut s = self.below(s);
        let mut always = true;
        if let Some(when) = line.when {
            always = self.read_region(when, s, &mut out.reads).bools() == (true, false);
            match self.branch_region(when, true, s) {
                Some(inner) => s = inner,
                None => return out,
            }
        }
        let (node, count) = match (&line.over, line.value) {
            (Some(l), _) => {
                let turns = self.turns(l, s, &mut out.reads);
                let Some(body) = turns.body else { return out };
                s = self.below(body);
                self.nodes(l.body, s);
                (self.value(l.body), turns.count)
            }
            (None, value) => (value, (1, Some(1))),
        };
        let Some(node) = node else { return out };
        let (range, at) = self.get(node, s);
        out.reads.push((at, node));
        let StageRef::Region(stage) = line.stage else {
            return self.item(line, node, &range, (count, always), s, out);
        };
        self.read_region(stage, s, &mut out.reads);
        self.item(line, node, &range, (count, always), s, out)
    }

    fn item(
        &mut self,
        line: &Line,
        node: crate::NodeId,
        range: &Range,
        ((least, most), always): ((u64, Option<u64>), bool),
        s: ScopeId,
        mut out: Looked,
    ) -> Looked {
        let gases = match line.gas {
            LineGas::Region(r) => match self.read_region(r, s, &mut out.reads).kind {
                Kind::Enum(set) => set.to_vec(),
                _ => (0..self.program.gases.len() as u32).collect(),
            },
            LineGas::Static(g) => vec![g.0],
            LineGas::Split => Vec::new(),
        };
        for &r in &line.named {
            self.read_region(r, s, &mut out.reads);
        }
        let mut shared = false;
        if let LineOrigin::Split(shares) = &line.origin {
            shared = true;
            for r in shares.iter().filter_map(|(_, r)| *r) {
                self.read_region(r, s, &mut out.reads);
            }
        }
        let Some(own) = range.whole() else { return out };
        let mut duty =
            |risk, verdict, interval| out.duties.push(Duty { risk, verdict, of: Some(node), interval: Some(interval) });
        if line.may_be_negative.is_none() {
            let verdict = match (own.is_not_negative(), own.is_negative()) {
                (true, _) => Verdict::Never,
                (_, true) => Verdict::Always,
                _ => Verdict::Maybe,
            };
            duty(Risk::NegativeLine, verdict, own);
        }
        out.range.item = Some(own);
        out.range.items = (if always { least } else { 0 }, most);
        // Below zero there is no item.
        let own = if line.may_be_negative.is_none() { own.meet(Interval::not_negative()) } else { own };
        if own.is_empty() {
            return out;
        }
        let mut parts = match range.kind {
            Kind::Split(p) => p,
            _ => {
                let gwp = match &line.origin {
                    LineOrigin::One(o) => self.gwp(&gases, o.unwrap_or(Origin::Fossil)),
                    LineOrigin::Split(_) => self.gwp_of_any_origin(&gases),
                };
                let done = own.mul(gwp);
                duty(Risk::Overflow, done.overflow, done.interval);
                duty(Risk::TooSmall, done.small, done.interval);
                Parts::one(done.interval)
            }
        };
        if shared {
            // Each share is from 0 to 1; parts of one key are added.
            let part = parts.part.mul(Interval::between(Number::ZERO, Number::ONE));
            duty(Risk::TooSmall, part.small, part.interval);
            parts = Parts { part: part.interval, count: (parts.count.0, most_parts(self.program)) };
        }
        let allocated = !matches!(line.target, Target::Product(_));
        if allocated {
            let part = parts.part.mul(Interval::between(Number::ZERO, Number::ONE));
            duty(Risk::TooSmall, part.small, part.interval);
            // An item that is not shared out at all keeps its parts.
            parts.part = part.interval.hull(parts.part);
        }
        let mut sign = Interval::point(Number::ZERO);
        for (p, product) in self.program.products.iter().enumerate() {
            if goes(self.program, line, ProductId(p as u32)) == (false, false) {
                continue;
            }
            let scaled = parts.part.convert(line.to_result.get(p).copied().unwrap_or(Ratio::ONE));
            let reference = product.reference.and_then(|r| self.range(r, s).number());
            let per_unit = match reference {
                Some(r) => scaled.interval.div(r.meet(Interval::positive())),
                None => scaled,
            };
            let whole = Parts { part: per_unit.interval, ..parts }.whole();
            let overflow = scaled.overflow.max(per_unit.overflow).max(whole.overflow);
            duty(Risk::Overflow, overflow, whole.interval);
            duty(Risk::TooSmall, scaled.small.max(per_unit.small), whole.interval);
            let mut own = Interval::ANY;
            if per_unit.interval.is_not_negative() {
                let some = out.range.items.0 > 0 && parts.count.0 > 0 && per_unit.interval.excludes_zero();
                own = if some && !allocated { Interval::positive() } else { Interval::not_negative() };
            }
            sign = if allocated { sign.hull(own) } else { own };
        }
        if line.kind.subtracts() {
            sign = sign.negated();
        }
        out.range.sign = sign;
        out
    }
}

/// Notes what a line asks for.
pub(super) fn ask(asked: &mut Asked, a: &Analysis<'_>, id: LineId, line: &Line, looked: &Looked, s: ScopeId) {
    asked.follow(a, looked.reads.iter().copied());
    for duty in &looked.duties {
        let inputs = match (duty.verdict, duty.of) {
            (Verdict::Never, _) | (_, None) => Vec::new(),
            (_, Some(of)) => {
                let at = looked.reads.iter().find(|(_, n)| *n == of).map_or(s, |(at, _)| *at);
                a.blamed(of, duty.risk, at)
            }
        };
        asked.note(line.place, Some(id), duty.of, duty, inputs);
    }
}

/// Whether a line goes to a product: always, perhaps.
fn goes(program: &Program, line: &Line, product: ProductId) -> (bool, bool) {
    (line.target == Target::Product(product), program.concerns(line, product))
}

/// The sign of a figure of a product's result.
pub(super) fn figure(program: &Program, lines: &[Interval], product: ProductId, what: &ResultRef) -> Interval {
    let counted = |l: &Line| program.counts(l);
    match what {
        ResultRef::PrimaryShare | ResultRef::RatedShare => return Interval::between(Number::ZERO, Number::ONE),
        // 1 is best, 5 is worst.
        ResultRef::Dqr => return Interval::between(Number::ONE, Number::from(5)),
        // The total in another unit has the sign of the total.
        ResultRef::Also(_) => return figure(program, lines, product, &ResultRef::Total),
        _ => {}
    }
    let all = program.lines.iter().enumerate();
    // Whether a line belongs to the figure: always, perhaps.
    let belongs = |i: usize, l: &Line| match what {
        ResultRef::Total => (counted(l), counted(l)),
        ResultRef::Stage(s) => match l.stage {
            StageRef::Static(t) => (counted(l) && t == *s, counted(l) && t == *s),
            StageRef::Region(_) => (false, counted(l)),
            StageRef::None => (false, false),
        },
        // By parts; which a line has is not looked at.
        ResultRef::Gas(_) | ResultRef::Origin(_) => (false, counted(l)),
        ResultRef::Lines(ids) => {
            let is = ids.iter().any(|x| x.ix() == i);
            (is, is)
        }
        ResultRef::PrimaryShare | ResultRef::RatedShare | ResultRef::Dqr | ResultRef::Also(_) => (false, false),
    };
    let mut sum = Interval::point(Number::ZERO);
    for (i, l) in all {
        let sign = lines.get(i).copied().unwrap_or(Interval::ANY);
        let (own, to) = (belongs(i, l), goes(program, l, product));
        let part = match (own.0 && to.0, own.1 && to.1) {
            (true, _) => sign,
            (false, true) => sign.hull(Interval::point(Number::ZERO)),
            _ => continue,
        };
        sum = sum.add(part).interval;
    }
    sum
}
