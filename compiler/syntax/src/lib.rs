//! Footrule's syntax: text to chunks, chunks to trees. Parsing never fails: a tree and a list of errors.

pub mod ast;
