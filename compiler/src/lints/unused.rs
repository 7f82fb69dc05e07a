//! What is declared and never used.

use crate::check::{BodyKind, body_of, definitions, expressions};
use crate::db::{Db, Diag, Item, SourceFile, items, parsed};
use crate::names::index;
use crate::sigs::sig;
use crate::types::{GasTag, TExpr, TKind};
use footrule_diag::{Code, text};
use std::collections::BTreeSet;

/// Everything that an expression mentions by item.
fn mentioned(e: &TExpr, f: &mut dyn FnMut(&Item)) {
    e.walk(&mut |x| match &x.kind {
        TKind::Item(i)
        | TKind::Call(i, _)
        | TKind::Lookup(i, _)
        | TKind::HasRow(i, _)
        | TKind::ParamAt(i, _)
        | TKind::Rows(i)
        | TKind::Record(i, _) => f(i),
        TKind::Gas(g) => f(g),
        TKind::Characterise(_, GasTag::Static(g)) => f(g),
        TKind::Result(crate::types::TResult::Lines(ls)) => ls.iter().for_each(&mut *f),
        _ => {}
    });
}

/// Unused things.
pub(super) fn unused(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let ix = index(db, file);
    let mut used: BTreeSet<Item> = BTreeSet::new();
    let mut stages_used: BTreeSet<Item> = BTreeSet::new();
    let mut any_stage = false;
    for item in items(db, file) {
        let body = body_of(db, item);
        if matches!(body.kind, BodyKind::Test(_)) {
            continue;
        }
        expressions(&body.kind, &mut |e| {
            mentioned(e, &mut |i| {
                used.insert(i.clone());
            })
        });
        if let BodyKind::Line(l) = &body.kind {
            match &l.stage {
                Some(Ok(s)) => {
                    stages_used.insert(s.clone());
                }
                Some(Err(_)) => any_stage = true,
                None => {}
            }
        }
    }
    // Names inside broken bodies count as used: no finding about what could not be read.
    let rings: BTreeSet<&Item> = definitions(db, file).rings.iter().flatten().collect();
    let broken: BTreeSet<String> = items(db, file)
        .iter()
        .filter(|i| {
            rings.contains(i)
                || !body_of(db, i).diags.is_empty()
                || !sig(db, i).diags.is_empty()
                || !parsed(db, file, i.key.clone()).errors.is_empty()
        })
        .flat_map(|i| crate::db::chunk(db, file, i.key.clone()).as_ref().map(|c| words(&c.text)).unwrap_or_default())
        .collect();
    if ix.rule.is_some() {
        for item in items(db, file) {
            let name = item.name();
            let place = || item.name_place(db);
            if used.contains(item) || broken.contains(name) {
                continue;
            }
            match item.key.keyword.as_str() {
                "input" => out.push(
                    Diag::new(Code::L001, text!("输入 `{name}` 没有被用到", "input `{name}` is never used"))
                        .at(place(), text!("要求填报却不参与核算", "asked for, but it enters no figure")),
                ),
                "let" => out.push(
                    Diag::new(Code::L003, text!("`{name}` 没有被用到", "`{name}` is never used"))
                        .at(place(), text!("不影响任何结果", "it enters no figure")),
                ),
                "stage" if !any_stage && !stages_used.contains(item) => {
                    out.push(
                        Diag::new(Code::L006, text!("阶段 `{name}` 没有排放行", "stage `{name}` has no lines"))
                            .at(place(), text!("结果中为零", "zero in every result")),
                    );
                }
                _ => {}
            }
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).map(str::to_string).collect()
}
