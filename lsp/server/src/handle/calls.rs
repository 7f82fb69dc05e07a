//! The tree of contributions, as a hierarchy of calls; implementations.

use super::{Refused, at};
use crate::convert;
use crate::documents::Documents;
use footrule_diag::FileSpan;
use footrule_ide as ide;
use gen_lsp_types as lsp;

pub(super) fn prepare(
    docs: &Documents,
    p: lsp::CallHierarchyPrepareParams,
) -> Result<Option<Vec<lsp::CallHierarchyItem>>, Refused> {
    Ok(at(docs, &p.text_document_position_params).and_then(|(key, _, offset)| {
        let node = ide::call_node(&docs.session, &key, offset)?;
        Some(vec![convert::call_item(docs, &node)?])
    }))
}

pub(super) fn outgoing(
    docs: &Documents,
    p: lsp::CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>, Refused> {
    Ok(place(docs, &p.item).map(|(key, offset)| {
        let one = |call: &ide::Call| {
            let to = convert::call_item(docs, &call.node)?;
            Some(lsp::CallHierarchyOutgoingCall { to, from_ranges: ranges(docs, &key, call) })
        };
        ide::outgoing(&docs.session, &key, offset).iter().filter_map(one).collect()
    }))
}

pub(super) fn incoming(
    docs: &Documents,
    p: lsp::CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>, Refused> {
    Ok(place(docs, &p.item).map(|(key, offset)| {
        let one = |call: &ide::Call| {
            let from = convert::call_item(docs, &call.node)?;
            Some(lsp::CallHierarchyIncomingCall { from, from_ranges: ranges(docs, &call.node.at.file, call) })
        };
        ide::incoming(&docs.session, &key, offset).iter().filter_map(one).collect()
    }))
}

pub(super) fn implementation(
    docs: &Documents,
    p: lsp::ImplementationParams,
) -> Result<Option<lsp::ImplementationResponse>, Refused> {
    Ok(at(docs, &p.text_document_position_params).map(|(key, _, offset)| {
        let all = ide::implementations(&docs.session, &key, offset);
        let all = all.iter().filter_map(|at| docs.location(at)).collect();
        lsp::ImplementationResponse::Definition(lsp::Definition::LocationList(all))
    }))
}

/// The file and the place of a node that was told before.
fn place(docs: &Documents, item: &lsp::CallHierarchyItem) -> Option<(String, u32)> {
    let key = docs.key(&item.uri)?;
    let text = docs.text(&key)?;
    let offset = docs.lines(&text).offset(&text, item.selection_range.start);
    Some((key, offset))
}

fn ranges(docs: &Documents, key: &str, call: &ide::Call) -> Vec<lsp::Range> {
    let location = |span: &footrule_diag::Span| docs.location(&FileSpan { file: key.to_owned(), span: *span });
    call.from.iter().filter_map(location).map(|l| l.range).collect()
}
