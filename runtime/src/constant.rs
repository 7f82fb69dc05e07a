//! What stands in a program and needs no inputs: for evaluators that read it once.

use crate::days;
use crate::interp::Interp;
use crate::quality::Score;
use crate::value::Value;
use footrule_diag::{Text, text};
use footrule_mir::{Day, FactorId, NodeId, Op, ParamId, Program, Ty};
use footrule_number::Number;

/// The value of a dated parameter.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The value.
    pub value: Value,
    /// The rows whose value was held with a warning, each with the day for which it was.
    pub held: Vec<(u32, Day)>,
    /// The sourced numbers that it was read from.
    pub factors: Vec<FactorId>,
}

/// The value of a dated parameter over a period, in a scenario; `None` if the rule has none for it, or several without
/// saying how to read them.
#[must_use]
pub fn parameter(program: &Program, param: ParamId, period: (Day, Day), scenario: Option<usize>) -> Option<Reading> {
    let mut it = Interp::new(program, Some(period));
    it.scenario = scenario.and_then(|s| program.scenarios.get(s));
    it.parameter(param, period)
}

/// The rating that the source of a sourced number states.
#[must_use]
pub fn rating_of(program: &Program, factor: FactorId) -> Option<Number> {
    match crate::interp::rating(program, program.factors.get(factor.ix())?) {
        Score::Rated(x) => Some(x),
        Score::Nothing | Score::Unrated => None,
    }
}

/// What is told of a parameter that was held: the value of this row, for this day.
#[must_use]
pub fn held(program: &Program, param: ParamId, row: u32, day: Day) -> Option<Text> {
    let info = program.params.get(param.ix())?;
    let row = info.rows.get(row as usize)?;
    let (name, from, day) = (&info.name.id, days::show(row.from), days::show(day));
    Some(text!(
        "参数 {name} 在 {day} 没有值，沿用自 {from} 起的值",
        "parameter {name} has no value for {day}; the value from {from} is held"
    ))
}

/// The nodes that an operation reads before it evaluates any region.
#[must_use]
pub fn operands(op: &Op) -> Vec<NodeId> {
    crate::walk::refs(op).nodes
}

/// The period of a calendar year that is a number.
#[must_use]
pub fn years(year: Number) -> Option<(Day, Day)> {
    year.to_i64().and_then(|y| i32::try_from(y).ok()).and_then(days::year_period)
}

/// The period that a text of an input document names: `2024`, `2024-03-01/2024-12-31`.
#[must_use]
pub fn period(text: &str) -> Option<(Day, Day)> {
    days::parse_period(text.trim())
}

/// The running number of a calendar day: one more from day to day.
#[must_use]
pub fn day_number(day: Day) -> i64 {
    days::number(day)
}

/// The day with this running number.
#[must_use]
pub fn day_of(number: i64) -> Day {
    days::from_number(number)
}

/// The day that a text of an input document names, `YYYY-MM-DD`.
#[must_use]
pub fn day(text: &str) -> Option<Day> {
    days::parse(text)
}

/// A day as it is written in results.
#[must_use]
pub fn day_text(day: Day) -> String {
    days::show(day)
}

/// True for what is or holds a number.
#[must_use]
pub fn holds_number(program: &Program, ty: &Ty) -> bool {
    crate::given::numeric(program, ty, 0)
}

/// Which sourced numbers are rows of parameters or tables.
#[must_use]
pub fn data(program: &Program) -> Vec<bool> {
    crate::interp::data(program)
}
