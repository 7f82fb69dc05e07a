//! What is declared and never used.

use crate::check::{BodyKind, body_of, definitions, expressions};
use crate::db::{Db, Diag, Item, SourceFile, all_items, items, parsed};
use crate::names::index;
use crate::sigs::sig;
use crate::types::{GasTag, TExpr, TKind};
use footrule_diag::{Code, text};
use footrule_syntax::Key;
use footrule_syntax::ast::Stmt;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

fn through(t: &crate::types::Through, f: &mut dyn FnMut(&Item)) {
    t.path.iter().for_each(&mut *f);
    f(&t.item);
}

/// Everything that an expression mentions by item.
pub(super) fn mentioned(e: &TExpr, f: &mut dyn FnMut(&Item)) {
    e.walk(&mut |x| match &x.kind {
        TKind::Item(i)
        | TKind::Call(i, ..)
        | TKind::Lookup(i, _)
        | TKind::HasRow(i, _)
        | TKind::ParamAt(i, _)
        | TKind::Rows(i)
        | TKind::Record(i, _) => f(i),
        TKind::Gas(g) => f(g),
        TKind::Characterise(_, GasTag::Static(g)) => f(g),
        TKind::Through(t) => through(t, f),
        TKind::Result(crate::types::TResult::Lines(ls), _) => ls.iter().for_each(|t| through(t, f)),
        _ => {}
    });
}

/// Unused things.
pub(super) fn unused(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let ix = index(db, file);
    let mut used: BTreeSet<Item> = BTreeSet::new();
    let mut stages_used: BTreeSet<Item> = BTreeSet::new();
    let mut any_stage = false;
    for item in all_items(db, file) {
        let body = body_of(db, item);
        if matches!(body.kind, BodyKind::Test(_)) {
            continue;
        }
        expressions(&body.kind, &mut |e| {
            mentioned(e, &mut |i| {
                used.insert(i.clone());
            })
        });
        if let BodyKind::Include(i) = &body.kind {
            used.insert(i.process.clone());
            stages_used.extend(i.stages.iter().map(|(_, s)| s.clone()));
        }
        if let BodyKind::Line(l) = &body.kind {
            match &l.stage {
                Some(Ok(s)) => {
                    stages_used.insert(s.clone());
                }
                Some(Err(_)) => any_stage = true,
                None => {}
            }
        }
    }
    // Names inside broken bodies count as used: no finding about what could not be read.
    let cyclic = &definitions(db, file).cyclic;
    let broken: BTreeSet<&Word> = all_items(db, file)
        .filter(|i| {
            cyclic.contains(i)
                || !body_of(db, i).diags.is_empty()
                || !sig(db, i).diags.is_empty()
                || !parsed(db, file, i.key.clone()).errors.is_empty()
        })
        .flat_map(|i| words(db, file, i.key.clone()))
        .collect();
    let rule = ix.rule.is_some();
    for item in all_items(db, file).filter(|i| rule || i.key.process.is_some()) {
        let name = item.name();
        let place = || item.name_place(db);
        // What a cut-off brings is of use whether or not the cut-off itself can be read.
        if used.contains(item) || broken.contains(&Word::of(name)) || crate::cutoff::is_built_in(&item.key) {
            continue;
        }
        match item.key.keyword.as_str() {
            "input" => out.push(
                Diag::new(Code::L001, text!("输入 `{name}` 没有被用到", "input `{name}` is never used"))
                    .at(place(), text!("要求填报却不参与核算", "asked for, but it enters no figure")),
            ),
            "let" if !crate::check::is_open(db, item.file, item.key.clone()) => out.push(
                Diag::new(Code::L003, text!("`{name}` 没有被用到", "`{name}` is never used"))
                    .at(place(), text!("不影响任何结果", "it enters no figure")),
            ),
            "process" => out.push(
                Diag::new(Code::L003, text!("过程 `{name}` 没有被包含", "the process `{name}` is never included"))
                    .at(place(), text!("其中的排放行不参与核算", "its lines enter no figure")),
            ),
            "stage" if !any_stage && !stages_used.contains(item) => out.push(
                Diag::new(Code::L006, text!("阶段 `{name}` 没有排放行", "stage `{name}` has no lines"))
                    .at(place(), text!("结果中为零", "zero in every result")),
            ),
            _ => {}
        }
    }
    if rule {
        private(db, file, out);
    }
}

/// What a rule declares for itself and no other statement of the file names. Everything of a module is for others.
fn private(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let named = naming(db, file);
    for item in items(db, file) {
        let what = match item.key.keyword.as_str() {
            "flow" | "flow enum" => ("物质", "flow"),
            "gas" => ("气体", "gas"),
            "enum" => ("枚举", "enumeration"),
            "record" => ("记录", "record"),
            "source" => ("来源", "source"),
            "param" => ("参数", "parameter"),
            "table" => ("表", "table"),
            "const" => ("常数", "constant"),
            "fn" => ("函数", "function"),
            _ => continue,
        };
        let Some(ast) = item.ast(db) else { continue };
        let members: Vec<&str> = match &ast.stmt {
            Stmt::Enum { variants, .. } => variants.iter().map(|v| v.name.text.as_str()).collect(),
            _ => Vec::new(),
        };
        let elsewhere = |n: &str| named.get(&Word::of(n)).is_some_and(|by| by.only.as_ref() != Some(item));
        if elsewhere(item.name()) || members.iter().any(|m| elsewhere(m)) {
            continue;
        }
        let ((zh, en), n) = (what, item.name());
        out.push(
            Diag::new(Code::L015, text!("{zh} `{n}` 没有被用到", "the {en} `{n}` is never used"))
                .at(item.name_place(db), text!("此文件没有别处提到它", "nothing else in this file names it"))
                .help(text!("删去它，或在该用之处引用", "remove it, or name it where it belongs")),
        );
    }
}

/// Who names a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Naming {
    /// The statement, if it is the only one.
    only: Option<Item>,
    /// True if a statement other than a `use` names it.
    pub beyond_use: bool,
}

/// The words of a file, whether its statements can be read or not. Typing a number changes none.
#[salsa::tracked(returns(ref))]
pub(super) fn naming(db: &dyn Db, file: SourceFile) -> FxHashMap<Word, Naming> {
    let mut out: FxHashMap<Word, Naming> = FxHashMap::default();
    for item in items(db, file) {
        let beyond_use = item.key.keyword != "use";
        for word in words(db, file, item.key.clone()) {
            match out.get_mut(word) {
                Some(n) => *n = Naming { only: None, beyond_use: n.beyond_use || beyond_use },
                None => drop(out.insert(*word, Naming { only: Some(item.clone()), beyond_use })),
            }
        }
    }
    out
}

/// A word by its hash: files have many words, and two that met would cost no more than a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Word(u64);

impl Word {
    pub(super) fn of(text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The words of a statement that can be names.
#[salsa::tracked(returns(ref))]
fn words(db: &dyn Db, file: SourceFile, key: Key) -> Box<[Word]> {
    let chunk = crate::db::chunk(db, file, key);
    let text = chunk.as_ref().map_or("", |c| &c.text);
    let all = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '°'));
    let names = all.filter(|w| !w.starts_with(|c: char| c.is_ascii_digit()) && !w.is_empty());
    names.map(Word::of).collect::<BTreeSet<_>>().into_iter().collect()
}
