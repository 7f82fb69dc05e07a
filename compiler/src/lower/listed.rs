//! Lowering of `include … list`: one input of the rule, a list of records whose fields are the unbound inputs.
//!
//! Guarantees: an item is read, completed and checked like any record; the loop over the items is the include's own.

use super::Lower;
use super::data::completion_order;
use crate::check::{listed_inputs, value_reads, value_type};
use crate::db::Item;
use footrule_diag::Span;
use footrule_mir::{self as mir, Level, NodeId, Op, Read, RecordId};

impl Lower<'_> {
    /// The record of an item of an include.
    pub fn listed_record(&mut self, include: &Item, id: RecordId) {
        let Some(&child) = self.all.child.get(&self.at(include)) else { return };
        let inputs = listed_inputs(self.db, include.file, include.key.clone());
        let place = self.place_of(include.name_place(self.db));
        // The item under construction: a node of no region, set by the evaluator.
        let this = NodeId(self.program.nodes.len() as u32);
        self.program.nodes.push(mir::Node { op: Op::Bound, ty: mir::Ty::Record(id), place });
        let outer = self.list_items.insert(child, this);
        let fields = inputs.iter().map(|i| self.inside(child, |lo| lo.listed_field(i))).collect();
        match outer {
            Some(n) => self.list_items.insert(child, n),
            None => self.list_items.remove(&child),
        };
        let needs: Vec<Vec<usize>> = inputs
            .iter()
            .map(|i| {
                let reads = value_reads(self.db, i.file, i.key.clone());
                reads.iter().filter_map(|t| inputs.iter().position(|x| *x == t.item)).collect()
            })
            .collect();
        let order = completion_order(&needs);
        let name = include.name().to_string();
        self.keep_record(id, mir::RecordInfo { name, fields, requires: Vec::new(), this, order, each: false });
    }

    fn listed_field(&mut self, input: &Item) -> mir::FieldInfo {
        let info = self.input_info(input);
        mir::FieldInfo {
            name: self.named(input),
            ty: info.ty,
            tag_field: None,
            constraints: info.constraints,
            default: info.default,
            computed: None,
            factor: info.factor,
            when: info.when,
            footprint: info.footprint,
        }
    }

    /// The list as an input of the rule.
    pub fn listed_input(&mut self, include: &Item) {
        let name = self.full_name(include);
        let ty = value_type(self.db, include.file, include.key.clone());
        let ty = self.ty(ty);
        let place = self.place_of(include.name_place(self.db));
        self.program.inputs.push(mir::InputInfo {
            name,
            ty,
            constraints: Vec::new(),
            default: None,
            factor: None,
            when: None,
            footprint: None,
            place,
        });
    }

    /// The loop over the items of the current instance; each is known from here on.
    pub fn listed_level(&mut self, include: &Item, parent: usize) -> Level {
        let (child, span) = (self.instance, Span::default());
        self.loop_env.clear();
        self.inside(parent, |lo| {
            let ty = mir::Ty::Record(lo.record(include));
            let list = lo.region(|lo| lo.value(include, span));
            let head = lo.region(|lo| lo.node(Op::Bound, ty, span));
            let bound = lo.program.regions[head.ix()].nodes[0];
            lo.list_items.insert(child, bound);
            Level { list, bound, head, series: None, filter: None }
        })
    }

    /// Which field of an item an input of the current instance is.
    pub fn listed_position(&self, input: &Item) -> Option<u32> {
        let (include, t) = self.include()?;
        let fields = listed_inputs(self.db, include.file, include.key.clone());
        fields.iter().position(|i| i == input).filter(|_| t.list).map(|k| k as u32)
    }

    /// An input of the process, of the item at hand.
    pub fn listed_value(&mut self, input: &Item) -> Option<NodeId> {
        let field = self.listed_position(input)?;
        let item = *self.list_items.get(&self.instance)?;
        let ty = self.sig_value(input)?;
        let ty = self.ty(ty);
        Some(self.node(Op::Field(item, field), ty, input.name_place(self.db).span))
    }

    /// The list that an input of the current instance is read from.
    pub fn list_read(&self) -> Option<Read> {
        let instance = self.all.list.get(self.instance)?;
        let at = (instance.parent, instance.path.last()?.clone());
        self.inputs.get(&at).map(|i| Read::Input(*i))
    }
}
