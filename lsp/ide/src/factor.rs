//! Values that an author took from a source: a constant, the row of a parameter that holds last, and what is known of the
//! source.

use footrule_compiler::Session;
use footrule_compiler::check::value_type;
use footrule_compiler::db::Item;
use footrule_compiler::names::{Ns, Resolved, lookup};
use footrule_diag::{Lang, Text, text};
use footrule_syntax::ast::{DateKey, Expr, Ident, Stmt};

/// A value with its year and source.
pub(crate) struct Factor {
    /// Value and unit, as written or in the declared unit.
    pub value: String,
    /// Year or day from which it holds, or the year of its source.
    pub year: Option<String>,
    /// The statement of its source.
    pub source: Option<Item>,
    /// Chosen by date.
    pub dated: bool,
    region: Option<String>,
}

/// What a constant or a parameter is worth; `None` for what is computed.
pub(crate) fn factor(session: &Session, item: &Item) -> Option<Factor> {
    let db = session.db();
    match &item.ast(db)?.stmt {
        Stmt::Const { value, source, .. } => {
            let source = source.as_ref().and_then(|s| cited(session, item, s));
            Some(Factor {
                value: written(session, item, value),
                year: source.as_ref().and_then(|s| entry(session, s, "year")),
                region: source.as_ref().and_then(|s| entry(session, s, "region")),
                source,
                dated: false,
            })
        }
        Stmt::Param(p) => {
            let row = p.rows.iter().max_by_key(|r| start(r.key))?;
            let source = row.source.as_ref().or(p.source.as_ref()).and_then(|s| cited(session, item, s));
            Some(Factor {
                value: in_unit(session, item, &row.value),
                year: Some(shown(row.key)),
                region: source.as_ref().and_then(|s| entry(session, s, "region")),
                source,
                dated: true,
            })
        }
        _ => None,
    }
}

impl Factor {
    /// On one line: value, year, region, source.
    pub(crate) fn brief(&self) -> String {
        let source = self.source.as_ref().map(|s| s.name().to_owned());
        [Some(self.value.clone()), self.year.clone(), self.region.clone(), source]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

/// A value as written, with the unit that a bare number takes from its declaration.
pub(crate) fn in_unit(session: &Session, item: &Item, value: &Expr) -> String {
    let shown = written(session, item, value);
    let bare = matches!(&value.kind, footrule_syntax::ast::ExprKind::Number { unit: None, .. });
    if !bare || shown.ends_with('%') {
        return shown;
    }
    match value_type(session.db(), item.file, item.key.clone()).show(session.db()) {
        unit if unit == "number" || unit == "?" => shown,
        unit => format!("{shown} {unit}"),
    }
}

fn written(session: &Session, item: &Item, value: &Expr) -> String {
    item.slice(session.db(), value.span).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The key of a row as authors write it.
pub(crate) fn shown(key: DateKey) -> String {
    match key {
        DateKey::Year(y) => y.to_string(),
        DateKey::Day(d) => format!("{:04}-{:02}-{:02}", d.year, d.month, d.day),
    }
}

fn start(key: DateKey) -> (i32, u32, u32) {
    match key {
        DateKey::Year(y) => (y, 1, 1),
        DateKey::Day(d) => (d.year, d.month, d.day),
    }
}

/// The statement of a source that another one cites.
pub(crate) fn cited(session: &Session, from: &Item, name: &Ident) -> Option<Item> {
    match lookup(session.db(), from, Ns::Source, name.text.clone()) {
        Resolved::One(e) => Some(e.item),
        _ => None,
    }
}

/// What a source says under a key.
pub(crate) fn entry(session: &Session, source: &Item, key: &str) -> Option<String> {
    let Stmt::Source { entries, .. } = &source.ast(session.db())?.stmt else { return None };
    entries.iter().find(|e| e.key.text == key).map(|e| e.value.clone())
}

/// A source in words: title, publisher, year, region, GWP set, how far it is verified, address.
pub(crate) fn source_in_words(session: &Session, source: &Item, lang: Lang) -> String {
    let get = |key: &str| entry(session, source, key).filter(|v| !v.is_empty());
    let status = get("status").map(|s| {
        let words: Text = match s.as_str() {
            "seen" => text!("已核", "seen"),
            "recalled" => text!("凭记忆", "recalled"),
            "constructed" => text!("构造", "constructed"),
            "illustrative" => text!("示意", "illustrative"),
            _ => Text::same(s),
        };
        words.get(lang).to_owned()
    });
    let gwp = get("gwp").filter(|g| g != "none").map(|g| match (lang, g.as_str()) {
        (Lang::Zh, "unknown") => "未说明 GWP 体系".to_owned(),
        (Lang::En, "unknown") => "GWP set not stated".to_owned(),
        (Lang::Zh, _) => format!("GWP 体系 {g}"),
        (Lang::En, _) => format!("GWP set {g}"),
    });
    let title = get("title").unwrap_or_else(|| source.name().to_owned());
    let title = match get("url").filter(|u| u.starts_with("http")) {
        Some(url) => format!("[{}](<{url}>)", title.replace(['[', ']'], "")),
        None => title,
    };
    [Some(title), get("publisher"), get("year"), get("region"), gwp, status]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}
