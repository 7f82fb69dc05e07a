//! `footrule explain-code`: the page of a code, in one language, from `docs/diagnostics`.

use super::Context;
use crate::args::ExplainCode;
use crate::exit::Exit;
use crate::output;
use footrule_diag::{Code, REGISTRY, info, nearest};

/// Prints the page of a code.
pub fn run(cx: &Context, args: &ExplainCode) -> Exit {
    let Some(code) = Code::parse(&args.code) else {
        let asked = args.code.to_ascii_uppercase();
        let asked = if asked.starts_with("FR-") { asked } else { format!("FR-{asked}") };
        let near = nearest(&asked, REGISTRY.iter().map(|i| i.code.as_str()));
        let mut text = format!("{} `{}`\n", cx.word("没有这个代码：", "no such code:"), args.code);
        if let Some(near) = near.and_then(Code::parse) {
            let title = cx.word(info(near).zh, info(near).en);
            text.push_str(&format!("  {} {near}  {title}\n", cx.word("相近的是", "near it:")));
        }
        output::note(&text);
        return Exit::Call;
    };
    match footrule_ide::page(code, cx.lang) {
        Some(page) => output::print(&page),
        None => output::line(&format!("{code}  {}", cx.word(info(code).zh, info(code).en))),
    }
    Exit::Fine
}
