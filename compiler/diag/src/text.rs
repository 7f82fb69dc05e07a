//! Text in the two languages of the project.

use serde::{Deserialize, Serialize};

/// Which language a reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    #[default]
    En,
}

/// A text in Chinese and in English. Either may be empty, then the other is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Text {
    /// Chinese.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Text {
    /// Both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// A text that is the same in both languages (a name, a unit).
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { zh: text.clone(), en: text }
    }

    /// The text in `lang`, or in the other language if that one is missing.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh if !self.zh.is_empty() => &self.zh,
            Lang::En if !self.en.is_empty() => &self.en,
            Lang::Zh => &self.en,
            Lang::En => &self.zh,
        }
    }

    /// True if neither language has text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}

/// `text!("中文 {x}", "English {x}")`: a [`Text`] from two format strings with captured arguments.
#[macro_export]
macro_rules! text {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::Text::new(format!($zh), format!($en))
    };
}

/// Of more names than this none is suggested: a file of a thousand unknown names must not take an hour.
const MOST: usize = 3_000;

/// The candidate with the least edit distance, if it is near enough to be meant (a third of the letters, at least one)
/// and there are not very many.
pub fn nearest<S: AsRef<str>>(wanted: &str, candidates: impl IntoIterator<Item = S>) -> Option<S> {
    let candidates: Vec<S> = candidates.into_iter().take(MOST + 1).collect();
    if candidates.len() > MOST {
        return None;
    }
    let search = Search::new(wanted);
    let folded = candidates.into_iter().map(|c| (Folded::of(c.as_ref()), c));
    folded
        .filter_map(|(f, c)| Some((search.distance(&f)?, c)))
        .min_by(|(a, x), (b, y)| (a, x.as_ref()).cmp(&(b, y.as_ref())))
        .map(|(_, c)| c)
}

/// Names that are searched many times for the nearest one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary(Vec<(Folded, String)>);

impl FromIterator<String> for Vocabulary {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self(names.into_iter().map(|n| (Folded::of(&n), n)).collect())
    }
}

impl Vocabulary {
    /// [`nearest`] among these names and a few more.
    #[must_use]
    pub fn nearest<'a>(&'a self, wanted: &str, more: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let search = Search::new(wanted);
        let own = if self.0.len() > MOST { &[][..] } else { &self.0 };
        let own = own.iter().filter_map(|(f, n)| Some((search.distance(f)?, n.as_str())));
        let more = more.into_iter().filter_map(|n| Some((search.distance(&Folded::of(n))?, n)));
        own.chain(more).min().map(|(_, n)| n)
    }
}

/// A name as it is compared, and which letters it has: one bit for each, some share one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Folded(Vec<char>, u64);

impl Folded {
    fn of(text: &str) -> Self {
        let letters = fold(text);
        let bits = letters.iter().fold(0, |bits, c| bits | 1 << (u32::from(*c) % 64));
        Self(letters, bits)
    }
}

/// What is looked for, and how far away it may be.
struct Search {
    wanted: Folded,
    limit: usize,
}

impl Search {
    fn new(wanted: &str) -> Self {
        let wanted = Folded::of(wanted);
        let letters = wanted.0.len();
        Self { wanted, limit: (letters / 3).max(1).min(letters.max(2) - 1) }
    }

    /// The distance, if it is near enough. What differs in too many letters is not compared.
    fn distance(&self, to: &Folded) -> Option<usize> {
        let (Folded(a, own), Folded(b, other)) = (&self.wanted, to);
        let apart = a.len().abs_diff(b.len()).max((own ^ other).count_ones() as usize / 2);
        if b.is_empty() || apart > self.limit {
            return None;
        }
        // Names that have nothing in common are not near, however short they are.
        Some(distance(a, b)).filter(|d| *d <= self.limit && *d < a.len().max(b.len()))
    }
}

/// Letters that are compared: lower case, `-` and blanks as `_`; at most 64.
fn fold(text: &str) -> Vec<char> {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters.map(|c| if c == '-' || c == ' ' { '_' } else { c }).take(64).collect()
}

/// Edit distance with transpositions of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_is_meant_and_nothing_else() {
        let names = ["production", "net_anode", "power", "铝产量"];
        for (wanted, found) in [
            ("prodution", Some("production")),
            ("Net-Anode", Some("net_anode")),
            ("pwoer", Some("power")),
            ("铝产", Some("铝产量")),
            ("deliveries", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), found, "{wanted}");
        }
    }
}
