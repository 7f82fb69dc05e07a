//! Texts of any size that are hard on one part of the front end: a million letters of one kind, a hundred thousand
//! entries of one list. What takes time in proportion ends at once; what takes its square does not end.

use std::fmt::Write as _;

/// A text of about a size in bytes.
pub type Make = fn(usize) -> String;

/// Every case has a name, a maker, and the size at which it is run.
pub const CASES: &[(&str, Make, usize)] = &[
    // The splitter and the parser.
    ("blanks", |n| rule(&" ".repeat(n)), MB),
    ("one long text", |n| rule(&format!("let x = \"{}\"\n", "a".repeat(n))), MB),
    ("digits", |n| rule(&format!("let x = {}\n", "1".repeat(n))), MB),
    ("open brackets", |n| rule(&format!("let x = {}", "(".repeat(n))), MB),
    ("curly quotes", |n| rule(&format!("let x = {}", "“".repeat(n / 3))), MB),
    ("terms", |n| rule(&format!("let x = 1{}\n", " + 1".repeat(n / 4))), MB / 4),
    ("parts of a name", |n| rule(&format!("let x = a{}\n", ".a".repeat(n / 2))), MB / 4),
    ("quotes", |n| rule(&"\"\n".repeat(n / 2)), MB / 32),
    ("Chinese comments", |n| rule(&"// 甲乙丙丁\n".repeat(n / 16)), MB),
    // Names.
    ("equal names", |n| rule(&"let a = 1\n".repeat(n / 10)), MB / 8),
    ("unknown names", |n| rule(&each(n, |i| format!("let v{i} = w{i}\n"))), MB / 8),
    ("unknown modules", |n| rule(&each(n, |i| format!("use a{i}.b\n"))), MB / 32),
    ("a long chain", |n| rule(&each(n, |i| format!("let v{i} = v{} + 1\n", i + 1))), MB / 16),
    ("rings in rings", |n| rule(&each(n, |i| format!("let v{i} = v{} + v{}\n", i + 1, i / 2))), MB / 16),
    ("records in records", |n| rule(&each(n, |i| format!("record R{i} {{ b: R{} }}\n", i + 1))), MB / 8),
    // Lists.
    ("members", |n| rule(&format!("enum E {{ {} }}\n", each(n, |i| format!("m{i}; ")))), MB),
    ("equal members", |n| rule(&format!("enum E {{ {} }}\n", "m; ".repeat(n / 3))), MB / 4),
    ("fields", |n| rule(&format!("record R {{\n{}}}\ninput r: R\n", each(n, |i| format!("    f{i}: kg\n")))), MB / 2),
    ("rows of members", rows_of_members, MB / 2),
    ("arms", arms, MB / 2),
    ("brackets", brackets, MB / 2),
    (
        "years",
        |n| rule(&format!("param p: number {{\n{}}}\n", each(n, |i| format!("    {} => 1\n", i % 9_000 + 1_000)))),
        MB / 2,
    ),
    (
        "rows of a balance",
        |n| rule(&format!("balance b within 2% of in {{ {} }}\n", each(n, |i| format!("in x{i}: 1; ")))),
        MB / 2,
    ),
    (
        "members of a set",
        |n| rule(&format!("input a: number\nlet x = a in {{ {}0 }}\n", each(n, |i| format!("{i}, ")))),
        MB / 4,
    ),
    (
        "exceptions",
        |n| rule(&format!("input b: bool\nlet a = 1\n{}", each(n, |i| format!("§{i} except a when b = {i}\n")))),
        MB / 16,
    ),
    (
        "statements of a process",
        |n| rule(&format!("process p {{\n{}}}\n", each(n, |i| format!("    let v{i} = v{}\n", i / 2)))),
        MB / 16,
    ),
];

const MB: usize = 1 << 20;

fn rule(body: &str) -> String {
    format!(
        "rule r en \"r\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\ndeclared unit 1 kg\nround 1 decimals\n{body}"
    )
}

/// Pieces until the size is reached.
fn each(size: usize, piece: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(size + 64);
    let mut i = 0;
    while out.len() < size {
        let _ = write!(out, "{}", piece(i));
        i += 1;
    }
    out
}

fn rows_of_members(size: usize) -> String {
    let count = size / 24;
    let members: String = (0..count).map(|i| format!("m{i}; ")).collect();
    let rows: String = (0..count).map(|i| format!("    m{i} => 1\n")).collect();
    rule(&format!("enum E {{ {members} }}\ntable t(e: E) -> number {{\n{rows}}}\n"))
}

fn arms(size: usize) -> String {
    let count = size / 24;
    let members: String = (0..count).map(|i| format!("m{i}; ")).collect();
    let arms: String = (0..count).map(|i| format!("m{i} => 1; ")).collect();
    rule(&format!("enum E {{ {members} }}\ninput e: E\nlet x = match e {{ {arms} }}\n"))
}

fn brackets(size: usize) -> String {
    let rows = each(size, |i| format!("    <= {i} => 1\n"));
    rule(&format!("table t(d: km in brackets) -> number {{\n{rows}    otherwise => 0\n}}\n"))
}
