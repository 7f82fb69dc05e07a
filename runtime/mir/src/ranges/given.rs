//! What data can be: types, declared constraints, records with their defaults and computed fields, params, tables.
//!
//! Constraints hold for defaults too (a default that breaks one is refused), so a default never widens an input.

use super::interval::{End, Interval};
use super::range::{Kind, Parts, Range};
use super::scope::{Analysis, ScopeId};
use crate::{
    Cell, Cmp, Const, Constraint, FactorDefault, FieldInfo, NodeId, Op, Origin, ParamId, Program, RecordId, TableId, Ty,
};
use footrule_number::Number;
use std::sync::Arc;

/// Longest list that is read.
const MAX_LIST: u64 = 1_000_000;
/// How deeply types may nest before nothing more is known.
const MAX_DEPTH: u32 = 16;

/// How many parts CO2e can have.
pub(super) fn most_parts(program: &Program) -> u64 {
    Origin::ALL.len() as u64 * 2 * (program.gases.len() as u64 + 1)
}

/// CO2e of which nothing is known.
pub(super) fn any_parts(program: &Program) -> Parts {
    Parts { part: Interval::ANY, count: (0, most_parts(program)) }
}

/// Anything of a type.
pub(super) fn any(program: &Program, ty: &Ty) -> Range {
    any_at(program, ty, MAX_DEPTH)
}

fn any_at(program: &Program, ty: &Ty, depth: u32) -> Range {
    if depth == 0 {
        return Kind::Other.into();
    }
    let kind = match ty {
        Ty::Number(_) => Kind::Number(Interval::ANY),
        Ty::Split(_) => Kind::Split(any_parts(program)),
        Ty::Bool => Kind::Bool { yes: true, no: true },
        Ty::Text | Ty::Date | Ty::Period => Kind::Other,
        Ty::Enum(e) => {
            let n = program.enums.get(e.ix()).map_or(0, |e| e.members.len() as u32);
            Kind::Enum((0..n).collect())
        }
        Ty::Record(r) => {
            let fields = program.records.get(r.ix()).map_or(&[][..], |r| &r.fields);
            Kind::Record(fields.iter().map(|f| optional(any_at(program, &f.ty, depth - 1), f.when.is_some())).collect())
        }
        Ty::List(t) => Kind::List { item: Arc::new(any_at(program, t, depth - 1)), count: (0, None) },
        Ty::Optional(t) => return optional(any_at(program, t, depth - 1), true),
        Ty::Activity { .. } => Kind::Activity { amount: Interval::ANY, factor: any_parts(program) },
        Ty::Row(t) => {
            let n = program.tables.get(t.ix()).map_or(0, |t| t.rows.len() as u32);
            Kind::Row(*t, (0..n).collect())
        }
    };
    kind.into()
}

fn optional(range: Range, absent: bool) -> Range {
    Range { absent: range.absent || absent, ..range }
}

/// The numbers that a comparison admits.
pub(super) fn compared(cmp: Cmp, x: Number) -> Interval {
    let at = |open| Some(End { value: x, open });
    match cmp {
        Cmp::Eq => Interval::point(x),
        Cmp::Ne if x.is_zero() => Interval { nonzero: true, ..Interval::ANY },
        Cmp::Ne => Interval::ANY,
        Cmp::Lt | Cmp::Le => Interval { hi: at(cmp == Cmp::Lt), ..Interval::ANY },
        Cmp::Gt | Cmp::Ge => Interval { lo: at(cmp == Cmp::Gt), ..Interval::ANY },
    }
}

/// The numbers of a value through a function: itself, an amount, the items of a list.
fn numbers(range: &Range, f: &dyn Fn(Interval) -> Interval) -> Range {
    let kind = match &range.kind {
        Kind::Number(i) => Kind::Number(f(*i)),
        Kind::Activity { amount, factor } => Kind::Activity { amount: f(*amount), factor: *factor },
        Kind::List { item, count } => Kind::List { item: Arc::new(numbers(item, f)), count: *count },
        k => k.clone(),
    };
    Range { kind, absent: range.absent }
}

/// A field of each item (or each field) through a function.
fn members(range: &Range, field: Option<u32>, f: &dyn Fn(Interval) -> Interval) -> Range {
    let kind = match (&range.kind, field) {
        (Kind::Record(fields), None) => Kind::Record(fields.iter().map(|x| numbers(x, f)).collect()),
        (Kind::Record(fields), Some(k)) => {
            let one = |(i, x): (usize, &Range)| if i == k as usize { numbers(x, f) } else { x.clone() };
            Kind::Record(fields.iter().enumerate().map(one).collect())
        }
        (Kind::List { item, count }, Some(_)) => Kind::List { item: Arc::new(members(item, field, f)), count: *count },
        (Kind::List { item, count }, None) => Kind::List { item: Arc::new(numbers(item, f)), count: *count },
        (k, _) => k.clone(),
    };
    Range { kind, absent: range.absent }
}

/// Not more than the sum, if nothing is negative.
fn up_to(i: Interval, sum: Number) -> Interval {
    if i.is_not_negative() { i.meet(compared(Cmp::Le, sum)) } else { i }
}

/// What a constraint leaves of a range.
fn constrained(range: Range, c: &Constraint) -> Range {
    match c {
        Constraint::Compare(cmp, x, _) => numbers(&range, &|i| i.meet(compared(*cmp, *x))),
        Constraint::Range(lo, hi, _) => numbers(&range, &|i| i.meet(Interval::between(*lo, *hi))),
        Constraint::Count(cmp, n, _) => match range.kind {
            Kind::List { item, count: (lo, hi) } => {
                let n = u64::from(*n);
                let (a, b) = match cmp {
                    Cmp::Eq => (n, Some(n)),
                    Cmp::Ne => (if n == 0 { 1 } else { 0 }, None),
                    Cmp::Lt => (0, Some(n.saturating_sub(1))),
                    Cmp::Le => (0, Some(n)),
                    Cmp::Gt => (n + 1, None),
                    Cmp::Ge => (n, None),
                };
                let hi = match (hi, b) {
                    (Some(x), Some(y)) => Some(x.min(y)),
                    (x, y) => x.or(y),
                };
                Range { kind: Kind::List { item, count: (lo.max(a), hi) }, absent: range.absent }
            }
            _ => range,
        },
        Constraint::Sum(field, sum, _) => members(&range, *field, &|i| up_to(i, *sum)),
        Constraint::SumWithin { field, sum, within, scaled: false, .. } => {
            let most = sum.add(*within).unwrap_or(Number::MAX);
            members(&range, *field, &|i| up_to(i, most))
        }
        // The values are divided by their sum: signs remain, bounds do not.
        Constraint::SumWithin { field, sum, within, scaled: true, .. } => members(&range, *field, &|i| {
            if sum <= within {
                return Interval::ANY;
            }
            let mut out = Interval { nonzero: i.excludes_zero(), ..Interval::ANY };
            if i.is_not_negative() {
                out = out.meet(Interval::not_negative());
                if *sum == Number::ONE {
                    out = out.meet(compared(Cmp::Le, *sum));
                }
            }
            out
        }),
        Constraint::Unique(..) | Constraint::Integer(_) => range,
    }
}

/// What is read of a record or an input.
pub(super) type Reads = Vec<(ScopeId, NodeId)>;

impl Analysis<'_> {
    fn constrain(&self, range: Range, constraints: &[Constraint]) -> Range {
        constraints.iter().fold(range, constrained)
    }

    /// Anything that can be given as a value of a type; records with what they compute.
    fn given(&mut self, ty: &Ty, reads: &mut Reads) -> Range {
        match ty {
            Ty::Record(r) => {
                let (range, more) = self.given_record(*r);
                reads.extend(more);
                range
            }
            Ty::List(t) => {
                let item = self.given(t, reads);
                Kind::List { item: Arc::new(item), count: (0, Some(MAX_LIST)) }.into()
            }
            Ty::Optional(t) => optional(self.given(t, reads), true),
            _ => any(self.program, ty),
        }
    }

    /// The factor of an activity, if the rule fixes it.
    fn fixed(&mut self, range: Range, factor: Option<&FactorDefault>, s: ScopeId, reads: &mut Reads) -> Range {
        let Some(factor) = factor else { return range };
        let found = self.read_region(factor.value, s, reads);
        if !factor.fixed {
            return range;
        }
        let parts = match found.kind {
            Kind::Split(p) => p,
            Kind::Number(i) => Parts::one(i),
            _ => return range,
        };
        let kind = match range.kind {
            Kind::Activity { amount, .. } => Kind::Activity { amount, factor: parts },
            k => k,
        };
        Range { kind, absent: range.absent }
    }

    /// An input, checked.
    pub(super) fn input(&mut self, ix: u32) -> (Range, Reads) {
        if let Some(found) = self.inputs.get(&ix) {
            return found.clone();
        }
        let Some(info) = self.program.inputs.get(ix as usize) else { return (Kind::Other.into(), Vec::new()) };
        let mut reads = Vec::new();
        let given = self.given(&info.ty, &mut reads);
        let range = optional(self.constrain(given, &info.constraints), info.when.is_some());
        // What a default reads may in the end be this input only in a broken program.
        self.inputs.insert(ix, (range.clone(), Vec::new()));
        for region in info.default.into_iter().chain(info.when.as_ref().map(|w| w.region)) {
            let s = self.below(ScopeId::BASE);
            self.read_region(region, s, &mut reads);
        }
        let s = self.below(ScopeId::BASE);
        let range = self.fixed(range, info.factor.as_ref(), s, &mut reads);
        self.inputs.insert(ix, (range.clone(), reads.clone()));
        (range, reads)
    }

    fn given_record(&mut self, id: RecordId) -> (Range, Reads) {
        if let Some(found) = self.records.get(&id.0) {
            return found.clone();
        }
        // A record type that contains itself is refused elsewhere.
        self.records.insert(id.0, (any(self.program, &Ty::Record(id)), Vec::new()));
        let mut reads = Vec::new();
        let range = self.record(id, None, ScopeId::BASE, &mut reads);
        self.records.insert(id.0, (range.clone(), reads.clone()));
        (range, reads)
    }

    /// A record: from what users give, or from the fields that a program gives.
    pub(super) fn record(
        &mut self,
        id: RecordId,
        built: Option<&[Option<Range>]>,
        s: ScopeId,
        reads: &mut Reads,
    ) -> Range {
        let Some(info) = self.program.records.get(id.ix()) else { return Kind::Other.into() };
        let s = self.below(s);
        self.paths.entry(info.this).or_insert_with(|| info.name.clone());
        let mut fields: Vec<Range> =
            info.fields.iter().map(|f| optional(any(self.program, &f.ty), f.when.is_some())).collect();
        for (k, f) in info.fields.iter().enumerate().filter(|(_, f)| f.computed.is_none()) {
            let given = match built.map(|b| b.get(k).cloned().flatten()) {
                None => self.given(&f.ty, reads),
                Some(Some(range)) => range,
                // Its default, or nothing.
                Some(None) => continue,
            };
            fields[k] = optional(self.constrain(given, &f.constraints), f.when.is_some());
        }
        let all = |fields: &[Range]| Range::from(Kind::Record(fields.into()));
        for k in info.order.iter().map(|k| *k as usize) {
            let Some(f) = info.fields.get(k) else { continue };
            let inner = self.below(s);
            self.bind(info.this, inner, all(&fields));
            self.field(f, k, built, &mut fields, inner, reads);
        }
        let inner = self.below(s);
        self.bind(info.this, inner, all(&fields));
        for check in &info.requires {
            self.read_region(check.condition, inner, reads);
            for piece in check.zh.iter().chain(&check.en) {
                if let crate::Piece::Value(region) = piece {
                    self.read_region(*region, inner, &mut Vec::new());
                }
            }
        }
        let narrowed = self.below(inner);
        for check in info.requires.iter().filter(|c| !c.warn) {
            self.suppose(check.condition, true, narrowed);
        }
        for (n, known) in &self.scope(narrowed).narrowed {
            if let Some(Op::Field(of, k)) = self.op(*n)
                && *of == info.this
                && let Some(f) = fields.get_mut(*k as usize)
            {
                *f = f.meet(known);
            }
        }
        all(&fields)
    }

    fn field(
        &mut self,
        f: &FieldInfo,
        k: usize,
        built: Option<&[Option<Range>]>,
        fields: &mut [Range],
        s: ScopeId,
        reads: &mut Reads,
    ) {
        if let Some(when) = &f.when {
            self.read_region(when.region, s, reads);
        }
        if let Some(region) = f.computed {
            let found = self.read_region(region, s, reads);
            fields[k] = optional(found, f.when.is_some());
        } else if let Some(region) = f.default {
            let found = self.read_region(region, s, reads);
            if built.is_some_and(|b| b.get(k).is_none_or(Option::is_none)) {
                fields[k] = optional(self.constrain(found, &f.constraints), f.when.is_some());
            }
        } else if built.is_some_and(|b| b.get(k).is_none_or(Option::is_none)) {
            fields[k] = Range { absent: true, kind: Kind::Never };
        }
        fields[k] = self.fixed(fields[k].clone(), f.factor.as_ref(), s, reads);
    }

    /// A parameter at any time.
    pub(super) fn param(&self, p: ParamId) -> Range {
        let Some(info) = self.program.params.get(p.ix()) else { return Kind::Other.into() };
        let value =
            |f: crate::FactorId| self.program.factors.get(f.ix()).map_or(Interval::ANY, |f| Interval::point(f.value));
        let mut range = Range::NEVER;
        for row in &info.rows {
            let i = value(row.factor);
            range = range.hull(&match info.ty {
                Ty::Split(_) => Kind::Split(Parts::one(i)).into(),
                _ => Range::from(i),
            });
        }
        // A mean by days over rows of several origins has a part for each.
        if let Kind::Split(p) = &mut range.kind {
            let origins: std::collections::BTreeSet<Origin> = info.rows.iter().map(|r| r.origin).collect();
            if origins.len() > 1 {
                *p = Parts { part: p.part.hull(Interval::point(Number::ZERO)), count: (1, origins.len() as u64) };
            }
        }
        // A mean by days of values on both sides of zero may be zero.
        if let Kind::Number(i) = &mut range.kind {
            i.nonzero = false;
        }
        range
    }

    /// The rows of a table that can fit these keys.
    pub(super) fn rows_for(&self, t: TableId, keys: &[Range]) -> Vec<u32> {
        let Some(info) = self.program.tables.get(t.ix()) else { return Vec::new() };
        let fits = |cell: &Option<Const>, key: &Range| match (cell, &key.kind) {
            (Some(Const::Enum(_, m)), Kind::Enum(set)) => set.contains(m),
            (Some(Const::Number(x)), Kind::Number(i)) => i.contains(*x),
            (Some(Const::Bool(b)), Kind::Bool { yes, no }) => *(if *b { yes } else { no }),
            _ => true,
        };
        let row = |r: &crate::TableRow| r.keys.iter().zip(keys).all(|(c, k)| fits(c, k));
        (0..info.rows.len() as u32).filter(|i| row(&info.rows[*i as usize])).collect()
    }

    /// A column of these rows; keys first where `keys` is set.
    pub(super) fn cells(&self, t: TableId, rows: &[u32], column: u32, keys: bool) -> Range {
        let Some(info) = self.program.tables.get(t.ix()) else { return Kind::Other.into() };
        let mut range = Range::NEVER;
        for row in rows.iter().filter_map(|r| info.rows.get(*r as usize)) {
            let c = column as usize;
            let value = match (keys, c.checked_sub(info.keys.len())) {
                (true, None) => match row.keys.get(c) {
                    Some(Some(k)) => constant(k),
                    // A wildcard has no value.
                    _ => continue,
                },
                (true, Some(c)) => self.cell(info, row, c),
                (false, _) => self.cell(info, row, c),
            };
            range = range.hull(&value);
        }
        range
    }

    fn cell(&self, info: &crate::TableInfo, row: &crate::TableRow, c: usize) -> Range {
        match row.values.get(c) {
            Some(Cell::Const(k)) => constant(k),
            Some(Cell::Factor(f)) => {
                let i = self.program.factors.get(f.ix()).map_or(Interval::ANY, |f| Interval::point(f.value));
                match info.columns.get(c) {
                    Some((_, Ty::Split(_))) => Kind::Split(Parts::one(i)).into(),
                    _ => i.into(),
                }
            }
            None => Kind::Other.into(),
        }
    }
}

/// The range of a constant.
pub(super) fn constant(c: &Const) -> Range {
    match c {
        Const::Number(x) => Interval::point(*x).into(),
        Const::Bool(b) => Range::truth(*b, !*b),
        Const::Text(_) | Const::Date { .. } => Kind::Other.into(),
        Const::Enum(_, m) => Kind::Enum([*m].into()).into(),
        Const::Absent => Range { absent: true, kind: Kind::Never },
    }
}
