//! How operators bind: each pair of texts has one tree.

mod common;

use common::{bare, parse};

#[test]
fn operators_bind_as_documented() {
    let pairs = [
        ("a or else b or c", "a or else (b or c)"),
        ("a or else b or else c", "(a or else b) or else c"),
        ("a or b and c", "a or (b and c)"),
        ("not a and b", "(not a) and b"),
        ("not a == b", "not (a == b)"),
        ("a + b < c - d", "(a + b) < (c - d)"),
        ("a + b within c - d .. e * f", "(a + b) within (c - d) .. (e * f)"),
        ("a + b in { c }", "(a + b) in { c }"),
        ("a - b - c", "(a - b) - c"),
        ("a - b * c / d", "a - ((b * c) / d)"),
        ("-a * b", "(-a) * b"),
        ("-a ^ 2", "-(a ^ 2)"),
        ("a ^ -b.c", "a ^ (-(b.c))"),
        ("-a.b(c) as kg", "-((a.b(c)) as kg)"),
        ("p at y + 1", "(p at y) + 1"),
        ("p at y.z as kg", "(p at y.z) as kg"),
        ("if a then b else c + d", "if a then b else (c + d)"),
        ("if a then b else if c then d else e", "if a then b else (if c then d else e)"),
        ("given x.y and b", "(given x.y) and b"),
        ("5 kg / x", "(5 kg) / x"),
        ("5 kg/t / x", "(5 kg/t) / x"),
        ("5 kg/(t·d) * x", "(5 kg/(t·d)) * x"),
        ("5%", "0.05"),
        ("a\n    + b", "a + b"),
        ("a ≤ b", "a <= b"),
        ("f（a，b： 5％）", "f(a, b: 5%)"),
        ("求和(x 对 x 于 xs)", "sum(x for x in xs)"),
        ("合计 / 核算期", "total / period"),
    ];
    for (left, right) in pairs {
        let tree = |text: &str| {
            let file = parse(&format!("let a = {text}"), false);
            assert_eq!(file.errors, Vec::<String>::new(), "{text}");
            bare(&file.items[0].stmt)
        };
        assert_eq!(tree(left), tree(right), "{left}");
    }
}

#[test]
fn units_are_products_of_powers() {
    let pairs = [("kg/t/d", "kg/(t·d)"), ("kg/(t/d)", "kg·d/t"), ("(m·s)", "m·s"), ("t·(m/s)^2", "t·m^2/s^2")];
    for (left, right) in pairs {
        let powers = |text: &str| {
            let file = parse(&format!("let a = 1 x·{text}"), false);
            let debug = bare(&file.items[0].stmt);
            // The first name is that of the `let`.
            let words = debug.lines().filter(|l| l.contains("text:") || l.contains("power:")).skip(1);
            let words: Vec<String> = words.map(|l| l.trim().to_owned()).collect();
            let mut words: Vec<String> = words.chunks(2).map(|c| c.join(" ")).collect();
            words.sort();
            (words, file.errors.len())
        };
        assert_eq!(powers(left), powers(right), "{left}");
    }
}

#[test]
fn built_in_words_are_names_elsewhere() {
    // A field or an input may be called like a Chinese built-in; only what is called, or a result, is translated.
    let file = parse(
        "let a = x.最小 + 最小 + 最小(y)\nrecord R { 日期: 日期; source: 文字 }\nlet b = r.source + activity(source: \"s\")",
        false,
    );
    assert_eq!(file.errors, Vec::<String>::new());
    let first = bare(&file.items[0].stmt);
    assert_eq!((first.matches("\"最小\"").count(), first.matches("\"min\"").count()), (2, 1));
    let second = bare(&file.items[1].stmt);
    assert_eq!(
        (second.matches("\"日期\"").count(), second.matches("\"date\"").count(), second.matches("\"text\"").count()),
        (1, 1, 1)
    );
}
