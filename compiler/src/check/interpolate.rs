//! Tables between points: `table curve(t: degC interpolate linear) -> number outside hold { 0 => 1; 10 => 2 }`.
//!
//! Guarantees: one key is interpolated, its points ascend and no two are equal, every combination of the other keys
//! has at least two, every column is a quantity, and what holds outside the points is said.
//! Must not: extrapolate.

use super::decl::TRow;
use super::expr::Cx;
use crate::db::{Diag, Item};
use crate::types::{TExpr, Ty};
use footrule_diag::{Code, Span, text};
use footrule_mir::Const;
use footrule_syntax::ast::{self, KeyMode, Stmt};

/// Which key of a table is interpolated.
pub(crate) fn linear_key(cx: &dyn crate::db::Db, table: &Item) -> Option<usize> {
    match table.ast(cx).map(|a| &a.stmt) {
        Some(Stmt::Table(t)) => t.keys.iter().position(|k| k.mode == KeyMode::Linear),
        _ => None,
    }
}

/// Whether values outside the points take that of the nearest one.
pub(crate) fn holds(t: &ast::Table) -> bool {
    t.outside.as_ref().is_some_and(|o| o.text == "hold")
}

/// Checks the head of a table; false after a finding.
pub(super) fn head(cx: &mut Cx<'_>, t: &ast::Table, keys: &[(String, Ty)], columns: &[(String, Ty)]) -> bool {
    let mut linear = t.keys.iter().zip(keys).filter(|(k, _)| k.mode == KeyMode::Linear);
    let Some((key, (_, ty))) = linear.next() else {
        if let Some(o) = &t.outside {
            let d =
                Diag::new(Code::P010, text!("`outside` 只用于内插表", "`outside` belongs to a table between points"))
                    .at(cx.at(o.span), text!("没有内插的键", "no key is interpolated"))
                    .help(text!("在键后写 `interpolate linear`", "write `interpolate linear` behind the key"));
            cx.push(d);
        }
        return true;
    };
    if let Some((second, _)) = linear.next() {
        let d = Diag::new(Code::P010, text!("表只能对一个键内插", "a table is interpolated along one key only"))
            .at(cx.at(second.name.span), text!("第二个内插键", "the second such key"))
            .also(cx.at(key.name.span), text!("第一个", "the first"));
        cx.push(d);
        return false;
    }
    if !matches!(ty, Ty::Number(_) | Ty::Error) {
        let shown = ty.show(cx.db);
        cx.error(
            Code::P010,
            key.name.span,
            text!("内插的键须为数量，得到 {shown}", "the key between points is a quantity, {shown} was found"),
            text!("类型为 {shown}", "this is {shown}"),
        );
        return false;
    }
    for ((_, ty), (name, written)) in columns.iter().zip(&t.columns) {
        if !matches!(ty, Ty::Number(_) | Ty::Split(_) | Ty::Error) {
            let shown = ty.show(cx.db);
            let span = name.as_ref().map_or_else(|| type_span(written, t.name.span), |n| n.span);
            cx.error(
                Code::P010,
                span,
                text!("内插的列须为数量，得到 {shown}", "a column between points is a quantity, {shown} was found"),
                text!("不能内插", "cannot be interpolated"),
            );
            return false;
        }
    }
    if t.outside.is_none() {
        let d = Diag::new(Code::P011, text!("没有说明点以外取何值", "what holds outside the points is not said"))
            .at(cx.at(key.name.span), text!("内插的键", "the key between points"))
            .help(text!(
                "写 `outside error`（拒绝）或 `outside hold`（取最近一点的值）",
                "write `outside error` (refuse) or `outside hold` (take the nearest point's value)"
            ));
        cx.push(d);
    }
    true
}

fn type_span(ty: &ast::Type, other: Span) -> Span {
    match ty {
        ast::Type::Unit(u) => u.span,
        ast::Type::List(_, s) | ast::Type::Optional(_, s) => *s,
        ast::Type::Inner(_) | ast::Type::Activity(..) | ast::Type::Footprint(..) => other,
    }
}

/// Checks the points of every combination of the other keys.
pub(super) fn points(cx: &mut Cx<'_>, t: &ast::Table, rows: &[TRow]) {
    let Some(key) = t.keys.iter().position(|k| k.mode == KeyMode::Linear) else { return };
    let mut groups: Vec<(Vec<Option<Const>>, Vec<&TRow>)> = Vec::new();
    for row in rows {
        let Some(Some(Const::Number(_))) = row.keys.get(key) else {
            // A cell of another kind was told already, except for what stands for any value.
            if row.keys.get(key).is_some_and(Option::is_none) {
                cx.error(
                    Code::P012,
                    row.span,
                    text!("内插的键在每行都是一个点", "every row has a point for the key between points"),
                    text!("不是一个点", "no point"),
                );
            }
            continue;
        };
        let others: Vec<_> = row.keys.iter().enumerate().filter(|(i, _)| *i != key).map(|(_, c)| c.clone()).collect();
        match groups.iter_mut().find(|(k, _)| *k == others) {
            Some((_, list)) => list.push(row),
            None => groups.push((others, vec![row])),
        }
    }
    for (_, list) in &groups {
        for pair in list.windows(2) {
            let place = |r: &TRow| match r.keys.get(key) {
                Some(Some(Const::Number(n))) => *n,
                _ => Default::default(),
            };
            // Two rows with one key are told as such.
            if place(pair[1]) < place(pair[0]) {
                let d = Diag::new(Code::P012, text!("点须由小到大", "points ascend"))
                    .at(cx.at(pair[1].span), text!("小于前一点", "below the point before it"))
                    .also(cx.at(pair[0].span), text!("前一点", "the point before"));
                cx.push(d);
            }
        }
        if let [one] = list.as_slice() {
            let d = Diag::new(
                Code::P013,
                text!("一个点不能内插：至少要两个点", "one point is not enough: at least two are needed"),
            )
            .at(cx.at(one.span), text!("这组键只有此点", "the only point of this combination"))
            .help(text!("补一个点，或改用普通的表", "add a point, or write an ordinary table"));
            cx.push(d);
        }
    }
}

impl Cx<'_> {
    /// Refuses to take a row of a table between points: its columns have values there, a row does not exist.
    pub(super) fn no_row_between(&mut self, table: &Item, span: Span) -> Option<TExpr> {
        linear_key(self.db, table)?;
        let n = table.name();
        let d = Diag::new(
            Code::P014,
            text!(
                "`{n}` 在两点之间没有行，只有各列的值",
                "`{n}` has no row between its points, only values of columns"
            ),
        )
        .at(self.at(span), text!("整行", "a whole row"))
        .also(table.name_place(self.db), text!("内插表声明在此", "the table is declared here"))
        .help(text!("直接读一列，例如 `{n}(…).列`", "read one column, as in `{n}(…).column`"));
        self.push(d);
        Some(TExpr::error(span))
    }
}
