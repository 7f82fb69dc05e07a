//! Emission factors without a source.

use crate::check::{BodyKind, body_of, expressions};
use crate::db::{Db, Diag, Item, SourceFile, all_items};
use crate::types::{TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::Stmt;

/// Emission factors without a source.
pub(super) fn bare(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    for item in all_items(db, file) {
        bare_factors(db, item, &body_of(db, item).kind, out);
    }
}

fn bare_factors(db: &dyn Db, item: &Item, kind: &BodyKind, out: &mut Vec<Diag>) {
    let mut lint = |span: Span, what: &str| {
        out.push(
            Diag::new(Code::L002, text!("{what} 的数值没有来源", "a value of {what} has no source"))
                .at(item.at(span), text!("缺 `source`", "no `source`"))
                .help(text!(
                    "用 `source 名称 {{ title …; year … }}` 声明来源并在此引用",
                    "declare it by `source NAME {{ title …; year … }}` and cite it here"
                )),
        );
    };
    let name = item.name();
    match kind {
        BodyKind::Param(p) => {
            if let Some(r) = p.rows.iter().find(|r| r.source.is_none()) {
                lint(r.span, &format!("`{name}`"));
            }
        }
        BodyKind::Table(t) => {
            if let Some(r) = t.rows.iter().find(|r| r.source.is_none()) {
                lint(r.span, &format!("`{name}`"));
            }
        }
        BodyKind::Value(e) if item.key.keyword == "const" => {
            let cited = matches!(item.ast(db).map(|a| &a.stmt), Some(Stmt::Const { source: Some(_), .. }));
            if !cited && e.ty.unit().is_some_and(crate::units::UnitTy::is_co2e) {
                lint(e.span, &format!("`{name}`"));
            }
        }
        BodyKind::Line(_) => expressions(kind, &mut |e| {
            e.walk(&mut |x| {
                if let (TKind::Number(n, _), Ty::Number(u)) = (&x.kind, &x.ty)
                    && u.is_co2e()
                    && u.atoms.len() > 1
                    && !n.is_zero()
                {
                    lint(x.span, &format!("`{name}`"));
                }
            });
        }),
        _ => {}
    }
}
