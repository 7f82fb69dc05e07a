//! `footrule explain-code`: the page of a code, in one language, from `docs/diagnostics`.

use super::Context;
use crate::args::ExplainCode;
use crate::exit::Exit;
use crate::output;
use footrule_diag::{Code, Lang, REGISTRY, info, nearest};

mod pages {
    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}

/// Prints the page of a code.
pub fn run(cx: &Context, args: &ExplainCode) -> Exit {
    let Some(code) = Code::parse(&args.code) else {
        let asked = args.code.to_ascii_uppercase();
        let asked = if asked.starts_with("FR-") { asked } else { format!("FR-{asked}") };
        let near = nearest(&asked, REGISTRY.iter().map(|i| i.code.as_str()));
        let mut text = format!("{} `{}`\n", cx.word("没有这个代码：", "no such code:"), args.code);
        if let Some(near) = near.and_then(Code::parse) {
            let title = cx.word(info(near).zh, info(near).en);
            text.push_str(&format!("  {} {near}  {title}\n", cx.word("相近的是", "near it:")));
        }
        output::note(&text);
        return Exit::Call;
    };
    let page = pages::PAGES.iter().find(|(name, _)| *name == code.as_str()).map(|(_, page)| *page);
    match page {
        Some(page) => output::print(&in_language(page, cx.lang)),
        None => output::line(&format!("{code}  {}", cx.word(info(code).zh, info(code).en))),
    }
    Exit::Fine
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

    #[test]
    fn every_code_has_a_page_in_both_languages() {
        for i in REGISTRY {
            let page = pages::PAGES.iter().find(|(name, _)| *name == i.code.as_str());
            let (_, page) = page.unwrap_or_else(|| panic!("no page for {}", i.code));
            let title = format!("# {} · {} · {}\n", i.code, i.zh, i.en);
            assert!(page.starts_with(&title), "title of {}", i.code);
            for section in ["\n## 中文\n", "\n## English\n", "\n## Example\n"] {
                assert!(page.contains(section), "{} lacks{section}", i.code);
            }
        }
        assert_eq!(pages::PAGES.len(), REGISTRY.len(), "a page for a code that does not exist");
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
