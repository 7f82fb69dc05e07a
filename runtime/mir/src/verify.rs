//! The structural verifier: what every evaluator may take for granted about a [`Program`].
//!
//! It checks that ids and places are in range, that a node reads only earlier nodes of its own region or of
//! enclosing ones and belongs to one region, that operand types fit each operation (`types`), that results are read
//! only where they exist, that a bound item opens the head of its level, and that lines, checks, reports and tests are
//! well formed. It does not check what the program means. A refusal is a bug of the compiler, or a damaged bundle.

mod operands;
mod products;
mod types;

use crate::{
    Cell, CheckInfo, Const, Constraint, Expect, FactorDefault, Level, Line, LineGas, LineOrigin, Loop, NodeId, Op,
    Piece, PlaceId, ProductId, Program, Region, RegionId, ResultRef, StageRef, Ty, UnitId, When,
};
use std::fmt;

/// How deeply regions may nest; evaluators go less deep, and say so.
const MAX_DEPTH: u32 = 512;
/// How often a region is entered at most, on the average: one that stands in two others, which stand in two others each,
/// would be entered without end.
const ENTRIES: u64 = 1000;

/// Why a program is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    /// The node concerned, if it is one.
    pub node: Option<NodeId>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node {
            Some(n) => write!(f, "%{}: {}", n.0, self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for VerifyError {}

type Check = Result<(), VerifyError>;

fn fail(message: impl Into<String>) -> Check {
    Err(VerifyError { node: None, message: message.into() })
}

fn at(node: NodeId, message: impl Into<String>) -> VerifyError {
    VerifyError { node: Some(node), message: message.into() }
}

fn ensure(condition: bool, message: impl FnOnce() -> String) -> Check {
    if condition { Ok(()) } else { fail(message()) }
}

/// Checks the structure of a program.
///
/// # Errors
/// The first violation found, in a fixed order.
pub fn verify(p: &Program) -> Result<(), VerifyError> {
    let mut v = Verifier {
        p,
        visible: vec![false; p.nodes.len()],
        owner: vec![None; p.nodes.len()],
        entered: vec![false; p.regions.len()],
        depth: 0,
        left: ENTRIES.saturating_mul(p.regions.len() as u64 + 1),
        bounds: bounds(p),
        results: false,
    };
    v.declarations()?;
    p.upstream.iter().try_for_each(|u| verify(&u.program))?;
    let root = v.open(p.root, "root")?;
    v.products()?;
    p.balances.iter().try_for_each(|b| v.balance(b))?;
    v.inputs()?;
    v.records()?;
    p.lines.iter().try_for_each(|l| v.line(l))?;
    p.allocations.iter().try_for_each(|a| v.allocation(a))?;
    v.evidence()?;
    v.scenarios()?;
    v.cutoffs()?;
    v.tests()?;
    v.results = true;
    let results = v.open(p.results, "results")?;
    p.checks.iter().try_for_each(|c| v.check(c))?;
    for r in &p.reports {
        v.place(r.place)?;
        v.read(r.value)?;
    }
    for d in &p.defs {
        v.place(d.place)?;
        v.read(d.node)?;
    }
    v.close(results);
    v.close(root);
    Ok(())
}

/// The nodes that may be [`Op::Bound`]: those of loop levels and records.
fn bounds(p: &Program) -> Vec<bool> {
    let mut bounds = vec![false; p.nodes.len()];
    let folds = p.nodes.iter().filter_map(|n| if let Op::Fold(_, l) = &n.op { Some(l) } else { None });
    let levels = folds.chain(p.lines.iter().filter_map(|l| l.over.as_ref())).flat_map(|l| &l.levels);
    for n in levels.map(|l| l.bound).chain(p.records.iter().map(|r| r.this)) {
        if let Some(b) = bounds.get_mut(n.ix()) {
            *b = true;
        }
    }
    bounds
}

struct Verifier<'a> {
    p: &'a Program,
    /// Nodes that may be read at this point.
    visible: Vec<bool>,
    /// The region that each node was found in.
    owner: Vec<Option<RegionId>>,
    /// Regions being checked, to refuse a region inside itself.
    entered: Vec<bool>,
    /// How many regions are being checked, one inside the other.
    depth: u32,
    /// How many more regions may be entered.
    left: u64,
    bounds: Vec<bool>,
    /// True where results exist.
    results: bool,
}

/// Nodes made visible, to be hidden again.
type Opened = Vec<NodeId>;

impl<'a> Verifier<'a> {
    fn place(&self, id: PlaceId) -> Check {
        ensure(id.ix() < self.p.places.len(), || format!("place {} does not exist", id.0))
    }

    fn unit(&self, id: UnitId) -> Check {
        ensure(id.ix() < self.p.units.len(), || format!("unit {} does not exist", id.0))
    }

    fn ty(&self, id: NodeId) -> Result<&'a Ty, VerifyError> {
        self.p.nodes.get(id.ix()).map(|n| &n.ty).ok_or_else(|| at(id, "node does not exist"))
    }

    fn region(&self, id: RegionId) -> Result<&'a Region, VerifyError> {
        let region = self.p.regions.get(id.ix());
        region.ok_or_else(|| VerifyError { node: None, message: format!("region {} does not exist", id.0) })
    }

    /// The type of a region's value.
    fn value_ty(&self, id: RegionId) -> Result<&'a Ty, VerifyError> {
        match self.region(id)?.value {
            Some(n) => self.ty(n),
            None => Err(VerifyError { node: None, message: format!("region {} has no value", id.0) }),
        }
    }

    fn read(&self, id: NodeId) -> Check {
        self.ty(id)?;
        if self.visible[id.ix()] {
            Ok(())
        } else {
            Err(at(id, "read where it is not known: later, or in another region"))
        }
    }

    // ---- regions ----

    fn open(&mut self, id: Option<RegionId>, name: &str) -> Result<Opened, VerifyError> {
        match id {
            Some(id) => self.enter(id),
            None => Err(VerifyError { node: None, message: format!("no {name} region") }),
        }
    }

    /// Checks the nodes of a region and leaves them visible.
    fn enter(&mut self, id: RegionId) -> Result<Opened, VerifyError> {
        let region = self.region(id)?;
        ensure(!self.entered[id.ix()], || format!("region {} contains itself", id.0))?;
        ensure(self.depth < MAX_DEPTH, || format!("region {} is nested too deeply", id.0))?;
        ensure(self.left > 0, || "regions stand in too many places".to_owned())?;
        self.left -= 1;
        self.depth += 1;
        self.entered[id.ix()] = true;
        let mut opened = Vec::with_capacity(region.nodes.len());
        for &n in &region.nodes {
            self.node(id, n)?;
            self.visible[n.ix()] = true;
            opened.push(n);
        }
        self.entered[id.ix()] = false;
        self.depth -= 1;
        if let Some(v) = region.value {
            self.read(v)?;
        }
        Ok(opened)
    }

    fn close(&mut self, opened: Opened) {
        for n in opened {
            self.visible[n.ix()] = false;
        }
    }

    /// Checks a region that yields a value; its nodes are hidden again.
    fn closed(&mut self, id: RegionId) -> Result<&'a Ty, VerifyError> {
        let opened = self.enter(id)?;
        self.close(opened);
        self.value_ty(id)
    }

    fn boolean(&mut self, id: RegionId, what: &str) -> Check {
        let ty = self.closed(id)?;
        ensure(*ty == Ty::Bool, || format!("{what} (region {}) must yield a bool", id.0))
    }

    fn node(&mut self, region: RegionId, id: NodeId) -> Check {
        let Some(node) = self.p.nodes.get(id.ix()) else { return Err(at(id, "node does not exist")) };
        if self.owner[id.ix()].is_some_and(|o| o != region) {
            return Err(at(id, "node stands in two regions"));
        }
        if self.visible[id.ix()] {
            return Err(at(id, "node stands twice"));
        }
        self.owner[id.ix()] = Some(region);
        let blame = |e: VerifyError| VerifyError { node: e.node.or(Some(id)), ..e };
        self.place(node.place).map_err(blame)?;
        self.known_ty(&node.ty).map_err(blame)?;
        if matches!(node.op, Op::Result(..) | Op::Reference(_)) && !self.results {
            return Err(at(id, "a result is read where there is none yet"));
        }
        if matches!(node.op, Op::Bound) && !self.bounds[id.ix()] {
            return Err(at(id, "bound item without a loop or record"));
        }
        node.op.operands().into_iter().try_for_each(|n| self.read(n).map_err(|e| at(id, format!("reads {e}"))))?;
        if let Op::Fold(_, l) = &node.op {
            let opened = self.over(l).map_err(blame)?;
            self.close(opened);
        } else {
            node.op.regions().into_iter().try_for_each(|r| self.closed(r).map(drop)).map_err(blame)?;
        }
        if let Op::OneOf(arms) = &node.op {
            arms.iter().try_for_each(|(.., place)| self.place(*place)).map_err(blame)?;
        }
        self.fits(node).map_err(blame)
    }

    /// Checks a loop and leaves the heads and the body visible.
    fn over(&mut self, l: &Loop) -> Result<Opened, VerifyError> {
        let mut opened = Vec::new();
        for Level { list, bound, head, series, filter } in &l.levels {
            let list = self.closed(*list)?;
            if let Some(series) = series {
                let at = self.closed(series.at)?;
                ensure(matches!(at, Ty::Number(_)), || format!("%{} has a series without a position", bound.0))?;
            }
            let first = self.region(*head)?.nodes.first();
            ensure(first == Some(bound), || format!("%{} is not the first node of its head region", bound.0))?;
            let is_bound = self.p.nodes.get(bound.ix()).is_some_and(|n| n.op == Op::Bound);
            ensure(is_bound, || format!("%{} opens a head region and is no bound item", bound.0))?;
            let item = self.ty(*bound)?;
            let fits = matches!(list, Ty::List(t) if self.same(t, item));
            ensure(fits, || format!("%{} is no item of its list", bound.0))?;
            opened.extend(self.enter(*head)?);
            if let Some(filter) = filter {
                self.boolean(*filter, "filter")?;
            }
        }
        ensure(!l.levels.is_empty(), || "loop without levels".to_owned())?;
        opened.extend(self.enter(l.body)?);
        self.value_ty(l.body)?;
        Ok(opened)
    }

    // ---- what surrounds the nodes ----

    fn declarations(&self) -> Check {
        let p = self.p;
        p.exceptions.iter().try_for_each(|e| self.place(e.place))?;
        for u in &p.units {
            let known = u.atoms.iter().all(|(s, ..)| (*s as usize) < p.unit_symbols.len());
            ensure(known, || format!("unit `{}` names a symbol that does not exist", u.text))?;
        }
        for f in &p.factors {
            self.unit(f.unit)?;
            self.place(f.place)?;
            ensure(f.source.is_none_or(|s| s.ix() < p.sources.len()), || {
                format!("factor `{}` has no such source", f.id)
            })?;
        }
        let factor =
            |id: crate::FactorId| ensure(id.ix() < p.factors.len(), || format!("factor {} does not exist", id.0));
        for g in &p.gases {
            g.gwp.iter().try_for_each(|(.., f)| factor(*f))?;
        }
        for t in &p.params {
            self.place(t.place)?;
            self.known_ty(&t.ty)?;
            t.rows.iter().try_for_each(|r| factor(r.factor))?;
            let ordered = t.rows.windows(2).all(|w| w[0].from < w[1].from);
            ensure(ordered, || format!("rows of param `{}` are not in order", t.name.id))?;
        }
        for t in &p.tables {
            self.place(t.place)?;
            t.keys.iter().chain(&t.columns).try_for_each(|(_, ty)| self.known_ty(ty))?;
            for r in &t.rows {
                self.place(r.place)?;
                let fits = r.keys.len() == t.keys.len() && r.values.len() == t.columns.len();
                ensure(fits, || format!("a row of table `{}` has a wrong number of cells", t.name.id))?;
                for v in &r.values {
                    if let Cell::Factor(f) = v {
                        factor(*f)?;
                    }
                }
            }
            if let Some(i) = t.interpolate {
                let point = |r: &crate::TableRow| matches!(r.keys.get(i.key as usize), Some(Some(Const::Number(_))));
                let number = |r: &crate::TableRow| r.values.iter().all(|v| matches!(v, Cell::Factor(_)));
                ensure(t.rows.iter().all(|r| point(r) && number(r)), || {
                    format!("table `{}` is interpolated and has rows that are no points", t.name.id)
                })?;
            }
        }
        Ok(())
    }

    fn constraints(&self, list: &[Constraint]) -> Check {
        list.iter().try_for_each(|c| match c {
            Constraint::Compare(.., at)
            | Constraint::Range(.., at)
            | Constraint::Count(.., at)
            | Constraint::Unique(_, at)
            | Constraint::Sum(.., at)
            | Constraint::SumWithin { place: at, .. }
            | Constraint::Integer(at) => self.place(*at),
        })
    }

    fn given(&mut self, name: &str, ty: &Ty, value: Option<RegionId>, factor: Option<&FactorDefault>) -> Check {
        self.known_ty(ty)?;
        if let Some(r) = value {
            let found = self.closed(r)?;
            ensure(self.same(found, ty), || format!("value of `{name}` has another type"))?;
        }
        if let Some(f) = factor {
            let found = self.closed(f.value)?;
            let fits =
                matches!((found, ty), (Ty::Split(a), Ty::Activity { factor, .. }) if self.same_unit(*a, *factor));
            ensure(fits, || format!("factor of `{name}` has another type"))?;
        }
        Ok(())
    }

    fn footprint(&self, name: &str, ty: &Ty, footprint: Option<crate::Footprint>) -> Check {
        let Some(f) = footprint else { return Ok(()) };
        let mut leaf = ty;
        while let Ty::List(t) | Ty::Optional(t) = leaf {
            leaf = t;
        }
        ensure(matches!(leaf, Ty::Split(_)), || format!("`{name}` is a footprint but no CO2e"))?;
        let known = f.rule.is_none_or(|u| u.ix() < self.p.upstream.len());
        ensure(known, || format!("the footprint `{name}` is of an unknown rule"))
    }

    fn when(&mut self, when: Option<&When>) -> Check {
        let Some(w) = when else { return Ok(()) };
        self.place(w.place)?;
        self.boolean(w.region, "condition of an input")
    }

    fn inputs(&mut self) -> Check {
        for i in &self.p.inputs {
            self.place(i.place)?;
            self.constraints(&i.constraints)?;
            self.when(i.when.as_ref())?;
            self.given(&i.name.id, &i.ty, i.default, i.factor.as_ref())?;
            self.footprint(&i.name.id, &i.ty, i.footprint)?;
        }
        Ok(())
    }

    fn records(&mut self) -> Check {
        for (ix, r) in self.p.records.iter().enumerate() {
            let this = self.ty(r.this)?;
            let bound = self.p.nodes.get(r.this.ix()).is_some_and(|n| n.op == Op::Bound);
            let fits = bound && matches!(this, Ty::Record(id) if id.ix() == ix);
            ensure(fits, || format!("`this` of record `{}` is no bound item of it", r.name))?;
            self.visible[r.this.ix()] = true;
            let mut order = r.order.clone();
            order.sort_unstable();
            ensure(order.iter().copied().eq(0..r.fields.len() as u32), || {
                format!("order of record `{}` does not name each field once", r.name)
            })?;
            for f in &r.fields {
                self.constraints(&f.constraints)?;
                self.when(f.when.as_ref())?;
                self.footprint(&f.name.id, &f.ty, f.footprint)?;
                ensure(f.tag_field.is_none_or(|t| (t as usize) < r.fields.len()), || {
                    format!("tag of `{}.{}` names no field", r.name, f.name.id)
                })?;
                self.given(&f.name.id, &f.ty, f.default.or(f.computed), f.factor.as_ref())?;
            }
            r.requires.iter().try_for_each(|c| self.check(c))?;
            self.visible[r.this.ix()] = false;
        }
        Ok(())
    }

    fn line(&mut self, l: &Line) -> Check {
        let p = self.p;
        let name = &l.name.id;
        self.place(l.place)?;
        self.unit(l.unit)?;
        self.unit(l.co2e_unit)?;
        self.target(l)?;
        if let Some(when) = l.when {
            self.boolean(when, "`when`")?;
        }
        let (opened, value) = match (&l.over, l.value) {
            (Some(over), None) => (self.over(over)?, self.value_ty(over.body)?),
            (None, Some(v)) => {
                self.read(v)?;
                (Vec::new(), self.ty(v)?)
            }
            _ => return fail(format!("line `{name}` needs a value or a loop, and not both")),
        };
        match &l.stage {
            StageRef::Static(s) => ensure(s.ix() < p.stages.len(), || format!("line `{name}` has no such stage"))?,
            StageRef::Region(r) => {
                let found = self.closed(*r)?;
                ensure(matches!(found, Ty::Enum(_)), || {
                    format!("stage of line `{name}` must be an enumeration value")
                })?;
            }
            StageRef::None => {
                ensure(l.kind == crate::LineKind::Apart, || format!("line `{name}` has no stage and is not apart"))?;
            }
        }
        let fits = match (&l.gas, value) {
            (LineGas::Split, Ty::Split(u)) => self.same_unit(*u, l.unit),
            (LineGas::Static(g), Ty::Number(u)) => g.ix() < p.gases.len() && self.same_unit(*u, l.unit),
            (LineGas::Region(r), Ty::Number(u)) => {
                matches!(self.closed(*r)?, Ty::Enum(_)) && self.same_unit(*u, l.unit)
            }
            _ => false,
        };
        ensure(fits, || format!("value of line `{name}` does not fit its gas and unit"))?;
        for named in &l.named {
            let found = self.closed(*named)?;
            ensure(matches!(found, Ty::Text | Ty::Enum(_)), || format!("`named` of line `{name}` must be a name"))?;
        }
        if let LineOrigin::Split(parts) = &l.origin {
            for (i, (_, share)) in parts.iter().enumerate() {
                match share {
                    Some(r) => {
                        let found = self.closed(*r)?;
                        ensure(matches!(found, Ty::Number(_)), || format!("share of line `{name}` must be a number"))?;
                    }
                    None => ensure(i + 1 == parts.len(), || format!("`rest` of line `{name}` must be the last"))?,
                }
            }
        }
        self.close(opened);
        Ok(())
    }

    fn balance(&self, b: &crate::BalanceInfo) -> Check {
        self.place(b.place)?;
        self.unit(b.unit)?;
        for n in b.rows.iter().map(|r| r.value).chain([b.ins, b.outs, b.gap]) {
            self.read(n)?;
            ensure(self.same(self.ty(n)?, &Ty::Number(b.unit)), || {
                format!("balance `{}` has an amount of another unit", b.name.id)
            })?;
        }
        b.rows.iter().try_for_each(|r| self.place(r.place))?;
        if let Some(c) = &b.check {
            self.read(c.holds)?;
            ensure(*self.ty(c.holds)? == Ty::Bool, || format!("check of balance `{}` is no bool", b.name.id))?;
        }
        Ok(())
    }

    fn check(&mut self, c: &CheckInfo) -> Check {
        self.place(c.place)?;
        self.boolean(c.condition, "condition")?;
        c.zh.iter().chain(&c.en).try_for_each(|piece| match piece {
            Piece::Value(r) => self.closed(*r).map(drop),
            Piece::Text(_) => Ok(()),
        })
    }

    fn figure(&self, product: ProductId, what: &ResultRef) -> Check {
        let p = self.p;
        let Some(product) = p.products.get(product.ix()) else { return fail("a result of no product") };
        let known = match what {
            ResultRef::Total | ResultRef::Origin(_) => true,
            ResultRef::PrimaryShare | ResultRef::RatedShare | ResultRef::Dqr => true,
            ResultRef::Stage(s) => s.ix() < p.stages.len(),
            ResultRef::Gas(g) => g.ix() < p.gases.len(),
            ResultRef::Also(i) => (*i as usize) < product.also.len(),
            ResultRef::Lines(ids) => ids.iter().all(|l| l.ix() < p.lines.len()),
        };
        ensure(known, || "a result of nothing that exists".to_owned())
    }

    fn evidence(&self) -> Check {
        self.p.evidence.iter().try_for_each(|e| {
            self.place(e.place)?;
            ensure(e.input.ix() < self.p.inputs.len(), || "evidence of no input".to_owned())
        })
    }

    fn cutoffs(&self) -> Check {
        self.p.cutoffs.iter().try_for_each(|c| {
            self.place(c.place)?;
            let of = &c.name.id;
            let input = self.p.inputs.get(c.input.ix());
            let record = match input.map(|i| &i.ty) {
                Some(Ty::List(t)) => match &**t {
                    Ty::Record(r) => self.p.records.get(r.ix()),
                    _ => None,
                },
                _ => None,
            };
            let has = |field: &str| record.is_some_and(|r| r.fields.iter().any(|f| f.name.id == field));
            ensure(["name", "share", "reason"].into_iter().all(has), || {
                format!("cut-off by `{of}` is of no list of flows with name, share and reason")
            })
        })
    }

    fn scenarios(&mut self) -> Check {
        for s in &self.p.scenarios {
            self.place(s.place)?;
            self.sets(&s.inputs, "scenario")?;
            for (param, factor, _) in &s.params {
                ensure(param.ix() < self.p.params.len(), || "a scenario sets no parameter".to_owned())?;
                ensure(factor.ix() < self.p.factors.len(), || "a scenario sets a parameter to nothing".to_owned())?;
            }
        }
        Ok(())
    }

    /// Inputs set to values.
    fn sets(&mut self, sets: &[(String, RegionId, PlaceId)], by: &str) -> Check {
        for (name, region, place) in sets {
            self.place(*place)?;
            let found = self.closed(*region)?;
            if let Some(i) = self.p.inputs.iter().find(|i| i.name.id == *name) {
                ensure(self.same(found, &i.ty), || format!("a {by} sets `{name}` to a value of another type"))?;
            }
        }
        Ok(())
    }

    fn tests(&mut self) -> Check {
        for t in &self.p.tests {
            self.place(t.place)?;
            self.sets(&t.sets, "test")?;
            for (expect, place) in &t.expects {
                self.place(*place)?;
                match expect {
                    Expect::Result { product, what, unit, .. } => {
                        self.figure(*product, what).and_then(|()| self.unit(*unit))?
                    }
                    Expect::Value { unit, .. } => self.unit(*unit)?,
                    Expect::Constant { .. } | Expect::Error(_) | Expect::Warning(_) => {}
                }
            }
        }
        Ok(())
    }
}
