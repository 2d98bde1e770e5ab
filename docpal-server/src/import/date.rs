//! Dates and points in time as people write them, and which order of day and month a column has.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
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
    let date = read_day(day, format)?;
    let shift = TimeDelta::try_seconds(zone.unwrap_or(0).into())?;
    Some(NaiveDateTime::new(date, time).checked_sub_signed(shift)?.and_utc())
}

fn read_day(text: &str, format: DateFormat) -> Option<NaiveDate> {
    Parts::read(text).filter(|parts| parts.separator == format.separator)?.date(format.order)
}

/// What stands behind a date, in one value or in all of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// Nothing.
    None,
    /// Midnight without a zone: nothing to tell from a date by, and nothing to tell from other times by.
    Midnight,
    /// Another time.
    Time { zoned: bool },
}

impl Clock {
    fn of(clock: &str) -> Option<Clock> {
        let (time, zone) = time::read(clock)?;
        let midnight = time == NaiveTime::MIN && zone.is_none();
        Some(if midnight { Clock::Midnight } else { Clock::Time { zoned: zone.is_some() } })
    }

    /// What the column has when it has both, if it can.
    fn and(self, other: Clock) -> Option<Clock> {
        match (self, other) {
            (one, other) if one == other => Some(one),
            (Clock::Midnight, one @ (Clock::None | Clock::Time { zoned: false }))
            | (one @ (Clock::None | Clock::Time { zoned: false }), Clock::Midnight) => Some(one),
            _ => None,
        }
    }
}

/// What a column's values say together about how its dates are written.
#[derive(Clone, Debug)]
pub(super) struct DateEvidence {
    orders: u8,
    separator: Option<char>,
    clock: Option<Clock>,
}

impl DateEvidence {
    pub(super) fn new() -> DateEvidence {
        DateEvidence { orders: YMD | DMY | MDY | NAMED, separator: None, clock: None }
    }

    /// Takes in a trimmed, non-empty value, unless it cannot be a date as those before it are; says whether it did.
    pub(super) fn observe(&mut self, text: &str) -> bool {
        self.take(text).is_some()
    }

    fn take(&mut self, text: &str) -> Option<()> {
        let (date, clock) = match time::split(text) {
            Some((date, clock)) => (date, Clock::of(clock)?),
            None => (text, Clock::None),
        };
        let parts = Parts::read(date)?;
        let clock = self.clock.unwrap_or(clock).and(clock)?;
        let orders = self.orders & parts.orders();
        if orders == 0 || self.separator.is_some_and(|separator| separator != parts.separator) {
            return None;
        }
        *self = DateEvidence { orders, separator: Some(parts.separator), clock: Some(clock) };
        Some(())
    }

    /// The separator and the order that this column alone proves between day and month.
    pub(super) fn proof(&self) -> Option<(char, DateOrder)> {
        match self.orders {
            DMY => Some((self.separator?, DateOrder::DayMonthYear)),
            MDY => Some((self.separator?, DateOrder::MonthDayYear)),
            _ => None,
        }
    }

    /// The column's format, and whether it has times; `None` when it has no dates, or it is not sure which comes
    /// first, day or month.
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
            _ => {
                let mut orders =
                    proofs.iter().filter(|(other, _)| *other == separator).map(|(_, order)| *order);
                let proven = orders.next().filter(|first| orders.all(|order| order == *first));
                let allowed = [DateOrder::DayMonthYear, DateOrder::MonthDayYear];
                chosen.or(proven).filter(|order| allowed.contains(order))?
            }
        };
        let timed = matches!(self.clock, Some(Clock::Time { .. }));
        Some((DateFormat { order, separator }, timed))
    }

    /// Has it seen dates?
    pub(super) fn any(&self) -> bool {
        self.separator.is_some()
    }
}
