//! Lowering of scenarios, and of the evidence that is asked of inputs.

use super::Lower;
use crate::check::{BodyKind, TEvidence, body_of, literal};
use crate::db::Item;
use crate::types::{TExpr, Through};
use footrule_mir::{self as mir, Origin, RegionId};

impl Lower<'_> {
    pub fn evidence(&mut self, item: &Item, e: &TEvidence) {
        let Some(&input) = self.find(&e.input).and_then(|at| self.inputs.get(&at)) else { return };
        let name = self.named(item);
        let info = self.within(self.root, item, |lo| {
            let span = item.ast(lo.db).map_or_else(Default::default, |a| a.span);
            mir::EvidenceInfo { name, input, fields: e.fields.clone(), place: lo.place(span) }
        });
        self.program.evidence.push(info);
    }

    /// What a test or a scenario sets an input to: records of the input are those of its own instance.
    pub fn set_value(&mut self, input: &Through, e: &TExpr) -> RegionId {
        let at = self.find(input).map_or(0, |(at, _)| at);
        self.inside(at, |lo| lo.isolated(|lo| lo.expr(e)))
    }

    pub fn scenario(&mut self, item: &Item) {
        let BodyKind::Scenario(t) = &body_of(self.db, item).kind else { return };
        let name = self.named(item);
        let params = t.params.iter().filter_map(|(param, e, place)| {
            let id = self.param(param);
            let value = literal(e)?;
            let unit = match self.program.params.get(id.ix()).map(|p| &p.ty) {
                Some(mir::Ty::Number(u) | mir::Ty::Split(u)) => *u,
                _ => return None,
            };
            // CO2e keeps the origin that the parameter has, if it is one.
            let rows = self.program.params.get(id.ix()).map(|p| p.rows.as_slice()).unwrap_or_default();
            let first = rows.first().map(|r| r.origin);
            let origin = first.filter(|o| rows.iter().all(|r| r.origin == *o)).unwrap_or(Origin::Undivided);
            let place = self.place_of(place.clone());
            let factor = mir::FactorId(self.program.factors.len() as u32);
            let id_text = format!("{}[{}]", param.name(), name.id);
            self.program.factors.push(mir::FactorInfo { id: id_text, value, unit, source: None, place });
            Some((id, factor, origin))
        });
        let params = params.collect();
        let info = self.within(self.root, item, |lo| {
            let inputs = t
                .inputs
                .iter()
                .map(|(input, e, place)| (input.name(), lo.set_value(input, e), lo.place_of(place.clone())));
            let inputs = inputs.collect();
            let span = item.ast(lo.db).map_or_else(Default::default, |a| a.span);
            mir::ScenarioInfo { name, inputs, params, place: lo.place(span) }
        });
        self.program.scenarios.push(info);
    }
}
