//! A test with every input that the rule asks for, and a test of a data file.

use super::{Action, ActionKind, Place, refactoring};
use crate::at::statement;
use crate::complete::{language, word};
use crate::evaluate::{Data, evaluation};
use crate::rename::Edit;
use footrule_compiler::Session;
use footrule_diag::{FileSpan, Lang, Span, text};
use footrule_mir::{Cmp, Constraint, Program, Ty};
use footrule_number::Number;
use std::fmt::Write as _;

/// Records nest no deeper in what is written for the author.
const DEPTH: u8 = 4;

/// A test of all that a rule asks for, to be filled in: the smallest values that its bounds allow.
pub(super) fn skeleton(place: &Place<'_>, broken: bool) -> Option<Action> {
    let db = place.session.db();
    if broken || !["rule", "test"].contains(&place.at.item.key.keyword.as_str()) || !place.session.is_rule(place.key) {
        return None;
    }
    let program = footrule_compiler::lower::lower(db, place.file).program.clone();
    let w = |english| word(english, place.words);
    let year = program.rule.valid_from.get(..4).unwrap_or("2024");
    let (zh, en) = ("待填的测试", "a test to be filled in");
    let mut out = format!("{} {} \"{zh}\" {} \"{en}\" {{\n    {} = {year}\n", w("test"), w("zh"), w("en"), w("period"));
    for input in &program.inputs {
        if input.default.is_some() || input.when.is_some() || matches!(input.ty, Ty::Optional(_)) {
            continue;
        }
        // What cannot be made up, such as another product's footprint, is left to the author.
        let value = if input.footprint.is_some() {
            None
        } else {
            written(&program, &input.ty, &input.constraints, DEPTH, place.words)
        };
        match value {
            Some(value) => _ = writeln!(out, "    {} = {value}", input.name.id),
            None => _ = writeln!(out, "    // {} = …", input.name.id),
        }
    }
    out.push('}');
    let title = text!("写一个含全部输入的测试", "Write a test with every input");
    Some(refactoring(title, ActionKind::Rewrite, vec![at_end(place.session, place.key, &out)?]))
}

/// True where tests are offered: at the head of a rule and at its tests.
#[must_use]
pub fn offers_tests(session: &Session, key: &str, offset: u32) -> bool {
    let at = session.file(key).and_then(|file| statement(session, file, offset));
    at.is_some_and(|s| ["rule", "test"].contains(&s.item.key.keyword.as_str())) && session.is_rule(key)
}

/// A test of a data file beside a rule that expects what the rule makes of it now; `None` if the rule refuses the data.
#[must_use]
pub fn test_from(session: &Session, key: &str, name: &str, data: &str, lang: Lang) -> Option<Action> {
    let file = session.file(key)?;
    let found = evaluation(session, key, Data::Json(name, data)).ok()?.outcome?;
    let words = language(session, file, lang);
    let w = |english| word(english, words);
    let label = name.trim_end_matches(".json").replace('"', "");
    let mut out =
        format!("{} {} \"{label}\" {} \"{label}\" {{\n    {} \"{name}\"\n", w("test"), w("zh"), w("en"), w("from"));
    for f in found.footprints.iter() {
        let (expect, total) = (w("expect"), w("total"));
        let of = f.product.as_ref().map(|p| format!(".{}", p.id)).unwrap_or_default();
        let shown = format!("{} {}", f.total.value, f.total.unit);
        _ = writeln!(out, "    {expect} {total}{of} = {shown}");
    }
    out.push('}');
    let title = text!("由 `{name}` 写一个测试，期望现在的结果", "Write a test of `{name}` that expects today's result");
    Some(refactoring(title, ActionKind::Rewrite, vec![at_end(session, key, &out)?]))
}

/// A statement behind all others: in a literate file in the last fence.
fn at_end(session: &Session, key: &str, text: &str) -> Option<Edit> {
    let file = session.file(key)?;
    let all = file.text(session.db());
    let fences = &footrule_compiler::db::split(session.db(), file).fences;
    let end = match key.ends_with(".md") {
        true => fences.last()?.0.end as usize,
        false => all.len(),
    };
    let kept = all.get(..end)?.trim_end().len();
    let at = u32::try_from(kept).ok()?;
    let span = Span::new(at, if key.ends_with(".md") { at } else { u32::try_from(end).ok()? });
    let tail = if key.ends_with(".md") { "" } else { "\n" };
    Some(Edit { at: FileSpan { file: key.to_owned(), span }, text: format!("\n\n{text}{tail}") })
}

/// A value of a type within bounds, as authors write it.
fn written(p: &Program, ty: &Ty, bounds: &[Constraint], depth: u8, words: Lang) -> Option<String> {
    let unit = |u: &footrule_mir::UnitId| p.units.get(u.ix()).map(|u| u.text.clone()).unwrap_or_default();
    let quantity = |u| format!("{} {}", least(bounds), unit(u)).trim_end().to_owned();
    Some(match ty {
        Ty::Number(u) | Ty::Split(u) => quantity(u),
        Ty::Bool => word("false", words).to_owned(),
        Ty::Text => "\"…\"".to_owned(),
        Ty::Date => p.rule.valid_from.clone(),
        Ty::Enum(e) => p.enums.get(e.ix())?.members.first()?.id.clone(),
        Ty::Optional(t) => written(p, t, bounds, depth, words)?,
        Ty::Activity { amount, factor } => {
            format!("{}(amount: {}, factor: 1 {})", word("activity", words), quantity(amount), unit(factor))
        }
        Ty::List(t) => {
            let least = bounds.iter().find_map(|c| match c {
                Constraint::Count(Cmp::Ge | Cmp::Eq, n, _) => Some(*n),
                Constraint::Count(Cmp::Gt, n, _) => Some(n + 1),
                _ => None,
            });
            // More than one item might have to differ from each other.
            match least.unwrap_or(0) {
                0 => "[]".to_owned(),
                1 => format!("[{}]", written(p, t, &[], depth, words)?),
                _ => return None,
            }
        }
        Ty::Record(r) => {
            let record = p.records.get(r.ix())?;
            if record.each || depth == 0 {
                return None;
            }
            let mut fields = Vec::new();
            for f in &record.fields {
                let left = f.computed.is_some() || f.default.is_some() || f.when.is_some();
                if left || matches!(f.ty, Ty::Optional(_)) {
                    continue;
                }
                if f.tag_field.is_some() || f.footprint.is_some() {
                    return None;
                }
                fields.push(format!("{}: {}", f.name.id, written(p, &f.ty, &f.constraints, depth - 1, words)?));
            }
            format!("{}({})", record.name, fields.join(", "))
        }
        Ty::Period | Ty::Row(_) => return None,
    })
}

/// 1, or the bound that it breaks.
fn least(bounds: &[Constraint]) -> String {
    let one = Number::ONE;
    let mut value = one;
    for c in bounds {
        match c {
            Constraint::Range(lo, hi, _) if one < *lo || *hi < one => value = *lo,
            Constraint::Compare(Cmp::Ge | Cmp::Eq, n, _) if value < *n => value = *n,
            Constraint::Compare(Cmp::Le, n, _) if *n < value => value = *n,
            _ => {}
        }
    }
    value.to_string()
}
