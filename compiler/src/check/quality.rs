//! The data quality that a source states of its values.

use super::expr::Cx;
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::quality;
use footrule_syntax::ast::SourceEntry;

/// Reports a rating that is incomplete or out of range.
pub(super) fn source(cx: &mut Cx<'_>, entries: &[SourceEntry]) {
    let stated = |e: &&SourceEntry| e.key.text == "quality" || quality::indicators().any(|i| i == e.key.text);
    let of: Vec<&SourceEntry> = entries.iter().filter(stated).collect();
    let named = |e: &SourceEntry| match e.key.text.as_str() {
        "quality" => "quality".to_owned(),
        k => format!("quality.{k}"),
    };
    let keys: Vec<String> = of.iter().map(|e| named(e)).collect();
    let Err(message) = quality::rating(keys.iter().map(String::as_str).zip(of.iter().map(|e| e.value.as_str()))) else {
        return;
    };
    let Some(last) = of.last() else { return };
    let d = Diagnostic::new(Code::R020, message)
        .at(cx.at(last.key.span.to(last.span)), text!("来源的数据质量", "the quality of this source"))
        .help(text!(
            "写 `technological 2; geographical 1; temporal 3; precision 2`，或 `quality 2`",
            "write `technological 2; geographical 1; temporal 3; precision 2`, or `quality 2`"
        ));
    cx.push(d);
}
