//! Language and colour: what the caller says, else what the environment says.

use crate::args::ColorChoice;
use footrule_diag::Lang;
use std::env;
use std::io::IsTerminal as _;

/// The language of the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set.
pub fn language() -> Lang {
    let set = |name| env::var(name).ok().filter(|v| !v.is_empty());
    language_of(["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).as_deref())
}

fn language_of(locale: Option<&str>) -> Lang {
    match locale {
        Some(l) if l.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

/// Where colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colors {
    /// On stdout.
    pub stdout: bool,
    /// On stderr.
    pub stderr: bool,
}

impl Colors {
    /// Decides: `always` and `never` hold; `auto` is a terminal without `NO_COLOR`.
    pub fn of(choice: ColorChoice) -> Self {
        let plain = env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|v| v == "dumb");
        let on = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !plain && !dumb,
        };
        Self { stdout: on(std::io::stdout().is_terminal()), stderr: on(std::io::stderr().is_terminal()) }
    }
}

/// How wide the terminal is, as far as the environment says.
pub fn width() -> usize {
    env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(100).clamp(40, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_locales() {
        for (locale, lang) in [
            (Some("zh_CN.UTF-8"), Lang::Zh),
            (Some("zh-Hans"), Lang::Zh),
            (Some("C"), Lang::En),
            (Some("en_GB.UTF-8"), Lang::En),
            (None, Lang::En),
        ] {
            assert_eq!(language_of(locale), lang, "{locale:?}");
        }
    }
}
