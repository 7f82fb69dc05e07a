//! The one way into the generated parser, with room on the stack for it.
//!
//! Guarantees: no text overflows the stack. pest would ask how much stack is left at every token that it tries, a tenth of
//! all compiling; here the text is asked once how deep it can lead.

use crate::keywords::KEYWORDS;
use crate::{FootruleParser, Rule};
use pest::Parser as _;
use pest::Position;
use pest::error::{Error, ErrorVariant};
use pest::iterators::Pairs;
use std::sync::LazyLock;

/// Words whose rules lead to themselves without a bracket: `if if a`, `list of list of kg`.
const DEEPER: [Rule; 7] = [
    Rule::kw_if,
    Rule::kw_given,
    Rule::kw_match,
    Rule::kw_list_of,
    Rule::kw_optional,
    Rule::kw_activity_of,
    Rule::kw_footprint_of,
];
/// More of these words, and brackets in each other, are no statement that anybody wrote.
const MAX_DEPTH: usize = 20_000;
/// Bytes of stack that a level takes at most. 1,600 and 10,000 were measured.
const LEVEL: usize = if cfg!(debug_assertions) { 16 << 10 } else { 3 << 10 };
/// Levels for what is not nested at all, and for the caller.
const FLAT: usize = 24;

/// Reads `text` with a rule.
///
/// # Errors
/// Where the text stops to fit the rule, and what would fit; a [`ErrorVariant::CustomError`] if it is nested too deeply.
pub fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    let depth = depth(text);
    if depth > MAX_DEPTH {
        let message = ErrorVariant::CustomError { message: "nested too deeply".to_owned() };
        return Err(Box::new(Error::new_from_pos(message, Position::from_start(text))));
    }
    let room = (FLAT + depth) * LEVEL;
    stacker::maybe_grow(room, room, || FootruleParser::parse(rule, text)).map_err(Box::new)
}

const OPENERS: [&[u8]; 4] = [b"(", b"[", b"{", "（".as_bytes()];
const CLOSERS: [&[u8]; 4] = [b")", b"]", b"}", "）".as_bytes()];

/// The first words of [`DEEPER`] in both languages, and which bytes these and brackets begin with.
struct Marks {
    words: Vec<&'static [u8]>,
    first: [bool; 256],
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let rows = KEYWORDS.iter().filter(|k| DEEPER.contains(&k.rule));
    let first_words = rows.flat_map(|k| [k.english, k.chinese]).filter_map(|s| s.split(' ').next());
    let words: Vec<&[u8]> = first_words.map(str::as_bytes).collect();
    let mut first = [false; 256];
    words.iter().chain(&OPENERS).chain(&CLOSERS).for_each(|mark| first[usize::from(mark[0])] = true);
    Marks { words, first }
});

/// How deep the rules for `text` can lead, at most: brackets in each other, and words that need none.
fn depth(text: &str) -> usize {
    let marks = &*MARKS;
    let (mut open, mut deepest, mut words) = (0_usize, 0, 0);
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        // Most bytes are none of interest, and most letters are inside a word.
        if marks.first[usize::from(byte)] && !(byte.is_ascii_lowercase() && before.is_ascii_alphanumeric()) {
            let rest = &text.as_bytes()[at..];
            let starts = |marks: &[&[u8]]| marks.iter().any(|mark| rest.starts_with(mark));
            if starts(&OPENERS) {
                open += 1;
                deepest = deepest.max(open);
            } else if starts(&CLOSERS) {
                open = open.saturating_sub(1);
            } else {
                words += usize::from(starts(&marks.words));
            }
        }
        before = byte;
    }
    deepest + words
}
