//! Tables between points: which two rows a value lies between is decided by exact comparisons, and the value is that of
//! the line through both.

use super::Plan;
use super::sym::{Gas, Key, Part, Sym, select};
use crate::kernel::{Def, Id, Segment};
use footrule_mir::{Cell, Cmp, Const, Evidence, NodeId, TableId, TableInfo, Ty};
use footrule_number::{Number, Ratio};
use std::sync::Arc;

/// Most points of a combination of the other keys.
const MAX_POINTS: usize = 256;

/// What is interpolated: a column along a converted key.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub column: u32,
    pub scale: Ratio,
    pub offset: Number,
}

impl Plan<'_> {
    pub(super) fn interpolate(&mut self, table: TableId, keys: &[NodeId], axis: Axis) -> Sym {
        let program = self.program;
        let info = program.tables.get(table.ix());
        let Some((info, along)) = info.and_then(|i| Some((i, i.interpolate?.key as usize))) else {
            return self.fail("a table without points");
        };
        let x = match keys.get(along).map(|k| self.present(*k)) {
            Some(Sym::Number(x)) => x,
            Some(Sym::Fail(why)) => return Sym::Fail(why),
            _ => return self.fail("interpolation along what is no number"),
        };
        let others: Vec<usize> = (0..keys.len()).filter(|k| *k != along).collect();
        let Some((index, combinations)) = self.combinations(table, keys, &others) else {
            return self.fail("a look-up by so many keys");
        };
        // Combinations with the same rows are one.
        let mut known: Vec<Vec<u32>> = Vec::new();
        let group = |c: &Vec<Option<Const>>| {
            let rows = fitting(info, &others, c)?;
            Some(known.iter().position(|k| *k == rows).unwrap_or_else(|| {
                known.push(rows);
                known.len() - 1
            }) as u32)
        };
        let groups: Vec<Option<u32>> = combinations.iter().map(group).collect();
        let group = self.b.add(Def::Pick(index, groups.into()));
        let mut value = Sym::Fail("no such rows");
        for (k, rows) in known.iter().enumerate() {
            let Some(here) = self.between_rows(table, info, along, rows, (x, axis)) else {
                return self.fail("interpolation between so many points");
            };
            let is = self.b.add(Def::Is(group, k as u32));
            value = select(&mut self.b, is, &here, &value);
        }
        value
    }

    /// The value along rows whose points ascend.
    fn between_rows(
        &mut self,
        table: TableId,
        info: &TableInfo,
        along: usize,
        rows: &[u32],
        (x, axis): (Id, Axis),
    ) -> Option<Sym> {
        let hold = info.interpolate?.hold;
        let points: Vec<Number> = rows.iter().map(|r| point(info, along, *r)).collect::<Option<_>>()?;
        if points.len() > MAX_POINTS {
            return None;
        }
        let outside = Sym::Fail("outside the points");
        let ends =
            [rows.first()?, rows.last()?].map(|r| if hold { self.at_row(table, *r, axis) } else { outside.clone() });
        let [mut value, last] = ends;
        for (k, (row, p)) in rows.iter().zip(&points).enumerate() {
            // The place less the zero point, exactly.
            let p = p.sub(axis.offset).ok().filter(|d| d.add(axis.offset).is_ok_and(|back| back == *p))?;
            let limit = (self.b.number(p), Ratio::ONE);
            let beyond = match rows.get(k + 1).zip(points.get(k + 1)) {
                Some((next, _)) => self.line(info, along, (*row, *next), (x, axis))?,
                None => last.clone(),
            };
            let own = self.at_row(table, *row, axis);
            let is = self.b.add(Def::Compare(Cmp::Eq, (x, axis.scale), limit));
            let here = select(&mut self.b, is, &own, &beyond);
            let reached = self.b.add(Def::Compare(Cmp::Ge, (x, axis.scale), limit));
            value = select(&mut self.b, reached, &here, &value);
        }
        Some(value)
    }

    fn at_row(&mut self, table: TableId, row: u32, axis: Axis) -> Sym {
        let row = self.b.add(Def::Index(row));
        self.cell(table, row, axis.column as usize)
    }

    /// Between two rows; parts of CO2e of different origin stay apart.
    fn line(&mut self, info: &TableInfo, along: usize, (a, b): (u32, u32), (x, axis): (Id, Axis)) -> Option<Sym> {
        let cell = |row: u32| {
            let row = info.rows.get(row as usize)?;
            let Cell::Factor(f) = row.values.get(axis.column as usize)? else { return None };
            Some((self.program.factors.get(f.ix())?.value, row.origin))
        };
        let ((ya, oa), (yb, ob)) = (cell(a)?, cell(b)?);
        let (xa, xb) = (point(info, along, a)?, point(info, along, b)?);
        let mut through = |from: Number, to: Number| {
            let Axis { scale, offset, .. } = axis;
            let segment = Segment { scale, offset, from: (xa, from), to: (xb, to) };
            self.b.add(Def::Between(x, Arc::new(segment)))
        };
        if !matches!(info.columns.get(axis.column as usize), Some((_, Ty::Split(_)))) {
            return Some(Sym::Number(through(ya, yb)));
        }
        let key = |origin| Key::new(origin, Gas::None, Evidence::Secondary);
        let mut parts = if oa == ob {
            vec![Part::new(key(oa), through(ya, yb))]
        } else {
            let first = through(ya, Number::ZERO);
            vec![Part::new(key(oa), first), Part::new(key(ob), through(Number::ZERO, yb))]
        };
        parts.sort_by_key(|p| p.key.origin);
        Some(Sym::Split(parts.into()))
    }
}

/// The rows of the most specific combination that fits; none if there is none, or several are as specific.
fn fitting(info: &TableInfo, others: &[usize], values: &[Option<Const>]) -> Option<Vec<u32>> {
    let cells =
        |row: u32| others.iter().map(move |k| info.rows.get(row as usize).and_then(|r| r.keys.get(*k)?.as_ref()));
    let fits = |row: &u32| cells(*row).zip(values).all(|(c, v)| c.is_none_or(|c| v.as_ref() == Some(c)));
    let wild = |row: u32| cells(row).filter(Option::is_none).count();
    let all: Vec<u32> = (0..info.rows.len() as u32).filter(fits).collect();
    let least = all.iter().map(|r| wild(*r)).min()?;
    let rows: Vec<u32> = all.into_iter().filter(|r| wild(*r) == least).collect();
    let first = *rows.first()?;
    rows.iter().all(|r| cells(*r).eq(cells(first))).then_some(rows)
}

fn point(info: &TableInfo, along: usize, row: u32) -> Option<Number> {
    match info.rows.get(row as usize)?.keys.get(along)? {
        Some(Const::Number(x)) => Some(*x),
        _ => None,
    }
}
