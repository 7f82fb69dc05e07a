//! The same quantity in another unit, exactly.

use super::{Action, ActionKind, Place, refactoring};
use crate::tree::path;
use footrule_compiler::names::{Entry, Ns, Resolved, lookup};
use footrule_compiler::units::unit_info;
use footrule_diag::text;
use footrule_number::{Number, Ratio};
use footrule_syntax::ast::ExprKind;

/// Most units that are offered.
const MOST: usize = 3;
/// A number of more digits is no better than the one that stands there.
const DIGITS: usize = 10;

/// The number at the cursor in other units, where its unit decides the type of nothing else: `1500 kg` as `1.5 t`.
pub(super) fn convert(place: &Place<'_>) -> Vec<Action> {
    offers(place).unwrap_or_default()
}

fn offers(place: &Place<'_>) -> Option<Vec<Action>> {
    let db = place.session.db();
    let inside = place.inside();
    let stmt = &place.at.item.ast(db)?.stmt;
    let found = path(stmt, inside.start, inside.end).pop().filter(|r| r.converted)?;
    let ExprKind::Number { value, unit: Some(unit), .. } = &found.expr.kind else { return None };
    let atom = unit.atoms.first().filter(|a| a.power == 1)?;
    let entry = |name: &str| match lookup(db, place.at.item, Ns::Unit, name.to_owned()) {
        Resolved::One(Entry { item, .. }) => Some(item),
        _ => None,
    };
    let info = |name: &str| entry(name).map(|i| unit_info(db, i.file, i.key.clone()));
    let own = info(&atom.symbol.text)?;
    let (scale, value) = (own.scale.filter(|_| own.offset.is_none())?, Ratio::from_number(*value)?);
    if value.is_zero() {
        return None;
    }
    let mut fits: Vec<(u32, String, Number)> = Vec::new();
    for name in place.visible(Ns::Unit).into_iter().filter(|n| *n != atom.symbol.text) {
        let Some(other) = info(&name) else { continue };
        if other.dimension.is_empty() || other.dimension != own.dimension || other.offset.is_some() {
            continue;
        }
        let number = other.scale.and_then(|s| value.mul(scale.div(s)?)).filter(|r| r.is_finite_decimal());
        let Some(number) = number.and_then(Ratio::as_number) else { continue };
        let shown = number.to_string();
        let digits = shown.chars().filter(char::is_ascii_digit).count();
        if digits <= DIGITS {
            fits.push((clumsiness(&shown), name, number));
        }
    }
    fits.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let rest = place.at.text.get(atom.symbol.span.end as usize..unit.span.end as usize)?;
    let all = fits.into_iter().take(MOST).map(|(_, name, number)| {
        let new = format!("{number} {name}{rest}");
        let edit = place.replace(found.expr.span, new.clone());
        refactoring(text!("换算为 `{new}`", "Convert to `{new}`"), ActionKind::Rewrite, vec![edit])
    });
    Some(all.collect())
}

/// How unhandy a number is: digits, with those before the point beyond three counted twice.
fn clumsiness(shown: &str) -> u32 {
    let whole = shown.split('.').next().unwrap_or_default().trim_start_matches('-');
    let digits = shown.chars().filter(char::is_ascii_digit).count();
    let zeros = u32::from(whole == "0") * 2;
    u32::try_from(digits + whole.len().saturating_sub(3)).unwrap_or(u32::MAX).saturating_add(zeros)
}
