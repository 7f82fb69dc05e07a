//! The canonical text says what a program means, and nothing else.

mod common;

use common::*;
use footrule_mir::*;

/// Two lines, two checks and a report, with the statements in either order.
fn program(order: &[usize]) -> Program {
    let mut b = Build::new();
    for step in order {
        match step {
            0 => {
                let a = b.input("a", AL);
                b.p.products[0].reference = Some(a);
            }
            1 => {
                let five = b.number("5", CO2);
                b.line("direct", five);
            }
            2 => {
                let x = b.number("7", CO2);
                let two = b.number("2", NUMBER);
                let value = b.node(Op::Mul(x, two), CO2);
                b.line("anode", value);
            }
            3 => b.check("", |b| b.flag(true)),
            4 => b.check("", |b| {
                let f = b.flag(false);
                b.node(Op::Not(f), Ty::Bool)
            }),
            _ => {
                let total = b
                    .inside(RegionId(1), |b| b.node(Op::Result(ProductId(0), ResultRef::Total), Ty::Number(UnitId(4))));
                b.report("whole", total);
            }
        }
    }
    assert_eq!(verify(&b.p), Ok(()));
    b.p
}

#[test]
fn statement_order_has_no_meaning() {
    let text = canonical_text(&program(&[0, 1, 2, 3, 4, 5]));
    for order in [[5, 4, 3, 2, 1, 0], [2, 0, 4, 1, 5, 3], [4, 2, 5, 0, 3, 1]] {
        assert_eq!(canonical_text(&program(&order)), text);
    }
    assert!(text.contains("emission anode in making = "), "{text}");
    assert!(text.contains("report whole = "), "{text}");
}

#[test]
fn texts_and_places_have_no_meaning() {
    let plain = program(&[0, 1, 2, 3, 4, 5]);
    let mut other = plain.clone();
    other.rule.name.labels.zh = "铝".to_owned();
    other.rule.text_hash = "beef".to_owned();
    other.rule.version = "2.0.0".to_owned();
    other.lines[0].name.clause = "8.2".to_owned();
    other.lines[0].formula = "x".to_owned();
    other.checks[0].zh.push(Piece::Text("不行".to_owned()));
    other.places[0].file = "elsewhere.pcr".to_owned();
    assert_eq!(canonical_text(&other), canonical_text(&plain));
}

#[test]
fn what_is_not_read_has_no_meaning() {
    let plain = program(&[0, 1]);
    let mut b = Build::new();
    b.number("99", NUMBER);
    let a = b.input("a", AL);
    b.p.products[0].reference = Some(a);
    let five = b.number("5", CO2);
    b.line("direct", five);
    assert_eq!(canonical_text(&b.p), canonical_text(&plain));
}

#[test]
fn numbers_names_and_rounding_have_meaning() {
    let plain = program(&[0, 1, 2, 3, 4, 5]);
    let text = canonical_text(&plain);
    let changes: [fn(&mut Program); 6] = [
        |p| p.nodes[1].op = Op::Const(Const::Number(n("6")), None),
        |p| p.lines[0].name.id = "indirect".to_owned(),
        |p| p.rule.round.digits = 3,
        |p| p.lines[0].kind = LineKind::Removal,
        |p| p.checks[0].warn = true,
        |p| p.inputs[0].constraints.push(Constraint::Compare(Cmp::Gt, n("0"), PlaceId(0))),
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let mut other = plain.clone();
        change(&mut other);
        assert_ne!(canonical_text(&other), text, "change {i}");
    }
}

#[test]
fn arms_follow_names_not_members() {
    let arms = |swap: bool| {
        let mut b = Build::new();
        if swap {
            // The enumeration of stages follows the order of statements.
            b.p.stages = vec![named("a"), named("b")];
            b.p.enums[0].members.swap(0, 1);
        } else {
            b.p.stages = vec![named("b"), named("a")];
        }
        let value = |b: &mut Build, text: &str| {
            let text = text.to_owned();
            b.region(move |b| b.number(&text, CO2))
        };
        let (one, two) = (value(&mut b, "1"), value(&mut b, "2"));
        let e = b.input("e", Ty::Enum(EnumId(0)));
        let order = if swap { vec![two, one] } else { vec![one, two] };
        let value = b.node(Op::Match(e, order), CO2);
        b.line("direct", value);
        b.p.lines[0].stage = StageRef::Static(StageId(if swap { 0 } else { 1 }));
        assert_eq!(verify(&b.p), Ok(()));
        canonical_text(&b.p)
    };
    assert_eq!(arms(false), arms(true));
    assert!(arms(true).contains("match %1 { a => %"), "{}", arms(true));
}

#[test]
fn a_long_chain_does_not_overflow_the_stack() {
    let mut b = Build::new();
    let mut sum = b.number("1", CO2);
    for _ in 0..100_000 {
        sum = b.node(Op::Add(sum, sum), CO2);
    }
    b.line("direct", sum);
    assert_eq!(verify(&b.p), Ok(()));
    assert!(canonical_text(&b.p).len() > 100_000);
}

#[test]
fn an_upstream_rule_is_part_of_the_meaning() {
    let rests_on = |upstream: Program| {
        let mut p = program(&[0, 1]);
        p.upstream.push(Upstream { program: upstream.into(), scale: footrule_number::Ratio::ONE });
        p
    };
    let text = canonical_text(&rests_on(program(&[0, 1, 2])));
    // The same rule with its statements in another order; then one that means something else.
    assert_eq!(canonical_text(&rests_on(program(&[2, 1, 0]))), text);
    let mut other = program(&[0, 1, 2]);
    other.rule.round.digits = 3;
    assert_ne!(canonical_text(&rests_on(other)), text);
    assert_ne!(canonical_text(&program(&[0, 1])), text);
}

#[test]
fn evidence_scenarios_and_limits_of_cutoffs_have_meaning() {
    let plain = program(&[0, 1, 2, 3, 4, 5]);
    let text = canonical_text(&plain);
    let with = |change: &dyn Fn(&mut Program)| {
        let mut p = plain.clone();
        change(&mut p);
        canonical_text(&p)
    };
    let evidence = EvidenceInfo { name: named("e"), input: InputId(0), fields: Vec::new(), place: PlaceId(0) };
    assert_ne!(with(&|p| p.evidence.push(evidence.clone())), text);
    let high = ScenarioInfo { name: named("high"), inputs: Vec::new(), params: Vec::new(), place: PlaceId(0) };
    assert_ne!(with(&|p| p.scenarios.push(high.clone())), text);
    let cutoff = |id: &str, each: &str| CutoffInfo {
        name: named(id),
        each: n(each),
        total: n("0.05"),
        input: InputId(0),
        place: PlaceId(0),
    };
    let two = |a: CutoffInfo, b: CutoffInfo| with(&|p| p.cutoffs.extend([a.clone(), b.clone()]));
    let (mass, energy) = (cutoff("mass", "0.01"), cutoff("energy", "0.01"));
    assert_eq!(two(mass.clone(), energy.clone()), two(energy.clone(), mass.clone()));
    assert_ne!(two(mass, energy.clone()), two(cutoff("mass", "0.02"), energy));
}

#[test]
fn a_line_to_no_product_says_so() {
    let plain = program(&[0, 1]);
    let mut nowhere = plain.clone();
    nowhere.lines[0].target = Target::Nowhere;
    assert_eq!(verify(&nowhere), Ok(()));
    assert_eq!(nowhere.lines[0].target.allocations().count(), 0);
    assert!(print(&nowhere).contains(" to nowhere"), "{}", print(&nowhere));
    assert!(canonical_text(&nowhere).contains("emission direct in making to nowhere"), "{}", canonical_text(&nowhere));
    assert_ne!(canonical_text(&nowhere), canonical_text(&plain));
}
