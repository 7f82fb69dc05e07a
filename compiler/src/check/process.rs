//! Unit processes: their declaration, their includes, and how their values are read from outside.
//!
//! Guarantees: a process is checked once, in its own scope; an include checks only what it adds. From outside, a
//! process shows its inputs, its lines, each `open let` and its product, and nothing else.

use super::BodyKind;
use super::cycles::dotted;
use super::expr::{Cx, Mode};
use super::instance::bound_input;
use super::{is_open, is_over_list, value_type};
use crate::db::{Diag, Item, inner_items};
use crate::names::{Ns, Resolved, StmtName, included, inside, lookup, process_index};
use crate::report::unknown;
use crate::types::{TBinder, TExpr, TKind, Through, Ty};
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::ast::{self, DeclaredUnit, Expr, Generic, Ident, Include, Stmt};
use std::collections::BTreeMap;

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
    /// Bound inputs.
    pub bindings: Vec<TBinding>,
}

/// A checked product of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TProcessProduct {
    /// The output, in the declared unit.
    pub of: TExpr,
    /// CO2e per unit of output.
    pub ty: Ty,
}

/// What may stand in a process.
fn belongs(stmt: &Stmt) -> bool {
    matches!(
        stmt,
        Stmt::Input(_)
            | Stmt::Let { .. }
            | Stmt::Line(_)
            | Stmt::Check(_)
            | Stmt::Report { .. }
            | Stmt::Param(_)
            | Stmt::Table(_)
            | Stmt::Record { .. }
            | Stmt::Enum { flow: false, .. }
            | Stmt::Const { .. }
            | Stmt::Fn { .. }
            | Stmt::Source { .. }
            | Stmt::Include(_)
            | Stmt::Product { .. }
            | Stmt::Broken { .. }
    )
}

/// Checks the head of a process and which statements it holds.
pub(super) fn process(
    cx: &mut Cx<'_>,
    params: &[(Ident, Ident)],
    generics: &[Generic],
    body: &[ast::Item],
) -> BodyKind {
    if let Some(g) = generics.first() {
        cx.push(crate::sigs::not_yet(cx.item, g.name.span, "process <…>"));
    }
    for (name, kind) in params {
        if kind.text != "stage" {
            let k = &kind.text;
            cx.error(
                Code::N019,
                kind.span,
                text!("过程的参数是阶段，得到 `{k}`", "the parameters of a process are stages, `{k}` was found"),
                text!("写作 `名称: stage`；其他数据写成 `input`", "write `NAME: stage`; other data are inputs"),
            );
        }
        if lookup_file(cx, Ns::Stage, &name.text) {
            shadows(cx, name);
        }
    }
    let mut product: Option<Span> = None;
    for item in body {
        if !belongs(&item.stmt) {
            let word = cx.item.slice(cx.db, item.span).split_whitespace().next().unwrap_or("").to_string();
            let span = Span::new(item.span.start, item.span.start + word.len() as u32);
            let d = Diag::new(
                Code::R009,
                text!("`{word}` 不能写在过程里", "`{word}` has no place in a process"),
            )
            .at(cx.at(span), text!("移到过程之外", "move it out of the process"))
            .help(text!(
                "过程里可写输入、中间量、排放行、检查、报告、表与产品；规则头、阶段、物质、测试与例外写在文件里",
                "a process holds inputs, definitions, lines, checks, reports, tables and a product; the header, stages, flows, tests and exceptions stand in the file"
            ));
            cx.push(d);
        }
        if let Stmt::Line(line) = &item.stmt
            && let Some(to) = &line.to
        {
            let d = Diag::new(
                Code::R009,
                text!("过程的排放行不写归于哪个产品", "a line of a process does not say to which product it goes"),
            )
            .at(cx.at(to.span), text!("过程不知道规则的产品", "a process does not know the rule's products"))
            .help(text!(
                "去掉 `to`；规则用 `allocate … over 阶段` 分配",
                "remove `to`; the rule shares the line out by `allocate … over STAGE`"
            ));
            cx.push(d);
        }
        if let Stmt::Product { name, .. } = &item.stmt {
            if let Some(first) = product {
                let d = Diag::new(Code::R009, text!("一个过程只有一种产品", "a process makes one product"))
                    .at(cx.at(name.span), text!("第二种产品", "a second product"))
                    .also(cx.at(first), text!("第一种产品", "the first product"))
                    .help(text!(
                        "拆成两个过程，或在过程内分配",
                        "make it two processes, or share the burden out inside it"
                    ));
                cx.push(d);
            }
            product.get_or_insert(name.span);
        }
        // Tables, records and the rest are declared once, and nowhere else.
        if let (Some(name), Some(ns)) = (item.stmt.name(), item.stmt.ns().or(product_ns(&item.stmt))) {
            if lookup_file(cx, ns, &name.text) {
                shadows(cx, name);
            }
            if ns == Ns::Value && super::BUILTIN.contains(&name.text.as_str()) {
                let d = crate::report::reserved(cx.at(name.span), &name.text);
                cx.push(d);
            }
        }
    }
    doubled(cx);
    BodyKind::None
}

fn product_ns(stmt: &Stmt) -> Option<Ns> {
    matches!(stmt, Stmt::Product { .. }).then_some(Ns::Value)
}

/// True if the file or a module of it declares the name.
fn lookup_file(cx: &Cx<'_>, ns: Ns, name: &str) -> bool {
    crate::names::resolve(cx.db, cx.item.file, ns, name.to_string()) != Resolved::None
}

fn shadows(cx: &mut Cx<'_>, name: &Ident) {
    let n = &name.text;
    let d =
        Diag::new(Code::N002, text!("名称 `{n}` 在过程之外已经使用", "the name `{n}` is taken outside the process"))
            .at(cx.at(name.span), text!("再次声明", "declared again"))
            .help(text!("换一个名称；名称不能互相遮蔽", "choose another name; names do not shadow each other"));
    cx.push(d);
}

/// Names that the process declares twice.
fn doubled(cx: &mut Cx<'_>) {
    let index = process_index(cx.db, cx.item.file, cx.item.key.clone());
    let twice: BTreeMap<_, _> = index.iter().filter(|(_, es)| es.len() > 1).collect();
    for ((_, name), entries) in twice {
        for e in &entries[1..] {
            let d = Diag::new(Code::N002, text!("`{name}` 声明了两次", "`{name}` is declared twice"))
                .at(e.item.name_place(cx.db), text!("再次声明", "declared again"))
                .also(entries[0].item.name_place(cx.db), text!("先声明在此", "first declared here"))
                .help(text!("给其中一个换名称", "give one of them another name"));
            cx.push(d);
        }
    }
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
        let ty = value_type(cx.db, input.file, input.key.clone()).clone();
        let want = match &ty {
            Ty::Optional(t) => (**t).clone(),
            t => t.clone(),
        };
        let e = cx.expr(value, Some(&want));
        let value = cx.fit(e, &ty, true);
        bindings.push(TBinding { input, value });
    }
    if i.binder.is_some() || i.list {
        over_list(cx, i, &process, &bindings);
    }
    BodyKind::Include(Box::new(TInclude { process, stages, binder, list: i.list, bindings }))
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
        let (p, n) = (process.name(), item.name());
        let why = match item.ast(cx.db).map(|a| &a.stmt) {
            Some(Stmt::Input(x)) if !i.list && x.default.is_none() && !bindings.iter().any(|b| b.input == *item) => {
                text!(
                    "列表上包含过程 `{p}`，输入 `{n}` 须绑定或有默认值",
                    "the process `{p}` is included over a list: its input `{n}` must be bound or have a default"
                )
            }
            Some(Stmt::Report { .. }) => text!(
                "过程 `{p}` 有报告项 `{n}`，不能在列表上包含",
                "the process `{p}` has the report `{n}` and cannot be included over a list"
            ),
            Some(Stmt::Product { .. }) => text!(
                "过程 `{p}` 有产品 `{n}`，不能在列表上包含",
                "the process `{p}` makes `{n}` and cannot be included over a list"
            ),
            Some(Stmt::Include(_)) => text!(
                "过程 `{p}` 自己包含过程 `{n}`，不能在列表上包含",
                "the process `{p}` includes `{n}` itself and cannot be included over a list"
            ),
            _ => continue,
        };
        let d = Diag::new(Code::T011, why)
            .at(cx.at(i.name.span), text!("在列表上包含", "included over a list"))
            .also(item.name_place(cx.db), text!("声明在此", "declared here"));
        cx.push(d);
    }
}

/// Checks the product of a process.
pub(super) fn product(cx: &mut Cx<'_>, unit: &DeclaredUnit) -> BodyKind {
    cx.mode = Mode::Line;
    if unit.amount != footrule_number::Number::ONE {
        let n = unit.amount;
        cx.error(
            Code::T001,
            unit.span,
            text!("过程产品按 1 个单位给出，得到 {n}", "the product of a process is per 1 unit, {n} was found"),
            text!("写 1", "write 1"),
        );
    }
    let own = cx.unit(&unit.unit);
    let Some(of) = &unit.of else {
        cx.error(
            Code::T001,
            unit.span,
            text!("过程产品须写明产量：`of …`", "the product of a process names its output: `of …`"),
            text!("缺少产量", "no output"),
        );
        return BodyKind::None;
    };
    let e = cx.expr(of, None);
    let of = cx.fit(e, &Ty::Number(own.clone()), false);
    let factor = crate::sigs::factor_unit(cx.db, cx.item, &own);
    BodyKind::ProcessProduct(Box::new(TProcessProduct { of, ty: Ty::Split(factor) }))
}

impl Cx<'_> {
    /// `boiler.co2`: something of an included process; `None` if the name is of another kind.
    pub(super) fn of_include(&mut self, base: &Expr, field: &Ident, span: Span) -> Option<TExpr> {
        let mut parts = dotted(base)?;
        parts.push(field);
        let (first, rest) = parts.split_first()?;
        if self.locals.iter().any(|l| l.name == first.text) {
            return None;
        }
        let Resolved::One(e) = lookup(self.db, self.item, Ns::Value, first.text.clone()) else { return None };
        if e.item.key.keyword != "include" {
            return None;
        }
        let mut path = vec![e.item];
        for (k, part) in rest.iter().enumerate() {
            let last = path.last()?;
            // An include of nothing was told where it stands.
            let Some(process) = included(self.db, last.file, last.key.clone()) else {
                return Some(TExpr::error(span));
            };
            match inside(self.db, &process, Ns::Value, &part.text) {
                Some(item) if item.key.keyword == "include" => path.push(item),
                // Parts of the value itself: the caller takes them off.
                Some(_) if k + 1 < rest.len() => return None,
                Some(item) => return Some(self.through(Through { path, item }, &process, part, span)),
                None => return Some(self.not_offered(&process, part)),
            }
        }
        let last = path.last()?.clone();
        Some(self.bare_include(&last, span))
    }

    /// An include where a value is needed.
    pub(super) fn bare_include(&mut self, item: &Item, span: Span) -> TExpr {
        let n = item.name();
        self.error(
            Code::T002,
            span,
            text!("`{n}` 是包含的过程，不是数值", "`{n}` is an included process and no value"),
            text!("写明其中一项：`{n}.名称`", "name something of it: `{n}.NAME`"),
        )
    }

    fn through(&mut self, t: Through, process: &Item, name: &Ident, span: Span) -> TExpr {
        let (db, item) = (self.db, t.item.clone());
        let over = t.path.iter().find(|i| *is_over_list(db, i.file, i.key.clone()));
        if let Some(include) = over {
            let (n, i, full) = (&name.text, include.name(), t.name());
            let d = Diag::new(
                Code::T011,
                text!(
                    "`{i}` 在列表上包含，`{n}` 没有单一数值",
                    "`{i}` is included over a list: `{n}` has no single value"
                ),
            )
            .at(self.at(span), text!("每一条目各有一个", "one for each item"))
            .also(include.name_place(db), text!("在此包含", "included here"))
            .help(text!("排放行的合计用 `total_of({full})`", "for the sum of a line use `total_of({full})`"));
            self.push(d);
            return TExpr::error(span);
        }
        match item.key.keyword.as_str() {
            "input" | "product" | "emission" | "removal" | "credit" | "apart" => {}
            "let" if *is_open(db, item.file, item.key.clone()) => {}
            _ => return self.hidden(process, &item, name),
        }
        if *is_over_list(db, item.file, item.key.clone()) {
            let full = t.name();
            return self.error(
                Code::T002,
                span,
                text!(
                    "`{full}` 是列表上的排放行，没有单一数量",
                    "`{full}` is a line over a list and has no single quantity"
                ),
                text!("用 `total_of({full})`", "use `total_of({full})`"),
            );
        }
        if let Some(Some(c)) = super::conditional::conditions(db, item.file, item.key.clone()).first() {
            self.outside(&t.name(), &item, c.span, span);
            return TExpr::error(span);
        }
        let ty = value_type(db, item.file, item.key.clone()).clone();
        TExpr { kind: TKind::Through(t), ty, span }
    }

    fn hidden(&mut self, process: &Item, item: &Item, name: &Ident) -> TExpr {
        let (p, n) = (process.name(), &name.text);
        let d = Diag::new(
            Code::N020,
            text!(
                "`{n}` 属于过程 `{p}` 内部，此处不能读取",
                "`{n}` is internal to the process `{p}` and is not read here"
            ),
        )
        .at(self.at(name.span), text!("没有公开", "not open"))
        .also(item.name_place(self.db), text!("声明在此", "declared here"));
        let private = item.key.keyword == "let";
        self.push(if private {
            d.help(text!("要公开它，写 `open let {n} = …`", "to open it, write `open let {n} = …`"))
        } else {
            d.help(text!(
                "可读的是输入、`open let`、排放行与产品",
                "what can be read are inputs, `open let`, lines and the product"
            ))
        });
        TExpr::error(name.span)
    }

    fn not_offered(&mut self, process: &Item, name: &Ident) -> TExpr {
        let (p, n) = (process.name(), &name.text);
        let names: Vec<String> = inner_items(self.db, process.file, process.key.clone())
            .iter()
            .filter(|i| match i.key.keyword.as_str() {
                "let" => *is_open(self.db, i.file, i.key.clone()),
                "input" | "product" | "emission" | "removal" | "credit" | "apart" | "include" => true,
                _ => false,
            })
            .map(|i| i.name().to_string())
            .collect();
        let d = Diag::new(Code::N020, text!("过程 `{p}` 没有 `{n}`", "the process `{p}` has no `{n}`"))
            .at(self.at(name.span), text!("不存在", "nothing of that name"))
            .also(process.name_place(self.db), text!("过程在此", "the process"));
        let d = match nearest(n.as_str(), &names) {
            Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(self.at(name.span), k.clone()),
            None => {
                let list = names.join(", ");
                d.help(text!("可读的有：{list}", "what can be read: {list}"))
            }
        };
        self.push(d);
        TExpr::error(name.span)
    }

    /// True for an input that the user gives: bound ones are the rule's.
    pub(super) fn is_open_input(&self, t: &Through) -> bool {
        t.path.iter().all(|i| !*is_over_list(self.db, i.file, i.key.clone()))
            && t.path.last().is_none_or(|include| match include.ast(self.db).map(|a| &a.stmt) {
                Some(Stmt::Include(i)) => !i.bindings.iter().any(|(n, _)| n.text == t.item.name()),
                _ => false,
            })
    }

    /// The line that a name or `boiler.co2` means.
    pub(super) fn line_path(&mut self, parts: &[&Ident]) -> Option<Through> {
        let (last, before) = parts.split_last()?;
        if before.is_empty() {
            return self.line(last).map(Through::from);
        }
        let names: Vec<&str> = parts.iter().map(|i| i.text.as_str()).collect();
        let is_line = |t: &Through| {
            t.path.len() == before.len()
                && matches!(t.item.key.keyword.as_str(), "emission" | "removal" | "credit" | "apart")
        };
        if let Some(t) = crate::names::reach(self.db, self.item, &names).filter(is_line) {
            return Some(t);
        }
        let (n, span) = (names.join("."), parts[0].span.to(last.span));
        self.error(
            Code::N020,
            span,
            text!("没有排放行 `{n}`", "there is no line `{n}`"),
            text!("写作 `包含的名称.排放行`", "written `INCLUDE.LINE`"),
        );
        None
    }
}
