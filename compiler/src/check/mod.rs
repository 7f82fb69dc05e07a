//! Type checking: one query for each statement body. A body sees other declarations through their signatures only;
//! the type of a `let` without a declared one is the single thing that is read from another body.

mod allocate;
mod also;
mod aside;
mod balance;
mod brackets;
mod builtin;
mod choose;
mod coerce;
mod conditional;
mod constant;
mod constraints;
mod cutoff;
mod cycles;
mod dated;
mod decl;
mod each;
mod evidence;
mod except;
mod except_index;
mod expr;
mod fixed;
mod generic;
mod implied;
mod include;
pub(crate) mod instance;
mod interpolate;
mod listed;
mod loops;
mod outside;
mod process;
mod product;
mod quality;
mod resolve;
mod rule;
mod scenario;
mod series;
mod source;
mod targets;
mod test;
mod through;

pub(crate) use allocate::sharers;
pub use allocate::{TAllocate, TBasis};
pub use also::{AlsoUnits, TAlso, also_units};
pub use aside::Aside;
pub use balance::{Side as BalanceSide, TBalance};
pub(crate) use brackets::shown as brackets_shown;
pub(crate) use builtin::{NAMES as BUILTIN, origin as origin_named};
pub(crate) use cycles::is_counted;
pub use cycles::{Definitions, definitions, is_cyclic, value_deps, value_reads};
pub(crate) use cycles::{names, value_names};
pub(crate) use decl::literal;
pub use decl::{TParam, TParamRow, TRecord, TRow, TTable, missing_rows};
pub use evidence::TEvidence;
pub(crate) use except::target_text;
pub use except::{TExcept, TExceptBy};
pub use except_index::Exception;
pub(crate) use except_index::exceptions_of;
pub use fixed::fixed_by;
pub(crate) use generic::declared as declared_variables;
pub use include::{TBinding, TInclude};
pub use instance::{At, Instance, Instances, instances};
pub(crate) use interpolate::{holds as holds_outside, linear_key};
pub(crate) use listed::listed_fields;
pub use listed::listed_inputs;
pub(crate) use outside::{inner_type, is_free};
pub use process::TProcessProduct;
pub use product::TProduct;
pub(crate) use rule::cmp as mir_cmp;
pub use rule::{TCheck, TInput, TLine, TOrigin, TPiece, TReport};
pub use scenario::TScenario;
pub(crate) use source::source_entry;
pub use targets::{LineTarget, Targets, line_targets};
pub use test::{TExpect, TTest};

use crate::db::{Db, Diag, Item, SourceFile};
use crate::sigs::{Sig, sig};
use crate::types::{TExpr, Ty};
use footrule_syntax::Key;
use footrule_syntax::ast::{Header, Stmt};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// What a statement's body is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyKind {
    /// Nothing that evaluates.
    None,
    /// `let`, `const`: the value.
    Value(Box<TExpr>),
    /// `fn`: its body.
    Fn(Box<TExpr>),
    /// `report`
    Report(Box<TReport>),
    /// A declared unit, of the header or of a product.
    Product(Box<TProduct>),
    /// An allocation.
    Allocate(Box<TAllocate>),
    /// A balance.
    Balance(Box<TBalance>),
    /// A line.
    Line(Box<TLine>),
    /// `require`, `warn`
    Check(Box<TCheck>),
    /// An input.
    Input(Box<TInput>),
    /// A dated parameter.
    Param(Box<TParam>),
    /// A table.
    Table(Box<TTable>),
    /// A record.
    Record(Box<TRecord>),
    /// A test.
    Test(Box<TTest>),
    /// An exception.
    Except(Box<TExcept>),
    /// An exception to an allocation.
    ExceptBy(Box<TExceptBy>),
    /// An include.
    Include(Box<TInclude>),
    /// What a process makes.
    ProcessProduct(Box<TProcessProduct>),
    /// A scenario.
    Scenario(Box<TScenario>),
    /// Evidence that is asked for.
    Evidence(TEvidence),
}

/// A checked body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// What it is.
    pub kind: BodyKind,
    /// What is wrong in it.
    pub diags: Vec<Diag>,
}

/// Checks the body of a statement.
#[salsa::tracked(returns(ref))]
pub fn body(db: &dyn Db, file: SourceFile, key: Key) -> Body {
    let item = Item { file, key };
    let Some(ast) = item.ast(db) else { return Body { kind: BodyKind::None, diags: Vec::new() } };
    let mut cx = expr::Cx::new(db, &item);
    let kind = match &ast.stmt {
        Stmt::Let { ty, value, .. } => {
            cx.mode = expr::Mode::Line;
            BodyKind::Value(Box::new(cx.declared(ty.as_ref(), value)))
        }
        Stmt::Const { ty, value, source, .. } => {
            source.iter().for_each(|s| {
                cx.source(s);
            });
            let value = cx.declared(ty.as_ref(), value);
            constant::independent(&mut cx, &value);
            BodyKind::Value(Box::new(value))
        }
        Stmt::Fn { params, body, .. } => decl::function(&mut cx, params, body),
        Stmt::Report { ty, value, round, .. } => rule::report(&mut cx, ty.as_ref(), value, round.as_ref()),
        Stmt::Header(Header::Unit(u)) => product::header_unit(&mut cx, u),
        Stmt::Header(Header::AlsoUnit(u)) => product::header_also(&mut cx, u),
        Stmt::Header(Header::Round(r)) => product::header_rounding(&mut cx, r),
        Stmt::Product { unit, .. } if item.key.process.is_some() => process::product(&mut cx, unit),
        Stmt::Product { unit, also, round, .. } => product::product(&mut cx, unit, also, round.as_ref()),
        Stmt::Allocate(a) => allocate::allocate(&mut cx, a),
        Stmt::Header(Header::Gwp(set)) => rule::gwp(&mut cx, set),
        Stmt::Header(Header::Valid { from, until: Some(until) }) => {
            if until.0 < from.0 {
                cx.error(
                    footrule_diag::Code::T001,
                    until.1,
                    footrule_diag::text!("失效日早于生效日", "the last day of validity is before the first"),
                    footrule_diag::text!("早于生效日", "earlier than the first day"),
                );
            }
            BodyKind::None
        }
        Stmt::Header(Header::BiogenicCo2(word)) => {
            cx.one_of(word, &["counted", "neutral"]);
            BodyKind::None
        }
        Stmt::Line(l) => rule::line(&mut cx, l),
        Stmt::Balance { name, within, rows, .. } => balance::balance(&mut cx, name, within.as_ref(), rows),
        Stmt::Check(c) => {
            cx.mode = expr::Mode::Results;
            BodyKind::Check(Box::new(rule::check(&mut cx, c)))
        }
        Stmt::Input(i) => rule::input(&mut cx, i),
        Stmt::Param(p) => decl::param(&mut cx, p),
        Stmt::Table(t) => decl::table(&mut cx, t),
        Stmt::Record { fields, requires, .. } => decl::record(&mut cx, fields, requires),
        Stmt::Enum { variants, .. } => decl::enumeration(&mut cx, variants),
        Stmt::Gas { gwps, .. } => decl::gas(&mut cx, gwps),
        Stmt::Unit { definition, .. } => decl::unit(&mut cx, definition.as_ref()),
        Stmt::Source { entries, .. } => source::source(&mut cx, entries),
        Stmt::Accept { source, footprint, .. } => {
            cx.accepted(source, *footprint);
            BodyKind::None
        }
        Stmt::Test(t) => test::test(&mut cx, t),
        Stmt::RequireEvidence { of } => evidence::evidence(&mut cx, of),
        Stmt::Cutoff { each, total, by, .. } => {
            cutoff::cutoff(&mut cx, each, total, by);
            BodyKind::None
        }
        Stmt::Scenario { entries, .. } => scenario::scenario(&mut cx, entries),
        Stmt::Except { target, name, when, value, .. } => except::except(&mut cx, target, name.as_ref(), when, value),
        Stmt::Process { params, generics, body, .. } => process::process(&mut cx, params, generics, body),
        Stmt::Include(i) => include::include(&mut cx, i),
        _ => BodyKind::None,
    };
    let mut diags = cx.finish();
    // One slip, one finding: a body and its signature may meet the same unknown name.
    let own: FxHashSet<&Diag> = sig(db, &item).diags.iter().collect();
    diags.retain(|d| !own.contains(d));
    // As trees are: a copy has no room to spare.
    Body { kind: kind.clone(), diags }
}

/// The body of an item.
pub fn body_of<'db>(db: &'db dyn Db, item: &Item) -> &'db Body {
    body(db, item.file, item.key.clone())
}

/// The type of a named value, as an expression sees it: the firewall between bodies.
#[salsa::tracked(returns(ref))]
pub fn value_type(db: &dyn Db, file: SourceFile, key: Key) -> Ty {
    let item = Item { file, key };
    if let Sig::Value(t) = &sig(db, &item).sig {
        return t.clone();
    }
    if item.key.keyword == "include" {
        let listed = *crate::names::is_listed(db, file, item.key.clone());
        return if listed { Ty::List(Box::new(Ty::Record(item))) } else { Ty::Error };
    }
    if *is_cyclic(db, file, item.key.clone()) {
        return Ty::Error;
    }
    if item.key.keyword == "allocate" {
        return Ty::Shares(item);
    }
    match &body_of(db, &item).kind {
        BodyKind::Value(v) => v.ty.clone(),
        BodyKind::Report(r) => r.value.ty.clone(),
        BodyKind::Line(l) => l.value.ty.clone(),
        BodyKind::ProcessProduct(p) => p.ty.clone(),
        BodyKind::Balance(b) => b.ty.clone(),
        _ => Ty::Error,
    }
}

/// True for a line or an include over a list, which has no single quantity. A firewall: readers of a line do not see its text.
#[salsa::tracked]
pub fn is_over_list(db: &dyn Db, file: SourceFile, key: Key) -> bool {
    let item = Item { file, key };
    match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Line(l)) => !l.loops.is_empty(),
        Some(Stmt::Include(i)) => i.binder.is_some() || i.list,
        _ => false,
    }
}

/// True for an `open let`, which is read from outside its process.
#[salsa::tracked]
pub fn is_open(db: &dyn Db, file: SourceFile, key: Key) -> bool {
    matches!(Item { file, key }.ast(db).map(|a| &a.stmt), Some(Stmt::Let { open: true, .. }))
}

/// How many decimals a named value was rounded to, if it was. A firewall like [`value_type`].
#[salsa::tracked]
pub fn rounded_decimals(db: &dyn Db, file: SourceFile, key: Key) -> Option<u32> {
    let item = Item { file, key };
    if *is_cyclic(db, file, item.key.clone()) {
        return None;
    }
    let cx = expr::Cx::new(db, &item);
    match &body_of(db, &item).kind {
        BodyKind::Value(v) => cx.rounded(v),
        BodyKind::Report(r) => r.round.map(|(n, _)| n),
        _ => None,
    }
}

/// The expressions of a body, for walks over everything that it reads.
pub fn expressions<'a>(kind: &'a BodyKind, f: &mut dyn FnMut(&'a TExpr)) {
    match kind {
        BodyKind::None | BodyKind::Evidence(_) => {}
        BodyKind::Value(e) | BodyKind::Fn(e) => f(e),
        BodyKind::Product(p) => p.of.iter().chain(p.also.iter().flatten()).for_each(f),
        BodyKind::Allocate(a) => std::iter::once(&a.base).chain(&a.compare).for_each(|b| b.expressions(f)),
        BodyKind::Report(r) => f(&r.value),
        BodyKind::Balance(b) => b.rows.iter().for_each(|(_, e)| f(e)),
        BodyKind::Line(l) => l.expressions(f),
        BodyKind::Check(c) => c.expressions(f),
        BodyKind::Input(i) => i.default.iter().chain(&i.when).chain(i.factor.iter().map(|(_, e)| e)).for_each(f),
        BodyKind::Param(p) => p.rows.iter().for_each(|r| f(&r.value)),
        BodyKind::Table(t) => t.rows.iter().flat_map(|r| &r.values).for_each(f),
        BodyKind::Record(r) => {
            for field in &r.fields {
                field
                    .default
                    .iter()
                    .chain(&field.computed)
                    .chain(&field.when)
                    .chain(field.factor.iter().map(|(_, e)| e))
                    .for_each(&mut *f);
            }
            for c in &r.requires {
                c.expressions(f);
            }
        }
        BodyKind::Except(e) => {
            f(&e.when);
            f(&e.value);
        }
        BodyKind::ExceptBy(e) => {
            f(&e.when);
            e.basis.expressions(f);
        }
        BodyKind::Include(i) => {
            i.bindings.iter().for_each(|b| f(&b.value));
            i.named.iter().for_each(&mut *f);
            if let Some(b) = &i.binder {
                b.expressions(f);
            }
        }
        BodyKind::ProcessProduct(p) => f(&p.of),
        BodyKind::Test(t) => {
            t.sets.iter().for_each(|(_, e, _)| f(e));
        }
        BodyKind::Scenario(s) => {
            s.inputs.iter().for_each(|(_, e, _)| f(e));
            s.params.iter().for_each(|(_, e, _)| f(e));
        }
    }
}

/// What stands in a list again: the first of its key, and the other one.
fn repeated<'a, T, K: Eq + Hash>(all: &'a [T], key: impl Fn(&'a T) -> K) -> impl Iterator<Item = (&'a T, &'a T)> {
    let mut first: FxHashMap<K, &T> = FxHashMap::default();
    all.iter().filter_map(move |x| match first.entry(key(x)) {
        Entry::Occupied(e) => Some((*e.get(), x)),
        Entry::Vacant(e) => {
            e.insert(x);
            None
        }
    })
}
