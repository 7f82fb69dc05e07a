//! What can stand in each kind of slot.

use super::CompletionKind;
use super::offer::{FITS, NEUTRAL, OTHER, Offers, WORDS, declared_at, labels, parts};
use super::spot::{Slot, Spot};
use super::words::spelled;
use footrule_compiler::Session;
use footrule_compiler::db::{Item, SourceFile, items, split};
use footrule_compiler::names::{Entry, Ns, Resolved, exported_names, gases, index, process_index, stages};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::{EnumRef, Ty};
use footrule_compiler::units::{UnitTy, unit_info};
use footrule_diag::Text;
use footrule_grammar::keywords::{KEYWORDS, Place};
use std::collections::{BTreeMap, BTreeSet};

impl Offers<'_> {
    /// What can stand in a slot.
    pub(super) fn fill(&mut self, spot: Spot) {
        let db = self.session.db();
        match spot.slot {
            Slot::New => {}
            Slot::Value(want) => self.value(want.as_ref(), &spot.locals),
            Slot::Field(of) => self.fields(&of),
            Slot::Unit(want) => self.units(want.as_ref()),
            Slot::Tag => {
                self.names(Ns::Flow, CompletionKind::Flow, None);
                self.own_first();
                self.push("CO2e", CompletionKind::Flow, String::new(), Text::default(), FITS);
                // A tag may follow an enumeration's value.
                for (name, ty) in &spot.locals {
                    if let Ty::Enum(_) = ty {
                        self.push(name, CompletionKind::Value, ty.show(db), Text::default(), NEUTRAL);
                    }
                }
            }
            Slot::Type => self.types(),
            Slot::Member(ty, used) => {
                self.members(&ty);
                self.all.iter_mut().filter(|c| used.contains(&c.name)).for_each(|c| c.rank = 2);
                self.push("_", CompletionKind::Keyword, String::new(), Text::default(), NEUTRAL);
            }
            Slot::Argument(record) => {
                self.fields(&Ty::Record(record));
                self.value(None, &spot.locals);
            }
            Slot::Name(ns) => {
                let kind = match ns {
                    Ns::Source => CompletionKind::Source,
                    Ns::Stage => CompletionKind::Stage,
                    Ns::Process => CompletionKind::Process,
                    _ => CompletionKind::Value,
                };
                self.names(ns, kind, None);
            }
            Slot::Setting => {
                self.of(&["input", "param", "include"]);
                self.settings();
                self.keywords(Place::INSIDE, WORDS);
            }
            Slot::Binding(process) => {
                let inner = process_index(db, process.file, process.key.clone());
                for ((ns, name), entries) in inner {
                    if *ns == Ns::Value
                        && let Some(entry) = entries.iter().find(|e| e.item.key.keyword == "input")
                    {
                        self.declared(name, entry, CompletionKind::Value, None);
                    }
                }
            }
            Slot::Of(keywords) => self.of(keywords),
        }
    }

    /// What the statements of these kinds declare.
    fn of(&mut self, keywords: &[&str]) {
        for ns in [Ns::Value, Ns::Stage] {
            for name in self.visible(ns) {
                if let Some(entry) = self.entry(ns, &name)
                    && keywords.contains(&entry.item.key.keyword.as_str())
                {
                    self.declared(&name, &entry, CompletionKind::Value, None);
                }
            }
        }
        if keywords.contains(&"warn") {
            let warnings = items(self.session.db(), self.file).iter().filter(|i| i.key.keyword == "warn");
            let names: Vec<String> =
                warnings.filter_map(|i| i.key.name.clone()).filter(|n| !n.starts_with('#')).collect();
            for name in names {
                self.push(&name, CompletionKind::Value, String::new(), Text::default(), NEUTRAL);
            }
        }
    }

    /// In a test, the inputs that it does not set yet come first.
    fn settings(&mut self) {
        use footrule_syntax::ast::{Stmt, TestEntry};
        let db = self.session.db();
        let ast = self.from.and_then(|i| i.ast(db)).map(|a| &a.stmt);
        let mut set: BTreeSet<&str> = BTreeSet::new();
        if let Some(Stmt::Test(t)) = ast {
            for (entry, _) in &t.entries {
                if let TestEntry::Set(path, _) = entry {
                    set.extend(path.0.first().map(|n| n.text.as_str()));
                }
            }
        }
        let inputs: BTreeSet<&str> =
            items(db, self.file).iter().filter(|i| i.key.keyword == "input").map(Item::name).collect();
        for c in &mut self.all {
            let name = c.name.as_str();
            c.rank = if set.contains(name) {
                OTHER
            } else if inputs.contains(name) {
                FITS
            } else {
                2
            };
        }
    }

    /// What this file declares comes first.
    fn own_first(&mut self) {
        let own = self.file.key(self.session.db()).to_string();
        for c in &mut self.all {
            if c.declared.as_ref().is_some_and(|d| d.file == own) && c.rank == NEUTRAL {
                c.rank = FITS;
            }
        }
    }

    /// The fields behind a dot.
    fn fields(&mut self, of: &Ty) {
        let db = self.session.db();
        match of {
            Ty::Optional(t) | Ty::List(t) => self.fields(t),
            Ty::Row(table) => {
                if let Sig::Table { keys, columns, .. } = &sig(db, table).sig {
                    for (name, ty) in keys.iter().chain(columns).filter(|(n, _)| !n.is_empty()) {
                        self.push(name, CompletionKind::Field, ty.show(db), Text::default(), FITS);
                    }
                }
            }
            _ => {
                for (name, ty) in parts(db, of) {
                    let labels = field_labels(self.session, of, &name);
                    self.push(&name, CompletionKind::Field, ty.show(db), labels, FITS);
                }
                if let Ty::Activity(u) = of {
                    let from = self.from.map(|i| footrule_compiler::check::Aside::new(db, i).factor(u).show(db));
                    self.push("factor", CompletionKind::Field, from.unwrap_or_default(), Text::default(), FITS);
                }
            }
        }
    }

    fn units(&mut self, want: Option<&UnitTy>) {
        let db = self.session.db();
        if let Some(want) = want.filter(|u| !u.is_one()) {
            let shown = footrule_compiler::units::show_unit(db, want);
            self.push(&shown, CompletionKind::Unit, String::new(), Text::default(), FITS);
        }
        for name in self.visible(Ns::Unit) {
            let Some(entry) = self.entry(Ns::Unit, &name) else { continue };
            let info = unit_info(db, entry.item.file, entry.item.key.clone());
            let fits = want.is_none_or(|w| {
                let plain = w.untagged();
                let one =
                    UnitTy { atoms: vec![(footrule_compiler::units::Atom { unit: entry.item.clone(), tag: None }, 1)] };
                !info.dimension.is_empty() && one.dimension(db) == plain.dimension(db)
            });
            let labels = labels(self.session, &entry);
            let rank = if !fits { OTHER } else { NEUTRAL };
            self.push(&name, CompletionKind::Unit, definition(self.session, &entry.item), labels, rank).declared =
                Some(declared_at(self.session, &entry));
        }
        self.keywords(Place::INSIDE, WORDS);
    }

    fn types(&mut self) {
        for english in
            ["number", "integer", "bool", "text", "date", "list of", "optional", "activity of", "footprint of"]
        {
            let row = KEYWORDS.iter().find(|k| k.english == english);
            let Some((own, other)) = row.map(|k| spelled(k, self.words)) else { continue };
            self.push(own, CompletionKind::Type, String::new(), Text::same(other), NEUTRAL);
        }
        for gas_or_stage in ["Gas", "Stage"] {
            self.push(gas_or_stage, CompletionKind::Type, String::new(), Text::default(), NEUTRAL);
        }
        self.names(Ns::Type, CompletionKind::Type, None);
        self.own_first();
        let before = self.all.len();
        self.units(None);
        self.all[before..].iter_mut().for_each(|c| c.rank = c.rank.max(2));
    }

    /// The members of an enumeration.
    fn members(&mut self, ty: &Ty) {
        let db = self.session.db();
        match ty {
            Ty::Optional(t) => self.members(t),
            Ty::Enum(EnumRef::Item(item)) => {
                let Sig::Enum(members) = &sig(db, item).sig else { return };
                for (i, name) in members.iter().enumerate() {
                    let entry = Entry { item: item.clone(), member: Some(i as u32) };
                    self.declared(name, &entry, CompletionKind::Member, None);
                    self.fit_last();
                }
            }
            Ty::Enum(of) => {
                let all = if *of == EnumRef::Gases { gases(db, self.file) } else { stages(db, self.file) };
                for item in all {
                    let entry = Entry { item: item.clone(), member: None };
                    let kind = if *of == EnumRef::Gases { CompletionKind::Flow } else { CompletionKind::Stage };
                    self.declared(item.name(), &entry, kind, None);
                    self.fit_last();
                }
            }
            Ty::Bool => self.keywords(Place::NAME, WORDS),
            _ => {}
        }
    }

    fn fit_last(&mut self) {
        if let Some(last) = self.all.last_mut() {
            last.rank = FITS;
        }
    }

    /// Values, those that fit first.
    fn value(&mut self, want: Option<&Ty>, locals: &[(String, Ty)]) {
        let db = self.session.db();
        if let Some(Ty::Enum(EnumRef::Stages)) = want {
            self.names(Ns::Stage, CompletionKind::Stage, None);
            self.all.iter_mut().for_each(|c| c.rank = FITS);
            self.locals(want, locals);
            return;
        }
        if let Some(ty) = want {
            self.members(ty);
        }
        self.locals(want, locals);
        self.names(Ns::Value, CompletionKind::Value, want);
        let wanted = matches!(want, Some(Ty::Enum(_)));
        if !wanted {
            for name in self.visible(Ns::Type) {
                let Some(entry) = self.entry(Ns::Type, &name) else { continue };
                match &sig(db, &entry.item).sig {
                    Sig::Enum(members) => {
                        let rank = if want.is_some() { OTHER } else { 2 };
                        for (i, m) in members.iter().enumerate() {
                            let entry = Entry { item: entry.item.clone(), member: Some(i as u32) };
                            self.declared(m, &entry, CompletionKind::Member, None);
                            if let Some(last) = self.all.last_mut() {
                                last.rank = rank;
                            }
                        }
                    }
                    Sig::Record(_) => {
                        self.declared(&name, &entry, CompletionKind::Type, None);
                        let fits = matches!(want, Some(Ty::Record(r)) if *r == entry.item);
                        if let Some(last) = self.all.last_mut() {
                            last.rank = if fits { FITS } else { OTHER };
                        }
                    }
                    _ => {}
                }
            }
        }
        self.keywords(Place::NAME, WORDS - 1);
        self.keywords(Place::INSIDE, WORDS);
    }

    fn locals(&mut self, want: Option<&Ty>, locals: &[(String, Ty)]) {
        let db = self.session.db();
        for (name, ty) in locals {
            if name == "@" {
                // The record under construction: its fields are names.
                for (field, ty) in parts(db, ty) {
                    let rank = self.rank(want, &ty);
                    self.push(&field, CompletionKind::Field, ty.show(db), Text::default(), rank);
                }
                continue;
            }
            let rank = self.rank(want, ty);
            let shown = Some(ty.show(db)).filter(|t| t != "?").unwrap_or_default();
            self.push(name, CompletionKind::Value, shown, Text::default(), rank);
            if want.is_some() && rank > FITS {
                for (part, of) in parts(db, ty) {
                    if self.rank(want, &of) == FITS {
                        self.push(&format!("{name}.{part}"), CompletionKind::Field, of.show(db), Text::default(), FITS);
                    }
                }
            }
        }
    }

    /// What a `use` names: modules, or the names of one.
    pub(super) fn modules(&mut self, path: &str) {
        let db = self.session.db();
        if let Some(module) = path.strip_suffix('{') {
            let module = module.trim_end_matches('.');
            let uses = &index(db, self.file).uses;
            let Some(file) = uses.iter().filter(|u| u.path(db) == module).find_map(|u| u.file(db)) else { return };
            for (ns, name) in exported_names(db, file) {
                let found = footrule_compiler::names::resolve(db, file, ns, name.clone());
                if let Resolved::One(entry) = found {
                    self.declared(&name, &entry, CompletionKind::Value, None);
                }
            }
            return;
        }
        let own = self.file.key(db).to_string();
        let folder = own.rsplit_once('/').map_or("", |(f, _)| f);
        let named = |file: SourceFile| {
            let k = file.key(db);
            if **k == *own || !footrule_compiler::is_source(k) {
                return None;
            }
            let name = match k.strip_prefix("std:") {
                Some(name) => format!("std.{name}"),
                None => {
                    let k = k.strip_prefix(folder).unwrap_or(k).trim_start_matches('/');
                    k.strip_suffix(".pcr").or_else(|| k.strip_suffix(".pcr.md"))?.replace('/', ".")
                }
            };
            // Whole rules come behind modules.
            let rank = if self.session.is_rule(k) { OTHER } else { FITS };
            Some((name.strip_prefix(path)?.to_owned(), (rank, about(&split(db, file).module_docs))))
        };
        let names: BTreeMap<String, (u8, Text)> = self.session.files().filter_map(named).collect();
        for (name, (rank, labels)) in names {
            self.push(&name, CompletionKind::Module, String::new(), labels, rank);
        }
    }

    /// Every name that can be seen.
    pub(super) fn everything(&mut self) {
        for (ns, kind) in [
            (Ns::Value, CompletionKind::Value),
            (Ns::Flow, CompletionKind::Flow),
            (Ns::Stage, CompletionKind::Stage),
            (Ns::Source, CompletionKind::Source),
            (Ns::Type, CompletionKind::Type),
            (Ns::Process, CompletionKind::Process),
        ] {
            self.names(ns, kind, None);
        }
    }

    /// Where the statement cannot be read: what the text to the left asks for.
    pub(super) fn fallback(&mut self, left: &str) {
        let trimmed = left.trim_end();
        let word = trimmed.rsplit(|c: char| !footrule_grammar::keywords::is_word_char(c)).next().unwrap_or_default();
        match trimmed.chars().last() {
            Some('{') if trimmed.len() == left.len() && !word.is_empty() => {
                self.names(Ns::Flow, CompletionKind::Flow, None)
            }
            Some(':' | '：') => self.types(),
            _ if ["source", "来源"].contains(&word) => self.names(Ns::Source, CompletionKind::Source, None),
            _ if ["include", "包含"].contains(&word) => self.names(Ns::Process, CompletionKind::Process, None),
            _ if ["in", "于"].contains(&word) => {
                self.names(Ns::Stage, CompletionKind::Stage, None);
            }
            Some(c) if c.is_ascii_digit() && word.chars().all(|c| c.is_ascii_digit() || c == '_') => self.units(None),
            _ => self.value(None, &[]),
        }
    }
}

/// What a unit is: its definition as written.
fn definition(session: &Session, unit: &Item) -> String {
    use footrule_syntax::ast::Stmt;
    let db = session.db();
    let Some(Stmt::Unit { definition: Some(d), .. }) = unit.ast(db).map(|a| &a.stmt) else { return String::new() };
    let factor = d.divisor.map_or_else(|| d.factor.to_string(), |by| format!("{}/{by}", d.factor));
    format!("{factor} {}", unit.slice(db, d.unit.span))
}

fn field_labels(session: &Session, of: &Ty, name: &str) -> Text {
    use footrule_syntax::ast::Stmt;
    let Ty::Record(record) = of else { return Text::default() };
    let Some(Stmt::Record { fields, .. }) = record.ast(session.db()).map(|a| &a.stmt) else { return Text::default() };
    fields.iter().find(|f| f.name.text == name).map(|f| f.labels.clone()).unwrap_or_default()
}

/// What a file is about, in few words: the beginning of the first line about it in each language.
fn about(docs: &str) -> Text {
    let chinese = |l: &&str| l.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let lines = || docs.lines().map(|l| l.trim_start_matches('#').trim()).filter(|l| !l.is_empty());
    let few = |l: Option<&str>| {
        l.and_then(|l| l.split(['：', '。', ':']).next())
            .map(|l| l.split(". ").next().unwrap_or(l).trim_end_matches('.').to_owned())
    };
    let (zh, en) = (few(lines().find(chinese)), few(lines().find(|l| !chinese(l))));
    Text::new(zh.clone().or(en.clone()).unwrap_or_default(), en.or(zh).unwrap_or_default())
}
