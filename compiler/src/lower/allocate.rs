//! Lowering of allocations: a record of shares, an exception tree over its bases, and the bases for comparison.

use super::Lower;
use crate::check::{BodyKind, TBasis, body_of, exceptions_of, sharers};
use crate::db::Item;
use crate::names::{Ns, Resolved, resolve};
use crate::products::product_called;
use crate::units::UnitTy;
use footrule_diag::Span;
use footrule_mir::{self as mir, AllocationId, NodeId, Op, ProductId, RecordId, RegionId};

impl Lower<'_> {
    /// The record of the shares of an allocation.
    pub fn shares(&mut self, item: &Item) -> RecordId {
        if let Some(&id) = self.records.get(&(0, item.clone())) {
            return id;
        }
        let id = RecordId(self.records.len() as u32);
        self.records.insert((0, item.clone()), id);
        let place = self.place_of(item.name_place(self.db));
        let this = NodeId(self.program.nodes.len() as u32);
        self.program.nodes.push(mir::Node { op: Op::Bound, ty: mir::Ty::Record(id), place });
        let number = mir::Ty::Number(self.unit(&UnitTy::one()));
        let names: Vec<mir::Named> = sharers(self.db, item).map(|n| self.sharer(&n.text)).collect();
        let fields: Vec<mir::FieldInfo> = names
            .into_iter()
            .map(|name| mir::FieldInfo {
                name,
                ty: number.clone(),
                tag_field: None,
                constraints: Vec::new(),
                default: None,
                computed: None,
                factor: None,
                footprint: None,
                when: None,
            })
            .collect();
        let order = (0..fields.len() as u32).collect();
        let info =
            mir::RecordInfo { name: item.name().to_string(), fields, requires: Vec::new(), this, order, each: false };
        while self.program.records.len() <= id.ix() {
            self.program.records.push(info.clone());
        }
        self.program.records[id.ix()] = info;
        id
    }

    /// Labels of a product, or of the flow of that name.
    fn sharer(&self, name: &str) -> mir::Named {
        let product = product_called(self.db, self.file, name)
            .and_then(|p| self.program.products.get(p))
            .map(|p| p.name.clone())
            .filter(|n| !n.id.is_empty());
        let flow = || match resolve(self.db, self.file, Ns::Flow, name.to_string()) {
            Resolved::One(e) if e.member.is_none() => Some(self.named(&e.item)),
            _ => None,
        };
        let found = product.or_else(flow).unwrap_or_default();
        mir::Named { id: name.to_string(), labels: found.labels, clause: String::new() }
    }

    /// The shares that are in force.
    pub fn allocation(&mut self, item: &Item) -> NodeId {
        let record = self.shares(item);
        let BodyKind::Allocate(t) = &body_of(self.db, item).kind else {
            return self.node(Op::Const(mir::Const::Bool(false), None), mir::Ty::Bool, Default::default());
        };
        let mut bases = vec![(None, self.basis(item, record, &t.base), &t.base, item.clone())];
        let mut cases = Vec::new();
        for e in exceptions_of(self.db, item) {
            let BodyKind::ExceptBy(x) = &body_of(self.db, &e.item).kind else { continue };
            let exception = self.exception(&e.item, 0, x.when.span, x.basis.span);
            self.program.exceptions[exception.ix()].formula = self.by_text(&e.item, x.basis.span);
            let outer = std::mem::replace(&mut self.here, e.item.clone());
            let when = self.region(|lo| lo.expr(&x.when));
            let value = self.basis(item, record, &x.basis);
            self.here = outer;
            cases.push(mir::Case { when, value, parent: e.parent, exception });
            bases.push((Some(exception), value, &x.basis, e.item.clone()));
        }
        let base = bases[0].1;
        let span = t.base.span;
        let node = self.node(Op::Except(base, cases), mir::Ty::Record(record), span);
        if self.isolated {
            return node;
        }
        let infos = bases.into_iter().map(|(e, region, b, i)| self.basis_info(item, &i, b, region, e)).collect();
        self.bases.insert(item.clone(), infos);
        node
    }

    /// `by mass { … }` as written, from the word of the basis to the end of the statement.
    pub(super) fn by_text(&self, item: &Item, basis: Span) -> String {
        let end = item.ast(self.db).map_or(basis.end, |a| a.span.end);
        format!("by {}", item.slice(self.db, Span::new(basis.start, end)))
    }

    /// A region that yields the shares by a basis.
    fn basis(&mut self, item: &Item, record: RecordId, basis: &TBasis) -> RegionId {
        let names: Vec<String> = sharers(self.db, item).map(|n| n.text.clone()).collect();
        self.region(|lo| {
            let mut weights = Vec::with_capacity(basis.weights.len());
            for (name, w) in &basis.weights {
                let Some(field) = names.iter().position(|n| n == name) else { continue };
                weights.push((field as u32, w.as_ref().map(|w| lo.expr(w))));
            }
            let given = basis.basis == mir::Basis::Given;
            lo.node(Op::Shares { given, weights }, mir::Ty::Record(record), basis.span)
        })
    }

    /// What is said of a basis.
    fn basis_info(
        &self,
        item: &Item,
        written: &Item,
        basis: &TBasis,
        shares: RegionId,
        exception: Option<mir::ExceptionId>,
    ) -> mir::BasisInfo {
        let formula = |n: &str| {
            let weight = basis.weights.iter().find(|(m, _)| m == n).map(|(_, w)| w);
            match weight {
                Some(Some(w)) => written.slice(self.db, w.span).to_string(),
                _ => "rest".to_string(),
            }
        };
        let formulas = sharers(self.db, item).map(|n| formula(&n.text)).collect();
        mir::BasisInfo { basis: basis.basis, exception, comparison: false, shares, formulas }
    }

    /// The allocations of the rule, in order of text.
    pub fn allocations(&mut self, items: &[Item]) {
        for item in items {
            let shares = self.value(item, Default::default());
            let record = self.shares(item);
            let mut bases = self.bases.remove(item).unwrap_or_default();
            if let BodyKind::Allocate(t) = &body_of(self.db, item).kind {
                for b in &t.compare {
                    let region = self.within(self.root, item, |lo| lo.basis(item, record, b));
                    let info = self.basis_info(item, item, b, region, None);
                    bases.push(mir::BasisInfo { comparison: true, ..info });
                }
            }
            let sharers = self.program.records[record.ix()].fields.iter().map(|f| f.name.clone());
            let sharers = sharers.map(|n| {
                let product = product_called(self.db, self.file, &n.id).map(|p| ProductId(p as u32));
                (n, product)
            });
            let info = mir::AllocationInfo {
                name: self.named(item),
                sharers: sharers.collect(),
                shares,
                bases,
                place: self.place_of(item.name_place(self.db)),
            };
            self.program.allocations.push(info);
        }
    }

    /// Identities of the allocations, so that lines may name them.
    pub fn number_allocations(&mut self, items: &[Item]) {
        for (n, item) in items.iter().enumerate() {
            self.allocations.insert(item.clone(), AllocationId(n as u32));
        }
    }
}
