//! What an editor asks of Footrule sources: plain data in, plain data out.
//!
//! A place is the key of a file and byte offsets in it; an answer is made of strings, places and small enumerations.
//! Guarantees: every answer is about the text that the session holds, also where it is broken; nothing panics. Must not: know
//! of the protocol, of positions in lines, or of files on disk.
//!
//! # Layout
//!
//! `at` (which statement and which name stand at an offset) · `tree` (expressions of a statement) · `prose` (outside the fences of
//! a literate file) · `factor` (sourced values) · `formula` (formulas as people read them) · `navigate` (definition, references,
//! highlights) · `implement` · `calls` (the tree of contributions) · `excepted` · `rename` · `linked` · `files` (renamed files) · `layout`
//! (formatting of parts) · `hover` · `signature` · `inlay` · `symbols` · `complete` · `actions` · `evaluate` (results, tests,
//! values) · `reach` (coverage) · `lenses` · `tokens` (roles of words) · `fold` · `select` · `links` · `pages` (what a code means).

mod actions;
mod at;
mod calls;
mod complete;
mod evaluate;
mod excepted;
mod factor;
mod files;
mod fold;
mod formula;
mod hover;
mod implement;
mod inlay;
mod layout;
mod lenses;
mod linked;
mod links;
mod navigate;
mod pages;
mod prose;
mod reach;
mod rename;
mod select;
mod signature;
mod symbols;
mod tokens;
mod tree;

pub use actions::{Action, ActionKind, actions, offers_tests, test_from};
pub use calls::{Call, call_node, incoming, outgoing};
pub use complete::{Completion, CompletionKind, complete};
pub use evaluate::{Data, Evaluation, NotEvaluated, TestCase, TestRun, evaluation, in_nearest_test, test, tests};
pub use files::{Move, move_files, moved_dependency};
pub use fold::folds;
pub use hover::{Called, Hover, hover};
pub use implement::implementations;
pub use inlay::{Inlay, InlayKind, inlays};
pub use layout::{Change, format_range, format_typed};
pub use lenses::{Lens, LensKind, lenses};
pub use linked::linked;
pub use links::links;
pub use navigate::{Reference, definition, highlights, references, type_definition};
pub use pages::page;
pub use reach::{ClauseReach, Reach, reach};
pub use rename::{Edit, NotRenamed, prepare_rename, rename};
pub use select::selections;
pub use signature::{Signature, signature};
pub use symbols::{Symbol, SymbolKind, document_symbols, workspace_symbols};
pub use tokens::{Role, Token, tokens};
