//! Loops: binders, lists, comprehensions, and tags that must not leave them.

use super::expr::Cx;
use crate::db::Diag;
use crate::names::{Ns, Resolved, lookup};
use crate::types::{EnumRef, TBinder, TExpr, TKind, Ty};
use crate::units::Tag;
use footrule_diag::{Code, Span, text};
use footrule_mir::Fold;
use footrule_syntax::ast::{Binder, Expr, ExprKind, Ident};

impl Cx<'_> {
    /// Types binders; their variables stay in scope until `leave`.
    pub(super) fn binders(&mut self, binders: &[Binder]) -> Vec<TBinder> {
        let mut out = Vec::new();
        for b in binders {
            let list = self.list(&b.list);
            let series = b.series.as_ref().and_then(|(bound, s)| self.series(&list, *bound, s));
            let ty = match &list.ty {
                Ty::List(t) => (**t).clone(),
                Ty::Error => Ty::Error,
                other => {
                    let shown = other.show(self.db);
                    self.error(
                        Code::T002,
                        list.span,
                        text!("需要列表，得到 {shown}", "a list is needed, {shown} was found"),
                        text!("类型为 {shown}", "this is {shown}"),
                    );
                    Ty::Error
                }
            };
            let over = self.over(&list);
            let local = self.local(&b.name, ty.clone());
            if let Some(l) = self.locals.last_mut() {
                l.over = Some(over);
            }
            let filter = b.filter.as_ref().map(|c| self.boolean(c));
            if let Some(c) = &filter {
                self.assume(c);
            }
            out.push(TBinder { local, ty, list, series, filter });
        }
        out
    }

    /// A list, an enumeration's members, or a table's rows.
    pub(super) fn list(&mut self, e: &Expr) -> TExpr {
        if let ExprKind::Field(base, part) = &e.kind
            && let Some(item) = self.inner_list(base, part)
        {
            let make = |kind, ty| TExpr { kind, ty: Ty::List(Box::new(ty)), span: e.span };
            return match item {
                None => TExpr::error(e.span),
                Some(t) if t.key.keyword == "table" => make(TKind::Rows(t.clone()), Ty::Row(t)),
                Some(t) => {
                    let r = EnumRef::Item(t);
                    make(TKind::Members(r.clone()), Ty::Enum(r))
                }
            };
        }
        if let ExprKind::Name(n) = &e.kind
            && !self.locals.iter().any(|l| l.name == n.text)
        {
            let make = |kind, ty| TExpr { kind, ty: Ty::List(Box::new(ty)), span: e.span };
            match n.text.as_str() {
                "Gas" => return make(TKind::Members(EnumRef::Gases), Ty::Enum(EnumRef::Gases)),
                "Stage" => return make(TKind::Members(EnumRef::Stages), Ty::Enum(EnumRef::Stages)),
                _ => {}
            }
            match lookup(self.db, self.item, Ns::Value, n.text.clone()) {
                Resolved::One(x) if x.item.key.keyword == "table" => {
                    return make(TKind::Rows(x.item.clone()), Ty::Row(x.item));
                }
                Resolved::None => {
                    if let Resolved::One(x) = lookup(self.db, self.item, Ns::Type, n.text.clone())
                        && x.item.key.keyword != "record"
                    {
                        let r = EnumRef::Item(x.item);
                        return make(TKind::Members(r.clone()), Ty::Enum(r));
                    }
                }
                _ => {}
            }
        }
        self.expr(e, None)
    }

    /// Runs `f` with its own scope.
    pub(super) fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let (locals, given) = (self.locals.len(), self.given.len());
        let out = f(self);
        self.locals.truncate(locals);
        self.given.truncate(given);
        out
    }

    /// Reports a tag that would leave the items of these binders, and says whether there is one.
    pub(super) fn escape(&mut self, ty: &Ty, binders: &[TBinder], span: Span) -> bool {
        let roots: Vec<String> = binders.iter().map(|b| format!("#{}", b.local)).collect();
        let mut found = None;
        ty.each_tag(&mut |t| {
            if let Tag::Follows { root, shown, .. } = t
                && (roots.contains(root) || root.starts_with('~'))
            {
                found = Some(shown.clone());
            }
        });
        let escapes = found.is_some();
        if let Some(tag) = found {
            let d = Diag::new(
                Code::U009,
                text!(
                    "标签 `{tag}` 只在每个条目之内有意义，不能离开它",
                    "the tag `{tag}` means something only within each item and cannot leave it"
                ),
            )
            .at(self.at(span), text!("各条目的物质不同", "each item may be another substance"))
            .help(text!("若要相加，用 `untag(…)` 明示", "to add them up, say so by `untag(…)`"));
            self.push(d);
        }
        escapes
    }

    pub(super) fn comprehension(
        &mut self,
        function: &Ident,
        body: Option<&Expr>,
        binders: &[Binder],
        span: Span,
    ) -> TExpr {
        let Some(fold) = super::builtin::fold(&function.text) else {
            let n = &function.text;
            return self.error(
                Code::N001,
                function.span,
                text!("`{n}` 不能作用于列表", "`{n}` does not work on a list"),
                text!(
                    "可用 sum、min、max、mean、count、any、all、product",
                    "use sum, min, max, mean, count, any, all or product"
                ),
            );
        };
        self.scoped(|cx| {
            let binders = cx.binders(binders);
            let body = match body {
                Some(b) if matches!(fold, Fold::Any | Fold::All) => cx.boolean(b),
                Some(b) if fold == Fold::Count => cx.expr(b, None),
                Some(b) => {
                    let b = cx.expr(b, None);
                    cx.quantity(b)
                }
                None => TExpr { kind: TKind::Bool(true), ty: Ty::Bool, span },
            };
            let body = if matches!(fold, Fold::Sum | Fold::Mean | Fold::Product) { cx.no_point(body) } else { body };
            let body = if matches!(fold, Fold::Min | Fold::Max | Fold::Product) { cx.whole(body) } else { body };
            if fold == Fold::Product && body.ty != Ty::number() && body.ty != Ty::Error {
                return cx.error(
                    Code::U010,
                    body.span,
                    text!("`product` 只作用于纯数", "`product` works on numbers only"),
                    text!("有单位", "has a unit"),
                );
            }
            let ty = match fold {
                Fold::Count => Ty::number(),
                Fold::Any | Fold::All => Ty::Bool,
                _ => body.ty.clone(),
            };
            if cx.escape(&ty, &binders, body.span) {
                return TExpr::error(span);
            }
            TExpr { kind: TKind::Fold(fold, binders, Box::new(body)), ty, span }
        })
    }
}
