//! Footprints as records of a data exchange: from their fields in columns to CO2e per unit of product, as the reference reads
//! them.
//!
//! The total decides; the parts say where it comes from, and what they leave open is undivided. Guarantees: a record that the
//! reference refuses, or of which it tells something, breaks a requirement where there is one.

use super::Plan;
use super::sym::{Gas, Key, Part, Parts, Sym, binary, compare, sum, unary};
use super::terms::{Rating, resting};
use crate::kernel::{Binary, Def, Id, Unary};
use crate::layout::Exchanged;
use footrule_mir::{Cmp, Evidence, Origin};
use footrule_number::Number;
use footrule_runtime::{EXCHANGE_DOUBTFUL, EXCHANGE_PARTS, day_number};

/// A field: whether it is there, and its number, 0 where it is not.
#[derive(Clone, Copy)]
struct Field {
    there: Id,
    value: Id,
}

impl Plan<'_> {
    /// A record, where this holds.
    pub(super) fn exchanged(&mut self, path: &str, there: Id) -> Sym {
        let Some(how) = self.layout.exchanged.iter().find(|e| e.path == path).cloned() else {
            return self.fail("a record of a data exchange whose unit is not known");
        };
        let field = |p: &mut Self, key: &str| p.field_of(&format!("{path}.pcf.{key}"));
        let excluding = field(self, "pcfExcludingBiogenicUptake");
        self.must(there, excluding.there);
        let including = field(self, "pcfIncludingBiogenicUptake");
        let uptake = field(self, "biogenicCO2Uptake");
        let of = |p: &mut Self, list: &[(&str, Origin)]| -> Vec<(Origin, Id)> {
            list.iter().map(|(key, origin)| (*origin, field(p, key).value)).collect()
        };
        let (sure, doubtful) = (of(self, &EXCHANGE_PARTS), of(self, &EXCHANGE_DOUBTFUL));
        let mut parts = self.divided(excluding.value, &sure, &doubtful, there);
        // What is taken up, stated or by the difference of the totals, which then must agree.
        let by_totals = binary(&mut self.b, Binary::Sub, including.value, excluding.value);
        let same = compare(&mut self.b, Cmp::Eq, uptake.value, by_totals);
        let both = self.b.add(Def::And(uptake.there, including.there));
        let one = self.b.add(Def::Not(both));
        let agrees = self.b.add(Def::Or(one, same));
        self.must(there, agrees);
        if !self.program.rule.biogenic_neutral {
            let zero = self.b.number(Number::ZERO);
            let stated = self.b.add(Def::Select(including.there, by_totals, zero));
            let value = self.b.add(Def::Select(uptake.there, uptake.value, stated));
            let given = self.b.add(Def::Or(uptake.there, including.there));
            for p in parts.iter_mut().filter(|p| p.key.origin == Origin::Biogenic) {
                p.value = binary(&mut self.b, Binary::Add, p.value, value);
                p.there = p.there.map(|t| self.b.add(Def::Or(t, given)));
            }
        }
        parts.sort_by_key(|p| p.key.order());
        let (amount, mass) = (field(self, "declaredUnitAmount"), field(self, "productMassPerDeclaredUnit"));
        let (one, zero) = (self.b.number(Number::ONE), self.b.number(Number::ZERO));
        for needed in [Some(amount), how.by_mass.then_some(mass)].into_iter().flatten() {
            let positive = compare(&mut self.b, Cmp::Gt, needed.value, zero);
            self.must(there, needed.there);
            self.must(there, positive);
        }
        // The unit is tried by itself, too.
        let unit = self.per_unit(one, &how, amount, mass);
        let sound = compare(&mut self.b, Cmp::Ge, unit, zero);
        self.must(there, sound);
        let all = sum(&mut self.b, parts.iter().map(|p| p.value));
        let all = self.per_unit(all, &how, amount, mass);
        let none = Rating::nothing(&mut self.b);
        for p in &mut parts {
            p.value = self.per_unit(p.value, &how, amount, mass);
        }
        let share = field(self, "primaryDataShare");
        let hundred = self.b.number(Number::from(100));
        let value = binary(&mut self.b, Binary::Div, share.value, hundred);
        let parts = self.shared(&parts, Field { value, ..share }, there);
        self.common_day(path, there);
        // Its own ratings are not read.
        Sym::Split(parts.with(resting(none, all)))
    }

    /// A period of a record without a day of the calculation's is told.
    fn common_day(&mut self, path: &str, there: Id) {
        let Some((from, to)) = self.layout.period else { return };
        let first = self.day_field(&format!("{path}.pcf.referencePeriodStart"));
        let last = self.day_field(&format!("{path}.pcf.referencePeriodEnd"));
        let (Some(first), Some(last)) = (first, last) else { return };
        let [from, to] = [from, to].map(|day| self.b.number(Number::from(day_number(day))));
        let known = self.b.add(Def::And(first.there, last.there));
        let begins = compare(&mut self.b, Cmp::Le, first.value, to);
        let ends = compare(&mut self.b, Cmp::Ge, last.value, from);
        let common = self.b.add(Def::And(begins, ends));
        let open = self.b.add(Def::Not(known));
        let fine = self.b.add(Def::Or(open, common));
        self.must(there, fine);
    }

    /// A footprint that is a number, of which a share may be primary.
    pub(super) fn primary_in_part(&mut self, of: &str, number: Sym, there: Id) -> Sym {
        let path = format!("{of}.primary_data_share");
        let (true, Sym::Split(parts)) = (self.layout.gives(&path), &number) else { return number };
        let share = self.field_of(&path);
        self.must(share.there, there);
        if let Some((said, _)) = self.said_primary(of) {
            // Only one of them is taken.
            let not = self.b.add(Def::Not(said));
            self.must(share.there, not);
        }
        Sym::Split(self.shared(parts, share, there).with(parts.terms().clone()))
    }

    /// Where the first holds, so must the second.
    fn must(&mut self, there: Id, holds: Id) {
        let not = self.b.add(Def::Not(there));
        let fine = self.b.add(Def::Or(not, holds));
        self.require_each(fine);
    }

    fn field_of(&mut self, path: &str) -> Field {
        let (yes, no, zero) = (self.b.bool(true), self.b.bool(false), self.b.number(Number::ZERO));
        if self.layout.column(path).is_none() {
            return Field { there: no, value: zero };
        }
        match self.given_number(path) {
            Sym::Maybe(there, v) => {
                let value = v.number(&mut self.b);
                Field { there, value: self.b.add(Def::Select(there, value, zero)) }
            }
            other => Field { there: yes, value: other.number(&mut self.b) },
        }
    }

    fn day_field(&mut self, path: &str) -> Option<Field> {
        let yes = self.b.bool(true);
        match self.given_day(path)? {
            Sym::Date(value) => Some(Field { there: yes, value }),
            Sym::Maybe(there, v) => match &*v {
                Sym::Date(value) => Some(Field { there, value: *value }),
                _ => None,
            },
            _ => None,
        }
    }

    fn per_unit(&mut self, x: Id, how: &Exchanged, amount: Field, mass: Field) -> Id {
        let x = binary(&mut self.b, Binary::Div, x, amount.value);
        let x = if how.by_mass { binary(&mut self.b, Binary::Div, x, mass.value) } else { x };
        self.b.add(Def::Convert(x, how.factor))
    }

    fn nonzero(&mut self, x: Id) -> Id {
        let zero = self.b.number(Number::ZERO);
        compare(&mut self.b, Cmp::Ne, x, zero)
    }

    fn any(&mut self, of: &[Id]) -> Id {
        let no = self.b.bool(false);
        of.iter().fold(no, |any, x| self.b.add(Def::Or(any, *x)))
    }

    /// The parts of a total, and what they leave open. Whether the doubtful ones stand beside or inside the fossil emissions
    /// is decided by which reading adds up, in the order of the reference; a row in which none does must have no parts.
    fn divided(&mut self, total: Id, sure: &[(Origin, Id)], doubtful: &[(Origin, Id)], there: Id) -> Vec<Part> {
        let all: Vec<(Origin, Id)> = sure.iter().chain(doubtful).copied().collect();
        // Of each reading those that are inside.
        let inside =
            |mask: u32| doubtful.iter().enumerate().filter(move |(i, _)| mask & (1 << i) != 0).map(|(_, d)| d.1);
        let readings: Vec<Vec<Id>> = (0..1_u32 << doubtful.len()).map(|mask| inside(mask).collect()).collect();
        let less: Vec<Id> = all.iter().map(|(_, x)| unary(&mut self.b, Unary::Neg, *x)).collect();
        // What is inside is taken off again.
        let rest = |p: &mut Self, r: &Vec<Id>| sum(&mut p.b, [total].iter().chain(&less).chain(r).copied());
        let rests: Vec<Id> = readings.iter().map(|r| rest(self, r)).collect();
        let mut closes = Vec::with_capacity(rests.len());
        for r in &rests {
            let open = self.nonzero(*r);
            closes.push(self.b.add(Def::Not(open)));
        }
        let some = self.any(&closes);
        let given: Vec<Id> = all.iter().map(|(_, x)| self.nonzero(*x)).collect();
        let divided = self.any(&given);
        let whole = self.b.add(Def::Not(divided));
        let fine = self.b.add(Def::Or(some, whole));
        self.must(there, fine);
        let mut parts: Vec<Part> = Vec::new();
        for origin in [Origin::Fossil, Origin::LandUse, Origin::Biogenic, Origin::Aircraft] {
            let mut plain: Option<Id> = None;
            let mut given_here = self.b.bool(false);
            for ((_, x), given) in all.iter().zip(&given).filter(|((o, _), _)| *o == origin) {
                plain = Some(plain.map_or(*x, |a| binary(&mut self.b, Binary::Add, a, *x)));
                given_here = self.b.add(Def::Or(given_here, *given));
            }
            let Some(plain) = plain else { continue };
            let (mut value, mut is_there) = (plain, given_here);
            if origin == Origin::Fossil {
                // The first reading that adds up; what is inside is taken off in the order of the fields.
                for (reading, closes) in readings.iter().zip(&closes).rev() {
                    let (mut own, mut given) = (plain, given_here);
                    for x in reading {
                        own = binary(&mut self.b, Binary::Sub, own, *x);
                        let is = self.nonzero(*x);
                        given = self.b.add(Def::Or(given, is));
                    }
                    value = self.b.add(Def::Select(*closes, own, value));
                    is_there = self.b.add(Def::Select(*closes, given, is_there));
                }
            }
            parts.push(Part { there: Some(is_there), ..Part::new(secondary(origin), value) });
        }
        let (open, zero) = (self.b.add(Def::Not(some)), self.b.number(Number::ZERO));
        let rest = rests.first().copied().unwrap_or(zero);
        let rest = self.b.add(Def::Select(some, zero, rest));
        parts.push(Part { there: Some(open), ..Part::new(secondary(Origin::Undivided), rest) });
        parts
    }

    /// Parts of which a share is primary; it is from 0 to 1 where there is a footprint. A part of nothing is none.
    fn shared(&mut self, parts: &[Part], share: Field, there: Id) -> Parts {
        if self.b.known_bool(share.there) == Some(false) {
            return parts.iter().copied().collect();
        }
        let (zero, one, yes) = (self.b.number(Number::ZERO), self.b.number(Number::ONE), self.b.bool(true));
        let low = compare(&mut self.b, Cmp::Ge, share.value, zero);
        let high = compare(&mut self.b, Cmp::Le, share.value, one);
        let within = self.b.add(Def::And(low, high));
        let stated = self.b.add(Def::And(there, share.there));
        self.must(stated, within);
        let none = self.b.add(Def::Not(share.there));
        let mut out = Vec::with_capacity(2 * parts.len());
        for p in parts {
            let is = p.there.unwrap_or(yes);
            let own = binary(&mut self.b, Binary::Mul, p.value, share.value);
            let left = binary(&mut self.b, Binary::Sub, p.value, own);
            let (some_own, some_left) = (self.nonzero(own), self.nonzero(left));
            let value = self.b.add(Def::Select(share.there, own, zero));
            let primary = self.b.add(Def::And(share.there, some_own));
            let here = self.b.add(Def::And(is, primary));
            out.push(Part { key: Key { evidence: Evidence::Primary, ..p.key }, value, there: Some(here) });
            let value = self.b.add(Def::Select(share.there, left, p.value));
            let rest = self.b.add(Def::Or(none, some_left));
            let here = self.b.add(Def::And(is, rest));
            out.push(Part { key: Key { evidence: Evidence::Secondary, ..p.key }, value, there: Some(here) });
        }
        out.sort_by_key(|p| p.key.order());
        out.into()
    }
}

fn secondary(origin: Origin) -> Key {
    Key::new(origin, Gas::None, Evidence::Secondary)
}
