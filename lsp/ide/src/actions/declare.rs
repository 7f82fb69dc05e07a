//! A name that nothing has: declared in this file, or brought by a module that declares it.
//!
//! Only what is known is written; a type or a value that is not is a name that nothing has in its turn, which the checker refuses.

use super::{Action, ActionKind, Place, hole, refactoring, sources};
use crate::at::{of_item, statements};
use crate::complete::{in_words, wanted, word};
use crate::rename::Edit;
use footrule_compiler::db::{Item, SourceFile, items};
use footrule_compiler::names::headers;
use footrule_compiler::spelled_at;
use footrule_diag::{Diagnostic, FileSpan, Span, Text, text};
use footrule_grammar::keywords::is_word_char;
use footrule_syntax::ast::{Header, Stmt};

/// Most modules that are offered.
const MOST: usize = 3;

/// What declares a name of each kind, by the code of the finding.
fn declarers(code: &str) -> &'static [&'static str] {
    match code {
        "FR-N001" => &["input", "let", "const", "param", "table", "fn"],
        "FR-N005" => &["flow", "gas"],
        "FR-N006" => &["stage"],
        "FR-N007" => &["source"],
        "FR-N008" => &["enum", "record"],
        _ => &[],
    }
}

/// Declarations of an unknown name whose place is selected.
pub(super) fn declare(place: &Place<'_>, d: &Diagnostic) -> Vec<Action> {
    let db = place.session.db();
    let declarers = declarers(d.code.as_str());
    let name = place.file.text(db).get(place.span.start as usize..place.span.end as usize).unwrap_or_default();
    let first = name.chars().next().is_some_and(|c| is_word_char(c) && !c.is_ascii_digit());
    if declarers.is_empty() || !first || !name.chars().all(is_word_char) {
        return Vec::new();
    }
    let mut out = modules(place, name, declarers);
    out.extend(here(place, name, d.code.as_str()));
    out
}

/// The modules that declare the name: of the workspace, then of the library.
fn modules(place: &Place<'_>, name: &str, declarers: &[&str]) -> Vec<Action> {
    let (session, db) = (place.session, place.session.db());
    let declares = |file: SourceFile| {
        file.text(db).contains(name)
            && statements(session, file).any(|s| {
                s.item.owner().is_none() && s.item.name() == name && declarers.contains(&s.item.key.keyword.as_str())
            })
    };
    let path = |file: SourceFile| match file.key(db).strip_prefix("std:") {
        Some(module) => Some(format!("std.{module}")),
        None => spelled_at(db, (place.file, place.key), (file, file.key(db))),
    };
    let others = session.files().filter(|f| *f != place.file && !session.is_rule(f.key(db)) && declares(*f));
    let mut paths: Vec<String> = others.filter_map(path).collect();
    paths.sort_by_key(|p| (p.starts_with("std."), p.clone()));
    let words = word("use", place.words);
    let one = |path: String| {
        let edit = behind_last(place, &["use"], &format!("{words} {path}"));
        refactoring(text!("使用模块 `{path}`", "Use the module `{path}`"), ActionKind::QuickFix, vec![edit])
    };
    paths.into_iter().take(MOST).map(one).collect()
}

/// Declarations in this file.
fn here(place: &Place<'_>, name: &str, code: &str) -> Vec<Action> {
    let w = |english| word(english, place.words);
    let label = match name.is_ascii() {
        true => format!("{} \"{}\"", w("en"), name.replace('_', " ")),
        false => format!("{} \"{name}\"", w("zh")),
    };
    let action = |title: Text, keyword: &'static str, statement: String| {
        refactoring(title, ActionKind::QuickFix, vec![behind_last(place, &[keyword], &statement)])
    };
    match code {
        "FR-N005" => {
            let title = text!("声明物质 `{name}`", "Declare the flow `{name}`");
            vec![action(title, "flow", format!("{} {name} {label}", w("flow")))]
        }
        "FR-N006" => {
            let title = text!("声明阶段 `{name}`", "Declare the stage `{name}`");
            vec![action(title, "stage", format!("{} {name} {label}", w("stage")))]
        }
        "FR-N007" => {
            let title = text!("声明来源 `{name}`", "Declare the source `{name}`");
            vec![action(title, "source", sources::statement(place, name).trim_end().to_owned())]
        }
        // What a process reads is its own.
        "FR-N001" if place.at.item.owner().is_none() && place.session.is_rule(place.key) => {
            let ty = kind(place).unwrap_or_else(|| hole(place));
            let input = format!("{} {name}: {ty} {label}", w("input"));
            let definition = format!("{} {name} = {}", w("let"), hole(place));
            vec![
                action(text!("声明输入 `{name}`", "Declare the input `{name}`"), "input", input),
                action(text!("定义 `{name}`", "Define `{name}`"), "let", definition),
            ]
        }
        _ => Vec::new(),
    }
}

/// The type of what stands at the place, as an author writes it: what is wanted there, or the declared unit of which it is the amount.
fn kind(place: &Place<'_>) -> Option<String> {
    let db = place.session.db();
    if let Some(Stmt::Header(Header::Unit(unit))) = place.at.item.ast(db).map(|a| &a.stmt)
        && unit.of.as_ref().is_some_and(|of| of.span == place.inside())
    {
        return Some(place.at.item.slice(db, unit.unit.span).trim().to_owned());
    }
    let want = wanted(place.session, place.at.item, place.at.text, place.inside());
    want.map(|t| t.show(db)).filter(|t| t != "?").map(|t| in_words(&t, place.words))
}

/// A statement on lines of its own behind the last one of these keywords, else behind the last `use` or header, else before the
/// statement at hand.
fn behind_last(place: &Place<'_>, keywords: &[&str], statement: &str) -> Edit {
    let (session, db) = (place.session, place.session.db());
    let of = |keywords: &[&str]| -> Option<&Item> {
        items(db, place.file).iter().rfind(|i| !i.is_built_in() && keywords.contains(&i.key.keyword.as_str()))
    };
    let head = || headers(db, place.file).map(|(item, _)| item).max_by_key(|i| of_item(session, i).map(|s| s.start));
    let anchor = of(keywords).or_else(|| of(&["use"])).or_else(head).and_then(|item| of_item(session, item));
    match anchor {
        Some(at) => {
            let end = at.start + u32::try_from(at.text.trim_end().len()).unwrap_or_default();
            let at = FileSpan { file: place.key.to_owned(), span: Span::new(end, end) };
            Edit { at, text: format!("\n{statement}") }
        }
        None => place.before(&format!("{statement}\n")),
    }
}
