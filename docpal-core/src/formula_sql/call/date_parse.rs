//! `DATETIME_PARSE`: the format as parts and what each may look like, which one function reads.

use crate::sql::PgType;
use crate::sql::expr::{self, Expr, PgFn};
use docpal_formula::{DateFormat, DatePiece, DateToken};

use super::super::sql::{Failure, Kind, Sql};
use super::super::term::{Term, without_nul};
use super::date::date_format_of;
use super::{Call, Unsupported};

// Case does not matter among ASCII letters only: the text comes in the collation "C".
const MONTHS: &str =
    "(?i)^(?:january|february|march|april|may|june|july|august|september|october|november|december)";
const MONTHS_SHORT: &str = "(?i)^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)";
const WEEKDAYS: &str = "(?i)^(?:sunday|monday|tuesday|wednesday|thursday|friday|saturday)";
const WEEKDAYS_SHORT: &str = "(?i)^(?:sun|mon|tue|wed|thu|fri|sat)";
const OFFSET: &str = "^(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])";

pub(super) fn parsed(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let text = call.text(0)?;
    let fails = text.fails();
    let value = if call.has(1) {
        let format = date_format_of(call)?;
        let Pieces { parts, texts } = Pieces::of(&format)?;
        Term::call(PgFn::ReadMoment, [text.value, array(&parts), array(&texts), call.zone_text()])
    } else {
        Term::call(PgFn::ReadIso, [text.value, call.zone_text()])
    };
    let instant = Sql::unless(Kind::DateTime, fails, value);
    Ok(Sql { failure: Failure::Poison, ..instant })
}

fn array(texts: &[&str]) -> Term {
    let array = expr::cast(Expr::value(expr::text_array(texts.iter().copied())), PgType::TextArray);
    Term::leaf(array).of_weight(1 + texts.len() / 4)
}

/// The pieces of a format: what each is, and the expression of what it reads or the text that it is.
#[derive(Default)]
struct Pieces<'f> {
    parts: Vec<&'static str>,
    texts: Vec<&'f str>,
}

impl<'f> Pieces<'f> {
    fn of(format: &'f DateFormat) -> Result<Self, Unsupported> {
        let mut pieces = Self::default();
        for piece in format.pieces() {
            match piece {
                DatePiece::Token(token) => {
                    let (part, text) = read(*token);
                    pieces.add(part, text);
                }
                DatePiece::Literal(literal) => pieces.add_literal(without_nul(literal)?),
            }
        }
        Ok(pieces)
    }

    fn add(&mut self, part: &'static str, text: &'f str) {
        self.parts.push(part);
        self.texts.push(text);
    }

    /// A space matches any spaces, everything else itself.
    fn add_literal(&mut self, literal: &'f str) {
        for run in literal.split_inclusive(char::is_whitespace) {
            let word = run.trim_end();
            if !word.is_empty() {
                self.add("literal", word);
            }
            if word.len() < run.len() {
                self.add("spaces", "");
            }
        }
    }
}

/// What a token says, and the expression of what it reads.
fn read(token: DateToken) -> (&'static str, &'static str) {
    use DateToken as T;
    match token {
        T::Year => ("year", "^[0-9]{4}"),
        T::YearPlain => ("year", "^[0-9]{1,4}"),
        T::YearTwo => ("short year", "^[0-9]{2}"),
        T::MonthTwo => ("month", "^[0-9]{2}"),
        T::Month => ("month", "^[0-9]{1,2}"),
        T::MonthOrdinal => ("month", "^[0-9]{1,2}[A-Za-z]{2}"),
        T::MonthName => ("month name", MONTHS),
        T::MonthShort => ("month name", MONTHS_SHORT),
        T::DayTwo => ("day", "^[0-9]{2}"),
        T::Day => ("day", "^[0-9]{1,2}"),
        T::DayOrdinal => ("day", "^[0-9]{1,2}[A-Za-z]{2}"),
        T::DayOfYear => ("day of year", "^[0-9]{1,3}"),
        T::DayOfYearOrdinal => ("day of year", "^[0-9]{1,3}[A-Za-z]{2}"),
        T::DayOfYearThree => ("day of year", "^[0-9]{3}"),
        T::WeekdayName => ("weekday", WEEKDAYS),
        T::WeekdayShort => ("weekday", WEEKDAYS_SHORT),
        T::HourTwo | T::Hour12Two | T::Hour24Two => ("hour", "^[0-9]{2}"),
        T::Hour | T::Hour12 | T::Hour24 => ("hour", "^[0-9]{1,2}"),
        T::MeridiemUpper | T::MeridiemLower => ("half", "^[AaPp][Mm]"),
        T::MinuteTwo => ("minute", "^[0-9]{2}"),
        T::Minute => ("minute", "^[0-9]{1,2}"),
        T::SecondTwo => ("second", "^[0-9]{2}"),
        T::Second => ("second", "^[0-9]{1,2}"),
        T::Millisecond => ("fraction", "^[0-9]{3}"),
        T::Centisecond => ("fraction", "^[0-9]{2}"),
        T::Decisecond => ("fraction", "^[0-9]"),
        T::Offset | T::OffsetPlain => ("offset", OFFSET),
        T::Timestamp => ("seconds since 1970", "^-?[0-9]+"),
        T::TimestampMillis => ("milliseconds since 1970", "^-?[0-9]+"),
        // No text has what formulas do not read.
        _ => ("nothing", ""),
    }
}
