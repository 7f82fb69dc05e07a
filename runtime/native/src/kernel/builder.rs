//! Building a kernel: equal definitions become one, constants are folded by the reference's arithmetic.

use super::{Again, ColumnId, Def, Derived, Id, Kernel, ListId, Made, Output, Read, Term, Warning, Words};
use crate::layout::Layout;
use footrule_number::Number;
use std::collections::HashMap;
use std::sync::Arc;

/// What a kernel is asked for.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    pub requires: Vec<Id>,
    pub demands: Vec<Id>,
    pub outputs: Vec<Output>,
    pub words: Vec<Words>,
    pub warnings: Vec<Warning>,
}

/// Builds a kernel: equal definitions are one, constants are folded.
#[derive(Debug, Default)]
pub struct Builder {
    kernel: Kernel,
    known: HashMap<Def, Id>,
}

impl Builder {
    /// A builder over the columns and lists of a layout.
    #[must_use]
    pub fn new(layout: &Layout) -> Self {
        let columns = layout.columns.iter().map(|c| c.list).collect();
        let nullable = layout.columns.iter().map(|c| c.nullable).collect();
        let lists = layout.lists.iter().map(|l| l.parent).collect();
        Self {
            kernel: Kernel { reads: vec![None; layout.columns.len()], columns, nullable, lists, ..Kernel::default() },
            known: HashMap::new(),
        }
    }

    /// The definition.
    #[must_use]
    pub fn def(&self, id: Id) -> &Def {
        self.kernel.def(id)
    }

    /// The constant number that a definition is.
    #[must_use]
    pub fn constant(&self, id: Id) -> Option<Number> {
        match self.def(id) {
            Def::Number(x) => Some(*x),
            _ => None,
        }
    }

    /// The constant condition that a definition is.
    #[must_use]
    pub fn known_bool(&self, id: Id) -> Option<bool> {
        match self.def(id) {
            Def::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The constant index that a definition is.
    #[must_use]
    pub fn known_index(&self, id: Id) -> Option<u32> {
        match self.def(id) {
            Def::Index(i) => Some(*i),
            _ => None,
        }
    }

    /// The lists on whose items a definition depends.
    #[must_use]
    pub fn scope(&self, id: Id) -> &[ListId] {
        self.kernel.scope(id)
    }

    fn derive(&mut self, of: Derived, list: Option<ListId>, nullable: bool) -> ColumnId {
        let k = &mut self.kernel;
        k.derived.push(of);
        k.columns.push(list);
        k.nullable.push(nullable);
        k.reads.push(None);
        ColumnId(k.columns.len() as u32 - 1)
    }

    /// The column that has been made in this way.
    fn derived(&self, of: Derived) -> Option<ColumnId> {
        let first = self.kernel.columns.len() - self.kernel.derived.len();
        let at = self.kernel.derived.iter().position(|d| *d == of)?;
        Some(ColumnId((first + at) as u32))
    }

    fn parent(&self, list: ListId) -> Option<ListId> {
        self.kernel.lists.get(list.0 as usize).copied().flatten()
    }

    /// The position of the item at hand of a list.
    pub(crate) fn position(&mut self, list: ListId) -> Id {
        let of = Derived::Position(list);
        let column = self.derived(of).unwrap_or_else(|| self.derive(of, Some(list), false));
        self.add(Def::Column(column))
    }

    /// No two items of the column's list have the same member or text.
    pub(crate) fn distinct(&mut self, column: ColumnId) -> Id {
        let list = self.kernel.columns.get(column.0 as usize).copied().flatten();
        let around = list.and_then(|l| self.parent(l));
        let of = Derived::Distinct(column);
        let column = self.derived(of).unwrap_or_else(|| self.derive(of, around, false));
        self.add(Def::Flag(column))
    }

    /// The same list once more, with columns of its own.
    pub(crate) fn once_more(&mut self, list: ListId) -> Again {
        let new = self.list_again(list, self.parent(list));
        let lists = HashMap::from([(list, new)]);
        Again { list, new, lists, columns: HashMap::new(), done: HashMap::new() }
    }

    fn list_again(&mut self, list: ListId, parent: Option<ListId>) -> ListId {
        let new = ListId(self.kernel.lists.len() as u32);
        self.kernel.lists.push(parent);
        self.kernel.made.push(Made::Again(list));
        new
    }

    /// A list of as many items as a number says; none if the number depends on items of several lists.
    pub(crate) fn counted(&mut self, count: Id) -> Option<ListId> {
        let parent = self.scope(count).last().copied();
        if *self.scope(count) != self.kernel.around(parent) {
            return None;
        }
        let new = ListId(self.kernel.lists.len() as u32);
        self.kernel.lists.push(parent);
        self.kernel.made.push(Made::Counted(count, self.kernel.derived.len()));
        Some(new)
    }

    /// The list that stands for one in the items of a list that is gone through once more; others stand for themselves.
    pub(crate) fn inside(&mut self, list: ListId, again: &mut Again) -> ListId {
        if let Some(new) = again.lists.get(&list) {
            return *new;
        }
        let Some(parent) = self.parent(list) else { return list };
        let around = self.inside(parent, again);
        if around == parent {
            return list;
        }
        let new = self.list_again(list, Some(around));
        again.lists.insert(list, new);
        new
    }

    /// The column once more that describes items of such a list.
    fn column_again(&mut self, c: ColumnId, again: &mut Again) -> Option<ColumnId> {
        if let Some(known) = again.columns.get(&c) {
            return Some(*known);
        }
        let list = self.kernel.columns.get(c.0 as usize).copied().flatten()?;
        let new = self.inside(list, again);
        let nullable = self.kernel.nullable.get(c.0 as usize) == Some(&true);
        let made = self.derive(Derived::Again(c), Some(new), nullable);
        again.columns.insert(c, made);
        Some(made)
    }

    /// The list of the layout that a list stands for.
    pub(crate) fn source(&self, list: ListId) -> ListId {
        let layout = self.kernel.lists.len() - self.kernel.made.len();
        let again = |l: &ListId| match self.kernel.made.get((l.0 as usize).checked_sub(layout)?)? {
            Made::Again(list) => Some(*list),
            Made::Counted(..) => None,
        };
        std::iter::successors(Some(list), again).last().unwrap_or(list)
    }

    /// True if two lists are the same one, in the same item of the list around.
    pub(crate) fn is_again(&self, a: ListId, b: ListId) -> bool {
        self.source(a) == self.source(b) && self.parent(a) == self.parent(b)
    }

    /// A definition with the list once more in place of the list; none of a column that describes no items.
    pub(crate) fn through(&mut self, id: Id, again: &mut Again) -> Option<Id> {
        if !self.scope(id).contains(&again.list) {
            return Some(id);
        }
        if let Some(done) = again.done.get(&id) {
            return Some(*done);
        }
        let def = match self.def(id).clone() {
            Def::Column(c) => Def::Column(self.column_again(c, again)?),
            Def::Flag(c) => Def::Flag(self.column_again(c, again)?),
            Def::Given(c) => Def::Given(self.column_again(c, again)?),
            Def::Member(c) => Def::Member(self.column_again(c, again)?),
            Def::Fold(kind, terms) => {
                let mut out = Vec::with_capacity(terms.len());
                for t in terms {
                    // Here the items are those of the fold's own loop.
                    if t.over.contains(&again.list) {
                        out.push(t);
                        continue;
                    }
                    let over = t.over.iter().map(|l| self.inside(*l, again)).collect();
                    let when = match t.when {
                        Some(w) => Some(self.through(w, again)?),
                        None => None,
                    };
                    out.push(Term { over, when, value: self.through(t.value, again)? });
                }
                Def::Fold(kind, out)
            }
            mut def => {
                let mut sound = true;
                def.each_operand_mut(|o| match self.through(*o, again) {
                    Some(new) => *o = new,
                    None => sound = false,
                });
                if !sound {
                    return None;
                }
                def
            }
        };
        let new = self.add(def);
        again.done.insert(id, new);
        Some(new)
    }

    /// Notes what is not understood.
    pub(crate) fn gap(&mut self, why: &'static str) {
        if !self.kernel.gaps.contains(&why) {
            self.kernel.gaps.push(why);
        }
    }

    /// A number.
    pub fn number(&mut self, x: Number) -> Id {
        self.add(Def::Number(x))
    }

    /// A condition.
    pub fn bool(&mut self, b: bool) -> Id {
        self.add(Def::Bool(b))
    }

    /// Adds a definition, simplified.
    pub fn add(&mut self, def: Def) -> Id {
        let def = match crate::fold::simplify(self, def) {
            Ok(same) => return same,
            Err(def) => def,
        };
        if let Some(id) = self.known.get(&def) {
            return *id;
        }
        let scope = self.scope_of(&def);
        let read = match &def {
            Def::Column(c) => Some((c, Read::Number)),
            Def::Member(c) => Some((c, Read::Member)),
            Def::Flag(c) => Some((c, Read::Flag)),
            _ => None,
        };
        if let Some((c, read)) = read
            && let Some(slot) = self.kernel.reads.get_mut(c.0 as usize)
        {
            *slot = Some(read);
        }
        let id = Id(u32::try_from(self.kernel.defs.len()).unwrap_or(u32::MAX));
        self.kernel.defs.push(def.clone());
        self.kernel.scopes.push(scope);
        self.known.insert(def, id);
        id
    }

    fn scope_of(&self, def: &Def) -> Arc<[ListId]> {
        let mut scope: Vec<ListId> = match def {
            Def::Column(c) | Def::Flag(c) | Def::Given(c) | Def::Member(c) => {
                self.kernel.around(self.kernel.columns.get(c.0 as usize).copied().flatten())
            }
            Def::Fold(_, terms) => {
                let of = |t: &Term| {
                    let mut all: Vec<ListId> = t.over.iter().flat_map(|l| self.kernel.around(Some(*l))).collect();
                    t.when.iter().chain([&t.value]).for_each(|id| all.extend(self.scope(*id)));
                    all.retain(|l| !t.over.contains(l));
                    all
                };
                terms.iter().flat_map(of).collect()
            }
            def => {
                let mut all = Vec::new();
                def.each_operand(|id| all.extend_from_slice(self.scope(id)));
                all
            }
        };
        scope.sort_unstable();
        scope.dedup();
        scope.into()
    }

    /// A condition that must hold.
    pub fn require(&mut self, holds: Id) {
        if self.known_bool(holds) != Some(true) && !self.kernel.requires.contains(&holds) {
            self.kernel.requires.push(holds);
        }
    }

    /// What has been required so far.
    pub(crate) fn requires(&self) -> &[Id] {
        &self.kernel.requires
    }

    /// What must not fail.
    pub fn demand(&mut self, id: Id) {
        if !self.kernel.demands.contains(&id) {
            self.kernel.demands.push(id);
        }
    }

    /// How many definitions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kernel.defs.len()
    }

    /// True if there is no definition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kernel.defs.is_empty()
    }

    /// A figure.
    pub fn output(&mut self, output: Output) {
        self.kernel.outputs.push(output);
    }

    /// A text.
    pub fn words(&mut self, words: Words) {
        self.kernel.words.push(words);
    }

    /// A warning.
    pub fn warning(&mut self, warning: Warning) {
        self.kernel.warnings.push(warning);
    }

    /// Puts these roots in the place of those that there are.
    pub(crate) fn exchange(&mut self, with: Roots) -> Roots {
        let k = &mut self.kernel;
        Roots {
            requires: std::mem::replace(&mut k.requires, with.requires),
            demands: std::mem::replace(&mut k.demands, with.demands),
            outputs: std::mem::replace(&mut k.outputs, with.outputs),
            words: std::mem::replace(&mut k.words, with.words),
            warnings: std::mem::replace(&mut k.warnings, with.warnings),
        }
    }

    /// The kernel.
    #[must_use]
    pub fn finish(self) -> Kernel {
        self.kernel
    }
}
