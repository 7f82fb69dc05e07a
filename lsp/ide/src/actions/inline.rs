//! A definition is written out where it is read, and goes.

use super::{Action, ActionKind, Place, refactoring};
use crate::at::{found, statement};
use crate::navigate::all;
use crate::rename::Edit;
use crate::tree::roots;
use footrule_compiler::check::{Aside, body_of, is_open};
use footrule_compiler::names::Entry;
use footrule_compiler::types::Ty;
use footrule_compiler::uses::Referent;
use footrule_diag::{FileSpan, Span, text};
use footrule_syntax::ast::{Expr, ExprKind, Stmt};

/// Replaces every use of the `let` at the cursor by its formula.
pub(super) fn inline(place: &Place<'_>) -> Option<Action> {
    let db = place.session.db();
    let session = place.session;
    let under = found(session, place.key, place.span.start)?;
    let Referent::Declared(Entry { item, member: None }) = &under.of else { return None };
    if item.key.keyword != "let" || item.file != place.file || *is_open(db, item.file, item.key.clone()) {
        return None;
    }
    let Stmt::Let { name, ty, value, .. } = &item.ast(db)?.stmt else { return None };
    // A conversion to the declared unit would be lost with the declaration.
    let footrule_compiler::check::BodyKind::Value(typed) = &body_of(db, item).kind else { return None };
    let same = ty.is_none() || Aside::new(db, item).expr(value, None).ty == typed.ty;
    if typed.ty == Ty::Error || !same {
        return None;
    }
    let written = item.slice(db, value.span).trim();
    // A comment inside would end the line that it comes into; quotes would end a message.
    if written.contains('\n') || written.contains("//") || written.contains('"') {
        return None;
    }
    let mut edits = Vec::new();
    for used in all(session, item, &under.of) {
        let file = session.file(&used.at.file)?;
        if file != place.file {
            return None;
        }
        if used.declares {
            continue;
        }
        let at = statement(session, file, used.at.span.start)?;
        let inside = Span::new(used.at.span.start.checked_sub(at.start)?, used.at.span.end.checked_sub(at.start)?);
        let stmt = &at.item.ast(db)?.stmt;
        // Exceptions, expectations and settings name the definition itself; a field is read of a name.
        let parent = reader(stmt, inside)?;
        // In a message, braces end the value.
        if let Stmt::Check(c) = stmt
            && written.contains('{')
            && !(c.condition.span.start <= inside.start && inside.end <= c.condition.span.end)
        {
            return None;
        }
        // Between brackets or commas, and at the root, it needs no brackets of its own.
        let alone = parent.is_none_or(|p| matches!(p.kind, ExprKind::Call { .. } | ExprKind::List(_)));
        let text = if alone || is_atom(value) { written.to_owned() } else { format!("({written})") };
        edits.push(Edit { at: used.at, text });
    }
    if edits.is_empty() {
        return None;
    }
    let own = statement(session, place.file, crate::navigate::declared(session, item, &under.of)?.span.start)?;
    let whole = Place { session, file: place.file, key: place.key, span: place.span, at: own, words: place.words };
    let above = whole.before("").at.span.start;
    let end = whole.at.start as usize + whole.at.text.trim_end().len();
    let source = place.file.text(db);
    // With the end of its line, and a comment that stands there.
    let stop = source[end..].find('\n').map_or(source.len(), |i| end + i + 1);
    let gone = FileSpan { file: place.key.to_owned(), span: Span::new(above, u32::try_from(stop).ok()?) };
    edits.push(Edit { at: gone, text: String::new() });
    let n = &name.text;
    Some(refactoring(text!("把 `{n}` 写入使用处", "Inline `{n}`"), ActionKind::Inline, edits))
}

/// The expression that a name stands in, if the name is an expression: `None` for a root. No result if it is none.
fn reader(stmt: &Stmt, name: Span) -> Option<Option<&Expr>> {
    let holds = |e: &Expr| e.span.start <= name.start && name.end <= e.span.end;
    let mut parent = None;
    let mut at = roots(stmt).into_iter().find(|r| holds(r.expr))?;
    while at.expr.span != name {
        let next = crate::tree::children(&at).into_iter().find(|r| holds(r.expr))?;
        parent = Some(at.expr);
        at = next;
    }
    let plain = matches!(at.expr.kind, ExprKind::Name(_));
    let dotted = parent.is_some_and(|p| matches!(p.kind, ExprKind::Field(..) | ExprKind::At(..) | ExprKind::Given(_)));
    (plain && !dotted).then_some(parent)
}

fn is_atom(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Call { .. } | ExprKind::Comprehension { .. })
}
