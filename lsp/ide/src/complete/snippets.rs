//! Whole statements, with places to fill in.
//!
//! A template is written once: `‹word›` is a keyword, spelled as the file spells its keywords, `‹zh|en›` with two words that
//! are no keywords is a place to fill in, `‹›` the last place.

use super::words::word;
use footrule_diag::Lang;

/// A statement with places.
pub(super) struct Template {
    /// The keyword that it begins with.
    pub head: &'static str,
    /// What it is for, Chinese and English.
    pub about: [&'static str; 2],
    body: &'static str,
}

const fn template(head: &'static str, zh: &'static str, en: &'static str, body: &'static str) -> Template {
    Template { head, about: [zh, en], body }
}

/// Every template.
pub(super) const TEMPLATES: &[Template] = &[
    template(
        "rule",
        "规则头",
        "header of a rule",
        "‹rule› ‹规则名|rule_name› ‹zh› \"‹名称|name_zh›\" ‹en› \"‹英文名|name›\"\n‹version› ‹0.1.0|0.1.0›\n‹valid› ‹from› ‹2026-01-01|2026-01-01›\n‹gwp› AR6\n‹declared unit› 1 ‹t|t›{‹产品|product›} ‹of› ‹产量|production›\n‹round› ‹1|1› ‹decimals›\n‹›",
    ),
    template(
        "input",
        "输入",
        "input",
        "‹input› ‹名称|name›: ‹t|t› ‹where› >= 0 ‹zh› \"‹标签|label_zh›\" ‹en› \"‹英文标签|label›\"‹›",
    ),
    template("let", "定义", "definition", "‹let› ‹名称|name› = ‹算式|formula›‹›"),
    template(
        "emission",
        "排放行",
        "emission line",
        "‹emission› ‹名称|name› ‹in› ‹阶段|stage› = ‹用量|amount› * ‹因子|factor› ‹zh› \"‹标签|label_zh›\" ‹en› \"‹英文标签|label›\"‹›",
    ),
    template("removal", "清除行", "removal line", "‹removal› ‹名称|name› ‹in› ‹阶段|stage› = ‹数量|quantity›‹›"),
    template("credit", "抵扣行", "credit line", "‹credit› ‹名称|name› ‹in› ‹阶段|stage› = ‹数量|quantity›‹›"),
    template(
        "const",
        "有来源的常数",
        "constant with its source",
        "‹const› ‹名称|name› = ‹1|1› ‹kg{CO2e}/kg|kg{CO2e}/kg› ‹source› ‹来源名|source_name›‹›",
    ),
    template(
        "param",
        "按年份的因子",
        "factor by year",
        "‹param› ‹名称|name›: ‹kg{CO2e}/kg|kg{CO2e}/kg› {\n    ‹2024|2024› => ‹数值|value› ‹source› ‹来源名|source_name›\n    ‹after last› ‹hold› ‹with warning›\n    ‹before first› ‹error›\n}‹›",
    ),
    template(
        "table",
        "表",
        "table",
        "‹table› ‹名称|name›(‹键|key›: ‹枚举|Enum›) -> ‹单位|unit› ‹source› ‹来源名|source_name› {\n    ‹成员|member› => ‹数值|value›\n}‹›",
    ),
    template(
        "enum",
        "枚举",
        "enumeration",
        "‹enum› ‹名称|Name› {\n    ‹成员|member› ‹zh› \"‹标签|label_zh›\" ‹en› \"‹英文标签|label›\"\n}‹›",
    ),
    template("record", "记录", "record", "‹record› ‹名称|Name› {\n    ‹字段|field›: ‹t|t› ‹where› >= 0\n}‹›"),
    template("flow", "物质", "flow", "‹flow› ‹名称|name› ‹zh› \"‹标签|label_zh›\" ‹en› \"‹英文标签|label›\"‹›"),
    template("stage", "阶段", "stage", "‹stage› ‹名称|name› ‹zh› \"‹标签|label_zh›\" ‹en› \"‹英文标签|label›\"‹›"),
    template(
        "source",
        "来源",
        "source",
        "‹source› ‹名称|name› {\n    ‹title› \"‹标题|title_text›\"\n    ‹publisher› \"‹出版单位|publisher_name›\"\n    ‹year› ‹年份|year_number›\n    ‹url› \"‹地址|address›\"\n    ‹gwp› ‹体系|set›\n}‹›",
    ),
    template("fn", "函数", "function", "‹fn› ‹名称|name›(‹参数|parameter›: ‹t|t›) -> ‹t|t› = ‹算式|formula›‹›"),
    template(
        "require",
        "要求",
        "requirement",
        "‹require› ‹条件|condition›\n    ‹else› ‹zh› \"‹中文说明|message_zh›\" ‹en› \"‹英文说明|message›\"‹›",
    ),
    template(
        "warn",
        "提示",
        "warning",
        "‹warn› ‹名称|name›: ‹条件|condition›\n    ‹else› ‹zh› \"‹中文说明|message_zh›\" ‹en› \"‹英文说明|message›\"‹›",
    ),
    template(
        "report",
        "报告项",
        "report",
        "‹report› ‹名称|name› = ‹算式|formula› ‹round› ‹2|2› ‹decimals› ‹zh› \"‹标签|label_zh›\" ‹en› \"‹英文标签|label›\"‹›",
    ),
    template(
        "except",
        "例外",
        "exception",
        "‹except› ‹所例外者|definition› ‹when› ‹条件|condition› = ‹算式|formula›‹›",
    ),
    template(
        "test",
        "测试",
        "test",
        "‹test› ‹zh› \"‹算例|name_zh›\" ‹en› \"‹英文名|name›\" {\n    ‹period› = ‹2024|2024›\n    ‹输入项|an_input› = ‹值|value›\n    ‹expect› ‹total› = ‹结果|result›\n}‹›",
    ),
    template(
        "process",
        "过程",
        "process",
        "‹process› ‹名称|name›(‹阶段名|place›: ‹stage›) {\n    ‹input› ‹用量|amount›: ‹t|t›\n    ‹emission› ‹排放|release› ‹in› ‹阶段名|place› = ‹算式|formula›\n}‹›",
    ),
    template(
        "include",
        "包含过程",
        "include of a process",
        "‹include› ‹过程名|process_name› ‹as› ‹名称|name› ‹in› ‹阶段|a_stage› {\n    ‹输入项|an_input› = ‹算式|formula›\n}‹›",
    ),
    template("scenario", "情景", "scenario", "‹scenario› ‹名称|name› {\n    ‹输入项|an_input› = ‹值|value›\n}‹›"),
];

/// A piece of a template.
enum Piece<'t> {
    Text(&'t str),
    Keyword(&'static str),
    Hole(&'t str),
    Last,
}

impl Template {
    fn pieces(&self, lang: Lang) -> Vec<Piece<'_>> {
        let mut out = Vec::new();
        let mut rest = self.body;
        while let Some((text, more)) = rest.split_once('‹') {
            out.push(Piece::Text(text));
            let (inside, more) = more.split_once('›').unwrap_or((more, ""));
            out.push(match inside.split_once('|') {
                _ if inside.is_empty() => Piece::Last,
                Some((zh, en)) => Piece::Hole(if lang == Lang::Zh { zh } else { en }),
                None => Piece::Keyword(word(inside, lang)),
            });
            rest = more;
        }
        out.push(Piece::Text(rest));
        out
    }

    /// As a snippet of the protocol: places are tab stops, equal ones move together.
    pub(super) fn snippet(&self, lang: Lang) -> String {
        let escape = |t: &str| t.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}");
        let mut seen: Vec<&str> = Vec::new();
        let mut out = String::new();
        for piece in self.pieces(lang) {
            match piece {
                Piece::Text(t) => out.push_str(&escape(t)),
                Piece::Keyword(k) => out.push_str(k),
                Piece::Last => out.push_str("$0"),
                Piece::Hole(h) => match seen.iter().position(|s| *s == h) {
                    Some(i) => out.push_str(&format!("${}", i + 1)),
                    None => {
                        seen.push(h);
                        out.push_str(&format!("${{{}:{}}}", seen.len(), escape(h)));
                    }
                },
            }
        }
        out
    }

    /// As plain text, with the words of its places.
    pub(super) fn text(&self, lang: Lang) -> String {
        let word = |p: Piece<'_>| match p {
            Piece::Text(t) => t.to_owned(),
            Piece::Keyword(k) => k.to_owned(),
            Piece::Hole(h) => h.to_owned(),
            Piece::Last => String::new(),
        };
        self.pieces(lang).into_iter().map(word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a template are keywords, and what it says can be read: in both languages.
    #[test]
    fn templates_can_be_read() {
        let mut unread = Vec::new();
        for t in TEMPLATES {
            for lang in [Lang::Zh, Lang::En] {
                let text = t.text(lang);
                let split = footrule_syntax::split(&text, false);
                for chunk in &split.chunks {
                    let errors = footrule_syntax::parse_chunk(chunk).errors;
                    unread.extend(errors.into_iter().map(|e| format!("{text}\n{:?}", e.message)));
                }
                if lang == Lang::Zh {
                    assert!(!text.contains(t.head), "{text}");
                }
            }
        }
        assert!(unread.is_empty(), "{}", unread.join("\n\n"));
    }

    #[test]
    fn equal_places_move_together() {
        let process = TEMPLATES.iter().find(|t| t.head == "process").map(|t| t.snippet(Lang::En)).unwrap_or_default();
        assert!(process.contains("(${2:place}: stage)") && process.contains("in $2 ="), "{process}");
        assert!(process.ends_with("\\}$0"), "{process}");
    }
}
