//! Activities whose emissions enter the total twice.
//!
//! An activity is an input, a field of one, or an item of a list; an input that an include binds is what it is bound to.
//! A line that takes a share of it (times a pure number that is no literal) says that it is meant, and so do two lines
//! that hold under conditions of their own.

use crate::check::{At, BodyKind, Instances, TLine, body_of, expressions, instances};
use crate::db::{Db, Diag, Item, Place, SourceFile, all_items};
use crate::types::{Binary, TExpr, TKind, Through, Ty};
use footrule_diag::{Code, text};
use std::collections::{BTreeMap, BTreeSet};

/// An activity: where it comes from, as a path that is shown.
type Activity = (At, String);

/// What a body reads: activities whose factor it takes as a whole.
struct Taken<'a> {
    db: &'a dyn Db,
    all: &'a Instances,
    /// The instance whose statement is looked at.
    at: usize,
    /// Lists of loop variables.
    lists: BTreeMap<(usize, u32), Activity>,
    seen: BTreeSet<At>,
    out: BTreeSet<Activity>,
}

impl Taken<'_> {
    fn path(&mut self, e: &TExpr) -> Option<Activity> {
        match &e.kind {
            TKind::Item(i) if i.key.keyword == "input" => self.input(&Through::from(i.clone())),
            TKind::Through(t) if t.item.key.keyword == "input" => self.input(t),
            TKind::Unwrap(x) | TKind::Present(x) => self.path(x),
            TKind::Field(x, _, name) => self.path(x).map(|(i, p)| (i, format!("{p}.{name}"))),
            TKind::Local(l) => self.lists.get(&(self.at, *l)).cloned(),
            _ => None,
        }
    }

    /// An input, or what an include binds it to.
    fn input(&mut self, t: &Through) -> Option<Activity> {
        // A process that is looked at by itself has no instance.
        let (at, item) = self.all.find(self.at, t)?;
        let instance = self.all.list.get(at).filter(|_| at != 0);
        if let Some((instance, include)) = instance.and_then(|i| Some((i, i.path.last()?)))
            && let BodyKind::Include(bound) = &body_of(self.db, include).kind
        {
            if let Some(b) = bound.bindings.iter().find(|b| b.input == item) {
                return self.inside(instance.parent, |t| {
                    if let Some(binder) = bound.binder.as_ref().filter(|b| b.filter.is_none())
                        && let Some(list) = t.path(&binder.list)
                    {
                        t.lists.insert((instance.parent, binder.local), list);
                    }
                    t.path(&b.value)
                });
            }
            let before = instance.path.iter().map(Item::name);
            let name = before.chain([item.name()]).collect::<Vec<_>>().join(".");
            return Some(((at, item), name));
        }
        let name = item.name().to_string();
        Some(((at, item), name))
    }

    fn inside<T>(&mut self, at: usize, f: impl FnOnce(&mut Self) -> T) -> T {
        // Variables of statements do not meet: one statement is looked at at a time.
        let (outer, lists) = (std::mem::replace(&mut self.at, at), self.lists.clone());
        let out = f(self);
        (self.at, self.lists) = (outer, lists);
        out
    }

    fn definition(&mut self, t: &Through) {
        let Some((at, item)) = self.all.find(self.at, t) else { return };
        if item.key.keyword == "let" && self.seen.insert((at, item.clone())) {
            let body = &body_of(self.db, &item).kind;
            self.inside(at, |t| expressions(body, &mut |e| t.look(e)));
        }
    }

    fn look(&mut self, e: &TExpr) {
        match &e.kind {
            TKind::Factor(base) => {
                let found = self.path(base);
                self.out.extend(found);
                return;
            }
            TKind::Binary(Binary::Mul, a, b) if is_share(a) || is_share(b) => return,
            TKind::Item(i) => self.definition(&Through::from(i.clone())),
            TKind::Through(t) => self.definition(t),
            TKind::Fold(_, binders, _) => {
                for b in binders.iter().filter(|b| b.filter.is_none()) {
                    if let Some(list) = self.path(&b.list) {
                        self.lists.insert((self.at, b.local), list);
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
fn taken<'a>(db: &'a dyn Db, all: &'a Instances, at: usize, line: &'a TLine) -> BTreeSet<Activity> {
    let mut t = Taken { db, all, at, lists: BTreeMap::new(), seen: BTreeSet::new(), out: BTreeSet::new() };
    for b in &line.binders {
        if let Some(list) = t.path(&b.list) {
            t.lists.insert((at, b.local), list);
        }
    }
    t.look(&line.value);
    t.out
}

/// A line of the total, where the rule has it.
struct Counted<'a> {
    at: usize,
    item: &'a Item,
    line: &'a TLine,
}

impl Counted<'_> {
    /// True if the line does not count every item in every case.
    fn is_conditional(&self, db: &dyn Db, all: &Instances) -> bool {
        let filtered = |i: &Item| match &body_of(db, i).kind {
            BodyKind::Include(t) => t.binder.as_ref().is_some_and(|b| b.filter.is_some()),
            _ => false,
        };
        self.line.when.is_some()
            || self.line.binders.iter().any(|b| b.filter.is_some())
            || all.list.get(self.at).is_some_and(|i| i.path.iter().any(filtered))
    }

    /// The place and the name: of a line of a process, the include in the rule.
    fn shown(&self, db: &dyn Db, all: &Instances) -> (Place, String) {
        let path = all.list.get(self.at).map(|i| i.path.as_slice()).unwrap_or_default();
        let name = path.iter().chain([self.item]).map(Item::name).collect::<Vec<_>>().join(".");
        (path.first().unwrap_or(self.item).name_place(db), name)
    }

    fn stage(&self, db: &dyn Db, all: &Instances) -> Option<Item> {
        match &self.line.stage {
            Some(Ok(s)) => Some(all.actual_stage(db, self.at, s)),
            _ => None,
        }
    }
}

fn is_counted(item: &Item) -> bool {
    matches!(item.key.keyword.as_str(), "emission" | "removal" | "credit")
}

/// An activity whose CO2e enters two lines of the total. Its amount alone may be read as often as the rule likes.
pub(super) fn counted_twice(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    // The lines of each process by themselves; instance 0 has whatever stands in no other.
    let none = Instances { list: instances(db, file).list.iter().take(1).cloned().collect(), ..Instances::default() };
    let own: Vec<At> = all_items(db, file).filter(|i| is_counted(i)).map(|i| (0, i.clone())).collect();
    pairs(db, &none, &own, false, out);
    // Then those that only the includes of the rule bring together.
    let all = instances(db, file);
    if all.list.len() > 1 {
        let mut lines = all.expanded(db, file);
        lines.retain(|(_, i)| is_counted(i));
        pairs(db, all, &lines, true, out);
    }
}

fn pairs(db: &dyn Db, all: &Instances, lines: &[At], across: bool, out: &mut Vec<Diag>) {
    let mut first: BTreeMap<Activity, Counted<'_>> = BTreeMap::new();
    for (at, item) in lines {
        let BodyKind::Line(line) = &body_of(db, item).kind else { continue };
        for activity in taken(db, all, *at, line) {
            let this = Counted { at: *at, item, line };
            let Some(other) = first.get(&activity) else {
                first.insert(activity, this);
                continue;
            };
            // Two lines of one text are told of that text.
            let told = across && other.at == this.at;
            if told || this.is_conditional(db, all) && other.is_conditional(db, all) {
                continue;
            }
            let n = &activity.1;
            let ((place, name), (before, earlier)) = (this.shown(db, all), other.shown(db, all));
            let message = match (other.stage(db, all), this.stage(db, all)) {
                (Some(a), Some(b)) if a != b => {
                    let (a, b) = (a.name(), b.name());
                    text!(
                        "活动 `{n}` 的排放计入了两个阶段：`{a}` 和 `{b}`",
                        "the emissions of the activity `{n}` enter two stages: `{a}` and `{b}`"
                    )
                }
                _ if across => text!(
                    "活动 `{n}` 的排放计入了两行：`{earlier}` 和 `{name}`",
                    "the emissions of the activity `{n}` enter two lines: `{earlier}` and `{name}`"
                ),
                _ => text!("活动 `{n}` 的排放计入了两行", "the emissions of the activity `{n}` enter two lines"),
            };
            out.push(
                Diag::new(Code::L009, message)
                    .at(place, text!("再次计入", "counted again"))
                    .also(before, text!("先计入此行", "first counted here"))
                    .help(text!(
                        "若是分摊，每行乘以各自的份额（`let` 或输入），使之成为明示",
                        "if it is shared out, multiply it in each line by its share (a `let` or an input), which says so"
                    )),
            );
        }
    }
}
