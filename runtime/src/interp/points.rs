//! Tables between points: linear interpolation of the two rows around a value.
//!
//! Guarantees: the rows of the most specific combination of the other keys count, as for a look-up of one row; at a
//! point only its own row is read; elsewhere both rows are, and stand in the trace. CO2e parts of different origin
//! stay apart.

use super::{Interp, Slot};
use crate::touch::{Touch, Touches};
use crate::value::{FailKind, PartKey, Split, Value};
use footrule_mir::{Cell, Const, Evidence, NodeId, TableId, TableInfo, Ty};
use footrule_number::{Abscissa, NumError, Number, Ratio};
use std::cmp::Ordering;

/// How the key is converted to the unit of the points.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub scale: Ratio,
    pub offset: Number,
}

/// The row at a place, or the two around it.
enum Around {
    At(u32),
    Between(u32, u32),
    Outside(Number, Number),
    /// No row, or several combinations that fit equally well.
    None(bool),
}

impl Interp<'_> {
    #[inline(never)]
    pub(super) fn interpolate(&mut self, id: NodeId, table: TableId, keys: &[NodeId], column: u32, axis: Axis) -> Slot {
        let (values, touches) = self.keys(keys);
        let values = match values {
            Ok(v) => v,
            Err(e) => return Slot { value: Value::Err(e), touches },
        };
        let program = self.program;
        let found = program.tables.get(table.ix()).and_then(|info| {
            let key = info.interpolate?.key as usize;
            let Value::Number(x) = values.get(key)? else { return None };
            let place = Abscissa::new(*x, axis.scale, axis.offset);
            Some((info, key, around(info, key, &values, &place), place))
        });
        let Some((info, key, around, place)) = found else {
            return Slot { value: self.bug(id, "interpolation in a table without points"), touches };
        };
        if let Some(seen) = self.seen {
            let rows = match around {
                Around::At(a) => [Some(a), None],
                Around::Between(a, b) => [Some(a), Some(b)],
                Around::Outside(..) | Around::None(_) => [None, None],
            };
            rows.into_iter().flatten().for_each(|r| seen.table_row(table.ix(), r));
        }
        let slot = match around {
            Around::At(row) => self.cell(id, table, row, column),
            Around::Between(a, b) => self.between(id, info, [a, b].map(|r| (r, point(info, key, r))), column, &place),
            Around::Outside(low, high) => {
                let x = place.rounded().unwrap_or_default();
                Slot::new(Value::Err(self.fail(id, FailKind::Outside(table, x, low, high))))
            }
            Around::None(several) => {
                let words = values.iter().enumerate().filter(|(i, _)| *i != key);
                let words = words.map(|(_, v)| crate::show::value(program, v, None)).collect();
                let kind = if several { FailKind::AmbiguousRow(table, words) } else { FailKind::NoRow(table, words) };
                Slot::new(Value::Err(self.fail(id, kind)))
            }
        };
        Slot { value: slot.value, touches: touches.with(&slot.touches) }
    }

    fn between(
        &mut self,
        id: NodeId,
        info: &TableInfo,
        [(a, x0), (b, x1)]: [(u32, Number); 2],
        column: u32,
        place: &Abscissa,
    ) -> Slot {
        let cell = |row: u32| {
            let row = info.rows.get(row as usize)?;
            let Cell::Factor(f) = row.values.get(column as usize)? else { return None };
            Some((*f, self.program.factors.get(f.ix())?.value, row.origin))
        };
        let (Some((fa, ya, oa)), Some((fb, yb, ob))) = (cell(a), cell(b)) else {
            return Slot::new(self.bug(id, "a point without its number"));
        };
        let touches = Touches::of(vec![Touch::Factor(fa), Touch::Factor(fb)]);
        let mix = |y0: Number, y1: Number| place.between((x0, y0), (x1, y1));
        let key = |origin| PartKey::new(origin, None, Evidence::Secondary);
        let split = matches!(info.columns.get(column as usize), Some((_, Ty::Split(_))));
        let value: Result<Value, NumError> = if !split {
            mix(ya, yb).map(Value::Number)
        } else if oa == ob {
            mix(ya, yb).map(|y| Value::Split(Split::one(key(oa), y)))
        } else {
            mix(ya, Number::ZERO)
                .and_then(|p| Ok([(key(oa), p), (key(ob), mix(Number::ZERO, yb)?)]))
                .and_then(Split::from_parts)
                .map(Value::Split)
        };
        let value = match value {
            Ok(Value::Split(s)) => Value::Split(s.rated(self.rating(&touches))),
            Ok(v) => v,
            Err(e) => self.num_fail(id, e, &[]),
        };
        Slot { value, touches }
    }
}

/// The place of a row's point.
fn point(info: &TableInfo, key: usize, row: u32) -> Number {
    match info.rows.get(row as usize).and_then(|r| r.keys.get(key)) {
        Some(Some(Const::Number(x))) => *x,
        _ => Number::ZERO,
    }
}

/// The rows around a place, among those of the most specific combination of the other keys.
fn around(info: &TableInfo, key: usize, values: &[Value], place: &Abscissa) -> Around {
    let others = |row: u32| {
        let cells = info.rows.get(row as usize).map_or(&[][..], |r| &r.keys);
        cells.iter().enumerate().filter(move |(i, _)| *i != key).map(|(_, c)| c)
    };
    let wild = |row: u32| others(row).filter(|c| c.is_none()).count();
    let fits = |row: &u32| {
        let given = values.iter().enumerate().filter(|(i, _)| *i != key).map(|(_, v)| v);
        others(*row).zip(given).all(|(c, v)| c.as_ref().is_none_or(|c| super::constant(c) == *v))
    };
    let fitting: Vec<u32> = (0..info.rows.len() as u32).filter(fits).collect();
    let Some(least) = fitting.iter().map(|r| wild(*r)).min() else { return Around::None(false) };
    let rows: Vec<u32> = fitting.into_iter().filter(|r| wild(*r) == least).collect();
    let (first, last) = (rows[0], rows[rows.len() - 1]);
    if rows.iter().any(|r| !others(*r).eq(others(first))) {
        return Around::None(true);
    }
    // The points ascend.
    let next = rows.partition_point(|r| place.cmp_to(point(info, key, *r)) == Ordering::Greater);
    let hold = info.interpolate.is_some_and(|i| i.hold);
    match rows.get(next) {
        Some(r) if place.cmp_to(point(info, key, *r)) == Ordering::Equal => Around::At(*r),
        Some(r) if next > 0 => Around::Between(rows[next - 1], *r),
        Some(_) if hold => Around::At(first),
        None if hold => Around::At(last),
        _ => Around::Outside(point(info, key, first), point(info, key, last)),
    }
}
