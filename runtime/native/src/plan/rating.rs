//! Ratings of data: what stands in columns beside given values, what sources state, and the figures that are told of them.
//!
//! As the reference's `quality`. The ratings of a datum are columns (`coal.quality`, or one for each of its four indicators);
//! those of parameters and tables are known. Weights are parts of CO2e. Guarantees: a row in which a rating is impossible,
//! incomplete or of nothing breaks a requirement; figures have the reference's operations and roundings; what CO2e rests on that is
//! not followed leaves the row to the reference.

use super::Plan;
use super::loops::Turn;
use super::marks::{Mark, Marks};
use super::sym::{Parts, Sym, binary, compare, fold, sum, unary, whole};
use super::terms::{Rating, TermSum, Terms, UNRATED, resting, resting_on, worst};
use crate::kernel::{Binary, ColumnId, Def, Fold, Id, Term, Unary};
use crate::layout::Kind;
use footrule_mir::{Cmp, FactorId, Node, NodeId, Op, Origin, ResultRef, TableId, Ty};
use footrule_number::Number;
use footrule_runtime::origin_name;

/// The indicators, by the names that data may use.
const INDICATORS: usize = 4;

/// The terms of which a rating is the mean, and the share that is rated.
#[derive(Debug, Default)]
pub(super) struct Weights {
    gross: Vec<Term>,
    rated: Vec<Term>,
    weighted: Vec<Term>,
    unknown: bool,
}

impl Plan<'_> {
    /// A rating that is stated for what stands at a path: where there is one, and its score. All that must hold of it is required
    /// where it is checked.
    fn quality(&mut self, path: &str, check: bool) -> Option<(Id, Id)> {
        let whole = format!("{path}.quality");
        let mut four: [Option<(Id, Id)>; INDICATORS] = [None; INDICATORS];
        for (names, slot) in footrule_mir::quality::INDICATORS.iter().zip(&mut four) {
            for name in names {
                let field = self.stated_number(&format!("{whole}.{name}"), check);
                *slot = match (*slot, field) {
                    (Some((p, x)), Some((q, y))) => {
                        if check {
                            self.apart(p, q);
                        }
                        Some((self.b.add(Def::Or(p, q)), self.b.add(Def::Select(p, x, y))))
                    }
                    (own, field) => own.or(field),
                };
            }
        }
        let own = self.stated_number(&whole, check);
        let no = self.b.bool(false);
        let none = (no, self.b.number(Number::ZERO));
        let mut found = own;
        if four.iter().any(Option::is_some) {
            let four = four.map(|f| f.unwrap_or(none));
            let any = four.iter().fold(no, |any, (p, _)| self.b.add(Def::Or(any, *p)));
            for (p, _) in four.iter().filter(|_| check) {
                self.implies(any, *p);
            }
            let all = sum(&mut self.b, four.iter().map(|(_, x)| *x));
            let count = self.b.number(Number::from(INDICATORS as u64));
            let mean = binary(&mut self.b, Binary::Div, all, count);
            let (there, score) = own.unwrap_or(none);
            if check {
                self.apart(there, any);
            }
            found = Some((self.b.add(Def::Or(there, any)), self.b.add(Def::Select(there, score, mean))));
        }
        found
    }

    /// A score in a column, from 1 to 5; where it is there.
    fn stated_number(&mut self, path: &str, check: bool) -> Option<(Id, Id)> {
        self.layout.column(path)?;
        let (one, five, yes) = (self.b.number(Number::ONE), self.b.number(Number::from(5)), self.b.bool(true));
        let (there, x) = match self.given_number(path) {
            Sym::Maybe(p, v) => (p, v.number(&mut self.b)),
            v => (yes, v.number(&mut self.b)),
        };
        if check {
            let low = compare(&mut self.b, Cmp::Ge, x, one);
            let high = compare(&mut self.b, Cmp::Le, x, five);
            let within = self.b.add(Def::And(low, high));
            self.implies(there, within);
        }
        Some((there, self.b.add(Def::Select(there, x, one))))
    }

    /// Where the first holds, so must the second, of every item at hand.
    fn implies(&mut self, there: Id, holds: Id) {
        let not = self.b.add(Def::Not(there));
        let fine = self.b.add(Def::Or(not, holds));
        self.require_each(fine);
    }

    /// Not both are there.
    fn apart(&mut self, p: Id, q: Id) {
        let both = self.b.add(Def::And(p, q));
        let once = self.b.add(Def::Not(both));
        self.require_each(once);
    }

    /// What is said of a datum is sound, and stands beside a value.
    pub(super) fn check_said(&mut self, path: &str) {
        let said = [self.quality(path, true), self.said_primary(path)];
        let no = self.b.bool(false);
        let stated = said.iter().flatten().fold(no, |any, (there, _)| self.b.add(Def::Or(any, *there)));
        if stated == no {
            return;
        }
        let below = |p: &str| p == "amount" || Origin::ALL.into_iter().any(|o| origin_name(o) == p);
        let of = |p: &str| p == path || p.strip_prefix(path).and_then(|rest| rest.strip_prefix('.')).is_some_and(below);
        let mut any = self.b.bool(false);
        for (i, c) in self.layout.columns.iter().enumerate() {
            if of(&c.path) && c.kind != Kind::Opaque {
                let there = if c.nullable { self.b.add(Def::Given(ColumnId(i as u32))) } else { self.b.bool(true) };
                any = self.b.add(Def::Or(any, there));
            }
        }
        self.implies(stated, any);
    }

    /// The score of a datum: what is stated at the first of these paths that states one.
    pub(super) fn score_at(&mut self, paths: &[&str]) -> Id {
        let mut score = self.b.number(Number::from(UNRATED));
        if self.tracker.rated {
            for path in paths.iter().rev() {
                if let Some((there, own)) = self.quality(path, false) {
                    score = self.b.add(Def::Select(there, own, score));
                }
            }
        }
        score
    }

    /// The score of a sourced number.
    fn score_of(&mut self, f: FactorId) -> Id {
        let stated = self.tracker.rated.then(|| footrule_runtime::rating_of(self.program, f)).flatten();
        self.b.number(stated.unwrap_or_else(|| Number::from(UNRATED)))
    }

    /// The worst score of several sourced numbers.
    pub(super) fn scores_of(&mut self, all: &[FactorId]) -> Id {
        let mut score = self.b.number(Number::ZERO);
        for f in all {
            let own = self.score_of(*f);
            score = worst(&mut self.b, score, own);
        }
        score
    }

    /// That a cell of a column is read, in the row with this index if it is known which: its score.
    pub(super) fn cell_mark(&mut self, table: TableId, row: Option<Id>, column: usize) -> Mark {
        let cells = self.program.tables.get(table.ix()).into_iter().flat_map(|t| &t.rows);
        let cells = cells.map(|r| match r.values.get(column) {
            Some(footrule_mir::Cell::Factor(f)) => Some(*f),
            _ => None,
        });
        let scores: Vec<Option<Id>> = cells.collect::<Vec<_>>().iter().map(|f| f.map(|f| self.score_of(f))).collect();
        let first = scores.first().copied().flatten();
        match (first, row) {
            (Some(score), _) if scores.iter().all(|s| *s == first) => Mark::Data(score),
            (_, Some(row)) => {
                let scores = scores.iter().map(|s| self.b.constant((*s)?)).collect();
                Mark::Data(self.b.add(Def::Lookup(row, scores)))
            }
            _ => Mark::Unknown,
        }
    }

    /// What a value rests on that has these marks.
    pub(super) fn rating(&mut self, marks: &Marks) -> Rating {
        let marks = self.settled(marks);
        let mut rating = Rating::nothing(&mut self.b);
        let (zero, unrated) = (rating.amount, self.b.number(Number::from(UNRATED)));
        for (mark, c) in marks.iter() {
            let here = |p: &mut Self, score: Id| match c {
                Some(c) => p.b.add(Def::Select(*c, score, zero)),
                None => score,
            };
            let own = match mark {
                Mark::Given(score) => Rating { amount: here(self, *score), factor: zero },
                Mark::Assumed => Rating { amount: here(self, unrated), factor: zero },
                Mark::Data(score) => Rating { amount: zero, factor: here(self, *score) },
                Mark::Unknown => {
                    self.b.gap("ratings of what a value rests on");
                    let fail = self.b.add(Def::Fail);
                    let fail = here(self, fail);
                    Rating { amount: fail, factor: fail }
                }
                Mark::Held(..) | Mark::Datum(_) | Mark::Secondary => continue,
            };
            rating = rating.with(&mut self.b, own);
        }
        rating
    }

    /// Says what CO2e rests on that an operation has just computed.
    pub(super) fn rate(&mut self, n: NodeId, node: &Node) {
        if !self.tracker.rated || !matches!(node.ty, Ty::Split(_) | Ty::Optional(_)) {
            return;
        }
        let rating = match &node.op {
            Op::Characterise { .. } | Op::ParamAt(..) => {
                let marks = self.tracker.get(n);
                self.rating(&marks)
            }
            Op::Lookup { .. } | Op::Interpolate { .. } | Op::Column(..) => {
                let marks: Marks = self.data_mark(&node.op).into_iter().map(|m| (m, None)).collect();
                self.rating(&marks)
            }
            Op::Split { .. } => Rating::nothing(&mut self.b),
            Op::Mul(a, b) | Op::Div(a, b) => {
                let by = if matches!(self.get(*a), Sym::Number(_)) { *a } else { *b };
                let marks = self.tracker.get(by);
                let rating = self.rating(&marks);
                self.rerate(n, &mut |p, parts| resting_on(&mut p.b, parts.terms(), rating));
                return;
            }
            _ => return,
        };
        self.rerate(n, &mut |p, parts| p.rated_as(rating, parts));
    }

    /// All of CO2e resting on this.
    pub(super) fn rated_as(&mut self, rating: Rating, parts: &Parts) -> Terms {
        let all = whole(&mut self.b, parts);
        resting(rating, all)
    }

    fn rerate(&mut self, n: NodeId, f: &mut dyn FnMut(&mut Self, &Parts) -> Terms) {
        let found = self.get(n);
        let rated = self.split_rated(found, f);
        self.set(n, rated);
    }

    /// CO2e, where it is, with these terms.
    pub(super) fn split_rated(&mut self, value: Sym, f: &mut dyn FnMut(&mut Self, &Parts) -> Terms) -> Sym {
        match value {
            Sym::Split(parts) => {
                let terms = f(self, &parts);
                Sym::Split(parts.with(terms))
            }
            Sym::Maybe(p, v) => Sym::Maybe(p, self.split_rated((*v).clone(), f).into()),
            other => other,
        }
    }

    /// Adds the terms of a turn of a sum over lists. Where its items rest on differently rated data, rows in which they do are
    /// the reference's, since items of one rating are rounded together.
    pub(super) fn sum_terms(&mut self, turn: &Turn, terms: &Terms, to: &mut TermSum) {
        let Some(terms) = terms else { return to.lose() };
        for t in terms.iter() {
            let term = |value| Term { over: turn.over.clone(), when: turn.when, value };
            let (mut on, mut value) = (t.on, t.value);
            for score in [&mut on.amount, &mut on.factor] {
                if self.b.scope(*score).iter().any(|l| turn.over.contains(l)) {
                    let (yes, zero, fail) = (self.b.bool(true), self.b.number(Number::ZERO), self.b.add(Def::Fail));
                    let some = fold(&mut self.b, Fold::Any, vec![term(yes)]);
                    let ends = [Fold::Min, Fold::Max].map(|end| {
                        let end = fold(&mut self.b, end, vec![term(*score)]);
                        self.b.add(Def::Select(some, end, zero))
                    });
                    let same = compare(&mut self.b, Cmp::Eq, ends[0], ends[1]);
                    value = self.b.add(Def::Select(same, value, fail));
                    *score = ends[1];
                }
            }
            to.put(&self.b, on, term(value));
        }
    }

    /// Adds what an item adds to a product.
    pub(super) fn weigh_terms(&mut self, terms: &Terms, like: &Term, to: &mut Weights) {
        if !self.tracker.rated {
            return;
        }
        let Some(terms) = terms else {
            to.unknown = true;
            return;
        };
        for t in terms.iter() {
            let weight = unary(&mut self.b, Unary::Abs, t.value);
            to.gross.push(Term { value: weight, ..like.clone() });
            let (rated, dqr) = t.on.dqr(&mut self.b);
            if self.b.known_bool(rated) == Some(false) {
                continue;
            }
            let when = super::sym::and(&mut self.b, like.when, Some(rated));
            to.rated.push(Term { when, value: weight, ..like.clone() });
            let value = binary(&mut self.b, Binary::Mul, dqr, weight);
            to.weighted.push(Term { when, value, ..like.clone() });
        }
    }

    /// The rating of what is rated, and the share that is; where there is none it fails.
    pub(super) fn quality_of(&mut self, weights: Weights) -> Option<(Id, Id)> {
        if !self.tracker.rated {
            return None;
        }
        if weights.unknown {
            self.fail("ratings of data");
            let fail = self.b.add(Def::Fail);
            return Some((fail, fail));
        }
        let Weights { gross, rated, weighted, .. } = weights;
        let [gross, rated, weighted] = [gross, rated, weighted].map(|t| fold(&mut self.b, Fold::Sum, t));
        let dqr = binary(&mut self.b, Binary::Div, weighted, rated);
        Some((dqr, binary(&mut self.b, Binary::Div, rated, gross)))
    }
}

/// Whether an operation reads a rating of a result.
pub(super) fn reads_rating(op: &Op) -> bool {
    matches!(op, Op::Result(_, ResultRef::Dqr | ResultRef::RatedShare))
}
