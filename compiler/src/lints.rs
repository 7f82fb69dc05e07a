//! Findings about a whole file: declarations that clash, cycles, and what is declared and never used.

use crate::check::{BodyKind, body_of, definitions, expressions};
use crate::db::{Db, Diag, Item, SourceFile, all_items, items, parsed, split};
use crate::names::{Ns, StmtName, gases, index, module};
use crate::sigs::sig;
use crate::types::{GasTag, TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::{Header, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// Types that need no declaration.
const TYPE_WORDS: &[&str] = &["number", "integer", "bool", "text", "date", "period", "Gas", "Stage"];

/// Clashes and cycles.
pub(crate) fn structure(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let ix = index(db, file);
    let mut names: Vec<_> = ix.names.iter().filter(|(_, es)| es.len() > 1).collect();
    names.sort_by_key(|(k, _)| (*k).clone());
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
    for item in items(db, file) {
        if let Some(Stmt::Let { open: true, name, .. }) = item.ast(db).map(|a| &a.stmt) {
            out.push(
                Diag::new(Code::S015, text!("`open let` 只用在过程里", "`open let` belongs in a process"))
                    .at(item.at(name.span), text!("此处不在过程里", "this is in no process"))
                    .help(text!("在规则里写 `let`", "in a rule write `let`")),
            );
        }
        if ix.rule.is_none()
            && let Some(ast) = item.ast(db)
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
    own.sort_by_key(|(k, _)| (*k).clone());
    for ((ns, name), entries) in own {
        // A name of a module would silently mean something else than what the module's reader expects.
        let taken =
            ix.uses.iter().filter(|u| u.names.as_ref().is_none_or(|n| n.iter().any(|(n, _)| n == name))).find_map(
                |u| {
                    let m = module(db, &u.module).filter(|m| *m != file)?;
                    Some((u, crate::names::exported(db, m, *ns, name)?.item.clone()))
                },
            );
        if let Some((u, first)) = taken.filter(|(u, _)| u.module.as_ref() != "std:units") {
            let m = u.module.replace("std:", "std.");
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
        for item in items(db, file).iter().filter(|i| i.key.keyword == "unit") {
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
    for item in items(db, file).iter().filter(|i| matches!(i.key.keyword.as_str(), "warn" | "require")) {
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
        for e in ring.iter().flat_map(|i| crate::check::exceptions_of(db, i)) {
            let mut reads = false;
            if let Some(Stmt::Except { when, value, .. }) = e.item.ast(db).map(|a| &a.stmt) {
                let mut found = |n: &str| reads |= ring.iter().any(|i| i.name() == n);
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
        across_includes(db, file, out);
    }
    for u in &ix.uses {
        match module(db, &u.module) {
            None => {
                let key = &u.module;
                let std: Vec<String> = crate::db::Workspace::try_get(db)
                    .map_or_else(Vec::new, |w| w.files(db).keys().map(ToString::to_string).collect());
                let d = Diag::new(Code::N004, text!("找不到模块 `{key}`", "module `{key}` not found"))
                    .at(u.item.at(u.span), text!("没有这个文件", "no such file"));
                out.push(match footrule_diag::nearest(key, std) {
                    Some(n) => {
                        let n = n.replace("std:", "std.");
                        d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(u.item.at(u.span), n)
                    }
                    None => d,
                });
            }
            Some(m) => {
                for (name, span) in u.names.iter().flatten() {
                    let spaces = || index(db, m).names.keys().filter(|(_, n)| n == name);
                    if spaces().any(|(ns, n)| crate::names::exported(db, m, *ns, n).is_some()) {
                        continue;
                    }
                    let key = &u.module;
                    let d =
                        Diag::new(Code::N001, text!("模块 `{key}` 没有 `{name}`", "module `{key}` has no `{name}`"));
                    out.push(match spaces().next() {
                        None => d.at(u.item.at(*span), text!("没有声明", "not declared")),
                        Some(_) => d
                            .at(u.item.at(*span), text!("只在那条规则之内", "it stays inside that rule"))
                            .help(text!(
                                "规则只给出物质、单位、类型与有来源的数据；它的结果用 `footprint of` 作为输入",
                                "a rule gives its flows, units, types and sourced data; its result is an input, `footprint of`"
                            )),
                    });
                }
            }
        }
    }
}

/// Cycles that come about by what includes bind, and rules that include without measure.
fn across_includes(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let all = crate::check::instances(db, file);
    if all.too_many {
        let n = crate::check::instance::MAX_INSTANCES;
        if let Some(rule) = &index(db, file).rule {
            out.push(
                Diag::new(Code::R007, text!("规则包含的过程超过 {n} 个", "the rule includes more than {n} processes"))
                    .at(rule.name_place(db), text!("规则", "the rule"))
                    .help(text!(
                        "过程层层包含时数目成倍增长",
                        "where processes include processes, their number multiplies"
                    )),
            );
        }
    }
    for ring in &all.rings {
        // One inside a file or a process has been told there.
        if ring.iter().all(|(_, i)| *crate::check::is_cyclic(db, i.file, i.key.clone())) {
            continue;
        }
        let shown = |(at, i): &crate::check::At| {
            all.list[*at].path.iter().map(Item::name).chain([i.name()]).collect::<Vec<_>>().join(".")
        };
        let path = ring.iter().chain(ring.first()).map(shown).collect::<Vec<_>>().join(" → ");
        let products = ring.iter().any(|(_, i)| i.key.keyword == "product");
        let place = |(at, i): &crate::check::At| match all.list[*at].path.last() {
            Some(include) if i.key.keyword == "input" => match include.ast(db).map(|a| &a.stmt) {
                Some(Stmt::Include(x)) => match x.bindings.iter().find(|(n, _)| n.text == i.name()) {
                    Some((n, e)) => include.at(n.span.to(e.span)),
                    None => i.name_place(db),
                },
                _ => i.name_place(db),
            },
            _ => i.name_place(db),
        };
        // The author's part of the ring is what the rule itself wrote.
        let first = ring.iter().position(|m| place(m).item.file == file).unwrap_or(0);
        let mut d = if products {
            Diag::new(
                Code::R008,
                text!("过程的产品互相消耗成环：{path}", "processes consume each other's products: {path}"),
            )
            .help(text!(
                "标准须先解开这个环：例如规定其中一项用固定因子，或把这些过程合为一个",
                "the standard must solve the loop: by a fixed factor for one of them, say, or by one process for all"
            ))
        } else {
            Diag::new(Code::N003, text!("定义成环：{path}", "definitions form a cycle: {path}"))
                .help(text!("其中一个须由输入或其他量得出", "one of them must come from an input or another quantity"))
        };
        d = d.at(place(&ring[first]), text!("环经过这里", "the cycle passes here"));
        let mut told = vec![place(&ring[first])];
        for member in ring {
            let at = place(member);
            if !told.contains(&at) && told.len() < 8 {
                d = d.also(at.clone(), text!("经过这里", "through here"));
                told.push(at);
            }
        }
        out.push(d);
    }
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
            | Stmt::Accept { .. }
            | Stmt::Except { .. }
            | Stmt::Product { .. }
            | Stmt::Allocate(_)
            | Stmt::Include(_)
    )
}

fn through(t: &crate::types::Through, f: &mut dyn FnMut(&Item)) {
    t.path.iter().for_each(&mut *f);
    f(&t.item);
}

/// Everything that an expression mentions by item.
fn mentioned(e: &TExpr, f: &mut dyn FnMut(&Item)) {
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

/// Unused things and numbers without a source.
pub(crate) fn unused(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
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
        bare_factors(db, item, &body.kind, out);
    }
    // Names inside broken bodies count as used: no finding about what could not be read.
    let rings: BTreeSet<&Item> = definitions(db, file).rings.iter().flatten().collect();
    let broken: BTreeSet<String> = all_items(db, file)
        .filter(|i| {
            rings.contains(i)
                || !body_of(db, i).diags.is_empty()
                || !sig(db, i).diags.is_empty()
                || !parsed(db, file, i.key.clone()).errors.is_empty()
        })
        .flat_map(|i| crate::db::chunk(db, file, i.key.clone()).as_ref().map(|c| words(&c.text)).unwrap_or_default())
        .collect();
    {
        let rule = ix.rule.is_some();
        for item in all_items(db, file).filter(|i| rule || i.key.process.is_some()) {
            let name = item.name();
            let place = || item.name_place(db);
            if used.contains(item) || broken.contains(name) {
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
                "stage" if !any_stage && !stages_used.contains(item) => {
                    out.push(
                        Diag::new(Code::L006, text!("阶段 `{name}` 没有排放行", "stage `{name}` has no lines"))
                            .at(place(), text!("结果中为零", "zero in every result")),
                    );
                }
                _ => {}
            }
        }
    }
    unused_modules(db, file, out);
    counted_twice(db, file, out);
}

/// The activities whose factor an expression takes, by way of definitions too.
fn factors_taken(db: &dyn Db, e: &TExpr, seen: &mut BTreeSet<Item>, out: &mut BTreeSet<Item>) {
    let mut further = Vec::new();
    e.walk(&mut |x| match &x.kind {
        TKind::Factor(base) => {
            let mut base = base;
            while let TKind::Unwrap(inner) = &base.kind {
                base = inner;
            }
            if let TKind::Item(i) = &base.kind {
                out.insert(i.clone());
            }
        }
        TKind::Item(i) if i.key.keyword == "let" && seen.insert(i.clone()) => further.push(i.clone()),
        _ => {}
    });
    for item in further {
        expressions(&body_of(db, &item).kind, &mut |e| factors_taken(db, e, seen, out));
    }
}

/// An activity whose CO2e enters two lines of the total. Its amount alone may be read as often as the rule likes.
fn counted_twice(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let mut first: BTreeMap<Item, &Item> = BTreeMap::new();
    for line in items(db, file).iter().filter(|i| matches!(i.key.keyword.as_str(), "emission" | "removal" | "credit")) {
        let mut taken = BTreeSet::new();
        expressions(&body_of(db, line).kind, &mut |e| factors_taken(db, e, &mut BTreeSet::new(), &mut taken));
        for activity in taken {
            let n = activity.name().to_string();
            match first.get(&activity) {
                None => {
                    first.insert(activity, line);
                }
                Some(before) => out.push(
                    Diag::new(
                        Code::L009,
                        text!("活动 `{n}` 的排放计入了两行", "the emissions of the activity `{n}` enter two lines"),
                    )
                    .at(line.name_place(db), text!("再次计入", "counted again"))
                    .also(before.name_place(db), text!("先计入此行", "first counted here"))
                    .help(text!(
                        "若是分摊，每行只取其份额，并用 `let` 写明份额",
                        "if it is shared out, take a share in each line and name the shares by a `let`"
                    )),
                ),
            }
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).map(str::to_string).collect()
}

/// A `use` of which no name occurs in the file.
fn unused_modules(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let ix = index(db, file);
    let mut mentioned: BTreeMap<&str, ()> = BTreeMap::new();
    for c in &split(db, file).chunks {
        if c.key.keyword != "use" {
            for w in c.text.split(|ch: char| !(ch.is_alphanumeric() || ch == '_' || ch == '°')) {
                mentioned.insert(w, ());
            }
        }
    }
    for u in &ix.uses {
        let Some(m) = module(db, &u.module) else { continue };
        let names = &index(db, m).names;
        let gases_here = !gases(db, m).is_empty() && mentioned.contains_key("Gas");
        let members = items(db, m).iter().any(|i| match i.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Enum { variants, .. }) => variants.iter().any(|v| mentioned.contains_key(v.name.text.as_str())),
            _ => false,
        });
        if u.module.as_ref() != "std:units"
            && !gases_here
            && !members
            && !names.keys().any(|(_, n)| mentioned.contains_key(n.as_str()))
            && !rule_id(db, m).is_some_and(|(id, _)| mentioned.contains_key(id.as_str()))
        {
            let key = u.module.replace("std:", "std.");
            out.push(
                Diag::new(Code::L004, text!("没有用到模块 `{key}`", "module `{key}` is never used"))
                    .at(u.item.at(u.span), text!("可以删去", "it can be removed")),
            );
        }
    }
}

/// Emission factors without a source.
fn bare_factors(db: &dyn Db, item: &Item, kind: &BodyKind, out: &mut Vec<Diag>) {
    let mut lint = |span: Span, what: &str| {
        out.push(
            Diag::new(Code::L002, text!("{what} 的数值没有来源", "a value of {what} has no source"))
                .at(item.at(span), text!("缺 `source`", "no `source`"))
                .help(text!(
                    "用 `source 名称 {{ title …; year … }}` 声明来源并在此引用",
                    "declare it by `source NAME {{ title …; year … }}` and cite it here"
                )),
        );
    };
    let name = item.name();
    match kind {
        BodyKind::Param(p) => {
            if let Some(r) = p.rows.iter().find(|r| r.source.is_none()) {
                lint(r.span, &format!("`{name}`"));
            }
        }
        BodyKind::Table(t) => {
            if let Some(r) = t.rows.iter().find(|r| r.source.is_none()) {
                lint(r.span, &format!("`{name}`"));
            }
        }
        BodyKind::Value(e) if item.key.keyword == "const" => {
            let cited = matches!(item.ast(db).map(|a| &a.stmt), Some(Stmt::Const { source: Some(_), .. }));
            if !cited && e.ty.unit().is_some_and(crate::units::UnitTy::is_co2e) {
                lint(e.span, &format!("`{name}`"));
            }
        }
        BodyKind::Line(_) => expressions(kind, &mut |e| {
            e.walk(&mut |x| {
                if let (TKind::Number(n, _), Ty::Number(u)) = (&x.kind, &x.ty)
                    && u.is_co2e()
                    && u.atoms.len() > 1
                    && !n.is_zero()
                {
                    lint(x.span, &format!("`{name}`"));
                }
            });
        }),
        _ => {}
    }
}

/// True if the file is a rule.
pub(crate) fn is_rule(db: &dyn Db, file: SourceFile) -> bool {
    index(db, file).rule.is_some()
}

/// The declared unit of a rule as text.
pub(crate) fn declared_unit(db: &dyn Db, file: SourceFile) -> String {
    let units = crate::products::products(db, file).iter().filter_map(|p| {
        let item = p.item.as_ref()?;
        match item.ast(db).map(|a| &a.stmt) {
            Some(Stmt::Product { unit, .. } | Stmt::Header(Header::Unit(unit))) => {
                Some(format!("{} {}", unit.amount, item.slice(db, unit.unit.span)))
            }
            _ => None,
        }
    });
    units.collect::<Vec<_>>().join(", ")
}

/// A header word of a rule.
pub(crate) fn header_word(db: &dyn Db, file: SourceFile, which: &str) -> String {
    crate::names::headers(db, file)
        .find_map(|(_, h)| match (which, h) {
            ("sector", Header::Sector(i)) | ("version", Header::Version(i)) | ("boundary", Header::Boundary(i)) => {
                Some(i.text.clone())
            }
            _ => None,
        })
        .unwrap_or_default()
}

/// The identifier of a rule.
pub(crate) fn rule_id(db: &dyn Db, file: SourceFile) -> Option<(String, footrule_diag::Text)> {
    let rule = index(db, file).rule.clone()?;
    let ast = rule.ast(db)?;
    let id = ast.stmt.name()?.text.clone();
    debug_assert_eq!(ast.stmt.ns(), None::<Ns>);
    Some((id, crate::lower::labels(&ast.stmt)))
}
