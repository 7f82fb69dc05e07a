//! What the tests of `batch` share: a rule, a folder to call the command in, tables on disk, and a run with native code that
//! must write what the reference writes.
//!
//! Figures of the rule: 1 t of CO2 for each t of product, 0.5 kg for each kWh, 2 t for each t of coal, by t of product.

use super::{command, ends, err, folder};
use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;

pub(super) const RULE: &str = "rule plant zh \"厂\" en \"plant\"
version 0.1.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{Al} of production
round 1 decimals in kg{CO2e}/t{Al}
use std.units, std.gas
flow Al zh \"铝\" en \"aluminium\"
flow coal zh \"煤\" en \"coal\"
stage making zh \"生产\" en \"production\"
stage heating zh \"供热\" en \"heating\"
enum Cell { prebake zh \"预焙槽\" en \"prebake\"; soderberg zh \"自焙槽\" en \"Söderberg\" }
record Furnace { name: text default \"\"; burnt: t{coal} where >= 0 zh \"用煤\" en \"coal burnt\" }
input production: t{Al} where > 0 zh \"产量\" en \"output\"
input electricity: kWh where >= 0 default 0 zh \"用电量\" en \"electricity used\"
input cell: Cell default prebake zh \"槽型\" en \"cell type\"
input furnaces: list of Furnace default [] zh \"炉\" en \"furnaces\"
emission direct in making = production * 1 t{CO2}/t{Al}
emission grid in making = electricity * 0.5 kg{CO2}/kWh
emission burning in heating for f in furnaces = f.burnt * 2 t{CO2}/t{coal}
warn old: cell == prebake else zh \"自焙槽\" en \"a Söderberg cell\"
report intensity = electricity / production round 2 decimals
report modern = cell == prebake
scenario busy zh \"满负荷\" { electricity = 1000 kWh }
";

/// A folder with the rule; a call of `batch` in it.
pub(super) struct Plant(PathBuf);

/// What two runs over one table wrote, one with native code, one without.
pub(super) struct Alike {
    /// Results.
    pub(super) out: String,
    /// Findings; empty if there is no file.
    pub(super) errors: String,
    /// Rows that native code was sure of.
    pub(super) native: usize,
}

impl Plant {
    pub(super) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let base = folder(&format!("batch_{name}"), &[("plant.pcr", RULE)]);
        for (name, text) in files {
            super::write(&base, name, text);
        }
        Self(base)
    }

    pub(super) fn base(&self) -> &Path {
        &self.0
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(super) fn call(&self, args: &[&str]) -> Output {
        let all = [&["batch", "plant.pcr"], args].concat();
        command(&all).current_dir(&self.0).output().expect("the command runs")
    }

    /// The output file after a call that ends with this code.
    #[track_caller]
    pub(super) fn text(&self, args: &[&str], code: i32) -> String {
        let o = self.call(args);
        ends(&o, code);
        let at = args.iter().position(|a| *a == "--output").expect("an output");
        fs::read_to_string(self.path(args[at + 1])).expect("the output")
    }

    pub(super) fn there(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .expect("the folder")
            .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// What a run in CSV writes with native code, which must be what it writes without; each ends with this code.
    #[track_caller]
    pub(super) fn alike(&self, input: &str, args: &[&str], code: i32) -> Alike {
        let call = |by: &str| {
            let output = format!("{by}_{input}.csv");
            let o =
                self.call(&[&["--input", input, "--output", &output, "--overwrite", "--evaluator", by], args].concat());
            ends(&o, code);
            let read = |n: String| fs::read_to_string(self.path(&n)).unwrap_or_default();
            (err(&o), read(output.clone()), read(format!("{output}.errors.csv")))
        };
        let (said, out, errors) = call("native");
        let (_, reference, refused) = call("reference");
        // The first line that differs says more than two files.
        for (native, reference) in out.lines().chain(errors.lines()).zip(reference.lines().chain(refused.lines())) {
            assert_eq!(native, reference, "{input}");
        }
        assert!(out == reference && errors == refused, "{input}: one of the files is shorter");
        let before = said.split(" of them by native code").next().unwrap_or_default();
        let native = before.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
        Alike { out, errors, native }
    }
}

/// A table of three rows.
pub(super) const TABLE: &str =
    "id,production,electricity [MWh],cell\na,10,0.1,prebake\nb,10 t,,自焙槽\nc,20000 kg,0.02,\n";

/// Rows of which every tenth is wrong.
pub(super) fn many(rows: usize) -> String {
    let row = |i: usize| if i % 10 == 3 { format!("{i},0,1\n") } else { format!("{i},{},{}\n", i + 1, i * 7) };
    "id,production,electricity\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

/// Writes a table in Parquet.
pub(super) fn parquet(path: &Path, batch: &RecordBatch) {
    let mut w = ArrowWriter::try_new(File::create(path).expect("a file"), batch.schema(), None).expect("a writer");
    w.write(batch).expect("rows");
    w.close().expect("the end");
}

/// Writes a table as a file of Arrow IPC.
pub(super) fn arrow(path: &Path, batch: &RecordBatch) {
    let mut w = FileWriter::try_new(File::create(path).expect("a file"), &batch.schema()).expect("a writer");
    w.write(batch).and_then(|()| w.finish()).expect("rows");
}
