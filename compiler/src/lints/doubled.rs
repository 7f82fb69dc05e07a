//! Activities whose emissions enter the total twice.

use crate::check::{body_of, expressions};
use crate::db::{Db, Diag, Item, SourceFile, items};
use crate::types::{TExpr, TKind};
use footrule_diag::{Code, text};
use std::collections::{BTreeMap, BTreeSet};

/// The activities whose factor an expression takes, by way of definitions too.
fn factors_taken(db: &dyn Db, e: &TExpr, seen: &mut BTreeSet<Item>, out: &mut BTreeSet<Item>) {
    let mut further = Vec::new();
    e.walk(&mut |x| match &x.kind {
        TKind::Factor(base) => {
            let mut base = base;
            while let TKind::Unwrap(inner) = &base.kind {
                base = inner;
            }
            if let TKind::Item(i) = &base.kind {
                out.insert(i.clone());
            }
        }
        TKind::Item(i) if i.key.keyword == "let" && seen.insert(i.clone()) => further.push(i.clone()),
        _ => {}
    });
    for item in further {
        expressions(&body_of(db, &item).kind, &mut |e| factors_taken(db, e, seen, out));
    }
}

/// An activity whose CO2e enters two lines of the total. Its amount alone may be read as often as the rule likes.
pub(super) fn counted_twice(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let mut first: BTreeMap<Item, &Item> = BTreeMap::new();
    for line in items(db, file).iter().filter(|i| matches!(i.key.keyword.as_str(), "emission" | "removal" | "credit")) {
        let mut taken = BTreeSet::new();
        expressions(&body_of(db, line).kind, &mut |e| factors_taken(db, e, &mut BTreeSet::new(), &mut taken));
        for activity in taken {
            let n = activity.name().to_string();
            match first.get(&activity) {
                None => {
                    first.insert(activity, line);
                }
                Some(before) => out.push(
                    Diag::new(
                        Code::L009,
                        text!("活动 `{n}` 的排放计入了两行", "the emissions of the activity `{n}` enter two lines"),
                    )
                    .at(line.name_place(db), text!("再次计入", "counted again"))
                    .also(before.name_place(db), text!("先计入此行", "first counted here"))
                    .help(text!(
                        "若是分摊，每行只取其份额，并用 `let` 写明份额",
                        "if it is shared out, take a share in each line and name the shares by a `let`"
                    )),
                ),
            }
        }
    }
}
