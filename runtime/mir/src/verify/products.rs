//! Products, targets of lines, allocations.

use super::{Check, Verifier, ensure};
use crate::{AllocationInfo, Line, NodeId, Op, ProductId, Target, Ty};

impl Verifier<'_> {
    fn product(&self, id: ProductId) -> Check {
        ensure(id.ix() < self.p.products.len(), || format!("product {} does not exist", id.0))
    }

    fn flow(&self, id: NodeId) -> Check {
        self.read(id)?;
        ensure(matches!(self.ty(id)?, Ty::Number(_)), || "the reference flow must be a number".to_owned())
    }

    pub(super) fn products(&self) -> Check {
        ensure(!self.p.products.is_empty(), || "a program without a product".to_owned())?;
        for product in &self.p.products {
            self.unit(product.unit)?;
            self.unit(product.result_unit)?;
            product.reference.map_or(Ok(()), |n| self.flow(n))?;
            for also in &product.also {
                self.unit(also.unit)?;
                self.unit(also.result_unit)?;
                self.flow(also.reference)?;
            }
        }
        Ok(())
    }

    pub(super) fn target(&self, l: &Line) -> Check {
        let (p, name) = (self.p, &l.name.id);
        ensure(l.to_result.len() == p.products.len(), || format!("line `{name}` needs one factor for each product"))?;
        if let Target::Product(product) = &l.target {
            self.product(*product)?;
        }
        if let Target::ByStage(list) = &l.target {
            let fits = list.len() == p.stages.len() && (p.products.len() == 1 || list.iter().all(Option::is_some));
            ensure(fits, || format!("line `{name}` has no target in some stage"))?;
        }
        let known = l.target.allocations().all(|a| a.ix() < p.allocations.len());
        ensure(known, || format!("line `{name}` goes through an allocation that does not exist"))
    }

    pub(super) fn allocation(&mut self, a: &AllocationInfo) -> Check {
        let name = &a.name.id;
        self.place(a.place)?;
        self.read(a.shares)?;
        let ty = self.ty(a.shares)?;
        let fields = match ty {
            Ty::Record(r) => self.p.records.get(r.ix()).map(|r| r.fields.len()),
            _ => None,
        };
        ensure(fields == Some(a.sharers.len()), || format!("shares of allocation `{name}` are no record of them"))?;
        a.sharers.iter().filter_map(|(_, p)| *p).try_for_each(|p| self.product(p))?;
        ensure(!a.bases.is_empty(), || format!("allocation `{name}` has no basis"))?;
        for b in &a.bases {
            let found = self.closed(b.shares)?;
            let value = self.region(b.shares)?.value.and_then(|n| self.p.nodes.get(n.ix()));
            let shares = value.is_some_and(|n| matches!(n.op, Op::Shares { .. }));
            let known = b.exception.is_none_or(|e| e.ix() < self.p.exceptions.len());
            let fits = shares && known && self.same(found, ty) && b.formulas.len() == a.sharers.len();
            ensure(fits, || format!("a basis of allocation `{name}` is no shares of it"))?;
        }
        Ok(())
    }
}
