//! Sources: their entries, and the words among them that decide something.

use super::BodyKind;
use super::expr::Cx;
use footrule_diag::{Code, Diagnostic, text};
use footrule_syntax::ast::{Date, Ident, SourceEntry, Stmt};

/// The value of an entry of a source.
pub(crate) fn source_entry<'a>(stmt: &'a Stmt, key: &str) -> Option<&'a SourceEntry> {
    match stmt {
        Stmt::Source { entries, .. } => entries.iter().find(|e| e.key.text == key),
        _ => None,
    }
}

const SOURCE_KEYS: &[&str] = &[
    "title",
    "publisher",
    "year",
    "region",
    "url",
    "licence",
    "gwp",
    "origin",
    "status",
    "note",
    "accessed",
    "table",
    "id",
    "quality",
    "technological",
    "geographical",
    "temporal",
    "precision",
];

pub(super) fn source(cx: &mut Cx<'_>, entries: &[SourceEntry]) -> BodyKind {
    for (i, e) in entries.iter().enumerate() {
        let k = &e.key.text;
        if entries[..i].iter().any(|o| o.key.text == *k) {
            let again = text!("来源的 `{k}` 写了两次", "`{k}` of a source is given twice");
            cx.error(Code::S001, e.key.span, again, text!("只保留一处", "keep one of them"));
        }
        let v = &e.value;
        if k == "year" && !(v.len() == 4 && v.bytes().all(|b| b.is_ascii_digit())) {
            cx.error(
                Code::S006,
                e.span,
                text!("`{v}` 不是年份", "`{v}` is no year"),
                text!("写四位数字", "four digits"),
            );
        }
        if k == "accessed" && Date::read(v).is_none() {
            let day = text!("日期写作 年-月-日", "a date is year-month-day");
            cx.error(Code::S006, e.span, text!("日期 `{v}` 不存在", "there is no day `{v}`"), day);
        }
        // These words decide something; a misspelt one would decide it silently otherwise.
        let words: &[&str] = match k.as_str() {
            "gwp" => &["SAR", "AR4", "AR5", "AR6", "unknown", "none"],
            "status" => &["seen", "recalled", "constructed", "illustrative"],
            "origin" => &["fossil", "biogenic", "land_use", "aircraft"],
            _ => &[],
        };
        if !words.is_empty() {
            cx.one_of(&Ident { text: e.value.clone(), span: e.span }, words);
        }
        if !SOURCE_KEYS.contains(&k.as_str()) {
            let mut d = Diagnostic::new(Code::N009, text!("来源没有条目 `{k}`", "a source has no entry `{k}`"))
                .at(cx.at(e.key.span), text!("未知", "unknown"));
            d = match footrule_diag::nearest(k.as_str(), SOURCE_KEYS.iter().copied()) {
                Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(cx.at(e.key.span), n),
                None => {
                    let all = SOURCE_KEYS.join(", ");
                    d.help(text!("可用：{all}", "entries are: {all}"))
                }
            };
            cx.push(d);
        }
    }
    super::quality::source(cx, entries);
    BodyKind::None
}
