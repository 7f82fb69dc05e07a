//! Footrule's concrete syntax: the pest grammar and the bilingual keyword table.
//!
//! The grammar reads one chunk in layout form; `footrule-syntax` makes chunks and turns pairs into trees. This
//! crate knows no trees, no diagnostics and no files, so that editors and the formatter can use it alone.

pub mod keywords;

#[expect(missing_docs, reason = "one variant per rule; the grammar documents them")]
mod parser {
    /// The generated parser.
    #[derive(pest_derive::Parser)]
    #[grammar = "../footrule.pest"]
    pub struct FootruleParser;
}

pub use parser::{FootruleParser, Rule};

/// The separator of block entries in a layout copy; never in a source text.
pub const END: char = '\u{1E}';
