//! Rows that a table lacks.

use super::{Action, ActionKind, Place, hole, refactoring};
use footrule_compiler::check::missing_rows;
use footrule_diag::{Span, text};
use footrule_syntax::ast::Stmt;

/// Adds a row for each combination of keys without one. In place of values they have a name that nothing has: a number is the
/// author's to give, and until it is given the checker refuses the rule and says where.
pub(super) fn missing(place: &Place<'_>) -> Option<Action> {
    let db = place.session.db();
    let Stmt::Table(t) = &place.at.item.ast(db)?.stmt else { return None };
    let missing = missing_rows(db, place.at.item);
    if missing.is_empty() || t.from.is_some() {
        return None;
    }
    let hole = hole(place);
    let values = vec![hole.as_str(); t.columns.len().max(1)].join(", ");
    let close = place.at.text.rfind('}')?;
    // On the column of the rows above, where those stand on lines of their own.
    let column = |at: u32| {
        let before = place.at.text.get(..at as usize)?;
        let line = before.rsplit('\n').next()?;
        (before.contains('\n') && line.trim().is_empty()).then(|| line.to_owned())
    };
    let margin = t.rows.first().and_then(|r| column(r.span.start));
    let rows: String =
        missing.iter().map(|keys| format!("\n{}{keys} => {values}", margin.as_deref().unwrap_or("    "))).collect();
    let text = &place.at.text[..close];
    let end = text.trim_end().len();
    let edit = match (&margin, t.rows.is_empty()) {
        // Behind the last row.
        (Some(_), _) => place.replace(span(end, end)?, rows),
        (None, true) => place.replace(span(end, close)?, format!("{rows}\n")),
        // Rows on one line are laid out anew.
        (None, false) => {
            let open = text[..t.rows.first()?.span.start as usize].rfind('{')? + 1;
            let own: String = t.rows.iter().map(|r| format!("\n    {}", slice(place.at.text, r.span))).collect();
            place.replace(span(open, close)?, format!("{own}{rows}\n"))
        }
    };
    let n = missing.len();
    let rows = if n == 1 { "row".to_owned() } else { format!("{n} rows") };
    let title = text!("补上缺少的 {n} 行，数值待填", "Add the missing {rows}, to be filled in");
    Some(refactoring(title, ActionKind::QuickFix, vec![edit]))
}

fn span(from: usize, to: usize) -> Option<Span> {
    Some(Span::new(u32::try_from(from).ok()?, u32::try_from(to).ok()?))
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default().trim()
}
