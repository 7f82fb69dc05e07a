//! Footprints of other products: a number, a record of a data exchange, or the inputs of the rule that computes them, planned
//! on the spot.
//!
//! The upstream rule is a program of its own over the columns below the footprint. What it publishes, rounded as it says, is
//! what enters, with its parts; what it asks of a row is asked where there is such a footprint. Guarantees: a row in which it
//! would be refused, or warn, breaks a requirement.

use super::Plan;
use super::lines::{Contribution, Figures};
use super::sym::{Gas, Key, Part, Parts, Sym, and, binary, by_gas, compare, fold, merged, select, sum, unary};
use super::terms::{Rating, resting};
use crate::kernel::{Binary, Def, Fold, Id, ListId, Roots, Term, Unary};
use footrule_mir::{Cmp, Footprint, GasId, Program, Rounding};
use footrule_number::{Number, Ratio};
use footrule_runtime::origin_name;
use std::mem::take;
use std::rc::Rc;

/// Magnitudes of figures that are published with significant digits: from 10 to this power to the other.
const MAGNITUDES: std::ops::Range<i32> = -9..15;

impl<'p> Plan<'p> {
    /// A footprint at this path is a number alone.
    pub(super) fn is_number(&self, path: &str) -> bool {
        !["inputs", "rule", "pcf", "primary_data_share"].iter().any(|k| self.layout.gives(&format!("{path}.{k}")))
    }

    /// A footprint of which some rows give more than a number.
    pub(super) fn footprint(&mut self, path: &str, list: Option<ListId>, footprint: Footprint) -> Sym {
        let mut forms: Vec<(Id, Sym)> = Vec::new();
        let origins = footrule_mir::Origin::ALL.into_iter().map(|o| format!("{path}.{}", origin_name(o)));
        if origins.chain([path.to_owned()]).any(|p| self.layout.column(&p).is_some()) {
            let number = if self.gwp_stated(Some(footprint)) {
                self.check_said(path);
                self.co2e(path, &[path])
            } else {
                self.fail("CO2e data without their GWP set")
            };
            let there = match &number {
                // Where it stands is not known, so it is nowhere certain.
                Sym::Fail(_) => self.b.add(Def::Fail),
                sym => self.there(sym),
            };
            let number = if let Sym::Maybe(_, v) = number { (*v).clone() } else { number };
            let number = self.primary_in_part(path, number, there);
            forms.push((there, self.as_said(number, &[path])));
        } else if self.layout.gives(&format!("{path}.primary_data_share")) {
            return self.fail("a share of primary data without its footprint");
        }
        let gives = |key: &str| self.layout.gives(&format!("{path}.{key}"));
        let (computed, exchanged) = (gives("inputs") || gives("rule"), gives("pcf"));
        if computed {
            let inputs = self.anything(&format!("{path}.inputs"), list);
            let rule = self.anything(&format!("{path}.rule"), list);
            let there = self.b.add(Def::Or(inputs, rule));
            let nested = self.nested(path, list, footprint, there);
            forms.push((there, nested));
        }
        if exchanged {
            let there = self.anything(&format!("{path}.pcf"), list);
            let record = self.exchanged(path, there);
            forms.push((there, record));
        }
        let (mut any, mut value) = (self.b.bool(false), Sym::Fail("a footprint that is not there"));
        for (there, form) in forms {
            // A row has one of them.
            let both = self.b.add(Def::And(any, there));
            let fine = self.b.add(Def::Not(both));
            self.require_each(fine);
            value = select(&mut self.b, there, &form, &value);
            any = self.b.add(Def::Or(any, there));
        }
        if self.b.known_bool(any) == Some(true) { value } else { Sym::Maybe(any, Rc::new(value)) }
    }

    /// The inputs of the rule of a footprint, where this holds.
    fn nested(&mut self, path: &str, list: Option<ListId>, footprint: Footprint, there: Id) -> Sym {
        let program = self.program;
        let Some(upstream) = program.upstream_of(footprint) else {
            return self.fail("inputs of a rule where a footprint is by its unit");
        };
        if let Some((from, to)) = self.layout.period_of(path) {
            // A period without a footprint is refused, and one without a common day is told.
            let common = self.layout.period.is_none_or(|(a, b)| from <= b && a <= to);
            let fine = if common { there } else { self.b.bool(false) };
            self.require_each(fine);
        }
        let layout = self.layout.below(&format!("{path}.inputs."));
        let outer = self.b.exchange(Roots::default());
        let mut inner = Plan {
            b: take(&mut self.b),
            taken: take(&mut self.taken),
            texts: self.texts.clone(),
            within: list,
            base: self.active.clone(),
            active: self.active.clone(),
            ..Plan::new(&upstream.program, &layout, self.tracker.follows)
        };
        let figures = inner.upstream();
        self.tracker.open |= inner.tracker.open;
        let (b, taken, why) = (inner.b, inner.taken, inner.why);
        (self.b, self.taken, self.why) = (b, taken, self.why.or(why));
        let own = self.b.exchange(outer);
        self.hold(own, there);
        let Some(figures) = figures else { return self.fail("a rule without a product as a footprint") };
        let product = upstream.program.products.first();
        let round = product.and_then(|p| p.round).unwrap_or(upstream.program.rule.round);
        let published = self.published(figures.total, round);
        let parts = self.parts_of(&upstream.program, &figures.parts);
        let all = self.tracker.rated.then(|| self.unrounded(&figures.parts));
        Sym::Split(self.published_parts(&parts, published, upstream.scale, all))
    }

    /// Plans a program whose footprint is an input.
    fn upstream(&mut self) -> Option<Figures> {
        self.all().ok()?;
        self.figures.first().cloned()
    }

    /// What an upstream rule asks for, where there is such a footprint. A warning of it is the reference's to tell.
    fn hold(&mut self, of: Roots, there: Id) {
        let not = self.b.add(Def::Not(there));
        let warnings = of.warnings.iter().map(|w| w.holds);
        for holds in of.requires.iter().copied().chain(warnings) {
            let fine = self.b.add(Def::Or(not, holds));
            self.require_each(fine);
        }
        let figures = of.outputs.iter().map(|o| o.value).chain(of.words.iter().map(|w| w.value));
        for id in of.demands.iter().copied().chain(figures) {
            let (yes, zero) = (self.b.bool(true), self.b.number(Number::ZERO));
            let sound = match self.kind(id) {
                Kind::Number if self.active.is_empty() => {
                    let value = self.b.add(Def::Select(there, id, zero));
                    self.b.demand(value);
                    continue;
                }
                Kind::Number => {
                    let term = Term { over: self.active.clone(), when: Some(there), value: id };
                    let value = fold(&mut self.b, Fold::Sum, vec![term]);
                    self.b.demand(value);
                    continue;
                }
                Kind::Bool => self.b.add(Def::Or(id, yes)),
                Kind::Index => {
                    let is = self.b.add(Def::Is(id, 0));
                    self.b.add(Def::Or(is, yes))
                }
            };
            let fine = self.b.add(Def::Or(not, sound));
            self.require_each(fine);
        }
    }

    fn kind(&self, id: Id) -> Kind {
        match self.b.def(id) {
            Def::Select(_, a, _) if *self.b.def(*a) != Def::Fail => self.kind(*a),
            Def::Select(_, _, b) => self.kind(*b),
            Def::Bool(_) | Def::Flag(_) | Def::Given(_) | Def::Not(_) | Def::And(..) | Def::Or(..) => Kind::Bool,
            Def::Compare(..) | Def::Is(..) | Def::Same(..) | Def::Fold(Fold::Any | Fold::All, _) => Kind::Bool,
            Def::Index(_) | Def::Member(_) | Def::Pick(..) | Def::Pair(..) => Kind::Index,
            // What fails, fails as a condition.
            Def::Fail => Kind::Bool,
            _ => Kind::Number,
        }
    }

    /// A figure as it is published.
    fn published(&mut self, x: Id, round: Rounding) -> Id {
        if !round.significant {
            return self.b.add(Def::Round(x, round.digits));
        }
        let digits = i32::try_from(round.digits.max(1)).unwrap_or(i32::MAX);
        let (zero, size) = (self.b.number(Number::ZERO), unary(&mut self.b, Unary::Abs, x));
        let ten = |n: i32| Number::from(10).powi(i64::from(n));
        // What is smaller or larger is the reference's.
        let mut value = self.b.add(Def::Fail);
        for magnitude in MAGNITUDES {
            let decimals = digits - 1 - magnitude;
            let rounded = match u32::try_from(decimals) {
                Ok(n) if n <= 28 => self.b.add(Def::Round(x, n)),
                Ok(_) => x,
                // To tens, hundreds …: as so many of them.
                Err(_) => {
                    let Ok(unit) = ten(-decimals) else { continue };
                    let (Some(down), Some(up)) = (ratio(Number::ONE, unit), ratio(unit, Number::ONE)) else { continue };
                    let of = self.b.add(Def::Convert(x, down));
                    let whole = self.b.add(Def::Round(of, 0));
                    self.b.add(Def::Convert(whole, up))
                }
            };
            let Ok(from) = ten(magnitude) else { continue };
            let from = self.b.number(from);
            let reaches = compare(&mut self.b, Cmp::Ge, size, from);
            value = self.b.add(Def::Select(reaches, rounded, value));
        }
        if let Ok(most) = ten(MAGNITUDES.end) {
            let (most, fail) = (self.b.number(most), self.b.add(Def::Fail));
            let beyond = compare(&mut self.b, Cmp::Ge, size, most);
            value = self.b.add(Def::Select(beyond, fail, value));
        }
        let none = compare(&mut self.b, Cmp::Eq, x, zero);
        self.b.add(Def::Select(none, zero, value))
    }

    /// The parts of a total, each the exact sum of what has its key, under the gases of this program.
    fn parts_of(&mut self, upstream: &Program, of: &[Contribution]) -> Parts {
        let mut parts: Vec<(Part, Contribution)> = Vec::new();
        for c in of {
            let told = by_gas(&mut self.b, upstream.gases.len(), c.part);
            parts.extend(told.into_iter().map(|p| (p, c.clone())));
        }
        // Which of them have one key depends on what they rest on.
        self.tracker.open |= parts.iter().any(|(p, c)| p.key.gas != Gas::None && !c.known);
        let mut keys: Vec<Key> = parts.iter().map(|(p, _)| p.key).collect();
        keys.sort_by_key(Key::order);
        keys.dedup();
        let mut out = Vec::with_capacity(keys.len());
        for key in keys {
            let (mut terms, mut there) = (Vec::new(), Vec::new());
            let yes = self.b.bool(true);
            for (p, c) in parts.iter().filter(|(p, _)| p.key == key) {
                let when = and(&mut self.b, c.when, p.there);
                terms.push(Term { over: c.over.clone(), when, value: p.value });
                there.push(Term { over: c.over.clone(), when, value: yes });
            }
            let value = fold(&mut self.b, Fold::Sum, terms);
            let there = fold(&mut self.b, Fold::Any, there);
            let gas = match key.gas {
                Gas::Known(g) => {
                    let name = upstream.gases.get(g.ix()).map(|g| &g.name.id);
                    let own = self.program.gases.iter().position(|g| Some(&g.name.id) == name);
                    own.map_or(Gas::None, |g| Gas::Known(GasId(g as u32)))
                }
                other => other,
            };
            let there = (there != yes).then_some(there);
            out.push(Part { key: Key { gas, settled: true, ..key }, value, there });
        }
        merged(&mut self.b, self.program.gases.len(), out)
    }

    /// The exact sum of the parts of a total, rounded once.
    fn unrounded(&mut self, of: &[Contribution]) -> Id {
        let mut terms = Vec::with_capacity(of.len());
        for c in of {
            let when = and(&mut self.b, c.when, c.part.there);
            terms.push(Term { over: c.over.clone(), when, value: c.part.value });
        }
        fold(&mut self.b, Fold::Sum, terms)
    }

    /// The parts of a published figure in another unit: the difference of rounding goes to the largest, the first of several
    /// that are equally large. How upstream data are rated is not handed on: `all` of it rests on no datum.
    fn published_parts(&mut self, parts: &Parts, published: Id, scale: Ratio, all: Option<Id>) -> Parts {
        let target = self.b.add(Def::Convert(published, scale));
        let values: Vec<Id> = parts.iter().map(|p| self.b.add(Def::Convert(p.value, scale))).collect();
        let terms = values.iter().map(|v| unary(&mut self.b, Unary::Neg, *v));
        let terms: Vec<Id> = terms.collect();
        let rest = sum(&mut self.b, std::iter::once(target).chain(terms));
        let sizes: Vec<Id> = values.iter().map(|v| unary(&mut self.b, Unary::Abs, *v)).collect();
        let mut out = Vec::with_capacity(parts.len());
        for (i, (part, value)) in parts.iter().zip(&values).enumerate() {
            let with = binary(&mut self.b, Binary::Add, *value, rest);
            let value = if values.len() == 1 {
                self.alone(*value, rest, target, with)
            } else {
                let mut largest = self.b.bool(true);
                for (j, size) in sizes.iter().enumerate().filter(|(j, _)| *j != i) {
                    let cmp = if j < i { Cmp::Gt } else { Cmp::Ge };
                    let over = compare(&mut self.b, cmp, sizes[i], *size);
                    largest = self.b.add(Def::And(largest, over));
                }
                self.b.add(Def::Select(largest, with, *value))
            };
            out.push(Part { value, ..*part });
        }
        let terms = all.and_then(|all| {
            let none = Rating::nothing(&mut self.b);
            let own = self.b.add(Def::Convert(all, scale));
            resting(none, binary(&mut self.b, Binary::Add, own, rest))
        });
        Parts::from(out).with(terms)
    }

    /// `value + rest` where `rest = target − value`. With `|rest|` no larger than either, `rest` has no more digits than the one
    /// with more decimals, so nothing is rounded and the sum is the target; and so it is where the target is zero.
    fn alone(&mut self, value: Id, rest: Id, target: Id, with: Id) -> Id {
        let zero = self.b.number(Number::ZERO);
        let none = compare(&mut self.b, Cmp::Eq, target, zero);
        let [rest, value, size] = [rest, value, target].map(|x| unary(&mut self.b, Unary::Abs, x));
        let (first, second) = (compare(&mut self.b, Cmp::Le, rest, value), compare(&mut self.b, Cmp::Le, rest, size));
        let both = self.b.add(Def::And(first, second));
        let same = self.b.add(Def::Or(none, both));
        self.b.add(Def::Select(same, target, with))
    }
}

fn ratio(a: Number, b: Number) -> Option<Ratio> {
    Ratio::from_number(a)?.div(Ratio::from_number(b)?)
}

/// What a definition is worth.
enum Kind {
    Number,
    Bool,
    Index,
}
