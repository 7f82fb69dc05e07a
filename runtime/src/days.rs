//! Calendar days (proleptic Gregorian), written `YYYY-MM-DD`, years 1 to 9999.
//!
//! Guarantees: whole-number arithmetic; no clock, no time zone.

use footrule_mir::Day;

/// How many days a month has; 0 for a month that does not exist.
fn month_length(year: i32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 0,
    }
}

/// True if the day exists.
pub(crate) fn exists((year, month, day): Day) -> bool {
    (1..=9999).contains(&year) && day >= 1 && day <= month_length(year, month)
}

/// A running number of the day.
pub(crate) fn number((year, month, day): Day) -> i64 {
    let (y, m) = (i64::from(year) - i64::from(month <= 2), i64::from(month));
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * ((m + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
}

/// The day with this running number.
pub(crate) fn from_number(n: i64) -> Day {
    let era = n.div_euclid(146_097);
    let of_era = n.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * of_year + 2) / 153;
    let day = of_year - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (i32::try_from(year).unwrap_or(i32::MAX), month as u32, day as u32)
}

/// Reads `YYYY-MM-DD`.
pub(crate) fn parse(text: &str) -> Option<Day> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if !shape {
        return None;
    }
    let day = (text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
    exists(day).then_some(day)
}

/// Reads `2024` or `2024-03-01/2024-12-31`.
pub(crate) fn parse_period(text: &str) -> Option<(Day, Day)> {
    if let Some((from, to)) = text.split_once('/') {
        let (from, to) = (parse(from.trim())?, parse(to.trim())?);
        return (from <= to).then_some((from, to));
    }
    let year = (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()?;
    year_period(year)
}

/// The natural year, if it is 1 to 9999.
pub(crate) fn year_period(year: i32) -> Option<(Day, Day)> {
    (1..=9999).contains(&year).then_some(((year, 1, 1), (year, 12, 31)))
}

/// `YYYY-MM-DD`
pub(crate) fn show((year, month, day): Day) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2024`, or from/to.
pub(crate) fn show_period(from: Day, to: Day) -> String {
    if year_period(from.0) == Some((from, to)) {
        format!("{:04}", from.0)
    } else {
        format!("{}/{}", show(from), show(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_agree_over_four_centuries() {
        let mut n = number((1899, 12, 31));
        for year in 1900..2300 {
            for month in 1..=12 {
                for day in 1..=month_length(year, month) {
                    n += 1;
                    assert_eq!(number((year, month, day)), n);
                    assert_eq!(from_number(n), (year, month, day));
                }
            }
        }
    }

    #[test]
    fn periods() {
        assert_eq!(parse_period("2024"), Some(((2024, 1, 1), (2024, 12, 31))));
        assert_eq!(parse_period("2024-02-29/2024-03-01"), Some(((2024, 2, 29), (2024, 3, 1))));
        for bad in
            ["24", "2023-02-29/2023-03-01", "2024-03-02/2024-03-01", "0000", "2024-3-1/2024-04-01", "", "２０２４"]
        {
            assert_eq!(parse_period(bad), None, "{bad}");
        }
    }
}
