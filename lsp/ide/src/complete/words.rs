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
