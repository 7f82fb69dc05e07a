//! Variables of generic functions and processes: `fn twice<U: unit>(v: U) -> U`, `process burner<F: flow>(…)`, `<G: gas>`.
//!
//! A variable is an item that no file declares: a unit of its own dimension, or a flow of its own. A body is checked
//! once, with the variables opaque; a call puts the units and tags of its arguments in their places ([`apply`]), an
//! include what it says of them, and lowering does the same to the body. Must not: infer anything beyond one call.

use crate::db::{Db, Item, SourceFile};
use crate::sigs::{Sig, sig};
use crate::types::{GasTag, Ty};
use crate::units::{Tag, UnitTy};
use footrule_syntax::ChunkKey;
use footrule_syntax::Key;
use footrule_syntax::ast::{Generic, Stmt};

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A unit.
    Unit,
    /// A substance.
    Flow,
    /// A greenhouse gas.
    Gas,
}

/// What a variable stands for in one call or include.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// A unit.
    Unit(UnitTy),
    /// A flow; with the gas, if it is one.
    Tag(Tag, Option<GasTag>),
}

/// The variables of one call or include.
pub type Binding = Vec<(Item, Bound)>;

fn item_of(owner: &Item, g: &Generic) -> Item {
    // `<` begins no keyword, so that no statement of a file has this key.
    let keyword = format!("<{} of {} {}", g.kind.text, owner.key.keyword, owner.name());
    let key = ChunkKey {
        keyword,
        name: Some(g.name.text.clone()),
        occurrence: owner.key.occurrence,
        process: owner.key.process.clone(),
    };
    Item { file: owner.file, key: Key::new(key) }
}

/// What an item stands for, if it is a variable.
#[must_use]
pub fn kind(item: &Item) -> Option<Kind> {
    let word = item.key.keyword.strip_prefix('<')?.split(' ').next()?;
    Some(match word {
        "unit" => Kind::Unit,
        "gas" => Kind::Gas,
        _ => Kind::Flow,
    })
}

/// The variables of a function or a process.
pub(crate) fn variables(db: &dyn Db, owner: &Item) -> Vec<Item> {
    match owner.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Fn { generics, .. } | Stmt::Process { generics, .. }) => {
            generics.iter().map(|g| item_of(owner, g)).collect()
        }
        _ => Vec::new(),
    }
}

/// The variables of a process. A firewall: what stands in a process does not see its text.
#[salsa::tracked(returns(ref))]
pub(crate) fn process_variables(db: &dyn Db, file: SourceFile, process: Key) -> Vec<Item> {
    variables(db, &Item { file, key: process })
}

/// The variable of this name, where it can be seen from `item`: of the function itself, then of the process around it.
pub(crate) fn find(db: &dyn Db, item: &Item, name: &str) -> Option<Item> {
    if item.key.keyword == "fn"
        && let Some(own) = variables(db, item).into_iter().find(|v| v.name() == name)
    {
        return Some(own);
    }
    let process = item.owner()?;
    process_variables(db, process.file, process.key).iter().find(|v| v.name() == name).cloned()
}

/// True if a type is made with one of these variables, in the parts of records and rows too.
pub(crate) fn mentions(db: &dyn Db, ty: &Ty, variables: &[Item]) -> bool {
    fn search(db: &dyn Db, ty: &Ty, variables: &[Item], seen: &mut Vec<Item>) -> bool {
        let in_unit = |u: &UnitTy| {
            u.atoms.iter().any(|(a, _)| {
                variables.contains(&a.unit) || matches!(&a.tag, Some(Tag::Flow(e)) if variables.contains(&e.item))
            })
        };
        match ty {
            Ty::Number(u) | Ty::Split(u) | Ty::Activity(u) => in_unit(u),
            Ty::List(t) | Ty::Optional(t) => search(db, t, variables, seen),
            Ty::Record(i) | Ty::Row(i) | Ty::Each(i) if !seen.contains(i) => {
                seen.push(i.clone());
                let own = sig(db, i);
                match &own.sig {
                    Sig::Record(fields) => fields.iter().any(|f| search(db, &f.ty, variables, seen)),
                    Sig::Table { keys, columns, .. } => {
                        keys.iter().chain(columns).any(|(_, t)| search(db, t, variables, seen))
                    }
                    _ => own.each.as_ref().is_some_and(|(_, t)| search(db, t, variables, seen)),
                }
            }
            _ => false,
        }
    }
    search(db, ty, variables, &mut Vec::new())
}

/// True if a unit is made with a variable unit.
pub(crate) fn has_variable_unit(unit: &UnitTy) -> bool {
    unit.atoms.iter().any(|(a, _)| kind(&a.unit).is_some())
}

/// The first variable in a unit.
pub(crate) fn variable_in(unit: &UnitTy) -> Option<&Item> {
    unit.atoms.iter().find_map(|(a, _)| match &a.tag {
        _ if kind(&a.unit).is_some() => Some(&a.unit),
        Some(Tag::Flow(e)) if kind(&e.item).is_some() => Some(&e.item),
        _ => None,
    })
}

/// A unit with the variables of a call in place.
#[must_use]
pub fn apply(unit: &UnitTy, binding: &[(Item, Bound)]) -> UnitTy {
    let bound = |v: &Item| binding.iter().find(|(i, _)| i == v).map(|(_, b)| b);
    let mut out = UnitTy::one();
    for (atom, power) in &unit.atoms {
        if let Some(Bound::Unit(u)) = bound(&atom.unit) {
            out = out.times(&u.power(*power), 1);
            continue;
        }
        let mut atom = atom.clone();
        if let Some(Tag::Flow(e)) = &atom.tag
            && let Some(Bound::Tag(t, _)) = bound(&e.item)
        {
            atom.tag = Some(t.clone());
        }
        out = out.times(&UnitTy { atoms: vec![(atom, *power)] }, 1);
    }
    out
}

/// A type with the variables of a call in place.
#[must_use]
pub fn apply_ty(ty: &Ty, binding: &[(Item, Bound)]) -> Ty {
    ty.map_units(&mut |u| apply(u, binding))
}

/// Where a variable stands alone in a type: itself, or as the tag of one unit; inside a list, an optional value or an
/// activity too.
pub(crate) fn alone<'a>(ty: &'a Ty, variable: &Item) -> Option<&'a UnitTy> {
    let unit = match ty {
        Ty::List(t) | Ty::Optional(t) => return alone(t, variable),
        Ty::Number(u) | Ty::Split(u) | Ty::Activity(u) => u,
        _ => return None,
    };
    let [(atom, 1)] = unit.atoms.as_slice() else { return None };
    let is = match &atom.tag {
        None => atom.unit == *variable,
        Some(Tag::Flow(e)) => e.item == *variable && kind(&atom.unit).is_none(),
        Some(_) => false,
    };
    is.then_some(unit)
}
