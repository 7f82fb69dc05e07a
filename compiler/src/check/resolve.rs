//! Names, fields and paths; tags that follow values.

use super::coerce::lift;
use super::conditional::Known;
use super::expr::{Cx, Mode};
use super::value_type;
use crate::db::{Diag, Item, Place};
use crate::names::{Entry, Ns, Resolved, lookup};
use crate::products::products;
use crate::report::{ambiguous, unknown};
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, TExpr, TKind, TResult, Ty};
use crate::units::{Tag, UnitTy};
use footrule_diag::{Code, Span, nearest, text};
use footrule_syntax::ast::{self, Expr, ExprKind, Ident};

impl Cx<'_> {
    /// The tag that a path of values means, if its first name is a value.
    pub(super) fn follow(&self, path: &ast::Path) -> Option<Tag> {
        let shown = path.0.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(".");
        let rest: Vec<String> = path.0[1..].iter().map(|i| i.text.clone()).collect();
        let first = &path.0[0].text;
        if let Some(l) = self.locals.iter().rev().find(|l| l.name == *first) {
            return Some(Tag::Follows { root: format!("#{}", l.id), path: rest, shown });
        }
        if let Some(this) = self.locals.iter().find(|l| l.name == "@")
            && let Ty::Record(r) = &this.ty
            && let Sig::Record(fields) = &sig(self.db, r).sig
            && fields.iter().any(|f| f.name == *first && matches!(f.ty, Ty::Enum(_)))
        {
            return Some(Tag::Follows { root: format!("#{}", this.id), path: vec![first.clone()], shown });
        }
        match lookup(self.db, self.item, Ns::Value, first.clone()) {
            Resolved::One(e)
                if e.item.key.keyword == "input"
                    && (!rest.is_empty()
                        || matches!(value_type(self.db, e.item.file, e.item.key.clone()), Ty::Enum(_))) =>
            {
                Some(Tag::Follows { root: first.clone(), path: rest, shown })
            }
            _ => None,
        }
    }

    /// The path by which a value can be named in a tag: root, fields, as written.
    pub(super) fn path_of(&self, e: &TExpr) -> Option<(String, Vec<String>, String)> {
        match &e.kind {
            TKind::Local(id) => {
                let name = &self.locals.iter().find(|l| l.id == *id)?.name;
                Some((format!("#{id}"), Vec::new(), name.clone()))
            }
            TKind::Item(i) => Some((i.name().to_string(), Vec::new(), i.name().to_string())),
            TKind::Field(base, _, name) => {
                let (root, mut path, shown) = self.path_of(base)?;
                path.push(name.clone());
                let shown = if shown == "@" { name.clone() } else { format!("{shown}.{name}") };
                Some((root, path, shown))
            }
            TKind::Unwrap(x) | TKind::Retag(x) => self.path_of(x),
            _ => None,
        }
    }

    pub(super) fn path_key(&self, e: &TExpr) -> Option<String> {
        self.path_of(e).map(|(root, path, _)| format!("{root}.{}", path.join(".")))
    }

    /// The tag that a value of an enumeration means.
    pub(super) fn tag_of(&self, e: &TExpr) -> Option<Tag> {
        match &e.kind {
            TKind::Member(EnumRef::Item(item), i) => Some(Tag::Flow(Entry { item: item.clone(), member: Some(*i) })),
            TKind::Gas(item) => Some(Tag::Flow(Entry { item: item.clone(), member: None })),
            _ => self.path_of(e).map(|(root, path, shown)| Tag::Follows { root, path, shown }),
        }
    }

    /// Replaces tags that start at `root` by what `f` says of the path behind it.
    pub(super) fn substitute(ty: &Ty, f: &mut dyn FnMut(&str, &[String]) -> Option<Tag>) -> Ty {
        ty.map_units(&mut |u| {
            u.map_tags(|t| match t {
                Tag::Follows { root, path, .. } => Some(f(root, path).unwrap_or_else(|| t.clone())),
                other => Some(other.clone()),
            })
        })
    }

    /// A type whose tags follow parameters or keys (`$i`), with the arguments in place.
    pub(super) fn by_arguments(&self, ty: &Ty, args: &[TExpr]) -> Ty {
        Self::substitute(ty, &mut |root, path| {
            let i = root.strip_prefix('$')?.parse::<usize>().ok()?;
            let arg = args.get(i)?;
            match self.tag_of(arg) {
                Some(Tag::Follows { root, path: p, shown }) => {
                    Some(Tag::Follows { root, path: p.into_iter().chain(path.iter().cloned()).collect(), shown })
                }
                Some(t) => Some(t),
                None => {
                    Some(Tag::Follows {
                        root: format!("~{}", arg.span.start), path: path.to_vec(), shown: "…".into()
                    })
                }
            }
        })
    }

    /// The unit of a literal; its words must not be values at the same time.
    pub(super) fn literal_unit(&mut self, u: &ast::UnitExpr) -> UnitTy {
        for a in &u.atoms {
            let word = &a.symbol.text;
            let own = matches!(
                lookup(self.db, self.item, Ns::Value, word.clone()),
                Resolved::One(e) if e.item.file == self.item.file
            );
            if own || self.locals.iter().any(|l| l.name == *word) {
                let d = Diag::new(
                    Code::N016,
                    text!("`{word}` 既是单位又是此处的值", "`{word}` is a unit and a value here"),
                )
                .at(self.at(a.symbol.span), text!("读作单位", "read as a unit"))
                .help(text!(
                    "除以变量写作 `5 kg / {word}`，或给变量改名",
                    "to divide by the variable write `5 kg / {word}`, or rename it"
                ));
                self.push(d);
            }
        }
        let unit = self.unit(u);
        self.sized(&unit, u.span);
        unit
    }

    /// Remembers which optional values a condition makes sure of.
    pub(super) fn assume(&mut self, c: &TExpr) {
        self.given.push(Known::Holds(c.clone()));
        match &c.kind {
            TKind::Given(x) => {
                if let Some(k) = self.path_key(x) {
                    self.given.push(Known::Given(k));
                }
            }
            TKind::And(a, b) => {
                self.assume(a);
                self.assume(b);
            }
            TKind::Not(x) => self.refute(x),
            _ => {}
        }
    }

    /// Remembers which optional values the failure of a condition makes sure of.
    pub(super) fn refute(&mut self, c: &TExpr) {
        let not = TExpr { kind: TKind::Not(Box::new(c.clone())), ty: Ty::Bool, span: c.span };
        self.given.push(Known::Holds(not));
        match &c.kind {
            TKind::Or(a, b) => {
                self.refute(a);
                self.refute(b);
            }
            TKind::Not(x) => self.assume(x),
            _ => {}
        }
    }

    /// Unwraps an optional that is known to be there.
    pub(super) fn narrowed(&self, e: TExpr) -> TExpr {
        if let Ty::Optional(t) = &e.ty
            && self
                .path_key(&e)
                .is_some_and(|k| self.given.iter().any(|known| matches!(known, Known::Given(p) if *p == k)))
        {
            let (ty, span) = ((**t).clone(), e.span);
            return TExpr { kind: TKind::Unwrap(Box::new(e)), ty, span };
        }
        e
    }

    pub(super) fn name(&mut self, n: &Ident, want: Option<&Ty>) -> TExpr {
        let span = n.span;
        let make = |kind, ty| TExpr { kind, ty, span };
        if let Some(l) = self.locals.iter().rev().find(|l| l.name == n.text) {
            let e = make(TKind::Local(l.id), l.ty.clone());
            return self.narrowed(e);
        }
        // A field of the record under construction.
        if let Some((id, Ty::Record(r))) = self.locals.iter().find(|l| l.name == "@").map(|l| (l.id, l.ty.clone()))
            && let Sig::Record(fields) = &sig(self.db, &r).sig
            && fields.iter().any(|f| f.name == n.text)
        {
            let this = make(TKind::Local(id), Ty::Record(r));
            return self.field_of(this, n, span);
        }
        // Where a member of an enumeration is wanted, its name wins over values: `mode: rail`.
        if let Some(Ty::Enum(e)) = want
            && let Some(x) = self.member(e, n)
        {
            return x;
        }
        match lookup(self.db, self.item, Ns::Value, n.text.clone()) {
            Resolved::One(e) => return self.value(&e.item, span),
            Resolved::Many(es) => {
                let d = ambiguous(self.db, self.at(span), &n.text, &es);
                self.push(d);
                return TExpr::error(span);
            }
            Resolved::None => {}
        }
        if n.text == "period" {
            return make(TKind::Period, Ty::Period);
        }
        if n.text == "total" {
            return self.result(TResult::Total, span);
        }
        if let Some(what) = TResult::quality(&n.text) {
            return self.result(what, span);
        }
        if let Some(x) = self.unique_member(n) {
            return x;
        }
        let mut more: Vec<String> = self.locals.iter().map(|l| l.name.clone()).filter(|n| n != "@").collect();
        more.extend(super::builtin::NAMES.iter().map(|n| (*n).to_string()));
        if let Some(Ty::Enum(e)) = want {
            let members = self.members(e);
            let known = nearest(&n.text, &members);
            let list = members.join(", ");
            let t = Ty::Enum(e.clone()).show(self.db);
            let d = Diag::new(Code::N011, {
                let n = &n.text;
                text!("{t} 没有 `{n}` 这个值", "{t} has no value `{n}`")
            })
            .at(self.at(span), text!("不存在", "no such value"));
            let d = match known {
                Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(self.at(span), k.clone()),
                None => d.help(text!("可用的值：{list}", "values are: {list}")),
            };
            self.push(d);
            return TExpr::error(span);
        }
        let d = unknown(self.db, Code::N001, self.at(span), &n.text, Ns::Value, &more);
        self.push(d);
        TExpr::error(span)
    }

    /// A named value of the file or of a module.
    pub(super) fn value(&mut self, item: &Item, span: Span) -> TExpr {
        let kind = TKind::Item(item.clone());
        match item.key.keyword.as_str() {
            "table" | "fn" => {
                let n = item.name();
                self.error(
                    Code::T002,
                    span,
                    text!("`{n}` 须带括号与参数使用", "`{n}` is used with arguments in parentheses"),
                    text!("缺少参数", "arguments are missing"),
                )
            }
            "param" => {
                let ty = value_type(self.db, item.file, item.key.clone()).clone();
                let period = TExpr { kind: TKind::Period, ty: Ty::Period, span };
                TExpr { kind: TKind::ParamAt(item.clone(), Box::new(period)), ty, span }
            }
            "include" if *crate::names::is_listed(self.db, item.file, item.key.clone()) => {
                let ty = value_type(self.db, item.file, item.key.clone()).clone();
                TExpr { kind: TKind::Item(item.clone()), ty, span }
            }
            "include" => self.bare_include(item, span),
            "balance" => self.whole_balance(item, span),
            "report" if self.mode != Mode::Results => self.result_misplaced(span, item.name()),
            _ => {
                let ty = value_type(self.db, item.file, item.key.clone()).clone();
                if *super::is_over_list(self.db, item.file, item.key.clone()) {
                    let n = item.name();
                    return self.error(
                        Code::T002,
                        span,
                        text!(
                            "`{n}` 是列表上的排放行，没有单一数量",
                            "`{n}` is a line over a list and has no single quantity"
                        ),
                        text!("用 `total_of({n})`", "use `total_of({n})`"),
                    );
                }
                self.input_applies(item, span);
                let e = TExpr { kind, ty, span };
                // A constant of CO2e has the origin that its source states: it keeps its parts from the start.
                if item.key.keyword == "const" && e.ty.unit().is_some_and(UnitTy::is_co2e) {
                    return lift(e);
                }
                self.narrowed(e)
            }
        }
    }

    pub(super) fn result(&mut self, what: TResult, span: Span) -> TExpr {
        if self.mode != Mode::Results || self.item.key.process.is_some() {
            let name = what.quality_name().unwrap_or("total");
            return self.result_misplaced(span, name);
        }
        let all = products(self.db, self.item.file);
        let chosen = match (self.product, all.as_slice()) {
            (Some(p), _) => Some(p),
            (None, [_]) => Some(0),
            (None, _) => None,
        };
        let Some((p, product)) = chosen.and_then(|p| Some((p, all.get(p)?))) else {
            return self.of_which_product(span);
        };
        let ty = if what.is_quality() { Ty::number() } else { Ty::Number(product.units.result.clone()) };
        TExpr { kind: TKind::Result(what, p), ty, span }
    }

    /// A result in a rule with several products, without a product.
    pub(super) fn of_which_product(&mut self, span: Span) -> TExpr {
        let all = crate::products::called(self.db, self.item.file);
        let (list, first) = (all.join(", "), all.first().cloned().unwrap_or_default());
        let read = self.item.slice(self.db, span).to_string();
        let d = Diag::new(
            Code::N012,
            text!(
                "规则有多个产品：{list}；须写明是哪一个的结果",
                "the rule has several products ({list}): of which one is not said"
            ),
        )
        .at(self.at(span), text!("缺产品", "no product"))
        .help(text!("例如 `{read}.{first}`", "as in `{read}.{first}`"));
        self.push(d);
        TExpr::error(span)
    }

    /// `total.urea`, `stage_total(s).urea`: the product, if a result is what stands before the dot.
    fn product_of(&mut self, base: &Expr, field: &Ident) -> Option<Option<usize>> {
        let results = ["stage_total", "gas_total", "origin_total", "total_of"];
        let (name, called) = match &base.kind {
            ExprKind::Name(n) => (n, false),
            ExprKind::Call { callee, .. } => match &callee.kind {
                ExprKind::Name(n) => (n, true),
                _ => return None,
            },
            _ => return None,
        };
        // Whatever may stand in a reference flow must not ask for the products.
        let plain = name.text == "total" || TResult::quality(&name.text).is_some();
        if !(plain || results.contains(&name.text.as_str()))
            || called == plain
            || self.mode != Mode::Results
            || lookup(self.db, self.item, Ns::Value, name.text.clone()) != Resolved::None
            || products(self.db, self.item.file).iter().all(|p| p.name.is_empty())
        {
            return None;
        }
        Some(self.named_product(field))
    }

    /// A product by its name.
    pub(super) fn named_product(&mut self, n: &Ident) -> Option<usize> {
        let found = crate::products::product_called(self.db, self.item.file, &n.text);
        if found.is_none() {
            let (name, all) = (&n.text, crate::products::called(self.db, self.item.file));
            let d = Diag::new(Code::N001, text!("没有产品 `{name}`", "there is no product `{name}`"))
                .at(self.at(n.span), text!("未知", "unknown"));
            let list = all.join(", ");
            self.push(match nearest(name.as_str(), &all) {
                Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(self.at(n.span), k.clone()),
                None => d.help(text!("产品有：{list}", "products are: {list}")),
            });
        }
        found
    }

    pub(super) fn result_misplaced(&mut self, span: Span, name: &str) -> TExpr {
        let d = Diag::new(
            Code::N015,
            text!("`{name}` 是结果，此处不能读取", "`{name}` is a result and cannot be read here"),
        )
        .at(self.at(span), text!("结果在排放行之后才有", "results come after the lines"))
        .help(if self.item.key.process.is_some() {
            text!(
                "过程不知道所在规则的结果；写在包含它的规则里",
                "a process does not know the results of the rules that include it; write this in the rule"
            )
        } else {
            text!(
                "只有 report、warn、require、cutoff、expect 可以读取结果",
                "only report, warn, require, cutoff and expect read results"
            )
        });
        self.push(d);
        TExpr::error(span)
    }

    /// Names of an enumeration's members.
    pub(super) fn members(&self, e: &EnumRef) -> Vec<String> {
        match e {
            EnumRef::Item(i) => match &sig(self.db, i).sig {
                Sig::Enum(names) => names.clone(),
                _ => Vec::new(),
            },
            EnumRef::Gases => {
                crate::names::gases(self.db, self.item.file).iter().map(|g| g.name().to_string()).collect()
            }
            EnumRef::Stages => {
                crate::names::stages(self.db, self.item.file).iter().map(|g| g.name().to_string()).collect()
            }
        }
    }

    pub(super) fn member(&self, e: &EnumRef, n: &Ident) -> Option<TExpr> {
        let ty = Ty::Enum(e.clone());
        let kind = match e {
            EnumRef::Item(i) => TKind::Member(e.clone(), crate::sigs::member(self.db, i, &n.text)?),
            EnumRef::Gases => {
                TKind::Gas(crate::names::gases(self.db, self.item.file).iter().find(|g| g.name() == n.text)?.clone())
            }
            EnumRef::Stages => {
                TKind::Stage(crate::names::stages(self.db, self.item.file).iter().find(|g| g.name() == n.text)?.clone())
            }
        };
        Some(TExpr { kind, ty, span: n.span })
    }

    /// The one enumeration in sight that has this member.
    pub(super) fn unique_member(&mut self, n: &Ident) -> Option<TExpr> {
        let mut found: Vec<TExpr> = Vec::new();
        for e in crate::names::enumerations_with(self.db, self.item, &n.text) {
            // The bases of cut-offs are named where one is asked for, and nowhere else.
            if !crate::cutoff::is_built_in(&e.key)
                && let Some(x) = self.member(&EnumRef::Item(e.clone()), n)
            {
                found.push(x);
            }
        }
        match found.len() {
            0 => None,
            1 => found.pop(),
            _ => {
                let types = found.iter().map(|f| f.ty.show(self.db)).collect::<Vec<_>>().join(", ");
                let n2 = &n.text;
                let d = Diag::new(
                    Code::N010,
                    text!("`{n2}` 是多个枚举的值：{types}", "`{n2}` is a value of several enumerations: {types}"),
                )
                .at(self.at(n.span), text!("不知指哪一个", "which one is not said"))
                .help(text!("写作 `枚举.{n2}`", "write `Enumeration.{n2}`"));
                self.push(d);
                Some(TExpr::error(n.span))
            }
        }
    }

    pub(super) fn field(&mut self, base: &Expr, field: &Ident, span: Span) -> TExpr {
        if let Some(e) = self.inner_data(base, field, span) {
            return e;
        }
        if let Some(e) = self.of_include(base, field, span) {
            return e;
        }
        // `Enum.member`
        if let ExprKind::Name(n) = &base.kind
            && !self.locals.iter().any(|l| l.name == n.text)
            && lookup(self.db, self.item, Ns::Value, n.text.clone()) == Resolved::None
        {
            let e = match n.text.as_str() {
                "Gas" => Some(EnumRef::Gases),
                "Stage" => Some(EnumRef::Stages),
                _ => match lookup(self.db, self.item, Ns::Type, n.text.clone()) {
                    Resolved::One(e) if e.item.key.keyword != "record" => Some(EnumRef::Item(e.item)),
                    _ => None,
                },
            };
            if let Some(e) = e {
                if let Some(x) = self.member(&e, field) {
                    return TExpr { span, ..x };
                }
                let want = Ty::Enum(e);
                return self.name(field, Some(&want));
            }
        }
        if let Some(product) = self.product_of(base, field) {
            let Some(p) = product else { return TExpr::error(span) };
            let outer = self.product.replace(p);
            let e = self.expr(base, None);
            self.product = outer;
            return TExpr { span, ..e };
        }
        if let Some(figure) = self.balance_figure(base, field, span) {
            return figure;
        }
        self.column_read = matches!(base.kind, ExprKind::Call { .. });
        let base = self.expr(base, None);
        self.column_read = false;
        self.field_of(base, field, span)
    }

    pub(super) fn field_of(&mut self, base: TExpr, field: &Ident, span: Span) -> TExpr {
        let make = |kind, ty| TExpr { kind, ty, span };
        match base.ty.clone() {
            Ty::Error => TExpr::error(span),
            Ty::Record(r) => {
                let Sig::Record(fields) = &sig(self.db, &r).sig else { return TExpr::error(span) };
                let Some(i) = fields.iter().position(|f| f.name == field.text) else {
                    let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
                    return self.no_field(field, r.name(), &names, Some(r.name_place(self.db)));
                };
                self.field_applies(&r, &base, i, &field.text, field.span);
                let at = self.path_of(&base);
                let fresh = format!("~{}:{}", span.start, span.end);
                let ty = Self::substitute(&fields[i].ty, &mut |root, path| {
                    (root == "@").then(|| match &at {
                        Some((r, p, shown)) => Tag::Follows {
                            root: r.clone(),
                            path: p.iter().chain(path).cloned().collect(),
                            shown: if shown == "@" { path.join(".") } else { format!("{shown}.{}", path.join(".")) },
                        },
                        None => Tag::Follows { root: fresh.clone(), path: path.to_vec(), shown: path.join(".") },
                    })
                });
                let e = make(TKind::Field(Box::new(base), i as u32, field.text.clone()), ty);
                self.narrowed(e)
            }
            Ty::Shares(i) => {
                let names: Vec<String> = super::sharers(self.db, &i).map(|n| n.text.clone()).collect();
                match names.iter().position(|n| *n == field.text) {
                    Some(k) => make(TKind::Field(Box::new(base), k as u32, field.text.clone()), Ty::number()),
                    None => self.no_field(field, i.name(), &names, Some(i.name_place(self.db))),
                }
            }
            Ty::Activity(u) => match field.text.as_str() {
                "amount" => make(TKind::Amount(Box::new(base)), Ty::quantity(u)),
                "factor" => {
                    let f = crate::sigs::factor_unit(self.db, self.item, &u);
                    make(TKind::Factor(Box::new(base)), Ty::quantity(f))
                }
                _ => self.no_field(field, "activity", &["amount".into(), "factor".into()], None),
            },
            Ty::Row(t) => {
                let Sig::Table { keys, columns, .. } = &sig(self.db, &t).sig else { return TExpr::error(span) };
                let all: Vec<&(String, Ty)> = keys.iter().chain(columns).collect();
                let Some(i) = all.iter().position(|(n, _)| *n == field.text) else {
                    let names: Vec<String> = all.iter().map(|(n, _)| n.clone()).collect();
                    return self.no_field(field, t.name(), &names, Some(t.name_place(self.db)));
                };
                if let Some(ast::Stmt::Table(table)) = t.ast(self.db).map(|a| &a.stmt)
                    && table.keys.get(i).is_some_and(|k| k.mode == ast::KeyMode::Brackets)
                {
                    let n = &field.text;
                    return self.error(
                        Code::T002,
                        field.span,
                        text!("`{n}` 是区间，没有单一数值", "`{n}` is a bracket and has no single value"),
                        text!("此处", "here"),
                    );
                }
                if matches!(base.kind, TKind::Lookup(..))
                    && i < keys.len()
                    && let Some(refused) = self.no_row_between(&t, span)
                {
                    return refused;
                }
                // The key's tags were put in place when the row was found; iterated rows follow their own keys.
                let at = self.path_of(&base);
                let ty = Self::substitute(&all[i].1, &mut |root, path| {
                    let key = root.strip_prefix('$')?.parse::<usize>().ok()?;
                    let (r, p, shown) = at.clone()?;
                    let name = keys.get(key)?.0.clone();
                    Some(Tag::Follows {
                        root: r,
                        path: p.into_iter().chain([name.clone()]).chain(path.iter().cloned()).collect(),
                        shown: format!("{shown}.{name}"),
                    })
                });
                let ty = match &base.kind {
                    TKind::Lookup(_, args) => self.by_arguments(&all[i].1, args),
                    _ => ty,
                };
                make(TKind::Column(Box::new(base), i as u32), ty)
            }
            Ty::Optional(_) => {
                let span = base.span;
                self.fit(base, &Ty::Bool, false);
                TExpr::error(span)
            }
            other => {
                let (shown, f) = (other.show(self.db), &field.text);
                self.error(
                    Code::T002,
                    field.span,
                    text!("{shown} 没有成分 `{f}`", "{shown} has no part `{f}`"),
                    text!("此处", "here"),
                )
            }
        }
    }

    pub(super) fn no_field(&mut self, field: &Ident, of: &str, names: &[String], declared: Option<Place>) -> TExpr {
        let f = &field.text;
        let mut d = Diag::new(Code::N009, text!("`{of}` 没有字段 `{f}`", "`{of}` has no field `{f}`"))
            .at(self.at(field.span), text!("不存在", "no such field"));
        if let Some(p) = declared {
            d = d.also(p, text!("声明在此", "declared here"));
        }
        d = match nearest(f, names) {
            Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(self.at(field.span), n.clone()),
            None => {
                let list = crate::report::listed(names);
                d.help(text!("字段有：{list}", "fields are: {list}"))
            }
        };
        self.push(d);
        TExpr::error(field.span)
    }
}
