//! Data read at run time: dated parameters, tables, global warming potentials.

use super::ops::gas_key;
use super::{Found, Interp, Slot, constant};
use crate::constant::Reading;
use crate::days;
use crate::touch::{Touch, Touches};
use crate::value::{Errs, FailKind, PartKey, Split, SplitSum, Value};
use footrule_mir::{
    Cell, Const, Day, Evidence, FactorId, GasId, GasRef, NodeId, Origin, ParamId, ParamInfo, PeriodRule, Policy,
    TableId, TableRow, Ty,
};
use footrule_number::{Number, Sum};
use std::sync::Arc;

/// A look-up key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Number(Number),
    Bool(bool),
    Text(Arc<str>),
    Date(Day),
    Enum(u32, u32),
}

impl Key {
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Number(x) => Self::Number(*x),
            Value::Bool(b) => Self::Bool(*b),
            Value::Text(t) => Self::Text(t.clone()),
            Value::Date(d) => Self::Date(*d),
            Value::Enum(e, m) => Self::Enum(e.0, *m),
            _ => return None,
        })
    }

    fn fits(&self, cell: &Const) -> bool {
        match (self, cell) {
            (Self::Number(x), Const::Number(y)) => x == y,
            (Self::Bool(x), Const::Bool(y)) => x == y,
            (Self::Text(x), Const::Text(y)) => **x == **y,
            (Self::Date(x), Const::Date { year, month, day }) => *x == (*year, *month, *day),
            (Self::Enum(e, m), Const::Enum(f, n)) => *e == f.0 && m == n,
            _ => false,
        }
    }
}

/// A stretch of days inside the period that one row covers.
struct Stretch {
    row: u32,
    days: i64,
    held: Option<Day>,
}

impl Interp<'_> {
    fn factor(&self, id: FactorId) -> Option<Number> {
        self.program.factors.get(id.ix()).map(|f| f.value)
    }

    #[inline(never)]
    pub(super) fn param_at(&mut self, id: NodeId, param: ParamId, at: NodeId) -> Slot {
        let (operand, mut touches) = self.operands([at]);
        let (from, to) = match operand {
            Err(e) => {
                return Slot { value: Value::Err(e), touches };
            }
            Ok([Value::Period(a, b)]) => (a, b),
            Ok([Value::Date(d)]) => (d, d),
            Ok([Value::Number(y)]) => match crate::constant::years(y) {
                Some(p) => p,
                None => {
                    return Slot { value: self.num_fail(id, footrule_number::NumError::Domain, &[at]), touches };
                }
            },
            Ok(_) => {
                return Slot { value: self.bug(id, "a parameter read at what is no period"), touches };
            }
        };
        let program = self.program;
        let Some(info) = program.params.get(param.ix()) else {
            return Slot { value: self.bug(id, "no such parameter"), touches };
        };
        let instead = self.scenario.and_then(|s| s.params.iter().find(|(p, ..)| *p == param));
        if let Some((_, factor, origin)) = instead {
            return self.in_scenario(id, info, *factor, *origin, &touches);
        }
        let value = match stretches(info, from, to) {
            Err(day) => Err(FailKind::NoValue(param, day)),
            Ok(list) => {
                if let Some(seen) = self.seen {
                    list.iter().for_each(|s| seen.param_row(param.ix(), s.row));
                }
                touches.absorb(&Touches::of(
                    list.iter()
                        .flat_map(|s| {
                            let factor = info.rows.get(s.row as usize).map(|r| Touch::Factor(r.factor));
                            let held = s.held.map(|day| Touch::Held(param, s.row, day));
                            factor.into_iter().chain(held)
                        })
                        .collect(),
                ));
                self.read(id, info, &list).unwrap_or(Err(FailKind::Changes(param, from, to)))
            }
        };
        let value = match value {
            Ok(Value::Split(s)) => Value::Split(s.rated(self.rating(&touches))),
            Ok(v) => v,
            Err(kind) => Value::Err(self.fail(id, kind)),
        };
        Slot { value, touches }
    }

    /// The value over a period, if it has one.
    pub(crate) fn parameter(&mut self, param: ParamId, period: (Day, Day)) -> Option<Reading> {
        let info = self.program.params.get(param.ix())?;
        let instead = self.scenario.and_then(|s| s.params.iter().find(|(p, ..)| *p == param));
        if let Some((_, factor, origin)) = instead {
            let slot = self.in_scenario(NodeId(0), info, *factor, *origin, &Touches::NONE);
            return Some(Reading { value: slot.value, held: Vec::new(), factors: vec![*factor] });
        }
        let list = stretches(info, period.0, period.1).ok()?;
        let held = list.iter().filter_map(|s| Some((s.row, s.held?))).collect();
        let factors = list.iter().filter_map(|s| info.rows.get(s.row as usize)).map(|r| r.factor).collect();
        Some(Reading { value: self.read(NodeId(0), info, &list)?.ok()?, held, factors })
    }

    /// The one value that a scenario gives a parameter for all dates.
    fn in_scenario(&self, id: NodeId, info: &ParamInfo, factor: FactorId, origin: Origin, read: &Touches) -> Slot {
        let touches = Touches::one(Touch::Factor(factor)).with(read);
        let value = match (self.factor(factor), &info.ty) {
            (Some(x), Ty::Split(_)) => {
                let key = PartKey::new(origin, None, Evidence::Secondary);
                Value::Split(Split::one(key, x).rated(self.rating(&touches)))
            }
            (Some(x), _) => Value::Number(x),
            (None, _) => self.bug(id, "a scenario without its number"),
        };
        Slot { value, touches }
    }

    /// The value over these stretches; `None` if it changes and no rule says how to read it.
    fn read(&mut self, id: NodeId, info: &ParamInfo, list: &[Stretch]) -> Option<Result<Value, FailKind>> {
        let rows: Option<Vec<(Number, Origin, i64)>> = list
            .iter()
            .map(|s| info.rows.get(s.row as usize).and_then(|r| Some((self.factor(r.factor)?, r.origin, s.days))))
            .collect();
        let Some(rows) = rows else {
            return Some(Err(FailKind::Bug("a parameter row without its number")));
        };
        let split = matches!(info.ty, Ty::Split(_));
        let Some(&(first, origin, _)) = rows.first() else {
            return Some(Err(FailKind::Bug("a parameter without rows")));
        };
        let key = |origin| PartKey::new(origin, None, Evidence::Secondary);
        if rows.iter().all(|(x, o, _)| *x == first && (!split || *o == origin)) {
            return Some(Ok(if split { Value::Split(Split::one(key(origin), first)) } else { Value::Number(first) }));
        }
        if info.at != Some(PeriodRule::Days) {
            return None;
        }
        // The mean of one value per day is exact until its one rounding.
        let unit = rows.iter().fold(0, |g, (_, _, d)| gcd(g, *d)).max(1);
        let mean = |of: Option<Origin>| {
            let mut sum = Sum::new();
            for (value, origin, days) in &rows {
                let value = if of.is_none_or(|o| o == *origin) { *value } else { Number::ZERO };
                for _ in 0..days / unit {
                    sum.add(value);
                }
            }
            sum.mean()
        };
        let value = if split {
            let mut origins: Vec<Origin> = rows.iter().map(|(_, o, _)| *o).collect();
            origins.sort_unstable();
            origins.dedup();
            let parts = origins.into_iter().map(|o| Ok((key(o), mean(Some(o))?))).collect::<Result<Vec<_>, _>>();
            parts.and_then(|parts| {
                let mut all = SplitSum::default();
                all.add(&Split::from_parts(parts)?);
                all.finish().map(Value::Split)
            })
        } else {
            mean(None).map(Value::Number)
        };
        Some(match value {
            Ok(v) => Ok(v),
            Err(e) => match self.num_fail(id, e, &[]) {
                Value::Err(errs) => Err(errs.iter().next().map_or(FailKind::Bug("no failure"), |f| f.kind.clone())),
                _ => Err(FailKind::Bug("no failure")),
            },
        })
    }

    /// The row for these keys: the fitting one with the fewest wildcards.
    fn find(&mut self, table: TableId, keys: &[Value]) -> Option<Found> {
        let info = self.program.tables.get(table.ix())?;
        let keys: Vec<Key> = keys.iter().map(Key::of).collect::<Option<_>>()?;
        let memo = (table.0, keys);
        if let Some(found) = self.found.get(&memo) {
            return Some(*found);
        }
        let found = info.find(memo.1.len(), |k, cell| memo.1[k].fits(cell));
        self.found.insert(memo, found);
        Some(found)
    }

    pub(super) fn keys(&mut self, ids: &[NodeId]) -> (Result<Vec<Value>, Errs>, Touches) {
        let mut touches = Touches::NONE;
        let mut values = Vec::with_capacity(ids.len());
        for n in ids {
            let slot = self.get(*n);
            touches.absorb(&slot.touches);
            values.push(slot.value);
        }
        match Errs::union(values.iter().filter_map(Value::errs)) {
            Some(e) => (Err(e), touches),
            None => (Ok(values), touches),
        }
    }

    #[inline(never)]
    pub(super) fn lookup(&mut self, id: NodeId, table: TableId, keys: &[NodeId], column: Option<u32>) -> Slot {
        let (values, touches) = self.keys(keys);
        let values = match values {
            Ok(v) => v,
            Err(e) => {
                return Slot { value: Value::Err(e), touches };
            }
        };
        match self.find(table, &values) {
            None => Slot { value: self.bug(id, "look-up in an unknown table or by an unexpected key"), touches },
            Some(Err(n)) => {
                let words = values.iter().map(|v| crate::show::value(self.program, v, None)).collect();
                let kind = if n == 0 { FailKind::NoRow(table, words) } else { FailKind::AmbiguousRow(table, words) };
                Slot { value: Value::Err(self.fail(id, kind)), touches }
            }
            Some(Ok(row)) => {
                if let Some(seen) = self.seen {
                    seen.table_row(table.ix(), row);
                }
                let slot = match column {
                    None => Slot::new(Value::Row(table, row)),
                    Some(c) => self.cell(id, table, row, c),
                };
                Slot { value: slot.value, touches: touches.with(&slot.touches) }
            }
        }
    }

    pub(super) fn has_row(&mut self, id: NodeId, table: TableId, keys: &[NodeId]) -> Slot {
        let (values, touches) = self.keys(keys);
        let value = match values {
            Err(e) => Value::Err(e),
            Ok(values) => match self.find(table, &values) {
                Some(found) => Value::Bool(found != Err(0)),
                None => self.bug(id, "look-up in an unknown table or by an unexpected key"),
            },
        };
        Slot { value, touches }
    }

    pub(super) fn rows(&mut self, id: NodeId, table: TableId) -> Slot {
        Slot::new(match self.program.tables.get(table.ix()) {
            Some(info) => Value::List((0..info.rows.len() as u32).map(|i| Value::Row(table, i)).collect()),
            None => self.bug(id, "no such table"),
        })
    }

    pub(super) fn column(&mut self, id: NodeId, row: NodeId, column: u32) -> Slot {
        let (value, touches) = self.operands([row]);
        let (table, index) = match value {
            Err(e) => {
                return Slot { value: Value::Err(e), touches };
            }
            Ok([Value::Row(t, i)]) => (t, i),
            Ok(_) => {
                return Slot { value: self.bug(id, "a column of what is no row"), touches };
            }
        };
        let program = self.program;
        let Some(info) = program.tables.get(table.ix()) else {
            return Slot { value: self.bug(id, "no such table"), touches };
        };
        let slot = match (column as usize).checked_sub(info.keys.len()) {
            Some(c) => {
                // A loop's filter reads the keys of every row; only a value that is read makes a row count.
                if let Some(seen) = self.seen {
                    seen.table_row(table.ix(), index);
                }
                self.cell(id, table, index, c as u32)
            }
            None => {
                let cell = info.rows.get(index as usize).and_then(|r: &TableRow| r.keys.get(column as usize));
                Slot::new(match cell {
                    Some(Some(c)) => constant(c),
                    Some(None) => Value::Err(self.fail(id, FailKind::NoRow(table, vec!["_".to_owned()]))),
                    None => self.bug(id, "no such row"),
                })
            }
        };
        Slot { value: slot.value, touches: touches.with(&slot.touches) }
    }

    pub(super) fn cell(&mut self, id: NodeId, table: TableId, row: u32, column: u32) -> Slot {
        let program = self.program;
        let found = program.tables.get(table.ix()).and_then(|info| {
            let row = info.rows.get(row as usize)?;
            Some((row.values.get(column as usize)?, row.origin, &info.columns.get(column as usize)?.1))
        });
        match found {
            Some((Cell::Const(c), ..)) => Slot::new(constant(c)),
            Some((Cell::Factor(f), origin, ty)) => {
                let touches = Touches::one(Touch::Factor(*f));
                let value = match self.factor(*f) {
                    Some(x) if matches!(ty, Ty::Split(_)) => {
                        let key = PartKey::new(origin, None, Evidence::Secondary);
                        Value::Split(Split::one(key, x).rated(self.rating(&touches)))
                    }
                    Some(x) => Value::Number(x),
                    None => self.bug(id, "a cell without its number"),
                };
                Slot { value, touches }
            }
            None => Slot::new(self.bug(id, "no such cell")),
        }
    }

    /// The GWP of a gas for an origin, and the datum it comes from (none for neutral biogenic CO2).
    pub(crate) fn gwp(&self, gas: GasId, origin: Origin) -> Result<(Number, Option<FactorId>), FailKind> {
        self.program.gwp(gas, origin).ok_or(FailKind::NoGwp(gas))
    }

    #[inline(never)]
    pub(super) fn characterise(&mut self, id: NodeId, mass: NodeId, gas: GasRef, origin: Origin) -> Slot {
        let (operands, mut touches) = match gas {
            GasRef::Static(_) => {
                let (v, t) = self.operands([mass]);
                (v.map(|[m]| (m, None)), t)
            }
            GasRef::Node(n) => {
                let (v, t) = self.operands([mass, n]);
                (v.map(|[m, g]| (m, Some(g))), t)
            }
        };
        let value = match (operands, gas) {
            (Err(e), _) => Value::Err(e),
            (Ok((Value::Number(m), None)), GasRef::Static(g)) => {
                self.equivalents(id, m, g, origin, &[mass], &mut touches)
            }
            (Ok((Value::Number(m), Some(Value::Enum(_, g)))), _) => {
                self.equivalents(id, m, GasId(g), origin, &[mass], &mut touches)
            }
            _ => self.bug(id, "a characterisation of what is no mass of a gas"),
        };
        Slot { value, touches }
    }

    fn equivalents(
        &mut self,
        id: NodeId,
        mass: Number,
        gas: GasId,
        origin: Origin,
        shown: &[NodeId],
        touches: &mut Touches,
    ) -> Value {
        let (gwp, factor) = match self.gwp(gas, origin) {
            Ok(x) => x,
            Err(kind) => return Value::Err(self.fail(id, kind)),
        };
        if let Some(f) = factor {
            touches.absorb(&Touches::one(Touch::Factor(f)));
        }
        match mass.mul(gwp) {
            Ok(x) => Value::Split(Split::one(gas_key(gas, origin), x).rated(self.rating(touches))),
            Err(e) => self.num_fail(id, e, shown),
        }
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Which rows cover the period, or the first day without a value.
fn stretches(info: &ParamInfo, from: Day, to: Day) -> Result<Vec<Stretch>, Day> {
    let (first, last) = (days::number(from), days::number(to));
    let (first, last) = match info.at {
        Some(PeriodRule::Start) => (first, first),
        Some(PeriodRule::End) => (last, last),
        Some(PeriodRule::Days) | None => (first, last),
    };
    let mut list = Vec::new();
    let mut day = first;
    while day <= last {
        let stretch = cover(info, day).ok_or_else(|| days::from_number(day))?;
        let end = stretch.1.min(last);
        list.push(Stretch { row: stretch.0, days: end - day + 1, held: stretch.2.then(|| days::from_number(day)) });
        day = end + 1;
    }
    Ok(list)
}

/// The row that holds on a day, the last day of the stretch on which it does, and whether by a policy with a finding.
fn cover(info: &ParamInfo, day: i64) -> Option<(u32, i64, bool)> {
    let start = |i: usize| info.rows.get(i).map(|r| days::number(r.from));
    let Some(i) = info.rows.iter().rposition(|r| days::number(r.from) <= day) else {
        let Policy::Hold { warning, .. } = info.before else {
            return None;
        };
        return Some((0, start(0)? - 1, warning));
    };
    // The day on which the row ends, and the next one begins.
    let end = info.rows[i].to.map_or(i64::MAX, days::number).min(start(i + 1).unwrap_or(i64::MAX));
    if day < end {
        return Some((i as u32, end - 1, false));
    }
    if i + 1 < info.rows.len() {
        return None;
    }
    let Policy::Hold { warning, until } = info.after else {
        return None;
    };
    let until = until.map_or(i64::MAX, days::number);
    (day <= until).then_some((i as u32, until, warning))
}
