//! What the splitter and the formatter promise of any text: shared by the fuzz targets and the smoke runs.

use footrule_syntax::format::{Options, format};
use footrule_syntax::{Chunk, parse_chunk, split};

/// The splitter's promises: chunks are cut from the text, in order, with layout copies of the same length; what lies
/// between them in a plain file is blank, comment or `;`; every finding of splitter and parser points into its text.
///
/// # Errors
/// The promise that is broken.
pub fn splits(text: &str, literate: bool) -> Result<(), String> {
    let file = split(text, literate);
    let refused = file.errors.iter().any(|e| e.code.as_str() == "FR-S014");
    for e in &file.errors {
        let labels = e.primary.iter().chain(&e.secondary).map(|l| l.at).chain(e.fix.iter().map(|f| f.at));
        for at in labels {
            text.get(at.start as usize..at.end as usize).ok_or_else(|| format!("{} points outside: {at:?}", e.code))?;
        }
    }
    let mut at = 0;
    for chunk in &file.chunks {
        let start = chunk.start as usize;
        let between = text.get(at..start).ok_or_else(|| format!("the chunk at {start} begins before {at}"))?;
        at = start + chunk.text.len();
        if text.get(start..at) != Some(&chunk.text) {
            return Err(format!("the chunk at {start} is not cut from the text"));
        }
        if chunk.layout.len() != chunk.text.len() {
            return Err(format!("the layout of the chunk at {start} has another length"));
        }
        if !literate && !is_gap(between) {
            return Err(format!("lost before the chunk at {start}: {between:?}"));
        }
        parses(chunk)?;
    }
    let rest = &text[at..];
    if literate || refused || is_gap(rest) { Ok(()) } else { Err(format!("lost at the end: {rest:?}")) }
}

fn parses(chunk: &Chunk) -> Result<(), String> {
    for e in parse_chunk(chunk).errors {
        let labels = e.primary.iter().chain(&e.secondary).map(|l| l.at).chain(e.fix.iter().map(|f| f.at));
        for at in labels {
            if chunk.text.get(at.start as usize..at.end as usize).is_none() {
                return Err(format!("{} points outside its statement: {at:?} of {:?}", e.code, chunk.text));
            }
        }
    }
    Ok(())
}

/// True for what may stand between statements.
fn is_gap(text: &str) -> bool {
    text.lines().all(|line| {
        let rest = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ';' | '\u{FEFF}'));
        rest.is_empty() || rest.starts_with("//")
    })
}

/// The formatter's promises: what it accepts it yields once and for all, with the same statements, every comment, and
/// the prose of a literate file to the byte. True if it accepts the text.
///
/// # Errors
/// The promise that is broken.
pub fn formats(text: &str, literate: bool) -> Result<bool, String> {
    let as_is = Options { keywords: None };
    let Ok(once) = format(text, literate, as_is) else { return Ok(false) };
    let twice = format(&once, literate, as_is).map_err(|e| format!("what was formatted is refused: {e:?}\n{once}"))?;
    if once != twice {
        return Err(format!("not idempotent:\n{text}\n--- once\n{once}\n--- twice\n{twice}"));
    }
    let statements = |t: &str| split(t, literate).chunks.len();
    if statements(text) != statements(&once) {
        return Err(format!("statements come or go:\n{text}\n---\n{once}"));
    }
    let (before, after) = (comments(text, literate), comments(&once, literate));
    if before != after {
        return Err(format!("comments {before:?} become {after:?}:\n{text}\n---\n{once}"));
    }
    if literate && prose(text) != prose(&once) {
        return Err(format!("prose changes:\n{text}\n---\n{once}"));
    }
    Ok(true)
}

/// The comments of the source, sorted. In a text without errors every quote is closed on its line.
fn comments(text: &str, literate: bool) -> Vec<String> {
    let mut out = Vec::new();
    let source = |part: &str, out: &mut Vec<String>| {
        for line in part.lines() {
            let mut quoted = false;
            let mut rest = line;
            while let Some(at) = rest.find(['"', '/', '\\']) {
                let here = &rest[at..];
                let mut next = 1;
                if here.starts_with('"') {
                    quoted = !quoted;
                } else if quoted && here.starts_with('\\') {
                    next += here[1..].chars().next().map_or(0, char::len_utf8);
                } else if !quoted && here.starts_with("//") {
                    out.push(here.trim_end().to_owned());
                    break;
                }
                rest = &here[next..];
            }
        }
    };
    if literate {
        let fences = split(text, true).fences;
        fences.iter().for_each(|(at, _)| source(&text[at.start as usize..at.end as usize], &mut out));
    } else {
        source(text, &mut out);
    }
    out.sort();
    out
}

/// What stands outside the fences.
fn prose(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut at = 0;
    for (fence, _) in split(text, true).fences {
        out.push(text[at..fence.start as usize].to_owned());
        at = fence.end as usize;
    }
    out.push(text[at..].to_owned());
    out
}
