//! Cards of units and gases.

use footrule_compiler::Session;
use footrule_compiler::check::Aside;
use footrule_compiler::db::Item;
use footrule_compiler::names::{Entry, headers};
use footrule_compiler::units::{Generator, Tag, UnitTy, flow_name, show_unit};
use footrule_diag::Lang;
use footrule_grammar::keywords::is_word_char;
use footrule_syntax::ast::{Expr, ExprKind, Header, Stmt, UnitExpr};

/// Base units and what they measure.
const MEASURES: [(&str, &str, &str); 16] = [
    ("kg", "质量", "mass"),
    ("m", "长度", "length"),
    ("Nm3", "标准状态体积", "volume at normal conditions"),
    ("s", "时间", "time"),
    ("yr", "年数", "years"),
    ("month", "月数", "months"),
    ("K", "温度", "temperature"),
    ("A", "电流", "electric current"),
    ("mol", "物质的量", "amount of substance"),
    ("piece", "件数", "pieces"),
    ("cycle", "循环次数", "cycles"),
    ("vehicle", "车辆数", "vehicles"),
    ("person", "人数", "persons"),
    ("CNY", "人民币", "Chinese yuan"),
    ("USD", "美元", "US dollars"),
    ("EUR", "欧元", "euros"),
];

/// A product of base units that has a name, and the unit that it is told in.
struct Named {
    parts: &'static [(&'static str, i32)],
    unit: &'static str,
    zh: &'static str,
    en: &'static str,
}

const NAMED: [Named; 5] = [
    Named { parts: &[("kg", 1), ("m", 2), ("s", -2)], unit: "J", zh: "能量", en: "energy" },
    Named { parts: &[("kg", 1), ("m", 2), ("s", -3)], unit: "W", zh: "功率", en: "power" },
    Named { parts: &[("m", 2)], unit: "m^2", zh: "面积", en: "area" },
    Named { parts: &[("m", 3)], unit: "m^3", zh: "体积", en: "volume" },
    Named { parts: &[("kg", 1), ("m", -1), ("s", -2)], unit: "Pa", zh: "压力", en: "pressure" },
];

/// The unit around an offset of a statement's text, as a type.
pub(super) fn around(session: &Session, item: &Item, text: &str, at: usize) -> Option<UnitTy> {
    let inside = |c: char| is_word_char(c) || "{}/·^°%-()".contains(c);
    let from =
        text.get(..at)?.rfind(|c| !inside(c)).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    let to = at + text.get(at..)?.find(|c| !inside(c)).unwrap_or(text.len() - at);
    let mut word = &text[from..to];
    // A bracket that opens before the unit or closes behind it is not the unit's.
    while word.starts_with(['(', '{', '-']) {
        word = &word[1..];
    }
    while word.ends_with(')') && word.matches(')').count() > word.matches('(').count() {
        word = &word[..word.len() - 1];
    }
    let e = read(word)?;
    let unit = Aside::new(session.db(), item).unit(&e);
    (!unit.is_one()).then_some(unit)
}

/// A text as a unit.
fn read(word: &str) -> Option<UnitExpr> {
    let split = footrule_syntax::split(&format!("let x = 1 {word}"), false);
    let parsed = footrule_syntax::parse_chunk(split.chunks.first()?);
    if !parsed.errors.is_empty() {
        return None;
    }
    match &parsed.items.first()?.stmt {
        Stmt::Let { value: Expr { kind: ExprKind::Number { unit: Some(u), .. }, .. }, .. } => Some(u.clone()),
        _ => None,
    }
}

/// What a unit measures, and how many coherent units it is.
pub(super) fn explained(session: &Session, unit: &UnitTy, lang: Lang) -> String {
    let db = session.db();
    // Untagged base units are told together: kg·m2/s2 is energy. Each kind is told by itself.
    let mut plain: Vec<(Item, i32)> = Vec::new();
    let mut measures = Vec::new();
    let mut base = Vec::new();
    for (generator, power) in unit.dimension(db) {
        match generator {
            Generator::Base(item) => plain.push((item, power)),
            Generator::Kind(parts, tag) => {
                let (shown, label) = match &tag {
                    Tag::Flow(e) => (flow_name(db, e), label(session, e, lang)),
                    other => (other.show(), other.show()),
                };
                let of = match lang {
                    Lang::Zh => format!("（{label}）"),
                    Lang::En => format!(" of {label}"),
                };
                measures.push((format!("{}{of}", measure(&parts, lang)), power));
                base.push((format!("{}{{{shown}}}", symbol(&parts)), power));
            }
        }
    }
    match named(&plain) {
        Some(n) => {
            measures.push((if lang == Lang::Zh { n.zh } else { n.en }.to_owned(), 1));
            base.push((n.unit.to_owned(), 1));
        }
        None => {
            measures.extend(plain.iter().map(|(i, p)| (measure(&[(i.clone(), 1)], lang), *p)));
            base.extend(plain.iter().map(|(i, p)| (i.name().to_owned(), *p)));
        }
    }
    let dimension = fraction(&measures);
    let is_base = unit.scale(db).is_some_and(|s| s.is_one());
    let size = unit.scale(db).filter(|_| !is_base).map(|s| {
        let number = s.as_number().map_or_else(|| format!("{}/{}", s.numer(), s.denom()), |n| n.to_string());
        format!(" = {number} {}", fraction(&base))
    });
    let offset = unit.offset(db).map(|o| match lang {
        Lang::Zh => format!("；零点 {o} K"),
        Lang::En => format!("; zero at {o} K"),
    });
    let colon = if lang == Lang::Zh { "：" } else { ": " };
    format!("`{}`{colon}{dimension}{}{}", show_unit(db, unit), size.unwrap_or_default(), offset.unwrap_or_default())
}

fn raised(name: &str, power: i32) -> String {
    if power == 1 { name.to_owned() } else { format!("{name}^{power}") }
}

/// The name of a product of base units.
fn named(parts: &[(Item, i32)]) -> Option<&'static Named> {
    let same = |n: &&Named| {
        n.parts.len() == parts.len()
            && n.parts.iter().all(|(name, p)| parts.iter().any(|(i, q)| i.name() == *name && q == p))
    };
    NAMED.iter().find(same)
}

/// What a product of base units measures.
fn measure(parts: &[(Item, i32)], lang: Lang) -> String {
    let pick = |zh: &str, en: &str| if lang == Lang::Zh { zh.to_owned() } else { en.to_owned() };
    if let Some(n) = named(parts) {
        return pick(n.zh, n.en);
    }
    let one = |i: &Item| {
        MEASURES.iter().find(|(n, ..)| *n == i.name()).map_or_else(|| i.name().to_owned(), |(_, zh, en)| pick(zh, en))
    };
    fraction(&parts.iter().map(|(i, p)| (one(i), *p)).collect::<Vec<_>>())
}

/// The unit that a product of base units is told in.
fn symbol(parts: &[(Item, i32)]) -> String {
    match named(parts) {
        Some(n) => n.unit.to_owned(),
        None => parts.iter().map(|(i, p)| raised(i.name(), *p)).collect::<Vec<_>>().join("·"),
    }
}

/// A flow by its label.
fn label(session: &Session, flow: &Entry, lang: Lang) -> String {
    let db = session.db();
    let labels = match crate::at::member(session, flow) {
        Some((_, labels, _)) => labels,
        None => flow.item.ast(db).and_then(|a| a.stmt.labels()).cloned().unwrap_or_default(),
    };
    Some(labels.get(lang).to_owned()).filter(|l| !l.is_empty()).unwrap_or_else(|| flow_name(db, flow))
}

fn fraction(parts: &[(String, i32)]) -> String {
    let join = |up: bool| {
        let some = parts.iter().filter(|(_, p)| (*p > 0) == up);
        some.map(|(n, p)| raised(n, p.abs())).collect::<Vec<_>>()
    };
    let (up, down) = (join(true), join(false));
    let above = if up.is_empty() { "1".to_owned() } else { up.join(" · ") };
    match down.len() {
        0 => above,
        1 => format!("{above} / {}", down[0]),
        _ => format!("{above} / ({})", down.join(" · ")),
    }
}

/// The warming potentials of a gas, that of the rule's set first.
pub(super) fn gas(
    session: &Session,
    gas: &Item,
    from: footrule_compiler::db::SourceFile,
    lang: Lang,
) -> Option<String> {
    let db = session.db();
    let Stmt::Gas { gwps, .. } = &gas.ast(db)?.stmt else { return None };
    let set = headers(db, from).find_map(|(_, h)| match h {
        Header::Gwp(set) => Some(set.text.clone()),
        _ => None,
    });
    let origin = |o: &str| match (lang, o) {
        (Lang::Zh, "fossil") => "化石源".to_owned(),
        (Lang::Zh, "biogenic") => "生物源".to_owned(),
        (_, o) => o.to_owned(),
    };
    let mut rows: Vec<_> = gwps.iter().collect();
    rows.sort_by_key(|r| Some(&r.set.text) != set.as_ref());
    let rows = rows.iter().map(|r| {
        let ours = Some(&r.set.text) == set.as_ref();
        let source = r.source.as_ref().and_then(|s| crate::factor::cited(session, gas, s));
        let source = source.map(|s| crate::factor::source_in_words(session, &s, lang)).unwrap_or_default();
        let bold = if ours { "**" } else { "" };
        let origin = r.origin.as_ref().map(|o| origin(&o.text)).unwrap_or_default();
        format!("| {bold}{}{bold} | {origin} | {bold}{}{bold} | {source} |", r.set.text, r.value)
    });
    let head = match lang {
        Lang::Zh => "| GWP-100 体系 | 成因 | kg CO2e/kg | 来源 |\n| --- | --- | --- | --- |",
        Lang::En => "| GWP-100 set | origin | kg CO2e/kg | source |\n| --- | --- | --- | --- |",
    };
    let note = set.as_ref().map(|s| match lang {
        Lang::Zh => format!("\n\n本规则用 {s}。"),
        Lang::En => format!("\n\nThis rule takes {s}."),
    });
    Some(format!("{head}\n{}{}", rows.collect::<Vec<_>>().join("\n"), note.unwrap_or_default()))
}
