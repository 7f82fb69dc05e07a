//! The verifier accepts what is well formed, and has a refusal for each of its rules.

mod common;

use common::*;
use footrule_mir::*;
use footrule_number::{Number, Ratio};

/// One line, a loop, a branch, a check on the total and a report.
fn good() -> Build {
    let mut b = Build::new();
    let production = b.input("production", AL);
    b.p.products[0].reference = Some(production);
    let five = b.number("5", CO2);
    let scaled = b.number("2", NUMBER);
    let value = b.node(Op::Mul(five, scaled), CO2);
    b.line("direct", value);
    let cells = b.over(
        Ty::Enum(EnumId(0)),
        |b| b.node(Op::Members(EnumId(0)), Ty::List(Box::new(Ty::Enum(EnumId(0))))),
        |b, cell| {
            let arms = vec![b.region(|b| b.number("1", NUMBER)), b.region(|b| b.number("2", NUMBER))];
            b.node(Op::Match(cell, arms), NUMBER)
        },
    );
    let sum = b.node(Op::Fold(Fold::Sum, cells), NUMBER);
    b.inside(RegionId(1), |b| {
        let total = b.node(Op::Result(ProductId(0), ResultRef::Total), Ty::Number(UnitId(4)));
        b.report("whole", total);
    });
    let one = Ratio::new(1, 1).expect("one");
    b.check("some", |b| {
        let total = b.node(Op::Result(ProductId(0), ResultRef::Total), Ty::Number(UnitId(4)));
        b.node(Op::Compare { cmp: Cmp::Gt, a: total, ra: one, b: sum, rb: one }, Ty::Bool)
    });
    b
}

#[test]
fn accepts_what_is_well_formed() {
    assert_eq!(verify(&good().p), Ok(()));
    assert!(print(&good().p).contains("%3 = mul %1, %2 : kg{CO2}  ; r.pcr:3..9"));
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Build), message: &str) {
    let mut b = good();
    change(&mut b);
    let error = verify(&b.p).expect_err("refused").to_string();
    assert!(error.contains(message), "found: {error}\nwanted: {message}");
    // Printing a broken program must work: that is when it is needed.
    assert!(!print(&b.p).is_empty());
    assert!(!canonical_text(&b.p).is_empty());
}

#[test]
fn ids_are_in_range() {
    refused(|b| b.p.regions[0].nodes.push(NodeId(99)), "%99: node does not exist");
    refused(|b| b.p.nodes[0].place = PlaceId(7), "place 7 does not exist");
    refused(|b| b.p.nodes[0].ty = Ty::Number(UnitId(70)), "unit 70 does not exist");
    refused(|b| b.p.nodes[0].ty = Ty::Record(RecordId(3)), "names nothing that exists");
    refused(|b| b.p.products[0].result_unit = UnitId(70), "unit 70 does not exist");
    refused(|b| b.p.units[0].atoms.push((4, None, 1)), "names a symbol that does not exist");
    refused(
        |b| {
            b.node(Op::Neg(NodeId(99)), NUMBER);
        },
        "node does not exist",
    );
    refused(
        |b| {
            b.node(Op::Input(InputId(5)), AL);
        },
        "types do not fit: Input",
    );
    refused(|b| b.p.lines[0].place = PlaceId(3), "place 3 does not exist");
    refused(|b| b.p.reports[0].place = PlaceId(3), "place 3 does not exist");
    refused(|b| b.p.checks[0].place = PlaceId(3), "place 3 does not exist");
    refused(|b| b.p.inputs[0].place = PlaceId(3), "place 3 does not exist");
    refused(|b| b.p.inputs[0].constraints.push(Constraint::Compare(Cmp::Gt, Number::ZERO, PlaceId(3))), "place 3");
    refused(|b| b.p.lines[0].stage = StageRef::Static(StageId(4)), "has no such stage");
    refused(
        |b| {
            let unit = UnitId(0);
            let factor =
                FactorInfo { id: "f".to_owned(), value: n("1"), unit, source: Some(SourceId(1)), place: PlaceId(0) };
            b.p.factors.push(factor);
        },
        "has no such source",
    );
}

#[test]
fn operands_come_earlier_and_from_around() {
    refused(|b| b.p.regions[0].nodes.swap(1, 3), "read where it is not known");
    refused(
        |b| {
            let mut inner = NodeId(0);
            let t = b.flag(true);
            let r = b.region(|b| {
                inner = b.number("1", NUMBER);
                inner
            });
            b.node(Op::If(t, r, r), NUMBER);
            b.node(Op::Neg(inner), NUMBER);
        },
        "read where it is not known",
    );
    refused(|b| b.p.regions[1].nodes.push(NodeId(0)), "node stands in two regions");
    refused(|b| b.p.regions[0].nodes.push(NodeId(0)), "node stands twice");
    refused(
        |b| {
            let t = b.flag(true);
            b.node(Op::And(t, RegionId(0)), Ty::Bool);
        },
        "region 0 contains itself",
    );
    refused(|b| b.p.root = None, "no root region");
    refused(|b| b.p.results = None, "no results region");
    refused(|b| b.p.regions.truncate(2), "does not exist");
}

#[test]
fn results_exist_only_after_the_lines() {
    let total = Op::Result(ProductId(0), ResultRef::Total);
    refused(
        |b| {
            b.node(total.clone(), Ty::Number(UnitId(4)));
        },
        "there is none yet",
    );
    refused(
        |b| {
            b.node(Op::Reference(ProductId(0)), AL);
        },
        "there is none yet",
    );
    let nothing = Op::Result(ProductId(0), ResultRef::Gas(GasId(9)));
    refused(
        |b| {
            b.inside(RegionId(1), |b| {
                b.node(nothing, NUMBER);
            })
        },
        "a result of nothing",
    );
}

#[test]
fn a_bound_item_opens_its_head() {
    refused(
        |b| {
            b.node(Op::Bound, NUMBER);
        },
        "bound item without a loop",
    );
    let flat = |b: &mut Build| {
        b.over(
            NUMBER,
            |b| {
                let one = b.number("1", NUMBER);
                b.node(Op::List(vec![one]), Ty::List(Box::new(NUMBER)))
            },
            |_, x| x,
        )
    };
    refused(
        |b| {
            let mut l = flat(b);
            l.levels[0].bound = NodeId(0);
            b.node(Op::Fold(Fold::Sum, l), NUMBER);
        },
        "is not the first node of its head",
    );
    refused(
        |b| {
            let l = flat(b);
            b.p.nodes[l.levels[0].bound.ix()].ty = AL;
            b.node(Op::Fold(Fold::Sum, l), AL);
        },
        "is no item of its list",
    );
    refused(
        |b| {
            let l = flat(b);
            b.p.nodes[l.levels[0].bound.ix()].op = Op::Const(Const::Number(n("1")), None);
            b.node(Op::Fold(Fold::Sum, l), NUMBER);
        },
        "is no bound item",
    );
    refused(
        |b| {
            let mut l = flat(b);
            l.levels[0].filter = Some(b.region(|b| b.number("1", NUMBER)));
            b.node(Op::Fold(Fold::Sum, l), NUMBER);
        },
        "must yield a bool",
    );
    refused(
        |b| {
            let mut l = flat(b);
            l.levels.clear();
            b.node(Op::Fold(Fold::Count, l), NUMBER);
        },
        "loop without levels",
    );
}

#[test]
fn lines_are_well_formed() {
    refused(|b| b.p.lines[0].value = None, "needs a value or a loop");
    refused(|b| b.p.lines[0].stage = StageRef::None, "is not apart");
    refused(|b| b.p.lines[0].gas = LineGas::Split, "does not fit its gas and unit");
    refused(|b| b.p.lines[0].gas = LineGas::Static(GasId(3)), "does not fit its gas and unit");
    refused(|b| b.p.lines[0].unit = UnitId(1), "does not fit its gas and unit");
    refused(
        |b| {
            let rest = b.region(|b| b.number("1", NUMBER));
            b.p.lines[0].origin = LineOrigin::Split(vec![(Origin::Fossil, None), (Origin::Biogenic, Some(rest))]);
        },
        "must be the last",
    );
    refused(|b| b.p.lines[0].when = Some(b.region(|b| b.number("1", NUMBER))), "must yield a bool");
    refused(|b| b.p.lines[0].named = vec![b.region(|b| b.number("1", NUMBER))], "must be a name");
    refused(|b| b.p.lines[0].stage = StageRef::Region(b.region(|b| b.number("1", NUMBER))), "enumeration value");
    refused(|b| b.p.checks[0].condition = b.region(|b| b.number("1", NUMBER)), "must yield a bool");
    refused(|b| b.p.products[0].reference = Some(b.flag(true)), "reference flow must be a number");
}

#[test]
fn declarations_are_well_formed() {
    let place = PlaceId(0);
    let table = |rows| TableInfo {
        name: named("t"),
        keys: vec![("c".to_owned(), Ty::Enum(EnumId(0)))],
        columns: vec![("v".to_owned(), NUMBER)],
        rows,
        partial: false,
        interpolate: None,
        place,
    };
    let short = TableRow { keys: vec![None], values: vec![], origin: Origin::Fossil, place };
    refused(|b| b.p.tables.push(table(vec![short])), "wrong number of cells");
    refused(
        |b| {
            let value = b.region(|b| b.flag(true));
            b.p.inputs[0].default = Some(value);
        },
        "value of `production` has another type",
    );
    refused(
        |b| {
            let this = b.number("1", NUMBER);
            let (name, fields, requires) = ("R".to_owned(), vec![], vec![]);
            b.p.records.push(RecordInfo { name, fields, requires, this, order: vec![], each: false });
        },
        "`this` of record `R`",
    );
    refused(
        |b| {
            let set = b.region(|b| b.flag(true));
            b.p.tests.push(TestInfo {
                name: named(""),
                period: None,
                sets: vec![("production".to_owned(), set, place)],
                scenario: None,
                from: None,
                expects: vec![],
                source: None,
                place,
            });
        },
        "a test sets `production`",
    );
}

/// Each operation with operands of a wrong type.
#[test]
fn operand_types_fit() {
    type Wrong = (&'static str, Box<dyn Fn(NodeId, NodeId, NodeId, RegionId) -> Op>, Ty);
    let wrong: Vec<Wrong> = vec![
        // f: a bool, x: a number, s: a split, r: a region that yields a bool
        ("Const", Box::new(|_, _, _, _| Op::Const(Const::Bool(true), None)), NUMBER),
        ("Const", Box::new(|_, _, _, _| Op::Const(Const::Enum(EnumId(0), 9), None)), Ty::Enum(EnumId(0))),
        ("Const", Box::new(|_, _, _, _| Op::Const(Const::Number(n("1")), Some(FactorId(9)))), NUMBER),
        ("Period", Box::new(|_, _, _, _| Op::Period), NUMBER),
        ("Field", Box::new(|_, x, _, _| Op::Field(x, 0)), NUMBER),
        ("Amount", Box::new(|_, x, _, _| Op::Amount(x)), NUMBER),
        ("Factor", Box::new(|_, x, _, _| Op::Factor(x)), CO2E),
        ("List", Box::new(|f, _, _, _| Op::List(vec![f])), Ty::List(Box::new(NUMBER))),
        ("Members", Box::new(|_, _, _, _| Op::Members(EnumId(0))), Ty::List(Box::new(NUMBER))),
        ("Range", Box::new(|f, x, _, _| Op::Range(f, x)), Ty::List(Box::new(NUMBER))),
        ("Rows", Box::new(|_, _, _, _| Op::Rows(TableId(0))), Ty::List(Box::new(NUMBER))),
        ("Add", Box::new(|_, x, s, _| Op::Add(x, s)), NUMBER),
        ("Add", Box::new(|_, x, _, _| Op::Add(x, x)), AL),
        ("Sub", Box::new(|f, _, _, _| Op::Sub(f, f)), Ty::Bool),
        ("Mul", Box::new(|_, _, s, _| Op::Mul(s, s)), CO2E),
        ("Div", Box::new(|_, x, s, _| Op::Div(x, s)), CO2E),
        ("Neg", Box::new(|f, _, _, _| Op::Neg(f)), Ty::Bool),
        ("Convert", Box::new(|_, _, s, _| Op::Convert(s, Ratio::new(1, 2).expect("half"))), NUMBER),
        ("Sqrt", Box::new(|f, _, _, _| Op::Sqrt(f)), NUMBER),
        ("Abs", Box::new(|_, _, s, _| Op::Abs(s)), CO2E),
        ("Round", Box::new(|f, _, _, _| Op::Round(f, 1)), NUMBER),
        ("Power", Box::new(|f, x, _, _| Op::Power(x, f)), NUMBER),
        ("Min", Box::new(|_, x, s, _| Op::Min(x, s)), NUMBER),
        ("Same", Box::new(|f, x, _, _| Op::Same(f, x)), Ty::Bool),
        ("Same", Box::new(|_, x, _, _| Op::Same(x, x)), Ty::Bool),
        ("Before", Box::new(|_, x, _, _| Op::Before(x, x)), Ty::Bool),
        ("Not", Box::new(|_, x, _, _| Op::Not(x)), Ty::Bool),
        ("And", Box::new(|_, x, _, r| Op::And(x, r)), Ty::Bool),
        ("Given", Box::new(|_, x, _, _| Op::Given(x)), Ty::Bool),
        ("Unwrap", Box::new(|_, x, _, _| Op::Unwrap(x)), NUMBER),
        ("OrElse", Box::new(|_, x, _, r| Op::OrElse(x, r)), NUMBER),
        ("Present", Box::new(|_, x, _, _| Op::Present(x)), NUMBER),
        ("If", Box::new(|f, _, _, r| Op::If(f, r, r)), NUMBER),
        ("Match", Box::new(|f, _, _, r| Op::Match(f, vec![r, r])), Ty::Bool),
        ("FirstOf", Box::new(|_, _, _, r| Op::FirstOf(vec![(r, r)], None)), NUMBER),
        ("OneOf", Box::new(|_, _, _, _| Op::OneOf(vec![])), NUMBER),
        (
            "Except",
            Box::new(|_, _, _, r| {
                let exception = ExceptionId(0);
                Op::Except(r, vec![Case { when: r, value: r, parent: Some(0), exception }])
            }),
            NUMBER,
        ),
        ("ParamAt", Box::new(|_, x, _, _| Op::ParamAt(ParamId(0), x)), NUMBER),
        ("Lookup", Box::new(|_, _, _, _| Op::Lookup { table: TableId(0), keys: vec![], column: None }), Ty::Bool),
        ("HasRow", Box::new(|_, _, _, _| Op::HasRow { table: TableId(0), keys: vec![] }), Ty::Bool),
        ("Column", Box::new(|_, x, _, _| Op::Column(x, 0)), NUMBER),
        (
            "Characterise",
            Box::new(|_, x, _, _| Op::Characterise { mass: x, gas: GasRef::Node(x), origin: Origin::Fossil }),
            CO2E,
        ),
        (
            "Split",
            Box::new(|_, x, _, _| Op::Split { value: x, origin: Origin::Fossil, evidence: Evidence::Primary }),
            NUMBER,
        ),
        ("Whole", Box::new(|_, x, _, _| Op::Whole(x)), NUMBER),
    ];
    for (name, op, ty) in wrong {
        refused(
            |b| {
                let f = b.flag(true);
                let x = b.number("1", NUMBER);
                let e = b.number("1", Ty::Number(UnitId(3)));
                let s = b.node(Op::Split { value: e, origin: Origin::Fossil, evidence: Evidence::Secondary }, CO2E);
                let r = b.region(|b| b.flag(false));
                b.node(op(f, x, s, r), ty.clone());
            },
            &format!("types do not fit: {name}"),
        );
    }
}

#[test]
fn footprints_are_co2e_of_known_rules() {
    let unit = UnitId(4);
    let of = |rule| Some(Footprint { rule });
    refused(|b| b.p.inputs[0].footprint = of(None), "`production` is a footprint but no CO2e");
    refused(
        |b| {
            b.input("slab", Ty::Optional(Box::new(Ty::Split(unit))));
            b.p.inputs[1].footprint = of(Some(UpstreamId(0)));
        },
        "the footprint `slab` is of an unknown rule",
    );
    refused(
        |b| {
            let mut above = good().p;
            above.nodes[0].place = PlaceId(7);
            b.p.upstream.push(Upstream { program: above.into(), scale: Ratio::ONE });
        },
        "place 7 does not exist",
    );
    let mut b = good();
    b.input("slab", Ty::List(Box::new(Ty::Split(unit))));
    b.p.inputs[1].footprint = of(Some(UpstreamId(0)));
    b.p.upstream.push(Upstream { program: good().p.into(), scale: Ratio::ONE });
    assert_eq!(verify(&b.p), Ok(()));
}

#[test]
fn evidence_scenarios_and_cutoffs_are_of_what_exists() {
    refused(
        |b| {
            let input = InputId(9);
            b.p.evidence.push(EvidenceInfo { name: named("e"), input, fields: Vec::new(), place: PlaceId(0) });
        },
        "evidence of no input",
    );
    let cutoff =
        |input| CutoffInfo { name: named("mass"), each: n("0.01"), total: n("0.05"), input, place: PlaceId(0) };
    for input in [InputId(0), InputId(9)] {
        refused(|b| b.p.cutoffs.push(cutoff(input)), "cut-off by `mass` is of no list of flows");
    }
}

/// A choice in a choice in a choice: both arms of each are the same region, so that the innermost stands in 2^n places.
fn nested(b: &mut Build, levels: u32) -> RegionId {
    let cell = b.node(Op::Const(Const::Enum(EnumId(0), 0), None), Ty::Enum(EnumId(0)));
    let mut inner = b.region(|b| b.number("1", NUMBER));
    for _ in 0..levels {
        inner = b.region(|b| b.node(Op::Match(cell, vec![inner, inner]), NUMBER));
    }
    inner
}

#[test]
fn regions_do_not_nest_or_multiply_without_end() {
    let said = |levels: u32| {
        let mut b = good();
        let inner = nested(&mut b, levels);
        let cell = b.node(Op::Const(Const::Enum(EnumId(0), 0), None), Ty::Enum(EnumId(0)));
        b.node(Op::Match(cell, vec![inner, inner]), NUMBER);
        verify(&b.p).map_err(|e| e.message)
    };
    assert_eq!(said(4), Ok(()));
    let many = said(40).expect_err("2^40 places");
    assert!(many.contains("too many places"), "{many}");
    // What is accepted can be printed.
    let mut b = good();
    let cell = b.node(Op::Const(Const::Enum(EnumId(0), 0), None), Ty::Enum(EnumId(0)));
    let (mut inner, other) = (b.region(|b| b.number("1", NUMBER)), b.region(|b| b.number("2", NUMBER)));
    for _ in 0..500 {
        inner = b.region(|b| b.node(Op::Match(cell, vec![inner, other]), NUMBER));
    }
    b.node(Op::Match(cell, vec![inner, other]), NUMBER);
    assert_eq!(verify(&b.p), Ok(()));
    assert!(canonical_text(&b.p).len() > 500);
    let deep = said(100_000).expect_err("too deep");
    assert!(deep.contains("nested too deeply"), "{deep}");
}
