//! The result of one evaluation as a page that a person reads: which text stands where.
//!
//! A [`Sheet`] holds finished texts; `outcome` fills it from the result record.

use super::table::{Align, Table, width};
use super::terminal::Style;
use super::{paint, tree::Tree, word};

/// A figure with its share of the total.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// Published figure.
    pub value: String,
    /// Share of the total; `None` if the total is zero.
    pub share: Option<f64>,
}

/// A warning of the rule.
#[derive(Debug, Clone, Default)]
pub struct Warning {
    /// Clause without `§`; may be empty.
    pub clause: String,
    /// What is unusual.
    pub message: String,
}

/// A factor that the result rests on.
#[derive(Debug, Clone, Default)]
pub struct FactorRow {
    /// Which one.
    pub name: String,
    /// Value and unit.
    pub value: String,
    /// Source, year, region.
    pub source: String,
}

/// The figures of one product.
#[derive(Debug, Clone, Default)]
pub struct Product {
    /// Which one; empty if it is the only one.
    pub head: String,
    /// Published total.
    pub total: String,
    /// Its unit.
    pub unit: String,
    /// The same in further units.
    pub also: Vec<String>,
    /// Stages in order of text.
    pub stages: Vec<Bar>,
    /// Lines that stand apart, credits and the like, by heading.
    pub apart: Vec<Bar>,
    /// Origins that are not zero.
    pub origins: Vec<(String, String)>,
    /// Gases that are not zero.
    pub gases: Vec<(String, String)>,
    /// Data quality, primary share.
    pub quality: Vec<(String, String)>,
}

/// All texts of a result.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Label of the rule.
    pub title: String,
    /// Identifier, version, boundary, period.
    pub facts: Vec<String>,
    /// The figures of each product.
    pub products: Vec<Product>,
    /// Allocations, each a few lines.
    pub allocations: Vec<String>,
    /// Reports: label and figure.
    pub reports: Vec<(String, String)>,
    /// Balances, and what cut-offs left out: heading; name, amount and share or reason of each row.
    pub balances: Vec<(String, Vec<[String; 3]>)>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Footprints of other products: input and rule, figure, how it was given.
    pub upstream: Vec<FactorRow>,
    /// Accepted deviations.
    pub accepted: Vec<String>,
    /// Factors used.
    pub factors: Vec<FactorRow>,
    /// How the figures come about, if asked for.
    pub explain: Option<Tree>,
    /// Short hashes by name.
    pub hashes: Vec<(String, String)>,
}

/// The page.
pub fn text(sheet: &Sheet, style: Style) -> String {
    let on = style.color;
    let mut out = format!("{}\n{}\n\n", paint::bold(&sheet.title, on), paint::dim(&sheet.facts.join(" · "), on));
    for p in &sheet.products {
        product(&mut out, p, style);
    }
    headed(&mut out, word(style.lang, "分配", "allocation"), &sheet.allocations.concat(), on);
    let mut reports = Table::new([Align::Left, Align::Right]).indent(2);
    sheet.reports.iter().for_each(|(name, value)| reports.row([name, value]));
    headed(&mut out, word(style.lang, "报告项", "reports"), &reports.text(on), on);
    for (head, rows) in &sheet.balances {
        let mut table = Table::new([Align::Left, Align::Right, Align::Right]).indent(2);
        rows.iter().for_each(|r| table.row(r.each_ref()));
        headed(&mut out, head, &table.text(on), on);
    }
    let warnings: String = sheet.warnings.iter().map(|w| warning(w, on)).collect();
    section(&mut out, &warnings);
    let mut upstream = Table::new([Align::Left, Align::Right, Align::Left]).indent(2);
    sheet.upstream.iter().for_each(|u| upstream.row([&u.name, &u.value, &u.source]));
    headed(&mut out, word(style.lang, "上游足迹", "upstream footprints"), &upstream.text(on), on);
    let accepted: String = sheet.accepted.iter().map(|a| format!("  {a}\n")).collect();
    headed(&mut out, word(style.lang, "接受的偏离", "accepted deviations"), &accepted, on);
    if let Some(tree) = &sheet.explain {
        let tree: String = tree.text().lines().map(|l| format!("  {l}\n")).collect();
        headed(&mut out, word(style.lang, "推导（未修约）", "derivation (unrounded)"), &tree, on);
    }
    let mut factors = Table::new([Align::Left, Align::Right, Align::Left]).indent(2);
    sheet.factors.iter().for_each(|f| factors.row([&f.name, &f.value, &f.source]));
    headed(&mut out, word(style.lang, "所用因子", "factors used"), &factors.text(on), on);
    let hashes: Vec<_> = sheet.hashes.iter().map(|(name, hash)| format!("{name} {hash}")).collect();
    if !hashes.is_empty() {
        section(&mut out, &format!("{}\n", paint::dim(&hashes.join(" · "), on)));
    }
    out
}

fn product(out: &mut String, p: &Product, style: Style) {
    let on = style.color;
    if !p.head.is_empty() {
        section(out, &format!("{}\n\n", paint::bold(&p.head, on)));
    }
    let total = format!("{} {}", p.total, p.unit);
    let frame = "─".repeat(width(&total) + 4);
    out.push_str(&format!("  ┌{frame}┐\n  │  {}  │\n  └{frame}┘\n\n", paint::bold(&total, on)));
    if !p.also.is_empty() {
        out.push_str(&format!("  = {}\n\n", p.also.join(" = ")));
    }
    out.push_str(&bars(&p.stages, word(style.lang, "阶段", "stage"), style));
    section(out, &bars(&p.apart, word(style.lang, "另列（不计入总量）", "apart (not in the total)"), style));
    let compact = [
        (word(style.lang, "成因", "origins"), &p.origins),
        (word(style.lang, "气体", "gases"), &p.gases),
        (word(style.lang, "数据", "data"), &p.quality),
    ];
    let mut rows = Table::new([Align::Left, Align::Left]).indent(2);
    for (head, pairs) in compact.into_iter().filter(|(_, pairs)| !pairs.is_empty()) {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name} {value}")).collect();
        rows.row([paint::dim(head, on), pairs.join(" · ")]);
    }
    section(out, &rows.text(on));
}

fn section(out: &mut String, text: &str) {
    if !text.is_empty() {
        if !out.ends_with("\n\n") {
            out.push('\n');
        }
        out.push_str(text);
    }
}

fn headed(out: &mut String, head: &str, text: &str, on: bool) {
    if !text.is_empty() {
        section(out, &format!("{}\n{text}", paint::bold(head, on)));
    }
}

fn warning(w: &Warning, on: bool) -> String {
    let clause = if w.clause.is_empty() { String::new() } else { format!("§{} ", w.clause) };
    format!("{} {clause}{}\n", paint::yellow("⚠", on), w.message)
}

fn bars(bars: &[Bar], head: &str, style: Style) -> String {
    let mut table = Table::new([Align::Left, Align::Right, Align::Right, Align::Left]).indent(2);
    table.head([head, "", "", ""]);
    for b in bars {
        let percent = b.share.map_or_else(|| "–".to_owned(), |s| format!("{:.1} %", s * 100.0));
        let drawn = b.share.map_or_else(String::new, |s| bar(s, 24));
        table.row([b.label.clone(), b.value.clone(), percent, paint::cyan(&drawn, style.color)]);
    }
    table.text(style.color)
}

/// A bar of block characters, in eighths; a negative share is shaded. Only for drawing.
pub fn bar(share: f64, cells: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if !share.is_finite() {
        return String::new();
    }
    let size = share.abs().min(1.0);
    let eighths = (size * (cells * 8) as f64).round() as usize;
    if share < 0.0 {
        return "░".repeat(eighths.div_ceil(8));
    }
    // What is there shows.
    let eighths = if share > 0.0 { eighths.max(1) } else { eighths };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_diag::Lang;

    #[test]
    fn bars_have_eighths() {
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(0.3, 4), "█▎");
        assert_eq!(bar(0.0001, 4), "▏");
        assert_eq!(bar(0.0, 4), "");
        assert_eq!(bar(-0.5, 4), "░░");
        assert_eq!(bar(f64::NAN, 4), "");
        assert_eq!(bar(7.0, 4), "████");
    }

    fn sample() -> Sheet {
        let bar =
            |label: &str, value: &str, share| Bar { label: label.into(), value: value.into(), share: Some(share) };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        Sheet {
            title: "电解铝".into(),
            facts: vec!["primary_aluminium 1.0.0".into(), "cradle_to_gate".into(), "2024".into()],
            products: vec![Product {
                total: "14512.3".into(),
                unit: "kg{CO2e}/t{Al}".into(),
                stages: vec![bar("原材料获取", "2508.1", 0.173), bar("电解 smelting", "12004.2", 0.827)],
                origins: vec![pair("化石", "14512.3")],
                gases: vec![pair("CO2", "14200.0"), pair("CF4", "312.3")],
                ..Product::default()
            }],
            reports: vec![pair("直接排放占比", "0.1834")],
            warnings: vec![Warning {
                clause: "7.4".into(),
                message: "净耗 490 kg{anode}/t{Al} 偏离行业常见范围".into(),
            }],
            factors: vec![FactorRow {
                name: "grid_cn[2024]".into(),
                value: "0.5777 kg{CO2e}/kWh{electricity}".into(),
                source: "生态环境部 2024 CN".into(),
            }],
            hashes: vec![pair("meaning", "3f2a91bc")],
            ..Sheet::default()
        }
    }

    #[test]
    fn a_page_in_chinese() {
        let text = text(&sample(), Style { lang: Lang::Zh, color: false, width: 100 });
        crate::render::snapshot("sheet_zh", &text);
    }
}
