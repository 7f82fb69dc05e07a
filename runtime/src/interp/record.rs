//! Records and activities: defaults, computed fields, constraints, requirements. The same for records that a user
//! gives and for records that the program builds.

use super::{Interp, Slot};
use crate::quality::{Rating, Score};
use crate::show;
use crate::touch::Touches;
use crate::value::{Activity, Datum, Errs, FailKind, PartKey, Split, Value};
use footrule_diag::{Text, text};
use footrule_mir::{
    CheckInfo, Cmp, Constraint, Evidence, FactorDefault, NodeId, Op, Origin, Piece, PlaceId, Program, RecordId, Ty,
    UnitId,
};
use footrule_number::{NumError, Number, sum};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// What is wrong with a value given to a field or an input.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// A constraint; its place; whether on a list.
    Constraint { place: PlaceId, list: bool, message: Text },
    /// No value and no default.
    Missing,
    /// Given although its condition does not hold.
    NotApplicable,
    /// An activity without factor.
    NoFactor,
    /// A factor where the rule fixes it.
    FixedFactor,
    /// A requirement of the record.
    Require { place: PlaceId, message: Text },
}

impl<'p> Interp<'p> {
    /// A record that the program builds.
    #[inline(never)]
    pub(super) fn record(&mut self, id: NodeId, record: RecordId, given: &[Option<NodeId>]) -> Slot {
        let given = given.iter().map(|n| n.map(|n| self.get(n))).collect();
        let (slot, problems) = self.build(record, given);
        if problems.is_empty() {
            return slot;
        }
        let place = self.program.nodes.get(id.ix()).map(|n| n.place).unwrap_or_default();
        let errs: Vec<Errs> = problems
            .into_iter()
            .enumerate()
            .map(|(i, (field, problem))| {
                let field = field.unwrap_or(0);
                let (place, kind) = match problem {
                    Problem::Constraint { list, message, .. } => (place, FailKind::Constraint { list, message }),
                    Problem::Missing => (place, FailKind::MissingField(record, field)),
                    Problem::NotApplicable => (place, FailKind::NotApplicable(record, field)),
                    Problem::NoFactor => (place, FailKind::NoFactor),
                    Problem::FixedFactor => (place, FailKind::FixedFactor),
                    Problem::Require { place, message } => (place, FailKind::Require(message)),
                };
                self.fail_at(place, Some(id), i as u32, kind)
            })
            .collect();
        match Errs::union(&errs) {
            Some(e) => Slot { value: Value::Err(e), touches: slot.touches },
            None => slot,
        }
    }

    /// Completes a record from its given fields: checks them, fills in defaults and computed fields, and checks the
    /// record's requirements. Problems come with the index of the field they concern.
    pub(crate) fn build(&mut self, id: RecordId, mut given: Vec<Option<Slot>>) -> (Slot, Vec<(Option<u32>, Problem)>) {
        let program = self.program;
        let Some(info) = program.records.get(id.ix()) else {
            let errs = self.fail_at(PlaceId(0), None, 0, FailKind::Bug("no such record"));
            return (Slot::new(Value::Err(errs)), Vec::new());
        };
        let n = info.fields.len();
        given.resize(n, None);
        let mut touches = Touches::NONE;
        let mut problems = Vec::new();
        let mut fields: Vec<Value> = vec![Value::Absent; n];
        let outer = self.take(info.this);
        for (k, slot) in given.iter().enumerate() {
            if let Some(slot) = slot {
                fields[k] = slot.value.clone();
                touches.absorb(&slot.touches);
            }
        }
        for (k, field) in info.order.iter().filter_map(|k| Some((*k as usize, info.fields.get(*k as usize)?))) {
            if let Some(when) = &field.when {
                self.this(info.this, id, &fields, &touches);
                match self.condition(when.region) {
                    (Ok(true), read) => touches.absorb(&read),
                    (Ok(false), read) => {
                        touches.absorb(&read);
                        if given[k].is_some() {
                            problems.push((Some(k as u32), Problem::NotApplicable));
                        }
                        fields[k] = Value::Absent;
                        continue;
                    }
                    (Err(e), _) => {
                        fields[k] = Value::Err(e);
                        continue;
                    }
                }
            }
            let region = match (&given[k], field.computed, field.default) {
                (_, Some(region), _) | (None, None, Some(region)) => Some(region),
                (Some(_), ..) => None,
                (None, None, None) => {
                    if !matches!(field.ty, Ty::Optional(_)) {
                        problems.push((Some(k as u32), Problem::Missing));
                    }
                    None
                }
            };
            if let Some(region) = region {
                self.this(info.this, id, &fields, &touches);
                let slot = self.region(region);
                touches.absorb(&slot.touches);
                fields[k] = slot.value;
            }
            if field.computed.is_none() {
                if contains_activity(&field.ty) {
                    self.this(info.this, id, &fields, &touches);
                    fields[k] = self.complete(fields[k].clone(), field.factor.as_ref(), &mut |p| {
                        problems.push((Some(k as u32), p));
                    });
                }
                for problem in violations(program, &fields[k], &field.ty, &field.constraints) {
                    problems.push((Some(k as u32), problem));
                }
            }
        }
        let mut failed = Vec::new();
        if problems.is_empty() && !info.requires.is_empty() {
            self.this(info.this, id, &fields, &touches);
            for check in &info.requires {
                match self.condition(check.condition).0 {
                    Ok(true) => {}
                    Ok(false) => {
                        let message = self.message(check);
                        problems.push((None, Problem::Require { place: check.place, message }));
                    }
                    Err(e) => failed.push(e),
                }
            }
        }
        self.restore(info.this, outer);
        let value = match Errs::union(&failed) {
            Some(e) => Value::Err(e),
            None => Value::Record(id, fields.into()),
        };
        (Slot { value, touches: touches.settled() }, problems)
    }

    fn this(&mut self, node: NodeId, id: RecordId, fields: &[Value], touches: &Touches) {
        self.set(node, Slot { value: Value::Record(id, fields.into()), touches: touches.clone() });
    }

    /// The message of a check, with the values it shows.
    pub(crate) fn message(&mut self, check: &CheckInfo) -> Text {
        let zh = self.pieces(&check.zh);
        let en = self.pieces(&check.en);
        if zh.is_empty() && en.is_empty() { Text::same(check.formula.clone()) } else { Text::new(zh, en) }
    }

    fn pieces(&mut self, pieces: &[Piece]) -> String {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(t) => out.push_str(t),
                Piece::Value(region) => {
                    let slot = self.region(*region);
                    let node = self.program.regions.get(region.ix()).and_then(|r| r.value);
                    let ty = node.and_then(|n| self.program.nodes.get(n.ix())).map(|n| &n.ty);
                    out.push_str(&show::value(self.program, &slot.value, ty.and_then(unit_of)));
                }
            }
        }
        out
    }

    /// Fills in the factor of activities that have none, inside optionals and lists too.
    pub(crate) fn complete(
        &mut self,
        value: Value,
        default: Option<&FactorDefault>,
        problem: &mut dyn FnMut(Problem),
    ) -> Value {
        match value {
            Value::Activity(a) => match (&a.factor, default) {
                (Some(_), Some(d)) if d.fixed && !a.datum.default_factor => {
                    problem(Problem::FixedFactor);
                    Value::Activity(a)
                }
                (Some(_), _) => Value::Activity(a),
                (None, None) => {
                    problem(Problem::NoFactor);
                    Value::Activity(a)
                }
                (None, Some(d)) => {
                    let slot = self.region(d.value);
                    let factor = match slot.value {
                        Value::Split(s) => s
                            .rekey(|k| PartKey { evidence: Evidence::Secondary, ..k })
                            .map_err(|_| self.fail_at(PlaceId(0), None, 0, FailKind::Bug("a factor too large"))),
                        Value::Number(x) => {
                            Ok(Split::one(PartKey::new(Origin::Undivided, None, Evidence::Secondary), x)
                                .rated(Rating::factor(self.rating(&slot.touches).factor)))
                        }
                        Value::Err(e) => Err(e),
                        _ => Err(self.fail_at(PlaceId(0), None, 0, FailKind::Bug("a default factor that is none"))),
                    };
                    let datum = Datum { default_factor: true, touches: slot.touches, ..a.datum.clone() };
                    Value::Activity(Arc::new(Activity { amount: a.amount, factor: Some(factor), datum }))
                }
            },
            Value::List(items) => {
                Value::List(items.iter().map(|v| self.complete(v.clone(), default, problem)).collect())
            }
            other => other,
        }
    }

    #[inline(never)]
    pub(super) fn activity(&mut self, id: NodeId, op: &Op) -> Slot {
        let Op::Activity { amount, factor, source, year, region, primary } = op else {
            return Slot::new(self.bug(id, "no activity"));
        };
        let (amount, mut touches) = self.operands([*amount]);
        let factor = factor.map(|n| self.get(n));
        let mut errs: Vec<Errs> = Vec::new();
        let evidence = if *primary { Evidence::Primary } else { Evidence::Secondary };
        let split = match factor {
            None => None,
            Some(slot) => {
                touches.absorb(&slot.touches);
                match slot.value {
                    Value::Err(e) => {
                        errs.push(e);
                        None
                    }
                    Value::Number(x) => {
                        let key = PartKey::new(Origin::Undivided, None, evidence);
                        Some(Ok(Split::one(key, x).rated(Rating::factor(Score::Unrated))))
                    }
                    // A factor that a test writes down has no rating.
                    Value::Split(s) => Some(s.rekey(|k| PartKey { evidence, ..k }).map(|s| {
                        let known = s.terms().list().is_some_and(|t| t.iter().all(|(r, _)| *r != Rating::default()));
                        if known { s } else { s.rated(Rating::factor(Score::Unrated)) }
                    })),
                    _ => {
                        return Slot { value: self.bug(id, "an activity with what is no factor"), touches };
                    }
                }
            }
        };
        let amount = match amount {
            Ok([Value::Number(x)]) => Some(x),
            Ok(_) => {
                return Slot { value: self.bug(id, "an activity with what is no amount"), touches };
            }
            Err(e) => {
                errs.push(e);
                None
            }
        };
        let split = match split.transpose() {
            Ok(s) => s,
            Err(e) => {
                return Slot { value: self.num_fail(id, e, &[]), touches };
            }
        };
        let value = match (Errs::union(&errs), amount) {
            (Some(e), _) => Value::Err(e),
            (None, Some(amount)) => {
                let datum = Datum {
                    source: source.clone(),
                    year: *year,
                    region: region.clone(),
                    primary: *primary,
                    ..Datum::default()
                };
                Value::Activity(Arc::new(Activity { amount, factor: split.map(Ok), datum }))
            }
            (None, None) => self.bug(id, "an activity without amount"),
        };
        Slot { value, touches }
    }
}

fn contains_activity(ty: &Ty) -> bool {
    match ty {
        Ty::Activity { .. } => true,
        Ty::List(inner) | Ty::Optional(inner) => contains_activity(inner),
        _ => false,
    }
}

/// The unit of a number.
pub(crate) fn unit_of(ty: &Ty) -> Option<UnitId> {
    match ty {
        Ty::Number(u) | Ty::Split(u) | Ty::Activity { amount: u, .. } => Some(*u),
        Ty::List(inner) | Ty::Optional(inner) => unit_of(inner),
        _ => None,
    }
}

/// Which constraints a value breaks. Failed and absent values break none. A comparison or range on a list concerns
/// its items.
pub(crate) fn violations(program: &Program, value: &Value, ty: &Ty, constraints: &[Constraint]) -> Vec<Problem> {
    let mut out = Vec::new();
    for c in constraints {
        let (place, list, message) = match (c, value) {
            (_, Value::Err(_) | Value::Absent) => continue,
            (Constraint::Compare(_, _, place) | Constraint::Range(_, _, place), _) => {
                match out_of_bounds(program, value, unit_of(ty), c) {
                    Some(m) => (*place, false, m),
                    None => continue,
                }
            }
            (Constraint::Integer(place), _) => match fraction(program, value, unit_of(ty)) {
                Some(shown) => (*place, false, text!("{shown} 不是整数", "{shown} is no integer")),
                None => continue,
            },
            (Constraint::Count(cmp, n, place), Value::List(items)) => {
                let count = items.len();
                if cmp.holds((count as u64).cmp(&u64::from(*n))) {
                    continue;
                }
                let sign = sign(*cmp);
                (
                    *place,
                    true,
                    text!("有 {count} 条，要求 {sign} {n} 条", "it has {count} items; it must have {sign} {n}"),
                )
            }
            (Constraint::Unique(field, place), Value::List(items)) => match repeated(program, items, *field) {
                Some((a, b, shown)) => {
                    let (a, b) = (a + 1, b + 1);
                    (*place, true, text!("第 {a} 条与第 {b} 条都是 {shown}", "items {a} and {b} are both {shown}"))
                }
                None => continue,
            },
            (Constraint::Sum(field, expected, place), Value::List(items) | Value::Record(_, items)) => {
                match summed(items, *field) {
                    Some(Ok(total)) if total != *expected => (
                        *place,
                        true,
                        text!("合计为 {total}，应为 {expected}", "it sums to {total}; it must be {expected}"),
                    ),
                    Some(Err(_)) => (*place, true, text!("合计溢出", "its sum overflows")),
                    _ => continue,
                }
            }
            (
                Constraint::SumWithin { field, sum: expected, within, scaled, place },
                Value::List(items) | Value::Record(_, items),
            ) => match summed(items, *field).map(|total| total.and_then(|t| Ok((t, t.sub(*expected)?.abs())))) {
                Some(Ok((total, gap))) if gap > *within => (
                    *place,
                    true,
                    text!(
                        "合计为 {total}，应为 {expected}（允差 {within}）",
                        "it sums to {total}; it must be {expected} within {within}"
                    ),
                ),
                Some(Ok((total, _))) if *scaled && total.is_zero() && !expected.is_zero() => {
                    (*place, true, text!("合计为零，不能按比例调整", "it sums to 0 and cannot be scaled"))
                }
                Some(Err(_)) => (*place, true, text!("合计溢出", "its sum overflows")),
                _ => continue,
            },
            _ => continue,
        };
        out.push(Problem::Constraint { place, list, message });
    }
    out
}

/// Values that are divided by their sum, with that sum, where a constraint says so and the sum differs.
pub(crate) fn scaled(value: Value, constraints: &[Constraint]) -> Result<(Value, Option<Number>), NumError> {
    for c in constraints {
        let Constraint::SumWithin { field, sum: expected, scaled: true, .. } = c else { continue };
        let (Value::List(items) | Value::Record(_, items)) = &value else { continue };
        let Some(total) = summed(items, *field).transpose()? else { continue };
        if total == *expected {
            continue;
        }
        let one = |x: Number| if *expected == Number::ONE { x.div(total) } else { x.mul(*expected)?.div(total) };
        let item = |v: &Value| -> Result<Value, NumError> {
            Ok(match (v, field) {
                (Value::Number(x), _) => Value::Number(one(*x)?),
                (Value::Split(s), _) => Value::Split(s.each(one)?),
                (Value::Activity(a), _) => {
                    Value::Activity(Arc::new(Activity { amount: one(a.amount)?, ..(**a).clone() }))
                }
                (Value::Record(id, fields), Some(k)) => {
                    let mut fields = fields.to_vec();
                    match fields.get_mut(*k as usize) {
                        Some(Value::Number(x)) => *x = one(*x)?,
                        Some(Value::Split(s)) => *s = s.each(one)?,
                        Some(Value::Activity(a)) => {
                            *a = Arc::new(Activity { amount: one(a.amount)?, ..(**a).clone() });
                        }
                        _ => {}
                    }
                    Value::Record(*id, fields.into())
                }
                (other, _) => other.clone(),
            })
        };
        let items: Vec<Value> = items.iter().map(item).collect::<Result<_, _>>()?;
        let value = match &value {
            Value::Record(id, _) => Value::Record(*id, items.into()),
            _ => Value::List(items.into()),
        };
        return Ok((value, Some(total)));
    }
    Ok((value, None))
}

fn sign(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Eq => "=",
        Cmp::Ne => "≠",
        Cmp::Lt => "<",
        Cmp::Le => "≤",
        Cmp::Gt => ">",
        Cmp::Ge => "≥",
    }
}

fn out_of_bounds(program: &Program, value: &Value, unit: Option<UnitId>, c: &Constraint) -> Option<Text> {
    let x = match value {
        Value::Number(x) => *x,
        Value::Activity(a) => a.amount,
        Value::Split(s) => s.whole().ok()?,
        Value::List(items) => {
            return items.iter().enumerate().find_map(|(i, v)| {
                let (i, m) = (i + 1, out_of_bounds(program, v, unit, c)?);
                let (zh, en) = (&m.zh, &m.en);
                Some(text!("第 {i} 条：{zh}", "item {i}: {en}"))
            });
        }
        _ => return None,
    };
    let show = |n: Number| show::quantity(program, n, unit);
    let shown = show(x);
    match c {
        Constraint::Compare(cmp, bound, _) if !cmp.holds(x.cmp(bound)) => {
            let (sign, bound) = (sign(*cmp), show(*bound));
            Some(text!("{shown} 不满足 {sign} {bound}", "{shown} is not {sign} {bound}"))
        }
        Constraint::Range(low, high, _) if x.cmp(low) == Ordering::Less || x.cmp(high) == Ordering::Greater => {
            let (low, high) = (show(*low), show(*high));
            Some(text!("{shown} 不在 {low} 至 {high} 之间", "{shown} is not between {low} and {high}"))
        }
        _ => None,
    }
}

/// The first number that is no integer, in words.
fn fraction(program: &Program, value: &Value, unit: Option<UnitId>) -> Option<String> {
    match value {
        Value::Number(x) if !x.is_integer() => Some(show::quantity(program, *x, unit)),
        Value::Activity(a) if !a.amount.is_integer() => Some(show::quantity(program, a.amount, unit)),
        Value::List(items) => items.iter().find_map(|v| fraction(program, v, unit)),
        _ => None,
    }
}

/// The first two items with the same value of a field.
fn repeated(program: &Program, items: &[Value], field: u32) -> Option<(usize, usize, String)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (i, item) in items.iter().enumerate() {
        let value = match item {
            Value::Record(_, fields) => fields.get(field as usize)?,
            other => other,
        };
        if matches!(value, Value::Err(_)) {
            continue;
        }
        let shown = show::exact(program, value);
        if let Some(first) = seen.insert(shown.clone(), i) {
            return Some((first, i, shown));
        }
    }
    None
}

/// The exact sum of a field of the items; `None` if an item has failed.
fn summed(items: &[Value], field: Option<u32>) -> Option<Result<Number, footrule_number::NumError>> {
    let numbers: Option<Vec<Number>> = items
        .iter()
        .map(|item| match (item, field) {
            (Value::Record(_, fields), Some(k)) => fields.get(k as usize),
            (other, _) => Some(other),
        })
        .map(|v| match v {
            Some(Value::Number(x)) => Some(*x),
            Some(Value::Activity(a)) => Some(a.amount),
            Some(Value::Split(s)) => s.whole().ok(),
            _ => None,
        })
        .collect();
    Some(sum(numbers?))
}
