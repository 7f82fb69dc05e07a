//! An exception to a definition, to be filled in.

use super::{Action, ActionKind, Place, refactoring};
use crate::complete::word;
use footrule_compiler::check::value_type;
use footrule_compiler::db::{Item, items};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::{EnumRef, Ty};
use footrule_diag::text;
use footrule_syntax::ast::Stmt;

/// `except` for the definition at the cursor: under a condition that an input decides, and of the value that holds now.
pub(super) fn skeleton(place: &Place<'_>) -> Option<Action> {
    let db = place.session.db();
    let item = place.at.item;
    let Stmt::Let { name, value, .. } = &item.ast(db)?.stmt else { return None };
    let inside = place.inside();
    if item.key.process.is_some() || !place.session.is_rule(place.key) || inside.end > name.span.end {
        return None;
    }
    if matches!(value_type(db, item.file, item.key.clone()), Ty::Error) {
        return None;
    }
    let condition = items(db, place.file).iter().find_map(|i| condition(place, i))?;
    let written = item.slice(db, value.span).trim();
    if written.contains("//") {
        return None;
    }
    let (except, when) = (word("except", place.words), word("when", place.words));
    let n = &name.text;
    let statement = format!("{}{except} {n} {when} {condition} = {written}", place.clause());
    let title = text!("为 `{n}` 加一条例外", "Add an exception to `{n}`");
    Some(refactoring(title, ActionKind::Rewrite, vec![place.behind(&statement)]))
}

/// What an input decides, neither always nor never.
fn condition(place: &Place<'_>, input: &Item) -> Option<String> {
    let db = place.session.db();
    let Stmt::Input(i) = &input.ast(db)?.stmt else { return None };
    if i.when.is_some() || i.for_each.is_some() {
        return None;
    }
    let name = input.name();
    match value_type(db, input.file, input.key.clone()) {
        Ty::Bool => Some(name.to_owned()),
        Ty::Enum(EnumRef::Item(e)) => match &sig(db, e).sig {
            Sig::Enum(members) if members.len() > 1 => Some(format!("{name} == {}", members.first()?)),
            _ => None,
        },
        _ => None,
    }
}
