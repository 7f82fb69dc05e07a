//! Bodies of what modules declare: functions, records, parameters, tables, gases, units.

use super::BodyKind;
use super::constraints::constraints;
use super::expr::Cx;
use super::rule::{TCheck, check};
use crate::db::{Db, Item, SourceFile, all_items};
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, TConstraint, TExpr, TKind, Ty, Unary};
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_mir::Const;
use footrule_number::Number;
use footrule_syntax::ast::{self, DateKey, Expr, GasRow, Ident, KeyCell, KeyMode, Policy};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// A record's fields and requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TRecord {
    /// In order.
    pub fields: Vec<TField>,
    /// Requirements inside the record.
    pub requires: Vec<TCheck>,
}

/// A field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TField {
    /// Bounds.
    pub constraints: Vec<TConstraint>,
    /// `default`
    pub default: Option<TExpr>,
    /// `let`
    pub computed: Option<TExpr>,
    /// `factor default|fixed`: fixed, value.
    pub factor: Option<(bool, TExpr)>,
    /// `when`
    pub when: Option<TExpr>,
}

/// A dated parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TParam {
    /// Rows in order of text.
    pub rows: Vec<TParamRow>,
    /// Before the first.
    pub before: Policy,
    /// After the last.
    pub after: Policy,
}

/// A row of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TParamRow {
    /// Key.
    pub key: DateKey,
    /// Value, a constant.
    pub value: TExpr,
    /// Source.
    pub source: Option<Item>,
    /// Place.
    pub span: Span,
}

/// A table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TTable {
    /// The brackets of each key; empty for other keys.
    pub brackets: Vec<super::brackets::Ends>,
    /// Rows.
    pub rows: Vec<TRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TRow {
    /// Keys; `None` is the wildcard.
    pub keys: Vec<Option<Const>>,
    /// Gas keys by item, in the same places (their numbers are known only in a rule).
    pub gases: Vec<Option<Item>>,
    /// Values, constants.
    pub values: Vec<TExpr>,
    /// Source.
    pub source: Option<Item>,
    /// Place.
    pub span: Span,
}

pub(super) fn function(cx: &mut Cx<'_>, params: &[(Ident, ast::Type)], body: &Expr) -> BodyKind {
    let Sig::Fn { params: types, result, .. } = &sig(cx.db, cx.item).sig else { return BodyKind::None };
    // Inside the body, `$i` is the local variable of parameter i.
    let local = |cx: &Cx<'_>, t: &Ty| {
        Cx::substitute(t, &mut |root, path| {
            let l = cx.locals.get(root.strip_prefix('$')?.parse::<usize>().ok()?)?;
            Some(crate::units::Tag::Follows { root: format!("#{}", l.id), path: path.to_vec(), shown: l.name.clone() })
        })
    };
    let mut seen = FxHashSet::default();
    for ((name, _), (_, ty)) in params.iter().zip(types) {
        let ty = local(cx, ty);
        let taken = !seen.insert(name.text.as_str());
        cx.bind(name, ty, taken);
    }
    let want = local(cx, result);
    let e = cx.expr(body, Some(&want));
    BodyKind::Fn(Box::new(cx.fit_declared(e, &want)))
}

pub(super) fn record(cx: &mut Cx<'_>, fields: &[ast::Field], requires: &[ast::Check]) -> BodyKind {
    let Sig::Record(sigs) = &sig(cx.db, cx.item).sig else { return BodyKind::None };
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for f in fields {
        if !seen.insert(&f.name.text) {
            let n = &f.name.text;
            cx.error(
                Code::N002,
                f.name.span,
                text!("字段 `{n}` 重复", "field `{n}` declared twice"),
                text!("再次声明", "declared again"),
            );
        }
    }
    let this = cx.this(Ty::Record(cx.item.clone()));
    let mut out = Vec::new();
    for (f, s) in fields.iter().zip(sigs) {
        // In the body the record's own tags start at the record under construction.
        let ty = Cx::substitute(&s.ty, &mut |root, path| {
            (root == "@").then(|| crate::units::Tag::Follows {
                root: format!("#{this}"),
                path: path.to_vec(),
                shown: path.join("."),
            })
        });
        let mut t =
            TField { constraints: constraints(cx, &f.constraints, &s.ty, s.integer, f.name.span), ..TField::default() };
        let depth = cx.given.len();
        t.when = f.when.as_ref().map(|w| cx.condition(w));
        // What stands in the declaration is read only if the field applies.
        t.when.iter().for_each(|c| cx.assume(c));
        if let Some(d) = &f.default {
            let want = match &ty {
                Ty::Optional(t) => (**t).clone(),
                t => t.clone(),
            };
            let e = cx.expr(d, Some(&want));
            t.default = Some(cx.fit(e, &ty, true));
        }
        if let Some(c) = &f.computed {
            let e = cx.expr(c, Some(&ty));
            t.computed = Some(cx.fit_declared(e, &ty));
        }
        if let (Some(fr), Ty::Activity(u)) = (&f.factor, &ty) {
            let want = Ty::Split(crate::sigs::factor_unit(cx.db, cx.item, u));
            let e = cx.expr(&fr.value, Some(&want));
            t.factor = Some((fr.fixed, cx.fit(e, &want, false)));
        }
        cx.given.truncate(depth);
        out.push(t);
    }
    field_cycles(cx, fields);
    cx.no_scaling_in_records(fields);
    contains_itself(cx);
    let requires = requires.iter().map(|c| check(cx, c)).collect();
    BodyKind::Record(Box::new(TRecord { fields: out, requires }))
}

/// Defaults and computed fields may read fields in any order, but not in a circle.
fn field_cycles(cx: &mut Cx<'_>, fields: &[ast::Field]) {
    let numbers: FxHashMap<&str, usize> =
        fields.iter().enumerate().rev().map(|(i, f)| (f.name.text.as_str(), i)).collect();
    let reads = |i: &usize| {
        let (f, mut out) = (&fields[*i], Vec::new());
        let mut add = |n: &str| out.extend(numbers.get(n));
        f.default.iter().chain(&f.computed).chain(&f.when).for_each(|e| super::cycles::names(e, &mut add));
        out
    };
    let all: Vec<usize> = (0..fields.len()).collect();
    if let Some(f) = super::cycles::search(&all, reads).cyclic.first().map(|i| &fields[*i]) {
        let n = &f.name.text;
        cx.error(
            Code::N003,
            f.name.span,
            text!("字段 `{n}` 的定义成环", "field `{n}` is defined through itself"),
            text!("环在此", "part of the cycle"),
        );
    }
}

pub(super) fn enumeration(cx: &mut Cx<'_>, variants: &[ast::Variant]) -> BodyKind {
    for (first, v) in super::repeated(variants, |v| &v.name.text) {
        let n = &v.name.text;
        let d = Diagnostic::new(Code::N002, text!("`{n}` 列了两次", "`{n}` is listed twice"))
            .at(cx.at(v.name.span), text!("再次", "again"))
            .also(cx.at(first.name.span), text!("先列在此", "first listed here"));
        cx.push(d);
    }
    BodyKind::None
}

/// The records of a file, and those that they hold, that hold records of their own kind.
#[salsa::tracked(returns(ref))]
fn endless(db: &dyn Db, file: SourceFile) -> BTreeSet<Item> {
    let held = |r: &Item| {
        let Sig::Record(fields) = &sig(db, r).sig else { return Vec::new() };
        let inner = fields.iter().filter_map(|f| {
            let mut ty = &f.ty;
            while let Ty::List(t) | Ty::Optional(t) = ty {
                ty = t;
            }
            if let Ty::Record(inner) = ty { Some(inner.clone()) } else { None }
        });
        inner.collect()
    };
    let records: Vec<Item> = all_items(db, file).filter(|i| i.key.keyword == "record").cloned().collect();
    super::cycles::search(&records, held).cyclic
}

/// Data has an end: a record cannot hold records of its own kind.
fn contains_itself(cx: &mut Cx<'_>) {
    if endless(cx.db, cx.item.file).contains(cx.item) {
        let n = cx.item.name();
        let span = cx.item.name_place(cx.db).span;
        cx.error(
            Code::N003,
            span,
            text!("记录 `{n}` 包含它自己", "the record `{n}` contains itself"),
            text!("数据须有尽头", "data must have an end"),
        );
    }
}

/// A constant: literals and arithmetic on them.
fn constant(cx: &mut Cx<'_>, e: TExpr) -> TExpr {
    let mut ok = true;
    e.walk(&mut |x| {
        ok &= matches!(
            x.kind,
            TKind::Number(..)
                | TKind::Text(_)
                | TKind::Bool(_)
                | TKind::Date(_)
                | TKind::Member(..)
                | TKind::Unary(..)
                | TKind::Binary(..)
                | TKind::Convert(..)
                | TKind::Retag(_)
                | TKind::Lift(_)
                | TKind::Error
                | TKind::Gas(_)
        );
    });
    if !ok {
        return cx.error(
            Code::T006,
            e.span,
            text!("此处须为常量", "a constant is needed here"),
            text!("依赖其他值", "depends on other values"),
        );
    }
    e
}

/// The first row before row `i` that holds on a day on which this key does: an equal one, or a day inside a year.
/// `held` gives the first row of each key; of a day, with `true`, also by its year.
fn competitor(held: &mut FxHashMap<(DateKey, bool), usize>, key: DateKey, i: usize) -> Option<usize> {
    let (other, by_year) = match key {
        DateKey::Year(_) => ((key, true), None),
        DateKey::Day(d) => ((DateKey::Year(d.year), false), Some((DateKey::Year(d.year), true))),
    };
    let first = held.get(&(key, false)).into_iter().chain(held.get(&other)).min().copied();
    for k in [Some((key, false)), by_year].into_iter().flatten() {
        held.entry(k).or_insert(i);
    }
    first
}

pub(super) fn param(cx: &mut Cx<'_>, p: &ast::Param) -> BodyKind {
    let Sig::Value(want) = &sig(cx.db, cx.item).sig else { return BodyKind::None };
    if !matches!(want, Ty::Number(_) | Ty::Split(_) | Ty::Error) {
        let shown = want.show(cx.db);
        cx.error(
            Code::T001,
            p.name.span,
            text!("参数是一个数量，不是 {shown}", "a parameter is a quantity, not {shown}"),
            text!("类型为 {shown}", "this is {shown}"),
        );
    }
    let common = p.source.as_ref().and_then(|s| cx.source(s));
    let mut rows: Vec<TParamRow> = Vec::new();
    let mut held = FxHashMap::default();
    for r in &p.rows {
        let e = cx.expr(&r.value, Some(want));
        let e = cx.fit(e, want, true);
        let value = constant(cx, e);
        let source = r.source.as_ref().map_or_else(|| common.clone(), |s| cx.source(s));
        if let Some(old) = competitor(&mut held, r.key, rows.len()).and_then(|i| rows.get(i)) {
            let d = Diagnostic::new(Code::P002, text!("两行都适用于同一日期", "two rows hold on the same date"))
                .at(cx.at(r.key_span), text!("重复", "again"))
                .also(cx.at(old.span), text!("前一行", "first row"));
            cx.push(d);
        }
        rows.push(TParamRow { key: r.key, value, source, span: r.key_span.to(r.value.span) });
    }
    for (which, zh, en) in [(&p.before, "before first", "before first"), (&p.after, "after last", "after last")] {
        if which.is_none() {
            let d = Diagnostic::new(Code::P006, text!("没有声明 `{zh}` 的策略", "no policy for `{en}`"))
                .at(cx.at(p.name.span), text!("参数", "param"))
                .help(text!(
                    "写 `{zh} error` 或 `{zh} hold with warning until 日期`",
                    "write `{en} error` or `{en} hold with warning until DATE`"
                ));
            cx.push(d);
        }
    }
    let policy = |p: &Option<(Policy, Span)>| p.as_ref().map_or(Policy::Error, |(p, _)| p.clone());
    BodyKind::Param(Box::new(TParam { rows, before: policy(&p.before), after: policy(&p.after) }))
}

/// The names of keys and columns differ, and a key is something that a cell can say.
fn head(cx: &mut Cx<'_>, t: &ast::Table, keys: &[(String, Ty)]) {
    let keyed: Vec<&Ident> = t.keys.iter().map(|k| &k.name).collect();
    let columns: Vec<&Ident> = t.columns.iter().filter_map(|(n, _)| n.as_ref()).collect();
    for list in [&keyed, &columns] {
        for (i, name) in list.iter().enumerate() {
            if list[..i].iter().any(|o| o.text == name.text) {
                let n = &name.text;
                let again = text!("表的 `{n}` 列重复", "column `{n}` of the table is declared twice");
                cx.error(Code::N002, name.span, again, text!("再次声明", "declared again"));
            }
        }
    }
    for (name, (_, ty)) in keyed.iter().zip(keys) {
        if !matches!(ty, Ty::Number(_) | Ty::Text | Ty::Date | Ty::Enum(_) | Ty::Error) {
            let shown = ty.show(cx.db);
            cx.error(
                Code::P007,
                name.span,
                text!("表的键不能是 {shown}", "a key of a table cannot be {shown}"),
                text!("须为枚举、数量、文字或日期", "an enumeration, a quantity, a text or a date"),
            );
        }
    }
}

pub(super) fn table(cx: &mut Cx<'_>, t: &ast::Table) -> BodyKind {
    let Sig::Table { keys, columns, partial } = &sig(cx.db, cx.item).sig else { return BodyKind::None };
    head(cx, t, keys);
    let common = t.source.as_ref().and_then(|s| cx.source(s));
    if !super::interpolate::head(cx, t, keys, columns) {
        return BodyKind::None;
    }
    let Some(brackets) = super::brackets::brackets(cx, t, keys) else { return BodyKind::None };
    let mut rows: Vec<TRow> = Vec::new();
    let mut all_read = true;
    if let Some((path, span)) = &t.from {
        match crate::data::rows(cx.db, cx.item, path, *span, keys, columns) {
            Ok(read) => {
                for r in read {
                    let text = r.values;
                    let keys =
                        r.keys.iter().zip(keys).map(|(k, (_, ty))| csv_key(cx, k, ty, *span)).collect::<Vec<_>>();
                    let source = match &r.source {
                        Some(s) => cx.source(&Ident { text: s.clone(), span: *span }),
                        None => common.clone(),
                    };
                    let values = text.into_iter().zip(columns).map(|(v, (_, ty))| csv_cell(ty, v, *span)).collect();
                    rows.push(TRow { gases: vec![None; keys.len()], keys, values, source, span: *span });
                }
            }
            Err(d) => {
                all_read = false;
                cx.push(*d);
            }
        }
    }
    for r in &t.rows {
        if r.keys.len() != keys.len() || r.values.len() != columns.len() {
            let (k, c) = (keys.len(), columns.len());
            cx.error(
                Code::P003,
                r.span,
                text!("此行须有 {k} 个键、{c} 个值", "a row has {k} keys and {c} values here"),
                text!("列数不对", "wrong number of cells"),
            );
            all_read = false;
            continue;
        }
        let mut cells = Vec::new();
        let mut gases = Vec::new();
        for ((k, (_, ty)), ends) in r.keys.iter().zip(keys).zip(&brackets) {
            let (cell, gas) = match ends.is_empty() {
                true => key(cx, k, ty),
                false => (super::brackets::ordinal(cx, k, ty, ends), None),
            };
            cells.push(cell);
            gases.push(gas);
        }
        let mut values = Vec::new();
        for (v, (_, ty)) in r.values.iter().zip(columns) {
            let e = cx.expr(v, Some(ty));
            let e = cx.fit(e, ty, true);
            values.push(constant(cx, e));
        }
        let source = r.source.as_ref().map_or_else(|| common.clone(), |s| cx.source(s));
        rows.push(TRow { keys: cells, gases, values, source, span: r.span });
    }
    duplicates(cx, &rows);
    super::interpolate::points(cx, t, &rows);
    if !partial && all_read {
        complete(cx, t, keys, &brackets, &rows);
    }
    BodyKind::Table(Box::new(TTable { brackets, rows }))
}

fn csv_key(cx: &mut Cx<'_>, text: &str, ty: &Ty, span: Span) -> Option<Const> {
    if text == "_" {
        return None;
    }
    let cell = match ty {
        Ty::Text => KeyCell::Text(text.to_string(), span),
        Ty::Number(_) => match Number::parse(text) {
            Ok(n) => KeyCell::Number(n, span),
            Err(_) => KeyCell::Text(text.to_string(), span),
        },
        _ => KeyCell::Name(Ident { text: text.to_string(), span }),
    };
    key(cx, &cell, ty).0
}

fn csv_cell(ty: &Ty, value: Number, span: Span) -> TExpr {
    let number =
        |u: &crate::units::UnitTy| TExpr { kind: TKind::Number(value, value.scale()), ty: Ty::Number(u.clone()), span };
    match ty {
        Ty::Split(u) => super::coerce::lift(number(u)),
        Ty::Number(u) => number(u),
        _ => TExpr::error(span),
    }
}

/// A key cell as a constant; a gas as its item.
fn key(cx: &mut Cx<'_>, cell: &KeyCell, ty: &Ty) -> (Option<Const>, Option<Item>) {
    let wrong = |cx: &mut Cx<'_>, span: Span| {
        let shown = ty.show(cx.db);
        cx.error(Code::P007, span, text!("此键须为 {shown}", "this key is {shown}"), text!("不符", "does not fit"));
        // A constant that equals no other, so that no second finding follows.
        (Some(Const::Text(format!("\u{0}{}", span.start))), None)
    };
    match (cell, ty) {
        (KeyCell::Any(_) | KeyCell::Otherwise(_), _) => (None, None),
        (KeyCell::Name(n), Ty::Enum(e)) => match cx.member(e, n).map(|x| x.kind) {
            Some(TKind::Member(_, i)) => (Some(Const::Enum(footrule_mir::EnumId(0), i)), None),
            Some(TKind::Gas(g)) => (Some(Const::Text(g.name().to_string())), Some(g)),
            Some(TKind::Stage(s)) => (Some(Const::Text(s.name().to_string())), None),
            _ => {
                let t = Ty::Enum(e.clone());
                cx.expr(&Expr { kind: ast::ExprKind::Name(n.clone()), span: n.span }, Some(&t));
                (Some(Const::Text(format!("\u{0}{}", n.span.start))), None)
            }
        },
        (KeyCell::Text(t, _), Ty::Text) => (Some(Const::Text(t.clone())), None),
        (KeyCell::Number(n, _), Ty::Number(_)) => (Some(Const::Number(*n)), None),
        (KeyCell::Date(d, _), Ty::Date) => (Some(Const::Date { year: d.year, month: d.month, day: d.day }), None),
        (KeyCell::Name(n), _) => wrong(cx, n.span),
        (KeyCell::Text(_, s) | KeyCell::Number(_, s) | KeyCell::Date(_, s) | KeyCell::Bracket(_, _, s), _) => {
            wrong(cx, *s)
        }
    }
}

fn duplicates(cx: &mut Cx<'_>, rows: &[TRow]) {
    let mut seen: rustc_hash::FxHashMap<&[Option<Const>], Span> = rustc_hash::FxHashMap::default();
    for r in rows {
        if let Some(old) = seen.insert(&r.keys, r.span) {
            let d = Diagnostic::new(Code::P002, text!("两行的键相同", "two rows have the same key"))
                .at(cx.at(r.span), text!("重复", "again"))
                .also(cx.at(old), text!("前一行", "first row"));
            cx.push(d);
        }
    }
}

/// Every combination of members needs a row.
fn complete(cx: &mut Cx<'_>, t: &ast::Table, keys: &[(String, Ty)], brackets: &[super::brackets::Ends], rows: &[TRow]) {
    let names: Vec<Vec<String>> = keys
        .iter()
        .zip(brackets)
        .zip(t.keys.iter().map(|k| k.mode))
        .map(|(((_, ty), ends), mode)| match ty {
            _ if !ends.is_empty() => super::brackets::shown(ends),
            _ if mode == KeyMode::Linear => vec!["…".to_string()],
            Ty::Enum(EnumRef::Item(i)) => cx.members(&EnumRef::Item(i.clone())),
            _ => Vec::new(),
        })
        .collect();
    if rows.iter().any(|r| r.keys.iter().all(Option::is_none)) {
        return;
    }
    if names.iter().any(Vec::is_empty) {
        if keys.iter().any(|(_, t)| !matches!(t, Ty::Error)) {
            let d = Diagnostic::new(
                Code::P001,
                text!(
                    "键不是枚举的表没有覆盖全部取值",
                    "a table whose key is no enumeration does not cover every value"
                ),
            )
            .at(cx.at(t.name.span), text!("表", "table"))
            .help(text!("加一行 `_ => …`，或声明为 `partial`", "add a row `_ => …`, or declare it `partial`"));
            cx.push(d);
        }
        return;
    }
    let missing = missing(&names, rows);
    if !missing.is_empty() {
        let n = missing.len();
        let list = missing.iter().take(6).cloned().collect::<Vec<_>>().join("; ");
        let dots = if n > 6 { " …" } else { "" };
        let mut d =
            Diagnostic::new(Code::P001, text!("表缺少 {n} 行：{list}{dots}", "the table lacks {n} rows: {list}{dots}"))
                .at(cx.at(t.name.span), text!("不完整", "incomplete"))
                .help(text!("补上这些行，或声明为 `partial`", "add them, or declare the table `partial`"));
        if let Some((_, Ty::Enum(EnumRef::Item(e)))) = keys.first() {
            d = d.also(e.name_place(cx.db), text!("键的取值声明在此", "the key's values are declared here"));
        }
        cx.push(d);
    }
}

/// The rows that a table with enumerations as keys lacks, each as its keys are written.
pub fn missing_rows(db: &dyn Db, table: &Item) -> Vec<String> {
    let (BodyKind::Table(t), Sig::Table { keys, partial: false, .. }) =
        (&super::body_of(db, table).kind, &sig(db, table).sig)
    else {
        return Vec::new();
    };
    let members = |ty: &Ty| match ty {
        Ty::Enum(EnumRef::Item(i)) => match &sig(db, i).sig {
            Sig::Enum(names) => Some(names.clone()),
            _ => None,
        },
        _ => None,
    };
    let names: Option<Vec<Vec<String>>> = keys.iter().map(|(_, ty)| members(ty)).collect();
    names.map_or_else(Vec::new, |names| missing(&names, &t.rows))
}

/// The combinations of keys that no row covers.
fn missing(names: &[Vec<String>], rows: &[TRow]) -> Vec<String> {
    let count: usize = names.iter().map(Vec::len).product();
    if count > 100_000 {
        return Vec::new();
    }
    // Which keys a row leaves open, and of the rows that leave these open, the members of the others.
    let mut covers: FxHashMap<Vec<bool>, FxHashSet<Vec<usize>>> = FxHashMap::default();
    for r in rows {
        let cells = r.keys.iter().map(|k| match k {
            Some(Const::Enum(_, j)) => Some(*j as usize),
            _ => None,
        });
        let cells: Vec<Option<usize>> = cells.collect();
        let open = cells.iter().map(Option::is_none).collect();
        covers.entry(open).or_default().insert(cells.into_iter().flatten().collect());
    }
    let mut missing: Vec<String> = Vec::new();
    for mut n in 0..count {
        let mut at = vec![0; names.len()];
        for (i, m) in names.iter().enumerate().rev() {
            at[i] = n % m.len();
            n /= m.len();
        }
        let covered = covers.iter().any(|(open, members)| {
            let named: Vec<usize> = at.iter().zip(open).filter(|(_, open)| !**open).map(|(i, _)| *i).collect();
            members.contains(&named)
        });
        if !covered {
            missing.push(at.iter().zip(names).map(|(i, m)| m[*i].as_str()).collect::<Vec<_>>().join(", "));
        }
    }
    missing
}

pub(super) fn gas(cx: &mut Cx<'_>, rows: &[GasRow]) -> BodyKind {
    for (i, r) in rows.iter().enumerate() {
        if let Some(s) = &r.source {
            cx.source(s);
        }
        if let Some(o) = &r.origin
            && super::builtin::origin(&o.text).is_none()
        {
            cx.bad_origin(o);
        }
        if rows[..i].iter().any(|o| {
            o.set.text == r.set.text && o.origin.as_ref().map(|x| &x.text) == r.origin.as_ref().map(|x| &x.text)
        }) {
            cx.error(Code::P002, r.span, text!("同一体系有两个数值", "two values for one set"), text!("重复", "again"));
        }
    }
    BodyKind::None
}

pub(super) fn unit(cx: &mut Cx<'_>, def: Option<&ast::UnitDef>) -> BodyKind {
    if let Some(def) = def {
        if let Some(tag) = def.unit.atoms.iter().find_map(|a| a.tag.as_ref()?.0.first()) {
            cx.error(
                Code::U013,
                tag.span,
                text!("单位的定义不带物质标签", "the definition of a unit carries no tag"),
                text!("标签写在使用单位的地方", "a tag stands where the unit is used"),
            );
        }
        if def.factor == Number::ZERO || def.divisor == Some(Number::ZERO) {
            let message = text!("单位的换算系数不能为零", "the factor of a unit is not zero");
            cx.error(Code::U011, def.unit.span, message, text!("此处", "here"));
        }
        let u = cx.unit(&def.unit);
        let info = crate::units::unit_info(cx.db, cx.item.file, cx.item.key.clone());
        // A unit without dimension stands in a cycle, which is told where the file is checked.
        if info.scale.is_none() && !info.dimension.is_empty() && !u.is_one() {
            let n = cx.item.name();
            cx.error(
                Code::U011,
                def.unit.span,
                text!("单位 `{n}` 的换算系数超出 28 位", "the factor of unit `{n}` exceeds 28 digits"),
                text!("此处", "here"),
            );
        }
    }
    BodyKind::None
}

/// The number of a literal, possibly negated and converted.
pub(crate) fn literal(e: &TExpr) -> Option<Number> {
    match &e.kind {
        TKind::Number(n, _) => Some(*n),
        TKind::Unary(Unary::Neg, x) => literal(x).map(Number::neg),
        TKind::Convert(x, r) => literal(x)?.convert(*r).ok(),
        TKind::Retag(x) | TKind::Lift(x) => literal(x),
        TKind::Binary(op, a, b) => {
            let (a, b) = (literal(a)?, literal(b)?);
            match op {
                crate::types::Binary::Add => a.add(b),
                crate::types::Binary::Sub => a.sub(b),
                crate::types::Binary::Mul => a.mul(b),
                crate::types::Binary::Div => a.div(b),
                _ => return None,
            }
            .ok()
        }
        _ => None,
    }
}
