//! Findings about a whole file. `structure` and `modules` report errors; the others are lints: accepted, and worth a
//! look. A lint says nothing about what could not be read, and nothing that it cannot prove.

mod dated;
mod doubled;
mod factors;
mod includes;
mod modules;
mod reach;
mod rows;
mod structure;
mod unused;

pub(crate) use structure::structure;

use crate::db::{Db, Diag, SourceFile};
use crate::names::{Ns, StmtName, index};
use footrule_syntax::ast::{Header, Stmt};

/// All lints of a file, without those of tables.
pub(crate) fn lints(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    factors::bare(db, file, out);
    unused::unused(db, file, out);
    modules::unused(db, file, out);
    doubled::counted_twice(db, file, out);
    dated::uncovered(db, file, out);
    reach::branches(db, file, out);
}

/// Findings about the rows of tables: lints, and an error where two rows fit equally well.
pub(crate) use rows::rows;

/// True if the file is a rule.
pub(crate) fn is_rule(db: &dyn Db, file: SourceFile) -> bool {
    index(db, file).rule.is_some()
}

/// The declared unit of a rule as text.
pub(crate) fn declared_unit(db: &dyn Db, file: SourceFile) -> String {
    let units = crate::products::products(db, file).iter().filter_map(|p| {
        let item = p.item.as_ref()?;
        match item.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Product { unit, .. } | Stmt::Header(Header::Unit(unit))) => {
                Some(format!("{} {}", unit.amount, item.slice(db, unit.unit.span)))
            }
            _ => None,
        }
    });
    units.collect::<Vec<_>>().join(", ")
}

/// A header word of a rule.
pub(crate) fn header_word(db: &dyn Db, file: SourceFile, which: &str) -> String {
    crate::names::headers(db, file)
        .find_map(|(_, h)| match (which, h) {
            ("sector", Header::Sector(i)) | ("version", Header::Version(i)) | ("boundary", Header::Boundary(i)) => {
                Some(i.text.clone())
            }
            _ => None,
        })
        .unwrap_or_default()
}

/// The identifier of a rule.
pub(crate) fn rule_id(db: &dyn Db, file: SourceFile) -> Option<(String, footrule_diag::Text)> {
    let rule = index(db, file).rule.clone()?;
    let ast = rule.ast(db)?;
    let id = ast.stmt.name()?.text.clone();
    debug_assert_eq!(ast.stmt.ns(), None::<Ns>);
    Some((id, crate::lower::labels(&ast.stmt)))
}
