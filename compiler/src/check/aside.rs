//! Types of expressions that stand in no source: what editors ask of a statement that is still being written.
//!
//! Guarantees: nothing is reported, and no query of a source depends on what is asked here. Must not: be used by a
//! check; a finding about an expression belongs to the statement that it stands in.

use super::expr::{Cx, Mode};
use crate::db::{Db, Item};
use crate::types::{TExpr, Ty};
use crate::units::UnitTy;
use footrule_syntax::ast::{self, Binder, Expr, Ident, UnitExpr};

/// A place beside the sources: what stands there sees the names that a statement sees.
pub struct Aside<'db> {
    cx: Cx<'db>,
}

impl<'db> Aside<'db> {
    /// Beside a statement, whether that can be read or not.
    #[must_use]
    pub fn new(db: &'db dyn Db, item: &'db Item) -> Self {
        let mut cx = Cx::new(db, item);
        // Results may be read: whether they may here is the checker's to say.
        cx.mode = Mode::Results;
        Self { cx }
    }

    /// The variables of binders come into scope.
    pub fn bind(&mut self, binders: &[Binder]) {
        self.cx.binders(binders);
    }

    /// A parameter of a function comes into scope.
    pub fn parameter(&mut self, name: &Ident, ty: Ty) {
        self.cx.bind(name, ty, false);
    }

    /// The fields of a record come into scope as names.
    pub fn fields_of(&mut self, record: &Item) {
        self.cx.this(Ty::Record(record.clone()));
    }

    /// How many variables are in scope.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.cx.locals.len()
    }

    /// All but the first variables go out of scope.
    pub fn leave(&mut self, depth: usize) {
        self.cx.locals.truncate(depth);
    }

    /// The variables in scope with their types.
    pub fn locals(&self) -> impl Iterator<Item = (&str, &Ty)> {
        self.cx.locals.iter().map(|l| (l.name.as_str(), &l.ty))
    }

    /// A type as written.
    pub fn read(&mut self, ty: &ast::Type) -> Ty {
        self.cx.ty(ty)
    }

    /// A unit as written.
    pub fn unit(&mut self, unit: &UnitExpr) -> UnitTy {
        self.cx.unit(unit)
    }

    /// An expression with its type, [`Ty::Error`] if it has none. `want` guides members of enumerations and fields.
    pub fn expr(&mut self, e: &Expr, want: Option<&Ty>) -> TExpr {
        self.cx.expr(e, want)
    }

    /// The type of a factor for an amount in this unit: kg CO2e for each.
    #[must_use]
    pub fn factor(&self, amount: &UnitTy) -> Ty {
        Ty::quantity(crate::sigs::factor_unit(self.cx.db, self.cx.item, amount))
    }
}
