//! Native evaluators agree with the reference, row by row.

use footrule_mir::Program;
use footrule_native::decimal::{Decimal, Scalar};
use footrule_native::{Kernel, plan};
use footrule_number::Number;
use footrule_tests::fuzz::{Rng, library as session};
use footrule_tests::native::{Case, cases, columns, reference, varied};

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    rows: usize,
    sure: usize,
    refused: usize,
    left: usize,
    certified: usize,
}

/// The rules of the library on neighbours of their own cases.
pub fn library() -> Result<(), String> {
    let s = session();
    let mut all = Compared::default();
    for (i, rule) in s.rules().into_iter().enumerate() {
        let program = s.program(&rule.key).map_err(|e| format!("{e:?}"))?;
        let mut rng = Rng::new(11 + i as u64);
        let mut here = Compared::default();
        let mut why = std::collections::BTreeSet::new();
        for case in cases(&program) {
            let rows: Vec<Case> =
                (0..20).map(|k| if k == 0 { case.clone() } else { varied(&program, &case, &mut rng) }).collect();
            let (layout, columns) = match columns(&program, &rows) {
                Ok(x) => x,
                Err(e) => {
                    why.insert(e);
                    continue;
                }
            };
            let kernel = match plan(&program, &layout) {
                Ok(k) => k,
                Err(e) => {
                    why.insert(e.to_string());
                    continue;
                }
            };
            let kernel = std::sync::Arc::new(kernel);
            let mut decimal = Decimal::new(&kernel);
            let lists: Vec<_> = layout.columns.iter().map(|c| c.list).collect();
            let certified = footrule_native::certified::Certified::new(
                kernel.clone(),
                &lists,
                footrule_native::certified::hull(&kernel, &columns),
            );
            let answers = match &certified {
                Ok(c) => c.run(&columns, &mut Default::default()),
                Err(e) => {
                    why.insert(e.to_string());
                    Default::default()
                }
            };
            for (r, row) in rows.iter().enumerate() {
                let exact = decimal.row(&columns, r);
                if answers.sure.get(r) == Some(&true) {
                    here.certified += 1;
                    let Some(exact) = &exact else {
                        return Err(format!("{}: certified, but refused\n{row:?}", rule.key));
                    };
                    for (k, o) in kernel.outputs.iter().enumerate() {
                        let found = answers.figures[k].number(r).unwrap_or_default();
                        let want = match (exact.outputs[k], o.round) {
                            (Scalar::Number(x), Some(round)) if round.significant => {
                                x.round_significant(round.digits).map(|x| x.0).unwrap_or_default()
                            }
                            (Scalar::Number(x), Some(round)) => x.round_decimals(round.digits),
                            (Scalar::Bool(b), _) => Number::from(-i64::from(b)),
                            _ => Number::ZERO,
                        };
                        if found != want {
                            return Err(format!(
                                "{}: {} is certified as {found}, not {want}\n{row:?}",
                                rule.key, o.name
                            ));
                        }
                    }
                }
                compare(&program, &kernel, row, exact, &mut here).map_err(|e| format!("{}: {e}\n{row:?}", rule.key))?;
            }
        }
        println!("{}: {here:?} {why:?}", rule.key);
        all.rows += here.rows;
        all.sure += here.sure;
    }
    println!("{all:?}");
    if all.sure > 50 { Ok(()) } else { Err(format!("hardly anything was sure: {all:?}")) }
}

fn compare(
    program: &Program,
    kernel: &Kernel,
    case: &Case,
    row: Option<footrule_native::decimal::Row>,
    n: &mut Compared,
) -> Result<(), String> {
    n.rows += 1;
    let expected = reference(program, kernel, case);
    match (row, expected) {
        (None, None) => n.refused += 1,
        (None, Some(_)) => n.left += 1,
        (Some(_), None) => return Err("the reference refuses the row".into()),
        (Some(row), Some((figures, warnings))) => {
            n.sure += 1;
            for ((o, found), want) in kernel.outputs.iter().zip(&row.outputs).zip(&figures) {
                let found = match (found, o.round) {
                    (Scalar::Number(x), Some(round)) if round.significant => {
                        x.round_significant(round.digits).map(|(x, d)| x.to_fixed(d)).unwrap_or_default()
                    }
                    (Scalar::Number(x), Some(round)) => x.to_fixed(round.digits),
                    (Scalar::Bool(b), _) => b.to_string(),
                    _ => String::new(),
                };
                let nothing = want.is_empty() && Number::parse(&found).is_ok_and(Number::is_zero);
                if found != *want && !nothing {
                    return Err(format!("{} is {found}, the reference says {want}", o.name));
                }
            }
            for (w, holds) in kernel.warnings.iter().zip(&row.holds) {
                if !w.name.is_empty() && *holds == warnings.contains(&w.name) {
                    return Err(format!("the warning {} differs", w.name));
                }
            }
        }
    }
    Ok(())
}
