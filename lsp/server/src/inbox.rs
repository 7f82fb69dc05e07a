//! Messages that have come and were not looked at yet.
//!
//! Guarantees: messages are handed on in the order in which they came; a request that the editor takes back while it waits is
//! answered by that alone. Must not: look beyond a request to shut down, whose end the connection waits for itself.

use lsp_server::{Connection, ErrorCode, Message, Notification, RequestId, Response};
use std::collections::VecDeque;
use std::error::Error;
use std::time::Duration;

/// What comes next.
pub(crate) enum Next {
    Message(Message),
    /// Nothing came in time.
    Quiet,
    /// The editor is gone.
    Gone,
}

pub(crate) struct Inbox<'c> {
    connection: &'c Connection,
    waiting: VecDeque<Message>,
    /// A request to shut down has come.
    ends: bool,
}

impl<'c> Inbox<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self { connection, waiting: VecDeque::new(), ends: false }
    }

    /// The next message; waits for one so long, or for ever.
    ///
    /// # Errors
    /// If the connection is broken.
    pub(crate) fn next(&mut self, wait: Option<Duration>) -> Result<Next, Box<dyn Error + Send + Sync>> {
        let receiver = &self.connection.receiver;
        if self.waiting.is_empty() {
            match wait.map_or_else(
                || receiver.recv().map_err(|_| false),
                |w| receiver.recv_timeout(w).map_err(|e| e.is_timeout()),
            ) {
                Ok(m) => self.take(m)?,
                Err(true) => return Ok(Next::Quiet),
                Err(false) => return Ok(Next::Gone),
            }
        }
        while !self.ends
            && let Ok(m) = receiver.try_recv()
        {
            self.take(m)?;
        }
        Ok(self.waiting.pop_front().map_or(Next::Quiet, Next::Message))
    }

    fn take(&mut self, m: Message) -> Result<(), Box<dyn Error + Send + Sync>> {
        let taken_back = match &m {
            Message::Notification(n) => cancelled(n),
            Message::Request(r) => {
                self.ends |= r.method == "shutdown";
                None
            }
            Message::Response(_) => None,
        };
        let is_it = |w: &Message| matches!(w, Message::Request(r) if Some(&r.id) == taken_back.as_ref());
        let Some(at) = self.waiting.iter().position(is_it) else {
            self.waiting.push_back(m);
            return Ok(());
        };
        if let Some(Message::Request(r)) = self.waiting.remove(at) {
            let words = format!("{} was taken back", r.method);
            let reply = Response::new_err(r.id, ErrorCode::RequestCanceled as i32, words);
            self.connection.sender.send(reply.into())?;
        }
        Ok(())
    }
}

/// The request that a notification takes back.
pub(crate) fn cancelled(n: &Notification) -> Option<RequestId> {
    if n.method != "$/cancelRequest" {
        return None;
    }
    serde_json::from_value(n.params["id"].clone()).ok()
}
