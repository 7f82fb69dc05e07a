//! What the tests of a rule reach, as text and as JSON.
//!
//! Ratios are of the rule's own file; what it uses of modules is counted apart, because a module's rows are its
//! tests' business. A percentage is cut, never rounded up: 100 % means all.

use super::terminal::Style;
use super::{Source, paint, word};
use crate::session::{Coverage, Part, PartKind, covered};
use footrule_diag::{Lang, Position};
use serde_json::{Value, json};

/// The ratios of a rule and what its tests do not reach.
pub fn text(key: &str, coverage: &Coverage, source: Source<'_>, style: Style) -> String {
    let lang = style.lang;
    let mut out = format!("{} {key}\n", word(lang, "覆盖率", "coverage"));
    let clauses = (coverage.clauses.iter().filter(|c| c.covered == c.statements).count(), coverage.clauses.len());
    let of = |parts: &[Part]| (covered(parts), parts.len());
    for (zh, en, (reached, all)) in [
        ("条款", "clauses", clauses),
        ("语句", "statements", of(&coverage.statements)),
        ("分支", "branches", of(&coverage.branches)),
        ("数据行", "rows", of(&coverage.rows)),
        ("所用模块", "in modules", of(&coverage.modules)),
    ] {
        if all > 0 {
            out.push_str(&line(word(lang, zh, en), reached, all, style));
        }
    }
    let own = coverage.statements.iter().chain(&coverage.branches).chain(&coverage.rows);
    let left: Vec<&Part> = own.filter(|p| !p.covered).collect();
    if !left.is_empty() {
        out.push_str(&format!("  {}\n", word(lang, "测试没有触及：", "not reached by any test:")));
    }
    let text = source(key);
    for part in left {
        let at = text.as_deref().map(|t| Position::of(t, part.at.span.start));
        let at = at.map(|p| format!("{}:{}", p.line, p.column)).unwrap_or_default();
        let clause = if part.clause.is_empty() { String::new() } else { format!("§{} ", part.clause) };
        out.push_str(&format!("    {at:<8} {clause}{} {}\n", kind(part.kind, lang), part.name));
    }
    out
}

/// `  branches     3/4   75 %`
fn line(what: &str, reached: usize, all: usize, style: Style) -> String {
    use unicode_width::UnicodeWidthStr as _;
    let blanks = " ".repeat(12usize.saturating_sub(what.width()));
    let ratio = format!("{reached}/{all}");
    let line = format!("  {what}{blanks}{ratio:>9} {:>4} %\n", reached * 100 / all.max(1));
    if reached == all { paint::green(&line, style.color) } else { line }
}

fn kind(kind: PartKind, lang: Lang) -> &'static str {
    let (zh, en) = match kind {
        PartKind::Input => ("输入", "input"),
        PartKind::Definition => ("定义", "let"),
        PartKind::Line => ("核算行", "line"),
        PartKind::Check => ("检查", "check"),
        PartKind::Report => ("报告", "report"),
        PartKind::Arm => ("分支", "branch"),
        PartKind::TableRow => ("表行", "row"),
        PartKind::ParamRow => ("参数值", "value"),
    };
    word(lang, zh, en)
}

/// One rule's coverage for programs; part of the schema `footrule.tests/1`.
pub fn json(key: &str, coverage: &Coverage, source: Source<'_>) -> Value {
    let group = |parts: &[Part]| {
        let items: Vec<Value> = parts.iter().map(|p| part(p, source)).collect();
        json!({ "covered": covered(parts), "all": parts.len(), "items": items })
    };
    let whole = coverage.clauses.iter().filter(|c| c.covered == c.statements).count();
    json!({
        "rule": key,
        "clauses": { "covered": whole, "all": coverage.clauses.len(), "items": coverage.clauses },
        "statements": group(&coverage.statements),
        "branches": group(&coverage.branches),
        "rows": group(&coverage.rows),
        "modules": group(&coverage.modules),
    })
}

fn part(part: &Part, source: Source<'_>) -> Value {
    let start = source(&part.at.file).map(|t| Position::of(&t, part.at.span.start));
    let mut value = json!(part);
    value["file"] = json!(part.at.file);
    value["start"] = json!(start);
    value
}
