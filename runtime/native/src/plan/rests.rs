//! What the value of a line of gas rests on: primary data alone, or also what the rule brings along.
//!
//! The reference follows what was really read, row by row. Guarantees: an answer given here holds in every row that reads
//! the value without failing. Must not: guess; what depends on the row has no answer.

use super::Plan;
use crate::layout::{Kind, Layout};
use footrule_mir::{Cell, InputId, Line, NodeId, Op, Program, RegionId, Ty};

/// What is read when a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rests {
    /// Nothing but constants.
    Nothing,
    /// Given data, all of it primary.
    Given,
    /// Something that is secondary.
    Secondary,
    /// It depends on the row, or is not followed.
    Unknown,
}

impl Rests {
    /// Both are read.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Secondary, _) | (_, Self::Secondary) => Self::Secondary,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Given, _) | (_, Self::Given) => Self::Given,
            _ => Self::Nothing,
        }
    }
}

/// How deeply values are followed.
const MAX_DEPTH: u32 = 100;

impl Plan<'_> {
    /// Whether a line rests on primary data alone, if that is the same for all rows and items.
    pub(super) fn primary(&self, line: &Line) -> Option<bool> {
        let region = line.over.as_ref().and_then(|l| self.program.regions.get(l.body.ix()));
        let node = region.map_or(line.value, |r| r.value)?;
        match self.rests(node, 0) {
            Rests::Given => Some(true),
            Rests::Secondary | Rests::Nothing => Some(false),
            Rests::Unknown => None,
        }
    }

    fn op(&self, n: NodeId) -> Option<&Op> {
        self.program.nodes.get(n.ix()).map(|n| &n.op)
    }

    fn rests(&self, n: NodeId, depth: u32) -> Rests {
        let Some(op) = self.op(n).filter(|_| depth < MAX_DEPTH) else { return Rests::Unknown };
        let of = |n: &NodeId| self.rests(*n, depth + 1);
        match op {
            Op::Const(_, None) => Rests::Nothing,
            Op::Input(i) => self.input_rests(*i),
            Op::Field(..) | Op::Bound => match (self.path(n, 0), self.ty(n)) {
                (Some(path), Some(Ty::Number(_))) => given_at(self.layout, &path, self.has_default(n)),
                // What is no number is not followed.
                (Some(_), Some(Ty::Enum(_) | Ty::Bool | Ty::Text | Ty::Date)) => Rests::Nothing,
                _ => Rests::Unknown,
            },
            Op::If(c, yes, no) => self.one_of_these(of(c), &[*yes, *no], depth),
            Op::Match(c, arms) => self.one_of_these(of(c), arms, depth),
            Op::Compare { a, b, .. } | Op::Same(a, b) | Op::Power(a, b) | Op::Pow(a, b) => of(a).with(of(b)),
            Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) | Op::Div(a, b) | Op::Min(a, b) | Op::Max(a, b) => {
                of(a).with(of(b))
            }
            Op::Neg(a) | Op::Convert(a, _) | Op::Affine(a, ..) | Op::Abs(a) | Op::Floor(a) | Op::Ceil(a) => of(a),
            Op::Sqrt(a) | Op::Exp(a) | Op::Ln(a) | Op::Round(a, _) | Op::Unwrap(a) | Op::Present(a) => of(a),
            Op::Whole(a) => of(a),
            // The rows of a parameter are sourced.
            Op::ParamAt(..) => Rests::Secondary,
            Op::Lookup { table, column: Some(column), .. } => {
                let cells = |p: &Program| {
                    let rows = &p.tables.get(table.ix())?.rows;
                    Some(rows.iter().all(|r| matches!(r.values.get(*column as usize), Some(Cell::Factor(_)))))
                };
                if cells(self.program) == Some(true) { Rests::Secondary } else { Rests::Unknown }
            }
            Op::Characterise { mass, gas: footrule_mir::GasRef::Static(_), .. } => of(mass),
            _ => Rests::Unknown,
        }
    }

    fn input_rests(&self, i: InputId) -> Rests {
        let Some(info) = self.program.inputs.get(i.ix()) else { return Rests::Unknown };
        let assumed = self.layout.scenario.and_then(|s| self.program.scenarios.get(s));
        if assumed.is_some_and(|s| s.inputs.iter().any(|(name, ..)| *name == info.name.id)) {
            return Rests::Secondary;
        }
        match &info.ty {
            Ty::Number(_) if info.default.is_some() && !self.layout.gives(&info.name.id) => Rests::Secondary,
            Ty::Number(_) | Ty::Split(_) => given_at(self.layout, &info.name.id, info.default.is_some()),
            // What is no number is not followed.
            Ty::Enum(_) | Ty::Bool | Ty::Text | Ty::Date => Rests::Nothing,
            _ => Rests::Unknown,
        }
    }

    /// One of some values, whether or not what it hangs on is counted.
    fn one_of_these(&self, condition: Rests, arms: &[RegionId], depth: u32) -> Rests {
        let value = |r: &RegionId| self.program.regions.get(r.ix()).and_then(|r| r.value);
        let mut all = arms.iter().map(|r| value(r).map_or(Rests::Unknown, |n| self.rests(n, depth + 1)));
        let Some(first) = all.next() else { return Rests::Unknown };
        if all.all(|x| x == first) && first.with(condition) == first { first } else { Rests::Unknown }
    }

    /// A field that takes a default where it is not given.
    fn has_default(&self, n: NodeId) -> bool {
        let Some(Op::Field(a, k)) = self.op(n) else { return false };
        let Some(Ty::Record(r)) = self.ty(*a) else { return true };
        let field = self.program.records.get(r.ix()).and_then(|r| r.fields.get(*k as usize));
        field.is_none_or(|f| f.default.is_some())
    }

    fn ty(&self, n: NodeId) -> Option<&Ty> {
        self.program.nodes.get(n.ix()).map(|n| &n.ty)
    }

    /// The path of what stands in the document: an input, a field of what does, an item of a list that does.
    fn path(&self, n: NodeId, depth: u32) -> Option<String> {
        match self.op(n).filter(|_| depth < MAX_DEPTH)? {
            Op::Field(a, k) => {
                let Ty::Record(r) = self.ty(*a)? else { return None };
                let field = self.program.records.get(r.ix())?.fields.get(*k as usize)?;
                let path = self.path(*a, depth + 1)?;
                field.computed.is_none().then(|| format!("{path}.{}", field.name.id))
            }
            Op::Bound => {
                let loops = self.program.lines.iter().filter_map(|l| l.over.as_ref());
                let level = loops.flat_map(|l| &l.levels).find(|l| l.bound == n)?;
                let list = self.program.regions.get(level.list.ix())?.value?;
                self.path(list, depth + 1).map(|list| format!("{list}[]"))
            }
            Op::Input(i) => {
                let assumed = self.layout.scenario.and_then(|s| self.program.scenarios.get(s));
                let name = &self.program.inputs.get(i.ix())?.name.id;
                let replaced = assumed.is_some_and(|s| s.inputs.iter().any(|(n, ..)| n == name));
                (!replaced).then(|| name.clone())
            }
            _ => None,
        }
    }
}

/// A number, or CO2e, of which something stands in columns: where it is read it is given, if there is no default for it.
fn given_at(layout: &Layout, path: &str, default: bool) -> Rests {
    let own = |p: &str| p.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    // Someone may say that it is not primary.
    if layout.columns.iter().any(|c| own(&c.path) && c.path.ends_with(".primary")) {
        return Rests::Unknown;
    }
    let there = layout.columns.iter().any(|c| own(&c.path) && !(c.nullable && default) && c.kind != Kind::Opaque);
    if there { Rests::Given } else { Rests::Unknown }
}
