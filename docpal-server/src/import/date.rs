//! Dates and points in time as people write them, and which order of day and month a column has.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::Serialize;

use super::time;

mod evidence;

#[cfg(test)]
mod tests;

pub(super) use self::evidence::{DateEvidence, Dates};

/// The order of a date's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `1996-07-04`
    YearMonthDay,
    /// `04.07.1996`
    DayMonthYear,
    /// `07/04/1996`
    MonthDayYear,
    /// The month by its English name: `4 Jul 1996`, `July 4, 1996`
    Named,
}

/// How the dates of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DateFormat {
    /// The order of the parts.
    pub order: DateOrder,
    /// The character between them; a space for [`DateOrder::Named`], which takes several.
    pub separator: char,
}

/// The three parts of a date, in the order written.
#[derive(Clone, Copy, Debug)]
struct Parts {
    numbers: [u32; 3],
    lengths: [usize; 3],
    separator: char,
    /// The parts are day, month, year, the month having been a name.
    named: bool,
}

const YMD: u8 = 1;
const DMY: u8 = 2;
const MDY: u8 = 4;
const NAMED: u8 = 8;
const ORDERS: [(DateOrder, u8); 4] = [
    (DateOrder::YearMonthDay, YMD),
    (DateOrder::DayMonthYear, DMY),
    (DateOrder::MonthDayYear, MDY),
    (DateOrder::Named, NAMED),
];

impl Parts {
    fn read(text: &str) -> Option<Parts> {
        match text.bytes().next()? {
            b'0'..=b'9' if text.len() <= 10 => Parts::digits(text).or_else(|| Parts::with_name(text)),
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Parts::with_name(text),
            _ => None,
        }
    }

    fn digits(text: &str) -> Option<Parts> {
        let separator = text.chars().find(|char| !char.is_ascii_digit())?;
        if !matches!(separator, '-' | '/' | '.') {
            return None;
        }
        let mut parts = text.split(separator);
        let texts = [parts.next()?, parts.next()?, parts.next()?];
        if parts.next().is_some() {
            return None;
        }
        let numbers = [number(texts[0])?, number(texts[1])?, number(texts[2])?];
        Some(Parts { numbers, lengths: texts.map(str::len), separator, named: false })
    }

    fn with_name(text: &str) -> Option<Parts> {
        if text.len() > 20 {
            return None;
        }
        let mut parts = text.split([' ', '-', '/', '.', ',']).filter(|part| !part.is_empty());
        let [first, second, year] = [parts.next()?, parts.next()?, parts.next()?];
        if parts.next().is_some() {
            return None;
        }
        let (day, month) = match month(second) {
            Some(month) => (first, month),
            None => (second, month(first)?),
        };
        let lengths = [day.len(), 2, year.len()];
        Some(Parts { numbers: [number(day)?, month, number(year)?], lengths, separator: ' ', named: true })
    }

    /// The orders in which this is a date of the calendar, and one that is wanted.
    fn orders(&self, is_one: impl Fn(NaiveDate) -> bool) -> u8 {
        let fitting = ORDERS.into_iter().filter(|(order, _)| self.date(*order).is_some_and(&is_one));
        fitting.fold(0, |mask, (_, bit)| mask | bit)
    }

    fn date(&self, order: DateOrder) -> Option<NaiveDate> {
        let ([a, b, c], [x, y, z]) = (self.numbers, self.lengths);
        let ((year, month, day), lengths) = match order {
            DateOrder::YearMonthDay => ((a, b, c), [x, y, z]),
            DateOrder::DayMonthYear | DateOrder::Named => ((c, b, a), [z, y, x]),
            // Nobody writes the month first with dots.
            DateOrder::MonthDayYear if self.separator == '.' => return None,
            DateOrder::MonthDayYear => ((c, a, b), [z, x, y]),
        };
        let whole = matches!(lengths, [4, 1..=2, 1..=2]) && year > 0;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        (whole && self.named == (order == DateOrder::Named)).then_some(date)
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn month(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is = |name: &str| match text.len() {
        3 => name.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(text)),
        _ => name.eq_ignore_ascii_case(text) || (name == "september" && text.eq_ignore_ascii_case("sept")),
    };
    (1..).zip(MONTHS).find_map(|(number, name)| is(name).then_some(number))
}

/// The trimmed text as a date of that format; a time of midnight behind it says no more.
pub(super) fn read_date(text: &str, format: DateFormat) -> Option<NaiveDate> {
    match time::split(text) {
        None => read_day(text, format),
        Some((day, clock)) if time::read(clock)?.0 == NaiveTime::MIN => read_day(day, format),
        Some(_) => None,
    }
}

/// The trimmed text as a date of that format and a time, in UTC; midnight when there is no time.
pub(super) fn read_datetime(text: &str, format: DateFormat) -> Option<DateTime<Utc>> {
    let Some((day, clock)) = time::split(text) else {
        return Some(NaiveDateTime::new(read_day(text, format)?, NaiveTime::MIN).and_utc());
    };
    let (time, zone) = time::read(clock)?;
    instant(read_day(day, format)?, time, zone)
}

/// The moment in UTC, in the years that a field takes.
fn instant(date: NaiveDate, time: NaiveTime, zone: Option<i32>) -> Option<DateTime<Utc>> {
    let shift = TimeDelta::try_seconds(zone.unwrap_or(0).into())?;
    let instant = NaiveDateTime::new(date, time).checked_sub_signed(shift)?.and_utc();
    (1..=9999).contains(&instant.year()).then_some(instant)
}

fn read_day(text: &str, format: DateFormat) -> Option<NaiveDate> {
    Parts::read(text).filter(|parts| parts.separator == format.separator)?.date(format.order)
}
