//! The MIR as text: [`print`] for people who debug, [`canonical_text`] for the meaning hash.
//!
//! Both share the wording of an operation (`op_text`); they differ in how nodes are called, which a [`Refs`] says.
//! [`print`] never fails, also on programs that the verifier refuses: an id out of range prints as `?`.

mod canonical;

pub use canonical::canonical_text;

use crate::{
    AllocationId, Cell, Const, EnumId, FactorId, Fold, GasId, GasRef, Loop, NodeId, Op, ParamId, PlaceId, ProductId,
    Program, RecordId, Region, RegionId, ResultRef, StageId, StageRef, TableId, Target, Ty, UnitId,
};
use std::borrow::Cow;
use std::fmt::Write as _;

/// How a printer calls nodes and regions.
trait Refs {
    /// A node.
    fn node(&self, id: NodeId) -> String;
    /// A region.
    fn region(&self, id: RegionId) -> String;
    /// The head region of a loop level, if it is shown.
    fn head(&self, id: RegionId) -> Option<String>;
    /// The datum behind a constant, with the blank before it.
    fn factor(&self, id: FactorId) -> String;
    /// True if arms are listed by name instead of by member.
    fn sorted(&self) -> bool;
}

/// The readable text form: header, declarations, then each region with one line per node
/// (`%12 = mul %3, %9 : kg{CO2e}  ; rule.pcr:120..134`).
#[must_use]
pub fn print(p: &Program) -> String {
    Printer { p, out: String::new() }.program()
}

struct Printer<'a> {
    p: &'a Program,
    out: String,
}

impl Refs for Printer<'_> {
    fn node(&self, id: NodeId) -> String {
        format!("%{}", id.0)
    }
    fn region(&self, id: RegionId) -> String {
        format!("@{}", id.0)
    }
    fn head(&self, id: RegionId) -> Option<String> {
        Some(self.region(id))
    }
    fn factor(&self, id: FactorId) -> String {
        self.p.factors.get(id.ix()).map_or_else(|| " ?".to_owned(), |f| format!(" {}", f.id))
    }
    fn sorted(&self) -> bool {
        false
    }
}

macro_rules! line {
    ($out:expr, $($arg:tt)*) => { let _ = writeln!($out, $($arg)*); };
}

impl Printer<'_> {
    fn program(mut self) -> String {
        let p = self.p;
        let rule = &p.rule;
        line!(self.out, "rule {} {}", rule.name.id, rule.version);
        let round = if rule.round.significant { "significant" } else { "decimals" };
        for x in &p.products {
            let functional = if x.functional { "functional" } else { "declared" };
            let reference = x.reference.map_or_else(String::new, |n| format!(" of {}", self.node(n)));
            let (unit, result) = (unit_text(p, x.unit), unit_text(p, x.result_unit));
            let name = if x.name.id.is_empty() { String::new() } else { format!("product {} ", x.name.id) };
            line!(self.out, "{name}{functional} unit {} {unit}{reference}  result {result}", x.amount);
            for a in &x.also {
                line!(self.out, "  also {} {} of {}", a.amount, unit_text(p, a.unit), self.node(a.reference));
            }
        }
        line!(self.out, "gwp {}  round {} {round}", rule.gwp, rule.round.digits);
        for u in &p.upstream {
            let rule = &u.program.rule;
            line!(self.out, "upstream {} {} x {}", rule.name.id, rule.version, u.scale);
        }
        for e in &p.enums {
            let members: Vec<_> = e.members.iter().map(|m| m.id.as_str()).collect();
            line!(self.out, "enum {} {{ {} }}", e.name, members.join(", "));
        }
        for r in &p.records {
            line!(self.out, "record {} this {}", r.name, self.node(r.this));
            for f in &r.fields {
                let default = self.region_word("default", f.default);
                let computed = self.region_word("=", f.computed);
                let when = self.region_word("when", f.when.as_ref().map(|w| w.region));
                let footprint = footprint_text(p, f.footprint);
                line!(self.out, "  {}: {}{footprint}{when}{default}{computed}", f.name.id, ty_text(p, &f.ty));
            }
        }
        for t in &p.params {
            line!(self.out, "param {}: {} with {} rows", t.name.id, ty_text(p, &t.ty), t.rows.len());
        }
        for t in &p.tables {
            line!(self.out, "table {} with {} rows", t.name.id, t.rows.len());
        }
        for i in &p.inputs {
            let default = self.region_word("default", i.default);
            let when = self.region_word("when", i.when.as_ref().map(|w| w.region));
            let footprint = footprint_text(p, i.footprint);
            line!(self.out, "input {}: {}{footprint}{when}{default}", i.name.id, ty_text(p, &i.ty));
        }
        for b in &p.balances {
            let (ins, outs, gap) = (self.node(b.ins), self.node(b.outs), self.node(b.gap));
            let holds = b.check.as_ref().map_or_else(String::new, |c| format!(" holds {}", self.node(c.holds)));
            line!(self.out, "balance {} in {ins} out {outs} gap {gap}{holds}", b.name.id);
        }
        for c in &p.cutoffs {
            let input = p.inputs.get(c.input.ix()).map_or("?", |i| i.name.id.as_str());
            line!(self.out, "cutoff of {input} each {} total {} by {}", c.each, c.total, c.name.id);
        }
        for d in &p.defs {
            line!(self.out, "def {} = {}", d.name.id, self.node(d.node));
        }
        self.lines();
        for a in &p.allocations {
            let sharers: Vec<_> = a.sharers.iter().map(|(n, x)| sharer_text(p, n, *x)).collect();
            line!(self.out, "allocate {} = {} {{ {} }}", a.name.id, self.node(a.shares), sharers.join(", "));
            for b in &a.bases {
                line!(self.out, "  {} {}", basis_text(b), self.region(b.shares));
            }
        }
        for c in &p.checks {
            let kind = if c.warn { "warn" } else { "require" };
            line!(self.out, "{kind} {}: {}", c.name.id, self.region(c.condition));
        }
        for r in &p.reports {
            line!(self.out, "report {} = {}", r.name.id, self.node(r.value));
        }
        for (ix, region) in p.regions.iter().enumerate() {
            self.region_block(ix, region);
        }
        self.out
    }

    fn region_word(&self, word: &str, id: Option<RegionId>) -> String {
        id.map_or_else(String::new, |r| format!(" {word} {}", self.region(r)))
    }

    fn lines(&mut self) {
        for l in &self.p.lines {
            let stage = match &l.stage {
                StageRef::Static(s) => format!(" in {}", stage_name(self.p, *s)),
                StageRef::Region(r) => format!(" in {}", self.region(*r)),
                StageRef::None => String::new(),
            };
            let over = l.over.as_ref().map_or_else(String::new, |o| format!(" {}", loop_text(o, self)));
            let value = l.value.map_or_else(String::new, |v| format!(" = {}", self.node(v)));
            let when = self.region_word("when", l.when);
            let (kind, unit) = (kind_word(l.kind), unit_text(self.p, l.unit));
            let (to, by) = (target_text(self.p, &l.target), factors_text(&l.to_result));
            line!(self.out, "{kind} {}{stage}{to}{over}{when}{value} : {unit}, x {by}", l.name.id);
        }
    }

    fn region_block(&mut self, ix: usize, region: &Region) {
        let is = |r: Option<RegionId>| r.is_some_and(|r| r.ix() == ix);
        let name = if is(self.p.root) {
            " root"
        } else if is(self.p.results) {
            " results"
        } else {
            ""
        };
        line!(self.out, "region @{ix}{name} {{");
        for id in &region.nodes {
            let text = match self.p.nodes.get(id.ix()) {
                Some(n) => {
                    let op = op_text(self.p, &n.op, self);
                    format!("%{} = {op} : {}{}", id.0, ty_text(self.p, &n.ty), place_text(self.p, n.place))
                }
                None => format!("%{} = ?", id.0),
            };
            line!(self.out, "  {text}");
        }
        if let Some(v) = region.value {
            line!(self.out, "  yield {}", self.node(v));
        }
        line!(self.out, "}}");
    }
}

fn place_text(p: &Program, id: PlaceId) -> String {
    p.places.get(id.ix()).map_or_else(String::new, |at| format!("  ; {}:{}..{}", at.file, at.span.start, at.span.end))
}

fn kind_word(kind: crate::LineKind) -> &'static str {
    match kind {
        crate::LineKind::Emission => "emission",
        crate::LineKind::Removal => "removal",
        crate::LineKind::Credit => "credit",
        crate::LineKind::Apart => "apart",
    }
}

fn name_of<T>(list: &[T], ix: usize, name: impl Fn(&T) -> &str) -> &str {
    list.get(ix).map_or("?", name)
}

fn product_name(p: &Program, id: ProductId) -> &str {
    name_of(&p.products, id.ix(), |x| &x.name.id)
}

fn allocation_name(p: &Program, id: AllocationId) -> &str {
    name_of(&p.allocations, id.ix(), |a| &a.name.id)
}

/// Where a line goes, with the blank before it; nothing where there is no choice.
fn target_text(p: &Program, target: &Target) -> String {
    match target {
        Target::Product(x) if product_name(p, *x).is_empty() => String::new(),
        Target::Product(x) => format!(" to {}", product_name(p, *x)),
        Target::Allocation(a) => format!(" by {}", allocation_name(p, *a)),
        Target::Nowhere => " to nowhere".to_owned(),
        Target::ByStage(list) => {
            let each = |(i, a): (usize, &Option<AllocationId>)| {
                a.map(|a| format!("{}: {}", name_of(&p.stages, i, |s| &s.id), allocation_name(p, a)))
            };
            let mut stages: Vec<_> = list.iter().enumerate().filter_map(each).collect();
            stages.sort_unstable();
            format!(" by {{ {} }}", stages.join(", "))
        }
    }
}

/// The factors to the result units, one for each product.
fn factors_text(list: &[footrule_number::Ratio]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn sharer_text(p: &Program, name: &crate::Named, product: Option<ProductId>) -> String {
    match product.map(|x| product_name(p, x)) {
        None => name.id.clone(),
        Some("") => format!("{} product", name.id),
        Some(x) => format!("{} product {x}", name.id),
    }
}

fn basis_text(b: &crate::BasisInfo) -> String {
    let word = if b.comparison { "compare" } else { "by" };
    format!("{word} {}", format!("{:?}", b.basis).to_lowercase())
}

fn unit_text(p: &Program, id: UnitId) -> Cow<'_, str> {
    let Some(unit) = p.units.get(id.ix()) else { return Cow::Borrowed("?") };
    let several = |over: bool| unit.atoms.iter().filter(|a| (a.2 > 0) == over).count() > 1;
    if several(true) || several(false) {
        // The order of factors is the author's and means nothing.
        let symbol = |s: u32| p.unit_symbols.get(s as usize).map_or("?", |s| s.symbol.as_str());
        let mut atoms: Vec<String> = unit
            .atoms
            .iter()
            .map(|(s, tag, power)| {
                let tag = tag.as_ref().map_or_else(String::new, |t| format!("{{{t}}}"));
                format!("{}{tag}^{power}", symbol(*s))
            })
            .collect();
        atoms.sort_unstable();
        return Cow::Owned(atoms.join("·"));
    }
    Cow::Borrowed(if unit.text.is_empty() { "number" } else { &unit.text })
}

fn enum_name(p: &Program, id: EnumId) -> &str {
    name_of(&p.enums, id.ix(), |e| &e.name)
}

fn member_name(p: &Program, id: EnumId, member: usize) -> &str {
    p.enums.get(id.ix()).map_or("?", |e| name_of(&e.members, member, |m| &m.id))
}

fn record_name(p: &Program, id: RecordId) -> &str {
    name_of(&p.records, id.ix(), |r| &r.name)
}

fn table_name(p: &Program, id: TableId) -> &str {
    name_of(&p.tables, id.ix(), |t| &t.name.id)
}

fn param_name(p: &Program, id: ParamId) -> &str {
    name_of(&p.params, id.ix(), |t| &t.name.id)
}

fn stage_name(p: &Program, id: StageId) -> &str {
    name_of(&p.stages, id.ix(), |s| &s.id)
}

fn gas_name(p: &Program, id: GasId) -> &str {
    name_of(&p.gases, id.ix(), |g| &g.name.id)
}

/// ` footprint of RULE`, or ` footprint`, for what takes one.
fn footprint_text(p: &Program, footprint: Option<crate::Footprint>) -> String {
    match footprint {
        None => String::new(),
        Some(f) => {
            let rule = p.upstream_of(f).map_or_else(String::new, |u| format!(" of {}", u.program.rule.name.id));
            format!(" footprint{rule}")
        }
    }
}

fn ty_text(p: &Program, ty: &Ty) -> String {
    match ty {
        Ty::Number(u) => unit_text(p, *u).into_owned(),
        Ty::Split(u) => format!("split {}", unit_text(p, *u)),
        Ty::Bool => "bool".to_owned(),
        Ty::Text => "text".to_owned(),
        Ty::Date => "date".to_owned(),
        Ty::Period => "period".to_owned(),
        Ty::Enum(e) => enum_name(p, *e).to_owned(),
        Ty::Record(r) => record_name(p, *r).to_owned(),
        Ty::List(t) => format!("list of {}", ty_text(p, t)),
        Ty::Optional(t) => format!("optional {}", ty_text(p, t)),
        Ty::Activity { amount, factor } => {
            format!("activity of {} by {}", unit_text(p, *amount), unit_text(p, *factor))
        }
        Ty::Row(t) => format!("row of {}", table_name(p, *t)),
    }
}

fn const_text(p: &Program, c: &Const) -> String {
    match c {
        Const::Number(n) => n.to_string(),
        Const::Bool(b) => b.to_string(),
        Const::Text(t) => format!("{t:?}"),
        Const::Date { year, month, day } => format!("{year:04}-{month:02}-{day:02}"),
        Const::Enum(e, m) => format!("{}.{}", enum_name(p, *e), member_name(p, *e, *m as usize)),
        Const::Absent => "absent".to_owned(),
    }
}

fn cell_text(p: &Program, cell: &Cell, factor: impl Fn(FactorId) -> String) -> String {
    match cell {
        Cell::Factor(f) => factor(*f),
        Cell::Const(c) => const_text(p, c),
    }
}

fn result_text(p: &Program, what: &ResultRef) -> String {
    match what {
        ResultRef::Total => "total".to_owned(),
        ResultRef::Stage(s) => format!("stage {}", stage_name(p, *s)),
        ResultRef::Gas(g) => format!("gas {}", gas_name(p, *g)),
        ResultRef::Origin(o) => format!("origin {o:?}"),
        ResultRef::Lines(ids) => {
            let mut names: Vec<_> = ids.iter().map(|l| name_of(&p.lines, l.ix(), |l| &l.name.id)).collect();
            names.sort_unstable();
            format!("lines {}", names.join(" "))
        }
        ResultRef::Also(i) => format!("also {i}"),
        ResultRef::PrimaryShare => "primary_share".to_owned(),
        ResultRef::RatedShare => "rated_share".to_owned(),
        ResultRef::Dqr => "dqr".to_owned(),
    }
}

fn loop_text(l: &Loop, refs: &dyn Refs) -> String {
    let mut text = String::new();
    for level in &l.levels {
        let _ = write!(text, "for {} in {}", refs.node(level.bound), refs.region(level.list));
        if let Some(series) = level.series {
            let word = format!("{:?}", series.part).to_lowercase();
            let _ = write!(text, " {word} {}", refs.region(series.at));
        }
        if let Some(head) = refs.head(level.head) {
            let _ = write!(text, " head {head}");
        }
        if let Some(filter) = level.filter {
            let _ = write!(text, " where {}", refs.region(filter));
        }
        text.push(' ');
    }
    let _ = write!(text, "do {}", refs.region(l.body));
    text
}

fn fold_word(fold: Fold) -> &'static str {
    match fold {
        Fold::Sum => "sum",
        Fold::Product => "product",
        Fold::Min => "least",
        Fold::Max => "greatest",
        Fold::Mean => "mean",
        Fold::Count => "count",
        Fold::Any => "any",
        Fold::All => "all",
        Fold::List => "collect",
    }
}

fn op_text(p: &Program, op: &Op, refs: &dyn Refs) -> String {
    let one = |word: &str, a: &NodeId| format!("{word} {}", refs.node(*a));
    let two = |word: &str, a: &NodeId, b: &NodeId| format!("{word} {}, {}", refs.node(*a), refs.node(*b));
    let list = |ids: &[NodeId]| ids.iter().map(|n| refs.node(*n)).collect::<Vec<_>>().join(", ");
    match op {
        Op::Const(c, factor) => {
            format!("const {}{}", const_text(p, c), factor.map_or_else(String::new, |f| refs.factor(f)))
        }
        Op::Input(i) => format!("input {}", name_of(&p.inputs, i.ix(), |i| &i.name.id)),
        Op::Period => "period".to_owned(),
        Op::Bound => "bound".to_owned(),
        Op::Field(n, k) => format!("field {}.{k}", refs.node(*n)),
        Op::Amount(n) => one("amount", n),
        Op::Factor(n) => one("factor", n),
        Op::Record(r, fields) => {
            let names = p.records.get(r.ix()).map_or(&[][..], |r| &r.fields);
            let given = fields
                .iter()
                .enumerate()
                .filter_map(|(i, f)| f.map(|f| format!("{}: {}", name_of(names, i, |f| &f.name.id), refs.node(f))));
            format!("record {}({})", record_name(p, *r), given.collect::<Vec<_>>().join(", "))
        }
        Op::List(ids) => format!("list [{}]", list(ids)),
        Op::Activity { amount, factor, source, year, region, primary } => {
            let factor = factor.map_or_else(|| "default".to_owned(), |f| refs.node(f));
            let datum = format!("source {source:?}, year {year:?}, region {region:?}, primary {primary}");
            format!("activity {}, {factor}, {datum}", refs.node(*amount))
        }
        Op::Members(e) => format!("members {}", enum_name(p, *e)),
        Op::Range(a, b) => two("range", a, b),
        Op::Rows(t) => format!("rows {}", table_name(p, *t)),
        Op::Position(a) => one("position", a),
        Op::Ordinal(a) => one("ordinal", a),
        Op::Add(a, b) => two("add", a, b),
        Op::Sub(a, b) => two("sub", a, b),
        Op::Mul(a, b) => two("mul", a, b),
        Op::Div(a, b) => two("div", a, b),
        Op::Neg(a) => one("neg", a),
        Op::Convert(a, r) => format!("convert {}, {r}", refs.node(*a)),
        Op::Affine(a, r, o) => format!("affine {}, {r}, {o}", refs.node(*a)),
        Op::Abs(a) => one("abs", a),
        Op::Floor(a) => one("floor", a),
        Op::Ceil(a) => one("ceil", a),
        Op::Power(a, b) => two("power", a, b),
        Op::Sqrt(a) => one("sqrt", a),
        Op::Exp(a) => one("exp", a),
        Op::Ln(a) => one("ln", a),
        Op::Pow(a, b) => two("pow", a, b),
        Op::Min(a, b) => two("min", a, b),
        Op::Max(a, b) => two("max", a, b),
        Op::Round(a, n) => format!("round {}, {n}", refs.node(*a)),
        Op::Compare { cmp, a, ra, b, rb } => {
            let word = format!("{cmp:?}").to_lowercase();
            format!("{word} {} x {ra}, {} x {rb}", refs.node(*a), refs.node(*b))
        }
        Op::Same(a, b) => two("same", a, b),
        Op::Before(a, b) => two("before", a, b),
        Op::Not(a) => one("not", a),
        Op::And(a, r) => format!("and {}, {}", refs.node(*a), refs.region(*r)),
        Op::Or(a, r) => format!("or {}, {}", refs.node(*a), refs.region(*r)),
        Op::Given(a) => one("given", a),
        Op::Unwrap(a) => one("unwrap", a),
        Op::OrElse(a, r) => format!("or_else {}, {}", refs.node(*a), refs.region(*r)),
        Op::Present(a) => one("present", a),
        Op::If(c, a, b) => format!("if {} then {} else {}", refs.node(*c), refs.region(*a), refs.region(*b)),
        Op::Match(n, arms) => {
            let members = enum_of(p, *n);
            let arms: Vec<_> = arm_order(p, members, arms.len(), refs.sorted())
                .into_iter()
                .map(|i| format!("{} => {}", members.map_or("?", |e| member_name(p, e, i)), refs.region(arms[i])))
                .collect();
            format!("match {} {{ {} }}", refs.node(*n), arms.join(", "))
        }
        Op::FirstOf(arms, otherwise) => {
            let mut all: Vec<_> =
                arms.iter().map(|(c, v)| format!("when {} => {}", refs.region(*c), refs.region(*v))).collect();
            all.extend(otherwise.map(|o| format!("otherwise => {}", refs.region(o))));
            format!("first_of {{ {} }}", all.join(", "))
        }
        Op::OneOf(arms) => {
            let all: Vec<_> =
                arms.iter().map(|(c, v, _)| format!("when {} => {}", refs.region(*c), refs.region(*v))).collect();
            format!("one_of {{ {} }}", all.join(", "))
        }
        Op::Except(base, cases) => {
            let mut text = format!("except {}", refs.region(*base));
            for (i, c) in cases.iter().enumerate() {
                let under = c.parent.map_or_else(String::new, |p| format!(" under {p}"));
                let _ = write!(text, ", {i}{under} when {} => {}", refs.region(c.when), refs.region(c.value));
            }
            text
        }
        Op::Fold(fold, l) => format!("{} {}", fold_word(*fold), loop_text(l, refs)),
        Op::ParamAt(t, n) => format!("param {} at {}", param_name(p, *t), refs.node(*n)),
        Op::Lookup { table, keys, column } => {
            let column = column.map_or_else(String::new, |c| format!(" column {c}"));
            format!("lookup {}({}){column}", table_name(p, *table), list(keys))
        }
        Op::Interpolate { table, keys, column, scale, offset } => {
            format!("interpolate {}({}).{column} x {scale} + {offset}", table_name(p, *table), list(keys))
        }
        Op::HasRow { table, keys } => format!("has_row {}({})", table_name(p, *table), list(keys)),
        Op::Column(n, c) => format!("column {}.{c}", refs.node(*n)),
        Op::Characterise { mass, gas, origin } => {
            let gas = match gas {
                GasRef::Static(g) => gas_name(p, *g).to_owned(),
                GasRef::Node(n) => refs.node(*n),
            };
            format!("characterise {} of {gas}, {origin:?}", refs.node(*mass))
        }
        Op::Split { value, origin, evidence } => format!("split {}, {origin:?}, {evidence:?}", refs.node(*value)),
        Op::Whole(n) => one("whole", n),
        Op::Shares { given, weights } => {
            let word = if *given { "shares given" } else { "shares" };
            let weight = |w: Option<NodeId>| w.map_or_else(|| "rest".to_owned(), |n| refs.node(n));
            let all: Vec<_> = weights.iter().map(|(k, w)| format!("{k}: {}", weight(*w))).collect();
            format!("{word} {{ {} }}", all.join(", "))
        }
        Op::Result(product, what) => match product_name(p, *product) {
            "" => format!("result {}", result_text(p, what)),
            name => format!("result {} of {name}", result_text(p, what)),
        },
        Op::Reference(product) => match product_name(p, *product) {
            "" => "reference".to_owned(),
            name => format!("reference of {name}"),
        },
    }
}

/// The enumeration of a node's type.
fn enum_of(p: &Program, node: NodeId) -> Option<EnumId> {
    match p.nodes.get(node.ix()).map(|n| &n.ty) {
        Some(Ty::Enum(e)) => Some(*e),
        _ => None,
    }
}

/// The order in which `count` arms over an enumeration are listed.
fn arm_order(p: &Program, members: Option<EnumId>, count: usize, sorted: bool) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    if let (true, Some(e)) = (sorted, members) {
        order.sort_by_key(|i| (member_name(p, e, *i), *i));
    }
    order
}
