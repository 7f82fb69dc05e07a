//! Includes of unit processes: which process, at which stages, with which inputs bound, once or over a list.
//!
//! Guarantees: an include checks only what it adds; the process itself is checked where it stands.

use super::BodyKind;
use super::expr::{Cx, Mode};
use super::fixed::in_include;
use super::instance::bound_input;
use super::value_type;
use crate::db::{Diag, Item, inner_items};
use crate::names::{Ns, Resolved, included, inside, lookup};
use crate::report::unknown;
use crate::types::{TBinder, TExpr, Ty};
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::ast::{Expr, Ident, Include, Stmt};

/// A value that stands for an input of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TBinding {
    /// The input.
    pub input: Item,
    /// What it is here, in the input's type.
    pub value: TExpr,
}

/// A checked include.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TInclude {
    /// The process.
    pub process: Item,
    /// Its stage parameters, with the stages that they are here.
    pub stages: Vec<(String, Item)>,
    /// `for x in LIST`
    pub binder: Option<TBinder>,
    /// `list`: what is not bound is a list that the user gives.
    pub list: bool,
    /// What names an item of the list.
    pub named: Option<TExpr>,
    /// Bound inputs.
    pub bindings: Vec<TBinding>,
}

/// Checks an include.
pub(super) fn include(cx: &mut Cx<'_>, i: &Include) -> BodyKind {
    cx.mode = Mode::Line;
    let Some(process) = included(cx.db, cx.item.file, cx.item.key.clone()) else {
        no_process(cx, i);
        return BodyKind::None;
    };
    endless(cx, &process, i.name.span);
    let stages = stages(cx, i, &process);
    let binder = i.binder.as_ref().and_then(|b| cx.binders(std::slice::from_ref(b)).into_iter().next());
    let named = i.named.as_ref().map(|e| {
        if i.binder.is_none() {
            not_over_a_list(cx, i, e);
        }
        super::rule::item_name(cx, e)
    });
    let mut bindings: Vec<TBinding> = Vec::new();
    for (name, value) in &i.bindings {
        let Some(input) = bound_input(cx.db, &process, &name.text) else {
            no_input(cx, &process, name);
            continue;
        };
        if bindings.iter().any(|b| b.input == input) {
            let n = &name.text;
            cx.error(
                Code::N018,
                name.span,
                text!("`{n}` 绑定了两次", "`{n}` is bound twice"),
                text!("再次绑定", "bound again"),
            );
            continue;
        }
        let declared = value_type(cx.db, input.file, input.key.clone());
        let ty = match cx.has_outer_type(&input, name.span) {
            true => in_include(cx.db, declared, cx.item),
            false => Ty::Error,
        };
        let want = match &ty {
            Ty::Optional(t) => (**t).clone(),
            t => t.clone(),
        };
        let e = cx.expr(value, Some(&want));
        let value = cx.fit(e, &ty, true);
        bindings.push(TBinding { input, value });
    }
    cx.fixes(i, &process, &bindings);
    if i.binder.is_some() || i.list {
        over_list(cx, i, &process, &bindings);
    }
    BodyKind::Include(Box::new(TInclude { process, stages, binder, list: i.list, named, bindings }))
}

/// `named` names items, which only an include over a list of the rule has.
fn not_over_a_list(cx: &mut Cx<'_>, i: &Include, named: &Expr) {
    let message = match i.list {
        true => {
            text!("用户给出的列表，条目以序号称之", "items of a list that the user gives are told by their numbers")
        }
        false => text!("只包含一次，没有条目可命名", "the process is included once: there are no items to name"),
    };
    let d = Diag::new(Code::P017, message).at(cx.at(named.span), text!("命名条目", "names items")).help(text!(
        "去掉 `named`，或写 `for x in 列表 named x.…`",
        "remove `named`, or write `for x in LIST named x.…`"
    ));
    cx.push(d);
}

fn no_process(cx: &mut Cx<'_>, i: &Include) {
    let (Some(first), Some(last)) = (i.process.0.first(), i.process.0.last()) else { return };
    let span = first.span.to(last.span);
    let n = i.process.0.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(".");
    let other =
        [Ns::Value, Ns::Type, Ns::Stage].into_iter().find_map(|ns| match lookup(cx.db, cx.item, ns, n.clone()) {
            Resolved::One(e) => Some(e.item),
            _ => None,
        });
    let d = match (other, lookup(cx.db, cx.item, Ns::Process, n.clone())) {
        (_, Resolved::Many(es)) => crate::report::ambiguous(cx.db, cx.at(span), &n, &es),
        (Some(item), _) => {
            Diag::new(Code::N017, text!("`{n}` 不是过程，不能包含", "`{n}` is no process and cannot be included"))
                .at(cx.at(span), text!("不是过程", "no process"))
                .also(item.name_place(cx.db), text!("声明在此", "declared here"))
        }
        _ => unknown(cx.db, Code::N017, cx.at(span), &n, Ns::Process, &[]),
    };
    cx.push(d);
}

fn no_input(cx: &mut Cx<'_>, process: &Item, name: &Ident) {
    let (p, n) = (process.name(), &name.text);
    let names: Vec<String> = inner_items(cx.db, process.file, process.key.clone())
        .iter()
        .filter(|i| i.key.keyword == "input")
        .map(|i| i.name().to_string())
        .collect();
    let mut d = Diag::new(Code::N018, text!("过程 `{p}` 没有输入 `{n}`", "the process `{p}` has no input `{n}`"))
        .at(cx.at(name.span), text!("只能绑定输入", "only inputs are bound"));
    d = match inside(cx.db, process, Ns::Value, n) {
        Some(other) => d.also(other.name_place(cx.db), text!("这不是输入", "this is no input")),
        None => d.also(process.name_place(cx.db), text!("过程在此", "the process")),
    };
    cx.push(match nearest(n.as_str(), &names) {
        Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(cx.at(name.span), k.clone()),
        None => {
            let list = names.join(", ");
            d.help(text!("它的输入有：{list}", "its inputs are: {list}"))
        }
    });
}

/// An include that leads back to the process that it stands in.
fn endless(cx: &mut Cx<'_>, process: &Item, span: Span) {
    let Some(owner) = cx.item.owner() else { return };
    // Each process with the includes that led to it.
    let mut queue: Vec<(Item, Vec<Item>)> = vec![(process.clone(), vec![cx.item.clone()])];
    let mut seen: Vec<Item> = Vec::new();
    while let Some((p, way)) = queue.pop() {
        if p == owner {
            let names: Vec<&str> = std::iter::once(owner.name())
                .chain(seen.iter().filter(|s| way.iter().any(|w| w.owner().as_ref() == Some(*s))).map(Item::name))
                .chain([owner.name()])
                .collect();
            let (path, o) = (names.join(" → "), owner.name());
            let mut d = Diag::new(Code::R007, text!("过程包含自身：{path}", "the process includes itself: {path}"))
                .at(cx.at(span), text!("又回到 `{o}`", "leads back to `{o}`"));
            for include in &way[1..] {
                d = d.also(include.name_place(cx.db), text!("经过这里", "through here"));
            }
            cx.push(d.help(text!("去掉其中一处包含", "take one of the includes out")));
            return;
        }
        if seen.contains(&p) {
            continue;
        }
        seen.push(p.clone());
        for include in inner_items(cx.db, p.file, p.key.clone()).iter().filter(|i| i.key.keyword == "include") {
            if let Some(next) = included(cx.db, include.file, include.key.clone()) {
                queue.push((next, way.iter().cloned().chain([include.clone()]).collect()));
            }
        }
    }
}

/// The stages of the parameters: by name, or the only one without a name.
fn stages(cx: &mut Cx<'_>, i: &Include, process: &Item) -> Vec<(String, Item)> {
    let names = crate::names::stage_parameters(cx.db, process.file, process.key.clone());
    let list = names.join(", ");
    let p = process.name();
    let mut out: Vec<(String, Item)> = Vec::new();
    for (param, stage) in &i.stages {
        let bound = match param {
            Some(n) => names.iter().find(|x| **x == n.text).cloned(),
            None if names.len() == 1 => names.first().cloned(),
            None => None,
        };
        let Some(bound) = bound else {
            let at = param.as_ref().unwrap_or(stage);
            let n = &at.text;
            let message = match (param, names.is_empty()) {
                (_, true) => text!("过程 `{p}` 没有阶段参数", "the process `{p}` has no stage parameters"),
                (Some(_), _) => {
                    text!("过程 `{p}` 没有阶段参数 `{n}`", "the process `{p}` has no stage parameter `{n}`")
                }
                (None, _) => text!(
                    "过程 `{p}` 有几个阶段参数，不知 `{n}` 归于哪一个",
                    "the process `{p}` has several stage parameters, and which one `{n}` is for is not said"
                ),
            };
            let mut d = Diag::new(Code::N019, message)
                .at(cx.at(at.span), text!("此处", "here"))
                .also(process.name_place(cx.db), text!("过程在此", "the process"));
            if !names.is_empty() {
                d = d.help(text!(
                    "写作 `in 参数: 阶段`；参数有：{list}",
                    "write `in PARAMETER: STAGE`; the parameters are: {list}"
                ));
            }
            cx.push(d);
            continue;
        };
        if out.iter().any(|(n, _)| *n == bound) {
            let at = param.as_ref().unwrap_or(stage);
            cx.error(
                Code::N019,
                at.span,
                text!("阶段参数 `{bound}` 给了两次", "the stage parameter `{bound}` is given twice"),
                text!("再次", "again"),
            );
            continue;
        }
        if let Some(item) = cx.stage(stage) {
            out.push((bound, item));
        } else {
            // The unknown stage was told; the parameter is not missing.
            out.push((bound.clone(), Item::stage_parameter(process, &bound)));
        }
    }
    let missing: Vec<&str> = names.iter().filter(|n| !out.iter().any(|(o, _)| o == *n)).map(String::as_str).collect();
    let told = cx.diags.iter().any(|d| d.code == Code::N019);
    if !missing.is_empty() && !told {
        let list = missing.join(", ");
        let d = Diag::new(
            Code::N019,
            text!("没有给出过程 `{p}` 的阶段：{list}", "the stages of the process `{p}` are not given: {list}"),
        )
        .at(cx.at(i.name.span), text!("缺少阶段", "stages are missing"))
        .also(process.name_place(cx.db), text!("过程在此", "the process"))
        .help(match names.as_slice() {
            [_] => text!("写 `in 阶段`", "write `in STAGE`"),
            _ => {
                let form = missing.iter().map(|m| format!("{m}: …")).collect::<Vec<_>>().join(", ");
                text!("写 `in {form}`", "write `in {form}`")
            }
        });
        cx.push(d);
    }
    out
}

/// What a process needs in order to be included over a list.
fn over_list(cx: &mut Cx<'_>, i: &Include, process: &Item, bindings: &[TBinding]) {
    if i.list {
        super::listed::listed(cx, i, process, bindings);
    }
    for item in inner_items(cx.db, process.file, process.key.clone()) {
        if let Some(Stmt::Product { .. }) = item.ast(cx.db).map(|a| &a.stmt) {
            let (p, n) = (process.name(), item.name());
            let d = Diag::new(
                Code::T011,
                text!(
                    "过程 `{p}` 有产品 `{n}`，不能在列表上包含：每一条目各有一个产品",
                    "the process `{p}` makes `{n}` and cannot be included over a list: each item would make its own"
                ),
            )
            .at(cx.at(i.name.span), text!("在列表上包含", "included over a list"))
            .also(item.name_place(cx.db), text!("声明在此", "declared here"))
            .help(text!(
                "把它包含在另一个消耗该产品的过程里，再在列表上包含那个过程",
                "include it in a process that consumes the product, and include that one over the list"
            ));
            cx.push(d);
        }
    }
    let bound: Vec<&str> = i.bindings.iter().map(|(n, _)| n.text.as_str()).collect();
    each_item(cx, i, process, &bound, &mut Vec::new());
}

/// What cannot be there for each item, in the process and in those that it includes.
fn each_item(cx: &mut Cx<'_>, i: &Include, process: &Item, bound: &[&str], way: &mut Vec<Item>) {
    let before = way.iter().map(|w| format!("{}.", w.name())).collect::<String>();
    for item in inner_items(cx.db, process.file, process.key.clone()) {
        let (p, n) = (process.name(), format!("{before}{}", item.name()));
        let (why, help) = match item.ast(cx.db).map(|a| &a.stmt) {
            Some(Stmt::Input(x)) if !i.list && x.default.is_none() && !bound.contains(&item.name()) => (
                text!(
                    "列表上包含过程 `{p}`，输入 `{n}` 须绑定或有默认值",
                    "the process `{p}` is included over a list: its input `{n}` must be bound or have a default"
                ),
                text!(
                    "绑定它；由用户逐条给出时写 `include … list`",
                    "bind it; if the user gives it for each item, write `include … list`"
                ),
            ),
            Some(Stmt::Report { .. }) => (
                text!(
                    "过程 `{p}` 有报告项 `{n}`，不能在列表上包含：报告项是单个数值，条目数由数据决定",
                    "the process `{p}` has the report `{n}` and cannot be included over a list: a report is one value, and how many items there are the data decide"
                ),
                text!(
                    "把 `report` 移到规则里，报告各条目的合计、最大值等",
                    "move the `report` to the rule, where it is one of a sum, a maximum or a mean over the items"
                ),
            ),
            Some(Stmt::Include(x)) if !way.contains(item) => {
                if x.list && !i.list {
                    (
                        text!(
                            "过程 `{p}` 的 `{n}` 是由用户给出的列表，而 `for` 的条目来自规则，无处给出",
                            "`{n}` of the process `{p}` is a list that the user gives; items of `for` come from the rule, and nobody gives it"
                        ),
                        text!(
                            "外层写 `list`，或里层写 `for x in 列表` 并绑定列表",
                            "write `list` for the outer include, or `for x in LIST` for the inner one and bind the list"
                        ),
                    )
                } else {
                    let Some(q) = included(cx.db, item.file, item.key.clone()) else { continue };
                    // One over a list of its own has been looked at where it stands.
                    if x.binder.is_none() && !x.list && q != *process {
                        let bound: Vec<&str> = x.bindings.iter().map(|(n, _)| n.text.as_str()).collect();
                        way.push(item.clone());
                        each_item(cx, i, &q, &bound, way);
                        way.pop();
                    }
                    continue;
                }
            }
            _ => continue,
        };
        let d = Diag::new(Code::T011, why)
            .at(cx.at(i.name.span), text!("在列表上包含", "included over a list"))
            .also(item.name_place(cx.db), text!("声明在此", "declared here"))
            .help(help);
        cx.push(d);
    }
}
