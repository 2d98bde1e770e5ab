//! Writing a moment by a format.

use std::fmt::Write;

use chrono::{Datelike, Offset, TimeZone, Timelike, Weekday};
use chrono_tz::OffsetName;

use super::{DateFormat, DatePiece, DateToken, MONTHS, Moment, WEEKDAYS};
use crate::temporal::shift::week_of_year;

impl DateFormat {
    /// The text of a moment; stops once it has more than `most` bytes.
    pub(crate) fn write(&self, moment: &Moment, most: usize) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                DatePiece::Literal(literal) => text.push_str(literal),
                DatePiece::Token(token) => write_token(*token, moment, &mut text),
            }
            if text.len() > most {
                break;
            }
        }
        text
    }
}

fn write_token(token: DateToken, moment: &Moment, text: &mut String) {
    use DateToken as T;
    let (date, local) = (moment.local.date(), moment.local);
    let weekday = date.weekday().num_days_from_sunday();
    let (week, iso) = (week_of_year(date, Weekday::Sun), date.iso_week());
    let hour12 = local.hour12().1;
    let written = match token {
        T::Year => write!(text, "{:04}", date.year()),
        T::YearTwo => write!(text, "{:02}", date.year() % 100),
        T::YearPlain => write!(text, "{}", date.year()),
        T::Quarter => write!(text, "{}", date.month0() / 3 + 1),
        T::QuarterOrdinal => ordinal(text, date.month0() / 3 + 1),
        T::MonthName => name(text, &MONTHS, date.month0(), usize::MAX),
        T::MonthShort => name(text, &MONTHS, date.month0(), 3),
        T::MonthTwo => write!(text, "{:02}", date.month()),
        T::MonthOrdinal => ordinal(text, date.month()),
        T::Month => write!(text, "{}", date.month()),
        T::DayOfYearThree => write!(text, "{:03}", date.ordinal()),
        T::DayOfYearOrdinal => ordinal(text, date.ordinal()),
        T::DayOfYear => write!(text, "{}", date.ordinal()),
        T::DayTwo => write!(text, "{:02}", date.day()),
        T::DayOrdinal => ordinal(text, date.day()),
        T::Day => write!(text, "{}", date.day()),
        T::WeekdayName => name(text, &WEEKDAYS, weekday, usize::MAX),
        T::WeekdayShort => name(text, &WEEKDAYS, weekday, 3),
        T::WeekdayTwo => name(text, &WEEKDAYS, weekday, 2),
        T::WeekdayOrdinal => ordinal(text, weekday),
        T::Weekday | T::WeekdayLocal => write!(text, "{weekday}"),
        T::WeekdayIso => write!(text, "{}", date.weekday().number_from_monday()),
        T::WeekTwo => write!(text, "{week:02}"),
        T::WeekOrdinal => ordinal(text, week),
        T::Week => write!(text, "{week}"),
        T::WeekIsoTwo => write!(text, "{:02}", iso.week()),
        T::WeekIsoOrdinal => ordinal(text, iso.week()),
        T::WeekIso => write!(text, "{}", iso.week()),
        T::WeekIsoYear => write!(text, "{:04}", iso.year()),
        T::WeekIsoYearTwo => write!(text, "{:02}", iso.year() % 100),
        T::WeekYear => write!(text, "{:04}", date.year()),
        T::WeekYearTwo => write!(text, "{:02}", date.year() % 100),
        T::MeridiemUpper => text.write_str(if local.hour() < 12 { "AM" } else { "PM" }),
        T::MeridiemLower => text.write_str(if local.hour() < 12 { "am" } else { "pm" }),
        T::HourTwo => write!(text, "{:02}", local.hour()),
        T::Hour => write!(text, "{}", local.hour()),
        T::Hour12Two => write!(text, "{hour12:02}"),
        T::Hour12 => write!(text, "{hour12}"),
        T::Hour24Two => write!(text, "{:02}", (local.hour() + 23) % 24 + 1),
        T::Hour24 => write!(text, "{}", (local.hour() + 23) % 24 + 1),
        T::MinuteTwo => write!(text, "{:02}", local.minute()),
        T::Minute => write!(text, "{}", local.minute()),
        T::SecondTwo => write!(text, "{:02}", local.second()),
        T::Second => write!(text, "{}", local.second()),
        T::Millisecond => write!(text, "{:03}", local.nanosecond() / 1_000_000 % 1_000),
        T::Centisecond => write!(text, "{:02}", local.nanosecond() / 10_000_000 % 100),
        T::Decisecond => write!(text, "{}", local.nanosecond() / 100_000_000 % 10),
        T::ZoneName | T::Zone => zone_name(text, moment),
        T::OffsetPlain => offset(text, moment, ""),
        T::Offset => offset(text, moment, ":"),
        T::Timestamp => write!(text, "{}", moment.instant.timestamp()),
        T::TimestampMillis => write!(text, "{}", moment.instant.timestamp_millis()),
    };
    // Writing to a text cannot fail.
    let _ = written;
}

fn name(text: &mut String, names: &[&str], index: u32, letters: usize) -> std::fmt::Result {
    text.extend(names.get(index as usize).unwrap_or(&"").chars().take(letters));
    Ok(())
}

fn ordinal(text: &mut String, number: u32) -> std::fmt::Result {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    write!(text, "{number}{suffix}")
}

fn zone_name(text: &mut String, moment: &Moment) -> std::fmt::Result {
    let offset = moment.zone.offset_from_utc_datetime(&moment.instant.naive_utc());
    text.write_str(offset.abbreviation().unwrap_or("UTC"))
}

fn offset(text: &mut String, moment: &Moment, separator: &str) -> std::fmt::Result {
    let seconds = moment.zone.offset_from_utc_datetime(&moment.instant.naive_utc()).fix().local_minus_utc();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    write!(text, "{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
}
