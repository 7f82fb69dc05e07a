//! A small checker of JSON Schemas: the keywords that ours use, and no others (an unknown keyword is an error, so that
//! no condition is passed over).

use serde_json::{Map, Value};

/// Whether a document fits a schema; else where and why.
pub fn check(schema: &Value, doc: &Value) -> Result<(), String> {
    Checker { root: schema }.value(schema, doc, "")
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn value(&self, schema: &Value, doc: &Value, at: &str) -> Result<(), String> {
        let Value::Object(rules) = schema else {
            return if *schema == Value::Bool(true) { Ok(()) } else { Err(format!("{at}: nothing fits")) };
        };
        rules.iter().try_for_each(|(key, rule)| self.rule(rules, key, rule, doc, at))
    }

    fn rule(&self, all: &Map<String, Value>, key: &str, rule: &Value, doc: &Value, at: &str) -> Result<(), String> {
        let fail = || Err(format!("{at}: {doc} breaks {key} {rule}"));
        let holds = |ok: bool| if ok { Ok(()) } else { fail() };
        let bound =
            |f: fn(f64, f64) -> bool| holds(doc.as_f64().zip(rule.as_f64()).is_none_or(|(x, limit)| f(x, limit)));
        match key {
            "$schema" | "$id" | "$defs" | "$comment" | "title" | "description" => Ok(()),
            "$ref" => {
                let name = rule.as_str().unwrap_or_default().trim_start_matches('#').replace("%20", " ");
                let target = self.root.pointer(&name).ok_or_else(|| format!("no {name}"))?;
                self.value(target, doc, at)
            }
            "type" => {
                let names: Vec<&str> = match rule {
                    Value::Array(a) => a.iter().filter_map(Value::as_str).collect(),
                    one => one.as_str().into_iter().collect(),
                };
                holds(names.into_iter().any(|n| is(n, doc)))
            }
            "const" => holds(rule == doc),
            "enum" => holds(rule.as_array().is_some_and(|a| a.contains(doc))),
            "anyOf" => {
                let any = rule.as_array().is_some_and(|a| a.iter().any(|s| self.value(s, doc, at).is_ok()));
                holds(any)
            }
            "pattern" => {
                let pattern = regex_lite::Regex::new(rule.as_str().unwrap_or_default()).map_err(|e| e.to_string())?;
                holds(doc.as_str().is_none_or(|t| pattern.is_match(t)))
            }
            "minimum" => bound(|x, y| x >= y),
            "maximum" => bound(|x, y| x <= y),
            "exclusiveMinimum" => bound(|x, y| x > y),
            "exclusiveMaximum" => bound(|x, y| x < y),
            "minItems" => holds(doc.as_array().is_none_or(|a| a.len() as u64 >= rule.as_u64().unwrap_or(0))),
            "maxItems" => holds(doc.as_array().is_none_or(|a| a.len() as u64 <= rule.as_u64().unwrap_or(0))),
            "required" => {
                let names = rule.as_array().into_iter().flatten().filter_map(Value::as_str);
                holds(doc.as_object().is_none_or(|m| names.into_iter().all(|n| m.contains_key(n))))
            }
            "items" => {
                let items = doc.as_array().into_iter().flatten().enumerate();
                items.into_iter().try_for_each(|(i, d)| self.value(rule, d, &format!("{at}/{i}")))
            }
            "properties" => {
                let given = doc.as_object().into_iter().flatten();
                given
                    .into_iter()
                    .try_for_each(|(k, d)| rule.get(k).map_or(Ok(()), |s| self.value(s, d, &format!("{at}/{k}"))))
            }
            "additionalProperties" => {
                let known = |k: &str| all.get("properties").is_some_and(|p| p.get(k).is_some());
                let mut rest = doc.as_object().into_iter().flatten().filter(|(k, _)| !known(k));
                rest.try_for_each(|(k, d)| self.value(rule, d, &format!("{at}/{k}")))
            }
            _ => Err(format!("unknown keyword {key}")),
        }
    }
}

fn is(name: &str, doc: &Value) -> bool {
    match name {
        "null" => doc.is_null(),
        "boolean" => doc.is_boolean(),
        "integer" => doc.is_i64() || doc.is_u64(),
        "number" => doc.is_number(),
        "string" => doc.is_string(),
        "array" => doc.is_array(),
        "object" => doc.is_object(),
        _ => false,
    }
}
