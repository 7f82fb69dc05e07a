//! What was typed last, into the buffer that was typed into last: each change keeps the text before it.
//!
//! Some editors send changes that follow each other fast in another order than that in which they were made (Helix 25.01 does);
//! their versions tell. Guarantees: the text is what the changes make of it in the order of their versions, as long as one that is
//! late is late by few.

use crate::position::Lines;
use gen_lsp_types::TextDocumentContentChangeEvent as Event;
use std::collections::VecDeque;
use std::sync::Arc;

/// How late a change may come.
const KEPT: usize = 16;

/// The last changes of a buffer.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    key: String,
    kept: VecDeque<Change>,
}

#[derive(Debug)]
struct Change {
    version: i32,
    before: Arc<str>,
    events: Vec<Event>,
}

impl Changes {
    /// The text and the version of a buffer after a change.
    pub(crate) fn apply(
        &mut self,
        key: &str,
        now: Arc<str>,
        (version, events): (i32, Vec<Event>),
        lines: impl Fn(&str) -> Lines,
    ) -> (Arc<str>, i32) {
        if self.key != key {
            *self = Self { key: key.to_owned(), kept: VecDeque::new() };
        }
        let kept = &mut self.kept;
        // Those that were made later have come already: they are made again behind this one.
        let later = kept.split_off(kept.partition_point(|c| c.version <= version));
        let mut text = later.front().map_or(now, |c| c.before.clone());
        let again = later.into_iter().map(|c| (c.version, c.events));
        let mut last = version;
        for (version, events) in std::iter::once((version, events)).chain(again) {
            let after = events.iter().fold(text.to_string(), |text, e| changed(text, e, &lines));
            kept.push_back(Change { version, before: std::mem::replace(&mut text, after.into()), events });
            last = version;
        }
        while kept.len() > KEPT {
            kept.pop_front();
        }
        (text, last)
    }

    /// Forgets what was typed into a buffer: it is opened or closed.
    pub(crate) fn forget(&mut self, key: &str) {
        if self.key == key {
            self.kept.clear();
        }
    }
}

fn changed(mut text: String, event: &Event, lines: impl Fn(&str) -> Lines) -> String {
    match event {
        Event::TextDocumentContentChangePartial(c) => {
            let lines = lines(&text);
            let (from, to) = (lines.offset(&text, c.range.start), lines.offset(&text, c.range.end));
            text.replace_range(from as usize..to.max(from) as usize, &c.text);
            text
        }
        Event::TextDocumentContentChangeWholeDocument(c) => c.text.clone(),
    }
}
