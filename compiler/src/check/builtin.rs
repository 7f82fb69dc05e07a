//! Calls: built-in functions, functions, tables, record values, activities.

use super::expr::{Cx, Mode};
use crate::db::Item;
use crate::names::{Ns, Resolved, lookup};
use crate::report::{ambiguous, unknown};
use crate::sigs::{Sig, sig};
use crate::types::{Binary, EnumRef, GasTag, TExpr, TKind, TResult, Ty, Unary};
use crate::units::{Tag, UnitTy};
use footrule_diag::{Code, Span, nearest, text};
use footrule_mir::{Fold, Origin};
use footrule_syntax::ast::{Arg, Expr, ExprKind, Ident};

/// Names that need no declaration, for suggestions.
pub(crate) const NAMES: &[&str] = &[
    "sum",
    "min",
    "max",
    "mean",
    "count",
    "any",
    "all",
    "product",
    "abs",
    "floor",
    "ceil",
    "sqrt",
    "exp",
    "ln",
    "pow",
    "round",
    "untag",
    "ratio",
    "bare",
    "co2e",
    "total",
    "primary_share",
    "rated_share",
    "dqr",
    "stage_total",
    "gas_total",
    "origin_total",
    "total_of",
    "absolute",
    "period",
    "activity",
];

/// The fold of a name.
pub(crate) fn fold(name: &str) -> Option<Fold> {
    Some(match name {
        "sum" => Fold::Sum,
        "product" => Fold::Product,
        "min" => Fold::Min,
        "max" => Fold::Max,
        "mean" => Fold::Mean,
        "count" => Fold::Count,
        "any" => Fold::Any,
        "all" => Fold::All,
        _ => return None,
    })
}

/// The origin of a name.
pub(crate) fn origin(name: &str) -> Option<Origin> {
    Some(match name {
        "fossil" => Origin::Fossil,
        "biogenic" => Origin::Biogenic,
        "land_use" => Origin::LandUse,
        "aircraft" => Origin::Aircraft,
        _ => return None,
    })
}

impl Cx<'_> {
    pub(super) fn call(&mut self, callee: &Expr, args: &[Arg], span: Span, want: Option<&Ty>) -> TExpr {
        let column_read = std::mem::take(&mut self.column_read);
        if let ExprKind::Field(base, part) = &callee.kind
            && let Some(found) = self.inner_item(base, part)
        {
            let Some(item) = found else { return TExpr::error(span) };
            return match item.key.keyword.as_str() {
                "record" => self.record_value(&item, args, span),
                _ => match self.call_of(&item, args, column_read, span) {
                    Some(e) => e,
                    None => self.no_call(part),
                },
            };
        }
        let ExprKind::Name(name) = &callee.kind else {
            return self.error(
                Code::T002,
                callee.span,
                text!("只有函数、表和记录可以带参数", "only functions, tables and records take arguments"),
                text!("此处", "here"),
            );
        };
        match lookup(self.db, self.item, Ns::Value, name.text.clone()) {
            Resolved::One(e) => {
                if e.item.key.keyword == "input" && self.each(&e.item).is_some() {
                    return self.member_value(&e.item, args, name.span, span);
                }
                if let Some(value) = self.call_of(&e.item, args, column_read, span) {
                    return value;
                }
                if !NAMES.contains(&name.text.as_str()) {
                    return self.no_call(name);
                }
            }
            Resolved::Many(es) => {
                let d = ambiguous(self.db, self.at(name.span), &name.text, &es);
                self.push(d);
                return TExpr::error(span);
            }
            Resolved::None => {}
        }
        // An item of an `include … list` is written with the name of its process.
        if let Some(Ty::Record(r)) = want
            && r.key.keyword == "include"
            && crate::names::included(self.db, r.file, r.key.clone()).is_some_and(|p| p.name() == name.text)
        {
            return self.record_value(r, args, span);
        }
        if let Resolved::One(e) = lookup(self.db, self.item, Ns::Type, name.text.clone())
            && e.item.key.keyword == "record"
        {
            return self.record_value(&e.item, args, span);
        }
        self.builtin(name, args, span, want)
    }

    /// A call of a function or a table; `None` for anything else.
    fn call_of(&mut self, item: &Item, args: &[Arg], column_read: bool, span: Span) -> Option<TExpr> {
        match item.key.keyword.as_str() {
            "fn" => Some(self.function_call(item, args, span)),
            "table" => {
                let keys = self.table_keys(item, args, span);
                let Sig::Table { columns, .. } = &sig(self.db, item).sig else { return Some(TExpr::error(span)) };
                let ty = match columns.as_slice() {
                    [(n, t)] if n.is_empty() => self.by_arguments(t, &keys),
                    _ if !column_read && let Some(refused) = self.no_row_between(item, span) => return Some(refused),
                    _ => Ty::Row(item.clone()),
                };
                Some(TExpr { kind: TKind::Lookup(item.clone(), keys), ty, span })
            }
            _ => None,
        }
    }

    fn no_call(&mut self, name: &Ident) -> TExpr {
        let n = &name.text;
        self.error(
            Code::T002,
            name.span,
            text!("`{n}` 不是函数或表", "`{n}` is no function and no table"),
            text!("不能带参数", "takes no arguments"),
        )
    }

    fn count_args(&mut self, name: &str, args: &[Arg], n: usize, span: Span) -> bool {
        let found = args.len();
        if found != n {
            self.error(
                Code::N012,
                span,
                text!("`{name}` 需要 {n} 个参数，给了 {found} 个", "`{name}` takes {n} arguments, {found} were given"),
                text!("此处", "here"),
            );
        }
        found == n
    }

    fn builtin(&mut self, name: &Ident, args: &[Arg], span: Span, want: Option<&Ty>) -> TExpr {
        let make = |kind, ty| TExpr { kind, ty, span };
        let n = name.text.as_str();
        if let Some(a) = args.iter().find(|a| a.name.is_some())
            && n != "activity"
        {
            let an = a.name.as_ref().map_or("", |i| &i.text);
            return self.error(
                Code::N012,
                a.value.span,
                text!("`{n}` 的参数不带名称：`{an}`", "`{n}` takes no named argument `{an}`"),
                text!("此处", "here"),
            );
        }
        match n {
            "min" | "max" if args.len() == 2 => {
                let sum = Expr {
                    kind: ExprKind::Binary(
                        footrule_syntax::ast::BinOp::Add,
                        Box::new(args[0].value.clone()),
                        Box::new(args[1].value.clone()),
                    ),
                    span,
                };
                // Operands are brought together as for a sum; the result is one of them.
                let e = self.expr(&sum, want);
                let TKind::Binary(_, a, b) = e.kind else { return TExpr::error(span) };
                let a = self.whole(*a);
                if a.ty == Ty::Error {
                    return a;
                }
                let b = self.whole(*b);
                let ty = a.ty.clone();
                make(TKind::Binary(if n == "min" { Binary::Min } else { Binary::Max }, Box::new(a), Box::new(b)), ty)
            }
            "sum" | "min" | "max" | "mean" | "count" | "any" | "all" | "product" if args.len() == 1 => {
                self.whole_list(name, &args[0].value, span)
            }
            "sum" | "min" | "max" | "mean" | "count" | "any" | "all" | "product" => {
                let d =
                    footrule_diag::Diagnostic::new(Code::N012, text!("`{n}` 的参数是一个列表", "`{n}` takes one list"))
                        .at(self.at(span), text!("此处", "here"))
                        .help(text!(
                            "写作 `{n}([a, b])`，或 `{n}(… for x in 列表)`",
                            "write `{n}([a, b])`, or `{n}(… for x in list)`"
                        ));
                self.push(d);
                TExpr::error(span)
            }
            "abs" | "floor" | "ceil" | "sqrt" | "exp" | "ln" => {
                if !self.count_args(n, args, 1, span) {
                    return TExpr::error(span);
                }
                let x = self.expr(&args[0].value, None);
                let x = self.whole(x);
                let Some(u) = x.ty.unit().cloned() else { return self.not_a_quantity(x) };
                if matches!(n, "floor" | "ceil") && !self.sized(&u, x.span) {
                    return TExpr::error(span);
                }
                let op = match n {
                    "abs" => Unary::Abs,
                    "floor" => Unary::Floor,
                    "ceil" => Unary::Ceil,
                    "sqrt" => Unary::Sqrt,
                    "exp" => Unary::Exp,
                    _ => Unary::Ln,
                };
                let unit = match op {
                    Unary::Sqrt => match u.root() {
                        Some(r) => r,
                        None => return self.needs_number(n, &x),
                    },
                    Unary::Exp | Unary::Ln if !u.is_one() => return self.needs_number(n, &x),
                    _ => u,
                };
                make(TKind::Unary(op, Box::new(x)), Ty::Number(unit))
            }
            "pow" => {
                if !self.count_args(n, args, 2, span) {
                    return TExpr::error(span);
                }
                let mut out = Vec::new();
                for a in args {
                    let x = self.expr(&a.value, None);
                    let x = self.whole(x);
                    if x.ty == Ty::Error {
                        return TExpr::error(span);
                    }
                    if !x.ty.unit().is_some_and(UnitTy::is_one) {
                        return self.needs_number(n, &x);
                    }
                    out.push(x);
                }
                let (Some(b), Some(a)) = (out.pop(), out.pop()) else { return TExpr::error(span) };
                make(TKind::Binary(Binary::Pow, Box::new(a), Box::new(b)), Ty::number())
            }
            "round" => {
                if !self.count_args(n, args, 2, span) {
                    return TExpr::error(span);
                }
                let x = self.expr(&args[0].value, None);
                let x = self.whole(x);
                if self.rounded(&x).is_some() {
                    return self.error(
                        Code::R004,
                        x.span,
                        text!(
                            "已修约的数不能再修约（GB/T 8170）",
                            "a rounded number must not be rounded again (GB/T 8170)"
                        ),
                        text!("已经修约", "rounded already"),
                    );
                }
                let ExprKind::Number { value, unit: None, .. } = &args[1].value.kind else {
                    return self.error(
                        Code::T006,
                        args[1].value.span,
                        text!("小数位数须为常数", "the number of decimals is a constant"),
                        text!("此处", "here"),
                    );
                };
                let Some(d) = value.to_i64().and_then(|v| u32::try_from(v).ok()).filter(|v| *v <= 28) else {
                    return self.error(
                        Code::T006,
                        args[1].value.span,
                        text!("小数位数须在 0 到 28 之间", "decimals are 0 to 28"),
                        text!("此处", "here"),
                    );
                };
                if let Some(u) = x.ty.unit().cloned()
                    && !self.sized(&u, x.span)
                {
                    return TExpr::error(span);
                }
                let ty = x.ty.clone();
                make(TKind::Round(Box::new(x), d), ty)
            }
            "untag" => {
                if !self.count_args(n, args, 1, span) {
                    return TExpr::error(span);
                }
                let x = self.expr(&args[0].value, None);
                let x = self.whole(x);
                let Some(u) = x.ty.unit() else { return self.not_a_quantity(x) };
                let ty = Ty::Number(u.untagged());
                make(TKind::Retag(Box::new(x)), ty)
            }
            "ratio" => {
                if !self.count_args(n, args, 2, span) {
                    return TExpr::error(span);
                }
                let untag = |cx: &mut Self, a: &Expr| {
                    let x = cx.expr(a, None);
                    let x = cx.whole(x);
                    let Some(u) = x.ty.unit() else { return cx.not_a_quantity(x) };
                    let (ty, span) = (Ty::Number(u.untagged()), x.span);
                    TExpr { kind: TKind::Retag(Box::new(x)), ty, span }
                };
                let (a, b) = (untag(self, &args[0].value), untag(self, &args[1].value));
                let (Ty::Number(ua), true) = (a.ty.clone(), b.ty != Ty::Error) else { return TExpr::error(span) };
                let b = self.fit(b, &Ty::Number(ua), false);
                if b.ty == Ty::Error {
                    return TExpr::error(span);
                }
                make(TKind::Binary(Binary::Div, Box::new(a), Box::new(b)), Ty::number())
            }
            "co2e" => {
                if !self.count_args(n, args, 1, span) {
                    return TExpr::error(span);
                }
                self.co2e(&args[0].value, span)
            }
            "activity" => self.activity(args, span, want),
            "stage_total" => match self.one_name(n, args, span) {
                Some(i) => match self.stage(&i) {
                    Some(s) => self.result(TResult::Stage(s), span),
                    None => TExpr::error(span),
                },
                None => TExpr::error(span),
            },
            "gas_total" => match self.one_name(n, args, span) {
                Some(i) => match self.member(&EnumRef::Gases, &i) {
                    Some(TExpr { kind: TKind::Gas(g), .. }) => self.result(TResult::Gas(g), span),
                    _ => {
                        let d = unknown(self.db, Code::N005, self.at(i.span), &i.text, Ns::Flow, &[]);
                        self.push(d);
                        TExpr::error(span)
                    }
                },
                None => TExpr::error(span),
            },
            "origin_total" => match self.one_name(n, args, span) {
                Some(i) => match origin(&i.text).or((i.text == "undivided").then_some(Origin::Undivided)) {
                    Some(o) => self.result(TResult::Origin(o), span),
                    None => self.bad_origin(&i),
                },
                None => TExpr::error(span),
            },
            "total_of" => {
                let mut lines = Vec::new();
                for a in args {
                    let Some(parts) = super::cycles::dotted(&a.value) else {
                        return self.error(
                            Code::N012,
                            a.value.span,
                            text!("`total_of` 的参数是排放行的名称", "`total_of` takes names of lines"),
                            text!("此处", "here"),
                        );
                    };
                    match self.line_path(&parts) {
                        Some(l) => lines.push(l),
                        None => return TExpr::error(span),
                    }
                }
                self.result(TResult::Lines(lines), span)
            }
            "absolute" => {
                if !self.count_args(n, args, 1, span) {
                    return TExpr::error(span);
                }
                let x = self.expr(&args[0].value, None);
                let reference = match &x.kind {
                    TKind::Result(what, p) if !what.is_quality() => crate::products::products(self.db, self.item.file)
                        .get(*p)
                        .and_then(|p| p.units.reference.as_ref()),
                    _ => None,
                };
                match (&x.ty, &x.kind, reference) {
                    (Ty::Number(u), TKind::Result(..), Some(r)) => {
                        let ty = Ty::Number(u.times(r, 1));
                        make(TKind::Absolute(Box::new(x)), ty)
                    }
                    (Ty::Error, ..) => TExpr::error(span),
                    _ => self.error(
                        Code::N012,
                        args[0].value.span,
                        text!(
                            "`absolute` 的参数是结果，且规则须有参考流",
                            "`absolute` takes a result, in a rule with a reference flow"
                        ),
                        text!("此处", "here"),
                    ),
                }
            }
            _ => {
                let more: Vec<String> = NAMES.iter().map(|s| (*s).to_string()).collect();
                let d = unknown(self.db, Code::N001, self.at(name.span), n, Ns::Value, &more);
                self.push(d);
                TExpr::error(span)
            }
        }
    }

    /// How many decimals a value was rounded to, if it was, by way of names and choices too.
    pub(super) fn rounded(&self, e: &TExpr) -> Option<u32> {
        match &e.kind {
            TKind::Round(_, n) => Some(*n),
            TKind::Retag(x) | TKind::Unary(Unary::Neg | Unary::Abs, x) => self.rounded(x),
            TKind::If(_, a, b) => self.rounded(a).max(self.rounded(b)),
            TKind::Match(_, _, arms) => arms.iter().map(|a| self.rounded(a)).max()?,
            TKind::Item(i) => *super::rounded_decimals(self.db, i.file, i.key.clone()),
            _ => None,
        }
    }

    fn not_a_quantity(&mut self, x: TExpr) -> TExpr {
        if x.ty == Ty::Error {
            return x;
        }
        let shown = x.ty.show(self.db);
        self.error(
            Code::T001,
            x.span,
            text!("需要数量，得到 {shown}", "a quantity is needed, {shown} was found"),
            text!("类型为 {shown}", "this is {shown}"),
        )
    }

    fn needs_number(&mut self, name: &str, x: &TExpr) -> TExpr {
        if x.ty == Ty::Error {
            return x.clone();
        }
        let shown = x.ty.show(self.db);
        let d = footrule_diag::Diagnostic::new(
            Code::U010,
            text!("`{name}` 只接受纯数，得到 `{shown}`", "`{name}` takes a number, `{shown}` was found"),
        )
        .at(self.at(x.span), text!("单位为 `{shown}`", "this is `{shown}`"))
        .help(text!(
            "先除以单位，例如 `x / 1 {shown}`；经验公式用 `bare(x in 单位)`",
            "divide by the unit first, as in `x / 1 {shown}`; for empirical formulas use `bare(x in unit)`"
        ));
        self.push(d);
        TExpr::error(x.span)
    }

    pub(super) fn bad_origin(&mut self, i: &Ident) -> TExpr {
        let all = ["fossil", "biogenic", "land_use", "aircraft"];
        let n = &i.text;
        let mut d = footrule_diag::Diagnostic::new(Code::N001, text!("成因 `{n}` 未知", "unknown origin `{n}`")).at(
            self.at(i.span),
            text!("可用 fossil、biogenic、land_use、aircraft", "origins are fossil, biogenic, land_use and aircraft"),
        );
        if let Some(k) = nearest(n.as_str(), all) {
            d = d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(self.at(i.span), k);
        }
        self.push(d);
        TExpr::error(i.span)
    }

    fn one_name(&mut self, f: &str, args: &[Arg], span: Span) -> Option<Ident> {
        match args {
            [Arg { value: Expr { kind: ExprKind::Name(i), .. }, name: None }] => Some(i.clone()),
            _ => {
                self.error(
                    Code::N012,
                    span,
                    text!("`{f}` 的参数是一个名称", "`{f}` takes one name"),
                    text!("此处", "here"),
                );
                None
            }
        }
    }

    /// A stage's name.
    pub(super) fn stage(&mut self, i: &Ident) -> Option<Item> {
        match lookup(self.db, self.item, Ns::Stage, i.text.clone()) {
            Resolved::One(e) => Some(e.item),
            _ => {
                let d = unknown(self.db, Code::N006, self.at(i.span), &i.text, Ns::Stage, &[]);
                self.push(d);
                None
            }
        }
    }

    /// A line's name.
    pub(super) fn line(&mut self, i: &Ident) -> Option<Item> {
        match lookup(self.db, self.item, Ns::Value, i.text.clone()) {
            Resolved::One(e) if matches!(e.item.key.keyword.as_str(), "emission" | "removal" | "credit" | "apart") => {
                Some(e.item)
            }
            Resolved::One(e) => {
                let n = &i.text;
                let d = footrule_diag::Diagnostic::new(Code::T002, text!("`{n}` 不是排放行", "`{n}` is no line"))
                    .at(self.at(i.span), text!("此处须为排放行", "a line is needed here"))
                    .also(e.item.name_place(self.db), text!("声明在此", "declared here"));
                self.push(d);
                None
            }
            _ => {
                let d = unknown(self.db, Code::N001, self.at(i.span), &i.text, Ns::Value, &[]);
                self.push(d);
                None
            }
        }
    }

    /// `sum(xs)`: the fold of a list itself.
    fn whole_list(&mut self, name: &Ident, list: &Expr, span: Span) -> TExpr {
        // A name that nobody can write.
        let x = Ident { text: "@item".into(), span };
        let binder = footrule_syntax::ast::Binder { name: x.clone(), list: list.clone(), series: None, filter: None };
        let body = (name.text != "count").then_some(Expr { kind: ExprKind::Name(x), span: list.span });
        self.comprehension(name, body.as_ref(), &[binder], span)
    }

    fn function_call(&mut self, f: &Item, args: &[Arg], span: Span) -> TExpr {
        let Sig::Fn { params, result, variables } = &sig(self.db, f).sig else { return TExpr::error(span) };
        if !variables.is_empty() {
            return match self.ordered(f, params, args, span) {
                Some(args) => self.generic_call(f, (params, result, variables), &args, span),
                None => TExpr::error(span),
            };
        }
        let typed = self.arguments(f, params, args, span);
        let Some(typed) = typed else { return TExpr::error(span) };
        let ty = self.by_arguments(result, &typed);
        TExpr { kind: TKind::Call(f.clone(), typed, Vec::new()), ty, span }
    }

    /// The keys of a look-up.
    pub(super) fn table_keys(&mut self, t: &Item, args: &[Arg], span: Span) -> Vec<TExpr> {
        let Sig::Table { keys, .. } = &sig(self.db, t).sig else { return Vec::new() };
        self.arguments(t, keys, args, span).unwrap_or_else(|| keys.iter().map(|_| TExpr::error(span)).collect())
    }

    /// Arguments in the order of the parameters, each fitted to its type, with tags that follow earlier ones.
    fn arguments(&mut self, f: &Item, params: &[(String, Ty)], args: &[Arg], span: Span) -> Option<Vec<TExpr>> {
        let mut typed: Vec<TExpr> = Vec::new();
        for (arg, (_, ty)) in self.ordered(f, params, args, span)?.into_iter().zip(params) {
            let want = self.by_arguments(ty, &typed);
            let e = self.expr(&arg.value, Some(&want));
            typed.push(self.fit(e, &want, false));
        }
        Some(typed)
    }

    /// Arguments in the order of the parameters.
    fn ordered<'a>(&mut self, f: &Item, params: &[(String, Ty)], args: &'a [Arg], span: Span) -> Option<Vec<&'a Arg>> {
        let name = f.name();
        if args.len() != params.len() {
            let (n, found) = (params.len(), args.len());
            let d = footrule_diag::Diagnostic::new(
                Code::N012,
                text!("`{name}` 需要 {n} 个参数，给了 {found} 个", "`{name}` takes {n} arguments, {found} were given"),
            )
            .at(self.at(span), text!("此处", "here"))
            .also(f.name_place(self.db), text!("声明在此", "declared here"));
            self.push(d);
            return None;
        }
        let mut out = Vec::new();
        for (i, (pname, _)) in params.iter().enumerate() {
            let mut named = args.iter().filter(|a| a.name.as_ref().is_some_and(|n| n.text == *pname));
            let arg = named.next().unwrap_or(&args[i]);
            if let Some(again) = named.next() {
                self.error(
                    Code::N012,
                    again.value.span,
                    text!("参数 `{pname}` 给了两次", "argument `{pname}` is given twice"),
                    text!("重复", "again"),
                );
                return None;
            }
            if let Some(n) = &arg.name
                && n.text != *pname
            {
                let n2 = &n.text;
                self.error(
                    Code::N012,
                    n.span,
                    text!("`{name}` 没有参数 `{n2}`", "`{name}` has no parameter `{n2}`"),
                    text!("此处", "here"),
                );
                return None;
            }
            out.push(arg);
        }
        Some(out)
    }

    fn record_value(&mut self, r: &Item, args: &[Arg], span: Span) -> TExpr {
        let Sig::Record(fields) = &sig(self.db, r).sig else { return TExpr::error(span) };
        let mut out: Vec<Option<TExpr>> = vec![None; fields.len()];
        // Enumeration values first: other fields' tags may follow them.
        let mut order: Vec<&Arg> = args.iter().collect();
        order.sort_by_key(|a| {
            let f = a.name.as_ref().and_then(|n| fields.iter().find(|f| f.name == n.text));
            !f.is_some_and(|f| matches!(f.ty, Ty::Enum(_)))
        });
        for a in order {
            let Some(n) = &a.name else {
                let rn = r.name();
                self.error(
                    Code::N012,
                    a.value.span,
                    text!("记录 `{rn}` 的字段须写名称", "fields of the record `{rn}` are named"),
                    text!("写作 `名称: 值`", "write `name: value`"),
                );
                return TExpr::error(span);
            };
            let Some(i) = fields.iter().position(|f| f.name == n.text && !f.computed) else {
                let names: Vec<String> = fields.iter().filter(|f| !f.computed).map(|f| f.name.clone()).collect();
                let (rn, fname) = (r.name(), &n.text);
                let mut d = footrule_diag::Diagnostic::new(
                    Code::N009,
                    text!("记录 `{rn}` 没有可给的字段 `{fname}`", "record `{rn}` has no field `{fname}` to give"),
                )
                .at(self.at(n.span), text!("不存在", "no such field"))
                .also(r.name_place(self.db), text!("声明在此", "declared here"));
                if let Some(k) = nearest(fname, &names) {
                    d = d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(self.at(n.span), k.clone());
                }
                self.push(d);
                return TExpr::error(span);
            };
            if out[i].is_some() {
                let fname = &n.text;
                return self.error(
                    Code::N012,
                    n.span,
                    text!("字段 `{fname}` 给了两次", "field `{fname}` is given twice"),
                    text!("重复", "again"),
                );
            }
            let want = Cx::substitute(&fields[i].ty, &mut |root, path| {
                if root != "@" {
                    return None;
                }
                let j = fields.iter().position(|f| Some(&f.name) == path.first())?;
                self.tag_of(out[j].as_ref()?)
            });
            let e = self.expr(&a.value, Some(&want));
            out[i] = Some(self.fit(e, &want, false));
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&out)
            .filter(|(f, v)| v.is_none() && !f.optional && !f.computed)
            .map(|(f, _)| f.name.as_str())
            .collect();
        if !missing.is_empty() {
            let (rn, list) = (r.name(), missing.join(", "));
            self.error(
                Code::N012,
                span,
                text!("记录 `{rn}` 缺少字段：{list}", "record `{rn}` lacks: {list}"),
                text!("此处", "here"),
            );
            return TExpr::error(span);
        }
        TExpr { kind: TKind::Record(r.clone(), out), ty: Ty::Record(r.clone()), span }
    }

    fn co2e(&mut self, x: &Expr, span: Span) -> TExpr {
        let x = self.expr(x, None);
        match x.ty.clone() {
            Ty::Activity(u) => {
                let f = crate::sigs::factor_unit(self.db, self.item, &u);
                let amount = TExpr { kind: TKind::Amount(Box::new(x.clone())), ty: Ty::Number(u.clone()), span };
                let factor = TExpr { kind: TKind::Factor(Box::new(x)), ty: Ty::Split(f.clone()), span };
                let ty = Ty::Split(u.times(&f, 1));
                TExpr { kind: TKind::Binary(Binary::Mul, Box::new(amount), Box::new(factor)), ty, span }
            }
            Ty::Split(_) | Ty::Error => x,
            Ty::Number(u) if u.is_co2e() => super::coerce::lift(x),
            Ty::Number(u) => {
                let mut gas = None;
                let unit = u.map_tags(|t| {
                    if gas.is_none()
                        && let Some(g) = self.gas_of(t, span)
                    {
                        gas = Some(g);
                        return Some(Tag::Co2e);
                    }
                    Some(t.clone())
                });
                match gas {
                    Some(g) if unit.is_co2e() => {
                        TExpr { kind: TKind::Characterise(Box::new(x), g), ty: Ty::Split(unit), span }
                    }
                    _ => {
                        let shown = crate::units::show_unit(self.db, &u);
                        self.error(
                            Code::U006,
                            x.span,
                            text!(
                                "`co2e` 需要活动或某种气体的质量，得到 `{shown}`",
                                "`co2e` takes an activity or a mass of a gas, `{shown}` was found"
                            ),
                            text!("单位为 `{shown}`", "this is `{shown}`"),
                        )
                    }
                }
            }
            other => {
                let shown = other.show(self.db);
                self.error(
                    Code::T001,
                    x.span,
                    text!(
                        "`co2e` 需要活动或某种气体的质量，得到 {shown}",
                        "`co2e` takes an activity or a mass of a gas, {shown} was found"
                    ),
                    text!("此处", "here"),
                )
            }
        }
    }

    /// The gas that a tag means.
    pub(super) fn gas_of(&self, tag: &Tag, span: Span) -> Option<GasTag> {
        match tag {
            Tag::Flow(e) if super::generic::is_gas_item(&e.item) => Some(GasTag::Static(e.item.clone())),
            Tag::Follows { root, path, .. } => {
                let e = self.value_of_path(root, path, span)?;
                (e.ty == Ty::Enum(EnumRef::Gases)).then(|| GasTag::Follows(Box::new(e)))
            }
            _ => None,
        }
    }

    /// The value that a tag's path names.
    fn value_of_path(&self, root: &str, path: &[String], span: Span) -> Option<TExpr> {
        let mut e = if let Some(id) = root.strip_prefix('#') {
            let id: u32 = id.parse().ok()?;
            let l = self.locals.iter().find(|l| l.id == id)?;
            TExpr { kind: TKind::Local(id), ty: l.ty.clone(), span }
        } else {
            let Resolved::One(en) = lookup(self.db, self.item, Ns::Value, root.to_string()) else { return None };
            let ty = super::value_type(self.db, en.item.file, en.item.key.clone()).clone();
            TExpr { kind: TKind::Item(en.item), ty, span }
        };
        for name in path {
            let Ty::Record(r) = e.ty.clone() else { return None };
            let Sig::Record(fields) = &sig(self.db, &r).sig else { return None };
            let i = fields.iter().position(|f| f.name == *name)?;
            e = TExpr { kind: TKind::Field(Box::new(e), i as u32, name.clone()), ty: fields[i].ty.clone(), span };
        }
        Some(e)
    }

    fn activity(&mut self, args: &[Arg], span: Span, want: Option<&Ty>) -> TExpr {
        let mode = self.mode;
        self.mode = Mode::Plain;
        let unit = match want {
            Some(Ty::Activity(u)) => Some(u.clone()),
            _ => None,
        };
        let (mut amount, mut factor, mut source, mut year, mut region, mut primary) =
            (None, None, None, None, None, false);
        for (i, a) in args.iter().enumerate() {
            let key = a.name.as_ref().map_or("", |n| n.text.as_str());
            if args[..i].iter().any(|b| b.name.as_ref().is_some_and(|n| n.text == key)) {
                self.error(
                    Code::N012,
                    a.value.span,
                    text!("`{key}` 给了两次", "`{key}` is given twice"),
                    text!("重复", "again"),
                );
            }
            match (key, &a.value.kind) {
                ("amount", _) => {
                    let e = self.expr(&a.value, None);
                    amount = Some(match &unit {
                        Some(u) => self.fit(e, &Ty::Number(u.clone()), false),
                        None => e,
                    });
                }
                ("factor", _) => factor = Some(self.expr(&a.value, None)),
                ("source", ExprKind::Text(t)) => source = Some(t.clone()),
                ("region", ExprKind::Text(t)) => region = Some(t.clone()),
                ("year", ExprKind::Number { value, .. }) => year = value.to_i64().and_then(|y| i32::try_from(y).ok()),
                ("primary", ExprKind::Bool(b)) => primary = *b,
                _ => {
                    self.error(
                        Code::N012,
                        a.value.span,
                        text!(
                            "活动只有 amount、factor、source、year、region、primary",
                            "an activity has amount, factor, source, year, region and primary"
                        ),
                        text!("此处", "here"),
                    );
                }
            }
        }
        self.mode = mode;
        let Some(amount) = amount else {
            return self.error(
                Code::N012,
                span,
                text!("活动缺少 amount", "the activity lacks its amount"),
                text!("此处", "here"),
            );
        };
        let Some(u) = amount.ty.unit().cloned() else { return TExpr::error(span) };
        let factor = factor.map(|f| {
            let want = Ty::Split(crate::sigs::factor_unit(self.db, self.item, &u));
            Box::new(self.fit(f, &want, false))
        });
        TExpr {
            kind: TKind::Activity(Box::new(amount), factor, source, year, region, primary),
            ty: Ty::Activity(u),
            span,
        }
    }
}
