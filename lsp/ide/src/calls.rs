//! The tree of contributions: the total, its stages, their lines, what those are computed from, down to inputs, factors and
//! sources; and the way back up.
//!
//! A node is a declaration. The `rule` stands for the total; what leads from the total to a stage and from a stage to a line is
//! the line's `in STAGE`. Guarantees: only what the checker resolves is followed, so a broken statement hides its own branches
//! and no others. Must not: evaluate anything; figures are the run time's.

use crate::at::{Statement, name, of_item, statement, statements};
use crate::excepted::exceptions;
use crate::navigate::all;
use crate::symbols::{Symbol, SymbolKind, symbol};
use footrule_compiler::Session;
use footrule_compiler::db::{Item, SourceFile, inner_items};
use footrule_compiler::names::{Entry, included};
use footrule_compiler::uses::{Referent, uses};
use footrule_diag::{Span, Text};
use footrule_grammar::keywords::is_word_char;
use footrule_syntax::ast::{Expr, ExprKind, LineKind, Stmt};

/// A neighbour in the tree, and the places in the upper one's file that name the lower one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The neighbour.
    pub node: Symbol,
    /// Places, in bytes of the file of whichever of the two stands nearer to the total.
    pub from: Vec<Span>,
}

/// The node at an offset.
#[must_use]
pub fn call_node(session: &Session, key: &str, offset: u32) -> Option<Symbol> {
    let found = match name(session, key, offset) {
        Some((_, found)) => match &found.of {
            Referent::Declared(entry) if entry.member.is_none() && is_node(&entry.item) => Some(entry.item.clone()),
            _ => return None,
        },
        None => None,
    };
    let item = match found {
        Some(item) => item,
        None => {
            let file = session.file(key)?;
            let at = statement(session, file, offset)?;
            let inside = offset - at.start;
            let total = totals(&at).into_iter().any(|s| s.start <= inside && inside <= s.end);
            let header = at.item.key.keyword == "rule";
            if total || header { rule_of(session, file)? } else { return None }
        }
    };
    node(session, &item)
}

/// What a node is made of, in order of text.
#[must_use]
pub fn outgoing(session: &Session, key: &str, offset: u32) -> Vec<Call> {
    let Some(item) = declared_at(session, key, offset) else { return Vec::new() };
    let mut out = Below { session, all: Vec::new() };
    match item.key.keyword.as_str() {
        "rule" => out.total(&item),
        "stage" => out.stage(&item),
        "include" => out.include(&item),
        "process" => out.lines_of(&item, &item),
        _ => out.statement(&item),
    }
    let calls = out.all.into_iter().filter_map(|(item, from)| Some(Call { node: node(session, &item)?, from }));
    calls.collect()
}

/// What a node contributes to.
#[must_use]
pub fn incoming(session: &Session, key: &str, offset: u32) -> Vec<Call> {
    let Some(item) = declared_at(session, key, offset) else { return Vec::new() };
    let mut above: Vec<Item> = Vec::new();
    let db = session.db();
    let rule = || rule_of(session, item.file);
    match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Line(line)) => match stage_of(session, &item) {
            Some(stage) => above.push(stage),
            None if line.kind != LineKind::Apart && item.owner().is_none() => above.extend(rule()),
            None => {}
        },
        Some(Stmt::Include(_)) => above.extend(stages_of(session, &item)),
        Some(Stmt::Stage { .. }) => above.extend(rule()),
        Some(Stmt::Except { .. }) => {
            above.extend(exceptions(session, item.file).into_iter().find(|e| e.item == item).map(|e| e.base));
        }
        Some(Stmt::Rule { .. }) => {
            let readers = statements(session, item.file).filter(|s| s.item != &item && !totals(s).is_empty());
            above.extend(readers.map(|s| s.item.clone()));
        }
        _ => {}
    }
    // A line of a process counts where the process is included.
    if let Some(process) = item.owner().filter(|_| is_line(&item)) {
        let of = Referent::Declared(Entry { item: process, member: None });
        above.extend(users(session, &item, &of).into_iter().filter(|i| i.key.keyword == "include"));
    }
    let of = Referent::Declared(Entry { item: item.clone(), member: None });
    above.extend(users(session, &item, &of));
    let mut seen: Vec<Item> = Vec::new();
    let mut out = Vec::new();
    for upper in above {
        if upper == item || seen.contains(&upper) {
            continue;
        }
        seen.push(upper.clone());
        let mut below = Below { session, all: Vec::new() };
        match upper.key.keyword.as_str() {
            "rule" => below.total(&upper),
            "stage" => below.stage(&upper),
            "include" => below.include(&upper),
            "process" => below.lines_of(&upper, &upper),
            _ => below.statement(&upper),
        }
        let from = below.all.into_iter().find(|(i, _)| *i == item).map(|(_, from)| from);
        if let (Some(from), Some(node)) = (from, node(session, &upper)) {
            out.push(Call { node, from });
        }
    }
    out
}

/// The declaration whose name, or whose statement, is at an offset.
fn declared_at(session: &Session, key: &str, offset: u32) -> Option<Item> {
    if let Some((_, found)) = name(session, key, offset)
        && let Referent::Declared(Entry { item, member: None }) = &found.of
        && found.declares
    {
        return Some(item.clone());
    }
    Some(statement(session, session.file(key)?, offset)?.item.clone())
}

/// The statements that name a thing, each once; its tests, its declaration and `use` are none.
fn users(session: &Session, from: &Item, of: &Referent) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::new();
    for r in all(session, from, of).into_iter().filter(|r| !r.declares) {
        let Some(at) = session.file(&r.at.file).and_then(|f| statement(session, f, r.at.span.start)) else { continue };
        let header = at.item.key.keyword == "declared unit";
        let item = if header { rule_of(session, at.item.file) } else { Some(at.item.clone()) };
        out.extend(item.filter(|i| !matches!(i.key.keyword.as_str(), "test" | "use") && !out.contains(i)));
    }
    out
}

/// A node of the tree; an exception has the name of what it is an exception from.
fn node(session: &Session, item: &Item) -> Option<Symbol> {
    let at = of_item(session, item)?;
    if let Some(mut found) = symbol(session, &at) {
        found.children.clear();
        return Some(found);
    }
    let ast = item.ast(session.db())?;
    let (name, selection, kind) = match &ast.stmt {
        Stmt::Except { target, .. } => {
            let (first, last) = (target.0.first()?, target.0.last()?);
            let start = ast.clause.as_ref().map_or(ast.span.start, |c| c.span.end);
            (at.text.get(start as usize..last.span.end as usize)?, first.span.to(last.span), SymbolKind::Value)
        }
        Stmt::Check(_) => (at.text.lines().next()?, ast.span, SymbolKind::Other),
        _ => return None,
    };
    let end = u32::try_from(at.text.trim_end().len()).unwrap_or(u32::MAX);
    Some(Symbol {
        name: name.trim().to_owned(),
        labels: ast.stmt.labels().cloned().unwrap_or_else(Text::default),
        clause: crate::at::clause(session, item).unwrap_or_default(),
        kind,
        at: at.absolute(session, Span::new(0, end)),
        selection: selection.shift(at.start),
        children: Vec::new(),
    })
}

/// The `rule` of a file.
fn rule_of(session: &Session, file: SourceFile) -> Option<Item> {
    footrule_compiler::names::index(session.db(), file).rule.clone()
}

/// Where a statement reads the total, in its text.
fn totals(at: &Statement<'_>) -> Vec<Span> {
    let mut out = Vec::new();
    for word in ["total", "合计"] {
        for (i, _) in at.text.match_indices(word) {
            let alone = !at.text[..i].ends_with(|c: char| is_word_char(c) || c == '.')
                && !at.text[i + word.len()..].starts_with(is_word_char);
            if let (true, Ok(start)) = (alone, u32::try_from(i)) {
                out.push(Span::new(start, start + word.len() as u32));
            }
        }
    }
    // Only results may read it: elsewhere the word is something else.
    let reads = matches!(at.item.key.keyword.as_str(), "report" | "warn" | "require");
    out.retain(|_| reads);
    out
}

/// True for what can contribute: values, functions, data, stages, processes, sources, and the rule.
fn is_node(item: &Item) -> bool {
    let kinds = "rule stage input param table const fn let report process include balance allocate product source";
    is_line(item) || kinds.split(' ').any(|k| k == item.key.keyword)
}

fn is_line(item: &Item) -> bool {
    matches!(item.key.keyword.as_str(), "emission" | "removal" | "credit" | "apart")
}

/// The stage that a line states by its name.
fn stage_of(session: &Session, line: &Item) -> Option<Item> {
    let db = session.db();
    let Stmt::Line(l) = &line.ast(db)?.stmt else { return None };
    let Some(Expr { kind: ExprKind::Name(n), .. }) = &l.stage else { return None };
    let own = uses(db, line.file, line.key.clone());
    own.iter().find(|u| u.span == n.span).and_then(|u| match &u.of {
        Referent::Declared(e) if e.item.key.keyword == "stage" => Some(e.item.clone()),
        _ => None,
    })
}

/// The stages that an include puts its process into.
fn stages_of(session: &Session, include: &Item) -> Vec<Item> {
    let of = uses(session.db(), include.file, include.key.clone()).iter();
    let stages = of.filter_map(|u| match &u.of {
        Referent::Declared(e) if e.item.key.keyword == "stage" => Some(e.item.clone()),
        _ => None,
    });
    stages.collect()
}

/// What stands below a node, each once, with the places that name it.
struct Below<'a> {
    session: &'a Session,
    all: Vec<(Item, Vec<Span>)>,
}

impl Below<'_> {
    fn push(&mut self, item: &Item, at: Span) {
        match self.all.iter_mut().find(|(i, _)| i == item) {
            Some((_, from)) if from.contains(&at) => {}
            Some((_, from)) => from.push(at),
            None => self.all.push((item.clone(), vec![at])),
        }
    }

    /// The name of a declaration, in its file.
    fn own_name(&self, item: &Item) -> Span {
        let db = self.session.db();
        footrule_compiler::db::resolve_place(db, &item.name_place(db)).span
    }

    /// Stages that have something in them, lines whose stage the data tell, the reference flow.
    fn total(&mut self, rule: &Item) {
        let at = self.own_name(rule);
        let session = self.session;
        for s in statements(session, rule.file) {
            match s.item.ast(session.db()).map(|a| &a.stmt) {
                Some(Stmt::Line(l)) if l.kind != LineKind::Apart && s.item.owner().is_none() => {
                    self.push(&stage_of(session, s.item).unwrap_or_else(|| s.item.clone()), at);
                }
                Some(Stmt::Include(_)) if s.item.owner().is_none() => {
                    let stages = stages_of(session, s.item);
                    stages.iter().for_each(|stage| self.push(stage, at));
                }
                Some(Stmt::Header(footrule_syntax::ast::Header::Unit(_))) => self.names(s.item),
                _ => {}
            }
        }
    }

    /// The lines of a stage, and the processes that are included in it.
    fn stage(&mut self, stage: &Item) {
        let at = self.own_name(stage);
        let session = self.session;
        for s in statements(session, stage.file) {
            let here = match s.item.ast(session.db()).map(|a| &a.stmt) {
                Some(Stmt::Line(l)) => l.kind != LineKind::Apart && stage_of(session, s.item).as_ref() == Some(stage),
                Some(Stmt::Include(_)) => stages_of(session, s.item).contains(stage),
                _ => false,
            };
            if here {
                self.push(s.item, at);
            }
        }
    }

    /// The lines of the process that is included, and what its inputs are bound to.
    fn include(&mut self, include: &Item) {
        if let Some(process) = included(self.session.db(), include.file, include.key.clone()) {
            self.lines_of(&process, include);
        }
        self.names(include);
        self.all.retain(|(i, _)| !matches!(i.key.keyword.as_str(), "process" | "stage"));
    }

    fn lines_of(&mut self, process: &Item, named_by: &Item) {
        let at = self.own_name(named_by);
        for item in inner_items(self.session.db(), process.file, process.key.clone()) {
            if is_line(item) || item.key.keyword == "include" {
                self.push(item, at);
            }
        }
    }

    /// What a statement reads, and the exceptions from it.
    fn statement(&mut self, item: &Item) {
        self.names(item);
        let session = self.session;
        let Some(at) = of_item(session, item) else { return };
        if let Some(rule) = rule_of(session, item.file) {
            totals(&at).into_iter().for_each(|span| self.push(&rule, span.shift(at.start)));
        }
        // The stage of a line stands above it, and an exception below what it is an exception from.
        if is_line(item) {
            let stage = stage_of(session, item);
            self.all.retain(|(i, _)| Some(i) != stage.as_ref());
        }
        if let Some(Stmt::Except { target, .. }) = item.ast(session.db()).map(|a| &a.stmt)
            && let Some(first) = target.0.first()
        {
            let named = first.span.shift(at.start);
            self.all.iter_mut().for_each(|(_, from)| from.retain(|s| *s != named));
            self.all.retain(|(_, from)| !from.is_empty());
        }
        let own = self.own_name(item);
        for e in exceptions(session, item.file).into_iter().filter(|e| e.base == *item) {
            self.push(&e.item, own);
        }
    }

    /// The values, functions, tables, stages and sources that a statement names.
    fn names(&mut self, item: &Item) {
        let session = self.session;
        let Some(at) = of_item(session, item) else { return };
        for u in uses(session.db(), item.file, item.key.clone()).iter().filter(|u| !u.declares) {
            let Referent::Declared(Entry { item: to, member: None }) = &u.of else { continue };
            if to != item && is_node(to) {
                self.push(to, u.span.shift(at.start));
            }
        }
    }
}
