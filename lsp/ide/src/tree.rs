//! The expressions of a statement, with what is known of their place.

use footrule_grammar::keywords::{Place, lookup};
use footrule_syntax::ast::{BinOp, Constraint, Expr, ExprKind, Piece, Stmt, TestEntry};

/// An expression of a statement; `converted` where its value is brought to a unit that is stated elsewhere.
pub(crate) struct Root<'a> {
    pub expr: &'a Expr,
    pub converted: bool,
}

/// The outermost expressions of a statement.
pub(crate) fn roots(stmt: &Stmt) -> Vec<Root<'_>> {
    let mut out = Vec::new();
    let mut add = |expr, converted| out.push(Root { expr, converted });
    match stmt {
        Stmt::Let { ty, value, .. } | Stmt::Const { ty, value, .. } | Stmt::Report { ty, value, .. } => {
            add(value, ty.is_some());
        }
        Stmt::Fn { body, .. } => add(body, true),
        Stmt::Line(l) => {
            l.when.iter().for_each(|e| add(e, false));
            l.loops.iter().filter_map(|b| b.filter.as_ref()).for_each(|e| add(e, false));
            add(&l.value, false);
        }
        Stmt::Input(i) => {
            stated(&i.constraints).into_iter().for_each(|e| add(e, true));
            i.default.iter().for_each(|e| add(e, true));
            i.when.iter().for_each(|e| add(e, false));
            i.factor.iter().for_each(|f| add(&f.value, true));
        }
        Stmt::Record { fields, requires, .. } => {
            for f in fields {
                stated(&f.constraints).into_iter().for_each(|e| add(e, true));
                f.default.iter().chain(&f.computed).for_each(|e| add(e, true));
                f.when.iter().for_each(|e| add(e, false));
                f.factor.iter().for_each(|f| add(&f.value, true));
            }
            requires.iter().for_each(|c| add(&c.condition, false));
        }
        Stmt::Param(p) => p.rows.iter().for_each(|r| add(&r.value, true)),
        Stmt::Table(t) => t.rows.iter().flat_map(|r| &r.values).for_each(|e| add(e, true)),
        Stmt::Check(c) => {
            add(&c.condition, false);
            for piece in c.message.zh.iter().chain(&c.message.en) {
                if let Piece::Value(e) = piece {
                    add(e, false);
                }
            }
        }
        Stmt::Test(t) => {
            for (entry, _) in &t.entries {
                if let TestEntry::Set(_, e) = entry {
                    add(e, true);
                }
            }
        }
        Stmt::Scenario { entries, .. } => entries.iter().for_each(|(_, e)| add(e, true)),
        Stmt::Except { when, value, .. } => {
            add(when, false);
            if let footrule_syntax::ast::ExceptValue::Value(e) = value {
                add(e, true);
            }
        }
        Stmt::Include(i) => i.bindings.iter().for_each(|(_, e)| add(e, true)),
        _ => {}
    }
    out
}

/// The numbers that bounds state.
fn stated(all: &[Constraint]) -> Vec<&Expr> {
    let mut out = Vec::new();
    for c in all {
        match c {
            Constraint::Compare(_, e) => out.push(e),
            Constraint::Range(a, b) => out.extend([a, b]),
            _ => {}
        }
    }
    out
}

/// The expressions directly inside one, each with whether its value is brought to a unit that is stated elsewhere: then
/// another unit of the same dimension in it changes no type.
pub(crate) fn children<'a>(root: &Root<'a>) -> Vec<Root<'a>> {
    use ExprKind as K;
    let own = root.converted;
    let one = |expr: &'a Expr, converted| Root { expr, converted };
    match &root.expr.kind {
        K::Number { .. } | K::Text(_) | K::Bool(_) | K::Date(_) | K::Name(_) | K::Error => Vec::new(),
        K::Field(a, _) | K::Given(a) | K::As(a, _) | K::Bare(a, _) => vec![one(a, false)],
        K::Neg(a) => vec![one(a, own)],
        K::Not(a) => vec![one(a, false)],
        // The right one is brought to the unit of the left one.
        K::Binary(BinOp::Add | BinOp::Sub, a, b) | K::OrElse(a, b) => vec![one(a, own), one(b, true)],
        K::Binary(_, a, b) | K::Power(a, b) | K::And(a, b) | K::Or(a, b) | K::At(a, b) | K::Range(a, b) => {
            vec![one(a, false), one(b, false)]
        }
        K::Compare(_, a, b) => vec![one(a, true), one(b, true)],
        K::Within(x, a, b) => vec![one(x, true), one(a, true), one(b, true)],
        K::InSet(x, set) => std::iter::once(one(x, true)).chain(set.iter().map(|s| one(s, true))).collect(),
        K::If(c, a, b) => vec![one(c, false), one(a, own), one(b, true)],
        K::List(xs) => xs.iter().map(|x| one(x, own)).collect(),
        K::Call { callee, args } => {
            let builtin = matches!(&callee.kind, K::Name(n) if lookup(&n.text, Place::NAME).is_some());
            args.iter().map(|a| one(&a.value, !builtin)).collect()
        }
        K::Comprehension { body, binders, .. } => {
            let filters = binders.iter().flat_map(|b| b.filter.iter().chain([&b.list]));
            body.iter().map(|b| one(b, false)).chain(filters.map(|f| one(f, false))).collect()
        }
        K::Match(of, arms) => std::iter::once(one(of, false))
            .chain(arms.iter().enumerate().map(|(i, a)| one(&a.body, own || i > 0)))
            .collect(),
        K::FirstOf(arms) | K::OneOf(arms) => arms
            .iter()
            .enumerate()
            .flat_map(|(i, a)| a.when.iter().map(|w| one(w, false)).chain([one(&a.body, own || i > 0)]))
            .collect(),
    }
}

/// The innermost expressions that hold a place, from the outside in.
pub(crate) fn path(stmt: &Stmt, from: u32, to: u32) -> Vec<Root<'_>> {
    let holds = |r: &Root<'_>| r.expr.span.start <= from && to <= r.expr.span.end;
    let mut out = Vec::new();
    let mut next = roots(stmt).into_iter().find(holds);
    while let Some(found) = next {
        next = children(&found).into_iter().find(holds);
        out.push(found);
    }
    out
}
