//! `build`: bundles that run anywhere, and objects that a C program links and calls.
//!
//! The C compiler is `cc`, which the Rust toolchain needs to link as well.

use super::{command, ends, err, folder, footrule, out, root};
use footrule_embed::Rule;
use footrule_number::Number;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Numbers between two, the same at every run.
struct Draw(u64);

impl Draw {
    fn between(&mut self, lo: i64, hi: i64) -> i64 {
        // Knuth's MMIX generator; the upper half is random enough.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lo + ((self.0 >> 33) % (hi - lo + 1) as u64) as i64
    }
}

/// Builds a rule into a folder.
fn built(rule: &Path, folder: &Path, more: &[&str]) {
    let mut args = vec!["build", rule.to_str().expect("UTF-8"), "--out", folder.to_str().expect("UTF-8")];
    args.extend(more);
    ends(&footrule(&args), 0);
}

/// Compiles and links a C program with the object in a folder.
fn linked(folder: &Path, name: &str, source: &Path) -> PathBuf {
    let program = folder.join(name);
    let o = Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-I"])
        .arg(folder)
        .arg(source)
        .arg(folder.join(format!("{name}.o")))
        .arg("-o")
        .arg(&program)
        .output()
        .expect("these tests need the C compiler `cc`, as the Rust toolchain does");
    assert!(o.status.success(), "{}", err(&o));
    program
}

/// What a program writes, line by line.
fn lines(program: &Path, args: &[&str]) -> Vec<String> {
    let o = Command::new(program).args(args).output().expect("the program runs");
    assert!(o.status.success(), "{}: {}", o.status, err(&o));
    out(&o).lines().map(str::to_owned).collect()
}

/// A value in millionths as a JSON member.
fn member(name: &str, millionths: i64) -> String {
    format!("\"{name}\": \"{}\"", Number::from_parts(millionths.into(), 6).expect("a number"))
}

/// The published figures of the reference: the total and a report, without their points; nothing if it refuses the row.
fn reference(rule: &Rule, inputs: &str) -> Option<(i128, i128)> {
    let outcome = rule.evaluate(&format!("{{\"inputs\": {{{inputs}}}}}")).ok()?;
    let units = |value: &str| value.replace('.', "").parse::<i128>().expect("digits");
    let report = serde_json::to_value(&outcome.reports[0].value).expect("JSON");
    Some((units(&outcome.footprints[0].total.value), units(report["value"].as_str().expect("a figure"))))
}

/// Compares what a C program says of rows with the reference: sure rows digit by digit. Returns how many are sure.
fn compared(rule: &Rule, said: &[String], rows: &[String], outside: &[bool]) -> usize {
    assert_eq!(said.len(), rows.len() + 1);
    let mut sure = 0;
    for (i, row) in rows.iter().enumerate() {
        let words: Vec<i128> = said[i].split(' ').map(|w| w.parse().expect("a number")).collect();
        if words[0] == 0 {
            assert_eq!(words[1..], [0, 0], "row {i} is not sure and has figures");
            continue;
        }
        sure += 1;
        assert!(!outside[i], "row {i} lies outside the ranges: {row}");
        assert_eq!(reference(rule, row), Some((words[1], words[2])), "row {i}: {row}");
    }
    let last = format!("{sure} {} {} {}", rule.name(), rule.version(), rule.meaning());
    assert_eq!(said.last(), Some(&last));
    sure
}

#[test]
fn the_example_in_c_is_linked_and_run() {
    let dir = folder("build_carton", &[]);
    let figures = ["--emit", "object,header", "--figures", "total"];
    built(&root().join("examples/embed/carton.pcr"), &dir, &figures);
    let program = linked(&dir, "carton", &root().join("examples/embed/carton.c"));
    // By hand: (1050 × 512.25 + 171090) / 1000 and (1050 × 935.4 + 171090 + 12500) / 1000.
    let expected = ["708.95 kg CO2e per t", "1165.76 kg CO2e per t", "ask the reference", "2 of 3 rows are sure"];
    assert_eq!(lines(&program, &[]), expected);
    let page = fs::read_to_string(root().join("docs/embedding.md")).expect("the page");
    let example = fs::read_to_string(root().join("examples/embed/carton.c")).expect("the example");
    assert!(page.contains(example.trim()), "docs/embedding.md shows another program than examples/embed/carton.c");
    assert!(page.contains(&expected.join("\n")), "docs/embedding.md shows other results");
}

#[test]
fn an_object_needs_nothing_and_is_the_same_every_time() {
    let (a, b) = (folder("build_same_a", &[]), folder("build_same_b", &[]));
    let rule = root().join("examples/embed/carton.pcr");
    for dir in [&a, &b] {
        built(&rule, dir, &["--emit", "object,header"]);
    }
    for file in ["carton.o", "carton.h"] {
        assert_eq!(fs::read(a.join(file)).expect("a file"), fs::read(b.join(file)).expect("a file"), "{file}");
    }
    let o = Command::new("nm").arg("-u").arg(a.join("carton.o")).output().expect("`nm` stands beside `cc`");
    assert_eq!((out(&o).as_str(), o.status.success()), ("", true), "symbols that nobody defines");
    // Where there is a C++ compiler, it takes the header, too.
    if Command::new("c++").arg("--version").output().is_ok_and(|o| o.status.success()) {
        let o = Command::new("c++")
            .args(["-x", "c++", "-std=c++11", "-Wall", "-Werror", "-fsyntax-only"])
            .arg(a.join("carton.h"))
            .output()
            .expect("it runs");
        assert!(o.status.success(), "{}", err(&o));
    }
}

#[test]
fn what_c_says_of_28_numbers_is_what_the_reference_says() {
    let dir = folder("build_alu", &[]);
    let path = root().join("tests/benches/alu.pcr");
    // A narrower range than the rule's own: what lies between is fine by the rule, and not for this object.
    let range = ["--range", "m_al=1000..100000"];
    built(&path, &dir, &["--emit", "object,header", "--figures", "total,report.flag", range[0], range[1]]);
    let program = linked(&dir, "alu", &root().join("cli/tests/embed/alu.c"));
    let rule = footrule_embed::compile(path.to_str().expect("UTF-8")).expect("it compiles");
    let (layout, left_out) = rule.layout(&Default::default()).expect("a layout");
    assert!(left_out.is_empty());
    // The ranges that the header tells, in millionths.
    let header = fs::read_to_string(dir.join("alu.h")).expect("the header");
    let end = |name: &str, end: &str| -> i64 {
        let line = format!("#define ALU_{}_{end} INT64_C(", name.to_ascii_uppercase());
        let at = header.find(&line).unwrap_or_else(|| panic!("no {line}")) + line.len();
        header[at..].split(')').next().expect("a number").parse().expect("a number")
    };
    assert_eq!((end("m_al", "MIN"), end("m_al", "MAX")), (1_000_000_000, 100_000_000_000));
    let mut draw = Draw(42);
    let (mut file, mut rows, mut outside) = (String::new(), Vec::new(), Vec::new());
    for i in 0..400 {
        let (mut line, mut inputs, mut beyond) = (String::new(), Vec::new(), false);
        for (k, column) in layout.columns.iter().enumerate() {
            let name = &column.path;
            if k >= 28 {
                let members = if k == 28 { 7 } else { 5 };
                // One member too many, once in a while.
                let m = if i % 50 == 7 && k == 29 { members } else { draw.between(0, members - 1) };
                beyond |= m == members;
                line += &format!("{m} ");
                let enums = [
                    ["EU", "NO", "IS", "CN", "IN", "GCC", "CA"].as_slice(),
                    &["road", "rail", "sea", "inland", "short_sea"],
                ];
                let id = enums[usize::from(k > 28)].get(m as usize).copied().unwrap_or("none");
                inputs.push(format!("\"{name}\": \"{id}\""));
                continue;
            }
            let (lo, hi) = (end(name, "MIN"), end(name, "MAX"));
            let x = match (i + k) % 40 {
                0 if i % 2 == 0 => lo,
                1 if i % 2 == 0 => hi,
                2 if i % 5 == 0 => hi + 1,
                3 if i % 5 == 0 => lo - 1,
                4 if i % 25 == 0 => i64::MIN,
                5 if i % 25 == 0 => i64::MAX,
                // Few digits, as data have.
                _ => draw.between(lo / 10_000, hi / 10_000).clamp(lo / 10_000 + 1, hi / 10_000) * 10_000,
            };
            beyond |= x < lo || x > hi;
            line += &format!("{x} ");
            inputs.push(member(name, x));
        }
        file += &format!("{}\n", line.trim_end());
        rows.push(inputs.join(", "));
        outside.push(beyond);
    }
    let data = dir.join("rows.txt");
    fs::write(&data, format!("400\n{file}")).expect("a file");
    let said = lines(&program, &[data.to_str().expect("UTF-8")]);
    let sure = compared(&rule, &said, &rows, &outside);
    let inside = outside.iter().filter(|o| !**o).count();
    println!("alu in C: {sure} of {} rows are sure, {inside} lie within the ranges", rows.len());
    assert!(sure * 10 > inside * 9 && inside > 100, "{sure} of {inside} rows are sure");
}

#[test]
fn what_c_says_of_lists_is_what_the_reference_says() {
    let dir = folder("build_bill", &[]);
    let path = root().join("cli/tests/embed/bill.pcr");
    built(&path, &dir, &["--emit", "object,header", "--figures", "total,report.parts_bought", "--items", "40"]);
    let program = linked(&dir, "bill", &root().join("cli/tests/embed/bill.c"));
    let rule = footrule_embed::compile(path.to_str().expect("UTF-8")).expect("it compiles");
    let mut draw = Draw(7);
    let (mut heads, mut tails, mut parts) = (String::new(), String::new(), 0);
    let (mut rows, mut outside) = (Vec::new(), Vec::new());
    for i in 0..200 {
        // No part is refused by the rule; more than 40 are more than the object was built for.
        let n = if i % 20 == 3 {
            0
        } else if i % 20 == 4 {
            41
        } else {
            draw.between(1, 40)
        };
        parts += n;
        let packs = draw.between(1, 1000) * 1_000_000;
        heads += &format!("{packs} {parts}\n");
        let (mut list, mut beyond) = (Vec::new(), n == 0 || n > 40);
        for _ in 0..n {
            let m = draw.between(0, 3);
            let mass = if draw.between(0, 400) == 0 { 500_000_001 } else { draw.between(0, 500_000) * 1000 };
            let (share, given, bought) = (draw.between(0, 1000) * 1000, draw.between(0, 1), draw.between(0, 1));
            beyond |= mass > 500_000_000;
            // What is not given may be anything.
            let stored = if given == 1 { share } else { i64::MAX };
            tails += &format!("{m} {mass} {stored} {given} {bought}\n");
            let material = ["steel", "aluminium", "plastic", "copper"][m as usize];
            let recycled = if given == 1 { format!(", {}", member("recycled", share)) } else { String::new() };
            let mass = member("mass", mass);
            list.push(format!(
                "{{\"name\": \"p\", \"material\": \"{material}\", {mass}{recycled}, \"bought\": {}}}",
                bought == 1
            ));
        }
        rows.push(format!("{}, \"parts\": [{}]", member("packs", packs), list.join(", ")));
        outside.push(beyond);
    }
    let data = dir.join("rows.txt");
    fs::write(&data, format!("200 {parts}\n{heads}{tails}")).expect("a file");
    let said = lines(&program, &[data.to_str().expect("UTF-8")]);
    let sure = compared(&rule, &said, &rows, &outside);
    let inside = outside.iter().filter(|o| !**o).count();
    println!("bill in C: {sure} of {} rows are sure, {inside} lie within the ranges", rows.len());
    assert!(sure * 10 > inside * 9 && inside > 100, "{sure} of {inside} rows are sure");
}

#[test]
fn what_c_says_of_texts_and_parts_of_lists_is_what_the_reference_says() {
    let dir = folder("build_mill", &[]);
    let path = root().join("cli/tests/embed/mill.pcr");
    built(&path, &dir, &["--emit", "object,header", "--figures", "total,report.dyed", "--items", "4"]);
    let program = linked(&dir, "mill", &root().join("cli/tests/embed/mill.c"));
    let rule = footrule_embed::compile(path.to_str().expect("UTF-8")).expect("it compiles");
    let mut draw = Draw(11);
    let (mut heads, mut tails, mut steps) = (String::new(), String::new(), 0);
    let (mut rows, mut outside, mut refused) = (Vec::new(), Vec::new(), 0);
    for i in 0..300 {
        let n = if i % 25 == 3 { 5 } else { draw.between(0, 4) };
        steps += n;
        let made = draw.between(1, 1000) * 1_000_000;
        heads += &made.to_string();
        let mut shares = Vec::new();
        for fibre in ["cotton", "wool", "polyester"] {
            let (share, given) = (draw.between(0, 1000) * 1000, draw.between(0, 1));
            // What is not given may be anything.
            heads += &format!(" {} {given}", if given == 1 { share } else { i64::MIN });
            shares.extend((given == 1).then(|| member(fibre, share)));
        }
        heads += &format!(" {steps}\n");
        let (mut list, mut names) = (Vec::new(), Vec::new());
        for _ in 0..n {
            let (name, loss, heat) =
                (draw.between(0, 4), draw.between(0, 600) * 1000, draw.between(0, 100) * 1_000_000);
            tails += &format!("{name} {loss} {heat}\n");
            let text = ["spinning", "weaving", "dyeing", "finishing", "knitting"][name as usize];
            list.push(format!("{{\"name\": \"{text}\", {}, {}}}", member("loss", loss), member("heat", heat)));
            names.push(name);
        }
        names.sort_unstable();
        // Two steps of one name are refused; more than 4 are more than the object was built for.
        let twice = names.windows(2).any(|w| w[0] == w[1]);
        refused += usize::from(twice);
        let share = if shares.is_empty() { String::new() } else { format!(", \"share\": {{{}}}", shares.join(", ")) };
        rows.push(format!("{}{share}, \"steps\": [{}]", member("made", made), list.join(", ")));
        outside.push(twice || n > 4);
    }
    let data = dir.join("rows.txt");
    fs::write(&data, format!("300 {steps}\n{heads}{tails}")).expect("a file");
    let said = lines(&program, &[data.to_str().expect("UTF-8")]);
    let sure = compared(&rule, &said, &rows, &outside);
    let inside = outside.iter().filter(|o| !**o).count();
    println!("mill in C: {sure} of {} rows are sure, {inside} lie within the ranges", rows.len());
    assert!(
        sure * 10 > inside * 9 && inside > 100 && refused > 30,
        "{sure} of {inside} rows are sure, {refused} refused"
    );
}

#[test]
fn a_bundle_runs_as_its_rule_does_and_is_the_same_wherever_it_is_built() {
    let (a, b) = (folder("build_here", &[]), folder("build_there", &[]));
    for dir in [&a, &b] {
        fs::create_dir_all(dir.join("rules")).expect("a folder");
        fs::copy(root().join("examples/embed/carton.pcr"), dir.join("rules/carton.pcr")).expect("a copy");
        fs::write(dir.join("footrule.toml"), "[package]\nname = \"cartons\"\n").expect("a file");
        built(&dir.join("rules/carton.pcr"), dir, &["--emit", "bundle,schema"]);
    }
    let bundle = a.join("carton.fbundle");
    let bytes = fs::read(&bundle).expect("a bundle");
    assert_eq!(bytes, fs::read(b.join("carton.fbundle")).expect("a bundle"));
    assert!(a.join("carton.schema.json").exists());
    // Called from inside its folder, too.
    let o = super::command(&["build", "carton.pcr", "--emit", "bundle", "--out", "out"])
        .current_dir(a.join("rules"))
        .output()
        .expect("the command runs");
    ends(&o, 0);
    assert_eq!(bytes, fs::read(a.join("rules/out/carton.fbundle")).expect("a bundle"));
    // And from its own bundle.
    built(&bundle, &a.join("again"), &["--emit", "bundle"]);
    assert_eq!(bytes, fs::read(a.join("again/carton.fbundle")).expect("a bundle"));

    let (source, bundle) = (a.join("rules/carton.pcr"), bundle.to_string_lossy().into_owned());
    let run = |rule: &str, power: &str| {
        let power = format!("power={power}");
        let sets = ["production=1000", "paper=1050", "grade=recycled", power.as_str()];
        let mut args = vec!["run", rule];
        sets.iter().for_each(|s| args.extend(["--set", s]));
        footrule(&args)
    };
    let (by_source, by_bundle) = (run(&source.to_string_lossy(), "300000"), run(&bundle, "300000"));
    assert!(ends(&by_bundle, 0).contains("708.95"), "{}", out(&by_bundle));
    assert_eq!(out(&by_source), out(&by_bundle));
    // What is refused is refused by both.
    ends(&run(&bundle, "-1"), 3);

    let zh = folder("build_zh", &[]);
    fs::copy(root().join("examples/embed/carton.pcr"), zh.join("carton.pcr")).expect("a copy");
    ends(&footrule(&["fmt", "--keywords", "zh", &zh.join("carton.pcr").to_string_lossy()]), 0);
    built(&zh.join("carton.pcr"), &zh, &["--emit", "bundle"]);
    let other = fs::read(zh.join("carton.fbundle")).expect("a bundle");
    let meaning = |bytes: &[u8]| footrule_embed::load(bytes).expect("it loads").meaning();
    assert_eq!(meaning(&other), meaning(&bytes));
    assert_ne!(other, bytes, "places and formulas are those of the source");
}

#[test]
fn a_damaged_bundle_is_refused() {
    let dir = folder("build_damaged", &[]);
    built(&root().join("examples/embed/carton.pcr"), &dir, &["--emit", "bundle"]);
    let path = dir.join("carton.fbundle");
    let bytes = fs::read(&path).expect("a bundle");
    let refused = |bytes: &[u8], says: &str| {
        fs::write(&path, bytes).expect("a file");
        let mut call = command(&["run", "carton.fbundle", "--lang", "en"]);
        let o = call.current_dir(&dir).output().expect("the command runs");
        ends(&o, 2);
        assert!(err(&o).contains("FR-C021") && err(&o).contains(says), "{}", err(&o));
    };
    refused(&bytes[..bytes.len() / 2], "is missing");
    refused(b"rule x", "no bundle");
    let mut other = bytes.clone();
    other[bytes.len() / 2] ^= 1;
    refused(&other, "damaged");
    let text = String::from_utf8(bytes).expect("text");
    refused(text.replacen("bundle 1\n", "bundle 2\n", 1).as_bytes(), "has format 2");
}

#[test]
fn calls_that_cannot_be_carried_out() {
    let dir = folder("build_refused", &[]);
    let (carton, out) = (root().join("examples/embed/carton.pcr"), dir.to_string_lossy().into_owned());
    let carton = carton.to_string_lossy();
    for (rule, more, says) in [
        (&*carton, &["--emit", "wasm"][..], "bundle, object, header, schema"),
        (&*carton, &["--emit", "object", "--figures", "totals"], "no figure `totals`"),
        (&*carton, &["--emit", "object", "--range", "paper=1"], "NAME=LOW..HIGH"),
        (&*carton, &["--emit", "object", "--range", "papers=1..2"], "`papers`"),
        (&*carton, &["--emit", "object", "--range", "paper=2..1"], "empty"),
        (&*carton, &["--emit", "object", "--period", "soon"], "no period"),
        (&*carton, &["--emit", "object", "--scenario", "green"], "no scenario"),
        (&*carton, &["--emit", "object", "--decimals", "19"], "64 bits"),
    ] {
        let mut args = vec!["build", rule, "--out", &out, "--lang", "en"];
        args.extend(more);
        let o = footrule(&args);
        ends(&o, 2);
        assert!(err(&o).contains("FR-C020") && err(&o).contains(says), "{more:?}: {}", err(&o));
    }
    assert_eq!(fs::read_dir(&dir).expect("the folder").count(), 0, "something was written all the same");
}
