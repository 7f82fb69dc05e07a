//! JSON Schemas (draft 2020-12) of a rule's input and of the result record.
//!
//! Guarantees: the input's schema accepts every document that `run` accepts (so it never contradicts the run time),
//! and refuses unknown and missing keys, values of another kind, members that do not exist and bare numbers out of
//! range. Units, tags and conditions across inputs are the run time's business.

mod footprint;

use crate::model::TOP;
use footrule_mir::{Cmp, Constraint, FieldInfo, Origin, Program, Ty};
use footrule_runtime::{EVIDENCE, origin_name};
use serde_json::{Map, Value, json};

/// The schema of the result record `footrule-result/1`.
pub const RESULT: &str = include_str!("result.schema.json");

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A decimal, then nothing, `%` or a unit.
const QUANTITY: &str = r"^\s*-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?(\s*[^\s\d,._].*|\s+1/.*)?\s*$";

/// The schema of a rule's input document.
#[must_use]
pub fn input(program: &Program) -> Value {
    let rule = &program.rule;
    let mut group = Group::default();
    for i in &program.inputs {
        // Whether a condition holds is the run time's business.
        let needed = i.default.is_none() && i.when.is_none() && !matches!(i.ty, Ty::Optional(_));
        // Nor is it needed where a scenario has its value.
        let needed = needed && !program.scenarios.iter().any(|s| s.inputs.iter().any(|(n, ..)| *n == i.name.id));
        let mut schema = footprint::or(program, &i.ty, i.footprint, value(program, &i.ty, &i.constraints));
        describe(&mut schema, &i.name.labels, &i.name.clause);
        group.put(&i.name.id, schema, needed);
    }
    let dated = program.nodes.iter().any(|n| matches!(n.op, footrule_mir::Op::Period));
    let mut properties = Map::new();
    properties.insert("inputs".into(), group.schema());
    for key in TOP.into_iter().chain(["note"]) {
        let schema = match key {
            "period" => period(dated),
            "scenario" => scenario(program),
            _ => json!(true),
        };
        properties.insert(key.into(), schema);
    }
    let mut required: Vec<&str> = Vec::new();
    if dated {
        required.push("period");
    }
    if !group.required.is_empty() {
        required.push("inputs");
    }
    let mut defs = Map::new();
    for r in &program.records {
        defs.insert(format!("record {}", r.name), record(program, &r.fields));
    }
    defs.extend(footprint::rules(program));
    json!({
        "$schema": DRAFT,
        "$id": format!("urn:footrule:input:{}:{}", rule.name.id, rule.version),
        "title": rule.name.labels.en,
        "description": rule.name.labels.zh,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "$defs": defs,
    })
}

/// A scenario of the rule by identifier or label, or none.
fn scenario(program: &Program) -> Value {
    let names = program.scenarios.iter().flat_map(|s| [&s.name.id, &s.name.labels.zh, &s.name.labels.en]);
    // An empty one is none.
    let known: std::collections::BTreeSet<&str> = names.map(String::as_str).chain([""]).collect();
    let known: Vec<Value> = known.into_iter().map(|n| json!(n)).chain([Value::Null]).collect();
    json!({ "enum": known })
}

/// A rating, or the four indicators of one.
fn quality() -> Value {
    let score = json!({ "type": ["number", "string", "null"] });
    let four: Map<String, Value> = footrule_mir::quality::indicators().map(|k| (k.to_owned(), score.clone())).collect();
    json!({ "anyOf": [score, { "type": "object", "properties": four, "additionalProperties": false }] })
}

/// Inputs at one level; `boiler.mass` stands in the object `boiler`.
#[derive(Default)]
struct Group {
    values: Vec<(String, Value)>,
    groups: Vec<(String, Group)>,
    required: Vec<String>,
}

impl Group {
    fn put(&mut self, path: &str, schema: Value, needed: bool) {
        let head = path.split('.').next().unwrap_or(path);
        if needed && !self.required.iter().any(|r| r == head) {
            self.required.push(head.to_owned());
        }
        match path.split_once('.') {
            None => self.values.push((path.to_owned(), schema)),
            Some((head, rest)) => {
                let i = match self.groups.iter().position(|(k, _)| k == head) {
                    Some(i) => i,
                    None => {
                        self.groups.push((head.to_owned(), Self::default()));
                        self.groups.len() - 1
                    }
                };
                self.groups[i].1.put(rest, schema, needed);
            }
        }
    }

    fn schema(&self) -> Value {
        let all = self.values.iter().cloned().chain(self.groups.iter().map(|(k, g)| (k.clone(), g.schema())));
        let properties: Map<String, Value> = all.collect();
        json!({ "type": "object", "properties": properties, "required": self.required, "additionalProperties": false })
    }
}

fn describe(schema: &mut Value, labels: &footrule_diag::Text, clause: &str) {
    if let Value::Object(m) = schema {
        let clause = if clause.is_empty() { String::new() } else { format!(" (§{clause})") };
        m.insert("title".into(), format!("{}{clause}", labels.en).into());
        m.insert("description".into(), labels.zh.clone().into());
    }
}

fn period(needed: bool) -> Value {
    let year = json!({ "type": "integer", "minimum": 1, "maximum": 9999 });
    let text = json!({ "type": "string", "pattern": r"^\s*(\d{4}|\d{4}-\d{2}-\d{2}\s*/\s*\d{4}-\d{2}-\d{2})\s*$" });
    let none = (!needed).then(|| json!({ "type": "null" }));
    let forms: Vec<Value> = [year, text].into_iter().chain(none).collect();
    json!({ "anyOf": forms })
}

fn value(program: &Program, ty: &Ty, constraints: &[Constraint]) -> Value {
    match ty {
        Ty::Optional(inner) => json!({ "anyOf": [{ "type": "null" }, value(program, inner, constraints)] }),
        Ty::Number(u) => quantity(&unit(program, *u), constraints),
        Ty::Split(u) => split(&unit(program, *u)),
        Ty::Bool => with_evidence(json!({ "type": "boolean" })),
        Ty::Text => with_evidence(json!({ "type": "string" })),
        Ty::Date => with_evidence(json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$" })),
        Ty::Enum(e) => {
            let members = program.enums.get(e.ix()).map(|e| e.members.as_slice()).unwrap_or_default();
            let mut names: Vec<&str> = Vec::new();
            for name in members.iter().flat_map(|m| [m.id.as_str(), m.labels.zh.as_str(), m.labels.en.as_str()]) {
                if !name.is_empty() && !names.contains(&name) {
                    names.push(name);
                }
            }
            with_evidence(json!({ "type": "string", "enum": names }))
        }
        Ty::List(item) => {
            let mut list = json!({ "type": "array", "items": value(program, item, &[]) });
            for c in constraints {
                if let (Constraint::Count(cmp, n, _), Value::Object(m)) = (c, &mut list) {
                    count(m, *cmp, *n);
                }
            }
            list
        }
        Ty::Record(id) => match program.records.get(id.ix()) {
            Some(r) => json!({ "$ref": format!("#/$defs/{}", format!("record {}", r.name).replace(' ', "%20")) }),
            None => json!({}),
        },
        Ty::Activity { amount, factor } => {
            let (amount, factor) = (unit(program, *amount), unit(program, *factor));
            let mut properties = evidence();
            properties.insert("amount".into(), quantity(&amount, constraints));
            properties.insert("factor".into(), json!({ "anyOf": [{ "type": "null" }, split(&factor)] }));
            properties.insert("gwp".into(), json!({ "type": ["string", "null"] }));
            properties.insert("origin".into(), json!({ "type": ["string", "null"] }));
            json!({ "anyOf": [quantity(&amount, constraints), {
                "type": "object", "properties": properties, "required": ["amount"], "additionalProperties": false,
            }]})
        }
        // Other kinds are described where they are read.
        _ => json!({}),
    }
}

fn count(m: &mut Map<String, Value>, cmp: Cmp, n: u32) {
    let mut put = |key: &str, n: u32| m.insert(key.to_owned(), n.into());
    match cmp {
        Cmp::Eq => {
            put("minItems", n);
            put("maxItems", n);
        }
        Cmp::Ge => drop(put("minItems", n)),
        Cmp::Gt => drop(put("minItems", n.saturating_add(1))),
        Cmp::Le => drop(put("maxItems", n)),
        Cmp::Lt => drop(put("maxItems", n.saturating_sub(1))),
        Cmp::Ne => {}
    }
}

fn record(program: &Program, fields: &[FieldInfo]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for f in fields.iter().filter(|f| f.computed.is_none()) {
        let mut schema = footprint::or(program, &f.ty, f.footprint, value(program, &f.ty, &f.constraints));
        describe(&mut schema, &f.name.labels, &f.name.clause);
        properties.insert(f.name.id.clone(), schema);
        if f.default.is_none() && f.when.is_none() && !matches!(f.ty, Ty::Optional(_)) {
            required.push(f.name.id.clone());
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn unit(program: &Program, id: footrule_mir::UnitId) -> String {
    program.units.get(id.ix()).map_or_else(String::new, |u| u.text.clone())
}

/// A number: bare in its declared unit, or a text with its own, or either with evidence.
fn quantity(unit: &str, constraints: &[Constraint]) -> Value {
    let mut bare = Map::new();
    bare.insert("type".into(), "number".into());
    for c in constraints {
        bound(&mut bare, c);
    }
    let mut properties = evidence();
    properties.insert("value".into(), json!({ "type": ["number", "string"], "pattern": QUANTITY }));
    properties.insert("unit".into(), json!({ "type": "string" }));
    let unit = if unit.is_empty() { "1" } else { unit };
    json!({ "$comment": unit, "anyOf": [
        bare,
        { "type": "string", "pattern": QUANTITY },
        { "type": "object", "properties": properties, "required": ["value"], "additionalProperties": false },
    ]})
}

fn bound(m: &mut Map<String, Value>, constraint: &Constraint) {
    let number = |x: &footrule_number::Number| serde_json::from_str::<Value>(&x.to_string()).unwrap_or(Value::Null);
    match constraint {
        Constraint::Compare(Cmp::Gt, x, _) => drop(m.insert("exclusiveMinimum".into(), number(x))),
        Constraint::Compare(Cmp::Ge, x, _) => drop(m.insert("minimum".into(), number(x))),
        Constraint::Compare(Cmp::Lt, x, _) => drop(m.insert("exclusiveMaximum".into(), number(x))),
        Constraint::Compare(Cmp::Le, x, _) => drop(m.insert("maximum".into(), number(x))),
        Constraint::Range(a, b, _) => {
            m.insert("minimum".into(), number(a));
            m.insert("maximum".into(), number(b));
        }
        _ => {}
    }
}

/// A CO2e datum: one number, or parts by origin, with its GWP set.
fn split(unit: &str) -> Value {
    let mut properties = evidence();
    for key in ["gwp", "origin"] {
        properties.insert(key.into(), json!({ "type": ["string", "null"] }));
    }
    properties.insert("value".into(), json!({ "type": ["number", "string"], "pattern": QUANTITY }));
    properties.insert("unit".into(), json!({ "type": "string" }));
    for origin in Origin::ALL.map(origin_name) {
        properties.insert(origin.into(), quantity(unit, &[]));
    }
    json!({ "$comment": unit, "anyOf": [
        { "type": "number" },
        { "type": "string", "pattern": QUANTITY },
        { "type": "object", "properties": properties, "additionalProperties": false },
    ]})
}

fn with_evidence(schema: Value) -> Value {
    let mut properties = evidence();
    properties.insert("value".into(), schema.clone());
    json!({ "anyOf": [
        schema,
        { "type": "object", "properties": properties, "required": ["value"], "additionalProperties": false },
    ]})
}

fn evidence() -> Map<String, Value> {
    let mut m: Map<String, Value> = EVIDENCE.iter().map(|k| ((*k).to_owned(), json!(true))).collect();
    m.insert("quality".to_owned(), quality());
    m.insert("primary".into(), json!({ "type": ["boolean", "null"] }));
    m
}
