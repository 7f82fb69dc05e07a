//! What stands outside the fences of a literate file.

use footrule_compiler::Session;
use footrule_compiler::db::{SourceFile, split};
use footrule_diag::Span;

/// Most characters of a clause that are shown.
const MOST: usize = 1_200;

/// A line outside the fences.
pub(crate) struct Line<'t> {
    /// Where it begins.
    pub start: usize,
    /// Its text, without its end.
    pub text: &'t str,
}

/// The lines outside of code, of ours and of others. None in a file that is no literate one.
pub(crate) fn lines(session: &Session, file: SourceFile) -> Vec<Line<'_>> {
    let db = session.db();
    if !file.key(db).ends_with(".md") {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut start = 0;
    for line in file.text(db).split_inclusive('\n') {
        let at = start;
        start += line.len();
        let body = line.trim();
        let mark = body.chars().next().filter(|c| matches!(c, '`' | '~'));
        let length = mark.map_or(0, |m| body.chars().take_while(|c| *c == m).count());
        match (&fence, mark) {
            (Some((open, least)), Some(m)) if m == *open && length >= *least && body.len() == length => fence = None,
            (Some(_), _) => {}
            (None, Some(m)) if length >= 3 => fence = Some((m, length)),
            (None, _) => out.push(Line { start: at, text: line.trim_end_matches(['\n', '\r']) }),
        }
    }
    out
}

/// Names between backticks in prose: where, and as they are written.
pub(crate) fn names(session: &Session, file: SourceFile) -> Vec<(Span, &str)> {
    let mut out = Vec::new();
    for line in lines(session, file) {
        let mut rest = 0;
        while let Some(open) = line.text[rest..].find('`').map(|i| rest + i + 1) {
            let Some(close) = line.text[open..].find('`').map(|i| open + i) else { break };
            let name = &line.text[open..close];
            if !name.is_empty()
                && let (Ok(from), Ok(to)) = (u32::try_from(line.start + open), u32::try_from(line.start + close))
            {
                out.push((Span::new(from, to), name));
            }
            rest = close + 1;
        }
    }
    out
}

/// The heading above a place in a fence and the prose between the two, as Markdown; `None` outside of literate files.
pub(crate) fn clause(session: &Session, file: SourceFile, offset: u32) -> Option<String> {
    let fences = &split(session.db(), file).fences;
    fences.iter().find(|(f, _)| f.start <= offset && offset <= f.end)?;
    let lines = lines(session, file);
    let above = lines.iter().take_while(|l| l.start < offset as usize);
    let from = above.clone().enumerate().filter(|(_, l)| l.text.starts_with('#')).last().map_or(0, |(i, _)| i);
    shown(above.skip(from))
}

/// The heading with a number and the prose below it, up to the next heading.
pub(crate) fn headed(session: &Session, file: SourceFile, number: &str) -> Option<String> {
    let lines = lines(session, file);
    let is = |l: &Line<'_>| {
        let heading = l.text.strip_prefix('#').map(|h| h.trim_start_matches('#').trim_start());
        heading.is_some_and(|h| h.split_whitespace().next().is_some_and(|n| n.trim_end_matches('.') == number))
    };
    let from = lines.iter().position(is)?;
    let below = lines[from + 1..].iter().take_while(|l| !l.text.starts_with('#'));
    shown(lines[from..=from].iter().chain(below))
}

/// A heading and its prose.
fn shown<'l>(lines: impl Iterator<Item = &'l Line<'l>>) -> Option<String> {
    let mut heading = None;
    let mut text: Vec<&str> = Vec::new();
    for line in lines {
        match line.text.strip_prefix('#') {
            Some(h) => heading = Some(format!("**{}**", h.trim_start_matches('#').trim())),
            None => text.push(line.text),
        }
    }
    let text = text.join("\n");
    let mut text = text.trim();
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text = &text[..end];
    }
    let body = Some(text.to_owned()).filter(|t| !t.is_empty());
    Some([heading, body].into_iter().flatten().collect::<Vec<_>>().join("\n\n")).filter(|t| !t.is_empty())
}
