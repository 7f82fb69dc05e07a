//! Commands of the server: a test is run, a rule is evaluated. What they answer is described in `docs/editors.md`.
//!
//! Guarantees: a rule or data that are wrong are an answer; only a command that cannot be understood, or that names what is
//! not there, is an error. Must not: change anything.

use crate::documents::Documents;
use crate::position::Lines;
use crate::refused::Refused;
use footrule_diag::{Diagnostic, FileSpan, text};
use footrule_ide as ide;
use footrule_runtime::words::{Said, said};
use footrule_runtime::{NamedValue, ValueKind};
use gen_lsp_types as lsp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Runs a test: `[address, name]`.
pub(crate) const RUN_TEST: &str = "footrule.runTest";
/// Evaluates a rule: `[address, { test? | input?, inputUri? }]`.
const EVALUATE: &str = "footrule.evaluate";

/// Lists the tests of a file: `[address]`.
const TESTS: &str = "footrule.tests";

/// The commands that are offered.
pub(crate) const COMMANDS: [&str; 3] = [RUN_TEST, EVALUATE, TESTS];

/// What input data without an address are called in findings.
const UNNAMED: &str = "input.json";

/// What a rule is to be evaluated on; its first test, if nothing is said.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct On {
    /// A test, by a label or as `#1`.
    test: Option<String>,
    /// The JSON text of input data.
    input: Option<String>,
    /// The address of these data, for findings.
    input_uri: Option<lsp::Uri>,
}

/// Carries out a command.
pub(crate) fn execute(docs: &Documents, p: lsp::ExecuteCommandParams) -> Result<Value, Refused> {
    let command = p.command.as_str();
    if !COMMANDS.contains(&command) {
        return Err(Refused::unknown(command));
    }
    let mut arguments = p.arguments.unwrap_or_default().into_iter();
    let mut next = || arguments.next().unwrap_or(Value::Null);
    let uri: lsp::Uri = read(next()).ok_or_else(|| {
        Refused::unreadable(text!(
            "`{command}` 的第 1 个参数应是文件的地址",
            "argument 1 of `{command}` is the address of a file"
        ))
    })?;
    let key = docs.key(&uri).filter(|k| docs.session.has(k));
    let uri = uri.0;
    let key = key.ok_or_else(|| Refused::new("noFile", text!("没有文件 {uri}", "there is no file {uri}")))?;
    match command {
        RUN_TEST => {
            let name: String = read(next()).ok_or_else(|| {
                Refused::unreadable(text!(
                    "`{command}` 的第 2 个参数应是测试的名称",
                    "argument 2 of `{command}` is the name of a test"
                ))
            })?;
            let run = ide::test(&docs.session, &key, &name).map_err(|e| not_evaluated(docs, &e))?;
            Ok(Answer::new(docs, None).run(&run))
        }
        EVALUATE => {
            let on: Option<On> = read(next()).ok_or_else(|| {
                Refused::unreadable(text!(
                    "`{command}` 的第 2 个参数只可有 `test`，或者 `input` 与 `inputUri`，都是文本",
                    "argument 2 of `{command}` has `test`, or `input` and `inputUri`, and nothing else; all are texts"
                ))
            })?;
            evaluate(docs, &key, on.unwrap_or_default())
        }
        _ => {
            let answer = Answer::new(docs, None);
            Ok(ide::tests(&docs.session, &key).iter().map(|t| answer.case(t)).collect())
        }
    }
}

fn not_evaluated(docs: &Documents, why: &ide::NotEvaluated) -> Refused {
    Refused::not_evaluated(why, &|key| docs.called(key))
}

/// An argument; `None` if it cannot be read.
fn read<T: DeserializeOwned>(argument: Value) -> Option<T> {
    serde_json::from_value(argument).ok()
}

fn evaluate(docs: &Documents, key: &str, on: On) -> Result<Value, Refused> {
    let tests = ide::tests(&docs.session, key);
    let file = on.input_uri.as_ref().map_or_else(|| UNNAMED.to_owned(), |u| u.0.clone());
    let first = tests.iter().find(|t| !t.expects_error).or(tests.first()).map(|t| t.name.clone());
    let test = on.test.or_else(|| first.filter(|_| on.input.is_none()));
    let data = match (&test, &on.input) {
        (Some(test), None) => ide::Data::Test(test),
        (None, Some(input)) => ide::Data::Json(&file, input),
        (Some(_), Some(_)) => {
            return Err(Refused::unreadable(text!(
                "`test` 与 `input` 只可给出一个",
                "a test and input data exclude each other"
            )));
        }
        (None, None) if docs.session.is_rule(key) => {
            let none = text!("规则没有测试：请给出输入数据", "the rule has no test: input data are needed");
            return Err(Refused::new("noData", none));
        }
        (None, None) => ide::Data::Test(""),
    };
    let found = ide::evaluation(&docs.session, key, data).map_err(|e| not_evaluated(docs, &e))?;
    let answer = Answer::new(docs, on.input.as_deref().zip(on.input_uri.as_ref()));
    let mut outcome = found.outcome;
    let tree = outcome.as_mut().and_then(|o| o.explain.take()).map(|tree| answer.tree(&said(&tree, docs.lang)));
    // Sourced numbers stand in the result with their sources.
    let values = found.values.iter().filter(|v| !matches!(v.kind, ValueKind::Factor | ValueKind::Parameter));
    Ok(json!({
        "test": found.test.as_ref().map(|t| answer.run(t)),
        "tests": tests.iter().map(|t| answer.case(t)).collect::<Vec<_>>(),
        "errors": answer.findings(&found.refused),
        "result": plain(&outcome),
        "derivation": tree,
        "values": values.map(|v| answer.value(v)).collect::<Vec<_>>(),
    }))
}

/// Answers with places as the protocol says them.
struct Answer<'a> {
    docs: &'a Documents,
    /// Input data and their address: no file of the session.
    data: Option<(&'a str, &'a lsp::Uri)>,
    /// Texts with their lines, by key: a derivation has many places in few files.
    files: RefCell<HashMap<String, Option<File>>>,
}

/// A text that places are in.
#[derive(Clone)]
struct File {
    uri: lsp::Uri,
    text: Arc<str>,
    lines: Rc<Lines>,
}

impl<'a> Answer<'a> {
    fn new(docs: &'a Documents, data: Option<(&'a str, &'a lsp::Uri)>) -> Self {
        Self { docs, data, files: RefCell::default() }
    }

    fn file(&self, key: &str) -> Option<File> {
        let (uri, text) = match self.data {
            Some((text, uri)) if uri.0 == key => (uri.clone(), text.into()),
            _ => (self.docs.uri(key), self.docs.text(key)?),
        };
        Some(File { uri, lines: Rc::new(self.docs.lines(&text)), text })
    }

    fn location(&self, at: &FileSpan) -> Option<lsp::Location> {
        let known = self.files.borrow().get(&at.file).cloned();
        let file = known.unwrap_or_else(|| {
            let file = self.file(&at.file);
            self.files.borrow_mut().insert(at.file.clone(), file.clone());
            file
        })?;
        Some(lsp::Location { range: file.lines.range(&file.text, at.span), uri: file.uri })
    }

    fn case(&self, case: &ide::TestCase) -> Value {
        let label = match case.labels.get(self.docs.lang) {
            "" => &case.name,
            label => label,
        };
        let location = plain(&self.location(&case.at));
        json!({ "name": case.name, "label": label, "location": location, "expectsError": case.expects_error })
    }

    fn run(&self, run: &ide::TestRun) -> Value {
        let mut out = self.case(&run.case);
        out["passed"] = json!(run.passed);
        out["failures"] = self.findings(&run.failures);
        out
    }

    fn findings(&self, all: &[Diagnostic]) -> Value {
        let lang = self.docs.lang;
        let one = |d: &Diagnostic| {
            let label = d.primary.as_ref().map(|l| l.text.get(lang)).filter(|t| !t.is_empty());
            json!({
                "code": d.code,
                "message": d.message.get(lang),
                "label": label,
                "help": d.help.as_ref().map(|h| h.get(lang)),
                "location": d.primary.as_ref().and_then(|l| self.location(&l.at)),
            })
        };
        all.iter().map(one).collect()
    }

    fn tree(&self, node: &Said) -> Value {
        let mut out = plain(node);
        self.place_nodes(node, &mut out);
        out
    }

    /// Gives a node and those below it their places, if they stand somewhere.
    fn place_nodes(&self, node: &Said, out: &mut Value) {
        let children = out.get_mut("children").and_then(Value::as_array_mut).into_iter().flatten();
        node.children.iter().zip(children).for_each(|(node, out)| self.place_nodes(node, out));
        self.place(node.place.as_ref(), out);
    }

    fn place(&self, place: Option<&FileSpan>, out: &mut Value) {
        if let (Some(at), Value::Object(fields)) = (place.and_then(|p| self.location(p)), out) {
            fields.insert("location".to_owned(), plain(&at));
        }
    }

    fn value(&self, value: &NamedValue) -> Value {
        let mut out = plain(value);
        self.place(value.place.as_ref(), &mut out);
        out
    }
}

/// Plain data as JSON.
fn plain<T: Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or(Value::Null)
}
