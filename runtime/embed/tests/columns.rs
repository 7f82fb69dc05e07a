//! Columns and single records: native code where it is sure, and the reference behind it.

use footrule_embed::{Cell, Column, Columns, Published, Rule, Texts, Values, compile, compile_source, layout};

/// A file of the repository.
fn here(path: &str) -> String {
    format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn columns_and_single_records_have_the_reference_behind_them() {
    let rule = compile(&here("examples/embed/carton.pcr")).expect("it compiles");
    let (mut layout, _) = rule.layout(&Default::default()).expect("a layout");
    layout.outputs = Some(vec!["total".into(), "report.thrift".into()]);
    let prepared = rule.prepare(layout).expect("it fits");
    assert!(prepared.is_native());
    let names: Vec<&str> = prepared.figures().iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["total", "report.thrift"]);
    // Rows: as in the rule's test; a tie at the last digit; a loss that is warned of; paper below its limit.
    let rows = [
        (1000, 1_050_000, 1, 300_000, None),
        (1000, 1_000_000, 1, 0, Some(12_755)),
        (1000, 1_300_000, 0, 0, None),
        (1000, -1, 0, 0, None),
    ];
    let mut columns = layout::empty(prepared.layout());
    for (production, paper, grade, power, steam) in rows {
        columns.rows += 1;
        let numbers = [(0, production, 0), (1, paper, 3), (3, power, 0), (4, steam.unwrap_or(0), 3)];
        for (k, x, decimals) in numbers {
            let Values::Decimal { units, scale } = &mut columns.columns[k].values else { panic!("a number") };
            units.push(x);
            *scale = decimals;
        }
        let Values::Member(grades) = &mut columns.columns[2].values else { panic!("members") };
        grades.push(grade);
        columns.columns[4].given.as_mut().expect("it may lack").push(steam.is_some());
    }
    let results = prepared.evaluate(&columns, &Default::default()).expect("the columns fit");
    let said: Vec<String> = results.figures[0].iter().map(Published::to_string).collect();
    // By hand: 708.9525; 512.25 + 12.755 = 525.005, half to even; 1.3 × 935.4; refused.
    assert_eq!(said, ["708.95", "525.00", "1216.02", ""]);
    assert_eq!(
        results.figures[1].iter().map(Published::to_string).collect::<Vec<_>>(),
        ["1.050", "1.000", "1.300", ""]
    );
    assert_eq!(results.warnings.keys().copied().collect::<Vec<_>>(), [2]);
    assert_eq!(results.refused.keys().copied().collect::<Vec<_>>(), [3]);
    assert_eq!(results.native, 2, "a warning and a refusal are put into words by the reference");

    let mut one = prepared.one().expect("no lists");
    for (i, (production, paper, grade, power, steam)) in rows.into_iter().enumerate() {
        let number = |units, scale| Cell::Decimal { units, scale };
        let steam = steam.map_or(Cell::Missing, |x| number(x, 3));
        let cells = [number(production, 0), number(paper, 3), Cell::Member(grade), number(power, 0), steam];
        match one.evaluate(&cells) {
            Ok(row) => {
                assert_eq!(row.figure(0).map(|f| f.to_string()).as_deref(), Some(said[i].as_str()));
                assert_eq!((row.is_native(), row.warnings().len()), (i < 2, usize::from(i == 2)));
            }
            Err(_) => assert_eq!(i, 3),
        }
    }
}

/// The total of an input document.
fn total(rule: &Rule, inputs: &str) -> Option<String> {
    let outcome = rule.evaluate(&format!("{{\"inputs\": {inputs}}}")).ok()?;
    Some(outcome.footprints[0].total.value.clone())
}

fn decimals(units: Vec<i64>, scale: u32) -> Column {
    Column { values: Values::Decimal { units, scale }, given: None }
}

#[test]
fn lists_and_texts_come_back_as_documents() {
    let rule = compile(&here("cli/tests/embed/bill.pcr")).expect("it compiles");
    let (mut of, _) = rule.layout(&Default::default()).expect("a layout");
    of.outputs = Some(vec!["total".into()]);
    let paths: Vec<&str> = of.columns.iter().map(|c| c.path.as_str()).collect();
    let parts = ["parts[].name", "parts[].material", "parts[].mass", "parts[].recycled", "parts[].bought"];
    assert_eq!(paths, [&["packs"], parts.as_slice()].concat());
    let prepared = rule.prepare(of).expect("it fits");
    assert!(prepared.is_native());
    let mut recycled = decimals(vec![5, 0, 0, 25], 1);
    recycled.given = Some(vec![true, false, true, true]);
    let columns = Columns {
        rows: 3,
        columns: vec![
            decimals(vec![4, 3, 2], 0),
            Column { values: Values::Opaque, given: None },
            Column { values: Values::Member(vec![0, 3, 1, 2]), given: None },
            decimals(vec![10, 2, 3, 1], 0),
            recycled,
            Column { values: Values::Flag(vec![true, true, true, true]), given: None },
        ],
        offsets: vec![vec![0, 2, 3, 4]],
    };
    let names = |n: usize| Texts::from([("parts[].name".to_owned(), vec!["part".to_owned(); n])]);
    let results = prepared.evaluate(&columns, &names(4)).expect("the columns fit");
    let said: Vec<String> = results.figures[0].iter().map(Published::to_string).collect();
    // By hand: (10 × 2.1 × 0.5 + 2 × 4.0005) / 4 = 4.62525; 3 × 8.75 / 3; a share of 2.5 is refused.
    assert_eq!(said, ["4.625", "8.750", ""]);
    assert_eq!(results.refused.keys().copied().collect::<Vec<_>>(), [2]);
    let found = &results.refused[&2][0];
    assert!(found.message.en.contains("parts[0].recycled"), "{}", found.message.en);
    assert!(prepared.evaluate(&columns, &names(3)).is_err(), "a text is missing");
    assert!(prepared.one().is_none());
}

const NESTED: &str = r#"
rule plants zh "工厂" en "Plants"
version 1.0.0
valid from 2026-01-01
gwp AR6
declared unit 1 t{box} of production
round 3 decimals in kg{CO2e}/t{box}
use std.gas
flow box zh "纸箱" en "boxes"
stage making zh "生产" en "production"
record Line { loads: list of t{CO2} where >= 0 }
record Plant { share: number where 0 .. 1; lines: list of Line }
input production: t{box} where > 0
input plants: list of Plant
emission sent in making for p in plants, l in p.lines, x in l.loads = x * p.share
"#;

#[test]
fn lists_in_lists_say_what_documents_say() {
    let rule = compile_source("plants.pcr", NESTED).unwrap_or_else(|e| panic!("{e:?}"));
    let (of, _) = rule.layout(&Default::default()).expect("a layout");
    let lists: Vec<&str> = of.lists.iter().map(|l| l.path.as_str()).collect();
    assert_eq!(lists, ["plants", "plants[].lines", "plants[].lines[].loads"]);
    let prepared = rule.prepare(of).expect("it fits");
    // By native code and by the reference alike.
    let columns = Columns {
        rows: 2,
        columns: vec![decimals(vec![8, 7], 0), decimals(vec![50, 25, 100], 2), decimals(vec![1, 3, 5, 2, 9], 3)],
        offsets: vec![vec![0, 2, 3], vec![0, 1, 2, 4], vec![0, 2, 2, 4, 5]],
    };
    let results = prepared.evaluate(&columns, &Texts::new()).expect("the columns fit");
    let said: Vec<Option<String>> = results.figures[0].iter().map(|f| Some(f.to_string())).collect();
    let documents = [
        r#"{"production": 8, "plants": [{"share": 0.5, "lines": [{"loads": [0.001, 0.003]}]}, {"share": 0.25, "lines": [{"loads": []}]}]}"#,
        r#"{"production": 7, "plants": [{"share": 1, "lines": [{"loads": [0.005, 0.002]}, {"loads": [0.009]}]}]}"#,
    ];
    assert_eq!(said, documents.map(|d| total(&rule, d)));
    // By hand: (1 + 3) × 0.5 / 8 and 16 / 7 kilograms.
    assert_eq!(said, [Some("0.250".to_owned()), Some("2.286".to_owned())]);
}
