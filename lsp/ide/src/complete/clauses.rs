//! Numbers behind `§`: those of this file, and the next one.

use super::{Completion, CompletionKind};
use crate::at::statements;
use footrule_compiler::Session;
use footrule_compiler::db::SourceFile;
use footrule_diag::{Lang, Span, Text, text};

/// The number behind a `§` that is being written.
pub(super) fn begun(line: &str) -> Option<&str> {
    let (_, number) = line.rsplit_once('§')?;
    number.chars().all(|c| c.is_alphanumeric() || ".-)".contains(c)).then_some(number)
}

/// The number behind a number: its last part grows by one.
fn next(clause: &str) -> Option<String> {
    let digits = clause.len() - clause.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (head, last) = clause.split_at(clause.len() - digits);
    Some(format!("{head}{}", last.parse::<u32>().ok()?.checked_add(1)?))
}

/// The clauses of a file, the one above first, then the next one, then the others.
pub(super) fn clauses(session: &Session, file: SourceFile, at: Span, lang: Lang) -> Vec<Completion> {
    let db = session.db();
    // Each clause with the first statement of it.
    let mut known: Vec<(String, String)> = Vec::new();
    let mut above = None;
    for s in statements(session, file) {
        let Some(ast) = s.item.ast(db) else { continue };
        let Some(clause) = ast.clause.as_ref().map(|c| c.text.clone()).filter(|c| !c.is_empty()) else { continue };
        if s.start + u32::try_from(s.text.len()).unwrap_or(0) < at.start {
            above = Some(clause.clone());
        }
        if known.iter().all(|(c, _)| *c != clause) {
            let label = ast.stmt.labels().map(|l| l.get(lang)).filter(|l| !l.is_empty());
            known.push((clause, label.unwrap_or(s.item.name()).to_owned()));
        }
    }
    let one = |clause: &str, about: Text, rank: u8| Completion {
        name: clause.to_owned(),
        at,
        text: clause.to_owned(),
        snippet: None,
        kind: CompletionKind::Clause,
        detail: String::new(),
        labels: about,
        filter: clause.to_owned(),
        rank,
        declared: None,
    };
    let following = above.as_deref().and_then(next).filter(|n| known.iter().all(|(c, _)| c != n));
    let mut out: Vec<Completion> = known
        .iter()
        .map(|(clause, about)| {
            one(clause, Text::same(about.clone()), if above.as_ref() == Some(clause) { 0 } else { 2 })
        })
        .collect();
    out.extend(following.map(|n| one(&n, text!("下一条", "the next one"), 1)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_in_their_last_part() {
        assert_eq!(next("5.2.9").as_deref(), Some("5.2.10"));
        assert_eq!(next("B.1").as_deref(), Some("B.2"));
        assert_eq!(next("附录"), None);
        assert_eq!(begun("§5.2"), Some("5.2"));
        assert_eq!(begun("§5.2 let"), None);
    }
}
