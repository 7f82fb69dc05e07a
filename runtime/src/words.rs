//! A derivation in words: what each node is called, its value, its source, and what is said below it.
//!
//! Guarantees: says what the evaluation found, in one language; numbers are unrounded. Must not: lay anything out; a terminal
//! and an editor do that in their own ways.

use crate::result::{Alternative, Applies, ByScenario, Explain, ExplainKind, Name, RestsOn, Shown, Source};
use footrule_diag::{FileSpan, Lang};
use footrule_number::Number;
use serde::Serialize;

/// How many digits of a hash are shown.
pub const SHORT_HASH: usize = 12;

/// A node of a derivation in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Its identifier.
    pub id: String,
    /// What it is.
    pub kind: ExplainKind,
    /// Clause, without `§`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// Label and identifier.
    pub title: String,
    /// The value with its unit; empty if it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Where a factor comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// That it is unfolded elsewhere; that it is of a scenario.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// A line each: the formula or the alternatives, what it rests on, what the user said of it.
    pub details: Vec<String>,
    /// Where it stands in the sources, as far as the program says it.
    #[serde(skip)]
    pub place: Option<FileSpan>,
    /// What hangs from it.
    pub children: Vec<Said>,
}

/// A derivation in words: total → stages → lines → what they read.
#[must_use]
pub fn said(node: &Explain, lang: Lang) -> Said {
    let title = match node.labels.get(lang) {
        "" => named(node, lang),
        label if node.kind == ExplainKind::Total => format!("{}  {label}", word(lang, "总量", "total")),
        label if label == node.id => label.to_owned(),
        label => format!("{label} {}", node.id),
    };
    let value = match (&node.value, &node.shown) {
        (Some(value), _) => quantity(&value.to_string(), &node.unit),
        (None, Some(value)) => shown(value),
        (None, None) => String::new(),
    };
    let repeated = node.repeated.then(|| word(lang, "（上文已展开）", "(unfolded above)").to_owned());
    let scenario = node.scenario.as_ref().map(|s| by_scenario(s, lang));
    // A line with one item that is the line itself says everything twice.
    let only = node.children.first().filter(|c| c.kind == ExplainKind::Item && c.id == node.id);
    let mut details = Vec::new();
    details.extend(node.alternatives.iter().map(|a| alternative(a, lang)));
    if node.alternatives.is_empty() && !node.formula.is_empty() && !node.repeated {
        details.push(format!("= {}", node.formula));
    }
    // What a stage rests on is told line by line; what an unrated item does, by its parts.
    let told = |r: &&RestsOn| match node.kind {
        ExplainKind::Stage => false,
        ExplainKind::Item => r.rating.is_some(),
        _ => true,
    };
    if let Some(r) = only.unwrap_or(node).rests_on.as_ref().filter(told) {
        details.extend(rests_on(r, node.value.map(Number::abs), lang));
    }
    for e in &node.evidence {
        let entries = e.entries.iter().map(|(k, v)| format!("{k} {v}")).collect::<Vec<_>>();
        details.push(format!("{}: {}", e.path, entries.join(", ")));
    }
    let children: Vec<&Explain> = match only {
        Some(only) => only.children.iter().chain(node.children.iter().skip(1)).collect(),
        None => node.children.iter().collect(),
    };
    Said {
        id: node.id.clone(),
        kind: node.kind,
        clause: node.clause.clone(),
        title,
        value,
        source: node.source.as_ref().map_or_else(String::new, source),
        notes: repeated.into_iter().chain(scenario).collect(),
        details,
        place: node.place.clone(),
        children: children.into_iter().map(|c| said(c, lang)).collect(),
    }
}

fn word<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The label of a name, or its identifier.
#[must_use]
pub fn label(name: &Name, lang: Lang) -> &str {
    let label = name.labels.get(lang);
    if label.is_empty() { &name.id } else { label }
}

/// A number with its unit.
#[must_use]
pub fn quantity(value: &str, unit: &str) -> String {
    format!("{value} {unit}").trim_end().to_owned()
}

/// What a reader needs to find the source: publisher, title, year, region and identifier.
#[must_use]
pub fn source(s: &Source) -> String {
    // The rule of an upstream footprint is told by its version and meaning.
    if let (Some(version), Some(hash)) = (s.get("version"), s.get("meaning_hash")) {
        return format!("{} {version} {}", s.id, hash.chars().take(SHORT_HASH).collect::<String>());
    }
    let said = ["publisher", "title", "year", "region"].into_iter().filter_map(|k| s.get(k)).collect::<Vec<_>>();
    if said.is_empty() { s.id.clone() } else { format!("{} ({})", said.join(", "), s.id) }
}

/// What the shares of a cut-off are of.
#[must_use]
pub fn basis(id: &str, lang: Lang) -> &str {
    match (lang, id) {
        (Lang::Zh, "mass") => "质量",
        (Lang::Zh, "energy") => "能量",
        (Lang::Zh, "footprint") => "碳足迹",
        (_, other) => other,
    }
}

/// That a value is a scenario's; at the root, that the calculation is.
fn by_scenario(s: &ByScenario, lang: Lang) -> String {
    let name = label(&s.name, lang);
    match (lang, s.in_place_of_given) {
        (Lang::Zh, true) => format!("（情景 {name}，替代所填值）"),
        (Lang::Zh, false) => format!("（情景 {name}）"),
        (Lang::En, true) => format!("(scenario {name}, in place of the given value)"),
        (Lang::En, false) => format!("(scenario {name})"),
    }
}

/// What a figure rests on: shares and ratings, with their weights where they are not the size of the figure; below
/// it the terms of an item, if one is rated.
fn rests_on(r: &RestsOn, size: Option<Number>, lang: Lang) -> Vec<String> {
    let weight = |w: Number| match lang {
        _ if Some(w) == size => String::new(),
        Lang::Zh => format!("（权重 {w}）"),
        Lang::En => format!(" (weight {w})"),
    };
    let mut said = Vec::new();
    if let Some(share) = r.primary_share {
        let percent = format!("{:.1} %", share.to_f64() * 100.0);
        said.push(format!("{} {percent}{}", word(lang, "初级数据", "primary data"), weight(r.weight)));
    }
    if let Some(rating) = r.rating {
        said.push(format!("{} {rating}{}", word(lang, "数据质量评分", "data quality rating"), weight(r.rated_weight)));
    }
    let mut out = vec![said.join(word(lang, "，", ", "))];
    if r.rating.is_some() {
        let grade = |g: &str| if g == "unrated" { word(lang, "未评", "unrated").to_owned() } else { g.to_owned() };
        for t in &r.terms {
            let amount = t.amount.as_ref().map(|g| format!("{} {}", word(lang, "数量", "amount"), grade(g)));
            let factor = t.factor.as_ref().map(|g| format!("{} {}", word(lang, "因子", "factor"), grade(g)));
            let both: Vec<String> = amount.into_iter().chain(factor).collect();
            let on = if both.is_empty() { word(lang, "无数据", "no datum").to_owned() } else { both.join(", ") };
            out.push(format!("  {}: {on}", t.value));
        }
    }
    out
}

/// The base or an exception of a definition, on one line; `→` marks what is in force.
fn alternative(a: &Alternative, lang: Lang) -> String {
    let mark = if a.in_force { "→" } else { " " };
    let clause = if a.clause.is_empty() { String::new() } else { format!("§{} ", a.clause) };
    let label = a.labels.get(lang);
    let what = match (a.applies, label, a.id.as_str()) {
        (Applies::Base, ..) => word(lang, "一般情形", "base").to_owned(),
        (_, "", "") => format!("{} {}", word(lang, "例外于", "except"), a.of),
        (_, "", id) => format!("{} {} ({id})", word(lang, "例外于", "except"), a.of),
        (_, label, "") => format!("{} {} {label}", word(lang, "例外于", "except"), a.of),
        (_, label, id) => format!("{} {} {label} ({id})", word(lang, "例外于", "except"), a.of),
    };
    let verdict = match a.applies {
        Applies::Base => "",
        Applies::Holds => word(lang, "：成立", ": holds"),
        Applies::DoesNotHold => word(lang, "：不成立", ": does not hold"),
        Applies::NotConsidered => word(lang, "：不考虑", ": not considered"),
    };
    let when =
        if a.condition.is_empty() { String::new() } else { format!(" {} {}", word(lang, "当", "when"), a.condition) };
    let value = a.value.as_ref().map_or_else(String::new, |v| format!(" = {}", shown(v)));
    format!("{mark} {clause}{what}{when}{verdict}; {}{value}", a.formula)
}

/// The identifier of a node without labels; the words of parts and quantities are ours, so they have a language.
fn named(node: &Explain, lang: Lang) -> String {
    match node.kind {
        ExplainKind::Cutoff if lang == Lang::Zh => format!("取舍（按{}）", basis(&node.id, lang)),
        ExplainKind::Cutoff => format!("left out by {}", basis(&node.id, lang)),
        ExplainKind::Quantity if node.id == "quantity" => word(lang, "数量", "quantity").to_owned(),
        ExplainKind::Part if lang == Lang::Zh => {
            let words = node.id.split(' ').map(|w| match w {
                "fossil" => "化石",
                "biogenic" => "生物",
                "land_use" => "土地利用",
                "aircraft" => "航空",
                "undivided" => "未分成因",
                "primary" => "初级数据",
                "secondary" => "次级数据",
                other => other,
            });
            words.collect::<Vec<_>>().join(" ")
        }
        _ => node.id.clone(),
    }
}

/// A value that is no number, in a few words.
#[must_use]
pub fn shown(value: &Shown) -> String {
    match value {
        Shown::Null => "–".to_owned(),
        Shown::Bool(b) => b.to_string(),
        Shown::Text(t) => t.clone(),
        Shown::Quantity(q) => quantity(&q.value.to_string(), &q.unit),
        Shown::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Shown::Fields(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {}", shown(value))).collect();
            format!("({})", fields.join(", "))
        }
    }
}
