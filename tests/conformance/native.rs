//! Native evaluators agree with the reference, row by row: on the library's rules, and on rows that stand next to the edge of
//! a rounding cell, where a bound that is too small shows. A million more: `differential.rs`.

use footrule_compiler::Session;
use footrule_mir::Program;
use footrule_native::bound::Method;
use footrule_native::certified::{Answers, Certified, Work, hull};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::decimal::{Decimal, Row, Scalar};
use footrule_native::exact::Exact;
use footrule_native::layout::{self, Kind, Layout};
use footrule_native::{Kernel, plan};
use footrule_number::{Number, Ratio};
use footrule_tests::differential;
use footrule_tests::fuzz::{Rng, library as session};
use footrule_tests::native::{Case, cases, columns, reference, varied};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What was compared.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// Rows.
    pub(crate) rows: usize,
    /// The kernel has a result, and it is the reference's.
    pub(crate) sure: usize,
    /// So has the certified evaluator.
    pub(crate) certified: usize,
    /// So has it with running bounds.
    pub(crate) running: usize,
    /// So has the exact evaluator.
    pub(crate) exact: usize,
    /// Neither the kernel nor the reference has one.
    pub(crate) refused: usize,
    /// Left to the reference.
    pub(crate) left: usize,
}

impl Compared {
    pub(crate) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.sure += other.sure;
        self.certified += other.certified;
        self.running += other.running;
        self.exact += other.exact;
        self.refused += other.refused;
        self.left += other.left;
    }
}

/// The rules of the library on neighbours of their own cases.
pub fn library() -> Result<(), String> {
    let s = session();
    let mut all = Compared::default();
    for (i, rule) in s.rules().into_iter().enumerate() {
        let program = s.program(&rule.key).map_err(|e| format!("{e:?}"))?;
        let mut rng = Rng::new(11 + i as u64);
        let mut here = Compared::default();
        let mut why = BTreeSet::new();
        for case in cases(&program) {
            let mut rows = vec![case.clone()];
            rows.extend((0..20).map(|_| varied(&program, &case, &mut rng)));
            if let Err(e) = batch(&program, &rows, &mut here, &mut why) {
                return Err(format!("{}: {e}", rule.key));
            }
        }
        println!("{}: {here:?} {why:?}", rule.key);
        all.add(&here);
    }
    println!("library: {all:?}");
    if all.sure > 100 && all.certified > 10 { Ok(()) } else { Err(format!("hardly anything was sure: {all:?}")) }
}

/// Rows of one shape by every evaluator.
pub(crate) fn batch(
    program: &Program,
    rows: &[Case],
    n: &mut Compared,
    why: &mut BTreeSet<String>,
) -> Result<(), String> {
    let (layout, columns) = match columns(program, rows) {
        Ok(x) => x,
        Err(e) => {
            why.insert(e);
            return Ok(());
        }
    };
    let kernel = match plan(program, &layout) {
        Ok(k) => {
            why.extend(k.gaps.iter().map(|g| (*g).to_owned()));
            Arc::new(k)
        }
        Err(e) => {
            why.insert(e.to_string());
            return Ok(());
        }
    };
    let answers = match Certified::new(kernel.clone(), hull(&kernel, &columns)) {
        Ok(c) => c.run(&columns, &mut Work::default()),
        Err(e) => {
            why.insert(e.to_string());
            Answers::default()
        }
    };
    let running = certified(&kernel, &columns, Method::Running, 1.0).unwrap_or_default();
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let exact = match Exact::new(kernel.clone(), &hull(&kernel, &columns)) {
        Ok(e) => e.run(&columns, &all),
        Err(e) => {
            why.insert(e.to_string());
            Answers::default()
        }
    };
    let mut decimal = Decimal::new(&kernel);
    for (r, case) in rows.iter().enumerate() {
        let row = decimal.row(&columns, r);
        n.certified += usize::from(agrees(&kernel, &answers, r, row.as_ref()).map_err(|e| format!("{e}\n{case:?}"))?);
        let same = agrees(&kernel, &running, r, row.as_ref()).map_err(|e| format!("running: {e}\n{case:?}"))?;
        n.running += usize::from(same);
        let same = agrees(&kernel, &exact, r, row.as_ref()).map_err(|e| format!("exact: {e}\n{case:?}"))?;
        n.exact += usize::from(same);
        compare(program, &kernel, case, row, n).map_err(|e| format!("{e}\n{case:?}"))?;
    }
    Ok(())
}

fn certified(kernel: &Arc<Kernel>, columns: &Columns, method: Method, slack: f64) -> Result<Answers, String> {
    let code = Certified::with(kernel.clone(), hull(kernel, columns), method, slack).map_err(|e| e.to_string())?;
    Ok(code.run(columns, &mut Work::default()))
}

/// Whether an evaluator is sure of a row; then it has the kernel's own figures.
fn agrees(kernel: &Kernel, answers: &Answers, r: usize, row: Option<&Row>) -> Result<bool, String> {
    if answers.sure.get(r) != Some(&true) {
        return Ok(false);
    }
    differential::agrees(kernel, answers, r, row).map(|()| true)
}

/// What the kernel says of a row, beside the reference.
fn compare(program: &Program, kernel: &Kernel, case: &Case, row: Option<Row>, n: &mut Compared) -> Result<(), String> {
    n.rows += 1;
    match (row, reference(program, kernel, case)) {
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
            for ((w, found), want) in kernel.words.iter().zip(&row.words).zip(&figures[kernel.outputs.len()..]) {
                if w.of.get(*found as usize) != Some(want) {
                    return Err(format!("{} is text {found}, the reference says {want}", w.name));
                }
            }
            differential::warnings_agree(kernel, &row.holds, &warnings)?;
        }
    }
    Ok(())
}

/// Rows next to the edge of a rounding cell and of a comparison: quotients `m + 1/2 ± 1/2y`, with some roundings behind
/// them. A sound bound certifies
/// none of them wrongly; one that is a million times too small does; one that is too large only certifies fewer.
pub fn edges() -> Result<(), String> {
    let text = "rule e en \"edges\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\nuse std.gas\ndeclared unit 1 kg\n\
        round 0 decimals in kg{CO2e}/kg\nstage s en \"s\"\ninput x: number where > 0\ninput y: number where > 0\n\
        input limit: number where > 0\nemission e in s = x / y * 1.1 * 1.3 / 1.43 * 1 kg{CO2}/kg\n\
        report above = if x / y * 1.1 * 1.3 / 1.43 > limit then 1 else 0 round 0 decimals\n";
    let mut s = Session::new();
    s.load_std();
    s.add_source("e.pcr", text);
    let program = s.program("e.pcr").map_err(|e| format!("{e:?}"))?;
    let mut rng = Rng::new(5);
    let (mut x, mut y, mut limit) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..6_000_i64 {
        let d = 7_500_000_001 + 2 * rng.below(100_000_000) as i64;
        let m = 1_060_000 + rng.below(70_000) as i64;
        // (2m + 1) d is odd, so that one more or less is even. Every third row stands away from the edge.
        let off = if i % 3 == 0 { d / 3 } else { 0 };
        x.push((d * (2 * m + 1) + if i % 2 == 0 { 1 } else { -1 }) / 2 + off);
        y.push(d);
        limit.push(2 * m + 1);
    }
    let rows = x.len();
    let limit: Vec<i64> = limit.iter().map(|l| l * 5).collect();
    let column = |units, scale| Column { values: Values::Decimal { units, scale }, given: None };
    let columns = Columns { rows, columns: vec![column(x, 0), column(y, 0), column(limit, 1)], offsets: Vec::new() };
    let kind = Kind::Number { factor: Ratio::ONE, offset: None };
    let of = |path: &str| layout::Column { path: path.into(), kind, list: None, nullable: false };
    let layout = Layout { columns: vec![of("x"), of("y"), of("limit")], ..Layout::default() };
    let kernel = Arc::new(plan(&program, &layout).map_err(|e| e.to_string())?);
    let mut decimal = Decimal::new(&kernel);
    let truth: Vec<Option<Row>> = (0..rows).map(|r| decimal.row(&columns, r)).collect();
    let mut sure = Vec::new();
    for slack in [1.0, 1e-6, 1e9] {
        let answers = certified(&kernel, &columns, Method::Static, slack)?;
        let wrong = (0..rows).filter(|r| agrees(&kernel, &answers, *r, truth[*r].as_ref()).is_err()).count();
        let n = answers.sure.iter().filter(|s| **s).count();
        println!("edges: bounds × {slack}: {n} of {rows} rows sure, {wrong} of them wrong");
        if (slack < 1.0) != (wrong > 0) {
            return Err(format!("bounds × {slack}: {wrong} wrong rows"));
        }
        sure.push(n);
    }
    let [sound, _, large] = sure[..] else { return Err("three runs".into()) };
    if sound >= rows / 4 && large < sound { Ok(()) } else { Err(format!("{sure:?} of {rows} rows are sure")) }
}

/// Columns that do not fit their layout are read by nobody: no row is sure.
pub fn misfits() -> Result<(), String> {
    let text = "rule m en \"misfits\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\nuse std.gas\ndeclared unit 1 kg\n\
        round 0 decimals in kg{CO2e}/kg\nstage s en \"s\"\ninput x: number\ninput xs: list of number\n\
        emission e in s may be negative \"any\" = (x + sum(y for y in xs)) * 1 kg{CO2}/kg\n";
    let mut s = Session::new();
    s.load_std();
    s.add_source("m.pcr", text);
    let program = s.program("m.pcr").map_err(|e| format!("{e:?}"))?;
    let inputs = serde_json::json!({ "x": "1", "xs": ["2", "3"] }).as_object().cloned().unwrap_or_default();
    let rows = vec![Case { period: None, inputs }; 3];
    let (layout, sound) = columns(&program, &rows)?;
    let kernel = Arc::new(plan(&program, &layout).map_err(|e| e.to_string())?);
    let certified = Certified::new(kernel.clone(), hull(&kernel, &sound)).map_err(|e| e.to_string())?;
    let exact = Exact::new(kernel.clone(), &hull(&kernel, &sound)).map_err(|e| e.to_string())?;
    let sure = |c: &Columns| {
        let all = [certified.run(c, &mut Work::default()), exact.run(c, &[0, 1, 2])];
        all.map(|a| a.sure.iter().filter(|s| **s).count())
    };
    if sure(&sound) != [3, 3] {
        return Err(format!("sound columns: {:?}", sure(&sound)));
    }
    type Spoil = fn(&mut Columns);
    let spoilt: [(&str, Spoil); 5] = [
        ("offsets beyond the items", |c| c.offsets[0][3] = 600),
        ("offsets that fall", |c| c.offsets[0][1] = 5),
        ("too few offsets", |c| c.offsets[0].truncate(2)),
        ("too few values", |c| {
            c.columns.iter_mut().for_each(|c| c.values = Values::Decimal { units: vec![1], scale: 0 })
        }),
        ("another kind", |c| c.columns.iter_mut().for_each(|c| c.values = Values::Flag(vec![true; 6]))),
    ];
    for (how, spoil) in spoilt {
        let mut c = sound.clone();
        spoil(&mut c);
        if sure(&c) != [0, 0] {
            return Err(format!("{how}: {:?} rows are sure", sure(&c)));
        }
    }
    Ok(())
}
