//! The formatter: idempotent, loses nothing, keywords go there and back. Every source of the repository is a case.

use footrule_syntax::format::{Keywords, Options, format, format_sound};
use footrule_syntax::{parse_chunk, split};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const AS_IS: Options = Options { keywords: None };
const CHINESE: Options = Options { keywords: Some(Keywords::Chinese) };
const ENGLISH: Options = Options { keywords: Some(Keywords::English) };

/// A text with its name; literate or plain.
struct Source {
    name: String,
    text: String,
    literate: bool,
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// Every `*.pcr` and every page of `tests/spec` and `docs`, as a literate file or fence by fence.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = Vec::new();
    for folder in ["stdlib-rules", "compiler/syntax/tests/data", "tests/spec", "docs"] {
        files(&root.join(folder), &mut paths);
    }
    let mut out = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let name = path.strip_prefix(&root).expect("below the root").display().to_string();
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if name.ends_with(".md") {
            // A page with a fence that must not be read is refused as a whole.
            if format(&text, true, AS_IS).is_ok() {
                out.push(Source { name, text, literate: true });
                continue;
            }
            for (i, fence) in text.split("\n```pcr").skip(1).enumerate() {
                let body = fence.split_once('\n').map_or("", |(_, b)| b);
                let body = body.split("\n```").next().unwrap_or("").trim_start_matches("```");
                out.push(Source { name: format!("{name} fence {i}"), text: format!("{body}\n"), literate: false });
            }
        } else if name.ends_with(".pcr") {
            out.push(Source { name, text, literate: false });
        }
    }
    out.retain(|s: &Source| seen.insert((s.text.clone(), s.literate)));
    out
}

/// The statements of a text, without places.
fn tree(text: &str, literate: bool) -> Vec<String> {
    let items = split(text, literate).chunks.iter().flat_map(|c| parse_chunk(c).items).collect::<Vec<_>>();
    items.iter().map(|item| bare(&format!("{item:?}"))).collect()
}

/// A tree as text, without its places.
fn bare(tree: &str) -> String {
    let mut out = String::new();
    let mut pieces = tree.split("Span { start: ");
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    out
}

#[track_caller]
fn same(name: &str, what: &str, a: &str, b: &str) {
    if a != b {
        let at = a.lines().zip(b.lines()).position(|(x, y)| x != y).unwrap_or(0);
        let line = |t: &str| t.lines().nth(at).unwrap_or("").to_owned();
        panic!("{name}: {what}, line {}:\n{}\n{}", at + 1, line(a), line(b));
    }
}

/// All promises for one text; false if it is refused.
fn holds(source: &Source) -> bool {
    let Source { name, text, literate } = source;
    let fmt = |text: &str, options| {
        format(text, *literate, options)
            .unwrap_or_else(|e| panic!("{name}: what was formatted is refused: {e:?}\n{text}"))
    };
    let Ok(once) = format(text, *literate, AS_IS) else {
        return false;
    };
    same(name, "fmt is not idempotent", &once, &fmt(&once, AS_IS));
    let before = tree(text, *literate);
    let (zh, en) = (fmt(&once, CHINESE), fmt(&once, ENGLISH));
    for (what, made) in [("fmt", &once), ("zh", &zh), ("en", &en)] {
        let after = tree(made, *literate);
        assert_eq!(before.len(), after.len(), "{name}: {what}: statements");
        for (a, b) in before.iter().zip(&after) {
            same(name, &format!("the tree changes under {what}"), a, b);
        }
    }
    // With idempotence these say that rewriting formats, and that there and back is the identity.
    same(name, "zh → en → zh", &zh, &fmt(&en, CHINESE));
    same(name, "en → zh → en", &en, &fmt(&zh, ENGLISH));
    same(name, "fmt of zh", &zh, &fmt(&zh, AS_IS));
    true
}

#[test]
fn every_source_of_the_repository() {
    let sources = sources();
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut good, mut fences) = (0, 0);
        while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
            if holds(source) {
                good += 1;
                fences += source.text.matches("\n```pcr").count();
            }
        }
        (good, fences)
    };
    let (good, fences) = thread::scope(|s| {
        let threads: Vec<_> =
            (0..thread::available_parallelism().map_or(1, usize::from)).map(|_| s.spawn(work)).collect();
        let counts = threads.into_iter().map(|t| t.join().expect("no panic"));
        counts.fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
    });
    let refused = sources.len() - good;
    println!("{good} formatted, with {fences} fences in pages; {refused} with syntax errors");
    assert!(good > 250 && refused < good / 2, "{good} formatted, {refused} refused");
}

#[test]
fn english_sources_come_back_as_they_were() {
    for source in sources().iter().filter(|s| s.name.starts_with("stdlib-rules") && s.name.ends_with(".pcr")) {
        let once = format(&source.text, false, AS_IS).expect("no errors");
        let zh = format(&once, false, CHINESE).expect("no errors");
        let back = format(&zh, false, ENGLISH).expect("no errors");
        same(&source.name, "English → Chinese → English", &once, &back);
    }
}

/// Pairs of `--- in`, `--- out` in the data file.
#[test]
fn samples() {
    let data = include_str!("data/format.txt");
    let mut count = 0;
    for case in data.split("=== ").skip(1) {
        let (title, rest) = case.split_once('\n').expect("a title");
        let (given, wanted) = rest.split_once("\n---\n").expect("two halves");
        let given = given.replace('␍', "\r").replace('→', "\t");
        let options = match title.rsplit_once(" @") {
            Some((_, "zh")) => CHINESE,
            Some((_, "en")) => ENGLISH,
            _ => AS_IS,
        };
        let literate = title.contains("literate");
        let made = format(&given, literate, options).unwrap_or_else(|e| panic!("{title}: {e:?}"));
        assert_eq!(made.trim_end(), wanted.trim_end(), "{title}");
        assert!(holds(&Source { name: title.to_owned(), text: given, literate }), "{title}");
        count += 1;
    }
    assert!(count >= 18, "{count} samples");
}

#[test]
fn a_broken_file_is_refused_with_its_places() {
    let text = "flow a\n\nlet x = (1 +\nflow b\n";
    let errors = format(text, false, AS_IS).expect_err("broken");
    assert!(!errors.is_empty());
    for error in &errors {
        let at = error.primary.as_ref().expect("a place").at;
        assert!(text[at.start as usize..].starts_with('(') || at.start as usize >= 8, "{error:?}");
    }
}

#[test]
fn what_can_be_read_of_a_broken_file_is_formatted() {
    let text = "flow   a\n\n\n\nlet x = (1   +\n\n\n\nflow   b   // why\n";
    assert_eq!(format_sound(text, false, AS_IS), "flow a\n\n\n\nlet x = (1   +\n\n\n\nflow b  // why\n");
    // What shares a line with it is kept, with all its lines.
    let text = "flow   a\nenum   E {\n  b };let x = (1   +\nflow   c\n";
    assert_eq!(format_sound(text, false, AS_IS), "flow a\nenum   E {\n  b };let x = (1   +\nflow c\n");
    let text = "A  b\r\n```pcr\r\nflow   a\r\nlet  =\r\nflow   b\r\n```\r\n";
    let wanted = text.replace("flow   ", "flow ");
    assert_eq!(format_sound(text, true, AS_IS), wanted);
}

/// Of a file without errors there is one style only.
#[test]
fn a_sound_file_is_formatted_as_ever() {
    for source in sources() {
        if let Ok(whole) = format(&source.text, source.literate, AS_IS) {
            same(&source.name, "sound parts", &whole, &format_sound(&source.text, source.literate, AS_IS));
        }
    }
}

#[test]
fn prose_is_kept_byte_for_byte() {
    let text = "# 8  Title \r\n\ttabs  \r\n\r\n\r\n~~~pcr\r\nflow  a\r\n~~~\r\n```text\nflow  b\n```\nend  ";
    assert_eq!(format(text, true, AS_IS).expect("fine"), text.replace("flow  a", "flow a"));
    let text = "* item\n\n  ```pcr x=1\n  flow   c\n    en \"c\"\n  ```\nend  \n";
    let wanted = text.replace("flow   c", "flow c").replace("    en", "      en");
    assert_eq!(format(text, true, AS_IS).expect("fine"), wanted);
}
