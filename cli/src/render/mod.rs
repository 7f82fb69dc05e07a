//! Values as text. Nothing here decides anything.

mod allocation;
pub mod coverage;
pub mod github;
pub mod json;
pub mod outcome;
pub mod paint;
pub mod ranges;
pub mod sarif;
pub mod sheet;
pub mod table;
pub mod terminal;
pub mod tree;

use footrule_diag::Lang;

/// The text of a file by its key.
pub type Source<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The word of a language.
pub fn word<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// `1 file`, `2 files`
pub fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Compares with `cli/tests/snapshots/NAME.txt`; `UPDATE_SNAPSHOTS=1` writes it anew.
#[cfg(test)]
#[track_caller]
fn snapshot(name: &str, found: &str) {
    let path = format!("{}/tests/snapshots/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, found).expect("the snapshot is written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "\n{name}:\n{found}");
}
