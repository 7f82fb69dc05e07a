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
    let mut heading = None;
    let mut text: Vec<&str> = Vec::new();
    for line in lines(session, file) {
        if line.start >= offset as usize {
            break;
        }
        if line.text.starts_with('#') {
            heading = Some(line.text.trim_start_matches('#').trim());
            text.clear();
        } else {
            text.push(line.text);
        }
    }
    let text = text.join("\n");
    let mut text = text.trim();
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text = &text[..end];
    }
    let heading = heading.map(|h| format!("**{h}**"));
    let body = Some(text.to_owned()).filter(|t| !t.is_empty());
    Some([heading, body].into_iter().flatten().collect::<Vec<_>>().join("\n\n")).filter(|t| !t.is_empty())
}
