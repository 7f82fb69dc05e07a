//! `batch`: files and cells as they come from elsewhere: packed files, workbooks, columns without a name, lists that are null,
//! quotation marks left open. What is wrong is said in both languages, and native code says what the reference says.

use super::plant::{Plant, TABLE, arrow, parquet};
use super::{command, ends, err, feed};
use arrow_array::builder::{Decimal128Builder, ListBuilder, StructBuilder};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel};
use parquet::file::properties::WriterProperties;
use std::fs::{self, File};
use std::sync::Arc;

/// What a call that is refused says, in Chinese and in English; nothing is printed or left behind.
#[track_caller]
fn refused(p: &Plant, args: &[&str], exit: i32, code: &str, zh: &str, en: &str) {
    let before = p.there();
    for (lang, words) in [("zh", zh), ("en", en)] {
        let o = p.call(&[args, &["--lang", lang]].concat());
        assert_eq!(ends(&o, exit), "", "{args:?}");
        // Lines are broken where the terminal ends.
        let said = err(&o).replace("\n  │ ", if lang == "zh" { "" } else { " " });
        assert!(said.contains(code) && said.contains(words), "{args:?}: {said}");
    }
    assert_eq!(p.there(), before, "{args:?}");
}

const TO_CSV: [&str; 4] = ["--output", "-", "--to", "csv"];

#[test]
fn packed_files_and_workbooks_are_named_as_such() {
    let p = Plant::new("packed", &[("empty.csv", ""), ("in.csv", TABLE)]);
    let read = |name: &'static str| [&["--input", name][..], &TO_CSV].concat();
    for (name, start, zh, en) in [
        ("gzip.csv", &b"\x1f\x8b\x08\0\0\0\0\0"[..], "gzip 压缩文件", "packed with gzip"),
        ("zstd.jsonl", b"\x28\xb5\x2f\xfd\0\0", "zstd 压缩文件", "unpack it first"),
        ("gzip.parquet", b"\x1f\x8b\x08\0", "先解压", "is no Parquet: it is packed with gzip"),
        ("book.csv", b"PK\x03\x04\x14\0", "另存为 CSV", "a workbook"),
        ("book.arrow", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为 CSV", "a workbook"),
        ("table.csv", b"PAR1\x15\x04", "--from parquet", "--from parquet"),
        ("table.parquet", b"ARROW1\0\0", "--from arrow", "a file of Arrow"),
    ] {
        fs::write(p.path(name), start).expect("a file");
        refused(&p, &read(name), 3, "FR-B008", zh, en);
    }
    refused(&p, &read("empty.csv"), 3, "FR-B008", "没有列名", "names no columns");
    for (name, zh, en) in [
        ("t.csv.gz", "先解压", "unpack it first"),
        ("t.xlsx", "另存为 CSV", "save the sheet as CSV"),
        ("t.json", ".jsonl", ".jsonl"),
    ] {
        fs::write(p.path(name), "production\n1\n").expect("a file");
        refused(&p, &read(name), 2, "FR-B020", zh, en);
    }
    fs::write(p.path("mixed.csv"), b"production,cell\n1,\xe8\x87\xaa\n1,\xd7\xd4\xff\xff\n").expect("a file");
    refused(&p, &read("mixed.csv"), 3, "FR-B009", "既不是 UTF-8", "neither UTF-8 nor GB18030");
}

#[test]
fn parquet_is_read_however_it_is_packed() {
    let p = Plant::new("packings", &[]);
    let tonnes: ArrayRef = Arc::new(Int64Array::from((1..=500).collect::<Vec<_>>()));
    let batch = RecordBatch::try_from_iter([("production", tonnes)]).expect("a batch");
    for (i, packing) in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(Default::default()),
        Compression::LZ4_RAW,
    ]
    .into_iter()
    .enumerate()
    {
        let input = format!("in{i}.parquet");
        let properties = WriterProperties::builder().set_compression(packing).build();
        let file = File::create(p.path(&input)).expect("a file");
        let mut w = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer");
        w.write(&batch).expect("rows");
        w.close().expect("the end");
        let all = p.text(&["--input", &input, "--output", &format!("out{i}.csv"), "--columns", "total"], 0);
        assert!(all.lines().count() == 501 && all.contains("\n500,1000.0\n"), "{packing}");
    }
    // Written by another program.
    fs::write(p.path("brotli.parquet"), include_bytes!("../data/brotli.parquet")).expect("a file");
    let args = [&["--input", "brotli.parquet"][..], &TO_CSV].concat();
    refused(&p, &args, 3, "FR-B008", "以 Brotli 压缩", "packed with Brotli");
}

#[test]
fn nothing_that_is_read_is_written_over() {
    let p = Plant::new("harm", &[("in.csv", TABLE)]);
    let rule = fs::read_to_string(p.path("plant.pcr")).expect("the rule");
    let args = ["--input", "in.csv", "--id", "id", "--overwrite"];
    for more in [&["--output", "plant.pcr", "--to", "csv"][..], &["--output", "./plant.pcr", "--to", "parquet"]] {
        refused(&p, &[&args, more].concat(), 2, "FR-B023", "同一文件", "are the same file");
    }
    for (errors, code, zh, en) in [
        ("-", "FR-B023", "标准错误输出", "findings go to stderr"),
        ("e.parquet", "FR-B020", ".jsonl", "CSV or JSON Lines"),
        ("e", "FR-B020", ".jsonl", "CSV or JSON Lines"),
        ("no/where/e.csv", "FR-B021", "无法写入", "cannot be written"),
    ] {
        refused(&p, &[&args[..], &["--output", "out.csv", "--errors", errors]].concat(), 2, code, zh, en);
    }
    assert_eq!(fs::read_to_string(p.path("plant.pcr")).expect("the rule"), rule);
}

#[test]
fn columns_without_a_name_hold_nothing() {
    let p = Plant::new("blank", &[("in.csv", "production,,cell\n10,,prebake\n10,x,prebake\n10, ,自焙槽\n")]);
    let found = p.alike("in.csv", &["--columns", "total"], 1);
    assert_eq!(found.out, "row,total [kg{CO2e}/t{Al}]\n1,1000.0\n3,1000.0\n");
    assert!(found.errors.contains("\n2,,,FR-B007,"), "{}", found.errors);
    let tonnes: ArrayRef = Arc::new(Int64Array::from(vec![10, 10, 10]));
    let blank: ArrayRef = Arc::new(StringArray::from(vec![Some(""), Some("x"), None]));
    parquet(
        &p.path("in.parquet"),
        &RecordBatch::try_from_iter([("production", tonnes), ("", blank)]).expect("a batch"),
    );
    assert_eq!(
        p.alike("in.parquet", &["--columns", "total"], 1).out,
        "row,total [kg{CO2e}/t{Al}]\n1,1000.0\n3,1000.0\n"
    );
}

#[test]
fn cells_with_lists_and_null_lists() {
    let rows: String = (0..300)
        .map(|i| {
            let list = match i % 10 {
                0 => "",
                1 => "[]",
                2 => "\"{\"\"burnt\"\": 1}\"",
                3 => "\"[{\"\"burnt\"\": 1},]\"",
                _ => "\"[{\"\"burnt\"\": 1.5}, {\"\"name\"\": \"\"x\"\", \"\"burnt\"\": \"\"0.5\"\"}]\"",
            };
            format!("{},{list},{}\n", i + 1, ["prebake", "自焙槽", " Söderberg ", ""][i % 4])
        })
        .collect();
    let p = Plant::new("cells", &[("in.csv", &format!("production,furnaces,cell\n{rows}"))]);
    let found = p.alike("in.csv", &["--columns", "total,reports"], 1);
    // 2 t of coal in 5 t.
    assert!(
        found.out.contains("\n5,1800.0,0.00,true\n") && found.out.contains("\n6,1666.7,0.00,false\n"),
        "{}",
        found.out
    );
    assert!(found.native > 200 && found.errors.matches("FR-I008").count() == 60, "{}", found.native);
    // A list that is null, and an item that is.
    let mut lists = ListBuilder::new(StructBuilder::from_fields(
        Fields::from(vec![Field::new("burnt", DataType::Decimal128(9, 1), true)]),
        0,
    ));
    for i in 0..100 {
        let there = i % 20 != 3;
        let burnt = lists.values().field_builder::<Decimal128Builder>(0).expect("a decimal");
        burnt.append_option(there.then_some(15));
        lists.values().append(there);
        lists.append(i % 20 != 4);
    }
    let tonnes: ArrayRef = Arc::new(Int64Array::from(vec![3; 100]));
    let batch = RecordBatch::try_from_iter([("production", tonnes), ("furnaces", Arc::new(lists.finish()))]);
    arrow(&p.path("in.arrow"), &batch.expect("a batch"));
    let found = p.alike("in.arrow", &["--columns", "total"], 1);
    assert!(found.out.contains("\n3,2000.0\n5,1000.0\n") && found.native == 90, "{}: {}", found.native, found.out);
}

#[test]
fn evidence_in_columns_costs_no_other_row() {
    let row = |i: usize| match i % 10 {
        7 => format!("{},5,2024,,AR6\n", i + 1),
        8 => format!("{},5,,3,\n", i + 1),
        // Said beside a value that is not there.
        9 => format!("{},,2024,,\n", i + 1),
        _ => format!("{},5,,,\n", i + 1),
    };
    let table = "production,electricity,electricity.year,electricity.quality,production.unit\n".to_owned()
        + &(0..200).map(row).collect::<String>();
    let p = Plant::new("beside", &[("in.csv", &table)]);
    let found = p.alike("in.csv", &["--columns", "total"], 1);
    // 2.5 kg in 5 t. A rating is read by native code, too.
    assert!(found.out.contains("\n5,1000.5\n") && found.native == 160, "{}: {}", found.native, found.out);
    assert_eq!(found.errors.matches("lacks `value`").count(), 20, "{}", found.errors);
    let row = |i: usize| format!("{},{},{}\n", i + 1, if i % 4 == 3 { "" } else { "5" }, ["", "a meter"][i % 2]);
    let table = "production,electricity,electricity.source\n".to_owned() + &(0..200).map(row).collect::<String>();
    super::write(p.base(), "source.csv", &table);
    let found = p.alike("source.csv", &["--columns", "total"], 1);
    assert!(found.native == 150 && found.errors.matches("lacks `value`").count() == 50, "{}", found.native);
}

#[test]
fn json_lines_that_are_none() {
    let deep = |n: usize| format!("{{\"production\": 1, \"note\": {}{}}}\n", "[".repeat(n), "]".repeat(n));
    let text =
        "{\"inputs\": 3}\n{\"inputs\": null}\n[{\"production\": 1}]\n{\n{\"production\": 1, \"note\": \"]]]]\"}\n"
            .to_owned()
            + &deep(20)
            + &deep(70);
    let p = Plant::new("lines", &[("in.jsonl", &text)]);
    let found = p.alike("in.jsonl", &["--columns", "total"], 1);
    assert_eq!(found.out, "row,total [kg{CO2e}/t{Al}]\n5,1000.0\n6,1000.0\n");
    let starts = ["1,,inputs,FR-I008", "2,,inputs,FR-I008", "3,,,FR-I009", "4,,,FR-I009", "7,,note,FR-I009"];
    let told: Vec<&str> = found.errors.lines().skip(1).collect();
    assert!(told.iter().zip(starts).all(|(l, s)| l.starts_with(s)) && told.len() == 5, "{}", found.errors);
    assert!(told[2].contains("one whole JSON object on each line"), "{}", told[2]);
}

#[test]
fn help_fits_what_is_wrong() {
    let p = Plant::new("help", &[]);
    let table = |text: &str| super::write(p.base(), "in.csv", text);
    let args = [&["--input", "in.csv"][..], &TO_CSV].concat();
    table("production,furnaces.burnt\n");
    refused(&p, &args, 3, "FR-B001", "--list furnaces=文件", "--list furnaces=FILE");
    table("production,炉[0].burnt\n");
    refused(&p, &args, 3, "FR-B001", "--list furnaces=文件", "--list furnaces=FILE");
    // A letter has nothing in common with a name of one letter.
    table("production,x\n");
    refused(&p, &args, 3, "FR-B001", "--ignore", "--ignore");
    // Thousands of columns are told in a few lines.
    table(&format!("production{}\n", (0..5_000).map(|i| format!(",column{i}")).collect::<String>()));
    refused(&p, &args, 3, "FR-B001", "另有 4968 处", "and 4968 more");
    // A quotation mark that is left open.
    table("cell,production\n\"prebake,1\nprebake,2\n");
    let o = p.call(&args);
    assert!(ends(&o, 1).lines().count() == 1 && err(&o).contains("quotation mark"), "{}", err(&o));
    assert!(err(&o).ends_with("\n1 row, with errors\n"), "{}", err(&o));
    // Points in time, and numbers far outside.
    let times: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![0]));
    let far: ArrayRef = Arc::new(Float64Array::from(vec![1e300]));
    let one: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    parquet(
        &p.path("far.parquet"),
        &RecordBatch::try_from_iter([("production", one), ("electricity", far)]).expect("a batch"),
    );
    let o = p.call(&[&["--input", "far.parquet", "--floats", "shortest"][..], &TO_CSV].concat());
    ends(&o, 1);
    assert!(err(&o).contains("electricity: `1e300`"), "{}", err(&o));
    super::write(p.base(), "dated.pcr", &super::plant::RULE.replace("input cell", "input started: date\ninput cell"));
    parquet(&p.path("times.parquet"), &RecordBatch::try_from_iter([("started", times)]).expect("a batch"));
    let mut call = command(&[
        "batch",
        "dated.pcr",
        "--input",
        "times.parquet",
        "--output",
        "-",
        "--to",
        "csv",
        "--set",
        "production=1",
    ]);
    let o = call.current_dir(p.base()).output().expect("it runs");
    ends(&o, 3);
    assert!(err(&o).contains("FR-B006") && err(&o).contains("export it as a date"), "{}", err(&o));
    // A header alone, through a pipe.
    let mut call = command(&["batch", "plant.pcr", "--input", "-", "--from", "csv", "--output", "-", "--to", "csv"]);
    call.current_dir(p.base());
    assert!(ends(&feed(call, "production\n"), 0).starts_with("row,total"));
}

/// Without what says how data are rated and whether they are primary.
fn unrated(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value::{Array, Object};
    match value {
        Object(all) => {
            let rest = all.into_iter().filter(|(key, _)| key != "primary" && key != "quality");
            Object(rest.map(|(key, v)| (key, unrated(v))).collect())
        }
        Array(all) => Array(all.into_iter().map(unrated).collect()),
        other => other,
    }
}

#[test]
fn documents_with_units_and_evidence_are_native() {
    let p = Plant::new("documents", &[]);
    let mut native = Vec::new();
    for entry in fs::read_dir(super::root().join("examples")).expect("the examples") {
        let path = entry.expect("an entry").path();
        let Some(rule) = path.file_name().and_then(|n| n.to_str()?.strip_suffix(".json")) else { continue };
        let text = fs::read_to_string(&path).expect("an example");
        let line = unrated(serde_json::from_str(&text).expect("JSON")).to_string();
        super::write(p.base(), "in.jsonl", &format!("{line}\n").repeat(40));
        let call = |by: &str| {
            let args = [
                "batch",
                &format!("std:{rule}"),
                "--input",
                "in.jsonl",
                "--output",
                "-",
                "--to",
                "csv",
                "--evaluator",
                by,
            ];
            let o = command(&args).current_dir(p.base()).output().expect("it runs");
            (ends(&o, 0), err(&o))
        };
        let (out, said) = call("native");
        assert_eq!(out, call("reference").0, "{rule}");
        if said.contains("40 of them by native code") {
            native.push(rule.to_owned());
        }
    }
    assert!(native.len() >= 12, "{native:?}");
}

#[test]
fn numbers_with_units_in_their_cells_are_native() {
    // The usual unit, another one, none, and one that does not fit.
    let row = |i: usize| match i % 20 {
        3 => "5000 kg,1 MWh".to_owned(),
        7 => "5,1000".to_owned(),
        11 => "5 t,1 kg".to_owned(),
        13 => "5 t,1000 k Wh".to_owned(),
        n => format!("5 t{},{} kWh", if n % 2 == 0 { "{Al}" } else { "" }, i * 10),
    };
    let table = "production,electricity\n".to_owned() + &(0..200).map(|i| row(i) + "\n").collect::<String>();
    let line = |i: usize| {
        let unit = ["t", "kg", "t{Al}", "", "GWh"][if i.is_multiple_of(9) { i / 9 % 5 } else { 0 }];
        format!(
            "{{\"production\": {{\"value\": {}, \"unit\": \"{unit}\", \"year\": 2024, \"region\": \"\\u4e2d\"}}, \"cell\": \"\\u81ea焙槽\"}}\n",
            i + 1
        )
    };
    let p = Plant::new("units", &[("in.csv", &table), ("in.jsonl", &(0..200).map(line).collect::<String>())]);
    let found = p.alike("in.csv", &["--columns", "total"], 1);
    // 20 kWh in 5 t, and 1000.
    assert!(found.out.contains("\n3,1002.0\n") && found.out.contains("\n4,1100.0\n"), "{}", found.out);
    assert!(found.native >= 80, "{}", found.native);
    let found = p.alike("in.jsonl", &["--columns", "total"], 1);
    assert!(found.native > 170 && found.errors.contains("FR-I005"), "{}", found.native);
}
