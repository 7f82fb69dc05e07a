//! Branches that no admissible input reaches, and conditions that never change.
//!
//! The answer is that of `cases`: inputs within their declared ranges, members of enumerations, truth values and one
//! number; whatever else a condition reads leaves it alone. A condition is judged for itself, not under those around it.

use crate::cases::{Always, always, first_holding};
use crate::check::{BodyKind, body_of, expressions};
use crate::db::{Db, Diag, Item, SourceFile, all_items};
use crate::types::{TExpr, TKind};
use footrule_diag::{Code, Text, text};

/// Arms of `match`, `first of` and `one of`; conditions of `if`, `when` and filters.
pub(super) fn branches(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    for item in all_items(db, file) {
        let body = body_of(db, item);
        if !body.diags.is_empty() || matches!(body.kind, BodyKind::Test(_)) {
            continue;
        }
        conditions(db, item, &body.kind, out);
        expressions(&body.kind, &mut |e| {
            e.walk(&mut |x| match &x.kind {
                TKind::If(c, ..) => condition(db, item, c, out),
                TKind::FirstOf(arms, last) => first_of(db, item, arms, last.as_deref(), out),
                TKind::OneOf(arms) => {
                    for (c, _) in arms {
                        if always(db, c) == Some(Always::False) {
                            dead(item, c, "条件总不成立", "its condition never holds", out);
                        }
                    }
                }
                TKind::Match(_, chosen, arms) => {
                    for (i, arm) in arms.iter().enumerate() {
                        if !chosen.contains(&i) {
                            dead(item, arm, "前面的分支已含全部枚举值", "the arms before take every value", out);
                        }
                    }
                }
                TKind::Fold(_, binders, _) => {
                    binders.iter().filter_map(|b| b.filter.as_ref()).for_each(|c| condition(db, item, c, out));
                }
                _ => {}
            });
        });
    }
}

/// The conditions under which a statement counts at all.
fn conditions(db: &dyn Db, item: &Item, kind: &BodyKind, out: &mut Vec<Diag>) {
    match kind {
        BodyKind::Line(l) => {
            let filters = l.binders.iter().filter_map(|b| b.filter.as_ref());
            l.when.iter().chain(filters).for_each(|c| condition(db, item, c, out));
        }
        BodyKind::Input(i) => i.when.iter().for_each(|c| condition(db, item, c, out)),
        BodyKind::Except(e) => condition(db, item, &e.when, out),
        BodyKind::Record(r) => {
            r.fields.iter().filter_map(|f| f.when.as_ref()).for_each(|c| condition(db, item, c, out))
        }
        _ => {}
    }
}

fn condition(db: &dyn Db, item: &Item, c: &TExpr, out: &mut Vec<Diag>) {
    let (message, label) = match always(db, c) {
        Some(Always::True) => (
            text!("此条件总是成立", "this condition always holds"),
            text!("任何允许的输入都使它成立", "every admissible input fulfils it"),
        ),
        Some(Always::False) => (
            text!("此条件总不成立", "this condition never holds"),
            text!("没有允许的输入使它成立", "no admissible input fulfils it"),
        ),
        None => return,
    };
    out.push(Diag::new(Code::L013, message).at(item.at(c.span), label).help(text!(
        "对照输入的 `where` 范围核对界限；若本意如此，删去条件",
        "compare its bounds with the `where` of the inputs; if it is meant, remove the condition"
    )));
}

fn first_of(db: &dyn Db, item: &Item, arms: &[(TExpr, TExpr)], last: Option<&TExpr>, out: &mut Vec<Diag>) {
    let all: Vec<&TExpr> = arms.iter().map(|(c, _)| c).collect();
    let Some(chosen) = first_holding(db, &all) else {
        // Judged one by one where they cannot be judged together.
        for c in all {
            if always(db, c) == Some(Always::False) {
                dead(item, c, "条件总不成立", "its condition never holds", out);
            }
        }
        return;
    };
    for (c, chosen) in all.iter().zip(&chosen) {
        if !chosen {
            dead(
                item,
                c,
                "成立时总有前面的条件先成立，或总不成立",
                "an earlier condition takes every case, or it never holds",
                out,
            );
        }
    }
    if let Some(last) = last.filter(|_| chosen.last() == Some(&false)) {
        dead(item, last, "前面的条件已含全部情形", "the conditions before take every case", out);
    }
}

fn dead(item: &Item, at: &TExpr, zh: &str, en: &str, out: &mut Vec<Diag>) {
    out.push(
        Diag::new(Code::L012, text!("此分支不可能选中", "this branch is never chosen"))
            .at(item.at(at.span), Text::new(zh, en))
            .help(text!(
                "改正条件或次序，或删去这一分支",
                "correct the conditions or their order, or remove the branch"
            )),
    );
}
