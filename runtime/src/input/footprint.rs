//! Footprints of other products: a number with its evidence, a record of a data exchange, or the inputs of the rule
//! that computes it, evaluated here.
//!
//! Guarantees: what enters is a published figure per unit of product, with its parts by origin, gas and evidence; the
//! parts add up to it. Every footprint that was read is noted for the result, with what is known of its making.

use super::decode::Decoder;
use super::{InputDoc, Inputs, Outer, Request};
use crate::days;
use crate::interp::Interp;
use crate::json::{Json, Kind, Member};
use crate::result::{self, EvidenceEntry, Finding, Period, Quantity, Upstream, UpstreamForm, UpstreamRule};
use crate::show;
use crate::units::{self, Refused};
use crate::value::{Datum, PartKey, Split, Value};
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::{Day, Evidence, Footprint, UnitId};
use footrule_number::Number;

/// A footprint that was read: what the result says of it, and how to derive it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub shown: Upstream,
    /// The inputs of its rule, if it was computed here.
    pub inputs: Option<(Footprint, Inputs)>,
}

/// Where a footprint is read: its path, its unit, what its tags follow, and what it is of.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub path: &'a str,
    pub unit: UnitId,
    pub follows: Option<(&'a str, &'a str)>,
    pub footprint: Footprint,
}

impl Decoder<'_> {
    pub(super) fn footprint(&mut self, it: &Interp<'_>, json: &Json, at: At<'_>) -> Option<Value> {
        let has = |key: &str| json.get(key).is_some_and(|j| j.kind != Kind::Null);
        let split = if has("inputs") || has("rule") {
            self.nested(it, json, at)
        } else if has("pcf") {
            self.exchanged(it, json, at)
        } else {
            self.given(json, at)
        };
        split.map(Value::Split)
    }

    /// A number, with its evidence.
    fn given(&mut self, json: &Json, at: At<'_>) -> Option<Split> {
        const SHARE: &str = "primary_data_share";
        let share = json.get(SHARE).filter(|j| j.kind != Kind::Null);
        let share = match share {
            None => None,
            Some(j) => Some(self.share(j, &format!("{}.{SHARE}", at.path), Number::ONE)?),
        };
        if share.is_some() && json.get("primary").is_some_and(|j| j.kind != Kind::Null) {
            let p = at.path;
            let m = text!("{p}：primary 与 {SHARE} 只能给一个", "{p}: give `primary` or `{SHARE}`, not both");
            self.refuse(json, p, Refused::new(Code::I019, m));
            return None;
        }
        let rest = match json.members() {
            Some(all) => {
                let all = all.iter().filter(|m| m.key != SHARE).cloned().collect();
                &Json { span: json.span, kind: Kind::Object(all) }
            }
            None => json,
        };
        let alone = Json { span: None, kind: Kind::Null };
        let mut datum = Datum::default();
        let split = self.factor(&alone, rest, at.unit, at.path, &mut datum, at.follows, Some(at.footprint))?;
        let split = match share {
            None => split,
            Some(share) => self.number_or_report(primary(&split, share), json, at.path)?,
        };
        let shown = Upstream {
            rule: self.named_rule(at.footprint, false),
            primary_data_share: share.or_else(|| datum.primary.then_some(Number::ONE)).map(|s| s.to_fixed(4)),
            ..self.shown(UpstreamForm::Given, &split, at)
        };
        self.upstream.push(Taken { shown, inputs: None });
        Some(split)
    }

    /// The inputs of the rule whose footprint is wanted.
    fn nested(&mut self, it: &Interp<'_>, json: &Json, at: At<'_>) -> Option<Split> {
        let path = at.path;
        let program = self.program;
        let Some(upstream) = program.upstream_of(at.footprint) else {
            let m = text!(
                "{path} 按单位取足迹，不能由规则的输入算出",
                "{path} is a footprint by its unit; it cannot be computed from inputs of a rule"
            );
            let help = text!(
                "给出数值及来源，或请规则写 `footprint of 规则名`",
                "give the number with its source; to compute it, the rule must say `footprint of RULE`"
            );
            self.refuse(json, path, Refused { help: Some(help), ..Refused::new(Code::I018, m) });
            return None;
        };
        let rule = &upstream.program.rule.name.id;
        if let Some(named) = json.get("rule").filter(|j| j.kind != Kind::Null) {
            let text = if let Kind::Text(t) | Kind::Argument(t) = &named.kind { t.trim() } else { "" };
            if !names_rule(text, rule) {
                let m = text!(
                    "{path} 取规则 {rule} 的足迹，不是 {text}",
                    "{path} is the footprint of {rule}, not of {text}"
                );
                self.refuse(named, &format!("{path}.rule"), Refused::new(Code::I018, m));
                return None;
            }
        }
        let members = json.members().unwrap_or_default().iter().filter(|m| m.key != "rule").cloned().collect();
        let doc = InputDoc { file: self.file.clone(), root: Json { span: json.span, kind: Kind::Object(members) } };
        let outer = Outer { path: path.to_owned(), gwp: self.gwp.clone(), period: it.period };
        let request = Request { document: Some(&doc), ..Request::default() };
        let inputs = match Inputs::within(&upstream.program, request, outer) {
            Ok(inputs) => inputs,
            Err(found) => {
                self.found.extend(found);
                return None;
            }
        };
        let (outcome, parts) = match result::as_input(&upstream.program, &inputs) {
            Ok(done) => done,
            Err(found) => {
                let found: Vec<Diagnostic> = found.into_iter().map(|d| self.inside(d, json, path, rule)).collect();
                self.found.extend(found);
                return None;
            }
        };
        let footprint = outcome.footprints.first()?;
        // Gases are the downstream rule's by name; it reaches all that its upstream rules reach.
        let gas = |key: PartKey| {
            let name = key.gas.and_then(|g| upstream.program.gases.get(g.ix())).map(|g| &g.name.id);
            let gas = name.and_then(|n| program.gases.iter().position(|g| g.name.id == *n));
            PartKey { gas: gas.map(|g| footrule_mir::GasId(g as u32)), settled: true, ..key }
        };
        let split = parts.rekey(gas).and_then(|p| {
            let total = Number::parse(&footprint.total.value).unwrap_or_default();
            result::published_parts(&p, total, upstream.scale)
        });
        let split = self.number_or_report(split, json, path)?;
        let inner = self.inner(path).to_owned();
        let evidence = inputs.evidence.iter();
        self.evidence
            .extend(evidence.map(|e| EvidenceEntry { path: format!("{inner}.inputs.{}", e.path), ..e.clone() }));
        for w in &outcome.warnings {
            let name = format!("{}.{}", self.inner(path), w.name);
            self.notes.push(Finding { name, ..w.clone() });
        }
        if let Some((from, to)) = inputs.period {
            self.overlap(it, path, from, to);
        }
        let shown = Upstream {
            rule: self.named_rule(at.footprint, true),
            period: outcome.period.clone(),
            published: Some(result::Published {
                value: footprint.total.value.clone(),
                unit: footprint.total.unit.clone(),
            }),
            primary_data_share: footprint.primary_data_share.clone(),
            boundary: outcome.rule.boundary.clone(),
            upstream: outcome.upstream,
            ..self.shown(UpstreamForm::Computed, &split, at)
        };
        self.upstream.push(Taken { shown, inputs: Some((at.footprint, inputs)) });
        Some(split)
    }

    /// A failure of an upstream rule, at the data that it was computed from.
    fn inside(&self, d: Diagnostic, json: &Json, path: &str, rule: &str) -> Diagnostic {
        let (zh, en) = (&d.message.zh, &d.message.en);
        let message = text!("{path}（规则 {rule}）：{zh}", "{path} (rule {rule}): {en}");
        let label = text!("{path} 的输入", "the inputs of {path}");
        let mut out = Diagnostic { message, ..d };
        if let (None, Some(span)) = (&out.primary, json.span) {
            out = out.at(footrule_diag::FileSpan { file: self.file.clone(), span }, label);
        }
        out
    }

    /// A share from 0 to `whole` (1, or 100 where it is given in percent), as a number from 0 to 1.
    pub(super) fn share(&mut self, json: &Json, path: &str, whole: Number) -> Option<Number> {
        let read = match &json.kind {
            Kind::Number(t) | Kind::Text(t) | Kind::Argument(t) => {
                let t = t.trim();
                match t.strip_suffix('%') {
                    Some(x) => units::number(x.trim_end()).ok().and_then(|x| x.div(Number::from(100)).ok()),
                    None => units::number(t).ok().and_then(|x| x.div(whole).ok()),
                }
            }
            _ => None,
        };
        let fits = read.filter(|x| !x.is_negative() && *x <= Number::ONE);
        if fits.is_none() {
            let m = text!("{path} 须在 0 与 {whole} 之间", "{path} is a number from 0 to {whole}");
            self.refuse(json, path, Refused::new(Code::I019, m));
        }
        fits
    }

    pub(super) fn number_or_report<T>(
        &mut self,
        x: Result<T, footrule_number::NumError>,
        json: &Json,
        path: &str,
    ) -> Option<T> {
        match x {
            Ok(x) => Some(x),
            Err(e) => {
                let m = text!("{path} 换算后超出数的范围：{e}", "{path}: after conversion, {e}");
                self.refuse(json, path, Refused::new(Code::I004, m));
                None
            }
        }
    }

    /// A footprint of another time than the calculation is worth a look.
    pub(super) fn overlap(&mut self, it: &Interp<'_>, path: &str, from: Day, to: Day) {
        let Some((a, b)) = it.period.filter(|(a, b)| to < *a || *b < from) else { return };
        let (theirs, ours) = (days::show_period(from, to), days::show_period(a, b));
        self.notes.push(Finding {
            name: self.inner(path).to_owned(),
            message: text!(
                "{path} 的核算期 {theirs} 与本次核算期 {ours} 没有重叠",
                "the period of {path}, {theirs}, and the period of this calculation, {ours}, have no day in common"
            ),
            clause: String::new(),
            place: None,
        });
    }

    /// The rule of a footprint; with the hash of its meaning if it was computed here.
    pub(super) fn named_rule(&self, footprint: Footprint, computed: bool) -> Option<UpstreamRule> {
        let rule = result::assemble::rule(&self.program.upstream_of(footprint)?.program);
        let hash = computed.then_some(rule.meaning_hash);
        Some(UpstreamRule { name: rule.name, version: rule.version, meaning_hash: hash })
    }

    /// What is said of every footprint.
    pub(super) fn shown(&self, form: UpstreamForm, split: &Split, at: At<'_>) -> Upstream {
        let mut unit = show::unit(self.program, at.unit).to_owned();
        if let Some((field, member)) = at.follows {
            unit = unit.replace(&format!("{{{field}}}"), &format!("{{{member}}}"));
        }
        Upstream {
            input: self.inner(at.path).to_owned(),
            form,
            rule: None,
            period: None::<Period>,
            published: None,
            value: Quantity { value: split.whole().unwrap_or_default(), unit },
            primary_data_share: None,
            boundary: String::new(),
            exempted_percent: None,
            upstream: Vec::new(),
        }
    }

    /// The texts and numbers among these keys, as evidence.
    pub(super) fn texts(members: &[Member], keys: &[&str]) -> Vec<(String, String)> {
        let text = |m: &Member| match &m.value.kind {
            Kind::Text(t) | Kind::Number(t) | Kind::Argument(t) => Some((m.key.clone(), t.clone())),
            _ => None,
        };
        members.iter().filter(|m| keys.contains(&m.key.as_str())).filter_map(text).collect()
    }
}

/// True if a text names this rule: its name, its key in the library, or its file.
#[must_use]
pub fn names_rule(text: &str, rule: &str) -> bool {
    let stem = text.trim().trim_end_matches(".md").trim_end_matches(".pcr");
    stem.rsplit([':', '/', '\\', '.']).next() == Some(rule)
}

/// A CO2e value of which this share rests on primary data, the rest on secondary.
///
/// Errors: arithmetic.
pub(super) fn primary(split: &Split, share: Number) -> Result<Split, footrule_number::NumError> {
    let mut parts = Vec::new();
    for (key, value) in split.parts() {
        let own = value.mul(share)?;
        parts.push((PartKey { evidence: Evidence::Primary, ..*key }, own));
        parts.push((PartKey { evidence: Evidence::Secondary, ..*key }, value.sub(own)?));
    }
    // A part of nothing would only be listed.
    let parts = Split::from_parts(parts.into_iter().filter(|(_, v)| !v.is_zero()))?;
    Ok(parts.with_terms(split.terms().clone()))
}
