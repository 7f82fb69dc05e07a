//! `batch`: tables in every format, bad rows, lists, units, interrupted runs.
//!
//! Figures by hand: 1000 kg of the product itself, 0.5 kg for each kWh, 2000 kg for each t of coal, by t of product.

use super::plant::{Plant, TABLE, arrow, many, parquet};
use super::{command, ends, err, feed, folder, footrule};
use arrow_array::builder::{Decimal128Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{
    Array as _, ArrayRef, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    StructArray,
};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::HashMap;
use std::fs::{self, File};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn csv() {
    let p = Plant::new("csv", &[("in.csv", TABLE)]);
    let all = p.text(&["--input", "in.csv", "--output", "out.csv", "--id", "id"], 0);
    let unit = "[kg{CO2e}/t{Al}]";
    assert_eq!(
        all,
        format!(
            "id,total {unit},stage.making {unit},stage.heating {unit},gas.CO2 {unit},report.intensity [kWh/t{{Al}}],\
             report.modern,warnings\n\
             a,1005.0,1005.0,0.0,1005.0,10.00,true,\n\
             b,1000.0,1000.0,0.0,1000.0,0.00,false,old: a Söderberg cell\n\
             c,1000.5,1000.5,0.0,1000.5,1.00,true,\n"
        )
    );
    let some =
        &["--input", "in.csv", "--output", "some.csv", "--columns", "total,warnings", "--lang", "zh", "--ignore", "id"];
    assert_eq!(p.text(some, 0), format!("row,total {unit},warnings\n1,1005.0,\n2,1000.0,old: 自焙槽\n3,1000.5,\n"));
    // Nothing is left beside the results.
    assert_eq!(p.there(), ["in.csv", "out.csv", "plant.pcr", "some.csv"]);
    // Nothing is replaced unasked.
    let o = p.call(&["--input", "in.csv", "--output", "out.csv", "--id", "id"]);
    ends(&o, 2);
    assert!(err(&o).contains("FR-B021"), "{}", err(&o));
    p.text(&["--input", "in.csv", "--output", "out.csv", "--id", "id", "--overwrite"], 0);
}

#[test]
fn encodings_and_separators() {
    let chinese = "\"编号\";产量 [kg]；\n".replace('；', "") + "甲;10000\n乙;20000\n";
    let p = Plant::new("encodings", &[]);
    let (gb, ..) = encoding_rs::GB18030.encode(&chinese);
    let marked = [b"\xef\xbb\xbf", chinese.as_bytes()].concat();
    for (name, bytes) in [("utf8.csv", chinese.as_bytes()), ("bom.csv", &marked), ("gb.csv", &gb)] {
        fs::write(p.path(name), bytes).expect("a table");
        let out = format!("out_{name}");
        let found = p.text(&["--input", name, "--output", &out, "--id", "编号", "--columns", "total"], 0);
        assert_eq!(found, "编号,total [kg{CO2e}/t{Al}]\n甲,1000.0\n乙,1000.0\n", "{name}");
    }
    fs::write(p.path("broken.csv"), b"production\n1\xff\xff\n").expect("a table");
    let o = p.call(&["--input", "broken.csv", "--output", "o.csv"]);
    ends(&o, 3);
    assert!(err(&o).contains("FR-B009") && !p.path("o.csv").exists(), "{}", err(&o));
}

#[test]
fn bad_rows_are_told_and_the_rest_goes_on() {
    let table = "id,production,electricity,cell,furnaces\n\
                 a,10,0,prebake,\n\
                 b,-1,0,prebake,\n\
                 c,10,0,prebaked,\n\
                 d,,0,prebake,\n\
                 e,10,1.5E+03,prebake,\n\
                 f,10,0\n\
                 g,10,2 t,prebake,\n\
                 h,10,0,prebake,\"[{\"\"burnt\"\": 1}, {\"\"brunt\"\": 1}]\"\n\
                 i,10,0,prebake,\"[{\"\"burnt\"\": 1}]\"\n\
                 j,ten,0,no,\n";
    let p = Plant::new("bad", &[("in.csv", table)]);
    let args =
        ["--input", "in.csv", "--output", "out.csv", "--errors", "errors.csv", "--id", "id", "--columns", "total"];
    let found = p.text(&args, 1);
    assert_eq!(found, "id,total [kg{CO2e}/t{Al}]\na,1000.0\ni,1200.0\n");
    let errors = fs::read_to_string(p.path("errors.csv")).expect("errors");
    let keys: Vec<String> = errors.lines().map(|l| l.split(',').take(4).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(
        keys,
        [
            "row,id,column,code",
            "2,b,production,FR-I003",
            "3,c,cell,FR-I007",
            "4,d,production,FR-I002",
            "5,e,electricity,FR-I004",
            "6,f,,FR-B007",
            "7,g,electricity,FR-I005",
            "8,h,furnaces,FR-I002",
            "8,h,furnaces,FR-I001",
            "10,j,production,FR-I004",
            "10,j,cell,FR-I007",
        ],
        "{errors}"
    );
    // As JSON Lines, in Chinese; beside the results if no file is named.
    let args = ["--input", "in.csv", "--output", "zh.csv", "--errors", "zh.jsonl", "--id", "id", "--lang", "zh"];
    p.text(&args, 1);
    let first = fs::read_to_string(p.path("zh.jsonl")).expect("errors").lines().next().map(str::to_owned);
    let first: serde_json::Value = serde_json::from_str(&first.expect("a line")).expect("JSON");
    assert_eq!(first["row"], 2);
    assert_eq!(first["code"], "FR-I003");
    assert!(first["message"].as_str().is_some_and(|m| m.contains("产量")), "{first}");
    let o = p.call(&["--input", "in.csv", "--output", "beside.csv", "--id", "id"]);
    ends(&o, 1);
    let said = err(&o);
    assert!(
        said.contains("10 rows: 2 calculated, 8 with errors;") && said.contains("see beside.csv.errors.csv"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(p.path("beside.csv.errors.csv")).expect("errors"), errors);
}

#[test]
fn columns_are_checked_before_any_row() {
    let p = Plant::new("columns", &[]);
    let refused = |header: &str, more: &[&str], codes: &[&str], words: &str| {
        fs::write(p.path("in.csv"), format!("{header}\n")).expect("a table");
        let o = p.call(&[&["--input", "in.csv", "--output", "out.csv"], more].concat());
        ends(&o, 3);
        let shown = err(&o);
        let found: Vec<&str> = shown.lines().filter(|l| l.starts_with("FR-")).collect();
        assert_eq!(found, codes, "{header}: {shown}");
        assert!(shown.contains(words), "{header}: {shown}");
        assert!(!p.path("out.csv").exists() && !p.path("out.csv.part").exists());
    };
    refused("production,electricty", &[], &["FR-B001"], "did you mean electricity?");
    refused("production,用电", &[], &["FR-B001"], "用电量");
    refused("electricity", &[], &["FR-B002"], "production");
    refused("production [kWh]", &[], &["FR-B003"], "t{Al}");
    refused("production [t{coal}]", &[], &["FR-B003"], "coal");
    refused("production,cell [t]", &[], &["FR-B003"], "no numbers");
    refused("production,产量 [kg]", &[], &["FR-B005"], "both production");
    refused("production", &["--id", "sku"], &["FR-B002"], "--id");
    refused("production,production", &[], &["FR-B005"], "both production");
    refused("sku,production,sku", &["--id", "sku"], &["FR-B005"], "both --id");
    refused("production,electricty,cel", &[], &["FR-B001", "FR-B001"], "did you mean cell?");
    // What is the same for all rows may be given once; a column may be passed over.
    fs::write(p.path("in.csv"), "electricity,remark\n100,x\n").expect("a table");
    let args = [
        "--input",
        "in.csv",
        "--output",
        "out.csv",
        "--ignore",
        "remark",
        "--set",
        "production=10 t",
        "--columns",
        "total",
    ];
    assert_eq!(p.text(&args, 0), "row,total [kg{CO2e}/t{Al}]\n1,1005.0\n");
}

#[test]
fn rows_of_several_scenarios() {
    // 1000 kWh in 10 t.
    let table = "production,scenario,electricity\n10,,\n10,busy,5\n10,满负荷,\n10,idle,\n";
    let p = Plant::new("scenarios", &[("in.csv", table)]);
    let args = ["--input", "in.csv", "--output", "out.csv", "--columns", "total"];
    assert_eq!(p.text(&args, 1), "row,total [kg{CO2e}/t{Al}]\n1,1000.0\n2,1050.0\n3,1050.0\n");
    let errors = fs::read_to_string(p.path("out.csv.errors.csv")).expect("errors");
    assert!(errors.contains("4,,scenario,FR-I021"), "{errors}");
    // For all rows; findings of the results that are replaced go with them.
    let args = [&args[..], &["--scenario", "busy", "--overwrite"]].concat();
    assert_eq!(p.text(&args, 0), "row,total [kg{CO2e}/t{Al}]\n1,1050.0\n2,1050.0\n3,1050.0\n4,1050.0\n");
    assert!(!p.path("out.csv.errors.csv").exists());
}

#[test]
fn unusable_calls() {
    let p = Plant::new("calls", &[("in.csv", TABLE), ("in.xyz", TABLE)]);
    for (args, code, exit) in [
        (&["--input", "in.xyz", "--output", "o.csv"][..], "FR-B020", 2),
        (&["--input", "in.csv", "--output", "o.xyz"], "FR-B020", 2),
        (&["--input", "-", "--output", "o.csv"], "FR-B020", 2),
        (&["--input", "-", "--from", "parquet", "--output", "o.csv"], "FR-B020", 2),
        (&["--input", "no.csv", "--output", "o.csv"], "FR-C001", 2),
        (&["--input", "in.csv", "--output", "no/where/o.csv", "--id", "id"], "FR-B021", 2),
        (&["--input", "in.csv", "--output", "o.csv", "--columns", "totals"], "FR-B023", 2),
        (&["--input", "in.csv", "--output", "o.csv", "--list", "furnace=f.csv"], "FR-B023", 2),
        (&["--input", "in.csv", "--output", "o.csv", "--encoding", "klingon"], "FR-B023", 2),
        (&["--input", "in.csv", "--output", "-", "--to", "csv", "--resume"], "FR-B022", 2),
        (&["--input", "in.csv", "--output", "o.csv", "--id", "id", "--set", "prodution=3"], "FR-I001", 3),
        (&["--input", "in.csv", "--output", "o.csv", "--id", "id", "--scenario", "lazy"], "FR-I021", 3),
        (&["--input", "in.csv", "--from", "parquet", "--output", "o.csv"], "FR-B008", 3),
        (&["--input", "in.csv", "--from", "arrow", "--output", "o.csv"], "FR-B008", 3),
    ] {
        let o = p.call(args);
        ends(&o, exit);
        assert!(err(&o).contains(code), "{args:?}: {}", err(&o));
    }
    assert_eq!(p.there(), ["in.csv", "in.xyz", "plant.pcr"]);
}

#[test]
fn lists_in_a_file_of_their_own() {
    let items = "id,name,burnt [kg]\na,one,1000\na,two,500\nc,three,2000\n";
    let p = Plant::new("lists", &[("in.csv", TABLE), ("f.csv", items)]);
    let args =
        ["--input", "in.csv", "--list", "furnaces=f.csv", "--output", "out.csv", "--id", "id", "--columns", "total"];
    // 1.5 t of coal in 10 t: 300 kg more; 2 t in 20 t: 200 kg more.
    assert_eq!(p.text(&args, 0), "id,total [kg{CO2e}/t{Al}]\na,1305.0\nb,1000.0\nc,1200.5\n");
    // By row numbers, in Chinese.
    super::write(p.base(), "f.csv", "row,用煤\n3,2\n");
    super::write(p.base(), "in.csv", "production\n10\n10\n10\n");
    let args = ["--input", "in.csv", "--list", "furnaces=f.csv", "--output", "rows.csv", "--columns", "total"];
    assert_eq!(p.text(&args, 0), "row,total [kg{CO2e}/t{Al}]\n1,1000.0\n2,1000.0\n3,1400.0\n");
    for (items, code) in [
        ("row,burnt\n2,1\n1,1\n", "FR-B010"),
        ("row,burnt\n7,1\n", "FR-B010"),
        ("row,burnt\n,1\n", "FR-B010"),
        ("row,brunt\n1,1\n", "FR-B001"),
        ("row,name\n1,x\n", "FR-B002"),
        ("key,burnt\n1,1\n", "FR-B002"),
        ("row,burnt\n1,1,1\n", "FR-B007"),
    ] {
        super::write(p.base(), "f.csv", items);
        let o = p.call(&["--input", "in.csv", "--list", "furnaces=f.csv", "--output", "no.csv"]);
        ends(&o, 3);
        assert!(err(&o).contains(code) && !p.path("no.csv").exists(), "{items}: {}", err(&o));
    }
    // Two rows of one key.
    super::write(p.base(), "in.csv", "id,production\na,10\nb,10\na,10\n");
    super::write(p.base(), "f.csv", "id,burnt\na,1\n");
    let o = p.call(&["--input", "in.csv", "--list", "furnaces=f.csv", "--output", "no.csv", "--id", "id"]);
    ends(&o, 3);
    assert!(err(&o).contains("FR-B010") && err(&o).contains("row 3"), "{}", err(&o));
}

#[test]
fn json_lines() {
    let lines = concat!(
        "{\"id\": \"a\", \"production\": 10, \"electricity\": {\"value\": \"0.1\", \"unit\": \"MWh\", \"source\": \"meter\"}}\n",
        "\n",
        "{\"id\": \"b\", \"production\": \"10 t\", \"furnaces\": [{\"name\": \"x\", \"burnt\": 0.5}, {\"burnt\": \"500 kg\"}]}\n",
        "{\"id\": \"c\", \"inputs\": {\"production\": 20}}\n",
        "{\"id\": \"d\", \"prodution\": 20}\n",
        "{\"id\": \"e\"}\n",
        "[]\n",
        "{\"id\": \"g\", \"production\": 1, \"production\": 2}\n",
    );
    let p = Plant::new("jsonl", &[("in.jsonl", lines)]);
    let args = [
        "--input",
        "in.jsonl",
        "--output",
        "out.jsonl",
        "--id",
        "id",
        "--columns",
        "total,reports",
        "--errors",
        "e.csv",
    ];
    let found = p.text(&args, 1);
    assert_eq!(
        found.lines().next(),
        Some(
            "{\"id\":\"a\",\"total [kg{CO2e}/t{Al}]\":\"1005.0\",\"report.intensity [kWh/t{Al}]\":\"10.00\",\"report.modern\":true}"
        )
    );
    assert!(found.contains("\"b\",\"total [kg{CO2e}/t{Al}]\":\"1200.0\"") && found.lines().count() == 3, "{found}");
    let errors = fs::read_to_string(p.path("e.csv")).expect("errors");
    let keys: Vec<String> =
        errors.lines().skip(1).map(|l| l.split(',').take(4).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(
        keys,
        ["4,d,prodution,FR-B001", "5,e,production,FR-I002", "6,,,FR-I009", "7,g,production,FR-I011"],
        "{errors}"
    );
    // Through a pipe.
    let mut call = command(&[
        "batch",
        "plant.pcr",
        "--input",
        "-",
        "--from",
        "jsonl",
        "--output",
        "-",
        "--to",
        "csv",
        "--columns",
        "total",
    ]);
    call.current_dir(p.base());
    let o = feed(call, "{\"production\": 10}\n{\"production\": 0}\n");
    assert_eq!(ends(&o, 1), "row,total [kg{CO2e}/t{Al}]\n1,1000.0\n");
    assert!(err(&o).contains("2,,production,FR-I003,"), "{}", err(&o));
}

/// A table with nested lists, a dictionary, decimals, and a unit in the schema.
fn batch() -> RecordBatch {
    let production =
        Decimal128Array::from(vec![Some(10_000), Some(20_000), None]).with_precision_and_scale(20, 3).expect("fits");
    let kwh = StringArray::from(vec![Some("100"), None, Some("1")]);
    let cell: DictionaryArray<arrow_array::types::Int8Type> =
        vec!["prebake", "soderberg", "prebake"].into_iter().collect();
    let fields = Fields::from(vec![
        Field::new("name", DataType::Utf8, true),
        Field::new("burnt [kg]", DataType::Decimal128(10, 1), true),
    ]);
    let mut list = ListBuilder::new(StructBuilder::from_fields(fields, 0));
    for items in [&[(Some("x"), 10_000), (None, 5_000)][..], &[], &[(None, 1)]] {
        for (name, burnt) in items {
            let item = list.values();
            item.field_builder::<StringBuilder>(0).expect("a text").append_option(*name);
            item.field_builder::<Decimal128Builder>(1).expect("a decimal").append_value(*burnt);
            item.append(true);
        }
        list.append(true);
    }
    let list: ArrayRef = Arc::new(list.finish());
    let unit = |f: Field, u: &str| f.with_metadata(HashMap::from([("unit".to_owned(), u.to_owned())]));
    let schema = arrow_schema::Schema::new(vec![
        Field::new("sku", DataType::Int64, true),
        Field::new("production", DataType::Decimal128(20, 3), true),
        unit(Field::new("electricity", DataType::Utf8, true), "kWh"),
        Field::new("cell", cell.data_type().clone(), true),
        Field::new("furnaces", list.data_type().clone(), true),
    ]);
    let ids = Int64Array::from(vec![7, 8, 9]);
    RecordBatch::try_new(
        Arc::new(schema),
        vec![Arc::new(ids), Arc::new(production), Arc::new(kwh), Arc::new(cell), list],
    )
    .expect("a batch")
}

#[test]
fn parquet_and_arrow() {
    let p = Plant::new("columnar", &[]);
    let batch = batch();
    parquet(&p.path("in.parquet"), &batch);
    arrow(&p.path("in.arrow"), &batch);
    let mut w =
        StreamWriter::try_new(File::create(p.path("in.arrows")).expect("a file"), &batch.schema()).expect("a writer");
    w.write(&batch).and_then(|()| w.finish()).expect("rows");
    for input in ["in.parquet", "in.arrow", "in.arrows"] {
        for output in ["out.parquet", "out.arrow"] {
            let o = p.call(&[
                "--input",
                input,
                "--output",
                output,
                "--id",
                "sku",
                "--overwrite",
                "--columns",
                "total,reports",
            ]);
            // The third row has no production.
            ends(&o, 1);
            let errors = fs::read_to_string(p.path(&format!("{output}.errors.csv"))).expect("errors");
            assert!(errors.contains("3,9,production,FR-I002"), "{errors}");
            let file = File::open(p.path(output)).expect("the output");
            let found: Vec<RecordBatch> = if output == "out.arrow" {
                FileReader::try_new(file, None).expect("Arrow").map(|b| b.expect("rows")).collect()
            } else {
                let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
                builder.build().expect("Parquet").map(|b| b.expect("rows")).collect()
            };
            let [found] = found.as_slice() else { panic!("{} batches", found.len()) };
            let schema = found.schema();
            assert_eq!(schema.field(1).name(), "total");
            assert_eq!(schema.field(1).metadata().get("unit").map(String::as_str), Some("kg{CO2e}/t{Al}"));
            assert_eq!(schema.field(1).data_type(), &DataType::Decimal128(38, 1));
            // 10 t with 100 kWh and 1.5 t of coal; 20 t.
            assert_eq!(found.column(1).as_primitive::<Decimal128Type>().values(), &[13_050, 10_000]);
            assert_eq!(found.column(0).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["7", "8"]);
            assert_eq!(found.column(2).as_primitive::<Decimal128Type>().values(), &[1_000, 0]);
            assert!(!found.column(3).as_boolean().value(1));
        }
    }
    assert_eq!(p.there().iter().filter(|n| n.ends_with(".part") || n.ends_with(".state")).count(), 0);
    // A stream of Arrow on stdin and stdout.
    let bytes = fs::read(p.path("in.arrows")).expect("the stream");
    let mut call = command(&[
        "batch",
        "plant.pcr",
        "--input",
        "-",
        "--from",
        "arrow",
        "--output",
        "-",
        "--to",
        "arrow",
        "--ignore",
        "sku",
    ]);
    call.current_dir(p.base()).stdin(File::open(p.path("in.arrows")).expect("the stream"));
    let o = call.output().expect("the command runs");
    assert_eq!(o.status.code(), Some(1), "{}", err(&o));
    assert!(!bytes.is_empty());
    let found: Vec<RecordBatch> =
        StreamReader::try_new(o.stdout.as_slice(), None).expect("Arrow").map(|b| b.expect("rows")).collect();
    assert_eq!(found[0].column(0).as_primitive::<Int64Type>().values(), &[1, 2]);
}

#[test]
fn damaged_files_are_told() {
    let p = Plant::new("damaged", &[]);
    let batch = batch();
    parquet(&p.path("whole.parquet"), &batch);
    arrow(&p.path("whole.arrow"), &batch);
    for name in ["parquet", "arrow"] {
        let whole = fs::read(p.path(&format!("whole.{name}"))).expect("the table");
        let damaged = format!("in.{name}");
        for k in 0..24 {
            let mut bytes = whole.clone();
            match k % 2 {
                0 => bytes.truncate(whole.len() * k / 24),
                _ => bytes[whole.len() * k / 24..]
                    .iter_mut()
                    .step_by(7)
                    .take(5)
                    .for_each(|b| *b = b.wrapping_mul(31) ^ 0x5a),
            }
            fs::write(p.path(&damaged), bytes).expect("a table");
            let o = p.call(&["--input", &damaged, "--output", "-", "--to", "csv", "--ignore", "sku"]);
            // Values that are other ones cannot be told from the right ones; nothing else is a result, nor a bug.
            let code = o.status.code();
            assert!(matches!(code, Some(0 | 1 | 3)), "{name} {k}: {code:?}\n{}", err(&o));
            assert!(!err(&o).contains("FR-C005"), "{name} {k}: {}", err(&o));
        }
    }
}

#[test]
fn numbers_of_every_width() {
    let p = Plant::new("widths", &[]);
    let wide = arrow_array::Decimal256Array::from(vec![arrow_buffer::i256::from_i128(100_000)]);
    let wide: ArrayRef = Arc::new(wide.with_precision_and_scale(76, 4).expect("fits"));
    let hundreds: ArrayRef = Arc::new(Decimal128Array::from(vec![2]).with_precision_and_scale(5, -2).expect("fits"));
    let narrow: ArrayRef =
        Arc::new(arrow_array::Decimal32Array::from(vec![100]).with_precision_and_scale(5, 1).expect("fits"));
    let large: ArrayRef = Arc::new(arrow_array::UInt64Array::from(vec![200]));
    let small: ArrayRef = Arc::new(arrow_array::Int8Array::from(vec![10]));
    let view: ArrayRef = Arc::new(arrow_array::StringViewArray::from(vec!["200"]));
    // 10 t with 200 kWh, whatever they are stored in.
    for (i, (production, electricity)) in [(wide, hundreds), (narrow, large), (small, view)].into_iter().enumerate() {
        let table =
            RecordBatch::try_from_iter([("production", production), ("electricity", electricity)]).expect("a batch");
        let (input, output) = (format!("in{i}.arrow"), format!("out{i}.csv"));
        arrow(&p.path(&input), &table);
        let args = ["--input", &input, "--output", &output, "--columns", "total"];
        assert_eq!(p.text(&args, 0), "row,total [kg{CO2e}/t{Al}]\n1,1010.0\n", "{i}");
    }
}

#[test]
fn binary_floats_are_refused_unless_asked_for() {
    let p = Plant::new("floats", &[]);
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![0.1, 3.0]));
    parquet(&p.path("in.parquet"), &RecordBatch::try_from_iter([("production", floats)]).expect("a batch"));
    let o = p.call(&["--input", "in.parquet", "--output", "out.csv"]);
    ends(&o, 3);
    assert!(err(&o).contains("FR-B004") && err(&o).contains("--floats shortest"), "{}", err(&o));
    let args = ["--input", "in.parquet", "--output", "out.csv", "--floats", "shortest", "--columns", "total"];
    assert_eq!(p.text(&args, 0), "row,total [kg{CO2e}/t{Al}]\n1,1000.0\n2,1000.0\n");
    // A column of another type.
    let flags: ArrayRef = Arc::new(arrow_array::BooleanArray::from(vec![true]));
    parquet(&p.path("in.parquet"), &RecordBatch::try_from_iter([("production", flags)]).expect("a batch"));
    let o = p.call(&["--input", "in.parquet", "--output", "no.csv"]);
    ends(&o, 3);
    assert!(err(&o).contains("FR-B006"), "{}", err(&o));
}

/// A rule with a list of numbers, a text, and results by significant digits, of two products and in further units.
const PAIR: &str = "rule pair zh \"双\" en \"pair\"
version 0.1.0
valid from 2026-01-01
gwp AR6
round 3 significant
use std.units, std.gas
flow heavy
flow light
stage making zh \"生产\" en \"production\"
input burnt: list of number where count >= 1
input plant: text default \"\" zh \"名称\" en \"name\"
input as_heavy: t{heavy} where > 0 zh \"名称\" en \"heavy product\"
input as_light: t{light} where > 0
product heavy_one declared unit 1 t{heavy} of as_heavy
product light_one declared unit 1 t{light} of as_light
emission of_heavy to heavy_one in making = sum(burnt) * 1 t{CO2}
emission of_light to light_one in making = 1234.5 kg{CO2}
report named = plant
";

#[test]
fn lists_of_numbers_texts_and_significant_digits() {
    let p = Plant::new("pair", &[("pair.pcr", PAIR)]);
    let mut list = ListBuilder::new(Decimal128Builder::new());
    for numbers in [&[1, 2][..], &[10], &[]] {
        numbers.iter().for_each(|n| list.values().append_value(n * 10_i128.pow(10)));
        list.append(true);
    }
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["[1] first", "{x", ""]));
    let one: ArrayRef = Arc::new(Int64Array::from(vec![3, 3, 3]));
    let burnt: ArrayRef = Arc::new(list.finish());
    let columns =
        [("burnt", burnt), ("plant", texts.clone()), ("note", texts), ("as_heavy", one.clone()), ("as_light", one)];
    parquet(&p.path("in.parquet"), &RecordBatch::try_from_iter(columns).expect("a batch"));
    let args = ["batch", "pair.pcr", "--input", "in.parquet", "--output", "out.csv", "--columns", "total,reports"];
    let o = command(&args).current_dir(p.base()).output().expect("the command runs");
    ends(&o, 1);
    // 3 t and 10 t of CO2 in 3 t; 1234.5 kg in 3 t.
    assert_eq!(
        fs::read_to_string(p.path("out.csv")).expect("the output"),
        "row,heavy_one.total [kg{CO2e}/t{heavy}],light_one.total [kg{CO2e}/t{light}],report.named\n\
         1,1000,412,[1] first\n2,3330,412,{x\n"
    );
    assert!(fs::read_to_string(p.path("out.csv.errors.csv")).expect("errors").contains("3,,burnt,FR-I012"));
    // A label of two inputs is no name for a column.
    super::write(p.base(), "in.csv", "burnt,名称,as_heavy,as_light\n[1],x,1,1\n");
    let o = command(&["batch", "pair.pcr", "--input", "in.csv", "--output", "o.csv"]).current_dir(p.base()).output();
    let o = o.expect("the command runs");
    ends(&o, 3);
    assert!(err(&o).contains("FR-B005") && !err(&o).contains("FR-B001"), "{}", err(&o));
}

#[test]
fn evidence_stands_in_columns_of_its_own() {
    let table = "production,production.source,electricity [MWh],electricity.primary,electricity.quality\n\
                 10,[3] weighbridge,0.1,TRUE,2\n\
                 10,,,,\n\
                 10,,0.1,maybe,\n";
    let p = Plant::new("evidence", &[("in.csv", table)]);
    let args = ["--input", "in.csv", "--output", "out.csv", "--columns", "total"];
    assert_eq!(p.text(&args, 1), "row,total [kg{CO2e}/t{Al}]\n1,1005.0\n2,1000.0\n");
    let errors = fs::read_to_string(p.path("out.csv.errors.csv")).expect("errors");
    assert!(errors.contains("3,,electricity.primary,FR-I008") && errors.lines().count() == 2, "{errors}");
}

#[test]
fn two_runs_do_not_write_one_file() {
    let p = Plant::new("lock", &[("in.csv", TABLE)]);
    let other = File::create(p.path("out.csv.part")).expect("a file");
    other.lock().expect("a lock");
    let o = p.call(&["--input", "in.csv", "--output", "out.csv", "--id", "id"]);
    ends(&o, 2);
    assert!(err(&o).contains("FR-B021") && err(&o).contains("another run"), "{}", err(&o));
    drop(other);
    p.text(&["--input", "in.csv", "--output", "out.csv", "--id", "id"], 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let p = Plant::new("full", &[("in.csv", TABLE)]);
    for to in ["csv", "parquet", "arrow"] {
        let mut call = command(&["batch", "plant.pcr", "--input", "in.csv", "--output", "-", "--to", to, "--id", "id"]);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let o = call.current_dir(p.base()).stdout(full).output().expect("the command runs");
        ends(&o, 2);
        assert!(err(&o).contains("FR-B021") && !err(&o).contains("--resume"), "{to}: {}", err(&o));
    }
}

#[test]
fn structs_are_paths() {
    let p = Plant::new("structs", &[]);
    let value: ArrayRef = Arc::new(StringArray::from(vec![Some("100"), None]));
    let source: ArrayRef = Arc::new(StringArray::from(vec![Some("meter"), None]));
    let field = |n: &str| Arc::new(Field::new(n, DataType::Utf8, true));
    let both = StructArray::from(vec![(field("value [kWh]"), value), (field("source"), source)]);
    let tonnes: ArrayRef = Arc::new(Int64Array::from(vec![10, 10]));
    let columns: [(&str, ArrayRef); 2] = [("产量", tonnes), ("electricity", Arc::new(both))];
    parquet(&p.path("in.parquet"), &RecordBatch::try_from_iter(columns).expect("a batch"));
    let args = ["--input", "in.parquet", "--output", "out.csv", "--columns", "total"];
    assert_eq!(p.text(&args, 0), "row,total [kg{CO2e}/t{Al}]\n1,1005.0\n2,1000.0\n");
}

/// Lines with lists, most of them plain, some as only the reference reads them, some wrong.
fn many_lines(rows: usize) -> String {
    let furnace = |i: usize, k: usize| match (i * 7 + k) % 60 {
        0 => "{\"burnt\": \"500 kg\"}".to_owned(),
        1 => "{\"burnt\": 1, \"burnt\": 2}".to_owned(),
        2 => "{\"burnt\": 1, \"burn\": 2}".to_owned(),
        3 => "null".to_owned(),
        4 => "{\"name\": \"no coal\"}".to_owned(),
        5 => "{\"burnt\": {\"value\": 3, \"source\": \"a meter\"}}".to_owned(),
        6 => "{\"burnt\": -1}".to_owned(),
        n if n % 2 == 0 => format!("{{\"name\": \"f{k}\", \"burnt\": {}.{k}}}", i % 9),
        _ => format!("{{\"burnt\": \"{i}.5\"}}"),
    };
    let row = |i: usize| {
        let furnaces: Vec<String> = (0..i % 4).map(|k| furnace(i, k)).collect();
        let furnaces = furnaces.join(", ");
        let own = format!("\"production\": {}, \"furnaces\": [{furnaces}]", if i % 10 == 3 { 0 } else { i + 1 });
        match i % 50 {
            1 => format!("{{\"inputs\": {{{own}}}}}\n"),
            2 => format!("{{{own}, \"cell\": \"soderberg\"}}\n"),
            4 => "{\"production\": 5}\n".to_owned(),
            5 => "{\"production\": 5, \"furnaces\": 7}\n".to_owned(),
            6 => format!("{{{own}, \"electricity\": {{\"value\": {i}, \"unit\": \"MWh\"}}}}\n"),
            7 => format!("{{{own}, \"electricity\": null}}\n"),
            _ => format!("{{{own}, \"electricity\": {i}}}\n"),
        }
    };
    (0..rows).map(row).collect()
}

#[test]
fn the_order_of_rows_is_that_of_the_table_whatever_the_threads() {
    let p = Plant::new("order", &[("in.csv", &many(3000))]);
    let args = |threads, out| {
        ["--input", "in.csv", "--output", out, "--id", "id", "--columns", "total,reports", "--threads", threads]
    };
    let one = p.text(&args("1", "one.csv"), 1);
    assert_eq!(one.lines().count(), 2701);
    assert_eq!(p.text(&args("4", "four.csv"), 1), one);
    let errors = |n: &str| fs::read_to_string(p.path(&format!("{n}.csv.errors.csv"))).expect("errors");
    assert_eq!(errors("one"), errors("four"));
    assert_eq!(errors("one").lines().count(), 301);
}

/// Cells as people write them: the reference reads some of them and refuses others; native code must do as it does.
const ODD: &str = "id,production,electricity [MWh],cell\na,10,1,prebake\nb, 10 ,1,\"\"\"prebake\"\"\"\nc,10 t,5%,soderberg\n\
    d,007,1,自焙槽\ne,1e3,0.10,Söderberg\nf,-1,1,prebake\ng,0,1,prebake\nh,12345678901234567890,1,\ni,10,,Prebake\nj,+5,1,\n\
    k,0.0000000000000000000000001,3,prebake\nl,３,1,prebake\nm,10,0.123456789012345678901234,prebake\n";

const ODD_LINES: &str = "{\"production\": 10, \"cell\": \"prebake\"}\n{\"production\": \"10\", \"cell\": \"\\u0070rebake\"}\n\
    {\"production\": \"10 t\"}\n{\"production\": true}\n{\"production\": 1e1, \"electricity\": \"0.5 MWh\"}\n{\"production\": null}\n\
    {\"production\": 3, \"furnaces\": [{\"burnt\": 2}, {\"burnt\": \"1500 kg\"}]}\n{\"production\": 3, \"furnaces\": []}\n\
    {\"production\": 3, \"cell\": \"\"}\n{\"production\": 3, \"electricity\": {\"value\": null}}\n{\"production\": 3, \"electricity\": {}}\n\
    {\"production\": 3, \"electricity\": {\"source\": \"x\"}}\n{\"production\": 3, \"furnaces\": [{\"burnt\": 1, \"name\": null}]}\n";

#[test]
fn native_code_and_the_reference_write_the_same() {
    let files = [
        ("many.csv", many(5_000)),
        ("odd.csv", ODD.to_owned()),
        ("odd.jsonl", ODD_LINES.to_owned()),
        ("many.jsonl", many_lines(5_000)),
    ];
    let p = Plant::new("native", &files.each_ref().map(|(n, t)| (*n, t.as_str())));
    for (input, args) in
        [("many.csv", &["--id", "id"][..]), ("odd.csv", &["--id", "id"]), ("odd.jsonl", &[]), ("many.jsonl", &[])]
    {
        let native = p.alike(input, args, 1).native;
        assert!(native > 0 && (!input.starts_with("many") || native > 3_000), "{input}: {native}");
    }
}

#[test]
fn a_killed_run_is_resumed() {
    let p = Plant::new("resume", &[("in.csv", &many(5_000))]);
    for output in ["out.csv", "out.parquet"] {
        // The reference takes its time: the run is killed on its way.
        let slow = ["--evaluator", "reference"];
        let args =
            [&["batch", "plant.pcr", "--input", "in.csv", "--output", output, "--id", "id", "--resume"][..], &slow];
        let args = args.concat();
        let part = p.path(&format!("{output}.part"));
        let state = p.path(&format!("{output}.state"));
        let mut child = command(&args)
            .arg("--threads=1")
            .current_dir(p.base())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        let start = Instant::now();
        // Until some chunks are noted as complete.
        let noted = || fs::read_to_string(&state).is_ok_and(|s| !s.contains("\"rows\":0,"));
        while !noted() && start.elapsed() < Duration::from_secs(120) && child.try_wait().expect("a state").is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        assert!(!p.path(output).exists() && part.exists() && state.exists(), "{output}: {:?}", p.there());
        // What was written behind the last complete chunk is cut off.
        let mut torn = fs::read(&part).expect("the part");
        torn.extend_from_slice(b"999,half a li");
        fs::write(&part, torn).expect("the part");
        // Another call is another run.
        let o = command(&[&args[..], &["--set", "cell=soderberg"]].concat())
            .current_dir(p.base())
            .output()
            .expect("it runs");
        ends(&o, 2);
        assert!(err(&o).contains("FR-B022") && err(&o).contains("--set"), "{}", err(&o));
        let o = command(&args).current_dir(p.base()).output().expect("it runs");
        ends(&o, 1);
        assert!(err(&o).contains("5000 rows") && err(&o).contains("before the interruption"), "{}", err(&o));
        let whole = format!("whole_{output}");
        ends(&p.call(&["--input", "in.csv", "--output", &whole, "--id", "id"]), 1);
        let bytes = |n: &str| fs::read(p.path(n)).expect("a file");
        assert!(bytes(output) == bytes(&whole), "{output}: the resumed run gives another file");
        let errors = |n: &str| bytes(&format!("{n}.errors.csv"));
        assert!(errors(output) == errors(&whole));
        assert!(!part.exists() && !state.exists());
    }
    // Without an interrupted run, --resume begins.
    ends(&p.call(&["--input", "in.csv", "--output", "new.csv", "--id", "id", "--resume"]), 1);
}

#[test]
fn rules_of_the_library_have_batches() {
    // The data of the examples, each on one line.
    let base = folder("batch_library", &[]);
    let list = footrule(&["list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&ends(&list, 0)).expect("JSON");
    let rules: Vec<&str> = list["rules"].as_array().expect("rules").iter().filter_map(|r| r["rule"].as_str()).collect();
    assert!(rules.len() >= 10, "{list}");
    for rule in rules.iter().filter_map(|r| r.strip_prefix("std:")) {
        let path = super::root().join("examples").join(format!("{rule}.json"));
        let text = fs::read_to_string(path).expect("an example");
        let line = text.replace('\n', " ") + "\n";
        let input = base.join(format!("{rule}.jsonl"));
        fs::write(&input, line).expect("a table");
        let output = base.join(format!("{rule}.csv"));
        let (input, output) = (input.to_string_lossy().into_owned(), output.to_string_lossy().into_owned());
        let o = footrule(&["batch", &format!("std:{rule}"), "--input", &input, "--output", &output]);
        ends(&o, 0);
        let example = super::root().join("examples").join(format!("{rule}.json")).to_string_lossy().into_owned();
        let o = footrule(&["run", &format!("std:{rule}"), "--input", &example, "--format", "json"]);
        let record: serde_json::Value = serde_json::from_str(&ends(&o, 0)).expect("JSON");
        let total = record["total"]["value"].as_str().or_else(|| record["products"][0]["total"]["value"].as_str());
        let table = fs::read_to_string(&output).expect("the output");
        let by_reference = base.join(format!("{rule}_reference.csv")).to_string_lossy().into_owned();
        let call = ["batch", &format!("std:{rule}"), "--input", &input, "--output", &by_reference];
        ends(&footrule(&[&call[..], &["--evaluator", "reference"]].concat()), 0);
        assert_eq!(table, fs::read_to_string(&by_reference).expect("the output"), "{rule}");
        let row = table.lines().nth(1).expect("a row");
        assert_eq!(row.split(',').nth(1), total, "{rule}: {table}");
    }
}
