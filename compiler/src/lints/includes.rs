//! Cycles and numbers of processes that only the includes of a rule bring about.

use crate::db::{Db, Diag, Item, Place, SourceFile};
use crate::names::index;
use footrule_diag::{Code, text};
use footrule_syntax::ast::{Path, Stmt};

/// Cycles that come about by what includes bind, and rules that include without measure.
pub(super) fn check(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
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
            // Of what a process leaves open, the exception is what the author wrote.
            _ => match all.outer_exceptions(db, *at, i).first() {
                Some((_, e)) => target_place(db, &e.item),
                None => i.name_place(db),
            },
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

/// Where an exception names what it is an exception to.
fn target_place(db: &dyn Db, exception: &Item) -> Place {
    match exception.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Except { target: Path(path), .. }) => match (path.first(), path.last()) {
            (Some(a), Some(b)) => exception.at(a.span.to(b.span)),
            _ => exception.name_place(db),
        },
        _ => exception.name_place(db),
    }
}
