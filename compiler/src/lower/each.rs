//! Lowering of values for each member of an enumeration: a record with one field for each member.

use super::Lower;
use crate::check::{BodyKind, body_of};
use crate::db::Item;
use crate::sigs::sig;
use crate::types::{TConstraint, TExpr, TKind, Ty};
use footrule_diag::Span;
use footrule_mir::{self as mir, NodeId, Op, RecordId, RegionId};

impl Lower<'_> {
    /// The record of the values of an input.
    pub fn each(&mut self, item: &Item) -> RecordId {
        let at = self.at(item);
        if let Some(&id) = self.records.get(&at) {
            return id;
        }
        let id = RecordId(self.records.len() as u32);
        self.records.insert(at, id);
        let Some((members, ty)) = sig(self.db, item).each.clone() else { return id };
        let (region, body) = (self.region, &body_of(self.db, item).kind);
        let info = self.within(region, item, |lo| {
            let place = lo.place(item.name_place(lo.db).span);
            let this = NodeId(lo.program.nodes.len() as u32);
            lo.program.nodes.push(mir::Node { op: Op::Bound, ty: mir::Ty::Record(id), place });
            let e = lo.enumeration(&members);
            let names = lo.program.enums[e.ix()].members.clone();
            let one = lo.ty(&ty);
            let mut fields = Vec::new();
            if let BodyKind::Input(t) = body {
                for name in names {
                    let own: Vec<TConstraint> = t.constraints.iter().filter(|c| !of_all(c)).cloned().collect();
                    fields.push(mir::FieldInfo {
                        name,
                        ty: one.clone(),
                        tag_field: None,
                        constraints: lo.constraints(&own),
                        default: t.default.as_ref().map(|e| lo.isolated(|lo| lo.expr(e))),
                        computed: None,
                        factor: t.factor.as_ref().map(|(fixed, e)| mir::FactorDefault {
                            fixed: *fixed,
                            value: lo.isolated(|lo| lo.expr(e)),
                        }),
                        when: None,
                        footprint: lo.footprint(sig(lo.db, item).footprint.as_ref(), item.name_place(lo.db)),
                    });
                }
            }
            let order = (0..fields.len() as u32).collect();
            mir::RecordInfo { name: item.name().to_string(), fields, requires: Vec::new(), this, order, each: true }
        });
        self.keep_record(id, info);
        id
    }

    /// What an input of values for each has beside its members: the conditions on all of them, and a default if every
    /// member has one.
    pub fn each_input(
        &mut self,
        item: &Item,
        constraints: &[TConstraint],
        default: bool,
    ) -> (Vec<mir::Constraint>, Option<RegionId>) {
        let all: Vec<TConstraint> = constraints.iter().filter(|c| of_all(c)).cloned().collect();
        let all = self.constraints(&all);
        let id = self.each(item);
        let span = item.name_place(self.db).span;
        let count = self.program.records[id.ix()].fields.len();
        let make = |lo: &mut Self| lo.node(Op::Record(id, vec![None; count]), mir::Ty::Record(id), span);
        (all, default.then(|| self.isolated(make)))
    }

    /// `share(m)`
    pub fn member_value(&mut self, all: &TExpr, member: &TExpr, ty: &Ty, span: Span) -> NodeId {
        let ty = self.ty(ty);
        let all = self.expr(all);
        if let TKind::Member(_, i) = &member.kind {
            return self.node(Op::Field(all, *i), ty, span);
        }
        let count = match self.program.nodes.get(all.ix()).map(|n| &n.ty) {
            Some(mir::Ty::Record(id)) => self.program.records[id.ix()].fields.len() as u32,
            _ => 0,
        };
        let member = self.expr(member);
        let arms = (0..count).map(|i| self.region(|lo| lo.node(Op::Field(all, i), ty.clone(), span)));
        let arms = arms.collect();
        self.node(Op::Match(member, arms), ty, span)
    }
}

/// Conditions on all values together.
fn of_all(c: &TConstraint) -> bool {
    matches!(c, TConstraint::Sum(..) | TConstraint::SumWithin(..))
}
