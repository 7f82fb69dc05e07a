//! Operations on symbolic values.

use super::Plan;
use super::marks::Marks;
use super::sym::{Gas, Key, Part, Parts, Segment, Sym, binary, compare, each, merged, select, sum, unary, whole};
use super::terms::TermSum;
use crate::kernel::{Binary, Def, Id, Unary};
use footrule_mir::{
    Case, Cmp, Const, Day, Evidence, GasId, GasRef, MAX_POWER, Node, NodeId, Op, Origin, RegionId, ResultRef,
};
use footrule_number::{Number, Ratio};

/// Exponents that are told apart where they are computed and nothing is required of them; of others the power is a real one.
const EXPONENTS: (i64, i64) = (-12, 40);
/// How far apart the limits of an exponent may be for all between them to be told apart.
const MOST_APART: i64 = 120;

impl<'p> Plan<'p> {
    pub(super) fn eval(&mut self, node: &'p Node) -> Sym {
        match &node.op {
            Op::Const(c, _) => self.constant(c),
            Op::Input(i) => match self.inputs.get(i.ix()) {
                Some(Some(sym)) => sym.clone(),
                _ => self.fail("an input that is read before it is known"),
            },
            Op::Period => match self.layout.period {
                Some((a, b)) => Sym::Period(a, b),
                None => self.fail("a period that differs from row to row"),
            },
            Op::Bound => Sym::Fail("an item outside its loop"),
            Op::Field(a, k) => match self.present(*a) {
                Sym::Record(fields) => fields.get(*k as usize).cloned().unwrap_or(Sym::Fail("no such field")),
                Sym::Fail(why) => Sym::Fail(why),
                _ => self.fail("a field of what is no record"),
            },
            Op::Amount(a) => match self.present(*a) {
                Sym::Activity { amount, .. } => Sym::Number(amount),
                _ => Sym::Fail("an activity that is not known"),
            },
            Op::Factor(a) => match self.present(*a) {
                Sym::Activity { factor: Some(f), given: None, .. } => Sym::Split(f),
                _ => Sym::Fail("an activity without factor"),
            },
            Op::Record(record, given) => self.record(*record, given),
            Op::List(items) => {
                let segment = |value| Segment { over: Vec::new(), when: None, value };
                Sym::List(items.iter().map(|n| segment(self.get(*n))).collect())
            }
            Op::Activity { amount, factor, primary, .. } => self.activity(*amount, *factor, *primary),
            Op::Members(e) => {
                let n = self.program.enums.get(e.ix()).map_or(0, |e| e.members.len() as u32);
                self.listed((0..n).map(Def::Index), Sym::Index)
            }
            Op::Range(x, y) => self.range(*x, *y),
            Op::Rows(t) => {
                let n = self.program.tables.get(t.ix()).map_or(0, |t| t.rows.len() as u32);
                let table = *t;
                self.listed((0..n).map(Def::Index), move |i| Sym::Row(table, i))
            }
            Op::Position(item) => self.position(*item),
            Op::Ordinal(of) => {
                let index = self.get(*of).index(&mut self.b);
                let ty = self.program.nodes.get(of.ix()).map(|n| &n.ty);
                let size = ty.and_then(|ty| self.size(ty)).unwrap_or(0);
                let cells = (0..size as u64).map(|i| Some(Number::from(i))).collect();
                Sym::Number(self.b.add(Def::Lookup(index, cells)))
            }
            Op::Add(x, y) => self.add(*x, *y, false),
            Op::Sub(x, y) => self.add(*x, *y, true),
            Op::Mul(x, y) => self.scale(Binary::Mul, *x, *y),
            Op::Div(x, y) => self.scale(Binary::Div, *x, *y),
            Op::Neg(a) => self.each(*a, |b, x| unary(b, Unary::Neg, x)),
            Op::Convert(a, r) => {
                let r = *r;
                self.each(*a, move |b, x| b.add(Def::Convert(x, r)))
            }
            Op::Affine(a, r, offset) => self.num(*a, |x| Def::Affine(x, *r, *offset)),
            Op::Abs(a) => self.num(*a, |x| Def::Unary(Unary::Abs, x)),
            Op::Floor(a) => self.num(*a, |x| Def::Unary(Unary::Floor, x)),
            Op::Ceil(a) => self.num(*a, |x| Def::Unary(Unary::Ceil, x)),
            Op::Sqrt(a) => self.num(*a, |x| Def::Unary(Unary::Sqrt, x)),
            Op::Exp(a) => self.num(*a, |x| Def::Unary(Unary::Exp, x)),
            Op::Ln(a) => self.num(*a, |x| Def::Unary(Unary::Ln, x)),
            Op::Round(a, n) => self.num(*a, |x| Def::Round(x, *n)),
            Op::Power(a, n) => {
                let n = self.get(*n).number(&mut self.b);
                match self.b.constant(n).map(Number::to_i64) {
                    Some(Some(n)) => self.num(*a, |x| Def::Power(x, n)),
                    Some(None) => Sym::Fail("an exponent that is no integer"),
                    None => self.powers(*a, n),
                }
            }
            Op::Pow(x, y) => self.binary(Binary::Pow, *x, *y),
            Op::Min(x, y) => self.binary(Binary::Min, *x, *y),
            Op::Max(x, y) => self.binary(Binary::Max, *x, *y),
            Op::Compare { cmp, a, ra, b, rb } => {
                let (x, y) = (self.get(*a).number(&mut self.b), self.get(*b).number(&mut self.b));
                Sym::Bool(self.b.add(Def::Compare(*cmp, (x, *ra), (y, *rb))))
            }
            Op::Same(x, y) => self.same(*x, *y),
            Op::Before(x, y) => match (self.present(*x), self.present(*y)) {
                (Sym::Date(x), Sym::Date(y)) => Sym::Bool(compare(&mut self.b, Cmp::Lt, x, y)),
                (Sym::Fail(why), _) | (_, Sym::Fail(why)) => Sym::Fail(why),
                _ => self.fail("the order of what are no days"),
            },
            Op::Not(a) => {
                let a = self.get(*a).bool(&mut self.b);
                Sym::Bool(self.b.add(Def::Not(a)))
            }
            Op::And(a, r) => self.logic(*a, *r, Def::And, false),
            Op::Or(a, r) => self.logic(*a, *r, Def::Or, true),
            Op::Given(a) => {
                let given = match self.get(*a) {
                    Sym::Absent => self.b.bool(false),
                    Sym::Maybe(p, _) => p,
                    Sym::Fail(_) => self.b.add(Def::Fail),
                    _ => self.b.bool(true),
                };
                Sym::Bool(given)
            }
            Op::Unwrap(a) => self.present(*a),
            Op::Present(a) => self.get(*a),
            Op::OrElse(a, r) => match self.get(*a) {
                Sym::Absent => self.region(*r),
                Sym::Maybe(p, v) => {
                    let rest = self.region(*r);
                    select(&mut self.b, p, &v, &rest)
                }
                v => v,
            },
            Op::If(c, yes, no) => {
                let c = self.get(*c).bool(&mut self.b);
                self.choose(c, |p| p.region(*yes), |p| p.region(*no))
            }
            Op::Match(a, arms) => self.matched(*a, arms),
            Op::FirstOf(arms, rest) => self.first_of(arms, *rest),
            Op::OneOf(arms) => self.one_of(arms),
            Op::Except(base, cases) => self.except(*base, cases),
            Op::Fold(fold, l) => self.fold(*fold, l, &node.ty),
            Op::ParamAt(param, at) => self.param(*param, *at),
            Op::Lookup { table, keys, column } => self.lookup(*table, keys, *column),
            Op::Interpolate { table, keys, column, scale, offset } => {
                let (column, scale, offset) = (*column, *scale, *offset);
                self.interpolate(*table, keys, super::points::Axis { column, scale, offset })
            }
            Op::HasRow { table, keys } => self.has_row(*table, keys),
            Op::Column(row, column) => self.column(*row, *column),
            Op::Characterise { mass, gas, origin } => self.characterise(*mass, *gas, *origin),
            Op::Split { value, origin, evidence } => match self.present(*value) {
                Sym::Number(x) => {
                    let key = Key::new(*origin, Gas::None, *evidence);
                    Sym::Split(Part::new(key, x).into())
                }
                _ => Sym::Fail("CO2e that is no number"),
            },
            Op::Whole(a) => {
                let parts = self.get(*a).parts(&mut self.b);
                Sym::Number(whole(&mut self.b, &parts))
            }
            Op::Shares { given, weights } => self.shares(*given, weights),
            Op::Result(product, what) => self.result(product.ix(), what),
            Op::Reference(product) => match self.references.get(product.ix()) {
                Some(Some(x)) => Sym::Number(*x),
                _ => Sym::Number(self.b.number(Number::ONE)),
            },
        }
    }

    fn constant(&mut self, c: &Const) -> Sym {
        match c {
            Const::Number(x) => Sym::Number(self.b.number(*x)),
            Const::Bool(x) => Sym::Bool(self.b.bool(*x)),
            Const::Text(t) => self.text(t),
            Const::Date { year, month, day } => self.day((*year, *month, *day)),
            Const::Enum(_, m) => Sym::Index(self.b.add(Def::Index(*m))),
            Const::Absent => Sym::Absent,
        }
    }

    /// A power whose exponent differs from row to row: one of these.
    fn powers(&mut self, a: NodeId, n: Id) -> Sym {
        let x = self.get(a).number(&mut self.b);
        let reach = self.reach(n, 0);
        let end = |x: Option<Number>, usual| x.and_then(Number::to_i64).unwrap_or(usual);
        let known = (end(reach.0.map(Number::ceil), EXPONENTS.0), end(reach.1.map(Number::floor), EXPONENTS.1));
        let (mut low, mut high) = known;
        if high.saturating_sub(low) > MOST_APART {
            (low, high) = (low.max(EXPONENTS.0), high.min(EXPONENTS.1));
        }
        let all = reach.0.is_some() && reach.1.is_some() && known == (low, high);
        // An object calls no function for a real power.
        let mut value = if all || self.layout.plain { self.b.add(Def::Fail) } else { self.any_power(x, n) };
        for k in low..=high {
            let (power, this) = (self.b.add(Def::Power(x, k)), self.b.number(Number::from(k)));
            let is = compare(&mut self.b, Cmp::Eq, n, this);
            value = self.b.add(Def::Select(is, power, value));
        }
        Sym::Number(value)
    }

    /// A power to any integer that the language allows.
    fn any_power(&mut self, x: Id, n: Id) -> Id {
        let (floor, size) = (unary(&mut self.b, Unary::Floor, n), unary(&mut self.b, Unary::Abs, n));
        let most = self.b.number(Number::from(MAX_POWER));
        let (whole, near) = (compare(&mut self.b, Cmp::Eq, floor, n), compare(&mut self.b, Cmp::Le, size, most));
        let allowed = self.b.add(Def::And(whole, near));
        // Of an integer the real power is the integer one.
        let (power, fail) = (binary(&mut self.b, Binary::Pow, x, n), self.b.add(Def::Fail));
        self.b.add(Def::Select(allowed, power, fail))
    }

    /// The value of a node where it is there; elsewhere it fails.
    pub(super) fn present(&mut self, n: NodeId) -> Sym {
        let value = self.get(n);
        self.held(value)
    }

    /// A value where it is there; elsewhere it fails.
    pub(super) fn held(&mut self, value: Sym) -> Sym {
        match value {
            Sym::Maybe(p, v) => select(&mut self.b, p, &v, &Sym::Fail("a value that is not there")),
            Sym::Absent => Sym::Fail("a value that is not there"),
            v => v,
        }
    }

    /// A text of the program.
    pub(super) fn text(&mut self, text: &str) -> Sym {
        match self.texts.binary_search_by(|t| t.as_str().cmp(text)) {
            Ok(code) => Sym::Text(self.b.add(Def::Index(code as u32))),
            Err(_) => self.fail("a text that is not among the program's"),
        }
    }

    /// A known day.
    pub(super) fn day(&mut self, day: Day) -> Sym {
        Sym::Date(self.b.number(Number::from(footrule_runtime::day_number(day))))
    }

    /// A list of known values.
    pub(super) fn listed(&mut self, defs: impl Iterator<Item = Def>, value: impl Fn(Id) -> Sym) -> Sym {
        let b = &mut self.b;
        Sym::List(defs.map(|d| Segment { over: Vec::new(), when: None, value: value(b.add(d)) }).collect())
    }

    fn num(&mut self, a: NodeId, def: impl FnOnce(Id) -> Def) -> Sym {
        let x = self.get(a).number(&mut self.b);
        Sym::Number(self.b.add(def(x)))
    }

    fn binary(&mut self, op: Binary, x: NodeId, y: NodeId) -> Sym {
        let (x, y) = (self.get(x).number(&mut self.b), self.get(y).number(&mut self.b));
        Sym::Number(binary(&mut self.b, op, x, y))
    }

    /// On a number, or on each part.
    fn each(&mut self, a: NodeId, mut f: impl FnMut(&mut crate::kernel::Builder, Id) -> Id) -> Sym {
        match self.present(a) {
            Sym::Split(parts) => Sym::Split(each(&mut self.b, &parts, f)),
            other => {
                let x = other.number(&mut self.b);
                Sym::Number(f(&mut self.b, x))
            }
        }
    }

    fn add(&mut self, x: NodeId, y: NodeId, minus: bool) -> Sym {
        match (self.present(x), self.present(y)) {
            (x, y) if matches!(x, Sym::Split(_)) || matches!(y, Sym::Split(_)) => {
                let (x, mut y) = (x.parts(&mut self.b), y.parts(&mut self.b));
                if minus {
                    y = each(&mut self.b, &y, |b, v| unary(b, Unary::Neg, v));
                }
                let sum = merged(&mut self.b, self.program.gases.len(), x.iter().chain(y.iter()).copied());
                let mut terms = TermSum::default();
                [&x, &y].into_iter().for_each(|p| terms.add(&self.b, p.terms()));
                let terms = terms.finish(&mut self.b);
                Sym::Split(sum.with(terms))
            }
            (x, y) => {
                let (x, y) = (x.number(&mut self.b), y.number(&mut self.b));
                Sym::Number(binary(&mut self.b, if minus { Binary::Sub } else { Binary::Add }, x, y))
            }
        }
    }

    fn scale(&mut self, op: Binary, x: NodeId, y: NodeId) -> Sym {
        match (self.present(x), self.present(y)) {
            (Sym::Split(parts), by) => {
                let by = by.number(&mut self.b);
                // Without parts there would be nothing to fail.
                if parts.is_empty() {
                    self.b.demand(by);
                }
                Sym::Split(each(&mut self.b, &parts, |b, v| binary(b, op, v, by)))
            }
            (by, Sym::Split(parts)) if op == Binary::Mul => {
                let by = by.number(&mut self.b);
                Sym::Split(each(&mut self.b, &parts, |b, v| binary(b, op, v, by)))
            }
            (x, y) => {
                let (x, y) = (x.number(&mut self.b), y.number(&mut self.b));
                Sym::Number(binary(&mut self.b, op, x, y))
            }
        }
    }

    fn activity(&mut self, amount: NodeId, factor: Option<NodeId>, primary: bool) -> Sym {
        let amount = self.get(amount).number(&mut self.b);
        let evidence = if primary { Evidence::Primary } else { Evidence::Secondary };
        let factor = factor.map(|f| match self.present(f) {
            Sym::Number(x) => Part::new(Key::new(Origin::Undivided, Gas::None, evidence), x).into(),
            other => {
                let parts = other.parts(&mut self.b);
                self.rated(&parts, evidence)
            }
        });
        Sym::Activity { amount, factor, given: None, rests: Marks::default() }
    }

    /// Parts that rest on this evidence.
    pub(super) fn rated(&mut self, parts: &Parts, evidence: Evidence) -> Parts {
        let rekeyed = parts.iter().map(|p| Part { key: Key { evidence, ..p.key }, ..*p });
        merged(&mut self.b, self.program.gases.len(), rekeyed).with(parts.terms().clone())
    }

    fn same(&mut self, x: NodeId, y: NodeId) -> Sym {
        let def = match (self.present(x), self.present(y)) {
            (Sym::Bool(x), Sym::Bool(y)) => {
                let not = self.b.add(Def::Not(y));
                Def::Select(x, y, not)
            }
            (Sym::Index(x), Sym::Index(y)) => Def::Same(x, y),
            // A text that stands in no column of texts has one code.
            (Sym::Text(x), Sym::Text(y)) => Def::Same(x, y),
            (Sym::Date(x), Sym::Date(y)) => Def::Compare(Cmp::Eq, (x, Ratio::ONE), (y, Ratio::ONE)),
            (Sym::Fail(why), _) | (_, Sym::Fail(why)) => return Sym::Fail(why),
            _ => return self.fail("equality of such values"),
        };
        Sym::Bool(self.b.add(def))
    }

    fn logic(&mut self, a: NodeId, r: RegionId, def: fn(Id, Id) -> Def, decided: bool) -> Sym {
        let a = self.get(a).bool(&mut self.b);
        if self.b.known_bool(a) == Some(decided) {
            return Sym::Bool(a);
        }
        let right = self.condition(r);
        Sym::Bool(self.b.add(def(a, right)))
    }

    /// One value or the other; an arm that is never taken is not looked at.
    fn choose(&mut self, c: Id, yes: impl FnOnce(&mut Self) -> Sym, no: impl FnOnce(&mut Self) -> Sym) -> Sym {
        match self.b.known_bool(c) {
            Some(true) => yes(self),
            Some(false) => no(self),
            None => {
                let yes = yes(self);
                let no = no(self);
                select(&mut self.b, c, &yes, &no)
            }
        }
    }

    fn matched(&mut self, a: NodeId, arms: &[RegionId]) -> Sym {
        let index = self.get(a).index(&mut self.b);
        if let Some(k) = self.b.known_index(index) {
            return match arms.get(k as usize) {
                Some(r) => self.region(*r),
                None => self.fail("a match without an arm"),
            };
        }
        let mut values: Vec<(RegionId, Sym)> = Vec::new();
        for r in arms {
            if !values.iter().any(|(q, _)| q == r) {
                let value = self.region(*r);
                values.push((*r, value));
            }
        }
        if values.iter().all(|(_, v)| matches!(v, Sym::Number(x) if self.b.constant(*x).is_some())) {
            let cells = arms.iter().map(|r| {
                values.iter().find(|(q, _)| q == r).and_then(|(_, v)| match v {
                    Sym::Number(x) => self.b.constant(*x),
                    _ => None,
                })
            });
            let cells = cells.collect();
            return Sym::Number(self.b.add(Def::Lookup(index, cells)));
        }
        let Some((_, mut value)) = values.pop() else { return self.fail("a match without arms") };
        for (region, arm) in values.into_iter().rev() {
            let mut is = self.b.bool(false);
            for (k, _) in arms.iter().enumerate().filter(|(_, r)| **r == region) {
                let this = self.b.add(Def::Is(index, k as u32));
                is = self.b.add(Def::Or(is, this));
            }
            value = select(&mut self.b, is, &arm, &value);
        }
        value
    }

    fn first_of(&mut self, arms: &[(RegionId, RegionId)], rest: Option<RegionId>) -> Sym {
        let mut reached: Vec<(Id, Sym)> = Vec::new();
        let mut last = None;
        for (condition, value) in arms {
            let c = self.condition(*condition);
            match self.b.known_bool(c) {
                Some(true) => {
                    last = Some(self.region(*value));
                    break;
                }
                Some(false) => {}
                None => {
                    let value = self.region(*value);
                    reached.push((c, value));
                }
            }
        }
        let rest = match (last, rest) {
            (Some(v), _) => v,
            (None, Some(r)) => self.region(r),
            (None, None) => Sym::Fail("no condition holds"),
        };
        reached.into_iter().rev().fold(rest, |rest, (c, value)| select(&mut self.b, c, &value, &rest))
    }

    /// Exactly one condition; all of them are looked at.
    fn one_of(&mut self, arms: &[(RegionId, RegionId, footrule_mir::PlaceId)]) -> Sym {
        let mut found = Sym::Fail("no condition holds");
        let mut conditions = Vec::with_capacity(arms.len());
        for (condition, value, _) in arms.iter().rev() {
            let c = self.condition(*condition);
            let value = if self.b.known_bool(c) == Some(false) { Sym::Absent } else { self.region(*value) };
            found = select(&mut self.b, c, &value, &found);
            conditions.push(c);
        }
        // None is a failure by itself; with several there is one as well.
        let several = self.several(&conditions);
        match self.b.known_bool(several) {
            Some(false) => found,
            _ => select(&mut self.b, several, &Sym::Fail("several conditions hold"), &found),
        }
    }

    /// At least two of these hold.
    fn several(&mut self, conditions: &[Id]) -> Id {
        let (mut any, mut two) = (self.b.bool(false), self.b.bool(false));
        for c in conditions {
            let both = self.b.add(Def::And(any, *c));
            two = self.b.add(Def::Or(two, both));
            any = self.b.add(Def::Or(any, *c));
        }
        two
    }

    /// A definition with exceptions; where several hold the reference is asked.
    fn except(&mut self, base: RegionId, cases: &[Case]) -> Sym {
        let mut applies: Vec<Id> = Vec::with_capacity(cases.len());
        for case in cases {
            let parent = case.parent.and_then(|p| applies.get(p as usize).copied());
            let holds = match parent {
                None => self.condition(case.when),
                Some(p) if self.b.known_bool(p) == Some(false) => p,
                Some(p) => {
                    let c = self.condition(case.when);
                    self.b.add(Def::And(p, c))
                }
            };
            applies.push(holds);
        }
        let mut in_force: Vec<Id> = Vec::with_capacity(cases.len());
        for (i, holds) in applies.iter().enumerate() {
            let mut free = *holds;
            for (j, case) in cases.iter().enumerate() {
                if case.parent == Some(i as u32) {
                    let not = self.b.add(Def::Not(applies[j]));
                    free = self.b.add(Def::And(free, not));
                }
            }
            in_force.push(free);
        }
        let several = self.several(&in_force);
        let mut value = self.region(base);
        for (case, free) in cases.iter().zip(&in_force) {
            if self.b.known_bool(*free) != Some(false) {
                let own = self.region(case.value);
                value = select(&mut self.b, *free, &own, &value);
            }
        }
        select(&mut self.b, several, &Sym::Fail("several exceptions hold"), &value)
    }

    fn characterise(&mut self, mass: NodeId, gas: GasRef, origin: Origin) -> Sym {
        let mass = self.get(mass).number(&mut self.b);
        let gas = match gas {
            GasRef::Static(g) => Gas::Known(g),
            GasRef::Node(n) => {
                let index = self.get(n).index(&mut self.b);
                self.b.known_index(index).map_or(Gas::Of(index), |g| Gas::Known(GasId(g)))
            }
        };
        let value = self.equivalents(mass, gas, origin);
        Sym::Split(Part::new(Key::new(origin, gas, Evidence::Primary), value).into())
    }

    /// CO2e of a mass of gas.
    pub(super) fn equivalents(&mut self, mass: Id, gas: Gas, origin: Origin) -> Id {
        let gwp = match gas {
            Gas::None => None,
            Gas::Known(g) => self.program.gwp(g, origin).map(|(x, _)| self.b.number(x)),
            Gas::Of(index) => {
                let cells =
                    (0..self.program.gases.len() as u32).map(|g| Some(self.program.gwp(GasId(g), origin)?.0)).collect();
                Some(self.b.add(Def::Lookup(index, cells)))
            }
        };
        let gwp = gwp.unwrap_or_else(|| self.b.add(Def::Fail));
        self.b.add(Def::Binary(Binary::Mul, mass, gwp))
    }

    fn result(&mut self, product: usize, what: &ResultRef) -> Sym {
        let Some(f) = self.figures.get(product) else { return self.fail("a result that is read too early") };
        let at = |list: &[Id], i: usize| list.get(i).copied();
        let found = match what {
            ResultRef::Total => Some(f.total),
            ResultRef::Stage(s) => at(&f.stages, s.ix()),
            ResultRef::Gas(g) => f.gases.get(g.ix()).map(|(x, _)| *x),
            ResultRef::Origin(o) => f.origins.iter().find(|(x, _)| x == o).map(|(_, v)| *v),
            ResultRef::Lines(lines) => {
                let of: Option<Vec<Id>> = lines.iter().map(|l| at(&f.lines, l.ix())).collect();
                of.map(|of| sum(&mut self.b, of))
            }
            ResultRef::Also(i) => at(&f.also, *i as usize),
            ResultRef::PrimaryShare => f.primary,
            ResultRef::RatedShare => f.rated,
            ResultRef::Dqr => f.dqr,
        };
        found.map_or(Sym::Fail("no such figure"), Sym::Number)
    }
}
