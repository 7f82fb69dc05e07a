//! What can be written at a place: by scope, by what stands before, reachable by name, label and pinyin.

use crate::at::{statement, statements};
use footrule_compiler::Session;
use footrule_compiler::check::value_type;
use footrule_compiler::db::{Item, SourceFile};
use footrule_compiler::names::{Entry, Ns, Resolved, lookup, names_inside, visible};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::{EnumRef, Ty};
use footrule_compiler::uses::{Referent, uses};
use footrule_diag::{Lang, Span, Text};
use footrule_grammar::keywords::{KEYWORDS, Place, is_word_char};
use pinyin::ToPinyin;
use std::collections::BTreeSet;

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is inserted.
    pub name: String,
    /// What is replaced: the word so far.
    pub at: Span,
    /// What it is.
    pub kind: CompletionKind,
    /// Unit, type or value.
    pub detail: String,
    /// Labels.
    pub labels: Text,
    /// Words under which it is found.
    pub filter: String,
    /// How well it fits; the best is 0.
    pub rank: u8,
}

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CompletionKind {
    Keyword,
    Value,
    Function,
    Table,
    Unit,
    Flow,
    Stage,
    Type,
    Member,
    Field,
    Source,
    Process,
    Module,
}

/// What stands before the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    Statement,
    Tag,
    Source,
    Stage,
    Type,
    Unit,
    Module,
    Process,
    Expression,
}

/// What can be written at an offset.
#[must_use]
pub fn complete(session: &Session, key: &str, offset: u32, lang: Lang) -> Vec<Completion> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let db = session.db();
    let text = file.text(db);
    let Some(before) = text.get(..offset as usize) else { return Vec::new() };
    let word = before
        .rfind(|c: char| !is_word_char(c))
        .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    let at = Span::new(u32::try_from(word).unwrap_or(offset), offset);
    let from =
        statement(session, file, offset).or_else(|| statements(session, file).take_while(|s| s.start <= offset).last());
    let mut out = Offers { session, file, from: from.as_ref().map(|s| s.item), at, lang, all: Vec::new() };
    let left = &before[..word];
    if left.ends_with('.') && out.fields(left, offset) {
        return out.all;
    }
    match context(left, from.as_ref().map(|s| s.item)) {
        Context::Statement => out.keywords(Place::HEAD),
        Context::Tag => {
            out.names(Ns::Flow, CompletionKind::Flow, 0);
            out.push("CO2e", CompletionKind::Flow, String::new(), Text::default(), 0);
        }
        Context::Source => out.names(Ns::Source, CompletionKind::Source, 0),
        Context::Stage => out.names(Ns::Stage, CompletionKind::Stage, 0),
        Context::Process => out.names(Ns::Process, CompletionKind::Process, 0),
        Context::Unit => {
            out.names(Ns::Unit, CompletionKind::Unit, 0);
            out.keywords(Place::INSIDE);
        }
        Context::Type => {
            for word in ["number", "integer", "bool", "text", "date", "list of", "optional", "activity of"] {
                out.push(word, CompletionKind::Type, String::new(), Text::default(), 1);
            }
            out.names(Ns::Type, CompletionKind::Type, 0);
            out.names(Ns::Unit, CompletionKind::Unit, 1);
        }
        Context::Module => out.modules(),
        Context::Expression => out.expression(),
    }
    out.all
}

/// What the text to the left asks for.
fn context(left: &str, item: Option<&Item>) -> Context {
    let line = left.rsplit('\n').next().unwrap_or_default();
    let trimmed = left.trim_end();
    let last = trimmed.chars().last();
    if line.is_empty() || line.trim().is_empty() && item.is_none() {
        return Context::Statement;
    }
    let word = trimmed.rsplit(|c: char| !is_word_char(c)).next().unwrap_or_default();
    let touching = trimmed.len() == left.len();
    match last {
        Some('{') if touching && trimmed[..trimmed.len() - 1].ends_with(is_word_char) => Context::Tag,
        Some(':') => Context::Type,
        _ if ["source", "来源"].contains(&word) => Context::Source,
        _ if ["use", "使用"].contains(&word) || line.trim_start().starts_with("use ") => Context::Module,
        _ if ["include", "包含"].contains(&word) => Context::Process,
        _ if ["in", "于"].contains(&word) && item.is_some_and(|i| is_line(&i.key.keyword)) => Context::Stage,
        Some(c) if c.is_ascii_digit() && !touching && word.chars().all(|c| c.is_ascii_digit() || c == '_') => {
            Context::Unit
        }
        _ => Context::Expression,
    }
}

fn is_line(keyword: &str) -> bool {
    matches!(keyword, "emission" | "removal" | "credit" | "apart" | "include")
}

struct Offers<'a> {
    session: &'a Session,
    file: SourceFile,
    from: Option<&'a Item>,
    at: Span,
    lang: Lang,
    all: Vec<Completion>,
}

impl Offers<'_> {
    fn push(&mut self, name: &str, kind: CompletionKind, detail: String, labels: Text, rank: u8) {
        let filter = filter(name, &labels);
        self.all.push(Completion { name: name.to_owned(), at: self.at, kind, detail, labels, filter, rank });
    }

    fn keywords(&mut self, place: Place) {
        for k in KEYWORDS.iter().filter(|k| k.place.has(place)) {
            let (own, other) = match self.lang {
                Lang::Zh => (k.chinese, k.english),
                Lang::En => (k.english, k.chinese),
            };
            self.push(own, CompletionKind::Keyword, String::new(), Text::same(other), 2);
        }
    }

    /// The names of a namespace that the statement can see.
    fn visible(&self, ns: Ns) -> BTreeSet<String> {
        let db = self.session.db();
        let mut all = visible(db, self.file, ns);
        if let Some(item) = self.from {
            all.extend(names_inside(db, item, ns).cloned());
        }
        all
    }

    fn entry(&self, ns: Ns, name: &str) -> Option<Entry> {
        let db = self.session.db();
        let found = match self.from {
            Some(item) => lookup(db, item, ns, name.to_owned()),
            None => footrule_compiler::names::resolve(db, self.file, ns, name.to_owned()),
        };
        match found {
            Resolved::One(e) => Some(e),
            Resolved::Many(es) => es.into_iter().next(),
            Resolved::None => None,
        }
    }

    fn names(&mut self, ns: Ns, kind: CompletionKind, rank: u8) {
        for name in self.visible(ns) {
            let Some(entry) = self.entry(ns, &name) else { continue };
            let labels = labels(self.session, &entry);
            let detail = self.detail(&entry.item);
            let kind = match entry.item.key.keyword.as_str() {
                "fn" => CompletionKind::Function,
                "table" => CompletionKind::Table,
                _ => kind,
            };
            self.push(&name, kind, detail, labels, rank);
        }
    }

    /// The unit or type of a value; the definition of a unit.
    fn detail(&self, item: &Item) -> String {
        let db = self.session.db();
        match &sig(db, item).sig {
            Sig::Value(ty) => ty.show(db),
            Sig::Fn { result, .. } => result.show(db),
            Sig::Table { columns, .. } => columns.iter().map(|(_, t)| t.show(db)).collect::<Vec<_>>().join(", "),
            _ if matches!(
                item.key.keyword.as_str(),
                "let" | "const" | "report" | "emission" | "removal" | "credit"
            ) =>
            {
                value_type(db, item.file, item.key.clone()).show(db)
            }
            _ => String::new(),
        }
    }

    fn modules(&mut self) {
        let db = self.session.db();
        let own = self.file.key(db).to_string();
        let names: Vec<String> = self
            .session
            .files()
            .map(|f| f.key(db).to_string())
            .filter(|k| *k != own && !self.session.is_rule(k))
            .filter_map(|k| match k.strip_prefix("std:") {
                Some(name) => Some(format!("std.{name}")),
                None => k.strip_suffix(".pcr").map(|k| k.replace('/', ".")),
            })
            .collect();
        for name in names {
            self.push(&name, CompletionKind::Module, String::new(), Text::default(), 0);
        }
    }

    /// The fields behind `name.`; false if what stands before the dot has none.
    fn fields(&mut self, left: &str, offset: u32) -> bool {
        let db = self.session.db();
        let Some(at) = statement(self.session, self.file, offset) else { return false };
        let end = left.len() - 1;
        let Some(inside) = u32::try_from(end).ok().and_then(|e| e.checked_sub(at.start)) else { return false };
        let own = uses(db, self.file, at.item.key.clone());
        let Some(base) = own.iter().find(|u| u.span.end == inside) else { return false };
        let mut ty = match &base.of {
            Referent::Declared(e) => value_type(db, e.item.file, e.item.key.clone()).clone(),
            Referent::Field(record, name) => match &sig(db, record).sig {
                Sig::Record(fields) => fields.iter().find(|f| f.name == *name).map_or(Ty::Error, |f| f.ty.clone()),
                _ => Ty::Error,
            },
            _ => Ty::Error,
        };
        while let Ty::Optional(inner) | Ty::List(inner) = ty {
            ty = *inner;
        }
        match &ty {
            Ty::Record(record) => {
                let Sig::Record(fields) = &sig(db, record).sig else { return false };
                for f in fields {
                    self.push(&f.name, CompletionKind::Field, f.ty.show(db), Text::default(), 0);
                }
            }
            Ty::Activity(_) => {
                for name in ["amount", "factor"] {
                    self.push(name, CompletionKind::Field, String::new(), Text::default(), 0);
                }
            }
            _ => return false,
        }
        true
    }

    fn expression(&mut self) {
        self.names(Ns::Value, CompletionKind::Value, 0);
        let db = self.session.db();
        for name in self.visible(Ns::Type) {
            let Some(entry) = self.entry(Ns::Type, &name) else { continue };
            let item = &entry.item;
            if let Ty::Enum(EnumRef::Item(_)) | Ty::Error = Ty::Enum(EnumRef::Item(item.clone()))
                && let Sig::Enum(members) = &sig(db, item).sig
            {
                for (i, m) in members.iter().enumerate() {
                    let labels = labels(self.session, &Entry { item: item.clone(), member: Some(i as u32) });
                    self.push(m, CompletionKind::Member, item.name().to_owned(), labels, 1);
                }
            }
        }
        let own = self.from.map(|i| uses(db, i.file, i.key.clone()).as_slice()).unwrap_or_default();
        let locals: BTreeSet<String> = own
            .iter()
            .filter(|u| u.declares && matches!(u.of, Referent::Local(_)))
            .filter_map(|u| self.from.map(|i| i.slice(db, u.span).to_owned()))
            .collect();
        for name in locals {
            self.push(&name, CompletionKind::Value, String::new(), Text::default(), 0);
        }
        self.keywords(Place::NAME);
        self.keywords(Place::INSIDE);
    }
}

/// The labels of a declaration.
fn labels(session: &Session, entry: &Entry) -> Text {
    if let Some((_, labels, _)) = crate::at::member(session, entry) {
        return labels;
    }
    entry.item.ast(session.db()).and_then(|a| a.stmt.labels()).cloned().unwrap_or_default()
}

/// Words under which a name is found: itself, its labels, and the pinyin of what is Chinese, in full and by initials.
fn filter(name: &str, labels: &Text) -> String {
    let mut words = vec![name.to_owned()];
    for text in [name, &labels.zh] {
        let read: Vec<&str> = text.chars().filter_map(|c| c.to_pinyin()).map(|p| p.plain()).collect();
        if !read.is_empty() {
            words.push(read.concat());
            words.push(read.iter().filter_map(|p| p.chars().next()).collect());
        }
    }
    words.extend([labels.zh.clone(), labels.en.clone()].into_iter().filter(|t| !t.is_empty()));
    words.dedup();
    words.join(" ")
}
