//! What a word is to an editor that sees text only, and patterns for words.
//!
//! Guarantees: every spelling comes from the keyword table, and which words are no units from the grammar.

use footrule_grammar::Rule;
use footrule_grammar::keywords::{KEYWORDS, Keyword, Place, is_reserved};

/// How a word is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Begins a statement.
    Head,
    /// Chooses or repeats.
    Control,
    /// Stands between values.
    Operator,
    /// A value.
    Constant,
    /// Any other word of a statement.
    Clause,
    /// A built-in type.
    Type,
    /// A built-in function or result.
    Function,
    /// One of a fixed set at one place.
    Option,
}

impl Class {
    /// True if the row has this class; a row may have several.
    pub fn has(self, keyword: &Keyword) -> bool {
        let inside = keyword.place.has(Place::INSIDE);
        let function = keyword.place.has(Place::NAME);
        match self {
            Self::Head => keyword.place.has(Place::HEAD),
            Self::Option => keyword.place.has(Place::OPTION),
            Self::Type => function && is_type(keyword.english),
            Self::Function => function && !is_type(keyword.english),
            Self::Control | Self::Operator | Self::Constant | Self::Clause => inside && self == of_rule(keyword.rule),
        }
    }

    /// Both spellings of every row of this class.
    pub fn spellings(self) -> Vec<&'static str> {
        KEYWORDS.iter().filter(|k| self.has(k)).flat_map(|k| [k.english, k.chinese]).collect()
    }
}

fn is_type(english: &str) -> bool {
    matches!(english, "number" | "integer" | "bool" | "text" | "date")
}

fn of_rule(rule: Rule) -> Class {
    match rule {
        Rule::kw_if | Rule::kw_then | Rule::kw_else | Rule::kw_match | Rule::kw_when | Rule::kw_otherwise => {
            Class::Control
        }
        Rule::kw_for | Rule::kw_for_each | Rule::kw_first_of | Rule::kw_one_of => Class::Control,
        Rule::kw_and | Rule::kw_or | Rule::kw_or_else | Rule::kw_not | Rule::kw_in | Rule::kw_within => Class::Operator,
        Rule::kw_as | Rule::kw_at | Rule::kw_given => Class::Operator,
        Rule::kw_true | Rule::kw_false => Class::Constant,
        _ => Class::Clause,
    }
}

/// Both spellings of the rows of these tokens.
pub fn spellings_of(rules: &[Rule]) -> Vec<&'static str> {
    KEYWORDS.iter().filter(|k| rules.contains(&k.rule)).flat_map(|k| [k.english, k.chinese]).collect()
}

/// Single words that may follow a number and are no units.
pub fn not_units() -> Vec<&'static str> {
    let first = |spelling: &'static str| spelling.split(' ').next().unwrap_or(spelling);
    let no_unit = |word: &&str| {
        is_reserved(word)
            || footrule_grammar::parse(Rule::not_unit, word)
                .ok()
                .and_then(|mut pairs| pairs.next())
                .is_some_and(|p| p.as_str() == *word)
    };
    let mut words: Vec<_> = KEYWORDS.iter().flat_map(|k| [first(k.english), k.chinese]).filter(no_unit).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Alternatives for a regular expression, the longest first, with `blank` between the words of one spelling.
pub fn alternatives(mut words: Vec<&str>, blank: &str) -> String {
    words.sort_unstable_by(|a, b| b.chars().count().cmp(&a.chars().count()).then(a.cmp(b)));
    words.dedup();
    words.iter().map(|w| w.replace(' ', blank)).collect::<Vec<_>>().join("|")
}
