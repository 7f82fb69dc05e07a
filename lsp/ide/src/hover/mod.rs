//! What is known of what stands at a place, as a card: declaration, unit and kind, range, formula, value in a test, clause and
//! its prose, source.
//!
//! # Layout
//!
//! `units` (units and gases) · `words` (keywords) · `value` (ranges, values in tests) · here everything that is declared.

mod units;
mod value;
mod words;

use crate::at::{Found, found, member, statement, statements};
use crate::complete::in_words;
use crate::factor::{cited, factor, in_unit, shown as shown_key, source_in_words};
use crate::formula::formula;
use crate::prose;
use footrule_compiler::Session;
use footrule_compiler::check::{body_of, expressions, value_type};
use footrule_compiler::db::{Item, SourceFile, chunk, chunk_start, split};
use footrule_compiler::names::Entry;
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::Ty;
use footrule_compiler::uses::{Referent, uses};
use footrule_diag::{FileSpan, Lang, Span, Text};
use footrule_syntax::ast::{Expr, ExprKind, KeyCell, Stmt};

/// A card beside the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub at: FileSpan,
    /// Markdown.
    pub markdown: String,
}

/// Most lines of a declaration that are shown.
const LINES: usize = 12;

/// How the file of a key is called where people read it.
pub type Called<'a> = &'a dyn Fn(&str) -> String;

/// What is known of what stands at an offset.
#[must_use]
pub fn hover(session: &Session, key: &str, offset: u32, lang: Lang, called: Called<'_>) -> Option<Hover> {
    let cards = Cards { session, lang, called };
    if let Some(found) = found(session, key, offset) {
        let mut markdown = cards.of(&found, key)?;
        if let Some(row) = cards.row_at(key, offset) {
            markdown = format!("{row}\n\n{markdown}");
        }
        return Some(Hover { at: found.at, markdown });
    }
    if let Some(row) = cards.row_at(key, offset) {
        let at = FileSpan { file: key.to_owned(), span: Span::new(offset, offset) };
        return Some(Hover { at, markdown: row });
    }
    cards.clause_mark(key, offset).or_else(|| cards.keyword(key, offset))
}

struct Cards<'a> {
    session: &'a Session,
    lang: Lang,
    called: Called<'a>,
}

impl Cards<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        if self.lang == Lang::Zh { format!("{zh}：") } else { format!("{en}: ") }
    }

    fn of(&self, found: &Found, key: &str) -> Option<String> {
        let db = self.session.db();
        match &found.of {
            Referent::Declared(entry) => match member(self.session, entry) {
                Some((name, labels, _)) => Some(self.member(entry, &name, &labels)),
                None => self.declaration(&entry.item, found, key),
            },
            Referent::Field(record, name) => self.field(record, name),
            Referent::Local(_) => {
                let ty = found.from.as_ref().and_then(|item| self.local(item, &found.of));
                let ty = ty.map(|t| format!(": {t}")).unwrap_or_default();
                Some(format!("```pcr\n{}{ty}\n```", found.text))
            }
            Referent::Module(file) => {
                let docs = &split(db, *file).module_docs;
                Some(format!("`{}`\n\n{docs}", (self.called)(file.key(db))))
            }
        }
    }

    fn member(&self, entry: &Entry, name: &str, labels: &Text) -> String {
        let of = &entry.item;
        let shown = self.labels(labels);
        let mut out = format!("```pcr\n{}.{name}\n```", of.name());
        if !shown.is_empty() {
            out.push_str(&format!("\n{shown}"));
        }
        let whole = of.ast(self.session.db()).and_then(|a| a.stmt.labels()).map(|l| self.labels(l));
        if let Some(whole) = whole.filter(|w| !w.is_empty()) {
            out.push_str(&format!("\n\n{}{whole}", self.say("枚举", "enumeration")));
        }
        out
    }

    fn field(&self, record: &Item, name: &str) -> Option<String> {
        let db = self.session.db();
        let Sig::Record(fields) = &sig(db, record).sig else { return None };
        let field = fields.iter().find(|f| f.name == name)?;
        let mut out = format!("```pcr\n{}.{name}: {}\n```", record.name(), in_words(&field.ty.show(db), self.lang));
        if let Some(Stmt::Record { fields, .. }) = record.ast(db).map(|a| &a.stmt)
            && let Some(f) = fields.iter().find(|f| f.name.text == name)
        {
            let labels = self.labels(&f.labels);
            if !labels.is_empty() {
                out.push_str(&format!("\n{labels}"));
            }
            if let Some(e) = &f.computed {
                out.push_str(&format!(
                    "\n\n{}{}",
                    self.say("公式", "formula"),
                    formula(self.session, record, e, self.lang)
                ));
            }
        }
        Some(out)
    }

    fn labels(&self, labels: &Text) -> String {
        let (first, second) = match self.lang {
            Lang::Zh => (&labels.zh, &labels.en),
            Lang::En => (&labels.en, &labels.zh),
        };
        [first, second].into_iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
    }

    /// The type of a variable, where the checker found one.
    fn local(&self, item: &Item, of: &Referent) -> Option<String> {
        let db = self.session.db();
        let places: Vec<Span> =
            uses(db, item.file, item.key.clone()).iter().filter(|u| u.of == *of).map(|u| u.span).collect();
        let mut ty = None;
        expressions(&body_of(db, item).kind, &mut |e| {
            e.walk(&mut |e| {
                if places.contains(&e.span) && e.ty != Ty::Error {
                    ty.get_or_insert_with(|| e.ty.show(db));
                }
            });
        });
        ty.map(|shown| in_words(&shown, self.lang))
    }

    /// The card of a declaration, found by a name in a file.
    fn declaration(&self, item: &Item, found: &Found, key: &str) -> Option<String> {
        let db = self.session.db();
        let ast = item.ast(db)?;
        let text = &chunk(db, item.file, item.key.clone()).as_ref()?.text;
        let mut lines: Vec<&str> = text.lines().take(LINES).collect();
        if text.lines().count() > LINES {
            lines.push("…");
        }
        let mut more: Vec<String> = Vec::new();
        let word = item.key.keyword.as_str();
        if word == "unit" {
            let here = found.from.as_ref().and_then(|from| {
                let chunk = chunk(db, from.file, from.key.clone()).as_ref()?;
                let start = *chunk_start(db, from.file, from.key.clone());
                let at = found.at.span.start.checked_sub(start)? as usize;
                units::around(self.session, from, &chunk.text, at)
            });
            let alone = footrule_compiler::units::UnitTy {
                atoms: vec![(footrule_compiler::units::Atom { unit: item.clone(), tag: None }, 1)],
            };
            let whole = here.filter(|u| *u != alone).map(|u| units::explained(self.session, &u, self.lang));
            more.extend(whole);
            more.push(units::explained(self.session, &alone, self.lang));
        }
        if word == "gas" {
            let from = self.session.file(key).unwrap_or(item.file);
            more.extend(units::gas(self.session, item, from, self.lang));
        }
        more.extend(self.unit_or_type(item));
        more.extend(self.formula_of(item, &ast.stmt));
        if let Stmt::Line(_) | Stmt::Let { .. } | Stmt::Report { .. } | Stmt::Input(_) = &ast.stmt {
            let from = self.session.file(key).unwrap_or(item.file);
            more.extend(self.range(item, from));
            more.extend(self.in_a_test(item, &found.at));
        }
        if word == "source" {
            more.push(source_in_words(self.session, item, self.lang));
        } else if let Some(source) = self.sources(item, &ast.stmt) {
            more.push(source);
        }
        if let Stmt::Param(_) = &ast.stmt
            && let Some(f) = factor(self.session, item)
        {
            more.push(format!("{}{}", self.say("最近的值", "latest value"), f.brief()));
            more.extend(self.in_a_test(item, &found.at));
        }
        more.extend(self.clause(item));
        if !ast.docs.is_empty() {
            more.push(ast.docs.clone());
        }
        more.push(format!("`{}`", (self.called)(item.file.key(db))));
        let mut out = format!("```pcr\n{}\n```", lines.join("\n").trim_end());
        for m in more {
            out.push_str("\n\n");
            out.push_str(&m);
        }
        Some(out)
    }

    fn unit_or_type(&self, item: &Item) -> Option<String> {
        let db = self.session.db();
        let shown = match item.key.keyword.as_str() {
            "let" | "const" | "emission" | "removal" | "credit" | "apart" | "report" | "input" | "param"
            | "balance" => in_words(&value_type(db, item.file, item.key.clone()).show(db), self.lang),
            "fn" | "table" => crate::signature::of(self.session, item)?,
            _ => return None,
        };
        let said = self.say("单位或类型", "unit or type");
        (shown != "?").then(|| format!("{said}`{shown}`"))
    }

    fn formula_of(&self, item: &Item, stmt: &Stmt) -> Option<String> {
        let value = match stmt {
            Stmt::Let { value, .. } | Stmt::Report { value, .. } | Stmt::Const { value, .. } => value,
            Stmt::Line(l) => &l.value,
            Stmt::Fn { body, .. } => body,
            _ => return None,
        };
        // A number says itself.
        if matches!(value.kind, ExprKind::Number { .. }) {
            return None;
        }
        let shown = formula(self.session, item, value, self.lang);
        Some(format!("{}{shown}", self.say("公式", "formula")))
    }

    fn sources(&self, item: &Item, stmt: &Stmt) -> Option<String> {
        let mut names: Vec<&footrule_syntax::ast::Ident> = Vec::new();
        match stmt {
            Stmt::Const { source, .. } => names.extend(source),
            Stmt::Param(p) => names.extend(p.source.iter().chain(p.rows.iter().filter_map(|r| r.source.as_ref()))),
            Stmt::Table(t) => names.extend(t.source.iter().chain(t.rows.iter().filter_map(|r| r.source.as_ref()))),
            _ => return None,
        }
        let mut said: Vec<String> = Vec::new();
        for name in names {
            let Some(source) = cited(self.session, item, name) else { continue };
            let words = source_in_words(self.session, &source, self.lang);
            if !said.contains(&words) {
                said.push(words);
            }
        }
        (!said.is_empty()).then(|| format!("{}{}", self.say("来源", "source"), said.join("\n\n")))
    }

    fn clause(&self, item: &Item) -> Option<String> {
        let db = self.session.db();
        let clause = item.ast(db)?.clause.as_ref().map(|c| c.text.clone()).filter(|c| !c.is_empty());
        let heading = chunk(db, item.file, item.key.clone()).as_ref().and_then(|c| c.heading_clause.clone());
        let number = clause.or_else(|| heading.clone());
        let start = *chunk_start(db, item.file, item.key.clone());
        // The prose of the heading above is that of the clause only if the statement names no other one.
        let prose =
            heading.filter(|h| number.as_ref() == Some(h)).and_then(|_| prose::clause(self.session, item.file, start));
        let number = number.map(|n| format!("§{n}"));
        let parts: Vec<String> = [number, prose].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// The row of a table or a parameter that a place in its statement lies in: keys, values with units, source.
    fn row_at(&self, key: &str, offset: u32) -> Option<String> {
        let file = self.session.file(key)?;
        let at = statement(self.session, file, offset)?;
        let inside = offset - at.start;
        let has = |s: Span| s.start <= inside && inside <= s.end;
        match &at.item.ast(self.session.db())?.stmt {
            Stmt::Table(t) => {
                let row = t.rows.iter().find(|r| has(r.span))?;
                let keys: Vec<String> = row.keys.iter().map(|c| self.cell(at.item, c)).collect();
                let Sig::Table { columns, .. } = &sig(self.session.db(), at.item).sig else { return None };
                let values: Vec<String> = row
                    .values
                    .iter()
                    .zip(columns)
                    .map(|(e, (name, ty))| {
                        let value = self.value(at.item, e, ty);
                        if name.is_empty() { value } else { format!("{name} = {value}") }
                    })
                    .collect();
                let source = row.source.as_ref().or(t.source.as_ref()).and_then(|s| cited(self.session, at.item, s));
                let source = source.map(|s| {
                    format!("\n\n{}{}", self.say("来源", "source"), source_in_words(self.session, &s, self.lang))
                });
                let name = &t.name.text;
                Some(format!("`{name}({})` → {}{}", keys.join(", "), values.join(", "), source.unwrap_or_default()))
            }
            Stmt::Param(p) => {
                let row = p.rows.iter().find(|r| has(r.key_span) || has(r.value.span))?;
                let source = row.source.as_ref().or(p.source.as_ref()).and_then(|s| cited(self.session, at.item, s));
                let source = source.map(|s| {
                    format!("\n\n{}{}", self.say("来源", "source"), source_in_words(self.session, &s, self.lang))
                });
                let value = in_unit(self.session, at.item, &row.value);
                Some(format!("`{}` {} → {value}{}", p.name.text, shown_key(row.key), source.unwrap_or_default()))
            }
            _ => None,
        }
    }

    fn value(&self, item: &Item, e: &Expr, ty: &Ty) -> String {
        let db = self.session.db();
        let shown = item.slice(db, e.span).trim().to_owned();
        let bare = matches!(&e.kind, ExprKind::Number { unit: None, .. }) && !shown.ends_with('%');
        match ty.show(db) {
            unit if bare && unit != "number" && unit != "?" => format!("{shown} {unit}"),
            _ => shown,
        }
    }

    fn cell(&self, item: &Item, cell: &KeyCell) -> String {
        let span = match cell {
            KeyCell::Name(n) => n.span,
            KeyCell::Text(_, s)
            | KeyCell::Number(_, s)
            | KeyCell::Date(_, s)
            | KeyCell::Any(s)
            | KeyCell::Bracket(_, _, s)
            | KeyCell::Otherwise(s) => *s,
        };
        item.slice(self.session.db(), span).trim().to_owned()
    }

    /// At `§5.2`: the prose of that clause, and what else belongs to it.
    fn clause_mark(&self, key: &str, offset: u32) -> Option<Hover> {
        let db = self.session.db();
        let file = self.session.file(key)?;
        let at = statement(self.session, file, offset)?;
        let inside = (offset - at.start) as usize;
        let mark = at.text.starts_with('§').then(|| at.text.split_whitespace().next())??;
        if inside > mark.len() {
            return None;
        }
        let clause = at.item.ast(db)?.clause.as_ref()?.text.clone();
        let mut names = Vec::new();
        for s in statements(self.session, file) {
            let ast = s.item.ast(db);
            if let Some(ast) = ast.filter(|a| a.clause.as_ref().is_some_and(|c| c.text == clause)) {
                let label = ast.stmt.labels().map(|l| l.get(self.lang)).filter(|l| !l.is_empty());
                names.push(format!("- `{}` {}", s.item.name(), label.unwrap_or_default()).trim_end().to_owned());
            }
        }
        let prose = prose::headed(self.session, file, &clause);
        let parts: Vec<String> =
            [Some(format!("§{clause}")), prose, Some(names.join("\n"))].into_iter().flatten().collect();
        let span = Span::new(at.start, at.start + u32::try_from(mark.len()).ok()?);
        Some(Hover { at: FileSpan { file: key.to_owned(), span }, markdown: parts.join("\n\n") })
    }

    /// The card of a word of the language, in code.
    fn keyword(&self, key: &str, offset: u32) -> Option<Hover> {
        let file: SourceFile = self.session.file(key)?;
        let at = statement(self.session, file, offset)?;
        let inside = (offset - at.start) as usize;
        // Texts and comments have no keywords.
        let line = at.text.get(..inside)?.rsplit('\n').next()?;
        if line.matches('"').count() % 2 == 1 || line.contains("//") {
            return None;
        }
        let (from, to, k) = words::at(at.text, inside)?;
        let span = Span::new(u32::try_from(from).ok()?, u32::try_from(to).ok()?).shift(at.start);
        Some(Hover { at: FileSpan { file: key.to_owned(), span }, markdown: words::card(k, self.lang) })
    }
}
