//! Tables in brackets: `table share(d: km in brackets) -> number { <= 500 => 1; <= 1000 => 0.9; otherwise 0 }`.
//!
//! Guarantees: the brackets of a key ascend and leave no gap, and each says whether its end belongs to it. A row's key
//! is the ordinal of its bracket, so that completeness and duplicates are those of an enumeration.
//! Must not: guess which bracket an end belongs to.

use super::expr::Cx;
use crate::db::Diag;
use crate::types::Ty;
use footrule_diag::{Code, Span, text};
use footrule_mir::{Const, EnumId};
use footrule_number::Number;
use footrule_syntax::ast::{self, CmpOp, KeyCell, KeyMode};
use rustc_hash::FxHashMap;

/// The upper ends of the brackets of one key, ascending; true if the end belongs to the bracket. What lies above all
/// is the bracket behind the last. Empty for a key that is no bracket key.
pub type Ends = Vec<(Number, bool)>;

/// What a cell says.
enum Cell {
    Upper(Number, bool, Span),
    Lower(Number, bool, Span),
    Rest,
    Any,
    Bad,
}

/// The brackets of each key, and the key of each row under them. `None` after a finding.
pub(super) fn brackets(cx: &mut Cx<'_>, t: &ast::Table, keys: &[(String, Ty)]) -> Option<Vec<Ends>> {
    let mut out = vec![Ends::new(); keys.len()];
    for (k, key) in t.keys.iter().enumerate().filter(|(_, key)| key.mode == KeyMode::Brackets) {
        let at = key.name.span;
        let ty = keys.get(k).map(|(_, ty)| ty.clone()).filter(|ty| matches!(ty, Ty::Number(_)));
        let Some(ty) = ty else {
            let shown = keys.get(k).map_or_else(String::new, |(_, ty)| ty.show(cx.db));
            cx.error(
                Code::P009,
                at,
                text!("区间键须为数量，得到 {shown}", "a key in brackets is a quantity, {shown} was found"),
                text!("此键", "this key"),
            );
            return None;
        };
        if t.partial || t.from.is_some() {
            let d = match t.partial {
                true => Diag::new(Code::P016, text!("区间表不能 `partial`", "a table in brackets is not `partial`"))
                    .help(text!(
                        "去掉 `partial`；没有数值的一段写成 `otherwise` 或一段区间",
                        "remove `partial`; a stretch without a value of its own is closed by `otherwise` or a bracket"
                    )),
                false => Diag::new(
                    Code::P016,
                    text!("区间表不能由数据文件给出", "a table in brackets is not read from a data file"),
                )
                .help(text!("把各行写在规则里", "write its rows in the rule")),
            };
            cx.push(d.at(cx.at(at), text!("此键以区间给出", "this key is given in brackets")));
            return None;
        }
        out[k] = ends(cx, t, k, &ty, at)?;
    }
    Some(out)
}

fn ends(cx: &mut Cx<'_>, t: &ast::Table, k: usize, ty: &Ty, at: Span) -> Option<Ends> {
    let mut out = Ends::new();
    let mut lowers = Vec::new();
    let mut open = true;
    let mut last: FxHashMap<Vec<String>, (Number, bool)> = FxHashMap::default();
    let mut ok = true;
    for row in &t.rows {
        let Some(cell) = row.keys.get(k) else { continue };
        match read(cx, cell, ty) {
            Cell::Upper(n, closed, span) => {
                let others = row.keys.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, c)| name(c)).collect();
                if last.insert(others, (n, closed)).is_some_and(|before| before > (n, closed)) {
                    ok = false;
                    cx.error(
                        Code::P009,
                        span,
                        text!("区间须由小到大", "brackets ascend"),
                        text!("小于前一区间", "below the bracket before it"),
                    );
                }
                out.push((n, closed));
            }
            Cell::Lower(n, closed, span) => {
                open = false;
                lowers.push((n, closed, span));
            }
            Cell::Rest | Cell::Any => open = false,
            Cell::Bad => ok = false,
        }
    }
    out.sort();
    out.dedup();
    for (n, closed, span) in lowers {
        if out.last() != Some(&(n, !closed)) {
            ok = false;
            cx.error(
                Code::P009,
                span,
                text!("最后一个区间须恰好接在前一区间之后", "the last bracket begins where the one before it ends"),
                text!("有空隙或重叠", "a gap or an overlap"),
            );
        }
    }
    if open && ok {
        ok = false;
        cx.error(
            Code::P009,
            at,
            text!("最大的区间以上没有值：加 `otherwise …`", "nothing holds above the last bracket: add `otherwise …`"),
            text!("不完整", "incomplete"),
        );
    }
    ok.then_some(out)
}

fn read(cx: &mut Cx<'_>, cell: &KeyCell, ty: &Ty) -> Cell {
    match cell {
        KeyCell::Otherwise(_) => Cell::Rest,
        KeyCell::Any(_) => Cell::Any,
        KeyCell::Bracket(op, e, span) => {
            let x = cx.expr(e, None);
            let x = cx.fit(x, ty, true);
            let Some(n) = super::decl::literal(&x) else {
                if x.ty != Ty::Error {
                    cx.error(
                        Code::T006,
                        *span,
                        text!("区间的端点须为常量", "the end of a bracket is a constant"),
                        text!("此处", "here"),
                    );
                }
                return Cell::Bad;
            };
            match op {
                CmpOp::Lt => Cell::Upper(n, false, *span),
                CmpOp::Le => Cell::Upper(n, true, *span),
                CmpOp::Gt => Cell::Lower(n, false, *span),
                CmpOp::Ge => Cell::Lower(n, true, *span),
                CmpOp::Eq | CmpOp::Ne => not_a_bracket(cx, *span),
            }
        }
        KeyCell::Name(n) => not_a_bracket(cx, n.span),
        KeyCell::Text(_, s) | KeyCell::Number(_, s) | KeyCell::Date(_, s) => not_a_bracket(cx, *s),
    }
}

fn not_a_bracket(cx: &mut Cx<'_>, span: Span) -> Cell {
    cx.error(
        Code::P009,
        span,
        text!("区间写作 `<= 500`、`< 500` 或 `otherwise`", "a bracket is written `<= 500`, `< 500` or `otherwise`"),
        text!("不是区间", "no bracket"),
    );
    Cell::Bad
}

fn name(cell: &KeyCell) -> String {
    match cell {
        KeyCell::Name(n) => n.text.clone(),
        KeyCell::Text(t, _) => format!("\"{t}\""),
        KeyCell::Number(n, _) => n.to_string(),
        KeyCell::Date(d, _) => format!("{d:?}"),
        KeyCell::Any(_) => "_".into(),
        KeyCell::Otherwise(_) => "otherwise".into(),
        KeyCell::Bracket(op, e, _) => format!("{op:?} {:?}", e.kind),
    }
}

/// The key of a row: the ordinal of its bracket.
pub(super) fn ordinal(cx: &mut Cx<'_>, cell: &KeyCell, ty: &Ty, ends: &Ends) -> Option<Const> {
    let before = cx.diags.len();
    let i = match read(cx, cell, ty) {
        Cell::Any => None,
        Cell::Upper(n, closed, _) => ends.binary_search(&(n, closed)).ok(),
        Cell::Lower(..) | Cell::Rest | Cell::Bad => Some(ends.len()),
    };
    // Everything that is wrong in a cell was told where the brackets were read.
    cx.diags.truncate(before);
    i.map(|i| Const::Enum(EnumId(0), i as u32))
}

/// The brackets in words.
pub(crate) fn shown(ends: &Ends) -> Vec<String> {
    let all = ends.iter().map(|(n, closed)| format!("{} {n}", if *closed { "<=" } else { "<" }));
    all.chain(["otherwise".to_string()]).collect()
}
