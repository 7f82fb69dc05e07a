//! The schema of a footprint: beside a number, a record of a data exchange or the inputs of its rule.

use footrule_mir::{Footprint, Program, Ty};
use serde_json::{Value, json};

/// The schema of a value, with the other forms of a footprint where it is one.
pub(super) fn or(program: &Program, ty: &Ty, footprint: Option<Footprint>, plain: Value) -> Value {
    match (footprint, ty) {
        (None, _) => plain,
        (Some(f), Ty::List(item)) => {
            let mut list = plain;
            if let Some(items) = list.get_mut("items") {
                *items = or(program, item, Some(f), items.take());
            }
            list
        }
        (Some(f), Ty::Optional(inner)) => {
            let inner = or(program, inner, Some(f), super::value(program, inner, &[]));
            json!({ "anyOf": [{ "type": "null" }, inner] })
        }
        (Some(f), _) => {
            let mut forms = vec![shared(plain), exchange()];
            let rule = program.upstream_of(f).map(|u| json!({ "$ref": format!("#/$defs/{}", escaped(&u.program)) }));
            forms.extend(rule);
            json!({ "anyOf": forms })
        }
    }
}

/// A number may say how much of it rests on primary data.
fn shared(mut plain: Value) -> Value {
    let forms = plain.get_mut("anyOf").and_then(Value::as_array_mut);
    for form in forms.into_iter().flatten() {
        if let Some(properties) = form.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("primary_data_share".into(), json!({ "type": ["number", "string", "null"] }));
        }
    }
    plain
}

/// A record of the PACT data exchange, as far as it is read.
fn exchange() -> Value {
    json!({
        "$comment": "PACT 2.x, 3.x",
        "type": "object",
        "properties": {
            "specVersion": { "type": ["string", "number"], "pattern": r"^\s*[23]\." },
            "pcf": { "type": "object" },
        },
        "required": ["specVersion", "pcf"],
    })
}

/// The definitions of the rules whose inputs may stand for their footprint; they nest as the rules do.
pub(super) fn rules(program: &Program) -> impl Iterator<Item = (String, Value)> {
    program.upstream.iter().map(|u| {
        let mut whole = super::input(&u.program);
        rebase(&mut whole, &format!("#/$defs/{}/", escaped(&u.program)));
        let take = |key: &str| whole.get(key).cloned().unwrap_or_default();
        let mut properties = take("properties");
        if let Some(p) = properties.as_object_mut() {
            p.insert("rule".into(), json!({ "type": ["string", "null"] }));
        }
        let schema = json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
            "$defs": take("$defs"),
        });
        (name(&u.program), schema)
    })
}

fn name(program: &Program) -> String {
    format!("rule {}", program.rule.name.id)
}

/// The name in a reference.
fn escaped(program: &Program) -> String {
    name(program).replace(' ', "%20")
}

/// References to the definitions of a schema that now stands inside another.
fn rebase(schema: &mut Value, to: &str) {
    match schema {
        Value::Object(m) => {
            for (key, value) in m {
                match value {
                    Value::String(r) if key == "$ref" => *r = r.replacen("#/", to, 1),
                    value => rebase(value, to),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|v| rebase(v, to)),
        _ => {}
    }
}
