//! Words: under which one is found, and in which language a file writes its keywords.

use footrule_compiler::Session;
use footrule_compiler::db::{SourceFile, chunk, items};
use footrule_diag::{Lang, Text};
use footrule_grammar::keywords::{Keyword, Place, chinese, head_at};
use pinyin::ToPinyin;

/// Statements of a file that are asked for the language of its keywords.
const ASKED: usize = 40;

/// Words under which a name is found: itself, its labels, and the pinyin of what is Chinese, in full and by initials.
pub(super) fn filter(name: &str, labels: &Text) -> String {
    let mut words = vec![name.to_owned()];
    for text in [name, &labels.zh] {
        let read: Vec<&str> = text.chars().filter_map(|c| c.to_pinyin()).map(|p| p.plain()).collect();
        if !read.is_empty() {
            words.push(read.concat());
            words.push(read.iter().filter_map(|p| p.chars().next()).collect());
        }
    }
    words.extend([labels.zh.clone(), labels.en.clone()].into_iter().filter(|t| !t.is_empty()));
    words.dedup();
    words.join(" ")
}

/// The language of a file's keywords: that of most of its first statements, else the user's.
pub(crate) fn language(session: &Session, file: SourceFile, user: Lang) -> Lang {
    let db = session.db();
    let (mut zh, mut en) = (0, 0);
    for item in items(db, file).iter().take(ASKED) {
        let Some(chunk) = chunk(db, file, item.key.clone()) else { continue };
        let text = behind_clause(&chunk.text);
        match head_at(text) {
            Some((word, _)) if text.starts_with(word.chinese) => zh += 1,
            Some(_) => en += 1,
            None => {}
        }
    }
    match zh.cmp(&en) {
        std::cmp::Ordering::Greater => Lang::Zh,
        std::cmp::Ordering::Less => Lang::En,
        std::cmp::Ordering::Equal => user,
    }
}

/// A statement's text behind its clause.
fn behind_clause(text: &str) -> &str {
    match text.strip_prefix('§') {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest.trim_start()),
        None => text,
    }
}

/// A keyword in a language, wherever it stands.
pub(crate) fn word(english: &'static str, lang: Lang) -> &'static str {
    if lang == Lang::En {
        return english;
    }
    let places = [Place::HEAD, Place::INSIDE, Place::NAME, Place::OPTION];
    places.iter().map(|p| chinese(english, *p)).find(|w| *w != english).unwrap_or(english)
}

/// A keyword in a language, and in the other one.
pub(super) fn spelled(k: &Keyword, lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::Zh => (k.chinese, k.english),
        Lang::En => (k.english, k.chinese),
    }
}

/// A type as it is shown, its words in a language.
pub(crate) fn in_words(shown: &str, lang: Lang) -> String {
    const BEFORE: [&str; 4] = ["list of", "optional", "activity of", "footprint of"];
    const ALONE: [&str; 6] = ["number", "integer", "bool", "text", "date", "period"];
    if lang == Lang::En {
        return shown.to_owned();
    }
    if let Some((one, each)) = shown.split_once(" for each ") {
        return format!("{} {} {each}", in_words(one, lang), word("for each", lang));
    }
    let before = BEFORE.iter().find_map(|w| Some((*w, shown.strip_prefix(*w)?.strip_prefix(' ')?)));
    match before {
        Some((w, rest)) => format!("{} {}", word(w, lang), in_words(rest, lang)),
        None => ALONE.iter().find(|w| **w == shown).map_or(shown, |w| word(w, lang)).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_words() {
        for (shown, zh) in [
            ("number", "数"),
            ("list of optional date", "列表 可选 日期"),
            ("activity of t{coal}", "活动 t{coal}"),
            ("number for each Kiln", "数 每个 Kiln"),
            ("kg{CO2e}/t", "kg{CO2e}/t"),
        ] {
            assert_eq!((in_words(shown, Lang::Zh).as_str(), in_words(shown, Lang::En).as_str()), (zh, shown));
        }
    }
}
