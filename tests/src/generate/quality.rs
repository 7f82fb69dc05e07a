//! What generated rules and rows have of data quality: rated data and sources, ratings that are reported, and footprints by
//! the inputs of a rule whose gases rest on what is given in some rows and assumed in others.

use super::expression::Gen;
use crate::fuzz::Rng;
use footrule_mir::{Op, Program, ResultRef, Ty};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// The rule whose footprints generated rules take, as `cast.pcr`.
pub const UPSTREAM: &str = "rule cast en \"upstream\"\nversion 1.0.0\nvalid from 2020-01-01\ngwp AR6\nuse std.gas\n\
flow ingot en \"ingot\"\ndeclared unit 1 t{ingot} of made\nround 3 decimals in kg{CO2e}/t{ingot}\nstage s en \"stage\"\n\
input made: t{ingot} where > 0\ninput leak: kg{CH4} where >= 0 default 0\ninput vent: kg{CH4} where >= 0 default 2 kg{CH4}\n\
input burnt: kg{CO2} where >= 0 default 1 kg{CO2}\ninput share: number where 0 .. 1\n\
emission leaks in s = leak * share\nemission vents in s = vent / 3\nemission fire in s = burnt\nemission more in s = burnt * 0.7\n";

/// Lines and reports of rules in which data are rated.
pub(super) fn rated(g: &mut Gen<'_>, gwp: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "source good_src {{ title \"constructed\"; year 2024; gwp {gwp}; origin fossil; status constructed; technological 2; geographical 1; temporal 3; precision 1.5 }}\n\
         param rated: kg{{CO2e}}/kg {{ 2023 => 1.5 source fossil_src; 2024 => 0.75 source good_src; after last hold; before first hold }}\n\
         table best(e: E) -> kg{{CO2e}}/kg source fossil_src {{ e0 => 1 source good_src; e1 => 2; e2 => 0.3 }}\n\
         record Batch {{ use: activity of kg factor default rated; mass: kg where >= 0 }}\n\
         input fuel: activity of kg factor default rated\ninput batches: list of Batch default []"
    );
    let x = g.number(1);
    let bodies = [
        format!(" = co2e(fuel) * abs({x})"),
        " for lot in batches = co2e(lot.use)".to_owned(),
        " may be negative \"generated\" = co2e(fuel) - m1 * best(e)".to_owned(),
        " = sum(co2e(lot.use) for lot in batches)".to_owned(),
        " = (sum(lot.mass for lot in batches) + m1) * 2 kg{CO2}/kg".to_owned(),
        " = (if yes then co2e(fuel) / 3 else abs(m2) * rated)".to_owned(),
        " for lot in batches may be negative \"generated\" = co2e(fuel) - co2e(lot.use) + lot.mass * rated".to_owned(),
    ];
    let first = g.rng.below(bodies.len());
    for k in 0..3 {
        let _ = writeln!(out, "emission q{k} in s{k}{}", bodies[(first + 2 * k) % bodies.len()]);
    }
    let _ = writeln!(
        out,
        "report covered = rated_share round 5 decimals\nreport rating = if rated_share > 1% then dqr else 0 round 4 decimals"
    );
}

/// Lines of rules that take a footprint.
pub(super) fn footprint(g: &mut Gen<'_>, out: &mut String) {
    let x = g.number(1);
    let body = ["ingot * 2 t{ingot} + co2e(vented)", "(ingot * 2 t{ingot} + co2e(vented)) / 7"][g.rng.below(2)];
    let _ = writeln!(
        out,
        "use cast.{{ingot}}\ninput ingot: footprint of cast\ninput vented: kg{{CH4}} where >= 0 default 3 kg{{CH4}}\n\
         emission ingots in s1 = ({body}) * abs({x})\nreport methane = gas_total(CH4) round 4 decimals"
    );
    if g.rng.below(2) == 0 {
        let _ = writeln!(out, "report primary_of = primary_share round 5 decimals");
    }
}

/// True if a rule asks how its data are rated, or whether they are primary.
pub(super) fn asks(program: &Program) -> bool {
    program
        .nodes
        .iter()
        .any(|n| matches!(n.op, Op::Result(_, ResultRef::Dqr | ResultRef::RatedShare | ResultRef::PrimaryShare)))
}

/// Rates most of the numbers of a value, and says of some whether they are primary.
pub(super) fn rate(program: &Program, ty: &Ty, value: &mut Json, rng: &mut Rng) {
    match (ty, &mut *value) {
        (Ty::Optional(inner), value) => rate(program, inner, value, rng),
        (Ty::Number(_) | Ty::Split(_), Json::String(_)) if rng.below(3) > 0 => {
            *value = match rng.below(4) {
                0 => json!({ "value": value, "primary": rng.below(2) == 0 }),
                1 => json!({ "value": value, "quality": score(rng), "primary": rng.below(2) == 0 }),
                _ => json!({ "value": value, "quality": score(rng) }),
            };
        }
        (Ty::Activity { amount, factor }, Json::Object(m)) => {
            for (key, unit) in [("amount", amount), ("factor", factor)] {
                if let Some(v) = m.get_mut(key).filter(|_| rng.below(3) == 0) {
                    rate(program, &Ty::Number(*unit), v, rng);
                }
            }
            if rng.below(3) > 0 {
                m.insert("quality".to_owned(), score(rng));
            }
            if rng.below(3) > 0 {
                m.insert("primary".to_owned(), json!(rng.below(2) == 0));
            }
        }
        (Ty::List(inner), Json::Array(items)) => items.iter_mut().for_each(|v| rate(program, inner, v, rng)),
        (Ty::Record(r), Json::Object(m)) => {
            for f in program.records.get(r.ix()).iter().flat_map(|r| &r.fields) {
                if let Some(v) = m.get_mut(&f.name.id) {
                    rate(program, &f.ty, v, rng);
                }
            }
        }
        _ => {}
    }
}

/// A rating; now and then an impossible one.
fn score(rng: &mut Rng) -> Json {
    match rng.below(24) {
        0 => json!("5.5"),
        1 => json!({ "ter": 1, "gr": "2" }),
        2..6 => json!({ "ter": 1 + rng.below(5), "gr": "2", "temporal": 3, "p": "1.75" }),
        k => json!(["1", "2", "2", "3", "2.5", "4.125"][k % 6]),
    }
}
