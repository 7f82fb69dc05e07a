//! The file that a part of frames becomes: it grows under a further temporary name, `out.parquet.new`, in a thread of its own.
//!
//! Guarantees: the file holds the frames of the part in their order, and has its directory, or [`Assembly::finish`] says
//! why not; what is not finished is removed. Must not: give the file its final name, that is the part's.

use super::{Table, next_frame};
use crate::format::Format;
use arrow_schema::SchemaRef;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Frames that may wait.
const WAITING: usize = 16;

enum Next {
    Frame(Vec<u8>),
    End,
}

/// A file in the making.
pub(super) struct Assembly {
    /// The other end; gone when all is said.
    to: Option<SyncSender<Next>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Assembly {
    /// Begins with the frames that stand in the first bytes of a part.
    pub(super) fn begin(
        format: Format,
        schema: SchemaRef,
        new: String,
        (part, kept): (String, u64),
    ) -> io::Result<Self> {
        let (to, frames) = sync_channel(WAITING);
        let work = move || {
            let made = make(format, &schema, &new, (&part, kept), &frames);
            if !matches!(made, Ok(true)) {
                // It is overwritten by the next run if it cannot be removed.
                let _ = fs::remove_file(&new);
            }
            made.map(|_| ())
        };
        Ok(Self { to: Some(to), thread: Some(Builder::new().spawn(work)?) })
    }

    /// Adds a frame; whether that goes well is said by [`Assembly::finish`].
    pub(super) fn frame(&self, frame: Vec<u8>) {
        if let Some(to) = &self.to {
            let _ = to.send(Next::Frame(frame));
        }
    }

    /// Ends the file, and brings it to the disk.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let Some(to) = self.to.take() {
            let _ = to.send(Next::End);
        }
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        let lost = |_| Err(io::Error::other("the thread that writes it has panicked"));
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(lost))
    }
}

impl Drop for Assembly {
    fn drop(&mut self) {
        self.to = None;
        let _ = self.join();
    }
}

/// Writes frames until the end; false if the end does not come.
fn make(
    format: Format,
    schema: &SchemaRef,
    new: &str,
    (part, kept): (&str, u64),
    frames: &Receiver<Next>,
) -> io::Result<bool> {
    let mut table = Table::new(format, schema, BufWriter::new(File::create(new)?), true)?;
    if kept > 0 {
        let mut before = BufReader::with_capacity(1 << 20, File::open(part)?.take(kept));
        while let Some(frame) = next_frame(&mut before)? {
            table.frame(&frame)?;
        }
    }
    loop {
        match frames.recv() {
            Ok(Next::Frame(frame)) => table.frame(&frame)?,
            Ok(Next::End) => break,
            Err(_) => return Ok(false),
        }
    }
    table.finish()?;
    File::open(new)?.sync_all()?;
    Ok(true)
}
