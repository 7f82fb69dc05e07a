//! `footrule list`

use super::Context;
use crate::args::{Format, List};
use crate::exit::Exit;
use crate::render::table::{Align, Table};
use crate::session::{RuleSummary, Workbench};
use crate::{bug, output};
use serde_json::{Value, json};

/// Prints the rules of the library.
pub fn run(cx: &Context, args: &List) -> Exit {
    bug::phase("list");
    let bench = Workbench::new();
    let mut rules = bench.rules();
    rules.sort_by(|a, b| (&a.sector, &a.id).cmp(&(&b.sector, &b.id)));
    if let Some(sector) = &args.sector {
        let sectors: Vec<String> = rules.iter().map(|r| r.sector.clone()).collect();
        rules.retain(|r| r.sector == *sector);
        if rules.is_empty() {
            let near = footrule_diag::nearest(sector, sectors).map_or_else(String::new, |s| format!(" ({s}?)"));
            output::note(&format!("{} `{sector}`{near}\n", cx.word("没有这个行业的规则：", "no rule of sector")));
            return Exit::Call;
        }
    }
    match args.format {
        Format::Json => {
            let all: Vec<Value> = rules.iter().map(as_json).collect();
            output::line(&format!("{:#}", json!({ "schema": "footrule.list/1", "rules": all })));
        }
        Format::Human => {
            let mut table = Table::new([Align::Left; 5]);
            table.head([
                cx.word("规则", "rule"),
                cx.word("行业", "sector"),
                cx.word("版本", "version"),
                cx.word("声明单位", "declared unit"),
                cx.word("名称", "name"),
            ]);
            for r in &rules {
                table.row([&r.key, &r.sector, &r.version, &r.declared_unit, r.labels.get(cx.lang)]);
            }
            output::print(&table.text(cx.colors.stdout));
            if rules.is_empty() {
                output::note(&format!("{}\n", cx.word("规则库是空的", "the library holds no rules")));
            }
        }
    }
    Exit::Fine
}

fn as_json(r: &RuleSummary) -> Value {
    json!({
        "rule": r.key, "id": r.id, "labels": r.labels, "sector": r.sector, "version": r.version,
        "declared_unit": r.declared_unit, "boundary": r.boundary,
    })
}
