//! The role of each word: what colours it, beyond what a grammar of words can tell.

use crate::at::statements;
use footrule_compiler::Session;
use footrule_compiler::names::Entry;
use footrule_compiler::uses::{Referent, Use, uses};
use footrule_diag::Span;
use footrule_grammar::keywords::{KEYWORDS, is_word_char};
use std::collections::HashSet;
use std::sync::LazyLock;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Role {
    Keyword,
    Number,
    Text,
    Comment,
    Clause,
    Unit,
    Flow,
    Stage,
    Type,
    Member,
    Field,
    Input,
    Parameter,
    Table,
    Function,
    Value,
    Line,
    Local,
    Source,
    Process,
    Module,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Keyword,
        Self::Number,
        Self::Text,
        Self::Comment,
        Self::Clause,
        Self::Unit,
        Self::Flow,
        Self::Stage,
        Self::Type,
        Self::Member,
        Self::Field,
        Self::Input,
        Self::Parameter,
        Self::Table,
        Self::Function,
        Self::Value,
        Self::Line,
        Self::Local,
        Self::Source,
        Self::Process,
        Self::Module,
    ];
}

/// A word with its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where.
    pub span: Span,
    /// What it is.
    pub role: Role,
    /// It is declared here.
    pub declares: bool,
    /// It is the library's.
    pub library: bool,
}

/// Every word of a keyword.
static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| KEYWORDS.iter().flat_map(|k| k.english.split(' ').chain([k.chinese])).collect());

/// The words of a file with their roles, in order of text; they do not overlap.
#[must_use]
pub fn tokens(session: &Session, key: &str) -> Vec<Token> {
    let Some(file) = session.file(key) else { return Vec::new() };
    let db = session.db();
    let mut out: Vec<Token> = Vec::new();
    for at in statements(session, file) {
        let named = uses(db, file, at.item.key.clone());
        // A process is coloured by its statements, but for its head.
        let inner = at.item.key.keyword == "process";
        let mut next = named.iter().peekable();
        for word in words(at.text) {
            while next.peek().is_some_and(|u| u.span.end <= word.span.start) {
                next.next();
            }
            let of = next.peek().filter(|u| u.span.start <= word.span.start && word.span.end <= u.span.end);
            let token = match of {
                Some(u) => Token { span: word.span, role: role(u), declares: u.declares, library: is_std(session, u) },
                None => word,
            };
            let known = token.role != Role::Value || of.is_some();
            if known && !(inner && of.is_none() && word.role == Role::Value) {
                out.push(Token { span: token.span.shift(at.start), ..token });
            }
        }
    }
    out.sort_by_key(|t| (t.span.start, t.span.end));
    // Of a process and a statement in it, what the statement says is kept.
    out.dedup_by(|later, earlier| {
        let same = later.span == earlier.span;
        if same && earlier.role == Role::Keyword {
            *earlier = *later;
        }
        same || later.span.start < earlier.span.end
    });
    out
}

fn is_std(session: &Session, u: &Use) -> bool {
    match &u.of {
        Referent::Declared(Entry { item, .. }) | Referent::Field(item, _) => {
            item.file.key(session.db()).starts_with("std:")
        }
        Referent::Module(file) => file.key(session.db()).starts_with("std:"),
        Referent::Local(_) => false,
    }
}

fn role(u: &Use) -> Role {
    match &u.of {
        Referent::Declared(Entry { item, member }) => match (item.key.keyword.as_str(), member) {
            ("flow enum", _) | ("flow" | "gas", _) => Role::Flow,
            (_, Some(_)) => Role::Member,
            ("unit", _) => Role::Unit,
            ("stage", _) => Role::Stage,
            ("enum" | "record", _) => Role::Type,
            ("input", _) => Role::Input,
            ("param", _) => Role::Parameter,
            ("table", _) => Role::Table,
            ("fn", _) => Role::Function,
            ("source", _) => Role::Source,
            ("process" | "include", _) => Role::Process,
            ("emission" | "removal" | "credit" | "apart", _) => Role::Line,
            _ => Role::Value,
        },
        Referent::Field(..) => Role::Field,
        Referent::Local(_) => Role::Local,
        Referent::Module(_) => Role::Module,
    }
}

/// The words of a statement by their look: keywords, numbers, texts, comments, clauses; other words are values.
fn words(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    let end_of = |from: usize, stop: &dyn Fn(char) -> bool| {
        text[from..].find(|c: char| stop(c)).map_or(text.len(), |i| from + i)
    };
    while let Some((i, c)) = chars.next() {
        let rest = &text[i..];
        let (end, role) = if rest.starts_with("//") {
            (end_of(i, &|c| c == '\n'), Role::Comment)
        } else if c == '"' {
            let close = rest[1..].find(['"', '\n']).map_or(text.len(), |n| i + 1 + n);
            (if text[close..].starts_with('"') { close + 1 } else { close }, Role::Text)
        } else if c == '§' {
            (end_of(i + c.len_utf8(), &|c| c.is_whitespace()), Role::Clause)
        } else if c.is_ascii_digit() {
            (end_of(i, &|c| !c.is_ascii_alphanumeric() && c != '_' && c != '.' && c != '-'), Role::Number)
        } else if is_word_char(c) {
            let end = end_of(i, &|c| !is_word_char(c));
            (end, if WORDS.contains(&text[i..end]) { Role::Keyword } else { Role::Value })
        } else {
            continue;
        };
        let (Ok(start), Ok(stop)) = (u32::try_from(i), u32::try_from(end)) else { break };
        out.push(Token { span: Span::new(start, stop), role, declares: false, library: false });
        while chars.next_if(|(k, _)| *k < end).is_some() {}
    }
    out
}
