//! Single data: numbers with units, truth values, texts, days, members of enumerations; each may stand in an object
//! that carries its evidence.

use super::decode::Decoder;
use crate::days;
use crate::json::{Json, Kind, Member};
use crate::result::EvidenceEntry;
use crate::units::{self, Refused, Wanted};
use crate::value::Value;
use footrule_diag::{Code, Text, nearest, text};
use footrule_mir::{EnumId, Ty, UnitId};
use footrule_number::Number;

/// What may stand beside `value`: the evidence of a datum.
pub const EVIDENCE: [&str; 10] =
    ["source", "year", "region", "primary", "quality", "evidence", "note", "certificate", "uncertainty", "supplier"];

/// True for a key that carries evidence.
pub(super) fn is_evidence(key: &str) -> bool {
    EVIDENCE.contains(&key)
}

impl<'p> Decoder<'p> {
    /// Takes the value out of an object with evidence, and notes the evidence.
    pub(super) fn unwrap<'j>(&mut self, json: &'j Json, path: &str) -> Option<(&'j Json, Option<&'j str>)> {
        let Kind::Object(members) = &json.kind else {
            return Some((json, None));
        };
        self.doubles(members, path);
        let mut unit = None;
        let mut ok = true;
        for m in members {
            match m.key.as_str() {
                "value" => {}
                "unit" => match &m.value.kind {
                    Kind::Text(t) | Kind::Argument(t) => unit = Some(t.as_str()),
                    _ => {
                        self.shape(&m.value, &format!("{path}.unit"), Text::new("单位", "a unit"));
                        ok = false;
                    }
                },
                key if is_evidence(key) => {}
                key => {
                    self.unknown_key(m, path, key, EVIDENCE.into_iter().chain(["value", "unit"]));
                    ok = false;
                }
            }
        }
        self.evidence(members, path);
        let Some(value) = json.get("value") else {
            self.refuse(json, path, Refused::new(Code::I008, text!("{path} 缺少 value", "{path} lacks `value`")));
            return None;
        };
        ok.then_some((value, unit))
    }

    /// Notes the evidence among these members.
    pub(super) fn evidence(&mut self, members: &[Member], path: &str) {
        let mut entries = Vec::new();
        for m in members.iter().filter(|m| is_evidence(&m.key)) {
            let ok = flat(&m.key, &m.value, &mut entries);
            let is_bool = matches!(m.value.kind, Kind::Bool(_) | Kind::Null) || argument_bool(&m.value).is_some();
            if !ok || (m.key == "primary" && !is_bool) {
                self.shape(&m.value, &format!("{path}.{}", m.key), Text::new("另一种值", "another kind of value"));
            }
        }
        if let Some(m) = members.iter().find(|m| m.key == "quality") {
            for inner in m.value.members().unwrap_or_default() {
                if !footrule_mir::quality::indicators().any(|n| n == inner.key) {
                    self.unknown_key(
                        inner,
                        &format!("{path}.quality"),
                        &inner.key,
                        footrule_mir::quality::indicators(),
                    );
                }
            }
            if let Err(message) = read(&entries) {
                let (zh, en) = (&message.zh, &message.en);
                let message = text!("{path} 的{zh}", "{path}: {en}");
                let example = text!(
                    "写 \"quality\": {{\"ter\": 2, \"gr\": 1, \"tir\": 3, \"p\": 2}}，或 \"quality\": 2",
                    "write \"quality\": {{\"ter\": 2, \"gr\": 1, \"tir\": 3, \"p\": 2}}, or \"quality\": 2"
                );
                self.refuse(&m.value, path, Refused { help: Some(example), ..Refused::new(Code::I020, message) });
            }
        }
        if !entries.is_empty() {
            self.evidence.push(EvidenceEntry { path: self.inner(path).to_owned(), entries });
        }
    }

    /// The rating that these members state; a wrong one is reported where evidence is noted.
    pub(super) fn rating(&self, members: &[Member]) -> Option<Number> {
        let mut entries = Vec::new();
        for m in members.iter().filter(|m| m.key == "quality") {
            flat(&m.key, &m.value, &mut entries);
        }
        read(&entries).ok().flatten()
    }

    /// A scalar of this type; problems are reported and yield nothing.
    pub(super) fn scalar(&mut self, json: &Json, ty: &Ty, path: &str, follows: Option<(&str, &str)>) -> Option<Value> {
        let (value, unit) = self.unwrap(json, path)?;
        if let (Some(unit), false) = (unit, matches!(ty, Ty::Number(_))) {
            let m = text!("{path} 没有单位，却给了 {unit}", "{path} has no unit, but {unit} is given");
            self.refuse(json, path, Refused::new(Code::I008, m));
            return None;
        }
        let read = match ty {
            Ty::Number(u) => self.number(value, unit, *u, path, follows).map(Value::Number),
            Ty::Bool => {
                let read = if let Kind::Bool(b) = value.kind { Some(b) } else { argument_bool(value) };
                let refused = || self.wanted(value, path, Text::new("true 或 false", "true or false"));
                read.map(Value::Bool).ok_or_else(refused)
            }
            Ty::Text => match &value.kind {
                Kind::Text(t) | Kind::Argument(t) => Ok(Value::text(t)),
                _ => Err(self.wanted(value, path, Text::new("文字", "a text"))),
            },
            Ty::Date => match &value.kind {
                Kind::Text(t) | Kind::Argument(t) => days::parse(t).map(Value::Date).ok_or_else(|| {
                    Refused::new(Code::I008, text!("{path}：`{t}` 不是日期", "{path}: `{t}` is no day (YYYY-MM-DD)"))
                }),
                _ => Err(self.wanted(value, path, Text::new("日期", "a day"))),
            },
            Ty::Enum(e) => match &value.kind {
                Kind::Text(t) | Kind::Argument(t) => self.member(*e, t, path).map(|m| Value::Enum(*e, m)),
                _ => Err(self.wanted(value, path, Text::new("枚举值", "the name of a member"))),
            },
            _ => Err(self.wanted(value, path, Text::new("别的", "something else"))),
        };
        match read {
            Ok(v) => Some(v),
            Err(refused) => {
                self.refuse(value, path, refused);
                None
            }
        }
    }

    /// A number in its declared unit.
    pub(super) fn number(
        &self,
        json: &Json,
        unit: Option<&str>,
        wanted: UnitId,
        path: &str,
        follows: Option<(&str, &str)>,
    ) -> Result<Number, Refused> {
        let wanted = Wanted { program: self.program, unit: wanted, follows };
        let read = match (&json.kind, unit) {
            (Kind::Number(t), None) => units::number(t),
            (Kind::Text(t) | Kind::Argument(t), None) => units::quantity(t, &wanted),
            (Kind::Number(t), Some(unit)) => units::number(t).and_then(|x| units::convert(x, unit.trim(), &wanted)),
            (Kind::Text(t) | Kind::Argument(t), Some(unit)) => {
                // A value that names its unit, too, must name the same one.
                match t.trim().strip_suffix(unit.trim()) {
                    Some(bare) if !unit.trim().is_empty() => {
                        units::number(bare.trim_end()).and_then(|x| units::convert(x, unit.trim(), &wanted))
                    }
                    _ => units::number(t.trim()).and_then(|x| units::convert(x, unit.trim(), &wanted)),
                }
            }
            _ => {
                return Err(self.wanted(json, path, Text::new("数或带单位的数", "a number or a quantity")));
            }
        };
        read.map_err(|r| {
            let (zh, en) = (&r.message.zh, &r.message.en);
            Refused { message: text!("{path}：{zh}", "{path}: {en}"), ..r.clone() }
        })
    }

    /// A member by identifier, or by label.
    pub(super) fn member(&self, e: EnumId, text: &str, path: &str) -> Result<u32, Refused> {
        let members = self.program.enums.get(e.ix()).map(|e| e.members.as_slice()).unwrap_or_default();
        let text = text.trim();
        let by_id = members.iter().position(|m| m.id == text);
        let labelled = |m: &footrule_mir::Named| m.labels.zh == text || m.labels.en == text;
        let mut by_label = members.iter().enumerate().filter(|(_, m)| labelled(m)).map(|(i, _)| i);
        if let Some(i) = by_id.or_else(|| by_label.next().filter(|_| by_label.next().is_none())) {
            return Ok(i as u32);
        }
        let names = members.iter().flat_map(|m| [m.id.as_str(), m.labels.zh.as_str(), m.labels.en.as_str()]);
        let near = nearest(text, names);
        let all: Vec<&str> = members.iter().take(12).map(|m| m.id.as_str()).collect();
        let more = if members.len() > all.len() { ", …" } else { "" };
        let all = all.join(", ") + more;
        Err(Refused {
            code: Code::I007,
            message: text!("{path}：没有 `{text}`，可取 {all}", "{path}: there is no `{text}`; it is one of {all}"),
            help: near.map(|n| text!("是否指 {n}？", "did you mean {n}?")),
        })
    }
}

fn read(entries: &[(String, String)]) -> Result<Option<Number>, Text> {
    footrule_mir::quality::rating(entries.iter().map(|(k, v)| (k.as_str(), v.as_str())))
}

/// `true` or `false` given as an argument.
pub(super) fn argument_bool(json: &Json) -> Option<bool> {
    match &json.kind {
        Kind::Argument(t) if t == "true" => Some(true),
        Kind::Argument(t) if t == "false" => Some(false),
        _ => None,
    }
}

/// Evidence as flat texts; false for what cannot be shown so.
fn flat(path: &str, json: &Json, out: &mut Vec<(String, String)>) -> bool {
    match &json.kind {
        Kind::Null => true,
        Kind::Bool(b) => {
            out.push((path.to_owned(), b.to_string()));
            true
        }
        Kind::Number(t) | Kind::Text(t) | Kind::Argument(t) => {
            out.push((path.to_owned(), t.clone()));
            true
        }
        Kind::List(items) => items.iter().enumerate().all(|(i, v)| flat(&format!("{path}[{i}]"), v, out)),
        Kind::Object(members) => members.iter().all(|m| flat(&format!("{path}.{}", m.key), &m.value, out)),
    }
}
