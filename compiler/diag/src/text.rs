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

/// The candidate with the least edit distance, if it is near enough to be meant (a third of the letters, at least one).
pub fn nearest<S: AsRef<str>>(wanted: &str, candidates: impl IntoIterator<Item = S>) -> Option<S> {
    let wanted = fold(wanted);
    let limit = (wanted.len() / 3).max(1);
    let mut best: Option<(usize, S)> = None;
    for c in candidates {
        if c.as_ref().is_empty() {
            continue;
        }
        let d = distance(&wanted, &fold(c.as_ref()));
        let nearer = best.as_ref().is_none_or(|(b, name)| (d, c.as_ref()) < (*b, name.as_ref()));
        if d <= limit && d < wanted.len().max(2) && nearer {
            best = Some((d, c));
        }
    }
    best.map(|(_, c)| c)
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
