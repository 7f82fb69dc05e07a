//! What the range analysis claims: compared with a page, and put to the test with generated inputs.

use footrule_diag::{FileSpan, Severity};
use footrule_mir::ranges::{Interval, Kind, Obligation, Range, Ranges, Risk, Verdict, analyse};
use footrule_mir::{Constraint, DefId, LineId, NodeId, Program, RecordId, Ty};
use footrule_number::Number;
use footrule_runtime::{Inputs, Options, Recorder, Value, evaluate_recorded};
use serde_json::{Map, Value as Json, json};

use crate::fuzz::Rng;

/// Compares what is known with the lines of a `ranges` block.
///
/// `open RISK ‹slice› RANGE by INPUTS` and `always …` must name exactly the places that are not proved or refuted (of
/// overflow and results too small only if one is named); `proved RISK N` counts; `let NAME = RANGE`, `line NAME = RANGE`.
///
/// # Errors
/// What differs.
pub fn compare(program: &Program, slice: &dyn Fn(&FileSpan) -> String, want: &str) -> Result<(), String> {
    let ranges = analyse(program);
    let want: Vec<&str> = want.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let sizes = want.iter().any(|l| l.contains(" overflow") || l.contains(" too_small"));
    let mut found: Vec<String> = Vec::new();
    for o in ranges.obligations().iter().filter(|o| o.verdict != Verdict::Never) {
        if sizes || !matches!(o.risk, Risk::Overflow | Risk::TooSmall) {
            found.push(open(program, o, slice));
        }
    }
    for line in want {
        let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
        let named = rest.split_once(" = ").map_or((rest, rest), |(n, _)| (n, line));
        let now = match what {
            "open" | "always" => match found.iter().position(|f| f == line) {
                Some(i) => {
                    found.remove(i);
                    continue;
                }
                None => return Err(format!("not found: {line}\nfound:\n{}", found.join("\n"))),
            },
            "proved" => {
                let name = rest.split_once(' ').map_or(rest, |(n, _)| n);
                let is = |o: &&Obligation| o.risk.name() == name && o.verdict == Verdict::Never;
                format!("proved {name} {}", ranges.obligations().iter().filter(is).count())
            }
            "let" => {
                let i = program.defs.iter().position(|d| d.name.id == named.0).ok_or(line)?;
                let ty = &program.nodes[program.defs[i].node.ix()].ty;
                let text = ranges.def(DefId(i as u32)).and_then(|r| r.text(program, ty));
                format!("let {} = {}", named.0, text.unwrap_or_default())
            }
            "line" => {
                let i = program.lines.iter().position(|l| l.name.id == named.0).ok_or(line)?;
                let item = ranges.line(LineId(i as u32)).and_then(|l| l.item);
                format!("line {} = {}", named.0, item.map(|i| i.to_string()).unwrap_or_default())
            }
            _ => return Err(format!("`{line}` cannot be expected")),
        };
        if now != line {
            return Err(format!("expected: {line}\nfound:    {now}"));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(format!("found besides what is expected:\n{}", found.join("\n"))) }
}

fn open(program: &Program, o: &Obligation, slice: &dyn Fn(&FileSpan) -> String) -> String {
    let word = if o.verdict == Verdict::Always { "always" } else { "open" };
    let at = program.places.get(o.place.ix()).map(slice).unwrap_or_default();
    let mut out = format!("{word} {} ‹{}›", o.risk.name(), at.lines().next().unwrap_or_default());
    let value = o.value(program);
    if !value.is_empty() {
        out.push_str(&format!(" {value}"));
    }
    if !o.inputs.is_empty() {
        out.push_str(&format!(" by {}", o.inputs.join(", ")));
    }
    out
}

/// True if a value lies in a range.
fn lies(value: &Value, range: &Range) -> bool {
    match (value, &range.kind) {
        (Value::Err(_), _) | (_, Kind::Other) => true,
        (Value::Absent, _) => range.absent,
        (Value::Number(x), Kind::Number(i)) => i.contains(*x),
        (Value::Split(s), Kind::Split(p)) => {
            let n = s.parts().len() as u64;
            let whole = s.whole().is_ok_and(|x| range.whole().is_some_and(|i| i.contains(x)));
            p.count.0 <= n && n <= p.count.1 && s.parts().iter().all(|(_, x)| p.part.contains(*x)) && whole
        }
        (Value::Bool(b), Kind::Bool { yes, no }) => *(if *b { yes } else { no }),
        (Value::Enum(_, m), Kind::Enum(set)) => set.contains(m),
        (Value::Record(_, fields), Kind::Record(ranges)) => fields.iter().zip(ranges.iter()).all(|(v, r)| lies(v, r)),
        (Value::List(items), Kind::List { item, count }) => {
            let n = items.len() as u64;
            count.0 <= n && count.1.is_none_or(|m| n <= m) && items.iter().all(|v| lies(v, item))
        }
        (Value::Activity(a), Kind::Activity { amount, factor }) => {
            let parts = a.factor.as_ref().and_then(|f| f.as_ref().ok()).map_or(&[][..], |f| f.parts());
            amount.contains(a.amount) && parts.iter().all(|(_, x)| factor.part.contains(*x))
        }
        (Value::Row(_, r), Kind::Row(_, rows)) => rows.contains(r),
        _ => false,
    }
}

/// What evaluations of generated inputs came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tried {
    /// Inputs that were admitted.
    pub admitted: usize,
    /// Evaluations with a result.
    pub results: usize,
    /// Values that were compared.
    pub values: usize,
}

/// Evaluates a program with generated inputs and holds every value and every failure against the analysis.
///
/// # Errors
/// The first value outside its range, or failure that was proved impossible.
pub fn sound(program: &Program, ranges: &Ranges, seed: u64, rounds: usize) -> Result<Tried, String> {
    let mut rng = Rng::new(seed);
    let mut tried = Tried::default();
    for _ in 0..rounds {
        let mut values = Map::new();
        for input in &program.inputs {
            let given = input.when.is_none() || rng.below(2) == 0;
            if given && (input.default.is_none() && !matches!(input.ty, Ty::Optional(_)) || rng.below(2) == 0) {
                values.insert(input.name.id.clone(), draw(program, &input.ty, &input.constraints, &mut rng));
            }
        }
        let year = 2021 + rng.below(6);
        let doc = text(&json!({ "period": year.to_string(), "inputs": values, "gwp": program.rule.gwp }));
        let Ok(inputs) = Inputs::from_json(program, "drawn", &doc) else { continue };
        tried.admitted += 1;
        let seen = Recorder::with_values(program);
        let outcome = evaluate_recorded(program, &inputs, Options::default(), &seen);
        for (n, value) in seen.take_values() {
            tried.values += 1;
            check(program, ranges, n, &value).map_err(|e| format!("{e}\ninput: {doc}"))?;
        }
        match outcome {
            Ok(_) => tried.results += 1,
            Err(errors) => {
                // A requirement that is violated excuses whatever else fails.
                let required = errors.iter().any(|d| d.severity == Severity::Error && d.code.as_str() == "FR-E006");
                for d in errors.iter().filter(|_| !required) {
                    let Some(risks) = risks(d.code.as_str()) else { continue };
                    let at = d.primary.as_ref().map(|l| &l.at);
                    let here = |o: &&Obligation| risks.contains(&o.risk) && program.places.get(o.place.ix()) == at;
                    let mut all = ranges.obligations().iter().filter(here).peekable();
                    if all.peek().is_some() && all.all(|o| o.verdict == Verdict::Never) {
                        return Err(format!("proved impossible: {} {} at {at:?}\ninput: {doc}", d.code, d.message.en));
                    }
                }
            }
        }
    }
    Ok(tried)
}

fn risks(code: &str) -> Option<&'static [Risk]> {
    Some(match code {
        "FR-E001" => &[Risk::DivisionByZero],
        "FR-E002" => &[Risk::Overflow],
        "FR-E003" => &[Risk::TooSmall],
        "FR-E004" => &[Risk::Domain],
        "FR-E005" => &[Risk::Empty],
        "FR-E013" => &[Risk::Weights],
        "FR-E011" => &[Risk::NegativeLine],
        _ => return None,
    })
}

fn check(program: &Program, ranges: &Ranges, n: NodeId, value: &Value) -> Result<(), String> {
    let op = program.nodes.get(n.ix()).map(|n| &n.op);
    match ranges.node(n) {
        Some(range) if lies(value, range) => Ok(()),
        Some(range) => Err(format!("{n:?} {op:?}: {value:?} is not in {range:?}")),
        None => Err(format!("{n:?} {op:?} has a value but no range")),
    }
}

/// A value that the constraints may admit, often at a bound.
fn draw(program: &Program, ty: &Ty, constraints: &[Constraint], rng: &mut Rng) -> Json {
    match ty {
        Ty::Number(_) => number(constraints, rng),
        Ty::Split(_) => json!({ "value": number(constraints, rng), "gwp": program.rule.gwp }),
        Ty::Bool => json!(rng.below(2) == 0),
        Ty::Text => json!(format!("t{}", rng.below(1000))),
        Ty::Date => json!("2024-05-06"),
        Ty::Enum(e) => {
            let members = program.enums.get(e.ix()).map_or(&[][..], |e| &e.members);
            json!(members.get(rng.below(members.len())).map_or("", |m| m.id.as_str()))
        }
        Ty::Optional(t) if rng.below(3) > 0 => draw(program, t, constraints, rng),
        Ty::Record(r) => record(program, *r, constraints, rng),
        Ty::List(t) => {
            let n = [0, 1, 1, 2, 3][rng.below(5)];
            Json::Array((0..n).map(|_| draw(program, t, constraints, rng)).collect())
        }
        Ty::Activity { .. } => {
            let factor = ["0", "0.5", "-1", "1000"][rng.below(4)];
            let factor = bare(factor.to_owned());
            json!({ "amount": number(constraints, rng), "factor": factor, "source": "s", "year": 2024 })
        }
        _ => Json::Null,
    }
}

fn record(program: &Program, id: RecordId, constraints: &[Constraint], rng: &mut Rng) -> Json {
    let mut out = Map::new();
    let fields = program.records.get(id.ix()).map_or(&[][..], |r| &r.fields);
    let sums = constraints.iter().any(|c| matches!(c, Constraint::Sum(None, ..) | Constraint::SumWithin { .. }));
    let whole = rng.below(fields.len());
    for (k, f) in fields.iter().enumerate().filter(|(_, f)| f.computed.is_none()) {
        let optional = f.default.is_some() || matches!(f.ty, Ty::Optional(_)) || f.when.is_some();
        if sums {
            out.insert(f.name.id.clone(), json!(i32::from(k == whole)));
        } else if !optional || rng.below(2) == 0 {
            out.insert(f.name.id.clone(), draw(program, &f.ty, &f.constraints, rng));
        }
    }
    Json::Object(out)
}

/// A number that is to be written without quotes, however many digits it has.
fn bare(digits: String) -> Json {
    Json::String(format!("#{digits}"))
}

/// The document with its numbers.
fn text(doc: &Json) -> String {
    let mut out = String::new();
    for (i, piece) in doc.to_string().split("\"#").enumerate() {
        match piece.split_once('"').filter(|_| i > 0) {
            Some((number, rest)) => out.extend([number, rest]),
            None => out.push_str(piece),
        }
    }
    out
}

fn number(constraints: &[Constraint], rng: &mut Rng) -> Json {
    let all = Interval::ANY;
    let mut inside = all;
    let mut points = vec!["0", "1", "2", "0.1", "0.9", "1000", "33.7"];
    let rare = ["0.0000000000000000000000000001", "79228162514264337593543950335", "-1", "-0.5", "1000000000000000"];
    if rng.below(12) == 0 {
        points.extend(rare);
    }
    let mut points: Vec<Number> = points.into_iter().filter_map(|p| Number::parse(p).ok()).collect();
    for c in constraints {
        match c {
            Constraint::Range(lo, hi, _) => {
                inside = inside.meet(Interval::between(*lo, *hi));
                points.extend([*lo, *hi]);
                points.extend(lo.add(*hi).and_then(|x| x.div(Number::from(2))));
            }
            Constraint::Compare(_, x, _) => {
                points.push(*x);
                points.extend(x.add(Number::ONE));
            }
            _ => {}
        }
    }
    points.retain(|x| inside.contains(*x));
    bare(points.get(rng.below(points.len())).map_or_else(|| "0".to_owned(), Number::to_string))
}

/// A copy of the claims in which one node is claimed to be narrower than it is: what [`sound`] must catch.
#[must_use]
pub fn sabotaged(ranges: &Ranges, program: &Program) -> Option<Ranges> {
    let number = |n: &NodeId| ranges.node(*n).and_then(Range::number).is_some_and(|i| i.lo.is_some() && i.hi.is_none());
    let of_input = |n: &NodeId| matches!(program.nodes[n.ix()].op, footrule_mir::Op::Div(..));
    let n = (0..program.nodes.len() as u32).map(NodeId).filter(of_input).find(number)?;
    Some(ranges.clone().with(n, Interval::point(Number::ZERO).into()))
}
