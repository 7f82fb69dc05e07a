//! The result record as a page for people and as JSON.

use super::sheet::{self, Bar, FactorRow, Product, Sheet, Warning};
use super::terminal::Style;
use super::tree::Tree;
use super::word;
use crate::session::Outcome;
use footrule_diag::Lang;
use footrule_mir::Origin;
use footrule_runtime::words::{self, SHORT_HASH, Said, label, quantity};
use footrule_runtime::{
    Balance, Cutoff, DeclaredUnit, Explain, ExplainKind, Factor, Footprint, Name, ReportValue, Scenario, Shown, Side,
    Upstream, UpstreamForm,
};

/// The page.
pub fn human(o: &Outcome, style: Style) -> String {
    sheet::text(&sheet(o, style.lang), style)
}

/// The record as it is.
pub fn json(o: &Outcome) -> String {
    serde_json::to_string_pretty(o).unwrap_or_else(|e| unreachable!("the result record is plain data: {e}"))
}

/// Derivations of single definitions.
pub fn derivations(list: &[Explain], lang: Lang) -> String {
    list.iter().map(|e| derivation(e, lang).text()).collect::<Vec<_>>().join("\n")
}

/// The same as data.
pub fn derivations_json(list: &[Explain]) -> String {
    serde_json::to_string_pretty(list).unwrap_or_else(|e| unreachable!("a derivation is plain data: {e}"))
}

fn sheet(o: &Outcome, lang: Lang) -> Sheet {
    let mut facts = vec![format!("{} {}", o.rule.name.id, o.rule.version), o.rule.boundary.clone()];
    facts.extend(o.period.as_ref().map(|p| period(&p.from, &p.to)));
    if let [only] = &o.footprints[..] {
        facts.push(declared_unit(&only.declared_unit, lang));
    }
    facts.push(format!("GWP {}", o.rule.gwp));
    facts.extend(o.scenario.as_ref().map(|s| scenario(s, lang)));
    facts.retain(|f| !f.is_empty());
    let short = |name: &str, hash: &str| (name.to_owned(), hash.chars().take(SHORT_HASH).collect());
    Sheet {
        title: label(&o.rule.name, lang).to_owned(),
        facts,
        products: o.footprints.iter().map(|f| product(f, o.footprints.len() > 1, lang)).collect(),
        allocations: o.allocations.iter().map(|a| super::allocation::text(a, lang)).collect(),
        reports: o.reports.iter().map(|r| (label(&r.name, lang).to_owned(), report(&r.value))).collect(),
        balances: o
            .balances
            .iter()
            .map(|b| balance(b, lang))
            .chain(o.cutoffs.iter().map(|c| cutoff(c, lang)))
            .collect(),
        warnings: o
            .warnings
            .iter()
            .map(|w| Warning { clause: w.clause.clone(), message: w.message.get(lang).to_owned() })
            .collect(),
        upstream: o.upstream.iter().flat_map(|u| upstream(u, "", lang)).collect(),
        accepted: o
            .accepted
            .iter()
            .map(|a| {
                let clause = if a.clause.is_empty() { String::new() } else { format!("§{} ", a.clause) };
                format!("{clause}{} · {}: {}", a.gwp, a.source, a.because.get(lang))
            })
            .collect(),
        factors: o.factors.iter().map(factor).collect(),
        explain: o.explain.as_ref().map(|tree| derivation(tree, lang)),
        hashes: vec![
            short(word(lang, "含义", "meaning"), &o.rule.meaning_hash),
            short(word(lang, "文本", "text"), &o.rule.text_hash),
            short(word(lang, "因子", "factors"), &o.rule.factor_set_hash),
        ],
    }
}

fn declared_unit(u: &DeclaredUnit, lang: Lang) -> String {
    let what = if u.functional {
        word(lang, "功能单位", "functional unit")
    } else {
        word(lang, "声明单位", "declared unit")
    };
    format!("{what} {}", quantity(&u.value.to_string(), &u.unit))
}

/// The figures of one product, under its name if there are several.
fn product(f: &Footprint, several: bool, lang: Lang) -> Product {
    let head = f
        .product
        .as_ref()
        .filter(|_| several)
        .map_or_else(String::new, |p| format!("{} · {}", label(p, lang), declared_unit(&f.declared_unit, lang)));
    let stages = f.stages.iter().map(|s| Bar {
        label: label(&s.name, lang).to_owned(),
        value: s.figure.value.clone(),
        share: s.share.as_ref().and_then(|s| s.parse().ok()),
    });
    let apart = f.apart.iter().map(|l| Bar {
        label: label(&l.name, lang).to_owned(),
        value: l.figure.value.clone(),
        share: None,
    });
    let gas = |name: &Option<Name>| {
        let unknown = word(lang, "未分气体", "not known by gas");
        name.as_ref().map_or(unknown.to_owned(), |n| n.id.clone())
    };
    let percent = |s: &str| s.parse::<f64>().ok().map(|s| format!("{:.1} %", s * 100.0));
    let primary = f.primary_data_share.as_deref().and_then(percent);
    let primary = primary.map(|s| (word(lang, "初级数据占比", "primary data").to_owned(), s));
    // Where nothing is rated there is nothing to say.
    let dqr = f.data_quality.as_ref().and_then(|q| {
        let (rating, share) = (q.rating.as_ref()?, percent(&q.rated_share)?);
        let value = match lang {
            Lang::Zh => format!("{rating}（覆盖 {share}）"),
            Lang::En => format!("{rating} (of {share})"),
        };
        Some((word(lang, "数据质量评分", "data quality rating").to_owned(), value))
    });
    Product {
        head,
        total: f.total.value.clone(),
        unit: f.total.unit.clone(),
        also: f.also.iter().map(|a| quantity(&a.total.value, &a.total.unit)).collect(),
        stages: stages.collect(),
        apart: apart.collect(),
        origins: f.origins.iter().map(|x| (origin(x.origin, lang).to_owned(), x.figure.value.clone())).collect(),
        gases: f.gases.iter().map(|x| (gas(&x.name), x.figure.value.clone())).collect(),
        quality: primary.into_iter().chain(dqr).collect(),
    }
}

/// An upstream footprint, and those that it rests on below it.
fn upstream(u: &Upstream, indent: &str, lang: Lang) -> Vec<FactorRow> {
    let form = match u.form {
        UpstreamForm::Given => word(lang, "给定", "given"),
        UpstreamForm::Exchange => word(lang, "数据交换", "data exchange"),
        UpstreamForm::Computed => word(lang, "计算", "computed"),
    };
    let mut said = vec![form.to_owned()];
    said.extend(u.rule.as_ref().map(|r| format!("{} {}", label(&r.name, lang), r.version)));
    said.extend(u.period.as_ref().map(|p| period(&p.from, &p.to)));
    let percent = |s: &String| s.parse::<f64>().ok().map(|s| format!("{:.1} %", s * 100.0));
    let primary = u.primary_data_share.as_ref().and_then(percent);
    said.extend(primary.map(|p| format!("{} {p}", word(lang, "初级数据占比", "primary data"))));
    let exempted = u.exempted_percent.as_ref();
    said.extend(exempted.map(|p| format!("{} {p} %", word(lang, "取舍", "left out"))));
    said.extend(Some(u.boundary.clone()).filter(|b| !b.is_empty()));
    let hash = u.rule.as_ref().and_then(|r| r.meaning_hash.as_ref());
    said.extend(hash.map(|h| h.chars().take(SHORT_HASH).collect()));
    let row = FactorRow {
        name: format!("{indent}{}", u.input),
        value: quantity(&u.value.value.to_string(), &u.value.unit),
        source: said.join(" · "),
    };
    let below = format!("{indent}  ");
    std::iter::once(row).chain(u.upstream.iter().flat_map(|u| upstream(u, &below, lang))).collect()
}

/// `scenario high: x = 5, grid_cn = 0.3 kg{CO2e}/kWh{electricity}`
fn scenario(s: &Scenario, lang: Lang) -> String {
    let value = |v: &Shown| match v {
        Shown::Quantity(q) => quantity(&q.value.to_string(), &q.unit),
        Shown::Text(t) => t.clone(),
        Shown::Bool(b) => b.to_string(),
        _ => "…".to_owned(),
    };
    let changes: Vec<String> = s.overrides.iter().map(|o| format!("{} = {}", o.name.id, value(&o.value))).collect();
    let name = label(&s.name, lang);
    match lang {
        Lang::Zh => format!("情景 {name}：{}", changes.join("，")),
        Lang::En => format!("scenario {name}: {}", changes.join(", ")),
    }
}

/// A whole year is a year.
fn period(from: &str, to: &str) -> String {
    match (from.strip_suffix("-01-01"), to.strip_suffix("-12-31")) {
        (Some(a), Some(b)) if a == b => a.to_owned(),
        _ => format!("{from} – {to}"),
    }
}

/// The rows of a balance, its sums, and the gap with its share of what enters.
fn balance(b: &Balance, lang: Lang) -> (String, Vec<[String; 3]>) {
    let clause = if b.name.clause.is_empty() { String::new() } else { format!("§{} ", b.name.clause) };
    let head = format!("{clause}{} {}", word(lang, "平衡", "balance"), label(&b.name, lang));
    let mark = |side: Side| match side {
        Side::In => word(lang, "入", "in"),
        Side::Out => word(lang, "出", "out"),
    };
    let amount = |x: &dyn std::fmt::Display| quantity(&x.to_string(), &b.unit);
    let row = |r: &footrule_runtime::BalanceRow| {
        [format!("{} {}", mark(r.side), label(&r.name, lang)), amount(&r.value), String::new()]
    };
    let mut rows: Vec<[String; 3]> = b.rows.iter().map(row).collect();
    rows.push([word(lang, "投入合计", "sum in").to_owned(), amount(&b.ins), String::new()]);
    rows.push([word(lang, "产出合计", "sum out").to_owned(), amount(&b.outs), String::new()]);
    let share = b.gap_share.as_ref().and_then(|s| s.parse::<f64>().ok());
    let share = share.map_or_else(
        || word(lang, "无投入，无占比", "no share: nothing enters").to_owned(),
        |s| format!("{:.2} %", s * 100.0),
    );
    rows.push([word(lang, "差额", "gap").to_owned(), amount(&b.gap), share]);
    (head, rows)
}

/// What was left out by a cut-off: each flow with its share and reason, and their sum with the limits.
fn cutoff(c: &Cutoff, lang: Lang) -> (String, Vec<[String; 3]>) {
    let clause = if c.name.clause.is_empty() { String::new() } else { format!("§{} ", c.name.clause) };
    let head = match lang {
        Lang::Zh => format!("{clause}取舍（按{}）", words::basis(&c.name.id, lang)),
        Lang::En => format!("{clause}left out by {}", words::basis(&c.name.id, lang)),
    };
    let flow = |f: &footrule_runtime::LeftOut| [f.name.clone(), f.share.to_string(), f.reason.clone()];
    let mut rows: Vec<[String; 3]> = c.left_out.iter().map(flow).collect();
    let limits = match lang {
        Lang::Zh => format!("单项不超过 {}，合计不超过 {}", c.each, c.total),
        Lang::En => format!("at most {} each, {} in total", c.each, c.total),
    };
    rows.push([word(lang, "合计", "in total").to_owned(), c.sum.to_string(), limits]);
    (head, rows)
}

fn origin(o: Origin, lang: Lang) -> &'static str {
    match o {
        Origin::Fossil => word(lang, "化石", "fossil"),
        Origin::Biogenic => word(lang, "生物", "biogenic"),
        Origin::LandUse => word(lang, "土地利用", "land use"),
        Origin::Aircraft => word(lang, "航空", "aircraft"),
        Origin::Undivided => word(lang, "未分成因", "undivided"),
    }
}

fn report(value: &ReportValue) -> String {
    match value {
        ReportValue::Figure(f) => quantity(&f.value, &f.unit),
        ReportValue::Bool(true) => "✓".to_owned(),
        ReportValue::Bool(false) => "✗".to_owned(),
        ReportValue::Text(t) => t.clone(),
    }
}

fn factor(f: &Factor) -> FactorRow {
    let source = f.source.as_ref().map_or_else(|| "–".to_owned(), words::source);
    FactorRow { name: f.id.clone(), value: quantity(&f.value.to_string(), &f.unit), source }
}

// ---- the derivation ----

/// total → stages → lines → what they read, with unrounded values.
fn derivation(node: &Explain, lang: Lang) -> Tree {
    tree(words::said(node, lang))
}

fn tree(said: Said) -> Tree {
    let clause = if said.clause.is_empty() { String::new() } else { format!("§{} ", said.clause) };
    let mut head = format!("{clause}{}", said.title);
    if !said.value.is_empty() {
        let equals = if said.kind.is_summand() || said.kind == ExplainKind::Total { "  " } else { " = " };
        head.push_str(&format!("{equals}{}", said.value));
    }
    if !said.source.is_empty() {
        head.push_str(&format!("  [{}]", said.source));
    }
    for note in &said.notes {
        head.push_str(&format!("  {note}"));
    }
    Tree { head, details: said.details, branches: said.children.into_iter().map(tree).collect() }
}
