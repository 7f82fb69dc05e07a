//! The TextMate grammars: Footrule, its fences in Markdown, and literate files.
//!
//! Guarantees: a word is coloured as a keyword only with word boundaries on both sides, so that `输入产量` stays a name.
//! A line is enough to colour it but for `source` blocks, whose keys and values follow no other rule.
//!
//! Must not: decide what a name means; the server's semantic tokens do, on top of these colours.

use super::words::{Class, alternatives, not_units, spellings_of};
use footrule_grammar::Rule;
use serde_json::{Value, json};

/// Where a statement or an entry begins.
const BEGIN: &str = r"(?:^|(?<=[;{]))\s*";
const CLAUSE: &str = r#"§[ \x{A0}]*(?:"(?:[^"\\]|\\.)*"|\S+(?: [A-Za-z0-9]{1,2}[)）])?)"#;
const NAME: &str = r"[\p{L}_]\w*";
/// What is never a name but before a colon, where anything is one.
const RESERVED: &str = r"(?!\w)(?!\s*[:：])";
/// Other words are followed by something else when they are names.
const NO_NAME: &str = r"(?!\w)(?![(（])(?!\s*(?:[:：]|\.(?!\.)))";
/// A head is not assigned to either.
const NO_TARGET: &str = r"(?!\s*=(?!=))";

fn words(list: Vec<&str>) -> String {
    alternatives(list, r"\s+")
}

fn class(class: Class) -> String {
    words(class.spellings())
}

/// A unit as it is written: atoms with tags and powers.
fn unit() -> String {
    let atom = r"(?:[°]?[\p{L}_]\w*|[℃℉])(?:\{[\p{L}_][\w.]*\})?(?:\^-?\d+)?";
    let no_unit = words(not_units());
    format!(r"(?:1/)?(?!(?:{no_unit})(?!\w)){atom}(?:[·/][(（]*{atom}[)）]*)*")
}

/// `source.footrule`.
pub fn footrule() -> Value {
    json!({
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Footrule",
        "scopeName": "source.footrule",
        "fileTypes": ["pcr"],
        "patterns": [{ "include": "#source" }, { "include": "#statement" }, { "include": "#code" }],
        "repository": {
            "code": { "patterns": [
                include("comment"), include("clause"), include("string"), include("option"), include("date"),
                include("quantity"), include("unit"), include("call"), include("word"), include("field"),
                include("operator"), include("mark"),
            ] },
            "comment": { "patterns": [
                { "name": "comment.line.documentation.footrule", "match": "//[/!].*$" },
                { "name": "comment.line.double-slash.footrule", "match": "//.*$" },
            ] },
            "clause": { "name": "entity.name.section.footrule", "match": CLAUSE },
            "string": string(),
            "source": source(),
            "statement": { "patterns": statements() },
            "option": {
                "match": format!(
                    r"(?<!\w)({})\s+({})(?!\w)",
                    words(spellings_of(&[Rule::kw_by, Rule::kw_origin, Rule::kw_biogenic_co2, Rule::kw_gwp])),
                    class(Class::Option)
                ),
                "captures": scopes(&["keyword.other.clause.footrule", "support.constant.footrule"]),
            },
            "date": { "name": "constant.numeric.date.footrule", "match": r"(?<!\w)\d{4}-\d{2}-\d{2}(?!\w)" },
            "quantity": {
                "match": format!(r"(?<!\w)(\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?!\w))?)(?:\s*([%％])|[ \x{{A0}}\x{{2009}}\x{{202F}}]({}))?", unit()),
                "captures": {
                    "1": { "name": "constant.numeric.footrule" },
                    "2": { "name": "keyword.other.unit.footrule" },
                    "3": { "patterns": [include("tag"), { "name": "keyword.other.unit.footrule", "match": "[^{}]+" }] },
                },
            },
            "unit": {
                "match": format!(r"(?<!\w)(?=[^\s{{}}]*\w\{{[\p{{L}}_][\w.]*\}})({})", unit()),
                "captures": {
                    "1": { "patterns": [include("tag"), { "name": "keyword.other.unit.footrule", "match": "[^{}]+" }] },
                },
            },
            "tag": {
                "match": r"(\{)([\w.]+)(\})",
                "captures": scopes(&[
                    "punctuation.definition.tag.begin.footrule",
                    "entity.name.tag.footrule",
                    "punctuation.definition.tag.end.footrule",
                ]),
            },
            "call": { "patterns": [
                {
                    "match": format!(r"(?<![\w.])({})(?=\s*[(（])", class(Class::Function)),
                    "captures": scopes(&["support.function.footrule"]),
                },
                {
                    "match": format!(r"(?<!\w)(?!(?:{})(?!\w))({NAME})(?=[(（])", words(not_units())),
                    "captures": scopes(&["entity.name.function.call.footrule"]),
                },
            ] },
            "word": { "patterns": [
                word(Class::Control, "keyword.control.footrule"),
                word(Class::Operator, "keyword.operator.word.footrule"),
                word(Class::Constant, "constant.language.footrule"),
                word(Class::Clause, "keyword.other.clause.footrule"),
                word(Class::Type, "support.type.footrule"),
                word(Class::Function, "support.function.footrule"),
            ] },
            "field": {
                "match": format!(r"(?<=\w)(\.)({NAME})"),
                "captures": scopes(&["punctuation.accessor.footrule", "variable.other.member.footrule"]),
            },
            "operator": { "patterns": [
                { "name": "keyword.operator.arrow.footrule", "match": "=>|->" },
                { "name": "keyword.operator.comparison.footrule", "match": "<=|>=|==|!=|[≤≥≠<>]" },
                { "name": "keyword.operator.range.footrule", "match": r"\.\." },
                { "name": "keyword.operator.assignment.footrule", "match": "=" },
                { "name": "keyword.operator.arithmetic.footrule", "match": r"[-+*/^%％]" },
            ] },
            "mark": { "name": "punctuation.separator.footrule", "match": "[,，;:：|]" },
        },
    })
}

fn include(part: &str) -> Value {
    json!({ "include": format!("#{part}") })
}

/// Scopes of the groups of a pattern, from the first.
fn scopes(names: &[&str]) -> Value {
    (1..).zip(names).map(|(n, name)| (n.to_string(), json!({ "name": name }))).collect::<serde_json::Map<_, _>>().into()
}

fn word(kind: Class, scope: &str) -> Value {
    let end = match kind {
        Class::Control | Class::Operator | Class::Constant => RESERVED,
        _ => NO_NAME,
    };
    json!({ "name": scope, "match": format!(r"(?<![\w.])({}){end}", class(kind)) })
}

/// A text; `{…}` in it is an expression whose value is shown.
fn string() -> Value {
    json!({
        "name": "string.quoted.double.footrule",
        "begin": "\"",
        "end": "\"|$",
        "patterns": [
            { "name": "constant.character.escape.footrule", "match": r"\\." },
            {
                "name": "meta.template.expression.footrule",
                "begin": r"\{",
                "end": r#"\}|(?=")"#,
                "beginCaptures": { "0": { "name": "punctuation.definition.template-expression.begin.footrule" } },
                "endCaptures": { "0": { "name": "punctuation.definition.template-expression.end.footrule" } },
                "patterns": [
                    include("date"), include("quantity"), include("unit"), include("call"), include("word"),
                    include("field"), include("operator"), include("mark"),
                ],
            },
        ],
    })
}

/// `source name labels { key value … }`: values stand without quotes.
fn source() -> Value {
    let head = words(spellings_of(&[Rule::kw_source]));
    json!({
        "begin": format!(r"^(?:({CLAUSE})\s+)?({head})\s+({NAME})"),
        "end": r"(?<=\})|^(?=[^\s{}/])",
        "beginCaptures": scopes(&[
            "entity.name.section.footrule",
            "keyword.other.statement.footrule",
            "entity.name.namespace.footrule",
        ]),
        "patterns": [
            include("comment"),
            include("string"),
            include("word"),
            {
                "begin": r"\{",
                "end": r"\}|^(?=[^\s}/])",
                "patterns": [
                    include("comment"),
                    include("string"),
                    {
                        "match": format!(r"{BEGIN}({NAME})(?=\s)"),
                        "captures": scopes(&["support.type.property-name.footrule"]),
                    },
                    { "name": "string.unquoted.footrule", "match": r#"[^\s";}/](?:[^";}/]|/(?!/))*"# },
                ],
            },
        ],
    })
}

/// A head and, where one follows, the name that it declares.
fn statements() -> Vec<Value> {
    let types = [Rule::kw_rule, Rule::kw_flow_enum, Rule::kw_flow, Rule::kw_enum, Rule::kw_record, Rule::kw_gas];
    let functions = [Rule::kw_fn, Rule::kw_process, Rule::kw_table];
    // `gwp` and `round` stand at the head as well, without a name.
    let values = [
        Rule::kw_stage,
        Rule::kw_param,
        Rule::kw_const,
        Rule::kw_input,
        Rule::kw_open_let,
        Rule::kw_let,
        Rule::kw_emission,
        Rule::kw_removal,
        Rule::kw_credit,
        Rule::kw_apart,
        Rule::kw_report,
        Rule::kw_product,
        Rule::kw_allocate,
        Rule::kw_balance,
        Rule::kw_scenario,
    ];
    let named = |rules: &[Rule], scope: &str| {
        json!({
            "match": format!(r"{BEGIN}(?:({CLAUSE})\s+)?({})\s+({NAME})", words(spellings_of(rules))),
            "captures": scopes(&["entity.name.section.footrule", "keyword.other.statement.footrule", scope]),
        })
    };
    let checks = words(spellings_of(&[Rule::kw_require, Rule::kw_warn]));
    let version = words(spellings_of(&[Rule::kw_version]));
    vec![
        named(&types, "entity.name.type.footrule"),
        named(&functions, "entity.name.function.footrule"),
        named(&values, "variable.other.definition.footrule"),
        json!({
            "match": format!(r"{BEGIN}(?:({CLAUSE})\s+)?({checks})\s+({NAME})(?=\s*[:：])"),
            "captures": scopes(&[
                "entity.name.section.footrule",
                "keyword.other.statement.footrule",
                "variable.other.definition.footrule",
            ]),
        }),
        json!({
            "match": format!(r"{BEGIN}(?:({CLAUSE})\s+)?({version})\s+([0-9A-Za-z.+-]+)"),
            "captures": scopes(&[
                "entity.name.section.footrule",
                "keyword.other.statement.footrule",
                "constant.numeric.version.footrule",
            ]),
        }),
        json!({
            "match": format!(r"{BEGIN}(?:({CLAUSE})\s+)?({}){NO_NAME}{NO_TARGET}", class(Class::Head)),
            "captures": scopes(&["entity.name.section.footrule", "keyword.other.statement.footrule"]),
        }),
    ]
}

/// Fences in Markdown that the compiler reads: `pcr`, alone or with words behind it.
pub fn injection() -> Value {
    json!({
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Footrule in Markdown",
        "scopeName": "markdown.footrule.codeblock",
        "injectionSelector": "L:text.html.markdown",
        "patterns": [{ "include": "#fence" }],
        "repository": {
            "fence": {
                "name": "markup.fenced_code.block.markdown",
                "begin": r"(^|\G)(\s*)(`{3,}|~{3,})\s*(pcr)(\s+[^`]*)?$",
                "end": r"(^|\G)(\2|\s{0,3})(\3)\s*$",
                "beginCaptures": {
                    "3": { "name": "punctuation.definition.markdown" },
                    "4": { "name": "fenced_code.block.language.markdown" },
                    "5": { "name": "fenced_code.block.language.attributes.markdown" },
                },
                "endCaptures": { "3": { "name": "punctuation.definition.markdown" } },
                "patterns": [{
                    "begin": r"(^|\G)(\s*)(.*)",
                    "while": r"(^|\G)(?!\s*([`~]{3,})\s*$)",
                    "contentName": "meta.embedded.block.footrule source.footrule",
                    "patterns": [{ "include": "source.footrule" }],
                }],
            },
        },
    })
}

/// `*.pcr.md`: Markdown; its fences are found by the injection.
pub fn literate() -> Value {
    json!({
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Footrule (literate)",
        "scopeName": "text.html.markdown.footrule",
        "fileTypes": ["pcr.md"],
        "patterns": [{ "include": "text.html.markdown" }],
    })
}
