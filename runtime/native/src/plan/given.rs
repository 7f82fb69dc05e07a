//! Given data as a tree: which numbers of an input are given, and which the rule assumes, so that a value can name what it
//! rests on. And the figure that is told of it, the share of primary data.
//!
//! As the reference's tree of given data. Guarantees: where all that a value rests on is given, and nothing of it assumed or
//! taken from parameters and tables, it is primary; what is not known leaves the row to the reference.

use super::Plan;
use super::loops::Turn;
use super::marks::{Found, Mark, Marks};
use super::sym::{Sym, and};
use crate::kernel::{Def, Id, ListId};
use footrule_mir::{Cell, GasId, GasRef, InputInfo, Op, Origin, TableId, Ty};

/// How deeply types may nest.
const MAX_TYPE: u32 = 16;

/// A given number, or what contains numbers.
#[derive(Debug)]
pub(super) struct Datum {
    /// The list whose item it is, or is a part of.
    list: Option<ListId>,
    /// What reading it as a whole means.
    whole: Marks,
    /// By field; one for all items of a list; empty for a number.
    parts: Vec<Part>,
}

/// A part of a datum.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// No number.
    None,
    /// Computed from the other fields.
    Whole,
    /// Given where the condition holds; else, if the rule has one, a default.
    Datum {
        there: Id,
        datum: u32,
        default: bool,
    },
    /// A default.
    Assumed,
    Unknown,
}

impl<'p> Plan<'p> {
    /// What a given input rests on, which is there where `stated` holds.
    pub(super) fn datum_of(&mut self, info: &'p InputInfo, assumed: bool, stated: Id) -> Marks {
        if !self.tracker.follows {
            return Marks::default();
        }
        let mut found = Found::default();
        if assumed {
            found.add(&mut self.b, None, &one(Mark::Assumed));
            return found.done();
        }
        if self.layout.gives(&info.name.id)
            && let Some((_, datum)) = self.datum(&info.name.id, &info.ty, self.within, 0)
        {
            found.add(&mut self.b, Some(stated), &one(Mark::Datum(datum)));
        }
        if info.default.is_some() && footrule_runtime::holds_number(self.program, &info.ty) {
            let missing = self.b.add(Def::Not(stated));
            // Whether the default is a value is not known here.
            let what = if matches!(info.ty, Ty::Optional(_)) { Mark::Unknown } else { Mark::Assumed };
            found.add(&mut self.b, Some(missing), &one(what));
        }
        found.done()
    }

    /// What stands at a path, and where it is there.
    fn datum(&mut self, path: &str, ty: &'p Ty, list: Option<ListId>, depth: u32) -> Option<(Id, u32)> {
        if depth > MAX_TYPE {
            return None;
        }
        match ty {
            Ty::Optional(inner) => self.datum(path, inner, list, depth + 1),
            Ty::Number(_) | Ty::Split(_) | Ty::Activity { .. } => {
                let there = self.anything(path, list);
                let paths: [&str; 2] = [&format!("{path}.amount"), path];
                let score = self.score_at(&paths);
                let whole = self.given_marks(score, &paths);
                Some((there, self.keep(Datum { list, whole, parts: Vec::new() })))
            }
            Ty::List(inner) => {
                let there = self.anything(path, list);
                let l = self.layout.lists.iter().position(|l| l.path == path && l.parent == list);
                let l = l.map(|l| ListId(l as u32));
                let item = l.and_then(|l| self.datum(&format!("{path}[]"), inner, Some(l), depth + 1));
                let (Some(l), Some((given, datum))) = (l, item) else {
                    let empty = Datum { list, whole: Marks::default(), parts: vec![Part::None] };
                    return Some((there, self.keep(empty)));
                };
                let of_item = self.tracker.data.get(datum as usize).map(|d| d.whole.clone()).unwrap_or_default();
                let turn = Turn { over: vec![l], when: Some(given), ..Turn::default() };
                let whole = self.gathered(of_item.iter().map(|(mark, c)| (turn.clone(), *mark, *c)).collect());
                let parts = vec![Part::Datum { there: given, datum, default: false }];
                Some((there, self.keep(Datum { list, whole, parts })))
            }
            Ty::Record(r) => {
                let program = self.program;
                let info = program.records.get(r.ix())?;
                let there = match path.ends_with("[]") {
                    true => self.b.bool(true),
                    false => self.anything(path, list),
                };
                let mut parts = Vec::with_capacity(info.fields.len());
                let mut whole = Found::default();
                for f in &info.fields {
                    let below = format!("{path}.{}", f.name.id);
                    let part = if !footrule_runtime::holds_number(program, &f.ty) {
                        Part::None
                    } else if f.computed.is_some() {
                        Part::Whole
                    } else if f.default.is_some() && (f.when.is_some() || matches!(f.ty, Ty::Optional(_))) {
                        Part::Unknown
                    } else {
                        let given = match self.layout.gives(&below) {
                            true => self.datum(&below, &f.ty, list, depth + 1),
                            false => None,
                        };
                        match (given, f.default.is_some()) {
                            (Some((there, datum)), default) => Part::Datum { there, datum, default },
                            (None, true) => Part::Assumed,
                            (None, false) => Part::None,
                        }
                    };
                    if !matches!(part, Part::Whole) {
                        self.add_part(None, part, &mut whole);
                    }
                    parts.push(part);
                }
                let whole = whole.done();
                let whole = self.settled(&whole);
                Some((there, self.keep(Datum { list, whole, parts })))
            }
            _ => None,
        }
    }

    fn keep(&mut self, datum: Datum) -> u32 {
        self.tracker.data.push(datum);
        self.tracker.data.len() as u32 - 1
    }

    /// Adds what a part of a datum rests on.
    fn add_part(&mut self, when: Option<Id>, part: Part, found: &mut Found) {
        match part {
            Part::None | Part::Whole => {}
            Part::Assumed => found.add(&mut self.b, when, &one(Mark::Assumed)),
            Part::Unknown => found.add(&mut self.b, when, &one(Mark::Unknown)),
            Part::Datum { there, datum, default } => {
                let given = and(&mut self.b, when, Some(there));
                found.add(&mut self.b, given, &one(Mark::Datum(datum)));
                if default {
                    let not = self.b.add(Def::Not(there));
                    let missing = and(&mut self.b, when, Some(not));
                    found.add(&mut self.b, missing, &one(Mark::Assumed));
                }
            }
        }
    }

    /// What a field of a value rests on, or an item of it (the part 0 of a list).
    pub(super) fn part(&mut self, marks: &Marks, k: u32) -> Marks {
        let mut found = Found::default();
        for (mark, c) in marks.iter() {
            let part = match mark {
                Mark::Datum(d) => {
                    self.tracker.data.get(*d as usize).map(|d| (d.parts.is_empty(), d.parts.get(k as usize)))
                }
                _ => None,
            };
            match part {
                Some((false, Some(Part::Whole))) => {
                    let whole = self.settled(&Marks::from([(*mark, *c)]));
                    found.add(&mut self.b, None, &whole);
                }
                Some((false, part)) => {
                    let part = part.copied().unwrap_or(Part::None);
                    self.add_part(*c, part, &mut found);
                }
                Some((true, _)) | None => found.add(&mut self.b, None, &Marks::from([(*mark, *c)])),
            }
        }
        found.done()
    }

    /// What an item rests on of which this is known for the list. A datum of another list is not the one at hand; of a list
    /// that is gone through once more it is not known which.
    pub(super) fn item_marks(&mut self, of_list: &Marks, over: &[ListId]) -> Marks {
        let items = self.part(of_list, 0);
        let Some(list) = over.last().copied() else { return self.settled_known(&items) };
        let source = self.b.source(list);
        let mut found = Found::default();
        for (mark, c) in items.iter() {
            let of = match mark {
                Mark::Datum(d) => self.tracker.data.get(*d as usize).and_then(|d| d.list),
                _ => None,
            };
            match of {
                Some(l) if l == list => found.add(&mut self.b, None, &Marks::from([(*mark, *c)])),
                Some(l) if l == source => found.add(&mut self.b, None, &one(Mark::Unknown)),
                Some(_) => {}
                None => found.add(&mut self.b, None, &Marks::from([(*mark, *c)])),
            }
        }
        found.done()
    }

    /// Of known items no datum is at hand.
    fn settled_known(&mut self, items: &Marks) -> Marks {
        let known = |(m, _): &&(Mark, Option<Id>)| !matches!(m, Mark::Datum(_));
        items.iter().filter(known).copied().collect()
    }

    /// The same for a value that is computed from the data.
    pub(super) fn settled(&mut self, marks: &Marks) -> Marks {
        if !marks.iter().any(|(m, _)| matches!(m, Mark::Datum(_))) {
            return marks.clone();
        }
        let mut found = Found::default();
        for (mark, c) in marks.iter() {
            match mark {
                Mark::Datum(d) => {
                    let whole = self.tracker.data.get(*d as usize).map(|d| d.whole.clone()).unwrap_or_default();
                    found.add(&mut self.b, *c, &whole);
                }
                _ => found.add(&mut self.b, None, &Marks::from([(*mark, *c)])),
            }
        }
        found.done()
    }

    /// Adds that an operation reads a parameter or a table.
    pub(super) fn reads_data(&mut self, op: &Op, found: &mut Found) {
        if let Some(mark) = self.data_mark(op) {
            found.add(&mut self.b, None, &one(mark));
        }
    }

    /// The parameter or table that an operation reads; what a parameter was read from is noted where it is.
    pub(super) fn data_mark(&mut self, op: &Op) -> Option<Mark> {
        let (table, column, row) = match op {
            Op::Lookup { table, keys, column: Some(c) } => {
                let row = if self.tracker.rated { self.row_by_key(*table, keys) } else { None };
                (*table, *c as usize, row)
            }
            Op::Interpolate { table, column, .. } => (*table, *column as usize, None),
            Op::Column(row, c) => {
                let Sym::Row(table, index) = self.present(*row) else { return None };
                let keys = self.program.tables.get(table.ix()).map_or(0, |t| t.keys.len());
                (table, (*c as usize).checked_sub(keys)?, Some(index))
            }
            Op::Characterise { gas, .. } => return self.gas_is_data(*gas).is_none().then_some(Mark::Unknown),
            _ => return None,
        };
        match self.is_data(table, column) {
            Some(true) => Some(self.cell_mark(table, row, column)),
            Some(false) => None,
            None => Some(Mark::Unknown),
        }
    }

    /// Whether the cells of a column are sourced numbers; none if some are.
    fn is_data(&self, table: TableId, column: usize) -> Option<bool> {
        let mut rows = self.program.tables.get(table.ix())?.rows.iter();
        let is = |c: Option<&Cell>| matches!(c, Some(Cell::Factor(_)));
        let first = is(rows.next()?.values.get(column));
        rows.all(|r| is(r.values.get(column)) == first).then_some(first)
    }

    /// Potentials are no parameters; none if one is.
    fn gas_is_data(&self, gas: GasRef) -> Option<bool> {
        let data = footrule_runtime::data(self.program);
        let is = |g: GasId| {
            let of = |o| self.program.gwp(g, o).and_then(|(_, f)| f).is_some_and(|f| data.get(f.ix()) == Some(&true));
            Origin::ALL.into_iter().any(of)
        };
        let any = match gas {
            GasRef::Static(g) => is(g),
            GasRef::Node(_) => (0..self.program.gases.len() as u32).any(|g| is(GasId(g))),
        };
        (!any).then_some(false)
    }

    /// Whether a mass of a gas is primary data that rests on this: given numbers, and nothing else.
    pub(super) fn is_primary(&mut self, marks: &Marks) -> Id {
        let marks = self.settled(marks);
        let (yes, no) = (self.b.bool(true), self.b.bool(false));
        let mut given = no;
        let mut other = no;
        for (mark, c) in marks.iter() {
            let c = c.unwrap_or(yes);
            match mark {
                Mark::Given(_) => given = self.b.add(Def::Or(given, c)),
                Mark::Data(_) | Mark::Secondary | Mark::Assumed => other = self.b.add(Def::Or(other, c)),
                Mark::Unknown => {
                    self.b.gap("what masses of gases rest on");
                    let fail = self.b.add(Def::Fail);
                    let unknown = self.b.add(Def::Select(c, fail, no));
                    other = self.b.add(Def::Or(unknown, other));
                }
                Mark::Held(..) | Mark::Datum(_) => {}
            }
        }
        let not = self.b.add(Def::Not(other));
        self.b.add(Def::And(given, not))
    }
}

fn one(mark: Mark) -> Marks {
    Marks::from([(mark, None)])
}
