//! What the range analysis proves of a rule, as text and as JSON.
//!
//! Sizes (overflow, too small) are told as counts with the data that lack a bound: a quantity without an upper bound
//! can always be too large, and that is seldom a mistake. All places are in the JSON form.

use super::table::{Align, Table};
use super::terminal::Style;
use super::{Source, json, paint, word};
use footrule_diag::{FileSpan, Lang, Position};
use footrule_mir::Program;
use footrule_mir::ranges::{Obligation, Ranges, Risk, Verdict, analyse};
use serde_json::{Value, json};

/// The table of a rule and the places that are not proved.
pub fn text(key: &str, program: &Program, source: Source<'_>, style: Style) -> String {
    let lang = style.lang;
    let ranges = analyse(program);
    let mut out = format!("{} {key}\n", word(lang, "取值范围", "ranges"));
    let mut table = Table::new([Align::Left, Align::Right, Align::Right, Align::Right]).indent(2);
    table.head([
        "",
        word(lang, "已证明", "proved"),
        word(lang, "未证明", "not proved"),
        word(lang, "总是失败", "always fails"),
    ]);
    for risk in Risk::ALL {
        let n = count(&ranges, risk);
        if n.iter().sum::<usize>() > 0 {
            table.row([name(risk, lang).to_owned(), n[0].to_string(), n[1].to_string(), n[2].to_string()]);
        }
    }
    out.push_str(&table.text(style.color));
    for o in ranges.obligations().iter().filter(|o| o.verdict != Verdict::Never && !is_size(o.risk)) {
        out.push_str(&open(program, o, source, style));
    }
    let unbounded = unbounded(&ranges);
    if !unbounded.is_empty() {
        let list = unbounded.join(", ");
        let text = match lang {
            Lang::Zh => format!("  没有上限的数据（溢出因此未证明）：{list}\n"),
            Lang::En => format!("  data without an upper bound, so that overflow is not proved: {list}\n"),
        };
        out.push_str(&paint::dim(&text, style.color));
    }
    out
}

fn is_size(risk: Risk) -> bool {
    matches!(risk, Risk::Overflow | Risk::TooSmall)
}

/// How many are proved, not proved, refuted.
fn count(ranges: &Ranges, risk: Risk) -> [usize; 3] {
    let of = |v: Verdict| ranges.obligations().iter().filter(|o| o.risk == risk && o.verdict == v).count();
    [of(Verdict::Never), of(Verdict::Maybe), of(Verdict::Always)]
}

fn unbounded(ranges: &Ranges) -> Vec<String> {
    let open = ranges.obligations().iter().filter(|o| o.risk == Risk::Overflow && o.verdict == Verdict::Maybe);
    let mut all: Vec<String> = open.flat_map(|o| o.inputs.iter().cloned()).collect();
    all.sort();
    all.dedup();
    all
}

/// One place that is not proved: where, what, how far it is known, what would help.
fn open(program: &Program, o: &Obligation, source: Source<'_>, style: Style) -> String {
    let lang = style.lang;
    let at = program.places.get(o.place.ix());
    let (place, slice) = at.map(|at| shown(at, source)).unwrap_or_default();
    let value = o.value(program);
    let line = o.line.and_then(|l| program.lines.get(l.ix())).map(|l| format!(" {}", l.name.id)).unwrap_or_default();
    let mut out = format!("  {place} {}{line}: {slice}\n", name(o.risk, lang));
    if !value.is_empty() {
        let of = word(lang, "可取", "it can be");
        out.push_str(&format!("      {of} {value}\n"));
    }
    if let Some(help) = help(o, lang) {
        out.push_str(&format!("      {help}\n"));
    }
    out
}

/// What would help.
fn help(o: &Obligation, lang: Lang) -> Option<String> {
    let list = o.inputs.iter().map(|i| format!("`{i}`")).collect::<Vec<_>>().join(", ");
    let bound = match o.risk {
        Risk::DivisionByZero => "where > 0",
        Risk::NegativeLine | Risk::Domain => "where >= 0",
        Risk::Empty => "where count >= 1",
        Risk::Overflow | Risk::TooSmall | Risk::Weights => return None,
    };
    Some(match (lang, o.inputs.is_empty()) {
        (Lang::Zh, false) => format!("若合适，在 {list} 的声明中写 `{bound}`，或用 `require` 限定"),
        (Lang::En, false) => format!("if it holds, declare `{bound}` for {list}, or require it"),
        (Lang::Zh, true) => "用 `require` 写明所需的条件".to_owned(),
        (Lang::En, true) => "state the condition that it needs by `require`".to_owned(),
    })
}

/// `file:line:column` and the first line of the text there.
fn shown(at: &FileSpan, source: Source<'_>) -> (String, String) {
    let Some(text) = source(&at.file) else { return (at.file.clone(), String::new()) };
    let p = Position::of(&text, at.span.start);
    let slice = text.get(at.span.start as usize..at.span.end as usize).unwrap_or_default();
    (format!("{}:{}:{}", at.file, p.line, p.column), slice.lines().next().unwrap_or_default().to_owned())
}

fn name(risk: Risk, lang: Lang) -> &'static str {
    match risk {
        Risk::DivisionByZero => word(lang, "除以零", "division by zero"),
        Risk::NegativeLine => word(lang, "排放行为负", "negative line"),
        Risk::Domain => word(lang, "超出定义域", "outside the domain"),
        Risk::Empty => word(lang, "空列表", "empty list"),
        Risk::Weights => word(lang, "权数得不出份额", "weights that give no shares"),
        Risk::Overflow => word(lang, "溢出", "overflow"),
        Risk::TooSmall => word(lang, "数值过小", "too small"),
    }
}

/// Everything, for programs.
pub fn json(key: &str, program: &Program, source: Source<'_>) -> Value {
    let ranges = analyse(program);
    let counts: serde_json::Map<String, Value> = Risk::ALL
        .into_iter()
        .map(|r| {
            let [proved, open, always] = count(&ranges, r);
            (r.name().to_owned(), json!({ "proved": proved, "not_proved": open, "always_fails": always }))
        })
        .collect();
    let open = ranges.obligations().iter().filter(|o| o.verdict != Verdict::Never).map(|o| {
        json!({
            "risk": o.risk.name(),
            "always_fails": o.verdict == Verdict::Always,
            "line": o.line.and_then(|l| program.lines.get(l.ix())).map(|l| &l.name.id),
            "at": program.places.get(o.place.ix()).map(|at| json::place(at, source)),
            "range": o.value(program),
            "inputs": o.inputs,
            "help": help(o, Lang::En).zip(help(o, Lang::Zh)).map(|(en, zh)| json!({ "zh": zh, "en": en })),
        })
    });
    let defs = program.defs.iter().enumerate().filter_map(|(i, d)| {
        let range = ranges.def(footrule_mir::DefId(i as u32))?;
        let ty = &program.nodes.get(d.node.ix())?.ty;
        Some((d.name.id.clone(), json!(range.text(program, ty)?)))
    });
    let defs: serde_json::Map<String, Value> = defs.collect();
    json!({ "rule": key, "counts": counts, "open": open.collect::<Vec<_>>(), "definitions": defs })
}
