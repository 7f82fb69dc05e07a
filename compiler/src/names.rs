//! Which names a file declares, and what a name means in it.
//!
//! The index is a firewall: it holds names and identities only, so it is equal before and after an edit inside a
//! body, and nothing that depends on it runs again.

use crate::db::{Db, Item, SourceFile, Workspace, inner_items, items, items_of};
use crate::package::{Candidate, candidates};
use crate::sigs::{Sig, sig};
use crate::types::Through;
use footrule_diag::{Span, Vocabulary};
use footrule_syntax::Key;
use footrule_syntax::ast::{Header, Ident, Stmt};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ns {
    /// Inputs, lets, params, lines, reports, functions, tables, constants.
    Value,
    /// Flows and gases: what may stand in a tag.
    Flow,
    /// Units.
    Unit,
    /// Stages.
    Stage,
    /// Enumerations and records.
    Type,
    /// Sources.
    Source,
    /// Processes.
    Process,
    /// Scenarios.
    Scenario,
}

/// A declaration. `member` counts the members of an enumeration or a flow enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    /// The statement.
    pub item: Item,
    /// Which member of it.
    pub member: Option<u32>,
}

/// A `use`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The statement.
    pub item: Item,
    /// Place of the path in it.
    pub span: Span,
    /// The files that the path may mean.
    pub candidates: Vec<Candidate>,
    /// Only these names.
    pub names: Option<Vec<(String, Span)>>,
}

/// What a file declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileIndex {
    /// Declarations by namespace and name; more than one is an error reported elsewhere.
    pub names: FxHashMap<(Ns, String), Vec<Entry>>,
    /// Uses, the implicit `std.units` last.
    pub uses: Vec<Use>,
    /// The `rule` statement, if it is a rule file.
    pub rule: Option<Item>,
}

/// The declared name of a statement.
pub(crate) trait StmtName {
    /// The name, if the statement has one.
    fn name(&self) -> Option<&Ident>;
    /// The namespace that the name is in.
    fn ns(&self) -> Option<Ns>;
}

impl StmtName for Stmt {
    fn name(&self) -> Option<&Ident> {
        match self {
            Self::Rule { name, .. }
            | Self::Flow { name, .. }
            | Self::Enum { name, .. }
            | Self::Gas { name, .. }
            | Self::Unit { name, .. }
            | Self::Stage { name, .. }
            | Self::Record { name, .. }
            | Self::Const { name, .. }
            | Self::Fn { name, .. }
            | Self::Let { name, .. }
            | Self::Report { name, .. }
            | Self::Source { name, .. }
            | Self::Process { name, .. }
            | Self::Product { name, .. }
            | Self::Balance { name, .. }
            | Self::Scenario { name, .. } => Some(name),
            Self::Input(i) => Some(&i.name),
            Self::Param(p) => Some(&p.name),
            Self::Table(t) => Some(&t.name),
            Self::Line(l) => Some(&l.name),
            Self::Check(c) => c.name.as_ref(),
            Self::Include(i) => Some(&i.name),
            Self::Allocate(a) => Some(&a.name),
            Self::Broken { name, .. } => name.as_ref(),
            _ => None,
        }
    }

    fn ns(&self) -> Option<Ns> {
        Some(match self {
            Self::Flow { .. } | Self::Gas { .. } => Ns::Flow,
            Self::Enum { .. } | Self::Record { .. } => Ns::Type,
            Self::Unit { .. } => Ns::Unit,
            Self::Stage { .. } => Ns::Stage,
            Self::Source { .. } => Ns::Source,
            Self::Process { .. } => Ns::Process,
            Self::Scenario { .. } => Ns::Scenario,
            Self::Input(_)
            | Self::Param(_)
            | Self::Table(_)
            | Self::Line(_)
            | Self::Const { .. }
            | Self::Fn { .. }
            | Self::Let { .. }
            | Self::Report { .. }
            | Self::Include(_)
            | Self::Allocate(_)
            | Self::Balance { .. } => Ns::Value,
            Self::Broken { keyword: Some(k), name: Some(_) } => match k.text.as_str() {
                "flow" | "gas" => Ns::Flow,
                "enum" | "flow enum" | "record" => Ns::Type,
                "unit" => Ns::Unit,
                "stage" => Ns::Stage,
                "source" => Ns::Source,
                "process" => Ns::Process,
                "scenario" => Ns::Scenario,
                "input" | "param" | "table" | "emission" | "removal" | "credit" | "apart" | "const" | "fn" | "let"
                | "report" | "include" => Ns::Value,
                _ => return None,
            },
            _ => return None,
        })
    }
}

impl Use {
    /// The files that exist of those that the path may mean.
    pub fn found<'a>(&'a self, db: &'a dyn Db) -> impl Iterator<Item = SourceFile> + 'a {
        self.candidates.iter().filter_map(move |c| module(db, &c.key).filter(|m| *m.package(db) == c.package))
    }

    /// The module's file.
    pub fn file(&self, db: &dyn Db) -> Option<SourceFile> {
        self.found(db).next()
    }

    /// The path as it is written.
    pub fn path<'a>(&'a self, db: &'a dyn Db) -> &'a str {
        self.item.slice(db, self.span)
    }
}

/// The index of a file.
#[salsa::tracked(returns(ref))]
pub fn index(db: &dyn Db, file: SourceFile) -> FileIndex {
    let mut out = FileIndex::default();
    for item in items(db, file) {
        let Some(ast) = item.ast(db) else { continue };
        let mut add = |ns: Ns, name: &str, member: Option<u32>| {
            out.names.entry((ns, name.to_string())).or_default().push(Entry { item: item.clone(), member });
        };
        if let (Some(ns), Some(name)) = (ast.stmt.ns(), ast.stmt.name()) {
            add(ns, &name.text, None);
        }
        match &ast.stmt {
            Stmt::Enum { flow: true, variants, .. } => {
                for (i, v) in variants.iter().enumerate() {
                    add(Ns::Flow, &v.name.text, Some(i as u32));
                }
            }
            Stmt::Rule { .. } if out.rule.is_none() => out.rule = Some(item.clone()),
            Stmt::Use(paths) => {
                for p in paths {
                    let (Some(a), Some(b)) = (p.module.0.first(), p.module.0.last()) else { continue };
                    out.uses.push(Use {
                        item: item.clone(),
                        span: a.span.to(b.span),
                        candidates: candidates(db, file, &p.module),
                        names: p.names.as_ref().map(|n| n.iter().map(|i| (i.text.clone(), i.span)).collect()),
                    });
                }
            }
            _ => {}
        }
    }
    out
}

/// The file of a module.
pub fn module(db: &dyn Db, key: &str) -> Option<SourceFile> {
    Workspace::try_get(db).and_then(|w| *file_of(db, w, key.to_owned()))
}

/// A query, so that a file that comes or goes concerns only those that name it.
#[salsa::tracked]
fn file_of(db: &dyn Db, workspace: Workspace, key: String) -> Option<SourceFile> {
    workspace.files(db).get(key.as_str()).copied()
}

/// True for a file that is there, but behind a symbolic link that leads out of its package.
pub(crate) fn is_stray(db: &dyn Db, key: &str) -> bool {
    Workspace::try_get(db).is_some_and(|w| w.strays(db).contains(key))
}

/// What a file gives to those that use it. A module gives all it declares. A rule gives what has its meaning outside of
/// an evaluation of that rule: its flows, units, types and sourced data; its results reach others as a footprint only.
pub(crate) fn exported<'db>(db: &'db dyn Db, file: SourceFile, ns: Ns, name: &str) -> Option<&'db Entry> {
    let ix = index(db, file);
    let entry = ix.names.get(&(ns, name.to_string()))?.first()?;
    let open = ix.rule.is_none()
        || match ns {
            Ns::Flow | Ns::Unit | Ns::Type => true,
            Ns::Value => matches!(entry.item.key.keyword.as_str(), "const" | "param" | "table"),
            Ns::Stage | Ns::Source | Ns::Process | Ns::Scenario => false,
        };
    open.then_some(entry)
}

/// The names that a file gives to those that use it, sorted.
pub fn exported_names(db: &dyn Db, file: SourceFile) -> BTreeSet<(Ns, String)> {
    let given = index(db, file).names.keys().filter(|(ns, name)| exported(db, file, *ns, name).is_some());
    given.cloned().collect()
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// Nothing.
    None,
    /// This.
    One(Entry),
    /// Several modules declare it.
    Many(Vec<Entry>),
}

/// Resolves a name: the file's own declarations first, then those of the modules it uses, then `std.units`.
#[salsa::tracked(returns(clone))]
pub fn resolve(db: &dyn Db, file: SourceFile, ns: Ns, name: String) -> Resolved {
    let here = index(db, file);
    let key = (ns, name);
    if let Some(entries) = here.names.get(&key) {
        return Resolved::One(entries[0].clone());
    }
    let mut found: Vec<Entry> = Vec::new();
    for u in &here.uses {
        let allowed = u.names.as_ref().is_none_or(|n| n.iter().any(|(n, _)| *n == key.1));
        if !allowed {
            continue;
        }
        if let Some(m) = u.file(db)
            && m != file
            && let Some(entry) = exported(db, m, key.0, &key.1)
            && !found.contains(entry)
        {
            found.push(entry.clone());
        }
    }
    if found.is_empty()
        && let Some(units) = module(db, "std:units")
        && units != file
        && let Some(entries) = index(db, units).names.get(&key)
    {
        found.push(entries[0].clone());
    }
    match found.len() {
        0 => Resolved::None,
        1 => Resolved::One(found.remove(0)),
        _ => Resolved::Many(found),
    }
}

/// What a process declares for the statements inside it; its stage parameters are stages.
#[salsa::tracked(returns(ref))]
pub fn process_index(db: &dyn Db, file: SourceFile, process: Key) -> FxHashMap<(Ns, String), Vec<Entry>> {
    let mut out: FxHashMap<(Ns, String), Vec<Entry>> = FxHashMap::default();
    let owner = Item { file, key: process.clone() };
    if let Some(Stmt::Process { params, .. }) = owner.ast(db).map(|a| &a.stmt) {
        for (name, _) in params {
            let item = Item::stage_parameter(&owner, &name.text);
            out.entry((Ns::Stage, name.text.clone())).or_default().push(Entry { item, member: None });
        }
    }
    for item in inner_items(db, file, process) {
        let Some(ast) = item.ast(db) else { continue };
        let ns = match &ast.stmt {
            // What consumers read, `coke_oven.coke`.
            Stmt::Product { .. } => Some(Ns::Value),
            other => other.ns(),
        };
        if let (Some(ns), Some(name)) = (ns, ast.stmt.name()) {
            out.entry((ns, name.text.clone())).or_default().push(Entry { item: item.clone(), member: None });
        }
    }
    out
}

/// Resolves a name as a statement sees it: in its process first, then as its file does.
pub fn lookup(db: &dyn Db, from: &Item, ns: Ns, name: String) -> Resolved {
    if let Some(owner) = from.owner()
        && let Some(entries) = process_index(db, owner.file, owner.key).get(&(ns, name.clone()))
    {
        return Resolved::One(entries[0].clone());
    }
    resolve(db, from.file, ns, name)
}

/// The process that an `include` names.
#[salsa::tracked(returns(clone))]
pub fn included(db: &dyn Db, file: SourceFile, include: Key) -> Option<Item> {
    let item = Item { file, key: include };
    let Some(Stmt::Include(i)) = item.ast(db).map(|a| &a.stmt) else { return None };
    let [name] = i.process.0.as_slice() else { return None };
    match lookup(db, &item, Ns::Process, name.text.clone()) {
        Resolved::One(e) => Some(e.item),
        _ => None,
    }
}

/// True for an `include … list`: what the process leaves unbound is a list that the user gives, itself an input.
#[salsa::tracked]
pub fn is_listed(db: &dyn Db, file: SourceFile, include: Key) -> bool {
    matches!((Item { file, key: include }).ast(db).map(|a| &a.stmt), Some(Stmt::Include(i)) if i.list)
}

/// The stage parameters of a process, in order. A firewall: an include does not see the text of its process.
#[salsa::tracked(returns(ref))]
pub fn stage_parameters(db: &dyn Db, file: SourceFile, process: Key) -> Vec<String> {
    match (Item { file, key: process }).ast(db).map(|a| &a.stmt) {
        Some(Stmt::Process { params, .. }) => params.iter().map(|(n, _)| n.text.clone()).collect(),
        _ => Vec::new(),
    }
}

/// What a process declares under a name.
pub fn inside(db: &dyn Db, process: &Item, ns: Ns, name: &str) -> Option<Item> {
    let index = process_index(db, process.file, process.key.clone());
    index.get(&(ns, name.to_string())).map(|es| es[0].item.clone())
}

/// True for what a process declares once, for all its includes.
pub(crate) fn is_data(item: &Item) -> bool {
    matches!(item.key.keyword.as_str(), "const" | "param" | "table" | "fn" | "record" | "enum")
}

/// The process that the first part of a dotted name means, `combustion.Fuel`; another value of the name goes first, but
/// for an include of this very process.
pub(crate) fn process_called(db: &dyn Db, from: &Item, name: &str) -> Option<Item> {
    let Resolved::One(process) = lookup(db, from, Ns::Process, name.to_string()) else { return None };
    match lookup(db, from, Ns::Value, name.to_string()) {
        Resolved::None => Some(process.item),
        Resolved::One(e) if e.item.key.keyword == "include" => {
            included(db, e.item.file, e.item.key.clone()).filter(|p| *p == process.item)
        }
        _ => None,
    }
}

/// The value that the first parts of a dotted name mean, seen from a statement; includes are followed.
pub fn reach(db: &dyn Db, from: &Item, parts: &[&str]) -> Option<Through> {
    let (first, rest) = parts.split_first()?;
    if let [process, part, ..] = parts
        && let Some(process) = process_called(db, from, process)
        && let Some(item) = inside(db, &process, Ns::Value, part)
        && is_data(&item)
    {
        return Some(item.into());
    }
    let Resolved::One(Entry { mut item, .. }) = lookup(db, from, Ns::Value, (*first).to_string()) else { return None };
    let mut path = Vec::new();
    for part in rest {
        if item.key.keyword != "include" {
            break;
        }
        let process = included(db, item.file, item.key.clone())?;
        let next = inside(db, &process, Ns::Value, part)?;
        path.push(std::mem::replace(&mut item, next));
    }
    let value = item.key.keyword != "include" || *is_listed(db, item.file, item.key.clone());
    value.then_some(Through { path, item })
}

/// The names of a namespace that a process declares.
pub fn names_inside<'db>(db: &'db dyn Db, from: &Item, ns: Ns) -> impl Iterator<Item = &'db String> {
    let own = from.owner().map(|owner| process_index(db, owner.file, owner.key).keys());
    own.into_iter().flatten().filter(move |(n, _)| *n == ns).map(|(_, name)| name)
}

/// The nearest name of a namespace that a statement can see, or of `more`, if it is near enough to be meant.
pub fn nearest_visible<'a>(db: &'a dyn Db, from: &Item, ns: Ns, name: &str, more: &'a [String]) -> Option<&'a str> {
    let more = names_inside(db, from, ns).chain(more).map(String::as_str);
    vocabulary(db, from.file, ns).nearest(name, more)
}

#[salsa::tracked(returns(ref))]
fn vocabulary(db: &dyn Db, file: SourceFile, ns: Ns) -> Vocabulary {
    visible(db, file, ns).into_iter().collect()
}

/// All names of a namespace that a file can see.
pub fn visible(db: &dyn Db, file: SourceFile, ns: Ns) -> BTreeSet<String> {
    let here = index(db, file);
    let mut files = vec![file];
    files.extend(here.uses.iter().filter_map(|u| u.file(db)));
    files.extend(module(db, "std:units"));
    let names = files.iter().flat_map(|&f| {
        let own = index(db, f).names.keys().filter(|(n, _)| *n == ns);
        own.filter(move |(_, name)| f == file || exported(db, f, ns, name).is_some()).map(|(_, name)| name.clone())
    });
    names.collect()
}

/// The enumerations that have a member of this name and that a file can see, sorted by name.
#[salsa::tracked(returns(ref))]
fn enumerations_by_member(db: &dyn Db, file: SourceFile) -> FxHashMap<String, Vec<Item>> {
    let mut out: FxHashMap<String, Vec<Item>> = FxHashMap::default();
    for name in visible(db, file, Ns::Type) {
        if let Resolved::One(e) = resolve(db, file, Ns::Type, name)
            && let Sig::Enum(members) = &sig(db, &e.item).sig
        {
            let members: BTreeSet<&String> = members.iter().collect();
            members.into_iter().for_each(|m| out.entry(m.clone()).or_default().push(e.item.clone()));
        }
    }
    out
}

/// The enumerations that have a member of this name and that a file can see.
pub fn enumerations_in_file(db: &dyn Db, file: SourceFile, member: &str) -> Vec<Item> {
    enumerations_by_member(db, file).get(member).cloned().unwrap_or_default()
}

/// The enumerations that have a member of this name and that a statement can see.
pub fn enumerations_with<'db>(db: &'db dyn Db, from: &Item, member: &str) -> Vec<&'db Item> {
    let of_file = enumerations_by_member(db, from.file).get(member).into_iter().flatten();
    let inside = from.owner().map(|owner| process_index(db, owner.file, owner.key).iter());
    let own = inside.into_iter().flatten().filter(|((ns, _), _)| *ns == Ns::Type).map(|(_, es)| &es[0].item);
    let mut out: Vec<&Item> = of_file.collect();
    out.extend(own.filter(|e| crate::sigs::member(db, e, member).is_some()));
    out.sort_by(|a, b| a.name().cmp(b.name()));
    out
}

/// The files reachable by `use`, this one first, each once.
#[salsa::tracked(returns(ref))]
pub fn reachable(db: &dyn Db, file: SourceFile) -> Vec<SourceFile> {
    let mut out = vec![file];
    let mut next = 0;
    while next < out.len() {
        let targets: Vec<SourceFile> = index(db, out[next]).uses.iter().filter_map(|u| u.file(db)).collect();
        for f in targets.into_iter().chain(module(db, "std:units")) {
            if !out.contains(&f) {
                out.push(f);
            }
        }
        next += 1;
    }
    out
}

/// The gases that a file can reach, sorted by name: member `i` of the enumeration `Gas`.
#[salsa::tracked(returns(ref))]
pub fn gases(db: &dyn Db, file: SourceFile) -> Vec<Item> {
    let mut out: Vec<Item> = reachable(db, file).iter().flat_map(|&f| items_of(db, f, &["gas"])).cloned().collect();
    out.sort_by(|a, b| a.name().cmp(b.name()));
    out
}

/// The stages of a rule file in order of text.
#[salsa::tracked(returns(ref))]
pub fn stages(db: &dyn Db, file: SourceFile) -> Vec<Item> {
    items_of(db, file, &["stage"]).cloned().collect()
}

/// The header lines of a rule file.
pub fn headers(db: &dyn Db, file: SourceFile) -> impl Iterator<Item = (&Item, &Header)> {
    items_of(db, file, footrule_syntax::HEADERS).filter_map(move |i| match i.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Header(h)) => Some((i, h)),
        _ => None,
    })
}

/// The nearest of some names, if it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a String>) -> Option<&'a String> {
    footrule_diag::nearest(name, candidates)
}
