//! Completion: what fits first, in broken files, in both languages and both kinds of files.

use crate::editor::Editor;
use crate::{RULE, URI, editor, place};
use serde_json::{Value, json};

/// A Chinese rule, illustrative.
const ZH: &str = r#"规则 示例 中文 "示例" 英文 "example"
版本 0.1.0
有效 自 2026-01-01
温势 AR6
声明单位 1 t{铝} 基于 产量
修约 1 位小数 于 kg{CO2e}/t{铝}
使用 std.gas
物质 铝 中文 "铝" 英文 "aluminium"
物质 煤 中文 "煤" 英文 "coal"
阶段 生产 中文 "生产" 英文 "making"
来源 手册 { 标题 "示意"; 年份 2024; 地区 CN; 温势 AR6; 状态 示意 }
枚举 炉型 { 新炉 中文 "新"; 旧炉 中文 "旧" }
输入 产量: t{铝} 须 > 0 中文 "产量" 英文 "output"
输入 用煤: kg{煤} 须 >= 0 中文 "用煤量" 英文 "coal used"
输入 类型: 炉型
§6.1 参数 煤因子: kg{CO2e}/kg{煤} { 2023 => 2.5 来源 手册; 2024 => 2.4 来源 手册; 末值之后 沿用; 首值之前 错误 }
表 效率(炉: 炉型) -> number 来源 手册 { 新炉 => 1; 旧炉 => 2 }
§6.2 排放 燃煤 于 生产 = 用煤 * 煤因子
"#;

/// The same source with its code in a fence.
fn literate(text: &str) -> String {
    format!(
        "# 示意 · Illustrative\n\n## 5 条款 · Clause\n\n```pcr\n{}\n```\n\nProse with a `nam` in it.\n",
        text.trim_end_matches('\n')
    )
}

/// What is offered where `¦` stands in a text.
fn at_bar(e: &mut Editor, uri: &str, text: &str) -> Vec<Value> {
    let at = text.find('¦').unwrap_or_else(|| panic!("no ¦"));
    let before = &text[..at];
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    let position = json!({ "line": before.matches('\n').count(), "character": column });
    e.open(uri, &text.replace('¦', ""));
    let params = json!({ "textDocument": { "uri": uri }, "position": position });
    e.ask("textDocument/completion", params).as_array().cloned().unwrap_or_default()
}

fn find<'a>(all: &'a [Value], name: &str) -> &'a Value {
    let names = || all.iter().filter_map(|c| c["label"].as_str()).collect::<Vec<_>>().join(" ");
    all.iter().find(|c| c["label"] == name).unwrap_or_else(|| panic!("no {name}: {}", names()))
}

fn has(all: &[Value], name: &str) -> bool {
    all.iter().any(|c| c["label"] == name)
}

/// The names that fit best.
fn best(all: &[Value]) -> Vec<&str> {
    let fits = all.iter().filter(|c| c["sortText"].as_str().is_some_and(|s| s.starts_with('0')));
    fits.filter_map(|c| c["label"].as_str()).collect()
}

#[test]
pub(crate) fn completion() {
    let mut e = editor();
    let offered = |e: &mut Editor, word: &str, nth: usize| -> Vec<Value> {
        let params = json!({ "textDocument": { "uri": URI }, "position": place(word, nth, true) });
        e.ask("textDocument/completion", params).as_array().cloned().unwrap_or_default()
    };
    let fields = offered(&mut e, "sum(b.", 0);
    assert!(has(&fields, "mass") && has(&fields, "grade") && !has(&fields, "production"), "{fields:?}");
    let flows = offered(&mut e, "production: t{", 0);
    assert!(best(&flows).contains(&"metal") && !has(&flows, "production"), "{flows:?}");
    assert!(has(&flows, "CH4") && !best(&flows).contains(&"CH4"), "those of the library come later");
    let sources = offered(&mut e, "t{metal} source ", 0);
    assert_eq!(best(&sources), Vec::<&str>::new());
    assert_eq!(sources.iter().filter_map(|s| s["label"].as_str()).collect::<Vec<_>>().first(), Some(&"book"));
    let stages = offered(&mut e, "smelting in ", 0);
    assert_eq!(best(&stages), ["making"]);
    let values = offered(&mut e, "report share = ", 0);
    let production = find(&values, "production").clone();
    // Found by its Chinese label, by pinyin and by initials.
    let filter = production["filterText"].as_str().unwrap_or_default();
    for word in ["production", "产量", "chanliang", "cl"] {
        assert!(filter.split(' ').any(|w| w == word), "{filter}");
    }
    assert_eq!(production["detail"], "t{metal}");
}

/// What fits the unit and the kind comes first, also where the statement cannot be read yet.
#[test]
fn what_fits_comes_first() {
    let mut e = Editor::new(json!({}), None);
    for (i, wrap) in [|t: &str| t.to_owned(), literate].into_iter().enumerate() {
        let uri = |n: usize| format!("file:///rules/fit{n}.pcr{}", if i == 0 { "" } else { ".md" });
        let fits = |e: &mut Editor, n: usize, line: &str| -> Vec<String> {
            let all = at_bar(e, &uri(n), &wrap(&format!("{RULE}{line}\n")));
            best(&all).into_iter().map(str::to_owned).collect()
        };
        // Behind a plus: the unit of what stands before it. A line's quantity is in t{CO2}.
        assert_eq!(fits(&mut e, 0, "let a = production + ¦"), ["production", "装载量"]);
        // In a definition with a stated unit; a factor of it, too.
        assert_eq!(fits(&mut e, 1, "let a: kg{CO2} = ¦"), ["smelting"]);
        assert_eq!(fits(&mut e, 2, "let a: kg{CO2} = production * ¦"), ["factor"]);
        // In a line: what makes CO2e or a gas of what stands there; where it is one already, a number.
        let all = at_bar(
            &mut e,
            &uri(15),
            &wrap(&format!("{RULE}const other = 3 kg{{CO2e}}/t{{metal}}\nemission b in making = production * ¦\n")),
        );
        assert_eq!(best(&all), ["other"]);
        let rank = |name: &str| find(&all, name)["sortText"].as_str().and_then(|s| s.chars().next());
        assert!(rank("other") < rank("factor") && rank("factor") < rank("装载量"), "{all:?}");
        let by = fits(&mut e, 16, "input times: number\nemission b in making = production * factor * ¦");
        assert!(by.contains(&"times".to_owned()) && !by.contains(&"production".to_owned()), "{by:?}");
        // In a comparison, in an argument, in a table's key, in the arms of a match: members.
        assert_eq!(
            fits(&mut e, 3, "let a = count(b for b in batches where b.grade == ¦)"),
            ["first", "second", "b.grade"]
        );
        assert_eq!(fits(&mut e, 4, "let a = bonus(¦"), ["first", "second"]);
        assert_eq!(fits(&mut e, 5, "table t(g: Grade) -> number source book { fi¦ }"), ["first", "second"]);
        // Those that have no row or arm yet come first.
        let table = "table t(g: Grade) -> number source book { first => 1; ¦ }";
        assert_eq!(fits(&mut e, 10, table), ["second"]);
        let arms = "let a = sum(match b.grade { second => 1; ¦ } for b in batches)";
        assert_eq!(fits(&mut e, 11, arms), ["first"]);
        // Where a statement is begun only: what it needs is supplied.
        assert_eq!(fits(&mut e, 12, "require production > ¦"), ["production", "装载量"]);
        let excepted = at_bar(&mut e, &uri(13), &wrap(&format!("{RULE}except ¦\n")));
        assert!(has(&excepted, "装载量") && !has(&excepted, "production"), "{excepted:?}");
        assert_eq!(fits(&mut e, 14, "let a: t{metal} = if production > 1 t{metal} then ¦"), ["production", "装载量"]);
        // A field of a loop's variable.
        assert_eq!(
            fits(&mut e, 6, "let a = production + sum(b.mass + ¦ for b in batches)"),
            ["b.mass", "production", "装载量"]
        );
        // Units behind a number: the one that is wanted.
        assert_eq!(fits(&mut e, 7, "let a = production + 5 ¦"), ["t{metal}"]);
        // In a test: what it sets, and in which unit.
        assert!(fits(&mut e, 8, "test en \"x\" {\n    production = 5 ¦").contains(&"t{metal}".to_owned()));
        let set = at_bar(&mut e, &uri(9), &wrap(&format!("{RULE}test en \"x\" {{\n    pro¦\n}}\n")));
        assert_eq!(best(&set), ["batches", "production"]);
        assert!(!has(&set, "factor"), "{set:?}");
    }
}

/// Chinese sources get Chinese words, and what is known of a factor.
#[test]
fn chinese_sources() {
    let mut e = Editor::new(json!({}), None);
    for (i, wrap) in [|t: &str| t.to_owned(), literate].into_iter().enumerate() {
        let uri = |n: usize| format!("file:///rules/zh{n}.pcr{}", if i == 0 { "" } else { ".md" });
        let heads = at_bar(&mut e, &uri(0), &wrap(&format!("{ZH}¦")));
        assert!(has(&heads, "排放") && !has(&heads, "emission"), "{heads:?}");
        let values = at_bar(&mut e, &uri(1), &wrap(&format!("{ZH}令 甲 = 用煤 * ¦")));
        assert!(!has(&values, "甲"), "what is being defined");
        assert_eq!(find(&values, "煤因子")["detail"], "2.4 kg{CO2e}/kg{煤} · 2024 · CN · 手册");
        assert!(has(&values, "缺则") && !has(&values, "or else"));
        // The dear part is told of the one that is looked at.
        let card = e.ask("completionItem/resolve", find(&values, "煤因子").clone());
        let text = card["documentation"]["value"].as_str().unwrap_or_default();
        assert!(text.contains("2023 => 2.5") && text.contains("6.1"), "{text}");
        let types = at_bar(&mut e, &uri(2), &wrap(&format!("{ZH}输入 乙: ¦")));
        assert!(has(&types, "列表") && has(&types, "炉型"), "{types:?}");
        let modules = at_bar(&mut e, &uri(3), &wrap(&format!("{ZH}使用 std.el¦")));
        assert_eq!(find(&modules, "electricity")["kind"], 17);
    }
}

#[test]
fn statements_are_written_whole() {
    for (capabilities, format) in [
        (json!({}), Value::Null),
        (json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } }), json!(2)),
    ] {
        let mut e = Editor::new(capabilities, None);
        for (text, head, start) in [(RULE, "emission", "emission "), (ZH, "排放", "排放 ")] {
            let all = at_bar(&mut e, "file:///rules/whole.pcr", &format!("{text}§5.3 ¦"));
            let whole = all.iter().find(|c| c["label"] == head && c["kind"] == 15);
            let whole = whole.unwrap_or_else(|| panic!("{all:?}"));
            let new = whole["textEdit"]["newText"].as_str().unwrap_or_default();
            assert!(new.starts_with(start), "{new}");
            assert_eq!(whole["insertTextFormat"], format);
            assert_eq!(new.contains("${1:"), format == json!(2), "{new}");
        }
    }
}

/// Behind `§`: the clause above, the next one, the others.
#[test]
fn clauses_are_offered() {
    let mut e = Editor::new(json!({}), None);
    for (n, text) in [ZH.to_owned() + "§¦", literate(&(ZH.to_owned() + "§6.¦\n"))].iter().enumerate() {
        let all = at_bar(&mut e, &format!("file:///rules/clauses{n}.pcr{}", if n == 0 { "" } else { ".md" }), text);
        assert_eq!(best(&all), ["6.2"]);
        assert_eq!(find(&all, "6.3")["sortText"], "16.3");
        assert!(has(&all, "6.1"));
    }
}

#[test]
fn nothing_is_offered_in_comments_and_texts() {
    let mut e = Editor::new(json!({}), None);
    for line in ["// comment ¦", "let a = 1 // x¦", "flow x zh \"¦\""] {
        let all = at_bar(&mut e, "file:///rules/quiet.pcr", &format!("{RULE}{line}\n"));
        assert_eq!(all, Vec::<Value>::new(), "{line}");
    }
    // In prose, names stand between backticks.
    let prose = |line: &str| format!("# A\n\n```pcr\n{RULE}```\n\n{line}\n");
    assert!(at_bar(&mut e, "file:///rules/prose.pcr.md", &prose("prose pro¦")).is_empty());
    let names = at_bar(&mut e, "file:///rules/prose.pcr.md", &prose("prose `pro¦"));
    assert!(has(&names, "production") && has(&names, "metal"), "{names:?}");
}

/// An empty file is to become a rule, and a rule has one header; modules say what they are about, and are found by that.
#[test]
fn a_rule_is_begun_and_modules_say_what_they_are_about() {
    let mut e = Editor::with_locale("zh-CN");
    let uri = "file:///rules/%E6%96%B0.pcr";
    let mut offered = |text: &str, line: u32| -> Vec<Value> {
        e.open(uri, text);
        let last = text.lines().last().unwrap_or_default().encode_utf16().count();
        let position = json!({ "line": line, "character": last });
        let all = e.ask("textDocument/completion", json!({ "textDocument": { "uri": uri }, "position": position }));
        let mut all = all.as_array().cloned().unwrap_or_default();
        all.sort_by_key(|c| c["sortText"].as_str().unwrap_or_default().to_owned());
        all
    };
    for typed in ["", "gz"] {
        let all = offered(typed, 0);
        assert_eq!((&all[0]["label"], &all[0]["detail"]), (&json!("规则"), &json!("规则头")), "{typed}");
    }
    let all = offered("规则 甲 中文 \"甲\"\n", 1);
    assert!(!all.iter().any(|c| c["detail"] == "规则头"), "{all:?}");
    let all = offered("规则 甲 中文 \"甲\"\n使用 ", 1);
    let gas = all.iter().find(|c| c["label"] == "std.gas").unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(gas["labelDetails"]["description"], "温室气体及其百年全球变暖潜势（GWP-100）");
    assert!(
        gas["filterText"].as_str().is_some_and(|t| t.contains("wenshiqiti") && t.contains("Greenhouse gases")),
        "{gas}"
    );
    // What is no module, but a rule, comes behind.
    let at = |name: &str| all.iter().position(|c| c["label"] == name);
    assert!(at("std.welding") < at("std.ammonia"), "{all:?}");
}
