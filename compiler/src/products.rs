//! The products of a rule: their names and units. A rule with a declared unit in its header has one, without a name.

use crate::check::{BodyKind, body_of, value_deps};
use crate::db::{Db, Item, SourceFile, items_of};
use crate::sigs::factor_unit;
use crate::units::{Tag, UnitTy, flow_name, read_unit};
use footrule_syntax::ast::{self, DeclaredUnit, Header, Stmt};
use std::collections::BTreeSet;

/// The units of a product's result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleUnits {
    /// The declared unit.
    pub declared: UnitTy,
    /// The unit of the results.
    pub result: UnitTy,
    /// The unit of the reference flow; without one the lines are per declared unit.
    pub reference: Option<UnitTy>,
    /// `round … in UNIT`: the figures are per that unit, whatever the declared amount.
    pub explicit: bool,
    /// There is a declared unit.
    pub given: bool,
    /// A unit could not be read: nothing is to be said of what rests on it.
    pub broken: bool,
}

impl RuleUnits {
    /// What lines are per: the reference flow over the declared unit, nothing for amounts of the whole period.
    pub(crate) fn basis(&self) -> UnitTy {
        self.reference.clone().unwrap_or_default().times(&self.declared, -1)
    }
}

/// A product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// The `product` statement, or the header's line; `None` if there is neither.
    pub item: Option<Item>,
    /// Its name; empty for the header's.
    pub name: String,
    /// What it may be called where one is chosen: its name, or the only flow of its declared unit.
    pub called: Option<String>,
    /// Its units.
    pub units: RuleUnits,
}

/// The products of a rule, in order of text; always at least one. Their findings are reported elsewhere.
#[salsa::tracked(returns(ref))]
pub fn products(db: &dyn Db, file: SourceFile) -> Vec<Product> {
    let mut rounding = None;
    let mut header = None;
    for (item, h) in crate::names::headers(db, file) {
        match h {
            Header::Unit(u) => header = Some((item, u)),
            Header::Round(r) => rounding = Some((item, r)),
            _ => {}
        }
    }
    let mut all: Vec<Product> = Vec::new();
    for item in items_of(db, file, &["product"]) {
        if let Some(Stmt::Product { name, unit, round, .. }) = item.ast(db).map(|a| &a.stmt) {
            let round = round.as_ref().map(|r| (item, r)).or(rounding);
            let units = units(db, item, unit, round);
            all.push(Product {
                item: Some(item.clone()),
                name: name.text.clone(),
                called: Some(name.text.clone()),
                units,
            });
        }
    }
    if all.is_empty() {
        let Some((item, unit)) = header else {
            let mut none = Product::default();
            if let Some((item, _)) = crate::names::headers(db, file).next() {
                none.units.result = factor_unit(db, item, &UnitTy::one());
            }
            return vec![none];
        };
        let units = units(db, item, unit, rounding);
        let called = only_flow(db, &units.declared);
        all.push(Product { item: Some(item.clone()), name: String::new(), called, units });
    }
    // Lines are shared out between products: where these differ in basis, nothing can be said of lines.
    let basis = all.first().map(|p| p.units.basis().dimension(db));
    if all.iter().any(|p| Some(p.units.basis().dimension(db)) != basis) {
        all.iter_mut().for_each(|p| p.units.broken = true);
    }
    all
}

fn units(db: &dyn Db, item: &Item, unit: &DeclaredUnit, round: Option<(&Item, &ast::Round)>) -> RuleUnits {
    let mut out = RuleUnits { given: true, ..RuleUnits::default() };
    let mut quiet = Vec::new();
    out.declared = read_unit(db, item, &unit.unit, &mut |_, _| None, &mut quiet);
    // A flow that rests on a line is refused where it is checked; its body must not be asked for, as lines ask for
    // the products.
    if unit.of.is_some()
        && rests_on_line(db, item).is_none()
        && let BodyKind::Product(p) = &body_of(db, item).kind
    {
        out.reference = p.of.as_ref().and_then(|e| e.ty.unit()).cloned();
    }
    out.broken |= unit.of.is_some() && out.reference.is_none();
    if let Some((item, ast::Round { unit: Some(u), .. })) = round {
        out.explicit = true;
        out.result = read_unit(db, item, u, &mut |_, _| None, &mut quiet);
    }
    out.broken |= !quiet.is_empty();
    if out.result.is_one() {
        out.result = factor_unit(db, item, &out.declared);
    }
    out
}

/// A line that a reference flow rests on, by way of definitions too.
pub(crate) fn rests_on_line(db: &dyn Db, item: &Item) -> Option<Item> {
    let deps = |i: &Item| value_deps(db, i.file, i.key.clone()).clone();
    let (mut seen, mut next) = (BTreeSet::new(), deps(item));
    while let Some(i) = next.pop() {
        // A process counts the whole period, whatever the products are.
        let is_line = matches!(i.key.keyword.as_str(), "emission" | "removal" | "credit" | "apart");
        if is_line && i.key.process.is_none() {
            return Some(i);
        }
        if seen.insert(i.clone()) {
            next.extend(deps(&i));
        }
    }
    None
}

/// The flow that a unit is of, if it is of one.
fn only_flow(db: &dyn Db, unit: &UnitTy) -> Option<String> {
    let mut flows: Vec<String> = Vec::new();
    for (atom, _) in &unit.atoms {
        if let Some(Tag::Flow(e)) = &atom.tag {
            flows.push(flow_name(db, e));
        }
    }
    flows.dedup();
    if flows.len() == 1 { flows.pop() } else { None }
}

/// The names of a rule's `product` statements; reads their heads alone.
pub(crate) fn names(db: &dyn Db, file: SourceFile) -> Vec<String> {
    let named =
        items_of(db, file, &["product"]).filter(|i| matches!(i.ast(db).map(|a| &a.stmt), Some(Stmt::Product { .. })));
    named.map(|i| i.name().to_string()).collect()
}

/// The units of the first product; all products share their basis.
pub fn rule_units(db: &dyn Db, file: SourceFile) -> &RuleUnits {
    // There is always one.
    &products(db, file)[0].units
}

/// The product that a name means.
pub(crate) fn product_called(db: &dyn Db, file: SourceFile, name: &str) -> Option<usize> {
    products(db, file).iter().position(|p| p.called.as_deref() == Some(name))
}

/// What products may be called.
pub(crate) fn called(db: &dyn Db, file: SourceFile) -> Vec<String> {
    products(db, file).iter().filter_map(|p| p.called.clone()).collect()
}
