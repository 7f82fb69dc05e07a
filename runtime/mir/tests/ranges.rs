//! What the range analysis says of operations that a literate case reaches only by way of much else.

mod common;

use common::*;
use footrule_mir::ranges::{End, Interval, Risk, Verdict, analyse};
use footrule_mir::*;

/// A report of the shares by these weights; an input where there is no number.
fn shares(given: bool, weights: &[Option<&str>]) -> (Program, NodeId) {
    let mut b = Build::new();
    let fields = (0..weights.len()).map(|i| FieldInfo {
        name: named(&format!("f{i}")),
        ty: NUMBER,
        tag_field: None,
        constraints: Vec::new(),
        default: None,
        factor: None,
        when: None,
        footprint: None,
        computed: None,
    });
    let fields: Vec<_> = fields.collect();
    let order = (0..fields.len() as u32).collect();
    let this = b.node(Op::Bound, Ty::Record(RecordId(0)));
    b.p.records.push(RecordInfo { name: "herd".to_owned(), fields, requires: Vec::new(), this, order, each: false });
    let mut list = Vec::new();
    for (i, w) in weights.iter().enumerate() {
        let node = match w {
            Some(text) => b.number(text, NUMBER),
            None => b.input(&format!("w{i}"), NUMBER),
        };
        list.push((i as u32, Some(node)));
    }
    let all = b.node(Op::Shares { given, weights: list }, Ty::Record(RecordId(0)));
    let first = b.node(Op::Field(all, 0), NUMBER);
    b.report("share", first);
    assert_eq!(verify(&b.p), Ok(()));
    (b.p, first)
}

fn ends(i: Interval) -> (Option<End>, Option<End>) {
    (i.lo, i.hi)
}

fn end(text: &str) -> Option<End> {
    Some(End { value: n(text), open: false })
}

/// What is known of the weights of the report's allocation.
fn verdict(given: bool, weights: &[Option<&str>]) -> Verdict {
    let (program, _) = shares(given, weights);
    let ranges = analyse(&program);
    let found: Vec<_> = ranges.obligations().iter().filter(|o| o.risk == Risk::Weights).collect();
    assert_eq!(found.len(), 1);
    found[0].verdict
}

#[test]
fn weights_give_shares_if_none_is_negative_and_one_is_positive() {
    assert_eq!(verdict(false, &[Some("3"), Some("0")]), Verdict::Never);
    assert_eq!(verdict(false, &[Some("3"), None]), Verdict::Maybe, "an input without bounds may be negative");
    assert_eq!(verdict(false, &[Some("0"), Some("0")]), Verdict::Maybe, "all may be zero");
    assert_eq!(verdict(false, &[Some("3"), Some("-1")]), Verdict::Always);
}

#[test]
fn given_shares_are_not_proved_to_be_the_whole() {
    assert_eq!(verdict(true, &[Some("0.5"), None]), Verdict::Maybe);
    assert_eq!(verdict(true, &[Some("1.5"), Some("-0.5")]), Verdict::Always);
}

#[test]
fn a_share_is_from_nothing_to_all() {
    let (program, first) = shares(false, &[None, None]);
    let ranges = analyse(&program);
    let share = ranges.node(first).and_then(|r| r.number()).expect("a number");
    assert_eq!(ends(share), (end("0"), end("1")));
}

#[test]
fn a_line_to_no_product_is_in_no_figure() {
    let mut b = Build::new();
    let five = b.number("5", CO2);
    b.line("direct", five);
    b.p.lines[0].target = Target::Nowhere;
    b.inside(RegionId(1), |b| {
        let total = b.node(Op::Result(ProductId(0), ResultRef::Total), Ty::Number(UnitId(4)));
        b.report("whole", total);
    });
    assert_eq!(verify(&b.p), Ok(()));
    let total = b.p.reports[0].value;
    let ranges = analyse(&b.p);
    let figure = ranges.node(total).and_then(|r| r.number()).expect("a number");
    assert_eq!(ends(figure), (end("0"), end("0")));
}
