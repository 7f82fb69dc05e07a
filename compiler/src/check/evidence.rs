//! `require evidence x`: which input, or which part of one, must say where it comes from.

use super::BodyKind;
use super::expr::Cx;
use crate::names::{Ns, Resolved, is_listed, lookup, reach};
use crate::report::unknown;
use crate::sigs::{Sig, sig};
use crate::types::{Through, Ty};
use footrule_diag::{Code, Diagnostic, nearest, text};
use footrule_syntax::ast::{Ident, Path};

/// What must carry evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TEvidence {
    /// The input.
    pub input: Through,
    /// Fields inside it.
    pub fields: Vec<String>,
}

pub(super) fn evidence(cx: &mut Cx<'_>, of: &Path) -> BodyKind {
    let Some(name) = of.0.first() else { return BodyKind::None };
    let n = &name.text;
    let parts: Vec<&str> = of.0.iter().map(|i| i.text.as_str()).collect();
    let input = match (reach(cx.db, cx.item, &parts), lookup(cx.db, cx.item, Ns::Value, n.clone())) {
        (Some(t), _) if matches!(t.item.key.keyword.as_str(), "input" | "include") => {
            let t = whole_list(cx, t);
            if !cx.is_open_input(&t) {
                bound(cx, of, &t);
                return BodyKind::None;
            }
            t
        }
        (_, Resolved::One(e)) => {
            let d = Diagnostic::new(
                Code::R022,
                text!("凭证只能要求输入给出，`{n}` 不是输入", "evidence is asked of inputs; `{n}` is none"),
            )
            .at(cx.at(name.span), text!("不是输入", "no input"))
            .also(e.item.name_place(cx.db), text!("在此声明", "declared here"))
            .help(text!("写它所依据的输入", "name the inputs that it is computed from"));
            cx.push(d);
            return BodyKind::None;
        }
        _ => {
            let d = unknown(cx.db, Code::N001, cx.at(name.span), n, Ns::Value, &[]);
            cx.push(d);
            return BodyKind::None;
        }
    };
    let rest = &of.0[input.path.len() + 1..];
    let mut ty = super::value_type(cx.db, input.item.file, input.item.key.clone()).clone();
    for field in rest {
        match part(cx, &ty, field) {
            Some(t) => ty = t,
            None => return BodyKind::None,
        }
    }
    BodyKind::Evidence(TEvidence { input, fields: rest.iter().map(|f| f.text.clone()).collect() })
}

/// An input of an item of an `include … list` is part of the list, which is what the user gives.
fn whole_list(cx: &Cx<'_>, t: Through) -> Through {
    match t.path.iter().position(|i| *is_listed(cx.db, i.file, i.key.clone())) {
        Some(k) => Through { path: t.path[..k].to_vec(), item: t.path[k].clone() },
        None => t,
    }
}

/// An input of a process that an include binds: nobody gives it.
fn bound(cx: &mut Cx<'_>, of: &Path, t: &Through) {
    let (Some(first), Some(last)) = (of.0.first(), of.0.last()) else { return };
    let n = t.name();
    let mut d = Diagnostic::new(
        Code::R022,
        text!("凭证只能要求输入给出，`{n}` 由包含绑定", "evidence is asked of inputs; `{n}` is bound by its include"),
    )
    .at(cx.at(first.span.to(last.span)), text!("不由用户给出", "the user does not give it"));
    if let Some(include) = t.path.last() {
        d = d.also(include.name_place(cx.db), text!("在此包含", "included here"));
    }
    cx.push(d.help(text!("写它所依据的输入", "name the inputs that it is computed from")));
}

/// The type of a part that data may give: of a record's field, whether or not there is a list of them.
fn part(cx: &mut Cx<'_>, ty: &Ty, field: &Ident) -> Option<Ty> {
    let known: Vec<(String, Ty)> = match ty {
        Ty::Error => return None,
        Ty::List(t) | Ty::Optional(t) => return part(cx, t, field),
        Ty::Activity(u) => ["amount", "factor"].map(|n| (n.to_owned(), Ty::Number(u.clone()))).into(),
        Ty::Record(r) => match &sig(cx.db, r).sig {
            Sig::Record(fields) => {
                fields.iter().filter(|f| !f.computed).map(|f| (f.name.clone(), f.ty.clone())).collect()
            }
            _ => Vec::new(),
        },
        Ty::Each(i) => match cx.each(i) {
            Some((members, t)) => cx.members(&members).into_iter().map(|m| (m, t.clone())).collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    if let Some((_, t)) = known.iter().find(|(n, _)| *n == field.text) {
        return Some(t.clone());
    }
    let n = &field.text;
    let d = Diagnostic::new(Code::N009, text!("数据里没有 `{n}` 这一项", "the data have no `{n}`"))
        .at(cx.at(field.span), text!("未知", "unknown"));
    let d = match nearest(n.as_str(), known.iter().map(|(k, _)| k.as_str())) {
        Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(cx.at(field.span), k),
        None => d,
    };
    cx.push(d);
    None
}
