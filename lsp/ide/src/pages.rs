//! The page of a code, in one language, from `docs/diagnostics`.

use footrule_diag::{Code, Lang};

mod all {
    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}

/// The page of a code in Markdown: the section of one language, and the example.
#[must_use]
pub fn page(code: Code, lang: Lang) -> Option<String> {
    let (_, page) = all::PAGES.iter().find(|(name, _)| *name == code.as_str())?;
    Some(in_language(page, lang))
}

/// The page without the section of the other language. Headings of sections start with `## `.
fn in_language(page: &str, lang: Lang) -> String {
    let other = match lang {
        Lang::Zh => "English",
        Lang::En => "中文",
    };
    let mut keep = true;
    let mut fenced = false;
    let mut out = String::new();
    for line in page.lines() {
        fenced ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !fenced) {
            keep = heading.trim() != other;
        }
        if keep {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_diag::REGISTRY;

    #[test]
    fn every_code_has_a_page_in_both_languages() {
        for i in REGISTRY {
            let page = all::PAGES.iter().find(|(name, _)| *name == i.code.as_str());
            let (_, page) = page.unwrap_or_else(|| panic!("no page for {}", i.code));
            let title = format!("# {} · {} · {}\n", i.code, i.zh, i.en);
            assert!(page.starts_with(&title), "title of {}", i.code);
            for section in ["\n## 中文\n", "\n## English\n", "\n## Example\n"] {
                assert!(page.contains(section), "{} lacks{section}", i.code);
            }
        }
        assert_eq!(all::PAGES.len(), REGISTRY.len(), "a page for a code that does not exist");
    }

    #[test]
    fn one_language_and_the_example() {
        let page =
            "# FR-U002 · 甲 · b\n\n## 中文\n\n说明\n\n## English\n\ntext\n\n## Example\n\n```pcr\n## no heading\n```\n";
        assert!(!in_language(page, Lang::Zh).contains("text"));
        assert!(!in_language(page, Lang::En).contains("说明"));
        assert!(in_language(page, Lang::En).ends_with("```pcr\n## no heading\n```\n"));
    }
}
