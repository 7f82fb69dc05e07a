//! Numbers that stand with their units in texts: `900 t`, `1.9%`.
//!
//! Guarantees: a column has one unit, that of most of its first values; a row whose value has another is marked as left. Must
//! not: convert, which the kernel does.

use super::table::Table;
use footrule_mir::{Program, UnitId};
use footrule_native::kernel::ListId;
use footrule_native::layout::Kind as Held;
use footrule_number::Ratio;
use footrule_runtime::{Conversion, conversion_of, parted};

/// So many values say which unit most of a column have.
pub(super) const LOOK: usize = 64;

/// How numbers are held that become ones in the declared unit so.
pub(super) fn held(conversion: Conversion) -> Held {
    match conversion {
        Conversion::Factor(factor) => Held::Number { factor, offset: None },
        Conversion::Point(factor, shift) => Held::Number { factor, offset: Some(shift) },
        Conversion::Same => Held::Number { factor: Ratio::ONE, offset: None },
    }
}

/// The digits of a number and its unit, which is empty where what stands behind the digits is none.
fn apart(text: &str) -> (&str, &str) {
    let (digits, rest) = parted(text);
    let unit = rest.trim_start();
    // `0.05 1/d` has a unit without numerator; other digits belong to a number that is written wrongly.
    let reciprocal = unit.starts_with("1/") && unit.len() < rest.len();
    let wrong = digits.is_empty() || !reciprocal && unit.starts_with(|c: char| c.is_ascii_digit());
    if wrong { (text, "") } else { (digits, unit) }
}

/// The unit that most of these have.
fn usual<'t>(texts: impl Iterator<Item = &'t str>) -> &'t str {
    let mut found: Vec<(&str, usize)> = Vec::new();
    for (_, unit) in texts.take(LOOK).map(apart) {
        match found.iter_mut().find(|(u, _)| *u == unit) {
            Some((_, n)) => *n += 1,
            None => found.push((unit, 1)),
        }
    }
    found.into_iter().max_by_key(|(_, n)| *n).map_or("", |(unit, _)| unit)
}

/// True if most of the first texts have a unit.
pub(super) fn have_units<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    !usual(texts.filter(|t| !t.is_empty())).is_empty()
}

impl Table<'_> {
    /// The digits of numbers with units (`json`: in JSON), and how they become numbers in the declared one; nothing if most have no unit, or one
    /// that does not fit.
    pub(super) fn measured(
        &mut self,
        texts: &[Option<&str>],
        (program, declared): (&Program, UnitId),
        (list, json): (Option<ListId>, bool),
    ) -> Option<(Vec<Option<String>>, Conversion)> {
        let unit = usual(texts.iter().flatten().copied().filter(|t| !t.is_empty()));
        if unit.is_empty() {
            return None;
        }
        let conversion = conversion_of(program, declared, unit).ok()?;
        let mut out = Vec::with_capacity(texts.len());
        for (i, text) in texts.iter().enumerate() {
            let (digits, own) = text.map(apart).unwrap_or_default();
            let same = own == unit;
            // An empty text is none, but in JSON.
            if !same && text.is_some_and(|t| json || !t.is_empty()) {
                self.leave(list, i);
            }
            out.push(same.then(|| digits.to_owned()));
        }
        Some((out, conversion))
    }
}
