//! The modules that a file uses: unknown, ambiguous, of another package, never used.

use crate::db::{Db, Diag, SourceFile, Workspace, items};
use crate::names::{Use, exported, gases, index, is_stray, module, nearest};
use crate::package::spelled;
use footrule_diag::{Code, text};
use footrule_syntax::ast::Stmt;
use std::cell::LazyCell;

/// Each `use` means one file that this file may name.
pub(super) fn check(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    // Made once: a file may name many modules that are not there.
    let known: LazyCell<Vec<String>, _> = LazyCell::new(|| {
        Workspace::try_get(db)
            .map_or_else(Vec::new, |w| w.files(db).keys().filter_map(|k| spelled(db, file, k)).collect())
    });
    for u in &index(db, file).uses {
        let path = u.path(db);
        let mut found = u.found(db);
        let Some(m) = found.next() else {
            out.push(missing(db, file, u, &known));
            continue;
        };
        if let Some(other) = found.next() {
            let (a, b) = (m.key(db), other.key(db));
            out.push(
                Diag::new(Code::N022, text!("`{path}` 有两种含义：`{a}` 和 `{b}`", "`{path}` means `{a}` and `{b}`"))
                    .at(u.item.at(u.span), text!("两个文件都合用", "both files fit"))
                    .help(text!("给其中一个换名", "give one of them another name")),
            );
        }
        for (name, span) in u.names.iter().flatten() {
            let spaces = || index(db, m).names.keys().filter(|(_, n)| n == name);
            let open =
                |n: &String| index(db, m).names.keys().any(|(ns, k)| k == n && exported(db, m, *ns, k).is_some());
            if open(name) {
                continue;
            }
            let d = Diag::new(Code::N001, text!("模块 `{path}` 没有 `{name}`", "module `{path}` has no `{name}`"));
            let at = u.item.at(*span);
            if spaces().next().is_some() {
                out.push(d.at(at, text!("只在那条规则之内", "it stays inside that rule")).help(text!(
                    "规则只给出物质、单位、类型与有来源的数据；它的结果用 `footprint of` 作为输入",
                    "a rule gives its flows, units, types and sourced data; its result is an input, `footprint of`"
                )));
                continue;
            }
            let known: Vec<String> = index(db, m).names.keys().map(|(_, n)| n.clone()).filter(|n| open(n)).collect();
            let d = d.at(at.clone(), text!("没有声明", "not declared"));
            out.push(match footrule_diag::nearest(name, known) {
                Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(at, n),
                None => d,
            });
        }
    }
}

/// Why there is no file for a `use`.
fn missing(
    db: &dyn Db,
    file: SourceFile,
    u: &Use,
    known: &LazyCell<Vec<String>, impl FnOnce() -> Vec<String>>,
) -> Diag {
    let path = u.path(db);
    let at = || u.item.at(u.span);
    if u.candidates.iter().any(|c| is_stray(db, &c.key)) {
        return crate::report::stray(at(), path);
    }
    let own = *file.package(db);
    if let Some(m) = u.candidates.iter().find_map(|c| module(db, &c.key)) {
        let other = m.package(db).map_or_else(String::new, |p| p.name(db).to_string());
        let key = m.key(db);
        return Diag::new(
            Code::N023,
            text!("`{path}` 属于另一个包 `{other}`", "`{path}` belongs to another package, `{other}`"),
        )
        .at(at(), text!("`{key}` 不在此包内", "`{key}` is not in this package"))
        .help(text!(
            "在 `footrule.toml` 的 `[dependencies]` 写 `{other} = {{ path = … }}`，再用 `use {other}.…`",
            "declare `{other} = {{ path = … }}` under `[dependencies]` in `footrule.toml` and write `use {other}.…`"
        ));
    }
    let d = Diag::new(Code::N004, text!("找不到模块 `{path}`", "module `{path}` not found"));
    let Some(first) = u.candidates.first() else { return d.at(at(), text!("没有这个文件", "no such file")) };
    let key = &first.key;
    let d = d.at(at(), text!("没有文件 `{key}`", "there is no file `{key}`"));
    if let Some((name, p)) = own.and_then(|p| p.dependencies(db).get_key_value(path)) {
        let root = &p.root(db).prefix;
        return d.help(text!(
            "`{name}` 是包，写 `use {name}.模块`；它的文件在 `{root}`",
            "`{name}` is a package: write `use {name}.MODULE`; its files are in `{root}`"
        ));
    }
    match nearest(path, known.iter()) {
        Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(at(), n),
        None => match own {
            Some(p) => {
                let n = p.name(db);
                d.help(text!(
                    "路径从包 `{n}` 的文件夹算起；其他包要先在 `footrule.toml` 声明",
                    "paths begin at the folder of the package `{n}`; other packages are declared in `footrule.toml`"
                ))
            }
            None => d,
        },
    }
}

/// A `use` of which no name occurs in the file.
pub(super) fn unused(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let ix = index(db, file);
    let named = super::unused::naming(db, file);
    let mentioned = |word: &str| named.get(&super::unused::Word::of(word)).is_some_and(|n| n.beyond_use);
    for u in &ix.uses {
        let Some(m) = u.file(db) else { continue };
        let names = &index(db, m).names;
        let gases_here = !gases(db, m).is_empty() && mentioned("Gas");
        let members = items(db, m).iter().any(|i| match i.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Enum { variants, .. }) => variants.iter().any(|v| mentioned(&v.name.text)),
            _ => false,
        });
        if m.key(db).as_ref() != "std:units"
            && !gases_here
            && !members
            && !names.keys().any(|(_, n)| mentioned(n))
            && !super::rule_id(db, m).is_some_and(|(id, _)| mentioned(&id))
        {
            let key = u.path(db);
            out.push(
                Diag::new(Code::L004, text!("没有用到模块 `{key}`", "module `{key}` is never used"))
                    .at(u.item.at(u.span), text!("可以删去", "it can be removed")),
            );
        }
    }
}
