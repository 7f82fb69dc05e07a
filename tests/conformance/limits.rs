//! Limits of native evaluation: what is too large is refused with a reason or answered, memory is given back, and nothing
//! traps or unwinds through native code.

use footrule_mir::Program;
use footrule_native::certified::{Certified, Work, hull};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::decimal::{Decimal, Scalar};
use footrule_native::exact::Exact;
use footrule_native::kernel::ListId;
use footrule_native::layout::{self, Kind, Layout, List};
use footrule_native::{Kernel, plan};
use footrule_number::{Number, Ratio};
use footrule_tests::differential::{NATIVES, agrees};
use footrule_tests::fuzz::library;
use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

const HEAD: &str = "rule l en \"limits\"\nversion 1.0.0\nvalid from 2020-01-01\ngwp AR6\ndeclared unit 1 kg\n\
round 2 decimals in kg{CO2e}/kg\nuse std.gas\nstage s en \"stage\"\nsource src { title \"constructed\"; year 2024; gwp AR6; status constructed }\n";

fn program(body: &str) -> Result<Arc<Program>, String> {
    let mut s = library();
    s.add_source("l.pcr", format!("{HEAD}{body}"));
    s.program("l.pcr").map_err(|e| format!("{:?}", e.iter().map(|d| &d.message.en).collect::<Vec<_>>()))
}

fn numbers(path: &str, list: Option<ListId>) -> layout::Column {
    let kind = Kind::Number { factor: Ratio::ONE, offset: None };
    layout::Column { path: path.to_owned(), kind, list, nullable: false }
}

fn column(units: Vec<i64>, scale: u32) -> Column {
    Column { values: Values::Decimal { units, scale }, given: None }
}

/// Pages of memory that the process holds, in bytes; nothing where the system does not say.
fn resident() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split_whitespace().nth(1)?.parse::<u64>().ok()? * 4096)
}

/// Set in the process that does nothing but compile and drop.
const ALONE: &str = "FOOTRULE_TEST_ALONE";
/// Cycles of compiling and dropping.
const CYCLES: usize = 10_000;
/// By how much memory may grow over them: a tenth of a page for each, so that a leak of anything of a page shows.
const MAY_GROW: u64 = CYCLES as u64 / 10 * 4096;

/// Code is freed with its evaluator: memory does not grow over ten thousand of them.
///
/// In a process of its own: the other tests of this one hold and free memory, too.
pub fn no_leak() -> Result<(), String> {
    if env::var_os(ALONE).is_none() {
        let me = env::current_exe().map_err(|e| e.to_string())?;
        let args = ["--nocapture", "limits: no leak"];
        let out = Command::new(me).args(args).env(ALONE, "1").output().map_err(|e| e.to_string())?;
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        said.lines().filter(|l| l.contains("cycles") || l.contains("skipped")).for_each(|l| println!("{l}"));
        return if out.status.success() { Ok(()) } else { Err(said) };
    }
    let program = program("input a: number\nemission e in s may be negative \"x\" = a * 1 kg{CO2}/kg\n")?;
    let outputs = Some(vec!["total".to_owned()]);
    let layout = Layout { columns: vec![numbers("a", None)], outputs, ..Layout::default() };
    let kernel = Arc::new(plan(&program, &layout).map_err(|e| e.to_string())?);
    let columns = Columns { rows: 1, columns: vec![column(vec![123], 1)], offsets: Vec::new() };
    let hull = hull(&kernel, &columns);
    let cycle = |i: usize| -> Result<(), String> {
        // In turn, so that each is compiled half of the times.
        let sure = if i.is_multiple_of(2) {
            let code = Certified::new(kernel.clone(), hull.clone()).map_err(|e| e.to_string())?;
            code.run(&columns, &mut Work::default()).sure
        } else {
            Exact::new(kernel.clone(), &hull).map_err(|e| e.to_string())?.run(&columns, &[0]).sure
        };
        if sure == [true] { Ok(()) } else { Err("not sure".to_owned()) }
    };
    (0..500).try_for_each(cycle)?;
    let before = resident();
    (0..CYCLES).try_for_each(cycle)?;
    let Some((before, after)) = before.zip(resident()) else {
        println!("skipped: this system does not say how much memory is held");
        return Ok(());
    };
    println!("{CYCLES} cycles: {} kB before, {} kB after", before / 1024, after / 1024);
    if after <= before + MAY_GROW { Ok(()) } else { Err(format!("memory grew by {} kB", (after - before) / 1024)) }
}

/// A record with a million items.
pub fn a_million_items() -> Result<(), String> {
    let program = program(
        "input xs: list of number\nemission e in s = 1 kg{CO2}/kg\nreport r = sum(x * 2 for x in xs where x > 1) round 2 decimals\n",
    )?;
    let layout = Layout {
        lists: vec![List { path: "xs".to_owned(), parent: None }],
        columns: vec![numbers("xs[]", Some(ListId(0)))],
        outputs: Some(vec!["report.r".to_owned()]),
        ..Layout::default()
    };
    let kernel = Arc::new(plan(&program, &layout).map_err(|e| e.to_string())?);
    let n = 1_000_000_i64;
    let columns = Columns { rows: 1, columns: vec![column((0..n).collect(), 2)], offsets: vec![vec![0, n as u32]] };
    // 1.01 to 9999.99 in hundredths, doubled.
    let want = Number::from_parts(2 * ((n - 1) * n / 2 - 100 * 101 / 2) as i128, 2).map_err(|e| format!("{e:?}"))?;
    let row = Decimal::new(&kernel).row(&columns, 0).ok_or("no result")?;
    if row.outputs != [Scalar::Number(want)] {
        return Err(format!("{:?}, not {want}", row.outputs));
    }
    answers(&kernel, &columns)
}

/// Every evaluator is made, or says why not; what it is sure of is right.
fn answers(kernel: &Arc<Kernel>, columns: &Columns) -> Result<(), String> {
    for native in NATIVES {
        match (native.make)(kernel, columns) {
            Err(e) => println!("{}: refused: {e}", native.name),
            Ok(run) => {
                let found = run(columns);
                let mut decimal = Decimal::new(kernel);
                let sure: Vec<usize> = (0..columns.rows).filter(|r| found.sure[*r]).collect();
                println!("{}: {} of {} rows sure", native.name, sure.len(), columns.rows);
                for r in sure {
                    agrees(kernel, &found, r, decimal.row(columns, r).as_ref())
                        .map_err(|e| format!("{}: {e}", native.name))?;
                }
            }
        }
    }
    Ok(())
}

/// A table of twenty thousand rows, the members of one enumeration.
pub fn a_long_table() -> Result<(), String> {
    let n = 20_000_u32;
    let mut members = String::new();
    let mut rows = String::new();
    for i in 0..n {
        let _ = write!(members, "m{i}; ");
        let _ = writeln!(rows, "    m{i} => {}.{:02}", i % 977, i % 89);
    }
    let program = program(&format!(
        "enum E {{ {members} }}\ntable t(e: E) -> number source src {{\n{rows}}}\ninput e: E\nemission x in s = 1 kg{{CO2}}/kg\nreport r = t(e) * 3 round 1 decimals\n"
    ))?;
    let member = layout::Column { path: "e".to_owned(), kind: Kind::Member, list: None, nullable: false };
    let layout = Layout { columns: vec![member], outputs: Some(vec!["report.r".to_owned()]), ..Layout::default() };
    let kernel = Arc::new(plan(&program, &layout).map_err(|e| e.to_string())?);
    let of = |at: Vec<u32>| Columns {
        rows: at.len(),
        columns: vec![Column { values: Values::Member(at), given: None }],
        offsets: Vec::new(),
    };
    // No reader of data makes a member that does not exist; if one did, nothing beyond the table may be read.
    let beyond = of(vec![n, n + 1, 1 << 31, u32::MAX]);
    for native in NATIVES {
        if let Ok(run) = (native.make)(&kernel, &beyond) {
            run(&beyond);
        }
    }
    answers(&kernel, &of((0..500).map(|i| i * 199 % n).chain([0, n - 1]).collect()))
}

/// A kernel of as many definitions as there may be, one of more, and choices in choices.
pub fn size_and_depth() -> Result<(), String> {
    // Sums of sums, so that the compiler has few names to look after.
    for (sums, may_refuse) in [(30, false), (750, true)] {
        let mut body = String::from("input a: number\nlet v0 = a\n");
        for i in 1..=sums {
            let terms: String = (0..100).map(|k| format!(" + a * {i}.{k:03}7")).collect();
            let _ = writeln!(body, "let v{i} = v{}{terms}", i - 1);
        }
        let _ = write!(body, "emission e in s = 1 kg{{CO2}}/kg\nreport r = v{sums} round 1 decimals\n");
        sized(&format!("{} products", sums * 100), &body, may_refuse)?;
    }
    for depth in [20, 150] {
        let mut x = "a".to_owned();
        for i in 0..depth {
            x = format!("(if a > {i} then {x} else {i})");
        }
        let body = format!("input a: number\nemission e in s = 1 kg{{CO2}}/kg\nreport r = {x} round 1 decimals\n");
        sized(&format!("{depth} choices in choices"), &body, true)?;
    }
    Ok(())
}

fn sized(what: &str, body: &str, may_refuse: bool) -> Result<(), String> {
    let program = match program(body) {
        Ok(p) => p,
        Err(e) if may_refuse => {
            println!("{what}: the compiler refuses: {}", e.chars().take(120).collect::<String>());
            return Ok(());
        }
        Err(e) => return Err(e),
    };
    let layout =
        Layout { columns: vec![numbers("a", None)], outputs: Some(vec!["report.r".to_owned()]), ..Layout::default() };
    let columns = Columns { rows: 3, columns: vec![column(vec![0, 15, -7], 1)], offsets: Vec::new() };
    match plan(&program, &layout) {
        Ok(kernel) => {
            println!("{what}: {} definitions in the kernel", kernel.defs.len());
            answers(&Arc::new(kernel), &columns)
        }
        Err(e) if may_refuse => {
            println!("{what}: refused: {e}");
            Ok(())
        }
        Err(e) => Err(format!("{what}: {e}")),
    }
}
