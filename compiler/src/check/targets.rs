//! Where each line goes: wholly to one product, or through one allocation.

use super::{At, Instances, instances};
use crate::db::{Db, Diag, Item, Place, SourceFile, items, items_of};
use crate::names::{Ns, Resolved, lookup};
use crate::products::{called, product_called, products};
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::ast::{Allocate, ExprKind, Line, Stmt};
use std::collections::BTreeMap;

/// Where a line goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineTarget {
    /// Wholly to this product.
    Product(usize),
    /// Through this allocation.
    Allocation(Item),
    /// By the stage of its items, one for each stage; `None` is the only product.
    ByStage(Vec<Option<Item>>),
    /// To no product: it belongs to the product of a process.
    Nowhere,
}

/// The targets of a rule's lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// By line; a line with a finding is missing.
    pub lines: BTreeMap<At, LineTarget>,
    /// What is wrong.
    pub diags: Vec<Diag>,
}

/// An allocation, and the place in it that brings a line in.
type Found<'a> = (&'a Item, Span);

struct Scope<'db> {
    db: &'db dyn Db,
    file: SourceFile,
    all: &'db Instances,
    allocations: Vec<(&'db Item, &'db Allocate)>,
    out: Targets,
}

/// Finds the target of every line; reads syntax and names only.
#[salsa::tracked(returns(ref))]
pub fn line_targets(db: &dyn Db, file: SourceFile) -> Targets {
    let allocations = items_of(db, file, &["allocate"]).filter_map(|i| match i.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Allocate(a)) => Some((i, a)),
        _ => None,
    });
    let mut scope =
        Scope { db, file, all: instances(db, file), allocations: allocations.collect(), out: Targets::default() };
    let mut used = vec![false; scope.allocations.len()];
    for at in scope.all.expanded(db, file) {
        let Some(Stmt::Line(line)) = at.1.ast(db).map(|a| &a.stmt) else { continue };
        let Some(target) = scope.target(&at, line) else {
            // What is wrong with the line has been said; its allocations are not blamed for being empty.
            used.iter_mut().for_each(|u| *u = true);
            continue;
        };
        for (k, (a, _)) in scope.allocations.iter().enumerate() {
            used[k] |= match &target {
                LineTarget::Product(_) | LineTarget::Nowhere => false,
                LineTarget::Allocation(t) => t == *a,
                LineTarget::ByStage(list) => list.iter().flatten().any(|t| t == *a),
            };
        }
        scope.out.lines.insert(at, target);
    }
    for ((item, a), used) in scope.allocations.clone().into_iter().zip(used) {
        if !used {
            scope.unused(item, a);
        }
    }
    scope.out
}

impl<'db> Scope<'db> {
    /// Name and place of a line where the rule has it: that of a process where it is included.
    fn shown(&self, (at, item): &At, line: &Line) -> (String, Place) {
        let path = &self.all.list[*at].path;
        let name = path.iter().map(Item::name).chain([item.name()]).collect::<Vec<_>>().join(".");
        let place = path.first().map_or_else(|| item.at(line.name.span), |i| i.name_place(self.db));
        (name, place)
    }

    fn target(&mut self, line_at: &At, line: &Line) -> Option<LineTarget> {
        let (at, item) = line_at;
        let stages = crate::names::stages(self.db, self.file);
        let stage = line.stage.as_ref().and_then(|e| match &e.kind {
            ExprKind::Name(n) => match lookup(self.db, item, Ns::Stage, n.text.clone()) {
                Resolved::One(e) => {
                    let actual = self.all.actual_stage(self.db, *at, &e.item);
                    stages.iter().position(|s| *s == actual)
                }
                _ => None,
            },
            _ => None,
        });
        let shown = self.shown(line_at, line);
        let outside = *at == 0;
        // A stage that is a value of the item.
        let varies = line.stage.is_some() && stage.is_none();
        let mut found: Vec<Found<'db>> = Vec::new();
        let mut by_stage: Vec<Vec<Found<'db>>> = vec![Vec::new(); stages.len()];
        for (a, ast) in &self.allocations {
            if ast.over.is_empty() && line.to.is_none() {
                found.push((a, ast.name.span));
            }
            for n in &ast.over {
                let own_stage = stages.iter().position(|s| s.name() == n.text);
                match own_stage {
                    Some(s) if varies => by_stage[s].push((a, n.span)),
                    Some(s) if stage != Some(s) => {}
                    None if !outside || n.text != line.name.text => {}
                    _ if found.iter().any(|(f, _)| f == a) => {}
                    _ => found.push((a, n.span)),
                }
            }
        }
        let staged: Vec<Found<'db>> = by_stage.iter().flatten().copied().collect();
        if let Some(to) = &line.to {
            if let Some((a, span)) = found.first().or(staged.first()) {
                self.twice(item, to.span, a.at(*span), a);
                return None;
            }
            return self.product(item, to).map(LineTarget::Product);
        }
        let double = by_stage.iter().find(|l| l.len() > 1).map(|l| (l[0], l[1]));
        let pair = match found.as_slice() {
            [a, b, ..] => Some((*a, *b)),
            [a] => staged.first().map(|b| (*a, *b)),
            [] => double,
        };
        if let Some(((a, at), (b, and))) = pair {
            self.two(&shown, a.at(at), b.at(and));
            return None;
        }
        if let [(a, _)] = found.as_slice() {
            return Some(LineTarget::Allocation((*a).clone()));
        }
        let several = products(self.db, self.file).len() > 1;
        let everywhere = !several || by_stage.iter().all(|l| !l.is_empty());
        if !staged.is_empty() && everywhere {
            let list = by_stage.iter().map(|l| l.first().map(|(a, _)| (*a).clone()));
            return Some(LineTarget::ByStage(list.collect()));
        }
        if several && self.all.is_of_product(self.db, *at) {
            return Some(LineTarget::Nowhere);
        }
        if several {
            self.nowhere(&shown, outside, !staged.is_empty());
            return None;
        }
        Some(LineTarget::Product(0))
    }

    fn product(&mut self, item: &Item, to: &footrule_syntax::ast::Ident) -> Option<usize> {
        let n = &to.text;
        if let Some(p) = product_called(self.db, self.file, n) {
            return Some(p);
        }
        let all = called(self.db, self.file);
        let d = Diag::new(Code::N001, text!("没有产品 `{n}`", "there is no product `{n}`"))
            .at(item.at(to.span), text!("未知", "unknown"));
        self.out.diags.push(match nearest(n.as_str(), &all) {
            Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(item.at(to.span), k.clone()),
            None if all.is_empty() => d.help(text!(
                "用 `product 名称 declared unit …` 声明产品",
                "declare products by `product NAME declared unit …`"
            )),
            None => {
                let list = all.join(", ");
                d.help(text!("产品有：{list}", "products are: {list}"))
            }
        });
        None
    }

    fn twice(&mut self, item: &Item, to: Span, other: crate::db::Place, allocation: &Item) {
        let (n, a) = (item.name(), allocation.name());
        self.out.diags.push(
            Diag::new(
                Code::R013,
                text!("`{n}` 既归于一个产品，又由 `{a}` 分配", "`{n}` goes to one product and is shared out by `{a}`"),
            )
            .at(item.at(to), text!("归于一个产品", "to one product"))
            .also(other, text!("由此分配", "shared out here"))
            .help(text!(
                "去掉 `to`，或在 `over` 中只写其他排放行",
                "remove `to`, or name only the other lines in `over`"
            )),
        );
    }

    fn two(&mut self, (n, place): &(String, Place), first: crate::db::Place, second: crate::db::Place) {
        let (a, b) = (first.item.name(), second.item.name());
        self.out.diags.push(
            Diag::new(
                Code::R013,
                text!("`{n}` 由两个分配覆盖：`{a}` 与 `{b}`", "`{n}` is covered by two allocations, `{a}` and `{b}`"),
            )
            .at(place.clone(), text!("会分配两次", "it would be shared out twice"))
            .also(first.clone(), text!("由 `{a}` 覆盖", "covered by `{a}`"))
            .also(second.clone(), text!("由 `{b}` 覆盖", "covered by `{b}`"))
            .help(text!("用 `over` 写明各自的阶段或排放行", "say the stages or lines of each by `over`")),
        );
    }

    fn nowhere(&mut self, (n, place): &(String, Place), outside: bool, partly: bool) {
        let list = called(self.db, self.file).join(", ");
        let message = if partly {
            text!("`{n}` 的条目在某些阶段没有归属", "items of `{n}` belong to no product in some stages")
        } else {
            text!("`{n}` 没有归属的产品", "`{n}` belongs to no product")
        };
        self.out.diags.push(
            Diag::new(Code::R012, message).at(place.clone(), text!("产品有：{list}", "the products are: {list}")).help(
                if outside {
                    text!(
                        "写 `to 产品`，或由 `allocate … over` 覆盖",
                        "write `to PRODUCT`, or cover it by `allocate … over`"
                    )
                } else {
                    text!("由 `allocate … over 阶段` 覆盖它的阶段", "cover its stage by `allocate … over STAGE`")
                },
            ),
        );
    }

    fn unused(&mut self, item: &Item, a: &Allocate) {
        // A name in `over` that is unknown has been reported.
        let stages = crate::names::stages(self.db, self.file);
        let known =
            |n: &str| stages.iter().any(|s| s.name() == n) || items(self.db, self.file).iter().any(|i| i.name() == n);
        if a.over.iter().any(|n| !known(&n.text)) {
            return;
        }
        let n = &a.name.text;
        self.out.diags.push(
            Diag::new(Code::R015, text!("分配 `{n}` 没有覆盖任何排放行", "the allocation `{n}` covers no line"))
                .at(item.at(a.name.span), text!("没有可分配的", "nothing to share out"))
                .help(text!(
                    "在 `over` 中写有排放行的阶段，或删去这个分配",
                    "name stages that have lines in `over`, or remove the allocation"
                )),
        );
    }
}
