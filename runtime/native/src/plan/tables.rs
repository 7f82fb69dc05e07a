//! Parameters, tables and global warming potentials: what stands in the program is read when it is planned.

use super::Plan;
use super::marks::{Found, Mark, Marks};
use super::sym::{Gas, Key, Part, Sym, compare, select};
use crate::kernel::{Def, Id};
use footrule_mir::{Cell, Cmp, Const, Day, Evidence, NodeId, Origin, ParamId, Policy, TableId, Ty};
use footrule_number::Number;
use footrule_runtime::{Value, day_of, parameter, years};
use std::rc::Rc;

/// Most combinations of keys that are written out.
const MAX_CELLS: usize = 100_000;

/// How many years after its last row a parameter is looked at.
const YEARS_AFTER: i64 = 10;

/// Most values of a key that are compared one by one.
const MAX_POINTS: usize = 64;

/// A key of a look-up: the values that it may have, by an index below their number. A value that is none of the
/// program's, and so fits wildcards only, is `None`.
struct Key1 {
    index: Id,
    values: Vec<Option<Const>>,
}

/// A parameter over a period.
struct Read {
    value: Sym,
    /// Rows that are held, each with its day.
    held: Vec<(u32, Day)>,
    /// What it is read from, where that is followed.
    data: Option<Mark>,
}

impl Plan<'_> {
    pub(super) fn param(&mut self, param: ParamId, at: NodeId) -> Sym {
        match self.present(at) {
            Sym::Period(a, b) => self.param_over(param, (a, b)),
            Sym::Date(d) => match self.b.constant(d).and_then(Number::to_i64) {
                Some(n) => self.param_over(param, (day_of(n), day_of(n))),
                None => self.param_by_day(param, d),
            },
            Sym::Number(x) => match self.b.constant(x) {
                Some(x) => match years(x) {
                    Some(period) => self.param_over(param, period),
                    None => Sym::Fail("a parameter at what is no year"),
                },
                None => self.param_by_year(param, x),
            },
            Sym::Fail(why) => Sym::Fail(why),
            _ => self.fail("a parameter at what is no time"),
        }
    }

    /// Over a known period; the rows that are held are noted.
    fn param_over(&mut self, param: ParamId, period: (Day, Day)) -> Sym {
        let Read { value, held, data } = self.reading(param, period);
        let held = held.iter().map(|(row, day)| (Mark::Held(param, *row, Some(*day)), None));
        self.tracker.last = Some(held.chain(data.map(|m| (m, None))).collect());
        value
    }

    fn reading(&mut self, param: ParamId, period: (Day, Day)) -> Read {
        let Some(reading) = parameter(self.program, param, period, self.layout.scenario) else {
            let value = self.fail("a parameter without a value in the period");
            return Read { value, held: Vec::new(), data: None };
        };
        let data = self.tracker.follows.then(|| Mark::Data(self.scores_of(&reading.factors)));
        let value = match reading.value {
            Value::Number(x) => Sym::Number(self.b.number(x)),
            Value::Split(s) => {
                let part = |(k, v): &(footrule_runtime::PartKey, Number)| {
                    let gas = k.gas.map_or(Gas::None, Gas::Known);
                    (Key::new(k.origin, gas, k.evidence), *v)
                };
                let parts: Vec<(Key, Number)> = s.parts().iter().map(part).collect();
                Sym::Split(parts.into_iter().map(|(k, v)| Part::new(k, self.b.number(v))).collect())
            }
            _ => self.fail("a parameter without a value in the period"),
        };
        Read { value, held: reading.held, data }
    }

    /// A parameter on a day that differs from row to row: it changes on the days that its rows and policies name.
    fn param_by_day(&mut self, param: ParamId, day: Id) -> Sym {
        let Some(info) = self.program.params.get(param.ix()) else { return self.fail("no such parameter") };
        let number = footrule_runtime::day_number;
        let mut changes: Vec<i64> = info.rows.iter().flat_map(|r| [Some(r.from), r.to]).flatten().map(number).collect();
        for policy in [info.before, info.after] {
            if let Policy::Hold { until: Some(last), .. } = policy {
                changes.push(number(last) + 1);
            }
        }
        changes.sort_unstable();
        changes.dedup();
        let Some(first) = changes.first() else { return self.fail("a parameter without rows") };
        if changes.len() > MAX_POINTS {
            return self.fail("a parameter that changes so often");
        }
        let before = day_of(first - 1);
        let Read { mut value, held, data } = self.reading(param, (before, before));
        // What is held in each stretch, for which day differs from row to row; and where it begins.
        let yes = self.b.bool(true);
        let mut stretches = vec![(yes, held, data)];
        for change in changes {
            let (own, from) = (day_of(change), self.b.number(Number::from(change)));
            let Read { value: here, held, data } = self.reading(param, (own, own));
            let later = compare(&mut self.b, Cmp::Ge, day, from);
            value = select(&mut self.b, later, &here, &value);
            stretches.push((later, held, data));
        }
        let mut found = Found::default();
        for (i, (from, held, data)) in stretches.iter().enumerate() {
            let mut here = *from;
            if let Some((next, ..)) = stretches.get(i + 1) {
                let not = self.b.add(Def::Not(*next));
                here = self.b.add(Def::And(here, not));
            }
            let held = held.iter().map(|(row, _)| (Mark::Held(param, *row, None), None));
            // One score in all stretches needs no condition.
            let same = stretches.iter().all(|(.., d)| d == data);
            let marks: Marks = held.chain(data.filter(|_| !same).map(|m| (m, None))).collect();
            found.add(&mut self.b, Some(here), &marks);
            let always: Marks = data.filter(|_| same).map(|m| (m, None)).into_iter().collect();
            found.add(&mut self.b, None, &always);
        }
        self.tracker.last = Some(found.done());
        value
    }

    /// A parameter in a year that differs from row to row.
    fn param_by_year(&mut self, param: ParamId, year: Id) -> Sym {
        let Some(info) = self.program.params.get(param.ix()) else { return self.fail("no such parameter") };
        let of = || info.rows.iter().map(|r| i64::from(r.from.0));
        let (Some(first), Some(last)) = (of().min(), of().max()) else { return self.fail("a parameter without rows") };
        let mut value = Sym::Fail("a parameter in a year far from its rows");
        let mut found = Found::default();
        for y in (first - 1..=last + YEARS_AFTER).take(MAX_POINTS) {
            let this = self.b.number(Number::from(y));
            let Some(period) = years(Number::from(y)) else { continue };
            let Read { value: here, held, data } = self.reading(param, period);
            let is = compare(&mut self.b, Cmp::Eq, year, this);
            value = select(&mut self.b, is, &here, &value);
            let held = held.iter().map(|(row, day)| (Mark::Held(param, *row, Some(*day)), None));
            let marks: Marks = held.chain(data.map(|m| (m, None))).collect();
            found.add(&mut self.b, Some(is), &marks);
        }
        self.tracker.last = Some(found.done());
        value
    }

    pub(super) fn lookup(&mut self, table: TableId, keys: &[NodeId], column: Option<u32>) -> Sym {
        let Some(row) = self.row_by_key(table, keys) else { return self.fail("a look-up by so many keys") };
        match column {
            None => Sym::Row(table, row),
            Some(c) => self.cell(table, row, c as usize),
        }
    }

    pub(super) fn has_row(&mut self, table: TableId, keys: &[NodeId]) -> Sym {
        let Some((index, rows)) = self.rows_by_key(table, keys) else {
            return self.fail("a look-up by so many keys");
        };
        let there = rows.iter().map(|r| Some(u32::from(*r != Err(0)))).collect();
        let there = self.b.add(Def::Pick(index, there));
        Sym::Bool(self.b.add(Def::Is(there, 1)))
    }

    /// The index of the row that fits.
    pub(super) fn row_by_key(&mut self, table: TableId, keys: &[NodeId]) -> Option<Id> {
        let (index, rows) = self.rows_by_key(table, keys)?;
        Some(self.b.add(Def::Pick(index, rows.iter().map(|r| r.ok()).collect())))
    }

    /// An index over all combinations of keys, and the row of each.
    fn rows_by_key(&mut self, table: TableId, keys: &[NodeId]) -> Option<(Id, Vec<Result<u32, u32>>)> {
        let info = self.program.tables.get(table.ix())?;
        let all: Vec<usize> = (0..keys.len()).collect();
        let (index, combinations) = self.combinations(table, keys, &all)?;
        let fits = |c: &Vec<Option<Const>>| info.find(c.len(), |k, cell| c[k].as_ref() == Some(cell));
        Some((index, combinations.iter().map(fits).collect()))
    }

    /// An index over all combinations of some keys of a table, and these.
    pub(super) fn combinations(
        &mut self,
        table: TableId,
        keys: &[NodeId],
        which: &[usize],
    ) -> Option<(Id, Vec<Vec<Option<Const>>>)> {
        let info = self.program.tables.get(table.ix())?;
        let mut found = Vec::with_capacity(keys.len());
        for k in which {
            found.push(self.key(table, *k, *keys.get(*k)?, &info.keys.get(*k)?.1)?);
        }
        let mut index = self.b.add(Def::Index(0));
        let mut combinations: Vec<Vec<Option<Const>>> = vec![Vec::new()];
        for Key1 { index: own, values } in found {
            if values.len() > 1 || *self.b.def(own) == Def::Fail {
                index = match combinations.len() {
                    1 => own,
                    _ => self.b.add(Def::Pair(index, own, values.len() as u32)),
                };
            }
            if combinations.len() * values.len() > MAX_CELLS {
                return None;
            }
            combinations = combinations
                .iter()
                .flat_map(|c| values.iter().map(move |k| c.iter().cloned().chain([k.clone()]).collect()))
                .collect();
        }
        Some((index, combinations))
    }

    fn key(&mut self, table: TableId, k: usize, n: NodeId, ty: &Ty) -> Option<Key1> {
        let (index, values): (Id, Vec<Option<Const>>) = match (self.present(n), ty) {
            // What is not there fits nothing, and fails.
            (Sym::Fail(_), _) => (self.b.add(Def::Fail), vec![None]),
            (Sym::Index(id), Ty::Enum(e)) => {
                let n = self.program.enums.get(e.ix())?.members.len() as u32;
                (id, (0..n).map(|m| Some(Const::Enum(*e, m))).collect())
            }
            (Sym::Bool(c), _) => {
                let (yes, no) = (self.b.add(Def::Index(1)), self.b.add(Def::Index(0)));
                (self.b.add(Def::Select(c, yes, no)), [false, true].map(|b| Some(Const::Bool(b))).into())
            }
            (Sym::Text(code), _) => {
                // Texts that the program does not know are alike here.
                let all = (0..=self.texts.len() as u32).map(Some).collect();
                let known = self.texts.iter().map(|t| Some(Const::Text(t.clone())));
                (self.b.add(Def::Pick(code, all)), known.chain([None]).collect())
            }
            (Sym::Number(id), _) => match self.b.constant(id) {
                Some(x) => (self.b.add(Def::Index(0)), vec![Some(Const::Number(x))]),
                None => self.numbers(table, k, id)?,
            },
            (Sym::Date(id), _) => match self.b.constant(id).and_then(Number::to_i64) {
                Some(n) => {
                    let (year, month, day) = footrule_runtime::day_of(n);
                    (self.b.add(Def::Index(0)), vec![Some(Const::Date { year, month, day })])
                }
                None => self.numbers(table, k, id)?,
            },
            _ => return None,
        };
        if let Some(k) = self.b.known_index(index) {
            let only = values.get(k as usize)?.clone();
            return Some(Key1 { index, values: vec![only] });
        }
        Some(Key1 { index, values })
    }

    /// A number or a day that is not known, told apart by the cells of its key.
    fn numbers(&mut self, table: TableId, key: usize, id: Id) -> Option<(Id, Vec<Option<Const>>)> {
        let info = self.program.tables.get(table.ix())?;
        let mut cells: Vec<&Const> = Vec::new();
        for c in info.rows.iter().filter_map(|r| r.keys.get(key)?.as_ref()) {
            if !cells.contains(&c) {
                cells.push(c);
            }
        }
        if cells.len() > MAX_POINTS {
            return None;
        }
        let mut index = self.b.add(Def::Index(cells.len() as u32));
        for (i, cell) in cells.iter().enumerate() {
            let value = match cell {
                Const::Number(x) => *x,
                Const::Date { year, month, day } => Number::from(footrule_runtime::day_number((*year, *month, *day))),
                _ => return None,
            };
            let value = self.b.number(value);
            let is = compare(&mut self.b, Cmp::Eq, id, value);
            let this = self.b.add(Def::Index(i as u32));
            index = self.b.add(Def::Select(is, this, index));
        }
        Some((index, cells.into_iter().cloned().map(Some).chain([None]).collect()))
    }

    pub(super) fn column(&mut self, row: NodeId, column: u32) -> Sym {
        let Sym::Row(table, index) = self.present(row) else { return Sym::Fail("a column of what is no row") };
        let Some(info) = self.program.tables.get(table.ix()) else { return self.fail("no such table") };
        match (column as usize).checked_sub(info.keys.len()) {
            Some(c) => self.cell(table, index, c),
            None => {
                let cells: Vec<Option<&Const>> =
                    info.rows.iter().map(|r| r.keys.get(column as usize).and_then(Option::as_ref)).collect();
                self.by_row(index, &cells)
            }
        }
    }

    /// A value of the row with this index.
    pub(super) fn cell(&mut self, table: TableId, row: Id, column: usize) -> Sym {
        let program = self.program;
        let Some(info) = program.tables.get(table.ix()) else { return self.fail("no such table") };
        let cells = || info.rows.iter().map(|r| r.values.get(column));
        let number = |c: Option<&Cell>| match c {
            Some(Cell::Factor(f)) => program.factors.get(f.ix()).map(|f| f.value),
            Some(Cell::Const(Const::Number(x))) => Some(*x),
            _ => None,
        };
        match info.columns.get(column).map(|(_, ty)| ty) {
            Some(Ty::Split(_)) => {
                let mut origins: Vec<Origin> = info.rows.iter().map(|r| r.origin).collect();
                origins.sort_unstable();
                origins.dedup();
                let several = origins.len() > 1;
                let mut parts: Vec<Part> = Vec::with_capacity(origins.len());
                for origin in origins {
                    // A part that a row does not have is 0.
                    let of = info.rows.iter().map(|r| {
                        let own = number(r.values.get(column))?;
                        Some(if r.origin == origin { own } else { Number::ZERO })
                    });
                    let value = self.b.add(Def::Lookup(row, of.collect()));
                    let there = several.then(|| {
                        let of = info.rows.iter().map(|r| Some(u32::from(r.origin == origin))).collect();
                        let is = self.b.add(Def::Pick(row, of));
                        self.b.add(Def::Is(is, 1))
                    });
                    let key = Key::new(origin, Gas::None, Evidence::Secondary);
                    parts.push(Part { key, value, there });
                }
                Sym::Split(parts.into())
            }
            Some(Ty::Number(_)) => Sym::Number(self.b.add(Def::Lookup(row, cells().map(number).collect()))),
            Some(_) => {
                let constant = |c: Option<&'_ Cell>| match c {
                    Some(Cell::Const(c)) => Some(c.clone()),
                    _ => None,
                };
                let owned: Vec<Option<Const>> = cells().map(constant).collect();
                self.by_row(row, &owned.iter().map(Option::as_ref).collect::<Vec<_>>())
            }
            None => self.fail("no such column"),
        }
    }

    /// A constant for each row.
    fn by_row(&mut self, row: Id, cells: &[Option<&Const>]) -> Sym {
        if let Some(k) = self.b.known_index(row) {
            return match cells.get(k as usize).copied().flatten() {
                Some(Const::Text(t)) => self.text(t),
                Some(Const::Date { year, month, day }) => self.day((*year, *month, *day)),
                Some(Const::Number(x)) => Sym::Number(self.b.number(*x)),
                Some(Const::Bool(x)) => Sym::Bool(self.b.bool(*x)),
                Some(Const::Enum(_, m)) => Sym::Index(self.b.add(Def::Index(*m))),
                Some(Const::Absent) => Sym::Absent,
                None => Sym::Fail("a wildcard is read"),
            };
        }
        if cells.iter().flatten().any(|c| **c == Const::Absent) {
            let there = cells.iter().map(|c| c.map(|c| u32::from(*c != Const::Absent))).collect();
            let there = self.b.add(Def::Pick(row, there));
            let there = self.b.add(Def::Is(there, 1));
            let kept: Vec<Option<&Const>> = cells.iter().map(|c| c.filter(|c| **c != Const::Absent)).collect();
            if kept.iter().all(Option::is_none) {
                return Sym::Absent;
            }
            return Sym::Maybe(there, Rc::new(self.by_row(row, &kept)));
        }
        match cells.iter().flatten().next() {
            Some(Const::Number(_)) => {
                let of = |c: &Option<&Const>| if let Some(Const::Number(x)) = c { Some(*x) } else { None };
                Sym::Number(self.b.add(Def::Lookup(row, cells.iter().map(of).collect())))
            }
            Some(Const::Enum(..)) => {
                let of = |c: &Option<&Const>| if let Some(Const::Enum(_, m)) = c { Some(*m) } else { None };
                Sym::Index(self.b.add(Def::Pick(row, cells.iter().map(of).collect())))
            }
            Some(Const::Bool(_)) => {
                let of = |c: &Option<&Const>| if let Some(Const::Bool(x)) = c { Some(u32::from(*x)) } else { None };
                let picked = self.b.add(Def::Pick(row, cells.iter().map(of).collect()));
                Sym::Bool(self.b.add(Def::Is(picked, 1)))
            }
            Some(Const::Text(_)) => {
                let code = |t: &String| self.texts.binary_search(t).ok().map(|i| i as u32);
                let of = |c: &Option<&Const>| if let Some(Const::Text(t)) = c { code(t) } else { None };
                let codes = cells.iter().map(of).collect();
                Sym::Text(self.b.add(Def::Pick(row, codes)))
            }
            Some(Const::Date { .. }) => {
                let of = |c: &Option<&Const>| match c {
                    Some(Const::Date { year, month, day }) => {
                        Some(Number::from(footrule_runtime::day_number((*year, *month, *day))))
                    }
                    _ => None,
                };
                Sym::Date(self.b.add(Def::Lookup(row, cells.iter().map(of).collect())))
            }
            Some(Const::Absent) | None => Sym::Fail("wildcards are read"),
        }
    }
}
