//! Lowering of data: sources, gases, parameters, tables, constants, records.

use super::Lower;
use crate::check::{BodyKind, body_of, literal, source_entry};
use crate::db::Item;
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, TConstraint, TExpr, TKind, Ty};
use crate::units::{Atom, Tag, UnitTy};
use footrule_diag::Span;
use footrule_mir::{self as mir, Cell, Const, Constraint, Day, FactorId, NodeId, Op, Origin, Policy, SourceId};
use footrule_number::Number;
use footrule_syntax::ast::{self, DateKey, Stmt};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

fn day(d: ast::Date) -> Day {
    (d.year, d.month, d.day)
}

impl Lower<'_> {
    pub fn source(&mut self, item: &Item) -> SourceId {
        if let Some(&id) = self.sources.get(item) {
            return id;
        }
        let entries = match item.ast(self.db).map(|a| &a.stmt) {
            Some(Stmt::Source { entries, .. }) => {
                entries.iter().map(|e| (e.key.text.clone(), e.value.clone())).collect()
            }
            _ => Vec::new(),
        };
        let id = SourceId(self.program.sources.len() as u32);
        self.program.sources.push(mir::SourceInfo { id: item.name().to_string(), entries });
        self.sources.insert(item.clone(), id);
        id
    }

    fn factor(&mut self, id: String, value: Number, unit: &UnitTy, source: Option<&Item>, span: Span) -> FactorId {
        let unit = self.unit(unit);
        let source = source.map(|s| self.source(s));
        let place = self.place(span);
        let f = FactorId(self.program.factors.len() as u32);
        self.program.factors.push(mir::FactorInfo { id, value, unit, source, place });
        f
    }

    /// The origin that a source states for CO2e given as one number.
    fn origin(&self, source: Option<&Item>) -> Origin {
        let Some(stmt) = source.and_then(|s| s.ast(self.db)).map(|a| &a.stmt) else { return Origin::Undivided };
        match source_entry(stmt, "origin").map(|e| e.value.as_str()) {
            Some("fossil") => Origin::Fossil,
            Some("biogenic") => Origin::Biogenic,
            Some("land_use") => Origin::LandUse,
            Some("aircraft") => Origin::Aircraft,
            _ => Origin::Undivided,
        }
    }

    /// Remembers that the rule reads CO2e data, for the check of GWP sets.
    pub fn read_co2e(&mut self, item: &Item, span: Span) {
        let place = self.here.at(span);
        let sources: Vec<Option<Item>> = match &body_of(self.db, item).kind {
            BodyKind::Param(p) => p.rows.iter().map(|r| r.source.clone()).collect(),
            BodyKind::Table(t) => t.rows.iter().map(|r| r.source.clone()).collect(),
            _ => vec![self.const_source(item)],
        };
        for s in sources {
            if !self.co2e_reads.iter().any(|(o, i, _)| *o == s && (s.is_some() || i == item)) {
                self.co2e_reads.push((s, item.clone(), place.clone()));
            }
        }
    }

    fn const_source(&self, item: &Item) -> Option<Item> {
        let Some(Stmt::Const { source: Some(s), .. }) = item.ast(self.db).map(|a| &a.stmt) else { return None };
        match crate::names::lookup(self.db, item, crate::names::Ns::Source, s.text.clone()) {
            crate::names::Resolved::One(e) => Some(e.item),
            _ => None,
        }
    }

    pub fn origin_of_const(&self, item: &Item) -> Origin {
        self.origin(self.const_source(item).as_ref())
    }

    /// A constant as a sourced number, if it is one.
    pub fn constant_factor(&mut self, item: &Item) -> Option<FactorId> {
        let at = self.data_at(item);
        if let Some(&f) = self.consts.get(&at) {
            return Some(f);
        }
        let BodyKind::Value(e) = &body_of(self.db, item).kind else { return None };
        let (value, unit) = (literal(e)?, e.ty.unit()?.clone());
        let source = self.const_source(item);
        let id = item.name().to_string();
        let f = self.within(self.region, item, |lo| lo.factor(id, value, &unit, source.as_ref(), e.span));
        self.consts.insert(at, f);
        Some(f)
    }

    /// The gases with the GWP of the rule's set.
    pub fn gases(&mut self, set: &str) {
        let kg = match crate::names::resolve(self.db, self.file, crate::names::Ns::Unit, "kg".into()) {
            crate::names::Resolved::One(e) => e.item,
            _ => return,
        };
        for g in crate::names::gases(self.db, self.file) {
            let name = self.named(g);
            let mut gwp = Vec::new();
            if let Some(Stmt::Gas { gwps, .. }) = g.ast(self.db).map(|a| &a.stmt) {
                for row in gwps.iter().filter(|r| r.set.text == set) {
                    let tag = |t| UnitTy { atoms: vec![(Atom { unit: kg.clone(), tag: Some(t) }, 1)] };
                    let unit = tag(Tag::Co2e)
                        .times(&tag(Tag::Flow(crate::names::Entry { item: g.clone(), member: None })), -1);
                    let source = row.source.as_ref().and_then(|s| {
                        match crate::names::lookup(self.db, g, crate::names::Ns::Source, s.text.clone()) {
                            crate::names::Resolved::One(e) => Some(e.item),
                            _ => None,
                        }
                    });
                    let origin = row.origin.as_ref().map(|o| o.text.clone());
                    let id = match &origin {
                        Some(o) => format!("GWP-100 {set} {} ({o})", g.name()),
                        None => format!("GWP-100 {set} {}", g.name()),
                    };
                    let f =
                        self.within(self.region, g, |lo| lo.factor(id, row.value, &unit, source.as_ref(), row.span));
                    let origin = origin.and_then(|o| crate::check::origin_named(&o));
                    gwp.push((origin, row.value, f));
                }
            }
            self.program.gases.push(mir::GasInfo { name, gwp });
        }
    }

    pub fn param(&mut self, item: &Item) -> mir::ParamId {
        let at = self.data_at(item);
        if let Some(&id) = self.params.get(&at) {
            return id;
        }
        let id = mir::ParamId(self.program.params.len() as u32);
        self.params.insert(at, id);
        let name = self.named(item);
        let want = self.sig_value(item).cloned().unwrap_or(Ty::Error);
        let (region, body) = (self.region, &body_of(self.db, item).kind);
        let info = self.within(region, item, |lo| {
            let ty = lo.ty(&want);
            let mut rows: Vec<mir::ParamRow> = Vec::new();
            let (mut before, mut after) = (Policy::Error, Policy::Error);
            if let BodyKind::Param(p) = body {
                for r in &p.rows {
                    let Some(value) = literal(&r.value) else { continue };
                    let (from, to, key) = match r.key {
                        DateKey::Year(y) => ((y, 1, 1), Some((y + 1, 1, 1)), y.to_string()),
                        DateKey::Day(d) => (day(d), None, format!("{:04}-{:02}-{:02}", d.year, d.month, d.day)),
                    };
                    let unit = want.unit().cloned().unwrap_or_default();
                    let factor = lo.factor(format!("{}[{key}]", item.name()), value, &unit, r.source.as_ref(), r.span);
                    rows.push(mir::ParamRow { from, to, factor, origin: lo.origin(r.source.as_ref()) });
                }
                rows.sort_by_key(|r| r.from);
                let policy = |p: &ast::Policy| match p {
                    ast::Policy::Error => Policy::Error,
                    ast::Policy::Hold { warning, until } => Policy::Hold { warning: *warning, until: until.map(day) },
                };
                (before, after) = (policy(&p.before), policy(&p.after));
            }
            let (review, at) = match item.ast(lo.db).map(|a| &a.stmt) {
                Some(Stmt::Param(p)) => {
                    let at = p.at.as_ref().and_then(|a| match a.text.as_str() {
                        "start" => Some(mir::PeriodRule::Start),
                        "end" => Some(mir::PeriodRule::End),
                        "by days" => Some(mir::PeriodRule::Days),
                        _ => None,
                    });
                    (p.review.map(|(d, _)| day(d)), at)
                }
                _ => (None, None),
            };
            let place = lo.place(item.name_place(lo.db).span);
            mir::ParamInfo { name, ty, rows, before, after, review, at, place }
        });
        // Interning inside the closure may have added other parameters; the id was reserved first.
        while self.program.params.len() <= id.ix() {
            self.program.params.push(info.clone());
        }
        self.program.params[id.ix()] = info;
        id
    }

    /// A table that the rule reads.
    pub fn read_table(&mut self, item: &Item, span: Span) -> mir::TableId {
        if let Sig::Table { columns, .. } = &sig(self.db, item).sig
            && columns.iter().any(|(_, t)| matches!(t, Ty::Split(_)))
        {
            self.read_co2e(item, span);
        }
        self.table(item)
    }

    pub fn table(&mut self, item: &Item) -> mir::TableId {
        let at = self.data_at(item);
        if let Some(&id) = self.tables.get(&at) {
            return id;
        }
        let id = mir::TableId(self.tables.len() as u32);
        self.tables.insert(at, id);
        let Sig::Table { keys, columns, partial } = &sig(self.db, item).sig else { return id };
        let name = self.named(item);
        let (region, body) = (self.region, &body_of(self.db, item).kind);
        let info = self.within(region, item, |lo| {
            let none = Vec::new();
            let brackets = match body {
                BodyKind::Table(t) => &t.brackets,
                _ => &none,
            };
            let words: Vec<Vec<String>> = brackets.iter().map(crate::check::brackets_shown).collect();
            let bracketed = |k: usize| brackets.get(k).is_some_and(|e| !e.is_empty());
            let mut key_types: Vec<(String, mir::Ty)> = Vec::new();
            for (k, (n, t)) in keys.iter().enumerate() {
                // A key in brackets is the ordinal of its bracket.
                key_types.push((n.clone(), if bracketed(k) { lo.ty(&Ty::number()) } else { lo.ty(t) }));
            }
            let column_types: Vec<(String, mir::Ty)> = columns.iter().map(|(n, t)| (n.clone(), lo.ty(t))).collect();
            let mut rows = Vec::new();
            if let BodyKind::Table(t) = body {
                for r in &t.rows {
                    let cells: Vec<Option<Const>> =
                        r.keys.iter().zip(keys).map(|(k, (_, ty))| k.as_ref().map(|k| lo.key(k, ty))).collect();
                    let shown: Vec<String> = cells
                        .iter()
                        .enumerate()
                        .map(|(k, c)| match c {
                            Some(Const::Number(n)) if bracketed(k) => {
                                let i = n.to_i64().and_then(|i| usize::try_from(i).ok()).unwrap_or_default();
                                words[k].get(i).cloned().unwrap_or_default()
                            }
                            c => lo.show_key(c.as_ref()),
                        })
                        .collect();
                    let mut values = Vec::new();
                    for (v, (column, ty)) in r.values.iter().zip(columns) {
                        let unit = ty.unit().cloned();
                        values.push(match (literal(v), unit) {
                            (Some(n), Some(unit)) => {
                                let dot = if column.is_empty() { String::new() } else { format!(".{column}") };
                                let id = format!("{}[{}]{dot}", item.name(), shown.join(", "));
                                Cell::Factor(lo.factor(id, n, &unit, r.source.as_ref(), r.span))
                            }
                            _ => Cell::Const(lo.constant(v)),
                        });
                    }
                    let place = lo.place(r.span);
                    rows.push(mir::TableRow { keys: cells, values, origin: lo.origin(r.source.as_ref()), place });
                }
            }
            let place = lo.place(item.name_place(lo.db).span);
            let interpolate = crate::check::linear_key(lo.db, item).map(|key| {
                let hold =
                    matches!(item.ast(lo.db).map(|a| &a.stmt), Some(Stmt::Table(t)) if crate::check::holds_outside(t));
                mir::Interpolation { key: key as u32, hold }
            });
            mir::TableInfo { name, keys: key_types, columns: column_types, rows, partial: *partial, interpolate, place }
        });
        while self.program.tables.len() <= id.ix() {
            self.program.tables.push(info.clone());
        }
        self.program.tables[id.ix()] = info;
        id
    }

    fn key(&mut self, k: &Const, ty: &Ty) -> Const {
        match (k, ty) {
            // The ordinal of a bracket.
            (Const::Enum(_, i), Ty::Number(_)) => Const::Number(Number::from(u64::from(*i))),
            (Const::Enum(_, i), Ty::Enum(e)) => Const::Enum(self.enumeration(e), *i),
            (Const::Text(name), Ty::Enum(e @ (EnumRef::Gases | EnumRef::Stages))) => {
                let id = self.enumeration(e);
                let i = self.program.enums[id.ix()].members.iter().position(|m| m.id == *name).unwrap_or(0);
                Const::Enum(id, i as u32)
            }
            _ => k.clone(),
        }
    }

    fn show_key(&self, k: Option<&Const>) -> String {
        match k {
            None => "_".into(),
            Some(Const::Enum(e, i)) => {
                self.program.enums[e.ix()].members.get(*i as usize).map_or_else(String::new, |m| m.id.clone())
            }
            Some(Const::Text(t)) => t.clone(),
            Some(Const::Number(n)) => n.to_string(),
            Some(Const::Bool(b)) => b.to_string(),
            Some(Const::Date { year, month, day }) => format!("{year:04}-{month:02}-{day:02}"),
            Some(Const::Absent) => String::new(),
        }
    }

    /// A constant expression that is no number.
    pub fn constant(&mut self, e: &TExpr) -> Const {
        match &e.kind {
            TKind::Text(t) => Const::Text(t.clone()),
            TKind::Bool(b) => Const::Bool(*b),
            TKind::Date(d) => Const::Date { year: d.year, month: d.month, day: d.day },
            TKind::Member(r, i) => Const::Enum(self.enumeration(r), *i),
            TKind::Gas(g) => Const::Enum(self.enumeration(&EnumRef::Gases), self.gas(g).0),
            _ => literal(e).map_or(Const::Bool(false), Const::Number),
        }
    }

    pub fn constraints(&mut self, list: &[TConstraint]) -> Vec<Constraint> {
        list.iter()
            .map(|c| match c {
                TConstraint::Compare(op, n, p) => {
                    Constraint::Compare(crate::check::mir_cmp(*op), *n, self.place_of(p.clone()))
                }
                TConstraint::Range(a, b, p) => Constraint::Range(*a, *b, self.place_of(p.clone())),
                TConstraint::Count(op, n, p) => {
                    Constraint::Count(crate::check::mir_cmp(*op), *n, self.place_of(p.clone()))
                }
                TConstraint::Unique(i, p) => Constraint::Unique(*i, self.place_of(p.clone())),
                TConstraint::Sum(i, n, p) => Constraint::Sum(*i, *n, self.place_of(p.clone())),
                TConstraint::SumWithin(i, n, w, s, p) => Constraint::SumWithin {
                    field: *i,
                    sum: *n,
                    within: *w,
                    scaled: *s,
                    place: self.place_of(p.clone()),
                },
                TConstraint::Integer(p) => Constraint::Integer(self.place_of(p.clone())),
            })
            .collect()
    }

    /// The condition of an input or a field.
    pub fn when(&mut self, e: &TExpr, item: &Item) -> mir::When {
        let region = self.isolated(|lo| lo.expr(e));
        mir::When { region, formula: item.slice(self.db, e.span).to_string(), place: self.place(e.span) }
    }

    pub fn record(&mut self, item: &Item) -> mir::RecordId {
        let at = if item.key.keyword == "include" { self.include_at(item) } else { self.record_at(item) };
        if let Some(&id) = self.records.get(&at) {
            return id;
        }
        let id = mir::RecordId(self.records.len() as u32);
        self.records.insert(at, id);
        if item.key.keyword == "include" {
            self.listed_record(item, id);
            return id;
        }
        let Sig::Record(sigs) = &sig(self.db, item).sig else { return id };
        let (region, body) = (self.region, &body_of(self.db, item).kind);
        let info = self.within(region, item, |lo| {
            let place = lo.place(item.name_place(lo.db).span);
            // The record under construction: a node of no region, set by the evaluator.
            let this = NodeId(lo.program.nodes.len() as u32);
            lo.program.nodes.push(mir::Node { op: Op::Bound, ty: mir::Ty::Record(id), place });
            lo.env.insert(0, this);
            let mut fields = Vec::new();
            let mut requires = Vec::new();
            let mut order = Vec::new();
            if let (BodyKind::Record(t), Some(Stmt::Record { fields: asts, .. })) =
                (body, item.ast(lo.db).map(|a| &a.stmt))
            {
                for ((s, f), a) in sigs.iter().zip(&t.fields).zip(asts) {
                    let mut tag_field = None;
                    s.ty.each_tag(&mut |t| {
                        if let Tag::Follows { path, .. } = t {
                            tag_field = sigs.iter().position(|x| Some(&x.name) == path.first()).map(|i| i as u32);
                        }
                    });
                    let clause = a.clause.as_ref().map_or_else(String::new, |c| c.text.clone());
                    fields.push(mir::FieldInfo {
                        name: mir::Named { id: s.name.clone(), labels: a.labels.clone(), clause },
                        ty: lo.ty(&s.ty),
                        tag_field,
                        constraints: lo.constraints(&f.constraints),
                        default: f.default.as_ref().map(|e| lo.isolated(|lo| lo.expr(e))),
                        computed: f.computed.as_ref().map(|e| lo.isolated(|lo| lo.expr(e))),
                        factor: f.factor.as_ref().map(|(fixed, e)| mir::FactorDefault {
                            fixed: *fixed,
                            value: lo.isolated(|lo| lo.expr(e)),
                        }),
                        when: f.when.as_ref().map(|e| lo.when(e, item)),
                        footprint: lo.footprint(s.footprint.as_ref(), item.at(a.name.span)),
                    });
                }
                order = completion_order(&field_needs(asts));
                requires = t.requires.iter().map(|c| lo.isolated_check(c, item)).collect();
            }
            mir::RecordInfo { name: item.name().to_string(), fields, requires, this, order, each: false }
        });
        self.keep_record(id, info);
        id
    }

    /// Puts a record at its place; those that it contains may have come before it.
    pub fn keep_record(&mut self, id: mir::RecordId, info: mir::RecordInfo) {
        while self.program.records.len() <= id.ix() {
            self.program.records.push(info.clone());
        }
        self.program.records[id.ix()] = info;
    }
}

/// The fields that the condition, default, computation or factor of each field reads.
fn field_needs(fields: &[ast::Field]) -> Vec<Vec<usize>> {
    let numbers: FxHashMap<&str, usize> =
        fields.iter().enumerate().rev().map(|(i, f)| (f.name.text.as_str(), i)).collect();
    fields
        .iter()
        .enumerate()
        .map(|(k, f)| {
            let mut out = Vec::new();
            let mut add = |n: &str| out.extend(numbers.get(n).filter(|i| **i != k));
            let factor = f.factor.as_ref().map(|x| &x.value);
            let all = f.default.iter().chain(&f.computed).chain(&f.when).chain(factor);
            all.for_each(|e| crate::check::names(e, &mut add));
            out
        })
        .collect()
}

/// Each field after those that it needs; else in order of text.
pub(super) fn completion_order(needs: &[Vec<usize>]) -> Vec<u32> {
    let mut needs: Vec<BTreeSet<usize>> = needs.iter().map(|n| n.iter().copied().collect()).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (k, all) in needs.iter().enumerate() {
        all.iter().for_each(|n| needed_by[*n].push(k));
    }
    let mut open: BTreeSet<usize> = (0..needs.len()).collect();
    let mut ready: BTreeSet<usize> = (0..needs.len()).filter(|k| needs[*k].is_empty()).collect();
    let mut order: Vec<u32> = Vec::with_capacity(needs.len());
    // A cycle has been refused where the record is checked; any order will do then.
    while let Some(next) = ready.pop_first().or_else(|| open.first().copied()) {
        open.remove(&next);
        order.push(next as u32);
        for k in &needed_by[next] {
            needs[*k].remove(&next);
            if needs[*k].is_empty() && open.contains(k) {
                ready.insert(*k);
            }
        }
    }
    order
}
