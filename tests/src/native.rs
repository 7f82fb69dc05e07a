//! Native evaluators against the reference: rows drawn around the cases that stand in a rule, and generated ones.
//!
//! A row is a document of inputs; rows of one shape make columns. Whatever an evaluator says of a row must be what the
//! reference says, digit for digit; of a row that the reference refuses it must say nothing.

use crate::fuzz::Rng;
use footrule_mir::{Day, Footprint, Op, Program, Ty};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::kernel::{Kernel, ListId};
use footrule_native::layout::{self, Kind, Layout, List};
use footrule_number::{Number, Ratio};
use footrule_runtime::{Inputs, Options, Outcome, ReportValue, day, day_number, evaluate, run_test};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeSet, HashMap};

/// Inputs of a rule that have a result, with their period.
#[derive(Debug, Clone)]
pub struct Case {
    /// First and last day.
    pub period: Option<(Day, Day)>,
    /// Values by name.
    pub inputs: Map<String, Json>,
}

/// The inputs of the tests of a rule that have a result.
#[must_use]
pub fn cases(program: &Program) -> Vec<Case> {
    let of = |i| {
        let outcome = run_test(program, i, None).outcome?;
        if program.tests.get(i)?.scenario.is_some() {
            return None;
        }
        Some(case_of(program, &outcome, program.tests.get(i)?.period))
    };
    (0..program.tests.len()).filter_map(of).collect()
}

/// The inputs of an outcome, with the evidence that the rule asks for.
#[must_use]
pub fn case_of(program: &Program, outcome: &Outcome, period: Option<(Day, Day)>) -> Case {
    let given = outcome.inputs.iter().filter(|v| !v.default);
    let inputs = given.filter_map(|v| {
        let info = program.inputs.iter().find(|i| i.name.id == v.name.id)?;
        let mut value = plain(serde_json::to_value(&v.value).ok()?);
        as_given(program, &info.ty, &mut value);
        Some((v.name.id.clone(), value))
    });
    let mut inputs: Map<String, Json> = inputs.collect();
    for asked in &program.evidence {
        if let Some(info) = program.inputs.get(asked.input.ix())
            && let Some(value) = inputs.get_mut(&info.name.id)
        {
            prove(program, &info.ty, &asked.fields, value);
        }
    }
    // A document says its period where the rule reads it anywhere.
    let reads = program.nodes.iter().any(|n| matches!(n.op, Op::Period));
    let year = || reads.then_some(((2024, 1, 1), (2024, 12, 31)));
    Case { period: period.or_else(year), inputs }
}

/// The evidence that a rule asks for, beside the value.
fn prove(program: &Program, ty: &Ty, fields: &[String], value: &mut Json) {
    match (ty, &mut *value) {
        (_, Json::Null) => {}
        (Ty::Optional(inner), _) => prove(program, inner, fields, value),
        (Ty::List(inner), Json::Array(items)) => items.iter_mut().for_each(|v| prove(program, inner, fields, v)),
        (Ty::Record(r), Json::Object(m)) => {
            for f in program.records.get(r.ix()).iter().flat_map(|r| &r.fields) {
                if fields.first().is_none_or(|k| *k == f.name.id)
                    && let Some(v) = m.get_mut(&f.name.id)
                {
                    prove(program, &f.ty, fields.get(1..).unwrap_or_default(), v);
                }
            }
        }
        (Ty::Activity { .. }, Json::Object(m)) => drop(m.insert("source".to_owned(), json!("a meter"))),
        _ => *value = json!({ "value": value, "source": "a meter" }),
    }
}

/// A value as it is given: without what the rule added.
fn plain(value: Json) -> Json {
    match value {
        Json::Object(mut m) if m.contains_key("amount") => {
            let own = m.get("default_factor") != Some(&Json::Bool(true));
            let amount = m.remove("amount").map_or(Json::Null, plain);
            let mut out = Map::new();
            out.insert("amount".to_owned(), amount);
            if let (true, Some(Json::Object(parts))) = (own, m.remove("factor")) {
                match parts.get("undivided") {
                    Some(x) if parts.len() == 1 => out.insert("factor".to_owned(), plain(x.clone())),
                    _ => out.insert("factor".to_owned(), Json::Object(parts)),
                };
            }
            Json::Object(out)
        }
        // A quantity in its declared unit.
        Json::Object(m) if m.contains_key("value") && m.contains_key("unit") => {
            m.get("value").cloned().map(plain).unwrap_or_default()
        }
        Json::String(text) => Json::String(short(&text)),
        Json::Object(m) => Json::Object(m.into_iter().map(|(k, v)| (k, plain(v))).collect()),
        Json::Array(items) => Json::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}

/// A number with as many digits as data have.
fn short(text: &str) -> String {
    let long = |x: &Number| x.mantissa().unsigned_abs() >= 10_u128.pow(15);
    let cut = |x: Number| x.round_significant(12).map_or(x, |(x, _)| x);
    Number::parse(text).ok().filter(long).map_or_else(|| text.to_owned(), |x| cut(x).to_string())
}

/// Without what is computed or absent; CO2e of one part as a number.
fn as_given(program: &Program, ty: &Ty, value: &mut Json) {
    match (ty, &mut *value) {
        (Ty::Optional(inner), _) => as_given(program, inner, value),
        (Ty::List(inner), Json::Array(items)) => items.iter_mut().for_each(|v| as_given(program, inner, v)),
        (Ty::Split(_), Json::Object(parts)) if parts.len() == 1 => {
            if let Some(x) = parts.get("undivided").cloned() {
                *value = x;
            }
        }
        (Ty::Record(r), Json::Object(m)) => {
            let fields = program.records.get(r.ix()).map_or(&[][..], |r| &r.fields);
            m.retain(|k, v| !v.is_null() && fields.iter().any(|f| f.name.id == *k && f.computed.is_none()));
            for f in fields {
                if let Some(v) = m.get_mut(&f.name.id) {
                    as_given(program, &f.ty, v);
                }
            }
        }
        _ => {}
    }
}

/// A neighbour of a case: some numbers are others.
#[must_use]
pub fn varied(program: &Program, case: &Case, rng: &mut Rng) -> Case {
    let mut inputs = case.inputs.clone();
    for info in &program.inputs {
        if let Some(value) = inputs.get_mut(&info.name.id) {
            vary(program, &info.ty, value, rng);
        }
    }
    Case { period: case.period, inputs }
}

fn vary(program: &Program, ty: &Ty, value: &mut Json, rng: &mut Rng) {
    match (ty, value) {
        (Ty::Optional(inner), value) => vary(program, inner, value, rng),
        (ty, Json::Object(m)) if m.contains_key("value") => {
            m.get_mut("value").into_iter().for_each(|v| vary(program, ty, v, rng));
        }
        (Ty::Number(_) | Ty::Split(_) | Ty::Activity { .. }, Json::String(text)) => {
            if let Ok(x) = Number::parse(text) {
                *text = near(x, rng).to_string();
            }
        }
        (Ty::Activity { amount, factor }, Json::Object(m)) => {
            for (key, unit) in [("amount", amount), ("factor", factor)] {
                m.get_mut(key).into_iter().for_each(|v| vary(program, &Ty::Number(*unit), v, rng));
            }
        }
        (Ty::Enum(e), Json::String(text)) if rng.below(6) == 0 => {
            let members = program.enums.get(e.ix()).map_or(&[][..], |e| &e.members);
            if let Some(m) = members.get(rng.below(members.len())) {
                text.clone_from(&m.id);
            }
        }
        (Ty::Bool, Json::Bool(b)) if rng.below(4) == 0 => *b = !*b,
        (Ty::List(inner), Json::Array(items)) => {
            items.iter_mut().for_each(|v| vary(program, inner, v, rng));
            match rng.below(8) {
                0 if items.len() > 1 => drop(items.pop()),
                1 if items.len() < 6 => items.extend(items.last().cloned()),
                _ => {}
            }
        }
        (Ty::Record(r), Json::Object(m)) => {
            for f in program.records.get(r.ix()).iter().flat_map(|r| &r.fields) {
                if let Some(v) = m.get_mut(&f.name.id) {
                    vary(program, &f.ty, v, rng);
                }
            }
        }
        _ => {}
    }
}

/// A number near another, with few digits; now and then the same one, zero, or one far away.
fn near(x: Number, rng: &mut Rng) -> Number {
    let percent = [100, 100, 97, 99, 101, 103, 110, 80, 50, 200, 0, 1000];
    let p = percent[rng.below(percent.len())];
    let factor = Number::from_parts(p, 2).unwrap_or(Number::ONE);
    let y = x.mul(factor).map_or(x, |y| y.round_decimals(x.scale() + 2));
    let step = Number::from_parts(rng.below(7) as i128 - 3, (x.scale() + 1).min(10)).unwrap_or_default();
    let y = y.add(step).map_or(y, |z| if z.is_negative() { y } else { z });
    // A share stays one.
    if rng.below(10) > 0 || x.is_zero() || x <= Number::ONE && y > Number::ONE { x } else { y }
}

/// The columns of rows of one shape.
///
/// # Errors
/// What of the rows does not go into columns.
pub fn columns(program: &Program, rows: &[Case]) -> Result<(Layout, Columns), String> {
    let texts = layout::texts(program).into_iter().enumerate().map(|(i, t)| (t, i as u32)).collect();
    let mut t = Table { layout: Layout::default(), out: Columns { rows: rows.len(), ..Columns::default() }, texts };
    t.layout.gwp = Some(program.rule.gwp.clone());
    t.layout.period = rows.first().and_then(|r| r.period);
    for info in &program.inputs {
        let all: Vec<Option<&Json>> = rows.iter().map(|r| r.inputs.get(&info.name.id)).collect();
        t.add(program, &info.name.id, &info.ty, info.footprint, &all, None)?;
    }
    t.out.fit(&t.layout).map_err(|e| e.to_string())?;
    Ok((t.layout, t.out))
}

/// What is no part of CO2e.
const EVIDENCE: [&str; 3] = ["source", "quality", "primary"];

struct Table {
    layout: Layout,
    out: Columns,
    /// Codes of texts.
    texts: HashMap<String, u32>,
}

impl Table {
    fn add(
        &mut self,
        program: &Program,
        path: &str,
        ty: &Ty,
        footprint: Option<Footprint>,
        all: &[Option<&Json>],
        list: Option<ListId>,
    ) -> Result<(), String> {
        let there: Vec<Option<&Json>> = all.iter().map(|v| v.filter(|v| !v.is_null())).collect();
        if there.iter().all(Option::is_none) {
            return Ok(());
        }
        if let (Ty::Split(_), Some(of)) = (ty, footprint)
            && there.iter().flatten().any(|v| v.get("inputs").is_some())
        {
            return self.computed(program, path, of, &there, list);
        }
        let there = self.beside(path, &there, list)?;
        match ty {
            Ty::Optional(inner) => self.add(program, path, inner, footprint, &there, list),
            Ty::Split(_) if there.iter().flatten().any(|v| v.is_object()) => self.by_origin(path, &there, list),
            Ty::Number(_) | Ty::Split(_) => self.numbers(path, &there, list),
            Ty::Activity { amount, .. } if there.iter().flatten().all(|v| v.is_string()) => {
                self.add(program, path, &Ty::Number(*amount), None, &there, list)
            }
            Ty::Activity { .. } => {
                for key in ["amount", "factor"] {
                    let of: Vec<Option<&Json>> = there.iter().map(|v| v.and_then(|v| v.get(key))).collect();
                    let path = format!("{path}.{key}");
                    let of = self.beside(&path, &of, list)?;
                    if of.iter().flatten().any(|v| v.is_object()) {
                        self.by_origin(&path, &of, list)?;
                    } else if of.iter().any(|v| v.is_some()) {
                        self.numbers(&path, &of, list)?;
                    }
                }
                Ok(())
            }
            Ty::Bool => {
                let values = there.iter().map(|v| v.and_then(Json::as_bool).unwrap_or_default()).collect();
                self.push(path, Kind::Flag, Values::Flag(values), &there, list)
            }
            Ty::Enum(e) => {
                let members = program.enums.get(e.ix()).map_or(&[][..], |e| &e.members);
                let index = |v: Option<&Json>| {
                    let name = v.and_then(Json::as_str).unwrap_or_default();
                    members.iter().position(|m| m.id == name || m.labels.zh == name || m.labels.en == name).unwrap_or(0)
                        as u32
                };
                let values = there.iter().map(|v| index(*v)).collect();
                self.push(path, Kind::Member, Values::Member(values), &there, list)
            }
            Ty::Record(r) => {
                for f in program.records.get(r.ix()).iter().flat_map(|r| &r.fields) {
                    if f.computed.is_some() {
                        continue;
                    }
                    let of: Vec<Option<&Json>> = there.iter().map(|v| v.and_then(|v| v.get(&f.name.id))).collect();
                    self.add(program, &format!("{path}.{}", f.name.id), &f.ty, f.footprint, &of, list)?;
                }
                Ok(())
            }
            Ty::List(inner) => {
                let items: Vec<&[Json]> =
                    there.iter().map(|v| v.and_then(Json::as_array).map_or(&[][..], |a| a)).collect();
                if there.iter().any(Option::is_none) {
                    return Err(format!("{path} is missing in some rows"));
                }
                if items.iter().all(|i| i.is_empty()) {
                    self.layout.empty.push(path.to_owned());
                    return Ok(());
                }
                let id = ListId(self.layout.lists.len() as u32);
                self.layout.lists.push(List { path: path.to_owned(), parent: list });
                let mut offsets = vec![0];
                for i in &items {
                    offsets.push(offsets.last().copied().unwrap_or(0) + i.len() as u32);
                }
                self.out.offsets.push(offsets);
                let flat: Vec<Option<&Json>> = items.iter().flat_map(|i| i.iter().map(Some)).collect();
                self.add(program, &format!("{path}[]"), inner, footprint, &flat, Some(id))
            }
            Ty::Text => {
                let mut code = |v: Option<&Json>| {
                    let text = v.and_then(Json::as_str).unwrap_or_default();
                    let next = self.texts.len() as u32;
                    *self.texts.entry(text.to_owned()).or_insert(next)
                };
                let values = there.iter().map(|v| code(*v)).collect();
                self.push(path, Kind::Text, Values::Member(values), &there, list)
            }
            Ty::Date => {
                let day = |v: Option<&Json>| v.map_or(Some(0), |v| Some(day_number(day(v.as_str()?)?)));
                let units = there.iter().map(|v| day(*v)).collect::<Option<Vec<i64>>>();
                let units = units.ok_or_else(|| format!("{path} is no day"))?;
                self.push(path, Kind::Day, Values::Decimal { units, scale: 0 }, &there, list)
            }
            _ => Err(format!("{path} is of a type without columns")),
        }
    }

    /// Evidence stands beside the value: the values without it.
    fn beside<'j>(
        &mut self,
        path: &str,
        all: &[Option<&'j Json>],
        list: Option<ListId>,
    ) -> Result<Vec<Option<&'j Json>>, String> {
        let of = |key: &str| -> Vec<Option<&'j Json>> { all.iter().map(|v| v.and_then(|v| v.get(key))).collect() };
        let said = |of: &[Option<&Json>]| of.iter().any(|v| v.is_some_and(|v| !v.is_null()));
        let (sources, ratings) = (of("source"), of("quality"));
        if said(&sources) {
            self.push(&format!("{path}.source"), Kind::Opaque, Values::Opaque, &sources, list)?;
        }
        if said(&ratings) {
            let whole: Vec<Option<&Json>> = ratings.iter().map(|v| v.filter(|v| !v.is_object())).collect();
            if said(&whole) {
                self.numbers(&format!("{path}.quality"), &whole, list)?;
            }
            for name in footrule_mir::quality::indicators() {
                let own: Vec<Option<&Json>> = ratings.iter().map(|v| v.and_then(|v| v.get(name))).collect();
                if said(&own) {
                    self.numbers(&format!("{path}.quality.{name}"), &own, list)?;
                }
            }
        }
        let primary = of("primary");
        if said(&primary) {
            let values = primary.iter().map(|v| v.and_then(Json::as_bool).unwrap_or_default()).collect();
            let there: Vec<Option<&Json>> = primary.iter().map(|v| v.filter(|v| !v.is_null())).collect();
            self.push(&format!("{path}.primary"), Kind::Flag, Values::Flag(values), &there, list)?;
        }
        let own = |v: &'j Json| match v.as_object() {
            Some(m) if m.keys().all(|k| EVIDENCE.contains(&k.as_str())) => None,
            Some(m) if m.keys().all(|k| k == "value" || EVIDENCE.contains(&k.as_str())) => m.get("value"),
            _ => Some(v),
        };
        Ok(all.iter().map(|v| v.and_then(own).filter(|v| !v.is_null())).collect())
    }

    /// Footprints that some rows compute by their rule.
    fn computed(
        &mut self,
        program: &Program,
        path: &str,
        of: Footprint,
        all: &[Option<&Json>],
        list: Option<ListId>,
    ) -> Result<(), String> {
        let upstream = program.upstream_of(of).ok_or_else(|| format!("{path} is no footprint of a rule"))?;
        let inputs: Vec<Option<&Json>> = all.iter().map(|v| v.and_then(|v| v.get("inputs"))).collect();
        let plain: Vec<Option<&Json>> = all.iter().map(|v| v.filter(|v| v.get("inputs").is_none())).collect();
        self.add(program, path, &Ty::Split(footrule_mir::UnitId(0)), None, &plain, list)?;
        self.push(&format!("{path}.rule"), Kind::Opaque, Values::Opaque, &inputs, list)?;
        for info in &upstream.program.inputs {
            let of: Vec<Option<&Json>> = inputs.iter().map(|v| v.and_then(|v| v.get(&info.name.id))).collect();
            let path = format!("{path}.inputs.{}", info.name.id);
            self.add(&upstream.program, &path, &info.ty, info.footprint, &of, list)?;
        }
        Ok(())
    }

    /// CO2e by origin.
    fn by_origin<'j>(&mut self, path: &str, all: &[Option<&'j Json>], list: Option<ListId>) -> Result<(), String> {
        let keys: BTreeSet<&String> = all
            .iter()
            .flatten()
            .filter_map(|v| v.as_object())
            .flat_map(Map::keys)
            .filter(|k| !EVIDENCE.contains(&k.as_str()))
            .collect();
        let whole = "undivided".to_owned();
        let numbers = all.iter().flatten().any(|v| !v.is_object());
        for key in keys.into_iter().chain(numbers.then_some(&whole)).collect::<BTreeSet<_>>() {
            // One number is a part of its own.
            let part = |v: &'j Json| if v.is_object() { v.get(key) } else { (*key == whole).then_some(v) };
            let of: Vec<Option<&Json>> = all.iter().map(|v| v.and_then(part)).collect();
            self.numbers(&format!("{path}.{key}"), &of, list)?;
        }
        Ok(())
    }

    fn numbers(&mut self, path: &str, all: &[Option<&Json>], list: Option<ListId>) -> Result<(), String> {
        let mut numbers = Vec::with_capacity(all.len());
        for v in all {
            let text = match v {
                Some(Json::String(s)) => s.clone(),
                Some(Json::Number(n)) => n.to_string(),
                None => "0".to_owned(),
                Some(v) => return Err(format!("{path} is no number: {v}")),
            };
            numbers.push(Number::parse(&text).map_err(|e| format!("{path}: {e}"))?);
        }
        let scale = numbers.iter().map(|x| x.scale()).max().unwrap_or(0);
        let unit = |x: &Number| {
            let shifted = x.mantissa().checked_mul(10_i128.checked_pow(scale - x.scale())?)?;
            i64::try_from(shifted).ok()
        };
        let units: Option<Vec<i64>> = numbers.iter().map(unit).collect();
        let units = units.ok_or_else(|| format!("{path} has too many digits"))?;
        let kind = Kind::Number { factor: Ratio::ONE, offset: None };
        self.push(path, kind, Values::Decimal { units, scale }, all, list)
    }

    fn push(
        &mut self,
        path: &str,
        kind: Kind,
        values: Values,
        all: &[Option<&Json>],
        list: Option<ListId>,
    ) -> Result<(), String> {
        let given: Vec<bool> = all.iter().map(Option::is_some).collect();
        let nullable = given.contains(&false);
        self.layout.columns.push(layout::Column { path: path.to_owned(), kind, list, nullable });
        self.out.columns.push(Column { values, given: nullable.then_some(given) });
        Ok(())
    }
}

/// What the reference says of a row: the published figures of the kernel's outputs, then its texts, and the warnings that
/// fire.
#[must_use]
pub fn reference(program: &Program, kernel: &Kernel, case: &Case) -> Option<(Vec<String>, Vec<String>)> {
    let show = |(y, m, d): Day| format!("{y:04}-{m:02}-{d:02}");
    let mut doc = json!({ "inputs": case.inputs, "gwp": program.rule.gwp });
    if let Some((a, b)) = case.period {
        doc["period"] = Json::String(format!("{}/{}", show(a), show(b)));
    }
    let inputs = Inputs::from_json(program, "row", &doc.to_string()).ok()?;
    let outcome = evaluate(program, &inputs, Options::default()).ok()?;
    let names = kernel.outputs.iter().map(|o| &o.name).chain(kernel.words.iter().map(|w| &w.name));
    let figures = names.map(|name| figure(&outcome, name)).collect();
    Some((figures, outcome.warnings.iter().map(|w| w.name.clone()).collect()))
}

/// A published figure by the name of the output.
fn figure(outcome: &Outcome, name: &str) -> String {
    if let Some(id) = name.strip_prefix("report.") {
        return outcome.reports.iter().find(|r| r.name.id == id).map_or_else(String::new, |r| match &r.value {
            ReportValue::Figure(f) => f.value.clone(),
            ReportValue::Bool(b) => b.to_string(),
            ReportValue::Text(t) => t.clone(),
        });
    }
    let of = outcome.footprints.iter().find_map(|f| {
        let prefix = f.product.as_ref().map_or_else(String::new, |p| format!("{}.", p.id));
        name.strip_prefix(&prefix).map(|rest| (f, rest))
    });
    let Some((footprint, rest)) = of else { return String::new() };
    match rest.split_once('.') {
        None => footprint.total.value.clone(),
        Some(("total_per", unit)) => {
            let also = footprint.also.iter().find(|a| a.declared_unit.unit == unit);
            also.map_or_else(String::new, |a| a.total.value.clone())
        }
        Some(("stage", id)) => {
            footprint.stages.iter().find(|s| s.name.id == id).map_or_else(String::new, |s| s.figure.value.clone())
        }
        // A gas that does not occur is not listed.
        Some((_, id)) => {
            let of = id.trim_end_matches('?');
            let is = |g: &&footrule_runtime::Gas| g.name.as_ref().map_or(of == "other", |n| n.id == of);
            let found = footprint.gases.iter().find(is);
            if of == id {
                found.map_or_else(String::new, |g| g.figure.value.clone())
            } else {
                found.is_some().to_string()
            }
        }
    }
}
