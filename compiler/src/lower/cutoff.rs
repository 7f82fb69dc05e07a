//! Lowering of cut-offs: what the input and the requirements that they bring are about.

use super::Lower;
use crate::cutoff::{input_item, limit};
use crate::db::Item;
use footrule_mir as mir;
use footrule_syntax::ast::Stmt;

impl Lower<'_> {
    pub fn cutoff(&mut self, item: &Item) {
        let Some(Stmt::Cutoff { each, total, by, labels }) = item.ast(self.db).map(|a| &a.stmt) else { return };
        let (Some(each), Some(total)) = (limit(each), limit(total)) else { return };
        let Some(input) = input_item(self.db, self.file).and_then(|i| self.inputs.get(&(0, i)).copied()) else {
            return;
        };
        let name = mir::Named { id: by.text.clone(), labels: labels.clone(), ..self.named(item) };
        let span = item.ast(self.db).map_or_else(Default::default, |a| a.span);
        let place = self.place_of(item.at(span));
        self.program.cutoffs.push(mir::CutoffInfo { name, each, total, input, place });
    }
}
