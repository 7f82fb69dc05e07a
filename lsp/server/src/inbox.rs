//! Messages that have come and were not looked at yet.
//!
//! The connection holds the reader back until a message is taken; a thread takes them all, so that what has come is seen.
//!
//! Guarantees: messages are handed on in the order in which they came; a request that the editor takes back while it waits is
//! answered by that alone.

use lsp_server::{Connection, ErrorCode, Message, Notification, RequestId, Response};
use std::collections::VecDeque;
use std::error::Error;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
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
    come: Receiver<Message>,
    waiting: VecDeque<Message>,
}

impl<'c> Inbox<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        let from = connection.receiver.clone();
        let (to, come) = channel();
        std::thread::spawn(move || {
            while let Ok(m) = from.recv()
                && to.send(m).is_ok()
            {}
        });
        Self { connection, come, waiting: VecDeque::new() }
    }

    /// The next message; waits for one so long, or for ever.
    ///
    /// # Errors
    /// If the connection is broken.
    pub(crate) fn next(&mut self, wait: Option<Duration>) -> Result<Next, Box<dyn Error + Send + Sync>> {
        if self.waiting.is_empty() {
            let first = match wait {
                Some(wait) => self.come.recv_timeout(wait),
                None => self.come.recv().map_err(RecvTimeoutError::from),
            };
            match first {
                Ok(m) => self.waiting.push_back(m),
                Err(RecvTimeoutError::Timeout) => return Ok(Next::Quiet),
                Err(RecvTimeoutError::Disconnected) => return Ok(Next::Gone),
            }
        }
        while let Ok(m) = self.come.try_recv() {
            self.take(m)?;
        }
        Ok(self.waiting.pop_front().map_or(Next::Quiet, Next::Message))
    }

    /// Waits until the editor, which has said goodbye, is gone.
    pub(crate) fn end(mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        loop {
            match self.next(None)? {
                Next::Message(Message::Notification(n)) if n.method == "exit" => return Ok(()),
                Next::Gone => return Ok(()),
                Next::Message(Message::Request(r)) => {
                    let words = format!("{} after shutdown", r.method);
                    let reply = Response::new_err(r.id, ErrorCode::InvalidRequest as i32, words);
                    self.connection.sender.send(reply.into())?;
                }
                _ => {}
            }
        }
    }

    fn take(&mut self, m: Message) -> Result<(), Box<dyn Error + Send + Sync>> {
        let taken_back = if let Message::Notification(n) = &m { cancelled(n) } else { None };
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
