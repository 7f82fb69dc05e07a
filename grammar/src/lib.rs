//! Footrule's concrete syntax: the pest grammar and the bilingual keyword table.
//!
//! The grammar reads one chunk in layout form; `footrule-syntax` makes chunks and turns pairs into trees. This
//! crate knows no trees, no diagnostics and no files, so that editors and the formatter can use it alone.

// What pest generates without its `std` asks for it.
extern crate alloc;

pub mod keywords;
mod parse;

#[expect(missing_docs, reason = "one variant per rule; the grammar documents them")]
mod parser {
    /// The generated parser.
    #[derive(pest_derive::Parser)]
    #[grammar = "../footrule.pest"]
    pub(crate) struct FootruleParser;
}

pub use parse::parse;
use parser::FootruleParser;
pub use parser::Rule;

/// The separator of block entries in a layout copy; never in a source text.
pub const END: char = '\u{1E}';
