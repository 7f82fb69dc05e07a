//! What a process declares, named from outside by the process: `combustion.Fuel`, `combustion.factor(coal)`.
//!
//! Guarantees: only types, tables, parameters, constants and functions are named so, and only those that are the same in
//! every include: nothing that reads an input or a definition of the process, or is made with one of its variables.

use super::cycles::paths;
use super::expr::Cx;
use crate::db::{Db, Diag, Item, SourceFile, chunk, inner_items};
use crate::generics::process_variables;
use crate::names::{Ns, Resolved, StmtName, included, inside, is_data, lookup, process_called};
use crate::types::{EnumRef, TExpr, Ty};
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::Key;
use footrule_syntax::ast::{self, Expr, ExprKind, Ident, Stmt, Type};

/// What a declaration of a process mentions by name: values in formulas, types.
fn mentioned(db: &dyn Db, item: &Item) -> Vec<Item> {
    let mut out = Vec::new();
    let Some(ast) = item.ast(db) else { return out };
    let (mut own, mut types, mut exprs): (Vec<&str>, Vec<&Type>, Vec<&Expr>) = Default::default();
    match &ast.stmt {
        Stmt::Record { fields, requires, .. } => {
            for f in fields {
                own.push(&f.name.text);
                types.extend(&f.ty);
                exprs.extend(
                    f.default.iter().chain(&f.computed).chain(&f.when).chain(f.factor.iter().map(|x| &x.value)),
                );
            }
            exprs.extend(requires.iter().map(|c| &c.condition));
        }
        Stmt::Fn { params, result, body, .. } => {
            own.extend(params.iter().map(|(n, _)| n.text.as_str()));
            types.extend(params.iter().map(|(_, t)| t).chain([result]));
            exprs.push(body);
        }
        Stmt::Const { ty, value, .. } => {
            types.extend(ty);
            exprs.push(value);
        }
        Stmt::Table(t) => {
            types.extend(t.keys.iter().map(|k| &k.ty).chain(t.columns.iter().map(|(_, ty)| ty)));
            exprs.extend(t.rows.iter().flat_map(|r| &r.values));
        }
        Stmt::Param(p) => exprs.extend(p.rows.iter().map(|r| &r.value)),
        _ => {}
    }
    for e in exprs {
        paths(e, &mut |p| {
            if !own.contains(&p[0])
                && let Resolved::One(e) = lookup(db, item, Ns::Value, p[0].to_string())
            {
                out.push(e.item);
            }
        });
    }
    for mut ty in types {
        while let Type::List(t, _) | Type::Optional(t, _) = ty {
            ty = t;
        }
        let name = match ty {
            Type::Unit(u) if u.atoms.len() == 1 => u.atoms.first().map(|a| &a.symbol),
            Type::Inner(path) => path.0.last(),
            _ => None,
        };
        if let Some(n) = name
            && let Resolved::One(e) = lookup(db, item, Ns::Type, n.text.clone())
        {
            out.push(e.item);
        }
    }
    out
}

/// True if what a process declares is the same in every include of it.
#[salsa::tracked]
pub fn is_free(db: &dyn Db, file: SourceFile, key: Key) -> bool {
    let item = Item { file, key };
    let Some(process) = item.owner() else { return true };
    let variables = process_variables(db, file, process.key.clone());
    let mut seen: Vec<Item> = Vec::new();
    let mut queue = vec![item];
    while let Some(i) = queue.pop() {
        if seen.contains(&i) {
            continue;
        }
        if !is_data(&i) {
            return false;
        }
        let text = chunk(db, i.file, i.key.clone()).as_ref().map_or("", |c| &*c.text);
        let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        if words.any(|w| variables.iter().any(|v| v.name() == w)) {
            return false;
        }
        queue.extend(mentioned(db, &i).into_iter().filter(|m| m.owner().as_ref() == Some(&process)));
        seen.push(i);
    }
    true
}

/// What a process has under a name, with what is wrong in naming it here.
fn named(db: &dyn Db, from: &Item, process: &Item, part: &Ident, spaces: &[Ns]) -> Result<Item, Box<Diag>> {
    let (p, n) = (process.name(), &part.text);
    let Some(item) = spaces.iter().find_map(|ns| inside(db, process, *ns, n)) else {
        let all = inner_items(db, process.file, process.key.clone()).iter().filter(|i| is_data(i));
        let names: Vec<String> = all
            .filter(|i| i.ast(db).and_then(|a| a.stmt.ns()).is_some_and(|ns| spaces.contains(&ns)))
            .map(|i| i.name().to_string())
            .collect();
        let d = Diag::new(Code::N020, text!("过程 `{p}` 没有声明 `{n}`", "the process `{p}` declares no `{n}`"))
            .at(from.at(part.span), text!("不存在", "nothing of that name"))
            .also(process.name_place(db), text!("过程在此", "the process"));
        return Err(Box::new(match nearest(n.as_str(), &names) {
            Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(from.at(part.span), k.clone()),
            None => d,
        }));
    };
    if !is_data(&item) {
        let d = Diag::new(
            Code::N020,
            text!(
                "`{n}` 各次包含不同，不能以过程 `{p}` 称之",
                "`{n}` differs from include to include and is not named by the process `{p}`"
            ),
        )
        .at(from.at(part.span), text!("属于一次包含", "belongs to an include"))
        .also(item.name_place(db), text!("声明在此", "declared here"))
        .help(text!("写作 `包含的名称.{n}`", "write `INCLUDE.{n}`"));
        return Err(Box::new(d));
    }
    if !is_free(db, item.file, item.key.clone()) {
        let d = Diag::new(
            Code::T034,
            text!(
                "`{n}` 取决于过程 `{p}` 的输入或变量，各次包含不同",
                "`{n}` depends on inputs or variables of the process `{p}`: it differs from include to include"
            ),
        )
        .at(from.at(part.span), text!("在过程之外", "outside the process"))
        .also(item.name_place(db), text!("声明在此", "declared here"))
        .help(text!(
            "移到过程之外声明，或在过程里用 `open let` 公开结果",
            "declare it outside the process, or open its result by an `open let` in the process"
        ));
        return Err(Box::new(d));
    }
    Ok(item)
}

/// A type that a process declares, as a type is written.
pub(crate) fn inner_type(db: &dyn Db, from: &Item, path: &ast::Path, diags: &mut Vec<Diag>) -> Option<Item> {
    let [first, part] = path.0.as_slice() else {
        let span = path.0.iter().map(|i| i.span).reduce(Span::to)?;
        let n = path.0.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(".");
        let d = Diag::new(Code::N008, text!("类型 `{n}` 未知", "unknown type `{n}`"));
        diags
            .push(d.at(from.at(span), text!("此处", "here")).help(text!("写作 `过程.类型`", "written `PROCESS.TYPE`")));
        return None;
    };
    let n = first.text.clone();
    let process = match lookup(db, from, Ns::Process, n.clone()) {
        Resolved::One(e) => e.item,
        Resolved::Many(es) => {
            diags.push(crate::report::ambiguous(db, from.at(first.span), &n, &es));
            return None;
        }
        Resolved::None => {
            let mut d = crate::report::unknown(db, Code::N017, from.at(first.span), &n, Ns::Process, &[]);
            if let Some(p) = behind(db, from, &n) {
                let p = p.name();
                d = Diag::new(
                    Code::N017,
                    text!(
                        "`{n}` 是包含，类型以过程 `{p}` 称之",
                        "`{n}` is an include; its types are named by the process `{p}`"
                    ),
                )
                .at(from.at(first.span), text!("不是过程", "no process"))
                .help(text!("写作 `{p}`", "write `{p}`"))
                .fix(from.at(first.span), p);
            }
            diags.push(d);
            return None;
        }
    };
    named(db, from, &process, part, &[Ns::Type]).map_err(|d| diags.push(*d)).ok()
}

/// The process that an include of this name brings.
fn behind(db: &dyn Db, from: &Item, name: &str) -> Option<Item> {
    match lookup(db, from, Ns::Value, name.to_string()) {
        Resolved::One(e) if e.item.key.keyword == "include" => included(db, e.item.file, e.item.key.clone()),
        _ => None,
    }
}

impl Cx<'_> {
    fn process_before(&self, base: &Expr) -> Option<Item> {
        let ExprKind::Name(n) = &base.kind else { return None };
        if self.locals.iter().any(|l| l.name == n.text) {
            return None;
        }
        process_called(self.db, self.item, &n.text)
    }

    /// What `combustion.factor` means, if a process stands before the dot; `Some(None)` if something was wrong and told.
    pub(super) fn inner_item(&mut self, base: &Expr, part: &Ident) -> Option<Option<Item>> {
        let Some(process) = self.process_before(base) else { return self.by_include(base, part) };
        // An include of the same name is meant by what only an include has.
        if let ExprKind::Name(n) = &base.kind
            && behind(self.db, self.item, &n.text).is_some()
            && !inside(self.db, &process, Ns::Value, &part.text)
                .or_else(|| inside(self.db, &process, Ns::Type, &part.text))
                .is_some_and(|i| is_data(&i))
        {
            return None;
        }
        match named(self.db, self.item, &process, part, &[Ns::Value, Ns::Type]) {
            Ok(item) => Some(Some(item)),
            Err(d) => {
                self.push(*d);
                Some(None)
            }
        }
    }

    /// `boiler.factor` with the name of an include, where the process is to be named.
    fn by_include(&mut self, base: &Expr, part: &Ident) -> Option<Option<Item>> {
        let ExprKind::Name(n) = &base.kind else { return None };
        if self.locals.iter().any(|l| l.name == n.text) {
            return None;
        }
        let process = behind(self.db, self.item, &n.text)?;
        let find = |ns| inside(self.db, &process, ns, &part.text).filter(is_data);
        let item = find(Ns::Value).or_else(|| find(Ns::Type))?;
        let (p, n, x) = (process.name(), &n.text, &part.text);
        let d = Diag::new(
            Code::N020,
            text!("`{x}` 以过程称之，不以包含 `{n}`", "`{x}` is named by the process, not by the include `{n}`"),
        )
        .at(self.at(base.span), text!("这是包含", "this is an include"))
        .also(item.name_place(self.db), text!("声明在此", "declared here"))
        .help(text!("写作 `{p}.{x}`", "write `{p}.{x}`"))
        .fix(self.at(base.span), p);
        self.push(d);
        Some(None)
    }

    /// `combustion.k`, `combustion.Grade.high`: a value that a process declares.
    pub(super) fn inner_data(&mut self, base: &Expr, field: &Ident, span: Span) -> Option<TExpr> {
        if let ExprKind::Field(first, part) = &base.kind
            && self
                .process_before(first)
                .is_some_and(|p| inside(self.db, &p, Ns::Type, &part.text).is_some_and(|i| i.key.keyword == "enum"))
        {
            let Some(item) = self.inner_item(first, part)? else { return Some(TExpr::error(span)) };
            let e = EnumRef::Item(item);
            return Some(match self.member(&e, field) {
                Some(x) => TExpr { span, ..x },
                None => self.name(field, Some(&Ty::Enum(e))),
            });
        }
        let Some(item) = self.inner_item(base, field)? else { return Some(TExpr::error(span)) };
        Some(match item.key.keyword.as_str() {
            "record" | "enum" => {
                let n = item.name();
                self.error(
                    Code::T002,
                    span,
                    text!("`{n}` 是类型，不是数值", "`{n}` is a type and no value"),
                    text!("此处须为数值", "a value is needed here"),
                )
            }
            _ => self.value(&item, span),
        })
    }

    /// A table or an enumeration of a process, where a list is needed.
    pub(super) fn inner_list(&mut self, base: &Expr, part: &Ident) -> Option<Option<Item>> {
        let process = self.process_before(base)?;
        let listed =
            |ns, keyword| inside(self.db, &process, ns, &part.text).is_some_and(|i| i.key.keyword.as_str() == keyword);
        if !listed(Ns::Value, "table") && !listed(Ns::Type, "enum") {
            return None;
        }
        self.inner_item(base, part)
    }

    /// The table that is called, by its name or by that of its process and its own.
    pub(super) fn table_called(&mut self, callee: &Expr) -> Option<Item> {
        let found = match &callee.kind {
            ExprKind::Name(n) => match lookup(self.db, self.item, Ns::Value, n.text.clone()) {
                Resolved::One(e) => Some(e.item),
                _ => None,
            },
            ExprKind::Field(base, part) if self.process_before(base).is_some() => self.inner_item(base, part)?,
            _ => None,
        };
        found.filter(|i| i.key.keyword == "table")
    }
}
