//! The canonical text: what a program means, and nothing else.
//!
//! Two programs that differ only in the order of statements, in places, labels, documentation, clauses, messages,
//! names of definitions or tests have the same text. It starts from the roots (header, inputs, lines, checks,
//! reports), each sorted, numbers the nodes in the order in which they are first needed, and gives equal nodes one
//! number; what no root needs has no meaning and is left out. Then follow the types, parameters, tables and gases
//! that were mentioned, sorted by name, until nothing new is mentioned.
//!
//! What counts as meaning: version, `cites` and `sector` do not; the identifier of the rule, its boundary, period
//! of validity, rounding and GWP set do, and so does the source that a number cites (by its identifier).

use super::{
    Refs, arm_order, basis_text, cell_text, const_text, enum_name, enum_of, factors_text, footprint_text, gas_name,
    kind_word, loop_text, op_text, param_name, record_name, sharer_text, stage_name, table_name, target_text, ty_text,
    unit_text,
};
use crate::{
    AllocationInfo, CheckInfo, Const, Constraint, EnumId, FactorDefault, FactorId, GasId, GasRef, Line, LineGas,
    LineOrigin, Loop, Named, Node, NodeId, Op, ParamId, ProductInfo, Program, RecordId, RegionId, Rounding, StageRef,
    TableId, Ty, UnitId,
};
use footrule_number::Ratio;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The text whose SHA-256 is the meaning hash.
#[must_use]
pub fn canonical_text(p: &Program) -> String {
    let mut c = Canon::new(p);
    c.header();
    c.inputs();
    let mut lines: Vec<&Line> = p.lines.iter().collect();
    lines.sort_by(|a, b| a.name.id.cmp(&b.name.id));
    lines.into_iter().for_each(|l| c.line(l));
    let mut allocations: Vec<&AllocationInfo> = p.allocations.iter().collect();
    allocations.sort_by(|a, b| a.name.id.cmp(&b.name.id));
    allocations.into_iter().for_each(|a| c.allocation(a));
    let mut checks: Vec<(String, &CheckInfo)> = p.checks.iter().map(|check| (alone(p, check), check)).collect();
    checks.sort_by(|a, b| a.0.cmp(&b.0));
    checks.into_iter().for_each(|(_, check)| c.check(check));
    c.reports();
    c.evidence();
    c.cutoffs();
    c.scenarios();
    c.balances();
    c.mentioned();
    c.out
}

/// A check numbered on its own: a key to sort by that does not depend on the other statements.
fn alone(p: &Program, check: &CheckInfo) -> String {
    let mut c = Canon::new(p);
    c.check(check);
    c.out
}

/// Things to be described after the roots, by kind and name; the id only tells namesakes apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Enum(EnumId),
    Record(RecordId),
    Param(ParamId),
    Table(TableId),
    Gas(GasId),
    Symbol(u32),
}

struct Canon<'a> {
    p: &'a Program,
    /// Number of each node; `0` not seen, `u32::MAX` being visited.
    number: Vec<u32>,
    next: u32,
    /// Number of each text, for nodes that are equal.
    known: FxHashMap<String, u32>,
    pending: BTreeSet<Thing>,
    done: BTreeSet<Thing>,
    out: String,
}

impl Refs for Canon<'_> {
    fn node(&self, id: NodeId) -> String {
        match self.number.get(id.ix()) {
            Some(&n) if n != 0 && n != u32::MAX => format!("%{n}"),
            _ => "%?".to_owned(),
        }
    }
    fn region(&self, id: RegionId) -> String {
        self.value_of(id).map_or_else(|| "none".to_owned(), |n| self.node(n))
    }
    fn head(&self, _: RegionId) -> Option<String> {
        None
    }
    fn factor(&self, id: FactorId) -> String {
        self.source(id).map_or_else(String::new, |s| format!(" source {s}"))
    }
    fn sorted(&self) -> bool {
        true
    }
}

impl<'a> Canon<'a> {
    fn new(p: &'a Program) -> Self {
        Self {
            p,
            number: vec![0; p.nodes.len()],
            next: 0,
            known: FxHashMap::default(),
            pending: BTreeSet::new(),
            done: BTreeSet::new(),
            out: String::new(),
        }
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn value_of(&self, id: RegionId) -> Option<NodeId> {
        self.p.regions.get(id.ix()).and_then(|r| r.value)
    }

    fn source(&self, id: FactorId) -> Option<&'a str> {
        let source = self.p.factors.get(id.ix())?.source?;
        self.p.sources.get(source.ix()).map(|s| s.id.as_str())
    }

    fn factor_text(&self, id: FactorId) -> String {
        match self.p.factors.get(id.ix()) {
            Some(f) => format!("{} {}{}", f.value, unit_text(self.p, f.unit), Refs::factor(self, id)),
            None => "?".to_owned(),
        }
    }

    // ---- nodes ----

    /// Writes the node and what it needs, operands first, unless that is done already; returns its name.
    fn visit(&mut self, root: NodeId) -> String {
        let mut stack: Vec<(NodeId, Vec<NodeId>, usize)> = Vec::new();
        self.enter(root, &mut stack);
        while let Some((id, needs, next)) = stack.last_mut() {
            if let Some(&need) = needs.get(*next) {
                *next += 1;
                self.enter(need, &mut stack);
            } else {
                let id = *id;
                stack.pop();
                self.write(id);
            }
        }
        self.node(root)
    }

    fn enter(&mut self, id: NodeId, stack: &mut Vec<(NodeId, Vec<NodeId>, usize)>) {
        if let (Some(0), Some(node)) = (self.number.get(id.ix()), self.p.nodes.get(id.ix())) {
            self.number[id.ix()] = u32::MAX;
            stack.push((id, self.needs(node), 0));
        }
    }

    fn write(&mut self, id: NodeId) {
        let p = self.p;
        let node = &p.nodes[id.ix()];
        self.mention(node);
        let text = format!("{} : {}", op_text(p, &node.op, self), ty_text(p, &node.ty));
        let fresh = self.next + 1;
        // Two bound items are never the same thing, though they look alike.
        let number =
            if matches!(node.op, Op::Bound) { fresh } else { *self.known.entry(text.clone()).or_insert(fresh) };
        if number == fresh {
            self.next = fresh;
            self.put(&format!("%{fresh} = {text}"));
        }
        self.number[id.ix()] = number;
    }

    /// What a node needs, in the order in which its text names it.
    fn needs(&self, node: &Node) -> Vec<NodeId> {
        if let Op::Match(n, arms) = &node.op {
            let order = arm_order(self.p, enum_of(self.p, *n), arms.len(), true);
            let values = order.into_iter().filter_map(|i| self.value_of(arms[i]));
            return std::iter::once(*n).chain(values).collect();
        }
        let mut needs = node.op.operands();
        match &node.op {
            Op::Fold(_, l) => self.loop_needs(l, &mut needs),
            op => needs.extend(op.regions().into_iter().filter_map(|r| self.value_of(r))),
        }
        needs
    }

    fn loop_needs(&self, l: &Loop, needs: &mut Vec<NodeId>) {
        for level in &l.levels {
            needs.extend(self.value_of(level.list));
            needs.extend(level.series.and_then(|s| self.value_of(s.at)));
            needs.push(level.bound);
            needs.extend(level.filter.and_then(|f| self.value_of(f)));
        }
        needs.extend(self.value_of(l.body));
    }

    fn value(&mut self, id: RegionId) -> String {
        self.value_of(id).map_or_else(|| "none".to_owned(), |n| self.visit(n))
    }

    fn word(&mut self, word: &str, id: Option<RegionId>) -> String {
        id.map_or_else(String::new, |r| format!(" {word} {}", self.value(r)))
    }

    // ---- roots ----

    fn header(&mut self) {
        let rule = &self.p.rule;
        self.put("footrule meaning 1");
        self.put(&format!("rule {} boundary {} gwp {}", rule.name.id, rule.boundary, rule.gwp));
        self.put(&format!("valid {} {}", rule.valid_from, rule.valid_until.as_deref().unwrap_or("-")));
        self.put(&format!("biogenic_neutral {} credits_apart {}", rule.biogenic_neutral, rule.credits_apart));
        let round = rule.round;
        let mut products: Vec<&ProductInfo> = self.p.products.iter().collect();
        products.sort_by(|a, b| a.name.id.cmp(&b.name.id));
        products.into_iter().for_each(|x| self.product(x, round));
        for stage in sorted(&self.p.stages) {
            self.put(&format!("stage {stage}"));
        }
        let mut accepted: Vec<_> = self.p.accepted.iter().map(|a| format!("accept {} {}", a.gwp, a.source)).collect();
        accepted.sort();
        accepted.iter().for_each(|a| self.put(a));
        // What another rule means is part of what this one means.
        let mut upstream: Vec<String> = self
            .p
            .upstream
            .iter()
            .map(|u| {
                let text = canonical_text(&u.program).replace('\n', "\n  ");
                format!("upstream {} x {}\n  {}", u.program.rule.name.id, u.scale, text.trim_end())
            })
            .collect();
        upstream.sort();
        upstream.iter().for_each(|u| self.put(u));
    }

    fn product(&mut self, x: &ProductInfo, round: Rounding) {
        let reference = x.reference.map_or_else(|| "none".to_owned(), |n| self.visit(n));
        self.mention_unit(x.unit);
        self.mention_unit(x.result_unit);
        if !x.name.id.is_empty() {
            self.put(&format!("product {}", x.name.id));
        }
        let (declared, result) = (unit_text(self.p, x.unit), unit_text(self.p, x.result_unit));
        let round = x.round.unwrap_or(round);
        self.put(&format!("unit {} {declared} functional {} of {reference}", x.amount, x.functional));
        self.put(&format!("result {result} round {} significant {}", round.digits, round.significant));
        let mut also = Vec::new();
        for a in &x.also {
            let reference = self.visit(a.reference);
            self.mention_unit(a.unit);
            self.mention_unit(a.result_unit);
            let (unit, result) = (unit_text(self.p, a.unit), unit_text(self.p, a.result_unit));
            also.push(format!("also {} {unit} of {reference} result {result} x {}", a.amount, a.factor));
        }
        also.sort();
        also.iter().for_each(|a| self.put(a));
    }

    /// An allocation; comparisons that are never in force show in the result, and so belong to it.
    fn allocation(&mut self, a: &AllocationInfo) {
        let shares = self.visit(a.shares);
        let sharers: Vec<_> = a.sharers.iter().map(|(n, x)| sharer_text(self.p, n, *x)).collect();
        self.put(&format!("allocate {} = {shares} {{ {} }}", a.name.id, sharers.join(", ")));
        let mut bases: Vec<String> =
            a.bases.iter().map(|b| format!("{} {}", basis_text(b), self.value(b.shares))).collect();
        bases.sort();
        bases.iter().for_each(|b| self.put(b));
    }

    fn inputs(&mut self) {
        let p = self.p;
        let mut inputs: Vec<_> = p.inputs.iter().collect();
        inputs.sort_by(|a, b| a.name.id.cmp(&b.name.id));
        for i in inputs {
            self.mention_ty(&i.ty);
            let constraints = self.constraints(&i.constraints);
            let default = self.word("default", i.default);
            let factor = self.factor_default(i.factor.as_ref());
            let when = self.word("when", i.when.as_ref().map(|w| w.region));
            let footprint = footprint_text(p, i.footprint);
            let ty = ty_text(p, &i.ty);
            self.put(&format!("input {}: {ty}{footprint}{constraints}{default}{factor}{when}", i.name.id));
        }
    }

    fn factor_default(&mut self, f: Option<&FactorDefault>) -> String {
        f.map_or_else(String::new, |f| self.word(if f.fixed { "fixed" } else { "factor" }, Some(f.value)))
    }

    fn constraints(&self, list: &[Constraint]) -> String {
        let mut all: Vec<String> = list
            .iter()
            .map(|c| match c {
                Constraint::Compare(cmp, n, _) => format!("{cmp:?} {n}"),
                Constraint::Range(a, b, _) => format!("{a} .. {b}"),
                Constraint::Count(cmp, n, _) => format!("count {cmp:?} {n}"),
                Constraint::Unique(field, _) => format!("unique {field}"),
                Constraint::Integer(_) => "integer".into(),
                Constraint::Sum(field, n, _) => format!("sum {field:?} {n}"),
                Constraint::SumWithin { field, sum, within, scaled, .. } => {
                    format!("sum {field:?} {sum} within {within} scaled {scaled}")
                }
            })
            .collect();
        all.sort();
        if all.is_empty() { String::new() } else { format!(" where {}", all.join(", ")) }
    }

    fn line(&mut self, l: &Line) {
        let p = self.p;
        let over = match &l.over {
            Some(over) => {
                let mut needs = Vec::new();
                self.loop_needs(over, &mut needs);
                needs.into_iter().for_each(|n| {
                    self.visit(n);
                });
                format!(" {}", loop_text(over, self))
            }
            None => String::new(),
        };
        let value = l.value.map_or_else(String::new, |v| format!(" = {}", self.visit(v)));
        let stage = match &l.stage {
            StageRef::Static(s) => stage_name(p, *s).to_owned(),
            StageRef::Region(r) => self.value(*r),
            StageRef::None => "-".to_owned(),
        };
        let gas = match &l.gas {
            LineGas::Split => "CO2e".to_owned(),
            LineGas::Static(g) => {
                self.pending.insert(Thing::Gas(*g));
                gas_name(p, *g).to_owned()
            }
            LineGas::Region(r) => self.value(*r),
        };
        let origin = match &l.origin {
            LineOrigin::One(o) => o.map_or_else(|| "as parts".to_owned(), |o| format!("{o:?}")),
            LineOrigin::Split(parts) => {
                let mut all: Vec<_> = parts.iter().map(|(o, r)| format!("{o:?}{}", self.word("share", *r))).collect();
                all.sort();
                all.join(", ")
            }
        };
        let when = self.word("when", l.when);
        let named: String = l.named.iter().map(|r| self.word("named", Some(*r))).collect();
        self.mention_unit(l.unit);
        self.mention_unit(l.co2e_unit);
        let (unit, co2e) = (unit_text(p, l.unit), unit_text(p, l.co2e_unit));
        let (kind, negative) = (kind_word(l.kind), l.may_be_negative.is_some());
        let (to, by) = (target_text(p, &l.target), self.factors_by_name(&l.to_result));
        self.put(&format!(
            "{kind} {} in {stage}{to}{over}{when}{named}{value} : {unit}, {co2e} gas {gas} origin {origin} x {by} negative {negative}",
            l.name.id
        ));
    }

    /// Factors to the result units, in the order of the products' names.
    fn factors_by_name(&self, list: &[Ratio]) -> String {
        let mut by_name: Vec<(&str, Ratio)> =
            self.p.products.iter().zip(list).map(|(x, r)| (x.name.id.as_str(), *r)).collect();
        by_name.sort_by(|a, b| a.0.cmp(b.0));
        factors_text(&by_name.into_iter().map(|(_, r)| r).collect::<Vec<_>>())
    }

    fn check(&mut self, check: &CheckInfo) {
        let condition = self.value(check.condition);
        let kind = if check.warn { "warn" } else { "require" };
        self.put(&format!("{kind} {}: {condition}", check.name.id));
    }

    fn reports(&mut self) {
        let mut reports: Vec<_> = self.p.reports.iter().collect();
        reports.sort_by(|a, b| a.name.id.cmp(&b.name.id));
        for r in reports {
            let value = self.visit(r.value);
            let round =
                r.round.map_or_else(String::new, |r| format!(" round {} significant {}", r.digits, r.significant));
            self.put(&format!("report {} = {value}{round}", r.name.id));
        }
    }

    fn balances(&mut self) {
        let mut balances: Vec<_> = self.p.balances.iter().collect();
        balances.sort_by(|a, b| a.name.id.cmp(&b.name.id));
        for b in balances {
            let mut rows = Vec::new();
            for r in &b.rows {
                let value = self.visit(r.value);
                rows.push(format!("{} {}: {value}", if r.input { "in" } else { "out" }, r.name.id));
            }
            rows.sort();
            let holds = match &b.check {
                Some(c) => format!(" holds {} within {} of in {}", self.visit(c.holds), c.tolerance, c.of_in),
                None => String::new(),
            };
            self.put(&format!("balance {} {{ {} }}{holds}", b.name.id, rows.join("; ")));
        }
    }

    // ---- what was mentioned ----

    fn mention_unit(&mut self, id: UnitId) {
        let symbols = self.p.units.get(id.ix()).map_or(&[][..], |u| &u.atoms);
        self.pending.extend(symbols.iter().map(|(s, ..)| Thing::Symbol(*s)));
    }

    fn mention_ty(&mut self, ty: &Ty) {
        match ty {
            Ty::Number(u) | Ty::Split(u) => self.mention_unit(*u),
            Ty::Enum(e) => {
                self.pending.insert(Thing::Enum(*e));
            }
            Ty::Record(r) => {
                self.pending.insert(Thing::Record(*r));
            }
            Ty::List(t) | Ty::Optional(t) => self.mention_ty(t),
            Ty::Activity { amount, factor } => {
                self.mention_unit(*amount);
                self.mention_unit(*factor);
            }
            Ty::Row(t) => {
                self.pending.insert(Thing::Table(*t));
            }
            Ty::Bool | Ty::Text | Ty::Date | Ty::Period => {}
        }
    }

    fn mention(&mut self, node: &Node) {
        self.mention_ty(&node.ty);
        let thing = match &node.op {
            Op::Const(Const::Enum(e, _), _) | Op::Members(e) => Thing::Enum(*e),
            Op::Record(r, _) => Thing::Record(*r),
            Op::Rows(t)
            | Op::Lookup { table: t, .. }
            | Op::Interpolate { table: t, .. }
            | Op::HasRow { table: t, .. } => Thing::Table(*t),
            Op::ParamAt(t, _) => Thing::Param(*t),
            Op::Characterise { gas: GasRef::Static(g), .. } => Thing::Gas(*g),
            _ => return,
        };
        self.pending.insert(thing);
    }

    fn thing_key(&self, thing: Thing) -> (u8, String, Thing) {
        let p = self.p;
        let (kind, name) = match thing {
            Thing::Enum(e) => (0, enum_name(p, e)),
            Thing::Record(r) => (1, record_name(p, r)),
            Thing::Param(t) => (2, param_name(p, t)),
            Thing::Table(t) => (3, table_name(p, t)),
            Thing::Gas(g) => (4, gas_name(p, g)),
            Thing::Symbol(s) => (5, p.unit_symbols.get(s as usize).map_or("?", |s| &s.symbol)),
        };
        (kind, name.to_owned(), thing)
    }

    fn mentioned(&mut self) {
        loop {
            let fresh: Vec<Thing> = std::mem::take(&mut self.pending).difference(&self.done).copied().collect();
            if fresh.is_empty() {
                return;
            }
            let mut round: Vec<_> = fresh.into_iter().map(|t| self.thing_key(t)).collect();
            round.sort();
            for (_, _, thing) in round {
                self.done.insert(thing);
                match thing {
                    Thing::Enum(e) => self.enumeration(e),
                    Thing::Record(r) => self.record(r),
                    Thing::Param(t) => self.param(t),
                    Thing::Table(t) => self.table(t),
                    Thing::Gas(g) => self.gas(g),
                    Thing::Symbol(s) => self.symbol(s),
                }
            }
        }
    }

    /// The enumerations of gases and of stages follow the order of statements, the others are written in one.
    fn enumeration(&mut self, id: EnumId) {
        let p = self.p;
        let Some(e) = p.enums.get(id.ix()) else { return };
        let same = |names: &mut dyn Iterator<Item = &String>| names.eq(e.members.iter().map(|m| &m.id));
        let gases = same(&mut p.gases.iter().map(|g| &g.name.id));
        let by_name = gases || same(&mut p.stages.iter().map(|s| &s.id));
        let members = if by_name { sorted(&e.members) } else { e.members.iter().map(|m| m.id.as_str()).collect() };
        if gases {
            self.pending.extend((0..p.gases.len()).map(|g| Thing::Gas(GasId(g as u32))));
        }
        self.put(&format!("enum {} {{ {} }}", e.name, members.join(", ")));
    }

    fn record(&mut self, id: RecordId) {
        let p = self.p;
        let Some(r) = p.records.get(id.ix()) else { return };
        let this = self.visit(r.this);
        self.put(&format!("record {} this {this}", r.name));
        for f in &r.fields {
            self.mention_ty(&f.ty);
            let tag = f.tag_field.map_or_else(String::new, |t| format!(" tag {t}"));
            let constraints = self.constraints(&f.constraints);
            let (default, computed) = (self.word("default", f.default), self.word("=", f.computed));
            let factor = self.factor_default(f.factor.as_ref());
            let when = self.word("when", f.when.as_ref().map(|w| w.region));
            let ty = ty_text(p, &f.ty);
            let footprint = footprint_text(p, f.footprint);
            self.put(&format!(".{}: {ty}{footprint}{tag}{constraints}{default}{computed}{factor}{when}", f.name.id));
        }
        for check in &r.requires {
            self.check(check);
        }
    }

    fn evidence(&mut self) {
        let mut paths: Vec<String> = self.p.evidence.iter().map(|e| e.path(self.p)).collect();
        paths.sort();
        paths.iter().for_each(|path| self.put(&format!("require evidence {path}")));
    }

    fn cutoffs(&mut self) {
        let all = self.p.cutoffs.iter().map(|c| format!("cutoff by {} each {} total {}", c.name.id, c.each, c.total));
        let mut all: Vec<String> = all.collect();
        all.sort();
        all.iter().for_each(|c| self.put(c));
    }

    fn scenarios(&mut self) {
        let p = self.p;
        let mut all: Vec<_> = p.scenarios.iter().collect();
        all.sort_by(|a, b| a.name.id.cmp(&b.name.id));
        for s in all {
            self.put(&format!("scenario {}", s.name.id));
            let mut inputs: Vec<_> = s.inputs.iter().collect();
            inputs.sort_by(|a, b| a.0.cmp(&b.0));
            for (name, region, _) in inputs {
                let value = self.word("=", Some(*region));
                self.put(&format!(".{name}{value}"));
            }
            let mut params: Vec<_> = s.params.iter().collect();
            params.sort_by(|a, b| param_name(p, a.0).cmp(param_name(p, b.0)));
            for (param, factor, origin) in params {
                self.put(&format!(".param {} = {} {origin:?}", param_name(p, *param), self.factor_text(*factor)));
            }
        }
    }

    fn param(&mut self, id: ParamId) {
        let p = self.p;
        let Some(t) = p.params.get(id.ix()) else { return };
        self.mention_ty(&t.ty);
        let mut text = format!("param {}: {}", t.name.id, ty_text(p, &t.ty));
        let _ = write!(text, " before {:?} after {:?} at {:?}", t.before, t.after, t.at);
        self.put(&text);
        for row in &t.rows {
            self.put(&format!(".{:?} {:?} => {} {:?}", row.from, row.to, self.factor_text(row.factor), row.origin));
        }
    }

    fn table(&mut self, id: TableId) {
        let p = self.p;
        let Some(t) = p.tables.get(id.ix()) else { return };
        let mut column = |(name, ty): &(String, Ty)| {
            self.mention_ty(ty);
            format!("{name}: {}", ty_text(p, ty))
        };
        let keys: Vec<_> = t.keys.iter().map(&mut column).collect();
        let columns: Vec<_> = t.columns.iter().map(&mut column).collect();
        let (keys, columns) = (keys.join(", "), columns.join(", "));
        let between = t.interpolate.map_or_else(String::new, |i| format!(" linear {} hold {}", i.key, i.hold));
        self.put(&format!("table {}({keys}) -> ({columns}) partial {}{between}", t.name.id, t.partial));
        for row in &t.rows {
            let keys: Vec<_> =
                row.keys.iter().map(|k| k.as_ref().map_or_else(|| "_".to_owned(), |k| const_text(p, k))).collect();
            let values: Vec<_> = row.values.iter().map(|v| cell_text(p, v, |f| self.factor_text(f))).collect();
            self.put(&format!(".{} => {} {:?}", keys.join(", "), values.join(", "), row.origin));
        }
    }

    fn gas(&mut self, id: GasId) {
        let Some(g) = self.p.gases.get(id.ix()) else { return };
        let mut gwp: Vec<_> = g.gwp.iter().map(|(o, n, f)| format!("{o:?} {n}{}", Refs::factor(self, *f))).collect();
        gwp.sort();
        self.put(&format!("gas {} {}", g.name.id, gwp.join(", ")));
    }

    fn symbol(&mut self, id: u32) {
        let Some(s) = self.p.unit_symbols.get(id as usize) else { return };
        let mut dimension = s.dimension.clone();
        dimension.sort();
        self.put(&format!("unit {} = {} {dimension:?} offset {:?}", s.symbol, s.scale, s.offset));
    }
}

fn sorted(list: &[Named]) -> Vec<&str> {
    let mut names: Vec<_> = list.iter().map(|n| n.id.as_str()).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::member_name;

    #[test]
    fn members_sort_by_name() {
        let named = |id: &str| Named { id: id.to_owned(), ..Named::default() };
        assert_eq!(sorted(&[named("b"), named("a")]), ["a", "b"]);
        assert_eq!(member_name(&Program::default(), EnumId(0), 0), "?");
    }
}
