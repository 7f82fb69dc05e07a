//! Generated rules: well-typed programs that together use every construct that a calculation can meet, and rows of
//! inputs for any rule.
//!
//! Guarantees: the text of a seed is always the same; a text that does not compile is a bug of the generator. Must not:
//! know of evaluators.

mod expression;
mod quality;
pub mod rows;

use crate::fuzz::Rng;
use expression::Gen;
pub use quality::UPSTREAM;
use std::fmt::Write as _;

/// What stands in every generated rule.
const COMMON: &str = "use std.units, std.gas, std.bases\nflow P en \"product\"\nflow X en \"other\"\nflow coal en \"coal\"\n\
stage s0 en \"first\"\nstage s1 en \"second\"\nstage s2 en \"third\"\n\
source src { title \"constructed\"; year 2024; gwp GWP; status constructed }\n\
source fossil_src { title \"constructed\"; year 2024; gwp GWP; origin fossil; status constructed }\n\
enum E { e0 en \"e0\"; e1 en \"e1\"; e2 en \"e2\" }\nenum F { f0 en \"f0\"; f1 en \"f1\" }\n\
record Part { y: number; weight: kg where >= 0; good: bool default true }\n\
record Item {\n    mass: t where >= 0\n    share: number where 0 .. 1 default 0.5\n    kind: E\n    extra: optional number\n    \
parts: list of Part default []\n    let load: kg = mass * share\n    require share <= 1 else en \"share\"\n}\n\
record Portion { portion: number where 0 .. 2; level: number where 0 .. 40; day: date; let both: number = portion * level }\n\
fn in_kg(m: kg) -> number = m / 1 kg\nfn in_kwh(w: kWh) -> number = w / 1 kWh\nfn kelvin(k: K) -> number = k / 1 K\n";

/// The text of a rule.
#[must_use]
pub fn program(seed: u64) -> String {
    let mut rng = Rng::new(seed);
    let rng = &mut rng;
    let digits = [0, 1, 2, 2, 3, 6][rng.below(6)];
    let round = if rng.below(4) == 0 {
        format!("{} significant", 2 + rng.below(5))
    } else {
        format!("{digits} decimals in {}/t{{P}}", ["kg{CO2e}", "kg{CO2e}", "t{CO2e}", "g{CO2e}"][rng.below(4)])
    };
    let apart = if rng.below(8) == 0 { "credits apart\n" } else { "" };
    let gwp = ["AR6", "AR6", "AR5"][rng.below(3)];
    let common = COMMON.replace("GWP", gwp);
    let mut out = format!(
        "rule g en \"generated\"\nversion 1.0.0\nvalid from 2020-01-01\ngwp {gwp}\ndeclared unit 1 t{{P}} of out\n\
         round {round}\n{apart}{common}"
    );
    inputs(rng, &mut out);
    data(rng, &mut out);
    let mut g = Gen::new(rng);
    // Lists that are chosen.
    if g.rare == 5 {
        out.push_str("let zs = if yes then xs else [a, b, 2.5]\nlet us = match e { e0 => zs; e1 => xs; e2 => [c] }\n");
    }
    for i in 0..2 {
        let body = g.function(2);
        let _ = writeln!(out, "fn fun{i}(u: number, v: number) -> number = {body}");
    }
    g.functions = true;
    for i in 0..3 + g.rng.below(5) {
        let depth = 1 + g.rng.below(3);
        let body = g.number(depth);
        let _ = writeln!(out, "§{}.1 let n{i} = {body}", i + 1);
        if g.rng.below(3) == 0 {
            let (c, x) = (g.condition(1), g.number(1));
            let _ = writeln!(out, "§{}.2 except n{i} as x{i} when {c} = {x}", i + 1);
            if g.rng.below(2) == 0 {
                let (c, x) = (g.condition(1), g.number(1));
                let under = [format!("n{i}.x{i}"), format!("n{i}"), format!("n{i}.x{i}")];
                let _ = writeln!(out, "§{}.3 except {} when {c} = {x}", i + 1, under[g.rng.below(3)]);
            }
        }
        g.numbers.push(format!("n{i}"));
    }
    let (mass, energy, flag) = (g.mass(2), g.energy(2), g.condition(3));
    let unit = ["kg", "t", "g"][g.rng.below(3)];
    let _ = writeln!(out, "let heavy: {unit} = {mass}\nlet power: MJ = {energy}\nlet flag = {flag}");
    g.masses.push("heavy".into());
    g.energies.push("power".into());
    g.conditions.push("flag".into());
    g.numbers.retain(|n| !n.is_empty());
    lines(&mut g, &mut out);
    match g.rare {
        20..=22 => quality::rated(&mut g, gwp, &mut out),
        23..=25 if gwp == "AR6" => quality::footprint(&mut g, &mut out),
        _ => {}
    }
    reports(&mut g, &mut out);
    checks(&mut g, &mut out);
    out
}

fn inputs(rng: &mut Rng, out: &mut String) {
    let of = |rng: &mut Rng, all: &[&'static str]| all[rng.below(all.len())];
    let wheres = ["", " where >= 0", " where 0 .. 1000", " where > 0", " where <= 1000", " where 0 .. 1"];
    let _ = writeln!(out, "input out: t{{P}} where > 0{}", of(rng, &["", " default 1 t{P}", " and <= 1000000"]));
    for name in ["a", "b", "c", "d"] {
        let _ = writeln!(out, "input {name}: number{}{}", of(rng, &wheres), of(rng, &["", "", " default 0.25"]));
    }
    let _ = writeln!(out, "input m1: {} where >= 0", of(rng, &["kg", "t", "g", "lb"]));
    let _ = writeln!(out, "input m2: {}{}", of(rng, &["kg", "t"]), of(rng, &["", " default 500 kg"]));
    let _ = writeln!(out, "input w1: {} where >= 0", of(rng, &["kWh", "MWh", "MJ"]));
    let _ = writeln!(out, "input w2: {} where 0 .. 5000", of(rng, &["kWh", "MJ", "kgce"]));
    let _ = writeln!(out, "input temp: °C where -50 .. 1500");
    let _ = writeln!(out, "input o1: optional number{}", of(rng, &["", " where >= 0"]));
    let _ = writeln!(out, "input o2: optional kg\ninput o3: optional number\ninput o4: optional number");
    let _ = writeln!(out, "input n: integer where 0 .. 12");
    let _ = writeln!(out, "input yes: bool{}", of(rng, &["", " default true"]));
    let _ = writeln!(out, "input e: E\ninput f: F{}", of(rng, &["", " default f0"]));
    let _ = writeln!(out, "input items: list of Item default []\ninput xs: list of number default []");
    let _ = writeln!(out, "const coal_factor = {} kg{{CO2e}}/kg{{coal}} source fossil_src", of(rng, &["2", "0.35"]));
    let _ = writeln!(out, "input act: activity of kg{{coal}} factor default coal_factor");
    let _ = writeln!(out, "input started: date default 2024-06-01\ninput gas: Gas default CH4");
}

/// Tables and parameters.
fn data(rng: &mut Rng, out: &mut String) {
    let mut cell = || ["0", "0.1", "1", "1.5", "12.25", "-3", "250", "0.003", "7"][rng.below(9)];
    let _ =
        writeln!(out, "table t1(e: E) -> number source src {{ e0 => {}; e1 => {}; _ => {} }}", cell(), cell(), cell());
    let _ = writeln!(
        out,
        "table t2(e: E, f: F) -> (factor: kg{{CO2e}}/t, loss: number) source src {{ _, _ => {}, {}; e1, _ => {}, {}; e1, f1 => {}, {} }}",
        cell(),
        cell(),
        cell(),
        cell(),
        cell(),
        cell()
    );
    let _ = writeln!(out, "table part(e: E) -> number partial source src {{ e0 => {}; e2 => {} }}", cell(), cell());
    let _ = writeln!(
        out,
        "table br(x: number in brackets) -> number source src {{ <= 0 => {}; < 5 => {}; <= 500 => {}; otherwise {} }}",
        cell(),
        cell(),
        cell(),
        cell()
    );
    let _ = writeln!(
        out,
        "table cu(n: number interpolate linear) -> number outside error source src {{ 0 => {}; 3 => {}; 1000 => {} }}",
        cell(),
        cell(),
        cell()
    );
    let _ = writeln!(
        out,
        "param p: number {{ 2023 => {} source src; 2024 => {} source src; 2025 => {} source src; after last hold; before first hold }}",
        cell(),
        cell(),
        cell()
    );
    let _ = writeln!(
        out,
        "param grid: kg{{CO2e}}/kWh {{ 2023 => 0.6 source src; 2024 => {} source src; after last hold; before first hold }}",
        ["0.5", "0.5703", "120"][rng.below(3)]
    );
}

fn lines(g: &mut Gen<'_>, out: &mut String) {
    let origins = ["", "", " origin biogenic", " origin land_use", " origin split { biogenic: 25%; fossil: rest }"];
    for i in 0..2 + g.rng.below(4) {
        let kind = ["emission", "emission", "emission", "removal", "credit"][g.rng.below(5)];
        let stage = g.rng.below(3);
        let origin = origins[g.rng.below(origins.len())];
        let when = if g.rng.below(4) == 0 { format!(" when {}", g.condition(1)) } else { String::new() };
        // A removal is a magnitude.
        let (negative, x) = if kind == "emission" && g.rng.below(2) == 0 {
            (" may be negative \"generated\"", g.number(2))
        } else {
            ("", format!("abs({})", g.number(2)))
        };
        let body = match g.rng.below(8) {
            0 => {
                let i = g.item();
                let x = g.within(&i, 1);
                format!(
                    " for {i} in items{negative} = ({}) * 1 kg{{CO2}}",
                    if negative.is_empty() { format!("abs({x})") } else { x }
                )
            }
            1 if origin.is_empty() => format!("{negative} = co2e(act) * ({x})"),
            2 if origin.is_empty() => format!("{negative} = ({x}) * (w1 * grid)"),
            3 if origin.is_empty() => format!("{negative} = ({x}) * m1 * t2(e, f).factor"),
            4 if origin.is_empty() && g.rare == 8 => format!("{negative} = ({x}) * co2e(m1 as kg{{gas}})"),
            5 if origin.is_empty() => format!("{negative} = ({x}) * 1 kg{{CH4}}"),
            6 if origin.is_empty() => format!("{negative} = ({x}) * 3 kg{{N2O}} + ({x}) * 1 g{{N2O}}"),
            _ => format!("{negative} = ({x}) * 1 t{{CO2}}"),
        };
        // The order of clauses: what it is over, when, origin.
        let (over, rest) = match body.strip_prefix(" for ") {
            Some(b) => b
                .split_once(" items")
                .map_or((String::new(), body.clone()), |(v, r)| (format!(" for {v} items"), r.to_owned())),
            None => (String::new(), body),
        };
        let _ = writeln!(out, "{kind} l{i} in s{stage}{origin}{over}{when}{rest}");
    }
    if g.rare == 6 {
        let _ = writeln!(out, "allocate plant by mass {{ P: out as t; X: m1 }}");
    }
    // What is asked for under a condition is read under it.
    if g.rare == 10 {
        let _ = writeln!(out, "input far: integer where -4000 .. 4000 default 900");
        let _ = writeln!(out, "input only: t where >= 0 when e == e1 default 1 t");
        let _ = writeln!(out, "emission rest in s2 when e == e1 = only * 2.5 kg{{CO2}}/t");
    }
    // What must add up, or differ, is refused in many rows.
    if g.rare == 12 {
        let until = ["", " until 2027-06-30"][g.rng.below(2)];
        let _ = writeln!(
            out,
            "param late: number {{ 2021 => 0.7 source src; 2022 => 12.5 source src; after last hold with warning{until}; before first hold with warning }}"
        );
    }
    // A choice between activities of which the rule completes the factors.
    if g.rare == 12 {
        let _ = writeln!(
            out,
            "param later: kg{{CO2e}}/kg{{coal}} {{ 2022 => 1.5 source fossil_src; after last hold with warning; before first hold }}"
        );
        let _ = writeln!(
            out,
            "input burnt: activity of kg{{coal}} factor default later\nlet heat = if yes then act else burnt"
        );
        let _ = writeln!(out, "emission heating in s2 = co2e(heat)");
    }
    if g.rare == 13 {
        let scaled = ["", " scaled"][g.rng.below(2)];
        let _ = writeln!(out, "input split: number for each E where sum = 1 within 30%{scaled} and >= 0");
    }
    if g.rare == 14 {
        let unique = ["unique level, unique day", "unique both", "unique both, unique day"][g.rng.below(3)];
        let _ = writeln!(out, "input portions: list of Portion default [] where {unique}");
    }
    // Every stage has a line.
    for s in 0..3 {
        let _ = writeln!(out, "emission base{s} in s{s} = out * {} kg{{CO2}}/t{{P}}", ["0.125", "3", "1.0005"][s]);
    }
}

fn reports(g: &mut Gen<'_>, out: &mut String) {
    for i in 0..3 {
        let depth = 1 + g.rng.below(3);
        let x = g.number(depth);
        let round = match g.rng.below(3) {
            0 => format!("{} significant", 1 + g.rng.below(6)),
            _ => format!("{} decimals", g.rng.below(6)),
        };
        let _ = writeln!(out, "report r{i} = {x} + 0.5 round {round}");
    }
    let (m, w, c) = (g.mass(3), g.energy(2), g.condition(3));
    let _ =
        writeln!(out, "report rm: kg = {m} round 3 decimals\nreport rw: kWh = {w} round 1 decimals\nreport rc = {c}");
    let extra = [
        "report share = stage_total(s0) / total round 4 decimals",
        "report part_of = total_of(base0) / out * 1 t{P} round 2 decimals",
        "report hot = temp > 900 °C",
        "report is_low = total < 2000 kg{CO2e}/t{P}",
        "report known = if given molar_mass(gas) then 1 else 0",
        "report whole = absolute(total) round 3 significant",
        "report supply = max(co2e(act), 10 kg{CO2e}) round 2 decimals",
        "report twice = untag(total) * 2 round 2 decimals",
    ];
    if g.rare >= 33 {
        let _ = writeln!(out, "report primary = primary_share round 5 decimals");
    }
    if g.rare == 5 {
        let _ = writeln!(out, "report same_day = started < 2024-06-02 and started != 2020-01-01");
        let of = ["zs", "us", "xs"][g.rng.below(3)];
        let part = ["after", "before", "from", "to"][g.rng.below(4)];
        let _ = writeln!(out, "report pairs = sum(s * t for s in {of}, t in {of} {part} s) round 3 decimals");
        let _ =
            writeln!(out, "report picked = sum(s * t for s in {of}, t in (if s > a then zs else us)) round 3 decimals");
    }
    for _ in 0..2 {
        let line = extra[g.rng.below(extra.len())];
        if !out.contains(line) {
            let _ = writeln!(out, "{line}");
        }
    }
}

fn checks(g: &mut Gen<'_>, out: &mut String) {
    let c = g.condition(2);
    let _ = writeln!(out, "warn odd: {c} else en \"odd\"");
    if g.rng.below(3) == 0 {
        let c = g.condition(1);
        let _ = writeln!(out, "require {c} or a < 900 else en \"refused\"");
    }
    let _ = writeln!(out, "warn large: total < 100000 kg{{CO2e}}/t{{P}} else en \"large\"");
}
