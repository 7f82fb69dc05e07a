//! Evidence that a rule asks of given values: a `source` or a `certificate` in a column beside the value.
//!
//! As the reference reads it from a document. Guarantees: a row in which a value is given without its evidence breaks a
//! requirement. Defaults and values of a scenario need none.

use super::Plan;
use crate::kernel::{ColumnId, Def, Fold, Id, ListId, Term};
use crate::layout::Kind;
use footrule_mir::Ty;

impl<'p> Plan<'p> {
    pub(super) fn evidence(&mut self) {
        let program = self.program;
        for asked in &program.evidence {
            let Some(info) = program.inputs.get(asked.input.ix()) else { continue };
            let scenario = self.layout.scenario.and_then(|s| program.scenarios.get(s));
            if scenario.is_some_and(|s| s.inputs.iter().any(|(name, ..)| *name == info.name.id)) {
                continue;
            }
            self.under(&info.name.id, &info.ty, &asked.fields, self.within);
        }
    }

    fn under(&mut self, path: &str, ty: &'p Ty, fields: &[String], list: Option<ListId>) {
        if !self.layout.gives(path) {
            return;
        }
        match ty {
            Ty::Optional(inner) => self.under(path, inner, fields, list),
            Ty::List(inner) => {
                let l = self.layout.lists.iter().position(|l| l.path == path && l.parent == list);
                if let Some(l) = l {
                    self.under(&format!("{path}[]"), inner, fields, Some(ListId(l as u32)));
                }
            }
            Ty::Record(r) => {
                let program = self.program;
                for field in program.records.get(r.ix()).iter().flat_map(|r| &r.fields) {
                    if fields.first().is_none_or(|f| *f == field.name.id) {
                        let rest = fields.get(1..).unwrap_or_default();
                        self.under(&format!("{path}.{}", field.name.id), &field.ty, rest, list);
                    }
                }
            }
            Ty::Activity { .. } => match fields.first() {
                // The part, or the datum as a whole, says where it comes from.
                Some(part) => {
                    let below = format!("{path}.{part}");
                    if self.layout.gives(&below) {
                        self.carried(&below, &[&below, path], list);
                    }
                }
                None => self.carried(path, &[path], list),
            },
            _ => self.carried(path, &[path], list),
        }
    }

    /// Where anything of a datum is given, so is a source or a certificate beside it.
    fn carried(&mut self, path: &str, beside: &[&str], list: Option<ListId>) {
        let says = |p: &str| beside.iter().any(|b| ["source", "certificate"].iter().any(|k| p == format!("{b}.{k}")));
        let of = |p: &str| p.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let (mut given, mut proven) = (self.b.bool(false), self.b.bool(false));
        for (i, column) in self.layout.columns.iter().enumerate() {
            let there = |p: &mut Self| match column.nullable {
                true => p.b.add(Def::Given(ColumnId(i as u32))),
                false => p.b.bool(true),
            };
            if says(&column.path) {
                let there = there(self);
                proven = self.b.add(Def::Or(proven, there));
            } else if of(&column.path) && (column.kind != Kind::Opaque || column.path == format!("{path}.rule")) {
                let there = there(self);
                given = self.b.add(Def::Or(given, there));
            }
        }
        let none = self.b.add(Def::Not(given));
        let fine: Id = self.b.add(Def::Or(none, proven));
        let term = Term { over: list.map(|l| self.around(l)).unwrap_or_default(), when: None, value: fine };
        let all = crate::plan::sym::fold(&mut self.b, Fold::All, vec![term]);
        self.b.require(all);
    }

    /// A list after those around it.
    fn around(&self, list: ListId) -> Vec<ListId> {
        let parent = |l: &ListId| self.layout.lists.get(l.0 as usize).and_then(|l| l.parent);
        let mut all: Vec<ListId> = std::iter::successors(Some(list), parent).collect();
        all.reverse();
        all
    }
}
