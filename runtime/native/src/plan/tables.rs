//! Parameters, tables and global warming potentials: what stands in the program is read when it is planned.

use super::Plan;
use super::sym::{Gas, Key, Sym};
use crate::kernel::{Def, Id};
use footrule_mir::{Cell, Const, Evidence, NodeId, Origin, ParamId, TableId, Ty};
use footrule_number::Number;
use footrule_runtime::{Value, parameter, years};
use std::rc::Rc;
use std::sync::Arc;

/// Most combinations of keys that are written out.
const MAX_CELLS: usize = 100_000;

/// A key of a look-up.
enum Key1 {
    /// Known.
    Known(Const),
    /// A member of an enumeration of so many.
    Index(Id, u32, footrule_mir::EnumId),
}

impl Plan<'_> {
    pub(super) fn param(&mut self, param: ParamId, at: NodeId) -> Sym {
        let period = match self.get(at) {
            Sym::Period(a, b) => Some((a, b)),
            Sym::Date(d) => Some((d, d)),
            Sym::Number(x) => self.b.constant(x).and_then(years),
            _ => None,
        };
        let Some(period) = period else { return self.fail("a parameter at a date in a column") };
        match parameter(self.program, param, period, self.layout.scenario) {
            Some(Value::Number(x)) => Sym::Number(self.b.number(x)),
            Some(Value::Split(s)) => {
                let part = |(k, v): &(footrule_runtime::PartKey, Number)| {
                    let gas = k.gas.map_or(Gas::None, Gas::Known);
                    (Key { origin: k.origin, gas, evidence: k.evidence }, *v)
                };
                let parts: Vec<(Key, Number)> = s.parts().iter().map(part).collect();
                Sym::Split(parts.into_iter().map(|(k, v)| (k, self.b.number(v))).collect())
            }
            _ => self.fail("a parameter without a value in the period"),
        }
    }

    pub(super) fn lookup(&mut self, table: TableId, keys: &[NodeId], column: Option<u32>) -> Sym {
        let Some((index, rows)) = self.rows_by_key(table, keys) else {
            return self.fail("a look-up by a text, a day or a computed number");
        };
        let row = self.b.add(Def::Pick(index, rows));
        match column {
            None => Sym::Row(table, row),
            Some(c) => self.cell(table, row, c as usize),
        }
    }

    pub(super) fn has_row(&mut self, table: TableId, keys: &[NodeId]) -> Sym {
        let Some((index, rows)) = self.rows_by_key(table, keys) else {
            return self.fail("a look-up by a text, a day or a computed number");
        };
        let there = rows.iter().map(|r| Some(u32::from(r.is_some()))).collect();
        let there = self.b.add(Def::Pick(index, there));
        Sym::Bool(self.b.add(Def::Is(there, 1)))
    }

    /// An index over all combinations of keys, and the row of each.
    fn rows_by_key(&mut self, table: TableId, keys: &[NodeId]) -> Option<(Id, Arc<[Option<u32>]>)> {
        let info = self.program.tables.get(table.ix())?;
        let mut found = Vec::with_capacity(keys.len());
        for (n, (_, ty)) in keys.iter().zip(&info.keys) {
            found.push(self.key(*n, ty)?);
        }
        let mut index = self.b.add(Def::Index(0));
        let mut combinations: Vec<Vec<Const>> = vec![Vec::new()];
        for key in found {
            let of: Vec<Const> = match key {
                Key1::Known(c) => vec![c],
                Key1::Index(id, size, e) => {
                    index = self.b.add(Def::Pair(index, id, size));
                    (0..size).map(|m| Const::Enum(e, m)).collect()
                }
            };
            if combinations.len() * of.len() > MAX_CELLS {
                return None;
            }
            combinations = combinations
                .iter()
                .flat_map(|c| of.iter().map(move |k| c.iter().cloned().chain([k.clone()]).collect()))
                .collect();
        }
        let rows = combinations.iter().map(|c| info.find(c.len(), |k, cell| c[k] == *cell).ok()).collect();
        Some((index, rows))
    }

    fn key(&mut self, n: NodeId, ty: &Ty) -> Option<Key1> {
        Some(match (self.get(n), ty) {
            (Sym::Index(id), Ty::Enum(e)) => match self.b.known_index(id) {
                Some(m) => Key1::Known(Const::Enum(*e, m)),
                None => Key1::Index(id, self.program.enums.get(e.ix())?.members.len() as u32, *e),
            },
            (Sym::Number(id), _) => Key1::Known(Const::Number(self.b.constant(id)?)),
            (Sym::Bool(id), _) => Key1::Known(Const::Bool(self.b.known_bool(id)?)),
            (Sym::Text(t), _) => Key1::Known(Const::Text(t.to_string())),
            (Sym::Date((year, month, day)), _) => Key1::Known(Const::Date { year, month, day }),
            _ => return None,
        })
    }

    pub(super) fn column(&mut self, row: NodeId, column: u32) -> Sym {
        let Sym::Row(table, index) = self.get(row) else { return Sym::Fail("a column of what is no row") };
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
    fn cell(&mut self, table: TableId, row: Id, column: usize) -> Sym {
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
                let mut parts = Vec::with_capacity(origins.len());
                for origin in origins {
                    // A part that a row does not have is 0.
                    let of = info.rows.iter().map(|r| {
                        let own = number(r.values.get(column))?;
                        Some(if r.origin == origin { own } else { Number::ZERO })
                    });
                    let value = self.b.add(Def::Lookup(row, of.collect()));
                    parts.push((Key { origin, gas: Gas::None, evidence: Evidence::Secondary }, value));
                }
                if several {
                    self.b.varying();
                    self.b.inexact();
                }
                Sym::Split(Rc::from(parts))
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
                Some(Const::Text(t)) => Sym::Text(Arc::from(t.as_str())),
                Some(Const::Date { year, month, day }) => Sym::Date((*year, *month, *day)),
                Some(Const::Number(x)) => Sym::Number(self.b.number(*x)),
                Some(Const::Bool(x)) => Sym::Bool(self.b.bool(*x)),
                Some(Const::Enum(_, m)) => Sym::Index(self.b.add(Def::Index(*m))),
                Some(Const::Absent) => Sym::Absent,
                None => Sym::Fail("a wildcard is read"),
            };
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
            _ => self.fail("texts or days of a row that is not known"),
        }
    }
}
