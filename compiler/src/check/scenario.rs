//! Bodies of scenarios: named values in place of given inputs and of parameters.

use super::BodyKind;
use super::expr::{Cx, Mode};
use crate::db::{Item, Place};
use crate::names::{Ns, Resolved, resolve};
use crate::report::unknown;
use crate::types::{TExpr, Through};
use footrule_diag::{Code, Diagnostic, text};
use footrule_syntax::ast::{Expr, Ident, Path};

/// A scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TScenario {
    /// Inputs and their values.
    pub inputs: Vec<(Through, TExpr, Place)>,
    /// Parameters and their one value for all dates.
    pub params: Vec<(Item, TExpr, Place)>,
}

pub(super) fn scenario(cx: &mut Cx<'_>, entries: &[(Path, Expr)]) -> BodyKind {
    cx.mode = Mode::Plain;
    let mut out = TScenario::default();
    for (path, value) in entries {
        let Some(name) = path.0.first() else { continue };
        match resolve(cx.db, cx.item.file, Ns::Value, name.text.clone()) {
            Resolved::One(e) if e.item.key.keyword == "param" && path.0.len() == 1 => {
                param(cx, &mut out, &e.item, name, value);
            }
            Resolved::One(e) if !matches!(e.item.key.keyword.as_str(), "input" | "param" | "include") => {
                fixed(cx, &e.item, name)
            }
            Resolved::None => {
                let d = unknown(cx.db, Code::N001, cx.at(name.span), &name.text, Ns::Value, &[]);
                cx.push(d);
            }
            _ => super::test::set(cx, &mut out.inputs, path, value, name.span.to(value.span)),
        }
    }
    BodyKind::Scenario(Box::new(out))
}

fn param(cx: &mut Cx<'_>, out: &mut TScenario, item: &Item, name: &Ident, value: &Expr) {
    if out.params.iter().any(|(i, ..)| i == item) {
        let n = &name.text;
        let label = text!("重复", "again");
        cx.error(Code::I011, name.span, text!("参数 `{n}` 给了两次", "parameter `{n}` is given twice"), label);
        return;
    }
    let ty = super::value_type(cx.db, item.file, item.key.clone()).clone();
    let e = cx.expr(value, Some(&ty));
    let e = cx.fit(e, &ty, true);
    if super::decl::literal(&e).is_none() {
        if e.ty != crate::types::Ty::Error {
            cx.error(
                Code::T006,
                value.span,
                text!("情景中的参数值须为常量", "the value of a parameter in a scenario is a constant"),
                text!("依赖其他值", "depends on other values"),
            );
        }
        return;
    }
    let place = cx.at(name.span.to(value.span));
    out.params.push((item.clone(), e, place));
}

/// What a rule computes, or a law of nature, is the same in every scenario.
fn fixed(cx: &mut Cx<'_>, item: &Item, name: &Ident) {
    let (n, keyword) = (&name.text, &item.key.keyword);
    let d = Diagnostic::new(
        Code::R021,
        text!("情景只能改变输入与参数，不能改变 `{n}`", "a scenario changes inputs and parameters, not `{n}`"),
    )
    .at(cx.at(name.span), text!("这是 {keyword}", "this is a `{keyword}`"))
    .also(item.name_place(cx.db), text!("在此声明", "declared here"))
    .help(text!("改变它所依据的输入或参数", "change the inputs or parameters that it is computed from"));
    cx.push(d);
}

/// The scenario that a test names.
pub(super) fn named(cx: &mut Cx<'_>, name: &Ident) -> Option<String> {
    match resolve(cx.db, cx.item.file, Ns::Scenario, name.text.clone()) {
        Resolved::One(_) => Some(name.text.clone()),
        _ => {
            let d = unknown(cx.db, Code::N001, cx.at(name.span), &name.text, Ns::Scenario, &[]);
            cx.push(d);
            None
        }
    }
}
