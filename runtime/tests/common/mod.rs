//! Builds small programs by hand. Every program is checked by the MIR's verifier before it is evaluated.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(missing_docs, reason = "test helpers")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use footrule_diag::{Diagnostic, FileSpan, Span, Text};
use footrule_mir::*;
use footrule_number::{Number, Ratio};
use footrule_runtime::{Inputs, Options, Outcome, evaluate};

pub fn n(text: &str) -> Number {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

pub fn named(id: &str) -> Named {
    Named { id: id.into(), labels: Text::default(), clause: String::new() }
}

/// Makes a node from the item of a loop.
pub type Make<'a> = &'a dyn Fn(&mut B, NodeId) -> NodeId;

pub struct B {
    pub p: Program,
    open: Vec<RegionId>,
}

impl Default for B {
    fn default() -> Self {
        Self::new()
    }
}

impl B {
    pub fn new() -> Self {
        let mut p = Program { regions: vec![Region::default(), Region::default()], ..Program::default() };
        p.root = Some(RegionId(0));
        p.results = Some(RegionId(1));
        p.rule.name = named("rule");
        p.rule.gwp = "AR6".into();
        p.products.push(ProductInfo { amount: Number::ONE, ..ProductInfo::default() });
        p.rule.round = Rounding { digits: 2, significant: false };
        for (symbol, ucum, base, num, den, offset) in [
            ("kg", Some("kg"), "mass", 1, 1, None),
            ("t", Some("t"), "mass", 1000, 1, None),
            ("lb", Some("[lb_av]"), "mass", 45_359_237, 100_000_000, None),
            ("J", None, "energy", 1, 1, None),
            ("kWh", Some("kW.h"), "energy", 3_600_000, 1, None),
            ("MJ", Some("MJ"), "energy", 1_000_000, 1, None),
            ("GJ", Some("GJ"), "energy", 1_000_000_000, 1, None),
            ("km", Some("km"), "length", 1000, 1, None),
            ("s", Some("s"), "time", 1, 1, None),
            ("min", Some("min"), "time", 60, 1, None),
            ("d", Some("d"), "time", 86_400, 1, None),
            ("K", Some("K"), "temperature", 1, 1, None),
            ("degC", Some("Cel"), "temperature", 1, 1, Some("273.15")),
            ("degX", None, "temperature", 2, 1, Some("10")),
            ("piece", None, "piece", 1, 1, None),
        ] {
            p.unit_symbols.push(UnitSymbol {
                symbol: symbol.into(),
                ucum: ucum.map(Into::into),
                dimension: vec![(base.into(), 1)],
                scale: Ratio::new(num, den).unwrap(),
                offset: offset.map(n),
            });
        }
        p.units.push(Unit::default());
        let mut b = Self { p, open: vec![RegionId(0)] };
        b.p.products[0].unit = b.unit("t{Al}");
        b.p.products[0].result_unit = b.unit("kg{CO2e}/t{Al}");
        b
    }

    /// The unit written so: words with tags, `/`, `·`.
    pub fn unit(&mut self, text: &str) -> UnitId {
        if let Some(i) = self.p.units.iter().position(|u| u.text == text) {
            return UnitId(i as u32);
        }
        let mut atoms = Vec::new();
        let mut sign = 1;
        for word in text.split_inclusive(['/', '·']) {
            let bare = word.trim_end_matches(['/', '·']);
            let (symbol, tag) = match bare.split_once('{') {
                Some((s, t)) => (s, Some(t.trim_end_matches('}').to_owned())),
                None => (bare, None),
            };
            let i = self.p.unit_symbols.iter().position(|s| s.symbol == symbol).unwrap_or_else(|| panic!("{symbol}"));
            atoms.push((i as u32, tag, sign));
            if word.ends_with('/') {
                sign = -1;
            }
        }
        self.p.units.push(Unit { text: text.into(), atoms });
        UnitId(self.p.units.len() as u32 - 1)
    }

    pub fn num(&mut self, unit: &str) -> Ty {
        Ty::Number(if unit.is_empty() { UnitId(0) } else { self.unit(unit) })
    }

    pub fn split(&mut self, unit: &str) -> Ty {
        Ty::Split(if unit.is_empty() { UnitId(0) } else { self.unit(unit) })
    }

    pub fn activity(&mut self, amount: &str, factor: &str) -> Ty {
        Ty::Activity { amount: self.unit(amount), factor: self.unit(factor) }
    }

    /// A place of its own, in the order of asking.
    pub fn place(&mut self) -> PlaceId {
        let at = self.p.places.len() as u32;
        self.p.places.push(FileSpan { file: "rule.pcr".into(), span: Span::new(at * 10, at * 10 + 5) });
        PlaceId(at)
    }

    pub fn node(&mut self, op: Op, ty: Ty) -> NodeId {
        let id = self.loose(op, ty);
        let region = *self.open.last().unwrap();
        self.p.regions[region.ix()].nodes.push(id);
        id
    }

    /// A node of no region (`this` of a record).
    pub fn loose(&mut self, op: Op, ty: Ty) -> NodeId {
        let place = self.place();
        self.p.nodes.push(Node { op, ty, place });
        NodeId(self.p.nodes.len() as u32 - 1)
    }

    /// A region whose value `f` makes.
    pub fn region(&mut self, f: impl FnOnce(&mut Self) -> NodeId) -> RegionId {
        self.p.regions.push(Region::default());
        let id = RegionId(self.p.regions.len() as u32 - 1);
        self.open.push(id);
        let value = f(self);
        self.open.pop();
        self.p.regions[id.ix()].value = Some(value);
        id
    }

    /// Nodes of the results region.
    pub fn results(&mut self, f: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        self.open.push(RegionId(1));
        let value = f(self);
        self.open.pop();
        value
    }

    pub fn c(&mut self, value: &str) -> NodeId {
        self.cu(value, "")
    }

    pub fn cu(&mut self, value: &str, unit: &str) -> NodeId {
        let ty = self.num(unit);
        self.node(Op::Const(Const::Number(n(value)), None), ty)
    }

    pub fn flag(&mut self, value: bool) -> NodeId {
        self.node(Op::Const(Const::Bool(value), None), Ty::Bool)
    }

    pub fn text(&mut self, value: &str) -> NodeId {
        self.node(Op::Const(Const::Text(value.into()), None), Ty::Text)
    }

    /// 1 / 0, failing with FR-E001.
    pub fn boom(&mut self) -> NodeId {
        let (a, b) = (self.c("1"), self.c("0"));
        self.node(Op::Div(a, b), Ty::Number(UnitId(0)))
    }

    pub fn op(&mut self, op: Op) -> NodeId {
        self.node(op, Ty::Number(UnitId(0)))
    }

    pub fn list(&mut self, values: &[&str]) -> NodeId {
        let items: Vec<NodeId> = values.iter().map(|v| if *v == "boom" { self.boom() } else { self.c(v) }).collect();
        self.node(Op::List(items), Ty::List(Box::new(Ty::Number(UnitId(0)))))
    }

    /// A loop over what `list` makes, with a filter and a body over the item.
    pub fn over(
        &mut self,
        item: Ty,
        list: impl FnOnce(&mut Self) -> NodeId,
        filter: Option<Make<'_>>,
        body: impl FnOnce(&mut Self, NodeId) -> NodeId,
    ) -> Loop {
        let list = self.region(list);
        let mut bound = NodeId(0);
        let head = self.region(|b| {
            bound = b.node(Op::Bound, item);
            bound
        });
        let filter = filter.map(|f| self.region(|b| f(b, bound)));
        let body = self.region(|b| body(b, bound));
        Loop { levels: vec![Level { list, bound, head, series: None, filter }], body }
    }

    pub fn input(&mut self, name: &str, ty: Ty) -> NodeId {
        self.input_with(name, ty, |_, _| {})
    }

    pub fn input_with(&mut self, name: &str, ty: Ty, f: impl FnOnce(&mut Self, &mut InputInfo)) -> NodeId {
        let place = self.place();
        let mut info = InputInfo {
            name: named(name),
            ty: ty.clone(),
            constraints: vec![],
            default: None,
            factor: None,
            when: None,
            footprint: None,
            place,
        };
        f(self, &mut info);
        self.p.inputs.push(info);
        let id = InputId(self.p.inputs.len() as u32 - 1);
        self.node(Op::Input(id), ty)
    }

    pub fn def(&mut self, name: &str, node: NodeId) -> DefId {
        let place = self.place();
        self.p.defs.push(Def { name: named(name), node, formula: format!("formula of {name}"), reads: vec![], place });
        DefId(self.p.defs.len() as u32 - 1)
    }

    pub fn factor(&mut self, id: &str, value: &str, unit: &str) -> FactorId {
        let unit = if unit.is_empty() { UnitId(0) } else { self.unit(unit) };
        let place = self.place();
        self.p.factors.push(FactorInfo { id: id.into(), value: n(value), unit, source: None, place });
        FactorId(self.p.factors.len() as u32 - 1)
    }

    pub fn gas(&mut self, name: &str, gwp: &[(Option<Origin>, &str)]) -> GasId {
        let list = gwp.iter().map(|(o, v)| (*o, n(v), self.factor(&format!("{name}[AR6]"), v, ""))).collect();
        self.p.gases.push(GasInfo { name: named(name), gwp: list });
        GasId(self.p.gases.len() as u32 - 1)
    }

    pub fn stage(&mut self, name: &str) -> StageId {
        self.p.stages.push(named(name));
        StageId(self.p.stages.len() as u32 - 1)
    }

    pub fn enumeration(&mut self, name: &str, members: &[&str]) -> EnumId {
        self.p.enums.push(EnumInfo { name: name.into(), members: members.iter().map(|m| named(m)).collect() });
        EnumId(self.p.enums.len() as u32 - 1)
    }

    /// A line of a value in `kg{CO2e}` (split) or of a gas in kg; `to_result` 1.
    pub fn line(&mut self, name: &str, stage: StageId, gas: LineGas, value: NodeId) -> &mut Line {
        let unit = match &self.p.nodes[value.ix()].ty {
            Ty::Number(u) | Ty::Split(u) => *u,
            other => panic!("{other:?}"),
        };
        let place = self.place();
        let co2e_unit = self.unit("kg{CO2e}");
        self.p.lines.push(Line {
            name: named(name),
            kind: LineKind::Emission,
            stage: StageRef::Static(stage),
            over: None,
            value: Some(value),
            named: Vec::new(),
            when: None,
            unit,
            co2e_unit,
            gas,
            origin: LineOrigin::One(None),
            target: Target::default(),
            to_result: vec![Ratio::ONE],
            may_be_negative: None,
            formula: format!("formula of {name}"),
            reads: vec![],
            place,
        });
        self.p.lines.last_mut().unwrap()
    }

    /// CO2e as a split of one fossil part.
    pub fn co2e(&mut self, value: &str, origin: Origin, evidence: Evidence) -> NodeId {
        let value = self.cu(value, "kg{CO2e}");
        let ty = self.split("kg{CO2e}");
        self.node(Op::Split { value, origin, evidence }, ty)
    }

    pub fn report(&mut self, name: &str, value: NodeId) {
        let place = self.place();
        let name = named(name);
        self.p.reports.push(ReportInfo { name, value, round: None, formula: String::new(), reads: vec![], place });
    }

    pub fn check(&mut self, name: &str, warn: bool, condition: RegionId, message: Vec<Piece>) {
        let place = self.place();
        let (name, formula) = (named(name), format!("condition of {name}"));
        self.p.checks.push(CheckInfo { name, warn, condition, zh: message.clone(), en: message, formula, place });
    }

    pub fn verified(&self) -> &Program {
        verify(&self.p).unwrap_or_else(|e| panic!("the test's program is malformed: {e}"));
        &self.p
    }

    /// Evaluates with inputs as JSON.
    pub fn run(&self, json: &str) -> Result<Outcome, Vec<Diagnostic>> {
        let inputs = Inputs::from_json(self.verified(), "input.json", json)?;
        evaluate(&self.p, &inputs, Options { explain: true })
    }

    /// Evaluates without inputs.
    pub fn plain(&self) -> Result<Outcome, Vec<Diagnostic>> {
        self.run(r#"{"inputs": {}}"#)
    }

    /// Evaluates with these inputs (the inside of the object).
    pub fn with(&self, inputs: &str) -> Result<Outcome, Vec<Diagnostic>> {
        self.run(&format!(r#"{{"period": "2024", "inputs": {{{inputs}}}}}"#))
    }
}

/// The codes of an evaluation's errors, in order; empty if there are none.
pub fn codes(result: &Result<Outcome, Vec<Diagnostic>>) -> Vec<String> {
    match result {
        Ok(_) => vec![],
        Err(list) => list.iter().map(|d| d.code.as_str().trim_start_matches("FR-").to_owned()).collect(),
    }
}

/// A report as text: the unrounded number, or what stands there.
pub fn report(outcome: &Outcome, name: &str) -> String {
    use footrule_runtime::ReportValue;
    match &outcome.reports.iter().find(|r| r.name.id == name).unwrap_or_else(|| panic!("no report {name}")).value {
        ReportValue::Figure(f) => f.unrounded.to_string(),
        ReportValue::Bool(b) => b.to_string(),
        ReportValue::Text(t) => t.clone(),
    }
}

/// What a program with one report `r` comes to: its value, or the codes.
pub fn answer(result: &Result<Outcome, Vec<Diagnostic>>) -> String {
    match result {
        Ok(o) => report(o, "r"),
        Err(_) => codes(result).join(" "),
    }
}
