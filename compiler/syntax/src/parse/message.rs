//! From pest's "furthest position and rules tried there" to a sentence.
//!
//! The friendly names of the grammar's rules stand here. Operators are told as one, trivia is left out, keywords
//! are shown as they are spelled. The place is pest's furthest position; the sentence states what stands there, then
//! what is expected.

use crate::head::{span, string_len};
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_grammar::Rule;
use footrule_grammar::keywords::{self, is_word_char};
use pest::error::{ErrorVariant, InputLocation};

/// More would be no help.
const MAX_EXPECTED: usize = 6;

/// Reads `text` with `rule` and says why that fails; places are relative to `text`.
pub(super) fn explain(text: &str, rule: Rule) -> Diagnostic<Span> {
    let error = match footrule_grammar::parse(rule, text) {
        Err(error) => error,
        // The entry is fine alone; it is what follows that is not.
        Ok(_) => return found_at(text, text.len(), &[]),
    };
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    match error.variant {
        ErrorVariant::ParsingError { positives, .. } => found_at(text, at, &positives),
        ErrorVariant::CustomError { .. } => {
            Diagnostic::new(Code::S004, text!("语句嵌套过深", "the statement is nested too deeply"))
                .at(found(text, at).0, text!("到这里为止可以读懂", "understood up to here"))
        }
    }
}

/// The token at `at`: its place and how to show it; `None` at the end.
fn found(text: &str, at: usize) -> (Span, Option<String>) {
    // The end of an entry may have blanks before it.
    let rest = text.get(at..).unwrap_or("");
    let skipped = rest.len() - rest.trim_start().len();
    let at = at + skipped;
    let rest = rest.trim_start();
    let Some(first) = rest.chars().next() else {
        let end = text.trim_end().len();
        return (span(end, end), None);
    };
    let len = if first == '"' {
        string_len(rest).unwrap_or(1)
    } else if is_word_char(first) {
        rest.find(|c| !is_word_char(c)).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    let shown = match first {
        '"' => "\"…\"".to_owned(),
        '\u{1E}' => "↵".to_owned(),
        _ => rest[..len].chars().take(40).collect(),
    };
    (span(at, at + len), Some(shown))
}

fn found_at(text: &str, at: usize, rules: &[Rule]) -> Diagnostic<Span> {
    let (place, shown) = found(text, at);
    let (zh, en) = expected(rules);
    let reserved = shown.as_deref().filter(|word| keywords::is_reserved(word) && rules.contains(&Rule::name));
    let message = match (&shown, zh.is_empty()) {
        _ if let Some(word) = reserved => {
            text!("`{word}` 是保留词，不能作名称", "`{word}` is a reserved word and cannot be a name")
        }
        (Some(token), true) => text!("`{token}` 不能出现在这里", "`{token}` cannot stand here"),
        (Some(token), false) => text!("这里是 `{token}`，应为{zh}", "found `{token}` where {en} is expected"),
        (None, true) => text!("这一项没有写完", "the entry is not complete"),
        (None, false) => text!("到此结束，其后应为{zh}", "it ends here, where {en} is expected"),
    };
    let label = if zh.is_empty() {
        text!("读到这里为止", "read up to here")
    } else {
        text!("应为{zh}", "expected {en}")
    };
    let error = Diagnostic::new(Code::S001, message).at(place, label);
    let operators = rules.iter().any(|r| is_operator(*r));
    match shown.as_deref() {
        Some("=") if operators => error.help(text!("比较写作 `==`", "`==` compares")),
        Some("," | "，") if rules.contains(&Rule::EOI) => {
            error.help(text!("各项之间用 `;` 或换行分隔", "entries are separated by `;` or a new line"))
        }
        Some("\"…\"") if rules.contains(&Rule::label) || rules.contains(&Rule::kw_zh) => {
            error.help(text!("标注写作 `zh \"…\" en \"…\"`", "labels are written `zh \"…\" en \"…\"`"))
        }
        _ => error,
    }
}

/// What is expected, in Chinese and in English; empty if there is nothing worth saying.
fn expected(rules: &[Rule]) -> (String, String) {
    let mut zh: Vec<String> = Vec::new();
    let mut en: Vec<String> = Vec::new();
    let operators = rules.iter().any(|r| is_operator(*r));
    let mut ends = false;
    for &rule in rules {
        let (chinese, english) = match rule {
            Rule::EOI => {
                ends = true;
                continue;
            }
            _ if operators && continues_expression(rule) => continue,
            _ => match friendly(rule) {
                Some((chinese, english)) => (chinese.to_owned(), english.to_owned()),
                None => match keywords::by_rule(rule) {
                    Some(k) => (format!("`{}`（{}）", k.chinese, k.english), format!("`{}`", k.english)),
                    None => continue,
                },
            },
        };
        if !en.contains(&english) {
            zh.push(chinese);
            en.push(english);
        }
    }
    if zh.len() > MAX_EXPECTED {
        zh.truncate(MAX_EXPECTED - 1);
        en.truncate(MAX_EXPECTED - 1);
    }
    if operators {
        zh.push("运算符".to_owned());
        en.push("an operator".to_owned());
    }
    if ends {
        zh.push("语句结束".to_owned());
        en.push("the end of the statement".to_owned());
    }
    (join(&zh, "、", "或"), join(&en, ", ", " or "))
}

fn join(parts: &[String], comma: &str, or: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{}{or}{last}", first.join(comma)),
    }
}

fn is_operator(rule: Rule) -> bool {
    matches!(rule, Rule::plus | Rule::star | Rule::slash | Rule::caret | Rule::cmp_op | Rule::cmp_tail)
}

/// Tokens that continue an expression and are told as "an operator".
fn continues_expression(rule: Rule) -> bool {
    is_operator(rule)
        || matches!(
            rule,
            Rule::minus
                | Rule::kw_and
                | Rule::kw_or
                | Rule::kw_or_else
                | Rule::within_tail
                | Rule::set_tail
                | Rule::call
                | Rule::field
                | Rule::as_tail
                | Rule::at_tail
                | Rule::kw_as
                | Rule::kw_at
                | Rule::dot
                | Rule::lparen
                | Rule::kw_within
                | Rule::kw_in
                | Rule::dotdot
                | Rule::percent
                | Rule::unit
        )
}

/// The name of a rule for people; `None` for trivia and for keywords, which are spelled out.
fn friendly(rule: Rule) -> Option<(&'static str, &'static str)> {
    Some(match rule {
        Rule::semi => ("`;`", "`;`"),
        Rule::end => ("新的一行", "a new line"),
        Rule::lparen | Rule::unit_paren | Rule::call => ("`(`", "`(`"),
        Rule::rparen | Rule::unit_unparen => ("`)`", "`)`"),
        Rule::lbrace | Rule::tag_open => ("`{`", "`{`"),
        Rule::rbrace | Rule::tag_close => ("`}`", "`}`"),
        Rule::lbracket => ("`[`", "`[`"),
        Rule::rbracket => ("`]`", "`]`"),
        Rule::comma => ("`,`", "`,`"),
        Rule::colon | Rule::type_clause => ("`:`", "`:`"),
        Rule::dot | Rule::field | Rule::tag_dot => ("`.`", "`.`"),
        Rule::dotdot => ("`..`", "`..`"),
        Rule::langle | Rule::generics => ("`<`", "`<`"),
        Rule::rangle => ("`>`", "`>`"),
        Rule::thin_arrow => ("`->`", "`->`"),
        Rule::fat_arrow => ("`=>`", "`=>`"),
        Rule::eq | Rule::assign | Rule::eq_or_eqeq => ("`=`", "`=`"),
        Rule::percent => ("`%`", "`%`"),
        Rule::any_key => ("`_`", "`_`"),
        Rule::cmp_op => ("比较符", "a comparison"),
        Rule::name | Rule::word | Rule::field_name | Rule::tag_name | Rule::unit_name | Rule::path | Rule::arm_name => {
            ("名称", "a name")
        }
        Rule::string => ("引号中的文字", "a quoted text"),
        Rule::number | Rule::number_cell => ("数字", "a number"),
        Rule::integer => ("整数", "a whole number"),
        Rule::date => ("日期", "a date"),
        Rule::year | Rule::date_key => ("年份或日期", "a year or a date"),
        Rule::version_text => ("版本号", "a version"),
        Rule::clause | Rule::clause_text => ("条款号", "a clause"),
        Rule::code => ("错误代码", "an error code"),
        Rule::label => ("标注（zh、en）", "a label (zh, en)"),
        Rule::quantity | Rule::unit_amount => ("数值", "a number with a unit"),
        Rule::unit
        | Rule::unit_atom
        | Rule::unit_word
        | Rule::unit_group
        | Rule::glued_unit
        | Rule::one_atom
        | Rule::unit_one => ("单位", "a unit"),
        Rule::unit_op => ("`·` 或 `/`", "`·` or `/`"),
        Rule::power | Rule::power_sign | Rule::caret => ("`^`", "`^`"),
        Rule::power_value => ("整数幂次", "a whole power"),
        Rule::type_ | Rule::list_type | Rule::optional_type | Rule::activity_type | Rule::footprint_type => {
            ("类型", "a type")
        }
        Rule::table_columns => ("列的类型", "the type of the columns"),
        Rule::expr
        | Rule::cmp_expr
        | Rule::sum_expr
        | Rule::postfix
        | Rule::range_expr
        | Rule::exponent
        | Rule::at_arg
        | Rule::paren
        | Rule::arg => ("表达式", "an expression"),
        Rule::call_for | Rule::line_for => ("`对`（for）", "`for`"),
        Rule::binder | Rule::line_binder => ("`名称 于 列表`", "`name in list`"),
        Rule::where_clause | Rule::filter => ("`须`（where）", "`where`"),
        Rule::constraint | Rule::compare_is | Rule::range_is | Rule::count_is | Rule::sum_is | Rule::unique_is => {
            ("取值条件", "a condition on the value")
        }
        Rule::when_clause => ("`当`（when）", "`when`"),
        Rule::default_clause => ("`默认`（default）", "`default`"),
        Rule::factor_clause => ("`默认因子`（factor default）", "`factor default`"),
        Rule::each_clause => ("`每个`（for each）", "`for each`"),
        Rule::source_ref => ("`来源`（source）", "`source`"),
        Rule::of_clause => ("`基于`（of）", "`of`"),
        Rule::by_clause => ("`按`（by）", "`by`"),
        Rule::over_clause => ("`覆盖`（over）", "`over`"),
        Rule::compare_clause => ("`对比`（compare）", "`compare`"),
        Rule::within_tol | Rule::balance_within | Rule::within_tail => ("`介于`（within）", "`within`"),
        Rule::line_stage | Rule::include_stages | Rule::set_tail => ("`于`（in）", "`in`"),
        Rule::named_clause => ("`命名为`（named）", "`named`"),
        Rule::origin_clause => ("`成因`（origin）", "`origin`"),
        Rule::to_clause => ("`归于`（to）", "`to`"),
        Rule::rounding => ("`修约`（round）", "`round`"),
        Rule::because => ("`因为`（because）", "`because`"),
        Rule::weights
        | Rule::bindings
        | Rule::variants
        | Rule::fields
        | Rule::table_body
        | Rule::param_body
        | Rule::source_body
        | Rule::test_body
        | Rule::balance_body
        | Rule::scenario_body
        | Rule::process_body
        | Rule::gas_rows => ("`{`", "`{`"),
        Rule::weight => ("`名称: 权重`", "`name: weight`"),
        Rule::record_field | Rule::table_key | Rule::table_column | Rule::fn_param => ("`名称: 类型`", "`name: type`"),
        Rule::test_entry | Rule::test_set | Rule::binding => ("`名称 = 值`", "`name = value`"),
        Rule::expect_value => ("期望的结果", "the expected result"),
        Rule::policy => ("`错误` 或 `沿用`（error, hold）", "`error` or `hold`"),
        Rule::cell | Rule::table_row => ("表的键", "a key of the table"),
        Rule::param_row => ("`年份 => 值`", "`year => value`"),
        Rule::raw_value => ("值", "a value"),
        Rule::kind_word => ("`单位`、`物质`、`气体` 或 `阶段`", "`unit`, `flow`, `gas` or `stage`"),
        Rule::item => ("语句", "a statement"),
        _ => return None,
    })
}
