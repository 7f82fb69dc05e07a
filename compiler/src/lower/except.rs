//! Lowering of definitions with exceptions: one operation around the base and the cases, parents first.

use super::Lower;
use crate::check::{BodyKind, body_of, target_text};
use crate::db::Item;
use crate::types::TExpr;
use footrule_mir::{self as mir, NodeId, Op, Read};
use footrule_syntax::ast::Stmt;
use std::collections::BTreeSet;

impl Lower<'_> {
    /// The value of a definition with its exceptions, in the current region.
    pub fn excepted(&mut self, item: &Item, value: &TExpr) -> NodeId {
        let (at, _) = self.at(item);
        let list = self.all.exceptions(self.db, at, item);
        if list.is_empty() {
            return self.expr(value);
        }
        let base = self.region(|lo| lo.expr(value));
        let mut cases = Vec::with_capacity(list.len());
        for (from, e) in &list {
            // A program in which one of them is wrong is never evaluated.
            let BodyKind::Except(t) = &body_of(self.db, &e.item).kind else { continue };
            let exception = self.exception(&e.item, *from, t.when.span, t.value.span);
            // Loop variables stay in reach; places are those of the exception's own statement. One that stands where
            // the process is included sees the values there.
            let outer = std::mem::replace(&mut self.here, e.item.clone());
            let env = self.env.clone();
            let (when, value) = self.inside(*from, |lo| {
                if *from != at {
                    lo.env.clear();
                }
                (lo.region(|lo| lo.expr(&t.when)), lo.region(|lo| lo.expr(&t.value)))
            });
            self.env = env;
            self.here = outer;
            cases.push(mir::Case { when, value, parent: e.parent, exception });
        }
        let ty = self.ty(&value.ty);
        self.node(Op::Except(base, cases), ty, value.span)
    }

    pub(super) fn exception(
        &mut self,
        item: &Item,
        from: usize,
        when: footrule_diag::Span,
        value: footrule_diag::Span,
    ) -> mir::ExceptionId {
        let mut name = self.named(item);
        let mut of = String::new();
        if let Some(stmt) = item.ast(self.db).map(|a| &a.stmt) {
            let before = self.all.list[from].path.iter().map(|i| i.name().to_string());
            of = before.chain(target_text(stmt)).collect::<Vec<_>>().join(".");
            if let Stmt::Except { name: Some(n), .. } = stmt {
                name.id.clone_from(&n.text);
            }
        }
        let place = self.place_of(item.at(value));
        let condition = item.slice(self.db, when).to_string();
        let formula = item.slice(self.db, value).to_string();
        let id = mir::ExceptionId(self.program.exceptions.len() as u32);
        self.program.exceptions.push(mir::ExceptionInfo { name, of, condition, formula, place });
        id
    }

    /// What a definition reads, its exceptions included.
    pub fn reads_with_exceptions(&mut self, item: &Item) -> Vec<Read> {
        let mut out: BTreeSet<Read> = self.reads(&body_of(self.db, item).kind).into_iter().collect();
        for (from, e) in self.all.exceptions(self.db, self.at(item).0, item) {
            out.extend(self.inside(from, |lo| lo.reads(&body_of(lo.db, &e.item).kind)));
        }
        out.into_iter().collect()
    }
}
