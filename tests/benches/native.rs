//! The native evaluators beside hand-written Rust, in one run: compare the ratios, not the times.

mod workload;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use footrule_compiler::Session;
use footrule_embed::{Cell, One, Rule};
use footrule_mir::Program;
use footrule_native::certified::{Answers, Certified, Work, hull};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::exact::Exact;
use footrule_native::layout::Layout;
use footrule_native::plan;
use rust_decimal::Decimal;
use std::hint::black_box;
use std::sync::Arc;

// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn program(text: &str) -> Arc<Program> {
    let mut s = Session::new();
    s.load_std();
    s.add_source("bench.pcr", text);
    s.program("bench.pcr").unwrap_or_else(|e| panic!("{e:?}"))
}

/// Code for columns, and what it says of them.
fn certified(program: &Program, layout: &Layout, columns: &Columns) -> (Certified, Answers) {
    let kernel = Arc::new(plan(program, layout).unwrap_or_else(|e| panic!("{e}")));
    let certified = Certified::new(kernel.clone(), hull(&kernel, columns)).unwrap_or_else(|e| panic!("{e}"));
    let answers = certified.run(columns, &mut Work::default());
    let sure = answers.sure.iter().filter(|s| **s).count();
    let bounds = if certified.is_running() { "running" } else { "static" };
    println!("{}: {sure} of {} rows are sure, bounds are {bounds}", program.rule.name.id, columns.rows);
    (certified, answers)
}

/// Exact code, and its rows; whatever is certified is the same.
fn exact(program: &Program, layout: &Layout, columns: &Columns, certified: &Answers) -> (Exact, Vec<u32>) {
    let kernel = Arc::new(plan(program, layout).unwrap_or_else(|e| panic!("{e}")));
    let exact = Exact::new(kernel.clone(), &hull(&kernel, columns)).unwrap_or_else(|e| panic!("{e}"));
    let all: Vec<u32> = (0..columns.rows as u32).collect();
    let answers = exact.run(columns, &all);
    assert!(answers.sure.iter().all(|sure| *sure));
    for (found, want) in answers.figures.iter().zip(&certified.figures) {
        let pairs = found.coefficients.iter().zip(&want.coefficients).zip(&certified.sure);
        assert!(pairs.into_iter().all(|((x, y), sure)| !sure || x == y));
    }
    (exact, all)
}

fn record(columns: &Columns, row: usize) -> ([Decimal; 28], [f64; 28], [usize; 4]) {
    let (mut d, mut f, mut c) = ([Decimal::ZERO; 28], [0.0; 28], [0; 4]);
    for (k, column) in columns.columns.iter().enumerate() {
        match &column.values {
            Values::Decimal { units, scale } => {
                d[k] = Decimal::new(units[row], *scale);
                f[k] = units[row] as f64 / 10f64.powi(*scale as i32);
            }
            Values::Member(v) => c[k - 28] = v[row] as usize,
            _ => {}
        }
    }
    (d, f, c)
}

fn alu(c: &mut Criterion) {
    const ROWS: usize = 4096;
    let program = program(include_str!("alu.pcr"));
    let (layout, columns) = workload::alu(ROWS);
    let (certified, answers) = certified(&program, &layout, &columns);
    let records: Vec<_> = (0..ROWS).map(|r| record(&columns, r)).collect();
    for (r, (d, _, c)) in records.iter().enumerate() {
        let (pcf, flag) = workload::alu_decimal(d, *c);
        if answers.sure[r] {
            assert_eq!(Decimal::new(answers.figures[0].coefficients[r], 3), pcf, "row {r}");
            assert_eq!(answers.figures.last().map(|f| f.coefficients[r]), Some(i64::from(flag)), "row {r}");
        }
    }
    let mut group = c.benchmark_group("alu");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("hand_rust_decimal", |b| {
        b.iter(|| records.iter().map(|(d, _, c)| workload::alu_decimal(black_box(d), *c).1).sum::<u32>());
    });
    group.bench_function("hand_f64_by_record", |b| {
        b.iter(|| records.iter().map(|(_, f, c)| workload::alu_float(black_box(f), *c).0).sum::<f64>());
    });
    let (exact, all) = exact(&program, &layout, &columns, &answers);
    group.bench_function("exact", |b| b.iter(|| exact.run(black_box(&columns), &all).sure.len()));
    let mut work = Work::default();
    group.bench_function("certified_from_decimal_columns", |b| {
        b.iter(|| certified.run(black_box(&columns), &mut work).sure.len());
    });
    let blocks = certified.blocks(&columns);
    group.bench_function("certified_columnar", |b| {
        b.iter(|| certified.run_blocks(black_box(&blocks), &mut work).sure.len());
    });
    let records = cells(&columns);
    let prepared = Rule::new(program).prepare(layout).unwrap_or_else(|e| panic!("{e}"));
    let mut one = prepared.one().expect("no lists");
    // Code for the ranges of all records.
    let sure = |one: &mut One<'_>| records.iter().filter(|r| one.evaluate(r).is_ok_and(|r| r.is_native())).count();
    sure(&mut one);
    println!("alu, one record a call: {} of {ROWS} are sure", sure(&mut one));
    group.bench_function("certified_one_record_a_call", |b| {
        b.iter(|| {
            let mut figure = |r: &Vec<Cell>| one.evaluate(black_box(r)).ok().and_then(|r| r.figure(0));
            records.iter().filter(|r| figure(r).is_some()).count()
        });
    });
    group.finish();
}

/// The rows of columns as records.
fn cells(columns: &Columns) -> Vec<Vec<Cell>> {
    let cell = |c: &Column, r: usize| match &c.values {
        Values::Decimal { units, scale } => Cell::Decimal { units: units[r], scale: *scale },
        Values::Member(v) => Cell::Member(v[r]),
        Values::Flag(v) => Cell::Flag(v[r]),
        Values::Opaque => Cell::Missing,
    };
    (0..columns.rows).map(|r| columns.columns.iter().map(|c| cell(c, r)).collect()).collect()
}

fn bom(c: &mut Criterion) {
    const ROWS: usize = 1024;
    let (materials, text, layout, columns) = workload::bom(ROWS);
    let program = program(&text);
    let (certified, answers) = certified(&program, &layout, &columns);
    let by_hand = workload::Bom::new(&materials, &columns);
    for r in 0..ROWS {
        if answers.sure[r] {
            assert_eq!(Decimal::new(answers.figures[0].coefficients[r], 3), by_hand.decimal(r), "row {r}");
        }
    }
    let mut group = c.benchmark_group("bom");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("hand_rust_decimal", |b| {
        b.iter(|| (0..ROWS).map(|r| by_hand.decimal(black_box(r)).is_zero() as u32).sum::<u32>());
    });
    let (exact, all) = exact(&program, &layout, &columns, &answers);
    group.bench_function("exact", |b| b.iter(|| exact.run(black_box(&columns), &all).sure.len()));
    let mut work = Work::default();
    group.bench_function("certified_from_decimal_columns", |b| {
        b.iter(|| certified.run(black_box(&columns), &mut work).sure.len());
    });
    let blocks = certified.blocks(&columns);
    group.bench_function("certified_columnar", |b| {
        b.iter(|| certified.run_blocks(black_box(&blocks), &mut work).sure.len());
    });
    group.finish();
}

/// From source to code that can be called.
fn compile(c: &mut Criterion) {
    let (layout, columns) = workload::alu(64);
    let text = include_str!("alu.pcr");
    let code = |program: &Program| {
        let kernel = Arc::new(plan(program, &layout).unwrap_or_else(|e| panic!("{e}")));
        Certified::new(kernel.clone(), hull(&kernel, &columns)).is_ok()
    };
    let session = || {
        let mut s = Session::new();
        s.load_std();
        s
    };
    let compiled = |s: &mut Session, key: &str, text: &str| {
        s.add_source(key, text);
        s.program(key).unwrap_or_else(|e| panic!("{e:?}"))
    };
    let program = program(text);
    c.bench_function("alu_program_to_code", |b| b.iter(|| code(&program)));
    c.bench_function("alu_source_to_code_first_in_a_program", |b| {
        b.iter(|| code(&compiled(&mut session(), "bench.pcr", text)));
    });
    // A host reads the library once, and has a rule already.
    let warm = || {
        let mut s = session();
        compiled(&mut s, "first.pcr", text);
        s
    };
    let mut n = 0;
    let mut renamed = || {
        n += 1;
        (
            format!("rule{n}.pcr"),
            text.replacen("rule alu", &format!("rule alu{n}"), 1).replace("4.70", &format!("4.7{n}")),
        )
    };
    c.bench_function("alu_source_to_program", |b| {
        let program = |(mut s, (key, text)): (Session, (String, String))| (compiled(&mut s, &key, &text), s);
        b.iter_batched(|| (warm(), renamed()), program, BatchSize::PerIteration);
    });
    c.bench_function("alu_source_to_code", |b| {
        let all = |(mut s, (key, text)): (Session, (String, String))| (code(&compiled(&mut s, &key, &text)), s);
        b.iter_batched(|| (warm(), renamed()), all, BatchSize::PerIteration);
    });
    c.bench_function("a_hundred_rules_to_code", |b| {
        let hundred = || (0..100).map(|_| renamed()).collect::<Vec<_>>();
        // As a host does that has a hundred rules: at once, on all cores.
        let all = |rules: Vec<(String, String)>| {
            let mut s = session();
            rules.iter().for_each(|(key, text)| s.add_source(key, text.as_str()));
            let keys: Vec<String> = rules.into_iter().map(|(key, _)| key).collect();
            let programs: Vec<_> =
                s.programs(&keys).into_iter().map(|p| p.unwrap_or_else(|e| panic!("{e:?}"))).collect();
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            std::thread::scope(|scope| {
                let part = |part: &[Arc<Program>]| part.iter().filter(|p| code(p)).count();
                let parts = programs.chunks(programs.len().div_ceil(threads)).map(|p| scope.spawn(move || part(p)));
                let parts: Vec<_> = parts.collect();
                parts.into_iter().map(|t| t.join().unwrap_or_else(|_| panic!("a thread failed"))).sum::<usize>()
            })
        };
        b.iter_batched(hundred, all, BatchSize::PerIteration);
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = alu, bom, compile
}
criterion_main!(benches);
