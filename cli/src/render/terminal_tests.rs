//! Snapshots of diagnostics on a terminal.

use super::*;
use footrule_diag::{Code, Span, Text};

const RULE: &str = "rule r zh \"例\"\nlet 净耗 = 阳极用量 * 产量\nlet\tx =\t铝 + y\n";
const MODULE: &str = "flow anode zh \"预焙阳极\"\nparam y: t{anode} {\n    2024 => 5\n}\n";

fn source(file: &str) -> Option<String> {
    match file {
        "r.pcr" => Some(RULE.to_owned()),
        "m.pcr" => Some(MODULE.to_owned()),
        "empty.pcr" => Some(String::new()),
        _ => None,
    }
}

fn at(file: &str, text: &str, part: &str) -> FileSpan {
    let start = text.find(part).expect("the part");
    FileSpan { file: file.to_owned(), span: Span::new(start as u32, (start + part.len()) as u32) }
}

fn span(file: &str, start: u32, end: u32) -> FileSpan {
    FileSpan { file: file.to_owned(), span: Span::new(start, end) }
}

#[track_caller]
fn snapshot(name: &str, d: &Diagnostic, lang: Lang) {
    let found = one(d, &source, Style { lang, color: false, width: 100 });
    crate::render::snapshot(name, &found);
}

fn unknown() -> Diagnostic {
    let place = at("r.pcr", RULE, "阳极用量");
    Diagnostic::new(Code::N001, Text::new("名称 `阳极用量` 未知", "unknown name `阳极用量`"))
        .at(place.clone(), Text::new("没有这个名称", "no such name"))
        .help(Text::new("相近的有 `阳极耗量`\n也可以声明它", "near it: `阳极耗量`\nor declare it"))
        .fix(place, "阳极耗量")
}

#[test]
fn carets_under_cjk_with_help_and_fix() {
    snapshot("cjk_zh", &unknown(), Lang::Zh);
    snapshot("cjk_en", &unknown(), Lang::En);
}

#[test]
fn carets_after_tabs() {
    let d = Diagnostic::new(Code::T001, Text::same("types differ"))
        .at(at("r.pcr", RULE, "铝 + y"), Text::same("this sum"))
        .also(at("r.pcr", RULE, "产量"), Text::same("produced here"));
    snapshot("tab", &d, Lang::En);
}

#[test]
fn two_files() {
    let d = Diagnostic::new(Code::U002, Text::new("物质种类不符", "kinds of substance differ"))
        .at(at("r.pcr", RULE, "y\n"), Text::new("这里要 t{Al}", "t{Al} is needed here"))
        .also(at("m.pcr", MODULE, "t{anode}"), Text::new("声明为 t{anode}", "declared as t{anode}"))
        .help(Text::same("`y as t{Al}`"));
    snapshot("two_files_en", &d, Lang::En);
    snapshot("two_files_zh", &d, Lang::Zh);
}

#[test]
fn a_mark_behind_the_end_is_shown() {
    let end = RULE.len() as u32;
    let d = Diagnostic::new(Code::S002, Text::same("unexpected end")).at(span("r.pcr", end, end), Text::same("here"));
    snapshot("end", &d, Lang::En);
}

#[test]
fn nothing_to_draw() {
    let d = Diagnostic::new(Code::R001, Text::same("rule header incomplete"))
        .at(span("empty.pcr", 0, 0), Text::same("empty"));
    snapshot("empty", &d, Lang::En);
    let d = Diagnostic::new(Code::C001, Text::same("`x.pcr` cannot be read"));
    snapshot("no_place", &d, Lang::En);
}

#[test]
fn insertions_and_removals() {
    let d = unknown().fix(span("r.pcr", 0, 0), "use std.gas\n");
    assert!(one(&d, &source, Style { lang: Lang::En, color: false, width: 100 }).contains("fix: insert `use std.gas"));
    let d = unknown().fix(at("r.pcr", RULE, " zh \"例\""), "");
    assert!(one(&d, &source, Style { lang: Lang::Zh, color: false, width: 100 }).contains("删去 ` zh \"例\"`"));
}

#[test]
fn colour_only_when_asked() {
    let plain = one(&unknown(), &source, Style { lang: Lang::En, color: false, width: 100 });
    let colored = one(&unknown(), &source, Style { lang: Lang::En, color: true, width: 100 });
    assert!(!plain.contains('\u{1b}') && colored.contains('\u{1b}'));
}

#[test]
#[cfg_attr(debug_assertions, should_panic(expected = "is outside of r.pcr"))]
fn a_span_out_of_range_is_cut() {
    let d = unknown().at(span("r.pcr", 9, 9999), Text::same("here"));
    assert!(one(&d, &source, Style { lang: Lang::En, color: false, width: 100 }).contains("here"));
}
