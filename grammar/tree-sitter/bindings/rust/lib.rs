//! Footrule's tree-sitter grammar and its queries, for editors written in Rust and for the tests here.
//!
//! `footrule-syntax` is the compiler's parser; this one colours, folds and outlines, also what is broken, and checks
//! nothing. The tests hold its outline to the compiler's.
#![expect(unsafe_code, reason = "the parser is compiled from C")]

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_footrule() -> *const ();
}

/// The grammar.
// SAFETY: the function is the entry point of the generated parser, whose table is static.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_footrule) };

/// Colours.
pub const HIGHLIGHTS: &str = include_str!("../../queries/highlights.scm");
/// What can be folded.
pub const FOLDS: &str = include_str!("../../queries/folds.scm");
/// Indentation.
pub const INDENTS: &str = include_str!("../../queries/indents.scm");
/// Names that are known inside one statement only.
pub const LOCALS: &str = include_str!("../../queries/locals.scm");
/// Declarations.
pub const TAGS: &str = include_str!("../../queries/tags.scm");
/// Languages inside: Markdown in comments of documentation.
pub const INJECTIONS: &str = include_str!("../../queries/injections.scm");
