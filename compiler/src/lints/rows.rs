//! Rows of tables with wildcards: which is chosen for which keys, found by trying them.
//!
//! A key that is no enumeration is tried with every value that the table names, and with one that it does not name.
//! Two rows that fit equally well are an error (P015); a row that no keys choose is a lint (L014).

use crate::check::{BodyKind, TRow, body_of};
use crate::db::{Db, Diag, Item, SourceFile, items};
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, Ty};
use footrule_diag::{Code, text};
use footrule_mir::{Const, EnumId};

/// More combinations than these are not tried for one row.
const MAX_TRIED: usize = 5_000;

/// A value of a key: one that the table can name, or any other.
type Value = Option<Const>;

/// Rows that tie, and rows that are never chosen.
pub(crate) fn rows(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    for item in items(db, file) {
        let body = body_of(db, item);
        let (BodyKind::Table(t), Sig::Table { keys, .. }) = (&body.kind, &sig(db, item).sig) else { continue };
        if !body.diags.is_empty() || t.rows.iter().all(|r| r.keys.iter().all(Option::is_some)) {
            continue;
        }
        let domains: Vec<Vec<Value>> = keys
            .iter()
            .enumerate()
            .map(|(k, (_, ty))| match (t.brackets.get(k), ty) {
                (Some(ends), _) if !ends.is_empty() => members(ends.len() + 1),
                (_, Ty::Enum(EnumRef::Item(e))) => match &sig(db, e).sig {
                    Sig::Enum(names) => members(names.len()),
                    _ => Vec::new(),
                },
                _ => {
                    let mut named: Vec<Value> = Vec::new();
                    for r in &t.rows {
                        if let Some(c @ Some(_)) = r.keys.get(k)
                            && !named.contains(c)
                        {
                            named.push(c.clone());
                        }
                    }
                    named.push(None);
                    named
                }
            })
            .collect();
        judge(db, item, keys, &domains, &t.rows, out);
    }
}

fn members(count: usize) -> Vec<Value> {
    (0..count as u32).map(|i| Some(Const::Enum(EnumId(0), i))).collect()
}

fn fits(row: &TRow, keys: &[Value]) -> bool {
    row.keys.len() == keys.len() && row.keys.iter().zip(keys).all(|(c, k)| c.is_none() || c == k)
}

fn wild(row: &TRow) -> usize {
    row.keys.iter().filter(|c| c.is_none()).count()
}

fn judge(db: &dyn Db, item: &Item, keys: &[(String, Ty)], domains: &[Vec<Value>], rows: &[TRow], out: &mut Vec<Diag>) {
    let mut told: Vec<(usize, usize)> = Vec::new();
    for (i, row) in rows.iter().enumerate().filter(|(_, r)| r.keys.iter().any(Option::is_none)) {
        // Only rows that share keys with this one matter.
        let own: Vec<Vec<Value>> =
            row.keys.iter().zip(domains).map(|(c, d)| if c.is_some() { vec![c.clone()] } else { d.clone() }).collect();
        let count = own.iter().try_fold(1usize, |n, d| n.checked_mul(d.len()));
        let Some(count) = count.filter(|n| *n <= MAX_TRIED && rows.len() <= MAX_TRIED) else { continue };
        let (mut chosen, mut tied) = (false, false);
        for mut n in 0..count {
            let at: Vec<Value> = own
                .iter()
                .map(|d| {
                    let value = d[n % d.len()].clone();
                    n /= d.len();
                    value
                })
                .collect();
            let least = rows.iter().filter(|r| fits(r, &at)).map(wild).min();
            if least != Some(wild(row)) {
                continue;
            }
            chosen = true;
            let other = rows.iter().enumerate().find(|(j, r)| *j != i && wild(r) == wild(row) && fits(r, &at));
            if let Some((j, first)) = other {
                tied = true;
                if j < i && !told.contains(&(j, i)) {
                    told.push((j, i));
                    out.push(tie(db, item, keys, &at, row, first));
                }
            }
        }
        if !chosen && !tied {
            out.push(
                Diag::new(Code::L014, text!("此行不可能选中", "this row is never chosen"))
                    .at(
                        item.at(row.span),
                        text!("它的每种情形都有更具体的行", "each of its cases has a more specific row"),
                    )
                    .help(text!("删去此行，或改正其他行的键", "remove it, or correct the keys of the others")),
            );
        }
    }
}

fn tie(db: &dyn Db, item: &Item, keys: &[(String, Ty)], at: &[Value], row: &TRow, first: &TRow) -> Diag {
    let words = |(key, value): (&(String, Ty), &Value)| {
        let shown = match (value, &key.1) {
            (Some(Const::Enum(_, i)), Ty::Enum(EnumRef::Item(e))) => match &sig(db, e).sig {
                Sig::Enum(names) => names.get(*i as usize).cloned().unwrap_or_default(),
                _ => String::new(),
            },
            (Some(Const::Text(t)), _) => t.clone(),
            (Some(Const::Number(n)), _) => n.to_string(),
            (Some(Const::Date { year, month, day }), _) => format!("{year}-{month:02}-{day:02}"),
            _ => "_".to_string(),
        };
        format!("{} = {shown}", key.0)
    };
    let witness = keys.iter().zip(at).map(words).collect::<Vec<_>>().join(", ");
    Diag::new(Code::P015, text!("{witness} 时两行同样合适", "two rows fit equally well for {witness}"))
        .at(item.at(row.span), text!("与前一行一样具体", "as specific as the other"))
        .also(item.at(first.span), text!("也合适", "fits as well"))
        .help(text!("为这一情形加一行，或去掉一个 `_`", "add a row for this case, or replace one `_`"))
}
