//! Repairs and refactorings: each is applied, and what comes of it is checked.

use crate::editor::Editor;
use crate::source::Folder;
use crate::{RULE, URI, editor};
use footrule_syntax::format::{Keywords, Options, format};
use serde_json::{Value, json};

/// The rule in a literate file, and as it is.
fn forms(text: &str) -> [(&'static str, String); 2] {
    [
        ("pcr", text.to_owned()),
        ("pcr.md", format!("# Illustrative\n\n## 5 Clause\n\n```pcr\n{}\n```\n", text.trim_end())),
    ]
}

fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    json!({ "line": before.matches('\n').count(), "character": column })
}

/// The actions at the first place of a word; all of the word is selected if `whole`.
fn offered(e: &mut Editor, uri: &str, text: &str, word: &str, whole: bool) -> Vec<Value> {
    let at = text.find(word).unwrap_or_else(|| panic!("no {word}"));
    let range = json!({ "start": position(text, at), "end": position(text, if whole { at + word.len() } else { at }) });
    let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
    e.ask("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
}

fn editor_of(text: &str) -> Editor {
    let mut e = Editor::new(json!({}), None);
    e.open(URI, text);
    e
}

fn titled<'a>(all: &'a [Value], title: &str) -> &'a Value {
    let titles = || all.iter().filter_map(|a| a["title"].as_str()).collect::<Vec<_>>().join(" | ");
    let found = all.iter().find(|a| a["title"].as_str().is_some_and(|t| t.starts_with(title)));
    found.unwrap_or_else(|| panic!("no {title}: {}", titles()))
}

/// A text after the edits of an action.
fn applied(text: &str, uri: &str, action: &Value) -> String {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1)).collect();
    let offset = |p: &Value| {
        let start = starts[p["line"].as_u64().unwrap_or_default() as usize];
        let (mut units, mut at) = (p["character"].as_u64().unwrap_or_default() as usize, start);
        for c in text[start..].chars() {
            if units == 0 {
                break;
            }
            units -= c.len_utf16();
            at += c.len_utf8();
        }
        at
    };
    let edits = action["edit"]["changes"][uri].as_array().cloned().unwrap_or_default();
    let mut edits: Vec<(usize, usize, String)> = edits
        .iter()
        .map(|e| {
            (
                offset(&e["range"]["start"]),
                offset(&e["range"]["end"]),
                e["newText"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (from, to, new) in edits.into_iter().rev() {
        out.replace_range(from..to, &new);
    }
    out
}

/// The codes of the findings of a text.
fn codes(e: &mut Editor, uri: &str, text: &str, version: i32) -> Vec<String> {
    e.open_version(uri, text, version);
    let mut codes: Vec<String> =
        e.found(uri, version).iter().filter_map(|d| d["code"].as_str().map(str::to_owned)).collect();
    codes.sort();
    codes
}

/// Applies an action to each form of a rule: nothing new is found, and `part` stands in the text.
#[track_caller]
fn applies(text: &str, word: &str, whole: bool, title: &str, part: &str, gone: &[&str]) {
    let mut e = Editor::new(json!({}), None);
    for (kind, text) in forms(text) {
        let uri = format!("file:///rules/act.{kind}");
        let before = codes(&mut e, &uri, &text, 1);
        let all = offered(&mut e, &uri, &text, word, whole);
        let new = applied(&text, &uri, titled(&all, title));
        assert!(new.contains(part), "{new}");
        let after = codes(&mut e, &uri, &new, 2);
        let mut more = after.clone();
        for code in &before {
            if let Some(i) = more.iter().position(|c| c == code) {
                more.remove(i);
            }
        }
        assert!(more.is_empty(), "{more:?} in\n{new}");
        for code in gone {
            assert!(
                before.iter().any(|c| c == code) && after.iter().all(|c| c != code),
                "{code}: {before:?} {after:?}"
            );
        }
    }
}

#[test]
pub(crate) fn code_actions() {
    let mut e = editor();
    let uri = "file:///rules/slip.pcr";
    e.open(uri, &RULE.replace("装载量 * factor", "装载量 * facter"));
    let found = e.found(uri, 1);
    let slip = found.iter().find(|d| d["code"] == "FR-N001").unwrap_or_else(|| panic!("{found:?}"));
    let mut params = json!({
        "textDocument": { "uri": uri }, "range": slip["range"], "context": { "diagnostics": [slip] }
    });
    let actions = e.ask("textDocument/codeAction", params.clone());
    let edit = &actions[0]["edit"]["changes"][uri][0];
    assert_eq!(edit["newText"], "factor", "{actions}");
    assert_eq!(edit["range"], slip["range"]);
    assert_eq!(actions[0]["isPreferred"], true);
    // Only the kinds that are asked for.
    params["context"]["only"] = json!(["refactor"]);
    let none = e.ask("textDocument/codeAction", params);
    assert!(
        none.as_array()
            .is_some_and(|a| a.iter().all(|x| x["kind"].as_str().is_some_and(|k| k.starts_with("refactor")))),
        "{none}"
    );
}

#[test]
fn several_slips_are_fixed_at_once() {
    let text = RULE.replace("装载量 * factor", "装载量 * facter").replace("/ production round", "/ producton round");
    applies(&text, "facter", false, "Fix everything", "装载量 * factor", &["FR-N001"]);
}

#[test]
fn quantities_are_told_in_other_units() {
    let text = RULE.replace(
        "input batches: list of Batch",
        "input batches: list of Batch where count >= 1\ninput extra: kg{metal} default 1_500 kg{metal}",
    ) + "let all = production + extra\nreport everything = all round 1 decimals\n";
    applies(&text, "500 kg", false, "Convert to `1.5 t{metal}`", "default 1.5 t{metal}", &[]);
    // Where the unit decides the type of the product, it stays.
    let mut e = editor();
    let text = RULE.to_owned() + "let ten = 10 kg{metal} * 2\n";
    e.open("file:///rules/stays.pcr", &text);
    let all = offered(&mut e, "file:///rules/stays.pcr", &text, "10 kg", false);
    assert!(all.iter().all(|a| a["title"].as_str().is_some_and(|t| !t.starts_with("Convert"))), "{all:?}");
}

#[test]
fn a_bare_number_gets_its_unit() {
    let text = RULE.replace("= 装载量 * factor", "= (装载量 + 5) * factor");
    applies(&text, "5) * factor", false, "Write the unit: `t{metal}`", "(装载量 + 5 t{metal})", &["FR-U007"]);
}

#[test]
fn gases_become_co2e_and_kinds_are_crossed_visibly() {
    let gas = RULE.to_owned() + "let sum_up = 5 kg{CO2e} + smelting\nreport s = sum_up round 1 decimals\n";
    applies(&gas, "smelting\nreport s", false, "Convert by `co2e(…)`", "5 kg{CO2e} + co2e(smelting)", &["FR-U004"]);
    let carbon = RULE.replace("use std.gas", "use std.gas, std.carbon")
        + "let burnt = 3 t{C}\nlet both = 5 t{CO2} + burnt\nreport b = both round 1 decimals\n";
    let multiplied = "5 t{CO2} + (burnt) * (44 kg{CO2} / 12 kg{C})";
    applies(&carbon, "burnt\nreport b", false, "Carbon becomes carbon dioxide", multiplied, &["FR-U003"]);
    let kind = RULE
        .replace("flow metal", "flow scrap\nflow metal")
        .replace("input batches", "input remelt: t{scrap}\ninput batches")
        + "let both = production + remelt\nreport b = both round 1 decimals\n";
    applies(
        &kind,
        "remelt\nreport b",
        false,
        "Say that they are the same",
        "production + (remelt as t{metal})",
        &["FR-U002"],
    );
}

/// A text with Chinese keywords.
fn in_chinese(text: &str) -> String {
    let options = Options { keywords: Some(Keywords::Chinese) };
    format(text, false, options).unwrap_or_else(|e| panic!("{e:?}"))
}

/// Rows wait for their values: until they have them the rule is refused where they are missing, and has no result.
#[test]
fn missing_rows_are_added() {
    let one_line = RULE.replace("{ first => 1; second => 2 }", "{ first => 1 }");
    let lines = RULE.replace("{ first => 1; second => 2 }", "{\n    first => 1\n}");
    let test = "test en \"t\" { production = 1 t{metal}; batches = [Batch(mass: 2 t{metal}, grade: first)] }\n";
    for (locale, text, hole) in [
        ("en", one_line.clone(), "to_be_filled_in"),
        ("en", lines.clone(), "to_be_filled_in"),
        ("zh", in_chinese(&lines), "待填"),
    ] {
        let mut e = Editor::with_locale(locale);
        for (kind, text) in forms(&format!("{text}{test}")) {
            let uri = format!("file:///rules/rows.{kind}");
            let before = codes(&mut e, &uri, &text, 1);
            assert!(before.iter().any(|c| c == "FR-P001"), "{before:?}");
            let all = offered(&mut e, &uri, &text, "bonus(grade: ", false);
            let title = if locale == "zh" { "补上缺少的 1 行" } else { "Add the missing row" };
            let new = applied(&text, &uri, titled(&all, title));
            assert!(new.contains(&format!("    first => 1\n    second => {hole}\n")), "{new}");
            let after = codes(&mut e, &uri, &new, 2);
            assert!(after.iter().all(|c| c != "FR-P001") && after.iter().any(|c| c == "FR-N001"), "{after:?}");
            let run = json!({ "command": "footrule.evaluate", "arguments": [uri] });
            let got = e.ask("workspace/executeCommand", run.clone());
            assert_eq!((&got["result"], &got["errors"][0]["code"]), (&Value::Null, &json!("FR-N001")));
            // 2 t of a grade with 1, at 2 t CO2 for each t of 1 t of metal.
            codes(&mut e, &uri, &new.replace(hole, "3"), 3);
            let got = e.ask("workspace/executeCommand", run);
            assert_eq!(got["result"]["total"]["value"], "4000.0", "{got}");
        }
    }
}

#[test]
fn sources_are_cited() {
    let text = RULE.replace("2 t{CO2}/t{metal} source book", "2 t{CO2}/t{metal}");
    applies(&text, "2 t{CO2}", false, "Cite the source `book`", "2 t{CO2}/t{metal} source book", &["FR-L002"]);
    applies(&text, "2 t{CO2}", false, "Declare a new source", "2 t{CO2}/t{metal} source new_source", &["FR-L002"]);
    // Of a new source nothing is known but that it has to be filled in.
    let all = offered(&mut editor_of(&text), URI, &text, "2 t{CO2}", false);
    let new = applied(&text, URI, titled(&all, "Declare a new source"));
    assert!(new.contains("source new_source {\n    title \"to be filled in: title of the document\"\n}\n"), "{new}");
}

#[test]
fn formulas_are_extracted_and_inlined() {
    let text = RULE.replace("= 装载量 * factor", "= (production + 装载量) * factor / 2");
    applies(
        &text,
        "production + 装载量",
        true,
        "Extract to the definition `part`",
        "let part: t{metal} = production + 装载量\nemission smelting in making = part * factor",
        &[],
    );
    // What reads a variable of a loop, or a result, stays where it is.
    let mut e = editor();
    e.open("file:///rules/loop.pcr", RULE);
    let all = offered(&mut e, "file:///rules/loop.pcr", RULE, "b.mass * bonus(b.grade)", true);
    assert!(all.iter().all(|a| a["kind"] != "refactor.extract"), "{all:?}");
    applies(
        &text,
        "装载量 = sum",
        false,
        "Inline `装载量`",
        "(production + sum(b.mass * bonus(b.grade) for b in batches))",
        &[],
    );
}

#[test]
fn exceptions_and_tests_are_sketched() {
    let text = RULE.replace("input batches", "input grade_of_all: Grade\ninput batches");
    applies(&text, "装载量 = sum", false, "Add an exception", "\nexcept 装载量 when grade_of_all == first = sum(", &[]);
    applies(
        &text,
        "rule demo",
        false,
        "Write a test with every input",
        "    production = 1 t{metal}\n    grade_of_all = first\n    batches = []\n",
        &[],
    );
}

/// A test of a data file beside the rule: it expects what comes of the data now, and passes.
#[test]
fn data_become_a_test() {
    let folder = std::env::temp_dir().join(format!("footrule-lsp-data-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("{e}"));
    let data = r#"{"inputs": {"production": "2 t", "batches": [{"mass": "3 t", "grade": "second"}]}}"#;
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap_or_else(|e| panic!("{e}"));
    write("case.json", data);
    write("other.json", "{}");
    write("act.pcr", RULE);
    let uri = format!("file://{}/act.pcr", folder.display());
    let mut e = Editor::new(json!({}), None);
    let before = codes(&mut e, &uri, RULE, 1);
    let all = offered(&mut e, &uri, RULE, "rule demo", false);
    assert_eq!(all.iter().filter(|a| a["title"].as_str().is_some_and(|t| t.starts_with("Write a test of"))).count(), 1);
    let new = applied(RULE, &uri, titled(&all, "Write a test of `case.json`"));
    // 3 t of the second grade count twice, at 2 t of CO2 each, for 2 t: 6 t each.
    assert!(new.contains("from \"case.json\"\n    expect total = 6000.0 kg{CO2e}/t{metal}"), "{new}");
    assert_eq!(codes(&mut e, &uri, &new, 2), before);
    let ran = e.ask("workspace/executeCommand", json!({ "command": "footrule.runTest", "arguments": [uri, "case"] }));
    assert_eq!(ran["passed"], true, "{ran}");
    let _ = std::fs::remove_dir_all(&folder);
}

/// Chinese sources get Chinese words.
#[test]
fn actions_speak_chinese() {
    let mut e = Editor::with_locale("zh-CN");
    let text = "规则 示例\n版本 1.0.0\n有效 自 2026-01-01\n温势 AR6\n声明单位 1 t{铝} 基于 产量\n使用 std.gas\n物质 铝\n阶段 生产\n输入 产量: t{铝} 须 > 0\n常数 因子 = 2 t{CO2}/t{铝}\n排放 冶炼 于 生产 = (产量 + 产量) * 因子\n";
    let uri = "file:///rules/zh.pcr";
    e.open(uri, text);
    let all = offered(&mut e, uri, text, "产量 + 产量", true);
    let new = applied(text, uri, titled(&all, "提取为定义 `中间量`"));
    assert!(new.contains("令 中间量: t{铝} = 产量 + 产量\n排放"), "{new}");
    let all = offered(&mut e, uri, text, "2 t{CO2}", false);
    let new = applied(text, uri, titled(&all, "新建来源 `新来源`"));
    assert!(new.contains("来源 新来源 {\n    标题") && new.contains("2 t{CO2}/t{铝} 来源 新来源"), "{new}");
}

/// Whatever is offered in rules of the library can be applied: the file has no finding that it did not have.
#[test]
fn what_is_offered_in_the_library_can_be_applied() {
    /// Of so many places one is tried.
    const EVERY: usize = 307;
    let library = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../stdlib-rules");
    let mut e = Editor::new(json!({}), None);
    let (mut wrong, mut kinds, mut version) = (Vec::new(), std::collections::BTreeMap::new(), 1);
    for name in [
        "nonferrous_metals/primary_aluminium",
        "building_materials/cement",
        "textiles/garment",
        "light_industry/dairy_products",
    ] {
        let Ok(text) = std::fs::read_to_string(library.join(format!("{name}.pcr"))) else { continue };
        let uri = format!("file:///library/{}.pcr", name.rsplit('/').next().unwrap_or_default());
        version += 1;
        let before = codes(&mut e, &uri, &text, version);
        let mut seen = std::collections::BTreeSet::new();
        for (from, to) in selections(&text).into_iter().step_by(EVERY) {
            let range = json!({ "start": position(&text, from), "end": position(&text, to) });
            let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
            let all = e.ask("textDocument/codeAction", params);
            for action in all.as_array().into_iter().flatten() {
                let new = applied(&text, &uri, action);
                if !seen.insert(new.clone()) {
                    continue;
                }
                version += 1;
                let after = codes(&mut e, &uri, &new, version);
                *kinds.entry(action["kind"].to_string()).or_insert(0) += 1;
                if after.len() > before.len() || after.iter().any(|c| !before.contains(c)) {
                    wrong.push(format!("{name} `{}` {}: {after:?}", &text[from..to], action["title"]));
                }
            }
            if !all.as_array().is_some_and(Vec::is_empty) {
                e.open_version(&uri, &text, version);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {kinds:?}:\n{}", wrong.len(), wrong.join("\n"));
    for kind in ["refactor.extract", "refactor.inline", "refactor.rewrite"] {
        assert!(kinds.get(&format!("\"{kind}\"")).is_some_and(|n| *n > 0), "{kinds:?}");
    }
}

/// Selections that an author could make: places of words, and what stands between brackets and blanks.
fn selections(text: &str) -> Vec<(usize, usize)> {
    let stops: Vec<usize> = text
        .char_indices()
        .filter(|(_, c)| " \n()[]{},;".contains(*c))
        .flat_map(|(i, c)| [i, i + c.len_utf8()])
        .collect();
    let mut out = std::collections::BTreeSet::new();
    for (n, from) in stops.iter().enumerate() {
        out.insert((*from, *from));
        for to in stops[n + 1..].iter().take(14) {
            let part = &text[*from..*to];
            if !part.trim().is_empty() && !part.contains('\n') {
                out.insert((*from, *to));
            }
        }
    }
    out.into_iter().collect()
}

/// A rule is written from its end: what it names is declared by repairs, one after the other, with what is known and no more.
#[test]
fn what_is_named_can_be_declared() {
    let beginning = "规则 水泥熟料 中文 \"水泥熟料\" 英文 \"Cement clinker\"\n版本 0.1.0\n有效 自 2026-01-01\n温势 AR6\n\
        声明单位 1 t{熟料} 基于 产量\n修约 1 位小数\n排放 燃煤 于 煅烧 = 用煤 * 煤因子\n";
    for (kind, text) in forms(beginning) {
        let mut e = Editor::with_locale("zh-CN");
        let uri = format!("file:///rules/new.{kind}");
        let mut text = text;
        let mut version = 0;
        let mut repair = |text: &mut String, word: &str, title: &str, written: &str| {
            version += 1;
            codes(&mut e, &uri, text, version);
            let all = offered(&mut e, &uri, text, word, false);
            *text = applied(text, &uri, titled(&all, title));
            assert!(text.contains(written), "{written} in\n{text}");
        };
        repair(&mut text, "熟料} 基于", "声明物质 `熟料`", "物质 熟料 中文 \"熟料\"\n");
        // The declared unit says what its amount is in; of what else is unknown a name remains that nothing has.
        repair(&mut text, "产量\n修约", "声明输入 `产量`", "输入 产量: t{熟料} 中文 \"产量\"\n");
        repair(&mut text, "煅烧 =", "声明阶段 `煅烧`", "阶段 煅烧 中文 \"煅烧\"\n");
        repair(&mut text, "用煤 *", "声明输入 `用煤`", "输入 用煤: 待填 中文 \"用煤\"\n");
        text = text.replace("用煤: 待填", "用煤: t{煤}");
        repair(&mut text, "煤} 中文", "声明物质 `煤`", "物质 煤 中文 \"煤\"\n");
        repair(&mut text, "煤因子", "定义 `煤因子`", "令 煤因子 = 待填\n");
        text = text.replace("令 煤因子 = 待填", "常数 煤因子 = 2.5 t{CO2}/t{煤} 来源 手册");
        repair(&mut text, "CO2}", "使用模块 `std.gas`", "使用 std.gas\n");
        repair(&mut text, "手册", "声明来源 `手册`", "来源 手册 {\n    标题 \"待填：文件名称\"\n}\n");
        let found = codes(&mut e, &uri, &text, 100);
        assert!(found.is_empty(), "{found:?} in\n{text}");
        // 2 t of coal at 2.5 t CO2 for each of 1 t of clinker.
        let test = "测试 中文 \"例\" { 产量 = 1 t{熟料}; 用煤 = 2 t{煤} }\n";
        let text = text.replacen("排放 燃煤", &format!("{test}排放 燃煤"), 1);
        codes(&mut e, &uri, &text, 101);
        let run = json!({ "command": "footrule.evaluate", "arguments": [uri] });
        let got = e.ask("workspace/executeCommand", run);
        assert_eq!(got["result"]["total"]["value"], "5000.0", "{got}");
    }
}

/// A name that a module of the folder declares is brought from there, before those of the library; a process declares its own.
#[test]
fn modules_that_declare_a_name_are_offered() {
    let folder = Folder::new(&[
        ("words.pcr", "flow slag zh \"矿渣\" en \"slag\"\n"),
        ("main.pcr", "const a = 1 t{slag}\nprocess p(s: stage) { let y = nothing_here }\n"),
    ]);
    let mut e = Editor::new(json!({}), Some(&folder.root()));
    let (uri, text) = (folder.uri("main.pcr"), "const a = 1 t{slag}\nprocess p(s: stage) { let y = nothing_here }\n");
    e.open(&uri, text);
    e.was_asked("nothing");
    let all = offered(&mut e, &uri, text, "slag", false);
    let new = applied(text, &uri, titled(&all, "Use the module `words`"));
    assert_eq!(new, format!("use words\n{text}"));
    let inside = offered(&mut e, &uri, text, "nothing_here", false);
    assert!(inside.iter().all(|a| a["title"].as_str().is_some_and(|t| !t.starts_with("Declare"))), "{inside:?}");
}
