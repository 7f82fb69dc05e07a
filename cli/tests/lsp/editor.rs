//! A client that starts the command and speaks the protocol with it.

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(60);

/// An editor with a server of its own.
pub(crate) struct Editor {
    server: Child,
    to: ChildStdin,
    from: Receiver<Message>,
    next: i32,
    /// What the server offers.
    pub offered: Value,
    /// Findings by address.
    pub findings: BTreeMap<String, Value>,
    /// What the server asked for: method and parameters. It gets `null` for an answer.
    pub asked: Vec<(String, Value)>,
    /// How far the server said that it is.
    pub progress: Vec<Value>,
    /// It has said goodbye already.
    pub left: bool,
    /// Replies that nobody waited for yet.
    replies: Vec<Response>,
}

impl Editor {
    pub(crate) fn new(capabilities: Value, folder: Option<&str>) -> Self {
        Self::with(json!({ "capabilities": capabilities }), &folder.into_iter().collect::<Vec<_>>())
    }

    /// An editor in a language.
    pub(crate) fn with_locale(locale: &str) -> Self {
        Self::with(json!({ "capabilities": {}, "locale": locale }), &[])
    }

    /// An editor with parameters of its own for `initialize`, and folders.
    pub(crate) fn with(mut params: Value, folders: &[&str]) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_footrule"))
            .args(["lsp", "--lang", "en"])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let to = server.stdin.take().expect("stdin");
        let mut out = BufReader::new(server.stdout.take().expect("stdout"));
        let (sender, from) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(m)) = Message::read(&mut out) {
                if sender.send(m).is_err() {
                    return;
                }
            }
        });
        let (findings, asked) = (BTreeMap::new(), Vec::new());
        let mut editor = Self {
            server,
            to,
            from,
            next: 0,
            offered: Value::Null,
            findings,
            asked,
            left: false,
            progress: Vec::new(),
            replies: Vec::new(),
        };
        let folders: Vec<Value> =
            folders.iter().map(|f| json!({ "uri": format!("file://{f}"), "name": "rules" })).collect();
        params["processId"] = Value::Null;
        params["rootUri"] = Value::Null;
        params["workspaceFolders"] = if folders.is_empty() { Value::Null } else { json!(folders) };
        editor.offered = editor.ask("initialize", params)["capabilities"].clone();
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, m: impl Into<Message>) {
        m.into().write(&mut self.to).and_then(|()| self.to.flush()).expect("the server listens");
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params });
    }

    /// Sends a request and does not wait.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Request { id: id.clone(), method: method.to_owned(), params });
        id
    }

    /// Takes a request back.
    pub(crate) fn take_back(&mut self, id: &RequestId) {
        let id: i32 = id.to_string().parse().expect("a number");
        self.tell("$/cancelRequest", json!({ "id": id }));
    }

    /// Waits for the reply to a request.
    pub(crate) fn reply(&mut self, id: &RequestId) -> Response {
        loop {
            if let Some(at) = self.replies.iter().position(|r| r.id == *id) {
                return self.replies.swap_remove(at);
            }
            let m = self.receive();
            self.note(m);
        }
    }

    pub(crate) fn response(&mut self, method: &str, params: Value) -> Response {
        let id = self.request(method, params);
        self.reply(&id)
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let r = self.response(method, params);
        r.response_result.unwrap_or_else(|e| panic!("{method}: {}", e.message))
    }

    pub(crate) fn receive(&self) -> Message {
        self.from.recv_timeout(WAIT).expect("the server speaks")
    }

    pub(crate) fn note(&mut self, m: Message) {
        match m {
            Message::Notification(n) if n.method == "textDocument/publishDiagnostics" => {
                let uri = n.params["uri"].as_str().unwrap_or_default().to_owned();
                self.findings.insert(uri, n.params);
            }
            Message::Request(r) => {
                self.asked.push((r.method, r.params));
                self.send(Response::new_ok(r.id, Value::Null));
            }
            Message::Response(r) => self.replies.push(r),
            Message::Notification(n) if n.method == "$/progress" => self.progress.push(n.params),
            Message::Notification(_) => {}
        }
    }

    /// True if the server has asked for this; it is given a question to answer, so that what it sent before has come.
    pub(crate) fn was_asked(&mut self, method: &str) -> bool {
        self.ask("workspace/symbol", json!({ "query": "no such name" }));
        self.asked.iter().any(|(m, _)| m == method)
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        self.open_version(uri, text, 1);
    }

    pub(crate) fn open_version(&mut self, uri: &str, text: &str, version: i32) {
        let document = json!({ "uri": uri, "languageId": "footrule", "version": version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Waits for findings of a version.
    pub(crate) fn found(&mut self, uri: &str, version: i32) -> Vec<Value> {
        loop {
            if let Some(p) = self.findings.get(uri)
                && p["version"] == json!(version)
            {
                return p["diagnostics"].as_array().cloned().unwrap_or_default();
            }
            let m = self.receive();
            self.note(m);
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.server.kill();
            let _ = self.server.wait();
            return;
        }
        if !self.left {
            self.ask("shutdown", Value::Null);
        }
        self.tell("exit", Value::Null);
        let end = self.server.wait().expect("the server ends");
        assert!(end.success(), "{end}");
    }
}
