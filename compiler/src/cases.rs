//! `one of` and `first of`, looked at before any input: do the conditions overlap, or leave a gap?
//!
//! The answer is certain or it is not given. Conditions are read that compare inputs, fields of records and members
//! of enumerations with constants: any number of enumerations and truth values, and one number (linear, exact
//! decimals, within its declared range). Every witness is an admissible value that was tried with the arithmetic of
//! an evaluation; whatever else a condition contains leaves the choice to the run time, which reports FR-E009.

use crate::check::{BodyKind, body_of, expressions, literal};
use crate::db::{Db, Diag, Item, SourceFile, all_items};
use crate::sigs::{Sig, sig};
use crate::types::{Binary, EnumRef, TConstraint, TExpr, TKind, Ty, Unary};
use footrule_diag::{Code, text};
use footrule_number::{Number, Ratio};
use footrule_syntax::ast::CmpOp;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// More combinations than these are not tried.
const MAX_TRIED: usize = 20_000;

/// Reports overlaps and gaps of `one of`, and `first of` that may fall through.
pub(crate) fn choices(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    for item in all_items(db, file) {
        let kind = &body_of(db, item).kind;
        let guarded = guarded(kind);
        expressions(kind, &mut |e| {
            e.walk(&mut |x| match &x.kind {
                TKind::OneOf(arms) if !guarded.contains(&(x.span.start, x.span.end)) => {
                    one_of(db, item, x, arms, out);
                }
                TKind::FirstOf(arms, None) => first_of(db, item, x, arms, out),
                _ => {}
            });
        });
    }
}

/// The spans of the choices that are only reached under a condition: not every value need be covered there.
fn guarded(kind: &BodyKind) -> BTreeSet<(u32, u32)> {
    let mut out = BTreeSet::new();
    let mut mark = |e: &TExpr| {
        e.walk(&mut |x| {
            if matches!(x.kind, TKind::OneOf(_)) {
                out.insert((x.span.start, x.span.end));
            }
        });
    };
    match kind {
        BodyKind::Line(l) if l.when.is_some() || l.binders.iter().any(|b| b.filter.is_some()) => mark(&l.value),
        BodyKind::Except(e) => {
            mark(&e.when);
            mark(&e.value);
        }
        _ => {}
    }
    expressions(kind, &mut |e| {
        e.walk(&mut |x| match &x.kind {
            TKind::And(_, b) | TKind::Or(_, b) | TKind::OrElse(_, b) => mark(b),
            TKind::If(_, a, b) => {
                mark(a);
                mark(b);
            }
            TKind::Match(_, _, arms) => arms.iter().for_each(&mut mark),
            TKind::FirstOf(arms, last) => {
                arms.iter().for_each(|(c, b)| {
                    mark(c);
                    mark(b);
                });
                last.iter().for_each(|b| mark(b));
            }
            TKind::OneOf(arms) => arms.iter().for_each(|(_, b)| mark(b)),
            TKind::Fold(_, binders, body) if binders.iter().any(|b| b.filter.is_some()) => mark(body),
            _ => {}
        });
    });
    out
}

fn one_of(db: &dyn Db, item: &Item, x: &TExpr, arms: &[(TExpr, TExpr)], out: &mut Vec<Diag>) {
    let conditions: Vec<&TExpr> = arms.iter().map(|(c, _)| c).collect();
    let Some(space) = Space::of(db, &conditions) else { return };
    let mut found = None;
    let tried = space.each(&mut |at| {
        let mut holding = Vec::new();
        for c in &conditions {
            if truth(db, c, at)? {
                holding.push(*c);
            }
        }
        if holding.len() != 1 {
            found = Some((space.witness(db, at), holding));
        }
        Some(found.is_none())
    });
    let (Some(()), Some((witness, holding))) = (tried, found) else { return };
    let (message, label) = if holding.is_empty() {
        (
            text!(
                "`one of` 有空缺：{witness} 时没有条件成立",
                "`one of` leaves a gap: no condition holds for {witness}"
            ),
            text!("没有覆盖全部情形", "not every case is covered"),
        )
    } else {
        (
            text!(
                "`one of` 有重叠：{witness} 时不止一个条件成立",
                "`one of` overlaps: several conditions hold for {witness}"
            ),
            text!("条件须互不相容", "the conditions must exclude each other"),
        )
    };
    let mut d = Diag::new(Code::T010, message).at(item.at(x.span), label);
    for c in holding {
        d = d.also(item.at(c.span), text!("此时成立", "holds then"));
    }
    out.push(d);
}

fn first_of(db: &dyn Db, item: &Item, x: &TExpr, arms: &[(TExpr, TExpr)], out: &mut Vec<Diag>) {
    let conditions: Vec<&TExpr> = arms.iter().map(|(c, _)| c).collect();
    let mut gap = None;
    let proved = Space::of(db, &conditions).is_some_and(|space| {
        let tried = space.each(&mut |at| {
            let mut any = false;
            for c in &conditions {
                any |= truth(db, c, at)?;
            }
            if !any {
                gap = Some(space.witness(db, at));
            }
            Some(any)
        });
        tried.is_some() && gap.is_none() && space.exact
    });
    if proved {
        return;
    }
    let label = match gap {
        Some(w) => text!("{w} 时没有值", "no value for {w}"),
        None => text!("条件都不成立时没有值", "no value if no condition holds"),
    };
    let d = Diag::new(Code::T007, text!("`first of` 缺少 `otherwise`", "`first of` lacks `otherwise`"));
    out.push(d.at(item.at(x.span), label));
}

/// A value that a condition asks about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    Member(u32),
    Flag(bool),
    Number(Number),
}

/// Values of all subjects.
type Assignment = BTreeMap<String, Cell>;

/// What can be said of a condition under every admissible input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Always {
    /// It holds.
    True,
    /// It does not hold.
    False,
}

/// Whether a condition always or never holds; `None` if it may change, or cannot be judged.
pub(crate) fn always(db: &dyn Db, c: &TExpr) -> Option<Always> {
    let space = Space::of(db, &[c]).filter(|s| s.exact)?;
    let mut seen = [false; 2];
    space.each(&mut |at| {
        seen[usize::from(truth(db, c, at)?)] = true;
        Some(seen != [true; 2])
    })?;
    match seen {
        [false, true] => Some(Always::True),
        [true, false] => Some(Always::False),
        _ => None,
    }
}

/// Which of some conditions, taken in order, is ever the first that holds; behind them, whether none ever does.
/// `None` if that cannot be judged.
pub(crate) fn first_holding(db: &dyn Db, conditions: &[&TExpr]) -> Option<Vec<bool>> {
    let space = Space::of(db, conditions).filter(|s| s.exact)?;
    let mut chosen = vec![false; conditions.len() + 1];
    space.each(&mut |at| {
        let mut first = conditions.len();
        for (i, c) in conditions.iter().enumerate() {
            if truth(db, c, at)? {
                first = i;
                break;
            }
        }
        chosen[first] = true;
        Some(true)
    })?;
    Some(chosen)
}

/// What the conditions ask about, with the values that stand for all others.
struct Space {
    subjects: BTreeMap<String, (TExpr, Vec<Cell>)>,
    /// The values tried stand for all; false if a bound was found by rounded arithmetic.
    exact: bool,
}

impl Space {
    fn of(db: &dyn Db, conditions: &[&TExpr]) -> Option<Self> {
        let mut subjects: BTreeMap<String, TExpr> = BTreeMap::new();
        let mut compared: Vec<(&TExpr, &TExpr, Ratio)> = Vec::new();
        for c in conditions {
            collect(db, c, &mut subjects, &mut compared)?;
        }
        if subjects.is_empty() || subjects.values().filter(|s| matches!(s.ty, Ty::Number(_))).count() > 1 {
            return None;
        }
        let mut space = Self { subjects: BTreeMap::new(), exact: true };
        let mut size = 1usize;
        for (key, subject) in subjects {
            let cells = match &subject.ty {
                Ty::Bool => vec![Cell::Flag(true), Cell::Flag(false)],
                Ty::Enum(e) => (0..members(db, &subject, e).len() as u32).map(Cell::Member).collect(),
                _ => {
                    let bounds = constraints(db, &subject)?;
                    let (points, exact) = numbers(db, &key, &compared, &bounds)?;
                    space.exact &= exact;
                    points.into_iter().map(Cell::Number).collect()
                }
            };
            size = size.checked_mul(cells.len()).filter(|n| *n > 0 && *n <= MAX_TRIED)?;
            space.subjects.insert(key, (subject, cells));
        }
        Some(space)
    }

    /// Tries combinations until `f` says that it has enough (`Some(false)`) or does not know (`None`).
    fn each(&self, f: &mut dyn FnMut(&Assignment) -> Option<bool>) -> Option<()> {
        let all: Vec<_> = self.subjects.iter().map(|(k, (_, cells))| (k, cells)).collect();
        let mut at = vec![0usize; all.len()];
        loop {
            let assignment = all.iter().zip(&at).map(|((k, cells), i)| ((*k).clone(), cells[*i])).collect();
            if !f(&assignment)? {
                return Some(());
            }
            let mut place = all.len();
            loop {
                if place == 0 {
                    return Some(());
                }
                place -= 1;
                at[place] += 1;
                if at[place] < all[place].1.len() {
                    break;
                }
                at[place] = 0;
            }
        }
    }

    /// `x = 5 kg, route = melt`.
    fn witness(&self, db: &dyn Db, at: &Assignment) -> String {
        let one = |(key, (subject, _)): (&String, &(TExpr, Vec<Cell>))| {
            let value = match (at.get(key), &subject.ty) {
                (Some(Cell::Member(m)), Ty::Enum(e)) => {
                    members(db, subject, e).get(*m as usize).cloned().unwrap_or_default()
                }
                (Some(Cell::Flag(b)), _) => b.to_string(),
                (Some(Cell::Number(n)), Ty::Number(u)) if u.is_one() => n.to_string(),
                (Some(Cell::Number(n)), Ty::Number(u)) => format!("{n} {}", crate::units::show_unit(db, u)),
                _ => String::new(),
            };
            format!("{} = {value}", shown(subject))
        };
        self.subjects.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// The identity of an input or of a field of a record; nothing for whatever is computed or has no known range.
fn key(db: &dyn Db, e: &TExpr) -> Option<String> {
    match &e.kind {
        TKind::Item(i) if i.key.keyword == "input" => Some(i.name().to_string()),
        TKind::Local(id) if matches!(e.ty, Ty::Record(_) | Ty::Enum(_) | Ty::Bool) => Some(format!("#{id}")),
        TKind::Field(x, i, _) => {
            let Ty::Record(r) = &x.ty else { return None };
            let BodyKind::Record(fields) = &body_of(db, r).kind else { return None };
            let given = fields.fields.get(*i as usize).is_some_and(|f| f.computed.is_none());
            given.then(|| key(db, x).map(|k| format!("{k}.{i}"))).flatten()
        }
        TKind::Amount(x) => key(db, x).map(|k| format!("{k}.amount")),
        TKind::Retag(x) => key(db, x),
        _ => None,
    }
}

fn shown(e: &TExpr) -> String {
    match &e.kind {
        TKind::Item(i) => i.name().to_string(),
        TKind::Field(x, _, name) => match &x.kind {
            TKind::Local(_) => name.clone(),
            _ => format!("{}.{name}", shown(x)),
        },
        TKind::Amount(x) => format!("{}.amount", shown(x)),
        TKind::Retag(x) => shown(x),
        _ => "…".to_string(),
    }
}

fn subject(db: &dyn Db, e: &TExpr, subjects: &mut BTreeMap<String, TExpr>) -> Option<()> {
    let key = key(db, e)?;
    subjects.entry(key).or_insert_with(|| e.clone());
    Some(())
}

/// Notes what a condition asks about; nothing if it asks for more than can be answered here.
fn collect<'a>(
    db: &dyn Db,
    c: &'a TExpr,
    subjects: &mut BTreeMap<String, TExpr>,
    compared: &mut Vec<(&'a TExpr, &'a TExpr, Ratio)>,
) -> Option<()> {
    match &c.kind {
        TKind::Bool(_) => Some(()),
        TKind::Not(a) => collect(db, a, subjects, compared),
        TKind::And(a, b) | TKind::Or(a, b) => {
            collect(db, a, subjects, compared)?;
            collect(db, b, subjects, compared)
        }
        TKind::Same(a, b) => {
            let plain = |e: &TExpr| member(e).is_some() || matches!(e.kind, TKind::Bool(_));
            let asked = if plain(b) { a } else { b };
            (plain(a) != plain(b) && matches!(asked.ty, Ty::Enum(_) | Ty::Bool)).then_some(())?;
            subject(db, asked, subjects)
        }
        TKind::Compare(_, a, b, r) => {
            linear(db, a, subjects)?;
            linear(db, b, subjects)?;
            compared.push((a, b, *r));
            Some(())
        }
        _ if c.ty == Ty::Bool => subject(db, c, subjects),
        _ => None,
    }
}

/// Notes the subjects of a linear formula.
fn linear(db: &dyn Db, e: &TExpr, subjects: &mut BTreeMap<String, TExpr>) -> Option<()> {
    if constant(db, e).is_some() {
        return Some(());
    }
    match &e.kind {
        TKind::Unary(Unary::Neg, a) | TKind::Convert(a, _) | TKind::Retag(a) => linear(db, a, subjects),
        TKind::Binary(Binary::Add | Binary::Sub, a, b) => {
            linear(db, a, subjects)?;
            linear(db, b, subjects)
        }
        TKind::Binary(Binary::Mul, a, b) if constant(db, a).is_some() => linear(db, b, subjects),
        TKind::Binary(Binary::Mul | Binary::Div, a, b) if constant(db, b).is_some() => linear(db, a, subjects),
        _ if matches!(e.ty, Ty::Number(_)) => subject(db, e, subjects),
        _ => None,
    }
}

/// The value of a formula of constants.
fn constant(db: &dyn Db, e: &TExpr) -> Option<Number> {
    number(db, e, &Assignment::new())
}

/// The value of a linear formula, by the arithmetic of an evaluation.
fn number(db: &dyn Db, e: &TExpr, at: &Assignment) -> Option<Number> {
    match &e.kind {
        TKind::Number(n, _) => return Some(*n),
        TKind::Item(i) if i.key.keyword == "const" => {
            let BodyKind::Value(v) = &body_of(db, i).kind else { return None };
            return literal(v);
        }
        TKind::Unary(Unary::Neg, a) => return number(db, a, at).map(Number::neg),
        TKind::Convert(a, r) => return number(db, a, at)?.convert(*r).ok(),
        TKind::Binary(op, a, b) => {
            let (a, b) = (number(db, a, at)?, number(db, b, at)?);
            return match op {
                Binary::Add => a.add(b).ok(),
                Binary::Sub => a.sub(b).ok(),
                Binary::Mul => a.mul(b).ok(),
                Binary::Div => a.div(b).ok(),
                _ => None,
            };
        }
        _ => {}
    }
    match key(db, e).and_then(|k| at.get(&k).copied()) {
        Some(Cell::Number(n)) => Some(n),
        _ => match &e.kind {
            TKind::Retag(a) => number(db, a, at),
            _ => None,
        },
    }
}

fn member(e: &TExpr) -> Option<String> {
    match &e.kind {
        TKind::Member(r, i) => Some(format!("{i} {r:?}")),
        TKind::Gas(i) | TKind::Stage(i) => Some(i.name().to_string()),
        _ => None,
    }
}

/// Names of the members of a subject's enumeration, in its order.
fn members(db: &dyn Db, subject: &TExpr, e: &EnumRef) -> Vec<String> {
    match e {
        EnumRef::Item(i) => match &sig(db, i).sig {
            Sig::Enum(names) => names.clone(),
            _ => Vec::new(),
        },
        // Which gases and stages there are depends on the file that asks.
        EnumRef::Gases | EnumRef::Stages => match &subject.kind {
            TKind::Item(i) => {
                let all = if *e == EnumRef::Gases {
                    crate::names::gases(db, i.file)
                } else {
                    crate::names::stages(db, i.file)
                };
                all.iter().map(|g| g.name().to_string()).collect()
            }
            _ => Vec::new(),
        },
    }
}

/// Whether a condition holds.
fn truth(db: &dyn Db, c: &TExpr, at: &Assignment) -> Option<bool> {
    Some(match &c.kind {
        TKind::Bool(b) => *b,
        TKind::Not(a) => !truth(db, a, at)?,
        TKind::And(a, b) => truth(db, a, at)? && truth(db, b, at)?,
        TKind::Or(a, b) => truth(db, a, at)? || truth(db, b, at)?,
        TKind::Same(a, b) => {
            let (asked, value) = if key(db, a).is_some() { (a, b) } else { (b, a) };
            match (at.get(&key(db, asked)?)?, &value.kind) {
                (Cell::Flag(x), TKind::Bool(y)) => x == y,
                (Cell::Member(m), TKind::Member(_, i)) => m == i,
                (Cell::Member(m), TKind::Gas(g) | TKind::Stage(g)) => {
                    let Ty::Enum(e) = &asked.ty else { return None };
                    members(db, asked, e).get(*m as usize)? == g.name()
                }
                _ => return None,
            }
        }
        TKind::Compare(op, a, b, r) => {
            let order = number(db, a, at)?.cmp_scaled(Ratio::ONE, number(db, b, at)?, *r);
            holds(*op, order)
        }
        _ => match at.get(&key(db, c)?)? {
            Cell::Flag(b) => *b,
            _ => return None,
        },
    })
}

fn holds(op: CmpOp, order: Ordering) -> bool {
    match op {
        CmpOp::Eq => order.is_eq(),
        CmpOp::Ne => order.is_ne(),
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
    }
}

/// The declared bounds of a number.
fn constraints(db: &dyn Db, e: &TExpr) -> Option<Vec<TConstraint>> {
    match &e.kind {
        TKind::Item(i) => match &body_of(db, i).kind {
            BodyKind::Input(t) => Some(t.constraints.clone()),
            _ => None,
        },
        TKind::Field(x, i, _) => {
            let Ty::Record(r) = &x.ty else { return None };
            let BodyKind::Record(t) = &body_of(db, r).kind else { return None };
            t.fields.get(*i as usize).map(|f| f.constraints.clone())
        }
        TKind::Amount(x) | TKind::Retag(x) => constraints(db, x),
        _ => None,
    }
}

/// Values of a number that stand for all admissible ones: the bounds of the conditions, and what lies between them.
fn numbers(
    db: &dyn Db,
    key_of: &str,
    compared: &[(&TExpr, &TExpr, Ratio)],
    bounds: &[TConstraint],
) -> Option<(Vec<Number>, bool)> {
    let mut exact = true;
    let mut points: Vec<Number> = Vec::new();
    for (a, b, r) in compared {
        let asks = |e: &TExpr| key(db, e).as_deref() == Some(key_of);
        let point = match (constant(db, a), constant(db, b)) {
            (Some(_), Some(_)) => continue,
            (None, Some(c)) if asks(a) => c.convert(*r).ok()?,
            (Some(c), None) if asks(b) => c.convert(r.recip()?).ok()?,
            _ => {
                exact = false;
                // Where the two sides meet: two values of each side give the line.
                let off = |x: Number| {
                    let at: Assignment = [(key_of.to_string(), Cell::Number(x))].into();
                    number(db, a, &at)?.sub(number(db, b, &at)?.convert(*r).ok()?).ok()
                };
                let (start, end) = (off(Number::ZERO)?, off(Number::ONE)?);
                let slope = end.sub(start).ok()?;
                if slope.is_zero() {
                    continue;
                }
                start.neg().div(slope).ok()?
            }
        };
        points.push(point);
    }
    let integer = bounds.iter().any(|b| matches!(b, TConstraint::Integer(_)));
    for b in bounds {
        match b {
            TConstraint::Compare(_, n, _) => points.push(*n),
            TConstraint::Range(lo, hi, _) => points.extend([*lo, *hi]),
            _ => {}
        }
    }
    points.sort();
    points.dedup();
    let mut tried: Vec<Number> = Vec::new();
    let (first, last) = (*points.first()?, *points.last()?);
    tried.push(first.sub(Number::ONE).ok()?);
    for pair in points.windows(2) {
        tried.push(pair[0].add(pair[1]).ok()?.div(Number::from(2)).ok()?);
    }
    tried.push(last.add(Number::ONE).ok()?);
    tried.extend(points);
    if integer {
        let near = |x: Number| {
            let floor = x.floor();
            [floor.sub(Number::ONE).ok(), Some(floor), floor.add(Number::ONE).ok()].into_iter().flatten()
        };
        tried = tried.into_iter().flat_map(near).collect();
    }
    tried.retain(|x| bounds.iter().all(|b| admits(b, *x)));
    tried.sort();
    tried.dedup();
    (!tried.is_empty()).then_some((tried, exact))
}

fn admits(bound: &TConstraint, x: Number) -> bool {
    match bound {
        TConstraint::Compare(op, n, _) => holds(*op, x.cmp(n)),
        TConstraint::Range(lo, hi, _) => *lo <= x && x <= *hi,
        TConstraint::Integer(_) => x.is_integer(),
        _ => true,
    }
}
