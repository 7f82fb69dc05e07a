//! Footrule's language server: the protocol over [`footrule_ide`].
//!
//! One thread reads messages in order and answers them; what is typed is coalesced, and findings are published when nothing
//! more waits. Guarantees: exactly one reply to each request, also to one that is taken back, which ends at once; a panic while a
//! request is answered becomes an error reply, and the server goes on. Must not: know what a name means; that is `footrule-ide`'s and the compiler's.
//!
//! # Layout
//!
//! `capabilities` (what is offered) · `client` (what the editor can do) · `documents` (buffers, files, keys and addresses) · `changes` (what is typed) ·
//! `inbox` (messages that wait) · `kept` (answers before) · `position` (lines and columns ↔ bytes) · `survey` (findings of all
//! files) · `progress` · `refused` (why there is no answer) · `handle` (one function for each request) · `commands` (tests, evaluation) · `convert` (answers as the
//! protocol wants them).

mod capabilities;
mod changes;
mod client;
mod commands;
mod convert;
mod documents;
mod handle;
mod inbox;
mod kept;
mod position;
mod progress;
mod refused;
mod survey;

use documents::Documents;
use footrule_compiler::Stopped;
use footrule_diag::Lang;
use gen_lsp_types::{InitializeParams, PositionEncodingKind, PublishDiagnosticsParams};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use position::Encoding;
use serde_json::Value;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use capabilities::capabilities;
use client::Client;
use inbox::{Desk, Inbox, Next};
use progress::Progress;
use refused::Refused;
use survey::Surveys;

/// How long nothing must have been typed before findings are published.
const QUIET: Duration = Duration::from_micros(500);

/// Requests that concern every file of the folders that are open.
const ACROSS_FILES: [&str; 6] = [
    "callHierarchy/incomingCalls",
    "textDocument/implementation",
    "textDocument/references",
    "textDocument/rename",
    "workspace/symbol",
    "workspace/willRenameFiles",
];

/// Numbers the requests to the editor.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Serves an editor over standard input and output until it says goodbye.
///
/// # Errors
/// If the connection breaks before that.
pub fn serve_stdio(lang: Lang) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (connection, threads) = Connection::stdio();
    serve(&connection, lang)?;
    drop(connection);
    threads.join()?;
    Ok(())
}

/// Serves an editor over a connection until it says goodbye.
///
/// # Errors
/// If the connection breaks before that.
pub fn serve(connection: &Connection, lang: Lang) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (id, params) = connection.initialize_start()?;
    let client = Client::of(&params);
    let params: InitializeParams = serde_json::from_value(params)?;
    let general = params.capabilities.general.as_ref();
    let offered = general.and_then(|g| g.position_encodings.as_ref());
    let utf8 = offered.is_some_and(|all| all.contains(&PositionEncodingKind::UTF8));
    let encoding = if utf8 { Encoding::Utf8 } else { Encoding::Utf16 };
    let answer = serde_json::json!({
        "capabilities": capabilities(encoding == Encoding::Utf8),
        "serverInfo": { "name": "footrule", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer)?;
    let lang = match params.locale.as_deref() {
        Some(l) if l.starts_with("zh") => Lang::Zh,
        Some(_) => Lang::En,
        None => lang,
    };
    let watch = client.watch();
    let mut docs = Documents::new(encoding, lang, client);
    for folder in documents::folders(&params) {
        docs.add_folder(&folder);
    }
    docs.outdated();
    demand(connection, watch)?;
    main_loop(connection, &mut docs)
}

fn main_loop(connection: &Connection, docs: &mut Documents) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut surveys = Surveys::default();
    let mut progress = Progress::default();
    let mut inbox = Inbox::new(connection, docs.session.stop(), docs.lang);
    loop {
        if docs.client.progress {
            send(connection, progress.left(docs.unread_files(), docs.lang))?;
        }
        if docs.outdated() {
            demand(connection, docs.client.refreshes())?;
        }
        let wait = match (docs.stale(), docs.unread() || surveys.wait()) {
            (true, _) => Some(QUIET),
            (false, true) => Some(Duration::ZERO),
            (false, false) => None,
        };
        let message = match inbox.next(wait)? {
            Next::Message(m) => m,
            Next::Gone => return Ok(()),
            Next::Quiet => {
                if let Some(found) = docs.next_findings() {
                    publish(connection, found)?;
                } else if !docs.load_one()
                    && let Some(message) = surveys.step(docs)
                {
                    connection.sender.send(message)?;
                }
                continue;
            }
        };
        match message {
            Message::Request(request) => {
                if request.method == "shutdown" {
                    send(connection, surveys.end())?;
                    send(connection, [Response::new_ok(request.id, ())])?;
                    return inbox.end();
                }
                if request.method == survey::METHOD {
                    send(connection, surveys.ask(request))?;
                    continue;
                }
                let across = ACROSS_FILES.contains(&request.method.as_str());
                let shown = progress::Task::of(&request).filter(|_| across);
                send(connection, shown.as_ref().map(|t| t.begin(docs.lang)))?;
                // What asks for all files waits for them.
                while across && !inbox.desk().taken_back(&request.id) && docs.load_one() {}
                let response = answer(docs, inbox.desk(), request);
                send(connection, shown.as_ref().map(progress::Task::end))?;
                connection.sender.send(response.into())?;
            }
            Message::Notification(n) => {
                send(connection, surveys.cancel(&n))?;
                notified(connection, docs, n)?;
            }
            Message::Response(r) => send(connection, progress.answered(&r, docs.lang))?,
        }
    }
}

/// The reply to a request; what goes wrong inside becomes an error reply, and so does what the editor takes back meanwhile.
fn answer(docs: &Documents, desk: &Desk, request: Request) -> Response {
    let (id, method) = (request.id.clone(), request.method.clone());
    let run = || {
        let _answering = desk.answering(&id)?;
        Some(handle::request(docs, request))
    };
    match catch_unwind(AssertUnwindSafe(|| docs.session.stoppable(run))) {
        Ok(Ok(Some(response))) => response,
        Ok(Ok(None) | Err(Stopped)) => Refused::taken_back(&method).reply(id, docs.lang),
        Err(_) => Refused::broken(&method).reply(id, docs.lang),
    }
}

fn notified(
    connection: &Connection,
    docs: &mut Documents,
    n: Notification,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let gone = catch_unwind(AssertUnwindSafe(|| handle::notification(docs, n))).unwrap_or_default();
    for uri in gone {
        publish(connection, PublishDiagnosticsParams { uri, version: None, diagnostics: Vec::new() })?;
    }
    Ok(())
}

fn send(
    connection: &Connection,
    messages: impl IntoIterator<Item = impl Into<Message>>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    for message in messages {
        connection.sender.send(message.into())?;
    }
    Ok(())
}

/// Sends requests to the editor; what it answers does not matter.
fn demand(
    connection: &Connection,
    requests: impl IntoIterator<Item = (&'static str, Value)>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    for (method, params) in requests {
        let id = RequestId::from(format!("footrule-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        connection.sender.send(Request { id, method: method.to_owned(), params }.into())?;
    }
    Ok(())
}

fn publish(connection: &Connection, found: PublishDiagnosticsParams) -> Result<(), Box<dyn Error + Send + Sync>> {
    let n = Notification::new("textDocument/publishDiagnostics".to_owned(), found);
    connection.sender.send(n.into())?;
    Ok(())
}
