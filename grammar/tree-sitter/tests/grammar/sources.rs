//! Every source of the repository: files, and fences of Markdown pages.

use footrule_syntax::format::{Keywords, Options, format};
use footrule_syntax::{parse_chunk, split};
use std::fs;
use std::path::Path;

/// A text with its name.
pub struct Source {
    pub name: String,
    pub text: String,
}

impl Source {
    /// The compiler reads it without a syntax error.
    pub fn is_accepted(&self) -> bool {
        let file = split(&self.text, false);
        file.errors.is_empty() && file.chunks.iter().all(|c| parse_chunk(c).errors.is_empty())
    }

    /// The same with all keywords in one language; `None` if there is a syntax error.
    pub fn with(&self, keywords: Keywords) -> Option<Self> {
        let text = format(&self.text, false, Options { keywords: Some(keywords) }).ok()?;
        Some(Self { name: format!("{} in {keywords:?}", self.name), text })
    }
}

/// All sources, in order of names.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut out = Vec::new();
    collect(&root, &root, &mut out);
    out.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(out.len() > 1500, "{} sources only", out.len());
    out
}

fn collect(folder: &Path, root: &Path, out: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // What programs put there is no source of ours.
            if !name.starts_with('.') && name != "node_modules" && name != "target" {
                collect(&path, root, out);
            }
            continue;
        }
        let name = path.strip_prefix(root).expect("below the root").display().to_string();
        if name.ends_with(".pcr") {
            out.push(Source { name, text: fs::read_to_string(&path).expect("a source is text") });
        } else if name.ends_with(".md")
            && let Ok(text) = fs::read_to_string(&path)
        {
            for (at, _) in split(&text, true).fences {
                let (start, end) = (at.start as usize, at.end as usize);
                let line = text[..start].lines().count();
                // What a case calls a file need not be source.
                let info = text[..start].lines().next_back().unwrap_or("");
                if !info.contains(".csv") {
                    out.push(Source { name: format!("{name}:{line}"), text: text[start..end].to_owned() });
                }
            }
        }
    }
}
