//! Variables in lowering: what those of the function and of the process at hand stand for.
//!
//! Guarantees: a body that was checked for any unit, flow or gas leaves none of its variables in the program. Data that
//! are made with a variable stand in the program once for each include, all other data once.

use super::Lower;
use crate::check::{At, Instances, fixed_by};
use crate::db::{Db, Item};
use crate::generics::{Binding, Bound, apply};
use crate::types::GasTag;
use crate::units::{Tag, UnitTy};
use footrule_diag::Span;
use footrule_mir::GasRef;
use rustc_hash::FxHashMap;

/// What the variables of the process of each instance stand for, those of the processes around it in place.
pub(super) fn fixed(db: &dyn Db, all: &Instances) -> Vec<Binding> {
    let mut out: Vec<Binding> = Vec::with_capacity(all.list.len());
    for instance in &all.list {
        let own = instance.path.last().map(|i| fixed_by(db, i.file, i.key.clone()).binding.as_slice());
        let outer = out.get(instance.parent).map(Vec::as_slice).unwrap_or_default();
        let placed = own.unwrap_or_default().iter().map(|(v, b)| (v.clone(), place(b, outer))).collect();
        out.push(placed);
    }
    out
}

/// What a variable stands for, with the variables around it in place.
fn place(bound: &Bound, outer: &[(Item, Bound)]) -> Bound {
    match bound {
        Bound::Unit(u) => Bound::Unit(apply(u, outer)),
        Bound::Tag(Tag::Flow(e), _) => {
            outer.iter().find(|(v, _)| *v == e.item).map_or_else(|| bound.clone(), |(_, b)| b.clone())
        }
        Bound::Tag(..) => bound.clone(),
    }
}

impl Lower<'_> {
    /// What the variables of the process at hand stand for.
    pub fn fixed_here(&self) -> &[(Item, Bound)] {
        self.fixed.get(self.instance).map(Vec::as_slice).unwrap_or_default()
    }

    /// A unit with the variables of the function and of the process at hand in place.
    pub fn concrete(&self, unit: &UnitTy) -> UnitTy {
        apply(&apply(unit, &self.generics.0), self.fixed_here())
    }

    /// Where data of a process belong: with their include if its variables are part of them, else with the rule.
    pub fn data_at(&self, item: &Item) -> At {
        let own = item.key.process.is_some() && !self.fixed_here().is_empty() && !self.is_free(item);
        (if own { self.instance } else { 0 }, item.clone())
    }

    /// Where a record of a process belongs: with its include if something of it differs from include to include.
    pub fn record_at(&self, item: &Item) -> At {
        if item.key.keyword == "record" && self.is_free(item) { (0, item.clone()) } else { self.at(item) }
    }

    fn is_free(&self, item: &Item) -> bool {
        *crate::check::is_free(self.db, item.file, item.key.clone())
    }

    /// The gas that a gas or a variable of the process at hand is.
    pub fn actual_gas(&self, item: &Item) -> Item {
        match self.fixed_here().iter().find(|(v, _)| v == item) {
            Some((_, Bound::Tag(_, Some(GasTag::Static(gas))))) => gas.clone(),
            _ => item.clone(),
        }
    }

    /// The gas of a tag.
    pub fn gas_ref(&mut self, g: &GasTag, span: Span) -> GasRef {
        match g {
            GasTag::Static(i) => match self.generics.1.get(i) {
                Some(known) => *known,
                None => {
                    let gas = self.actual_gas(i);
                    self.used_gases.push((gas.clone(), self.here.at(span)));
                    GasRef::Static(self.gas(&gas))
                }
            },
            GasTag::Follows(v) => GasRef::Node(self.expr(v)),
        }
    }

    /// What the variables of a called function stand for, with those of the caller in place.
    pub fn bind(&mut self, binding: &[(Item, Bound)]) -> (Binding, FxHashMap<Item, GasRef>) {
        let mut gases = FxHashMap::default();
        let mut out = Vec::new();
        for (v, b) in binding {
            if let Bound::Tag(_, Some(g)) = b {
                let gas = self.gas_ref(g, Span::default());
                gases.insert(v.clone(), gas);
            }
            out.push((v.clone(), place(&place(b, &self.generics.0), self.fixed_here())));
        }
        (out, gases)
    }
}
