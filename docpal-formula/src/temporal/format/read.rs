//! Reading a date and time by a format.
//!
//! Piece by piece, each as long as it can be, never back: `docpal.read_moment` does the same in SQL.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::{DateFormat, DatePiece, DateToken, MONTHS, WEEKDAYS};
use crate::temporal::day_in_calendar;

/// What a text says by a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadMoment {
    /// A wall-clock time of no stated zone.
    Local(NaiveDateTime),
    /// An instant.
    Instant(DateTime<Utc>),
}

impl ReadMoment {
    /// A wall-clock time, and how many minutes the clock is ahead of UTC if that is known.
    pub(in crate::temporal) fn new(local: NaiveDateTime, offset_minutes: Option<i64>) -> Option<Self> {
        match offset_minutes {
            Some(minutes) => {
                let utc = local.checked_sub_signed(TimeDelta::minutes(minutes))?;
                Some(Self::Instant(utc.and_utc()))
            }
            None => Some(Self::Local(local)),
        }
    }
}

/// The parts read so far.
#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    ordinal: Option<u32>,
    hour: Option<u32>,
    is_pm: Option<bool>,
    minute: u32,
    second: u32,
    millisecond: u32,
    offset_minutes: Option<i64>,
    timestamp_millis: Option<i64>,
}

impl DateFormat {
    /// The moment a text says; `None` when it does not have the format or says no year.
    ///
    /// A missing month or day is the first, a missing time is midnight.
    pub(crate) fn read(&self, text: &str) -> Option<ReadMoment> {
        let (mut rest, mut parts) = (text.trim(), Parts::default());
        for piece in &self.pieces {
            rest = match piece {
                DatePiece::Literal(literal) => skip_literal(rest, literal)?,
                DatePiece::Token(token) => parts.read(*token, rest)?,
            };
        }
        if rest.is_empty() { parts.moment() } else { None }
    }
}

/// Spaces match any spaces, everything else itself.
fn skip_literal<'a>(rest: &'a str, literal: &str) -> Option<&'a str> {
    let mut rest = rest;
    for c in literal.chars() {
        rest = if c.is_whitespace() { rest.trim_start() } else { rest.strip_prefix(c)? };
    }
    Some(rest)
}

impl Parts {
    fn read<'a>(&mut self, token: DateToken, rest: &'a str) -> Option<&'a str> {
        use DateToken as T;
        let (mut number, mut tail) = (0, rest);
        let mut digits = |least: usize, most: usize| -> Option<u32> {
            (number, tail) = digits(rest, least, most)?;
            Some(number)
        };
        match token {
            T::Year => self.year = Some(i32::try_from(digits(4, 4)?).ok()?),
            T::YearPlain => self.year = Some(i32::try_from(digits(1, 4)?).ok()?),
            T::YearTwo => {
                let year = i32::try_from(digits(2, 2)?).ok()?;
                self.year = Some(if year > 68 { 1900 + year } else { 2000 + year });
            }
            T::MonthTwo => self.month = Some(digits(2, 2)?),
            T::Month => self.month = Some(digits(1, 2)?),
            T::MonthOrdinal => self.month = Some(digits(1, 2)?),
            T::DayTwo => self.day = Some(digits(2, 2)?),
            T::Day | T::DayOrdinal => self.day = Some(digits(1, 2)?),
            T::DayOfYear | T::DayOfYearOrdinal => self.ordinal = Some(digits(1, 3)?),
            T::DayOfYearThree => self.ordinal = Some(digits(3, 3)?),
            T::HourTwo | T::Hour12Two | T::Hour24Two => self.hour = Some(digits(2, 2)?),
            T::Hour | T::Hour12 | T::Hour24 => self.hour = Some(digits(1, 2)?),
            T::MinuteTwo => self.minute = digits(2, 2)?,
            T::Minute => self.minute = digits(1, 2)?,
            T::SecondTwo => self.second = digits(2, 2)?,
            T::Second => self.second = digits(1, 2)?,
            T::Millisecond => self.millisecond = digits(3, 3)?,
            T::Centisecond => self.millisecond = digits(2, 2)? * 10,
            T::Decisecond => self.millisecond = digits(1, 1)? * 100,
            _ => return self.read_word(token, rest),
        }
        let is_ordinal = matches!(token, T::MonthOrdinal | T::DayOrdinal | T::DayOfYearOrdinal);
        let skip_letter = |tail: &'a str| tail.strip_prefix(|c: char| c.is_ascii_alphabetic());
        if is_ordinal { skip_letter(tail).and_then(skip_letter) } else { Some(tail) }
    }

    /// Names, signs and timestamps.
    fn read_word<'a>(&mut self, token: DateToken, rest: &'a str) -> Option<&'a str> {
        use DateToken as T;
        match token {
            T::MonthName | T::MonthShort => {
                let (index, tail) = name(rest, &MONTHS, token == T::MonthShort)?;
                self.month = Some(index + 1);
                Some(tail)
            }
            T::WeekdayName | T::WeekdayShort => {
                name(rest, &WEEKDAYS, token == T::WeekdayShort).map(|(_, tail)| tail)
            }
            T::MeridiemUpper | T::MeridiemLower => {
                let word = rest.get(..2)?;
                self.is_pm = Some(match word.to_ascii_lowercase().as_str() {
                    "am" => false,
                    "pm" => true,
                    _ => return None,
                });
                rest.get(2..)
            }
            T::Offset | T::OffsetPlain => {
                let (minutes, tail) = offset(rest)?;
                self.offset_minutes = Some(minutes);
                Some(tail)
            }
            T::Timestamp | T::TimestampMillis => {
                let number = rest.strip_prefix('-').unwrap_or(rest);
                let digits = number.bytes().take_while(u8::is_ascii_digit).count();
                let end = rest.len() - number.len() + digits;
                let number: i64 = rest.get(..end)?.parse().ok()?;
                let factor = if token == T::Timestamp { 1_000 } else { 1 };
                self.timestamp_millis = Some(number.checked_mul(factor)?);
                rest.get(end..)
            }
            _ => None,
        }
    }

    fn moment(&self) -> Option<ReadMoment> {
        if let Some(millis) = self.timestamp_millis {
            return DateTime::from_timestamp_millis(millis).map(ReadMoment::Instant);
        }
        let date = match self.ordinal {
            Some(ordinal) => NaiveDate::from_yo_opt(self.year?, ordinal),
            None => NaiveDate::from_ymd_opt(self.year?, self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        let hour = match (self.hour.unwrap_or(0), self.is_pm) {
            (12, Some(false)) | (24, None) => 0,
            (hour @ 1..=11, Some(true)) => hour + 12,
            (hour, _) => hour,
        };
        let date = day_in_calendar(date?).ok()?;
        let local = date.and_hms_milli_opt(hour, self.minute, self.second, self.millisecond)?;
        ReadMoment::new(local, self.offset_minutes)
    }
}

/// A number of `least` to `most` digits, and what is behind it.
pub(in crate::temporal) fn digits(rest: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    Some((rest.get(..count)?.parse().ok()?, rest.get(count..)?))
}

/// The index of the name that `rest` begins with, in any case.
fn name<'a>(rest: &'a str, names: &[&str], is_short: bool) -> Option<(u32, &'a str)> {
    for (index, name) in (0..).zip(names) {
        let name = if is_short { name.get(..3)? } else { name };
        let found = rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if found {
            return Some((index, rest.get(name.len()..)?));
        }
    }
    None
}

/// `Z`, `+01:00` or `+0100` in minutes; an offset is shorter than a day.
pub(in crate::temporal) fn offset(rest: &str) -> Option<(i64, &str)> {
    if let Some(tail) = rest.strip_prefix(['Z', 'z']) {
        return Some((0, tail));
    }
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    let (hours, tail) = digits(rest.strip_prefix(['+', '-'])?, 2, 2)?;
    let (minutes, tail) = digits(tail.strip_prefix(':').unwrap_or(tail), 2, 2)?;
    let is_valid = hours < 24 && minutes < 60;
    is_valid.then_some((sign * (i64::from(hours) * 60 + i64::from(minutes)), tail))
}
