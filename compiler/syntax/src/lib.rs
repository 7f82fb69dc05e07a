//! Footrule's syntax: text to chunks, chunks to trees.
//!
//! `split` cuts a file into chunks by columns and brackets alone, so that damage stays in its chunk. `parse_chunk`
//! turns one chunk into a tree and a list of errors; it never fails and never panics. Every place is relative to
//! its chunk. This crate knows one chunk at a time: no names are resolved, no types are known, nothing is read.

#[expect(missing_docs, reason = "the doc line of a variant of `Stmt` or `Header` shows its parts")]
pub mod ast;
pub mod format;
mod head;
mod key;
mod lexical;
mod parse;
mod split;

pub use head::HEADERS;
pub use key::{ChunkKey, Key};
pub use parse::{Parsed, parse_chunk};
pub use split::{Chunk, MAX_DEPTH, MAX_FILE, Split, inner_chunks, split};
