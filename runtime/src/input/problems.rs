//! What is wrong with input data, in words: with the place in the document, the declaration, and the nearest name.

use super::Given;
use super::InputDoc;
use super::decode::{Decoder, label};
use super::title;
use crate::diagnose;
use crate::interp::{Problem, unit_of};
use crate::json::{Json, Member};
use crate::show;
use crate::units::Refused;
use footrule_diag::{Code, Diagnostic, FileSpan, Text, nearest, text};
use footrule_mir::{InputInfo, PlaceId, When};
use std::collections::HashMap;

impl Decoder<'_> {
    pub(super) fn at(&self, d: Diagnostic, json: &Json, label: Text) -> Diagnostic {
        match json.span {
            Some(span) => d.at(FileSpan { file: self.file.clone(), span }, label),
            None => d,
        }
    }

    pub(super) fn refuse(&mut self, json: &Json, path: &str, refused: Refused) {
        let mut d = self.at(Diagnostic::new(refused.code, refused.message), json, Text::same(path));
        d.help = refused.help;
        let path = self.inner(path);
        let of = |id: &str| path.strip_prefix(id).is_some_and(|r| r.is_empty() || r.starts_with(['.', '[']));
        let input = self.program.inputs.iter().find(|i| of(&i.name.id));
        if let Some(i) = input {
            let name = &i.name.id;
            d = diagnose::also(d, self.program, i.place, text!("{name} 在此声明", "{name} is declared here"));
        }
        self.found.push(d);
    }

    /// What stands there is of another kind.
    pub(super) fn wanted(&self, json: &Json, path: &str, what: Text) -> Refused {
        let is = json.what();
        let (zh, en, iz, ie) = (&what.zh, &what.en, &is.zh, &is.en);
        Refused::new(Code::I008, text!("{path}：要 {zh}，给的是{iz}", "{path}: {en} is wanted, {ie} is given"))
    }

    pub(super) fn shape(&mut self, json: &Json, path: &str, what: Text) {
        let refused = self.wanted(json, path, what);
        self.refuse(json, path, refused);
    }

    /// Keys that stand twice.
    pub(super) fn doubles(&mut self, members: &[Member], path: &str) {
        let mut first: HashMap<&str, &Member> = HashMap::new();
        for m in members {
            let Some(before) = first.insert(&m.key, m) else {
                continue;
            };
            let key = if path.is_empty() { m.key.clone() } else { format!("{path}.{}", m.key) };
            let mut d = Diagnostic::new(Code::I011, text!("{key} 给了两次", "{key} is given twice"));
            if let (Some(a), Some(b)) = (m.key_span, before.key_span) {
                d = d
                    .at(FileSpan { file: self.file.clone(), span: a }, text!("第二次", "the second time"))
                    .also(FileSpan { file: self.file.clone(), span: b }, text!("第一次", "the first time"));
            }
            self.found.push(d);
        }
    }

    pub(super) fn unknown_key<'a>(
        &mut self,
        m: &Member,
        path: &str,
        key: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) {
        let full = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let mut d = Diagnostic::new(Code::I001, text!("没有 {full} 这一项", "there is no {full}"));
        if let Some(span) = m.key_span {
            d = d.at(FileSpan { file: self.file.clone(), span }, Text::new("未知", "unknown"));
        }
        if let Some(near) = nearest(key, candidates) {
            d = d.help(text!("是否指 {near}？", "did you mean {near}?"));
            if let Some(span) = m.key_span {
                d = d.fix(FileSpan { file: self.file.clone(), span }, format!("\"{near}\""));
            }
        }
        self.found.push(d);
    }

    /// An input that the rule does not have.
    pub(super) fn unknown(&self, name: &str, member: Option<&Member>) -> Diagnostic {
        let shown = self.own(name);
        let mut d = Diagnostic::new(Code::I001, text!("规则没有输入 {shown}", "the rule has no input {shown}"));
        let span = member.and_then(|m| m.key_span);
        if let Some(span) = span {
            d = d.at(FileSpan { file: self.file.clone(), span }, Text::new("未知的输入", "unknown input"));
        }
        let inputs = &self.program.inputs;
        let by_id = nearest(name, inputs.iter().map(|i| i.name.id.as_str()));
        let by_label = || {
            let labels = inputs.iter().flat_map(|i| [&i.name.labels.zh, &i.name.labels.en]);
            let near = nearest(name, labels.map(String::as_str))?;
            inputs.iter().find(|i| i.name.labels.zh == near || i.name.labels.en == near).map(|i| i.name.id.as_str())
        };
        match by_id.or_else(by_label) {
            Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
            None => d,
        }
    }

    pub(super) fn no_period(&mut self, doc: Option<&InputDoc>) {
        let already = self.found.iter().any(|d| d.code == Code::I010);
        if !already {
            let mut d = Diagnostic::new(Code::I010, Text::new("缺少核算期", "the period is missing"))
                .help(Text::new(r#"写 "period": "2024""#, r#"write "period": "2024""#));
            if let Some(doc) = doc {
                d = self.at(d, &doc.root, Text::new("没有 period", "no `period` here"));
            }
            self.found.push(d);
        }
    }

    pub(super) fn missing(&mut self, info: &InputInfo) {
        let (zh, en) = title(info);
        let (zh, en) = (self.own(&zh), self.own(&en));
        let unit = unit_of(&info.ty).map(|u| show::unit(self.program, u)).unwrap_or_default();
        let unit = if unit.is_empty() { String::new() } else { format!(", {unit}") };
        let message = match &info.when {
            None => text!("缺少输入 {zh}{unit}", "input {en}{unit} is missing"),
            Some(w) => {
                let f = &w.formula;
                text!("缺少输入 {zh}{unit}：{f} 时须给出", "input {en}{unit} is missing: it is needed when {f}")
            }
        };
        let d = Diagnostic::new(Code::I002, message);
        self.found.push(diagnose::at(d, self.program, info.place, Text::new("在此声明", "it is declared here")));
    }

    /// An input that is given although its condition does not hold.
    pub(super) fn not_applicable(&mut self, info: &InputInfo, when: &When, given: &Given<'_>) {
        let (json, set) = match given {
            Given::Json(json) => (Some(*json), None),
            Given::Set(_, place) => (None, Some(*place)),
        };
        self.needless(json, set, &self.own(&info.name.id), &label(&info.name.labels), when);
    }

    /// A value that is given although its condition does not hold.
    pub(super) fn needless(
        &mut self,
        json: Option<&Json>,
        set: Option<PlaceId>,
        path: &str,
        declared: &Text,
        when: &When,
    ) {
        let (dz, de, f) = (&declared.zh, &declared.en, &when.formula);
        let message = text!("{path}{dz} 只在 {f} 时给出", "{path}{de} is given only when {f}");
        let mut d = Diagnostic::new(Code::I015, message).help(text!("删去它", "leave it out"));
        if let Some(json) = json {
            d = self.at(d, json, text!("条件不成立", "the condition does not hold"));
        }
        if let Some(place) = set {
            d = diagnose::at(d, self.program, place, text!("条件不成立", "the condition does not hold"));
        }
        self.found.push(diagnose::also(d, self.program, when.place, text!("条件", "the condition")));
    }

    /// A conditional field that is not given although its condition holds.
    pub(super) fn needed(&mut self, json: &Json, path: &str, declared: &Text, when: &When) {
        let (dz, de, f) = (&declared.zh, &declared.en, &when.formula);
        let message = text!("缺少 {path}{dz}：{f} 时须给出", "{path}{de} is missing: it is needed when {f}");
        let d = self.at(Diagnostic::new(Code::I002, message), json, Text::same(path));
        self.found.push(diagnose::also(d, self.program, when.place, text!("条件", "the condition")));
    }

    /// A problem with the value at `json` (`None` if there is no place in the document).
    pub(super) fn problem(
        &mut self,
        json: Option<&Json>,
        set: Option<PlaceId>,
        path: &str,
        declared: &Text,
        problem: Problem,
    ) {
        let (code, message, cause) = match problem {
            Problem::Constraint { place, list, message } => {
                let code = if list { Code::I012 } else { Code::I003 };
                let (zh, en, dz, de) = (&message.zh, &message.en, &declared.zh, &declared.en);
                let said = text!("{path}{dz}：{zh}", "{path}{de}: {en}");
                (code, said, Some((place, Text::new("此处的要求", "it is required here"))))
            }
            Problem::Missing => {
                let (dz, de) = (&declared.zh, &declared.en);
                (Code::I002, text!("缺少 {path}{dz}", "{path}{de} is missing"), None)
            }
            // Told with its condition where the field is known (`needless`).
            Problem::NotApplicable => (Code::I015, text!("{path} 不应给出", "{path} must not be given"), None),
            Problem::NoFactor => (
                Code::I014,
                text!(
                    "{path} 没有因子，规则也没有缺省因子",
                    "{path} has no factor, and the rule has no default for it"
                ),
                None,
            ),
            Problem::FixedFactor => (
                Code::I008,
                text!(
                    "{path} 的因子由规则规定，不能另给",
                    "the factor of {path} is fixed by the rule; none can be given"
                ),
                None,
            ),
            Problem::Require { place, message } => {
                let (zh, en) = (&message.zh, &message.en);
                (Code::E006, text!("{path}：{zh}", "{path}: {en}"), Some((place, Text::new("要求", "the requirement"))))
            }
        };
        let mut d = Diagnostic::new(code, message);
        if let Some(json) = json {
            d = self.at(d, json, Text::same(path));
        }
        if let Some(place) = set {
            d = diagnose::at(d, self.program, place, Text::same(path));
        }
        if let Some((place, label)) = cause {
            d = diagnose::also(d, self.program, place, label);
        }
        self.found.push(d);
    }
}
