//! Footrule's language server: the protocol over [`footrule_ide`].
//!
//! One thread reads messages in order and answers them; what is typed is coalesced, and findings are published when nothing
//! more waits. Guarantees: exactly one reply to each request; a panic while a request is answered becomes an error reply, and
//! the server goes on. Must not: know what a name means; that is `footrule-ide`'s and the compiler's.
//!
//! # Layout
//!
//! `capabilities` (what is offered) · `documents` (buffers, files, keys and addresses) · `position` (lines and columns ↔ bytes)
//! · `handle` (one function for each request) · `commands` (tests, evaluation) · `convert` (answers as the protocol wants them).

mod capabilities;
mod commands;
mod convert;
mod documents;
mod handle;
mod position;

use documents::Documents;
use footrule_diag::Lang;
use gen_lsp_types::{InitializeParams, PositionEncodingKind, PublishDiagnosticsParams};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use position::Encoding;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use capabilities::capabilities;

/// How long nothing must have been typed before findings are published.
const QUIET: Duration = Duration::from_micros(500);

/// Requests that concern every file of the folders that are open.
const ACROSS_FILES: [&str; 3] = ["textDocument/references", "textDocument/rename", "workspace/symbol"];

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
    let mut docs = Documents::new(encoding, lang);
    docs.snippets = takes_snippets(&params);
    for folder in documents::folders(&params) {
        docs.add_folder(&folder);
    }
    main_loop(connection, &mut docs)
}

/// True if the editor fills in places of what it inserts.
fn takes_snippets(params: &InitializeParams) -> bool {
    let document = params.capabilities.text_document.as_ref();
    let item = document.and_then(|d| d.completion.as_ref()).and_then(|c| c.completion_item.as_ref());
    item.is_some_and(|i| i.snippet_support == Some(true))
}

fn main_loop(connection: &Connection, docs: &mut Documents) -> Result<(), Box<dyn Error + Send + Sync>> {
    loop {
        let message = if docs.stale() || docs.unread() {
            let wait = if docs.stale() { QUIET } else { Duration::ZERO };
            match connection.receiver.recv_timeout(wait) {
                Ok(m) => m,
                Err(e) if e.is_timeout() => {
                    if let Some(found) = docs.next_findings() {
                        publish(connection, found)?;
                    } else {
                        docs.load_one();
                    }
                    continue;
                }
                Err(_) => return Ok(()),
            }
        } else {
            match connection.receiver.recv() {
                Ok(m) => m,
                Err(_) => return Ok(()),
            }
        };
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request)? {
                    return Ok(());
                }
                // What asks for all files waits for them.
                if ACROSS_FILES.contains(&request.method.as_str()) {
                    while docs.load_one() {}
                }
                let response = answer(docs, request);
                connection.sender.send(response.into())?;
            }
            Message::Notification(n) => notified(connection, docs, n)?,
            Message::Response(_) => {}
        }
    }
}

/// The reply to a request; what goes wrong inside becomes an error reply.
fn answer(docs: &Documents, request: Request) -> Response {
    let (id, method) = (request.id.clone(), request.method.clone());
    match catch_unwind(AssertUnwindSafe(|| handle::request(docs, request))) {
        Ok(response) => response,
        Err(_) => Response::new_err(id, ErrorCode::InternalError as i32, format!("{method} failed")),
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

fn publish(connection: &Connection, found: PublishDiagnosticsParams) -> Result<(), Box<dyn Error + Send + Sync>> {
    let n = Notification::new("textDocument/publishDiagnostics".to_owned(), found);
    connection.sender.send(n.into())?;
    Ok(())
}
