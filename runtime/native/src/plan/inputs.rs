//! Inputs: columns in place of data; what is not given takes its default; what is refused is a requirement.
//!
//! Guarantees: a row of which the reference would refuse an input breaks a requirement. A value that is missing in some
//! rows and must be there breaks one, too.

use super::sym::{Gas, Key, Parts, Segment, Sym, binary, compare, fold, merged, select, sum, unary, whole};
use super::{NotNative, Plan};
use crate::kernel::{Binary, Builder, ColumnId, Def, Fold, Id, ListId, Term, Unary};
use crate::layout::Kind;
use footrule_mir::{Cmp, Constraint, Evidence, FactorDefault, FieldInfo, InputInfo, NodeId, Origin, RecordId, Ty};
use footrule_number::Number;
use std::rc::Rc;

/// How deeply types may nest.
const MAX_TYPE: u32 = 16;

impl<'p> Plan<'p> {
    /// The values of all inputs.
    pub(super) fn inputs(&mut self) -> Result<(), NotNative> {
        let program = self.program;
        if !program.evidence.is_empty() {
            return Err(NotNative("the rule asks for evidence in every row".to_owned()));
        }
        for i in footrule_runtime::input_order(program) {
            let Some(info) = program.inputs.get(i) else { continue };
            let sym = self.input(info);
            if let Some(slot) = self.inputs.get_mut(i) {
                *slot = Some(sym);
            }
        }
        Ok(())
    }

    fn input(&mut self, info: &'p InputInfo) -> Sym {
        let path = info.name.id.as_str();
        let applies = info.when.as_ref().map(|w| self.condition(w.region));
        if applies.and_then(|c| self.b.known_bool(c)) == Some(false) {
            // Given although it does not apply: the reference says so.
            if self.layout.gives(path) {
                self.refuse(None);
            }
            return Sym::Absent;
        }
        let scenario = self.layout.scenario.and_then(|s| self.program.scenarios.get(s));
        let assumed = scenario.and_then(|s| s.inputs.iter().find(|(name, ..)| *name == info.name.id));
        let given = match assumed {
            // The scenario's value stands in the place of a given one.
            Some((_, region, _)) => self.region(*region),
            None if self.layout.gives(path) => self.given(path, &info.ty, None, 0),
            None => Sym::Absent,
        };
        let sym = match (info.default, applies) {
            (Some(region), _) => self.or_default(given, region),
            (None, _) => given,
        };
        if info.footprint.is_some() && !matches!(sym, Sym::Absent) {
            return self.fail("footprints of other products");
        }
        let sym = self.complete(sym, info.factor.as_ref(), None);
        let needed = !matches!(info.ty, Ty::Optional(_));
        self.admit(&sym, needed, applies);
        let holds = self.constrained(&sym, &info.constraints, applies);
        self.b.require(holds);
        match (applies, sym) {
            (None, Sym::Maybe(_, v)) if needed => (*v).clone(),
            (None, sym) => sym,
            // Missing where it applies is refused.
            (Some(c), Sym::Maybe(_, v)) if needed => select(&mut self.b, c, &v, &Sym::Absent),
            (Some(c), sym) => select(&mut self.b, c, &sym, &Sym::Absent),
        }
    }

    /// Refuses every row (where a condition holds).
    fn refuse(&mut self, when: Option<Id>) {
        let holds = match when {
            Some(c) => self.b.add(Def::Not(c)),
            None => self.b.bool(false),
        };
        self.b.require(holds);
    }

    /// A value must be there if it is needed and applies, and must not if it does not apply.
    fn admit(&mut self, sym: &Sym, needed: bool, applies: Option<Id>) {
        let there = match sym {
            Sym::Absent => self.b.bool(false),
            Sym::Maybe(p, _) => *p,
            _ => self.b.bool(true),
        };
        match applies {
            None if needed => self.b.require(there),
            None => {}
            Some(c) => {
                let not = self.b.add(Def::Not(c));
                if needed {
                    let fine = self.b.add(Def::Or(not, there));
                    self.b.require(fine);
                }
                let absent = self.b.add(Def::Not(there));
                let fine = self.b.add(Def::Or(c, absent));
                self.b.require(fine);
            }
        }
    }

    fn or_default(&mut self, given: Sym, region: footrule_mir::RegionId) -> Sym {
        match given {
            Sym::Absent => self.region(region),
            Sym::Maybe(p, v) => {
                let default = self.region(region);
                select(&mut self.b, p, &v, &default)
            }
            given => given,
        }
    }

    /// What stands in the columns of a path; a value that some rows do not have is [`Sym::Maybe`].
    fn given(&mut self, path: &str, ty: &'p Ty, list: Option<ListId>, depth: u32) -> Sym {
        if depth > MAX_TYPE {
            return self.fail("types that nest too deeply");
        }
        match ty {
            Ty::Optional(inner) => self.given(path, inner, list, depth + 1),
            Ty::Number(_) => self.in_column(path, |b, c, kind| match kind {
                Kind::Number { factor, offset } => {
                    let x = b.add(Def::Column(c));
                    Some(Sym::Number(match offset {
                        Some(offset) => b.add(Def::Affine(x, factor, offset)),
                        None => b.add(Def::Convert(x, factor)),
                    }))
                }
                _ => None,
            }),
            Ty::Bool => self.in_column(path, |b, c, kind| (kind == Kind::Flag).then(|| Sym::Bool(b.add(Def::Flag(c))))),
            Ty::Enum(_) => {
                self.in_column(path, |b, c, kind| (kind == Kind::Member).then(|| Sym::Index(b.add(Def::Member(c)))))
            }
            Ty::Split(_) => {
                if !self.gwp_stated() {
                    return self.fail("CO2e data without their GWP set");
                }
                self.co2e(path)
            }
            Ty::Activity { .. } => {
                let amount = format!("{path}.amount");
                let whole = self.layout.column(&amount).is_none();
                let amount = self.given_number(if whole { path } else { &amount });
                let factor = format!("{path}.factor");
                let factor = if self.layout.gives(&factor) {
                    if !self.gwp_stated() {
                        return self.fail("factors without their GWP set");
                    }
                    match self.co2e(&factor) {
                        Sym::Split(p) => Some(p),
                        _ => return self.fail("factors that some rows do not have"),
                    }
                } else {
                    None
                };
                match amount {
                    Sym::Number(amount) => Sym::Activity { amount, factor },
                    Sym::Maybe(p, v) => match *v {
                        Sym::Number(amount) => Sym::Maybe(p, Rc::new(Sym::Activity { amount, factor })),
                        _ => Sym::Fail("an amount that is no number"),
                    },
                    _ => self.fail("an activity without its amount"),
                }
            }
            Ty::Record(id) => {
                let program = self.program;
                let Some(info) = program.records.get(id.ix()) else { return self.fail("no such record") };
                let fields = info.fields.iter().map(|f| {
                    let path = format!("{path}.{}", f.name.id);
                    self.layout.gives(&path).then(|| self.given(&path, &f.ty, list, depth + 1))
                });
                let fields: Vec<Option<Sym>> = fields.collect();
                self.given_record(*id, fields, list)
            }
            Ty::List(inner) => {
                if self.layout.empty.iter().any(|e| e == path) {
                    return Sym::List(Rc::from([]));
                }
                let Some(l) = self.layout.lists.iter().position(|l| l.path == path && l.parent == list) else {
                    return self.fail("a list that is not in columns");
                };
                let l = ListId(l as u32);
                self.active.push(l);
                let value = self.given(&format!("{path}[]"), inner, Some(l), depth + 1);
                self.active.pop();
                Sym::List(Rc::from([Segment { over: vec![l], when: None, value }]))
            }
            // Texts and days are not looked at; a rule that reads one asks the reference.
            Ty::Text => Sym::Fail("texts in columns"),
            Ty::Date => Sym::Fail("days in columns"),
            Ty::Period | Ty::Row(_) => self.fail("data of this type"),
        }
    }

    fn gwp_stated(&self) -> bool {
        self.layout.gwp.as_deref().is_some_and(|set| self.program.takes_gwp(set.trim(), None))
    }

    fn given_number(&mut self, path: &str) -> Sym {
        self.in_column(path, |b, c, kind| match kind {
            Kind::Number { factor, offset: None } => {
                let x = b.add(Def::Column(c));
                Some(Sym::Number(b.add(Def::Convert(x, factor))))
            }
            _ => None,
        })
    }

    /// CO2e as one number, or by origin.
    fn co2e(&mut self, path: &str) -> Sym {
        let key = |origin| Key { origin, gas: Gas::None, evidence: Evidence::Secondary };
        if self.layout.column(path).is_some() {
            return match self.given_number(path) {
                Sym::Number(x) => Sym::Split(Rc::from([(key(Origin::Undivided), x)])),
                Sym::Maybe(p, v) => match *v {
                    Sym::Number(x) => Sym::Maybe(p, Rc::new(Sym::Split(Rc::from([(key(Origin::Undivided), x)])))),
                    _ => Sym::Fail("CO2e that is no number"),
                },
                _ => Sym::Fail("CO2e that is no number"),
            };
        }
        let mut parts = Vec::new();
        for origin in Origin::ALL {
            let path = format!("{path}.{}", footrule_runtime::origin_name(origin));
            if self.layout.column(&path).is_some() {
                match self.given_number(&path) {
                    Sym::Number(x) => parts.push((key(origin), x)),
                    _ => return self.fail("CO2e by origins that some rows do not have"),
                }
            }
        }
        if parts.is_empty() { self.fail("CO2e that is given otherwise") } else { Sym::Split(parts.into()) }
    }

    /// The value in a column.
    fn in_column(&mut self, path: &str, read: impl FnOnce(&mut Builder, ColumnId, Kind) -> Option<Sym>) -> Sym {
        let layout = self.layout;
        let Some((i, column)) = layout.column(path).and_then(|i| Some((i, layout.columns.get(i)?))) else {
            return self.fail("a datum that is not in a column");
        };
        if let Some(taken) = self.taken.get_mut(i) {
            *taken = true;
        }
        let id = ColumnId(i as u32);
        let Some(value) = read(&mut self.b, id, column.kind) else {
            return self.fail("a column of another kind");
        };
        if !column.nullable {
            return value;
        }
        let there = self.b.add(Def::Given(id));
        Sym::Maybe(there, Rc::new(value))
    }

    /// A record from its columns: as the reference completes it, refusing what it refuses.
    fn given_record(&mut self, id: RecordId, given: Vec<Option<Sym>>, list: Option<ListId>) -> Sym {
        // Over the lists around, too: a requirement holds for a row.
        let around = |l: &ListId| self.layout.lists.get(l.0 as usize).and_then(|l| l.parent);
        let mut over: Vec<ListId> = std::iter::successors(list, around).collect();
        over.reverse();
        self.build(id, given, &mut |p, holds| {
            let term = Term { over: over.clone(), when: None, value: holds };
            let all = fold(&mut p.b, Fold::All, vec![term]);
            p.b.require(all);
        })
    }

    /// A record that the program builds: what is refused is a failure of the record.
    pub(super) fn record(&mut self, id: RecordId, given: Vec<Option<Sym>>) -> Sym {
        let mut sound = self.b.bool(true);
        let record = self.build(id, given, &mut |p, holds| sound = p.b.add(Def::And(sound, holds)));
        select(&mut self.b, sound, &record, &Sym::Fail("a record that is refused"))
    }

    fn build(&mut self, id: RecordId, mut given: Vec<Option<Sym>>, must: &mut dyn FnMut(&mut Self, Id)) -> Sym {
        let program = self.program;
        let Some(info) = program.records.get(id.ix()) else { return self.fail("no such record") };
        given.resize(info.fields.len(), None);
        let mut fields: Vec<Sym> = given.iter().map(|g| g.clone().unwrap_or(Sym::Absent)).collect();
        let outer = self.take(info.this);
        for (k, field) in info.order.iter().filter_map(|k| Some((*k as usize, info.fields.get(*k as usize)?))) {
            let sym = self.field(info.this, field, &fields, given[k].clone(), must);
            fields[k] = sym;
        }
        self.set(info.this, Sym::Record(fields.clone().into()));
        for check in &info.requires {
            let holds = self.condition(check.condition);
            must(self, holds);
        }
        if let Some(slot) = self.slots.get_mut(info.this.ix()) {
            *slot = outer;
        }
        Sym::Record(fields.into())
    }

    fn field(
        &mut self,
        this: NodeId,
        field: &'p FieldInfo,
        fields: &[Sym],
        given: Option<Sym>,
        must: &mut dyn FnMut(&mut Self, Id),
    ) -> Sym {
        self.set(this, Sym::Record(fields.to_vec().into()));
        if field.footprint.is_some() && given.is_some() {
            return self.fail("footprints of other products");
        }
        let applies = field.when.as_ref().map(|w| self.condition(w.region));
        let given = given.unwrap_or(Sym::Absent);
        if let Some(c) = applies {
            let there = self.there(&given);
            let absent = self.b.add(Def::Not(there));
            let fine = self.b.add(Def::Or(c, absent));
            must(self, fine);
        }
        if let Some(region) = field.computed {
            let value = self.region(region);
            return match applies {
                Some(c) => select(&mut self.b, c, &value, &Sym::Absent),
                None => value,
            };
        }
        let value = match field.default {
            Some(region) => self.or_default(given, region),
            None => given,
        };
        let optional = matches!(field.ty, Ty::Optional(_)) && applies.is_none();
        if !optional {
            let there = self.there(&value);
            let fine = match applies {
                Some(c) => {
                    let not = self.b.add(Def::Not(c));
                    self.b.add(Def::Or(not, there))
                }
                None => there,
            };
            must(self, fine);
        }
        let value = match (optional, value) {
            // Where it is missing the row is refused.
            (false, Sym::Maybe(_, v)) => (*v).clone(),
            (_, v) => v,
        };
        let value = self.complete(value, field.factor.as_ref(), applies);
        let holds = self.constrained(&value, &field.constraints, applies);
        must(self, holds);
        match applies {
            Some(c) => select(&mut self.b, c, &value, &Sym::Absent),
            None => value,
        }
    }

    fn there(&mut self, sym: &Sym) -> Id {
        match sym {
            Sym::Absent => self.b.bool(false),
            Sym::Maybe(p, _) => *p,
            _ => self.b.bool(true),
        }
    }

    /// Activities without a factor take the rule's.
    fn complete(&mut self, sym: Sym, default: Option<&FactorDefault>, applies: Option<Id>) -> Sym {
        match sym {
            Sym::Activity { amount, factor: Some(f) } => {
                if default.is_some_and(|d| d.fixed) {
                    self.refuse(applies);
                }
                Sym::Activity { amount, factor: Some(f) }
            }
            Sym::Activity { amount, factor: None } => {
                let Some(d) = default else {
                    self.refuse(applies);
                    return Sym::Activity { amount, factor: None };
                };
                let secondary = Evidence::Secondary;
                let factor: Parts = match self.region(d.value) {
                    Sym::Number(x) => {
                        Rc::from([(Key { origin: Origin::Undivided, gas: Gas::None, evidence: secondary }, x)])
                    }
                    other => {
                        let parts = other.parts(&mut self.b);
                        merged(&mut self.b, parts.iter().map(|(k, v)| (Key { evidence: secondary, ..*k }, *v)))
                    }
                };
                Sym::Activity { amount, factor: Some(factor) }
            }
            Sym::Maybe(p, v) => {
                let inner = self.complete((*v).clone(), default, applies);
                Sym::Maybe(p, Rc::new(inner))
            }
            Sym::List(segments) => Sym::List(
                segments
                    .iter()
                    .map(|s| Segment { value: self.complete(s.value.clone(), default, applies), ..s.clone() })
                    .collect(),
            ),
            other => other,
        }
    }

    /// What must hold of a value where it applies.
    fn constrained(&mut self, sym: &Sym, constraints: &[Constraint], applies: Option<Id>) -> Id {
        let holds = self.holding(sym, constraints);
        match applies {
            Some(c) => {
                let not = self.b.add(Def::Not(c));
                self.b.add(Def::Or(not, holds))
            }
            None => holds,
        }
    }

    /// What must hold of a value.
    fn holding(&mut self, sym: &Sym, constraints: &[Constraint]) -> Id {
        let mut holds = self.b.bool(true);
        if let Sym::Maybe(p, v) = sym {
            let of = self.holding(v, constraints);
            let not = self.b.add(Def::Not(*p));
            return self.b.add(Def::Or(not, of));
        }
        if matches!(sym, Sym::Absent) {
            return holds;
        }
        for c in constraints {
            let fine = match c {
                Constraint::Compare(cmp, bound, _) => self.all_of(sym, *cmp, *bound),
                Constraint::Range(low, high, _) => {
                    let (low, high) = (self.all_of(sym, Cmp::Ge, *low), self.all_of(sym, Cmp::Le, *high));
                    self.b.add(Def::And(low, high))
                }
                Constraint::Integer(_) => self.integers(sym),
                Constraint::Count(cmp, n, _) => {
                    let one = self.b.number(Number::ONE);
                    let terms = segments(sym, |_| Some(one));
                    let count = fold(&mut self.b, Fold::Count, terms.unwrap_or_default());
                    let n = self.b.number(Number::from(*n));
                    compare(&mut self.b, *cmp, count, n)
                }
                Constraint::Unique(..) => {
                    self.fail("items that must differ");
                    self.b.add(Def::Fail)
                }
                Constraint::Sum(field, expected, _) => match self.summed(sym, *field) {
                    Some(total) => {
                        let expected = self.b.number(*expected);
                        compare(&mut self.b, Cmp::Eq, total, expected)
                    }
                    None => self.b.add(Def::Fail),
                },
                Constraint::SumWithin { field, sum: expected, within, scaled, .. } => match self.summed(sym, *field) {
                    Some(total) => self.within(total, *expected, *within, *scaled),
                    None => self.b.add(Def::Fail),
                },
            };
            holds = self.b.add(Def::And(holds, fine));
        }
        holds
    }

    fn within(&mut self, total: Id, expected: Number, within: Number, scaled: bool) -> Id {
        let (e, w) = (self.b.number(expected), self.b.number(within));
        if scaled {
            // That values were scaled is told as a finding of the row; rows that need it go to the reference.
            return compare(&mut self.b, Cmp::Eq, total, e);
        }
        let gap = binary(&mut self.b, Binary::Sub, total, e);
        let gap = unary(&mut self.b, Unary::Abs, gap);
        compare(&mut self.b, Cmp::Le, gap, w)
    }

    fn integers(&mut self, sym: &Sym) -> Id {
        let whole = |b: &mut Builder, x: Id| {
            let floor = b.add(Def::Unary(Unary::Floor, x));
            compare(b, Cmp::Eq, floor, x)
        };
        match sym {
            Sym::Number(x) => whole(&mut self.b, *x),
            Sym::Activity { amount, .. } => whole(&mut self.b, *amount),
            Sym::List(list) => {
                let list = Rc::clone(list);
                let mut terms = Vec::new();
                for s in list.iter() {
                    let value = self.integers(&s.value);
                    terms.push(Term { over: s.over.clone(), when: s.when, value });
                }
                fold(&mut self.b, Fold::All, terms)
            }
            Sym::Fail(_) => self.b.add(Def::Fail),
            _ => self.b.bool(true),
        }
    }

    /// The exact sum of the items of a list, or of the fields of a record.
    fn summed(&mut self, sym: &Sym, field: Option<u32>) -> Option<Id> {
        if let Sym::Record(fields) = sym {
            let fields: Option<Vec<Id>> = fields.iter().map(|f| self.amount(f)).collect();
            return fields.map(|f| sum(&mut self.b, f));
        }
        let terms = {
            let Sym::List(list) = sym else { return None };
            let list = Rc::clone(list);
            let mut terms = Vec::new();
            for s in list.iter() {
                let item = match (&s.value, field) {
                    (Sym::Record(fields), Some(k)) => fields.get(k as usize).cloned()?,
                    (other, _) => other.clone(),
                };
                let value = self.amount(&item)?;
                terms.push(Term { over: s.over.clone(), when: s.when, value });
            }
            terms
        };
        Some(fold(&mut self.b, Fold::Sum, terms))
    }

    fn amount(&mut self, sym: &Sym) -> Option<Id> {
        match sym {
            Sym::Number(x) => Some(*x),
            Sym::Activity { amount, .. } => Some(*amount),
            Sym::Split(parts) => Some(whole(&mut self.b, parts)),
            _ => None,
        }
    }
}

/// One term for each item of a list.
fn segments(sym: &Sym, value: impl Fn(&Sym) -> Option<Id>) -> Option<Vec<Term>> {
    let Sym::List(list) = sym else { return None };
    list.iter().map(|s| Some(Term { over: s.over.clone(), when: s.when, value: value(&s.value)? })).collect()
}
