//! Activities whose emissions enter the total twice.
//!
//! An activity is an input, a field of one, or an item of a list. A line that takes a share of it (times a pure number
//! that is no literal) says that it is meant, and so do two lines that hold under conditions of their own.

use crate::check::{BodyKind, TLine, body_of, expressions};
use crate::db::{Db, Diag, Item, SourceFile, all_items};
use crate::types::{Binary, TExpr, TKind, Ty};
use footrule_diag::{Code, text};
use std::collections::{BTreeMap, BTreeSet};

/// An activity: where it comes from, as a path that is shown.
type Activity = (Item, String);

/// What a body reads: activities whose factor it takes as a whole.
struct Taken<'a> {
    db: &'a dyn Db,
    /// Lists of loop variables.
    lists: BTreeMap<u32, Activity>,
    seen: BTreeSet<Item>,
    out: BTreeSet<Activity>,
}

impl Taken<'_> {
    fn path(&self, e: &TExpr) -> Option<Activity> {
        match &e.kind {
            TKind::Item(i) if i.key.keyword == "input" => Some((i.clone(), i.name().to_string())),
            TKind::Unwrap(x) | TKind::Present(x) => self.path(x),
            TKind::Field(x, _, name) => self.path(x).map(|(i, p)| (i, format!("{p}.{name}"))),
            TKind::Local(l) => self.lists.get(l).cloned(),
            _ => None,
        }
    }

    fn look(&mut self, e: &TExpr) {
        match &e.kind {
            TKind::Factor(base) => {
                self.out.extend(self.path(base));
                return;
            }
            TKind::Binary(Binary::Mul, a, b) if is_share(a) || is_share(b) => return,
            TKind::Item(i) if i.key.keyword == "let" && self.seen.insert(i.clone()) => {
                expressions(&body_of(self.db, i).kind, &mut |e| self.look(e));
            }
            TKind::Fold(_, binders, _) => {
                for b in binders.iter().filter(|b| b.filter.is_none()) {
                    if let Some(list) = self.path(&b.list) {
                        self.lists.insert(b.local, list);
                    }
                }
            }
            _ => {}
        }
        e.children(&mut |c| self.look(c));
    }
}

/// A pure number that data or a definition give.
fn is_share(e: &TExpr) -> bool {
    let mut reads = false;
    e.walk(&mut |x| reads |= matches!(x.kind, TKind::Item(_) | TKind::Field(..) | TKind::Lookup(..) | TKind::Call(..)));
    reads && matches!(&e.ty, Ty::Number(u) if u.is_one())
}

/// The activities that a line takes as a whole.
fn taken(db: &dyn Db, line: &TLine) -> BTreeSet<Activity> {
    let mut t = Taken { db, lists: BTreeMap::new(), seen: BTreeSet::new(), out: BTreeSet::new() };
    for b in &line.binders {
        if let Some(list) = t.path(&b.list) {
            t.lists.insert(b.local, list);
        }
    }
    t.look(&line.value);
    t.out
}

/// True if a line does not count every item in every case.
fn is_conditional(line: &TLine) -> bool {
    line.when.is_some() || line.binders.iter().any(|b| b.filter.is_some())
}

/// An activity whose CO2e enters two lines of the total. Its amount alone may be read as often as the rule likes.
pub(super) fn counted_twice(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let mut first: BTreeMap<Activity, (&Item, &TLine)> = BTreeMap::new();
    for item in all_items(db, file).filter(|i| matches!(i.key.keyword.as_str(), "emission" | "removal" | "credit")) {
        let BodyKind::Line(line) = &body_of(db, item).kind else { continue };
        for activity in taken(db, line) {
            let Some((before, other)) = first.get(&activity) else {
                first.insert(activity, (item, line));
                continue;
            };
            if is_conditional(line) && is_conditional(other) {
                continue;
            }
            let n = &activity.1;
            let message = match (&other.stage, &line.stage) {
                (Some(Ok(a)), Some(Ok(b))) if a != b => {
                    let (a, b) = (a.name(), b.name());
                    text!(
                        "活动 `{n}` 的排放计入了两个阶段：`{a}` 和 `{b}`",
                        "the emissions of the activity `{n}` enter two stages: `{a}` and `{b}`"
                    )
                }
                _ => text!("活动 `{n}` 的排放计入了两行", "the emissions of the activity `{n}` enter two lines"),
            };
            out.push(
                Diag::new(Code::L009, message)
                    .at(item.name_place(db), text!("再次计入", "counted again"))
                    .also(before.name_place(db), text!("先计入此行", "first counted here"))
                    .help(text!(
                        "若是分摊，每行乘以各自的份额（`let` 或输入），使之成为明示",
                        "if it is shared out, multiply it in each line by its share (a `let` or an input), which says so"
                    )),
            );
        }
    }
}
