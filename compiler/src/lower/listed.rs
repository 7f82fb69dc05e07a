//! Lowering of `include … list`: one input of the rule, a list of records whose fields are the unbound inputs.
//!
//! Guarantees: an item is read, completed and checked like any record; the loop over the items is the include's own.

use super::Lower;
use super::data::completion_order;
use crate::check::{At, BodyKind, body_of, listed_fields, listed_inputs, value_reads, value_type};
use crate::db::Item;
use crate::names::is_listed;
use footrule_diag::Span;
use footrule_mir::{self as mir, Level, NodeId, Op, Read, RecordId};

impl Lower<'_> {
    /// The record of an item of an include.
    pub fn listed_record(&mut self, include: &Item, id: RecordId) {
        let Some(&child) = self.all.child.get(&self.include_at(include)) else {
            // A process that includes itself was refused; nothing of it is evaluated.
            let this = NodeId(0);
            let (name, fields) = (include.name().to_string(), Vec::new());
            let none = mir::RecordInfo { name, fields, requires: Vec::new(), this, order: Vec::new(), each: false };
            return self.keep_record(id, none);
        };
        self.item_records.insert(id, child);
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
        if input.key.keyword == "include" {
            return self.listed_include(input);
        }
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

    /// A process inside the process: a record, or a list of them, in the item.
    fn listed_include(&mut self, include: &Item) -> mir::FieldInfo {
        let record = self.record(include);
        let own = mir::Ty::Record(record);
        let list = *is_listed(self.db, include.file, include.key.clone());
        let fields = listed_fields(self.db, include);
        // Where the process itself asks for nothing, neither does the record of its inputs.
        let free = !list && fields.iter().all(|f| f.optional);
        let default = free.then(|| {
            let (none, ty, span) = (vec![None; fields.len()], own.clone(), include.name_place(self.db).span);
            self.isolated(|lo| lo.node(Op::Record(record, none), ty, span))
        });
        mir::FieldInfo {
            name: self.named(include),
            ty: if list { mir::Ty::List(Box::new(own)) } else { own },
            tag_field: None,
            constraints: Vec::new(),
            default,
            computed: None,
            factor: None,
            when: None,
            footprint: None,
        }
    }

    /// The instance that an include stands in: of the item at hand, or of what is being lowered.
    pub fn include_at(&self, include: &Item) -> At {
        let here = self.at(include);
        let item = (self.of_item, include.clone());
        if self.all.child.contains_key(&here) || !self.all.child.contains_key(&item) { here } else { item }
    }

    /// Runs `f` where the types of an item's fields are read.
    pub fn of_item<T>(&mut self, ty: &mir::Ty, f: impl FnOnce(&mut Self) -> T) -> T {
        let instance = match ty {
            mir::Ty::Record(id) => self.item_records.get(id).copied(),
            _ => None,
        };
        let outer = self.of_item;
        self.of_item = instance.unwrap_or(outer);
        let out = f(self);
        self.of_item = outer;
        out
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
        self.loop_envs.remove(&child);
        self.inside(parent, |lo| {
            let ty = mir::Ty::Record(lo.record(include));
            let list = lo.region(|lo| lo.value(include, span));
            let head = lo.region(|lo| lo.node(Op::Bound, ty, span));
            let bound = lo.program.regions[head.ix()].nodes[0];
            lo.list_items.insert(child, bound);
            Level { list, bound, head, series: None, filter: None }
        })
    }

    /// Which field of an item an input, or an include, of the current instance is.
    pub fn listed_position(&self, input: &Item) -> Option<u32> {
        let mut at = self.instance;
        while at != 0 {
            let BodyKind::Include(t) = &body_of(self.db, self.all.list[at].path.last()?).kind else { return None };
            if t.list {
                return self.field_position(self.instance, input);
            }
            if t.binder.is_some() {
                return None;
            }
            at = self.all.list[at].parent;
        }
        None
    }

    fn field_position(&self, instance: usize, input: &Item) -> Option<u32> {
        let include = self.all.list[instance].path.last()?;
        let fields = listed_inputs(self.db, include.file, include.key.clone());
        fields.iter().position(|i| i == input).map(|k| k as u32)
    }

    /// The item at hand of an instance, or the record in it that the user gives for a process inside.
    fn item_node(&mut self, instance: usize) -> Option<NodeId> {
        if let Some(&n) = self.list_items.get(&instance) {
            return Some(n);
        }
        let include = self.all.list[instance].path.last()?.clone();
        let parent = self.all.list[instance].parent;
        match &body_of(self.db, &include).kind {
            BodyKind::Include(t) if parent != 0 && !t.list && t.binder.is_none() => {}
            _ => return None,
        }
        let field = self.field_position(parent, &include)?;
        let outer = self.item_node(parent)?;
        let ty = mir::Ty::Record(self.inside(parent, |lo| lo.record(&include)));
        Some(self.node(Op::Field(outer, field), ty, include.name_place(self.db).span))
    }

    /// An input of the process, of the item at hand.
    pub fn listed_value(&mut self, input: &Item) -> Option<NodeId> {
        let field = self.listed_position(input)?;
        let item = self.item_node(self.instance)?;
        let ty = value_type(self.db, input.file, input.key.clone());
        let ty = self.ty(ty);
        Some(self.node(Op::Field(item, field), ty, input.name_place(self.db).span))
    }

    /// The list that an input of the current instance is read from.
    pub fn list_read(&self) -> Option<Read> {
        let mut at = self.instance;
        while at != 0 {
            let instance = self.all.list.get(at)?;
            let include = (instance.parent, instance.path.last()?.clone());
            if let Some(i) = self.inputs.get(&include) {
                return Some(Read::Input(*i));
            }
            at = instance.parent;
        }
        None
    }
}
