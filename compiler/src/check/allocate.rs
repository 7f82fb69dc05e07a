//! Allocations: their names, what their weights must be, and the bases that exceptions and comparisons bring.

use super::BodyKind;
use super::expr::{Cx, Mode};
use crate::db::{Db, Diag, Item};
use crate::names::{Ns, Resolved, resolve};
use crate::products::{called, product_called, rule_units};
use crate::types::{TExpr, TKind, Ty};
use crate::units::{Dimension, Generator, UnitTy, unit_info};
use footrule_diag::{Code, Span, Text, nearest, text};
use footrule_mir::Basis;
use footrule_number::{Number, sum};
use footrule_syntax::ast::{Allocate, Expr, Ident, Stmt};

/// Names with their weights as written; `None` is the rest.
pub(super) type Weights = [(Ident, Option<Expr>)];

/// A basis with its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TBasis {
    /// What the weights are.
    pub basis: Basis,
    /// Name and weight in one unit, in the order written; `None` is the rest.
    pub weights: Vec<(String, Option<TExpr>)>,
    /// Place of the word behind `by`.
    pub span: Span,
}

/// An allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TAllocate {
    /// The rule's basis.
    pub base: TBasis,
    /// Others, for comparison only.
    pub compare: Vec<TBasis>,
}

impl TBasis {
    /// Every expression of it.
    pub fn expressions<'a>(&'a self, f: &mut dyn FnMut(&'a TExpr)) {
        self.weights.iter().filter_map(|(_, w)| w.as_ref()).for_each(f);
    }
}

/// Those who share an allocation, in the order written.
pub(crate) fn sharers<'db>(db: &'db dyn Db, item: &Item) -> impl Iterator<Item = &'db Ident> + use<'db> {
    let weights = match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Allocate(a)) => a.weights.as_slice(),
        _ => &[],
    };
    weights.iter().map(|(n, _)| n)
}

/// `allocate NAME over … by BASIS { … } compare by …`
pub(super) fn allocate(cx: &mut Cx<'_>, a: &Allocate) -> BodyKind {
    cx.mode = Mode::Line;
    products_named(cx, a);
    over(cx, a);
    let base = basis(cx, &a.by, &a.weights);
    let own = cx.item.clone();
    let compare: Vec<TBasis> = a
        .compare
        .iter()
        .filter_map(|(by, weights)| {
            same_names(cx, &own, by, weights);
            basis(cx, by, weights)
        })
        .collect();
    match base {
        Some(base) => BodyKind::Allocate(Box::new(TAllocate { base, compare })),
        None => BodyKind::None,
    }
}

/// At least one name is a product of the rule, and none is nearly one.
fn products_named(cx: &mut Cx<'_>, a: &Allocate) {
    let (db, file) = (cx.db, cx.item.file);
    let all = called(db, file);
    let missing: Vec<&String> = all.iter().filter(|p| !a.weights.iter().any(|(n, _)| n.text == **p)).collect();
    for (n, _) in &a.weights {
        if product_called(db, file, &n.text).is_none()
            && let Some(meant) = nearest(&n.text, missing.iter().copied())
        {
            let name = &n.text;
            let d = Diag::new(
                Code::R014,
                text!(
                    "`{name}` 不是产品，与产品 `{meant}` 只差几个字符",
                    "`{name}` is no product, but nearly `{meant}`"
                ),
            )
            .at(cx.at(n.span), text!("会当作没有结果的共生产品", "it would be a co-product without a result"))
            .help(text!("是否指 `{meant}`？", "is `{meant}` meant?"))
            .fix(cx.at(n.span), meant.clone());
            cx.push(d);
            return;
        }
    }
    if missing.len() < all.len() || !rule_units(db, file).given {
        return;
    }
    let n = &a.name.text;
    let message = text!("分配 `{n}` 没有提到本规则的产品", "the allocation `{n}` names no product of the rule");
    let d = Diag::new(Code::R014, message).at(cx.at(a.name.span), text!("没有产品得到份额", "no product gets a share"));
    let list = all.join(", ");
    cx.push(match all.is_empty() {
        false => d.help(text!("花括号中写上产品：{list}", "name a product in the braces: {list}")),
        true => d.help(text!(
            "给声明单位加上物质标签（如 `1 kg{{milk}}`），或写 `product 名称 declared unit …`",
            "tag the declared unit (as in `1 kg{{milk}}`), or write `product NAME declared unit …`"
        )),
    });
}

/// What `over` names exists.
fn over(cx: &mut Cx<'_>, a: &Allocate) {
    let (db, file) = (cx.db, cx.item.file);
    let is_line = |i: &Item| matches!(i.key.keyword.as_str(), "emission" | "removal" | "credit" | "apart");
    for n in &a.over {
        let stage = crate::names::stages(db, file).iter().find(|s| s.name() == n.text);
        let line = match resolve(db, file, Ns::Value, n.text.clone()) {
            Resolved::One(e) if is_line(&e.item) => Some(e.item),
            _ => None,
        };
        let name = &n.text;
        match (stage, line) {
            (Some(s), Some(l)) => {
                let d = Diag::new(Code::N010, text!("`{name}` 既是阶段又是排放行", "`{name}` is a stage and a line"))
                    .at(cx.at(n.span), text!("不知指哪一个", "which one is not said"))
                    .also(s.name_place(db), text!("阶段", "the stage"))
                    .also(l.name_place(db), text!("排放行", "the line"))
                    .help(text!("给其中一个换名称", "give one of them another name"));
                cx.push(d);
            }
            (None, None) => {
                let mut known: Vec<String> =
                    crate::names::stages(db, file).iter().map(|s| s.name().to_string()).collect();
                known.extend(crate::db::items(db, file).iter().filter(|i| is_line(i)).map(|i| i.name().to_string()));
                let message = text!("没有阶段或排放行 `{name}`", "there is no stage and no line `{name}`");
                let d = Diag::new(Code::N001, message).at(cx.at(n.span), text!("未知", "unknown"));
                cx.push(match nearest(name.as_str(), &known) {
                    Some(k) => d.help(text!("是否指 `{k}`？", "is `{k}` meant?")).fix(cx.at(n.span), k.clone()),
                    None => d,
                });
            }
            _ => {}
        }
    }
}

/// Another basis shares between the same names.
pub(super) fn same_names(cx: &mut Cx<'_>, of: &Item, by: &Ident, weights: &Weights) {
    let names: Vec<String> = sharers(cx.db, of).map(|n| n.text.clone()).collect();
    let extra = weights.iter().map(|(n, _)| n).find(|n| !names.contains(&n.text));
    let lacking = names.iter().find(|n| !weights.iter().any(|(w, _)| w.text == **n));
    let (span, message) = match (extra, lacking) {
        (Some(n), _) => {
            let name = &n.text;
            (n.span, text!("`{name}` 不在所分配的名称之中", "`{name}` is not among those who share"))
        }
        (None, Some(name)) => (by.span, text!("这里没有 `{name}` 的权数", "there is no weight of `{name}` here")),
        (None, None) => return,
    };
    let list = names.join(", ");
    let d = Diag::new(Code::T015, message)
        .at(cx.at(span), text!("名称须与分配相同", "the names are those of the allocation"))
        .also(of.name_place(cx.db), text!("分配：{list}", "the allocation: {list}"))
        .help(text!("不参与分配者写 0", "whoever gets nothing has the weight 0"));
    cx.push(d);
}

/// A basis: each weight fits it, and all are in one unit.
pub(super) fn basis(cx: &mut Cx<'_>, by: &Ident, weights: &Weights) -> Option<TBasis> {
    let words = ["mass", "energy", "economic", "physical", "given"];
    cx.one_of(by, &words);
    let before = cx.diags.len();
    names(cx, by, weights);
    let basis = match by.text.as_str() {
        "mass" => Basis::Mass,
        "energy" => Basis::Energy,
        "economic" => Basis::Economic,
        "physical" => Basis::Physical,
        "given" => Basis::Given,
        _ => return None,
    };
    let mut out: Vec<(String, Option<TExpr>)> = Vec::new();
    for (n, e) in weights {
        let e = e.as_ref().map(|e| weight(cx, e, basis));
        out.push((n.text.clone(), e));
    }
    one_unit(cx, basis, &mut out);
    if basis == Basis::Given && cx.diags.len() == before {
        constant_sum(cx, by, &out);
    }
    Some(TBasis { basis, weights: out, span: by.span })
}

/// No name twice; the rest stands last and only among shares.
fn names(cx: &mut Cx<'_>, by: &Ident, weights: &Weights) {
    for ((first, _), (n, _)) in super::repeated(weights, |(n, _)| &n.text) {
        let name = &n.text;
        let d = Diag::new(Code::T015, text!("`{name}` 写了两次", "`{name}` is given twice"))
            .at(cx.at(n.span), text!("再次", "again"))
            .also(cx.at(first.span), text!("先写在此", "first here"));
        cx.push(d);
    }
    for (i, (n, w)) in weights.iter().enumerate() {
        let name = &n.text;
        if w.is_some() {
            continue;
        }
        let message = if by.text != "given" {
            text!("只有 `by given` 有余量", "only `by given` has a rest")
        } else if i + 1 < weights.len() {
            text!("余量须写在最后", "the rest stands last")
        } else {
            continue;
        };
        let d = Diag::new(Code::T015, message)
            .at(cx.at(n.span), text!("`{name}` 的权数", "the weight of `{name}`"))
            .help(text!("写出 `{name}` 的权数，或改用 `by given`", "write the weight of `{name}`, or use `by given`"));
        cx.push(d);
    }
    if weights.is_empty() {
        cx.error(
            Code::T015,
            by.span,
            text!("没有可分配的产品", "nothing to share between"),
            text!("花括号是空的", "the braces are empty"),
        );
    }
}

/// A weight without its tag: what is compared is the quantity, whatever it is of.
fn weight(cx: &mut Cx<'_>, e: &Expr, basis: Basis) -> TExpr {
    let x = cx.expr(e, None);
    let x = cx.whole(x);
    let Some(u) = x.ty.unit() else {
        if x.ty != Ty::Error {
            let shown = x.ty.show(cx.db);
            return unfit(cx, x.span, basis, &shown);
        }
        return x;
    };
    let unit = u.untagged();
    if !x.is_zero_literal() && !fits(cx, basis, &unit) {
        let shown = crate::units::show_unit(cx.db, u);
        return unfit(cx, x.span, basis, &shown);
    }
    let (ty, span) = (Ty::Number(unit), x.span);
    if x.ty == ty { x } else { TExpr { kind: TKind::Retag(Box::new(x)), ty, span } }
}

fn unfit(cx: &mut Cx<'_>, span: Span, basis: Basis, shown: &str) -> TExpr {
    let (what, help) = described(basis);
    let (zh, en) = (&what.zh, &what.en);
    let d = Diag::new(Code::T014, text!("权数须为{zh}，得到 `{shown}`", "the weight is {en}, `{shown}` was found"))
        .at(cx.at(span), text!("为 `{shown}`", "this is `{shown}`"))
        .help(help);
    cx.push(d);
    TExpr::error(span)
}

/// What the weights of a basis are, and what to do about one that is not.
fn described(basis: Basis) -> (Text, Text) {
    let other = text!(
        "其他物理量用 `by physical`，直接给出份额用 `by given`",
        "for another quantity use `by physical`, for shares themselves `by given`"
    );
    match basis {
        Basis::Mass => (text!("质量", "a mass"), other),
        Basis::Energy => (text!("能量", "an energy"), other),
        Basis::Economic => (
            text!("金额", "an amount of money"),
            text!(
                "价格须乘以产量，如 `5 CNY/t{{milk}} * milk_out`",
                "multiply a price by the output, as in `5 CNY/t{{milk}} * milk_out`"
            ),
        ),
        Basis::Physical => (text!("数量", "a quantity"), text!("写一个数量", "write a quantity")),
        Basis::Given => (
            text!("份额（纯数）", "a share (a number)"),
            text!(
                "数量用 `by mass`、`by energy`、`by economic` 或 `by physical`",
                "for quantities use `by mass`, `by energy`, `by economic` or `by physical`"
            ),
        ),
    }
}

/// True if a unit (without tags) is what a basis asks for: also per time, or per what the rule's lines are per.
fn fits(cx: &Cx<'_>, basis: Basis, unit: &UnitTy) -> bool {
    let d = unit.dimension(cx.db);
    let target = match basis {
        Basis::Physical => return true,
        Basis::Given => return d.is_empty(),
        Basis::Mass => dimension_of(cx, "kg"),
        Basis::Energy => dimension_of(cx, "J"),
        Basis::Economic => {
            let money = d.iter().find(|(g, p)| **p == 1 && matches!(g, Generator::Base(i) if is_currency(i.name())));
            money.map(|(g, _)| Dimension::from([(g.clone(), 1)])).unwrap_or_default()
        }
    };
    if target.is_empty() {
        return false;
    }
    let mut left = d;
    for (g, p) in target {
        *left.entry(g).or_insert(0) -= p;
    }
    left.retain(|_, p| *p != 0);
    let per_time: Dimension = dimension_of(cx, "s").into_iter().map(|(g, p)| (g, -p)).collect();
    let per_year: Dimension = dimension_of(cx, "yr").into_iter().map(|(g, p)| (g, -p)).collect();
    let basis = rule_units(cx.db, cx.item.file).basis().untagged().dimension(cx.db);
    left.is_empty() || left == per_time || left == per_year || left == basis
}

/// The codes of ISO 4217 are three capitals.
fn is_currency(unit: &str) -> bool {
    unit.len() == 3 && unit.bytes().all(|b| b.is_ascii_uppercase())
}

fn dimension_of(cx: &Cx<'_>, symbol: &str) -> Dimension {
    match resolve(cx.db, cx.item.file, Ns::Unit, symbol.to_string()) {
        Resolved::One(e) => {
            let info = unit_info(cx.db, e.item.file, e.item.key.clone());
            info.dimension.iter().map(|(i, p)| (Generator::Base(i.clone()), *p)).collect()
        }
        _ => Dimension::new(),
    }
}

/// All weights in the unit of the first that has one.
fn one_unit(cx: &mut Cx<'_>, basis: Basis, weights: &mut [(String, Option<TExpr>)]) {
    let known = weights.iter().filter_map(|(_, w)| w.as_ref()).find(|w| w.ty != Ty::Error && !w.is_zero_literal());
    let Some((first, want)) = known.and_then(|w| Some((w.span, w.ty.unit()?.clone()))) else { return };
    for (_, w) in weights.iter_mut() {
        let Some(x) = w.take() else { continue };
        let Some(unit) = x.ty.unit().cloned() else {
            *w = Some(x);
            continue;
        };
        if !x.is_zero_literal() && unit.dimension(cx.db) != want.dimension(cx.db) {
            let (a, b) = (crate::units::show_unit(cx.db, &want), crate::units::show_unit(cx.db, &unit));
            let (what, _) = described(basis);
            let (zh, en) = (&what.zh, &what.en);
            let d = Diag::new(
                Code::T014,
                text!("权数的量纲不同：`{a}` 与 `{b}`", "the weights differ in dimension: `{a}` and `{b}`"),
            )
            .at(cx.at(x.span), text!("为 `{b}`", "this is `{b}`"))
            .also(cx.at(first), text!("为 `{a}`", "this is `{a}`"))
            .help(text!("全部权数须为同一种{zh}", "every weight is {en} of one kind"));
            cx.push(d);
            *w = Some(TExpr::error(x.span));
            continue;
        }
        *w = Some(cx.fit(x, &Ty::Number(want.clone()), false));
    }
}

/// Shares that are constants sum to 1 when the rule is checked.
fn constant_sum(cx: &mut Cx<'_>, by: &Ident, weights: &[(String, Option<TExpr>)]) {
    let rest = weights.iter().any(|(_, w)| w.is_none());
    let all: Option<Vec<Number>> = weights.iter().filter_map(|(_, w)| w.as_ref()).map(super::decl::literal).collect();
    let Some(total) = all.and_then(|all| sum(all).ok()) else { return };
    if total == Number::ONE || rest && total < Number::ONE {
        return;
    }
    let d = Diag::new(Code::T015, text!("份额合计为 {total}，应为 1", "the shares sum to {total}, not 1"))
        .at(cx.at(by.span), text!("所给份额", "these shares"))
        .help(text!("最后一个可写 `rest`", "the last one may be `rest`"));
    cx.push(d);
}
