//! Whatever the text, the parser ends quickly, never panics, and its places lie in the text.

mod common;

use common::parse;
use footrule_diag::Code;
use footrule_syntax::{parse_chunk, split};
use std::fmt::Write as _;

const SAMPLES: [&str; 3] =
    [include_str!("data/accepted.pcr"), include_str!("data/aluminium.zh.pcr"), include_str!("data/refused.txt")];

/// A small generator (splitmix64), so that a failure can be had again.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % (below.max(1) as u64)).unwrap_or(0)
    }
}

#[test]
fn empty_and_almost_empty_files() {
    for text in [
        "",
        "\n",
        "\r\n",
        " ",
        "\u{FEFF}",
        "\u{FEFF}flow a",
        "//",
        "///",
        "//! x",
        "§",
        "§ ",
        "§\"",
        "\"",
        "(",
        "}",
        "{",
        "\u{1E}",
        "\u{1F}",
        "\0",
        ";",
        ";;",
        "`",
        "```pcr",
        "```pcr\n",
        "```pcr\n}\n",
        "# 1",
    ] {
        parse(text, false);
        parse(text, true);
    }
    assert!(split("", false).chunks.is_empty());
    assert_eq!(parse("\u{FEFF}flow a\r\nflow b\r\n", false).errors, Vec::<String>::new());
}

#[test]
fn random_bytes() {
    let mut random = Random(1);
    for round in 0..300 {
        let bytes: Vec<u8> = (0..round * 7).map(|_| random.next(256) as u8).collect();
        parse(&String::from_utf8_lossy(&bytes), round % 2 == 0);
    }
}

#[test]
fn random_tokens() {
    let tokens = [
        "let",
        "a",
        "=",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "if",
        "then",
        "else",
        "match",
        "one of",
        "when",
        "=>",
        ";",
        "\n",
        "\n    ",
        "5",
        "5 kg{a}",
        "..",
        "within",
        "in",
        "for",
        "x",
        "sum(",
        "\"t {a} \"",
        "zh",
        "§8.2 ",
        "enum",
        "table",
        "test",
        "-",
        "^",
        "*",
        "not",
        "given",
        ",",
        "：",
        "optional",
        "list of",
        "kg{",
    ];
    let mut random = Random(2);
    for _ in 0..3_000 {
        let mut text = String::new();
        for _ in 0..random.next(40) {
            text.push_str(tokens[random.next(tokens.len())]);
            text.push(' ');
        }
        parse(&text, false);
    }
}

#[test]
fn mutations_of_the_samples() {
    let mut random = Random(3);
    let pieces = [
        "(", ")", "{", "}", "[", "\"", ";", "\n", "§", "，", "；", "²", "=", " ", "\t", "//", "`", "€", "let", "5",
        "..",
    ];
    for round in 0..150 {
        let mut chars: Vec<char> = SAMPLES[round % SAMPLES.len()].chars().collect();
        // A window, so that many mutations meet one statement.
        let start = random.next(chars.len());
        chars = chars[start..chars.len().min(start + 700)].to_vec();
        for _ in 0..=random.next(6) {
            let at = random.next(chars.len());
            match random.next(3) {
                0 => drop(chars.remove(at)),
                1 => {
                    let piece = pieces[random.next(pieces.len())];
                    chars.splice(at..at, piece.chars());
                }
                _ => {
                    let end = chars.len().min(at + random.next(30));
                    chars.drain(at..end);
                }
            }
            if chars.is_empty() {
                break;
            }
        }
        let text: String = chars.into_iter().collect();
        parse(&text, false);
        parse(&text.replace("test ", "```pcr\ntest "), true);
    }
}

#[test]
fn every_prefix_of_a_statement() {
    let text = "§6.2 input 产量: list of kg{a}/(t·km)^2 where count >= 1, sum(x) = 1 default f(1, n: 2 for x in xs) zh \"量 {x}\"";
    for (i, _) in text.char_indices() {
        parse(&text[..i], false);
        parse(&text[i..], false);
    }
}

fn codes(text: &str) -> Vec<Code> {
    split(text, false).chunks.iter().flat_map(|c| parse_chunk(c).errors).map(|e| e.code).collect()
}

#[test]
fn depth_is_limited_and_reported_once() {
    let nested = |n: usize| format!("let a = {}1{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(codes(&nested(60)), []);
    assert_eq!(codes(&nested(65)), [Code::S004]);
    assert_eq!(codes(&nested(10_000)), [Code::S004]);
    assert_eq!(codes(&"{".repeat(10_000)), [Code::S004]);
    assert_eq!(codes(&format!("let a = {}", "f(".repeat(10_000))), [Code::S004]);
    let worst = "a or else a or a and not a == a + a * -a ^ f(";
    for (open, close) in [
        ("if a then ", " else c"),
        ("given ", ""),
        ("not ", ""),
        ("- ", ""),
        ("a.", ""),
        ("a ^ -", ""),
        ("a at ", ""),
        ("if ", ""),
        ("match a { A => ", " }"),
        ("first of { when a => ", "; otherwise 1 }"),
        ("[if a then (", ") else b]"),
        ("f(x for x in ", ")"),
        (worst, ")"),
    ] {
        for n in [20, 60, 64, 100, 200, 300, 400, 800, 1_600, 3_200, 20_000] {
            // Some of it is no language; none may overflow the stack of a test thread.
            let found = codes(&format!("let a = {}b{}", open.repeat(n), close.repeat(n)));
            assert!(found.iter().all(|c| matches!(*c, Code::S004 | Code::S001 | Code::S012)), "{open}: {found:?}");
            assert!(n < 20_000 || !found.is_empty(), "{open}");
        }
    }
    let inner = format!("let a = {}b", "given ".repeat(250));
    let processes = format!("{}{inner}{}", "process p { let a = b; ".repeat(60), " }".repeat(60));
    assert_eq!(codes(&processes), []);
    let types = codes(&format!("input a: {}kg", "list of ".repeat(20_000)));
    assert_eq!(types, [Code::S004]);
    assert_eq!(codes(&format!("input a: kg/{}t{}", "(".repeat(60), ")^9".repeat(60))), []);
}

#[test]
fn chains_are_limited() {
    let chain = |n: usize, op: &str| format!("let a = a{}", format!(" {op} a").repeat(n));
    assert_eq!(codes(&chain(200, "+")), []);
    for op in ["+", "*", "and", "or", "or else"] {
        assert_eq!(codes(&chain(250, op)), [], "{op}");
        assert_eq!(codes(&chain(5_000, op)), [Code::S004], "{op}");
    }
    assert_eq!(codes(&format!("let a = a{}", ".b".repeat(5_000))), [Code::S004]);
    assert_eq!(codes(&format!("let a = {}0", "if a then b else ".repeat(250))), []);
    assert_eq!(codes(&format!("let a = {}0", "if a then b else ".repeat(5_000))), [Code::S004]);
    // Chains inside chains: depth counts, not length.
    let inner = format!("(a{})", " + a".repeat(30));
    assert_eq!(codes(&format!("let a = {}", vec![inner; 30].join(" * "))), []);
}

#[test]
fn large_files_are_quick() {
    let mut text = String::new();
    for i in 0..20_000 {
        let _ = writeln!(text, "§8.{i} let v{i} = a * {i} kg{{x}}/t{{y}} + (b - 1) zh \"甲\"");
    }
    let out = split(&text, false);
    assert_eq!(out.chunks.len(), 20_000);
    assert!(out.chunks.iter().step_by(50).all(|c| parse_chunk(c).errors.is_empty()));
    let block = format!("enum E {{\n{}}}\n", "    A zh \"a\"\n".repeat(20_000));
    assert_eq!(codes(&block), []);
    let odd = "²".repeat(20_000) + &"；".repeat(20_000) + &")".repeat(20_000) + &"{a}".repeat(20_000);
    assert!(!codes(&odd).is_empty());
    let huge = " ".repeat((4 << 20) + 1);
    assert_eq!(split(&huge, false).errors[0].code, Code::S014);
}
