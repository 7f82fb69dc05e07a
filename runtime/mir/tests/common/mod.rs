//! Tiny programs built by hand.
#![allow(dead_code, missing_docs)]

use footrule_diag::FileSpan;
use footrule_mir::*;
use footrule_number::{Number, Ratio};

pub fn n(text: &str) -> Number {
    Number::parse(text).expect("a number")
}

pub fn named(id: &str) -> Named {
    Named { id: id.to_owned(), ..Named::default() }
}

/// A program under construction; unit 0 is a number, 1 `t{Al}`, 2 `kg{CO2}`, 3 `kg{CO2e}`, 4 `kg{CO2e}/t{Al}`.
pub struct Build {
    pub p: Program,
    /// The regions being filled, innermost last.
    open: Vec<RegionId>,
}

pub const NUMBER: Ty = Ty::Number(UnitId(0));
pub const AL: Ty = Ty::Number(UnitId(1));
pub const CO2: Ty = Ty::Number(UnitId(2));
pub const CO2E: Ty = Ty::Split(UnitId(3));

impl Build {
    pub fn new() -> Self {
        let mut p = Program::default();
        for text in ["", "t{Al}", "kg{CO2}", "kg{CO2e}", "kg{CO2e}/t{Al}"] {
            p.units.push(Unit { text: text.to_owned(), atoms: Vec::new() });
        }
        p.rule.name = named("r");
        p.products.push(ProductInfo { amount: Number::ONE, ..ProductInfo::default() });
        p.products[0].unit = UnitId(1);
        p.products[0].result_unit = UnitId(4);
        p.places.push(FileSpan { file: "r.pcr".to_owned(), span: footrule_diag::Span::new(3, 9) });
        p.stages.push(named("making"));
        p.gases.push(GasInfo { name: named("CO2"), gwp: vec![] });
        p.enums.push(EnumInfo { name: "Cell".to_owned(), members: vec![named("b"), named("a")] });
        p.regions.push(Region::default());
        p.regions.push(Region::default());
        p.root = Some(RegionId(0));
        p.results = Some(RegionId(1));
        Self { p, open: vec![RegionId(0)] }
    }

    /// Adds a node to the innermost open region.
    pub fn node(&mut self, op: Op, ty: Ty) -> NodeId {
        let id = NodeId(self.p.nodes.len() as u32);
        self.p.nodes.push(Node { op, ty, place: PlaceId(0) });
        let region = self.open.last().expect("a region").ix();
        self.p.regions[region].nodes.push(id);
        id
    }

    pub fn number(&mut self, text: &str, ty: Ty) -> NodeId {
        self.node(Op::Const(Const::Number(n(text)), None), ty)
    }

    pub fn flag(&mut self, value: bool) -> NodeId {
        self.node(Op::Const(Const::Bool(value), None), Ty::Bool)
    }

    /// Fills a new region.
    pub fn region(&mut self, f: impl FnOnce(&mut Self) -> NodeId) -> RegionId {
        let id = RegionId(self.p.regions.len() as u32);
        self.p.regions.push(Region::default());
        self.inside(id, |b| {
            let value = f(b);
            b.p.regions[id.ix()].value = Some(value);
        });
        id
    }

    pub fn inside<T>(&mut self, id: RegionId, f: impl FnOnce(&mut Self) -> T) -> T {
        self.open.push(id);
        let result = f(self);
        self.open.pop();
        result
    }

    pub fn input(&mut self, name: &str, ty: Ty) -> NodeId {
        let id = InputId(self.p.inputs.len() as u32);
        self.p.inputs.push(InputInfo {
            name: named(name),
            ty: ty.clone(),
            constraints: vec![],
            default: None,
            factor: None,
            when: None,
            footprint: None,
            place: PlaceId(0),
        });
        self.node(Op::Input(id), ty)
    }

    /// A line of CO2 in `making`.
    pub fn line(&mut self, name: &str, value: NodeId) {
        self.p.lines.push(Line {
            name: named(name),
            kind: LineKind::Emission,
            stage: StageRef::Static(StageId(0)),
            over: None,
            value: Some(value),
            named: Vec::new(),
            when: None,
            unit: UnitId(2),
            co2e_unit: UnitId(3),
            gas: LineGas::Static(GasId(0)),
            origin: LineOrigin::One(Some(Origin::Fossil)),
            target: Target::default(),
            to_result: vec![Ratio::new(1, 1).expect("one")],
            may_be_negative: None,
            formula: "5 * production".to_owned(),
            reads: vec![],
            place: PlaceId(0),
        });
    }

    pub fn check(&mut self, name: &str, f: impl FnOnce(&mut Self) -> NodeId) {
        let condition = self.region(f);
        self.p.checks.push(CheckInfo {
            name: named(name),
            warn: false,
            condition,
            zh: vec![],
            en: vec![],
            formula: String::new(),
            place: PlaceId(0),
        });
    }

    pub fn report(&mut self, name: &str, value: NodeId) {
        self.p.reports.push(ReportInfo {
            name: named(name),
            value,
            round: None,
            formula: String::new(),
            reads: vec![],
            place: PlaceId(0),
        });
    }

    /// A loop over `list` with the body `f` of the item.
    pub fn over(
        &mut self,
        item: Ty,
        list: impl FnOnce(&mut Self) -> NodeId,
        f: impl FnOnce(&mut Self, NodeId) -> NodeId,
    ) -> Loop {
        let list = self.region(list);
        let head = self.region(|b| b.node(Op::Bound, item));
        let bound = self.p.regions[head.ix()].nodes[0];
        self.p.regions[head.ix()].value = None;
        let body = self.region(|b| f(b, bound));
        Loop { levels: vec![Level { list, bound, head, series: None, filter: None }], body }
    }
}
