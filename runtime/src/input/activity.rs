//! Activities: an amount, a factor (one number, or parts by origin, with its GWP set) and the datum's record.

use super::decode::Decoder;
use super::scalar::{argument_bool, is_evidence};
use crate::interp::Problem;
use crate::json::{Json, Kind, Member};
use crate::quality::{Rating, Score};
use crate::result::assemble::origin_name;
use crate::units::Refused;
use crate::value::{Activity, Datum, PartKey, Split, Value};
use footrule_diag::{Code, Text, text};
use footrule_mir::{Evidence, Footprint, Origin, Ty, UnitId};
use std::sync::Arc;

impl Decoder<'_> {
    pub(super) fn activity(
        &mut self,
        json: &Json,
        amount: UnitId,
        factor: UnitId,
        path: &str,
        follows: Option<(&str, &str)>,
    ) -> Option<Value> {
        let amount_ty = Ty::Number(amount);
        // A bare amount (or one with its evidence) takes the rule's factor.
        let members = match json.members() {
            Some(members) if json.get("value").is_none() => members,
            _ => {
                let Value::Number(x) = self.scalar(json, &amount_ty, path, follows)? else {
                    return None;
                };
                let datum = self.datum(json.members().unwrap_or_default());
                return Some(Value::Activity(Arc::new(Activity { amount: x, factor: None, datum })));
            }
        };
        self.doubles(members, path);
        let mut ok = true;
        for m in members {
            if !(["amount", "factor", "gwp", "origin"].contains(&m.key.as_str()) || is_evidence(&m.key)) {
                let known = [
                    "amount", "factor", "gwp", "origin", "source", "year", "region", "primary", "quality", "evidence",
                    "note",
                ];
                self.unknown_key(m, path, &m.key, known);
                ok = false;
            }
        }
        self.evidence(members, path);
        let mut datum = self.datum(members);
        let amount_path = format!("{path}.amount");
        let amount = match json.get("amount") {
            Some(a) => self.scalar(a, &amount_ty, &amount_path, follows),
            None => {
                self.problem(Some(json), None, &amount_path, &Text::default(), Problem::Missing);
                None
            }
        };
        let split = match json.get("factor").filter(|f| f.kind != Kind::Null) {
            None => Some(None),
            Some(f) => self.factor(json, f, factor, &format!("{path}.factor"), &mut datum, follows, None).map(Some),
        };
        match (amount, split) {
            (Some(Value::Number(amount)), Some(split)) if ok => {
                Some(Value::Activity(Arc::new(Activity { amount, factor: split.map(Ok), datum })))
            }
            _ => None,
        }
    }

    /// CO2e data that stand alone: read as a given factor is.
    pub(super) fn co2e(
        &mut self,
        json: &Json,
        unit: UnitId,
        path: &str,
        follows: Option<(&str, &str)>,
    ) -> Option<Value> {
        let alone = Json { span: None, kind: Kind::Null };
        self.factor(&alone, json, unit, path, &mut Datum::default(), follows, None).map(Value::Split)
    }

    /// A given factor: one number, or parts by origin; its GWP set (its own, the activity's or the document's) must be
    /// the rule's, or one that the rule accepts of this footprint.
    #[expect(clippy::too_many_arguments, reason = "each is a separate fact of where the factor stands")]
    pub(super) fn factor(
        &mut self,
        activity: &Json,
        json: &Json,
        unit: UnitId,
        path: &str,
        datum: &mut Datum,
        follows: Option<(&str, &str)>,
        footprint: Option<Footprint>,
    ) -> Option<Split> {
        let members = json.members().unwrap_or_default();
        self.doubles(members, path);
        let own = self.datum(members);
        datum.source = own.source.or(datum.source.take());
        datum.year = own.year.or(datum.year);
        datum.region = own.region.or(datum.region.take());
        datum.primary |= own.primary;
        let mut ok = true;
        let mut parts: Vec<(Origin, &Json)> = Vec::new();
        for m in members {
            match Origin::ALL.into_iter().find(|o| origin_name(*o) == m.key) {
                Some(o) => parts.push((o, &m.value)),
                None if ["value", "unit", "gwp", "origin"].contains(&m.key.as_str()) || is_evidence(&m.key) => {}
                None => {
                    let known = Origin::ALL
                        .into_iter()
                        .map(origin_name)
                        .chain(["value", "unit", "gwp", "origin", "source", "year"]);
                    self.unknown_key(m, path, &m.key, known);
                    ok = false;
                }
            }
        }
        // `null` is not given, as it stands in an empty form.
        let stated = |j: &&Json| j.kind != Kind::Null;
        let text_of = |key: &str| json.get(key).filter(stated).or_else(|| activity.get(key).filter(stated));
        let file = self.gwp.clone().filter(|j| j.kind != Kind::Null);
        let set = text_of("gwp")
            .or(file.as_ref())
            .map(|j| (j, if let Kind::Text(t) | Kind::Argument(t) = &j.kind { t.as_str() } else { "" }));
        let rule = &self.program.rule.gwp;
        match set {
            Some((_, t)) if self.program.takes_gwp(t.trim(), footprint) => {}
            Some((j, t)) => {
                let m = text!("{path} 的 GWP 体系是 {t}，规则用 {rule}", "{path} is by {t}; the rule uses {rule}");
                self.refuse(j, path, Refused::new(Code::I013, m));
                ok = false;
            }
            None => {
                let m = text!(
                    "{path} 未写 GWP 体系，规则用 {rule}",
                    "{path} does not state its GWP set; the rule uses {rule}"
                );
                let help = text!("写 \"gwp\": \"{rule}\"", "write \"gwp\": \"{rule}\"");
                self.refuse(json, path, Refused { help: Some(help), ..Refused::new(Code::I013, m) });
                ok = false;
            }
        }
        let origin = match text_of("origin") {
            None => Origin::Undivided,
            Some(j) => {
                let text = if let Kind::Text(t) | Kind::Argument(t) = &j.kind { t.trim() } else { "" };
                match Origin::ALL.into_iter().find(|o| origin_name(*o) == text) {
                    Some(o) => o,
                    None => {
                        let all = Origin::ALL.map(origin_name).join(", ");
                        let m = text!("{path} 的成因可取 {all}", "the origin of {path} is one of {all}");
                        self.refuse(j, path, Refused::new(Code::I007, m));
                        ok = false;
                        Origin::Undivided
                    }
                }
            }
        };
        let has_value = json.get("value").is_some();
        if !parts.is_empty() && (has_value || text_of("origin").is_some()) {
            let m = text!(
                "{path}：按成因给出时不能再给 value 或 origin",
                "{path}: with parts by origin there can be no `value` or `origin`"
            );
            self.refuse(json, path, Refused::new(Code::I008, m));
            return None;
        }
        let evidence = if datum.primary { Evidence::Primary } else { Evidence::Secondary };
        let key = |origin| PartKey::new(origin, None, evidence);
        let ty = Ty::Number(unit);
        let values = if parts.is_empty() {
            if json.members().is_some() && !has_value {
                let all = Origin::ALL.map(origin_name).join(", ");
                let m = text!("{path} 缺少 value 或 {all}", "{path} lacks `value`, or parts such as {all}");
                self.refuse(json, path, Refused::new(Code::I008, m));
                return None;
            }
            let number =
                if has_value { self.value_of(json, &ty, path, follows) } else { self.scalar(json, &ty, path, follows) };
            number.map(|v| vec![(origin, v)])
        } else {
            self.evidence(members, path);
            let values = parts
                .into_iter()
                .map(|(o, j)| Some((o, self.scalar(j, &ty, &format!("{path}.{}", origin_name(o)), follows)?)));
            // Every part is read, so that every problem is found.
            values.collect::<Vec<_>>().into_iter().collect()
        };
        let numbers = values?.into_iter().filter_map(|(o, v)| match v {
            Value::Number(x) => Some((key(o), x)),
            _ => None,
        });
        let split = Split::from_parts(numbers);
        // The factor's own rating, else that of the datum as a whole.
        let stated = |m: &[Member]| self.rating(m).map(Score::Rated);
        let score = stated(members).or_else(|| stated(activity.members().unwrap_or_default()));
        split.ok().filter(|_| ok).map(|s| s.rated(Rating::factor(score.unwrap_or(Score::Unrated))))
    }

    /// `value` and `unit` of an object whose other keys have been looked at.
    fn value_of(&mut self, json: &Json, ty: &Ty, path: &str, follows: Option<(&str, &str)>) -> Option<Value> {
        let members = json.members().unwrap_or_default();
        let kept = members.iter().filter(|m| ["value", "unit"].contains(&m.key.as_str()) || is_evidence(&m.key));
        let only = Json { span: json.span, kind: Kind::Object(kept.cloned().collect()) };
        self.scalar(&only, ty, path, follows)
    }

    /// The record of a datum; malformed entries are reported where evidence is noted.
    fn datum(&self, members: &[Member]) -> Datum {
        let text = |key: &str| {
            members.iter().rfind(|m| m.key == key).and_then(|m| match &m.value.kind {
                Kind::Text(t) | Kind::Number(t) | Kind::Argument(t) => Some(t.clone()),
                _ => None,
            })
        };
        let primary = members.iter().rfind(|m| m.key == "primary");
        Datum {
            source: text("source"),
            year: text("year").and_then(|t| t.trim().parse().ok()),
            region: text("region"),
            primary: primary.is_some_and(|m| m.value.kind == Kind::Bool(true) || argument_bool(&m.value) == Some(true)),
            ..Datum::default()
        }
    }
}
