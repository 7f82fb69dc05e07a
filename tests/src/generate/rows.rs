//! Rows of inputs for any rule: drawn by the types of its inputs and what they are declared to be, often at a limit.
//!
//! Numbers stand in declared units, as plain decimals, so that rows can stand in columns.

use super::quality;
use crate::fuzz::Rng;
use crate::native::Case;
use footrule_mir::{Constraint, Program, RecordId, Ty};
use footrule_number::Number;
use serde_json::{Map, Value as Json, json};

/// How numbers are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regime {
    /// Few digits, of everyday size.
    Usual,
    /// At limits, at zero, negative; some tiny.
    Tiny,
    /// At limits, at zero, negative; some huge.
    Huge,
}

/// A row of inputs that the declarations may admit.
#[must_use]
pub fn draw(program: &Program, regime: Regime, rng: &mut Rng) -> Case {
    let mut inputs = Map::new();
    let rated = quality::asks(program);
    for input in &program.inputs {
        let may_lack = input.default.is_some() || matches!(input.ty, Ty::Optional(_)) || input.when.is_some();
        // A list is there, if only empty: rows of one shape stand in columns.
        let may_lack = may_lack && !matches!(input.ty, Ty::List(_));
        // What is asked for under a condition is refused where it does not hold.
        let likely = if input.when.is_some() { rng.below(8) == 0 } else { rng.below(3) > 0 };
        if !may_lack || likely {
            let mut v = match input.footprint.and_then(|f| program.upstream_of(f)) {
                // A footprint by the inputs of its rule.
                Some(up) if rng.below(4) > 0 => json!({ "inputs": draw(&up.program, regime, rng).inputs }),
                _ => value(program, &input.ty, &input.constraints, regime, rng),
            };
            if rated {
                quality::rate(program, &input.ty, &mut v, rng);
            }
            if !v.is_null() {
                inputs.insert(input.name.id.clone(), v);
            }
        }
    }
    let year = 2024;
    Case { period: Some(((year, 1, 1), (year, 12, 31))), inputs }
}

fn value(program: &Program, ty: &Ty, constraints: &[Constraint], regime: Regime, rng: &mut Rng) -> Json {
    match ty {
        Ty::Number(_) | Ty::Split(_) => Json::String(number(constraints, regime, rng).to_string()),
        Ty::Bool => json!(rng.below(2) == 0),
        Ty::Text => json!(format!("t{}", rng.below(1_000_000))),
        Ty::Date => json!(["2024-05-06", "2024-06-01", "2024-06-02", "2020-01-01"][rng.below(4)]),
        Ty::Enum(e) => {
            let members = program.enums.get(e.ix()).map_or(&[][..], |e| &e.members);
            json!(members.get(rng.below(members.len())).map_or("", |m| m.id.as_str()))
        }
        Ty::Optional(t) if rng.below(3) > 0 => value(program, t, constraints, regime, rng),
        Ty::Record(r) => record(program, *r, constraints, regime, rng),
        Ty::List(t) => {
            let n = [0, 1, 2, 2, 3, 5][rng.below(6)];
            let mut items: Vec<Json> = (0..n).map(|_| value(program, t, constraints, regime, rng)).collect();
            distinct(program, t, constraints, &mut items, rng);
            Json::Array(items)
        }
        Ty::Activity { .. } => {
            let mut out = Map::new();
            out.insert("amount".into(), Json::String(number(constraints, regime, rng).to_string()));
            // One shape for all rows.
            if regime == Regime::Usual {
                out.insert("factor".into(), json!(["0", "0.5", "1.07", "1000"][rng.below(4)]));
            }
            Json::Object(out)
        }
        _ => Json::Null,
    }
}

/// Makes the items of a list differ where they must, but now and then.
fn distinct(program: &Program, ty: &Ty, constraints: &[Constraint], items: &mut [Json], rng: &mut Rng) {
    let Ty::Record(r) = ty else { return };
    let fields = program.records.get(r.ix()).map_or(&[][..], |r| &r.fields);
    for c in constraints {
        let Constraint::Unique(k, _) = c else { continue };
        let given = fields.get(*k as usize).filter(|f| f.computed.is_none());
        let Some(field) = given.filter(|_| rng.below(8) > 0) else { continue };
        for (i, item) in items.iter_mut().enumerate() {
            let own = match field.ty {
                Ty::Number(_) => json!(format!("{i}.{}", rng.below(10))),
                Ty::Date => json!(format!("2024-0{}-1{i}", 1 + rng.below(9))),
                _ => continue,
            };
            if let Json::Object(m) = item {
                m.insert(field.name.id.clone(), own);
            }
        }
    }
}

fn record(program: &Program, id: RecordId, constraints: &[Constraint], regime: Regime, rng: &mut Rng) -> Json {
    let mut out = Map::new();
    let fields = program.records.get(id.ix()).map_or(&[][..], |r| &r.fields);
    let sums = constraints.iter().any(|c| matches!(c, Constraint::Sum(None, ..) | Constraint::SumWithin { .. }));
    let whole = rng.below(fields.len());
    // Where the sum need not be exact it mostly is not.
    let near = constraints.iter().any(|c| matches!(c, Constraint::SumWithin { .. })) && rng.below(4) > 0;
    for (k, f) in fields.iter().enumerate().filter(|(_, f)| f.computed.is_none()) {
        let optional = f.default.is_some() || matches!(f.ty, Ty::Optional(_)) || f.when.is_some();
        if sums {
            let share = match (near, k == whole) {
                (true, true) => format!("0.{}", 5 + rng.below(5)),
                (true, false) => format!("0.{}", rng.below(4)),
                (false, true) => "1".to_owned(),
                (false, false) => "0".to_owned(),
            };
            out.insert(f.name.id.clone(), json!(share));
        } else if !optional || matches!(f.ty, Ty::List(_)) || rng.below(2) == 0 {
            let v = value(program, &f.ty, &f.constraints, regime, rng);
            if !v.is_null() {
                out.insert(f.name.id.clone(), v);
            }
        }
    }
    Json::Object(out)
}

/// A number of a few digits between limits.
fn number(constraints: &[Constraint], regime: Regime, rng: &mut Rng) -> Number {
    let whole = constraints.iter().any(|c| matches!(c, Constraint::Integer(_)));
    let (lo, hi) = limits(constraints);
    let of = |units: i128, scale| Number::from_parts(units, scale).unwrap_or_default();
    if whole {
        let (lo, hi) = (lo.unwrap_or(Number::ZERO), hi.unwrap_or(Number::from(20)));
        let x = lo.add(Number::from(rng.below(8) as u64)).unwrap_or(lo).ceil();
        return if x > hi { hi } else { x };
    }
    let edge = regime != Regime::Usual && rng.below(3) > 0;
    let tiny = ["0.000000000001", "0.0000001", "-0.000001", "0.003"];
    let huge = ["999999999999", "123456789012.345", "-5000000", "1000000000"];
    let x = match rng.below(if edge { 6 } else { 3 }) {
        0 => of(1 + rng.below(200) as i128, 0),
        1 => of(rng.below(100_000) as i128, 3),
        2 => of(rng.below(10_000) as i128, 2),
        3 | 4 => {
            let of = if regime == Regime::Tiny { tiny } else { huge };
            Number::parse(of[rng.below(of.len())]).unwrap_or_default()
        }
        _ => {
            let at = [lo, hi, lo, hi, Some(Number::ZERO), Some(Number::ONE)][rng.below(6)].unwrap_or(Number::from(-1));
            let step = of(rng.below(3) as i128 - 1, [0, 1, 3][rng.below(3)]);
            // Just outside a limit every row would be refused: mostly not.
            let near = at.add(step).unwrap_or(at);
            if rng.below(8) > 0 { clamp(near, lo, hi) } else { near }
        }
    };
    if rng.below(60) == 0 { x } else { inside(x, lo, hi) }
}

/// The least and greatest value that is declared.
fn limits(constraints: &[Constraint]) -> (Option<Number>, Option<Number>) {
    use footrule_mir::Cmp;
    let (mut lo, mut hi) = (None, None);
    for c in constraints {
        match c {
            Constraint::Range(a, b, _) => (lo, hi) = (Some(*a), Some(*b)),
            Constraint::Compare(Cmp::Ge | Cmp::Gt, x, _) => lo = Some(*x),
            Constraint::Compare(Cmp::Le | Cmp::Lt, x, _) => hi = Some(*x),
            _ => {}
        }
    }
    (lo, hi)
}

fn clamp(x: Number, lo: Option<Number>, hi: Option<Number>) -> Number {
    let x = lo.map_or(x, |l| x.max(l));
    hi.map_or(x, |h| x.min(h))
}

/// A value between the limits: the same where it lies there, else brought in by its fraction.
fn inside(x: Number, lo: Option<Number>, hi: Option<Number>) -> Number {
    let small = || x.sub(x.floor()).unwrap_or_default();
    match (lo, hi) {
        (Some(l), Some(h)) if x < l || x > h => {
            let width = h.sub(l).unwrap_or_default();
            let at = width.mul(small()).and_then(|d| d.add(l)).unwrap_or(l);
            clamp(at.round_decimals(6), lo, hi)
        }
        (Some(l), None) if x < l => l.add(x.abs()).unwrap_or(l),
        (None, Some(h)) if x > h => h.sub(small()).unwrap_or(h),
        _ => x,
    }
}
