//! Messages that have come and were not looked at yet.
//!
//! The connection holds the reader back until a message is taken; a thread takes them all, so that what has come is seen.
//!
//! Guarantees: messages are handed on in the order in which they came; a request that the editor takes back while it waits is
//! answered by that alone, one that is being answered is stopped.

use crate::refused::Refused;
use footrule_compiler::Stop;
use footrule_diag::Lang;
use lsp_server::{Connection, Message, Notification, RequestId};
use std::collections::{HashSet, VecDeque};
use std::error::Error;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    desk: Desk,
    lang: Lang,
}

/// What is being answered, and what the editor took back of what was not looked at yet; seen by the thread that reads.
#[derive(Clone)]
pub(crate) struct Desk {
    state: Arc<Mutex<State>>,
    stop: Stop,
}

#[derive(Default)]
struct State {
    now: Option<RequestId>,
    taken_back: HashSet<RequestId>,
}

/// A request that is being answered, until this is dropped.
pub(crate) struct Answering<'d>(&'d Desk);

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a request is being answered; `None` if it was taken back.
    pub(crate) fn answering(&self, id: &RequestId) -> Option<Answering<'_>> {
        let mut state = self.state();
        if state.taken_back.contains(id) {
            return None;
        }
        state.now = Some(id.clone());
        Some(Answering(self))
    }

    /// True if the editor took back a request that was not answered yet.
    pub(crate) fn taken_back(&self, id: &RequestId) -> bool {
        self.state().taken_back.contains(id)
    }

    fn take_back(&self, id: RequestId) {
        let mut state = self.state();
        if state.now.as_ref() == Some(&id) {
            self.stop.now();
        }
        state.taken_back.insert(id);
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.state().now = None;
    }
}

impl<'c> Inbox<'c> {
    /// What comes over a connection; `stop` ends what is being answered; refusals are in a language.
    pub(crate) fn new(connection: &'c Connection, stop: Stop, lang: Lang) -> Self {
        let from = connection.receiver.clone();
        let (to, come) = channel();
        let desk = Desk { state: Arc::default(), stop };
        let seen = desk.clone();
        std::thread::spawn(move || {
            while let Ok(m) = from.recv() {
                if let Message::Notification(n) = &m
                    && let Some(id) = cancelled(n)
                {
                    seen.take_back(id);
                }
                if to.send(m).is_err() {
                    return;
                }
            }
        });
        Self { connection, come, waiting: VecDeque::new(), desk, lang }
    }

    /// What is being answered.
    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
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
                Ok(m) => self.take(m)?,
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
                    let reply = Refused::closed(&r.method).reply(r.id, self.lang);
                    self.connection.sender.send(reply.into())?;
                }
                _ => {}
            }
        }
    }

    fn take(&mut self, m: Message) -> Result<(), Box<dyn Error + Send + Sync>> {
        let taken_back = if let Message::Notification(n) = &m { cancelled(n) } else { None };
        // Whoever it is, is waiting or was answered.
        if let Some(id) = &taken_back {
            self.desk.state().taken_back.remove(id);
        }
        let is_it = |w: &Message| matches!(w, Message::Request(r) if Some(&r.id) == taken_back.as_ref());
        let Some(at) = self.waiting.iter().position(is_it) else {
            self.waiting.push_back(m);
            return Ok(());
        };
        if let Some(Message::Request(r)) = self.waiting.remove(at) {
            self.connection.sender.send(Refused::taken_back(&r.method).reply(r.id, self.lang).into())?;
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
