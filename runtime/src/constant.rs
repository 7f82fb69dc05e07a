//! What stands in a program and needs no inputs: for evaluators that read it once.

use crate::days;
use crate::interp::Interp;
use crate::value::Value;
use footrule_mir::{Day, ParamId, Program};
use footrule_number::Number;

/// The value of a dated parameter over a period, in a scenario; `None` if the rule has none for it, or several without
/// saying how to read them. A value that is held by a policy that warns is none: the finding is the reference's to tell.
#[must_use]
pub fn parameter(program: &Program, param: ParamId, period: (Day, Day), scenario: Option<usize>) -> Option<Value> {
    let mut it = Interp::new(program, Some(period));
    it.scenario = scenario.and_then(|s| program.scenarios.get(s));
    it.parameter(param, period)
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
