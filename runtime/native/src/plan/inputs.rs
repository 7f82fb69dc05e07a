//! Inputs: columns in place of data; what is not given takes its default; what is refused is a requirement.
//!
//! Guarantees: a row of which the reference would refuse an input breaks a requirement. A value that is missing in some
//! rows and must be there breaks one, too.

use super::marks::{Found, Marks};
use super::sym::{Gas, Key, Part, Parts, Segment, Sym, and, fold, select, select_parts};
use super::terms::Rating;
use super::{NotNative, Plan};
use crate::kernel::{Builder, ColumnId, Def, Fold, Id, ListId, Term};
use crate::layout::Kind;
use footrule_mir::{Evidence, FactorDefault, FieldInfo, Footprint, InputInfo, NodeId, Origin, RecordId, Ty};
use footrule_number::Number;
use std::rc::Rc;

/// How deeply types may nest.
const MAX_TYPE: u32 = 16;

impl<'p> Plan<'p> {
    /// The values of all inputs.
    pub(super) fn inputs(&mut self) -> Result<(), NotNative> {
        let program = self.program;
        for i in footrule_runtime::input_order(program) {
            let Some(info) = program.inputs.get(i) else { continue };
            let sym = self.input(i, info);
            if let Some(slot) = self.inputs.get_mut(i) {
                *slot = Some(sym);
            }
        }
        self.evidence();
        Ok(())
    }

    fn input(&mut self, number: usize, info: &'p InputInfo) -> Sym {
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
        let mut read = Vec::new();
        let given = match assumed {
            // The scenario's value stands in the place of a given one.
            Some((_, region, _)) => {
                read.push((None, *region));
                self.region(*region)
            }
            None if self.layout.gives(path) => self.given(path, &info.ty, self.within, info.footprint, 0),
            None => Sym::Absent,
        };
        let stated = self.there(&given);
        let sym = match info.default {
            Some(region) => {
                let missing = self.b.add(Def::Not(stated));
                read.push((Some(missing), region));
                self.or_default(given, region)
            }
            None => given,
        };
        let datum = self.datum_of(info, assumed.is_some(), stated);
        self.mark_input(number, applies, &read, &datum);
        let sym = self.complete(sym, info.factor.as_ref(), None);
        let needed = !matches!(info.ty, Ty::Optional(_));
        self.admit(stated, &sym, needed, applies);
        let holds = self.constrained(&sym, &info.constraints, applies);
        self.b.require(holds);
        let sym = self.scaled(number, info, sym, applies);
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

    /// A value must be there if it is needed and applies; it must not be given if it does not apply.
    fn admit(&mut self, stated: Id, sym: &Sym, needed: bool, applies: Option<Id>) {
        let there = self.there(sym);
        let Some(c) = applies else {
            if needed {
                self.b.require(there);
            }
            return;
        };
        if needed {
            let not = self.b.add(Def::Not(c));
            let fine = self.b.add(Def::Or(not, there));
            self.b.require(fine);
        }
        let silent = self.b.add(Def::Not(stated));
        let fine = self.b.add(Def::Or(c, silent));
        self.b.require(fine);
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
    fn given(&mut self, path: &str, ty: &'p Ty, list: Option<ListId>, footprint: Option<Footprint>, depth: u32) -> Sym {
        if depth > MAX_TYPE {
            return self.fail("types that nest too deeply");
        }
        match ty {
            Ty::Optional(inner) => self.given(path, inner, list, footprint, depth + 1),
            Ty::Number(_) => {
                self.check_said(path);
                self.in_column(path, |b, c, kind| match kind {
                    Kind::Number { factor, offset } => {
                        let x = b.add(Def::Column(c));
                        Some(Sym::Number(match offset {
                            Some(offset) => b.add(Def::Affine(x, factor, offset)),
                            None => b.add(Def::Convert(x, factor)),
                        }))
                    }
                    _ => None,
                })
            }
            Ty::Bool => self.in_column(path, |b, c, kind| (kind == Kind::Flag).then(|| Sym::Bool(b.add(Def::Flag(c))))),
            Ty::Enum(_) => {
                self.in_column(path, |b, c, kind| (kind == Kind::Member).then(|| Sym::Index(b.add(Def::Member(c)))))
            }
            Ty::Split(_) if footprint.is_some_and(|_| !self.is_number(path)) => {
                footprint.map_or(Sym::Absent, |f| self.footprint(path, list, f))
            }
            Ty::Split(_) => {
                if !self.gwp_stated(footprint) {
                    return self.fail("CO2e data without their GWP set");
                }
                self.check_said(path);
                let value = self.co2e(path, &[path]);
                self.as_said(value, &[path])
            }
            Ty::Activity { .. } => self.given_activity(path),
            Ty::Record(id) => {
                let program = self.program;
                let Some(info) = program.records.get(id.ix()) else { return self.fail("no such record") };
                let fields = info.fields.iter().map(|f| {
                    let path = format!("{path}.{}", f.name.id);
                    self.layout.gives(&path).then(|| self.given(&path, &f.ty, list, f.footprint, depth + 1))
                });
                let fields: Vec<Option<Sym>> = fields.collect();
                // An item is there whatever of it is; another record, where something of it is.
                let there = match path.ends_with("[]") {
                    true => self.b.bool(true),
                    false => self.anything(path, list),
                };
                let record = self.given_record(*id, fields, there);
                match self.b.known_bool(there) {
                    Some(true) => record,
                    _ => Sym::Maybe(there, Rc::new(record)),
                }
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
                let mut value = self.given(&format!("{path}[]"), inner, Some(l), footprint, depth + 1);
                // An item that is nothing is refused.
                if let (Sym::Maybe(there, item), false) = (&value, matches!(**inner, Ty::Optional(_))) {
                    let (there, item) = (*there, (**item).clone());
                    self.require_each(there);
                    value = item;
                }
                self.active.pop();
                Sym::List(Rc::from([Segment { over: vec![l], when: None, value }]))
            }
            Ty::Text => self.in_column(path, |b, c, kind| match kind {
                Kind::Text => Some(Sym::Text(b.add(Def::Member(c)))),
                // It is not looked at; a rule that reads it asks the reference.
                Kind::Opaque => Some(Sym::Fail("texts in columns")),
                _ => None,
            }),
            Ty::Date => self.in_column(path, |b, c, kind| match kind {
                Kind::Day => Some(Sym::Date(b.add(Def::Column(c)))),
                Kind::Opaque => Some(Sym::Fail("days in columns")),
                _ => None,
            }),
            Ty::Period | Ty::Row(_) => self.fail("data of this type"),
        }
    }

    /// A given amount, with or without a factor of its own.
    fn given_activity(&mut self, path: &str) -> Sym {
        let amount = format!("{path}.amount");
        let whole = self.layout.column(&amount).is_none();
        let amount = self.given_number(if whole { path } else { &amount });
        let factor = format!("{path}.factor");
        for path in [path, &format!("{path}.amount"), &factor] {
            self.check_said(path);
        }
        let (factor, given) = if self.layout.gives(&factor) {
            if !self.gwp_stated(None) {
                return self.fail("factors without their GWP set");
            }
            let own = self.co2e(&factor, &[&factor, path]);
            match self.as_said(own, &[&factor, path]) {
                Sym::Split(p) => (Some(p), None),
                Sym::Maybe(there, v) => match &*v {
                    Sym::Split(p) => (Some(p.clone()), Some(there)),
                    _ => return Sym::Fail("a factor that is no CO2e"),
                },
                _ => return Sym::Fail("a factor that is no CO2e"),
            }
        } else {
            (None, None)
        };
        match amount {
            Sym::Number(amount) => Sym::Activity { amount, factor, given, rests: Marks::default() },
            Sym::Maybe(p, v) => match *v {
                Sym::Number(amount) => {
                    // A factor without its amount is refused.
                    if factor.is_some() {
                        let there = given.unwrap_or_else(|| self.b.bool(true));
                        let alone = self.b.add(Def::Not(there));
                        let fine = self.b.add(Def::Or(p, alone));
                        self.require_each(fine);
                    }
                    Sym::Maybe(p, Rc::new(Sym::Activity { amount, factor, given, rests: Marks::default() }))
                }
                _ => Sym::Fail("an amount that is no number"),
            },
            _ => self.fail("an activity without its amount"),
        }
    }

    /// What must hold of every item of the lists at hand.
    pub(super) fn require_each(&mut self, holds: Id) {
        let term = Term { over: self.active.clone(), when: None, value: holds };
        let all = fold(&mut self.b, Fold::All, vec![term]);
        self.b.require(all);
    }

    pub(super) fn gwp_stated(&self, footprint: Option<Footprint>) -> bool {
        self.layout.gwp.as_deref().is_some_and(|set| self.program.takes_gwp(set.trim(), footprint))
    }

    pub(super) fn given_number(&mut self, path: &str) -> Sym {
        self.in_column(path, |b, c, kind| match kind {
            Kind::Number { factor, offset: None } => {
                let x = b.add(Def::Column(c));
                Some(Sym::Number(b.add(Def::Convert(x, factor))))
            }
            _ => None,
        })
    }

    /// A day in a column, if there is one.
    pub(super) fn given_day(&mut self, path: &str) -> Option<Sym> {
        self.layout.column(path)?;
        Some(self.in_column(path, |b, c, kind| (kind == Kind::Day).then(|| Sym::Date(b.add(Def::Column(c))))))
    }

    /// CO2e as one number, or by origin; rated as the first of these paths states.
    pub(super) fn co2e(&mut self, path: &str, rated: &[&str]) -> Sym {
        let found = self.co2e_at(path);
        if !self.tracker.rated {
            return found;
        }
        let score = self.score_at(rated);
        let rating = Rating::factor(&mut self.b, score);
        self.split_rated(found, &mut |p, parts| p.rated_as(rating, parts))
    }

    fn co2e_at(&mut self, path: &str) -> Sym {
        let key = |origin| Key::new(origin, Gas::None, Evidence::Secondary);
        if self.layout.column(path).is_some() {
            return match self.given_number(path) {
                Sym::Number(x) => Sym::Split(Part::new(key(Origin::Undivided), x).into()),
                Sym::Maybe(p, v) => match *v {
                    Sym::Number(x) => Sym::Maybe(p, Rc::new(Sym::Split(Part::new(key(Origin::Undivided), x).into()))),
                    _ => Sym::Fail("CO2e that is no number"),
                },
                _ => Sym::Fail("CO2e that is no number"),
            };
        }
        let mut parts = Vec::new();
        let mut any: Option<Id> = None;
        for origin in Origin::ALL {
            let path = format!("{path}.{}", footrule_runtime::origin_name(origin));
            if self.layout.column(&path).is_none() {
                continue;
            }
            let yes = self.b.bool(true);
            let (there, value) = match self.given_number(&path) {
                Sym::Maybe(p, v) => (p, (*v).clone()),
                value => (yes, value),
            };
            let Sym::Number(value) = value else { return Sym::Fail("CO2e that is no number") };
            let zero = self.b.number(Number::ZERO);
            let value = self.b.add(Def::Select(there, value, zero));
            parts.push(Part { key: key(origin), value, there: (there != yes).then_some(there) });
            any = Some(any.map_or(there, |any| self.b.add(Def::Or(any, there))));
        }
        match any {
            None => self.fail("CO2e that is given otherwise"),
            Some(any) if self.b.known_bool(any) == Some(true) => Sym::Split(parts.into()),
            Some(any) => Sym::Maybe(any, Rc::new(Sym::Split(parts.into()))),
        }
    }

    /// The value in a column.
    pub(super) fn in_column(
        &mut self,
        path: &str,
        read: impl FnOnce(&mut Builder, ColumnId, Kind) -> Option<Sym>,
    ) -> Sym {
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
    fn given_record(&mut self, id: RecordId, given: Vec<Option<Sym>>, there: Id) -> Sym {
        let gone = self.b.add(Def::Not(there));
        let (record, marks) = self.build(id, given, Found::default(), &mut |p, holds| {
            let fine = p.b.add(Def::Or(gone, holds));
            p.require_each(fine);
        });
        self.mark_given(there, marks);
        record
    }

    /// Something is given at a path or below it.
    pub(super) fn anything(&mut self, path: &str, list: Option<ListId>) -> Id {
        let layout = self.layout;
        let below = |p: &str| p.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        let lists = layout.lists.iter().any(|l| l.parent == list && below(&l.path));
        let mut any = self.b.bool(lists || layout.empty.iter().any(|l| below(l)));
        for (i, c) in layout.columns.iter().enumerate().filter(|(_, c)| c.list == list && below(&c.path)) {
            let there = if c.nullable { self.b.add(Def::Given(ColumnId(i as u32))) } else { self.b.bool(true) };
            any = self.b.add(Def::Or(any, there));
        }
        any
    }

    /// A record that the program builds: what is refused is a failure of the record.
    pub(super) fn record(&mut self, id: RecordId, nodes: &[Option<NodeId>]) -> Sym {
        let mut sound = self.b.bool(true);
        let mut start = Found::default();
        for n in nodes.iter().flatten() {
            let marks = self.tracker.get(*n);
            start.add(&mut self.b, None, &marks);
        }
        let given = nodes.iter().map(|n| n.map(|n| self.get(n))).collect();
        let (record, marks) = self.build(id, given, start, &mut |p, holds| sound = p.b.add(Def::And(sound, holds)));
        self.tracker.last = Some(self.settled(&marks));
        select(&mut self.b, sound, &record, &Sym::Fail("a record that is refused"))
    }

    /// A record with its defaults, and what it rests on: what it starts with, and what its conditions and defaults read.
    fn build(
        &mut self,
        id: RecordId,
        mut given: Vec<Option<Sym>>,
        start: Found,
        must: &mut dyn FnMut(&mut Self, Id),
    ) -> (Sym, Marks) {
        let program = self.program;
        let Some(info) = program.records.get(id.ix()) else {
            return (self.fail("no such record"), Marks::default());
        };
        let mut found = start;
        given.resize(info.fields.len(), None);
        let mut fields: Vec<Sym> = given.iter().map(|g| g.clone().unwrap_or(Sym::Absent)).collect();
        let outer = self.take(info.this);
        for (k, field) in info.order.iter().filter_map(|k| Some((*k as usize, info.fields.get(*k as usize)?))) {
            self.tracker.set(info.this, found.clone().done());
            let sym = self.field(info.this, field, &fields, given[k].clone(), &mut found, must);
            fields[k] = sym;
        }
        let marks = found.done();
        self.tracker.set(info.this, marks.clone());
        self.set(info.this, Sym::Record(fields.clone().into()));
        for check in &info.requires {
            let holds = self.condition(check.condition);
            must(self, holds);
        }
        if let Some(slot) = self.slots.get_mut(info.this.ix()) {
            *slot = outer;
        }
        (Sym::Record(fields.into()), marks)
    }

    fn field(
        &mut self,
        this: NodeId,
        field: &'p FieldInfo,
        fields: &[Sym],
        given: Option<Sym>,
        found: &mut Found,
        must: &mut dyn FnMut(&mut Self, Id),
    ) -> Sym {
        self.set(this, Sym::Record(fields.to_vec().into()));
        let applies = field.when.as_ref().map(|w| self.condition(w.region));
        if let Some(w) = &field.when {
            self.mark_under(None, w.region, found);
        }
        let given = given.unwrap_or(Sym::Absent);
        if let Some(c) = applies {
            let there = self.there(&given);
            let absent = self.b.add(Def::Not(there));
            let fine = self.b.add(Def::Or(c, absent));
            must(self, fine);
        }
        if let Some(region) = field.computed {
            let value = self.region(region);
            self.mark_under(applies, region, found);
            return match applies {
                Some(c) => select(&mut self.b, c, &value, &Sym::Absent),
                None => value,
            };
        }
        let value = match field.default {
            Some(region) => {
                let there = self.there(&given);
                let missing = self.b.add(Def::Not(there));
                let when = and(&mut self.b, applies, Some(missing));
                let value = self.or_default(given, region);
                self.mark_under(when, region, found);
                value
            }
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

    pub(super) fn there(&mut self, sym: &Sym) -> Id {
        match sym {
            Sym::Absent => self.b.bool(false),
            Sym::Maybe(p, _) => *p,
            _ => self.b.bool(true),
        }
    }

    /// Activities without a factor take the rule's.
    fn complete(&mut self, sym: Sym, default: Option<&FactorDefault>, applies: Option<Id>) -> Sym {
        match sym {
            Sym::Activity { amount, factor, given, .. } => {
                let yes = self.b.bool(true);
                let own = match &factor {
                    Some(_) => given.unwrap_or(yes),
                    None => self.b.bool(false),
                };
                // A factor where the rule fixes it, or none where the rule has none.
                let refused = match default {
                    Some(d) if d.fixed => own,
                    Some(_) => self.b.bool(false),
                    None => self.b.add(Def::Not(own)),
                };
                let refused = and(&mut self.b, applies, Some(refused)).unwrap_or(refused);
                let fine = self.b.add(Def::Not(refused));
                self.require_each(fine);
                let mut rests = Marks::default();
                let factor = match (factor, default) {
                    (None, None) => {
                        return Sym::Activity { amount, factor: None, given: None, rests: Marks::default() };
                    }
                    (Some(f), _) if own == yes => f,
                    (Some(f), None) => f,
                    (f, Some(d)) => {
                        let default = self.default_factor(d);
                        let none = Parts::none();
                        let f = f.unwrap_or(none);
                        let completed = if self.b.known_bool(own) == Some(false) {
                            default
                        } else {
                            select_parts(&mut self.b, own, &f, &default)
                        };
                        let mut found = Found::default();
                        let missing = self.b.add(Def::Not(own));
                        self.mark_under(Some(missing), d.value, &mut found);
                        rests = found.done();
                        completed
                    }
                };
                Sym::Activity { amount, factor: Some(factor), given: None, rests }
            }
            Sym::Maybe(p, v) => {
                let applies = and(&mut self.b, applies, Some(p));
                Sym::Maybe(p, Rc::new(self.complete((*v).clone(), default, applies)))
            }
            Sym::List(segments) => {
                let mut out = Vec::with_capacity(segments.len());
                for s in segments.iter() {
                    let before = self.active.len();
                    self.active.extend(&s.over);
                    let applies = and(&mut self.b, applies, s.when);
                    out.push(Segment { value: self.complete(s.value.clone(), default, applies), ..s.clone() });
                    self.active.truncate(before);
                }
                Sym::List(out.into())
            }
            other => other,
        }
    }

    fn default_factor(&mut self, d: &FactorDefault) -> Parts {
        let evidence = Evidence::Secondary;
        match self.region(d.value) {
            Sym::Number(x) => {
                let parts = Parts::from(Part::new(Key::new(Origin::Undivided, Gas::None, evidence), x));
                if !self.tracker.rated {
                    return parts;
                }
                let marks = self.of_region(d.value);
                let score = self.rating(&marks).factor;
                let rating = Rating::factor(&mut self.b, score);
                let terms = self.rated_as(rating, &parts);
                parts.with(terms)
            }
            other => {
                let parts = other.parts(&mut self.b);
                self.rated(&parts, evidence)
            }
        }
    }
}
