//! Evidence that a rule asks of given values: a `source` or a `certificate` beside the value.
//!
//! Asked of what a document gives. A default, a value of a scenario and a value in a test come from the rule itself.

use super::Given;
use super::decode::Decoder;
use crate::diagnose;
use crate::json::{Json, Kind};
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::{EvidenceInfo, Ty};
use std::collections::HashMap;

impl Decoder<'_> {
    /// Reports every given value that lacks the evidence that it must carry.
    pub(super) fn required_evidence(&mut self, given: &HashMap<usize, Given<'_>>) {
        let program = self.program;
        for asked in &program.evidence {
            let (Some(info), Some(Given::Json(json))) =
                (program.inputs.get(asked.input.ix()), given.get(&asked.input.ix()))
            else {
                continue;
            };
            self.under(asked, json, &info.ty, &asked.fields, &info.name.id);
        }
    }

    fn under(&mut self, asked: &EvidenceInfo, json: &Json, ty: &Ty, fields: &[String], path: &str) {
        match (ty, &json.kind) {
            (_, Kind::Null) => {}
            (Ty::Optional(inner), _) => self.under(asked, json, inner, fields, path),
            (Ty::List(inner), Kind::List(items)) => {
                for (i, item) in items.iter().enumerate() {
                    self.under(asked, item, inner, fields, &format!("{path}[{i}]"));
                }
            }
            (Ty::Record(r), Kind::Object(_)) => {
                let program = self.program;
                let Some(record) = program.records.get(r.ix()) else { return };
                for field in &record.fields {
                    let wanted = fields.first().is_none_or(|f| *f == field.name.id);
                    let labels = [&field.name.labels.zh, &field.name.labels.en];
                    let by_label = || labels.into_iter().filter(|_| record.each).find_map(|l| json.get(l));
                    if let (true, Some(value)) = (wanted, json.get(&field.name.id).or_else(by_label)) {
                        let rest = fields.get(1..).unwrap_or_default();
                        self.under(asked, value, &field.ty, rest, &format!("{path}.{}", field.name.id));
                    }
                }
            }
            (Ty::Activity { .. }, _) => match fields.first().and_then(|f| Some((f, json.get(f)?))) {
                Some((part, value)) if !carries(json) => self.carried(asked, value, &format!("{path}.{part}")),
                Some(_) => {}
                // A bare amount without a factor of its own has no factor to prove.
                None if fields.first().is_some_and(|f| f == "factor") => {}
                None => self.carried(asked, json, path),
            },
            _ => self.carried(asked, json, path),
        }
    }

    fn carried(&mut self, asked: &EvidenceInfo, json: &Json, path: &str) {
        if carries(json) {
            return;
        }
        let d = Diagnostic::new(Code::I022, text!("{path} 没有给出凭证", "{path} carries no evidence")).help(text!(
            "写 {{\"value\": …, \"source\": \"…\"}}，或 \"certificate\"",
            "write {{\"value\": …, \"source\": \"…\"}}, or \"certificate\""
        ));
        let d = self.at(d, json, text!("没有 source 或 certificate", "no `source` and no `certificate`"));
        self.report(diagnose::also(d, self.program, asked.place, text!("此处要求凭证", "evidence is asked here")));
    }
}

/// True if a value says where it comes from.
fn carries(json: &Json) -> bool {
    let says = |v: &Json| match &v.kind {
        Kind::Null => false,
        Kind::Text(t) | Kind::Argument(t) => !t.trim().is_empty(),
        _ => true,
    };
    ["source", "certificate"].iter().any(|k| json.get(k).is_some_and(says))
}
