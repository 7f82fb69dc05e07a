//! `batch`: many row groups in Parquet, and calls that would harm a file.

use super::plant::Plant;
use super::{command, ends, err, folder};
use arrow_array::builder::{Decimal128Builder, ListBuilder, StructBuilder};
use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

const ROWS: usize = 9_000;

/// Row `i` makes 1, 2 or 4 t with 10 kWh·(i mod 97) for each t, burns a tonne of coal for each t in every fourth row, and
/// is wrong where i mod 1000 is 3. Row groups are no multiples of chunks; numbers are stored in 32, 64 and 128 bits, texts
/// with and without a dictionary.
fn table(path: &Path) {
    let tonnes = |i: usize| 1_i128 << (i % 3);
    let decimal = |values: Vec<Option<i128>>, digits, scale| -> ArrayRef {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(digits, scale).expect("fits"))
    };
    let made = (0..ROWS).map(|i| Some(if i % 1000 == 3 { 0 } else { tonnes(i) * 1000 })).collect();
    let kwh = |i: usize| 10 * tonnes(i) * (i % 97) as i128;
    let used = (0..ROWS).map(|i| Some(kwh(i) * 10).filter(|x| *x > 0)).collect();
    let cell = (0..ROWS).map(|i| [Some("prebake"), None, Some("prebake"), Some("soderberg"), Some("自焙槽")][i % 5]);
    let item = Fields::from(vec![Field::new("burnt", DataType::Decimal128(20, 2), true)]);
    let mut furnaces = ListBuilder::new(StructBuilder::from_fields(item, 0));
    for i in 0..ROWS {
        if i.is_multiple_of(4) {
            let burnt = furnaces.values().field_builder::<Decimal128Builder>(0).expect("a decimal");
            burnt.append_value(tonnes(i) * 100);
            furnaces.values().append(true);
        }
        furnaces.append(true);
    }
    let columns: [(&str, ArrayRef); 5] = [
        ("sku", Arc::new((0..ROWS).map(|i| Some(format!("product number {i}"))).collect::<StringArray>())),
        ("production", decimal(made, 15, 3)),
        ("electricity", decimal(used, 9, 1)),
        ("cell", Arc::new(cell.collect::<StringArray>())),
        ("furnaces", Arc::new(furnaces.finish())),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let groups = WriterProperties::builder().set_max_row_group_row_count(Some(2_500)).build();
    let mut w =
        ArrowWriter::try_new(File::create(path).expect("a file"), batch.schema(), Some(groups)).expect("a writer");
    w.write(&batch).expect("rows");
    w.close().expect("the end");
}

#[test]
fn row_groups_are_read_by_any_number_of_threads() {
    let p = Plant::new("groups", &[]);
    table(&p.path("in.parquet"));
    // By hand: 1000 kg, 5 kg for each 10 kWh, 2000 kg for each t of coal, by t of product.
    let row = |i: usize| {
        let total = 1000 + 5 * (i % 97) + if i.is_multiple_of(4) { 2000 } else { 0 };
        let warning = if i % 5 > 2 { "old: a Söderberg cell" } else { "" };
        format!("product number {i},{total}.0,{warning}\n")
    };
    let expected = "sku,total [kg{CO2e}/t{Al}],warnings\n".to_owned()
        + &(0..ROWS).filter(|i| i % 1000 != 3).map(row).collect::<String>();
    for more in [&["--threads", "1"][..], &["--threads", "3"], &["--threads", "9"], &["--evaluator", "reference"]] {
        let args = ["--input", "in.parquet", "--output", "out.csv", "--id", "sku", "--columns", "total,warnings"];
        let all = [&args[..], &["--overwrite"], more].concat();
        let o = p.call(&all);
        ends(&o, 1);
        assert!(more[0] != "--threads" || err(&o).contains("by native code"), "{}", err(&o));
        let found = fs::read_to_string(p.path("out.csv")).expect("results");
        for (found, expected) in found.lines().zip(expected.lines()) {
            assert_eq!(found, expected, "{more:?}");
        }
        assert_eq!(found.len(), expected.len(), "{more:?}");
        let errors = fs::read_to_string(p.path("out.csv.errors.csv")).expect("errors");
        assert_eq!(errors.lines().count(), 10, "{errors}");
        assert!(errors.contains("\n4,product number 3,production,FR-I003,"), "{errors}");
    }
}

#[test]
fn a_cut_or_damaged_file_gives_no_results() {
    let p = Plant::new("cut", &[]);
    table(&p.path("whole.parquet"));
    let whole = fs::read(p.path("whole.parquet")).expect("the table");
    // The data of the last row group: what comes before it is read, and thrown away.
    let mut hurt = whole.clone();
    let at = whole.len() * 7 / 10;
    hurt[at..at + 4_000].fill(0xff);
    for (name, bytes) in [("half", &whole[..whole.len() / 2]), ("hurt", &hurt[..]), ("none", &[])] {
        let input = format!("{name}.parquet");
        fs::write(p.path(&input), bytes).expect("a table");
        for threads in ["1", "4"] {
            let args = ["--input", &input, "--output", "o.parquet", "--id", "sku", "--threads", threads];
            let o = p.call(&args);
            ends(&o, 3);
            assert!(err(&o).contains("FR-B008"), "{name}: {}", err(&o));
        }
    }
    assert_eq!(p.there(), ["half.parquet", "hurt.parquet", "none.parquet", "plant.pcr", "whole.parquet"]);
}

#[test]
fn no_file_is_written_over_one_that_is_read() {
    let table = "id,production\na,10\n";
    let list = "id,burnt\na,1\n";
    let names = ["in.csv", "in.csv.part", "l.csv"];
    let p = Plant::new("same", &[(names[0], table), (names[1], table), (names[2], list)]);
    let lists = ["--list", "furnaces=l.csv"];
    for args in [
        &["--input", "in.csv", "--output", "in.csv"][..],
        &["--input", "in.csv", "--output", "./in.csv"],
        &["--input", "in.csv", "--output", "o.csv", "--errors", "in.csv"],
        &["--input", "in.csv", "--output", "o.csv", "--errors", "./o.csv"],
        &["--input", "in.csv", "--output", "o.csv", "--errors", "o.csv.part"],
        &["--input", "in.csv.part", "--from", "csv", "--output", "in.csv"],
        &["--input", "in.csv", "--output", "l.csv", lists[0], lists[1]],
    ] {
        let o = p.call(&[args, &["--id", "id", "--overwrite"]].concat());
        ends(&o, 2);
        assert!(err(&o).contains("FR-B023") && err(&o).contains("same file"), "{args:?}: {}", err(&o));
    }
    let read = |n: &str| fs::read_to_string(p.path(n)).expect("a file");
    assert_eq!(names.map(read), [table, table, list]);
    assert_eq!(p.there(), ["in.csv", "in.csv.part", "l.csv", "plant.pcr"]);
}

#[test]
fn folders_are_no_files() {
    let p = Plant::new("folders", &[("in.csv", "production\n10\n")]);
    for name in ["f.csv", "f.jsonl", "f.parquet", "f.arrow"] {
        fs::create_dir(p.path(name)).expect("a folder");
        let o = p.call(&["--input", name, "--output", "o.csv"]);
        ends(&o, 2);
        assert!(err(&o).contains("FR-C001") && err(&o).contains(name), "{}", err(&o));
        let o = p.call(&["--input", "in.csv", "--output", name, "--overwrite"]);
        ends(&o, 2);
        assert!(err(&o).contains("FR-B021") && err(&o).contains(name), "{}", err(&o));
    }
    assert_eq!(p.there(), ["f.arrow", "f.csv", "f.jsonl", "f.parquet", "in.csv", "plant.pcr"]);
}

/// Texts are compared, days put in order, members and texts reported: 2 t of CO2 for a tonne of kraft pulp, else 1 t, and
/// 0.5 t more in a mill that began before 2020.
const MILL: &str = "rule mill en \"mill\"
version 0.1.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{pulp} of made
round 1 decimals in kg{CO2e}/t{pulp}
use std.gas
flow pulp en \"pulp\"
stage making en \"making\"
enum Age { old; young }
input made: t{pulp} where > 0
input grade: text
input began: date
let is_old = began < 2020-01-01
let age: Age = if is_old then old else young
emission pulping in making = (if grade == \"kraft\" then made * 2 t{CO2}/t{pulp} else made * 1 t{CO2}/t{pulp}) + (if is_old then made * 0.5 t{CO2}/t{pulp} else 0 t{CO2})
report age_of_mill = age
";

#[test]
fn texts_and_days_go_through_native_code() {
    let table = "made,grade,began\n2,kraft,2019-12-31\n2,kraft,2020-01-01\n4, kraft,2021-05-01\n1,Kraft,2001-01-01\n1,,2001-01-01\n\
        1,kraft,2021-13-01\n8,\"\"\"kraft\"\"\",2022-01-01\n";
    let dir = folder("batch_mill", &[("mill.pcr", MILL), ("in.csv", table)]);
    let call = |by: &str| {
        let output = format!("{by}.csv");
        let args = ["batch", "mill.pcr", "--input", "in.csv", "--output", &output, "--evaluator", by, "--lang", "en"];
        let o = command(&args).args(["--columns", "total,reports"]).current_dir(&dir).output().expect("it runs");
        ends(&o, 1);
        (err(&o), fs::read_to_string(dir.join(output)).expect("the results"))
    };
    let (said, native) = call("native");
    let rows = "1,2500.0,old\n2,2000.0,young\n3,1000.0,young\n4,1500.0,old\n7,1000.0,young\n";
    assert_eq!(native, format!("row,total [kg{{CO2e}}/t{{pulp}}],report.age_of_mill\n{rows}"));
    assert_eq!(call("reference").1, native);
    // A grade is missing in one row, and there is no such day in another.
    assert!(said.contains("5 of them by native code"), "{said}");
}

const GRID: &str = "rule grid zh \"电\" en \"grid\"
version 0.1.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{Al} of made
also unit 1 ingot of ingots
round 1 decimals in kg{CO2e}/t{Al}
use std.gas
flow Al en \"aluminium\"
unit ingot en \"ingot\"
stage making en \"making\"
source s { title \"constructed\"; year 2024; gwp AR6; status constructed }
param late: kg{CO2e}/kWh source s { 2024 => 0.5; after last hold with warning; before first error }
param later: kg{CO2e}/kWh source s { 2023 => 2; after last hold with warning; before first error }
input made: t{Al} where > 0
input ingots: ingot where > 0
input use: kWh where >= 0
emission power in making = use * (if use > 100 kWh then later else late)
warn much: use < 1000 kWh else en \"much power\"
";

#[test]
fn parameters_that_are_held_are_told_by_native_code() {
    let table = "made,ingots,use\n2,4,12\n1,8,200\n1,10,1000\n";
    let dir = folder("batch_grid", &[("grid.pcr", GRID), ("in.csv", table)]);
    let call = |by: &str, period: &str, columns: &str| {
        let (output, period) = (format!("{by}.csv"), format!("period={period}"));
        let args = ["batch", "grid.pcr", "--input", "in.csv", "--output", &output, "--evaluator", by, "--lang", "en"];
        let more = ["--columns", columns, "--set", &period, "--overwrite"];
        let o = command(&args).args(more).current_dir(&dir).output().expect("it runs");
        ends(&o, 0);
        (err(&o), fs::read_to_string(dir.join(output)).expect("the results"))
    };
    // 12 kWh at 0.5 kg over 2 t and over 4 ingots; 200 kWh and 1000 kWh at 2 kg.
    let (said, native) = call("native", "2025", "total,warnings");
    let head = "row,total [kg{CO2e}/t{Al}],total_per.ingot [kg{CO2e}/ingot],warnings\n";
    let held = |name, year| {
        format!("{name}: parameter {name} has no value for 2025-01-01; the value from {year}-01-01 is held")
    };
    let (late, later) = (held("late", 2024), held("later", 2023));
    let rows = format!("1,3.0,1.5,{late}\n2,400.0,50.0,{later}\n3,2000.0,200.0,much: much power | {later}\n");
    assert_eq!(native, format!("{head}{rows}"));
    assert_eq!(call("reference", "2025", "total,warnings").1, native);
    // What the rule's own warning says is the reference's to tell; where nobody asks for it, it does not matter.
    assert!(said.contains("2 of them by native code"), "{said}");
    assert!(call("native", "2025", "total").0.contains("3 of them by native code"));
    let in_2024 = call("native", "2024", "total,warnings").1;
    assert!(in_2024.starts_with(&format!("{head}1,3.0,1.5,\n2,400.0,50.0,later: parameter")), "{in_2024}");
}
