//! Damage stays where it is: neighbours, entries of blocks, literate positions, identity of chunks.

mod common;

use common::{bare, parse};
use footrule_syntax::ast::{ExprKind, Stmt};
use footrule_syntax::{parse_chunk, split};

#[test]
fn an_unclosed_bracket_costs_one_statement() {
    for broken in [
        "let a = (b",
        "enum E {",
        "let a = f(1, 2",
        "flow x zh \"a",
        "input v: kg{a",
        "table t(a: b) -> c {\n    A => (1\n    B => 2\n}",
    ] {
        let file = parse(&format!("flow one\n{broken}\nflow two zh \"二\"\nlet ok = 1\n"), false);
        assert_eq!(file.errors.len(), 1, "{broken}: {:?}", file.errors);
        assert_eq!(file.items.len(), 4, "{broken}");
        let clean = parse("flow one\n\nflow two zh \"二\"\nlet ok = 1\n", false);
        assert_eq!(bare(&file.items[2]), bare(&clean.items[1]));
        assert_eq!(bare(&file.items[3]), bare(&clean.items[2]));
    }
}

#[test]
fn a_bad_entry_costs_one_entry() {
    let blocks = [
        ("enum E {\n    A\n    B +\n    C\n}", "A C"),
        ("enum E { A; B +; C }", "A C"),
        ("record R {\n    a: kg\n    b kg\n    let c = 1 +\n    d: t default\n    e: km\n}", "a e"),
        ("table t(k: E) -> number {\n    A => 1\n    B = 2\n    C => 3\n}", "A C"),
        ("param p: kg {\n    2023 => 1\n    24 => 2\n    2025 => 3\n    after last maybe\n}", "2023 2025"),
        ("test en \"t\" {\n    a = 1\n    b 2\n    c = 3\n}", "a c"),
        ("let x = match m {\n    A => 1\n    B =>\n    C => 3\n}", "A C"),
        ("let x = one of {\n    when a => 1\n    when => 2\n    otherwise => 3\n}", "2 arms"),
        ("source s { title \"a\"; year; url \"b\" }", "title url"),
        ("process p {\n    flow a\n    floww b\n    let c = 1\n}", "flow broken let"),
        ("allocate f by mass { a: 1, b, c: rest }", "a c"),
    ];
    for (source, kept) in blocks {
        let file = parse(source, false);
        assert!(!file.errors.is_empty(), "{source}");
        assert_eq!(file.items.len(), 1);
        assert_eq!(entries(&file.items[0].stmt), kept, "{source}: {:?}", file.errors);
    }
}

/// The first name in a tree.
fn bare_name(tree: &impl std::fmt::Debug) -> String {
    format!("{tree:?}").split('"').nth(1).unwrap_or("").to_owned()
}

fn entries(stmt: &Stmt) -> String {
    let names: Vec<String> = match stmt {
        Stmt::Enum { variants, .. } => variants.iter().map(|v| v.name.text.clone()).collect(),
        Stmt::Record { fields, .. } => fields.iter().map(|f| f.name.text.clone()).collect(),
        Stmt::Table(t) => t.rows.iter().map(|r| bare_name(&r.keys[0])).collect(),
        Stmt::Param(p) => {
            p.rows.iter().map(|r| format!("{:?}", r.key).replace(|c: char| !c.is_ascii_digit(), "")).collect()
        }
        Stmt::Test(t) => t.entries.iter().map(|(e, _)| bare_name(e)).collect(),
        Stmt::Let { value, .. } => match &value.kind {
            ExprKind::Match(_, arms) => arms.iter().map(|a| a.values[0].text.clone()).collect(),
            ExprKind::OneOf(arms) => vec![format!("{} arms", arms.len())],
            other => vec![format!("{other:?}")],
        },
        Stmt::Source { entries, .. } => entries.iter().map(|e| e.key.text.clone()).collect(),
        Stmt::Process { body, .. } => body
            .iter()
            .map(|i| match i.stmt {
                Stmt::Flow { .. } => "flow".to_owned(),
                Stmt::Let { .. } => "let".to_owned(),
                _ => "broken".to_owned(),
            })
            .collect(),
        Stmt::Allocate(a) => a.weights.iter().map(|(n, _)| n.text.clone()).collect(),
        other => vec![format!("{other:?}")],
    };
    names.join(" ")
}

#[test]
fn broken_statements_keep_their_name() {
    let file = parse("§8.2 emission cf4 in = 5\n输入 产量 t\n", false);
    let names: Vec<_> = file
        .items
        .iter()
        .map(|i| match &i.stmt {
            Stmt::Broken { keyword: Some(k), name: Some(n) } => format!("{} {}", k.text, n.text),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["emission cf4", "input 产量"]);
}

#[test]
fn literate_files_keep_their_places_and_clauses() {
    let text = "# Title\n\nprose with ``` inline\n\n## 8.2.3 Emissions\n\n### Note\n\n```pcr\n/// doc\nemission a in b =\n    c (\nflow d\n```\n\n~~~~json\n## 9 no heading\n~~~~\n\n- item\n  ```pcr\n  §7.1 let e = 1\n      + 2\n  enum F {\n      A\n  }\n  ```\n\n## Appendix\n\n```pcr\nflow g\n```\n";
    let file = parse(text, true);
    assert_eq!(file.errors, ["FR-S002 «(» `(` is not closed"]);
    let clauses: Vec<_> = file.items.iter().map(|i| i.clause.as_ref().map_or("-", |c| c.text.as_str())).collect();
    assert_eq!(clauses, ["8.2.3", "8.2.3", "7.1", "8.2.3", "-"]);
    assert_eq!(file.items[0].docs, "doc");
    let starts: Vec<_> = file.chunks.iter().map(|c| text[c.start as usize..].split(' ').next().unwrap_or("")).collect();
    assert_eq!(starts, ["emission", "flow", "§7.1", "enum", "flow"]);
}

#[test]
fn identity_survives_edits_elsewhere() {
    let keys = |text: &str| split(text, false).chunks.into_iter().map(|c| c.key).collect::<Vec<_>>();
    let found: Vec<String> = keys(
        "rule r\ndeclared unit 1 t of x\nflow a\nflow a\n声明单位 1 t\nemission e in s = 1\nexcept e.x as y when a = 1\nwarn w: a > b else en \"\"\nfoo\n",
    )
    .into_iter()
    .map(|k| format!("{}|{}|{}", k.keyword, k.name.as_deref().unwrap_or_default(), k.occurrence))
    .collect();
    assert_eq!(
        found[..8],
        [
            "rule|r|0",
            "declared unit||0",
            "flow|a|0",
            "flow|a|1",
            "declared unit||1",
            "emission|e|0",
            "except|e.x as y|0",
            "warn|w|0"
        ]
    );
    assert!(found[8].starts_with("?|#"));
    let (before, after) = (
        keys("test en \"t\" { a = 1 }\nrequire a else en \"\"\n"),
        keys("// new\nflow z\ntest en \"t\" { a = 2 }\nrequire a else en \"\"\n"),
    );
    assert_eq!(before[..], after[1..]);
}

#[test]
fn docs_and_trailing_comments_stay_outside() {
    let out =
        split("//! module\n/// one\n/// two\nflow a zh \"a\" // trailing\n// comment\n\n    // more\nflow b\n", false);
    assert_eq!(out.module_docs, "module");
    assert_eq!(out.chunks[0].docs, "one\ntwo");
    assert_eq!(*out.chunks[0].text, *"flow a zh \"a\" // trailing");
    assert_eq!(parse_chunk(&out.chunks[0]).errors, []);
    assert_eq!(out.chunks[1].docs, "");
}

#[test]
fn ranges_share_the_last_unit_but_zero_stays() {
    let value = |text: &str| bare(&parse(text, false).items[0].stmt);
    assert_eq!(value("let a = x within 380 .. 480 kg/t"), value("let a = x within 380 kg/t .. 480 kg/t"));
    assert_eq!(value("input a: kg where -5 .. 5 kg"), value("input a: kg where -5 kg .. 5 kg"));
    assert_ne!(value("input a: kg where 0 .. 5 kg"), value("input a: kg where 0 kg .. 5 kg"));
}
