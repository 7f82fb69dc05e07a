//! Rows next to an edge, for every way in which an error comes about.
//!
//! Random rows do not find a bound that is too small: most values lie far from the edge of a rounding cell. So the edge is
//! searched for: of one input with eighteen digits all but the last decimal is found at which the figure (or a comparison)
//! changes, by bisection with the reference's arithmetic. On both sides of it an f64 cannot tell. A sound bound is sure of
//! none of these rows wrongly, one that is a million times too small is, and one that is far too large only answers less.

use footrule_compiler::Session;
use footrule_native::bound::Method;
use footrule_native::certified::{Certified, Work, hull};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::decimal::{Decimal, Row, Scalar};
use footrule_native::kernel::ListId;
use footrule_native::layout::{self, Kind, Layout, List};
use footrule_native::{Kernel, plan};
use footrule_number::{Number, Ratio};
use footrule_tests::differential::agrees;
use footrule_tests::fuzz::Rng;
use std::sync::Arc;

/// Expressions of `x` (18 digits, 100 to 900), `y` (20 to 90) and `xs` (numbers from 1 to 10), each with an error of its own
/// kind, and how many decimals are published.
const EXPRESSIONS: &[(&str, &str, u32)] = &[
    ("conversion of the input", "x - 50", 8),
    ("difference", "x / 7 - y / 3", 8),
    ("product of differences", "(x / 7 - y / 3 + 30) * (x / 9 - y / 7 + 20)", 6),
    ("division by a difference", "x / (y / 3 - 2)", 7),
    ("quotient of differences", "(x / 7 - y / 3) / (y / 3 - 2)", 8),
    ("sum over a list", "sum(x * k / 3 - y / 7 for k in xs)", 6),
    ("mean over a list", "mean(x * k / 3 - y / 7 for k in xs)", 7),
    ("least of a list", "min(x / k - y for k in xs)", 7),
    ("product over a list", "product(x * k / 700 - y / 30 for k in xs)", 8),
    ("choice", "if y > 50 then x / 7 - y / 3 else x / 9 - y / 7", 8),
    ("least and greatest", "max(min(x / 7 - y / 3, x / 9), y / 7 - x)", 8),
    ("power of a difference", "(x / 7 - y / 30) ^ 3", 4),
    ("inverse power of a difference", "100000 * (x / 7 - y / 30) ^ -2", 6),
    ("root", "sqrt(x / 7 - y / 30)", 9),
    ("exponential", "exp(x / 700 - y / 300) * 100", 8),
    ("logarithm", "ln(x / 7 - y / 30) * 100", 8),
    ("real power", "pow(x / 7 - y / 30, 1 + y / 300)", 7),
    ("rounding", "round(x / 7 - y / 3, 3) * 1.1", 8),
    ("floor", "floor(x * 100 / 7 - y / 3) / 3", 8),
    ("ceiling of a quotient", "ceil(x * 100 / y) / 3", 8),
];

/// Rows on edges, for each expression and each of figure and comparison.
const EDGES: usize = 60;
/// Decimals of `x`.
const SCALE: u32 = 15;

/// Every expression with bounds of both kinds: sound, far too small, far too large.
pub fn edges() -> Result<(), String> {
    for &(name, text, decimals) in EXPRESSIONS {
        let kernel = kernel(text, decimals).map_err(|e| format!("{name}: {e}"))?;
        let columns = rows(&kernel, name.len() as u64).map_err(|e| format!("{name}: {e}"))?;
        let mut decimal = Decimal::new(&kernel);
        let truth: Vec<Option<Row>> = (0..columns.rows).map(|r| decimal.row(&columns, r)).collect();
        for method in [Method::Running, Method::Static] {
            let mut sure = Vec::new();
            for slack in [1.0, 1e-6, 1e9] {
                let hull = hull(&kernel, &columns);
                let code = match Certified::with(kernel.clone(), hull, method, slack) {
                    Ok(code) => code,
                    // There need not be static bounds.
                    Err(_) if method == Method::Static => break,
                    Err(e) => return Err(format!("{name}: {e}")),
                };
                let answers = code.run(&columns, &mut Work::default());
                let of = |r: &usize| answers.sure[*r];
                let wrong = |r: &usize| agrees(&kernel, &answers, *r, truth[*r].as_ref()).is_err();
                let wrong = (0..columns.rows).filter(of).filter(wrong).count();
                sure.push((0..columns.rows).filter(of).count());
                println!(
                    "{name}: {method:?} × {slack}: {} of {} rows sure, {wrong} wrong",
                    sure[sure.len() - 1],
                    truth.len()
                );
                if slack >= 1.0 && wrong > 0 || slack < 1.0 && method == Method::Running && wrong == 0 {
                    return Err(format!("{name}: {method:?} bounds × {slack}: {wrong} wrong rows"));
                }
            }
            if let [sound, small, large] = sure[..]
                && (method == Method::Running && sound < columns.rows / 4 || sound > small || large > sound)
            {
                return Err(format!("{name}: {method:?}: {sure:?} of {} rows are sure", columns.rows));
            }
        }
    }
    Ok(())
}

fn kernel(expression: &str, decimals: u32) -> Result<Arc<Kernel>, String> {
    let text = format!(
        "rule e en \"edges\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\nuse std.gas\ndeclared unit 1 kg\n\
         round {decimals} decimals in kg{{CO2e}}/kg\nstage s en \"s\"\ninput x: number\ninput y: number\n\
         input limit: number\ninput xs: list of number\nlet f = {expression}\n\
         emission e in s may be negative \"any\" = f * 1 kg{{CO2}}/kg\n\
         report above = if f > limit then 1 else 0 round 0 decimals\n"
    );
    let mut s = Session::new();
    s.load_std();
    s.add_source("e.pcr", text);
    let program =
        s.program("e.pcr").map_err(|e| format!("{:?}", e.iter().map(|d| &d.message.en).collect::<Vec<_>>()))?;
    let kind = Kind::Number { factor: Ratio::ONE, offset: None };
    let of = |path: &str, list| layout::Column { path: path.into(), kind, list, nullable: false };
    let list = ListId(0);
    let layout = Layout {
        columns: vec![of("x", None), of("y", None), of("limit", None), of("xs[]", Some(list))],
        lists: vec![List { path: "xs".to_owned(), parent: None }],
        outputs: Some(vec!["total".to_owned(), "report.above".to_owned()]),
        ..Layout::default()
    };
    plan(&program, &layout).map(Arc::new).map_err(|e| e.to_string())
}

/// The values of a row: units of each column.
#[derive(Debug, Clone)]
struct Given {
    x: i64,
    y: i64,
    limit: i64,
    xs: Vec<i64>,
}

fn columns(rows: &[Given]) -> Columns {
    with_scales(rows, [SCALE, 2, 9])
}

/// Expressions of which an exact decimal, or a quotient of two, may stand on an edge.
const EXACT: &[(&str, u32)] = &[
    ("floor(x / y)", 2),
    ("ceil(x / y)", 2),
    ("x / y", 3),
    ("floor(x)", 2),
    ("ceil(x - limit)", 2),
    ("round(x - limit, 1) / 3", 4),
    ("x - limit", 1),
    ("(x - y) / limit", 3),
    ("(if x - y * limit == 0 then 2 else 1) + (if (x - limit) / y >= 0 then 10 else 20)", 2),
    ("if x / y <= limit then x / 3 - x / 3 else 1", 2),
    ("if x * 1 kg / (y * 1 m2) <= limit * 1000 g/m2 then 2 else 1", 2),
    ("if x * 1 g / (y * 1 m2) < limit * 0.001 kg/m2 then 2 else 1", 2),
    ("if limit * 3000 g/m2 > x * 3 kg / (y * 1 m2) then 2 else 1", 2),
    ("(1 - x / x) * (y / 7)", 3),
    ("(1 - (x - x) / y) * (y / 7) - y / 7", 3),
];

/// Quotients that are published, or rounded, on a tie and one unit of `x` beside it: all of few digits are decided.
pub fn ties() -> Result<(), String> {
    let mut rng = Rng::new(23);
    for (most, scales, digits) in [(100, [2, 1, 1], 0), (10_000, [4, 2, 2], 1), (100_000_000, [8, 4, 4], 3)] {
        let rounded = format!("round(x / y, {digits}) + 0.25");
        for (text, decimals) in [("x / y", digits), ("x / (0 - y)", digits), (rounded.as_str(), digits + 2)] {
            let kernel = kernel(text, decimals).map_err(|e| format!("{text}: {e}"))?;
            let mut rows = Vec::new();
            for i in 0..400_i64 {
                let y = 1 + rng.below(most) as i64;
                let half = 10 * (rng.below(most) as i64 - most as i64 / 2) + 5;
                rows.push(Given { x: y * half + i % 3 - 1, y, limit: 1, xs: vec![10] });
            }
            let (sure, _) = certified(&kernel, &rows, scales).map_err(|e| format!("{text}: {e}"))?;
            println!("{text}, up to {most}: {sure} of {} rows sure", rows.len());
            if most <= 10_000 && sure < rows.len() {
                return Err(format!("{text}, up to {most}: only {sure} of {} rows are sure", rows.len()));
            }
        }
    }
    Ok(())
}

/// Code with running bounds over these rows: of how many it is sure, all of them rightly, and how many have a result.
fn certified(kernel: &Arc<Kernel>, rows: &[Given], scales: [u32; 3]) -> Result<(usize, usize), String> {
    let columns = with_scales(rows, scales);
    let mut decimal = Decimal::new(kernel);
    let truth: Vec<Option<Row>> = (0..columns.rows).map(|r| decimal.row(&columns, r)).collect();
    let code = Certified::with(kernel.clone(), hull(kernel, &columns), Method::Running, 1.0);
    let answers = code.map_err(|e| e.to_string())?.run(&columns, &mut Work::default());
    let sure: Vec<usize> = (0..columns.rows).filter(|r| answers.sure[*r]).collect();
    for r in &sure {
        agrees(kernel, &answers, *r, truth[*r].as_ref()).map_err(|e| format!("{:?}: {e}", rows[*r]))?;
    }
    Ok((sure.len(), truth.iter().flatten().count()))
}

/// Exact decimals on an edge and one unit beside it, from few digits to more than an f64 holds: code that decides them is
/// right, and decides those of few digits.
pub fn exactly() -> Result<(), String> {
    let mut rng = Rng::new(9);
    for &(text, decimals) in EXACT {
        let kernel = kernel(text, decimals).map_err(|e| format!("{text}: {e}"))?;
        for (most, scales) in
            [(100, [2, 1, 1]), (10_000, [4, 2, 2]), (10_000_000, [6, 3, 3]), (1_000_000_000, [9, 4, 5])]
        {
            let mut rows = Vec::new();
            for i in 0..300_i64 {
                let y = 1 + rng.below(most) as i64;
                let limit = 1 + rng.below(most) as i64;
                // x = y · limit where the decimals of both add up to those of x; or near a half.
                let x = if i % 4 == 3 { 5 * 10_i64.pow(scales[0] - 1) * limit } else { y * limit };
                rows.push(Given { x: x + i % 3 - 1, y, limit, xs: vec![10] });
            }
            let (sure, there) = certified(&kernel, &rows, scales).map_err(|e| format!("{text}: {e}"))?;
            println!("{text}, up to {most}: {sure} of {there} rows sure");
            // Differences of what is no exact decimal are left.
            if most <= 10_000 && sure * 4 < there * 3 {
                return Err(format!("{text}, up to {most}: only {sure} of {there} rows are sure"));
            }
        }
    }
    Ok(())
}

/// Columns with so many decimals of `x`, `y` and `limit`.
fn with_scales(rows: &[Given], scales: [u32; 3]) -> Columns {
    let column = |units: Vec<i64>, scale| Column { values: Values::Decimal { units, scale }, given: None };
    let mut offsets = vec![0];
    for r in rows {
        offsets.push(offsets[offsets.len() - 1] + r.xs.len() as u32);
    }
    Columns {
        rows: rows.len(),
        columns: vec![
            column(rows.iter().map(|r| r.x).collect(), scales[0]),
            column(rows.iter().map(|r| r.y).collect(), scales[1]),
            column(rows.iter().map(|r| r.limit).collect(), scales[2]),
            column(rows.iter().flat_map(|r| r.xs.iter().copied()).collect(), 1),
        ],
        offsets: vec![offsets],
    }
}

/// Rows on both sides of edges, and as many away from them.
fn rows(kernel: &Kernel, seed: u64) -> Result<Columns, String> {
    let mut rng = Rng::new(seed);
    let mut all = Vec::new();
    let unit = 10_i64.pow(SCALE);
    let mut draw = |lo: i64, hi: i64| lo + rng.below((hi - lo) as usize) as i64;
    for i in 0..EDGES * 2 {
        let mut row = Given {
            x: draw(300 * unit, 600 * unit),
            y: draw(2000, 9000),
            limit: 0,
            xs: (0..1 + i % 5).map(|_| draw(10, 100)).collect(),
        };
        let middle = value(kernel, &row).ok_or("no value")?;
        // The comparison is with a value near the one that is computed.
        let limit = middle.round_decimals(6);
        row.limit = i64::try_from(limit.mantissa() * 10_i128.pow(9 - limit.scale())).map_err(|e| e.to_string())?;
        all.push(row.clone());
        let compared = i % 2 == 1;
        let (mut low, mut high) = (row.clone(), row.clone());
        // A change of the figure, or of the comparison, not far away.
        let reach = if compared { 100 * unit } else { unit };
        (low.x, high.x) = (row.x - reach, row.x + reach);
        let said = |row: &Given| what(kernel, row, compared);
        let below = said(&low);
        if below == said(&high) {
            continue;
        }
        while high.x - low.x > 1 {
            let mut between = low.clone();
            between.x = low.x + (high.x - low.x) / 2;
            if said(&between) == below { low = between } else { high = between }
        }
        all.extend([low, high]);
    }
    if all.len() < EDGES * 3 { Err(format!("only {} rows", all.len())) } else { Ok(columns(&all)) }
}

fn value(kernel: &Kernel, row: &Given) -> Option<Number> {
    match Decimal::new(kernel).row(&columns(std::slice::from_ref(row)), 0)?.outputs.first()? {
        Scalar::Number(x) => Some(*x),
        _ => None,
    }
}

/// The figure that is published, or how the comparison goes.
fn what(kernel: &Kernel, row: &Given, compared: bool) -> Option<Number> {
    let outputs = Decimal::new(kernel).row(&columns(std::slice::from_ref(row)), 0)?.outputs;
    match (outputs.get(usize::from(compared))?, kernel.outputs.get(usize::from(compared))?.round) {
        (Scalar::Number(x), Some(round)) => Some(x.round_decimals(round.digits)),
        _ => None,
    }
}
