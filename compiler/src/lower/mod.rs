//! Lowering: checked bodies of a rule and of what it uses → one MIR program. The last salsa query.
//!
//! Invariant: lowering reports only what needs the whole rule (GWP sets, gases without a value, header); it never
//! changes a number: constants are folded with the reference's own primitives.

mod allocate;
mod balance;
mod body;
mod brackets;
mod cutoff;
mod data;
mod each;
mod except;
mod generics;
mod listed;
mod looped;
mod process;
mod process_product;
mod products;
mod rule;
mod scenario;
mod test;
mod upstream;

use crate::check::{At, BodyKind, Instances, body_of};
use crate::db::{Db, Diag, Item, Place, SourceFile, resolve_place};
use crate::generics::Binding;
use crate::names::StmtName;
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, LocalId, TExpr, Ty};
use crate::units::{Tag, UnitTy, unit_info};
use footrule_diag::{Span, Text};
use footrule_mir::{
    self as mir, DefId, EnumId, LineId, NodeId, Op, PlaceId, Program, Read, RecordId, RegionId, TableId, UnitId,
};
use footrule_syntax::Key;
use footrule_syntax::ast::Stmt;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The result of lowering.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The program; meaningful only if nothing in the rule is wrong.
    pub program: Arc<Program>,
    /// What only the whole rule shows.
    pub diags: Vec<Diag>,
}

/// Lowers a rule file.
///
/// Of many files only the programs of those asked for last are kept: the largest of all results, and quickly made again.
#[salsa::tracked(returns(ref), no_eq, lru = 8)]
pub fn lower(db: &dyn Db, file: SourceFile) -> Lowered {
    let mut lo = Lower::new(db, file);
    lo.rule();
    Lowered { program: Arc::new(lo.program), diags: lo.diags }
}

/// The state of lowering one rule.
pub(crate) struct Lower<'db> {
    pub db: &'db dyn Db,
    pub file: SourceFile,
    pub program: Program,
    pub diags: Vec<Diag>,
    /// The statement whose body is being lowered: places are relative to it.
    pub here: Item,
    region: RegionId,
    root: RegionId,
    results: RegionId,
    /// In a region that stands alone (defaults, tests) named constants are lowered in place.
    isolated: bool,
    env: FxHashMap<LocalId, NodeId>,
    /// The includes of the rule, and which of them is being lowered; 0 is the rule itself.
    pub all: &'db Instances,
    pub instance: usize,
    /// The variable of each include over a list, by the instance that it enters; the instance whose loops are entered;
    /// the values made in the region that is being lowered.
    loop_envs: FxHashMap<usize, FxHashMap<LocalId, NodeId>>,
    loop_base: usize,
    loop_values: FxHashMap<At, NodeId>,
    /// The item at hand of each include of a list that the user gives.
    list_items: FxHashMap<usize, NodeId>,
    /// The instance that the items of such a list are of, by their record; that of the item at hand.
    item_records: FxHashMap<RecordId, usize>,
    of_item: usize,
    /// What the variables of the function at hand stand for; the gas of each that is one.
    generics: (Binding, FxHashMap<Item, mir::GasRef>),
    /// What the variables of the process of each instance stand for.
    fixed: Vec<Binding>,
    values: FxHashMap<At, NodeId>,
    units: FxHashMap<UnitTy, UnitId>,
    symbols: FxHashMap<Item, u32>,
    enums: FxHashMap<EnumRef, EnumId>,
    records: FxHashMap<At, RecordId>,
    tables: FxHashMap<At, TableId>,
    params: FxHashMap<At, mir::ParamId>,
    sources: FxHashMap<Item, mir::SourceId>,
    inputs: FxHashMap<At, mir::InputId>,
    lines: FxHashMap<At, LineId>,
    defs: FxHashMap<At, DefId>,
    allocations: FxHashMap<Item, mir::AllocationId>,
    /// What is said of the bases of an allocation, from the lowering of its shares.
    bases: FxHashMap<Item, Vec<mir::BasisInfo>>,
    balances: FxHashMap<Item, balance::BalanceNodes>,
    consts: FxHashMap<At, mir::FactorId>,
    places: FxHashMap<Place, PlaceId>,
    /// CO2e data by source, with the first place that reads them.
    co2e_reads: Vec<(Option<Item>, Item, Place)>,
    used_gases: Vec<(Item, Place)>,
    /// Rules whose footprints are read, with the first place.
    upstreams: Vec<(SourceFile, Place)>,
}

impl<'db> Lower<'db> {
    fn new(db: &'db dyn Db, file: SourceFile) -> Self {
        let here = crate::db::items(db, file).first().cloned().unwrap_or_else(|| Item {
            file,
            key: Key::new(footrule_syntax::ChunkKey {
                keyword: String::new(),
                name: None,
                occurrence: 0,
                process: None,
            }),
        });
        let program = Program { regions: vec![mir::Region::default(), mir::Region::default()], ..Program::default() };
        let (root, results) = (RegionId(0), RegionId(1));
        let all = crate::check::instances(db, file);
        Self {
            db,
            file,
            program,
            diags: Vec::new(),
            here,
            region: root,
            root,
            results,
            isolated: false,
            env: FxHashMap::default(),
            fixed: generics::fixed(db, all),
            all,
            instance: 0,
            loop_envs: FxHashMap::default(),
            loop_base: 0,
            loop_values: FxHashMap::default(),
            list_items: FxHashMap::default(),
            item_records: FxHashMap::default(),
            of_item: 0,
            generics: Default::default(),
            values: FxHashMap::default(),
            units: FxHashMap::default(),
            symbols: FxHashMap::default(),
            enums: FxHashMap::default(),
            records: FxHashMap::default(),
            tables: FxHashMap::default(),
            params: FxHashMap::default(),
            sources: FxHashMap::default(),
            inputs: FxHashMap::default(),
            lines: FxHashMap::default(),
            defs: FxHashMap::default(),
            allocations: FxHashMap::default(),
            bases: FxHashMap::default(),
            balances: FxHashMap::default(),
            consts: FxHashMap::default(),
            places: FxHashMap::default(),
            co2e_reads: Vec::new(),
            used_gases: Vec::new(),
            upstreams: Vec::new(),
        }
    }

    pub fn place(&mut self, span: Span) -> PlaceId {
        let place = self.here.at(span);
        self.place_of(place)
    }

    pub fn place_of(&mut self, place: Place) -> PlaceId {
        if let Some(&id) = self.places.get(&place) {
            return id;
        }
        let id = PlaceId(self.program.places.len() as u32);
        self.program.places.push(resolve_place(self.db, &place));
        self.places.insert(place, id);
        id
    }

    /// Adds a node to the current region.
    pub fn node(&mut self, op: Op, ty: mir::Ty, span: Span) -> NodeId {
        let place = self.place(span);
        let id = NodeId(self.program.nodes.len() as u32);
        self.program.nodes.push(mir::Node { op, ty, place });
        self.program.regions[self.region.ix()].nodes.push(id);
        id
    }

    /// A new region whose nodes `f` adds; `f` yields its value.
    pub fn region(&mut self, f: impl FnOnce(&mut Self) -> NodeId) -> RegionId {
        let id = RegionId(self.program.regions.len() as u32);
        self.program.regions.push(mir::Region::default());
        let outer = std::mem::replace(&mut self.region, id);
        let value = f(self);
        self.region = outer;
        self.program.regions[id.ix()].value = Some(value);
        id
    }

    /// A region that stands alone.
    pub fn isolated(&mut self, f: impl FnOnce(&mut Self) -> NodeId) -> RegionId {
        let outer = std::mem::replace(&mut self.isolated, true);
        let id = self.region(f);
        self.isolated = outer;
        id
    }

    /// Runs `f` in another region, for another statement, with its own variables.
    pub fn within<T>(&mut self, region: RegionId, item: &Item, f: impl FnOnce(&mut Self) -> T) -> T {
        let here = std::mem::replace(&mut self.here, item.clone());
        let outer = std::mem::replace(&mut self.region, region);
        let env = std::mem::take(&mut self.env);
        let own = self.at(item).0;
        let instance = std::mem::replace(&mut self.instance, own);
        let generics = std::mem::take(&mut self.generics);
        let out = f(self);
        self.generics = generics;
        self.instance = instance;
        self.env = env;
        self.region = outer;
        self.here = here;
        out
    }

    /// Interns a unit.
    pub fn unit(&mut self, u: &UnitTy) -> UnitId {
        if self.generics.0.is_empty() && self.fixed_here().is_empty() {
            return self.known_unit(u);
        }
        let concrete = self.concrete(u);
        self.known_unit(&concrete)
    }

    fn known_unit(&mut self, u: &UnitTy) -> UnitId {
        if let Some(&id) = self.units.get(u) {
            return id;
        }
        let atoms = u
            .atoms
            .iter()
            .map(|(a, p)| {
                let tag = a.tag.as_ref().map(|t| match t {
                    Tag::Flow(e) => crate::units::flow_name(self.db, e),
                    other => other.show(),
                });
                (self.symbol(&a.unit), tag, *p)
            })
            .collect();
        let id = UnitId(self.program.units.len() as u32);
        let text = if u.is_one() { String::new() } else { crate::units::show_unit(self.db, u) };
        self.program.units.push(mir::Unit { text, atoms });
        self.units.insert(u.clone(), id);
        id
    }

    fn symbol(&mut self, unit: &Item) -> u32 {
        if let Some(&i) = self.symbols.get(unit) {
            return i;
        }
        let info = unit_info(self.db, unit.file, unit.key.clone());
        let i = self.program.unit_symbols.len() as u32;
        self.program.unit_symbols.push(mir::UnitSymbol {
            symbol: crate::units::shown_symbol(unit.name()),
            ucum: info.ucum.clone(),
            dimension: info.dimension.iter().map(|(b, e)| (b.name().to_string(), *e)).collect(),
            scale: info.scale.unwrap_or(footrule_number::Ratio::ONE),
            offset: info.offset,
        });
        self.symbols.insert(unit.clone(), i);
        i
    }

    /// All units that inputs may be given in.
    fn all_symbols(&mut self) {
        let files = crate::names::reachable(self.db, self.file);
        let units: Vec<Item> = files
            .iter()
            .flat_map(|&f| crate::db::items(self.db, f))
            .filter(|i| i.key.keyword == "unit")
            .cloned()
            .collect();
        for u in units {
            self.symbol(&u);
        }
    }

    pub fn ty(&mut self, t: &Ty) -> mir::Ty {
        match t {
            Ty::Number(u) => mir::Ty::Number(self.unit(u)),
            Ty::Split(u) => mir::Ty::Split(self.unit(u)),
            Ty::Bool | Ty::Error => mir::Ty::Bool,
            Ty::Text => mir::Ty::Text,
            Ty::Date => mir::Ty::Date,
            Ty::Period => mir::Ty::Period,
            Ty::Enum(e) => mir::Ty::Enum(self.enumeration(e)),
            Ty::Record(r) => mir::Ty::Record(self.record(r)),
            Ty::List(t) => mir::Ty::List(Box::new(self.ty(t))),
            Ty::Optional(t) => mir::Ty::Optional(Box::new(self.ty(t))),
            Ty::Activity(u) => {
                let f = crate::sigs::factor_unit(self.db, &self.here, u);
                mir::Ty::Activity { amount: self.unit(u), factor: self.unit(&f) }
            }
            Ty::Row(t) => mir::Ty::Row(self.table(t)),
            Ty::Each(i) => mir::Ty::Record(self.each(i)),
            Ty::Shares(i) => mir::Ty::Record(self.shares(i)),
        }
    }

    pub fn enumeration(&mut self, e: &EnumRef) -> EnumId {
        if let Some(&id) = self.enums.get(e) {
            return id;
        }
        let named =
            |id: &str, labels: &Text| mir::Named { id: id.into(), labels: labels.clone(), clause: String::new() };
        let (name, members) = match e {
            EnumRef::Item(i) => {
                let members = match i.ast(self.db).map(|a| &a.stmt) {
                    Some(Stmt::Enum { variants, .. }) => {
                        variants.iter().map(|v| named(&v.name.text, &v.labels)).collect()
                    }
                    _ => Vec::new(),
                };
                (i.name().to_string(), members)
            }
            EnumRef::Gases => {
                ("Gas".into(), crate::names::gases(self.db, self.file).iter().map(|g| self.named(g)).collect())
            }
            EnumRef::Stages => {
                ("Stage".into(), crate::names::stages(self.db, self.file).iter().map(|g| self.named(g)).collect())
            }
        };
        let id = EnumId(self.program.enums.len() as u32);
        self.program.enums.push(mir::EnumInfo { name, members });
        self.enums.insert(e.clone(), id);
        id
    }

    pub fn gas(&self, item: &Item) -> mir::GasId {
        mir::GasId(crate::names::gases(self.db, self.file).iter().position(|g| g == item).unwrap_or(0) as u32)
    }

    pub fn stage(&self, item: &Item) -> mir::StageId {
        let item = self.actual_stage(item);
        mir::StageId(crate::names::stages(self.db, self.file).iter().position(|g| *g == item).unwrap_or(0) as u32)
    }

    /// Identifier, labels and clause of a statement.
    pub fn named(&self, item: &Item) -> mir::Named {
        let Some(ast) = item.ast(self.db) else { return mir::Named::default() };
        let id = ast.stmt.name().map_or_else(String::new, |n| n.text.clone());
        let clause = ast.clause.as_ref().map_or_else(String::new, |c| c.text.clone());
        mir::Named { id, labels: labels(&ast.stmt), clause }
    }

    /// The named things that a body reads, those inside called functions included.
    pub fn reads(&mut self, kind: &BodyKind) -> Vec<Read> {
        let mut out = BTreeSet::new();
        let mut seen = BTreeSet::new();
        crate::check::expressions(kind, &mut |e| self.collect_reads(e, &mut out, &mut seen));
        out.into_iter().collect()
    }

    /// The named things that an expression reads.
    pub fn reads_of(&mut self, e: &TExpr) -> Vec<Read> {
        let (mut out, mut seen) = (BTreeSet::new(), BTreeSet::new());
        self.collect_reads(e, &mut out, &mut seen);
        out.into_iter().collect()
    }

    fn collect_reads(&mut self, e: &TExpr, out: &mut BTreeSet<Read>, seen: &mut BTreeSet<At>) {
        use crate::types::TKind as K;
        let mut found: Vec<At> = Vec::new();
        e.walk(&mut |x| match &x.kind {
            K::Item(i) | K::Call(i, ..) | K::Lookup(i, _) | K::HasRow(i, _) | K::ParamAt(i, _) | K::Rows(i) => {
                found.push(self.at(i));
            }
            K::Through(t) => found.extend(self.find(t)),
            K::Balance(i, side) => out.extend(self.balance_read(i, *side)),
            _ => {}
        });
        for at in found {
            let i = &at.1;
            match i.key.keyword.as_str() {
                "fn" => self.reads_inside(&at, out, seen),
                "param" => {
                    let id = self.param(i);
                    out.insert(Read::Param(id));
                }
                "table" => {
                    let id = self.table(i);
                    out.insert(Read::Table(id));
                }
                "const" => out.extend(self.constant_factor(i).map(Read::Factor)),
                "input" | "include" if self.inputs.contains_key(&at) => {
                    out.extend(self.inputs.get(&at).map(|x| Read::Input(*x)))
                }
                "input" | "let" | "product" | "allocate" => match self.defs.get(&at) {
                    Some(x) => {
                        out.insert(Read::Def(*x));
                    }
                    // Made anew for each item of a list: what it reads is read.
                    None => self.reads_inside(&at, out, seen),
                },
                _ => out.extend(self.lines.get(&at).map(|x| Read::Line(*x))),
            }
        }
    }

    fn reads_inside(&mut self, at: &At, out: &mut BTreeSet<Read>, seen: &mut BTreeSet<At>) {
        if !seen.insert(at.clone()) {
            return;
        }
        let (instance, item) = at;
        self.inside(*instance, |lo| match lo.binding(item) {
            Some((_, b)) => {
                let parent = lo.all.list[lo.instance].parent;
                lo.inside(parent, |lo| lo.collect_reads(&b.value, out, seen));
            }
            None if lo.listed_position(item).is_some() => out.extend(lo.list_read()),
            None => {
                let body = &body_of(lo.db, item).kind;
                crate::check::expressions(body, &mut |e| lo.collect_reads(e, out, seen));
            }
        });
    }

    /// True if the signature of an item could be read without an error.
    pub fn sig_value(&self, item: &Item) -> Option<&'db Ty> {
        match &sig(self.db, item).sig {
            Sig::Value(t) => Some(t),
            _ => None,
        }
    }
}

/// The labels of a statement.
pub(crate) fn labels(stmt: &Stmt) -> Text {
    stmt.labels().cloned().unwrap_or_default()
}
