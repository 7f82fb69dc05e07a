//! Places that change together while one of them is typed.
//!
//! Guarantees: only from where a name is bound, because whoever edits a use may mean another name; and only where all its places
//! stand in this file, so that nothing is left behind: a variable of a statement, and a definition, constant, function or table of
//! a rule, which no other file and no data can name. Inputs, members, flows and stages stand in data and results, too: they are
//! renamed, not linked.

use crate::at::name;
use crate::navigate::all;
use footrule_compiler::Session;
use footrule_compiler::names::Entry;
use footrule_compiler::uses::Referent;
use footrule_diag::Span;

/// What only the file itself names.
const OWN: [&str; 4] = ["let", "const", "fn", "table"];

/// The name that is bound at an offset, and its uses, in order of text; empty if others may use it.
#[must_use]
pub fn linked(session: &Session, key: &str, offset: u32) -> Vec<Span> {
    let Some((at, found)) = name(session, key, offset) else { return Vec::new() };
    let own = match &found.of {
        Referent::Local(_) => true,
        Referent::Declared(Entry { item, member: None }) => {
            OWN.contains(&item.key.keyword.as_str()) && item.owner().is_none() && session.is_rule(key)
        }
        _ => false,
    };
    if !found.declares || !own {
        return Vec::new();
    }
    let places = all(session, at.item, &found.of);
    if places.iter().any(|r| r.at.file != key) {
        return Vec::new();
    }
    places.into_iter().map(|r| r.at.span).collect()
}
