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

/// The first words of [`DEEPER`] in both languages, and which bytes they begin with.
struct Spellings {
    words: Vec<&'static [u8]>,
    first: [bool; 256],
}

static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| {
    let rows = KEYWORDS.iter().filter(|k| DEEPER.contains(&k.rule));
    let first_words = rows.flat_map(|k| [k.english, k.chinese]).filter_map(|s| s.split(' ').next());
    let words: Vec<&[u8]> = first_words.map(str::as_bytes).collect();
    let mut first = [false; 256];
    words.iter().for_each(|word| first[usize::from(word[0])] = true);
    Spellings { words, first }
});

/// How deep the rules for `text` can lead, at most: brackets in each other, and words that need none.
fn depth(text: &str) -> usize {
    let deeper = &*SPELLINGS;
    let (mut open, mut deepest, mut words) = (0_usize, 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            // `（` and `）`, and everything else that begins like them.
            0xEF if text[at..].starts_with('（') => open += 1,
            0xEF if text[at..].starts_with('）') => open = open.saturating_sub(1),
            _ if deeper.first[usize::from(byte)] => {
                let rest = &text.as_bytes()[at..];
                words += usize::from(deeper.words.iter().any(|word| rest.starts_with(word)));
            }
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest + words
}
