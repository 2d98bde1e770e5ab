//! Dates and points in time as people write them, and which order of day and month a column has.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::Serialize;

use super::time;

#[cfg(test)]
mod tests;

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

    /// The orders in which this is a date of the calendar.
    fn orders(&self) -> u8 {
        if self.named {
            return if self.date(DateOrder::Named).is_some() { NAMED } else { 0 };
        }
        let all =
            [(DateOrder::YearMonthDay, YMD), (DateOrder::DayMonthYear, DMY), (DateOrder::MonthDayYear, MDY)];
        let fitting = all.into_iter().filter(|(order, _)| self.date(*order).is_some());
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

/// The trimmed text as a date of that format.
pub(super) fn read_date(text: &str, format: DateFormat) -> Option<NaiveDate> {
    Parts::read(text).filter(|parts| parts.separator == format.separator)?.date(format.order)
}

/// The trimmed text as a date of that format and a time, in UTC.
pub(super) fn read_datetime(text: &str, format: DateFormat) -> Option<DateTime<Utc>> {
    let (date, time) = time::split(text)?;
    let (time, zone) = time::read(time)?;
    let date = read_date(date, format)?;
    let shift = TimeDelta::try_seconds(zone.unwrap_or(0).into())?;
    Some(NaiveDateTime::new(date, time).checked_sub_signed(shift)?.and_utc())
}

/// What a column's values say together about how its dates are written.
#[derive(Clone, Debug)]
pub(super) struct DateEvidence {
    orders: u8,
    separator: Option<char>,
    timed: Option<bool>,
    zoned: Option<bool>,
}

impl DateEvidence {
    pub(super) fn new() -> DateEvidence {
        DateEvidence { orders: YMD | DMY | MDY | NAMED, separator: None, timed: None, zoned: None }
    }

    /// Whether all values so far can be dates of one format.
    pub(super) fn alive(&self) -> bool {
        self.orders != 0
    }

    /// Takes in a trimmed, non-empty value.
    pub(super) fn observe(&mut self, text: &str) {
        if self.take(text).is_none() {
            self.orders = 0;
        }
    }

    fn take(&mut self, text: &str) -> Option<()> {
        let (date, timed, zoned) = match time::split(text) {
            Some((date, time)) => (date, true, time::read(time)?.1.is_some()),
            None => (text, false, false),
        };
        let parts = Parts::read(date)?;
        let same = *self.separator.get_or_insert(parts.separator) == parts.separator
            && *self.timed.get_or_insert(timed) == timed
            && *self.zoned.get_or_insert(zoned) == zoned;
        self.orders &= parts.orders();
        same.then_some(())
    }

    /// The separator and the order that this column alone proves between day and month.
    pub(super) fn proof(&self) -> Option<(char, DateOrder)> {
        match self.orders {
            DMY => Some((self.separator?, DateOrder::DayMonthYear)),
            MDY => Some((self.separator?, DateOrder::MonthDayYear)),
            _ => None,
        }
    }

    /// The column's format, and whether it has times; `None` when it is not, or not surely, one of dates.
    ///
    /// `chosen` is the user's word on day and month, `proofs` is what the file's columns prove.
    pub(super) fn decide(
        &self,
        chosen: Option<DateOrder>,
        proofs: &[(char, DateOrder)],
    ) -> Option<(DateFormat, bool)> {
        let separator = self.separator?;
        let order = match self.orders {
            YMD => DateOrder::YearMonthDay,
            NAMED => DateOrder::Named,
            DMY => DateOrder::DayMonthYear,
            MDY => DateOrder::MonthDayYear,
            0 => return None,
            _ => {
                let mut orders =
                    proofs.iter().filter(|(other, _)| *other == separator).map(|(_, order)| *order);
                let proven = orders.next().filter(|first| orders.all(|order| order == *first));
                let allowed = [DateOrder::DayMonthYear, DateOrder::MonthDayYear];
                chosen.or(proven).filter(|order| allowed.contains(order))?
            }
        };
        Some((DateFormat { order, separator }, self.timed?))
    }
}
