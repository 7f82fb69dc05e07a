//! What there is to write, and how well it fits.

use super::snippets::TEMPLATES;
use super::want::{as_co2e, member_type};
use super::words::{filter, in_words, language, spelled};
use super::{Completion, CompletionKind};
use crate::at::{Statement, of_item};
use crate::factor::factor;
use footrule_compiler::Session;
use footrule_compiler::check::value_type;
use footrule_compiler::db::{Item, SourceFile, items, resolve_place};
use footrule_compiler::names::{Entry, Ns, Resolved, lookup, names_inside, resolve, visible};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::Ty;
use footrule_diag::{FileSpan, Lang, Span, Text};
use footrule_grammar::keywords::{KEYWORDS, Place};
use std::collections::BTreeSet;

/// Words that an expression can go on with; the other words inside statements come behind them.
const IN_EXPRESSIONS: [&str; 19] = [
    "and", "or", "or else", "not", "if", "then", "else", "match", "first of", "one of", "given", "in", "within", "as",
    "at", "for", "where", "true", "false",
];

/// Best fit.
pub(super) const FITS: u8 = 0;
/// Nothing is wanted, or nothing is known.
pub(super) const NEUTRAL: u8 = 1;
/// Of another type.
pub(super) const OTHER: u8 = 3;
/// Words of the language.
pub(super) const WORDS: u8 = 4;

pub(super) struct Offers<'a> {
    pub session: &'a Session,
    pub file: SourceFile,
    pub from: Option<&'a Item>,
    at: Span,
    /// The language of the file's keywords.
    pub words: Lang,
    lang: Lang,
    pub all: Vec<Completion>,
}

impl<'a> Offers<'a> {
    pub(super) fn new(session: &'a Session, file: SourceFile, from: Option<&'a Item>, at: Span, lang: Lang) -> Self {
        let words = language(session, file, lang);
        Self { session, file, from, at, words, lang, all: Vec::new() }
    }

    pub(super) fn push(
        &mut self,
        name: &str,
        kind: CompletionKind,
        detail: String,
        labels: Text,
        rank: u8,
    ) -> &mut Completion {
        let at = self.all.len();
        let detail = in_words(&detail, self.lang);
        self.all.push(Completion {
            name: name.to_owned(),
            at: self.at,
            text: name.to_owned(),
            snippet: None,
            kind,
            detail,
            filter: filter(name, &labels),
            labels,
            rank,
            declared: None,
        });
        &mut self.all[at]
    }

    pub(super) fn keywords(&mut self, place: Place, rank: u8) {
        for k in KEYWORDS.iter().filter(|k| k.place.has(place)) {
            let (own, other) = spelled(k, self.words);
            let rank = rank + u8::from(place == Place::INSIDE && !IN_EXPRESSIONS.contains(&k.english));
            self.push(own, CompletionKind::Keyword, String::new(), Text::same(other), rank);
        }
    }

    /// Heads of statements, and whole statements.
    pub(super) fn statements(&mut self) {
        self.keywords(Place::HEAD, 2);
        // A file begins with its header, and has one.
        let db = self.session.db();
        let other = |s: Statement<'_>| s.start != self.at.start;
        let empty = !items(db, self.file).iter().filter_map(|i| of_item(self.session, i)).any(other);
        let rule = self.session.is_rule(self.file.key(db));
        for t in TEMPLATES.iter().filter(|t| empty || !rule || t.head != "rule") {
            let (snippet, text) = (t.snippet(self.words), t.text(self.words));
            let head = footrule_grammar::keywords::lookup(t.head, Place::HEAD);
            let Some((own, other)) = head.map(|k| spelled(k, self.words)) else { continue };
            let about = Text::new(t.about[0], t.about[1]);
            let shown = about.get(self.lang).to_owned();
            let rank = u8::from(!empty || t.head != "rule");
            let item = self.push(own, CompletionKind::Snippet, shown, Text::same(other), rank);
            item.text = text;
            item.snippet = Some(snippet);
        }
    }

    /// The names of a namespace that the statement can see.
    pub(super) fn visible(&self, ns: Ns) -> BTreeSet<String> {
        let db = self.session.db();
        let mut all = visible(db, self.file, ns);
        if let Some(item) = self.from {
            all.extend(names_inside(db, item, ns).cloned());
        }
        all
    }

    pub(super) fn entry(&self, ns: Ns, name: &str) -> Option<Entry> {
        let db = self.session.db();
        let found = match self.from {
            Some(item) => lookup(db, item, ns, name.to_owned()),
            None => resolve(db, self.file, ns, name.to_owned()),
        };
        match found {
            Resolved::One(e) => Some(e),
            Resolved::Many(es) => es.into_iter().next(),
            Resolved::None => None,
        }
    }

    /// A declaration, as well as it fits.
    pub(super) fn declared(&mut self, name: &str, entry: &Entry, kind: CompletionKind, want: Option<&Ty>) {
        let db = self.session.db();
        let item = &entry.item;
        // What is being defined is no part of its own definition.
        if Some(item) == self.from
            && matches!(item.key.keyword.as_str(), "let" | "const" | "report" | "emission" | "fn")
        {
            return;
        }
        let ty = self.type_of(item);
        let rank = ty.as_ref().map_or(NEUTRAL, |t| self.rank(want, t));
        let kind = match item.key.keyword.as_str() {
            "fn" => CompletionKind::Function,
            "table" => CompletionKind::Table,
            _ => kind,
        };
        let detail = match entry.member {
            Some(_) => item.name().to_owned(),
            None => self.detail(item, ty.as_ref()),
        };
        let labels = labels(self.session, entry);
        let place = declared_at(self.session, entry);
        self.push(name, kind, detail, labels, rank).declared = Some(place);
        // A part that fits where the whole does not.
        if let (Some(want), Some(ty)) = (want, &ty)
            && rank > FITS
        {
            for (part, of) in parts(db, ty) {
                if self.rank(Some(want), &of) == FITS {
                    let detail = of.show(db);
                    self.push(&format!("{name}.{part}"), CompletionKind::Field, detail, Text::default(), FITS);
                }
            }
        }
    }

    pub(super) fn names(&mut self, ns: Ns, kind: CompletionKind, want: Option<&Ty>) {
        for name in self.visible(ns) {
            let Some(entry) = self.entry(ns, &name) else { continue };
            self.declared(&name, &entry, kind, want);
        }
    }

    /// What a value is when it is written: a call is its result.
    fn type_of(&self, item: &Item) -> Option<Ty> {
        let db = self.session.db();
        Some(match &sig(db, item).sig {
            Sig::Value(ty) => ty.clone(),
            Sig::Fn { result, .. } => result.clone(),
            Sig::Table { columns, .. } => match columns.as_slice() {
                [(_, one)] => one.clone(),
                _ => Ty::Row(item.clone()),
            },
            _ if matches!(
                item.key.keyword.as_str(),
                "let" | "const" | "report" | "emission" | "removal" | "credit" | "apart" | "balance" | "include"
            ) =>
            {
                value_type(db, item.file, item.key.clone()).clone()
            }
            _ => return None,
        })
    }

    /// Unit or type; of a factor also its value, year and source.
    fn detail(&self, item: &Item, ty: Option<&Ty>) -> String {
        let db = self.session.db();
        if let Some(f) = factor(self.session, item) {
            return f.brief();
        }
        match (&sig(db, item).sig, ty) {
            (Sig::Table { columns, .. }, _) => columns.iter().map(|(_, t)| t.show(db)).collect::<Vec<_>>().join(", "),
            (_, Some(ty)) if *ty != Ty::Error => ty.show(db),
            _ => String::new(),
        }
    }

    /// How well a type fits.
    pub(super) fn rank(&self, want: Option<&Ty>, have: &Ty) -> u8 {
        let db = self.session.db();
        let Some(want) = want else { return NEUTRAL };
        match (want, have) {
            (Ty::Error, _) | (_, Ty::Error) => 2,
            (Ty::Optional(w), h) => self.rank(Some(w), h),
            (w, Ty::Optional(h)) => self.rank(Some(w), h).max(NEUTRAL),
            (Ty::List(w), Ty::List(h)) => {
                if **w == Ty::Error || w == h {
                    FITS
                } else {
                    OTHER
                }
            }
            (Ty::Activity(w), Ty::Activity(h)) => {
                if w.dimension(db) == h.dimension(db) {
                    FITS
                } else {
                    OTHER
                }
            }
            (Ty::Bool, h) if *h != Ty::Bool => 2,
            (w, h) => match (w.unit(), h.unit()) {
                (Some(w), Some(h)) if w.dimension(db) == h.dimension(db) => FITS,
                // A gas becomes CO2e by the rule's GWP.
                (Some(w), Some(h)) if w.is_co2e() && w.dimension(db) == as_co2e(h).dimension(db) => NEUTRAL,
                (None, None) if w == h => FITS,
                _ => OTHER,
            },
        }
    }
}

/// What a value of this type has behind a dot.
pub(super) fn parts(db: &dyn footrule_compiler::db::Db, ty: &Ty) -> Vec<(String, Ty)> {
    match ty {
        Ty::Record(record) => match &sig(db, record).sig {
            Sig::Record(fields) => fields.iter().map(|f| (f.name.clone(), f.ty.clone())).collect(),
            _ => Vec::new(),
        },
        Ty::Activity(_) => member_type(db, ty, "amount").map(|t| ("amount".to_owned(), t)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The labels of a declaration.
pub(super) fn labels(session: &Session, entry: &Entry) -> Text {
    if let Some((_, labels, _)) = crate::at::member(session, entry) {
        return labels;
    }
    entry.item.ast(session.db()).and_then(|a| a.stmt.labels()).cloned().unwrap_or_default()
}

/// Where something is declared.
pub(super) fn declared_at(session: &Session, entry: &Entry) -> FileSpan {
    let db = session.db();
    match crate::at::member(session, entry) {
        Some((_, _, span)) => resolve_place(db, &entry.item.at(span)),
        None => resolve_place(db, &entry.item.name_place(db)),
    }
}
