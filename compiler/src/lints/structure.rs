//! What is wrong with a file as a whole: declarations that clash, reserved names, cycles, misplaced statements.

use crate::check::definitions;
use crate::db::{Db, Diag, Item, SourceFile, items, items_of};
use crate::names::{Ns, index, module};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::Stmt;
use std::collections::{BTreeMap, BTreeSet};

/// Types that need no declaration, in both languages.
const TYPE_WORDS: &[&str] = &[
    "number",
    "数",
    "integer",
    "整数",
    "bool",
    "真假",
    "text",
    "文字",
    "date",
    "日期",
    "period",
    "核算期",
    "Gas",
    "Stage",
];

/// Clashes and cycles.
pub(crate) fn structure(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let ix = index(db, file);
    let mut names: Vec<_> = ix.names.iter().filter(|(_, es)| es.len() > 1).collect();
    names.sort_by_key(|(k, _)| *k);
    for ((_, name), entries) in names {
        let first = entries[0].item.name_place(db);
        for e in &entries[1..] {
            out.push(
                Diag::new(Code::N002, text!("`{name}` 声明了两次", "`{name}` is declared twice"))
                    .at(e.item.name_place(db), text!("再次声明", "declared again"))
                    .also(first.clone(), text!("先声明在此", "first declared here"))
                    .help(text!("给其中一个换名称", "give one of them another name")),
            );
        }
    }
    let mut reserved: Vec<&Item> = ix
        .names
        .iter()
        .filter(|((ns, name), _)| match ns {
            Ns::Value => crate::check::BUILTIN.contains(&name.as_str()),
            Ns::Flow => name == "CO2e",
            Ns::Type | Ns::Unit => TYPE_WORDS.contains(&name.as_str()),
            _ => false,
        })
        .flat_map(|(_, es)| es.iter().map(|e| &e.item))
        .collect();
    reserved.sort();
    for item in reserved {
        out.push(crate::report::reserved(item.name_place(db), item.name()));
    }
    if let Some(first) = &ix.rule {
        for item in items_of(db, file, &["rule"]).filter(|i| *i != first) {
            if let Some(Stmt::Rule { .. }) = item.ast(db).map(|a| &a.stmt) {
                out.push(
                    Diag::new(Code::R002, text!("`rule` 写了两次", "`rule` is given twice"))
                        .at(item.name_place(db), text!("再次", "again"))
                        .also(first.name_place(db), text!("先写在此", "first here"))
                        .help(text!("一个文件只写一条规则", "a file holds one rule")),
                );
            }
        }
    }
    for item in items_of(db, file, &["open let"]) {
        if let Some(Stmt::Let { name, .. }) = item.ast(db).map(|a| &a.stmt) {
            out.push(
                Diag::new(Code::S015, text!("`open let` 只用在过程里", "`open let` belongs in a process"))
                    .at(item.at(name.span), text!("此处不在过程里", "this is in no process"))
                    .help(text!("在规则里写 `let`", "in a rule write `let`")),
            );
        }
    }
    for item in items(db, file).iter().filter(|_| ix.rule.is_none()) {
        if let Some(ast) = item.ast(db)
            && rule_only(&ast.stmt)
        {
            let k = &item.key.keyword;
            out.push(
                Diag::new(Code::S015, text!("`{k}` 只能写在规则文件里", "`{k}` belongs in a rule file"))
                    .at(
                        item.at(Span::new(0, item.slice(db, ast.span).find(char::is_whitespace).unwrap_or(1) as u32)),
                        text!("此文件没有 `rule`", "this file has no `rule`"),
                    )
                    .help(text!("规则文件以 `rule 名称` 开头", "a rule file begins with `rule NAME`")),
            );
        }
    }
    let mut own: Vec<_> = ix.names.iter().collect();
    own.sort_by_key(|(k, _)| *k);
    for ((ns, name), entries) in own {
        // A name of a module would silently mean something else than what the module's reader expects.
        let taken =
            ix.uses.iter().filter(|u| u.names.as_ref().is_none_or(|n| n.iter().any(|(n, _)| n == name))).find_map(
                |u| {
                    let m = u.file(db).filter(|m| *m != file)?;
                    Some((u, crate::names::exported(db, m, *ns, name)?.item.clone()))
                },
            );
        if let Some((u, first)) = taken.filter(|(_, first)| first.file.key(db).as_ref() != "std:units") {
            let m = u.path(db);
            out.push(
                Diag::new(
                    Code::N002,
                    text!("`{name}` 已由模块 `{m}` 声明", "`{name}` is declared by the module `{m}`"),
                )
                .at(entries[0].item.name_place(db), text!("再次声明", "declared again"))
                .also(first.name_place(db), text!("先声明在此", "first declared here"))
                .help(text!(
                    "换一个名称，或用 `use {m}.{{…}}` 只取需要的名称",
                    "choose another name, or take only what is needed by `use {m}.{{…}}`"
                )),
            );
        }
    }
    if let Some(units) = module(db, "std:units").filter(|u| *u != file) {
        for item in items_of(db, file, &["unit"]) {
            if let Some(first) = index(db, units).names.get(&(Ns::Unit, item.name().to_string())) {
                let n = item.name();
                out.push(
                    Diag::new(Code::N002, text!("`{n}` 已是标准单位", "`{n}` is a unit of std already"))
                        .at(item.name_place(db), text!("再次声明", "declared again"))
                        .also(first[0].item.name_place(db), text!("先声明在此", "first declared here")),
                );
            }
        }
    }
    let mut checks: BTreeMap<&str, &Item> = BTreeMap::new();
    for item in items_of(db, file, &["warn", "require"]) {
        let Some(Stmt::Check(c)) = item.ast(db).map(|a| &a.stmt) else { continue };
        let Some(name) = &c.name else { continue };
        if let Some(first) = checks.insert(&name.text, item) {
            let n = &name.text;
            out.push(
                Diag::new(Code::N002, text!("`{n}` 声明了两次", "`{n}` is declared twice"))
                    .at(item.at(name.span), text!("再次声明", "declared again"))
                    .also(first.name_place(db), text!("先声明在此", "first declared here")),
            );
        }
    }
    if ix.rule.is_some() {
        out.extend(crate::check::also_units(db, file).diags.iter().cloned());
        out.extend(crate::check::line_targets(db, file).diags.iter().cloned());
    }
    crate::units::cycles(db, file, out);
    crate::upstream::cycles(db, file, out);
    for ring in &definitions(db, file).rings {
        let Some(item) = ring.first() else { continue };
        let path = ring.iter().map(Item::name).chain(ring.first().map(Item::name)).collect::<Vec<_>>().join(" → ");
        let mut d = Diag::new(Code::N003, text!("定义成环：{path}", "definitions form a cycle: {path}"))
            .at(item.name_place(db), text!("环从这里开始", "the cycle starts here"));
        for i in ring.iter().filter(|i| *i != item).take(8) {
            d = d.also(i.name_place(db), text!("经过这里", "through here"));
        }
        let names: BTreeSet<&str> = ring.iter().map(Item::name).collect();
        for e in ring.iter().flat_map(|i| crate::check::exceptions_of(db, i)) {
            let mut reads = false;
            if let Some(Stmt::Except { when, value, .. }) = e.item.ast(db).map(|a| &a.stmt) {
                let mut found = |n: &str| reads |= names.contains(n);
                crate::check::names(when, &mut found);
                crate::check::value_names(value, &mut found);
            }
            if reads {
                d = d.also(e.item.name_place(db), text!("此例外在环上", "this exception is part of the cycle"));
            }
        }
        out.push(
            d.help(text!("其中一个须由输入或其他量得出", "one of them must come from an input or another quantity")),
        );
    }
    if ix.rule.is_some() {
        super::includes::check(db, file, out);
    }
    super::modules::check(db, file, out);
}

fn rule_only(s: &Stmt) -> bool {
    matches!(
        s,
        Stmt::Stage { .. }
            | Stmt::Input(_)
            | Stmt::Line(_)
            | Stmt::Check(_)
            | Stmt::Report { .. }
            | Stmt::Test(_)
            | Stmt::Let { .. }
            | Stmt::Header(_)
            | Stmt::Balance { .. }
            | Stmt::Cutoff { .. }
            | Stmt::Accept { .. }
            | Stmt::Except { .. }
            | Stmt::Product { .. }
            | Stmt::Allocate(_)
            | Stmt::Include(_)
            | Stmt::Scenario { .. }
            | Stmt::RequireEvidence { .. }
    )
}
