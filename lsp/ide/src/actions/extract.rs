//! A selected part of a formula becomes a definition of its own.

use super::{Action, ActionKind, Place, refactoring};
use crate::complete::{in_words, word};
use footrule_compiler::check::{body_of, expressions, is_open, value_type};
use footrule_compiler::sigs::sig;
use footrule_compiler::types::{TExpr, TKind, Ty};
use footrule_diag::{Lang, Span, text};

/// Statements whose formulas may read a `let`.
const READERS: [&str; 9] = ["let", "emission", "removal", "credit", "apart", "report", "require", "warn", "balance"];

/// A `let` for the selected expression, above the statement; the inferred unit is written.
pub(super) fn extract(place: &Place<'_>) -> Option<Action> {
    let db = place.session.db();
    let item = place.at.item;
    let selected = bracketed(place.at.text, trimmed(place)?);
    if !READERS.contains(&item.key.keyword.as_str()) || !is_rule_or_process(place) {
        return None;
    }
    // An `open let` is read from outside; what it is made of stays in sight.
    if *is_open(db, item.file, item.key.clone()) {
        return None;
    }
    let mut found: Option<TExpr> = None;
    let mut guarded = false;
    expressions(&body_of(db, item).kind, &mut |e| {
        e.walk(&mut |e| {
            if e.span == selected {
                // What stands inside a conversion is what is written.
                found = Some(e.clone());
            } else if e.span.start <= selected.start && selected.end <= e.span.end {
                guarded |= conditional(&e.kind);
            }
        });
    });
    let e = found.filter(|e| e.ty != Ty::Error)?;
    // A number may take its unit from what stands beside it, or give it.
    let mut movable = !matches!(e.kind, TKind::Item(_) | TKind::Through(_) | TKind::Number(..));
    e.walk(&mut |x| {
        movable &= match &x.kind {
            TKind::Local(_)
            | TKind::Position(_)
            | TKind::Result(..)
            | TKind::Absolute(_)
            | TKind::Balance(..)
            | TKind::Member(..)
            | TKind::Absent
            | TKind::Error => false,
            // What is known to be there only here would not be there above.
            TKind::Unwrap(_) => !guarded,
            // What reads results is no part of a definition.
            TKind::Item(i) if i.key.keyword == "report" => false,
            TKind::Item(i) => {
                let optional = matches!(value_type(db, i.file, i.key.clone()), Ty::Optional(_));
                let only_when = sig(db, i).each.is_none()
                    && matches!(i.ast(db).map(|a| &a.stmt), Some(footrule_syntax::ast::Stmt::Input(x)) if x.when.is_some());
                !(guarded && (optional || only_when))
            }
            _ => true,
        }
    });
    let binds = e.ty.unit().is_some_and(|u| {
        u.atoms.iter().any(|(a, _)| matches!(a.tag, Some(footrule_compiler::units::Tag::Follows { .. })))
    });
    if !movable || binds || e.ty.unit().is_none() {
        return None;
    }
    let name = place.unused_name(if place.words == Lang::Zh { "中间量" } else { "part" });
    let unit = in_words(&e.ty.show(db), place.words);
    let inner = trimmed(place)?;
    let written = place.at.text.get(inner.start as usize..inner.end as usize)?;
    let words = word("let", place.words);
    let statement = format!("{}{words} {name}: {unit} = {written}\n", place.clause());
    let edits = vec![place.before(&statement), place.replace(selected, name.clone())];
    let title = text!("提取为定义 `{name}`", "Extract to the definition `{name}`");
    Some(refactoring(title, ActionKind::Extract, edits))
}

/// The selection without blanks at its ends.
fn trimmed(place: &Place<'_>) -> Option<Span> {
    let inside = place.inside();
    let text = place.at.text.get(inside.start as usize..inside.end as usize)?;
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    (start < end).then(|| Span::new(inside.start + start as u32, inside.start + end as u32))
}

/// A span with the brackets right around it: they belong to the expression.
fn bracketed(text: &str, span: Span) -> Span {
    let (before, after) = (&text[..span.start as usize], &text[span.end as usize..]);
    let (open, close) = (before.trim_end(), after.trim_start());
    // Those of a call are the call's.
    let call = open.strip_suffix('(').is_some_and(|b| b.ends_with(footrule_grammar::keywords::is_word_char));
    if open.ends_with('(') && close.starts_with(')') && !call {
        let end = text.len() - close.len() + 1;
        return Span::new(open.len() as u32 - 1, end as u32);
    }
    span
}

/// True where a definition can stand: in a rule, or in a process.
fn is_rule_or_process(place: &Place<'_>) -> bool {
    place.session.is_rule(place.key) || place.at.item.key.process.is_some()
}

/// True for what asks for its parts under a condition only.
fn conditional(kind: &TKind) -> bool {
    matches!(
        kind,
        TKind::If(..)
            | TKind::Match(..)
            | TKind::FirstOf(..)
            | TKind::OneOf(..)
            | TKind::And(..)
            | TKind::Or(..)
            | TKind::OrElse(..)
            | TKind::Fold(..)
    )
}
