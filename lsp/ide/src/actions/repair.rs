//! Repairs of findings that the checker describes but does not write: units, rows, sources.

use super::{Action, ActionKind, Place, declare, refactoring, rows, sources};
use crate::complete::wanted;
use crate::tree::path;
use footrule_compiler::check::Aside;
use footrule_compiler::types::Ty;
use footrule_compiler::units::{Tag, UnitTy, show_unit};
use footrule_diag::{Diagnostic, text};
use footrule_syntax::ast::ExprKind;

/// The repairs of a finding whose place is selected.
pub(super) fn repairs(place: &Place<'_>, d: &Diagnostic) -> Vec<Action> {
    match d.code.as_str() {
        "FR-P001" => rows::missing(place).into_iter().collect(),
        "FR-N001" | "FR-N005" | "FR-N006" | "FR-N007" | "FR-N008" => declare::declare(place, d),
        "FR-L002" => sources::cite(place),
        "FR-U007" => bare(place).into_iter().collect(),
        "FR-U002" | "FR-U003" | "FR-U004" | "FR-U013" => crossing(place).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A bare number gets the unit that is wanted where it stands.
fn bare(place: &Place<'_>) -> Option<Action> {
    let db = place.session.db();
    let inside = place.inside();
    let stmt = &place.at.item.ast(db)?.stmt;
    let literal = path(stmt, inside.start, inside.end).pop()?.expr;
    let ExprKind::Number { unit: None, .. } = &literal.kind else { return None };
    if place.at.item.slice(db, literal.span).ends_with('%') {
        return None;
    }
    let want = wanted(place.session, place.at.item, place.at.text, literal.span)?;
    let unit = want.unit().filter(|u| !u.is_one())?;
    let shown = show_unit(db, unit);
    let end = footrule_diag::Span::new(literal.span.end, literal.span.end);
    let title = text!("写出单位：`{shown}`", "Write the unit: `{shown}`");
    Some(refactoring(title, ActionKind::QuickFix, vec![place.replace(end, format!(" {shown}"))]))
}

/// A quantity of another kind: a gas becomes CO2e, a tag is crossed visibly.
fn crossing(place: &Place<'_>) -> Option<Action> {
    let db = place.session.db();
    let inside = place.inside();
    let stmt = &place.at.item.ast(db)?.stmt;
    let e = path(stmt, inside.start, inside.end).pop()?.expr;
    if e.span != inside {
        return None;
    }
    let want = wanted(place.session, place.at.item, place.at.text, e.span)?;
    let mut aside = Aside::new(db, place.at.item);
    let have = aside.expr(e, None).ty;
    let (want, have) = (want.unit()?.clone(), have.unit()?.clone());
    let written = place.at.item.slice(db, e.span).trim();
    let plain = |u: &UnitTy| u.untagged().dimension(db);
    if plain(&want) != plain(&have) || want.dimension(db) == have.dimension(db) {
        return None;
    }
    // Carbon that is burnt: by the ratio of molar masses.
    let named = |u: &UnitTy, name: &str| {
        let one =
            |t: &Option<Tag>| matches!(t, Some(Tag::Flow(e)) if footrule_compiler::units::flow_name(db, e) == name);
        u.atoms.iter().filter(|(a, p)| one(&a.tag) && *p == 1).count() == 1
    };
    let sees = |name: &str| place.visible(footrule_compiler::names::Ns::Flow).iter().any(|n| n == name);
    if named(&want, "CO2") && named(&have, "C") && sees("CO2") && sees("C") {
        let title = text!(
            "碳氧化为二氧化碳：乘 `44 kg{{CO2}} / 12 kg{{C}}`",
            "Carbon becomes carbon dioxide: multiply by `44 kg{{CO2}} / 12 kg{{C}}`"
        );
        let edit = place.replace(e.span, format!("({written}) * (44 kg{{CO2}} / 12 kg{{C}})"));
        return Some(refactoring(title, ActionKind::QuickFix, vec![edit]));
    }
    let gas = matches!(have.atoms.as_slice(), [(a, 1)] if matches!(&a.tag, Some(Tag::Flow(e)) if e.item.key.keyword == "gas"));
    if want.is_co2e() && gas && want.atoms.len() == 1 {
        let word = crate::complete::word("co2e", place.words);
        let title = text!("用 `co2e(…)` 按规则的 GWP 折算", "Convert by `co2e(…)` with the rule's GWP");
        let edit = place.replace(e.span, format!("{word}({written})"));
        return Some(refactoring(title, ActionKind::QuickFix, vec![edit]));
    }
    // Only between plain kinds: CO2e and gases are never declared to be one another.
    let special = |u: &UnitTy| {
        u.atoms.iter().any(|(a, _)| match &a.tag {
            Some(Tag::Co2e | Tag::Follows { .. }) => true,
            Some(Tag::Flow(e)) => e.item.key.keyword == "gas",
            None => false,
        })
    };
    if special(&want) || special(&have) || matches!(Ty::quantity(want.clone()), Ty::Split(_)) {
        return None;
    }
    let shown = show_unit(db, &want);
    let word = crate::complete::word("as", place.words);
    let simple = matches!(e.kind, ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Call { .. });
    let inner = if simple { written.to_owned() } else { format!("({written})") };
    let title = text!("明示为同一物质：`as {shown}`", "Say that they are the same: `as {shown}`");
    let edit = place.replace(e.span, format!("({inner} {word} {shown})"));
    Some(refactoring(title, ActionKind::QuickFix, vec![edit]))
}
