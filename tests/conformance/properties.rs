//! Properties with drawn numbers and fixed seeds: shares of an allocation sum to exactly 1, and a unit converted there
//! and back is the same.

use footrule_number::{Number, Ratio, sum};
use footrule_runtime::{Inputs, Options, evaluate};
use footrule_tests::fuzz::{Rng, library};

/// Four products share; the last takes the remainder of rounding.
const SHARED: &str = "rule r zh \"例\" en \"example\"\nversion 0.1.0\nvalid from 2026-01-01\ngwp AR6\n\
    declared unit 1 t{a} of out_a\nround 1 decimals in kg{CO2e}/t{a}\nuse std.gas\n\
    flow a zh \"甲\" en \"a\"\nflow b zh \"乙\" en \"b\"\nflow c zh \"丙\" en \"c\"\nflow d zh \"丁\" en \"d\"\n\
    stage making zh \"生产\" en \"production\"\n\
    input out_a: t{a} where > 0\ninput out_b: t{b} where >= 0\ninput out_c: t{c} where >= 0\ninput out_d: t{d} where >= 0\n\
    allocate plant by mass { a: out_a; b: out_b; c: out_c; d: out_d }\n\
    emission direct in making = 1000 kg{CO2}\n";

/// Shares of drawn weights, tiny and huge beside each other, sum to exactly 1; none is negative.
pub fn shares_sum_to_one() -> Result<(), String> {
    let mut session = library();
    session.add_source("r.pcr", SHARED);
    let program = session.program("r.pcr").map_err(|e| format!("{e:?}"))?;
    let mut rng = Rng::new(7);
    for i in 0..400 {
        let mut draw = |least: usize| {
            let digits = 1 + rng.below(12);
            let scale = rng.below(digits + 1);
            let value = least.max(rng.below(10_usize.pow(digits as u32)));
            Number::from_parts(value as i128, scale as u32).map(|n| n.to_string()).unwrap_or_default()
        };
        let (a, b, c, d) = (draw(1), draw(0), draw(0), draw(0));
        let text = format!(
            "{{\"inputs\": {{\"out_a\": \"{a}\", \"out_b\": \"{b}\", \"out_c\": \"{c}\", \"out_d\": \"{d}\"}}}}"
        );
        let inputs = Inputs::from_json(&program, "drawn", &text).map_err(|e| format!("{text}: {e:?}"))?;
        let out = evaluate(&program, &inputs, Options::default()).map_err(|e| format!("{text}: {e:?}"))?;
        let allocation = out.allocations.first().ok_or("no allocation")?;
        let shares: Vec<Number> = allocation.in_force.iter().flat_map(|b| &b.shares).map(|s| s.share).collect();
        let whole = sum(shares.iter().copied()).map_err(|e| format!("{e:?}"))?;
        if whole != Number::ONE || shares.iter().any(|s| s.is_negative()) || shares.len() != 4 {
            return Err(format!("draw {i}, {text}: {shares:?} sum to {whole}"));
        }
    }
    Ok(())
}

/// Every two units of one dimension in the library: the ratios there and back multiply to exactly 1, and a number of six
/// digits comes back.
pub fn units_convert_back() -> Result<(), String> {
    let session = library();
    let program = session.program("std:bulk_carrier").map_err(|e| format!("{e:?}"))?;
    let mut rng = Rng::new(11);
    let small = Number::from_parts(1, 6).map_err(|e| format!("{e:?}"))?;
    let (mut pairs, mut numbers) = (0, 0);
    for a in &program.unit_symbols {
        for b in &program.unit_symbols {
            if a.symbol >= b.symbol || a.dimension != b.dimension || a.offset.is_some() || b.offset.is_some() {
                continue;
            }
            let there = a.scale.div(b.scale).ok_or_else(|| format!("{} to {}: no ratio", a.symbol, b.symbol))?;
            let back = there.recip().ok_or_else(|| format!("{} to {}: no ratio", b.symbol, a.symbol))?;
            if there.mul(back) != Some(Ratio::ONE) {
                return Err(format!("{} and {}: {there:?} × {back:?} is not 1", a.symbol, b.symbol));
            }
            pairs += 1;
            let x = Number::from_parts(1 + rng.below(999_999) as i128, 3).map_err(|e| format!("{e:?}"))?;
            // Out of 28 digits, those that the first conversion rounds off are far behind the sixth.
            let Ok(y) = x.convert(there) else { continue };
            if y.abs() < small {
                continue;
            }
            let again = y.convert(back).map_err(|e| format!("{e:?}"))?;
            numbers += 1;
            if again.round_decimals(9) != x {
                return Err(format!("{x} {} is {y} {} and back {again}", a.symbol, b.symbol));
            }
        }
    }
    if pairs > 100 && numbers > 100 { Ok(()) } else { Err(format!("only {pairs} pairs, {numbers} numbers")) }
}
