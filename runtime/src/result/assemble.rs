//! Puts the findings of an evaluation into the result record.

use super::of_product::{Of, share};
use super::outcome::*;
use super::{Brief, Findings, Footprints, allocation, publish};
use crate::constant;
use crate::days;
use crate::diagnose;
use crate::input::Inputs;
use crate::interp::Interp;
use crate::show;
use crate::touch::{Touch, Touches};
use crate::value::Value;
use footrule_mir::{Named, Program, Rounding, Ty, UnitId, canonical_text};
use footrule_number::{NumError, Number};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub(crate) fn name(n: &Named) -> Name {
    Name { id: n.id.clone(), labels: n.labels.clone(), clause: n.clause.clone() }
}

pub(super) fn unit(program: &Program, id: UnitId) -> String {
    show::unit(program, id).to_owned()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

pub(super) fn figure_in(program: &Program, x: Number, u: UnitId, round: Rounding) -> Result<Figure, NumError> {
    Ok(Figure { value: publish(x, round)?, unit: unit(program, u), unrounded: x })
}

/// What the record and a table of results have in common.
pub(super) fn brief(it: &mut Interp<'_>, inputs: &Inputs, found: &Findings) -> Result<Brief, NumError> {
    let program = it.program;
    let mut footprints = Vec::with_capacity(program.products.len());
    for (i, (product, figures)) in program.products.iter().zip(&found.figures).enumerate() {
        footprints.push(Of { program, found, product, index: i, figures }.footprint(it)?);
    }
    Ok(Brief {
        footprints,
        reports: reports(program, found)?,
        warnings: warnings(program, found).into_iter().chain(inputs.notes.iter().cloned()).collect(),
    })
}

pub(super) fn outcome(it: &mut Interp<'_>, inputs: &Inputs, found: &Findings) -> Result<Outcome, NumError> {
    let program = it.program;
    let Brief { footprints, reports, warnings } = brief(it, inputs, found)?;
    Ok(Outcome {
        schema: SCHEMA,
        rule: rule(program),
        period: inputs.period.map(|(a, b)| Period { from: days::show(a), to: days::show(b) }),
        scenario: super::scenario::scenario(program, inputs),
        footprints: Footprints(footprints),
        allocations: allocation::allocations(it, inputs)?,
        reports,
        warnings,
        checks: checks(program, found),
        balances: balances(program, found),
        cutoffs: super::cutoff::cutoffs(program, inputs)?,
        factors: factors(it, found),
        accepted: program
            .accepted
            .iter()
            .map(|a| Accepted {
                gwp: a.gwp.clone(),
                source: a.source.clone(),
                because: a.because.clone(),
                clause: a.clause.clone(),
            })
            .collect(),
        evidence: inputs.evidence.clone(),
        upstream: inputs.upstream.iter().map(|t| t.shown.clone()).collect(),
        inputs: inputs.shown(program),
        explain: None,
    })
}

pub(crate) fn rule(program: &Program) -> Rule {
    let r = &program.rule;
    Rule {
        name: name(&r.name),
        version: r.version.clone(),
        cites: r.cites.clone(),
        sector: r.sector.clone(),
        boundary: r.boundary.clone(),
        gwp: r.gwp.clone(),
        meaning_hash: sha256(&canonical_text(program)),
        text_hash: r.text_hash.clone(),
        factor_set_hash: sha256(&factor_list(program)),
    }
}

/// Every sourced number on a line of its own, by identifier; fields are separated by tabs.
fn factor_list(program: &Program) -> String {
    let mut lines: Vec<String> = program
        .factors
        .iter()
        .map(|f| {
            let mut line = format!("{}\t{}\t{}", f.id, f.value, show::unit(program, f.unit));
            if let Some(s) = f.source.and_then(|s| program.sources.get(s.ix())) {
                line.push_str(&format!("\t{}", s.id));
                for (k, v) in &s.entries {
                    line.push_str(&format!("\t{k}={v:?}"));
                }
            }
            line
        })
        .collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn reports(program: &Program, found: &Findings) -> Result<Vec<Report>, NumError> {
    let shown = program.reports.iter().zip(&found.reports).map(|(info, (value, _))| {
        let ty = program.nodes.get(info.value.ix()).map(|n| &n.ty);
        let u = ty.and_then(crate::interp::unit_of).unwrap_or_default();
        let number = match value {
            Value::Number(x) => Some(*x),
            Value::Split(s) => Some(s.whole()?),
            _ => None,
        };
        let value = match (number, value) {
            (Some(x), _) => ReportValue::Figure(figure_in(program, x, u, info.round.unwrap_or(program.rule.round))?),
            (None, Value::Bool(b)) => ReportValue::Bool(*b),
            (None, v) => ReportValue::Text(show::value(program, v, None)),
        };
        Ok(Report { name: name(&info.name), value })
    });
    shown.collect()
}

/// Findings of checks in order of the rule, then of parameters.
fn warnings(program: &Program, found: &Findings) -> Vec<Finding> {
    let fired = program.checks.iter().zip(&found.checks).filter(|(c, r)| c.warn && !r.holds);
    let mut list: Vec<Finding> = fired
        .map(|(c, r)| Finding {
            name: c.name.id.clone(),
            message: r.message.clone(),
            clause: c.name.clause.clone(),
            place: diagnose::place(program, c.place),
        })
        .collect();
    let mut held = BTreeMap::new();
    for touches in traces(found) {
        for t in touches.items() {
            if let Touch::Held(param, row, day) = t {
                held.entry((*param, *row)).or_insert(*day);
            }
        }
    }
    for ((param, row), day) in held {
        let Some(info) = program.params.get(param.ix()) else {
            continue;
        };
        let Some(message) = constant::held(program, param, row, day) else {
            continue;
        };
        list.push(Finding {
            name: info.name.id.clone(),
            message,
            clause: info.name.clause.clone(),
            place: diagnose::place(program, info.place),
        });
    }
    list
}

fn traces(found: &Findings) -> impl Iterator<Item = &Touches> {
    let lines = found.lines.iter().map(|l| &l.touches);
    lines
        .chain(found.checks.iter().map(|c| &c.touches))
        .chain(found.balances.iter().map(|b| &b.touches))
        .chain(found.reports.iter().map(|(_, t)| t))
}

fn balances(program: &Program, found: &Findings) -> Vec<Balance> {
    let side = |input: bool| if input { Side::In } else { Side::Out };
    let all = program.balances.iter().zip(&found.balances);
    all.map(|(b, r)| Balance {
        name: name(&b.name),
        unit: unit(program, b.unit),
        rows: b
            .rows
            .iter()
            .zip(&r.rows)
            .map(|(row, x)| BalanceRow {
                name: name(&row.name),
                side: side(row.input),
                value: *x,
                formula: row.formula.clone(),
            })
            .collect(),
        ins: r.ins,
        outs: r.outs,
        gap: r.gap,
        gap_share: share(r.gap, r.ins),
        within: b.check.as_ref().map(|c| Within { tolerance: c.tolerance, of: side(c.of_in) }),
    })
    .collect()
}

fn checks(program: &Program, found: &Findings) -> Vec<Check> {
    let all = program.checks.iter().zip(&found.checks);
    // Values without the evidence that is asked for have been refused.
    let evidence = program.evidence.iter().map(|e| Check {
        name: name(&e.name),
        kind: CheckKind::Require,
        formula: format!("evidence {}", e.path(program)),
        verdict: Verdict::Passed,
    });
    all.map(|(c, r)| Check {
        name: name(&c.name),
        kind: if c.warn { CheckKind::Warn } else { CheckKind::Require },
        formula: c.formula.clone(),
        verdict: if r.holds { Verdict::Passed } else { Verdict::Warning },
    })
    .chain(evidence)
    .collect()
}

pub(super) fn source(program: &Program, id: Option<footrule_mir::SourceId>) -> Option<Source> {
    let info = id.and_then(|s| program.sources.get(s.ix()))?;
    Some(Source { id: info.id.clone(), entries: info.entries.clone() })
}

/// The sourced numbers that lines, reports and checks were computed from; definitions are named as users, too.
fn factors(it: &mut Interp<'_>, found: &Findings) -> Vec<Factor> {
    let program = it.program;
    let mut users: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut note = |user: String, touches: &Touches, new: bool| {
        for f in touches.factors() {
            if new || users.contains_key(&f.ix()) {
                users.entry(f.ix()).or_default().push(user.clone());
            }
        }
    };
    for (l, r) in program.lines.iter().zip(&found.lines) {
        note(format!("line {}", l.name.id), &r.touches, true);
    }
    for (info, (_, touches)) in program.reports.iter().zip(&found.reports) {
        note(format!("report {}", info.name.id), touches, true);
    }
    for (c, r) in program.checks.iter().zip(&found.checks) {
        let what = if c.warn { "warn" } else { "require" };
        note(format!("{what} {}", c.name.id).trim_end().to_owned(), &r.touches, true);
    }
    for (b, r) in program.balances.iter().zip(&found.balances) {
        note(format!("balance {}", b.name.id), &r.touches, true);
    }
    for def in &program.defs {
        let slot = it.get(def.node);
        let what = if program.allocations.iter().any(|a| a.shares == def.node) { "allocate" } else { "let" };
        note(format!("{what} {}", def.name.id), &slot.touches, false);
    }
    let used = users.into_iter().filter_map(|(i, used_by)| program.factors.get(i).map(|f| (f, used_by)));
    used.map(|(f, used_by)| Factor {
        id: f.id.clone(),
        value: f.value,
        unit: unit(program, f.unit),
        source: source(program, f.source),
        used_by,
        place: diagnose::place(program, f.place),
    })
    .collect()
}

/// A value in the form of the input file.
pub(crate) fn shown(program: &Program, value: &Value, ty: &Ty) -> Shown {
    let number = |x: Number, u: &UnitId| match show::unit(program, *u) {
        "" => Shown::Text(x.to_string()),
        u => Shown::Quantity(Quantity { value: x, unit: u.to_owned() }),
    };
    match (value, ty) {
        (Value::Absent, _) => Shown::Null,
        (_, Ty::Optional(inner)) => shown(program, value, inner),
        (Value::Number(x), Ty::Number(u)) => number(*x, u),
        (Value::Number(x), _) => Shown::Text(x.to_string()),
        (Value::Bool(b), _) => Shown::Bool(*b),
        (Value::List(items), Ty::List(inner)) => Shown::List(items.iter().map(|v| shown(program, v, inner)).collect()),
        (Value::Record(id, values), _) => {
            let fields = program.records.get(id.ix()).map(|r| r.fields.as_slice()).unwrap_or_default();
            let pairs = fields.iter().zip(values.iter());
            Shown::Fields(pairs.map(|(f, v)| (f.name.id.clone(), shown(program, v, &f.ty))).collect())
        }
        (Value::Split(s), Ty::Split(u)) => {
            // By origin alone, as they are given.
            let plain = |k| crate::value::PartKey { gas: None, evidence: footrule_mir::Evidence::Secondary, ..k };
            let merged = s.rekey(plain).unwrap_or_else(|_| s.clone());
            let parts = merged.parts().iter().map(|(k, v)| (origin_name(k.origin).to_owned(), number(*v, u)));
            Shown::Fields(parts.collect())
        }
        (Value::Activity(a), Ty::Activity { amount, factor }) => {
            let mut fields = vec![("amount".to_owned(), number(a.amount, amount))];
            match &a.factor {
                Some(Ok(split)) => {
                    let parts =
                        split.parts().iter().map(|(k, v)| (origin_name(k.origin).to_owned(), number(*v, factor)));
                    fields.push(("factor".to_owned(), Shown::Fields(parts.collect())));
                }
                _ => fields.push(("factor".to_owned(), Shown::Null)),
            }
            if a.datum.default_factor {
                fields.push(("default_factor".to_owned(), Shown::Bool(true)));
            }
            let text = |t: &Option<String>| t.clone().map(Shown::Text);
            let year = a.datum.year.map(|y| Shown::Text(y.to_string()));
            for (k, v) in [("source", text(&a.datum.source)), ("year", year), ("region", text(&a.datum.region))] {
                fields.extend(v.map(|v| (k.to_owned(), v)));
            }
            fields.push(("primary".to_owned(), Shown::Bool(a.datum.primary)));
            Shown::Fields(fields)
        }
        (v, _) => Shown::Text(show::value(program, v, None)),
    }
}

/// The name of an origin, as in files.
#[must_use]
pub fn origin_name(o: footrule_mir::Origin) -> &'static str {
    use footrule_mir::Origin;
    match o {
        Origin::Fossil => "fossil",
        Origin::Biogenic => "biogenic",
        Origin::LandUse => "land_use",
        Origin::Aircraft => "aircraft",
        Origin::Undivided => "undivided",
    }
}
