//! What the first words of a statement say: which statement it is and what it declares.
//!
//! Used for the identity of a chunk, for statements that cannot be read further, and for the two errors about heads
//! (unknown word, keyword and name run together). It looks at words only and never at the rest of the statement.

use crate::ast::Ident;
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_grammar::keywords::{self, KEYWORDS, Place, is_word_char};
use unicode_normalization::UnicodeNormalization;

/// The head of a statement; places are relative to the text that was looked at.
pub(crate) struct Head {
    /// Canonical keyword.
    pub(crate) keyword: Option<Ident>,
    /// The declared name.
    pub(crate) name: Option<Ident>,
    /// The first word, keyword or not; may be empty.
    pub(crate) word: Span,
    /// Offset behind the keyword.
    pub(crate) rest: usize,
}

/// Heads of the statements that say something of the rule as a whole.
pub const HEADERS: &[&str] = &[
    "cites",
    "sector",
    "version",
    "valid",
    "boundary",
    "gwp",
    "declared unit",
    "functional unit",
    "also unit",
    "round",
    "biogenic_co2",
    "credits apart",
];

/// Heads of other statements that declare no name.
const NAMELESS: &[&str] = &["use", "require", "test", "accept", "cutoff"];

/// NFC, the form of all names.
pub(crate) fn nfc(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

pub(crate) fn span(start: usize, end: usize) -> Span {
    // Files are limited to 4 MiB, so an offset always fits.
    Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// Length of a clause token `§8.2.3 b)` at the start of `text`, blanks behind `§` included; 0 if there is none.
pub(crate) fn clause_len(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('§') else {
        return 0;
    };
    let token = rest.trim_start_matches([' ', '\u{A0}']);
    let start = text.len() - token.len();
    if token.starts_with('"') {
        return string_len(token).map_or(text.len(), |n| start + n);
    }
    let len = token.find(char::is_whitespace).unwrap_or(token.len());
    let mut tail = token[len..].chars();
    if len > 0 && tail.next() == Some(' ') {
        let rest: Vec<char> = tail.take(3).collect();
        let letters = rest.iter().take(2).take_while(|c| c.is_ascii_alphanumeric()).count();
        if letters > 0 && rest.get(letters).is_some_and(|c| matches!(c, ')' | '）')) {
            return start + len + 1 + letters + rest[letters].len_utf8();
        }
    }
    start + len
}

/// Length of the quoted text at the start of `text`, quotes included; `None` if it does not end on its line.
pub(crate) fn string_len(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some(i + 1),
            '\n' => return None,
            '\\' => drop(chars.next().filter(|(_, c)| *c != '\n')?),
            _ => {}
        }
    }
    None
}

/// Reads the head of a statement.
pub(crate) fn head(text: &str) -> Head {
    let clause = clause_len(text);
    let start = skip_blank(text, clause);
    let word = word_at(text, start);
    let Some((keyword, len)) = keywords::head_at(&text[start..]) else {
        return Head { keyword: None, name: None, word: span(start, word), rest: word };
    };
    let end = start + len;
    let ident = Ident { text: keyword.english.to_owned(), span: span(start, end) };
    let at = skip_blank(text, end);
    // `unit °C` declares the symbol that the parser calls `degC`.
    let degree = ['°', '℃'].into_iter().find(|d| text[at..].starts_with(*d)).filter(|_| keyword.english == "unit");
    let stop = match degree {
        Some(d) => word_at(text, at + d.len_utf8()),
        None => word_at(text, at),
    };
    let named = ![HEADERS, NAMELESS].iter().any(|heads| heads.contains(&keyword.english))
        && stop > at
        // `warn net < 5`: a name only if a colon follows.
        && (keyword.english != "warn" || text[skip_blank(text, stop)..].starts_with([':', '：']));
    let name = named.then(|| {
        let written = nfc(&text[at..stop]).replace('°', "deg").replace('℃', "degC");
        Ident { text: written, span: span(at, stop) }
    });
    Head { keyword: Some(ident), name, word: span(start, word), rest: end }
}

fn skip_blank(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}

fn word_at(text: &str, from: usize) -> usize {
    text[from..].find(|c| !is_word_char(c)).map_or(text.len(), |n| from + n)
}

/// The error for a head that is no keyword; `None` if the first word is one.
pub(crate) fn head_error(text: &str) -> Option<Diagnostic<Span>> {
    let head = head(text);
    if head.keyword.is_some() {
        return None;
    }
    let word = &text[head.word.start as usize..head.word.end as usize];
    if word.is_empty() {
        return None;
    }
    if let Some((keyword, name)) = run_together(word) {
        let fixed = format!("{keyword} {name}");
        return Some(
            Diagnostic::new(
                Code::S010,
                text!(
                    "`{word}` 是一个词；关键词 `{keyword}` 与名称之间要有空格",
                    "`{word}` is one word; the keyword `{keyword}` needs a blank before the name"
                ),
            )
            .at(head.word, text!("写作 `{fixed}`", "write `{fixed}`"))
            .fix(head.word, fixed),
        );
    }
    let found =
        Diagnostic::new(Code::S009, text!("`{word}` 不是任何语句的开头", "`{word}` does not begin any statement"))
            .at(head.word, text!("语句以关键词开头", "a statement begins with a keyword"));
    let after = text[head.rest..].trim_start();
    if after.starts_with('=') && !after.starts_with("==") {
        return Some(found.help(text!("定义一个值写作 `令 {word} = …`", "to define a value, write `let {word} = …`")));
    }
    Some(match nearest(word) {
        Some(keyword) => {
            found.help(text!("是否要写 `{keyword}`", "perhaps `{keyword}` is meant")).fix(head.word, keyword)
        }
        None => found,
    })
}

fn run_together(word: &str) -> Option<(&'static str, &str)> {
    KEYWORDS
        .iter()
        .filter(|k| k.place.has(Place::HEAD))
        .filter_map(|k| word.strip_prefix(k.chinese).filter(|rest| !rest.is_empty()).map(|rest| (k.chinese, rest)))
        .max_by_key(|(keyword, _)| keyword.len())
}

fn nearest(word: &str) -> Option<&'static str> {
    let heads = KEYWORDS.iter().filter(|k| k.place.has(Place::HEAD));
    footrule_diag::nearest(word, heads.flat_map(|k| [k.english, k.chinese])).filter(|_| word.chars().count() > 1)
}
