//! Places that change together while one of them is typed.
//!
//! Only a variable of a statement is linked, and only from where it is bound: all its uses stand in the statement, so nothing
//! is left behind. A name that others can use is renamed, not linked; and whoever edits a use may mean another variable.

use crate::at::name;
use footrule_compiler::Session;
use footrule_compiler::uses::{Referent, uses};
use footrule_diag::Span;

/// The variable that is bound at an offset, and its uses, in order of text; empty if there is none.
#[must_use]
pub fn linked(session: &Session, key: &str, offset: u32) -> Vec<Span> {
    let Some((at, found)) = name(session, key, offset) else { return Vec::new() };
    if !found.declares || !matches!(found.of, Referent::Local(_)) {
        return Vec::new();
    }
    let own = uses(session.db(), at.item.file, at.item.key.clone()).iter().filter(|u| u.of == found.of);
    own.map(|u| u.span.shift(at.start)).collect()
}
