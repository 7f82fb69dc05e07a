//! Reading cases from Markdown.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// First word of the info string: `pcr`, `json`, `output` …
    pub language: String,
    /// The other words.
    pub words: Vec<String>,
    /// Text.
    pub text: String,
    /// Line in the page, from 1.
    pub line: usize,
}

impl Block {
    /// The value of `key=value` among the words.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|w| w.strip_prefix(key)?.strip_prefix('='))
    }

    /// True if the word is there.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }

    /// True if it says what a program must give.
    #[must_use]
    pub fn is_expectation(&self) -> bool {
        matches!(self.language.as_str(), "output" | "diagnostics" | "ranges")
    }
}

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Headings from the page's title down.
    pub name: String,
    /// Text in front of its programs.
    pub prelude: String,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// Reads the cases of a page.
#[must_use]
pub fn read(page: &str, text: &str) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    let mut headings: Vec<(usize, String)> = Vec::new();
    let mut prelude = String::new();
    let mut blocks: Vec<Block> = Vec::new();
    let mut heading: Option<(usize, String)> = None;
    let mut block: Option<Block> = None;
    let flush = |headings: &[(usize, String)], prelude: &str, blocks: &mut Vec<Block>, out: &mut Vec<Case>| {
        let titles: Vec<&str> = headings.iter().map(|(_, t)| t.as_str()).collect();
        // What is expected of no program is a case too: it fails, instead of never being looked at.
        if blocks.iter().any(|b| b.language == "pcr" || b.is_expectation()) {
            out.push(Case {
                name: format!("{page} :: {}", titles.join(" / ")),
                prelude: prelude.to_string(),
                blocks: std::mem::take(blocks),
            });
        }
        blocks.clear();
    };
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                flush(&headings, &prelude, &mut blocks, &mut out);
                heading = Some((level as usize, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, title)) = heading.take() {
                    headings.retain(|(l, _)| *l < level);
                    headings.push((level, title));
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split_whitespace().map(str::to_string);
                let language = words.next().unwrap_or_default();
                let line = text[..range.start].lines().count() + 1;
                block = Some(Block { language, words: words.collect(), text: String::new(), line });
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(b) = block.take() {
                    if b.has("prelude") { prelude = b.text } else { blocks.push(b) }
                }
            }
            Event::Text(t) | Event::Code(t) => {
                if let Some(b) = &mut block {
                    b.text.push_str(&t);
                } else if let Some((_, title)) = &mut heading {
                    title.push_str(&t);
                }
            }
            _ => {}
        }
    }
    flush(&headings, &prelude, &mut blocks, &mut out);
    out
}
