//! Unit processes: their declaration, what may stand in them, and their product.
//!
//! Guarantees: a process is checked once, in its own scope, however often it is included.

use super::BodyKind;
use super::expr::{Cx, Mode};
use crate::db::Diag;
use crate::names::{Ns, Resolved, StmtName, process_index};
use crate::types::{TExpr, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::{self, DeclaredUnit, Generic, Ident, Stmt};
use std::collections::BTreeMap;

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
            | Stmt::Except { .. }
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
    super::generic::named(cx.db, cx.item, generics, &mut cx.diags);
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
                "过程里可写输入、中间量及其例外、排放行、检查、报告、表与产品；规则头、阶段、物质与测试写在文件里",
                "a process holds inputs, definitions and their exceptions, lines, checks, reports, tables and a product; the header, stages, flows and tests stand in the file"
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
