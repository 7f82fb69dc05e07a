//! What stands above statements, and what is found out about it only when it is seen.

use super::{Refused, of};
use crate::documents::Documents;
use footrule_diag::{Text, text};
use footrule_ide as ide;
use gen_lsp_types as lsp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A command of the client: `[address, position, locations]`.
const SHOW_PLACES: &str = "footrule.showReferences";
/// A command of the client: `[address, test]`.
const SHOW_RESULT: &str = "footrule.showResult";

/// What a lens is about that was not found out yet.
#[derive(Debug, Serialize, Deserialize)]
struct Later {
    uri: lsp::Uri,
    clause: String,
}

pub(super) fn lenses(docs: &Documents, p: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>, Refused> {
    Ok(of(docs, &p.text_document).map(|(key, text)| {
        let uri = p.text_document.uri;
        let lines = docs.lines(&text);
        let mut out = Vec::new();
        for lens in ide::lenses(&docs.session, &key) {
            let range = lines.range(&text, lens.at);
            let mut ready = |command| out.push(lsp::CodeLens { range, command: Some(command), data: None });
            match lens.kind {
                ide::LensKind::Test(test) => {
                    let arguments = vec![json!(uri), json!(test.name)];
                    let run = text!("运行测试", "run test");
                    ready(command(docs, &run, crate::commands::RUN_TEST, arguments.clone()));
                    if docs.client.has(SHOW_RESULT) && !test.expects_error {
                        ready(command(docs, &text!("查看结果", "show result"), SHOW_RESULT, arguments));
                    }
                }
                ide::LensKind::Exceptions(name, places) => {
                    let n = places.len();
                    let title = match n {
                        1 => text!("1 个例外", "1 exception"),
                        _ => text!("{n} 个例外", "{n} exceptions"),
                    };
                    let places: Vec<lsp::Location> = places.iter().filter_map(|p| docs.location(p)).collect();
                    let here = lines.position(&text, name.span.start);
                    ready(client_command(docs, &title, SHOW_PLACES, vec![json!(uri), json!(here), json!(places)]));
                }
                ide::LensKind::Clause(clause) => {
                    let later = Later { uri: uri.clone(), clause };
                    out.push(lsp::CodeLens { range, command: None, data: Some(json!(later)) });
                }
            }
        }
        out
    }))
}

/// How far tests reach into the clause of a lens.
pub(super) fn resolve(docs: &Documents, mut lens: lsp::CodeLens) -> Result<lsp::CodeLens, Refused> {
    let Some(Later { uri, clause }) = lens.data.take().and_then(|d| serde_json::from_value(d).ok()) else {
        return Ok(lens);
    };
    let reach = docs.key(&uri).and_then(|key| {
        let found = ide::reach(&docs.session, &key, docs.kept.reach(&key))?;
        docs.kept.keep_reach(&key, &found);
        Some(found)
    });
    let title = match reach {
        // Tests cannot run; the findings say why. The line stays, so that nothing jumps while something is typed.
        None => text!("§{clause}", "§{clause}"),
        Some(reach) => {
            let of = reach.clauses.get(&clause).copied().unwrap_or_default();
            covered(&clause, of, reach.tests)
        }
    };
    lens.command = Some(client_command(docs, &title, "", Vec::new()));
    Ok(lens)
}

fn covered(clause: &str, of: ide::ClauseReach, all: usize) -> Text {
    let ide::ClauseReach { tests, statements, covered } = of;
    match (tests, all) {
        (_, 0) => text!("§{clause}：规则没有测试", "§{clause}: the rule has no tests"),
        (0, _) => text!("§{clause}：没有测试触及", "§{clause}: no test reaches it"),
        (_, 1) => text!(
            "§{clause}：测试触及 {covered}/{statements} 条语句",
            "§{clause}: the test reaches {covered} of {statements} statements"
        ),
        _ => text!(
            "§{clause}：{tests}/{all} 个测试触及，共及 {covered}/{statements} 条语句",
            "§{clause}: {tests} of {all} tests reach {covered} of {statements} statements"
        ),
    }
}

fn command(docs: &Documents, title: &Text, command: &str, arguments: Vec<Value>) -> lsp::Command {
    let title = title.get(docs.lang).to_owned();
    lsp::Command { title, tooltip: None, command: command.to_owned(), arguments: Some(arguments) }
}

/// A command that the client must know; one that it does not is shown without effect.
fn client_command(docs: &Documents, title: &Text, name: &str, arguments: Vec<Value>) -> lsp::Command {
    match docs.client.has(name) {
        true => command(docs, title, name, arguments),
        false => {
            let title = title.get(docs.lang).to_owned();
            lsp::Command { title, tooltip: None, command: String::new(), arguments: None }
        }
    }
}
