//! The keywords of Footrule: one table, English and Chinese, one to one.
//!
//! Guarantees (tested): no Chinese word stands for two rows; an English word for two rows only where the grammar
//! tells them apart (`in`, `given`, `product`); every `kw_…` rule of the grammar has exactly one row and accepts
//! exactly its two spellings. The formatter and editors look words up here and nowhere else.
//!
//! Must not: decide what a word means at a place. That is the grammar's; a [`Place`] only says where it can occur.

use crate::Rule;

/// Where a word is recognised; a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(u8);

impl Place {
    /// At the head of a statement.
    pub const HEAD: Self = Self(1);
    /// Inside a statement.
    pub const INSIDE: Self = Self(2);
    /// As the name of a built-in type, function or result.
    pub const NAME: Self = Self(4);
    /// As one of a fixed set of words at one place: origins, allocation bases, keys of a `source`.
    pub const OPTION: Self = Self(8);

    /// Both sets.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True if `other` is part of this set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyword {
    /// The token of the grammar; `Rule::name` for words that are names to the grammar.
    pub rule: Rule,
    /// English spelling; several words are separated by one blank.
    pub english: &'static str,
    /// Chinese spelling, one word.
    pub chinese: &'static str,
    /// Where it occurs.
    pub place: Place,
}

const fn row(rule: Rule, english: &'static str, chinese: &'static str, place: Place) -> Keyword {
    Keyword { rule, english, chinese, place }
}

/// Every keyword.
pub const KEYWORDS: &[Keyword] = &[
    row(Rule::kw_rule, "rule", "规则", Place::HEAD),
    row(Rule::kw_cites, "cites", "引用", Place::HEAD),
    row(Rule::kw_sector, "sector", "行业", Place::HEAD),
    row(Rule::kw_version, "version", "版本", Place::HEAD),
    row(Rule::kw_valid, "valid", "有效", Place::HEAD),
    row(Rule::kw_boundary, "boundary", "边界", Place::HEAD),
    row(Rule::kw_gwp, "gwp", "温势", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_declared_unit, "declared unit", "声明单位", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_functional_unit, "functional unit", "功能单位", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_also_unit, "also unit", "另计单位", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_round, "round", "修约", Place::HEAD.or(Place::INSIDE.or(Place::NAME))),
    row(Rule::kw_biogenic_co2, "biogenic_co2", "生物源二氧化碳", Place::HEAD),
    row(Rule::kw_credits_apart, "credits apart", "抵扣另报", Place::HEAD),
    row(Rule::kw_use, "use", "使用", Place::HEAD),
    row(Rule::kw_flow_enum, "flow enum", "物质枚举", Place::HEAD),
    row(Rule::kw_flow, "flow", "物质", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_enum, "enum", "枚举", Place::HEAD),
    row(Rule::kw_gas, "gas", "气体", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_unit, "unit", "单位", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_record, "record", "记录", Place::HEAD),
    row(Rule::kw_source, "source", "来源", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_param, "param", "参数", Place::HEAD),
    row(Rule::kw_table, "table", "表", Place::HEAD),
    row(Rule::kw_const, "const", "常数", Place::HEAD),
    row(Rule::kw_fn, "fn", "函数", Place::HEAD),
    row(Rule::kw_process, "process", "过程", Place::HEAD),
    row(Rule::kw_stage, "stage", "阶段", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_input, "input", "输入", Place::HEAD),
    row(Rule::kw_open_let, "open let", "可改令", Place::HEAD),
    row(Rule::kw_let, "let", "令", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_emission, "emission", "排放", Place::HEAD),
    row(Rule::kw_removal, "removal", "清除", Place::HEAD),
    row(Rule::kw_credit, "credit", "抵扣", Place::HEAD),
    row(Rule::kw_apart, "apart", "另报", Place::HEAD),
    row(Rule::kw_require, "require", "要求", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_warn, "warn", "提示", Place::HEAD),
    row(Rule::kw_report, "report", "报告", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_test, "test", "测试", Place::HEAD),
    row(Rule::kw_accept, "accept", "接受", Place::HEAD),
    row(Rule::kw_include, "include", "包含", Place::HEAD),
    row(Rule::kw_product, "product", "产品", Place::HEAD),
    row(Rule::kw_allocate, "allocate", "分配", Place::HEAD),
    row(Rule::kw_cutoff, "cutoff", "取舍", Place::HEAD),
    row(Rule::kw_balance, "balance", "平衡", Place::HEAD),
    row(Rule::kw_scenario, "scenario", "情景", Place::HEAD.or(Place::INSIDE)),
    row(Rule::kw_except, "except", "例外", Place::HEAD),
    row(Rule::kw_and, "and", "且", Place::INSIDE),
    row(Rule::kw_or, "or", "或", Place::INSIDE),
    row(Rule::kw_or_else, "or else", "缺则", Place::INSIDE),
    row(Rule::kw_not, "not", "非", Place::INSIDE),
    row(Rule::kw_if, "if", "如果", Place::INSIDE),
    row(Rule::kw_then, "then", "则", Place::INSIDE),
    row(Rule::kw_else, "else", "否则", Place::INSIDE),
    row(Rule::kw_match, "match", "匹配", Place::INSIDE),
    row(Rule::kw_when, "when", "当", Place::INSIDE),
    row(Rule::kw_otherwise, "otherwise", "其余", Place::INSIDE),
    row(Rule::kw_for, "for", "对", Place::INSIDE),
    row(Rule::kw_for_each, "for each", "每个", Place::INSIDE),
    row(Rule::kw_in, "in", "于", Place::INSIDE),
    row(Rule::kw_where, "where", "须", Place::INSIDE),
    row(Rule::kw_within, "within", "介于", Place::INSIDE),
    row(Rule::kw_as, "as", "作为", Place::INSIDE),
    row(Rule::kw_at, "at", "取", Place::INSIDE),
    row(Rule::kw_given, "given", "已知", Place::INSIDE),
    row(Rule::kw_true, "true", "真", Place::INSIDE),
    row(Rule::kw_false, "false", "假", Place::INSIDE),
    row(Rule::kw_default, "default", "默认", Place::INSIDE),
    row(Rule::kw_zh, "zh", "中文", Place::INSIDE),
    row(Rule::kw_en, "en", "英文", Place::INSIDE),
    row(Rule::kw_first_of, "first of", "依次", Place::INSIDE),
    row(Rule::kw_one_of, "one of", "择一", Place::INSIDE),
    row(Rule::kw_of, "of", "基于", Place::INSIDE),
    row(Rule::kw_by, "by", "按", Place::INSIDE),
    row(Rule::kw_from, "from", "自", Place::INSIDE),
    row(Rule::kw_until, "until", "至", Place::INSIDE),
    row(Rule::kw_to, "to", "归于", Place::INSIDE),
    row(Rule::kw_after, "after", "晚于", Place::INSIDE),
    row(Rule::kw_before, "before", "早于", Place::INSIDE),
    row(Rule::kw_after_last, "after last", "末值之后", Place::INSIDE),
    row(Rule::kw_before_first, "before first", "首值之前", Place::INSIDE),
    row(Rule::kw_hold, "hold", "沿用", Place::INSIDE),
    row(Rule::kw_with_warning, "with warning", "并警告", Place::INSIDE),
    row(Rule::kw_review_by, "review by", "复核于", Place::INSIDE),
    row(Rule::kw_start, "start", "期初", Place::INSIDE),
    row(Rule::kw_end_of, "end", "期末", Place::INSIDE),
    row(Rule::kw_by_days, "by days", "按日", Place::INSIDE),
    row(Rule::kw_in_brackets, "in brackets", "分档", Place::INSIDE),
    row(Rule::kw_interpolate, "interpolate linear", "线性内插", Place::INSIDE),
    row(Rule::kw_outside, "outside", "界外", Place::INSIDE),
    row(Rule::kw_partial, "partial", "不全", Place::INSIDE),
    row(Rule::kw_count, "count", "计数", Place::INSIDE.or(Place::NAME)),
    row(Rule::kw_unique, "unique", "唯一", Place::INSIDE),
    row(Rule::kw_sum, "sum", "求和", Place::INSIDE.or(Place::NAME)),
    row(Rule::kw_scaled, "scaled", "归一", Place::INSIDE),
    row(Rule::kw_named, "named", "命名为", Place::INSIDE),
    row(Rule::kw_origin, "origin", "成因", Place::INSIDE),
    row(Rule::kw_split, "split", "拆分", Place::INSIDE),
    row(Rule::kw_rest, "rest", "余量", Place::INSIDE),
    row(Rule::kw_may_be_negative, "may be negative", "可为负", Place::INSIDE),
    row(Rule::kw_factor_default, "factor default", "默认因子", Place::INSIDE),
    row(Rule::kw_factor_fixed, "factor fixed", "固定因子", Place::INSIDE),
    row(Rule::kw_because, "because", "因为", Place::INSIDE),
    row(Rule::kw_evidence, "evidence", "凭证", Place::INSIDE),
    row(Rule::kw_over, "over", "覆盖", Place::INSIDE),
    row(Rule::kw_compare, "compare", "对比", Place::INSIDE),
    row(Rule::kw_each, "each", "每项", Place::INSIDE),
    row(Rule::kw_total, "total", "合计", Place::INSIDE.or(Place::NAME)),
    row(Rule::kw_list, "list", "成列", Place::INSIDE),
    row(Rule::kw_list_of, "list of", "列表", Place::INSIDE),
    row(Rule::kw_optional, "optional", "可选", Place::INSIDE),
    row(Rule::kw_activity_of, "activity of", "活动", Place::INSIDE),
    row(Rule::kw_footprint_of, "footprint of", "足迹", Place::INSIDE),
    row(Rule::kw_row_in, "in", "入", Place::INSIDE),
    row(Rule::kw_row_out, "out", "出", Place::INSIDE),
    row(Rule::kw_decimals, "decimals", "位小数", Place::INSIDE),
    row(Rule::kw_significant, "significant", "位有效数字", Place::INSIDE),
    row(Rule::kw_offset, "offset", "偏移", Place::INSIDE),
    row(Rule::kw_ucum, "ucum", "标准代码", Place::INSIDE),
    row(Rule::name, "bare", "裸值", Place::NAME),
    row(Rule::kw_expect, "expect", "期望", Place::INSIDE),
    row(Rule::kw_line, "line", "排放行", Place::INSIDE),
    row(Rule::kw_error, "error", "错误", Place::INSIDE),
    row(Rule::kw_warning, "warning", "警告", Place::INSIDE),
    row(Rule::kw_period, "period", "核算期", Place::INSIDE.or(Place::NAME)),
    row(Rule::name, "biogenic", "生物源", Place::OPTION),
    row(Rule::name, "fossil", "化石源", Place::OPTION),
    row(Rule::name, "land_use", "土地利用", Place::OPTION),
    row(Rule::name, "aircraft", "航空", Place::OPTION),
    row(Rule::name, "counted", "计入", Place::OPTION),
    row(Rule::name, "neutral", "中性", Place::OPTION),
    row(Rule::name, "mass", "质量", Place::OPTION),
    row(Rule::name, "energy", "能量", Place::OPTION),
    row(Rule::name, "economic", "经济", Place::OPTION),
    row(Rule::name, "physical", "物理", Place::OPTION),
    row(Rule::name, "given", "给定", Place::OPTION),
    row(Rule::name, "unknown", "不详", Place::OPTION),
    row(Rule::name, "none", "不适用", Place::OPTION),
    row(Rule::name, "number", "数", Place::NAME),
    row(Rule::name, "integer", "整数", Place::NAME),
    row(Rule::name, "bool", "真假", Place::NAME),
    row(Rule::name, "text", "文字", Place::NAME),
    row(Rule::name, "date", "日期", Place::NAME),
    row(Rule::name, "min", "最小", Place::NAME),
    row(Rule::name, "max", "最大", Place::NAME),
    row(Rule::name, "mean", "平均", Place::NAME),
    row(Rule::name, "any", "任一", Place::NAME),
    row(Rule::name, "all", "全部", Place::NAME),
    row(Rule::name, "product", "连乘", Place::NAME),
    row(Rule::name, "abs", "绝对值", Place::NAME),
    row(Rule::name, "floor", "向下取整", Place::NAME),
    row(Rule::name, "ceil", "向上取整", Place::NAME),
    row(Rule::name, "sqrt", "平方根", Place::NAME),
    row(Rule::name, "exp", "指数", Place::NAME),
    row(Rule::name, "ln", "对数", Place::NAME),
    row(Rule::name, "pow", "乘方", Place::NAME),
    row(Rule::name, "untag", "去标签", Place::NAME),
    row(Rule::name, "ratio", "比", Place::NAME),
    row(Rule::name, "co2e", "当量", Place::NAME),
    row(Rule::name, "activity", "活动数据", Place::NAME),
    row(Rule::name, "stage_total", "阶段合计", Place::NAME),
    row(Rule::name, "gas_total", "气体合计", Place::NAME),
    row(Rule::name, "origin_total", "成因合计", Place::NAME),
    row(Rule::name, "total_of", "各行合计", Place::NAME),
    row(Rule::name, "absolute", "总量", Place::NAME),
    row(Rule::name, "primary_share", "初级数据占比", Place::NAME),
    row(Rule::name, "rated_share", "已评分占比", Place::NAME),
    row(Rule::name, "dqr", "数据质量评分", Place::NAME),
    row(Rule::name, "title", "标题", Place::OPTION),
    row(Rule::name, "publisher", "出版者", Place::OPTION),
    row(Rule::name, "year", "年份", Place::OPTION),
    row(Rule::name, "url", "网址", Place::OPTION),
    row(Rule::name, "licence", "许可", Place::OPTION),
    row(Rule::name, "region", "地区", Place::OPTION),
    row(Rule::name, "note", "备注", Place::OPTION),
    row(Rule::name, "accessed", "访问日期", Place::OPTION),
    row(Rule::name, "status", "状态", Place::OPTION),
    row(Rule::name, "seen", "已核", Place::OPTION),
    row(Rule::name, "recalled", "凭记忆", Place::OPTION),
    row(Rule::name, "constructed", "构造", Place::OPTION),
    row(Rule::name, "illustrative", "示意", Place::OPTION),
];

/// The row of a keyword token.
#[must_use]
pub fn by_rule(rule: Rule) -> Option<&'static Keyword> {
    if rule == Rule::name {
        return None;
    }
    KEYWORDS.iter().find(|k| k.rule == rule)
}

/// The row that this word, Chinese or English, means at this place.
#[must_use]
pub fn lookup(word: &str, place: Place) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|k| k.place.has(place) && (k.chinese == word || k.english == word))
}

/// The English spelling of a word at this place; other words are returned as they are.
#[must_use]
pub fn english(word: &str, place: Place) -> &str {
    // ASCII words are English already; this is asked for every name of a program.
    if word.is_ascii() {
        return word;
    }
    lookup(word, place).map_or(word, |k| k.english)
}

/// The Chinese spelling of a word at this place; other words are returned as they are.
#[must_use]
pub fn chinese(word: &str, place: Place) -> &str {
    lookup(word, place).map_or(word, |k| k.chinese)
}

/// True for a word that is never a name (`and`, `where`, `in` …).
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    crate::parse(Rule::reserved, word).ok().and_then(|mut pairs| pairs.next()).is_some_and(|pair| pair.as_str() == word)
}

/// The statement head at the start of `text` and its length in bytes, the longest that fits.
#[must_use]
pub fn head_at(text: &str) -> Option<(&'static Keyword, usize)> {
    let mut best: Option<(&'static Keyword, usize)> = None;
    // Asked for every statement of a file: most keywords begin otherwise.
    let first = text.as_bytes().first();
    for keyword in KEYWORDS.iter().filter(|k| k.place.has(Place::HEAD)) {
        for spelling in [keyword.english, keyword.chinese] {
            if spelling.as_bytes().first() == first
                && let Some(len) = starts_with_words(text, spelling)
                && best.is_none_or(|(_, longest)| len > longest)
            {
                best = Some((keyword, len));
            }
        }
    }
    best
}

/// How many bytes of `text` the words of `spelling` take, with any blanks between them and a word boundary behind.
fn starts_with_words(text: &str, spelling: &str) -> Option<usize> {
    let mut rest = text;
    for (i, word) in spelling.split(' ').enumerate() {
        if i > 0 {
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{A0}']);
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
        }
        rest = rest.strip_prefix(word)?;
    }
    let boundary = !rest.chars().next().is_some_and(is_word_char);
    boundary.then_some(text.len() - rest.len())
}

/// True for a character that continues a word: `XID_Continue` without the middle dots.
#[must_use]
pub fn is_word_char(c: char) -> bool {
    c != '·' && c != '・' && pest::unicode::XID_CONTINUE(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn the_table_is_one_to_one() {
        let mut chinese = BTreeSet::new();
        let mut english: BTreeMap<&str, u32> = BTreeMap::new();
        for k in KEYWORDS {
            assert!(chinese.insert(k.chinese), "{} twice", k.chinese);
            assert!(!k.chinese.is_ascii() && k.english.is_ascii(), "{k:?}");
            *english.entry(k.english).or_default() += 1;
        }
        let twice: Vec<_> = english.into_iter().filter(|(_, n)| *n > 1).map(|(e, _)| e).collect();
        assert_eq!(twice, ["given", "in", "product"]);
    }

    #[test]
    fn grammar_and_table_agree() {
        for &rule in Rule::all_rules() {
            let name = format!("{rule:?}");
            let rows: Vec<_> = KEYWORDS.iter().filter(|k| k.rule == rule).collect();
            assert_eq!(
                rows.len(),
                usize::from(name.starts_with("kw_")).max(if rule == Rule::name { rows.len() } else { 0 }),
                "{name}"
            );
            if name.starts_with("kw_") {
                for spelling in [rows[0].english, rows[0].chinese] {
                    let pair = crate::parse(rule, spelling).expect(spelling).next().expect("one pair");
                    assert_eq!(pair.as_str(), spelling);
                    assert!(crate::parse(rule, &format!("{spelling}x")).is_err(), "{spelling}x");
                }
            }
        }
    }

    #[test]
    fn reserved_words_come_in_pairs() {
        for k in
            KEYWORDS.iter().filter(|k| k.rule != Rule::name && k.rule != Rule::kw_row_in && !k.english.contains(' '))
        {
            assert_eq!(is_reserved(k.english), is_reserved(k.chinese), "{k:?}");
        }
        assert!(
            is_reserved("且")
                && is_reserved("where")
                && !is_reserved("source")
                && !is_reserved("input")
                && !is_reserved("total")
        );
    }

    #[test]
    fn heads_are_found_longest_first() {
        assert_eq!(head_at("flow enum M").map(|(k, n)| (k.english, n)), Some(("flow enum", 9)));
        assert_eq!(head_at("物质 铝").map(|(k, n)| (k.english, n)), Some(("flow", 6)));
        assert_eq!(head_at("输入产量"), None);
        assert_eq!(english("求和", Place::NAME), "sum");
        assert_eq!(chinese("product", Place::HEAD), "产品");
        assert_eq!(chinese("product", Place::NAME), "连乘");
    }
}
