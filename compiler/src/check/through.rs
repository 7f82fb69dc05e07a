//! How the values of an included process are read from outside: `boiler.co2`.
//!
//! Guarantees: from outside, a process shows its inputs, its lines, each `open let` and its product, and nothing else.

use super::cycles::dotted;
use super::expr::Cx;
use super::fixed::seen;
use super::{is_open, is_over_list};
use crate::db::{Diag, Item, inner_items};
use crate::names::{Ns, Resolved, included, inside, lookup};
use crate::types::{TExpr, TKind, Through, Ty};
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::ast::{Expr, Ident, Stmt};

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
        if !self.has_outer_type(&item, span) {
            return TExpr::error(span);
        }
        self.through_applies(&t, span);
        let ty = self.type_of(&t);
        TExpr { kind: TKind::Through(t), ty, span }
    }

    /// The type of a value of an included process, as it is seen here.
    pub(super) fn type_of(&self, t: &Through) -> Ty {
        seen(self.db, t)
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
