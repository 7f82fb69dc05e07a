//! What the author did not write and a reader wants to see: the unit of a `let`, the value and the year of a factor that is
//! read by name, the rounding of a report.

use crate::at::{Statement, statements};
use crate::complete::{in_words, language};
use crate::factor::{factor, in_unit, shown, source_in_words};
use crate::tree::{Root, children, roots};
use footrule_compiler::Session;
use footrule_compiler::check::value_type;
use footrule_compiler::db::{Item, SourceFile};
use footrule_compiler::names::{Entry, Ns, Resolved, headers, lookup};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::Ty;
use footrule_diag::{Lang, Text, text};
use footrule_syntax::ast::{DateKey, Expr, ExprKind, Header, KeyCell, Round, Stmt, Table};

/// What a text beside the source tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlayKind {
    /// The unit or type that was inferred.
    Unit,
    /// Value and year of a factor.
    Factor,
    /// How a published figure is rounded.
    Rounding,
}

/// A text beside the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inlay {
    /// Behind this byte.
    pub at: u32,
    /// What is shown.
    pub text: String,
    /// What it is.
    pub kind: InlayKind,
    /// Where it comes from.
    pub tooltip: String,
}

/// The texts beside a part of a file, in order of text.
#[must_use]
pub fn inlays(session: &Session, key: &str, from: u32, to: u32, lang: Lang) -> Vec<Inlay> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let db = session.db();
    let mut out = Vec::new();
    for at in statements(session, file) {
        // What a process is made of are statements of their own.
        let end = at.start as usize + at.text.len();
        if to < at.start || end < from as usize || at.item.key.keyword == "process" {
            continue;
        }
        let Some(stmt) = at.item.ast(db).map(|a| &a.stmt) else { continue };
        let mut hints = Hints { session, at: &at, lang, out: &mut out };
        hints.unit(stmt);
        if !matches!(stmt, Stmt::Const { .. } | Stmt::Param(_) | Stmt::Table(_) | Stmt::Test(_)) {
            roots(stmt).iter().for_each(|r| hints.factors(r));
        }
        hints.rounding(stmt, file);
    }
    out.retain(|i| from <= i.at && i.at <= to);
    out.sort_by_key(|i| i.at);
    out
}

struct Hints<'a> {
    session: &'a Session,
    at: &'a Statement<'a>,
    lang: Lang,
    out: &'a mut Vec<Inlay>,
}

impl Hints<'_> {
    fn push(&mut self, at: u32, text: String, kind: InlayKind, tooltip: Text) {
        let tooltip = tooltip.get(self.lang).to_owned();
        self.out.push(Inlay { at: self.at.start + at, text, kind, tooltip });
    }

    fn unit(&mut self, stmt: &Stmt) {
        let (Stmt::Let { name, ty: None, .. } | Stmt::Report { name, ty: None, .. }) = stmt else { return };
        let db = self.session.db();
        let shown = value_type(db, self.at.item.file, self.at.item.key.clone()).show(db);
        if shown != "?" {
            // In the language of the file's words, which is asked for only where there are any.
            let shown = match in_words(&shown, Lang::Zh) {
                zh if zh != shown && language(self.session, self.at.item.file, self.lang) == Lang::Zh => zh,
                _ => shown,
            };
            let tip = text!("由算式得出的单位或类型", "unit or type, inferred from the formula");
            self.push(name.span.end, format!(": {shown}"), InlayKind::Unit, tip);
        }
    }

    /// The value of each factor that an expression reads by name.
    fn factors(&mut self, root: &Root<'_>) {
        match &root.expr.kind {
            ExprKind::Name(name) => {
                if let Some(item) = self.named(&name.text) {
                    self.factor(&item, root.expr, None);
                }
            }
            ExprKind::At(of, year) => {
                if let (ExprKind::Name(name), Some(year)) = (&of.kind, constant_year(year))
                    && let Some(item) = self.named(&name.text)
                {
                    self.factor(&item, root.expr, Some(year));
                    return;
                }
            }
            ExprKind::Call { callee, args } => {
                if let ExprKind::Name(name) = &callee.kind
                    && let Some(item) = self.named(&name.text)
                    && let Some(Stmt::Table(t)) = item.ast(self.session.db()).map(|a| &a.stmt)
                {
                    let keys: Option<Vec<&str>> = args
                        .iter()
                        .map(|a| match &a.value.kind {
                            ExprKind::Name(n) => Some(n.text.as_str()),
                            _ => None,
                        })
                        .collect();
                    keys.into_iter().for_each(|keys| self.row(&item, t, &keys, root.expr));
                }
            }
            _ => {}
        }
        children(root).iter().for_each(|c| self.factors(c));
    }

    fn named(&self, name: &str) -> Option<Item> {
        match lookup(self.session.db(), self.at.item, Ns::Value, name.to_owned()) {
            Resolved::One(Entry { item, .. }) => Some(item),
            _ => None,
        }
    }

    fn factor(&mut self, item: &Item, at: &Expr, year: Option<i32>) {
        let db = self.session.db();
        let Some(found) = factor(self.session, item) else { return };
        // A constant that is computed says nothing by its formula.
        if let Some(Stmt::Const { value, .. }) = item.ast(db).map(|a| &a.stmt)
            && !matches!(value.kind, ExprKind::Number { .. })
        {
            return;
        }
        let mut value = found.value.clone();
        let mut when = found.year.clone();
        let mut tip = Vec::new();
        if let Some(Stmt::Param(p)) = item.ast(db).map(|a| &a.stmt) {
            if let Some(year) = year {
                let Some(row) = p.rows.iter().find(|r| r.key == DateKey::Year(year)) else { return };
                value = in_unit(self.session, item, &row.value);
                when = Some(shown(row.key));
            }
            let rows: Vec<String> =
                p.rows.iter().map(|r| format!("{}: {}", shown(r.key), in_unit(self.session, item, &r.value))).collect();
            tip.push(match self.lang {
                Lang::Zh => format!("按核算期取值：{}", rows.join("；")),
                Lang::En => format!("chosen by the period: {}", rows.join("; ")),
            });
        } else {
            tip.push(match self.lang {
                Lang::Zh => "有来源的数值".to_owned(),
                Lang::En => "value of the factor".to_owned(),
            });
        }
        tip.extend(found.source.as_ref().map(|s| source_in_words(self.session, s, self.lang)));
        let when = when.map(|w| format!(" ({w})")).unwrap_or_default();
        // Of a dated value only one year is told here.
        let sign = if found.dated && year.is_none() { "≈" } else { "=" };
        self.push(at.span.end, format!(" {sign} {value}{when}"), InlayKind::Factor, Text::same(tip.join("\n\n")));
    }

    /// The value of a table of one column where all keys are known.
    fn row(&mut self, item: &Item, t: &Table, keys: &[&str], at: &Expr) {
        let db = self.session.db();
        let Sig::Table { columns, .. } = &sig(db, item).sig else { return };
        let fits = |cell: (&KeyCell, &&str)| matches!(cell.0, KeyCell::Name(n) if n.text == *cell.1);
        let row = t.rows.iter().find(|r| r.keys.len() == keys.len() && r.keys.iter().zip(keys).all(fits));
        let (Some(row), [(_, ty)]) = (row, columns.as_slice()) else { return };
        let Some(value) = row.values.first() else { return };
        let source = row.source.as_ref().or(t.source.as_ref());
        let source = source.and_then(|s| crate::factor::cited(self.session, item, s));
        let year = source.as_ref().and_then(|s| crate::factor::entry(self.session, s, "year"));
        let written = item.slice(db, value.span).trim();
        let bare = matches!(&value.kind, ExprKind::Number { unit: None, .. }) && !written.ends_with('%');
        let unit = Some(ty.show(db)).filter(|u| bare && u != "number").map(|u| format!(" {u}")).unwrap_or_default();
        let year = year.map(|y| format!(" ({y})")).unwrap_or_default();
        let said = match self.lang {
            Lang::Zh => "表中的数值",
            Lang::En => "value of the table",
        };
        let tip = source.map(|s| format!("\n\n{}", source_in_words(self.session, &s, self.lang))).unwrap_or_default();
        let tip = Text::same(format!("{said}{tip}"));
        self.push(at.span.end, format!(" = {written}{unit}{year}"), InlayKind::Factor, tip);
    }

    /// The rounding of a report that states none: the rule's.
    fn rounding(&mut self, stmt: &Stmt, file: SourceFile) {
        let Stmt::Report { value, round: None, .. } = stmt else { return };
        let db = self.session.db();
        let ty = value_type(db, self.at.item.file, self.at.item.key.clone());
        if !matches!(ty, Ty::Number(_) | Ty::Split(_)) {
            return;
        }
        let round = headers(db, file).find_map(|(_, h)| match h {
            Header::Round(r) => Some(r.clone()),
            _ => None,
        });
        let Some(Round { digits, significant, .. }) = round else { return };
        let text = match (self.lang, significant) {
            (Lang::Zh, false) => format!(" 修约 {digits} 位小数"),
            (Lang::Zh, true) => format!(" 修约 {digits} 位有效数字"),
            (Lang::En, false) => format!(" round {digits} decimals"),
            (Lang::En, true) => format!(" round {digits} significant"),
        };
        let tip = text!("没有自己的修约，按规则头修约", "states no rounding; the header's holds");
        self.push(value.span.end, text, InlayKind::Rounding, tip);
    }
}

fn constant_year(e: &Expr) -> Option<i32> {
    match &e.kind {
        ExprKind::Number { value, unit: None, .. } => value.to_string().parse().ok(),
        _ => None,
    }
}
