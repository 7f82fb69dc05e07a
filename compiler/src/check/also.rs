//! Further units of a product's total, and the findings about products that need all of them.

use super::{BodyKind, body_of};
use crate::db::{Db, Diag, Item, SourceFile};
use crate::products::{RuleUnits, products};
use crate::sigs::factor_unit;
use crate::units::{UnitTy, show_unit};
use footrule_diag::{Code, Span, text};
use footrule_number::{Number, Ratio};
use footrule_syntax::ast::{DeclaredUnit, Header, Stmt};

/// A further unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TAlso {
    /// Of which product.
    pub product: usize,
    /// The statement, and which of its further units.
    pub at: (Item, usize),
    /// Number of units.
    pub amount: Number,
    /// The unit.
    pub unit: UnitTy,
    /// The unit of the figure, per one.
    pub result: UnitTy,
    /// From the product's total × reference flow ÷ this flow.
    pub factor: Ratio,
}

/// The further units of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlsoUnits {
    /// In order of text.
    pub list: Vec<TAlso>,
    /// What is wrong with them, and with products.
    pub diags: Vec<Diag>,
}

/// Finds the further units of a rule's products.
#[salsa::tracked(returns(ref))]
pub fn also_units(db: &dyn Db, file: SourceFile) -> AlsoUnits {
    let mut out = AlsoUnits::default();
    structure(db, file, &mut out.diags);
    let all = products(db, file);
    for (p, product) in all.iter().enumerate() {
        let Some(item) = &product.item else { continue };
        match item.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Product { unit, also, .. }) => {
                for (k, u) in also.iter().enumerate() {
                    out.add(db, (p, &product.units, unit.amount), (item, k), u);
                }
            }
            Some(Stmt::Header(Header::Unit(unit))) => {
                for (header, h) in crate::names::headers(db, file) {
                    if let Header::AlsoUnit(u) = h {
                        out.add(db, (p, &product.units, unit.amount), (header, 0), u);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

impl AlsoUnits {
    fn add(&mut self, db: &dyn Db, of: (usize, &RuleUnits, Number), at: (&Item, usize), u: &DeclaredUnit) {
        let ((product, units, amount), (item, k)) = (of, at);
        let mut wrong = |message, label, help| {
            self.diags.push(Diag::new(Code::R016, message).at(item.at(u.span), label).help(help));
        };
        if u.of.is_none() {
            return wrong(
                text!("另计单位没有写数量", "the further unit does not say how much of it there is"),
                text!("缺 `of`", "no `of`"),
                text!(
                    "写 `of 数量`，如 `also unit 1 piece{{pack}} of packs`",
                    "write `of` and the amount, as in `also unit 1 piece{{pack}} of packs`"
                ),
            );
        }
        let BodyKind::Product(body) = &body_of(db, item).kind else { return };
        let Some(flow) = body.also.get(k).and_then(|e| e.as_ref()).and_then(|e| e.ty.unit()) else { return };
        let mut quiet = Vec::new();
        let unit = crate::units::read_unit(db, item, &u.unit, &mut |_, _| None, &mut quiet);
        if units.broken || !quiet.is_empty() {
            return;
        }
        let result = factor_unit(db, item, &unit);
        let found = units.result.times(&units.reference.clone().unwrap_or_default(), 1).times(flow, -1);
        if found.dimension(db) != result.dimension(db) {
            let (want, shown) = (show_unit(db, &result), show_unit(db, &found));
            return wrong(
                text!(
                    "足迹乘参考流除以此数量得 `{shown}`，不是 `{want}`",
                    "the footprint times the reference flow over this amount is `{shown}`, not `{want}`"
                ),
                text!("数量与单位不符", "the amount does not fit the unit"),
                text!(
                    "数量须与参考流是同一核算期的同一批产品",
                    "the amount is of the same products in the same period as the reference flow"
                ),
            );
        }
        let mine = self.list.iter().filter(|a| a.product == product).map(|a| &a.result);
        if std::iter::once(&units.result).chain(mine).any(|r| r.dimension(db) == result.dimension(db)) {
            let shown = show_unit(db, &unit);
            return wrong(
                text!("每 `{shown}` 的足迹已经有了", "the footprint per `{shown}` is there already"),
                text!("只差一个换算系数", "it differs by a conversion only"),
                text!("换单位用 `round … in 单位`", "for another scale use `round … in UNIT`"),
            );
        }
        let scale = if units.explicit { Some(Ratio::ONE) } else { Ratio::from_number(amount).and_then(Ratio::recip) };
        let factor =
            found.factor_to(db, &result).and_then(|f| f.mul(scale?)).and_then(|f| f.mul(Ratio::from_number(u.amount)?));
        match factor {
            Some(factor) => {
                self.list.push(TAlso { product, at: (item.clone(), k), amount: u.amount, unit, result, factor })
            }
            None => self.diags.push(
                Diag::new(Code::U011, text!("换算系数超出 28 位", "the conversion factor exceeds 28 digits"))
                    .at(item.at(u.span), text!("此处", "here")),
            ),
        }
    }
}

/// One declared unit for each product, all on one basis, each name once.
fn structure(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let all = products(db, file);
    let named: Vec<(&Item, &str)> =
        all.iter().filter(|p| !p.name.is_empty()).filter_map(|p| Some((p.item.as_ref()?, p.name.as_str()))).collect();
    let Some((first, _)) = named.first() else { return };
    for (i, (item, name)) in named.iter().enumerate() {
        if let Some((before, _)) = named[..i].iter().find(|(_, n)| n == name) {
            out.push(
                Diag::new(Code::N002, text!("`{name}` 声明了两次", "`{name}` is declared twice"))
                    .at(item.name_place(db), text!("再次声明", "declared again"))
                    .also(before.name_place(db), text!("先声明在此", "first declared here"))
                    .help(text!("给其中一个换名称", "give one of them another name")),
            );
        }
    }
    for (item, h) in crate::names::headers(db, file) {
        let (span, what) = match h {
            Header::Unit(u) => (u.span, text!("声明单位", "the declared unit")),
            Header::AlsoUnit(u) => (u.span, text!("另计单位", "the further unit")),
            Header::Round(r) if r.unit.is_some() && named.len() > 1 => {
                (r.unit.as_ref().map_or(Span::default(), |u| u.span), text!("结果的单位", "the unit of the results"))
            }
            _ => continue,
        };
        let (zh, en) = (&what.zh, &what.en);
        out.push(
            Diag::new(
                Code::R010,
                text!(
                    "有 `product` 语句的规则，{zh}写在产品之后",
                    "in a rule with `product` statements {en} belongs to the product"
                ),
            )
            .at(item.at(span), text!("不知指哪一个产品", "of which product is not said"))
            .also(first.name_place(db), text!("产品声明在此", "a product is declared here"))
            .help(text!("移到 `product …` 语句中", "move it into the `product …` statement")),
        );
    }
    let basis = all[0].units.basis();
    let unread = |p: &crate::products::Product| p.units.reference.is_none() && has_flow(db, p.item.as_ref());
    for p in &all[1..] {
        let Some(item) = &p.item else { continue };
        if all.iter().any(unread) || p.units.basis().dimension(db) == basis.dimension(db) {
            continue;
        }
        let (a, b) = (show_unit(db, &basis), show_unit(db, &p.units.basis()));
        let n = &p.name;
        out.push(
            Diag::new(
                Code::R011,
                text!(
                    "产品 `{n}` 的参考流与声明单位之比为 `{b}`，第一个产品为 `{a}`",
                    "reference flow over declared unit is `{b}` for the product `{n}`, and `{a}` for the first"
                ),
            )
            .at(item.name_place(db), text!("基准不同", "another basis"))
            .also(first.name_place(db), text!("第一个产品", "the first product"))
            .help(text!(
                "各产品的参考流须同为整个核算期的产量，或同为单位产品的量",
                "the reference flows are outputs of the whole period for all products, or per unit for all"
            )),
        );
    }
}

/// True if a product names a reference flow.
fn has_flow(db: &dyn Db, item: Option<&Item>) -> bool {
    matches!(
        item.and_then(|i| i.ast(db)).map(|a| &a.stmt),
        Some(Stmt::Product { unit: DeclaredUnit { of: Some(_), .. }, .. })
    )
}
