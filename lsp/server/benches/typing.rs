//! How long an editor waits, with 111 rule files open: the library's rules, renamed.
//!
//! First a scripted typing session tells medians and 95th percentiles, cold start, and memory after 10,000 edits; then
//! criterion repeats single steps. The server runs in a thread of this process and speaks over a connection in memory.

#![expect(clippy::expect_used, clippy::panic, reason = "a bench that cannot go on stops")]

use criterion::{Criterion, criterion_group};
use footrule_diag::Lang;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// As many rules as there are group standards.
const FILES: usize = 111;
/// Edits after which memory is read.
const EDITS: usize = 10_000;
/// Keystrokes of which a median is told.
const KEYS: usize = 200;

/// The command's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct File {
    uri: String,
    text: String,
    version: i32,
    /// Line and column behind the first `let`: there is typed.
    line: usize,
    column: usize,
}

/// The library's rules, copied under other names into a folder.
fn files(folder: &Path) -> Vec<File> {
    std::fs::create_dir_all(folder).expect("a folder");
    let is_rule = |t: &str| t.lines().any(|l| l.starts_with("rule "));
    let rules: Vec<&str> = footrule_stdlib::FILES.iter().map(|(_, t)| *t).filter(|t| is_rule(t)).collect();
    (0..FILES)
        .map(|i| {
            let renamed = |l: &str| match l.strip_prefix("rule ") {
                Some(rest) => {
                    let end = rest.find(' ').unwrap_or(rest.len());
                    format!("rule {}_{i}{}\n", &rest[..end], &rest[end..])
                }
                None => format!("{l}\n"),
            };
            let text: String = rules[i % rules.len()].lines().map(renamed).collect();
            let path = folder.join(format!("rule_{i}.pcr"));
            std::fs::write(&path, &text).expect("a file");
            let is_let = |l: &str| l.trim_start_matches(|c: char| "§.0123456789 ".contains(c)).starts_with("let ");
            let line = text.lines().position(is_let).expect("every rule has a `let`");
            let column = text.lines().nth(line).map_or(0, |l| l.encode_utf16().count());
            File { uri: format!("file://{}", path.display()), text, version: 1, line, column }
        })
        .collect()
}

struct Editor {
    connection: Connection,
    next: i32,
}

impl Editor {
    /// A client whose server has just started in a folder.
    fn new(folder: &Path) -> Self {
        let (ours, theirs) = Connection::memory();
        std::thread::spawn(move || footrule_lsp::serve(&theirs, Lang::En).map_err(|e| e.to_string()));
        let mut e = Self { connection: ours, next: 0 };
        let folders = json!([{ "uri": format!("file://{}", folder.display()), "name": "rules" }]);
        let params = json!({ "processId": null, "rootUri": null, "capabilities": {}, "workspaceFolders": folders });
        e.ask("initialize", params);
        e.tell("initialized", json!({}));
        e
    }

    fn tell(&self, method: &str, params: Value) {
        let n = Notification { method: method.to_owned(), params };
        self.connection.sender.send(n.into()).expect("the server listens");
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = RequestId::from(self.next);
        let r = Request { id: id.clone(), method: method.to_owned(), params };
        self.connection.sender.send(r.into()).expect("the server listens");
        loop {
            if let Message::Response(r) = self.receive()
                && r.id == id
            {
                return r.response_result.unwrap_or_else(|e| panic!("{method}: {}", e.message));
            }
        }
    }

    fn receive(&self) -> Message {
        self.connection.receiver.recv_timeout(Duration::from_secs(60)).expect("the server speaks")
    }

    fn open(&self, f: &File) {
        let d = json!({ "uri": f.uri, "languageId": "footrule", "version": f.version, "text": f.text });
        self.tell("textDocument/didOpen", json!({ "textDocument": d }));
    }

    /// Types a digit behind the file's first `let`, or takes it away.
    fn type_key(&self, f: &mut File) {
        f.version += 1;
        let wide = usize::from(f.version % 2 == 1);
        let range = json!({
            "start": { "line": f.line, "character": f.column },
            "end": { "line": f.line, "character": f.column + wide },
        });
        let text = if wide == 0 { "1" } else { "" };
        let document = json!({ "uri": f.uri, "version": f.version });
        let change = json!({ "range": range, "text": text });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    fn wait_for_findings(&self, f: &File) {
        loop {
            if let Message::Notification(n) = self.receive()
                && n.method == "textDocument/publishDiagnostics"
                && n.params["uri"] == f.uri
                && n.params["version"] == f.version
            {
                return;
            }
        }
    }

    fn complete(&mut self, f: &File) {
        let at = json!({ "line": f.line, "character": f.column });
        let found = self.ask("textDocument/completion", json!({ "textDocument": { "uri": f.uri }, "position": at }));
        let n = found.as_array().or_else(|| found["items"].as_array()).map_or(0, Vec::len);
        assert!(n > 0, "nothing is offered in {}", f.uri);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
    }
}

/// Everything open, all findings told.
fn workspace(folder: &Path) -> (Editor, Vec<File>) {
    let files = files(folder);
    let editor = Editor::new(folder);
    for f in &files {
        editor.open(f);
    }
    let mut told = std::collections::BTreeSet::new();
    while told.len() < files.len() {
        if let Message::Notification(n) = editor.receive()
            && let Some(uri) = n.params["uri"].as_str()
        {
            told.insert(uri.to_owned());
        }
    }
    (editor, files)
}

/// Median and 95th percentile.
fn spread(mut all: Vec<Duration>) -> String {
    all.sort();
    let at = |share: usize| all[(all.len() * share / 100).min(all.len() - 1)].as_secs_f64() * 1e3;
    format!("median {:.1} ms, 95th percentile {:.1} ms", at(50), at(95))
}

fn timed(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}

/// Memory of this process that is in use, in megabytes; Linux only.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

fn session(folder: &Path) {
    let mut all = files(folder);
    let cold = timed(|| {
        let e = Editor::new(folder);
        e.open(&all[0]);
        e.wait_for_findings(&all[0]);
    });
    println!("cold start to first findings: {:.0} ms", cold.as_secs_f64() * 1e3);
    let (mut e, files) = workspace(folder);
    all = files;
    for i in [0, 3, 8, 12] {
        let f = &mut all[i];
        let keys = (0..KEYS).map(|_| {
            timed(|| {
                e.type_key(f);
                e.wait_for_findings(f);
            })
        });
        let keys: Vec<_> = keys.collect();
        println!("keystroke to findings, {} lines: {}", f.text.lines().count(), spread(keys));
        let asked: Vec<_> = (0..KEYS)
            .map(|_| {
                e.type_key(f);
                timed(|| e.complete(f))
            })
            .collect();
        println!("completion behind a keystroke: {}", spread(asked));
    }
    if let Some(m) = memory() {
        println!("memory with {FILES} files open: {m} MB");
    }
    for i in 0..EDITS {
        let f = &mut all[i % FILES];
        e.type_key(f);
        e.wait_for_findings(f);
    }
    if let Some(m) = memory() {
        println!("memory after {EDITS} edits: {m} MB");
    }
}

fn benches(c: &mut Criterion) {
    let folder = folder();
    let (mut e, mut all) = workspace(&folder);
    let mut group = c.benchmark_group("with 111 rules open");
    group.sample_size(50);
    group.bench_function("keystroke to findings", |b| {
        b.iter(|| {
            e.type_key(&mut all[0]);
            e.wait_for_findings(&all[0]);
        });
    });
    group.bench_function("completion", |b| b.iter(|| e.complete(&all[0])));
    group.finish();
    c.bench_function("cold start to first findings", |b| {
        b.iter(|| {
            let e = Editor::new(&folder);
            e.open(&all[1]);
            e.wait_for_findings(&all[1]);
        });
    });
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("typing")
}

criterion_group!(single, benches);

fn main() {
    session(&folder());
    single();
    Criterion::default().configure_from_args().final_summary();
}
