//! Dates and times as ISO 8601 writes them, by one strict rule.
//!
//! The rule, which `docpal.read_iso` has in SQL: `YYYY-MM-DD`; then, if anything, `T` or one space and `HH:MM` or
//! `HH:MM:SS`, after the seconds `.` and one to nine digits, of which six count; then, if anything, an offset: `Z`,
//! `+HH:MM` or `+HHMM`. The letters may be small. Years are 1 to 9999, and no minute has 61 seconds.

use chrono::{DateTime, NaiveDate, Utc};

use super::day_in_calendar;
use super::format::{ReadMoment, digits, offset};

/// An ISO date: `2024-02-29`. Spaces around it do not matter.
///
/// # Example
/// ```
/// use docpal_formula::iso_date;
///
/// assert_eq!(iso_date("2024-02-29").map(|day| day.to_string()).as_deref(), Some("2024-02-29"));
/// assert_eq!(iso_date("2024-2-29"), None);
/// ```
#[must_use]
pub fn iso_date(text: &str) -> Option<NaiveDate> {
    let (date, rest) = read_date(text.trim())?;
    rest.is_empty().then_some(date)
}

/// An ISO date and time; without an offset it is in UTC. Spaces around it do not matter.
///
/// # Example
/// ```
/// use docpal_formula::iso_instant;
///
/// let instant = iso_instant("2024-02-29T12:30+01:00").map(|instant| instant.to_rfc3339());
/// assert_eq!(instant.as_deref(), Some("2024-02-29T11:30:00+00:00"));
/// assert_eq!(iso_instant("2024-02-29"), None);
/// assert_eq!(iso_instant("2024-02-29T9:30"), None);
/// ```
#[must_use]
pub fn iso_instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = match iso_moment(text)? {
        ReadMoment::Local(_) if iso_date(text).is_some() => return None,
        ReadMoment::Local(local) => local.and_utc(),
        ReadMoment::Instant(instant) => instant,
    };
    day_in_calendar(instant.date_naive()).is_ok().then_some(instant)
}

/// An ISO date, or date and time, with or without an offset.
pub(crate) fn iso_moment(text: &str) -> Option<ReadMoment> {
    let (date, rest) = read_date(text.trim())?;
    if rest.is_empty() {
        return Some(ReadMoment::Local(date.into()));
    }
    let (hour, rest) = digits(rest.strip_prefix(['T', 't', ' '])?, 2, 2)?;
    let (minute, mut rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (mut second, mut micros) = (0, 0);
    if let Some(tail) = rest.strip_prefix(':') {
        (second, rest) = digits(tail, 2, 2)?;
        if let Some(tail) = rest.strip_prefix('.') {
            (micros, rest) = fraction(tail)?;
        }
    }
    let local = date.and_hms_micro_opt(hour, minute, second, micros)?;
    let (minutes, rest) = match rest {
        "" => (None, rest),
        rest => offset(rest).map(|(minutes, tail)| (Some(minutes), tail))?,
    };
    if rest.is_empty() { ReadMoment::new(local, minutes) } else { None }
}

fn read_date(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some((day_in_calendar(date).ok()?, rest))
}

/// The digits behind the point as microseconds.
fn fraction(rest: &str) -> Option<(u32, &str)> {
    let (number, tail) = digits(rest, 1, 9)?;
    let nanos = (rest.len() - tail.len()..9).fold(number, |scaled, _| scaled * 10);
    Some((nanos / 1_000, tail))
}

#[cfg(test)]
mod tests {
    use super::{iso_date, iso_moment};
    use crate::temporal::format::ReadMoment;

    fn shown(text: &str) -> String {
        match iso_moment(text) {
            Some(ReadMoment::Local(local)) => local.to_string(),
            Some(ReadMoment::Instant(instant)) => instant.to_string(),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn dates_and_times_are_read_by_the_rule() {
        for (text, expected) in [
            ("2024-02-29", "2024-02-29 00:00:00"),
            ("\u{a0}2024-02-29\n", "2024-02-29 00:00:00"),
            ("2024-02-29T23:59", "2024-02-29 23:59:00"),
            ("2024-02-29 23:59:58", "2024-02-29 23:59:58"),
            ("2024-02-29t00:00:00.5", "2024-02-29 00:00:00.500"),
            ("2024-02-29T00:00:00.123456789", "2024-02-29 00:00:00.123456"),
            ("2024-02-29T12:00Z", "2024-02-29 12:00:00 UTC"),
            ("2024-02-29 12:00:00.25z", "2024-02-29 12:00:00.250 UTC"),
            ("2024-02-29T12:00:00+01:30", "2024-02-29 10:30:00 UTC"),
            ("2024-02-29T12:00:00-0130", "2024-02-29 13:30:00 UTC"),
            ("0001-01-01T00:00+00:01", "0000-12-31 23:59:00 UTC"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_rule_does_not_have_is_no_date() {
        for text in [
            "",
            "2024",
            "2024-02",
            "2024-2-29",
            "24-02-29",
            "+2024-02-29",
            "2024-02- 9",
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "0000-01-01",
            "12024-01-01",
            "2024-01-01x",
            "2024-01-01T",
            "2024-01-01Z",
            "2024-01-01  10:00",
            "2024-01-01T9:00",
            "2024-01-01T24:00",
            "2024-01-01T10:60",
            "2024-01-01T10:00:60",
            "2024-01-01T10:00.5",
            "2024-01-01T10:00:00.",
            "2024-01-01T10:00:00,5",
            "2024-01-01T10:00:00.1234567890",
            "2024-01-01T10:00:00 Z",
            "2024-01-01T10:00:00+01",
            "2024-01-01T10:00:00+24:00",
            "2024-01-01T10:00:00+00:60",
            "2024-01-01T10:00:00Zz",
            "２０２４-01-01",
            "20240101",
        ] {
            assert_eq!((shown(text).as_str(), iso_date(text)), ("none", None), "{text}");
        }
    }
}
