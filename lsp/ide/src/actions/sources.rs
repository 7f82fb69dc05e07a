//! A source for a value that lacks one.

use super::{Action, ActionKind, Place, refactoring};
use crate::complete::word;
use crate::factor::entry;
use crate::rename::Edit;
use footrule_compiler::names::{Ns, Resolved, headers, lookup};
use footrule_diag::{FileSpan, Lang, Span, text};
use footrule_syntax::ast::{ExprKind, Header, Stmt};

/// Most sources that are offered.
const MOST: usize = 4;

/// Cites a source of the file, or a new one, where a value has none.
pub(super) fn cite(place: &Place<'_>) -> Vec<Action> {
    let db = place.session.db();
    let Some(ast) = place.at.item.ast(db) else { return Vec::new() };
    let inside = place.inside();
    let at = match &ast.stmt {
        Stmt::Const { value, .. } => value.span.end,
        Stmt::Param(p) => {
            let row = p
                .rows
                .iter()
                .find(|r| r.source.is_none() && r.key_span.start <= inside.end && inside.start <= r.value.span.end);
            let Some(row) = row else { return Vec::new() };
            row.value.span.end
        }
        Stmt::Table(t) => {
            let row =
                t.rows.iter().find(|r| r.source.is_none() && r.span.start <= inside.end && inside.start <= r.span.end);
            let Some(last) = row.and_then(|r| r.values.last()) else { return Vec::new() };
            last.span.end
        }
        Stmt::Gas { gwps, .. } => {
            let row =
                gwps.iter().find(|r| r.source.is_none() && r.span.start <= inside.end && inside.start <= r.span.end);
            let Some(row) = row else { return Vec::new() };
            row.span.end
        }
        Stmt::Line(l) => return to_const(place, &l.value).into_iter().collect(),
        _ => return Vec::new(),
    };
    let set = headers(db, place.file).find_map(|(_, h)| match h {
        Header::Gwp(set) => Some(set.text.clone()),
        _ => None,
    });
    // A source of another GWP set would be another question.
    let fits = |name: &String| match lookup(db, place.at.item, Ns::Source, name.clone()) {
        Resolved::One(e) => {
            let stated = entry(place.session, &e.item, "gwp");
            let own = e.item.file == place.file;
            own && stated.as_ref().is_none_or(|s| Some(s) == set.as_ref() || s == "none")
        }
        _ => false,
    };
    let end = Span::new(at, at);
    let cite = word("source", place.words);
    let mut out: Vec<Action> = place
        .visible(Ns::Source)
        .into_iter()
        .filter(|n| fits(n))
        .take(MOST)
        .map(|name| {
            let edit = place.replace(end, format!(" {cite} {name}"));
            refactoring(text!("引用来源 `{name}`", "Cite the source `{name}`"), ActionKind::QuickFix, vec![edit])
        })
        .collect();
    let (name, statement) = stub(place);
    let title = text!("新建来源 `{name}` 并引用", "Declare a new source `{name}` and cite it");
    let edits = vec![place.before(&statement), place.replace(end, format!(" {cite} {name}"))];
    out.push(refactoring(title, ActionKind::QuickFix, edits));
    out
}

/// A source to be filled in, and its name.
fn stub(place: &Place<'_>) -> (String, String) {
    let base = match place.words {
        Lang::Zh => "新来源",
        Lang::En => "new_source",
    };
    let name = place.unused_name(base);
    let text = statement(place, &name);
    (name, text)
}

/// A source to be filled in. It says nothing that is not known, such as a year or a GWP set.
pub(super) fn statement(place: &Place<'_>, name: &str) -> String {
    let title = match place.words {
        Lang::Zh => "待填：文件名称",
        Lang::En => "to be filled in: title of the document",
    };
    let w = |english| word(english, place.words);
    format!("{} {name} {{\n    {} \"{title}\"\n}}\n", w("source"), w("title"))
}

/// A number in a line becomes a constant with a source.
fn to_const(place: &Place<'_>, value: &footrule_syntax::ast::Expr) -> Option<Action> {
    let db = place.session.db();
    let inside = place.inside();
    let stmt = &place.at.item.ast(db)?.stmt;
    let literal = crate::tree::path(stmt, inside.start, inside.end).pop()?.expr;
    let ExprKind::Number { unit: Some(_), .. } = &literal.kind else { return None };
    if literal.span.start < value.span.start || place.at.item.key.process.is_some() {
        return None;
    }
    let (source, statement) = stub(place);
    let name = place.unused_name(if place.words == Lang::Zh { "因子" } else { "factor" });
    let (c, s) = (word("const", place.words), word("source", place.words));
    let written = place.at.item.slice(db, literal.span).trim();
    let clause = place.clause();
    let new = place.before(&format!("{statement}{clause}{c} {name} = {written} {s} {source}\n"));
    let at: FileSpan = new.at.clone();
    let edits = vec![Edit { at, text: new.text }, place.replace(literal.span, name.clone())];
    let title = text!("提取为有来源的常数 `{name}`", "Extract to a constant `{name}` with a source");
    Some(refactoring(title, ActionKind::QuickFix, edits))
}
